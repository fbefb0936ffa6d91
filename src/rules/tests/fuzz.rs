//! Nothing that stands in a file makes the reader panic or take long.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;

use super::support::rule_text;
use crate::rules::{RuleSet, lists, test_rules};

const PIECES: [&str; 48] = [
    "title:",
    "detection:",
    "condition: ",
    "probity:",
    "    ",
    "\n",
    "\n    ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "|",
    ">",
    "&a ",
    "*a",
    "!!str ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "# c\n",
    "? ",
    "<<: ",
    "1 of them",
    "not ",
    "and ",
    "or ",
    "(",
    ")",
    "looks|gte: 1",
    "relation.kind",
    "|re: ",
    "(a+)+$",
    "null",
    "0123",
    "1e400",
    "\t",
    "\u{feff}",
    "é",
    "\u{0}",
    "\r\n",
    "{{",
    "}}",
    "{staff}",
    "\u{2028}",
];

fn soup() -> impl Strategy<Value = String> {
    vec(prop::sample::select(PIECES.to_vec()), 0..80).prop_map(|pieces| pieces.concat())
}

/// A good rule with one stretch replaced.
fn mangled() -> impl Strategy<Value = String> {
    let text = rule_text("    it:\n        relation.kind: [ spouse, child ]\n        looks|gte: 1\n    condition: it");
    let length = text.len();
    (0..length, 0usize..30, soup()).prop_map(move |(start, cut, soup)| {
        let end = (start + cut).min(length);
        format!("{}{}{}", &text[..start], &soup[..soup.floor_char_boundary(40)], &text[end..])
    })
}

/// A good correlation with one stretch replaced.
fn mangled_correlation() -> impl Strategy<Value = String> {
    let rule = rule_text("    it:\n        looks: 1\n    condition: it")
        .replace("case }", "user }")
        .replace("scope: case", "scope: user");
    let start = rule.find("detection:").expect("there");
    let end = rule.find("falsepositives:").expect("there");
    let logic = "correlation:\n    type: value_count\n    rules: [ sample ]\n    group-by: [ staff ]\n    timespan: 1h\n    condition: { field: subject, gte: 2 }\n";
    let text = format!("{}{logic}{}", &rule[..start], &rule[end..]);
    (start..start + logic.len(), 0usize..30, soup()).prop_map(move |(start, cut, soup)| {
        let end = (start + cut).min(text.len());
        format!("{}{}{}", &text[..start], &soup[..soup.floor_char_boundary(40)], &text[end..])
    })
}

fn read(text: &str) {
    let began = Instant::now();
    if let Ok(set) = RuleSet::parse(&[("a/sample.yml", text)]) {
        let _ = test_rules(&set, &[("a/sample.test.yml", text)]);
    }
    let _ = lists::parse("l", text);
    let _ = crate::rules::pack::parse(text);
    for scope in crate::rules::Scope::ALL {
        let _ = crate::rules::row_of("row.yml", text, scope);
    }
    assert!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "(?s).{0,400}") {
        read(&text);
    }

    #[test]
    fn pieces_of_yaml(text in soup()) {
        read(&text);
    }

    #[test]
    fn a_correlation_with_a_stretch_replaced(text in mangled_correlation()) {
        read(&text);
    }

    #[test]
    fn a_rule_with_a_stretch_replaced(text in mangled()) {
        read(&text);
    }
}

#[test]
fn hostile_files_end_soon() {
    let deep_flow = format!("title: {}", "[".repeat(60_000));
    let deep_block: String = (0..250).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let wide = format!("title: x\ndetection:\n    it:\n        looks: [ {} ]\n", "1, ".repeat(15_000));
    let keys: String = (0..8_000).map(|key| format!("k{key}: 1\n")).collect();
    let nots = rule_text(&format!("    it:\n        looks: 1\n    condition: {}it", "not ".repeat(200)));
    let stars = rule_text(&format!("    it:\n        user.role: '{}b'\n    condition: it", "*a".repeat(1_000)));
    for text in [deep_flow, deep_block, wide, keys, nots, stars] {
        read(&text);
    }
}
