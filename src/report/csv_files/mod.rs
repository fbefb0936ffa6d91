//! The CSV files of a report: one file of this folder a table, columns as the
//! output contract names them.
//!
//! Records end in a line feed and no cell holds a line break, so a line of the file
//! is a row of the table. Numbers stay numbers; every other cell goes through
//! [`text::cell`].

pub mod coverage;
pub mod evidence;
pub mod fairness;
pub mod findings;
pub mod quarantine;
pub mod referrals;
pub mod rules;

use std::borrow::Cow;
use std::io::{self, Write};

use super::text;

/// One cell. Only text can be hostile; a number is made here.
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(String),
}

/// A cell of text.
pub(super) const fn words(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}

/// A cell of several codes.
fn list(items: &[String]) -> Cell<'_> {
    match items {
        [one] => words(one),
        _ => Cell::Text(Cow::Owned(items.join(";"))),
    }
}

/// A whole number.
pub(super) fn whole(number: impl Into<u64>) -> Cell<'static> {
    Cell::Number(number.into().to_string())
}

/// How many there are.
fn count<T>(items: &[T]) -> Cell<'static> {
    Cell::Number(items.len().to_string())
}

/// Bits of evidence: two decimals.
fn bits(number: f64) -> Cell<'static> {
    Cell::Number(fixed(number, 2))
}

/// A share of one, or an expected count: four decimals.
fn share(number: f64) -> Cell<'static> {
    Cell::Number(fixed(number, 4))
}

/// An estimate that may be missing.
fn maybe(number: Option<f64>) -> Cell<'static> {
    Cell::Number(number.map_or_else(String::new, |n| fixed(n, 4)))
}

/// Fixed decimals without a negative zero; empty for what is not a number.
pub(super) fn fixed(number: f64, decimals: usize) -> String {
    if !number.is_finite() {
        return String::new();
    }
    let shown = format!("{number:.decimals$}");
    match shown.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| matches!(b, b'0' | b'.')) => rest.to_owned(),
        _ => shown,
    }
}

/// Writes a header and rows, and says how many rows there were.
pub(super) fn table<'a, W: Write, H: AsRef<str>>(
    out: W,
    header: &[H],
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
) -> io::Result<u64> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::Any(b'\n')).from_writer(out);
    for name in header {
        writer.write_field(text::cell(name.as_ref()).as_bytes())?;
    }
    writer.write_record(None::<&[u8]>)?;
    let mut written = 0;
    for row in rows {
        debug_assert_eq!(row.len(), header.len(), "a row fits its header");
        for cell in &row {
            match cell {
                Cell::Text(value) => writer.write_field(text::cell(value).as_bytes())?,
                Cell::Number(value) => writer.write_field(value)?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
        written += 1;
    }
    writer.flush()?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::{bits, fixed, list, table, whole, words};

    #[test]
    fn numbers_stay_numbers_and_text_is_quoted() {
        let mut out = Vec::new();
        let ids = ["a".to_owned(), "b".to_owned()];
        let rows = vec![
            vec![words("say \"no\", twice"), bits(-3.204), list(&ids), whole(7_u32)],
            vec![words("-3.20"), bits(-0.001), list(&[]), whole(0_u64)],
        ];
        let count = table(&mut out, &["text", "bits", "ids", "n"], rows.into_iter());
        assert_eq!(count.ok(), Some(2));
        assert_eq!(
            String::from_utf8(out).as_deref(),
            Ok("text,bits,ids,n\n\"say \"\"no\"\", twice\",-3.20,a;b,7\n'-3.20,0.00,,0\n")
        );
    }

    #[test]
    fn what_is_not_a_number_is_left_empty() {
        assert_eq!(fixed(f64::NAN, 2), "");
        assert_eq!(fixed(f64::NEG_INFINITY, 2), "");
        assert_eq!(fixed(-0.0, 4), "0.0000");
        assert_eq!(fixed(-0.006, 2), "-0.01");
    }
}
