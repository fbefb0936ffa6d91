//! The nominal index by what people are found by: record id, name and birth date, plate, telephone.

use chrono::NaiveDate;
use rayon::prelude::*;

use super::descriptor::{Descriptor, NameRole};
use super::postings::{Key, Postings};
use super::terms::compare::joined;
use super::terms::{Email, Phone, Vrm, nicknames, wildcard};
use crate::ingest::Person;

const RECORD: u8 = 1;
const NAME: u8 = 2;
const GROUP: u8 = 3;
const VRM: u8 = 4;
const PHONE: u8 = 5;
const EMAIL: u8 = 6;

/// Hashed keys over the rows of `people`; rows are described again when they are asked for,
/// so that the index of a large force stays a few hundred bytes a person.
pub struct PeopleIndex<'a> {
    people: &'a [Person],
    as_of: NaiveDate,
    keys: Postings,
}

impl<'a> PeopleIndex<'a> {
    /// Indexes every row; `as_of` (the end of the window) turns two-digit years.
    #[must_use]
    pub fn new(people: &'a [Person], as_of: NaiveDate) -> Self {
        let pairs = people
            .par_iter()
            .enumerate()
            .flat_map_iter(|(row, person)| {
                let row = row as u32;
                // Addresses are no key here, and the dearest field to read.
                let described = Descriptor::of_person_without_address(person, as_of);
                let (mut keys, grouped) = name_keys(&described);
                keys.extend(grouped);
                if !person.subject_id.is_empty() {
                    keys.push(record_key(&person.subject_id));
                }
                keys.extend(described.vrms.iter().filter(|v| !v.is_pattern()).map(vrm_key));
                keys.extend(described.phones.iter().map(|p| phone_key(*p)));
                keys.extend(described.emails.iter().map(email_key));
                keys.into_iter().map(move |key| (key, row))
            })
            .collect();
        Self { people, as_of, keys: Postings::new(pairs) }
    }

    /// The rows behind the index.
    #[must_use]
    pub const fn people(&self) -> &'a [Person] {
        self.people
    }

    /// The day that turns two-digit years.
    #[must_use]
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// The comparable fields of a row.
    #[must_use]
    pub fn describe(&self, row: u32) -> Descriptor {
        Descriptor::of_person(&self.people[row as usize], self.as_of)
    }

    /// The row of a record id; the first where several rows claim it.
    #[must_use]
    pub fn find_record(&self, subject_id: &str) -> Option<u32> {
        let rows = self.keys.get(record_key(subject_id));
        rows.iter().copied().find(|&row| self.people[row as usize].subject_id == subject_id)
    }

    /// The one person of this full name and full birth date: exact or by alias, else by nickname.
    /// `None` where nobody is, or more than one.
    #[must_use]
    pub fn find_name(&self, typed: &Descriptor) -> Option<u32> {
        if !typed.has_full_name() || !typed.birth.is_some_and(|b| b.is_full()) {
            return None;
        }
        let (exact, grouped) = name_keys(typed);
        match self.one(&exact) {
            Found::One(row) => Some(row),
            Found::Many => None,
            Found::Nobody => match self.one(&grouped) {
                Found::One(row) => Some(row),
                _ => None,
            },
        }
    }

    fn one(&self, keys: &[u64]) -> Found {
        let mut found = Found::Nobody;
        for &row in keys.iter().flat_map(|key| self.keys.get(*key)) {
            found = match found {
                Found::Nobody => Found::One(row),
                Found::One(known) if known == row => found,
                _ => return Found::Many,
            };
        }
        found
    }

    /// The one person who holds this plate.
    #[must_use]
    pub fn holder_of_vrm(&self, vrm: &Vrm) -> Option<u32> {
        if vrm.is_pattern() { None } else { self.keys.only(vrm_key(vrm)) }
    }

    /// The one person who holds this e-mail address.
    #[must_use]
    pub fn holder_of_email(&self, email: &Email) -> Option<u32> {
        self.keys.only(email_key(email))
    }

    /// The one person who holds this number.
    #[must_use]
    pub fn holder_of_phone(&self, phone: Phone) -> Option<u32> {
        self.keys.only(phone_key(phone))
    }
}

enum Found {
    Nobody,
    One(u32),
    Many,
}

fn record_key(subject_id: &str) -> u64 {
    Key::new(RECORD).text(subject_id).end()
}

fn vrm_key(vrm: &Vrm) -> u64 {
    Key::new(VRM).text(vrm.folded().as_str()).end()
}

fn email_key(email: &Email) -> u64 {
    Key::new(EMAIL).text(email.as_str()).end()
}

fn phone_key(phone: Phone) -> u64 {
    Key::new(PHONE).number(phone.last_nine()).end()
}

/// Keys of full name + full birth date: as written, and by nickname group.
/// Keys by full name and full birth date as they stand; none where either is not full.
pub(super) fn born_keys(d: &Descriptor) -> Vec<u64> {
    name_keys(d).0
}

fn name_keys(d: &Descriptor) -> (Vec<u64>, Vec<u64>) {
    let (mut exact, mut grouped) = (Vec::new(), Vec::new());
    let Some(birth) = d.birth.filter(|b| b.is_full()) else { return (exact, grouped) };
    let usable = |text: &str| text.len() > 1 && !wildcard::is_pattern(text);
    for family in d.surnames.iter().filter(|n| usable(&n.text)) {
        for given in d.forenames.iter().filter(|n| n.role != NameRole::Middle && usable(&n.text)) {
            exact.push(Key::new(NAME).text(&family.text).text(&given.text).number(birth.packed()).end());
            for group in nicknames::forename_groups(&joined(&given.text)) {
                grouped.push(Key::new(GROUP).text(&family.text).number(u64::from(*group)).number(birth.packed()).end());
            }
        }
    }
    (exact, grouped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::descriptor::Fields;

    fn person(id: &str, forename: &str, surname: &str, dob: &str) -> Person {
        Person {
            subject_id: id.into(),
            forename: forename.into(),
            surname: surname.into(),
            dob: dob.into(),
            ..Person::default()
        }
    }

    #[test]
    fn by_name_and_date() {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let mut people = vec![
            person("N1", "William", "Smith", "1980-02-03"),
            person("N2", "John", "O'Neill", "1981-02-03"),
            person("N3", "John", "ONeill", "1982-02-03"),
            person("N4", "Ann", "Twin", "1990-05-06"),
            person("N5", "Ann", "Twin", "1990-05-06"),
        ];
        people[0].aliases = vec!["Wolf Smithson".into()];
        people[1].vrms = vec!["AB12 CDE".into()];
        people[1].phones = vec!["07700 900123".into()];
        let index = PeopleIndex::new(&people, as_of);
        let find = |forename: &str, surname: &str, dob: &str| {
            index.find_name(&Descriptor::from_fields(&Fields { forename, surname, dob, ..Fields::default() }, as_of))
        };
        assert_eq!(find("William", "Smith", "03/02/1980"), Some(0));
        assert_eq!(find("Bill", "SMITH", "3 Feb 1980"), Some(0));
        assert_eq!(find("Wolf", "Smithson", "1980-02-03"), Some(0));
        assert_eq!(find("William", "Smith", "1980"), None);
        assert_eq!(find("W", "Smith", "1980-02-03"), None);
        assert_eq!(find("John", "O Neill", "1981-02-03"), Some(1));
        assert_eq!(find("Ann", "Twin", "1990-05-06"), None, "two people carry it");
        assert_eq!(index.find_record("N3"), Some(2));
        assert_eq!(index.find_record("N9"), None);
        assert_eq!(index.holder_of_vrm(&Vrm::parse("ab12cde").unwrap()), Some(1));
        assert_eq!(index.holder_of_phone(Phone::parse("+447700900123").unwrap()), Some(1));
    }
}
