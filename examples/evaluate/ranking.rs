//! How good an order is, as a mean over the orders that its ties allow.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// How often people are drawn anew.
const DRAWS: usize = 1_000;

/// The places of relevant items in a ranking with ties: for each group of equal scores, its size and how many of it are
/// relevant.
pub struct Ranking {
    groups: Vec<(usize, usize)>,
}

impl Ranking {
    /// From scores in order, with relevance. Only neighbours of equal score are ties.
    pub fn new(items: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut groups: Vec<(usize, usize)> = Vec::new();
        let mut last = None;
        for (score, relevant) in items {
            if last != Some(score) {
                groups.push((0, 0));
            }
            last = Some(score);
            if let Some(group) = groups.last_mut() {
                group.0 += 1;
                group.1 += usize::from(relevant);
            }
        }
        Self { groups }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.groups.iter().map(|g| g.0).sum()
    }

    /// Relevant items expected among the first `k`.
    pub fn hits(&self, k: usize) -> f64 {
        let (mut left, mut hits) = (k, 0.0);
        for &(size, relevant) in &self.groups {
            let taken = left.min(size);
            hits += relevant as f64 * taken as f64 / size as f64;
            left -= taken;
        }
        hits
    }

    /// Average precision, where `all` items are relevant in the world, ranked or not (McSherry and Najork 2008).
    pub fn average_precision(&self, all: usize) -> f64 {
        if all == 0 {
            return 0.0;
        }
        let (mut before, mut relevant_before, mut sum) = (0, 0, 0.0);
        for &(size, relevant) in &self.groups {
            let (n, r) = (size as f64, relevant as f64);
            for i in 1..=size {
                // Chance that the i-th of the group is relevant, and how many of those before it then are.
                let others = if size > 1 { (i - 1) as f64 * (r - 1.0) / (n - 1.0) } else { 0.0 };
                sum += r / n * (relevant_before as f64 + 1.0 + others) / (before + i) as f64;
            }
            before += size;
            relevant_before += relevant;
        }
        sum / all as f64
    }
}

/// 95 % interval of average precision: the people ranked and the relevant ones that were not are drawn with
/// replacement and stand in their order. Both ends are the value where there is nothing to draw.
pub fn average_precision_between(items: &[(f64, bool)], all: usize) -> (f64, f64) {
    let ranked = items.iter().filter(|(_, relevant)| *relevant).count();
    let people = items.len() + all.saturating_sub(ranked);
    if people == 0 || all == 0 {
        return (0.0, 0.0);
    }
    // The seed stands still: the same run gives the same interval.
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut values: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let mut times = vec![0; items.len()];
            let mut relevant = 0;
            for _ in 0..people {
                let who = random.random_range(0..people);
                relevant += usize::from(items.get(who).is_none_or(|(_, relevant)| *relevant));
                if let Some(time) = times.get_mut(who) {
                    *time += 1;
                }
            }
            let drawn = items.iter().zip(&times).flat_map(|(item, n)| std::iter::repeat_n(*item, *n));
            Ranking::new(drawn).average_precision(relevant)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((DRAWS - 1) as f64 * share).round() as usize];
    (at(0.025), at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_ties() {
        let ranking = Ranking::new([(9.0, true), (8.0, false), (7.0, true), (6.0, false)]);
        assert_eq!(ranking.hits(2), 1.0);
        assert!((ranking.average_precision(2) - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
        // One relevant item was never ranked.
        assert!((ranking.average_precision(3) - (1.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn ties_are_averaged() {
        // Two orders: relevant first (1) or second (1/2).
        let ranking = Ranking::new([(5.0, true), (5.0, false)]);
        assert!((ranking.average_precision(1) - 0.75).abs() < 1e-12);
        assert_eq!(ranking.hits(1), 0.5);
        // Three items, two relevant: the mean of (1 + 1)/2, (1 + 2/3)/2 and (1/2 + 2/3)/2.
        let ranking = Ranking::new([(5.0, true), (5.0, true), (5.0, false)]);
        let mean = (1.0 + (1.0 + 2.0 / 3.0) / 2.0 + (0.5 + 2.0 / 3.0) / 2.0) / 3.0;
        assert!((ranking.average_precision(2) - mean).abs() < 1e-12);
    }

    #[test]
    fn the_interval_holds_the_value() {
        let items: Vec<(f64, bool)> = (0..60).map(|n| (-f64::from(n), n % 3 == 0)).collect();
        let value = Ranking::new(items.iter().copied()).average_precision(25);
        let (low, high) = average_precision_between(&items, 25);
        assert!(low < value && value < high && high - low < 0.4, "{low} {value} {high}");
        assert_eq!(average_precision_between(&[(2.0, true)], 1), (1.0, 1.0));
        assert_eq!(average_precision_between(&[(2.0, false)], 0), (0.0, 0.0));
    }

    #[test]
    fn nothing_ranked() {
        let ranking = Ranking::new([]);
        assert_eq!(ranking.len(), 0);
        assert_eq!(ranking.hits(10), 0.0);
        assert_eq!(ranking.average_precision(4), 0.0);
    }
}
