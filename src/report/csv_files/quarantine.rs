//! `quarantine.csv`: every input row or cell that could not be used.

use std::io::{self, Write};

use super::{table, whole, words};
use crate::report::model::Report;

/// The file's name.
pub const NAME: &str = "quarantine.csv";

/// The columns, in order.
pub const COLUMNS: [&str; 6] = ["source_file", "source_line", "table", "column", "value", "problem"];

/// Writes the table; gives the number of rows.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<u64> {
    let rows = report.quarantine.iter().map(|q| {
        vec![
            words(&q.source_file),
            whole(q.source_line),
            words(&q.table),
            words(&q.column),
            words(&q.value),
            words(&q.problem),
        ]
    });
    table(out, &COLUMNS, rows)
}
