//! Patterns on text: Sigma's wildcards, networks, and regular expressions.

use std::net::IpAddr;

/// Longest regular expression in a rule, in characters.
const MAX_REGEX: usize = 256;
/// Largest compiled regular expression, in bytes.
const MAX_REGEX_BYTES: usize = 256 * 1024;

/// Text folded for comparison without regard to case: each character by its
/// own lower case, so that the result does not depend on its neighbours.
pub(super) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Is `text` equal to `folded`, which is folded already, without regard to case?
pub(super) fn same_folded(text: &str, folded: &str) -> bool {
    if text == folded {
        return true;
    }
    if text.is_ascii() {
        return text.eq_ignore_ascii_case(folded);
    }
    text.chars().flat_map(char::to_lowercase).eq(folded.chars())
}

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// This character, folded.
    Char(char),
    /// Any one character (`?`).
    One,
    /// Any number of characters (`*`).
    Many,
}

/// A pattern with wildcards that fits the whole text, without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    pieces: Vec<Piece>,
}

/// Where a pattern must stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Whole,
    Start,
    End,
    Anywhere,
}

impl Glob {
    /// Reads a pattern as Sigma writes it: `*` and `?` are wildcards; `\*`,
    /// `\?` and `\\` are the characters themselves; any other `\` is itself.
    pub(super) fn parse(pattern: &str, place: Place) -> Self {
        let mut pieces = Vec::new();
        if matches!(place, Place::End | Place::Anywhere) {
            pieces.push(Piece::Many);
        }
        let mut rest = pattern.chars().peekable();
        while let Some(next) = rest.next() {
            match next {
                '*' if pieces.last() == Some(&Piece::Many) => {}
                '*' => pieces.push(Piece::Many),
                '?' => pieces.push(Piece::One),
                '\\' => {
                    let literal = rest.next_if(|after| matches!(after, '*' | '?' | '\\')).unwrap_or('\\');
                    pieces.push(Piece::Char(literal));
                }
                other => pieces.extend(other.to_lowercase().map(Piece::Char)),
            }
        }
        if matches!(place, Place::Start | Place::Anywhere) && pieces.last() != Some(&Piece::Many) {
            pieces.push(Piece::Many);
        }
        Self { pieces }
    }

    /// The text that is meant, when the pattern has no wildcard.
    pub(super) fn literal(&self) -> Option<String> {
        self.pieces.iter().map(|piece| if let Piece::Char(letter) = piece { Some(*letter) } else { None }).collect()
    }

    /// Does the pattern fit the whole of `text`? At most length × length steps:
    /// a mismatch steps back to the last `*` alone.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let (mut at, mut piece) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.pieces.get(piece) {
                Some(Piece::Many) => {
                    retry = Some((piece + 1, at));
                    piece += 1;
                    continue;
                }
                Some(Piece::One) => {
                    (at, piece) = (at + 1, piece + 1);
                    continue;
                }
                Some(Piece::Char(letter)) if *letter == text[at] => {
                    (at, piece) = (at + 1, piece + 1);
                    continue;
                }
                _ => {}
            }
            let Some((after_many, from)) = retry else { return false };
            retry = Some((after_many, from + 1));
            (piece, at) = (after_many, from + 1);
        }
        self.pieces[piece..].iter().all(|left| *left == Piece::Many)
    }

    /// The pieces, for a slow reference to try one by one.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }
}

/// An IPv4 or IPv6 network, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `address/prefix`; the prefix may be left out for one address.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| format!("`{address}` is no IPv4 or IPv6 address"))?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(digits) => match digits.parse::<u8>() {
                Ok(prefix) if prefix <= longest => prefix,
                _ => return Err(format!("the prefix `/{digits}` must lie between 0 and {longest}")),
            },
        };
        Ok(Self { address, prefix })
    }

    /// Is `text` an address inside the network?
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        match (self.address, text.trim().parse::<IpAddr>()) {
            (IpAddr::V4(network), Ok(IpAddr::V4(found))) => {
                let host_bits = 32 - u32::from(self.prefix);
                let differing = u32::from(network) ^ u32::from(found);
                differing.checked_shr(host_bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), Ok(IpAddr::V6(found))) => {
                let host_bits = 128 - u32::from(self.prefix);
                let differing = u128::from(network) ^ u128::from(found);
                differing.checked_shr(host_bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Builds a regular expression of bounded size, whose matching takes time
/// linear in the text. The error is a sentence.
pub(super) fn regex(pattern: &str) -> Result<regex::Regex, String> {
    if pattern.chars().count() > MAX_REGEX {
        return Err(format!("a regular expression may have {MAX_REGEX} characters"));
    }
    regex::RegexBuilder::new(pattern)
        .size_limit(MAX_REGEX_BYTES)
        .dfa_size_limit(MAX_REGEX_BYTES)
        .nest_limit(32)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(limit) => format!("the regular expression needs more than {limit} bytes"),
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or("").trim().trim_start_matches("error: ").to_owned();
                format!("not a regular expression: {last}")
            }
        })
}
