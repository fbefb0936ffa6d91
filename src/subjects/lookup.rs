//! From a person, vehicle or address of an incident to the subjects that are it.
//!
//! An explanation is what this finds, so it is generous: slips, nicknames, former
//! names and a missing birth date are tolerated; another birth date is not.

use rayon::prelude::*;

use super::descriptor::{Descriptor, NameForm, NameRole};
use super::people::PeopleIndex;
use super::postings::{Key, Postings};
use super::terms::compare::{forenames, joined, surnames};
use super::terms::{Address, AddressLevel, BirthLevel, NameLevel, PostcodeLevel, nicknames};
use super::{Subject, SubjectId, SubjectKind, Subjects};

const VRM: u8 = 1;
const PHONE: u8 = 2;
const NAME: u8 = 3;
const GROUP: u8 = 4;
const BORN_SURNAME: u8 = 5;
const BORN_FORENAME: u8 = 6;
const HOUSE: u8 = 7;
const POSTCODE_HOUSE: u8 = 8;
const POSTCODE_ONLY: u8 = 9;
const EMAIL: u8 = 10;

/// Hashed keys over the subjects of a log.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    keys: Postings,
}

impl Lookup {
    /// Indexes subjects by every field that an incident may name.
    #[must_use]
    pub fn new(all: &[Subject]) -> Self {
        let pairs = all
            .par_iter()
            .enumerate()
            .flat_map_iter(|(id, subject)| {
                let mut keys = person_keys(&subject.descriptor);
                for address in &subject.descriptor.addresses {
                    keys.extend(address_keys(address));
                    if address.is_postcode_only() && subject.kind == SubjectKind::Place {
                        keys.extend(address.postcode.map(|p| Key::new(POSTCODE_ONLY).text(&p.text()).end()));
                    }
                }
                keys.into_iter().map(move |key| (key, id as SubjectId))
            })
            .collect();
        Self { keys: Postings::new(pairs) }
    }

    /// All subjects that are the described person, or one of their vehicles, telephones or addresses.
    pub(super) fn involved(&self, subjects: &Subjects, index: &PeopleIndex<'_>, mut d: Descriptor) -> Vec<SubjectId> {
        let row = if d.record.is_empty() { index.find_name(&d) } else { index.find_record(&d.record) };
        if let Some(row) = row {
            d.merge(&index.describe(row));
        }
        let mut found: Vec<SubjectId> = Vec::new();
        if !d.record.is_empty() {
            found.extend(subjects.find_record(&d.record));
        }
        let mut candidates: Vec<SubjectId> =
            person_keys(&d).into_iter().flat_map(|key| self.keys.get(key)).copied().collect();
        if let (Some(first), Some(last)) = (d.forename(), d.surname()) {
            // Typed the wrong way round.
            candidates.extend(self.keys.get(Key::new(NAME).text(first).text(last).end()));
        }
        for address in &d.addresses {
            candidates.extend(address_keys(address).into_iter().flat_map(|key| self.keys.get(key)));
            found.extend(self.places(subjects, address));
        }
        candidates.sort_unstable();
        candidates.dedup();
        found.extend(candidates.into_iter().filter(|&id| is_involved(&d, &subjects.all[id as usize].descriptor)));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Places that are the address.
    pub(super) fn places(&self, subjects: &Subjects, at: &Address) -> Vec<SubjectId> {
        let mut found: Vec<SubjectId> = self.at(subjects, at, |subject| subject.kind == SubjectKind::Place);
        if let Some(code) = at.postcode {
            found.extend(self.keys.get(Key::new(POSTCODE_ONLY).text(&code.text()).end()));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Persons who live at the address, by their record or by what was typed.
    pub(super) fn residents(&self, subjects: &Subjects, at: &Address) -> Vec<SubjectId> {
        self.at(subjects, at, |subject| subject.kind == SubjectKind::Person)
    }

    fn at(&self, subjects: &Subjects, at: &Address, wanted: impl Fn(&Subject) -> bool) -> Vec<SubjectId> {
        let mut found: Vec<SubjectId> = address_keys(at)
            .into_iter()
            .flat_map(|key| self.keys.get(key))
            .copied()
            .filter(|&id| {
                let subject = &subjects.all[id as usize];
                wanted(subject) && subject.descriptor.addresses.iter().any(|other| same_place(at, other))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn same_place(a: &Address, b: &Address) -> bool {
    matches!(a.compare(b), AddressLevel::Same | AddressLevel::Building | AddressLevel::NoPlace)
}

fn person_keys(d: &Descriptor) -> Vec<u64> {
    let mut keys = Vec::with_capacity(8);
    keys.extend(d.vrms.iter().filter(|v| !v.is_pattern()).map(|v| Key::new(VRM).text(v.folded().as_str()).end()));
    keys.extend(d.phones.iter().map(|p| Key::new(PHONE).number(p.last_nine()).end()));
    keys.extend(d.emails.iter().map(|e| Key::new(EMAIL).text(e.as_str()).end()));
    for family in &d.surnames {
        for given in d.forenames.iter().filter(|n| n.role != NameRole::Middle) {
            keys.push(Key::new(NAME).text(&family.text).text(&given.text).end());
            keys.push(Key::new(NAME).text(&family.text).text(&given.text[..1]).end());
            for group in nicknames::forename_groups(&joined(&given.text)) {
                keys.push(Key::new(GROUP).text(&family.text).number(u64::from(*group)).end());
            }
        }
    }
    if let Some(birth) = d.birth.filter(|b| b.is_full()) {
        let key = |tag, name: &NameForm| Key::new(tag).number(birth.packed()).text(&name.text[..1]).end();
        keys.extend(d.surnames.iter().map(|n| key(BORN_SURNAME, n)));
        keys.extend(d.forenames.iter().filter(|n| n.role != NameRole::Middle).map(|n| key(BORN_FORENAME, n)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn address_keys(address: &Address) -> Vec<u64> {
    let mut keys = Vec::with_capacity(2);
    let house = if address.number > 0 { address.number.to_string() } else { address.building.to_string() };
    if house.is_empty() {
        return keys;
    }
    if !address.street.is_empty() {
        keys.push(Key::new(HOUSE).text(&house).text(&address.street).end());
    }
    if let Some(unit) = address.postcode.and_then(|p| p.unit()) {
        keys.push(Key::new(POSTCODE_HOUSE).text(&house).number(unit).end());
    }
    keys
}

/// The person the incident describes, or their vehicle or telephone.
fn is_involved(d: &Descriptor, subject: &Descriptor) -> bool {
    let same_vrm = d.vrms.iter().any(|a| subject.vrms.iter().any(|b| !a.is_pattern() && a.folded() == b.folded()));
    let same_phone = d.phones.iter().any(|a| subject.phones.iter().any(|b| a.same(*b)));
    let same_email = d.emails.iter().any(|a| subject.emails.contains(a));
    same_vrm || same_phone || same_email || same_person(d, subject)
}

/// Name and birth date agree, as far as both are known; see the module's own words.
#[must_use]
pub fn same_person(a: &Descriptor, b: &Descriptor) -> bool {
    let birth = match (a.birth, b.birth) {
        (Some(x), Some(y)) => Some(x.compare(&y)),
        _ => None,
    };
    if birth.is_some_and(|level| level.is_conflict() || level == BirthLevel::YearNear) {
        return false;
    }
    let home = a.addresses.iter().any(|x| b.addresses.iter().any(|y| at_home(x, y)));
    let straight = (best(&a.surnames, &b.surnames, surnames), best(&a.forenames, &b.forenames, forenames));
    let swapped = (best(&a.surnames, &b.forenames, surnames), best(&a.forenames, &b.surnames, forenames));
    let sure = birth == Some(BirthLevel::Exact);
    let fits = |(family, given): (Option<NameLevel>, Option<NameLevel>)| match (family, given) {
        (Some(family), Some(given)) if family < NameLevel::Half && given < NameLevel::Half => {
            let plain = family <= NameLevel::Group && given <= NameLevel::Group;
            // A slip in the name needs the exact date, the home, or one slip only.
            plain || sure || home
        }
        (Some(family), Some(given)) if family < NameLevel::Similar && given < NameLevel::Similar => {
            birth.is_some() || home
        }
        // Another surname, but the same forename, date and home: a changed name.
        (Some(NameLevel::Differs | NameLevel::Similar), Some(given)) => given <= NameLevel::Group && sure && home,
        (Some(family), None) => family <= NameLevel::OneEdit && (sure || home),
        (None, Some(given)) => given <= NameLevel::Group && sure && home,
        _ => false,
    };
    fits(straight) || fits(swapped) && !(a.surnames.is_empty() || b.surnames.is_empty())
}

fn at_home(a: &Address, b: &Address) -> bool {
    matches!(a.compare(b), AddressLevel::Same | AddressLevel::Building | AddressLevel::Postcode(PostcodeLevel::Unit))
}

fn best(a: &[NameForm], b: &[NameForm], compare: fn(&str, &str) -> NameLevel) -> Option<NameLevel> {
    a.iter().flat_map(|x| b.iter().map(move |y| compare(&x.text, &y.text))).min()
}

/// Could a search for `typed` have been the way to the record `found`? Far more generous than
/// [`same_person`]: it is asked only of a record that the same user opened minutes later.
#[must_use]
pub fn may_lead_to(typed: &Descriptor, found: &Descriptor) -> bool {
    let conflict = match (typed.birth, found.birth) {
        (Some(x), Some(y)) => x.compare(&y).is_conflict(),
        _ => false,
    };
    if conflict {
        return false;
    }
    let place = typed.addresses.iter().any(|x| found.addresses.iter().any(|y| same_place(x, y) || at_home(x, y)));
    if is_involved(found, typed) {
        return true;
    }
    let family = best(&typed.surnames, &found.surnames, surnames);
    let given = best(&typed.forenames, &found.forenames, forenames);
    match (family, given) {
        (Some(family), Some(given)) => family < NameLevel::Similar && given < NameLevel::Similar,
        (Some(only), None) | (None, Some(only)) => only < NameLevel::Similar && (place || typed.addresses.is_empty()),
        (None, None) => place,
    }
}
