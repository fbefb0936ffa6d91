//! `probity audit` on the small synthetic force.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force").join(name)
}

fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn audit(out: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .arg("audit")
        .arg(fixture("probity.toml"))
        .args(args)
        .arg("--out")
        .arg(out)
        .assert()
}

/// The record that most rows of the log open.
fn busiest() -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows(&fixture("access.csv")).iter().filter(|r| !r["subject_id"].is_empty()) {
        *counts.entry(row["subject_id"].clone()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map(|(id, _)| id).expect("records")
}

#[test]
fn everyone_who_opened_a_record_is_listed_in_order() {
    let desk = tempfile::tempdir().expect("a folder");
    let out = desk.path().join("one");
    let record = busiest();
    audit(&out, &["--subject", &record, "--quiet"]).success();
    let log = rows(&fixture("access.csv"));
    let opened: BTreeSet<&str> =
        log.iter().filter(|r| r["subject_id"] == record).map(|r| r["event_id"].as_str()).collect();
    let evidence = rows(&out.join("evidence.csv"));
    let listed: BTreeSet<&str> = evidence.iter().map(|r| r["event_id"].as_str()).collect();
    assert!(opened.is_subset(&listed), "{:?}", opened.difference(&listed).collect::<Vec<_>>());
    let looks = rows(&out.join("audit.csv"));
    assert!(looks.windows(2).all(|w| w[0]["at"] <= w[1]["at"]), "in order of time");
    assert!(looks.iter().any(|l| l["purpose"] == "explained"));
    for look in &looks {
        assert!(!look["explanation"].is_empty() && !look["source_line"].is_empty(), "{look:?}");
        assert_eq!(look["purpose"] == "explained", !look["explained_by"].is_empty(), "{look:?}");
    }
    let of_people: u64 = rows(&out.join("people.csv")).iter().map(|p| p["looks"].parse::<u64>().expect("n")).sum();
    assert_eq!(of_people, looks.len() as u64);
    // The same person by name and birth date through the matcher.
    let person = rows(&fixture("people.csv")).into_iter().find(|p| p["subject_id"] == record).expect("on record");
    let name = format!("{} {}", person["forename"], person["surname"]);
    let again = desk.path().join("two");
    audit(&again, &["--subject", &name, "--born", &person["dob"], "--quiet"]).success();
    assert_eq!(fs::read(out.join("audit.csv")).expect("read"), fs::read(again.join("audit.csv")).expect("read"));
}

#[test]
fn an_audit_of_staff_lists_all_that_they_did() {
    let desk = tempfile::tempdir().expect("a folder");
    let out = desk.path().join("staff");
    let log = rows(&fixture("access.csv"));
    let login = log.iter().map(|r| &r["login"]).find(|l| l.starts_with('C')).expect("a login").clone();
    audit(&out, &["--staff", &login, "--quiet"]).success();
    let own: BTreeSet<&str> = log.iter().filter(|r| r["login"] == login).map(|r| r["event_id"].as_str()).collect();
    let evidence = rows(&out.join("evidence.csv"));
    let listed: BTreeSet<&str> = evidence.iter().map(|r| r["event_id"].as_str()).collect();
    assert!(own.is_subset(&listed));
    assert!(rows(&out.join("audit.csv")).iter().all(|l| l["staff_id"] == login));
}

#[test]
fn the_folder_is_private_whole_and_replaced() {
    let desk = tempfile::tempdir().expect("a folder");
    let out = desk.path().join("one");
    let record = busiest();
    audit(&out, &["--subject", &record, "--quiet"]).success();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&out), 0o700);
        assert_eq!(mode(&out.join("audit.csv")), 0o600);
    }
    let page = fs::read_to_string(out.join("report.html")).expect("a page");
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"), "loads nothing");
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("report.json")).expect("read")).expect("JSON");
    assert_eq!(json["schema"], "probity-audit/1");
    let before = fs::read(out.join("audit.csv")).expect("read");
    audit(&out, &["--subject", &record, "--threads", "1", "--quiet"]).success();
    assert_eq!(before, fs::read(out.join("audit.csv")).expect("read"), "the same whatever the threads");
    // Somebody else's folder is never replaced.
    fs::write(out.join("mine.txt"), "x").expect("written");
    audit(&out, &["--subject", &record, "--quiet"]).failure();
    assert!(out.join("mine.txt").exists());
}

#[test]
fn nobody_and_several_are_said() {
    let desk = tempfile::tempdir().expect("a folder");
    let out = desk.path().join("none");
    let said = |args: &[&str]| {
        let assert = audit(&out, args).failure().code(2);
        String::from_utf8(assert.get_output().stderr.clone()).expect("text")
    };
    assert!(said(&["--subject", "N00000000"]).contains("nobody is on record as"));
    assert!(said(&["--staff", "C00"]).contains("no member of staff"));
    assert!(said(&["--subject", "Smith John", "--born", "soon"]).contains("no birth date"));
    assert!(!out.exists(), "nothing is written");
}
