//! Authorities for certain rules: what they answer is no finding.
//!
//! An authority without rules answers a look as a whole and was joined before. One
//! that names rules answers those alone, within its systems, dates and subject, for
//! the member of staff, role or team that it names. Where it asks for blind
//! working, a tie to the subject is the breach, and it answers nothing.

use crate::ingest::{Authority, Tables};
use crate::instant::Instant;
use crate::purpose::{Look, Purpose, UserId};

use super::Rule;
use super::error::suggestion;
use super::fire::{Fired, FiredCase, UserFired};
use super::rows::World;

/// The authorities of a run that name rules, and which of them answered something.
pub(super) struct Exemptions<'a> {
    world: &'a World<'a>,
    rules: &'a [&'a Rule],
    all: Vec<(&'a Authority, bool)>,
}

impl<'a> Exemptions<'a> {
    /// Those of the table of authorities.
    pub(super) fn new(world: &'a World<'a>, rules: &'a [&'a Rule]) -> Self {
        let exempting = |row: &&Authority| !row.rules.is_empty() && row.basis != "conflict_declared";
        let all = world.tables.authorities.iter().filter(exempting).map(|row| (row, false)).collect();
        Self { world, rules, all }
    }

    /// Takes away every finding on a case that an authority answers.
    pub(super) fn cases(&mut self, cases: &mut Vec<FiredCase>) {
        if self.all.is_empty() {
            return;
        }
        let world = self.world;
        for fired_case in cases.iter_mut() {
            let looks = world.looks(&world.cases[fired_case.case as usize]);
            fired_case.fired.retain(|fired| {
                let own: Vec<&Look> = match fired.looks.is_empty() {
                    true => looks.iter().collect(),
                    false => fired.looks.iter().map(|at| &looks[*at as usize]).collect(),
                };
                !self.answered(fired, &own)
            });
        }
        cases.retain(|case| !case.fired.is_empty());
    }

    /// Takes away every finding on a user as a whole that an authority answers: one that holds for all the looks on
    /// which the finding rests.
    pub(super) fn users(&mut self, users: &mut Vec<UserFired>) {
        if self.all.is_empty() {
            return;
        }
        let all = &self.world.judged.looks.all;
        users.retain(|on| {
            let own = looks_of(all, on.user);
            let looks: Vec<&Look> = if on.looks.is_empty() {
                let open: Vec<&Look> = own.iter().filter(|look| look.purpose != Purpose::Explained).collect();
                if open.is_empty() { own.iter().collect() } else { open }
            } else {
                on.looks.iter().map(|at| &all[*at as usize]).collect()
            };
            let fired = Fired { rule: on.rule, tie: None, looks: Vec::new(), expected: None };
            !self.answered(&fired, &looks)
        });
    }

    /// Every authority is asked, so that each that would do counts as used.
    fn answered(&mut self, fired: &Fired, looks: &[&Look]) -> bool {
        let (world, rule) = (self.world, self.rules[usize::from(fired.rule)]);
        let mut answered = false;
        for (authority, used) in &mut self.all {
            if answers(world, rule, authority, fired, looks) {
                *used = true;
                answered = true;
            }
        }
        answered
    }

    /// What is wrong with some: names of no rule, and those that answered nothing, each at its line.
    pub(super) fn notes(&self) -> Vec<String> {
        let all = &self.world.judged.looks.all;
        let window = (all.iter().map(|look| look.first_at).min(), all.iter().map(|look| look.first_at).max());
        let mut notes = Vec::new();
        for (authority, used) in &self.all {
            let place = place(self.world.tables, authority);
            let unknown = |name: &&String| !self.rules.iter().any(|rule| is_called(rule, name));
            for name in authority.rules.iter().filter(unknown) {
                let keys: Vec<String> = self.rules.iter().map(|rule| rule.meta.key()).collect();
                let names = self.rules.iter().map(|rule| rule.meta.name.as_str());
                let help = suggestion(name, keys.iter().map(String::as_str).chain(names));
                let help = help.map_or_else(String::new, |help| format!("; {help}"));
                notes
                    .push(format!("{place}: the authority names `{name}`, and no rule of this run is called so{help}"));
            }
            if *used {
                continue;
            }
            let why = match (authority, window) {
                (Authority { to: Some(to), .. }, (Some(first), _)) if *to < first => "; it had ended before the window",
                (Authority { from: Some(from), .. }, (_, Some(last))) if *from > last => "; it begins after the window",
                _ => "",
            };
            notes.push(format!(
                "{place}: the authority {} for the rules {} answered no finding{why}",
                authority.authority_id,
                authority.rules.join(", ")
            ));
        }
        notes
    }
}

/// The looks of a user; looks are sorted by user.
fn looks_of(all: &[Look], user: UserId) -> &[Look] {
    let from = all.partition_point(|look| look.user < user);
    &all[from..from + all[from..].partition_point(|look| look.user == user)]
}

fn is_called(rule: &Rule, name: &str) -> bool {
    rule.meta.name == name || rule.meta.key() == name || rule.meta.id.eq_ignore_ascii_case(name)
}

/// An authority for everybody would be a rule switched off: that is what packs are for.
fn is_nobody(authority: &Authority) -> bool {
    authority.staff_id.is_empty() && authority.role.is_empty() && authority.team.is_empty()
}

fn answers(world: &World<'_>, rule: &Rule, authority: &Authority, fired: &Fired, looks: &[&Look]) -> bool {
    if !authority.rules.iter().any(|name| is_called(rule, name)) || (authority.blind_required && fired.tie.is_some()) {
        return false;
    }
    let Some(first) = looks.first() else { return false };
    let staff = world.tables.staff.get(first.user as usize);
    let by = |asked: &str, has: fn(&crate::ingest::Staff) -> &str| {
        asked.is_empty() || staff.is_some_and(|s| has(s) == asked)
    };
    if is_nobody(authority)
        || !(by(&authority.staff_id, |s| &s.staff_id)
            && by(&authority.role, |s| &s.role)
            && by(&authority.team, |s| &s.team))
    {
        return false;
    }
    let subject = (!authority.subject_id.is_empty()).then(|| world.subjects.find_record(&authority.subject_id));
    let strings = &world.tables.access.strings;
    let (from, to) = (authority.from.unwrap_or(Instant::MIN), authority.to.unwrap_or(Instant::MAX));
    looks.iter().all(|look| {
        let system = strings.get(look.system);
        (authority.systems.is_empty() || authority.systems.iter().any(|s| s == system))
            && subject.is_none_or(|subject| subject == Some(look.subject) || subject == Some(look.about))
            && (authority.incident_id.is_empty() || strings.get(look.incident) == authority.incident_id)
            && (from..=to).contains(&look.first_at)
    })
}

/// The file and line of an authority.
fn place(tables: &Tables, authority: &Authority) -> String {
    let file = tables.inputs.get(usize::from(authority.origin.file)).map_or("authorities", |input| input.name.as_str());
    format!("{file}:{}", authority.origin.line)
}
