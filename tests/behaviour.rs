//! What must happen to people: rows made by hand, added to the small synthetic force.

mod desk;

use std::path::Path;

use desk::{Force, Row, rows};

/// An officer, the task that they attended and that is over by the 19th, and somebody on that incident alone with
/// a record.
fn job(force: &Force) -> (Row, Row, Row) {
    let incidents = force.rows("incidents");
    let (people, staff) = (force.rows("people"), force.rows("staff"));
    let parties = force.rows("incident_people");
    for task in force.rows("assignments").iter().filter(|t| t["role"] == "attending") {
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

fn lanes(report: &Path, staff: &str) -> Vec<String> {
    let own = rows(&report.join("referrals.csv")).into_iter().filter(|r| r["staff_id"] == staff);
    own.map(|r| r["lane"].clone()).collect()
}

#[test]
fn lawful_first_contact_does_not_cover_private_interest_later() {
    let force = Force::new();
    let (officer, task, person) = job(&force);
    let (id, record) = (officer["staff_id"].as_str(), person["subject_id"].as_str());
    force.look("HAND-00", id, &task["from"], record, &[]);
    for (n, day) in [22, 23, 24, 25, 26, 27, 28].into_iter().enumerate() {
        force.look(&format!("HAND-1{n}"), id, &format!("2026-03-{day}T23:4{n}:00Z"), record, &[]);
    }
    let report = force.run(&[]);
    let lane = lanes(&report, id);
    assert!(lane.iter().any(|l| l == "refer" || l == "query"), "{id} at {record}: {lane:?}");
    let findings = rows(&report.join("findings.csv"));
    let own: Vec<&Row> =
        findings.iter().filter(|f| f["staff_id"] == id && f["subject_id"] == format!("record:{record}")).collect();
    assert!(!own.is_empty(), "the case is named");
    assert!(own.iter().all(|f| f["unexplained_looks"] == "7"), "{own:?}");
    // The first look stands as explained, the later ones as what they are: after the task was over.
    let audit = force.at("audit");
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
    let (officer, task, person) = job(&force);
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
    let lane = lanes(&force.run(&[]), id);
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
    let report = force.run(&[]);
    for id in workers {
        assert!(!lanes(&report, &id).contains(&"refer".to_owned()), "{id} did the job");
    }
    let lane = lanes(&report, officer);
    assert!(lane.iter().any(|l| l == "refer" || l == "query"), "{officer} has no such function: {lane:?}");
}
