//! Source columns that a profile makes out of others, as declared and checked.

use regex::Regex;

use super::raw::RawDerive;
use super::{ProfileError, Reader};
use crate::ingest::stamps::Stamp;

/// A source column, or several, made out of others.
#[derive(Clone, Debug)]
pub(crate) struct Derive {
    /// Names of the new columns.
    pub outputs: Vec<String>,
    pub input: Input,
    pub split: Option<Split>,
    pub base64: bool,
    /// Where there are any, each output is a named group.
    pub patterns: Vec<Regex>,
    pub stamp: Option<Stamp>,
    pub after: Option<String>,
}

/// What a derived column begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    From(String),
    /// Names and what stands between; a name that ends in `?` may be absent.
    Join(Vec<String>, String),
    First(Vec<String>),
}

/// How a value is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub on: String,
    /// Counted from 1, or from the end if negative; `None` = a list of all.
    pub part: Option<i32>,
}

impl Derive {
    /// The source columns that it is made of, without marks.
    pub(crate) fn inputs(&self) -> Vec<&str> {
        let names: Vec<&str> = match &self.input {
            Input::From(name) => vec![name],
            Input::Join(names, _) | Input::First(names) => names.iter().map(String::as_str).collect(),
        };
        names.into_iter().map(|name| name.strip_suffix('?').unwrap_or(name)).chain(self.after.as_deref()).collect()
    }
}

/// Checks one `[[derive]]` entry.
/// `own` are the entries above it in its file, `all` also those of the files that it extends.
pub(super) fn derive(raw: RawDerive, own: &[Derive], all: &[Derive], reader: &Reader) -> Result<Derive, ProfileError> {
    let place = raw
        .name
        .as_ref()
        .or(raw.from.as_ref())
        .map(|text| text.span())
        .or_else(|| raw.pattern.as_ref().map(|text| text.span()))
        .unwrap_or(0..0);
    let wrong = |message: &str, help: &str| reader.error(&place, message.to_owned(), Some(help.to_owned()));
    let input = match (raw.from, raw.join, raw.first) {
        (Some(from), None, None) => Input::From(from.into_inner()),
        (None, Some(join), None) if !join.is_empty() => {
            Input::Join(join, raw.between.clone().unwrap_or_else(|| " ".to_owned()))
        }
        (None, None, Some(first)) if !first.is_empty() => Input::First(first),
        _ => {
            return Err(wrong(
                "a derived column begins with one of `from`, `join` and `first`",
                "say which source column or columns it is made of",
            ));
        }
    };
    if raw.between.is_some() && !matches!(input, Input::Join(..)) {
        return Err(wrong("`with` belongs to `join`", "take it out, or use `join`"));
    }
    let mut patterns = Vec::new();
    for pattern in raw.pattern.into_iter().chain(raw.patterns.unwrap_or_default()) {
        patterns
            .push(Regex::new(pattern.get_ref()).map_err(|error| {
                reader.error(&pattern.span(), format!("the pattern cannot be used: {error}"), None)
            })?);
    }
    let groups: Vec<String> = patterns.iter().flat_map(|one| one.capture_names().flatten().map(str::to_owned)).fold(
        Vec::new(),
        |mut all, name| {
            if !all.contains(&name) {
                all.push(name);
            }
            all
        },
    );
    let outputs = match (&raw.name, patterns.is_empty()) {
        (Some(name), true) => vec![name.get_ref().clone()],
        (None, false) if !groups.is_empty() => groups,
        (None, true) => return Err(wrong("a derived column needs a `name`", "or a pattern with named groups")),
        (_, false) => {
            return Err(wrong(
                "a pattern gives its named groups as columns, and no `name`",
                "write the groups as (?<column>…)",
            ));
        }
    };
    if let Some(taken) = outputs.iter().find(|name| own.iter().any(|one| one.outputs.contains(name))) {
        return Err(wrong(&format!("the derived column {taken:?} is made twice"), "give one of the two another name"));
    }
    let part = raw.part.as_ref().map(|part| *part.get_ref());
    let split = match (raw.split, part) {
        (None, Some(_)) => return Err(wrong("`part` belongs to `split`", "say at which text the value is cut")),
        (Some(split), part) if split.get_ref().is_empty() || part == Some(0) => {
            return Err(reader.error(
                &split.span(),
                "a value is cut at a text, and its parts are counted from 1".to_owned(),
                Some("for example split = \"\\n\", part = 1; part = -1 is the last".to_owned()),
            ));
        }
        (Some(split), part) => Some(Split { on: split.into_inner(), part }),
        (None, None) => None,
    };
    let base64 = match &raw.decode {
        None => false,
        Some(name) if name.get_ref() == "base64" => true,
        Some(name) => {
            let message = format!("{:?} is no way to decode", name.get_ref());
            return Err(reader.error(&name.span(), message, Some("`base64` is the one there is".to_owned())));
        }
    };
    let timed = raw.formats.is_some() || raw.zone.is_some() || raw.after.is_some();
    if timed && !patterns.is_empty() {
        return Err(wrong(
            "a pattern gives no time",
            "derive a further column from its group, with `formats`, in an entry of its own",
        ));
    }
    let stamp = timed.then(|| reader.stamp(raw.formats.unwrap_or_default(), raw.zone)).transpose()?;
    if let Some(after) = &raw.after
        && !all.iter().any(|one| one.outputs.contains(after.get_ref()))
    {
        let message = format!("`after` names {:?}, which no entry above derives", after.get_ref());
        return Err(reader.error(&after.span(), message, Some("derive the start first".to_owned())));
    }
    let after = raw.after.map(toml::Spanned::into_inner);
    Ok(Derive { outputs, input, split, base64, patterns, stamp, after })
}
