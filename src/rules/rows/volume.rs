//! On how many occasions is an unexplained interest in one subject unusual?
//!
//! Ordinary work is heavy-tailed: most subjects are looked at on one occasion or
//! two, a few for weeks. A Poisson null calls every such case extraordinary; so the
//! number is compared with what peers' own unexplained cases show: where no record
//! answers any look, with those of which the same is true, for long work is nearly
//! always answered in part; and others' work with the like.

use super::Case;
use super::beside::Beside;
use super::peers::Peers;
use crate::purpose::duty::LONGEST_TURN;
use crate::purpose::{AccountKind, Look, Purpose};
use crate::values::{RateValues, Values};

/// Looks within a turn of duty are one occasion.
///
/// Whoever has a job asks about the same person until it is done, or the turn is over; who has an interest comes back. On
/// calibration worlds 2 of 1,038 unexplained cases with several occasions half an hour apart on a single day were misuse, and
/// one in five of those on several days that had other evidence beside them.
const OCCASION: i64 = LONGEST_TURN;

/// Sorted counts by what answers the other looks of a case; beside own work stand those of every case.
type Counts = [Vec<u32>; Beside::COUNT];

/// Occasions with unexplained looks per unexplained case, of each group and of all.
#[derive(Clone, Debug)]
pub struct Volume {
    values: RateValues,
    groups: Vec<Counts>,
    all: Counts,
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
        let groups = vec![Counts::default(); peers.groups()];
        let mut volume = Self { values: values.rates.clone(), groups, all: Counts::default() };
        for case in cases {
            let own = &looks[case.from as usize..case.to as usize];
            let machine = own.iter().all(|l| l.account == AccountKind::Service);
            if let Some(beside) = Beside::of(own)
                && identified(case.subject)
                && !machine
            {
                let occasions = occasions(own);
                for group in [&mut volume.groups[peers.group(case.user) as usize], &mut volume.all] {
                    // Own work that went on is compared with every unexplained case: who pursues somebody they met at work is
                    // answered in part as often as who works on.
                    group[Beside::OwnWork as usize].push(occasions);
                    if beside != Beside::OwnWork {
                        group[beside as usize].push(occasions);
                    }
                }
            }
        }
        volume.groups.iter_mut().flatten().chain(&mut volume.all).for_each(|list| list.sort_unstable());
        volume
    }

    /// Share of peers' unexplained cases of this kind with unexplained looks on at least so many occasions, this one left out,
    /// shrunk to the force's.
    #[must_use]
    pub fn tail(&self, group: u32, beside: Beside, occasions: u32) -> f64 {
        let at_least = |list: &[u32]| (list.len() - list.partition_point(|n| *n < occasions)) as f64;
        let (own, all) = (&self.groups[group as usize][beside as usize], &self.all[beside as usize]);
        let parent = ((at_least(all) - 1.0).max(0.0) + 0.5) / (all.len() as f64).max(1.0);
        let hits = (at_least(own) - 1.0).max(0.0) + self.values.volume_shrinkage * parent.min(1.0);
        (hits / ((own.len() as f64 - 1.0).max(0.0) + self.values.volume_shrinkage)).min(1.0)
    }

    /// Evidence in that many occasions, 0 to 6 bits: how much likelier in a case without a purpose than among peers'
    /// unexplained cases of this kind. Most such cases stay at one; the others have a geometric number (`looked_once`, `occasions_under_misuse`).
    /// One says nothing.
    #[must_use]
    pub fn bits(&self, group: u32, beside: Beside, occasions: u32) -> f64 {
        let goes_on = 1.0 - 1.0 / self.values.occasions_under_misuse;
        let misuse = |k: u32| (1.0 - self.values.looked_once) * goes_on.powi(k as i32 - 2);
        // Who came back ten times came back twice: more never weighs less, however heavy the tail of ordinary work.
        let ratios = (2..=occasions).map(|k| misuse(k) / self.tail(group, beside, k));
        ratios.fold(1.0, f64::max).log2().min(self.values.volume_most)
    }
}

/// On how many occasions a case has unexplained looks: what is asked within one turn of duty is one occasion, and coming back
/// in another turn is another.
#[must_use]
pub fn occasions(looks: &[Look]) -> u32 {
    let open = looks.iter().filter(|look| look.purpose == Purpose::Unexplained);
    let mut occasion: Option<i64> = None;
    let mut count = 0;
    for at in open.map(|look| look.first_at.0) {
        if occasion.is_none_or(|since| at - since > OCCASION) {
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
        let all = [sorted.clone(), sorted.clone(), sorted];
        Volume { values: Values::shipped().rates.clone(), groups: vec![all.clone()], all }
    }

    #[test]
    fn what_is_asked_within_a_turn_is_one_occasion() {
        let looks = |hours: &[i64]| -> Vec<Look> {
            let at = |hour: &i64| Look {
                purpose: Purpose::Unexplained,
                ..Look::bare(0, crate::instant::Instant(hour * crate::instant::HOUR))
            };
            hours.iter().map(at).collect()
        };
        for (hours, expected) in [
            (&[][..], 0),
            (&[0], 1),
            (&[0, 1, 11], 1),
            (&[0, 12], 1),
            (&[0, 13], 2),
            (&[0, 8, 16, 24], 2),
            (&[0, 24, 48], 3),
        ] {
            assert_eq!(occasions(&looks(hours)), expected, "{hours:?}");
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
        let bits = |volume: &Volume, k| volume.bits(0, Beside::Nothing, k);
        assert!(bits(&light, 12) > 5.0, "{}", bits(&light, 12));
        assert!(bits(&heavy, 12) < 1.0, "{}", bits(&heavy, 12));
        assert_eq!(bits(&light, 1), 0.0);
        let mut mixed = vec![1; 380];
        mixed.extend([2, 3, 3, 5, 9, 9, 20, 20, 30, 30]);
        let mixed = volume(&mixed);
        assert!((1..60).all(|k| bits(&mixed, k) <= bits(&mixed, k + 1)), "more never weighs less");
        // The long cases are others' work: one that nothing answers at all has no like among them.
        let mut two = light;
        two.all[Beside::OthersWork as usize] = vec![12; 100];
        two.groups[0] = two.all.clone();
        assert!(bits(&two, 12) > 5.0);
        assert_eq!(two.bits(0, Beside::OthersWork, 12), 0.0);
    }
}
