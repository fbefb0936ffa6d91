//! From queries to subjects, and from incidents back to them.

use chrono::NaiveDate;

use super::*;
use crate::ingest::{AccessLog, Person, Query, Strings};

pub(crate) fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()
}

/// Queries as `field=value;field=value`, in the order given.
pub(crate) fn log(queries: &[&str]) -> AccessLog {
    let parsed: Vec<Vec<(&str, &str)>> =
        queries.iter().map(|q| q.split(';').filter_map(|part| part.split_once('=')).collect()).collect();
    let mut texts: Vec<&str> = parsed.iter().flatten().map(|(_, value)| *value).chain([""]).collect();
    texts.sort_unstable();
    texts.dedup();
    let strings = Strings::from_sorted(texts);
    let queries = parsed
        .iter()
        .map(|fields| {
            let mut query = Query::default();
            for (field, value) in fields {
                let code = strings.find(value).unwrap();
                match *field {
                    "id" => query.subject_id = code,
                    "f" => query.forename = code,
                    "s" => query.surname = code,
                    "d" => query.dob = code,
                    "a" => query.age = code,
                    "h" => query.address = code,
                    "p" => query.postcode = code,
                    "v" => query.vrm = code,
                    "t" => query.phone = code,
                    "x" => query.text = code,
                    other => panic!("{other}"),
                }
            }
            query
        })
        .collect();
    AccessLog { queries, strings, ..AccessLog::default() }
}

fn people() -> Vec<Person> {
    let person = |id: &str, forename: &str, surname: &str, dob: &str, address: &str, vrm: &str, phone: &str| Person {
        subject_id: id.into(),
        forename: forename.into(),
        surname: surname.into(),
        dob: dob.into(),
        address: address.into(),
        vrms: vec![vrm.into()],
        phones: vec![phone.into()],
        ..Person::default()
    };
    vec![
        person("N1", "John", "Smith", "1980-02-03", "12 High Street, Anytown, AB1 2DE", "AB12 CDE", "07700 900123"),
        person("N2", "John", "Smith", "1990-05-06", "", "", ""),
        person("N3", "Ann", "Twin", "1990-05-06", "", "XY99 ZZZ", ""),
        person("N4", "Amy", "Twin", "1990-05-06", "", "XY99 ZZZ", ""),
    ]
}

fn keys(queries: &[&str]) -> Vec<String> {
    let (log, people) = (log(queries), people());
    let subjects = resolve(&log, &people, as_of());
    assert!(subjects.all.windows(2).all(|w| w[0].key < w[1].key), "sorted by key");
    subjects.of_query.iter().map(|&id| subjects.all[id as usize].key.clone()).collect()
}

#[test]
fn one_key_for_one_subject() {
    for (query, key) in [
        ("id=N1", "record:N1"),
        ("id=N77", "record:N77"),
        ("id=N1;s=Other", "record:N1"),
        ("f=John;s=Smith;d=03/02/1980", "record:N1"),
        ("f=Johnny;s=SMITH;d=1980-02-03", "record:N1"),
        ("f=John;s=Smith;d=1980", "person:SMITH|JOHN|1980"),
        ("f=John;s=Smith", "person:SMITH|JOHN"),
        ("f=John;s=Smith;p=ab12de", "person:SMITH|JOHN||place:AB12DE"),
        ("f=John;s=Smith;d=1985-02-03", "person:SMITH|JOHN|1985-02-03"),
        ("v=ab12cde", "record:N1"),
        ("v=AB12CDE;s=Smith", "record:N1"),
        ("v=AB12CDE;f=Mary;s=Jones", "person:JONES|MARY||vrm:AB12CDE"),
        ("v=XY99ZZZ", "vrm:XY99ZZZ"),
        ("v=AB12*", "vrm:AB12*"),
        ("t=+447700900123", "record:N1"),
        ("t=01632 960123", "phone:01632960123"),
        ("h=12 High St, Anytown;p=AB1 2DE", "place:12 HIGH STREET|AB12DE"),
        ("p=AB1 2DE", "place:AB12DE"),
        ("x=SMITH, John 3/2/80", "record:N1"),
        ("x=AB12 CDE", "record:N1"),
        ("x=N3", "record:N3"),
        ("x=12 High Street AB1 2DE", "place:12 HIGH STREET|AB12DE"),
        ("", "unknown:"),
        ("s=UNKNOWN", "unknown:UNKNOWN"),
        ("d=03/02/1980", "person:||1980-02-03"),
        ("f=John;s=Smith;a=46", "person:SMITH|JOHN|1979/1980"),
        ("f=J*;s=SMI*", "person:SMI*|J*"),
    ] {
        assert_eq!(keys(&[query]), [key], "{query}");
    }
    assert_eq!(keys(&["id=N1", "v=AB12CDE"]), ["record:N1", "record:N1"]);
}

#[test]
fn labels_and_coverage() {
    let people = people();
    let log = log(&["id=N1", "id=N9", "p=ZZZ", "d=99/99/99;s=Smith", "v=XY99ZZZ"]);
    let subjects = resolve(&log, &people, as_of());
    let labels: Vec<&str> = subjects.of_query.iter().map(|&id| subjects.all[id as usize].label.as_str()).collect();
    assert_eq!(labels, ["John SMITH (b. 1980-02-03)", "N9", "ZZZ", "SMITH", "XY99 ZZZ"]);
    let c = subjects.coverage;
    assert_eq!((c.queries, c.known_records, c.unknown_records, c.typed), (5, 1, 1, 3));
    assert_eq!((c.unread_dates, c.unread_postcodes, c.nothing_comparable), (1, 1, 1));
}

#[test]
fn who_an_incident_involves() {
    let queries = [
        "id=N1",
        "id=N2",
        "f=Jon;s=Smith;d=1980-02-03",
        "f=John;s=Smith",
        "f=Smith;s=John;d=1980-02-03",
        "f=John;s=Smith;d=1990",
        "h=12 High St;p=AB1 2DE",
        "v=XY99ZZZ",
        "p=AB1 2DE",
        "f=Mary;s=Smith",
        "id=N77",
        "s=Smith;h=12 High St;p=AB1 2DE",
    ];
    let (log, people) = (log(&queries), people());
    let index = PeopleIndex::new(&people, as_of());
    let subjects = resolve_with(&log, &index);
    let names = |found: Vec<SubjectId>| {
        (0..queries.len()).filter(|&i| found.contains(&subjects.of_query[i])).map(|i| queries[i]).collect::<Vec<_>>()
    };
    let by_id = names(subjects.involved(&index, "N1", "", "", "", "", "", &[], &[]));
    let expected = [
        "id=N1",
        "f=Jon;s=Smith;d=1980-02-03",
        "f=John;s=Smith",
        "f=Smith;s=John;d=1980-02-03",
        "h=12 High St;p=AB1 2DE",
        "p=AB1 2DE",
        "s=Smith;h=12 High St;p=AB1 2DE",
    ];
    assert_eq!(by_id, expected);
    let by_name = names(subjects.involved(&index, "", "John", "Smith", "03/02/1980", "", "", &[], &[]));
    assert_eq!(by_name, expected, "name and date find the record and so the rest");
    assert_eq!(names(subjects.involved(&index, "", "", "", "", "", "", &[], &["XY99 ZZZ".into()])), ["v=XY99ZZZ"]);
    assert_eq!(names(subjects.involved(&index, "N77", "", "", "", "", "", &[], &[])), ["id=N77"]);
    let of_record = names(subjects.involved(&index, "N77", "John", "Smith", "", "", "", &[], &[]));
    assert_eq!(
        of_record,
        ["f=John;s=Smith", "f=Smith;s=John;d=1980-02-03", "f=John;s=Smith;d=1990", "id=N77"],
        "what was typed may be anybody's of the name; a namesake's record is another person"
    );
    assert_eq!(names(subjects.involved_place("12 High Street", "AB1 2DE")), ["h=12 High St;p=AB1 2DE", "p=AB1 2DE"]);
    assert_eq!(
        names(subjects.residents("12 High Street", "AB1 2DE")),
        ["id=N1", "f=Jon;s=Smith;d=1980-02-03", "s=Smith;h=12 High St;p=AB1 2DE"]
    );
    assert!(subjects.involved(&index, "", "", "", "", "", "", &[], &[]).is_empty());
}
