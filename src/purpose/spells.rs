//! Days in a row on which the records answer much less than on the others.
//!
//! An export that ends early or an interface that is down loses a part of the records for a time. Days without next to any answer
//! are found by unit and system ([`super::thin`]), and their looks cannot be told. Where a part is lost, each look can still be
//! judged; but what is counted over the whole period (how much lies open in a role, how often a number is quoted) is
//! counted over both kinds of days, and hides what was done on the whole ones. On three forces of 4,000 that lost half of their
//! incident links in the second of two months, 113 of 181 planted cases were found in a run over both, and 129 in
//! a run over the first alone. So the reader is told to run them apart.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

use super::looks::{Look, Purpose};
use crate::ingest::Environment;

/// Fewer days than this in a row are no spell: weekends and single large incidents are like that.
const IN_A_ROW: usize = 3;
/// Of fewer days nobody can say what is usual.
const DAYS: usize = 10;
/// Fewer users than this tell nothing of a day.
const USERS: u32 = 8;
/// So many times as much as usual must lie open …
const TIMES: f64 = 2.0;
/// … and so large a share of looks more.
const MORE: f64 = 0.05;

/// Days in a row on which the records answer much less.
#[derive(Clone, Debug, PartialEq)]
pub struct Spell {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Share of the looks of these days that records explain …
    pub explained: f64,
    /// … and of those of all other days that are in no spell.
    pub elsewhere: f64,
}

/// A day of the force.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    users: u32,
    /// Shares of each user's looks that lie open, added: in whole millionths, so that the order makes no difference.
    open_shares: u64,
    looks: u64,
    open: u64,
}

impl Day {
    /// The mean share over users: one who looks at thousands counts as anybody.
    fn open_share(self) -> f64 {
        self.open_shares as f64 / 1e6 / f64::from(self.users.max(1))
    }
}

/// Finds the spells of a force, the first first. Looks are sorted by user.
#[must_use]
pub fn find(looks: &[Look], zone: Tz) -> Vec<Spell> {
    let days = looks.par_chunk_by(|a, b| a.user == b.user).map(|own| by_day(own, zone)).reduce(BTreeMap::new, add);
    let days: Vec<(NaiveDate, Day)> = days.into_iter().filter(|(_, day)| day.users >= USERS).collect();
    let Some(bar) = bar(&days) else { return Vec::new() };
    let poor = |(_, day): &(NaiveDate, Day)| day.open_share() >= bar;
    let next = |date: NaiveDate| date.checked_add_days(Days::new(1));
    let spells: Vec<&[(NaiveDate, Day)]> = days
        .chunk_by(|one, other| poor(one) && poor(other) && next(one.0) == Some(other.0))
        .filter(|run| run.len() >= IN_A_ROW && poor(&run[0]))
        .collect();
    let sum = |days: &mut dyn Iterator<Item = &(NaiveDate, Day)>| {
        let (looks, open) = days.fold((0, 0), |(looks, open), (_, day)| (looks + day.looks, open + day.open));
        1.0 - open as f64 / (looks as f64).max(1.0)
    };
    let inside = |date: NaiveDate| spells.iter().any(|run| run[0].0 <= date && date <= run[run.len() - 1].0);
    let elsewhere = sum(&mut days.iter().filter(|(date, _)| !inside(*date)));
    let told = |run: &&[(NaiveDate, Day)]| Spell {
        from: run[0].0,
        to: run[run.len() - 1].0,
        explained: sum(&mut run.iter()),
        elsewhere,
    };
    spells.iter().map(told).collect()
}

/// The share of open looks from which a day is poor. What is usual is what the better quarter of the days reaches, for a spell may last as
/// long as three quarters of the period.
fn bar(days: &[(NaiveDate, Day)]) -> Option<f64> {
    let mut shares: Vec<f64> = days.iter().map(|(_, day)| day.open_share()).collect();
    shares.sort_by(f64::total_cmp);
    let usual = *shares.get(shares.len() / 4).filter(|_| shares.len() >= DAYS)?;
    Some((TIMES * usual).max(usual + MORE))
}

/// One user's days.
fn by_day(own: &[Look], zone: Tz) -> BTreeMap<NaiveDate, Day> {
    let mut tallies: FxHashMap<NaiveDate, (u64, u64)> = FxHashMap::default();
    for look in own.iter().filter(|l| l.environment == Environment::Live && l.purpose != Purpose::CannotTell) {
        if let Some(date) = look.first_at.local_date(zone) {
            let (looks, open) = tallies.entry(date).or_default();
            *looks += 1;
            *open += u64::from(look.purpose == Purpose::Unexplained);
        }
    }
    let day = |(looks, open): (u64, u64)| Day { users: 1, open_shares: open * 1_000_000 / looks, looks, open };
    tallies.into_iter().map(|(date, tally)| (date, day(tally))).collect()
}

fn add(mut all: BTreeMap<NaiveDate, Day>, more: BTreeMap<NaiveDate, Day>) -> BTreeMap<NaiveDate, Day> {
    for (date, day) in more {
        let sum = all.entry(date).or_default();
        sum.users += day.users;
        sum.open_shares += day.open_shares;
        sum.looks += day.looks;
        sum.open += day.open;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::{DAY, HOUR, Instant};
    use crate::purpose::UserId;

    /// Twelve users with ten looks each on each of twenty days; `open` says how many of the ten nothing explains.
    fn spells(open: impl Fn(UserId, i64) -> usize) -> Vec<(String, String)> {
        let mut looks = Vec::new();
        for (user, day) in (0..12).flat_map(|user| (0..20).map(move |day| (user, day))) {
            let purpose = |nth| if nth < open(user, day) { Purpose::Unexplained } else { Purpose::Explained };
            let at = Instant(day * DAY + 12 * HOUR);
            looks.extend((0..10).map(|nth| Look { purpose: purpose(nth), ..Look::bare(user, at) }));
        }
        let found = find(&looks, chrono_tz::Europe::London);
        found.iter().map(|spell| (spell.from.to_string(), spell.to.to_string())).collect()
    }

    #[test]
    fn a_part_that_is_lost_for_a_time_is_told() {
        let usual = |user: UserId| usize::from(user.is_multiple_of(2));
        assert_eq!(spells(|user, _| usual(user)), [], "nothing is lost");
        let until_the_end = spells(|user, day| if day >= 8 { 4 } else { usual(user) });
        assert_eq!(until_the_end, [("1970-01-09".to_owned(), "1970-01-20".to_owned())]);
        let twice = spells(|user, day| if matches!(day, 2..5 | 10..14) { 4 } else { usual(user) });
        let days = |a: &str, b: &str| (format!("1970-01-{a}"), format!("1970-01-{b}"));
        assert_eq!(twice, [days("03", "05"), days("11", "14")]);
    }

    #[test]
    fn a_weekend_or_a_few_people_are_no_spell() {
        assert_eq!(spells(|_, day| if matches!(day % 7, 5 | 6) { 5 } else { 0 }), []);
        assert_eq!(spells(|user, day| if user == 3 && day > 10 { 10 } else { 1 }), [], "somebody browses for days");
        assert_eq!(spells(|_, day| if day == 9 { 10 } else { 1 }), [], "a large incident");
        assert_eq!(spells(|_, day| if day > 2 { 5 } else { 0 }), [], "what is usual on more than three days in four");
    }

    #[test]
    fn shares_are_those_of_looks() {
        let look = |user, day, open| Look {
            purpose: if open { Purpose::Unexplained } else { Purpose::Explained },
            ..Look::bare(user, Instant(day * DAY + HOUR))
        };
        let looks: Vec<Look> = (0..8)
            .flat_map(|user| (0..16).flat_map(move |day| (0..4).map(move |nth| look(user, day, nth == 0 && day < 4))))
            .collect();
        let found = find(&looks, chrono_tz::Europe::London);
        assert_eq!(found.len(), 1);
        assert!((found[0].explained - 0.75).abs() < 1e-9 && (found[0].elsewhere - 1.0).abs() < 1e-9, "{found:?}");
    }
}
