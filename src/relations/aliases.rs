//! One person typed in several ways is one subject.
//!
//! "S MARDON at HT1 0XR", "SUSAN MARDON" and her record are different queries, and
//! nothing in the log says that they are one person. Once each is tied to the same
//! member of staff, watch-list entry or declared relation, it is known; counted
//! apart, ten looks at one person would be ten subjects with a look each.

use rustc_hash::FxHashMap;

use super::{Relations, TieKind};
use crate::subjects::{SubjectId, SubjectKind, Subjects};

/// Ties below this posterior may be somebody else, and are not joined.
const SURE: f32 = 0.9;

/// Which subjects stand for others.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    anybody: FxHashMap<SubjectId, SubjectId>,
    by_user: FxHashMap<(u32, SubjectId), SubjectId>,
}

/// Whom a subject is known to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Target {
    Staff(u32),
    Watched(u32),
    Relation(u32, u32),
}

impl Aliases {
    /// Joins persons by whom they are tied to.
    #[must_use]
    pub fn new(subjects: &Subjects, relations: &Relations) -> Self {
        let person = |s: SubjectId| subjects.all[s as usize].kind == SubjectKind::Person;
        let mut members: Vec<(Target, (bool, bool, bool), SubjectId)> = Vec::new();
        let mut add = |target: Target, subject: SubjectId| {
            // A record stands for typed forms, else the fullest of them.
            let known = &subjects.all[subject as usize];
            let typed = &known.descriptor;
            let missing = (known.person.is_none(), !typed.has_full_name(), typed.birth.is_none());
            members.push((target, missing, subject));
        };
        for tie in relations.ties.iter().filter(|t| t.probability >= SURE && !t.from_address && person(t.subject)) {
            match (tie.kind, tie.relation) {
                (TieKind::Own, _) => add(Target::Staff(tie.staff), tie.subject),
                (_, Some(relation)) => add(Target::Relation(tie.staff, relation), tie.subject),
                _ => {}
            }
        }
        for tie in relations.watch.iter().filter(|t| t.probability >= SURE && person(t.subject)) {
            add(Target::Watched(tie.entry), tie.subject);
        }
        members.sort_unstable();
        members.dedup();
        let mut aliases = Self::default();
        for group in members.chunk_by(|a, b| a.0 == b.0) {
            let stands = group[0].2;
            for &(target, _, subject) in &group[1..] {
                match target {
                    Target::Relation(user, _) => {
                        aliases.by_user.entry((user, subject)).or_insert(stands);
                    }
                    Target::Staff(_) | Target::Watched(_) => {
                        aliases.anybody.entry(subject).or_insert(stands);
                    }
                }
            }
        }
        aliases
    }

    /// The subject that stands for this one in the eyes of `user`.
    #[must_use]
    pub fn of(&self, user: u32, subject: SubjectId) -> SubjectId {
        self.by_user.get(&(user, subject)).or_else(|| self.anybody.get(&subject)).copied().unwrap_or(subject)
    }
}
