//! Authorities for certain rules: what they answer is no finding.
//!
//! An authority without rules answers a look as a whole and was joined before. One
//! that names rules answers those alone, within its systems, dates and subject, for
//! the member of staff, role or team that it names. Where it asks for blind
//! working, a tie to the subject is the breach, and it answers nothing.

use crate::ingest::{Authority, Tables};
use crate::instant::Instant;
use crate::purpose::Look;

use super::Rule;
use super::fire::{Fired, FiredCase};
use super::rows::World;

/// Takes away every finding on a case that authorities answer, and says which authorities answered none.
pub(super) fn apply(world: &World<'_>, rules: &[&Rule], cases: &mut Vec<FiredCase>) -> Vec<String> {
    let exempting: Vec<&Authority> = world
        .tables
        .authorities
        .iter()
        .filter(|row| !row.rules.is_empty() && row.basis != "conflict_declared")
        .collect();
    if exempting.is_empty() {
        return Vec::new();
    }
    let mut used = vec![false; exempting.len()];
    for fired_case in cases.iter_mut() {
        let case = &world.cases[fired_case.case as usize];
        let looks = world.looks(case);
        fired_case.fired.retain(|fired| {
            let own: Vec<&Look> = match fired.looks.is_empty() {
                true => looks.iter().collect(),
                false => fired.looks.iter().map(|at| &looks[*at as usize]).collect(),
            };
            let mut answered = false;
            for (authority, used) in exempting.iter().zip(&mut used) {
                if answers(world, rules[usize::from(fired.rule)], authority, fired, &own) {
                    *used = true;
                    answered = true;
                }
            }
            !answered
        });
    }
    cases.retain(|case| !case.fired.is_empty());
    let idle = exempting.iter().zip(used).filter(|(_, used)| !used);
    idle.map(|(authority, _)| unused(world.tables, authority)).collect()
}

fn answers(world: &World<'_>, rule: &Rule, authority: &Authority, fired: &Fired, looks: &[&Look]) -> bool {
    let named =
        |name: &String| rule.meta.name == *name || rule.meta.key() == *name || rule.meta.id.eq_ignore_ascii_case(name);
    if !authority.rules.iter().any(named) || (authority.blind_required && fired.tie.is_some()) {
        return false;
    }
    let Some(first) = looks.first() else { return false };
    let staff = world.tables.staff.get(first.user as usize);
    let by = |asked: &str, has: fn(&crate::ingest::Staff) -> &str| {
        asked.is_empty() || staff.is_some_and(|s| has(s) == asked)
    };
    let nobody = authority.staff_id.is_empty() && authority.role.is_empty() && authority.team.is_empty();
    if nobody
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
            && subject.is_none_or(|subject| subject == Some(look.subject))
            && (authority.incident_id.is_empty() || strings.get(look.incident) == authority.incident_id)
            && (from..=to).contains(&look.first_at)
    })
}

fn unused(tables: &Tables, authority: &Authority) -> String {
    let file = tables.inputs.get(usize::from(authority.origin.file)).map_or("authorities", |input| input.name.as_str());
    format!(
        "{file}:{}: the authority {} for the rules {} answered no finding",
        authority.origin.line,
        authority.authority_id,
        authority.rules.join(", ")
    )
}
