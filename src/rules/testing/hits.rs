//! Hits of base rules in the tests of a correlation.

use super::super::Rule;
use super::super::correlation::{Correlation, Hit, KEYS};
use super::super::error::{Reading, cut, suggestion};
use super::super::explain::{Explanation, SelectionExplanation};
use super::super::read::{self, Fields};
use super::super::read_correlation::milliseconds;
use super::super::yaml::{Kind, Node};

/// One hit as a test file writes it: `{ rule: off-duty, at: 90m, staff: A1, subject: N7 }`.
pub struct Written {
    rule: usize,
    at: i64,
    keys: Vec<(&'static str, String)>,
}

impl Written {
    fn key(&self, wanted: &str) -> Option<&str> {
        self.keys.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.as_str())
    }
}

/// Reads `hits:` of one test.
pub fn read(reading: &mut Reading<'_>, node: &Node, correlation: &Correlation) -> Option<Vec<Written>> {
    let Kind::List(items) = &node.kind else {
        let help = "write a list such as `- { rule: name, at: 90m, staff: A1 }`".to_owned();
        reading.error(&node.span, "rules::wrong_type", "`hits` should be a list", help);
        return None;
    };
    items.iter().map(|item| one(reading, item, correlation)).collect()
}

fn one(reading: &mut Reading<'_>, node: &Node, correlation: &Correlation) -> Option<Written> {
    let allowed: Vec<&str> = ["rule", "at"].iter().chain(KEYS).copied().collect();
    let fields = Fields::new(reading, node, "a hit", &allowed)?;
    let name = fields.need_text(reading, "rule")?;
    let rule = correlation.rules.iter().position(|rule| *rule == name);
    if rule.is_none() {
        let span = fields.get("rule").map_or(0..0, |node| node.span.clone());
        let message = format!("the correlation does not count `{}`", cut(&name));
        let help = suggestion(&name, correlation.rules.iter().map(String::as_str));
        reading.error(&span, "rules::unknown_rule", message, help);
    }
    let node = fields.need(reading, "at")?;
    let at = match &node.kind {
        Kind::Scalar { text, .. } if text == "0" => Some(0),
        Kind::Scalar { text, .. } => milliseconds(text),
        _ => None,
    };
    if at.is_none() {
        let help = "write how long after the start, such as 90m; the start itself is 0".to_owned();
        reading.error(&node.span, "rules::timespan", "`at` should be a length of time up to 3660 days", help);
    }
    let keys = KEYS.iter().filter_map(|key| Some((*key, read::text(reading, fields.get(key)?, key)?))).collect();
    Some(Written { rule: rule?, at: at?, keys })
}

/// Does the correlation find anything in these hits, and how did it come to that?
pub fn judge(rule: &Rule, correlation: &Correlation, written: &[Written]) -> (bool, Explanation) {
    let hits: Vec<Hit<'_, Vec<&str>>> = written
        .iter()
        .map(|hit| Hit {
            group: correlation.group_by.iter().map(|key| hit.key(key)).collect(),
            at: hit.at,
            rule: hit.rule,
            value: correlation.field.and_then(|field| hit.key(field)),
        })
        .collect();
    let found = correlation.evaluate(&hits);
    let selections = found
        .iter()
        .map(|window| SelectionExplanation {
            name: format!("{}: {} hits, count {}", window.group.join(" "), window.hits.len(), window.count),
            holds: true,
            any: Vec::new(),
        })
        .collect();
    let fired = !found.is_empty();
    (fired, Explanation { rule: rule.meta.key(), fired, condition: correlation.words(), selections })
}
