use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::deal::{Near, Place, Stratum};
use super::*;
use crate::values::CheckValues;

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
    let hit = |place: u32, subject: u32| (tie(subject) == Some(users[place as usize])).then_some(f64::from(place % 7));
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
