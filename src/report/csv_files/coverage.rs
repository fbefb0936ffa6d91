//! `coverage.csv`: can this log be judged at all? One row per system and unit,
//! one column more for every explanation template.

use std::io::{self, Write};

use super::{Cell, list, share, table, whole, words};
use crate::report::model::{Coverage, Report};

/// The file's name.
pub const NAME: &str = "coverage.csv";

/// The columns before those of the templates, in order.
pub const COLUMNS: [&str; 8] =
    ["system", "unit", "looks", "explained", "first_looks", "first_looks_explained", "cannot_tell", "thin"];

/// The templates of a report in order of first mention. Every row should name the same ones.
#[must_use]
pub fn templates(coverage: &[Coverage]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in coverage {
        for name in &row.templates {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    names
}

/// The share that `template` answers in this row, if the row knows it.
#[must_use]
pub fn share_of(row: &Coverage, template: &str) -> Option<f64> {
    let place = row.templates.iter().position(|name| name == template)?;
    row.shares.get(place).copied()
}

/// Writes the table; gives the number of rows.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<u64> {
    let templates = templates(&report.coverage);
    let header: Vec<&str> = COLUMNS.iter().chain(&templates).copied().collect();
    let rows = report.coverage.iter().map(|c| {
        let mut row = vec![
            words(&c.system),
            words(&c.unit),
            whole(c.looks),
            whole(c.explained),
            whole(c.first_looks),
            whole(c.first_looks_explained),
            whole(c.cannot_tell),
            list(&c.thin),
        ];
        row.extend(templates.iter().map(|name| share_of(c, name).map_or_else(|| Cell::Number(String::new()), share)));
        row
    });
    table(out, &header, rows)
}
