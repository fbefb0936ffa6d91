//! One run: from a config to a report folder, in the order that the data goes.
//!
//! Files, the ledger and the output folder are touched here and in the stages at
//! both ends; everything between is pure.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::config::RunConfig;
use crate::ingest::{self, IngestError, Progress, Tables};
use crate::ledger::{Ledger, LedgerError};
use crate::purpose::template_error::TemplateErrors;
use crate::purpose::{self, Explanations, House, ReasonLists, Window};
use crate::relations;
use crate::report::{self, WriteError, assemble, manifest, model};
use crate::rules::rows::World;
use crate::rules::{self, RuleErrors, RuleSet, fire};
use crate::score;
use crate::subjects;

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Limits what the report can say.
    Warning,
}

/// Somebody who watches a run: progress bars, log lines, or nobody.
pub trait Watch: Sync {
    /// A stage begins.
    fn stage(&self, name: &str);
    /// A file is about to be read.
    fn file(&self, name: &str, bytes: u64);
    /// So many bytes more were read.
    fn bytes(&self, read: u64);
    /// Something the user should know while the run goes on.
    fn note(&self, level: Level, text: &str);
}

/// Nobody watches.
pub struct Unwatched;

impl Watch for Unwatched {
    fn stage(&self, _: &str) {}
    fn file(&self, _: &str, _: u64) {}
    fn bytes(&self, _: u64) {}
    fn note(&self, _: Level, _: &str) {}
}

/// Passes the progress of reading on.
pub struct Reading<'a>(pub &'a dyn Watch);

impl Progress for Reading<'_> {
    fn file(&self, name: &str, bytes: u64) {
        self.0.file(name, bytes);
    }
    fn bytes(&self, read: u64) {
        self.0.bytes(read);
    }
}

/// What a run made.
#[derive(Debug)]
pub struct Outcome {
    /// The report as written.
    pub report: model::Report,
    /// Where it was written.
    pub folder: PathBuf,
}

/// Why a run ended without a report.
#[derive(Debug, Error, miette::Diagnostic)]
pub enum RunError {
    /// An input cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] IngestError),
    /// A rule file is at fault.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rules(#[from] RuleErrors),
    /// A file of the force's own explanations is at fault.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Explanations(#[from] TemplateErrors),
    /// A question about nobody, or about more than one.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Question(#[from] crate::inquiry::NotOne),
    /// The report could not be written.
    #[error(transparent)]
    #[diagnostic(code(run::output), help("nothing was written; choose another folder with --out, or mend this one"))]
    Output(#[from] WriteError),
    /// The ledger could not be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ledger(#[from] LedgerError),
    /// The table of looks could not be made.
    #[error("looks.parquet could not be made: {0}")]
    #[diagnostic(help("this happens only when memory runs out; run fewer days at a time"))]
    Looks(String),
}

/// Runs the whole line and writes the report folder.
///
/// # Errors
/// See [`RunError`]; nothing is left half-written.
pub fn run(config: &RunConfig, watch: &dyn Watch) -> Result<Outcome, RunError> {
    let started = Utc::now();
    let rule_set = load_rules(config)?;
    watch.stage("Reading");
    let tables = ingest::ingest(&config.sources, &Reading(watch))?;
    let house = load_house(config)?;
    let analysis = analyse(config, &tables, &rule_set, &house, watch)?;
    let mut report = analysis.report;

    let ledger = match &config.ledger {
        Some(path) => Some(Ledger::open(path)?),
        None => None,
    };
    if let Some(ledger) = &ledger {
        ledger.compare(&mut report)?;
        assemble::count_new(&mut report);
    }
    watch.stage("Writing the report");
    let draft = manifest::Draft {
        started: instant_text(started),
        finished: instant_text(Utc::now()),
        config: config.as_written.clone(),
        rule_files: rule_set
            .rules()
            .iter()
            .map(|r| &r.meta)
            .chain(rule_set.correlations().iter().map(|c| &c.meta))
            .map(|meta| manifest::FileHash { name: meta.path.clone(), sha256: meta.sha256.clone() })
            .collect(),
        previous_manifest_sha256: report::previous_manifest(&config.out),
    };
    let written = report::write(&report, draft, &config.out, analysis.extra)?;
    if let Some(ledger) = &ledger {
        ledger.record(&report, &instant_text(started))?;
    }
    Ok(Outcome { report, folder: written.folder })
}

/// The rules of a run: the folder that the config names, or those shipped with the program.
///
/// # Errors
/// Everything that is wrong in the folder, at once.
pub fn load_rules(config: &RunConfig) -> Result<RuleSet, RuleErrors> {
    match &config.rules {
        Some(folder) => RuleSet::load(folder),
        None => RuleSet::parse(&rules::shipped()),
    }
}

/// The word lists of a run, from `lists` in the rules folder or as shipped. Entries that have expired by
/// the day of the run are left out; a list that a folder lacks is taken as shipped.
///
/// # Errors
/// Everything that is wrong in the lists, at once.
pub fn load_lists(config: &RunConfig) -> Result<ReasonLists, RuleErrors> {
    let shipped = rules::shipped_lists()?;
    let own = match &config.rules {
        Some(folder) => rules::lists::load(&folder.join("lists"))?,
        None => shipped.clone(),
    };
    let day = run_day(config).map_or_else(String::new, |d| d.to_string());
    let phrases = |name: &str| -> Vec<String> {
        own.get(name)
            .or_else(|| shipped.get(name))
            .map(|list| list.current(&day).map(|entry| entry.phrase.clone()).collect())
            .unwrap_or_default()
    };
    Ok(ReasonLists {
        boilerplate: phrases("boilerplate-reasons"),
        training: phrases("training-words"),
        testing: phrases("testing-words"),
        exceptions: phrases("not-testing"),
    })
}

/// What the department keeps itself: the word lists, and the grace of explanations.
///
/// # Errors
/// Everything that is wrong in either.
pub fn load_house(config: &RunConfig) -> Result<House, RunError> {
    let explanations = match &config.explanations {
        Some(folder) => Explanations::with_folder(folder)?,
        None => Explanations::default(),
    };
    Ok(House { lists: load_lists(config)?, explanations })
}

/// Entries of the force's own lists that matched no reason of the log or have expired, at their line. The shipped
/// lists are general and are passed over.
fn idle_entries(config: &RunConfig, tables: &Tables, day: &str) -> Vec<String> {
    let Some(folder) = &config.rules else { return Vec::new() };
    let Ok(own) = rules::lists::load(&folder.join("lists")) else { return Vec::new() };
    own.values()
        .flat_map(|list| {
            let phrases: Vec<String> = list.entries.iter().map(|entry| entry.phrase.clone()).collect();
            let used = purpose::reasons::matched(&tables.access, &phrases, list.name == "boilerplate-reasons");
            list.idle(day, &used)
        })
        .collect()
}

/// Values of rules that change nothing: of a rule that does not exist, or a chance that is counted and not stated.
fn idle_values(config: &RunConfig, rule_set: &RuleSet) -> Vec<String> {
    let known = |name: &str| rule_set.rules().iter().chain(rule_set.correlations()).find(|r| r.meta.key() == name);
    let said = config.values.rules.iter().filter_map(|(name, own)| match known(name) {
        None => Some(format!("values: rules.\"{name}\" stands for no rule of this run")),
        Some(rule) if own.u.is_some() && rule.meta.probity.chance != rules::Chance::Fixed => Some(format!(
            "values: u of rules.\"{name}\" does nothing, for the run counts how often ordinary work shows it"
        )),
        Some(_) => None,
    });
    said.collect()
}

/// A report that is not yet written.
pub struct Analysis {
    /// The report.
    pub report: model::Report,
    /// Further files of the folder: looks.parquet and groups.csv, where asked for.
    pub extra: Vec<report::ExtraFile<'static>>,
}

/// What the stages before the rules make: who was looked at, who is tied to whom, why they looked.
pub struct Stages<'a> {
    /// The window that is judged.
    pub window: Window,
    /// The nominal index, for looking somebody up.
    pub index: subjects::PeopleIndex<'a>,
    /// Stage 2.
    pub subjects: subjects::Subjects,
    /// Stage 3.
    pub relations: relations::Relations,
    /// Stage 4.
    pub judged: purpose::Judged,
}

/// Stages 2 to 4.
#[must_use]
pub fn stages<'a>(config: &RunConfig, tables: &'a Tables, house: &House, watch: &dyn Watch) -> Stages<'a> {
    let window = window(config, tables);
    watch.stage("Who was looked at");
    let year = window.until.local_date(window.zone).unwrap_or_default();
    let since = window.since.local_date(window.zone).unwrap_or_default();
    let index = subjects::PeopleIndex::new(&tables.people, year);
    let subjects = subjects::of_run(tables, &index);
    watch.stage("Who is tied to whom");
    let relations = relations::relate(
        &subjects,
        &tables.staff,
        &tables.relationships,
        &tables.people,
        &tables.high_profile,
        (since, year),
    );
    watch.stage("Why they looked");
    let mut judged = purpose::judge(tables, &subjects, &relations, &index, &window, house);
    if config.values.ablation.no_purpose {
        judged.forget_explanations();
    }
    Stages { window, index, subjects, relations, judged }
}

/// Everything between the files: subjects, relations, purpose, rules, score, report model.
///
/// # Errors
/// See [`RunError`].
pub fn analyse(
    config: &RunConfig,
    tables: &Tables,
    rule_set: &RuleSet,
    house: &House,
    watch: &dyn Watch,
) -> Result<Analysis, RunError> {
    let stages = stages(config, tables, house, watch);
    report_on(config, tables, rule_set, &stages, watch)
}

/// Rules, score and report model, over what the stages before them made.
///
/// # Errors
/// See [`RunError`].
pub fn report_on(
    config: &RunConfig,
    tables: &Tables,
    rule_set: &RuleSet,
    stages: &Stages<'_>,
    watch: &dyn Watch,
) -> Result<Analysis, RunError> {
    let Stages { window, subjects, relations, judged, .. } = stages;
    watch.stage("Rules");
    let world = World::with_values(tables, subjects, relations, judged, &config.values);
    let present: Vec<&str> = present(tables);
    let last_day = window.until.local_date(window.zone).unwrap_or_default();
    let day = run_day(config).unwrap_or(last_day).to_string();
    let plan = rule_set.plan(&present, &day);
    let runnable = plan.rules;
    let firings = fire::fire(&world, &runnable);
    watch.stage("Score");
    let scored = score::score(&world, &runnable, &firings);
    watch.stage("Evidence");
    let material = assemble::Material {
        world: &world,
        rules: &runnable,
        not_run: plan
            .not_run
            .into_iter()
            .map(|(rule, why)| model::RuleNotRun { rule: rule.meta.key(), title: rule.meta.title.clone(), why })
            .collect(),
        rule_set,
        rule_notes: plan
            .idle
            .into_iter()
            .chain(firings.idle.iter().cloned())
            .chain(idle_entries(config, tables, &day))
            .chain(idle_values(config, rule_set))
            .collect(),
        firings: &firings,
        scored: &scored,
        sources: &config.sources,
        run: head(config, tables, rule_set, window),
    };
    let report = assemble::assemble(&material)?;
    let mut extra = Vec::new();
    if config.keep_looks {
        extra.push(report::looks_parquet(&world, &runnable, &firings).map_err(|e| RunError::Looks(e.to_string()))?);
        extra.push(report::groups_file(&world, &scored));
    }
    Ok(Analysis { report, extra })
}

/// Reads the inputs of a config and hands on everything that rules can ask of them.
///
/// # Errors
/// As [`run`], up to the rules.
pub fn with_world<R>(config: &RunConfig, watch: &dyn Watch, ask: impl FnOnce(&World<'_>) -> R) -> Result<R, RunError> {
    let tables = ingest::ingest(&config.sources, &Reading(watch))?;
    let house = load_house(config)?;
    let Stages { subjects, relations, judged, .. } = stages(config, &tables, &house, watch);
    Ok(ask(&World::with_values(&tables, &subjects, &relations, &judged, &config.values)))
}

/// Tables that are configured and hold at least one row: an empty feed answers nothing.
pub(crate) fn present(tables: &Tables) -> Vec<&'static str> {
    tables.present.iter().filter(|t| tables.rows(**t) > 0).map(|t| t.as_str()).collect()
}

/// The window: as configured, else from the first to the last event of the log.
fn window(config: &RunConfig, tables: &Tables) -> Window {
    let times = tables.access.events.iter().map(|e| e.at);
    let since = config.since.or_else(|| times.clone().min()).unwrap_or_default();
    let until = config.until.or_else(|| times.max().map(|t| t.plus(1))).unwrap_or_default();
    Window { since, until, zone: config.zone }
}

/// The day that the run takes as the present, where the config gives one.
fn run_day(config: &RunConfig) -> Option<chrono::NaiveDate> {
    config.now.or(config.until).and_then(|t| t.local_date(config.zone))
}

/// Why access logs may be processed for this, as the report states it.
const LAWFUL_PURPOSE: &str = "Access logs are processed here to verify the lawfulness of processing, for self-monitoring and internal \
disciplinary proceedings, to ensure the integrity and security of the data, and for criminal proceedings (Data Protection Act 2018, \
section 62(4)), and for nothing else. The report is for the Professional Standards Department and those it involves. It orders what a \
person should read first; it decides nothing about anyone. Assess the risk to everyone who was looked up before any contact.";

pub(crate) fn head(config: &RunConfig, tables: &Tables, rule_set: &RuleSet, window: &Window) -> model::Run {
    let zone = config.zone;
    model::Run {
        run_id: run_id(config, tables, rule_set, window),
        name: config.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        since: window.since.rfc3339(zone),
        until: window.until.rfc3339(zone),
        now: config.now.unwrap_or(window.until).rfc3339(zone),
        zone: zone.name().to_owned(),
        lawful_purpose: LAWFUL_PURPOSE.to_owned(),
    }
}

/// The same inputs, rules and window give the same id, wherever the report is written.
fn run_id(config: &RunConfig, tables: &Tables, rule_set: &RuleSet, window: &Window) -> String {
    let mut parts: Vec<String> = tables
        .inputs
        .iter()
        .map(|i| format!("input {} {} {}", i.table, i.sha256, i.zone))
        .chain(
            rule_set
                .rules()
                .iter()
                .chain(rule_set.correlations())
                .map(|r| format!("rule {} {}", r.meta.key(), r.meta.sha256)),
        )
        .collect();
    // What a pack switches off or sets makes another run too.
    parts.push(format!("pack {}", serde_json::json!(rule_set.pack())));
    for source in &config.sources {
        // A changed mapping makes another run of the same files.
        parts.push(format!("source {} {:?}", source.table.as_str(), source.profile));
    }
    parts.push(format!("values {:?}", config.values));
    parts.sort();
    let mut hash = Sha256::new();
    for part in &parts {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    hash.update(format!("{} {} {} {}", window.since.0, window.until.0, config.zone, env!("CARGO_PKG_VERSION")));
    hash.finalize()[..8].iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
