//! Lists that analysts keep.

use std::path::Path;

use super::support::RULES;
use crate::rules::lists::{load, parse};

#[test]
fn the_lists_that_ship_load() {
    let lists = load(&Path::new(RULES).join("lists")).expect("good lists");
    for name in ["boilerplate-reasons", "training-words", "testing-words"] {
        assert!(lists[name].entries.len() > 5, "{name}");
    }
    assert!(load(Path::new("no such folder")).expect("none").is_empty());
}

#[test]
fn expired_and_idle_entries_are_reported() {
    let list = parse("l", "phrase,reason,owner,expires\nIn  Use,r,o,\nidle,r,o,2030-01-01\nold,r,o,2020-12-31\n")
        .expect("good");
    assert_eq!(list.entries[0].phrase, "in use");
    assert_eq!(list.current("2026-01-01").count(), 2);
    assert_eq!(
        list.idle("2026-01-01", &[4, 0, 9]),
        [
            "lists/l.csv:3: `idle` matched nothing",
            "lists/l.csv:4: `old` expired on 2020-12-31; o should renew or remove it",
        ]
    );
}

#[test]
fn bad_lines_are_told_with_their_line() {
    let bad = "phrase,reason,owner,expiry\nx,r,o,\ny,,o,\nx,r,o,\n,r,o,\nz,r,o\n";
    let errors = parse("l", bad).expect_err("bad");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "lists/l.csv:1:1: there is no column `expiry`",
            "lists/l.csv:1:1: the column `expires` is missing",
            "lists/l.csv:3:1: `y` needs a reason and an owner",
            "lists/l.csv:4:1: `x` stands on line 2 already",
            "lists/l.csv:5:1: the phrase is empty",
            "lists/l.csv:6:1: the line has not as many cells as the header",
        ]
    );
}
