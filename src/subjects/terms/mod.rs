//! The fields of a search, each read from what people really type.
//!
//! Pure functions from text to a small comparable value, and comparisons of two
//! such values as *levels* ("exact", "one edit", "day and month swapped").
//! Levels carry no weight: what a level is worth is decided in `relations`.
//! What cannot be read is `None`, which is never held against anybody.

pub mod address;
pub mod compare;
pub mod date;
pub mod email;
pub mod freetext;
pub mod name;
pub mod nickname_table;
pub mod nicknames;
pub mod phone;
pub mod postcode;
pub mod street;
pub mod vrm;
pub mod wildcard;

pub use address::{Address, AddressLevel};
pub use compare::NameLevel;
pub use date::{Birth, BirthLevel};
pub use email::Email;
pub use phone::Phone;
pub use postcode::{Postcode, PostcodeLevel};
pub use vrm::{Vrm, VrmLevel};

/// ASCII, upper case; letters of other scripts and accents by their usual transliteration.
#[must_use]
pub fn ascii_upper(raw: &str) -> String {
    if raw.is_ascii() {
        raw.to_ascii_uppercase()
    } else {
        let mut text = any_ascii::any_ascii(raw);
        text.make_ascii_uppercase();
        text
    }
}

/// Letters and digits of `raw` in upper case, nothing else.
#[must_use]
pub fn alphanumeric(raw: &str) -> String {
    let mut text = ascii_upper(raw);
    text.retain(|c| c.is_ascii_alphanumeric());
    text
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is typed is read or not, but never stops a run; what was read reads back the same.
        #[test]
        fn any_text_is_survived(raw in "\\PC{0,40}|[0-9A-Za-z ,./*?:'-]{0,30}") {
            let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
            if let Some(text) = name::normalise(&raw) {
                prop_assert!(text.is_ascii() && !text.is_empty());
                prop_assert!(text.split(' ').all(|word| !word.is_empty()));
            }
            let _ = (name::surnames(&raw), name::split_full(&raw), freetext::parse(&raw, as_of), Birth::from_age(&raw, as_of, as_of));
            if let Some(birth) = Birth::parse(&raw, as_of)
                && !birth.is_age()
            {
                prop_assert_eq!(Birth::parse(&birth.to_string(), as_of), Some(birth));
            }
            if let Some(code) = Postcode::parse(&raw) {
                prop_assert_eq!(Postcode::parse(&code.text()).map(|p| p.text()), Some(code.text()));
            }
            if let Some(vrm) = Vrm::parse(&raw) {
                prop_assert_eq!(Vrm::parse(vrm.as_str()), Some(vrm));
            }
            if let Some(phone) = Phone::parse(&raw) {
                prop_assert!(phone.same(phone));
            }
            if let Some(address) = Address::parse(&raw, &raw) {
                let _ = (address.key(), address.label());
                prop_assert!(!matches!(address.compare(&address), AddressLevel::Differs));
            }
        }
    }
}
