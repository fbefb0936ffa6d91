//! Authorities and supervised sessions: what may be done without an incident.

use rustc_hash::FxHashMap;

use super::actors::{UserId, Users};
use crate::ingest::{Authority, Staff, Training};
use crate::instant::{Instant, MINUTE};
use crate::subjects::{SubjectId, Subjects};

/// One authority as it concerns one user.
#[derive(Clone, Debug)]
struct Grant {
    row: u32,
    systems: Vec<String>,
    subject: Option<SubjectId>,
    incident: String,
    named: bool,
    conflict: bool,
    from: Instant,
    to: Instant,
}

impl Grant {
    fn holds(&self, system: &str, at: Instant) -> bool {
        self.from <= at && at <= self.to && (self.systems.is_empty() || self.systems.iter().any(|s| s == system))
    }
}

/// Authorities by user.
#[derive(Clone, Debug, Default)]
pub struct Authorities {
    by_user: FxHashMap<UserId, Vec<Grant>>,
}

impl Authorities {
    /// Spreads authorities given to roles and teams over the staff that have them.
    ///
    /// An authority for certain rules only answers those rules, not the look as a whole, and is left to
    /// the rules stage; so is one that asks for blind working, where the tie itself is the breach.
    #[must_use]
    pub fn new(authorities: &[Authority], staff: &[Staff], users: &Users, subjects: &Subjects) -> Self {
        let mut all = Self::default();
        for (row, authority) in authorities.iter().enumerate() {
            let subject =
                (!authority.subject_id.is_empty()).then(|| subjects.find_record(&authority.subject_id)).flatten();
            if !authority.subject_id.is_empty() && subject.is_none() {
                continue; // names somebody whom nobody looked at
            }
            let grant = Grant {
                row: row as u32,
                systems: authority.systems.clone(),
                subject,
                incident: authority.incident_id.clone(),
                named: subject.is_some() || !authority.incident_id.is_empty(),
                conflict: authority.basis == "conflict_declared",
                from: authority.from.unwrap_or(Instant::MIN),
                to: authority.to.unwrap_or(Instant::MAX),
            };
            if !grant.conflict && !authority.rules.is_empty() {
                continue;
            }
            if let Some(user) = users.find(&authority.staff_id) {
                all.by_user.entry(user).or_default().push(grant);
                continue;
            }
            if authority.role.is_empty() && authority.team.is_empty() {
                continue;
            }
            for (user, member) in staff.iter().enumerate() {
                let role = authority.role.is_empty() || authority.role == member.role;
                let team = authority.team.is_empty() || authority.team == member.team;
                if role && team {
                    all.by_user.entry(user as UserId).or_default().push(grant.clone());
                }
            }
        }
        all
    }

    fn grants(&self, user: UserId) -> &[Grant] {
        self.by_user.get(&user).map_or(&[], |g| g)
    }

    /// An authority that names this subject, or the incident that the user quotes. A declared conflict
    /// is no authority to look: it says that a supervisor knows of the tie.
    #[must_use]
    pub fn naming(&self, user: UserId, subject: SubjectId, quoted: &str, system: &str, at: Instant) -> Option<u32> {
        let covers = |g: &Grant| match g.subject {
            Some(named) => named == subject,
            None => !g.incident.is_empty() && g.incident == quoted,
        };
        self.grants(user).iter().find(|g| g.named && !g.conflict && covers(g) && g.holds(system, at)).map(|g| g.row)
    }

    /// Authorities for the work as such: role function, system owner, IT work.
    pub fn functions<'a>(&'a self, user: UserId, system: &'a str, at: Instant) -> impl Iterator<Item = u32> + 'a {
        self.grants(user).iter().filter(move |g| !g.named && !g.conflict && g.holds(system, at)).map(|g| g.row)
    }

    /// Rows that concern the work of a user in a system, or with `named` a subject or incident, whatever their
    /// time: for saying what failed.
    pub fn rows<'a>(
        &'a self,
        user: UserId,
        system: &'a str,
        named: bool,
    ) -> impl Iterator<Item = (u32, Instant, Instant)> + 'a {
        let fits = move |g: &&Grant| g.systems.is_empty() || g.systems.iter().any(|s| s == system);
        let grants = self.grants(user).iter().filter(move |g| g.named == named && !g.conflict);
        grants.filter(fits).map(|g| (g.row, g.from, g.to))
    }

    /// Has the user declared a conflict over this subject (or in general) at that time?
    #[must_use]
    pub fn conflict_declared(&self, user: UserId, subject: SubjectId, at: Instant) -> bool {
        self.grants(user)
            .iter()
            .any(|g| g.conflict && g.subject.is_none_or(|s| s == subject) && g.from <= at && at <= g.to)
    }
}

/// Sessions begin and end by the clock on the wall: an exercise under way is finished, and a room logs in before.
pub const SESSION_GRACE: i64 = 15 * MINUTE;

/// A supervised session as it concerns one user.
#[derive(Clone, Debug)]
struct Session {
    system: String,
    start: Instant,
    end: Instant,
    live: bool,
    row: u32,
}

impl Session {
    /// Is it going on, or about to begin or just over?
    fn runs(&self, at: Instant) -> bool {
        self.start.plus(-SESSION_GRACE) <= at && at <= self.end.plus(SESSION_GRACE)
    }
}

/// Supervised sessions by attendee and trainer.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    by_user: FxHashMap<UserId, Vec<Session>>,
}

impl Sessions {
    /// Sessions without a trainer on record are not supervised and do not count.
    #[must_use]
    pub fn new(training: &[Training], users: &Users) -> Self {
        let mut all = Self::default();
        for (at, row) in training.iter().enumerate() {
            if row.trainer_id.is_empty() {
                continue;
            }
            let session = Session {
                system: row.system.clone(),
                start: row.start,
                end: row.end,
                live: row.live_authorised && !row.authorised_by.is_empty(),
                row: at as u32,
            };
            for id in [&row.attendee_id, &row.trainer_id] {
                if let Some(user) = users.find(id) {
                    all.by_user.entry(user).or_default().push(session.clone());
                }
            }
        }
        all
    }

    fn all_covering(&self, user: UserId, system: &str, at: Instant) -> impl Iterator<Item = &Session> {
        let sessions = self.by_user.get(&user).map_or(&[][..], |s| s);
        sessions.iter().filter(move |s| (s.system.is_empty() || s.system == system) && s.runs(at))
    }

    /// A session that covers the user in that system at that time, and whether it may use live data.
    #[must_use]
    pub fn covering(&self, user: UserId, system: &str, at: Instant) -> Option<bool> {
        self.all_covering(user, system, at).map(|s| s.live).max()
    }

    /// Row of the session that covers, one with live data first.
    #[must_use]
    pub fn row(&self, user: UserId, system: &str, at: Instant) -> Option<u32> {
        self.all_covering(user, system, at).min_by_key(|s| (!s.live, s.row)).map(|s| s.row)
    }

    /// A session that covers the user at that time in whatever system, and whether it may use live data: an
    /// exercise that starts in one system opens its records in another.
    #[must_use]
    pub fn covering_anywhere(&self, user: UserId, at: Instant) -> Option<bool> {
        self.anywhere(user, at).map(|s| s.live).max()
    }

    /// Row of that session, one with live data first.
    #[must_use]
    pub fn row_anywhere(&self, user: UserId, at: Instant) -> Option<u32> {
        self.anywhere(user, at).min_by_key(|s| (!s.live, s.row)).map(|s| s.row)
    }

    fn anywhere(&self, user: UserId, at: Instant) -> impl Iterator<Item = &Session> {
        let sessions = self.by_user.get(&user).map_or(&[][..], |s| s);
        sessions.iter().filter(move |s| s.runs(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Staff;

    #[test]
    fn a_session_runs_a_quarter_of_an_hour_over_and_no_longer() {
        let staff =
            [Staff { staff_id: "T".into(), ..Staff::default() }, Staff { staff_id: "A".into(), ..Staff::default() }];
        let minute = |minutes: i64| Instant(minutes * MINUTE);
        let session = Training {
            trainer_id: "T".into(),
            attendee_id: "A".into(),
            system: "RMS".into(),
            start: minute(60),
            end: minute(180),
            live_authorised: true,
            authorised_by: "T".into(),
            ..Training::default()
        };
        let users = Users::new(&staff, &[], []);
        let sessions = Sessions::new(&[session], &users);
        let attendee = users.find("A").expect("a member of staff");
        for (at, covered) in [(44, false), (45, true), (60, true), (180, true), (195, true), (196, false)] {
            assert_eq!(sessions.covering(attendee, "RMS", minute(at)).is_some(), covered, "minute {at}");
        }
        assert_eq!(sessions.covering(attendee, "PNC", minute(100)), None);
    }
}
