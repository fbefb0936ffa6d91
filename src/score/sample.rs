//! The sample lane: members of staff drawn at random from those who are in no other
//! lane. Nothing is held against them; what a reader finds among them is an estimate
//! of what the run misses.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rustc_hash::FxHashSet;

use super::case::CaseScore;
use super::member::Standing;
use super::prior::Chances;
use super::{Lane, LanedCase, Member, Rates};
use crate::purpose::{Purpose, UserId};
use crate::rules::Rule;
use crate::rules::rows::World;

/// Draws the sample, and says from how many members of staff it was drawn. Each is shown with one case, drawn
/// from those with an unexplained look.
#[must_use]
pub fn draw(
    world: &World<'_>,
    rules: &[&Rule],
    rates: &Rates<'_>,
    members: &[Member],
    cut: &[Member],
) -> (Vec<Member>, usize) {
    let values = &world.values.lanes;
    if values.sample == 0 {
        return (Vec::new(), 0);
    }
    let known: FxHashSet<UserId> = members.iter().chain(cut).map(|m| m.user).collect();
    let open = |c: &crate::rules::rows::Case| {
        world.identified(c.subject) && world.looks(c).iter().any(|l| l.purpose == Purpose::Unexplained)
    };
    // Every case of the pool, in the order of users: sorted, so that a seed always draws the same.
    let mut pool: Vec<(UserId, Vec<u32>)> = Vec::new();
    for (index, case) in (0u32..).zip(&world.cases) {
        if known.contains(&case.user) || world.by_machine(case) || !open(case) {
            continue;
        }
        match pool.last_mut() {
            Some((user, cases)) if *user == case.user => cases.push(index),
            _ => pool.push((case.user, vec![index])),
        }
    }
    let from = pool.len();
    let mut rng = ChaCha8Rng::seed_from_u64(values.sample_seed);
    let mut drawn = Vec::new();
    while drawn.len() < values.sample && !pool.is_empty() {
        let (user, cases) = pool.swap_remove(below(&mut rng, pool.len()));
        let score = super::one_case(world, rules, rates, cases[below(&mut rng, cases.len())], &[]);
        drawn.push(one(world, user, score));
    }
    drawn.sort_by_key(|m: &Member| world.judged.users.id(m.user, &world.tables.staff).to_owned());
    (drawn, from)
}

/// A number under `n`, by rejection: every one is as likely.
fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    let n = n as u64;
    let zone = u64::MAX - u64::MAX % n;
    loop {
        let x = rng.next_u64();
        if x < zone {
            return (x % n) as usize;
        }
    }
}

fn one(world: &World<'_>, user: UserId, score: CaseScore) -> Member {
    let standing = Standing::of(std::iter::once(&score), Chances::of(world, user), world.values);
    Member {
        user,
        lane: Lane::Sample,
        rank_bits: standing.rank(),
        weight: standing.rank() - standing.prior(),
        prior: standing.prior(),
        sd: world.values.scale.temperature * score.sd,
        cases: vec![LanedCase { score, lane: Lane::Sample, carried_by: Vec::new() }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_as_likely_and_a_seed_draws_the_same() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut seen = [0u32; 5];
        for _ in 0..5_000 {
            seen[below(&mut rng, 5)] += 1;
        }
        assert!(seen.iter().all(|n| (900..1_100).contains(n)), "{seen:?}");
        let draw = |seed| below(&mut ChaCha8Rng::seed_from_u64(seed), 1_000_000);
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }
}
