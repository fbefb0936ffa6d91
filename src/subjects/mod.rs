//! Stage 2: who or what was looked at.
//!
//! Every distinct query of the log becomes one [`Subject`]: a record of the nominal
//! index, a person by typed terms, a vehicle, a telephone or a place. Queries that
//! mean the same get the same subject: a typed full name and birth date that fits
//! one person of the index is that person's record, and so is a plate or number
//! that one person of the index holds.

pub mod descriptor;
pub mod lookup;
pub mod past;
pub mod people;
pub mod postings;
pub mod resolve;
pub mod terms;
pub mod typed;

pub use descriptor::{Descriptor, NameForm, NameRole};
pub use lookup::Lookup;
pub use past::{Past, Span, Together};
pub use people::PeopleIndex;
pub use resolve::{Asked, resolve, resolve_one, resolve_with};
pub use typed::Typed;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::ingest::{IncidentPerson, Tables};

/// Index into [`Subjects::all`].
pub type SubjectId = u32;

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A person on record or described by typed terms.
    Person,
    /// A plate that no single person of the index holds.
    Vehicle,
    /// An address or postcode.
    Place,
    /// A telephone number or e-mail address that no single person of the index holds.
    Phone,
    /// A record id that the index does not know, or terms that say nothing.
    Unknown,
}

impl SubjectKind {
    /// As written in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Vehicle => "vehicle",
            Self::Place => "place",
            Self::Phone => "phone",
            Self::Unknown => "unknown",
        }
    }
}

/// One person, vehicle or place that was looked at, however it was asked for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Stable from night to night: "record:N123", "vrm:AB12CDE", "phone:07700900123", "email:kate@example.org",
    /// "person:SMITH|JOHN|1980-02-01", "place:12 HIGH STREET|AB12DE", "unknown:…".
    pub key: String,
    /// What it is.
    pub kind: SubjectKind,
    /// For people to read: "John SMITH (b. 1980-02-01)".
    pub label: String,
    /// Row in `people`.
    pub person: Option<u32>,
    /// What can be compared.
    pub descriptor: Descriptor,
    /// An incident names a person of exactly this full name and full birth date: nobody's date was mistyped here.
    pub attested: bool,
}

/// How the queries of a log could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// Distinct queries.
    pub queries: u32,
    /// By a record id that the nominal index knows.
    pub known_records: u32,
    /// By a record id that it does not know.
    pub unknown_records: u32,
    /// By typed terms.
    pub typed: u32,
    /// Typed, and one person of the index by full name and birth date.
    pub by_name: u32,
    /// Typed, and one person of the index by plate.
    pub by_plate: u32,
    /// Typed, and one person of the index by telephone or e-mail.
    pub by_phone: u32,
    /// Without any comparable field.
    pub nothing_comparable: u32,
    /// Birth dates that could not be read.
    pub unread_dates: u32,
    /// Ages that could not be read.
    pub unread_ages: u32,
    /// Postcodes that could not be read.
    pub unread_postcodes: u32,
    /// Plates that could not be read.
    pub unread_vrms: u32,
    /// Telephone numbers or e-mail addresses that could not be read.
    pub unread_phones: u32,
    /// Raw search strings in which nothing was recognised.
    pub unread_texts: u32,
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.queries += other.queries;
        self.known_records += other.known_records;
        self.unknown_records += other.unknown_records;
        self.typed += other.typed;
        self.by_name += other.by_name;
        self.by_plate += other.by_plate;
        self.by_phone += other.by_phone;
        self.nothing_comparable += other.nothing_comparable;
        self.unread_dates += other.unread_dates;
        self.unread_ages += other.unread_ages;
        self.unread_postcodes += other.unread_postcodes;
        self.unread_vrms += other.unread_vrms;
        self.unread_phones += other.unread_phones;
        self.unread_texts += other.unread_texts;
    }
}

/// Every distinct subject of a log.
#[derive(Clone, Debug, Default)]
pub struct Subjects {
    /// Sorted by key.
    pub all: Vec<Subject>,
    /// For each entry of [`AccessLog::queries`](crate::ingest::AccessLog::queries), its subject.
    pub of_query: Vec<SubjectId>,
    /// How the queries could be read.
    pub coverage: Coverage,
    lookup: Lookup,
}

/// Who was looked at, from the access log, the nominal index and what incidents say of the people on them: stage 2 of a run.
#[must_use]
pub fn of_run(tables: &Tables, index: &PeopleIndex<'_>) -> Subjects {
    let mut subjects = resolve_with(&tables.access, index);
    subjects.attest(&tables.incident_people, index.as_of());
    subjects
}

impl Subjects {
    /// From subjects sorted by key; builds the look-up.
    #[must_use]
    pub fn new(all: Vec<Subject>, of_query: Vec<SubjectId>, coverage: Coverage) -> Self {
        let lookup = Lookup::new(&all);
        Self { all, of_query, coverage, lookup }
    }

    /// Does the log say who or what it was? A record that the nominal index does not know is still one
    /// record; only a query that says nothing is nobody.
    #[must_use]
    pub fn identified(&self, subject: SubjectId) -> bool {
        let subject = &self.all[subject as usize];
        subject.kind != SubjectKind::Unknown || subject.key.len() > "unknown:".len()
    }

    /// The subject of a record id, where anybody looked at it.
    #[must_use]
    pub fn find_record(&self, subject_id: &str) -> Option<SubjectId> {
        let key = |subject: &Subject| subject.key.strip_prefix("record:").map(|id| id.cmp(subject_id));
        self.all
            .binary_search_by(|subject| key(subject).unwrap_or_else(|| subject.key.as_str().cmp("record:")))
            .ok()
            .map(|at| at as SubjectId)
    }

    /// All subjects that are this person, or one of these vehicles, telephones or the address:
    /// by record id, by name and birth date (slips, nicknames and former names tolerated), by
    /// plate, by number, by address. Ascending.
    #[must_use]
    #[allow(clippy::too_many_arguments)]
    pub fn involved(
        &self,
        index: &PeopleIndex<'_>,
        subject_id: &str,
        forename: &str,
        surname: &str,
        dob: &str,
        address: &str,
        postcode: &str,
        phones: &[String],
        vrms: &[String],
    ) -> Vec<SubjectId> {
        let fields = descriptor::Fields {
            record: subject_id,
            forename,
            middle_names: "",
            surname,
            dob,
            address,
            postcode,
            phones,
            vrms,
        };
        let described = Descriptor::from_fields(&fields, index.as_of());
        self.lookup.involved(self, index, described)
    }

    /// Notes which typed persons an incident names exactly. Few of those whom incidents name have a record of their own,
    /// and a search for one of them must not be read as a slip for a namesake born on a day much like theirs.
    fn attest(&mut self, parties: &[IncidentPerson], as_of: chrono::NaiveDate) {
        let named: FxHashSet<u64> = parties
            .par_iter()
            .filter(|row| !row.dob.is_empty() && !row.surname.is_empty())
            .flat_map_iter(|row| people::born_keys(&Descriptor::of_incident_person(row, as_of)))
            .collect();
        self.all.par_iter_mut().filter(|subject| subject.person.is_none()).for_each(|subject| {
            subject.attested = people::born_keys(&subject.descriptor).iter().any(|key| named.contains(key));
        });
    }

    /// [`Subjects::involved`] for a row of `incident_people`.
    #[must_use]
    pub fn involved_in(&self, index: &PeopleIndex<'_>, row: &IncidentPerson) -> Vec<SubjectId> {
        self.lookup.involved(self, index, Descriptor::of_incident_person(row, index.as_of()))
    }

    /// The places that are this address, or its postcode alone. Ascending.
    #[must_use]
    pub fn involved_place(&self, address: &str, postcode: &str) -> Vec<SubjectId> {
        terms::Address::parse(address, postcode).map_or_else(Vec::new, |at| self.lookup.places(self, &at))
    }

    /// The persons on record or typed at this address: its residents. Ascending.
    #[must_use]
    pub fn residents(&self, address: &str, postcode: &str) -> Vec<SubjectId> {
        terms::Address::parse(address, postcode).map_or_else(Vec::new, |at| self.lookup.residents(self, &at))
    }
}

#[cfg(test)]
pub(crate) mod tests;
