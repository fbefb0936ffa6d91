//! The tables that searches are matched against.

use std::path::Path;

use crate::cli::console::Console;
use crate::cli::failure::Failure;
use crate::cli::sheet::read;
use crate::cli::text::counted;
use crate::ingest::{HighProfile, Person, Relationship, Staff};
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

pub fn people(path: &Path, console: &Console) -> Result<Vec<Person>, Failure> {
    read(path, console, PEOPLE, |row| Person {
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
        ..Person::default()
    })
}

pub fn staff(path: &Path, console: &Console) -> Result<Vec<Staff>, Failure> {
    read(path, console, STAFF, |row| Staff {
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
        ..Staff::default()
    })
}

pub fn relations(path: &Path, console: &Console) -> Result<Vec<Relationship>, Failure> {
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
        from: row.get("from").parse().ok(),
        to: row.get("to").parse().ok(),
        source: row.get("source"),
        ..Relationship::default()
    })?;
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
