//! The score of one member of staff over their cases, and the order of the report.

use super::case::CaseScore;
use super::values::{CASES_OF_A_MISUSER, FURTHER_CASE_FLOOR, MISUSING_SHARE};

/// U: the best case in full, each further one by half as much as the one before, above a floor.
#[must_use]
pub fn weight(cases: &[f64]) -> f64 {
    let mut sorted = cases.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let Some((&best, further)) = sorted.split_first() else {
        return 0.0;
    };
    let mut half = 1.0;
    further.iter().fold(best, |sum, a| {
        half *= 0.5;
        sum + half * (a - FURTHER_CASE_FLOOR).max(0.0)
    })
}

/// log2(π·μ/n): what the rank starts from, given the user's own number of cases.
#[must_use]
pub fn prior(cases: u32) -> f64 {
    (MISUSING_SHARE * CASES_OF_A_MISUSER / f64::from(cases.max(1))).log2()
}

/// The best case by posterior; equal ones by their place in the log.
#[must_use]
pub fn best(cases: &[CaseScore]) -> Option<&CaseScore> {
    cases.iter().max_by(|a, b| a.posterior().total_cmp(&b.posterior()).then(b.case.cmp(&a.case)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_of_the_scoring_design() {
        assert!((weight(&[8.7; 20]) - 14.1).abs() < 0.01);
        assert!((weight(&[8.7; 2]) - 11.4).abs() < 0.01);
        assert_eq!(weight(&[]), 0.0);
    }
}
