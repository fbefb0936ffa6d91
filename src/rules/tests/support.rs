//! What the tests share: whole rules round a piece of one.

use crate::rules::{DenseRow, OwnedValue, Rule, RuleErrors, RuleSet, Scope, facts};

/// The folder of the rules that ship.
pub const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");

/// A case rule whose `detection:` holds these lines, which are to be indented by four blanks.
pub fn rule_text(detection: &str) -> String {
    format!(
        "title: A rule for tests
id: 11111111-2222-4333-8444-555555555555
name: sample
status: test
description: Detects nothing in particular.
author: Probity
date: 2026-01-31
logsource: {{ product: probity, category: case }}
detection:
{detection}
falsepositives:
    - Everything
level: low
probity:
    version: 1
    scope: case
    block: purpose
    m: {{ value: 0.3, low: 0.1, high: 0.5 }}
    chance: peers
    lane: query
    needs: [ access ]
    law: [ dpa2018-s170 ]
    says: '{{staff}} looked up {{subject}}'
    next: Read the log
"
    )
}

/// Reads one rule file.
pub fn parse(text: &str) -> Result<Rule, RuleErrors> {
    RuleSet::parse(&[("tests/sample.yml", text)]).map(|set| set.rules()[0].clone())
}

/// The rule with these lines under `detection:`.
pub fn rule(detection: &str) -> Rule {
    parse(&rule_text(detection)).unwrap_or_else(|errors| panic!("{errors}\n{detection}"))
}

/// The rule that asks one item.
pub fn item(line: &str) -> Rule {
    rule(&format!("    it:\n        {line}\n    condition: it"))
}

/// A case row with one fact known.
pub fn row(fact: &str, value: impl Into<OwnedValue>) -> DenseRow {
    let mut row = DenseRow::new(Scope::Case);
    row.set(facts::find(Scope::Case, fact).expect(fact), value);
    row
}

/// Errors as an author sees them, without colours.
pub fn shown(errors: &RuleErrors) -> String {
    use std::fmt::Write;
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor()).with_width(100);
    errors.0.iter().fold(String::new(), |mut text, error| {
        handler.render_report(&mut text, error).expect("writing to a string");
        let _ = writeln!(text, "as one line: {error}\n");
        text
    })
}
