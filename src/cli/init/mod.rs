//! `probity init`: a first config for a folder of exports.
//!
//! [`survey`] looks at the files, [`place`] decides which table each feeds (pure),
//! [`write`] makes the config's text and [`told`] what is said about it (pure).

mod place;
mod survey;
#[cfg(test)]
mod tests;
mod told;
mod write;

use std::path::{Component, Path, PathBuf};

use super::console::{Console, Volume};
use super::exit::Exit;
use super::failure::Failure;
use super::profile;
use super::rules::Shelf;
use crate::ingest::tables::TableName;
use place::Plan;

/// Examples, and what the command looks for.
pub const AFTER: &str = "\
Examples:
  probity init nightly.toml --inputs exports/
  probity run nightly.toml

Files are told by their names (access-2026-03.csv, staff.csv.gz, duty.parquet) and
by their columns, which must be the canonical ones. A file whose name fits and
whose columns do not is written into the config as a comment: it needs a mapping
profile first. Where a shipped profile can read it, the comment names it: read what it
says, then take out the marks. For others, see `probity profile suggest`. What was found, what could not be placed, and which rules wait for
a missing table is said on the standard error.";

/// Options of `probity init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The config to write
    pub config: PathBuf,

    /// Folder of exports
    #[arg(long, value_name = "DIR")]
    pub inputs: PathBuf,

    /// Replace the config if it is there already
    #[arg(long)]
    pub force: bool,
}

/// Looks through the folder and writes the config.
///
/// # Errors
/// Where there is no access log to judge, or the config cannot be written.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let refused = |message: String, help: String| Err(Failure::said(Exit::Usage, "init::refused", message, help));
    if args.config.exists() && !args.force {
        let message = format!("{} exists already and is left as it is", args.config.display());
        return refused(message, "choose another name, or replace it with --force".to_owned());
    }
    let folder = match args.config.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return refused(
            format!("there is no folder {} to write the config in", folder.display()),
            "make it first".to_owned(),
        );
    }
    let files = survey::survey(&args.inputs).map_err(|error| {
        let message = format!("{} cannot be read: {error}", args.inputs.display());
        Failure::said(Exit::Input, "init::unreadable", message, None)
    })?;
    let mut plan = place::plan(files);
    for file in &mut plan.unplaced {
        if let Some((table, profile)) = profile::suited(&args.inputs.join(&file.name)) {
            (file.waits_for, file.profile) = (Some(table), Some(profile));
        }
    }
    let shelf = Shelf::shipped()?;
    let needs: Vec<_> = shelf.metas().into_iter().map(|meta| (meta.key(), meta.probity.needs.clone())).collect();
    report(&plan, &needs, args, console);
    if !plan.tables().contains(&TableName::Access) {
        return Err(Failure::said(
            Exit::Input,
            "init::no_access",
            format!("{} holds no access log that can be read as it is, so no config is written", args.inputs.display()),
            "the access log needs the columns at and login at least; see the input contract, or write a mapping profile"
                .to_owned(),
        ));
    }
    let text = write::config(&plan, &relative(folder, &args.inputs));
    std::fs::write(&args.config, text).map_err(|error| Failure::unwritable(&args.config, &error))?;
    console.done(&format!("Wrote {0}. Next: probity run {0}", args.config.display()));
    Ok(Exit::Done)
}

fn report(plan: &Plan, needs: &[(String, Vec<&'static str>)], args: &Args, console: &Console) {
    if console.is_json() {
        told::log(plan, needs);
    } else if console.says(Volume::Normal) {
        console.print(&told::text(plan, needs, &args.inputs.display().to_string()));
    }
}

/// `to` as seen from the folder `from`, `/`-separated and ending in one; empty if they are the same.
fn relative(from: &Path, to: &Path) -> String {
    let (Ok(from), Ok(to)) = (from.canonicalize(), to.canonicalize()) else {
        return format!("{}/", to.display());
    };
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    up.chain(down).map(|part| part + "/").collect()
}
