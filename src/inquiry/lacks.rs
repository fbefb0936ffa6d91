//! What a case lacks for a referral, in words: which bar it stays under and by how much.

use crate::purpose::UserId;
use crate::rules::rows::World;
use crate::rules::{Lane, Rule};
use crate::score::CaseScore;
use crate::score::lanes::forbidden;
use crate::score::member::Standing;
use crate::score::prior::Chances;

/// Every bar that the evidence of a case (or of a user as a whole) stays under, in the order in which a referral asks
/// for them; empty where it may be referred. A user's cases are weighed together, so that one which lacks nothing but
/// the last bar may pass it beside others.
#[must_use]
pub fn lacks(world: &World<'_>, rules: &[&Rule], score: &CaseScore, user: UserId) -> Vec<String> {
    let values = world.values;
    let bars = &values.lanes;
    let mut said = Vec::new();
    if !score.fired.iter().any(|(fired, _)| rules[usize::from(fired.rule)].meta.probity.lane == Lane::Refer) {
        said.push(match score.fired.is_empty() {
            true => "no rule fired".to_owned(),
            false => "no rule that fired may carry it to the refer lane".to_owned(),
        });
    }
    let alone = score.blocks.iter().any(|block| block.bits > values.caps.block);
    let telling = score.blocks.iter().filter(|block| block.telling());
    let strongest = telling.max_by(|a, b| a.bits.total_cmp(&b.bits));
    if !alone {
        match strongest {
            Some(block) if block.bits >= bars.strong_block => {}
            Some(block) => said.push(format!(
                "{} has {:+.1} bits, {:.1} below the {:.1} that the strongest of tie, number, duty, pattern and training needs",
                block.block.as_str(),
                block.bits,
                bars.strong_block - block.bits,
                bars.strong_block
            )),
            None => said.push("nothing speaks of a tie, a number, duty, a pattern or training".to_owned()),
        }
        let beside = score.blocks.iter().filter(|block| block.beside(values)).count();
        if beside < 2 && strongest.is_some_and(|block| block.bits >= bars.strong_block) {
            said.push(format!("no second kind of evidence reaches {:.1} bits", bars.second_block));
        }
    }
    if score.low() <= bars.lower_bound {
        said.push(format!(
            "the evidence is {:+.1} bits and at least {:+.1}, {:.1} below the {:.1} that its lower end needs",
            score.evidence,
            score.low(),
            bars.lower_bound - score.low(),
            bars.lower_bound
        ));
    }
    let chances = Chances::of(world, user);
    let cases = chances.cases;
    let standing = Standing::of(std::iter::once(score), chances, values);
    if standing.rank() < bars.refer {
        said.push(format!(
            "after the prior of one among {cases} cases ({:+.1}) it stands at {:+.1} bits, {:.1} below the bar of {:.1}",
            standing.prior(),
            standing.rank(),
            bars.refer - standing.rank(),
            bars.refer
        ));
    }
    said
}

/// Why nobody is asked about it either; empty where the question is put. As with [`lacks`], one that lacks nothing but the last
/// bar may pass it beside others.
#[must_use]
pub fn lacks_question(world: &World<'_>, rules: &[&Rule], score: &CaseScore, user: UserId) -> Vec<String> {
    let (bars, floor) = (&world.values.lanes, world.values.blocks.further_case_floor);
    let mut said = Vec::new();
    let asks = |lane: Lane| matches!(lane, Lane::Refer | Lane::Query);
    if !score.fired.iter().any(|(fired, _)| asks(rules[usize::from(fired.rule)].meta.probity.lane)) {
        said.push("no rule that fired asks a question".to_owned());
    }
    let strongest = score.blocks.iter().map(|block| block.bits).fold(0.0, f64::max);
    if strongest < bars.strong_block {
        said.push(format!("no block reaches {:.1} bits", bars.strong_block));
    }
    if score.weight(world.values) < floor {
        said.push(format!(
            "the evidence counts {:+.1} bits, {:.1} below the {floor:.1} from which it counts beside other cases",
            score.weight(world.values),
            floor - score.weight(world.values)
        ));
    }
    let standing = Standing::of(std::iter::once(score), Chances::of(world, user), world.values);
    if standing.rank() < bars.query && !forbidden(world, score) {
        said.push(format!(
            "evidence and prior together are {:+.1} bits, {:.1} below the {:.1} from which a question is asked",
            standing.rank(),
            bars.query - standing.rank(),
            bars.query
        ));
    }
    said
}
