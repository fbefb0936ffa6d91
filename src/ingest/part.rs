//! What a worker needs to turn rows into a table, whatever the table and the file format.

use csv::ByteRecord;
use memchr::memchr;

use super::blocks::Limits;
use super::columns::Spec;
use super::derive::Noticed;
use super::mapping::Cells;
use super::tally::{Refusal, Tally};
use super::time::Clock;

/// The cells of a source row, by their place.
pub(crate) trait Fields {
    /// One cell; `None` beyond the last.
    fn get(&self, place: usize) -> Option<&[u8]>;

    /// The memory in which most cells lie, if it is one.
    fn whole(&self) -> &[u8] {
        &[]
    }

    /// A bit for each of the first 64 cells that may hold anything.
    fn filled(&self) -> u64 {
        u64::MAX
    }
}

impl Fields for ByteRecord {
    fn get(&self, place: usize) -> Option<&[u8]> {
        Self::get(self, place)
    }
}

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub file: u16,
    pub line: u32,
    pub offset: u64,
}

/// A worker's own tools for one file.
pub(crate) struct Bench {
    pub spec: Spec,
    pub clock: Clock,
    pub tally: Tally,
}

impl Bench {
    /// Counts what was noticed while a row was mapped.
    pub(crate) fn notice(&mut self, noticed: Noticed) {
        self.tally.masked += noticed.masked;
        self.tally.not_known += noticed.unknown;
        self.tally.besides += noticed.besides;
        self.clock.changes.ambiguous += noticed.changes.ambiguous;
        self.clock.changes.missing += noticed.changes.missing;
    }
}

/// The rows that one worker has read of one table. Workers share nothing; parts are merged at the end.
pub(crate) trait Part: Default + Send {
    /// Takes one row.
    fn row(&mut self, cells: &Cells<'_>, at: At, bench: &mut Bench) -> Result<(), Refusal>;

    /// Drops every row of a file, which is about to be read again in another way.
    fn forget(&mut self, file: u16);
}

/// Refuses a row with a cell that no text of a table can be: too big, or with a NUL in it. `raw` is the row as it stands in the file.
pub(crate) fn check_cells(record: &ByteRecord, raw: &[u8], limits: Limits) -> Result<(), Refusal> {
    check_texts(record.iter(), record.as_slice(), raw, limits)
}

/// [`check_cells`] for cells that stand together in `text`.
pub(crate) fn check_texts<'c>(
    mut cells: impl Iterator<Item = &'c [u8]>,
    text: &[u8],
    raw: &[u8],
    limits: Limits,
) -> Result<(), Refusal> {
    let problem = if text.len() > limits.cell && cells.any(|cell| cell.len() > limits.cell) {
        format!("a cell is longer than {} bytes, which no cell of a table should be", limits.cell)
    } else if memchr(0, text).is_some() {
        "the row holds a NUL character, which no text does".to_owned()
    } else {
        return Ok(());
    };
    Err(Refusal { column: "", value: raw.trim_ascii_end().to_vec(), problem })
}

/// A row that lacks a cell it needs.
pub(crate) fn refuse_missing(column: &'static str) -> Refusal {
    Refusal {
        column,
        value: Vec::new(),
        problem: format!("the cell {column} is empty (or masked), and a row cannot be used without it"),
    }
}

/// A time that fits no accepted form.
pub(crate) fn unreadable_time(effect: &str) -> String {
    format!(
        "not a time that is known: write YYYY-MM-DD HH:MM:SS with or without an offset, or declare the format in the mapping profile \
         under [time] formats (the order of day and month is never guessed); {effect}"
    )
}
