//! Correlations in a run: what the firings of look and case rules amount to
//! within a span of time, for one user, one subject, or one user and subject.
//!
//! A look rule gives a hit at each look on which it fired. A case rule speaks of
//! the case as a whole: it gives a hit at each look of the case that no record
//! explains, or at every look where all are explained. Each hit happens at the
//! first event of its look.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Rule;
use super::correlation::{Correlation, Hit};
use super::facts::Scope;
use super::fire::{Fired, FiredCase, Firings, SubjectFired, UserFired};
use super::rows::World;
use crate::purpose::{Look, Purpose};

/// A look at which a base rule fired.
struct Firing {
    /// Which of the correlation's rules.
    rule: usize,
    /// The case.
    case: u32,
    /// The look, as an index into all looks.
    look: u32,
}

/// What one correlation found, by what it is about.
enum Found {
    Users(Vec<UserFired>),
    Subjects(Vec<SubjectFired>),
    Cases(Vec<(u32, Fired)>),
}

/// Runs every correlation among `rules` over what the others fired on, and adds its findings.
pub(super) fn add(world: &World<'_>, rules: &[&Rule], firings: &mut Firings) {
    let correlations: Vec<(u16, &Correlation)> =
        rules.iter().enumerate().filter_map(|(index, rule)| Some((index as u16, rule.correlation.as_ref()?))).collect();
    let found: Vec<Found> = correlations
        .par_iter()
        .map(|&(index, correlation)| one(world, rules, index, correlation, &firings.cases))
        .collect();
    for found in found {
        match found {
            Found::Users(users) => firings.users.extend(users),
            Found::Subjects(subjects) => firings.subjects.extend(subjects),
            Found::Cases(cases) => cases.into_iter().for_each(|(case, fired)| firings.add_to_case(case, fired)),
        }
    }
    firings.users.sort_by_key(|fired| (fired.user, fired.rule));
    firings.subjects.sort_by_key(|fired| (fired.subject, fired.rule));
}

fn one(world: &World<'_>, rules: &[&Rule], index: u16, correlation: &Correlation, cases: &[FiredCase]) -> Found {
    let bases: FxHashMap<u16, usize> = correlation
        .rules
        .iter()
        .enumerate()
        .filter_map(|(place, wanted)| {
            let is = |rule: &&Rule| rule.meta.name == *wanted || rule.meta.id.eq_ignore_ascii_case(wanted);
            rules.iter().position(is).map(|rule| (rule as u16, place))
        })
        .collect();
    let firings = firings(world, &bases, cases);
    let keys = Keys::new(world);
    let values: Vec<Option<String>> = match correlation.field {
        Some(field) => firings.iter().map(|firing| keys.text(field, firing)).collect(),
        None => vec![None; firings.len()],
    };
    let hits: Vec<Hit<'_, Vec<u32>>> = firings
        .iter()
        .zip(&values)
        .map(|(firing, value)| Hit {
            group: correlation.group_by.iter().map(|key| keys.code(key, firing)).collect(),
            at: keys.look(firing).first_at.0,
            rule: firing.rule,
            value: value.as_deref(),
        })
        .collect();
    // One finding for one user, subject or case, however many windows there are.
    let about = |firing: &Firing| match rules[usize::from(index)].meta.probity.scope {
        Scope::Case | Scope::Look => firing.case,
        Scope::User => keys.look(firing).user,
        Scope::Subject => keys.look(firing).about,
    };
    let mut looks: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
    for window in correlation.evaluate(&hits) {
        for place in window.hits {
            looks.entry(about(&firings[place])).or_default().push(firings[place].look);
        }
    }
    for looks in looks.values_mut() {
        looks.sort_unstable();
        looks.dedup();
    }
    match rules[usize::from(index)].meta.probity.scope {
        Scope::User => {
            Found::Users(looks.into_iter().map(|(user, looks)| UserFired { user, rule: index, looks }).collect())
        }
        Scope::Subject => Found::Subjects(
            looks.into_iter().map(|(subject, looks)| SubjectFired { subject, rule: index, looks }).collect(),
        ),
        Scope::Case | Scope::Look => Found::Cases(
            looks
                .into_iter()
                .map(|(case, looks)| {
                    let from = world.cases[case as usize].from;
                    let looks = looks.into_iter().map(|look| look - from).collect();
                    (case, Fired { rule: index, tie: None, looks, expected: None })
                })
                .collect(),
        ),
    }
}

/// Every look at which one of the base rules fired, in the order of cases, rules and looks.
fn firings(world: &World<'_>, bases: &FxHashMap<u16, usize>, cases: &[FiredCase]) -> Vec<Firing> {
    let mut found = Vec::new();
    for fired_case in cases {
        let case = &world.cases[fired_case.case as usize];
        for fired in &fired_case.fired {
            let Some(&rule) = bases.get(&fired.rule) else { continue };
            let mut add = |position: u32| {
                found.push(Firing { rule, case: fired_case.case, look: case.from + position });
            };
            if fired.looks.is_empty() {
                let looks = world.looks(case);
                let open = looks.iter().any(|look| look.purpose != Purpose::Explained);
                (0..)
                    .zip(looks)
                    .filter(|(_, look)| !open || look.purpose != Purpose::Explained)
                    .for_each(|(position, _)| add(position));
            } else {
                fired.looks.iter().copied().for_each(add);
            }
        }
    }
    found
}

/// The keys of a hit, as codes to group by and as texts to count.
struct Keys<'a> {
    world: &'a World<'a>,
    teams: FxHashMap<&'a str, u32>,
}

impl<'a> Keys<'a> {
    fn new(world: &'a World<'a>) -> Self {
        let mut teams = FxHashMap::default();
        for staff in &world.tables.staff {
            let next = teams.len() as u32;
            teams.entry(staff.team.as_str()).or_insert(next);
        }
        Self { world, teams }
    }

    fn look(&self, firing: &Firing) -> &'a Look {
        &self.world.judged.looks.all[firing.look as usize]
    }

    /// Equal for equal values; `None` for what is unknown, which equals nothing.
    fn code(&self, key: &str, firing: &Firing) -> Option<u32> {
        let look = self.look(firing);
        let world = self.world;
        // The first event of the look that says it.
        let said = |of: fn(&crate::ingest::Event) -> u32| {
            world.judged.looks.events(look, &world.tables.access).map(of).find(|code| *code != 0)
        };
        match key {
            "staff" => Some(look.user),
            "subject" => world.identified(look.about).then_some(look.about),
            "system" => Some(look.system).filter(|code| *code != 0),
            "incident" => Some(look.incident).filter(|code| *code != 0),
            "login" => said(|event| event.login),
            "terminal" => said(|event| event.terminal),
            "location" => said(|event| event.location),
            "reason" => said(|event| if event.reason_text == 0 { event.reason_code } else { event.reason_text }),
            _ => {
                let team = world.tables.staff.get(look.user as usize).map(|staff| staff.team.as_str())?;
                self.teams.get(team).copied().filter(|_| !team.is_empty())
            }
        }
    }

    fn text(&self, key: &str, firing: &Firing) -> Option<String> {
        self.code(key, firing).map(|code| code.to_string())
    }
}
