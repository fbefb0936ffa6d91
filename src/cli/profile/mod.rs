//! `probity profile`: the mapping profiles that there are, and a first one for an export that has none.
//!
//! [`content`] says what the cells of a column look like, [`guess`] which canonical column each could be, [`write`] makes
//! the text of the profile. All three are pure.

mod content;
mod guess;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::stdout;
use super::text::columns;
use crate::config::profiles::{SHIPPED, shipped};
use crate::config::suggest;
use crate::ingest::profile::{Profile, parse_with};
use crate::ingest::sample::{self, Sample};
use crate::ingest::tables::TableName;

/// Examples.
pub const AFTER: &str = "\
Examples:
  probity profile list
  probity profile show purview > profiles/our-purview.toml
  probity profile suggest exports/rms-audit.csv > profiles/rms.toml
  probity profile suggest exports/roster.xlsx --table duty";

/// Options of `probity profile`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One line a shipped profile
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The text of a shipped profile, to start one of your own
    Show {
        /// Its name
        name: String,
    },
    /// Propose a profile for an export, from its headers and the first of its rows
    ///
    /// The profile is printed as TOML, each line with the reason for it and how sure it is, and the columns that could not be placed
    /// at the end. Nothing in it is decided: read every line, then try it with `probity check`.
    Suggest {
        /// The export: CSV, a workbook (.xlsx) or JSON, plain, gzip or zstd
        file: PathBuf,

        /// The table that it feeds [default: the one that fits best]
        #[arg(long)]
        table: Option<String>,
    },
}

/// Does what is asked of the profiles.
///
/// # Errors
/// Where a name is unknown or a file cannot be read.
pub fn execute(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::List { json } => list(*json),
        Command::Show { name } => show(name),
        Command::Suggest { file, table } => {
            let table = table.as_deref().map(table_named).transpose()?;
            let sample = sample::sample(file).map_err(|error| Failure::new(Exit::Input, error))?;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            stdout::write(propose(&name, &sample, table).as_bytes())
        }
    }
}

fn table_named(name: &str) -> Result<TableName, Failure> {
    let names = TableName::ALL.map(TableName::as_str);
    TableName::ALL.into_iter().find(|table| table.as_str() == name).ok_or_else(|| {
        Failure::said(
            Exit::Usage,
            "cli::unknown_table",
            format!("there is no table `{name}`"),
            suggest::help(name, names),
        )
    })
}

/// The shipped profiles, read.
fn all() -> Vec<Profile> {
    SHIPPED.iter().filter_map(|(name, text)| parse_with(name, text, &shipped).ok()).collect()
}

fn list(as_json: bool) -> Result<Exit, Failure> {
    let table = |profile: &Profile| profile.table().map_or("any", TableName::as_str);
    let text = if as_json {
        let all: Vec<_> = all()
            .iter()
            .map(|profile| json!({"name": profile.name(), "table": table(profile), "description": profile.description()}))
            .collect();
        format!("{:#}\n", json!(all))
    } else {
        let mut rows = vec![["profile", "table", "for"].map(str::to_owned).to_vec()];
        rows.extend(all().iter().map(|profile| {
            vec![profile.name().to_owned(), table(profile).to_owned(), profile.description().to_owned()]
        }));
        columns(&rows, &[])
    };
    stdout::write(text.as_bytes())
}

fn show(name: &str) -> Result<Exit, Failure> {
    let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) else {
        let message = format!("there is no shipped profile `{name}`");
        let help = suggest::help(name, SHIPPED.iter().map(|(name, _)| *name));
        return Err(Failure::said(Exit::Usage, "cli::unknown_profile", message, help));
    };
    stdout::write(text.as_bytes())
}

/// A shipped profile takes a file for its own with at least so many columns.
const AT_LEAST: usize = 4;

/// The shipped profile that fills most columns of its table from a file, where one can read it at all.
#[must_use]
pub fn suited(file: &Path) -> Option<(TableName, String)> {
    let sample = sample::sample(file).ok()?;
    let fits = |profile: &Profile| Some((sample::fit(profile, &sample)?, profile.table()?, profile.name().to_owned()));
    let mut all: Vec<(usize, TableName, String)> = all().iter().filter_map(fits).collect();
    all.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.2.cmp(&right.2)));
    all.into_iter().find(|(columns, ..)| *columns >= AT_LEAST).map(|(_, table, name)| (table, name))
}

/// A profile for a sample, as TOML.
fn propose(file: &str, sample: &Sample, table: Option<TableName>) -> String {
    let guess = guess::guess(sample, table, &guess::Synonyms::shipped());
    let mut fitting: Vec<(String, usize)> = all()
        .iter()
        .filter(|profile| profile.table() == Some(guess.table))
        .filter_map(|profile| Some((profile.name().to_owned(), sample::fit(profile, sample)?)))
        .collect();
    fitting.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    fitting.truncate(1);
    let stem: String = file
        .split('.')
        .next()
        .unwrap_or(file)
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    write::profile(file, &stem, sample, &guess, &fitting)
}
