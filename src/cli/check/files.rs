//! Files, their rows and their problems, added up.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Serialize;

use super::super::text::{counted, grouped, percent};
use super::times;
use crate::ingest::{TableName, Tables};

/// One table of the config.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    pub table: &'static str,
    pub rows: u64,
    pub used: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    /// First and last moment that the used rows speak of; empty for tables without times.
    pub first: String,
    pub last: String,
    pub files: Vec<File>,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    pub name: String,
    pub rows: u64,
    pub used: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    /// Zone of its local times.
    pub zone: String,
    pub ambiguous_times: u64,
    pub missing_times: u64,
    /// Why the number of rows looks like that of a cut export; empty where it does not.
    pub round: String,
    pub notes: Vec<String>,
}

/// One problem of rows or cells, wherever it occurs.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    pub table: &'static str,
    pub column: String,
    pub problem: String,
    pub count: u64,
    /// Where it occurs first.
    pub file: String,
    pub line: u32,
    pub value: String,
}

impl Table {
    /// A clause where more than the allowed share of rows was lost.
    #[allow(clippy::cast_precision_loss)]
    pub fn lost_over(&self, allowed: f64) -> Option<String> {
        let (bad, all) = (self.quarantined, self.rows);
        (all > 0 && bad as f64 / all as f64 > allowed).then(|| {
            format!("{} lost {} of {} ({})", self.table, grouped(bad), counted(all, "row", "rows"), percent(bad, all))
        })
    }
}

/// All tables, in the order of the contract.
pub fn tables(tables: &Tables, zone: Tz) -> Vec<Table> {
    TableName::ALL
        .into_iter()
        .filter(|table| tables.inputs.iter().any(|input| input.table == table.as_str()))
        .map(|table| {
            let inputs: Vec<_> = tables.inputs.iter().filter(|input| input.table == table.as_str()).collect();
            let (first, last) = times::range(tables, table, zone);
            Table {
                table: table.as_str(),
                rows: inputs.iter().map(|input| input.rows).sum(),
                used: inputs.iter().map(|input| input.used).sum(),
                duplicates: inputs.iter().map(|input| input.duplicates).sum(),
                quarantined: inputs.iter().map(|input| input.quarantined).sum(),
                first,
                last,
                files: inputs
                    .into_iter()
                    .map(|input| File {
                        name: input.name.clone(),
                        rows: input.rows,
                        used: input.used,
                        duplicates: input.duplicates,
                        quarantined: input.quarantined,
                        zone: input.zone.clone(),
                        ambiguous_times: input.ambiguous_times,
                        missing_times: input.missing_times,
                        round: round(input.rows),
                        notes: input.notes.clone(),
                    })
                    .collect(),
            }
        })
        .collect()
}

/// Numbers of rows at which programs stop writing.
fn round(rows: u64) -> String {
    let why = match rows {
        65_535 | 65_536 => "the most rows of an old spreadsheet",
        1_048_575 | 1_048_576 => "the most rows of a spreadsheet",
        1000.. if rows.is_multiple_of(1000) => "a whole number of thousands",
        _ => return String::new(),
    };
    format!("{} rows are {why}: was the export cut?", grouped(rows))
}

/// How many problems are listed.
const LISTED: usize = 20;

/// Rows that have the identity of another and say something else, by file, as sentences.
pub fn contradictions(tables: &Tables) -> Vec<String> {
    let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
    for duplicate in tables.duplicates.iter().filter(|duplicate| duplicate.differs) {
        *counts.entry(duplicate.row.file).or_default() += 1;
    }
    let name = |file: u16| tables.inputs.get(usize::from(file)).map_or("?", |input| input.name.as_str());
    let told = |(file, count): (u16, u64)| {
        let rows = if count == 1 { "row has" } else { "rows have" };
        format!(
            "{}: {} {rows} the event id of another row of the same system and other content; one of each is used, and a run lists the others",
            name(file),
            grouped(count)
        )
    };
    counts.into_iter().map(told).collect()
}

/// The commonest problems, the commonest first.
pub fn problems(tables: &Tables) -> Vec<Problem> {
    let mut all: BTreeMap<(&'static str, &str, &str), Problem> = BTreeMap::new();
    for bad in &tables.quarantine {
        all.entry((bad.table, &bad.column, &bad.problem))
            .or_insert_with(|| Problem {
                table: bad.table,
                column: bad.column.clone(),
                problem: bad.problem.clone(),
                count: 0,
                file: bad.source_file.to_string(),
                line: bad.source_line,
                value: bad.value.clone(),
            })
            .count += 1;
    }
    let mut all: Vec<Problem> = all.into_values().collect();
    all.sort_by_key(|problem| std::cmp::Reverse(problem.count));
    all.truncate(LISTED);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_are_those_at_which_programs_stop() {
        for (rows, is_round) in
            [(999, false), (1000, true), (4294, false), (50_000, true), (65_535, true), (1_048_575, true), (0, false)]
        {
            assert_eq!(!round(rows).is_empty(), is_round, "{rows}");
        }
    }
}
