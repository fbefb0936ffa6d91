//! How many unexplained looks at one subject are many?
//!
//! Ordinary work is heavy-tailed: most subjects are looked at once or twice, a few
//! for weeks, and a look without a record is seldom alone. A Poisson null calls
//! every such case extraordinary; so the number is compared with what peers' own
//! unexplained cases show.

use super::Case;
use super::peers::Peers;
use crate::purpose::{AccountKind, Look, Purpose};
use crate::values::{RateValues, Values};

/// Unexplained looks per unexplained case: sorted counts, of each group and of all.
#[derive(Clone, Debug)]
pub struct Volume {
    values: RateValues,
    groups: Vec<Vec<u32>>,
    all: Vec<u32>,
}

impl Volume {
    /// Counts every unexplained case of an identified subject.
    #[must_use]
    pub fn new(
        looks: &[Look],
        cases: &[Case],
        peers: &Peers,
        identified: impl Fn(u32) -> bool,
        values: &Values,
    ) -> Self {
        let groups = vec![Vec::new(); peers.groups()];
        let mut volume = Self { values: values.rates.clone(), groups, all: Vec::new() };
        for case in cases {
            let own = &looks[case.from as usize..case.to as usize];
            let unexplained = own.iter().filter(|l| l.purpose == Purpose::Unexplained).count() as u32;
            let machine = own.iter().all(|l| l.account == AccountKind::Service);
            if unexplained > 0 && identified(case.subject) && !machine {
                volume.groups[peers.group(case.user) as usize].push(unexplained);
                volume.all.push(unexplained);
            }
        }
        for list in &mut volume.groups {
            list.sort_unstable();
        }
        volume.all.sort_unstable();
        volume
    }

    /// Share of peers' unexplained cases with at least `looks` unexplained looks, this one left out,
    /// shrunk to the force's.
    #[must_use]
    pub fn tail(&self, group: u32, looks: u32) -> f64 {
        let at_least = |list: &[u32]| (list.len() - list.partition_point(|n| *n < looks)) as f64;
        let (own, all) = (&self.groups[group as usize], &self.all);
        let parent = ((at_least(all) - 1.0).max(0.0) + 0.5) / (all.len() as f64).max(1.0);
        let hits = (at_least(own) - 1.0).max(0.0) + self.values.volume_shrinkage * parent.min(1.0);
        (hits / ((own.len() as f64 - 1.0).max(0.0) + self.values.volume_shrinkage)).min(1.0)
    }

    /// Evidence in that many unexplained looks, 0 to 6 bits: how much likelier in a case without a purpose than among
    /// peers' unexplained cases. Three in four such cases stay at one look; the others have a geometric number with a mean
    /// of ten. One look says nothing.
    #[must_use]
    pub fn bits(&self, group: u32, looks: u32) -> f64 {
        if looks <= 1 {
            return 0.0;
        }
        let goes_on = (1.0 - 1.0 / self.values.looks_under_misuse).powi(looks as i32 - 2);
        let misuse = (1.0 - self.values.looked_once) * goes_on;
        (misuse / self.tail(group, looks)).log2().clamp(0.0, self.values.volume_most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(counts: &[u32]) -> Volume {
        let mut sorted = counts.to_vec();
        sorted.sort_unstable();
        Volume { values: Values::shipped().rates.clone(), groups: vec![sorted.clone()], all: sorted }
    }

    #[test]
    fn a_heavy_tail_is_ordinary_where_peers_have_one() {
        let light = volume(&[1; 400]);
        let mut heavy = vec![1; 300];
        heavy.extend([12; 100]);
        let heavy = volume(&heavy);
        assert!(light.bits(0, 12) > 5.0, "{}", light.bits(0, 12));
        assert!(heavy.bits(0, 12) < 1.0, "{}", heavy.bits(0, 12));
        assert_eq!(light.bits(0, 1), 0.0);
    }
}
