//! The whole world, as it is before anyone looks at anything.

use crate::clock::{Clock, HOUR};
use crate::draw::{Draw, Stream};
use crate::extras::Extras;
use crate::famous::{self, Figure};
use crate::identifiers::Identifiers;
use crate::names::Community;
use crate::names::NameBook;
use crate::options::Options;
use crate::places::Places;
use crate::population::{NO_NAME, PersonId, Population};
use crate::roster::Roster;
use crate::staff::{Force, StaffId};
use crate::ties::Ties;
use crate::training::Training;
use chrono::Datelike;

/// Everything that is true, whether or not a table tells it.
pub struct World {
    /// What was asked for.
    pub options: Options,
    /// The window.
    pub clock: Clock,
    /// Numbers of people and things.
    pub ids: Identifiers,
    /// Names.
    pub names: NameBook,
    /// Homes.
    pub places: Places,
    /// People.
    pub population: Population,
    /// Staff.
    pub force: Force,
    /// Who is tied to whom.
    pub ties: Ties,
    /// Public figures.
    pub figures: Vec<Figure>,
    /// Ordinary people with a public figure's name.
    pub namesakes: Vec<PersonId>,
    /// Turns of duty.
    pub roster: Roster,
    /// Training sessions.
    pub training: Training,
    /// Staff who were given advice before, and when.
    pub warned: Vec<(StaffId, i64)>,
    /// Moves, courses and complaints, where asked for.
    pub extras: Extras,
}

impl World {
    /// Makes a world. Nothing here depends on the share of misuse.
    pub fn new(options: Options) -> Self {
        let seed = options.seed;
        let staff = options.staff as usize;
        let clock = Clock::new(options.start, options.days);
        let today = i64::from(options.start.num_days_from_ce()) - 719_163;
        let size = options.population();
        let ids = Identifiers::new(seed);
        let mut names = NameBook::new();
        let mut places = Places::new(seed, size * 10 / 21, (size / 4000).max(3));
        let mut population = Population::new(seed, size, &mut names, &mut places, today);
        let force = Force::new(seed, staff, &places, &population, &ids, today, options.days);
        // Few staff have a record of their own: as victim, witness, or from before they joined.
        for (s, member) in force.members.iter().enumerate() {
            let person = &mut population.people[member.person as usize];
            person.recorded = s % 7 == 0;
            person.flags.suspect = false;
            person.flags.vulnerable = false;
            person.flags.restricted = false;
            person.phone = true;
        }
        let (figures, namesakes) = famous::settle(seed, &mut names, &mut places, &mut population, &force, today);
        let ties = Ties::new(seed, &force, &population, &places);
        let roster = Roster::new(seed, staff, options.days);
        let training = Training::new(seed, &force, &roster, &clock, options.days);
        let warned = warned(seed, &force, &clock, options.days);
        let extras = match options.catalogue {
            true => Extras::new(seed, &force, &population, &ties, options.days),
            false => Extras::default(),
        };
        Self {
            options,
            clock,
            ids,
            names,
            places,
            population,
            force,
            ties,
            figures,
            namesakes,
            roster,
            training,
            warned,
            extras,
        }
    }

    /// A surname, forename and so on by person.
    pub fn forename(&self, person: PersonId) -> &str {
        self.names.text(self.population.get(person).forename)
    }

    /// See `forename`.
    pub fn surname(&self, person: PersonId) -> &str {
        self.names.text(self.population.get(person).surname)
    }

    /// See `forename`; empty where there is none.
    pub fn previous(&self, person: PersonId) -> &str {
        match self.population.get(person).previous {
            NO_NAME => "",
            id => self.names.text(id),
        }
    }

    /// Forename and surname.
    pub fn full_name(&self, person: PersonId) -> String {
        format!("{} {}", self.forename(person), self.surname(person))
    }

    /// The id of a person's record, or nothing.
    pub fn record(&self, person: PersonId) -> String {
        if self.population.get(person).recorded { self.ids.record(person as usize) } else { String::new() }
    }

    /// Whether somebody lives on a street of their own community, where that is not the majority.
    pub fn in_close_quarter(&self, person: PersonId) -> bool {
        let who = self.population.get(person);
        let street = self.places.homes[who.home as usize].street;
        who.community != Community::British && self.places.streets[street as usize].community == who.community
    }

    /// The towns that a station polices. With few stations one polices several.
    pub fn beat(&self, station: usize) -> impl Iterator<Item = usize> {
        let local = self.force.local_stations();
        (0..self.places.towns.len()).filter(move |town| town % local == station)
    }
}

/// One in fifty has had advice of late: most keep to it.
fn warned(seed: u64, force: &Force, clock: &Clock, days: i32) -> Vec<(StaffId, i64)> {
    let mut draw = Draw::new(seed, Stream::Staff, 1, 0);
    let mut warned = Vec::new();
    for s in 0..force.members.len() as StaffId {
        let day = draw.between(i64::from(days) * 2 / 5, i64::from(days) * 3 / 5) as i32;
        if draw.chance(0.02) && force.get(s).left.is_none() {
            warned.push((s, clock.instant(day, 10 * HOUR)));
        }
    }
    warned
}
