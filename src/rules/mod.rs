//! Rules: small readable files over facts worked out before.
//!
//! A rule file is a restricted [Sigma](https://sigmahq.io) document with one
//! `probity:` block (scoring, routing, wording). The way through this module:
//!
//! 1. [`facts`] — the one table of what rules may ask about;
//! 2. [`RuleSet`] — loads and checks a folder of rules, or says everything that is wrong with it;
//! 3. [`Compiled`] and [`run_pass`] — run rules over rows, fast and in a fixed order;
//! 4. [`explain()`] — the slow evaluator that says why; the fast one is held to it;
//! 5. [`test_rules`] — the tests that stand beside each rule.
//!
//! Nothing here reads a log, knows a table's columns, or keeps state; files
//! are read in [`RuleSet::load`], [`test_dir`] and [`lists`] alone.

pub mod correlation;
pub mod detection;
pub mod facts;
#[cfg(not(fuzzing))]
pub mod fire;
pub mod header;
pub mod kinds;
pub mod law;
pub mod lists;
pub mod pack;
#[cfg(not(fuzzing))]
pub mod rows;
pub mod schema;
pub mod template;

mod compiled;
mod condition;
#[cfg(not(fuzzing))]
mod correlate;
mod error;
#[cfg(not(fuzzing))]
mod exempt;
mod explain;
mod pass;
mod pattern;
mod read;
mod read_correlation;
mod read_detection;
mod read_rule;
mod set;
#[cfg(not(fuzzing))]
mod shipped;
// The fuzz targets read rules and no log; a few rules stand for those that ship.
#[cfg(fuzzing)]
#[path = "../../fuzz/src/shipped.rs"]
mod shipped;
#[cfg(fuzzing)]
#[path = "../../fuzz/src/rule_targets.rs"]
pub mod targets;
mod testing;
mod trap;
mod value;
mod yaml;

#[cfg(all(test, not(fuzzing)))]
mod tests;

pub use compiled::Compiled;
pub use error::{RuleError, RuleErrors};
pub use explain::{Explanation, ItemExplanation, SelectionExplanation, Truth, explain, explain_detection};
pub use facts::{Fact, FactId, FactType, Scope};
pub use header::{Block, Chance, Lane, Level, Measure, Meta, Probity, Status, Weight};
pub use pass::run_pass;
pub use set::{Plan, RuleSet};
pub use shipped::{shipped, shipped_lists};
pub use template::render;
pub use testing::{RuleTests, TestCase, TestReport, row_of, test_dir, test_rules};
pub use value::{DenseRow, OwnedValue, Row, Value};

/// One rule: what it says about itself, and its logic.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Header, `probity:` block, file and hash.
    pub meta: Meta,
    /// Selections and condition; none for a correlation, which never fires on a row by itself.
    pub detection: detection::Detection,
    /// What is counted, where the file is a correlation document.
    pub correlation: Option<correlation::Correlation>,
}

impl Rule {
    /// Does it ask about the tie between user and subject?
    #[must_use]
    pub fn reads_ties(&self) -> bool {
        self.detection.facts().iter().any(|id| facts::fact(*id).name.starts_with("relation."))
    }
}
