//! CSV: the header, and the rows of a block.

use csv::{ByteRecord, ReaderBuilder, Terminator};
use memchr::memchr;

use super::blocks::{Block, Grammar, Limits, first_record};
use super::mapping::{Cells, Mapping, header_key, recognised};
use super::part::{At, Bench, Part, check_texts};
use super::profile::Profile;
use super::records::{Record, Records};
use super::tables::TableName;
use super::tally::Refusal;

/// The most columns that a table can have.
pub(crate) const MAX_WIDTH: usize = 10_000;

/// The delimiters tried on the header line, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A header line as found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub cells: Vec<String>,
    pub delimiter: u8,
    /// Bytes up to the end of the header.
    pub end: usize,
    /// Line feeds before the header.
    pub lines_before: u64,
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

/// Finds the header in the first bytes of a file. The delimiter is the profile's, or the one with which the header fills
/// most canonical columns, then the one that gives most cells; comma wins a draw.
pub(crate) fn header(bytes: &[u8], ended: bool, table: TableName, profile: &Profile) -> Result<Header, NoHeader> {
    let (mut start, mut lines_before) = (0, 0);
    loop {
        let line = memchr(b'\n', &bytes[start..]).map_or(&bytes[start..], |end| &bytes[start..=start + end]);
        if line.is_empty() {
            return Err(NoHeader::Empty);
        }
        if lines_before >= u64::from(profile.skip_lines()) && !line.trim_ascii().is_empty() {
            break;
        }
        start += line.len();
        lines_before += 1;
    }
    let candidates = profile.delimiter().map_or_else(|| DELIMITERS.to_vec(), |one| vec![one]);
    let mut best: Option<((usize, usize), Header)> = None;
    for delimiter in candidates {
        let Some(length) = first_record(&bytes[start..], Grammar::Csv(delimiter), ended) else { continue };
        let line = &bytes[start..start + length];
        if memchr(0, line).is_some() {
            return Err(NoHeader::Unusable(
                "the header holds NUL bytes, so this is not the text of a table (perhaps UTF-16 without a byte order mark)",
                "export as UTF-8",
            ));
        }
        if std::str::from_utf8(line).is_err() {
            return Err(NoHeader::NotUtf8);
        }
        let mut record = ByteRecord::new();
        // Reading from memory does not fail.
        let _ = reader(line, delimiter).read_byte_record(&mut record);
        let cells: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        if cells.len() > MAX_WIDTH {
            return Err(NoHeader::Unusable(
                "the header has more than 10,000 columns, and no access log or HR table has",
                "check the delimiter and that lines end in a line feed",
            ));
        }
        let score = (recognised(table, profile, &cells), cells.len());
        if best.as_ref().is_none_or(|(best, _)| score > *best) {
            best = Some((score, Header { cells, delimiter, end: start + length, lines_before }));
        }
    }
    best.map(|(_, header)| header).ok_or(NoHeader::Unusable(
        "the header does not end",
        "check that lines end in a line feed and that quotes in the header are closed",
    ))
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        // A carriage return before the line feed is trimmed with the cell; one alone is part of it.
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(1 << 15)
        .from_reader(bytes)
}

/// How the rows of one CSV file are read.
#[derive(Clone, Debug)]
pub(crate) struct CsvLayout {
    pub mapping: Mapping,
    pub header: Vec<String>,
    pub delimiter: u8,
}

impl CsvLayout {
    /// Reads the rows of a block.
    pub(crate) fn block<P: Part>(&self, block: &Block, limits: Limits, file: u16, part: &mut P, bench: &mut Bench) {
        let mut records = Records::new(&block.bytes, self.delimiter);
        while let Some(record) = records.next() {
            if record.len() == 1 && record.raw.trim_ascii().is_empty() {
                continue;
            }
            if self.is_header(&record) {
                bench.tally.repeated_headers += 1;
                continue;
            }
            bench.tally.rows += 1;
            let at =
                At { file, line: line_number(block.line + record.lines), offset: block.offset + record.start as u64 };
            let taken = self.check(&record, limits, bench).and_then(|()| {
                let mut cells = Cells::default();
                bench.tally.masked += self.mapping.fill(&record, &mut cells);
                part.row(&cells, at, bench)
            });
            if let Err(refusal) = taken {
                bench.tally.refuse(at.line, &refusal);
            }
        }
    }

    fn check(&self, record: &Record<'_>, limits: Limits, bench: &mut Bench) -> Result<(), Refusal> {
        let raw = record.raw;
        if record.len() != self.header.len() {
            let padded = record.len() > self.header.len()
                && record.iter().skip(self.header.len()).all(|cell| cell.trim_ascii().is_empty());
            if !padded {
                let lines = memchr::memchr_iter(b'\n', raw.trim_ascii_end()).count();
                let hint = if lines > 0 {
                    format!("; it goes on over {} lines, so perhaps a quote is not closed", lines + 1)
                } else {
                    String::new()
                };
                return Err(Refusal {
                    column: "",
                    value: raw.trim_ascii_end().to_vec(),
                    problem: format!(
                        "the row has {} cells and the header {}{hint}; a cell that holds the delimiter must stand in quotes",
                        record.len(),
                        self.header.len()
                    ),
                });
            }
            bench.tally.padded += 1;
        }
        check_texts(record.iter(), raw, raw, limits)
    }

    fn is_header(&self, record: &Record<'_>) -> bool {
        let same = |cell: &[u8], header: &str| {
            cell.trim_ascii().eq_ignore_ascii_case(header.as_bytes())
                || header_key(&String::from_utf8_lossy(cell)) == header_key(header)
        };
        // Almost every row is told apart by the first letter of its first cell that has one.
        let Some((first, header)) = record.iter().zip(&self.header).find(|(_, header)| !header.is_empty()) else {
            return false;
        };
        let likely = first.trim_ascii().first().map(u8::to_ascii_lowercase)
            == header.as_bytes().first().map(u8::to_ascii_lowercase)
            || first.first().is_some_and(|byte| !byte.is_ascii() || *byte == b'"')
            || header.starts_with('"');
        likely
            && record.len() == self.header.len()
            && record.iter().zip(&self.header).all(|(cell, header)| same(cell, header))
    }

    /// Reads the one record at the front of `bytes` again.
    pub(crate) fn reread(&self, bytes: &[u8]) -> Option<ByteRecord> {
        let mut record = ByteRecord::new();
        let read = reader(bytes, self.delimiter).read_byte_record(&mut record).unwrap_or(false);
        (read && record.len() >= self.header.len()).then_some(record)
    }
}

/// A line number as rows keep it; files are refused before it could overflow.
pub(crate) fn line_number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
