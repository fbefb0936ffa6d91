//! The terms of one search, as typed, brought to what can be compared.

use chrono::NaiveDate;

use super::Coverage;
use super::descriptor::{Descriptor, Fields};
use super::terms::{Birth, Email, Phone, Postcode, Vrm, freetext, name};

/// Search terms field by field; an empty text is a field left blank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Typed<'a> {
    pub forename: &'a str,
    pub surname: &'a str,
    pub dob: &'a str,
    pub age: &'a str,
    pub address: &'a str,
    pub postcode: &'a str,
    pub vrm: &'a str,
    pub phone: &'a str,
}

impl Typed<'_> {
    /// What the fields say, with what a raw search string says beside them. A field of its own says more
    /// than a word of the raw text. Ages were typed between the two days of `window`; `as_of` turns
    /// two-digit years. What could not be read is added to `counted`.
    #[must_use]
    pub fn describe(
        &self,
        free: &freetext::Terms,
        as_of: NaiveDate,
        window: (NaiveDate, NaiveDate),
        counted: &mut Coverage,
    ) -> Descriptor {
        let or = |field: &str, found: &str| if field.trim().is_empty() { found.to_owned() } else { field.to_owned() };
        let named = !self.forename.trim().is_empty() || !self.surname.trim().is_empty();
        let (free_forename, free_surname) =
            if named { ("", "") } else { (free.forename.as_str(), free.surname.as_str()) };
        let (phone, vrm) = (or(self.phone, &free.phone), or(self.vrm, &free.vrm));
        let (dob, postcode) = (or(self.dob, &free.dob), or(self.postcode, &free.postcode));
        let mut typed = Descriptor::from_fields(
            &Fields {
                record: "",
                forename: &or(self.forename, free_forename),
                middle_names: "",
                surname: &or(self.surname, free_surname),
                dob: &dob,
                address: &or(self.address, &free.address),
                postcode: &postcode,
                phones: &[],
                vrms: &[],
            },
            as_of,
        );
        let said = |value: &str| !value.trim().is_empty() && !name::is_missing(value);
        counted.unread_dates += u32::from(said(&dob) && typed.birth.is_none());
        counted.unread_postcodes += u32::from(said(&postcode) && Postcode::parse(&postcode).is_none());
        if said(&vrm) {
            typed.vrms.extend(Vrm::parse(&vrm));
            counted.unread_vrms += u32::from(typed.vrms.is_empty());
        }
        if said(&phone) {
            typed.phones.extend(Phone::parse(&phone));
            typed.emails.extend(Email::parse(&phone));
            counted.unread_phones += u32::from(typed.phones.is_empty() && typed.emails.is_empty());
        }
        let age = or(self.age, &free.age);
        if typed.birth.is_none() && said(&age) {
            typed.birth = Birth::from_age(&age, window.0, window.1);
            counted.unread_ages += u32::from(typed.birth.is_none());
        }
        typed
    }
}
