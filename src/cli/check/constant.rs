//! Columns that tell nothing apart: one value throughout, or from some month on.

use std::collections::BTreeMap;

use chrono::Datelike;
use chrono_tz::Tz;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::ingest::{Code, Event, Source, TableName, Tables};
use crate::instant::HOUR;

/// Months with fewer events than this are too short to be compared.
const ENOUGH: u64 = 50;

/// A column that tells nothing apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Constant {
    /// `table.column`.
    pub column: String,
    /// Months in which it is so, `2026-03`; empty = throughout.
    pub months: Vec<String>,
    /// The one value; empty = the column has none.
    pub value: String,
}

/// What one column says in one month.
#[derive(Clone, Copy, Default)]
struct Month {
    events: u64,
    first: Option<Code>,
    varies: bool,
}

impl Month {
    fn add(&mut self, code: Code) {
        self.events += 1;
        self.varies |= self.first.is_some_and(|first| first != code);
        self.first = self.first.or(Some(code));
    }
}

type Get = fn(&Tables, &Event) -> Code;

const COLUMNS: [(&str, Get); 16] = [
    ("on_behalf_of", |_, event| event.on_behalf_of),
    ("reason_code", |_, event| event.reason_code),
    ("reason_text", |_, event| event.reason_text),
    ("incident_id", |_, event| event.incident_id),
    ("terminal", |_, event| event.terminal),
    ("location", |_, event| event.location),
    ("subject_id", |tables, event| tables.access.queries[event.query as usize].subject_id),
    ("q_forename", |tables, event| tables.access.queries[event.query as usize].forename),
    ("q_surname", |tables, event| tables.access.queries[event.query as usize].surname),
    ("q_dob", |tables, event| tables.access.queries[event.query as usize].dob),
    ("q_age", |tables, event| tables.access.queries[event.query as usize].age),
    ("q_address", |tables, event| tables.access.queries[event.query as usize].address),
    ("q_postcode", |tables, event| tables.access.queries[event.query as usize].postcode),
    ("q_vrm", |tables, event| tables.access.queries[event.query as usize].vrm),
    ("q_phone", |tables, event| tables.access.queries[event.query as usize].phone),
    ("q_text", |tables, event| tables.access.queries[event.query as usize].text),
];

/// The columns of the log that its files have and that say one thing, throughout or in single months; columns that a profile sets to one
/// value are left out.
pub fn constant(tables: &Tables, sources: &[Source], zone: Tz) -> Vec<Constant> {
    let set = |column: &str| {
        let log = sources.iter().filter(|source| source.table == TableName::Access);
        log.filter_map(|source| source.profile.as_deref()).any(|profile| profile.constant(column).is_some())
    };
    let present: Vec<&(&str, Get)> =
        COLUMNS.iter().filter(|(name, _)| tables.has_column(TableName::Access, name) && !set(name)).collect();
    // The month of a moment is worked out once an hour of the log.
    let mut hours: FxHashMap<i64, usize> = FxHashMap::default();
    let mut months: Vec<(String, Vec<Month>)> = Vec::new();
    for event in &tables.access.events {
        let place = *hours.entry(event.at.0.div_euclid(HOUR)).or_insert_with(|| {
            let day = event.at.local_date(zone).unwrap_or_default();
            let name = format!("{:04}-{:02}", day.year(), day.month());
            months.iter().position(|(month, _)| *month == name).unwrap_or_else(|| {
                months.push((name, vec![Month::default(); present.len()]));
                months.len() - 1
            })
        });
        for ((_, get), month) in present.iter().zip(&mut months[place].1) {
            month.add(get(tables, event));
        }
    }
    months.sort_by(|left, right| left.0.cmp(&right.0));
    let mut found = Vec::new();
    for (column, (name, _)) in present.into_iter().enumerate() {
        let of: Vec<(&String, &Month)> = months.iter().map(|(month, columns)| (month, &columns[column])).collect();
        let events: u64 = of.iter().map(|(_, month)| month.events).sum();
        let Some(first) = of.first().and_then(|(_, month)| month.first) else { continue };
        let value = |code: Code| tables.access.strings.get(code).to_owned();
        let column = format!("access.{name}");
        if events > 1 && of.iter().all(|(_, month)| !month.varies && month.first == Some(first)) {
            found.push(Constant { column, months: Vec::new(), value: value(first) });
            continue;
        }
        // Constant in some months although it varies in others.
        let mut single: BTreeMap<Code, Vec<String>> = BTreeMap::new();
        for (name, month) in of.iter().filter(|(_, month)| !month.varies && month.events >= ENOUGH) {
            single.entry(month.first.unwrap_or(0)).or_default().push((*name).clone());
        }
        found.extend(single.into_iter().map(|(code, months)| Constant {
            column: column.clone(),
            months,
            value: value(code),
        }));
    }
    found
}
