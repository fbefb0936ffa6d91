//! `probity man`: manual pages, made from the same words as `--help`.

use std::path::PathBuf;

use super::exit::Exit;
use super::failure::Failure;
use super::stdout;

/// Examples.
pub const AFTER: &str = "\
Examples:
  probity man | man -l -
  probity man /usr/local/share/man/man1";

/// Options of `probity man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder to write a page a command into [default: the main page to standard output]
    pub dir: Option<PathBuf>,
}

/// Writes manual pages.
///
/// # Errors
/// Where they cannot be written.
pub fn execute(args: &Args) -> Result<Exit, Failure> {
    let command = super::command();
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .render(&mut page)
            .map_err(|error| Failure::said(Exit::Unexpected, "cli::man", error.to_string(), None))?;
        return stdout::write(&page);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(command, dir))
        .map_err(|error| Failure::unwritable(dir, &error))?;
    Ok(Exit::Done)
}
