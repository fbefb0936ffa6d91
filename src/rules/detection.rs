//! The logic of a rule: selections of tests, and a condition over them.
//!
//! What it means, once for all evaluators:
//!
//! - An item tests one fact. A list of values holds if any value does; with `all`, if all do.
//! - A map of items holds if all items do. A list of maps holds if any map does.
//! - Text compares without regard to case; `*` and `?` are wildcards in plain
//!   values, `contains`, `startswith` and `endswith`, and `\` takes their meaning away. `re` is
//!   case-sensitive and finds its match anywhere.
//! - Unknown (null) equals `null` alone. Every other comparison with unknown is
//!   false, `neq` included; `exists` is never unknown.
//! - In a condition there is no unknown: `not` over false is true. So a
//!   rule that speaks of an absence must also select what makes the absence
//!   known (`feed.incidents: covers`).

use serde::Serialize;

use super::facts::FactId;
use super::pattern::{Glob, Network};

/// What a rule's file says under `detection:`.
#[derive(Clone, Debug)]
pub struct Detection {
    /// In the order of the file.
    pub selections: Vec<Selection>,
    /// How they combine.
    pub condition: Condition,
    /// The condition as written.
    pub written: String,
}

impl Detection {
    /// The logic of a correlation document: it holds for no row.
    #[must_use]
    pub const fn none() -> Self {
        Self { selections: Vec::new(), condition: Condition::Or(Vec::new()), written: String::new() }
    }

    /// The facts that the detection asks about, each once, in order of id. A
    /// case rule that asks nothing of `relation.*` says the same on each of a
    /// case's rows, and counts once.
    #[must_use]
    pub fn facts(&self) -> Vec<FactId> {
        let items = self.selections.iter().flat_map(|selection| selection.any.iter().flatten());
        let mut facts: Vec<FactId> = items.map(|item| item.fact).collect();
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}

/// A named group of tests.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Name that the condition uses.
    pub name: String,
    /// Any of these; each is a list of items that must all hold.
    pub any: Vec<Vec<Item>>,
}

/// One test of one fact.
#[derive(Clone, Debug)]
pub struct Item {
    /// The fact.
    pub fact: FactId,
    /// Key as written, modifiers included: `relation.bits|gte`.
    pub key: String,
    /// Values as written, for explanations.
    pub asked: String,
    /// How values combine.
    pub combine: Combine,
    /// One test a value.
    pub tests: Vec<Test>,
    /// Line of the key in its file, counted from 1.
    pub line: usize,
}

/// How the values of one item combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// At least one holds.
    Any,
    /// All hold (`all`).
    All,
    /// Known, and none holds (`neq`).
    None,
}

/// One value's test.
#[derive(Clone, Debug)]
pub enum Test {
    /// The fact is unknown.
    Null,
    /// Known (`true`) or unknown (`false`).
    Exists(bool),
    /// Equal flags.
    Bool(bool),
    /// A number so compared.
    Number(Compare, f64),
    /// Equal text without regard to case; held lower-case.
    Equals(String),
    /// Text that fits a pattern with wildcards.
    Glob(Glob),
    /// Text in which the expression finds a match.
    Regex(regex::Regex),
    /// Text that is an address inside a network.
    Cidr(Network),
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// Equal.
    Equal,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
}

impl Compare {
    /// As written in rule files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::Greater => "gt",
            Self::AtLeast => "gte",
            Self::Less => "lt",
            Self::AtMost => "lte",
        }
    }

    /// Does `found` stand so to `asked`? Not-a-number never does.
    #[must_use]
    pub fn holds(self, found: f64, asked: f64) -> bool {
        match self {
            Self::Equal => found == asked,
            Self::Greater => found > asked,
            Self::AtLeast => found >= asked,
            Self::Less => found < asked,
            Self::AtMost => found <= asked,
        }
    }
}

/// A condition over selections, by their place in [`Detection::selections`].
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The selection holds.
    Selection(usize),
    /// It does not.
    Not(Box<Condition>),
    /// All hold.
    And(Vec<Condition>),
    /// Any holds.
    Or(Vec<Condition>),
}

impl Condition {
    /// The selections that the condition names, each once, in order.
    #[must_use]
    pub fn selections(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.gather(&mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn gather(&self, found: &mut Vec<usize>) {
        match self {
            Self::Selection(index) => found.push(*index),
            Self::Not(inner) => inner.gather(found),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.gather(found)),
        }
    }
}
