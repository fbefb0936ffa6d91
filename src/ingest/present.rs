//! Which tables hold anything.

use super::{TableName, Tables};

impl Tables {
    /// How many rows of a table were used.
    #[must_use]
    pub fn rows(&self, table: TableName) -> usize {
        match table {
            TableName::Access => self.access.events.len(),
            TableName::Staff => self.staff.len(),
            TableName::Accounts => self.accounts.len(),
            TableName::Relationships => self.relationships.len(),
            TableName::People => self.people.len(),
            TableName::Incidents => self.incidents.len(),
            TableName::IncidentPeople => self.incident_people.len(),
            TableName::Assignments => self.assignments.len(),
            TableName::Duty => self.duty.len(),
            TableName::Training => self.training.len(),
            TableName::HighProfile => self.high_profile.len(),
            TableName::Authorities => self.authorities.len(),
            TableName::Dispositions => self.dispositions.len(),
        }
    }
}
