//! The score of one member of staff over their cases, and the order of the report.

use super::case::CaseScore;
use super::prior::{self, Chances};
use crate::values::Values;

/// U: the best case in full, each further one by half as much as the one before, above a floor.
#[must_use]
pub fn weight(cases: &[f64], floor: f64) -> f64 {
    let mut sorted = cases.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let Some((&best, further)) = sorted.split_first() else {
        return 0.0;
    };
    let mut half = 1.0;
    further.iter().fold(best, |sum, a| {
        half *= 0.5;
        sum + half * (a - floor).max(0.0)
    })
}

/// What speaks against one member of staff: some cases, findings about their work as a whole, or both.
///
/// Each part says by how much the odds that this user misuses access at all have risen. Findings about the work as a
/// whole say so directly. Cases do by log2(1 + odds of the cases ÷ odds of a user): cases that the number of the
/// user's cases explains leave the odds as they were. The greater counts in full and the other by a share, for both
/// often rest on the same looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    cases: Option<(f64, f64)>,
    whole: Option<(f64, f64)>,
    /// What a user's odds start from, and how much the smaller part counts.
    start: f64,
    beside: f64,
    /// What missing records take from the prior.
    thin: f64,
}

impl Standing {
    /// Adds up the scores of a user.
    pub fn of<'c>(scores: impl Iterator<Item = &'c CaseScore>, chances: Chances, values: &Values) -> Self {
        let (mut single, mut whole) = (Vec::new(), None::<f64>);
        for score in scores {
            let weight = score.weight(values);
            match score.case {
                Some(_) => single.push(weight),
                None => whole = Some(whole.map_or(weight, |w| w.max(weight))),
            }
        }
        let floor = values.blocks.further_case_floor;
        Self {
            cases: (!single.is_empty()).then(|| (weight(&single, floor), chances.rate(values).log2())),
            whole: whole.map(|w| (w, prior::of_user(&values.prior))),
            start: prior::of_user(&values.prior),
            beside: values.blocks.whole_beside_cases,
            thin: chances.thin(values),
        }
    }

    fn parts(&self) -> impl Iterator<Item = (f64, f64)> {
        self.cases.into_iter().chain(self.whole)
    }

    /// log2 odds, by which members of staff are ranked.
    #[must_use]
    pub fn rank(&self) -> f64 {
        let of_cases = |(weight, prior): (f64, f64)| (1.0 + (weight + prior - self.start).exp2()).log2();
        let odds = match (self.cases, self.whole) {
            (Some(cases), Some((whole, _))) => {
                let (cases, whole) = (of_cases(cases), whole.max(0.0));
                self.start + cases.max(whole) + self.beside * cases.min(whole)
            }
            (Some((weight, prior)), None) | (None, Some((weight, prior))) => weight + prior,
            (None, None) => f64::NEG_INFINITY,
        };
        odds - self.thin
    }

    /// The prior of the part that weighs most.
    #[must_use]
    pub fn prior(&self) -> f64 {
        self.parts().max_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1))).map_or(0.0, |(_, p)| p - self.thin)
    }
}

/// The best case by posterior; equal ones by their place in the log.
#[must_use]
pub fn best<'c>(cases: &'c [CaseScore], values: &Values) -> Option<&'c CaseScore> {
    cases.iter().max_by(|a, b| a.posterior(values).total_cmp(&b.posterior(values)).then(b.case.cmp(&a.case)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_as_a_whole_and_cases_raise_each_other_and_never_lower() {
        let values = Values::shipped();
        let of = |cases: Option<f64>, whole: Option<f64>| {
            let score = |case: Option<u32>, evidence: f64| CaseScore {
                case,
                fired: Vec::new(),
                blocks: Vec::new(),
                evidence,
                sd: 0.0,
                prior: 0.0,
            };
            let scores: Vec<_> =
                cases.map(|e| score(Some(0), e)).into_iter().chain(whole.map(|e| score(None, e))).collect();
            Standing::of(scores.iter(), Chances { cases: 400, open: 0.03 }, values).rank()
        };
        let (cases, whole) = (of(Some(16.0), None), of(None, Some(8.0)));
        let both = of(Some(16.0), Some(8.0));
        assert!(both > cases.max(whole) + 1.0, "{cases} {whole} {both}");
        // A case that the number of cases explains adds next to nothing.
        assert!((of(Some(2.0), Some(8.0)) - whole).abs() < 0.1);
        assert!(of(Some(17.0), Some(8.0)) > both && of(Some(16.0), Some(9.0)) > both);
    }

    #[test]
    fn missing_records_take_from_the_rank_what_they_take_from_the_prior() {
        let values = Values::shipped();
        let chances = |open: f64| Chances { cases: 10, open };
        let score =
            CaseScore { case: Some(0), fired: Vec::new(), blocks: Vec::new(), evidence: 16.0, sd: 0.0, prior: 0.0 };
        let rank = |open| Standing::of([&score].into_iter(), chances(open), values);
        let (full, half) = (rank(0.03), rank(0.5));
        assert!((full.rank() - half.rank() - chances(0.5).thin(values)).abs() < 1e-12);
        assert!((full.prior() - half.prior() - chances(0.5).thin(values)).abs() < 1e-12);
    }

    #[test]
    fn golden_values_of_the_scoring_design() {
        assert!((weight(&[8.7; 20], 3.3) - 14.1).abs() < 0.01);
        assert!((weight(&[8.7; 2], 3.3) - 11.4).abs() < 0.01);
        assert_eq!(weight(&[], 3.3), 0.0);
    }
}
