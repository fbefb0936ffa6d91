//! Options of the commands that ask one question of a run's data: `audit` and `explain`.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::run::bound_threads;
use crate::config::{self, Overrides, RunConfig};

/// The period, the rules and the threads of a question.
#[derive(Debug, clap::Args)]
pub struct Asking {
    /// Start of the period: a date (its first moment) or an RFC 3339 time
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub since: Option<String>,

    /// End of the period: a date (that day counts) or an RFC 3339 time (itself outside)
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub until: Option<String>,

    /// Folder of rules to use in place of the shipped ones
    #[arg(long, value_name = "DIR", help_heading = "Engine")]
    pub rules: Option<PathBuf>,

    /// How many threads to work with [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Engine")]
    pub threads: Option<u16>,
}

impl Asking {
    /// The config of the run with what was asked for, writing to `out` where the command writes a folder. The
    /// process's thread pool is bounded as the config says.
    ///
    /// # Errors
    /// Where the config is not sound, or threads cannot be started.
    pub fn config(&self, file: &Path, out: Option<PathBuf>) -> Result<RunConfig, Failure> {
        let overrides = Overrides {
            since: self.since.clone(),
            until: self.until.clone(),
            rules: self.rules.clone(),
            threads: self.threads.map(usize::from),
            out,
            ..Overrides::default()
        };
        let config = config::load(file, &overrides)?;
        if let Some(threads) = config.threads {
            bound_threads(threads)?;
        }
        Ok(config)
    }
}
