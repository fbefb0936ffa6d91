//! Cutting a text stream into blocks of whole records, so that blocks can be parsed in parallel.
//!
//! The cutter knows exactly as much CSV as it needs: a quote opens a quoted cell only at the start of a cell, a
//! doubled quote inside is a quote, and a line feed outside quotes ends a record. That is what the
//! `csv` crate does with these settings, so both agree on every input that is cut at all. A quoted cell that
//! goes over several lines and has text behind its closing quote is not: that quote opens a cell of a later row, and the rows between
//! would be lost inside one cell without a word. A record of more than
//! [`Limits::record`] bytes is not a record but an accident, most often a quote that nobody closed: its first line is
//! reported and reading goes on at the next line, so that one stray quote cannot swallow a log. Where
//! the cuts fall has no influence on what is read.

use std::io::{self, Read};
use std::sync::mpsc::Receiver;

use memchr::{memchr, memchr_iter, memrchr};

use super::json_list::{self, Step};

/// Sizes that bound memory. Tests make them small to cut everywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a block, about.
    pub block: usize,
    /// The longest record.
    pub record: usize,
    /// The longest cell.
    pub cell: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { block: 1 << 20, record: 16 << 20, cell: 1 << 20 }
    }
}

/// How records end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// CSV with this delimiter.
    Csv(u8),
    /// One record a line.
    Lines,
    /// The elements of a JSON list whose bracket has been opened.
    List,
}

/// Whole records, or one that is none.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Whole records.
    Block(Block),
    /// A record that was given up.
    Broken(Broken),
}

/// Whole records from one place of a file.
#[derive(Debug)]
pub(crate) struct Block {
    pub bytes: Vec<u8>,
    /// Offset of the first byte in the inflated text.
    pub offset: u64,
    /// Line of the first byte, counted from 1.
    pub line: u64,
}

/// A record that cannot be read as one.
#[derive(Debug)]
pub(crate) struct Broken {
    pub line: u64,
    /// Its beginning.
    pub start: Vec<u8>,
    pub problem: &'static str,
}

pub(crate) const UNCLOSED: &str = "a quote opens a cell and is not closed, or only by a quote of a later row; close it, or double it if it \
     belongs to the text (the last line of a file looks like this when the file was cut short)";
pub(crate) const LIST_CUT: &str =
    "the JSON list is not closed, so the file was cut short; nothing was read from here on";
pub(crate) const LIST_TOO_LONG: &str =
    "an element of the JSON list is longer than a row can be (16 MiB); nothing was read from here on";
pub(crate) const BEHIND_LIST: &str = "text stands behind the end of the JSON list; nothing was read from here on";
pub(crate) const TOO_LONG: &str = "the row is longer than a row can be (16 MiB); check that lines end in a line feed";

/// Reads blocks one after another.
pub(crate) struct Blocks<R> {
    reader: R,
    grammar: Grammar,
    limits: Limits,
    /// Text that has been read and not been given …
    buffer: Vec<u8>,
    /// … as far as it reaches. What stands behind it is of no meaning.
    held: usize,
    offset: u64,
    line: u64,
    ended: bool,
    /// A carriage return ends a line.
    returns: bool,
    /// The JSON list has been closed.
    closed: bool,
    /// Buffers that have done their work: memory that is used again need not be asked for again.
    spare: Option<Receiver<Vec<u8>>>,
}

/// What a look at the buffer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// So many bytes are whole records.
    Whole(usize),
    /// Whole records up to here, then one that is broken.
    Unclosed(usize),
    TooLong(usize),
}

impl<R: Read> Blocks<R> {
    pub(crate) const fn new(reader: R, start: u64, limits: Limits) -> Self {
        Self {
            reader,
            grammar: Grammar::Lines,
            limits,
            buffer: Vec::new(),
            held: 0,
            offset: start,
            line: 1,
            ended: false,
            returns: false,
            closed: false,
            spare: None,
        }
    }

    /// Where to get used buffers from.
    pub(crate) fn reuse(&mut self, spare: Receiver<Vec<u8>>) {
        self.spare = Some(spare);
    }

    /// The text from here on, at least four blocks of it or all there is; the flag says that it is all. For telling the
    /// format and reading the header.
    pub(crate) fn peek(&mut self) -> io::Result<(&[u8], bool)> {
        self.fill(self.limits.block.max(1 << 16) * 4)?;
        let ended = self.ended;
        Ok((self.text(), ended))
    }

    /// Finds out whether lines end in a carriage return alone: the first of the text has one and no line feed. Then each becomes a
    /// line feed, which changes no offset.
    pub(crate) fn find_returns(&mut self) -> io::Result<bool> {
        let (bytes, _) = self.peek()?;
        if memchr(b'\r', bytes).is_some() && memchr(b'\n', bytes).is_none() {
            self.turn_returns();
        }
        Ok(self.returns)
    }

    /// Carriage returns become line feeds, from here on.
    pub(crate) fn turn_returns(&mut self) {
        self.returns = true;
        turn_returns(&mut self.buffer[..self.held]);
    }

    /// Line of the next byte.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// Offset of the next byte.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Passes over bytes that [`Self::peek`] has shown.
    pub(crate) fn skip(&mut self, count: usize) {
        self.take(count);
    }

    pub(crate) const fn set_grammar(&mut self, grammar: Grammar) {
        self.grammar = grammar;
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece>> {
        let mut wanted = self.limits.block.max(1);
        loop {
            self.fill(wanted)?;
            if self.grammar == Grammar::List {
                match self.next_of_list()? {
                    Some(next) => return Ok(next),
                    None => wanted = self.held + self.limits.block.max(self.held / 2).max(1),
                }
                continue;
            }
            if self.held == 0 {
                return Ok(None);
            }
            match look(self.text(), self.grammar, self.limits.record, self.ended) {
                Look::Whole(0) => wanted = self.held + self.limits.block.max(self.held / 2).max(1),
                Look::Whole(end) | Look::Unclosed(end) | Look::TooLong(end) if end > 0 => {
                    let (offset, line) = (self.offset, self.line);
                    return Ok(Some(Piece::Block(Block { bytes: self.take(end), offset, line })));
                }
                Look::Unclosed(_) => return self.give_up(UNCLOSED).map(Some),
                _ => return self.give_up(TOO_LONG).map(Some),
            }
        }
    }

    /// The next piece of a JSON list; the outer `None` where more must be read.
    fn next_of_list(&mut self) -> io::Result<Option<Option<Piece>>> {
        if self.closed {
            if self.text().iter().any(|byte| !byte.is_ascii_whitespace()) {
                return self.give_up_list(0, BEHIND_LIST).map(|piece| Some(Some(piece)));
            }
            let ended = self.ended;
            self.take(self.held);
            return Ok(ended.then_some(None));
        }
        let (mut end, mut broken) = (0, None);
        loop {
            match json_list::step(self.text(), end) {
                Step::Element(start, stop) if stop - start > self.limits.record => {
                    broken = Some((start, LIST_TOO_LONG))
                }
                Step::Element(_, stop) => {
                    end = stop;
                    continue;
                }
                Step::Partial(start) if self.held - start > self.limits.record => {
                    broken = Some((start, LIST_TOO_LONG));
                }
                Step::Partial(start) if self.ended => broken = Some((start, LIST_CUT)),
                Step::Nothing if self.ended => broken = Some((end, LIST_CUT)),
                Step::Close(stop) if end == 0 => {
                    self.take(stop);
                    self.closed = true;
                    return Ok(None);
                }
                _ => {}
            }
            break;
        }
        if end > 0 {
            let (offset, line) = (self.offset, self.line);
            return Ok(Some(Some(Piece::Block(Block { bytes: self.take(end), offset, line }))));
        }
        broken.map(|(start, problem)| self.give_up_list(start, problem).map(Some)).transpose()
    }

    /// Reports what stands at `start` and passes over all the rest.
    fn give_up_list(&mut self, start: usize, problem: &'static str) -> io::Result<Piece> {
        self.take(start);
        let blank = self.text().iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
        self.take(blank);
        let (line, mut start) = (self.line, Vec::new());
        loop {
            let taken = self.take(self.held);
            start.extend_from_slice(&taken[..taken.len().min(1024 - start.len())]);
            if self.ended {
                self.closed = true;
                return Ok(Piece::Broken(Broken { line, start, problem }));
            }
            self.fill(self.limits.block.max(1))?;
        }
    }

    /// Reports the line at the front of the buffer and passes over it, however long it is.
    fn give_up(&mut self, problem: &'static str) -> io::Result<Piece> {
        let line = self.line;
        let mut start = Vec::new();
        loop {
            let end = memchr(b'\n', self.text());
            let taken = self.take(end.map_or(self.held, |end| end + 1));
            start.extend_from_slice(&taken[..taken.len().min(1024 - start.len())]);
            if end.is_some() || (self.ended && self.held == 0) {
                return Ok(Piece::Broken(Broken { line, start, problem }));
            }
            self.fill(self.limits.block.max(1))?;
        }
    }

    /// Text that has been read and not been given.
    fn text(&self) -> &[u8] {
        &self.buffer[..self.held]
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let mut next = self.spare.as_ref().and_then(|spare| spare.try_recv().ok()).unwrap_or_default();
        let rest = &self.buffer[count..self.held];
        if next.len() < rest.len() {
            next.resize(rest.len(), 0);
        }
        next[..rest.len()].copy_from_slice(rest);
        self.held = rest.len();
        let mut taken = std::mem::replace(&mut self.buffer, next);
        taken.truncate(count);
        self.offset += count as u64;
        self.line += memchr_iter(b'\n', &taken).count() as u64;
        taken
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        let before = self.held;
        if wanted > self.buffer.len() && !self.ended {
            self.buffer.reserve_exact(wanted - self.buffer.len());
            self.buffer.resize(wanted, 0);
        }
        while self.held < wanted && !self.ended {
            match self.reader.read(&mut self.buffer[self.held..wanted]) {
                Ok(0) => self.ended = true,
                Ok(more) => self.held += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.returns {
            turn_returns(&mut self.buffer[before..self.held]);
        }
        Ok(())
    }
}

/// Makes line feeds of carriage returns.
pub(crate) fn turn_returns(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
}

/// How far the buffer, which begins at the start of a record, is whole records.
fn look(buffer: &[u8], grammar: Grammar, longest: usize, ended: bool) -> Look {
    let quote = match grammar {
        Grammar::Csv(_) => b'"',
        // No byte of UTF-8 text: there are no quotes.
        Grammar::Lines | Grammar::List => 0xff,
    };
    let (mut record, mut at) = (0, 0);
    loop {
        // Outside quotes.
        let next = memchr(quote, &buffer[at..]).map(|found| at + found);
        let until = next.unwrap_or(buffer.len());
        let mut line = at;
        // Only a stretch that reaches too far needs a look at each of its lines.
        while until - record > longest {
            match memchr(b'\n', &buffer[line..until]) {
                Some(found) if line + found + 1 - record > longest => return Look::TooLong(record),
                Some(found) => {
                    line += found + 1;
                    record = line;
                }
                None => return Look::TooLong(record),
            }
        }
        if let Some(found) = memrchr(b'\n', &buffer[line..until]) {
            record = line + found + 1;
        }
        let Some(open) = next else {
            return Look::Whole(if ended { buffer.len() } else { record });
        };
        at = open + 1;
        let opens = open == record || matches!(grammar, Grammar::Csv(delimiter) if buffer[open - 1] == delimiter);
        if !opens {
            continue;
        }
        // Inside quotes.
        loop {
            let close = memchr(b'"', &buffer[at..]).map(|found| at + found);
            if close.unwrap_or(buffer.len()) - record > longest {
                return Look::Unclosed(record);
            }
            let Some(close) = close else {
                return if ended { Look::Unclosed(record) } else { Look::Whole(record) };
            };
            match buffer.get(close + 1) {
                Some(b'"') => {
                    at = close + 2;
                    continue;
                }
                // The next byte decides; it has not been read.
                None if !ended => return Look::Whole(record),
                _ => {}
            }
            // Text behind a quote that closes lines below where it opened: it opens a cell of another row.
            if memchr(b'\n', &buffer[open..close]).is_some() {
                match buffer[close + 1..].iter().find(|byte| **byte != b' ') {
                    Some(b'\n' | b'\r') => {}
                    Some(byte) if matches!(grammar, Grammar::Csv(delimiter) if *byte == delimiter) => {}
                    None if ended => {}
                    None => return Look::Whole(record),
                    Some(_) => return Look::Unclosed(record),
                }
            }
            at = close + 1;
            break;
        }
    }
}

/// The length of the record at the front of `buffer`, its line end included; `None` where more must be read.
pub(crate) fn first_record(buffer: &[u8], grammar: Grammar, ended: bool) -> Option<usize> {
    if grammar == Grammar::List {
        return match json_list::step(buffer, 0) {
            Step::Element(_, end) => Some(end),
            _ => ended.then_some(buffer.len()),
        };
    }
    let mut from = 0;
    while let Some(found) = memchr(b'\n', &buffer[from..]) {
        let end = from + found + 1;
        match look(&buffer[..end], grammar, usize::MAX, false) {
            Look::Whole(0) => from = end,
            _ => return Some(end),
        }
    }
    ended.then_some(buffer.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &[u8], block: usize, record: usize) -> Vec<(u64, Vec<u8>, bool)> {
        let mut blocks = Blocks::new(text, 0, Limits { block, record, cell: 1 << 20 });
        blocks.set_grammar(Grammar::Csv(b','));
        let mut pieces: Vec<(u64, Vec<u8>, bool)> = Vec::new();
        while let Some(piece) = blocks.next().unwrap() {
            match piece {
                Piece::Block(block) => match pieces.last_mut() {
                    // Joined again, so that cuts do not show.
                    Some((_, bytes, false)) => bytes.extend(block.bytes),
                    _ => pieces.push((block.line, block.bytes, false)),
                },
                Piece::Broken(broken) => pieces.push((broken.line, broken.start, true)),
            }
        }
        pieces
    }

    #[test]
    fn cuts_only_between_records() {
        let text = b"a,b\n\"x\ny\",1\n5\" pipe,\"2\"\"\n\"\nz,3";
        let mut blocks = Blocks::new(&text[..], 0, Limits { block: 1, record: 100, cell: 100 });
        blocks.set_grammar(Grammar::Csv(b','));
        let mut records = Vec::new();
        while let Some(Piece::Block(block)) = blocks.next().unwrap() {
            records.push((block.line, String::from_utf8(block.bytes).unwrap()));
        }
        // The last two come together: reading on until a quote closes may read past the record.
        let expected = [(1, "a,b\n"), (2, "\"x\ny\",1\n"), (4, "5\" pipe,\"2\"\"\n\"\nz,3")];
        assert_eq!(records, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn a_stray_quote_costs_its_own_line() {
        let text = b"a,\"open\nb,2\nc,3\n";
        for block in [1, 2, 5, 100] {
            for record in [9, 100] {
                let pieces = cut(text, block, record);
                assert_eq!(
                    pieces,
                    [(1, b"a,\"open\n".to_vec(), true), (2, b"b,2\nc,3\n".to_vec(), false)],
                    "{block} {record}"
                );
            }
        }
    }

    #[test]
    fn a_quote_of_a_later_row_closes_nothing() {
        let text = b"1,\"open,2\n3,\"shut\",4\n\"a\nb\" ,5\n\"c\nd\" e,6\n";
        for block in [1, 2, 5, 100] {
            let pieces = cut(text, block, 100);
            let broken: Vec<(u64, &[u8])> =
                pieces.iter().filter(|piece| piece.2).map(|piece| (piece.0, piece.1.as_slice())).collect();
            assert_eq!(broken, [(1, &b"1,\"open,2\n"[..]), (5, &b"\"c\n"[..])], "{block}");
        }
    }

    #[test]
    fn the_first_record() {
        assert_eq!(first_record(b"a,\"x\ny\"\nb", Grammar::Csv(b','), false), Some(8));
        assert_eq!(first_record(b"a,\"x\ny\"", Grammar::Csv(b','), false), None);
        assert_eq!(first_record(b"a", Grammar::Csv(b','), true), Some(1));
        assert_eq!(first_record(b"{\"a\n", Grammar::Lines, false), Some(4));
    }

    proptest! {
        #[test]
        fn cuts_do_not_show(text in "[ab,\"\n]{0,60}", block in 1usize..20, record in 3usize..30) {
            let whole = cut(text.as_bytes(), 1000, record);
            let total: usize = whole.iter().map(|(_, bytes, _)| bytes.len()).sum();
            prop_assert_eq!(total, text.len());
            prop_assert_eq!(cut(text.as_bytes(), block, record), whole);
        }
    }
}
