//! What the fuzz targets hold any input to. Inside `ingest`, because it needs what is not public.

use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;

use super::blocks::Limits;
use super::time::{Clock, DayAlone, Format};
use super::{IngestError, NoProgress, Profile, Source, TableName, Tables, ingest_with, profile, reread};

const LONDON: Tz = Tz::Europe__London;

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("probity-fuzz-{}", std::process::id()))
}

fn read(bytes: &[u8], profile: Option<Profile>, limits: Limits) -> Result<(Tables, Vec<Source>), IngestError> {
    let folder = folder();
    let _ = std::fs::create_dir_all(&folder);
    let path = folder.join("log");
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    let sources = vec![Source {
        table: TableName::Access,
        files: vec![path],
        names: vec!["log".to_owned()],
        profile: profile.map(Arc::new),
        zone: LONDON,
    }];
    ingest_with(&sources, &NoProgress, limits).map(|tables| (tables, sources))
}

fn adds_up(tables: &Tables) {
    for input in &tables.inputs {
        assert_eq!(input.rows, input.used + input.duplicates + input.quarantined, "{input:?}");
    }
    assert!(tables.quarantine.len() as u64 >= tables.inputs[0].quarantined);
}

/// Reads any bytes as a log, cut everywhere and cut nowhere: both agree, add up, and give each event again.
pub fn log(bytes: &[u8]) {
    let small = Limits { block: 3, record: 200, cell: 50 };
    let cut = read(bytes, None, small);
    let whole = read(bytes, None, Limits { block: 1 << 20, ..small });
    match (cut, whole) {
        (Ok((cut, _)), Ok((whole, sources))) => {
            adds_up(&whole);
            assert_eq!(cut.inputs, whole.inputs);
            assert_eq!(cut.quarantine, whole.quarantine);
            assert_eq!(cut.access.events, whole.access.events);
            let wanted: Vec<(u16, u64)> = whole.access.events.iter().map(|event| (event.file, event.offset)).collect();
            let raw = reread(&whole, &sources, &wanted).expect("the file is as it was");
            for (raw, event) in raw.iter().zip(&whole.access.events) {
                assert_eq!(raw.login, whole.access.strings.get(event.login));
                assert_eq!(raw.reason_text, whole.access.strings.get(event.reason_text));
            }
        }
        (Err(cut), Err(whole)) => assert_eq!(cut.to_string(), whole.to_string()),
        (cut, whole) => panic!("{:?} {:?}", cut.err(), whole.err()),
    }
}

/// Reads any text as a profile, and a small log with the profile that comes of it.
pub fn profile(text: &str) {
    const LOG: &str =
        "event_id,at,login,Reason,When,User ID\n1,2025-06-18T10:00:00Z,u,\"ref 12345678, a/b\",18/06/2025 10:00,x\n";
    if let Ok(profile) = profile::parse("profiles/fuzz.toml", text)
        && let Ok((tables, _)) = read(LOG.as_bytes(), Some(profile), Limits::default())
    {
        adds_up(&tables);
    }
}

/// Reads any text as a time, in a format that may be any text too.
pub fn time(pattern: &str, text: &str) {
    let formats: Vec<Format> = Format::new(pattern).into_iter().collect();
    for alone in [DayAlone::Refused, DayAlone::Start, DayAlone::End] {
        let mut clock = Clock::new(LONDON, &formats);
        let first = clock.moment(text.as_bytes(), alone);
        assert_eq!(first, clock.moment(text.as_bytes(), alone), "a time is read the same again");
        let _ = clock.day(text.as_bytes());
    }
    let known = chrono::DateTime::parse_from_rfc3339(text).ok();
    if let Some(known) = known.filter(|_| !text.contains(":60") && text.is_ascii()) {
        let ours = Clock::new(LONDON, &[]).moment(text.as_bytes(), DayAlone::Refused);
        // Years beyond four digits and more than nine places of a second are not read.
        if let Some(ours) = ours {
            assert_eq!(ours.0, known.timestamp_millis(), "{text}");
        }
    }
}
