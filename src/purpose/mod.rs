//! Stage 4, purpose: looks, then the records that answer why.
//!
//! Explained first, ranked after: where records are joined, more than nine looks
//! in ten answer themselves. An explanation is bounded in time and role, so that
//! lawful first contact does not whitelist what follows; and where the feed that
//! would answer does not cover the time, the answer is "cannot tell", which is
//! never counted against anyone.

pub mod actors;
pub mod authority;
pub mod coverage;
pub mod duty;
pub mod led_to;
pub mod links;
pub mod looks;
pub mod reasons;
pub mod templates;

use chrono_tz::Tz;
use rayon::prelude::*;

use crate::ingest::{Code, Environment, Tables};
use crate::instant::Instant;
use crate::relations::{Aliases, Relations};
use crate::subjects::{PeopleIndex, Subjects};

pub use actors::{AccountKind, UserId, Users};
pub use coverage::{CoverageRow, Feed, Feeds};
pub use duty::{DutyState, Roster};
pub use links::{Answer, Links};
pub use looks::{Look, Looks, NOBODY, Purpose, Quoted};
pub use reasons::{ReasonClass, ReasonLists, Reasons};
pub use templates::Template;

pub use authority::Authorities;
use authority::Sessions;

/// What stage 4 hands on: every look of the window with its answer.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Who acted.
    pub users: Users,
    /// Every look, with purpose and duty.
    pub looks: Looks,
    /// Tasks by user and subject.
    pub links: Links,
    /// Which feeds reach which time.
    pub feeds: Feeds,
    /// The reason column as a whole.
    pub reasons: Reasons,
    /// Looks and answers by system and unit.
    pub coverage: Vec<CoverageRow>,
    /// The roster.
    pub roster: Roster,
    /// Declared conflicts and other authorities.
    pub authorities: Authorities,
    /// The zone in which days and hours are local.
    pub zone: Tz,
}

/// The window that is judged, and how.
#[derive(Clone, Debug)]
pub struct Window {
    /// First moment judged.
    pub since: Instant,
    /// First moment no longer judged.
    pub until: Instant,
    /// The zone in which days and hours are local.
    pub zone: Tz,
}

/// Folds the events of the window into looks and answers each.
///
/// # Errors
/// Only where a join runs out of memory.
pub fn judge(
    tables: &Tables,
    subjects: &Subjects,
    relations: &Relations,
    index: &PeopleIndex<'_>,
    window: &Window,
    lists: &ReasonLists,
) -> polars::prelude::PolarsResult<Judged> {
    let log = &tables.access;
    let users = Users::new(&tables.staff, &tables.accounts, logins(tables));
    let reasons = Reasons::new(log, lists);
    let aliases = Aliases::new(subjects, relations);
    let mut looks = looks::fold(log, subjects, &aliases, &users, &reasons, window.since, window.until);
    let links = Links::new(tables, subjects, index, &users)?;
    let roster = Roster::new(&users, &tables.staff, &tables.duty, window.zone);
    let feeds = Feeds::new(tables, window.zone);
    let authorities = Authorities::new(&tables.authorities, &tables.staff, &users, subjects);
    let bench = Bench {
        tables,
        subjects,
        links: &links,
        roster: &roster,
        feeds: &feeds,
        sessions: Sessions::new(&tables.training, &users),
        authorities: &authorities,
        zone: window.zone,
    };
    looks.all.par_iter_mut().for_each(|look| bench.answer(look));
    led_to::mark(&mut looks, subjects);
    let coverage = coverage::count(&looks.all, &tables.staff);
    Ok(Judged { users, looks, links, feeds, reasons, coverage, roster, authorities, zone: window.zone })
}

/// Every login of the log once. Events are sorted by login, so neighbours are compared.
fn logins(tables: &Tables) -> Vec<&str> {
    let mut codes: Vec<Code> = tables.access.events.iter().map(|e| e.login).collect();
    codes.dedup();
    codes.into_iter().map(|code| tables.access.strings.get(code)).collect()
}

/// Everything that answering one look needs.
struct Bench<'a> {
    tables: &'a Tables,
    subjects: &'a Subjects,
    links: &'a Links,
    roster: &'a Roster,
    feeds: &'a Feeds,
    sessions: Sessions,
    authorities: &'a Authorities,
    zone: Tz,
}

impl Bench<'_> {
    fn answer(&self, look: &mut Look) {
        let system = self.tables.access.strings.get(look.system);
        look.duty = self.roster.state(look.user, look.first_at);
        let session = self.sessions.covering(look.user, system, look.first_at);
        // What is said to be part of the exercise may open its records in another system.
        let elsewhere = || self.sessions.covering_anywhere(look.user, look.first_at).filter(|_| look.reason.training);
        if let Some(live) = session.or_else(elsewhere) {
            look.session = true;
            look.session_live = live;
        }
        let quoted = (look.incident != 0)
            .then(|| self.tables.access.strings.get(look.incident))
            .map(|number| self.links.incident(number));
        look.quoted = match quoted {
            None => Quoted::Nothing,
            Some(None) if self.tables.incidents.is_empty() => Quoted::Nothing,
            Some(None) => Quoted::Unknown,
            Some(Some(row)) => {
                let actor_on = self.links.tasked(row, look.user)
                    || (look.on_behalf_of != NOBODY && self.links.tasked(row, look.on_behalf_of));
                match (actor_on, self.links.involves(row, look.subject)) {
                    (true, true) => Quoted::Both,
                    (true, false) => Quoted::UserOnly,
                    (false, true) => Quoted::SubjectOnly,
                    (false, false) => Quoted::Borrowed,
                }
            }
        };
        let (template, row, expired) = self.strongest(look, system, quoted.flatten());
        look.expired_link = expired;
        look.explained_by = template;
        look.explained_row = row;
        look.purpose = match template {
            Some(_) => Purpose::Explained,
            // No feed can be asked about nobody.
            None if !self.subjects.identified(look.subject) => Purpose::CannotTell,
            None if self.feeds.incidents_at(look.first_at, self.zone) == Feed::Covers => Purpose::Unexplained,
            None => Purpose::CannotTell,
        };
    }

    /// The strongest template that answers a look, the row of its record, and whether a link had expired.
    fn strongest(&self, look: &Look, system: &str, quoted: Option<u32>) -> (Option<Template>, u32, bool) {
        let number = self.tables.access.strings.get(look.incident);
        let mut best: Option<(Template, u32)> = None;
        let mut offer = |template: Template, row: u32| {
            if best.is_none_or(|(b, _)| template < b) {
                best = Some((template, row));
            }
        };
        let mut expired = false;
        match self.links.answer(look.user, look.subject, look.first_at) {
            Answer::Explained(template, row) => offer(template, row),
            Answer::Expired => expired = true,
            Answer::None => {}
        }
        if look.on_behalf_of != NOBODY
            && let Answer::Explained(template, row) = self.links.answer(look.on_behalf_of, look.subject, look.first_at)
            && template != Template::LateEntered
        {
            offer(Template::OnBehalf, row);
        }
        if let Some(row) = self.authorities.naming(look.user, look.subject, number, system, look.first_at) {
            offer(Template::Authority, row);
        }
        if look.session && (look.session_live || look.environment != Environment::Live) {
            offer(Template::Session, 0);
        }
        if let Some(row) = quoted
            && self.links.open(row, look.first_at)
        {
            match look.quoted {
                Quoted::SubjectOnly => offer(Template::QuotedSubject, row),
                Quoted::UserOnly => offer(Template::QuotedUser, row),
                _ => {}
            }
        }
        // A role is no reason for those who are not in it. A turn that the roster lacks is no leave.
        let at_work = !(look.duty.is_leave() || look.duty.is_left() || look.duty == DutyState::Suspended);
        if let Some(row) = self.authorities.function(look.user, system, look.first_at).filter(|_| at_work) {
            offer(Template::RoleFunction, row);
        }
        if look.environment != Environment::Live {
            offer(Template::NotLive, 0);
        }
        best.map_or((None, 0, expired), |(t, row)| (Some(t), row, expired))
    }
}
