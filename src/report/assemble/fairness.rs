//! Is the score fair between groups of members of staff?
//!
//! Which referrals are false is not known here. Two things are: how many of each group are referred, and how many
//! the decoy logs would refer, in which every tie is coincidence. The second is a rate of false referrals, as far as
//! they rest on ties, and must not differ between groups.

use super::super::model::{Fairness, Load, MethodNote, Range};
use super::Material;
use super::words::count;
use crate::chance::normal_quantile;
use crate::purpose::{Purpose, UserId};
use crate::relations::TieKind;
use crate::rules::rows::World;
use crate::score::Lane;
use crate::score::groups::{self, Cut, Dimension, Groups};

/// No group may be referred more than this many times as often as everybody else.
pub const MOST: f64 = 1.25;
/// Observed namesakes, divided by expected, in a group.
pub const NAMESAKES: (f64, f64) = (0.9, 1.1);
/// Groups that a warning names.
const NAMED: usize = 4;
/// Two-sided, over all the groups of a dimension together.
const CONFIDENCE: f64 = 0.95;
/// Fewer people than this with anything to count, on either side of a comparison, give no interval.
const TELLING: usize = 5;
/// Fewer expected namesakes than this say nothing of a ratio.
const TELLING_NAMESAKES: f64 = 5.0;

/// What is counted of each user.
struct Counted {
    looks: Vec<f64>,
    referred: Vec<f64>,
    decoys: Vec<f64>,
    /// Looks at namesakes, and how many peers' rates predict.
    namesakes: Vec<(f64, f64)>,
}

impl Counted {
    fn new(material: &Material<'_>) -> Self {
        let world = material.world;
        let users = world.users.len();
        let lanes = groups::lanes(material.scored, users);
        Self {
            looks: world.users.iter().map(|u| f64::from(u.looks)).collect(),
            referred: lanes.iter().map(|lane| f64::from(u8::from(groups::referred(lane)))).collect(),
            decoys: material.scored.decoys.expected_by_user(level(material).unwrap_or(f64::NEG_INFINITY), users),
            namesakes: namesakes(world),
        }
    }
}

/// From which posterior up the decoys are counted.
fn level(material: &Material<'_>) -> Option<f64> {
    material.scored.decoys.level(&material.scored.members)
}

/// Looks of each user at people who share nothing but their surname, and how many of them chance puts there. Only
/// looks that a record explains: these were nobody's choice, and what misuse adds to the others is no error of the
/// estimate.
fn namesakes(world: &World<'_>) -> Vec<(f64, f64)> {
    let mut of = vec![(0.0, 0.0); world.users.len()];
    for case in world.cases.iter().filter(|c| world.identified(c.subject)) {
        let explained = world.looks(case).iter().filter(|l| l.purpose == Purpose::Explained).count() as f64;
        let (observed, looks) = &mut of[case.user as usize];
        *looks += explained;
        let ties = world.relations.between(case.subject, case.user);
        if explained > 0.0 && ties.iter().any(|t| t.kind == TieKind::Surname) {
            *observed += explained;
        }
    }
    for (user, (_, looks)) in (0..).zip(&mut of) {
        *looks *= world.peers.rate(user, TieKind::Surname, None, false).u();
    }
    // Whose surname is too common to tie anybody has no namesakes, and nothing is expected of them.
    let mut borne = vec![false; of.len()];
    for tie in world.relations.ties.iter().filter(|t| t.kind == TieKind::Surname) {
        borne[tie.staff as usize] = true;
    }
    for (of, borne) in of.iter_mut().zip(borne) {
        if !borne {
            *of = (0.0, 0.0);
        }
    }
    of
}

/// One row a dimension and group.
pub(super) fn table(material: &Material<'_>, groups: &Groups) -> Vec<Fairness> {
    let counted = Counted::new(material);
    let decoys = material.scored.decoys.logs > 0;
    Dimension::ALL.into_iter().flat_map(|dimension| rows(dimension, groups.cut(dimension), &counted, decoys)).collect()
}

fn rows(dimension: Dimension, cut: &Cut, counted: &Counted, decoys: bool) -> Vec<Fairness> {
    let many = cut.names.len().max(1) as f64;
    // As many intervals as groups: each so wide that all hold together (Bonferroni).
    let z = normal_quantile(1.0 - (1.0 - CONFIDENCE) / (2.0 * many));
    let active: Vec<usize> = (0..cut.of.len()).filter(|u| cut.of[*u].is_some()).collect();
    let made = (0u16..).zip(cut.names.iter().zip(&cut.covers)).map(|(group, (name, covers))| {
        let (inside, outside): (Vec<usize>, Vec<usize>) = active.iter().partition(|u| cut.of[**u] == Some(group));
        let sum = |of: &[f64]| inside.iter().map(|u| of[*u]).sum::<f64>();
        let per_1000 = |of: &[f64]| if inside.is_empty() { 0.0 } else { 1_000.0 * sum(of) / inside.len() as f64 };
        let of = |all: &[f64], users: &[usize]| -> Vec<f64> { users.iter().map(|u| all[*u]).collect() };
        let against = |all: &[f64]| ratio(&of(all, &inside), &of(all, &outside), z);
        let names: Vec<(f64, f64)> = inside.iter().map(|u| counted.namesakes[*u]).collect();
        let mut row = Fairness {
            dimension: dimension.as_str().to_owned(),
            group: name.clone(),
            covers: covers.clone(),
            users: inside.len() as u64,
            looks: sum(&counted.looks) as u64,
            referred: sum(&counted.referred) as u64,
            referred_per_1000: per_1000(&counted.referred),
            referred_ratio: against(&counted.referred),
            decoys_per_1000: decoys.then(|| per_1000(&counted.decoys)),
            decoys_ratio: if decoys { against(&counted.decoys) } else { None },
            namesakes_observed: names.iter().map(|n| n.0).sum::<f64>() as u64,
            namesakes_expected: names.iter().map(|n| n.1).sum(),
            namesakes_ratio: observed_over_expected(&names, z),
            broken: Vec::new(),
        };
        row.broken = broken(&row);
        row
    });
    made.filter(|row| row.users > 0).collect()
}

/// The rate of one group over that of everybody else, with an interval on the log scale. Users are what varies: one
/// of them who is hit by many decoys is one observation.
fn ratio(inside: &[f64], outside: &[f64], z: f64) -> Option<Range> {
    let (a, b) = (Mean::of(inside)?, Mean::of(outside)?);
    if b.mean <= 0.0 {
        return None;
    }
    let value = a.mean / b.mean;
    let told = a.hit >= TELLING && b.hit >= TELLING;
    let spread = (a.relative_variance() + b.relative_variance()).sqrt() * z;
    let interval = told.then(|| (value * (-spread).exp(), value * spread.exp()));
    Some(Range { value, low: interval.map(|i| i.0), high: interval.map(|i| i.1) })
}

/// A mean over users.
struct Mean {
    mean: f64,
    variance: f64,
    n: f64,
    /// How many are above zero.
    hit: usize,
}

impl Mean {
    fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        Some(Self { mean, variance, n, hit: values.iter().filter(|v| **v > 0.0).count() })
    }

    fn relative_variance(&self) -> f64 {
        if self.mean > 0.0 { self.variance / (self.n * self.mean * self.mean) } else { 0.0 }
    }
}

/// A ratio of sums over users, with an interval on the log scale.
fn observed_over_expected(of: &[(f64, f64)], z: f64) -> Option<Range> {
    let (observed, expected) = of.iter().fold((0.0, 0.0), |(o, e), (x, y)| (o + x, e + y));
    if expected < TELLING_NAMESAKES {
        return None;
    }
    let value = observed / expected;
    // Each user's surplus over what the common ratio predicts; users are independent, their looks are not.
    let surplus: f64 = of.iter().map(|(o, e)| (o - value * e).powi(2)).sum();
    let told = of.iter().filter(|(o, _)| *o > 0.0).count() >= TELLING;
    let spread = z * surplus.sqrt() / expected / value.max(f64::MIN_POSITIVE);
    let interval = told.then(|| (value * (-spread).exp(), value * spread.exp()));
    Some(Range { value, low: interval.map(|i| i.0), high: interval.map(|i| i.1) })
}

/// Which bounds a group breaks, measurably: the ratio is beyond the bound, and its interval excludes one.
fn broken(row: &Fairness) -> Vec<String> {
    let beyond =
        |range: &Option<Range>| range.as_ref().is_some_and(|r| r.value > MOST && r.low.is_some_and(|low| low > 1.0));
    let mut broken = Vec::new();
    if beyond(&row.decoys_ratio) {
        broken.push("decoys".to_owned());
    }
    if beyond(&row.referred_ratio) {
        broken.push("referred".to_owned());
    }
    if let Some(Range { value, low: Some(low), high: Some(high) }) = row.namesakes_ratio
        && ((value > NAMESAKES.1 && low > 1.0) || (value < NAMESAKES.0 && high < 1.0))
    {
        broken.push("namesakes".to_owned());
    }
    broken
}

/// "the 3rd tenth by how common the surname is".
fn whom(row: &Fairness) -> String {
    let dimension = Dimension::ALL.into_iter().find(|d| d.as_str() == row.dimension);
    let by = dimension.map_or("", Dimension::words);
    let parts = match dimension {
        Some(Dimension::Surname | Dimension::Volume) => "tenth",
        Some(Dimension::UnitDensity | Dimension::HomeDensity) => "fifth",
        _ => {
            return if row.group == groups::UNKNOWN {
                "no known role".to_owned()
            } else {
                format!("role {}", row.group)
            };
        }
    };
    if row.group == groups::UNKNOWN {
        return format!("not known, {by}");
    }
    let of = if row.covers.is_empty() { String::new() } else { format!(" ({})", row.covers) };
    format!("{parts} {} by {by}{of}", row.group)
}

/// "1.8 times as often (1.2 to 2.7)".
fn times(range: &Range) -> String {
    match (range.low, range.high) {
        (Some(low), Some(high)) => format!("{:.2} times as often ({low:.2} to {high:.2})", range.value),
        _ => format!("{:.2} times as often, on too few people for an interval", range.value),
    }
}

/// Warnings that a reader must see before any name.
pub(super) fn warnings(rows: &[Fairness]) -> Vec<String> {
    let broke = |what: &str, words: &dyn Fn(&Fairness) -> String| -> Vec<String> {
        let broke: Vec<&Fairness> = rows.iter().filter(|r| r.broken.iter().any(|b| b == what)).collect();
        let more = broke.len().saturating_sub(NAMED);
        let said = broke.into_iter().take(NAMED).map(words);
        said.chain((more > 0).then(|| format!("and {more} more groups (fairness.csv)"))).collect()
    };
    let mut said = Vec::new();
    let decoys =
        broke("decoys", &|r| format!("{} {}", whom(r), r.decoys_ratio.as_ref().map_or_else(String::new, times)));
    if !decoys.is_empty() {
        said.push(format!(
            "UNFAIR: in the decoy logs, where every tie is coincidence, cases of these stand more than {MOST} times as often as those of \
             everybody else: {}. A referral of one of them that rests on a tie is more often false. Read what else stands beside the tie.",
            decoys.join("; ")
        ));
    }
    let namesakes = broke("namesakes", &|r| {
        let ratio = r.namesakes_ratio.as_ref().map_or(0.0, |n| n.value);
        format!("{} ({ratio:.2}: {} observed, {:.1} expected)", whom(r), r.namesakes_observed, r.namesakes_expected)
    });
    if !namesakes.is_empty() {
        said.push(format!(
            "The chance of meeting a namesake is not estimated well: observed ÷ expected lies outside {} to {} for {}. Findings on a \
             surname weigh too much where it is above one, and too little where it is below.",
            NAMESAKES.0,
            NAMESAKES.1,
            namesakes.join("; ")
        ));
    }
    let referred =
        broke("referred", &|r| format!("{} {}", whom(r), r.referred_ratio.as_ref().map_or_else(String::new, times)));
    if !referred.is_empty() {
        said.push(format!(
            "These are referred more than {MOST} times as often as everybody else: {}. That may be so in truth, or come from the \
             records or the score: ask which before anything is concluded about such a group.",
            referred.join("; ")
        ));
    }
    said
}

/// The note of the method section that stands over the table.
pub(super) fn note(material: &Material<'_>, rows: &[Fairness]) -> MethodNote {
    let decoys = &material.scored.decoys;
    let wholly: Vec<&Fairness> = rows.iter().filter(|r| r.dimension == Dimension::Volume.as_str()).collect();
    let (observed, expected) =
        wholly.iter().fold((0, 0.0), |(o, e), r| (o + r.namesakes_observed, e + r.namesakes_expected));
    let namesakes = if expected >= TELLING_NAMESAKES {
        format!(
            " Over everybody, {} that records explain at people of the own uncommon surname were observed where {expected:.1} were expected from peers: {:.2}.",
            count(observed, "look", "looks"),
            observed as f64 / expected
        )
    } else {
        " Too few looks at people of the own surname are expected to say whether their chance is estimated well."
            .to_owned()
    };
    let decoy = if decoys.logs > 0 {
        format!(
            "The decoy rate counts cases of the {} decoy logs, in which every tie is coincidence, that stand {}.",
            decoys.logs,
            level(material).map_or_else(
                || "at any score, for no referral of this run rests on a tie".to_owned(),
                |bits| format!("as high as the lowest referred case that rests on a tie ({bits:.1} bits)")
            )
        )
    } else {
        "The decoys were switched off for this run, so that no rate of false referral is estimated.".to_owned()
    };
    MethodNote {
        heading: "Is it fair between groups?".to_owned(),
        text: format!(
            "Members of staff are compared by how common their surname is, how densely people live around their unit and their home, how much \
             they search, and their role. {decoy} A ratio is the rate of a group over that of everybody else; its interval holds with 95 % \
             for all groups of a table together. A ratio above {MOST} whose interval excludes one is a warning at the head of this \
             report.{namesakes} False referrals that rest on no tie are not in the decoy rate. The table is in fairness.csv."
        ),
    }
}

/// What the groups of one member of staff show, for their own page; those groups that bear on what was found.
pub(super) fn of_member(groups: &Groups, rows: &[Fairness], user: UserId, kinds: &[TieKind]) -> Vec<String> {
    let bears = |dimension: Dimension| match dimension {
        Dimension::Surname => kinds.contains(&TieKind::Surname),
        Dimension::UnitDensity | Dimension::HomeDensity => {
            kinds.iter().any(|k| matches!(k, TieKind::Neighbour | TieKind::Household))
        }
        Dimension::Volume | Dimension::Role => true,
    };
    Dimension::ALL
        .into_iter()
        .filter(|d| bears(*d))
        .filter_map(|dimension| {
            let name = groups.name(dimension, user);
            let row = rows.iter().find(|r| r.dimension == dimension.as_str() && r.group == name)?;
            let decoys = match (row.decoys_per_1000, &row.decoys_ratio) {
                (Some(rate), Some(ratio)) => format!("; by coincidence alone {rate:.2} of 1,000, {}", times(ratio)),
                (Some(rate), None) => format!("; by coincidence alone {rate:.2} of 1,000"),
                _ => String::new(),
            };
            let ratio =
                row.referred_ratio.as_ref().map_or_else(String::new, |r| format!(", {} as everybody else", times(r)));
            Some(format!("{}: {:.1} of 1,000 are referred{ratio}{decoys}.", capital(&whom(row)), row.referred_per_1000))
        })
        .collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// How much work the lanes bring.
pub(super) fn load(material: &Material<'_>) -> Load {
    let world = material.world;
    let looks = &world.judged.looks.all;
    let zone = world.judged.zone;
    let first = looks.iter().map(|l| l.first_at).min().and_then(|t| t.local_date(zone));
    let last = looks.iter().map(|l| l.first_at).max().and_then(|t| t.local_date(zone));
    let days = match (first, last) {
        (Some(first), Some(last)) => (last - first).num_days().max(0) as u64 + 1,
        _ => 0,
    };
    let of = |lane: Lane| {
        let cases = material.scored.members.iter().filter(|m| m.lane == lane);
        cases.map(|m| m.cases.iter().filter(|c| c.lane == lane).count() as u64).sum::<u64>()
    };
    let (refer, conflict, query) = (of(Lane::Refer), of(Lane::Conflict), of(Lane::Query));
    let a_day = |cases: u64| if days == 0 { 0.0 } else { cases as f64 / days as f64 };
    let per_day = a_day(refer + conflict + query);
    Load {
        days,
        refer_cases: refer,
        conflict_cases: conflict,
        query_cases: query,
        refer_cases_a_day: a_day(refer),
        cases_a_day: per_day,
        capacity: world.values.lanes.capacity as u64,
        investigators: (per_day / CASES_A_DAY).ceil() as u64,
        new_cases: None,
    }
}

/// What one investigator can take up in a day.
pub const CASES_A_DAY: f64 = 5.0;

/// The note of the method section on the work that the lanes bring.
pub(super) fn load_note(load: &Load) -> MethodNote {
    let capacity = match load.capacity {
        0 => "No capacity was given, so that the refer lane is as long as the evidence makes it.".to_owned(),
        n => format!("The refer lane may hold {}.", count(n, "member of staff", "members of staff")),
    };
    let new = load.new_cases.map_or_else(String::new, |cases| {
        let who = (cases as f64 / CASES_A_DAY).ceil() as u64;
        format!(
            " Since the runs before, {} new or grown: a day's work of {}.",
            count(cases, "case is", "cases are"),
            count(who, "investigator", "investigators")
        )
    });
    MethodNote {
        heading: "What this asks of the department".to_owned(),
        text: format!(
            "The lanes hold {} to Professional Standards, {} of a declared tie and {} to be asked about, over {}: {:.1} new cases a day, of \
             them {:.1} to Professional Standards. At {CASES_A_DAY:.0} new cases an investigator a day that is the work of {}. {capacity}{new}",
            count(load.refer_cases, "case", "cases"),
            count(load.conflict_cases, "case", "cases"),
            count(load.query_cases, "case", "cases"),
            count(load.days, "day", "days"),
            load.cases_a_day,
            load.refer_cases_a_day,
            count(load.investigators.max(1), "investigator", "investigators"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Interval of a ratio as worked out by hand: means .04 and .02, relative variances 24 ÷ 100 and 49 ÷ 1,000
    /// (times n ÷ (n − 1)).
    #[test]
    fn a_ratio_has_the_interval_that_users_give_it() {
        let group = |n: usize, hit: usize| (0..n).map(|u| f64::from(u8::from(u < hit))).collect::<Vec<f64>>();
        assert_eq!(ratio(&group(100, 4), &group(1_000, 20), 1.96).and_then(|r| r.low), None, "four are too few");
        let found = ratio(&group(200, 8), &group(1_000, 20), 1.96).expect("both have users");
        assert!((found.value - 2.0).abs() < 1e-12);
        let spread = (1.96 * ((0.96 / 0.04) / 199.0 + (0.98 / 0.02) / 999.0_f64).sqrt()).exp();
        assert!((found.low.expect("told") - 2.0 / spread).abs() < 1e-9);
        assert!((found.high.expect("told") - 2.0 * spread).abs() < 1e-9);
        assert!(ratio(&group(0, 0), &group(5, 1), 1.96).is_none());
        assert!(ratio(&group(5, 1), &group(5, 0), 1.96).is_none());
    }

    #[test]
    fn one_user_with_many_looks_is_one_observation() {
        let even: Vec<(f64, f64)> = vec![(1.0, 1.0); 100];
        let found = observed_over_expected(&even, 1.96).expect("a hundred expected");
        assert_eq!((found.value, found.low, found.high), (1.0, Some(1.0), Some(1.0)));
        // The same surplus, once on one user and once over all.
        let mut one = even.clone();
        one[0].0 = 51.0;
        let all: Vec<(f64, f64)> = vec![(1.5, 1.0); 100];
        let low = |of: &[(f64, f64)]| observed_over_expected(of, 1.96).and_then(|r| r.low).expect("told");
        assert!(low(&one) < 1.0 && low(&all) > 1.4, "{} {}", low(&one), low(&all));
        assert!(observed_over_expected(&even[..4], 1.96).is_none());
    }

    fn row(decoys: (f64, f64), namesakes: (f64, f64, f64)) -> Fairness {
        let mut row = Fairness {
            dimension: "surname".to_owned(),
            group: "3".to_owned(),
            decoys_ratio: Some(Range { value: decoys.0, low: Some(decoys.1), high: Some(9.0) }),
            namesakes_ratio: Some(Range { value: namesakes.0, low: Some(namesakes.1), high: Some(namesakes.2) }),
            ..Fairness::default()
        };
        row.broken = broken(&row);
        row
    }

    #[test]
    fn a_bound_is_broken_where_it_is_measured_to_be() {
        let table = [
            (row((1.0, 0.8), (1.0, 0.9, 1.1)), vec![]),
            (row((1.3, 0.9), (1.3, 0.8, 1.9)), vec![]), // beyond, and may be chance
            (row((1.2, 1.1), (1.05, 1.02, 1.08)), vec![]), // measurable, and small
            (row((1.3, 1.01), (1.0, 0.9, 1.1)), vec!["decoys"]),
            (row((1.0, 0.8), (1.2, 1.1, 1.3)), vec!["namesakes"]),
            (row((1.0, 0.8), (0.8, 0.7, 0.9)), vec!["namesakes"]),
        ];
        for (row, broken) in table {
            assert_eq!(row.broken, broken);
            assert_eq!(warnings(&[row]).len(), broken.len());
        }
    }
}
