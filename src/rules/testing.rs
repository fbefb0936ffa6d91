//! Runs the `name.test.yml` beside each rule: named rows that fire and named
//! rows that stay silent, each with why. A correlation is tested on hits of its
//! base rules instead: which rule, when, and the keys of the hit.

use std::path::Path;

use serde::Serialize;

use super::Rule;
use super::compiled::Compiled;
use super::error::{Reading, RuleError, RuleErrors, cut};
use super::explain::{Explanation, explain};
use super::facts::{self, FactType, Scope};
use super::read::{self, Fields};
use super::set::{RuleSet, is_test, read_dir};
use super::value::{DenseRow, OwnedValue};
use super::yaml::{self, Kind, Node};

mod hits;

/// What the tests of a whole set came to.
#[derive(Clone, Debug, Default)]
pub struct TestReport {
    /// One entry a rule, in the order of the set.
    pub rules: Vec<RuleTests>,
    /// What is wrong with the test files themselves, and rules without tests.
    pub errors: Vec<RuleError>,
}

impl TestReport {
    /// Did every test pass, and has every rule its tests?
    #[must_use]
    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.rules.iter().all(|rule| rule.cases.iter().all(TestCase::passed))
    }

    /// How many tests were run.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rules.iter().map(|rule| rule.cases.len()).sum()
    }
}

/// The tests of one rule.
#[derive(Clone, Debug, Serialize)]
pub struct RuleTests {
    /// `family/name`.
    pub rule: String,
    /// In the order of the file.
    pub cases: Vec<TestCase>,
}

/// One named row.
#[derive(Clone, Debug, Serialize)]
pub struct TestCase {
    /// Its name.
    pub name: String,
    /// Why it should come out so.
    pub why: String,
    /// Should the rule fire?
    pub expected: bool,
    /// Did it?
    pub fired: bool,
    /// Line in the test file.
    pub line: usize,
    /// How it came to that.
    pub explanation: Explanation,
}

impl TestCase {
    /// Did it come out as expected?
    #[must_use]
    pub fn passed(&self) -> bool {
        self.expected == self.fired
    }
}

/// Reads the test files under `dir` and runs them.
///
/// # Errors
/// When the folder or a file of it cannot be read.
pub fn test_dir(set: &RuleSet, dir: &Path) -> Result<TestReport, RuleErrors> {
    let files = read_dir(dir, is_test)?;
    Ok(test_rules(set, &files))
}

/// Runs tests given as `(name, text)`, the name being `family/name.test.yml`;
/// other files may stand among them and are passed over.
/// A rule without a test that fires and a test that stays silent fails.
#[must_use]
pub fn test_rules<N: AsRef<str>, T: AsRef<str>>(set: &RuleSet, files: &[(N, T)]) -> TestReport {
    let mut report = TestReport::default();
    let name_of = |rule: &Rule| {
        let key = rule.meta.key();
        format!("{}.test.yml", key.trim_start_matches('/'))
    };
    for rule in set.rules().iter().chain(set.correlations()) {
        let wanted = name_of(rule);
        let file = files.iter().find(|(name, _)| {
            let name = name.as_ref();
            name == wanted || name.strip_suffix(&wanted).is_some_and(|before| before.ends_with('/'))
        });
        let Some((name, text)) = file else {
            let message = "the rule has no tests".to_owned();
            let help = format!("write {wanted} with at least one row that fires and one that stays silent");
            report.errors.push(RuleError::whole_file(&rule.meta.path, "rules::no_tests", message, Some(help)));
            continue;
        };
        let mut reading = Reading::new(name.as_ref(), text.as_ref());
        let cases = read_cases(&mut reading, rule);
        report.errors.extend(reading.into_errors());
        report.rules.push(RuleTests { rule: rule.meta.key(), cases });
    }
    for name in files.iter().map(|(name, _)| name.as_ref()).filter(|name| is_test(name)) {
        let known = set.rules().iter().chain(set.correlations()).any(|rule| name.ends_with(&name_of(rule)));
        if !known {
            let message = "these tests belong to no rule".to_owned();
            report.errors.push(RuleError::whole_file(name, "rules::orphan_tests", message, None));
        }
    }
    report
}

fn read_cases(reading: &mut Reading<'_>, rule: &Rule) -> Vec<TestCase> {
    let Some(root) = yaml::parse(reading) else { return Vec::new() };
    let Some(fields) = Fields::new(reading, &root, "a test file", &["tests"]) else { return Vec::new() };
    let Some(node) = fields.need(reading, "tests") else { return Vec::new() };
    let Kind::List(items) = &node.kind else {
        reading.error(&node.span, "rules::wrong_type", "`tests` should be a list", None);
        return Vec::new();
    };
    let compiled = Compiled::new(rule);
    let cases: Vec<TestCase> = items.iter().filter_map(|item| read_case(reading, item, rule, &compiled)).collect();
    for expected in [true, false] {
        if !reading.failed() && !cases.iter().any(|case| case.expected == expected) {
            let kind = if expected { "fires" } else { "stays silent" };
            let message = format!("no row shows that the rule {kind}");
            reading.error(&(0..0), "rules::one_sided_tests", message, format!("add a row with `fires: {expected}`"));
        }
    }
    for (index, case) in cases.iter().enumerate() {
        if cases[..index].iter().any(|earlier| earlier.name == case.name) {
            let message = format!("two tests are called `{}`", cut(&case.name));
            reading.error(&(0..0), "rules::duplicate_name", message, None);
        }
    }
    cases
}

fn read_case(reading: &mut Reading<'_>, node: &Node, rule: &Rule, compiled: &Compiled) -> Option<TestCase> {
    let input = if rule.correlation.is_some() { "hits" } else { "row" };
    let fields = Fields::new(reading, node, "a test", &["name", "fires", "why", input])?;
    let name = fields.need_text(reading, "name");
    let why = fields.need_text(reading, "why");
    let expected = fields.need(reading, "fires").and_then(|node| read::flag(reading, node, "fires"));
    let line = super::error::line_of(&reading.text(), node.span.start);
    if let Some(correlation) = &rule.correlation {
        let hits = fields.need(reading, "hits").and_then(|node| hits::read(reading, node, correlation));
        let (name, why, expected, hits) = (name?, why?, expected?, hits?);
        let (fired, explanation) = hits::judge(rule, correlation, &hits);
        return Some(TestCase { name, why, expected, fired, line, explanation });
    }
    let row = fields.need(reading, "row").and_then(|node| read_row(reading, node, rule.meta.probity.scope));
    let (name, why, expected, row) = (name?, why?, expected?, row?);
    let explanation = explain(rule, &row);
    let fired = compiled.matches(&row);
    Some(TestCase { name, why, expected, fired, line, explanation })
}

/// Reads a row of facts, as a test writes it under `row:`.
///
/// # Errors
/// Everything wrong with it.
pub fn row_of(file: &str, text: &str, scope: Scope) -> Result<DenseRow, RuleErrors> {
    let mut reading = Reading::new(file, text);
    let row = yaml::parse(&mut reading).and_then(|root| read_row(&mut reading, &root, scope));
    row.ok_or_else(|| RuleErrors(reading.into_errors()))
}

fn read_row(reading: &mut Reading<'_>, node: &Node, scope: Scope) -> Option<DenseRow> {
    let Kind::Map(entries) = &node.kind else {
        reading.error(&node.span, "rules::wrong_type", "`row` should be a map of facts", None);
        return None;
    };
    let mut row = DenseRow::new(scope);
    let mut fine = true;
    for (key, value) in entries {
        let Some(id) = facts::find(scope, &key.name) else {
            let message = format!("there is no fact `{}` about a {}", cut(&key.name), scope.as_str());
            let help = facts::nearest(scope, &key.name).map(|fact| format!("did you mean `{fact}`?"));
            reading.error(&key.span, "rules::unknown_fact", message, help);
            fine = false;
            continue;
        };
        match read_value(reading, value, facts::fact(id)) {
            Some(value) => row.set(id, value),
            None => fine = false,
        }
    }
    fine.then_some(row)
}

fn read_value(reading: &mut Reading<'_>, node: &Node, fact: &facts::Fact) -> Option<OwnedValue> {
    if node.is_null() {
        return Some(OwnedValue::Null);
    }
    match fact.ty {
        FactType::Bool => read::flag(reading, node, fact.name).map(OwnedValue::Bool),
        FactType::Number => read::number(reading, node, fact.name).map(OwnedValue::Number),
        FactType::Text => {
            let text = read::text(reading, node, fact.name)?;
            if !fact.codes.is_empty() && !fact.codes.contains(&text.as_str()) {
                let message = format!("`{}` is never `{}`", fact.name, cut(&text));
                let help = super::error::suggestion(&text, fact.codes.iter().copied());
                reading.error(&node.span, "rules::unknown_code", message, help);
                return None;
            }
            Some(OwnedValue::Text(text))
        }
    }
}
