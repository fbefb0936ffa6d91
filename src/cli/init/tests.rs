//! A folder of exports, from survey to a config that loads.

use std::path::Path;

use super::*;
use crate::config::{self, Overrides};

const RULES: [(&str, &[&str]); 3] =
    [("self/own-record", &["staff"]), ("relationship/family", &["relationships", "incidents"]), ("volume/burst", &[])];

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, text).expect("a file");
}

fn exports(folder: &Path) -> Plan {
    for (name, text) in [
        ("access-2026-03-01.csv", "event_id,at,login,system,colour\n"),
        ("access-2026-03-02.csv", "event_id,at,login,system,colour\n"),
        ("hr/[new] list.csv", "staff_id,forename,surname,role\n"),
        ("duty.parquet", "PAR1"),
        ("incidents.csv", "Ref,Opened\n"),
        ("weather.csv", "town,rain\n"),
    ] {
        write(folder, name, text);
    }
    place::plan(survey::survey(folder).expect("a survey"))
}

#[test]
fn the_config_that_is_written_loads_and_reads_what_was_found() {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let inputs = desk.path().join("ex\"ports [1]");
    let plan = exports(&inputs);
    let text = write::config(&plan, &relative(desk.path(), &inputs));
    write(desk.path(), "nightly.toml", &text);
    let config = config::load(&desk.path().join("nightly.toml"), &Overrides::default()).expect("a config that loads");
    let read: Vec<_> = config.sources.iter().flat_map(|source| &source.names).map(String::as_str).collect();
    assert_eq!(
        read,
        [
            "ex\"ports [1]/access-2026-03-01.csv",
            "ex\"ports [1]/access-2026-03-02.csv",
            "ex\"ports [1]/hr/[new] list.csv",
            "ex\"ports [1]/duty.parquet",
        ]
    );
}

#[test]
fn the_config_explains_itself() {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let plan = exports(&desk.path().join("exports"));
    insta::assert_snapshot!(write::config(&plan, "exports/"), @r##"
    # A run of Probity. Paths are relative to this file; `probity run --help` says what
    # the command line can set instead. Lines that start with # are not read.

    [run]
    # What this run is called in its report. Default: the config's file name.
    # name = "Nightly audit"
    # Folder that the report is written to; it is replaced as a whole. Default: "report".
    out = "report"
    # Zone in which times are shown, and in which local times are read unless the source says otherwise. Default: "Europe/London".
    timezone = "Europe/London"
    # Start of the window that is judged; a date means the start of that day. Default: the first event.
    # since = "2026-03-01"
    # End of the window that is judged, itself outside it; a date means the end of that day. Default: the last event.
    # until = "2026-03-31"
    # What the run takes as the present; a date means the end of that day. Default: the end of the window.
    # now = "2026-04-01"
    # Folder of rules to use in place of the shipped ones. Default: the shipped rules.
    # rules = "rules"
    # Folder of files that set how long before and after its record an explanation holds. Default: the shipped times.
    # explanations = "explanations"
    # File of the score's values, over the shipped ones (docs/scoring.md). Default: the shipped values.
    # values = "values.toml"
    # How many members of staff the department can look into: the refer lane ends there. Default: no limit.
    # capacity = 40
    # How many members of staff to draw at random from those not referred, to measure misses. Default: none.
    # sample = 10
    # Folder of mapping profiles, looked in before the shipped ones. Default: the shipped profiles.
    # profiles = "profiles"
    # Whether looks.parquet is written: every look with its facts. Default: false.
    # keep_looks = false
    # How many threads to work with. Default: one a processor.
    # threads = 2
    # Share of a table's rows that may be unusable before the run ends with exit code 5. Default: 0.01.
    max_quarantine_share = 0.01
    # SQLite file that remembers what earlier runs referred and what was decided. Default: none.
    # ledger = "probity.sqlite"

    [[sources]]
    table = "access"
    files = "exports/access-*.csv"

    [[sources]]
    table = "staff"
    files = "exports/hr/[[]new[]] list.csv"

    [[sources]]
    table = "duty"
    files = "exports/duty.parquet"

    # incidents.csv is not read: it lacks the column incident_id.
    # [[sources]]
    # table = "incidents"
    # files = "exports/incidents.csv"
    # profile = "…"

    # Not found: accounts, relationships, people, incidents, incident_people, assignments, training, high_profile, authorities, dispositions.
    "##);
}

#[test]
fn what_was_found_and_what_is_missing_is_told() {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let plan = exports(&desk.path().join("exports"));
    let needs: Vec<_> = RULES.iter().map(|(rule, needs)| ((*rule).to_owned(), needs.to_vec())).collect();
    insta::assert_snapshot!(told::text(&plan, &needs, "exports/"), @r##"
    Found in exports/:
      access  access-2026-03-01.csv  not used: colour
      access  access-2026-03-02.csv  not used: colour
      staff   hr/[new] list.csv      by its columns
      duty    duty.parquet           by its name; its columns were not looked at

    Not placed:
      incidents.csv  it lacks the column incident_id; it needs a mapping profile (see `probity profile suggest`)
      weather.csv    its columns are those of no table

    2 of 3 rules can run. These tables would switch on others:
      relationships:
        relationship/family (with incidents)
      incidents:
        relationship/family (with relationships)
    "##);
}

#[test]
fn folders_are_seen_from_the_config() {
    let desk = tempfile::tempdir().expect("a temporary folder");
    for name in ["configs/night", "exports/march"] {
        std::fs::create_dir_all(desk.path().join(name)).expect("folders");
    }
    let see = |from: &str, to: &str| relative(&desk.path().join(from), &desk.path().join(to));
    assert_eq!(see("configs", "configs"), "");
    assert_eq!(see("", "exports/march"), "exports/march/");
    assert_eq!(see("configs/night", "exports"), "../../exports/");
}
