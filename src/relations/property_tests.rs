//! What must hold of any two descriptions and of any search: symmetry, more for more agreement, and nothing for case,
//! spacing and order.

use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::evidence::{Context, compare};
use super::frequencies::{Bearer, Frequencies};
use super::*;
use crate::ingest::history::{Dated, Held};
use crate::ingest::{Person, Relationship, Staff};
use crate::subjects::terms::compare::{forenames, surnames};
use crate::subjects::terms::{Address, Birth, Vrm, name};
use crate::subjects::tests::as_of;
use crate::subjects::{Asked, Descriptor, PeopleIndex, Typed, resolve_one};

fn word() -> impl Strategy<Value = String> {
    // Few letters, so that many pairs are an edit apart, joined, halves, initials or patterns of one another.
    prop_oneof!["[ab]{1,4}", "[abc]{3,9}", "[ab]{3,4} [abc]{3,5}", "[ab]{2,3}\\*", "O'[ab]{3}", "[ab]{3}-[ab]{3}"]
}

fn real_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "John",
        "Jon",
        "J",
        "Katherine",
        "Kate",
        "Mohammed",
        "Muhammad",
        "Smith",
        "Smyth",
        "Smith-Jones",
        "Hussain",
        "Hussein",
        "Wexcombe",
        "Wexcomb",
        "Singh",
        "van der Berg",
        "Vanderberg",
        "Wex*",
    ])
    .prop_map(str::to_owned)
}

fn day() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        (1979_u32..1983, 1_u32..13, 1_u32..13).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}")),
        (1979_u32..1983, 1_u32..13).prop_map(|(y, m)| format!("{y}-{m:02}")),
        (1979_u32..1983).prop_map(|y| y.to_string()),
        "[0-3][0-9]/[01][0-9]/198[0-3]",
    ]
}

fn place() -> impl Strategy<Value = String> {
    let flat = prop::sample::select(vec!["", "Flat 2, ", "Flat 9, "]);
    let street = prop::sample::select(vec!["High Street", "High St", "Hihg Street", "Mill Road", "Rose Cottage"]);
    let town = prop::sample::select(vec!["", ", Anytown", ", Otherton"]);
    let code = prop::sample::select(vec!["", ", AB1 2DE", ", AB1 2DF", ", AB1", ", ZE1 1AA"]);
    let whole = (flat, 1_u32..16, street, town, code).prop_map(|(f, n, s, t, c)| format!("{f}{n} {s}{t}{c}"));
    prop_oneof![
        4 => whole,
        1 => prop::sample::select(vec!["", "AB1 2DE", "HMP Anytown, AB1 2DE"]).prop_map(str::to_owned),
    ]
}

fn plate() -> impl Strategy<Value = String> {
    prop_oneof!["A[BO0]1[2I1] CD[EO0]", "AB1\\*", "[A-C]1{1,3}[A-C]{3}", Just(String::new())]
}

fn number() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "07700 900123",
        "+44 7700 900123",
        "01632 960456",
        "kate@example.org",
        "KATE@example.org",
    ])
    .prop_map(str::to_owned)
}

/// A row of HR with former names, a short form, and a past.
fn described() -> impl Strategy<Value = Descriptor> {
    let names = (real_name(), real_name(), real_name(), real_name(), real_name());
    let once = (place(), plate(), number());
    (names, day(), place(), plate(), number(), prop::option::of(once)).prop_map(
        |(names, dob, address, vrm, phone, once)| {
            let (forename, middle_names, known_as, surname, former) = names;
            let mut row = Staff {
                forename,
                middle_names,
                known_as,
                surname,
                previous_surnames: vec![former],
                dob,
                address,
                vrms: vec![vrm],
                phones: vec![phone],
                ..Staff::default()
            };
            if let Some((address, vrm, phone)) = once {
                let dated = |held, to| Dated { held, from: None, to };
                let home = |address: &str| Held::Home { address: address.to_owned(), postcode: String::new() };
                let sold = NaiveDate::from_ymd_opt(2020, 5, 31);
                row.history = vec![
                    dated(home(&address), sold),
                    dated(home(&row.address), None),
                    dated(Held::Vrm(vrm), sold),
                    dated(Held::Vrm(row.vrms[0].clone()), None),
                    dated(Held::Phone(phone), sold),
                    dated(Held::Phone(row.phones[0].clone()), None),
                ];
            }
            Descriptor::of_staff(&row, as_of())
        },
    )
}

fn context() -> Context {
    let mut bearers = Vec::new();
    for (forename, surname, count) in [("John", "Smith", 40), ("Mohammed", "Hussain", 9), ("Katherine", "Wexcombe", 1)]
    {
        for nth in 0..count {
            let row = Person {
                subject_id: format!("{surname}{nth}"),
                forename: forename.into(),
                surname: surname.into(),
                ..Person::default()
            };
            bearers.extend(Bearer::of(&Descriptor::of_person(&row, as_of())));
        }
    }
    Context { frequencies: Frequencies::new(bearers), ..Context::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A level is the same from both sides.
    #[test]
    fn levels_are_symmetric(names in (word(), word()), days in (day(), day()), places in (place(), place()), plates in (plate(), plate())) {
        if let (Some(a), Some(b)) = (name::normalise(&names.0), name::normalise(&names.1)) {
            prop_assert_eq!(surnames(&a, &b), surnames(&b, &a));
            prop_assert_eq!(forenames(&a, &b), forenames(&b, &a));
        }
        if let (Some(a), Some(b)) = (Birth::parse(&days.0, as_of()), Birth::parse(&days.1, as_of())) {
            prop_assert_eq!(a.compare(&b), b.compare(&a));
        }
        if let (Some(a), Some(b)) = (Address::parse(&places.0, ""), Address::parse(&places.1, "")) {
            prop_assert_eq!(a.compare(&b), b.compare(&a));
        }
        if let (Some(a), Some(b)) = (Vrm::parse(&plates.0), Vrm::parse(&plates.1)) {
            prop_assert_eq!(a.compare(&b), b.compare(&a));
        }
    }

    /// So is the evidence, with former names, short forms, and what was theirs once.
    #[test]
    fn evidence_is_symmetric(a in described(), b in described()) {
        let context = context();
        let (there, back) = (compare(&a, &b, &context), compare(&b, &a, &context));
        prop_assert!((there.bits - back.bits).abs() < 1e-3, "{there:?} {back:?}");
        prop_assert_eq!((there.identifiers, there.against, there.vetoed), (back.identifiers, back.against, back.vetoed));
        for (x, y) in [
            (there.name_bits, back.name_bits), (there.surname_bits, back.surname_bits), (there.forename_bits, back.forename_bits),
            (there.birth_bits, back.birth_bits), (there.address_bits, back.address_bits),
        ] {
            prop_assert!((x - y).abs() < 1e-3, "{there:?} {back:?}");
        }
    }

    /// What somebody had before speaks for them or not at all.
    #[test]
    fn a_past_never_speaks_against(a in described(), b in described()) {
        let context = context();
        let with = compare(&a, &b, &context);
        let without = compare(&Descriptor { past: None, ..a }, &Descriptor { past: None, ..b }, &context);
        prop_assert!(with.bits >= without.bits - 1e-3, "{with:?} {without:?}");
        prop_assert_eq!(without.against | with.against, without.against, "{:?} {:?}", with, without);
    }
}

/// A former postcode is better than another flat of the house, but makes another forename a relative's.
#[test]
fn a_former_postcode_beside_another_flat_does_not_speak_against() {
    let home = |address: &str, to| Dated {
        held: Held::Home { address: address.to_owned(), postcode: String::new() },
        from: None,
        to,
    };
    let (flat, other) = ("Flat 2, 4 High Street, AB1 2DE", "Flat 9, 4 High Street, AB1 2DE");
    let mut row = Staff {
        forename: "Hussain".into(),
        surname: "Smith".into(),
        address: flat.into(),
        history: vec![home("AB1 2DE", NaiveDate::from_ymd_opt(2020, 5, 31)), home(flat, None)],
        ..Staff::default()
    };
    let person =
        Person { forename: "John".into(), surname: "Smith".into(), address: other.into(), ..Person::default() };
    let person = Descriptor::of_person(&person, as_of());
    let with = compare(&Descriptor::of_staff(&row, as_of()), &person, &context());
    row.history.clear();
    let without = compare(&Descriptor::of_staff(&row, as_of()), &person, &context());
    assert!(with.bits >= without.bits, "{with:?} {without:?}");
}

/// One officer with a wife, a sister, and a neighbour of their surname.
fn known() -> (Vec<Staff>, Vec<Relationship>, Vec<Person>) {
    let staff = Staff {
        staff_id: "S1".into(),
        forename: "Katherine".into(),
        surname: "O'Neill-Wexcombe".into(),
        dob: "1984-07-12".into(),
        address: "Flat 2, 12 Sallow Lane, Anytown, AB1 2DE".into(),
        phones: vec!["07700 900111".into()],
        vrms: vec!["KW10 ABC".into()],
        ..Staff::default()
    };
    let relation = |id: &str, kind: &str, forename: &str, surname: &str, dob: &str| Relationship {
        relation_id: id.into(),
        staff_id: "S1".into(),
        relation: kind.into(),
        forename: forename.into(),
        surname: surname.into(),
        dob: dob.into(),
        ..Relationship::default()
    };
    let relations = vec![
        relation("R1", "spouse", "Daniel", "O'Neill-Wexcombe", "1982-09-23"),
        relation("R2", "sibling", "Karen", "O'Neill-Wexcombe", "1986-02-28"),
    ];
    let person = |id: &str, forename: &str, surname: &str, address: &str| Person {
        subject_id: id.into(),
        forename: forename.into(),
        surname: surname.into(),
        address: address.into(),
        ..Person::default()
    };
    let mut people = vec![person("N1", "Kenneth", "Wexcombe", "Flat 3, 12 Sallow Lane, Anytown, AB1 2DE")];
    for nth in 0..300 {
        people.push(person(
            &format!("F{nth}"),
            ["John", "Ann", "Peter"][nth % 3],
            ["Smith", "Jones", "Hall", "Brown"][nth % 4],
            "",
        ));
    }
    (vec![staff], relations, people)
}

/// The terms of a search as typed: forename, surname, birth date, address, plate, telephone.
const TRUE: [&str; 6] = [
    "Katherine",
    "O'Neill-Wexcombe",
    "1984-07-12",
    "Flat 2, 12 Sallow Lane, Anytown, AB1 2DE",
    "KW10 ABC",
    "07700 900111",
];

/// The officer's circle, decided as a run does and as `probity match` does.
struct Desk {
    people: Vec<Person>,
    known: [Known; 2],
}

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let (staff, relations, people) = known();
    let known = [Policy::default(), Policy::answers(0.5)]
        .map(|policy| Known::new(&staff, &relations, &people, &[], as_of()).by(policy));
    Desk { people, known }
});

/// Kind, relation, identifiers and bits of every tie of a search, by both ways of deciding.
fn ties(terms: &[String; 6]) -> Vec<String> {
    let index = PeopleIndex::new(&DESK.people, as_of());
    let [forename, surname, dob, address, vrm, phone] = std::array::from_fn(|at| terms[at].as_str());
    let typed = Typed { forename, surname, dob, address, vrm, phone, ..Typed::default() };
    let subject = resolve_one(&Asked { typed, ..Asked::default() }, &index);
    let mut told = Vec::new();
    for known in &DESK.known {
        let mut asker = known.asker();
        let (ties, _) = asker.only(&subject);
        told.extend(ties.iter().map(|t| {
            let own = t.kind == TieKind::Own && !t.from_address;
            let kind = if own { "self" } else { t.kind.as_str() };
            format!("{kind} {:?} {} {} {}", t.relation, t.identifiers.words(), t.bits, t.probability)
        }));
    }
    told
}

fn typed(fields: u8) -> [String; 6] {
    std::array::from_fn(|at| if fields >> at & 1 == 1 { TRUE[at].to_owned() } else { String::new() })
}

/// Whoever typed more of what is true is not answered less: where some of the own fields are enough, more of them are.
#[test]
fn more_that_agrees_never_loses_the_claim() {
    let claims: Vec<usize> =
        (0..64).map(|fields| ties(&typed(fields)).iter().filter(|tie| tie.starts_with("self")).count()).collect();
    assert_eq!(claims[0], 0);
    assert_eq!(claims[63], 2);
    for less in 0..64_usize {
        for more in (0..64_usize).filter(|more| more & less == less) {
            assert!(claims[more] >= claims[less], "{:?} then {:?}", typed(less as u8), typed(more as u8));
        }
    }
}

/// How the same text may be typed: case, spaces around and between, a hyphen or an apostrophe left out.
fn retyped(text: &str, how: u8, name: bool) -> String {
    let cased = match how % 3 {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => text.to_owned(),
    };
    let spaced = match how / 3 % 3 {
        0 => format!("  {cased} "),
        1 => cased.replace(' ', "  \t "),
        _ => cased,
    };
    match how / 9 % 3 {
        0 if name => spaced.replace('-', " "),
        1 if name => spaced.replace(['\'', '’'], ""),
        _ => spaced,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Case, spacing and marks in any field change no tie, no bit and no probability.
    #[test]
    fn answers_are_stable_under_case_and_spacing(fields in 1_u8..64, how in prop::array::uniform6(0_u8..27)) {
        let plain = typed(fields);
        let again = std::array::from_fn(|at| retyped(&plain[at], how[at], at == 1));
        prop_assert_eq!(ties(&plain), ties(&again), "{:?}", again);
    }
}
