//! Authorities for certain rules, over the small synthetic force.

use std::fs;
use std::path::Path;

use crate::config::{self, Overrides};
use crate::rules::fire::{self, Firings};
use crate::rules::rows::World;
use crate::rules::{RuleSet, facts, shipped};
use crate::run::{self, Unwatched};

const COLUMNS: &str =
    "authority_id,staff_id,role,team,basis,systems,rules,subject_id,incident_id,blind_required,authorised_by,from,to";

/// Runs the rules over the force with these rows in its table of authorities, and hands on what fired.
fn with_authorities<R>(rows: &[String], ask: impl FnOnce(&World<'_>, &RuleSet, &Firings) -> R) -> R {
    let desk = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force")).expect("the fixture") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            fs::copy(&path, desk.path().join(path.file_name().expect("a name"))).expect("copied");
        }
    }
    let table = desk.path().join("authorities.csv");
    let mut text = fs::read_to_string(&table).expect("the table");
    assert!(text.starts_with(COLUMNS), "{text}");
    rows.iter().for_each(|row| text.push_str(&format!("{row}\n")));
    fs::write(&table, text).expect("written");
    let config = config::load(&desk.path().join("probity.toml"), &Overrides::default()).expect("a config");
    let set = RuleSet::parse(&shipped()).expect("the shipped rules are sound");
    let (rules, _) = set.runnable(&facts::TABLES);
    run::with_world(&config, &Unwatched, |world| ask(world, &set, &fire::fire(world, &rules)))
        .expect("the force is read")
}

/// One finding to be exempted: who, their role and team, the record, the system, the day, the line after the table.
struct Target {
    staff: String,
    role: String,
    team: String,
    record: String,
    system: String,
    tied: bool,
}

/// The first finding of a rule on a case with looks in one system at a subject with a record.
fn target(world: &World<'_>, set: &RuleSet, firings: &Firings, rule: &str) -> Target {
    let (rules, _) = set.runnable(&facts::TABLES);
    let strings = &world.tables.access.strings;
    for fired in &firings.cases {
        let case = &world.cases[fired.case as usize];
        let Some(on) = fired.fired.iter().find(|on| rules[usize::from(on.rule)].meta.name == rule) else { continue };
        let Some(staff) = world.tables.staff.get(case.user as usize) else { continue };
        let looks = world.looks(case);
        let system = strings.get(looks[0].system);
        let record = world.subjects.all[case.subject as usize].key.strip_prefix("record:").map(str::to_owned);
        if let Some(record) = record
            && looks.iter().all(|look| strings.get(look.system) == system)
        {
            return Target {
                staff: staff.staff_id.clone(),
                role: staff.role.clone(),
                team: staff.team.clone(),
                record,
                system: system.to_owned(),
                tied: on.tie.is_some(),
            };
        }
    }
    panic!("{rule} fires on no such case");
}

/// How many findings a rule has, on cases and on users.
fn count(set: &RuleSet, firings: &Firings, rule: &str) -> usize {
    let (rules, _) = set.runnable(&facts::TABLES);
    let is = |index: u16| rules[usize::from(index)].meta.name == rule;
    firings.cases.iter().flat_map(|case| &case.fired).filter(|on| is(on.rule)).count()
        + firings.users.iter().filter(|on| is(on.rule)).count()
}

#[test]
fn an_authority_answers_what_it_names_and_says_when_it_answers_nothing() {
    let (found, lines, id, before) = with_authorities(&[], |world, set, firings| {
        let lines = world.tables.authorities.iter().map(|row| row.origin.line).max().expect("some");
        let id = set.find("no-incident").expect("shipped").meta.id.to_uppercase();
        (target(world, set, firings, "no-incident"), lines, id, count(set, firings, "no-incident"))
    });
    let Target { staff, role, team, record, system, tied } = &found;
    assert!(!tied, "no tie is asked for");
    // Columns from staff_id on; whether it answers; what is said of it, if anything.
    let long = "2020-01-01,2030-01-01";
    let table = [
        (format!("{staff},,,supervisor_direction,,no-incident,,,false,X,{long}"), true, ""),
        (format!("{staff},,,supervisor_direction,,purpose/no-incident,,,false,X,{long}"), true, ""),
        (format!("{staff},,,supervisor_direction,,{id},,,false,X,{long}"), true, ""),
        (format!("{staff},,,supervisor_direction,,no-incident;family,,,false,X,,"), true, ""),
        (format!(",{role},,role_function,,no-incident,,,false,X,{long}"), true, ""),
        (format!(",,{team},role_function,,no-incident,,,false,X,{long}"), true, ""),
        (format!(",{role},{team},role_function,{system},no-incident,,,false,X,{long}"), true, ""),
        (format!("{staff},,,supervisor_direction,,no-incident,{record},,false,X,{long}"), true, ""),
        // Blind working is asked for, and there is no tie.
        (format!("{staff},,,supervisor_direction,,no-incident,,,true,X,{long}"), true, ""),
        (format!("{staff},,,supervisor_direction,,own-record,,,false,X,{long}"), false, "answered no finding"),
        (format!("{staff},,,supervisor_direction,NOSUCH,no-incident,,,false,X,{long}"), false, "answered no finding"),
        (format!("{staff},,,supervisor_direction,,no-incident,N00000000,,false,X,{long}"), false, "no finding"),
        (format!("{staff},,,supervisor_direction,,no-incident,,I000000-0000,false,X,{long}"), false, "no finding"),
        (format!("{staff},Chief of Nothing,,role_function,,no-incident,,,false,X,{long}"), false, "no finding"),
        (format!("{staff},,No Such Team,role_function,,no-incident,,,false,X,{long}"), false, "no finding"),
        (
            format!("{staff},,,supervisor_direction,,no-incident,,,false,X,2020-01-01,2021-01-01"),
            false,
            "it had ended before the window",
        ),
        (
            format!("{staff},,,supervisor_direction,,no-incident,,,false,X,2029-01-01,"),
            false,
            "it begins after the window",
        ),
        (
            format!("{staff},,,supervisor_direction,,no-incidnet,,,false,X,{long}"),
            false,
            "names `no-incidnet`, and no rule of this run is called so; did you mean `no-incident`?",
        ),
    ];
    let rows: Vec<String> = table.iter().enumerate().map(|(n, (row, ..))| format!("EX{n:02},{row}")).collect();
    with_authorities(&rows, |world, set, firings| {
        for (n, (row, answers, said)) in table.iter().enumerate() {
            let place = format!("authorities.csv:{}:", lines as usize + 1 + n);
            let notes: Vec<&String> = firings.idle.iter().filter(|note| note.contains(&place)).collect();
            assert_eq!(notes.is_empty(), *answers, "{row}: {notes:?}");
            assert!(notes.iter().any(|note| note.contains(said)) || *answers, "{row}: {notes:?}");
        }
        assert!(count(set, firings, "no-incident") < before);
        let left = firings.cases.iter().any(|case| {
            let of = &world.cases[case.case as usize];
            let (rules, _) = set.runnable(&facts::TABLES);
            world.tables.staff.get(of.user as usize).is_some_and(|s| s.staff_id == *staff)
                && case.fired.iter().any(|on| rules[usize::from(on.rule)].meta.name == "no-incident")
        });
        assert!(!left, "{staff} has none left");
    });
}

#[test]
fn a_tie_is_the_breach_where_blind_working_is_asked_for() {
    let found = with_authorities(&[], |world, set, firings| target(world, set, firings, "family"));
    assert!(found.tied);
    for (blind, left) in [("true", true), ("false", false)] {
        let row = format!("EX,{},,,it_testing,,family,,,{blind},X,2020-01-01,2030-01-01", found.staff);
        with_authorities(&[row], |world, set, firings| {
            let (rules, _) = set.runnable(&facts::TABLES);
            let own = firings.cases.iter().filter(|case| {
                let user = world.cases[case.case as usize].user;
                world.tables.staff.get(user as usize).is_some_and(|s| s.staff_id == found.staff)
            });
            let still = own.flat_map(|case| &case.fired).any(|on| rules[usize::from(on.rule)].meta.name == "family");
            assert_eq!(still, left, "blind_required {blind}");
            assert_eq!(firings.idle.is_empty(), !left, "{:?}", firings.idle);
        });
    }
}

#[test]
fn findings_on_a_user_as_a_whole_can_be_exempted_for_the_whole_time_alone() {
    let rule = "boilerplate-habit";
    let (staff, before) = with_authorities(&[], |world, set, firings| {
        let (rules, _) = set.runnable(&facts::TABLES);
        let on = firings.users.iter().find(|on| rules[usize::from(on.rule)].meta.name == rule).expect("it fires");
        (world.tables.staff[on.user as usize].staff_id.clone(), count(set, firings, rule))
    });
    for (dates, taken) in [(",", 1), ("2020-01-01,2030-01-01", 1), ("2020-01-01,2026-03-18", 0)] {
        let row = format!("EX,{staff},,,role_function,,{rule},,,false,X,{dates}");
        with_authorities(&[row], |_, set, firings| {
            assert_eq!(before - count(set, firings, rule), taken, "{dates}");
            assert_eq!(firings.idle.is_empty(), taken == 1, "{dates}: {:?}", firings.idle);
        });
    }
}
