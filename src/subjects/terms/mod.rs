//! The fields of a search, each read from what people really type.
//!
//! Pure functions from text to a small comparable value, and comparisons of two
//! such values as *levels* ("exact", "one edit", "day and month swapped").
//! Levels carry no weight: what a level is worth is decided in `relations`.
//! What cannot be read is `None`, which is never held against anybody.

pub mod address;
pub mod compare;
pub mod date;
pub mod freetext;
pub mod name;
pub mod nickname_table;
pub mod nicknames;
pub mod phone;
pub mod postcode;
pub mod spelling_table;
pub mod street;
pub mod vrm;
pub mod wildcard;

pub use address::{Address, AddressLevel};
pub use compare::NameLevel;
pub use date::{Birth, BirthLevel};
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
