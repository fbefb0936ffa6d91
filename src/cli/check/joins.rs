//! What share of the ids in one table meets the table that they speak of.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::ingest::{Code, TableName, Tables};
use crate::purpose::Users;
use crate::purpose::actors::Resolver;

/// How many ids that meet nothing are named.
const NAMED: usize = 10;

/// One kind of id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Join {
    /// `table.column`.
    pub from: &'static str,
    /// The table that it should meet.
    pub to: &'static str,
    /// Rows (of the log: events) with such an id, and those whose id is there.
    pub rows: u64,
    pub rows_met: u64,
    pub ids: u64,
    pub ids_met: u64,
    /// The ids that meet nothing, those of most rows first.
    pub unmet: Vec<String>,
}

/// Every join whose two tables are there.
pub fn joins(tables: &Tables) -> Vec<Join> {
    let mut all = Vec::new();
    let has = |table: TableName| tables.present.contains(&table);
    let staff: FxHashSet<&str> = tables.staff.iter().map(|row| row.staff_id.as_str()).collect();
    let people: FxHashSet<&str> = tables.people.iter().map(|row| row.subject_id.as_str()).collect();
    let incidents: FxHashSet<&str> = tables.incidents.iter().map(|row| row.incident_id.as_str()).collect();
    if has(TableName::Staff) {
        all.push(logins(tables));
        all.push(codes(
            tables,
            "access.on_behalf_of",
            "staff",
            tables.access.events.iter().map(|event| event.on_behalf_of),
            &staff,
        ));
    }
    if has(TableName::People) {
        let subjects = tables.access.events.iter().map(|event| tables.access.queries[event.query as usize].subject_id);
        all.push(codes(tables, "access.subject_id", "people", subjects, &people));
    }
    if has(TableName::Incidents) {
        let quoted = tables.access.events.iter().map(|event| event.incident_id);
        all.push(codes(tables, "access.incident_id", "incidents", quoted, &incidents));
        all.push(texts(
            "incident_people.incident_id",
            "incidents",
            tables.incident_people.iter().map(|row| row.incident_id.as_str()),
            &incidents,
        ));
        all.push(texts(
            "assignments.incident_id",
            "incidents",
            tables.assignments.iter().map(|row| row.incident_id.as_str()),
            &incidents,
        ));
    }
    if has(TableName::Staff) {
        all.push(texts("accounts.staff_id", "staff", tables.accounts.iter().map(|row| row.staff_id.as_str()), &staff));
        all.push(texts(
            "relationships.staff_id",
            "staff",
            tables.relationships.iter().map(|row| row.staff_id.as_str()),
            &staff,
        ));
        all.push(texts(
            "assignments.staff_id",
            "staff",
            tables.assignments.iter().map(|row| row.staff_id.as_str()),
            &staff,
        ));
        all.push(texts("duty.staff_id", "staff", tables.duty.iter().map(|row| row.staff_id.as_str()), &staff));
        all.push(texts(
            "training.attendee_id",
            "staff",
            tables.training.iter().map(|row| row.attendee_id.as_str()),
            &staff,
        ));
        all.push(texts(
            "authorities.staff_id",
            "staff",
            tables.authorities.iter().map(|row| row.staff_id.as_str()),
            &staff,
        ));
        all.push(texts(
            "staff.line_manager",
            "staff",
            tables.staff.iter().map(|row| row.line_manager.as_str()),
            &staff,
        ));
    }
    if has(TableName::People) {
        all.push(texts(
            "incident_people.subject_id",
            "people",
            tables.incident_people.iter().map(|row| row.subject_id.as_str()),
            &people,
        ));
        all.push(texts(
            "relationships.subject_id",
            "people",
            tables.relationships.iter().map(|row| row.subject_id.as_str()),
            &people,
        ));
    }
    all.retain(|join| join.rows > 0);
    all
}

/// Logins, through the account table, at the time of each event.
fn logins(tables: &Tables) -> Join {
    let log = &tables.access;
    let mut seen: Vec<Code> = log.events.iter().map(|event| event.login).collect();
    // Events are sorted by login.
    seen.dedup();
    let users = Users::new(&tables.staff, &tables.accounts, seen.iter().map(|login| log.strings.get(*login)));
    let mut resolver = Resolver::new(&users, &log.strings);
    let mut counts: FxHashMap<Code, (u64, u64)> = FxHashMap::default();
    for event in &log.events {
        let (user, _) = resolver.user(event.login, event.system, event.at);
        let (rows, met) = counts.entry(event.login).or_default();
        *rows += 1;
        *met += u64::from(users.on_record(user));
    }
    join("access.login", "staff", counts.into_iter().map(|(login, count)| (log.strings.get(login), count)).collect())
}

/// Codes of the log's texts.
fn codes(
    tables: &Tables,
    from: &'static str,
    to: &'static str,
    codes: impl Iterator<Item = Code>,
    known: &FxHashSet<&str>,
) -> Join {
    let mut counts: FxHashMap<Code, u64> = FxHashMap::default();
    for code in codes.filter(|code| *code != 0) {
        *counts.entry(code).or_default() += 1;
    }
    let text = |code| tables.access.strings.get(code);
    join(
        from,
        to,
        counts
            .into_iter()
            .map(|(code, rows)| (text(code), (rows, if known.contains(text(code)) { rows } else { 0 })))
            .collect(),
    )
}

fn texts<'t>(
    from: &'static str,
    to: &'static str,
    texts: impl Iterator<Item = &'t str>,
    known: &FxHashSet<&str>,
) -> Join {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for text in texts.filter(|text| !text.is_empty()) {
        let (rows, met) = counts.entry(text).or_default();
        *rows += 1;
        *met += u64::from(known.contains(text));
    }
    join(from, to, counts)
}

fn join(from: &'static str, to: &'static str, counts: BTreeMap<&str, (u64, u64)>) -> Join {
    let mut unmet: Vec<(&str, u64)> =
        counts.iter().filter(|(_, (_, met))| *met == 0).map(|(id, (rows, _))| (*id, *rows)).collect();
    unmet.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
    Join {
        from,
        to,
        rows: counts.values().map(|(rows, _)| rows).sum(),
        rows_met: counts.values().map(|(_, met)| met).sum(),
        ids: counts.len() as u64,
        ids_met: counts.values().filter(|(_, met)| *met > 0).count() as u64,
        unmet: unmet.into_iter().take(NAMED).map(|(id, _)| id.to_owned()).collect(),
    }
}
