//! `evidence.csv`: every audited event behind a finding.

use std::io::{self, Write};

use super::{list, table, whole, words};
use crate::report::model::Report;

/// The file's name.
pub const NAME: &str = "evidence.csv";

/// The columns, in order.
pub const COLUMNS: [&str; 19] = [
    "event_id",
    "at",
    "staff_id",
    "login",
    "system",
    "environment",
    "action",
    "outcome",
    "case_id",
    "finding_ids",
    "searched_for",
    "incident_id",
    "reason_code",
    "reason_text",
    "explained_by",
    "duty",
    "terminal",
    "source_file",
    "source_line",
];

/// Writes the table; gives the number of rows.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<u64> {
    let rows = report.evidence.iter().map(|e| {
        vec![
            words(&e.event_id),
            words(&e.at),
            words(&e.staff_id),
            words(&e.login),
            words(&e.system),
            words(&e.environment),
            words(&e.action),
            words(&e.outcome),
            words(&e.case_id),
            list(&e.finding_ids),
            words(&e.searched_for),
            words(&e.incident_id),
            words(&e.reason_code),
            words(&e.reason_text),
            words(&e.explained_by),
            words(&e.duty),
            words(&e.terminal),
            words(&e.source_file),
            whole(e.source_line),
        ]
    });
    table(out, &COLUMNS, rows)
}
