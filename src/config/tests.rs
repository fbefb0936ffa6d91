//! Configs as people write them, right and wrong.

use std::path::Path;

use chrono_tz::Europe;
use serde_json::json;

use super::*;
use crate::ingest::tables::TableName;

/// A folder that holds a config and the files it may name.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a temporary folder"));
        for name in ["access-1.csv", "access-2.csv", "staff.csv"] {
            desk.write(name, "a,b\n");
        }
        desk
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn load_with(&self, text: &str, overrides: &Overrides) -> Result<RunConfig, ConfigError> {
        self.write("nightly.toml", text);
        load(&self.path("nightly.toml"), overrides)
    }

    fn load(&self, text: &str) -> Result<RunConfig, ConfigError> {
        self.load_with(text, &Overrides::default())
    }

    /// The faults of a config as `code at "text": message (help)`, one a line.
    fn faults(&self, text: &str) -> String {
        self.faults_with(text, &Overrides::default())
    }

    fn faults_with(&self, text: &str, overrides: &Overrides) -> String {
        let error = self.load_with(text, overrides).expect_err("a config to refuse");
        let lines = error.faults.iter().map(|fault| {
            let at = miette::Diagnostic::labels(fault)
                .and_then(|mut labels| labels.next())
                .map(|label| format!(" at {:?}", &text[label.offset()..label.offset() + label.len()]))
                .unwrap_or_default();
            let help = fault.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{}{at}: {}{help}", fault.code, fault.message)
        });
        lines.collect::<Vec<_>>().join("\n").replace(&self.0.path().display().to_string(), "DESK")
    }
}

/// The least that a mapping profile can say.
const PROFILE: &str = "[columns]\n";

const SMALLEST: &str = "[[sources]]\ntable = \"access\"\nfiles = \"access-*.csv\"\n";

fn with_run(run: &str) -> String {
    format!("[run]\n{run}\n\n{SMALLEST}")
}

#[test]
fn the_smallest_config_has_documented_defaults() {
    let desk = Desk::new();
    let config = desk.load(SMALLEST).expect("a config");
    assert_eq!(config.name, "nightly");
    assert_eq!(config.out, desk.path("report"));
    assert_eq!(config.zone, Europe::London);
    assert_eq!((config.since, config.until, config.now), (None, None, None));
    assert_eq!((config.rules, config.ledger, config.threads), (None, None, None));
    assert!(!config.keep_looks);
    assert!((config.max_quarantine_share - 0.01).abs() < 1e-12);
    assert_eq!(config.sources.len(), 1);
    assert_eq!(config.sources[0].names, ["access-1.csv", "access-2.csv"]);
    assert_eq!(config.sources[0].files, [desk.path("access-1.csv"), desk.path("access-2.csv")]);
    assert_eq!(config.as_written, json!({ "sources": [{ "table": "access", "files": "access-*.csv" }] }));
}

#[test]
fn everything_that_a_config_says_is_taken() {
    let desk = Desk::new();
    desk.write("own/rms.toml", PROFILE);
    desk.write("out/yesterday/manifest.json", "{}");
    desk.write("rules/x.yml", "");
    let config = desk
        .load(
            r#"
[run]
name = "Nightly"
out = "out/tonight"
timezone = "Europe/Dublin"
since = 2026-03-01
until = "2026-03-31"
now = "2026-04-01T05:00:00+01:00"
rules = "rules"
profiles = "own"
keep_looks = true
threads = 2
max_quarantine_share = 0
ledger = "probity.sqlite"

[[sources]]
table = "access"
files = ["access-1.csv", "access-*.csv"]
profile = "rms"
timezone = "UTC"
"#,
        )
        .expect("a config");
    let shown = |at: Option<Instant>| at.map(|at| at.rfc3339(config.zone));
    assert_eq!(config.name, "Nightly");
    assert_eq!(config.out, desk.path("out/tonight"));
    assert_eq!(shown(config.since).as_deref(), Some("2026-03-01T00:00:00+00:00"));
    assert_eq!(shown(config.until).as_deref(), Some("2026-04-01T00:00:00+01:00"));
    assert_eq!(shown(config.now).as_deref(), Some("2026-04-01T05:00:00+01:00"));
    assert_eq!(config.rules, Some(desk.path("rules")));
    assert_eq!(config.ledger, Some(desk.path("probity.sqlite")));
    assert_eq!((config.threads, config.keep_looks, config.max_quarantine_share), (Some(2), true, 0.0));
    let [source] = config.sources.as_slice() else { panic!("one source") };
    assert_eq!(source.names, ["access-1.csv", "access-2.csv"]);
    assert_eq!(source.zone, chrono_tz::UTC);
    assert!(source.profile.is_some());
}

#[test]
fn the_order_of_the_sources_means_nothing() {
    let desk = Desk::new();
    let staff = "[[sources]]\ntable = \"staff\"\nfiles = \"staff.csv\"\n";
    let (one, two) = (format!("{SMALLEST}\n{staff}"), format!("{staff}\n{SMALLEST}"));
    let (one, two) = (desk.load(&one).expect("one"), desk.load(&two).expect("two"));
    let order = |config: &RunConfig| config.sources.iter().map(|source| source.table).collect::<Vec<_>>();
    assert_eq!(order(&one), [TableName::Access, TableName::Staff]);
    assert_eq!(order(&one), order(&two));
    assert_eq!(one.as_written, two.as_written);
}

#[test]
fn the_command_line_goes_before_the_config() {
    let desk = Desk::new();
    let overrides = Overrides {
        since: Some("2026-02-01".to_owned()),
        out: Some(PathBuf::from("elsewhere")),
        threads: Some(1),
        keep_looks: true,
        ..Overrides::default()
    };
    let text = with_run("since = \"2026-03-01\"\nout = \"report\"\nthreads = 8");
    let config = desk.load_with(&text, &overrides).expect("a config");
    assert_eq!(config.since.map(|at| at.rfc3339(config.zone)).as_deref(), Some("2026-02-01T00:00:00+00:00"));
    assert_eq!(config.out, Path::new("elsewhere"));
    assert_eq!((config.threads, config.keep_looks), (Some(1), true));
    assert_eq!(config.as_written["run"]["since"], "2026-03-01");
    assert_eq!(
        config.as_written["overrides"],
        json!({ "since": "2026-02-01", "out": "elsewhere", "threads": 1, "keep_looks": true })
    );
}

#[test]
fn mistakes_are_all_told_at_once_in_the_order_of_the_lines() {
    let text = r#"
[run]
sicne = "2026-03-01"
until = "31/03/2026"
timezone = "Europe/Londn"
threads = "two"
keep_looks = "yes"
max_quarantine_share = 7
table = "access"

[[sources]]
table = "acess"
files = "access-*.csv"
colour = "blue"

[[sources]]
table = "staff"
"#;
    insta::assert_snapshot!(Desk::new().faults(text), @r##"
    config::unknown_key at "sicne": [run] has no key `sicne` (did you mean `since`?)
    config::bad_moment at "\"31/03/2026\"": `until`: `31/03/2026` is neither a date of the calendar nor an RFC 3339 time (write a date as 2026-03-01, or a time as 2026-03-01T06:00:00+00:00)
    config::unknown_zone at "\"Europe/Londn\"": there is no time zone `Europe/Londn` (did you mean `Europe/London`?)
    config::wrong_type at "\"two\"": `threads` must be a whole number from 1 upwards, not the text "two"
    config::wrong_type at "\"yes\"": `keep_looks` must be true or false, not the text "yes"
    config::wrong_type at "7": `max_quarantine_share` must be a number from 0 to 1, not the number 7
    config::unknown_key at "table": [run] has no key `table` (`table` belongs under [[sources]])
    config::unknown_table at "\"acess\"": there is no table `acess` (did you mean `access`?)
    config::unknown_key at "colour": [[sources]] has no key `colour` (known here: table, files, profile, timezone)
    config::missing_key at "[[sources]]": this source has no `files` (`files` is a file name or glob in quotes, or a list of them)
    "##);
}

#[test]
fn sections_that_are_not_sections_are_explained() {
    let desk = Desk::new();
    let told = [
        "run = 3\n",
        "[source]\ntable = \"access\"\n",
        "[sources]\ntable = \"access\"\n",
        "sources = [ \"access.csv\" ]\n",
        "out = \"report\"\n",
        "[weather]\n",
        "",
        "[run\n",
    ]
    .map(|text| format!("{text:?}\n{}", desk.faults(text)));
    insta::assert_snapshot!(told.join("\n"), @r##"
    "run = 3\n"
    config::no_access: the config names no source (add a [[sources]] section with table = "access" and the files of the access log)
    config::wrong_type at "3": `run` must be a [run] section, not the number 3
    "[source]\ntable = \"access\"\n"
    config::unknown_key at "source": a config has no section or key `source` (did you mean [[sources]]?)
    "[sources]\ntable = \"access\"\n"
    config::wrong_type at "sources": `sources` is a list of sections (write [[sources]], with two brackets, before each source)
    "sources = [ \"access.csv\" ]\n"
    config::wrong_type at "\"access.csv\"": `sources` must be a [[sources]] section, not the text "access.csv"
    "out = \"report\"\n"
    config::unknown_key at "out": a config has no section or key `out` (`out` belongs under [run])
    "[weather]\n"
    config::unknown_key at "weather": a config has no section or key `weather` (a config has a [run] section and [[sources]] sections)
    ""
    config::no_access: the config names no source (add a [[sources]] section with table = "access" and the files of the access log)
    "[run\n"
    config::not_toml at "": this is not TOML: unclosed table, expected `]`
    "##);
}

#[test]
fn places_that_do_not_exist_are_told_apart_from_missing_input() {
    let desk = Desk::new();
    desk.write("own/our-rms.toml", PROFILE);
    let told = [
        with_run("rules = \"ruels\""),
        with_run("profiles = \"nowhere\""),
        SMALLEST.replace("access-*.csv", "log-*.csv"),
        SMALLEST.replace("access-*.csv", "acess-1.csv"),
        format!("[run]\nprofiles = \"own\"\n{SMALLEST}profile = \"oru-rms\"\n"),
        format!("{SMALLEST}profile = \"eugen-alpr\"\n"),
        format!("{SMALLEST}profile = \"no-such\"\n"),
        SMALLEST.replace("access\"\n", "staff\"\n") + "profile = \"eugene-alpr\"\n" + SMALLEST,
        format!("{SMALLEST}profile = \"maps/none.toml\"\n"),
    ]
    .map(|text| {
        let input = desk.load(&text).expect_err("refused").is_input();
        format!("input: {input}: {}", desk.faults(&text))
    });
    insta::assert_snapshot!(told.join("\n"), @r##"
    input: false: config::missing_folder at "\"ruels\"": `rules`: there is no folder DESK/ruels
    input: false: config::missing_folder at "\"nowhere\"": `profiles`: there is no folder DESK/nowhere
    input: true: config::missing_file at "\"log-*.csv\"": no file matches `log-*.csv` (paths are relative to the config; looked in DESK)
    input: true: config::missing_file at "\"acess-1.csv\"": there is no file `acess-1.csv` (did you mean `access-1.csv`?)
    input: false: config::unknown_profile at "\"oru-rms\"": there is no profile `oru-rms` (did you mean `our-rms`?)
    input: false: config::unknown_profile at "\"eugen-alpr\"": there is no profile `eugen-alpr` (did you mean `eugene-alpr`?)
    input: false: config::unknown_profile at "\"no-such\"": there is no profile `no-such` (known here: alpr-organisation, alpr-portal, canonical, eugene-alpr, fhir-auditevent, hr-export, pnc-transaction, purview, roster-export; a path must end in .toml)
    input: false: config::other_table at "\"eugene-alpr\"": the profile `eugene-alpr` makes the table `access` (this source feeds `staff`: one of the two is wrong)
    input: false: config::unknown_profile at "\"maps/none.toml\"": the profile DESK/maps/none.toml cannot be read (No such file or directory (os error 2))
    "##);
}

#[test]
fn a_broken_profile_passes_on_what_its_reader_says() {
    let desk = Desk::new();
    desk.write("map.toml", "nothing of use");
    let error = desk.load(&format!("{SMALLEST}profile = \"map.toml\"\n")).expect_err("refused");
    let related = miette::Diagnostic::related(&error).expect("a cause").map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(error.to_string(), "the profile `map.toml` cannot be used");
    assert_eq!(related.len(), 1);
}

#[test]
fn no_file_counts_twice() {
    let desk = Desk::new();
    let again = "[[sources]]\ntable = \"access\"\nfiles = \"./access-1.csv\"\n";
    insta::assert_snapshot!(desk.faults(&format!("{SMALLEST}\n{again}")), @r##"config::read_twice at "\"./access-1.csv\"": another source already reads `access-1.csv` into `access` (its rows would count twice; narrow one of the two globs)"##);
    let other_shape = format!("{SMALLEST}\n{again}profile = \"eugene-alpr\"\n");
    assert_eq!(desk.load(&other_shape).expect("two readings of one file").sources.len(), 2);
}

#[test]
fn the_report_never_replaces_what_a_run_reads_or_keeps() {
    let desk = Desk::new();
    desk.write("keep/rules/x.yml", "");
    let told = [
        with_run("out = \".\""),
        with_run("out = \"keep/../keep\"\nrules = \"keep/rules\""),
        with_run("ledger = \"report/probity.sqlite\""),
        with_run("out = \"no/report\""),
    ]
    .map(|text| desk.faults(&text));
    insta::assert_snapshot!(told.join("\n"), @r##"
    config::out_holds_input at "\".\"": the report's folder DESK/. holds the config DESK/nightly.toml (the folder is replaced as a whole on every run; choose one of its own)
    config::out_holds_input at "\"keep/../keep\"": the report's folder DESK/keep/../keep holds the rules DESK/keep/rules (the folder is replaced as a whole on every run; choose one of its own)
    config::out_holds_input at "\"report/probity.sqlite\"": the report's folder DESK/report holds the ledger DESK/report/probity.sqlite (the folder is replaced as a whole on every run; choose one of its own)
    config::missing_folder at "\"no/report\"": there is no folder DESK/no to write the report in (make it first: a run makes the report's folder alone)
    "##);
}

#[test]
fn the_window_runs_forwards() {
    let desk = Desk::new();
    let over = Overrides { since: Some("2026-04-02".to_owned()), ..Overrides::default() };
    let bad = Overrides { until: Some("tomorrow".to_owned()), ..Overrides::default() };
    let told = [
        desk.faults(&with_run("since = \"2026-04-01\"\nuntil = \"2026-03-01\"")),
        desk.faults_with(&with_run("until = \"2026-04-01\""), &over),
        desk.faults_with(SMALLEST, &bad),
        desk.faults(&with_run("since = \"2026-04-01\"\nnow = \"2026-03-01\"")),
    ];
    insta::assert_snapshot!(told.join("\n"), @r##"
    config::empty_window at "\"2026-03-01\"": the window ends before it starts: `until` is not after `since`
    config::empty_window at "\"2026-04-01\"": the window ends before it starts: `until` is not after `since`
    config::bad_moment: --until: `tomorrow` is neither a date of the calendar nor an RFC 3339 time (write a date as 2026-03-01, or a time as 2026-03-01T06:00:00+00:00)
    config::empty_window at "\"2026-03-01\"": the run's present lies before its window: `now` is not after `since`
    "##);
    desk.load(&with_run("since = \"2026-04-01\"\nuntil = \"2026-04-01\"")).expect("a window of one day");
}

#[test]
fn other_files_given_as_a_config_are_named_as_such() {
    let desk = Desk::new();
    std::fs::write(desk.path("latin.toml"), b"[run]\nname = \"Caf\xe9\"\n").expect("a file");
    let latin = load(&desk.path("latin.toml"), &Overrides::default()).expect_err("refused");
    assert!(latin.to_string().ends_with("latin.toml is not UTF-8 text: line 2 holds other bytes"), "{latin}");
    let none = load(&desk.path("none.toml"), &Overrides::default()).expect_err("refused");
    assert!(!none.is_input() && none.faults[0].code == "config::unreadable", "{none}");
    desk.load(&format!("\u{feff}{SMALLEST}")).expect("a byte order mark is no mistake");
}

#[test]
fn the_example_for_cron_loads() {
    let desk = Desk::new();
    for name in ["access-1", "staff", "relationships", "incidents", "incident_people", "assignments", "duty"] {
        desk.write(&format!("exports/{name}.csv"), "a,b\n");
    }
    let config = desk.load(include_str!("../../examples/cron/nightly.toml")).expect("a config");
    assert_eq!(config.sources.len(), 7);
    assert_eq!(config.name, "Nightly audit");
}
