//! `probity audit`: who looked at one person and why, or everything that one member of staff looked at.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::asking::Asking;
use super::console::{Console, Volume};
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::text::{clean, counted};
use crate::inquiry::{self, Asked, Audited, Question};

/// Examples, and what the options cannot say.
pub const AFTER: &str = "\
Examples:
  probity audit nightly.toml --subject N1234567
  probity audit nightly.toml --subject \"Jane Smith\" --born 1980-02-01 --out jane-smith
  probity audit nightly.toml --staff C123 --since 2026-01-01

Everyone is listed, explained or not, in order of time: searches that found
nothing and attempts that were denied too. The folder holds audit.csv (a row a
look), people.csv (a row a member of staff), evidence.csv (a row an audited
event), report.html, report.json and manifest.json.

Such an audit is itself a look at one person's data. Do it only for a reason
that you could give.";

/// Options of `probity audit`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("whom").required(true))]
pub struct Args {
    /// The config of a run, a TOML file
    pub config: PathBuf,

    /// Who was looked at: a record id, or a full name
    #[arg(long, value_name = "WHO", group = "whom")]
    pub subject: Option<String>,

    /// Who looked: a staff id, a login, or a full name
    #[arg(long, value_name = "WHO", group = "whom")]
    pub staff: Option<String>,

    /// Birth date, or year, of a person given by name
    #[arg(long, value_name = "DATE")]
    pub born: Option<String>,

    /// Folder that the audit is written to [default: `audit` in the working folder]
    #[arg(short, long, value_name = "DIR", help_heading = "Report")]
    pub out: Option<PathBuf>,

    #[command(flatten)]
    pub asking: Asking,
}

/// Makes the audit and says what came of it.
///
/// # Errors
/// Whatever stops it; see [`Exit`] for the codes.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    // Never the folder of the nightly report.
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from("audit"));
    let config = args.asking.config(&args.config, Some(out))?;
    let asked = |who: &String| Asked { who: who.clone(), born: args.born.clone() };
    let question = match (&args.subject, &args.staff) {
        (Some(who), _) => Question::Subject(asked(who)),
        (None, Some(who)) => Question::Staff(asked(who)),
        (None, None) => return Err(Failure::said(Exit::Usage, "cli::whom", "give --subject or --staff", None)),
    };
    let done = {
        let progress = Progress::new(console);
        inquiry::audit(&config, &question, &progress)?
    };
    if !console.is_json() && console.says(Volume::Normal) {
        console.print(&summary(&done));
    }
    Ok(Exit::Done)
}

fn summary(done: &Audited) -> String {
    let audit = &done.audit;
    let counts = &audit.counts;
    let mut text = format!("{}\n", clean(&audit.who));
    for warning in &audit.warnings {
        let _ = writeln!(text, "warning: {}", clean(warning));
    }
    let of = if audit.about == "subject" { ("user", "users", "by") } else { ("subject", "subjects", "at") };
    let _ = writeln!(
        text,
        "\n{} {} {}: {} explained, {} unexplained, {} cannot be told; {} denied, {} opened nothing.",
        counted(counts.looks, "look", "looks"),
        of.2,
        counted(counts.people, of.0, of.1),
        counts.explained,
        counts.unexplained,
        counts.cannot_tell,
        counts.denied,
        counts.search_only
    );
    let _ = writeln!(text, "\nThe audit is in {} (start with report.html).", clean(&done.folder.display().to_string()));
    text
}
