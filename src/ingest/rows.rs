//! Rows of the smaller tables: one struct a row.

use chrono::NaiveDate;

use super::columns::Kind;
use super::mapping::Cells;
use super::part::{At, Bench, Part, refuse_missing, unreadable_time};
use super::tables::{
    Account, Assignment, Authority, Disposition, Duty, HighProfile, Incident, IncidentPerson, Origin, Person,
    Relationship, Staff, TableName, Training,
};
use super::tally::Refusal;
use super::time::DayAlone;
use crate::instant::Instant;

/// A row type of a canonical table. Its order is that of its content first and its origin last.
pub(crate) trait Row: Sized + Clone + Ord + Send {
    /// The table.
    const TABLE: TableName;
    /// Builds the row, taking the cells in the order of the table's columns.
    fn build(row: &mut Reader<'_, '_>) -> Self;
    /// Where it stands.
    fn origin(&self) -> Origin;
    /// The same row elsewhere.
    fn moved(&self, origin: Origin) -> Self;
    /// What a row of the table is found by, for a note about rows that contradict each other; `None` where several rows a key are usual.
    fn key(&self) -> Option<&str> {
        None
    }
    /// A reason why the row as a whole makes no sense.
    fn wrong(&self) -> Option<Refusal> {
        None
    }
}

/// Walks over the cells of one row.
pub(crate) struct Reader<'a, 'b> {
    cells: &'a Cells<'a>,
    next: usize,
    line: u32,
    origin: Origin,
    bench: &'b mut Bench,
}

impl<'a> Reader<'a, '_> {
    fn cell(&mut self, name: &'static str) -> (&'a [u8], Kind) {
        let column = self.bench.spec.columns[self.next];
        debug_assert_eq!(column.name, name, "columns are read in the order of the table");
        self.next += 1;
        (self.cells.get(self.next - 1), column.kind)
    }

    /// Opaque text, or a word in the contract's spelling.
    pub(crate) fn text(&mut self, name: &'static str) -> String {
        let (cell, kind) = self.cell(name);
        let text = String::from_utf8_lossy(cell).into_owned();
        match kind {
            Kind::Word(words) if !text.is_empty() => self.word(text, words, name),
            _ => text,
        }
    }

    fn word(&mut self, text: String, words: &[&str], name: &str) -> String {
        let lower = text.to_lowercase().replace([' ', '-'], "_");
        if words.contains(&lower.as_str()) {
            return lower;
        }
        if let Some(column) = self.bench.spec.index(name) {
            self.bench.tally.unknown_word(column, text.as_bytes());
        }
        text
    }

    /// `;`-separated texts; empty ones are left out.
    pub(crate) fn list(&mut self, name: &'static str) -> Vec<String> {
        let (cell, kind) = self.cell(name);
        let texts: Vec<String> = String::from_utf8_lossy(cell)
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect();
        match kind {
            Kind::Words(words) => texts.into_iter().map(|text| self.word(text, words, name)).collect(),
            _ => texts,
        }
    }

    /// A calendar day.
    pub(crate) fn date(&mut self, name: &'static str) -> Option<NaiveDate> {
        let (cell, _) = self.cell(name);
        if cell.is_empty() {
            return None;
        }
        let day = self.bench.clock.day(cell);
        if day.is_none() {
            self.unread(name, cell, unreadable_time("write a day as YYYY-MM-DD; the row is used with this cell empty"));
        }
        day
    }

    /// A moment; a day alone is the start or the end of it, as the column says.
    pub(crate) fn moment(&mut self, name: &'static str) -> Option<Instant> {
        let (cell, kind) = self.cell(name);
        if cell.is_empty() {
            return None;
        }
        let alone = match kind {
            Kind::End => DayAlone::End,
            Kind::Start => DayAlone::Start,
            _ => DayAlone::Refused,
        };
        let moment = self.bench.clock.moment(cell, alone);
        if moment.is_none() {
            self.unread(name, cell, unreadable_time("the row is used with this cell empty"));
        }
        moment
    }

    /// `true` or `false`; an empty or unreadable cell is `false`.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        let (cell, _) = self.cell(name);
        match cell.to_ascii_lowercase().as_slice() {
            b"true" | b"yes" | b"y" | b"1" => true,
            b"" | b"false" | b"no" | b"n" | b"0" => false,
            _ => {
                self.unread(name, cell, "neither true nor false; the row is used as if it said false".to_owned());
                false
            }
        }
    }

    /// What is made of several rows, once all are read; no column.
    pub(crate) const fn later<T>(&self, _name: &'static str) -> Vec<T> {
        Vec::new()
    }

    fn unread(&mut self, name: &'static str, cell: &[u8], problem: String) {
        self.bench.tally.note_cell(self.line, name, cell, problem);
    }
}

/// The rows of a smaller table that one worker has read.
pub(crate) struct Rows<T>(pub Vec<T>);

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Row> Part for Rows<T> {
    fn row(&mut self, cells: &Cells<'_>, at: At, bench: &mut Bench) -> Result<(), Refusal> {
        let spec = bench.spec;
        for (index, column) in spec.columns.iter().enumerate().filter(|(_, column)| column.required) {
            let cell = cells.get(index);
            if cell.is_empty() {
                return Err(refuse_missing(column.name));
            }
            let readable = match column.kind {
                // Asked again when the row is built; only rows with required times pay for it.
                Kind::Start | Kind::End | Kind::Moment => {
                    let before = (bench.clock.changes, bench.clock.written);
                    let moment = bench.clock.moment(cell, DayAlone::Start);
                    if moment.is_some() {
                        (bench.clock.changes, bench.clock.written) = before;
                    }
                    moment.is_some()
                }
                _ => true,
            };
            if !readable {
                return Err(Refusal {
                    column: column.name,
                    value: cell.to_vec(),
                    problem: unreadable_time("the row is not used"),
                });
            }
        }
        for group in spec.any_of {
            if group.iter().all(|name| spec.index(name).is_none_or(|index| cells[index].is_empty())) {
                return Err(Refusal {
                    column: group[0],
                    value: Vec::new(),
                    problem: format!(
                        "all of {} are empty, and a row cannot be used without one of them",
                        group.join(", ")
                    ),
                });
            }
        }
        let origin = Origin { file: at.file, line: at.line };
        let mut reader = Reader { cells, next: 0, line: at.line, origin, bench };
        let row = T::build(&mut reader);
        if let Some(refusal) = row.wrong() {
            return Err(refusal);
        }
        self.0.push(row);
        Ok(())
    }

    fn forget(&mut self, file: u16) {
        self.0.retain(|row| row.origin().file != file);
    }
}

/// A period that ends before it starts.
fn backwards(start: Instant, end: Instant) -> Option<Refusal> {
    (end < start).then(|| Refusal {
        column: "end",
        value: end.rfc3339(chrono_tz::UTC).into_bytes(),
        problem: format!("the period ends before it starts ({}); the row is not used", start.rfc3339(chrono_tz::UTC)),
    })
}

/// Implements [`Row`]; fields are given in the order of the table's columns.
macro_rules! row {
    ($type:ident, $table:ident, { $($field:ident: $kind:ident),* $(,)? } $($extra:item)*) => {
        impl Row for $type {
            const TABLE: TableName = TableName::$table;
            fn build(row: &mut Reader<'_, '_>) -> Self {
                Self { $($field: row.$kind(stringify!($field)),)* origin: row.origin }
            }
            fn origin(&self) -> Origin {
                self.origin
            }
            fn moved(&self, origin: Origin) -> Self {
                Self { origin, ..self.clone() }
            }
            $($extra)*
        }
    };
}

row!(Staff, Staff, {
    staff_id: text, forename: text, middle_names: text, surname: text, previous_surnames: list, known_as: text, dob: text, address: text,
    postcode: text, phones: list, vrms: list, role: text, grade: text, team: text, station: text, line_manager: text, start_date: date,
    end_date: date, status: text, valid_from: date, valid_to: date, history: later,
}
);
row!(Account, Accounts, { login: text, system: text, staff_id: text, kind: text, from: moment, to: moment });
row!(Relationship, Relationships, {
    relation_id: text, staff_id: text, relation: text, related_staff_id: text, subject_id: text, forename: text, surname: text, dob: text,
    address: text, postcode: text, phones: list, vrms: list, from: date, to: date, source: text,
});
row!(Person, People, {
    subject_id: text, forename: text, middle_names: text, surname: text, aliases: list, dob: text, address: text, postcode: text,
    phones: list, vrms: list, flags: list, valid_from: date, valid_to: date, history: later,
}
    // Of a person whose rows have days there are several.
    fn key(&self) -> Option<&str> { (self.valid_from.is_none() && self.valid_to.is_none()).then_some(&self.subject_id) }
);
row!(Incident, Incidents, { incident_id: text, opened: moment, closed: moment, kind: text, address: text, postcode: text, restricted: flag }
    fn key(&self) -> Option<&str> { Some(&self.incident_id) }
);
row!(IncidentPerson, IncidentPeople, {
    incident_id: text, role: text, subject_id: text, forename: text, surname: text, dob: text, address: text, postcode: text, phones: list,
    vrms: list,
});
row!(Assignment, Assignments, { incident_id: text, staff_id: text, team: text, role: text, from: moment, to: moment });
row!(HighProfile, HighProfile, {
    person_id: text, forename: text, surname: text, aliases: list, dob: text, address: text, postcode: text, vrms: list, subject_id: text,
    category: text, from: date, to: date,
});
row!(Authority, Authorities, {
    authority_id: text, staff_id: text, role: text, team: text, basis: text, systems: list, rules: list, subject_id: text, incident_id: text,
    blind_required: flag, authorised_by: text, from: moment, to: moment,
});

impl Reader<'_, '_> {
    /// A moment that has been found readable.
    fn needed(&mut self, name: &'static str) -> Instant {
        self.moment(name).unwrap_or_default()
    }
}

row!(Duty, Duty, { staff_id: text, start: needed, end: needed, kind: text, location: text }
    fn wrong(&self) -> Option<Refusal> { backwards(self.start, self.end) }
);
row!(Training, Training, {
    session_id: text, system: text, start: needed, end: needed, trainer_id: text, attendee_id: text, live_authorised: flag, authorised_by: text,
}
    fn wrong(&self) -> Option<Refusal> { backwards(self.start, self.end) }
);

impl Row for Disposition {
    const TABLE: TableName = TableName::Dispositions;
    fn build(row: &mut Reader<'_, '_>) -> Self {
        let finding = row.text("finding_id");
        let referral = row.text("referral_id");
        let reference = if finding.is_empty() { referral } else { finding };
        Self {
            reference,
            outcome: row.text("outcome"),
            by: row.text("by"),
            at: row.moment("at"),
            note: row.text("note"),
            origin: row.origin,
        }
    }
    fn origin(&self) -> Origin {
        self.origin
    }
    fn moved(&self, origin: Origin) -> Self {
        Self { origin, ..self.clone() }
    }
}
