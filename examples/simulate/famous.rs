//! Public figures: invented, some with a stage name, some with a name that ordinary people bear too.

use crate::draw::{Draw, Stream};
use crate::names::{Community, NameBook, Sex};
use crate::places::Places;
use crate::population::{Flags, NO_NAME, NOBODY, Person, PersonId, Population};
use crate::staff::Force;

/// Somebody on the watch list.
pub struct Figure {
    /// Who they are.
    pub person: PersonId,
    /// Other names, `;`-separated.
    pub aliases: &'static str,
    /// Why they are on the list.
    pub category: &'static str,
}

/// Forename, surname, aliases, category, age; the sex follows from the column of the forename.
const FIGURES: [(&str, &str, &str, &str, i64, Sex); 20] = [
    ("Marlon", "Vexley", "MC Vex", "public_figure", 31, Sex::Male),
    ("Tilda", "Marchmont", "", "public_figure", 44, Sex::Female),
    ("Danny", "Walker", "", "sport", 27, Sex::Male),
    ("Sarah", "Khan", "", "politics", 39, Sex::Female),
    ("Joel", "Hartwright", "", "sport", 24, Sex::Male),
    ("Persephone", "Vane", "Sephy;Persephone Vane-Lacey", "public_figure", 29, Sex::Female),
    ("Gerald", "Ottershaw", "", "politics", 61, Sex::Male),
    ("Lucy", "Green", "Lulu G", "public_figure", 33, Sex::Female),
    ("Kofi", "Asamoah", "K-Sam", "public_figure", 28, Sex::Male),
    ("Imran", "Malik", "", "sport", 30, Sex::Male),
    ("Honor", "Fitzalan", "", "royal", 35, Sex::Female),
    ("Rex", "Calloway", "Reginald Calloway", "public_figure", 57, Sex::Male),
    ("Emma", "Taylor", "", "public_figure", 36, Sex::Female),
    ("Niamh", "Devlin", "", "sport", 26, Sex::Female),
    ("Anton", "Zielinski", "", "public_figure", 48, Sex::Male),
    ("Beatrix", "Lovelace-Hume", "Bea Lovelace", "public_figure", 41, Sex::Female),
    ("Mark", "Robinson", "", "local", 52, Sex::Male),
    ("Priya", "Desai", "", "politics", 46, Sex::Female),
    ("Toby", "Sandringstone", "", "local", 38, Sex::Male),
    ("Cassius", "Obi", "Cash", "sport", 22, Sex::Male),
];

/// Puts the public figures among the people, and gives a few ordinary people the same names.
pub fn settle(
    seed: u64,
    names: &mut NameBook,
    places: &mut Places,
    population: &mut Population,
    force: &Force,
    today: i64,
) -> (Vec<Figure>, Vec<PersonId>) {
    let mut draw = Draw::new(seed, Stream::Famous, 0, 0);
    let ordinary: Vec<PersonId> = (0..population.people.len() as PersonId)
        .filter(|&p| {
            let person = population.get(p);
            [person.mother, person.partner, person.ex].iter().all(|&x| x == NOBODY) && force.of_person(p).is_none()
        })
        .collect();
    let (mut figures, mut namesakes) = (Vec::new(), Vec::new());
    for &(forename, surname, aliases, category, age, sex) in &FIGURES {
        let (forename, surname) = (names.intern(forename), names.intern(surname));
        let common = ["Danny", "Sarah", "Lucy", "Imran", "Emma", "Mark"].contains(&names.text(forename));
        if common && !ordinary.is_empty() {
            for _ in 0..(population.people.len() / 4000 + 1).min(8) {
                let namesake = *draw.pick(&ordinary);
                let person = &mut population.people[namesake as usize];
                if !namesakes.contains(&namesake) {
                    (person.forename, person.surname, person.previous, person.sex) = (forename, surname, NO_NAME, sex);
                    person.recorded = true;
                    namesakes.push(namesake);
                }
            }
        }
        let town = draw.below(places.towns.len());
        let person = population.add(Person {
            forename,
            middle: NO_NAME,
            surname,
            previous: NO_NAME,
            sex,
            community: Community::British,
            birth: (today - age * 365 - draw.between(20, 360)) as i32,
            home: places.move_in(town, Community::British, &mut draw),
            partner: NOBODY,
            ex: NOBODY,
            mother: NOBODY,
            father: NOBODY,
            recorded: draw.chance(0.75),
            car: draw.chance(0.7),
            phone: false,
            flags: Flags { famous: true, victim: draw.chance(0.3), ..Flags::default() },
        });
        figures.push(Figure { person, aliases, category });
    }
    (figures, namesakes)
}
