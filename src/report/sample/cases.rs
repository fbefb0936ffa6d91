//! The people of the made-up report and their cases.

use super::{HOSTILE, block, look, text};
use crate::report::model::{Case, Finding, Lane, Referral};

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

pub(super) fn others() -> Vec<Referral> {
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
