//! Looks: all events of one user on one subject in one system within 30 minutes
//! are one human act, however many rows the system wrote for it.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::actors::{AccountKind, Resolver, UserId, Users};
use super::duty::DutyState;
use super::reasons::{ReasonClass, Reasons};
use super::templates::Template;
use crate::ingest::{AccessLog, Action, Code, Environment, Event, Outcome};
use crate::instant::{Instant, MINUTE};
use crate::relations::Aliases;
use crate::subjects::{SubjectId, Subjects};

/// A look lasts at most this long from its first event.
pub const LOOK_LENGTH: i64 = 30 * MINUTE;

/// What a system asks by itself comes this soon after, or before, what a person asked at the same subject.
const SERVICE_WITHIN: i64 = MINUTE;

/// Nobody asks more than this within a minute: what stands further away was set off by something else.
const BESIDE: usize = 64;

/// No user: nobody was named as the one for whom the check was made.
pub const NOBODY: UserId = UserId::MAX;

/// Does a record answer why?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The feed that would answer does not cover that time: never counted against anyone.
    #[default]
    CannotTell,
    /// The feeds cover that time and no record answers.
    Unexplained,
    /// A record answers.
    Explained,
}

impl Purpose {
    /// The code that rules and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Explained => "explained",
            Self::Unexplained => "unexplained",
            Self::CannotTell => "cannot_tell",
        }
    }
}

/// What the number that a user quoted turns out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quoted {
    /// No number was quoted, or there is no incident table to check it against.
    #[default]
    Nothing,
    /// No such incident is on record.
    Unknown,
    /// It exists; neither the user nor the subject is on it.
    Borrowed,
    /// The user is on it, the subject is not.
    UserOnly,
    /// The subject is on it, the user is not.
    SubjectOnly,
    /// Both are on it.
    Both,
}

/// One look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Who looked.
    pub user: UserId,
    /// At whom or what, as it was asked for.
    pub subject: SubjectId,
    /// Whom a search was about: the record that it led to, where there is one ([`super::about`]).
    pub about: SubjectId,
    /// Time of the first event.
    pub first_at: Instant,
    /// Time of the last event.
    pub last_at: Instant,
    /// Where.
    pub system: Code,
    /// Position of the first of its events in [`Looks::order`].
    pub events_from: u32,
    /// How many events it has.
    pub events: u32,
    /// Number quoted by the user: the first one given.
    pub incident: Code,
    /// For whom the check was made, or [`NOBODY`].
    pub on_behalf_of: UserId,
    /// Live, training or test.
    pub environment: Environment,
    /// Kind of account that was used.
    pub account: AccountKind,
    /// Events that were denied.
    pub denied: u16,
    /// Events that failed.
    pub errors: u16,
    /// Records printed or exported.
    pub printed: u16,
    /// Records changed or created.
    pub changed: u16,
    /// It made a record.
    pub created: bool,
    /// Every event is of a kind that no person asks for: a search that the system adds by itself.
    pub automatic: bool,
    /// What the reason given amounts to.
    pub reason: ReasonClass,
    /// What the quoted number turns out to be.
    pub quoted: Quoted,
    /// Does a record answer why?
    pub purpose: Purpose,
    /// The strongest template that answers.
    pub explained_by: Option<Template>,
    /// Row of the record that answers, for the template's sentence.
    pub explained_row: u32,
    /// A link between user and subject exists and had ended before the look.
    pub expired_link: bool,
    /// The user's roster at the time.
    pub duty: DutyState,
    /// A supervised session with this user covers the look.
    pub session: bool,
    /// That session may use live data.
    pub session_live: bool,
}

/// Every look, sorted by (user, whom it is about, first event, system).
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// The looks.
    pub all: Vec<Look>,
    /// Event indexes, grouped by look in the order of `all`.
    pub order: Vec<u32>,
    /// Events outside the window: read, not judged.
    pub outside_window: u64,
    /// Events whose login belongs to nobody on record.
    pub unknown_login: u64,
}

#[cfg(test)]
impl Look {
    /// One event at a moment, for tests: nothing else is known of it.
    pub(crate) fn bare(user: UserId, at: Instant) -> Self {
        Self {
            user,
            subject: 0,
            about: 0,
            first_at: at,
            last_at: at,
            system: 1,
            events_from: 0,
            events: 1,
            incident: 0,
            on_behalf_of: super::NOBODY,
            environment: Environment::Live,
            account: AccountKind::Personal,
            denied: 0,
            errors: 0,
            printed: 0,
            changed: 0,
            created: false,
            automatic: false,
            reason: ReasonClass::default(),
            quoted: Quoted::Nothing,
            purpose: Purpose::Explained,
            explained_by: None,
            explained_row: 0,
            expired_link: false,
            duty: DutyState::Unknown,
            session: false,
            session_live: false,
        }
    }
}

impl Looks {
    /// The looks of each user.
    pub(super) fn by_user(&mut self) -> Vec<&mut [Look]> {
        self.all.chunk_by_mut(|a, b| a.user == b.user).collect()
    }

    /// The events of one look.
    pub fn events<'a>(&'a self, look: &Look, log: &'a AccessLog) -> impl Iterator<Item = &'a Event> {
        let from = look.events_from as usize;
        self.order[from..from + look.events as usize].iter().map(|&i| &log.events[i as usize])
    }
}

/// Sort key of one event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    user: UserId,
    subject: SubjectId,
    system: Code,
    environment: Environment,
    at: Instant,
    id: u64,
    event: u32,
    account: AccountKind,
}

/// Folds the events of the window into looks; purpose and duty are still open.
#[must_use]
#[allow(clippy::too_many_arguments)] // each is one finished input of this stage
pub fn fold(
    log: &AccessLog,
    subjects: &Subjects,
    aliases: &Aliases,
    users: &Users,
    reasons: &Reasons,
    since: Instant,
    until: Instant,
) -> Looks {
    let mut resolver = Resolver::new(users, &log.strings);
    let askers = Askers::new(log, &mut resolver, users);
    let mut looks = Looks::default();
    let mut keys: Vec<Key> = Vec::with_capacity(log.events.len());
    for (index, event) in log.events.iter().enumerate() {
        if event.at < since || event.at >= until {
            looks.outside_window += 1;
            continue;
        }
        let (mut user, account) = resolver.user(event.login, event.system, event.at);
        if account == AccountKind::Service
            && let Some(human) = askers.before(event)
        {
            user = human;
        }
        if users.staff > 0 && !users.on_record(user) {
            looks.unknown_login += 1;
        }
        keys.push(Key {
            user,
            subject: aliases.of(user, subjects.of_query[event.query as usize]),
            system: event.system,
            environment: event.environment,
            at: event.at,
            id: event.id_hash,
            event: index as u32,
            account,
        });
    }
    join_automatic(log, subjects, &mut keys);
    keys.par_sort_unstable();
    looks.order = keys.iter().map(|k| k.event).collect();
    let same_act = |a: &Key, b: &Key| {
        (a.user, a.subject, a.system, a.environment) == (b.user, b.subject, b.system, b.environment)
            && b.at.0 - a.at.0 <= LOOK_LENGTH
    };
    let mut start = 0;
    while start < keys.len() {
        let mut end = start + 1;
        while end < keys.len() && same_act(&keys[start], &keys[end]) {
            end += 1;
        }
        looks.all.push(one_look(log, users, reasons, &keys[start..end], start as u32));
        start = end;
    }
    looks.all.par_sort_unstable_by_key(|l| (l.user, l.subject, l.first_at, l.system, l.environment));
    looks
}

/// Puts what a system asked by itself to the act of the person who set it off: a search that names nobody to what
/// the same user asked last, and one that names somebody to the user's own query about the same subject. What names
/// somebody about whom the user asked nothing stays a look of its own: that person was looked at.
fn join_automatic(log: &AccessLog, subjects: &Subjects, keys: &mut [Key]) {
    let automatic = |k: &Key| log.events[k.event as usize].action == Action::Other;
    if !keys.iter().any(automatic) {
        return;
    }
    // Where both have the same time, people come before machines.
    keys.par_sort_unstable_by_key(|k| (k.user, k.at, automatic(k), k.id, k.event));
    let mut asked: Option<usize> = None;
    for at in 0..keys.len() {
        let key = keys[at];
        if !automatic(&key) {
            asked = Some(at);
            continue;
        }
        let near = |other: &&Key| {
            (other.user, other.environment) == (key.user, key.environment)
                && (other.at.0 - key.at.0).abs() <= SERVICE_WITHIN
        };
        let same = |other: &&Key| other.subject == key.subject && !automatic(other);
        let act = if subjects.identified(key.subject) {
            let before = keys[..at].iter().rev().take(BESIDE).take_while(near).find(same);
            before.or_else(|| keys[at + 1..].iter().take(BESIDE).take_while(near).find(same))
        } else {
            asked.map(|a| &keys[a]).filter(near)
        };
        if let Some(&act) = act {
            (keys[at].subject, keys[at].system) = (act.subject, act.system);
        }
    }
}

/// Who worked at which terminal when, where service accounts ask on somebody's behalf: their queries belong
/// to the human whose own query set them off, at the same terminal within a minute.
#[derive(Default)]
struct Askers {
    by_terminal: FxHashMap<(Code, Code), Vec<(Instant, UserId)>>,
}

impl Askers {
    fn new(log: &AccessLog, resolver: &mut Resolver<'_>, users: &Users) -> Self {
        let mut askers = Self::default();
        if !users.any_service() {
            return askers;
        }
        for event in log.events.iter().filter(|e| e.terminal != 0) {
            let (user, account) = resolver.user(event.login, event.system, event.at);
            if account != AccountKind::Service {
                askers.by_terminal.entry((event.location, event.terminal)).or_default().push((event.at, user));
            }
        }
        for list in askers.by_terminal.values_mut() {
            list.sort_unstable();
        }
        askers
    }

    /// The last to ask something at the same terminal before this event.
    fn before(&self, event: &Event) -> Option<UserId> {
        if event.terminal == 0 || event.action != Action::Other {
            return None;
        }
        let list = self.by_terminal.get(&(event.location, event.terminal))?;
        let (at, user) = *list[..list.partition_point(|(at, _)| *at <= event.at)].last()?;
        (event.at.0 - at.0 <= SERVICE_WITHIN).then_some(user)
    }
}

fn one_look(log: &AccessLog, users: &Users, reasons: &Reasons, keys: &[Key], from: u32) -> Look {
    let first = keys[0];
    // A system's own query may come before what the person opened.
    let person = keys.iter().find(|k| k.account != AccountKind::Service).unwrap_or(&first);
    let mut look = Look {
        user: first.user,
        subject: first.subject,
        about: first.subject,
        first_at: first.at,
        last_at: keys[keys.len() - 1].at,
        system: first.system,
        events_from: from,
        events: keys.len() as u32,
        incident: 0,
        on_behalf_of: NOBODY,
        environment: first.environment,
        account: person.account,
        denied: 0,
        errors: 0,
        printed: 0,
        changed: 0,
        created: false,
        automatic: true,
        reason: ReasonClass::default(),
        quoted: Quoted::Nothing,
        purpose: Purpose::CannotTell,
        explained_by: None,
        explained_row: 0,
        expired_link: false,
        duty: DutyState::Unknown,
        session: false,
        session_live: false,
    };
    for key in keys {
        let event = &log.events[key.event as usize];
        match event.outcome {
            Outcome::Denied => look.denied = look.denied.saturating_add(1),
            Outcome::Error => look.errors = look.errors.saturating_add(1),
            Outcome::Success => {}
        }
        look.created |= event.action == Action::Create && event.outcome == Outcome::Success;
        look.automatic &= event.action == Action::Other;
        match event.action {
            Action::Print | Action::Export => look.printed = look.printed.saturating_add(1),
            Action::Update | Action::Create => look.changed = look.changed.saturating_add(1),
            Action::Search | Action::View | Action::Other => {}
        }
        if look.incident == 0 {
            look.incident = event.incident_id;
        }
        if look.on_behalf_of == NOBODY && event.on_behalf_of != 0 {
            look.on_behalf_of = users.find(log.strings.get(event.on_behalf_of)).unwrap_or(NOBODY);
        }
        look.reason = look.reason.with(reasons.class(event.reason_code, event.reason_text));
    }
    look
}
