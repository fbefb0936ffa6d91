//! Decoys: what would coincidence alone leave standing?
//!
//! In a decoy log the subjects of a stratum (one system, one role, one third of the day) are dealt out anew among
//! its users. Looks, reasons, duty and purpose stay with the user; only who was looked at changes, and only the
//! evidence of ties is weighed again, by the same rules and the same rates. Whatever stands on a tie then stands by
//! coincidence.
//!
//! A case is moved as a whole, to the stratum of its first look. A subject tied to nobody gives no tie to whomever
//! it is dealt, so only the places of the K tied subjects are drawn: K places without replacement out of n, one
//! after the other, are distributed exactly as the places of those subjects in a permutation of all n.
//!
//! A tied subject that comes back to the user who looked at it is that user's own case and no coincidence. It is
//! left out, and every other hit of the user counts n ÷ (n − own places), which makes the mean that of a log in
//! which all ties are coincidence. Users alone in their stratum cannot be swapped with anybody.
//!
//! Authorities that answer single rules are not applied to decoys, and findings that rest on a former home or on a
//! colleague's relatives are asked for tied subjects alone.

mod deal;
mod rescore;

use self::deal::{Ask, Sieve, Tied, deal, strata};
use self::rescore::Rescore;
use super::case::CaseScore;
use super::lanes::refers;
use super::{Lane, Member};
use crate::purpose::UserId;
use crate::rules::Rule;
use crate::rules::fire::Firings;
use crate::rules::rows::World;
use crate::rules::rows::case::CaseFacts;
use crate::score::Rates;

/// What the decoy logs gave, beside what the log itself gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoys {
    /// B: how many decoy logs.
    pub logs: u32,
    /// Seed of their random streams.
    pub seed: u64,
    /// Cases that were dealt out.
    pub swapped: u64,
    /// Cases of users who are alone in their stratum.
    pub alone: u64,
    /// Cases of the log that rest on a tie: index and posterior, in the order of the log.
    pub observed: Vec<(u32, f64)>,
    /// Every case of every decoy that rests on a tie, highest first.
    coincidental: Vec<Coincidence>,
}

/// A case of a decoy log that rests on a tie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Coincidence {
    /// Its posterior.
    bits: f64,
    /// How many it counts for.
    weight: f64,
    /// Whose case it is.
    user: UserId,
}

impl Decoys {
    /// Mean number of cases of a decoy log at or above a posterior of `bits`.
    #[must_use]
    pub fn expected(&self, bits: f64) -> f64 {
        // An empty sum of floats is −0.
        self.from(bits).iter().fold(0.0, |sum, found| sum + found.weight) / f64::from(self.logs.max(1))
    }

    /// The same by user, for so many users.
    #[must_use]
    pub fn expected_by_user(&self, bits: f64, users: usize) -> Vec<f64> {
        let mut of = vec![0.0; users];
        for found in self.from(bits) {
            of[found.user as usize] += found.weight / f64::from(self.logs.max(1));
        }
        of
    }

    fn from(&self, bits: f64) -> &[Coincidence] {
        &self.coincidental[..self.coincidental.partition_point(|found| found.bits >= bits)]
    }

    /// Cases of the log at or above a posterior of `bits` that rest on a tie.
    #[must_use]
    pub fn observed_from(&self, bits: f64) -> usize {
        self.observed.iter().filter(|(_, score)| *score >= bits).count()
    }

    /// Estimated share of coincidences among the cases at or above `bits`: (E + 1/B) ÷ max(1, observed), at most 1.
    #[must_use]
    pub fn false_discovery(&self, bits: f64) -> f64 {
        let least = 1.0 / f64::from(self.logs.max(1));
        ((self.expected(bits) + least) / self.observed_from(bits).max(1) as f64).min(1.0)
    }

    /// Where the lowest referred case that rests on a tie stands: from there up, coincidence does harm. `None`
    /// where no referral rests on one.
    #[must_use]
    pub fn level(&self, members: &[Member]) -> Option<f64> {
        let referred = members.iter().flat_map(|m| &m.cases).filter(|c| c.lane == Lane::Refer);
        referred.filter_map(|c| self.of_case(c.score.case?)).min_by(f64::total_cmp)
    }

    /// Posterior of a case of the log, where it rests on a tie.
    #[must_use]
    pub fn of_case(&self, case: u32) -> Option<f64> {
        self.observed.binary_search_by_key(&case, |(c, _)| *c).ok().map(|at| self.observed[at].1)
    }
}

/// Makes the decoys and counts what stands in them.
#[must_use]
pub fn decoys(world: &World<'_>, rules: &[&Rule], firings: &Firings, rates: &Rates<'_>, cases: &[CaseScore]) -> Decoys {
    let checks = world.values.checks;
    if checks.decoys == 0 {
        return Decoys::default();
    }
    let rescore = Rescore::new(world, rules, firings, rates, cases);
    let sieve = Sieve::new(world);
    let observed = cases
        .iter()
        .filter_map(|score| {
            let index = score.case?;
            let facts = || CaseFacts::new(world, world.cases[index as usize]);
            (refers(world, rules, score) && rescore.rests_on_tie(&facts(), &score.fired))
                .then(|| (index, score.posterior(world.values)))
        })
        .collect();
    let strata = strata(world, &rescore.fertile, &sieve);
    let (mut swapped, mut alone) = (0, 0);
    for stratum in &strata {
        let one = stratum.own.len() < 2;
        *(if one { &mut alone } else { &mut swapped }) += stratum.places.len() as u64;
    }
    let ask = Ask {
        may: |tied: &Tied, user, fertile| sieve.may(tied, user, fertile),
        score: |place, subject| rescore.posterior(place, subject),
    };
    let coincidental = deal(&strata, checks, &ask);
    Decoys { logs: checks.decoys, seed: checks.seed, swapped, alone, observed, coincidental }
}

#[cfg(test)]
mod tests;
