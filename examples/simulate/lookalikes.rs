//! Innocent looks that resemble misuse: noted as ordinary work is made, before anyone is labelled.

use crate::population::PersonId;
use crate::staff::StaffId;
use rustc_hash::{FxHashMap, FxHashSet};

/// What an innocent look, or a member of staff, resembles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resembles {
    /// Subject bears the officer's surname; no kin.
    CommonSurname,
    /// Subject lives next door to the officer.
    OnBeat,
    /// Wife's or husband's incident, worked together.
    OfficerCouple,
    /// A check made for another.
    Dispatcher,
    /// Looks at fifty times the usual volume.
    BulkAnalyst,
    /// The incident was entered after the look.
    LateIncident,
    /// At work, with no row in the roster.
    MissingRoster,
    /// Subject once bore the officer's surname.
    MarriedName,
    /// Under the login of a desk.
    SharedDesk,
    /// One of many viewers of a major incident.
    MajorIncident,
    /// Vetting or Professional Standards at a colleague's record.
    StaffByRole,
    /// Subject bears a public figure's name.
    FamousNamesake,
    /// Subject is a colleague, as a party to an incident worked.
    VictimColleague,
    /// The row that would explain the look is missing.
    MissingLink,
    /// Tied, assigned, and declared.
    DeclaredConflict,
    /// Live records in a session that may show them.
    LiveTraining,
    /// Live records in an authorised test.
    AuthorisedTest,
    /// A team leader at the records of the team's incidents.
    Supervisor,
}

impl Resembles {
    /// Name and note.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::CommonSurname => ("common_surname", "same surname as the officer, no kin; incident worked"),
            Self::OnBeat => ("on_beat", "lives next door to the officer; incident worked"),
            Self::OfficerCouple => ("officer_couple", "incident worked together with the spouse"),
            Self::Dispatcher => ("dispatcher", "checked for an officer on the incident"),
            Self::BulkAnalyst => ("bulk_analyst", "many times the usual volume, by role"),
            Self::LateIncident => ("late_incident", "incident entered after the look"),
            Self::MissingRoster => ("missing_roster", "worked a turn that the roster does not show"),
            Self::MarriedName => ("married_name", "once bore the officer's surname, no kin; incident worked"),
            Self::SharedDesk => ("shared_desk", "looked up under the login of the front desk"),
            Self::MajorIncident => ("major_incident", "one of many on a major incident"),
            Self::StaffByRole => ("staff_by_role", "vetting or Professional Standards at a colleague's record"),
            Self::FamousNamesake => ("famous_namesake", "bears the name of a public figure; incident worked"),
            Self::VictimColleague => ("victim_colleague", "colleague involved in an incident worked"),
            Self::MissingLink => ("missing_link", "policing purpose, but no row that shows it"),
            Self::DeclaredConflict => ("declared_conflict", "tied and assigned, conflict declared"),
            Self::LiveTraining => ("live_training", "session authorised to show live records"),
            Self::AuthorisedTest => ("authorised_test", "test on live records with authority"),
            Self::Supervisor => ("supervisor", "review of the team's incident"),
        }
    }

    /// How many are noted for one member of staff: enough to judge by, few where the resemblance is the job itself.
    fn most(self) -> u8 {
        match self {
            Self::BulkAnalyst | Self::MissingRoster => 1,
            Self::Dispatcher | Self::SharedDesk | Self::StaffByRole | Self::Supervisor => 3,
            Self::MajorIncident | Self::MissingLink | Self::LiveTraining | Self::AuthorisedTest => 3,
            _ => 6,
        }
    }
}

/// The look-alikes noted so far.
#[derive(Default)]
pub struct Lookalikes {
    counts: FxHashMap<(StaffId, Resembles), u8>,
    seen: FxHashSet<(StaffId, PersonId, Resembles)>,
    rows: Vec<(StaffId, Option<PersonId>, Resembles)>,
}

impl Lookalikes {
    /// Notes one.
    pub fn note(&mut self, staff: StaffId, person: Option<PersonId>, what: Resembles) {
        let count = self.counts.entry((staff, what)).or_insert(0);
        if *count < what.most() && self.seen.insert((staff, person.unwrap_or(PersonId::MAX), what)) {
            *count += 1;
            self.rows.push((staff, person, what));
        }
    }

    /// All of them, by member of staff.
    pub fn sorted(&self) -> Vec<(StaffId, Option<PersonId>, Resembles)> {
        let mut rows = self.rows.clone();
        rows.sort();
        rows
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}
