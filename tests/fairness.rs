//! The fairness table of a report and the groups that it counts over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assert_cmd::Command;

fn run(out: &Path, more: &[&str]) {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force/probity.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.arg("run").arg(config).arg("--out").arg(out).arg("--quiet").args(more).assert().code(0);
}

/// Rows of a CSV file by column.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let header = reader.headers().expect("a header").clone();
    let row =
        |row: csv::StringRecord| header.iter().zip(row.iter()).map(|(h, v)| (h.to_owned(), v.to_owned())).collect();
    reader.records().map(|r| row(r.expect("a row"))).collect()
}

#[test]
fn every_dimension_counts_everybody_once_and_single_names_are_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (plain, kept) = (folder.path().join("plain"), folder.path().join("kept"));
    run(&plain, &[]);
    run(&kept, &["--keep-looks"]);
    // An ordinary report names nobody who is not listed.
    assert!(!plain.join("groups.csv").exists());
    let fairness = rows(&kept.join("fairness.csv"));
    assert_eq!(std::fs::read(plain.join("fairness.csv")).ok(), std::fs::read(kept.join("fairness.csv")).ok());

    let groups = rows(&kept.join("groups.csv"));
    let staff: BTreeSet<&String> = groups.iter().map(|g| &g["staff_id"]).collect();
    assert_eq!(staff.len(), groups.len(), "one row a member of staff");
    let referrals = rows(&kept.join("referrals.csv"));
    let referred = referrals.iter().filter(|r| r["lane"] == "refer").count();
    assert!(referred > 0);
    for dimension in ["surname", "unit_density", "home_density", "volume", "role"] {
        let of: Vec<&BTreeMap<String, String>> = fairness.iter().filter(|f| f["dimension"] == dimension).collect();
        assert!(of.len() > 1, "{dimension} has groups");
        let sum = |column: &str| of.iter().map(|f| f[column].parse::<usize>().expect("a number")).sum::<usize>();
        assert_eq!(sum("users"), groups.len(), "{dimension}");
        assert_eq!(sum("referred"), referred, "{dimension}");
        for row in of {
            let inside: Vec<&BTreeMap<String, String>> =
                groups.iter().filter(|g| g[dimension] == row["group"]).collect();
            assert_eq!(inside.len().to_string(), row["users"], "{dimension} {}", row["group"]);
            let lane = inside.iter().filter(|g| g["lane"] == "refer").count();
            assert_eq!(lane.to_string(), row["referred"], "{dimension} {}", row["group"]);
            let decoys: f64 = inside.iter().map(|g| g["decoy_cases"].parse::<f64>().expect("a number")).sum();
            let rate: f64 = row["decoys_per_1000"].parse().expect("a rate");
            // Both are rounded to four places.
            assert!((1_000.0 * decoys / inside.len() as f64 - rate).abs() < 0.06, "{decoys} {rate}");
        }
    }
    let page = std::fs::read_to_string(kept.join("report.html")).expect("a page");
    for part in [
        "Is it fair between groups?",
        "Rates of referral by group",
        "What this asks of the department",
        "How often others of the same groups are referred",
    ] {
        assert!(page.contains(part), "{part}");
    }
}
