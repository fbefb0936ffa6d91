//! `referrals.csv`: one row per member of staff, best evidenced first.

use std::io::{self, Write};

use super::{bits, count, list, maybe, table, whole, words};
use crate::report::model::Report;

/// The file's name.
pub const NAME: &str = "referrals.csv";

/// The columns, in order.
pub const COLUMNS: [&str; 22] = [
    "rank",
    "referral_id",
    "lane",
    "staff_id",
    "name",
    "role",
    "team",
    "line_manager",
    "score_bits",
    "low_bits",
    "high_bits",
    "band",
    "expected_false",
    "cases",
    "looks",
    "subjects",
    "first_at",
    "last_at",
    "rules",
    "headline",
    "status",
    "previous_outcome",
];

/// Writes the table; gives the number of rows.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<u64> {
    let rows = report.referrals.iter().map(|r| {
        vec![
            whole(r.rank),
            words(&r.referral_id),
            words(r.lane.as_str()),
            words(&r.staff_id),
            words(&r.name),
            words(&r.role),
            words(&r.team),
            words(&r.line_manager),
            bits(r.score_bits),
            bits(r.low_bits),
            bits(r.high_bits),
            words(&r.band),
            maybe(r.expected_false),
            count(&r.cases),
            whole(r.looks),
            whole(r.subjects),
            words(&r.first_at),
            words(&r.last_at),
            list(&r.rules),
            words(&r.headline),
            words(&r.status),
            words(&r.previous_outcome),
        ]
    });
    table(out, &COLUMNS, rows)
}
