//! `manifest.json`: what went in, what came out, and whether the counts add up.
//!
//! It is written last, so a folder that has one is a whole report; and its own
//! hash, kept by the next run, chains the runs of a night to those before.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::model::{Counts, Input, Report, RuleNotRun};

/// The file's name.
pub const NAME: &str = "manifest.json";

/// Version of the file's shape; also how a report folder is recognised.
pub const VERSION: &str = "probity-manifest/1";

/// What only the caller knows of a run.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// When the run started, RFC 3339.
    pub started: String,
    /// When the run finished, RFC 3339.
    pub finished: String,
    /// The settings that the run used.
    pub config: Value,
    /// Rule files and lists beyond those of [`Report::rules`]: rules that could not
    /// run, lists, tests. A file named in both stands once.
    pub rule_files: Vec<FileHash>,
    /// SHA-256 of the manifest of the run before, where there is one.
    pub previous_manifest_sha256: Option<String>,
}

/// A file and its hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FileHash {
    /// Name as the config or the rules folder has it.
    pub name: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

/// A file of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Name in the folder.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Rows below the header, for a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// A sum that must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// What is added up.
    pub what: String,
    /// The total as counted.
    pub total: u64,
    /// The sum of its parts.
    pub parts: u64,
    /// Whether the two are equal.
    pub holds: bool,
}

impl Balance {
    fn of(what: impl Into<String>, total: u64, parts: &[u64]) -> Self {
        let parts = parts.iter().fold(0, |sum: u64, n| sum.saturating_add(*n));
        Self { what: what.into(), total, parts, holds: total == parts }
    }
}

/// Every sum that a report's counts must keep: rows per input and over all, looks, lanes.
#[must_use]
pub fn balances(report: &Report) -> Vec<Balance> {
    let c = &report.counts;
    let mut all: Vec<Balance> = report
        .inputs
        .iter()
        .map(|input| {
            Balance::of(
                format!("rows of {}: used, duplicate, quarantined", input.name),
                input.rows,
                &[input.used, input.duplicates, input.quarantined],
            )
        })
        .collect();
    let rows: Vec<u64> = report.inputs.iter().map(|input| input.rows).collect();
    all.extend([
        Balance::of("rows read, over the inputs", c.rows_read, &rows),
        Balance::of(
            "rows read: used, duplicate, quarantined",
            c.rows_read,
            &[c.rows_used, c.rows_duplicate, c.rows_quarantined],
        ),
        Balance::of(
            "looks: explained, unexplained, cannot tell",
            c.looks,
            &[c.looks_explained, c.looks_unexplained, c.looks_cannot_tell],
        ),
        Balance::of(
            "referrals: refer, conflict, query, policy, sample",
            report.referrals.len() as u64,
            &[c.referred, c.conflict, c.query, c.policy, c.sample],
        ),
    ]);
    all
}

/// The file as a whole.
#[derive(Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    program: &'static str,
    version: &'a str,
    run_id: &'a str,
    name: &'a str,
    since: &'a str,
    until: &'a str,
    now: &'a str,
    zone: &'a str,
    started: &'a str,
    finished: &'a str,
    config: &'a Value,
    inputs: &'a [Input],
    rule_files: Vec<FileHash>,
    rules_not_run: &'a [RuleNotRun],
    counts: &'a Counts,
    balances: Vec<Balance>,
    outputs: &'a [Output],
    previous_manifest_sha256: Option<&'a str>,
}

/// Writes the file.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, draft: &Draft, outputs: &[Output], mut out: impl Write) -> io::Result<()> {
    let run = &report.run;
    let manifest = Manifest {
        schema: VERSION,
        program: "probity",
        version: &run.version,
        run_id: &run.run_id,
        name: &run.name,
        since: &run.since,
        until: &run.until,
        now: &run.now,
        zone: &run.zone,
        started: &draft.started,
        finished: &draft.finished,
        config: &draft.config,
        inputs: &report.inputs,
        rule_files: rule_files(report, draft),
        rules_not_run: &report.rules_not_run,
        counts: &report.counts,
        balances: balances(report),
        outputs,
        previous_manifest_sha256: draft.previous_manifest_sha256.as_deref(),
    };
    serde_json::to_writer_pretty(&mut out, &manifest)?;
    out.write_all(b"\n")
}

/// The files of the rules that ran and those that the caller adds, by name, each once.
fn rule_files(report: &Report, draft: &Draft) -> Vec<FileHash> {
    let ran = report.rules.iter().filter(|rule| !rule.file.is_empty());
    let ran = ran.map(|rule| FileHash { name: rule.file.clone(), sha256: rule.sha256.clone() });
    let mut files: Vec<FileHash> = ran.chain(draft.rule_files.iter().cloned()).collect();
    files.sort();
    files.dedup();
    files
}

/// The outputs that a manifest names, or `None` where the bytes are no manifest of ours.
#[must_use]
pub fn outputs_named(bytes: &[u8]) -> Option<Vec<String>> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let ours = value.get("schema")?.as_str()?.starts_with("probity-manifest/");
    if !ours {
        return None;
    }
    let named = value.get("outputs")?.as_array()?;
    Some(named.iter().filter_map(|output| Some(output.get("name")?.as_str()?.to_owned())).collect())
}
