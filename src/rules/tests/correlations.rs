//! Correlations against a naive reference, and how their documents are read.

use proptest::collection::vec;
use proptest::prelude::*;

use super::support::{rule_text, shown};
use crate::rules::RuleSet;
use crate::rules::correlation::{Correlation, CorrelationKind, Hit, Window};
use crate::rules::detection::Compare;

fn correlation(kind: CorrelationKind, count: f64, timespan: i64) -> Correlation {
    Correlation {
        kind,
        rules: ["a", "b", "c"].map(str::to_owned).into(),
        group_by: vec!["staff"],
        timespan,
        condition: vec![(Compare::AtLeast, count)],
        field: (kind == CorrelationKind::ValueCount).then_some("subject"),
    }
}

/// What one window counts, from the definition.
fn naive_count(correlation: &Correlation, hits: &[Hit<'_, u8>], window: &[usize]) -> usize {
    match correlation.kind {
        CorrelationKind::EventCount => window.len(),
        CorrelationKind::ValueCount => {
            let mut values: Vec<&str> = window.iter().filter_map(|&place| hits[place].value).collect();
            values.sort_unstable();
            values.dedup();
            values.len()
        }
        CorrelationKind::Temporal => {
            (0..correlation.rules.len()).filter(|&rule| window.iter().any(|&place| hits[place].rule == rule)).count()
        }
        CorrelationKind::TemporalOrdered => {
            let mut since = i64::MIN;
            (0..correlation.rules.len())
                .map_while(|rule| {
                    let times = window.iter().filter(|&&place| hits[place].rule == rule).map(|&place| hits[place].at);
                    since = times.filter(|&at| at >= since).min()?;
                    Some(())
                })
                .count()
        }
    }
}

/// Every window that ends at a hit, tried one by one; those that share a hit joined.
fn naive(correlation: &Correlation, hits: &[Hit<'_, u8>]) -> Vec<Window<u8>> {
    let mut found: Vec<Window<u8>> = Vec::new();
    for group in 0..=u8::MAX {
        let mut places: Vec<usize> = (0..hits.len()).filter(|&place| hits[place].group == Some(group)).collect();
        places.sort_by_key(|&place| (hits[place].at, hits[place].rule));
        let mut ends: Vec<i64> = places.iter().map(|&place| hits[place].at).collect();
        ends.dedup();
        for end in ends {
            let inside = |at: i64| at >= end - correlation.timespan && at <= end;
            let window: Vec<usize> = places.iter().copied().filter(|&place| inside(hits[place].at)).collect();
            let count = naive_count(correlation, hits, &window);
            if !correlation.condition.iter().all(|(compare, asked)| compare.holds(count as f64, *asked)) {
                continue;
            }
            match found
                .last_mut()
                .filter(|last| last.group == group && last.hits.iter().any(|hit| window.contains(hit)))
            {
                Some(last) => {
                    let fresh: Vec<usize> = window.into_iter().filter(|hit| !last.hits.contains(hit)).collect();
                    last.hits.extend(fresh);
                    (last.last, last.count) = (end, last.count.max(count));
                }
                None => found.push(Window { group, first: hits[window[0]].at, last: end, hits: window, count }),
            }
        }
    }
    found
}

fn any_kind() -> impl Strategy<Value = CorrelationKind> {
    prop::sample::select(CorrelationKind::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_sliding_window_is_the_naive_one(
        kind in any_kind(),
        compare in prop::sample::select(vec![Compare::AtLeast, Compare::Greater, Compare::Equal, Compare::AtMost]),
        count in 1u32..4,
        timespan in 0i64..12,
        rows in vec((prop::option::weighted(0.9, 0u8..3), 0i64..40, 0usize..3, prop::option::of(0usize..4)), 0..40),
    ) {
        const VALUES: [&str; 4] = ["w", "x", "y", "z"];
        let hits: Vec<Hit<'_, u8>> = rows
            .into_iter()
            .map(|(group, at, rule, value)| Hit { group, at, rule, value: value.map(|value| VALUES[value]) })
            .collect();
        let mut correlation = correlation(kind, 0.0, timespan);
        correlation.condition = vec![(compare, f64::from(count))];
        prop_assert_eq!(correlation.evaluate(&hits), naive(&correlation, &hits));
    }
}

fn hit(at: i64, rule: usize) -> Hit<'static, u8> {
    Hit { group: Some(1), at, rule, value: None }
}

#[test]
fn both_ends_of_a_window_count() {
    let exact = correlation(CorrelationKind::EventCount, 2.0, 10);
    assert_eq!(exact.evaluate(&[hit(0, 0), hit(10, 0)]).len(), 1);
    assert!(exact.evaluate(&[hit(0, 0), hit(11, 0)]).is_empty());
}

#[test]
fn unknown_is_equal_to_nothing() {
    let groups = correlation(CorrelationKind::EventCount, 2.0, 10);
    let nobody = Hit::<u8> { group: None, at: 0, rule: 0, value: None };
    assert!(groups.evaluate(&[nobody, nobody, nobody]).is_empty());
    let values = correlation(CorrelationKind::ValueCount, 1.0, 10);
    assert!(values.evaluate(&[hit(0, 0), hit(1, 0)]).is_empty());
}

#[test]
fn order_matters_when_it_is_asked_for() {
    let ordered = correlation(CorrelationKind::TemporalOrdered, 3.0, 10);
    let any_order = correlation(CorrelationKind::Temporal, 3.0, 10);
    let backwards = [hit(1, 2), hit(2, 1), hit(3, 0)];
    assert!(ordered.evaluate(&backwards).is_empty());
    assert_eq!(any_order.evaluate(&backwards).len(), 1);
    assert_eq!(ordered.evaluate(&[hit(1, 0), hit(1, 2), hit(1, 1)]).len(), 1, "at one time, in any order");
}

fn document(correlation: &str) -> String {
    let rule = rule_text("    it:\n        looks: 1\n    condition: it");
    let (head, rest) = rule.split_once("detection:").expect("there");
    let (_, tail) = rest.split_once("falsepositives").expect("there");
    format!("{head}correlation:\n{correlation}falsepositives{tail}")
        .replace("name: sample", "name: burst")
        .replace("11111111", "99999999")
        .replace("category: case", "category: user")
        .replace("scope: case", "scope: user")
}

fn read(correlation: &str) -> Result<RuleSet, crate::rules::RuleErrors> {
    let rule = rule_text("    it:\n        looks: 1\n    condition: it");
    RuleSet::parse(&[("a/sample.yml", rule), ("a/burst.yml", document(correlation))])
}

const GOOD: &str = "    type: value_count
    rules: [ sample ]
    group-by: [ staff, system ]
    timespan: 90m
    condition: { field: subject, gte: 5, lt: 50 }
";

#[test]
fn a_document_is_read() {
    let set = read(GOOD).unwrap_or_else(|errors| panic!("{}", shown(&errors)));
    let correlation = set.correlations()[0].correlation.as_ref().expect("a correlation");
    assert_eq!(correlation.timespan, 90 * 60_000);
    assert_eq!(correlation.field, Some("subject"));
    assert_eq!(correlation.condition, [(Compare::AtLeast, 5.0), (Compare::Less, 50.0)]);
    assert_eq!(set.rules().len(), 1);
}

#[test]
fn wrong_documents_are_told() {
    let told: String = [
        GOOD.replace("value_count", "value_sum"),
        GOOD.replace("sample", "simple"),
        GOOD.replace("[ sample ]", "[ sample, sample ]"),
        GOOD.replace("staff", "stuff"),
        GOOD.replace("90m", "90min"),
        GOOD.replace("field: subject, ", ""),
        GOOD.replace("gte: 5, ", ""),
        GOOD.replace("value_count", "temporal").replace("    condition: { field: subject, gte: 5, lt: 50 }\n", ""),
        GOOD.replace("    group-by: [ staff, system ]\n", ""),
        GOOD.replace("group-by: [ staff, system ]", "group-by: [ subject ]"),
    ]
    .iter()
    .map(|text| {
        let errors = read(text).expect_err(text);
        errors.0.iter().map(|error| format!("{error} -- {:?}\n", error.help)).collect::<String>()
    })
    .collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("wrong_correlations", told);
    });
}
