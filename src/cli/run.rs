//! `probity run`: one audit, from config to report.

use std::path::PathBuf;

use super::console::{Console, Volume};
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::summary;
use crate::config::{self, Overrides};
use crate::run;

/// Examples, and what the options cannot say.
pub const AFTER: &str = "\
Examples:
  probity run nightly.toml
  probity run nightly.toml --since 2026-03-01 --until 2026-03-31 --out march
  probity run nightly.toml --quiet --log-format json      (for cron)

Paths in the config are relative to the config; paths given here are relative to
the working folder. The report's folder is replaced as a whole: a reader never
sees half a report.

The summary names members of staff. Under cron or systemd it goes where the
standard error goes: use --quiet, or send it to a file that only the department
can read.

Joins of tables use a thread pool that reads POLARS_MAX_THREADS from the
environment; set it beside --threads where a run must keep to fewer processors.";

/// Options of `probity run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's config, a TOML file (`probity init` writes a first one)
    pub config: PathBuf,

    /// Start of the window: a date (its first moment) or an RFC 3339 time
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub since: Option<String>,

    /// End of the window: a date (that day counts) or an RFC 3339 time (itself outside)
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub until: Option<String>,

    /// What the run takes as the present [default: the end of the window]
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub now: Option<String>,

    /// Folder that the report is written to
    #[arg(short, long, value_name = "DIR", help_heading = "Report")]
    pub out: Option<PathBuf>,

    /// How many members of staff the department can look into: the refer lane ends there
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Report")]
    pub capacity: Option<u32>,

    /// Draw so many members of staff at random from those not referred, to measure what is missed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Report")]
    pub sample: Option<u32>,

    /// Also write looks.parquet, every look with its facts, and groups.csv, who is in which group of the fairness table
    #[arg(long, help_heading = "Report")]
    pub keep_looks: bool,

    /// SQLite file that remembers what earlier runs referred
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub ledger: Option<PathBuf>,

    /// Folder of rules to use in place of the shipped ones
    #[arg(long, value_name = "DIR", help_heading = "Engine")]
    pub rules: Option<PathBuf>,

    /// How many threads to work with [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Engine")]
    pub threads: Option<u16>,
}

impl Args {
    fn overrides(&self) -> Overrides {
        Overrides {
            since: self.since.clone(),
            until: self.until.clone(),
            now: self.now.clone(),
            out: self.out.clone(),
            rules: self.rules.clone(),
            threads: self.threads.map(usize::from),
            capacity: self.capacity.map(|n| n as usize),
            sample: self.sample.map(|n| n as usize),
            keep_looks: self.keep_looks,
            ledger: self.ledger.clone(),
        }
    }
}

/// Runs the audit and says what came of it.
///
/// # Errors
/// Whatever stops the run; see [`Exit`] for the codes.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let config = config::load(&args.config, &args.overrides())?;
    if let Some(threads) = config.threads {
        bound_threads(threads)?;
    }
    let outcome = {
        let progress = Progress::new(console);
        run::run(&config, &progress)?
    };
    let over = summary::over_share(&outcome.report, config.max_quarantine_share);
    if console.is_json() {
        summary::log(&outcome);
    } else if console.says(Volume::Normal) {
        console.print(&summary::summary(&outcome));
    }
    if over.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Failure::said(
        Exit::Quarantine,
        "run::quarantine",
        format!("the report is written, but too many rows could not be used: {}", over.join("; ")),
        "quarantine.csv lists each row with its reason; `max_quarantine_share` in the config says how many may be lost"
            .to_owned(),
    ))
}

/// Bounds the process's own thread pool. Only the edge does this: it can be done once.
pub(super) fn bound_threads(threads: usize) -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(|error| {
        Failure::said(Exit::Unexpected, "cli::threads", format!("{threads} threads cannot be started: {error}"), None)
    })
}
