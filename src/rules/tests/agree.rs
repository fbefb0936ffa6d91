//! The fast evaluator gives the answer of the slow one, on any rule and row;
//! and a pass gives what single rows give, in order.

use proptest::collection::vec;
use proptest::prelude::*;

use super::support::{item, row, rule};
use crate::rules::{Compiled, DenseRow, FactType, OwnedValue, Scope, explain, facts, run_pass};

/// Facts of each kind: closed codes, open text, numbers, flags.
const FACTS: [&str; 7] =
    ["relation.kind", "user.role", "relation.identifiers", "looks", "relation.bits", "subject.staff", "purpose"];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn open_text() -> impl Strategy<Value = String> {
    vec(prop::sample::select(vec!["a", "b", "A", "*", "?", "\\", "é", "É", "ß", " "]), 0..6)
        .prop_map(|parts| parts.concat())
}

/// One line `fact|modifier: value` that the linter takes.
fn item_line() -> impl Strategy<Value = String> {
    let codes = facts::fact(facts::find(Scope::Case, "relation.kind").expect("there")).codes.to_vec();
    let some_codes = vec(prop::sample::select(codes), 1..12);
    let small = -2i32..4;
    prop_oneof![
        (some_codes.clone(), any::<bool>()).prop_map(|(codes, negated)| {
            format!("relation.kind{}: [ {} ]", if negated { "|neq" } else { "" }, codes.join(", "))
        }),
        Just("relation.kind: [ null, own ]".to_owned()),
        (prop::sample::select(vec!["user.role", "relation.identifiers"]), vec(open_text(), 1..10), 0usize..8).prop_map(
            |(fact, mut texts, how)| {
                let modifier =
                    ["", "|contains", "|startswith", "|endswith", "|contains|all", "|neq", "|re", "|startswith|neq"]
                        [how];
                if how == 4 && texts.len() < 2 {
                    texts.push("a".to_owned());
                }
                for text in &mut texts {
                    if how == 6 {
                        *text = text.replace(['*', '?', '\\'], ".");
                    }
                    if text.is_empty() && !matches!(how, 0 | 5) {
                        text.push('a');
                    }
                }
                let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                format!("{fact}{modifier}: [ {} ]", texts.join(", "))
            }
        ),
        (prop::sample::select(vec!["looks", "relation.bits"]), small, 0usize..6).prop_map(|(fact, number, how)| {
            format!("{fact}{}: {number}", ["", "|gt", "|gte", "|lt", "|lte", "|neq"][how])
        }),
        (prop::sample::select(FACTS.to_vec()), any::<bool>())
            .prop_map(|(fact, wanted)| format!("{fact}|exists: {wanted}")),
        any::<bool>().prop_map(|wanted| format!("subject.staff: {wanted}")),
        Just("subject.staff: null".to_owned()),
        prop::sample::select(vec!["'un*'", "explained", "[ 'cannot?tell', null ]"])
            .prop_map(|value| format!("purpose: {value}")),
    ]
}

/// The lines of a map, each key once.
fn map_lines() -> impl Strategy<Value = Vec<String>> {
    vec(item_line(), 1..4).prop_map(|mut lines| {
        lines.sort();
        lines.dedup_by_key(|line| line.split(':').next().unwrap_or("").to_owned());
        lines
    })
}

fn selection() -> impl Strategy<Value = String> {
    vec(map_lines(), 1..4).prop_map(|maps| {
        maps.iter()
            .map(|lines| {
                let lines: Vec<String> = lines.iter().map(|line| format!("          {line}\n")).collect();
                lines.concat().replacen("          ", "        - ", 1)
            })
            .collect()
    })
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["s0", "s1", "s2", "1 of s*", "all of s*", "1 of them", "all of s?"])
        .prop_map(str::to_owned);
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("not {one}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            inner.prop_map(|one| format!("({one})")),
        ]
    })
}

fn detection() -> impl Strategy<Value = String> {
    (vec(selection(), 3), condition()).prop_map(|(selections, condition)| {
        let named: String =
            selections.iter().enumerate().map(|(index, lines)| format!("    s{index}:\n{lines}")).collect();
        // The last part uses every selection, so that none is left unused, and changes nothing.
        format!("{named}    condition: ({condition}) or (all of them and not all of them)")
    })
}

fn value(fact: &'static str) -> BoxedStrategy<OwnedValue> {
    let fact = facts::fact(facts::find(Scope::Case, fact).expect("there"));
    let known = match fact.ty {
        FactType::Bool => any::<bool>().prop_map(OwnedValue::Bool).boxed(),
        FactType::Number => prop_oneof![
            8 => (-3i32..5).prop_map(|number| OwnedValue::Number(f64::from(number))),
            1 => Just(OwnedValue::Number(f64::NAN)),
            1 => Just(OwnedValue::Number(f64::INFINITY)),
        ]
        .boxed(),
        FactType::Text if fact.codes.is_empty() => open_text().prop_map(OwnedValue::Text).boxed(),
        FactType::Text => (prop::sample::select(fact.codes.to_vec()), any::<bool>())
            .prop_map(|(code, upper)| OwnedValue::Text(if upper { code.to_uppercase() } else { code.to_owned() }))
            .boxed(),
    };
    prop_oneof![1 => Just(OwnedValue::Null), 4 => known].boxed()
}

fn case_row() -> impl Strategy<Value = DenseRow> {
    FACTS.map(value).prop_map(|values| {
        let mut row = DenseRow::new(Scope::Case);
        for (fact, value) in FACTS.iter().zip(values) {
            row.set(facts::find(Scope::Case, fact).expect("there"), value);
        }
        row
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fast_and_slow_agree(detection in detection(), rows in vec(case_row(), 1..24)) {
        let rule = rule(&detection);
        let compiled = Compiled::new(&rule);
        for row in &rows {
            prop_assert_eq!(compiled.matches(row), explain(&rule, row).fired, "{}\n{:?}", detection, row);
        }
    }

    #[test]
    fn a_pass_is_every_rule_on_every_row(rows in vec(case_row(), 0..60)) {
        let rules: Vec<Compiled> =
            ["looks|gte: 2", "subject.staff: true", "purpose: null"].map(|line| Compiled::new(&item(line))).into();
        let expected: Vec<(usize, usize)> = (0..rules.len())
            .flat_map(|rule| (0..rows.len()).map(move |row| (rule, row)))
            .filter(|&(rule, row)| rules[rule].matches(&rows[row]))
            .collect();
        prop_assert_eq!(run_pass(&rules, &rows), expected);
    }
}

#[test]
fn a_pass_over_many_chunks_is_sorted_and_the_same_each_time() {
    let rules: Vec<Compiled> = ["looks|gte: 5", "looks|lt: 2"].map(|line| Compiled::new(&item(line))).into();
    let rows: Vec<DenseRow> = (0..20_000u32).map(|number| row("looks", number % 7)).collect();
    let hits = run_pass(&rules, &rows);
    assert!(hits.is_sorted());
    assert_eq!(hits.len(), (0..20_000).filter(|number| number % 7 >= 5 || number % 7 < 2).count());
    assert_eq!(hits, run_pass(&rules, &rows));
    assert!(run_pass(&rules, &rows[..0]).is_empty());
    assert!(run_pass(&rules[..0], &rows).is_empty());
}

#[test]
fn negation_is_of_what_is_known_to_hold() {
    let rule = rule("    it:\n        looks|gte: 2\n    condition: not it");
    let compiled = Compiled::new(&rule);
    assert!(compiled.matches(&DenseRow::new(Scope::Case)), "`not` over an unknown fact is true");
    assert!(!compiled.matches(&row("looks", 2u32)));
}
