//! The judgement in words and columns.

use crate::intervals::Share;
use crate::judge::{Judgement, Recall};
use crate::probe::{Area, Probe};
use crate::world::World;
use std::fmt::Write;

/// The counts of a world and its probe.
pub fn world(world: &World, probe: &Probe) -> String {
    let mut text = String::new();
    let staff = world.benign_staff + world.misusers.len();
    let _ = writeln!(
        text,
        "World: {} rows, {} of them planted; {staff} staff, {} of them misusers; {} cases; {} \
        look-alikes",
        probe.events,
        probe.planted,
        world.misusers.len(),
        world.cases.len(),
        world.lookalikes.len()
    );
    let _ = writeln!(text, "Probe (.45 to .55 passes):");
    for (name, area) in [("ids", probe.ids), ("row order", probe.order), ("row length", probe.length)] {
        let _ = match area {
            Some(Area { auc, low, high, passes }) => {
                let word = if passes { "passes" } else { "FAILS: the form of a row gives it away" };
                writeln!(text, "  {name:<12} {auc:.3}  [{low:.3}, {high:.3}]  {word}")
            }
            None => writeln!(text, "  {name:<12} nothing planted"),
        };
    }
    text
}

/// The judgement of a run.
pub fn judgement(j: &Judgement) -> String {
    let mut text = String::new();
    let lanes: Vec<String> = j.lanes.iter().map(|(lane, n)| format!("{lane} {n}")).collect();
    let _ = writeln!(text, "Run: referrals by lane: {}; {} of the refer lane read", lanes.join(", "), j.budget);
    for at in &j.precision {
        let fewer = if at.share.of < at.k { "  (fewer were made)" } else { "" };
        let _ = writeln!(text, "  precision@{:<14} {}{fewer}", at.k, share(&at.share));
    }
    let _ = writeln!(text, "  R-precision              {}", share(&j.r_precision));
    let _ = writeln!(text, "  average precision        {:.3}", j.average_precision);
    let _ = writeln!(text, "  misusers referred        {}", share(&j.users));
    let _ = writeln!(text, "  or in the conflict lane  {}", share(&j.users_any));
    let f = &j.false_referrals;
    let _ = writeln!(
        text,
        "  false referrals / 1,000  {:.2}  [{:.2}, {:.2}]  {} of {} staff",
        f.value * 1e3,
        f.low * 1e3,
        f.high * 1e3,
        f.hits,
        f.of
    );
    let _ = writeln!(text, "  led to another's misuse  {}", j.led_to_misuse);
    let _ = writeln!(text, "  ordinary rows named      {}", share(&j.ordinary_rows_named));
    let _ = writeln!(text, "  planted rows named       {}", share(&j.planted_rows_named));
    let _ = writeln!(text, "\n{:<24}{:>6}  {:<28}{:>6}{:>8}", "recall", "cases", "found [95 %]", "user", "any");
    recall(&mut text, "all", &j.cases);
    recall(&mut text, "visible", &j.visible);
    for (name, r) in j.variants.iter().chain(&j.kinds) {
        recall(&mut text, name, r);
    }
    let _ = writeln!(text, "\n{:<24}{:>6}{:>8}", "look-alikes named", "of", "share");
    for (name, s) in &j.lookalikes {
        let _ = writeln!(text, "{name:<20}{:>4}{:>6}{:>8.3}", s.hits, s.of, s.value);
    }
    text
}

fn recall(text: &mut String, name: &str, r: &Recall) {
    let found = format!("{} = {:.2} [{:.2}, {:.2}]", r.found.hits, r.found.value, r.found.low, r.found.high);
    let _ = writeln!(text, "{name:<24}{:>6}  {found:<28}{:>6}{:>8}", r.found.of, r.user.hits, r.named.hits);
}

fn share(s: &Share) -> String {
    format!("{:.3}  [{:.3}, {:.3}]  {:.4} of {}", s.value, s.low, s.high, s.hits, s.of)
}
