//! What people type: names misspelt, shortened and turned round, half a birth date, plates and postcodes in any spacing.

use crate::clock::civil;
use crate::draw::Draw;
use crate::places::HomeId;
use crate::population::{NO_NAME, PersonId};
use crate::rows::System;
use crate::world::World;

/// The search terms of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Forename.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Birth date, whole or in part, in any order.
    pub dob: String,
    /// Age.
    pub age: String,
    /// Address.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// Vehicle registration mark.
    pub vrm: String,
    /// Telephone number.
    pub phone: String,
    /// All of it in one string, where that is all that the system logs.
    pub text: String,
}

impl Typed {
    /// A search for a person by name, with whatever else the user knows.
    pub fn person(world: &World, person: PersonId, system: System, draw: &mut Draw) -> Self {
        let who = world.population.get(person);
        let mut typed = Self::default();
        let mut forename = who.forename;
        if who.middle != NO_NAME && draw.chance(0.03) {
            forename = who.middle;
        }
        typed.forename = match draw.unit() {
            x if x < 0.05 => world.names.text(forename).chars().take(1).collect(),
            x if x < 0.13 && !world.names.nicknames(forename).is_empty() => {
                draw.pick(world.names.nicknames(forename)).clone()
            }
            _ => world.names.text(forename).to_owned(),
        };
        let maiden = who.previous != NO_NAME && draw.chance(0.12);
        typed.surname = if maiden { world.previous(person) } else { world.surname(person) }.to_owned();
        if draw.chance(0.05) {
            typed.surname = mistyped(&typed.surname, draw);
        } else if draw.chance(0.015) && typed.surname.len() > 4 {
            typed.surname.truncate(4);
            typed.surname.push('*');
        }
        if draw.chance(0.02) {
            std::mem::swap(&mut typed.forename, &mut typed.surname);
        }
        let birth = i64::from(who.birth);
        let age = (world.clock.absolute(0) - birth) / 365;
        match draw.unit() {
            x if x < 0.46 => typed.dob = date_typed(birth, draw),
            x if x < 0.54 => typed.dob = civil(birth).0.to_string(),
            x if x < 0.59 => typed.age = age.to_string(),
            x if x < 0.73 => typed.postcode = postcode_typed(world, who.home, draw),
            x if x < 0.80 => {
                // Surname and postcode: whoever of that name lives there.
                typed.postcode = postcode_typed(world, who.home, draw);
                typed.forename.clear();
            }
            x if x < 0.86 => typed.address = world.places.line(who.home),
            _ => {}
        }
        typed.styled(system, draw)
    }

    /// A search for whoever lives in a home.
    pub fn home(world: &World, home: HomeId, system: System, draw: &mut Draw) -> Self {
        let mut typed = Self::default();
        match draw.unit() {
            x if x < 0.5 => {
                typed.address = world.places.line(home);
                typed.postcode = postcode_typed(world, home, draw);
            }
            x if x < 0.85 => typed.address = world.places.address(home),
            _ => typed.postcode = postcode_typed(world, home, draw),
        }
        typed.styled(system, draw)
    }

    /// A search for a plate.
    pub fn plate(plate: &str, system: System, draw: &mut Draw) -> Self {
        let mut vrm = plate.to_owned();
        if draw.chance(0.7) {
            vrm.retain(|c| c != ' ');
        }
        if draw.chance(0.15) {
            vrm = vrm.to_lowercase();
        }
        Self { vrm, ..Self::default() }.styled(system, draw)
    }

    /// A search for a telephone number.
    pub fn phone(phone: &str, system: System, draw: &mut Draw) -> Self {
        let phone = match draw.unit() {
            x if x < 0.2 => format!("+44{}", &phone[1..]),
            x if x < 0.4 => format!("{} {}", &phone[..5], &phone[5..]),
            x if x < 0.45 => format!("0044{}", &phone[1..]),
            _ => phone.to_owned(),
        };
        Self { phone, ..Self::default() }.styled(system, draw)
    }

    /// A search for a name alone.
    pub fn name(forename: &str, surname: &str, system: System, draw: &mut Draw) -> Self {
        let typed = Self { forename: forename.to_owned(), surname: surname.to_owned(), ..Self::default() };
        typed.styled(system, draw)
    }

    /// The habits of a system: the national computer shouts, the command system logs one string, as others do at times.
    fn styled(mut self, system: System, draw: &mut Draw) -> Self {
        if system == System::Pnc || draw.chance(0.15) {
            for term in [&mut self.forename, &mut self.surname, &mut self.vrm, &mut self.address] {
                *term = term.to_uppercase();
            }
        } else if draw.chance(0.1) {
            for term in [&mut self.forename, &mut self.surname] {
                *term = term.to_lowercase();
            }
        }
        let raw = if system == System::Cad { 0.4 } else { 0.04 };
        if draw.chance(raw) {
            let terms = [&self.forename, &self.surname, &self.dob, &self.age, &self.address, &self.postcode];
            let terms = terms.into_iter().chain([&self.vrm, &self.phone]);
            let words: Vec<&str> = terms.map(String::as_str).filter(|t| !t.is_empty()).collect();
            return Self { text: words.join(" "), ..Self::default() };
        }
        self
    }
}

/// A birth date as it may be typed; day and month change places now and then.
fn date_typed(birth: i64, draw: &mut Draw) -> String {
    let (y, mut m, mut d) = civil(birth);
    if d <= 12 && draw.chance(0.05) {
        std::mem::swap(&mut m, &mut d);
    }
    match draw.unit() {
        x if x < 0.6 => format!("{d:02}/{m:02}/{y}"),
        x if x < 0.85 => format!("{y}-{m:02}-{d:02}"),
        x if x < 0.93 => format!("{d:02}{m:02}{y}"),
        _ => format!("{d:02}/{m:02}/{:02}", y % 100),
    }
}

fn postcode_typed(world: &World, home: HomeId, draw: &mut Draw) -> String {
    let mut code = world.places.postcode(home);
    if draw.chance(0.35) {
        code.retain(|c| c != ' ');
    }
    if draw.chance(0.12) {
        code = code.to_lowercase();
    }
    code
}

/// One slip of the fingers.
fn mistyped(name: &str, draw: &mut Draw) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() < 4 {
        return name.to_owned();
    }
    let at = 1 + draw.below(letters.len() - 2);
    match draw.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => letters.swap(at, at + 1),
        _ => letters[at] = *draw.pick(&['a', 'e', 'i', 'o', 'r', 's', 't', 'n']),
    }
    letters.into_iter().collect()
}
