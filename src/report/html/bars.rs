//! Geometry of the bars: what weighs for misuse goes right of zero, what weighs
//! against it goes left. Lengths are percentages, so that a bar fits any width.

use super::words;
use crate::report::model::{Block, Referral};

/// Bits at the ends of the scale, unless some block weighs more.
const LEAST_SCALE: f64 = 8.0;

/// One bar and its interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Left end of the bar.
    pub x: String,
    /// Its length.
    pub width: String,
    /// `for`, `against` or `none`.
    pub side: &'static str,
    /// Ends of the interval's line.
    pub low: String,
    /// Right end.
    pub high: String,
    /// The same in words, for those who do not see it.
    pub label: String,
}

/// The bits at either end of the scale that all blocks of a case share.
#[must_use]
pub fn scale(blocks: &[Block]) -> f64 {
    blocks
        .iter()
        .flat_map(|b| [b.bits, b.low, b.high])
        .filter(|bits| bits.is_finite())
        .fold(LEAST_SCALE, |most, bits| most.max(bits.abs().ceil()))
}

/// The bar of one block.
#[must_use]
pub fn bar(block: &Block, scale: f64) -> Bar {
    let bits = if block.bits.is_finite() { block.bits } else { 0.0 };
    let (from, to) = (place(bits.min(0.0), scale), place(bits.max(0.0), scale));
    let (side, way) = if bits > 0.0 {
        ("for", " for misuse")
    } else if bits < 0.0 {
        ("against", " against misuse")
    } else {
        ("none", "")
    };
    Bar {
        x: percentage(from),
        width: percentage(to - from),
        side,
        low: percentage(place(block.low, scale)),
        high: percentage(place(block.high, scale)),
        label: format!(
            "{}: {} bits{way}, 90 % interval {} to {}",
            words::block_title(&block.block),
            words::signed(block.bits),
            words::signed(block.low),
            words::signed(block.high),
        ),
    }
}

/// The interval of one referral on a scale that all of them share.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// Where zero is.
    pub zero: String,
    /// Left end.
    pub low: String,
    /// Right end.
    pub high: String,
    /// The score itself.
    pub at: String,
}

/// Ends of the scale for a list of referrals: at least 0 to 10 bits.
#[must_use]
pub fn range(referrals: &[Referral]) -> (f64, f64) {
    referrals
        .iter()
        .flat_map(|r| [r.low_bits, r.high_bits, r.score_bits])
        .filter(|bits| bits.is_finite())
        .fold((0.0, 10.0), |(low, high): (f64, f64), bits| (low.min(bits.floor()), high.max(bits.ceil())))
}

/// Where a referral's interval lies on the scale.
#[must_use]
pub fn interval(referral: &Referral, (low, high): (f64, f64)) -> Interval {
    let at = |bits: f64| {
        let bits = if bits.is_finite() { bits } else { 0.0 };
        percentage((bits - low) / (high - low) * 96.0 + 2.0)
    };
    Interval { zero: at(0.0), low: at(referral.low_bits), high: at(referral.high_bits), at: at(referral.score_bits) }
}

/// Place on a scale with zero in the middle, in percent.
fn place(bits: f64, scale: f64) -> f64 {
    let bits = if bits.is_finite() { bits } else { 0.0 };
    50.0 + 50.0 * (bits / scale).clamp(-1.0, 1.0)
}

/// A length that SVG understands.
pub(super) fn percentage(share: f64) -> String {
    format!("{:.2}%", share.clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::{bar, scale};
    use crate::report::model::Block;

    fn block(bits: f64, low: f64, high: f64) -> Block {
        Block { block: "duty".to_owned(), bits, low, high, because: String::new() }
    }

    #[test]
    fn bars_go_right_for_and_left_against() {
        let right = bar(&block(4.0, 2.0, 6.0), 8.0);
        assert_eq!((right.x.as_str(), right.width.as_str()), ("50.00%", "25.00%"));
        assert_eq!((right.side, right.low.as_str(), right.high.as_str()), ("for", "62.50%", "87.50%"));
        let left = bar(&block(-8.0, -9.0, -7.0), 8.0);
        assert_eq!((left.x.as_str(), left.width.as_str()), ("0.00%", "50.00%"));
        assert_eq!((left.side, left.low.as_str()), ("against", "0.00%"));
        assert_eq!(bar(&block(0.0, 0.0, 0.0), 8.0).side, "none");
        assert_eq!(left.label, "Duty: \u{2212}8.00 bits against misuse, 90 % interval \u{2212}9.00 to \u{2212}7.00");
    }

    #[test]
    fn the_scale_grows_with_the_evidence() {
        assert!((scale(&[block(3.0, 1.0, 4.0)]) - 8.0).abs() < f64::EPSILON);
        assert!((scale(&[block(9.2, 7.0, 11.4)]) - 12.0).abs() < f64::EPSILON);
        assert!((scale(&[block(f64::NAN, 0.0, f64::INFINITY)]) - 8.0).abs() < f64::EPSILON);
    }
}
