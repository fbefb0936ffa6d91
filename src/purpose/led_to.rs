//! Searches that led to an explained record, and what the system added to it: part of
//! the same human act.
//!
//! A user who types a surname and a postcode, tries two spellings and then opens
//! the record of the job they are on has made one lawful enquiry, although only
//! its last row names the record.

use rayon::prelude::*;

use super::answer::Bench;
use super::links::{Task, Via};
use super::looks::{Look, Looks, Purpose};
use super::template_file::{By, Reach, Who};
use super::templates::Template;
use crate::ingest::Environment;
use crate::instant::MINUTE;
use crate::subjects::{Subject, SubjectKind, lookup};

/// A search leads to what the same user opened within this time of it.
pub(super) const LEADS_WITHIN: i64 = 15 * MINUTE;

/// A search in an exercise, or in the work of a role, opens its record this soon, perhaps in another system.
const OPENS_WITHIN: i64 = 5 * MINUTE;

/// What a system adds by itself (owner and insurance of a plate that was typed) comes this soon.
const FOLLOWS_WITHIN: i64 = MINUTE;

/// Marks unexplained looks at typed subjects that stand next to an explained look of the same user whose
/// subject the typed terms fit, and what the system added to an explained look by itself.
pub(super) fn mark(bench: &Bench<'_>, looks: &mut Looks) {
    let order = std::mem::take(&mut looks.order);
    looks.by_user().into_par_iter().for_each(|own| one_user(bench, &order, own));
    looks.order = order;
}

/// An explained look, as what stands near it sees it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    first: i64,
    last: i64,
    subject: u32,
    row: u32,
    /// Its record names the subject, so that it answers the search for it too.
    names: bool,
    /// It answers by time and system, whoever the subject is; the record that it opens may lie elsewhere.
    whoever: bool,
    session: bool,
    session_live: bool,
}

fn one_user(bench: &Bench<'_>, order: &[u32], own: &mut [Look]) {
    let subjects = bench.subjects;
    let led_to = Template::all().find(|t| t.declared().by == By::NextLook);
    let mut answers: Vec<Answer> = own
        .iter()
        .filter(|l| l.purpose == Purpose::Explained)
        .map(|l| Answer {
            first: l.first_at.0,
            last: l.last_at.0,
            subject: l.subject,
            row: l.explained_row,
            names: l.explained_by.is_some_and(|t| t.declared().names_subject),
            whoever: l.explained_by.is_some_and(Template::whoever),
            session: l.session,
            session_live: l.session_live,
        })
        .collect();
    answers.sort_unstable();
    let mut open: Option<Vec<Task>> = None;
    for look in own {
        if look.purpose != Purpose::Unexplained || look.environment != Environment::Live {
            continue;
        }
        let asked = searches(bench, order, look);
        let search = !asked.is_empty();
        let fits = |a: &Answer| {
            let found = &subjects.all[a.subject as usize].descriptor;
            a.subject == look.subject || asked.iter().any(|typed| lookup::may_lead_to(&typed.descriptor, found))
        };
        let leads = |a: &Answer| {
            search && a.names && (a.first - LEADS_WITHIN..=a.last + LEADS_WITHIN).contains(&look.first_at.0)
        };
        let opened = |a: &Answer| {
            let typed = &subjects.all[a.subject as usize];
            let search = !typed.key.starts_with("record:") && !typed.descriptor.is_empty();
            let found = || lookup::may_lead_to(&typed.descriptor, &subjects.all[look.subject as usize].descriptor);
            a.whoever
                && (a.first..=a.last + OPENS_WITHIN).contains(&look.first_at.0)
                && (a.subject == look.subject || search && found())
        };
        let follows = |a: &Answer| look.automatic && (a.first..=a.last + FOLLOWS_WITHIN).contains(&look.first_at.0);
        let from = answers.partition_point(|a| a.first < look.first_at.0 - super::looks::LOOK_LENGTH - LEADS_WITHIN);
        let near = answers[from..].iter().take_while(|a| a.first <= look.first_at.0 + LEADS_WITHIN);
        if let Some(template) = led_to
            && let Some(answer) = near.clone().find(|a| (leads(a) || follows(a)) && fits(a) || opened(a))
        {
            look.purpose = Purpose::Explained;
            look.explained_by = Some(template);
            look.explained_row = answer.row;
            look.session |= answer.session;
            look.session_live |= answer.session_live;
        } else if search {
            let open = open.get_or_insert_with(|| by_start(bench, look));
            let mut people = asked.iter().filter(|typed| typed.kind == SubjectKind::Person);
            if let Some((template, row)) = people.find_map(|typed| fits_party(bench, look, typed, open)) {
                look.purpose = Purpose::Explained;
                look.explained_by = Some(template);
                look.explained_row = row;
            }
        }
    }
}

/// What a look asked for by typed terms, as it was typed. Whoever the terms turned out to be, they may as well have been
/// the way to a namesake: an officer who shares name and postcode with a witness types both to find the witness.
pub(super) fn searches<'a>(bench: &Bench<'a>, order: &[u32], look: &Look) -> Vec<&'a Subject> {
    let from = look.events_from as usize;
    let events = order[from..from + look.events as usize].iter().map(|at| &bench.tables.access.events[*at as usize]);
    let mut asked: Vec<u32> = events.map(|event| bench.subjects.of_query[event.query as usize]).collect();
    asked.sort_unstable();
    asked.dedup();
    let typed = |subject: &&Subject| !subject.key.starts_with("record:") && !subject.descriptor.is_empty();
    asked.into_iter().map(|subject| &bench.subjects.all[subject as usize]).filter(typed).collect()
}

/// Tasks of the user and the user's team, by their start.
pub(super) fn by_start(bench: &Bench<'_>, look: &Look) -> Vec<Task> {
    let team = bench.links.team(look.user).map_or(&[][..], |team| bench.links.tasks(team));
    let team = team.iter().filter(|t| t.via == Via::Team);
    let own = bench.links.tasks(look.user).iter().filter(|t| t.via == Via::Own);
    let mut tasks: Vec<Task> = own.chain(team).copied().collect();
    tasks.sort_unstable_by_key(|t| (t.from, *t));
    tasks
}

/// The template and incident by which typed terms fit somebody on an open incident of the user's.
pub(super) fn fits_party(bench: &Bench<'_>, look: &Look, typed: &Subject, tasks: &[Task]) -> Option<(Template, u32)> {
    let typed = &typed.descriptor;
    let at = look.first_at;
    let template = Template::all().find(|t| (t.declared().by, t.declared().to) == (By::Assignment, Reach::Fits))?;
    let declared = template.declared();
    let upto = tasks.partition_point(|t| t.from.0 <= at.0.saturating_add(bench.explanations.longest()));
    let holds = |task: &&Task| {
        let who = if task.via == Via::Team { Who::Team } else { Who::User };
        declared.who.contains(&who)
            && (declared.roles.is_empty() || declared.roles.contains(&task.part))
            && bench.explanations.holds(template, &bench.links.span(task.from, task.to, task.incident), at)
    };
    let fits = |incident: u32| {
        let mut parties = bench.links.parties(incident);
        parties.any(|party| lookup::may_lead_to(typed, &bench.subjects.all[party as usize].descriptor))
    };
    let mut fitting = tasks[..upto].iter().filter(holds).map(|t| t.incident).filter(|incident| fits(*incident));
    fitting.find(|row| bench.impartial(look, template, *row)).map(|row| (template, row))
}
