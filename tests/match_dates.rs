//! `probity match` where rows have days: what was theirs once names them still, and is theirs no more.

use assert_cmd::Command;

/// Monthly states of HR: S1 moved, changed her car and her number in March 2025.
const STAFF: &str = "\
staff_id,forename,surname,dob,address,postcode,phones,vrms,valid_from
S1,Katherine,Wexcombe,1984-07-12,\"3 Elm Close, Anytown\",AB1 5XY,07700 900111,AA11 AAA;DD44 DDD,2025-01-01
S1,Katherine,Wexcombe,1984-07-12,\"3 ELM CLOSE, ANYTOWN\",AB1 5XY,07700900111,AA11AAA;DD44 DDD,2025-02-01
S1,Katherine,Wexcombe,1984-07-12,\"12 Sallow Lane, Anytown\",AB1 2DE,07700 900222,BB22 BBB,2025-03-01
S1,Katherine,Wexcombe,1984-07-12,\"12 Sallow Lane, Anytown\",AB1 2DE,07700 900222,BB22 BBB,2025-04-01
S2,John,Smith,1979-03-04,\"40 Mill Road, Anytown\",AB3 4EF,,,
S3,Una,Afterward,1990-10-10,\"3 Elm Close, Anytown\",AB1 5XY,,,2025-05-01
S3,Una,Afterward,1990-10-10,\"7 Elsewhere Street, Otherton\",ZE1 1AA,,,2024-05-01
";

const PEOPLE: &str = "\
subject_id,forename,surname,dob,address,postcode,vrms,valid_from,valid_to
OWN,Katherine,Wexcombe,1984-07-12,\"1 Student Street, Otherton\",ZE1 1AA,,,
FLATMATE,Olaf,Lodger,1990-02-08,\"3 Elm Close, Anytown\",AB1 5XY,,2024-01-01,2024-12-31
STAYED,Gareth,Pellowe,1981-06-15,\"3 Elm Close, Anytown\",AB1 5XY,,2021-05-01,
LEFT,Ivy,Leaver,1988-01-09,\"3 Elm Close, Anytown\",AB1 5XY,,2022-05-01,2024-05-31
LEFT,Ivy,Leaver,1988-01-09,\"8 New Road, Otherton\",ZE1 2AB,,2024-06-01,
NEXT,Tom,Tenant,1977-09-30,\"3 Elm Close, Anytown\",AB1 5XY,,2025-03-15,
BRIEFLY,Una,Overlap,1977-09-29,\"3 Elm Close, Anytown\",AB1 5XY,,2025-02-10,
WHENEVER,Ian,Undated,1970-04-04,\"3 Elm Close, Anytown\",AB1 5XY,,,
SISTER,Ruth,Wexcombe,1986-12-01,\"3 Elm Close, Anytown\",AB1 5XY,,,
BEFORE,Peter,Previous,1950-05-05,\"12 Sallow Lane, Anytown\",AB1 2DE,,2015-01-01,2025-02-15
JOINED,Mona,Movedin,1991-11-11,\"12 Sallow Lane, Anytown\",AB1 2DE,,2025-06-01,
THEN,Nina,Nextdoor,1960-08-09,\"5 Elm Close, Anytown\",AB1 5XY,,2022-01-01,
SINCE,Carl,Comer,1961-08-09,\"5 Elm Close, Anytown\",AB1 5XY,,2025-09-01,
NOW,Nell,Neighbour,1962-08-09,\"14 Sallow Lane, Anytown\",AB1 2DE,,,
GONE,Joe,Gone,1963-08-09,\"14 Sallow Lane, Anytown\",AB1 2DE,,2012-01-01,2023-12-31
BUYER,Bea,Buyer,1993-03-03,\"2 Far Road, Otherton\",ZE1 3CD,DD44 DDD,2025-03-10,
";

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a temporary folder"));
        desk.write("staff.csv", STAFF);
        desk.write("people.csv", PEOPLE);
        desk
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("a file");
    }

    /// First answer of each search with what agrees, or nothing; and what was said beside.
    fn answers(&self, args: &str, searches: &[&str], header: &str) -> (Vec<String>, String) {
        let mut queries = format!("query_id,{header}\n");
        for (number, typed) in searches.iter().enumerate() {
            queries.push_str(&format!("{number},{typed}\n"));
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(self.0.path()).arg("match").args(args.split(' '));
        let done = command.args(["--queries", "-", "--as-of", "2026-03-31"]).write_stdin(queries).assert().code(0);
        let mut first = vec![String::new(); searches.len()];
        for row in csv::Reader::from_reader(done.get_output().stdout.as_slice()).records() {
            let row = row.expect("a row");
            let place = &mut first[row[0].parse::<usize>().expect("a number")];
            if place.is_empty() {
                *place = format!("{} by {}", &row[1], &row[4]);
            }
        }
        (first, String::from_utf8_lossy(&done.get_output().stderr).into_owned())
    }
}

const TYPED: &str = "staff_id,at,subject_id,forename,surname,dob,address,vrm,phone";

#[test]
fn a_home_is_shared_only_while_both_are_there() {
    let desk = Desk::new();
    let cases = [
        // Who lived with her at the old address: while they did, and since.
        ("2024-06-01", "FLATMATE", "household"),
        ("2026-01-05", "FLATMATE", "former_household"),
        ("2026-01-05", "STAYED", "former_household"),
        ("2026-01-05", "LEFT", "former_household"),
        ("2026-01-05", "SISTER", "former_household"),
        // Who came after, or a few days before she left, or nobody knows when.
        ("2026-01-05", "NEXT", ""),
        ("2026-01-05", "BRIEFLY", ""),
        ("2026-01-05", "WHENEVER", ""),
        // The new home: the tenant before, and whoever moved in.
        ("2026-01-05", "BEFORE", ""),
        ("2026-01-05", "JOINED", "household"),
        // Neighbours, while both were.
        ("2024-06-01", "THEN", "neighbour"),
        ("2026-01-05", "THEN", "former_neighbour"),
        ("2026-01-05", "SINCE", ""),
        ("2026-01-05", "NOW", "neighbour"),
        ("2026-01-05", "GONE", ""),
        ("2026-01-05", "OWN", "self"),
        // A car that was hers is the buyer's.
        ("2026-01-05", "BUYER", ""),
    ];
    let searches: Vec<String> = cases.iter().map(|(at, id, _)| format!("S1,{at}T10:00:00Z,{id},,,,,,")).collect();
    let mut searches: Vec<&str> = searches.iter().map(String::as_str).collect();
    // A colleague who moved in after her is a colleague.
    searches.push("S1,2026-01-05,,Una,Afterward,1990-10-10,,,");
    let (found, said) = desk.answers("--staff staff.csv --people people.csv", &searches, TYPED);
    let who = |found: &String| found.split(" by ").next().unwrap_or_default().to_owned();
    let told: Vec<String> =
        cases.iter().zip(&found).map(|((at, id, _), found)| format!("{at} {id} {}", who(found))).collect();
    let expected: Vec<String> = cases.iter().map(|(at, id, who)| format!("{at} {id} {who}")).collect();
    assert_eq!(told, expected);
    assert_eq!(who(&found[cases.len()]), "colleague");
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn what_was_hers_is_hers_around_that_time() {
    let desk = Desk::new();
    let cases = [
        // An old address beside the name is in old records still.
        ("S1,2026-01-05,,Katherine,Wexcombe,,\"3 Elm Close, Anytown\",,", "self by name;address;former_address"),
        (
            "S1,2026-01-05,,Katherine,Wexcombe,1984,\"3 Elm Close, Anytown\",,",
            "self by name;year;address;former_address",
        ),
        // Half a name there is one of the family that stayed.
        ("S1,2026-01-05,,,Wexcombe,,\"3 Elm Close, Anytown\",,", "former_household by surname;address;former_address"),
        ("S1,2026-01-05,,Tom,Tenant,,\"3 Elm Close, Anytown\",,", ""),
        // The address alone: while it was hers, after, and long after.
        ("S1,2024-06-01,,,,,\"3 Elm Close, Anytown\",,", "household by address;former_address"),
        ("S1,2026-01-05,,,,,\"3 Elm Close, Anytown\",,", "former_household by address;former_address"),
        ("S1,2027-06-01,,,,,\"3 Elm Close, Anytown\",,", ""),
        ("S1,2026-01-05,,,,,\"12 Sallow Lane, Anytown\",,", "household by address"),
        // A car before it was sold, the month after, and later, when another keeps it; one that she keeps.
        ("S2,2026-01-05,,,,,,BB22 BBB,", "colleague by vrm"),
        ("S1,2026-01-05,,,,,,BB22 BBB,", "self by vrm"),
        ("S1,2025-01-20,,,,,,AA11 AAA,", "self by vrm"),
        ("S1,2025-03-20,,,,,,AA11 AAA,", "self by vrm"),
        ("S1,2025-09-20,,,,,,AA11 AAA,", ""),
        ("S2,2025-01-20,,,,,,AA11 AAA,", "colleague by vrm"),
        ("S2,2025-09-20,,,,,,AA11 AAA,", ""),
        ("S1,2026-01-05,,,,,,DD44 DDD,", ""),
        ("S1,2025-01-20,,,,,,CC33 CCC,", ""),
        ("S1,2026-01-05,,Kate,Wexcombe,,,AA11 AAA,", "self by name;nickname;former_vrm"),
        // A number.
        ("S1,2025-01-20,,,,,,,07700 900111", "self by phone"),
        ("S1,2025-03-20,,,,,,,07700 900111", "self by phone"),
        ("S1,2026-01-05,,,,,,,07700 900111", ""),
        ("S2,2026-01-05,,,,,,,07700 900111", ""),
        ("S1,2026-01-05,,,,,,,07700 900222", "self by phone"),
    ];
    let searches: Vec<&str> = cases.iter().map(|(typed, _)| *typed).collect();
    let (found, _) = desk.answers("--staff staff.csv --people people.csv", &searches, TYPED);
    let told: Vec<String> = cases.iter().zip(&found).map(|((typed, _), found)| format!("{typed} | {found}")).collect();
    let expected: Vec<String> = cases.iter().map(|(typed, who)| format!("{typed} | {who}")).collect();
    assert_eq!(told, expected);
}
