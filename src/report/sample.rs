//! A made-up report for tests: a small force, fictional people, and hostile text in
//! every place where other people's text can stand.

mod cases;

use cases::others;
pub use cases::referral;

use super::manifest;
use super::model::{
    Block, Counts, Coverage, DuplicateRow, Evidence, Fairness, Input, Load, MethodNote, QuarantineRow, Range, Report,
    RuleNotRun, RuleQuality, RuleUse, Run, TimelineLook,
};

/// Text that tries to be script, to reverse the line and to be a formula.
pub const HOSTILE: &str = "=HYPERLINK(\"http://x\")<script>alert('x')</script>\u{202e}\"&amp;\nnext\u{0}\u{2066}";

fn text(text: &str) -> String {
    text.to_owned()
}

fn block(block: &str, bits: f64, low: f64, high: f64, because: &str) -> Block {
    Block { block: text(block), bits, low, high, because: text(because) }
}

fn look(at: &str, system: &str, purpose: &str, explained_by: &str, duty: &str) -> TimelineLook {
    TimelineLook {
        at: text(at),
        system: text(system),
        events: 2,
        purpose: text(purpose),
        explained_by: text(explained_by),
        duty: text(duty),
    }
}

fn events() -> Vec<Evidence> {
    let event = |id: &str, at: &str, searched: &str, reason: &str, line| Evidence {
        event_id: text(id),
        at: text(at),
        staff_id: text("P1042"),
        login: text("jalder"),
        system: text("PNC"),
        environment: text("live"),
        action: text("search"),
        outcome: text("success"),
        case_id: text("c-4f21a0"),
        finding_ids: vec![text("f-91c2"), text("f-91c3")],
        searched_for: text(searched),
        reason_code: text("CHK"),
        reason_text: text(reason),
        duty: text("off"),
        terminal: text("WLD-014"),
        source_file: text("access-2026-q1.csv"),
        source_line: line,
        ..Evidence::default()
    };
    let hostile = Evidence {
        staff_id: text(HOSTILE),
        login: text(HOSTILE),
        system: text(HOSTILE),
        environment: text(HOSTILE),
        action: text(HOSTILE),
        outcome: text(HOSTILE),
        case_id: text("c-66"),
        finding_ids: vec![text("f-66")],
        incident_id: text(HOSTILE),
        explained_by: text(HOSTILE),
        terminal: text(HOSTILE),
        source_file: text(HOSTILE),
        ..event("+1", "not a time", HOSTILE, HOSTILE, 9)
    };
    vec![
        event("e-1", "2026-01-04T02:12:40+00:00", "name ALDER, ROWAN; born 1988-11-02", "check", 10_422),
        Evidence {
            outcome: text("denied"),
            incident_id: text("20260104-0007"),
            ..event("e-2", "2026-01-04T02:13:05+00:00", "vehicle AB12 CDE", "-", 10_423)
        },
        event("e-3", "2026-03-21T23:40:11+00:00", "+44 7700 900123", "", 88_001),
        hostile,
    ]
}

fn coverage() -> Vec<Coverage> {
    let row = |system: &str, unit: &str, looks, explained, shares: [f64; 2]| Coverage {
        system: text(system),
        unit: text(unit),
        looks,
        explained,
        first_looks: looks / 2,
        first_looks_explained: explained / 2,
        cannot_tell: 0,
        thin: Vec::new(),
        shares: shares.to_vec(),
        templates: vec![text("assigned"), text("call_taken")],
    };
    vec![
        row("ANPR", "Weldon Response B", 410, 160, [0.3, 0.0902]),
        row("PNC", "Control Room 2", 9120, 8710, [0.41, 0.545]),
        row("PNC", "Weldon Response B", 3480, 2950, [0.7, 0.1477]),
        row("RMS", HOSTILE, 12_004, 8800, [0.66666, 0.0]),
    ]
}

fn fairness() -> Vec<Fairness> {
    let ratio = |value: f64, low: f64, high: f64| Some(Range { value, low: Some(low), high: Some(high) });
    vec![
        Fairness {
            dimension: text("surname"),
            group: text("1"),
            covers: text("0.01 to 0.20 of 1,000 people"),
            users: 81,
            looks: 2_510,
            referred: 1,
            referred_per_1000: 1_000.0 / 81.0,
            referred_ratio: Some(Range { value: 9.02, low: None, high: None }),
            decoys_per_1000: Some(0.41),
            decoys_ratio: ratio(1.62, 1.11, 2.36),
            namesakes_observed: 9,
            namesakes_expected: 8.2,
            namesakes_ratio: ratio(1.10, 0.71, 1.70),
            broken: vec![text("decoys")],
        },
        Fairness {
            dimension: text("role"),
            group: text(HOSTILE),
            users: 2,
            decoys_per_1000: Some(0.0),
            ..Fairness::default()
        },
    ]
}

/// The whole report.
#[must_use]
#[allow(clippy::too_many_lines)] // One value, written out.
pub fn report() -> Report {
    let mut referrals = vec![referral()];
    referrals.extend(others());
    let input = |name: &str, table: &str, rows, duplicates, quarantined| Input {
        name: text(name),
        table: text(table),
        bytes: rows * 120,
        rows,
        used: rows - duplicates - quarantined,
        duplicates,
        quarantined,
        sha256: "9f86d081884c7d65".repeat(4),
        zone: text("Europe/London"),
        notes: vec![],
    };
    let rule = |name: &str, title: &str, findings| RuleUse {
        rule: text(name),
        title: text(title),
        level: text("high"),
        block: text("relationship"),
        findings,
        file: format!("rules/{name}.yml"),
        sha256: "60303ae22b998861".repeat(4),
    };
    Report {
        run: Run {
            run_id: text("5e884898da280471"),
            name: text("Quarterly audit, January to March 2026"),
            version: text("0.1.0"),
            since: text("2026-01-01T00:00:00+00:00"),
            until: text("2026-04-01T00:00:00+01:00"),
            now: text("2026-04-01T00:00:00+01:00"),
            zone: text("Europe/London"),
            lawful_purpose: text(
                "The logs are processed to check the lawfulness of processing, for self-monitoring including internal discipline, to keep personal data secure, and for criminal proceedings (Data Protection Act 2018, section 62(4)).",
            ),
        },
        counts: Counts {
            rows_read: 61_512,
            rows_used: 61_500,
            rows_duplicate: 9,
            rows_quarantined: 3,
            events: 60_211,
            events_outside_window: 120,
            events_unknown_login: 44,
            looks: 25_014,
            looks_explained: 20_620,
            looks_unexplained: 3_894,
            looks_cannot_tell: 500,
            subjects: 14_101,
            users: 812,
            cases: 19_440,
            findings: 3,
            referred: 1,
            conflict: 1,
            query: 1,
            policy: 1,
            sample: 1,
        },
        referrals,
        evidence: events(),
        coverage: coverage(),
        fairness: fairness(),
        load: Load {
            days: 90,
            refer_cases: 3,
            conflict_cases: 1,
            query_cases: 14,
            refer_cases_a_day: 3.0 / 90.0,
            cases_a_day: 18.0 / 90.0,
            capacity: 25,
            investigators: 1,
            new_cases: Some(4),
        },
        rules: vec![
            rule("relationship/family", "Looked up a family member and nothing on record explains it", 1),
            rule("duty/off_duty", "Looked up while off duty", 1),
        ],
        rules_not_run: vec![RuleNotRun {
            rule: text("high_profile/watch_list"),
            title: text("Looked up somebody on the watch list"),
            why: text("needs the table high_profile, which the config does not name"),
        }],
        inputs: vec![input("access-2026-q1.csv", "access", 60_340, 9, 2), input("staff.csv", "staff", 1_172, 0, 1)],
        quarantine: vec![
            QuarantineRow {
                source_file: text("access-2026-q1.csv"),
                source_line: 17,
                table: text("access"),
                column: text("at"),
                value: text("31/02/2026 25:00"),
                problem: text("no such time"),
            },
            QuarantineRow {
                source_file: text("access-2026-q1.csv"),
                source_line: 18,
                table: text("access"),
                column: text("q_text"),
                value: text(HOSTILE),
                problem: text("holds control characters"),
            },
            QuarantineRow {
                source_file: text("staff.csv"),
                source_line: 400,
                table: text("staff"),
                problem: text("has 19 cells where the header has 20"),
                ..QuarantineRow::default()
            },
        ],
        duplicates: vec![DuplicateRow {
            source_file: text("access-2026-q1.csv"),
            source_line: 300,
            kept_file: text("access-2026-q1.csv"),
            kept_line: 299,
            differs: true,
        }],
        method: vec![
            MethodNote {
                heading: text("Evidence and prior"),
                text: text(
                    "Each independent kind of evidence is weighed as a likelihood ratio and written in bits. The prior is one user in a hundred with three cases, spread over the user's own number of cases.",
                ),
            },
            MethodNote {
                heading: text("Chance"),
                text: text(
                    "How often a tie occurs by chance is taken from the looks of the user's own peers at this user's circle.",
                ),
            },
        ],
        rule_quality: vec![
            RuleQuality {
                rule: text("relationship/family"),
                rule_id: text("3f6c2b0e-6f0b-4a56-9d0a-0c2c6a1d7e11"),
                title: text("Looked up a family member and nothing on record explains it"),
                level: text("high"),
                block: text("relationship"),
                lane: text("refer"),
                scope: text("case"),
                ran: true,
                findings: 2,
                cases: 3,
                users: 2,
                looks: 9,
                per_10000_looks: 0.731,
                expected_per_10000: Some(0.052),
                confirmed: 9,
                dismissed: 3,
                quality: Some(0.75),
                thresholds: text("relation.bits|gte 3.3"),
                note: text("14 times as often as chance predicts"),
            },
            RuleQuality {
                rule: text("purpose/no-incident"),
                level: text("low"),
                ran: false,
                note: text("did not run: it needs the table incidents, which this run has not"),
                ..RuleQuality::default()
            },
        ],
        rule_notes: vec![text("pack.toml:4: there is no rule `surnames` to switch off; did you mean `surname`?")],
        thresholds_set: 1,
        warnings: vec![text("The roster covers 71 % of the period: duty is judged for the rest only.")],
    }
}

/// What the caller adds for the manifest.
#[must_use]
pub fn draft() -> manifest::Draft {
    manifest::Draft {
        started: text("2026-04-01T03:00:00+01:00"),
        finished: text("2026-04-01T03:01:12+01:00"),
        config: serde_json::json!({ "name": "Quarterly audit", "threshold": 3.3 }),
        rule_files: vec![manifest::FileHash { name: text("rules/lists/boilerplate.csv"), sha256: "ab".repeat(32) }],
        previous_manifest_sha256: None,
    }
}
