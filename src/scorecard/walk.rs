//! The scorecard of a config: its period is run, its outcomes are counted, and the ranking is made again with what
//! they teach. Nothing is written here.

use super::{Moved, Run, Scorecard, Standing, apply, compare, file, outcomes, reasons, scorecard};
use crate::config::RunConfig;
use crate::ingest;
use crate::ledger::Ledger;
use crate::run::{self, Reading, RunError, Watch};
use crate::values::Values;

/// What the outcomes of a config say.
#[derive(Debug)]
pub struct Told {
    /// The scorecard.
    pub card: Scorecard,
    /// The period that was run, in words.
    pub period: String,
    /// The new values, where they were asked for.
    pub applied: Option<Applied>,
}

/// New values and what they would have made of the period.
#[derive(Debug)]
pub struct Applied {
    /// The day that they are dated by.
    pub date: String,
    /// The values.
    pub values: Values,
    /// The file's text.
    pub text: String,
    /// Every referral before and after.
    pub moved: Vec<Moved>,
}

/// Counts the outcomes that a config knows of, in its dispositions and by its ledger.
///
/// # Errors
/// As a run, but for the writing of a report.
pub fn of_config(config: &RunConfig, asked: Option<&Asked>, watch: &dyn Watch) -> Result<Told, RunError> {
    let mut config = config.clone();
    // Decoys say how far a report can be believed; they move nobody.
    config.values.checks.decoys = 0;
    let rule_set = run::load_rules(&config)?;
    watch.stage("Reading");
    let tables = ingest::ingest(&config.sources, &Reading(watch))?;
    let house = run::load_house(&config)?;
    let stages = run::stages(&config, &tables, &house, watch);
    let report = run::report_on(&config, &tables, &rule_set, &stages, watch)?.report;
    // A ledger that is not there yet is not begun by a question.
    let mut runs = match config.ledger.as_ref().filter(|path| path.exists()) {
        Some(path) => Ledger::open(path)?.listed()?,
        None => Vec::new(),
    };
    runs.push(Run::of(&report));
    let card = scorecard(&rule_set, &config.values, &outcomes(&tables, &runs));
    let applied = match asked {
        None => None,
        Some(asked) => {
            let date = asked.date.clone().unwrap_or_else(|| report.run.now.chars().take(10).collect());
            let mut values = apply(&card, &config.values, &date);
            watch.stage("The same period with the new values");
            let mut after = config.clone();
            after.values = values.clone();
            let other = run::report_on(&after, &tables, &rule_set, &stages, watch)?.report;
            values.checks.decoys = asked.decoys;
            let text = file::text(&values, &reasons(&card), &asked.over);
            Some(Applied { date, values, text, moved: compare(&Standing::of(&report), &Standing::of(&other)) })
        }
    };
    Ok(Told { card, period: format!("{} to {}", report.run.since, report.run.until), applied })
}

/// That new values are asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The day to date them by; that of the run where `None`.
    pub date: Option<String>,
    /// What they are made over, in words.
    pub over: String,
    /// Decoy logs, as the config has them.
    pub decoys: u32,
}
