//! `probity schema`: the shapes of the report, the config and mapping profiles, for programs.

use super::exit::Exit;
use super::failure::Failure;
use super::stdout;
use crate::{config, ingest, report};

/// Examples.
pub const AFTER: &str = "\
Examples:
  probity schema report > report.schema.json
  probity schema config > probity.schema.json      (for editors that check TOML)
  probity schema profile > profile.schema.json     (likewise)";

/// Which shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// report.json
    Report,
    /// The run's config
    Config,
    /// A mapping profile
    Profile,
}

/// Options of `probity schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which schema to print
    #[arg(value_enum)]
    pub of: Shape,
}

/// Prints a JSON Schema.
///
/// # Errors
/// Where the standard output cannot be written.
pub fn execute(args: &Args) -> Result<Exit, Failure> {
    let text = match args.of {
        Shape::Report => report::json::schema(),
        Shape::Profile => ingest::profile::schema(),
        Shape::Config => format!("{:#}\n", config::keys::schema()),
    };
    stdout::write(text.as_bytes())
}
