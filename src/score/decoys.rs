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

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::case::{self, CaseScore};
use super::lanes::refers;
use super::member::Chances;
use super::{Lane, Member, Weighed, total};
use crate::ingest::{Code, Environment};
use crate::instant::Instant;
use crate::purpose::{AccountKind, Look, Purpose, UserId};
use crate::relations::TieKind;
use crate::rules::fire::{CaseRules, Fired, Firings};
use crate::rules::rows::case::CaseFacts;
use crate::rules::rows::{Case, World};
use crate::rules::{self, Block, Rule};
use crate::score::Rates;
use crate::subjects::SubjectId;
use crate::values::CheckValues;

/// Hours of one third of the day.
const SLOT_HOURS: u32 = 8;

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

/// One system, one role, one third of the day.
#[derive(Clone, Debug, Default)]
struct Stratum {
    /// Cases in the order of the log.
    places: Vec<Place>,
    /// Cases whose subject is tied to any member of staff or stands on the watch list.
    tied: Vec<Tied>,
    /// Places of each user.
    own: FxHashMap<UserId, u32>,
}

/// Where a subject may be dealt to. Dealing visits places at random, so that all that is asked of most of them
/// stands together.
#[derive(Clone, Copy, Debug)]
struct Place {
    case: u32,
    /// The user, and as the lowest bit whether the case may stand with a tie.
    user: u32,
}

impl Place {
    const fn new(case: u32, user: UserId, fertile: bool) -> Self {
        Self { case, user: user << 1 | fertile as u32 }
    }

    const fn user(self) -> UserId {
        self.user >> 1
    }

    const fn fertile(self) -> bool {
        self.user & 1 == 1
    }
}

/// A subject that is dealt out, with what most places are refused by: subjects are taken in turn, so that nothing has
/// to be fetched for it.
#[derive(Clone, Copy, Debug)]
struct Tied {
    subject: SubjectId,
    /// The user who looked at it, and as the lowest bit whether it is the own record of a member of staff.
    user: u32,
    /// One bit for each member of staff who is tied to it, several to a bit: 0 says no for certain.
    bits: u64,
}

impl Tied {
    const fn user(&self) -> UserId {
        self.user >> 1
    }

    /// Could a case of `user` stand on a tie to it? Mostly not, and then the answer is no for certain.
    const fn perhaps(&self, user: UserId, fertile: bool) -> bool {
        // Only the user's own record weighs enough to stand alone.
        (fertile || self.user & 1 == 1) && self.bits & bit(user) != 0
    }
}

impl Stratum {
    fn add(&mut self, place: Place, tied: Option<(SubjectId, Near)>) {
        let user = place.user();
        self.tied.extend(tied.map(|(subject, near)| {
            // Whoever looks at a colleague or at somebody on the watch list may have a tie.
            let bits = if near.anybody { u64::MAX } else { near.bits };
            Tied { subject, user: user << 1 | u32::from(near.own), bits }
        }));
        self.places.push(place);
        *self.own.entry(user).or_default() += 1;
    }
}

fn strata(world: &World<'_>, fertile: &[bool], sieve: &Sieve) -> Vec<Stratum> {
    let mut strata: FxHashMap<(Code, u32, u32), Stratum> = FxHashMap::default();
    for ((index, case), fertile) in (0u32..).zip(&world.cases).zip(fertile) {
        if !world.identified(case.subject) || world.by_machine(case) {
            continue;
        }
        let first = &world.looks(case)[0];
        let key = (first.system, world.peers.group(case.user), slot(world, first.first_at));
        let near = || (case.subject, sieve.subjects[case.subject as usize]);
        let tied = tied(world, case.subject).then(near);
        strata.entry(key).or_default().add(Place::new(index, case.user, *fertile), tied);
    }
    // In the order of their first case, so that a stratum has its stream whatever codes its system has.
    let mut strata: Vec<Stratum> = strata.into_values().collect();
    strata.sort_unstable_by_key(|s| s.places[0].case);
    strata
}

/// Who stands near whom, in little space: all but a few of the places where a subject is dealt to are passed over
/// for want of a tie, and that has to be seen without a visit to the ties themselves.
struct Sieve {
    /// By subject.
    subjects: Vec<Near>,
    /// Staff of each subject, sorted.
    staff: Vec<UserId>,
}

/// What the ties of a subject allow.
#[derive(Clone, Copy, Debug, Default)]
struct Near {
    /// See [`Tied::bits`].
    bits: u64,
    /// Where the staff are listed.
    from: u32,
    to: u32,
    /// Anybody's look at it may be a tie: a colleague, or somebody on the watch list.
    anybody: bool,
    /// It is the own record of a member of staff.
    own: bool,
}

const fn bit(user: UserId) -> u64 {
    // The high bits of a product with an odd number depend on all of the user's.
    1 << (user.wrapping_mul(0x9E37_79B1) >> 26)
}

impl Sieve {
    fn new(world: &World<'_>) -> Self {
        let relations = world.relations;
        let mut sieve = Self { subjects: Vec::with_capacity(world.subjects.all.len()), staff: Vec::new() };
        for subject in 0..world.subjects.all.len() as SubjectId {
            let from = sieve.staff.len() as u32;
            let mut near = Near {
                from,
                anybody: world.staff_subjects.contains(subject) || !relations.watch_of(subject).is_empty(),
                ..Near::default()
            };
            // Sorted by staff.
            for tie in relations.by_subject(subject) {
                near.own |= tie.kind == TieKind::Own;
                near.bits |= bit(tie.staff);
                if sieve.staff[from as usize..].last() != Some(&tie.staff) {
                    sieve.staff.push(tie.staff);
                }
            }
            near.to = sieve.staff.len() as u32;
            sieve.subjects.push(near);
        }
        sieve
    }

    /// Could a case of `user` stand on a tie to this subject? Where the answer is no, it could not.
    fn may(&self, tied: &Tied, user: UserId, fertile: bool) -> bool {
        if !tied.perhaps(user, fertile) {
            return false;
        }
        let near = &self.subjects[tied.subject as usize];
        fertile && near.anybody || self.staff[near.from as usize..near.to as usize].binary_search(&user).is_ok()
    }
}

fn tied(world: &World<'_>, subject: SubjectId) -> bool {
    !world.relations.by_subject(subject).is_empty() || !world.relations.watch_of(subject).is_empty()
}

/// Third of the local day: nights, days and evenings are worked by different people on different matters.
fn slot(world: &World<'_>, at: Instant) -> u32 {
    use chrono::Timelike;
    at.to_utc().map_or(0, |t| t.with_timezone(&world.judged.zone).hour() / SLOT_HOURS)
}

/// What is asked of a subject at a place.
struct Ask<M, S> {
    /// Can the case of this user stand on it at all?
    may: M,
    /// Posterior of the case at a place with the subject.
    score: S,
}

/// Deals the tied subjects of each stratum out anew, once for each decoy, and gives what stands. Highest first.
fn deal<M, S>(strata: &[Stratum], checks: CheckValues, ask: &Ask<M, S>) -> Vec<Coincidence>
where
    M: Fn(&Tied, UserId, bool) -> bool + Sync,
    S: Fn(u32, SubjectId) -> Option<f64> + Sync,
{
    let streams: Vec<(u32, usize)> = (0..checks.decoys)
        .flat_map(|decoy| strata.iter().enumerate().map(move |(at, stratum)| (decoy, at, stratum)))
        .filter(|(_, _, stratum)| !stratum.tied.is_empty() && stratum.own.len() > 1)
        .map(|(decoy, at, _)| (decoy, at))
        .collect();
    let dealt: Vec<Vec<Coincidence>> = streams
        .par_iter()
        .map_init(Vec::new, |order, &(decoy, at)| {
            // One stream for each decoy and stratum: nothing depends on which thread came first.
            let mut random = ChaCha8Rng::seed_from_u64(checks.seed);
            random.set_stream(u64::from(decoy) << 32 | at as u64);
            one(&strata[at], order, &mut random, ask)
        })
        .collect();
    let mut all: Vec<Coincidence> = dealt.into_iter().flatten().collect();
    all.sort_by(|a, b| (b.bits.total_cmp(&a.bits)).then(b.weight.total_cmp(&a.weight)).then(a.user.cmp(&b.user)));
    all
}

/// One decoy of one stratum.
fn one<M, S>(stratum: &Stratum, order: &mut Vec<Place>, random: &mut ChaCha8Rng, ask: &Ask<M, S>) -> Vec<Coincidence>
where
    M: Fn(&Tied, UserId, bool) -> bool,
    S: Fn(u32, SubjectId) -> Option<f64>,
{
    let places = stratum.places.len();
    order.clear();
    order.extend_from_slice(&stratum.places);
    let mut hits = Vec::new();
    for (drawn, tied) in stratum.tied.iter().enumerate() {
        let left = (places - drawn) as u128;
        // The high half of a product is a number below `left`; its bias is below one in 2^40.
        let pick = drawn + ((u128::from(random.next_u64()) * left) >> 64) as usize;
        order.swap(drawn, pick);
        let place = order[drawn];
        let user = place.user();
        if user == tied.user() || !(ask.may)(tied, user, place.fertile()) {
            continue;
        }
        if let Some(bits) = (ask.score)(place.case, tied.subject) {
            let own = stratum.own.get(&user).copied().unwrap_or(0) as usize;
            hits.push(Coincidence { bits, weight: places as f64 / (places - own) as f64, user });
        }
    }
    hits
}

/// Weighs a case of the log with another subject.
struct Rescore<'a> {
    world: &'a World<'a>,
    rules: &'a [&'a Rule],
    firings: &'a Firings,
    rates: &'a Rates<'a>,
    asked: CaseRules,
    /// By case: may it stand with a tie?
    fertile: Vec<bool>,
}

/// Is what the rule finds evidence of a tie?
fn of_ties(rule: &Rule) -> bool {
    rule.reads_ties() || rule.meta.probity.block == Block::Relationship
}

impl<'a> Rescore<'a> {
    fn new(
        world: &'a World<'a>,
        rules: &'a [&'a Rule],
        firings: &'a Firings,
        rates: &'a Rates<'a>,
        scored: &[CaseScore],
    ) -> Self {
        let mut rescore =
            Self { world, rules, firings, rates, asked: CaseRules::of(rules, of_ties), fertile: Vec::new() };
        rescore.fertile = (0..world.cases.len() as u32).into_par_iter().map(|c| rescore.may_stand(c, scored)).collect();
        rescore
    }

    /// A tie refers nobody alone: is there other evidence that can stand beside it, or something that rules of other
    /// blocks join with a tie (printed, denied, training, a test)? Asking this once spares most of the work.
    fn may_stand(&self, place: u32, scored: &[CaseScore]) -> bool {
        let case = self.world.cases[place as usize];
        let joined = |l: &Look| {
            l.printed > 0
                || l.denied > 0
                || l.session
                || l.reason.training
                || l.reason.testing
                || l.account == AccountKind::Training
                || l.environment != Environment::Live
        };
        let looks = self.world.looks(&case);
        if looks.iter().any(joined) {
            return true;
        }
        // Where nothing speaks of a tie, the case has been scored without one already.
        if let Ok(at) = scored.binary_search_by_key(&Some(place), |score| score.case) {
            let tieless = |(f, _): &(Fired, Weighed)| !of_ties(self.rules[usize::from(f.rule)]);
            if scored[at].fired.iter().all(tieless) {
                return scored[at].blocks.iter().any(|b| b.beside(self.world.values));
            }
        }
        let kept = self.kept(place);
        if kept.is_empty() && looks.iter().all(|l| l.purpose == Purpose::Explained) {
            return false;
        }
        let weighed = kept.into_iter().map(|f| (f.clone(), self.rates.case(&case, f))).collect();
        let score = self.total(&CaseFacts::new(self.world, case), weighed);
        score.blocks.iter().any(|b| b.beside(self.world.values))
    }

    /// Posterior of the case at `place`, had it been a look at `subject`, where it would rest on a tie. The sieve has
    /// let it through.
    fn posterior(&self, place: u32, subject: SubjectId) -> Option<f64> {
        let world = self.world;
        let original = world.cases[place as usize];
        // Only the user's own record weighs enough to stand alone.
        let own = || world.relations.between(subject, original.user).iter().any(|t| t.kind == TieKind::Own);
        if !self.fertile[place as usize] && !own() {
            return None;
        }
        let case = Case { subject, ..original };
        let facts = CaseFacts::new(world, case);
        let found = self.asked.ask(&facts);
        if found.is_empty() {
            return None;
        }
        let kept = self.kept(place);
        let may = |fired: &Fired| self.rules[usize::from(fired.rule)].meta.probity.lane == rules::Lane::Refer;
        if !found.iter().chain(kept.iter().copied()).any(may) {
            return None;
        }
        // What is kept is compared with what it was compared with in the log.
        let mut weighed: Vec<(Fired, Weighed)> =
            kept.into_iter().map(|f| (f.clone(), self.rates.case(&original, f))).collect();
        weighed.extend(found.into_iter().map(|f| {
            let weight = self.rates.case(&case, &f);
            (f, weight)
        }));
        let score = self.total(&facts, weighed);
        (refers(world, self.rules, &score) && self.rests_on_tie(&facts, &score.fired))
            .then(|| score.posterior(world.values))
    }

    /// Findings of a case of the log that stay when its subject is another.
    fn kept(&self, place: u32) -> Vec<&'a Fired> {
        let Ok(at) = self.firings.cases.binary_search_by_key(&place, |fired| fired.case) else {
            return Vec::new();
        };
        self.firings.cases[at].fired.iter().filter(|f| !of_ties(self.rules[usize::from(f.rule)])).collect()
    }

    /// Would a case that stands no longer stand without what speaks of a tie?
    fn rests_on_tie(&self, facts: &CaseFacts<'_>, fired: &[(Fired, Weighed)]) -> bool {
        let rest: Vec<(Fired, Weighed)> =
            fired.iter().filter(|(f, _)| !of_ties(self.rules[usize::from(f.rule)])).cloned().collect();
        rest.len() < fired.len() && !refers(self.world, self.rules, &self.total(facts, rest))
    }

    fn total(&self, facts: &CaseFacts<'_>, weighed: Vec<(Fired, Weighed)>) -> CaseScore {
        let block_of = |rule: u16| self.rules[usize::from(rule)].meta.probity.block;
        let blocks = case::blocks(&weighed, block_of, case::native(facts), self.world.values);
        let chances = Chances::of(self.world, facts.case.user);
        total(None, weighed, blocks, case::prior(self.world.values, chances))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Users who look at random people, each of whom is tied to at most one user: `(user, subject)` of each case.
    struct Toy {
        stratum: Stratum,
        subjects: Vec<u32>,
    }

    const USERS: u32 = 40;
    const SUBJECTS: u64 = 400;

    /// Every tenth subject is tied to a user.
    fn tie(subject: u32) -> Option<UserId> {
        subject.is_multiple_of(10).then_some(subject / 10 % USERS)
    }

    fn below(random: &mut ChaCha8Rng, n: u64) -> u32 {
        (random.next_u64() % n) as u32
    }

    fn toy(seed: u64, tied: bool) -> Toy {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut toy = Toy { stratum: Stratum::default(), subjects: Vec::new() };
        for case in 0..4_000 {
            // The first user does a quarter of the work.
            let user = if random.next_u64().is_multiple_of(4) { 0 } else { below(&mut random, u64::from(USERS)) };
            let subject = below(&mut random, SUBJECTS);
            toy.add(case, user, subject, tied && tie(subject).is_some());
        }
        toy
    }

    impl Toy {
        fn add(&mut self, case: u32, user: UserId, subject: u32, tied: bool) {
            self.stratum.add(Place::new(case, user, true), tied.then_some((subject, Near::default())));
            self.subjects.push(subject);
        }
    }

    fn coincidences(toy: &Toy, decoys: u32) -> Decoys {
        let users: Vec<UserId> = toy.stratum.places.iter().map(|p| p.user()).collect();
        let hit =
            |place: u32, subject: u32| (tie(subject) == Some(users[place as usize])).then_some(f64::from(place % 7));
        let ask = Ask { may: |_: &Tied, _, _| true, score: hit };
        let coincidental = deal(std::slice::from_ref(&toy.stratum), CheckValues { decoys, seed: 1 }, &ask);
        let observed = (0u32..).zip(&toy.subjects).filter_map(|(case, s)| Some((case, hit(case, *s)?))).collect();
        Decoys { logs: decoys, seed: 1, observed, coincidental, ..Decoys::default() }
    }

    #[test]
    fn without_ties_nothing_is_expected() {
        let found = coincidences(&toy(7, false), 50);
        assert_eq!(found.expected(f64::NEG_INFINITY), 0.0);
    }

    #[test]
    fn where_ties_are_coincidence_as_many_are_expected_as_observed() {
        // Over 60 logs, so that the noise of one log's observed number (about 10 ± 3) averages out.
        let (mut expected, mut observed) = (0.0, 0.0);
        for seed in 0..60 {
            let found = coincidences(&toy(seed, true), 20);
            for bits in [0.0, 4.0] {
                expected += found.expected(bits);
                observed += found.observed_from(bits) as f64;
            }
        }
        let ratio = expected / observed;
        assert!((0.9..1.1).contains(&ratio), "{expected} expected, {observed} observed");
    }

    #[test]
    fn planted_ties_are_not_taken_for_coincidence() {
        let mut toy = toy(3, true);
        let before = coincidences(&toy, 100);
        for case in 4_000..4_040 {
            let user = case - 4_000;
            toy.add(case, user, user * 10, true);
        }
        let after = coincidences(&toy, 100);
        let rise = after.expected(0.0) - before.expected(0.0);
        assert_eq!(after.observed_from(0.0), before.observed_from(0.0) + 40);
        assert!(rise < 3.0, "{rise}");
        assert!(after.false_discovery(0.0) < before.false_discovery(0.0));
    }

    #[test]
    fn a_user_alone_is_swapped_with_nobody() {
        let mut stratum = Stratum::default();
        for case in 0..50 {
            stratum.add(Place::new(case, 3, true), Some((case, Near::default())));
        }
        let ask = Ask { may: |_: &Tied, _, _| true, score: |_, _| Some(1.0) };
        assert_eq!(deal(&[stratum], CheckValues { decoys: 10, seed: 1 }, &ask), Vec::new());
    }

    /// What the sieve passes over could not have stood: over the small force, with and without it the same stands.
    #[test]
    fn the_sieve_loses_nothing() {
        let config = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force/probity.toml");
        let config = crate::config::load(&config, &crate::config::Overrides::default()).expect("a config");
        let set = crate::run::load_rules(&config).expect("sound rules");
        let rules: Vec<&Rule> = set.rules().iter().collect();
        let (with, without, passed) = crate::run::with_world(&config, &crate::run::Unwatched, |world| {
            let firings = crate::rules::fire::fire(world, &rules);
            let rates = Rates::new(world, &rules, &firings);
            let rescore = Rescore::new(world, &rules, &firings, &rates, &[]);
            let cases: Vec<CaseScore> =
                firings.cases.iter().map(|f| super::super::one_case(world, &rules, &rates, f.case, &f.fired)).collect();
            assert_eq!(Rescore::new(world, &rules, &firings, &rates, &cases).fertile, rescore.fertile);
            let sieve = Sieve::new(world);
            let strata = strata(world, &rescore.fertile, &sieve);
            let score = |place, subject| rescore.posterior(place, subject);
            let checks = CheckValues { decoys: 3, seed: 5 };
            let asked = std::sync::atomic::AtomicUsize::new(0);
            let may = |tied: &Tied, user, fertile| {
                let may = sieve.may(tied, user, fertile);
                asked.fetch_add(usize::from(may), std::sync::atomic::Ordering::Relaxed);
                may
            };
            let with = deal(&strata, checks, &Ask { may, score });
            let without = deal(&strata, checks, &Ask { may: |_: &Tied, _, _| true, score });
            (with, without, asked.into_inner())
        })
        .expect("the small force runs");
        assert!(passed > 0, "something has to pass for the comparison to say anything");
        assert!(!without.is_empty());
        assert_eq!(with, without);
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let toy = toy(11, true);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| coincidences(&toy, 64))
        };
        let one = on(1);
        assert!(!one.coincidental.is_empty());
        assert_eq!(one, on(4));
    }

    #[test]
    fn the_share_of_coincidences_is_never_said_to_be_nothing() {
        let found = Decoys {
            logs: 200,
            observed: vec![(4, 9.0), (8, 3.0)],
            coincidental: vec![
                Coincidence { bits: 5.0, weight: 1.0, user: 2 },
                Coincidence { bits: 1.0, weight: 1.0, user: 0 },
            ],
            ..Decoys::default()
        };
        let table = [(9.5, 0.0, 0, 0.005), (9.0, 0.0, 1, 0.005), (3.0, 0.005, 2, 0.005), (0.0, 0.01, 2, 0.0075)];
        for (bits, expected, observed, rate) in table {
            assert!((found.expected(bits) - expected).abs() < 1e-12, "{bits}");
            assert_eq!(found.observed_from(bits), observed, "{bits}");
            assert!((found.false_discovery(bits) - rate).abs() < 1e-12, "{bits}");
        }
        assert_eq!((found.of_case(8), found.of_case(5)), (Some(3.0), None));
        assert_eq!(found.expected_by_user(2.0, 3), [0.0, 0.0, 0.005]);
        assert_eq!(found.expected_by_user(0.0, 3), [0.005, 0.0, 0.005]);
    }
}
