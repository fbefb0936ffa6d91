//! The facts that rules may ask about: one table from which the linter, the
//! evaluation and the documentation all come.
//!
//! Joins, and "there is no such record", are facts worked out before any rule
//! runs; a rule only compares them. Each fact belongs to one scope. The same
//! name may stand in several scopes (`relation.kind` of a look and of a case):
//! those are different facts with different ids.

mod case;
mod look;
mod subject;
mod user;

use std::ops::Range;

use super::error;

/// What one row of facts is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All events of one user on one subject in one system within 30 minutes.
    Look,
    /// One user and one subject over the window; one row for each tie between them, or one without.
    Case,
    /// One member of staff (or one login, where there is no staff table) over the window.
    User,
    /// One subject over the window, whoever looked.
    Subject,
}

impl Scope {
    /// Every scope, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Look, Self::Case, Self::User, Self::Subject];

    /// As written in rule files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Case => "case",
            Self::User => "user",
            Self::Subject => "subject",
        }
    }
}

/// What values a fact takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A lower-case code, or text.
    Text,
}

impl FactType {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
        }
    }
}

/// One fact, as documented and as checked.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Fact {
    /// The name that rules use.
    pub name: &'static str,
    /// What a row that has it is about.
    pub scope: Scope,
    /// What values it takes.
    pub ty: FactType,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// Canonical tables without which it is unknown in every row.
    pub needs: &'static [&'static str],
    /// Every code that it can take; empty where the list is open.
    pub codes: &'static [&'static str],
    /// A value it might have.
    pub example: &'static str,
}

/// A fact's place in [`FACTS`].
pub type FactId = u16;

const COUNT: usize = look::FACTS.len() + case::FACTS.len() + user::FACTS.len() + subject::FACTS.len();

/// Every fact: those of looks, then cases, users and subjects.
pub static FACTS: &[Fact] = &gather();

const fn gather() -> [Fact; COUNT] {
    let mut all = [look::FACTS[0]; COUNT];
    let groups: [&[Fact]; 4] = [look::FACTS, case::FACTS, user::FACTS, subject::FACTS];
    let (mut group, mut next) = (0, 0);
    while group < groups.len() {
        let mut at = 0;
        while at < groups[group].len() {
            all[next] = groups[group][at];
            next += 1;
            at += 1;
        }
        group += 1;
    }
    all
}

/// The ids of one scope's facts: they stand together, so that a row can be a
/// dense array indexed by `id - ids(scope).start`.
#[must_use]
pub const fn ids(scope: Scope) -> Range<FactId> {
    let look = look::FACTS.len();
    let case = look + case::FACTS.len();
    let user = case + user::FACTS.len();
    let (start, end) = match scope {
        Scope::Look => (0, look),
        Scope::Case => (look, case),
        Scope::User => (case, user),
        Scope::Subject => (user, COUNT),
    };
    // The table holds some hundred facts: the casts cannot cut anything off.
    start as FactId..end as FactId
}

/// The fact of this name in this scope.
#[must_use]
pub fn find(scope: Scope, name: &str) -> Option<FactId> {
    ids(scope).find(|&id| FACTS[usize::from(id)].name == name)
}

/// The fact with this id.
///
/// # Panics
/// If the id did not come from [`find`] or [`ids`].
#[must_use]
pub fn fact(id: FactId) -> &'static Fact {
    &FACTS[usize::from(id)]
}

/// The facts of one scope.
#[must_use]
pub fn of(scope: Scope) -> &'static [Fact] {
    let ids = ids(scope);
    &FACTS[usize::from(ids.start)..usize::from(ids.end)]
}

/// The fact of this scope whose name is closest to `name`, if any is close.
#[must_use]
pub fn nearest(scope: Scope, name: &str) -> Option<&'static str> {
    error::nearest(name, of(scope).iter().map(|fact| fact.name))
}

/// The scopes that have a fact of this name.
#[must_use]
pub fn scopes_with(name: &str) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|&scope| find(scope, name).is_some()).collect()
}

/// The canonical tables, as rules name them under `needs:`.
pub const TABLES: [&str; 13] = [
    "access",
    "staff",
    "accounts",
    "relationships",
    "people",
    "incidents",
    "incident_people",
    "assignments",
    "duty",
    "training",
    "high_profile",
    "authorities",
    "dispositions",
];

const fn flag(scope: Scope, name: &'static str, meaning: &'static str, needs: &'static [&'static str]) -> Fact {
    Fact { name, scope, ty: FactType::Bool, meaning, needs, codes: &[], example: "true" }
}

const fn number(
    scope: Scope,
    name: &'static str,
    meaning: &'static str,
    needs: &'static [&'static str],
    example: &'static str,
) -> Fact {
    Fact { name, scope, ty: FactType::Number, meaning, needs, codes: &[], example }
}

const fn code(
    scope: Scope,
    name: &'static str,
    meaning: &'static str,
    needs: &'static [&'static str],
    codes: &'static [&'static str],
) -> Fact {
    Fact { name, scope, ty: FactType::Text, meaning, needs, codes, example: codes[0] }
}

const fn text(
    scope: Scope,
    name: &'static str,
    meaning: &'static str,
    needs: &'static [&'static str],
    example: &'static str,
) -> Fact {
    Fact { name, scope, ty: FactType::Text, meaning, needs, codes: &[], example }
}

const PURPOSE: &[&str] = &["explained", "unexplained", "cannot_tell"];
const ENVIRONMENT: &[&str] = &["live", "training", "test"];
const ACCOUNT: &[&str] = &["personal", "shared", "service", "training"];
const SUBJECT_KIND: &[&str] = &["person", "vehicle", "place", "phone", "unknown"];
const COVERS_PARTLY: &[&str] = &["covers", "partial", "none"];
const COVERS: &[&str] = &["covers", "none"];
const DUTY: &[&str] = &[
    "on",
    "grace",
    "overtime",
    "on_call",
    "off",
    "leave",
    "sick",
    "course",
    "suspended",
    "long_leave",
    "left",
    "not_started",
    "unknown",
];
const RELATION: &[&str] = &[
    "own",
    "spouse",
    "partner",
    "ex_partner",
    "parent",
    "child",
    "sibling",
    "other_family",
    "household",
    "friend",
    "acquaintance",
    "business_associate",
    "neighbour",
    "colleague",
    "surname",
    "high_profile",
];

/// The facts about one tie between user and subject, which looks and cases share.
const fn relation(scope: Scope) -> [Fact; 8] {
    [
        code(
            scope,
            "relation.kind",
            "How the subject is tied to the user; unknown when no tie was found",
            &[],
            RELATION,
        ),
        number(
            scope,
            "relation.bits",
            "How sure it is that the subject is the person so tied, in bits of identity evidence",
            &[],
            "9.4",
        ),
        flag(scope, "relation.declared", "The tie stands in the declared relationships", &["relationships"]),
        flag(scope, "relation.from_address", "The tie was inferred from a shared address, not declared", &["staff"]),
        flag(scope, "relation.same_team", "The subject is a colleague of the same team or station", &["staff"]),
        flag(scope, "relation.former", "The tie had ended before the looks, or the colleague had left", &[]),
        text(scope, "relation.identifiers", "The identifiers that agree, separated by spaces", &[], "name dob"),
        flag(scope, "relation.name_only", "Nothing but the name agrees", &[]),
    ]
}
