//! The score of one case: blocks of evidence, added.

use super::weigh::{Rates, Weighed};
use crate::purpose::Purpose;
use crate::rules::Block;
use crate::rules::fire::Fired;
use crate::rules::rows::beside::Beside;
use crate::rules::rows::case::CaseFacts;
use crate::values::{Caps, NINETY_PERCENT, Values};

/// One block of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockScore {
    /// Which kind of evidence.
    pub block: Block,
    /// Its weight: the largest piece, a quarter of the rest, capped.
    pub bits: f64,
    /// Standard deviation in bits.
    pub sd: f64,
    /// Where the number comes from.
    pub because: String,
}

impl BlockScore {
    /// Evidence about the person or the pattern, of which a referral asks one strong kind? The rest is context.
    #[must_use]
    pub const fn telling(&self) -> bool {
        matches!(self.block, Block::Relationship | Block::Volume | Block::Duty | Block::Pattern | Block::Training)
    }

    /// Strong enough to stand beside another?
    #[must_use]
    pub fn beside(&self, values: &Values) -> bool {
        match self.block {
            Block::Peers => false,
            // Context, unless what was typed is false.
            Block::Reason => self.bits >= values.lanes.strong_block,
            _ => self.bits >= values.lanes.second_block,
        }
    }
}

/// A case with its score.
#[derive(Clone, Debug)]
pub struct CaseScore {
    /// Index into the world's cases, or `None` for the findings on a user as a whole.
    pub case: Option<u32>,
    /// What fired and what each weighs.
    pub fired: Vec<(Fired, Weighed)>,
    /// Blocks with a weight, in the order of [`Block::ALL`].
    pub blocks: Vec<BlockScore>,
    /// T: the sum of the blocks.
    pub evidence: f64,
    /// Standard deviation of T in bits.
    pub sd: f64,
    /// Prior log2 odds.
    pub prior: f64,
}

impl CaseScore {
    /// A: the evidence as it counts, α + τ·T.
    #[must_use]
    pub fn weight(&self, values: &Values) -> f64 {
        values.scale.offset + values.scale.temperature * self.evidence
    }

    /// S: posterior log2 odds.
    #[must_use]
    pub fn posterior(&self, values: &Values) -> f64 {
        self.prior + self.weight(values)
    }

    /// Lower end of the 90 % interval of T.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.evidence - NINETY_PERCENT * self.sd
    }

    /// One strong kind of evidence about the person or the pattern, and another kind beside it? Reason and
    /// peers are context: what was typed, and how the user's work is as a whole.
    #[must_use]
    pub fn stands(&self, values: &Values) -> bool {
        let strong = |b: &BlockScore| b.telling() && b.bits >= values.lanes.strong_block;
        let beside = |b: &&BlockScore| b.beside(values);
        // Beyond the cap of ordinary evidence lie acts that are all but certain in themselves.
        let alone = |b: &BlockScore| b.bits > values.caps.block;
        (self.blocks.iter().any(alone)
            || self.blocks.iter().any(strong) && self.blocks.iter().filter(beside).count() >= 2)
            && self.low() > values.lanes.lower_bound
    }
}

/// Piece of evidence that comes from the case itself, not from a rule.
pub struct Native {
    block: Block,
    bits: f64,
    sd: f64,
    /// Taken from whatever else the block holds, and not weighed against it as another view of the same.
    takes: bool,
    because: String,
}

/// What the case itself says: an explanation that holds, the number of looks, the user beside peers.
#[must_use]
pub fn native(facts: &CaseFacts<'_>, rates: &Rates<'_>) -> Vec<Native> {
    let values = facts.world.values;
    let mut pieces = Vec::new();
    let tally = &facts.tally;
    if let (Purpose::Explained, Some(template)) = (tally.purpose(), tally.strongest) {
        let answered = coverage(facts, template);
        let close = facts.ties.iter().any(|t| t.kind.is_close() && t.probability >= 0.5);
        let chance = facts.world.judged.by_chance.r(template);
        let bits = (chance / answered).log2().clamp(-values.caps.block, 0.0);
        let bits = if close { bits.max(values.caps.close_tie_floor) } else { bits };
        pieces.push(Native {
            block: Block::Purpose,
            bits,
            sd: 0.0,
            because: format!(
                "{}; such records answer {:.0} % of looks here and would answer {:.0} % by chance{}",
                template.words(),
                100.0 * answered,
                100.0 * chance,
                if close { "; held at −2 because the tie is close" } else { "" }
            ),
            takes: false,
        });
    }
    pieces.extend(in_part(facts));
    if facts.identified {
        let Weighed { bits, sd, because, .. } = rates.volume(&facts.case);
        if bits > 0.0 {
            pieces.push(Native { block: Block::Volume, bits, sd, because, takes: false });
        }
    }
    let user = &facts.world.users[facts.case.user as usize];
    // Where the role's function answers whatever its holders look at, that little of their work lies open says nothing for a look.
    if let Some(z) = user.unexplained_z.filter(|_| !tally.role_only()) {
        let bits = peer_bits(z);
        pieces.push(Native {
            block: Block::Peers,
            bits,
            sd: values.blocks.volume_sd,
            takes: false,
            because: format!(
                "{} of {} looks unexplained, {z:+.1} standard deviations from others in the same role",
                user.unexplained, user.tellable
            ),
        });
    }
    let uniform = values.ablation.uniform_bits;
    if uniform > 0.0 {
        pieces.retain(|piece| piece.block == Block::Purpose && !piece.takes);
        pieces.iter_mut().for_each(|piece| piece.bits = -uniform);
    }
    pieces
}

/// What others' work that answers a part of the case takes from the lack of a purpose in the rest.
fn in_part(facts: &CaseFacts<'_>) -> Option<Native> {
    if !facts.identified || Beside::of(facts.looks) != Some(Beside::OthersWork) {
        return None;
    }
    let (group, looks) = (facts.world.peers.group(facts.case.user), facts.looks.len());
    let bits = facts.world.in_part.bits(group, looks);
    let because = || {
        format!(
            "others' work answers other looks of the case, as it does in {:.0} % of the unexplained cases of about {looks} looks in \
             the same role: {:.1} bits less",
            100.0 * facts.world.in_part.share(group, looks),
            -bits
        )
    };
    (bits < 0.0).then(|| Native { block: Block::Purpose, bits, sd: 0.0, takes: true, because: because() })
}

/// Peers block: an unusual share of unexplained looks among those who do the same work.
#[must_use]
pub fn peer_bits(z: f64) -> f64 {
    (0.5 + 0.5 * (3.0 * z - 4.5).exp()).log2().clamp(-1.0, 4.0)
}

/// Share of the looks in the same system and unit that this template answers, shrunk to the whole log.
fn coverage(facts: &CaseFacts<'_>, template: crate::purpose::Template) -> f64 {
    let world = facts.world;
    let unit = world.tables.staff.get(facts.case.user as usize).map_or("", |s| s.team.as_str());
    let rows = &world.judged.coverage;
    let place = (facts.looks[0].system, unit);
    let here = rows.binary_search_by(|row| (row.system, row.unit.as_str()).cmp(&place)).ok().map(|at| &rows[at]);
    let (here, here_of) = here.map_or((0, 0), |row| (row.by_template[template.index()], row.looks));
    let (all, all_of) = (world.answered[template.index()], world.live_looks);
    let shrinkage = world.values.rates.stratum_shrinkage;
    let parent = (all as f64 + 0.5) / (all_of as f64 + 1.0);
    ((here as f64 + shrinkage * parent) / (here_of as f64 + shrinkage)).clamp(1e-6, 1.0)
}

/// What a block may weigh at most.
const fn cap(caps: &Caps, block: Block) -> f64 {
    match block {
        Block::Purpose => caps.unexplained,
        Block::Reason => caps.reason,
        Block::Peers => caps.peers,
        Block::Sensitivity => caps.sensitivity,
        _ => caps.block,
    }
}

/// Adds findings and the case's own pieces up by block.
#[must_use]
pub fn blocks(
    fired: &[(Fired, Weighed)],
    of: impl Fn(u16) -> Block,
    native: Vec<Native>,
    values: &Values,
) -> Vec<BlockScore> {
    let caps = &values.caps;
    let mut blocks = Vec::new();
    for &block in Block::ALL {
        let mut pieces: Vec<(f64, f64, &str)> = fired
            .iter()
            .filter(|(f, _)| of(f.rule) == block)
            .map(|(_, w)| (w.bits, w.sd, w.because.as_str()))
            .chain(native.iter().filter(|n| n.block == block && !n.takes).map(|n| (n.bits, n.sd, n.because.as_str())))
            .collect();
        // Largest first; equal weights by their text, so that the order never depends on anything else.
        pieces.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(b.2)));
        let Some(&(largest, sd, because)) = pieces.first() else {
            continue;
        };
        // Every piece of the volume block measures the same excess: only the largest counts.
        let overlap = if block == Block::Volume { 0.0 } else { values.blocks.overlap };
        let rest: f64 = pieces[1..].iter().map(|p| p.0.max(0.0)).sum();
        let against: f64 = if largest > 0.0 { 0.0 } else { pieces[1..].iter().map(|p| p.0.min(0.0)).sum() };
        let taken = native.iter().find(|n| n.block == block && n.takes);
        let most = cap(caps, block).max(if largest > caps.block { largest } else { 0.0 });
        let held = (largest + overlap * (rest + against)).clamp(-caps.block, most);
        // From what counts, not from what was cut off: all that is said to be taken is.
        let bits = taken.map_or(held, |n| (held + n.bits).max(-caps.block));
        if bits == 0.0 && pieces.iter().all(|p| p.0 == 0.0) {
            continue;
        }
        let because = taken.map_or_else(|| because.to_owned(), |n| format!("{because}; {}", n.because));
        blocks.push(BlockScore { block, bits, sd, because });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_of_the_scoring_design() {
        for (z, bits) in [(0.0, -0.98), (2.0, 1.45), (3.0, 4.0)] {
            assert!((peer_bits(z) - bits).abs() < 0.01, "{z}: {}", peer_bits(z));
        }
    }

    #[test]
    fn others_work_takes_from_the_lack_of_a_purpose_and_from_nothing_else() {
        let piece =
            |block, bits: f64, takes| Native { block, bits, sd: 0.0, takes, because: format!("{bits:.0} bits") };
        let purpose = |pieces| {
            let all = blocks(&[], |_| Block::Purpose, pieces, Values::shipped());
            all.into_iter().map(|b| (b.block, b.bits, b.because)).collect::<Vec<_>>()
        };
        let (open, answered) = (|| piece(Block::Purpose, 3.0, false), || piece(Block::Purpose, -5.0, true));
        assert_eq!(purpose(vec![open(), answered()]), [(Block::Purpose, -2.0, "3 bits; -5 bits".to_owned())]);
        let most = piece(Block::Purpose, 8.0, false);
        assert_eq!(
            purpose(vec![most, answered()]),
            [(Block::Purpose, 0.0, "8 bits; -5 bits".to_owned())],
            "of the 5 that count"
        );
        assert_eq!(purpose(vec![answered()]), [], "where no purpose is lacking there is nothing to take from");
        let tied = purpose(vec![piece(Block::Volume, 3.0, false), answered()]);
        assert_eq!(tied, [(Block::Volume, 3.0, "3 bits".to_owned())]);
    }
}
