//! A made-up report for tests: a small force, fictional people, and hostile text in
//! every place where other people's text can stand.

use super::manifest;
use super::model::{
    Block, Case, Counts, Coverage, DuplicateRow, Evidence, Fairness, Finding, Input, Lane, Load, MethodNote,
    QuarantineRow, Range, Referral, Report, RuleNotRun, RuleQuality, RuleUse, Run, TimelineLook,
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

fn sister() -> Case {
    Case {
        case_id: text("c-4f21a0"),
        subject_id: text("N0045512"),
        subject_name: text("Alder, Rowan Jane"),
        subject_kind: text("person"),
        relation_words: text("the user's sister, declared as next of kin"),
        looks: 6,
        unexplained_looks: 4,
        events: 12,
        days: 5,
        first_at: text("2026-01-04T02:12:40+00:00"),
        last_at: text("2026-03-21T23:40:11+00:00"),
        score_bits: 9.41,
        low_bits: 5.82,
        high_bits: 12.94,
        prior_bits: -5.06,
        evidence_bits: 14.47,
        blocks: vec![
            block(
                "purpose",
                2.32,
                1.90,
                2.71,
                "None of the looks is explained on PNC, where records explain 85 % of looks by this unit in these months.",
            ),
            block(
                "relationship",
                8.0,
                6.15,
                8.0,
                "Six looks at a sibling by 300,000 looks of peers are expected to be by chance 0.0000204 of the time; the cap of 8 bits applies.",
            ),
            block("volume", 3.1, 1.2, 4.4, "Four unexplained looks against 0.21 expected."),
            block(
                "duty",
                1.05,
                0.4,
                1.9,
                "Two looks lie outside every rostered period; the roster itself misses 12 % of the unit's looks.",
            ),
            block("peers", -0.98, -1.4, -0.5, "The user's total is where most of the peers are."),
        ],
        findings: vec![
            Finding {
                finding_id: text("f-91c2"),
                rule_id: text("3f6c2b0e-6f0b-4a56-9d0a-0c2c6a1d7e11"),
                rule: text("relationship/family"),
                rule_title: text("Looked up a family member and nothing on record explains it"),
                level: text("high"),
                block: text("relationship"),
                bits: 8.0,
                relation: text("sibling"),
                identifiers: text("surname, date of birth, address"),
                looks: 6,
                unexplained_looks: 4,
                first_at: text("2026-01-04T02:12:40+00:00"),
                last_at: text("2026-03-21T23:40:11+00:00"),
                evidence: text(
                    "Jamie Alder looked up Rowan Jane Alder, declared as a sister, 6 times on 5 days; surname, date of birth and address agree; no incident, dispatch, role or authority answers 4 of the looks.",
                ),
                against: text(
                    "Two looks on 9 February fall on a call that the user took. No incident names the subject on the other days; the incident feed covers them.",
                ),
                expected_by_chance: Some(0.0306),
            },
            Finding {
                finding_id: text("f-91c3"),
                rule_id: text("77aa2b0e-6f0b-4a56-9d0a-0c2c6a1d7e22"),
                rule: text("duty/off_duty"),
                rule_title: text("Looked up while off duty"),
                level: text("medium"),
                block: text("duty"),
                bits: 1.05,
                looks: 2,
                unexplained_looks: 2,
                first_at: text("2026-01-04T02:12:40+00:00"),
                last_at: text("2026-03-21T23:40:11+00:00"),
                evidence: text("Two looks lie more than an hour outside every rostered period."),
                against: text("The roster has no row for 12 % of the unit's shifts."),
                ..Finding::default()
            },
        ],
        rules: vec![text("relationship/family"), text("volume/beyond-expected")],
        carried_by: vec![text("relationship/family")],
        against: vec![
            text("Two of the six looks fall on call 20260209-0113, which the user took."),
            text(
                "The subject is a recorded witness in an incident of another division, open from 1 to 14 March; the user was not on it.",
            ),
        ],
        timeline: vec![
            look("2026-01-04T02:12:40+00:00", "PNC", "unexplained", "", "off"),
            look("2026-01-19T14:02:00+00:00", "RMS", "unexplained", "", "on"),
            look("2026-02-09T18:20:31+00:00", "RMS", "explained", "call_taken", "on"),
            look("2026-02-09T18:55:02+00:00", "PNC", "explained", "call_taken", "on"),
            look("2026-03-02T09:30:00+00:00", "ANPR", "cannot_tell", "", "unknown"),
            look("2026-03-21T23:40:11+00:00", "PNC", "unexplained", "", "leave"),
        ],
    }
}

fn neighbour() -> Case {
    Case {
        case_id: text("c-4f21a1"),
        subject_id: text("A-778"),
        subject_name: text("14 Larch Close, Weldon"),
        subject_kind: text("place"),
        relation_words: text("the third nearest address to the user's own"),
        looks: 1,
        unexplained_looks: 1,
        events: 1,
        days: 1,
        first_at: text("2026-02-11T21:07:00+00:00"),
        last_at: text("2026-02-11T21:07:00+00:00"),
        score_bits: -1.2,
        low_bits: -2.9,
        high_bits: 0.7,
        prior_bits: -5.06,
        evidence_bits: 3.86,
        blocks: vec![
            block("purpose", 0.91, 0.5, 1.3, "Records explain 60 % of looks on RMS here."),
            block(
                "relationship",
                2.95,
                1.1,
                4.2,
                "0.4 looks at one of the nearest 50 addresses were expected, 1 was seen; the chance of one or more is 0.33.",
            ),
        ],
        timeline: vec![look("2026-02-11T21:07:00+00:00", "RMS", "unexplained", "", "on")],
        ..Case::default()
    }
}

fn former_partner() -> Case {
    Case {
        case_id: text("c-70"),
        subject_id: text("N0090001"),
        subject_name: text("Quill, Devon"),
        subject_kind: text("person"),
        relation_words: text("the user's former partner, declared"),
        looks: 3,
        events: 5,
        days: 2,
        first_at: text("2026-02-01T10:00:00+00:00"),
        last_at: text("2026-02-03T10:00:00+00:00"),
        score_bits: 2.0,
        low_bits: -0.9,
        high_bits: 4.5,
        prior_bits: -5.64,
        evidence_bits: 11.77,
        blocks: vec![
            block(
                "purpose",
                -2.0,
                -2.0,
                -2.0,
                "An assignment explains every look; a declared close tie keeps this at \u{2212}2 bits.",
            ),
            block("relationship", 8.0, 6.6, 9.4, "No peer of the user looked at this person."),
        ],
        timeline: vec![
            look("2026-02-01T10:00:00+00:00", "RMS", "explained", "assigned", "on"),
            look("2026-02-01T11:45:00+00:00", "PNC", "explained", "assigned", "on"),
            look("2026-02-03T10:00:00+00:00", "RMS", "explained", "assigned", "overtime"),
        ],
        ..Case::default()
    }
}

fn hostile_case() -> Case {
    let h = || text(HOSTILE);
    Case {
        case_id: text("c-66"),
        subject_id: h(),
        subject_name: h(),
        subject_kind: h(),
        relation_words: h(),
        looks: 1,
        unexplained_looks: 1,
        events: 1,
        days: 1,
        first_at: h(),
        last_at: h(),
        score_bits: -3.2,
        low_bits: -4.0,
        high_bits: 1.0,
        prior_bits: -5.0,
        evidence_bits: 1.8,
        blocks: vec![block(HOSTILE, 1.8, 0.1, 2.2, HOSTILE)],
        findings: vec![Finding {
            finding_id: text("f-66"),
            rule_id: h(),
            rule: h(),
            rule_title: h(),
            level: h(),
            block: h(),
            bits: -3.2,
            relation: h(),
            identifiers: h(),
            looks: 1,
            unexplained_looks: 1,
            first_at: h(),
            last_at: h(),
            evidence: h(),
            against: h(),
            expected_by_chance: None,
        }],
        rules: vec![text("relationship/family"), text("volume/beyond-expected")],
        carried_by: vec![text("relationship/family")],
        against: vec![h(), "Llanfairpwllgwyngyll".repeat(20)],
        timeline: vec![look(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
    }
}

/// The first referral: a family member, no purpose, off duty.
#[must_use]
pub fn referral() -> Referral {
    Referral {
        rank: 1,
        referral_id: text("r-0a11"),
        lane: Lane::Refer,
        staff_id: text("P1042"),
        name: text("Alder, Jamie"),
        role: text("Response constable"),
        team: text("Weldon Response B"),
        line_manager: text("Sgt Priya Nandakumar (P0877)"),
        score_bits: 9.41,
        low_bits: 5.82,
        high_bits: 12.94,
        prior_bits: -5.06,
        evidence_bits: 14.47,
        band: text("strong"),
        expected_false: Some(0.04),
        looks: 7,
        subjects: 2,
        first_at: text("2026-01-04T02:12:40+00:00"),
        last_at: text("2026-03-21T23:40:11+00:00"),
        rules: vec![text("duty/off_duty"), text("relationship/family")],
        headline: text(
            "Jamie Alder looked up a declared sister six times on five days, twice while off duty, and nothing on record explains four of the looks.",
        ),
        status: text("grown"),
        previous_outcome: text("advice"),
        next: vec![
            text("Read the incident log for those shifts before any contact."),
            text("Check whether the tie was declared to a supervisor at the time."),
        ],
        law: vec![text("dpa2018-s170"), text("cma1990-s1"), text("sopb-confidentiality")],
        user_rules: vec![],
        groups: vec![text(
            "Role response officer: 1.2 of 1,000 are referred, 0.91 times as often (0.60 to 1.38) as everybody else.",
        )],
        cases: vec![sister(), neighbour()],
    }
}

fn others() -> Vec<Referral> {
    let small = |rank, id: &str, lane, name: &str, headline: &str| Referral {
        rank,
        referral_id: text(id),
        lane,
        staff_id: format!("P20{rank:02}"),
        name: text(name),
        role: text("Detective constable"),
        team: text("CID South"),
        score_bits: 4.0 - f64::from(rank),
        low_bits: 1.1 - f64::from(rank),
        high_bits: 6.5 - f64::from(rank),
        prior_bits: -5.64,
        evidence_bits: 13.77 - f64::from(rank),
        band: text("moderate"),
        looks: 3,
        subjects: 1,
        first_at: text("2026-02-01T10:00:00+00:00"),
        last_at: text("2026-02-03T10:00:00+00:00"),
        headline: text(headline),
        status: text("new"),
        ..Referral::default()
    };
    let hostile = Referral {
        role: text(HOSTILE),
        team: text(HOSTILE),
        staff_id: text(HOSTILE),
        line_manager: text(HOSTILE),
        band: text(HOSTILE),
        status: text(HOSTILE),
        previous_outcome: text(HOSTILE),
        rules: vec![text(HOSTILE)],
        next: vec![text(HOSTILE)],
        law: vec![text(HOSTILE)],
        groups: vec![text(HOSTILE)],
        user_rules: vec![],
        cases: vec![hostile_case()],
        ..small(3, "r-3", Lane::Query, HOSTILE, HOSTILE)
    };
    let conflict = small(
        2,
        "r-2",
        Lane::Conflict,
        "Okonkwo-Featherstonehaugh, Maximiliana",
        "Maximiliana Okonkwo-Featherstonehaugh was assigned to an incident that names a declared former partner, and looked the partner up three times.",
    );
    let conflict = Referral { cases: vec![former_partner()], ..conflict };
    vec![
        conflict,
        hostile,
        small(
            4,
            "r-4",
            Lane::Policy,
            "Control Room 2",
            "Nineteen operators of Control Room 2 give the reason \u{201c}check\u{201d} for nine looks in ten.",
        ),
        small(5, "r-5", Lane::Sample, "خان, امیر", "Drawn at random."),
    ]
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
