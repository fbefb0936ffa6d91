//! The beginning of a file whose profile nobody has written yet: its columns and some of its rows.
//!
//! For proposing a profile, never for judging: what is read here goes nowhere else.

use std::io::Read as _;
use std::path::Path;

use super::NoProgress;
use super::columns::spec;
use super::error::IngestError;
use super::file::Job;
use super::json_docs::DocsLayout;
use super::json_rows::Node;
use super::mapping::{Mapping, Place};
use super::profile::Profile;
use super::stream::{self, Packing, Stored, Text};
use super::tables::TableName;
use super::xlsx;

/// So much of a text is looked at.
const HEAD: u64 = 1 << 20;
/// So many rows are looked at.
const ROWS: usize = 500;
/// The header is looked for in so many rows.
const HEADER_ROWS: usize = 50;
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Members under which exports of JSON commonly keep their records.
const WRAPPERS: [&str; 10] =
    ["entry", "records", "items", "value", "values", "data", "events", "results", "logs", "hits"];
/// Members under which such a record commonly keeps itself.
const INNER: [&str; 2] = ["resource", "_source"];

/// The beginning of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    /// What a profile must say about the file itself, as TOML lines.
    pub settings: Vec<String>,
    /// Where the records of a JSON file stand; `Some("")` = at its top.
    pub json_rows: Option<String>,
    /// Columns whose cells hold JSON.
    pub json_cells: Vec<String>,
    pub columns: Vec<Column>,
    /// How many rows were looked at.
    pub rows: usize,
}

/// A source column and its cells, trimmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Column {
    /// As a profile names it.
    pub name: String,
    pub cells: Vec<String>,
}

/// Looks at the beginning of a file.
///
/// # Errors
/// A file that cannot be read, or has neither rows nor columns.
pub(crate) fn sample(path: &Path) -> Result<Sample, IngestError> {
    let name = path.display().to_string();
    let canonical = Profile::default();
    let job = Job {
        index: 0,
        path,
        name: &name,
        table: TableName::Access,
        profile: &canonical,
        profile_name: None,
        zone: chrono_tz::UTC,
    };
    let nothing =
        |problem: &str| IngestError::unusable(&name, 0, problem, "look at the file: what would its columns be?");
    let open = |text: Text| {
        let stored =
            Stored::open(path, &NoProgress).map_err(|source| IngestError::Unreadable { file: name.clone(), source })?;
        stream::open(stored, text).map_err(|error| job.io(error))
    };
    let mut stream = open(Text::Utf8)?;
    let mut bytes = Vec::new();
    if &stream.magic == b"PAR1" {
        return Err(nothing("it is Parquet, whose columns are not looked at here"));
    }
    if &stream.magic == b"PK\x03\x04" && stream.packing == Packing::Plain {
        stream.reader.read_to_end(&mut bytes).map_err(|error| job.io(error))?;
        return workbook(job, &bytes)?.ok_or_else(|| nothing("no sheet of the workbook has a row"));
    }
    let whole = (&mut stream.reader).take(HEAD).read_to_end(&mut bytes).map_err(|error| job.io(error))? < HEAD as usize;
    let mut text = stream.text;
    if let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_some()
    {
        text = Text::Windows1252;
        bytes.clear();
        open(text)?.reader.take(HEAD).read_to_end(&mut bytes).map_err(|error| job.io(error))?;
    }
    let first = bytes.trim_ascii_start().first().copied();
    let found = if matches!(first, Some(b'{' | b'[')) {
        if !whole {
            bytes = DocsLayout::text(job, &mut open(text)?.reader)?;
        }
        documents(&bytes)
    } else {
        // The last line may be cut.
        let end = if whole { bytes.len() } else { memchr::memrchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1) };
        lines(&bytes[..end])
    };
    found.ok_or_else(|| nothing("no header and rows were found in it"))
}

/// How many canonical columns a profile would fill from these source columns; `None` where it lacks one that it needs.
pub(crate) fn fit(profile: &Profile, sample: &Sample) -> Option<usize> {
    let table = profile.table()?;
    if profile.json().is_some_and(|json| json.cells.is_empty()) != sample.json_rows.is_some() {
        return None;
    }
    let header: Vec<String> = sample.columns.iter().map(|column| column.name.clone()).collect();
    let has = |name: &str| {
        // A profile's path may pick from lists, which the sample's names do not.
        let plain: String = {
            let mut depth = 0;
            name.chars()
                .filter(|letter| {
                    depth += i32::from(*letter == '[');
                    let keep = depth == 0;
                    depth -= i32::from(*letter == ']');
                    keep
                })
                .collect()
        };
        header.iter().any(|one| one.eq_ignore_ascii_case(&plain))
    };
    if sample.json_rows.is_some() {
        let spec = spec(table);
        let fed = |column: &'static str| {
            profile.constant(column).is_some()
                || profile.headers(column).into_iter().any(|name| profile.roots(name).into_iter().any(has))
        };
        let lacking = spec.columns.iter().any(|column| column.required && !fed(column.name));
        return (!lacking).then(|| spec.columns.iter().filter(|column| fed(column.name)).count());
    }
    let mapping = Mapping::bind(table, profile, &header, Place { file: "", line: 0, profile: None }).ok()?;
    Some(mapping.present.len())
}

fn lines(bytes: &[u8]) -> Option<Sample> {
    let (delimiter, records, width) = DELIMITERS
        .into_iter()
        .map(|delimiter| {
            let records = records(bytes, delimiter);
            let width = usual_width(&records);
            (delimiter, records, width)
        })
        // Of equals the first.
        .rev()
        .max_by_key(|(_, records, width)| {
            let alike = records.iter().filter(|(_, cells)| cells.len() == *width).count();
            if *width < 2 { 0 } else { alike * 1000 / records.len().max(1) * (*width).min(10) }
        })?;
    let place = records.iter().take(HEADER_ROWS).position(|(_, cells)| cells.len() == width)?;
    let (line, header) = &records[place];
    let mut settings = Vec::new();
    if delimiter != b',' {
        settings.push(format!("delimiter = {:?}", char::from(delimiter).to_string()));
    }
    if place > 0 {
        settings.push(format!("skip_lines = {}", line - 1));
    }
    let rows = records[place + 1..].iter().filter(|(_, cells)| cells.len() == width && cells != header);
    table(header, &rows.map(|(_, cells)| cells.clone()).take(ROWS).collect::<Vec<_>>(), settings)
}

/// Records that are not blank, with the line of each.
fn records(bytes: &[u8], delimiter: u8) -> Vec<(u64, Vec<String>)> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let mut all = Vec::new();
    let mut record = csv::ByteRecord::new();
    while all.len() < ROWS + HEADER_ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        let cells: Vec<String> = record
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim().trim_start_matches('\u{feff}').to_owned())
            .collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            all.push((record.position().map_or(1, csv::Position::line), cells));
        }
    }
    all
}

/// The number of cells that most records have; of equals the larger.
fn usual_width(records: &[(u64, Vec<String>)]) -> usize {
    let mut counts = std::collections::BTreeMap::new();
    for (_, cells) in records {
        *counts.entry(cells.len()).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

fn workbook(job: Job<'_>, bytes: &[u8]) -> Result<Option<Sample>, IngestError> {
    type Widest = Option<(usize, String, Vec<(u32, Vec<String>)>)>;
    let mut best: Widest = None;
    for (sheet, rows) in xlsx::head(job, bytes, ROWS)? {
        let filled = |cells: &Vec<String>| cells.iter().filter(|cell| !cell.is_empty()).count();
        let widest = rows.iter().take(HEADER_ROWS).map(|(_, cells)| filled(cells)).max().unwrap_or(0);
        let score = widest * rows.len().min(50);
        if best.as_ref().is_none_or(|(most, ..)| score > *most) {
            best = Some((score, sheet, rows));
        }
    }
    let Some((_, sheet, rows)) = best else { return Ok(None) };
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.is_empty()).count();
    let widest = rows.iter().take(HEADER_ROWS).map(|(_, cells)| filled(cells)).max().unwrap_or(0);
    let Some(place) = rows.iter().position(|(_, cells)| filled(cells) == widest) else { return Ok(None) };
    let settings = vec![format!("sheet = {}", serde_json::Value::from(sheet))];
    let cells: Vec<Vec<String>> = rows[place + 1..].iter().map(|(_, cells)| cells.clone()).collect();
    Ok(table(&rows[place].1, &cells, settings))
}

/// Columns of a header and rows; cells that hold JSON are taken apart.
fn table(header: &[String], rows: &[Vec<String>], settings: Vec<String>) -> Option<Sample> {
    let mut sample = Sample { settings, rows: rows.len(), ..Sample::default() };
    for (place, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let cells: Vec<String> = rows.iter().map(|row| row.get(place).cloned().unwrap_or_default()).collect();
        let name = name.trim().trim_matches('"').trim().to_owned();
        let documents: Vec<Option<Node<'_>>> = cells
            .iter()
            .map(|cell| if cell.starts_with('{') { serde_json::from_str(cell).ok() } else { None })
            .collect();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        if filled > 0 && documents.iter().flatten().count() * 2 > filled {
            sample.json_cells.push(name.clone());
            let flat: Vec<Vec<(String, String)>> =
                documents.iter().map(|node| node.as_ref().map(flat).unwrap_or_default()).collect();
            sample.columns.extend(members(&flat).into_iter().map(|mut column| {
                column.name = format!("{name}.{}", column.name);
                column
            }));
        }
        sample.columns.push(Column { name, cells });
    }
    (!sample.columns.is_empty()).then_some(sample)
}

/// JSON: one document or several, whose records may stand further in.
fn documents(bytes: &[u8]) -> Option<Sample> {
    let mut nodes: Vec<Node<'_>> = Vec::new();
    for node in serde_json::Deserializer::from_slice(bytes).into_iter::<Node<'_>>().take(ROWS) {
        match node {
            Ok(Node::List(items)) => nodes.extend(items.into_iter().take(ROWS)),
            Ok(node) => nodes.push(node),
            Err(_) => break,
        }
    }
    let mut rows = String::new();
    if let [Node::Object(top)] = nodes.as_slice() {
        let objects = |node: &Node<'_>| matches!(node, Node::List(items) if items.iter().all(|item| matches!(item, Node::Object(_))) && !items.is_empty());
        let wrapped = top.iter().find(|(key, node)| WRAPPERS.contains(&key.as_ref()) && objects(node));
        if let Some((key, Node::List(items))) = wrapped {
            rows = key.to_string();
            let inner = INNER.into_iter().find(|inner| {
                items
                    .iter()
                    .all(|item| matches!(item, Node::Object(members) if members.iter().any(|(key, _)| key == inner)))
            });
            let mut records = items.clone();
            if let Some(inner) = inner {
                rows = format!("{rows}.{inner}");
                records = items
                    .iter()
                    .filter_map(|item| match item {
                        Node::Object(members) => {
                            members.iter().find(|(key, _)| key == inner).map(|(_, node)| node.clone())
                        }
                        _ => None,
                    })
                    .collect();
            }
            nodes = records;
        }
    }
    let flat: Vec<Vec<(String, String)>> = nodes.iter().take(ROWS).map(flat).collect();
    let columns = members(&flat);
    (!columns.is_empty()).then(|| Sample { json_rows: Some(rows), columns, rows: flat.len(), ..Sample::default() })
}

/// The columns of flat documents, in the order of first sight.
fn members(rows: &[Vec<(String, String)>]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for (name, text) in row {
            let place = columns.iter().position(|column| column.name == *name).unwrap_or_else(|| {
                columns.push(Column { name: name.clone(), cells: vec![String::new(); rows.len()] });
                columns.len() - 1
            });
            if columns[place].cells[number].is_empty() {
                columns[place].cells[number].clone_from(text);
            }
        }
    }
    columns
}

/// The plain members of a document by path; of a list the first that has the member.
fn flat(node: &Node<'_>) -> Vec<(String, String)> {
    fn walk(prefix: &str, node: &Node<'_>, into: &mut Vec<(String, String)>) {
        match node {
            Node::Null => {}
            Node::Text(text) => into.push((prefix.to_owned(), text.trim().to_owned())),
            Node::List(items) => items.iter().for_each(|item| walk(prefix, item, into)),
            Node::Object(members) => {
                for (key, value) in members.iter().filter(|(key, _)| !key.contains(['.', '[', ']'])) {
                    let name = if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") };
                    walk(&name, value, into);
                }
            }
        }
    }
    let mut all = Vec::new();
    walk("", node, &mut all);
    all.retain(|(name, _)| !name.is_empty());
    all
}
