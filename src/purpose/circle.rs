//! Is the subject somebody whom the user knows?
//!
//! Explanations that are easily come by (a number that can be typed, a place that one passes) answer for
//! strangers only.

use super::actors::UserId;
use crate::relations::{Relations, TieKind};
use crate::subjects::SubjectId;

/// The subject is taken for the user from this posterior.
const SURE: f32 = 0.9;
/// A tie is taken for one from this posterior.
pub const LIKELY: f32 = 0.5;
/// Of the user's own circle: self, family, household, declared relations. A shared surname or street is none:
/// what is met by chance must be answered for as others' looks are, or the comparison with peers would not be fair.
/// Nor is a well-known name: whoever is on the watch list is also the victim in the case that half a station works.
#[must_use]
pub fn own(relations: &Relations, user: UserId, subject: SubjectId) -> bool {
    let chance = |kind: TieKind| matches!(kind, TieKind::Surname | TieKind::Neighbour);
    relations.between(subject, user).iter().any(|tie| !chance(tie.kind) && tie.probability >= LIKELY)
}

/// Is the subject the user's own person?
#[must_use]
pub fn same(relations: &Relations, user: UserId, subject: SubjectId) -> bool {
    let mut ties = relations.between(subject, user).iter();
    ties.any(|tie| tie.kind == TieKind::Own && !tie.from_address && tie.probability >= SURE)
}
