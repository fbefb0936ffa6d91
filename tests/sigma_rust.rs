//! An outside engine (`sigma-rust`) gives the same answers as ours, for every shipped rule on every
//! row of facts of the small synthetic force.

use std::path::Path;

use probity::config::{self, Overrides};
use probity::rules::rows::{World, case::CaseFacts, look::LookRow, subject::SubjectRow, user::UserRow};
use probity::rules::{self, Compiled, Row, Rule, RuleSet, Scope, Value, facts};
use probity::run::{self, Unwatched};

/// One rule for both engines.
struct Pair<'r> {
    ours: &'r Rule,
    compiled: Compiled,
    theirs: sigma_rust::Rule,
}

/// The facts of a row as the event that the other engine reads.
fn event<R: Row>(row: &R, scope: Scope) -> sigma_rust::Event {
    let mut values = serde_json::Map::new();
    for id in facts::ids(scope) {
        let value = row.get(id);
        let json = match value {
            unknown if unknown.is_null() => serde_json::Value::Null,
            Value::Bool(flag) => flag.into(),
            // Always with a decimal point: see `with_floats`.
            Value::Number(number) => number.into(),
            Value::Text(text) => text.into(),
            Value::Null => serde_json::Value::Null,
        };
        values.insert(facts::fact(id).name.to_owned(), json);
    }
    sigma_rust::event_from_json(&serde_json::Value::Object(values).to_string()).expect("an event")
}

/// The other engine compares whole numbers with whole numbers and fractions with fractions, and nothing else.
/// All numbers of the facts are given as fractions, and so must those of the rules be.
fn with_floats(rule: &str) -> String {
    let whole = regex::Regex::new(r"(?m)^(\s+(?:- )?[a-z_.]+\|(?:gt|gte|lt|lte): -?[0-9]+)$").expect("a pattern");
    whole.replace_all(rule, "$1.0").into_owned()
}

#[derive(Default)]
struct Tally {
    compared: u64,
    fired: u64,
    wrong: Vec<String>,
}

impl Tally {
    fn compare<R: Row>(&mut self, row: &R, scope: Scope, pairs: &[Pair<'_>]) {
        let event = event(row, scope);
        for pair in pairs.iter().filter(|pair| pair.ours.meta.probity.scope == scope) {
            let (ours, theirs) = (pair.compiled.matches(row), pair.theirs.is_match(&event));
            self.compared += 1;
            self.fired += u64::from(ours);
            if ours != theirs && self.wrong.len() < 20 {
                let why = rules::explain(pair.ours, row);
                self.wrong.push(format!("{}: ours {ours}, theirs {theirs}: {why:?}", pair.ours.meta.key()));
            }
        }
    }
}

fn compare(world: &World<'_>, pairs: &[Pair<'_>]) -> Tally {
    let mut tally = Tally::default();
    for user in (0..world.users.len() as u32).filter(|user| world.users[*user as usize].looks > 0) {
        tally.compare(&UserRow::new(world, user), Scope::User, pairs);
    }
    for facts in world.viewed.values() {
        tally.compare(&SubjectRow { facts }, Scope::Subject, pairs);
    }
    for case in &world.cases {
        let facts = CaseFacts::new(world, *case);
        for row in facts.rows() {
            tally.compare(&row, Scope::Case, pairs);
            // The last looks of a case stand for the rest: thousands of looks differ in nothing that rules ask.
            for look in facts.looks.iter().rev().take(3) {
                tally.compare(&LookRow::new(&facts, look, row.tie), Scope::Look, pairs);
            }
        }
    }
    tally
}

#[test]
fn another_engine_fires_the_same_rules_on_the_same_rows() {
    let files = rules::shipped();
    let set = RuleSet::parse(&files).expect("good rules");
    let pairs: Vec<Pair<'_>> = set
        .rules()
        .iter()
        .map(|rule| {
            let (_, text) = files.iter().find(|(name, _)| *name == rule.meta.path).expect("its file");
            let theirs =
                sigma_rust::rule_from_yaml(&with_floats(text)).unwrap_or_else(|e| panic!("{}: {e}", rule.meta.path));
            Pair { ours: rule, compiled: Compiled::new(rule), theirs }
        })
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force");
    let config = config::load(&folder.join("probity.toml"), &Overrides::default()).expect("a config");
    let tally = run::with_world(&config, &Unwatched, |world| compare(world, &pairs)).expect("a world");
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.compared > 250_000 && tally.fired > 1_000, "{} rows, {} firings", tally.compared, tally.fired);
}
