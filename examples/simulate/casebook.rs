//! The incidents under way, and who works on which.

use crate::incidents::Incident;
use crate::roster::Span;
use crate::staff::StaffId;
use crate::world::World;
use std::collections::VecDeque;

/// An incident by the day it happened and its place in that day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CaseRef {
    /// The day.
    pub day: i32,
    /// The place.
    pub nth: u32,
}

/// Somebody's part in an incident.
#[derive(Clone, Copy)]
pub struct Task {
    /// Which incident.
    pub case: CaseRef,
    /// From when to when.
    pub span: Span,
    /// As what.
    pub role: &'static str,
    /// Whether the export says so.
    pub listed: bool,
}

/// The incidents of the last weeks.
pub struct Casebook {
    days: VecDeque<(i32, Vec<Incident>)>,
    tasks: Vec<Vec<Task>>,
}

/// How long an incident may last, in days.
const LONGEST: i32 = 16;

impl Casebook {
    /// An empty book.
    pub fn new(world: &World) -> Self {
        Self { days: VecDeque::new(), tasks: vec![Vec::new(); world.force.members.len()] }
    }

    /// Takes in a day's incidents and lets go of what is over.
    pub fn take_in(&mut self, world: &World, day: i32, incidents: Vec<Incident>) {
        let past = world.clock.instant(day - 1, 0);
        for tasks in &mut self.tasks {
            tasks.retain(|t| t.span.to > past);
        }
        for (nth, incident) in incidents.iter().enumerate() {
            let case = CaseRef { day, nth: nth as u32 };
            for a in &incident.assigned {
                self.tasks[a.staff as usize].push(Task { case, span: a.span, role: a.role, listed: a.listed });
            }
            for &(team, span) in &incident.teams {
                for &s in &world.force.teams[team].members {
                    self.tasks[s as usize].push(Task { case, span, role: "team", listed: true });
                }
            }
        }
        self.days.push_back((day, incidents));
        while self.days.front().is_some_and(|(first, _)| *first < day - LONGEST) {
            self.days.pop_front();
        }
    }

    /// An incident, if the book still holds it.
    pub fn get(&self, case: CaseRef) -> Option<&Incident> {
        let first = self.days.front()?.0;
        self.days.get((case.day - first) as usize).map(|(_, incidents)| &incidents[case.nth as usize])
    }

    /// What somebody is working on.
    pub fn tasks(&self, staff: StaffId) -> &[Task] {
        &self.tasks[staff as usize]
    }
}
