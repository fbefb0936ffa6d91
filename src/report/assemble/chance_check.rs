//! What the decoy logs say of the report: how much of it coincidence alone would give.

use super::super::model::{Lane, MethodNote};
use super::Material;
use super::words::count;
use crate::score::Member;

/// The best case of a referral to Professional Standards, where it rests on a tie: its posterior.
fn best_on_tie(material: &Material<'_>, member: &Member) -> Option<f64> {
    // The cases of the member's lane come first, the highest of them before the rest.
    let best = member.cases.first().filter(|best| best.lane == Lane::Refer)?;
    material.scored.decoys.of_case(best.score.case?)
}

/// Coincidental cases to be expected at or above the best case of a referral; `None` where that case does not rest
/// on a tie or nothing was estimated.
pub(super) fn expected_false(material: &Material<'_>, member: &Member) -> Option<f64> {
    best_on_tie(material, member).map(|bits| material.scored.decoys.expected(bits))
}

/// The note of the method section.
pub(super) fn note(material: &Material<'_>) -> MethodNote {
    let decoys = &material.scored.decoys;
    let heading = "If every tie were coincidence".to_owned();
    if decoys.logs == 0 {
        let text = "The check against decoy logs was switched off for this run: nothing is said of what coincidence \
                    alone would give.";
        return MethodNote { heading, text: text.to_owned() };
    }
    let found = decoys.level(&material.scored.members).map_or_else(
        || {
            format!(
                "No referral of this run rests on a tie; {:.1} cases of a decoy log would meet the conditions of one, at any score.",
                decoys.expected(f64::NEG_INFINITY)
            )
        },
        |bits| {
            format!(
                "If every tie were coincidence, {:.1} cases would still stand as high as the lowest referred case that rests \
                 on a tie ({bits:.1} bits), where this log has {}: about {:.0} % of them may be coincidence.",
                decoys.expected(bits),
                decoys.observed_from(bits),
                100.0 * decoys.false_discovery(bits)
            )
        },
    );
    let alone = match decoys.alone {
        0 => String::new(),
        n => format!(" {} in a group of one user and could not be dealt out.", count(n, "case stands", "cases stand")),
    };
    let text = format!(
        "The report checks itself with {} decoy logs (seed {}). In each, the subjects of {} are dealt out anew among the users of the \
         same system, role and third of the day; all else stays with the user, and only the tie is weighed again. {found}{alone} \
         A case rests on a tie where it would not stand without it; the prior and other cases of the user are no part of this.",
        decoys.logs,
        decoys.seed,
        count(decoys.swapped, "case", "cases")
    );
    MethodNote { heading, text }
}
