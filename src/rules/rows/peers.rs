//! The peer-substitution null: how often did colleagues doing the same work hit
//! *this* user's relatives, namesakes and neighbours?
//!
//! That one number absorbs how common a name is, communities and small towns,
//! which a national name table gets wrong for minorities. Peers are counted on
//! three levels. Those at the same station work the same streets, so that they
//! say what chance does to a user who lives on the beat; where they are few,
//! those in the same role fill in, and behind them the whole force: a common
//! surname is common also where a role has few holders.
//!
//! Colleagues and well-known people are nobody's circle: everybody in a role meets
//! them alike, so there are looks enough to ask the question more narrowly. A look
//! that nothing explains is compared with the looks of peers that nothing explains.
//! Most looks at well-known people are somebody's work: on a synthetic force they
//! are 9 in 1,000 of all looks, and 1.5 in 1,000 of those that nothing explains; of
//! response officers, looks at colleagues are 1.8 times as frequent among the latter.

use rustc_hash::FxHashMap;

use super::{Case, ties::StaffSubjects};
use crate::chance::beta_log2_sd;
use crate::ingest::Tables;
use crate::purpose::{Judged, Purpose, UserId};
use crate::relations::{Relations, TieKind};
use crate::subjects::{SubjectId, Subjects};
use crate::values::Values;

/// The chance that one look of a peer falls on somebody with this tie to the user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Looks of peers that fell on such a subject.
    pub hits: u64,
    /// Looks of peers.
    pub looks: u64,
    /// The rate on the wider level.
    pub prior: f64,
    /// Looks by which these peers must outnumber the wider level to outweigh it.
    pub shrinkage: f64,
    /// Peers are those at the same station; otherwise those in the same role.
    pub station: bool,
    /// Only looks that nothing explains are counted.
    pub open: bool,
}

impl Rate {
    /// u: the peers' rate, shrunk towards the wider one.
    #[must_use]
    pub fn u(&self) -> f64 {
        (self.hits as f64 + self.shrinkage * self.prior) / (self.looks as f64 + self.shrinkage)
    }

    /// Standard deviation of log2 u from its Beta posterior, in bits.
    #[must_use]
    pub fn log2_sd(&self) -> f64 {
        let a = self.hits as f64 + self.shrinkage * self.prior;
        let b = self.looks as f64 + self.shrinkage - a;
        // Less than half a hit is as unsure as half a hit: the posterior of a rate never seen.
        beta_log2_sd(a.max(0.5), b.max(0.5))
    }

    /// Who the peers are, in words.
    #[must_use]
    pub const fn peers(&self) -> &'static str {
        if self.station { "colleagues at the same station" } else { "people in the same role" }
    }

    /// Which of their looks are counted, in words.
    #[must_use]
    pub const fn of_looks(&self) -> &'static str {
        if self.open { "unexplained looks" } else { "looks" }
    }
}

/// Looks of one sort: all, and those of them that nothing explains.
#[derive(Clone, Copy, Debug, Default)]
struct Looked {
    all: u64,
    open: u64,
}

impl Looked {
    const fn of(self, open: bool) -> u64 {
        if open { self.open } else { self.all }
    }
}

impl std::ops::AddAssign for Looked {
    fn add_assign(&mut self, other: Self) {
        self.all += other.all;
        self.open += other.open;
    }
}

/// How near a colleague works: one's own team is looked up out of curiosity more often than the force at
/// large, and by chance far less often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Near {
    Team,
    Station,
    Force,
}

/// Users cut into groups, with the looks of each and how often they fell on whose ties.
#[derive(Clone, Debug, Default)]
struct Level {
    of: Vec<u32>,
    looks: Vec<u64>,
    hits: FxHashMap<(UserId, TieKind), u64>,
}

/// Nobody's group: HR does not say where the user works.
const NOWHERE: u32 = u32::MAX;

impl Level {
    /// Groups by what HR says of each user; users without are in `unknown`.
    fn new<'t>(users: usize, unknown: Option<u32>, name: impl Fn(usize) -> &'t str) -> Self {
        let mut groups: FxHashMap<&str, u32> = FxHashMap::default();
        let of: Vec<u32> = (0..users)
            .map(|u| match (name(u), unknown) {
                ("", Some(none)) => none,
                (name, _) => {
                    let next = groups.len() as u32;
                    *groups.entry(name).or_insert(next)
                }
            })
            .collect();
        Self { of, looks: vec![0; groups.len()], hits: FxHashMap::default() }
    }

    fn add_looks(&mut self, user: UserId, looks: u64) {
        if let Some(sum) = self.looks.get_mut(self.of[user as usize] as usize) {
            *sum += looks;
        }
    }

    /// A look of `viewer` fell on somebody tied to `staff`.
    fn add_hits(&mut self, viewer: UserId, staff: UserId, kind: TieKind, looks: u64) {
        let group = self.of[viewer as usize];
        if group != NOWHERE && self.of[staff as usize] == group {
            *self.hits.entry((staff, kind)).or_default() += looks;
        }
    }

    /// Looks of the others in the user's group.
    fn others(&self, user: UserId, own: u64) -> Option<u64> {
        self.looks.get(self.of[user as usize] as usize).map(|all| all.saturating_sub(own))
    }
}

/// Rates by user and tie.
#[derive(Clone, Debug)]
pub struct Peers {
    force: Level,
    role: Level,
    station: Level,
    team: Level,
    /// Hits and opportunities by tie, over everybody's ties.
    ties: FxHashMap<TieKind, (u64, u64)>,
    own_looks: Vec<Looked>,
    /// Looks of each role.
    role_looks: Vec<Looked>,
    /// Looks of each role at colleagues this near or nearer; own looks at the same.
    colleague_hits: FxHashMap<(u32, Near), Looked>,
    own_colleague_hits: FxHashMap<(UserId, Near), Looked>,
    /// Looks of each role at high-profile people; own looks at the same.
    watched_hits: FxHashMap<u32, Looked>,
    own_watched_hits: FxHashMap<UserId, Looked>,
    total_looks: Looked,
    shrinkage: f64,
}

/// What the counting reads.
pub struct Counted<'a> {
    /// Stage 1.
    pub tables: &'a Tables,
    /// Stage 2.
    pub subjects: &'a Subjects,
    /// Stage 3.
    pub relations: &'a Relations,
    /// Stage 4.
    pub judged: &'a Judged,
    /// Sorted by (user, subject).
    pub cases: &'a [Case],
    /// Case indexes, sorted by (subject, user).
    pub by_subject: &'a [u32],
    /// Which subjects are members of staff.
    pub staff_subjects: &'a StaffSubjects,
}

impl Peers {
    /// Counts, over every subject, whose ties the looks of each user's peers fell on.
    #[must_use]
    pub fn new(c: &Counted<'_>, values: &Values) -> Self {
        let users = c.judged.users.len();
        let staff = |u: usize| c.tables.staff.get(u);
        let mut peers = Self {
            force: Level::new(users, None, |_| ""),
            // Users without a role are one group; users without a station or a team are in none.
            role: Level::new(users, None, |u| staff(u).map_or("", |s| s.role.as_str())),
            station: Level::new(users, Some(NOWHERE), |u| staff(u).map_or("", |s| s.station.as_str())),
            team: Level::new(users, Some(NOWHERE), |u| staff(u).map_or("", |s| s.team.as_str())),
            ties: FxHashMap::default(),
            own_looks: vec![Looked::default(); users],
            role_looks: Vec::new(),
            colleague_hits: FxHashMap::default(),
            own_colleague_hits: FxHashMap::default(),
            watched_hits: FxHashMap::default(),
            own_watched_hits: FxHashMap::default(),
            total_looks: Looked::default(),
            shrinkage: values.rates.peer_shrinkage,
        };
        peers.role_looks = vec![Looked::default(); peers.role.looks.len()];
        for case in c.cases {
            if !c.subjects.identified(case.subject) {
                continue;
            }
            let looks = looked(c, case);
            peers.own_looks[case.user as usize] += looks;
            peers.role_looks[peers.role.of[case.user as usize] as usize] += looks;
            peers.force.add_looks(case.user, looks.all);
            peers.role.add_looks(case.user, looks.all);
            peers.station.add_looks(case.user, looks.all);
            peers.total_looks += looks;
        }
        for viewers in c.by_subject.chunk_by(|a, b| c.cases[*a as usize].subject == c.cases[*b as usize].subject) {
            peers.count_subject(c, c.cases[viewers[0] as usize].subject, viewers);
        }
        // Opportunities: every user with such a tie, times everybody else's looks.
        let mut tied: Vec<(TieKind, UserId)> = c.relations.ties.iter().map(|t| (t.kind, t.staff)).collect();
        tied.sort_unstable();
        tied.dedup();
        for (kind, user) in tied {
            let others = peers.total_looks.all - peers.own_looks[user as usize].all;
            peers.ties.entry(kind).or_default().1 += others;
        }
        peers
    }

    fn count_subject(&mut self, c: &Counted<'_>, subject: SubjectId, viewers: &[u32]) {
        let ties = c.relations.by_subject(subject);
        let watched = !c.relations.watch_of(subject).is_empty();
        let staff = c.staff_subjects.who(c.relations, subject);
        if ties.is_empty() && !watched {
            return;
        }
        for &case in viewers {
            let case = &c.cases[case as usize];
            let looked = looked(c, case);
            let looks = looked.all;
            let role = self.role.of[case.user as usize];
            if watched {
                *self.watched_hits.entry(role).or_default() += looked;
                *self.own_watched_hits.entry(case.user).or_default() += looked;
            }
            // One's own record is not a colleague's.
            let own = || c.relations.between(subject, case.user).iter().any(|t| t.kind == TieKind::Own);
            if let Some(staff) = staff.filter(|_| !own()) {
                for near in [Near::Team, Near::Station, Near::Force] {
                    if self.near(case.user, staff) <= near {
                        *self.colleague_hits.entry((role, near)).or_default() += looked;
                        *self.own_colleague_hits.entry((case.user, near)).or_default() += looked;
                    }
                }
            }
            let mut before = None;
            for tie in ties {
                if tie.staff == case.user || before == Some((tie.staff, tie.kind)) {
                    continue; // own looks are the evidence; one person with several ties of a kind counts once
                }
                before = Some((tie.staff, tie.kind));
                self.ties.entry(tie.kind).or_default().0 += looks;
                self.force.add_hits(case.user, tie.staff, tie.kind, looks);
                self.role.add_hits(case.user, tie.staff, tie.kind, looks);
                self.station.add_hits(case.user, tie.staff, tie.kind, looks);
            }
        }
    }

    fn near(&self, user: UserId, other: UserId) -> Near {
        let same = |level: &Level| {
            let group = level.of[user as usize];
            group != NOWHERE && level.of.get(other as usize) == Some(&group)
        };
        if same(&self.team) {
            Near::Team
        } else if same(&self.station) {
            Near::Station
        } else {
            Near::Force
        }
    }

    /// Does `other` work as near to `user` as `known` does, or nearer?
    #[must_use]
    pub fn as_near(&self, user: UserId, other: UserId, known: Option<UserId>) -> bool {
        known.is_none_or(|known| self.near(user, other) <= self.near(user, known))
    }

    /// The rate at which peers of `user` hit somebody with such a tie to `user`; of colleagues, those who work
    /// as near as `other`, or all where it is not given. `open`: in looks that nothing explains, where there are enough
    /// of them to say.
    #[must_use]
    pub fn rate(&self, user: UserId, kind: TieKind, other: Option<UserId>, open: bool) -> Rate {
        match kind {
            TieKind::Colleague => self.colleague(user, other, open),
            TieKind::HighProfile => self.watched(user, open),
            kind => self.own_circle(user, kind),
        }
    }

    /// Looks of the user that chance puts on somebody with such a tie: of all looks, or of those that nothing explains.
    #[must_use]
    pub fn expected(&self, user: UserId, kind: TieKind, other: Option<UserId>, open: bool) -> f64 {
        let rate = self.rate(user, kind, other, open);
        self.own_looks[user as usize].of(rate.open) as f64 * rate.u()
    }

    fn own_circle(&self, user: UserId, kind: TieKind) -> Rate {
        let own = self.own_looks[user as usize].all;
        let (hits, opportunities) = self.ties.get(&kind).copied().unwrap_or((0, 0));
        // Half a hit more than was seen: a tie that nobody has hit yet is rare, not impossible.
        let anybody = ((hits as f64 + 0.5) / (opportunities as f64 + 1.0)).min(1.0);
        let wide = Rate { hits: 0, looks: 0, prior: anybody, shrinkage: self.shrinkage, station: false, open: false };
        let on = |level: &Level, prior: f64, station: bool| {
            level.others(user, own).map(|looks| {
                let hits = level.hits.get(&(user, kind)).copied().unwrap_or(0);
                Rate { hits, looks, prior, station, ..wide }
            })
        };
        let force = on(&self.force, anybody, false).unwrap_or(wide);
        let role = on(&self.role, force.u(), false).unwrap_or(force);
        on(&self.station, role.u(), true).unwrap_or(role)
    }

    /// Colleagues are met by chance as often as people in the same role meet staff that near to *them*.
    fn colleague(&self, user: UserId, other: Option<UserId>, open: bool) -> Rate {
        let near = other.map_or(Near::Force, |other| self.near(user, other));
        let role = self.role.of[user as usize];
        let all = self.colleague_hits.get(&(role, near)).copied().unwrap_or_default().of(open);
        let own = self.own_colleague_hits.get(&(user, near)).copied().unwrap_or_default().of(open);
        let everywhere: u64 =
            self.colleague_hits.iter().filter(|((_, n), _)| *n == near).map(|(_, h)| h.of(open)).sum();
        self.by_role(user, all.saturating_sub(own), everywhere, open)
    }

    fn watched(&self, user: UserId, open: bool) -> Rate {
        let all = self.watched_hits.get(&self.role.of[user as usize]).copied().unwrap_or_default().of(open);
        let own = self.own_watched_hits.get(&user).copied().unwrap_or_default().of(open);
        self.by_role(user, all.saturating_sub(own), self.watched_hits.values().map(|hits| hits.of(open)).sum(), open)
    }

    fn by_role(&self, user: UserId, hits: u64, everywhere: u64, open: bool) -> Rate {
        let total = self.total_looks.of(open) as f64;
        let prior = ((everywhere as f64 + 0.5) / (total + 1.0)).min(1.0);
        let role = self.role_looks[self.role.of[user as usize] as usize].of(open);
        let looks = role.saturating_sub(self.own_looks[user as usize].of(open));
        // As many of the looks counted as the shrinkage has among all.
        let shrinkage = self.shrinkage * (total / (self.total_looks.all as f64).max(1.0)).max(f64::MIN_POSITIVE);
        Rate { hits, looks, prior, shrinkage, station: false, open }
    }

    /// Users who do the same work have the same group.
    #[must_use]
    pub fn group(&self, user: UserId) -> u32 {
        self.role.of[user as usize]
    }

    /// How many groups there are.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.role.looks.len()
    }
}

/// Looks of a case.
fn looked(c: &Counted<'_>, case: &Case) -> Looked {
    let looks = &c.judged.looks.all[case.from as usize..case.to as usize];
    let open = looks.iter().filter(|look| look.purpose == Purpose::Unexplained).count() as u64;
    Looked { all: looks.len() as u64, open }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_of_the_scoring_design() {
        let surname =
            Rate { hits: 3_800, looks: 300_000, prior: 0.003_953, shrinkage: 3_000.0, station: false, open: false };
        assert!((surname.u() - 0.012_580).abs() < 5e-7, "{}", surname.u());
        assert!(((0.30 / surname.u()).log2() - 4.58).abs() < 0.005);
        let rare = Rate { hits: 6, looks: 300_000, prior: 5.8e-5, shrinkage: 3_000.0, station: false, open: false };
        assert!((rare.u() - 2.04e-5).abs() < 5e-8, "{}", rare.u());
        assert!(((0.30 / rare.u()).log2() - 13.85).abs() < 0.01);
    }
}
