//! CSV: the rows of a block.

use csv::{ByteRecord, ReaderBuilder, Terminator};
use memchr::memchr;

use super::blocks::{Block, Limits};
use super::mapping::{Mapping, header_key};
use super::part::{At, Bench, Fields, Part, check_texts};
use super::records::{Record, Records};
use super::tally::Refusal;

/// The `csv` crate as this stage uses it.
pub(crate) fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
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
    /// Lines above the header that are not rows.
    pub passed: u64,
}

impl CsvLayout {
    /// Reads the rows of a block.
    pub(crate) fn block<P: Part>(&self, block: &Block, limits: Limits, file: u16, part: &mut P, bench: &mut Bench) {
        let mut records = Records::new(&block.bytes, self.delimiter);
        // Almost no block has one, so its rows need not be asked one by one.
        let nul = memchr(0, &block.bytes).is_some();
        let first = self.header.iter().position(|header| !header.is_empty());
        let letter = first.and_then(|place| self.header[place].bytes().next());
        // Almost every row is told apart from the header by the first letter of its first cell that has one.
        let likely = |record: &Record<'_>| {
            let cell = first.and_then(|place| record.get(place)).unwrap_or_default();
            letter == Some(b'"')
                || cell.first().is_some_and(|byte| {
                    !matches!(byte, b'!' | b'#'..=b'~')
                        || letter.is_some_and(|letter| byte.eq_ignore_ascii_case(&letter))
                })
        };
        while let Some(record) = records.next() {
            if record.len() == 1 && record.raw.trim_ascii().is_empty() {
                continue;
            }
            if likely(&record) && self.is_header(&record) {
                bench.tally.repeated_headers += 1;
                continue;
            }
            bench.tally.rows += 1;
            let at =
                At { file, line: line_number(block.line + record.lines), offset: block.offset + record.start as u64 };
            let taken =
                self.check(&record, nul, limits, bench).and_then(|()| self.mapping.row(&record, at, part, bench));
            if let Err(refusal) = taken {
                if self.is_other_header(&record) {
                    bench.tally.note_other_header(at.line);
                }
                bench.tally.refuse(at.line, &refusal);
            }
        }
    }

    fn check(&self, record: &Record<'_>, nul: bool, limits: Limits, bench: &mut Bench) -> Result<(), Refusal> {
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
                        "the row has {} and the header {}{hint}; a cell that holds the delimiter must stand in quotes",
                        super::tally::cells(record.len() as u64),
                        self.header.len()
                    ),
                });
            }
            bench.tally.padded += 1;
        }
        if nul || raw.len() > limits.cell { check_texts(record.iter(), raw, raw, limits) } else { Ok(()) }
    }

    /// True for a row that holds the names of columns in another order or number: below it the file is laid out in
    /// another way. Asked of rows alone that could not be used.
    fn is_other_header(&self, record: &Record<'_>) -> bool {
        let named = |cell: &[u8]| {
            let key = header_key(&String::from_utf8_lossy(cell));
            !key.is_empty() && self.header.iter().any(|header| header_key(header) == key)
        };
        let (mut cells, mut names) = (0, 0);
        for cell in record.iter().filter(|cell| !cell.trim_ascii().is_empty()).take(64) {
            cells += 1;
            names += usize::from(cell.len() < 256 && named(cell));
            // Almost every row is cleared by its first two cells.
            if cells == 2 && names == 0 {
                return false;
            }
        }
        names >= 2 && names * 2 > cells
    }

    fn is_header(&self, record: &Record<'_>) -> bool {
        let same = |cell: &[u8], header: &str| {
            cell.trim_ascii().eq_ignore_ascii_case(header.as_bytes())
                || header_key(&String::from_utf8_lossy(cell)) == header_key(header)
        };
        record.len() == self.header.len() && record.iter().zip(&self.header).all(|(cell, header)| same(cell, header))
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
