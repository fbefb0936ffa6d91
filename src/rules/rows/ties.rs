//! The ties between the user and the subject of a case: the user's own circle, and
//! the two that depend on nobody's circle, colleague and high profile.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::{Case, World};
use crate::purpose::UserId;
use crate::relations::{Identifiers, Relations, Tie, TieKind, WatchTie};
use crate::subjects::SubjectId;

/// One tie, as rules and sentences see it.
#[derive(Clone, Debug)]
pub struct CaseTie {
    /// What the subject is to the user.
    pub kind: TieKind,
    /// Posterior log2 odds that the subject is the person the tie is with.
    pub bits: f32,
    /// The same as a probability.
    pub probability: f32,
    /// Identifiers that agree.
    pub identifiers: Identifiers,
    /// Identifiers that speak against.
    pub against: Identifiers,
    /// Row in the relationship table.
    pub relation: Option<u32>,
    /// Inferred from a shared address, not declared.
    pub from_address: bool,
    /// The tie had ended before the looks.
    pub former: bool,
    /// The subject as a member of staff, for a colleague.
    pub staff: Option<UserId>,
    /// Row in the watch list, for high profile.
    pub watch: Option<u32>,
    /// The best other reading, in words.
    pub rival: Option<String>,
    /// Codes of the identifiers that agree, with a space between.
    pub codes: String,
}

/// Subjects that are members of staff.
#[derive(Clone, Debug, Default)]
pub struct StaffSubjects {
    best: FxHashMap<SubjectId, Vec<u32>>,
}

impl StaffSubjects {
    /// From the ties of staff to themselves; a mere address is a household, not a person.
    #[must_use]
    pub fn new(relations: &Relations) -> Self {
        let mut best: FxHashMap<SubjectId, Vec<u32>> = FxHashMap::default();
        for (index, tie) in relations.ties.iter().enumerate() {
            if tie.kind == TieKind::Own && !tie.from_address {
                best.entry(tie.subject).or_default().push(index as u32);
            }
        }
        Self { best }
    }

    /// Own ties of anybody but `user` to this subject.
    pub fn others<'a>(
        &'a self,
        relations: &'a Relations,
        subject: SubjectId,
        user: UserId,
    ) -> impl Iterator<Item = &'a Tie> + 'a {
        self.best
            .get(&subject)
            .into_iter()
            .flatten()
            .map(|&i| &relations.ties[i as usize])
            .filter(move |t| t.staff != user)
    }

    /// Is the subject a member of staff, whoever looks?
    #[must_use]
    pub fn contains(&self, subject: SubjectId) -> bool {
        self.best.contains_key(&subject)
    }

    /// The member of staff that the subject most probably is.
    #[must_use]
    pub fn who(&self, relations: &Relations, subject: SubjectId) -> Option<UserId> {
        self.best
            .get(&subject)?
            .iter()
            .map(|&i| &relations.ties[i as usize])
            .max_by(|a, b| a.bits.total_cmp(&b.bits).then(b.staff.cmp(&a.staff)))
            .map(|t| t.staff)
    }
}

/// Every tie of a case, strongest evidence first.
#[must_use]
pub fn of_case(world: &World<'_>, case: &Case) -> Vec<CaseTie> {
    ties(world, case.user, case.subject, || first_look_day(world, case))
}

/// Every tie between a user and a subject, as of the first look, strongest evidence first.
#[must_use]
pub fn of(world: &World<'_>, user: UserId, subject: SubjectId) -> Vec<CaseTie> {
    ties(world, user, subject, || {
        let at = world.cases.binary_search_by_key(&(user, subject), |c| (c.user, c.subject)).ok()?;
        first_look_day(world, &world.cases[at])
    })
}

fn first_look_day(world: &World<'_>, case: &Case) -> Option<NaiveDate> {
    world.judged.looks.all[case.from as usize].first_at.local_date(world.judged.zone)
}

fn ties(
    world: &World<'_>,
    user: UserId,
    subject: SubjectId,
    first_look_day: impl Fn() -> Option<NaiveDate>,
) -> Vec<CaseTie> {
    let mut ties: Vec<CaseTie> = world
        .relations
        .between(subject, user)
        .iter()
        .filter(|t| t.lapses.is_none() || first_look_day().is_none_or(|day| t.holds_on(day)))
        .map(|t| CaseTie {
            kind: t.kind,
            bits: t.bits,
            probability: t.probability,
            identifiers: t.identifiers,
            against: t.against,
            relation: t.relation,
            from_address: t.from_address,
            former: t.kind == TieKind::ExPartner || t.to.is_some_and(|end| first_look_day().is_some_and(|d| end < d)),
            staff: None,
            watch: None,
            rival: t.rival.clone(),
            codes: t.identifiers.codes().join(" "),
        })
        .collect();
    // A colleague only where the subject is nothing closer to the user.
    let own = ties.iter().any(|t| t.kind == TieKind::Own && !t.from_address);
    if !own
        && let Some(tie) = world
            .staff_subjects
            .others(world.relations, subject, user)
            .max_by(|a, b| a.bits.total_cmp(&b.bits).then(b.staff.cmp(&a.staff)))
        && world.judged.users.on_record(user)
    {
        ties.push(CaseTie {
            kind: TieKind::Colleague,
            bits: tie.bits,
            probability: tie.probability,
            identifiers: tie.identifiers,
            against: tie.against,
            relation: None,
            from_address: false,
            former: world.tables.staff[tie.staff as usize]
                .end_date
                .is_some_and(|end| first_look_day().is_some_and(|d| end < d)),
            staff: Some(tie.staff),
            watch: None,
            rival: tie.rival.clone(),
            codes: tie.identifiers.codes().join(" "),
        });
    }
    let best = |a: &&WatchTie, b: &&WatchTie| a.bits.total_cmp(&b.bits).then(b.entry.cmp(&a.entry));
    if let Some(watch) = world.relations.watch_of(subject).iter().max_by(best) {
        ties.push(CaseTie {
            kind: TieKind::HighProfile,
            bits: watch.bits,
            probability: watch.probability,
            identifiers: watch.identifiers,
            against: watch.against,
            relation: None,
            from_address: false,
            former: false,
            staff: None,
            watch: Some(watch.entry),
            rival: None,
            codes: watch.identifiers.codes().join(" "),
        });
    }
    ties
}
