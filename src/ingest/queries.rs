//! Distinct queries while a log is being read.

use super::access::Query;

/// Queries and their numbers, in the order of first sight.
#[derive(Default)]
pub(crate) struct Queries {
    pub all: Vec<Query>,
    /// Most queries have one term only: by column, the number plus one at the place of the term's code.
    single: [Vec<u32>; TERMS],
    /// The others in the order of their hashes, open addressing, never more than half full: above the hash, below the
    /// number plus one.
    others: Vec<u64>,
    /// How many they are.
    count: usize,
}

/// What a first look for a query has found.
#[derive(Clone, Copy, Default)]
pub(crate) struct Visit {
    /// The only term that is set.
    only: Option<u8>,
    /// Otherwise the hash of the terms.
    hash: u32,
    /// What stands where the search begins.
    near: u32,
}

/// How many terms a query can have.
pub(crate) const TERMS: usize = 10;

impl Queries {
    /// The number of a query, given by the codes of its terms and what [`Self::visit`] said of it.
    #[inline]
    pub(crate) fn number(&mut self, terms: [u32; TERMS], visit: Visit) -> u32 {
        let next = self.all.len() as u32;
        let number = match visit.only {
            Some(only) => {
                let only = usize::from(only);
                let (numbers, code) = (&mut self.single[only], terms[only] as usize);
                if numbers.len() <= code {
                    numbers.resize((code + 1).next_power_of_two(), 0);
                }
                if numbers[code] == 0 {
                    numbers[code] = next + 1;
                }
                numbers[code] - 1
            }
            None => self.other(terms, visit.hash, next),
        };
        if number == next {
            self.all.push(query(terms));
        }
        number
    }

    /// Visits the place of a query, so that the waits for memory of several overlap.
    #[inline]
    pub(crate) fn visit(&self, terms: &[u32; TERMS]) -> Visit {
        let mut set = (0..TERMS).filter(|term| terms[*term] != 0);
        if let (Some(only), None) = (set.next(), set.next()) {
            let near = self.single[only].get(terms[only] as usize).copied().unwrap_or_default();
            return Visit { only: Some(only as u8), hash: 0, near };
        }
        let hash = hash(terms);
        let near = self.others.get(place(hash, self.others.len())).map_or(0, |slot| *slot as u32);
        Visit { only: None, hash, near }
    }

    /// Visits the query that is likely to be the same.
    #[inline]
    pub(crate) fn look_at(&self, visit: Visit) -> u32 {
        match visit.only {
            Some(_) => visit.near,
            None => self.all.get((visit.near as usize).wrapping_sub(1)).map_or(0, |query| query.text),
        }
    }

    fn other(&mut self, wanted: [u32; TERMS], hash: u32, next: u32) -> u32 {
        if self.count * 2 >= self.others.len() {
            self.grow();
        }
        let mask = self.others.len() - 1;
        let mut at = place(hash, self.others.len());
        loop {
            let slot = self.others[at];
            if slot == 0 {
                self.others[at] = u64::from(hash) << 32 | u64::from(next + 1);
                self.count += 1;
                return next;
            }
            let number = slot as u32 - 1;
            if slot >> 32 == u64::from(hash) && terms(&self.all[number as usize]) == wanted {
                return number;
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = (self.others.len() * 2).max(1024);
        let old = std::mem::replace(&mut self.others, vec![0; size]);
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            // In their order, and so from the front of the new table to its end.
            let mut at = place((slot >> 32) as u32, size);
            while self.others[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.others[at] = slot;
        }
    }
}

/// Where the search for a hash begins in a table.
#[inline]
const fn place(hash: u32, size: usize) -> usize {
    ((hash as u64 * size as u64) >> 32) as usize
}

/// Spreads the terms over 32 bits.
#[inline]
fn hash(terms: &[u32; TERMS]) -> u32 {
    const ODD: [u64; TERMS / 2] = [
        0x9e37_79b9_7f4a_7c15,
        0xd1b5_4a32_d192_ed03,
        0x8cb9_2ba7_2f3d_8dd7,
        0xaef1_7502_108e_f2d9,
        0xf135_7aea_2e62_a9c5,
    ];
    let sum = terms.chunks_exact(2).zip(ODD).fold(0u64, |sum, (pair, odd)| {
        let both = u64::from(pair[0]) << 32 | u64::from(pair[1]);
        sum.wrapping_add((both ^ odd.rotate_left(32)).wrapping_mul(odd))
    });
    let product = u128::from(sum ^ ODD[0]) * u128::from(ODD[1]);
    ((product as u64 ^ (product >> 64) as u64) >> 32) as u32
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

/// The beginning of a query as one number: queries with different numbers are in the order of these. The first term
/// that is set, and how far behind it stands, then its code, then what fits of the next term.
pub(crate) fn head(query: &Query) -> u64 {
    let terms = terms(query);
    let Some(first) = terms.iter().position(|code| *code != 0) else { return 0 };
    let next = terms.get(first + 1).copied().unwrap_or_default();
    ((TERMS - first) as u64) << 60 | u64::from(terms[first]) << 28 | u64::from(next >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Queries {
        fn found(&mut self, terms: [u32; TERMS]) -> u32 {
            let visit = self.visit(&terms);
            self.number(terms, visit)
        }
    }

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
            assert_eq!(given.map(|terms| queries.found(terms)), [0, 1, 2, 3, 4]);
        }
        assert_eq!(queries.all, given.map(query));
    }

    proptest! {
        #[test]
        fn heads_keep_the_order(left: [u32; TERMS], right: [u32; TERMS], common in 0usize..TERMS, zero in 0usize..TERMS) {
            let mut left = left;
            left[..common].copy_from_slice(&right[..common]);
            let mut right = right;
            for terms in [&mut left, &mut right] {
                terms[..zero].fill(0);
            }
            let (left, right) = (query(left), query(right));
            let by_head = head(&left).cmp(&head(&right));
            prop_assert!(by_head.is_eq() || by_head == left.cmp(&right));
            prop_assert_eq!(by_head.then(left.cmp(&right)), left.cmp(&right));
        }

        #[test]
        fn many_queries_keep_their_numbers(given in prop::collection::vec(prop::array::uniform10(0u32..3), 0..3000)) {
            let mut queries = Queries::default();
            let numbers: Vec<u32> = given.iter().map(|terms| queries.found(*terms)).collect();
            for (terms, number) in given.iter().zip(&numbers) {
                prop_assert_eq!(queries.all[*number as usize], query(*terms));
                prop_assert_eq!(queries.found(*terms), *number);
            }
        }
    }
}
