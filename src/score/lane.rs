//! The lanes of a referral.

use schemars::JsonSchema;
use serde::Serialize;

/// Where a referral goes. Ordered as the file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// To Professional Standards.
    #[default]
    Refer,
    /// A declared tie and a purpose on record: justified?
    Conflict,
    /// Ask the user for the reason.
    Query,
    /// One unit, one habit, many users.
    Policy,
    /// Drawn at random, to measure what is missed.
    Sample,
}

impl Lane {
    /// The code written in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refer => "refer",
            Self::Conflict => "conflict",
            Self::Query => "query",
            Self::Policy => "policy",
            Self::Sample => "sample",
        }
    }
}
