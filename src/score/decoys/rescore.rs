//! Weighing a case with a subject that it was dealt, by the same rules and the same rates.

use rayon::prelude::*;

use super::super::case::{self, CaseScore};
use super::super::lanes::refers;
use super::super::prior::Chances;
use super::super::{Weighed, total};
use crate::ingest::Environment;
use crate::purpose::{AccountKind, Look, Purpose};
use crate::relations::TieKind;
use crate::rules::fire::{CaseRules, Fired, Firings};
use crate::rules::rows::case::CaseFacts;
use crate::rules::rows::{Case, World};
use crate::rules::{self, Block, Rule};
use crate::score::Rates;
use crate::subjects::SubjectId;

/// Weighs a case of the log with another subject.
pub(super) struct Rescore<'a> {
    world: &'a World<'a>,
    rules: &'a [&'a Rule],
    firings: &'a Firings,
    rates: &'a Rates<'a>,
    asked: CaseRules,
    /// By case: may it stand with a tie?
    pub(super) fertile: Vec<bool>,
}

/// Is what the rule finds evidence of a tie?
fn of_ties(rule: &Rule) -> bool {
    rule.reads_ties() || rule.meta.probity.block == Block::Relationship
}

impl<'a> Rescore<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        rules: &'a [&'a Rule],
        firings: &'a Firings,
        rates: &'a Rates<'a>,
        scored: &[CaseScore],
    ) -> Self {
        let mut rescore =
            Self { world, rules, firings, rates, asked: CaseRules::of(rules, of_ties), fertile: Vec::new() };
        rescore.fertile = (0..world.cases.len() as u32).into_par_iter().map(|c| rescore.may_stand(c, scored)).collect();
        rescore
    }

    /// A tie refers nobody alone: is there other evidence that can stand beside it, or something that rules of other
    /// blocks join with a tie (printed, denied, training, a test)? Asking this once spares most of the work.
    fn may_stand(&self, place: u32, scored: &[CaseScore]) -> bool {
        let case = self.world.cases[place as usize];
        let joined = |l: &Look| {
            l.printed > 0
                || l.denied > 0
                || l.session
                || l.reason.training
                || l.reason.testing
                || l.account == AccountKind::Training
                || l.environment != Environment::Live
        };
        let looks = self.world.looks(&case);
        if looks.iter().any(joined) {
            return true;
        }
        // Where nothing speaks of a tie, the case has been scored without one already.
        if let Ok(at) = scored.binary_search_by_key(&Some(place), |score| score.case) {
            let tieless = |(f, _): &(Fired, Weighed)| !of_ties(self.rules[usize::from(f.rule)]);
            if scored[at].fired.iter().all(tieless) {
                return scored[at].blocks.iter().any(|b| b.beside(self.world.values));
            }
        }
        let kept = self.kept(place);
        if kept.is_empty() && looks.iter().all(|l| l.purpose == Purpose::Explained) {
            return false;
        }
        let weighed = kept.into_iter().map(|f| (f.clone(), self.rates.case(&case, f))).collect();
        let score = self.total(&CaseFacts::new(self.world, case), weighed);
        score.blocks.iter().any(|b| b.beside(self.world.values))
    }

    /// Posterior of the case at `place`, had it been a look at `subject`, where it would rest on a tie. The sieve has
    /// let it through.
    pub(super) fn posterior(&self, place: u32, subject: SubjectId) -> Option<f64> {
        let world = self.world;
        let original = world.cases[place as usize];
        // Only the user's own record weighs enough to stand alone.
        let own = || world.relations.between(subject, original.user).iter().any(|t| t.kind == TieKind::Own);
        if !self.fertile[place as usize] && !own() {
            return None;
        }
        let case = Case { subject, ..original };
        let facts = CaseFacts::new(world, case);
        let found = self.asked.ask(&facts);
        if found.is_empty() {
            return None;
        }
        let kept = self.kept(place);
        let may = |fired: &Fired| self.rules[usize::from(fired.rule)].meta.probity.lane == rules::Lane::Refer;
        if !found.iter().chain(kept.iter().copied()).any(may) {
            return None;
        }
        // What is kept is compared with what it was compared with in the log.
        let mut weighed: Vec<(Fired, Weighed)> =
            kept.into_iter().map(|f| (f.clone(), self.rates.case(&original, f))).collect();
        weighed.extend(found.into_iter().map(|f| {
            let weight = self.rates.case(&case, &f);
            (f, weight)
        }));
        let score = self.total(&facts, weighed);
        (refers(world, self.rules, &score) && self.rests_on_tie(&facts, &score.fired))
            .then(|| score.posterior(world.values))
    }

    /// Findings of a case of the log that stay when its subject is another.
    fn kept(&self, place: u32) -> Vec<&'a Fired> {
        let Ok(at) = self.firings.cases.binary_search_by_key(&place, |fired| fired.case) else {
            return Vec::new();
        };
        self.firings.cases[at].fired.iter().filter(|f| !of_ties(self.rules[usize::from(f.rule)])).collect()
    }

    /// Would a case that stands no longer stand without what speaks of a tie?
    pub(super) fn rests_on_tie(&self, facts: &CaseFacts<'_>, fired: &[(Fired, Weighed)]) -> bool {
        let rest: Vec<(Fired, Weighed)> =
            fired.iter().filter(|(f, _)| !of_ties(self.rules[usize::from(f.rule)])).cloned().collect();
        rest.len() < fired.len() && !refers(self.world, self.rules, &self.total(facts, rest))
    }

    fn total(&self, facts: &CaseFacts<'_>, weighed: Vec<(Fired, Weighed)>) -> CaseScore {
        let block_of = |rule: u16| self.rules[usize::from(rule)].meta.probity.block;
        let blocks = case::blocks(&weighed, block_of, case::native(facts, self.rates), self.world.values);
        let chances = Chances::of(self.world, facts.case.user);
        total(None, weighed, blocks, chances.of_case(self.world.values))
    }
}
