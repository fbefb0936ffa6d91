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

fn by_kind<'o>(
    outcome: &'o Outcome,
    counts: impl Fn(&Cell) -> bool,
    found: impl Fn(&Cell) -> usize,
) -> BTreeMap<&'o str, Count> {
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
