//! The peer-substitution null: how often did colleagues doing the same work hit
//! *this* user's relatives, namesakes and neighbours?
//!
//! That one number absorbs how common a name is, communities and small towns,
//! which a national name table gets wrong for minorities.

use rustc_hash::FxHashMap;

use super::{Case, ties::StaffSubjects};
use crate::chance::beta_log2_sd;
use crate::ingest::Tables;
use crate::purpose::{Judged, UserId};
use crate::relations::{Relations, TieKind};
use crate::subjects::{SubjectId, Subjects};

/// Looks by which a user's own peers must outnumber the force-wide rate to outweigh it (P, scoring design).
pub const PEER_SHRINKAGE: f64 = 3_000.0;

/// The chance that one look of a peer falls on somebody with this tie to the user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Looks of peers that fell on such a subject.
    pub hits: u64,
    /// Looks of peers.
    pub looks: u64,
    /// The force-wide rate for such a tie.
    pub prior: f64,
}

impl Rate {
    /// u: the peers' rate, shrunk towards the force-wide one.
    #[must_use]
    pub fn u(&self) -> f64 {
        (self.hits as f64 + PEER_SHRINKAGE * self.prior) / (self.looks as f64 + PEER_SHRINKAGE)
    }

    /// Standard deviation of log2 u from its Beta posterior, in bits.
    #[must_use]
    pub fn log2_sd(&self) -> f64 {
        let a = self.hits as f64 + PEER_SHRINKAGE * self.prior;
        let b = self.looks as f64 + PEER_SHRINKAGE - a;
        // Less than half a hit is as unsure as half a hit: the posterior of a rate never seen.
        beta_log2_sd(a.max(0.5), b.max(0.5))
    }
}

/// Rates by user and tie.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    by_user: FxHashMap<(UserId, TieKind), u64>,
    /// Force-wide: hits and opportunities by tie.
    force: FxHashMap<TieKind, (u64, u64)>,
    group_of: Vec<u32>,
    group_looks: Vec<u64>,
    own_looks: Vec<u64>,
    /// Looks of each group at colleagues and at high-profile people; own looks at the same.
    group_hits: FxHashMap<(u32, TieKind), u64>,
    own_hits: FxHashMap<(UserId, TieKind), u64>,
    total_looks: u64,
}

impl Peers {
    /// Counts, over every subject, whose ties the looks of each user's peers fell on.
    #[must_use]
    pub fn new(
        tables: &Tables,
        subjects: &Subjects,
        relations: &Relations,
        judged: &Judged,
        cases: &[Case],
        by_subject: &[u32],
        staff_subjects: &StaffSubjects,
    ) -> Self {
        let mut peers = Self::default();
        // Peers are those who do the same work: the same role. Users without a role are one group.
        let mut groups: FxHashMap<&str, u32> = FxHashMap::default();
        peers.group_of = (0..judged.users.len())
            .map(|u| {
                let role = tables.staff.get(u).map_or("", |s| s.role.as_str());
                let next = groups.len() as u32;
                *groups.entry(role).or_insert(next)
            })
            .collect();
        peers.group_looks = vec![0; groups.len()];
        peers.own_looks = vec![0; judged.users.len()];
        for case in cases {
            if !subjects.identified(case.subject) {
                continue;
            }
            let looks = u64::from(case.to - case.from);
            peers.own_looks[case.user as usize] += looks;
            peers.group_looks[peers.group_of[case.user as usize] as usize] += looks;
            peers.total_looks += looks;
        }
        let mut start = 0;
        while start < by_subject.len() {
            let subject = cases[by_subject[start] as usize].subject;
            let mut end = start;
            while end < by_subject.len() && cases[by_subject[end] as usize].subject == subject {
                end += 1;
            }
            peers.count_subject(subject, cases, &by_subject[start..end], relations, staff_subjects);
            start = end;
        }
        // Opportunities: every user with such a tie, times everybody else's looks.
        let mut tied: Vec<(TieKind, UserId)> = relations.ties.iter().map(|t| (t.kind, t.staff)).collect();
        tied.sort_unstable();
        tied.dedup();
        for (kind, user) in tied {
            let others = peers.total_looks - peers.own_looks[user as usize];
            peers.force.entry(kind).or_default().1 += others;
        }
        for kind in [TieKind::Colleague, TieKind::HighProfile] {
            let hits: u64 = peers.group_hits.iter().filter(|((_, k), _)| *k == kind).map(|(_, h)| h).sum();
            peers.force.insert(kind, (hits, peers.total_looks));
        }
        peers
    }

    fn count_subject(
        &mut self,
        subject: SubjectId,
        cases: &[Case],
        viewers: &[u32],
        relations: &Relations,
        staff_subjects: &StaffSubjects,
    ) {
        let ties = relations.by_subject(subject);
        let watched = !relations.watch_of(subject).is_empty();
        let staff = staff_subjects.contains(subject);
        if ties.is_empty() && !watched {
            return;
        }
        for &case in viewers {
            let case = &cases[case as usize];
            let looks = u64::from(case.to - case.from);
            let group = self.group_of[case.user as usize];
            for (kind, hit) in [(TieKind::Colleague, staff), (TieKind::HighProfile, watched)] {
                // One's own record is not a colleague's.
                let own = kind == TieKind::Colleague
                    && relations.between(subject, case.user).iter().any(|t| t.kind == TieKind::Own);
                if hit && !own {
                    *self.group_hits.entry((group, kind)).or_default() += looks;
                    *self.own_hits.entry((case.user, kind)).or_default() += looks;
                }
            }
            let mut before = None;
            for tie in ties {
                if tie.staff == case.user || before == Some((tie.staff, tie.kind)) {
                    continue; // own looks are the evidence; one person with several ties of a kind counts once
                }
                before = Some((tie.staff, tie.kind));
                self.force.entry(tie.kind).or_default().0 += looks;
                if self.group_of[tie.staff as usize] == group {
                    *self.by_user.entry((tie.staff, tie.kind)).or_default() += looks;
                }
            }
        }
    }

    /// The rate at which peers of `user` hit somebody with this tie to `user`.
    #[must_use]
    pub fn rate(&self, user: UserId, kind: TieKind) -> Rate {
        let group = self.group_of[user as usize];
        let looks = self.group_looks[group as usize].saturating_sub(self.own_looks[user as usize]);
        let hits = if matches!(kind, TieKind::Colleague | TieKind::HighProfile) {
            let all = self.group_hits.get(&(group, kind)).copied().unwrap_or(0);
            all.saturating_sub(self.own_hits.get(&(user, kind)).copied().unwrap_or(0))
        } else {
            self.by_user.get(&(user, kind)).copied().unwrap_or(0)
        };
        let (force_hits, opportunities) = self.force.get(&kind).copied().unwrap_or((0, 0));
        // Half a hit more than was seen: a tie that nobody has hit yet is rare, not impossible.
        let prior = (force_hits as f64 + 0.5) / (opportunities as f64 + 1.0);
        Rate { hits, looks, prior: prior.min(1.0) }
    }

    /// Looks of the user at subjects that the log identifies.
    #[must_use]
    pub fn own_looks(&self, user: UserId) -> u64 {
        self.own_looks[user as usize]
    }

    /// Users who do the same work have the same group.
    #[must_use]
    pub fn group(&self, user: UserId) -> u32 {
        self.group_of[user as usize]
    }

    /// How many groups there are.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.group_looks.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_of_the_scoring_design() {
        let surname = Rate { hits: 3_800, looks: 300_000, prior: 0.003_953 };
        assert!((surname.u() - 0.012_580).abs() < 5e-7, "{}", surname.u());
        assert!(((0.30 / surname.u()).log2() - 4.58).abs() < 0.005);
        let rare = Rate { hits: 6, looks: 300_000, prior: 5.8e-5 };
        assert!((rare.u() - 2.04e-5).abs() < 5e-8, "{}", rare.u());
        assert!(((0.30 / rare.u()).log2() - 13.85).abs() < 0.01);
    }
}
