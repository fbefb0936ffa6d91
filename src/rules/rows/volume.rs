//! On how many occasions is an unexplained interest in one subject unusual?
//!
//! Ordinary work is heavy-tailed: most subjects are looked at on one occasion or
//! two, a few for weeks. A Poisson null calls every such case extraordinary; so the
//! number is compared with what peers' own unexplained cases show.

use super::Case;
use super::peers::Peers;
use crate::purpose::looks::LOOK_LENGTH;
use crate::purpose::{AccountKind, Look, Purpose};
use crate::values::{RateValues, Values};

/// Occasions with unexplained looks per unexplained case: sorted counts, of each group and of all.
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
            let occasions = occasions(own);
            let machine = own.iter().all(|l| l.account == AccountKind::Service);
            if occasions > 0 && identified(case.subject) && !machine {
                volume.groups[peers.group(case.user) as usize].push(occasions);
                volume.all.push(occasions);
            }
        }
        for list in &mut volume.groups {
            list.sort_unstable();
        }
        volume.all.sort_unstable();
        volume
    }

    /// Share of peers' unexplained cases with unexplained looks on at least so many occasions, this one left out,
    /// shrunk to the force's.
    #[must_use]
    pub fn tail(&self, group: u32, occasions: u32) -> f64 {
        let at_least = |list: &[u32]| (list.len() - list.partition_point(|n| *n < occasions)) as f64;
        let (own, all) = (&self.groups[group as usize], &self.all);
        let parent = ((at_least(all) - 1.0).max(0.0) + 0.5) / (all.len() as f64).max(1.0);
        let hits = (at_least(own) - 1.0).max(0.0) + self.values.volume_shrinkage * parent.min(1.0);
        (hits / ((own.len() as f64 - 1.0).max(0.0) + self.values.volume_shrinkage)).min(1.0)
    }

    /// Evidence in that many occasions, 0 to 6 bits: how much likelier in a case without a purpose than among peers'
    /// unexplained cases. Three in four such cases stay at one; the others have a geometric number with a mean of ten. One
    /// says nothing.
    #[must_use]
    pub fn bits(&self, group: u32, occasions: u32) -> f64 {
        if occasions <= 1 {
            return 0.0;
        }
        let goes_on = (1.0 - 1.0 / self.values.looks_under_misuse).powi(occasions as i32 - 2);
        let misuse = (1.0 - self.values.looked_once) * goes_on;
        (misuse / self.tail(group, occasions)).log2().clamp(0.0, self.values.volume_most)
    }
}

/// On how many occasions a case has unexplained looks. One enquiry asks several systems, by a name and then by the record,
/// within minutes: that is one occasion, and coming back is another.
#[must_use]
pub fn occasions(looks: &[Look]) -> u32 {
    let open = looks.iter().filter(|look| look.purpose == Purpose::Unexplained);
    let mut occasion: Option<i64> = None;
    let mut count = 0;
    for at in open.map(|look| look.first_at.0) {
        if occasion.is_none_or(|since| at - since > LOOK_LENGTH) {
            occasion = Some(at);
            count += 1;
        }
    }
    count
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
    fn what_is_asked_within_half_an_hour_is_one_occasion() {
        let looks = |minutes: &[i64]| -> Vec<Look> {
            let at = |minute: &i64| Look {
                purpose: Purpose::Unexplained,
                ..Look::bare(0, crate::instant::Instant(minute * crate::instant::MINUTE))
            };
            minutes.iter().map(at).collect()
        };
        for (minutes, expected) in
            [(&[][..], 0), (&[0], 1), (&[0, 1, 29], 1), (&[0, 30], 1), (&[0, 31], 2), (&[0, 20, 40, 60], 2)]
        {
            assert_eq!(occasions(&looks(minutes)), expected, "{minutes:?}");
        }
        let explained = Look { purpose: Purpose::Explained, ..looks(&[60])[0] };
        assert_eq!(occasions(&[looks(&[0])[0], explained]), 1);
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
