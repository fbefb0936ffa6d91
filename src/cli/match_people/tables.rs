//! The tables that searches are matched against.

use std::cell::Cell;
use std::path::Path;

use chrono::NaiveDate;

use crate::cli::console::Console;
use crate::cli::failure::Failure;
use crate::cli::sheet::{Row, read};
use crate::cli::text::counted;
use crate::ingest::{HighProfile, Person, Relationship, Staff, settle_people, settle_staff};
use crate::relations::TieKind;

const PEOPLE: &[&[&str]] = &[
    &["person_id", "subject_id"],
    &["forename"],
    &["middle_names"],
    &["surname"],
    &["aliases"],
    &["dob"],
    &["address"],
    &["postcode"],
    &["phones"],
    &["vrms"],
    &["flags"],
    &["valid_from"],
    &["valid_to"],
];

const STAFF: &[&[&str]] = &[
    &["staff_id"],
    &["forename"],
    &["middle_names"],
    &["surname"],
    &["previous_surnames"],
    &["known_as"],
    &["dob"],
    &["address"],
    &["postcode"],
    &["phones"],
    &["vrms"],
    &["valid_from"],
    &["valid_to"],
];

const RELATIONS: &[&[&str]] = &[
    &["relation_id"],
    &["staff_id"],
    &["relation"],
    &["related_staff_id"],
    &["subject_id"],
    &["forename"],
    &["surname"],
    &["dob"],
    &["address"],
    &["postcode"],
    &["phones"],
    &["vrms"],
    &["from"],
    &["to"],
    &["source"],
];

const HIGH_PROFILE: &[&[&str]] = &[
    &["person_id"],
    &["forename"],
    &["surname"],
    &["aliases"],
    &["dob"],
    &["address"],
    &["postcode"],
    &["vrms"],
    &["subject_id"],
];

/// Reads days, and counts those that are none.
#[derive(Default)]
struct Days(Cell<u64>);

impl Days {
    fn of(&self, row: &Row<'_>, column: &str) -> Option<NaiveDate> {
        let text = row.get(column);
        let day = day(&text);
        self.0.set(self.0.get() + u64::from(day.is_none() && !text.is_empty()));
        day
    }

    fn tell(&self, path: &Path, console: &Console) {
        if self.0.get() > 0 {
            let cells = counted(self.0.get(), "cell is", "cells are");
            console.warn(&format!("{}: {cells} no day of the form YYYY-MM-DD and read as empty", path.display()));
        }
    }
}

/// A day, or the day of a moment.
pub fn day(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

pub fn people(path: &Path, console: &Console) -> Result<Vec<Person>, Failure> {
    let days = Days::default();
    let mut rows = read(path, console, PEOPLE, |row| Person {
        subject_id: row.get("person_id"),
        forename: row.get("forename"),
        middle_names: row.get("middle_names"),
        surname: row.get("surname"),
        aliases: row.list("aliases"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        phones: row.list("phones"),
        vrms: row.list("vrms"),
        flags: row.list("flags"),
        valid_from: days.of(row, "valid_from"),
        valid_to: days.of(row, "valid_to"),
        ..Person::default()
    })?;
    days.tell(path, console);
    if rows.iter().any(|row| row.valid_from.is_some() || row.valid_to.is_some()) {
        rows.sort_unstable();
        rows = settle_people(rows);
    }
    Ok(rows)
}

pub fn staff(path: &Path, console: &Console) -> Result<Vec<Staff>, Failure> {
    let days = Days::default();
    let mut rows = read(path, console, STAFF, |row| Staff {
        staff_id: row.get("staff_id"),
        forename: row.get("forename"),
        middle_names: row.get("middle_names"),
        surname: row.get("surname"),
        previous_surnames: row.list("previous_surnames"),
        known_as: row.get("known_as"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        phones: row.list("phones"),
        vrms: row.list("vrms"),
        valid_from: days.of(row, "valid_from"),
        valid_to: days.of(row, "valid_to"),
        ..Staff::default()
    })?;
    days.tell(path, console);
    if rows.iter().any(|row| row.valid_from.is_some() || row.valid_to.is_some()) {
        rows.sort_unstable();
        rows = settle_staff(rows);
    }
    Ok(rows)
}

pub fn relations(path: &Path, console: &Console) -> Result<Vec<Relationship>, Failure> {
    let days = Days::default();
    let mut rows = read(path, console, RELATIONS, |row| Relationship {
        relation_id: row.get("relation_id"),
        staff_id: row.get("staff_id"),
        relation: row.get("relation").to_lowercase().replace([' ', '-'], "_"),
        related_staff_id: row.get("related_staff_id"),
        subject_id: row.get("subject_id"),
        forename: row.get("forename"),
        surname: row.get("surname"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        phones: row.list("phones"),
        vrms: row.list("vrms"),
        from: days.of(row, "from"),
        to: days.of(row, "to"),
        source: row.get("source"),
        ..Relationship::default()
    })?;
    days.tell(path, console);
    // Who somebody is does not hang on what the tie is called.
    let mut unknown = 0;
    for row in rows.iter_mut().filter(|row| TieKind::of_relation(&row.relation).is_none()) {
        unknown += 1;
        row.relation = TieKind::Acquaintance.as_str().to_owned();
    }
    if unknown > 0 {
        console.warn(&format!(
            "{}: {} a relation that docs/inputs.md does not list; read as acquaintance",
            path.display(),
            counted(unknown, "row has", "rows have")
        ));
    }
    Ok(rows)
}

pub fn high_profile(path: &Path, console: &Console) -> Result<Vec<HighProfile>, Failure> {
    read(path, console, HIGH_PROFILE, |row| HighProfile {
        person_id: row.get("person_id"),
        forename: row.get("forename"),
        surname: row.get("surname"),
        aliases: row.list("aliases"),
        dob: row.get("dob"),
        address: row.get("address"),
        postcode: row.get("postcode"),
        vrms: row.list("vrms"),
        subject_id: row.get("subject_id"),
        ..HighProfile::default()
    })
}
