//! `probity match`: who a list of searches was about, outside a run.
//!
//! The same library code as a run: nothing here weighs or decides.

mod answer;
mod tables;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use self::answer::{ByStaff, Search, Searches};
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use crate::relations::register::Register;
use crate::relations::{Known, Policy};
use crate::subjects::PeopleIndex;

/// Examples, and what the options cannot say.
pub const AFTER: &str = "\
Examples:
  probity match --people people.csv --queries searches.csv --out answers.csv
  probity match --staff staff.csv --relations relationships.csv --queries searches.csv
  zcat searches.csv.gz | probity match --people people.csv --queries - > answers.csv

Tables are CSV, NDJSON, JSON lists, workbooks or Parquet, the first three plain, gzip or
zstd, with the columns of docs/inputs.md; those of the searches may have their `q_` or
not. Searches need query_id. `person_id` and
`subject_id` both name the record of a person.

With --people the answer is a person_id. With --staff every search carries the
staff_id of whoever typed it, and the answer is self, rel:<relation_id>, household,
high_profile, colleague or neighbour; former_household and former_neighbour where
rows with valid_from say that an address was shared and is no more. A search has a
row for each answer, best first, and no row where no answer is earned. A column `at`
says when it was typed; without one the day of --as-of is taken.

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
    let mut queries = Searches::open(&args.queries, args.staff.is_some())?;
    let people = args.people.as_deref().map(|path| tables::people(path, console)).transpose()?.unwrap_or_default();
    let told = if let Some(path) = &args.staff {
        let staff = tables::staff(path, console)?;
        let declared = args.relations.as_deref().map(|path| tables::relations(path, console)).transpose()?;
        let declared = declared.unwrap_or_default();
        let watched = args.high_profile.as_deref().map(|path| tables::high_profile(path, console)).transpose()?;
        let known =
            Known::new(&staff, &declared, &people, &watched.unwrap_or_default(), as_of).by(Policy::answers(args.least));
        let index = PeopleIndex::new(&people, as_of);
        let by = ByStaff::new(&known, &index, &staff, &declared, args.least);
        queries.answer(&args.out, "query_id,answer,bits,probability,identifiers,against", || by.asker())?
    } else {
        let register = Register::new(&people, as_of);
        let header = "query_id,person_id,bits,probability,identifiers,against";
        queries.answer(&args.out, header, || {
            |search: &Search<'_>, out: &mut answer::Lines| {
                answer::among_people(&register, &people, (search, as_of, args.least), out)
            }
        })?
    };
    queries.tell(&told, console);
    Ok(Exit::Done)
}

fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}
