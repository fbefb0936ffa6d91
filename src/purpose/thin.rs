//! Where the feeds are thin: a system, a unit, or one of them on one day, for which next to nothing is explained
//! although it is elsewhere, or on other days.
//!
//! Misuse is the act of a few. Where nearly everybody's looks go unanswered, it is the records that are missing,
//! and the answer is "cannot tell". Each user counts once in a group, so that one heavy user can neither hide in a
//! gap of their own making nor make one.

use chrono::NaiveDate;
use chrono_tz::Tz;
use rustc_hash::{FxHashMap, FxHashSet};

use super::actors::UserId;
use super::looks::{Look, Purpose};
use crate::ingest::{Code, Environment, Staff};

/// A group is thin where less than this part of what is usual is explained.
const THIN: f64 = 0.25;
/// Fewer users than this are no group.
const USERS: usize = 4;
/// Fewer looks than this tell nothing of a system or unit as a whole.
const LOOKS: u32 = 200;
/// Fewer looks than this tell nothing of a day.
const LOOKS_A_DAY: u32 = 20;
/// Where the force as a whole has less explained than this, single groups cannot be told from it.
const FORCE: f64 = 0.5;

/// A system, or a unit by the place of its name in [`Thin::units`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Code of the system.
    System(Code),
    /// Place of the unit's name.
    Unit(u32),
}

/// Groups and days whose looks cannot be told.
#[derive(Clone, Debug, Default)]
pub struct Thin {
    /// Names of units.
    pub units: Vec<String>,
    /// Groups as a whole, sorted.
    pub whole: Vec<Group>,
    /// Groups on single days, sorted.
    pub days: Vec<(Group, NaiveDate)>,
}

/// Looks of one user in one group.
#[derive(Clone, Copy, Default)]
struct Tally {
    looks: u32,
    explained: u32,
}

/// What is explained in a group.
#[derive(Default)]
struct Answered {
    by_user: FxHashMap<UserId, Tally>,
}

impl Answered {
    fn add(&mut self, look: &Look) {
        let tally = self.by_user.entry(look.user).or_default();
        tally.looks += 1;
        tally.explained += u32::from(look.purpose == Purpose::Explained);
    }

    fn looks(&self) -> u32 {
        self.by_user.values().map(|t| t.looks).sum()
    }

    /// The mean over users of their explained share. The order of adding makes no difference that is seen:
    /// shares are counted in whole millionths.
    fn share(&self) -> f64 {
        let millionths = |t: &Tally| u64::from(t.explained) * 1_000_000 / u64::from(t.looks.max(1));
        let sum: u64 = self.by_user.values().map(millionths).sum();
        sum as f64 / 1e6 / self.by_user.len().max(1) as f64
    }

    fn is_thin(&self, least: u32, usual: f64) -> bool {
        self.by_user.len() >= USERS && self.looks() >= least && self.share() < THIN * usual
    }
}

fn counts(look: &Look) -> bool {
    look.environment == Environment::Live && look.purpose != Purpose::CannotTell
}

impl Thin {
    /// Finds the thin groups among judged looks.
    #[must_use]
    pub fn find(looks: &[Look], staff: &[Staff], zone: Tz) -> Self {
        let mut units: Vec<String> = staff.iter().map(|s| s.team.clone()).filter(|t| !t.is_empty()).collect();
        units.sort_unstable();
        units.dedup();
        let mut thin = Self { units, ..Self::default() };
        let unit_of = thin.unit_of(staff);
        let mut force = Answered::default();
        let mut whole: FxHashMap<Group, Answered> = FxHashMap::default();
        let mut days: FxHashMap<(Group, NaiveDate), Answered> = FxHashMap::default();
        for look in looks.iter().filter(|l| counts(l)) {
            force.add(look);
            let day = look.first_at.local_date(zone);
            for group in groups(look, &unit_of) {
                whole.entry(group).or_default().add(look);
                if let Some(day) = day {
                    days.entry((group, day)).or_default().add(look);
                }
            }
        }
        let usual = force.share();
        if usual < FORCE {
            return thin;
        }
        thin.whole = whole.iter().filter(|(_, a)| a.is_thin(LOOKS, usual)).map(|(group, _)| *group).collect();
        thin.whole.sort_unstable();
        let all: FxHashSet<Group> = thin.whole.iter().copied().collect();
        thin.days = days
            .iter()
            .filter(|((group, _), a)| !all.contains(group) && a.is_thin(LOOKS_A_DAY, whole[group].share()))
            .map(|(key, _)| *key)
            .collect();
        thin.days.sort_unstable();
        thin
    }

    fn unit_of(&self, staff: &[Staff]) -> Vec<Option<u32>> {
        staff.iter().map(|s| self.units.binary_search(&s.team).ok().map(|at| at as u32)).collect()
    }

    /// Turns what nothing explains in thin groups into what cannot be told.
    pub(super) fn apply(&self, looks: &mut [Look], staff: &[Staff], zone: Tz) {
        if self.whole.is_empty() && self.days.is_empty() {
            return;
        }
        let unit_of = self.unit_of(staff);
        for look in looks.iter_mut().filter(|l| l.purpose == Purpose::Unexplained) {
            let day = look.first_at.local_date(zone);
            let thin = |group: Group| {
                self.whole.binary_search(&group).is_ok()
                    || day.is_some_and(|day| self.days.binary_search(&(group, day)).is_ok())
            };
            if groups(look, &unit_of).any(thin) {
                look.purpose = Purpose::CannotTell;
            }
        }
    }

    /// Is the unit, or the system, thin as a whole or on some day?
    #[must_use]
    pub fn days_of(&self, group: Group) -> (bool, Vec<NaiveDate>) {
        let whole = self.whole.binary_search(&group).is_ok();
        (whole, self.days.iter().filter(|(g, _)| *g == group).map(|(_, day)| *day).collect())
    }

    /// The unit of this name.
    #[must_use]
    pub fn unit(&self, name: &str) -> Option<Group> {
        self.units.binary_search_by(|u| u.as_str().cmp(name)).ok().map(|at| Group::Unit(at as u32))
    }
}

fn groups(look: &Look, unit_of: &[Option<u32>]) -> impl Iterator<Item = Group> {
    let unit = unit_of.get(look.user as usize).copied().flatten().map(Group::Unit);
    std::iter::once(Group::System(look.system)).chain(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::{DAY, HOUR, Instant};

    fn look(user: UserId, system: Code, day: i64, purpose: Purpose) -> Look {
        Look { system, purpose, ..Look::bare(user, Instant(day * DAY + 12 * HOUR)) }
    }

    fn staff() -> Vec<Staff> {
        let team = |n: u32| if n < 6 { "A" } else { "B" };
        (0..12).map(|n| Staff { staff_id: format!("S{n}"), team: team(n).into(), ..Staff::default() }).collect()
    }

    /// Ten looks a day of each of twelve users; `open` says which nothing explains.
    fn force(open: impl Fn(UserId, i64) -> bool) -> Vec<Look> {
        let mut looks = Vec::new();
        for (user, day) in (0..12).flat_map(|user| (0..10).map(move |day| (user, day))) {
            let purpose = if open(user, day) { Purpose::Unexplained } else { Purpose::Explained };
            looks.extend((0..10).map(|_| look(user, 1, day, purpose)));
        }
        looks
    }

    #[test]
    fn a_unit_whose_records_are_missing_cannot_be_told_and_others_can() {
        let mut looks = force(|user, _| user >= 6);
        let thin = Thin::find(&looks, &staff(), chrono_tz::Europe::London);
        assert_eq!(thin.whole, [Group::Unit(1)]);
        thin.apply(&mut looks, &staff(), chrono_tz::Europe::London);
        assert!(looks.iter().all(|l| l.purpose != Purpose::Unexplained));
    }

    #[test]
    fn a_unit_s_missing_day_is_that_day_alone() {
        let mut looks = force(|user, day| user < 6 && day == 3);
        let thin = Thin::find(&looks, &staff(), chrono_tz::Europe::London);
        assert_eq!((thin.whole.len(), thin.days.len()), (0, 1));
        assert_eq!(thin.days_of(Group::Unit(0)).1[0].to_string(), "1970-01-04");
        thin.apply(&mut looks, &staff(), chrono_tz::Europe::London);
        assert_eq!(looks.iter().filter(|l| l.purpose == Purpose::CannotTell).count(), 60);
    }

    #[test]
    fn a_system_that_no_feed_answers_cannot_be_told() {
        let mut looks = force(|_, _| false);
        for user in 0..12 {
            looks.extend((0..20).map(|n| look(user, 2, n % 10, Purpose::Unexplained)));
        }
        let thin = Thin::find(&looks, &staff(), chrono_tz::Europe::London);
        assert_eq!(thin.whole, [Group::System(2)]);
    }

    #[test]
    fn one_or_two_busy_people_make_no_gap() {
        for busy in [1, 2] {
            let mut looks = force(|user, _| user < busy);
            // A thousand looks that nothing explains hide nobody.
            looks.extend((0..1000).map(|n| look(0, 1, n % 10, Purpose::Unexplained)));
            let thin = Thin::find(&looks, &staff(), chrono_tz::Europe::London);
            assert_eq!((thin.whole.len(), thin.days.len()), (0, 0));
        }
    }
}
