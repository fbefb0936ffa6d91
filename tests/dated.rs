//! A run over HR that states by the month: what an officer sold or moved out of before the looks is no more theirs.

mod desk;

use desk::{Force, Row, rows};

/// An officer of the small force, whose states HR dates: until the day before `moved` they lived and drove elsewhere.
fn moved(force: &Force, moved: &str) -> Row {
    let staff = force.rows("staff");
    let plain =
        |row: &&Row| row["role"] == "Response Officer" && row["status"] == "active" && !row["address"].is_empty();
    let officer = staff.iter().find(plain).expect("an officer").clone();
    let text = force.read("staff.csv");
    let mut lines = text.lines();
    let mut dated = format!("{},valid_from\n", lines.next().expect("a header"));
    for line in lines {
        let own = line.starts_with(&officer["staff_id"]);
        dated.push_str(&format!("{line},{}\n", if own { moved } else { "" }));
    }
    std::fs::write(force.at("staff.csv"), dated).expect("written");
    let mut before: Vec<(&str, &str)> = officer.iter().map(|(name, cell)| (name.as_str(), cell.as_str())).collect();
    before.retain(|(name, _)| !["address", "postcode", "vrms", "phones"].contains(name));
    before.extend([("address", "77 Elsewhere Gardens, Farton"), ("postcode", "ZE1 1AA"), ("vrms", "QX12 OLD")]);
    before.push(("valid_from", "2019-01-01"));
    force.add("staff", &before);
    officer
}

/// Titles of the rules that found something about the officer, and what they say.
fn found(force: &Force, officer: &Row) -> Vec<(String, String)> {
    let report = force.run(&[]);
    let all = rows(&report.join("findings.csv")).into_iter().filter(|row| row["staff_id"] == officer["staff_id"]);
    all.map(|row| (row["rule_title"].clone(), row["evidence"].clone())).collect()
}

const OWN: &str = "Looked up their own vehicle, address or telephone";
const HOUSEHOLD: &str = "Looked up somebody who lives at their address";

/// Looks in the nights from the 20th on.
fn nights(force: &Force, officer: &Row, typed: &[(&str, &str)]) {
    for (at, night) in ["2026-03-20T02:10:00Z", "2026-03-23T02:40:00Z", "2026-03-25T23:10:00Z"].iter().enumerate() {
        let id = format!("HAND-{at}-{}", typed[0].1);
        force.look(&id, &officer["staff_id"], night, "", &[&[("action", "search")], typed].concat());
    }
}

#[test]
fn a_car_is_theirs_until_a_month_after_it_was_sold() {
    for (sold, theirs) in [("2026-03-10", true), ("2025-12-01", false)] {
        let force = Force::new();
        let officer = moved(&force, sold);
        nights(&force, &officer, &[("q_vrm", "QX12OLD"), ("system", "PNC")]);
        let found = found(&force, &officer);
        assert_eq!(found.iter().any(|(rule, _)| rule == OWN), theirs, "sold {sold}: {found:?}");
    }
}

#[test]
fn a_home_is_a_former_one_after_a_move_and_nobody_s_years_later() {
    for (left, theirs) in [("2025-12-01", true), ("2023-12-01", false)] {
        let force = Force::new();
        let officer = moved(&force, left);
        nights(&force, &officer, &[("q_address", "77 Elsewhere Gdns, Farton"), ("q_postcode", "ZE1 1AA")]);
        // The present home is theirs, whatever was before.
        nights(&force, &officer, &[("q_address", &officer["address"]), ("q_postcode", &officer["postcode"])]);
        let found = found(&force, &officer);
        let former =
            |(rule, says): &(String, String)| rule == HOUSEHOLD && says.contains("(at a former home of the user)");
        assert_eq!(found.iter().any(former), theirs, "left {left}: {found:?}");
        assert_eq!(found.iter().filter(|(rule, _)| rule == OWN).count(), 1, "{found:?}");
    }
}
