//! Subjects that are somebody on the watch list.
//!
//! Every word of the name or of one alias must agree, in any order; another birth
//! date rules it out; a name that is not rare needs a birth date, an address, a
//! plate or the record id beside it.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::WatchTie;
use super::circle::Circle;
use super::decide::Found;
use super::evidence::{Context, compare};
use super::identifiers::Identifiers as I;
use super::weights as w;
use crate::ingest::{HighProfile, Person};
use crate::subjects::postings::{Key, Postings};
use crate::subjects::terms::{name, wildcard};
use crate::subjects::{Descriptor, NameRole, Subject, SubjectId, SubjectKind};

const RECORD: u8 = 1;
const WORDS: u8 = 2;
const VRM: u8 = 3;

/// The watch list by record id, plate and the words of each name.
pub struct Watch {
    entries: Vec<Descriptor>,
    keys: Postings,
    /// Keys of names that are an alias, by entry.
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
            if !d.record.is_empty() {
                pairs.push((Key::new(RECORD).text(&d.record).end(), row));
            }
            pairs.extend(d.vrms.iter().map(|v| (Key::new(VRM).text(v.folded().as_str()).end(), row)));
            let main = name::normalise(&format!("{} {}", entry.forename, entry.surname));
            let aka = entry.aliases.iter().filter_map(|alias| name::normalise(alias));
            for (text, alias) in main.into_iter().map(|t| (t, false)).chain(aka.map(|t| (t, true))) {
                let key = words_key(text.split(' '));
                pairs.push((key, row));
                aliases.entry((key, row)).and_modify(|only| *only &= alias).or_insert(alias);
            }
            entries.push(d);
        }
        let prior = w::PRIOR_WATCH - (entries.len().max(1) as f32).log2();
        Self { entries, keys: Postings::new(pairs), aliases, prior }
    }

    /// Finds the entries that a subject is.
    pub fn find(&self, id: SubjectId, subject: &Subject, context: &Context, found: &mut Found) {
        if self.entries.is_empty() || subject.kind == SubjectKind::Place {
            return;
        }
        let d = &subject.descriptor;
        let names = name_keys(d);
        let mut hits: Vec<u32> = names.iter().flat_map(|key| self.keys.get(*key)).copied().collect();
        if !d.record.is_empty() {
            hits.extend(self.keys.get(Key::new(RECORD).text(&d.record).end()));
        }
        for vrm in d.vrms.iter().filter(|v| !v.is_pattern()) {
            hits.extend(self.keys.get(Key::new(VRM).text(vrm.folded().as_str()).end()));
        }
        hits.sort_unstable();
        hits.dedup();
        for row in hits {
            found.compared += 1;
            // By name: the main name is better than an alias, and either better than none.
            let alias = names.iter().filter_map(|key| self.aliases.get(&(*key, row))).min().copied();
            found.watch.extend(self.judge(id, d, row, alias, context));
        }
    }

    fn judge(
        &self,
        id: SubjectId,
        d: &Descriptor,
        row: u32,
        alias: Option<bool>,
        context: &Context,
    ) -> Option<WatchTie> {
        let entry = &self.entries[row as usize];
        let mut e = compare(d, entry, context);
        if alias.is_some() {
            // The whole name agrees, whatever the order: judged by its rarity, not word by word.
            let (share, most) = share(d, context);
            e.bits += (w::FULL_NAME_M / share).log2() - e.name_bits;
            for part in [I::SURNAME, I::FORENAME, I::INITIAL] {
                e.identifiers = e.identifiers.without(part);
                e.against = e.against.without(part);
            }
            e.identifiers |= I::NAME;
            if alias == Some(true) {
                e.bits += w::ALIAS;
                e.identifiers |= I::ALIAS;
            }
            let supported =
                e.identifiers.any(I::DOB | I::YEAR | I::ADDRESS | I::POSTCODE | I::VRM | I::PHONE | I::RECORD);
            if share > most && !supported {
                return None;
            }
        } else if !e.identifiers.any(I::RECORD | I::VRM) {
            return None;
        }
        if e.against.any(I::DOB | I::YEAR) && !e.identifiers.contains(I::RECORD) {
            return None;
        }
        let odds = (self.prior + e.bits).exp2();
        let mut probability = if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 };
        if e.identifiers.is_name_only() {
            probability = probability.min(w::MOST_NAME_ONLY);
        }
        (probability >= w::LEAST_PROBABILITY).then_some(WatchTie {
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
        (Some(first), Some(last)) => (f.full_name(first, last), w::WATCH_NAME_SHARE),
        (Some(word), None) | (None, Some(word)) => (f.surname(word).max(f.forename(word)), w::WATCH_WORD_SHARE),
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
    let usable = |text: &str| text.len() > 1 && !wildcard::is_pattern(text);
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
