//! What must happen to people: rows made by hand, added to the small synthetic force.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

type Row = BTreeMap<String, String>;

/// A copy of the small force that rows can be added to.
struct Force {
    desk: tempfile::TempDir,
}

impl Force {
    fn new() -> Self {
        let desk = tempfile::tempdir().expect("a folder");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force");
        for entry in fs::read_dir(from).expect("the fixture") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                fs::copy(&path, desk.path().join(path.file_name().expect("a name"))).expect("copied");
            }
        }
        Self { desk }
    }

    fn rows(&self, table: &str) -> Vec<Row> {
        rows(&self.desk.path().join(format!("{table}.csv")))
    }

    /// Adds a row; columns that are not named stay empty.
    fn add(&self, table: &str, cells: &[(&str, &str)]) {
        let path = self.desk.path().join(format!("{table}.csv"));
        let mut text = fs::read_to_string(&path).expect("a table");
        let header = text.lines().next().expect("a header").to_owned();
        let cell = |name: &str| cells.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| *v);
        for (name, _) in cells {
            assert!(header.split(',').any(|h| h == *name), "{table} has no column {name}");
        }
        let row: Vec<String> = header.split(',').map(|name| format!("\"{}\"", cell(name))).collect();
        let _ = writeln!(text, "{}", row.join(","));
        fs::write(path, text).expect("written");
    }

    /// Adds a look: a view of a record.
    fn look(&self, id: &str, staff: &str, at: &str, record: &str, more: &[(&str, &str)]) {
        let mut cells = vec![
            ("event_id", id),
            ("at", at),
            ("login", staff),
            ("system", "RMS"),
            ("environment", "live"),
            ("action", "view"),
            ("outcome", "success"),
            ("subject_id", record),
        ];
        cells.retain(|(name, _)| more.iter().all(|(m, _)| m != name));
        cells.extend_from_slice(more);
        self.add("access", &cells);
    }

    fn run(&self) -> PathBuf {
        let out = self.desk.path().join("report");
        self.probity(&["run"], &["--out", out.to_str().expect("UTF-8")]);
        out
    }

    fn probity(&self, before: &[&str], after: &[&str]) {
        Command::new(env!("CARGO_BIN_EXE_probity"))
            .args(before)
            .arg(self.desk.path().join("probity.toml"))
            .args(after)
            .arg("--quiet")
            .assert()
            .success();
    }

    /// An officer, the task that they attended and that is over by the 19th, and somebody on that incident alone with
    /// a record.
    fn job(&self) -> (Row, Row, Row) {
        let incidents = self.rows("incidents");
        let (people, staff) = (self.rows("people"), self.rows("staff"));
        let parties = self.rows("incident_people");
        for task in self.rows("assignments").iter().filter(|t| t["role"] == "attending") {
            let incident = incidents.iter().find(|i| i["incident_id"] == task["incident_id"]).expect("its incident");
            let over = !incident["closed"].is_empty() && incident["closed"].as_str() < "2026-03-19";
            let began = task["from"].as_str() > "2026-03-16T06";
            let officer = staff.iter().find(|s| s["staff_id"] == task["staff_id"]).expect("on the staff");
            let plain = officer["role"] == "Response Officer" && officer["status"] == "active";
            let party = parties.iter().find(|p| p["incident_id"] == task["incident_id"] && !p["subject_id"].is_empty());
            let person = party.and_then(|p| people.iter().find(|q| q["subject_id"] == p["subject_id"]));
            if let Some(person) = person
                && over
                && began
                && plain
                && parties.iter().filter(|p| p["subject_id"] == person["subject_id"]).count() == 1
                && incidents.iter().filter(|i| i["postcode"] == person["postcode"]).count() <= 1
                && officer["surname"] != person["surname"]
                && officer["postcode"] != person["postcode"]
            {
                return (officer.clone(), task.clone(), person.clone());
            }
        }
        panic!("no such job in the fixture");
    }
}

fn rows(file: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn lanes(report: &Path, staff: &str) -> Vec<String> {
    let own = rows(&report.join("referrals.csv")).into_iter().filter(|r| r["staff_id"] == staff);
    own.map(|r| r["lane"].clone()).collect()
}

#[test]
fn lawful_first_contact_does_not_cover_private_interest_later() {
    let force = Force::new();
    let (officer, task, person) = force.job();
    let (id, record) = (officer["staff_id"].as_str(), person["subject_id"].as_str());
    force.look("HAND-00", id, &task["from"], record, &[]);
    for (n, day) in [22, 23, 24, 25, 26, 27, 28].into_iter().enumerate() {
        force.look(&format!("HAND-1{n}"), id, &format!("2026-03-{day}T23:4{n}:00Z"), record, &[]);
    }
    let report = force.run();
    let lane = lanes(&report, id);
    assert!(lane.iter().any(|l| l == "refer" || l == "query"), "{id} at {record}: {lane:?}");
    let findings = rows(&report.join("findings.csv"));
    let own: Vec<&Row> =
        findings.iter().filter(|f| f["staff_id"] == id && f["subject_id"] == format!("record:{record}")).collect();
    assert!(!own.is_empty(), "the case is named");
    assert!(own.iter().all(|f| f["unexplained_looks"] == "7"), "{own:?}");
    // The first look stands as explained, the later ones as what they are: after the task was over.
    let audit = force.desk.path().join("audit");
    force.probity(&["audit"], &["--subject", record, "--out", audit.to_str().expect("UTF-8")]);
    let looks: Vec<Row> = rows(&audit.join("audit.csv")).into_iter().filter(|l| l["staff_id"] == id).collect();
    assert_eq!(looks[0]["explained_by"], "assigned", "{:?}", looks[0]);
    for later in &looks[looks.len() - 7..] {
        assert_eq!(later["purpose"], "unexplained", "{later:?}");
        assert!(later["explanation"].contains("expired") && later["explanation"].contains("grace 3 days"), "{later:?}");
    }
}

#[test]
fn the_assigned_officer_with_an_undeclared_tie_is_a_question_of_conflict() {
    let force = Force::new();
    let (officer, task, person) = force.job();
    let (id, record) = (officer["staff_id"].as_str(), person["subject_id"].as_str());
    force.add(
        "relationships",
        &[
            ("relation_id", "HAND-R"),
            ("staff_id", id),
            ("relation", "sibling"),
            ("subject_id", record),
            ("forename", &person["forename"]),
            ("surname", &person["surname"]),
            ("dob", &person["dob"]),
            ("from", "2000-01-01"),
        ],
    );
    force.look("HAND-20", id, &task["from"], record, &[]);
    let lane = lanes(&force.run(), id);
    assert_eq!(lane, ["conflict"], "{id} at {record}");
}

#[test]
fn vetting_standards_disclosure_and_control_room_at_work_are_not_referred() {
    let force = Force::new();
    let (people, staff) = (force.rows("people"), force.rows("staff"));
    let colleagues: Vec<&str> = staff
        .iter()
        .filter_map(|s| {
            people
                .iter()
                .find(|p| p["forename"] == s["forename"] && p["surname"] == s["surname"] && p["dob"] == s["dob"])
        })
        .map(|p| p["subject_id"].as_str())
        .collect();
    assert!(colleagues.len() > 20, "staff are on the nominal index");
    let misusers: Vec<String> = rows(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force/truth/staff.csv"))
        .into_iter()
        .filter(|s| s["misuser"] == "true")
        .map(|s| s["staff_id"].clone())
        .collect();
    let mut workers = Vec::new();
    // The same looks of somebody without that function are asked about.
    let officer = staff
        .iter()
        .find(|s| s["role"] == "Response Officer" && s["status"] == "active" && !misusers.contains(&s["staff_id"]));
    let officer = officer.expect("an officer")["staff_id"].as_str();
    for (at, colleague) in colleagues.iter().enumerate().take(20) {
        let when = format!("2026-03-{}T1{}:{:02}:00Z", 17 + at % 10, at % 6, at);
        force.look(&format!("HAND-4{at}"), officer, &when, colleague, &[("reason_text", "case work")]);
    }
    for (n, role) in
        ["Vetting Officer", "PSD Investigator", "Disclosure Officer", "Control Room Operator"].iter().enumerate()
    {
        let worker =
            staff.iter().find(|s| s["role"] == *role && s["status"] == "active" && !misusers.contains(&s["staff_id"]));
        let worker = worker.unwrap_or_else(|| panic!("nobody is {role}"));
        let id = worker["staff_id"].as_str();
        for (at, colleague) in colleagues.iter().enumerate().take(20) {
            let day = 17 + at % 10;
            // The control room has CAD and PNC for its function.
            let system = if *role == "Control Room Operator" { "PNC" } else { "RMS" };
            force.look(
                &format!("HAND-3{n}{at}"),
                id,
                &format!("2026-03-{day}T1{}:{:02}:00Z", at % 6, at),
                colleague,
                &[("system", system), ("reason_text", "case work")],
            );
        }
        workers.push(id.to_owned());
    }
    let report = force.run();
    for id in workers {
        assert!(!lanes(&report, &id).contains(&"refer".to_owned()), "{id} did the job");
    }
    let lane = lanes(&report, officer);
    assert!(lane.iter().any(|l| l == "refer" || l == "query"), "{officer} has no such function: {lane:?}");
}
