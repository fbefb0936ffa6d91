//! The rules that ship: they load, their tests pass, and they keep the house's habits.

use std::path::Path;

use super::support::RULES;
use crate::rules::{Chance, Lane, Rule, RuleSet, Scope, facts, kinds, test_dir, test_rules};

fn set() -> RuleSet {
    RuleSet::load(Path::new(RULES)).unwrap_or_else(|errors| panic!("{}", super::support::shown(&errors)))
}

#[test]
fn every_rule_passes_its_tests() {
    let set = set();
    let report = test_dir(&set, Path::new(RULES)).expect("readable");
    let failed: Vec<String> = report
        .rules
        .iter()
        .flat_map(|rule| {
            rule.cases.iter().filter(|case| !case.passed()).map(|case| format!("{} {}", rule.rule, case.name))
        })
        .chain(report.errors.iter().map(ToString::to_string))
        .collect();
    assert!(report.passed(), "{failed:#?}");
    assert!(report.count() >= 3 * set.rules().len(), "three tests a rule on average, at least");
}

#[test]
fn rules_and_tests_may_come_in_one_bundle() {
    let folder = Path::new(RULES).join("relationship");
    let mut bundle = Vec::new();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("plain name");
        bundle.push((format!("rules/relationship/{name}"), std::fs::read_to_string(&path).expect("text")));
    }
    let set = RuleSet::parse(&bundle).expect("good rules");
    assert_eq!(set.rules().len() * 2, bundle.len());
    assert!(test_rules(&set, &bundle).passed());
}

#[test]
fn the_seven_kinds_are_there() {
    let set = set();
    for key in [
        "self/own-record",
        "relationship/family",
        "relationship/neighbour",
        "relationship/colleague",
        "high-profile/celebrity",
        "training/live-data",
        "training/not-blind",
        "training/it-test-live",
        "training/it-test-not-blind",
        "purpose/no-incident",
    ] {
        assert!(set.find(key).is_some(), "{key}");
    }
}

#[test]
fn every_kind_has_a_rule_and_every_rule_a_kind() {
    let set = set();
    for kind in kinds::KINDS {
        assert!(!kind.rules.is_empty(), "{}", kind.kind);
        for name in kind.rules {
            assert!(set.find(name).is_some(), "{}: there is no rule {name}", kind.kind);
        }
    }
    for rule in set.rules().iter().chain(set.correlations()) {
        let known = kinds::KINDS.iter().any(|kind| kind.rules.contains(&rule.meta.name.as_str()));
        assert!(known, "{} stands for no kind", rule.meta.key());
    }
    assert_eq!(kinds::KINDS.len(), 38);
}

#[test]
fn no_incident_alone_never_refers() {
    assert_eq!(set().find("purpose/no-incident").expect("there").meta.probity.lane, Lane::Query);
}

fn asks(rule: &Rule, fact: &str) -> bool {
    rule.detection.facts().iter().any(|&id| facts::fact(id).name == fact)
}

#[test]
fn a_rule_that_rests_on_an_absence_asks_whether_the_feed_covers_it() {
    // Exempt are rules that hold whatever the purpose: they ask only to leave out what is explained.
    let exempt = ["own-record", "conflict", "leave-or-suspended", "off-duty", "boilerplate-reason"];
    for rule in set().rules().iter().filter(|rule| asks(rule, "purpose")) {
        assert!(asks(rule, "feed.incidents") || exempt.contains(&rule.meta.name.as_str()), "{}", rule.meta.key());
    }
}

#[test]
fn some_rules_run_on_an_access_log_alone() {
    let set = set();
    let (can, cannot) = set.runnable(&["access"]);
    let names: Vec<&str> = can.iter().map(|rule| rule.meta.name.as_str()).collect();
    for name in
        ["stated-on-live", "boilerplate-habit", "isolated-session", "feed", "bulk-print-export", "borrowed-login"]
    {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert_eq!(can.len() + cannot.len(), set.rules().len() + set.correlations().len());
    let (_, missing) = cannot.iter().find(|(rule, _)| rule.meta.name == "family").expect("needs relationships");
    assert_eq!(missing, &["staff", "relationships", "incidents"]);
    assert!(set.runnable(&facts::TABLES).1.is_empty());
}

#[test]
fn the_habits_of_the_house() {
    let set = set();
    for rule in set.rules().iter().chain(set.correlations()) {
        let (meta, key) = (&rule.meta, rule.meta.key());
        assert_eq!(meta.author, "Probity", "{key}");
        assert!(meta.title.len() <= 100, "{key}: a title is one line");
        assert!(meta.description.starts_with("Detects"), "{key}: a description says what it detects");
        assert!(meta.description.contains("Blind spots:"), "{key}: and what it cannot see");
        assert!(!meta.references.is_empty() && !meta.falsepositives.is_empty(), "{key}");
        assert!(!meta.probity.law.is_empty(), "{key}: a finding cites law or policy");
        assert_eq!(meta.probity.needs.first(), Some(&"access"), "{key}");
        assert_eq!(meta.probity.u.is_some(), meta.probity.chance == Chance::Fixed, "{key}");
        assert!(meta.probity.m.low < meta.probity.m.high, "{key}: nobody knows m exactly");
        assert_eq!(meta.sha256.len(), 64);
    }
}

#[test]
fn every_scope_has_a_rule() {
    let set = set();
    for scope in Scope::ALL {
        assert!(set.rules().iter().any(|rule| rule.meta.probity.scope == scope), "{scope:?}");
    }
}

#[test]
fn sentences_read_as_sentences() {
    let set = set();
    for rule in set.rules().iter().chain(set.correlations()) {
        let (says, key) = (&rule.meta.probity.says, rule.meta.key());
        // It becomes "on …" or "from … to …".
        for before in ["in {period}", "within {period}", "during {period}"] {
            assert!(!says.contains(before), "{key}: {says}");
        }
        // Peers' numbers are worked out for one subject.
        let of_one_case = rule.meta.probity.scope == Scope::Case;
        assert!(of_one_case || !says.contains("{expected}"), "{key}: {says}");
    }
}
