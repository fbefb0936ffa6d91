//! One look against every template that a record alone can answer, strongest first.
//!
//! Templates that read other looks (`by_log`, `led_to`) are asked afterwards, where no record answers.

use chrono_tz::Tz;

use super::actors::UserId;
use super::authority::{Authorities, Sessions};
use super::function::Functions;
use super::links::{ActorId, Link, Links, Task, Via};
use super::looks::{Look, NOBODY, Purpose, Quoted};
use super::template_file::{By, Declared, Reach, Who};
use super::templates::{Explanations, Template};
use super::{DutyState, Feed, Feeds, Roster, circle};
use crate::ingest::{Environment, Tables};
use crate::instant::{DAY, Instant};
use crate::relations::Relations;
use crate::subjects::{SubjectKind, Subjects};

/// Tasks for which somebody is out are over within this time.
pub(super) const LONGEST_OUT: i64 = 3 * DAY;

/// Everything that answering one look needs.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// Stage 1.
    pub tables: &'a Tables,
    /// Stage 2.
    pub subjects: &'a Subjects,
    /// Stage 3.
    pub relations: &'a Relations,
    /// Tasks by user and subject.
    pub links: &'a Links,
    /// The roster.
    pub roster: &'a Roster,
    /// Which feeds reach which time.
    pub feeds: &'a Feeds,
    /// Supervised sessions.
    pub sessions: &'a Sessions,
    /// What may be done without an incident.
    pub authorities: &'a Authorities,
    /// How the work of role functions is done; while that is being measured, no function is asked.
    pub functions: Option<&'a Functions>,
    /// Templates with the force's own grace.
    pub explanations: &'a Explanations,
    /// The zone in which days and hours are local.
    pub zone: Tz,
    /// A record to be left out, for asking what would be without it.
    pub without: Option<Record>,
}

/// A record that may answer looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Record {
    /// Row of the incident table, with all its tasks and people.
    Incident(u32),
    /// Row of the authority table.
    Authority(u32),
}

/// The best answer so far: template, start of the record (the earliest is shown), row.
type Best = Option<(Template, Instant, u32)>;

fn offer(best: &mut Best, template: Template, from: Instant, row: u32) {
    let offered = (template, from, row);
    if best.is_none_or(|b| offered < b) {
        *best = Some(offered);
    }
}

/// Could the template still better the answer?
fn open_to(best: &Best, template: Template) -> bool {
    best.is_none_or(|b| template <= b.0)
}

impl Bench<'_> {
    /// Fills in duty, session, quoted number, purpose and explanation of a look.
    pub fn answer(&self, look: &mut Look) {
        let system = self.tables.access.strings.get(look.system);
        look.duty = self.roster.state(look.user, look.first_at);
        let session = self.sessions.covering(look.user, system, look.first_at);
        // What is said to be part of the exercise may open its records in another system.
        let elsewhere = || self.sessions.covering_anywhere(look.user, look.first_at).filter(|_| look.reason.training);
        if let Some(live) = session.or_else(elsewhere) {
            look.session = true;
            look.session_live = live;
        }
        let quoted = self.quoted_row(look);
        look.quoted = self.quoted(look, quoted);
        let ways: Vec<(Vec<Link>, bool)> = self.ways(look).collect();
        let best = self.strongest(look, system, quoted, &ways);
        look.expired_link = self.expired(look, &ways);
        look.explained_by = best.map(|b| b.0);
        look.explained_row = best.map_or(0, |b| b.2);
        look.purpose = match best {
            Some(_) => Purpose::Explained,
            // No feed can be asked about nobody.
            None if !self.subjects.identified(look.subject) => Purpose::CannotTell,
            None if self.feeds.incidents_at(look.first_at, self.zone) == Feed::Covers => Purpose::Unexplained,
            None => Purpose::CannotTell,
        };
    }

    /// Asks the role's function, where no stronger record has answered.
    pub(super) fn ask_function(&self, look: &mut Look) {
        let system = self.tables.access.strings.get(look.system);
        for template in Template::all().filter(|t| t.by_role()) {
            if look.explained_by.is_none_or(|by| template < by)
                && let Some(row) = self.record(look, system, None, template)
                && self.impartial(look, template, row)
            {
                look.purpose = Purpose::Explained;
                (look.explained_by, look.explained_row) = (Some(template), row);
            }
        }
    }

    /// Row of the incident that the user quoted, where it is on record.
    pub(super) fn quoted_row(&self, look: &Look) -> Option<u32> {
        let number = || self.links.incident(self.tables.access.strings.get(look.incident));
        (look.incident != 0).then(number).flatten().filter(|row| self.counts(*row))
    }

    /// Is the incident not the one left out?
    pub(super) fn counts(&self, incident: u32) -> bool {
        self.without != Some(Record::Incident(incident))
    }

    fn quoted(&self, look: &Look, row: Option<u32>) -> Quoted {
        match row {
            _ if look.incident == 0 => Quoted::Nothing,
            None if self.tables.incidents.is_empty() || self.without.is_some() => Quoted::Nothing,
            None => Quoted::Unknown,
            Some(row) => match (self.on_it(look, row), self.links.involves(row, look.subject)) {
                (true, true) => Quoted::Both,
                (true, false) => Quoted::UserOnly,
                (false, true) => Quoted::SubjectOnly,
                (false, false) => Quoted::Borrowed,
            },
        }
    }

    /// Is the user, or the officer for whom the user checked, tasked with the incident?
    pub(super) fn on_it(&self, look: &Look, incident: u32) -> bool {
        self.links.tasked(incident, look.user)
            || (look.on_behalf_of != NOBODY && self.links.tasked(incident, look.on_behalf_of))
    }

    fn strongest(&self, look: &Look, system: &str, quoted: Option<u32>, ways: &[(Vec<Link>, bool)]) -> Best {
        let mut best: Best = None;
        for &(ref links, officer) in ways {
            for link in links.iter().filter(|l| self.counts(l.incident)) {
                let span = self.links.span(link.from, link.to, link.incident);
                for &template in self.links.templates(link.class, officer) {
                    if open_to(&best, template)
                        && self.explanations.holds(template, &span, look.first_at)
                        && self.impartial(look, template, link.incident)
                    {
                        offer(&mut best, template, link.from, link.incident);
                    }
                }
            }
        }
        for template in Template::all() {
            if open_to(&best, template)
                && let Some(row) = self.record(look, system, quoted, template)
                && self.impartial(look, template, row)
            {
                offer(&mut best, template, Instant::MIN, row);
            }
        }
        best
    }

    /// May this record answer, given who the subject is to the user? A template for strangers only answers for
    /// nobody of the user's own circle, nor by an incident to which the user is a party.
    pub(super) fn impartial(&self, look: &Look, template: Template, row: u32) -> bool {
        let declared = template.declared();
        let by_incident = !matches!(declared.by, By::Creation);
        !declared.strangers_only
            || !(circle::own(self.relations, look.user, look.subject) || by_incident && self.party(look.user, row))
    }

    /// Is the user a party to the incident: victim, suspect, witness?
    fn party(&self, user: UserId, incident: u32) -> bool {
        self.links.subjects_of(incident).iter().any(|s| circle::same(self.relations, user, *s))
    }

    /// The links that concern a look: the user's, the team's, and the officer's with `true`.
    pub(super) fn ways(&self, look: &Look) -> impl Iterator<Item = (Vec<Link>, bool)> {
        let team = self.links.team(look.user);
        let officer = Some(look.on_behalf_of).filter(|o| *o != NOBODY);
        [(Some(look.user), false), (team, false), (officer, true)]
            .into_iter()
            .filter_map(|(actor, is_officer)| Some((self.links.between(actor?, look.subject), is_officer)))
    }

    /// The row by which a template answers that is not a task of the user concerning the subject.
    pub(super) fn record(&self, look: &Look, system: &str, quoted: Option<u32>, template: Template) -> Option<u32> {
        let declared = template.declared();
        let at = look.first_at;
        let holds = |row: u32| self.counts(row) && self.explanations.holds(template, &self.links.whole(row), at);
        match (declared.by, declared.to) {
            (By::Quoted, Reach::Involved) => {
                quoted.filter(|row| matches!(look.quoted, Quoted::SubjectOnly | Quoted::Both) && holds(*row))
            }
            (By::Quoted, _) => quoted.filter(|row| look.quoted == Quoted::UserOnly && holds(*row)),
            (By::Authority, Reach::Involved) => {
                let number = self.tables.access.strings.get(look.incident);
                let named = self.authorities.naming(look.user, look.subject, number, system, at)?;
                self.sighted(look, named, declared.blind)
            }
            (By::Authority, _) => {
                let customs = self.functions?;
                // A role is no reason for those who are not in it. A turn that the roster lacks is no leave.
                if look.duty.is_leave() || look.duty.is_left() || look.duty == DutyState::Suspended {
                    return None;
                }
                let usual = |row: &u32| !declared.customary || customs.departs(self, look, *row).is_none();
                let function = self.authorities.functions(look.user, system, at).find(usual)?;
                self.sighted(look, function, declared.blind)
            }
            (By::Session, _) => (look.session && (look.session_live || look.environment != Environment::Live))
                .then(|| {
                    let row = self.sessions.row(look.user, system, at);
                    row.or_else(|| self.sessions.row_anywhere(look.user, at).filter(|_| look.reason.training))
                })
                .flatten(),
            (By::Post, _) => {
                let role = self.tables.staff.get(look.user as usize)?.role.to_lowercase();
                let holder = declared.posts.iter().any(|post| role.contains(post.as_str()));
                let mut suspected = self.links.suspected(look.subject).iter().copied();
                suspected.find(|row| holder && holds(*row))
            }
            (By::Creation, _) => look.created.then_some(0),
            (By::Environment, _) => (look.environment != Environment::Live).then_some(0),
            (By::Assignment, Reach::UnknownVehicle) => self.unknown_vehicle(look).then(|| self.out(look, template))?,
            (By::Assignment, Reach::Nearby) => self.nearby(look, template),
            // Tasks that concern the subject, and what other looks tell.
            _ => None,
        }
    }

    /// An authority that asks for blind working is no answer for a look at one's own circle.
    fn sighted(&self, look: &Look, row: u32, heeded: bool) -> Option<u32> {
        let blind = heeded && self.tables.authorities[row as usize].blind_required;
        let left_out = self.without == Some(Record::Authority(row));
        (!left_out && (!blind || !circle::own(self.relations, look.user, look.subject))).then_some(row)
    }

    pub(super) fn unknown_vehicle(&self, look: &Look) -> bool {
        let subject = &self.subjects.all[look.subject as usize];
        subject.kind == SubjectKind::Vehicle && subject.person.is_none()
    }

    /// Whose tasks a template speaks of: the actor, and how the task came.
    pub(super) fn tasked<'a>(
        &'a self,
        look: &'a Look,
        declared: &'a Declared,
    ) -> impl Iterator<Item = (ActorId, Via)> + 'a {
        let team = self.links.team(look.user);
        let officer = Some(look.on_behalf_of).filter(|o| *o != NOBODY);
        let ways = [
            (Who::User, Some(look.user), Via::Own),
            (Who::Officer, officer, Via::Own),
            (Who::Manager, Some(look.user), Via::Manager),
            (Who::Team, team, Via::Team),
            (Who::Teammate, team, Via::Teammate),
        ];
        ways.into_iter()
            .filter(|(who, ..)| declared.who.contains(who))
            .filter_map(|(_, actor, via)| Some((actor?, via)))
    }

    /// The tasks of a template about the time of a look, latest start first, that hold at it.
    fn about<'a>(
        &'a self,
        look: &'a Look,
        template: Template,
        (actor, via): (ActorId, Via),
    ) -> impl Iterator<Item = &'a Task> + 'a {
        let at = look.first_at;
        let roles = &template.declared().roles;
        let tasks = self.links.tasks(actor);
        let upto = tasks.partition_point(|t| t.from.0 <= at.0.saturating_add(LONGEST_OUT));
        let about = tasks[..upto].iter().rev().take_while(move |t| t.from.0 >= at.0.saturating_sub(LONGEST_OUT));
        about
            .filter(move |t| t.via == via && (roles.is_empty() || roles.contains(&t.part)) && self.counts(t.incident))
            .filter(move |t| self.explanations.holds(template, &self.links.span(t.from, t.to, t.incident), at))
    }

    /// The incident to which the user, or the officer, was out at that minute.
    fn out(&self, look: &Look, template: Template) -> Option<u32> {
        self.tasked(look, template.declared())
            .find_map(|way| self.about(look, template, way).next())
            .map(|t| t.incident)
    }

    /// The incident around which the subject lives; of several that answer the earliest.
    fn nearby(&self, look: &Look, template: Template) -> Option<u32> {
        if !self.links.is_near_any(look.subject) {
            return None;
        }
        self.tasked(look, template.declared())
            .flat_map(|way| self.about(look, template, way))
            .filter(|t| self.links.reach(t.incident, look.subject) == Some(Reach::Nearby))
            .filter(|t| self.impartial(look, template, t.incident))
            .min_by_key(|t| (t.from, t.incident))
            .map(|t| t.incident)
    }

    /// Incidents about the time of a look around which the subject lives, as templates have it.
    pub(super) fn around(&self, look: &Look) -> Vec<u32> {
        let mut found = Vec::new();
        for template in Template::all().filter(|t| t.declared().to == Reach::Nearby) {
            for way in self.tasked(look, template.declared()) {
                found.extend(self.about(look, template, way).map(|t| t.incident));
            }
        }
        found.retain(|incident| self.links.reach(*incident, look.subject) == Some(Reach::Nearby));
        found
    }

    /// Had a task linked user and subject that was over by then, or nearly so?
    fn expired(&self, look: &Look, ways: &[(Vec<Link>, bool)]) -> bool {
        let holds = |link: &Link| {
            let span = self.links.span(link.from, link.to, link.incident);
            let mut templates = self.links.templates(link.class, false).iter();
            templates.any(|t| self.explanations.holds(*t, &span, look.first_at))
        };
        let own = ways.iter().filter(|(_, officer)| !officer).flat_map(|(links, _)| links);
        let mut over = false;
        for link in own.filter(|l| self.counts(l.incident) && l.class.via() != Via::Teammate) {
            if holds(link) {
                return false;
            }
            over |= link.from <= look.first_at;
        }
        over
    }
}
