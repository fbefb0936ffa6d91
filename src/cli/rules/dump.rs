//! `probity rules facts --dump CONFIG`: the rows of a run as rules see them, one JSON
//! object a line, with the rules that fire on each. Other engines can be held to it.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::Shelf;
use crate::config::{self, Overrides};
use crate::purpose::Look;
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
                let of = json!({ "staff": world.judged.users.id(user, &world.tables.staff) });
                line(&UserRow::new(world, user), of, (scope, rules), out)?;
            }
        }
        Scope::Subject => {
            let mut viewed: Vec<u32> = world.viewed.keys().copied().filter(|s| world.identified(*s)).collect();
            viewed.sort_unstable();
            for subject in viewed {
                let of = json!({ "subject": world.subjects.all[subject as usize].key });
                line(&SubjectRow { facts: &world.viewed[&subject] }, of, (scope, rules), out)?;
            }
        }
        Scope::Case | Scope::Look => {
            for case in &world.cases {
                let facts = CaseFacts::new(world, *case);
                let of = |looks: &[Look]| {
                    let times: Vec<(i64, i64)> = looks.iter().map(|look| (look.first_at.0, look.last_at.0)).collect();
                    json!({
                        "staff": world.judged.users.id(case.user, &world.tables.staff),
                        "subject": world.subjects.all[case.subject as usize].key,
                        "looks": times,
                    })
                };
                for row in facts.rows() {
                    if scope == Scope::Case {
                        line(&row, of(facts.looks), (scope, rules), out)?;
                        continue;
                    }
                    for look in facts.looks {
                        let of = of(std::slice::from_ref(look));
                        line(&LookRow::new(&facts, look, row.tie), of, (scope, rules), out)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// One row: what it is about (times in milliseconds of Unix time), its facts, and what fires on it.
fn line<R: Row>(
    row: &R,
    of: Json,
    (scope, rules): (Scope, &[(&Rule, Compiled)]),
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let mut values = Map::new();
    for id in facts::ids(scope) {
        values.insert(facts::fact(id).name.to_owned(), json_of(row.get(id)));
    }
    let fired: Vec<&str> =
        rules.iter().filter(|(_, compiled)| compiled.matches(row)).map(|(rule, _)| rule.meta.name.as_str()).collect();
    writeln!(out, "{}", json!({ "of": of, "facts": values, "fired": fired }))
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
