//! What a run tells whoever started it: once as text, once as log lines. Both
//! only walk the report's own model; neither computes a finding.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::text::{clean, columns, counted, grouped, percent};
use crate::report::model::{Counts, Referral, Report};
use crate::run::Outcome;

/// How many referrals are named.
const FIRST: usize = 10;
/// How many kinds of problem are listed.
const PROBLEMS: usize = 8;

/// A finished run as text for the standard error.
#[must_use]
pub fn summary(outcome: &Outcome) -> String {
    let report = &outcome.report;
    let mut text = String::new();
    head(report, &mut text);
    read(report, &mut text);
    unusable(report, &mut text);
    rules(report, &mut text);
    let _ = writeln!(text, "\n{}", coverage(&report.counts));
    referrals(report, &mut text);
    let _ =
        writeln!(text, "\nThe report is in {} (start with report.html).", clean(&outcome.folder.display().to_string()));
    text
}

fn head(report: &Report, text: &mut String) {
    let run = &report.run;
    let name = if run.name.is_empty() { "Run".to_owned() } else { clean(&run.name) };
    let _ = writeln!(text, "{name} ({}), {} to {}, {}", run.run_id, run.since, run.until, run.zone);
    for warning in &report.warnings {
        let _ = writeln!(text, "warning: {}", clean(warning));
    }
}

fn read(report: &Report, text: &mut String) {
    let counts = &report.counts;
    let row = |cells: [&str; 2], numbers: [u64; 4]| {
        let mut row: Vec<_> = cells.iter().map(|cell| clean(cell)).collect();
        row.extend(numbers.map(grouped));
        row
    };
    let mut rows = vec![["table", "file", "rows", "used", "repeated", "unusable"].map(str::to_owned).to_vec()];
    for input in &report.inputs {
        rows.push(row([&input.table, &input.name], [input.rows, input.used, input.duplicates, input.quarantined]));
    }
    if report.inputs.len() > 1 {
        let total = [counts.rows_read, counts.rows_used, counts.rows_duplicate, counts.rows_quarantined];
        rows.push(row(["all", ""], total));
    }
    let _ = write!(text, "\nRead:\n{}", columns(&rows, &[false, false, true, true, true, true]));
    for input in &report.inputs {
        for note in &input.notes {
            let _ = writeln!(text, "  note: {}: {}", clean(&input.name), clean(note));
        }
    }
    for (count, what) in [
        (counts.events_outside_window, "outside the window and not judged"),
        (counts.events_unknown_login, "by logins that belong to nobody on record"),
    ] {
        if count > 0 {
            let _ = writeln!(text, "  note: {} {what}", counted(count, "event", "events"));
        }
    }
}

/// Problems by kind, the most frequent first.
fn unusable(report: &Report, text: &mut String) {
    if report.quarantine.is_empty() {
        return;
    }
    let mut kinds: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for row in &report.quarantine {
        *kinds.entry((&row.table, &row.column, &row.problem)).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|&(kind, count)| (std::cmp::Reverse(count), kind));
    let _ = writeln!(text, "\nCould not be used (each is listed in quarantine.csv):");
    let mut rows = Vec::new();
    for ((table, column, problem), count) in kinds.iter().take(PROBLEMS) {
        let place = if column.is_empty() { clean(table) } else { format!("{}.{}", clean(table), clean(column)) };
        rows.push(vec![grouped(*count), place, clean(problem)]);
    }
    text.push_str(&columns(&rows, &[true]));
    if kinds.len() > PROBLEMS {
        let _ = writeln!(text, "  and {}", counted((kinds.len() - PROBLEMS) as u64, "other kind", "other kinds"));
    }
}

/// Rules that could not run, gathered by the reason.
fn rules(report: &Report, text: &mut String) {
    let ran = report.rules.len();
    let not_run = report.rules_not_run.len();
    if not_run == 0 {
        let _ = writeln!(text, "\nAll {} ran.", counted(ran as u64, "rule", "rules"));
        return;
    }
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for rule in &report.rules_not_run {
        reasons.entry(&rule.why).or_default().push(clean(&rule.rule));
    }
    let _ = writeln!(text, "\n{} of {} rules could not run:", not_run, ran + not_run);
    for (why, rules) in reasons {
        let _ = writeln!(text, "  {}:\n    {}", clean(why), rules.join(", "));
    }
}

fn coverage(counts: &Counts) -> String {
    if counts.looks == 0 {
        return "Coverage: there is no look in the window to judge.".to_owned();
    }
    let share = |part| percent(part, counts.looks);
    format!(
        "Coverage: {} by {} at {}: {} explained, {} not, {} cannot be told.",
        counted(counts.looks, "look", "looks"),
        counted(counts.users, "user", "users"),
        counted(counts.subjects, "subject", "subjects"),
        share(counts.looks_explained),
        share(counts.looks_unexplained),
        share(counts.looks_cannot_tell),
    )
}

fn referrals(report: &Report, text: &mut String) {
    if report.referrals.is_empty() {
        let _ = writeln!(text, "\nNo referrals.");
        return;
    }
    let counts = &report.counts;
    let lanes: Vec<_> = [
        (counts.referred, "refer"),
        (counts.conflict, "conflict"),
        (counts.query, "query"),
        (counts.policy, "policy"),
        (counts.sample, "sample"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, lane)| format!("{} {lane}", grouped(count)))
    .collect();
    let all = report.referrals.len();
    let shown = if all > FIRST { format!("; the first {FIRST}") } else { String::new() };
    let count = counted(all as u64, "referral", "referrals");
    let _ = writeln!(text, "\n{count} ({}){shown}:", lanes.join(", "));
    for referral in report.referrals.iter().take(FIRST) {
        let Referral { rank, lane, score_bits, low_bits, high_bits, .. } = referral;
        let who = clean(&format!("{} {}", referral.staff_id, referral.name));
        let _ = writeln!(
            text,
            "  {rank:>3}. {:<8} {}, {score_bits:.1} bits ({low_bits:.1} to {high_bits:.1})\n       {}",
            lane.as_str(),
            who.trim(),
            clean(&referral.headline)
        );
    }
}

/// The tables of which more rows were quarantined than allowed, in words. A
/// table is judged by itself: a spoilt roster must not hide behind a long log.
#[must_use]
pub fn over_share(report: &Report, allowed: f64) -> Vec<String> {
    let mut tables: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for input in &report.inputs {
        let (bad, all) = tables.entry(&input.table).or_default();
        *bad += input.quarantined;
        *all += input.rows;
    }
    #[allow(clippy::cast_precision_loss)]
    let over = |bad: u64, all: u64| all > 0 && bad as f64 / all as f64 > allowed;
    tables
        .into_iter()
        .filter(|(_, (bad, all))| over(*bad, *all))
        .map(|(table, (bad, all))| {
            format!("{table} lost {} of {} ({})", grouped(bad), counted(all, "row", "rows"), percent(bad, all))
        })
        .collect()
}

/// A finished run as structured log lines: the same facts as [`summary`].
pub fn log(outcome: &Outcome) {
    let report = &outcome.report;
    for text in &report.warnings {
        tracing::warn!(event = "warning", "{text}");
    }
    for input in &report.inputs {
        tracing::info!(
            event = "input",
            file = input.name,
            table = input.table,
            rows = input.rows,
            used = input.used,
            duplicates = input.duplicates,
            quarantined = input.quarantined,
            bytes = input.bytes,
            sha256 = input.sha256,
            notes = input.notes.join("; "),
            "read {}",
            input.name
        );
    }
    for rule in &report.rules_not_run {
        tracing::warn!(event = "rule_not_run", rule = rule.rule, why = rule.why, "{} could not run", rule.rule);
    }
    let counts = &report.counts;
    tracing::info!(
        event = "coverage",
        looks = counts.looks,
        explained = counts.looks_explained,
        unexplained = counts.looks_unexplained,
        cannot_tell = counts.looks_cannot_tell,
        users = counts.users,
        subjects = counts.subjects,
        events = counts.events,
        events_outside_window = counts.events_outside_window,
        events_unknown_login = counts.events_unknown_login,
        "{}",
        coverage(counts)
    );
    for referral in report.referrals.iter().take(FIRST) {
        tracing::info!(
            event = "referral",
            rank = referral.rank,
            lane = referral.lane.as_str(),
            staff_id = referral.staff_id,
            name = referral.name,
            bits = referral.score_bits,
            low = referral.low_bits,
            high = referral.high_bits,
            "{}",
            referral.headline
        );
    }
    tracing::info!(
        event = "done",
        run_id = report.run.run_id,
        since = report.run.since,
        until = report.run.until,
        rules = report.rules.len(),
        rules_not_run = report.rules_not_run.len(),
        rows = counts.rows_read,
        quarantined = counts.rows_quarantined,
        findings = counts.findings,
        referrals = report.referrals.len(),
        folder = %outcome.folder.display(),
        "the report is in {}",
        outcome.folder.display()
    );
}

#[cfg(test)]
mod tests;
