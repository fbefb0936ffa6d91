//! What is known about a person, vehicle or place: the fields that can be compared.

use chrono::NaiveDate;

use super::past::{Past, Span, told};
use super::terms::{Address, Birth, Email, Phone, Postcode, Vrm, name};
use crate::ingest::history::Dated;
use crate::ingest::{HighProfile, IncidentPerson, Person, Relationship, Staff};

/// Which of somebody's names a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum NameRole {
    Main,
    KnownAs,
    Alias,
    /// Maiden or other previous surname.
    Former,
    /// The spouse's or partner's surname, which they may use.
    Married,
    /// A middle name, or a later one of several forenames.
    Middle,
}

/// One normalised forename or surname.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameForm {
    /// As [`name::normalise`] gives it.
    pub text: Box<str>,
    /// Which of the person's names it is.
    pub role: NameRole,
}

/// Comparable fields. Every list is a set: each entry is one of several the person has or used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// Record id in the nominal index, or empty.
    pub record: Box<str>,
    /// Forenames, the main one first.
    pub forenames: Vec<NameForm>,
    /// Surnames, the current one first.
    pub surnames: Vec<NameForm>,
    /// Birth date, month, year or interval of an age.
    pub birth: Option<Birth>,
    /// Addresses; a postcode alone is an address too.
    pub addresses: Vec<Address>,
    /// Telephone numbers.
    pub phones: Vec<Phone>,
    /// E-mail addresses; exports keep them among the telephones.
    pub emails: Vec<Email>,
    /// Vehicles; a typed partial plate too.
    pub vrms: Vec<Vrm>,
    /// What was theirs once, where days are known; `None` for most.
    pub past: Option<Box<Past>>,
}

/// No list of a descriptor grows past this: more is a shared or broken record.
const MOST: usize = 12;

/// The raw texts of one person, whatever table they stand in.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Fields<'a> {
    pub record: &'a str,
    pub forename: &'a str,
    pub middle_names: &'a str,
    pub surname: &'a str,
    pub dob: &'a str,
    pub address: &'a str,
    pub postcode: &'a str,
    pub phones: &'a [String],
    pub vrms: &'a [String],
}

impl Descriptor {
    /// From raw texts; `as_of` turns two-digit years.
    #[must_use]
    pub fn from_fields(fields: &Fields<'_>, as_of: NaiveDate) -> Self {
        let mut d = Self { record: fields.record.into(), birth: Birth::parse(fields.dob, as_of), ..Self::default() };
        d.add_typed_name(fields.forename, fields.surname);
        if let Some(middle) = name::normalise(fields.middle_names) {
            for word in middle.split(' ') {
                d.add_forename(word, NameRole::Middle);
            }
        }
        d.addresses.extend(Address::parse(fields.address, fields.postcode));
        d.add_things(fields.phones, fields.vrms);
        d
    }

    /// Numbers and vehicles, each once.
    fn add_things(&mut self, phones: &[String], vrms: &[String]) {
        self.phones.extend(phones.iter().filter_map(|raw| Phone::parse(raw)).take(MOST));
        self.phones.sort_unstable();
        self.phones.dedup();
        self.emails.extend(phones.iter().filter_map(|raw| Email::parse(raw)).take(MOST));
        self.emails.sort_unstable();
        self.emails.dedup();
        self.vrms.extend(vrms.iter().filter_map(|raw| Vrm::parse(raw)).take(MOST));
        self.vrms.sort_unstable();
        self.vrms.dedup();
    }

    /// Where days are known, what is theirs by them, and what was.
    fn part(&mut self, history: &[Dated], with_address: bool) {
        if history.is_empty() {
            return;
        }
        let told = told(history, with_address);
        self.phones.clear();
        self.emails.clear();
        self.vrms.clear();
        self.add_things(&told.phones, &told.vrms);
        if let Some(address) = told.address {
            self.addresses = vec![address];
        }
        self.past = Some(Box::new(told.past));
    }

    /// Every address with its days: the present ones first, then those before.
    pub fn places(&self) -> impl Iterator<Item = (&Address, Span)> {
        let now = self.past.as_ref().map(|past| past.home).unwrap_or_default();
        let before = self.past.iter().flat_map(|past| &past.homes).map(|(address, span)| (address, *span));
        self.addresses.iter().map(move |address| (address, now)).chain(before)
    }

    /// A row of the nominal index.
    #[must_use]
    pub fn of_person(row: &Person, as_of: NaiveDate) -> Self {
        let mut d = Self::of_person_without_address(row, as_of);
        d.addresses.extend(Address::parse(&row.address, &row.postcode));
        d.part(&row.history, true);
        d
    }

    /// The same but for the address.
    #[must_use]
    pub fn of_person_without_address(row: &Person, as_of: NaiveDate) -> Self {
        let mut d = Self::from_fields(
            &Fields {
                record: &row.subject_id,
                forename: &row.forename,
                middle_names: &row.middle_names,
                surname: &row.surname,
                dob: &row.dob,
                phones: &row.phones,
                vrms: &row.vrms,
                ..Fields::default()
            },
            as_of,
        );
        for alias in &row.aliases {
            d.add_alias(alias);
        }
        d.part(&row.history, false);
        d
    }

    /// A row of HR.
    #[must_use]
    pub fn of_staff(row: &Staff, as_of: NaiveDate) -> Self {
        let mut d = Self::from_fields(
            &Fields {
                record: "",
                forename: &row.forename,
                middle_names: &row.middle_names,
                surname: &row.surname,
                dob: &row.dob,
                address: &row.address,
                postcode: &row.postcode,
                phones: &row.phones,
                vrms: &row.vrms,
            },
            as_of,
        );
        for former in row.previous_surnames.iter().flat_map(|raw| name::surnames(raw)) {
            d.add_surname(&former, NameRole::Former);
        }
        if let Some(known) = name::normalise(&row.known_as) {
            d.add_forename(&known, NameRole::KnownAs);
        }
        d.part(&row.history, true);
        d
    }

    /// A declared relation, by what the declaration itself says.
    #[must_use]
    pub fn of_relation(row: &Relationship, as_of: NaiveDate) -> Self {
        Self::from_fields(
            &Fields {
                record: &row.subject_id,
                forename: &row.forename,
                middle_names: "",
                surname: &row.surname,
                dob: &row.dob,
                address: &row.address,
                postcode: &row.postcode,
                phones: &row.phones,
                vrms: &row.vrms,
            },
            as_of,
        )
    }

    /// An entry of the watch list.
    #[must_use]
    pub fn of_high_profile(row: &HighProfile, as_of: NaiveDate) -> Self {
        let mut d = Self::from_fields(
            &Fields {
                record: &row.subject_id,
                forename: &row.forename,
                surname: &row.surname,
                dob: &row.dob,
                address: &row.address,
                postcode: &row.postcode,
                vrms: &row.vrms,
                ..Fields::default()
            },
            as_of,
        );
        for alias in &row.aliases {
            d.add_alias(alias);
        }
        d
    }

    /// Somebody involved in an incident.
    #[must_use]
    pub fn of_incident_person(row: &IncidentPerson, as_of: NaiveDate) -> Self {
        Self::from_fields(
            &Fields {
                record: &row.subject_id,
                forename: &row.forename,
                middle_names: "",
                surname: &row.surname,
                dob: &row.dob,
                address: &row.address,
                postcode: &row.postcode,
                phones: &row.phones,
                vrms: &row.vrms,
            },
            as_of,
        )
    }

    /// Forename and surname fields as typed, whole names in one of them included.
    fn add_typed_name(&mut self, forename: &str, surname: &str) {
        let (mut given, mut families) = (name::normalise(forename), name::surnames(surname));
        if given.is_none() && (surname.contains(',') || families.len() == 1 && starts_with_forename(&families[0])) {
            let (first, last) = name::split_full(surname);
            given = first;
            families = last.into_iter().collect();
        } else if families.is_empty()
            && !name::is_missing(forename)
            && given.as_deref().is_some_and(|g| g.contains(' '))
        {
            let (first, last) = name::split_full(forename);
            given = first;
            families = last.into_iter().collect();
        } else if given.is_none() && families.len() == 1 {
            // "J SMITH" or "SMITH J" in the surname field.
            let words: Vec<&str> = families[0].split(' ').collect();
            if words.len() == 2 && (words[0].len() == 1) != (words[1].len() == 1) && words[0] != "O" {
                let (initial, family) = if words[0].len() == 1 { (words[0], words[1]) } else { (words[1], words[0]) };
                given = Some(initial.to_owned());
                families = vec![family.to_owned()];
            }
        }
        // Nobody's surname is one letter: the fields changed places.
        if let ([family], Some(whole)) = (&families[..], given.as_deref())
            && family.len() == 1
            && whole.len() > 2
            && !whole.contains([' ', '*', '?'])
        {
            (given, families) = (Some(family.clone()), name::surnames(whole));
        }
        if let Some(given) = given {
            self.add_forenames(&given, NameRole::Main);
        }
        for (i, family) in families.iter().enumerate() {
            self.add_surname(family, if i == 0 { NameRole::Main } else { NameRole::Former });
        }
    }

    /// An alias: a whole name, or a single word that may be either part.
    fn add_alias(&mut self, raw: &str) {
        match name::split_full(raw) {
            (Some(given), Some(family)) => {
                self.add_forenames(&given, NameRole::Alias);
                self.add_surname(&family, NameRole::Alias);
            }
            (None, Some(word)) | (Some(word), None) => self.add_forename(&word, NameRole::Alias),
            (None, None) => {}
        }
    }

    /// Several forenames: the whole, the first, and the others as middle names.
    fn add_forenames(&mut self, given: &str, role: NameRole) {
        let mut words = given.split(' ');
        let first = words.next().unwrap_or_default();
        self.add_forename(first, role);
        if first.len() < given.len() {
            if !words.clone().all(|w| w.len() == 1) {
                self.add_forename(given, role);
            }
            for word in words {
                self.add_forename(word, NameRole::Middle);
            }
        }
    }

    /// One more forename.
    pub fn add_forename(&mut self, text: &str, role: NameRole) {
        add(&mut self.forenames, text, role);
    }

    /// One more surname.
    pub fn add_surname(&mut self, text: &str, role: NameRole) {
        add(&mut self.surnames, text, role);
    }

    /// Adds what another description of the same person or thing says; the own birth and record stay.
    pub fn merge(&mut self, other: &Self) {
        if self.record.is_empty() {
            self.record = other.record.clone();
        }
        for name in &other.forenames {
            self.add_forename(&name.text, name.role);
        }
        for name in &other.surnames {
            let role = if self.surnames.is_empty() { name.role } else { name.role.max(NameRole::Alias) };
            self.add_surname(&name.text, role);
        }
        if !self.birth.is_some_and(|b| b.is_full())
            && other.birth.is_some()
            && (self.birth.is_none() || other.birth.is_some_and(|b| b.is_full()))
        {
            self.birth = other.birth;
        }
        let housed = !self.addresses.is_empty();
        for address in &other.addresses {
            if !self.addresses.contains(address) && self.addresses.len() < MOST {
                self.addresses.push(address.clone());
            }
        }
        for phone in &other.phones {
            if !self.phones.contains(phone) && self.phones.len() < MOST {
                self.phones.push(*phone);
            }
        }
        for email in &other.emails {
            if !self.emails.contains(email) && self.emails.len() < MOST {
                self.emails.push(email.clone());
            }
        }
        for vrm in &other.vrms {
            if !self.vrms.contains(vrm) && self.vrms.len() < MOST {
                self.vrms.push(*vrm);
            }
        }
        match (&mut self.past, &other.past) {
            (Some(past), Some(more)) => past.merge(more),
            (none @ None, Some(more)) => {
                let mut more = more.clone();
                if housed {
                    // The days are those of the other's address.
                    more.home = Span::default();
                }
                *none = Some(more);
            }
            (_, None) => {}
        }
    }

    /// The first surname.
    #[must_use]
    pub fn surname(&self) -> Option<&str> {
        self.surnames.first().map(|n| &*n.text)
    }

    /// The first forename.
    #[must_use]
    pub fn forename(&self) -> Option<&str> {
        self.forenames.first().map(|n| &*n.text)
    }

    /// Some name is known.
    #[must_use]
    pub const fn has_name(&self) -> bool {
        !self.forenames.is_empty() || !self.surnames.is_empty()
    }

    /// A forename of more than an initial and a surname are known, neither a pattern.
    #[must_use]
    pub fn has_full_name(&self) -> bool {
        let whole = |text: &str| text.len() > 1 && !super::terms::wildcard::is_pattern(text);
        self.forename().is_some_and(whole) && self.surname().is_some_and(whole)
    }

    /// No field can be compared with anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.record.is_empty()
            && !self.has_name()
            && self.birth.is_none()
            && self.addresses.is_empty()
            && self.phones.is_empty()
            && self.emails.is_empty()
            && self.vrms.is_empty()
    }

    /// The first postcode known.
    #[must_use]
    pub fn postcode(&self) -> Option<Postcode> {
        self.addresses.iter().find_map(|a| a.postcode)
    }

    /// For people to read: "John SMITH (b. 1980-02-01)".
    #[must_use]
    pub fn name_label(&self) -> String {
        let mut label = String::new();
        if let Some(first) = self.forename() {
            label.push_str(&name::title_case(first));
        }
        if let Some(last) = self.surname() {
            if !label.is_empty() {
                label.push(' ');
            }
            label.push_str(last);
        }
        if let Some(birth) = self.birth {
            use std::fmt::Write as _;
            let _ = match (label.is_empty(), birth.is_age()) {
                (true, _) => write!(label, "b. {birth}"),
                (false, false) => write!(label, " (b. {birth})"),
                (false, true) => write!(label, " (b. about {birth})"),
            };
        }
        label
    }
}

fn starts_with_forename(text: &str) -> bool {
    let mut words = text.split(' ');
    let (first, last) = (words.next().unwrap_or_default(), words.next_back());
    use super::terms::nicknames::is_forename;
    last.is_some_and(|last| is_forename(first) && !is_forename(last))
}

fn add(list: &mut Vec<NameForm>, text: &str, role: NameRole) {
    if text.is_empty() || list.len() >= MOST {
        return;
    }
    match list.iter_mut().find(|form| *form.text == *text) {
        Some(known) => known.role = known.role.min(role),
        None => list.push(NameForm { text: text.into(), role }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(forename: &str, surname: &str) -> (String, String) {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let d = Descriptor::from_fields(&Fields { forename, surname, ..Fields::default() }, as_of);
        let text = |list: &[NameForm]| list.iter().map(|n| &*n.text).collect::<Vec<_>>().join("+");
        (text(&d.forenames), text(&d.surnames))
    }

    #[test]
    fn names_as_typed() {
        for (forename, surname, given, family) in [
            ("John", "Smith", "JOHN", "SMITH"),
            ("", "Smith, John", "JOHN", "SMITH"),
            ("", "John Smith", "JOHN", "SMITH"),
            ("John Smith", "", "JOHN", "SMITH"),
            ("", "Garcia Lopez", "", "GARCIA LOPEZ"),
            ("", "J Smith", "J", "SMITH"),
            ("", "Smith J", "J", "SMITH"),
            ("", "O Neill", "", "O NEILL"),
            ("John Paul", "Smith", "JOHN+JOHN PAUL+PAUL", "SMITH"),
            ("", "Smith nee Jones", "", "SMITH+JONES"),
            ("MRS J", "SMITH", "J", "SMITH"),
            ("SMITH", "J", "J", "SMITH"),
            ("UNKNOWN", "UNKNOWN", "", ""),
        ] {
            assert_eq!(names(forename, surname), (given.to_owned(), family.to_owned()), "{forename}|{surname}");
        }
    }
}
