//! Who is asked: whoever's cases rise above the bar together with the prior, and whoever looked at themselves, close family or
//! the household without an explanation, whatever the prior.

use std::collections::BTreeSet;
use std::path::Path;

use probity::config::{self, Overrides, RunConfig};
use probity::ingest::{self, NoProgress};
use probity::report::model::{Case, Lane, Report};
use probity::run::{self, Unwatched};

const CLOSE: [&str; 9] =
    ["own", "spouse", "partner", "ex_partner", "parent", "child", "sibling", "other_family", "household"];

/// The small force, with a bar of so many bits.
fn report(bar: Option<f64>) -> Report {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force/probity.toml");
    let mut config: RunConfig = config::load(&file, &Overrides::default()).expect("sound");
    if let Some(bar) = bar {
        config.values.lanes.query = bar;
    }
    let tables = ingest::ingest(&config.sources, &NoProgress).expect("read");
    let (rules, house) = (run::load_rules(&config).expect("shipped"), run::load_house(&config).expect("shipped"));
    run::analyse(&config, &tables, &rules, &house, &Unwatched).expect("analysed").report
}

fn asked(report: &Report) -> BTreeSet<&str> {
    report.referrals.iter().filter(|r| r.lane == Lane::Query).map(|r| r.staff_id.as_str()).collect()
}

/// Nothing explains a look at somebody close.
fn close_and_open(case: &Case) -> bool {
    case.findings.iter().any(|found| CLOSE.contains(&found.relation.as_str()) && found.unexplained_looks > 0)
}

#[test]
fn a_look_at_close_family_is_asked_about_whatever_the_prior() {
    let high = report(Some(1_000.0));
    let left: Vec<_> = high.referrals.iter().filter(|r| r.lane == Lane::Query).collect();
    assert!(!left.is_empty(), "the small force has such looks");
    for referral in left {
        assert!(referral.cases.iter().any(close_and_open), "{}: {}", referral.staff_id, referral.headline);
    }
}

#[test]
fn a_lower_bar_asks_more_and_loses_nobody() {
    let (high, shipped, low) = (report(Some(1_000.0)), report(None), report(Some(-1_000.0)));
    assert!(asked(&high).is_subset(&asked(&shipped)) && asked(&shipped).is_subset(&asked(&low)));
    assert!(asked(&high).len() < asked(&shipped).len() && asked(&shipped).len() < asked(&low).len());
    let referred = |report: &Report| report.referrals.iter().filter(|r| r.lane == Lane::Refer).count();
    assert_eq!([referred(&high), referred(&low)], [referred(&shipped); 2], "the bar of a question moves no referral");
}
