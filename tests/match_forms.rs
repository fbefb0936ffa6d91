//! `probity match` with its tables in every form that a desk may have them in: the same people and the same searches
//! give the same answers, byte for byte.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use polars::prelude::{Column, DataFrame, DataType, IntoColumn, NamedFrom, ParquetWriter, PlSmallStr, Series};

/// A table as texts: a header, and rows of as many cells. Cells of `dob`, `from` and `to` in ISO form are days, which a form
/// that has days writes as such; `phones` and `vrms` are lists.
type Table = &'static [&'static [&'static str]];

const PEOPLE: Table = &[
    &["person_id", "forename", "surname", "dob", "address", "postcode", "phones", "vrms"],
    &["1001", "Katherine", "Wexcombe", "1984-07-12", "12 Sallow Lane, Anytown", "AB1 2DE", "", "KW10 ABC;LK55 XYZ"],
    &["1002", "Daniel", "Wexcombe", "1982-09-23", "12 Sallow Lane, Anytown", "AB1 2DE", "07700 900222", ""],
    &["1003", "John", "Smith", "1979-03-04", "\"Mill End\", 40 Mill Road, Anytown", "AB3 4EF", "", ""],
    &["1004", "Zoë", "O'Neill-Jones", "", "9 Far Road, Otherton", "ZE1 1AA", "07700 900333;zoe@example.org", ""],
];

const STAFF: Table = &[
    &["staff_id", "forename", "surname", "previous_surnames", "dob", "address", "postcode", "phones", "vrms"],
    &[
        "501",
        "Katherine",
        "Wexcombe",
        "Thackery",
        "1984-07-12",
        "12 Sallow Lane, Anytown",
        "AB1 2DE",
        "07700 900111",
        "",
    ],
    &["502", "John", "Smith", "", "1979-03-04", "40 Mill Road, Anytown", "AB3 4EF", "", "LD18 OOI"],
];

const RELATIONS: Table = &[
    &["relation_id", "staff_id", "relation", "forename", "surname", "dob", "phones", "from", "to"],
    &["R1", "501", "sibling", "James", "Thackery", "1987-11-30", "", "", ""],
    &[
        "R2",
        "501",
        "ex_partner",
        "Gareth",
        "Pellowe",
        "1981-06-15",
        "07700 900444;g@example.org",
        "2012-01-01",
        "2019-05-01",
    ],
];

const SEARCHES: Table = &[
    &["query_id", "staff_id", "q_forename", "q_surname", "q_dob", "q_address", "q_postcode", "q_vrm", "q_phone"],
    &["1", "501", "kate", "WEXCOMBE", "12/07/1984", "", "", "", ""],
    &["2", "501", "Jim", "Thackery", "30/11/1987", "", "", "", ""],
    &["3", "501", "", "", "", "", "", "", "+44 7700 900444"],
    &["4", "501", "Dan", "Wexcombe", "", "12 Sallow Ln", "AB12DE", "", ""],
    &["5", "502", "", "", "", "", "", "ld18 001", ""],
    &["6", "502", "Zoe", "O’Neill Jones", "", "", "ZE1 1AA", "", ""],
    &["7", "502", "", "", "", "", "", "kw10abc", ""],
    &["8", "502", "No", "Body", "1950", "", "", "", ""],
    &["9", "501", "Gareth, \"Gaz\"", "Pellowe", "1981", "", "", "", ""],
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Semicolons,
    Ndjson,
    List,
    Workbook,
    Parquet,
}

const FORMS: [Form; 6] = [Form::Csv, Form::Semicolons, Form::Ndjson, Form::List, Form::Workbook, Form::Parquet];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packed {
    Plain,
    Gzip,
    Zstd,
}

fn day(column: &str, cell: &str) -> Option<chrono::NaiveDate> {
    ["dob", "from", "to"].contains(&column).then(|| cell.parse().ok()).flatten()
}

fn is_list(column: &str) -> bool {
    ["phones", "vrms"].contains(&column)
}

fn encode(table: Table, form: Form) -> Vec<u8> {
    let (head, rows) = table.split_first().expect("a header");
    match form {
        Form::Csv | Form::Semicolons => {
            let delimiter = if form == Form::Csv { b',' } else { b';' };
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            table.iter().for_each(|row| writer.write_record(*row).expect("a row"));
            writer.into_inner().expect("a table")
        }
        Form::Ndjson | Form::List => {
            let objects: Vec<String> = rows.iter().map(|row| object(head, row)).collect();
            match form {
                Form::Ndjson => objects.iter().map(|object| format!("{object}\n")).collect::<String>(),
                _ => format!("[{}]", objects.join(",\n ")),
            }
            .into_bytes()
        }
        Form::Workbook => workbook(table),
        Form::Parquet => parquet(head, rows),
    }
}

/// An object that leaves out what is not known and has lists as lists and whole numbers as numbers.
fn object(head: &[&str], row: &[&str]) -> String {
    let value = |column: &str, cell: &str| match cell.parse::<u64>() {
        _ if is_list(column) => cell.split(';').collect::<Vec<_>>().into(),
        Ok(number) => serde_json::Value::from(number),
        Err(_) => cell.into(),
    };
    let known = head.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
    let members = known.map(|(column, cell)| ((*column).to_owned(), value(column, cell)));
    serde_json::Value::Object(members.collect()).to_string()
}

/// Days are days, ids whole numbers where they look like it, the rest text; what is not known is null.
fn parquet(head: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    let column = |(place, name): (usize, &&str)| -> Column {
        let cells: Vec<Option<&str>> =
            rows.iter().map(|row| Some(row[place]).filter(|cell| !cell.is_empty())).collect();
        let known = || cells.iter().flatten();
        let label = PlSmallStr::from_str(name);
        if known().all(|cell| day(name, cell).is_some()) {
            let epoch = chrono::NaiveDate::default();
            let days: Vec<Option<i32>> =
                cells.iter().map(|cell| Some((day(name, (*cell)?)? - epoch).num_days() as i32)).collect();
            return Series::new(label, days).cast(&DataType::Date).expect("days").into_column();
        }
        if known().all(|cell| cell.parse::<i64>().is_ok()) {
            let numbers: Vec<Option<i64>> = cells.iter().map(|cell| (*cell)?.parse().ok()).collect();
            return Series::new(label, numbers).into_column();
        }
        Series::new(label, cells).into_column()
    };
    let mut frame = DataFrame::new(rows.len(), head.iter().enumerate().map(column).collect()).expect("a frame");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_row_group_size(Some(2)).finish(&mut frame).expect("a file");
    bytes
}

const WORKBOOK: [(&str, &str); 4] = [
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Cover" sheetId="1" r:id="rId1"/><sheet name="Export" sheetId="2" r:id="rId2"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    // Of two cell formats the second is a date.
    (
        "xl/styles.xml",
        r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#,
    ),
];

/// A workbook with an empty cover sheet; numbers are numbers and days are days, as a spreadsheet makes them.
fn workbook(table: Table) -> Vec<u8> {
    let sheet = |rows: &str| {
        format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        )
    };
    let epoch = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
    let mut rows = String::new();
    for (line, row) in (1..).zip(table) {
        rows.push_str(&format!(r#"<row r="{line}">"#));
        for ((letter, cell), column) in (b'A'..).zip(*row).zip(table[0]) {
            let place = format!("{}{line}", char::from(letter));
            let text = cell.replace('&', "&amp;").replace('<', "&lt;");
            rows.push_str(&match (day(column, cell), cell.parse::<u64>()) {
                _ if cell.is_empty() => String::new(),
                (Some(day), _) => format!(r#"<c r="{place}" s="1"><v>{}</v></c>"#, (day - epoch).num_days()),
                (_, Ok(number)) => format!(r#"<c r="{place}"><v>{number}</v></c>"#),
                _ => format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#),
            });
        }
        rows.push_str("</row>");
    }
    let sheets = [("xl/worksheets/sheet1.xml", sheet("")), ("xl/worksheets/sheet2.xml", sheet(&rows))];
    let sheets = sheets.iter().map(|(name, text)| (*name, text.as_str()));
    archive(&WORKBOOK.into_iter().chain(sheets).collect::<Vec<_>>())
}

/// A ZIP archive of deflated parts.
fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        deflated.write_all(text.as_bytes()).expect("packed");
        let deflated = deflated.finish().expect("packed");
        // Version 20, no flags, deflated, no time; then checksum, sizes, length of the name, no extra field.
        let mut entry = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        entry.extend(crc.sum().to_le_bytes());
        entry.extend((deflated.len() as u32).to_le_bytes());
        entry.extend((text.len() as u32).to_le_bytes());
        entry.extend((name.len() as u16).to_le_bytes());
        entry.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&entry);
        directory.extend([0; 10]);
        directory.extend((bytes.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&entry);
        bytes.extend(name.as_bytes());
        bytes.extend(deflated);
    }
    let (start, count) = (bytes.len() as u32, parts.len() as u16);
    let size = directory.len() as u32;
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count.to_le_bytes().repeat(2));
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn pack(bytes: Vec<u8>, packed: Packed) -> Vec<u8> {
    match packed {
        Packed::Plain => bytes,
        Packed::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(&bytes).expect("packed");
            writer.finish().expect("packed")
        }
        Packed::Zstd => zstd::encode_all(bytes.as_slice(), 1).expect("packed"),
    }
}

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// Files are told by their content; the name says nothing.
    fn write(&self, name: &str, table: Table, form: Form, packed: Packed) -> PathBuf {
        let path = self.0.path().join(format!("{name}-{form:?}-{packed:?}"));
        std::fs::write(&path, pack(encode(table, form), packed)).expect("a file");
        path
    }

    fn answers(&self, tables: &[(&str, &Path)]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(self.0.path()).args(["match", "--as-of", "2026-03-31"]);
        for (option, path) in tables {
            command.arg(option).arg(path);
        }
        let done = command.assert().code(0);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(!said.contains("warning"), "{tables:?}: {said}");
        String::from_utf8(done.get_output().stdout.clone()).expect("UTF-8")
    }
}

/// First answer of each search and what agrees.
fn firsts(answers: &str) -> Vec<(String, String, String)> {
    let mut all: Vec<(String, String, String)> = Vec::new();
    for row in csv::Reader::from_reader(answers.as_bytes()).records() {
        let row = row.expect("a row");
        if all.last().is_none_or(|last| last.0 != row[0]) {
            all.push((row[0].to_owned(), row[1].to_owned(), row[4].to_owned()));
        }
    }
    all
}

fn told(expected: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    expected.iter().map(|(id, who, by)| ((*id).to_owned(), (*who).to_owned(), (*by).to_owned())).collect()
}

/// Each table in turn in each form and packing, the others as plain CSV.
fn in_every_dress(tables: &[(&'static str, Table)]) -> String {
    let desk = Desk::new();
    let plain: Vec<(&str, PathBuf)> = tables
        .iter()
        .map(|(option, table)| (*option, desk.write(&option[2..], table, Form::Csv, Packed::Plain)))
        .collect();
    let ask = |at: usize, path: &Path| {
        let mut asked: Vec<(&str, &Path)> = plain.iter().map(|(option, path)| (*option, path.as_path())).collect();
        if let Some(one) = asked.get_mut(at) {
            one.1 = path;
        }
        desk.answers(&asked)
    };
    let first = ask(usize::MAX, Path::new(""));
    for (at, (option, table)) in tables.iter().enumerate() {
        for form in FORMS {
            for packed in [Packed::Plain, Packed::Gzip, Packed::Zstd] {
                // Workbooks and Parquet are packed inside.
                if packed == Packed::Plain || !matches!(form, Form::Workbook | Form::Parquet) {
                    let path = desk.write(&option[2..], table, form, packed);
                    assert_eq!(ask(at, &path), first, "{option} as {form:?}, {packed:?}");
                }
            }
        }
    }
    // All of them as a desk has them that keeps workbooks, and one that keeps Parquet.
    for form in [Form::Workbook, Form::Parquet] {
        let all: Vec<(&str, PathBuf)> = tables
            .iter()
            .map(|(option, table)| (*option, desk.write(&option[2..], table, form, Packed::Plain)))
            .collect();
        let all: Vec<(&str, &Path)> = all.iter().map(|(option, path)| (*option, path.as_path())).collect();
        assert_eq!(desk.answers(&all), first, "all as {form:?}");
    }
    first
}

#[test]
fn a_list_of_people_in_every_form_gives_the_same_answers() {
    let answers = in_every_dress(&[("--people", PEOPLE), ("--queries", SEARCHES)]);
    let expected = told(&[
        ("1", "1001", "name;dob;nickname"),
        ("4", "1002", "name;address;nickname"),
        ("6", "1004", "name;postcode"),
        ("7", "1001", "vrm"),
    ]);
    assert_eq!(firsts(&answers), expected);
}

#[test]
fn staff_and_their_circle_in_every_form_give_the_same_answers() {
    let tables = [("--staff", STAFF), ("--relations", RELATIONS), ("--people", PEOPLE), ("--queries", SEARCHES)];
    // Searches 1, 4 and 7 are found in the nominal index first, whose record says more than was typed.
    let expected = told(&[
        ("1", "self", "name;dob;address"),
        ("2", "rel:R1", "name;dob;nickname"),
        ("3", "rel:R2", "phone"),
        ("4", "household", "surname;address"),
        ("5", "self", "vrm;partial"),
        ("7", "colleague", "name;dob;address"),
        ("9", "rel:R2", "name;year"),
    ]);
    assert_eq!(firsts(&in_every_dress(&tables)), expected);
}

/// A file that is damaged or cut short is an error that names it, whatever its form; never fewer answers.
#[test]
fn a_file_cut_short_is_an_error_in_every_form() {
    let desk = Desk::new();
    let people = desk.write("people", PEOPLE, Form::Csv, Packed::Plain);
    let dresses = [
        (Form::Workbook, Packed::Plain),
        (Form::Parquet, Packed::Plain),
        (Form::Csv, Packed::Gzip),
        (Form::Ndjson, Packed::Zstd),
    ];
    for (form, packed) in dresses {
        let path = desk.write("searches", SEARCHES, form, packed);
        let bytes = std::fs::read(&path).expect("a file");
        std::fs::write(&path, &bytes[..bytes.len() * 2 / 3]).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(desk.0.path()).args(["match", "--as-of", "2026-03-31", "--out", "answers.csv"]);
        let done = command.arg("--people").arg(&people).arg("--queries").arg(&path).assert().code(4);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains("searches-"), "{form:?} {packed:?}: {said}");
        assert!(!desk.0.path().join("answers.csv").exists(), "{form:?} {packed:?}");
    }
}
