//! Supervised training: who taught whom when, on which records.

use crate::clock::{Clock, HOUR, MINUTE};
use crate::draw::{Draw, Stream};
use crate::roster::{Duty, Roster, Span};
use crate::rows::System;
use crate::staff::{Force, StaffId};
use crate::staff_roles::Role;

/// A session in the training school.
pub struct Session {
    /// Its id.
    pub id: String,
    /// The system taught.
    pub system: System,
    /// When.
    pub span: Span,
    /// Its day.
    pub day: i32,
    /// Who teaches.
    pub trainer: StaffId,
    /// Who learns.
    pub attendees: Vec<StaffId>,
    /// The first of the numbered training accounts in use.
    pub first_login: usize,
    /// Who allowed live records to be shown, if anyone did.
    pub live: Option<StaffId>,
}

/// All sessions of the window.
pub struct Training {
    /// In order of day.
    pub sessions: Vec<Session>,
}

impl Training {
    /// Plans a session for every fifty staff in a fortnight, at least three.
    pub fn new(seed: u64, force: &Force, roster: &Roster, clock: &Clock, days: i32) -> Self {
        let mut draw = Draw::new(seed, Stream::Training, 0, 0);
        let staff = force.members.len();
        let wanted = (staff * days as usize / 700).max(3);
        let trainers: Vec<StaffId> = of_role(force, Role::Trainer);
        let authority: Vec<StaffId> = of_role(force, Role::Inspector);
        let mut sessions = Vec::new();
        for attempt in 0..wanted * 12 {
            if sessions.len() == wanted || trainers.is_empty() {
                break;
            }
            let day = draw.below(days as usize) as i32;
            let start = if draw.chance(0.5) { 9 * HOUR + 30 * MINUTE } else { 13 * HOUR + 15 * MINUTE };
            let span = Span { from: clock.instant(day, start), to: clock.instant(day, start + 2 * HOUR + 30 * MINUTE) };
            let at_work = |s: StaffId| match roster.duty(force, clock, s, day) {
                Duty::Work(turn, _) => turn.from <= span.from && span.to <= turn.to,
                _ => false,
            };
            let trainer = *draw.pick(&trainers);
            let busy = |s: StaffId| {
                sessions.iter().any(|x: &Session| {
                    x.day == day && x.span.with(span).is_some() && (x.trainer == s || x.attendees.contains(&s))
                })
            };
            if !at_work(trainer) || busy(trainer) {
                continue;
            }
            let mut attendees: Vec<StaffId> = Vec::new();
            let size = draw.between(3, 6) as usize;
            for _ in 0..60 {
                let s = draw.below(staff) as StaffId;
                let taught = !matches!(force.get(s).role, Role::Trainer | Role::Technology | Role::Inspector);
                if attendees.len() < size && taught && !attendees.contains(&s) && at_work(s) && !busy(s) {
                    attendees.push(s);
                }
            }
            if attendees.is_empty() {
                continue;
            }
            // Every third session may show live records.
            let live = (sessions.len() % 3 == 1 && !authority.is_empty()).then(|| *draw.pick(&authority));
            let system = if draw.chance(0.5) { System::Rms } else { System::Pnc };
            let id = format!("TS{:04}", 1000 + attempt);
            sessions.push(Session { id, system, span, day, trainer, attendees, first_login: 0, live });
        }
        sessions.sort_by(|a, b| (a.day, &a.id).cmp(&(b.day, &b.id)));
        // Sessions of one day use different accounts.
        let mut next = (0, 0);
        for session in &mut sessions {
            if session.day != next.0 {
                next = (session.day, 0);
            }
            session.first_login = next.1;
            next.1 += session.attendees.len();
        }
        Self { sessions }
    }

    /// The sessions that somebody attends or teaches on a day.
    pub fn on(&self, day: i32, staff: StaffId) -> impl Iterator<Item = &Session> {
        let from = self.sessions.partition_point(|s| s.day < day);
        self.sessions[from..]
            .iter()
            .take_while(move |s| s.day == day)
            .filter(move |s| s.trainer == staff || s.attendees.contains(&staff))
    }
}

fn of_role(force: &Force, role: Role) -> Vec<StaffId> {
    (0..force.members.len() as StaffId).filter(|&s| force.get(s).role == role && force.get(s).left.is_none()).collect()
}
