//! Where two views of one subject disagree: what colleagues do, and how many uninvolved people looked.
//!
//! The chance of a tie is taken from what colleagues look at. A whole team that looks one person up makes that
//! ordinary, and hides itself from it. The number of uninvolved viewers of the subject does not know who is whose
//! colleague.

use super::Material;
use super::words::count;
use crate::rules::Chance;
use crate::score::CaseScore;

/// Bits by which two views of the same looks must differ to be worth a word.
pub const WORTH_A_WORD: f64 = 3.0;

/// The sentence for a case, where its tie weighs less than the viewers of its subject do.
pub(super) fn sentence(material: &Material<'_>, score: &CaseScore) -> Option<String> {
    let world = material.world;
    let subject = world.viewed.get(&world.cases[score.case? as usize].subject)?;
    let by_peers = score
        .fired
        .iter()
        .filter(|(f, _)| f.tie.is_some() && material.rules[usize::from(f.rule)].meta.probity.chance == Chance::Peers)
        .map(|(_, weighed)| weighed.bits)
        .max_by(f64::total_cmp)?;
    disagree(by_peers, subject.surge_bits).then(|| {
        format!(
            "{} of the subject within a day, where {:.1} would be expected, weigh {:.1} bits: colleagues may have \
             looked for the same reason, and then the tie weighs too little here",
            count(u64::from(subject.surge), "uninvolved viewer", "uninvolved viewers"),
            subject.surge_expected,
            subject.surge_bits
        )
    })
}

fn disagree(by_peers: f64, by_viewers: f64) -> bool {
    by_viewers - by_peers > WORTH_A_WORD
}

/// The warning at the head of a report.
pub(super) fn warning(material: &Material<'_>) -> Option<String> {
    let cases = || material.scored.members.iter().flat_map(|m| &m.cases);
    let said = cases().filter(|c| sentence(material, &c.score).is_some()).count();
    (said > 0).then(|| {
        format!(
            "In {} of {} listed, many uninvolved people looked at the subject while the comparison with colleagues makes the tie look \
             ordinary (by more than {WORTH_A_WORD:.0} bits). A team that looks one person up hides itself in that comparison: read \
             these with `probity audit --subject`.",
            said,
            count(cases().count() as u64, "case", "cases")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_more_than_three_bits_are_worth_a_word() {
        let table = [(2.0, 5.1, true), (2.0, 5.0, false), (8.0, 6.0, false), (0.0, 6.0, true)];
        for (by_peers, by_viewers, said) in table {
            assert_eq!(disagree(by_peers, by_viewers), said, "{by_peers} {by_viewers}");
        }
    }
}
