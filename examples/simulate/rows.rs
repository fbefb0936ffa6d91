//! From a look to the rows that a system writes for it.
//!
//! Ordinary and planted looks pass through the same code with the same habits, so that the form of a row tells nothing.

use crate::draw::Draw;
use crate::places::HomeId;
use crate::population::PersonId;
use crate::reasons::Reason;
use crate::staff::StaffId;
use crate::typed::Typed;
use crate::world::World;

/// The systems of the force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Records management.
    Rms,
    /// The Police National Computer.
    Pnc,
    /// The Police National Database.
    Pnd,
    /// Command and dispatch.
    Cad,
    /// Number-plate readers.
    Anpr,
    /// Custody.
    Custody,
}

impl System {
    /// As logs name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rms => "RMS",
            Self::Pnc => "PNC",
            Self::Pnd => "PND",
            Self::Cad => "CAD",
            Self::Anpr => "ANPR",
            Self::Custody => "CUSTODY",
        }
    }
}

/// Which copy of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The real one.
    Live,
    /// For training.
    Training,
    /// For tests.
    Test,
}

/// Whom or what somebody looks at.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A person.
    Person(PersonId),
    /// A person's car.
    Plate(PersonId),
    /// A home.
    Home(HomeId),
    /// A person's telephone.
    Phone(PersonId),
    /// A made-up record of the training or test copy.
    Exercise(u32),
}

/// What a look consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any of the usual ways.
    Usual,
    /// A search that finds nothing.
    NothingFound,
    /// Turned away.
    Denied,
    /// Read, then printed.
    Printed,
    /// Read, then exported.
    Exported,
}

/// Under which login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// One's own.
    Own,
    /// Somebody else's.
    Of(StaffId),
    /// The desk of a station.
    Desk(usize),
    /// A numbered training account.
    Trainee(usize),
}

/// One human act of looking.
pub struct Look {
    /// When.
    pub at: i64,
    /// Who.
    pub staff: StaffId,
    /// Under which login.
    pub login: Login,
    /// Where to.
    pub system: System,
    /// Which copy.
    pub environment: Environment,
    /// At whom or what.
    pub subject: Subject,
    /// How.
    pub form: Form,
    /// For whom the check was made.
    pub on_behalf: Option<StaffId>,
    /// What was given as the purpose.
    pub reason: Reason,
    /// The incident that the look is part of, quoted or not.
    pub incident: Option<String>,
    /// Whether the incident is quoted: None leaves it to habit.
    pub quoted: Option<bool>,
    /// Terminal, if not one of the station's.
    pub terminal: Option<u16>,
}

/// Whose rows these are, which the ids of rows are made from.
#[derive(Clone, Copy)]
pub struct Author {
    /// A member of staff, or a planted case.
    pub actor: usize,
    /// Planted.
    pub planted: bool,
    /// The day the rows belong to.
    pub day: i32,
    /// Rows so far.
    pub rows: usize,
}

/// One row, still to be put in order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// When.
    pub at: i64,
    /// Its id, which also settles the order of rows of one second.
    pub id: String,
    /// The rest of the line.
    pub rest: String,
}

/// Cells of a row that do not differ within a look.
struct Shared<'a> {
    environment: &'a str,
    on_behalf: &'a str,
    reason: (&'a str, &'a str),
    incident: &'a str,
    terminal: &'a str,
    location: &'a str,
}

/// Writes the rows of a look.
pub fn write(world: &World, look: &Look, author: &mut Author, rows: &mut Vec<Row>, draw: &mut Draw) {
    let member = world.force.get(look.staff);
    let login = match look.login {
        Login::Own => own_login(world, look.staff, look.system),
        Login::Of(other) => own_login(world, other, look.system),
        Login::Desk(station) => format!("desk-{}", world.force.stations[station].code.to_lowercase()),
        Login::Trainee(nth) => format!("trn{:02}", nth + 1),
    };
    let code = &world.force.stations[member.station].code;
    // Most people keep to one desk; some sit where there is room.
    let habitual = (look.staff as usize * 7919 + 13) % 60;
    let desk = if draw.chance(0.75) { habitual } else { draw.below(60) };
    let terminal = format!("{code}-{:02}", look.terminal.map_or(desk, usize::from));
    let environment = match (look.environment, look.system) {
        (Environment::Training, _) => "training",
        (Environment::Test, _) => "test",
        (Environment::Live, System::Rms) => "live",
        (Environment::Live, _) => "",
    };
    let (reason_code, reason_text) = look.reason.cells(world, look.system, look.subject, draw);
    let quotes = match look.system {
        System::Cad => 0.75,
        System::Rms => 0.35,
        System::Custody => 0.6,
        _ => 0.2,
    };
    let quoted = look.quoted.unwrap_or_else(|| draw.chance(quotes));
    let shared = Shared {
        environment,
        on_behalf: look.on_behalf.map_or("", |s| &world.force.get(s).number),
        reason: (&reason_code, &reason_text),
        incident: look.incident.as_deref().filter(|_| quoted).unwrap_or(""),
        terminal: &terminal,
        location: code,
    };
    let nothing = Typed::default();
    let record = record(world, look.subject);
    let mut at = look.at;
    let mut put = |at: i64, system: System, action: &str, outcome: &str, login: &str, record: &str, typed: &Typed| {
        let id = world.ids.event(author.actor, author.planted, author.day, author.rows);
        author.rows += 1;
        rows.push(Row { at, id, rest: line(system, action, outcome, login, &shared, record, typed) });
    };
    let searches = match look.form {
        Form::NothingFound => true,
        _ => record.is_empty() || draw.chance(0.74),
    };
    if searches {
        let typed = search_terms(world, look, draw);
        let outcome = if look.form == Form::Denied && record.is_empty() { "denied" } else { "success" };
        put(at, look.system, "search", outcome, &login, "", &typed);
        let again = if look.form == Form::NothingFound { 0.6 } else { 0.12 };
        if draw.chance(again) {
            at += draw.between(6, 50);
            let typed = search_terms(world, look, draw);
            put(at, look.system, "search", outcome, &login, "", &typed);
        }
        // The linked systems are asked by themselves, under the user's login or a service's.
        if matches!(look.system, System::Pnc | System::Anpr) && draw.chance(0.45) {
            let login = if draw.chance(0.2) { "svc_link" } else { &login };
            put(at + 1, System::Pnd, "other", "success", login, &record, &nothing);
        }
    }
    let views = match look.form {
        Form::NothingFound => false,
        Form::Usual => !record.is_empty() && (!searches || draw.chance(0.78)),
        Form::Denied | Form::Printed | Form::Exported => !record.is_empty(),
    };
    if views {
        at += if searches { draw.between(3, 45) } else { 0 };
        let outcome = if look.form == Form::Denied { "denied" } else { "success" };
        put(at, look.system, "view", outcome, &login, &record, &nothing);
        let after = match look.form {
            Form::Printed => Some("print"),
            Form::Exported => Some("export"),
            Form::Usual => match draw.unit() {
                x if x < 0.10 => Some("update"),
                x if x < 0.12 => Some("print"),
                x if x < 0.20 => Some("view"),
                _ => None,
            },
            Form::NothingFound | Form::Denied => None,
        };
        if let Some(action) = after {
            at += draw.between(20, 400);
            put(at, look.system, action, "success", &login, &record, &nothing);
        }
    }
}

/// The login that somebody uses on a system.
pub fn own_login(world: &World, staff: StaffId, system: System) -> String {
    let member = world.force.get(staff);
    match &member.national_login {
        Some(login) if matches!(system, System::Pnc | System::Pnd) => login.clone(),
        _ => member.number.clone(),
    }
}

fn record(world: &World, subject: Subject) -> String {
    match subject {
        Subject::Person(person) => world.record(person),
        Subject::Exercise(n) => format!("T{n:07}"),
        Subject::Plate(_) | Subject::Home(_) | Subject::Phone(_) => String::new(),
    }
}

fn search_terms(world: &World, look: &Look, draw: &mut Draw) -> Typed {
    match look.subject {
        Subject::Person(person) => match world.figures.iter().find(|f| f.person == person) {
            // A star is looked for by the name that everybody knows.
            Some(figure) if !figure.aliases.is_empty() && draw.chance(0.35) => {
                let alias = figure.aliases.split(';').next().unwrap_or("");
                let (forename, surname) = alias.rsplit_once(' ').unwrap_or(("", alias));
                Typed::name(forename, surname, look.system, draw)
            }
            _ => Typed::person(world, person, look.system, draw),
        },
        Subject::Plate(owner) => Typed::plate(&world.ids.plate(owner as usize), look.system, draw),
        Subject::Home(home) => Typed::home(world, home, look.system, draw),
        Subject::Phone(owner) => Typed::phone(&world.ids.phone(owner as usize), look.system, draw),
        Subject::Exercise(n) => {
            let forename = ["Test", "Trainee", "Dummy", "Sample"][n as usize % 4];
            let surname = ["Person", "Record", "Exercise", "Nominal"][n as usize / 4 % 4];
            Typed::name(forename, surname, look.system, draw)
        }
    }
}

fn line(
    system: System,
    action: &str,
    outcome: &str,
    login: &str,
    shared: &Shared,
    record: &str,
    typed: &Typed,
) -> String {
    let cells = [
        login,
        system.code(),
        shared.environment,
        action,
        outcome,
        shared.on_behalf,
        shared.reason.0,
        shared.reason.1,
        shared.incident,
        shared.terminal,
        shared.location,
        record,
        &typed.forename,
        &typed.surname,
        &typed.dob,
        &typed.age,
        &typed.address,
        &typed.postcode,
        &typed.vrm,
        &typed.phone,
        &typed.text,
    ];
    let mut line = String::with_capacity(cells.iter().map(|c| c.len() + 1).sum::<usize>() + 8);
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            line.push(',');
        }
        push_cell(&mut line, cell);
    }
    line
}

/// A CSV cell, quoted where it must be.
pub fn push_cell(line: &mut String, cell: &str) {
    if cell.contains([',', '"', '\n']) {
        line.push('"');
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(cell);
    }
}

/// The columns of the log, in order.
pub const ACCESS_COLUMNS: &str = "event_id,at,login,system,environment,action,outcome,on_behalf_of,reason_code,\
reason_text,incident_id,terminal,location,subject_id,q_forename,q_surname,q_dob,q_age,q_address,q_postcode,q_vrm,\
q_phone,q_text";
