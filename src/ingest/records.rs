//! One CSV record after another out of a block of whole records.
//!
//! A record without quotes is the bytes between delimiters: its cells are taken where they stand, found 64 bytes at a
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
    /// Where the cells of the record begin, the last entry aside: it is where one more would.
    edges: Vec<usize>,
    window: Window,
    machine: csv_core::Reader,
    output: Vec<u8>,
}

/// A record and where it stands.
pub(crate) struct Record<'r> {
    text: &'r [u8],
    /// Where each cell begins, and where one more would.
    edges: &'r [usize],
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
        self.edges.len().saturating_sub(1)
    }

    /// The cells in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|place| self.get(place))
    }
}

impl Fields for Record<'_> {
    #[inline]
    fn get(&self, place: usize) -> Option<&[u8]> {
        let (start, next) = (*self.edges.get(place)?, *self.edges.get(place + 1)?);
        self.text.get(start..next - self.gap)
    }
}

impl<'b> Records<'b> {
    pub(crate) fn new(bytes: &'b [u8], delimiter: u8) -> Self {
        let machine = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        let window = Window::at(bytes, 0, delimiter, true);
        Self { bytes, delimiter, next: 0, lines: 0, edges: Vec::new(), window, machine, output: Vec::new() }
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
        match start.checked_sub(self.window.base) {
            Some(passed @ 0..WINDOW) => self.window.keep(u64::MAX << passed),
            _ => self.window = Window::at(self.bytes, start, self.delimiter, true),
        }
        let mark = if self.bytes[start..].starts_with(MARK) { MARK.len() } else { 0 };
        if let Some((length, cells)) = self.plain(start + mark) {
            let text = &self.bytes[start + mark..][..length];
            self.next = (start + mark + length + 1).min(self.bytes.len());
            self.lines += u64::from(self.next > start + mark + length);
            let raw = &self.bytes[start..self.next];
            return Some(Record { text, edges: &self.edges[..cells + 1], gap: 1, start, lines, raw });
        }
        let (read, written, cells) = self.quoted(start);
        self.next = start + read;
        let raw = &self.bytes[start..self.next];
        self.lines += memchr_iter(b'\n', raw).count() as u64;
        Some(Record { text: &self.output[..written], edges: &self.edges[..cells + 1], gap: 0, start, lines, raw })
    }

    /// Finds the cells of the record at `start`; gives its length without the line feed, and how many they are. `None` where
    /// a cell begins with a quote.
    #[inline]
    fn plain(&mut self, start: usize) -> Option<(usize, usize)> {
        if start > self.next && self.bytes.get(start) == Some(&b'"') {
            return None;
        }
        let mut window = self.window;
        let mut cells = 0;
        let length = loop {
            // Every place up to the first line feed; all of them where there is none.
            let within = window.feeds ^ window.feeds.wrapping_sub(1);
            if window.opens & within != 0 {
                self.window = window;
                return None;
            }
            if self.edges.len() < cells + 2 + WINDOW {
                self.edges.resize((cells + 2 + WINDOW) * 2, 0);
            }
            // The window may begin before the record.
            let behind = (window.base + 1).wrapping_sub(start);
            let mut ends = window.ends & within;
            if let Some(edges) = self.edges[cells + 1..].first_chunk_mut::<WINDOW>() {
                let mut count = 0;
                while ends != 0 {
                    // Never more than the window has bytes.
                    edges[count % WINDOW] = (ends.trailing_zeros() as usize).wrapping_add(behind);
                    count += 1;
                    ends &= ends - 1;
                }
                cells += count;
            }
            if window.feeds != 0 {
                window.keep(!within);
                break self.edges[cells] - 1;
            }
            if window.base + WINDOW >= self.bytes.len() {
                cells += 1;
                self.edges[cells] = self.bytes.len() - start + 1;
                break self.bytes.len() - start;
            }
            window = Window::at(self.bytes, window.base + WINDOW, self.delimiter, window.ended);
        };
        self.edges[0] = 0;
        self.window = window;
        Some((length, cells))
    }

    /// Runs the machine over the record at `start`. Returns how many bytes it took, how many it gave, and how many cells.
    fn quoted(&mut self, start: usize) -> (usize, usize, usize) {
        self.machine.reset();
        let (mut read, mut written, mut cells) = (0, 0, 0);
        self.edges.resize(self.edges.len().max(64), 0);
        self.edges[0] = 0;
        if self.output.is_empty() {
            self.output.resize(1024, 0);
        }
        loop {
            let input = &self.bytes[start + read..];
            let (result, took, gave, ended) =
                self.machine.read_record(input, &mut self.output[written..], &mut self.edges[cells + 1..]);
            read += took;
            written += gave;
            cells += ended;
            match result {
                // Called once more with nothing, which ends the last record of a file.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.edges.resize(self.edges.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        (read, written, cells)
    }
}

/// A byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// So many bytes are looked through at once: one for each bit of a number.
const WINDOW: usize = 64;

/// Where cells and records end in a stretch of the block, a bit a byte.
#[derive(Clone, Copy)]
struct Window {
    /// Where it begins.
    base: usize,
    /// Delimiters and line feeds.
    ends: u64,
    /// Line feeds.
    feeds: u64,
    /// Quotes that open a cell.
    opens: u64,
    /// Its last byte ends a cell.
    ended: bool,
}

impl Window {
    /// The window at `base`; `ended` says whether a cell begins there.
    #[inline]
    fn at(bytes: &[u8], base: usize, delimiter: u8, ended: bool) -> Self {
        let rest = &bytes[base.min(bytes.len())..];
        let (mut ends, mut feeds, quotes) = match rest.first_chunk() {
            Some(whole) => marks(whole, delimiter),
            None => {
                let mut whole = [0; WINDOW];
                whole[..rest.len()].copy_from_slice(rest);
                marks(&whole, delimiter)
            }
        };
        if rest.len() < WINDOW {
            // Behind the end there is nothing, whatever the delimiter is.
            ends &= !(u64::MAX << rest.len());
            feeds &= ends;
        }
        let opens = quotes & (ends << 1 | u64::from(ended));
        Self { base, ends, feeds, opens, ended: ends >> (WINDOW - 1) != 0 }
    }

    /// Forgets all but these.
    #[inline]
    const fn keep(&mut self, places: u64) {
        self.ends &= places;
        self.feeds &= places;
        self.opens &= places;
    }
}

/// Which bytes end a cell or record, which are line feeds and which are quotes.
#[inline]
fn marks(bytes: &[u8; WINDOW], delimiter: u8) -> (u64, u64, u64) {
    // A byte for each byte, which the compiler does for many at a time; then they are gathered into bits.
    let feeds = bytes.map(|byte| u8::from(byte == b'\n'));
    let delimiters = bytes.map(|byte| u8::from(byte == delimiter));
    let quotes = bytes.map(|byte| u8::from(byte == b'"'));
    let feeds = gathered(&feeds);
    (gathered(&delimiters) | feeds, feeds, gathered(&quotes))
}

/// A bit for each byte, each of which is 0 or 1.
#[inline]
fn gathered(bytes: &[u8; WINDOW]) -> u64 {
    // Each byte is moved up to a bit of its own in the highest byte, by 7 bits less than the byte before it.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().rev().fold(0, |sum, eight| sum << 8 | u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56)
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
