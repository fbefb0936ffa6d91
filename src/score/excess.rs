//! How far a user stands above those who do the same work, by a count: so many
//! vulnerable people out of so many unexplained, so many searches off duty.
//!
//! Ordinary users differ more than chance alone would have it, so the count is
//! compared with a gamma-Poisson (negative binomial) tail: the mean is the role's
//! rate times what the user's count grows with, and the spread is how much users
//! differ beyond that.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::chance::negative_binomial_tail;
use crate::purpose::UserId;
use crate::rules::facts::{self, Scope};
use crate::rules::rows::World;
use crate::rules::rows::user::UserRow;
use crate::rules::{Chance, Row, Rule, Value};

/// Share of users, the furthest above their mean, who do not say how much ordinary users differ: they may be
/// those whom the rule is after.
const SET_ASIDE: f64 = 0.002;
/// Users always differ at least by so much (squared coefficient of variation).
const LEAST_DISPERSION: f64 = 0.1;
/// Fewer users than this with anything to count cannot say what is usual.
const TELLING_USERS: usize = 10;

/// One user's count beside that of peers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// What was counted.
    pub count: f64,
    /// Out of what.
    pub of: f64,
    /// What others in the same role would show out of as much.
    pub expected: f64,
    /// Standard deviation of that among ordinary users: chance, and how much they differ beyond it.
    pub spread: f64,
    /// Chance of so many or more.
    pub tail: f64,
}

/// One measure over all users.
#[derive(Clone, Debug)]
pub struct Excess {
    by_user: FxHashMap<UserId, Found>,
}

impl Excess {
    /// The measures of all rules with `chance: excess`.
    #[must_use]
    pub fn of_rules(world: &World<'_>, rules: &[&Rule]) -> FxHashMap<u16, Self> {
        let asked: Vec<(u16, &Rule)> =
            (0u16..).zip(rules.iter().copied()).filter(|(_, r)| r.meta.probity.chance == Chance::Excess).collect();
        if asked.is_empty() {
            return FxHashMap::default();
        }
        let users: Vec<UserId> = (0..world.users.len() as UserId).filter(|u| world.judged_by(*u)).collect();
        let rows: Vec<UserRow<'_>> = users.iter().map(|u| UserRow::new(world, *u)).collect();
        let number = |row: &UserRow<'_>, name: &str| match facts::find(Scope::User, name).map(|fact| row.get(fact)) {
            Some(Value::Number(n)) => Some(n),
            _ => None,
        };
        asked
            .into_iter()
            .filter_map(|(index, rule)| {
                let measure = rule.meta.probity.measure.as_ref()?;
                let counts: Vec<Count> = users
                    .iter()
                    .zip(&rows)
                    .filter_map(|(&user, row)| {
                        let (count, of) = (number(row, &measure.count)?, number(row, &measure.of)?);
                        (of > 0.0).then_some(Count { user, group: world.peers.group(user), count, of })
                    })
                    .collect();
                Some((index, Self::new(&counts, world.values.rates.role_shrinkage)))
            })
            .collect()
    }

    fn new(counts: &[Count], shrinkage: f64) -> Self {
        let mut groups: FxHashMap<u32, (f64, f64)> = FxHashMap::default();
        let (mut all, mut all_of) = (0.0, 0.0);
        for c in counts {
            let group = groups.entry(c.group).or_default();
            group.0 += c.count;
            group.1 += c.of;
            all += c.count;
            all_of += c.of;
        }
        if counts.len() < TELLING_USERS || all_of <= 0.0 {
            return Self { by_user: FxHashMap::default() };
        }
        // As if so many average users had shown the force's rate.
        let weight = shrinkage * all_of / counts.len() as f64;
        let rate = |c: &Count| {
            let (sum, of) = groups[&c.group];
            let parent = (all - c.count + 0.5) / (all_of - c.of + 1.0);
            (sum - c.count + weight * parent) / (of - c.of + weight)
        };
        let means: Vec<f64> = counts.iter().map(|c| rate(c) * c.of).collect();
        let spread = Spread::of(counts, &means);
        let by_user = counts
            .iter()
            .zip(&means)
            .map(|(c, &expected)| {
                let dispersion = spread.around(c, expected, shrinkage);
                let tail = negative_binomial_tail(c.count.max(0.0) as u64, expected, dispersion);
                (
                    c.user,
                    Found {
                        count: c.count,
                        of: c.of,
                        expected,
                        spread: (expected + dispersion * expected * expected).sqrt(),
                        tail,
                    },
                )
            })
            .collect();
        Self { by_user }
    }

    /// What is known of a user.
    #[must_use]
    pub fn of(&self, user: UserId) -> Option<Found> {
        self.by_user.get(&user).copied()
    }
}

struct Count {
    user: UserId,
    group: u32,
    count: f64,
    of: f64,
}

/// How much users differ beyond chance: the variance of a count is mean + dispersion × mean², fitted by moments
/// with the furthest set aside. Some roles are more mixed than others (a squad and a desk may bear one title), so
/// each role has its own spread, drawn towards that of all; it never falls below that of all.
struct Spread {
    all: Moments,
    by_group: FxHashMap<u32, Moments>,
    users: f64,
    /// Users set aside.
    aside: FxHashSet<UserId>,
}

/// Sums over users of (count − mean)² − mean, and of mean².
#[derive(Clone, Copy, Default)]
struct Moments {
    over: f64,
    square: f64,
}

impl Moments {
    fn one(c: &Count, mean: f64) -> Self {
        Self { over: (c.count - mean).powi(2) - mean, square: mean * mean }
    }

    fn add(&mut self, other: Self) {
        self.over += other.over;
        self.square += other.square;
    }

    fn dispersion(self) -> f64 {
        if self.square > 0.0 { (self.over / self.square).max(LEAST_DISPERSION) } else { LEAST_DISPERSION }
    }
}

impl Spread {
    fn of(counts: &[Count], means: &[f64]) -> Self {
        let mut known: Vec<(&Count, f64)> =
            counts.iter().zip(means.iter().copied()).filter(|(_, m)| *m > 0.0).collect();
        known.sort_by(|a, b| {
            let z = |(c, m): &(&Count, f64)| (c.count - m) / m.sqrt();
            z(b).total_cmp(&z(a)).then(b.0.count.total_cmp(&a.0.count)).then(a.0.user.cmp(&b.0.user))
        });
        let furthest = (known.len() as f64 * SET_ASIDE) as usize;
        let aside = known[..furthest].iter().map(|(c, _)| c.user).collect();
        let known = &known[furthest..];
        let (mut all, mut by_group) = (Moments::default(), FxHashMap::<u32, Moments>::default());
        for &(c, mean) in known {
            all.add(Moments::one(c, mean));
            by_group.entry(c.group).or_default().add(Moments::one(c, mean));
        }
        Self { all, by_group, users: known.len() as f64, aside }
    }

    /// Of the others in a user's role. The user does not widen it.
    fn around(&self, c: &Count, mean: f64, shrinkage: f64) -> f64 {
        let all = self.all.dispersion();
        let mut role = self.by_group.get(&c.group).copied().unwrap_or_default();
        if !self.aside.contains(&c.user) && mean > 0.0 {
            let own = Moments::one(c, mean);
            role.add(Moments { over: -own.over, square: -own.square });
        }
        // As if so many average users had differed as all do.
        let square = shrinkage * self.all.square / self.users.max(1.0);
        role.add(Moments { over: square * all, square });
        role.dispersion().max(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(f64, f64)]) -> Vec<Count> {
        (0..).zip(counts).map(|(user, &(count, of))| Count { user, group: 0, count, of }).collect()
    }

    #[test]
    fn who_does_more_of_the_same_is_not_unusual() {
        let mut force: Vec<(f64, f64)> = (0..100).map(|i| (f64::from(i % 3), 10.0)).collect();
        force.push((10.0, 100.0)); // ten times the work, ten times the count
        force.push((10.0, 10.0)); // all of it
        let excess = Excess::new(&counts(&force), 20.0);
        let tail = |user: usize| excess.of(user as UserId).expect("counted").tail;
        assert!(tail(100) > 0.2, "{}", tail(100));
        assert!(tail(101) < 1e-3, "{}", tail(101));
    }

    #[test]
    fn users_who_differ_widely_make_no_outlier() {
        let alike: Vec<(f64, f64)> = (0..200).map(|_| (2.0, 20.0)).chain([(9.0, 20.0)]).collect();
        let differing: Vec<(f64, f64)> = (0..200).map(|i| (f64::from(i % 10), 20.0)).chain([(9.0, 20.0)]).collect();
        let tail = |force: &[(f64, f64)]| Excess::new(&counts(force), 20.0).of(200).expect("counted").tail;
        assert!(tail(&alike) * 5.0 < tail(&differing), "{} {}", tail(&alike), tail(&differing));
    }

    #[test]
    fn too_few_users_say_nothing() {
        assert!(Excess::new(&counts(&[(1.0, 2.0); 5]), 20.0).of(0).is_none());
    }
}
