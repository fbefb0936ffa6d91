//! `probity rules explain`: why a rule fires on a row, or does not.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::text::clean;
use super::{Shelf, print, unknown_rule};
use crate::config::{self, Overrides};
use crate::purpose::UserId;
use crate::rules::rows::{World, case::CaseFacts, look::LookRow, subject::SubjectRow, user::UserRow};
use crate::rules::{Explanation, Rule, Scope, Truth, explain, facts, row_of};
use crate::run::{self, Unwatched};

/// Rows of one explanation; more are counted.
const MOST: usize = 50;

/// What is to be explained.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule: `name` or `family/name`
    rule: String,

    /// A YAML file with facts, as under `row:` in a test file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "staff", "subject"], required_unless_present = "config")]
    row: Option<PathBuf>,

    /// The config of a run whose rows are to be asked
    #[arg(long, value_name = "CONFIG", requires = "staff")]
    config: Option<PathBuf>,

    /// Whose looks
    #[arg(long, value_name = "ID")]
    staff: Option<String>,

    /// At whom: a record id, or the subject's key as reports give it
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
}

/// Explains a rule on one row, or on the rows of a run.
///
/// # Errors
/// Where the rule, the row or the member of staff is unknown, or an input cannot be read.
pub fn execute(args: &Args, rules: &Option<PathBuf>, as_json: bool) -> Result<Exit, Failure> {
    let rows = match (&args.row, &args.config) {
        (Some(file), _) => {
            let shelf = Shelf::open_dir(rules.as_deref())?;
            let rule = shelf.set.find(&args.rule).ok_or_else(|| unknown_rule(&shelf, &args.rule))?;
            vec![(file.display().to_string(), of_file(rule, file)?)]
        }
        (None, Some(config)) => of_run(args, config, rules.clone())?,
        (None, None) => Vec::new(),
    };
    print(
        as_json,
        || told(&rows),
        || json!(rows.iter().map(|(of, why)| json!({ "of": of, "why": why })).collect::<Vec<_>>()),
    )
}

fn of_file(rule: &Rule, file: &Path) -> Result<Explanation, Failure> {
    if rule.correlation.is_some() {
        let help = "a correlation looks at many rows: give --config and --staff".to_owned();
        return Err(Failure::said(Exit::Usage, "cli::correlation", "a correlation has no row", help));
    }
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::said(Exit::Usage, "cli::unreadable", format!("{} cannot be read: {error}", file.display()), None)
    })?;
    let row = row_of(&file.display().to_string(), &text, rule.meta.probity.scope)
        .map_err(|errors| Failure::new(Exit::Usage, errors))?;
    Ok(explain(rule, &row))
}

fn of_run(args: &Args, path: &Path, rules: Option<PathBuf>) -> Result<Vec<(String, Explanation)>, Failure> {
    let config = config::load(path, &Overrides { rules, ..Overrides::default() })?;
    let shelf = Shelf::open_dir(config.rules.as_deref())?;
    let rule = shelf.set.find(&args.rule).ok_or_else(|| unknown_rule(&shelf, &args.rule))?;
    let staff = args.staff.as_deref().unwrap_or_default();
    run::with_world(&config, &Unwatched, |world| {
        let Some(user) = world.judged.users.find(staff) else {
            let message = format!("nobody in this run is `{staff}`");
            return Err(Failure::said(
                Exit::Usage,
                "cli::unknown_staff",
                message,
                "give the staff id, or the login where there is no staff table".to_owned(),
            ));
        };
        Ok(rows(world, &shelf, rule, user, args.subject.as_deref()))
    })?
}

fn rows(
    world: &World<'_>,
    shelf: &Shelf,
    rule: &Rule,
    user: UserId,
    subject: Option<&str>,
) -> Vec<(String, Explanation)> {
    if rule.correlation.is_some() {
        return correlated(world, shelf, rule, user);
    }
    if rule.meta.probity.scope == Scope::User {
        let row = UserRow::new(world, user);
        return vec![(world.judged.users.id(user, &world.tables.staff).to_owned(), explain(rule, &row))];
    }
    let mut found = Vec::new();
    for case in world.cases.iter().filter(|case| case.user == user) {
        let of = &world.subjects.all[case.subject as usize];
        let named = |wanted: &str| of.key == wanted || of.key.split_once(':').is_some_and(|(_, id)| id == wanted);
        if !subject.is_none_or(named) {
            continue;
        }
        let facts = CaseFacts::new(world, *case);
        if rule.meta.probity.scope == Scope::Subject {
            if let Some(viewed) = world.viewed.get(&case.subject) {
                found.push((of.key.clone(), explain(rule, &SubjectRow { facts: viewed })));
            }
            continue;
        }
        for row in facts.rows() {
            let tie = row.tie.map_or_else(String::new, |tie| format!(", as {}", tie.kind.as_str()));
            if rule.meta.probity.scope == Scope::Case {
                found.push((format!("{}{tie}", of.key), explain(rule, &row)));
                continue;
            }
            for look in facts.looks {
                let at = look.first_at.rfc3339(world.judged.zone);
                found.push((format!("{}{tie}, at {at}", of.key), explain(rule, &LookRow::new(&facts, look, row.tie))));
            }
        }
    }
    // What fired first; then in the order of cases.
    found.sort_by_key(|(_, why)| !why.fired);
    found
}

/// A correlation is explained by the hits of its base rules that stand behind its findings.
fn correlated(world: &World<'_>, shelf: &Shelf, rule: &Rule, user: UserId) -> Vec<(String, Explanation)> {
    let (rules, _) = shelf.set.runnable(&facts::TABLES);
    let firings = crate::rules::fire::fire(world, &rules);
    let index = rules.iter().position(|known| known.meta.id == rule.meta.id).unwrap_or_default() as u16;
    let mut looks: Vec<u32> = Vec::new();
    let of = |found: &[u32], looks: &mut Vec<u32>| {
        looks.extend(found.iter().copied().filter(|look| world.judged.looks.all[*look as usize].user == user));
    };
    firings.users.iter().filter(|f| f.rule == index).for_each(|f| of(&f.looks, &mut looks));
    firings.subjects.iter().filter(|f| f.rule == index).for_each(|f| of(&f.looks, &mut looks));
    for fired_case in &firings.cases {
        let from = world.cases[fired_case.case as usize].from;
        for fired in fired_case.fired.iter().filter(|f| f.rule == index) {
            let own: Vec<u32> = fired.looks.iter().map(|look| look + from).collect();
            of(&own, &mut looks);
        }
    }
    looks.sort_unstable();
    looks.dedup();
    let words = rule.correlation.as_ref().map(crate::rules::correlation::Correlation::words).unwrap_or_default();
    let selections = looks
        .iter()
        .map(|look| {
            let look = &world.judged.looks.all[*look as usize];
            let at = look.first_at.rfc3339(world.judged.zone);
            let name = format!("{at} {}", world.subjects.all[look.subject as usize].key);
            crate::rules::SelectionExplanation { name, holds: true, any: Vec::new() }
        })
        .collect();
    let id = world.judged.users.id(user, &world.tables.staff).to_owned();
    vec![(id, Explanation { rule: rule.meta.key(), fired: !looks.is_empty(), condition: words, selections })]
}

fn told(rows: &[(String, Explanation)]) -> String {
    let mut text = String::new();
    if rows.is_empty() {
        text.push_str("There is no such row in this run.\n");
    }
    for (of, why) in rows.iter().take(MOST) {
        let did = if why.fired { "fires" } else { "stays silent" };
        let _ = writeln!(text, "{} {did} on {}\n  condition: {}", why.rule, clean(of), clean(&why.condition));
        for selection in &why.selections {
            let _ =
                writeln!(text, "  {} {}", if selection.holds { "holds:" } else { "fails:" }, clean(&selection.name));
            for (nth, items) in selection.any.iter().enumerate() {
                if nth > 0 {
                    text.push_str("    or\n");
                }
                for item in items {
                    let mark = match item.truth {
                        Truth::True => "yes    ",
                        Truth::False => "no     ",
                        Truth::Null => "unknown",
                    };
                    let (asked, found) = (clean(&item.asked), clean(&item.found));
                    let _ = writeln!(text, "    {mark} {}: {asked}; found {found} (line {})", item.key, item.line);
                    let _ = writeln!(text, "            {}", item.meaning);
                }
            }
        }
        text.push('\n');
    }
    if rows.len() > MOST {
        let _ = writeln!(text, "{} more rows are not shown; --json shows them all.", rows.len() - MOST);
    }
    text
}
