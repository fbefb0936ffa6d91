//! What a worker needs to turn rows into a table, whatever the table and the file format.

use super::columns::Spec;
use super::mapping::Cells;
use super::tally::{Refusal, Tally};
use super::time::Clock;

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

/// The rows that one worker has read of one table. Workers share nothing; parts are merged at the end.
pub(crate) trait Part: Default + Send {
    /// Takes one row.
    fn row(&mut self, cells: &Cells<'_>, at: At, bench: &mut Bench) -> Result<(), Refusal>;

    /// Drops every row of a file, which is about to be read again in another way.
    fn forget(&mut self, file: u16);
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
