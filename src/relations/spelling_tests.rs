//! Names as they are really written, and as they are typed: which are one name, which are two.

use proptest::prelude::*;

use super::evidence::{Context, compare};
use super::identifiers::Identifiers as I;
use crate::subjects::Descriptor;
use crate::subjects::descriptor::Fields;
use chrono::NaiveDate;

fn described(forename: &str, surname: &str) -> Descriptor {
    let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
    Descriptor::from_fields(&Fields { forename, surname, ..Fields::default() }, as_of)
}

fn agree(a: (&str, &str), b: (&str, &str)) -> bool {
    let context = Context::default();
    let (a, b) = (described(a.0, a.1), described(b.0, b.1));
    let (there, back) = (compare(&a, &b, &context), compare(&b, &a, &context));
    assert_eq!(there.identifiers, back.identifiers, "{a:?} {b:?}");
    there.identifiers.contains(I::NAME) && !there.against.any(I::FORENAME | I::SURNAME)
}

#[test]
fn one_name_in_two_spellings() {
    let mut wrong = Vec::new();
    for (a, b) in [
        // Case, accents, apostrophes, hyphens, spaces.
        (("Siân", "O'Neill"), ("SIAN", "ONEILL")),
        (("Zoë", "Brontë"), ("zoe", "bronte")),
        (("Jose\u{301}", "Núñez"), ("JOSE", "NUNEZ")),
        (("Seán", "Ó Briain"), ("SEAN", "O BRIAIN")),
        (("Anne-Marie", "Smith-Jones"), ("ANNE MARIE", "SMITH JONES")),
        (("Anne-Marie", "Smith-Jones"), ("annemarie", "smithjones")),
        (("Søren", "Kjær"), ("SOREN", "KJAER")),
        (("Jürgen", "Müller"), ("JURGEN", "MULLER")),
        // Particles, Mc and Mac.
        (("Jan", "van der Berg"), ("JAN", "VANDERBERG")),
        (("Maria", "de la Cruz"), ("MARIA", "DELACRUZ")),
        (("Ian", "Mc Donald"), ("IAN", "MCDONALD")),
        (("Ian", "MacDonald"), ("IAN", "McDonald")),
        (("Fiona", "St. John"), ("FIONA", "ST JOHN")),
        (("Huda", "Al-Masri"), ("HUDA", "ALMASRI")),
        // Titles, ranks, suffixes, former names.
        (("Mrs Jane", "Clark"), ("JANE", "CLARKE")),
        (("PC 1234 John", "Smith"), ("JOHN", "SMITH")),
        (("John", "Smith Jr."), ("JOHN", "SMITH")),
        (("Jane", "Smith (née Fenwick)"), ("JANE", "FENWICK")),
        (("", "SMITH, John"), ("JOHN", "SMITH")),
        (("", "Mr John Smith"), ("John", "Smith")),
        // Short and pet forms.
        (("William", "Fenwick"), ("BILL", "FENWICK")),
        (("Elizabeth", "Fenwick"), ("LIBBY", "FENWICK")),
        (("Margaret", "Fenwick"), ("PEGGY", "FENWICK")),
        (("Katherine", "Fenwick"), ("KATE", "FENWICK")),
        (("Abigail", "Fenwick"), ("ABBEY", "FENWICK")),
        (("Barbara", "Fenwick"), ("BARBIE", "FENWICK")),
        // Polish.
        (("Łukasz", "Wójcik"), ("LUKASZ", "WOJCIK")),
        (("Katarzyna", "Kowalska"), ("KASIA", "KOWALSKI")),
        (("Małgorzata", "Wiśniewska"), ("GOSIA", "WISNIEWSKI")),
        (("Krzysztof", "Zieliński"), ("KRZYSZTOF", "ZIELINSKA")),
        // Arabic and South Asian.
        (("Mohammed", "Hussain"), ("MUHAMMAD", "HUSSEIN")),
        (("Mohd", "Ahmed"), ("MOHAMMED", "AHMAD")),
        (("Yusuf", "Chaudhry"), ("YOUSEF", "CHOWDHURY")),
        (("Fatima", "Sheikh"), ("FATEMA", "SHAIKH")),
        (("Abdul Rahman", "Siddiqui"), ("ABDURRAHMAN", "SIDDIQI")),
        (("Aisha", "Rahman"), ("AYESHA", "REHMAN")),
        // Chinese.
        (("Wei", "Zhang"), ("WEI", "CHANG")),
        (("Mei", "Huang"), ("MEI", "WONG")),
        (("Xiao Ming", "Li"), ("XIAOMING", "LEE")),
        (("Jun", "Zhao"), ("JUN", "CHAO")),
        // West African.
        (("Mamadou", "Diallo"), ("MOHAMMED", "JALLOH")),
        (("Fatou", "Cissé"), ("FATOU", "SESAY")),
        (("Kwame", "Mensah"), ("KWAME", "MENSA")),
        (("Oluwaseun", "Adeyemi"), ("SEUN", "ADEYEMI")),
        (("Ibrahim", "Touré"), ("IBRAHIM", "TURAY")),
        // Cyrillic.
        (("Александр", "Иванов"), ("ALEXANDER", "IVANOV")),
        (("Aleksandr", "Ivanov"), ("SASHA", "IVANOVA")),
        // Slips, and the wrong way round.
        (("Katherine", "Fenwick"), ("KATHERINE", "FENWCIK")),
        (("Micheal", "Pemberton"), ("MICHAEL", "PEMBERTON")),
        (("Fenwick", "Katherine"), ("KATHERINE", "FENWICK")),
        (("Fenwikc", "Katherine"), ("KATHERINE", "FENWICK")),
    ] {
        if !agree(a, b) {
            wrong.push((a, b));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn two_names() {
    for (a, b) in [
        (("John", "Smith"), ("JOAN", "SMITH")),
        (("Michael", "Smith"), ("MICHELLE", "SMITH")),
        (("Samuel", "Smith"), ("SAMANTHA", "SMITH")),
        (("Christine", "Fenwick"), ("CHRISTOPHER", "FENWICK")),
        (("Karen", "Fenwick"), ("SHARON", "FENWICK")),
        (("John", "Habbash"), ("JOHN", "BUSH")),
        (("John", "Kowalski"), ("JOHN", "KAMINSKI")),
        (("Mohammed", "Khan"), ("MAHMOOD", "KHAN")),
        (("Fatima", "Begum"), ("FARIDA", "BEGUM")),
        (("Jan", "van Dijk"), ("JAN", "VAN BERG")),
        (("Kwame", "Mensah"), ("KWASI", "MENSAH")),
        (("Wei", "Li"), ("WEI", "LU")),
        (("Oluwaseun", "Adeyemi"), ("OLUWATOBI", "ADEYEMI")),
        (("John", "Unknown"), ("JOHN", "UNKNOWN")),
        (("", "Smith"), ("", "SMITH")),
    ] {
        assert!(!agree(a, b), "{a:?} {b:?}");
    }
}

/// How the same text may be typed: case, spaces around and between, a hyphen for a space.
fn retyped(text: &str, how: u8) -> String {
    let cased = match how % 3 {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => text.to_owned(),
    };
    match how / 3 % 3 {
        0 => format!("  {cased} "),
        1 => cased.replace(' ', "   "),
        _ => cased,
    }
}

proptest! {
    /// Case and spacing change nothing, down to the last bit.
    #[test]
    fn stable_under_case_and_spacing(
        name in prop::sample::select(vec![
            ("Jan", "van der Berg"), ("Anne-Marie", "O'Neill"), ("Mohammed", "Al Masri"), ("J", "Smith Jones"), ("Kate", "Wexcombe"),
        ]),
        other in prop::sample::select(vec![
            ("Jan", "Vanderberg"), ("Anne Marie", "ONeill"), ("Muhammad", "Almasri"), ("John", "Smith"), ("Katherine", "Wexcomb"),
        ]),
        how in 0_u8..9,
        home in prop::sample::select(vec!["12 High Street, Anytown, AB1 2DE", "Flat 2, 18 Church Road, AB1 2DF", ""]),
        dob in prop::sample::select(vec!["1980-02-03", "3 Feb 1980", "03/02/80", ""]),
    ) {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let (plate, again) = (vec!["AB12 CDE".to_owned()], vec![retyped("AB12 CDE", how)]);
        let fields = |forename, surname, address, vrms| Descriptor::from_fields(
            &Fields { forename, surname, dob, address, vrms, ..Fields::default() }, as_of,
        );
        let reference = fields(other.0, other.1, home, &plate);
        let plain = fields(name.0, name.1, home, &plate);
        let (forename, surname) = (retyped(name.0, how), retyped(name.1, how));
        let typed = fields(&forename, &surname, &retyped(home, how), &again);
        prop_assert_eq!(&plain, &typed);
        let context = Context::default();
        prop_assert_eq!(compare(&plain, &reference, &context), compare(&typed, &reference, &context));
    }

    /// The order in which a person's names, addresses and plates are listed changes nothing.
    #[test]
    fn stable_under_order(turn in any::<bool>()) {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let mut plates = vec!["AB12 CDE".to_owned(), "XY99 ZZZ".to_owned()];
        let mut phones = vec!["07700 900123".to_owned(), "01632 960456".to_owned()];
        let of = |plates: &[String], phones: &[String]| Descriptor::from_fields(
            &Fields { forename: "Kate", surname: "Wexcombe", vrms: plates, phones, ..Fields::default() }, as_of,
        );
        let plain = of(&plates, &phones);
        if turn {
            plates.reverse();
        } else {
            phones.reverse();
        }
        prop_assert_eq!(plain, of(&plates, &phones));
    }

    /// Evidence grows with agreement: exact, then a known variant, then a slip, then nothing alike.
    #[test]
    fn monotone_in_agreement(
        surnames in prop::sample::select(vec![
            ["Hussain", "Hussein", "Hussian", "Pellowe"], ["Chaudhry", "Chowdhury", "Chaudrhy", "Pellowe"], ["Pemberton", "Pemberton", "Pembertin", "Okafor"],
        ]),
        dobs in prop::sample::select(vec![["1980-02-03", "1980-03-02", "1980-02-04", "1955-11-28"], ["1980-02-13", "1981-02-13", "1980-02-14", "1962-07-30"]]),
        homes in prop::sample::select(vec![[
            "12 High Street, Anytown, AB1 2DE", "12 High Street, Anytown", "14 High Street, Anytown, AB1 2DE", "9 Far Road, Otherton, ZE1 1AA",
        ]]),
    ) {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let context = Context::default();
        let of = |s, d, h| Descriptor::from_fields(
            &Fields { forename: "Kate", surname: s, dob: d, address: h, ..Fields::default() }, as_of,
        );
        let reference = of(surnames[0], dobs[0], homes[0]);
        let bits = |s, d, h| compare(&of(s, d, h), &reference, &context).bits;
        for level in 0..3 {
            prop_assert!(bits(surnames[level], dobs[0], homes[0]) >= bits(surnames[level + 1], dobs[0], homes[0]));
            prop_assert!(bits(surnames[0], dobs[level], homes[0]) >= bits(surnames[0], dobs[level + 1], homes[0]));
        }
        for level in [0, 2] {
            prop_assert!(bits(surnames[0], dobs[0], homes[level]) >= bits(surnames[0], dobs[0], homes[level + 1]));
        }
    }
}
