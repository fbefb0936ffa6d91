//! Tests of the whole stage: real and hostile files, and what must hold for any bytes.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;
use proptest::prelude::*;

use super::access::{Action, Environment, Outcome};
use super::*;

const UTC: Tz = chrono_tz::UTC;
pub(super) const LONDON: Tz = Tz::Europe__London;

pub(super) fn fixtures() -> PathBuf {
    // The folder of this file is the same in any crate that includes it.
    Path::new(file!()).ancestors().nth(3).map_or_else(PathBuf::new, Path::to_path_buf).join("fixtures")
}

pub(super) fn source(table: TableName, files: &[PathBuf]) -> Source {
    let names = files.iter().map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
    Source { table, files: files.to_vec(), names, profile: None, zone: LONDON }
}

/// Writes files into a folder and reads them as the access log.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(super) fn access(&self, name: &str, bytes: impl AsRef<[u8]>) -> Source {
        source(TableName::Access, &[self.put(name, bytes)])
    }
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Tables, IngestError> {
    let folder = Folder::new();
    ingest(&[folder.access("log.csv", bytes)], &NoProgress)
}

pub(super) fn adds_up(tables: &Tables) {
    for input in &tables.inputs {
        assert_eq!(input.rows, input.used + input.duplicates + input.quarantined, "{input:?}");
    }
    let used: u64 = tables.inputs.iter().filter(|input| input.table == "access").map(|input| input.used).sum();
    assert_eq!(used, tables.access.events.len() as u64);
    assert!(tables.quarantine.is_sorted() && tables.duplicates.is_sorted());
    assert!(tables.access.queries.is_sorted_by(|left, right| left < right));
    let key = |event: &access::Event| (event.login, event.at, event.system, event.id_hash);
    assert!(tables.access.events.is_sorted_by_key(key));
    let strings = &tables.access.strings;
    assert!((1..strings.len() as u32).all(|code| strings.get(code - 1) < strings.get(code)));
}

/// What the log says, leaving out where it stood.
pub(super) fn said(tables: &Tables) -> String {
    let access = &tables.access;
    let events: Vec<access::Event> =
        access.events.iter().map(|event| access::Event { file: 0, line: 0, offset: 0, ..*event }).collect();
    format!("{events:?}{:?}{:?}{:?}", access.queries, access.strings, access.columns)
}

/// Each event's line and what reading it again gives.
pub(super) fn raw(tables: &Tables, sources: &[Source]) -> Vec<RawEvent> {
    let wanted: Vec<(u16, u64)> = tables.access.events.iter().map(|event| (event.file, event.offset)).collect();
    let raw = reread(tables, sources, &wanted).unwrap();
    for (raw, event) in raw.iter().zip(&tables.access.events) {
        let text = |code| tables.access.strings.get(code);
        assert_eq!(
            (raw.source_line, raw.login.as_str(), raw.reason_text.as_str()),
            (event.line, text(event.login), text(event.reason_text))
        );
        let query = &tables.access.queries[event.query as usize];
        assert_eq!(
            (raw.subject_id.as_str(), raw.q_vrm.as_str(), raw.q_text.as_str()),
            (text(query.subject_id), text(query.vrm), text(query.text))
        );
    }
    raw
}

const LOG: &str = "event_id,at,login,system,environment,action,outcome,reason_text,q_surname,q_text\n\
    e1,2025-06-18T10:00:00Z,pc1,RMS,live,search,success,\"burglary, with \"\"notes\"\"\nover two lines\",Ó Súilleabháin,\n\
    e2,2025-06-18 10:00:00,pc2,RMS,Training,VIEW,denied,,Smith,\n\
    \n\
    e3,2025-10-26 01:30:00,pc1,PNC,,,,5\" pipe,Smith,q3\n\
    e1,2025-06-18T10:00:00Z,pc1,PNC,live,search,success,,Jones,\n";

#[test]
fn a_small_log() {
    let folder = Folder::new();
    let sources = [folder.access("log.csv", LOG)];
    let tables = ingest(&sources, &NoProgress).unwrap();
    adds_up(&tables);
    let input = &tables.inputs[0];
    assert_eq!((input.rows, input.used, input.ambiguous_times, input.bytes), (4, 4, 1, LOG.len() as u64));
    let access = &tables.access;
    assert_eq!(access.events.iter().map(|event| event.line).collect::<Vec<_>>(), [7, 2, 6, 4]);
    assert_eq!(
        access.columns,
        ["event_id", "system", "environment", "action", "outcome", "reason_text", "q_surname", "q_text"]
    );
    let second = access.events[3];
    assert_eq!(
        (second.environment, second.action, second.outcome),
        (Environment::Training, Action::View, Outcome::Denied)
    );
    assert_eq!(second.at.rfc3339(LONDON), "2025-06-18T10:00:00+01:00");
    let raw = raw(&tables, &sources);
    assert_eq!(raw[1].reason_text, "burglary, with \"notes\"\nover two lines");
    assert_eq!(
        (raw[2].at.as_str(), raw[2].reason_text.as_str(), raw[2].source_file.as_str()),
        ("2025-10-26 01:30:00", "5\" pipe", "log.csv")
    );
}

#[test]
fn packed_and_encoded_files_say_the_same() {
    let folder = Folder::new();
    let plain = ingest(&[folder.access("plain.csv", LOG)], &NoProgress).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(LOG.as_bytes()).unwrap();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(LOG.encode_utf16().flat_map(u16::to_le_bytes));
    let mut utf16be = vec![0xfe, 0xff];
    utf16be.extend(LOG.encode_utf16().flat_map(u16::to_be_bytes));
    let windows = encoding_rs::WINDOWS_1252.encode(LOG).0.into_owned();
    let bom = ["\u{feff}", LOG].concat();
    let crlf = LOG.replace('\n', "\r\n");
    for (name, bytes) in [
        ("gzip", gzip.finish().unwrap()),
        ("zstd", zstd::encode_all(LOG.as_bytes(), 1).unwrap()),
        ("utf16", utf16),
        ("utf16be", utf16be),
        ("windows", windows),
        ("bom", bom.into_bytes()),
        ("semicolon", LOG.replace("burglary, with", "burglary  with").replace(',', ";").into_bytes()),
        ("tab", LOG.replace("burglary, with", "burglary  with").replace(',', "\t").into_bytes()),
        ("crlf", crlf.into_bytes()),
    ] {
        let sources = [folder.access(name, bytes)];
        let tables = ingest(&sources, &NoProgress).unwrap_or_else(|error| panic!("{name}: {error}"));
        adds_up(&tables);
        if !matches!(name, "crlf" | "semicolon" | "tab") {
            assert_eq!(said(&tables), said(&plain), "{name}");
        }
        assert_eq!(tables.access.events.iter().map(|event| event.line).collect::<Vec<_>>(), [7, 2, 6, 4], "{name}");
        raw(&tables, &sources);
        assert_eq!(
            tables.inputs[0].notes.iter().any(|note| note.contains("Windows-1252")),
            name == "windows",
            "{name}"
        );
    }
}

#[test]
fn ndjson_says_the_same_as_csv() {
    let folder = Folder::new();
    let csv = "event_id,at,login,q_surname\ne1,2025-06-18T10:00:00Z,1001,Smith\ne2,2025-06-18T10:00:00Z,1001,\n";
    let json = "{\"event_id\":\"e1\",\"AT\":\"2025-06-18T10:00:00Z\",\"login\":1001,\"q_surname\":\"Smith\",\"more\":{\"x\":1}}\n\n\
        {\"login\":\"1001\",\"event_id\":\"e2\",\"at\":\"2025-06-18T10:00:00Z\"}";
    let csv = ingest(&[folder.access("a.csv", csv)], &NoProgress).unwrap();
    let sources = [folder.access("a.ndjson", json)];
    let json = ingest(&sources, &NoProgress).unwrap();
    adds_up(&json);
    assert_eq!(said(&json), said(&csv));
    assert_eq!(json.access.events[1].line, 3 - 2 * u32::from(json.access.events[1].offset == 0));
    raw(&json, &sources);
    assert!(json.inputs[0].notes.iter().any(|note| note.contains("more.x")), "{:?}", json.inputs[0].notes);

    let bad = "{\"at\":\"2025-06-18T10:00:00Z\",\"login\":\"a\"}\n[1]\n{\"at\":1,\n{\"login\":1,\"login\":2}\n{\"login\":123456789012345678901234567890}\n{\"login\":\"b\"}\n";
    let tables = read(bad).unwrap();
    adds_up(&tables);
    assert_eq!((tables.inputs[0].rows, tables.inputs[0].quarantined), (6, 5));
    let error = read("{\"at\":\"2025-06-18T10:00:00Z\",\"user_login\":\"a\"}\n").unwrap_err();
    assert!(matches!(error, IngestError::MissingColumn { .. }), "{error}");
}

#[test]
fn the_real_log_is_read_whole() {
    let folder = fixtures().join("eugene");
    let text = fs::read_to_string(fixtures().join("../profiles/eugene-alpr.toml")).unwrap();
    let profile = Arc::new(profile::parse("eugene-alpr.toml", &text).unwrap());
    let sources =
        [Source { profile: Some(profile), zone: UTC, ..source(TableName::Access, &[folder.join("search_audit.csv")]) }];
    let tables = ingest(&sources, &NoProgress).unwrap();
    adds_up(&tables);
    let input = &tables.inputs[0];
    assert_eq!((input.rows, input.used, input.quarantined, input.duplicates), (4294, 4294, 0, 0));
    let logins: std::collections::BTreeSet<u32> = tables.access.events.iter().map(|event| event.login).collect();
    assert_eq!(logins.len(), 147);
    assert!(input.notes.iter().any(|note| note.contains("cameraCount")), "{:?}", input.notes);
    let first = tables.access.events.iter().min_by_key(|event| event.at).unwrap();
    assert_eq!(first.at.rfc3339(UTC), "2025-06-18T00:02:04+00:00");
    assert_eq!(tables.access.strings.get(first.system), "ALPR");
    assert_eq!(first.action, Action::Search);
    raw(&tables, &sources);
}

#[test]
fn duplicates_keep_one_and_are_listed() {
    let folder = Folder::new();
    let head = "event_id,at,login,system,reason_text\n";
    let a = format!(
        "{head}e1,2025-06-18T10:00:00Z,pc1,RMS,b\ne2,2025-06-18T10:00:00Z,pc1,RMS,x\n,2025-06-18T10:00:00Z,pc1,RMS,\n,2025-06-18T11:00:00+01:00,pc1,RMS,\n"
    );
    let b = format!(
        "{head}e1,2025-06-18T10:00:00Z,pc1,RMS,a\ne2,2025-06-18T10:00:00Z,pc1,RMS,x\ne2,2025-06-18T10:00:00Z,pc1,PNC,x\n"
    );
    let sources = [folder.access("a.csv", &a), folder.access("b.csv", &b)];
    let tables = ingest(&sources, &NoProgress).unwrap();
    adds_up(&tables);
    let at = |file, line| Origin { file, line };
    assert_eq!(
        tables.duplicates,
        [
            Duplicate { row: at(0, 2), kept: at(1, 2), differs: true },
            Duplicate { row: at(0, 5), kept: at(0, 4), differs: false },
            Duplicate { row: at(1, 3), kept: at(0, 3), differs: false },
        ]
    );
    assert_eq!(tables.access.strings.find("b"), None, "what only a left-out row says is not kept");

    // The same bytes under another name are read once.
    let twice = [folder.access("a.csv", &a), folder.access("c.csv", &a)];
    let tables = ingest(&twice, &NoProgress).unwrap();
    adds_up(&tables);
    assert_eq!((tables.inputs[1].rows, tables.inputs[1].duplicates), (4, 4));
    assert!(tables.inputs[1].notes[0].contains("a.csv"), "{:?}", tables.inputs[1].notes);
}

#[test]
fn smaller_tables() {
    let folder = Folder::new();
    let table = |table, name: &str, text: &str| source(table, &[folder.put(name, text)]);
    let sources = [
        folder.access("log.csv", LOG),
        table(
            TableName::Staff,
            "staff.csv",
            "staff_id,surname,phones,start_date,status\ns2,Jones,07700 900001; 07700 900002,01/02/2020,Long leave\ns1,Smith,,2020-02-01,retired\n,X,,,\ns1,Smith,,2020-02-01,retired\ns1,Smythe,,,\n",
        ),
        table(TableName::Accounts, "accounts.csv", "login,staff_id,from,to\npc1,s1,2025-01-01,2025-06-30\n"),
        table(
            TableName::Duty,
            "duty.csv",
            "staff_id,start,end,kind\ns1,2025-06-18 07:00,2025-06-18 15:00,duty\ns1,2025-06-20,2025-06-21,leave\ns1,2025-06-18 15:00,2025-06-18 07:00,duty\ns1,18/06/2025,2025-06-19,duty\n",
        ),
        table(
            TableName::Authorities,
            "authorities.csv",
            "authority_id,staff_id,role,basis,systems,blind_required\nA1,,analyst,role function,RMS;PNC,yes\nA2,,,it_testing,,perhaps\nA3,s1,,it_testing,,perhaps\n",
        ),
        table(TableName::Dispositions, "d.csv", "referral_id,outcome,by,at\nR1,no_case,DI X,2025-07-01\n"),
        table(TableName::Training, "t.csv", "session_id,system,start,end,attendee_id\n"),
    ];
    let tables = ingest(&sources, &NoProgress).unwrap();
    adds_up(&tables);
    assert_eq!(
        tables.staff.iter().map(|row| (row.staff_id.as_str(), row.surname.as_str())).collect::<Vec<_>>(),
        [("s1", "Smith"), ("s1", "Smythe"), ("s2", "Jones")]
    );
    assert_eq!(tables.staff[2].phones, ["07700 900001", "07700 900002"]);
    assert_eq!((tables.staff[2].status.as_str(), tables.staff[2].start_date), ("long_leave", None));
    let staff = tables.inputs.iter().find(|input| input.table == "staff").unwrap();
    assert_eq!((staff.rows, staff.used, staff.duplicates, staff.quarantined), (5, 3, 1, 1));
    assert!(
        staff.notes.iter().any(|note| note.contains("retired"))
            && staff.notes.iter().any(|note| note.contains("repeats a staff_id")),
        "{:?}",
        staff.notes
    );
    let listed: Vec<(&str, u32, &str)> =
        tables.quarantine.iter().map(|row| (row.table, row.source_line, row.column.as_str())).collect();
    assert_eq!(
        listed,
        [
            ("authorities", 3, "staff_id"),
            ("authorities", 4, "blind_required"),
            ("duty", 4, "end"),
            ("duty", 5, "start"),
            ("staff", 2, "start_date"),
            ("staff", 4, "staff_id")
        ]
    );
    assert_eq!(tables.accounts[0].to.unwrap().rfc3339(LONDON), "2025-07-01T00:00:00+01:00");
    assert_eq!(tables.duty[1].end.rfc3339(LONDON), "2025-06-22T00:00:00+01:00");
    assert_eq!(
        (
            tables.authorities[0].systems.len(),
            tables.authorities[0].blind_required,
            tables.authorities[0].basis.as_str()
        ),
        (2, true, "role_function")
    );
    assert_eq!(tables.dispositions[0].reference, "R1");
    assert!(tables.training.is_empty() && tables.present.contains(&TableName::Training));
    assert!(tables.has_column(TableName::Duty, "kind") && !tables.has_column(TableName::Duty, "location"));
    assert_eq!(tables.present.len(), 7);
}

#[test]
fn errors_say_what_to_do() {
    let error = read("event_id,when,user\n1,2,3\n").unwrap_err();
    let IngestError::MissingColumn { line: 1, ref column, ref help, .. } = error else { panic!("{error:?}") };
    assert_eq!(&**column, "at");
    assert!(help.contains("event_id, when, user"), "{help}");
    assert_eq!(error.kind(), ErrorKind::Unusable);

    for empty in ["", "at,login\n", "\n\n  \n", "at,login\nat,login\n"] {
        assert!(matches!(read(empty).unwrap_err(), IngestError::EmptyAccess { .. }), "{empty:?}");
    }
    let wide = format!("at,login{}\n", ",x".repeat(10_000));
    assert!(read(wide).unwrap_err().to_string().contains("10,000"));
    assert!(read("[{\"at\":1").unwrap().inputs[0].quarantined == 1);
    assert!(read("at\0,login\n").unwrap_err().to_string().contains("NUL"));

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(LOG.repeat(50).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(LOG.repeat(50).as_bytes(), 1).unwrap();
    for packed in [gzip, zstd] {
        let error = read(&packed[..packed.len() - 9]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unusable, "{error}");
        assert!(error.to_string().contains("cut short"), "{error}");
    }

    let folder = Folder::new();
    let missing = [source(TableName::Access, &[folder.0.path().join("none.csv")])];
    assert_eq!(ingest(&missing, &NoProgress).unwrap_err().kind(), ErrorKind::Missing);
    assert!(matches!(ingest(&[], &NoProgress).unwrap_err(), IngestError::NoAccess));
    let staff = source(TableName::Staff, &[folder.put("staff.csv", "")]);
    assert_eq!(ingest(&[folder.access("log.csv", LOG), staff], &NoProgress).unwrap_err().kind(), ErrorKind::Unusable);

    let sources = [folder.access("log.csv", LOG)];
    let tables = ingest(&sources, &NoProgress).unwrap();
    folder.put("log.csv", format!("{LOG}x"));
    assert!(matches!(reread(&tables, &sources, &[(0, 100)]).unwrap_err(), IngestError::Changed { .. }));
}

#[test]
fn a_bomb_is_refused() {
    // 300 MiB of one byte in one line pack into some kilobytes.
    let mut zip = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let block = vec![b'x'; 1 << 20];
    zip.write_all(b"at,login\n").unwrap();
    for _ in 0..300 {
        zip.write_all(&block).unwrap();
    }
    let error = read(zip.finish().unwrap()).unwrap_err();
    assert!(error.to_string().contains("250 times"), "{error}");
}

/// One file of `fixtures/hostile`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    what: String,
    profile: Option<String>,
    error: Option<String>,
    note: Option<String>,
    #[serde(default)]
    rows: u64,
    #[serde(default)]
    used: u64,
    #[serde(default)]
    duplicates: u64,
    #[serde(default)]
    ambiguous: u64,
    #[serde(default)]
    missing: u64,
    #[serde(default)]
    quarantined: Vec<u32>,
}

#[test]
fn hostile_files_do_what_is_written_beside_them() {
    #[derive(serde::Deserialize)]
    struct Cases {
        case: Vec<Case>,
    }
    let folder = fixtures().join("hostile");
    let cases: Cases = toml::from_str(&fs::read_to_string(folder.join("expected.toml")).unwrap()).unwrap();
    for case in cases.case {
        let context = format!("{}: {}", case.file, case.what);
        let profile = case
            .profile
            .map(|name| Arc::new(profile::parse(&name, &fs::read_to_string(folder.join(&name)).unwrap()).unwrap()));
        let zone = profile.as_deref().and_then(Profile::zone).unwrap_or(LONDON);
        let sources = [Source { profile, zone, ..source(TableName::Access, &[folder.join(&case.file)]) }];
        let tables = match (ingest(&sources, &NoProgress), case.error) {
            (Ok(tables), None) => tables,
            (Ok(_), Some(error)) => panic!("{context}: read, and not refused with {error:?}"),
            (Err(error), Some(expected)) if error.to_string().contains(&expected) => continue,
            (Err(error), _) => panic!("{context}: {error}"),
        };
        adds_up(&tables);
        let input = &tables.inputs[0];
        assert_eq!(
            (input.rows, input.used, input.duplicates, input.ambiguous_times, input.missing_times),
            (case.rows, case.used, case.duplicates, case.ambiguous, case.missing),
            "{context}: {:?} {:?}",
            input.notes,
            tables.quarantine
        );
        let lines: Vec<u32> = tables.quarantine.iter().map(|row| row.source_line).collect();
        assert_eq!(lines, case.quarantined, "{context}");
        let note = case.note.unwrap_or_default();
        assert!(note.is_empty() || input.notes.iter().any(|one| one.contains(&note)), "{context}: {:?}", input.notes);
        raw(&tables, &sources);
    }
}

fn small() -> Limits {
    Limits { block: 3, record: 200, cell: 50 }
}

/// One mutation of a log's bytes.
#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0usize..700, any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (0usize..700, prop::sample::select(b"\",\n\r\0;".to_vec())).prop_map(|(at, byte)| Change::Set(at, byte)),
        (0usize..700).prop_map(Change::Cut),
        (0usize..700, prop::collection::vec(prop::sample::select(b"\",\n\rx\xff".to_vec()), 0..80))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (0usize..700, 0usize..40).prop_map(|(at, count)| Change::Remove(at, count)),
    ]
}

fn mutate(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        match change {
            Change::Set(at, byte) => {
                if let Some(old) = bytes.get_mut(*at) {
                    *old = *byte;
                }
            }
            Change::Cut(at) => bytes.truncate((*at).max(120)),
            Change::Insert(at, more) => {
                let at = (*at).min(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Change::Remove(at, count) => {
                let at = (*at).min(bytes.len());
                let end = (at + count).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
    bytes
}

/// Reads with cuts everywhere and with cuts nowhere; both must agree and add up.
fn any_cut(bytes: &[u8]) -> Option<Tables> {
    let folder = Folder::new();
    let sources = [folder.access("log.csv", bytes)];
    let cut = ingest_with(&sources, &NoProgress, small());
    let whole = ingest_with(&sources, &NoProgress, Limits { block: 1 << 20, ..small() });
    match (cut, whole) {
        (Ok(cut), Ok(whole)) => {
            adds_up(&whole);
            assert_eq!(cut.inputs, whole.inputs);
            assert_eq!(cut.quarantine, whole.quarantine);
            assert_eq!(cut.duplicates, whole.duplicates);
            assert_eq!(cut.access.events, whole.access.events);
            assert_eq!(said(&cut), said(&whole));
            raw(&whole, &sources);
            Some(whole)
        }
        (Err(cut), Err(whole)) => {
            assert_eq!(cut.to_string(), whole.to_string());
            None
        }
        (cut, whole) => panic!("{:?} {:?}", cut.err(), whole.err()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_mutation_adds_up(changes in prop::collection::vec(change(), 0..6)) {
        let text = format!("{LOG}{}", LOG.replace("e1", "f1").replace("e2", "f2").split_once('\n').unwrap().1);
        any_cut(&mutate(&text, &changes));
    }

    #[test]
    fn any_json_mutation_adds_up(changes in prop::collection::vec(change(), 0..6)) {
        let text: String = (0..8).map(|n| format!("{{\"at\":\"2025-06-18T10:0{n}:00Z\",\"login\":\"pc{n}\",\"x\":[1,{{\"y\":null}}],\"q_vrm\":null}}\n")).collect();
        any_cut(&mutate(&text, &changes));
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), head in any::<bool>()) {
        let head: &[u8] = if head { b"at,login,event_id\n" } else { b"" };
        any_cut(&[head, &bytes].concat());
    }

    #[test]
    fn any_order_says_the_same(
        order in Just((0usize..40).collect::<Vec<_>>()).prop_shuffle(),
        cut in 1usize..39,
        threads in 1usize..4,
    ) {
        let line = |n: &usize| format!("e{},2025-06-18T10:00:{:02}Z,pc{},{},s{}\n", n % 23, n % 7, n % 3, ["RMS", "PNC"][n % 2], n % 5);
        let head = "event_id,at,login,system,q_surname\n";
        let log = |order: &[usize]| format!("{head}{}", order.iter().map(line).collect::<String>());
        let folder = Folder::new();
        let sorted = ingest(&[folder.access("a.csv", log(&(0..40).collect::<Vec<_>>()))], &NoProgress).unwrap();
        let sources = [folder.access("b.csv", log(&order[..cut])), folder.access("a.csv", log(&order[cut..]))];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let shuffled = pool.install(|| ingest_with(&sources, &NoProgress, small())).unwrap();
        adds_up(&shuffled);
        prop_assert_eq!(said(&sorted), said(&shuffled));
        prop_assert_eq!(sorted.duplicates.len(), shuffled.duplicates.len());
    }
}
