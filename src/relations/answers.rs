//! One search in the eyes of the one who typed it: who it was, best answer first.

use chrono::NaiveDate;

use super::identifiers::Identifiers;
use super::{Tie, TieKind, WatchTie};
use crate::subjects::SubjectKind;

/// Whom a search was about, as seen from the one who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The one who typed it, or their own vehicle or telephone.
    Myself,
    /// A declared relation: row in `relationships`.
    Relation(u32),
    /// Somebody at the same address, or the address itself.
    Household,
    /// Somebody on the watch list: row in `high_profile`.
    HighProfile(u32),
    /// Another member of staff: row in `staff`.
    Colleague(u32),
    /// Somebody who shared an address with them once, or an address that was theirs.
    FormerHousehold,
    /// One of the nearest addresses, or somebody there.
    Neighbour,
    /// Somebody who was a neighbour while both lived there.
    FormerNeighbour,
}

/// One answer with what speaks for and against it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// Who.
    pub who: Who,
    /// Evidence, prior not included.
    pub bits: f32,
    /// Posterior, prior included.
    pub probability: f32,
    /// Fields that agree.
    pub identifiers: Identifiers,
    /// Fields that speak against.
    pub against: Identifiers,
}

/// Every answer for a subject of this kind that `staff` (a row of the staff table; `None` for somebody it does not
/// list) asked for, from the subject's ties to all staff and to the watch list. The own circle stands first, a
/// neighbour last: within a class the likeliest is first. `colleague` are the bits by which the prior of one given
/// member of the whole staff is below that of one of the circle. `day` is when it was typed: what had lapsed by then is no answer,
/// and an address that was not shared any more is told as a former one. A shared surname is no answer, nor is somebody who only lives
/// with a relation.
#[must_use]
pub fn answers(
    kind: SubjectKind,
    all_ties: &[Tie],
    watched: &[WatchTie],
    staff: Option<u32>,
    colleague: f32,
    day: NaiveDate,
) -> Vec<Answer> {
    let place = kind == SubjectKind::Place;
    let mut all: Vec<(u8, Answer)> = Vec::new();
    let ties = all_ties.iter().filter(|tie| Some(tie.staff) == staff && tie.holds_on(day));
    for tie in ties {
        let (class, who) = match (tie.kind, tie.relation) {
            (TieKind::Own, _) if !tie.from_address => (0, Who::Myself),
            (_, Some(row)) if place || !tie.from_address => (0, Who::Relation(row)),
            (TieKind::Household, None) if tie.is_former_home(day) => (0, Who::FormerHousehold),
            (TieKind::Own | TieKind::Household, None) => (0, Who::Household),
            (TieKind::Neighbour, None) if tie.is_former_home(day) => (2, Who::FormerNeighbour),
            (TieKind::Neighbour, None) => (2, Who::Neighbour),
            _ => continue,
        };
        all.push((class, answer(who, tie)));
    }
    let watched = watched.iter().max_by(|a, b| a.bits.total_cmp(&b.bits).then(b.entry.cmp(&a.entry)));
    all.extend(watched.map(|tie| {
        let (bits, probability) = (tie.bits, tie.probability);
        let (identifiers, against) = (tie.identifiers, tie.against);
        (1, Answer { who: Who::HighProfile(tie.entry), bits, probability, identifiers, against })
    }));
    if !all.iter().any(|(_, a)| a.who == Who::Myself) {
        let other = all_ties
            .iter()
            .filter(|t| t.kind == TieKind::Own && !t.from_address && Some(t.staff) != staff && t.holds_on(day))
            .max_by(|a, b| a.bits.total_cmp(&b.bits).then(b.staff.cmp(&a.staff)));
        all.extend(other.map(|tie| {
            let odds = tie.probability / (1.0 - tie.probability).max(f32::EPSILON) * colleague.exp2();
            (1, Answer { probability: odds / (1.0 + odds), ..answer(Who::Colleague(tie.staff), tie) })
        }));
    }
    all.sort_by(|(x, a), (y, b)| {
        x.cmp(y).then(b.probability.total_cmp(&a.probability)).then(b.bits.total_cmp(&a.bits)).then(a.who.cmp(&b.who))
    });
    all.into_iter().map(|(_, answer)| answer).collect()
}

fn answer(who: Who, tie: &Tie) -> Answer {
    Answer { who, bits: tie.bits, probability: tie.probability, identifiers: tie.identifiers, against: tie.against }
}
