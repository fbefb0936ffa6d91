//! The values of the score: priors, caps, shrinkage, thresholds. They stand in one
//! file, `rules/values.toml`, each with its unit and source; a force may keep its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The file as shipped.
pub const SHIPPED: &str = include_str!("../rules/values.toml");

/// Two-sided 90 % of a normal distribution, in standard deviations.
pub const NINETY_PERCENT: f64 = 1.645;

/// Before any evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// π: share of users who misuse access in a period.
    pub misusing_share: f64,
    /// μ: cases of a user who does.
    pub cases_of_a_misuser: f64,
    /// Share of looks that nothing explains in a role whose feeds are complete.
    pub usual_open: f64,
}

/// From evidence to score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// τ.
    pub temperature: f64,
    /// α, in bits.
    pub offset: f64,
}

/// What a block may weigh at most, in bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Any block, for or against.
    pub block: f64,
    /// A finding that states its own chance.
    pub stated: f64,
    /// "Nothing explains it".
    pub unexplained: f64,
    /// The reason typed.
    pub reason: f64,
    /// The user's work as a whole beside peers.
    pub peers: f64,
    /// Restricted, denied, printed.
    pub sensitivity: f64,
    /// Floor of the purpose block where the tie is close.
    pub close_tie_floor: f64,
}

/// How pieces of evidence add up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// Share at which every piece but the largest of a block counts.
    pub overlap: f64,
    /// What a further case must exceed to count, in bits.
    pub further_case_floor: f64,
    /// Standard deviation of volume and peers, in bits.
    pub volume_sd: f64,
    /// How much the smaller counts of a user's cases and the findings about the work as a whole.
    pub whole_beside_cases: f64,
}

/// How rates are counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateValues {
    /// Cases.
    pub stratum_shrinkage: f64,
    /// Users.
    pub role_shrinkage: f64,
    /// Looks.
    pub peer_shrinkage: f64,
    /// Cases of a user.
    pub own_shrinkage: f64,
    /// Cases.
    pub stated_shrinkage: f64,
    /// Unexplained cases.
    pub volume_shrinkage: f64,
    /// Mean number of occasions of the cases that lack a purpose and do not stay at one.
    pub occasions_under_misuse: f64,
    /// Share of cases that lack a purpose in which it stays at one occasion.
    pub looked_once: f64,
    /// Bits.
    pub volume_most: f64,
    /// Share of cases that lack a purpose in which others' work answers a part of the looks.
    pub answered_too: f64,
}

/// Where a case goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneValues {
    /// A block that can carry a referral, in bits.
    pub strong_block: f64,
    /// A block that can stand beside it, in bits.
    pub second_block: f64,
    /// Lower 90 % end of the evidence, in bits.
    pub lower_bound: f64,
    /// Rank of a member of staff who is referred, in bits.
    pub refer: f64,
    /// Rank of a member of staff who is asked, in bits.
    pub query: f64,
    /// Members of staff that the refer lane may hold; 0 for no limit.
    pub capacity: usize,
    /// Members of staff drawn at random from those not referred; 0 for none.
    pub sample: usize,
    /// Seed of that draw.
    pub sample_seed: u64,
    /// Users.
    pub habit_users: usize,
    /// Share of the unit's active members.
    pub habit_share: f64,
}

/// How the report checks itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckValues {
    /// Decoy logs; 0 leaves the check out.
    pub decoys: u32,
    /// Seed of the random streams.
    pub seed: u64,
}

/// How outcomes may move the values of rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    /// Outcomes under which a value does not move.
    pub least_outcomes: u64,
    /// Outcomes from which on a value may leave the range that its rule states.
    pub enough_outcomes: u64,
    /// Most that one update may move a value, in bits.
    pub most_step: f64,
    /// Least that is worth a change, in bits.
    pub least_step: f64,
}

/// Parts of the score taken away, to show what they are worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ablation {
    /// No look counts as explained.
    pub no_purpose: bool,
    /// Shared surnames are weighed by a table of names.
    pub name_table: bool,
    /// Weight of every finding in bits; 0 for its own.
    pub uniform_bits: f64,
}

impl Ablation {
    /// Is anything taken away?
    #[must_use]
    pub const fn any(&self) -> bool {
        self.no_purpose || self.name_table || self.uniform_bits > 0.0
    }
}

/// Words for the evidence, by bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// Ten to one.
    pub moderate: f64,
    /// A hundred to one.
    pub strong: f64,
    /// A thousand to one.
    pub very_strong: f64,
}

impl Bands {
    /// The word for so much evidence.
    #[must_use]
    pub fn word(&self, bits: f64) -> &'static str {
        match bits {
            b if b >= self.very_strong => "very_strong",
            b if b >= self.strong => "strong",
            b if b >= self.moderate => "moderate",
            _ => "weak",
        }
    }
}

/// A probability with its 90 % range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The value.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What is said of one rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleValues {
    /// How often misuse looks like this, instead of what the rule says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub m: Option<Range>,
    /// How often ordinary work looks like this, instead of what a rule with `chance: fixed` states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub u: Option<Range>,
}

/// Every value of the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Values {
    pub version: String,
    pub prior: Prior,
    pub scale: Scale,
    pub caps: Caps,
    pub blocks: Blocks,
    pub rates: RateValues,
    pub lanes: LaneValues,
    pub checks: CheckValues,
    pub ablation: Ablation,
    pub bands: Bands,
    pub learning: Learning,
    /// By family and name of the rule.
    pub rules: BTreeMap<String, RuleValues>,
}

/// What is wrong with a file of values.
#[derive(Clone, Debug, PartialEq, Eq, Error, miette::Diagnostic)]
pub enum ValuesError {
    /// The file cannot be opened or read.
    #[error("the values file {file} cannot be read: {why}")]
    #[diagnostic(
        code(values::unreadable),
        help("leave `values` out of the config to use the values shipped with the program")
    )]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        why: String,
    },
    /// It is no TOML, or a value has the wrong type.
    #[error("{file}: {why}")]
    #[diagnostic(code(values::malformed), help("`probity scorecard` prints every value with its unit"))]
    Malformed {
        /// The file.
        file: String,
        /// What the parser says, with the place.
        why: String,
    },
    /// A key that does not exist.
    #[error("{file}, line {line}: `{key}` is no value of the score")]
    #[diagnostic(code(values::unknown), help("{help}"))]
    Unknown {
        /// The file.
        file: String,
        /// Line of the key.
        line: usize,
        /// The key, with its section.
        key: String,
        /// The nearest that exists.
        help: String,
    },
    /// A number out of its range.
    #[error("{file}: `{key}` is {value}, and must be {must}")]
    #[diagnostic(code(values::range), help("the shipped value is {shipped}"))]
    OutOfRange {
        /// The file.
        file: String,
        /// The key, with its section.
        key: String,
        /// What stands there.
        value: String,
        /// What may.
        must: &'static str,
        /// What is shipped.
        shipped: String,
    },
}

static STANDARD: LazyLock<Values> = LazyLock::new(|| {
    // The file is part of the program; a test reads it, so that a mistake in it cannot be shipped.
    toml::from_str(SHIPPED).unwrap_or_else(|e| unreachable!("rules/values.toml: {e}"))
});

impl Values {
    /// The values shipped with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &STANDARD
    }

    /// Reads a force's own file.
    ///
    /// # Errors
    /// [`ValuesError`] names the file, the place and the remedy.
    pub fn load(path: &Path) -> Result<Self, ValuesError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| ValuesError::Unreadable { file: file.clone(), why: e.to_string() })?;
        Self::parse(&text, &file)
    }

    /// Reads the text of a file; what it does not say stands as shipped.
    ///
    /// # Errors
    /// See [`Values::load`].
    pub fn parse(text: &str, file: &str) -> Result<Self, ValuesError> {
        let malformed = |why: String| ValuesError::Malformed { file: file.to_owned(), why };
        let own: toml::Table = toml::from_str(text).map_err(|e| malformed(e.to_string()))?;
        let mut whole: toml::Table = toml::from_str(SHIPPED).map_err(|e| malformed(e.to_string()))?;
        for (section, value) in own {
            match (whole.get_mut(&section), value) {
                (Some(toml::Value::Table(known)), toml::Value::Table(own)) => {
                    for (key, value) in own {
                        if section != "rules" && !known.contains_key(&key) {
                            return Err(unknown(file, text, &section, &key, known.keys()));
                        }
                        known.insert(key, value);
                    }
                }
                (Some(known), value) => *known = value,
                (None, _) => return Err(unknown(file, text, "", &section, whole.keys())),
            }
        }
        let values: Self =
            toml::Value::Table(whole).try_into().map_err(|e: toml::de::Error| malformed(e.to_string()))?;
        values.check(file)?;
        Ok(values)
    }

    /// m of a rule, where outcomes or the force have replaced it.
    #[must_use]
    pub fn m(&self, rule: &str) -> Option<Range> {
        self.rules.get(rule).and_then(|r| r.m)
    }

    /// u of a rule that states it, where outcomes or the force have replaced it.
    #[must_use]
    pub fn u(&self, rule: &str) -> Option<Range> {
        self.rules.get(rule).and_then(|r| r.u)
    }

    fn check(&self, file: &str) -> Result<(), ValuesError> {
        let shipped = Self::shipped();
        let share = |v: f64| v > 0.0 && v < 1.0;
        let positive = |v: f64| v > 0.0 && v.is_finite();
        let checks: [(&str, f64, f64, bool, &'static str); 18] = [
            (
                "prior.misusing_share",
                self.prior.misusing_share,
                shipped.prior.misusing_share,
                share(self.prior.misusing_share),
                "between 0 and 1",
            ),
            (
                "prior.cases_of_a_misuser",
                self.prior.cases_of_a_misuser,
                shipped.prior.cases_of_a_misuser,
                positive(self.prior.cases_of_a_misuser),
                "above 0",
            ),
            (
                "prior.usual_open",
                self.prior.usual_open,
                shipped.prior.usual_open,
                share(self.prior.usual_open),
                "between 0 and 1",
            ),
            (
                "scale.temperature",
                self.scale.temperature,
                shipped.scale.temperature,
                self.scale.temperature > 0.0 && self.scale.temperature <= 1.0,
                "above 0 and at most 1",
            ),
            ("caps.block", self.caps.block, shipped.caps.block, positive(self.caps.block), "above 0"),
            (
                "rates.stratum_shrinkage",
                self.rates.stratum_shrinkage,
                shipped.rates.stratum_shrinkage,
                positive(self.rates.stratum_shrinkage),
                "above 0",
            ),
            (
                "rates.role_shrinkage",
                self.rates.role_shrinkage,
                shipped.rates.role_shrinkage,
                positive(self.rates.role_shrinkage),
                "above 0",
            ),
            (
                "rates.peer_shrinkage",
                self.rates.peer_shrinkage,
                shipped.rates.peer_shrinkage,
                positive(self.rates.peer_shrinkage),
                "above 0",
            ),
            (
                "rates.own_shrinkage",
                self.rates.own_shrinkage,
                shipped.rates.own_shrinkage,
                positive(self.rates.own_shrinkage),
                "above 0",
            ),
            (
                "rates.volume_shrinkage",
                self.rates.volume_shrinkage,
                shipped.rates.volume_shrinkage,
                positive(self.rates.volume_shrinkage),
                "above 0",
            ),
            (
                "rates.occasions_under_misuse",
                self.rates.occasions_under_misuse,
                shipped.rates.occasions_under_misuse,
                self.rates.occasions_under_misuse > 1.0,
                "above 1",
            ),
            (
                "rates.answered_too",
                self.rates.answered_too,
                shipped.rates.answered_too,
                self.rates.answered_too > 0.0 && self.rates.answered_too <= 1.0,
                "above 0 and at most 1",
            ),
            (
                "rates.looked_once",
                self.rates.looked_once,
                shipped.rates.looked_once,
                (0.0..1.0).contains(&self.rates.looked_once),
                "from 0 to less than 1",
            ),
            (
                "blocks.whole_beside_cases",
                self.blocks.whole_beside_cases,
                shipped.blocks.whole_beside_cases,
                (0.0..=1.0).contains(&self.blocks.whole_beside_cases),
                "between 0 and 1",
            ),
            (
                "checks.decoys",
                f64::from(self.checks.decoys),
                f64::from(shipped.checks.decoys),
                self.checks.decoys <= 100_000,
                "at most 100000",
            ),
            (
                "learning.least_outcomes",
                self.learning.least_outcomes as f64,
                shipped.learning.least_outcomes as f64,
                self.learning.least_outcomes >= 1,
                "at least 1",
            ),
            (
                "learning.most_step",
                self.learning.most_step,
                shipped.learning.most_step,
                self.learning.most_step > 0.0 && self.learning.most_step <= 3.0,
                "above 0 and at most 3 bits",
            ),
            (
                "ablation.uniform_bits",
                self.ablation.uniform_bits,
                shipped.ablation.uniform_bits,
                (0.0..=self.caps.block).contains(&self.ablation.uniform_bits),
                "between 0 and the cap of a block",
            ),
        ];
        let range = |key: String, value: String, shipped: String, must| ValuesError::OutOfRange {
            file: file.to_owned(),
            key,
            value,
            must,
            shipped,
        };
        for (key, value, shipped, holds, must) in checks {
            if !holds {
                return Err(range(key.to_owned(), value.to_string(), shipped.to_string(), must));
            }
        }
        for (rule, of) in &self.rules {
            for (name, of) in [("m", of.m), ("u", of.u)] {
                let sound = |r: &Range| 0.0 < r.low && r.low <= r.value && r.value <= r.high && r.high <= 1.0;
                if let Some(of) = of.filter(|of| !sound(of)) {
                    return Err(range(
                        format!("rules.\"{rule}\".{name}"),
                        format!("{} ({} to {})", of.value, of.low, of.high),
                        "in the rule's file".to_owned(),
                        "a share with a range around it, 0 < low ≤ value ≤ high ≤ 1",
                    ));
                }
            }
        }
        Ok(())
    }
}

fn unknown<'k>(
    file: &str,
    text: &str,
    section: &str,
    key: &str,
    known: impl Iterator<Item = &'k String>,
) -> ValuesError {
    let nearest =
        known.max_by(|a, b| strsim::jaro_winkler(a, key).total_cmp(&strsim::jaro_winkler(b, key)).then(b.cmp(a)));
    let here = |line: &str| line.trim_start().trim_start_matches('[').trim_start().starts_with(key);
    ValuesError::Unknown {
        file: file.to_owned(),
        line: text.lines().position(here).map_or(1, |at| at + 1),
        key: if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") },
        help: nearest.map_or_else(String::new, |n| {
            format!("the nearest that exists is `{n}`; `probity scorecard` lists them all")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_says_everything() {
        let shipped: Values = toml::from_str(SHIPPED).expect("rules/values.toml is whole");
        shipped.check("rules/values.toml").expect("and in range");
        assert_eq!(Values::parse("", "empty.toml").expect("an empty file changes nothing"), shipped);
    }

    #[test]
    fn an_own_file_changes_what_it_says_and_nothing_else() {
        let own =
            "[scale]\ntemperature = 0.5\n[rules.\"relationship/family\"]\nm = { value = 0.4, low = 0.2, high = 0.6 }\n";
        let values = Values::parse(own, "own.toml").expect("sound");
        assert_eq!(values.scale.temperature, 0.5);
        assert_eq!(values.scale.offset, Values::shipped().scale.offset);
        assert_eq!(values.m("relationship/family").map(|m| m.high), Some(0.6));
        assert_eq!(values.m("self/own-record"), None);
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let table = [
            ("[scale]\ntemprature = 0.5\n", "own.toml, line 2: `scale.temprature` is no value of the score"),
            ("[scales]\n", "own.toml, line 1: `scales` is no value of the score"),
            ("[scale]\ntemperature = 0\n", "own.toml: `scale.temperature` is 0, and must be above 0 and at most 1"),
            (
                "[rules.x]\nm = { value = 0.4, low = 0.5, high = 0.6 }\n",
                "own.toml: `rules.\"x\".m` is 0.4 (0.5 to 0.6), and must be a share with a range around it, 0 < low ≤ value ≤ high ≤ 1",
            ),
            (
                "[rules.x]\nu = { value = 0.0, low = 0.0, high = 0.6 }\n",
                "own.toml: `rules.\"x\".u` is 0 (0 to 0.6), and must be a share with a range around it, 0 < low ≤ value ≤ high ≤ 1",
            ),
            (
                "[learning]\nmost_step = 9\n",
                "own.toml: `learning.most_step` is 9, and must be above 0 and at most 3 bits",
            ),
            ("[learning]\nleast_outcomes = 0\n", "own.toml: `learning.least_outcomes` is 0, and must be at least 1"),
        ];
        for (text, said) in table {
            assert_eq!(Values::parse(text, "own.toml").expect_err("a mistake").to_string(), said);
        }
        assert!(Values::parse("[scale\n", "own.toml").is_err());
    }
}
