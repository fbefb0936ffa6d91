//! What it costs to match many distinct searches against a large force and its circles.
//!
//! ```text
//! cargo run --release --example scale -- STAFF SEARCHES
//! cargo run --release --example scale -- STAFF SEARCHES FOLDER
//! probity match --staff FOLDER/staff.csv --relations FOLDER/relationships.csv --queries FOLDER/searches.csv \
//!     --as-of 2026-03-31 --out answers.csv
//! ```
//!
//! Invented staff with three declared relations each; of the searches one in a hundred is for somebody of a circle,
//! the others for strangers: by name and birth date, name and year, name and postcode, name alone, address or plate.
//! Prints seconds by stage and the most memory that the process held; with a folder, writes the tables there instead,
//! for `probity match` to answer.

use chrono::{Days, NaiveDate};
use probity::ingest::{Relationship, Staff};
use probity::relations::prior_names::{FORENAMES, SURNAMES};
use probity::relations::relate;
use probity::subjects::terms::freetext;
use probity::subjects::{Coverage, Subject, SubjectKind, Subjects, Typed};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use std::time::Instant;

#[derive(Clone)]
struct Person {
    forename: String,
    surname: String,
    dob: NaiveDate,
    address: String,
    postcode: String,
}

struct Names {
    surnames: Vec<(String, u32)>,
    forenames: Vec<(String, u32)>,
}

impl Names {
    /// The common names with their shares, and a long tail of invented ones.
    fn new() -> Self {
        let totals = |names: Vec<(String, u32)>| {
            let mut total = 0;
            names
                .into_iter()
                .map(|(name, share)| {
                    total += share;
                    (name, total)
                })
                .collect()
        };
        let mut surnames: Vec<(String, u32)> = SURNAMES.iter().map(|(n, s)| ((*n).to_owned(), u32::from(*s))).collect();
        let heads =
            ["ASH", "BRAM", "CAL", "DUN", "ELM", "FEN", "GAR", "HOL", "IVE", "KEL", "LANG", "MEL", "NOR", "OAK"];
        let middles = ["ER", "ING", "LEY", "EN", "AL", "OW", "IS", "UR", "AND", "ETH", "OM", "IL"];
        let tails =
            ["TON", "FORD", "WOOD", "SON", "MAN", "FIELD", "BY", "WELL", "DALE", "COTE", "STEAD", "MORE", "LOCK"];
        for head in heads {
            for middle in middles {
                for second in middles {
                    for tail in tails {
                        surnames.push((format!("{head}{middle}{second}{tail}"), 2));
                    }
                }
            }
        }
        Self {
            surnames: totals(surnames),
            forenames: totals(FORENAMES.iter().map(|(n, s)| ((*n).to_owned(), u32::from(*s))).collect()),
        }
    }

    fn pick(names: &[(String, u32)], rng: &mut Pcg64Mcg) -> String {
        let most = names.last().map_or(1, |(_, total)| *total);
        let at = rng.random_range(0..most);
        names[names.partition_point(|(_, total)| *total <= at)].0.clone()
    }

    fn person(&self, rng: &mut Pcg64Mcg) -> Person {
        let birth = NaiveDate::from_ymd_opt(1940, 1, 1).unwrap_or_default() + Days::new(rng.random_range(0..25_000));
        let letter = |rng: &mut Pcg64Mcg| b"ABDEFGHJLNPQRSTUWXYZ"[rng.random_range(0..20)] as char;
        let unit = format!("{}{}", letter(rng), letter(rng));
        let postcode = format!("AB{} {}{unit}", rng.random_range(1..60), rng.random_range(0..10));
        let street = &self.surnames[rng.random_range(0..self.surnames.len())].0;
        Person {
            forename: Self::pick(&self.forenames, rng),
            surname: Self::pick(&self.surnames, rng),
            dob: birth,
            address: format!("{} {street} Road, Anytown", rng.random_range(1..90)),
            postcode,
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(staff), Some(searches)) = (arguments.next(), arguments.next()) else {
        return Err("usage: scale STAFF SEARCHES [FOLDER]".into());
    };
    let (staff, searches) = (staff.parse::<usize>()?, searches.parse::<usize>()?);
    let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default();
    let names = Names::new();
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let mut relations = Vec::with_capacity(staff * 3);
    let mut known = Vec::new();
    let staff: Vec<Staff> = (0..staff)
        .map(|nth| {
            let staff_id = format!("S{nth}");
            for kind in ["sibling", "parent", "friend"] {
                let p = names.person(&mut rng);
                relations.push(Relationship {
                    relation_id: format!("R{}", relations.len()),
                    staff_id: staff_id.clone(),
                    relation: kind.to_owned(),
                    forename: p.forename.clone(),
                    surname: p.surname.clone(),
                    dob: p.dob.to_string(),
                    address: p.address.clone(),
                    postcode: p.postcode.clone(),
                    ..Relationship::default()
                });
                known.push(p);
            }
            let p = names.person(&mut rng);
            Staff {
                staff_id,
                forename: p.forename,
                surname: p.surname,
                dob: p.dob.to_string(),
                address: p.address,
                postcode: p.postcode,
                ..Staff::default()
            }
        })
        .collect();
    if let Some(folder) = arguments.next() {
        return write(std::path::Path::new(&folder), (&staff, &relations), (&names, &known), searches);
    }
    let start = Instant::now();
    let subjects = Subjects::new(
        (0..searches).into_par_iter().map(|nth| search(&names, &known, nth, as_of)).collect(),
        Vec::new(),
        Coverage::default(),
    );
    println!("searches described {:.1} s", start.elapsed().as_secs_f64());
    let described = memory();
    let start = Instant::now();
    let found = relate(&subjects, &staff, &relations, &[], &[], (as_of, as_of));
    let seconds = start.elapsed().as_secs_f64();
    let held = memory();
    println!(
        "related            {seconds:.1} s: {:.0} searches a second, {:.1} compared with each, {} ties, {} keys passed over",
        searches as f64 / seconds,
        found.stats.compared as f64 / searches as f64,
        found.ties.len(),
        found.stats.keys_capped
    );
    println!("memory             {described} MB with the searches, {held} MB at most");
    Ok(())
}

/// What is typed, and whether a name, a plate or an address is looked for.
#[derive(Default)]
struct Drawn {
    /// Row of `staff`.
    by: usize,
    person: Option<Person>,
    dob: String,
    by_postcode: bool,
    vrm: String,
}

fn draw(names: &Names, known: &[Person], nth: usize) -> (Drawn, SubjectKind) {
    let mut rng = Pcg64Mcg::seed_from_u64(7 + nth as u64);
    let mut person = names.person(&mut rng);
    let mut by = rng.random_range(0..known.len()) / 3;
    if nth.is_multiple_of(100) {
        let one = rng.random_range(0..known.len());
        by = one / 3;
        person = known[one].clone();
    }
    let (dob, year) = (person.dob.format("%d/%m/%Y").to_string(), person.dob.format("%Y").to_string());
    let letter = |rng: &mut Pcg64Mcg| b"ABCDEFGHJKLMNOPRSTUVWXYZ"[rng.random_range(0..24)] as char;
    let tail: String = (0..3).map(|_| letter(&mut rng)).collect();
    let vrm = format!("AB{:02} {tail}", rng.random_range(2..76));
    let drawn = Drawn { by, person: Some(person), ..Drawn::default() };
    match nth % 10 {
        0..=4 => (Drawn { dob, ..drawn }, SubjectKind::Person),
        5 => (Drawn { dob: year, ..drawn }, SubjectKind::Person),
        6 => (Drawn { by_postcode: true, ..drawn }, SubjectKind::Person),
        7 => (drawn, SubjectKind::Person),
        8 => (Drawn { by_postcode: true, ..drawn }, SubjectKind::Place),
        _ => (Drawn { by, vrm, ..Drawn::default() }, SubjectKind::Vehicle),
    }
}

fn typed<'a>(drawn: &'a Drawn, kind: SubjectKind) -> Typed<'a> {
    let text = |of: fn(&Person) -> &String| drawn.person.as_ref().map_or("", |person| of(person));
    let postcode = if drawn.by_postcode { text(|p| &p.postcode) } else { "" };
    let dob = drawn.dob.as_str();
    match kind {
        SubjectKind::Person => {
            Typed { forename: text(|p| &p.forename), surname: text(|p| &p.surname), dob, postcode, ..Typed::default() }
        }
        SubjectKind::Place => Typed { address: text(|p| &p.address), postcode, ..Typed::default() },
        _ => Typed { vrm: &drawn.vrm, ..Typed::default() },
    }
}

fn search(names: &Names, known: &[Person], nth: usize, as_of: NaiveDate) -> Subject {
    let (drawn, kind) = draw(names, known, nth);
    let free = freetext::Terms::default();
    let descriptor = typed(&drawn, kind).describe(&free, as_of, (as_of, as_of), &mut Coverage::default());
    Subject { key: format!("search:{nth:09}"), kind, label: String::new(), person: None, descriptor, attested: false }
}

/// The tables as files.
fn write(
    folder: &std::path::Path,
    (staff, relations): (&[Staff], &[Relationship]),
    (names, known): (&Names, &[Person]),
    searches: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    let mut table = csv::Writer::from_path(folder.join("staff.csv"))?;
    table.write_record(["staff_id", "forename", "surname", "dob", "address", "postcode"])?;
    for s in staff {
        table.write_record([&s.staff_id, &s.forename, &s.surname, &s.dob, &s.address, &s.postcode])?;
    }
    table.flush()?;
    let mut table = csv::Writer::from_path(folder.join("relationships.csv"))?;
    let columns = ["relation_id", "staff_id", "relation", "forename", "surname", "dob", "address", "postcode"];
    table.write_record(columns)?;
    for r in relations {
        let cells =
            [&r.relation_id, &r.staff_id, &r.relation, &r.forename, &r.surname, &r.dob, &r.address, &r.postcode];
        table.write_record(cells)?;
    }
    table.flush()?;
    let mut table = csv::Writer::from_path(folder.join("searches.csv"))?;
    table.write_record([
        "query_id",
        "staff_id",
        "q_forename",
        "q_surname",
        "q_dob",
        "q_address",
        "q_postcode",
        "q_vrm",
    ])?;
    for nth in 0..searches {
        let (drawn, kind) = draw(names, known, nth);
        let t = typed(&drawn, kind);
        let (id, by) = (format!("Q{nth}"), &staff[drawn.by].staff_id);
        table.write_record([&id, by, t.forename, t.surname, t.dob, t.address, t.postcode, t.vrm])?;
    }
    table.flush()?;
    Ok(())
}

/// The most memory held so far, in MB; 0 where the system does not tell.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
