//! Which audited events the page shows beside a referral, and where the rest is.

use std::collections::{BTreeSet, HashMap};

use super::words;
use crate::report::model::{Evidence, Referral, Report};

/// Most events shown for one referral.
pub const PER_REFERRAL: usize = 50;
/// Most events shown on the page; referrals of high rank are served first.
pub const ON_PAGE: usize = 10_000;

/// The events of one referral.
#[derive(Clone, Debug, Default)]
pub struct Picked<'a> {
    /// Those shown.
    pub shown: Vec<&'a Evidence>,
    /// How many there are in all.
    pub total: usize,
    /// Where the others are, as a sentence; empty where all are shown.
    pub rest: String,
}

/// Events by case and by finding.
pub struct Index<'a> {
    evidence: &'a [Evidence],
    by_case: HashMap<&'a str, Vec<usize>>,
    by_finding: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    /// Sorts the report's events once.
    #[must_use]
    pub fn new(report: &'a Report) -> Self {
        let mut by_case: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_finding: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, event) in report.evidence.iter().enumerate() {
            if !event.case_id.is_empty() {
                by_case.entry(&event.case_id).or_default().push(i);
            }
            for finding in &event.finding_ids {
                by_finding.entry(finding).or_default().push(i);
            }
        }
        Self { evidence: &report.evidence, by_case, by_finding }
    }

    /// The events of a referral's cases and findings, in the file's order; `left` is what the
    /// page may still show.
    #[must_use]
    pub fn pick(&self, referral: &Referral, left: &mut usize) -> Picked<'a> {
        let mut places: BTreeSet<usize> = BTreeSet::new();
        for case in &referral.cases {
            places.extend(self.by_case.get(case.case_id.as_str()).into_iter().flatten());
            for finding in &case.findings {
                let found = self.by_finding.get(finding.finding_id.as_str());
                places.extend(found.into_iter().flatten());
            }
        }
        let may = places.len().min(PER_REFERRAL).min(*left);
        *left -= may;
        Picked {
            shown: places.iter().take(may).map(|&i| &self.evidence[i]).collect(),
            total: places.len(),
            rest: rest(&places, may, &referral.staff_id),
        }
    }
}

/// Where the events that are not shown stand in the file. Its header is line 1 and no
/// cell holds a line break, so the event at place 0 is line 2.
fn rest(places: &BTreeSet<usize>, shown: usize, staff_id: &str) -> String {
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else {
        return String::new();
    };
    let total = places.len();
    if shown == total {
        return String::new();
    }
    let what = if shown == 0 {
        format!("None of these {} is shown here, to keep the page readable.", words::count(total, "event", "events"))
    } else {
        format!("The first {} of {} are shown.", words::whole(shown), words::count(total, "event", "events"))
    };
    let place = if last - first + 1 == total {
        format!("lines {} to {}", words::whole(first + 2), words::whole(last + 2))
    } else {
        format!("between lines {} and {}, staff_id {staff_id}", words::whole(first + 2), words::whole(last + 2))
    };
    format!("{what} All of them are in evidence.csv, {place}.")
}

#[cfg(test)]
mod tests {
    use super::{Index, PER_REFERRAL};
    use crate::report::model::{Case, Evidence, Referral, Report};

    fn report(own: usize) -> Report {
        let event = |case: &str| Evidence { case_id: case.to_owned(), ..Evidence::default() };
        let mut evidence = vec![event("other")];
        evidence.extend((0..own).map(|_| event("own")));
        Report { evidence, ..Report::default() }
    }

    fn referral() -> Referral {
        let case = |id: &str| Case { case_id: id.to_owned(), ..Case::default() };
        Referral { staff_id: "S1".to_owned(), cases: vec![case("own"), case("absent")], ..Referral::default() }
    }

    #[test]
    fn all_are_shown_where_they_fit() {
        let report = report(3);
        let picked = Index::new(&report).pick(&referral(), &mut 100);
        assert_eq!((picked.shown.len(), picked.total, picked.rest.as_str()), (3, 3, ""));
    }

    #[test]
    fn the_rest_is_pointed_to_by_line() {
        let report = report(PER_REFERRAL + 10);
        let index = Index::new(&report);
        let picked = index.pick(&referral(), &mut 1000);
        assert_eq!(picked.shown.len(), PER_REFERRAL);
        assert_eq!(
            picked.rest,
            "The first 50 of 60\u{a0}events are shown. All of them are in evidence.csv, lines 3 to 62."
        );
        let picked = index.pick(&referral(), &mut 0);
        assert!(picked.shown.is_empty() && picked.rest.starts_with("None of these 60"));
    }
}
