//! The main job, end to end, on the small synthetic force and on a real log.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Runs a config and returns its report folder.
fn run(config: &Path, out: &Path, more: &[&str]) -> PathBuf {
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .arg("run")
        .arg(config)
        .arg("--out")
        .arg(out)
        .arg("--quiet")
        .args(more)
        .assert()
        .success();
    out.to_owned()
}

fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// A copy of the small force whose rows stand in another order in every file.
fn shuffled(into: &Path) {
    for entry in fs::read_dir(fixture("force")).expect("the fixture") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_owned();
        if path.extension().is_some_and(|e| e == "csv") {
            let text = fs::read_to_string(&path).expect("a table");
            let mut lines: Vec<&str> = text.lines().collect();
            let header = lines.remove(0);
            // No quoted line breaks in these files, so lines are rows. A fixed stride visits each once.
            let count = lines.len();
            let stride = (2..).find(|s| gcd(*s + count / 3, count) == 1).map_or(1, |s| s + count / 3);
            let mut shuffled = vec![header];
            shuffled.extend((0..count).map(|i| lines[(i * stride + 7) % count.max(1)]));
            fs::write(into.join(name), shuffled.join("\n") + "\n").expect("a copy");
        } else if path.is_file() {
            fs::copy(&path, into.join(name)).expect("a copy");
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn the_first_places_are_planted_misusers_and_stay_as_expected() {
    let desk = tempfile::tempdir().expect("a folder");
    let report = run(&fixture("force/probity.toml"), &desk.path().join("report"), &[]);
    let referrals = rows(&report.join("referrals.csv"));
    let misusers: BTreeSet<String> = rows(&fixture("force/truth/staff.csv"))
        .into_iter()
        .filter(|r| r["misuser"] == "true")
        .map(|r| r["staff_id"].clone())
        .collect();
    let referred: Vec<&str> =
        referrals.iter().filter(|r| r["lane"] == "refer").map(|r| r["staff_id"].as_str()).collect();
    assert!(!referred.is_empty());
    for staff in &referred {
        assert!(misusers.contains(*staff), "{staff} is innocent");
    }
    // A fortnight of 150 people shows little of each; whoever is asked first should still be who has something to say.
    let asked = referrals.iter().filter(|r| r["lane"] == "query").map(|r| r["staff_id"].as_str());
    let read_first: Vec<&str> = referred.iter().copied().chain(asked).take(6).collect();
    assert!(read_first.iter().all(|staff| misusers.contains(*staff)), "{read_first:?}");
    // Committed and read by people: a change of the ranking shows in the diff. `PROBITY_EXPECT=write` renews it.
    let expected = fixture("force/expected/referrals.csv");
    let found = fs::read_to_string(report.join("referrals.csv")).expect("referrals");
    if std::env::var_os("PROBITY_EXPECT").is_some_and(|v| v == "write") {
        fs::create_dir_all(expected.parent().expect("a parent")).expect("a folder");
        fs::write(&expected, &found).expect("written");
    }
    assert_eq!(found, fs::read_to_string(&expected).expect("expected referrals"), "see {}", expected.display());
}

#[test]
fn every_row_is_accounted_for() {
    let desk = tempfile::tempdir().expect("a folder");
    let report = run(&fixture("force/probity.toml"), &desk.path().join("report"), &[]);
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(report.join("manifest.json")).expect("manifest")).expect("JSON");
    let inputs = manifest["inputs"].as_array().expect("inputs");
    assert_eq!(inputs.len(), 13);
    for input in inputs {
        let n = |key: &str| input[key].as_u64().unwrap_or_else(|| panic!("{key} in {input}"));
        assert_eq!(n("rows"), n("used") + n("duplicates") + n("quarantined"), "{input}");
        assert!(n("rows") > 0, "{input}");
    }
}

#[test]
fn threads_repeats_and_the_order_of_rows_change_nothing() {
    let desk = tempfile::tempdir().expect("a folder");
    let config = fixture("force/probity.toml");
    let one = run(&config, &desk.path().join("one"), &["--threads", "1"]);
    let two = run(&config, &desk.path().join("two"), &["--threads", "2"]);
    for name in [
        "referrals.csv",
        "findings.csv",
        "evidence.csv",
        "coverage.csv",
        "quarantine.csv",
        "report.html",
        "report.json",
    ] {
        assert_eq!(fs::read(one.join(name)).expect(name), fs::read(two.join(name)).expect(name), "{name}");
    }
    let other = desk.path().join("shuffled");
    fs::create_dir(&other).expect("a folder");
    shuffled(&other);
    let three = run(&other.join("probity.toml"), &desk.path().join("three"), &[]);
    for name in ["referrals.csv", "findings.csv", "coverage.csv"] {
        assert_eq!(
            fs::read_to_string(one.join(name)).expect(name),
            fs::read_to_string(three.join(name)).expect(name),
            "{name}"
        );
    }
    // Evidence names the line it stands on, which the shuffle moved; everything else is the same.
    let without_lines = |folder: &Path| -> Vec<BTreeMap<String, String>> {
        let mut rows = rows(&folder.join("evidence.csv"));
        for row in &mut rows {
            row.remove("source_line");
        }
        rows
    };
    assert_eq!(without_lines(&one), without_lines(&three));
}

#[test]
fn findings_and_evidence_hang_together() {
    let desk = tempfile::tempdir().expect("a folder");
    let report = run(&fixture("force/probity.toml"), &desk.path().join("report"), &["--keep-looks"]);
    assert!(report.join("looks.parquet").exists());
    let referrals: BTreeSet<String> =
        rows(&report.join("referrals.csv")).into_iter().map(|r| r["referral_id"].clone()).collect();
    let findings = rows(&report.join("findings.csv"));
    assert!(!findings.is_empty());
    let mut ids = BTreeSet::new();
    for finding in &findings {
        assert!(referrals.contains(&finding["referral_id"]), "{finding:?}");
        assert!(ids.insert(finding["finding_id"].clone()), "twice: {}", finding["finding_id"]);
        assert!(!finding["evidence"].contains('{'), "an unfilled placeholder: {}", finding["evidence"]);
    }
    let mut seen = BTreeSet::new();
    let log: BTreeSet<String> = rows(&fixture("force/access.csv")).into_iter().map(|r| r["event_id"].clone()).collect();
    for event in rows(&report.join("evidence.csv")) {
        assert!(log.contains(&event["event_id"]), "{}", event["event_id"]);
        for id in event["finding_ids"].split(';') {
            assert!(ids.contains(id), "{id}");
            seen.insert(id.to_owned());
        }
    }
    assert_eq!(seen, ids, "every finding has its events");
}

#[test]
fn a_tie_that_is_explained_and_a_look_without_incident_alone_are_no_referrals() {
    let desk = tempfile::tempdir().expect("a folder");
    let report = run(&fixture("force/probity.toml"), &desk.path().join("report"), &[]);
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(report.join("report.json")).expect("report")).expect("JSON");
    let referrals = json["referrals"].as_array().or_else(|| json["report"]["referrals"].as_array()).expect("referrals");
    for referral in referrals.iter().filter(|r| r["lane"] == "refer") {
        let case = &referral["cases"][0];
        assert!(case["unexplained_looks"].as_u64() > Some(0) || case["subject_id"] == "", "{case}");
        let rules: BTreeSet<&str> =
            case["findings"].as_array().expect("findings").iter().filter_map(|f| f["rule"].as_str()).collect();
        assert!(rules.iter().any(|r| *r != "purpose/no-incident"), "{rules:?}");
    }
}

#[test]
fn a_real_log_without_any_other_table() {
    let desk = tempfile::tempdir().expect("a folder");
    let report = run(&fixture("eugene/probity.toml"), &desk.path().join("report"), &[]);
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(report.join("report.json")).expect("report")).expect("JSON");
    let json = if json["counts"].is_object() { &json } else { &json["report"] };
    assert_eq!(json["counts"]["rows_used"], 4_294);
    assert_eq!(json["counts"]["events"], 4_294);
    assert_eq!(json["counts"]["users"], 147);
    assert_eq!(json["counts"]["looks_unexplained"], 0, "nothing can be called unexplained without incidents");
    assert_eq!(json["counts"]["referred"], 0);
    let idle: BTreeSet<&str> =
        json["rules_not_run"].as_array().expect("a list").iter().filter_map(|r| r["rule"].as_str()).collect();
    for rule in ["self/own-record", "relationship/family", "purpose/no-incident", "high-profile/celebrity"] {
        assert!(idle.contains(rule), "{rule} cannot run on a log alone");
    }
    assert!(!idle.contains("purpose/boilerplate-habit"), "reasons alone can be judged");
}

/// What the program prints and the repository documents is the same text. `PROBITY_EXPECT=write` renews it.
#[test]
fn generated_docs_are_current() {
    for (args, name) in [
        (&["rules", "list"][..], "rules.txt"),
        (&["rules", "facts"][..], "facts.txt"),
        (&["rules", "doc"][..], "catalogue.md"),
        (&["schema", "report"][..], "report.schema.json"),
        (&["schema", "profile"][..], "profile.schema.json"),
        (&["schema", "rule"][..], "rule.schema.json"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_probity")).args(args).assert().success();
        let printed = String::from_utf8(output.get_output().stdout.clone()).expect("UTF-8");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        if std::env::var_os("PROBITY_EXPECT").is_some_and(|v| v == "write") {
            fs::write(&path, &printed).expect("written");
        }
        assert_eq!(printed, fs::read_to_string(&path).expect(name), "docs/{name} is out of date");
    }
}

#[test]
fn a_full_desk_reads_the_best_evidenced_and_is_told_of_the_rest() {
    let desk = tempfile::tempdir().expect("a folder");
    // Bars so low that more are referred than this small force has reason for.
    let force = desk.path().join("force");
    fs::create_dir(&force).expect("a folder");
    shuffled(&force);
    fs::write(force.join("low.toml"), "[lanes]\nrefer = -6.0\nsecond_block = 0.5\nlower_bound = 3.0\n")
        .expect("values");
    let config = force.join("probity.toml");
    let text = fs::read_to_string(&config).expect("a config");
    fs::write(&config, text.replacen("[run]\n", "[run]\nvalues = \"low.toml\"\n", 1)).expect("a config");
    let whole = run(&config, &desk.path().join("whole"), &[]);
    let cut = run(&config, &desk.path().join("cut"), &["--capacity", "2", "--sample", "3"]);
    let in_lane = |report: &std::path::Path, lane: &str| -> Vec<String> {
        rows(&report.join("referrals.csv"))
            .into_iter()
            .filter(|r| r["lane"] == lane)
            .map(|r| r["staff_id"].clone())
            .collect()
    };
    let (all, kept, drawn) = (in_lane(&whole, "refer"), in_lane(&cut, "refer"), in_lane(&cut, "sample"));
    assert_eq!(kept, all[..2], "the first two stay, in their order");
    assert_eq!(drawn.len(), 3);
    let named = rows(&whole.join("referrals.csv"));
    assert!(drawn.iter().all(|s| named.iter().all(|r| &r["staff_id"] != s)), "nobody of another lane is drawn");
    let page = fs::read_to_string(cut.join("report.html")).expect("a page");
    assert!(page.contains("The refer lane was ended at 2 members of staff"), "what was cut is said");
    let again = run(&config, &desk.path().join("again"), &["--capacity", "2", "--sample", "3"]);
    assert_eq!(in_lane(&again, "sample"), drawn, "the seed draws the same");
}
