//! What a world holds for the further kinds of misuse: staff who moved to another post, courses for systems,
//! complaints against staff. Made only where it is asked for, so that other worlds stay as they are.

use crate::clock::HOUR;
use crate::draw::{Draw, Stream};
use crate::population::{PersonId, Population};
use crate::rows::System;
use crate::staff::{Force, StaffId};
use crate::staff_roles::Role;
use crate::ties::Ties;

/// A complaint against a member of staff.
pub struct Complaint {
    /// Against whom.
    pub staff: StaffId,
    /// By whom.
    pub person: PersonId,
    /// Day and second of the day on which it came in.
    pub day: i32,
    /// Its place among them.
    pub nth: usize,
    /// Whether the department opened a matter at once.
    pub matter: bool,
}

/// See the module.
#[derive(Default)]
pub struct Extras {
    /// Who moved to another post, and their last day in the old one.
    pub moved: Vec<(StaffId, i32)>,
    /// Courses taken before the window.
    pub courses: Vec<(StaffId, System)>,
    /// Complaints.
    pub complaints: Vec<Complaint>,
}

impl Extras {
    /// Draws all of it.
    pub fn new(seed: u64, force: &Force, population: &Population, ties: &Ties, days: i32) -> Self {
        let mut draw = Draw::new(seed, Stream::Staff, 2, 0);
        let mut extras = Self::default();
        for s in 0..force.members.len() as StaffId {
            let member = force.get(s);
            let ordinary = !member.role.facts().by_function && member.role != Role::ControlRoom;
            if draw.chance(0.04) && ordinary && member.left.is_none() {
                extras.moved.push((s, draw.between(i64::from(days) / 4, i64::from(days) / 2) as i32));
            }
            for system in [System::Rms, System::Pnc] {
                if draw.chance(0.93) {
                    extras.courses.push((s, system));
                }
            }
            if draw.chance(0.03) && member.left.is_none() {
                let town = draw.below(population.townsfolk.len());
                let folk = &population.townsfolk[town];
                let fits = |x: &&PersonId| {
                    population.get(**x).recorded && !ties.tied(s, **x) && force.of_person(**x).is_none()
                };
                let start = draw.below(folk.len());
                if let Some(&person) = folk[start..].iter().chain(&folk[..start]).find(fits) {
                    let (day, nth) = (draw.between(0, 2) as i32, extras.complaints.len());
                    extras.complaints.push(Complaint { staff: s, person, day, nth, matter: nth.is_multiple_of(2) });
                }
            }
        }
        extras
    }

    /// Had somebody a course for the system?
    pub fn trained(&self, staff: StaffId, system: System) -> bool {
        self.courses.contains(&(staff, system))
    }
}

impl Complaint {
    /// The second of its day.
    pub const fn hour() -> i64 {
        10 * HOUR
    }
}
