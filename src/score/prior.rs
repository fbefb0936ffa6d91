//! What is thought before any evidence: how likely misuse is in a period, and over how many chances it is spread.
//!
//! A prior is printed apart from the evidence, so that a reader can put another in its place.

use crate::purpose::UserId;
use crate::rules::rows::World;
use crate::values::{Prior, Values};

/// log2 odds that a user misuses access at all: what findings about the user as a whole start from.
#[must_use]
pub fn of_user(prior: &Prior) -> f64 {
    log_odds(prior.misusing_share)
}

fn log_odds(share: f64) -> f64 {
    (share / (1.0 - share)).log2()
}

/// What a prior is spread over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chances {
    /// Cases of the user.
    pub cases: u32,
    /// Share of the looks in the user's role that nothing explains.
    pub open: f64,
}

impl Chances {
    /// Those of a user.
    #[must_use]
    pub fn of(world: &World<'_>, user: UserId) -> Self {
        let facts = &world.users[user as usize];
        Self { cases: facts.cases, open: facts.group_open }
    }

    /// λ = π·μ ÷ n^τ: the chance that a given case of this user is misuse. Heavy searchers gain nothing by volume.
    ///
    /// The largest of n coincidences is log2 n bits of evidence, and as the evidence is tempered, so is what is taken for n.
    #[must_use]
    pub fn rate(self, values: &Values) -> f64 {
        let prior = &values.prior;
        let chances_of_one = f64::from(self.cases.max(1)).powf(values.scale.temperature);
        (prior.misusing_share * prior.cases_of_a_misuser / chances_of_one).min(0.5)
    }

    /// Prior log2 odds that a given case of this user is misuse, less where records are missing.
    #[must_use]
    pub fn of_case(self, values: &Values) -> f64 {
        log_odds(self.rate(values)) - self.thin(values)
    }

    /// Bits that the prior takes back where records are missing.
    ///
    /// Where ten times as many ordinary looks lie open, chance opens ten times as many cases to every other finding. The
    /// weight of "nothing explains it" falls by as much, log2 10, for one case. Records are not lost one by one, though: who
    /// works where they are missing has many open cases, and what is counted over them (bursts, nights, numbers quoted)
    /// rises together. The prior takes as much once more; with less, more innocent staff were referred with a fifth of the
    /// links lost than with none (docs/explanations.md).
    #[must_use]
    pub fn thin(self, values: &Values) -> f64 {
        (self.open / values.prior.usual_open).log2().max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_of_the_scoring_design() {
        // 1,500 cases: −15.6 bits untempered, and −12.4 as shipped.
        let mut values = Values::shipped().clone();
        let at = |values: &Values| Chances { cases: 1_500, open: 0.03 }.of_case(values);
        assert!((at(&values) + 12.4).abs() < 0.05, "{}", at(&values));
        values.scale.temperature = 1.0;
        assert!((at(&values) + 15.6).abs() < 0.05, "{}", at(&values));
    }

    #[test]
    fn more_cases_never_raise_the_prior() {
        let of_case = |cases| Chances { cases, open: 0.03 }.of_case(Values::shipped());
        assert!((1..5_000).all(|n| of_case(n + 1) <= of_case(n)));
    }

    #[test]
    fn missing_records_take_as_much_as_they_open() {
        let values = Values::shipped();
        let thin = |open: f64| Chances { cases: 10, open }.thin(values);
        assert_eq!([thin(0.0), thin(0.02), thin(0.05)], [0.0; 3], "complete feeds");
        assert!((thin(0.5) - 10_f64.log2()).abs() < 1e-12, "ten times as open");
        assert!((1..100).all(|n| thin(f64::from(n) / 100.0) <= thin(f64::from(n + 1) / 100.0)));
    }
}
