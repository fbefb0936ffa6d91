//! Searches that led to an explained record, and what the system added to it: part of
//! the same human act.
//!
//! A user who types a surname and a postcode, tries two spellings and then opens
//! the record of the job they are on has made one lawful enquiry, although only
//! its last row names the record.

use rayon::prelude::*;

use super::looks::{Look, Looks, Purpose};
use super::templates::Template;
use crate::ingest::Environment;
use crate::instant::MINUTE;
use crate::subjects::{Subjects, lookup};

/// A search leads to what the same user opened within this time of it.
const LEADS_WITHIN: i64 = 15 * MINUTE;

/// A search in an exercise, or in the work of a role, opens its record this soon, perhaps in another system.
const OPENS_WITHIN: i64 = 5 * MINUTE;

/// What a system adds by itself (owner and insurance of a plate that was typed) comes this soon.
const FOLLOWS_WITHIN: i64 = MINUTE;

/// Marks unexplained looks at typed subjects that stand next to an explained look of the same user whose
/// subject the typed terms fit, and what the system added to an explained look by itself.
pub fn mark(looks: &mut Looks, subjects: &Subjects) {
    let mut by_user: Vec<&mut [Look]> = Vec::new();
    let mut rest: &mut [Look] = &mut looks.all;
    while let Some(first) = rest.first() {
        let user = first.user;
        let (own, others) = rest.split_at_mut(rest.partition_point(|l| l.user == user));
        by_user.push(own);
        rest = others;
    }
    by_user.into_par_iter().for_each(|own| one_user(own, subjects));
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

fn one_user(own: &mut [Look], subjects: &Subjects) {
    let mut answers: Vec<Answer> = own
        .iter()
        .filter(|l| l.purpose == Purpose::Explained)
        .map(|l| Answer {
            first: l.first_at.0,
            last: l.last_at.0,
            subject: l.subject,
            row: l.explained_row,
            names: l.explained_by.is_some_and(answers_a_search),
            whoever: matches!(l.explained_by, Some(Template::Session | Template::RoleFunction)),
            session: l.session,
            session_live: l.session_live,
        })
        .collect();
    answers.sort_unstable();
    for look in own {
        if look.purpose != Purpose::Unexplained || look.environment != Environment::Live {
            continue;
        }
        let typed = &subjects.all[look.subject as usize];
        let search = !typed.key.starts_with("record:") && !typed.descriptor.is_empty();
        let fits = |a: &Answer| {
            a.subject == look.subject
                || search && lookup::may_lead_to(&typed.descriptor, &subjects.all[a.subject as usize].descriptor)
        };
        let leads = |a: &Answer| {
            search && a.names && (a.first - LEADS_WITHIN..=a.last + LEADS_WITHIN).contains(&look.first_at.0)
        };
        let opened = |a: &Answer| {
            let typed = &subjects.all[a.subject as usize];
            let search = !typed.key.starts_with("record:") && !typed.descriptor.is_empty();
            a.whoever
                && (a.first..=a.last + OPENS_WITHIN).contains(&look.first_at.0)
                && (a.subject == look.subject
                    || search
                        && lookup::may_lead_to(&typed.descriptor, &subjects.all[look.subject as usize].descriptor))
        };
        let follows = |a: &Answer| look.automatic && (a.first..=a.last + FOLLOWS_WITHIN).contains(&look.first_at.0);
        let from = answers.partition_point(|a| a.first < look.first_at.0 - super::looks::LOOK_LENGTH - LEADS_WITHIN);
        let near = answers[from..].iter().take_while(|a| a.first <= look.first_at.0 + LEADS_WITHIN);
        if let Some(answer) = near
            .clone()
            .filter(|a| leads(a) || follows(a))
            .find(|a| fits(a))
            .or_else(|| near.clone().find(|a| opened(a)))
        {
            look.purpose = Purpose::Explained;
            look.explained_by = Some(Template::LedTo);
            look.explained_row = answer.row;
            look.session |= answer.session;
            look.session_live |= answer.session_live;
        }
    }
}

/// Only records that name a subject answer the search for it; a role or a session covers its own looks.
const fn answers_a_search(template: Template) -> bool {
    matches!(
        template,
        Template::Assigned
            | Template::CallTaken
            | Template::OnBehalf
            | Template::Supervisor
            | Template::Team
            | Template::Authority
            | Template::LateEntered
            | Template::QuotedSubject
    )
}
