//! Which fields spoke for or against a tie, as a small set with words for it.

use std::ops::{BitOr, BitOrAssign};

/// A set of kinds of evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifiers(u32);

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $code:literal;)*) => {
        impl Identifiers {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)*
            const CODES: &'static [(Self, &'static str)] = &[$((Self::$name, $code)),*];
        }
    };
}

identifiers! {
    /// Forename and surname.
    NAME = 0, "name";
    /// Forename without surname.
    FORENAME = 1, "forename";
    /// Surname without forename.
    SURNAME = 2, "surname";
    /// An initial in place of the forename.
    INITIAL = 3, "initial";
    /// Birth date.
    DOB = 4, "dob";
    /// Birth year or month.
    YEAR = 5, "year";
    /// Age.
    AGE = 6, "age";
    /// The dwelling.
    ADDRESS = 7, "address";
    /// Postcode, without the dwelling.
    POSTCODE = 8, "postcode";
    /// Number plate.
    VRM = 9, "vrm";
    /// Telephone number.
    PHONE = 10, "phone";
    /// Record id.
    RECORD = 11, "record";
    /// The name is an alias.
    ALIAS = 12, "alias";
    /// The forename is a short or other form of the same name.
    NICKNAME = 13, "nickname";
    /// The surname is a former or married one.
    FORMER_NAME = 14, "former_name";
    /// A name is spelt a little differently.
    SPELLING = 15, "spelling";
    /// Forename and surname are the wrong way round.
    SWAPPED = 16, "swapped";
    /// The birth date has a slip: day and month swapped, or a digit off.
    DATE_SLIP = 17, "date_slip";
    /// The plate is partial or was misread.
    PARTIAL = 18, "partial";
    /// The street, not the dwelling.
    STREET = 19, "street";
    /// E-mail address.
    EMAIL = 20, "email";
    /// The dwelling, street or postcode is one where they lived before.
    FORMER_ADDRESS = 21, "former_address";
    /// A number plate that was theirs; it says who, and no more whose it is.
    FORMER_VRM = 22, "former_vrm";
    /// A telephone number or e-mail address that was theirs.
    FORMER_PHONE = 23, "former_phone";
}

impl Identifiers {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// Anything that a name can give.
    const NAMES: Self = Self(
        Self::NAME.0
            | Self::FORENAME.0
            | Self::SURNAME.0
            | Self::INITIAL.0
            | Self::ALIAS.0
            | Self::NICKNAME.0
            | Self::FORMER_NAME.0
            | Self::SPELLING.0
            | Self::SWAPPED.0,
    );

    /// Every one of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// At least one of `other` is in the set.
    #[must_use]
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The set less those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Nothing but names agree: never more than a possible match.
    #[must_use]
    pub const fn is_name_only(self) -> bool {
        self.0 & Self::NAMES.0 != 0 && self.0 & !Self::NAMES.0 == 0
    }

    /// Independent facts that agree: name, birth, home, plate, telephone, record.
    #[must_use]
    pub fn facts(self) -> u32 {
        [
            Self::NAME | Self::FORENAME | Self::SURNAME | Self::INITIAL,
            Self::DOB | Self::YEAR | Self::AGE,
            Self::ADDRESS | Self::POSTCODE | Self::STREET,
            Self::VRM,
            Self::PHONE,
            Self::EMAIL,
            Self::RECORD,
        ]
        .into_iter()
        .filter(|fact| self.any(*fact))
        .count() as u32
    }

    /// The codes, in a fixed order, for exports: "name;dob".
    #[must_use]
    pub fn codes(self) -> Vec<&'static str> {
        Self::CODES.iter().filter(|(bit, _)| self.contains(*bit)).map(|(_, code)| *code).collect()
    }

    /// For people to read: "name (nickname) and birth date".
    #[must_use]
    pub fn words(self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let qualified = |word: &str| {
            let notes: Vec<&str> = [
                (Self::NICKNAME, "other form"),
                (Self::ALIAS, "alias"),
                (Self::FORMER_NAME, "former or married name"),
                (Self::SPELLING, "spelt differently"),
                (Self::SWAPPED, "wrong way round"),
            ]
            .iter()
            .filter(|(bit, _)| self.contains(*bit))
            .map(|(_, note)| *note)
            .collect();
            if notes.is_empty() { word.to_owned() } else { format!("{word} ({})", notes.join(", ")) }
        };
        if self.contains(Self::RECORD) {
            parts.push("record id".to_owned());
        }
        if self.contains(Self::NAME) {
            parts.push(qualified("name"));
        } else if self.contains(Self::SURNAME) {
            parts.push(qualified("surname"));
        } else if self.contains(Self::FORENAME) {
            parts.push(qualified("forename"));
        }
        for (bit, word) in
            [(Self::INITIAL, "initial"), (Self::YEAR, "birth year"), (Self::AGE, "age"), (Self::ADDRESS, "address")]
        {
            if bit == Self::ADDRESS && self.contains(bit | Self::FORMER_ADDRESS) {
                parts.push("former address".to_owned());
            } else if bit == Self::YEAR && self.contains(Self::DOB) {
                parts.push(
                    if self.contains(Self::DATE_SLIP) { "birth date (with a slip)" } else { "birth date" }.to_owned(),
                );
            } else if self.contains(bit) {
                parts.push(word.to_owned());
            }
        }
        for (bit, word) in [(Self::STREET, "street"), (Self::POSTCODE, "postcode")] {
            if self.contains(bit) {
                parts.push(word.to_owned());
            }
        }
        if self.contains(Self::VRM) {
            parts.push(if self.contains(Self::PARTIAL) { "number plate (in part)" } else { "number plate" }.to_owned());
        }
        if self.contains(Self::PHONE) {
            parts.push("telephone number".to_owned());
        }
        if self.contains(Self::EMAIL) {
            parts.push("e-mail address".to_owned());
        }
        if self.contains(Self::FORMER_VRM) {
            parts.push("former number plate".to_owned());
        }
        if self.contains(Self::FORMER_PHONE) {
            parts.push("former telephone number or e-mail address".to_owned());
        }
        match parts.split_last() {
            None => String::new(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        }
    }
}

impl BitOr for Identifiers {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Identifiers {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::Identifiers as I;

    #[test]
    fn words() {
        for (set, words) in [
            (I::NAME | I::DOB, "name and birth date"),
            (I::NAME | I::NICKNAME | I::DOB | I::ADDRESS, "name (other form), birth date and address"),
            (I::SURNAME | I::INITIAL, "surname and initial"),
            (I::VRM, "number plate"),
            (I::NAME | I::ADDRESS | I::FORMER_ADDRESS | I::FORMER_VRM, "name, former address and former number plate"),
            (I::NONE, ""),
        ] {
            assert_eq!(set.words(), words);
        }
        assert!((I::NAME | I::SPELLING).is_name_only());
        assert!(!(I::NAME | I::YEAR).is_name_only());
        assert!(!I::VRM.is_name_only());
        assert_eq!((I::NAME | I::DOB | I::DATE_SLIP).facts(), 2);
        assert_eq!((I::NAME | I::DOB).codes(), ["name", "dob"]);
    }
}
