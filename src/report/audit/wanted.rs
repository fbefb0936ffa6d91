//! Whom an audit is about, as the log knows them.

use rustc_hash::FxHashMap;

use crate::subjects::{Descriptor, SubjectId};

/// How a subject of the log is the person asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matched {
    /// The record itself.
    Record,
    /// Another record of the same name and birth date.
    OtherRecord,
    /// Typed name, with or without a birth date, that is theirs.
    Name,
    /// Their vehicle.
    Vehicle,
    /// Their telephone.
    Telephone,
    /// Their address.
    Address,
    /// Typed terms that fit, minutes from another look of the same user at them.
    Fits,
}

impl Matched {
    /// As exports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::OtherRecord => "other_record",
            Self::Name => "name",
            Self::Vehicle => "vehicle",
            Self::Telephone => "telephone",
            Self::Address => "address",
            Self::Fits => "fits",
        }
    }
}

/// The subjects of a log that are one person.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// For people: "Amy MORRIS (b. 2003-05-23), record N1".
    pub label: String,
    /// Everything comparable that is known.
    pub descriptor: Descriptor,
    /// How each subject is that person.
    pub subjects: FxHashMap<SubjectId, Matched>,
}
