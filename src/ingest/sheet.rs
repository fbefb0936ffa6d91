//! A table of no contract, given by hand: its header, and its rows in their order, a block at a time.
//!
//! The same readers as for a run: CSV, NDJSON and JSON lists, plain, gzip or zstd, in any of their encodings, and the
//! standard input; Parquet and workbooks, which are held as a whole. Of the others memory holds a few blocks, however
//! long the table is. Column names are compared without case, spaces and the `q_` of search terms.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

use memchr::memchr_iter;

use super::NoProgress;
pub(crate) use super::blocks::Limits;
use super::blocks::{Block, Blocks, Broken, Grammar, Piece};
use super::error::IngestError;
use super::file::Job;
use super::json_list::{self, Step, step};
use super::json_rows::{Node, flatten};
use super::parquet;
use super::profile::Profile;
use super::records::Records;
use super::stream::{self, Packing, Stored, Text};
use super::tables::TableName;
use super::xlsx;

/// A table that is being read.
pub(crate) struct Sheet {
    name: String,
    header: Vec<String>,
    form: Form,
    blocks: Option<Blocks<Box<dyn Read + Send>>>,
    /// Rows of a format that is held as a whole.
    held: Vec<(u64, Vec<String>)>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv(u8),
    /// JSON objects; of one list, or one a line.
    Json {
        list: bool,
    },
    Held,
}

/// Which columns are wanted, each by one of several names.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    names: Vec<Vec<String>>,
    places: Vec<Option<usize>>,
    width: usize,
}

/// Some rows from one place of a table.
pub(crate) enum Rows {
    Text(Block, Whole),
    Held(Vec<(u64, Vec<String>)>),
    /// A row that is none: an unclosed quote, a list cut short.
    Broken(Broken),
}

/// How the rows of a block are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole(Form);

/// One row: its line, the cells of the plan, trimmed, and whether it has as many cells as the header.
pub(crate) struct Row<'r> {
    pub line: u64,
    pub cells: &'r [Cow<'r, str>],
    pub ragged: bool,
}

impl Sheet {
    /// Opens a file, or the standard input for `-`, and reads its header.
    ///
    /// # Errors
    /// A file that cannot be read or is empty.
    pub(crate) fn open(path: &Path, limits: Limits) -> Result<Self, IngestError> {
        let dash = path == Path::new("-");
        let name = if dash { "the standard input".to_owned() } else { path.display().to_string() };
        let canonical = Profile::default();
        let job = Job {
            index: 0,
            path,
            name: &name,
            table: TableName::People,
            profile: &canonical,
            profile_name: None,
            zone: chrono_tz::UTC,
        };
        let stored = if dash {
            Stored::of(Box::new(io::stdin()), &NoProgress)
        } else {
            Stored::open(path, &NoProgress)
                .map_err(|source| IngestError::Unreadable { file: name.clone(), source })?
                .unhashed()
        };
        let mut stream = stream::open(stored, Text::Utf8).map_err(|error| job.io(error))?;
        let mut sheet =
            Self { name: name.clone(), header: Vec::new(), form: Form::Held, blocks: None, held: Vec::new() };
        let whole = |reader: &mut dyn Read| {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map(|_| bytes).map_err(|error| job.io(error))
        };
        if stream.packing == Packing::Plain && &stream.magic == b"PAR1" {
            let (header, rows) = parquet::whole(job, &whole(&mut stream.reader)?)?;
            sheet.header = header.iter().map(|name| canonical_name(name)).collect();
            sheet.held = rows.into_iter().zip(1..).map(|(cells, line)| (line, cells)).collect();
        } else if stream.packing == Packing::Plain && &stream.magic == b"PK\x03\x04" {
            let sheets = xlsx::head(job, &whole(&mut stream.reader)?, usize::MAX)?;
            let rows = sheets.into_iter().map(|(_, rows)| rows).find(|rows| rows.len() > 1).unwrap_or_default();
            let mut rows = rows.into_iter().map(|(number, cells)| (u64::from(number) + 1, cells));
            sheet.header =
                rows.next().map(|(_, cells)| cells.iter().map(|c| canonical_name(c)).collect()).unwrap_or_default();
            sheet.held = rows.collect();
        } else {
            let mut blocks = Blocks::new(stream.reader, stream.start, limits);
            blocks.find_returns().map_err(|error| job.io(error))?;
            sheet.read_header(&mut blocks).map_err(|error| job.io(error))?;
            sheet.blocks = Some(blocks);
        }
        if sheet.header.is_empty() {
            let help = "the first line must name the columns";
            return Err(IngestError::unusable(&name, 0, "the file is empty: it has no header", help));
        }
        Ok(sheet)
    }

    /// As messages call it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The columns, as they are compared; of JSON, those of its beginning.
    pub(crate) fn columns(&self) -> &[String] {
        &self.header
    }

    fn read_header<R: Read>(&mut self, blocks: &mut Blocks<R>) -> io::Result<()> {
        let (bytes, ended) = blocks.peek()?;
        let first = bytes.trim_ascii_start().first().copied();
        let list = first == Some(b'[') && json_list::is_list(bytes);
        if first == Some(b'{') || list {
            self.form = Form::Json { list };
            let open = bytes.iter().position(|byte| *byte == b'[').map_or(0, |open| open + 1);
            let from = if list { open } else { 0 };
            let end = if ended || list { bytes.len() } else { memchr::memrchr(b'\n', bytes).unwrap_or(bytes.len()) };
            objects(&bytes[from..end], list, |_, members| {
                for (key, _) in members.unwrap_or_default() {
                    let name = canonical_name(&key);
                    if !self.header.contains(&name) {
                        self.header.push(name);
                    }
                }
            });
            blocks.skip(from);
            blocks.set_grammar(if list { Grammar::List } else { Grammar::Lines });
            return Ok(());
        }
        // The first line that says anything; what most often stands in it divides its cells.
        let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let line = bytes[blank..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
        let delimiter = [b',', b'\t', b';', b'|'].into_iter().rev().max_by_key(count).unwrap_or(b',');
        self.form = Form::Csv(delimiter);
        let mut records = Records::new(&bytes[blank..], delimiter);
        let end = records.next().map_or(0, |record| {
            self.header = record.iter().map(|cell| canonical_name(&text(cell))).collect();
            record.start + record.raw.len()
        });
        blocks.skip(blank + end);
        blocks.set_grammar(Grammar::Csv(delimiter));
        Ok(())
    }

    /// Where to find these columns, each by the first of its names that there is.
    pub(crate) fn plan(&self, wanted: &[&[&str]]) -> Plan {
        let at = |name: &str| self.header.iter().position(|column| column == name);
        Plan {
            names: wanted.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect()).collect(),
            places: wanted.iter().map(|names| names.iter().find_map(|name| at(name))).collect(),
            width: self.header.len(),
        }
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// Bytes that cannot be read or unpacked.
    pub(crate) fn next(&mut self) -> Result<Option<Rows>, IngestError> {
        let Some(blocks) = &mut self.blocks else {
            let held = std::mem::take(&mut self.held);
            return Ok((!held.is_empty()).then_some(Rows::Held(held)));
        };
        let piece = blocks.next().map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::Other => {
                let problem = format!("it cannot be unpacked to its end: {error}");
                IngestError::unusable(
                    &self.name,
                    0,
                    problem,
                    "export or copy it again; nothing of a damaged file is used",
                )
            }
            _ => IngestError::Unreadable { file: self.name.clone(), source: error },
        })?;
        Ok(piece.map(|piece| match piece {
            Piece::Block(block) => Rows::Text(block, Whole(self.form)),
            Piece::Broken(broken) => Rows::Broken(broken),
        }))
    }
}

impl Plan {
    /// The header has this one of the columns that were wanted.
    pub(crate) fn has(&self, wanted: usize) -> bool {
        self.places[wanted].is_some()
    }
}

impl Rows {
    /// Calls back for each row that is not blank, in order. Gives the lines at which there is none that can be read, with
    /// the reason.
    pub(crate) fn each(&self, plan: &Plan, mut row: impl FnMut(Row<'_>)) -> Vec<(u64, String)> {
        let mut broken = Vec::new();
        match self {
            Self::Broken(piece) => broken.push((piece.line, piece.problem.to_owned())),
            Self::Held(rows) => {
                for (line, texts) in rows {
                    let cell = |place: &Option<usize>| place.and_then(|at| texts.get(at)).map_or("", |t| t.trim());
                    let cells: Vec<Cow<'_, str>> = plan.places.iter().map(|at| Cow::Borrowed(cell(at))).collect();
                    row(Row { line: *line, cells: &cells, ragged: texts.len() > plan.width });
                }
            }
            Self::Text(block, Whole(Form::Json { list })) => objects(&block.bytes, *list, |at, members| {
                let line = block.line + memchr_iter(b'\n', &block.bytes[..at]).count() as u64;
                match members {
                    Err(problem) => broken.push((line, problem)),
                    Ok(members) => {
                        let named: Vec<(String, String)> =
                            members.into_iter().map(|(key, value)| (canonical_name(&key), value)).collect();
                        let cells: Vec<Cow<'_, str>> =
                            plan.names.iter().map(|names| Cow::Borrowed(value(names, &named))).collect();
                        row(Row { line, cells: &cells, ragged: false });
                    }
                }
            }),
            Self::Text(block, Whole(form)) => {
                let delimiter = if let Form::Csv(delimiter) = form { *delimiter } else { b',' };
                let mut records = Records::new(&block.bytes, delimiter);
                while let Some(record) = records.next() {
                    if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                        continue;
                    }
                    let cell = |place: &Option<usize>| {
                        place.and_then(|at| super::part::Fields::get(&record, at)).map_or(Cow::Borrowed(""), text)
                    };
                    let cells: Vec<Cow<'_, str>> = plan.places.iter().map(cell).collect();
                    row(Row { line: block.line + record.lines, cells: &cells, ragged: record.len() != plan.width });
                }
            }
        }
        broken
    }
}

fn value<'m>(names: &[String], members: &'m [(String, String)]) -> &'m str {
    let of = |name: &String| members.iter().find(|(key, text)| key == name && !text.trim().is_empty());
    names.iter().find_map(of).map_or("", |(_, text)| text.trim())
}

/// The members of each object of a block, with its offset; what is no object is told.
fn objects(bytes: &[u8], list: bool, mut each: impl FnMut(usize, Result<Vec<(String, String)>, String>)) {
    let mut object = |at: usize, text: &[u8]| {
        if text.trim_ascii().is_empty() {
            return;
        }
        each(
            at,
            match serde_json::from_slice(text) {
                Ok(Node::Object(members)) => {
                    let mut flat = Vec::new();
                    flatten("", members, &mut flat);
                    Ok(flat.into_iter().map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
                }
                Ok(_) => Err("a row is a JSON object, and this is none".to_owned()),
                Err(error) => Err(format!("it is not whole JSON: {error}")),
            },
        );
    };
    let mut at = 0;
    if list {
        while let Step::Element(start, end) = step(bytes, at) {
            object(start, &bytes[start..end]);
            at = end;
        }
        return;
    }
    for line in bytes.split(|byte| *byte == b'\n') {
        object(at, line);
        at += line.len() + 1;
    }
}

/// UTF-8, else Windows-1252; trimmed.
fn text(cell: &[u8]) -> Cow<'_, str> {
    let cell = cell.trim_ascii();
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text.trim()),
        Err(_) => encoding_rs::WINDOWS_1252.decode(cell).0,
    }
}

/// `Q_Surname ` is `surname`.
fn canonical_name(header: &str) -> String {
    let plain = header.trim().trim_start_matches('\u{feff}').to_lowercase().replace([' ', '-'], "_");
    match plain.strip_prefix("q_") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Each row as its line and its cells, and the rows that could not be read.
    fn read(bytes: &[u8], wanted: &[&[&str]], block: usize) -> (Vec<(u64, String)>, u64, Vec<u64>) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let mut sheet = Sheet::open(file.path(), Limits { block, ..Limits::default() }).expect("a table");
        let plan = sheet.plan(wanted);
        let (mut all, mut ragged, mut broken) = (Vec::new(), 0, Vec::new());
        while let Some(rows) = sheet.next().expect("rows") {
            let lost = rows.each(&plan, |row| {
                all.push((row.line, row.cells.join("|")));
                ragged += u64::from(row.ragged);
            });
            broken.extend(lost.into_iter().map(|(line, _)| line));
        }
        (all, ragged, broken)
    }

    const WANTED: &[&[&str]] = &[&["query_id", "id"], &["surname"], &["dob"]];

    #[test]
    fn one_table_in_every_dress() {
        let plain = "\u{feff}Query ID,q_Surname,DOB\r\n1, Müller ,1980\r\n\r\n2,\"Jones, J\",\r\n";
        let lines =
            "{\"id\":1,\"q_surname\":\"Müller\",\"dob\":1980}\n\n{\"query_id\":\"2\",\"surname\":\"Jones, J\"}\n";
        let list =
            "[{\"id\":1,\"q_surname\":\"Müller\",\"dob\":1980},\n\n{\"query_id\":\"2\",\"surname\":\"Jones, J\"}]";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(plain.as_bytes()).expect("packed");
        let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let tabs = plain.replace("Jones, J", "Jones; J").replace(',', "\t").replace(';', ",");
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(plain.trim_start_matches('\u{feff}'));
        for (dress, bytes, at) in [
            ("plain", plain.as_bytes().to_vec(), [2, 4]),
            ("gzip", gzip.finish().expect("packed"), [2, 4]),
            ("zstd", zstd::stream::encode_all(plain.as_bytes(), 1).expect("packed"), [2, 4]),
            ("UTF-16", wide, [2, 4]),
            ("Windows-1252", latin.into_owned(), [2, 4]),
            ("tabs", tabs.into_bytes(), [2, 4]),
            ("NDJSON", lines.as_bytes().to_vec(), [1, 3]),
            ("a list", list.as_bytes().to_vec(), [1, 3]),
        ] {
            for block in [1, 16, 1 << 20] {
                let (rows, ragged, broken) = read(&bytes, WANTED, block);
                let expected = vec![(at[0], "1|Müller|1980".to_owned()), (at[1], "2|Jones, J|".to_owned())];
                assert_eq!((rows, ragged, broken), (expected, 0, vec![]), "{dress} in blocks of {block}");
            }
        }
    }

    #[test]
    fn a_row_that_is_none_is_told_and_costs_no_other() {
        let (rows, ragged, broken) = read(b"id,surname\n1,A,more\n2\n3,\"B\n4,C\n", WANTED, 1 << 20);
        assert_eq!(rows, [(2, "1|A|".to_owned()), (3, "2||".to_owned()), (5, "4|C|".to_owned())]);
        assert_eq!((ragged, broken), (2, vec![4]));
        let (rows, _, broken) = read(b"{\"id\":1}\n{\"id\":\n[2]\n{\"id\":3}\n", WANTED, 1 << 20);
        assert_eq!((rows.len(), broken), (2, vec![2, 3]));
    }

    #[test]
    fn an_empty_file_is_no_table() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert!(Sheet::open(file.path(), Limits::default()).is_err());
        assert!(Sheet::open(Path::new("no/such/file.csv"), Limits::default()).is_err());
    }
}
