//! What the department learns of its rules: how they did with what it decided, and what its exemptions did.

mod desk;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use desk::{Force, Row, rows};

/// What `rules.csv` says of a rule.
fn quality(report: &Path, rule: &str) -> Row {
    rows(&report.join("rules.csv")).into_iter().find(|row| row["rule"] == rule).unwrap_or_else(|| panic!("no {rule}"))
}

/// Decisions on findings, one a line: a finding, an outcome and a day of April.
fn decided(findings: &[(String, &str, u32)]) -> String {
    findings.iter().fold(String::new(), |mut text, (finding, outcome, day)| {
        let _ = writeln!(text, "{finding},,{outcome},C279038,2026-04-{day:02}T10:00:00+00:00,");
        text
    })
}

#[test]
fn a_rule_is_judged_by_ten_decided_findings_and_not_by_nine() {
    let desk = Force::new();
    let before = fs::read_to_string(desk.at("dispositions.csv")).expect("the table");
    let report = desk.run(&[]);
    let rule = "purpose/no-incident";
    let id = quality(&report, rule)["rule_id"].clone();
    let findings: Vec<String> = rows(&report.join("findings.csv"))
        .into_iter()
        .filter(|finding| finding["rule_id"] == id)
        .map(|finding| finding["finding_id"].clone())
        .take(12)
        .collect();
    assert_eq!(findings.len(), 12);
    let first = quality(&report, rule);
    assert_eq!((first["confirmed"].as_str(), first["dismissed"].as_str(), first["quality"].as_str()), ("0", "0", ""));

    // Nine: six upheld in one way or another, three not. Open ones are not decided.
    let outcomes =
        ["advice", "misconduct", "criminal", "advice", "advice", "advice", "no_case", "explained", "no_case"];
    let mut told: Vec<(String, &str, u32)> =
        findings.iter().cloned().zip(outcomes).map(|(finding, outcome)| (finding, outcome, 1)).collect();
    told.push((findings[9].clone(), "open", 1));
    desk.append("dispositions.csv", &decided(&told));
    let nine = quality(&desk.run(&[]), rule);
    assert_eq!((nine["confirmed"].as_str(), nine["dismissed"].as_str(), nine["quality"].as_str()), ("6", "3", ""));
    assert!(nine["note"].contains("9 decided findings: too few to judge the rule by"), "{}", nine["note"]);

    // The tenth is decided, and one of the others was decided anew: the later word counts, wherever it stands.
    told.push((findings[9].clone(), "explained", 2));
    told.insert(0, (findings[6].clone(), "misconduct", 9));
    fs::write(desk.at("dispositions.csv"), format!("{before}{}", decided(&told))).expect("written");
    let report = desk.run(&[]);
    let ten = quality(&report, rule);
    assert_eq!((ten["confirmed"].as_str(), ten["dismissed"].as_str()), ("7", "3"));
    assert!((ten["quality"].parse::<f64>().expect("a share") - 0.7).abs() < 1e-9, "{ten:?}");
    assert!(!ten["note"].contains("too few"), "{}", ten["note"]);
    // The reader of the page sees it too.
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(report.join("report.json")).expect("the report")).expect("JSON");
    let own = json["rule_quality"].as_array().expect("rules").iter().find(|r| r["rule"] == rule).expect("there");
    assert!((own["quality"].as_f64().expect("a share") - 0.7).abs() < 1e-9, "{own}");
}

#[test]
fn how_often_a_rule_fires_is_held_against_chance() {
    let desk = Force::new();
    let report = desk.run(&[]);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(report.join("manifest.json")).expect("the manifest")).expect("JSON");
    let all = find(&manifest, "looks").expect("a count of looks");
    let (mut compared, mut beyond) = (0, 0);
    for row in rows(&report.join("rules.csv")).iter().filter(|row| row["ran"] == "true") {
        let number = |column: &str| row[column].parse::<f64>().unwrap_or_else(|_| panic!("{column} of {row:?}"));
        let rate = 10_000.0 * number("looks") / all;
        assert!((number("per_10000_looks") - rate).abs() < 0.001, "{row:?}: {rate}");
        if row["expected_per_10000"].is_empty() {
            continue;
        }
        compared += 1;
        let expected = number("expected_per_10000");
        let often = row["note"].contains("times as often as chance predicts");
        beyond += usize::from(often);
        let fired = number("cases") + number("users") > 0.0;
        // The table rounds; leave out what lies on the edge.
        if (rate / expected - 5.0).abs() > 0.5 {
            assert_eq!(often, fired && rate / expected > 5.0, "{row:?}");
        }
    }
    assert!(compared >= 5, "{compared} rules state a chance");
    assert!(beyond >= 1, "and some fire far beyond it: the force holds misuse");
}

fn find(value: &serde_json::Value, key: &str) -> Option<f64> {
    match value {
        serde_json::Value::Object(map) => {
            map.get(key).and_then(serde_json::Value::as_f64).or_else(|| map.values().find_map(|inner| find(inner, key)))
        }
        _ => None,
    }
}

#[test]
fn a_rule_that_fires_on_everything_says_so() {
    let desk = Force::new();
    let folder = desk.at("own");
    let family = folder.join("house");
    fs::create_dir_all(&family).expect("a folder");
    fs::write(folder.join("pack.toml"), "base = \"shipped\"\n").expect("written");
    let rule = |name: &str, id: &str, asks: &str| {
        format!(
            "title: A rule of the house\nid: {id}\nname: {name}\nstatus: test\ndescription: Detects what it asks for.\n\
             author: House\ndate: 2026-01-31\nlogsource: {{ product: probity, category: case }}\ndetection:\n    it:\n        \
             {asks}\n    condition: it\nfalsepositives:\n    - Everything\nlevel: low\nprobity:\n    version: 1\n    \
             scope: case\n    block: reason\n    m: {{ value: 0.9, low: 0.8, high: 0.95 }}\n    chance: stratum\n    \
             lane: query\n    needs: [ access ]\n    law: [ dpa2018-s170 ]\n    says: '{{staff}} looked at {{subject}}'\n    \
             next: Read the log\n"
        )
    };
    let everything = rule("everything", "11111111-2222-4333-8444-555555555551", "looks|gte: 1");
    let nothing = rule("nothing", "11111111-2222-4333-8444-555555555552", "looks|gte: 100000");
    fs::write(family.join("everything.yml"), everything).expect("written");
    fs::write(family.join("nothing.yml"), nothing).expect("written");
    let report = desk.run(&["--rules", folder.to_str().expect("UTF-8")]);
    let everything = quality(&report, "house/everything");
    assert!(everything["note"].contains("% of all cases: it tells nothing apart here"), "{everything:?}");
    let nothing = quality(&report, "house/nothing");
    assert!(nothing["note"].contains("fired on nothing"), "{nothing:?}");
    let page = fs::read_to_string(report.join("report.html")).expect("the page");
    assert!(page.contains("it tells nothing apart here"), "the page says so");
}

#[test]
fn exemptions_that_do_nothing_are_named_at_their_line() {
    let desk = Force::new();
    let line = fs::read_to_string(desk.at("authorities.csv")).expect("the table").lines().count();
    let report = desk.run(&[]);
    let id = quality(&report, "purpose/no-incident")["rule_id"].clone();
    let finding = rows(&report.join("findings.csv"));
    let staff = finding.iter().find(|f| f["rule_id"] == id).expect("one")["staff_id"].clone();
    let before = quality(&report, "purpose/no-incident")["cases"].parse::<u32>().expect("a count");
    desk.append(
        "authorities.csv",
        &format!(
            "EX1,{staff},,,supervisor_direction,,no-incident,,,false,C673941,2026-01-01,2027-01-01\n\
             EX2,{staff},,,supervisor_direction,,no-incident,,,false,C673941,2024-01-01,2025-01-01\n\
             EX3,{staff},,,supervisor_direction,,no-incidents,,,false,C673941,2026-01-01,2027-01-01\n"
        ),
    );
    let report = desk.run(&[]);
    let after = quality(&report, "purpose/no-incident")["cases"].parse::<u32>().expect("a count");
    assert!(after < before, "{after} of {before}");
    let findings = rows(&report.join("findings.csv"));
    assert!(!findings.iter().any(|f| f["staff_id"] == staff && f["rule_id"] == id), "{staff} is exempt");
    let page = fs::read_to_string(report.join("report.html")).expect("the page");
    let page = page.replace("&#39;", "'");
    for said in [
        format!("authorities.csv:{}: the authority EX2 for the rules no-incident answered no finding", line + 2),
        "it had ended before the window".to_owned(),
        format!(
            "authorities.csv:{}: the authority names `no-incidents`, and no rule of this run is called so",
            line + 3
        ),
    ] {
        assert!(page.contains(&said), "{said}");
    }
    assert!(!page.contains(&format!("authorities.csv:{}:", line + 1)), "the one that answers is not complained of");
}

#[test]
fn a_new_rule_takes_no_name_of_a_shipped_one() {
    let desk = tempfile::tempdir().expect("a folder");
    let new = |rule: &str, into: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        let out = command.current_dir(desk.path()).args(["rules", "new", rule, "--into", into]).output().expect("run");
        (out.status.code(), String::from_utf8(out.stderr).expect("UTF-8"))
    };
    let (code, told) = new("relationship/family", "own");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("there is a rule `family` already: relationship/family"), "{told}");
    assert!(told.contains("keep its id"), "{told}");
    assert!(!desk.path().join("own").exists(), "nothing is written");
    assert_eq!(new("house/landlord", "own").0, Some(0));
    assert_eq!(new("house/landlord", "own").0, Some(2), "nor its own file again");
    assert_eq!(new("other/family", "own").0, Some(2), "the folder lies over the shipped rules");
    // A folder that stands alone may use the name.
    fs::write(desk.path().join("own/pack.toml"), "").expect("written");
    assert_eq!(new("relationship/family", "own").0, Some(0));
}
