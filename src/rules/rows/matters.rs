//! Matters: unexplained subjects that stand on one open incident are one matter.
//!
//! An assignment that nobody entered leaves all the parties of its incident
//! unexplained at once. Counted as people they look like browsing; counted as
//! matters they are one.

use rustc_hash::FxHashMap;

use super::Case;
use crate::instant::Instant;
use crate::purpose::{Judged, Purpose};
use crate::subjects::SubjectId;

/// Which incidents unexplained subjects stand on.
#[derive(Clone, Debug, Default)]
pub struct Matters {
    of_subject: FxHashMap<SubjectId, Vec<u32>>,
}

impl Matters {
    /// Looks up the incidents of every subject with an unexplained look.
    #[must_use]
    pub fn new(judged: &Judged, cases: &[Case]) -> Self {
        let looks = &judged.looks.all;
        let open = |c: &Case| looks[c.from as usize..c.to as usize].iter().any(|l| l.purpose == Purpose::Unexplained);
        let mut of_subject: FxHashMap<SubjectId, Vec<u32>> =
            cases.iter().filter(|c| open(c)).map(|c| (c.subject, Vec::new())).collect();
        for incident in 0..judged.links.incidents() {
            for subject in judged.links.subjects_of(incident) {
                if let Some(list) = of_subject.get_mut(subject) {
                    list.push(incident);
                }
            }
        }
        Self { of_subject }
    }

    /// Incidents of the subject that are open at that moment.
    pub fn open_on<'a>(
        &'a self,
        judged: &'a Judged,
        subject: SubjectId,
        at: Instant,
    ) -> impl Iterator<Item = u32> + 'a {
        let all = self.of_subject.get(&subject).map_or(&[][..], Vec::as_slice);
        all.iter().copied().filter(move |i| judged.links.open(*i, at))
    }

    /// How many matters some looks are about: subjects that share an open incident are one.
    #[must_use]
    pub fn count(&self, judged: &Judged, looks: &[(Instant, SubjectId)]) -> u32 {
        // Union by incident: the first subject seen on an incident stands for all.
        let mut group_of_incident: FxHashMap<u32, usize> = FxHashMap::default();
        let mut group_of_subject: FxHashMap<SubjectId, usize> = FxHashMap::default();
        let mut parent: Vec<usize> = Vec::new();
        fn root(parent: &mut [usize], mut at: usize) -> usize {
            while parent[at] != at {
                parent[at] = parent[parent[at]];
                at = parent[at];
            }
            at
        }
        for &(at, subject) in looks {
            let mut group = *group_of_subject.entry(subject).or_insert_with(|| {
                parent.push(parent.len());
                parent.len() - 1
            });
            for incident in self.open_on(judged, subject, at) {
                let other = *group_of_incident.entry(incident).or_insert(group);
                let (a, b) = (root(&mut parent, group), root(&mut parent, other));
                parent[a] = b;
                group = b;
            }
        }
        (0..parent.len()).filter(|&g| parent[g] == g).count() as u32
    }
}
