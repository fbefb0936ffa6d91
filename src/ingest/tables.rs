//! The canonical tables as typed rows: what ingest hands to every later stage.
//!
//! One struct a table, one field a column of the input contract. An empty cell
//! is `None` or an empty list; ids are opaque text. Every row keeps its
//! [`Origin`], so that a finding can name the file and line it rests on.
//! The access log is not here: it is held in columns ([`super::access`]).

use std::sync::Arc;

use chrono::NaiveDate;

use super::history::Dated;
use crate::instant::Instant;

/// Where a row stands in the files that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin {
    /// Index into [`Tables::inputs`](super::Tables::inputs).
    pub file: u16,
    /// Line of the row's first byte in that file, counted from 1.
    pub line: u32,
}

/// HR: one member of staff (or former member).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Staff {
    pub staff_id: String,
    pub forename: String,
    pub middle_names: String,
    pub surname: String,
    pub previous_surnames: Vec<String>,
    pub known_as: String,
    pub dob: String,
    pub address: String,
    pub postcode: String,
    pub phones: Vec<String>,
    pub vrms: Vec<String>,
    pub role: String,
    pub grade: String,
    pub team: String,
    pub station: String,
    pub line_manager: String,
    pub start_date: Option<NaiveDate>,
    pub end_date: Option<NaiveDate>,
    /// `active`, `suspended`, `restricted`, `long_leave`; empty = unknown.
    pub status: String,
    /// First day on which the row was true; of several states of one person, the first of all.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which the row was true.
    pub valid_to: Option<NaiveDate>,
    /// Present and earlier homes, vehicles and numbers with their days, where several states tell of them; not a column.
    pub history: Vec<Dated>,
    pub origin: Origin,
}

/// Which login is whom, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Account {
    pub login: String,
    /// Empty = any system.
    pub system: String,
    pub staff_id: String,
    /// `personal`, `shared`, `service`, `training`; empty = personal.
    pub kind: String,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    pub origin: Origin,
}

/// A declared association of a member of staff.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Relationship {
    pub relation_id: String,
    pub staff_id: String,
    /// `spouse`, `partner`, `ex_partner`, `parent`, `child`, `sibling`, `other_family`, `household`,
    /// `friend`, `acquaintance`, `business_associate`, `neighbour`.
    pub relation: String,
    pub related_staff_id: String,
    pub subject_id: String,
    pub forename: String,
    pub surname: String,
    pub dob: String,
    pub address: String,
    pub postcode: String,
    pub phones: Vec<String>,
    pub vrms: Vec<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub source: String,
    pub origin: Origin,
}

/// The nominal index: a person on record.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Person {
    pub subject_id: String,
    pub forename: String,
    pub middle_names: String,
    pub surname: String,
    pub aliases: Vec<String>,
    pub dob: String,
    pub address: String,
    pub postcode: String,
    pub phones: Vec<String>,
    pub vrms: Vec<String>,
    /// `victim`, `vulnerable`, `witness`, `suspect`, `deceased`, `high_profile`, `restricted`.
    pub flags: Vec<String>,
    /// First day on which the row was true; of several states of one person, of the last.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which the row was true.
    pub valid_to: Option<NaiveDate>,
    /// Present and earlier homes, vehicles and numbers with their days, where rows have days; not a column.
    pub history: Vec<Dated>,
    pub origin: Origin,
}

/// An incident: why anyone would look.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Incident {
    pub incident_id: String,
    pub opened: Option<Instant>,
    pub closed: Option<Instant>,
    pub kind: String,
    pub address: String,
    pub postcode: String,
    pub restricted: bool,
    pub origin: Origin,
}

/// Somebody involved in an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct IncidentPerson {
    pub incident_id: String,
    /// `victim`, `suspect`, `witness`, `caller`, `other`.
    pub role: String,
    pub subject_id: String,
    pub forename: String,
    pub surname: String,
    pub dob: String,
    pub address: String,
    pub postcode: String,
    pub phones: Vec<String>,
    pub vrms: Vec<String>,
    pub origin: Origin,
}

/// Who was given an incident, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Assignment {
    pub incident_id: String,
    pub staff_id: String,
    pub team: String,
    /// `oic`, `attending`, `supervisor`, `call_handler`, `reviewer`, `other`.
    pub role: String,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    pub origin: Origin,
}

/// A period of the roster.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Duty {
    pub staff_id: String,
    pub start: Instant,
    pub end: Instant,
    /// `duty`, `overtime`, `on_call`, `leave`, `sick`, `course`, `suspended`.
    pub kind: String,
    pub location: String,
    pub origin: Origin,
}

/// One attendee of a supervised training session.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Training {
    pub session_id: String,
    pub system: String,
    pub start: Instant,
    pub end: Instant,
    pub trainer_id: String,
    pub attendee_id: String,
    pub live_authorised: bool,
    pub authorised_by: String,
    pub origin: Origin,
}

/// The watch list.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct HighProfile {
    pub person_id: String,
    pub forename: String,
    pub surname: String,
    pub aliases: Vec<String>,
    pub dob: String,
    pub address: String,
    pub postcode: String,
    pub vrms: Vec<String>,
    pub subject_id: String,
    pub category: String,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub origin: Origin,
}

/// What may be done without an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Authority {
    pub authority_id: String,
    pub staff_id: String,
    pub role: String,
    pub team: String,
    /// `role_function`, `system_owner`, `conflict_declared`, `supervisor_direction`, `it_testing`.
    pub basis: String,
    pub systems: Vec<String>,
    /// Rule names that it answers; empty = all.
    pub rules: Vec<String>,
    pub subject_id: String,
    pub incident_id: String,
    pub blind_required: bool,
    pub authorised_by: String,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    pub origin: Origin,
}

/// What the department decided before.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Disposition {
    /// A finding id or a referral id.
    pub reference: String,
    /// `no_case`, `explained`, `advice`, `misconduct`, `criminal`, `open`.
    pub outcome: String,
    pub by: String,
    pub at: Option<Instant>,
    pub note: String,
    pub origin: Origin,
}

/// The names of the canonical tables, in the order of the input contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TableName {
    Access,
    Staff,
    Accounts,
    Relationships,
    People,
    Incidents,
    IncidentPeople,
    Assignments,
    Duty,
    Training,
    HighProfile,
    Authorities,
    Dispositions,
}

impl TableName {
    /// Every table, in the order of the input contract.
    pub const ALL: [Self; 13] = [
        Self::Access,
        Self::Staff,
        Self::Accounts,
        Self::Relationships,
        Self::People,
        Self::Incidents,
        Self::IncidentPeople,
        Self::Assignments,
        Self::Duty,
        Self::Training,
        Self::HighProfile,
        Self::Authorities,
        Self::Dispositions,
    ];

    /// The name as written in configs and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Staff => "staff",
            Self::Accounts => "accounts",
            Self::Relationships => "relationships",
            Self::People => "people",
            Self::Incidents => "incidents",
            Self::IncidentPeople => "incident_people",
            Self::Assignments => "assignments",
            Self::Duty => "duty",
            Self::Training => "training",
            Self::HighProfile => "high_profile",
            Self::Authorities => "authorities",
            Self::Dispositions => "dispositions",
        }
    }
}

/// One file that was read, and what became of its rows:
/// `rows = used + duplicates + quarantined`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputFile {
    /// Path as the config resolves it, relative to the config's folder where possible, `/`-separated.
    pub name: String,
    /// Canonical table that the file feeds.
    pub table: &'static str,
    /// Size in bytes as stored on disk.
    pub bytes: u64,
    /// SHA-256 of the stored bytes, lower-case hex.
    pub sha256: String,
    /// Data rows found (the header and blank lines are not rows).
    pub rows: u64,
    /// Rows that reached the canonical table.
    pub used: u64,
    /// Rows that repeat another (the same event delivered twice, or an equal row).
    pub duplicates: u64,
    /// Rows that could not be used; each is listed in [`Quarantined`].
    pub quarantined: u64,
    /// Zone in which local times of this file were read.
    pub zone: String,
    /// Local times that fell into the doubled hour of a clock change (read as the first pass).
    pub ambiguous_times: u64,
    /// Local times that fell into the missing hour of a clock change (read as one hour later).
    pub missing_times: u64,
    /// Things the reader should know, as sentences ("column q_vrm is absent").
    pub notes: Vec<String>,
}

/// One input row that could not be used, or one cell of a used row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarantined {
    /// Name as in [`InputFile::name`].
    pub source_file: Arc<str>,
    /// Line of the row, counted from 1.
    pub source_line: u32,
    /// Canonical table.
    pub table: &'static str,
    /// Canonical column, or empty when the whole row is at fault.
    pub column: String,
    /// The value as found, cut to 200 characters.
    pub value: String,
    /// What is wrong and what would be right, as a sentence.
    pub problem: String,
}
