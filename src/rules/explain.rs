//! The slow evaluator, which says what it asked and what it found.
//!
//! It follows the definition in [`super::detection`] word by word, asks every
//! test whether needed or not, and shares with [`super::compiled`] only the
//! folding of case. It is the reference that the fast one is held against.

use serde::Serialize;

use super::Rule;
use super::detection::{Combine, Condition, Detection, Item, Test};
use super::facts;
use super::pattern::{Piece, fold};
use super::value::{Row, Value};

/// What became of one rule on one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// `family/name`.
    pub rule: String,
    /// Did the rule fire?
    pub fired: bool,
    /// The condition as written.
    pub condition: String,
    /// Each selection, in the order of the file.
    pub selections: Vec<SelectionExplanation>,
}

/// What became of one selection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SelectionExplanation {
    /// Its name.
    pub name: String,
    /// Did it hold?
    pub holds: bool,
    /// Each of its maps; one is enough.
    pub any: Vec<Vec<ItemExplanation>>,
}

/// What became of one test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemExplanation {
    /// The fact's name.
    pub fact: &'static str,
    /// What the fact means.
    pub meaning: &'static str,
    /// Key as written, with modifiers.
    pub key: String,
    /// Values as written.
    pub asked: String,
    /// The value that the row has; `unknown` for null.
    pub found: String,
    /// How it came out.
    pub truth: Truth,
    /// Line in the rule's file.
    pub line: usize,
}

/// How a test came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It does not, because the fact is unknown.
    Null,
}

/// Evaluates a rule on a row and says why it came out as it did.
#[must_use]
pub fn explain<R: Row + ?Sized>(rule: &Rule, row: &R) -> Explanation {
    let mut explanation = explain_detection(&rule.detection, row);
    explanation.rule = rule.meta.key();
    explanation
}

/// As [`explain`], for a detection that belongs to no rule.
#[must_use]
pub fn explain_detection<R: Row + ?Sized>(detection: &Detection, row: &R) -> Explanation {
    let selections: Vec<SelectionExplanation> = detection
        .selections
        .iter()
        .map(|selection| {
            let any: Vec<Vec<ItemExplanation>> =
                selection.any.iter().map(|items| items.iter().map(|item| explain_item(item, row)).collect()).collect();
            let holds = any.iter().any(|items| items.iter().all(|item| item.truth == Truth::True));
            SelectionExplanation { name: selection.name.clone(), holds, any }
        })
        .collect();
    let held: Vec<bool> = selections.iter().map(|selection| selection.holds).collect();
    Explanation {
        rule: String::new(),
        fired: holds(&detection.condition, &held),
        condition: detection.written.clone(),
        selections,
    }
}

fn holds(condition: &Condition, held: &[bool]) -> bool {
    match condition {
        Condition::Selection(index) => held[*index],
        Condition::Not(inner) => !holds(inner, held),
        Condition::And(parts) => parts.iter().all(|part| holds(part, held)),
        Condition::Or(parts) => parts.iter().any(|part| holds(part, held)),
    }
}

fn explain_item<R: Row + ?Sized>(item: &Item, row: &R) -> ItemExplanation {
    let value = row.get(item.fact);
    let answers: Vec<bool> = item.tests.iter().map(|test| test_holds(test, value)).collect();
    let holds = match item.combine {
        Combine::Any => answers.contains(&true),
        Combine::All => !answers.contains(&false),
        Combine::None => !value.is_null() && !answers.contains(&true),
    };
    let exists = item.tests.iter().any(|test| matches!(test, Test::Exists(_)));
    let truth = match holds {
        true => Truth::True,
        false if value.is_null() && !exists => Truth::Null,
        false => Truth::False,
    };
    let fact = facts::fact(item.fact);
    ItemExplanation {
        fact: fact.name,
        meaning: fact.meaning,
        key: item.key.clone(),
        asked: item.asked.clone(),
        found: value.to_string(),
        truth,
        line: item.line,
    }
}

fn test_holds(test: &Test, value: Value<'_>) -> bool {
    if value.is_null() {
        return matches!(test, Test::Null | Test::Exists(false));
    }
    match (test, value) {
        (Test::Exists(wanted), _) => *wanted,
        (Test::Bool(wanted), Value::Bool(found)) => *wanted == found,
        (Test::Number(compare, wanted), Value::Number(found)) => compare.holds(found, *wanted),
        (Test::Equals(wanted), Value::Text(found)) => fold(found) == *wanted,
        (Test::Glob(glob), Value::Text(found)) => fits(glob.pieces(), &fold(found).chars().collect::<Vec<_>>()),
        (Test::Regex(regex), Value::Text(found)) => regex.find(found).is_some(),
        (Test::Cidr(network), Value::Text(found)) => network.contains(found),
        _ => false,
    }
}

/// Does the pattern fit? A table of which pieces can have been used up after
/// each letter: another way than the fast matcher's, and as sure to end.
fn fits(pieces: &[Piece], text: &[char]) -> bool {
    let mut reached = vec![false; pieces.len() + 1];
    reached[0] = true;
    skip_many(pieces, &mut reached);
    for letter in text {
        let mut after = vec![false; pieces.len() + 1];
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Many => after[at] |= reached[at],
                Piece::One => after[at + 1] |= reached[at],
                Piece::Char(wanted) => after[at + 1] |= reached[at] && wanted == letter,
            }
        }
        skip_many(pieces, &mut after);
        reached = after;
    }
    reached[pieces.len()]
}

fn skip_many(pieces: &[Piece], reached: &mut [bool]) {
    for (at, piece) in pieces.iter().enumerate() {
        if *piece == Piece::Many && reached[at] {
            reached[at + 1] = true;
        }
    }
}
