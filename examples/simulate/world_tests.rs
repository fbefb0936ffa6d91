//! Whole small worlds: the same bytes twice, misuse that adds rows and changes nothing, enough look-alikes.

use crate::generate::{self, Summary};
use crate::kinds::{CATALOGUE, Kind};
use crate::options::Options;
use clap::Parser;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Files of a world by name, with what was made.
struct Made {
    files: BTreeMap<String, String>,
    summary: Summary,
}

fn made(more: &[&str]) -> Made {
    let folder = TempDir::new().expect("a temporary folder");
    let out = folder.path().join("world");
    let mut arguments = vec!["simulate", out.to_str().expect("a plain path")];
    arguments.extend(more);
    let summary = generate::run(Options::parse_from(arguments)).expect("a world");
    let mut files = BTreeMap::new();
    for part in ["", "truth"] {
        read_into(&mut files, &out.join(part), part);
    }
    Made { files, summary }
}

fn read_into(files: &mut BTreeMap<String, String>, folder: &Path, part: &str) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let name = path.file_name().and_then(|n| n.to_str()).expect("a plain name");
            files.insert(format!("{part}/{name}"), fs::read_to_string(&path).expect("text"));
        }
    }
}

const SMALL: [&str; 6] = ["--staff", "100", "--days", "8", "--seed", "5"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SMALL.iter().copied().chain(more.iter().copied()).collect()
}

fn planted(world: &Made) -> BTreeSet<&str> {
    world.files["truth/events.csv"].lines().skip(1).filter_map(|l| l.split(',').next()).collect()
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let (one, two) = (made(&SMALL), made(&SMALL));
    assert_eq!(one.files, two.files);
    assert_ne!(one.files["/access.csv"], made(&["--staff", "100", "--days", "8", "--seed", "6"]).files["/access.csv"]);
}

#[test]
fn misuse_adds_rows_to_the_log_and_changes_nothing_else() {
    let (misuse, benign) = (made(&SMALL), made(&with(&["--misuse", "0"])));
    for (name, text) in misuse.files.iter().filter(|(name, _)| name.starts_with('/') && *name != "/access.csv") {
        assert_eq!(text, &benign.files[name], "{name}");
    }
    assert_eq!(misuse.files["truth/lookalikes.csv"], benign.files["truth/lookalikes.csv"]);
    let planted = planted(&misuse);
    assert!(planted.len() > 20);
    let id = |line: &str| line.split(',').next().unwrap_or("").to_owned();
    let ordinary: Vec<&str> =
        misuse.files["/access.csv"].lines().filter(|l| !planted.contains(id(l).as_str())).collect();
    assert_eq!(ordinary, benign.files["/access.csv"].lines().collect::<Vec<_>>());
    assert_eq!(benign.summary.planted, 0);
}

#[test]
fn rows_stand_in_order_of_time_and_ids_are_apart() {
    let world = made(&SMALL);
    let mut ids = BTreeSet::new();
    let mut before = String::new();
    for line in world.files["/access.csv"].lines().skip(1) {
        let mut cells = line.split(',');
        assert!(ids.insert(cells.next().expect("an id")), "twice: {line}");
        let at = cells.next().expect("an instant").to_owned();
        assert!(before <= at, "{before} before {at}");
        before = at;
    }
    assert_eq!(ids.len(), world.summary.events);
}

#[test]
fn there_are_ten_lookalikes_for_every_case_and_all_main_kinds() {
    for seed in ["1", "2", "3"] {
        let world = made(&["--seed", seed]);
        let Summary { lookalikes, cases, looks, explained, .. } = world.summary;
        assert!(lookalikes >= 10 * cases, "{lookalikes} for {cases}");
        let share = explained as f64 / looks as f64;
        assert!((0.91..0.97).contains(&share), "{share} explained");
        for kind in &Kind::ALL[..7] {
            let code = format!(",{},", kind.code());
            assert!(world.files["truth/cases.csv"].contains(&code), "seed {seed}: no {}", kind.code());
        }
        assert_eq!(world.files["truth/kinds.csv"].lines().count(), 1 + CATALOGUE.len());
    }
}

#[test]
fn a_larger_share_plants_nearly_every_kind() {
    let world = made(&["--staff", "400", "--misuse", "0.2", "--seed", "3"]);
    let absent = world.files["truth/kinds.csv"].lines().filter(|l| l.contains(",no,")).count();
    assert!(absent <= 3, "{absent} rows of the catalogue have no case:\n{}", world.files["truth/kinds.csv"]);
}

#[test]
fn degraded_feeds_lose_rows_and_the_truth_stays() {
    let whole = made(&SMALL);
    let lossy = made(&with(&["--drop", "incidents=0.2,roster=0.5"]));
    let rows = |world: &Made, name: &str| world.files[name].lines().count() as f64;
    for (name, loss) in [("/assignments.csv", 0.2), ("/incident_people.csv", 0.2), ("/duty.csv", 0.5)] {
        let kept = rows(&lossy, name) / rows(&whole, name);
        assert!((kept - (1.0 - loss)).abs() < 0.08, "{name}: {kept} kept");
    }
    for name in ["/access.csv", "/relationships.csv", "/incidents.csv", "truth/cases.csv", "truth/events.csv"] {
        assert_eq!(whole.files[name], lossy.files[name], "{name}");
    }
}
