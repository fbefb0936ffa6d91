//! Distinct queries while a log is being read.

use wide::u8x16;

use super::access::Query;
use super::near::fetch;

/// Queries and their numbers, in the order of first sight.
#[derive(Default)]
pub(crate) struct Queries {
    pub all: Vec<Query>,
    /// Most queries have one term only: by column, the number plus one at the place of the term's code.
    single: [Vec<u32>; TERMS],
    /// The others by groups of sixteen, open addressing, never more than seven eighths full: seven bits of the hash of each …
    tags: Vec<[u8; GROUP]>,
    /// … and its number. Most queries of several terms are new, which the tags alone tell, and those are small and near.
    numbers: Vec<[u32; GROUP]>,
    /// How many they are.
    count: usize,
}

/// How many terms a query can have.
pub(crate) const TERMS: usize = 10;

/// So many queries are numbered together.
const TOGETHER: usize = 64;
/// Slots of a group.
const GROUP: usize = 16;

impl Queries {
    /// The numbers of queries given by the codes of their terms: `give` is called with the place of each in the list. What will be looked
    /// at is fetched for many queries first.
    pub(crate) fn numbers(&mut self, wanted: &[[u32; TERMS]], mut give: impl FnMut(usize, u32)) {
        for (chunk, wanted) in wanted.chunks(TOGETHER).enumerate() {
            let (mut singles, mut others) = ([(0, 0); TOGETHER], [(0, 0); TOGETHER]);
            let (mut single, mut other) = (0, 0);
            for (at, terms) in wanted.iter().enumerate() {
                let set = set(terms);
                // Both are written and one is kept: which of them it is cannot be foretold.
                singles[single] = (at, set.trailing_zeros() as usize);
                others[other] = (at, 0);
                let only = set.is_power_of_two();
                single += usize::from(only);
                other += usize::from(!only);
            }
            let (singles, others) = (&singles[..single], &mut others[..other]);
            self.fetch_groups(wanted, others);
            self.singles(wanted, singles, |at, number| give(chunk * TOGETHER + at, number));
            self.fetch_alike(others);
            for (at, hash) in others {
                give(chunk * TOGETHER + *at, self.other(&wanted[*at], *hash));
            }
        }
    }

    /// Queries of the one term that is named.
    fn singles(&mut self, wanted: &[[u32; TERMS]], all: &[(usize, usize)], mut give: impl FnMut(usize, u32)) {
        for (at, only) in all {
            if let Some(number) = self.single[*only].get(wanted[*at][*only] as usize) {
                fetch(number);
            }
        }
        for (at, only) in all {
            let (numbers, code) = (&mut self.single[*only], wanted[*at][*only] as usize);
            if numbers.len() <= code {
                numbers.resize((code + 1).next_power_of_two(), 0);
            }
            if numbers[code] == 0 {
                self.all.push(query(wanted[*at]));
                numbers[code] = self.all.len() as u32;
            }
            give(*at, numbers[code] - 1);
        }
    }

    /// Hashes queries of several terms, or of none, and fetches where their search begins.
    fn fetch_groups(&mut self, wanted: &[[u32; TERMS]], others: &mut [(usize, u64)]) {
        if (self.count + others.len()) * 8 > self.tags.len() * GROUP * 7 {
            self.grow();
        }
        for (at, hash) in others {
            *hash = spread(&wanted[*at]);
            let group = self.group(*hash);
            fetch(&self.tags[group]);
            fetch(&self.numbers[group]);
        }
    }

    /// Fetches the queries that are likely to be the same.
    fn fetch_alike(&self, others: &[(usize, u64)]) {
        for (_, hash) in others {
            let group = self.group(*hash);
            let alike = equal(&self.tags[group], tag(*hash));
            // The first query where there is none.
            let number = if alike == 0 { 0 } else { self.numbers[group][alike.trailing_zeros() as usize % GROUP] };
            if let Some(query) = self.all.get(number as usize) {
                fetch(&query.subject_id);
                fetch(&query.text);
            }
        }
    }

    fn other(&mut self, wanted: &[u32; TERMS], hash: u64) -> u32 {
        let mut group = self.group(hash);
        loop {
            let mut alike = equal(&self.tags[group], tag(hash));
            while alike != 0 {
                let number = self.numbers[group][alike.trailing_zeros() as usize % GROUP];
                let found = terms(&self.all[number as usize]);
                // Without a branch a term.
                if found.iter().zip(wanted).fold(0, |other, (found, wanted)| other | (found ^ wanted)) == 0 {
                    return number;
                }
                alike &= alike - 1;
            }
            if equal(&self.tags[group], 0) != 0 {
                let number = self.all.len() as u32;
                self.all.push(query(*wanted));
                self.put(hash, number);
                return number;
            }
            group = (group + 1) & (self.tags.len() - 1);
        }
    }

    /// Puts a query into the table that is not there.
    fn put(&mut self, hash: u64, number: u32) {
        let mut group = self.group(hash);
        loop {
            let free = equal(&self.tags[group], 0);
            if free != 0 {
                let free = free.trailing_zeros() as usize % GROUP;
                self.tags[group][free] = tag(hash);
                self.numbers[group][free] = number;
                self.count += 1;
                return;
            }
            group = (group + 1) & (self.tags.len() - 1);
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = (self.tags.len() * 2).max(64);
        (self.tags, self.numbers, self.count) = (vec![[0; GROUP]; size], vec![[0; GROUP]; size], 0);
        for number in 0..self.all.len() {
            let terms = terms(&self.all[number]);
            if !set(&terms).is_power_of_two() {
                self.put(spread(&terms), number as u32);
            }
        }
    }

    /// Where the search for a hash begins.
    #[inline]
    fn group(&self, hash: u64) -> usize {
        (hash >> 7) as usize & (self.tags.len() - 1)
    }
}

/// A bit for each term that is set.
#[inline]
fn set(terms: &[u32; TERMS]) -> u32 {
    terms.iter().enumerate().fold(0, |set, (term, code)| set | u32::from(*code != 0) << term)
}

/// What a table says of a hash, never 0.
#[inline]
const fn tag(hash: u64) -> u8 {
    hash as u8 | 0x80
}

/// A bit for each tag that is this one.
#[inline]
fn equal(tags: &[u8; GROUP], tag: u8) -> u32 {
    u8x16::new(*tags).simd_eq(u8x16::splat(tag)).to_bitmask()
}

/// Spreads the terms over 64 bits.
#[inline]
fn spread(terms: &[u32; TERMS]) -> u64 {
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

    impl Queries {
        fn found(&mut self, all: &[[u32; TERMS]]) -> Vec<u32> {
            let mut numbers = vec![u32::MAX; all.len()];
            self.numbers(all, |at, number| numbers[at] = number);
            numbers
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
            let numbers = queries.found(&given);
            assert_eq!(queries.all.len(), given.len());
            for (terms, number) in given.iter().zip(numbers) {
                assert_eq!(queries.all[number as usize], query(*terms));
            }
        }
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
            let numbers = queries.found(&given);
            for (terms, number) in given.iter().zip(&numbers) {
                prop_assert_eq!(queries.all[*number as usize], query(*terms));
            }
            prop_assert_eq!(queries.found(&given), numbers);
            let mut distinct = queries.all.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), queries.all.len());
        }
    }
}
