//! What other values would have made of the same period.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::model::{Lane, Report};

/// Place, lane and score of everybody in a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    of: BTreeMap<String, (u32, Lane, f64)>,
}

impl Standing {
    /// What a report says.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let of = report.referrals.iter().filter(|r| r.lane != Lane::Sample);
        Self { of: of.map(|r| (r.referral_id.clone(), (r.rank, r.lane, r.score_bits))).collect() }
    }
}

/// What became of one referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Into the refer lane.
    Enters,
    /// Out of the refer lane.
    Leaves,
    /// Another place or lane.
    Moves,
    /// The same place.
    Stays,
}

/// One referral before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// The referral.
    pub referral_id: String,
    /// What became of it.
    pub change: Change,
    /// Rank, lane and bits with the values in force; `None` where it was not listed.
    pub before: Option<(u32, Lane, f64)>,
    /// The same with the new values.
    pub after: Option<(u32, Lane, f64)>,
}

/// Compares two reports of the same period: those who enter or leave the refer lane first, then by the new place.
#[must_use]
pub fn compare(before: &Standing, after: &Standing) -> Vec<Moved> {
    let mut ids: Vec<&String> = before.of.keys().chain(after.of.keys()).collect();
    ids.sort();
    ids.dedup();
    let mut moved: Vec<Moved> = ids
        .into_iter()
        .map(|id| {
            let (was, is) = (before.of.get(id).copied(), after.of.get(id).copied());
            let referred = |place: Option<(u32, Lane, f64)>| place.is_some_and(|p| p.1 == Lane::Refer);
            let change = match (referred(was), referred(is)) {
                (false, true) => Change::Enters,
                (true, false) => Change::Leaves,
                _ if was.map(|p| (p.0, p.1)) == is.map(|p| (p.0, p.1)) => Change::Stays,
                _ => Change::Moves,
            };
            Moved { referral_id: id.clone(), change, before: was, after: is }
        })
        .collect();
    let place = |m: &Moved| m.after.or(m.before).map_or(u32::MAX, |p| p.0);
    moved.sort_by(|a, b| a.change.cmp(&b.change).then(place(a).cmp(&place(b))).then(a.referral_id.cmp(&b.referral_id)));
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_enters_and_leaves_comes_first() {
        let standing = |rows: &[(&str, u32, Lane)]| Standing {
            of: rows.iter().map(|(id, rank, lane)| ((*id).to_owned(), (*rank, *lane, 1.0))).collect(),
        };
        let before =
            standing(&[("a", 1, Lane::Refer), ("b", 2, Lane::Refer), ("c", 3, Lane::Query), ("d", 4, Lane::Query)]);
        let after =
            standing(&[("a", 1, Lane::Refer), ("c", 2, Lane::Refer), ("d", 3, Lane::Query), ("e", 4, Lane::Query)]);
        let found: Vec<(String, Change)> =
            compare(&before, &after).into_iter().map(|m| (m.referral_id, m.change)).collect();
        let expected = [
            ("c", Change::Enters),
            ("b", Change::Leaves),
            ("d", Change::Moves),
            ("e", Change::Moves),
            ("a", Change::Stays),
        ];
        assert_eq!(found, expected.map(|(id, change)| (id.to_owned(), change)));
    }
}
