//! `probity rules`: what is looked for, said by the rules themselves.

mod doc;
mod dump;
mod explain;
mod new;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::stdout;
use super::text::{clean, columns, counted};
use crate::config::suggest;
use crate::rules::{self, Fact, Meta, RuleSet, TestReport, Weight, facts, test_rules};

/// Examples.
pub const AFTER: &str = "\
Examples:
  probity rules list
  probity rules show relationship/family
  probity rules test --rules my-rules
  probity rules facts --scope case
  probity rules explain family --row row.yml
  probity rules explain family --config nightly.toml --staff C143486
  probity rules new relationship/landlord --into my-rules
  probity rules doc > catalogue.md";

/// Options of `probity rules`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,

    /// Folder of rules to use in place of the shipped ones, or over them where its pack.toml says so
    #[arg(long, global = true, value_name = "DIR")]
    rules: Option<PathBuf>,

    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One line a rule
    List,
    /// Everything about one rule, and its file
    Show {
        /// The rule: `name` or `family/name`
        rule: String,
    },
    /// Run the tests that stand beside the rules; exit code 3 if one fails
    Test,
    /// What rules may ask about
    Facts {
        /// Only facts about a look, case, user or subject
        #[arg(long)]
        scope: Option<String>,

        /// Print the rows of this run instead, one JSON object a line, with the rules that fire on each
        #[arg(long, value_name = "CONFIG", requires = "scope")]
        dump: Option<PathBuf>,
    },
    /// Why a rule fires on a row, or on the rows of a run, or does not
    Explain(explain::Args),
    /// The whole catalogue in Markdown
    Doc,
    /// Write a rule and its tests to begin with
    New(new::Args),
}

/// Does what is asked of the rules.
///
/// # Errors
/// Where the rules are wrong, or a name is unknown.
pub fn execute(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Facts { scope, dump: None } => print_facts(scope.as_deref(), args.json),
        Command::Facts { scope, dump: Some(config) } => {
            let scope = scope_named(scope.as_deref().unwrap_or_default())?;
            dump::execute(config, scope, args.rules.as_deref())
        }
        Command::Explain(asked) => explain::execute(asked, &args.rules, args.json),
        Command::Doc => stdout::write(doc::catalogue(&Shelf::open(args)?).as_bytes()),
        Command::New(asked) => new::execute(asked),
        Command::List => {
            let set = Shelf::open(args)?.set;
            print(args.json, || list(&set), || json!(metas(&set)))
        }
        Command::Show { rule } => {
            let shelf = Shelf::open(args)?;
            show(&shelf, rule, args.json)
        }
        Command::Test => test(&Shelf::open(args)?, args.json),
    }
}

/// A set of rules with the files that it was read from.
pub struct Shelf {
    /// The rules.
    pub set: RuleSet,
    files: Vec<(String, String)>,
}

impl Shelf {
    fn open(args: &Args) -> Result<Self, Failure> {
        Self::open_dir(args.rules.as_deref())
    }

    /// The rules of a folder, or the shipped ones.
    fn open_dir(dir: Option<&Path>) -> Result<Self, Failure> {
        let Some(dir) = dir else { return Self::shipped() };
        let (set, files) = RuleSet::load_with_files(dir).map_err(|errors| Failure::new(Exit::Rules, errors))?;
        Ok(Self { set, files })
    }

    /// The rules that the program brings along.
    ///
    /// # Errors
    /// Never for a released program: its own tests load them.
    pub fn shipped() -> Result<Self, Failure> {
        let files = rules::shipped();
        let (_, only_rules): (Vec<_>, Vec<_>) = files.iter().cloned().partition(|(name, _)| is_test(name));
        let set = RuleSet::parse(&only_rules).map_err(|errors| Failure::new(Exit::Rules, errors))?;
        Ok(Self { set, files })
    }

    /// What every rule and correlation says about itself, sorted by family and name.
    pub fn metas(&self) -> Vec<&Meta> {
        metas(&self.set)
    }

    /// The file of a rule as it was written.
    fn text(&self, meta: &Meta) -> Option<String> {
        self.files.iter().find(|(name, _)| *name == meta.path).map(|(_, text)| text.clone())
    }

    fn tests(&self) -> TestReport {
        let tests: Vec<_> = self.files.iter().filter(|(name, _)| is_test(name)).cloned().collect();
        test_rules(&self.set, &tests)
    }
}

fn is_test(name: &str) -> bool {
    name.ends_with(".test.yml")
}

fn metas(set: &RuleSet) -> Vec<&Meta> {
    let rules = set.rules().iter().map(|rule| &rule.meta);
    let mut all: Vec<_> = rules.chain(set.correlations().iter().map(|rule| &rule.meta)).collect();
    all.sort_by_key(|meta| (&meta.family, &meta.name));
    all
}

fn print(
    as_json: bool,
    text: impl FnOnce() -> String,
    value: impl FnOnce() -> serde_json::Value,
) -> Result<Exit, Failure> {
    let shown = if as_json { format!("{:#}\n", value()) } else { text() };
    stdout::write(shown.as_bytes())
}

fn list(set: &RuleSet) -> String {
    let mut rows = vec![["rule", "level", "lane", "block", "about", "needs", "title"].map(str::to_owned).to_vec()];
    for meta in metas(set) {
        rows.push(vec![
            meta.key(),
            meta.level.to_string(),
            meta.probity.lane.to_string(),
            meta.probity.block.to_string(),
            meta.probity.scope.as_str().to_owned(),
            meta.probity.needs.join(","),
            clean(&meta.title),
        ]);
    }
    columns(&rows, &[])
}

fn show(shelf: &Shelf, name: &str, as_json: bool) -> Result<Exit, Failure> {
    let all = metas(&shelf.set);
    let Some(meta) = all.iter().find(|meta| meta.name == name || meta.key() == name) else {
        return Err(unknown_rule(shelf, name));
    };
    print(as_json, || told(meta, shelf.text(meta).as_deref()), || json!(meta))
}

/// There is no such rule; the nearest name is.
fn unknown_rule(shelf: &Shelf, name: &str) -> Failure {
    let all = metas(&shelf.set);
    let keys: Vec<_> = all.iter().map(|meta| meta.key()).collect();
    let near = suggest::nearest(name, keys.iter().map(String::as_str))
        .or_else(|| suggest::nearest(name, all.iter().map(|meta| meta.name.as_str())));
    let help = near.map_or("`probity rules list` names them all".to_owned(), |near| format!("did you mean `{near}`?"));
    Failure::said(Exit::Usage, "cli::unknown_rule", format!("there is no rule `{name}`"), help)
}

/// The scope of this name.
fn scope_named(name: &str) -> Result<facts::Scope, Failure> {
    let scopes = facts::Scope::ALL.map(facts::Scope::as_str);
    facts::Scope::ALL.into_iter().find(|scope| scope.as_str() == name).ok_or_else(|| {
        let message = format!("there is no scope `{name}`");
        Failure::said(Exit::Usage, "cli::unknown_scope", message, suggest::help(name, scopes))
    })
}

/// One rule in words, then its file.
fn told(meta: &Meta, file: Option<&str>) -> String {
    let probity = &meta.probity;
    let mut text = format!("{}: {}\n\n{}\n\n", meta.key(), meta.title.trim(), meta.description.trim());
    let weight = |weight: &Weight| format!("{} ({} to {})", weight.value, weight.low, weight.high);
    let chance = match &probity.u {
        Some(u) => weight(u),
        None => format!("taken from the data ({})", probity.chance),
    };
    let needs =
        if probity.needs.is_empty() { "nothing but the access log".to_owned() } else { probity.needs.join(", ") };
    for (head, body) in [
        ("level", meta.level.to_string()),
        ("status", meta.status.to_string()),
        ("about", format!("one {}", probity.scope.as_str())),
        ("lane", probity.lane.to_string()),
        ("block", probity.block.to_string()),
        ("under misuse", weight(&probity.m)),
        ("by chance", chance),
        ("needs", needs),
        ("law", probity.law.join(", ")),
        ("next", probity.next.trim().to_owned()),
        ("version", format!("{}, sha256 {}", probity.version, meta.sha256)),
    ] {
        text.push_str(&format!("{head:<13} {body}\n"));
    }
    for (head, lines) in [("Innocent explanations", &meta.falsepositives), ("References", &meta.references)] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{head}:\n"));
            lines.iter().for_each(|line| text.push_str(&format!("  - {}\n", line.trim())));
        }
    }
    if let Some(file) = file {
        text.push_str(&format!("\n--- {}\n{}\n", meta.path, file.trim_end()));
    }
    text
}

/// Prints the failures and a last line that counts; ends with [`Exit::Rules`] where any failed.
fn test(shelf: &Shelf, as_json: bool) -> Result<Exit, Failure> {
    let report = shelf.tests();
    print(as_json, || results(&report), || json!(report.rules))?;
    if !report.errors.is_empty() {
        return Err(Failure::new(Exit::Rules, rules::RuleErrors(report.errors)));
    }
    Ok(if report.passed() { Exit::Done } else { Exit::Rules })
}

fn results(report: &TestReport) -> String {
    let mut text = String::new();
    let mut failed = 0;
    for rule in &report.rules {
        for case in rule.cases.iter().filter(|case| !case.passed()) {
            failed += 1;
            let (should, did) = if case.expected { ("fire", "stayed silent") } else { ("stay silent", "fired") };
            text.push_str(&format!(
                "FAILED {}, line {}: {}\n  should {should} because {}; it {did}\n",
                rule.rule,
                case.line,
                clean(&case.name),
                clean(&case.why)
            ));
            for selection in &case.explanation.selections {
                for item in selection.any.iter().flatten() {
                    let (name, key) = (&selection.name, &item.key);
                    let (asked, found) = (clean(&item.asked), clean(&item.found));
                    text.push_str(&format!("    {name}: {key} asks for {asked}, the row has {found}\n"));
                }
            }
        }
    }
    let tests = counted(report.count() as u64, "test", "tests");
    let rules = counted(report.rules.len() as u64, "rule", "rules");
    text.push_str(&format!(
        "{tests} of {rules}: {}\n",
        if failed == 0 { "all passed".to_owned() } else { format!("{failed} failed") }
    ));
    text
}

fn print_facts(scope: Option<&str>, as_json: bool) -> Result<Exit, Failure> {
    scope.map(scope_named).transpose()?;
    let wanted: Vec<&Fact> =
        facts::FACTS.iter().filter(|fact| scope.is_none_or(|scope| fact.scope.as_str() == scope)).collect();
    print(as_json, || fact_lines(&wanted), || json!(wanted))
}

fn fact_lines(facts: &[&Fact]) -> String {
    let mut rows = vec![["about", "fact", "value", "needs", "meaning"].map(str::to_owned).to_vec()];
    for fact in facts {
        let value = if fact.codes.is_empty() { fact.ty.as_str().to_owned() } else { "code".to_owned() };
        let mut meaning = fact.meaning.to_owned();
        if !fact.codes.is_empty() {
            meaning.push_str(&format!(" [{}]", fact.codes.join(", ")));
        }
        rows.push(vec![fact.scope.as_str().to_owned(), fact.name.to_owned(), value, fact.needs.join(","), meaning]);
    }
    columns(&rows, &[])
}
