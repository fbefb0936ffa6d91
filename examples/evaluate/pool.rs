//! Outcomes of several worlds added up.

use crate::intervals::{Count, over_worlds};
use crate::judge::{Cell, Judgement};
use crate::outcome::{AS_SHIPPED, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// The seven kinds that the product was asked for first.
pub const FIRST: [&str; 7] =
    ["own_record", "family", "neighbour", "colleague", "celebrity", "training_live", "no_incident"];

/// Outcomes that belong together.
#[derive(Clone, Default)]
pub struct Pool<'o> {
    /// Each judged.
    pub outcomes: Vec<&'o Outcome>,
}

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What it was counted from; nothing for a mean.
    pub count: Option<Count>,
}

impl<'o> Pool<'o> {
    /// Those of a set with complete feeds, run as shipped, by whether anybody misuses the systems.
    pub fn main(outcomes: &'o [Outcome], set: &str, benign: bool) -> Self {
        let all = Self { outcomes: outcomes.iter().filter(|o| o.set == set).collect() };
        let whole = all.only(|o| o.run == AS_SHIPPED && o.world.dropped.is_empty());
        let whole = whole.only(|o| (o.world.misusers == 0) == benign);
        // Where worlds with several shares of misuse stand side by side, that with 1 % is meant.
        let usual = whole.only(|o| (o.world.misuse - 0.01).abs() < 1e-9);
        if benign || usual.is_empty() { whole } else { usual }
    }

    /// Those that pass a test.
    pub fn only(&self, fits: impl Fn(&Outcome) -> bool) -> Self {
        Self { outcomes: self.outcomes.iter().copied().filter(|o| fits(o)).collect() }
    }

    /// Nothing in it?
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// A sum.
    pub fn sum<N: std::iter::Sum>(&self, of: impl Fn(&Outcome) -> N) -> N {
        self.outcomes.iter().map(|o| of(o)).sum()
    }

    /// A share, whose interval is the wider of Wilson's and that over worlds.
    pub fn share(&self, of: impl Fn(&Judgement) -> Count) -> Figure {
        self.figure(of, |count| {
            let share = count.wilson();
            (share.low, share.high)
        })
    }

    /// A rate of rare events, whose interval is the wider of Jeffreys' and that over worlds.
    pub fn rate(&self, of: impl Fn(&Judgement) -> Count) -> Figure {
        self.figure(of, |count| {
            let share = count.jeffreys();
            (share.low, share.high)
        })
    }

    fn figure(&self, of: impl Fn(&Judgement) -> Count, interval: impl Fn(Count) -> (f64, f64)) -> Figure {
        let by_world: Vec<Count> = self.outcomes.iter().filter_map(|o| o.judged.as_ref()).map(of).collect();
        let count: Count = by_world.iter().copied().sum();
        let (low, high) = interval(count);
        let worlds = over_worlds(&by_world, |drawn| drawn.iter().map(|c| **c).sum::<Count>().value());
        let (low, high) = worlds.map_or((low, high), |(l, h)| (low.min(l), high.max(h)));
        Figure { value: count.value(), low, high, count: Some(count) }
    }

    /// The mean over worlds.
    pub fn mean(&self, of: impl Fn(&Outcome) -> f64) -> Figure {
        let values: Vec<f64> = self.outcomes.iter().map(|o| of(o)).collect();
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            let (sum, n) = values.fold((0.0, 0.0), |(s, n), v| (s + v, n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        };
        let value = mean(&mut values.iter().copied());
        let (low, high) = over_worlds(&values, |drawn| mean(&mut drawn.iter().map(|v| **v))).unwrap_or((value, value));
        Figure { value, low, high, count: None }
    }

    /// The mean over kinds of the share found.
    pub fn over_kinds(&self, counts: impl Fn(&Cell) -> bool, found: impl Fn(&Cell) -> usize) -> Figure {
        let by_world: Vec<BTreeMap<&str, Count>> = self.outcomes.iter().map(|o| by_kind(o, &counts, &found)).collect();
        let mean = |worlds: &mut dyn Iterator<Item = &BTreeMap<&str, Count>>| {
            let mut kinds: BTreeMap<&str, Count> = BTreeMap::new();
            for (kind, count) in worlds.flatten() {
                let sum = kinds.entry(kind).or_default();
                *sum = [*sum, *count].into_iter().sum();
            }
            let shares: Vec<f64> = kinds.values().filter(|c| c.of > 0).map(|c| c.value()).collect();
            shares.iter().sum::<f64>() / shares.len().max(1) as f64
        };
        let value = mean(&mut by_world.iter());
        let (low, high) = over_worlds(&by_world, |drawn| mean(&mut drawn.iter().copied())).unwrap_or((value, value));
        Figure { value, low, high, count: None }
    }

    /// The cells of all worlds.
    pub fn cells(&self) -> impl Iterator<Item = &'o Cell> {
        self.outcomes.iter().filter_map(|o| o.judged.as_ref()).flat_map(|j| &j.cells)
    }

    /// Every kind planted.
    pub fn kinds(&self) -> BTreeSet<&'o str> {
        self.cells().map(|c| c.kind.as_str()).collect()
    }

    /// Seeds, in order.
    pub fn seeds(&self) -> Vec<u64> {
        let seeds: BTreeSet<u64> = self.outcomes.iter().map(|o| o.world.seed).collect();
        seeds.into_iter().collect()
    }
}

fn by_kind(outcome: &Outcome, counts: impl Fn(&Cell) -> bool, found: impl Fn(&Cell) -> usize) -> BTreeMap<&str, Count> {
    let mut kinds: BTreeMap<&str, Count> = BTreeMap::new();
    for cell in outcome.judged.iter().flat_map(|j| &j.cells).filter(|c| counts(c)) {
        let sum = kinds.entry(&cell.kind).or_default();
        *sum = [*sum, Count::new(found(cell), cell.cases)].into_iter().sum();
    }
    kinds
}

/// Planted cases of a judgement that pass a test, and how many of them are found.
pub fn cases(j: &Judgement, counts: impl Fn(&Cell) -> bool, found: impl Fn(&Cell) -> usize) -> Count {
    j.cells.iter().filter(|c| counts(c)).map(|c| Count::new(found(c), c.cases)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// An outcome with so many of four cases of a kind found.
    fn outcome(seed: u64, misuse: f64, run: &str, found: [usize; 2]) -> Outcome {
        let order =
            json!({"people": 4, "precision": {"50": [2.0, 4]}, "r_precision": [2.0, 4], "average_precision": 0.5});
        let people = json!({"refer": [1.0, 4], "budget": [2.0, 4], "or_conflict": [2.0, 4]});
        let cell = |kind: &str, budget: usize, cases: usize| json!({"kind": kind, "form": "easy", "shown": true, "cases": cases, "refer": 0, "budget": budget, "user": 0, "anywhere": 0});
        let misusers = if misuse > 0.0 { 4 } else { 0 };
        serde_json::from_value(json!({
            "set": "development", "run": run,
            "world": {"seed": seed, "staff": 400, "days": 30, "misuse": misuse, "misusers": misusers, "unshown_misusers": 0,
                "cases": 10, "shown_cases": 10, "lookalikes": 0, "dropped": {}},
            "probe": {"events": 100, "days": 30, "planted": 10, "ids": null, "order": null, "length": null},
            "judged": {"lanes": {}, "new": {}, "budget": 6, "refer": order, "ranked": order, "shown": people, "unshown": people,
                "false_referrals": [1.0, 396], "false_to_budget": [2.0, 396], "led_to_misuse": 0,
                "cells": [cell("family", found[0], 8), cell("celebrity", found[1], 2)],
                "ordinary_rows_named": [0.0, 90], "planted_rows_named": [0.0, 10], "lookalikes": {}},
            "explained": null
        }))
        .expect("an outcome")
    }

    #[test]
    fn worlds_are_added_up_and_not_averaged() {
        let all = [outcome(1, 0.01, AS_SHIPPED, [8, 0]), outcome(2, 0.01, AS_SHIPPED, [4, 2])];
        let pool = Pool::main(&all, "development", false);
        let found = pool.share(|j| cases(j, |c| c.shown, |c| c.budget));
        assert_eq!(found.count, Some(Count::new(14, 20)));
        let wilson = Count::new(14, 20).wilson();
        assert!(found.low <= wilson.low && found.high >= wilson.high, "{found:?}");
        let kinds = pool.over_kinds(|c| c.shown, |c| c.budget);
        assert!((kinds.value - (12.0 / 16.0 + 2.0 / 4.0) / 2.0).abs() < 1e-12, "{kinds:?}");
        assert_eq!(pool.rate(|j| j.false_referrals).count, Some(Count::new(2, 792)));
        assert_eq!(pool.seeds(), [1, 2]);
    }

    #[test]
    fn what_is_pooled_is_alike() {
        let all = [
            outcome(1, 0.01, AS_SHIPPED, [8, 0]),
            outcome(1, 0.03, AS_SHIPPED, [8, 0]),
            outcome(1, 0.01, "peers", [8, 0]),
            outcome(3, 0.0, AS_SHIPPED, [0, 0]),
        ];
        assert_eq!(Pool::main(&all, "development", false).outcomes.len(), 1, "as shipped, with 1 %");
        assert_eq!(Pool::main(&all, "development", true).seeds(), [3]);
        assert!(Pool::main(&all, "sealed", false).is_empty());
        assert_eq!(Pool::main(&all[1..2], "development", false).outcomes.len(), 1, "what there is");
    }
}
