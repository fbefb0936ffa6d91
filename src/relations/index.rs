//! Which references a subject is compared with: the union of a few hashed keys.
//!
//! Record id; plate; telephone; birth date with an initial; surname (one edit, other
//! spellings and halves included) with forename, nickname group or initial; postcode
//! with surname; house. A key that too many references carry is passed over and counted.

use rustc_hash::FxHashMap;

use super::circle::Circle;
use super::places::house_keys;
use crate::subjects::postings::{Key, Postings};
use crate::subjects::terms::compare::{joined, one_edit};
use crate::subjects::terms::{name, nicknames, wildcard};
use crate::subjects::{Descriptor, NameForm, NameRole, Past};

const RECORD: u8 = 1;
const VRM: u8 = 2;
const PHONE: u8 = 3;
const BORN_SURNAME: u8 = 4;
const BORN_FORENAME: u8 = 5;
const NAME: u8 = 6;
const GROUP: u8 = 7;
const INITIAL: u8 = 8;
const INITIAL_ONLY: u8 = 9;
const SURNAME: u8 = 10;
const POSTCODE: u8 = 11;
const DELETION: u8 = 12;
const VARIANT: u8 = 13;
const BORN: u8 = 14;
const UNIT: u8 = 15;
const UNIT_SURNAME: u8 = 16;
const UNIT_FORENAME: u8 = 17;
const UNIT_NUMBER: u8 = 18;
const NUMBER_STREET: u8 = 19;
const YEAR_FORENAME: u8 = 20;
const YEAR_SURNAME: u8 = 21;
const EMAIL: u8 = 22;

/// A surname typed alone, or with an initial's list this short, is compared whole.
const SHORT_LIST: usize = 32;
/// Surname and initial: longer lists need another field.
const INITIAL_LIST: usize = 256;
/// Any other list.
const LONG_LIST: usize = 2_000;
/// Surnames that one typed pattern may stand for.
const PATTERN_SURNAMES: usize = 64;

/// The references of the circle, and who on the staff bears a surname.
#[derive(Debug, Default)]
pub struct Index {
    keys: Keys,
    /// Joined current surname → rows of `staff`.
    staff_surnames: Postings,
}

impl Index {
    /// Indexes the circle.
    #[must_use]
    pub fn new(circle: &Circle) -> Self {
        let staff = circle.surnames.iter().enumerate().filter(|(_, s)| !s.is_empty());
        Self {
            keys: Keys::new(circle.references.iter().map(|r| &r.descriptor), Reach::Narrow),
            staff_surnames: Postings::new(
                staff.map(|(row, s)| (Key::new(SURNAME).text(s).end(), row as u32)).collect(),
            ),
        }
    }

    /// Rows of `staff` whose current surname this is.
    #[must_use]
    pub fn staff_of_surname(&self, surname: &str) -> &[u32] {
        self.staff_surnames.get(Key::new(SURNAME).text(surname).end())
    }

    /// The references worth comparing with a subject; see [`Keys::candidates`].
    pub fn candidates(&self, d: &Descriptor, found: &mut Vec<u32>, capped: &mut u64) {
        self.keys.candidates(d, found, capped);
    }
}

/// Which keys lead from a search to a description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Some name agrees, or a record, plate, number or house: enough for circles, whose members live among
    /// millions of searches.
    #[default]
    Narrow,
    /// Also the birth date alone, and the postcode alone: for a register that is searched on purpose, where
    /// both names may be wrong at once.
    Wide,
}

/// Keys over descriptions, and a one-deletion index over their distinct surnames.
#[derive(Debug, Default)]
pub struct Keys {
    keys: Postings,
    /// Distinct joined surnames and halves, sorted; the rank is the id in keys.
    surnames: Vec<Box<str>>,
    ids: FxHashMap<Box<str>, u32>,
    spellings: Postings,
    reach: Reach,
}

impl Keys {
    /// Indexes descriptions in their order.
    #[must_use]
    pub fn new<'a>(all: impl Iterator<Item = &'a Descriptor> + Clone, reach: Reach) -> Self {
        let mut surnames: Vec<Box<str>> =
            all.clone().flat_map(|d| &d.surnames).flat_map(|n| forms(&n.text)).map(Into::into).collect();
        surnames.sort_unstable();
        surnames.dedup();
        let ids: FxHashMap<Box<str>, u32> = surnames.iter().enumerate().map(|(i, s)| (s.clone(), i as u32)).collect();
        let mut spellings = Vec::new();
        for (id, surname) in surnames.iter().enumerate() {
            spelling_keys(surname, |key| spellings.push((key, id as u32)));
        }
        let mut pairs = Vec::new();
        for (row, described) in all.enumerate() {
            reference_keys(described, &ids, |key| pairs.push((key, row as u32)));
            if reach == Reach::Wide {
                wide_keys(described, |key| pairs.push((key, row as u32)));
            }
        }
        Self { keys: Postings::new(pairs), surnames, ids, spellings: Postings::new(spellings), reach }
    }

    /// The rows worth comparing with a subject, ascending; adds the keys passed over to `capped`.
    pub fn candidates(&self, d: &Descriptor, found: &mut Vec<u32>, capped: &mut u64) {
        found.clear();
        let mut add = |rows: &[u32], most: usize| {
            if rows.len() > most { *capped += 1 } else { found.extend(rows) }
        };
        if !d.record.is_empty() {
            add(self.keys.get(Key::new(RECORD).text(&d.record).end()), LONG_LIST);
        }
        for vrm in d.vrms.iter().filter(|v| !v.is_pattern()) {
            add(self.keys.get(Key::new(VRM).text(vrm.folded().as_str()).end()), LONG_LIST);
        }
        for email in &d.emails {
            add(self.keys.get(Key::new(EMAIL).text(email.as_str()).end()), LONG_LIST);
        }
        for phone in &d.phones {
            add(self.keys.get(Key::new(PHONE).number(phone.last_nine()).end()), LONG_LIST);
        }
        for (address, _) in d.places() {
            for key in house_keys(address) {
                add(self.keys.get(key), LONG_LIST);
            }
        }
        if let Some(past) = &d.past {
            past_keys(past, |key| add(self.keys.get(key), LONG_LIST));
        }
        if let Some(birth) = d.birth.filter(|b| b.is_full()) {
            for (tag, names) in [(BORN_SURNAME, &d.surnames), (BORN_FORENAME, &d.forenames)] {
                let mut last = 0;
                for name in names.iter().filter(|n| n.role != NameRole::Middle) {
                    let initial = name.text.as_bytes()[0];
                    if initial != last {
                        last = initial;
                        add(
                            self.keys.get(Key::new(tag).number(birth.packed()).number(u64::from(initial)).end()),
                            LONG_LIST,
                        );
                    }
                }
            }
        }
        for family in &d.surnames {
            self.by_surname(&family.text, d, &mut add);
            // Typed the wrong way round.
            if let Some(first) = d.forename()
                && let Some(id) = self.ids.get(&*joined(first))
            {
                add(self.keys.get(Key::new(NAME).number(u64::from(*id)).text(&family.text).end()), LONG_LIST);
            }
        }
        if self.reach == Reach::Wide {
            wide_keys(d, |key| add(self.keys.get(key), LONG_LIST));
        }
        found.sort_unstable();
        found.dedup();
    }

    fn by_surname(&self, surname: &str, d: &Descriptor, add: &mut impl FnMut(&[u32], usize)) {
        let mut ids: Vec<u32> = Vec::with_capacity(8);
        if wildcard::is_pattern(surname) {
            self.fitting(surname, &mut ids);
        } else {
            let whole = joined(surname);
            ids.extend(self.ids.get(&*whole));
            spelling_keys(&whole, |key| {
                ids.extend(self.spellings.get(key).iter().filter(|&&id| {
                    let other = &self.surnames[id as usize];
                    one_edit(whole.as_bytes(), other.as_bytes()) || nicknames::same_surname(&whole, other)
                }));
            });
            if surname.contains(' ') {
                ids.extend(forms(surname).filter_map(|half| self.ids.get(&*half)));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let unit = d.postcode().and_then(|p| p.unit());
        for id in ids {
            let with = |tag| Key::new(tag).number(u64::from(id));
            if let Some(unit) = unit {
                add(self.keys.get(with(POSTCODE).number(unit).end()), LONG_LIST);
            }
            let mut asked = false;
            for given in d.forenames.iter().filter(|n| n.role != NameRole::Middle) {
                asked = true;
                let first = given.text.as_bytes()[0];
                let initial = self.keys.get(with(INITIAL).number(u64::from(first)).end());
                let letter = given.text.len() == 1 || wildcard::is_pattern(&given.text);
                if letter || initial.len() <= SHORT_LIST {
                    add(initial, INITIAL_LIST);
                } else {
                    add(self.keys.get(with(NAME).text(&given.text).end()), LONG_LIST);
                    add(self.keys.get(with(INITIAL_ONLY).number(u64::from(first)).end()), INITIAL_LIST);
                }
                // A short form may have another initial: Bill, Mandy.
                if !letter {
                    for group in nicknames::forename_groups(&joined(&given.text)) {
                        add(self.keys.get(with(GROUP).number(u64::from(*group)).end()), LONG_LIST);
                    }
                }
            }
            if !asked {
                add(self.keys.get(with(SURNAME).end()), SHORT_LIST);
            }
        }
    }

    /// Surnames that a pattern may stand for, where at least two leading letters were typed.
    fn fitting(&self, pattern: &str, ids: &mut Vec<u32>) {
        let pattern = joined(pattern);
        let prefix = wildcard::prefix(&pattern);
        if prefix.len() < 2 {
            return;
        }
        let start = self.surnames.partition_point(|s| **s < *prefix);
        let fitting = self.surnames[start..].iter().take_while(|s| s.starts_with(prefix)).enumerate();
        ids.extend(
            fitting
                .filter(|(_, s)| wildcard::matches(&pattern, s))
                .map(|(i, _)| (start + i) as u32)
                .take(PATTERN_SURNAMES),
        );
    }
}

/// The joined surname and, of a double-barrelled one, its halves.
fn forms(surname: &str) -> impl Iterator<Item = String> + '_ {
    let halves =
        surname.split(' ').filter(|half| half.len() >= 3 && half.len() < surname.len() && !name::is_particle(half));
    std::iter::once(joined(surname).into_owned()).chain(halves.map(str::to_owned))
}

/// The name itself, each of its one-letter deletions, and the groups of accepted spellings.
fn spelling_keys(joined: &str, mut add: impl FnMut(u64)) {
    if joined.len() < 3 || !joined.is_ascii() {
        return;
    }
    add(Key::new(DELETION).text(joined).end());
    for i in 0..joined.len() {
        let (head, tail) = (&joined.as_bytes()[..i], &joined.as_bytes()[i + 1..]);
        // A letter of a pair may go once only.
        if i > 0 && joined.as_bytes()[i - 1] == joined.as_bytes()[i] {
            continue;
        }
        add(Key::new(DELETION).parts(head, tail).end());
    }
    for group in nicknames::surname_groups(joined) {
        add(Key::new(VARIANT).number(u64::from(*group)).end());
    }
}

/// Keys of [`Reach::Wide`]: any one field may be wrong, and most pairs of them.
fn wide_keys(d: &Descriptor, mut add: impl FnMut(u64)) {
    let initials = |tag, names: &[NameForm], rest: u64, add: &mut dyn FnMut(u64)| {
        let mut last = 0;
        for name in names.iter().filter(|n| n.role != NameRole::Middle) {
            let initial = name.text.as_bytes()[0];
            if initial != last {
                last = initial;
                add(Key::new(tag).number(rest).number(u64::from(initial)).end());
            }
        }
    };
    if let Some(birth) = d.birth.filter(|b| b.is_full()) {
        add(Key::new(BORN).number(birth.packed()).end());
    }
    for (address, _) in d.places() {
        if let Some(code) = address.postcode.and_then(|p| p.unit().or_else(|| p.sector())) {
            add(Key::new(UNIT).number(code).end());
            initials(UNIT_SURNAME, &d.surnames, code, &mut add);
            initials(UNIT_FORENAME, &d.forenames, code, &mut add);
            if address.number > 0 {
                add(Key::new(UNIT_NUMBER).number(code).number(u64::from(address.number)).end());
            }
        }
        if address.number > 0 && !address.street.is_empty() {
            add(Key::new(NUMBER_STREET).number(u64::from(address.number)).text(&address.street).end());
        }
    }
    for given in d.forenames.iter().filter(|n| n.role != NameRole::Middle && n.text.len() > 1) {
        if let Some(year) = d.birth.and_then(|b| b.only_year()) {
            add(Key::new(YEAR_FORENAME).number(u64::from(year)).text(&given.text).end());
        }
    }
    if let Some(year) = d.birth.and_then(|b| b.only_year()) {
        for family in &d.surnames {
            add(Key::new(YEAR_SURNAME)
                .number(u64::from(year))
                .parts(&family.text.as_bytes()[..family.text.len().min(3)], b"")
                .end());
        }
    }
}

/// Plates and numbers that were somebody's.
fn past_keys(past: &Past, mut add: impl FnMut(u64)) {
    past.vrms.iter().for_each(|(vrm, _)| add(Key::new(VRM).text(vrm.folded().as_str()).end()));
    past.emails.iter().for_each(|(email, _)| add(Key::new(EMAIL).text(email.as_str()).end()));
    past.phones.iter().for_each(|(phone, _)| add(Key::new(PHONE).number(phone.last_nine()).end()));
}

fn reference_keys(d: &Descriptor, ids: &FxHashMap<Box<str>, u32>, mut add: impl FnMut(u64)) {
    if !d.record.is_empty() {
        add(Key::new(RECORD).text(&d.record).end());
    }
    for vrm in d.vrms.iter().filter(|v| !v.is_pattern()) {
        add(Key::new(VRM).text(vrm.folded().as_str()).end());
    }
    for email in &d.emails {
        add(Key::new(EMAIL).text(email.as_str()).end());
    }
    for phone in &d.phones {
        add(Key::new(PHONE).number(phone.last_nine()).end());
    }
    // Own homes are found through `places`; what is indexed here are the others'.
    for (address, _) in d.places() {
        house_keys(address).into_iter().for_each(&mut add);
    }
    if let Some(past) = &d.past {
        past_keys(past, &mut add);
    }
    if let Some(birth) = d.birth.filter(|b| b.is_full()) {
        for (tag, names) in [(BORN_SURNAME, &d.surnames), (BORN_FORENAME, &d.forenames)] {
            for name in names.iter().filter(|n| n.role != NameRole::Middle) {
                add(Key::new(tag).number(birth.packed()).number(u64::from(name.text.as_bytes()[0])).end());
            }
        }
    }
    let unit = d.postcode().and_then(|p| p.unit());
    for family in &d.surnames {
        for id in forms(&family.text).filter_map(|form| ids.get(&*form)) {
            let with = |tag| Key::new(tag).number(u64::from(*id));
            add(with(SURNAME).end());
            if let Some(unit) = unit {
                add(with(POSTCODE).number(unit).end());
            }
            for given in d.forenames.iter().filter(|n| n.role != NameRole::Middle) {
                let first = u64::from(given.text.as_bytes()[0]);
                add(with(INITIAL).number(first).end());
                if given.text.len() == 1 {
                    add(with(INITIAL_ONLY).number(first).end());
                } else {
                    add(with(NAME).text(&given.text).end());
                    for group in nicknames::forename_groups(&joined(&given.text)) {
                        add(with(GROUP).number(u64::from(*group)).end());
                    }
                }
            }
        }
    }
}
