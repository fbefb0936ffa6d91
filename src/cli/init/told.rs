//! What is said about a plan: what was found, what was not placed, what waits for it. Pure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::text::{clean, columns, counted};
use super::place::{By, Placed, Plan};
use crate::ingest::tables::TableName;

/// A rule's name with the tables that it cannot run without.
type Needs = (String, Vec<&'static str>);

/// A plan as text.
#[must_use]
pub fn text(plan: &Plan, needs: &[Needs], folder: &str) -> String {
    let mut text = String::new();
    if plan.placed.is_empty() {
        let _ = writeln!(text, "Found no canonical table in {}.", clean(folder));
    } else {
        let _ = writeln!(text, "Found in {}:", clean(folder));
        let rows: Vec<_> = plan
            .placed
            .iter()
            .map(|placed| vec![placed.table.as_str().to_owned(), clean(&placed.name), remark(placed)])
            .collect();
        text.push_str(&columns(&rows, &[]));
    }
    if !plan.unplaced.is_empty() {
        let _ = writeln!(text, "\nNot placed:");
        let rows: Vec<_> = plan
            .unplaced
            .iter()
            .map(|file| {
                let hint = match (&file.profile, file.waits_for) {
                    (Some(profile), _) => format!("; the shipped profile `{profile}` can read it"),
                    (None, Some(_)) => "; it needs a mapping profile (see `probity profile suggest`)".to_owned(),
                    (None, None) => String::new(),
                };
                vec![clean(&file.name), format!("{}{hint}", clean(&file.why))]
            })
            .collect();
        text.push_str(&columns(&rows, &[]));
    }
    let waiting = waiting(plan, needs);
    if !waiting.is_empty() {
        let able = needs.len() - stopped(plan, needs);
        let _ = writeln!(
            text,
            "\n{able} of {} can run. These tables would switch on others:",
            counted(needs.len() as u64, "rule", "rules")
        );
        for (table, rules) in waiting {
            let _ = writeln!(text, "  {}:\n    {}", table.as_str(), rules.join(", "));
        }
    }
    text.push('\n');
    text
}

fn remark(placed: &Placed) -> String {
    let mut remarks = Vec::new();
    match placed.by {
        By::Both => {}
        By::Name => remarks.push("by its name; its columns were not looked at".to_owned()),
        By::Columns => remarks.push("by its columns".to_owned()),
    }
    if !placed.unknown.is_empty() {
        remarks.push(format!("not used: {}", clean(&placed.unknown.join(", "))));
    }
    remarks.join("; ")
}

/// How many rules cannot run for want of a table.
fn stopped(plan: &Plan, needs: &[Needs]) -> usize {
    needs.iter().filter(|(_, needs)| needs.iter().any(|table| lacks(plan, table))).count()
}

fn lacks(plan: &Plan, table: &str) -> bool {
    !plan.tables().iter().any(|present| present.as_str() == table)
}

/// For each missing table the rules that need it, with what else they lack.
fn waiting(plan: &Plan, needs: &[Needs]) -> BTreeMap<TableName, Vec<String>> {
    let mut waiting: BTreeMap<TableName, Vec<String>> = BTreeMap::new();
    for table in plan.missing() {
        for (rule, tables) in needs.iter().filter(|(_, tables)| tables.contains(&table.as_str())) {
            let others: Vec<&str> =
                tables.iter().copied().filter(|other| *other != table.as_str() && lacks(plan, other)).collect();
            let with = if others.is_empty() { String::new() } else { format!(" (with {})", others.join(" and ")) };
            waiting.entry(table).or_default().push(format!("{rule}{with}"));
        }
    }
    waiting
}

/// A plan as structured log lines.
pub fn log(plan: &Plan, needs: &[Needs]) {
    for placed in &plan.placed {
        tracing::info!(
            event = "found",
            table = placed.table.as_str(),
            file = placed.name,
            remark = remark(placed),
            "found {}",
            placed.name
        );
    }
    for file in &plan.unplaced {
        tracing::warn!(event = "not_placed", file = file.name, why = file.why, "{} is not placed", file.name);
    }
    for (table, rules) in waiting(plan, needs) {
        let name = table.as_str();
        tracing::info!(event = "missing", table = name, rules = rules.join(", "), "{name} would switch on more rules");
    }
}
