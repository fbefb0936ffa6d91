//! From the cells of a source row to the canonical cells of its table.

use csv::ByteRecord;
use regex::bytes::Regex;

use super::blocks::Limits;
use super::columns::{MAX_COLUMNS, Spec, spec};
use super::derive::{Derived, Names, Steps};
use super::error::{IngestError, nearest};
use super::heads::head;
use super::part::{At, Bench, Fields, Part, check_cells};
use super::profile::{Profile, Values, inside};
use super::tables::TableName;
use super::tally::Refusal;

/// The canonical cells of one row, in the order of the table's columns; unused places are empty.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cells<'a> {
    cells: [&'a [u8]; MAX_COLUMNS],
    filled: u32,
    whole: &'a [u8],
}

impl<'a> Cells<'a> {
    /// One cell, for as long as the row is there.
    #[inline]
    pub(crate) fn get(&self, column: usize) -> &'a [u8] {
        self.cells[column]
    }

    /// The first bytes of a cell, see [`head`].
    #[inline]
    pub(crate) fn head(&self, column: usize) -> [u64; 2] {
        head(self.cells[column], self.whole)
    }

    /// A bit for each column whose cell is not empty.
    #[inline]
    pub(crate) const fn filled(&self) -> u32 {
        self.filled
    }

    /// Fills an empty cell.
    #[inline]
    fn set(&mut self, column: usize, value: &'a [u8]) {
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = value;
            self.filled |= u32::from(!value.is_empty()) << column;
        }
    }
}

impl<'a> std::ops::Index<usize> for Cells<'a> {
    type Output = [u8];

    #[inline]
    fn index(&self, column: usize) -> &[u8] {
        self.get(column)
    }
}

/// How many cells of a row were read as empty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hidden {
    /// They hide a value.
    pub masked: u64,
    /// They mean "not known".
    pub unknown: u64,
}

/// Places of a source row up to here are walked by the bits of [`Fields::filled`].
const FRONT: usize = 64;

/// Where one canonical column comes from.
#[derive(Clone, Debug, Default)]
struct Take {
    from: Option<usize>,
    constant: Vec<u8>,
    values: Option<Values>,
    capture: Option<Regex>,
    /// Values that mean "not known".
    sentinels: Vec<Vec<u8>>,
    /// Where the cell stands as written, which sentinels are compared with too.
    written: Option<usize>,
}

impl Take {
    /// Where the cell stands that is taken as it is, masks aside.
    fn as_it_stands(&self) -> Option<usize> {
        let plain = self.values.is_none() && self.capture.is_none() && self.sentinels.is_empty();
        self.from.filter(|_| plain)
    }

    /// True where the value, or the cell that it was read from, means "not known".
    fn unknown(&self, written: Option<&[u8]>, value: &[u8]) -> bool {
        let written = written.unwrap_or_default().trim_ascii();
        self.sentinels
            .iter()
            .any(|sentinel| sentinel.eq_ignore_ascii_case(value) || sentinel.eq_ignore_ascii_case(written))
    }
}

/// A table's columns bound to the header of one source.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    takes: Vec<Take>,
    /// Of the first places of a row those whose cell one canonical column takes as it stands, as bits …
    front: u64,
    /// … and which column that is.
    columns: [u8; FRONT],
    /// Canonical column and place in the row, of the others whose cells are taken as they stand.
    plain: Vec<(usize, usize)>,
    /// Of the others that have a value, the column.
    worked: Vec<usize>,
    masks: Masks,
    /// Source columns that are made out of others.
    steps: Steps,
    /// Canonical columns that the source has.
    pub present: Vec<&'static str>,
    /// Headers that nothing takes.
    pub unused: Vec<String>,
}

/// Cells that hide a value.
#[derive(Clone, Debug)]
pub(crate) struct Masks {
    whole: Vec<Vec<u8>>,
    /// Which first bytes any mask has: almost every cell is cleared by this alone.
    starts: [bool; 256],
}

impl Masks {
    fn new(masks: &[String]) -> Self {
        let whole: Vec<Vec<u8>> =
            masks.iter().map(|mask| mask.trim().as_bytes().to_vec()).filter(|mask| !mask.is_empty()).collect();
        let mut starts = [false; 256];
        for mask in &whole {
            starts[usize::from(mask[0])] = true;
        }
        Self { whole, starts }
    }

    /// True where the trimmed cell hides a value.
    pub(crate) fn hide(&self, value: &[u8]) -> bool {
        value.first().is_some_and(|first| self.starts[usize::from(*first)])
            && self.whole.iter().any(|mask| mask == value)
    }
}

/// What binding needs to know about the source, for errors.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub file: &'a str,
    /// Line of the header; 0 where the format has none.
    pub line: u32,
    /// Name of the profile in use, if any.
    pub profile: Option<&'a str>,
}

/// A header cell as it is compared: without surrounding spaces and quotes, in lower case.
pub(crate) fn header_key(header: &str) -> String {
    header.trim().trim_matches('"').trim().to_lowercase()
}

impl Mapping {
    /// Binds the columns of `table` to `header`.
    ///
    /// # Errors
    /// A required column that is not there, or a used header that stands there twice.
    pub(crate) fn bind(
        table: TableName,
        profile: &Profile,
        header: &[String],
        place: Place<'_>,
    ) -> Result<Self, IngestError> {
        let spec = spec(table);
        let mut names = Names::new(header);
        let mut steps = Steps::bind(table, profile, &mut names);
        let mut takes = Vec::with_capacity(spec.columns.len());
        for column in spec.columns {
            let mut from = profile.headers(column.name).into_iter().find_map(|wanted| names.place(wanted));
            let written = from;
            if let (Some(place), Some(stamp)) = (from, profile.stamp(column.name)) {
                from = Some(steps.stamp(place, stamp.clone(), &mut names));
            }
            takes.push(Take {
                from,
                written,
                constant: profile.constant(column.name).unwrap_or_default().as_bytes().to_vec(),
                values: profile.values(column.name).cloned(),
                capture: profile.capture(column.name).cloned(),
                sentinels: profile.sentinels(column.name).map(|value| value.trim().as_bytes().to_vec()).collect(),
            });
        }
        let mut used = vec![false; header.len()];
        let direct = takes.iter().zip(spec.columns).map(|(take, column)| (take.from, column.name));
        for (from, what) in direct.chain(steps.sources().map(|place| (Some(place), "of a derived column"))) {
            let Some(from) = from.filter(|from| *from < header.len()) else { continue };
            used[from] = true;
            if let Some(again) = names.again(from) {
                return Err(IngestError::Unusable {
                    file: place.file.to_owned(),
                    line: place.line,
                    column: (again + 1) as u32,
                    problem: format!("the header {:?} stands there twice, and the column {what} needs it", header[from]),
                    help: "rename one of the two in the export, or name another header for the column in a mapping profile".to_owned(),
                });
            }
        }
        let has = |index: usize| takes[index].from.is_some() || !takes[index].constant.is_empty();
        let present = (0..takes.len()).filter(|index| has(*index)).map(|index| spec.columns[index].name).collect();
        let unused = header
            .iter()
            .zip(&used)
            .filter(|(cell, used)| !**used && !cell.trim().is_empty())
            .map(|(cell, _)| cell.trim().to_owned())
            .collect();
        let mut plain: Vec<(usize, usize)> =
            (0..takes.len()).filter_map(|index| Some((index, takes[index].as_it_stands()?))).collect();
        let (mut front, mut columns) = (0, [0; FRONT]);
        plain.retain(|(column, place)| {
            let near = *place < FRONT.min(header.len()) && front >> *place & 1 == 0;
            if near {
                front |= 1u64 << *place;
                columns[*place] = *column as u8;
            }
            !near
        });
        let worked = (0..takes.len()).filter(|index| has(*index) && takes[*index].as_it_stands().is_none()).collect();
        let masks = Masks::new(profile.masks());
        let mapping = Self { takes, front, columns, plain, worked, masks, steps, present, unused };
        mapping.check(table, spec, profile, header, place)?;
        Ok(mapping)
    }

    fn check(
        &self,
        table: TableName,
        spec: Spec,
        profile: &Profile,
        header: &[String],
        place: Place<'_>,
    ) -> Result<(), IngestError> {
        let missing = missing_columns(spec, &self.present);
        let Some((column, wanted)) = missing else { return Ok(()) };
        let names: Vec<&str> = wanted.iter().flat_map(|name| profile.headers(name)).collect();
        let near = names.iter().find_map(|name| nearest(name, header.iter().map(|cell| cell.trim())));
        let header_says = if header.is_empty() { "nothing".to_owned() } else { header.join(", ") };
        let near_says = near.map_or_else(String::new, |near| format!("; nearest is {near:?}"));
        let remedy = match place.profile {
            Some(profile) => format!(
                "correct [columns] in the mapping profile {profile:?}, where {} is looked for as {}",
                column,
                names.join(" or ")
            ),
            None => format!(
                "write a mapping profile (copy profiles/canonical.toml) that says under [columns] which header is {column}, and name it in [[sources]] as profile = \"…\""
            ),
        };
        Err(IngestError::MissingColumn {
            file: place.file.into(),
            line: place.line,
            table: table.as_str(),
            column: column.into(),
            found: header.to_vec(),
            nearest: near.map(Into::into),
            help: format!("the header found is: {header_says}{near_says}; {remedy}").into(),
        })
    }

    /// True where a canonical column comes from the header cell at this place.
    pub(crate) fn takes(&self, place: usize) -> bool {
        self.takes.iter().any(|take| take.from == Some(place)) || self.steps.sources().any(|source| source == place)
    }

    /// Makes the derived cells of a row. Costs nothing where the profile derives none.
    ///
    /// # Errors
    /// A cell that should hold a JSON document and does not.
    pub(crate) fn derive(&self, record: &impl Fields) -> Result<Derived, Refusal> {
        if self.steps.is_empty() { Ok(Derived::default()) } else { self.steps.run(record, &self.masks) }
    }

    /// Makes a row of the table of a source row: the one way from any reader to a table.
    ///
    /// # Errors
    /// A row that cannot be used.
    pub(crate) fn row<P: Part>(
        &self,
        record: &impl Fields,
        at: At,
        part: &mut P,
        bench: &mut Bench,
    ) -> Result<(), Refusal> {
        if self.steps.is_empty() {
            return self.take(record, &Derived::default(), at, part, bench);
        }
        let derived = self.steps.run(record, &self.masks)?;
        bench.notice(derived.noticed);
        self.take(record, &derived, at, part, bench)
    }

    #[inline]
    fn take<P: Part>(
        &self,
        record: &impl Fields,
        derived: &Derived,
        at: At,
        part: &mut P,
        bench: &mut Bench,
    ) -> Result<(), Refusal> {
        let mut cells = Cells::default();
        let hidden = self.fill(record, derived, &mut cells);
        bench.tally.masked += hidden.masked;
        bench.tally.not_known += hidden.unknown;
        part.row(&cells, at, bench)
    }

    /// Uses a row of a file that is held as a whole, or puts it into quarantine.
    pub(crate) fn held_row<P: Part>(
        &self,
        record: Result<ByteRecord, Refusal>,
        at: At,
        limits: Limits,
        part: &mut P,
        bench: &mut Bench,
    ) {
        bench.tally.rows += 1;
        let taken = record.and_then(|record| {
            check_cells(&record, record.as_slice(), limits)?;
            self.row(&record, at, part, bench)
        });
        if let Err(refusal) = taken {
            bench.tally.refuse(at.line, &refusal);
        }
    }

    /// Fills the canonical cells, which must be empty, from a source row and what was derived from it.
    pub(crate) fn fill<'a>(&'a self, record: &'a impl Fields, derived: &'a Derived, cells: &mut Cells<'a>) -> Hidden {
        let mut hidden = Hidden::default();
        let width = self.steps.width();
        cells.whole = record.whole();
        let mut take = |column: usize, cell: Option<&'a [u8]>| {
            let value = trimmed(cell.unwrap_or_default());
            if self.masks.hide(value) {
                hidden.masked += 1;
            } else {
                cells.set(column, value);
            }
        };
        let mut front = self.front & record.filled();
        while front != 0 {
            let place = front.trailing_zeros() as usize;
            front &= front - 1;
            take(usize::from(self.columns[place]), record.get(place));
        }
        for (column, from) in &self.plain {
            take(*column, derived.get(record, width, *from));
        }
        for column in &self.worked {
            let take = &self.takes[*column];
            let Some(from) = take.from else {
                cells.set(*column, &take.constant);
                continue;
            };
            let mut value = trimmed(derived.get(record, width, from).unwrap_or_default());
            if !value.is_empty() {
                if let Some(capture) = &take.capture {
                    value = captured(capture, value);
                }
                if self.masks.hide(value) {
                    hidden.masked += 1;
                    value = b"";
                } else if !take.sentinels.is_empty()
                    && take.unknown(derived.get(record, width, take.written.unwrap_or(from)), value)
                {
                    hidden.unknown += 1;
                    value = b"";
                }
            }
            if let Some(values) = &take.values
                && let Some(meaning) = meaning(values, value)
            {
                value = meaning;
            }
            cells.set(*column, value);
        }
        hidden
    }
}

/// A cell without the spaces around it. Few have any.
#[inline]
fn trimmed(cell: &[u8]) -> &[u8] {
    match cell {
        [] => b"",
        [first, ..] if *first > b' ' && cell.last().is_some_and(|last| *last > b' ') => cell,
        _ => cell.trim_ascii(),
    }
}

/// Group 1 of the pattern, or all of its match. A pattern that switches Unicode off could cut a character in two: that is no match.
fn captured<'a>(pattern: &Regex, value: &'a [u8]) -> &'a [u8] {
    let found = pattern.captures(value).and_then(|found| found.get(1).or_else(|| found.get(0)));
    let found = found.map_or(&b""[..], |found| found.as_bytes().trim_ascii());
    if std::str::from_utf8(found).is_ok() { found } else { b"" }
}

/// What a value map says of a value, whatever the case of its letters.
fn meaning<'v>(values: &'v Values, value: &[u8]) -> Option<&'v [u8]> {
    let lower = value.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    let found =
        if lower { values.get(value) } else { values.get(String::from_utf8_lossy(value).to_lowercase().as_bytes()) };
    found.map(Vec::as_slice)
}

/// The first required column, or group of which one is required, that is not among `present`: how to call it, and
/// the columns that would do.
pub(crate) fn missing_columns(spec: Spec, present: &[&str]) -> Option<(String, Vec<&'static str>)> {
    if let Some(column) = spec.columns.iter().find(|column| column.required && !present.contains(&column.name)) {
        return Some((column.name.to_owned(), vec![column.name]));
    }
    spec.any_of
        .iter()
        .find(|group| !group.iter().any(|name| present.contains(name)))
        .map(|group| (group.join(" or "), group.to_vec()))
}

/// How many of a table's columns a header would fill: the measure by which a delimiter is chosen.
pub(crate) fn recognised(table: TableName, profile: &Profile, header: &[String]) -> usize {
    let keys: Vec<String> = header.iter().map(|cell| header_key(cell)).collect();
    let cells = profile.json().map_or(&[][..], |json| &json.cells);
    let has = |name: &str| {
        keys.contains(&header_key(name))
            || cells.iter().any(|cell| inside(cell, name).is_some() && keys.contains(&header_key(cell)))
    };
    spec(table)
        .columns
        .iter()
        .filter(|column| {
            profile.headers(column.name).into_iter().any(|wanted| profile.roots(wanted).into_iter().any(has))
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::profile::parse;

    const PLACE: Place<'_> = Place { file: "a.csv", line: 1, profile: None };

    fn header(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn binds_renames_constants_words_masks_and_captures() {
        let profile = parse(
            "t",
            "[columns]\nlogin = [\"nobody\", \"User ID\"]\nterminal = []\n[constants]\nsystem = \"RMS\"\n[values.action]\nEnquiry = \"search\"\n[capture.incident_id]\ncolumn = \"why\"\npattern = 'ref (\\d+)'",
        )
        .unwrap();
        let mapping = Mapping::bind(
            TableName::Access,
            &profile,
            &header(&[" AT", "\"user id\"", "Action", "why", "terminal", "q_surname"]),
            PLACE,
        )
        .unwrap();
        assert_eq!(mapping.present, ["at", "login", "system", "action", "incident_id", "q_surname"]);
        assert_eq!(mapping.unused, ["terminal"]);
        let record = ByteRecord::from(vec!["2025", " u1 ", "ENQUIRY", "for ref 77, ", "t9", "***"]);
        let mut cells = Cells::default();
        let derived = Derived::default();
        assert_eq!(mapping.fill(&record, &derived, &mut cells).masked, 1);
        let said =
            |name: &str| std::str::from_utf8(&cells[spec(TableName::Access).index(name).unwrap()]).unwrap().to_owned();
        assert_eq!(
            [said("login"), said("system"), said("action"), said("incident_id"), said("q_surname"), said("terminal")],
            ["u1", "RMS", "search", "77", "", ""]
        );
    }

    #[test]
    fn a_missing_column_names_the_nearest_header_and_the_remedy() {
        let error =
            Mapping::bind(TableName::Access, &Profile::default(), &header(&["at", "log-in"]), PLACE).unwrap_err();
        let IngestError::MissingColumn { column, nearest, help, .. } = error else { panic!("{error}") };
        assert_eq!((&*column, nearest.as_deref()), ("login", Some("log-in")));
        assert!(help.contains("at, log-in") && help.contains("profiles/canonical.toml"), "{help}");
        assert!(Mapping::bind(TableName::Authorities, &Profile::default(), &header(&["authority_id"]), PLACE).is_err());
        assert!(
            Mapping::bind(TableName::Access, &Profile::default(), &header(&["at", "login", "Login"]), PLACE).is_err()
        );
    }
}
