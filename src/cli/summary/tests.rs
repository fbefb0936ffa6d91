//! Summaries as people read them.

use std::path::PathBuf;

use super::*;
use crate::report::model::{Input, Lane, QuarantineRow, RuleNotRun, RuleUse, Run};

fn input(name: &str, table: &str, rows: u64, duplicates: u64, quarantined: u64) -> Input {
    Input {
        name: name.to_owned(),
        table: table.to_owned(),
        rows,
        used: rows - duplicates - quarantined,
        duplicates,
        quarantined,
        ..Input::default()
    }
}

fn problem(table: &str, column: &str, problem: &str) -> QuarantineRow {
    QuarantineRow {
        table: table.to_owned(),
        column: column.to_owned(),
        problem: problem.to_owned(),
        ..QuarantineRow::default()
    }
}

fn referral(rank: u32, lane: Lane) -> Referral {
    Referral {
        rank,
        lane,
        staff_id: format!("S{rank:04}"),
        name: "Pat Example".to_owned(),
        score_bits: 14.25 - f64::from(rank),
        low_bits: 10.0 - f64::from(rank),
        high_bits: 17.0 - f64::from(rank),
        headline: "looked up a sibling 4 times on 3 days and nothing on record explains it".to_owned(),
        ..Referral::default()
    }
}

fn not_run(rule: &str, why: &str) -> RuleNotRun {
    RuleNotRun { rule: rule.to_owned(), why: why.to_owned(), ..RuleNotRun::default() }
}

fn outcome() -> Outcome {
    let mut staff = input("staff.csv", "staff", 3_200, 0, 0);
    staff.notes.push("column previous_surnames is absent".to_owned());
    let needs = "needs the table relationships, which the config does not name";
    let report = Report {
        run: Run {
            run_id: "0123456789abcdef".to_owned(),
            name: "Nightly audit".to_owned(),
            since: "2026-03-01T00:00:00+00:00".to_owned(),
            until: "2026-04-01T00:00:00+01:00".to_owned(),
            zone: "Europe/London".to_owned(),
            ..Run::default()
        },
        counts: Counts {
            rows_read: 1_203_200,
            rows_used: 1_203_188,
            rows_duplicate: 8,
            rows_quarantined: 4,
            events_outside_window: 1,
            looks: 400_000,
            looks_explained: 328_000,
            looks_unexplained: 71_990,
            looks_cannot_tell: 10,
            subjects: 98_765,
            users: 2_987,
            referred: 2,
            query: 10,
            ..Counts::default()
        },
        inputs: vec![input("access-1.csv", "access", 1_200_000, 8, 4), staff],
        quarantine: vec![
            problem("access", "at", "is no time; write RFC 3339"),
            problem("access", "", "has 7 cells where the header has 23"),
            problem("access", "at", "is no time; write RFC 3339"),
            problem("access", "at", "is no time; write RFC 3339"),
        ],
        rules: vec![RuleUse::default(); 38],
        rules_not_run: vec![
            not_run("relationship/family", needs),
            not_run("duty/off-roster", "needs the table duty, which the config does not name"),
            not_run("relationship/friend", needs),
        ],
        referrals: (1..=12).map(|rank| referral(rank, if rank < 3 { Lane::Refer } else { Lane::Query })).collect(),
        warnings: vec!["The incidents feed ends on 20 March: later looks cannot be told.".to_owned()],
        ..Report::default()
    };
    Outcome { report, folder: PathBuf::from("report") }
}

#[test]
fn a_full_run() {
    insta::assert_snapshot!(summary(&outcome()), @r##"
    Nightly audit (0123456789abcdef), 2026-03-01T00:00:00+00:00 to 2026-04-01T00:00:00+01:00, Europe/London
    warning: The incidents feed ends on 20 March: later looks cannot be told.

    Read:
      table   file               rows       used  repeated  unusable
      access  access-1.csv  1,200,000  1,199,988         8         4
      staff   staff.csv         3,200      3,200         0         0
      all                   1,203,200  1,203,188         8         4
      note: staff.csv: column previous_surnames is absent
      note: 1 event outside the window and not judged

    Could not be used (each is listed in quarantine.csv):
      3  access.at  is no time; write RFC 3339
      1  access     has 7 cells where the header has 23

    3 of 41 rules could not run:
      needs the table duty, which the config does not name:
        duty/off-roster
      needs the table relationships, which the config does not name:
        relationship/family, relationship/friend

    Coverage: 400,000 looks by 2,987 users at 98,765 subjects: 82.0 % explained, 18.0 % not, under 0.1 % cannot be told.

    12 referrals (2 refer, 10 query); the first 10:
        1. refer    S0001 Pat Example, 13.2 bits (9.0 to 16.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        2. refer    S0002 Pat Example, 12.2 bits (8.0 to 15.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        3. query    S0003 Pat Example, 11.2 bits (7.0 to 14.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        4. query    S0004 Pat Example, 10.2 bits (6.0 to 13.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        5. query    S0005 Pat Example, 9.2 bits (5.0 to 12.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        6. query    S0006 Pat Example, 8.2 bits (4.0 to 11.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        7. query    S0007 Pat Example, 7.2 bits (3.0 to 10.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        8. query    S0008 Pat Example, 6.2 bits (2.0 to 9.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
        9. query    S0009 Pat Example, 5.2 bits (1.0 to 8.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it
       10. query    S0010 Pat Example, 4.2 bits (0.0 to 7.0)
           looked up a sibling 4 times on 3 days and nothing on record explains it

    The report is in report (start with report.html).
    "##);
}

#[test]
fn a_run_that_found_nothing() {
    let mut quiet = outcome();
    let report = &mut quiet.report;
    report.referrals.clear();
    report.quarantine.clear();
    report.rules_not_run.clear();
    report.warnings.clear();
    report.inputs.truncate(1);
    report.inputs[0] = input("access-1.csv", "access", 1, 0, 0);
    report.counts = Counts { looks: 1, looks_explained: 1, subjects: 1, users: 1, ..Counts::default() };
    insta::assert_snapshot!(summary(&quiet), @r##"
    Nightly audit (0123456789abcdef), 2026-03-01T00:00:00+00:00 to 2026-04-01T00:00:00+01:00, Europe/London

    Read:
      table   file          rows  used  repeated  unusable
      access  access-1.csv     1     1         0         0

    All 38 rules ran.

    Coverage: 1 look by 1 user at 1 subject: 100.0 % explained, 0.0 % not, 0.0 % cannot be told.

    No referrals.

    The report is in report (start with report.html).
    "##);
}

#[test]
fn values_from_files_cannot_draw_on_the_terminal() {
    let mut hostile = outcome();
    hostile.report.referrals[0].name = "Pat\u{1b}[2J\nEvil".to_owned();
    hostile.report.inputs[0].name = "a\u{1b}]0;x\u{7}.csv".to_owned();
    let text = summary(&hostile);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    assert!(text.contains("Pat [2J Evil"), "{text}");
}

#[test]
fn each_table_is_held_to_the_allowed_share() {
    let mut report = Report {
        inputs: vec![input("a.csv", "access", 1_000_000, 0, 10), input("d.csv", "duty", 50, 0, 1)],
        ..Report::default()
    };
    assert_eq!(over_share(&report, 0.01), ["duty lost 1 of 50 rows (2.0 %)"]);
    assert_eq!(over_share(&report, 0.02), Vec::<String>::new());
    report.inputs.push(input("e.csv", "duty", 150, 0, 0));
    assert_eq!(over_share(&report, 0.01), Vec::<String>::new());
    assert_eq!(over_share(&report, 0.0).len(), 2);
}
