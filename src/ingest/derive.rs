//! Source columns made out of others, bound to the header of one source.
//!
//! The steps of a profile run once a row, before its cells are taken; each appends cells to the row. A profile
//! without steps costs nothing.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use rustc_hash::FxHashMap;

use super::columns::spec;
use super::json_path::JsonPath;
use super::json_rows::Node;
use super::mapping::{Masks, header_key};
use super::part::Fields;
use super::profile::{Derive, Input, Profile, inside};
use super::stamps::Stamp;
use super::tables::TableName;
use super::tally::Refusal;
use super::time::Changes;

/// What was noticed while one row was mapped.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Noticed {
    pub masked: u64,
    /// Cells with a value that means "not known".
    pub unknown: u64,
    /// Values of JSON lists beside the one that was taken.
    pub besides: u64,
    pub changes: Changes,
}

/// The derived cells of one row.
#[derive(Debug, Default)]
pub(crate) struct Derived {
    cells: Vec<String>,
    pub noticed: Noticed,
}

impl Derived {
    /// A cell by its place: the row's own, or derived after them.
    #[inline]
    pub(crate) fn get<'r>(&'r self, record: &'r impl Fields, width: usize, place: usize) -> Option<&'r [u8]> {
        match place.checked_sub(width) {
            None => record.get(place),
            Some(place) => self.cells.get(place).map(String::as_bytes),
        }
    }
}

/// Places of source columns by name, headers and derived ones.
pub(crate) struct Names {
    keys: Vec<String>,
    places: FxHashMap<String, usize>,
    next: usize,
}

impl Names {
    pub(crate) fn new(header: &[String]) -> Self {
        let keys: Vec<String> = header.iter().map(|cell| header_key(cell)).collect();
        let mut places = FxHashMap::default();
        for (place, key) in keys.iter().enumerate() {
            places.entry(key.clone()).or_insert(place);
        }
        Self { next: keys.len(), keys, places }
    }

    /// The place of a column.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(&header_key(name)).copied()
    }

    /// The second place of a header that stands there twice.
    pub(crate) fn again(&self, place: usize) -> Option<usize> {
        let key = self.keys.get(place)?;
        self.keys[place + 1..].iter().position(|other| other == key).map(|after| place + 1 + after)
    }

    fn add(&mut self, name: Option<&str>) -> usize {
        let place = self.next;
        self.next += 1;
        if let Some(name) = name {
            self.places.insert(header_key(name), place);
        }
        place
    }
}

/// The steps of one source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps {
    /// Columns of the header.
    width: usize,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    /// A cell that holds JSON, and the paths into it.
    Json {
        from: usize,
        paths: Vec<JsonPath>,
    },
    Make {
        from: From,
        derive: Box<Derive>,
        after: Option<usize>,
        /// By pattern: the group of each output, if it has one of that name.
        groups: Vec<Vec<Option<usize>>>,
    },
    Stamp {
        from: usize,
        stamp: Stamp,
    },
}

#[derive(Clone, Debug)]
enum From {
    Join(Vec<usize>, String),
    First(Vec<usize>),
}

impl Steps {
    /// Binds the steps of a profile; what they make is added to `names`. A step whose source columns are not there is left out.
    pub(crate) fn bind(table: TableName, profile: &Profile, names: &mut Names) -> Self {
        let mut steps = Self { width: names.keys.len(), steps: Vec::new() };
        if let Some(json) = profile.json() {
            let wanted: Vec<&str> = spec(table)
                .columns
                .iter()
                .flat_map(|column| profile.headers(column.name))
                .chain(profile.derives().iter().flat_map(Derive::inputs))
                .collect();
            for cell in &json.cells {
                let Some(from) = names.place(cell) else { continue };
                let mut paths = Vec::new();
                for name in &wanted {
                    let path = inside(cell, name).and_then(|path| JsonPath::parse(path).ok());
                    if let Some(path) = path
                        && names.place(name).is_none()
                    {
                        names.add(Some(name));
                        paths.push(path);
                    }
                }
                if !paths.is_empty() {
                    steps.steps.push(Step::Json { from, paths });
                }
            }
        }
        for derive in profile.derives() {
            let place = |name: &str| names.place(name.strip_suffix('?').unwrap_or(name));
            let from = match &derive.input {
                Input::From(name) => place(name).map(|place| From::First(vec![place])),
                Input::First(all) => {
                    let places: Vec<usize> = all.iter().filter_map(|name| place(name)).collect();
                    (!places.is_empty()).then_some(From::First(places))
                }
                Input::Join(all, with) => {
                    let needed = all.iter().filter(|name| !name.ends_with('?')).all(|name| place(name).is_some());
                    let places: Vec<usize> = all.iter().filter_map(|name| place(name)).collect();
                    (needed && !places.is_empty()).then(|| From::Join(places, with.clone()))
                }
            };
            let Some(from) = from else { continue };
            let after = derive.after.as_deref().and_then(|name| names.place(name));
            for output in &derive.outputs {
                names.add(Some(output));
            }
            let group =
                |pattern: &Regex, output: &String| pattern.capture_names().position(|name| name == Some(output));
            let groups = |pattern: &Regex| derive.outputs.iter().map(|output| group(pattern, output)).collect();
            let groups = derive.patterns.iter().map(groups).collect();
            steps.steps.push(Step::Make { from, derive: Box::new(derive.clone()), after, groups });
        }
        steps
    }

    /// Reads a column's times by formats of its own; the place of the result.
    pub(crate) fn stamp(&mut self, from: usize, stamp: Stamp, names: &mut Names) -> usize {
        self.steps.push(Step::Stamp { from, stamp });
        names.add(None)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The places that steps read.
    pub(crate) fn sources(&self) -> impl Iterator<Item = usize> {
        self.steps
            .iter()
            .flat_map(|step| match step {
                Step::Json { from, .. } | Step::Stamp { from, .. } => std::slice::from_ref(from),
                Step::Make { from: From::Join(places, _) | From::First(places), .. } => places.as_slice(),
            })
            .copied()
    }

    /// Columns of the header.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// Runs the steps on a row.
    pub(crate) fn run(&self, record: &impl Fields, masks: &Masks) -> Result<Derived, Refusal> {
        let mut derived = Derived::default();
        for step in &self.steps {
            let row = Row { record, derived: &derived, width: self.width };
            let mut noticed = derived.noticed;
            let made = match step {
                Step::Json { from, paths } => document(row.cell(*from), paths, &mut noticed)?,
                Step::Stamp { from, stamp } => {
                    let text = row.text(*from);
                    vec![stamp.read(&text, None, &mut noticed.changes).unwrap_or_else(|| text.into_owned())]
                }
                Step::Make { from, derive, after, groups } => {
                    let after = after.map(|place| row.text(place));
                    made((derive, groups), from.value(&row, masks), after.as_deref(), &mut noticed)
                }
            };
            derived.cells.extend(made);
            derived.noticed = noticed;
        }
        Ok(derived)
    }
}

/// A row and what has been derived from it so far.
struct Row<'r, F> {
    record: &'r F,
    derived: &'r Derived,
    width: usize,
}

impl<F: Fields> Row<'_, F> {
    fn cell(&self, place: usize) -> &[u8] {
        self.derived.get(self.record, self.width, place).unwrap_or_default().trim_ascii()
    }

    fn text(&self, place: usize) -> Cow<'_, str> {
        String::from_utf8_lossy(self.cell(place))
    }
}

impl From {
    fn value(&self, row: &Row<'_, impl Fields>, masks: &Masks) -> String {
        let shown = |place: &usize| {
            let cell = row.cell(*place);
            (!cell.is_empty() && !masks.hide(cell)).then(|| String::from_utf8_lossy(cell).into_owned())
        };
        match self {
            Self::Join(places, with) => places.iter().filter_map(shown).collect::<Vec<_>>().join(with),
            // Where every one is hidden, that it is hidden is kept.
            Self::First(places) => places.iter().find_map(shown).unwrap_or_else(|| {
                let texts = places.iter().map(|place| row.text(*place));
                texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().into_owned()
            }),
        }
    }
}

/// The texts at the paths of a cell that holds JSON.
fn document(cell: &[u8], paths: &[JsonPath], noticed: &mut Noticed) -> Result<Vec<String>, Refusal> {
    if cell.is_empty() {
        return Ok(vec![String::new(); paths.len()]);
    }
    let node: Node<'_> = serde_json::from_slice(cell).map_err(|error| Refusal {
        column: "",
        value: cell.to_vec(),
        problem: format!("a cell that should hold a JSON document does not: {error}"),
    })?;
    Ok(paths
        .iter()
        .map(|path| {
            let found = path.find(&node).unwrap_or_default();
            noticed.besides += found.besides as u64;
            found.text.into_owned()
        })
        .collect())
}

/// What one entry makes of its value, a text for each of its outputs.
fn made(
    (derive, groups): (&Derive, &[Vec<Option<usize>>]),
    mut value: String,
    after: Option<&str>,
    noticed: &mut Noticed,
) -> Vec<String> {
    if let Some(split) = &derive.split {
        let mut parts = value.split(split.on.as_str()).map(str::trim).filter(|part| !part.is_empty());
        value = match split.part {
            None => parts.collect::<Vec<_>>().join(";"),
            Some(part) => {
                let parts: Vec<&str> = parts.by_ref().collect();
                let place = if part < 0 { parts.len() as i64 + i64::from(part) } else { i64::from(part) - 1 };
                usize::try_from(place).ok().and_then(|place| parts.get(place)).copied().unwrap_or_default().to_owned()
            }
        };
    }
    if derive.base64
        && let Ok(bytes) = STANDARD.decode(value.as_bytes())
        && let Ok(text) = String::from_utf8(bytes)
    {
        value = text;
    }
    if !derive.patterns.is_empty() {
        let mut patterns = derive.patterns.iter().zip(groups);
        let Some((found, groups)) =
            patterns.find_map(|(pattern, groups)| pattern.captures(&value).map(|found| (found, groups)))
        else {
            return vec![String::new(); derive.outputs.len()];
        };
        let text = |group: &Option<usize>| group.and_then(|group| found.get(group)).map_or("", |group| group.as_str());
        return groups.iter().map(|group| text(group).trim().to_owned()).collect();
    }
    if let Some(stamp) = &derive.stamp
        && let Some(iso) = stamp.read(&value, after, &mut noticed.changes)
    {
        value = iso;
    }
    vec![value]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapping::{Cells, Mapping, Place};
    use crate::ingest::profile::parse;
    use csv::ByteRecord;

    /// The named canonical cells that a profile makes of one row.
    fn cells(table: TableName, profile: &str, header: &[&str], row: &[&str]) -> Vec<(&'static str, String)> {
        let profile = parse("test", profile).unwrap();
        let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
        let place = Place { file: "a.csv", line: 1, profile: None };
        let mapping = Mapping::bind(table, &profile, &header, place).unwrap();
        let record = ByteRecord::from(row.to_vec());
        let mut cells = Cells::default();
        let derived = mapping.derive(&record).map_err(|refusal| refusal.problem).unwrap();
        mapping.fill(&record, &derived, &mut cells);
        let text = |cell: &[u8]| String::from_utf8(cell.to_vec()).unwrap();
        spec(table)
            .columns
            .iter()
            .enumerate()
            .filter(|(at, _)| !cells[*at].is_empty())
            .map(|(at, column)| (column.name, text(&cells[at])))
            .collect()
    }

    fn pairs(expected: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        expected.iter().map(|(name, text)| (*name, (*text).to_owned())).collect()
    }

    #[test]
    fn a_roster_of_day_and_times() {
        let profile = r#"
            [columns]
            staff_id = "Collar"
            [[derive]]
            name = "start"
            join = ["Date", "From"]
            formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
            [[derive]]
            name = "end"
            join = ["Date", "To"]
            formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
            after = "start"
        "#;
        let header = ["Collar", "Date", "From", "To"];
        let row = |row: &[&str]| cells(TableName::Duty, profile, &header, row);
        assert_eq!(
            row(&["7", "01/03/2026", "22:00", "06:00"]),
            pairs(&[("staff_id", "7"), ("start", "2026-03-01T22:00:00"), ("end", "2026-03-02T06:00:00")])
        );
        assert_eq!(
            row(&["7", "01/03/2026", "", ""]),
            pairs(&[("staff_id", "7"), ("start", "2026-03-01"), ("end", "2026-03-01")])
        );
        // What no format fits is kept as written, for the quarantine.
        assert_eq!(row(&["7", "soon", "", ""])[1], ("start", "soon".to_owned()));
    }

    #[test]
    fn patterns_split_cells_and_hidden_values() {
        let profile = r#"
            [columns]
            at = "When"
            login = "user"
            q_phone = "phones"
            [[derive]]
            from = "Line"
            patterns = ['^NAME (?<q_surname>[^/]+)/(?<q_forename>.*)$', '^VEH (?<q_vrm>.+)$']
            [[derive]]
            name = "user"
            first = ["Collar", "Name"]
            [[derive]]
            name = "phones"
            from = "Tel"
            split = "/"
            [sentinels]
            q_dob = ["01/01/1900"]
            "*" = ["unknown"]
            [time.columns.q_dob]
            formats = ["%d/%m/%Y"]
        "#;
        let header = ["When", "Collar", "Name", "Line", "Tel", "q_dob"];
        let row = |row: &[&str]| cells(TableName::Access, profile, &header, row);
        assert_eq!(
            row(&["2026", "***", "PC 7", "NAME SMITH/JO", "07700 900001 / 01632 960001", "05/06/1980"]),
            pairs(&[
                ("at", "2026"),
                ("login", "PC 7"),
                ("q_forename", "JO"),
                ("q_surname", "SMITH"),
                ("q_dob", "1980-06-05"),
                ("q_phone", "07700 900001;01632 960001")
            ])
        );
        assert_eq!(
            row(&["2026", "7", "PC 7", "VEH AB12 CDE", "", "01/01/1900"]),
            pairs(&[("at", "2026"), ("login", "7"), ("q_vrm", "AB12 CDE")])
        );
        assert_eq!(row(&["2026", "***", "***", "VEH UNKNOWN", "", ""]), pairs(&[("at", "2026")]));
    }

    #[test]
    fn json_inside_cells() {
        let profile = r#"
            [json]
            cells = ["Data"]
            [columns]
            at = "Data.Time"
            login = ["Data.User", "Who"]
            q_text = "query"
            [[derive]]
            name = "query"
            from = "data.q[kind=text].value"
            decode = "base64"
        "#;
        let row = |data: &str| cells(TableName::Access, profile, &["Who", "DATA"], &["w", data]);
        assert_eq!(
            row(r#"{"Time":"2026","User":"u","q":[{"kind":"x","value":"n"},{"kind":"text","value":"aGk="}]}"#),
            pairs(&[("at", "2026"), ("login", "u"), ("q_text", "hi")])
        );
        assert_eq!(row(""), pairs(&[]));
        let profile = parse("test", profile).unwrap();
        let place = Place { file: "a.csv", line: 1, profile: None };
        let header = ["Who".to_owned(), "Data".to_owned()];
        let mapping = Mapping::bind(TableName::Access, &profile, &header, place).unwrap();
        let record = ByteRecord::from(vec!["w", "{\"Time\":"]);
        assert!(mapping.derive(&record).is_err_and(|refusal| refusal.problem.contains("JSON")));
    }
}
