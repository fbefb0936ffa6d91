//! `probity match`: who a list of searches was about, outside a run.
//!
//! The same library code as a run: nothing here weighs or decides.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::sheet::{Row, Sheet};
use super::stdout;
use super::text::counted;
use crate::ingest::{AccessLog, HighProfile, Person, Query, Relationship, Staff, Strings};
use crate::relations::answers::{Who, answers};
use crate::relations::register::Register;
use crate::relations::{Identifiers, TieKind, relate};
use crate::report::text::cell;
use crate::subjects::terms::freetext;
use crate::subjects::{Coverage, Typed, resolve};

/// Examples, and what the options cannot say.
pub const AFTER: &str = "\
Examples:
  probity match --people people.csv --queries searches.csv --out answers.csv
  probity match --staff staff.csv --relations relationships.csv --queries searches.csv
  zcat searches.csv.gz | probity match --people people.csv --queries - > answers.csv

Tables are CSV, plain, gzip or zstd, with the columns of docs/inputs.md; those of
the searches may have their `q_` or not. Searches need query_id. `person_id` and
`subject_id` both name the record of a person.

With --people the answer is a person_id. With --staff every search carries the
staff_id of whoever typed it, and the answer is self, rel:<relation_id>, household,
high_profile, colleague or neighbour. A search has a row for each answer, best
first, and no row where no answer is earned.

`identifiers` names what agrees, `against` what speaks against it; name_only says
that nothing but a name agrees. `bits` is the evidence (log2 of how much likelier
this agreement is if they are one person), `probability` is after the prior and
against every other reading.";

/// Options of `probity match`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The people who may be meant; with --staff, the nominal index
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,

    /// Members of staff: answers are told from the side of whoever typed the search
    #[arg(long, value_name = "FILE")]
    staff: Option<PathBuf>,

    /// Declared relations of staff
    #[arg(long, value_name = "FILE", requires = "staff")]
    relations: Option<PathBuf>,

    /// The watch list
    #[arg(long, value_name = "FILE", requires = "staff")]
    high_profile: Option<PathBuf>,

    /// The searches; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,

    /// Where the answers go; `-` is the standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    out: PathBuf,

    /// Least probability of an answer
    #[arg(long, value_name = "P", default_value = "0.5", value_parser = probability)]
    least: f32,

    /// The day on which ages were typed, which also tells 1926 from 2026 [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
}

fn probability(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(p) if p > 0.0 && p <= 1.0 => Ok(p),
        _ => Err("a probability is more than 0 and at most 1".to_owned()),
    }
}

/// Answers every search.
///
/// # Errors
/// A table that cannot be read or lacks a column, or answers that cannot be written.
pub fn execute(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let inputs = [Some(&args.queries), args.people.as_ref(), args.staff.as_ref(), args.relations.as_ref()];
    if inputs.into_iter().flatten().chain(&args.high_profile).filter(|path| is_dash(path)).count() > 1 {
        let message = "only one table can be read from the standard input";
        return Err(Failure::said(Exit::Usage, "match::two_inputs", message, "name a file for the others".to_owned()));
    }
    if args.people.is_none() && args.staff.is_none() {
        let message = "there is nobody to match against";
        let help = "give --people, or --staff with --relations; `probity match --help` shows both";
        return Err(Failure::said(Exit::Usage, "match::nobody", message, help.to_owned()));
    }
    let as_of = args.as_of.unwrap_or_else(|| chrono::Utc::now().date_naive());
    let queries = Sheet::read(&args.queries)?;
    let people = args.people.as_deref().map(|path| people(path, console)).transpose()?.unwrap_or_default();
    note_ragged(&queries, console);
    let (text, answered) = match &args.staff {
        None => among_people(&people, &queries, as_of, args.least)?,
        Some(path) => {
            let world = World {
                staff: staff(path, console)?,
                relations: args
                    .relations
                    .as_deref()
                    .map(|path| relations(path, console))
                    .transpose()?
                    .unwrap_or_default(),
                people,
                high_profile: args
                    .high_profile
                    .as_deref()
                    .map(|path| high_profile(path, console))
                    .transpose()?
                    .unwrap_or_default(),
            };
            by_staff(&world, &queries, as_of, args.least, console)?
        }
    };
    console.done(&format!("{} of {} answered", answered, counted(queries.count() as u64, "search", "searches")));
    if is_dash(&args.out) { stdout::write(text.as_bytes()) } else { write_whole(&args.out, text.as_bytes()) }
}

fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// Beside its place first, then renamed: a reader never sees half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<Exit, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    written.map(|()| Exit::Done).map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        Failure::unwritable(path, &error)
    })
}

/// The terms of every search, with its id.
struct Searches {
    ids: Vec<String>,
    terms: Vec<[String; TERMS.len()]>,
}

/// The columns of a search, in the order of [`Searches::terms`].
const TERMS: [&str; 10] =
    ["forename", "surname", "dob", "age", "address", "postcode", "vrm", "phone", "text", "subject_id"];

impl Searches {
    fn of(sheet: &Sheet) -> Result<Self, Failure> {
        let id = sheet.need(&["query_id", "event_id"])?;
        let mut columns: Vec<Option<usize>> = TERMS.iter().map(|name| sheet.find(&[name])).collect();
        columns[9] = sheet.find(&["subject_id", "person_id"]);
        if columns.iter().all(Option::is_none) {
            let message = format!("{} has no column to search by", sheet.name);
            let help = format!("it may have {}, with or without `q_`", TERMS.join(", "));
            return Err(Failure::said(Exit::Input, "match::no_terms", message, help));
        }
        let mut all = Self { ids: Vec::with_capacity(sheet.count()), terms: Vec::with_capacity(sheet.count()) };
        for row in sheet.rows() {
            let known = row.at(id);
            all.ids.push(if known.is_empty() { format!("line:{}", row.line) } else { known });
            all.terms.push(std::array::from_fn(|i| columns[i].map_or_else(String::new, |column| row.at(column))));
        }
        Ok(all)
    }
}

fn among_people(people: &[Person], sheet: &Sheet, as_of: NaiveDate, least: f32) -> Result<(String, u64), Failure> {
    let searches = Searches::of(sheet)?;
    let register = Register::new(people, as_of);
    let found: Vec<Vec<_>> = searches
        .terms
        .par_iter()
        .map(|terms| {
            let [forename, surname, dob, age, address, postcode, vrm, phone, text, record] =
                terms.each_ref().map(String::as_str);
            let free = if text.is_empty() { freetext::Terms::default() } else { freetext::parse(text, as_of) };
            let typed = Typed { forename, surname, dob, age, address, postcode, vrm, phone };
            let mut d = typed.describe(&free, as_of, (as_of, as_of), &mut Coverage::default());
            d.record = if record.is_empty() { free.record.as_str().into() } else { record.into() };
            register.find(&d, least)
        })
        .collect();
    let mut out = String::from("query_id,person_id,bits,probability,identifiers,against\n");
    let mut answered = 0;
    for (id, found) in searches.ids.iter().zip(&found) {
        answered += u64::from(!found.is_empty());
        for a in found {
            let person = &people[a.person as usize].subject_id;
            push(&mut out, id, person, (a.bits, a.probability), (a.identifiers, a.against));
        }
    }
    Ok((out, answered))
}

/// Everything that searches of staff are matched against.
struct World {
    staff: Vec<Staff>,
    relations: Vec<Relationship>,
    people: Vec<Person>,
    high_profile: Vec<HighProfile>,
}

fn by_staff(
    world: &World,
    sheet: &Sheet,
    as_of: NaiveDate,
    least: f32,
    console: &Console,
) -> Result<(String, u64), Failure> {
    let by = sheet.need(&["staff_id", "login"])?;
    let searches = Searches::of(sheet)?;
    let rows: FxHashMap<&str, u32> =
        world.staff.iter().enumerate().rev().map(|(row, s)| (s.staff_id.as_str(), row as u32)).collect();
    let typists: Vec<Option<u32>> = sheet.rows().map(|row| rows.get(row.at(by).as_str()).copied()).collect();
    let strangers = typists.iter().filter(|row| row.is_none()).count();
    if strangers > 0 {
        console.warn(&format!(
            "{} by nobody on the staff list: only high_profile and colleague can be answered",
            counted(strangers as u64, "search was typed", "searches were typed")
        ));
    }
    let (log, query_of) = log(&searches);
    let subjects = resolve(&log, &world.people, as_of);
    let relations = relate(&subjects, &world.staff, &world.relations, &world.people, &world.high_profile, as_of);
    let mut out = String::from("query_id,answer,bits,probability,identifiers,against\n");
    let mut answered = 0;
    for ((id, typist), query) in searches.ids.iter().zip(&typists).zip(&query_of) {
        let mut any = false;
        for a in answers(&relations, &subjects, subjects.of_query[*query as usize], *typist) {
            if a.probability < least {
                continue;
            }
            any = true;
            let who = match a.who {
                Who::Myself => "self".to_owned(),
                Who::Relation(row) => format!("rel:{}", world.relations[row as usize].relation_id),
                Who::Household => "household".to_owned(),
                Who::HighProfile(_) => "high_profile".to_owned(),
                Who::Colleague(_) => "colleague".to_owned(),
                Who::Neighbour => "neighbour".to_owned(),
            };
            push(&mut out, id, &who, (a.bits, a.probability), (a.identifiers, a.against));
        }
        answered += u64::from(any);
    }
    Ok((out, answered))
}

/// The searches as a log of distinct queries, and the query of each.
fn log(searches: &Searches) -> (AccessLog, Vec<u32>) {
    let mut texts: Vec<&str> = searches.terms.iter().flatten().map(String::as_str).chain([""]).collect();
    texts.par_sort_unstable();
    texts.dedup();
    let codes: FxHashMap<&str, u32> = texts.iter().enumerate().map(|(code, text)| (*text, code as u32)).collect();
    let coded: Vec<[u32; TERMS.len()]> =
        searches.terms.iter().map(|terms| terms.each_ref().map(|text| codes[text.as_str()])).collect();
    let mut distinct = coded.clone();
    distinct.par_sort_unstable();
    distinct.dedup();
    let query_of = coded.iter().map(|terms| distinct.binary_search(terms).unwrap_or_default() as u32).collect();
    let queries = distinct
        .into_iter()
        .map(|[forename, surname, dob, age, address, postcode, vrm, phone, text, subject_id]| Query {
            subject_id,
            forename,
            surname,
            dob,
            age,
            address,
            postcode,
            vrm,
            phone,
            text,
        })
        .collect();
    (AccessLog { queries, strings: Strings::from_sorted(texts), ..AccessLog::default() }, query_of)
}

fn push(
    out: &mut String,
    id: &str,
    who: &str,
    (bits, probability): (f32, f32),
    (fits, against): (Identifiers, Identifiers),
) {
    let mut codes = fits.codes().join(";");
    if fits.is_name_only() {
        codes.push_str(";name_only");
    }
    // Four decimals never round up to certainty.
    let probability = (f64::from(probability) * 1e4).floor() / 1e4;
    let _ = writeln!(
        out,
        "{},{},{bits:.1},{probability:.4},{codes},{}",
        quoted(id),
        quoted(who),
        against.codes().join(";")
    );
}

/// A cell that no spreadsheet runs and no comma breaks.
fn quoted(text: &str) -> String {
    let safe = cell(text);
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe.into_owned() }
}

fn note_ragged(sheet: &Sheet, console: &Console) {
    if sheet.ragged > 0 {
        console.warn(&format!(
            "{}: {} more or fewer cells than the header; missing cells are read as empty",
            sheet.name,
            counted(sheet.ragged, "row has", "rows have")
        ));
    }
}

fn read<T>(
    path: &Path,
    console: &Console,
    ids: &[&str],
    row: impl Fn(&Row<'_>, String) -> T,
) -> Result<Vec<T>, Failure> {
    let sheet = Sheet::read(path)?;
    note_ragged(&sheet, console);
    let id = sheet.need(ids)?;
    let unnamed = sheet.rows().filter(|r| r.at(id).is_empty()).count();
    if unnamed > 0 {
        console.warn(&format!("{}: {} no {}", sheet.name, counted(unnamed as u64, "row has", "rows have"), ids[0]));
    }
    Ok(sheet.rows().map(|r| row(&r, r.at(id))).collect())
}

fn people(path: &Path, console: &Console) -> Result<Vec<Person>, Failure> {
    read(path, console, &["person_id", "subject_id"], |row, subject_id| Person {
        subject_id,
        forename: row.get("forename"),
        middle_names: row.get("middle_names"),
        surname: row.get("surname"),
        aliases: row.list("aliases"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        phones: row.list("phones"),
        vrms: row.list("vrms"),
        flags: row.list("flags"),
        ..Person::default()
    })
}

fn staff(path: &Path, console: &Console) -> Result<Vec<Staff>, Failure> {
    read(path, console, &["staff_id"], |row, staff_id| Staff {
        staff_id,
        forename: row.get("forename"),
        middle_names: row.get("middle_names"),
        surname: row.get("surname"),
        previous_surnames: row.list("previous_surnames"),
        known_as: row.get("known_as"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        phones: row.list("phones"),
        vrms: row.list("vrms"),
        ..Staff::default()
    })
}

fn relations(path: &Path, console: &Console) -> Result<Vec<Relationship>, Failure> {
    let mut rows = read(path, console, &["relation_id"], |row, relation_id| Relationship {
        relation_id,
        staff_id: row.get("staff_id"),
        relation: row.get("relation").to_lowercase().replace([' ', '-'], "_"),
        related_staff_id: row.get("related_staff_id"),
        subject_id: row.get("subject_id"),
        forename: row.get("forename"),
        surname: row.get("surname"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        phones: row.list("phones"),
        vrms: row.list("vrms"),
        from: row.get("from").parse().ok(),
        to: row.get("to").parse().ok(),
        source: row.get("source"),
        ..Relationship::default()
    })?;
    // Who somebody is does not hang on what the tie is called.
    let mut unknown = 0;
    for row in rows.iter_mut().filter(|row| TieKind::of_relation(&row.relation).is_none()) {
        unknown += 1;
        row.relation = TieKind::Acquaintance.as_str().to_owned();
    }
    if unknown > 0 {
        console.warn(&format!(
            "{}: {} a relation that docs/inputs.md does not list; read as acquaintance",
            path.display(),
            counted(unknown, "row has", "rows have")
        ));
    }
    Ok(rows)
}

fn high_profile(path: &Path, console: &Console) -> Result<Vec<HighProfile>, Failure> {
    read(path, console, &["person_id"], |row, person_id| HighProfile {
        person_id,
        forename: row.get("forename"),
        surname: row.get("surname"),
        aliases: row.list("aliases"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        vrms: row.list("vrms"),
        subject_id: row.get("subject_id"),
        ..HighProfile::default()
    })
}
