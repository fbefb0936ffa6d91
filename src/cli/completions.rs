//! `probity completions`: what a shell needs to complete our commands.

use clap_complete::Shell;

use super::exit::Exit;
use super::failure::Failure;
use super::stdout;

/// Examples.
pub const AFTER: &str = "\
Examples:
  probity completions bash > /etc/bash_completion.d/probity
  probity completions fish > ~/.config/fish/completions/probity.fish";

/// Options of `probity completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// For which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints a completion script.
///
/// # Errors
/// Where the standard output cannot be written.
pub fn execute(args: &Args) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "probity", &mut script);
    stdout::write(&script)
}
