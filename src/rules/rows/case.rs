//! Facts of one case and one of its ties.

use std::sync::LazyLock;

use super::beside::Beside;
use super::ties::CaseTie;
use super::{Case, World, composition, getters, proxy};
use crate::ingest::Environment;
use crate::instant::DAY;
use crate::purpose::{AccountKind, DutyState, Feed, Look, Purpose, Quoted, Template};
use crate::relations::TieKind;
use crate::rules::facts::{self, FactId, Scope};
use crate::rules::value::{Row, Value};

/// What the looks of a case add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Tally {
    pub looks: u32,
    pub events: u32,
    pub days: u32,
    pub unexplained: u32,
    pub unexplained_days: u32,
    pub explained: u32,
    pub cannot_tell: u32,
    pub live: u32,
    pub training: u32,
    pub test: u32,
    pub off_duty: u32,
    /// Looks at a moment for which the roster has an answer.
    pub duty_known: u32,
    pub leave: u32,
    pub suspended: u32,
    pub left: u32,
    pub denied: u32,
    pub print_export: u32,
    pub training_reason: u32,
    pub testing_reason: u32,
    pub training_account: u32,
    pub session_authorised: u32,
    pub reason_missing: u32,
    pub reason_boilerplate: u32,
    pub incident_unknown: u32,
    pub incident_borrowed: u32,
    pub after_close: u32,
    pub on_behalf: u32,
    /// Looks that nothing answers but the role of the user.
    pub by_role: u32,
    pub borrowed_login: u32,
    /// Best explanation over the looks.
    pub strongest: Option<Template>,
}

impl Tally {
    /// Adds up the looks of a case.
    #[must_use]
    pub fn new(world: &World<'_>, looks: &[Look]) -> Self {
        let mut t = Self::default();
        let mut days: Vec<(Option<chrono::NaiveDate>, bool)> = Vec::with_capacity(looks.len());
        let telling = world.judged.reasons.tells_apart();
        for look in looks {
            let unexplained = look.purpose == Purpose::Unexplained;
            let live = look.environment == Environment::Live;
            let training_answered = look.session && look.session_live;
            days.push((look.first_at.local_date(world.judged.zone), unexplained));
            t.looks += 1;
            t.events += look.events;
            t.unexplained += u32::from(unexplained);
            t.explained += u32::from(look.purpose == Purpose::Explained);
            t.cannot_tell += u32::from(look.purpose == Purpose::CannotTell);
            t.live += u32::from(live);
            t.training += u32::from(look.environment == Environment::Training);
            t.test += u32::from(look.environment == Environment::Test);
            t.off_duty += u32::from(look.duty.is_off());
            t.duty_known += u32::from(look.duty != DutyState::Unknown);
            t.leave += u32::from(look.duty.is_leave());
            t.suspended += u32::from(look.duty == DutyState::Suspended);
            t.left += u32::from(look.duty.is_left());
            t.denied += u32::from(look.denied > 0);
            t.print_export += u32::from(look.printed > 0);
            t.training_reason += u32::from(live && look.reason.training && !training_answered);
            t.testing_reason += u32::from(live && look.reason.testing && look.purpose != Purpose::Explained);
            t.training_account += u32::from(live && look.account == AccountKind::Training && !training_answered);
            t.session_authorised += u32::from(training_answered);
            t.reason_missing += u32::from(telling && !look.reason.given);
            t.reason_boilerplate += u32::from(telling && look.reason.boilerplate);
            t.incident_unknown += u32::from(look.quoted == Quoted::Unknown);
            t.incident_borrowed += u32::from(look.quoted == Quoted::Borrowed);
            t.after_close += u32::from(look.expired_link && unexplained);
            t.on_behalf += u32::from(look.on_behalf_of != crate::purpose::NOBODY);
            t.borrowed_login +=
                u32::from(look.account == AccountKind::Personal && world.shared.in_look(world.judged, look));
            t.by_role += u32::from(look.explained_by.is_some_and(Template::by_role));
            if let Some(template) = look.explained_by {
                t.strongest = Some(t.strongest.map_or(template, |s| s.min(template)));
            }
        }
        days.sort_unstable();
        days.dedup();
        t.unexplained_days = days.iter().filter(|(_, u)| *u).count() as u32;
        days.dedup_by_key(|(day, _)| *day);
        t.days = days.len() as u32;
        t
    }

    /// The role explains all kinds of people alike: it answers why anybody was looked at, and not why this one.
    #[must_use]
    pub const fn role_only(&self) -> bool {
        self.unexplained == 0 && self.by_role > 0 && self.by_role == self.explained
    }

    /// Unexplained if any look is, else "cannot tell" if any is, else explained.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        if self.unexplained > 0 {
            Purpose::Unexplained
        } else if self.cannot_tell > 0 {
            Purpose::CannotTell
        } else {
            Purpose::Explained
        }
    }
}

/// A case with everything that does not depend on the tie worked out once.
pub struct CaseFacts<'a> {
    /// Where the facts come from.
    pub world: &'a World<'a>,
    /// The case.
    pub case: Case,
    /// Its looks.
    pub looks: &'a [Look],
    /// What they add up to.
    pub tally: Tally,
    /// Every tie between the user and the subject.
    pub ties: Vec<CaseTie>,
    /// Does the log say who was looked at?
    pub identified: bool,
    role: String,
    party: bool,
    conflict_declared: bool,
}

impl<'a> CaseFacts<'a> {
    /// Works out a case.
    #[must_use]
    pub fn new(world: &'a World<'a>, case: Case) -> Self {
        let looks = world.looks(&case);
        let identified = world.identified(case.subject);
        let ties = if identified { super::ties::of_case(world, &case) } else { Vec::new() };
        let role = world.role(case.user).to_lowercase();
        let party = identified && world.users[case.user as usize].party_subjects.binary_search(&case.subject).is_ok();
        let conflict_declared = world.judged.authorities.conflict_declared(case.user, case.subject, looks[0].first_at);
        Self { world, case, looks, tally: Tally::new(world, looks), ties, identified, role, party, conflict_declared }
    }

    /// One row for each tie, or one without.
    #[must_use]
    pub fn rows(&self) -> Vec<CaseRow<'_>> {
        let row = |tie| {
            let expected = self.expected(tie);
            CaseRow { facts: self, tie, expected }
        };
        if self.ties.is_empty() { vec![row(None)] } else { self.ties.iter().map(|t| row(Some(t))).collect() }
    }

    /// Evidence in the number of unexplained looks, in bits.
    #[must_use]
    pub fn volume_bits(&self) -> f64 {
        let group = self.world.peers.group(self.case.user);
        let occasions = super::volume::occasions(self.looks);
        Beside::of(self.looks).map_or(0.0, |beside| self.world.volume.bits(group, beside, occasions))
    }

    /// Unexplained looks that chance puts here: the user's own looks times the rate at which peers hit
    /// such a tie; without a tie, the average over everybody's unexplained cases.
    #[must_use]
    pub fn expected(&self, tie: Option<&CaseTie>) -> Option<f64> {
        if !self.identified {
            return None;
        }
        let world = self.world;
        Some(match tie {
            Some(tie) => world.peers.expected(self.case.user, tie.kind, tie.staff, self.tally.unexplained > 0),
            None => world.users[self.case.user as usize].group_unexplained_per_case.max(1.0),
        })
    }
}

/// One case and one of its ties (or none).
pub struct CaseRow<'a> {
    /// The case.
    pub facts: &'a CaseFacts<'a>,
    /// The tie of this row.
    pub tie: Option<&'a CaseTie>,
    /// Unexplained looks expected by chance.
    pub expected: Option<f64>,
}

/// Reads one fact of a row.
type Getter = for<'r, 'a> fn(&'r CaseRow<'a>) -> Value<'r>;

static GETTERS: LazyLock<Vec<Option<Getter>>> = LazyLock::new(|| getters(Scope::Case, NAMED));

impl Row for CaseRow<'_> {
    fn get(&self, fact: FactId) -> Value<'_> {
        let Some(at) = fact.checked_sub(facts::ids(Scope::Case).start) else {
            return Value::Null;
        };
        match GETTERS.get(usize::from(at)) {
            Some(Some(get)) => get(self),
            _ => Value::Null,
        }
    }
}

fn count(n: u32) -> Value<'static> {
    Value::Number(f64::from(n))
}

pub(super) fn tie_kind(tie: Option<&CaseTie>) -> Value<'static> {
    tie.map_or(Value::Null, |t| Value::Text(t.kind.as_str()))
}

impl CaseRow<'_> {
    fn tally(&self, of: fn(&Tally) -> u32) -> Value<'static> {
        count(of(&self.facts.tally))
    }

    fn flag(&self, name: fn(&super::subject::SubjectFacts) -> bool) -> Value<'static> {
        self.facts.world.viewed.get(&self.facts.case.subject).map_or(Value::Null, |s| Value::Bool(name(s)))
    }

    fn looks(&self, of: fn(&Self) -> u32) -> Value<'static> {
        count(of(self))
    }

    /// A fact about whom the user looked at: unknown where the log does not say who that was.
    fn who(&self, of: impl Fn(&World<'_>, &Case) -> Option<bool>) -> Value<'static> {
        if self.facts.identified {
            of(self.facts.world, &self.facts.case).map_or(Value::Null, Value::Bool)
        } else {
            Value::Null
        }
    }

    fn tied(&self, of: impl Fn(&CaseTie) -> Value<'static>) -> Value<'static> {
        self.tie.map_or(Value::Null, of)
    }
}

const NAMED: &[(&str, Getter)] = &[
    ("relation.kind", |r| tie_kind(r.tie)),
    ("relation.bits", |r| r.tied(|t| Value::Number(f64::from(t.bits)))),
    ("relation.declared", |r| r.tied(|t| Value::Bool(t.relation.is_some()))),
    ("relation.from_address", |r| r.tied(|t| Value::Bool(t.from_address))),
    ("relation.same_team", |r| r.tied(|t| same_team(r.facts.world, r.facts.case.user, t))),
    ("relation.former", |r| r.tied(|t| Value::Bool(t.former))),
    ("relation.identifiers", |r| match r.tie {
        Some(tie) => Value::Text(&tie.codes),
        None => Value::Null,
    }),
    ("relation.name_only", |r| r.tied(|t| Value::Bool(t.identifiers.is_name_only()))),
    ("looks", |r| r.tally(|t| t.looks)),
    ("events", |r| r.tally(|t| t.events)),
    ("days", |r| if r.facts.identified { r.tally(|t| t.days) } else { Value::Null }),
    ("looks.unexplained", |r| r.tally(|t| t.unexplained)),
    ("looks.explained", |r| r.tally(|t| t.explained)),
    ("looks.cannot_tell", |r| r.tally(|t| t.cannot_tell)),
    ("purpose", |r| Value::Text(r.facts.tally.purpose().as_str())),
    ("explained.role_only", |r| Value::Bool(r.facts.tally.role_only())),
    ("environment.live", |r| r.tally(|t| t.live)),
    ("environment.training", |r| r.tally(|t| t.training)),
    ("environment.test", |r| r.tally(|t| t.test)),
    ("looks.off_duty", |r| r.tally(|t| t.off_duty)),
    ("looks.leave", |r| r.tally(|t| t.leave)),
    ("looks.suspended", |r| r.tally(|t| t.suspended)),
    ("looks.left", |r| r.tally(|t| t.left)),
    ("looks.denied", |r| r.tally(|t| t.denied)),
    ("looks.print_export", |r| r.tally(|t| t.print_export)),
    ("looks.training_reason", |r| r.tally(|t| t.training_reason)),
    ("looks.testing_reason", |r| r.tally(|t| t.testing_reason)),
    ("looks.training_account", |r| r.tally(|t| t.training_account)),
    ("looks.session_authorised", |r| r.tally(|t| t.session_authorised)),
    ("looks.reason_missing", |r| r.tally(|t| t.reason_missing)),
    ("looks.reason_boilerplate", |r| r.tally(|t| t.reason_boilerplate)),
    ("looks.incident_unknown", |r| r.tally(|t| t.incident_unknown)),
    ("looks.incident_borrowed", |r| r.tally(|t| t.incident_borrowed)),
    ("looks.after_close", |r| r.tally(|t| t.after_close)),
    ("looks.on_behalf", |r| r.tally(|t| t.on_behalf)),
    ("span.days", |r| {
        let (first, last) = (&r.facts.looks[0], &r.facts.looks[r.facts.looks.len() - 1]);
        if r.facts.identified {
            Value::Number((last.first_at.0 - first.first_at.0) as f64 / DAY as f64)
        } else {
            Value::Null
        }
    }),
    ("volume.expected", |r| r.expected.map_or(Value::Null, Value::Number)),
    ("volume.excess_bits", |r| if r.facts.identified { Value::Number(r.facts.volume_bits()) } else { Value::Null }),
    ("looks.peak_day", |r| if r.facts.identified { r.looks(peak_day) } else { Value::Null }),
    ("looks.night", |r| r.looks(|r| such(r, |look| open(look) && composition::is_night(r.facts.world, look.first_at)))),
    ("looks.by_plate", |r| r.looks(|r| such(r, |look| composition::by_plate(r.facts.world, look)))),
    ("looks.after_notice", |r| r.looks(|r| such(r, |look| r.facts.world.context.after_notice(look)))),
    ("looks.account_ended", |r| r.looks(|r| such(r, |look| r.facts.world.context.account_ended(r.facts.world, look)))),
    ("looks.authority_ended", |r| {
        r.looks(|r| such(r, |look| open(look) && r.facts.world.context.authority_ended(r.facts.world, look)))
    }),
    ("looks.untrained", |r| {
        let world = r.facts.world;
        known(r, |look| world.context.untrained(world.tables, look))
    }),
    ("looks.reason_unlike_role", |r| {
        let world = r.facts.world;
        known(r, |look| world.context.code_unlike_role(world, look).map(|unlike| unlike && open(look)))
    }),
    ("relation.ex_household", |r| r.who(|world, case| Some(world.context.at_former_home(case.user, case.subject)))),
    ("proxy.colleague_tied", |r| r.who(|world, case| Some(proxy::colleague(world, case.user, case.subject).is_some()))),
    ("proxy.colleague_at_work", |r| {
        r.who(|world, case| {
            let colleague = proxy::colleague(world, case.user, case.subject)?;
            proxy::at_work(world, colleague, world.looks(case))
        })
    }),
    ("proxy.in_return", |r| {
        r.who(|world, case| {
            let colleague = proxy::colleague(world, case.user, case.subject)?;
            Some(proxy::in_return(world, case.user, colleague))
        })
    }),
    ("behalf.tied", |r| r.who(|world, case| proxy::behalf_tied(world, case.subject, world.looks(case)))),
    ("behalf.off_duty", |r| proxy::behalf_off_duty(r.facts.world, r.facts.looks).map_or(Value::Null, Value::Bool)),
    ("account.tied_nearby", |r| r.who(|world, case| proxy::nearby(world, case.user, case.subject, world.looks(case)))),
    ("incident.complaint_party", |r| r.who(|world, case| world.context.complaint(case.user, case.subject))),
    ("subject.age_gap", |r| {
        let world = r.facts.world;
        let staff = world.tables.staff.get(r.facts.case.user as usize);
        let own = staff.and_then(|staff| staff.dob.get(..4)?.parse::<u16>().ok());
        let born = world.context.place(r.facts.case.subject).born;
        own.filter(|_| born > 0).map_or(Value::Null, |own| Value::Number(f64::from(own.abs_diff(born))))
    }),
    ("subject.media_case", |r| r.flag(|s| s.media_case)),
    ("subject.surge_bits", |r| {
        let viewed = r.facts.world.viewed.get(&r.facts.case.subject).filter(|_| r.facts.identified);
        viewed.map_or(Value::Null, |s| Value::Number(s.surge_bits))
    }),
    ("subject.line_manager", |r| r.who(line_manager)),
    ("subject.out_of_area", |r| r.who(|world, case| world.context.out_of_area(case.user, case.subject))),
    ("subject.kind", |r| Value::Text(r.facts.world.subjects.all[r.facts.case.subject as usize].kind.as_str())),
    ("subject.staff", |r| r.flag(|s| s.staff)),
    ("subject.former_staff", |r| r.flag(|s| s.former_staff)),
    ("subject.vulnerable", |r| r.flag(|s| s.vulnerable)),
    ("subject.victim", |r| r.flag(|s| s.victim)),
    ("subject.deceased", |r| r.flag(|s| s.deceased)),
    ("subject.restricted", |r| r.flag(|s| s.restricted)),
    ("subject.high_profile", |r| r.flag(|s| s.high_profile)),
    ("subject.viewers", |r| subject_count(r, |s| s.viewers)),
    ("subject.viewers_unexplained", |r| subject_count(r, |s| s.viewers_unexplained)),
    ("user.role", |r| if r.facts.role.is_empty() { Value::Null } else { Value::Text(&r.facts.role) }),
    ("user.role_family", |r| if r.facts.role.is_empty() { Value::Null } else { Value::Text(&r.facts.role) }),
    ("user.prior_disposition", |r| {
        let upheld = r.facts.world.users[r.facts.case.user as usize].upheld_at;
        if r.facts.world.tables.dispositions.is_empty() {
            Value::Null
        } else {
            Value::Bool(upheld.is_some_and(|at| r.facts.looks.iter().any(|l| l.first_at > at)))
        }
    }),
    ("authority.conflict_declared", |r| Value::Bool(r.facts.conflict_declared)),
    ("incident.user_is_party", |r| Value::Bool(r.facts.party)),
    ("feed.incidents", |r| Value::Text(incidents(r.facts.world, r.facts.looks).as_str())),
    ("feed.duty", |r| Value::Text(if r.facts.tally.duty_known > 0 { "covers" } else { "none" })),
    ("feed.training", |r| Value::Text(r.facts.world.judged.feeds.training.as_str())),
    ("feed.relationships", |r| Value::Text(r.facts.world.judged.feeds.relationships.as_str())),
];

const fn open(look: &Look) -> bool {
    matches!(look.purpose, Purpose::Unexplained)
}

/// How many looks of the case are such.
fn such(row: &CaseRow<'_>, such: impl Fn(&Look) -> bool) -> u32 {
    row.facts.looks.iter().filter(|look| such(look)).count() as u32
}

/// How many looks of the case are such; unknown where it is known of none.
fn known(row: &CaseRow<'_>, such: impl Fn(&Look) -> Option<bool>) -> Value<'static> {
    let answers = row.facts.looks.iter().filter_map(such);
    let (told, yes) = answers.fold((0, 0), |(told, yes), answer| (told + 1, yes + u32::from(answer)));
    if told == 0 { Value::Null } else { count(yes) }
}

/// Most unexplained looks within any 24 hours; looks are in order of time.
fn peak_day(row: &CaseRow<'_>) -> u32 {
    let times: Vec<i64> = row.facts.looks.iter().filter(|look| open(look)).map(|look| look.first_at.0).collect();
    let mut from = 0;
    (0..times.len()).fold(0, |best, at| {
        while times[at] - times[from] > DAY {
            from += 1;
        }
        best.max((at - from + 1) as u32)
    })
}

/// Is the subject the user's line manager?
fn line_manager(world: &World<'_>, case: &Case) -> Option<bool> {
    let manager = &world.tables.staff.get(case.user as usize)?.line_manager;
    let manager = world.judged.users.find(manager)?;
    Some(world.staff_subjects.who(world.relations, case.subject) == Some(manager))
}

fn subject_count(row: &CaseRow<'_>, of: fn(&super::subject::SubjectFacts) -> u32) -> Value<'static> {
    row.facts
        .world
        .viewed
        .get(&row.facts.case.subject)
        .filter(|_| row.facts.identified)
        .map_or(Value::Null, |s| count(of(s)))
}

/// The incident feed over the looks of a case: covered where it covers any look that is unexplained or
/// every look that is not.
fn incidents(world: &World<'_>, looks: &[Look]) -> Feed {
    looks.iter().map(|l| world.judged.feeds.incidents_at(l.first_at, world.judged.zone)).max().unwrap_or_default()
}

pub(super) fn same_team(world: &World<'_>, user: u32, tie: &CaseTie) -> Value<'static> {
    let team = |u: u32| world.tables.staff.get(u as usize).map(|s| s.team.as_str());
    match (tie.kind, tie.staff) {
        (TieKind::Colleague, Some(other)) => {
            Value::Bool(team(user).is_some_and(|t| !t.is_empty()) && team(user) == team(other))
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_a_case_is_filled() {
        let empty: Vec<&str> = facts::of(Scope::Case)
            .iter()
            .zip(GETTERS.iter())
            .filter(|(_, getter)| getter.is_none())
            .map(|(fact, _)| fact.name)
            .collect();
        assert_eq!(empty, Vec::<&str>::new());
    }
}
