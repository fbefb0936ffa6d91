//! Each modifier and kind of value, by example. Both evaluators are asked.

use super::support::{item, row};
use crate::rules::{Compiled, DenseRow, OwnedValue, Rule, Scope, explain};

#[track_caller]
fn both(rule: &Rule, row: &DenseRow) -> bool {
    let (fast, slow) = (Compiled::new(rule).matches(row), explain(rule, row).fired);
    assert_eq!(fast, slow, "the evaluators differ");
    fast
}

#[track_caller]
fn check(line: &str, fact: &str, expected: &[(OwnedValue, bool)]) {
    let rule = item(line);
    for (value, fires) in expected {
        assert_eq!(both(&rule, &row(fact, value.clone())), *fires, "{line} on {value:?}");
    }
}

fn t(text: &str) -> OwnedValue {
    OwnedValue::Text(text.to_owned())
}

fn n(number: f64) -> OwnedValue {
    OwnedValue::Number(number)
}

const NULL: OwnedValue = OwnedValue::Null;

#[test]
fn plain_text_compares_without_regard_to_case() {
    check(
        "user.role: 'Response Officer'",
        "user.role",
        &[
            (t("response officer"), true),
            (t("RESPONSE OFFICER"), true),
            (t("response officers"), false),
            (t(""), false),
            (NULL, false),
        ],
    );
    check("user.role: 'ÉCLAIREUR'", "user.role", &[(t("éclaireur"), true), (t("eclaireur"), false)]);
}

#[test]
fn wildcards_stand_for_letters_and_a_backslash_takes_that_away() {
    check("user.role: 'a*c'", "user.role", &[(t("ac"), true), (t("abbc"), true), (t("abbcd"), false)]);
    check("user.role: 'a?c'", "user.role", &[(t("abc"), true), (t("ac"), false), (t("aéc"), true)]);
    check(r"user.role: 'a\*c'", "user.role", &[(t("a*c"), true), (t("abc"), false)]);
    check(r"user.role: 'a\\*'", "user.role", &[(t(r"a\b"), true), (t("ab"), false)]);
    check(r"user.role: 'a\b'", "user.role", &[(t(r"a\b"), true), (t("ab"), false)]);
    check("user.role: '*'", "user.role", &[(t(""), true), (t("x"), true), (NULL, false)]);
}

#[test]
fn contains_startswith_and_endswith() {
    check(
        "user.role|contains: 'off'",
        "user.role",
        &[(t("response Officer"), true), (t("analyst"), false), (NULL, false)],
    );
    check("user.role|startswith: resp", "user.role", &[(t("response"), true), (t("a response"), false)]);
    check("user.role|endswith: 'st'", "user.role", &[(t("analyst"), true), (t("analysts"), false)]);
    check("user.role|contains: 'a?c'", "user.role", &[(t("xxabcxx"), true), (t("xxacxx"), false)]);
}

#[test]
fn lists_are_any_and_all_makes_them_all() {
    check("user.role|contains: [ ab, cd ]", "user.role", &[(t("xab"), true), (t("cdx"), true), (t("x"), false)]);
    check("user.role|contains|all: [ ab, cd ]", "user.role", &[(t("abcd"), true), (t("ab"), false), (NULL, false)]);
    check(
        "relation.kind: [ spouse, null ]",
        "relation.kind",
        &[(t("spouse"), true), (NULL, true), (t("child"), false)],
    );
    check(
        "relation.kind: [ own, spouse, partner, parent, child, sibling, friend, colleague, neighbour ]",
        "relation.kind",
        &[(t("child"), true), (t("CHILD"), true), (t("surname"), false), (NULL, false)],
    );
}

#[test]
fn neq_is_a_comparison_and_so_false_of_unknown() {
    check("relation.kind|neq: spouse", "relation.kind", &[(t("child"), true), (t("Spouse"), false), (NULL, false)]);
    check("relation.kind|neq: [ spouse, child ]", "relation.kind", &[(t("own"), true), (t("child"), false)]);
    check("looks|neq: 3", "looks", &[(n(2.0), true), (n(3.0), false), (NULL, false)]);
    check("user.role|contains|neq: ab", "user.role", &[(t("xx"), true), (t("xabx"), false), (NULL, false)]);
    check("subject.staff|neq: true", "subject.staff", &[(OwnedValue::Bool(false), true), (NULL, false)]);
}

#[test]
fn numbers_compare() {
    check("looks: 3", "looks", &[(n(3.0), true), (n(4.0), false), (NULL, false)]);
    check("looks|gt: 3", "looks", &[(n(3.0), false), (n(3.5), true), (NULL, false)]);
    check("looks|gte: 3.3", "looks", &[(n(3.3), true), (n(3.2), false)]);
    check("looks|lt: 3", "looks", &[(n(3.0), false), (n(-1.0), true), (NULL, false)]);
    check("looks|lte: -3", "looks", &[(n(-3.0), true), (n(0.0), false)]);
    check("looks|lt: 3", "looks", &[(n(f64::NAN), false), (n(f64::NEG_INFINITY), true)]);
}

#[test]
fn null_exists_and_not_a_number() {
    check("looks: null", "looks", &[(NULL, true), (n(f64::NAN), true), (n(0.0), false)]);
    check("user.role: null", "user.role", &[(NULL, true), (t(""), false)]);
    check("user.role: ''", "user.role", &[(NULL, false), (t(""), true)]);
    check("looks|exists: true", "looks", &[(NULL, false), (n(0.0), true), (n(f64::NAN), false)]);
    check("looks|exists: false", "looks", &[(NULL, true), (n(0.0), false)]);
}

#[test]
fn flags() {
    check(
        "subject.staff: true",
        "subject.staff",
        &[(OwnedValue::Bool(true), true), (OwnedValue::Bool(false), false), (NULL, false), (n(1.0), false)],
    );
}

#[test]
fn expressions_are_case_sensitive_and_match_anywhere() {
    check(
        "user.role|re: 'of+icer$'",
        "user.role",
        &[(t("response officer"), true), (t("response OFFICER"), false), (t("officers"), false), (NULL, false)],
    );
}

#[test]
fn networks() {
    check(
        "user.role|cidr: 10.1.0.0/16",
        "user.role",
        &[(t("10.1.255.3"), true), (t("10.2.0.1"), false), (t("::ffff:10.1.0.1"), false), (t("not an address"), false)],
    );
    check("user.role|cidr: 'fd00::/8'", "user.role", &[(t("fd12::1"), true), (t("fe80::1"), false)]);
    check("user.role|cidr: '0.0.0.0/0'", "user.role", &[(t("1.2.3.4"), true), (t("::1"), false)]);
    check("user.role|cidr: 10.1.2.3", "user.role", &[(t("10.1.2.3"), true), (t("10.1.2.4"), false)]);
}

#[test]
fn an_explanation_says_what_was_asked_and_found() {
    let rule = item("looks|gte: 3");
    let unknown = explain(&rule, &DenseRow::new(Scope::Case));
    let json = serde_json::to_string(&unknown).expect("plain data");
    assert_eq!(
        json,
        r#"{"rule":"tests/sample","fired":false,"condition":"it","selections":[{"name":"it","holds":false,"any":[[{"fact":"looks","meaning":"Looks of this user at this subject","key":"looks|gte","asked":"3","found":"unknown","truth":"null","line":11}]]}]}"#
    );
    let known = explain(&rule, &row("looks", 2.0));
    assert_eq!(serde_json::to_value(&known).expect("plain data")["selections"][0]["any"][0][0]["truth"], "false");
}
