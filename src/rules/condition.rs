//! Reads the condition line: `tie and covered and not (1 of answered_*)`.
//!
//! `not` binds tighter than `and`, `and` tighter than `or`. `1 of x*` and `all
//! of x*` stand for the selections whose names fit; `them` for all whose
//! names do not begin with an underscore, as in Sigma.

use std::ops::Range;

use super::detection::Condition;
use super::pattern::{Glob, Place};

/// Longest condition, in bytes.
const MAX_LENGTH: usize = 1_000;
/// Deepest nesting of parentheses and `not`.
const MAX_DEPTH: usize = 32;

/// Words that cannot name a selection.
pub(super) const KEYWORDS: [&str; 7] = ["and", "or", "not", "of", "all", "them", "condition"];

/// What is wrong with a condition, and where in its text.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    /// The selection name that was not found, for suggestions.
    pub(super) unknown: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token<'a> {
    Open,
    Close,
    Word(&'a str),
}

/// Reads a condition over selections with these names.
pub(super) fn parse(text: &str, names: &[&str]) -> Result<Condition, Trouble> {
    if text.len() > MAX_LENGTH {
        return Err(trouble(0..text.len(), format!("a condition may have {MAX_LENGTH} characters")));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(trouble(0..text.len(), "the condition is empty"));
    }
    let mut parser = Parser { tokens: &tokens, next: 0, names, end: text.len() };
    let condition = parser.or(0)?;
    match parser.peek() {
        None => Ok(condition),
        Some((Token::Close, at)) => Err(trouble(at.clone(), "this `)` closes nothing")),
        Some((_, at)) => Err(trouble(at.clone(), "`and` or `or` is missing before this")),
    }
}

fn trouble(at: Range<usize>, message: impl Into<String>) -> Trouble {
    Trouble { at, message: message.into(), unknown: None }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'*' | b'?')
}

fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, Trouble> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at += 1;
        match bytes[start] {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'(' => found.push((Token::Open, start..at)),
            b')' => found.push((Token::Close, start..at)),
            byte if is_word(byte) => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                found.push((Token::Word(&text[start..at]), start..at));
            }
            b'|' => {
                return Err(trouble(start..at, "aggregations after `|` are refused; write a correlation file"));
            }
            _ => {
                let letter = text[start..].chars().next().unwrap_or(' ');
                return Err(trouble(
                    start..start + letter.len_utf8(),
                    format!("`{letter}` has no meaning in a condition"),
                ));
            }
        }
    }
    Ok(found)
}

struct Parser<'t> {
    tokens: &'t [(Token<'t>, Range<usize>)],
    next: usize,
    names: &'t [&'t str],
    end: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t (Token<'t>, Range<usize>)> {
        self.tokens.get(self.next)
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some((Token::Word(word), _)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Result<Condition, Trouble> {
        let mut parts = vec![self.and(depth)?];
        while self.keyword("or") {
            parts.push(self.and(depth)?);
        }
        Ok(join(parts, Condition::Or))
    }

    fn and(&mut self, depth: usize) -> Result<Condition, Trouble> {
        let mut parts = vec![self.not(depth)?];
        while self.keyword("and") {
            parts.push(self.not(depth)?);
        }
        Ok(join(parts, Condition::And))
    }

    fn not(&mut self, depth: usize) -> Result<Condition, Trouble> {
        if depth > MAX_DEPTH {
            return Err(trouble(self.here(), format!("nested deeper than {MAX_DEPTH} levels")));
        }
        if self.keyword("not") {
            return Ok(Condition::Not(Box::new(self.not(depth + 1)?)));
        }
        self.primary(depth)
    }

    fn here(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |(_, at)| at.clone())
    }

    fn primary(&mut self, depth: usize) -> Result<Condition, Trouble> {
        let Some((token, at)) = self.peek() else {
            return Err(trouble(self.end..self.end, "the condition ends where a selection should stand"));
        };
        self.next += 1;
        match token {
            Token::Open => {
                let inner = self.or(depth + 1)?;
                match self.peek() {
                    Some((Token::Close, _)) => {
                        self.next += 1;
                        Ok(inner)
                    }
                    _ => Err(trouble(at.clone(), "this `(` is never closed")),
                }
            }
            Token::Close => Err(trouble(at.clone(), "a selection should stand before this `)`")),
            Token::Word(word) => self.word(word, at),
        }
    }

    fn word(&mut self, word: &str, at: &Range<usize>) -> Result<Condition, Trouble> {
        let counted = word == "1" || word.eq_ignore_ascii_case("all") || word.eq_ignore_ascii_case("any");
        if counted && self.keyword("of") {
            return self.quantified(!word.eq_ignore_ascii_case("all"));
        }
        if KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword)) {
            return Err(trouble(at.clone(), format!("a selection should stand where `{word}` does")));
        }
        if word.contains(['*', '?']) {
            return Err(trouble(at.clone(), format!("write `1 of {word}` or `all of {word}`")));
        }
        self.names.iter().position(|name| *name == word).map(Condition::Selection).ok_or_else(|| Trouble {
            at: at.clone(),
            message: format!("there is no selection `{word}`"),
            unknown: Some(word.to_owned()),
        })
    }

    fn quantified(&mut self, any: bool) -> Result<Condition, Trouble> {
        let Some((Token::Word(word), at)) = self.peek() else {
            return Err(trouble(self.here(), "after `of` a name, a pattern or `them` should stand"));
        };
        self.next += 1;
        let glob = Glob::parse(word, Place::Whole);
        let them = word.eq_ignore_ascii_case("them");
        let fits = |name: &str| if them { !name.starts_with('_') } else { glob.matches(name) };
        let parts: Vec<Condition> =
            (0..self.names.len()).filter(|&index| fits(self.names[index])).map(Condition::Selection).collect();
        if parts.is_empty() {
            return Err(Trouble {
                at: at.clone(),
                message: format!("no selection fits `{word}`"),
                unknown: Some((*word).to_owned()),
            });
        }
        Ok(join(parts, if any { Condition::Or } else { Condition::And }))
    }
}

fn join(mut parts: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    if parts.len() == 1 { parts.swap_remove(0) } else { many(parts) }
}
