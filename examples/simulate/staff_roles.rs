//! The roles of a force: how many, where, when they work and which systems they use.

use crate::rows::System;

/// What a member of staff does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Answers calls in a patrol car.
    Response,
    /// Knows one beat.
    Neighbourhood,
    /// Investigates crime.
    Detective,
    /// Takes calls, dispatches, and checks people for officers.
    ControlRoom,
    /// Looks after those arrested.
    Custody,
    /// Meets the public at a station's desk.
    FrontDesk,
    /// Leads a station's shifts.
    Inspector,
    /// Draws pictures of crime from all of the records.
    Analyst,
    /// Vets applicants and staff.
    Vetting,
    /// Investigates staff: Professional Standards.
    Standards,
    /// Answers requests for disclosure.
    Disclosure,
    /// Licenses firearms.
    Licensing,
    /// Merges and mends records.
    DataQuality,
    /// Trains users of the systems.
    Trainer,
    /// Runs and tests the systems.
    Technology,
}

/// When a role works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Two earlies, two lates, two nights, four days off; five teams cover the clock.
    Round,
    /// Earlies and lates by the week, most weekends off.
    Split,
    /// Office hours.
    Office,
}

/// What goes with a role.
pub struct RoleFacts {
    /// The role.
    pub role: Role,
    /// As HR writes it.
    pub title: &'static str,
    /// Share of the force.
    pub share: f64,
    /// Works from a station, not from headquarters.
    pub local: bool,
    /// When it works.
    pub pattern: Pattern,
    /// Rows in a shift, against the mean of the force.
    pub pace: f64,
    /// May look without an incident, by the nature of the work.
    pub by_function: bool,
    /// Systems used, with weights.
    pub systems: &'static [(System, f64)],
}

use Pattern::{Office, Round, Split};
use System::{Anpr, Cad, Custody, Pnc, Pnd, Rms};

const PATROL: &[(System, f64)] = &[(Rms, 0.55), (Pnc, 0.27), (Cad, 0.1), (Anpr, 0.08)];
const INQUIRY: &[(System, f64)] = &[(Rms, 0.66), (Pnc, 0.16), (Pnd, 0.1), (Anpr, 0.08)];
const CONTROL: &[(System, f64)] = &[(Cad, 0.4), (Pnc, 0.3), (Rms, 0.25), (Anpr, 0.05)];
const CELLS: &[(System, f64)] = &[(Custody, 0.6), (Pnc, 0.25), (Rms, 0.15)];
const RECORDS: &[(System, f64)] = &[(Rms, 0.6), (Pnc, 0.25), (Pnd, 0.15)];
const OFFICE: &[(System, f64)] = &[(Rms, 0.85), (Pnc, 0.15)];

#[expect(clippy::too_many_arguments, reason = "a row of the table below, one column an argument")]
const fn facts(
    role: Role,
    title: &'static str,
    share: f64,
    local: bool,
    pattern: Pattern,
    pace: f64,
    by_function: bool,
    systems: &'static [(System, f64)],
) -> RoleFacts {
    RoleFacts { role, title, share, local, pattern, pace, by_function, systems }
}

/// All roles, in the order of the enumeration.
pub const ROLES: [RoleFacts; 15] = [
    facts(Role::Response, "Response Officer", 0.36, true, Round, 1.1, false, PATROL),
    facts(Role::Neighbourhood, "Neighbourhood Officer", 0.14, true, Split, 0.7, false, PATROL),
    facts(Role::Detective, "Detective", 0.15, true, Split, 1.2, false, INQUIRY),
    facts(Role::ControlRoom, "Control Room Operator", 0.10, false, Round, 1.4, false, CONTROL),
    facts(Role::Custody, "Custody Officer", 0.04, true, Round, 0.9, false, CELLS),
    facts(Role::FrontDesk, "Front Desk Officer", 0.02, true, Split, 0.5, false, OFFICE),
    facts(Role::Inspector, "Duty Inspector", 0.02, true, Split, 0.5, false, INQUIRY),
    facts(Role::Analyst, "Intelligence Analyst", 0.02, false, Office, 1.5, true, INQUIRY),
    facts(Role::Vetting, "Vetting Officer", 0.02, false, Office, 1.0, true, RECORDS),
    facts(Role::Standards, "PSD Investigator", 0.025, false, Office, 0.9, true, RECORDS),
    facts(Role::Disclosure, "Disclosure Officer", 0.02, false, Office, 1.2, true, RECORDS),
    facts(Role::Licensing, "Firearms Licensing Officer", 0.015, false, Office, 0.8, true, RECORDS),
    facts(Role::DataQuality, "Data Quality Officer", 0.015, false, Office, 1.6, true, OFFICE),
    facts(Role::Trainer, "Systems Trainer", 0.015, false, Office, 0.5, false, OFFICE),
    facts(Role::Technology, "IT Specialist", 0.02, false, Office, 0.5, false, OFFICE),
];

impl Role {
    /// What goes with the role.
    pub fn facts(self) -> &'static RoleFacts {
        &ROLES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_stand_in_order_and_make_a_force() {
        for (i, facts) in ROLES.iter().enumerate() {
            assert_eq!(facts.role as usize, i, "{}", facts.title);
        }
        let all: f64 = ROLES.iter().map(|r| r.share).sum();
        assert!((0.9..=1.01).contains(&all), "{all}");
    }
}
