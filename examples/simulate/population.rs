//! Everybody: three generations of families, their homes, marriages, separations and cars.
//!
//! Made before anyone is hired, so that officers' families are like any other.

use crate::draw::{Draw, Stream};
use crate::names::{Community, NameBook, NameId, Sex};
use crate::places::{HomeId, Places};
use rustc_hash::FxHashMap;

/// A person, by place in the list of all of them.
pub type PersonId = u32;
/// Nobody.
pub const NOBODY: PersonId = u32::MAX;
/// No name.
pub const NO_NAME: NameId = u32::MAX;

/// What is known of a person.
#[derive(Clone)]
pub struct Person {
    /// First name.
    pub forename: NameId,
    /// Middle name, or none.
    pub middle: NameId,
    /// Surname.
    pub surname: NameId,
    /// Surname before marriage, or none.
    pub previous: NameId,
    /// Sex.
    pub sex: Sex,
    /// Community of the family.
    pub community: Community,
    /// Birth, in days since 1970-01-01.
    pub birth: i32,
    /// Where they live.
    pub home: HomeId,
    /// Wife, husband or partner.
    pub partner: PersonId,
    /// Former wife, husband or partner.
    pub ex: PersonId,
    /// Mother.
    pub mother: PersonId,
    /// Father.
    pub father: PersonId,
    /// Whether the nominal index holds a record.
    pub recorded: bool,
    /// Whether they have a car, and a telephone known to the force.
    pub car: bool,
    /// See `car`.
    pub phone: bool,
    /// Flags of the nominal index.
    pub flags: Flags,
}

/// Flags of the nominal index.
#[derive(Clone, Copy, Default)]
pub struct Flags {
    /// Has been a victim.
    pub victim: bool,
    /// Is vulnerable.
    pub vulnerable: bool,
    /// Has been a witness.
    pub witness: bool,
    /// Has been a suspect.
    pub suspect: bool,
    /// Has died.
    pub deceased: bool,
    /// Is on the watch list.
    pub famous: bool,
    /// May be read only by those on a list.
    pub restricted: bool,
}

/// Everybody, and who lives where.
pub struct Population {
    /// People of the towns, then public figures.
    pub people: Vec<Person>,
    /// Residents in order of home.
    residents: Vec<PersonId>,
    /// For each home the first of its residents.
    first: Vec<u32>,
    /// People of each town.
    pub townsfolk: Vec<Vec<PersonId>>,
    /// The few whom police meet again and again, by town, the busiest first.
    pub regulars: Vec<Vec<PersonId>>,
    /// Who bears a surname.
    bearers: FxHashMap<NameId, Vec<PersonId>>,
}

/// Makes families until there are enough people.
struct Settlers<'a> {
    people: Vec<Person>,
    names: &'a mut NameBook,
    places: &'a mut Places,
    /// Today, in days since 1970-01-01.
    today: i64,
}

impl Population {
    /// Settles the towns.
    pub fn new(seed: u64, size: usize, names: &mut NameBook, places: &mut Places, today: i64) -> Self {
        let mut settlers = Settlers { people: Vec::with_capacity(size + 64), names, places, today };
        let mut family = 0;
        while settlers.people.len() < size {
            let mut draw = Draw::new(seed, Stream::Families, family, 0);
            settlers.settle_family(&mut draw);
            family += 1;
        }
        let people = settlers.people;
        let mut bearers: FxHashMap<NameId, Vec<PersonId>> = FxHashMap::default();
        for (id, person) in people.iter().enumerate() {
            bearers.entry(person.surname).or_default().push(id as PersonId);
        }
        let (residents, first, townsfolk, regulars) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut population = Self { people, residents, first, townsfolk, regulars, bearers };
        population.count_residents(places);
        population.find_regulars(seed, places);
        population
    }

    /// Adds somebody who belongs to no family of the towns.
    pub fn add(&mut self, person: Person) -> PersonId {
        self.people.push(person);
        self.people.len() as PersonId - 1
    }

    /// A person's own row.
    pub fn get(&self, person: PersonId) -> &Person {
        &self.people[person as usize]
    }

    /// Everybody living in a home.
    pub fn at_home(&self, home: HomeId) -> &[PersonId] {
        let (from, to) = (self.first[home as usize] as usize, self.first[home as usize + 1] as usize);
        &self.residents[from..to]
    }

    /// Everybody with a surname, in no order that matters.
    pub fn bearers(&self, surname: NameId) -> &[PersonId] {
        self.bearers.get(&surname).map_or(&[], Vec::as_slice)
    }

    fn count_residents(&mut self, places: &Places) {
        let mut order: Vec<PersonId> = (0..self.people.len() as PersonId).collect();
        order.sort_by_key(|&p| (self.people[p as usize].home, p));
        self.first = vec![0; places.homes.len() + 1];
        for person in &self.people {
            self.first[person.home as usize + 1] += 1;
        }
        for i in 1..self.first.len() {
            self.first[i] += self.first[i - 1];
        }
        self.residents = order;
        self.townsfolk = vec![Vec::new(); places.towns.len()];
        for (id, person) in self.people.iter().enumerate() {
            self.townsfolk[places.town(person.home)].push(id as PersonId);
        }
    }

    fn find_regulars(&mut self, seed: u64, places: &Places) {
        for town in 0..places.towns.len() {
            let mut draw = Draw::new(seed, Stream::Families, town as u64, 1);
            let mut folk: Vec<PersonId> =
                self.townsfolk[town].iter().copied().filter(|&p| self.people[p as usize].recorded).collect();
            draw.shuffle(&mut folk);
            folk.truncate((folk.len() / 14).max(12));
            self.regulars.push(folk);
        }
    }
}

impl Settlers<'_> {
    fn age(&self, person: PersonId) -> i64 {
        (self.today - i64::from(self.people[person as usize].birth)) / 365
    }

    /// A couple of grandparents, their children, and the homes those made.
    fn settle_family(&mut self, draw: &mut Draw) {
        let community = Community::ALL[draw.weighted(&Community::TOTALS)];
        let town = self.places.town_of_family(community, draw);
        let surname = self.names.surname(community, draw);
        let home = self.places.move_in(town, community, draw);
        let age = draw.between(46, 84);
        let father = self.born(community, Sex::Male, age, surname, home, draw);
        let mother = self.born(community, Sex::Female, age - draw.between(-4, 7), surname, home, draw);
        self.marry(mother, father, draw);
        let parents = (mother, father);
        for _ in 0..draw.between(1, 4) {
            let age = self.age(mother) - draw.between(20, 36);
            if age < 0 {
                continue;
            }
            let sex = either(draw);
            let child = self.child(parents, sex, age, home, draw);
            if age >= 20 && !draw.chance(if age < 26 { 0.4 } else { 0.06 }) {
                self.leave_home(child, town, draw);
            }
        }
    }

    /// A grown child's own home, with whoever shares or shared it.
    fn leave_home(&mut self, child: PersonId, town: usize, draw: &mut Draw) {
        let community = self.people[child as usize].community;
        let town = if draw.chance(0.72) { town } else { draw.below(self.places.towns.len()) };
        let home = self.places.move_in(town, community, draw);
        self.people[child as usize].home = home;
        let age = self.age(child);
        let mut previous = NOBODY;
        if age >= 24 && draw.chance(0.3) {
            previous = self.former_partner(child, town, draw);
        }
        if draw.chance(0.68) {
            let partner = self.spouse(child, home, draw);
            for _ in 0..draw.between(0, 3) {
                let young = age.min(self.age(partner)) - draw.between(21, 34);
                if young >= 0 {
                    let parents = self.parents(child, partner);
                    let sex = either(draw);
                    self.child(parents, sex, young, home, draw);
                }
            }
        } else if draw.chance(0.2) {
            let community = Community::ALL[draw.weighted(&Community::TOTALS)];
            let surname = self.names.surname(community, draw);
            let sex = either(draw);
            self.born(community, sex, draw.between(20, 45), surname, home, draw);
        }
        if previous != NOBODY && age > 28 && draw.chance(0.5) {
            let young = (age.min(self.age(previous)) - draw.between(21, 30)).max(1);
            let theirs = self.people[previous as usize].home;
            let parents = self.parents(child, previous);
            let sex = either(draw);
            self.child(parents, sex, young, theirs, draw);
        }
    }

    /// Somebody of the other sex and about the same age, married or not.
    fn spouse(&mut self, of: PersonId, home: HomeId, draw: &mut Draw) -> PersonId {
        let one = self.people[of as usize].clone();
        let community =
            if draw.chance(0.85) { one.community } else { Community::ALL[draw.weighted(&Community::TOTALS)] };
        let surname = self.names.surname(community, draw);
        let age = (self.age(of) + draw.between(-5, 5)).max(19);
        let partner = self.born(community, other(one.sex), age, surname, home, draw);
        let (woman, man) = if one.sex == Sex::Female { (of, partner) } else { (partner, of) };
        self.marry(woman, man, draw);
        partner
    }

    /// A former partner in a home of their own, half the time with somebody new.
    fn former_partner(&mut self, of: PersonId, town: usize, draw: &mut Draw) -> PersonId {
        let one = self.people[of as usize].clone();
        let home = self.places.move_in(town, one.community, draw);
        let age = (self.age(of) + draw.between(-4, 4)).max(20);
        let surname = self.names.surname(one.community, draw);
        let ex = self.born(one.community, other(one.sex), age, surname, home, draw);
        self.people[ex as usize].ex = of;
        self.people[of as usize].ex = ex;
        if draw.chance(0.5) {
            self.spouse(ex, home, draw);
        }
        ex
    }

    fn parents(&self, one: PersonId, two: PersonId) -> (PersonId, PersonId) {
        if self.people[one as usize].sex == Sex::Female { (one, two) } else { (two, one) }
    }

    /// A married woman takes her husband's name in two marriages of three.
    fn marry(&mut self, woman: PersonId, man: PersonId, draw: &mut Draw) {
        self.people[woman as usize].partner = man;
        self.people[man as usize].partner = woman;
        if draw.chance(0.65) {
            let community = self.people[woman as usize].community;
            let his = self.people[man as usize].surname;
            let hers = self.names.gendered(his, Sex::Female);
            let before = self.people[woman as usize].surname;
            let maiden = if before == hers { self.names.surname(community, draw) } else { before };
            let maiden = self.names.gendered(maiden, Sex::Female);
            let woman = &mut self.people[woman as usize];
            woman.surname = hers;
            woman.previous = if maiden == hers { NO_NAME } else { maiden };
        }
    }

    fn child(
        &mut self,
        (mother, father): (PersonId, PersonId),
        sex: Sex,
        age: i64,
        home: HomeId,
        draw: &mut Draw,
    ) -> PersonId {
        let Person { community, surname, .. } = self.people[father as usize].clone();
        let child = self.born(community, sex, age, surname, home, draw);
        self.people[child as usize].mother = mother;
        self.people[child as usize].father = father;
        child
    }

    fn born(
        &mut self,
        community: Community,
        sex: Sex,
        age: i64,
        surname: NameId,
        home: HomeId,
        draw: &mut Draw,
    ) -> PersonId {
        let birth = (self.today - age * 365 - age / 4 - draw.between(1, 364)) as i32;
        let forename = self.names.forename(community, sex, age, draw);
        let middle = match draw.chance(0.35) {
            true => self.names.forename(community, sex, age + 20, draw),
            false => NO_NAME,
        };
        let surname = self.names.gendered(surname, sex);
        let adult = age >= 17;
        let flags = Flags {
            victim: draw.chance(0.12),
            vulnerable: draw.chance(0.05),
            witness: draw.chance(0.06),
            suspect: adult && draw.chance(0.08),
            deceased: age > 60 && draw.chance(0.03),
            famous: false,
            restricted: draw.chance(0.008),
        };
        self.people.push(Person {
            forename,
            middle: if middle == forename { NO_NAME } else { middle },
            surname,
            previous: NO_NAME,
            sex,
            community,
            birth,
            home,
            partner: NOBODY,
            ex: NOBODY,
            mother: NOBODY,
            father: NOBODY,
            recorded: draw.chance(0.85),
            car: adult && draw.chance(0.6),
            phone: age >= 12 && draw.chance(0.8),
            flags,
        });
        self.people.len() as PersonId - 1
    }
}

fn either(draw: &mut Draw) -> Sex {
    if draw.chance(0.5) { Sex::Female } else { Sex::Male }
}

fn other(sex: Sex) -> Sex {
    if sex == Sex::Female { Sex::Male } else { Sex::Female }
}
