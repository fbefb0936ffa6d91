//! Who lives around an incident: persons known at its whole postcode.
//!
//! Kept apart from links: an incident has a handful of people on it and a whole postcode around it, and a
//! link for each of them and each task would be many times the log.

use rustc_hash::FxHashMap;

use super::links::Grouped;
use crate::ingest::Incident;
use crate::subjects::{SubjectId, SubjectKind, Subjects};

/// Letters and digits of the shortest whole postcode.
const WHOLE_POSTCODE: usize = 5;

/// No postcode, or not a whole one.
const NOWHERE: u32 = u32::MAX;

/// Incidents and persons by postcode.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    of_incident: Vec<u32>,
    of_person: Grouped,
}

impl Areas {
    /// Numbers the postcodes of incidents and finds the persons known at each.
    #[must_use]
    pub fn new(incidents: &[Incident], subjects: &Subjects) -> Self {
        let mut codes: FxHashMap<String, u32> = FxHashMap::default();
        let of_incident = incidents
            .iter()
            .map(|incident| {
                let code = plain(&incident.postcode);
                if code.len() < WHOLE_POSTCODE {
                    return NOWHERE;
                }
                let next = codes.len() as u32;
                *codes.entry(code).or_insert(next)
            })
            .collect();
        let mut lives = Vec::new();
        for (id, subject) in subjects.all.iter().enumerate().filter(|(_, s)| s.kind == SubjectKind::Person) {
            let whole = subject.descriptor.addresses.iter().filter_map(|a| a.postcode).filter(|p| p.unit().is_some());
            lives.extend(whole.filter_map(|p| Some((id as SubjectId, *codes.get(&plain(&p.text()))?))));
        }
        Self { of_incident, of_person: Grouped::new(subjects.all.len(), lives) }
    }

    /// Is the subject a person known at the postcode of the incident?
    #[must_use]
    pub fn near(&self, incident: u32, subject: SubjectId) -> bool {
        self.of_incident.get(incident as usize).is_some_and(|area| self.of_person.get(subject).contains(area))
    }

    /// Is the subject known at the postcode of any incident?
    #[must_use]
    pub fn known(&self, subject: SubjectId) -> bool {
        !self.of_person.get(subject).is_empty()
    }
}

/// A postcode without spaces, in capitals.
fn plain(postcode: &str) -> String {
    postcode.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}
