//! Finding the header of a CSV file: on which line it stands and by what its cells are divided.

use csv::ByteRecord;
use memchr::memchr;

use super::blocks::{Grammar, first_record};
use super::csv_rows::reader;
use super::error::IngestError;
use super::mapping::{Mapping, Place, recognised};
use super::profile::Profile;
use super::tables::TableName;

/// The most columns that a table can have.
pub(crate) const MAX_WIDTH: usize = 10_000;
/// A header is looked for on so many lines.
const LINES: u64 = 100;
/// A longer line is not tried as a header, unless it is the first.
const LONGEST: usize = 1 << 20;

/// The delimiters tried on the header line, the likeliest first.
const DELIMITERS: [u8; 7] = [b',', b'\t', b';', b'|', b'^', b'~', 0x1f];

/// A header line as found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub cells: Vec<String>,
    pub delimiter: u8,
    /// Bytes up to the end of the header.
    pub end: usize,
    /// Line feeds before the header.
    pub lines_before: u64,
    /// Lines above it that hold anything and that no profile told to pass over.
    pub passed: u64,
}

/// Why there is no header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoHeader {
    /// Nothing but white space.
    Empty,
    /// The header is not UTF-8.
    NotUtf8,
    /// Something else, with what to do.
    Unusable(&'static str, &'static str),
}

const UNENDED: NoHeader = NoHeader::Unusable(
    "the header does not end",
    "check that lines end in a line feed and that quotes in the header are closed",
);

/// Finds the header in the first bytes of a file: the first line, below those that the profile passes over, that has every
/// column that the table cannot do without; where no line has, the first that is not blank, for the error to speak of. The delimiter
/// is the profile's, or the one with which the line fills most canonical columns, then the one that gives most
/// cells; comma wins a draw. A profile that names the columns of a file without a header finds it above the first row.
pub(crate) fn header(bytes: &[u8], ended: bool, table: TableName, profile: &Profile) -> Result<Header, NoHeader> {
    let (mut start, mut lines_before, mut passed) = (0, 0, 0);
    let mut first = None;
    while lines_before < LINES.max(u64::from(profile.skip_lines()) + 1) || first.is_none() {
        let line = memchr(b'\n', &bytes[start..]).map_or(&bytes[start..], |end| &bytes[start..=start + end]);
        if line.is_empty() {
            break;
        }
        if lines_before >= u64::from(profile.skip_lines()) && !line.trim_ascii().is_empty() {
            let place = Header { cells: Vec::new(), delimiter: b',', end: start, lines_before, passed };
            if !profile.header().is_empty() {
                return Ok(named(bytes, ended, place, profile));
            }
            let found = at(bytes, ended, place, table, profile);
            match found {
                Ok(header) if sufficient(&header, table, profile) => return Ok(header),
                _ if first.is_none() => first = Some(found),
                _ => {}
            }
            // What a profile says, and what cannot be read, is not looked past.
            if profile.skip_lines() > 0 || matches!(first, Some(Err(NoHeader::NotUtf8 | NoHeader::Unusable(..)))) {
                break;
            }
            passed += 1;
        }
        start += line.len();
        lines_before += 1;
    }
    first.unwrap_or(Err(NoHeader::Empty))
}

/// The header that a line would be.
fn at(bytes: &[u8], ended: bool, place: Header, table: TableName, profile: &Profile) -> Result<Header, NoHeader> {
    let start = place.end;
    let candidates = profile.delimiter().map_or_else(|| DELIMITERS.to_vec(), |one| vec![one]);
    let mut best: Option<((usize, usize), Header)> = None;
    for delimiter in candidates {
        let Some(length) = first_record(&bytes[start..], Grammar::Csv(delimiter), ended) else { continue };
        if place.passed > 0 && length > LONGEST {
            continue;
        }
        let line = &bytes[start..start + length];
        if memchr(0, line).is_some() {
            return Err(NoHeader::Unusable(
                "the header holds NUL bytes, so this is not the text of a table",
                "export as UTF-8",
            ));
        }
        if std::str::from_utf8(line).is_err() {
            return Err(NoHeader::NotUtf8);
        }
        let mut record = ByteRecord::new();
        // Reading from memory does not fail.
        let _ = reader(line, delimiter).read_byte_record(&mut record);
        if record.len() > MAX_WIDTH {
            return Err(NoHeader::Unusable(
                "the header has more than 10,000 columns, and no access log or HR table has",
                "check the delimiter and that lines end in a line feed",
            ));
        }
        let cells: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let score = (recognised(table, profile, &cells), cells.len());
        if best.as_ref().is_none_or(|(best, _)| score > *best) {
            let Header { lines_before, passed, .. } = place;
            best = Some((score, Header { cells, delimiter, end: start + length, lines_before, passed }));
        }
    }
    best.map(|(_, header)| header).ok_or(UNENDED)
}

/// True where a table can be read with this header, or where it is a header with a mistake of its own.
fn sufficient(header: &Header, table: TableName, profile: &Profile) -> bool {
    let place = Place { file: "", line: 0, profile: None };
    !matches!(Mapping::bind(table, profile, &header.cells, place), Err(IngestError::MissingColumn { .. }))
}

/// The columns that the profile names, and the delimiter with which the first row has as many cells, or the most.
fn named(bytes: &[u8], ended: bool, place: Header, profile: &Profile) -> Header {
    let names = profile.header();
    let width = |delimiter: u8| {
        let length = first_record(&bytes[place.end..], Grammar::Csv(delimiter), ended).unwrap_or_default();
        let mut record = ByteRecord::new();
        let _ = reader(&bytes[place.end..place.end + length], delimiter).read_byte_record(&mut record);
        (record.len() == names.len(), record.len())
    };
    let found = DELIMITERS.into_iter().rev().max_by_key(|delimiter| width(*delimiter)).unwrap_or(b',');
    Header { cells: names.to_vec(), delimiter: profile.delimiter().unwrap_or(found), ..place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::profile::parse;

    fn find(text: &str, profile: &str) -> Result<Header, NoHeader> {
        header(text.as_bytes(), true, TableName::Access, &parse("x", profile).unwrap())
    }

    #[test]
    fn on_any_line() {
        let found = find("Audit of \"May\n\nby PSD; copy 1\nlogin;at;x, y\nu;2;3\n", "").unwrap();
        assert_eq!((found.delimiter, found.lines_before, found.passed, found.end), (b';', 3, 2, 44));
        assert_eq!(found.cells, ["login", "at", "x, y"]);
        let none = find("a,b\nc,d\n", "").unwrap();
        assert_eq!((none.cells, none.lines_before), (vec!["a".to_owned(), "b".to_owned()], 0));
        assert_eq!(find("\n \n", ""), Err(NoHeader::Empty));
    }

    #[test]
    fn none_at_all() {
        let found = find("\nu1|2025|x\n", "header = [\"login\", \"at\", \"why\"]").unwrap();
        assert_eq!((found.delimiter, found.end, found.lines_before), (b'|', 1, 1));
        assert_eq!(found.cells, ["login", "at", "why"]);
    }

    #[test]
    fn a_profile_that_says_the_line_is_believed() {
        let found = find("a,b\nc,d\nat,login\n", "skip_lines = 1").unwrap();
        assert_eq!(found.cells, ["c", "d"]);
    }
}
