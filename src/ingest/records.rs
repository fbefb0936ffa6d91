//! One CSV record after another out of a block of whole records.
//!
//! A record without quotes is the bytes between delimiters: its cells are taken where they stand, found eight bytes at a
//! time. A record with a quoted cell goes through the `csv` crate's own machine. Both give what the `csv` crate gives
//! for the whole block, but that a byte order mark is dropped in front of any record, not of the block's first alone: files that were
//! joined have one inside.

use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};
use memchr::memchr_iter;

use super::part::Fields;

/// Reads the records of a block.
pub(crate) struct Records<'b> {
    bytes: &'b [u8],
    delimiter: u8,
    /// Where the next record begins.
    next: usize,
    /// Line feeds before it.
    lines: u64,
    ends: Vec<usize>,
    machine: csv_core::Reader,
    output: Vec<u8>,
}

/// A record and where it stands.
pub(crate) struct Record<'r> {
    text: &'r [u8],
    ends: &'r [usize],
    /// How many bytes stand between two cells of `text`.
    gap: usize,
    /// Offset of its first byte in the block.
    pub start: usize,
    /// Line feeds of the block before it.
    pub lines: u64,
    /// The record as it stands in the block, its line end included.
    pub raw: &'r [u8],
}

impl Record<'_> {
    /// How many cells there are.
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cells in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|place| self.get(place))
    }
}

impl Fields for Record<'_> {
    #[inline]
    fn get(&self, place: usize) -> Option<&[u8]> {
        let end = *self.ends.get(place)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] + self.gap };
        self.text.get(start..end)
    }
}

impl<'b> Records<'b> {
    pub(crate) fn new(bytes: &'b [u8], delimiter: u8) -> Self {
        let machine = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        Self { bytes, delimiter, next: 0, lines: 0, ends: Vec::new(), machine, output: Vec::new() }
    }

    /// The next record that is not an empty line.
    pub(crate) fn next(&mut self) -> Option<Record<'_>> {
        while self.bytes.get(self.next) == Some(&b'\n') {
            self.next += 1;
            self.lines += 1;
        }
        let (start, lines) = (self.next, self.lines);
        if start >= self.bytes.len() {
            return None;
        }
        let mark = if self.bytes[start..].starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        self.ends.clear();
        if let Some(length) = plain(&self.bytes[start + mark..], self.delimiter, &mut self.ends) {
            let text = &self.bytes[start + mark..][..length];
            self.next = (start + mark + length + 1).min(self.bytes.len());
            self.lines += u64::from(self.next > start + mark + length);
            let raw = &self.bytes[start..self.next];
            return Some(Record { text, ends: &self.ends, gap: 1, start, lines, raw });
        }
        let (read, written) = self.quoted(start);
        self.next = start + read;
        let raw = &self.bytes[start..self.next];
        self.lines += memchr_iter(b'\n', raw).count() as u64;
        Some(Record { text: &self.output[..written], ends: &self.ends, gap: 0, start, lines, raw })
    }

    /// Runs the machine over the record at `start`. Returns how many bytes it took and how many it gave.
    fn quoted(&mut self, start: usize) -> (usize, usize) {
        self.machine.reset();
        let (mut read, mut written, mut cells) = (0, 0, 0);
        self.ends.resize(self.ends.capacity().max(64), 0);
        if self.output.is_empty() {
            self.output.resize(1024, 0);
        }
        loop {
            let input = &self.bytes[start + read..];
            let (result, took, gave, ended) =
                self.machine.read_record(input, &mut self.output[written..], &mut self.ends[cells..]);
            read += took;
            written += gave;
            cells += ended;
            match result {
                // Called once more with nothing, which ends the last record of a file.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        self.ends.truncate(cells);
        (read, written)
    }
}

const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// Sets the high bit of each byte that is zero.
#[inline]
const fn zeros(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

/// Finds the ends of the cells of the record at the front of `bytes`, and its length without the line feed. `None` where a cell
/// begins with a quote.
#[inline]
fn plain(bytes: &[u8], delimiter: u8, ends: &mut Vec<usize>) -> Option<usize> {
    let spread = |byte: u8| u64::from_ne_bytes([byte; 8]);
    let (delimiters, feeds, quotes) = (spread(delimiter), spread(b'\n'), spread(b'"'));
    let mut cell = 0;
    let mut at = 0;
    for chunk in bytes.chunks(8) {
        let word = match <[u8; 8]>::try_from(chunk) {
            Ok(whole) => u64::from_le_bytes(whole),
            // Filled up with what is none of the three.
            Err(_) => {
                let filler = if delimiter == 0 { 1 } else { 0 };
                let mut eight = [filler; 8];
                eight[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(eight)
            }
        };
        let mut found = zeros(word ^ delimiters) | zeros(word ^ feeds) | zeros(word ^ quotes);
        while found != 0 {
            let place = at + (found.trailing_zeros() / 8) as usize;
            found &= found - 1;
            let byte = bytes[place];
            if byte == delimiter {
                ends.push(place);
                cell = place + 1;
            } else if byte == b'\n' {
                ends.push(place);
                return Some(place);
            } else if place == cell {
                ends.clear();
                return None;
            }
        }
        at += 8;
    }
    ends.push(bytes.len());
    Some(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ours(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut records = Records::new(bytes, b',');
        let mut all = Vec::new();
        while let Some(record) = records.next() {
            assert_eq!(record.lines, memchr_iter(b'\n', &bytes[..record.start]).count() as u64);
            assert!(bytes[record.start..].starts_with(record.raw));
            assert_eq!(record.iter().count(), record.len());
            all.push(record.iter().map(<[u8]>::to_vec).collect());
        }
        all
    }

    fn theirs(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(bytes);
        reader.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
    }

    #[test]
    fn a_mark_inside_is_no_text() {
        assert_eq!(ours(b"\xef\xbb\xbfa,b\n\xef\xbb\xbf\"c\",d"), [[b"a", b"b"], [b"c", b"d"]]);
    }

    #[test]
    fn many_cells_and_long_ones() {
        let wide = format!("\"x\"{}\n{}\n", ",y".repeat(5000), "z,".repeat(3000));
        assert_eq!(ours(wide.as_bytes()), theirs(wide.as_bytes()));
        let long = format!("\"{}\",1\n2,{}", "x\n".repeat(5000), "y".repeat(9000));
        assert_eq!(ours(long.as_bytes()), theirs(long.as_bytes()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn records_are_those_of_the_csv_crate(text in "[ab,\"\n\r é-]{0,80}") {
            prop_assert_eq!(ours(text.as_bytes()), theirs(text.as_bytes()));
        }
    }
}
