//! `probity explain` on the small synthetic force.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use probity::purpose::Template;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force").join(name)
}

fn explain(id: &str) -> assert_cmd::assert::Assert {
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["explain", id, "--quiet", "--config"])
        .arg(fixture("probity.toml"))
        .assert()
}

fn said(id: &str) -> String {
    String::from_utf8(explain(id).success().get_output().stdout.clone()).expect("text")
}

/// What a run says of a case, `explain` says too; and every template is tried on every look.
#[test]
fn a_case_weighs_what_the_run_says() {
    let desk = tempfile::tempdir().expect("a folder");
    let out = desk.path().join("report");
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .arg("run")
        .arg(fixture("probity.toml"))
        .arg("--out")
        .arg(&out)
        .arg("--quiet")
        .assert()
        .success();
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("report.json")).expect("report")).expect("JSON");
    let referrals = json["referrals"].as_array().or_else(|| json["report"]["referrals"].as_array()).expect("referrals");
    let cases = referrals.iter().flat_map(|r| r["cases"].as_array().expect("cases"));
    let case = cases.clone().find(|c| c["subject_id"] != "" && c["timeline"][0]["purpose"] == "unexplained");
    let case = case.expect("an unexplained case");
    let text = said(case["case_id"].as_str().expect("an id"));
    let evidence = case["evidence_bits"].as_f64().expect("bits");
    assert!(text.contains(&format!("Evidence {evidence:+.1} bits")), "{evidence}: {text}");
    let looks = case["looks"].as_u64().expect("looks") as usize;
    for template in Template::all() {
        let name = template.as_str().replace('_', " ");
        let tried = text.lines().filter(|l| l.get(4..).is_some_and(|l| l.starts_with(&format!("{name} ")))).count();
        assert_eq!(tried, looks.min(20), "{name}: {text}");
    }
}

/// An assigned officer's look, by its event; without the incident it would weigh more.
#[test]
fn a_look_without_its_only_link_weighs_more() {
    let mut reader = csv::Reader::from_path(fixture("access.csv")).expect("the log");
    let log: Vec<BTreeMap<String, String>> = reader.deserialize().map(|r| r.expect("a row")).collect();
    let mut reader = csv::Reader::from_path(fixture("assignments.csv")).expect("assignments");
    let tasks: Vec<BTreeMap<String, String>> = reader.deserialize().map(|r| r.expect("a row")).collect();
    let attends = |login: &str, incident: &str| {
        tasks.iter().any(|t| t["staff_id"] == login && t["incident_id"] == incident && t["role"] == "attending")
    };
    let event = log
        .iter()
        .filter(|r| r["system"] == "RMS" && r["action"] == "view" && !r["incident_id"].is_empty())
        .find(|r| attends(&r["login"], &r["incident_id"]))
        .expect("a look at work");
    let text = said(&event["event_id"]);
    let incident = &event["incident_id"];
    assert!(text.contains(&format!("on incident {incident} as attending")), "{text}");
    let line = text.lines().find(|l| l.starts_with("without incident")).expect("a link left out");
    assert!(!line.contains(": -"), "{line}");
}

/// The JSON says what the text says: the same looks and templates, the same figures, a line for each link left out.
#[test]
fn programs_read_what_people_read() {
    let mut reader = csv::Reader::from_path(fixture("access.csv")).expect("the log");
    let log: Vec<BTreeMap<String, String>> = reader.deserialize().map(|r| r.expect("a row")).collect();
    let event = log.iter().find(|r| r["action"] == "view" && !r["incident_id"].is_empty()).expect("a look at work");
    let id = &event["event_id"];
    let text = said(id);
    let out = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["explain", id, "--json", "--quiet", "--config"])
        .arg(fixture("probity.toml"))
        .assert()
        .success();
    let json: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).expect("JSON");
    assert_eq!(json["schema"], "probity-explain/1");
    assert!(text.starts_with(&format!("Case {}:", json["case_id"].as_str().expect("an id"))), "{text}");
    let look = &json["looks"][0];
    assert!(text.contains(look["look_id"].as_str().expect("an id")));
    let tried = look["tried"].as_array().expect("templates");
    assert_eq!(tried.len(), Template::count());
    let answers = text.lines().filter(|l| l.starts_with("  + ")).count();
    assert_eq!(tried.iter().filter(|t| t["answers"] == true).count(), answers);
    assert!(answers > 0, "{text}");
    let evidence = json["evidence_bits"].as_f64().expect("bits");
    assert!(text.contains(&format!("Evidence {evidence:+.1} bits")), "{text}");
    let without = json["without"].as_array().expect("links");
    assert!(!without.is_empty());
    for link in without {
        let words = |key: &str| link[key].as_str().expect("words").to_owned();
        let bits = link["bits"].as_f64().expect("bits");
        let line = format!("without {} {}: {bits:+.1} bits", words("record"), words("id"));
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
    assert_eq!(text.lines().filter(|l| l.starts_with("without ")).count(), without.len());
}

#[test]
fn an_id_of_nothing_is_said() {
    for id in ["C-000000000000", "L-0000000000000000", "NOSUCHEVENT"] {
        let assert = explain(id).failure().code(2);
        let said = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
        assert!(said.contains(id) && said.contains("findings.csv"), "{said}");
    }
}
