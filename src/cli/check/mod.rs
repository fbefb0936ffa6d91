//! `probity check`: everything about the inputs that can be known without judging anybody.
//!
//! [`files`] adds up files and quarantine, [`times`] looks for gaps, [`sequence`] for holes in event ids, [`joins`]
//! says what share of ids meets its table, [`constant`] which columns say nothing; [`told`] writes it for people.

mod constant;
mod files;
mod joins;
mod sequence;
mod times;
mod told;

use std::path::PathBuf;

use serde::Serialize;

use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::stdout;
use crate::config::{self, Overrides, RunConfig};
use crate::ingest::{IngestError, Source, TableName, Tables, ingest};
use crate::run::Reading;

/// Examples, and what ends with which code.
pub const AFTER: &str = "\
Examples:
  probity check nightly.toml
  probity check nightly.toml --json > check.json

Every file is read as a run would read it; nothing is judged and nothing is written.
Exit code 0: the inputs can be used. 5: more rows than `max_quarantine_share` allows
could not be used. 4: a file is missing or cannot be used at all; what the other files
hold is shown nevertheless. 2: the config or a profile is wrong. What is marked CHECK
is for a person to look at and changes no code.";

/// Options of `probity check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's config
    pub config: PathBuf,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What the run is called.
    pub name: String,
    /// Zone in which times are shown.
    pub zone: String,
    /// Tables that the config names, with their files.
    pub tables: Vec<files::Table>,
    /// Tables that no source feeds.
    pub absent: Vec<&'static str>,
    /// Share of ids that meet the table they speak of.
    pub joins: Vec<joins::Join>,
    /// Days or hours of silence.
    pub gaps: Vec<times::Gap>,
    /// Numbered event ids, by system.
    pub sequences: Vec<sequence::Sequence>,
    /// Columns that hold one value, or lose it from some month on.
    pub constant: Vec<constant::Constant>,
    /// The commonest problems of rows and cells.
    pub problems: Vec<files::Problem>,
    /// Files that cannot be used at all.
    pub unusable: Vec<String>,
    /// What a person should look at.
    pub warnings: Vec<String>,
}

/// Reads everything and says what it is like.
///
/// # Errors
/// A config that is wrong, or a file that cannot be used; in the second case what was found is printed first.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let config = config::load(&args.config, &Overrides::default())?;
    let (tables, sources, failures) = {
        let progress = Progress::new(console);
        read(&config, &progress)?
    };
    let check = check(&config, &tables, &sources, &failures).map_err(|error| Failure::new(Exit::Input, error))?;
    let text = if args.json { format!("{:#}\n", serde_json::json!(check)) } else { told::text(&check) };
    stdout::write(text.as_bytes())?;
    if let Some(first) = failures.into_iter().next() {
        return Err(Failure::new(Exit::Input, first));
    }
    let over: Vec<String> =
        check.tables.iter().filter_map(|table| table.lost_over(config.max_quarantine_share)).collect();
    if over.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Failure::said(
        Exit::Quarantine,
        "check::quarantine",
        format!("too many rows could not be used: {}", over.join("; ")),
        "the problems above say why; `max_quarantine_share` in the config says how many may be lost".to_owned(),
    ))
}

/// Reads all files that can be read, and says why the others cannot.
fn read(config: &RunConfig, progress: &Progress) -> Result<(Tables, Vec<Source>, Vec<IngestError>), Failure> {
    let mut sources = config.sources.clone();
    let mut failures = Vec::new();
    loop {
        let error = match ingest(&sources, &Reading(progress)) {
            Ok(tables) => return Ok((tables, sources, failures)),
            Err(error) => error,
        };
        let file = match &error {
            IngestError::Unreadable { file, .. }
            | IngestError::Unusable { file, .. }
            | IngestError::Changed { file, .. } => file.clone(),
            IngestError::MissingColumn { file, .. } => file.to_string(),
            _ => return Err(Failure::new(Exit::Input, failures.into_iter().next().unwrap_or(error))),
        };
        let before: usize = sources.iter().map(|source| source.files.len()).sum();
        for source in &mut sources {
            let keep: Vec<bool> = source.names.iter().map(|name| *name != file).collect();
            let mut at = keep.iter();
            source.files.retain(|_| *at.next().unwrap_or(&true));
            source.names.retain(|name| *name != file);
        }
        sources.retain(|source| !source.files.is_empty());
        let after: usize = sources.iter().map(|source| source.files.len()).sum();
        failures.push(error);
        if after == before || !sources.iter().any(|source| source.table == TableName::Access) {
            return Err(Failure::new(Exit::Input, failures.swap_remove(0)));
        }
    }
}

fn check(
    config: &RunConfig,
    tables: &Tables,
    sources: &[Source],
    failures: &[IngestError],
) -> Result<Check, IngestError> {
    let zone = config.zone;
    let mut check = Check {
        name: config.name.clone(),
        zone: zone.name().to_owned(),
        tables: files::tables(tables, zone),
        absent: TableName::ALL
            .into_iter()
            .filter(|table| !config.sources.iter().any(|source| source.table == *table))
            .map(TableName::as_str)
            .collect(),
        joins: joins::joins(tables),
        gaps: times::gaps(tables, zone),
        sequences: sequence::sequences(tables, sources)?,
        constant: constant::constant(tables, sources, zone),
        problems: files::problems(tables),
        unusable: failures.iter().map(ToString::to_string).collect(),
        warnings: Vec::new(),
    };
    check.warnings = told::warnings(&check);
    check.warnings.extend(files::contradictions(tables));
    Ok(check)
}
