//! What the fuzz targets hold rule files to. Inside `rules`, because it needs what is not public.

use super::correlation::Hit;
use super::{Compiled, DenseRow, FactType, Rule, RuleError, RuleSet, explain, facts, lists, pack, shipped, test_rules};

/// What a reader refuses is said, with a remedy, and can be shown.
fn told(errors: &[RuleError]) {
    assert!(!errors.is_empty());
    errors.iter().for_each(|error| crate::told(error));
}

/// Rows on which both evaluators must agree: nothing known, and everything known in three ways.
fn agree(rule: &Rule) {
    let scope = rule.meta.probity.scope;
    let compiled = Compiled::new(rule);
    for filled in 0..4u8 {
        let mut row = DenseRow::new(scope);
        for id in facts::ids(scope).filter(|_| filled > 0) {
            let fact = facts::fact(id);
            match fact.ty {
                FactType::Bool => row.set(id, filled == 1),
                FactType::Number => row.set(id, f64::from(filled - 1) * 7.5),
                _ => row.set(id, fact.codes.get(usize::from(filled) - 1).copied().unwrap_or("some text of 127.0.0.1")),
            }
        }
        assert_eq!(compiled.matches(&row), explain(rule, &row).fired, "{}", rule.meta.path);
    }
}

/// Reads any text as a rule; what is read is compiled, run and explained.
pub fn rule(text: &str) {
    match RuleSet::parse(&[("fuzz/rule.yml", text)]) {
        Ok(set) => {
            set.rules().iter().for_each(agree);
            let tested = test_rules(&set, &[("fuzz/rule.test.yml", text)]);
            tested.errors.iter().for_each(|error| crate::told(error));
        }
        Err(errors) => told(&errors.0),
    }
    if let Err(errors) = lists::parse("fuzz", text) {
        told(&errors);
    }
}

/// Reads any text as a correlation over rules that are there; what is read counts some hits.
pub fn correlation(text: &str) {
    let mut files = shipped();
    files.push(("fuzz/correlation.yml".to_owned(), text.to_owned()));
    match RuleSet::parse(&files) {
        Ok(set) => {
            for rule in set.correlations() {
                let Some(correlation) = &rule.correlation else { continue };
                let values = ["a", "b", "a", "c", "d", "e"];
                let hits: Vec<Hit<'_, u8>> = values
                    .iter()
                    .enumerate()
                    .map(|(n, value)| Hit {
                        group: (n != 4).then_some(n as u8 % 2),
                        at: n as i64 * 60_000,
                        rule: n % correlation.rules.len().max(1),
                        value: (n != 3).then_some(*value),
                    })
                    .collect();
                for window in correlation.evaluate(&hits) {
                    assert!(window.first <= window.last && window.last - window.first <= correlation.timespan);
                    assert!(window.hits.iter().all(|hit| *hit < hits.len()));
                }
            }
        }
        Err(errors) => told(&errors.0),
    }
}

/// Reads any text as a pack over the rules that are there, and plans a day with it.
pub fn pack(text: &str) {
    let set = RuleSet::parse(&shipped()).expect("good rules");
    let mut rules: Vec<Rule> = set.rules().iter().chain(set.correlations()).cloned().collect();
    match pack::parse(text).and_then(|parsed| parsed.apply(&mut rules, Vec::new())) {
        Ok(pack) => {
            for day in ["2020-01-01", "2027-04-01"] {
                let _ = pack.idle(rules.iter(), day);
                assert!(rules.iter().filter(|rule| pack.off(rule, day).is_some()).count() <= rules.len());
            }
            rules.iter().filter(|rule| rule.correlation.is_none()).for_each(agree);
        }
        Err(errors) => told(&errors),
    }
}
