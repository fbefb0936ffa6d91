//! Matches the FEBRL data sets and prints how well: `cargo run --release --example febrl`.
//!
//! Originals are the register, duplicates are the searches. Used are the names, the birth date, the street
//! address with its suburb, and the postcode. Not used: `soc_sec_id` (no search has such a number; with it the
//! task is nearly a look-up), `address_2` and `state`.
//!
//! With a folder as argument, the register and the searches of each FEBRL4 task are written there, for `beside_splink.py`
//! to match the very same rows.

mod data;
mod measure;

use data::{Record, Set};
use measure::{Outcome, Scores};
use probity::ingest::Person;
use probity::relations::register::Register;
use probity::subjects::terms::freetext;
use probity::subjects::{Coverage, Typed};
use rayon::prelude::*;

/// Which fields of a record are typed.
type Blank = fn(&Record, usize) -> Record;

/// Which fields of a search are left.
const PARTIAL: [(&str, Blank); 8] = [
    ("name, birth date", |r, _| r.only(&["dob"])),
    ("name, postcode", |r, _| r.only(&["postcode"])),
    ("name, address", |r, _| r.only(&["address"])),
    ("name, birth year, postcode", |r, _| r.only(&["year", "postcode"])),
    ("initial, surname, birth date", |r, _| r.only(&["dob", "initial"])),
    ("name, birth year", |r, _| r.only(&["year"])),
    ("name alone", |r, _| r.only(&[])),
    ("each of birth date, address, postcode gone by half", Record::by_half),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let four = Set::four()?;
    if let Some(folder) = std::env::args_os().nth(1) {
        return data::write_tasks(&four, std::path::Path::new(&folder));
    }
    println!("{}", Scores::header());
    for (name, set) in [("FEBRL1", Set::one("1")?), ("FEBRL2", Set::one("2")?), ("FEBRL3", Set::one("3")?)] {
        println!("{}", run(&set, all, false).row(name));
    }
    println!("{}", run(&four, all, false).row("FEBRL4"));
    println!("{}", run(&four, all, true).row("FEBRL4, 40 % absent"));
    println!("\nFEBRL4 with fields removed and 40 % of the right answers absent\n");
    println!("{}", Scores::header());
    for (name, blank) in PARTIAL {
        println!("{}", run(&four, blank, true).row(name));
    }
    Ok(())
}

fn all(record: &Record, _: usize) -> Record {
    record.clone()
}

/// Searches for every duplicate, with what `blank` leaves of it; `absent` takes two in five out of the register.
fn run(set: &Set, blank: Blank, absent: bool) -> Scores {
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default();
    let register = set.present(absent);
    let people: Vec<Person> = register.iter().map(|r| r.person()).collect();
    let index = Register::new(&people, as_of);
    let present: rustc_hash::FxHashSet<&str> = register.iter().map(|r| r.person.as_str()).collect();
    let outcomes: Vec<Outcome> = set
        .searches
        .par_iter()
        .enumerate()
        .map(|(row, record)| {
            let left = blank(record, row);
            let typed = Typed {
                forename: &left.forename,
                surname: &left.surname,
                dob: &left.dob,
                address: &left.address,
                postcode: &left.postcode,
                ..Typed::default()
            };
            let d = typed.describe(&freetext::Terms::default(), as_of, (as_of, as_of), &mut Coverage::default());
            let best = index.find(&d, 1e-6).into_iter().next();
            let right = best.is_some_and(|a| register[a.person as usize].person == record.person);
            Outcome {
                present: present.contains(record.person.as_str()),
                probability: best.map(|a| a.probability),
                bits: best.map_or(0.0, |a| a.bits),
                right,
            }
        })
        .collect();
    if std::env::var_os("MISSES").is_some() {
        misses(&outcomes, set);
    }
    Scores::of(outcomes)
}

/// What was missed or wrong, for whoever works on the matcher.
fn misses(outcomes: &[Outcome], set: &Set) {
    for (outcome, search) in outcomes.iter().zip(&set.searches) {
        if !outcome.present && outcome.probability.is_some_and(|p| p >= 0.5) {
            eprintln!("claimed, though absent: {:?} {:.1} bits\n   {search:?}", outcome.probability, outcome.bits);
        }
        if outcome.present && !(outcome.right && outcome.probability.is_some_and(|p| p >= 0.5)) {
            let original = set.register.iter().find(|r| r.person == search.person);
            eprintln!("{:?} {}\n   {search:?}\n   {original:?}", outcome.probability, outcome.right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bars_hold() {
        let four = Set::four().expect("the data sets");
        let whole = run(&four, all, false);
        assert!(whole.recall_at(0.999) >= 0.99, "{}", whole.row("FEBRL4"));
        assert!(whole.precision() >= 0.999 && whole.recall() >= 0.96, "{}", whole.row("FEBRL4"));
        let absent = run(&four, all, true);
        assert!(absent.absent_claims() <= 0.002, "{}", absent.row("40 % absent"));
        for (name, blank) in PARTIAL {
            let scores = run(&four, blank, true);
            assert!(scores.absent_claims() <= 0.002, "{}", scores.row(name));
        }
        let partial = run(&four, Record::by_half, true);
        assert!(partial.average_precision() >= 0.9, "{}", partial.row("partial"));
        assert!(partial.absent_claims() <= 0.002, "{}", partial.row("partial"));
    }
}
