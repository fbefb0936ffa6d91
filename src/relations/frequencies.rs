//! How common names and birth years are among distinct known persons.
//!
//! Counted once a person (name and birth date) over the nominal index, staff and
//! declared relations; never over searches, so that a person searched often does
//! not make the own name common. Smoothed towards a short national list.

use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashMap;

use super::prior_names::{FORENAMES, SURNAMES};
use super::weights::{FORENAME_FLOOR, FORENAME_UNLISTED, SMOOTHING, SURNAME_FLOOR, SURNAME_UNLISTED};
use crate::subjects::Descriptor;
use crate::subjects::postings::Key;
use crate::subjects::terms::compare::joined;
use crate::subjects::terms::nicknames::forename_groups;

const SURNAME: u8 = 1;
const FORENAME: u8 = 2;

/// One distinct person, as the counts see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bearer {
    surname: u64,
    forename: u64,
    birth: u64,
    initial: u8,
}

impl Bearer {
    /// `None` for somebody without a surname.
    #[must_use]
    pub fn of(d: &Descriptor) -> Option<Self> {
        let surname = d.surname()?;
        let forename = d.forename().unwrap_or_default();
        Some(Self {
            surname: surname_key(surname),
            forename: forename_key(forename),
            birth: d.birth.map_or(0, |b| b.packed()),
            initial: forename.bytes().next().unwrap_or(b'?'),
        })
    }
}

fn surname_key(text: &str) -> u64 {
    Key::new(SURNAME).text(text).end()
}

fn forename_key(text: &str) -> u64 {
    Key::new(FORENAME).text(text).end()
}

/// Shares of names and birth years.
#[derive(Clone, Debug, Default)]
pub struct Frequencies {
    persons: f32,
    surnames: FxHashMap<u64, f32>,
    forenames: FxHashMap<u64, f32>,
    groups: FxHashMap<u16, f32>,
    initials: [f32; 26],
    full_names: FxHashMap<(u64, u64), u32>,
    years: FxHashMap<u16, f32>,
}

impl Frequencies {
    /// From every known person; one that stands in several tables counts once.
    #[must_use]
    pub fn new(mut bearers: Vec<Bearer>) -> Self {
        bearers.par_sort_unstable();
        bearers.dedup();
        let persons = bearers.len() as f32;
        let mut all = Self { persons, ..Self::default() };
        let (mut surnames, mut forenames) = (FxHashMap::<u64, u32>::default(), FxHashMap::<u64, u32>::default());
        let mut initials = [0_u32; 26];
        let mut years = FxHashMap::<u16, u32>::default();
        for bearer in &bearers {
            *surnames.entry(bearer.surname).or_default() += 1;
            *forenames.entry(bearer.forename).or_default() += 1;
            if bearer.initial.is_ascii_uppercase() {
                initials[usize::from(bearer.initial - b'A')] += 1;
            }
            *all.full_names.entry((bearer.surname, bearer.forename)).or_default() += 1;
            if bearer.birth != 0 {
                *years.entry((bearer.birth >> 32) as u16).or_default() += 1;
            }
        }
        // Somebody known once without a birth date is one of the others of that name, if there are any.
        for bearer in bearers.iter().filter(|b| b.birth == 0) {
            if let Some(count) = all.full_names.get_mut(&(bearer.surname, bearer.forename))
                && *count > 1
            {
                *count -= 1;
            }
        }
        let prior: FxHashMap<u64, f32> =
            SURNAMES.iter().map(|(name, n)| (surname_key(name), f32::from(*n) / 1e5)).collect();
        all.surnames = smoothed(&surnames, &prior, persons, SURNAME_UNLISTED);
        let prior: FxHashMap<u64, f32> =
            FORENAMES.iter().map(|(name, n)| (forename_key(name), f32::from(*n) / 1e5)).collect();
        all.forenames = smoothed(&forenames, &prior, persons, FORENAME_UNLISTED);
        all.count_groups();
        for (i, count) in initials.iter().enumerate() {
            all.initials[i] = (*count as f32 + SMOOTHING / 26.0) / (persons + SMOOTHING);
        }
        let dated: u32 = years.values().sum();
        all.years =
            years.into_iter().map(|(year, n)| (year, (n as f32 + 200.0 / 80.0) / (dated as f32 + 200.0))).collect();
        all
    }

    /// A group is as common as its members together.
    fn count_groups(&mut self) {
        use crate::subjects::terms::nickname_table;
        let mut names: Vec<&str> = nickname_table::forenames().flat_map(str::split_ascii_whitespace).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let share = self.forename(name);
            for group in forename_groups(name) {
                *self.groups.entry(*group).or_default() += share;
            }
        }
    }

    /// Distinct persons counted.
    #[must_use]
    pub const fn persons(&self) -> f32 {
        self.persons
    }

    /// Chance that another person bears this surname.
    #[must_use]
    pub fn surname(&self, text: &str) -> f32 {
        self.listed(&self.surnames, surname_key(text), SURNAME_UNLISTED).max(SURNAME_FLOOR)
    }

    /// The same with some more known bearers left out.
    #[must_use]
    pub fn surname_without(&self, text: &str, aside: u32) -> f32 {
        (self.surname(text) - aside as f32 / (self.persons + SMOOTHING)).max(SURNAME_FLOOR)
    }

    /// A share of surnames with one more known bearer left out.
    #[must_use]
    pub fn less_one(&self, share: f32) -> f32 {
        (share - 1.0 / (self.persons + SMOOTHING)).max(SURNAME_FLOOR)
    }

    /// Chance that another person bears this forename.
    #[must_use]
    pub fn forename(&self, text: &str) -> f32 {
        self.listed(&self.forenames, forename_key(text), FORENAME_UNLISTED).max(FORENAME_FLOOR)
    }

    /// Chance that another person goes by this one word, as forename or as surname. Below the floor of a surname it is a slip for
    /// another word as often.
    #[must_use]
    pub fn word(&self, text: &str) -> f32 {
        let family = self.listed(&self.surnames, surname_key(text), SURNAME_UNLISTED);
        family.max(self.listed(&self.forenames, forename_key(text), FORENAME_UNLISTED)).max(SURNAME_FLOOR)
    }

    /// The smoothed share of a name; of one that nobody is known to bear, what smoothing leaves of `unlisted`.
    fn listed(&self, shares: &FxHashMap<u64, f32>, key: u64, unlisted: f32) -> f32 {
        shares.get(&key).copied().unwrap_or_else(|| SMOOTHING * unlisted / (self.persons + SMOOTHING))
    }

    /// Chance that another person bears a name of a group that both belong to.
    #[must_use]
    pub fn forename_group(&self, a: &str, b: &str) -> f32 {
        let (a, b) = (joined(a), joined(b));
        let theirs = forename_groups(&b);
        forename_groups(&a)
            .iter()
            .filter(|group| theirs.contains(group))
            .filter_map(|group| self.groups.get(group))
            .fold(FORENAME_FLOOR, |most, share| most.max(*share))
    }

    /// Chance that another person's forename begins so.
    #[must_use]
    pub fn initial(&self, letter: u8) -> f32 {
        if letter.is_ascii_uppercase() { self.initials[usize::from(letter - b'A')].max(1e-3) } else { 0.1 }
    }

    /// Known persons of this full name.
    #[must_use]
    pub fn bearers(&self, forename: &str, surname: &str) -> u32 {
        self.full_names.get(&(surname_key(surname), forename_key(forename))).copied().unwrap_or(0)
    }

    /// Chance that another person bears this full name: independence, or the known bearers beyond one where they are more.
    #[must_use]
    pub fn full_name(&self, forename: &str, surname: &str) -> f32 {
        let product = self.surname(surname) * self.forename(forename);
        let others = self.bearers(forename, surname).saturating_sub(1) as f32;
        product.max(others / (self.persons + SMOOTHING))
    }

    /// Share of persons born in a year.
    #[must_use]
    pub fn year(&self, year: u16) -> f32 {
        self.years.get(&year).copied().unwrap_or(1.0 / 80.0).clamp(0.002, 0.05)
    }
}

/// The bearer is not his own chance: one is left out of every count.
fn smoothed(
    counts: &FxHashMap<u64, u32>,
    prior: &FxHashMap<u64, f32>,
    persons: f32,
    unlisted_share: f32,
) -> FxHashMap<u64, f32> {
    let share =
        |count: u32, expected: f32| (count.saturating_sub(1) as f32 + SMOOTHING * expected) / (persons + SMOOTHING);
    let mut all: FxHashMap<u64, f32> =
        counts.iter().map(|(key, n)| (*key, share(*n, prior.get(key).copied().unwrap_or(unlisted_share)))).collect();
    for (key, expected) in prior {
        all.entry(*key).or_insert_with(|| share(0, *expected));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::descriptor::Fields;
    use chrono::NaiveDate;

    fn bearer(forename: &str, surname: &str, dob: &str) -> Bearer {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        Bearer::of(&Descriptor::from_fields(&Fields { forename, surname, dob, ..Fields::default() }, as_of)).unwrap()
    }

    #[test]
    fn counted_once_a_person() {
        let searched_often = vec![bearer("Zeb", "Rarename", "1980-02-03"); 500];
        let f = Frequencies::new(searched_often);
        assert_eq!(f.persons(), 1.0);
        assert!(f.surname("RARENAME") < 1e-4);
        assert!(f.surname("SMITH") > 5e-3);
        assert!(f.forename_group("BILL", "WILLIAM") > f.forename("BILL"));
        assert!(f.full_name("JOHN", "SMITH") > 1e-5);
    }

    #[test]
    fn namesakes() {
        let f = Frequencies::new(vec![
            bearer("John", "Smith", "1980-02-03"),
            bearer("John", "Smith", "1990-02-03"),
            bearer("John", "Smith", ""),
        ]);
        assert_eq!(f.bearers("JOHN", "SMITH"), 2);
        assert_eq!(f.bearers("JOHN", "JONES"), 0);
    }
}
