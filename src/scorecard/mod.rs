//! The scorecard: the values that a score starts from, beside what decided cases have taught, and a new file of
//! values with it. It stands beside the line, as the ledger does.
//!
//! Decided cases are no random draw: a case is read because something was found on it. So
//!
//! - a confirmed case moves m of a rule ("how often misuse looks like this") only where it would have been listed
//!   without that rule, or was drawn at random. Among cases that the rule itself brought to light, all show it;
//! - u ("how often ordinary work looks like this") is counted in every run over all its cases. Where a rule states it
//!   (`chance: fixed`), only cases drawn at random move it. Dismissed referrals never do: they are the ordinary cases
//!   that looked worst;
//! - a value moves by no more than half a bit at a time, and leaves the range that its rule states only after thirty
//!   outcomes. See `[learning]` in `rules/values.toml`.
//!
//! Every update starts from what the rule states and takes all outcomes known, so that none is counted twice.

pub mod file;
mod outcomes;
mod ranking;
pub mod walk;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chance::{beta_cdf, beta_quantile};
use crate::rules::{Chance, Rule, RuleSet, Scope};
use crate::values::{Learning, Range, RuleValues, Values};

pub use outcomes::{Decided, Listed, Outcomes, Run, Unknown, listed, outcomes};
pub use ranking::{Change, Moved, Standing, compare};

/// One rule of the scorecard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// `family/name`.
    pub rule: String,
    /// Where its chance comes from: `peers`, `stratum`, `role`, `fixed`, `excess`.
    pub chance: &'static str,
    /// How often misuse looks like this.
    pub m: Learnt,
    /// How often ordinary work does, where the rule states it; else it is counted in each run.
    pub u: Option<Learnt>,
    /// Decided cases on which the rule fired: upheld, and not.
    pub confirmed: u64,
    /// Not upheld.
    pub dismissed: u64,
    /// confirmed ÷ both; `None` under ten.
    pub quality: Option<f64>,
}

/// One value and what outcomes say of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Learnt {
    /// What the rule states.
    pub stated: Range,
    /// What scores use: the rule's, or that of a values file.
    pub in_force: Range,
    /// How many cases the stated range is worth.
    pub worth: f64,
    /// Outcomes that may move the value.
    pub outcomes: u64,
    /// Of these, how many show the rule.
    pub shown: u64,
    /// Posterior mean and 90 % interval; the stated value where there is no outcome.
    pub taught: Range,
    /// What the value becomes, where it moves.
    pub becomes: Option<Range>,
    /// What bounded the move, or why there is none, in words; empty where nothing did.
    pub note: &'static str,
}

/// Everything that a scorecard says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scorecard {
    /// Version of the values in force.
    pub version: String,
    /// Rules by name.
    pub rules: Vec<Card>,
    /// Decided cases that were counted.
    pub decided: u64,
    /// Of these, upheld.
    pub confirmed: u64,
    /// Of these, drawn at random.
    pub sampled: u64,
    /// Of these drawn at random, upheld.
    pub sampled_confirmed: u64,
    /// Still open.
    pub open: u64,
    /// Rows of the dispositions that name no finding, referral or member of staff known here.
    pub unknown: Vec<Unknown>,
}

/// Makes the scorecard of a rule set from decided cases.
#[must_use]
pub fn scorecard(rules: &RuleSet, values: &Values, outcomes: &Outcomes) -> Scorecard {
    let mut cards: Vec<Card> =
        rules.rules().iter().chain(rules.correlations()).map(|rule| card(rule, values, outcomes)).collect();
    cards.sort_by(|a, b| a.rule.cmp(&b.rule));
    let count = |keep: &dyn Fn(&Decided) -> bool| outcomes.decided.iter().filter(|d| keep(d)).count() as u64;
    Scorecard {
        version: values.version.clone(),
        rules: cards,
        decided: count(&|_| true),
        confirmed: count(&|d| d.confirmed),
        sampled: count(&|d| d.sampled),
        sampled_confirmed: count(&|d| d.sampled && d.confirmed),
        open: outcomes.open,
        unknown: outcomes.unknown.clone(),
    }
}

fn card(rule: &Rule, values: &Values, outcomes: &Outcomes) -> Card {
    let key = rule.meta.key();
    let whole = rule.meta.probity.scope == Scope::User;
    let (mut m, mut u) = (Counts::default(), Counts::default());
    let (mut confirmed, mut dismissed) = (0, 0);
    for decided in outcomes.decided.iter().filter(|d| d.ran.contains(&key)) {
        let (shown, carried) = if whole {
            (decided.user_rules.contains(&key), decided.user_carried_by.contains(&key))
        } else {
            (decided.rules.contains(&key), decided.carried_by.contains(&key))
        };
        if shown {
            *(if decided.confirmed { &mut confirmed } else { &mut dismissed }) += 1;
        }
        if whole || !decided.whole {
            if decided.confirmed && (decided.sampled || !carried) {
                m.add(shown);
            }
            if !decided.confirmed && decided.sampled {
                u.add(shown);
            }
        }
    }
    let own = rule.meta.probity.m;
    let stated = Range { value: own.value, low: own.low, high: own.high };
    let taken = values.rules.get(&key);
    let m = learn(stated, taken.and_then(|r| r.m), m, &values.learning);
    let fixed = rule.meta.probity.u.filter(|_| rule.meta.probity.chance == Chance::Fixed);
    let u = fixed.map(|of| {
        let stated = Range { value: of.value, low: of.low, high: of.high };
        learn(stated, taken.and_then(|r| r.u), u, &values.learning)
    });
    let decided = confirmed + dismissed;
    Card {
        rule: key,
        chance: rule.meta.probity.chance.as_str(),
        m,
        u,
        confirmed,
        dismissed,
        quality: (decided >= crate::report::TELLING_OUTCOMES).then(|| confirmed as f64 / decided as f64),
    }
}

/// Outcomes that may move a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub outcomes: u64,
    /// Those that show the rule.
    pub shown: u64,
}

impl Counts {
    fn add(&mut self, shown: bool) {
        self.outcomes += 1;
        self.shown += u64::from(shown);
    }
}

/// The Beta distribution that a stated value with its 90 % range stands for: the same mean, and a spread of the same
/// ratio on the log scale, in which ranges are stated.
#[must_use]
pub fn prior(stated: Range) -> (f64, f64) {
    let sd = stated.value * (stated.high / stated.low).ln() / (2.0 * crate::values::NINETY_PERCENT);
    // A mean m with a + b = n has the variance m(1 − m)/(n + 1).
    let worth = (stated.value * (1.0 - stated.value) / (sd * sd) - 1.0).max(1.0);
    let worth = if worth.is_finite() { worth } else { 1e9 };
    (stated.value * worth, (1.0 - stated.value) * worth)
}

/// What outcomes say of a value, and how far they may move it.
#[must_use]
pub fn learn(stated: Range, own: Option<Range>, counts: Counts, rules: &Learning) -> Learnt {
    let in_force = own.unwrap_or(stated);
    let (a, b) = prior(stated);
    let (shown, missed) = (counts.shown as f64, (counts.outcomes - counts.shown) as f64);
    let (after_a, after_b) = (a + shown, b + missed);
    let taught = if counts.outcomes == 0 {
        stated
    } else {
        Range {
            value: after_a / (after_a + after_b),
            low: beta_quantile(0.05, after_a, after_b),
            high: beta_quantile(0.95, after_a, after_b),
        }
    };
    debug_assert!(counts.outcomes == 0 || beta_cdf(taught.high, after_a, after_b) > 0.9);
    let mut note = "";
    let becomes = if counts.outcomes < rules.least_outcomes {
        note = "too few outcomes to move it";
        None
    } else {
        let step = rules.most_step.exp2();
        let mut value = taught.value;
        if counts.outcomes < rules.enough_outcomes && !(stated.low..=stated.high).contains(&value) {
            value = value.clamp(stated.low, stated.high);
            note = "held to the range that the rule states";
        }
        if !(in_force.value / step..=in_force.value * step).contains(&value) {
            value = value.clamp(in_force.value / step, in_force.value * step);
            note = "moved as far as one update may";
        }
        let value = rounded(value.min(1.0));
        let moved =
            Range { value, low: rounded(taught.low).min(value), high: rounded(taught.high).max(value).min(1.0) };
        let far = (moved.value / in_force.value).log2().abs() >= rules.least_step;
        if !far && note.is_empty() {
            note = "too near to what is in force to be worth a change";
        }
        far.then_some(moved)
    };
    Learnt { stated, in_force, worth: a + b, outcomes: counts.outcomes, shown: counts.shown, taught, becomes, note }
}

/// Three significant digits: more would claim too much, and make two files differ by nothing.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// The values with what outcomes have taught.
#[must_use]
pub fn apply(card: &Scorecard, values: &Values, version: &str) -> Values {
    let mut new = values.clone();
    version.clone_into(&mut new.version);
    for of in &card.rules {
        let own: &mut RuleValues = new.rules.entry(of.rule.clone()).or_default();
        own.m = of.m.becomes.or(own.m);
        own.u = of.u.as_ref().and_then(|u| u.becomes).or(own.u);
    }
    new.rules.retain(|_, own| *own != RuleValues::default());
    new
}

/// The comment of each value that moved, by rule and `m` or `u`.
#[must_use]
pub fn reasons(card: &Scorecard) -> BTreeMap<(String, &'static str), String> {
    let mut reasons = BTreeMap::new();
    for of in &card.rules {
        let both = [("m", Some(&of.m)), ("u", of.u.as_ref())];
        for (name, learnt) in both.into_iter().filter_map(|(name, l)| Some((name, l?))) {
            if learnt.becomes.is_none() {
                continue;
            }
            let what = if name == "m" {
                "confirmed cases that it did not itself bring to light"
            } else {
                "cases drawn at random and not upheld"
            };
            let note = if learnt.note.is_empty() { String::new() } else { format!("; {}", learnt.note) };
            reasons.insert(
                (of.rule.clone(), name),
                format!(
                    "{} of {} {what} show it; stated {} ({} to {}), worth {:.0} cases; in force until now {}; outcomes alone would make it {}{note}.",
                    learnt.shown,
                    learnt.outcomes,
                    learnt.stated.value,
                    learnt.stated.low,
                    learnt.stated.high,
                    learnt.worth,
                    learnt.in_force.value,
                    rounded(learnt.taught.value),
                ),
            );
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATED: Range = Range { value: 0.3, low: 0.15, high: 0.5 };

    fn rules() -> Learning {
        Values::shipped().learning.clone()
    }

    fn near(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() <= within, "{a} is not within {within} of {b}");
    }

    /// By hand: sd = .3 × ln(.5/.15) / 3.29 = .10979; .3 × .7 / .10979² − 1 = 16.42; a = 4.927, b = 11.496.
    #[test]
    fn a_stated_range_is_worth_so_many_cases() {
        let (a, b) = prior(STATED);
        near(a, 4.927, 0.002);
        near(b, 11.496, 0.003);
    }

    /// By hand: (4.927 + 9) / (16.423 + 14) = .45778.
    #[test]
    fn outcomes_are_added_to_what_the_rule_states() {
        let found = learn(STATED, None, Counts { outcomes: 14, shown: 9 }, &rules());
        near(found.taught.value, 0.457_8, 5e-4);
        assert!(found.taught.low > 0.30 && found.taught.low < 0.33, "{:?}", found.taught);
        assert!(found.taught.high > 0.59 && found.taught.high < 0.62, "{:?}", found.taught);
        // Half a bit above .3 is .4243.
        assert_eq!(found.becomes.map(|b| b.value), Some(0.424));
        assert_eq!(found.note, "moved as far as one update may");
        // The next update starts from what is in force, and counts nothing twice.
        let own = Range { value: 0.424, low: 0.31, high: 0.61 };
        let next = learn(STATED, Some(own), Counts { outcomes: 14, shown: 9 }, &rules());
        assert_eq!(next.becomes.map(|b| b.value), Some(0.458));
        assert_eq!(next.taught, found.taught);
        let last = learn(STATED, next.becomes, Counts { outcomes: 14, shown: 9 }, &rules());
        assert_eq!((last.becomes, last.note), (None, "too near to what is in force to be worth a change"));
    }

    #[test]
    fn few_outcomes_move_nothing_and_some_stay_in_the_range() {
        let few = learn(STATED, None, Counts { outcomes: 9, shown: 9 }, &rules());
        assert_eq!((few.becomes, few.note), (None, "too few outcomes to move it"));
        assert!(few.taught.value > 0.4, "what they teach is shown");
        let none = learn(STATED, None, Counts::default(), &rules());
        assert_eq!((none.taught, none.becomes), (STATED, None));
        // 0 of 29 would make it .108, below the range: held to .15, which is a whole bit away, so half a bit.
        let some = learn(
            STATED,
            Some(Range { value: 0.18, low: 0.1, high: 0.3 }),
            Counts { outcomes: 29, shown: 0 },
            &rules(),
        );
        near(some.taught.value, 0.1085, 5e-4);
        assert_eq!((some.becomes.map(|b| b.value), some.note), (Some(0.15), "held to the range that the rule states"));
        let enough = learn(
            STATED,
            Some(Range { value: 0.15, low: 0.1, high: 0.3 }),
            Counts { outcomes: 30, shown: 0 },
            &rules(),
        );
        assert_eq!(
            (enough.becomes.map(|b| b.value), enough.note),
            (Some(0.106), ""),
            "beyond .15 from thirty outcomes on"
        );
    }

    #[test]
    fn what_becomes_of_a_value_is_a_range_around_it() {
        for shown in 0..=200 {
            for outcomes in [shown, shown + 1, shown * 3 + 7] {
                for stated in [
                    STATED,
                    Range { value: 0.0002, low: 0.00005, high: 0.001 },
                    Range { value: 0.95, low: 0.9, high: 1.0 },
                ] {
                    let Some(new) = learn(stated, None, Counts { outcomes, shown }, &rules()).becomes else { continue };
                    assert!(
                        0.0 < new.low && new.low <= new.value && new.value <= new.high && new.high <= 1.0,
                        "{new:?}"
                    );
                    assert!((new.value / stated.value).log2().abs() <= rules().most_step + 0.01, "{new:?}");
                }
            }
        }
    }
}
