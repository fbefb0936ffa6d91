//! What a rule says about itself: the Sigma header and the `probity:` block, typed.

use serde::Serialize;

use super::facts::Scope;

/// An enum whose members are words of a rule file.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$member_doc])* $member),+ }

        impl $name {
            /// Every member, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$member),+];

            /// As written in rule files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$member => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How ripe a rule is (Sigma `status`).
    Status {
        /// Held up over a long time in several places.
        Stable = "stable",
        /// Held up on a limited set of data.
        Test = "test",
        /// New; not yet measured on real logs.
        Experimental = "experimental",
        /// Replaced by another rule.
        Deprecated = "deprecated",
        /// Cannot be used as it stands.
        Unsupported = "unsupported",
    }
}

words! {
    /// How grave the matter would be if it is as it seems (Sigma `level`).
    Level {
        /// Context only.
        Informational = "informational",
        /// Worth noting beside other evidence.
        Low = "low",
        /// Worth a question.
        Medium = "medium",
        /// Worth a review by the department.
        High = "high",
        /// Worth a review at once.
        Critical = "critical",
    }
}

words! {
    /// One independent kind of evidence; inside a block findings overlap, across blocks they add.
    Block {
        /// Nothing on record answers why.
        Purpose = "purpose",
        /// A tie between user and subject.
        Relationship = "relationship",
        /// More looks than the work would make.
        Volume = "volume",
        /// Outside duty, or when no access was due at all.
        Duty = "duty",
        /// The reason given, or not given.
        Reason = "reason",
        /// Repetition, several famous or vulnerable people, surges.
        Pattern = "pattern",
        /// Restricted records, denials, prints and exports.
        Sensitivity = "sensitivity",
        /// Unlike role peers as a whole.
        Peers = "peers",
        /// Live data used for training or testing.
        Training = "training",
    }
}

words! {
    /// Where the chance that the evidence is innocent is taken from.
    Chance {
        /// How often peers' ordinary work met this user's own ties.
        Peers = "peers",
        /// The rate in the same system, role family, unit kind and month.
        Stratum = "stratum",
        /// The rate among users of the same role.
        Role = "role",
        /// The rule's own `u`, corrected by what the run counts.
        Fixed = "fixed",
        /// The tail of the rule's `measure` among users of the same role; only about users.
        Excess = "excess",
    }
}

words! {
    /// Where a referral goes.
    Lane {
        /// To Professional Standards.
        Refer = "refer",
        /// A declared tie and a purpose on record: was it justified?
        Conflict = "conflict",
        /// Ask the user for the reason.
        Query = "query",
        /// One unit, one habit, many users.
        Policy = "policy",
    }
}

/// A probability with the range in which it plausibly lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weight {
    /// Best value.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A count about a user, and what it is compared by: so many vulnerable people out of so many unexplained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Fact that counts.
    pub count: String,
    /// Fact that it grows with in ordinary work.
    pub of: String,
}

/// The `probity:` block: how a rule is scored, routed and told.
#[derive(Clone, Debug, Serialize)]
pub struct Probity {
    /// Raised with each change of what the rule means.
    pub version: u32,
    /// What one row is about.
    pub scope: Scope,
    /// The kind of evidence.
    pub block: Block,
    /// How likely the evidence is where looks lack a policing purpose.
    pub m: Weight,
    /// How likely it is where they have one; only (and always) with `chance: fixed`.
    pub u: Option<Weight>,
    /// What is counted, and out of what; only (and always) with `chance: excess`.
    pub measure: Option<Measure>,
    /// Where the chance of innocence is taken from.
    pub chance: Chance,
    /// Where a referral on this rule goes.
    pub lane: Lane,
    /// Tables without which the rule cannot run; canonical names, each once, sorted as the input contract has them.
    pub needs: Vec<&'static str>,
    /// Law and policy that a finding may cite: codes of [`super::law::LAWS`].
    pub law: Vec<&'static str>,
    /// Sentence template of a finding; see [`super::template`].
    pub says: String,
    /// What to read next, before anyone is spoken to.
    pub next: String,
}

/// Where Sigma says the rows come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogSource {
    /// Always `probity`.
    pub product: String,
    /// The rule's scope.
    pub category: String,
    /// Not used by Probity.
    pub service: Option<String>,
    /// Free words.
    pub definition: Option<String>,
}

/// Another rule that this one came from or stands beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    /// The other rule's id.
    pub id: String,
    /// `derived`, `obsolete`, `merged`, `renamed` or `similar`.
    pub kind: String,
}

/// Everything in a rule file but its logic.
#[derive(Clone, Debug, Serialize)]
pub struct Meta {
    /// Folder of the file: `relationship`.
    pub family: String,
    /// Stem of the file, unique in the whole set: `ex-partner`.
    pub name: String,
    /// One line.
    pub title: String,
    /// UUID, lower case.
    pub id: String,
    /// How ripe.
    pub status: Status,
    /// What it finds, and what it cannot see.
    pub description: String,
    /// Where it comes from: law, policy, published findings.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: String,
    /// First written, `YYYY-MM-DD`.
    pub date: String,
    /// Last changed, `YYYY-MM-DD`.
    pub modified: Option<String>,
    /// Name of the taxonomy, if given.
    pub taxonomy: Option<String>,
    /// Sigma tags.
    pub tags: Vec<String>,
    /// Where the rows come from.
    pub logsource: LogSource,
    /// Facts to show beside a finding.
    pub fields: Vec<String>,
    /// Innocent explanations to test first.
    pub falsepositives: Vec<String>,
    /// How grave.
    pub level: Level,
    /// Other rules.
    pub related: Vec<Related>,
    /// Scoring, routing, wording.
    pub probity: Probity,
    /// The file, as it was named when loaded.
    pub path: String,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
}

impl Meta {
    /// `family/name`: how reports and authorities name the rule.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.family, self.name)
    }
}
