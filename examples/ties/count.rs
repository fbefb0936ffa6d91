//! What was claimed, rightly and wrongly.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

/// The columns that tell how somebody was searched for.
pub const TYPED: [&str; 8] =
    ["subject_id", "q_text", "q_forename", "q_surname", "q_dob", "q_age", "q_address", "q_postcode"];

/// One search with its first answer.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The first answer, or nothing.
    pub claim: String,
    /// Its stated probability; below a half it is no claim.
    pub probability: f64,
    /// What it was.
    pub truth: String,
    /// Why it was made.
    pub asked_for: String,
    /// Of the person meant.
    pub surname: String,
    /// The person lives with the user.
    pub at_home: bool,
    /// Which of [`TYPED`] are not empty.
    pub typed: [bool; 8],
}

impl Search {
    /// In words, how the person was searched for.
    pub fn form(&self) -> &'static str {
        let [record, text, forename, _, dob, age, address, postcode] = self.typed;
        match () {
            () if record => "record id",
            () if text => "one string of text",
            () if dob => "name, birth date or year",
            () if age => "name, age",
            () if postcode && !forename => "surname, postcode",
            () if address || postcode => "name, address or postcode",
            () => "name alone",
        }
    }

    fn of_circle(&self) -> bool {
        self.claim == "self" || self.claim == "household" || self.claim.starts_with("rel:")
    }

    fn claims(&self) -> bool {
        self.of_circle() && self.probability >= 0.5
    }

    fn fits(&self) -> bool {
        self.of_circle()
            && !self.truth.is_empty()
            && (self.claim == self.truth || self.claim == "household" && self.at_home)
    }

    fn right(&self) -> bool {
        self.claims() && self.fits()
    }
}

/// Sums over searches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    inside: usize,
    right: usize,
    other_member: usize,
    /// Searches for people outside the circle.
    pub outside: usize,
    /// Of these, those claimed for the circle.
    pub false_claims: usize,
}

impl Count {
    /// Adds one search.
    pub fn add(&mut self, search: &Search) {
        if search.truth.is_empty() {
            self.outside += 1;
            self.false_claims += usize::from(search.claims());
        } else {
            self.inside += 1;
            self.right += usize::from(search.right());
            self.other_member += usize::from(search.claims() && !search.right());
        }
    }

    /// Share of the searches outside the circle that are claimed for it.
    pub fn false_rate(&self) -> f64 {
        share(self.false_claims, self.outside)
    }

    fn precision(&self) -> f64 {
        share(self.right, self.right + self.other_member + self.false_claims)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.inside)
    }

    /// The head of a table.
    pub fn header(first: &str) -> String {
        format!(
            "| {first} | in the circle | rightly claimed | another member | outside | false claims | precision | recall |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- |"
        )
    }

    /// One row of it.
    pub fn row(&self, name: &str) -> String {
        format!(
            "| {name} | {} | {} | {} | {} | {} | {:.4} | {:.4} |",
            self.inside,
            self.right,
            self.other_member,
            self.outside,
            self.false_claims,
            self.precision(),
            self.recall()
        )
    }
}

/// Stated probabilities against the share that was right, as rows of a table.
pub fn calibration(searches: &[Search]) -> Vec<String> {
    const EDGES: [f64; 11] = [0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.98, 0.999, 1.1];
    let within = |s: &&Search, low: f64, high: f64| s.of_circle() && s.probability >= low && s.probability < high;
    EDGES
        .windows(2)
        .filter_map(|edge| {
            let stated: Vec<&Search> = searches.iter().filter(|s| within(s, edge[0], edge[1])).collect();
            let right = stated.iter().filter(|s| s.fits()).count();
            let mean = stated.iter().map(|s| s.probability).sum::<f64>() / stated.len().max(1) as f64;
            let row = format!(
                "| {} to {} | {} | {mean:.3} | {right} | {:.3} |",
                edge[0],
                edge[1].min(1.0),
                stated.len(),
                share(right, stated.len())
            );
            (!stated.is_empty()).then_some(row)
        })
        .collect()
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// Of each search, the tenth in which the surname of the person meant stands, by how many people of the index bear it.
/// Tenths are of the searches outside the circle.
pub fn decile_of(searches: &[Search], world: &Path) -> Result<Vec<usize>, Box<dyn Error>> {
    let mut bearers: HashMap<String, usize> = HashMap::new();
    let mut rows = csv::Reader::from_path(world.join("people.csv"))?;
    let at = rows.headers()?.iter().position(|h| h == "surname").ok_or("people.csv: no column surname")?;
    for row in rows.records() {
        *bearers.entry(row?[at].to_uppercase()).or_default() += 1;
    }
    let of = |search: &Search| bearers.get(&search.surname.to_uppercase()).copied().unwrap_or(0);
    let mut sorted: Vec<usize> = searches.iter().filter(|s| s.truth.is_empty()).map(of).collect();
    sorted.sort_unstable();
    let place = |n: usize| (sorted.partition_point(|other| *other < n) * 10 / sorted.len().max(1)).min(9);
    Ok(searches.iter().map(|search| place(of(search))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(claim: &str, truth: &str, at_home: bool) -> Search {
        Search { claim: claim.to_owned(), truth: truth.to_owned(), probability: 0.9, at_home, ..Search::default() }
    }

    #[test]
    fn what_is_stated_beside_what_was() {
        let rows = calibration(&[
            search("self", "self", true),
            search("rel:A1", "", false),
            search("neighbour", "", false),
            Search { probability: 0.4, ..search("self", "self", true) },
        ]);
        assert_eq!(rows, ["| 0.35 to 0.5 | 1 | 0.400 | 1 | 1.000 |", "| 0.9 to 0.98 | 2 | 0.900 | 1 | 0.500 |"]);
    }

    #[test]
    fn claims_are_counted_once() {
        let mut count = Count::default();
        for s in [
            search("self", "self", true),
            search("household", "rel:A1", true),
            search("rel:A2", "rel:A1", false),
            search("", "rel:A1", false),
            search("neighbour", "", false),
            search("rel:A1", "", false),
            Search { probability: 0.4, ..search("self", "self", true) },
        ] {
            count.add(&s);
        }
        assert!((count.precision() - 0.5).abs() < 1e-12);
        assert!((count.recall() - 0.4).abs() < 1e-12);
        assert!((count.false_rate() - 0.5).abs() < 1e-12);
    }
}
