//! `probity match` as a shell meets it: both questions, columns, streams, errors.

use std::collections::BTreeMap;
use std::path::PathBuf;

use assert_cmd::Command;
use assert_cmd::assert::Assert;

const PEOPLE: &str = "\
person_id,forename,surname,dob,address,postcode,vrms
P1,Katherine,Wexcombe,1984-07-12,\"12 Sallow Lane, Anytown\",AB1 2DE,KW10 ABC
P2,Daniel,Wexcombe,1982-09-23,\"12 Sallow Lane, Anytown\",AB1 2DE,
P3,John,Smith,1979-03-04,\"40 Mill Road, Anytown\",AB3 4EF,
=P4,Zoë,O'Neill-Jones,1991-03-14,\"9 Far Road, Otherton\",ZE1 1AA,
";

const STAFF: &str = "\
staff_id,forename,surname,previous_surnames,dob,address,postcode,phones
S1,Katherine,Wexcombe,Thackery,1984-07-12,\"12 Sallow Lane, Anytown\",AB1 2DE,07700 900111
S2,John,Smith,,1979-03-04,\"40 Mill Road, Anytown\",AB3 4EF,
";

const RELATIONS: &str = "\
relation_id,staff_id,relation,forename,surname,dob
R1,S1,sibling,James,Thackery,1987-11-30
R2,S1,ex partner,Gareth,Pellowe,1981-06-15
";

const FAMOUS: &str = "person_id,forename,surname,aliases,dob\nH1,Zephyrine,Starlight,ZEPH,1990-10-11\n";

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a temporary folder"));
        for (name, text) in
            [("people.csv", PEOPLE), ("staff.csv", STAFF), ("relations.csv", RELATIONS), ("famous.csv", FAMOUS)]
        {
            desk.write(name, text.as_bytes());
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("a file");
    }

    fn probity(&self, args: &str, input: &str) -> Assert {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(self.0.path()).env_remove("NO_COLOR").write_stdin(input.to_owned());
        command.arg("match").args(args.split(' ')).args(["--as-of", "2026-03-31"]).assert()
    }

    /// First answer and identifiers of each search.
    fn answers(&self, args: &str, input: &str) -> BTreeMap<String, (String, String)> {
        let done = self.probity(args, input).code(0);
        let mut all = BTreeMap::new();
        let bytes = done.get_output().stdout.clone();
        for row in csv::Reader::from_reader(bytes.as_slice()).records() {
            let row = row.expect("a row");
            assert_eq!(row.len(), 6);
            assert!((0.0..=1.0).contains(&row[3].parse::<f64>().expect("a probability")));
            all.entry(row[0].to_owned()).or_insert((row[1].to_owned(), row[4].to_owned()));
        }
        all
    }
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

#[test]
fn among_people() {
    let desk = Desk::new();
    let queries = "\
query_id,q_forename,q_surname,q_dob,q_postcode,q_vrm,q_text
1,kate,WEXCOMBE,12/07/1984,,,
2,Karen,Wexcombe,,AB1 2DE,,
3,Zoe,O\u{2019}Neill Jones,,,,
4,,,,,kw1o abc,
5,,,,,,\"SMITH, John 04/03/1979\"
6,John,Smith,,,,
";
    let found = desk.answers("--people people.csv --queries -", queries);
    let of = |id: &str| found.get(id).map(|(who, by)| (who.as_str(), by.as_str()));
    assert_eq!(of("1"), Some(("P1", "name;dob;nickname")));
    assert_eq!(of("2"), None, "a sister-in-law is nobody on the list");
    assert_eq!(of("3"), Some(("'=P4", "name;name_only")), "an id that a spreadsheet would run is disarmed");
    assert_eq!(of("4").map(|(who, _)| who), Some("P1"));
    assert_eq!(of("5").map(|(who, _)| who), Some("P3"));
    assert_eq!(of("6"), None, "of John Smith there are many");
}

#[test]
fn in_the_eyes_of_whoever_typed() {
    let desk = Desk::new();
    let queries = "\
query_id,staff_id,forename,surname,dob,address,postcode,phone
1,S1,Katherine,Thackery,12/07/1984,,,
2,S1,Jim,Thackery,30/11/1987,,,
3,S1,Gareth,Pellowe,1981,,,
4,S1,,,,12 Sallow Lane,AB1 2DE,
5,S1,,,,14 Sallow Lane,AB1 2DE,
6,S1,John,Smith,1979-03-04,,,
7,S1,Zephyrine,Starlight,,,,
8,S1,Nobody,Special,1990-02-02,,,
9,S2,Gareth,Pellowe,1981-06-15,,,
10,S1,,,,,,+44 7700 900111
11,S9,Katherine,Wexcombe,1984-07-12,,,
";
    let command = "--staff staff.csv --relations relations.csv --high-profile famous.csv --queries -";
    let found = desk.answers(command, queries);
    let who: Vec<(&str, &str)> = (1..=11)
        .map(|id| id.to_string())
        .map(|id| found.get_key_value(&id).map_or(("", ""), |(id, (who, _))| (id.as_str(), who.as_str())))
        .collect();
    assert_eq!(
        who,
        [
            ("1", "self"),
            ("2", "rel:R1"),
            ("3", "rel:R2"),
            ("4", "household"),
            ("5", "neighbour"),
            ("6", "colleague"),
            ("7", "high_profile"),
            ("", ""),
            ("", ""),
            ("10", "self"),
            ("11", "colleague"),
        ]
    );
    let said = stderr(&desk.probity(command, queries));
    assert!(said.contains("1 search was typed by nobody on the staff list"), "{said}");
    assert!(said.contains("9 of 11 searches answered"), "{said}");
}

#[test]
fn a_file_is_written_whole_and_is_the_same_whatever_the_order_of_rows() {
    let desk = Desk::new();
    let rows = ["a,Kate,Wexcombe,1984-07-12", "b,John,Smith,1979-03-04", "c,No,Body,1950-01-02"];
    desk.write("q.csv", format!("query_id,forename,surname,dob\n{}\n", rows.join("\n")).as_bytes());
    desk.probity("--people people.csv --queries q.csv --out r.csv", "").code(0);
    let first = std::fs::read_to_string(desk.path("r.csv")).expect("answers");
    assert_eq!(first.lines().count(), 3);
    assert_eq!(std::fs::read_dir(desk.0.path()).expect("a folder").count(), 6, "no leavings");
    // Turned round, the lists and the searches say the same.
    let turned = |text: &str| {
        let (head, rest) = text.split_once('\n').expect("a header");
        let mut rows: Vec<&str> = rest.lines().collect();
        rows.reverse();
        format!("{head}\n{}\n", rows.join("\n"))
    };
    desk.write("people.csv", turned(PEOPLE).as_bytes());
    desk.write("q.csv", turned(&std::fs::read_to_string(desk.path("q.csv")).expect("searches")).as_bytes());
    desk.probity("--people people.csv --queries q.csv --out r.csv", "").code(0);
    assert_eq!(turned(&std::fs::read_to_string(desk.path("r.csv")).expect("answers")), first);
}

#[test]
fn what_cannot_be_done_is_told() {
    let desk = Desk::new();
    desk.write("no-id.csv", b"querid,surname\n1,Smith\n");
    desk.write("no-terms.csv", b"query_id,colour\n1,red\n");
    desk.write("q.csv", b"query_id,surname,forename,dob\n,Wexcombe,Kate,1984-07-12,more\n");
    for (args, code, said) in [
        ("--people none.csv --queries q.csv", 4, "none.csv cannot be read"),
        ("--people people.csv --queries no-id.csv", 4, "there is no column `query_id`"),
        ("--people people.csv --queries no-terms.csv", 4, "no column to search by"),
        ("--staff staff.csv --queries q.csv", 4, "there is no column `staff_id`"),
        ("--queries q.csv", 2, "nobody to match against"),
        ("--people - --queries -", 2, "only one table"),
        ("--people people.csv --queries q.csv --least 2", 2, "more than 0 and at most 1"),
        ("--people people.csv --queries q.csv --out no/such/folder.csv", 1, "cannot be written"),
    ] {
        let failed = desk.probity(args, "").code(code);
        assert!(stderr(&failed).contains(said), "{args}: {}", stderr(&failed));
    }
    // A row without an id, and with a cell too many, still has its answer.
    let done = desk.probity("--people people.csv --queries q.csv", "").code(0);
    assert!(String::from_utf8_lossy(&done.get_output().stdout).contains("line:2,P1,"));
    assert!(stderr(&done).contains("1 row has more or fewer cells than the header"));
}

const CIRCLE: &str = "\
relation_id,staff_id,relation,forename,surname,dob,address,postcode,vrms
R1,S1,sibling,James,Thackery,1987-11-30,\"7 Bell Street, Othertown\",CD5 6FG,
R2,S1,sibling,Jacob,Thackery,1987-11-30,\"7 Bell Street, Othertown\",CD5 6FG,
R3,S1,parent,James,Thackery,1955-02-03,\"9 Bell Street, Othertown\",CD5 6FG,O00 1ABC
R4,S1,spouse,Daniel,Wexcombe,1982-09-03,,,
R5,S1,ex_partner,Gareth,Pellowe,1981-06-15,\"1 Quay Road, Seatown\",EF7 8GH,
R6,S1,child,Molly,Wexcombe,,,,
R7,S2,sibling,Siân,Llewelyn-Bowen,1983-04-05,\"2 Heol y Parc, Tref\",LL1 1AA,
R8,S2,friend,Wojciech,Kowalski,1960-07-08,\"11 Long Road, Anytown\",AB4 4EG,
R9,S2,friend,Gurdeep Singh,Dhillon,1962-01-02,\"22 Long Road, Anytown\",AB4 4EH,
R11,S2,friend,Amanda,Kilham,1968-06-18,,,
R10,S2,friend,Muhammad,Chaudhry,1991-12-11,\"8 Park Row, Anytown\",AB4 4EJ,LO18 OOI
";

/// What a panel would ask about: each search as typed, the first answer, and what must be said for and against it.
#[test]
fn hard_cases() {
    let desk = Desk::new();
    desk.write("circle.csv", CIRCLE.as_bytes());
    let cases = [
        // Twins: the forename tells them apart, an initial does not.
        ("S1,James,Thackery,30/11/1987,,,,", "rel:R1", "name;dob", ""),
        ("S1,J,Thackery,30/11/1987,,,,", "", "", ""),
        // Father and son of one name: neither without more; the address or an age decides.
        ("S1,James,Thackery,,,,,", "", "", ""),
        ("S1,James,Thackery,,,9 Bell St Othertown,,", "rel:R3", "name;address", ""),
        ("S1,James,Thackery,,71,,,", "rel:R3", "name;age", ""),
        // Maiden name, known-as, order, a date's day and month.
        ("S1,Kate,Thackery,12/07/84,,,,", "self", "name;dob;nickname;former_name", ""),
        ("S1,Pellowe,Gareth,15061981,,,,", "rel:R5", "name;dob;swapped", ""),
        ("S1,Daniel,Wexcombe,1982-03-09,,,,", "rel:R4", "name;dob;date_slip", ""),
        // Half a name and the very day: the other half has changed.
        ("S1,Gareth,Smithson,15/06/1981,,,,", "rel:R5", "forename;dob", "surname"),
        // Relations of whom no address is known, at home; and a relative of nobody's.
        ("S1,Daniel,Wexcombe,,,12 Sallow Lane,,", "rel:R4", "name;street", ""),
        ("S1,Molly,Wexcombe,,,,AB1 2DE,", "rel:R6", "name;postcode", ""),
        ("S1,Karen,Wexcombe,,,12 Sallow Lane,AB12DE,", "household", "surname;address", ""),
        // A child of the member of staff is not older.
        ("S1,Molly,Wexcombe,1950,,,,", "", "", ""),
        // Wildcards and plates.
        ("S1,,Pello*,1981,,,,", "rel:R5", "surname;year", ""),
        ("S1,,,,,,,kw1o abc", "", "", ""),
        ("S2,,,,,,,L018 001", "rel:R10", "vrm;partial", ""),
        // A short form with another initial; an initial in the wrong field.
        ("S2,Mandy,Kilham,1968,,,,", "rel:R11", "name;year;nickname", ""),
        ("S1,PELLOWE,G,15/06/1981,,,,", "rel:R5", "surname;initial;dob", ""),
        // Names of other languages.
        ("S2,Sian,Llywelyn Bowen,,,,,", "rel:R7", "name;spelling;name_only", ""),
        ("S2,Wojtek,Kowalska,8/7/1960,,,,", "rel:R8", "name;dob;nickname;spelling", ""),
        ("S2,Gurdeep,Singh,02/01/1962,,,,", "rel:R9", "forename;dob", "surname"),
        ("S2,Mohammad,Choudhry,,,,AB44EJ,", "rel:R10", "name;postcode;nickname;spelling", ""),
    ];
    let mut queries = "query_id,staff_id,forename,surname,dob,age,address,postcode,vrm\n".to_owned();
    for (number, (typed, ..)) in cases.iter().enumerate() {
        queries.push_str(&format!("{number},{typed}\n"));
    }
    let done = desk.probity("--staff staff.csv --relations circle.csv --queries -", &queries).code(0);
    let bytes = done.get_output().stdout.clone();
    let mut first: BTreeMap<String, [String; 3]> = BTreeMap::new();
    for row in csv::Reader::from_reader(bytes.as_slice()).records() {
        let row = row.expect("a row");
        first.entry(row[0].to_owned()).or_insert_with(|| [row[1].to_owned(), row[4].to_owned(), row[5].to_owned()]);
    }
    for (number, (typed, who, fits, against)) in cases.iter().enumerate() {
        let found = first.remove(&number.to_string()).unwrap_or_default();
        assert_eq!(found, [who, fits, against].map(|text| (*text).to_owned()), "{typed}");
    }
}

#[test]
fn the_same_bytes_whatever_the_threads_and_the_dress() {
    let desk = Desk::new();
    let (mut table, mut lines) = ("query_id,staff_id,forename,surname,address\n".to_owned(), String::new());
    for number in 0..3000 {
        // Longer than a block altogether.
        let (first, last) = [("James", "Thackery"), ("Kate", "Thackery"), ("No", "Body")][number % 3];
        let address = format!("{number} {} Lane, Anytown", "Long".repeat(60));
        table.push_str(&format!("{number},S1,{first},{last},\"{address}\"\n"));
        lines.push_str(&format!(
            "{{\"query_id\":{number},\"staff_id\":\"S1\",\"q_forename\":\"{first}\",\"q_surname\":\"{last}\",\"q_address\":\"{address}\"}}\n"
        ));
    }
    desk.write("q.csv", table.as_bytes());
    desk.write("q.ndjson", lines.as_bytes());
    let answers = |queries: &str, threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(desk.0.path()).env("RAYON_NUM_THREADS", threads);
        command.args(["match", "--staff", "staff.csv", "--relations", "relations.csv", "--as-of", "2026-03-31", "-q"]);
        command.args(["--queries", queries, "--out", "r.csv"]).assert().code(0);
        std::fs::read_to_string(desk.path("r.csv")).expect("answers")
    };
    let first = answers("q.csv", "1");
    assert_eq!(first.lines().count(), 1001);
    assert_eq!(answers("q.csv", "5"), first);
    assert_eq!(answers("q.ndjson", "2"), first);
}

#[test]
fn searches_that_are_cut_short_leave_no_answers() {
    use std::io::Write as _;

    let desk = Desk::new();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(b"query_id,surname\n").expect("packed");
    packed.write_all("1,Smith\n".repeat(100_000).as_bytes()).expect("packed");
    let packed = packed.finish().expect("packed");
    desk.write("q.csv.gz", &packed[..packed.len() - 1000]);
    let failed = desk.probity("--people people.csv --queries q.csv.gz --out r.csv", "").code(4);
    assert!(stderr(&failed).contains("q.csv.gz"), "{}", stderr(&failed));
    assert_eq!(std::fs::read_dir(desk.0.path()).expect("a folder").count(), 5, "no leavings");
    // A row that cannot be read is told, and the others are answered.
    desk.write(
        "q.csv",
        b"query_id,forename,surname,dob\n1,Kate,Wexcombe,1984-07-12\n2,\"Kate\n3,John,Smith,1979-03-04\n",
    );
    let done = desk.probity("--people people.csv --queries q.csv --out r.csv", "").code(0);
    assert!(
        stderr(&done).contains("1 row cannot be read and has no answer; the first is at line 3"),
        "{}",
        stderr(&done)
    );
    assert_eq!(std::fs::read_to_string(desk.path("r.csv")).expect("answers").lines().count(), 3);
}
