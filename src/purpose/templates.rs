//! The explanation templates: which records answer why somebody looked, and how
//! easily each would answer by chance.

use crate::instant::{DAY, HOUR, Instant};

/// Work often begins before the record of it: an assignment explains this long before it starts.
pub const GRACE_BEFORE: i64 = 2 * HOUR;

/// Paperwork follows the job: an assignment explains this long after it ends or the incident closes.
pub const GRACE_AFTER: i64 = 3 * DAY;

/// An incident entered this long after the look, with both on it, is a late entry.
pub const LATE_ENTRY: i64 = 3 * DAY;

/// One kind of record that answers why. Ordered by strength: an earlier one is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Template {
    /// Assigned (officer in the case, attending, reviewer) to an open incident that involves the subject.
    Assigned,
    /// Took the call of an incident that involves the subject.
    CallTaken,
    /// Checked on behalf of an officer who is assigned to such an incident.
    OnBehalf,
    /// Supervises somebody who is assigned to such an incident.
    Supervisor,
    /// The team is assigned to such an incident.
    Team,
    /// An authority names this subject or incident.
    Authority,
    /// A supervised training session that may use live data, or any session in a training system.
    Session,
    /// The quoted incident is open and involves the subject; the user is not on it.
    QuotedSubject,
    /// The quoted incident is open and the user is on it; the subject is not recorded there.
    QuotedUser,
    /// The incident was entered after the look, with both on it.
    LateEntered,
    /// A search by terms that fits a record which the same user opened within minutes, itself explained.
    LedTo,
    /// The role itself does this work in this system.
    RoleFunction,
    /// A training or test system outside any session: no live record was touched.
    NotLive,
}

impl Template {
    /// Every template, strongest first.
    pub const ALL: [Self; 13] = [
        Self::Assigned,
        Self::CallTaken,
        Self::OnBehalf,
        Self::Supervisor,
        Self::Team,
        Self::Authority,
        Self::Session,
        Self::QuotedSubject,
        Self::QuotedUser,
        Self::LateEntered,
        Self::LedTo,
        Self::RoleFunction,
        Self::NotLive,
    ];

    /// The code that rules and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::CallTaken => "call_taken",
            Self::OnBehalf => "on_behalf",
            Self::Supervisor => "supervisor",
            Self::Team => "team",
            Self::Authority => "authority",
            Self::Session => "session",
            Self::QuotedSubject => "quoted_subject",
            Self::QuotedUser => "quoted_user",
            Self::LateEntered => "late_entered",
            Self::LedTo => "led_to",
            Self::RoleFunction => "role_function",
            Self::NotLive => "not_live",
        }
    }

    /// What the template says, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Assigned => "assigned to an open incident that involves the subject",
            Self::CallTaken => "took the call of an incident that involves the subject",
            Self::OnBehalf => "checked on behalf of an officer assigned to an incident that involves the subject",
            Self::Supervisor => "supervises somebody assigned to an incident that involves the subject",
            Self::Team => "the team is assigned to an incident that involves the subject",
            Self::Authority => "an authority on record covers this subject or incident",
            Self::Session => "a supervised training session covers the time",
            Self::QuotedSubject => "quoted an open incident that involves the subject, without being on it",
            Self::QuotedUser => "quoted an open incident of their own on which the subject is not recorded",
            Self::LateEntered => "an incident with both on it was entered after the look",
            Self::LedTo => "a search that led within minutes to a record whose look is explained",
            Self::RoleFunction => "the role does this work in this system",
            Self::NotLive => "a training or test system, not live records",
        }
    }

    /// r: the share of looks that the template would answer by chance, by how hard its record is to
    /// come by. Starting values of the scoring design (P): dispatch or supervisor-assigned .02–.03,
    /// same unit .15, quoted number .40, record made after the look .50. A role that may look at
    /// anybody answers everything, so it answers by chance as often as not: 1.
    #[must_use]
    pub const fn chance(self) -> f64 {
        match self {
            Self::Assigned | Self::CallTaken => 0.03,
            Self::OnBehalf | Self::Supervisor => 0.05,
            Self::Authority => 0.05,
            Self::Session => 0.10,
            Self::Team | Self::LedTo => 0.15,
            Self::QuotedSubject | Self::QuotedUser => 0.40,
            Self::LateEntered => 0.50,
            Self::RoleFunction | Self::NotLive => 1.0,
        }
    }
}

/// The period in which a link explains: from its start less the grace to its end plus the grace.
#[must_use]
pub fn explains(from: Instant, to: Instant, at: Instant) -> bool {
    from.plus(-GRACE_BEFORE) <= at && at <= to.plus(GRACE_AFTER)
}
