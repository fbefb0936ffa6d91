//! Running many rules over many rows in parallel.

use rayon::prelude::*;

use super::compiled::Compiled;
use super::value::Row;

/// Rows that one task takes: small enough to share out, large enough to be worth it.
const CHUNK: usize = 1_024;

/// Every (rule, row) at which a rule fires, by their places in the arguments,
/// sorted. A task takes a chunk of rows and asks all rules of one row before
/// the next, while its facts are at hand. Sorting afterwards makes the result
/// the same whatever the threads do.
#[must_use]
pub fn run_pass<R: Row + Sync>(rules: &[Compiled], rows: &[R]) -> Vec<(usize, usize)> {
    let mut hits: Vec<(usize, usize)> = rows
        .par_chunks(CHUNK)
        .enumerate()
        .flat_map_iter(|(chunk, rows)| {
            let mut found = Vec::new();
            for (row, facts) in (chunk * CHUNK..).zip(rows) {
                let fires = (0..rules.len()).filter(|&rule| rules[rule].matches(facts));
                found.extend(fires.map(|rule| (rule, row)));
            }
            found
        })
        .collect();
    hits.par_sort_unstable();
    hits
}
