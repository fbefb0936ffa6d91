//! From a person, vehicle or address of an incident to the subjects that are it.
//!
//! An explanation is what this finds, so it is generous: slips, nicknames, former
//! names and a missing birth date are tolerated; another birth date is not.

use std::cell::OnceCell;

use rayon::prelude::*;

use super::descriptor::{Descriptor, NameForm, NameRole};
use super::people::PeopleIndex;
use super::postings::{Key, Postings};
use super::terms::compare::{forenames, joined, surnames};
use super::terms::{Address, AddressLevel, Birth, BirthLevel, NameLevel, PostcodeLevel, nicknames};
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
const OF_YEAR: u8 = 11;
const OF_DAY: u8 = 12;
const UNDATED: u8 = 13;
const UNRECORDED: u8 = 14;

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
                let names = name_keys(&subject.descriptor, true);
                keys.extend(names.iter().flat_map(|name| dated(*name, subject.descriptor.birth)).flatten());
                if subject.descriptor.record.is_empty() {
                    keys.extend(names.iter().map(|name| unrecorded(*name)));
                }
                keys.extend(names);
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
        // An initial is not enough by itself, as `same_person` has it.
        let mut names = name_keys(&d, d.birth.is_some() || !d.addresses.is_empty());
        if let (Some(first), Some(last)) = (d.forename(), d.surname()) {
            // Typed the wrong way round.
            names.push(Key::new(NAME).text(first).text(last).end());
        }
        for name in names {
            candidates.extend(self.namesakes(name, &d));
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

    /// Subjects by a key of the name that may be the same person. A town has many people of a name, and few of them
    /// with a birth date that could be a slip of another's: the work must not grow with the square of the town.
    fn namesakes(&self, name: u64, d: &Descriptor) -> impl Iterator<Item = &SubjectId> {
        let keys = match d.birth.filter(Birth::is_full) {
            Some(_) => {
                let [year, day, _] = dated(name, d.birth);
                [year, day, Some(Key::new(UNDATED).number(name).end())]
            }
            // By the name alone another record is another person.
            None if !d.record.is_empty() => [Some(unrecorded(name)), None, None],
            None => [Some(name), None, None],
        };
        keys.into_iter().flatten().flat_map(|key| self.keys.get(key))
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
    if let Some(birth) = d.birth.filter(|b| b.is_full()) {
        let key = |tag, name: &NameForm| Key::new(tag).number(birth.packed()).text(&name.text[..1]).end();
        keys.extend(d.surnames.iter().map(|n| key(BORN_SURNAME, n)));
        keys.extend(d.forenames.iter().filter(|n| n.role != NameRole::Middle).map(|n| key(BORN_FORENAME, n)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn name_keys(d: &Descriptor, initials: bool) -> Vec<u64> {
    let mut keys = Vec::with_capacity(4);
    for family in &d.surnames {
        for given in d.forenames.iter().filter(|n| n.role != NameRole::Middle) {
            keys.push(Key::new(NAME).text(&family.text).text(&given.text).end());
            if initials {
                keys.push(Key::new(NAME).text(&family.text).text(&given.text[..1]).end());
            }
            for group in nicknames::forename_groups(&joined(&given.text)) {
                keys.push(Key::new(GROUP).text(&family.text).number(u64::from(*group)).end());
            }
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A key of the name with the birth: two births that one person may have share the year or the day and month, as
/// [`Birth::compare`] sees them (swapped, a slip of one digit, a year off), but where one is not known in full.
fn dated(name: u64, birth: Option<Birth>) -> [Option<u64>; 3] {
    match birth.filter(Birth::is_full) {
        Some(full) => {
            let (year, month, day) = full.parts();
            let year = Key::new(OF_YEAR).number(name).number(u64::from(year)).end();
            let day = Key::new(OF_DAY).number(name).number(u64::from(month) << 8 | u64::from(day)).end();
            [Some(year), Some(day), None]
        }
        None => [None, None, Some(Key::new(UNDATED).number(name).end())],
    }
}

/// A key of the name among those of whom no record is known.
fn unrecorded(name: u64) -> u64 {
    Key::new(UNRECORDED).number(name).end()
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
    same_vrm || same_phone || same_email || same_person(d, subject) && !of_another_record(d, subject)
}

/// Both name a record, not the same one, and nothing but a name says that the two records are one person's.
fn of_another_record(a: &Descriptor, b: &Descriptor) -> bool {
    let other = !a.record.is_empty() && !b.record.is_empty() && a.record != b.record;
    let born = || a.birth.zip(b.birth).is_some_and(|(x, y)| x.is_full() && x.compare(&y) == BirthLevel::Exact);
    let home = || a.addresses.iter().any(|x| b.addresses.iter().any(|y| at_home(x, y)));
    other && !born() && !home()
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
    // Most of those who are asked about share a name and no more: what costs least and rules out most comes first.
    let home = OnceCell::new();
    let home = || *home.get_or_init(|| a.addresses.iter().any(|x| b.addresses.iter().any(|y| at_home(x, y))));
    let sure = birth == Some(BirthLevel::Exact);
    let fits = |family: Option<NameLevel>, given: Option<NameLevel>| match (family, given) {
        (Some(family), Some(given)) if family < NameLevel::Half && given < NameLevel::Half => {
            let plain = family <= NameLevel::Group && given <= NameLevel::Group;
            // A slip in the name needs the exact date, the home, or one slip only.
            plain || sure || home()
        }
        (Some(family), Some(given)) if family < NameLevel::Similar && given < NameLevel::Similar => {
            birth.is_some() || home()
        }
        // Another surname, but the same forename, date and home: a changed name.
        (Some(NameLevel::Differs | NameLevel::Similar), Some(given)) => given <= NameLevel::Group && sure && home(),
        (Some(family), None) => family <= NameLevel::OneEdit && (sure || home()),
        (None, Some(given)) => given <= NameLevel::Group && sure && home(),
        _ => false,
    };
    fits(best(&a.surnames, &b.surnames, surnames), best(&a.forenames, &b.forenames, forenames))
        || !(a.surnames.is_empty() || b.surnames.is_empty())
            && fits(best(&a.surnames, &b.forenames, surnames), best(&a.forenames, &b.surnames, forenames))
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

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn birth() -> impl Strategy<Value = Birth> {
        (1900_i32..2026, 1_u32..13, 1_u32..29)
            .prop_filter_map("the year alone", |(y, m, d)| Birth::from_date(NaiveDate::from_ymd_opt(y, m, d)?))
            .prop_filter("the year alone", Birth::is_full)
    }

    /// A birth that somebody may have typed for another: parts exchanged, a digit changed, digits exchanged.
    fn slip() -> impl Strategy<Value = (Birth, Birth)> {
        (birth(), 0_usize..10, 0_u8..10).prop_filter_map("no date", |(birth, at, digit)| {
            let (year, month, day) = birth.parts();
            let mut text = format!("{day:02}{month:02}{year:04}").into_bytes();
            match at {
                8 => text = format!("{month:02}{day:02}{year:04}").into_bytes(),
                9 => text.swap(usize::from(digit) % 7, usize::from(digit) % 7 + 1),
                _ => text[at] = b'0' + digit,
            }
            let typed = Birth::parse(std::str::from_utf8(&text).ok()?, NaiveDate::from_ymd_opt(2026, 3, 31)?)?;
            Some((birth, typed))
        })
    }

    proptest! {
        /// No namesake whose birth may be the same person's is missed for its birth.
        #[test]
        fn births_of_one_person_share_a_key((a, b) in slip()) {
            let level = a.compare(&b);
            if !level.is_conflict() && level != BirthLevel::YearNear {
                let asked = if b.is_full() { dated(7, Some(b)) } else { [Some(7), None, None] };
                let kept = [&dated(7, Some(a))[..], &[Some(7)]].concat();
                prop_assert!(asked.iter().flatten().any(|key| kept.contains(&Some(*key))), "{a} {b} {level:?}");
            }
        }
    }
}
