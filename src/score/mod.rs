//! Stage 6, score: evidence in bits, by independent blocks, added; prior apart;
//! lanes and ranks.
//!
//! A score orders what a person should read first. It is no probability of
//! guilt, and nothing here decides about anyone.

pub mod case;
pub mod decoys;
pub mod excess;
pub mod groups;
pub mod lane;
pub mod lanes;
pub mod member;
pub mod prior;
pub mod sample;
pub mod weigh;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::purpose::UserId;
use crate::rules::Rule;
use crate::rules::fire::{Fired, Firings, UserFired};
use crate::rules::rows::World;
use crate::rules::rows::case::CaseFacts;

pub use case::{BlockScore, CaseScore};
pub use decoys::Decoys;
pub use lane::Lane;
pub use weigh::{Rates, Weighed};

/// A scored case and the lane it goes to.
#[derive(Clone, Debug)]
pub struct LanedCase {
    /// The case.
    pub score: CaseScore,
    /// Where it goes.
    pub lane: Lane,
    /// Rules without which it would go nowhere, as indexes, in the order of the findings.
    pub carried_by: Vec<u16>,
}

/// One member of staff with the cases that go somewhere.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// The first of the lanes of their cases.
    pub lane: Lane,
    /// Cases, best first.
    pub cases: Vec<LanedCase>,
    /// U + log2(π·μ/n): what they are ranked by.
    pub rank_bits: f64,
    /// U.
    pub weight: f64,
    /// log2(π·μ/n).
    pub prior: f64,
    /// Standard deviation of U in bits.
    pub sd: f64,
}

/// One habit of one unit: many users, one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Habit {
    /// The unit.
    pub team: String,
    /// Index of the rule.
    pub rule: u16,
    /// Users of the unit with it, sorted.
    pub users: Vec<UserId>,
    /// Active users of the unit.
    pub active: usize,
    /// Cases in which it shows, as indexes into the world's cases, sorted.
    pub cases: Vec<u32>,
    /// The mean weight of the rule over those cases.
    pub bits: f64,
}

/// What stage 6 hands on.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    /// Members of staff in the order of the report: by lane, then by score.
    pub members: Vec<Member>,
    /// Habits of units, by weight.
    pub habits: Vec<Habit>,
    /// Those whom the refer lane had no room for, in its order; they are in no other lane.
    pub cut: Vec<Member>,
    /// Members of staff from whom the sample was drawn.
    pub sampled_from: usize,
    /// What coincidence alone would leave standing.
    pub decoys: Decoys,
}

/// Scores everything that fired.
#[must_use]
pub fn score(world: &World<'_>, rules: &[&Rule], firings: &Firings) -> Scored {
    let rates = Rates::new(world, rules, firings);
    let mut cases: Vec<CaseScore> =
        firings.cases.par_iter().map(|fired| one_case(world, rules, &rates, fired.case, &fired.fired)).collect();
    let mut by_user: FxHashMap<UserId, Vec<&UserFired>> = FxHashMap::default();
    for fired in &firings.users {
        by_user.entry(fired.user).or_default().push(fired);
    }
    let mut whole: Vec<(UserId, CaseScore)> =
        by_user.into_iter().map(|(user, fired)| (user, one_user(world, rules, &rates, user, &fired))).collect();
    whole.sort_by_key(|(user, _)| *user);
    cases.sort_by_key(|c| c.case);
    let decoys = decoys::decoys(world, rules, firings, &rates, &cases);
    Scored { decoys, ..lanes::route(world, rules, &rates, cases, whole) }
}

/// The score of one case, given what fired on it; nothing may have.
#[must_use]
pub fn one_case(world: &World<'_>, rules: &[&Rule], rates: &Rates<'_>, index: u32, fired: &[Fired]) -> CaseScore {
    let row = world.cases[index as usize];
    let weighed: Vec<(Fired, Weighed)> = fired.iter().map(|f| (f.clone(), rates.case(&row, f))).collect();
    let native = case::native(&CaseFacts::new(world, row), rates);
    let block_of = |rule: u16| rules[usize::from(rule)].meta.probity.block;
    let blocks = case::blocks(&weighed, block_of, native, world.values);
    let prior = prior::Chances::of(world, row.user).of_case(world.values);
    total(Some(index), weighed, blocks, prior)
}

/// The score of what fired on a user's work as a whole. One user, one such "case": its prior is that of a user, not of one among many
/// cases.
#[must_use]
pub fn one_user(
    world: &World<'_>,
    rules: &[&Rule],
    rates: &Rates<'_>,
    user: UserId,
    fired: &[&UserFired],
) -> CaseScore {
    let weighed: Vec<(Fired, Weighed)> = fired
        .iter()
        .map(|on| {
            let fired = Fired { rule: on.rule, tie: None, looks: on.looks.clone(), expected: None };
            (fired, rates.user(user, on.rule))
        })
        .collect();
    let block_of = |rule: u16| rules[usize::from(rule)].meta.probity.block;
    let blocks = case::blocks(&weighed, block_of, Vec::new(), world.values);
    let prior = prior::of_user(&world.values.prior) - prior::Chances::of(world, user).thin(world.values);
    total(None, weighed, blocks, prior)
}

/// The score of a case without what one rule found on it.
#[must_use]
pub fn without(world: &World<'_>, rules: &[&Rule], rates: &Rates<'_>, score: &CaseScore, rule: u16) -> CaseScore {
    let weighed: Vec<(Fired, Weighed)> = score.fired.iter().filter(|(f, _)| f.rule != rule).cloned().collect();
    let native = score.case.map(|at| case::native(&CaseFacts::new(world, world.cases[at as usize]), rates));
    let block_of = |rule: u16| rules[usize::from(rule)].meta.probity.block;
    let blocks = case::blocks(&weighed, block_of, native.unwrap_or_default(), world.values);
    total(score.case, weighed, blocks, score.prior)
}

fn total(case: Option<u32>, fired: Vec<(Fired, Weighed)>, blocks: Vec<BlockScore>, prior: f64) -> CaseScore {
    let evidence = blocks.iter().map(|b| b.bits).sum();
    let sd = blocks.iter().map(|b| b.sd * b.sd).sum::<f64>().sqrt();
    CaseScore { case, fired, blocks, evidence, sd, prior }
}
