//! The aims that the page of the evaluation holds the figures against.

use crate::figures::{per_thousand, ratio, two};
use crate::page::{a_month, at, found, new_cases};
use crate::pool::{Figure, Pool, cases};

/// A figure over pooled worlds.
type FigureOf = fn(&Pool<'_>) -> Option<Figure>;

/// One line of the aims: its name, how it is made from worlds, and the aim.
pub struct Aim {
    pub name: String,
    pub of: fn(&Pool<'_>) -> Option<Figure>,
    pub aim: &'static str,
    pub met: fn(&Figure) -> bool,
    pub show: fn(&Figure) -> String,
}

/// All of them, in the order of the page.
pub fn aims() -> Vec<Aim> {
    let share = |figure: &Figure| ratio(figure);
    let none: fn(&Figure) -> bool = |_| true;
    let mut aims = Vec::new();
    for (name, of) in [
        ("precision@10", (|p| Some(p.share(|j| at(j, 10)))) as fn(&Pool<'_>) -> Option<Figure>),
        ("precision@25", |p| Some(p.share(|j| at(j, 25)))),
    ] {
        aims.push(Aim { name: format!("{name}, ranked list"), of, aim: "", met: none, show: share });
    }
    aims.push(Aim {
        name: "precision@50, ranked list".to_owned(),
        of: |p| Some(p.share(|j| at(j, 50))),
        aim: ".90, lower end .80",
        met: |f| f.value >= 0.9 && f.low >= 0.8,
        show: share,
    });
    aims.push(Aim {
        name: "precision@100, ranked list".to_owned(),
        of: |p| Some(p.share(|j| at(j, 100))),
        aim: "",
        met: none,
        show: share,
    });
    aims.push(Aim {
        name: "R-precision, ranked list".to_owned(),
        of: |p| Some(p.share(|j| j.ranked.r_precision)),
        aim: ".80",
        met: |f| f.value >= 0.8,
        show: share,
    });
    aims.push(Aim {
        name: "R-precision, refer lane alone".to_owned(),
        of: |p| Some(p.share(|j| j.refer.r_precision)),
        aim: "",
        met: none,
        show: share,
    });
    aims.push(Aim {
        name: "average precision, ranked list (mean over worlds)".to_owned(),
        of: |p| Some(p.mean(|o| o.judged.as_ref().map_or(0.0, |j| j.ranked.average_precision))),
        aim: "",
        met: none,
        show: share,
    });
    aims.push(Aim {
        name: "cases found to the budget".to_owned(),
        of: |p| Some(p.share(|j| cases(j, |c| c.shown, |c| c.budget))),
        aim: ".85",
        met: |f| f.value >= 0.85,
        show: share,
    });
    aims.push(Aim {
        name: "the same, mean over kinds".to_owned(),
        of: |p| Some(p.over_kinds(|c| c.shown, |c| c.budget)),
        aim: ".85",
        met: |f| f.value >= 0.85,
        show: share,
    });
    aims.push(Aim {
        name: "cases found in the refer lane alone".to_owned(),
        of: |p| Some(p.share(|j| cases(j, |c| c.shown, |c| c.refer))),
        aim: "",
        met: none,
        show: share,
    });
    let first: [(&str, FigureOf); 7] = [
        ("own_record", |p| found(p, "own_record")),
        ("family", |p| found(p, "family")),
        ("neighbour", |p| found(p, "neighbour")),
        ("colleague", |p| found(p, "colleague")),
        ("celebrity", |p| found(p, "celebrity")),
        ("training_live", |p| found(p, "training_live")),
        ("no_incident", |p| found(p, "no_incident")),
    ];
    for (kind, of) in first {
        aims.push(Aim {
            name: format!("found to the budget: {}", kind.replace('_', " ")),
            of,
            aim: ".90",
            met: |f| f.value >= 0.9,
            show: share,
        });
    }
    aims.push(Aim {
        name: "misusers on the list to the budget, shown by some table".to_owned(),
        of: |p| Some(p.share(|j| j.shown.budget)),
        aim: "",
        met: none,
        show: share,
    });
    aims.push(Aim {
        name: "misusers on it, shown by no table".to_owned(),
        of: |p| Some(p.share(|j| j.unshown.budget)),
        aim: "",
        met: none,
        show: share,
    });
    aims.push(Aim {
        name: "false referrals per 1,000 innocent staff a month".to_owned(),
        of: |p| Some(a_month(p)),
        aim: "",
        met: none,
        show: per_thousand,
    });
    aims.push(Aim {
        name: "all-benign: false referrals per 1,000 staff a month".to_owned(),
        of: |p| Some(a_month(p)),
        aim: "at most .2",
        met: |f| f.value <= 0.2e-3,
        show: per_thousand,
    });
    aims.push(Aim {
        name: "new cases per investigator a day, refer lane".to_owned(),
        of: |p| Some(p.mean(|o| new_cases(o, &["refer"]))),
        aim: "at most 5",
        met: |f| f.value <= 5.0,
        show: two,
    });
    aims.push(Aim {
        name: "the same with the conflict lane".to_owned(),
        of: |p| Some(p.mean(|o| new_cases(o, &["refer", "conflict"]))),
        aim: "",
        met: none,
        show: two,
    });
    aims
}
