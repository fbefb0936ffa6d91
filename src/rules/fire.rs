//! The rule pass of a run: every rule over every row that the world gives.
//!
//! Cases are independent of one another, so they are shared out over rayon; a
//! case's facts are worked out once, every rule is asked, and only what fired is
//! kept. Results are in the order of cases and rules, whatever the threads do.

use rayon::prelude::*;

use super::exempt::Exemptions;
use super::facts::Scope;
use super::rows::World;
use super::rows::case::CaseFacts;
use super::rows::look::LookRow;
use super::rows::subject::SubjectRow;
use super::rows::ties::CaseTie;
use super::rows::user::UserRow;
use super::value::Memo;
use super::{Compiled, Rule, correlate, run_pass};
use crate::purpose::{Purpose, UserId};
use crate::subjects::SubjectId;

/// A rule that fired on a case.
#[derive(Clone, Debug)]
pub struct Fired {
    /// Index into the rules that ran.
    pub rule: u16,
    /// The tie on which it fired; the strongest, where it fired on several.
    pub tie: Option<CaseTie>,
    /// The looks it rests on: positions within the case, or, for a finding on a user as a whole, indexes
    /// into all looks. Empty = all of the case, or all of the user's looks that no record explains.
    pub looks: Vec<u32>,
    /// Unexplained looks that chance predicts, where that can be said.
    pub expected: Option<f64>,
}

/// A case on which at least one rule fired.
#[derive(Clone, Debug)]
pub struct FiredCase {
    /// Index into [`World::cases`].
    pub case: u32,
    /// What fired, in the order of the rules.
    pub fired: Vec<Fired>,
}

/// Everything that fired.
#[derive(Clone, Debug, Default)]
pub struct Firings {
    /// On cases (and their looks), in the order of cases.
    pub cases: Vec<FiredCase>,
    /// On users, sorted by user and rule.
    pub users: Vec<UserFired>,
    /// On subjects, sorted by subject and rule.
    pub subjects: Vec<SubjectFired>,
    /// Authorities for certain rules that answered no finding, each as a sentence with file and line.
    pub idle: Vec<String>,
}

/// A rule that fired on a user as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFired {
    /// Who.
    pub user: UserId,
    /// Index into the rules that ran.
    pub rule: u16,
    /// The looks it rests on, as sorted indexes into all looks; empty = all that no record explains.
    pub looks: Vec<u32>,
}

/// A rule that fired on a subject, whoever looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectFired {
    /// At whom or what.
    pub subject: SubjectId,
    /// Index into the rules that ran.
    pub rule: u16,
    /// The looks it rests on, as sorted indexes into all looks; empty = those of every uninvolved viewer.
    pub looks: Vec<u32>,
}

impl Firings {
    /// Adds a finding to a case, keeping cases and rules in order.
    pub(super) fn add_to_case(&mut self, case: u32, fired: Fired) {
        match self.cases.binary_search_by_key(&case, |fired| fired.case) {
            Ok(at) => {
                self.cases[at].fired.push(fired);
                self.cases[at].fired.sort_by_key(|fired| fired.rule);
            }
            Err(at) => self.cases.insert(at, FiredCase { case, fired: vec![fired] }),
        }
    }
}

/// Runs `rules` over the world.
#[must_use]
pub fn fire(world: &World<'_>, rules: &[&Rule]) -> Firings {
    let compiled: Vec<Compiled> = rules.iter().map(|r| Compiled::new(r)).collect();
    // Correlations stand among the rules, so that all have one numbering, and are asked of no row.
    let of = |scope| -> Vec<(u16, &Compiled)> {
        let asked = |(i, c): &(usize, &Compiled)| c.scope() == scope && rules[*i].correlation.is_none();
        compiled.iter().enumerate().filter(asked).map(|(i, c)| (i as u16, c)).collect()
    };
    let case_rules = CaseRules::of(rules, |_| true);
    let mut cases: Vec<FiredCase> = world
        .cases
        .par_iter()
        .enumerate()
        .filter(|(_, case)| !world.by_machine(case))
        .filter_map(|(index, case)| {
            let fired = case_rules.ask(&CaseFacts::new(world, *case));
            (!fired.is_empty()).then_some(FiredCase { case: index as u32, fired })
        })
        .collect();

    let mut exemptions = Exemptions::new(world, rules);
    exemptions.cases(&mut cases);

    let pick = |scope| -> (Vec<u16>, Vec<Compiled>) { of(scope).into_iter().map(|(i, c)| (i, c.clone())).unzip() };
    let (user_ids, user_rules) = pick(Scope::User);
    let active: Vec<UserRow<'_>> =
        (0..world.users.len() as UserId).filter(|u| world.judged_by(*u)).map(|u| UserRow::new(world, u)).collect();
    let ids: Vec<UserId> = (0..world.users.len() as UserId).filter(|u| world.judged_by(*u)).collect();
    let users = run_pass(&user_rules, &active)
        .into_iter()
        .map(|(rule, row)| UserFired { user: ids[row], rule: user_ids[rule], looks: Vec::new() })
        .collect();

    let (subject_ids, subject_rules) = pick(Scope::Subject);
    let mut viewed: Vec<SubjectId> = world.viewed.keys().copied().filter(|s| world.identified(*s)).collect();
    viewed.sort_unstable();
    let rows: Vec<SubjectRow<'_>> = viewed.iter().map(|s| SubjectRow { facts: &world.viewed[s] }).collect();
    let subjects = run_pass(&subject_rules, &rows)
        .into_iter()
        .map(|(rule, row)| SubjectFired { subject: viewed[row], rule: subject_ids[rule], looks: Vec::new() })
        .collect();
    let mut firings = Firings { cases, users, subjects, idle: Vec::new() };
    correlate::add(world, rules, &mut firings);
    spread_subjects(world, &mut firings);
    // Once more, for what correlations and rules about subjects added.
    exemptions.cases(&mut firings.cases);
    exemptions.users(&mut firings.users);
    firings.idle = exemptions.notes();
    firings
}

/// What fires on a subject is a finding in the case of each of its uninvolved viewers, or of those whose
/// looks it rests on.
fn spread_subjects(world: &World<'_>, firings: &mut Firings) {
    for SubjectFired { subject, rule, looks: behind } in firings.subjects.clone() {
        let from = world.by_subject.partition_point(|&c| world.cases[c as usize].subject < subject);
        for &index in world.by_subject[from..].iter().take_while(|&&c| world.cases[c as usize].subject == subject) {
            let looks = world.looks(&world.cases[index as usize]);
            let uninvolved = looks.iter().any(|l| l.purpose == Purpose::Unexplained)
                && looks.iter().all(|l| l.purpose != Purpose::Explained);
            let case = &world.cases[index as usize];
            let inside = |look: &&u32| (case.from..case.to).contains(*look);
            let own: Vec<u32> = behind.iter().filter(inside).map(|look| look - case.from).collect();
            if if behind.is_empty() { !uninvolved } else { own.is_empty() } {
                continue;
            }
            firings.add_to_case(index, Fired { rule, tie: None, looks: own, expected: None });
        }
    }
}

/// A rule to be asked of cases or looks.
struct Asked {
    rule: u16,
    compiled: Compiled,
    /// It asks about the tie, so that the tie of the row on which it fires is its evidence.
    by_tie: bool,
}

/// Rules about cases and their looks, ready to be asked.
pub(crate) struct CaseRules {
    case: Vec<Asked>,
    look: Vec<Asked>,
}

impl CaseRules {
    /// Those of `rules` that are asked of cases or looks and that `keep` lets through, under the index that
    /// they have among all.
    pub(crate) fn of(rules: &[&Rule], keep: impl Fn(&Rule) -> bool) -> Self {
        let asked = |scope| -> Vec<Asked> {
            rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.correlation.is_none() && keep(rule))
                .map(|(at, rule)| Asked { rule: at as u16, compiled: Compiled::new(rule), by_tie: rule.reads_ties() })
                .filter(|asked| asked.compiled.scope() == scope)
                .collect()
        };
        Self { case: asked(Scope::Case), look: asked(Scope::Look) }
    }

    /// What fires on a case, in the order of the rules.
    pub(crate) fn ask(&self, facts: &CaseFacts<'_>) -> Vec<Fired> {
        let mut fired: Vec<Fired> = Vec::new();
        for row in facts.rows() {
            let tie_of = |asked: &Asked| row.tie.filter(|_| asked.by_tie).cloned();
            let case_row = Memo::new(&row, Scope::Case);
            for asked in &self.case {
                if asked.compiled.matches(&case_row) {
                    let new = Fired { rule: asked.rule, tie: tie_of(asked), looks: Vec::new(), expected: row.expected };
                    add(&mut fired, new);
                }
            }
            for (position, look) in facts.looks.iter().enumerate() {
                if self.look.is_empty() {
                    break;
                }
                let look_row = LookRow::new(facts, look, row.tie);
                let look_row = Memo::new(&look_row, Scope::Look);
                for asked in &self.look {
                    if asked.compiled.matches(&look_row) {
                        let looks = vec![position as u32];
                        add(&mut fired, Fired { rule: asked.rule, tie: tie_of(asked), looks, expected: row.expected });
                    }
                }
            }
        }
        fired.sort_by_key(|f| f.rule);
        fired
    }
}

/// One person matching by several ties counts once, by the best; looks of one rule are gathered.
fn add(fired: &mut Vec<Fired>, new: Fired) {
    let Some(known) = fired.iter_mut().find(|f| f.rule == new.rule) else {
        fired.push(new);
        return;
    };
    for look in new.looks {
        if !known.looks.contains(&look) {
            known.looks.push(look);
        }
    }
    let bits = |tie: &Option<CaseTie>| tie.as_ref().map_or(f32::NEG_INFINITY, |t| t.bits);
    if bits(&new.tie) > bits(&known.tie) {
        known.tie = new.tie;
        known.expected = new.expected;
    }
}
