//! `probity scorecard` as a department meets it: a run, decisions, new values, and a run with them.

mod desk;

use std::path::PathBuf;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use desk::Force;

/// A copy of the small force, to write beside it.
struct Desk(Force);

impl Desk {
    fn new() -> Self {
        Self(Force::new())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.at(name)
    }

    fn read(&self, name: &str) -> String {
        self.0.read(name)
    }

    fn append(&self, name: &str, text: &str) {
        self.0.append(name, text);
    }

    fn probity(&self, args: &[&str]) -> Assert {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(self.0.folder()).env_remove("NO_COLOR").args(args).assert()
    }

    /// Referral id, lane and rank of everybody in a report, the sample left out.
    fn ranking(&self, folder: &str) -> Vec<(String, String, u64)> {
        let report: serde_json::Value =
            serde_json::from_str(&self.read(&format!("{folder}/report.json"))).expect("JSON");
        let all = report["referrals"].as_array().expect("referrals").iter();
        let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
        all.filter(|r| r["lane"] != "sample")
            .map(|r| (text(&r["referral_id"]), text(&r["lane"]), r["rank"].as_u64().unwrap_or(0)))
            .collect()
    }

    /// Decides everything that a report lists: every third is dismissed.
    fn decide(&self, folder: &str) {
        let report: serde_json::Value =
            serde_json::from_str(&self.read(&format!("{folder}/report.json"))).expect("JSON");
        let mut rows = String::new();
        for (at, referral) in report["referrals"].as_array().expect("referrals").iter().enumerate() {
            let outcome = if at % 3 == 2 { "no_case" } else { "misconduct" };
            for case in referral["cases"].as_array().expect("cases") {
                let case = case["case_id"].as_str().unwrap_or_default();
                rows.push_str(&format!("{case},,{outcome},C1,2026-04-01T00:00:00Z,\n"));
            }
        }
        self.append("dispositions.csv", &rows);
    }
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

#[test]
fn a_run_with_the_new_values_gives_what_was_promised() {
    let desk = Desk::new();
    desk.probity(&["run", "probity.toml", "--quiet", "--ledger", "probity.sqlite", "--sample", "30"]).code(0);
    desk.decide("report");
    let ask = ["scorecard", "probity.toml", "--ledger", "probity.sqlite", "--apply", "--json"];
    let told = desk.probity(&ask).code(0);
    let told: serde_json::Value = serde_json::from_str(&stdout(&told)).expect("JSON");
    // The day is the data's, not the clock's.
    assert_eq!(told["applied"]["date"], "2026-03-29");
    let file = "values-2026-03-29.toml";
    let text = desk.read(file);
    assert!(
        text.contains("version = \"2026-03-29\"") && text.contains("cases that it did not itself bring to light"),
        "{text}"
    );
    assert!(
        told["scorecard"]["sampled"].as_u64() > Some(5),
        "the ledger remembers the sample: {}",
        told["scorecard"]["sampled"]
    );
    // The same question has the same answer, and no file is overwritten.
    let again = desk.probity(&ask).code(2);
    assert!(stderr(&again).contains("values-2026-03-29.toml exists already"), "{}", stderr(&again));
    desk.probity(&[&ask[..], &["--out", "again.toml"]].concat()).code(0);
    assert_eq!(desk.read("again.toml"), text);

    std::fs::write(
        desk.path("next.toml"),
        desk.read("probity.toml").replace("[run]\n", &format!("[run]\nvalues = \"{file}\"\n")),
    )
    .expect("written");
    desk.probity(&["run", "next.toml", "--quiet", "--out", "next"]).code(0);
    let mut promised: Vec<(String, String, u64)> = told["applied"]["ranking"]
        .as_array()
        .expect("a ranking")
        .iter()
        .filter(|m| !m["after"].is_null())
        .map(|m| {
            let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
            (text(&m["referral_id"]), text(&m["after"][1]), m["after"][0].as_u64().unwrap_or(0))
        })
        .collect();
    promised.sort_by_key(|p| p.2);
    assert!(promised.len() > 5);
    assert_eq!(promised, desk.ranking("next"));
}

#[test]
fn references_that_name_nothing_are_reported_with_their_line() {
    let desk = Desk::new();
    let rows = desk.read("dispositions.csv").lines().count();
    desk.append(
        "dispositions.csv",
        "F-0000000000000000,,misconduct,C1,2026-03-20T00:00:00Z,\n=cmd()\u{1b}[2J,,advice,C1,,\n",
    );
    let told = desk.probity(&["scorecard", "probity.toml"]).code(0);
    let said = stdout(&told);
    let line = format!("dispositions.csv, line {}: F-0000000000000000", rows + 1);
    assert!(said.contains(&line), "{said}");
    assert!(said.contains("name no finding, referral or member of staff known here"), "{said}");
    assert!(!said.contains('\u{1b}'));
    assert!(said.contains("None was drawn at random"), "{said}");
}

#[test]
fn every_value_is_shown_without_a_config_and_nothing_is_written() {
    let desk = Desk::new();
    let before = std::fs::read_dir(desk.0.folder()).expect("a folder").count();
    let said = stdout(&desk.probity(&["scorecard"]).code(0));
    for part in ["prior.misusing_share = 0.01", "learning.most_step = 0.5", "relationship/family", "counted: peers"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    desk.probity(&["scorecard", "--apply"]).code(2);
    desk.probity(&["scorecard", "probity.toml", "--apply", "--date", "31/03/2026"]).code(2);
    desk.probity(&["scorecard", "missing.toml"]).code(2);
    assert_eq!(std::fs::read_dir(desk.0.folder()).expect("a folder").count(), before);
}

#[test]
fn values_that_change_nothing_are_said() {
    let desk = Desk::new();
    let values = "[rules.\"relationship/famly\"]\nm = { value = 0.3, low = 0.2, high = 0.4 }\n\
                  [rules.\"relationship/family\"]\nu = { value = 0.3, low = 0.2, high = 0.4 }\n";
    std::fs::write(desk.path("own.toml"), values).expect("written");
    let config = desk.read("probity.toml").replace("[run]\n", "[run]\nvalues = \"own.toml\"\n");
    std::fs::write(desk.path("next.toml"), config).expect("written");
    desk.probity(&["run", "next.toml", "--quiet"]).code(0);
    let report = desk.read("report/report.json");
    assert!(report.contains("rules.\\\"relationship/famly\\\" stands for no rule of this run"), "the misspelt rule");
    assert!(report.contains("u of rules.\\\"relationship/family\\\" does nothing"), "the chance that is counted");
}

#[test]
fn a_ledger_of_another_kind_is_refused_and_none_is_begun() {
    let desk = Desk::new();
    desk.probity(&["scorecard", "probity.toml", "--ledger", "none.sqlite"]).code(0);
    assert!(!desk.path("none.sqlite").exists());
    std::fs::write(desk.path("notes.sqlite"), "these are my notes, not a database, and long enough to be read as one")
        .expect("written");
    let told = desk.probity(&["scorecard", "probity.toml", "--ledger", "notes.sqlite"]).code(1);
    assert!(stderr(&told).contains("notes.sqlite"), "{}", stderr(&told));
}
