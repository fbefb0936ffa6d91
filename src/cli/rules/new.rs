//! `probity rules new`: a rule and its tests to begin with, which pass the linter.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::stdout;
use crate::rules::{self, RuleSet, Scope, test_rules};

/// Options of `probity rules new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What it is called: `family/name`
    rule: String,

    /// What one row is about: look, case, user or subject
    #[arg(long, default_value = "case")]
    scope: String,

    /// Folder to write to: a force's own rules
    #[arg(long, value_name = "DIR", default_value = "my-rules")]
    into: PathBuf,

    /// Day on which it is written, YYYY-MM-DD
    #[arg(long, value_name = "DAY", default_value = "2026-01-01")]
    date: String,
}

/// Writes both files, and a `pack.toml` into a new folder.
///
/// # Errors
/// Where the name or scope will not do, a file is there already, or the disk says no.
pub fn execute(args: &Args) -> Result<Exit, Failure> {
    let usage = |message: String, help: &str| Failure::said(Exit::Usage, "cli::rule_name", message, help.to_owned());
    let plain = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let Some((family, name)) = args.rule.split_once('/').filter(|(family, name)| plain(family) && plain(name)) else {
        let message = format!("`{}` is no name of a rule", args.rule);
        return Err(usage(message, "write family/name in lower-case letters, digits and dashes"));
    };
    let Some(scope) = Scope::ALL.into_iter().find(|scope| scope.as_str() == args.scope) else {
        return Err(usage(format!("there is no scope `{}`", args.scope), "write look, case, user or subject"));
    };
    let (rule, tests) = (rule(name, scope, &args.date, &id(family, name)), tests(scope));
    let files = [(format!("{family}/{name}.yml"), rule), (format!("{family}/{name}.test.yml"), tests)];
    // What is written here must pass: the date may not.
    let set = RuleSet::parse(&files).map_err(|errors| Failure::new(Exit::Usage, errors))?;
    debug_assert!(test_rules(&set, &files).passed());
    // A folder that is there already says itself whether it stands alone.
    let fresh = !args.into.exists();
    let around = if fresh { RuleSet::parse(&rules::shipped()).ok() } else { RuleSet::load(&args.into).ok() };
    let own = args.into.join(&files[0].0);
    if let Some(there) = around.as_ref().and_then(|set| set.find(name)).filter(|_| !own.exists()) {
        let key = there.meta.key();
        let help = format!(
            "choose another name; to put a rule of your own in the place of {key}, save the file that `probity rules \
             show {key}` prints under `---` as {} and keep its id",
            args.into.join(format!("{key}.yml")).display()
        );
        return Err(Failure::said(
            Exit::Usage,
            "cli::exists",
            format!("there is a rule `{name}` already: {key}"),
            help,
        ));
    }
    let mut told = String::new();
    for (file, text) in &files {
        write(&args.into.join(file), text)?;
        told.push_str(&format!("wrote {}\n", args.into.join(file).display()));
    }
    let pack = args.into.join("pack.toml");
    if fresh {
        write(&pack, "# This folder lies over the rules that Probity brings along.\nbase = \"shipped\"\n")?;
        told.push_str(&format!("wrote {}\n", pack.display()));
    }
    told.push_str(&format!("next: edit them, then `probity rules test --rules {}`\n", args.into.display()));
    stdout::write(told.as_bytes())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::unwritable(path, &error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            let help = "choose another name, or remove the file first".to_owned();
            Failure::said(Exit::Usage, "cli::exists", format!("{} is there already", path.display()), help)
        } else {
            Failure::unwritable(path, &error)
        }
    })?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)
}

/// A UUID of the name (version 8: made by our own rule), so that the same call writes the same file.
fn id(family: &str, name: &str) -> String {
    let hash = Sha256::digest(format!("probity rule {family}/{name}").as_bytes());
    let hex: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// A selection that the scope has, and rows that fit it and do not.
fn sample(scope: Scope) -> (&'static str, &'static str, &'static str) {
    match scope {
        Scope::Look => ("hits.denied|gte: 1", "hits.denied: 1", "hits.denied: 0"),
        Scope::Case => ("looks.unexplained|gte: 3", "looks.unexplained: 4", "looks.unexplained: 1"),
        Scope::User => ("subjects.unexplained|gte: 20", "subjects.unexplained: 31", "subjects.unexplained: 2"),
        Scope::Subject => ("viewers.uninvolved|gte: 5", "viewers.uninvolved: 9", "viewers.uninvolved: 1"),
    }
}

fn rule(name: &str, scope: Scope, date: &str, id: &str) -> String {
    let (selection, _, _) = sample(scope);
    let scope_word = scope.as_str();
    let covered = match scope {
        Scope::Subject => ("", "found"),
        _ => (
            "    covered:                       # else the answer is \"cannot tell\"\n        feed.incidents: covers\n",
            "found and covered",
        ),
    };
    format!(
        "title: One line that says what was done
id: {id}
name: {name}
status: experimental
description: |
    Detects what, in one or two sentences, and why it matters.

    Blind spots: What the rule cannot see.
references:
    - The law, policy or published finding that it comes from
author: The one who answers for the rule
date: {date}
logsource: {{ product: probity, category: {scope_word} }}
detection:
    found:
        {selection}
{}    condition: {}
falsepositives:
    - An innocent explanation to test before anyone is spoken to
level: low
probity:
    version: 1
    scope: {scope_word}
    block: pattern                 # purpose relationship volume duty reason pattern sensitivity peers training
    m: {{ value: 0.1, low: 0.03, high: 0.3 }}
    chance: stratum                # peers stratum role fixed (then with u)
    lane: query                    # refer conflict query policy
    needs: [ access ]
    law: [ dpa2018-s170 ]
    says: '{{staff}} looked at {{subject}} {{looks}} times; {{purpose_words}}'
    next: What to read before anyone is spoken to
",
        covered.0, covered.1
    )
}

fn tests(scope: Scope) -> String {
    let (_, fires, silent) = sample(scope);
    let covered = if scope == Scope::Subject { "" } else { "\n          feed.incidents: covers" };
    format!(
        "tests:
    - name: fires
      fires: true
      why: say why this row should fire
      row:
          {fires}{covered}
    - name: stays silent
      fires: false
      why: say why this row should not
      row:
          {silent}{covered}
"
    )
}

#[cfg(test)]
mod tests_of_new {
    use super::*;

    #[test]
    fn what_is_written_passes_the_linter_and_its_tests() {
        for scope in Scope::ALL {
            let files = [
                ("own/a-rule.yml".to_owned(), rule("a-rule", scope, "2026-02-28", &id("own", "a-rule"))),
                ("own/a-rule.test.yml".to_owned(), tests(scope)),
            ];
            let set = RuleSet::parse(&files).unwrap_or_else(|errors| panic!("{:#?}", errors.0));
            let report = test_rules(&set, &files);
            assert!(report.passed(), "{scope:?} {:?}", report.errors);
            assert_eq!(report.count(), 2);
        }
    }
}
