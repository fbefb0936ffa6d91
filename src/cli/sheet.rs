//! A table given on the command line: a CSV file, or the standard input.
//!
//! For ad-hoc commands alone; a run reads its inputs through `ingest`.

use std::io::Read;
use std::path::Path;

use super::exit::Exit;
use super::failure::Failure;
use crate::config::suggest;

/// The most that an ad-hoc table may hold, inflated.
const MOST_BYTES: u64 = 4 << 30;

/// A table in memory, with the line of each row.
#[derive(Debug, Default)]
pub struct Sheet {
    /// As messages call it.
    pub name: String,
    columns: Vec<String>,
    rows: Vec<(u64, csv::ByteRecord)>,
    /// Rows with more or fewer cells than the header.
    pub ragged: u64,
}

/// One row of a [`Sheet`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    sheet: &'a Sheet,
    /// Line in the file, from 1.
    pub line: u64,
    cells: &'a csv::ByteRecord,
}

impl Sheet {
    /// Reads a file, plain, gzip or zstd by its first bytes; `-` is the standard input.
    ///
    /// # Errors
    /// A file that cannot be read, or has no header.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = if path == Path::new("-") { "the standard input".to_owned() } else { path.display().to_string() };
        let bytes = bytes(path).map_err(|error| {
            Failure::said(Exit::Input, "match::unreadable", format!("{name} cannot be read: {error}"), None)
        })?;
        Self::parse(name, &bytes)
    }

    fn parse(name: String, bytes: &[u8]) -> Result<Self, Failure> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            let (text, ..) = encoding_rs::UTF_8.decode(bytes);
            return Self::parse(name, text.into_owned().as_bytes());
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(bytes);
        let mut sheet = Self { name, ..Self::default() };
        let mut record = csv::ByteRecord::new();
        let (mut line, mut counted) = (1, 0);
        loop {
            let more = reader.read_byte_record(&mut record).map_err(|error| {
                let message = format!("{} cannot be read as CSV: {error}", sheet.name);
                Failure::said(Exit::Input, "match::not_csv", message, None)
            })?;
            if !more {
                break;
            }
            // The reader's own line is that before any blank lines.
            let start = record.position().map_or(0, |at| at.byte() as usize);
            let blank = bytes[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            line += bytes[counted..start + blank].iter().filter(|b| **b == b'\n').count() as u64;
            counted = start + blank;
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            if sheet.columns.is_empty() {
                sheet.columns = record.iter().map(|cell| canonical(&text(cell))).collect();
                continue;
            }
            sheet.ragged += u64::from(record.len() != sheet.columns.len());
            sheet.rows.push((line, record.clone()));
        }
        if sheet.columns.is_empty() {
            let message = format!("{} is empty: it has no header", sheet.name);
            return Err(Failure::said(
                Exit::Input,
                "match::empty",
                message,
                "the first line must name the columns".to_owned(),
            ));
        }
        Ok(sheet)
    }

    /// Position of the first of these columns that the header has.
    pub fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|column| column == name))
    }

    /// [`Sheet::find`] for a column that the table makes no sense without.
    ///
    /// # Errors
    /// Where the header has none of them; says what it does have.
    pub fn need(&self, names: &[&str]) -> Result<usize, Failure> {
        self.find(names).ok_or_else(|| {
            let known: Vec<&str> = self.columns.iter().map(String::as_str).collect();
            let help = match suggest::nearest(names[0], known.iter().copied()) {
                Some(near) => format!("the header has `{near}`; did you mean that?"),
                None => format!("the header has {}", known.join(", ")),
            };
            let message = format!("{}: there is no column `{}`", self.name, names.join("` or `"));
            Failure::said(Exit::Input, "match::missing_column", message, help)
        })
    }

    /// The rows, in their order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { sheet: self, line: *line, cells })
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }
}

impl Row<'_> {
    /// The cell of a position.
    pub fn at(&self, column: usize) -> String {
        self.cells.get(column).map_or_else(String::new, |cell| text(cell).trim().to_owned())
    }

    /// The cell of a column; empty where the header does not have it.
    pub fn get(&self, name: &str) -> String {
        self.sheet.find(&[name]).map_or_else(String::new, |column| self.at(column))
    }

    /// `;`-separated texts of a column.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.get(name).split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}

/// UTF-8, else Windows-1252.
fn text(cell: &[u8]) -> String {
    std::str::from_utf8(cell).map_or_else(|_| encoding_rs::WINDOWS_1252.decode(cell).0.into_owned(), str::to_owned)
}

/// `Q_Surname ` is `surname`.
fn canonical(header: &str) -> String {
    let plain = header.trim().to_lowercase().replace([' ', '-'], "_");
    match plain.strip_prefix("q_") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => plain,
    }
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut stored = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut stored)?;
    } else {
        std::fs::File::open(path)?.take(MOST_BYTES).read_to_end(&mut stored)?;
    }
    let mut inflated = Vec::new();
    if stored.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(stored.as_slice()).take(MOST_BYTES).read_to_end(&mut inflated)?;
    } else if stored.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        zstd::stream::read::Decoder::new(stored.as_slice())?.take(MOST_BYTES).read_to_end(&mut inflated)?;
    } else {
        return Ok(stored);
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(bytes: &[u8]) -> Sheet {
        Sheet::parse("t.csv".to_owned(), bytes).expect("a table")
    }

    #[test]
    fn columns_with_or_without_their_prefix() {
        let table = sheet(b"\xef\xbb\xbfQuery ID,q_Surname,dob\n1,Smith,\n\n2,\"Jones, J\"\n");
        assert_eq!(table.columns, ["query_id", "surname", "dob"]);
        let rows: Vec<(u64, String, String)> = table.rows().map(|r| (r.line, r.get("surname"), r.get("dob"))).collect();
        assert_eq!(rows, [(2, "Smith".into(), String::new()), (4, "Jones, J".into(), String::new())]);
        assert_eq!((table.ragged, table.count()), (1, 2));
        assert!(table.need(&["surname"]).is_ok());
        assert!(table.need(&["surnme"]).is_err());
    }

    #[test]
    fn other_encodings() {
        assert_eq!(sheet(b"surname\nM\xfcller\n").rows().next().unwrap().get("surname"), "Müller");
        let utf16: Vec<u8> =
            [0xfeff_u16].into_iter().chain("surname\nMüller\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(sheet(&utf16).rows().next().unwrap().get("surname"), "Müller");
        assert!(Sheet::parse("t.csv".to_owned(), b"").is_err());
    }
}
