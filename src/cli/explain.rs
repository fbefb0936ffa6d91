//! `probity explain`: one look or case, every explanation tried, and the score without each link.

use std::path::PathBuf;

use super::asking::Asking;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::stdout;
use super::text::clean;
use crate::inquiry;

/// Examples, and what the options cannot say.
pub const AFTER: &str = "\
Examples:
  probity explain C-1a2b3c4d5e6f --config nightly.toml    a case of findings.csv
  probity explain L-28f63034e064a85f --config nightly.toml    a look of audit.csv
  probity explain 1DBNPCH94S --config nightly.toml    the look of one audited event
  probity explain 1DBNPCH94S --config nightly.toml --json | jq .without

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

    /// For programs: the same as one JSON object (probity-explain/1)
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub asking: Asking,
}

/// Explains and prints.
///
/// # Errors
/// Whatever stops it; see [`Exit`] for the codes.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let config = args.asking.config(&args.config, None)?;
    let told = {
        let progress = Progress::new(console);
        inquiry::explain(&config, &args.id, &progress)?
    };
    if args.json {
        // Text stands as it is: a program that shows it must make it safe itself, as with report.json.
        let mut json = serde_json::to_vec_pretty(&told)
            .map_err(|error| Failure::said(Exit::Unexpected, "explain::json", error.to_string(), None))?;
        json.push(b'\n');
        return stdout::write(&json);
    }
    let text: String = told.text().lines().map(|line| clean(line) + "\n").collect();
    stdout::write(text.as_bytes())
}
