//! The program as a scheduler and a shell meet it: exit codes, streams, and files left behind.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;

const HEADER: &str = "event_id,at,login,system,action,q_surname,q_forename\n";
const GOOD: &str = "e1,2026-03-02T10:00:00+00:00,u1,RMS,search,Example,Pat\n";
const BAD: &str = "e2,not a time,u1,RMS,search,Example,Pat\n";

/// A folder to work in.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A desk with an access log of these rows and a config that reads it.
    fn with_log(rows: &[&str]) -> Self {
        let desk = Self::new();
        desk.write("access.csv", &format!("{HEADER}{}", rows.concat()));
        desk.write("nightly.toml", "[[sources]]\ntable = \"access\"\nfiles = \"access.csv\"\n");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn probity(&self, args: &[&str]) -> Assert {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(self.0.path()).env_remove("NO_COLOR").args(args).assert()
    }
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
}

/// The log lines, each of which must be an object with a time in UTC, a level and a message.
fn log_lines(assert: &Assert) -> Vec<serde_json::Value> {
    let lines: Vec<serde_json::Value> = stderr(assert)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for line in &lines {
        assert!(line["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{line}");
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
    lines
}

#[test]
fn a_run_ends_with_0_and_says_everything_on_stderr() {
    let desk = Desk::with_log(&[GOOD]);
    let done = desk.probity(&["run", "nightly.toml"]).code(0);
    assert_eq!(stdout(&done), "");
    let said = stderr(&done);
    for part in ["access.csv", "Coverage: ", "The report is in report (start with report.html)."] {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    assert!(!said.contains('\u{1b}'), "no colours in a pipe: {said:?}");
    assert!(desk.path("report/report.html").is_file());
}

#[test]
fn paths_of_a_config_are_relative_to_it_and_those_of_the_command_line_are_not() {
    let desk = Desk::with_log(&[GOOD]);
    desk.write("configs/n.toml", "[[sources]]\ntable = \"access\"\nfiles = \"../access.csv\"\n");
    desk.probity(&["run", "configs/n.toml"]).code(0);
    assert!(desk.path("configs/report/manifest.json").is_file());
    desk.probity(&["run", "configs/n.toml", "--out", "here"]).code(0);
    assert!(desk.path("here/manifest.json").is_file());
}

#[test]
fn quiet_says_nothing_of_a_good_run_and_still_tells_errors() {
    let desk = Desk::with_log(&[GOOD]);
    let done = desk.probity(&["run", "nightly.toml", "--quiet"]).code(0);
    assert_eq!((stdout(&done), stderr(&done)), (String::new(), String::new()));
    let failed = desk.probity(&["run", "none.toml", "--quiet"]).code(2);
    assert!(stderr(&failed).contains("none.toml"));
}

#[test]
fn a_run_may_be_logged_as_json() {
    let desk = Desk::with_log(&[GOOD]);
    let done = desk.probity(&["run", "nightly.toml", "--log-format", "json"]).code(0);
    let lines = log_lines(&done);
    let event =
        |name: &str| lines.iter().find(|line| line["event"] == name).unwrap_or_else(|| panic!("no {name}: {lines:?}"));
    assert_eq!(event("input")["rows"], 1);
    assert_eq!(event("input")["table"], "access");
    assert!(event("coverage")["looks"].is_number());
    assert_eq!(event("done")["folder"], "report");
    assert_eq!(stdout(&done), "");
}

#[test]
fn failures_may_be_logged_as_json_with_their_places() {
    let desk = Desk::with_log(&[GOOD]);
    desk.write(
        "bad.toml",
        "[run]\nsicne = \"x\"\nthreads = 0\n\n[[sources]]\ntable = \"access\"\nfiles = \"access.csv\"\n",
    );
    let failed = desk.probity(&["run", "bad.toml", "--log-format", "json"]).code(2);
    let lines = log_lines(&failed);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[1]["code"], "config::unknown_key");
    assert_eq!((&lines[1]["file"], &lines[1]["line"], &lines[1]["exit"]), (&"bad.toml".into(), &2.into(), &2.into()));
    assert_eq!(lines[1]["help"], "did you mean `since`?");
}

#[test]
fn code_1_means_that_the_report_could_not_be_written() {
    let desk = Desk::with_log(&[GOOD]);
    desk.write("report/thesis.txt", "do not lose this");
    let failed = desk.probity(&["run", "nightly.toml"]).code(1);
    assert!(stderr(&failed).contains("report"), "{}", stderr(&failed));
    assert!(desk.path("report/thesis.txt").is_file());
}

#[test]
fn code_2_means_usage_or_config() {
    let desk = Desk::with_log(&[GOOD]);
    for args in
        [&["frobnicate"][..], &["run"], &["run", "nightly.toml", "--threads", "0"], &["run", "-q", "-v", "x"], &[]]
    {
        desk.probity(args).code(2);
    }
    desk.probity(&["run", "nightly.toml", "--since", "soon"]).code(2);
    assert!(!desk.path("report").exists());
}

#[test]
fn code_3_means_the_rules() {
    let desk = Desk::with_log(&[GOOD]);
    desk.write("rules/self/own.yml", "title: [unfinished\n");
    let failed = desk.probity(&["run", "nightly.toml", "--rules", "rules"]).code(3);
    assert!(stderr(&failed).contains("self/own.yml"), "{}", stderr(&failed));
    desk.probity(&["rules", "list", "--rules", "rules"]).code(3);
    assert!(!desk.path("report").exists());
}

#[test]
fn code_4_means_the_input() {
    let desk = Desk::with_log(&[]);
    desk.probity(&["run", "nightly.toml"]).code(4);
    std::fs::remove_file(desk.path("access.csv")).expect("removed");
    let failed = desk.probity(&["run", "nightly.toml"]).code(4);
    assert!(stderr(&failed).contains("nightly.toml:3:9"), "{}", stderr(&failed));
    assert!(!desk.path("report").exists());
}

#[test]
fn code_5_means_done_with_too_many_rows_lost() {
    let desk = Desk::with_log(&[GOOD, BAD]);
    let done = desk.probity(&["run", "nightly.toml"]).code(5);
    assert!(stderr(&done).contains("access lost 1 of 2 rows (50.0 %)"), "{}", stderr(&done));
    assert!(desk.path("report/report.html").is_file());
    desk.write(
        "nightly.toml",
        "[run]\nmax_quarantine_share = 0.5\n[[sources]]\ntable = \"access\"\nfiles = \"access.csv\"\n",
    );
    desk.probity(&["run", "nightly.toml"]).code(0);
}

#[test]
fn what_init_writes_can_be_run() {
    let desk = Desk::new();
    desk.write("exports/access-2026-03.csv", &format!("{HEADER}{GOOD}"));
    desk.write("exports/staff.csv", "staff_id,forename,surname\nu1,Sam,Sample\n");
    desk.write("exports/assignments.csv", "Ref,Officer\n1,u1\n");
    let wrote = desk.probity(&["init", "nightly.toml", "--inputs", "exports"]).code(0);
    for part in ["access-2026-03.csv", "it lacks the column incident_id", "Next: probity run nightly.toml"] {
        assert!(stderr(&wrote).contains(part), "{part:?} is not in {}", stderr(&wrote));
    }
    desk.probity(&["run", "nightly.toml"]).code(0);
}

#[test]
fn init_never_overwrites_unasked_and_writes_nothing_without_an_access_log() {
    let desk = Desk::with_log(&[GOOD]);
    let before = std::fs::read_to_string(desk.path("nightly.toml")).expect("a config");
    desk.probity(&["init", "nightly.toml", "--inputs", "."]).code(2);
    assert_eq!(std::fs::read_to_string(desk.path("nightly.toml")).expect("a config"), before);
    desk.probity(&["init", "nightly.toml", "--inputs", ".", "--force"]).code(0);
    assert_ne!(std::fs::read_to_string(desk.path("nightly.toml")).expect("a config"), before);
    desk.write("other/staff.csv", "staff_id\n");
    desk.probity(&["init", "new.toml", "--inputs", "other"]).code(4);
    desk.probity(&["init", "new.toml", "--inputs", "nowhere"]).code(4);
    assert!(!desk.path("new.toml").exists());
}

#[test]
fn the_shipped_rules_are_listed_shown_and_pass_their_tests() {
    let desk = Desk::new();
    let listed: Vec<serde_json::Value> =
        serde_json::from_str(&stdout(&desk.probity(&["rules", "list", "--json"]).code(0))).expect("JSON");
    assert!(!listed.is_empty());
    let first =
        format!("{}/{}", listed[0]["family"].as_str().expect("a family"), listed[0]["name"].as_str().expect("a name"));
    assert!(stdout(&desk.probity(&["rules", "show", &first]).code(0)).starts_with(&first));
    let tested = desk.probity(&["rules", "test"]);
    assert!(stdout(&tested).contains("all passed"), "{}{}", stdout(&tested), stderr(&tested));
    tested.code(0);
    let facts = stdout(&desk.probity(&["rules", "facts", "--scope", "case"]).code(0));
    assert!(facts.lines().skip(1).all(|line| line.starts_with("  case")), "{facts}");
    desk.probity(&["rules", "show", "no-such-rule"]).code(2);
    desk.probity(&["rules", "facts", "--scope", "caes"]).code(2);
}

#[test]
fn schemas_are_json() {
    let desk = Desk::new();
    for of in ["report", "config"] {
        let schema: serde_json::Value =
            serde_json::from_str(&stdout(&desk.probity(&["schema", of]).code(0))).expect("JSON");
        assert!(schema["properties"].is_object(), "{of}");
    }
}

#[test]
fn manual_pages_and_completions_cover_every_command() {
    let desk = Desk::new();
    desk.probity(&["man", "man1"]).code(0);
    for page in ["probity.1", "probity-run.1", "probity-init.1", "probity-rules-test.1"] {
        assert!(desk.path("man1").join(page).is_file(), "{page}");
    }
    assert!(stdout(&desk.probity(&["man"]).code(0)).contains(".TH probity"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&desk.probity(&["completions", shell]).code(0)).contains("keep-looks"), "{shell}");
    }
}

#[test]
fn help_is_coloured_when_asked_and_not_otherwise() {
    let desk = Desk::new();
    assert!(stdout(&desk.probity(&["--help", "--color", "always"]).code(0)).contains('\u{1b}'));
    assert!(!stdout(&desk.probity(&["--help"]).code(0)).contains('\u{1b}'));
}

#[test]
fn a_reader_that_closes_early_is_no_failure() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["rules", "facts", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("an end");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(ended.stderr.is_empty());
}

#[test]
fn nothing_is_left_beside_the_report() {
    let desk = Desk::with_log(&[GOOD]);
    desk.probity(&["run", "nightly.toml"]).code(0);
    let mut names: Vec<_> = std::fs::read_dir::<&Path>(desk.0.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["access.csv", "nightly.toml", "report"]);
}

/// A desk whose inputs have one of each thing that `check` looks for.
fn flawed() -> Desk {
    let desk = Desk::new();
    let mut log = String::from("event_id,at,login,system,action,reason_text,subject_id,incident_id\n");
    let mut number = 0;
    // 1,000 rows: 20 a day for 52 days, without the 30th and 31st day and without the numbers that these would have had.
    for day in 0..52 {
        for row in 0..20 {
            number += 1;
            if day == 30 || day == 31 {
                continue;
            }
            let (month, of) = if day < 31 { (1, day + 1) } else { (2, day - 30) };
            let login = if row == 0 { "nobody" } else { "u1" };
            let reason = if month == 1 { format!("reason {row}") } else { "***".to_owned() };
            let incident = if row == 1 { "I9" } else { "" };
            log.push_str(&format!(
                "E{number},2026-{month:02}-{of:02}T{:02}:{:02}:00Z,{login},RMS,view,{reason},P{},{incident}\n",
                row,
                day,
                row % 4
            ));
        }
    }
    desk.write("access.csv", &log);
    desk.write("staff.csv", "staff_id,surname,start_date\nu1,Example,2010-09-01\nu2,Sample,soon\n");
    desk.write("people.csv", "subject_id,surname\nP0,A\nP1,B\nP2,C\n");
    desk.write("incidents.csv", "incident_id,opened\nI1,2026-01-01\n");
    let source = |table: &str| format!("[[sources]]\ntable = \"{table}\"\nfiles = \"{table}.csv\"\n");
    let config = ["access", "staff", "people", "incidents"].map(source).concat();
    desk.write("nightly.toml", &format!("[run]\nname = \"Flawed\"\n{config}"));
    desk
}

#[test]
fn check_says_what_the_inputs_are_like_without_a_run() {
    let desk = flawed();
    let done = desk.probity(&["check", "nightly.toml"]).code(0);
    let said = stdout(&done);
    for part in [
        "access     access.csv     1,000  1,000",
        "1,000 rows are a whole number of thousands: was the export cut?",
        "access.login        staff      1,000  95.0 %    2  50.0 %",
        "not in staff: access.login nobody",
        "CHECK: access.subject_id meets people in 75.0 % of 1,000 rows",
        "not in people: access.subject_id P3",
        "CHECK: access.incident_id meets incidents in 0.0 % of 50 rows",
        "CHECK: access of RMS is silent for",
        "event ids E1–1040 of \"RMS\" lack 40 numbers in 1 place: 601–640",
        "access.reason_text is empty in 2026-02: it tells nothing apart",
        "1 × staff.start_date: not a time that is known",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert!(!desk.path("report").exists(), "a check writes nothing");

    let json = desk.probity(&["check", "nightly.toml", "--json"]).code(0);
    let check: serde_json::Value = serde_json::from_str(&stdout(&json)).expect("JSON");
    assert_eq!(check["sequences"][0]["missing"], 40);
    assert_eq!(check["tables"][0]["files"][0]["used"], 1000);
    assert_eq!(check["joins"][0]["from"], "access.login");
    assert!(check["warnings"].as_array().is_some_and(|all| all.len() >= 6), "{check}");
}

#[test]
fn check_ends_with_the_code_that_says_what_is_wrong() {
    let desk = Desk::with_log(&[GOOD, BAD]);
    let done = desk.probity(&["check", "nightly.toml"]).code(5);
    assert!(stderr(&done).contains("access lost 1 of 2 rows") && stdout(&done).contains("line 3"), "{}", stdout(&done));

    let desk = flawed();
    desk.write("people.csv", "who,what\nP0,A\n");
    desk.write("incidents.csv", "");
    let done = desk.probity(&["check", "nightly.toml"]).code(4);
    let said = stdout(&done);
    // Both files are named, and the others are shown.
    assert!(said.contains("people.csv") && said.contains("incidents.csv") && said.contains("1,000"), "{said}");

    desk.write("nightly.toml", "[[sources]]\ntable = \"acess\"\nfiles = \"access.csv\"\n");
    desk.probity(&["check", "nightly.toml"]).code(2);
    desk.probity(&["check", "none.toml"]).code(2);
}

#[test]
fn a_proposed_profile_can_be_used_as_it_is() {
    let desk = Desk::new();
    desk.write(
        "audit.csv",
        "Access Time;User ID;Operation;Record Ref\n18/06/2025 10:00:00;pc1;Viewed;N1\n19/06/2025 11:30:00;pc2;Read;N2\n",
    );
    let done = desk.probity(&["profile", "suggest", "audit.csv"]).code(0);
    desk.write("audit.toml", &stdout(&done));
    desk.write("nightly.toml", "[[sources]]\ntable = \"access\"\nfiles = \"audit.csv\"\nprofile = \"audit.toml\"\n");
    let check = desk.probity(&["check", "nightly.toml", "--json"]).code(0);
    let check: serde_json::Value = serde_json::from_str(&stdout(&check)).expect("JSON");
    assert_eq!(check["tables"][0]["used"], 2);
    assert_eq!(check["tables"][0]["first"], "2025-06-18T10:00:00+01:00");

    desk.probity(&["profile", "suggest", "none.csv"]).code(4);
    desk.probity(&["profile", "suggest", "audit.csv", "--table", "acess"]).code(2);
    desk.probity(&["profile", "show", "purvue"]).code(2);
    assert!(stdout(&desk.probity(&["profile", "list"]).code(0)).contains("fhir-auditevent"));
    let shown = stdout(&desk.probity(&["profile", "show", "roster-export"]).code(0));
    assert_eq!(shown, include_str!("../profiles/roster-export.toml"));
}

#[test]
fn init_names_the_shipped_profile_that_can_read_a_file() {
    let desk = Desk::with_log(&[GOOD]);
    for (name, bytes) in [
        ("in/access.csv", format!("{HEADER}{GOOD}").into_bytes()),
        ("in/people in post.xlsx", include_bytes!("../fixtures/profiles/hr-export.xlsx").to_vec()),
        ("in/shifts.csv", include_bytes!("../fixtures/profiles/roster-export.csv").to_vec()),
        ("in/bundle.json", include_bytes!("../fixtures/profiles/fhir/bundle.json").to_vec()),
    ] {
        let path = desk.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("a file");
    }
    let done = desk.probity(&["init", "first.toml", "--inputs", "in"]).code(0);
    let config = std::fs::read_to_string(desk.path("first.toml")).expect("the config");
    for profile in ["hr-export", "roster-export", "fhir-auditevent"] {
        assert!(config.contains(&format!("# profile = \"{profile}\"")), "{config}");
        assert!(stderr(&done).contains(&format!("the shipped profile `{profile}` can read it")), "{}", stderr(&done));
    }
    // What the comments propose can be used as it is.
    let config: String = config
        .lines()
        .map(|line| {
            if line.starts_with("# [[")
                || line.starts_with("# table")
                || line.starts_with("# files")
                || line.starts_with("# profile = ")
            {
                &line[2..]
            } else {
                line
            }
        })
        .map(|line| format!("{line}\n"))
        .filter(|line| !line.contains("\"profiles\""))
        .collect();
    desk.write("first.toml", &config);
    let check = desk.probity(&["check", "first.toml", "--json"]).code(0);
    let check: serde_json::Value = serde_json::from_str(&stdout(&check)).expect("JSON");
    let used: Vec<_> = check["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .map(|table| (table["table"].as_str(), table["used"].as_u64()))
        .collect();
    assert_eq!(used, [(Some("access"), Some(4)), (Some("staff"), Some(3)), (Some("duty"), Some(5))]);
}
