//! `findings.csv`: one row per case and rule that fired.

use std::io::{self, Write};

use super::{bits, maybe, table, whole, words};
use crate::report::model::Report;

/// The file's name.
pub const NAME: &str = "findings.csv";

/// The columns, in order.
pub const COLUMNS: [&str; 20] = [
    "finding_id",
    "referral_id",
    "case_id",
    "staff_id",
    "rule_id",
    "rule_title",
    "level",
    "block",
    "bits",
    "relation",
    "identifiers",
    "subject_id",
    "subject_name",
    "looks",
    "unexplained_looks",
    "first_at",
    "last_at",
    "evidence",
    "against",
    "expected_by_chance",
];

/// Writes the table in the order of the referrals, their cases and their findings;
/// gives the number of rows.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<u64> {
    let found = report.referrals.iter().flat_map(|referral| {
        referral.cases.iter().flat_map(move |case| case.findings.iter().map(move |f| (referral, case, f)))
    });
    let rows = found.map(|(referral, case, f)| {
        vec![
            words(&f.finding_id),
            words(&referral.referral_id),
            words(&case.case_id),
            words(&referral.staff_id),
            words(&f.rule_id),
            words(&f.rule_title),
            words(&f.level),
            words(&f.block),
            bits(f.bits),
            words(&f.relation),
            words(&f.identifiers),
            words(&case.subject_id),
            words(&case.subject_name),
            whole(f.looks),
            whole(f.unexplained_looks),
            words(&f.first_at),
            words(&f.last_at),
            words(&f.evidence),
            words(&f.against),
            maybe(f.expected_by_chance),
        ]
    });
    table(out, &COLUMNS, rows)
}
