//! JSON: one object a line (NDJSON), or one list of objects.
//!
//! Keys are taken like headers (any case); the key of a nested object is written with a dot (`user.id`); a list of plain values becomes
//! a `;`-separated cell; a list of objects stays JSON text. Numbers must be exact.

use std::borrow::Cow;
use std::fmt;

use csv::ByteRecord;
use memchr::{memchr, memchr_iter};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::blocks::{Block, Limits};
use super::columns::spec;
use super::csv_rows::line_number;
use super::error::IngestError;
use super::json_list::{Step, step};
use super::json_path::{Found, JsonPath};
use super::mapping::{Mapping, Place, header_key};
use super::part::{At, Bench, Part, check_cells};
use super::profile::Profile;
use super::tables::TableName;
use super::tally::Refusal;

/// How the rows of one NDJSON file are read.
#[derive(Clone, Debug)]
pub(crate) struct JsonLayout {
    pub mapping: Mapping,
    /// Key → its place in the record.
    slots: FxHashMap<String, usize>,
    /// For a column with several keys: the place that the mapping reads, and the places to try after it.
    fallbacks: Vec<(usize, Vec<usize>)>,
    /// By place: the canonical columns that it can feed.
    feeds: Vec<Vec<&'static str>>,
    /// Where the profile speaks of JSON documents: by place, the path to it. Else keys are compared like headers.
    paths: Option<Vec<JsonPath>>,
    /// The objects are the elements of one list, not one a line.
    pub list: bool,
}

impl JsonLayout {
    /// Every key that the profile can use, bound as if the file had all of them: which keys a file
    /// has is known only when its last line has been read.
    pub(crate) fn new(table: TableName, profile: &Profile, place: Place<'_>) -> Result<Self, IngestError> {
        let mut header: Vec<String> = Vec::new();
        let mut slots: FxHashMap<String, usize> = FxHashMap::default();
        let mut fallbacks = Vec::new();
        let mut feeds: Vec<Vec<&'static str>> = Vec::new();
        for column in spec(table).columns {
            let mut places = Vec::new();
            for key in profile.headers(column.name) {
                for root in profile.roots(key) {
                    let place = *slots.entry(header_key(root)).or_insert_with(|| {
                        header.push(root.to_owned());
                        feeds.push(Vec::new());
                        header.len() - 1
                    });
                    feeds[place].push(column.name);
                    if root == key {
                        places.push(place);
                    }
                }
            }
            if places.len() > 1 {
                fallbacks.push((places[0], places.split_off(1)));
            }
        }
        // A name that is no path is no member of a document either.
        let path = |name: &String| JsonPath::parse(name).or_else(|_| JsonPath::parse("?"));
        let paths = profile.json().and_then(|_| header.iter().map(path).collect::<Result<Vec<_>, _>>().ok());
        let mapping = Mapping::bind(table, profile, &header, place)?;
        Ok(Self { mapping, slots, fallbacks, feeds, paths, list: false })
    }

    /// The canonical columns of a file in which these places were seen.
    pub(crate) fn present(&self, table: TableName, profile: &Profile, seen: &[bool]) -> Vec<&'static str> {
        let fed = |name: &str| self.feeds.iter().zip(seen).any(|(feeds, seen)| *seen && feeds.contains(&name));
        spec(table)
            .columns
            .iter()
            .map(|column| column.name)
            .filter(|name| fed(name) || profile.constant(name).is_some_and(|value| !value.is_empty()))
            .collect()
    }

    /// Cells of a row.
    pub(crate) const fn width(&self) -> usize {
        self.feeds.len()
    }

    /// The keys that were seen in a file.
    pub(crate) fn keys_seen(&self, seen: &[bool]) -> Vec<String> {
        let mut keys: Vec<String> =
            self.slots.iter().filter(|(_, slot)| seen.get(**slot) == Some(&true)).map(|(key, _)| key.clone()).collect();
        keys.sort_unstable();
        keys
    }

    /// Reads the rows of a block.
    pub(crate) fn block<P: Part>(&self, block: &Block, limits: Limits, file: u16, part: &mut P, bench: &mut Bench) {
        bench.tally.seen.resize(self.feeds.len(), false);
        let (mut next, mut counted, mut line) = (0, 0, block.line);
        while let Some((start, end)) = self.span(&block.bytes, next) {
            next = end;
            line += memchr_iter(b'\n', &block.bytes[counted..start]).count() as u64;
            counted = start;
            let text = block.bytes[start..end].trim_ascii();
            if text.is_empty() {
                continue;
            }
            bench.tally.rows += 1;
            let at = At { file, line: line_number(line), offset: block.offset + start as u64 };
            let taken = self.record(text, Some(bench)).and_then(|record| {
                check_cells(&record, text, limits)?;
                self.mapping.row(&record, at, part, bench)
            });
            if let Err(refusal) = taken {
                bench.tally.refuse(at.line, &refusal);
            }
        }
    }

    /// The next line, its end included, or the next element from `at`.
    fn span(&self, bytes: &[u8], at: usize) -> Option<(usize, usize)> {
        if self.list {
            return if let Step::Element(start, end) = step(bytes, at) { Some((start, end)) } else { None };
        }
        (at < bytes.len()).then(|| (at, memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)))
    }

    /// Reads one line again.
    pub(crate) fn reread(&self, bytes: &[u8]) -> Option<ByteRecord> {
        self.record(bytes.trim_ascii(), None).ok()
    }

    /// One object as a row.
    pub(crate) fn record(&self, text: &[u8], mut bench: Option<&mut Bench>) -> Result<ByteRecord, Refusal> {
        let refuse = |problem: String| Refusal { column: "", value: text.to_vec(), problem };
        let node: Node =
            serde_json::from_slice(text).map_err(|error| refuse(format!("it is not a JSON object: {error}")))?;
        if let (Some(paths), Node::Object(members)) = (&self.paths, &node) {
            let found: Vec<Option<Found<'_>>> = paths.iter().map(|path| path.find(&node)).collect();
            if let Some(bench) = bench {
                for (slot, found) in found.iter().enumerate() {
                    bench.tally.seen[slot] |= found.is_some();
                    bench.tally.besides += found.as_ref().map_or(0, |found| found.besides as u64);
                }
                members.iter().filter(|(key, _)| paths.iter().all(|path| path.root() != key)).for_each(|(key, _)| {
                    bench.tally.unused_key(key);
                });
            }
            return Ok(self.filled(found.into_iter().map(|found| found.map(|found| found.text)).collect()));
        }
        let Node::Object(members) = node else { return Err(refuse("it is JSON, but not an object".to_owned())) };
        let mut flat = Vec::with_capacity(members.len());
        flatten("", members, &mut flat);
        let mut values: Vec<Option<Cow<'_, str>>> = vec![None; self.feeds.len()];
        for (key, value) in flat {
            match self.slot(&key) {
                Some(slot) if values[slot].is_some() => {
                    return Err(refuse(format!("the key {key:?} stands there twice")));
                }
                Some(slot) => {
                    if let Some(bench) = bench.as_deref_mut() {
                        bench.tally.seen[slot] = true;
                    }
                    values[slot] = Some(value);
                }
                None => {
                    if let Some(bench) = bench.as_deref_mut() {
                        bench.tally.unused_key(&key);
                    }
                }
            }
        }
        Ok(self.filled(values))
    }

    /// The place of a key. Most are written as [`header_key`] would write them.
    fn slot(&self, key: &str) -> Option<usize> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.');
        let found = if key.bytes().all(plain) { self.slots.get(key) } else { self.slots.get(&header_key(key)) };
        found.copied()
    }

    /// A row, in which the first key of a column has the value of the first that is there.
    fn filled(&self, mut values: Vec<Option<Cow<'_, str>>>) -> ByteRecord {
        for (first, others) in &self.fallbacks {
            if values[*first].is_none() {
                values[*first] = others.iter().find_map(|other| values[*other].clone());
            }
        }
        let length = values.iter().flatten().map(|value| value.len()).sum();
        let mut record = ByteRecord::with_capacity(length, values.len());
        values.iter().for_each(|value| record.push_field(value.as_deref().unwrap_or_default().as_bytes()));
        record
    }
}

/// A JSON value that keeps the order of its members and loses no digit. Texts without escapes are those of the document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node<'t> {
    Null,
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Object(Vec<(Cow<'t, str>, Node<'t>)>),
}

/// The members of an object and of the objects in it, by path; lists of plain values are `;`-separated.
pub(crate) fn flatten<'t>(
    prefix: &str,
    members: Vec<(Cow<'t, str>, Node<'t>)>,
    into: &mut Vec<(Cow<'t, str>, Cow<'t, str>)>,
) {
    for (key, value) in members {
        let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}").into() };
        match value {
            Node::Object(members) => flatten(&key, members, into),
            // Unknown, as if the key were not there; but the column is.
            Node::Null => into.push((key, Cow::Borrowed(""))),
            Node::Text(text) => into.push((key, text)),
            Node::List(items) if items.iter().all(|item| matches!(item, Node::Text(_) | Node::Null)) => {
                let texts =
                    items.into_iter().filter_map(|item| if let Node::Text(text) = item { Some(text) } else { None });
                into.push((key, texts.collect::<Vec<_>>().join(";").into()));
            }
            list @ Node::List(_) => into.push((key, list.to_string().into())),
        }
    }
}

impl fmt::Display for Node<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Text(text) => write!(out, "{}", serde_json::Value::from(text.as_ref())),
            Self::List(items) => {
                out.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(out, "{}{item}", if index > 0 { "," } else { "" })?;
                }
                out.write_str("]")
            }
            Self::Object(members) => {
                out.write_str("{")?;
                for (index, (key, value)) in members.iter().enumerate() {
                    write!(
                        out,
                        "{}{}:{value}",
                        if index > 0 { "," } else { "" },
                        serde_json::Value::from(key.as_ref())
                    )?;
                }
                out.write_str("}")
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

/// The largest whole number that a 64-bit float holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Text(value.to_string().into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Text(value.to_string().into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Text(value.to_string().into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node<'de>, E> {
        if value.abs() > EXACT {
            return Err(E::custom("a number is too big to be read exactly; write it as text"));
        }
        Ok(Node::Text(value.to_string().into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(value.to_owned().into()))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node<'de>, A::Error> {
        let mut object: Vec<(Cow<'de, str>, Node<'de>)> = Vec::new();
        // Of an object with many members, their names.
        let mut known: FxHashSet<Cow<'de, str>> = FxHashSet::default();
        while let Some((Name(key), value)) = members.next_entry::<Name<'de>, Node<'de>>()? {
            if object.len() == FEW {
                known.extend(object.iter().map(|(key, _)| key.clone()));
            }
            let twice = if object.len() < FEW {
                object.iter().any(|(known, _)| *known == key)
            } else {
                !known.insert(key.clone())
            };
            if twice {
                return Err(A::Error::custom(format!("the key {key:?} stands there twice")));
            }
            object.push((key, value));
        }
        Ok(Node::Object(object))
    }
}

/// Among so many members a name is found sooner by looking at each.
const FEW: usize = 32;

/// The name of a member.
struct Name<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(name.to_owned().into()))
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(name.into()))
    }
}
