//! What was found, for people.

use std::fmt::Write as _;

use super::super::text::{clean, columns, counted, grouped, percent};
use super::Check;

/// Below this share a join is worth a look.
const POOR: f64 = 0.95;

/// What a person should look at, as sentences.
pub fn warnings(check: &Check) -> Vec<String> {
    let mut all: Vec<String> = check.unusable.iter().map(|error| format!("cannot be used: {error}")).collect();
    for table in &check.tables {
        for file in &table.files {
            if !file.round.is_empty() {
                all.push(format!("{}: {}", file.name, file.round));
            }
            if file.ambiguous_times + file.missing_times > 0 {
                all.push(format!(
                    "{}: local times in {} fell into a clock change: {} into the doubled hour (read as its first pass), {} into the missing one (read an hour later)",
                    file.name, file.zone, grouped(file.ambiguous_times), grouped(file.missing_times)
                ));
            }
        }
        if table.used == 0 && table.rows > 0 {
            all.push(format!("no row of {} can be used", table.table));
        }
    }
    for join in &check.joins {
        #[allow(clippy::cast_precision_loss)]
        if (join.rows_met as f64) < POOR * join.rows as f64 {
            all.push(format!(
                "{} meets {} in {} of {}",
                join.from,
                join.to,
                percent(join.rows_met, join.rows),
                counted(join.rows, "row", "rows")
            ));
        }
    }
    for gap in &check.gaps {
        let what =
            if gap.system.is_empty() { gap.table.to_owned() } else { format!("{} of {}", gap.table, gap.system) };
        all.push(format!(
            "{what} is silent for {} hours, from {} to {}, where about {} rows would be usual",
            gap.hours, gap.from, gap.to, gap.expected
        ));
    }
    for sequence in check.sequences.iter().filter(|sequence| sequence.missing > 0) {
        let ranges: Vec<String> = sequence
            .largest
            .iter()
            .map(|hole| if hole.from == hole.to { hole.from.to_string() } else { format!("{}–{}", hole.from, hole.to) })
            .collect();
        let more = if sequence.holes as usize > ranges.len() { ", …" } else { "" };
        let whose = if sequence.system.is_empty() {
            "all systems together".to_owned()
        } else {
            format!("{:?}", sequence.system)
        };
        all.push(format!(
            "event ids {}{}–{} of {whose} lack {} in {}: {}{more}",
            sequence.prefix,
            sequence.first,
            sequence.last,
            counted(sequence.missing, "number", "numbers"),
            counted(sequence.holes, "place", "places"),
            ranges.join(", ")
        ));
    }
    for constant in &check.constant {
        let value = if constant.value.is_empty() { "empty".to_owned() } else { format!("{:?}", constant.value) };
        let when = if constant.months.is_empty() {
            "throughout".to_owned()
        } else {
            format!("in {}", constant.months.join(", "))
        };
        all.push(format!("{} is {value} {when}: it tells nothing apart", constant.column));
    }
    all
}

/// The whole account.
pub fn text(check: &Check) -> String {
    let mut out = format!("{} (times in {})\n\n", clean(&check.name), check.zone);
    let head = ["table", "file", "rows", "used", "duplicates", "quarantined", "zone"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for table in &check.tables {
        for file in &table.files {
            rows.push(vec![
                table.table.to_owned(),
                clean(&file.name),
                grouped(file.rows),
                grouped(file.used),
                grouped(file.duplicates),
                grouped(file.quarantined),
                file.zone.clone(),
            ]);
        }
    }
    out.push_str(&columns(&rows, &[false, false, true, true, true, true, false]));
    if !check.absent.is_empty() {
        let _ = writeln!(out, "\nNo source feeds: {}", check.absent.join(", "));
    }

    let mut rows = vec![["table", "first", "last"].map(str::to_owned).to_vec()];
    let timed = check.tables.iter().filter(|table| !table.first.is_empty());
    rows.extend(timed.map(|table| vec![table.table.to_owned(), table.first.clone(), table.last.clone()]));
    if rows.len() > 1 {
        let _ = write!(out, "\nTimes\n{}", columns(&rows, &[]));
    }

    if !check.joins.is_empty() {
        let mut rows = vec![["from", "to", "rows", "met", "ids", "met"].map(str::to_owned).to_vec()];
        for join in &check.joins {
            rows.push(vec![
                join.from.to_owned(),
                join.to.to_owned(),
                grouped(join.rows),
                percent(join.rows_met, join.rows),
                grouped(join.ids),
                percent(join.ids_met, join.ids),
            ]);
        }
        let _ = write!(out, "\nJoins\n{}", columns(&rows, &[false, false, true, true, true, true]));
        for join in check.joins.iter().filter(|join| !join.unmet.is_empty()) {
            let named: Vec<String> = join.unmet.iter().map(|id| clean(id)).collect();
            let more = if join.ids - join.ids_met > named.len() as u64 { ", …" } else { "" };
            let _ = writeln!(out, "  not in {}: {} {}{more}", join.to, join.from, named.join(", "));
        }
    }

    if !check.problems.is_empty() {
        out.push_str("\nProblems of rows and cells\n");
        for problem in &check.problems {
            let column = if problem.column.is_empty() { String::new() } else { format!(".{}", problem.column) };
            let _ = writeln!(
                out,
                "  {} × {}{column}: {}\n      first at {}, line {}: {:?}",
                grouped(problem.count),
                problem.table,
                clean(&problem.problem),
                clean(&problem.file),
                problem.line,
                clean(&problem.value)
            );
        }
    }

    let notes = check.tables.iter().flat_map(|table| &table.files).filter(|file| !file.notes.is_empty());
    let notes: String = notes
        .map(|file| {
            let lines: String = file.notes.iter().map(|note| format!("    {}\n", clean(note))).collect();
            format!("  {}\n{lines}", clean(&file.name))
        })
        .collect();
    if !notes.is_empty() {
        let _ = write!(out, "\nNotes\n{notes}");
    }

    out.push('\n');
    if check.warnings.is_empty() {
        out.push_str("Nothing stands out.\n");
    }
    for warning in &check.warnings {
        let _ = writeln!(out, "CHECK: {}", clean(warning));
    }
    out
}
