//! Hypotheses on a small force: who is the member of staff, who a relative, who nobody.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::evidence::{Context, compare};
use super::frequencies::{Bearer, Frequencies};
use super::*;
use crate::ingest::{HighProfile, Person, Relationship, Staff};
use crate::subjects::descriptor::Fields;
use crate::subjects::tests::{as_of, log};
use crate::subjects::{Descriptor, resolve};

struct World {
    staff: Vec<Staff>,
    relationships: Vec<Relationship>,
    people: Vec<Person>,
    high_profile: Vec<HighProfile>,
}

fn person(id: &str, forename: &str, surname: &str, dob: &str, address: &str) -> Person {
    Person {
        subject_id: id.into(),
        forename: forename.into(),
        surname: surname.into(),
        dob: dob.into(),
        address: address.into(),
        ..Person::default()
    }
}

fn relation(id: &str, kind: &str, forename: &str, surname: &str, dob: &str, address: &str) -> Relationship {
    Relationship {
        relation_id: id.into(),
        staff_id: "S1".into(),
        relation: kind.into(),
        forename: forename.into(),
        surname: surname.into(),
        dob: dob.into(),
        address: address.into(),
        ..Relationship::default()
    }
}

/// S1 is Katherine Wexcombe (née Thackery), 12 Sallow Lane; S2 is John Smith.
fn world() -> World {
    let staff = vec![
        Staff {
            staff_id: "S1".into(),
            forename: "Katherine".into(),
            middle_names: "Rose".into(),
            surname: "Wexcombe".into(),
            previous_surnames: vec!["Thackery".into()],
            known_as: "Kit".into(),
            dob: "1984-07-12".into(),
            address: "12 Sallow Lane, Anytown, AB1 2DE".into(),
            phones: vec!["07700 900111".into(), "kate.wexcombe@example.org".into()],
            vrms: vec!["KW10 ABC".into()],
            ..Staff::default()
        },
        Staff {
            staff_id: "S2".into(),
            forename: "John".into(),
            surname: "Smith".into(),
            dob: "1979-03-04".into(),
            address: "Flat 2, 40 Mill Road, Anytown, AB3 4EF".into(),
            ..Staff::default()
        },
    ];
    let relationships = vec![
        relation("R0", "spouse", "Daniel", "Wexcombe", "1982-09-23", ""),
        relation("R1", "sibling", "James", "Thackery", "1987-11-30", "3 Elm Close, Anytown, AB1 5XY"),
        relation("R2", "ex_partner", "Gareth", "Pellowe", "1981-06-15", "Rose Cottage, Littleton, AB9 1AA"),
        relation("R3", "friend", "Mohammed", "Okonedo", "1985-10-20", ""),
    ];
    let mut people = vec![
        person("N1", "Katherine", "Wexcombe", "1984-07-12", "12 Sallow Lane, Anytown, AB1 2DE"),
        person("N2", "Ruby", "Wexcombe", "2009-04-05", "12 Sallow Lane, Anytown, AB1 2DE"),
        person("N3", "Olaf", "Lodger", "1990-02-08", "12 Sallow Ln, Anytown AB12DE"),
        person("N4", "Nigel", "Nextdoor", "1960-08-09", "14 Sallow Lane, Anytown, AB1 2DE"),
        person("N5", "Gareth", "Pellowe", "1955-02-28", "9 Far Street, Otherton, ZE1 1AA"),
        person("N6", "Peter", "Wexcombe", "1950-12-03", "9 Far Street, Otherton, ZE1 1AA"),
        person("N7", "Mary", "Pellowe", "1983-06-18", "Rose Cottage, Littleton, AB9 1AA"),
        person("N8", "John", "Smith", "1991-03-14", ""),
    ];
    let filler = [
        ("Alan", "Smith"),
        ("John", "Jones"),
        ("Susan", "Taylor"),
        ("James", "Brown"),
        ("Mark", "Evans"),
        ("Emma", "Hall"),
    ];
    for i in 0..300 {
        let (forename, surname) = (filler[i % 6].0, filler[(i / 6) % 6].1);
        let dob = format!("{}-{:02}-{:02}", 1950 + i % 50, 2 + i % 11, 2 + i % 26);
        people.push(person(
            &format!("F{i}"),
            forename,
            surname,
            &dob,
            &format!(
                "{} Filler Road, Anytown, AB7 7{}{}",
                1 + i,
                "ABDEF".as_bytes()[i % 5] as char,
                "GHJL".as_bytes()[i % 4] as char
            ),
        ));
    }
    let high_profile = vec![
        HighProfile {
            person_id: "H1".into(),
            forename: "Zephyrine".into(),
            surname: "Starlight".into(),
            aliases: vec!["ZEPH".into(), "Zed Moonbeam".into(), "Zeddie M".into(), "Z-Ray".into(), "Z. M.".into()],
            dob: "1990-10-11".into(),
            address: "3 Lofty Mews, Anytown".into(),
            postcode: "AB9 9ZZ".into(),
            ..HighProfile::default()
        },
        HighProfile {
            person_id: "H2".into(),
            forename: "John".into(),
            surname: "Jones".into(),
            dob: "1970-05-05".into(),
            ..HighProfile::default()
        },
    ];
    World { staff, relationships, people, high_profile }
}

fn related(world: &World, queries: &[&str]) -> (Subjects, Relations) {
    let subjects = resolve(&log(queries), &world.people, as_of());
    let relations =
        relate(&subjects, &world.staff, &world.relationships, &world.people, &world.high_profile, (as_of(), as_of()));
    (subjects, relations)
}

/// Ties to S1 (and to S2 marked so), as "kind by what".
fn ties(query: &str) -> String {
    let world = world();
    let (subjects, relations) = related(&world, &[query]);
    relations
        .by_subject(subjects.of_query[0])
        .iter()
        .map(|t| format!("{}{} by {}", if t.staff == 1 { "S2:" } else { "" }, t.kind.as_str(), t.identifiers.words()))
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn who_is_who() {
    let mut wrong = Vec::new();
    for (query, expected) in [
        // The member of staff, however they are asked for.
        ("id=N1", "own by name, birth date and address"),
        ("f=Katherine;s=Wexcombe;d=12/07/1984", "own by name, birth date and address"),
        ("f=Kate;s=Wexcombe;d=12/07/1984", "own by name, birth date and address"),
        ("f=Katherine;s=Wexcombe;d=07/12/1984", "own by name and birth date (with a slip)"),
        ("f=Katherine;s=Wexcombe;d=1984-07-21", "own by name and birth date (with a slip)"),
        ("f=Katherine;s=Thackery;d=12/07/1984", "own by name (former or married name) and birth date"),
        ("f=Wexcombe;s=Katherine;d=12/07/1984", "own by name (wrong way round) and birth date"),
        ("f=K;s=Wexcombe;d=12/07/1984", "own by surname, initial and birth date"),
        ("f=Katherine;s=Wexcomb", ""), // 14 bits: by name alone not enough
        ("f=Katherine;s=Wexcomb;a=41", "own by name (spelt differently) and age"),
        ("f=Katherine;s=Wexcombe", "own by name"),
        ("x=WEXCOMBE, Kit 12 Jul 84", "own by name, birth date and address"),
        ("f=Katherine;s=Wexcombe;a=41", "own by name and age"),
        ("v=KW10ABC", "own by number plate"),
        ("v=KWIOABC", "own by number plate"),
        ("t=+44 7700 900111", "own by telephone number"),
        ("t=Kate.Wexcombe@example.org", "own by e-mail address"),
        ("x=kate.wexcombe+shop@example.org", "own by e-mail address"),
        ("h=12 Sallow Ln;p=AB1 2DE", "own by address"),
        // Relatives are not the member of staff.
        ("f=Daniel;s=Wexcombe;d=23/09/1982", "spouse by name and birth date"),
        ("f=Dan;s=Wexcombe", ""),
        ("f=Dan;s=Wexcombe;d=1982", "spouse by name (other form) and birth year"),
        ("f=James;s=Thackery;d=1987-11-30", "sibling by name and birth date"),
        ("f=Jim;s=Thackery;p=AB1 5XY", "sibling by name (other form) and postcode"),
        ("f=Gareth;s=Pellowe;d=1981", "ex_partner by name and birth year"),
        ("h=Rose Cottage, Littleton;p=AB9 1AA", "ex_partner by address"),
        ("f=Muhammad;s=Okonedo;d=1985-10-20", "friend by name (other form) and birth date"),
        ("id=N2", "household by surname and address"),
        ("id=N3", "household by address"),
        ("f=Ruby;s=Wexcombe;d=05/04/2009", "household by surname and address"),
        ("f=Olaf;s=Lodger", "household by name"),
        ("id=N4", "neighbour by street"),
        ("h=14 Sallow Lane, Anytown;p=AB1 2DE", "neighbour by street"),
        ("p=AB1 2DE", "neighbour by postcode"),
        // A surname and a postcode are one of the household, nobody can say which; elsewhere they are nobody.
        ("s=Wexcombe;p=AB1 2DE", "household by surname and postcode"),
        ("f=Ruby;s=Wexcombe;p=AB1 2DE", "household by name and postcode"),
        ("f=Zelda;s=Wexcombe;p=AB1 2DE", "neighbour by postcode"),
        ("s=Thackery;p=AB1 5XY", ""),
        // The new household of a former partner, whoever it is.
        ("id=N7", "ex_partner by address"),
        ("f=Nora;s=Newcomer;h=Rose Cottage, Littleton;p=AB9 1AA", "ex_partner by address"),
        // Somebody else.
        ("id=N5", ""),
        ("f=Gareth;s=Pellowe;d=28/02/1955", ""),
        ("f=John;s=Smith", ""),
        ("f=John;s=Smith;d=1991-03-14", ""),
        ("f=John;s=Smith;d=1979-03-04", "S2:own by name and birth date"),
        ("d=12/07/1984", ""),
        ("f=Katherine;d=12/07/1984", "own by forename and birth date"),
        ("v=KW10*", ""),
        ("s=UNKNOWN;f=UNKNOWN", ""),
        ("", ""),
        ("h=Flat 9, 40 Mill Road, Anytown;p=AB3 4EF", "S2:neighbour by street"),
        ("h=Flat 2, 40 Mill Road, Anytown;p=AB3 4EF", "S2:own by address"),
        ("f=Kath*;s=Wexc*;d=12/07/1984", "own by surname, initial and birth date"),
    ] {
        let found = ties(query);
        if found != expected {
            wrong.push(format!("{query}: {found} (expected: {expected})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn surname_alone_is_a_surname_tie() {
    assert_eq!(ties("id=N6"), "surname by surname");
    assert_eq!(ties("f=Peter;s=Wexcombe;d=03/12/1950"), "surname by surname");
    assert_eq!(ties("f=Alan;s=Smith"), "", "a common surname says nothing");
}

#[test]
fn twins_are_told_apart_by_forename() {
    let mut world = world();
    world.relationships =
        vec![relation("R0", "sibling", "Karen", "Wexcombe", "1984-07-12", "12 Sallow Lane, Anytown, AB1 2DE")];
    world.people.clear();
    let queries = ["f=Karen;s=Wexcombe;d=12/07/1984", "f=Katherine;s=Wexcombe;d=12/07/1984", "s=Wexcombe;d=12/07/1984"];
    let (subjects, relations) = related(&world, &queries);
    let kinds = |i: usize| {
        relations.by_subject(subjects.of_query[i]).iter().map(|t| (t.kind, t.probability >= 0.99)).collect::<Vec<_>>()
    };
    assert_eq!(kinds(0), [(TieKind::Sibling, true)]);
    assert_eq!(kinds(1), [(TieKind::Own, true)]);
    assert!(kinds(2).iter().all(|(_, sure)| !sure), "{:?}", kinds(2));
}

#[test]
fn father_and_son_of_one_name_split_without_a_birth_date() {
    let mut world = world();
    world.relationships = vec![relation("R0", "parent", "Katherine", "Wexcombe", "1955-02-20", "")];
    world.people.clear();
    let (subjects, relations) = related(&world, &["f=Katherine;s=Wexcombe", "f=Katherine;s=Wexcombe;d=20/02/1955"]);
    let of = |i: usize| relations.by_subject(subjects.of_query[i]).iter().map(|t| t.kind).collect::<Vec<_>>();
    assert_eq!(of(0), [TieKind::Surname]);
    assert_eq!(of(1), [TieKind::Parent]);
}

#[test]
fn too_many_at_one_address_are_no_household() {
    let mut world = world();
    for i in 0..15 {
        world.people.push(person(
            &format!("C{i}"),
            "Xan",
            &format!("Resident{}", char::from(b'A' + i)),
            "",
            "12 Sallow Lane, Anytown, AB1 2DE",
        ));
    }
    let (subjects, relations) = related(&world, &["id=N3"]);
    assert!(relations.by_subject(subjects.of_query[0]).is_empty());
    assert_eq!(relations.stats.communal_homes, 1);
}

#[test]
fn two_members_of_staff_at_one_address_are_each_others_household() {
    let mut world = world();
    world.staff[1].address = world.staff[0].address.clone();
    let (subjects, relations) = related(&world, &["f=John;s=Smith;d=1979-03-04"]);
    let found = relations.by_subject(subjects.of_query[0]);
    let kinds: Vec<_> = found.iter().map(|t| (t.staff, t.kind, t.from_address)).collect();
    assert_eq!(kinds, [(0, TieKind::Household, true), (1, TieKind::Own, false)]);
}

#[test]
fn relations_carry_dates_and_rows() {
    let mut world = world();
    world.relationships[2].to = NaiveDate::from_ymd_opt(2020, 5, 1);
    let (subjects, relations) = related(&world, &["f=Gareth;s=Pellowe;d=1981-06-15"]);
    let tie = &relations.by_subject(subjects.of_query[0])[0];
    assert_eq!((tie.kind, tie.relation, tie.to), (TieKind::ExPartner, Some(2), NaiveDate::from_ymd_opt(2020, 5, 1)));
    assert!(tie.probability > 0.99);
    assert_eq!(relations.between(tie.subject, 0).len(), 1);
    assert!(relations.between(tie.subject, 1).is_empty());
}

#[test]
fn the_watch_list() {
    let world = world();
    for (query, entry, words) in [
        ("f=Zephyrine;s=Starlight", Some(0), "name"),
        ("f=Starlight;s=Zephyrine", Some(0), "name (wrong way round)"),
        ("s=ZEPH", Some(0), "name (alias)"),
        ("f=Zed;s=Moonbeam", Some(0), "name (alias)"),
        ("f=Zephyrine;s=Starlight;d=11/10/1990", Some(0), "name and birth date"),
        ("f=Zephyrine;s=Starlight;d=25/12/1960", None, ""),
        ("s=Starlight", None, ""),
        // Stage names have no forename and no surname: an initial, a hyphen, one word in one string.
        ("f=zeddie;s=m", Some(0), "name (alias)"),
        ("x=ZEDDIE M", Some(0), "name (alias)"),
        ("s=Z-RAY", Some(0), "name (alias)"),
        ("x=z-ray", Some(0), "name (alias)"),
        ("x=ZEPH", Some(0), "name (alias)"),
        ("f=Z", None, ""),
        ("f=Z;s=M", None, ""),
        // As people are typed: a slip, an initial, a pattern, half a name, with a birth date or a home beside it.
        ("f=Zephyrine;s=Starlihgt;d=11/10/1990", Some(0), "name (spelt differently) and birth date"),
        ("f=Zephyrine;s=Starlihgt", Some(0), "name (spelt differently)"),
        ("f=Z;s=Starlight;d=11/10/1990", Some(0), "surname, initial and birth date"),
        ("f=Zephyrine;s=Starl*;d=11/10/90", Some(0), "name and birth date"),
        ("f=Z;s=Starlight;h=3 Lofty Mews;p=AB9 9ZZ", Some(0), "surname, initial and address"),
        ("f=Z;s=Starlight", None, ""),
        ("f=Zebedee;s=Starlight;d=25/12/1960", None, ""),
        ("f=Jon;s=Jnes", None, ""),
        ("f=Jon;s=Jones;d=05/05/1970", Some(1), "name (other form) and birth date"),
        ("f=John;s=Jones", None, ""),
        ("f=John;s=Jones;d=05/05/1970", Some(1), "name and birth date"),
    ] {
        let (subjects, relations) = related(&world, &[query]);
        let found = relations.watch_of(subjects.of_query[0]);
        assert_eq!(found.first().map(|t| t.entry), entry, "{query}");
        assert_eq!(found.first().map(|t| t.identifiers.words()).unwrap_or_default(), words, "{query}");
    }
}

#[test]
fn rivals_are_named() {
    let world = world();
    let (subjects, relations) = related(&world, &["f=Katherine;s=Wexcombe"]);
    let tie = &relations.by_subject(subjects.of_query[0])[0];
    assert!(tie.probability <= weights::MOST_NAME_ONLY);
    assert!(tie.identifiers.is_name_only());
}

fn context() -> Context {
    let world = world();
    let bearers = world.people.iter().filter_map(|p| Bearer::of(&Descriptor::of_person(p, as_of()))).collect();
    Context { frequencies: Frequencies::new(bearers), ..Context::default() }
}

/// Field values from which property tests build descriptions; index 0 is blank.
const FORENAMES: [&str; 6] = ["", "John", "Jon", "Mary", "J", "Katherine"];
const SURNAMES: [&str; 7] = ["", "Smith", "Smyth", "Wexcombe", "Smith-Jones", "Singh", "Pellowe"];
const DOBS: [&str; 7] = ["", "1980-02-03", "1980-03-02", "1981-02-03", "1980", "1955-11-28", "1980-02-08"];
const ADDRESSES: [&str; 5] = [
    "",
    "12 High Street, Anytown, AB1 2DE",
    "14 High Street, Anytown, AB1 2DE",
    "9 Far Road, Otherton, ZE1 1AA",
    "HMP Anytown, AB1 2DE",
];
const VRMS: [&str; 4] = ["", "AB12CDE", "AB1*", "XY99ZZZ"];
const PHONES: [&str; 3] = ["", "07700900123", "01632960456"];

type Choice = (usize, usize, usize, usize, usize, usize);

fn choices() -> impl Strategy<Value = Choice> {
    (0..FORENAMES.len(), 0..SURNAMES.len(), 0..DOBS.len(), 0..ADDRESSES.len(), 0..VRMS.len(), 0..PHONES.len())
}

fn described((f, s, d, h, v, t): Choice) -> Descriptor {
    let (phones, vrms) = (vec![PHONES[t].to_owned()], vec![VRMS[v].to_owned()]);
    Descriptor::from_fields(
        &Fields {
            forename: FORENAMES[f],
            surname: SURNAMES[s],
            dob: DOBS[d],
            address: ADDRESSES[h],
            phones: &phones,
            vrms: &vrms,
            ..Fields::default()
        },
        as_of(),
    )
}

fn without(mut c: Choice, field: usize) -> Choice {
    match field {
        0 => c.0 = 0,
        1 => c.1 = 0,
        2 => c.2 = 0,
        3 => c.3 = 0,
        4 => c.4 = 0,
        _ => c.5 = 0,
    }
    c
}

proptest! {
    #[test]
    fn comparing_is_symmetric(a in choices(), b in choices()) {
        let context = context();
        let (x, y) = (compare(&described(a), &described(b), &context), compare(&described(b), &described(a), &context));
        prop_assert!((x.bits - y.bits).abs() < 1e-3, "{x:?} {y:?}");
        prop_assert_eq!((x.identifiers, x.against, x.vetoed), (y.identifiers, y.against, y.vetoed));
    }

    /// Blanking a field that agrees never raises the bits; blanking one that does not never lowers them.
    #[test]
    fn a_blank_never_helps(a in choices(), field in 0_usize..6) {
        let context = context();
        let d = described(a);
        let full = compare(&d, &d, &context).bits;
        let blanked = compare(&described(without(a, field)), &d, &context).bits;
        prop_assert!(blanked <= full + 1e-3, "{blanked} {full}");
    }

    /// A field that conflicts outright never raises the bits.
    #[test]
    fn a_conflict_never_helps(a in choices(), b in choices(), field in 0_usize..4) {
        let context = context();
        let conflict = match field {
            0 => (5, b.0 != 5 && b.0 != 0),
            1 => (6, b.1 != 6 && b.1 != 0),
            2 => (5, b.2 != 5 && b.2 != 0),
            _ => (3, b.3 != 3 && b.3 != 0),
        };
        prop_assume!(conflict.1);
        let blank = without(a, field);
        let mut set = blank;
        match field { 0 => set.0 = conflict.0, 1 => set.1 = conflict.0, 2 => set.2 = conflict.0, _ => set.3 = conflict.0 }
        let (without, with) = (compare(&described(blank), &described(b), &context).bits, compare(&described(set), &described(b), &context).bits);
        prop_assert!(with <= without + 1e-3, "{with} {without}");
    }
}

#[test]
fn order_and_threads_change_nothing() {
    let world = world();
    let queries = [
        "id=N1",
        "id=N2",
        "id=N4",
        "f=Daniel;s=Wexcombe;d=23/09/1982",
        "v=KW10ABC",
        "f=John;s=Smith;d=1979-03-04",
        "h=12 Sallow Ln;p=AB1 2DE",
        "id=N6",
    ];
    let describe = |world: &World| {
        let (subjects, relations) = related(world, &queries);
        relations
            .ties
            .iter()
            .map(|t| {
                let relation = t.relation.map(|r| world.relationships[r as usize].relation_id.clone());
                let staff = &world.staff[t.staff as usize].staff_id;
                let mut line = format!(
                    "{} {staff} {:?} {:?} {} {}",
                    subjects.all[t.subject as usize].key, t.kind, relation, t.bits, t.probability
                );
                line.push_str(&t.identifiers.words());
                line
            })
            .collect::<std::collections::BTreeSet<_>>()
    };
    let first = describe(&world);
    assert!(first.len() >= 8);
    let mut turned = World { ..world };
    turned.staff.reverse();
    turned.people.reverse();
    turned.relationships.reverse();
    assert_eq!(describe(&turned), first);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| describe(&turned)), first);
}
