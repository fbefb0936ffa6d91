//! The few facts about incidents that planted cases are built on, gathered while the incidents are written out.

use crate::incidents::Incident;
use crate::population::PersonId;
use crate::roster::Span;
use crate::staff::StaffId;
use crate::world::World;
use rustc_hash::FxHashMap;

/// An incident that names a member of staff who was not sent to it.
pub struct Involved {
    /// Who.
    pub staff: StaffId,
    /// The incident.
    pub incident: String,
    /// When it was entered.
    pub opened: i64,
    /// Everybody else on it.
    pub others: Vec<PersonId>,
}

/// Somebody met in the course of duty.
#[derive(Clone)]
pub struct Contact {
    /// The incident.
    pub incident: String,
    /// Its kind.
    pub kind: &'static str,
    /// Who was met.
    pub person: PersonId,
    /// When the assignment was.
    pub span: Span,
}

/// An incident that others work on, and whose number could be borrowed.
#[derive(Clone)]
pub struct Spare {
    /// Its number.
    pub incident: String,
    /// Its kind.
    pub kind: &'static str,
    /// When it is open.
    pub span: Span,
}

/// A major incident.
pub struct Major {
    /// Its number.
    pub incident: String,
    /// When it was entered.
    pub opened: i64,
    /// Whom everybody would like to read about.
    pub person: PersonId,
    /// Whose beat.
    pub station: usize,
}

/// What is known of the incidents.
#[derive(Default)]
pub struct Survey {
    /// Staff named on incidents.
    pub involved: Vec<Involved>,
    /// Staff sent to somebody of their own circle who said nothing.
    pub conflicts: Vec<(StaffId, Contact)>,
    /// The first person each met in the window.
    pub contacts: FxHashMap<StaffId, Contact>,
    /// Incidents to borrow, by station.
    pub spare: Vec<Vec<Spare>>,
    /// Major incidents of the window.
    pub majors: Vec<Major>,
    /// Conflicts declared: who, whom, on what.
    pub declared: Vec<(StaffId, PersonId, String, i64)>,
}

/// Incidents to borrow that are kept of one day at one station.
const SPARE_A_DAY: usize = 6;

impl Survey {
    /// Takes note of a day's incidents.
    pub fn take_in(&mut self, world: &World, day: i32, incidents: &[Incident]) {
        let stations = world.force.local_stations();
        self.spare.resize_with(stations, Vec::new);
        let mut kept = vec![0; stations];
        for incident in incidents {
            if let Some((staff, person, true)) = incident.conflict {
                self.declared.push((staff, person, incident.id.clone(), incident.occurred));
            }
            if day < 0 {
                continue;
            }
            self.note_conflict(incident);
            self.note_parties(world, incident);
            self.note_contacts(world, incident);
            if incident.major && !incident.parties.is_empty() {
                self.majors.push(Major {
                    incident: incident.id.clone(),
                    opened: incident.opened,
                    person: incident.parties[0].person,
                    station: incident.station,
                });
            }
            if kept[incident.station] < SPARE_A_DAY && !incident.major && incident.opened == incident.occurred {
                kept[incident.station] += 1;
                let span = Span { from: incident.opened, to: incident.closed };
                self.spare[incident.station].push(Spare { incident: incident.id.clone(), kind: incident.kind, span });
            }
        }
    }

    fn note_conflict(&mut self, incident: &Incident) {
        if let Some((staff, person, false)) = incident.conflict
            && let Some(a) = incident.assigned.iter().find(|a| a.staff == staff && a.listed)
        {
            let contact = Contact { incident: incident.id.clone(), kind: incident.kind, person, span: a.span };
            self.conflicts.push((staff, contact));
        }
    }

    fn note_parties(&mut self, world: &World, incident: &Incident) {
        for party in incident.parties.iter().filter(|p| p.listed) {
            let Some(staff) = world.force.of_person(party.person) else { continue };
            if incident.assigned.iter().all(|a| a.staff != staff) {
                let others: Vec<PersonId> =
                    incident.parties.iter().map(|p| p.person).filter(|&p| p != party.person).collect();
                self.involved.push(Involved { staff, incident: incident.id.clone(), opened: incident.opened, others });
            }
        }
    }

    fn note_contacts(&mut self, world: &World, incident: &Incident) {
        let Some(party) = incident.parties.iter().find(|p| p.listed && world.force.of_person(p.person).is_none())
        else {
            return;
        };
        for a in incident.assigned.iter().filter(|a| a.role == "attending" && a.listed) {
            // The incident is over within the day, so that what comes later is no part of it.
            if incident.closed - incident.opened < 86_400 && !world.ties.tied(a.staff, party.person) {
                self.contacts.entry(a.staff).or_insert_with(|| Contact {
                    incident: incident.id.clone(),
                    kind: incident.kind,
                    person: party.person,
                    span: a.span,
                });
            }
        }
    }
}
