//! Text from other people's systems, made safe to show.
//!
//! A reason typed into a police system can hold anything: control characters,
//! marks that reverse the reading direction, a spreadsheet formula. Nothing is
//! dropped; what cannot be seen is replaced by something that can.

use std::borrow::Cow;
use std::fmt::Write as _;

/// True for characters that have no shape of their own or that change how their
/// neighbours are shown: controls, reading-direction marks, invisible separators and tags.
///
/// The joiners U+200C and U+200D are left alone: names in several scripts need them.
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Replaces every hidden character: the old control characters by their pictures
/// (a line break becomes `␊`), the others by their number (`[U+202E]`).
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    Cow::Owned(out)
}

/// Appends one character as [`visible`] shows it.
pub fn push_visible(out: &mut String, c: char) {
    match c {
        '\u{0}'..='\u{1f}' => {
            // U+2400 and on are pictures of the characters from 0 on.
            out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'));
        }
        '\u{7f}' => out.push('\u{2421}'),
        c if is_hidden(c) => push_number(out, c),
        c => out.push(c),
    }
}

/// Appends a character's number, `[U+202E]`: for where fonts may lack the pictures.
pub fn push_number(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(out, "[U+{:04X}]", c as u32);
}

/// True for the characters with which a spreadsheet starts a formula.
const fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')
}

/// True for what a spreadsheet skips before it looks for a formula.
fn is_skipped(c: char) -> bool {
    matches!(c, '"' | '\'' | '\u{2018}'..='\u{201f}') || c.is_whitespace() || is_hidden(c)
}

/// True where a cell holding `text` would be taken for a formula.
#[must_use]
pub fn looks_like_formula(text: &str) -> bool {
    for c in text.chars() {
        if starts_formula(c) {
            return true;
        }
        if !is_skipped(c) {
            return false;
        }
    }
    false
}

/// Text for one CSV cell: nothing hidden, nothing that a spreadsheet would run.
///
/// A harmful start gets a leading apostrophe. So does one after a semicolon: where
/// the semicolon parts cells, a spreadsheet would see a new cell begin there.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let harmful = |part: &str| looks_like_formula(part);
    if !text.contains(is_hidden) && !text.split(';').any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (i, part) in text.split(';').enumerate() {
        if i > 0 {
            out.push(';');
        }
        if harmful(part) {
            out.push('\'');
        }
        part.chars().for_each(|c| push_visible(&mut out, c));
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{cell, visible};

    #[test]
    fn hostile_cells_are_made_harmless() {
        let cases = [
            // What a cell holds, what the file gets.
            ("plain", "plain"),
            ("", ""),
            ("O'Brien-Smith", "O'Brien-Smith"),
            ("a=b", "a=b"),
            ("=1+1", "'=1+1"),
            ("+447700900123", "'+447700900123"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'␉=1"),
            ("\r=1", "'␍=1"),
            ("\n=1", "'␊=1"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\"=1", "'\"=1"),
            ("'=1", "''=1"),
            (" \" '=1", "' \" '=1"),
            ("\u{201c}=1", "'\u{201c}=1"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("\u{200b}=1", "'[U+200B]=1"),
            ("\u{feff}=1", "'[U+FEFF]=1"),
            ("\u{0}=1", "'␀=1"),
            ("x;=cmd|'/c calc'!A1", "x;'=cmd|'/c calc'!A1"),
            ("x; \"@y", "x;' \"@y"),
            ("two\nlines", "two␊lines"),
            ("a\r\nb", "a␍␊b"),
            ("del\u{7f}", "del␡"),
            ("next\u{85}line", "next[U+0085]line"),
            ("para\u{2029}graph", "para[U+2029]graph"),
            ("abc\u{202e}fdp.exe", "abc[U+202E]fdp.exe"),
            ("\u{2066}iso\u{2069}", "[U+2066]iso[U+2069]"),
            ("rlm\u{200f}", "rlm[U+200F]"),
            ("tag\u{e0041}", "tag[U+E0041]"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("Zoë Ngũgĩ", "Zoë Ngũgĩ"),
        ];
        for (given, wanted) in cases {
            assert_eq!(cell(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn a_clean_text_is_not_copied() {
        assert!(matches!(visible("clean"), std::borrow::Cow::Borrowed(_)));
        assert!(matches!(cell("clean; text"), std::borrow::Cow::Borrowed(_)));
    }
}
