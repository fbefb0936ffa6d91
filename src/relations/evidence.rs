//! What two descriptions say about being the same person: bits, field by field.
//!
//! One comparison a fact: the best of all names, the one birth, the best address,
//! the best plate, the best number. Missing on either side is 0. Symmetric.

use rustc_hash::FxHashSet;

use super::frequencies::Frequencies;
use super::identifiers::Identifiers as I;
use super::prior_names::NO_FAMILY_NAME;
use super::weights as w;
use crate::subjects::terms::compare::{self, joined};
use crate::subjects::terms::{
    Address, AddressLevel, BirthLevel, Email, NameLevel, Phone, PostcodeLevel, Vrm, VrmLevel, wildcard,
};
use crate::subjects::{Descriptor, NameForm, NameRole, Past, Span};

/// Bits for and against two descriptions being one person.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Sum over all fields; the prior is not in it.
    pub bits: f32,
    /// Of these, the names'.
    pub name_bits: f32,
    /// The surname's part where it agrees, else 0: what a relative would share.
    pub surname_bits: f32,
    /// The forename's part where it agrees, else 0.
    pub forename_bits: f32,
    /// The birth's part.
    pub birth_bits: f32,
    /// The address's part.
    pub address_bits: f32,
    /// Fields that agree.
    pub identifiers: I,
    /// Fields that speak against.
    pub against: I,
    /// A birth date that rules it out, and nothing that names the person beyond doubt.
    pub vetoed: bool,
}

/// What every comparison needs: shares of names, and things that many people share.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Shares of names and years.
    pub frequencies: Frequencies,
    /// Folded plates of pool cars.
    pub shared_vrms: FxHashSet<[u8; 10]>,
    /// Last nine digits of switchboards and shared lines.
    pub shared_phones: FxHashSet<u64>,
    /// Mailboxes of teams.
    pub shared_emails: FxHashSet<Email>,
}

/// One comparison of a name field.
#[derive(Clone, Copy, Debug)]
struct Part {
    bits: f32,
    level: NameLevel,
    marks: I,
    exact_text: bool,
}

impl Evidence {
    /// Bits of the reading that it was the twin: all but the forename, which differs, agrees.
    #[must_use]
    pub fn twin(&self) -> Option<f32> {
        let fits = self.birth_bits > 0.0 && self.surname_bits > 0.0 && self.against.contains(I::FORENAME);
        fits.then(|| self.birth_bits + self.surname_bits + self.address_bits.max(0.0) + w::TWIN)
    }
}

/// Sums nearer than this are equal: which description is named first must make no difference.
const TIE: f32 = 1e-3;

/// Compares two descriptions.
#[must_use]
pub fn compare(a: &Descriptor, b: &Descriptor, context: &Context) -> Evidence {
    let place = best_place(a, b);
    let now = compare_at(a, b, place, false, context);
    match former_place(a, b) {
        Some(then) if place.is_none_or(|place| place.0 < then.0) => {
            // In one home another forename is a relative's and costs more: a past that would lower the sum says nothing.
            let before = compare_at(a, b, Some(then), true, context);
            if before.bits < now.bits - TIE { now } else { before }
        }
        _ => now,
    }
}

/// The comparison where this is the place that they share, now or formerly.
fn compare_at(
    a: &Descriptor,
    b: &Descriptor,
    place: Option<(f32, AddressLevel)>,
    former: bool,
    context: &Context,
) -> Evidence {
    let mut e = Evidence::default();
    let birth = match (a.birth, b.birth) {
        (Some(x), Some(y)) => Some((x.compare(&y), x, y)),
        _ => None,
    };
    names(a, b, context, birth.map(|(level, ..)| level), place, &mut e);
    if let Some((level, x, y)) = birth {
        let (bits, set, mut against) = birth_level(level, x.only_year().max(y.only_year()), context);
        if (x.is_age() || y.is_age()) && against.contains(I::YEAR) {
            // An age is a guess: it speaks against, it rules nothing out.
            against = I::AGE;
        }
        e.bits += bits;
        e.birth_bits = bits;
        e.identifiers |= set;
        e.against |= against;
    }
    if let Some((bits, level)) = place {
        e.bits += bits;
        e.address_bits = bits;
        match level {
            AddressLevel::Same | AddressLevel::Building => e.identifiers |= I::ADDRESS,
            AddressLevel::OtherFlat | AddressLevel::Street => e.identifiers |= I::STREET,
            AddressLevel::NoPlace => e.identifiers |= I::STREET,
            AddressLevel::Postcode(PostcodeLevel::Unit | PostcodeLevel::Abroad | PostcodeLevel::OneEdit) => {
                e.identifiers |= I::POSTCODE
            }
            AddressLevel::Postcode(PostcodeLevel::Differs) | AddressLevel::Differs => e.against |= I::ADDRESS,
            AddressLevel::Postcode(_) | AddressLevel::Unknown => {}
        }
        if former {
            e.identifiers |= I::FORMER_ADDRESS;
        }
    }
    things(a, b, context, &mut e);
    former_things(a, b, context, &mut e);
    if !a.record.is_empty() && !b.record.is_empty() {
        if a.record == b.record {
            e.bits += w::RECORD;
            e.identifiers |= I::RECORD;
        } else {
            e.bits += w::RECORD_DIFFERS;
            e.against |= I::RECORD;
        }
    }
    let beyond_doubt = e.identifiers.contains(I::RECORD)
        || e.identifiers.contains(I::NAME) && e.identifiers.any(I::VRM | I::PHONE | I::EMAIL);
    e.vetoed = e.against.any(I::DOB | I::YEAR) && !beyond_doubt;
    e
}

fn birth_level(level: BirthLevel, year: Option<u16>, context: &Context) -> (f32, I, I) {
    match level {
        BirthLevel::Exact => {
            let share = year.map_or(1.0 / 80.0, |y| context.frequencies.year(y));
            ((w::DOB_EXACT_M / share).log2() + w::DAY_OF_YEAR, I::DOB, I::NONE)
        }
        BirthLevel::Month => (w::DOB_MONTH, I::YEAR, I::NONE),
        BirthLevel::Swapped => (w::DOB_SWAPPED, I::DOB | I::DATE_SLIP, I::NONE),
        BirthLevel::YearSlip => (w::DOB_YEAR_SLIP, I::DOB | I::DATE_SLIP, I::NONE),
        BirthLevel::OneDigit => (w::DOB_ONE_DIGIT, I::DOB | I::DATE_SLIP, I::NONE),
        BirthLevel::Year => (w::DOB_YEAR, I::YEAR, I::NONE),
        BirthLevel::Age => (w::AGE_FITS, I::AGE, I::NONE),
        BirthLevel::AgeNear => (w::AGE_NEAR, I::AGE, I::NONE),
        BirthLevel::YearNear => (w::YEAR_NEAR, I::NONE, I::AGE),
        BirthLevel::YearConflict => (w::YEAR_CONFLICT, I::NONE, I::YEAR),
        BirthLevel::Conflict => (w::DOB_CONFLICT, I::NONE, I::DOB),
    }
}

fn things(a: &Descriptor, b: &Descriptor, context: &Context, e: &mut Evidence) {
    let mut best = (0.0, I::NONE);
    for x in &a.vrms {
        for y in &b.vrms {
            let found = match x.compare(y) {
                VrmLevel::Differs => continue,
                _ if context.shared_vrms.contains(x.folded().bytes()) => continue,
                VrmLevel::Exact => (w::VRM_EXACT, I::VRM),
                VrmLevel::Folded => (w::VRM_FOLDED, I::VRM | I::PARTIAL),
                VrmLevel::Partial => (w::VRM_PARTIAL, I::PARTIAL),
            };
            if found.0 > best.0 {
                best = found;
            }
        }
    }
    e.bits += best.0;
    e.identifiers |= best.1;
    let shared_number = a.phones.iter().filter(|x| b.phones.iter().any(|y| x.same(*y)));
    let bits =
        shared_number.map(|x| if context.shared_phones.contains(&x.last_nine()) { w::PHONE_SHARED } else { w::PHONE });
    if let Some(bits) = bits.reduce(f32::max) {
        e.bits += bits;
        e.identifiers |= I::PHONE;
    }
    let shared_mail = a.emails.iter().filter(|x| b.emails.contains(x));
    let bits = shared_mail.map(|x| if context.shared_emails.contains(x) { w::PHONE_SHARED } else { w::EMAIL });
    if let Some(bits) = bits.reduce(f32::max) {
        e.bits += bits;
        e.identifiers |= I::EMAIL;
    }
}

/// Bits of two addresses.
#[must_use]
pub fn place_bits(a: &Address, b: &Address) -> (f32, AddressLevel) {
    let level = a.compare(b);
    let bits = match level {
        AddressLevel::Same | AddressLevel::Building | AddressLevel::OtherFlat if a.communal || b.communal => {
            w::ADDRESS_COMMUNAL
        }
        AddressLevel::Same => w::ADDRESS_SAME,
        AddressLevel::Building => w::ADDRESS_BUILDING,
        AddressLevel::OtherFlat => w::ADDRESS_OTHER_FLAT,
        AddressLevel::NoPlace => w::ADDRESS_NO_PLACE,
        AddressLevel::Street => w::ADDRESS_STREET,
        AddressLevel::Postcode(PostcodeLevel::Unit) => w::POSTCODE_UNIT,
        AddressLevel::Postcode(PostcodeLevel::Abroad) => w::POSTCODE_ABROAD,
        AddressLevel::Postcode(PostcodeLevel::OneEdit) => w::POSTCODE_ONE_EDIT,
        AddressLevel::Postcode(PostcodeLevel::Sector) => w::POSTCODE_SECTOR,
        AddressLevel::Postcode(PostcodeLevel::District) => w::POSTCODE_DISTRICT,
        AddressLevel::Postcode(PostcodeLevel::Differs) | AddressLevel::Differs => w::PLACE_DIFFERS,
        AddressLevel::Unknown => 0.0,
    };
    (bits, level)
}

fn best_place(a: &Descriptor, b: &Descriptor) -> Option<(f32, AddressLevel)> {
    a.addresses
        .iter()
        .flat_map(|x| b.addresses.iter().map(move |y| place_bits(x, y)))
        .max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1)))
}

/// The best of what either had before against all that the other has or had, where it is the dwelling or its postcode. It
/// speaks for, never against.
fn former_place(a: &Descriptor, b: &Descriptor) -> Option<(f32, AddressLevel)> {
    fn before(of: &Descriptor) -> impl Iterator<Item = &Address> {
        of.past.iter().flat_map(|past| &past.homes).map(|(address, _)| address)
    }
    let pairs = before(a)
        .flat_map(|x| b.places().map(move |(y, _)| (x, y)))
        .chain(a.addresses.iter().flat_map(|x| before(b).map(move |y| (x, y))));
    pairs
        .map(|(x, y)| place_bits(x, y))
        .filter(|(_, level)| {
            use AddressLevel::{Building, NoPlace, Postcode, Same};
            matches!(level, Same | Building | NoPlace | Postcode(PostcodeLevel::Unit))
        })
        .max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1)))
        .map(|(bits, level)| ((bits + w::FORMER_PLACE).max(0.0), level))
}

/// A plate or number that was theirs, where none that is theirs agrees.
fn former_things(a: &Descriptor, b: &Descriptor, context: &Context, e: &mut Evidence) {
    /// What was one's is or was the other's.
    fn meets<T>(was: &[(T, Span)], is: &[T], also_was: &[(T, Span)], same: impl Fn(&T, &T) -> bool) -> bool {
        was.iter().any(|(x, _)| is.iter().chain(also_was.iter().map(|(y, _)| y)).any(|y| same(x, y)))
    }
    if a.past.is_none() && b.past.is_none() {
        return;
    }
    let none = Past::default();
    let (p, q) = (a.past.as_deref().unwrap_or(&none), b.past.as_deref().unwrap_or(&none));
    let plate = |x: &Vrm, y: &Vrm| {
        matches!(x.compare(y), VrmLevel::Exact | VrmLevel::Folded) && !context.shared_vrms.contains(x.folded().bytes())
    };
    let vrm = meets(&p.vrms, &b.vrms, &q.vrms, plate) || meets(&q.vrms, &a.vrms, &p.vrms, plate);
    if vrm && !e.identifiers.contains(I::VRM) {
        e.bits += w::FORMER_VRM;
        e.identifiers |= I::FORMER_VRM;
    }
    let line = |x: &Phone, y: &Phone| x.same(*y) && !context.shared_phones.contains(&x.last_nine());
    let mail = |x: &Email, y: &Email| x == y && !context.shared_emails.contains(x);
    let number = meets(&p.phones, &b.phones, &q.phones, line)
        || meets(&q.phones, &a.phones, &p.phones, line)
        || meets(&p.emails, &b.emails, &q.emails, mail)
        || meets(&q.emails, &a.emails, &p.emails, mail);
    if number && !e.identifiers.any(I::PHONE | I::EMAIL) {
        e.bits += w::FORMER_PHONE;
        e.identifiers |= I::FORMER_PHONE;
    }
}

fn names(
    a: &Descriptor,
    b: &Descriptor,
    context: &Context,
    birth: Option<BirthLevel>,
    place: Option<(f32, AddressLevel)>,
    e: &mut Evidence,
) {
    let surname = best_part(&a.surnames, &b.surnames, |x, y| surname_part(x, y, context));
    let forename = best_part(&a.forenames, &b.forenames, |x, y| forename_part(x, y, context));
    let agrees = |part: &Option<Part>| part.is_some_and(|p| p.level < NameLevel::Differs);
    if !(agrees(&surname) && agrees(&forename)) && names_swapped(a, b, context, e) {
        return;
    }
    if let Some(part) = surname {
        e.name_bits += part.bits;
        if part.level < NameLevel::Similar {
            e.surname_bits = part.bits.max(0.0);
        }
        e.identifiers |= part.marks;
        if part.level == NameLevel::Differs {
            e.against |= I::SURNAME;
        }
    }
    if let Some(part) = forename {
        let mut bits = part.bits;
        e.forename_bits = part.bits.max(0.0);
        e.identifiers |= part.marks;
        if part.level == NameLevel::Differs {
            e.against |= I::FORENAME;
            // Of one birth date there is a twin at most, who is a reading of its own.
            let home = place.is_some_and(|(bits, _)| bits >= w::ADDRESS_BUILDING);
            if agrees(&surname) && home && birth != Some(BirthLevel::Exact) {
                bits = w::RELATIVES_FORENAME;
            }
        }
        e.name_bits += bits;
    }
    // Which fields agree: a whole name, or one part of it.
    let full_forename = forename.is_some_and(|p| p.level < NameLevel::Pattern);
    match (surname.is_some_and(|p| p.level < NameLevel::Similar), agrees(&forename)) {
        (true, true) if full_forename => e.identifiers |= I::NAME,
        (true, fits) => {
            e.identifiers |= I::SURNAME;
            if fits {
                e.identifiers |= I::INITIAL;
            }
        }
        (false, true) if full_forename => e.identifiers |= I::FORENAME,
        (false, true) => e.identifiers |= I::INITIAL,
        (false, false) => {}
    }
    bound_by_full_name(a, b, context, surname, forename, e);
    e.bits += e.name_bits;
}

/// Correlated names: the sum is bounded by the share of the pair, but never below either part alone.
fn bound_by_full_name(
    a: &Descriptor,
    b: &Descriptor,
    context: &Context,
    surname: Option<Part>,
    forename: Option<Part>,
    e: &mut Evidence,
) {
    let (Some(s), Some(f)) = (surname, forename) else { return };
    if s.bits <= 0.0 || f.bits <= 0.0 || !s.exact_text || !f.exact_text {
        return;
    }
    let pair = |d: &Descriptor| match (d.forename(), d.surname()) {
        (Some(first), Some(last)) => Some(context.frequencies.full_name(first, last)),
        _ => None,
    };
    if let Some(share) = pair(a).into_iter().chain(pair(b)).reduce(f32::max) {
        let bound = (w::FULL_NAME_M / share).log2().max(s.bits).max(f.bits);
        e.name_bits = e.name_bits.min(bound);
    }
}

/// The main forename and surname of `a` against surnames and forenames of `b`: the worse of the two levels, where both fit.
fn swapped(a: &Descriptor, b: &Descriptor) -> Option<NameLevel> {
    let main = |list: &[NameForm], text: &str| {
        let fits = |x: &str| (x.len() > 2 && text.len() > 2).then(|| compare::surnames(x, text));
        list.iter().filter(|n| n.role != NameRole::Middle).filter_map(|n| fits(&n.text)).min()
    };
    let (family, given) = (main(&b.surnames, a.forename()?)?, main(&b.forenames, a.surname()?)?);
    let (better, worse) = (family.min(given), family.max(given));
    (better <= NameLevel::Spacing && worse <= NameLevel::TwoEdits).then_some(worse)
}

/// Forename typed as surname and the other way round, both fitting; one of them may be misspelt.
fn names_swapped(a: &Descriptor, b: &Descriptor, context: &Context, e: &mut Evidence) -> bool {
    let (Some(worse), Some(first), Some(last)) =
        ([swapped(a, b), swapped(b, a)].into_iter().flatten().min(), a.forename(), a.surname())
    else {
        return false;
    };
    let (Some(their_first), Some(their_last)) = (b.forename(), b.surname()) else { return false };
    let f = &context.frequencies;
    // Both readings of both sides are symmetric under an exchange of the two.
    let straight = |surname: &str, forename: &str| {
        (w::SURNAME_EXACT_M / f.surname(surname)).log2() + (w::FORENAME_EXACT_M / f.forename(forename)).log2()
    };
    let mut bits = straight(first, last)
        .min(straight(last, first))
        .min(straight(their_first, their_last))
        .min(straight(their_last, their_first))
        + w::SWAPPED;
    e.identifiers |= I::NAME | I::SWAPPED;
    if worse > NameLevel::Spacing {
        bits += w::SWAPPED_SPELLING;
        e.identifiers |= I::SPELLING;
    }
    e.name_bits = bits.max(0.0);
    e.bits += e.name_bits;
    true
}

fn best_part(
    a: &[NameForm],
    b: &[NameForm],
    mut part: impl FnMut(&NameForm, &NameForm) -> Option<Part>,
) -> Option<Part> {
    let mut best: Option<Part> = None;
    for x in a {
        for y in b {
            if let Some(found) = part(x, y)
                && best.is_none_or(|known| {
                    found.bits > known.bits || found.bits == known.bits && found.level < known.level
                })
            {
                best = Some(found);
            }
        }
    }
    best
}

fn role_cost(role: NameRole) -> (f32, I) {
    match role {
        NameRole::Main | NameRole::KnownAs | NameRole::Middle => (0.0, I::NONE),
        NameRole::Alias => (w::ALIAS, I::ALIAS),
        NameRole::Former => (w::ALIAS, I::FORMER_NAME),
        NameRole::Married => (w::MARRIED, I::FORMER_NAME),
    }
}

fn surname_part(x: &NameForm, y: &NameForm, context: &Context) -> Option<Part> {
    let level = compare::surnames(&x.text, &y.text);
    let tf = || context.frequencies.surname(&x.text).max(context.frequencies.surname(&y.text));
    let short = || if joined(&x.text).len().min(joined(&y.text).len()) <= 4 { w::SHORT_EDIT } else { 0.0 };
    let exact = || (w::SURNAME_EXACT_M / tf()).log2();
    let mut bits = match level {
        NameLevel::Exact => exact(),
        NameLevel::Spacing => exact() + w::SURNAME_SPACING,
        NameLevel::Group => (w::VARIANT_M / tf()).log2(),
        NameLevel::OneEdit => (w::ONE_EDIT_M / tf()).log2() - 1.0 + short(),
        NameLevel::TwoEdits => ((w::TWO_EDITS_M / tf()).log2() - 2.0).max(w::TWO_EDITS_LEAST),
        NameLevel::Half => {
            let half =
                x.text.split(' ').find(|p| p.len() >= 3 && y.text.split(' ').any(|q| q == *p)).unwrap_or(&x.text);
            (w::HALF_M / context.frequencies.surname(half)).log2()
        }
        NameLevel::Pattern => pattern_bits(x, y, exact()),
        NameLevel::Initial => (w::INITIAL_M / context.frequencies.initial(x.text.as_bytes()[0])).log2(),
        NameLevel::Similar => w::SURNAME_SIMILAR,
        NameLevel::Differs => w::SURNAME_DIFFERS,
    };
    let mut marks = I::NONE;
    if level < NameLevel::Differs {
        bits = bits.max(0.0);
        for role in [x.role, y.role] {
            let (cost, mark) = role_cost(role);
            bits += cost;
            marks |= mark;
        }
        bits = bits.max(0.0);
        if NO_FAMILY_NAME.contains(&&*joined(&x.text)) || NO_FAMILY_NAME.contains(&&*joined(&y.text)) {
            bits = bits.min(w::RELIGIOUS_NAME_MOST);
        }
        if matches!(
            level,
            NameLevel::Group | NameLevel::OneEdit | NameLevel::TwoEdits | NameLevel::Half | NameLevel::Similar
        ) {
            marks |= I::SPELLING;
        }
    }
    Some(Part { bits, level, marks, exact_text: matches!(level, NameLevel::Exact | NameLevel::Spacing) })
}

fn forename_part(x: &NameForm, y: &NameForm, context: &Context) -> Option<Part> {
    let middles = u32::from(x.role == NameRole::Middle) + u32::from(y.role == NameRole::Middle);
    if middles == 2 {
        return None;
    }
    let level = compare::forenames(&x.text, &y.text);
    // A middle name that differs from a first name says nothing.
    if middles == 1 && level != NameLevel::Exact {
        return None;
    }
    let f = &context.frequencies;
    let tf = || f.forename(&x.text).max(f.forename(&y.text));
    let exact = || (w::FORENAME_EXACT_M / tf()).log2();
    let mut bits = match level {
        NameLevel::Exact | NameLevel::Spacing if middles == 1 => exact().min(w::MIDDLE),
        NameLevel::Exact | NameLevel::Spacing => exact(),
        NameLevel::Group => (w::NICKNAME_M / f.forename_group(&x.text, &y.text)).log2(),
        NameLevel::OneEdit => (w::ONE_EDIT_M / tf()).log2() - 1.0,
        NameLevel::Pattern => pattern_bits(x, y, exact()),
        NameLevel::Initial => (w::INITIAL_M / f.initial(x.text.as_bytes()[0])).log2(),
        _ => w::FORENAME_DIFFERS,
    };
    let mut marks = I::NONE;
    if level < NameLevel::Differs {
        for role in [x.role, y.role] {
            let (cost, mark) = role_cost(role);
            bits += cost;
            marks |= mark;
        }
        bits = bits.max(0.0);
        match level {
            NameLevel::Group => marks |= I::NICKNAME,
            NameLevel::OneEdit => marks |= I::SPELLING,
            _ => {}
        }
    }
    Some(Part { bits, level, marks, exact_text: level <= NameLevel::Spacing })
}

fn pattern_bits(x: &NameForm, y: &NameForm, exact: f32) -> f32 {
    let letters =
        [x, y].iter().filter(|n| wildcard::is_pattern(&n.text)).map(|n| wildcard::literals(&n.text)).min().unwrap_or(0);
    (letters as f32 * w::PATTERN_LETTER).min(exact)
}
