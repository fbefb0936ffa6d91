//! The condition language: what binds tighter, what `of` stands for, what is refused.

use super::support::{parse, rule, rule_text, shown};
use crate::rules::detection::Condition::{self, And, Not, Or, Selection};

fn names(condition: &str) -> Condition {
    let text = format!(
        "    a:\n        looks: 1\n    b:\n        looks: 2\n    c_one:\n        looks: 3\n    c_two:\n        looks: 4\n    condition: ({condition}) or all of them"
    );
    match rule(&text).detection.condition {
        Or(mut parts) => parts.remove(0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn not_binds_tighter_than_and_and_and_than_or() {
    assert_eq!(
        names("a or b and not c_one"),
        Or(vec![Selection(0), And(vec![Selection(1), Not(Selection(2).into())])])
    );
    assert_eq!(names("(a or b) and c_one"), And(vec![Or(vec![Selection(0), Selection(1)]), Selection(2)]));
    assert_eq!(names("not not a"), Not(Not(Selection(0).into()).into()));
    assert_eq!(names("a AND b"), And(vec![Selection(0), Selection(1)]));
}

#[test]
fn of_stands_for_the_selections_that_fit() {
    assert_eq!(names("1 of c_*"), Or(vec![Selection(2), Selection(3)]));
    assert_eq!(names("all of c_*"), And(vec![Selection(2), Selection(3)]));
    assert_eq!(names("1 of them"), Or((0..4).map(Selection).collect()));
    assert_eq!(names("not 1 of c_* and a"), And(vec![Not(Or(vec![Selection(2), Selection(3)]).into()), Selection(0)]));
    assert_eq!(names("all of a"), Selection(0));
}

#[test]
fn them_leaves_out_names_with_an_underscore_before() {
    let rule = rule("    a:\n        looks: 1\n    _b:\n        looks: 2\n    condition: 1 of them or _b");
    assert_eq!(rule.detection.condition, Or(vec![Selection(0), Selection(1)]));
}

#[test]
fn wrong_conditions_are_told_where_they_are_wrong() {
    let shown: String = [
        "",
        "it and",
        "it or or it",
        "(it",
        "it)",
        "it it",
        "2 of them",
        "1 of x*",
        "tie",
        "it | count() > 3",
        "it & it",
        "i*",
    ]
    .into_iter()
    .map(|condition| {
        let text = rule_text(&format!("    it:\n        looks: 1\n    condition: {condition}"));
        let errors = parse(&text).expect_err(condition);
        format!(
            "[{condition}]\n{}",
            errors.0.iter().map(|error| format!("  {error} -- {:?}\n", error.help)).collect::<String>()
        )
    })
    .collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("wrong_conditions", shown);
    });
}

#[test]
fn a_deep_condition_is_refused_and_not_followed() {
    let deep = format!("{}it{}", "(".repeat(400), ")".repeat(400));
    let text = rule_text(&format!("    it:\n        looks: 1\n    condition: '{deep}'"));
    assert!(shown(&parse(&text).expect_err("deep")).contains("nested deeper"));
}
