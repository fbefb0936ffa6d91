//! Where the roster is thin: rows are missing, and being outside it says nothing.
//!
//! Nobody is sent to an incident while off duty. So the work that a task explains measures the roster: where much
//! of it falls outside rostered time, it is the roster that is wrong, for a unit or for one of its members, and
//! whether they were on duty is unknown.

use rustc_hash::FxHashMap;

use super::actors::UserId;
use super::duty::DutyState;
use super::looks::{Look, Purpose};
use super::template_file::By;
use crate::ingest::{Environment, Staff};

/// A unit's roster is thin from this share of task-explained looks outside it on. Complete synthetic rosters, with
/// the turns that people forget to enter, have 0.01 and at most 0.08 in any unit.
const UNIT: f64 = 0.15;
/// One user's roster is thin from this share on; in complete rosters one user in two hundred has 0.2.
const USER: f64 = 0.25;
/// Fewer such looks of a user tell nothing of the user's roster.
const LOOKS: u32 = 20;
/// Fewer users with such looks tell nothing of a unit; the force is asked in its place.
const USERS: usize = 4;

/// Looks of one user that a task explains, at times of which the roster says something.
#[derive(Clone, Copy, Default)]
struct Tally {
    looks: u32,
    off: u32,
}

impl Tally {
    fn share(self) -> f64 {
        f64::from(self.off) / f64::from(self.looks.max(1))
    }
}

/// The mean over users, so that nobody's own work makes or hides a gap.
fn mean(tallies: &[Tally]) -> f64 {
    tallies.iter().map(|t| t.share()).sum::<f64>() / tallies.len().max(1) as f64
}

/// For each user, whether the roster is thin for them; and the units for which it is, sorted.
#[must_use]
pub fn find(looks: &[Look], staff: &[Staff], users: usize) -> (Vec<bool>, Vec<String>) {
    let mut own = vec![Tally::default(); users];
    for look in looks {
        let by_task = look.explained_by.is_some_and(|t| t.declared().by == By::Assignment);
        let told = !matches!(look.duty, DutyState::Unknown);
        if look.purpose == Purpose::Explained && by_task && told && look.environment == Environment::Live {
            let tally = &mut own[look.user as usize];
            tally.looks += 1;
            tally.off += u32::from(look.duty.is_off());
        }
    }
    let mut by_unit: FxHashMap<&str, Vec<Tally>> = FxHashMap::default();
    let mut force = Vec::new();
    for (tally, member) in own.iter().zip(staff).filter(|(t, _)| t.looks > 0) {
        by_unit.entry(member.team.as_str()).or_default().push(*tally);
        force.push(*tally);
    }
    let all = force.len() >= USERS && mean(&force) >= UNIT;
    let telling = |unit: &str| by_unit.get(unit).filter(|tallies| !unit.is_empty() && tallies.len() >= USERS);
    let thin_unit = |unit: &str| telling(unit).map_or(all, |tallies| mean(tallies) >= UNIT);
    let thin_user = |tally: &Tally| tally.looks >= LOOKS && tally.share() >= USER;
    let thin = |user: usize| thin_user(&own[user]) || staff.get(user).map_or(all, |s| thin_unit(&s.team));
    let mut units: Vec<String> =
        by_unit.keys().filter(|unit| !unit.is_empty() && thin_unit(unit)).map(|unit| (*unit).to_owned()).collect();
    units.sort_unstable();
    ((0..users).map(thin).collect(), units)
}

/// Being outside a thin roster is not being off duty.
pub(super) fn apply(looks: &mut [Look], thin: &[bool]) {
    let of = |user: UserId| thin.get(user as usize).copied().unwrap_or_default();
    for look in looks.iter_mut().filter(|l| l.duty == DutyState::Off && of(l.user)) {
        look.duty = DutyState::Unknown;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::Instant;
    use crate::purpose::Template;

    fn look(user: UserId, duty: DutyState, template: &str) -> Look {
        Look { duty, explained_by: Template::named(template), ..Look::bare(user, Instant(0)) }
    }

    /// Two units of six; thirty looks of each user, of which `off` of the user are off duty.
    fn thin(off: impl Fn(UserId) -> u32, template: &str) -> (Vec<bool>, Vec<String>) {
        let team = |n: u32| if n < 6 { "A" } else { "B" };
        let staff: Vec<Staff> =
            (0..12).map(|n| Staff { staff_id: format!("S{n}"), team: team(n).into(), ..Staff::default() }).collect();
        let state = |user, n| if n < off(user) { DutyState::Off } else { DutyState::On };
        let looks: Vec<Look> = (0..12)
            .flat_map(|user| (0..30).map(move |n| (user, n)))
            .map(|(u, n)| look(u, state(u, n), template))
            .collect();
        find(&looks, &staff, 12)
    }

    #[test]
    fn a_unit_at_work_outside_its_roster_has_a_thin_one() {
        let (users, units) = thin(|user| if user < 6 { 15 } else { 1 }, "assigned");
        assert_eq!(units, ["A"]);
        assert_eq!(users.iter().filter(|t| **t).count(), 6);
    }

    #[test]
    fn one_member_s_missing_rows_are_that_member_s_alone() {
        let (users, units) = thin(|user| if user == 3 { 10 } else { 1 }, "assigned");
        assert!(units.is_empty());
        assert_eq!(users.iter().position(|t| *t), Some(3));
    }

    #[test]
    fn forgotten_turns_and_work_that_no_task_explains_make_no_gap() {
        assert!(thin(|_| 3, "assigned").0.iter().all(|t| !t));
        // A role answers by day and by night: it says nothing of the roster.
        assert!(thin(|_| 30, "role_function").0.iter().all(|t| !t));
    }
}
