//! The one model of a run's result. CSV, HTML and JSON are three writers of it;
//! none of them computes anything.
//!
//! Texts are complete sentences for people; codes are the lower-case words of
//! the output contract. Times are RFC 3339 in the run's zone. Everything is
//! sorted before it gets here, so a writer only walks.

use schemars::JsonSchema;
use serde::Serialize;

pub use crate::score::Lane;

/// Everything a run found out.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Report {
    /// What was run, over what, when.
    pub run: Run,
    /// Counts that add up, for the page's head and the manifest.
    pub counts: Counts,
    /// One entry per member of staff (or per unit's habit in the policy lane), ranked.
    pub referrals: Vec<Referral>,
    /// Audited events behind the findings, sorted by (staff, time, event id).
    pub evidence: Vec<Evidence>,
    /// Whether the log can be judged at all, by system and unit.
    pub coverage: Vec<Coverage>,
    /// Rules that ran, with what they did.
    pub rules: Vec<RuleUse>,
    /// Rules that could not run, and why.
    pub rules_not_run: Vec<RuleNotRun>,
    /// How each rule did, sorted by name; rules that did not run among them.
    pub rule_quality: Vec<RuleQuality>,
    /// Rates of referral by groups of members of staff, and what coincidence alone would give in each.
    pub fairness: Vec<Fairness>,
    /// How much work the lanes bring.
    pub load: Load,
    /// Entries of packs, lists and authorities that did nothing, each with its file and line.
    pub rule_notes: Vec<String>,
    /// Thresholds that the force's pack sets otherwise than the rules do.
    pub thresholds_set: u64,
    /// Files read.
    pub inputs: Vec<Input>,
    /// Rows and cells that could not be used.
    pub quarantine: Vec<QuarantineRow>,
    /// Rows that repeat another.
    pub duplicates: Vec<DuplicateRow>,
    /// How the ranking was made, and its limits, as headed paragraphs.
    pub method: Vec<MethodNote>,
    /// What the report says of itself: warnings that a reader must see before any name.
    pub warnings: Vec<String>,
}

/// What was run.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Run {
    /// First 16 hex digits of the SHA-256 over inputs, rules and settings: the same work has the same id.
    pub run_id: String,
    /// The config's own name for the run.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Start of the window judged.
    pub since: String,
    /// End of the window judged.
    pub until: String,
    /// The moment that the run takes as "now" (`--now`, else the end of the window).
    pub now: String,
    /// Zone in which times are shown.
    pub zone: String,
    /// Why these logs may be processed, as a paragraph.
    pub lawful_purpose: String,
}

/// Counts in and out.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Counts {
    pub rows_read: u64,
    pub rows_used: u64,
    pub rows_duplicate: u64,
    pub rows_quarantined: u64,
    pub events: u64,
    /// Events outside the window, read but not judged.
    pub events_outside_window: u64,
    /// Events whose login belongs to nobody on record.
    pub events_unknown_login: u64,
    pub looks: u64,
    pub looks_explained: u64,
    pub looks_unexplained: u64,
    pub looks_cannot_tell: u64,
    pub subjects: u64,
    pub users: u64,
    pub cases: u64,
    pub findings: u64,
    pub referred: u64,
    pub conflict: u64,
    pub query: u64,
    pub policy: u64,
    pub sample: u64,
}

/// One member of staff and their cases.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Referral {
    /// 1 for the first; runs over the whole file.
    pub rank: u32,
    /// Stable from night to night.
    pub referral_id: String,
    pub lane: Lane,
    pub staff_id: String,
    pub name: String,
    pub role: String,
    pub team: String,
    pub line_manager: String,
    /// Posterior log2 odds, see the method notes. Evidence and prior are shown apart below.
    pub score_bits: f64,
    /// Lower and upper end of the 90 % interval.
    pub low_bits: f64,
    pub high_bits: f64,
    /// Prior in log2 odds.
    pub prior_bits: f64,
    /// Sum of the evidence of the best case, before the prior.
    pub evidence_bits: f64,
    /// `weak`, `moderate`, `strong`, `very_strong`.
    pub band: String,
    /// How many referrals would stand this high by coincidence alone; `None` where not estimated.
    pub expected_false: Option<f64>,
    pub looks: u64,
    pub subjects: u64,
    pub first_at: String,
    pub last_at: String,
    /// Rule names that fired, sorted.
    pub rules: Vec<String>,
    /// One sentence that a panel could read out.
    pub headline: String,
    /// `new`, `open`, `grown`, `closed`.
    pub status: String,
    /// Outcome of an earlier decision, or empty.
    pub previous_outcome: String,
    /// What a reader should do next, as sentences.
    pub next: Vec<String>,
    /// Offences and standards that the findings may concern, as codes (`dpa2018-s170`).
    pub law: Vec<String>,
    /// How often others of the same groups are referred, and by coincidence alone, as sentences.
    pub groups: Vec<String>,
    /// Rules that fired on the user as a whole, shown as findings or not, sorted.
    pub user_rules: Vec<String>,
    pub cases: Vec<Case>,
}

/// One user and one subject over the window.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Case {
    /// Stable from night to night.
    pub case_id: String,
    pub subject_id: String,
    pub subject_name: String,
    /// `person`, `vehicle`, `place`, `phone`, `unknown`.
    pub subject_kind: String,
    /// Words for the strongest tie ("the user's former partner, declared"), or empty.
    pub relation_words: String,
    pub looks: u64,
    pub unexplained_looks: u64,
    pub events: u64,
    pub days: u64,
    pub first_at: String,
    pub last_at: String,
    /// Score of this case alone.
    pub score_bits: f64,
    pub low_bits: f64,
    pub high_bits: f64,
    pub prior_bits: f64,
    /// Sum over blocks.
    pub evidence_bits: f64,
    pub blocks: Vec<Block>,
    pub findings: Vec<Finding>,
    /// Rules that fired on it, shown as findings or not, sorted.
    pub rules: Vec<String>,
    /// Of these, each without which the case would stand in no lane.
    pub carried_by: Vec<String>,
    /// What speaks against, tested and found, as sentences.
    pub against: Vec<String>,
    /// Looks in time order, for the time line.
    pub timeline: Vec<TimelineLook>,
}

/// One independent kind of evidence and what it weighs.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Block {
    /// `purpose`, `relationship`, `volume`, `duty`, `reason`, `pattern`, `sensitivity`, `peers`, `training`.
    pub block: String,
    /// Bits for (positive) or against (negative) misuse.
    pub bits: f64,
    /// Lower and upper end of the 90 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where the number comes from, in one sentence with its figures.
    pub because: String,
}

/// One rule that fired on one case.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Finding {
    /// Stable from night to night.
    pub finding_id: String,
    pub rule_id: String,
    /// `family/name`, as the file is called.
    pub rule: String,
    pub rule_title: String,
    pub level: String,
    pub block: String,
    pub bits: f64,
    /// Tie code (`sibling`), or empty.
    pub relation: String,
    /// Identifiers that agree, in words.
    pub identifiers: String,
    pub looks: u64,
    pub unexplained_looks: u64,
    pub first_at: String,
    pub last_at: String,
    /// Why it fired.
    pub evidence: String,
    /// Innocent explanations that were tested and what each found.
    pub against: String,
    /// How many such looks chance predicts; `None` where not estimated.
    pub expected_by_chance: Option<f64>,
}

/// One look on the time line of a case.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct TimelineLook {
    pub at: String,
    pub system: String,
    pub events: u64,
    /// `explained`, `unexplained`, `cannot_tell`.
    pub purpose: String,
    /// Which template answered, or empty.
    pub explained_by: String,
    pub duty: String,
}

/// One audited event behind a finding.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Evidence {
    pub event_id: String,
    pub at: String,
    pub staff_id: String,
    pub login: String,
    pub system: String,
    pub environment: String,
    pub action: String,
    pub outcome: String,
    pub case_id: String,
    pub finding_ids: Vec<String>,
    /// What was typed or opened, in words.
    pub searched_for: String,
    pub incident_id: String,
    pub reason_code: String,
    pub reason_text: String,
    pub explained_by: String,
    pub duty: String,
    pub terminal: String,
    pub source_file: String,
    pub source_line: u32,
}

/// Can this log be judged at all? One system and unit.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Coverage {
    pub system: String,
    pub unit: String,
    pub looks: u64,
    pub explained: u64,
    pub first_looks: u64,
    pub first_looks_explained: u64,
    /// Looks of which nothing can be told: the feeds do not cover them, or they name nobody.
    pub cannot_tell: u64,
    /// Where the feeds answer next to nothing: `system`, `unit`, or days; empty where they do.
    pub thin: Vec<String>,
    /// Share of looks that each template answers, in the order of [`Coverage::templates`].
    pub shares: Vec<f64>,
    /// Names of the templates; the same for every row of a report.
    pub templates: Vec<String>,
}

/// A rule that ran.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct RuleUse {
    pub rule: String,
    pub title: String,
    pub level: String,
    pub block: String,
    pub findings: u64,
    pub file: String,
    pub sha256: String,
}

/// How one rule did.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct RuleQuality {
    /// `family/name`.
    pub rule: String,
    pub rule_id: String,
    pub title: String,
    pub level: String,
    pub block: String,
    /// How far the rule may carry a case: `refer`, `conflict`, `query`, `policy`.
    pub lane: String,
    /// `look`, `case`, `user`, `subject`.
    pub scope: String,
    pub ran: bool,
    /// Findings that the report shows.
    pub findings: u64,
    /// Cases on which it fired, shown or not.
    pub cases: u64,
    pub users: u64,
    /// Looks behind those firings: those that no record explains, or all where all are explained.
    pub looks: u64,
    pub per_10000_looks: f64,
    /// The same by chance; `None` where chance is taken from how often the rule fires.
    pub expected_per_10000: Option<f64>,
    /// Decided findings that were upheld.
    pub confirmed: u64,
    /// Decided findings that were not.
    pub dismissed: u64,
    /// confirmed ÷ (confirmed + dismissed); `None` under ten.
    pub quality: Option<f64>,
    /// The numbers that the rule asks for.
    pub thresholds: String,
    /// What a reader should know of these figures.
    pub note: String,
}

/// A ratio with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Range {
    /// The ratio.
    pub value: f64,
    /// Lower end; `None` where too few people say anything.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// One group of members of staff who looked at anything.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Fairness {
    /// `surname`, `unit_density`, `home_density`, `volume`, `role`.
    pub dimension: String,
    /// 1 for the lowest tenth or fifth, the role, or `unknown`.
    pub group: String,
    /// What the group covers ("420 to 3,800 looks").
    pub covers: String,
    /// Members of staff.
    pub users: u64,
    /// Their looks.
    pub looks: u64,
    /// How many the score refers, those included for whom the lane had no room.
    pub referred: u64,
    /// The same of 1,000.
    pub referred_per_1000: f64,
    /// That rate over the rate of everybody else.
    pub referred_ratio: Option<Range>,
    /// Cases of a decoy log, in which every tie is coincidence, that stand as high as the lowest referred case that
    /// rests on a tie, a 1,000 members of staff; `None` without decoys.
    pub decoys_per_1000: Option<f64>,
    /// That rate over the rate of everybody else.
    pub decoys_ratio: Option<Range>,
    /// Explained looks at people of the own uncommon surname to whom nothing else ties the user.
    pub namesakes_observed: u64,
    /// How many peers' rates predict.
    pub namesakes_expected: f64,
    /// Observed over expected; `None` where too few are expected.
    pub namesakes_ratio: Option<Range>,
    /// Bounds that the group breaks measurably: `decoys`, `referred`, `namesakes`.
    pub broken: Vec<String>,
}

/// How much work the lanes bring. Cases of the lanes `refer`, `conflict` and `query`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Load {
    /// Days from the first look to the last.
    pub days: u64,
    pub refer_cases: u64,
    pub conflict_cases: u64,
    pub query_cases: u64,
    pub refer_cases_a_day: f64,
    /// Over the three lanes.
    pub cases_a_day: f64,
    /// Members of staff that the refer lane may hold; 0 for no limit.
    pub capacity: u64,
    /// Who take up five new cases a day each.
    pub investigators: u64,
    /// Cases of referrals that are new or have grown since the runs before; `None` without a ledger.
    pub new_cases: Option<u64>,
}

/// A rule that could not run.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct RuleNotRun {
    pub rule: String,
    pub title: String,
    /// "needs the tables relationships and incidents, which the config does not name".
    pub why: String,
}

/// One input file: `rows = used + duplicates + quarantined`.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Input {
    pub name: String,
    pub table: String,
    pub bytes: u64,
    pub rows: u64,
    pub used: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub sha256: String,
    pub zone: String,
    pub notes: Vec<String>,
}

/// One input row or cell that could not be used.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct QuarantineRow {
    pub source_file: String,
    pub source_line: u32,
    pub table: String,
    pub column: String,
    pub value: String,
    pub problem: String,
}

/// One input row that repeats another.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct DuplicateRow {
    pub source_file: String,
    pub source_line: u32,
    pub kept_file: String,
    pub kept_line: u32,
    /// True where the two rows share their id and differ otherwise.
    pub differs: bool,
}

/// One headed paragraph of the method section.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MethodNote {
    pub heading: String,
    pub text: String,
}
