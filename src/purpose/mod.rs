//! Stage 4, purpose: looks, then the records that answer why.
//!
//! Explained first, ranked after: where records are joined, more than nine looks
//! in ten answer themselves. An explanation is bounded in time and role, so that
//! lawful first contact does not whitelist what follows; and where the feed that
//! would answer does not cover the time, the answer is "cannot tell", which is
//! never counted against anyone.

pub mod about;
pub mod actors;
pub mod answer;
pub mod areas;
pub mod authority;
pub mod by_chance;
pub mod by_log;
pub mod circle;
pub mod coverage;
pub mod duty;
pub mod function;
pub mod led_to;
pub mod links;
pub mod looks;
pub mod read_template;
pub mod reasons;
pub mod spells;
pub mod template_error;
pub mod template_file;
pub mod templates;
pub mod thin;
pub mod thin_roster;
pub mod trace;

use chrono_tz::Tz;
use rayon::prelude::*;

use crate::ingest::{Code, Environment, Tables};
use crate::instant::Instant;
use crate::relations::{Aliases, Relations};
use crate::subjects::{PeopleIndex, Subjects};

pub use actors::{AccountKind, UserId, Users};
pub use coverage::{CoverageRow, Feed, Feeds};
pub use duty::{DutyState, Roster};
pub use links::Links;
pub use looks::{Look, Looks, NOBODY, Purpose, Quoted};
pub use reasons::{ReasonClass, ReasonLists, Reasons};
pub use templates::{Explanations, Template};

use answer::Bench;
pub use authority::Authorities;
use authority::Sessions;
pub use by_chance::ByChance;
pub use function::Functions;

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
    /// Systems, units and days that the feeds do not answer for.
    pub thin: thin::Thin,
    /// Days in a row on which the records answer much less.
    pub spells: Vec<spells::Spell>,
    /// The roster.
    pub roster: Roster,
    /// Declared conflicts and other authorities.
    pub authorities: Authorities,
    /// How the work of role functions is done.
    pub functions: Functions,
    /// How often records answer by chance.
    pub by_chance: ByChance,
    /// Supervised sessions.
    pub sessions: Sessions,
    /// What the log itself ties to incidents.
    pub quotes: by_log::Quotes,
    /// The templates with the force's own grace.
    pub explanations: Explanations,
    /// The zone in which days and hours are local.
    pub zone: Tz,
}

impl Judged {
    /// Takes every explanation back, as if no record were joined: for the evaluation alone. What could not be told still cannot.
    pub fn forget_explanations(&mut self) {
        for look in self.looks.all.iter_mut().filter(|look| look.purpose == Purpose::Explained) {
            look.purpose = Purpose::Unexplained;
            look.explained_by = None;
        }
    }
}

/// What the department keeps itself: lists of words, and the grace of explanations.
#[derive(Clone, Debug, Default)]
pub struct House {
    /// Words that class a reason.
    pub lists: ReasonLists,
    /// The explanation templates.
    pub explanations: Explanations,
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
#[must_use]
pub fn judge(
    tables: &Tables,
    subjects: &Subjects,
    relations: &Relations,
    index: &PeopleIndex<'_>,
    window: &Window,
    house: &House,
) -> Judged {
    let log = &tables.access;
    let users = Users::new(&tables.staff, &tables.accounts, logins(tables));
    let reasons = Reasons::new(log, &house.lists);
    let aliases = Aliases::new(subjects, relations);
    let mut looks = looks::fold(log, subjects, &aliases, &users, &reasons, window.since, window.until);
    let links = Links::new(tables, subjects, index, &users);
    let mut roster = Roster::new(&users, &tables.staff, &tables.duty, window.zone);
    let feeds = Feeds::new(tables, window.zone);
    let authorities = Authorities::new(&tables.authorities, &tables.staff, &users, subjects);
    let sessions = Sessions::new(&tables.training, &users);
    let bench = Bench {
        tables,
        subjects,
        relations,
        links: &links,
        roster: &roster,
        feeds: &feeds,
        sessions: &sessions,
        authorities: &authorities,
        functions: None,
        explanations: &house.explanations,
        zone: window.zone,
        without: None,
    };
    looks.all.par_iter_mut().for_each(|look| bench.answer(look));
    let thin_roster = thin_roster::find(&looks.all, &tables.staff, users.len());
    thin_roster::apply(&mut looks.all, &thin_roster.0);
    // Records first: what they answer shows how the work of a function is done.
    let functions = Functions::measure(&bench, &looks.all);
    let by_chance = ByChance::measure(&bench, &looks);
    let bench = Bench { functions: Some(&functions), ..bench };
    looks.all.par_iter_mut().for_each(|look| bench.ask_function(look));
    let quotes = by_log::Quotes::gather(&bench, &looks.all);
    by_log::mark(&bench, &mut looks.all, &quotes);
    led_to::mark(&bench, &mut looks);
    roster.set_thin(thin_roster);
    let thin = thin::Thin::find(&looks.all, &tables.staff, window.zone);
    thin.apply(&mut looks.all, &tables.staff, window.zone);
    let spells = spells::find(&looks.all, window.zone);
    let coverage = coverage::count(&looks.all, &tables.staff);
    about::join(subjects, relations, &mut looks);
    let explanations = house.explanations.clone();
    Judged {
        users,
        looks,
        links,
        feeds,
        reasons,
        coverage,
        thin,
        spells,
        roster,
        authorities,
        functions,
        by_chance,
        sessions,
        quotes,
        explanations,
        zone: window.zone,
    }
}

/// Every login of the log once. Events are sorted by login, so neighbours are compared.
fn logins(tables: &Tables) -> Vec<&str> {
    let mut codes: Vec<Code> = tables.access.events.iter().map(|e| e.login).collect();
    codes.dedup();
    codes.into_iter().map(|code| tables.access.strings.get(code)).collect()
}

impl Judged {
    /// The same, as if one record were not there for these looks. What other looks had led to stays, unless
    /// it rested on that record.
    #[must_use]
    pub fn without(
        &self,
        looks: std::ops::Range<usize>,
        record: answer::Record,
        (tables, subjects, relations): (&Tables, &Subjects, &Relations),
    ) -> Self {
        let mut other = self.clone();
        let bench = Bench { without: Some(record), ..self.bench(tables, subjects, relations) };
        for look in &mut other.looks.all[looks] {
            let before = *look;
            bench.answer(look);
            let rested = matches!(record, answer::Record::Incident(row) if row == before.explained_row);
            if look.purpose != Purpose::Unexplained || look.environment != Environment::Live {
                continue;
            }
            let by_looks = before.explained_by.filter(|t| trace::reads_looks(t.declared()) && !rested);
            if let Some((template, row)) = self.quotes.answer(&bench, look) {
                (look.purpose, look.explained_by, look.explained_row) = (Purpose::Explained, Some(template), row);
            } else if by_looks.is_some() {
                (look.purpose, look.explained_by, look.explained_row) =
                    (Purpose::Explained, by_looks, before.explained_row);
            }
        }
        other
    }

    /// What answering a look needs, for asking again.
    #[must_use]
    pub const fn bench<'a>(
        &'a self,
        tables: &'a Tables,
        subjects: &'a Subjects,
        relations: &'a Relations,
    ) -> Bench<'a> {
        Bench {
            tables,
            subjects,
            relations,
            links: &self.links,
            roster: &self.roster,
            feeds: &self.feeds,
            sessions: &self.sessions,
            authorities: &self.authorities,
            functions: Some(&self.functions),
            explanations: &self.explanations,
            zone: self.zone,
            without: None,
        }
    }
}
