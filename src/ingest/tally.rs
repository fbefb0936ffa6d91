//! What was noticed while the rows of one file were read: counts, quarantined cells and rows, notes.
//!
//! Each worker keeps its own tally; they are added up when the file is done. Nothing in the sum depends on
//! how the file was cut.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::Spec;
use super::time::{Changes, Written};

/// How much of a bad value is shown.
const SHOWN: usize = 200;
/// How many unknown words of a column are named in a note.
const NAMED_WORDS: usize = 8;
/// How many unused keys are named in a note.
const NAMED_KEYS: usize = 50;

/// The note about source columns that no canonical column takes.
pub(crate) fn unused_columns<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("not used, for want of a canonical column: {}", names.collect::<Vec<_>>().join(", "))
}

/// One row or cell that could not be used; the file and table are known from where it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reject {
    pub line: u32,
    /// Canonical column, or empty for the whole row.
    pub column: &'static str,
    pub value: String,
    pub problem: String,
}

/// Why a row cannot be used; the caller knows the line.
pub(crate) struct Refusal {
    pub column: &'static str,
    pub value: Vec<u8>,
    pub problem: String,
}

/// Counts of one file or of a part of it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub rows: u64,
    pub quarantined: u64,
    pub repeated_headers: u64,
    /// The first line that is a header of other columns.
    pub other_header: Option<u32>,
    pub padded: u64,
    pub masked: u64,
    /// Cells with a value that means "not known".
    pub not_known: u64,
    /// Values of JSON lists that stand beside the one that was taken.
    pub besides: u64,
    pub changes: Changes,
    pub written: Written,
    pub rejects: Vec<Reject>,
    /// By column: how many cells held an unknown word, and the first few words in alphabetical order.
    unknown: BTreeMap<usize, (u64, BTreeMap<String, u64>)>,
    /// Keys of JSON objects that no column takes, the first few in alphabetical order.
    unused: BTreeSet<String>,
    /// Keys of JSON objects that were seen, by their place in the reader's list.
    pub seen: Vec<bool>,
}

impl Tally {
    /// A whole row goes to quarantine.
    pub(crate) fn refuse(&mut self, line: u32, refusal: &Refusal) {
        self.quarantined += 1;
        self.note_cell(line, refusal.column, &refusal.value, refusal.problem.clone());
    }

    /// A cell is listed; its row is used without it.
    pub(crate) fn note_cell(&mut self, line: u32, column: &'static str, value: &[u8], problem: String) {
        self.rejects.push(Reject { line, column, value: shown(value), problem });
    }

    /// A cell that should hold one of a few words holds another.
    pub(crate) fn unknown_word(&mut self, column: usize, word: &[u8]) {
        let (count, words) = self.unknown.entry(column).or_default();
        *count += 1;
        let word = shown(word);
        if let Some(seen) = words.get_mut(&word) {
            *seen += 1;
        } else {
            words.insert(word, 1);
            if words.len() > NAMED_WORDS {
                // Only the last in the alphabet ever goes, so the counts of those that stay are whole.
                words.pop_last();
            }
        }
    }

    /// A line in mid-file is a header of other columns.
    pub(crate) fn note_other_header(&mut self, line: u32) {
        self.other_header = Some(self.other_header.map_or(line, |first| first.min(line)));
    }

    /// A key that no column takes.
    pub(crate) fn unused_key(&mut self, key: &str) {
        if !self.unused.contains(key) {
            self.unused.insert(key.to_owned());
            if self.unused.len() > NAMED_KEYS {
                self.unused.pop_last();
            }
        }
    }

    /// Adds another part of the same file.
    pub(crate) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.quarantined += other.quarantined;
        self.repeated_headers += other.repeated_headers;
        self.padded += other.padded;
        if let Some(line) = other.other_header {
            self.note_other_header(line);
        }
        self.masked += other.masked;
        self.not_known += other.not_known;
        self.besides += other.besides;
        self.changes.ambiguous += other.changes.ambiguous;
        self.changes.missing += other.changes.missing;
        self.written.add(other.written);
        self.rejects.extend(other.rejects);
        for key in other.unused {
            self.unused_key(&key);
        }
        self.seen.resize(self.seen.len().max(other.seen.len()), false);
        for (mine, seen) in self.seen.iter_mut().zip(other.seen) {
            *mine |= seen;
        }
        for (column, (count, words)) in other.unknown {
            let (sum, all) = self.unknown.entry(column).or_default();
            *sum += count;
            for (word, count) in words {
                *all.entry(word).or_default() += count;
            }
            while all.len() > NAMED_WORDS {
                all.pop_last();
            }
        }
    }

    /// The counts as sentences.
    pub(crate) fn notes(&self, spec: Spec) -> Vec<String> {
        let mut notes = Vec::new();
        if self.rows == 0 {
            notes.push("the file has no data row".to_owned());
        }
        if self.repeated_headers > 0 {
            notes.push(format!(
                "the header is repeated {} inside the file; these lines are not rows",
                times(self.repeated_headers)
            ));
        }
        if self.padded > 0 {
            notes.push(format!(
                "{} more cells than the header, all of them empty; the rows were used",
                have(self.padded)
            ));
        }
        if self.masked > 0 {
            notes.push(format!("masked values were read as empty in {}", cells(self.masked)));
        }
        if self.not_known > 0 {
            notes.push(format!("values that mean \"not known\" were read as empty in {}", cells(self.not_known)));
        }
        if self.besides > 0 {
            let (values, are) = if self.besides == 1 { ("value", "is") } else { ("values", "are") };
            notes.push(format!(
                "{} further {values} of lists in JSON {are} not used: only the first of a list is taken, unless the path says [*]",
                self.besides
            ));
        }
        for (column, (count, words)) in &self.unknown {
            let Some(column) = spec.columns.get(*column) else { continue };
            let listed: Vec<String> = words.iter().map(|(word, count)| format!("{word:?} ({count})")).collect();
            let more = if listed.len() == NAMED_WORDS { ", …" } else { "" };
            let read_as = match column.name {
                "environment" => "read as live",
                "action" => "read as other",
                "outcome" if spec.index("q_text").is_some() => "read as success",
                _ => "kept as written",
            };
            notes.push(format!(
                "column {}: {} hold a word that the contract does not know, {read_as}: {}{more}; a profile can map them under [values.{}]",
                column.name,
                cells(*count),
                listed.join(", "),
                column.name
            ));
        }
        if !self.unused.is_empty() {
            notes.push(unused_columns(self.unused.iter().map(String::as_str)));
        }
        notes
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn have(count: u64) -> String {
    if count == 1 { "1 row has".to_owned() } else { format!("{count} rows have") }
}

pub(crate) fn cells(count: u64) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

/// The beginning of a value, as text.
fn shown(value: &[u8]) -> String {
    let cut = &value[..value.len().min(4 * SHOWN)];
    String::from_utf8_lossy(cut).chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::columns::spec;
    use crate::ingest::tables::TableName;

    #[test]
    fn named_words_do_not_depend_on_the_order() {
        let words: Vec<String> = (0..40).map(|n| format!("w{:02}", n * 7 % 20)).collect();
        let sum = |parts: Vec<&[String]>| {
            let mut all = Tally::default();
            for part in parts {
                let mut tally = Tally::default();
                for word in part {
                    tally.unknown_word(5, word.as_bytes());
                }
                all.add(tally);
            }
            all.notes(spec(TableName::Access))
        };
        let whole = sum(vec![&words]);
        assert_eq!(sum(vec![&words[..7], &words[7..]]), whole);
        assert_eq!(sum(vec![&words[30..], &words[..30]]), whole);
        assert!(whole[1].contains("40 cells") && whole[1].contains("\"w00\" (2)"), "{whole:?}");
    }
}
