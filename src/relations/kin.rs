//! How old a relation is likely to be, where no birth date of theirs is known.

use super::TieKind;
use crate::subjects::terms::Birth;

/// Bits of a typed birth against what the relation makes likely: the density of the difference in years, in the band
/// where it lies, over one year in eighty. `None` where the relation says nothing about age.
///
/// Bands \[R\]: parents are 16 to 45 years older, of siblings eleven in twelve are within twelve years, of couples nine
/// in ten within nine; what lies outside happens (step-parents, adoption) and is never ruled out.
pub(super) fn age_bits(kind: TieKind, own: &Birth, typed: &Birth) -> Option<f32> {
    let year = |born: &Birth| f32::from(born.years().0).midpoint(f32::from(born.years().1));
    let older = year(own) - year(typed);
    Some(match kind {
        TieKind::Parent => band(older, 16.0, 45.0),
        TieKind::Child => band(-older, 16.0, 45.0),
        TieKind::Sibling => near(older, 6.0, 12.0),
        TieKind::Spouse | TieKind::Partner | TieKind::ExPartner => near(older, 5.0, 12.0),
        _ => return None,
    })
}

fn band(years: f32, least: f32, most: f32) -> f32 {
    if (least..=most).contains(&years) { 1.4 } else { -4.0 }
}

fn near(years: f32, close: f32, far: f32) -> f32 {
    match years.abs() {
        gap if gap <= close => 2.3,
        gap if gap <= far => 0.0,
        _ => -3.0,
    }
}
