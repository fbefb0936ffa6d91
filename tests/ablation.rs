//! Values files of the evaluation take a part of the score away, and say so in the report.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

fn path(parts: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(parts)
}

/// A report of the small force, with the values of a file if one is named.
fn report(values: Option<&str>) -> Value {
    let folder = TempDir::new().expect("a folder");
    let mut config = fs::read_to_string(path("fixtures/force/probity.toml")).expect("the config");
    let place = |name: &str| path(name).display().to_string();
    config = config.replace("files = \"", &format!("files = \"{}/", place("fixtures/force")));
    if let Some(name) = values {
        let values = format!("[run]\nvalues = {:?}\n", place(&format!("examples/evaluate/without/{name}.toml")));
        config = config.replacen("[run]\n", &values, 1);
    }
    fs::write(folder.path().join("probity.toml"), config).expect("written");
    let out = folder.path().join("report");
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", "probity.toml", "--out"])
        .arg(&out)
        .current_dir(folder.path())
        .assert()
        .success();
    serde_json::from_slice(&fs::read(out.join("report.json")).expect("a report")).expect("JSON")
}

fn warned(report: &Value) -> bool {
    report["warnings"].to_string().contains("A part of the score was taken away")
}

fn findings(report: &Value) -> Vec<&Value> {
    let referrals = report["referrals"].as_array().expect("referrals");
    referrals
        .iter()
        .flat_map(|r| r["cases"].as_array().into_iter().flatten())
        .flat_map(|c| c["findings"].as_array().into_iter().flatten())
        .collect()
}

#[test]
fn as_shipped_nothing_is_taken_away() {
    let report = report(None);
    assert!(!warned(&report));
    assert!(report["counts"]["looks_explained"].as_u64() > Some(0));
    let bits: Vec<f64> = findings(&report).iter().filter_map(|f| f["bits"].as_f64()).collect();
    assert!(bits.iter().any(|b| (b - bits[0]).abs() > 0.5), "findings weigh differently: {bits:?}");
}

#[test]
fn without_purpose_no_look_is_explained() {
    let report = report(Some("purpose"));
    assert!(warned(&report));
    assert_eq!(report["counts"]["looks_explained"], 0);
    assert!(report["counts"]["looks_unexplained"].as_u64() > Some(0));
}

#[test]
fn without_weights_every_finding_weighs_the_same() {
    let report = report(Some("weights"));
    assert!(warned(&report));
    let bits: Vec<f64> = findings(&report).iter().filter_map(|f| f["bits"].as_f64()).collect();
    assert!(!bits.is_empty() && bits.iter().all(|b| (b - 4.0).abs() < 1e-9), "{bits:?}");
}

#[test]
fn a_table_of_names_in_place_of_peers_says_so() {
    assert!(warned(&report(Some("peers-but-a-name-table"))));
}
