//! Numbers, times and codes in plain words.

use std::borrow::Borrow;

use chrono::{DateTime, FixedOffset};

use crate::report::csv_files::fixed;
use crate::report::model::{Lane, Range};
use crate::score::groups::UNKNOWN;

/// A day as it is shown.
const DAY: &str = "%-d\u{a0}%b\u{a0}%Y";

/// A number of things. Templates hand over references, code hands over values.
pub trait Count {
    /// The number.
    fn get(self) -> u64;
}

impl Count for u64 {
    fn get(self) -> u64 {
        self
    }
}

impl Count for &u64 {
    fn get(self) -> u64 {
        *self
    }
}

impl Count for usize {
    fn get(self) -> u64 {
        // No machine counts further than 64 bits.
        self as u64
    }
}

impl Count for &usize {
    fn get(self) -> u64 {
        (*self).get()
    }
}

/// A time of the model, or `None` where it is empty or not RFC 3339.
#[must_use]
pub fn parse(at: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(at).ok()
}

/// `12 Mar 2026, 02:14`, the date unbroken; what cannot be read is shown as it is.
#[must_use]
pub fn minute(at: &str) -> String {
    shown(at, "%-d\u{a0}%b\u{a0}%Y, %H:%M")
}

/// `12 Mar 2026, 02:14:09`.
#[must_use]
pub fn second(at: &str) -> String {
    shown(at, "%-d\u{a0}%b\u{a0}%Y, %H:%M:%S")
}

fn shown(at: &str, format: &str) -> String {
    match parse(at) {
        Some(time) => time.format(format).to_string(),
        None if at.is_empty() => "not known".to_owned(),
        None => at.to_owned(),
    }
}

/// `12,345`.
#[must_use]
pub fn whole(number: impl Count) -> String {
    let digits = number.get().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 look`, `2 looks`.
#[must_use]
pub fn count(number: impl Count, one: &str, many: &str) -> String {
    let number = number.get();
    format!("{}\u{a0}{}", whole(number), if number == 1 { one } else { many })
}

/// A rate: two figures that say something.
#[must_use]
pub fn rate(number: impl Borrow<f64>) -> String {
    match *number.borrow() {
        0.0 => "0".to_owned(),
        small if small < 0.01 => "under 0.01".to_owned(),
        small if small < 10.0 => fixed(small, 2),
        large => fixed(large, 0),
    }
}

/// Bits with a sign, two decimals: `+3.20`, `−0.98`, `0.00`.
#[must_use]
pub fn signed(bits: impl Borrow<f64>) -> String {
    match fixed(*bits.borrow(), 2) {
        none if none.is_empty() => "not known".to_owned(),
        zero if zero == "0.00" => zero,
        shown => shown.strip_prefix('-').map_or_else(|| format!("+{shown}"), |rest| format!("\u{2212}{rest}")),
    }
}

/// Bits with a sign only where negative.
#[must_use]
pub fn plain(bits: impl Borrow<f64>) -> String {
    signed(bits).trim_start_matches('+').to_owned()
}

/// What bits multiply the odds by: `× 735`; for negative bits `÷ 9.2`.
#[must_use]
pub fn times(bits: f64) -> String {
    const MOST: f64 = 1e9;
    if !bits.is_finite() {
        return "not known".to_owned();
    }
    let sign = if bits < 0.0 { '÷' } else { '×' };
    let ratio = bits.abs().exp2();
    if ratio > MOST {
        return format!("{sign}\u{a0}more than 1,000,000,000");
    }
    if ratio < 9.95 {
        return format!("{sign}\u{a0}{ratio:.1}");
    }
    // Three significant figures are more than the evidence carries already.
    let step = 10_f64.powf((ratio.log10().floor() - 2.0).max(0.0));
    // Finite, positive and at most a thousand million: the cast is exact.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rounded = ((ratio / step).round() * step) as u64;
    format!("{sign}\u{a0}{}", whole(rounded))
}

/// The score as evidence and prior apart, and what they make together.
#[must_use]
pub fn score(
    evidence: impl Borrow<f64>,
    prior: impl Borrow<f64>,
    together: impl Borrow<f64>,
    low: impl Borrow<f64>,
    high: impl Borrow<f64>,
) -> String {
    let (evidence, prior, together) = (*evidence.borrow(), *prior.borrow(), *together.borrow());
    // Evidence may be tempered before it meets the prior, and further cases may add to it:
    // then the page must not show a sum that does not add up.
    let adds_up = (evidence + prior - together).abs() < 0.015;
    let how = if adds_up { "together" } else { "together, weighed as the method section describes," };
    format!(
        "Evidence {}\u{a0}bits ({}), prior {}\u{a0}bits; {how} {}\u{a0}bits, 90\u{a0}% interval {} to {}.",
        signed(evidence),
        times(evidence),
        signed(prior),
        signed(together),
        signed(low),
        signed(high),
    )
}

/// `81 %` of a count; a dash where there is nothing to take a share of.
#[must_use]
pub fn part(part: impl Count, whole: impl Count) -> String {
    let (part, whole) = (part.get(), whole.get());
    if whole == 0 {
        return "\u{2013}".to_owned();
    }
    // Counts far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    percent(part as f64 / whole as f64)
}

/// A share as a percentage. Only nothing is 0 % and only everything is 100 %.
#[must_use]
pub fn percent(share: f64) -> String {
    let hundred = share * 100.0;
    if hundred > 0.0 && hundred < 0.5 {
        "under 1\u{a0}%".to_owned()
    } else if hundred < 100.0 && hundred > 99.5 {
        "over 99\u{a0}%".to_owned()
    } else {
        format!("{}\u{a0}%", fixed(hundred, 0))
    }
}

/// An expected count: `0.03`, `2.1`, or `below 0.01`.
#[must_use]
pub fn expected(number: impl Borrow<f64>) -> String {
    let number = *number.borrow();
    if number > 0.0 && number < 0.005 { "fewer than 0.01".to_owned() } else { fixed(number, 2) }
}

/// A ratio and its interval: `1.31 (0.92 to 1.88)`; empty where there is none.
#[must_use]
pub fn range(range: &Option<Range>) -> String {
    range.as_ref().map_or_else(String::new, |r| match (r.low, r.high) {
        (Some(low), Some(high)) => format!("{} ({} to {})", fixed(r.value, 2), fixed(low, 2), fixed(high, 2)),
        _ => fixed(r.value, 2),
    })
}

/// A group of the fairness table: "Surname, 3rd tenth from the rarest".
#[must_use]
pub fn group(dimension: &str, group: &str) -> String {
    let known = group != UNKNOWN;
    match dimension {
        "surname" if known => format!("Surname, tenth {group} (1 the rarest)"),
        "unit_density" if known => format!("Homes of the unit, fifth {group} (1 the sparsest)"),
        "home_density" if known => format!("Home, fifth {group} (1 the sparsest)"),
        "volume" if known => format!("Number of looks, tenth {group} (1 the fewest)"),
        "role" if known => format!("Role {group}"),
        other => format!("{}, not known", label(other)),
    }
}

/// Bounds that a group breaks, in words.
#[must_use]
pub fn broken(codes: &[String]) -> String {
    let words = codes.iter().map(|code| match code.as_str() {
        "decoys" => "referred by coincidence more often than others",
        "referred" => "referred more often than others",
        "namesakes" => "chance of a namesake not estimated well",
        other => other,
    });
    words.collect::<Vec<_>>().join("; ")
}

/// A code as a phrase: `very_strong` becomes `very strong`.
#[must_use]
pub fn phrase(code: &str) -> String {
    code.replace('_', " ")
}

/// A code as the start of a label: `very_strong` becomes `Very strong`.
#[must_use]
pub fn label(code: &str) -> String {
    capital(&phrase(code))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The first hex digits of a hash, enough to compare by eye.
#[must_use]
pub fn short(hash: &str) -> String {
    hash.chars().take(16).collect()
}

/// A name, or the id of whoever has none on record.
#[must_use]
pub fn named(name: &str, id: &str) -> String {
    let shown = if name.trim().is_empty() { id } else { name };
    known(shown)
}

/// A value, or that there is none.
#[must_use]
pub fn known(value: impl AsRef<str>) -> String {
    let value = value.as_ref();
    let shown = if value.trim().is_empty() { "not known" } else { value };
    shown.to_owned()
}

/// Two values with a comma between them, either of which may be missing.
#[must_use]
pub fn joined(one: &str, other: &str) -> String {
    let given = [one, other].into_iter().filter(|value| !value.is_empty());
    given.collect::<Vec<_>>().join(", ")
}

/// From one day to another, or the one day.
#[must_use]
pub fn span(first: &str, last: &str) -> String {
    match (shown(first, DAY), shown(last, DAY)) {
        (first, last) if first == last => first,
        (first, last) => format!("{first} to {last}"),
    }
}

/// Words with a capital letter and a full stop.
#[must_use]
pub fn sentence(words: &str) -> String {
    let mut out = capital(words.trim());
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

/// The reason that a user gave: its code and its text.
#[must_use]
pub fn reason(code: &str, text: &str) -> String {
    match (code.trim(), text.trim()) {
        ("", "") => "none".to_owned(),
        (code, "") => code.to_owned(),
        ("", text) => text.to_owned(),
        (code, text) => format!("{code}: {text}"),
    }
}

/// Which explanation answers a look.
#[must_use]
pub fn answered(template: &str) -> String {
    if template.is_empty() { "\u{2013}".to_owned() } else { label(template) }
}

/// A value cut to what a table can hold.
#[must_use]
pub fn clipped(value: &str) -> String {
    const MOST: usize = 200;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}\u{2026} (cut here)", &value[..end]),
        None => value.to_owned(),
    }
}

/// A share as a length that SVG understands.
#[must_use]
pub fn length(part: impl Count, whole: impl Count) -> String {
    let (part, whole) = (part.get(), whole.get());
    // Counts far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    super::bars::percentage(part as f64 / whole.max(1) as f64 * 100.0)
}

/// Heading of a lane.
#[must_use]
pub const fn lane_title(lane: Lane) -> &'static str {
    match lane {
        Lane::Refer => "Refer to Professional Standards",
        Lane::Conflict => "Declared tie with a purpose on record",
        Lane::Query => "Ask the user for the reason",
        Lane::Policy => "One unit, one habit",
        Lane::Sample => "Drawn at random",
    }
}

/// What a lane means for its reader.
#[must_use]
pub const fn lane_meaning(lane: Lane) -> &'static str {
    match lane {
        Lane::Refer => {
            "No record explains these looks, at least two independent kinds of evidence \
             point the same way, and the evidence is strong enough to be read by a person first."
        }
        Lane::Conflict => {
            "A record explains these looks, and the user has a close tie to the person looked \
             up. The question is not whether there was a task but whether this user should have \
             done it, and whether a supervisor knew."
        }
        Lane::Query => {
            "Something needs an answer and the user is the one who has it. The evidence is not \
             enough for a referral. Ask soon, neutrally, and write the answer down."
        }
        Lane::Policy => {
            "Many users of one unit do the same thing. That is a matter of instruction, of \
             supervision or of a missing record, not of any one person."
        }
        Lane::Sample => {
            "Drawn at random from everyone the run did not list, to measure what it misses. \
             Being drawn says nothing about the person."
        }
    }
}

/// Heading of a kind of evidence.
#[must_use]
pub fn block_title(block: &str) -> String {
    match block {
        "purpose" => "Purpose on record".to_owned(),
        "relationship" => "Relationship".to_owned(),
        "reason" => "Reason given".to_owned(),
        "peers" => "Compared with peers".to_owned(),
        "training" => "Training and testing".to_owned(),
        other => label(other),
    }
}

/// What is known of the purpose of a look.
#[must_use]
pub fn purpose(code: &str) -> String {
    match code {
        "explained" => "Explained".to_owned(),
        "unexplained" => "Unexplained".to_owned(),
        "cannot_tell" => "Cannot tell".to_owned(),
        other => label(other),
    }
}

/// Duty state at the time of a look.
#[must_use]
pub fn duty(code: &str) -> String {
    match code {
        "" | "unknown" => "Not known".to_owned(),
        "on" => "On duty".to_owned(),
        "grace" => "Just before or after duty".to_owned(),
        "off" => "Off duty".to_owned(),
        "leave" => "On leave".to_owned(),
        "long_leave" => "On long leave".to_owned(),
        "course" => "On a course".to_owned(),
        "left" => "After leaving".to_owned(),
        "not_started" => "Before joining".to_owned(),
        other => label(other),
    }
}

/// True for the duty states in which nobody is expected to look anything up.
#[must_use]
pub fn away(duty: &str) -> bool {
    matches!(duty, "off" | "leave" | "long_leave" | "suspended" | "left" | "not_started")
}

#[cfg(test)]
mod tests {
    use super::{expected, label, minute, part, percent, plain, score, signed, times, whole};

    #[test]
    fn numbers_read_well() {
        assert_eq!(whole(0_u64), "0");
        assert_eq!(whole(999_u64), "999");
        assert_eq!(whole(1_234_567_u64), "1,234,567");
        assert_eq!(signed(3.2), "+3.20");
        assert_eq!(signed(-0.981), "\u{2212}0.98");
        assert_eq!(signed(-0.001), "0.00");
        assert_eq!(plain(3.2), "3.20");
        assert_eq!(times(0.0), "×\u{a0}1.0");
        assert_eq!(times(13.85), "×\u{a0}14,800");
        assert_eq!(times(9.52), "×\u{a0}734");
        assert_eq!(times(-3.2), "÷\u{a0}9.2");
        assert_eq!(times(99.0), "×\u{a0}more than 1,000,000,000");
        assert_eq!(part(0_u64, 0_u64), "\u{2013}");
        assert_eq!(part(1_u64, 3_u64), "33\u{a0}%");
        assert_eq!(percent(0.0), "0\u{a0}%");
        assert_eq!(percent(0.0001), "under 1\u{a0}%");
        assert_eq!(percent(0.999), "over 99\u{a0}%");
        assert_eq!(expected(0.0306), "0.03");
        assert_eq!(expected(0.0001), "fewer than 0.01");
        assert_eq!(label("very_strong"), "Very strong");
        assert_eq!(label(""), "");
    }

    #[test]
    fn a_sum_is_shown_as_a_sum_only_where_it_adds_up() {
        assert!(score(9.0, -5.0, 4.0, 2.0, 6.0).contains("; together +4.00"));
        assert!(score(9.0, -5.0, 1.3, 0.0, 3.0).contains("together, weighed as the method"));
    }

    #[test]
    fn times_are_shown_in_their_own_offset() {
        assert_eq!(minute("2026-03-12T02:14:09+01:00"), "12\u{a0}Mar\u{a0}2026, 02:14");
        assert_eq!(minute("some day"), "some day");
        assert_eq!(minute(""), "not known");
    }
}
