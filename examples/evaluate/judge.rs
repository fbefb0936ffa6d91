//! A run against the truth.

use crate::intervals::Count;
use crate::ranking::{Ranking, average_precision_between};
use crate::run::{Referral, Run};
use crate::world::{Case, Facts, World};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The lane to Professional Standards, in which users are ranked.
pub const REFER: &str = "refer";
/// The lane for declared ties with a purpose on record, and the kind of case that belongs there.
const CONFLICT: &str = "conflict";
/// The lane of those asked for a reason.
pub const QUERY: &str = "query";
/// The kind of case that the log writes down to somebody else.
const ANOTHERS_LOGIN: &str = "anothers_login";

/// New cases that an investigator can read in a day.
const A_DAY: usize = 5;
/// Members of staff for whom there is one investigator.
pub const FORCE: usize = 10_000;
/// Where precision is read off.
const AT: [usize; 4] = [10, 25, 50, 100];

/// How many referrals are read: five a day by one investigator for every 10,000 members of staff, so 150 at such a force
/// in a month of 30 days.
pub fn budget(facts: &Facts) -> usize {
    (A_DAY * facts.days * facts.staff).div_ceil(FORCE).max(1)
}

/// The judgement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judgement {
    /// Referrals by lane.
    pub lanes: BTreeMap<String, usize>,
    /// Those that no earlier run made.
    pub new: BTreeMap<String, usize>,
    /// Places of the ranked list that are read.
    pub budget: usize,
    /// The refer lane alone.
    pub refer: Order,
    /// The ranked list: the refer lane, then the query lane, each in the order of the report; as long as it is.
    pub ranked: Order,
    /// Misusers one of whose cases some table shows.
    pub shown: People,
    /// Misusers of whose cases no table shows any.
    pub unshown: People,
    /// Innocent staff in the refer lane.
    pub false_referrals: Count,
    /// Innocent staff on the ranked list up to the budget.
    pub false_to_budget: Count,
    /// Referrals of the refer lane about the owner of a login that somebody else misused: they lead to the planted rows.
    pub led_to_misuse: usize,
    /// Planted cases, by kind, form and whether some table shows them.
    pub cells: Vec<Cell>,
    /// Ordinary rows named behind referrals of the refer lane, of all ordinary rows.
    pub ordinary_rows_named: Count,
    /// Planted rows named there, of all planted rows.
    pub planted_rows_named: Count,
    /// Look-alikes that a referral of an innocent user in the refer lane names, by what they resemble.
    pub lookalikes: BTreeMap<String, Count>,
}

/// How good an order of people is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// How many stand in it.
    pub people: usize,
    /// Right ones among the first k; of those there are, which may be fewer.
    pub precision: BTreeMap<usize, Count>,
    /// Right ones among as many as there are misusers, of the misusers.
    pub r_precision: Count,
    /// Over misusers, expected over ties.
    pub average_precision: f64,
    /// Its 95 % interval, over people.
    #[serde(default)]
    pub average_precision_between: (f64, f64),
}

/// Misusers found, of all such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// In the refer lane.
    pub refer: Count,
    /// On the ranked list up to the budget.
    pub budget: Count,
    /// There or in the conflict lane.
    pub or_conflict: Count,
}

/// Planted cases of one kind and form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What.
    pub kind: String,
    /// How well it hides.
    pub form: String,
    /// Whether some table shows it by more than the lack of a purpose.
    pub shown: bool,
    /// Planted.
    pub cases: usize,
    /// The user is in the refer lane, and a planted row of the case is evidence there.
    pub refer: usize,
    /// The same on the ranked list up to the budget.
    pub budget: usize,
    /// The user is on that list, on whatever evidence.
    pub user: usize,
    /// A planted row of the case is evidence in any lane, about anyone.
    pub anywhere: usize,
}

/// Judges a run; `read` is how many places of the ranked list are read, where it is not the budget.
pub fn judge(world: &World, run: &Run, facts: &Facts, events: usize, read: Option<usize>) -> Judgement {
    let budget = read.unwrap_or_else(|| budget(facts));
    let refer: Vec<&Referral> = run.lane(REFER).collect();
    let conflict: Vec<&Referral> = run.lane(CONFLICT).collect();
    let ranked: Vec<&Referral> = run.lane(REFER).chain(run.lane(QUERY)).collect();
    let to_budget = &ranked[..budget.min(ranked.len())];
    let truth = Truth { world };
    let false_of = |list: &[&Referral]| {
        let wrong: FxHashSet<&str> = list.iter().filter(|r| !truth.right(r)).map(|r| r.staff.as_str()).collect();
        Count::new(wrong.len(), world.benign_staff)
    };
    let led = refer.iter().filter(|r| !world.misusers.contains(&r.staff) && truth.leads(r)).count();
    let (mut lanes, mut new) = (BTreeMap::new(), BTreeMap::new());
    for referral in &run.referrals {
        *lanes.entry(referral.lane.clone()).or_insert(0) += 1;
        *new.entry(referral.lane.clone()).or_insert(0) += usize::from(referral.new);
    }
    let named: FxHashSet<&str> = refer.iter().flat_map(|r| r.events.iter().map(String::as_str)).collect();
    let planted_named = named.iter().filter(|e| world.planted.contains_key(**e)).count();
    let unshown = world.unshown_misusers();
    let people = |are: &dyn Fn(&str) -> bool| People {
        refer: truth.found(&refer, &[], are),
        budget: truth.found(to_budget, &[], are),
        or_conflict: truth.found(to_budget, &conflict, are),
    };
    Judgement {
        lanes,
        new,
        budget,
        refer: truth.order(&refer),
        ranked: truth.order(&ranked),
        shown: people(&|staff| !unshown.contains(staff)),
        unshown: people(&|staff| unshown.contains(staff)),
        false_referrals: false_of(&refer),
        false_to_budget: false_of(to_budget),
        led_to_misuse: led,
        cells: cells(world, run, &refer, to_budget, &conflict),
        ordinary_rows_named: Count::new(named.len() - planted_named, events - world.planted.len()),
        planted_rows_named: Count::new(planted_named, world.planted.len()),
        lookalikes: lookalikes(world, &refer, &truth),
    }
}

/// Is a referral about somebody who misuses the systems, or does it rest on a planted row?
pub fn right(world: &World, referral: &Referral) -> bool {
    Truth { world }.right(referral)
}

struct Truth<'w> {
    world: &'w World,
}

impl Truth<'_> {
    /// Does it rest on a planted row?
    fn leads(&self, referral: &Referral) -> bool {
        referral.events.iter().any(|e| self.world.planted.contains_key(e))
    }

    fn right(&self, referral: &Referral) -> bool {
        self.world.misusers.contains(&referral.staff) || self.leads(referral)
    }

    fn order(&self, list: &[&Referral]) -> Order {
        // Scores of two lanes are not compared: the query lane begins where the refer lane ends.
        let below = |r: &Referral| if r.lane == REFER { 0.0 } else { -1e9 };
        let items: Vec<(f64, bool)> = list.iter().map(|r| (r.bits + below(r), self.right(r))).collect();
        let ranking = Ranking::new(items.iter().copied());
        let misusers = self.world.misusers.len();
        // The owner of a misused login is right to read of, and no misuser.
        let relevant = misusers.max(ranking.hits(usize::MAX).round() as usize);
        let among = |k: usize, of: usize| Count { hits: ranking.hits(k), of };
        Order {
            people: ranking.len(),
            precision: AT.into_iter().map(|k| (k, among(k, k.min(ranking.len())))).collect(),
            r_precision: among(misusers, misusers),
            average_precision: ranking.average_precision(relevant),
            average_precision_between: average_precision_between(&items, relevant),
        }
    }

    fn found(&self, list: &[&Referral], more: &[&Referral], are: &dyn Fn(&str) -> bool) -> Count {
        let staff: FxHashSet<&str> = list.iter().chain(more).map(|r| r.staff.as_str()).collect();
        let of: Vec<&str> = self.world.misusers.iter().map(String::as_str).filter(|m| are(m)).collect();
        Count::new(of.iter().filter(|m| staff.contains(**m)).count(), of.len())
    }
}

fn cells(world: &World, run: &Run, refer: &[&Referral], to_budget: &[&Referral], conflict: &[&Referral]) -> Vec<Cell> {
    let holds = |r: &Referral, case: &Case| case.events.iter().any(|e| r.events.contains(e));
    let mut cells: BTreeMap<(&str, &str, bool), Cell> = BTreeMap::new();
    for case in &world.cases {
        // A declared tie with a purpose on record is rightly sent to the conflict lane.
        let other = if case.kind == CONFLICT { conflict } else { &[] };
        // The log names the owner of a login: whoever reads of the owner's case learns of it.
        let about = |r: &&&Referral| r.staff == case.staff || case.kind == ANOTHERS_LOGIN && holds(r, case);
        let found = |list: &[&Referral]| list.iter().chain(other).filter(about).any(|r| holds(r, case));
        let cell = cells.entry((&case.kind, &case.variant, case.visible)).or_insert_with(|| Cell {
            kind: case.kind.clone(),
            form: case.variant.clone(),
            shown: case.visible,
            ..Cell::default()
        });
        cell.cases += 1;
        cell.refer += usize::from(found(refer));
        cell.budget += usize::from(found(to_budget));
        cell.user += usize::from(to_budget.iter().chain(other).any(|r| about(&r)));
        cell.anywhere += usize::from(run.referrals.iter().any(|r| holds(r, case)));
    }
    cells.into_values().collect()
}

/// Look-alikes with a record id whose subject a wrong referral names, and those about the user's work as such where the
/// user is wrongly referred at all.
fn lookalikes(world: &World, refer: &[&Referral], truth: &Truth<'_>) -> BTreeMap<String, Count> {
    let mut subjects: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
    for referral in refer.iter().filter(|r| !truth.right(r)) {
        subjects.entry(&referral.staff).or_default().extend(referral.subjects.iter().map(String::as_str));
    }
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for one in world.lookalikes.iter().filter(|l| !world.misusers.contains(&l.staff)) {
        let hit = subjects
            .get(one.staff.as_str())
            .is_some_and(|named| one.subject.is_empty() || named.contains(one.subject.as_str()));
        counts.entry(one.kind.clone()).or_default().add(hit);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(items: &[&str]) -> FxHashSet<String> {
        items.iter().map(|&i| i.to_owned()).collect()
    }

    fn case(staff: &str, kind: &str, events: &[&str]) -> Case {
        let (staff, kind) = (staff.to_owned(), kind.to_owned());
        let visible = kind != "new_partner";
        Case { staff, kind, variant: "easy".to_owned(), visible, events: set(events) }
    }

    fn referral(rank: u64, lane: &str, staff: &str, events: &[&str]) -> Referral {
        let (lane, staff, events) = (lane.to_owned(), staff.to_owned(), set(events));
        Referral { lane, staff, rank, bits: -(rank as f64), new: rank != 2, events, subjects: FxHashSet::default() }
    }

    fn world() -> World {
        let cases = vec![
            case("A", "family", &["e1"]),
            case("B", "conflict", &["e2"]),
            case("C", "celebrity", &["e3"]),
            case("D", "family", &["e4"]),
            case("E", "anothers_login", &["e5"]),
            case("F", "new_partner", &["e6"]),
        ];
        let planted =
            cases.iter().enumerate().flat_map(|(n, c)| c.events.iter().map(move |e| (e.clone(), n))).collect();
        let misusers = set(&["A", "B", "C", "D", "E", "F"]);
        World { cases, planted, misusers, benign_staff: 10, lookalikes: Vec::new(), made: BTreeMap::new() }
    }

    fn run() -> Run {
        Run {
            referrals: vec![
                referral(1, "refer", "A", &["e1", "x1"]),
                referral(2, "refer", "Z", &["x2"]),
                referral(3, "refer", "C", &["x3"]),
                referral(4, "conflict", "B", &["e2"]),
                referral(5, "conflict", "D", &["e4"]),
                referral(6, "query", "O", &["e5"]),
                referral(7, "query", "F", &["e6"]),
                referral(8, "query", "Y", &["x4"]),
            ],
        }
    }

    fn of<'c>(judged: &'c Judgement, kind: &str) -> &'c Cell {
        judged.cells.iter().find(|c| c.kind == kind).expect("planted")
    }

    #[test]
    fn a_case_is_found_by_its_own_rows_in_its_own_lane() {
        let judged = judge(&world(), &run(), &Facts { staff: 16, days: 30, ..Facts::default() }, 100, Some(4));
        let family = of(&judged, "family");
        assert_eq!((family.cases, family.refer, family.anywhere), (2, 1, 2), "A; not D, whose case is no conflict");
        assert_eq!(of(&judged, "conflict").budget, 1, "has a lane of its own");
        assert_eq!((of(&judged, "celebrity").budget, of(&judged, "celebrity").user), (0, 1), "on other rows");
        let login = of(&judged, "anothers_login");
        assert_eq!((login.refer, login.budget), (0, 1), "read of in the case of the login's owner");
        assert_eq!(of(&judged, "new_partner").budget, 0, "the fifth is not read");
        assert_eq!(judged.false_referrals, Count::new(1, 10));
        assert_eq!(judged.ordinary_rows_named, Count::new(3, 94));
        assert_eq!((judged.new["refer"], judged.lanes["refer"]), (2, 3));
    }

    #[test]
    fn the_ranked_list_goes_on_where_the_refer_lane_ends() {
        let judged = judge(&world(), &run(), &Facts { staff: 16, days: 30, ..Facts::default() }, 100, None);
        assert_eq!(judged.budget, 1, "5 a day for every 10,000, rounded up");
        assert_eq!(judged.refer.precision[&10], Count::new(2, 3));
        assert_eq!(judged.ranked.precision[&10], Count::new(4, 6), "the owner's case leads to E's");
        assert_eq!(judged.refer.r_precision, Count::new(2, 6));
        assert_eq!(judged.ranked.r_precision, Count::new(4, 6));
        let all = judge(&world(), &run(), &Facts::default(), 100, Some(6));
        assert_eq!((all.shown.refer, all.shown.budget), (Count::new(2, 5), Count::new(2, 5)));
        assert_eq!(all.shown.or_conflict, Count::new(4, 5));
        assert_eq!((all.unshown.refer, all.unshown.budget), (Count::new(0, 1), Count::new(1, 1)));
        assert_eq!((all.false_referrals, all.false_to_budget), (Count::new(1, 10), Count::new(2, 10)));
    }

    #[test]
    fn the_budget_grows_with_force_and_days() {
        let table = [(10_000, 30, 150), (1_000, 28, 14), (40, 7, 1)];
        for (staff, days, reads) in table {
            assert_eq!(budget(&Facts { staff, days, ..Facts::default() }), reads);
        }
    }
}
