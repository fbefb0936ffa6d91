//! One CSV record after another out of a block of whole records.
//!
//! A record without quotes is the bytes between delimiters: its cells are taken where they stand, found 64 bytes at a
//! time. A record with a quoted cell goes through the `csv` crate's own machine. Both give what the `csv` crate gives
//! for the whole block, but that a byte order mark is dropped in front of any record, not of the block's first alone: files that were
//! joined have one inside.

use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};
use memchr::memchr_iter;
use wide::{u8x16, u32x4};

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
    edges: Vec<u32>,
    window: Window,
    /// Made when the first quoted cell is met.
    machine: Option<Box<csv_core::Reader>>,
    output: Vec<u8>,
    /// Where the cells of `output` end, as the machine gives it.
    ends: Vec<usize>,
}

/// A record and where it stands.
pub(crate) struct Record<'r> {
    text: &'r [u8],
    /// The text and what stands around it.
    whole: &'r [u8],
    /// Where each cell begins, and where one more would.
    edges: &'r [u32],
    /// How many bytes stand between two cells of `text`.
    gap: u32,
    /// A bit for each of the first 64 cells that is not empty.
    filled: u64,
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
        self.text.get(start as usize..(next - self.gap) as usize)
    }

    #[inline]
    fn whole(&self) -> &[u8] {
        self.whole
    }

    #[inline]
    fn filled(&self) -> u64 {
        self.filled
    }
}

impl<'b> Records<'b> {
    pub(crate) fn new(bytes: &'b [u8], delimiter: u8) -> Self {
        let window = Window::at(bytes, 0, delimiter, true);
        let (edges, output, ends) = (vec![0; 4 * WINDOW], Vec::new(), Vec::new());
        Self { bytes, delimiter, next: 0, lines: 0, edges, window, machine: None, output, ends }
    }

    /// The next record that is not an empty line.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<Record<'_>> {
        while self.bytes.get(self.next) == Some(&b'\n') {
            self.next += 1;
            self.lines += 1;
        }
        let (start, lines) = (self.next, self.lines);
        if start >= self.bytes.len() {
            return None;
        }
        let mut window = self.window;
        match start.checked_sub(window.base) {
            Some(passed @ 0..WINDOW) => window.keep(u64::MAX << passed),
            _ => window = Window::at(self.bytes, start, self.delimiter, true),
        }
        let mark = if self.bytes[start..].starts_with(MARK) { MARK.len() } else { 0 };
        if let Some((length, cells)) = self.plain(start + mark, window) {
            let text = &self.bytes[start + mark..][..length];
            self.next = (start + mark + length + 1).min(self.bytes.len());
            self.lines += u64::from(self.next > start + mark + length);
            let raw = &self.bytes[start..self.next];
            let filled = filled(&self.edges, cells, 1);
            return Some(Record {
                text,
                whole: self.bytes,
                edges: &self.edges[..=cells],
                gap: 1,
                filled,
                start,
                lines,
                raw,
            });
        }
        let (read, written, cells) = self.quoted(start);
        self.next = start + read;
        let raw = &self.bytes[start..self.next];
        self.lines += memchr_iter(b'\n', raw).count() as u64;
        let filled = filled(&self.edges, cells, 0);
        let text = &self.output[..written];
        Some(Record { text, whole: &self.output, edges: &self.edges[..=cells], gap: 0, filled, start, lines, raw })
    }

    /// Finds the cells of the record at `start`; gives its length without the line feed, and how many they are. `None` where
    /// a cell begins with a quote.
    #[inline(always)]
    fn plain(&mut self, start: usize, mut window: Window) -> Option<(usize, usize)> {
        if start > self.next && self.bytes.get(start) == Some(&b'"') {
            return None;
        }
        let mut cells = 0;
        let length = loop {
            // Every place up to the first line feed; all of them where there is none.
            let within = window.feeds ^ window.feeds.wrapping_sub(1);
            if window.opens & within != 0 {
                self.window = window;
                return None;
            }
            if self.edges.len() < cells + 2 * WINDOW {
                self.edges.resize((cells + 2 * WINDOW) * 2, 0);
            }
            // The window may begin before the record.
            let behind = (window.base + 1).wrapping_sub(start) as u32;
            let mut ends = window.ends & within;
            let count = ends.count_ones() as usize;
            if let Some(edges) = self.edges[cells + 1..].first_chunk_mut::<WINDOW>() {
                // Always eight at a time: what is written too much is written over, or stands behind the last cell.
                for eight in edges.chunks_exact_mut(8).take(count.div_ceil(8)) {
                    for edge in eight {
                        // The highest bit keeps the processor from having to ask whether there is one at all.
                        *edge = (ends | 1 << 63).trailing_zeros().wrapping_add(behind);
                        ends &= ends.wrapping_sub(1);
                    }
                }
            }
            cells += count;
            if window.feeds != 0 {
                window.keep(!within);
                break self.edges[cells] as usize - 1;
            }
            if window.base + WINDOW >= self.bytes.len() {
                cells += 1;
                self.edges[cells] = (self.bytes.len() - start + 1) as u32;
                break self.bytes.len() - start;
            }
            window = Window::at(self.bytes, window.base + WINDOW, self.delimiter, window.ended);
        };
        self.edges[0] = 0;
        self.window = window;
        Some((length, cells))
    }

    /// Runs the machine over the record at `start`. Returns how many bytes it took, how many it gave, and how many cells.
    #[inline(never)]
    fn quoted(&mut self, start: usize) -> (usize, usize, usize) {
        let delimiter = self.delimiter;
        let machine = self.machine.get_or_insert_with(|| {
            Box::new(ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build())
        });
        machine.reset();
        let (mut read, mut written, mut cells) = (0, 0, 0);
        self.ends.resize(self.ends.len().max(64), 0);
        if self.output.is_empty() {
            self.output.resize(1024, 0);
        }
        loop {
            let input = &self.bytes[start + read..];
            let (result, took, gave, ended) =
                machine.read_record(input, &mut self.output[written..], &mut self.ends[cells..]);
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
        self.edges.resize(self.edges.len().max(cells + 2 * WINDOW), 0);
        self.edges[0] = 0;
        for (edge, end) in self.edges[1..].iter_mut().zip(&self.ends[..cells]) {
            *edge = *end as u32;
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
    let (feed, delimiter, quote) = (u8x16::splat(b'\n'), u8x16::splat(delimiter), u8x16::splat(b'"'));
    let (mut ends, mut feeds, mut quotes) = (0, 0, 0);
    for (part, sixteen) in bytes.as_chunks::<16>().0.iter().enumerate() {
        let sixteen = u8x16::new(*sixteen);
        let bits = |wanted: u8x16| u64::from(sixteen.simd_eq(wanted).to_bitmask()) << (16 * part);
        let feeds_here = bits(feed);
        feeds |= feeds_here;
        ends |= feeds_here | bits(delimiter);
        quotes |= bits(quote);
    }
    (ends, feeds, quotes)
}

/// A bit for each of the first 64 cells that is not empty. Behind the edges of `cells` cells stand others that mean nothing.
#[inline]
fn filled(edges: &[u32], cells: usize, gap: u32) -> u64 {
    let Some(edges) = edges.first_chunk::<{ WINDOW + 4 }>() else { return u64::MAX };
    let cells = cells.min(64);
    let (mut empty, mut at) = (0, 0);
    while at < cells {
        let next = u32x4::new([edges[at + 1], edges[at + 2], edges[at + 3], edges[at + 4]]);
        let start = u32x4::new([edges[at], edges[at + 1], edges[at + 2], edges[at + 3]]);
        empty |= u64::from((next - start).simd_eq(u32x4::splat(gap)).to_bitmask()) << at;
        at += 4;
    }
    !empty & u64::MAX.checked_shr(64 - cells as u32).unwrap_or_default()
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
            for (place, cell) in record.iter().take(64).enumerate() {
                assert_eq!(record.filled() >> place & 1 == 1, !cell.is_empty());
            }
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
