//! Distinct queries while a log is being read.

use super::access::Query;

/// Queries and their numbers, in the order of first sight.
#[derive(Default)]
pub(crate) struct Queries {
    pub all: Vec<Query>,
    /// Most queries have one term only: by column, the number plus one at the place of the term's code.
    single: [Vec<u32>; TERMS],
    /// The others by hash, open addressing, never more than half full: above the upper half of the hash, below the
    /// number plus one.
    others: Vec<u64>,
    /// How many they are.
    count: usize,
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
            _ => self.other(terms, next),
        };
        if number == next {
            self.all.push(query(terms));
        }
        number
    }

    /// Visits the place of a query, so that the waits for memory of several overlap.
    pub(crate) fn visit(&self, terms: [u32; TERMS]) -> u32 {
        let mut set = (0..TERMS).filter(|term| terms[*term] != 0);
        match (set.next(), set.next()) {
            (Some(only), None) => self.single[only].get(terms[only] as usize).copied().unwrap_or_default(),
            _ if self.others.is_empty() => 0,
            _ => self.others[hash(&terms) as usize & (self.others.len() - 1)] as u32,
        }
    }

    fn other(&mut self, wanted: [u32; TERMS], next: u32) -> u32 {
        if self.count * 2 >= self.others.len() {
            self.grow();
        }
        let hash = hash(&wanted);
        let mask = self.others.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.others[at];
            if slot == 0 {
                self.others[at] = hash >> 32 << 32 | u64::from(next + 1);
                self.count += 1;
                return next;
            }
            let number = slot as u32 - 1;
            if slot >> 32 == hash >> 32 && terms(&self.all[number as usize]) == wanted {
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
            let mut at = hash(&terms(&self.all[slot as u32 as usize - 1])) as usize & (size - 1);
            while self.others[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.others[at] = slot;
        }
    }
}

/// Spreads the terms over 64 bits.
fn hash(terms: &[u32; TERMS]) -> u64 {
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
    product as u64 ^ (product >> 64) as u64
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
            let numbers: Vec<u32> = given.iter().map(|terms| queries.number(*terms)).collect();
            for (terms, number) in given.iter().zip(&numbers) {
                prop_assert_eq!(queries.all[*number as usize], query(*terms));
                prop_assert_eq!(queries.number(*terms), *number);
            }
        }
    }
}
