//! Proposals for every fixture: each must load and must bring rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::ingest::{NoProgress, Source, Tables, ingest};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn proposed(path: &Path, table: Option<TableName>) -> String {
    let sample = sample::sample(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    propose(&path.file_name().unwrap().to_string_lossy(), &sample, table)
}

/// Reads the file by the text that was proposed for it.
fn read(path: &Path, text: &str) -> Tables {
    let profile = parse_with("proposed.toml", text, &shipped).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    std::fs::write(&log, "at,login\n2026-03-01T10:00:00Z,u\n").unwrap();
    let source = |path: &Path, profile: Option<Profile>| Source {
        table: profile.as_ref().and_then(Profile::table).unwrap_or(TableName::Access),
        names: vec![path.file_name().unwrap().to_string_lossy().into_owned()],
        files: vec![path.to_owned()],
        zone: chrono_tz::UTC,
        profile: profile.map(Arc::new),
    };
    ingest(&[source(&log, None), source(path, Some(profile))], &NoProgress)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn every_fixture_gets_a_profile_that_loads_and_brings_rows() {
    for (name, table, used) in [
        ("profiles/alpr-portal.csv", "access", 3),
        ("profiles/alpr-organisation.csv", "access", 2),
        ("profiles/alpr-organisation-split-time.csv", "access", 1),
        ("profiles/purview.csv", "access", 3),
        ("profiles/pnc-transaction.csv", "access", 5),
        ("profiles/hr-export.csv", "staff", 3),
        ("profiles/hr-export.xlsx", "staff", 3),
        ("profiles/roster-export.csv", "duty", 5),
        ("profiles/roster-export.xlsx", "duty", 5),
        ("profiles/fhir/AuditEvent-example.json", "access", 1),
        ("profiles/fhir/AuditEvent-example-disclosure.json", "access", 1),
        ("profiles/fhir/AuditEvent-example-search.json", "access", 1),
        ("profiles/fhir/bundle.json", "access", 3),
        ("profiles/fhir/events.ndjson", "access", 3),
        ("eugene/search_audit.csv", "access", 4294),
        ("force/access.csv", "access", 1),
        ("force/staff.csv", "staff", 1),
        ("force/accounts.csv", "accounts", 1),
        ("force/people.csv", "people", 1),
        ("force/incidents.csv", "incidents", 1),
        ("force/incident_people.csv", "incident_people", 1),
        ("force/assignments.csv", "assignments", 1),
        ("force/duty.csv", "duty", 1),
        ("force/training.csv", "training", 1),
        ("force/relationships.csv", "relationships", 1),
    ] {
        let text = proposed(&fixture(name), None);
        assert!(text.contains(&format!("table = \"{table}\"")), "{name}\n{text}");
        let tables = read(&fixture(name), &text);
        let input = tables.inputs.iter().find(|input| input.name != "log.csv").unwrap();
        assert_eq!(input.rows, input.used + input.duplicates + input.quarantined);
        if name.starts_with("force") {
            assert!(input.used > 0 && input.quarantined == 0, "{name}: {input:?}\n{text}");
        } else {
            assert_eq!(input.used, used, "{name}: {:?}\n{text}", tables.quarantine);
        }
    }
}

#[test]
fn proposals_say_why_and_what_they_could_not_place() {
    for name in ["alpr-organisation.csv", "roster-export.csv", "hr-export.xlsx", "purview.csv"] {
        insta::assert_snapshot!(format!("proposal_{name}"), proposed(&fixture("profiles").join(name), None));
    }
}

#[test]
fn a_file_of_nothing_known_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weather.csv");
    std::fs::write(&path, "town,rain\nExeter,\"7\"\nPlymouth,9\n").unwrap();
    let text = proposed(&path, Some(TableName::Access));
    assert!(text.contains("NOT FOUND: the table access needs at") && text.contains("\"rain\""), "{text}");
    std::fs::write(&path, "").unwrap();
    assert!(sample::sample(&path).is_err());
    // Hostile headers stay inside their strings and comments.
    std::fs::write(&path, "\"a\"\"]\n[x\",\"user\u{1b}[31m\"\n\"v\nw = 1\",2\n").unwrap();
    let text = proposed(&path, Some(TableName::Access));
    assert!(parse_with("x", &text, &shipped).is_ok(), "{text}");
}
