//! The rows of facts that rules are asked about: looks, cases, users, subjects.
//!
//! A case is one user and one subject over the window. Looks are sorted by user
//! and subject, so a case is a slice of them and costs three numbers; everything
//! else about it is worked out when a rule asks.

pub mod beside;
pub mod case;
pub mod composition;
pub mod context;
pub mod forenames;
pub mod look;
pub mod matters;
pub mod peers;
mod proxy;
pub mod shared;
pub mod subject;
pub mod ties;
pub mod user;
pub mod volume;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::ingest::Tables;
use crate::purpose::{AccountKind, Judged, Look, Template, UserId};
use crate::relations::Relations;
use crate::subjects::{SubjectId, Subjects};
use crate::values::Values;

use beside::InPart;
use peers::Peers;
use subject::SubjectFacts;
use user::UserFacts;
use volume::Volume;

/// One user and one subject over the window: a slice of the looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// Who looked.
    pub user: UserId,
    /// At whom or what.
    pub subject: SubjectId,
    /// First look.
    pub from: u32,
    /// One past the last look.
    pub to: u32,
}

/// Everything that facts are worked out from.
pub struct World<'a> {
    /// Stage 1.
    pub tables: &'a Tables,
    /// Stage 2.
    pub subjects: &'a Subjects,
    /// Stage 3.
    pub relations: &'a Relations,
    /// Stage 4.
    pub judged: &'a Judged,
    /// Every case, sorted by (user, subject).
    pub cases: Vec<Case>,
    /// Case indexes, sorted by (subject, user).
    pub by_subject: Vec<u32>,
    /// What is known of each user.
    pub users: Vec<UserFacts>,
    /// What is known of each subject that somebody looked at.
    pub viewed: FxHashMap<SubjectId, SubjectFacts>,
    /// How often ties arise by chance, from what peers searched.
    pub peers: Peers,
    /// How many unexplained looks at one subject are many.
    pub volume: Volume,
    /// How often others' work answers unexplained cases in part.
    pub in_part: InPart,
    /// Which unexplained subjects stand on one open incident.
    pub matters: matters::Matters,
    /// Which subjects are members of staff, by whose own record.
    pub staff_subjects: ties::StaffSubjects,
    /// Events at a second place while the login was in use elsewhere.
    pub shared: shared::Shared,
    /// Live looks that each template answers, over every system and unit.
    pub answered: Vec<u64>,
    /// Live looks.
    pub live_looks: u64,
    /// The values of the score: how rates are shrunk, what blocks weigh at most.
    pub values: &'a Values,
    /// Districts, births, courses, authorities and codes that cases are seen against.
    pub context: context::Context,
}

impl<'a> World<'a> {
    /// Gathers cases and what is counted across them, with the values as shipped.
    #[must_use]
    pub fn new(tables: &'a Tables, subjects: &'a Subjects, relations: &'a Relations, judged: &'a Judged) -> Self {
        Self::with_values(tables, subjects, relations, judged, Values::shipped())
    }

    /// Gathers cases and what is counted across them.
    #[must_use]
    pub fn with_values(
        tables: &'a Tables,
        subjects: &'a Subjects,
        relations: &'a Relations,
        judged: &'a Judged,
        values: &'a Values,
    ) -> Self {
        let looks = &judged.looks.all;
        let cases = cases(looks);
        let mut by_subject: Vec<u32> = (0..cases.len() as u32).collect();
        by_subject.par_sort_unstable_by_key(|&c| (cases[c as usize].subject, cases[c as usize].user));
        let staff_subjects = ties::StaffSubjects::new(relations);
        let counted = peers::Counted {
            tables,
            subjects,
            relations,
            judged,
            cases: &cases,
            by_subject: &by_subject,
            staff_subjects: &staff_subjects,
        };
        let peers = Peers::new(&counted, values);
        let volume = Volume::new(looks, &cases, &peers, |s| subjects.identified(s), values);
        let in_part = InPart::new(looks, &cases, &peers, |s| subjects.identified(s), &values.rates);
        let viewed = subject::facts(tables, subjects, relations, judged, &cases, &by_subject, &staff_subjects);
        let matters = matters::Matters::new(judged, &cases);
        let shared = shared::Shared::new(tables);
        let mut world = Self {
            tables,
            subjects,
            relations,
            judged,
            cases,
            by_subject,
            users: Vec::new(),
            viewed,
            peers,
            volume,
            in_part,
            matters,
            staff_subjects,
            shared,
            answered: Template::all()
                .map(|t| judged.coverage.iter().map(|row| row.by_template[t.index()]).sum())
                .collect(),
            live_looks: judged.coverage.iter().map(|row| row.looks).sum(),
            values,
            context: context::Context::default(),
        };
        world.context = context::Context::new(&world);
        world.users = user::facts(&world);
        world
    }

    /// The looks of a case.
    #[must_use]
    pub fn looks(&self, case: &Case) -> &[Look] {
        &self.judged.looks.all[case.from as usize..case.to as usize]
    }

    /// Made by a service account: what a machine asks says nothing of a person.
    #[must_use]
    pub fn by_machine(&self, case: &Case) -> bool {
        self.looks(case).iter().all(|l| l.account == AccountKind::Service)
    }

    /// Did a person look at anything under this user?
    #[must_use]
    pub fn judged_by(&self, user: UserId) -> bool {
        self.users[user as usize].looks > 0
    }

    /// True where the log says who or what was looked at. Without that, a case is all of a user's looks
    /// and nothing may be concluded from their number.
    #[must_use]
    pub fn identified(&self, subject: SubjectId) -> bool {
        self.subjects.identified(subject)
    }

    /// The user's role, or "" where HR does not list them.
    #[must_use]
    pub fn role(&self, user: UserId) -> &str {
        self.tables.staff.get(user as usize).map_or("", |s| s.role.as_str())
    }
}

fn cases(looks: &[Look]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, look) in looks.iter().enumerate() {
        match cases.last_mut() {
            Some(case) if (case.user, case.subject) == (look.user, look.about) => case.to += 1,
            _ => cases.push(Case { user: look.user, subject: look.about, from: index as u32, to: index as u32 + 1 }),
        }
    }
    cases
}

/// Getters (functions from a row to a value) in the order of a scope's facts, so that a row answers by
/// position.
pub(crate) fn getters<G: Copy>(scope: super::facts::Scope, named: &[(&str, G)]) -> Vec<Option<G>> {
    super::facts::of(scope)
        .iter()
        .map(|fact| named.iter().find(|(name, _)| *name == fact.name).map(|&(_, get)| get))
        .collect()
}
