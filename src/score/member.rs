//! The score of one member of staff over their cases, and the order of the report.

use super::case::CaseScore;
use crate::values::{Prior, Values};

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

/// log2(π·μ/n): what the rank starts from, given the user's own number of cases.
#[must_use]
pub fn prior(prior: &Prior, cases: u32) -> f64 {
    (prior.misusing_share * prior.cases_of_a_misuser / f64::from(cases.max(1))).log2()
}

/// log2 odds that a user misuses access at all: what findings about the user as a whole start from.
#[must_use]
pub fn prior_whole(prior: &Prior) -> f64 {
    (prior.misusing_share / (1.0 - prior.misusing_share)).log2()
}

/// What speaks against one member of staff: some cases, findings about their work as a whole, or both.
/// Either would do, so their odds add.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    cases: Option<(f64, f64)>,
    whole: Option<(f64, f64)>,
}

impl Standing {
    /// Adds up the scores of a user with so many cases.
    pub fn of<'c>(scores: impl Iterator<Item = &'c CaseScore>, cases: u32, values: &Values) -> Self {
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
            cases: (!single.is_empty()).then(|| (weight(&single, floor), prior(&values.prior, cases))),
            whole: whole.map(|w| (w, prior_whole(&values.prior))),
        }
    }

    fn parts(&self) -> impl Iterator<Item = (f64, f64)> {
        self.cases.into_iter().chain(self.whole)
    }

    /// log2 odds, by which members of staff are ranked.
    #[must_use]
    pub fn rank(&self) -> f64 {
        let most = self.parts().map(|(w, p)| w + p).fold(f64::NEG_INFINITY, f64::max);
        if most.is_finite() {
            most + self.parts().map(|(w, p)| (w + p - most).exp2()).sum::<f64>().log2()
        } else {
            most
        }
    }

    /// The prior of the part that weighs most.
    #[must_use]
    pub fn prior(&self) -> f64 {
        self.parts().max_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1))).map_or(0.0, |(_, p)| p)
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
    fn golden_values_of_the_scoring_design() {
        assert!((weight(&[8.7; 20], 3.3) - 14.1).abs() < 0.01);
        assert!((weight(&[8.7; 2], 3.3) - 11.4).abs() < 0.01);
        assert_eq!(weight(&[], 3.3), 0.0);
    }
}
