//! The access log in columns.
//!
//! Codes are ranks: every dictionary is sorted by text once all files are read,
//! and events are sorted by what they say, never by where they stood. Whatever
//! order the files or rows come in, the same log gives the same codes, the same
//! event order and so the same report.

use crate::instant::Instant;

/// A code into [`Strings`]; `0` is always the empty text.
pub type Code = u32;

/// Distinct texts, sorted; a code is the rank of its text. Code 0 is "".
#[derive(Clone, Debug, Default)]
pub struct Strings {
    bytes: String,
    ends: Vec<u64>,
}

impl Strings {
    /// From texts that are sorted, distinct and begin with "".
    ///
    /// # Panics
    /// Never for such input; checked in debug builds.
    #[must_use]
    pub fn from_sorted<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for text in texts {
            all.bytes.push_str(text);
            all.ends.push(all.bytes.len() as u64);
        }
        debug_assert!(all.ends.first() == Some(&0), "code 0 is the empty text");
        all
    }

    /// Adds a text that comes after all others.
    pub(crate) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u64);
    }

    /// The text of a code.
    #[must_use]
    pub fn get(&self, code: Code) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.bytes[start as usize..self.ends[code] as usize]
    }

    /// The code of a text, by binary search; `None` where the log never says it.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Code> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let mid = low.midpoint(high);
            if self.get(mid as Code) < text { low = mid + 1 } else { high = mid }
        }
        (low < self.len() && self.get(low as Code) == text).then_some(low as Code)
    }

    /// How many distinct texts there are, the empty one among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True where there is not even the empty text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// `live`, `training` or `test`; an empty cell is live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Environment {
    #[default]
    Live,
    Training,
    Test,
}

/// What the user did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Action {
    Search,
    View,
    Update,
    Create,
    Print,
    Export,
    #[default]
    Other,
}

/// What the system answered. An attempt counts as much as a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Outcome {
    #[default]
    Success,
    Denied,
    Error,
}

/// One distinct thing asked for: a record id, search terms, or both. Codes of the texts as typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub struct Query {
    pub subject_id: Code,
    pub forename: Code,
    pub surname: Code,
    pub dob: Code,
    pub age: Code,
    pub address: Code,
    pub postcode: Code,
    pub vrm: Code,
    pub phone: Code,
    pub text: Code,
}

/// One audited event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// First 8 bytes of the SHA-256 of the event's identity (system and event id, or the whole row);
    /// orders events of the same moment and stays the same from night to night.
    pub id_hash: u64,
    /// Byte offset of the row in its (inflated, UTF-8) file, for reading the row again.
    pub offset: u64,
    /// Line of the row, counted from 1.
    pub line: u32,
    /// The account that acted.
    pub login: Code,
    /// Staff id that the check was made for.
    pub on_behalf_of: Code,
    /// Purpose code as given.
    pub reason_code: Code,
    /// Purpose text as given.
    pub reason_text: Code,
    /// Incident number quoted by the user.
    pub incident_id: Code,
    /// Workstation.
    pub terminal: Code,
    /// Site.
    pub location: Code,
    /// Index into [`AccessLog::queries`].
    pub query: u32,
    /// The system.
    pub system: Code,
    /// Index into the inputs.
    pub file: u16,
    /// Live, training or test.
    pub environment: Environment,
    /// What was done.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
}

/// The whole log: events sorted by (login text, time, identity), distinct queries sorted by their texts.
#[derive(Clone, Debug, Default)]
pub struct AccessLog {
    /// Every used event once.
    pub events: Vec<Event>,
    /// Distinct things asked for, sorted.
    pub queries: Vec<Query>,
    /// Every text of the log.
    pub strings: Strings,
    /// Which optional columns the sources have (canonical names): a column that no
    /// source has is unknown, not empty.
    pub columns: Vec<&'static str>,
}
