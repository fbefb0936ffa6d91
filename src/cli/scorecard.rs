//! `probity scorecard`: the values of the score beside what decided cases have taught, and a new file of values.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::run::bound_threads;
use super::stdout;
use super::text::{clean, columns, counted};
use crate::config::{self, Overrides};
use crate::report::model::Lane;
use crate::rules::{self, RuleSet};
use crate::scorecard::walk::{self, Applied, Asked, Told};
use crate::scorecard::{Change, Learnt, Moved, Outcomes, Scorecard, file, scorecard};
use crate::values::{Range, Values};

/// Examples, and what the options cannot say.
pub const AFTER: &str = "\
Examples:
  probity scorecard                                   every value that the score starts from
  probity scorecard nightly.toml                      the same beside what outcomes have taught
  probity scorecard nightly.toml --apply              write values-DATE.toml, and show what would change
  probity scorecard nightly.toml --json               the same for programs

Outcomes are the rows of the table `dispositions`. What they speak of is known
from the period of the config and, where it names a ledger, from every run that
the ledger remembers. A decided case moves a rule only where the case would have
been listed without that rule, or was drawn at random (`probity run --sample`):
docs/scoring.md says why.

Nothing changes until a config names the new file (`values = \"values-DATE.toml\"`).";

/// Unknown references that are listed.
const UNKNOWN: usize = 10;
/// Referrals that are listed, of each kind of change.
const MOVED: usize = 20;

/// Options of `probity scorecard`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The config of a run, a TOML file
    #[arg(required_if_eq("apply", "true"))]
    pub config: Option<PathBuf>,

    /// Write a new file of values, and show how the ranking of the period would have changed
    #[arg(long)]
    pub apply: bool,

    /// The day by which the new values are dated [default: the day that the run takes as the present]
    #[arg(long, value_name = "DATE", requires = "apply")]
    pub date: Option<String>,

    /// The file to write; it must not exist [default: values-DATE.toml in the working folder]
    #[arg(short, long, value_name = "FILE", requires = "apply")]
    pub out: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,

    /// Start of the window: a date (its first moment) or an RFC 3339 time
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub since: Option<String>,

    /// End of the window: a date (that day counts) or an RFC 3339 time (itself outside)
    #[arg(long, value_name = "WHEN", help_heading = "Window")]
    pub until: Option<String>,

    /// SQLite file that remembers what earlier runs listed
    #[arg(long, value_name = "FILE", help_heading = "Engine")]
    pub ledger: Option<PathBuf>,

    /// Folder of rules to use in place of the shipped ones
    #[arg(long, value_name = "DIR", help_heading = "Engine")]
    pub rules: Option<PathBuf>,

    /// How many threads to work with [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Engine")]
    pub threads: Option<u16>,
}

/// Prints the scorecard, and writes new values where they are asked for.
///
/// # Errors
/// Whatever stops a run; a date that is none; a file that exists.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let Some(path) = &args.config else {
        let set = match &args.rules {
            Some(folder) => RuleSet::load(folder),
            None => RuleSet::parse(&rules::shipped()),
        };
        let set = set.map_err(|errors| Failure::new(Exit::Rules, errors))?;
        let card = scorecard(&set, Values::shipped(), &Outcomes::default());
        let told = Told { card, period: String::new(), applied: None };
        return print(args, Values::shipped(), &told, None);
    };
    if let Some(date) = &args.date
        && chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_err()
    {
        let help = "write it as year, month and day, such as 2026-03-31".to_owned();
        return Err(Failure::said(Exit::Usage, "cli::date", format!("{} is no date", clean(date)), help));
    }
    let overrides = Overrides {
        since: args.since.clone(),
        until: args.until.clone(),
        rules: args.rules.clone(),
        threads: args.threads.map(usize::from),
        ledger: args.ledger.clone(),
        ..Overrides::default()
    };
    let config = config::load(path, &overrides)?;
    if let Some(threads) = config.threads {
        bound_threads(threads)?;
    }
    let asked = args.apply.then(|| Asked {
        date: args.date.clone(),
        over: format!("version {}", config.values.version),
        decoys: config.values.checks.decoys,
    });
    let told = {
        let progress = Progress::new(console);
        walk::of_config(&config, asked.as_ref(), &progress)?
    };
    let written = match &told.applied {
        Some(applied) => {
            let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("values-{}.toml", applied.date)));
            write_new(&out, &applied.text)?;
            Some(out)
        }
        None => None,
    };
    print(args, &config.values, &told, written.as_deref())
}

/// Writes a file that is not there yet, whole or not at all.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            let help = "give another with --out: values that a report rests on are not overwritten".to_owned();
            let said = format!("{} exists already", clean(&path.display().to_string()));
            return Failure::said(Exit::Usage, "scorecard::exists", said, help);
        }
        Failure::unwritable(path, &error)
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = std::fs::remove_file(path);
        Failure::unwritable(path, &error)
    })
}

fn print(args: &Args, values: &Values, told: &Told, written: Option<&Path>) -> Result<Exit, Failure> {
    if args.json {
        let applied = told.applied.as_ref().map(|a| json!({ "date": a.date, "values": a.values, "ranking": a.moved }));
        let all = json!({
            "values": file::said(values),
            "scorecard": told.card,
            "period": told.period,
            "applied": applied,
            "written": written.map(|path| path.display().to_string()),
        });
        return stdout::write(format!("{all:#}\n").as_bytes());
    }
    let mut text = starting(values, &told.card);
    if args.config.is_some() {
        decided(&told.card, &mut text);
    }
    if let (Some(applied), Some(path)) = (&told.applied, written) {
        changed(applied, &told.period, path, &mut text);
    }
    stdout::write(text.as_bytes())
}

/// "0.30 (0.15 to 0.50)".
fn range(of: &Range) -> String {
    format!("{} ({} to {})", figure(of.value), figure(of.low), figure(of.high))
}

/// Two digits that say something.
fn figure(p: f64) -> String {
    crate::score::weigh::figure(p)
}

/// Every value, and every rule with what outcomes say.
fn starting(values: &Values, card: &Scorecard) -> String {
    let mut text = format!("Values of the score, version {}\n\n", clean(&card.version));
    for said in file::said(values) {
        let own = if said.value == said.shipped { String::new() } else { format!(" (shipped {})", said.shipped) };
        let _ = writeln!(text, "  {} = {}{own}", said.key, said.value);
        if !said.about.is_empty() {
            let _ = writeln!(text, "      {}", said.about);
        }
    }
    let _ = writeln!(
        text,
        "\nRules: m is how often misuse looks like this, u how often ordinary work does (stated, or counted in each run),\n\
         each with a 90 % range; outcomes, those that may move the value and how many of them show the rule.\n"
    );
    let mut rows = vec![
        ["rule", "", "stated", "in force", "outcomes", "taught", "becomes", "confirmed", "dismissed", "quality"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for of in &card.rules {
        let quality = of.quality.map_or_else(String::new, |q| format!("{:.0} %", 100.0 * q));
        rows.push(row(&of.rule, "m", &of.m, [of.confirmed.to_string(), of.dismissed.to_string(), quality]));
        if let Some(u) = &of.u {
            rows.push(row("", "u", u, [const { String::new() }; 3]));
        } else {
            rows.push(vec![String::new(), "u".to_owned(), format!("counted: {}", of.chance)]);
        }
    }
    text.push_str(&columns(&rows, &[false, false, false, false, true, false, false, true, true, true]));
    text
}

fn row(rule: &str, name: &str, of: &Learnt, rest: [String; 3]) -> Vec<String> {
    let own = if of.in_force == of.stated { String::new() } else { figure(of.in_force.value) };
    let (outcomes, taught) = if of.outcomes == 0 {
        (String::new(), String::new())
    } else {
        (format!("{}/{}", of.shown, of.outcomes), range(&of.taught))
    };
    let becomes = of.becomes.map_or_else(String::new, |b| figure(b.value));
    let mut row = vec![rule.to_owned(), name.to_owned(), range(&of.stated), own, outcomes, taught, becomes];
    row.extend(rest);
    row
}

/// What was decided, and what names nothing known.
fn decided(card: &Scorecard, text: &mut String) {
    let _ = writeln!(
        text,
        "\n{} counted, {} of them upheld; {} still open.",
        counted(card.decided, "decided case is", "decided cases are"),
        card.confirmed,
        card.open
    );
    match card.sampled {
        0 => text.push_str(
            "None was drawn at random: what is missed, and how often ordinary work shows a rule, stays unknown \
             (`probity run --sample N`).\n",
        ),
        n => {
            let _ = writeln!(text, "{n} of them drawn at random, {} upheld.", card.sampled_confirmed);
        }
    }
    if card.unknown.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n{} no finding, referral or member of staff known here, and teach nothing:",
        counted(card.unknown.len() as u64, "row of the dispositions names", "rows of the dispositions name")
    );
    for row in card.unknown.iter().take(UNKNOWN) {
        let _ = writeln!(text, "  {}, line {}: {}", clean(&row.file), row.line, clean(&row.reference));
    }
    if card.unknown.len() > UNKNOWN {
        let _ = writeln!(text, "  and {} more", card.unknown.len() - UNKNOWN);
    }
}

/// What the new values are, and what they would have changed.
fn changed(applied: &Applied, period: &str, path: &Path, text: &mut String) {
    let _ = writeln!(text, "\nThe new values are in {}.", clean(&path.display().to_string()));
    let of = |change: Change| applied.moved.iter().filter(move |m| m.change == change);
    let moves = of(Change::Moves).count();
    let _ = writeln!(
        text,
        "With them, of {} listed over {}: {} would enter the refer lane, {} would leave it, {} would have another place.",
        counted(applied.moved.len() as u64, "referral", "referrals"),
        period,
        of(Change::Enters).count(),
        of(Change::Leaves).count(),
        moves
    );
    for (change, title) in [(Change::Enters, "Enter"), (Change::Leaves, "Leave"), (Change::Moves, "Move")] {
        let rows: Vec<Vec<String>> = of(change).take(MOVED).map(place).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{title}:\n{}", columns(&rows, &[false, false, false, false]));
        let more = of(change).count() - rows.len();
        if more > 0 {
            let _ = writeln!(text, "  and {more} more (--json lists all)");
        }
    }
}

fn place(moved: &Moved) -> Vec<String> {
    let said = |place: Option<(u32, Lane, f64)>| match place {
        Some((rank, lane, bits)) => format!("{rank}. {} ({bits:.1} bits)", lane.as_str()),
        None => "not listed".to_owned(),
    };
    vec![clean(&moved.referral_id), said(moved.before), "->".to_owned(), said(moved.after)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::{Counts, Unknown, learn};

    /// A scorecard of one rule after fourteen outcomes, with hostile references.
    fn told() -> Told {
        let set = RuleSet::parse(&rules::shipped()).expect("the shipped rules are sound");
        let mut card = scorecard(&set, Values::shipped(), &Outcomes::default());
        card.rules.retain(|r| ["relationship/family", "duty/left"].contains(&r.rule.as_str()));
        let rules = &Values::shipped().learning;
        for of in &mut card.rules {
            of.m = learn(of.m.stated, None, Counts { outcomes: 14, shown: 9 }, rules);
            (of.confirmed, of.dismissed, of.quality) = (9, 3, Some(0.75));
        }
        (card.decided, card.confirmed, card.open, card.sampled) = (17, 14, 2, 0);
        let unknown = |line, reference: &str| Unknown {
            file: "dispositions.csv".to_owned(),
            line,
            reference: reference.to_owned(),
        };
        card.unknown = (3..16).map(|line| unknown(line, "=cmd()\u{1b}[2J\u{202e}\nnext")).collect();
        let moved = vec![
            Moved {
                referral_id: "R-C1".to_owned(),
                change: Change::Enters,
                before: Some((7, Lane::Query, 2.1)),
                after: Some((3, Lane::Refer, 3.4)),
            },
            Moved {
                referral_id: "R-\u{1b}C2".to_owned(),
                change: Change::Leaves,
                before: Some((3, Lane::Refer, 3.0)),
                after: None,
            },
        ];
        let values = crate::scorecard::apply(&card, Values::shipped(), "2026-03-31");
        let applied = Some(Applied { date: "2026-03-31".to_owned(), values, text: String::new(), moved });
        Told { card, period: "2026-03-01 to 2026-03-31".to_owned(), applied }
    }

    #[test]
    fn what_a_person_sees() {
        let told = told();
        let mut text = starting(Values::shipped(), &told.card);
        decided(&told.card, &mut text);
        changed(
            told.applied.as_ref().expect("made above"),
            &told.period,
            Path::new("values-2026-03-31.toml"),
            &mut text,
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        insta::assert_snapshot!("scorecard", text);
    }
}
