//! What records answer beside those looks of a case that nothing answers.
//!
//! An interest of one's own is answered from first to last by nothing, or it began with own work and went on without
//! it. Others' work (a number quoted, a check asked for by an officer, the task of a team) meets such an interest by chance
//! alone. Ordinary work some of whose records are missing is answered in part, the oftener the longer it is: on calibration
//! worlds, of innocent cases of five looks or more one of which nothing answers, one in ten is answered by nothing at all, and
//! two in three by others' work in part; of planted ones four in five and none in 123.

use super::Case;
use super::peers::Peers;
use crate::purpose::{Look, Purpose};
use crate::values::RateValues;

/// What answers the other looks of a case that has unexplained ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Beside {
    /// No record: a role's function or a session answers whoever is looked at.
    Nothing,
    /// A task of the user's own is the strongest record.
    OwnWork,
    /// Others' work is.
    OthersWork,
}

impl Beside {
    /// How many there are.
    pub const COUNT: usize = 3;

    /// Of the looks of a case; `None` where none of them is unexplained.
    #[must_use]
    pub fn of(looks: &[Look]) -> Option<Self> {
        if !looks.iter().any(|look| look.purpose == Purpose::Unexplained) {
            return None;
        }
        let answers = looks.iter().filter_map(|look| look.explained_by).filter(|t| !t.whoever());
        Some(match answers.min() {
            None => Self::Nothing,
            Some(strongest) if strongest.others_work() => Self::OthersWork,
            Some(_) => Self::OwnWork,
        })
    }

    /// The unexplained cases with which such a one is compared by their number of occasions; after "in the same role".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nothing => ", of which no record answers any look,",
            Self::OwnWork => "",
            Self::OthersWork => ", of which others' work answers other looks,",
        }
    }
}

/// Doublings of the number of looks in which cases are told apart: 1, 2 or 3, 4 to 7, and more.
const SIZES: usize = 4;

/// Unexplained cases, and those of them that others' work answers in part.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    cases: u64,
    others: u64,
}

/// How often others' work answers unexplained cases in part, by number of looks: of each group and of all.
#[derive(Clone, Debug)]
pub struct InPart {
    values: RateValues,
    groups: Vec<[Count; SIZES]>,
    all: [Count; SIZES],
}

impl InPart {
    /// Counts every unexplained case of an identified subject.
    #[must_use]
    pub fn new(
        looks: &[Look],
        cases: &[Case],
        peers: &Peers,
        identified: impl Fn(u32) -> bool,
        values: &RateValues,
    ) -> Self {
        let groups = vec![[Count::default(); SIZES]; peers.groups()];
        let mut counts = Self { values: values.clone(), groups, all: [Count::default(); SIZES] };
        for case in cases.iter().filter(|case| identified(case.subject)) {
            let own = &looks[case.from as usize..case.to as usize];
            let Some(beside) = Beside::of(own) else { continue };
            let size = size(own.len());
            for count in [&mut counts.groups[peers.group(case.user) as usize][size], &mut counts.all[size]] {
                count.cases += 1;
                count.others += u64::from(beside == Beside::OthersWork);
            }
        }
        counts
    }

    /// Share of a group's unexplained cases of about so many looks that others' work answers in part, drawn towards the force's.
    #[must_use]
    pub fn share(&self, group: u32, looks: usize) -> f64 {
        let (own, all) = (self.groups[group as usize][size(looks)], self.all[size(looks)]);
        let parent = (all.others as f64 + 0.5) / (all.cases as f64 + 1.0);
        let shrinkage = self.values.volume_shrinkage;
        (own.others as f64 + shrinkage * parent) / (own.cases as f64 + shrinkage)
    }

    /// Bits that others' work beside it takes from the lack of a purpose, at most 0: how much rarer it is where somebody looks
    /// without one (`answered_too`) than in ordinary cases of about so many looks.
    #[must_use]
    pub fn bits(&self, group: u32, looks: usize) -> f64 {
        (self.values.answered_too / self.share(group, looks)).log2().min(0.0)
    }
}

fn size(looks: usize) -> usize {
    (looks.max(1).ilog2() as usize).min(SIZES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::Instant;
    use crate::purpose::Template;
    use crate::values::Values;

    fn look(answer: Option<&str>) -> Look {
        let explained_by = answer.map(|name| Template::named(name).expect("it is shipped"));
        let purpose = if answer.is_some() { Purpose::Explained } else { Purpose::Unexplained };
        Look { purpose, explained_by, ..Look::bare(0, Instant(0)) }
    }

    #[test]
    fn whose_work_answers_in_part() {
        for (answers, expected) in [
            (&[Some("assigned")][..], None),
            (&[None], Some(Beside::Nothing)),
            (&[None, Some("role_function")], Some(Beside::Nothing)),
            (&[None, Some("assigned")], Some(Beside::OwnWork)),
            (&[None, Some("quoted_user")], Some(Beside::OwnWork)),
            (&[None, Some("quoted_subject")], Some(Beside::OthersWork)),
            (&[None, Some("supervisor")], Some(Beside::OthersWork)),
            (&[None, Some("on_behalf")], Some(Beside::OthersWork)),
            (&[Some("team"), None, Some("custody")], Some(Beside::OthersWork)),
            (&[Some("assigned"), None, Some("quoted_subject")], Some(Beside::OwnWork)),
            (&[Some("fits_party"), None, Some("quoted_subject")], Some(Beside::OthersWork)),
        ] {
            let looks: Vec<Look> = answers.iter().map(|answer| look(*answer)).collect();
            assert_eq!(Beside::of(&looks), expected, "{answers:?}");
        }
    }

    #[test]
    fn what_is_usual_takes_more_than_what_is_rare_and_nothing_adds() {
        let of = |others| {
            let count = Count { cases: 1_000, others };
            InPart { values: Values::shipped().rates.clone(), groups: vec![[count; SIZES]], all: [count; SIZES] }
        };
        assert_eq!(of(0).bits(0, 6), 0.0);
        assert!(of(100).bits(0, 6) < -2.0, "{}", of(100).bits(0, 6));
        assert!((0..1_000).all(|others| of(others + 1).bits(0, 6) <= of(others).bits(0, 6)));
    }
}
