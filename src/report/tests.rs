//! The report as its reader gets it: what the files hold.

use std::io;

use sha2::{Digest, Sha256};

use super::csv_files::{coverage, evidence, fairness, findings, quarantine, referrals};
use super::model::{Lane, Referral, Report};
use super::{html, json, manifest, sample};

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("memory can be written");
    String::from_utf8(out).expect("UTF-8")
}

fn page(report: &Report) -> String {
    text(|out| html::write(report, out))
}

/// The values of an attribute throughout a page, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(start.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap_or("")).collect()
}

#[test]
fn the_csv_files_are_as_the_contract_has_them() {
    let report = sample::report();
    insta::assert_snapshot!("referrals", text(|out| referrals::write(&report, out).map(drop)));
    insta::assert_snapshot!("findings", text(|out| findings::write(&report, out).map(drop)));
    insta::assert_snapshot!("evidence", text(|out| evidence::write(&report, out).map(drop)));
    insta::assert_snapshot!("coverage", text(|out| coverage::write(&report, out).map(drop)));
    insta::assert_snapshot!("quarantine", text(|out| quarantine::write(&report, out).map(drop)));
    insta::assert_snapshot!("fairness", text(|out| fairness::write(&report, out).map(drop)));
}

#[test]
fn a_line_of_a_csv_file_is_a_row() {
    let report = sample::report();
    for file in [
        text(|out| referrals::write(&report, out).map(drop)),
        text(|out| findings::write(&report, out).map(drop)),
        text(|out| evidence::write(&report, out).map(drop)),
        text(|out| quarantine::write(&report, out).map(drop)),
        text(|out| fairness::write(&report, out).map(drop)),
    ] {
        let mut reader = ::csv::Reader::from_reader(file.as_bytes());
        let rows = reader.records().flatten().count();
        assert_eq!(rows + 1, file.lines().count(), "{file}");
        assert!(!file.contains(['\r', '\0', '\u{202e}', '\u{2066}']));
    }
}

#[test]
fn the_manifest_is_as_the_contract_has_it() {
    let report = sample::report();
    let outputs =
        [manifest::Output { name: "referrals.csv".to_owned(), bytes: 12, sha256: "cd".repeat(32), rows: Some(5) }];
    let written = text(|out| manifest::write(&report, &sample::draft(), &outputs, out));
    insta::assert_snapshot!("manifest", written);
    assert_eq!(manifest::outputs_named(written.as_bytes()), Some(vec!["referrals.csv".to_owned()]));
    assert_eq!(manifest::outputs_named(b"{\"schema\": \"app/1\", \"outputs\": []}"), None);
}

#[test]
fn counts_that_do_not_add_up_are_said() {
    let mut report = sample::report();
    assert!(manifest::balances(&report).iter().all(|b| b.holds));
    assert!(!page(&report).contains("do not add up"));
    report.counts.rows_used -= 1;
    let broken: Vec<_> = manifest::balances(&report).into_iter().filter(|b| !b.holds).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!((broken[0].total, broken[0].parts), (61_512, 61_511));
    assert!(page(&report).contains("Counts do not add up (rows read: used, duplicate, quarantined)"));
}

#[test]
fn json_names_its_shape_first_and_keeps_text_as_it_is() {
    let report = sample::report();
    let written = text(|out| json::write(&report, out));
    assert!(written.starts_with("{\n  \"schema\": \"probity-report/1\",\n  \"run\": {"));
    let value: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(value["referrals"][2]["name"], sample::HOSTILE);
    assert_eq!(value["referrals"][0]["lane"], "refer");
}

#[test]
fn the_schema_names_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&json::schema()).expect("JSON");
    assert_eq!(schema["properties"]["schema"]["const"], json::VERSION);
    let written = text(|out| json::write(&sample::report(), out));
    let value: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    for key in value.as_object().expect("an object").keys() {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
    assert_eq!(json::schema(), json::schema());
}

#[test]
fn the_page_is_as_it_was() {
    // The style sheet and its hash stand elsewhere; blank lines say nothing.
    let page = page(&sample::report());
    let (head, rest) = page.split_once("<style>").expect("a style sheet");
    let (_, body) = rest.split_once("</style>").expect("its end");
    let (before, hash) = head.split_once("sha256-").expect("its hash");
    let after = &hash[hash.find('=').expect("padding")..];
    let normal = format!("{before}sha256-HASH{after}{body}");
    let lines: Vec<&str> = normal.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    insta::assert_snapshot!("page", lines.join("\n"));
}

#[test]
fn the_page_lets_nothing_run_and_loads_nothing() {
    let page = page(&sample::report());
    assert!(!page.contains("<script"));
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\0', '\r']));
    assert!(!page.contains(" style="), "style attributes are not allowed by the policy");
    assert!(!page.contains(" src=") && !page.contains("@import") && !page.contains("url("));
    for link in values(&page, "href") {
        assert!(link.starts_with('#'), "{link}");
    }
    for event in ["onclick", "onload", "onerror"] {
        assert!(!page.contains(event));
    }
    assert!(page.contains("default-src &#39;none&#39;; style-src &#39;sha256-"));
}

#[test]
fn the_style_sheet_is_the_one_that_the_policy_allows() {
    let page = page(&sample::report());
    let (_, rest) = page.split_once("<style>").expect("a style sheet");
    let (style, _) = rest.split_once("</style>").expect("its end");
    let (_, hash) = page.split_once("sha256-").expect("its hash");
    // Decoded here by another way than it was encoded: letter by letter.
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sextets = hash.bytes().map_while(|b| alphabet.iter().position(|a| *a == b));
    let bits: Vec<bool> = sextets.flat_map(|n| (0..6).rev().map(move |i| n >> i & 1 == 1)).collect();
    let digest = Sha256::digest(style.as_bytes());
    let wanted: Vec<bool> = digest.iter().flat_map(|n| (0..8).rev().map(move |i| n >> i & 1 == 1)).collect();
    assert_eq!(bits[..256], wanted);
}

#[test]
fn links_lead_somewhere_and_ids_stand_once() {
    let page = page(&sample::report());
    let mut ids = values(&page, "id");
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
    for link in values(&page, "href") {
        assert!(ids.binary_search(&&link[1..]).is_ok(), "{link} leads nowhere");
    }
    for label in values(&page, "aria-labelledby") {
        assert!(ids.binary_search(&label).is_ok(), "{label} labels nothing");
    }
}

#[test]
fn headings_skip_no_level() {
    let page = page(&sample::report());
    let mut before = 0;
    let levels = page.split("<h").skip(1).filter_map(|rest| {
        let level = rest.chars().next()?.to_digit(10)?;
        rest[1..].starts_with([' ', '>']).then_some(level)
    });
    for level in levels {
        assert!(level <= before + 1, "h{level} after h{before}");
        before = level;
    }
}

#[test]
fn coverage_and_purpose_come_before_any_name() {
    let page = page(&sample::report());
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("no {what}"));
    assert!(place("section 62(4)") < place("Can this log be judged?</h2>"));
    assert!(place("Can this log be judged?</h2>") < place("Alder, Jamie"));
    assert!(place("What could not run</h2>") < place("Alder, Jamie"));
}

#[test]
fn the_score_is_never_called_a_probability_of_guilt() {
    let page = page(&sample::report()).to_lowercase();
    for word in ["guilt", "culprit", "offender", "snoop"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("never a probability"));
    assert!(page.contains("evidence +14.47\u{a0}bits (×\u{a0}22,700), prior \u{2212}5.06\u{a0}bits; together +9.41\u{a0}bits, 90\u{a0}% interval +5.82 to +12.94."));
}

#[test]
fn an_empty_report_says_why() {
    let mut report = sample::report();
    report.referrals.clear();
    let empty = page(&report);
    assert!(empty.contains("Nobody is listed."));
    assert!(empty.contains("1\u{a0}rule could not run"));
    assert!(!empty.contains("Referrals in full"));
    let nothing = page(&Report::default());
    for said in ["No input row was read.", "No rule ran.", "state no lawful purpose"] {
        assert!(nothing.contains(said), "{said}");
    }
}

#[test]
fn a_long_report_stays_readable() {
    let mut report = sample::report();
    let one = sample::referral();
    report.evidence = vec![report.evidence[0].clone(); 120];
    report.quarantine = vec![report.quarantine[0].clone(); 250];
    report.referrals = (1..=300).map(|rank| Referral { rank, lane: Lane::Refer, ..one.clone() }).collect();
    let page = page(&report);
    assert!(
        page.contains("The first 50 of 120\u{a0}events are shown. All of them are in evidence.csv, lines 2 to 121.")
    );
    assert!(page.contains("None of these 120\u{a0}events is shown here"));
    assert!(page.contains("The first 100 of 250 are shown. All of them are in quarantine.csv."));
    assert!(page.len() < 300 * 60_000);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = sample::report();
    assert_eq!(page(&report), page(&report));
    assert_eq!(text(|out| json::write(&report, out)), text(|out| json::write(&report, out)));
}
