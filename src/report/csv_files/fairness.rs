//! `fairness.csv`: one row a group of members of staff, with how many of it are referred and how many would be by
//! coincidence. `groups.csv`: who is in which group, beside the looks and for those who ask for them.

use std::io::{self, Write};

use super::{Cell, list, maybe, share, table, whole, words};
use crate::report::ExtraFile;
use crate::report::model::{Range, Report};
use crate::rules::rows::World;
use crate::score::Scored;
use crate::score::groups::{self, Dimension, Groups};

/// The file's name.
pub const NAME: &str = "fairness.csv";
/// Name of the file of single users.
pub const GROUPS: &str = "groups.csv";

/// The columns, in order.
pub const COLUMNS: [&str; 20] = [
    "dimension",
    "group",
    "covers",
    "users",
    "looks",
    "referred",
    "referred_per_1000",
    "referred_ratio",
    "referred_ratio_low",
    "referred_ratio_high",
    "decoys_per_1000",
    "decoys_ratio",
    "decoys_ratio_low",
    "decoys_ratio_high",
    "namesakes_observed",
    "namesakes_expected",
    "namesakes_ratio",
    "namesakes_ratio_low",
    "namesakes_ratio_high",
    "broken",
];

fn range(range: Option<&Range>) -> [Cell<'static>; 3] {
    [maybe(range.map(|r| r.value)), maybe(range.and_then(|r| r.low)), maybe(range.and_then(|r| r.high))]
}

/// Writes the table; gives the number of rows.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<u64> {
    let rows = report.fairness.iter().map(|f| {
        let mut row = vec![
            words(&f.dimension),
            words(&f.group),
            words(&f.covers),
            whole(f.users),
            whole(f.looks),
            whole(f.referred),
            share(f.referred_per_1000),
        ];
        row.extend(range(f.referred_ratio.as_ref()));
        row.push(maybe(f.decoys_per_1000));
        row.extend(range(f.decoys_ratio.as_ref()));
        row.extend([whole(f.namesakes_observed), share(f.namesakes_expected)]);
        row.extend(range(f.namesakes_ratio.as_ref()));
        row.push(list(&f.broken));
        row
    });
    table(out, &COLUMNS, rows)
}

/// One row for each member of staff who made a look.
#[must_use]
pub fn groups_file(world: &World<'_>, scored: &Scored) -> ExtraFile<'static> {
    let groups = Groups::new(world);
    let users = world.users.len();
    let lanes = groups::lanes(scored, users);
    let decoys =
        scored.decoys.expected_by_user(scored.decoys.level(&scored.members).unwrap_or(f64::NEG_INFINITY), users);
    let mut rows: Vec<Vec<String>> = (0..users as u32)
        .filter(|u| world.judged_by(*u))
        .map(|user| {
            let mut row = vec![world.judged.users.id(user, &world.tables.staff).to_owned()];
            row.extend(Dimension::ALL.iter().map(|d| groups.name(*d, user).to_owned()));
            let at = user as usize;
            let numbers = [lanes[at].to_owned(), world.users[at].looks.to_string(), super::fixed(decoys[at], 4)];
            row.extend(numbers);
            row
        })
        .collect();
    rows.sort();
    ExtraFile::streamed(GROUPS, move |out| {
        let header = ["staff_id"].into_iter().chain(Dimension::ALL.iter().map(|d| d.as_str())).chain([
            "lane",
            "looks",
            "decoy_cases",
        ]);
        let header: Vec<&str> = header.collect();
        let cells = rows.iter().map(|row| {
            let (names, counts) = row.split_at(header.len() - 2);
            names.iter().map(|n| words(n)).chain(counts.iter().map(|n| Cell::Number(n.clone()))).collect()
        });
        table(out, &header, cells).map(drop)
    })
}
