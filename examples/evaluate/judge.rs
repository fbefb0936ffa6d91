//! A run against the truth.

use crate::intervals::Share;
use crate::ranking::Ranking;
use crate::run::{Referral, Run};
use crate::world::{Case, World};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use std::collections::BTreeMap;

/// The lane to Professional Standards, in which users are ranked.
const REFER: &str = "refer";
/// The lane for declared ties with a purpose on record.
const CONFLICT: &str = "conflict";

/// The judgement.
#[derive(Debug, Serialize)]
pub struct Judgement {
    /// Referrals by lane.
    pub lanes: BTreeMap<String, usize>,
    /// Referrals of the refer lane that were counted.
    pub budget: usize,
    /// Right referrals among the first k.
    pub precision: Vec<AtK>,
    /// Right referrals among as many as there are misusers.
    pub r_precision: Share,
    /// Over misusers, expected over ties.
    pub average_precision: f64,
    /// Misusers referred.
    pub users: Share,
    /// Misusers referred or sent to the conflict lane.
    pub users_any: Share,
    /// False referrals, of staff who do not misuse the systems.
    pub false_referrals: Share,
    /// Referrals about the owner of a login that somebody else misused: they lead to the planted rows.
    pub led_to_misuse: usize,
    /// Planted cases found.
    pub cases: Recall,
    /// Those that some table shows.
    pub visible: Recall,
    /// By kind.
    pub kinds: BTreeMap<String, Recall>,
    /// By variant.
    pub variants: BTreeMap<String, Recall>,
    /// Ordinary rows named behind referrals, of all ordinary rows.
    pub ordinary_rows_named: Share,
    /// Planted rows named, of all planted rows.
    pub planted_rows_named: Share,
    /// Look-alikes that a referral of an innocent user names, by what they resemble.
    pub lookalikes: BTreeMap<String, Share>,
}

/// Precision among the first k.
#[derive(Debug, Serialize)]
pub struct AtK {
    /// Asked for.
    pub k: usize,
    /// Of the referrals made, which may be fewer.
    pub share: Share,
}

/// Recall in three degrees of strictness.
#[derive(Debug, Serialize)]
pub struct Recall {
    /// The user is referred, and a planted row of the case is evidence.
    pub found: Share,
    /// The user is referred.
    pub user: Share,
    /// A planted row of the case is evidence in any lane, about anyone.
    pub named: Share,
}

/// Judges a run; `budget` is how many referrals are read.
pub fn judge(world: &World, run: &Run, events: usize, budget: Option<usize>) -> Judgement {
    let refer: Vec<&Referral> = run.lane(REFER).take(budget.unwrap_or(usize::MAX)).collect();
    let conflict: Vec<&Referral> = run.lane(CONFLICT).collect();
    let leads = |r: &Referral| r.events.iter().any(|e| world.planted.contains_key(e));
    let right = |r: &Referral| world.misusers.contains(&r.staff) || leads(r);
    let ranking = Ranking::new(refer.iter().map(|r| (r.bits, right(r))));
    let misusers = world.misusers.len();
    let at_k = |k: usize| AtK { k, share: Share::wilson(ranking.hits(k), k.min(ranking.len())) };
    let referred: FxHashSet<&str> = refer.iter().map(|r| r.staff.as_str()).collect();
    let either: FxHashSet<&str> = refer.iter().chain(&conflict).map(|r| r.staff.as_str()).collect();
    let caught = |staff: &FxHashSet<&str>| world.misusers.iter().filter(|m| staff.contains(m.as_str())).count();
    let wrong: FxHashSet<&str> = refer.iter().filter(|r| !right(r)).map(|r| r.staff.as_str()).collect();
    let led = refer.iter().filter(|r| !world.misusers.contains(&r.staff) && leads(r)).count();
    let mut lanes = BTreeMap::new();
    for referral in &run.referrals {
        *lanes.entry(referral.lane.clone()).or_insert(0) += 1;
    }
    let named: FxHashSet<&str> = refer.iter().flat_map(|r| r.events.iter().map(String::as_str)).collect();
    let planted_named = named.iter().filter(|e| world.planted.contains_key(**e)).count();
    let recall = |cases: Vec<&Case>| recall(&cases, run, &refer, &conflict);
    let by = |key: fn(&Case) -> &str| {
        let mut groups: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
        for case in &world.cases {
            groups.entry(key(case).to_owned()).or_default().push(case);
        }
        groups.into_iter().map(|(name, cases)| (name, recall(cases))).collect()
    };
    Judgement {
        lanes,
        budget: refer.len(),
        precision: [10, 25, 50, 100].map(at_k).into(),
        r_precision: Share::wilson(ranking.hits(misusers), misusers),
        average_precision: ranking.average_precision(misusers.max(ranking.hits(usize::MAX).round() as usize)),
        users: Share::wilson(caught(&referred) as f64, misusers),
        users_any: Share::wilson(caught(&either) as f64, misusers),
        false_referrals: Share::jeffreys(wrong.len(), world.benign_staff),
        led_to_misuse: led,
        cases: recall(world.cases.iter().collect()),
        visible: recall(world.cases.iter().filter(|c| c.visible).collect()),
        kinds: by(|c| &c.kind),
        variants: by(|c| &c.variant),
        ordinary_rows_named: Share::wilson((named.len() - planted_named) as f64, events - world.planted.len()),
        planted_rows_named: Share::wilson(planted_named as f64, world.planted.len()),
        lookalikes: lookalikes(world, &refer, &wrong),
    }
}

fn recall(cases: &[&Case], run: &Run, refer: &[&Referral], conflict: &[&Referral]) -> Recall {
    let holds = |r: &Referral, case: &Case| case.events.iter().any(|e| r.events.contains(e));
    let mut counts = [0usize; 3];
    for case in cases {
        // A declared tie with a purpose on record is rightly sent to the conflict lane.
        let other = if case.kind == CONFLICT { conflict } else { &[] };
        let own: Vec<&&Referral> = refer.iter().chain(other).filter(|r| r.staff == case.staff).collect();
        counts[0] += usize::from(own.iter().any(|r| holds(r, case)));
        counts[1] += usize::from(!own.is_empty());
        counts[2] += usize::from(run.referrals.iter().any(|r| holds(r, case)));
    }
    let [found, user, named] = counts.map(|n| Share::wilson(n as f64, cases.len()));
    Recall { found, user, named }
}

/// Look-alikes with a record id whose subject a wrong referral names, and those about the user's work as such where the
/// user is wrongly referred at all.
fn lookalikes(world: &World, refer: &[&Referral], wrong: &FxHashSet<&str>) -> BTreeMap<String, Share> {
    let mut subjects: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
    for referral in refer.iter().filter(|r| wrong.contains(r.staff.as_str())) {
        subjects.entry(&referral.staff).or_default().extend(referral.subjects.iter().map(String::as_str));
    }
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for one in world.lookalikes.iter().filter(|l| !world.misusers.contains(&l.staff)) {
        let count = counts.entry(one.kind.clone()).or_default();
        let hit = subjects
            .get(one.staff.as_str())
            .is_some_and(|named| one.subject.is_empty() || named.contains(one.subject.as_str()));
        count.0 += usize::from(hit);
        count.1 += 1;
    }
    counts.into_iter().map(|(kind, (hits, of))| (kind, Share::wilson(hits as f64, of))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(items: &[&str]) -> FxHashSet<String> {
        items.iter().map(|&i| i.to_owned()).collect()
    }

    fn case(staff: &str, kind: &str, events: &[&str]) -> Case {
        let (staff, kind) = (staff.to_owned(), kind.to_owned());
        Case { staff, kind, variant: "easy".to_owned(), visible: true, events: set(events) }
    }

    fn referral(rank: u64, lane: &str, staff: &str, events: &[&str]) -> Referral {
        let (lane, staff, events) = (lane.to_owned(), staff.to_owned(), set(events));
        Referral { lane, staff, rank, bits: -(rank as f64), events, subjects: FxHashSet::default() }
    }

    #[test]
    fn a_case_is_found_by_its_own_rows_in_its_own_lane() {
        let cases = vec![
            case("A", "family", &["e1"]),
            case("B", "conflict", &["e2"]),
            case("C", "celebrity", &["e3"]),
            case("D", "family", &["e4"]),
        ];
        let planted =
            cases.iter().enumerate().flat_map(|(n, c)| c.events.iter().map(move |e| (e.clone(), n))).collect();
        let misusers = set(&["A", "B", "C", "D"]);
        let world = World { cases, planted, misusers, benign_staff: 10, lookalikes: Vec::new() };
        let run = Run {
            referrals: vec![
                referral(1, "refer", "A", &["e1", "x1"]),
                referral(2, "refer", "Z", &["x2"]),
                referral(3, "refer", "C", &["x3"]),
                referral(4, "conflict", "B", &["e2"]),
                referral(5, "conflict", "D", &["e4"]),
            ],
        };
        let judged = judge(&world, &run, 100, None);
        assert_eq!(judged.cases.found.hits, 2.0, "A by refer, B by conflict; not D, which is no conflict");
        assert_eq!(judged.cases.user.hits, 3.0);
        assert_eq!(judged.cases.named.hits, 3.0);
        assert_eq!(judged.false_referrals.hits, 1.0);
        assert_eq!(judged.precision[0].share.of, 3);
        assert_eq!(judged.precision[0].share.hits, 2.0);
        assert_eq!(judged.ordinary_rows_named.hits, 3.0);
        assert_eq!(judged.users_any.hits, 4.0);
        let narrow = judge(&world, &run, 100, Some(1));
        assert_eq!(narrow.false_referrals.hits, 0.0);
    }
}
