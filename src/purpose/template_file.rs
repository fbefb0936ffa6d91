//! What an explanation template declares: who is explained, by which record, how that record reaches the
//! subject, when, how easily it would answer by chance, and the sentence it says.

use crate::instant::{DAY, HOUR, MINUTE};

/// Whose record answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Whoever looked.
    User,
    /// The officer for whom the check was made, who is then the one explained.
    Officer,
    /// The line manager of whoever is assigned.
    Manager,
    /// A member of the team that is assigned.
    Team,
    /// A member of the team of somebody who is assigned.
    Teammate,
}

/// What kind of record answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// A row of assignments.
    Assignment,
    /// The incident number that the user quoted.
    Quoted,
    /// A number that the user quoted for another look at the same subject.
    QuotedAgain,
    /// A number that a colleague on the same incident quoted for the same subject.
    ColleagueQuoted,
    /// A row of authorities.
    Authority,
    /// A supervised training session.
    Session,
    /// The user's post, as HR has it.
    Post,
    /// The look made the record that it looked at.
    Creation,
    /// Another look of the same user, within minutes, that is explained itself.
    NextLook,
    /// The environment: a training or test system.
    Environment,
}

/// How the record reaches the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The subject is on the incident, or named by the authority.
    Involved,
    /// The subject is, or lives at, the address of the incident.
    Address,
    /// The subject lives in the street or postcode of the incident.
    Nearby,
    /// The subject is a suspect on the incident.
    Suspect,
    /// The subject is not recorded on the incident.
    NotRecorded,
    /// The typed terms fit somebody.
    Fits,
    /// A vehicle that nobody on record keeps.
    UnknownVehicle,
    /// The record names nobody: it covers whatever is looked at.
    Anything,
}

/// Part in an incident, as `assignments.role` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Part {
    Oic,
    Attending,
    Supervisor,
    CallHandler,
    Reviewer,
    Other,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 6] =
        [Self::Oic, Self::Attending, Self::Supervisor, Self::CallHandler, Self::Reviewer, Self::Other];

    /// Reads the column; what the contract does not know is `other`.
    #[must_use]
    pub fn parse(role: &str) -> Self {
        Self::ALL.into_iter().find(|part| part.as_str() == role).unwrap_or(Self::Other)
    }

    /// As the column has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oic => "oic",
            Self::Attending => "attending",
            Self::Supervisor => "supervisor",
            Self::CallHandler => "call_handler",
            Self::Reviewer => "reviewer",
            Self::Other => "other",
        }
    }
}

/// An end of the time in which a record explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// Start or end of the task.
    Task,
    /// Opening or closing of the incident.
    Incident,
    /// Opening of the incident, as the latest moment.
    Opening,
}

/// When a record explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// What it starts with.
    pub from: End,
    /// How long before that, in milliseconds.
    pub before: i64,
    /// What it ends with.
    pub to: End,
    /// How long after that, in milliseconds.
    pub after: i64,
}

/// One template as its file declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The code: the file's name with `_` for `-`.
    pub name: String,
    /// The sentence, without its subject: "assigned to an open incident that involves the subject".
    pub says: String,
    /// Place among the templates: the strongest comes first.
    pub order: u32,
    /// r: the share of looks that the template would answer by chance.
    pub chance: f64,
    /// Where that number comes from.
    pub because: String,
    /// Whose record answers, any of these.
    pub who: Vec<Who>,
    /// What kind of record.
    pub by: By,
    /// Parts in the incident that count; all where empty.
    pub roles: Vec<Part>,
    /// Words of HR roles that hold the post.
    pub posts: Vec<String>,
    /// How it reaches the subject.
    pub to: Reach,
    /// When; `None` where the record has a period of its own.
    pub time: Option<Time>,
    /// Does not answer for looks at the user's own circle: it is too easily come by for that.
    pub strangers_only: bool,
    /// An authority that asks for blind working does not answer for looks at the user's own circle.
    pub blind: bool,
    /// A role's function answers its work as those who hold it do it (see [`function`](super::function)).
    pub customary: bool,
    /// The record names the subject, so that it answers the search that led to it too.
    pub names_subject: bool,
}

/// What a folder of a force's own may set: how long before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grace {
    /// The code of the template.
    pub name: String,
    /// How long before, in milliseconds; as shipped where `None`.
    pub before: Option<i64>,
    /// How long after.
    pub after: Option<i64>,
    /// Why the force wants it so.
    pub because: String,
}
pub(super) const WHO: [(&str, Who); 5] = [
    ("user", Who::User),
    ("officer", Who::Officer),
    ("manager", Who::Manager),
    ("team", Who::Team),
    ("teammate", Who::Teammate),
];

pub(super) const BY: [(&str, By); 10] = [
    ("assignment", By::Assignment),
    ("quoted", By::Quoted),
    ("quoted_again", By::QuotedAgain),
    ("colleague_quoted", By::ColleagueQuoted),
    ("authority", By::Authority),
    ("session", By::Session),
    ("post", By::Post),
    ("creation", By::Creation),
    ("next_look", By::NextLook),
    ("environment", By::Environment),
];

pub(super) const REACH: [(&str, Reach); 8] = [
    ("involved", Reach::Involved),
    ("address", Reach::Address),
    ("nearby", Reach::Nearby),
    ("suspect", Reach::Suspect),
    ("not_recorded", Reach::NotRecorded),
    ("fits", Reach::Fits),
    ("unknown_vehicle", Reach::UnknownVehicle),
    ("anything", Reach::Anything),
];

pub(super) const ENDS: [(&str, End); 3] = [("task", End::Task), ("incident", End::Incident), ("opening", End::Opening)];

/// The word that a file uses for a value.
fn word<T: PartialEq + Copy>(of: &[(&'static str, T)], value: T) -> &'static str {
    of.iter().find(|(_, v)| *v == value).map_or("", |(word, _)| word)
}

impl Who {
    /// As files have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word(&WHO, self)
    }
}

impl By {
    /// As files have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word(&BY, self)
    }
}

impl Reach {
    /// As files have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word(&REACH, self)
    }
}

impl End {
    /// As files have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word(&ENDS, self)
    }
}
/// "3 days", "2 hours", "30 minutes": a length of time for people.
#[must_use]
pub fn duration_words(millis: i64) -> String {
    let count = |n: i64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let millis = millis.max(0);
    let (days, hours, minutes) = (millis / DAY, millis % DAY / HOUR, millis % HOUR / MINUTE);
    match (days, hours, minutes) {
        (0, 0, 0) if millis > 0 => "less than a minute".to_owned(),
        (0, 0, minutes) => count(minutes, "minute"),
        (0, hours, 0) => count(hours, "hour"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => count(days, "day"),
        (days, hours, _) => format!("{} {hours} h", count(days, "day")),
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_in_words() {
        for (millis, words) in [
            (30 * MINUTE, "30 minutes"),
            (2 * HOUR, "2 hours"),
            (3 * DAY, "3 days"),
            (3 * DAY + 4 * HOUR + 5 * MINUTE, "3 days 4 h"),
            (HOUR + MINUTE, "1 h 1 min"),
            (DAY, "1 day"),
            (1, "less than a minute"),
        ] {
            assert_eq!(duration_words(millis), words);
        }
    }
}
