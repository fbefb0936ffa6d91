//! Every starting value of the score, in one place, each with where it comes from.
//!
//! "P" marks our own starting values: they stand until counted outcomes replace
//! them. Units are bits (log2 of a likelihood ratio) unless said otherwise.

/// π: share of users who misuse access in a window (P). A state audit documented 0.8 % of police users.
pub const MISUSING_SHARE: f64 = 0.01;

/// μ: cases of a user who does (P).
pub const CASES_OF_A_MISUSER: f64 = 3.0;

/// τ: temperature. Blocks are not quite independent, so their sum is worth less than it says (P).
pub const TEMPERATURE: f64 = 0.7;

/// α: offset of the score, 0 until fitted on calibration worlds (P).
pub const OFFSET: f64 = 0.0;

/// No block weighs more than this, for or against.
pub const BLOCK_CAP: f64 = 8.0;

/// A finding that states its own chance (own record, a leaver's account, live use in training) may weigh
/// this much: such acts are all but certain in themselves, and a range for m and u is given with each.
pub const STATED_CAP: f64 = 12.0;

/// Inside a block the largest counts in full and every other piece this much: they overlap.
pub const OVERLAP: f64 = 0.25;

/// Unexplained looks weigh at most this much: coverage of a feed is never known better.
pub const UNEXPLAINED_CAP: f64 = 5.0;

/// A reason is weak evidence either way: typed to please, copied, or not asked for.
pub const REASON_CAP: f64 = 2.0;

/// How a user's work is as a whole weighs at most this much: an unusual job is not misconduct. The design
/// allows 4; on an all-benign development world a fifth of the false referrals then rested on it.
pub const PEERS_CAP: f64 = 2.0;

/// Restricted, denied and printed records weigh at most this much: they colour other evidence.
pub const SENSITIVITY_CAP: f64 = 3.0;

/// A declared close tie keeps an explained case from being argued away below this.
pub const CLOSE_TIE_FLOOR: f64 = -2.0;

/// A block this strong can carry a referral (a likelihood ratio of ten).
pub const STRONG_BLOCK: f64 = 3.3;

/// Another block must stand beside it at least this strong (a ratio of three). The scoring design asks for a
/// second block of 3.3; where records explain nine looks in ten, "unexplained" itself reaches only about 2
/// bits, and no tie without a purpose could ever have been referred.
pub const SECOND_BLOCK: f64 = 1.58;

/// The lower end of the 90 % interval of the evidence must stand above this (a ratio of a hundred).
pub const LOWER_BOUND: f64 = 6.6;

/// Bits over which a member of staff is referred: U of the cases that stand, plus log2(π·μ/n). The prior is
/// spread over all cases of a user and a temperature is applied, so this orders people and is no calibrated
/// probability; the threshold is set on
/// development worlds, beside the share of innocent users that it refers (docs/scoring.md).
pub const REFER_THRESHOLD: f64 = 0.0;

/// Evidence (T) over which a case that is not referred still asks the user for the reason.
pub const QUERY_THRESHOLD: f64 = 8.0;

/// Evidence over which a finding about the user as a whole asks a question: its prior is that of a user, not
/// of one among hundreds of cases.
pub const QUERY_WHOLE_USER: f64 = 5.0;

/// Evidence bands, by the likelihood ratio: ten, a hundred, a thousand to one.
pub const BANDS: [(f64, &str); 3] = [(10.0, "very_strong"), (6.6, "strong"), (3.3, "moderate")];

/// Standard deviation, in bits, allowed for the weight of a number of looks and of a share among
/// peers: the alternative hypotheses are broad (P).
pub const VOLUME_SD: f64 = 0.5;

/// Cases by which a stratum's own firing rate must outnumber its parent's to outweigh it (P; looks in the design).
pub const STRATUM_SHRINKAGE: f64 = 50.0;

/// Users by which a role's own rate must outnumber the force's (P).
pub const ROLE_SHRINKAGE: f64 = 20.0;

/// Evidence of a user's further cases counts by halves, above this each.
pub const FURTHER_CASE_FLOOR: f64 = 3.3;

/// Members of one unit with one habit that make it the unit's habit (P).
pub const HABIT_USERS: usize = 5;
/// Share of the unit's active members that makes it so (P).
pub const HABIT_SHARE: f64 = 0.4;

/// Two-sided 90 % of a normal distribution, in standard deviations.
pub const NINETY_PERCENT: f64 = 1.645;
