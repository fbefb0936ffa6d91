//! Who works when: turns of duty, leave, sickness, overtime.
//!
//! A turn follows from the seed, the member of staff and the day alone, so any part of the generator may ask.

use crate::clock::{Clock, HOUR, MINUTE};
use crate::draw::{Draw, Stream};
use crate::staff::{Force, StaffId, Status};
use crate::staff_roles::Pattern;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First second.
    pub from: i64,
    /// One past the last.
    pub to: i64,
}

impl Span {
    /// What two spans share, if it lasts at least a minute.
    pub fn with(self, other: Span) -> Option<Span> {
        let both = Span { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.to - both.from >= MINUTE).then_some(both)
    }

    /// Whether an instant is inside.
    pub fn holds(self, at: i64) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// An instant inside.
    pub fn draw(self, draw: &mut Draw) -> i64 {
        draw.between(self.from, self.to - 1)
    }
}

/// What somebody does on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// At work; the second span is overtime.
    Work(Span, Option<Span>),
    /// On call from home.
    OnCall(Span),
    /// Away, with HR's word for it.
    Away(&'static str, Span),
    /// A rest day.
    Rest,
    /// Not in the force that day.
    Gone,
}

/// The duty planner.
pub struct Roster {
    seed: u64,
    /// First and last day of somebody's leave.
    leave: Vec<Option<(i32, i32)>>,
}

impl Roster {
    /// Grants leave.
    pub fn new(seed: u64, staff: usize, days: i32) -> Self {
        let leave = (0..staff)
            .map(|s| {
                let mut draw = Draw::new(seed, Stream::Roster, s as u64, u64::MAX);
                draw.chance((f64::from(days) / 45.0).min(0.9)).then(|| {
                    let first = draw.between(0, i64::from(days) - 1) as i32;
                    (first, first + draw.between(3, 9) as i32)
                })
            })
            .collect();
        Self { seed, leave }
    }

    /// What a member of staff does on the day on which a turn would begin.
    pub fn duty(&self, force: &Force, clock: &Clock, staff: StaffId, day: i32) -> Duty {
        let member = force.get(staff);
        if member.left.is_some_and(|left| day > left) || clock.absolute(day) < member.joined {
            return Duty::Gone;
        }
        let mut draw = Draw::new(self.seed, Stream::Roster, u64::from(staff), (day + 1000) as u64);
        let pattern = member.role.facts().pattern;
        let Some((start, end)) = hours(pattern, force.teams[member.team].turn, staff, day, clock) else {
            let on_call = pattern == Pattern::Split && member.status == Status::Active && draw.chance(0.06);
            let span = Span { from: clock.instant(day, 9 * HOUR), to: clock.instant(day, 21 * HOUR) };
            return if on_call && !self.on_leave(staff, day) { Duty::OnCall(span) } else { Duty::Rest };
        };
        let span = Span { from: clock.instant(day, start), to: clock.instant(day, end) };
        match member.status {
            Status::Suspended => return Duty::Away("suspended", span),
            Status::LongLeave => return Duty::Away("leave", span),
            Status::Active | Status::Restricted => {}
        }
        if self.on_leave(staff, day) {
            return Duty::Away("leave", span);
        }
        if draw.chance(0.02) {
            return Duty::Away("sick", span);
        }
        let over = draw.chance(0.05).then(|| Span { from: span.to, to: span.to + draw.between(2, 8) * 30 * MINUTE });
        Duty::Work(span, over)
    }

    /// Whether a day falls in somebody's leave.
    pub fn on_leave(&self, staff: StaffId, day: i32) -> bool {
        self.leave[staff as usize].is_some_and(|(first, last)| (first..=last).contains(&day))
    }

    /// Whether the row of a turn never reached the export, as happens with swapped shifts.
    pub fn unrecorded(&self, staff: StaffId, day: i32) -> bool {
        Draw::new(self.seed, Stream::Roster, u64::from(staff) | 1 << 40, (day + 1000) as u64).chance(0.015)
    }
}

/// Start and end of a turn by the wall clock, in seconds from the midnight before it.
fn hours(pattern: Pattern, turn: usize, staff: StaffId, day: i32, clock: &Clock) -> Option<(i64, i64)> {
    let week = (day + 700).div_euclid(7) as usize + staff as usize;
    match pattern {
        Pattern::Round => match (day + 2 * turn as i32).rem_euclid(10) {
            0 | 1 => Some((7 * HOUR, 16 * HOUR)),
            2 | 3 => Some((14 * HOUR, 24 * HOUR)),
            4 | 5 => Some((22 * HOUR, 31 * HOUR)),
            _ => None,
        },
        Pattern::Split => {
            let weekend = clock.weekday(day) >= 5;
            // A weekend worked is paid for with the Monday and Tuesday of the week.
            let off = if week.is_multiple_of(4) { clock.weekday(day) < 2 } else { weekend };
            match (off, week.is_multiple_of(2)) {
                (true, _) => None,
                (false, true) => Some((8 * HOUR, 16 * HOUR)),
                (false, false) => Some((13 * HOUR, 22 * HOUR)),
            }
        }
        Pattern::Office => (clock.weekday(day) < 5).then_some((8 * HOUR + 30 * MINUTE, 16 * HOUR + 30 * MINUTE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn five_turns_cover_the_clock() {
        let clock = Clock::new(NaiveDate::from_ymd_opt(2026, 3, 16).expect("a date"), 14);
        for day in 0..10 {
            let mut covered = [false; 24];
            for (begun, shift) in [(day - 1, 24), (day, 0)] {
                for turn in 0..5 {
                    if let Some((start, end)) = hours(Pattern::Round, turn, 0, begun, &clock) {
                        for hour in start / HOUR..end / HOUR {
                            let today = hour - shift;
                            if (0..24).contains(&today) {
                                covered[today as usize] = true;
                            }
                        }
                    }
                }
            }
            assert!(covered.iter().all(|&c| c), "day {day}: {covered:?}");
        }
    }
}
