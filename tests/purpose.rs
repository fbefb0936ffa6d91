//! Why they looked: the fast answer against the one that explains itself, and small hand-made forces.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use probity::config::{self, Overrides};
use probity::ingest;
use probity::purpose::{Purpose, trace};
use probity::run::{self, Unwatched};
use proptest::prelude::*;

const TABLES: [&str; 10] = [
    "access",
    "staff",
    "accounts",
    "relationships",
    "people",
    "incidents",
    "incident_people",
    "assignments",
    "authorities",
    "training",
];

struct NoProgress;

impl ingest::Progress for NoProgress {
    fn file(&self, _: &str, _: u64) {}
    fn bytes(&self, _: u64) {}
}

/// A small random force: few people, so that everything meets everything.
#[derive(Clone, Debug)]
struct Force {
    assignments: Vec<(u8, u8, u8, u8, u8)>,
    parties: Vec<(u8, u8, bool)>,
    events: Vec<(u8, u8, u16, u8, u8, u8)>,
    authorities: Vec<(u8, u8, bool, u8)>,
    sessions: Vec<(u8, u8, bool)>,
    relations: Vec<(u8, u8)>,
}

fn force() -> impl Strategy<Value = Force> {
    let few = 0_u8..8;
    (
        proptest::collection::vec((0_u8..6, 0_u8..7, 0_u8..6, 0_u8..40, 0_u8..30), 4..24),
        proptest::collection::vec((0_u8..6, few.clone(), any::<bool>()), 2..10),
        proptest::collection::vec((0_u8..5, 0_u8..12, 0_u16..260, 0_u8..14, 0_u8..9, 0_u8..12), 1..40),
        proptest::collection::vec((0_u8..5, 0_u8..9, any::<bool>(), 0_u8..20), 0..3),
        proptest::collection::vec((0_u8..5, 0_u8..20, any::<bool>()), 0..3),
        proptest::collection::vec((0_u8..5, few), 0..4),
    )
        .prop_map(|(assignments, parties, events, authorities, sessions, relations)| Force {
            assignments,
            parties,
            events,
            authorities,
            sessions,
            relations,
        })
}

/// So many hours after the first of March.
fn at(hours: u32) -> String {
    format!("2026-03-{:02}T{:02}:00:00Z", 1 + hours / 24, hours % 24)
}

const SURNAMES: [&str; 8] = ["Adair", "Birkin", "Corrigan", "Dalby", "Embry", "Fosdick", "Garrity", "Hobday"];

fn write(force: &Force, into: &Path) {
    let mut files: Vec<(&str, String)> = Vec::new();
    let mut staff = "staff_id,forename,surname,dob,address,postcode,role,team,line_manager,status\n".to_owned();
    for n in 0..5 {
        let role = if n == 4 { "Custody Officer" } else { "Officer" };
        let _ = writeln!(
            staff,
            "S{n},Una,Zedd{n},1980-01-0{},{n} Mill Lane,ZZ9 9ZZ,{role},T{},S{},active",
            n + 1,
            n % 2,
            n / 2
        );
    }
    files.push(("staff", staff));
    let mut accounts = "login,system,staff_id,kind,from,to\nsvc,,,service,,\n".to_owned();
    for n in 0..5 {
        let _ = writeln!(accounts, "S{n},,S{n},personal,,");
    }
    files.push(("accounts", accounts));
    let mut people = "subject_id,forename,surname,dob,address,postcode,phones,vrms\n".to_owned();
    for (n, surname) in SURNAMES.iter().enumerate() {
        let _ = writeln!(people, "N{n},Ada,{surname},1990-02-1{n},{} High Street,AB1 {}CD,,AA0{n} AAA", n + 1, n % 3);
    }
    files.push(("people", people));
    let mut relations = "relation_id,staff_id,relation,subject_id,from\n".to_owned();
    for (n, (who, whom)) in force.relations.iter().enumerate() {
        let _ = writeln!(relations, "R{n},S{who},sibling,N{whom},2020-01-01");
    }
    files.push(("relationships", relations));
    let mut incidents = "incident_id,opened,closed,kind,address,postcode,restricted\n".to_owned();
    for n in 0..6_u32 {
        let closed = if n == 5 { String::new() } else { at(n * 40 + 60) };
        let _ = writeln!(incidents, "I{n},{},{closed},theft,{} High Street,AB1 {}CD,false", at(n * 40), n + 1, n % 3);
    }
    files.push(("incidents", incidents));
    let mut parties = "incident_id,role,subject_id,forename,surname,dob\n".to_owned();
    for (incident, whom, suspect) in &force.parties {
        let role = if *suspect { "suspect" } else { "victim" };
        if *whom == 7 {
            // A member of staff as a party to an incident.
            let _ = writeln!(parties, "I{incident},{role},,Una,Zedd1,1980-01-02");
        } else {
            let _ = writeln!(parties, "I{incident},{role},N{whom},,,");
        }
    }
    files.push(("incident_people", parties));
    let mut assignments = "incident_id,staff_id,team,role,from,to\n".to_owned();
    for (incident, who, role, from, length) in &force.assignments {
        let role = ["oic", "attending", "supervisor", "reviewer", "call_handler", "other"][usize::from(*role)];
        let start = u32::from(*incident) * 40 + u32::from(*from);
        let (member, team) = match who {
            5 | 6 => (String::new(), format!("T{}", who - 5)),
            n => (format!("S{n}"), String::new()),
        };
        let _ = writeln!(
            assignments,
            "I{incident},{member},{team},{role},{},{}",
            at(start),
            at(start + u32::from(*length))
        );
    }
    files.push(("assignments", assignments));
    let mut authorities =
        "authority_id,staff_id,role,team,basis,systems,rules,subject_id,incident_id,blind_required,authorised_by,from,to\n"
            .to_owned();
    for (n, (who, whom, blind, from)) in force.authorities.iter().enumerate() {
        let subject = if *whom < 8 { format!("N{whom}") } else { String::new() };
        let (from, to) = (1 + from % 20, 4 + from % 20);
        let _ = writeln!(
            authorities,
            "AU{n},S{who},,,role_function,RMS,,{subject},,{blind},S0,2026-03-{from:02},2026-03-{to:02}"
        );
    }
    files.push(("authorities", authorities));
    let mut training = "session_id,system,start,end,trainer_id,attendee_id,live_authorised,authorised_by\n".to_owned();
    for (n, (who, day, live)) in force.sessions.iter().enumerate() {
        let hours = u32::from(*day) * 20;
        let _ = writeln!(training, "TS{n},RMS,{},{},S0,S{who},{live},S1", at(hours), at(hours + 4));
    }
    files.push(("training", training));
    let mut access =
        "event_id,at,login,system,environment,action,outcome,on_behalf_of,incident_id,terminal,location,subject_id,q_forename,q_surname,q_dob,q_vrm\n"
            .to_owned();
    for (n, (who, what, hour, quoted, behalf, kind)) in force.events.iter().enumerate() {
        let login = if *kind == 11 { "svc".to_owned() } else { format!("S{who}") };
        let action = match kind {
            0 => "search",
            3 => "create",
            5 | 11 => "other",
            _ => "view",
        };
        let quoted = if *quoted < 7 { format!("I{quoted}") } else { String::new() };
        let behalf = if *behalf < 5 { format!("S{behalf}") } else { String::new() };
        let (record, typed) = match what {
            0..8 => (format!("N{what}"), ",,,".to_owned()),
            8 => (String::new(), format!(",{},,", SURNAMES[0])),
            9 if n % 2 == 0 => (String::new(), "Una,Zedd1,1980-01-02,".to_owned()),
            9 => (String::new(), format!("Ada,{},1990-02-11,", SURNAMES[1])),
            10 => (String::new(), ",,,ZZ99 ZZZ".to_owned()),
            _ => (String::new(), ",,,AA02 AAA".to_owned()),
        };
        let minute = n % 60;
        let time = at(u32::from(*hour)).replace(":00:00Z", &format!(":{minute:02}:00Z"));
        let environment = if n % 11 == 10 { "training" } else { "live" };
        let _ = writeln!(
            access,
            "E{n},{time},{login},RMS,{environment},{action},success,{behalf},{quoted},W1,HQ,{record},{typed}"
        );
    }
    files.push(("access", access));
    let mut config = "[run]\nname = \"t\"\n".to_owned();
    for table in TABLES {
        let _ = write!(config, "\n[[sources]]\ntable = \"{table}\"\nfiles = \"{table}.csv\"\n");
    }
    for (name, text) in files {
        fs::write(into.join(format!("{name}.csv")), text).expect("written");
    }
    fs::write(into.join("probity.toml"), config).expect("written");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// The joined, sorted, early-stopping answer is the one that trying every template one by one gives.
    #[test]
    fn the_fast_answer_is_the_explained_one(force in force()) {
        let desk = tempfile::tempdir().expect("a folder");
        write(&force, desk.path());
        let config = config::load(&desk.path().join("probity.toml"), &Overrides::default()).expect("sound");
        let tables = ingest::ingest(&config.sources, &NoProgress).expect("read");
        prop_assert!(tables.quarantine.is_empty(), "{:?}", tables.quarantine);
        let house = run::load_house(&config).expect("shipped");
        let stages = run::stages(&config, &tables, &house, &Unwatched);
        let bench = stages.judged.bench(&tables, &stages.subjects, &stages.relations);
        for look in &stages.judged.looks.all {
            let traced = trace::trace(&bench, &stages.judged.quotes, look);
            let answer = traced.strongest();
            // Outside the feed's reach the templates that read other looks are not asked.
            if look.purpose == Purpose::CannotTell {
                prop_assert!(look.explained_by.is_none());
                continue;
            }
            let told: Vec<_> = traced.tried.iter().map(|t| (t.template.as_str(), t.answer, &t.found)).collect();
            prop_assert_eq!(answer.map(|a| a.0), look.explained_by, "{:?} {:?}", look, told);
            if let Some((template, row)) = answer {
                prop_assert_eq!(row, look.explained_row, "{} {:?} {:?}", template.as_str(), look, told);
            }
            for tried in traced.tried {
                prop_assert!(!tried.found.is_empty(), "{} says nothing", tried.template.as_str());
            }
        }
    }
}

/// `PROBITY_EXPECT=write` renews docs/explanations.md, down to what was measured and written by hand.
#[test]
fn the_page_on_explanations_is_current() {
    const BY_HAND: &str = "\n## Measured\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/explanations.md");
    let made = probity::purpose::templates::document();
    let page = fs::read_to_string(&path).expect("docs/explanations.md");
    let (generated, by_hand) = page.split_at(page.find(BY_HAND).unwrap_or(page.len()));
    if std::env::var_os("PROBITY_EXPECT").is_some_and(|v| v == "write") {
        fs::write(&path, format!("{made}{by_hand}")).expect("written");
    } else {
        assert_eq!(made, generated, "docs/explanations.md is out of date");
    }
}

/// What a system asks by itself belongs to the act that set it off, in whatever system; who was not asked about by a
/// person stays a look of its own.
#[test]
fn automatic_queries_are_part_of_the_act_that_set_them_off() {
    let desk = tempfile::tempdir().expect("a folder");
    let nobody = Force {
        assignments: vec![],
        parties: vec![],
        events: vec![],
        authorities: vec![],
        sessions: vec![],
        relations: vec![],
    };
    write(&nobody, desk.path());
    let rows = [
        ("E0,2026-03-05T10:00:00Z,S0,RMS", "search", "", "AA02 AAA"),
        ("E1,2026-03-05T10:00:01Z,S0,PND", "other", "", ""),
        ("E2,2026-03-05T10:00:20Z,svc,PND", "other", "N3", ""),
        ("E3,2026-03-05T11:00:05Z,S0,PND", "other", "N4", ""),
        ("E4,2026-03-05T11:00:10Z,S0,RMS", "view", "N4", ""),
        ("E5,2026-03-05T12:30:00Z,S0,PND", "other", "", ""),
        ("E6,2026-03-05T13:00:00Z,S0,RMS", "view", "N5", ""),
        ("E7,2026-03-05T13:05:00Z,S0,PND", "other", "N5", ""),
    ];
    let mut access = "event_id,at,login,system,action,terminal,location,subject_id,q_vrm\n".to_owned();
    for (start, action, record, plate) in rows {
        let _ = writeln!(access, "{start},{action},W1,HQ,{record},{plate}");
    }
    fs::write(desk.path().join("access.csv"), access).expect("written");
    let config = config::load(&desk.path().join("probity.toml"), &Overrides::default()).expect("sound");
    let tables = ingest::ingest(&config.sources, &NoProgress).expect("read");
    let house = run::load_house(&config).expect("shipped");
    let stages = run::stages(&config, &tables, &house, &Unwatched);
    let mut looks: Vec<(String, &str, u32)> = (stages.judged.looks.all.iter())
        .map(|l| {
            let subject = &stages.subjects.all[l.subject as usize];
            (subject.key.clone(), tables.access.strings.get(l.system), l.events)
        })
        .collect();
    looks.sort();
    let expected = [
        ("record:N2", "RMS", 2), // the plate's keeper on record
        ("record:N3", "PND", 1), // the keeper that the machine came back with
        ("record:N4", "RMS", 2),
        ("record:N5", "PND", 1), // five minutes on, nobody's query set it off
        ("record:N5", "RMS", 1),
        ("unknown:", "PND", 1),
    ];
    let found: Vec<(&str, &str, u32)> =
        looks.iter().map(|(key, system, events)| (key.as_str(), *system, *events)).collect();
    assert_eq!(found, expected);
}

/// A grace of the force's own changes the answer, and a bad file is refused with its place.
#[test]
fn a_force_may_set_its_own_grace() {
    let desk = tempfile::tempdir().expect("a folder");
    let force = Force {
        assignments: vec![(0, 0, 1, 0, 10), (3, 0, 1, 0, 10)],
        parties: vec![(0, 3, false)],
        events: vec![(0, 3, 100, 13, 8, 1)],
        authorities: vec![],
        sessions: vec![],
        relations: vec![],
    };
    write(&force, desk.path());
    let config = desk.path().join("probity.toml");
    let judge = || {
        let config = config::load(&config, &Overrides::default()).expect("sound");
        let tables = ingest::ingest(&config.sources, &NoProgress).expect("read");
        let house = run::load_house(&config).map_err(|e| e.to_string())?;
        let stages = run::stages(&config, &tables, &house, &Unwatched);
        let look = stages.judged.looks.all[0];
        let bench = stages.judged.bench(&tables, &stages.subjects, &stages.relations);
        let traced = trace::trace(&bench, &stages.judged.quotes, &look);
        Ok::<_, String>((look.explained_by.map(|t| t.as_str().to_owned()), traced.tried[0].found.join("; ")))
    };
    let (answer, said) = judge().expect("shipped");
    assert_eq!(
        (answer, said.as_str()),
        (None, "task of the user on incident I0 ended 3 days 18 h before; grace 3 days")
    );
    fs::create_dir(desk.path().join("own")).expect("a folder");
    let text =
        fs::read_to_string(&config).expect("read").replace("name = \"t\"", "name = \"t\"\nexplanations = \"own\"");
    fs::write(&config, text).expect("written");
    fs::write(desk.path().join("own/assigned.yml"), "after: 5d\nbecause: closed late here\n").expect("written");
    assert_eq!(judge().expect("sound").0.as_deref(), Some("assigned"));
    fs::write(desk.path().join("own/assigned.yml"), "after: 5 days\nbecause: closed late here\n").expect("written");
    let said = judge().expect_err("a bad file");
    assert!(said.contains("assigned.yml:1:8") && said.contains("`5 days`"), "{said}");
}

/// What is tried, how the holders work, events (id, time, login, person, incident, reason), and what
/// answers the first, or why nothing does.
type Trial<'a> = (&'a str, Custom, &'a [[&'a str; 6]], Result<&'a str, &'a str>);

/// How those who hold a function do their ordinary work in a hand-made force.
#[derive(Clone, Copy, Default)]
struct Custom {
    /// Under the number of an incident that is others'.
    quoting: bool,
    /// Down a street, house by house.
    streets: bool,
}

/// Five vetters, whose work leaves no records, and five operators, whose work does; then some looks of theirs.
fn functions(into: &Path, custom: Custom, looks: &[[&str; 6]]) {
    let mut staff = "staff_id,forename,surname,dob,role,team,status\n".to_owned();
    let mut accounts = "login,system,staff_id,kind,from,to\n".to_owned();
    let mut duty = "staff_id,start,end,kind\n".to_owned();
    let mut assignments = "incident_id,staff_id,team,role,from,to\n".to_owned();
    let mut access = "event_id,at,login,system,action,outcome,incident_id,reason_text,subject_id\n".to_owned();
    for n in 0..5 {
        for (letter, role) in [("V", "Vetter"), ("O", "Operator")] {
            let _ = writeln!(staff, "{letter}{n},Una,Zedd{letter}{n},1980-01-0{},{role},{role}s,active", n + 1);
            let _ = writeln!(accounts, "{letter}{n},,{letter}{n},personal,,");
            for day in 1..20 {
                let _ = writeln!(duty, "{letter}{n},2026-03-{day:02} 08:00,2026-03-{day:02} 18:00,duty");
            }
        }
        let _ = writeln!(assignments, "I0,O{n},,call_handler,2026-03-01T00:00:00Z,2026-03-20T00:00:00Z");
        let number = if custom.quoting { "I0" } else { "" };
        for (day, hour) in (1..16).flat_map(|day| [9, 14].map(|hour| (day, hour))) {
            let whom =
                if custom.streets { format!("Q{}", (day + hour) % 4) } else { format!("P{}", 1 + (n * 7 + day) % 40) };
            let at = |minute: usize| format!("2026-03-{day:02}T{hour:02}:{minute:02}:00Z");
            let _ = writeln!(access, "V{n}-{day}-{hour},{},V{n},RMS,view,success,{number},check,{whom}", at(n));
            if custom.streets {
                for other in 0..4 {
                    let minute = 10 + 5 * other;
                    let _ = writeln!(
                        access,
                        "V{n}-{day}-{hour}-{other},{},V{n},RMS,view,success,,check,Q{other}",
                        at(minute)
                    );
                }
            }
            let _ = writeln!(access, "O{n}-{day}-{hour},{},O{n},RMS,view,success,,check,P0", at(30 + n));
        }
    }
    for [id, at, login, record, number, reason] in looks {
        let _ = writeln!(access, "{id},2026-03-{at}:00Z,{login},RMS,view,success,{number},{reason},{record}");
    }
    let mut people = "subject_id,forename,surname,dob,address,postcode\n".to_owned();
    for n in 0..41 {
        let _ = writeln!(people, "P{n},Ada,Name{n},1990-02-11,{} Road{n} Lane,AB{} 1DE", n + 1, n % 9 + 1);
    }
    for n in 0..4 {
        let _ = writeln!(people, "Q{n},Ida,Elmer{n},1990-02-11,{} Elm Road,AB1 2DE", 1 + n / 2);
    }
    let authorities = "authority_id,staff_id,role,team,basis,systems,blind_required,authorised_by,from,to\n\
                       AU0,,Vetter,,role_function,RMS,true,V0,2020-01-01,\n\
                       AU1,,Operator,,role_function,RMS,true,V0,2020-01-01,\n";
    let incidents = "incident_id,opened,closed,kind,address,postcode,restricted\n\
                     I0,2026-03-01T00:00:00Z,2026-03-20T00:00:00Z,theft,,,false\n\
                     I1,2026-03-20T00:00:00Z,2026-03-21T00:00:00Z,theft,,,false\n";
    let parties = "incident_id,role,subject_id,forename,surname,dob\nI0,victim,P0,,,\n";
    let mut config = "[run]\nname = \"t\"\ntimezone = \"UTC\"\n".to_owned();
    for (table, text) in [
        ("access", access.as_str()),
        ("staff", &staff),
        ("accounts", &accounts),
        ("people", &people),
        ("duty", &duty),
        ("incidents", incidents),
        ("incident_people", parties),
        ("assignments", &assignments),
        ("authorities", authorities),
    ] {
        fs::write(into.join(format!("{table}.csv")), text).expect("written");
        let _ = write!(config, "\n[[sources]]\ntable = \"{table}\"\nfiles = \"{table}.csv\"\n");
    }
    fs::write(into.join("probity.toml"), config).expect("written");
}

/// Looks in a night that the roster does not show: event, time, whom.
const NIGHT: [(&str, &str, &str); 8] = [
    ("X", "17T22:00", "P1"),
    ("A", "17T22:40", "P2"),
    ("B", "17T23:20", "P3"),
    ("C", "18T00:10", "P4"),
    ("D", "18T01:00", "P5"),
    ("E", "18T01:50", "P6"),
    ("F", "18T02:40", "P7"),
    ("G", "18T03:30", "P8"),
];

/// A role's function answers the work as its holders do it, and what they hardly ever do it does not.
#[test]
fn a_function_answers_as_its_holders_work() {
    let usual = Custom::default();
    let quoting = Custom { quoting: true, ..usual };
    let streets = Custom { streets: true, ..usual };
    let no = |why: &'static str| Err(why);
    let borrowed = "authority AU0 is for the role's function; an incident was quoted to which neither the user nor the subject belongs";
    let street = "authority AU0 is for the role's function; several homes of one street were gone through at one go";
    let calls = "authority AU1 is for the role's function; that work leaves records, which answer 99 % of it, and none answers this";
    let stated = "authority AU0 is for the role's function; the reason given is training or testing";
    let off = "authority AU0 is for the role's function; it is one of a few looks off duty, with hours of nothing around them";
    let turn: Vec<[&str; 6]> = (0..8).map(|n| [NIGHT[n].0, NIGHT[n].1, "V0", NIGHT[n].2, "", "check"]).collect();
    let table: [Trial<'_>; 14] = [
        ("at work", usual, &[["X", "17T10:00", "V0", "P1", "", "check"]], Ok("role_function")),
        ("off duty", usual, &[["X", "17T03:00", "V0", "P1", "", "check"]], no(off)),
        ("a turn that was not entered", usual, &turn, Ok("role_function")),
        (
            "people of one street among many others",
            usual,
            &[
                ["X", "17T10:00", "V0", "Q0", "", "check"],
                ["Y", "17T10:05", "V0", "Q1", "", "check"],
                ["A", "17T10:10", "V0", "P1", "", "check"],
                ["B", "17T10:15", "V0", "P2", "", "check"],
                ["C", "17T10:20", "V0", "P3", "", "check"],
                ["D", "17T10:25", "V0", "P4", "", "check"],
                ["E", "17T10:30", "V0", "P5", "", "check"],
                ["Z", "17T11:00", "V0", "Q2", "", "check"],
                ["W", "17T11:05", "V0", "Q3", "", "check"],
            ],
            Ok("role_function"),
        ),
        ("a borrowed number", usual, &[["X", "17T10:00", "V0", "P1", "I0", "check"]], no(borrowed)),
        ("a borrowed number, as all", quoting, &[["X", "17T10:00", "V0", "P1", "I0", "check"]], Ok("role_function")),
        ("a number of their own files", usual, &[["X", "17T10:00", "V0", "P1", "VET/7", "check"]], Ok("role_function")),
        ("training as the reason", usual, &[["X", "17T10:00", "V0", "P1", "", "training"]], no(stated)),
        (
            "a household",
            usual,
            &[["X", "17T10:00", "V0", "Q0", "", "check"], ["Y", "17T10:05", "V0", "Q1", "", "check"]],
            Ok("role_function"),
        ),
        (
            "a street",
            usual,
            &[
                ["X", "17T10:00", "V0", "Q0", "", "check"],
                ["Y", "17T10:05", "V0", "Q1", "", "check"],
                ["Z", "17T11:00", "V0", "Q2", "", "check"],
                ["W", "17T11:05", "V0", "Q3", "", "check"],
            ],
            no(street),
        ),
        (
            "a street, as all of them",
            streets,
            &[
                ["X", "17T10:00", "V0", "Q0", "", "check"],
                ["Y", "17T10:05", "V0", "Q1", "", "check"],
                ["Z", "17T11:00", "V0", "Q2", "", "check"],
                ["W", "17T11:05", "V0", "Q3", "", "check"],
            ],
            Ok("role_function"),
        ),
        (
            "a search on the way down a street",
            usual,
            &[
                ["S", "17T10:30", "V0", "P99", "", "check"],
                ["X", "17T10:00", "V0", "Q0", "", "check"],
                ["Y", "17T10:05", "V0", "Q1", "", "check"],
                ["Z", "17T11:00", "V0", "Q2", "", "check"],
                ["W", "17T11:05", "V0", "Q3", "", "check"],
            ],
            no(street),
        ),
        ("an operator on a call", usual, &[["X", "17T10:00", "O0", "P0", "", "check"]], Ok("call_taken")),
        ("an operator without one", usual, &[["X", "17T10:00", "O0", "P9", "", "check"]], no(calls)),
    ];
    for (case, custom, looks, expected) in table {
        let desk = tempfile::tempdir().expect("a folder");
        functions(desk.path(), custom, looks);
        let config = config::load(&desk.path().join("probity.toml"), &Overrides::default()).expect("sound");
        let tables = ingest::ingest(&config.sources, &NoProgress).expect("read");
        assert!(tables.quarantine.is_empty(), "{case}: {:?}", tables.quarantine);
        let house = run::load_house(&config).expect("shipped");
        let stages = run::stages(&config, &tables, &house, &Unwatched);
        let bench = stages.judged.bench(&tables, &stages.subjects, &stages.relations);
        let at = |l: &&probity::purpose::Look| {
            l.first_at.rfc3339(chrono_tz::UTC).starts_with(&format!("2026-03-{}", looks[0][1]))
        };
        let look = stages.judged.looks.all.iter().find(at).expect("the look");
        let traced = trace::trace(&bench, &stages.judged.quotes, look);
        assert_eq!(traced.strongest().map(|a| a.0), look.explained_by, "{case}");
        let function = traced.tried.iter().find(|t| t.template.as_str() == "role_function").expect("tried");
        match expected {
            Ok(template) => assert_eq!(look.explained_by.map(|t| t.as_str()), Some(template), "{case}"),
            Err(why) => {
                assert_eq!((look.explained_by, look.purpose), (None, Purpose::Unexplained), "{case}");
                assert_eq!(function.found, [why.to_owned()], "{case}");
            }
        }
    }
}
