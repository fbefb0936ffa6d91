//! What the log itself ties to an incident: a subject that somebody on the incident looked up under its number.
//!
//! Lists of incidents are never complete. Where two people on one incident look up the same plate and one of
//! them quotes the number, the plate belongs to the incident although nobody entered it.

use rayon::prelude::*;

use super::actors::UserId;
use super::answer::Bench;
use super::looks::{Look, NOBODY, Purpose, Quoted};
use super::template_file::By;
use super::templates::Template;
use crate::ingest::Environment;
use crate::subjects::SubjectId;

/// A subject looked up under the number of an incident by somebody on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Quote {
    subject: SubjectId,
    incident: u32,
    user: UserId,
    officer: UserId,
}

/// Every such quote, by subject.
#[derive(Clone, Debug, Default)]
pub struct Quotes(Vec<Quote>);

impl Quotes {
    /// Gathers them from looks whose quoted number has been checked.
    pub(super) fn gather(bench: &Bench<'_>, looks: &[Look]) -> Self {
        let mut all: Vec<Quote> = looks
            .par_iter()
            .filter(|l| l.quoted == Quoted::UserOnly && l.environment == Environment::Live)
            .filter_map(|l| {
                let incident = bench.quoted_row(l)?;
                let named = bench.subjects.identified(l.subject) && bench.links.open(incident, l.first_at);
                named.then_some(Quote { subject: l.subject, incident, user: l.user, officer: l.on_behalf_of })
            })
            .collect();
        all.par_sort_unstable();
        all.dedup();
        Self(all)
    }

    fn of(&self, subject: SubjectId) -> &[Quote] {
        let from = self.0.partition_point(|q| q.subject < subject);
        &self.0[from..from + self.0[from..].partition_point(|q| q.subject == subject)]
    }

    /// The strongest template by which other looks answer this one, and its incident.
    pub(super) fn answer(&self, bench: &Bench<'_>, look: &Look) -> Option<(Template, u32)> {
        if self.of(look.subject).is_empty() {
            return None;
        }
        Template::all().find_map(|template| Some((template, self.by(bench, look, template)?)))
    }

    /// The incident by which this template answers the look.
    pub(super) fn by(&self, bench: &Bench<'_>, look: &Look, template: Template) -> Option<u32> {
        let fitting = self.of(look.subject).iter().filter(|q| Self::fits(bench, look, q, template));
        fitting.map(|q| q.incident).find(|row| bench.impartial(look, template, *row))
    }

    /// Does this quote answer the look by this template?
    fn fits(bench: &Bench<'_>, look: &Look, quote: &Quote, template: Template) -> bool {
        let own = quote.user == look.user;
        let asked = match template.declared().by {
            By::QuotedAgain => own,
            // An operator and the officer they check for are one, not two.
            By::ColleagueQuoted => {
                !own && quote.user != look.on_behalf_of && (quote.officer == NOBODY || quote.officer != look.user)
            }
            _ => false,
        };
        asked
            && bench.counts(quote.incident)
            && bench.on_it(look, quote.incident)
            && bench.explanations.holds(template, &bench.links.whole(quote.incident), look.first_at)
    }
}

/// Answers live looks that no record explains.
pub(super) fn mark(bench: &Bench<'_>, looks: &mut [Look], quotes: &Quotes) {
    looks.par_iter_mut().for_each(|look| {
        if look.purpose == Purpose::Unexplained
            && look.environment == Environment::Live
            && let Some((template, row)) = quotes.answer(bench, look)
        {
            look.purpose = Purpose::Explained;
            look.explained_by = Some(template);
            look.explained_row = row;
        }
    });
}
