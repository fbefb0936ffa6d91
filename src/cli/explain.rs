//! `probity explain`: one look or case, every explanation tried, and the score without each link.

use std::path::PathBuf;

use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::run::bound_threads;
use super::stdout;
use super::text::clean;
use crate::config::{self, Overrides};
use crate::inquiry;

/// Examples, and what the options cannot say.
pub const AFTER: &str = "\
Examples:
  probity explain C-1a2b3c4d5e6f --config nightly.toml    a case of findings.csv
  probity explain L-28f63034e064a85f --config nightly.toml    a look of audit.csv
  probity explain 1DBNPCH94S --config nightly.toml    the look of one audited event

Prints every explanation that was tried, what matched, what failed and by how
much; then the evidence, and what it would be without each record that links
the user to the subject.";

/// Options of `probity explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A case id (C-…), a look id (L-…) or an event id of the log
    #[arg(value_name = "CASE|LOOK|EVENT")]
    pub id: String,

    /// The config of the run, a TOML file
    #[arg(short, long, value_name = "FILE")]
    pub config: PathBuf,

    /// Start of the window: a date (its first moment) or an RFC 3339 time
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub since: Option<String>,

    /// End of the window: a date (that day counts) or an RFC 3339 time (itself outside)
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub until: Option<String>,

    /// Folder of rules to use in place of the shipped ones
    #[arg(long, value_name = "DIR", help_heading = "Engine")]
    pub rules: Option<PathBuf>,

    /// How many threads to work with [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Engine")]
    pub threads: Option<u16>,
}

/// Explains and prints.
///
/// # Errors
/// Whatever stops it; see [`Exit`] for the codes.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let overrides = Overrides {
        since: args.since.clone(),
        until: args.until.clone(),
        rules: args.rules.clone(),
        threads: args.threads.map(usize::from),
        ..Overrides::default()
    };
    let config = config::load(&args.config, &overrides)?;
    if let Some(threads) = config.threads {
        bound_threads(threads)?;
    }
    let told = {
        let progress = Progress::new(console);
        inquiry::explain(&config, &args.id, &progress)?
    };
    let text: String = told.text.lines().map(|line| clean(line) + "\n").collect();
    stdout::write(text.as_bytes())
}
