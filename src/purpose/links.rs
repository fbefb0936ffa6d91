//! Links: who had a task that concerned whom, and for how long.
//!
//! Two joins make them: incident → everybody and everything involved, and
//! incident → everybody tasked with it. Joined on the incident and sorted by
//! (actor, subject, start), they answer any look by one binary search. A task of
//! a team is one link of the team, not one of each member.

use polars::prelude::{Column, DataFrame, DataFrameJoinOps, PolarsResult};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::actors::{UserId, Users};
use super::areas::Areas;
use super::template_file::{By, Part, Reach, Who};
use super::templates::{Span, Template};
use crate::ingest::{Staff, Tables};
use crate::instant::Instant;
use crate::subjects::{PeopleIndex, SubjectId, Subjects};

/// Who has a task: a user, or a team by its place after the last user.
pub type ActorId = u32;

/// How a task came to its actor, in the order of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// Named in the assignment.
    Own,
    /// Line manager of somebody who is.
    Manager,
    /// The team is named.
    Team,
    /// Somebody of the team is named.
    Teammate,
}

impl Via {
    const ALL: [Self; 4] = [Self::Own, Self::Manager, Self::Team, Self::Teammate];

    /// The words of template files for it; an officer's own task is own too.
    const fn who(self) -> Who {
        match self {
            Self::Own => Who::User,
            Self::Manager => Who::Manager,
            Self::Team => Who::Team,
            Self::Teammate => Who::Teammate,
        }
    }
}

/// How an incident reaches a subject, in the order of strength. Who lives around it is in [`Areas`].
const REACHES: [Reach; 2] = [Reach::Involved, Reach::Address];

/// One kind of link: how the task came, in which part, and how it reaches the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(u8);

impl Class {
    fn new(via: Via, part: Part, reach: usize) -> Self {
        Self(((via as usize * Part::ALL.len() + part as usize) * REACHES.len() + reach) as u8)
    }

    /// How the task came.
    #[must_use]
    pub fn via(self) -> Via {
        Via::ALL[usize::from(self.0) / (Part::ALL.len() * REACHES.len())]
    }

    /// In which part.
    #[must_use]
    pub fn part(self) -> Part {
        Part::ALL[usize::from(self.0) / REACHES.len() % Part::ALL.len()]
    }

    /// How it reaches the subject.
    #[must_use]
    pub fn reach(self) -> Reach {
        REACHES[usize::from(self.0) % REACHES.len()]
    }

    fn all() -> impl Iterator<Item = Self> {
        (0..(Via::ALL.len() * Part::ALL.len() * REACHES.len()) as u8).map(Self)
    }
}

/// Which templates a link of each class may answer by: for the user's own sake, and for an officer's.
#[derive(Clone, Debug, Default)]
struct Answers {
    user: Vec<Vec<Template>>,
    officer: Vec<Vec<Template>>,
}

impl Answers {
    fn new() -> Self {
        let by = |who: Option<Who>| {
            Class::all()
                .map(|class| {
                    let who = who.unwrap_or_else(|| class.via().who());
                    let own = who != Who::Officer || class.via() == Via::Own;
                    Template::all()
                        .filter(|t| {
                            let d = t.declared();
                            own && d.by == By::Assignment
                                && d.to == class.reach()
                                && d.who.contains(&who)
                                && (d.roles.is_empty() || d.roles.contains(&class.part()))
                        })
                        .collect()
                })
                .collect()
        };
        Self { user: by(None), officer: by(Some(Who::Officer)) }
    }
}

/// One task that concerns one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Who is tasked.
    pub actor: ActorId,
    /// Whom the incident involves.
    pub subject: SubjectId,
    /// Start of the task.
    pub from: Instant,
    /// End of the task, or of the incident.
    pub to: Instant,
    /// What kind of link.
    pub class: Class,
    /// Row in the incident table.
    pub incident: u32,
}

/// Rows grouped by a small integer key: `values[starts[k]..starts[k + 1]]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Grouped {
    starts: Vec<u32>,
    values: Vec<u32>,
}

impl Grouped {
    pub(super) fn new(keys: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.par_sort_unstable();
        pairs.dedup();
        let mut starts = vec![0_u32; keys + 1];
        for &(key, _) in &pairs {
            starts[key as usize + 1] += 1;
        }
        for k in 0..keys {
            starts[k + 1] += starts[k];
        }
        Self { starts, values: pairs.into_iter().map(|(_, v)| v).collect() }
    }

    pub(super) fn get(&self, key: u32) -> &[u32] {
        match (self.starts.get(key as usize), self.starts.get(key as usize + 1)) {
            (Some(&from), Some(&to)) => &self.values[from as usize..to as usize],
            _ => &[],
        }
    }
}

/// What the incident tables answer.
#[derive(Clone, Debug, Default)]
pub struct Links {
    all: Vec<Link>,
    answers: Answers,
    tasks: Vec<Task>,
    areas: Areas,
    pairs: Vec<Pair>,
    subjects: Grouped,
    users: Grouped,
    suspects: Grouped,
    teams: Vec<ActorId>,
    by_id: FxHashMap<String, u32>,
    opened: Vec<Instant>,
    closed: Vec<Instant>,
}

/// A task before it meets the subjects of its incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    /// Who is tasked.
    pub actor: ActorId,
    /// Start.
    pub from: Instant,
    /// End, or the closing of the incident.
    pub to: Instant,
    /// Row in the incident table.
    pub incident: u32,
    /// How the task came.
    pub via: Via,
    /// In which part.
    pub part: Part,
}

/// An incident, a subject that it reaches, and how: a place in [`REACHES`].
type Pair = (u32, SubjectId, u8);

impl Links {
    /// Joins incidents, the people on them and the staff tasked with them.
    ///
    /// # Errors
    /// Only where Polars cannot build or join a frame (out of memory).
    pub fn new(tables: &Tables, subjects: &Subjects, index: &PeopleIndex<'_>, users: &Users) -> PolarsResult<Self> {
        let mut by_id = FxHashMap::default();
        for (row, incident) in tables.incidents.iter().enumerate() {
            by_id.entry(incident.incident_id.clone()).or_insert(row as u32);
        }
        let count = tables.incidents.len();
        let opened: Vec<Instant> = tables.incidents.iter().map(|i| i.opened.unwrap_or(Instant::MIN)).collect();
        let closed: Vec<Instant> = tables.incidents.iter().map(|i| i.closed.unwrap_or(Instant::MAX)).collect();
        let (teams, members) = teams(users, &tables.staff);
        let mut made = Self { by_id, opened, closed, teams, answers: Answers::new(), ..Self::default() };
        let (pairs, suspects) = made.reached(tables, subjects, index);
        made.tasks = made.assigned(tables, users, &members);
        let on_incident: Vec<(u32, u32)> =
            made.tasks.iter().filter(|t| t.via == Via::Own).map(|t| (t.incident, t.actor)).collect();
        let team_incidents = made.tasks.iter().filter(|t| t.via == Via::Team).map(|t| (t.incident, t.actor));
        let on_incident: Vec<(u32, u32)> = on_incident.into_iter().chain(team_incidents).collect();
        let mut all = made.join(&pairs)?;
        all.par_sort_unstable();
        all.dedup();
        made.all = all;
        let involved = pairs.iter().map(|&(i, s, _)| (i, s)).collect();
        made.areas = Areas::new(&tables.incidents, subjects);
        made.subjects = Grouped::new(count, involved);
        made.users = Grouped::new(count, on_incident);
        made.pairs = pairs;
        made.suspects = Grouped::new(subjects.all.len(), suspects);
        Ok(made)
    }

    /// Every link of an actor that concerns `subject`, by start.
    #[must_use]
    pub fn between(&self, actor: ActorId, subject: SubjectId) -> &[Link] {
        let from = self.all.partition_point(|l| (l.actor, l.subject) < (actor, subject));
        let upto = self.all[from..].partition_point(|l| (l.actor, l.subject) == (actor, subject));
        &self.all[from..from + upto]
    }

    /// Every link of an actor, by subject and start.
    #[must_use]
    pub fn of(&self, actor: ActorId) -> &[Link] {
        let from = self.all.partition_point(|l| l.actor < actor);
        let upto = self.all[from..].partition_point(|l| l.actor == actor);
        &self.all[from..from + upto]
    }

    /// Every task of an actor, by start.
    #[must_use]
    pub fn tasks(&self, actor: ActorId) -> &[Task] {
        let from = self.tasks.partition_point(|t| t.actor < actor);
        let upto = self.tasks[from..].partition_point(|t| t.actor == actor);
        &self.tasks[from..from + upto]
    }

    /// The templates by which a link of this class answers for the user, strongest first; or, with
    /// `officer`, for the officer on whose behalf the user checked.
    #[must_use]
    pub fn templates(&self, class: Class, officer: bool) -> &[Template] {
        let of = if officer { &self.answers.officer } else { &self.answers.user };
        of.get(usize::from(class.0)).map_or(&[], |t| t)
    }

    /// The team of a user, as an actor.
    #[must_use]
    pub fn team(&self, user: UserId) -> Option<ActorId> {
        self.teams.get(user as usize).copied().filter(|team| *team != ActorId::MAX)
    }

    /// The times of a task and its incident.
    #[must_use]
    pub fn span(&self, from: Instant, to: Instant, incident: u32) -> Span {
        Span { from, to, opened: self.opened[incident as usize], closed: self.closed[incident as usize] }
    }

    /// The times of an incident, as if it were a task from its opening to its closing.
    #[must_use]
    pub fn whole(&self, incident: u32) -> Span {
        self.span(self.opened[incident as usize], self.closed[incident as usize], incident)
    }

    /// Row of an incident by its number as quoted.
    #[must_use]
    pub fn incident(&self, number: &str) -> Option<u32> {
        self.by_id.get(number.trim()).copied()
    }

    /// Is the subject involved in the incident, or at its address?
    #[must_use]
    pub fn involves(&self, incident: u32, subject: SubjectId) -> bool {
        self.subjects.get(incident).binary_search(&subject).is_ok()
    }

    /// How the incident reaches the subject.
    #[must_use]
    pub fn reach(&self, incident: u32, subject: SubjectId) -> Option<Reach> {
        match self.pairs.binary_search_by_key(&(incident, subject), |p| (p.0, p.1)) {
            Ok(at) => Some(REACHES[usize::from(self.pairs[at].2)]),
            Err(_) => self.areas.near(incident, subject).then_some(Reach::Nearby),
        }
    }

    /// Is the subject known at the postcode of any incident?
    #[must_use]
    pub fn is_near_any(&self, subject: SubjectId) -> bool {
        self.areas.known(subject)
    }

    /// Is the user, or the user's team, tasked with the incident?
    #[must_use]
    pub fn tasked(&self, incident: u32, user: UserId) -> bool {
        let on = self.users.get(incident);
        on.binary_search(&user).is_ok() || self.team(user).is_some_and(|team| on.binary_search(&team).is_ok())
    }

    /// Is the incident open at that moment, with the grace of a task?
    #[must_use]
    pub fn open(&self, incident: u32, at: Instant) -> bool {
        let span = self.whole(incident);
        span.opened.plus(-OPEN_BEFORE) <= at && at <= span.closed.plus(OPEN_AFTER)
    }

    /// How many incidents there are; rows of the incident table.
    #[must_use]
    pub fn incidents(&self) -> u32 {
        self.opened.len() as u32
    }

    /// Everybody and everything involved in an incident or at its address.
    #[must_use]
    pub fn subjects_of(&self, incident: u32) -> &[SubjectId] {
        self.subjects.get(incident)
    }

    /// The incidents on which the subject is a suspect.
    #[must_use]
    pub fn suspected(&self, subject: SubjectId) -> &[u32] {
        self.suspects.get(subject)
    }

    /// Who and what every incident reaches, and who is a suspect on which.
    fn reached(
        &self,
        tables: &Tables,
        subjects: &Subjects,
        index: &PeopleIndex<'_>,
    ) -> (Vec<Pair>, Vec<(SubjectId, u32)>) {
        let on_list: Vec<(u32, SubjectId, bool)> = tables
            .incident_people
            .par_iter()
            .filter_map(|row| Some((*self.by_id.get(&row.incident_id)?, row)))
            .flat_map_iter(|(incident, row)| {
                let suspect = row.role == "suspect";
                subjects.involved_in(index, row).into_iter().map(move |s| (incident, s, suspect))
            })
            .collect();
        let suspects = on_list.iter().filter(|r| r.2).map(|&(incident, s, _)| (s, incident)).collect();
        let mut pairs: Vec<Pair> = on_list.into_iter().map(|(incident, s, _)| (incident, s, 0)).collect();
        pairs.par_extend(tables.incidents.par_iter().enumerate().flat_map_iter(|(row, incident)| {
            let row = row as u32;
            let place = subjects.involved_place(&incident.address, &incident.postcode);
            let residents = subjects.residents(&incident.address, &incident.postcode);
            place.into_iter().map(move |s| (row, s, 0)).chain(residents.into_iter().map(move |s| (row, s, 1)))
        }));
        pairs.par_sort_unstable();
        // The strongest reach alone counts.
        pairs.dedup_by_key(|p| (p.0, p.1));
        (pairs, suspects)
    }

    fn assigned(&self, tables: &Tables, users: &Users, members: &FxHashMap<&str, ActorId>) -> Vec<Task> {
        let mut tasks = Vec::with_capacity(tables.assignments.len() * 3);
        for row in &tables.assignments {
            let Some(&incident) = self.by_id.get(&row.incident_id) else {
                continue;
            };
            let base = Task {
                actor: 0,
                from: row.from.unwrap_or(self.opened[incident as usize]),
                // A task without an end runs until its incident closes.
                to: row.to.unwrap_or(self.closed[incident as usize]),
                incident,
                via: Via::Own,
                part: Part::parse(&row.role),
            };
            if let Some(user) = users.find(&row.staff_id) {
                tasks.push(Task { actor: user, ..base });
                if let Some(manager) = manager(users, &tables.staff, user) {
                    tasks.push(Task { actor: manager, via: Via::Manager, ..base });
                }
                if let Some(team) = self.team(user) {
                    tasks.push(Task { actor: team, via: Via::Teammate, ..base });
                }
            }
            if row.staff_id.is_empty()
                && let Some(&team) = members.get(row.team.as_str())
            {
                tasks.push(Task { actor: team, via: Via::Team, ..base });
            }
        }
        tasks.par_sort_unstable();
        tasks.dedup();
        tasks
    }

    /// incident ⋈ incident, as one Polars hash join over small integers.
    fn join(&self, pairs: &[Pair]) -> PolarsResult<Vec<Link>> {
        let left = DataFrame::new(
            self.tasks.len(),
            vec![
                column("incident", self.tasks.iter().map(|t| t.incident).collect::<Vec<_>>()),
                column("task", (0..self.tasks.len() as u32).collect::<Vec<_>>()),
            ],
        )?;
        let right = DataFrame::new(
            pairs.len(),
            vec![
                column("incident", pairs.iter().map(|p| p.0).collect::<Vec<_>>()),
                column("pair", (0..pairs.len() as u32).collect::<Vec<_>>()),
            ],
        )?;
        let joined = left.inner_join(&right, ["incident"], ["incident"])?;
        let task = joined.column("task")?.u32()?;
        let pair = joined.column("pair")?.u32()?;
        Ok(task
            .iter()
            .zip(pair.iter())
            .filter_map(|(task, pair)| {
                let task = self.tasks[task? as usize];
                let (_, subject, reach) = pairs[pair? as usize];
                let class = Class::new(task.via, task.part, usize::from(reach));
                let answers = !self.templates(class, false).is_empty() || !self.templates(class, true).is_empty();
                answers.then_some(Link {
                    actor: task.actor,
                    subject,
                    from: task.from,
                    to: task.to,
                    class,
                    incident: task.incident,
                })
            })
            .collect())
    }
}

/// Before its opening an incident counts as open this long: work often begins before the record of it.
const OPEN_BEFORE: i64 = 2 * crate::instant::HOUR;
/// After its closing this long: paperwork follows the job.
const OPEN_AFTER: i64 = 3 * crate::instant::DAY;

/// For each user their team as an actor, and teams by name.
fn teams<'a>(users: &Users, staff: &'a [Staff]) -> (Vec<ActorId>, FxHashMap<&'a str, ActorId>) {
    let mut names: Vec<&str> = staff.iter().map(|s| s.team.as_str()).filter(|t| !t.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let first = users.len() as ActorId;
    let by_name: FxHashMap<&str, ActorId> = names.into_iter().zip(first..).collect();
    let of = staff.iter().map(|s| by_name.get(s.team.as_str()).copied().unwrap_or(ActorId::MAX)).collect();
    (of, by_name)
}

fn manager(users: &Users, staff: &[Staff], user: UserId) -> Option<UserId> {
    let name = &staff.get(user as usize)?.line_manager;
    (!name.is_empty()).then(|| users.find(name)).flatten()
}

fn column(name: &str, values: Vec<u32>) -> Column {
    Column::new(name.into(), values)
}
