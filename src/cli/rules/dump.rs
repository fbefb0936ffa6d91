//! `probity rules facts --dump CONFIG`: the rows of a run as rules see them, one JSON
//! object a line, with the rules that fire on each. Other engines can be held to it.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::Shelf;
use crate::config::{self, Overrides};
use crate::inquiry::lacks;
use crate::purpose::{Look, UserId};
use crate::rules::fire::{self, Fired, Firings, UserFired};
use crate::rules::rows::{World, case::CaseFacts, look::LookRow, subject::SubjectRow, user::UserRow};
use crate::rules::{Compiled, Row, Rule, Scope, Value, facts};
use crate::run::{self, Unwatched};
use crate::score::{self, CaseScore, Rates};

/// Writes every row of one scope to the standard output.
///
/// # Errors
/// Where an input cannot be read or the output not written.
pub fn execute(path: &Path, scope: Scope, rules: Option<&Path>) -> Result<Exit, Failure> {
    let overrides = Overrides { rules: rules.map(Path::to_owned), ..Overrides::default() };
    let config = config::load(path, &overrides)?;
    let shelf = Shelf::open_dir(config.rules.as_deref())?;
    run::with_world(&config, &Unwatched, |world| {
        let (ran, _) = shelf.set.runnable(&run::present(world.tables));
        let firings = fire::fire(world, &ran);
        let dump = Dump {
            world,
            scope,
            rules: shelf
                .set
                .rules()
                .iter()
                .filter(|rule| rule.meta.probity.scope == scope)
                .map(|rule| (rule, Compiled::new(rule)))
                .collect(),
            rates: Rates::new(world, &ran, &firings),
            ran: &ran,
            firings: &firings,
        };
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match dump.write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::unwritable(Path::new("the standard output"), &error))
            }
            _ => Ok(Exit::Done),
        }
    })?
}

/// What the lines are made of.
struct Dump<'a> {
    world: &'a World<'a>,
    scope: Scope,
    /// Every rule of the scope, whether its feeds are there or not.
    rules: Vec<(&'a Rule, Compiled)>,
    /// The rules of a run over these inputs, with what they fire on and what that weighs.
    ran: &'a [&'a Rule],
    firings: &'a Firings,
    rates: Rates<'a>,
}

impl Dump<'_> {
    fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let world = self.world;
        let staff_id = |user: UserId| world.judged.users.id(user, &world.tables.staff);
        match self.scope {
            Scope::User => {
                for user in (0..world.users.len() as u32).filter(|user| world.users[*user as usize].looks > 0) {
                    let of = json!({ "staff": staff_id(user) });
                    self.line(&UserRow::new(world, user), of, self.whole(user), out)?;
                }
            }
            Scope::Subject => {
                let mut viewed: Vec<u32> = world.viewed.keys().copied().filter(|s| world.identified(*s)).collect();
                viewed.sort_unstable();
                for subject in viewed {
                    let of = json!({ "subject": world.subjects.all[subject as usize].key });
                    self.line(&SubjectRow { facts: &world.viewed[&subject] }, of, None, out)?;
                }
            }
            Scope::Case | Scope::Look => {
                for (index, case) in world.cases.iter().enumerate() {
                    let facts = CaseFacts::new(world, *case);
                    let of = |looks: &[Look]| {
                        let times: Vec<(i64, i64)> =
                            looks.iter().map(|look| (look.first_at.0, look.last_at.0)).collect();
                        json!({
                            "staff": staff_id(case.user),
                            "subject": world.subjects.all[case.subject as usize].key,
                            "looks": times,
                            "explained_by": explained_by(looks),
                        })
                    };
                    let score = if self.scope == Scope::Case { self.case(index as u32) } else { None };
                    for row in facts.rows() {
                        if self.scope == Scope::Case {
                            self.line(&row, of(facts.looks), score.clone(), out)?;
                            continue;
                        }
                        for look in facts.looks {
                            let of = of(std::slice::from_ref(look));
                            self.line(&LookRow::new(&facts, look, row.tie), of, None, out)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The score of a case, whatever fired on it: its rules, those of its looks and of its subject, and correlations.
    fn case(&self, index: u32) -> Option<Json> {
        let at = self.firings.cases.binary_search_by_key(&index, |fired| fired.case).ok()?;
        let score = score::one_case(self.world, self.ran, &self.rates, index, &self.firings.cases[at].fired);
        Some(self.score(&score, self.world.cases[index as usize].user))
    }

    /// The score of what fired on a user as a whole.
    fn whole(&self, user: UserId) -> Option<Json> {
        let from = self.firings.users.partition_point(|fired| fired.user < user);
        let fired: Vec<&UserFired> = self.firings.users[from..].iter().take_while(|fired| fired.user == user).collect();
        (!fired.is_empty()).then(|| self.score(&score::one_user(self.world, self.ran, &self.rates, user, &fired), user))
    }

    fn score(&self, score: &CaseScore, user: UserId) -> Json {
        let bits = |bits: f64| json!((bits * 100.0).round() / 100.0);
        let blocks: Map<String, Json> =
            score.blocks.iter().map(|block| (block.block.as_str().to_owned(), bits(block.bits))).collect();
        let name = |fired: &Fired| self.ran[usize::from(fired.rule)].meta.name.clone();
        let fired: Map<String, Json> =
            score.fired.iter().map(|(fired, weighed)| (name(fired), bits(weighed.bits))).collect();
        json!({
            "evidence": bits(score.evidence),
            "low": bits(score.low()),
            "prior": bits(score.prior),
            "blocks": blocks,
            "fired": fired,
            "lacks": lacks::lacks(self.world, self.ran, score, user),
            "lacks_question": lacks::lacks_question(self.world, self.ran, score, user),
        })
    }

    /// One row: what it is about (times in milliseconds of Unix time), its facts, what fires on it, and, for a case or
    /// a user on whom anything fired, the evidence in bits and what it lacks for a referral.
    fn line<R: Row>(&self, row: &R, of: Json, score: Option<Json>, out: &mut dyn Write) -> std::io::Result<()> {
        let mut values = Map::new();
        for id in facts::ids(self.scope) {
            values.insert(facts::fact(id).name.to_owned(), json_of(row.get(id)));
        }
        let fires = self.rules.iter().filter(|(_, compiled)| compiled.matches(row));
        let fired: Vec<&str> = fires.map(|(rule, _)| rule.meta.name.as_str()).collect();
        let mut line = json!({ "of": of, "facts": values, "fired": fired });
        if let Some(score) = score {
            line["score"] = score;
        }
        writeln!(out, "{line}")
    }
}

/// The explanations that answer some of these looks, each once.
fn explained_by(looks: &[Look]) -> Vec<&'static str> {
    let mut all: Vec<&'static str> =
        looks.iter().filter_map(|look| look.explained_by).map(|template| template.as_str()).collect();
    all.sort_unstable();
    all.dedup();
    all
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
