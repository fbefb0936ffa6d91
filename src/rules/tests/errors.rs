//! What authors are told about bad rules, word for word.

use super::support::{item, parse, rule_text, shown};
use crate::rules::{RuleErrors, RuleSet, test_rules};

/// The rule for tests with one piece replaced.
fn with(from: &str, to: &str) -> String {
    let text = rule_text("    it:\n        looks|gte: 1\n    condition: it");
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

fn assert_told(name: &str, errors: &RuleErrors) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown(errors));
    });
}

#[track_caller]
fn refused(name: &str, text: &str) {
    assert_told(name, &parse(text).expect_err(name));
}

#[test]
fn unknown_key() {
    refused("unknown_key", &with("falsepositives:", "falsepositive:"));
}

#[test]
fn unknown_fact_with_the_nearest() {
    refused("unknown_fact", &with("looks|gte", "looks.unexplaned|gte"));
}

#[test]
fn fact_of_another_scope() {
    refused("wrong_scope", &with("looks|gte: 1", "duty.state: off"));
}

#[test]
fn unknown_modifier() {
    refused("unknown_modifier", &with("looks|gte", "looks|gtee"));
}

#[test]
fn wrong_types() {
    refused(
        "wrong_type",
        &with(
            "looks|gte: 1",
            "looks|gte: '1'\n        subject.staff: maybe\n        looks|contains: 3\n        days: many",
        ),
    );
}

#[test]
fn unknown_code() {
    refused("unknown_code", &with("looks|gte: 1", "relation.kind: [ spuose, child ]"));
}

#[test]
fn yaml_traps() {
    refused(
        "yaml_trap",
        &with(
            "looks|gte: 1",
            "user.role: [ no, 0123, 1e3, 12:30, ok ]\n        subject.staff: yes\n        looks: 007",
        ),
    );
}

#[test]
fn bad_expressions() {
    refused("regex", &with("looks|gte: 1", "user.role|re: [ '(a', '(?=look)', '\\w{1000}{1000}' ]"));
}

#[test]
fn unknown_placeholder() {
    refused("placeholder", &with("{subject}", "{subjekt} {"));
    refused("placeholder_nearest", &with("{subject}", "{subjekt}"));
}

#[test]
fn header_words() {
    refused(
        "header_words",
        &with("level: low", "level: lowish")
            .replace("lane: query", "lane: kueri")
            .replace("needs: [ access ]", "needs: [ acess ]")
            .replace("dpa2018-s170", "dpa-170")
            .replace("low: 0.1", "low: 0.4")
            .replace("2026-01-31", "2026-02-31"),
    );
}

#[test]
fn missing_parts() {
    refused("missing_parts", "title: Nothing else\n");
}

#[test]
fn fixed_chance_needs_u() {
    refused("fixed_chance", &with("chance: peers", "chance: fixed"));
}

#[test]
fn aliases_tags_documents_duplicates() {
    refused("alias", &with("looks|gte: 1", "looks|gte: &one 1"));
    refused("tag", &with("looks|gte: 1", "looks|gte: !!int 1"));
    refused("two_documents", &format!("{}---\ntitle: two\n", with("level: low", "level: low")));
    refused("duplicate_key", &with("level: low", "level: low\nlevel: high"));
    refused("broken_yaml", &with("level: low", "level: [ low"));
}

#[test]
fn unused_selection_and_keywords() {
    refused("unused_selection", &with("    condition: it", "    other:\n        looks: 3\n    condition: it"));
    refused("keywords", &with("    it:\n        looks|gte: 1", "    it:\n        - training"));
}

#[test]
fn duplicate_id_and_name() {
    let text = with("level: low", "level: low");
    let errors = RuleSet::parse(&[("a/sample.yml", &text), ("b/sample.yml", &text)]).expect_err("twice");
    assert_told("duplicate_id", &errors);
}

#[test]
fn no_rules() {
    let none: [(&str, &str); 0] = [];
    assert_told("no_rules", &RuleSet::parse(&none).expect_err("none"));
}

#[test]
fn no_tests_and_wrong_tests() {
    let text = with("level: low", "level: low");
    let set = RuleSet::parse(&[("a/sample.yml", &text)]).expect("good");
    let none: [(&str, &str); 0] = [];
    assert_told("no_tests", &RuleErrors(test_rules(&set, &none).errors));
    let one_sided = "tests:\n    - name: one\n      fires: true\n      why: it does\n      row:\n          looks: 1\n";
    assert_told("one_sided_tests", &RuleErrors(test_rules(&set, &[("a/sample.test.yml", one_sided)]).errors));
    let unknown = one_sided.replace("looks: 1", "lookz: 1\n          relation.kind: cousin");
    assert_told("unknown_fact_in_test", &RuleErrors(test_rules(&set, &[("a/sample.test.yml", unknown)]).errors));
    let report = test_rules(&set, &[("a/sample.test.yml", one_sided.replace("looks: 1", "looks: 0"))]);
    assert!(!report.passed() && !report.rules[0].cases[0].passed());
}

#[test]
fn a_large_file_is_refused() {
    let text = format!("{}# {}\n", with("level: low", "level: low"), "x".repeat(70_000));
    assert!(shown(&parse(&text).expect_err("large")).contains("a rule file may have 65536"));
}

#[test]
fn errors_of_one_file_and_of_many_come_together() {
    let bad = with("looks|gte", "lookz|gte").replace("level: low", "level: none");
    let errors = RuleSet::parse(&[("a/sample.yml", &bad), ("b/sample.yml", &bad)]).expect_err("bad");
    assert_eq!(
        errors.0.iter().map(|error| error.code).collect::<Vec<_>>(),
        ["rules::unknown_fact", "rules::unknown_word", "rules::unknown_fact", "rules::unknown_word"]
    );
}

#[test]
fn a_number_may_be_asked_for_as_it_is_written() {
    assert_eq!(item("looks|gte: 0.5").detection.selections[0].any[0][0].asked, "0.5");
}

/// One bad rule for every kind of refusal, by its code.
fn every_refusal() -> Vec<(&'static str, String)> {
    // The YAML reader itself refuses what is nested deeper than any rule.
    let deep = format!("{}x{}", "[".repeat(40), "]".repeat(40));
    let burst = |from: &str, to: &str| {
        let good = "correlation:\n    type: event_count\n    rules: [ sample ]\n    group-by: [ staff ]\n    timespan: 1h\n    condition: { gte: 2 }\n";
        assert!(good.contains(from), "{from}");
        let text = with("looks|gte", "looks|gte").replace("case }", "user }").replace("scope: case", "scope: user");
        let start = text.find("detection:").expect("there");
        let end = text.find("falsepositives:").expect("there");
        format!("{}{}{}", &text[..start], good.replace(from, to), &text[end..])
    };
    vec![
        ("rules::alias", with("looks|gte: 1", "looks|gte: &one 1")),
        ("rules::chance", with("chance: peers", "chance: fixed")),
        ("rules::chance", with("chance: peers", "chance: fixed\n    u: { value: 0.9, low: 0.8, high: 1 }")),
        ("rules::cidr", with("looks|gte: 1", "user.role|cidr: '300.1.1.0/8'")),
        ("rules::condition", with("condition: it", "condition: it and")),
        ("rules::condition", with("condition: it", "condition: its")),
        ("rules::correlation", burst("condition: { gte: 2 }", "condition: { gte: 0 }")),
        ("rules::correlation", burst("[ sample ]", "[ sample, sample ]")),
        ("rules::correlation", burst("[ staff ]", "[ subject ]")),
        ("rules::correlation", burst("event_count", "temporal")),
        ("rules::yaml", with("looks|gte: 1", &format!("looks: {deep}"))),
        ("rules::documents", format!("{}---\ntitle: two\n", with("level: low", "level: low"))),
        ("rules::duplicate_key", with("level: low", "level: low\nlevel: high")),
        ("rules::empty", "\n# nothing\n".to_owned()),
        ("rules::id", with("11111111-2222-4333-8444-555555555555", "one")),
        ("rules::logsource", with("product: probity", "product: windows")),
        ("rules::logsource", with("category: case", "category: look")),
        ("rules::missing_key", with("level: low\n", "")),
        ("rules::missing_text", with("author: Probity", "author: ''")),
        ("rules::modifier", with("looks|gte: 1", "user.role|contains|startswith: a")),
        ("rules::name", with("name: sample", "name: simple")),
        ("rules::placeholder", with("{subject}", "{subjekt}")),
        ("rules::placeholder", with("{subject}", "{subject")),
        ("rules::regex", with("looks|gte: 1", "user.role|re: '(a'")),
        ("rules::selection", with("        looks|gte: 1", "        - training")),
        ("rules::selection_name", with("    it:", "    nothing:").replace("condition: it", "condition: nothing")),
        ("rules::selection_name", with("    it:", "    off:").replace("condition: it", "condition: off")),
        ("rules::tag", with("looks|gte: 1", "looks|gte: !!int 1")),
        ("rules::tag_word", with("level: low", "level: low\ntags: [ Attack ]")),
        ("rules::timespan", burst("timespan: 1h", "timespan: 1hour")),
        ("rules::too_large", with("title: A rule", &format!("title: {}", "long ".repeat(40)))),
        ("rules::two_kinds", with("falsepositives:", "correlation: { type: temporal }\nfalsepositives:")),
        ("rules::unknown_code", with("looks|gte: 1", "relation.kind: spuose")),
        ("rules::unknown_fact", with("looks|gte", "lookz|gte")),
        ("rules::unknown_key", with("level: low", "level: low\nlevels: low")),
        ("rules::unknown_modifier", with("looks|gte", "looks|gtee")),
        ("rules::unknown_rule", burst("[ sample ]", "[ samples ]")),
        ("rules::unknown_word", with("level: low", "level: lowish")),
        ("rules::unused_selection", with("    condition: it", "    other:\n        looks: 3\n    condition: it")),
        ("rules::values", with("looks|gte: 1", "looks|gte: []")),
        ("rules::weight", with("low: 0.1", "low: 0.9")),
        ("rules::wrong_scope", with("looks|gte: 1", "duty.state: 'off'")),
        ("rules::wrong_type", with("looks|gte: 1", "looks|gte: '1'")),
        ("rules::wrong_type", with("detection:", "detection: none\nx:")),
        ("rules::wrong_type", with("version: 1", "version: 1.5")),
        ("rules::yaml", with("level: low", "level: [ low")),
        ("rules::yaml_trap", with("looks|gte: 1", "user.role: no")),
    ]
}

#[test]
fn every_refusal_names_file_line_word_and_remedy() {
    let mut wrong = Vec::new();
    for (code, text) in every_refusal() {
        let Err(errors) = RuleSet::parse(&[("a/sample.yml", &text)]) else {
            wrong.push(format!("{code}: passed"));
            continue;
        };
        if !errors.0.iter().any(|error| error.code == code) {
            wrong.push(format!("{code} is not among {errors:?}"));
        }
        for error in &errors.0 {
            let placed = error.file == "a/sample.yml" && error.line > 0 && error.column > 0;
            let worded = !error.word.is_empty() || code == "rules::empty";
            if !(placed && worded && error.help.as_ref().is_some_and(|help| !help.is_empty())) {
                wrong.push(format!("{code}: {error}: word {:?}, remedy {:?}", error.word, error.help));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
