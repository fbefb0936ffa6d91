//! The command line: one file a command, and the few things they share.
//!
//! Data goes to the standard output and everything else to the standard error.
//! This is the edge of the program: the clock, the terminal, the process's
//! thread pool and its log are touched here and nowhere further in.

pub mod console;
pub mod exit;
pub mod failure;
pub mod summary;

mod asking;
mod audit;
mod check;
mod completions;
mod explain;
mod init;
mod man;
mod match_people;
mod plain;
mod profile;
mod progress;
mod rules;
mod run;
mod schema;
mod scorecard;
mod sheet;
mod stdout;
mod text;

use std::ffi::OsString;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use console::{Colour, Console, LogFormat};
use exit::Exit;
use failure::Failure;

/// The widest that help is set.
const WIDTH: usize = 100;

const ABOUT: &str = "Finds look-ups in police systems that no policing purpose explains";

const LONG_ABOUT: &str = "\
Finds look-ups in police systems that no policing purpose explains.

Reads a force's access logs beside its HR, relationship, incident and duty data,
and writes a ranked, evidenced report of who looked at what they had no policing
reason to look at. It works offline and decides nothing about anyone: it orders
what a person should read first.";

const AFTER: &str = "\
Examples:
  probity init nightly.toml --inputs exports/     write a first config for the files in exports/
  probity check nightly.toml                      what the files hold, and how they join
  probity run nightly.toml                        read, judge, write the report
  probity audit nightly.toml --subject N123       who looked at this person, and why
  probity rules list                              what is looked for
  probity help run                                everything about one command";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "probity",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = AFTER,
    after_long_help = format!("{AFTER}\n\n{}", Exit::help()),
    max_term_width = WIDTH,
    subcommand_required = true,
    arg_required_else_help = true,
    next_line_help = false,
)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Say errors alone
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Say each stage; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Output")]
    verbose: u8,

    /// How messages are written
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value_t,
        hide_possible_values = true,
        help = "How messages are written: text, or json (a JSON object a line, times in UTC)",
        help_heading = "Output"
    )]
    log_format: LogFormat,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        help = "When to use colours: auto (on a terminal, unless NO_COLOR is set), always, never",
        help_heading = "Output"
    )]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read the logs, judge them, write the report
    #[command(after_help = run::AFTER)]
    Run(run::Args),

    /// Read the inputs of a config and say what they are like, without a run
    #[command(after_help = check::AFTER)]
    Check(check::Args),
    /// Who looked at one person, or what one member of staff looked at, and why
    #[command(after_help = audit::AFTER)]
    Audit(audit::Args),

    /// Why one look or case is explained or not: every explanation tried, and what each link weighs
    #[command(after_help = explain::AFTER)]
    Explain(explain::Args),

    /// Write a first config for a folder of exports
    #[command(after_help = init::AFTER)]
    Init(init::Args),

    /// List and show mapping profiles, and propose one for an export
    #[command(after_help = profile::AFTER, arg_required_else_help = true)]
    Profile(profile::Args),

    /// List, show, test, explain, document and begin rules, and the facts they are made of
    #[command(after_help = rules::AFTER, arg_required_else_help = true)]
    Rules(rules::Args),

    /// The values of the score beside what decided cases have taught, and a new file of values
    #[command(after_help = scorecard::AFTER)]
    Scorecard(scorecard::Args),

    /// Answer who a list of searches was about, outside a run
    #[command(after_help = match_people::AFTER)]
    Match(match_people::Args),

    /// Print the JSON Schema of the report, of the config or of a mapping profile
    #[command(after_help = schema::AFTER)]
    Schema(schema::Args),

    /// Print a completion script for a shell
    #[command(after_help = completions::AFTER)]
    Completions(completions::Args),

    /// Write the manual pages
    #[command(after_help = man::AFTER)]
    Man(man::Args),
}

/// The command line's own description, for help, manual pages and documentation.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Does what the arguments ask and returns how it ended.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = command()
        .color(early_colour(&args).choice())
        .try_get_matches_from(&args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version end here too; they print to the standard output and are no error.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let console = Console::new(cli.log_format, cli.color, cli.quiet, cli.verbose);
    console.start_log();
    match execute(&cli.command, &console) {
        Ok(exit) => exit,
        Err(failure) => {
            console.fail(&failure);
            failure.exit
        }
    }
}

fn execute(command: &Command, console: &Console) -> Result<Exit, Failure> {
    match command {
        Command::Run(args) => run::execute(args, console),
        Command::Check(args) => check::execute(args, console),
        Command::Audit(args) => audit::execute(args, console),
        Command::Explain(args) => explain::execute(args, console),
        Command::Init(args) => init::execute(args, console),
        Command::Profile(args) => profile::execute(args),
        Command::Rules(args) => rules::execute(args),
        Command::Scorecard(args) => scorecard::execute(args, console),
        Command::Match(args) => match_people::execute(args, console),
        Command::Schema(args) => schema::execute(args),
        Command::Completions(args) => completions::execute(args),
        Command::Man(args) => man::execute(args),
    }
}

/// What `--color` says, read ahead: the parser needs it to print its own errors.
fn early_colour(args: &[OsString]) -> Colour {
    let texts: Vec<_> = args.iter().take_while(|arg| *arg != "--").map(|arg| arg.to_string_lossy()).collect();
    let mut colour = Colour::Auto;
    for (at, text) in texts.iter().enumerate() {
        let value = match text.strip_prefix("--color") {
            Some("") => texts.get(at + 1).map(AsRef::as_ref),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        colour = match value {
            Some("always") => Colour::Always,
            Some("never") => Colour::Never,
            Some("auto") => Colour::Auto,
            _ => colour,
        };
    }
    colour
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn colour_is_known_before_parsing() {
        let early = |args: &[&str]| early_colour(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(early(&["probity", "--color", "never", "run"]), Colour::Never);
        assert_eq!(early(&["probity", "--color=always"]), Colour::Always);
        assert_eq!(early(&["probity", "run", "--", "--color=always"]), Colour::Auto);
    }
}
