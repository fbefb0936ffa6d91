//! Facts of one look, and one tie between its user and its subject.

use std::cell::OnceCell;
use std::sync::LazyLock;

use chrono::Timelike;

use super::case::{CaseFacts, same_team, tie_kind};
use super::getters;
use super::ties::CaseTie;
use crate::ingest::Environment;
use crate::purpose::{Feed, Look, Quoted};
use crate::rules::facts::{self, FactId, Scope};
use crate::rules::value::{Row, Value};

/// One look of a case and one of the case's ties (or none).
pub struct LookRow<'a> {
    /// The case that the look belongs to.
    pub facts: &'a CaseFacts<'a>,
    /// The look.
    pub look: &'a Look,
    /// The tie of this row.
    pub tie: Option<&'a CaseTie>,
    /// In lower case, once asked for.
    system: OnceCell<String>,
}

impl<'a> LookRow<'a> {
    /// A row.
    #[must_use]
    pub fn new(facts: &'a CaseFacts<'a>, look: &'a Look, tie: Option<&'a CaseTie>) -> Self {
        Self { facts, look, tie, system: OnceCell::new() }
    }

    fn tied(&self, of: impl Fn(&CaseTie) -> Value<'static>) -> Value<'static> {
        self.tie.map_or(Value::Null, of)
    }

    /// A fact about the quoted number: unknown where none was quoted.
    fn quoted(&self, holds: impl Fn(Quoted) -> bool) -> Value<'static> {
        if self.look.quoted == Quoted::Nothing { Value::Null } else { Value::Bool(holds(self.look.quoted)) }
    }

    fn reason(&self, holds: bool) -> Value<'static> {
        if self.facts.world.judged.reasons.tells_apart() { Value::Bool(holds) } else { Value::Null }
    }
}

/// Reads one fact of a row.
type Getter = for<'r, 'a> fn(&'r LookRow<'a>) -> Value<'r>;

static GETTERS: LazyLock<Vec<Option<Getter>>> = LazyLock::new(|| getters(Scope::Look, NAMED));

impl Row for LookRow<'_> {
    fn get(&self, fact: FactId) -> Value<'_> {
        let Some(at) = fact.checked_sub(facts::ids(Scope::Look).start) else {
            return Value::Null;
        };
        match GETTERS.get(usize::from(at)) {
            Some(Some(get)) => get(self),
            _ => Value::Null,
        }
    }
}

const NAMED: &[(&str, Getter)] = &[
    ("system", |r| {
        let system = r.system.get_or_init(|| r.facts.world.tables.access.strings.get(r.look.system).to_lowercase());
        if system.is_empty() { Value::Null } else { Value::Text(system) }
    }),
    ("environment", |r| {
        Value::Text(match r.look.environment {
            Environment::Live => "live",
            Environment::Training => "training",
            Environment::Test => "test",
        })
    }),
    ("events", |r| Value::Number(f64::from(r.look.events))),
    ("hits.denied", |r| Value::Number(f64::from(r.look.denied))),
    ("hits.error", |r| Value::Number(f64::from(r.look.errors))),
    ("action.print", |r| actions(r, crate::ingest::Action::Print)),
    ("action.export", |r| actions(r, crate::ingest::Action::Export)),
    ("action.update", |r| Value::Number(f64::from(r.look.changed))),
    ("purpose", |r| Value::Text(r.look.purpose.as_str())),
    ("explained_by", |r| r.look.explained_by.map_or(Value::Null, |t| Value::Text(t.as_str()))),
    ("duty.state", |r| Value::Text(r.look.duty.as_str())),
    ("duty.off", |r| {
        if r.look.duty == crate::purpose::DutyState::Unknown { Value::Null } else { Value::Bool(r.look.duty.is_off()) }
    }),
    ("account.kind", |r| Value::Text(r.look.account.as_str())),
    ("account.borrowed", |r| {
        if r.facts.world.shared.known {
            Value::Bool(
                r.look.account == crate::purpose::AccountKind::Personal
                    && r.facts.world.shared.in_look(r.facts.world.judged, r.look),
            )
        } else {
            Value::Null
        }
    }),
    ("reason.given", |r| r.reason(r.look.reason.given)),
    ("reason.boilerplate", |r| r.reason(r.look.reason.boilerplate)),
    ("reason.training", |r| Value::Bool(r.look.reason.training)),
    ("reason.testing", |r| Value::Bool(r.look.reason.testing)),
    ("session.supervised", |r| session(r, r.look.session)),
    ("session.live_authorised", |r| session(r, r.look.session_live)),
    ("incident.quoted", |r| Value::Bool(r.look.incident != 0)),
    ("incident.exists", |r| r.quoted(|q| q != Quoted::Unknown)),
    ("incident.links_user", |r| r.quoted(|q| matches!(q, Quoted::UserOnly | Quoted::Both))),
    ("incident.links_subject", |r| r.quoted(|q| matches!(q, Quoted::SubjectOnly | Quoted::Both))),
    ("incident.open", |r| {
        let judged = r.facts.world.judged;
        judged
            .links
            .incident(r.facts.world.tables.access.strings.get(r.look.incident))
            .map_or(Value::Null, |row| Value::Bool(judged.links.open(row, r.look.first_at)))
    }),
    ("subject.kind", |r| Value::Text(r.facts.world.subjects.all[r.look.subject as usize].kind.as_str())),
    ("hour", |r| {
        r.look
            .first_at
            .to_utc()
            .map_or(Value::Null, |t| Value::Number(f64::from(t.with_timezone(&r.facts.world.judged.zone).hour())))
    }),
    // No input names the made-up records; a force that keeps a list of them gives it as an authority.
    ("subject.test_record", |_| Value::Null),
    ("feed.incidents", |r| {
        Value::Text(r.facts.world.judged.feeds.incidents_at(r.look.first_at, r.facts.world.judged.zone).as_str())
    }),
    ("feed.duty", |r| {
        Value::Text(if r.look.duty == crate::purpose::DutyState::Unknown { Feed::None } else { Feed::Covers }.as_str())
    }),
    ("feed.training", |r| Value::Text(r.facts.world.judged.feeds.training.as_str())),
    ("relation.kind", |r| tie_kind(r.tie)),
    ("relation.bits", |r| r.tied(|t| Value::Number(f64::from(t.bits)))),
    ("relation.declared", |r| r.tied(|t| Value::Bool(t.relation.is_some()))),
    ("relation.from_address", |r| r.tied(|t| Value::Bool(t.from_address))),
    ("relation.same_team", |r| r.tied(|t| same_team(r.facts.world, r.look.user, t))),
    ("relation.former", |r| r.tied(|t| Value::Bool(t.former))),
    ("relation.identifiers", |r| match r.tie {
        Some(tie) => Value::Text(&tie.codes),
        None => Value::Null,
    }),
    ("relation.name_only", |r| r.tied(|t| Value::Bool(t.identifiers.is_name_only()))),
];

fn session(row: &LookRow<'_>, holds: bool) -> Value<'static> {
    if row.facts.world.judged.feeds.training == Feed::Covers { Value::Bool(holds) } else { Value::Null }
}

fn actions(row: &LookRow<'_>, action: crate::ingest::Action) -> Value<'static> {
    let world = row.facts.world;
    let events = world.judged.looks.events(row.look, &world.tables.access);
    Value::Number(events.filter(|e| e.action == action).count() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_a_look_is_filled() {
        let empty: Vec<&str> = facts::of(Scope::Look)
            .iter()
            .zip(GETTERS.iter())
            .filter(|(_, getter)| getter.is_none())
            .map(|(fact, _)| fact.name)
            .collect();
        assert_eq!(empty, Vec::<&str>::new());
    }
}
