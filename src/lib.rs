//! Probity finds look-ups in police systems that no policing purpose explains, and
//! writes a ranked, evidenced referral report for a Professional Standards
//! Department.
//!
//! The modules are the way the data goes. A stage knows the stages before it and
//! never one after it:
//!
//! 1. [`ingest`]: exports to canonical tables; every row is accounted for;
//! 2. [`subjects`]: who or what was looked at;
//! 3. [`relations`]: each subject against everybody tied to any member of staff;
//! 4. [`purpose`]: looks, and the records that answer why;
//! 5. [`rules`]: small readable files over facts of looks, cases, users, subjects;
//! 6. [`score`]: evidence in bits, lanes, ranks;
//! 7. [`report`]: one model, written as CSV, HTML and JSON.
//!
//! Beside the line: [`config`], [`ledger`], the command line ([`cli`]), and the
//! small shared words [`instant`], [`chance`], [`ids`] and [`values`]. [`mod@run`] walks the line; [`inquiry`] walks it
//! for one question about one person, case or look; [`scorecard`] holds decided cases against the values.

pub mod ingest;
pub mod purpose;
pub mod relations;
pub mod report;
pub mod rules;
pub mod score;
pub mod subjects;

pub mod inquiry;
pub mod run;
pub mod scorecard;

pub mod cli;
pub mod config;
pub mod ledger;

pub mod chance;
pub mod ids;
pub mod instant;
pub mod values;
