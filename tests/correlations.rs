//! Correlations in a whole run, against counting by hand over the small synthetic force.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use probity::config::{self, Overrides};
use probity::ingest::{self, NoProgress};
use probity::purpose::{self, Purpose, Window};
use probity::rules::rows::World;
use probity::rules::{RuleSet, fire};
use probity::{relations, run, subjects};

/// A look rule, a case rule, and correlations over them; `{…}` stands for what differs.
fn rule(name: &str, number: u32, category: &str, logic: &str) -> (String, String) {
    let text = format!(
        "title: For tests
id: 00000000-0000-4000-8000-{number:012}
name: {name}
status: test
description: Detects nothing in particular.
author: Probity
date: 2026-01-31
logsource: {{ product: probity, category: {category} }}
{logic}
falsepositives: [ Everything ]
level: low
probity:
    version: 1
    scope: {category}
    block: pattern
    m: {{ value: 0.3, low: 0.1, high: 0.5 }}
    chance: role
    lane: query
    needs: [ access ]
    law: [ dpa2018-s170 ]
    says: '{{staff}} looked {{looks}} times'
    next: Read the log
"
    );
    (format!("tests/{name}.yml"), text)
}

fn files() -> Vec<(String, String)> {
    let correlation = |kind: &str, rules: &str, keys: &str, span: &str, condition: &str| {
        format!(
            "correlation:\n    type: {kind}\n    rules: [ {rules} ]\n    group-by: [ {keys} ]\n    timespan: {span}\n    condition: {condition}"
        )
    };
    vec![
        rule("open-look", 1, "look", "detection:\n    it: { purpose: unexplained }\n    condition: it"),
        rule("open-case", 2, "case", "detection:\n    it: { looks.unexplained|gte: 2 }\n    condition: it"),
        rule("night", 3, "look", "detection:\n    it: { hour|lt: 6 }\n    condition: it"),
        rule("many", 4, "user", &correlation("value_count", "open-look", "staff", "12h", "{ field: subject, gte: 3 }")),
        rule(
            "crowd",
            5,
            "subject",
            &correlation("value_count", "open-look", "subject", "9d", "{ field: staff, gte: 2 }"),
        ),
        rule("again", 6, "case", &correlation("event_count", "open-case", "staff, subject", "3d", "{ gte: 3 }")),
        rule("both", 7, "user", &correlation("temporal", "open-case, night", "staff, system", "1d", "{ gte: 2 }")),
        rule("then", 8, "user", &correlation("temporal_ordered", "night, open-look", "staff", "6h", "{ gte: 2 }")),
    ]
}

/// One hit, as the test sees it: rule, user, subject (if known), system, time, index of the look.
#[derive(Clone, Copy)]
struct Seen {
    rule: &'static str,
    user: u32,
    subject: Option<u32>,
    system: u32,
    at: i64,
    look: u32,
}

/// For each group, the looks of every window that ends at a hit and for which `holds`.
fn windows<K: Ord + Copy>(
    hits: &[Seen],
    rules: &[&str],
    key: impl Fn(&Seen) -> Option<K>,
    span: i64,
    holds: impl Fn(&[Seen]) -> bool,
) -> BTreeMap<K, BTreeSet<u32>> {
    let mut groups: BTreeMap<K, Vec<Seen>> = BTreeMap::new();
    for hit in hits.iter().filter(|hit| rules.contains(&hit.rule)) {
        if let Some(key) = key(hit) {
            groups.entry(key).or_default().push(*hit);
        }
    }
    let mut found: BTreeMap<K, BTreeSet<u32>> = BTreeMap::new();
    for (key, group) in groups {
        for end in &group {
            let window: Vec<Seen> =
                group.iter().filter(|hit| hit.at <= end.at && end.at - hit.at <= span).copied().collect();
            if holds(&window) {
                found.entry(key).or_default().extend(window.iter().map(|hit| hit.look));
            }
        }
    }
    found
}

fn different<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    values.collect::<BTreeSet<_>>().len()
}

#[test]
fn a_run_finds_what_counting_by_hand_finds() {
    const HOUR: i64 = 3_600_000;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force");
    let config = config::load(&folder.join("probity.toml"), &Overrides::default()).expect("a config");
    let tables = ingest::ingest(&config.sources, &NoProgress).expect("tables");
    let house = run::load_house(&config).expect("lists");
    let until = tables.access.events.iter().map(|e| e.at).max().expect("events");
    let since = tables.access.events.iter().map(|e| e.at).min().expect("events");
    let window = Window { since, until: until.plus(1), zone: config.zone };
    let day = until.local_date(config.zone).expect("a day");
    let index = subjects::PeopleIndex::new(&tables.people, day);
    let subjects = subjects::of_run(&tables, &index);
    let relations = relations::relate(
        &subjects,
        &tables.staff,
        &tables.relationships,
        &tables.people,
        &tables.high_profile,
        (day, day),
    );
    let judged = purpose::judge(&tables, &subjects, &relations, &index, &window, &house);
    let world = World::new(&tables, &subjects, &relations, &judged);

    let set = RuleSet::parse(&files()).unwrap_or_else(|errors| panic!("{:#?}", errors.0));
    let (rules, missing) = set.runnable(&["access"]);
    assert!(missing.is_empty());
    let firings = fire::fire(&world, &rules);
    let place = |name: &str| rules.iter().position(|r| r.meta.name == name).expect("there") as u16;

    let mut hits = Vec::new();
    for case in &world.cases {
        let looks = world.looks(case);
        let many = looks.iter().filter(|look| look.purpose == Purpose::Unexplained).count() >= 2;
        for (look, index) in looks.iter().zip(case.from..) {
            let seen = |rule| Seen {
                rule,
                user: look.user,
                subject: world.identified(look.about).then_some(look.about),
                system: look.system,
                at: look.first_at.0,
                look: index,
            };
            let night = look.first_at.to_utc().expect("a time").with_timezone(&config.zone);
            if look.purpose == Purpose::Unexplained {
                hits.push(seen("open-look"));
            }
            if many && look.purpose != Purpose::Explained {
                hits.push(seen("open-case"));
            }
            if chrono::Timelike::hour(&night) < 6 {
                hits.push(seen("night"));
            }
        }
    }
    let users = |name: &str| -> BTreeMap<u32, BTreeSet<u32>> {
        let rule = place(name);
        let of = firings.users.iter().filter(|fired| fired.rule == rule);
        of.map(|fired| (fired.user, fired.looks.iter().copied().collect())).collect()
    };
    let many = windows(
        &hits,
        &["open-look"],
        |h| Some(h.user),
        12 * HOUR,
        |w| different(w.iter().filter_map(|h| h.subject)) >= 3,
    );
    assert_eq!(users("many"), many);
    let crowd =
        windows(&hits, &["open-look"], |h| h.subject, 9 * 24 * HOUR, |w| different(w.iter().map(|h| h.user)) >= 2);
    let found: BTreeMap<u32, BTreeSet<u32>> = firings
        .subjects
        .iter()
        .filter(|fired| fired.rule == place("crowd"))
        .map(|fired| (fired.subject, fired.looks.iter().copied().collect()))
        .collect();
    assert_eq!(found, crowd);
    let again =
        windows(&hits, &["open-case"], |h| h.subject.map(|subject| (h.user, subject)), 3 * 24 * HOUR, |w| w.len() >= 3);
    let mut in_cases: BTreeMap<(u32, u32), BTreeSet<u32>> = BTreeMap::new();
    for fired_case in &firings.cases {
        let case = &world.cases[fired_case.case as usize];
        for fired in fired_case.fired.iter().filter(|fired| fired.rule == place("again")) {
            let looks = fired.looks.iter().map(|look| look + case.from).collect();
            assert!(in_cases.insert((case.user, case.subject), looks).is_none(), "one finding a case");
        }
    }
    assert_eq!(in_cases, again);
    let both = windows(
        &hits,
        &["open-case", "night"],
        |h| Some((h.user, h.system)),
        24 * HOUR,
        |w| different(w.iter().map(|h| h.rule)) == 2,
    );
    let mut by_user: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for ((user, _), looks) in both {
        by_user.entry(user).or_default().extend(looks);
    }
    assert_eq!(users("both"), by_user);
    let then = windows(
        &hits,
        &["open-look", "night"],
        |h| Some(h.user),
        6 * HOUR,
        |w| {
            let first = w.iter().filter(|h| h.rule == "night").map(|h| h.at).min();
            first.is_some_and(|first| w.iter().any(|h| h.rule == "open-look" && h.at >= first))
        },
    );
    assert_eq!(users("then"), then);
    for (name, found) in [("many", many.len()), ("crowd", crowd.len()), ("then", then.len())] {
        assert!(found > 0, "{name} finds nothing: the test would pass whatever it does");
    }
    assert!(!again.is_empty() && !by_user.is_empty());
    // Findings on a subject stand in the cases of those who looked.
    let spread = firings.cases.iter().flat_map(|c| &c.fired).filter(|f| f.rule == place("crowd")).count();
    assert!(spread >= crowd.len() * 2);
}
