//! A real log in every form in which such logs are handed over: where the information is the same, so are the looks.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use assert_cmd::Command;
use polars::prelude::{DataFrame, SerReader};
use polars_io::prelude::ParquetReader;

/// id, userId, searchDate, cameraCount, reason; times are UTC to the millisecond, without a mark.
type Row = [String; 5];
const HEADER: [&str; 5] = ["id", "userId", "searchDate", "cameraCount", "reason"];

fn log() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/eugene/search_audit.csv");
    let mut reader = csv::Reader::from_path(path).expect("the log");
    reader
        .records()
        .map(|row| {
            let row = row.expect("a row");
            std::array::from_fn(|cell| row[cell].to_owned())
        })
        .collect()
}

fn text(header: &[&str], rows: &[Row], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(header).expect("in memory");
    rows.iter().for_each(|row| writer.write_record(row).expect("in memory"));
    String::from_utf8(writer.into_inner().expect("in memory")).expect("UTF-8")
}

fn with(rows: &[Row], change: impl Fn(&mut Row)) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.iter_mut().for_each(change);
    rows
}

/// What a run made of some files.
struct Made {
    frame: DataFrame,
    rows: u64,
    used: u64,
    duplicates: u64,
    quarantined: u64,
}

impl Made {
    /// Every look as one text, without the named columns.
    fn looks(&self, without: &[&str]) -> Vec<String> {
        let columns: Vec<_> =
            self.frame.columns().iter().filter(|column| !without.contains(&column.name().as_str())).collect();
        (0..self.frame.height())
            .map(|row| {
                columns.iter().map(|column| column.get(row).expect("a cell").to_string()).collect::<Vec<_>>().join("|")
            })
            .collect()
    }
}

fn run(files: &[(&str, &[u8])], profile: &str) -> Made {
    let desk = tempfile::tempdir().expect("a folder");
    let at = |name: &str| desk.path().join(name);
    for (name, bytes) in files {
        fs::write(at(name), bytes).expect("a file");
    }
    fs::write(at("own.toml"), profile).expect("a profile");
    let names: Vec<String> = files.iter().map(|(name, _)| format!("{name:?}")).collect();
    let config = format!(
        "[run]\ntimezone = \"America/Los_Angeles\"\n[[sources]]\ntable = \"access\"\nfiles = [{}]\nprofile = \"own.toml\"\n",
        names.join(", ")
    );
    fs::write(at("run.toml"), config).expect("a config");
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .current_dir(desk.path())
        .args(["run", "run.toml", "--keep-looks", "--quiet"])
        .assert()
        .code(vec![0, 5]);
    let looks = fs::File::open(at("report/looks.parquet")).expect("the looks");
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(at("report/report.json")).expect("the report")).expect("JSON");
    let sum = |key: &str| {
        report["inputs"].as_array().expect("inputs").iter().map(|input| input[key].as_u64().expect("a count")).sum()
    };
    let made = Made {
        // The same look of another file has another place there.
        frame: ParquetReader::new(looks).finish().expect("whole Parquet").drop("sources").expect("a column of sources"),
        rows: sum("rows"),
        used: sum("used"),
        duplicates: sum("duplicates"),
        quarantined: sum("quarantined"),
    };
    assert_eq!(made.rows, made.used + made.duplicates + made.quarantined);
    made
}

const PORTAL: &str = "extends = \"alpr-portal\"\n";

fn plain() -> (Vec<Row>, Made) {
    let rows = log();
    let made = run(&[("log.csv", text(&HEADER, &rows, b',').as_bytes())], PORTAL);
    assert_eq!((made.used, made.frame.height()), (4294, 3701));
    (rows, made)
}

#[test]
fn other_encodings_delimiters_and_headers_give_the_same_looks() {
    let (rows, plain) = plain();
    let csv = text(&HEADER, &rows, b',');
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(csv.as_bytes()).expect("in memory");
    let spaced = ["id", " userId", " searchDate", " networkCount", " reason"];
    let own = ["Search ID", "User ID", "Search Date", "Devices", "Search Reason"];
    let preamble = format!("Search audit\nPrinted 3 December 2025\n\n{}", text(&HEADER, &rows, b';'));
    let middle = rows.len() / 2;
    let header_again = text(&spaced, &rows[..middle], b',') + &text(&spaced, &rows[middle..], b',');
    let json: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| serde_json::json!({"id": row[0], "who": {"userId": row[1]}, "at": {"searchDate": row[2]}, "reason": row[4]}))
        .collect();
    let ndjson: String = json.iter().map(|row| format!("{row}\n")).collect();
    let paths = "extends = \"alpr-portal\"\n[columns]\nlogin = \"who.userId\"\nat = \"at.searchDate\"\n[json]\nrows = \"searches\"\n";
    for (name, bytes, profile) in [
        ("utf16.csv", utf16, PORTAL),
        ("windows.csv", encoding_rs::WINDOWS_1252.encode(&csv).0.into_owned(), PORTAL),
        ("packed.csv.gz", gzip.finish().expect("in memory"), PORTAL),
        ("crlf.csv", csv.replace('\n', "\r\n").into_bytes(), PORTAL),
        ("spaced.csv", text(&spaced, &rows, b',').into_bytes(), PORTAL),
        ("renamed.tsv", text(&own, &rows, b'\t').into_bytes(), PORTAL),
        ("preamble.csv", preamble.into_bytes(), "extends = \"alpr-portal\"\nskip_lines = 3\ndelimiter = \";\"\n"),
        ("header-again.csv", header_again.into_bytes(), PORTAL),
        ("lines.ndjson", ndjson.into_bytes(), paths),
        ("list.json", serde_json::to_vec_pretty(&json).expect("JSON"), paths),
        (
            "document.json",
            serde_json::to_vec_pretty(&serde_json::json!({"total": 4294, "searches": json})).expect("JSON"),
            paths,
        ),
    ] {
        let made = run(&[(name, &bytes)], profile);
        assert_eq!(made.used, 4294, "{name}");
        assert!(made.frame.equals_missing(&plain.frame), "{name}");
    }
}

#[test]
fn other_ways_to_write_the_time_give_the_same_looks() {
    let (rows, plain) = plain();
    let moment =
        |row: &Row| chrono::NaiveDateTime::parse_from_str(&row[2], "%Y-%m-%d %H:%M:%S%.f").expect("a time").and_utc();
    let zulu = with(&rows, |row| row[2] = row[2].replace(' ', "T") + "Z");
    let offset = with(&rows, |row| {
        let east = chrono::FixedOffset::east_opt(2 * 3600).expect("an offset");
        row[2] = moment(row).with_timezone(&east).to_rfc3339_opts(chrono::SecondsFormat::Millis, false);
    });
    for (name, rows) in [("zulu.csv", zulu), ("offset.csv", offset)] {
        let made = run(&[(name, text(&HEADER, &rows, b',').as_bytes())], PORTAL);
        assert!(made.frame.equals_missing(&plain.frame), "{name}");
    }
    // This form has no milliseconds, so it says what the log to the second says.
    let seconds = with(&rows, |row| row[2].truncate(19));
    let american = with(&rows, |row| row[2] = moment(row).format("%m/%d/%Y, %I:%M:%S %p UTC").to_string());
    let mixed: Vec<Row> = american
        .iter()
        .zip(&seconds)
        .enumerate()
        .map(|(at, pair)| if at % 2 == 0 { pair.0 } else { pair.1 }.clone())
        .collect();
    let [seconds, american, mixed] =
        [seconds, american, mixed].map(|rows| run(&[("log.csv", text(&HEADER, &rows, b',').as_bytes())], PORTAL));
    assert!(american.frame.equals_missing(&seconds.frame) && mixed.frame.equals_missing(&seconds.frame));
}

#[test]
fn other_cuts_give_the_same_looks() {
    let (rows, plain) = plain();
    // Three files that repeat days, the repeated rows with a counter that differs by one.
    let counted = with(&rows[1400..1900], |row| row[3] = (row[3].parse::<u32>().unwrap_or(0) + 1).to_string());
    let second = [counted, rows[1900..3000].to_vec()].concat();
    let files = [
        ("june.csv", text(&HEADER, &rows[..1900], b',')),
        ("august.csv", text(&HEADER, &second, b',')),
        ("october.csv", text(&HEADER, &rows[2500..], b',')),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let made = run(&files, PORTAL);
    assert_eq!((made.rows, made.used, made.duplicates), (1900 + 1600 + 1794, 4294, 1000));
    assert!(made.frame.equals_missing(&plain.frame));

    let mut shuffled = rows;
    shuffled.sort_by(|left, right| right[4].cmp(&left[4]).then(left[0].cmp(&right[0])));
    let made = run(&[("log.csv", text(&HEADER, &shuffled, b',').as_bytes())], PORTAL);
    assert!(made.frame.equals_missing(&plain.frame));
}

#[test]
fn what_is_masked_is_lost_and_nothing_else() {
    let (rows, plain) = plain();
    // What is said of reasons, and the rules on them.
    let reasons = ["reason_given", "reason_boilerplate", "answered", "rules"];
    // The reason hidden in every row, in four ways; and a log without the column.
    let masks = ["***", "###", "[REDACTED]", "— —"];
    let hidden: Vec<Row> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let mut row = row.clone();
            row[4] = masks[at % masks.len()].to_owned();
            row
        })
        .collect();
    let hidden = run(&[("log.csv", text(&HEADER, &hidden, b',').as_bytes())], PORTAL);
    assert_eq!(hidden.looks(&reasons), plain.looks(&reasons));
    assert!(hidden.frame.column("reason_given").is_ok_and(|given| !given.bool().is_ok_and(|given| given.any())));
    let cut: String = rows.iter().map(|row| format!("{},{},{},{}\n", row[0], row[1], row[2], row[3])).collect();
    let vanished = run(&[("log.csv", format!("id,userId,searchDate,cameraCount\n{cut}").as_bytes())], PORTAL);
    assert_eq!(vanished.looks(&reasons), plain.looks(&reasons));

    // The user hidden from September on: those rows belong to nobody and go to quarantine, each with its reason; they are no one
    // person's, and the looks before them stay.
    let from = "2025-09-01";
    let masked = with(&rows, |row| {
        if row[2].as_str() >= from {
            row[1] = "***".to_owned();
        }
    });
    let late = rows.iter().filter(|row| row[2].as_str() >= from).count() as u64;
    let made = run(&[("log.csv", text(&HEADER, &masked, b',').as_bytes())], PORTAL);
    assert!(late > 100);
    assert_eq!((made.quarantined, made.used), (late, 4294 - late));
    let early: Vec<Row> = rows.into_iter().filter(|row| row[2].as_str() < from).collect();
    let alone = run(&[("log.csv", text(&HEADER, &early, b',').as_bytes())], PORTAL);
    assert!(made.frame.equals_missing(&alone.frame));
}
