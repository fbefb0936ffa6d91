//! Times the first stage against the least that reading the same file can cost, by processor time and by wall.
//!
//! - `bare csv read`: the `csv` crate over blocks of the access log in parallel; every record is split into cells, and
//!   nothing is kept, neither of the rows nor of the file.
//! - `bare csv read, file held`: the same of a file that was read into memory as a whole, which costs new memory for all of it.
//! - `parse and canonicalise`: the same file to canonical columns: stored bytes hashed, cells mapped, times read, identities
//!   hashed, texts and queries numbered. Nothing is merged.
//! - `ingest`: all of the stage for that file: besides, duplicates found, texts ranked, events sorted.
//! - `all tables`: the stage for the whole world.
//!
//! Then the same events (the first 200,000) in other forms, canonicalised through the profiles that are shipped: rows of these against
//! the same rows as plain CSV. Last, what reading holds: the log alone, and the log with ten times its size in lines that are no
//! rows behind it.
//!
//! Processor time is what the kernel has counted for a process, in hundredths of a second. Each measure
//! is taken in turn, several times over, so that a busy machine burdens all alike; those of the first table in a process of their own each time,
//! so that none finds memory that another has left, and rates are by the least that a measure took. The world is the committed small force, or the folder
//! named by `PROBITY_BENCH_WORLD`; `PROBITY_BENCH_RUNS` says how often (5).

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, ParquetWriter, PlSmallStr, Series};
use probity::config::{self, Overrides, RunConfig};
use probity::ingest::{self, NoProgress, Source, TableName, profile};
use rayon::prelude::*;
use serde_json::json;

/// Bytes of a block of the bare read, about: as many as ingest takes.
const BLOCK: usize = 1 << 20;
/// No line of the log is longer.
const LINE: usize = 1 << 14;
/// Rows in other forms.
const ROWS: usize = 200_000;
/// So many rows are read at least for one figure.
const LEAST: usize = 800_000;
/// Set in a process that shall only read one log and say how much memory that took.
const ONLY: &str = "PROBITY_BENCH_ONLY";
/// Set in a process that shall only take one measure: which one …
const MEASURE: &str = "PROBITY_BENCH_MEASURE";
/// … and how often.
const TIMES: &str = "PROBITY_BENCH_TIMES";

fn world() -> RunConfig {
    let folder = std::env::var_os("PROBITY_BENCH_WORLD")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/force"), PathBuf::from);
    config::load(&folder.join("probity.toml"), &Overrides::default()).expect("the world has a config")
}

/// Splits every record into cells; gives how many records there are, the header among them.
fn split(block: &[u8]) -> usize {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(block);
    let (mut record, mut sum) = (ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).expect("bytes can be split") {
        sum += usize::from(!record.is_empty());
    }
    sum
}

/// Splits a log block by block, each thread with a buffer of its own. Blocks end at a line feed: right for a log without line feeds in
/// cells, and less work than looking for quotes.
fn bare(path: &Path) -> usize {
    let size = fs::metadata(path).expect("the log is there").len() as usize;
    let open = || (File::open(path).expect("the log can be read"), Vec::with_capacity(BLOCK + LINE + 1));
    let block = |(file, bytes): &mut (File, Vec<u8>), number: usize| {
        // With the byte before, which tells whether a line begins at the border.
        let start = (number * BLOCK).saturating_sub(1);
        let last = number * BLOCK + BLOCK - 1 - start;
        bytes.clear();
        file.seek(SeekFrom::Start(start as u64)).expect("the log can be read");
        file.take((last + 1 + LINE) as u64).read_to_end(bytes).expect("the log can be read");
        let line_end =
            |from: usize| bytes.get(from..).and_then(|rest| memchr::memchr(b'\n', rest)).map(|at| from + at + 1);
        let begin = if number == 0 { 0 } else { line_end(0).unwrap_or(bytes.len()) };
        let end = line_end(last).unwrap_or(bytes.len());
        split(&bytes[begin..end.max(begin)])
    };
    (0..size.div_ceil(BLOCK)).into_par_iter().map_init(open, block).sum()
}

/// [`bare`] of a file that is held as a whole.
fn bare_held(path: &Path) -> usize {
    let bytes = fs::read(path).expect("the log can be read");
    let mut blocks = Vec::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let near = rest.len().min(BLOCK);
        let end = memchr::memchr(b'\n', &rest[near..]).map_or(rest.len(), |found| near + found + 1);
        let (block, tail) = rest.split_at(end);
        blocks.push(block);
        rest = tail;
    }
    blocks.par_iter().map(|block| split(block)).sum()
}

/// Processor seconds of this process so far, those of the kernel for it included; none where the system does not tell.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The most memory that this process has held, in MiB.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// Something to time, and how many rows it reads.
struct Measure<'m> {
    name: String,
    rows: usize,
    run: Box<dyn Fn() + 'm>,
}

fn measure<'m>(name: &str, rows: usize, run: Box<dyn Fn() + 'm>) -> Measure<'m> {
    Measure { name: name.to_owned(), rows, run }
}

/// How often a measure is taken for one figure: the kernel counts in hundredths of a second.
fn times(rows: usize) -> usize {
    (LEAST / rows.max(1)).clamp(1, 50)
}

/// Takes each in turn in a process of its own and prints a line for each: the least and the median of its processor time, the least of the
/// clock's, and its rate as a share of that of the first.
fn compare_apart(runs: u32, measures: &[Measure<'_>]) {
    let own = std::env::current_exe().expect("this program has a path");
    let mut taken = vec![(Vec::new(), Vec::new()); measures.len()];
    for _ in 0..runs {
        for (Measure { name, rows, .. }, (cpu, wall)) in measures.iter().zip(&mut taken) {
            let out = Command::new(&own).env(MEASURE, name).env(TIMES, times(*rows).to_string()).output();
            let said = String::from_utf8(out.expect("this program can be started").stdout).expect("it writes numbers");
            let mut numbers = said.split_whitespace().map(|number| number.parse::<f64>().expect("it writes numbers"));
            cpu.extend(numbers.next());
            wall.extend(numbers.next());
        }
    }
    println!("{:<28}{:>10}{:>10}{:>10}{:>16}{:>8}", "", "cpu s", "median", "wall s", "rows/cpu s", "rate");
    let mut first = None;
    for (Measure { name, rows, .. }, (cpu, wall)) in measures.iter().zip(&mut taken) {
        cpu.sort_by(f64::total_cmp);
        wall.sort_by(f64::total_cmp);
        let (least, median) = (cpu[0], cpu[cpu.len() / 2]);
        let share = *first.get_or_insert(least) / least;
        println!("{name:<28}{least:>10.3}{median:>10.3}{:>10.3}{:>16.0}{share:>8.2}", wall[0], *rows as f64 / least);
    }
}

/// Takes one of the measures so often and prints what one time took.
fn take(measures: &[Measure<'_>], name: &str) {
    let measure = measures.iter().find(|measure| measure.name == name).expect("it is one of the measures");
    let times: u32 = std::env::var(TIMES).ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let (start, before) = (Instant::now(), processor());
    (0..times).for_each(|_| (measure.run)());
    let (cpu, wall) = (processor() - before, start.elapsed().as_secs_f64());
    println!("{} {}", cpu / f64::from(times), wall / f64::from(times));
}

/// Runs all in turn and prints a line for each; the last column is the rate as a share of that of the first.
fn compare(runs: u32, measures: &[Measure<'_>]) {
    let mut sums = vec![(0.0, 0.0); measures.len()];
    measures.iter().for_each(|measure| (measure.run)());
    for _ in 0..runs {
        for (measure, (cpu, wall)) in measures.iter().zip(&mut sums) {
            let (start, before, times) = (Instant::now(), processor(), times(measure.rows));
            (0..times).for_each(|_| (measure.run)());
            *cpu += (processor() - before) / times as f64;
            *wall += start.elapsed().as_secs_f64() / times as f64;
        }
    }
    println!("{:<28}{:>10}{:>10}{:>16}{:>8}", "", "cpu s", "wall s", "rows/cpu s", "rate");
    let rate = |rows: usize, cpu: f64| if cpu > 0.0 { rows as f64 * f64::from(runs) / cpu } else { f64::NAN };
    let first = rate(measures[0].rows, sums[0].0);
    for (Measure { name, rows, .. }, (cpu, wall)) in measures.iter().zip(sums) {
        let (each, rows) = (f64::from(runs), rate(*rows, cpu));
        println!("{name:<28}{:>10.3}{:>10.3}{rows:>16.0}{:>8.2}", cpu / each, wall / each, rows / first);
    }
}

/// A source of one file of the access log.
fn source(path: &Path, profile: Option<(&str, &str)>) -> Source {
    let profile = profile.map(|(name, text)| Arc::new(profile::parse(name, text).expect("a shipped profile is sound")));
    Source {
        table: TableName::Access,
        files: vec![path.to_owned()],
        names: vec!["log".to_owned()],
        profile,
        zone: chrono_tz::Europe::London,
    }
}

/// Writes the log in other forms; gives the name, the file and the profile of each.
fn forms(log: &Path, folder: &Path) -> Vec<(&'static str, Source)> {
    let mut reader = csv::Reader::from_path(log).expect("the log can be read");
    let header = reader.headers().expect("it has a header").clone();
    let rows: Vec<StringRecord> = reader.records().take(ROWS).map(|row| row.expect("it is text")).collect();
    let cell = |row: &StringRecord, name: &str| {
        let place = header.iter().position(|column| column == name);
        place.and_then(|place| row.get(place)).unwrap_or_default().to_owned()
    };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).expect("the temporary folder can be written");
        path
    };
    let table = |head: &[&str], cells: &dyn Fn(&StringRecord) -> Vec<String>| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(head).expect("memory can be written");
        rows.iter().for_each(|row| writer.write_record(cells(row)).expect("memory can be written"));
        writer.into_inner().expect("memory can be written")
    };
    let lines = |object: &dyn Fn(&StringRecord) -> serde_json::Value| {
        rows.iter().map(|row| format!("{}\n", object(row))).collect::<String>().into_bytes()
    };
    let portal_time = |row: &StringRecord| {
        let at = chrono::DateTime::parse_from_rfc3339(&cell(row, "at")).expect("the log has times with an offset");
        at.with_timezone(&chrono::Utc).format("%m/%d/%Y, %I:%M:%S %p UTC").to_string()
    };

    let head: Vec<&str> = header.iter().collect();
    let plain = table(&head, &|row| row.iter().map(str::to_owned).collect());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&plain).expect("memory can be written");
    let gzip = gzip.finish().expect("memory can be written");
    let objects = lines(&|row| {
        let members = header.iter().zip(row).filter(|(_, value)| !value.is_empty());
        members.map(|(key, value)| (key.to_owned(), value.into())).collect::<serde_json::Map<_, _>>().into()
    });
    let column = |(place, name): (usize, &str)| -> Column {
        let cells: Vec<&str> = rows.iter().map(|row| row.get(place).unwrap_or_default()).collect();
        Series::new(PlSmallStr::from_str(name), cells).into_column()
    };
    let mut frame = DataFrame::new(rows.len(), header.iter().enumerate().map(column).collect()).expect("a frame");
    let mut parquet = Vec::new();
    ParquetWriter::new(&mut parquet).finish(&mut frame).expect("memory can be written");
    let portal = table(&["id", "userId", "searchDate", "networkCount", "reason"], &|row| {
        vec![cell(row, "event_id"), cell(row, "login"), portal_time(row), "94".to_owned(), cell(row, "reason_text")]
    });
    let purview = table(&["RecordId", "CreationDate", "Operation", "UserId", "AuditData"], &|row| {
        let (id, login) = (cell(row, "event_id"), cell(row, "login"));
        let data = json!({
            "CreationTime": cell(row, "at"), "Id": id, "Operation": "FileAccessed", "RecordType": 6, "UserType": 0,
            "OrganizationId": "f0e1d2c3-0000-4000-8000-000000000000", "Workload": "SharePoint", "UserId": login,
            "ClientIP": cell(row, "terminal"), "ItemType": "File", "SiteUrl": "https://example.org/sites/a/",
            "ObjectId": format!("https://example.org/sites/a/{}.docx", cell(row, "subject_id")), "Version": 1,
        });
        vec![id, cell(row, "at"), "FileAccessed".to_owned(), login, data.to_string()]
    });
    let fhir = lines(&|row| {
        json!({
            "resourceType": "AuditEvent", "id": cell(row, "event_id"), "action": "R", "recorded": cell(row, "at"), "outcome": "0",
            "type": { "system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest" },
            "subtype": [{ "system": "http://hl7.org/fhir/restful-interaction", "code": "read" }],
            "agent": [{
                "type": { "coding": [{ "code": "humanuser" }] }, "who": { "identifier": { "value": cell(row, "login") } },
                "requestor": true, "network": { "address": cell(row, "terminal"), "type": "1" },
            }],
            "source": { "site": cell(row, "location"), "observer": { "display": cell(row, "system") } },
            "entity": [{ "what": { "reference": format!("Patient/{}", cell(row, "subject_id")) }, "type": { "code": "1" } }],
        })
    });
    let zstd = zstd::encode_all(plain.as_slice(), 3).expect("memory can be written");
    let shipped = |name, text| Some((name, text));
    let portal_profile = shipped("alpr-portal", include_str!("../profiles/alpr-portal.toml"));
    let purview_profile = shipped("purview", include_str!("../profiles/purview.toml"));
    let fhir_profile = shipped("fhir-auditevent", include_str!("../profiles/fhir-auditevent.toml"));
    vec![
        ("CSV", source(&write("a.csv", &plain), None)),
        ("CSV, gzip", source(&write("a.csv.gz", &gzip), None)),
        ("CSV, zstd", source(&write("a.csv.zst", &zstd), None)),
        ("Parquet", source(&write("a.parquet", &parquet), None)),
        ("NDJSON", source(&write("a.ndjson", &objects), None)),
        ("CSV, alpr-portal", source(&write("portal.csv", &portal), portal_profile)),
        ("CSV, purview", source(&write("purview.csv", &purview), purview_profile)),
        ("NDJSON, fhir-auditevent", source(&write("fhir.ndjson", &fhir), fhir_profile)),
    ]
}

/// Reads one log in a process of its own and says how much memory that took.
fn memory(name: &str, log: &Path) {
    let bytes = fs::metadata(log).map_or(0, |stored| stored.len()) >> 20;
    let out = std::env::current_exe().and_then(|own| Command::new(own).env(ONLY, log).output());
    let said = out.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned()).unwrap_or_default();
    println!("{name:<44}{bytes:>6} MiB stored {said}");
}

fn main() {
    if let Some(log) = std::env::var_os(ONLY) {
        let before = most_memory();
        let events = ingest::canonicalise(&[source(Path::new(&log), None)]).expect("the log can be read");
        println!("{:>10} events {:>6} MiB held", events, most_memory() - before);
        return;
    }
    let runs = std::env::var("PROBITY_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(5);
    let config = world();
    let access: Vec<Source> =
        config.sources.iter().filter(|source| source.table == TableName::Access).cloned().collect();
    let files: Vec<&Path> = access.iter().flat_map(|source| source.files.iter().map(PathBuf::as_path)).collect();
    let only = std::env::var(MEASURE).ok();
    let rows = if only.is_some() { 0 } else { files.iter().map(|file| bare(file) - 1).sum() };
    let read = |sources: &[Source]| black_box(ingest::ingest(sources, &NoProgress)).expect("the world can be read");
    let canonicalise = |sources: &[Source]| ingest::canonicalise(sources).expect("the world can be read");
    let check = |rows: usize| assert!(black_box(rows) > 0, "there are rows");
    let measures = [
        measure("bare csv read", rows, Box::new(|| files.iter().for_each(|file| check(bare(file))))),
        measure("bare csv read, file held", rows, Box::new(|| files.iter().for_each(|file| check(bare_held(file))))),
        measure("parse and canonicalise", rows, Box::new(|| check(canonicalise(&access)))),
        measure("ingest", rows, Box::new(|| drop(read(&access)))),
        measure("all tables", rows, Box::new(|| drop(read(&config.sources)))),
    ];
    if let Some(only) = only {
        take(&measures, &only);
        return;
    }
    files.iter().for_each(|file| assert_eq!(bare(file), bare_held(file), "both read the same rows"));
    compare_apart(runs, &measures);

    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let forms = forms(files[0], folder.path());
    println!();
    let forms: Vec<Measure<'_>> = forms
        .iter()
        .map(|(name, form)| {
            let rows = canonicalise(std::slice::from_ref(form));
            measure(name, rows, Box::new(move || check(canonicalise(std::slice::from_ref(form)))))
        })
        .collect();
    compare(runs, &forms);

    println!();
    memory("the log", files[0]);
    let mut longer = fs::read(files[0]).expect("the log can be read");
    let header = longer.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default().to_vec();
    let log = longer.len();
    while longer.len() < 11 * log {
        longer.extend_from_slice(&header);
    }
    let path = folder.path().join("longer.csv");
    fs::write(&path, longer).expect("the temporary folder can be written");
    memory("the log and ten times as many other lines", &path);
}
