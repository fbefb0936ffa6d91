//! `rules.csv`: one row a rule, with how it did; rules that did not run among them.

use std::io::{self, Write};

use super::{maybe, share, table, whole, words};
use crate::report::model::Report;

/// The file's name.
pub const NAME: &str = "rules.csv";

/// The columns, in order.
pub const COLUMNS: [&str; 19] = [
    "rule",
    "rule_id",
    "title",
    "level",
    "block",
    "lane",
    "scope",
    "ran",
    "findings",
    "cases",
    "users",
    "looks",
    "per_10000_looks",
    "expected_per_10000",
    "confirmed",
    "dismissed",
    "quality",
    "thresholds",
    "note",
];

/// Writes the table; gives the number of rows.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<u64> {
    let rows = report.rule_quality.iter().map(|r| {
        vec![
            words(&r.rule),
            words(&r.rule_id),
            words(&r.title),
            words(&r.level),
            words(&r.block),
            words(&r.lane),
            words(&r.scope),
            words(if r.ran { "true" } else { "false" }),
            whole(r.findings),
            whole(r.cases),
            whole(r.users),
            whole(r.looks),
            share(r.per_10000_looks),
            maybe(r.expected_per_10000),
            whole(r.confirmed),
            whole(r.dismissed),
            maybe(r.quality),
            words(&r.thresholds),
            words(&r.note),
        ]
    });
    table(out, &COLUMNS, rows)
}
