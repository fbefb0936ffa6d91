//! Tests: what becomes of files in every dialect, as a table in `docs/dialects.md`; and csv-spectrum.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::sync::Arc;

use super::tests::{Folder, LONDON, adds_up, fixtures, raw, said, source};
use super::*;

/// A log written down in some way.
struct Dialect {
    group: &'static str,
    what: &'static str,
    bytes: Vec<u8>,
    profile: &'static str,
    /// It must say just what the plain log says.
    same: bool,
}

const PLAIN: &str = "event_id,at,login,system,reason_text,q_surname\n\
    e1,2025-06-18T10:00:00Z,pc1,RMS,\"burglary, rear door\",Ó Briain\n\
    e2,2025-06-18T10:05:00Z,pc2,RMS,\"said \"\"stop\"\"\",Smith\n\
    e3,2025-06-18T10:10:00Z,pc1,PNC,,Jones\n";

/// The plain log with another delimiter; no cell holds it.
fn divided(by: &str) -> String {
    PLAIN.replace("burglary, rear", "burglary\u{1} rear").replace(',', by).replace('\u{1}', ",")
}

/// The plain log with every cell in quotes.
fn quoted() -> String {
    let rows = [
        ["event_id", "at", "login", "system", "reason_text", "q_surname"],
        ["e1", "2025-06-18T10:00:00Z", "pc1", "RMS", "burglary, rear door", "Ó Briain"],
        ["e2", "2025-06-18T10:05:00Z", "pc2", "RMS", "said \"\"stop\"\"", "Smith"],
        ["e3", "2025-06-18T10:10:00Z", "pc1", "PNC", "", "Jones"],
    ];
    rows.iter().map(|row| format!("\"{}\"\n", row.join("\",\""))).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

fn single_byte(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

/// The rows of the plain log as JSON objects.
fn objects() -> Vec<String> {
    let mut reader = csv::Reader::from_reader(PLAIN.as_bytes());
    let head = reader.headers().unwrap().clone();
    let object = |row: csv::StringRecord| {
        let members: Vec<String> =
            head.iter().zip(row.iter()).map(|(key, value)| format!("{key:?}: {value:?}")).collect();
        format!("{{{}}}", members.join(", "))
    };
    reader.records().map(|row| object(row.unwrap())).collect()
}

fn dialects() -> Vec<Dialect> {
    let (head, rows) = PLAIN.split_once('\n').unwrap();
    let mut all = Vec::new();
    let mut group = "";
    let mut add = |of: &'static str, what: &'static str, bytes: Vec<u8>, profile: &'static str, same: bool| {
        group = if of.is_empty() { group } else { of };
        all.push(Dialect { group, what, bytes, profile, same });
    };
    let text = |text: &str| text.as_bytes().to_vec();

    add("Lines", "LF", text(PLAIN), "", true);
    add("", "CRLF", text(&PLAIN.replace('\n', "\r\n")), "", true);
    add("", "CR alone", text(&PLAIN.replace('\n', "\r")), "", true);
    add("", "LF and CRLF mixed", text(&PLAIN.replacen('\n', "\r\n", 2)), "", true);
    add("", "no line end after the last row", text(PLAIN.trim_end()), "", true);
    add(
        "",
        "blank lines, at the top, between rows and at the end",
        text(&format!("\n\n{}\n \n", PLAIN.replace('\n', "\n\n"))),
        "",
        true,
    );
    add("", "a line feed inside a quoted cell", text(&PLAIN.replace("rear door", "rear\ndoor")), "", false);

    add("Encodings", "UTF-8 with a byte order mark", text(&format!("\u{feff}{PLAIN}")), "", true);
    add("", "UTF-16 LE with its mark", utf16(PLAIN, true, true), "", true);
    add("", "UTF-16 BE with its mark", utf16(PLAIN, false, true), "", true);
    add("", "UTF-16 LE without a mark", utf16(PLAIN, true, false), "", true);
    add("", "UTF-16 BE without a mark", utf16(PLAIN, false, false), "", true);
    add("", "Windows-1252", single_byte(&PLAIN.replace("stop", "€5")), "", false);
    add("", "Latin-1", single_byte(PLAIN), "", true);
    add("", "gzip", gzip(PLAIN), "", true);
    add("", "zstd", zstd::encode_all(PLAIN.as_bytes(), 1).unwrap(), "", true);
    add(
        "",
        "gzip, cut short",
        {
            let mut cut = gzip(PLAIN);
            cut.truncate(cut.len() - 9);
            cut
        },
        "",
        false,
    );
    add("", "a NUL byte in a cell", text(&PLAIN.replace("Jones", "Jo\0nes")), "", false);

    for (what, by) in [
        ("tab", "\t"),
        ("semicolon", ";"),
        ("pipe", "|"),
        ("caret", "^"),
        ("tilde", "~"),
        ("unit separator (0x1F)", "\u{1f}"),
        ("two pipes", "||"),
    ] {
        add("Delimiters", what, text(&divided(by)), "", true);
    }
    add(
        "",
        "a comma and a space",
        text(&PLAIN.replace(",burg", ", burg").replace(",RMS", ", RMS").replace(",pc", ", pc")),
        "",
        false,
    );
    add("", "an exclamation mark, declared", text(&divided("!")), "delimiter = \"!\"", true);
    add("", "a line `sep=;` above the header", text(&format!("sep=;\n{}", divided(";"))), "", true);

    add("Quotes", "every cell in quotes", text(&quoted()), "", true);
    add(
        "",
        "a quote inside a cell that does not begin with one",
        text(&PLAIN.replace("\"said \"\"stop\"\"\"", "5\" pipe")),
        "",
        false,
    );
    add("", "text behind the closing quote", text(&PLAIN.replace("door\"", "door\" of 5")), "", false);
    add(
        "",
        "a space before the opening quote of a cell with a comma",
        text(&PLAIN.replace(",\"burglary", ", \"burglary")),
        "",
        false,
    );
    add("", "quotes escaped by a backslash", text(&PLAIN.replace("\"\"stop\"\"", "\\\"stop\\\"")), "", false);
    add(
        "",
        "apostrophes for quotes, a comma inside",
        text(&PLAIN.replace("\"burglary, rear door\"", "'burglary, rear door'")),
        "",
        false,
    );
    add("", "a quote that nobody closes", text(&PLAIN.replace("rear door\"", "rear door")), "", false);

    add(
        "Headers",
        "in capitals, with spaces around",
        text(&PLAIN.replace(head, &head.to_uppercase().replace(',', " , "))),
        "",
        true,
    );
    add(
        "",
        "three lines of title above it",
        text(&format!("Audit of use\nPrinted \"today, by PSD\n\n;;;\n{PLAIN}")),
        "",
        true,
    );
    add("", "a line of group headings above it", text(&format!("What,,Who,,Why,\n{PLAIN}")), "", true);
    add("", "a line of units under it", text(&format!("{head}\nid,UTC,name,name,text,text\n{rows}")), "", false);
    add("", "repeated in mid-file", text(&PLAIN.replace("e3,", &format!("{head}\ne3,"))), "", true);
    add(
        "",
        "repeated with a byte order mark, as joined files have it",
        text(&format!("\u{feff}{}", PLAIN.replace("e3,", &format!("\u{feff}{head}\ne3,")))),
        "",
        true,
    );
    add(
        "",
        "a second one with other columns (two exports in one file)",
        text(&format!(
            "{PLAIN}login,at,system,event_id,q_surname,reason_text\npc1,2025-06-18T10:10:00Z,PNC,e4,Jones,x\n"
        )),
        "",
        false,
    );
    add(
        "",
        "none, its columns named by the profile",
        text(rows),
        "header = [\"event_id\", \"at\", \"login\", \"system\", \"reason_text\", \"q_surname\"]",
        true,
    );
    add("", "none, and nobody named its columns", text(rows), "", false);
    add("", "a column that is needed, twice", text(&PLAIN.replace("system", "login")), "", false);
    add("", "on the line that the profile says", text(&format!("at,login\n{PLAIN}")), "skip_lines = 1", true);
    add("", "a header and no row", text(head), "", false);
    add("", "100,000 columns", text(&format!("{head}{}\n", ",x".repeat(100_000))), "", false);

    add("Rows", "a row too short", text(&PLAIN.replace("e3,", "e4,2025-06-18T10:10:00Z\ne3,")), "", false);
    add("", "a row too long", text(&PLAIN.replace("Smith", "Smith,1")), "", false);
    add(
        "",
        "a delimiter more at the end of every row",
        text(&PLAIN.replace('\n', ",\n").replacen(",\n", "\n", 1)),
        "",
        true,
    );
    add("", "a delimiter more at the end of header and rows", text(&PLAIN.replace('\n', ",\n")), "", true);
    add("", "a line of totals at the end", text(&format!("{PLAIN}Total: 3\n")), "", false);
    add("", "a comment between rows", text(&PLAIN.replace("e3,", "# page 2\ne3,")), "", false);
    add("", "a row of 100,000 cells", text(&format!("{PLAIN}e4{}\n", ",x".repeat(100_000))), "", false);
    add(
        "",
        "a cell of 50 MB",
        text(&format!("{PLAIN}e4,2025-06-18T10:10:00Z,pc1,PNC,{},x\n", "x".repeat(50 << 20))),
        "",
        false,
    );
    add("", "the file cut off in mid-row", text(&PLAIN[..PLAIN.len() - 12]), "", false);

    let objects = objects();
    add("JSON", "one object a line", text(&objects.join("\n")), "", true);
    add("", "a list of objects", text(&format!("[\n  {}\n]\n", objects.join(",\n  "))), "", true);
    add("", "a list of objects on one line", text(&format!("[{}]", objects.join(","))), "", true);
    add("", "a list that is cut off", text(&format!("[{}", objects.join(",\n").trim_end_matches('}'))), "", false);
    add("", "a line that is no object", text(&format!("{}\n[1]\n", objects.join("\n"))), "", false);
    all
}

/// What a file gave, as the cells of a table: the same or not, the sums, and what a person is told.
fn outcome(dialect: &Dialect, plain: &str) -> String {
    let folder = Folder::new();
    let profile = (!dialect.profile.is_empty()).then(|| Arc::new(profile::parse("x", dialect.profile).unwrap()));
    let sources = [Source { profile, ..folder.access("log", &dialect.bytes) }];
    let tables = match ingest(&sources, &NoProgress) {
        Ok(tables) => tables,
        Err(error) => {
            assert!(!dialect.same, "{}: {error}", dialect.what);
            return format!("| — | — | — | refused as a whole: {} |", shown(&error.to_string()));
        }
    };
    adds_up(&tables);
    raw(&tables, &sources);
    let same = said(&tables) == plain;
    assert!(same || !dialect.same, "{}: {:?} {:?}", dialect.what, tables.inputs[0].notes, tables.quarantine);
    let input = &tables.inputs[0];
    let mut told: Vec<String> =
        input.notes.iter().filter(|note| !note.starts_with("columns that the file does not have")).cloned().collect();
    told.extend(tables.quarantine.iter().map(|row| format!("line {}: {}", row.source_line, row.problem)));
    let says = if same { "the same" } else { "see right" };
    format!("| {says} | {} | {} | {} |", input.used, input.quarantined, shown(&told.join("; ")))
}

fn shown(text: &str) -> String {
    let text: String = text.chars().take(240).collect();
    text.replace('|', "\\|").replace('\n', " ")
}

#[test]
fn the_table_of_dialects_is_what_happens() {
    let folder = Folder::new();
    let plain = said(&ingest(&[folder.access("log", PLAIN)], &NoProgress).unwrap());
    let mut table = String::from(
        "# What becomes of a file in each dialect\n\n\
         Made by a test, which reads each of these files and writes down what came of it. The log behind all of them has three\n\
         rows, with a comma, quotes and a letter outside ASCII in its cells. *Says*: the same events, to the last character,\n\
         as the plain log. *Told*: the notes on the file and its rows in quarantine, as the report prints them.\n\n\
         Cells are not unescaped by backslashes and apostrophes are not quotes: where that leaves a row with too many cells, the row goes\n\
         to quarantine, and where it does not, the cell keeps its backslashes. A profile can set `delimiter`, `skip_lines` and `header`.\n",
    );
    let mut group = "";
    for dialect in dialects() {
        if dialect.group != group {
            group = dialect.group;
            let _ = write!(
                table,
                "\n## {group}\n\n| the file | says | used | quarantined | told |\n| --- | --- | --- | --- | --- |\n"
            );
        }
        let _ = writeln!(table, "| {} {}", dialect.what, outcome(&dialect, &plain));
    }
    let path = fixtures().join("../docs/dialects.md");
    if std::env::var("PROBITY_EXPECT").is_ok_and(|value| value == "write") {
        fs::write(&path, &table).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    for (line, (written, found)) in written.lines().zip(table.lines()).enumerate() {
        assert_eq!(written, found, "docs/dialects.md, line {}", line + 1);
    }
    assert_eq!(written.lines().count(), table.lines().count(), "docs/dialects.md");
}

/// Canonical columns that take the cells of a file of csv-spectrum.
const TAKERS: [&str; 5] = ["reason_text", "terminal", "location", "q_surname", "q_text"];

#[test]
fn csv_spectrum_twelve_of_twelve() {
    let folder = fixtures().join("csv-spectrum");
    let mut names: Vec<String> = fs::read_dir(folder.join("csvs"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    assert_eq!(names.len(), 12);
    for name in names {
        let path = folder.join(format!("csvs/{name}.csv"));
        let expected: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(folder.join(format!("json/{name}.json"))).unwrap()).unwrap();
        let expected = expected.as_array().cloned().unwrap_or_else(|| vec![expected]);
        let text = fs::read_to_string(&path).unwrap();
        let columns: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let mut wanted = String::from("[constants]\nat = \"2025-06-18T10:00:00Z\"\nlogin = \"u\"\n[columns]\n");
        for (taker, column) in TAKERS.iter().zip(&columns) {
            let _ = writeln!(wanted, "{taker} = {column:?}");
        }
        let profile = Some(Arc::new(profile::parse("x", &wanted).unwrap()));
        let sources = [Source { profile, zone: LONDON, ..source(TableName::Access, &[path]) }];
        let tables = ingest(&sources, &NoProgress).unwrap();
        adds_up(&tables);
        let mut rows = raw(&tables, &sources);
        rows.sort_by_key(|row| row.source_line);
        assert_eq!(rows.len(), expected.len(), "{name}");
        for (row, expected) in rows.iter().zip(&expected) {
            let cells = [&row.reason_text, &row.terminal, &row.location, &row.q_surname, &row.q_text];
            for (cell, column) in cells.into_iter().zip(&columns) {
                // The JSON of this one file names another number than its CSV.
                if *column != "Contact Phone Number" {
                    assert_eq!(cell.as_str(), expected[*column].as_str().unwrap(), "{name} {column}");
                }
            }
        }
    }
}

#[test]
fn the_real_log_cut_and_written_anew_says_the_same() {
    let eugene = fixtures().join("eugene/search_audit.csv");
    let text = fs::read_to_string(&eugene).unwrap();
    let profile = fs::read_to_string(fixtures().join("../profiles/eugene-alpr.toml")).unwrap();
    let profile = Arc::new(profile::parse("eugene-alpr.toml", &profile).unwrap());
    let zone = profile.zone().unwrap_or(chrono_tz::UTC);
    let read = |files: &[Vec<u8>]| {
        let folder = Folder::new();
        let paths: Vec<_> = files.iter().enumerate().map(|(n, bytes)| folder.put(&format!("log{n}"), bytes)).collect();
        let sources = [Source { profile: Some(Arc::clone(&profile)), zone, ..source(TableName::Access, &paths) }];
        let tables = ingest(&sources, &NoProgress).unwrap();
        adds_up(&tables);
        raw(&tables, &sources);
        (said(&tables), tables.inputs.iter().map(|input| input.duplicates).sum::<u64>())
    };
    let (plain, none) = read(&[fs::read(&eugene).unwrap()]);
    assert_eq!(none, 0);

    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let written = |rows: &[&csv::StringRecord], delimiter: u8| {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(&head).unwrap();
        rows.iter().for_each(|row| writer.write_record(*row).unwrap());
        writer.into_inner().unwrap()
    };
    let objects = |rows: &[csv::StringRecord]| {
        let object = |row: &csv::StringRecord| {
            let members = head.iter().zip(row).map(|(key, value)| (key.to_owned(), value.into()));
            serde_json::Value::Object(members.collect()).to_string()
        };
        rows.iter().map(object).collect::<Vec<_>>()
    };
    let all: Vec<&csv::StringRecord> = rows.iter().collect();
    let backwards: Vec<&csv::StringRecord> = rows.iter().rev().collect();
    let (first, second) = all.split_at(1800);
    let overlap = &all[1750..];
    for (what, files, duplicates) in [
        ("backwards", vec![written(&backwards, b',')], 0),
        (
            "in three files that begin anew",
            vec![written(first, b','), written(&second[..9], b','), written(&second[9..], b';')],
            0,
        ),
        ("in two files that overlap", vec![written(first, b','), written(overlap, b'\t')], 50),
        ("UTF-16", vec![utf16(&text, true, true)], 0),
        ("UTF-16 without a mark", vec![utf16(&text, false, false)], 0),
        ("CR", vec![String::from_utf8(written(&all, b',')).unwrap().replace('\n', "\r").into_bytes()], 0),
        ("gzip", vec![gzip(&text)], 0),
        ("below a title", vec![format!("Search audit\n\n{text}").into_bytes()], 0),
        ("one object a line", vec![objects(&rows).join("\n").into_bytes()], 0),
        ("a list", vec![format!("[{}]", objects(&rows).join(",")).into_bytes()], 0),
    ] {
        let (now, repeated) = read(&files);
        assert_eq!(repeated, duplicates, "{what}");
        assert!(now == plain, "{what}");
    }
}
