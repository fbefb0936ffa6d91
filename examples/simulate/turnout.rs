//! Who is at work around a day, by role and station: for whoever must find somebody to send.

use crate::draw::Draw;
use crate::roster::{Duty, Span};
use crate::staff::StaffId;
use crate::staff_roles::{ROLES, Role};
use crate::world::World;

/// Turns that begin on the day before, on the day, and on the day after.
pub struct Turnout {
    /// By role and station.
    groups: Vec<Vec<(StaffId, Span)>>,
    stations: usize,
}

impl Turnout {
    /// Asks the roster.
    pub fn new(world: &World, day: i32) -> Self {
        let stations = world.force.stations.len();
        let mut groups = vec![Vec::new(); stations * ROLES.len()];
        for turn in day - 1..=day + 1 {
            for (s, member) in world.force.members.iter().enumerate() {
                if let Duty::Work(span, _) = world.roster.duty(&world.force, &world.clock, s as StaffId, turn) {
                    groups[member.role as usize * stations + member.station].push((s as StaffId, span));
                }
            }
        }
        Self { groups, stations }
    }

    /// Everybody of a role and station, with their turns.
    pub fn group(&self, role: Role, station: usize) -> &[(StaffId, Span)] {
        &self.groups[role as usize * self.stations + station]
    }

    /// Somebody at work at an instant.
    pub fn at(&self, role: Role, station: usize, at: i64, draw: &mut Draw) -> Option<(StaffId, Span)> {
        let present = || self.group(role, station).iter().filter(|(_, span)| span.holds(at));
        let n = present().count();
        if n == 0 { None } else { present().nth(draw.below(n)).copied() }
    }

    /// The leader of the role's team at work at an instant.
    pub fn leader(&self, world: &World, role: Role, station: usize, at: i64) -> Option<StaffId> {
        self.group(role, station).iter().find(|(s, span)| span.holds(at) && world.force.get(*s).leads).map(|&(s, _)| s)
    }
}
