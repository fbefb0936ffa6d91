//! JSON documents: one that goes over many lines, several after one another, a list of them, or one that holds many
//! records (`entry.resource` of a bundle).
//!
//! For profiles with a `[json]` section, where a file is not one object a line. The text is held in memory, so it is
//! bounded. A row's line and offset are those of the record's first byte.

use std::io::Read;

use csv::ByteRecord;
use memchr::memchr_iter;

use super::NoProgress;
use super::blocks::Limits;
use super::csv_rows::line_number;
use super::error::IngestError;
use super::file::{Job, Shape};
use super::json_rows::JsonLayout;
use super::part::{At, Bench, Part, check_cells};
use super::profile::Profile;
use super::stream::{self, Stored};
use super::tally::Refusal;

/// The longest text that is held.
const MAX_TEXT: u64 = 256 << 20;
/// How deep a path may lead.
const MAX_DEPTH: usize = 32;

/// How the records of such a file are read.
#[derive(Clone, Debug)]
pub(crate) struct DocsLayout {
    pub json: JsonLayout,
    /// Members on the way to the records.
    rows: Vec<String>,
    /// Offset of the first byte of the text.
    start: u64,
}

/// Where a record stands; without an end it is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: usize,
    end: Option<usize>,
}

impl DocsLayout {
    /// True where the text is to be read so: the profile speaks of JSON documents, and it is not one record a line.
    pub(crate) fn wanted(text: &[u8], profile: &Profile) -> bool {
        let Some(json) = profile.json() else { return false };
        let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
        let line = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |end| start + end);
        let holds = |name: &str| children(text, start).into_iter().any(|(key, _)| key.as_deref() == Some(name));
        // A list has a reader of its own, which holds one element at a time.
        text.get(start) == Some(&b'{')
            && (value_end(text, start).is_none_or(|end| end > line)
                || json.rows.as_ref().is_some_and(|rows| holds(rows.root())))
    }

    pub(crate) fn new(job: Job<'_>, start: u64) -> Result<Self, IngestError> {
        let rows = job.profile.json().and_then(|json| json.rows.as_ref());
        Ok(Self {
            json: JsonLayout::new(job.table, job.profile, job.place(0))?,
            rows: rows.map(|rows| rows.members()).unwrap_or_default(),
            start,
        })
    }

    /// The whole text, if it is not too much.
    pub(crate) fn text(job: Job<'_>, reader: &mut dyn Read) -> Result<Vec<u8>, IngestError> {
        let mut text = Vec::new();
        reader.take(MAX_TEXT + 1).read_to_end(&mut text).map_err(|error| job.io(error))?;
        if text.len() as u64 > MAX_TEXT {
            return Err(IngestError::unusable(
                job.name,
                0,
                "a JSON document of more than 256 MiB is not read",
                "export one object a line (NDJSON), which may be of any size",
            ));
        }
        Ok(text)
    }

    /// Reads every record.
    pub(crate) fn rows<P: Part>(&self, text: &[u8], job: Job<'_>, limits: Limits, part: &mut P, bench: &mut Bench) {
        bench.tally.seen.resize(self.json.width(), false);
        let (mut line, mut counted) = (1, 0);
        for span in self.spans(text) {
            line += memchr_iter(b'\n', &text[counted..span.start]).count() as u64;
            counted = span.start;
            bench.tally.rows += 1;
            let at = At { file: job.index, line: line_number(line), offset: self.start + span.start as u64 };
            let taken = match span.end {
                Some(end) => self.json.record(&text[span.start..end], Some(bench)).and_then(|record| {
                    check_cells(&record, &text[span.start..end], limits)?;
                    self.json.mapping.row(&record, at, part, bench)
                }),
                None => Err(Refusal {
                    column: "",
                    value: text[span.start..text.len().min(span.start + 1024)].to_vec(),
                    problem: "the JSON is broken off or damaged here; what follows in the file is not read".to_owned(),
                }),
            };
            if let Err(refusal) = taken {
                bench.tally.refuse(at.line, &refusal);
            }
        }
    }

    /// Reads single records again; `offsets` are sorted.
    pub(crate) fn reread(
        &self,
        job: Job<'_>,
        shape: &Shape,
        offsets: &[(u64, usize)],
    ) -> Result<Vec<Option<ByteRecord>>, IngestError> {
        let stored = Stored::open(job.path, &NoProgress)
            .map_err(|source| IngestError::Unreadable { file: job.name.to_owned(), source })?;
        let mut stream = stream::open(stored, shape.text).map_err(|error| job.io(error))?;
        let text = Self::text(job, &mut stream.reader)?;
        Ok(offsets
            .iter()
            .map(|(offset, _)| {
                let start = usize::try_from(offset.checked_sub(self.start)?).ok()?;
                let end = value_end(&text, start)?;
                self.json.record(&text[start..end], None).ok()
            })
            .collect())
    }

    /// The records of the text, in order.
    fn spans(&self, text: &[u8]) -> Vec<Span> {
        let path: Vec<&str> = self.rows.iter().map(String::as_str).collect();
        let mut spans = Vec::new();
        let mut at = 0;
        while let Some(start) = next_start(text, at) {
            if text[start] == b'[' {
                elements(text, start).into_iter().for_each(|one| document(text, one, &path, &mut spans));
            } else {
                document(text, Span { start, end: value_end(text, start) }, &path, &mut spans);
            }
            match value_end(text, start) {
                Some(end) => at = end,
                None => break,
            }
        }
        spans
    }
}

/// The records of one document: where the path leads, or the document itself where it has no such place.
fn document(text: &[u8], whole: Span, path: &[&str], into: &mut Vec<Span>) {
    let holds = path
        .first()
        .is_some_and(|first| children(text, whole.start).into_iter().any(|(key, _)| key.as_deref() == Some(*first)));
    if holds { walk(text, whole, path, 0, into) } else { into.push(whole) }
}

fn walk(text: &[u8], at: Span, path: &[&str], depth: usize, into: &mut Vec<Span>) {
    let is_list = text.get(at.start) == Some(&b'[');
    match path.split_first() {
        _ if depth > MAX_DEPTH => into.push(at),
        None if is_list => into.extend(elements(text, at.start)),
        None => into.push(at),
        Some(_) if is_list => {
            elements(text, at.start).into_iter().for_each(|one| walk(text, one, path, depth + 1, into));
        }
        Some((first, rest)) => {
            for (key, child) in children(text, at.start) {
                if key.as_deref() == Some(*first) {
                    walk(text, child, rest, depth + 1, into);
                } else if child.end.is_none() {
                    into.push(child);
                }
            }
        }
    }
}

fn elements(text: &[u8], start: usize) -> Vec<Span> {
    children(text, start).into_iter().map(|(_, span)| span).collect()
}

/// The members of an object with their keys, or the elements of a list; the last may be broken off.
fn children(text: &[u8], start: usize) -> Vec<(Option<String>, Span)> {
    let mut all = Vec::new();
    let is_object = text.get(start) == Some(&b'{');
    if !is_object && text.get(start) != Some(&b'[') {
        return all;
    }
    let mut at = start + 1;
    while let Some(next) = next_start(text, at) {
        if matches!(text[next], b'}' | b']') {
            break;
        }
        let (key, value) = if is_object {
            let colon = value_end(text, next).and_then(|end| Some((end, next_start(text, end)?)));
            let Some((end, colon)) = colon.filter(|(_, colon)| text[*colon] == b':') else {
                all.push((None, Span { start: next, end: None }));
                break;
            };
            let Some(value) = next_start(text, colon + 1) else {
                all.push((None, Span { start: next, end: None }));
                break;
            };
            (serde_json::from_slice(&text[next..end]).ok(), value)
        } else {
            (None, next)
        };
        let end = value_end(text, value);
        all.push((key, Span { start: value, end }));
        match end {
            Some(end) => at = end,
            None => break,
        }
    }
    all
}

/// The next byte that is neither white space nor a comma.
fn next_start(text: &[u8], at: usize) -> Option<usize> {
    text.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != b',').map(|found| at + found)
}

/// The end of the value that starts here, by its brackets and quotes alone; whether it is JSON is seen when it is read.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, start);
    loop {
        match *text.get(at)? {
            b'"' => {
                at += 1;
                loop {
                    at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
                    if text[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            byte if depth == 0 => {
                // A plain value ends before the next mark; a mark alone is no value, but must be passed over.
                let marks = |byte: &u8| {
                    byte.is_ascii_whitespace() || matches!(byte, b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"')
                };
                let length = text[at..].iter().position(marks).unwrap_or(text.len() - at);
                return Some(at + if length == 0 || marks(&byte) { 1 } else { length });
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(text: &str, path: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(start) = next_start(text.as_bytes(), at) {
            let whole = Span { start, end: value_end(text.as_bytes(), start) };
            if text.as_bytes()[start] == b'[' {
                elements(text.as_bytes(), start)
                    .into_iter()
                    .for_each(|one| document(text.as_bytes(), one, path, &mut all));
            } else {
                document(text.as_bytes(), whole, path, &mut all);
            }
            let Some(end) = whole.end else { break };
            at = end;
        }
        let broken = |span: &Span| format!("broken {}", &text[span.start..]);
        all.iter().map(|span| span.end.map_or_else(|| broken(span), |end| text[span.start..end].to_owned())).collect()
    }

    #[test]
    fn records_are_found_wherever_they_stand() {
        let path = ["entry", "resource"];
        for (text, expected) in [
            ("{\"a\":\n1}", &["{\"a\":\n1}"][..]),
            ("{\"a\":\"}\\\"\"} {\"b\":[2]}", &["{\"a\":\"}\\\"\"}", "{\"b\":[2]}"]),
            ("[{\"a\":1},\n{\"b\":2}]", &["{\"a\":1}", "{\"b\":2}"]),
            (
                "{\"x\":0,\"entry\":[{\"resource\":{\"a\":1}},{\"resource\":{\"b\":2},\"z\":3}]}",
                &["{\"a\":1}", "{\"b\":2}"],
            ),
            ("{\"entry\":[]}", &[]),
            ("{\"a\":1", &["broken {\"a\":1"]),
            ("{\"entry\":[{\"resource\":{\"a\":1}},{\"resource\":{\"b\":", &["{\"a\":1}", "broken {\"b\":"]),
            ("", &[]),
        ] {
            assert_eq!(spans(text, &path), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail(text in "[\\[\\]{}:,\"\\\\a1 \n]{0,40}") {
            spans(&text, &["a", "a"]);
        }
    }
}
