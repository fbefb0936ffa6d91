//! Stage 3: who each subject is tied to.
//!
//! Every distinct subject is matched once against one index of everybody tied to
//! any member of staff: the staff themselves, their declared relations, those who
//! live with them, their neighbours. A user's own ties are evidence; everybody
//! else's ties to the same subjects are the null they are weighed against.
//!
//! A match is decided between hypotheses, not pair by pair: that it is the member
//! of staff, each relation, somebody who merely lives with one of them, a known
//! namesake, or a stranger ([`decide`]). The bits are in [`weights`].

pub mod aliases;
pub mod answers;
pub mod circle;
pub mod decide;
pub mod evidence;
pub mod frequencies;
pub mod identifiers;
pub mod index;
mod kin;
pub mod places;
pub mod prior_names;
pub mod register;
pub mod watch;
pub mod weights;

use chrono::NaiveDate;
use rayon::prelude::*;

pub use aliases::Aliases;
pub use identifiers::Identifiers;

use crate::ingest::{HighProfile, Person, Relationship, Staff};
use crate::subjects::{Subject, SubjectId, Subjects};

/// How somebody, or something, stands to a member of staff; closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TieKind {
    /// The member of staff, or their own vehicle, telephone or address.
    Own,
    /// Declared.
    Spouse,
    /// Declared.
    Partner,
    /// Declared; the end of the relation is in the dates.
    ExPartner,
    /// Declared.
    Parent,
    /// Declared.
    Child,
    /// Declared.
    Sibling,
    /// Declared.
    OtherFamily,
    /// Lives at the same address, declared or found in the nominal index.
    Household,
    /// Declared.
    Friend,
    /// Declared.
    Acquaintance,
    /// Declared.
    BusinessAssociate,
    /// One of the nearest addresses, or declared.
    Neighbour,
    /// Shares a surname that is not common; no closer tie is known.
    Surname,
    /// Derived for a case: the subject is another member of staff.
    Colleague,
    /// Derived for a case: the subject is on the watch list.
    HighProfile,
}

impl TieKind {
    /// As written in exports, facts and rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Spouse => "spouse",
            Self::Partner => "partner",
            Self::ExPartner => "ex_partner",
            Self::Parent => "parent",
            Self::Child => "child",
            Self::Sibling => "sibling",
            Self::OtherFamily => "other_family",
            Self::Household => "household",
            Self::Friend => "friend",
            Self::Acquaintance => "acquaintance",
            Self::BusinessAssociate => "business_associate",
            Self::Neighbour => "neighbour",
            Self::Surname => "surname",
            Self::Colleague => "colleague",
            Self::HighProfile => "high_profile",
        }
    }

    /// From the `relation` column; `None` for a word that the input contract does not know.
    #[must_use]
    pub fn of_relation(relation: &str) -> Option<Self> {
        [
            Self::Spouse,
            Self::Partner,
            Self::ExPartner,
            Self::Parent,
            Self::Child,
            Self::Sibling,
            Self::OtherFamily,
            Self::Household,
            Self::Friend,
            Self::Acquaintance,
            Self::BusinessAssociate,
            Self::Neighbour,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == relation)
    }

    /// So close that even an assigned officer must tell a supervisor: themselves, partners past and present,
    /// family, household.
    #[must_use]
    pub const fn is_close(self) -> bool {
        matches!(
            self,
            Self::Own
                | Self::Spouse
                | Self::Partner
                | Self::ExPartner
                | Self::Parent
                | Self::Child
                | Self::Sibling
                | Self::OtherFamily
                | Self::Household
        )
    }

    /// A tie for whose sake one asks a colleague to look: a close one, a friend, a business associate. A shared
    /// surname or street is not among them.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        self.is_close() || matches!(self, Self::Friend | Self::BusinessAssociate)
    }

    /// For people to read, after "their": "ex-partner", "member of their household".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Own => "own record, vehicle, telephone or address",
            Self::Spouse => "spouse",
            Self::Partner => "partner",
            Self::ExPartner => "ex-partner",
            Self::Parent => "parent",
            Self::Child => "child",
            Self::Sibling => "sibling",
            Self::OtherFamily => "relative",
            Self::Household => "household",
            Self::Friend => "friend",
            Self::Acquaintance => "acquaintance",
            Self::BusinessAssociate => "business associate",
            Self::Neighbour => "neighbour",
            Self::Surname => "namesake by surname",
            Self::Colleague => "colleague",
            Self::HighProfile => "high-profile person",
        }
    }
}

/// One subject tied to one member of staff.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The subject.
    pub subject: SubjectId,
    /// Row in `staff`.
    pub staff: u32,
    /// How they are tied.
    pub kind: TieKind,
    /// Evidence that the subject is that person or thing: sum over the fields, prior not included.
    pub bits: f32,
    /// Posterior among the hypotheses, prior included. For [`TieKind::Neighbour`] the chance that the
    /// address is among the nearest; for [`TieKind::Surname`] the chance of kinship by the name alone.
    pub probability: f32,
    /// Fields that agree.
    pub identifiers: Identifiers,
    /// Fields that speak against.
    pub against: Identifiers,
    /// Row in `relationships`.
    pub relation: Option<u32>,
    /// Rests on an address: inferred household, own address, neighbour.
    pub from_address: bool,
    /// Since when, where declared.
    pub from: Option<NaiveDate>,
    /// Until when, where declared; of a shared address, the last day on which they shared it.
    pub to: Option<NaiveDate>,
    /// Last day on which the tie says anything: what was theirs, a vehicle above all, is theirs no more.
    pub lapses: Option<NaiveDate>,
    /// The best other explanation, in words, where it has at least one chance in a hundred.
    pub rival: Option<String>,
}

impl Tie {
    /// It says something on that day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.lapses.is_none_or(|last| day <= last)
    }

    /// It rests on an address that they do not share any more on that day.
    #[must_use]
    pub fn is_former_home(&self, day: NaiveDate) -> bool {
        self.from_address && self.relation.is_none() && self.to.is_some_and(|last| last < day)
    }
}

/// One subject that is somebody on the watch list.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchTie {
    /// The subject.
    pub subject: SubjectId,
    /// Row in `high_profile`.
    pub entry: u32,
    /// Evidence, prior not included.
    pub bits: f32,
    /// Posterior, prior included.
    pub probability: f32,
    /// Fields that agree.
    pub identifiers: Identifiers,
    /// Fields that speak against.
    pub against: Identifiers,
}

/// What bounded the search for ties: printed beside the findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Members of staff in the index.
    pub staff: u32,
    /// Declared relations in the index.
    pub relations: u32,
    /// Declared relations of nobody on the staff list, or of an unknown kind.
    pub relations_unplaced: u32,
    /// People of the nominal index who live with a member of staff.
    pub household_members: u32,
    /// Homes of staff that too many share to be a household, or that are stations, hostels and the like.
    pub communal_homes: u32,
    /// Plates and numbers that too many members of staff share to be anybody's own.
    pub shared_things: u32,
    /// Distinct persons that the name shares are counted over.
    pub persons_counted: u32,
    /// Pairs of descriptions compared.
    pub compared: u64,
    /// Keys passed over because too many people carry them.
    pub keys_capped: u64,
}

/// Every tie of every subject.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    /// Sorted by (subject, staff, kind).
    pub ties: Vec<Tie>,
    /// Sorted by (subject, entry).
    pub watch: Vec<WatchTie>,
    /// What bounded the search.
    pub stats: Stats,
    /// For each row of `staff`: chance that a person outside their circle bears their surname.
    pub surname_share: Vec<f32>,
    /// For each row of `staff`: known people at the nearest addresses.
    pub neighbours_in_reach: Vec<u32>,
    ends: Vec<u32>,
    watch_ends: Vec<u32>,
}

impl Relations {
    /// The ties of one subject, sorted by (staff, kind).
    #[must_use]
    pub fn by_subject(&self, subject: SubjectId) -> &[Tie] {
        slice(&self.ties, &self.ends, subject)
    }

    /// The watch-list entries that one subject is.
    #[must_use]
    pub fn watch_of(&self, subject: SubjectId) -> &[WatchTie] {
        slice(&self.watch, &self.watch_ends, subject)
    }

    /// The ties of one subject to one member of staff, closest first.
    #[must_use]
    pub fn between(&self, subject: SubjectId, staff: u32) -> &[Tie] {
        let ties = self.by_subject(subject);
        let start = ties.partition_point(|t| t.staff < staff);
        let end = ties.partition_point(|t| t.staff <= staff);
        &ties[start..end]
    }
}

fn slice<'a, T>(all: &'a [T], ends: &[u32], subject: SubjectId) -> &'a [T] {
    let subject = subject as usize;
    let Some(&end) = ends.get(subject) else { return &[] };
    let start = if subject == 0 { 0 } else { ends[subject - 1] };
    &all[start as usize..end as usize]
}

fn ends(subjects: usize, of: impl Iterator<Item = SubjectId>) -> Vec<u32> {
    let mut ends = vec![0_u32; subjects];
    for subject in of {
        ends[subject as usize] += 1;
    }
    let mut total = 0;
    for end in &mut ends {
        total += *end;
        *end = total;
    }
    ends
}

/// Everybody tied to any member of staff, and the watch list, ready to be asked about any number of subjects.
pub struct Known {
    circle: circle::Circle,
    index: index::Index,
    watch: watch::Watch,
    policy: Policy,
    since: NaiveDate,
}

/// How ties to persons are decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// The least probability of a tie where more than a name agrees.
    pub least: f32,
    /// The same where nothing but a name does.
    pub least_name_only: f32,
    /// log2 of the chance, before any evidence, that a search is about one given member of a circle.
    pub prior: f32,
    /// The same for a known namesake, times the number of known people; `None` = [`weights::PRIOR_NAMESAKE`] for each.
    pub namesakes: Option<f32>,
    /// log2 of how likely somebody else of a relation's home is meant, beside the relation.
    pub lives_with: f32,
    /// What is not known of a relation is inferred: they may live with others of the circle, a parent is older, and of
    /// half a name and a birth date the other half may have changed.
    pub infers: bool,
    /// A shared surname that is not common is a tie.
    pub surname_ties: bool,
}

impl Default for Policy {
    /// What a run goes by. Its ties are weighed on against what peers met by chance, and nothing is inferred.
    fn default() -> Self {
        Self {
            least: weights::LEAST_PROBABILITY,
            least_name_only: weights::LEAST_NAME_ONLY,
            prior: weights::PRIOR_CIRCLE,
            namesakes: None,
            lives_with: 0.0,
            infers: false,
            surname_ties: true,
        }
    }
}

impl Policy {
    /// For answers that state their probability, from `least` on.
    #[must_use]
    pub const fn answers(least: f32) -> Self {
        Self {
            least,
            least_name_only: least,
            prior: weights::PRIOR_CIRCLE,
            namesakes: Some(weights::NAMESAKES),
            lives_with: weights::UNLISTED,
            infers: true,
            surname_ties: false,
        }
    }
}

impl Known {
    /// From the tables. `as_of` turns two-digit years.
    #[must_use]
    pub fn new(
        staff: &[Staff],
        relationships: &[Relationship],
        people: &[Person],
        high_profile: &[HighProfile],
        as_of: NaiveDate,
    ) -> Self {
        let circle = circle::Circle::build(staff, relationships, people, high_profile, as_of);
        let index = index::Index::new(&circle);
        let watch = watch::Watch::build(high_profile, people, &circle, as_of);
        Self { circle, index, watch, policy: Policy::default(), since: NaiveDate::MIN }
    }

    /// Without what had lapsed before that day, the first on which anybody looked.
    #[must_use]
    pub const fn since(mut self, day: NaiveDate) -> Self {
        self.since = day;
        self
    }

    /// Deciding in another way.
    #[must_use]
    pub const fn by(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Bits by which one given member of the whole staff is less likely to be looked for than one of the own circle.
    #[must_use]
    pub fn colleague(&self) -> f32 {
        let staff = (self.circle.own_rows.len().max(1) as f32).log2();
        (weights::PRIOR_COLLEAGUE - staff - self.policy.prior).min(0.0)
    }

    /// For one thread.
    #[must_use]
    pub fn asker(&self) -> Asker<'_> {
        Asker { decider: decide::Decider::new(&self.circle, &self.index, self.policy, self.since), known: self }
    }
}

/// Asks about one subject after the other.
pub struct Asker<'a> {
    decider: decide::Decider<'a>,
    known: &'a Known,
}

impl Asker<'_> {
    /// Adds the ties of one subject to those found so far.
    pub fn ask(&mut self, id: SubjectId, subject: &Subject) {
        self.decider.subject(id, subject);
        self.known.watch.find(id, subject, &self.known.circle.context, &mut self.decider.found);
    }

    /// The ties of one subject alone; those found before are forgotten.
    pub fn only(&mut self, subject: &Subject) -> (&[Tie], &[WatchTie]) {
        self.decider.found.ties.clear();
        self.decider.found.watch.clear();
        self.ask(0, subject);
        (&self.decider.found.ties, &self.decider.found.watch)
    }
}

/// Relates every subject to everybody tied to any member of staff, and to the watch list.
/// Of the first and last day of the window, the first says what had lapsed before, and the last turns two-digit years.
#[must_use]
pub fn relate(
    subjects: &Subjects,
    staff: &[Staff],
    relationships: &[Relationship],
    people: &[Person],
    high_profile: &[HighProfile],
    (since, as_of): (NaiveDate, NaiveDate),
) -> Relations {
    let known = Known::new(staff, relationships, people, high_profile, as_of).since(since);

    /// Subjects a thread takes at a time.
    const CHUNK: usize = 2048;
    let parts: Vec<decide::Found> = subjects
        .all
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, part)| {
            let mut asker = known.asker();
            for (i, subject) in part.iter().enumerate() {
                asker.ask((chunk * CHUNK + i) as SubjectId, subject);
            }
            asker.decider.found
        })
        .collect();
    let circle = known.circle;

    let mut relations = Relations {
        stats: circle.stats,
        surname_share: circle.surname_shares(),
        neighbours_in_reach: circle.neighbours_in_reach.clone(),
        ..Relations::default()
    };
    for mut part in parts {
        relations.ties.append(&mut part.ties);
        relations.watch.append(&mut part.watch);
        relations.stats.compared += part.compared;
        relations.stats.keys_capped += part.keys_capped;
    }
    relations.ends = ends(subjects.all.len(), relations.ties.iter().map(|t| t.subject));
    relations.watch_ends = ends(subjects.all.len(), relations.watch.iter().map(|t| t.subject));
    relations
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod spelling_tests;
#[cfg(test)]
mod tests;
