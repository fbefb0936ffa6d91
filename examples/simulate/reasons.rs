//! What people give as the purpose of a look: a code, a line of text, a habit, or nothing.

use crate::draw::Draw;
use crate::rows::{Subject, System};
use crate::staff_roles::Role;
use crate::world::World;

/// The purpose given.
#[derive(Clone, Debug)]
pub enum Reason {
    /// The kind of work, as in the incident's kind: text and code as habit has it.
    Work(&'static str),
    /// Words that would fit anything, under the code of some kind of work.
    Boilerplate(&'static str),
    /// As little as the system lets through: the code of some kind of work, where it insists.
    Nothing(&'static str),
    /// A code, and a text of its own.
    Stated(&'static str, String),
}

const BOILERPLATE: [&str; 8] =
    ["police enquiry", "enquiry", "as per log", "police purposes", "enqs", "checks", "ongoing enquiry", "."];

impl Reason {
    /// Code and text as the system logs them.
    pub fn cells(&self, world: &World, system: System, subject: Subject, draw: &mut Draw) -> (String, String) {
        // Command and custody systems ask for no reason; records seldom insists.
        let asks = match system {
            System::Cad | System::Custody => 0.0,
            System::Rms => 0.45,
            System::Pnc | System::Pnd => 0.95,
            System::Anpr => 0.85,
        };
        let asked = draw.chance(asks);
        match self {
            Self::Stated(code, text) => ((*code).to_owned(), text.clone()),
            Self::Nothing(kind) if asked && asks > 0.5 => (code(kind).to_owned(), String::new()),
            Self::Nothing(_) => (String::new(), String::new()),
            _ if !asked => (String::new(), String::new()),
            Self::Boilerplate(kind) => (code(kind).to_owned(), (*draw.pick(&BOILERPLATE)).to_owned()),
            Self::Work(kind) => {
                let code = code(kind);
                let text = match draw.unit() {
                    x if x < 0.25 => String::new(),
                    x if x < 0.45 => (*draw.pick(&BOILERPLATE)).to_owned(),
                    x if x < 0.75 => (*kind).to_owned(),
                    _ => described(world, kind, subject, draw),
                };
                (code.to_owned(), text)
            }
        }
    }
}

/// A line that names the job.
fn described(world: &World, kind: &str, subject: Subject, draw: &mut Draw) -> String {
    let home = match subject {
        Subject::Person(p) | Subject::Plate(p) | Subject::Phone(p) => world.population.get(p).home,
        Subject::Home(home) => home,
        Subject::Exercise(_) => return format!("{kind} exercise"),
    };
    let street = &world.places.streets[world.places.homes[home as usize].street as usize].name;
    match draw.below(4) {
        0 => format!("{kind} {street}"),
        1 => format!("{kind} - checks prior to attending"),
        2 => format!("{kind} update victim"),
        _ => format!("re {kind}"),
    }
}

/// The kind of work that a role does by function, if it does any.
pub const fn function(role: Role) -> Option<&'static str> {
    match role {
        Role::Vetting => Some("vetting"),
        Role::Standards => Some("standards"),
        Role::Disclosure => Some("disclosure"),
        Role::Licensing => Some("licensing"),
        Role::DataQuality => Some("data quality"),
        Role::Analyst => Some("intelligence"),
        _ => None,
    }
}

/// The code that goes with a kind of work.
pub fn code(kind: &str) -> &'static str {
    match kind {
        "stop check" | "RTC" => "02",
        "missing person" | "concern for welfare" => "04",
        "intelligence" => "05",
        "vetting" => "11",
        "disclosure" | "licensing" => "12",
        "data quality" => "13",
        "standards" => "14",
        _ => "01",
    }
}
