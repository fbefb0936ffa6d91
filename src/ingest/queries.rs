//! Distinct queries while a log is being read.

use rustc_hash::FxHashMap;

use super::access::Query;

/// Queries and their numbers, in the order of first sight.
#[derive(Default)]
pub(crate) struct Queries {
    pub all: Vec<Query>,
    /// Most queries have one term only: by column, the number plus one at the place of the term's code.
    single: [Vec<u32>; TERMS],
    others: FxHashMap<[u32; TERMS], u32>,
}

/// How many terms a query can have.
pub(crate) const TERMS: usize = 10;

impl Queries {
    /// The number of a query, given by the codes of its terms.
    pub(crate) fn number(&mut self, terms: [u32; TERMS]) -> u32 {
        let next = self.all.len() as u32;
        let mut set = (0..TERMS).filter(|term| terms[*term] != 0);
        let number = match (set.next(), set.next()) {
            (Some(only), None) => {
                let (numbers, code) = (&mut self.single[only], terms[only] as usize);
                if numbers.len() <= code {
                    numbers.resize((code + 1).next_power_of_two(), 0);
                }
                if numbers[code] == 0 {
                    numbers[code] = next + 1;
                }
                numbers[code] - 1
            }
            _ => *self.others.entry(terms).or_insert(next),
        };
        if number == next {
            self.all.push(query(terms));
        }
        number
    }
}

/// The terms in the order of the table's columns.
pub(crate) const fn terms(query: &Query) -> [u32; TERMS] {
    let Query { subject_id, forename, surname, dob, age, address, postcode, vrm, phone, text } = *query;
    [subject_id, forename, surname, dob, age, address, postcode, vrm, phone, text]
}

/// A query of terms in the order of the table's columns.
pub(crate) const fn query(terms: [u32; TERMS]) -> Query {
    let [subject_id, forename, surname, dob, age, address, postcode, vrm, phone, text] = terms;
    Query { subject_id, forename, surname, dob, age, address, postcode, vrm, phone, text }
}

/// A query as few wide numbers in the same order, which compare faster than many narrow ones.
pub(crate) fn wide(query: &Query) -> (u128, u128, u64) {
    let terms = terms(query);
    let join = |from: usize, to: usize| terms[from..to].iter().fold(0, |sum: u128, term| sum << 32 | u128::from(*term));
    (join(0, 4), join(4, 8), join(8, 10) as u64)
}

/// The query of [`wide`] numbers.
pub(crate) fn narrow((first, second, third): (u128, u128, u64)) -> Query {
    let part = |wide: u128, place: u32| (wide >> (32 * place)) as u32;
    let third = u128::from(third);
    query([
        part(first, 3),
        part(first, 2),
        part(first, 1),
        part(first, 0),
        part(second, 3),
        part(second, 2),
        part(second, 1),
        part(second, 0),
        part(third, 1),
        part(third, 0),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_number_a_query() {
        let mut queries = Queries::default();
        let given = [
            [0; TERMS],
            [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            [1, 1, 0, 0, 0, 0, 0, 0, 0, 9],
            [700, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ];
        for _ in 0..2 {
            assert_eq!(given.map(|terms| queries.number(terms)), [0, 1, 2, 3, 4]);
        }
        assert_eq!(queries.all, given.map(query));
    }

    proptest! {
        #[test]
        fn wide_numbers_keep_the_order(left: [u32; TERMS], right: [u32; TERMS], common in 0usize..TERMS) {
            let mut left = left;
            left[..common].copy_from_slice(&right[..common]);
            let (left, right) = (query(left), query(right));
            prop_assert_eq!(wide(&left).cmp(&wide(&right)), left.cmp(&right));
            prop_assert_eq!(narrow(wide(&left)), left);
        }
    }
}
