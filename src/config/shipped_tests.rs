//! Every shipped profile on a file of its shape: exactly what is read of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::profiles::{SHIPPED, shipped};
use crate::ingest::profile::{Profile, parse_with};
use crate::ingest::{NoProgress, RawEvent, Source, TableName, Tables, ingest, reread};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/profiles").join(name)
}

fn profile(name: &str) -> Arc<Profile> {
    let (called, text) = shipped(name).expect("a shipped profile");
    Arc::new(parse_with(&called, &text, &shipped).expect("a sound profile"))
}

fn source(profile: Arc<Profile>, path: PathBuf) -> Source {
    Source {
        table: profile.table().unwrap_or(TableName::Access),
        names: vec![path.file_name().expect("a name").to_string_lossy().into_owned()],
        files: vec![path],
        zone: profile.zone().unwrap_or(chrono_tz::Europe::London),
        profile: Some(profile),
    }
}

/// The counts, notes and refusals of the files that were read.
fn account(tables: &Tables) -> String {
    let mut text = String::new();
    for input in &tables.inputs {
        assert_eq!(input.rows, input.used + input.duplicates + input.quarantined, "{input:?}");
        let name = &input.name;
        let _ = writeln!(
            text,
            "{name}: {} rows = {} used + {} duplicates + {} quarantined; local times ambiguous {}, missing {}",
            input.rows, input.used, input.duplicates, input.quarantined, input.ambiguous_times, input.missing_times
        );
        for note in &input.notes {
            let _ = writeln!(text, "  {note}");
        }
    }
    for bad in &tables.quarantine {
        let _ = writeln!(text, "  line {} {}: {:?}: {}", bad.source_line, bad.column, bad.value, bad.problem);
    }
    text
}

/// Every event, as the log holds it and as it is read again from the file.
fn events(sources: &[Source]) -> String {
    let tables = ingest(sources, &NoProgress).expect("a log that can be read");
    let wanted: Vec<(u16, u64)> = tables.access.events.iter().map(|event| (event.file, event.offset)).collect();
    let again = reread(&tables, sources, &wanted).expect("the same file");
    let mut lines: Vec<(u32, String)> = tables
        .access
        .events
        .iter()
        .zip(&again)
        .map(|(event, raw)| {
            let at = event.at.rfc3339(chrono_tz::UTC);
            (event.line, format!("line {}: {at}{}", event.line, cells(raw)))
        })
        .collect();
    lines.sort();
    let body: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    account(&tables) + &body
}

fn cells(raw: &RawEvent) -> String {
    let cells = [
        ("event_id", &raw.event_id),
        ("at", &raw.at),
        ("login", &raw.login),
        ("system", &raw.system),
        ("action", &raw.action),
        ("outcome", &raw.outcome),
        ("on_behalf_of", &raw.on_behalf_of),
        ("reason_code", &raw.reason_code),
        ("reason_text", &raw.reason_text),
        ("incident_id", &raw.incident_id),
        ("terminal", &raw.terminal),
        ("location", &raw.location),
        ("subject_id", &raw.subject_id),
        ("q_forename", &raw.q_forename),
        ("q_surname", &raw.q_surname),
        ("q_dob", &raw.q_dob),
        ("q_address", &raw.q_address),
        ("q_postcode", &raw.q_postcode),
        ("q_vrm", &raw.q_vrm),
        ("q_text", &raw.q_text),
    ];
    cells.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("\n    {name} = {text:?}")).collect()
}

/// A smaller table beside a log of one row, which every run needs.
fn table(name: &str, file: &str) -> Tables {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.csv");
    std::fs::write(&log, "at,login\n2026-03-01T10:00:00Z,u\n").expect("a log");
    let canonical = source(profile("canonical"), log);
    ingest(&[canonical, source(profile(name), fixture(file))], &NoProgress).expect("a table that can be read")
}

#[test]
fn alpr_portal() {
    insta::assert_snapshot!(events(&[source(profile("alpr-portal"), fixture("alpr-portal.csv"))]));
}

#[test]
fn alpr_organisation() {
    insta::assert_snapshot!(events(&[source(profile("alpr-organisation"), fixture("alpr-organisation.csv"))]));
}

#[test]
fn alpr_organisation_with_a_preamble_and_the_time_in_two_columns() {
    let text = "extends = \"alpr-organisation\"\nskip_lines = 3";
    let own = parse_with("own.toml", text, &shipped).expect("a profile that extends a shipped one");
    insta::assert_snapshot!(events(&[source(Arc::new(own), fixture("alpr-organisation-split-time.csv"))]));
}

#[test]
fn purview() {
    insta::assert_snapshot!(events(&[source(profile("purview"), fixture("purview.csv"))]));
}

#[test]
fn pnc_transaction() {
    insta::assert_snapshot!(events(&[source(profile("pnc-transaction"), fixture("pnc-transaction.csv"))]));
}

/// The three official examples as they are published, as a bundle, and one a line: the same events.
#[test]
fn fhir_auditevent() {
    let fhir = |names: &[&str]| {
        let mut all = source(profile("fhir-auditevent"), fixture("fhir").join(names[0]));
        all.files = names.iter().map(|name| fixture("fhir").join(name)).collect();
        all.names = names.iter().map(|name| (*name).to_owned()).collect();
        events(&[all])
    };
    let alone =
        fhir(&["AuditEvent-example.json", "AuditEvent-example-disclosure.json", "AuditEvent-example-search.json"]);
    insta::assert_snapshot!(alone);
    // What is read of the events, leaving out the files and lines.
    let read = |text: &str| {
        let mut events: Vec<String> = text
            .split("\nline ")
            .skip(1)
            .filter_map(|event| event.split_once(": ").map(|(_, event)| event.trim().to_owned()))
            .collect();
        events.sort();
        events
    };
    assert_eq!(read(&alone).len(), 3);
    for other in ["bundle.json", "events.ndjson"] {
        assert_eq!(read(&fhir(&[other])), read(&alone), "{other}");
    }
}

#[test]
fn hr_export_as_text_and_as_a_workbook() {
    let csv = table("hr-export", "hr-export.csv");
    insta::assert_snapshot!(format!("{}{:#?}", account(&csv), csv.staff));
    let workbook = table("hr-export", "hr-export.xlsx");
    insta::assert_snapshot!("hr_workbook_notes", account(&workbook));
    let moved = |tables: &Tables| -> Vec<_> {
        let mut staff = tables.staff.clone();
        staff.iter_mut().for_each(|row| row.origin = crate::ingest::Origin::default());
        staff
    };
    assert_eq!(moved(&csv), moved(&workbook));
    let rows: Vec<u32> = workbook.staff.iter().map(|row| row.origin.line).collect();
    assert_eq!(
        {
            let mut rows = rows;
            rows.sort_unstable();
            rows
        },
        [4, 5, 6],
        "rows of the sheet"
    );
}

#[test]
fn roster_export_as_text_and_as_a_workbook() {
    let csv = table("roster-export", "roster-export.csv");
    let said = |tables: &Tables| -> String {
        let zone = chrono_tz::Europe::London;
        let mut rows: Vec<String> = tables
            .duty
            .iter()
            .map(|row| {
                let (start, end) = (row.start.rfc3339(zone), row.end.rfc3339(zone));
                format!("{} {start} – {end} {} {}\n", row.staff_id, row.kind, row.location)
            })
            .collect();
        rows.sort();
        rows.concat()
    };
    insta::assert_snapshot!(account(&csv) + &said(&csv));
    assert_eq!(said(&table("roster-export", "roster-export.xlsx")), said(&csv));
}

/// Whatever a workbook is cut or changed to, it is read or refused with a reason.
#[test]
fn damaged_workbooks_are_refused() {
    let whole = std::fs::read(fixture("hr-export.xlsx")).expect("the workbook");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hr.xlsx");
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        for bytes in [&whole[..at], changed.as_slice()] {
            std::fs::write(&path, bytes).expect("a file");
            let log = folder.path().join("log.csv");
            std::fs::write(&log, "at,login\n2026-03-01T10:00:00Z,u\n").expect("a log");
            let sources = [source(profile("canonical"), log), source(profile("hr-export"), path.clone())];
            if let Ok(tables) = ingest(&sources, &NoProgress) {
                account(&tables);
            }
        }
    }
}

#[test]
fn every_shipped_profile_says_what_it_is_for() {
    for (name, text) in SHIPPED {
        let profile = parse_with(name, text, &shipped).expect("a sound profile");
        assert_eq!(profile.name(), *name);
        assert!(!profile.description().is_empty(), "{name}");
    }
}

/// Whatever a shipped profile is changed to, it is read or refused with a place; and a file of any bytes adds up under it.
#[test]
fn changed_profiles_and_files_never_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut seed = 18_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    let files =
        ["purview.csv", "pnc-transaction.csv", "alpr-organisation.csv", "fhir/bundle.json", "fhir/events.ndjson"];
    let marks = ["\"", "[", "]", "{", "}", "=", "\n", ".", "*", "\\", "(", "?<a>", "é", "-1", "0"];
    for round in 0..400 {
        let (name, text) = SHIPPED[random(SHIPPED.len())];
        let mut changed: Vec<char> = text.chars().collect();
        for _ in 0..=random(3) {
            let at = random(changed.len());
            let end = (at + random(6)).min(changed.len());
            changed.splice(at..end, marks[random(marks.len())].chars());
        }
        let changed: String = changed.into_iter().collect();
        let Ok(own) = parse_with(name, &changed, &shipped) else { continue };
        if round % 4 > 0 || own.table().is_some_and(|table| table != TableName::Access) {
            continue;
        }
        let file = files[random(files.len())];
        let mut bytes = std::fs::read(fixture(file)).expect("the fixture");
        for _ in 0..random(4) {
            let at = random(bytes.len());
            bytes[at] = b"\"{}[],:;|\\\n0"[random(12)];
        }
        bytes.truncate(bytes.len() - random(3) * random(bytes.len() / 3));
        let path = folder.path().join(file.replace('/', "-"));
        std::fs::write(&path, bytes).expect("a file");
        let sources = [source(Arc::new(own), path)];
        if let Ok(tables) = ingest(&sources, &NoProgress) {
            account(&tables);
            let wanted: Vec<(u16, u64)> = tables.access.events.iter().map(|event| (event.file, event.offset)).collect();
            assert_eq!(reread(&tables, &sources, &wanted).expect("the same file").len(), wanted.len());
        }
    }
}

/// Every example of the documentation can be read as it stands.
#[test]
fn the_documented_examples_are_sound() {
    let text = include_str!("../../docs/inputs.md");
    let examples: Vec<&str> =
        text.split("```toml\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(example, _)| example)).collect();
    assert!(examples.len() >= 7);
    for example in examples {
        if let Err(error) = parse_with("docs/inputs.md", example, &shipped) {
            panic!("{error:?}\n{example}");
        }
    }
}
