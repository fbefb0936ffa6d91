//! `probity rules facts --dump CONFIG`: the rows of a run as rules see them, one JSON
//! object a line, with the rules that fire on each. Other engines can be held to it.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::Shelf;
use crate::config::{self, Overrides};
use crate::rules::rows::{World, case::CaseFacts, look::LookRow, subject::SubjectRow, user::UserRow};
use crate::rules::{Compiled, Row, Rule, Scope, Value, facts};
use crate::run::{self, Unwatched};

/// Writes every row of one scope to the standard output.
///
/// # Errors
/// Where an input cannot be read or the output not written.
pub fn execute(path: &Path, scope: Scope, rules: Option<&Path>) -> Result<Exit, Failure> {
    let overrides = Overrides { rules: rules.map(Path::to_owned), ..Overrides::default() };
    let config = config::load(path, &overrides)?;
    let shelf = Shelf::open_dir(config.rules.as_deref())?;
    let rules: Vec<(&Rule, Compiled)> = shelf
        .set
        .rules()
        .iter()
        .filter(|rule| rule.meta.probity.scope == scope)
        .map(|rule| (rule, Compiled::new(rule)))
        .collect();
    run::with_world(&config, &Unwatched, |world| {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match write(world, scope, &rules, &mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::unwritable(Path::new("the standard output"), &error))
            }
            _ => Ok(Exit::Done),
        }
    })?
}

fn write(world: &World<'_>, scope: Scope, rules: &[(&Rule, Compiled)], out: &mut dyn Write) -> std::io::Result<()> {
    match scope {
        Scope::User => {
            for user in (0..world.users.len() as u32).filter(|user| world.users[*user as usize].looks > 0) {
                line(&UserRow::new(world, user), scope, rules, out)?;
            }
        }
        Scope::Subject => {
            let mut viewed: Vec<u32> = world.viewed.keys().copied().filter(|s| world.identified(*s)).collect();
            viewed.sort_unstable();
            for subject in viewed {
                line(&SubjectRow { facts: &world.viewed[&subject] }, scope, rules, out)?;
            }
        }
        Scope::Case | Scope::Look => {
            for case in &world.cases {
                let facts = CaseFacts::new(world, *case);
                for row in facts.rows() {
                    if scope == Scope::Case {
                        line(&row, scope, rules, out)?;
                        continue;
                    }
                    for look in facts.looks {
                        line(&LookRow::new(&facts, look, row.tie), scope, rules, out)?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn line<R: Row>(row: &R, scope: Scope, rules: &[(&Rule, Compiled)], out: &mut dyn Write) -> std::io::Result<()> {
    let mut values = Map::new();
    for id in facts::ids(scope) {
        values.insert(facts::fact(id).name.to_owned(), json_of(row.get(id)));
    }
    let fired: Vec<&str> =
        rules.iter().filter(|(_, compiled)| compiled.matches(row)).map(|(rule, _)| rule.meta.name.as_str()).collect();
    writeln!(out, "{}", json!({ "facts": values, "fired": fired }))
}

fn json_of(value: Value<'_>) -> Json {
    match value {
        null if null.is_null() => Json::Null,
        Value::Null => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
    }
}
