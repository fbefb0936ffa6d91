//! Reads `correlation:` of a correlation document.

use super::correlation::{Correlation, CorrelationKind, KEYS};
use super::detection::Compare;
use super::error::{Reading, cut, suggestion};
use super::read::{self, Fields};
use super::yaml::{Kind, Node};

const FIELDS: [&str; 5] = ["type", "rules", "group-by", "timespan", "condition"];
const COMPARES: [(&str, Compare); 5] = [
    ("gt", Compare::Greater),
    ("gte", Compare::AtLeast),
    ("lt", Compare::Less),
    ("lte", Compare::AtMost),
    ("eq", Compare::Equal),
];

pub(super) fn read(reading: &mut Reading<'_>, node: &Node) -> Option<Correlation> {
    let fields = Fields::new(reading, node, "`correlation`", &FIELDS)?;
    let kind = fields.need_word(reading, "type", &CorrelationKind::ALL, |word| word.as_str());
    let rules = rules(reading, &fields);
    if rules.is_empty() {
        let span = fields.key_span("rules");
        reading.error(&span, "rules::missing_key", "a correlation names no `rules`", "add `rules: [ … ]`".to_owned());
    }
    let group_by = keys(reading, &fields);
    let timespan = fields.need(reading, "timespan").and_then(|node| timespan(reading, node));
    let kind = kind?;
    let (condition, field) = condition(reading, &fields, kind, rules.len())?;
    let temporal = matches!(kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
    if temporal && rules.len() == 1 {
        let span = fields.key_span("rules");
        reading.error(&span, "rules::correlation", "a temporal correlation needs two rules or more", None);
    }
    Some(Correlation { kind, rules, group_by, timespan: timespan?, condition, field })
}

fn rules(reading: &mut Reading<'_>, fields: &Fields<'_>) -> Vec<String> {
    let written = fields.texts(reading, "rules");
    for (index, (rule, span)) in written.iter().enumerate() {
        if written[..index].iter().any(|(earlier, _)| earlier == rule) {
            let message = format!("`{}` stands twice among the rules", cut(rule));
            reading.error(span, "rules::correlation", message, None);
        }
    }
    written.into_iter().map(|(rule, _)| rule).collect()
}

fn key(reading: &mut Reading<'_>, word: &str, span: &std::ops::Range<usize>) -> Option<&'static str> {
    let found = KEYS.iter().copied().find(|key| *key == word);
    if found.is_none() {
        let message = format!("`{}` is no key that hits have", cut(word));
        reading.error(span, "rules::unknown_word", message, suggestion(word, KEYS.iter().copied()));
    }
    found
}

fn keys(reading: &mut Reading<'_>, fields: &Fields<'_>) -> Vec<&'static str> {
    let written = fields.texts(reading, "group-by");
    if written.is_empty() {
        let span = fields.key_span("group-by");
        let help = "add `group-by: [ staff ]`; without it hits of different people would be joined".to_owned();
        reading.error(&span, "rules::missing_key", "a correlation has no `group-by`", help);
    }
    written.iter().filter_map(|(word, span)| key(reading, word, span)).collect()
}

fn timespan(reading: &mut Reading<'_>, node: &Node) -> Option<i64> {
    let found = if let Kind::Scalar { text, .. } = &node.kind { milliseconds(text) } else { None };
    if found.is_none() {
        let help = "write a number and s, m, h or d, such as 90m".to_owned();
        reading.error(&node.span, "rules::timespan", "`timespan` should be a length of time up to 3660 days", help);
    }
    found
}

pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let unit = match text.bytes().last()? {
        b's' => 1_000,
        b'm' => 60_000,
        b'h' => 3_600_000,
        b'd' => 86_400_000,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let length = digits.parse::<i64>().ok()?.checked_mul(unit)?;
    (1..=3_660 * 86_400_000).contains(&length).then_some(length)
}

type Counted = (Vec<(Compare, f64)>, Option<&'static str>);

fn condition(reading: &mut Reading<'_>, fields: &Fields<'_>, kind: CorrelationKind, rules: usize) -> Option<Counted> {
    let temporal = matches!(kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
    let Some(node) = fields.get("condition") else {
        if temporal {
            return Some((vec![(Compare::AtLeast, rules as f64)], None));
        }
        fields.need(reading, "condition");
        return None;
    };
    let mut allowed: Vec<&str> = COMPARES.iter().map(|(word, _)| *word).collect();
    if kind == CorrelationKind::ValueCount {
        allowed.push("field");
    }
    let counted = Fields::new(reading, node, "`condition`", &allowed)?;
    let field = if kind == CorrelationKind::ValueCount {
        let written = counted.need_text(reading, "field")?;
        let span = counted.get("field").map_or(0..0, |node| node.span.clone());
        Some(key(reading, &written, &span)?)
    } else {
        None
    };
    let mut asked = Vec::new();
    for (word, compare) in COMPARES {
        if let Some(node) = counted.get(word) {
            asked.push((compare, read::number(reading, node, word)?));
        }
    }
    if asked.is_empty() {
        let help = "add a count, such as `gte: 10`".to_owned();
        reading.error(&node.span, "rules::correlation", "`condition` asks for no count", help);
        return None;
    }
    if asked.iter().all(|(compare, count)| compare.holds(0.0, *count)) {
        let help = "a window without a hit is never looked at".to_owned();
        reading.error(&node.span, "rules::correlation", "the condition holds where nothing happened", help);
        return None;
    }
    Some((asked, field))
}
