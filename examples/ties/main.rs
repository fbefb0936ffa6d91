//! Compares the answers of `probity match --staff` with the truth of a synthetic force.
//!
//! ```text
//! cargo run --release --example simulate -- WORLD --staff 1000 --seed 1
//! probity match --staff WORLD/staff.csv --relations WORLD/relationships.csv --people WORLD/people.csv \
//!     --queries WORLD/truth/searches.csv --as-of 2026-03-31 --out answers.csv
//! cargo run --release --example ties -- WORLD answers.csv
//! ```
//!
//! A claim is a first answer of self, household or a relation with a probability of a half or more; with
//! `--least 0.02` the table of stated probabilities has what is less sure too. A claim is right where the search was for that very person,
//! or where it says household of somebody who lives there.

mod count;

use count::{Count, Search, calibration, decile_of};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(world), Some(answers)) = (arguments.next(), arguments.next()) else {
        return Err("usage: ties WORLD ANSWERS".into());
    };
    let searches = read(&Path::new(&world).join("truth/searches.csv"), Path::new(&answers))?;
    let deciles = decile_of(&searches, Path::new(&world))?;
    let mut by_form: BTreeMap<&str, Count> = BTreeMap::new();
    let mut by_asked: BTreeMap<&str, Count> = BTreeMap::new();
    let mut by_decile: BTreeMap<usize, Count> = BTreeMap::new();
    let (mut all, mut named) = (Count::default(), Count::default());
    for (search, decile) in searches.iter().zip(&deciles) {
        all.add(search);
        if !matches!(search.form(), "name alone" | "surname, postcode") {
            named.add(search);
        }
        by_form.entry(search.form()).or_default().add(search);
        by_asked.entry(&search.asked_for).or_default().add(search);
        if search.truth.is_empty() {
            by_decile.entry(*decile).or_default().add(search);
        }
    }
    println!("{}", Count::header("searched by"));
    for (form, count) in &by_form {
        println!("{}", count.row(form));
    }
    println!("{}", all.row("all"));
    println!("{}\n", named.row("all that say more than a name, or a surname and postcode"));
    println!("{}", Count::header("search for"));
    for (kind, count) in &by_asked {
        println!("{}", count.row(kind));
    }
    println!("\nStated probability of the first answer of the circle, and the share that was right\n");
    println!("| stated | answers | mean stated | right | share right |\n| --- | --- | --- | --- | --- |");
    for row in calibration(&searches) {
        println!("{row}");
    }
    println!("\nSearches for people outside the circle, by how common the surname is (1 = rarest tenth)\n");
    println!("| decile | searches | false claims | rate |\n| --- | --- | --- | --- |");
    for (decile, count) in &by_decile {
        println!(
            "| {} | {} | {} | {:.3} % |",
            decile + 1,
            count.outside,
            count.false_claims,
            count.false_rate() * 100.0
        );
    }
    Ok(())
}

fn read(searches: &Path, answers: &Path) -> Result<Vec<Search>, Box<dyn Error>> {
    let mut claims: BTreeMap<String, (String, f64)> = BTreeMap::new();
    let mut rows = csv::Reader::from_path(answers)?;
    for row in rows.records() {
        let row = row?;
        let probability = row[3].parse()?;
        claims.entry(row[0].to_owned()).or_insert_with(|| (row[1].to_owned(), probability));
    }
    let mut rows = csv::Reader::from_path(searches)?;
    let header = rows.headers()?.clone();
    let mut all = Vec::new();
    for row in rows.records() {
        let row = row?;
        let get = |name: &str| {
            header.iter().position(|h| h == name).and_then(|at| row.get(at)).unwrap_or_default().to_owned()
        };
        let (claim, probability) = claims.get(&row[0]).cloned().unwrap_or_default();
        all.push(Search {
            claim,
            probability,
            truth: get("answer"),
            asked_for: get("asked_for"),
            surname: get("surname"),
            at_home: get("at_home") == "true",
            typed: std::array::from_fn(|i| !get(count::TYPED[i]).is_empty()),
        });
    }
    Ok(all)
}
