//! Searches that led to an explained record: part of the same human act.
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

/// Marks unexplained looks at typed subjects that stand next to an explained look of the same user whose
/// subject the typed terms fit.
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

fn one_user(own: &mut [Look], subjects: &Subjects) {
    let mut answers: Vec<(i64, i64, u32, u32)> = own
        .iter()
        .filter(|l| l.purpose == Purpose::Explained && l.explained_by.is_some_and(answers_a_search))
        .map(|l| (l.first_at.0, l.last_at.0, l.subject, l.explained_row))
        .collect();
    answers.sort_unstable();
    for look in own {
        let open = look.purpose == Purpose::Unexplained && look.environment == Environment::Live;
        let typed = &subjects.all[look.subject as usize];
        if !open || typed.key.starts_with("record:") || typed.descriptor.is_empty() {
            continue;
        }
        let from = answers.partition_point(|a| a.0 < look.first_at.0 - super::looks::LOOK_LENGTH - LEADS_WITHIN);
        let near = answers[from..].iter().take_while(|a| a.0 <= look.last_at.0 + LEADS_WITHIN);
        for &(_, last, subject, row) in near {
            let close = last >= look.first_at.0 - LEADS_WITHIN;
            if close && lookup::may_lead_to(&typed.descriptor, &subjects.all[subject as usize].descriptor) {
                look.purpose = Purpose::Explained;
                look.explained_by = Some(Template::LedTo);
                look.explained_row = row;
                break;
            }
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
