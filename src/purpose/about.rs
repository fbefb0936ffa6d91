//! A search and the record that it led to are one subject.
//!
//! "S LEWIS, b. 1985" and, a minute later, the record of Sarah Lewis are one enquiry about one person. Counted apart, one
//! enquiry is two cases: what speaks against it would count twice, and the looks of a lasting interest would be spread
//! over as many cases as there are ways to type a name. What was typed stays with the look ([`Look::subject`]), for that
//! is what records are asked about; whom it was about ([`Look::about`]) is what cases are made of.

use rayon::prelude::*;

use super::led_to::LEADS_WITHIN;
use super::looks::{Look, Looks};
use crate::relations::{Relations, TieKind};
use crate::subjects::{SubjectId, SubjectKind, Subjects, lookup};

/// Says of each search for a person by typed terms which record it was about, where the same user opened one record that
/// fits them, and no other, within minutes of any such search. Sorts the looks by whom they are about.
pub(super) fn join(subjects: &Subjects, relations: &Relations, looks: &mut Looks) {
    looks.by_user().into_par_iter().for_each(|own| one_user(subjects, relations, own));
    looks.all.par_sort_unstable_by_key(|l| (l.user, l.about, l.first_at, l.system, l.environment, l.subject));
}

/// Looks of one user, sorted by subject.
fn one_user(subjects: &Subjects, relations: &Relations, own: &mut [Look]) {
    let on_record = |subject: SubjectId| subjects.all[subject as usize].person.is_some();
    let mut opened: Vec<Look> = own.iter().filter(|l| on_record(l.subject)).copied().collect();
    opened.sort_unstable_by_key(|l| (l.first_at, l.subject));
    for searches in own.chunk_by_mut(|a, b| a.subject == b.subject) {
        let asked = &subjects.all[searches[0].subject as usize];
        if asked.kind != SubjectKind::Person || asked.person.is_some() {
            continue;
        }
        let fits = |found: SubjectId| {
            lookup::may_lead_to(&asked.descriptor, &subjects.all[found as usize].descriptor)
                && keeps_ties(relations, searches[0].user, searches[0].subject, found)
        };
        let mut found: Vec<SubjectId> = searches.iter().flat_map(|search| near(&opened, search)).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|subject| fits(*subject));
        if let [only] = found[..] {
            searches.iter_mut().for_each(|search| search.about = only);
        }
    }
}

/// Records that the user opened about the time of a search. `opened` is sorted by time.
fn near<'a>(opened: &'a [Look], search: &Look) -> impl Iterator<Item = SubjectId> + use<'a> {
    let (environment, at) = (search.environment, search.first_at.0);
    let from = opened.partition_point(|l| l.first_at.0 < at - LEADS_WITHIN);
    opened[from..]
        .iter()
        .take_while(move |l| l.first_at.0 <= at + LEADS_WITHIN)
        .filter(move |l| l.environment == environment)
        .map(|l| l.subject)
}

/// Is the record as near to the user as what was typed, and the same members of staff and well-known people? A tie that
/// the terms show must not be lost to a namesake's record.
fn keeps_ties(relations: &Relations, user: u32, typed: SubjectId, found: SubjectId) -> bool {
    let own = relations.between(typed, user).iter().all(|tie| {
        relations.between(found, user).iter().any(|other| (other.kind, other.relation) == (tie.kind, tie.relation))
    });
    let staff =
        relations.by_subject(typed).iter().filter(|tie| tie.kind == TieKind::Own && !tie.from_address).all(|tie| {
            relations.between(found, tie.staff).iter().any(|other| other.kind == TieKind::Own && !other.from_address)
        });
    let watched = relations.watch_of(typed);
    let known = relations.watch_of(found);
    own && staff && watched.iter().all(|tie| known.iter().any(|other| other.entry == tie.entry))
}
