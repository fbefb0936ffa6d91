//! A proposal as TOML, with the reason and confidence of each line. Pure.

use std::fmt::Write as _;

use super::guess::{Guess, Placed};
use crate::cli::text::{clean, counted};
use crate::ingest::columns::{Kind, spec};
use crate::ingest::sample::Sample;

/// The profile's text. `shipped` are the shipped profiles that fit, with the columns that each fills.
#[must_use]
pub fn profile(file: &str, name: &str, sample: &Sample, guess: &Guess, shipped: &[(String, usize)]) -> String {
    let mut out = String::new();
    let table = guess.table.as_str();
    let rows = counted(sample.rows as u64, "row", "rows");
    let _ =
        writeln!(out, "# Proposed from the first {rows} of {}. Read every line before you rely on it.", clean(file));
    for (profile, columns) in shipped {
        let _ = writeln!(
            out,
            "# The shipped profile `{profile}` reads this file and fills {columns} columns of the table: try it first."
        );
    }
    for missing in &guess.missing {
        let _ = writeln!(
            out,
            "# NOT FOUND: the table {table} needs {missing}, and nothing here looks like it. Say where it comes from."
        );
    }
    let _ = writeln!(out, "name = {}", quoted(name));
    let _ = writeln!(out, "table = {}", quoted(table));
    for line in &sample.settings {
        let _ = writeln!(out, "{line}");
    }
    if sample.json_rows.is_some() || !sample.json_cells.is_empty() {
        out.push_str("\n[json]\n");
        if let Some(rows) = sample.json_rows.as_deref().filter(|rows| !rows.is_empty()) {
            let _ = writeln!(out, "# Records stand under this member.\nrows = {}", quoted(rows));
        }
        if !sample.json_cells.is_empty() {
            let cells: Vec<String> = sample.json_cells.iter().map(|cell| quoted(cell)).collect();
            let _ = writeln!(out, "cells = [{}]", cells.join(", "));
        }
    }
    columns(&mut out, sample, guess);
    joined(&mut out, sample, guess);
    times(&mut out, sample, guess);
    values(&mut out, sample, guess);
    out.push_str("\n# Cells that hide a value: they are read as empty, so that two hidden values are never one person.\n[masks]\n");
    out.push_str("values = [\"***\", \"###\", \"[REDACTED]\", \"——\", \"— —\"]\n");
    unplaced(&mut out, sample, guess);
    out
}

fn columns(out: &mut String, sample: &Sample, guess: &Guess) {
    out.push_str("\n[columns]\n");
    for placed in &guess.placed {
        let source = &sample.columns[placed.from];
        let filled = guess.looks[placed.from].filled * 100.0;
        let _ = writeln!(
            out,
            "# {:.0} % sure: {}; {filled:.0} % filled{}",
            placed.confidence * 100.0,
            placed.reason,
            example(&source.cells)
        );
        let _ = writeln!(out, "{} = {}", placed.column, quoted(&source.name));
    }
    // A header that happens to have a canonical name, but was not found fit for it, must not be taken by that name.
    for column in spec(guess.table).columns {
        let placed = guess.placed.iter().any(|placed| placed.column == column.name)
            || guess.joined.iter().any(|joined| joined.column == column.name);
        let named = |from: &usize| sample.columns[*from].name.eq_ignore_ascii_case(column.name);
        if !placed && guess.unplaced.iter().any(named) {
            let _ = writeln!(
                out,
                "# The file has a column of this name, whose cells do not look like it.\n{} = []",
                column.name
            );
        }
    }
}

fn joined(out: &mut String, sample: &Sample, guess: &Guess) {
    for joined in &guess.joined {
        let (day, clock) = (&sample.columns[joined.day].name, &sample.columns[joined.clock].name);
        let _ = writeln!(
            out,
            "\n# The day and the time of day stand in two columns.\n[[derive]]\nname = {}",
            quoted(joined.column)
        );
        let _ = writeln!(out, "join = [{}, {}]", quoted(day), quoted(clock));
        let formats: Vec<String> = joined.formats.iter().map(|format| quoted(format)).collect();
        let _ = writeln!(out, "formats = [{}]", formats.join(", "));
        if let Some(after) = joined.after {
            let _ = writeln!(
                out,
                "# One that does not come after the {after} is on the next day.\nafter = {}",
                quoted(after)
            );
        }
        if guess.looks[joined.day].order_open {
            out.push_str(OPEN);
        }
    }
}

const OPEN: &str = "# CHECK: no day in the sample is above 12, so day first and month first cannot be told apart; day first is written.\n";

fn times(out: &mut String, sample: &Sample, guess: &Guess) {
    let moments = guess.placed.iter().any(|placed| {
        let kind = spec(guess.table).index(placed.column).map(|at| spec(guess.table).columns[at].kind);
        matches!(kind, Some(Kind::Moment | Kind::Start | Kind::End))
    });
    let formatted: Vec<&Placed> = guess.placed.iter().filter(|placed| !placed.formats.is_empty()).collect();
    if !moments && guess.joined.is_empty() && formatted.is_empty() {
        return;
    }
    out.push_str("\n[time]\n");
    if moments || !guess.joined.is_empty() {
        let utc = guess
            .placed
            .iter()
            .filter(|placed| placed.column == "at")
            .any(|placed| sample.columns[placed.from].cells.iter().any(|cell| cell.ends_with("UTC")));
        if utc {
            out.push_str("# The cells say UTC.\nzone = \"UTC\"\n");
        } else {
            out.push_str("# CHECK: times without an offset are read in the zone of the source or run, unless it is said here.\n# zone = \"Europe/London\"\n");
        }
    }
    for placed in formatted {
        let formats: Vec<String> = placed.formats.iter().map(|format| quoted(format)).collect();
        if placed.order_open {
            out.push_str(OPEN);
        }
        let _ = writeln!(out, "columns.{}.formats = [{}]", placed.column, formats.join(", "));
    }
}

fn values(out: &mut String, sample: &Sample, guess: &Guess) {
    for placed in guess.placed.iter().filter(|placed| !placed.words.is_empty()) {
        let _ = writeln!(
            out,
            "\n# Words of {} and what they seem to mean.\n[values.{}]",
            quoted(&sample.columns[placed.from].name),
            placed.column
        );
        for (word, meaning) in &placed.words {
            let _ = match meaning {
                Some(meaning) => writeln!(out, "{} = {}", quoted(word), quoted(meaning)),
                None => writeln!(out, "# CHECK: not known: {} = \"…\"", quoted(word)),
            };
        }
    }
}

fn unplaced(out: &mut String, sample: &Sample, guess: &Guess) {
    if guess.unplaced.is_empty() {
        return;
    }
    out.push_str("\n# Columns that could not be placed:\n");
    for from in &guess.unplaced {
        let (column, look) = (&sample.columns[*from], &guess.looks[*from]);
        if sample.json_cells.contains(&column.name) {
            continue;
        }
        let filled = look.filled * 100.0;
        let _ = writeln!(
            out,
            "#   {} ({}; {filled:.0} % filled{})",
            quoted(&column.name),
            look.class.as_str(),
            example(&column.cells)
        );
    }
}

/// A cell, for people to see what is meant. It is shown in a comment, so it must stay on its line.
fn example(cells: &[String]) -> String {
    let Some(cell) = cells.iter().find(|cell| !cell.is_empty()) else { return String::new() };
    let short: String = clean(cell).chars().take(40).collect();
    let more = if short.chars().count() < cell.chars().count() { "…" } else { "" };
    format!("; for example {short:?}{more}")
}

/// A TOML string on one line. What JSON escapes, TOML escapes alike, but for the character 127.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
