//! Subjects that are somebody on the watch list.
//!
//! An entry is a person like those of a circle: the same keys lead to it, the same fields are compared with the same
//! weights, and the same must be known before it is claimed. So a slip, a short form, an initial or a pattern beside a
//! birth date finds it. Beside that, every word of the name or of one alias may agree, in any order: a stage name has no
//! forename and no surname, and is judged as a whole by how rare it is. Another birth date rules an entry out; a name
//! that is not rare needs another fact beside it.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::WatchTie;
use super::circle::Circle;
use super::decide::{Found, names_a_person};
use super::evidence::{Context, Evidence, compare};
use super::identifiers::Identifiers as I;
use super::index::{Keys, Reach};
use super::weights as w;
use crate::ingest::{HighProfile, Person};
use crate::subjects::postings::{Key, Postings};
use crate::subjects::terms::{name, wildcard};
use crate::subjects::{Descriptor, NameRole, Subject, SubjectId, SubjectKind};

const WORDS: u8 = 1;
/// Letters that one word of a stage name has at least: initials alone are anybody's.
const SHORTEST: usize = 2;

/// The watch list by what leads to a person, and by the words of each name.
pub struct Watch {
    entries: Vec<Descriptor>,
    keys: Keys,
    words: Postings,
    /// Whether the words are an alias alone, by words and entry.
    aliases: FxHashMap<(u64, u32), bool>,
    prior: f32,
}

impl Watch {
    /// Indexes the list; an entry with a record id is described by that record too.
    #[must_use]
    pub fn build(high_profile: &[HighProfile], people: &[Person], circle: &Circle, as_of: NaiveDate) -> Self {
        let mut pairs = Vec::new();
        let mut aliases = FxHashMap::default();
        let mut entries = Vec::with_capacity(high_profile.len());
        for (row, entry) in high_profile.iter().enumerate() {
            let row = row as u32;
            let mut d = Descriptor::of_high_profile(entry, as_of);
            if let Some(&person) = circle.records.get(entry.subject_id.as_str()) {
                d.merge(&Descriptor::of_person(&people[person as usize], as_of));
            }
            let main = name::normalise(&format!("{} {}", entry.forename, entry.surname));
            let aka = entry.aliases.iter().filter_map(|alias| name::normalise(alias));
            for (text, alias) in main.into_iter().map(|t| (t, false)).chain(aka.map(|t| (t, true))) {
                if text.split(' ').any(|word| word.len() >= SHORTEST) {
                    let key = words_key(text.split(' '));
                    pairs.push((key, row));
                    aliases.entry((key, row)).and_modify(|only| *only &= alias).or_insert(alias);
                }
            }
            entries.push(d);
        }
        let prior = w::PRIOR_WATCH - (entries.len().max(1) as f32).log2();
        let keys = Keys::new(entries.iter(), Reach::Narrow);
        Self { entries, keys, words: Postings::new(pairs), aliases, prior }
    }

    /// Finds the entries that a subject is.
    pub fn find(&self, id: SubjectId, subject: &Subject, context: &Context, found: &mut Found) {
        if self.entries.is_empty() || subject.kind == SubjectKind::Place {
            return;
        }
        let d = &subject.descriptor;
        let names = name_keys(d);
        let mut rows = Vec::new();
        self.keys.candidates(d, &mut rows, &mut found.keys_capped);
        rows.extend(names.iter().flat_map(|key| self.words.get(*key)));
        rows.sort_unstable();
        rows.dedup();
        for row in rows {
            found.compared += 1;
            // By name: the main name is better than an alias, and either better than none.
            let alias = names.iter().filter_map(|key| self.aliases.get(&(*key, row))).min().copied();
            let evidence = self.weigh(subject, row, alias, context);
            found.watch.extend(evidence.and_then(|evidence| self.judge(id, d, row, &evidence, alias, context)));
        }
    }

    /// What speaks for an entry; `None` where it is ruled out, or where too little of it is named.
    fn weigh(&self, subject: &Subject, row: u32, alias: Option<bool>, context: &Context) -> Option<Evidence> {
        let mut e = compare(&subject.descriptor, &self.entries[row as usize], context);
        if let Some(alias) = alias {
            // The whole name agrees, whatever the order: judged by its rarity, not word by word.
            e.bits += (w::FULL_NAME_M / share(&subject.descriptor, context).0).log2() - e.name_bits;
            for part in [I::SURNAME, I::FORENAME, I::INITIAL] {
                e.identifiers = e.identifiers.without(part);
                e.against = e.against.without(part);
            }
            e.identifiers |= I::NAME;
            if alias {
                e.bits += w::ALIAS;
                e.identifiers |= I::ALIAS;
            }
        } else if !names_a_person(&e) {
            return None;
        }
        // Somebody was born on the very day that was typed, and it is not this person.
        let another = subject.attested && e.identifiers.contains(I::DATE_SLIP);
        (!e.vetoed && !another).then_some(e)
    }

    fn judge(
        &self,
        id: SubjectId,
        d: &Descriptor,
        row: u32,
        e: &Evidence,
        alias: Option<bool>,
        context: &Context,
    ) -> Option<WatchTie> {
        let odds = (self.prior + e.bits).exp2();
        let mut probability = if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 };
        let mut least = w::LEAST_PROBABILITY;
        if e.identifiers.is_name_only() {
            let (mut share, most) = share(d, context);
            if alias.is_none() {
                // Not the name itself: the name that it is taken for must be as rare.
                share = share.max(self::share(&self.entries[row as usize], context).0);
                least = w::LEAST_NAME_ONLY;
            }
            if share > most {
                return None;
            }
            probability = probability.min(w::MOST_NAME_ONLY);
        }
        (probability >= least).then_some(WatchTie {
            subject: id,
            entry: row,
            bits: e.bits,
            probability,
            identifiers: e.identifiers,
            against: e.against,
        })
    }
}

/// Chance that another person bears the subject's name, and the most it may be for the name alone to count.
fn share(d: &Descriptor, context: &Context) -> (f32, f32) {
    let f = &context.frequencies;
    match (d.forename(), d.surname()) {
        // A word and an initial are a stage name if they are anybody's; they are rarer than the word.
        (Some(letter), Some(word)) if letter.len() == 1 => {
            (f.initial(letter.as_bytes()[0]) * f.word(word), w::WATCH_WORD_SHARE)
        }
        (Some(first), Some(last)) => (f.full_name(first, last), w::WATCH_NAME_SHARE),
        (Some(word), None) | (None, Some(word)) => (f.word(word), w::WATCH_WORD_SHARE),
        (None, None) => (1.0, 0.0),
    }
}

fn words_key<'a>(words: impl Iterator<Item = &'a str>) -> u64 {
    let mut words: Vec<&str> = words.filter(|w| !w.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().fold(Key::new(WORDS), Key::text).end()
}

/// The words of the first forename and surname, and of the whole name with middle names.
fn name_keys(d: &Descriptor) -> Vec<u64> {
    let mut keys = Vec::with_capacity(2);
    let usable = |text: &str| !wildcard::is_pattern(text);
    let given: Vec<&str> =
        d.forenames.iter().filter(|n| usable(&n.text) && n.role != NameRole::Middle).map(|n| &*n.text).collect();
    let families: Vec<&str> = d.surnames.iter().filter(|n| usable(&n.text)).map(|n| &*n.text).collect();
    for family in &families {
        for first in &given {
            keys.push(words_key(first.split(' ').chain(family.split(' '))));
        }
    }
    // A stage name typed alone in either field.
    if given.is_empty() || families.is_empty() {
        keys.extend(given.iter().chain(&families).map(|text| words_key(text.split(' '))));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}
