//! Facts of one member of staff over the window.

use std::sync::LazyLock;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::composition::{Composition, compositions};
use super::{Case, World, getters};
use crate::chance;
use crate::instant::{HOUR, Instant, MINUTE};
use crate::purpose::{Feed, Look, Purpose, Quoted, Template, UserId};
use crate::rules::facts::{self, FactId, Scope};
use crate::rules::value::{Row, Value};
use crate::subjects::{SubjectId, SubjectKind};

/// What is known of one user.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct UserFacts {
    pub cases: u32,
    pub looks: u32,
    pub unexplained: u32,
    /// Looks whose purpose can be told: explained or unexplained.
    pub tellable: u32,
    /// Looks of which the log says at whom or what.
    pub named: u32,
    /// Of those, looks whose purpose can be told.
    pub named_tellable: u32,
    pub subjects: u32,
    pub subjects_unexplained: u32,
    pub tied_unexplained: u32,
    pub high_profile_unexplained: u32,
    pub high_profile_expected: f64,
    pub vulnerable_unexplained: u32,
    pub vehicles_unexplained: u32,
    pub off_duty_days: u32,
    pub burst_unexplained: u32,
    pub matters_unexplained: u32,
    pub borrowed_subjects: u32,
    pub prints: u32,
    pub off_duty: u32,
    pub isolated_sessions: u32,
    /// Open matters that would fall into isolated sessions if they fell as this user's other looks do.
    pub isolated_usual: f64,
    pub borrowed_numbers: u32,
    pub empty_reasons: u32,
    pub duty_known: bool,
    /// Average unexplained looks per unexplained case among users who do the same work.
    pub group_unexplained_per_case: f64,
    /// Share of the looks of users who do the same work that nothing explains; of everybody's, without five peers.
    pub group_open: f64,
    /// Standard deviations above peers, with overdispersion; `None` without five peers.
    pub looks_z: Option<f64>,
    pub bulk_z: Option<f64>,
    pub unexplained_z: Option<f64>,
    /// First upheld finding of the department against the user.
    pub upheld_at: Option<Instant>,
    /// Subjects of incidents in which the user is a party, sorted.
    pub party_subjects: Vec<SubjectId>,
    /// Whom they looked at without explanation, taken together.
    pub composition: Composition,
}

/// Fewer peers than this cannot say what is usual.
const TELLING_PEERS: usize = 5;
/// A session of looks this short …
const BURST: i64 = 10 * MINUTE;
/// … with nothing this long on both sides is isolated.
const SILENCE: i64 = 3 * HOUR;
/// Share of looks that fall into isolated bursts where a user has too few looks to say …
const ISOLATED_SHARE: f64 = 0.1;
/// … which counts as much as so many looks of the user's own.
const ISOLATED_LOOKS: f64 = 10.0;
/// So many different matters without explanation …
const SITTING_MATTERS: u32 = 4;
/// … within this of one another are a sitting.
const SITTING: i64 = HOUR;
/// A number quoted across this many subjects with which it has nothing to do is borrowed, not mistyped.
const BORROWED_SUBJECTS: usize = 3;

/// Gathers the facts of every user.
#[must_use]
pub fn facts(world: &World<'_>) -> Vec<UserFacts> {
    let by_user = slices(&world.cases, world.judged.users.len());
    let watched_unexplained =
        world.cases.par_iter().filter(|c| unexplained(world.looks(c)) && is_high_profile(world, c.subject)).count()
            as f64;
    let all_unexplained = world.cases.par_iter().filter(|c| unexplained(world.looks(c))).count() as f64;
    let watched_share = if all_unexplained > 0.0 { watched_unexplained / all_unexplained } else { 0.0 };
    let mut users: Vec<UserFacts> =
        by_user.par_iter().map(|cases| one(world, &world.cases[cases.clone()], watched_share)).collect();
    for (user, composition) in users.iter_mut().zip(compositions(world, &by_user)) {
        user.composition = composition;
    }
    parties(world, &mut users);
    upheld(world, &mut users);
    against_peers(world, &mut users);
    users
}

fn slices(cases: &[Case], users: usize) -> Vec<std::ops::Range<usize>> {
    (0..users as UserId)
        .map(|u| {
            let from = cases.partition_point(|c| c.user < u);
            from..from + cases[from..].partition_point(|c| c.user == u)
        })
        .collect()
}

fn unexplained(looks: &[Look]) -> bool {
    looks.iter().any(|l| l.purpose == Purpose::Unexplained)
}

fn is_high_profile(world: &World<'_>, subject: SubjectId) -> bool {
    world.viewed.get(&subject).is_some_and(|s| s.high_profile)
}

fn one(world: &World<'_>, cases: &[Case], watched_share: f64) -> UserFacts {
    let mut f = UserFacts { cases: cases.len() as u32, ..UserFacts::default() };
    let telling = world.judged.reasons.tells_apart();
    let mut times: Vec<(Instant, bool)> = Vec::new();
    let mut open_looks: Vec<(Instant, SubjectId)> = Vec::new();
    let mut off_days: FxHashSet<chrono::NaiveDate> = FxHashSet::default();
    let mut quoted: FxHashMap<u32, FxHashSet<SubjectId>> = FxHashMap::default();
    for case in cases {
        let looks = world.looks(case);
        if world.by_machine(case) {
            continue;
        }
        let identified = world.identified(case.subject);
        f.subjects += u32::from(identified);
        // A role explains what its holder does at work.
        let only_by_role = |l: &Look| l.explained_by.is_some_and(Template::by_role);
        let off = |l: &Look| l.duty.is_off() && (l.purpose == Purpose::Unexplained || only_by_role(l));
        if identified {
            let zone = world.judged.zone;
            off_days.extend(looks.iter().filter(|l| off(l)).filter_map(|l| l.first_at.local_date(zone)));
        }
        if unexplained(looks) && identified {
            f.subjects_unexplained += 1;
            let subject = world.viewed.get(&case.subject);
            f.high_profile_unexplained += u32::from(subject.is_some_and(|s| s.high_profile));
            f.vulnerable_unexplained += u32::from(subject.is_some_and(|s| s.vulnerable || s.victim));
            let vehicle = world.subjects.all[case.subject as usize].kind == SubjectKind::Vehicle;
            f.vehicles_unexplained += u32::from(vehicle);
            for look in looks.iter().filter(|l| l.purpose == Purpose::Unexplained) {
                open_looks.push((look.first_at, case.subject));
            }
            f.tied_unexplained += u32::from(!world.relations.between(case.subject, case.user).is_empty());
        }
        let not_its_number = |l: &Look| matches!(l.quoted, Quoted::Borrowed | Quoted::Unknown);
        f.borrowed_subjects += u32::from(identified && looks.iter().any(not_its_number));
        for look in looks {
            f.looks += 1;
            let open = look.purpose == Purpose::Unexplained;
            f.unexplained += u32::from(open);
            let tellable = look.purpose != Purpose::CannotTell;
            f.tellable += u32::from(tellable);
            f.named += u32::from(identified);
            f.named_tellable += u32::from(identified && tellable);
            f.prints += u32::from(look.printed);
            f.off_duty += u32::from(look.duty.is_off());
            f.duty_known |= look.duty != crate::purpose::DutyState::Unknown;
            f.empty_reasons += u32::from(telling && (!look.reason.given || look.reason.boilerplate));
            if look.quoted == Quoted::Borrowed {
                quoted.entry(look.incident).or_default().insert(look.about);
            }
            times.push((look.first_at, open));
        }
    }
    f.borrowed_numbers = quoted.values().filter(|s| s.len() >= BORROWED_SUBJECTS).count() as u32;
    f.high_profile_expected = f64::from(f.subjects_unexplained) * watched_share;
    times.sort_unstable();
    f.off_duty_days = off_days.len() as u32;
    open_looks.sort_unstable();
    f.burst_unexplained = in_sittings(&open_looks, |sitting| world.matters.count(world.judged, sitting));
    f.matters_unexplained = world.matters.count(world.judged, &open_looks);
    let (isolated, answered_isolated, answered) = isolated(&times);
    f.isolated_sessions = isolated;
    f.isolated_usual = f64::from(f.matters_unexplained)
        * (f64::from(answered_isolated) + ISOLATED_SHARE * ISOLATED_LOOKS)
        / (f64::from(answered) + ISOLATED_LOOKS);
    f
}

/// Different matters in sittings: runs of windows of an hour with at least so many of them. Work that
/// nobody logged comes one call at a time; browsing comes in rows.
fn in_sittings(looks: &[(Instant, SubjectId)], matters: impl Fn(&[(Instant, SubjectId)]) -> u32) -> u32 {
    let (mut found, mut start) = (0, 0);
    // The run of overlapping windows that is being gathered.
    let mut run: Option<(usize, usize)> = None;
    for end in 0..looks.len() {
        while looks[end].0.0 - looks[start].0.0 > SITTING {
            start += 1;
        }
        if end + 1 - start < SITTING_MATTERS as usize || matters(&looks[start..=end]) < SITTING_MATTERS {
            continue;
        }
        run = match run {
            Some((from, to)) if start <= to => Some((from, end)),
            Some((from, to)) => {
                found += matters(&looks[from..=to]);
                Some((start, end))
            }
            None => Some((start, end)),
        };
    }
    found + run.map_or(0, |(from, to)| matters(&looks[from..=to]))
}

/// Short bursts that stand hours apart from all other activity: how many hold nothing but unexplained looks, how many
/// of the other looks fall into such bursts, and out of how many.
fn isolated(times: &[(Instant, bool)]) -> (u32, u32, u32) {
    let (mut bursts, mut answered_inside, mut answered) = (0, 0, 0);
    let mut start = 0;
    for i in 0..times.len() {
        let last = i + 1 == times.len();
        if last || times[i + 1].0.0 - times[i].0.0 >= SILENCE {
            let burst = &times[start..=i];
            let short = burst[burst.len() - 1].0.0 - burst[0].0.0 <= BURST;
            let others = burst.iter().filter(|(_, open)| !open).count() as u32;
            answered += others;
            // The ends of the window are no silence: what lies beyond is not known.
            if short && start > 0 && !last {
                answered_inside += others;
                bursts += u32::from(others == 0);
            }
            start = i + 1;
        }
    }
    (bursts, answered_inside, answered)
}

/// Subjects of incidents in which a member of staff is a party, by the tie of staff to themselves.
fn parties(world: &World<'_>, users: &mut [UserFacts]) {
    let links = &world.judged.links;
    for &(incident, user) in world.context.parties() {
        users[user as usize].party_subjects.extend(links.subjects_of(incident));
    }
    for row in &world.tables.incident_people {
        let Some(incident) = links.incident(&row.incident_id) else {
            continue;
        };
        let on_it = links.subjects_of(incident);
        for &subject in on_it {
            let Some(user) = world.staff_subjects.who(world.relations, subject) else {
                continue;
            };
            let user = &mut users[user as usize];
            user.party_subjects.extend(on_it.iter().copied());
        }
    }
    for user in users {
        user.party_subjects.sort_unstable();
        user.party_subjects.dedup();
    }
}

fn upheld(world: &World<'_>, users: &mut [UserFacts]) {
    if world.tables.dispositions.is_empty() {
        return;
    }
    let referred: FxHashMap<String, UserId> =
        (0..).zip(&world.tables.staff).map(|(user, s)| (crate::ids::referral(&s.staff_id), user)).collect();
    for row in &world.tables.dispositions {
        let upheld = matches!(row.outcome.as_str(), "advice" | "misconduct" | "criminal");
        // A referral of an earlier run names the member of staff by a hash (see `ids`).
        let user = referred.get(&row.reference).copied().or_else(|| world.judged.users.find(&row.reference));
        let Some(user) = user.filter(|_| upheld) else {
            continue;
        };
        let at = row.at.unwrap_or(Instant::MIN);
        let known = &mut users[user as usize].upheld_at;
        *known = Some(known.map_or(at, |k| k.min(at)));
    }
}

/// Compares every user with those who do the same work.
fn against_peers(world: &World<'_>, users: &mut [UserFacts]) {
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); world.peers.groups()];
    for (user, facts) in users.iter().enumerate() {
        if facts.looks > 0 {
            groups[world.peers.group(user as UserId) as usize].push(user);
        }
    }
    let open = |users: &[UserFacts], group: &mut dyn Iterator<Item = usize>| {
        let sum =
            |(a, b): (u64, u64), u: usize| (a + u64::from(users[u].unexplained), b + u64::from(users[u].tellable));
        let (unexplained, tellable) = group.fold((0, 0), sum);
        unexplained as f64 / tellable.max(1) as f64
    };
    let everybody = open(users, &mut (0..users.len()));
    for group in groups {
        let telling = group.len() >= TELLING_PEERS;
        let share = if telling { open(users, &mut group.iter().copied()) } else { everybody };
        for &u in &group {
            users[u].group_open = share;
        }
        let unexplained: u64 = group.iter().map(|&u| u64::from(users[u].unexplained)).sum();
        let cases: u64 = group.iter().map(|&u| u64::from(users[u].subjects_unexplained)).sum();
        for &u in &group {
            users[u].group_unexplained_per_case = if cases == 0 { 1.0 } else { unexplained as f64 / cases as f64 };
        }
        if !telling {
            continue;
        }
        let looks = log_z(&group, |u| f64::from(users[u].looks));
        let prints = log_z(&group, |u| f64::from(users[u].prints));
        let share = funnel_z(&group, |u| (users[u].unexplained, users[u].tellable));
        for (i, &u) in group.iter().enumerate() {
            users[u].looks_z = Some(looks[i]);
            users[u].bulk_z = Some(prints[i]);
            users[u].unexplained_z = share.as_ref().map(|z| z[i]);
        }
    }
}

/// The same where there are peers enough to say what is usual.
pub(super) fn robust_z(group: &[usize], count: impl Fn(usize) -> f64) -> Option<Vec<f64>> {
    (group.len() >= TELLING_PEERS).then(|| log_z(group, count))
}

/// Robust z of log(1 + count): distance from the median in units of the scaled median deviation,
/// which no single outlier can stretch; never less than a fifth of a log unit.
fn log_z(group: &[usize], count: impl Fn(usize) -> f64) -> Vec<f64> {
    let logs: Vec<f64> = group.iter().map(|&u| count(u).ln_1p()).collect();
    let middle = chance::median(&mut logs.clone());
    let mut deviations: Vec<f64> = logs.iter().map(|l| (l - middle).abs()).collect();
    let spread = (1.4826 * chance::median(&mut deviations)).max(0.2);
    logs.iter().map(|l| (l - middle) / spread).collect()
}

/// Funnel-plot z of a share with additive overdispersion (the method of moments of DerSimonian and
/// Laird): a unit whose members all differ is not full of outliers.
fn funnel_z(group: &[usize], part: impl Fn(usize) -> (u32, u32)) -> Option<Vec<f64>> {
    let counts: Vec<(f64, f64)> = group
        .iter()
        .map(|&u| {
            let (x, n) = part(u);
            (f64::from(x), f64::from(n))
        })
        .collect();
    let (x, n) = counts.iter().fold((0.0, 0.0), |(x, n), c| (x + c.0, n + c.1));
    if n == 0.0 {
        return None;
    }
    // Half a look either way keeps the variance of an all-explained group above zero.
    let mean = (x + 0.5) / (n + 1.0);
    let variance = |n: f64| mean * (1.0 - mean) / n;
    let active: Vec<&(f64, f64)> = counts.iter().filter(|c| c.1 > 0.0).collect();
    let weights: Vec<f64> = active.iter().map(|c| 1.0 / variance(c.1)).collect();
    let q: f64 = active.iter().zip(&weights).map(|(c, w)| w * (c.0 / c.1 - mean).powi(2)).sum();
    let (w1, w2) = weights.iter().fold((0.0, 0.0), |(a, b), w| (a + w, b + w * w));
    let between = ((q - (active.len() as f64 - 1.0)) / (w1 - w2 / w1)).max(0.0);
    let between = if between.is_finite() { between } else { 0.0 };
    Some(
        counts
            .iter()
            .map(|c| if c.1 == 0.0 { 0.0 } else { (c.0 / c.1 - mean) / (variance(c.1) + between).sqrt() })
            .collect(),
    )
}

/// One user as rules see them.
pub struct UserRow<'a> {
    /// What is known.
    pub facts: &'a UserFacts,
    /// Where it is known from.
    pub world: &'a World<'a>,
    role: String,
}

impl<'a> UserRow<'a> {
    /// A row.
    #[must_use]
    pub fn new(world: &'a World<'a>, user: UserId) -> Self {
        Self { facts: &world.users[user as usize], world, role: world.role(user).to_lowercase() }
    }
}

/// Reads one fact of a row.
type Getter = for<'r, 'a> fn(&'r UserRow<'a>) -> Value<'r>;

static GETTERS: LazyLock<Vec<Option<Getter>>> = LazyLock::new(|| getters(Scope::User, NAMED));

impl Row for UserRow<'_> {
    fn get(&self, fact: FactId) -> Value<'_> {
        let Some(at) = fact.checked_sub(facts::ids(Scope::User).start) else {
            return Value::Null;
        };
        match GETTERS.get(usize::from(at)) {
            Some(Some(get)) => get(self),
            _ => Value::Null,
        }
    }
}

fn count(n: u32) -> Value<'static> {
    Value::Number(f64::from(n))
}

fn share((such, all): (u32, u32)) -> Value<'static> {
    if all == 0 { Value::Null } else { Value::Number(f64::from(such) / f64::from(all)) }
}

fn optional(z: Option<f64>) -> Value<'static> {
    z.map_or(Value::Null, Value::Number)
}

const NAMED: &[(&str, Getter)] = &[
    ("looks", |r| count(r.facts.looks)),
    ("looks.unexplained", |r| count(r.facts.unexplained)),
    ("looks_z", |r| optional(r.facts.looks_z)),
    ("subjects", |r| count(r.facts.subjects)),
    ("subjects.unexplained", |r| count(r.facts.subjects_unexplained)),
    ("cases.tied_unexplained", |r| count(r.facts.tied_unexplained)),
    ("high_profile.subjects_unexplained", |r| count(r.facts.high_profile_unexplained)),
    ("high_profile.tail_bits", |r| {
        let tail = chance::poisson_tail(u64::from(r.facts.high_profile_unexplained), r.facts.high_profile_expected);
        Value::Number(if r.facts.high_profile_unexplained == 0 { 0.0 } else { (-tail.log2()).min(40.0) })
    }),
    ("vulnerable.subjects_unexplained", |r| count(r.facts.vulnerable_unexplained)),
    ("burst.matters_unexplained", |r| count(r.facts.burst_unexplained)),
    ("matters.unexplained", |r| count(r.facts.matters_unexplained)),
    ("off_duty.days_open", |r| count(r.facts.off_duty_days)),
    ("borrowed.subjects", |r| count(r.facts.borrowed_subjects)),
    ("vehicles.subjects_unexplained", |r| count(r.facts.vehicles_unexplained)),
    ("prints_exports", |r| count(r.facts.prints)),
    ("bulk_z", |r| optional(r.facts.bulk_z)),
    ("unexplained_share", |r| {
        if r.facts.tellable == 0 {
            Value::Null
        } else {
            Value::Number(f64::from(r.facts.unexplained) / f64::from(r.facts.tellable))
        }
    }),
    ("unexplained_z", |r| optional(r.facts.unexplained_z)),
    ("off_duty_looks", |r| count(r.facts.off_duty)),
    ("isolated_sessions", |r| count(r.facts.isolated_sessions)),
    ("isolated_sessions.usual", |r| Value::Number(r.facts.isolated_usual)),
    ("borrowed_numbers", |r| count(r.facts.borrowed_numbers)),
    ("boilerplate_share", |r| {
        if r.world.judged.reasons.tells_apart() && r.facts.looks > 0 {
            Value::Number(f64::from(r.facts.empty_reasons) / f64::from(r.facts.looks))
        } else {
            Value::Null
        }
    }),
    ("out_of_area.subjects", |r| count(r.facts.composition.out_of_area.0)),
    ("out_of_area.share", |r| share(r.facts.composition.out_of_area)),
    ("out_of_area.bits", |r| optional(r.facts.composition.out_of_area_bits)),
    ("street.peak", |r| count(r.facts.composition.street_peak)),
    ("network.largest", |r| count(r.facts.composition.network)),
    ("one_sex.subjects", |r| count(r.facts.composition.one_sex.0)),
    ("one_sex.share", |r| share(r.facts.composition.one_sex)),
    ("one_sex.bits", |r| optional(r.facts.composition.one_sex_bits)),
    ("young.subjects", |r| count(r.facts.composition.young.0)),
    ("young.share", |r| share(r.facts.composition.young)),
    ("young.bits", |r| optional(r.facts.composition.young_bits)),
    ("plates.subjects", |r| count(r.facts.composition.plates)),
    ("plates_z", |r| optional(r.facts.composition.plates_z)),
    ("districts", |r| count(r.facts.composition.districts)),
    ("run.minutes", |r| Value::Number(r.facts.composition.run_minutes)),
    ("run_z", |r| optional(r.facts.composition.run_z)),
    ("vulnerable.night", |r| count(r.facts.composition.vulnerable_night.0)),
    ("vulnerable.night_share", |r| share(r.facts.composition.vulnerable_night)),
    ("role", |r| if r.role.is_empty() { Value::Null } else { Value::Text(&r.role) }),
    ("feed.incidents", |r| {
        // Nine looks in ten: a user whose looks mostly fall outside the feed cannot be compared by it. Follow-on
        // queries that name no subject are a gap of the log and say nothing of the feed.
        let covered = u64::from(r.facts.named_tellable) * 10 >= u64::from(r.facts.named) * 9;
        let feed = if covered { r.world.judged.feeds.incidents() } else { Feed::None };
        Value::Text(feed.as_str())
    }),
    ("feed.duty", |r| Value::Text(if r.facts.duty_known { "covers" } else { "none" })),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_a_user_is_filled() {
        assert!(GETTERS.iter().all(Option::is_some));
    }

    #[test]
    fn isolated_sessions_stand_hours_apart() {
        let at = |hour: f64, open: bool| (Instant((hour * HOUR as f64) as i64), open);
        let busy = [at(8.0, false), at(9.0, false), at(10.5, false)];
        let lonely = [at(15.0, true), at(15.1, true)];
        let next_day = [at(32.0, false), at(33.0, false)];
        let day: Vec<_> = busy.into_iter().chain(lonely).chain(next_day).collect();
        assert_eq!(isolated(&day), (1, 0, 5));
        assert_eq!(isolated(&day[..5]).0, 0, "the end of the window is no silence");
        let answered: Vec<_> = day.iter().map(|(at, _)| (*at, false)).collect();
        assert_eq!(isolated(&answered), (0, 2, 7), "work that records answer may stand alone, too");
    }

    #[test]
    fn a_sitting_is_many_people_within_an_hour() {
        let at = |minute: i64, subject: SubjectId| (Instant(minute * MINUTE), subject);
        let in_sittings = |looks: &[(Instant, SubjectId)]| {
            super::in_sittings(looks, |l| l.iter().map(|(_, s)| *s).collect::<FxHashSet<_>>().len() as u32)
        };
        assert_eq!(in_sittings(&[at(0, 1), at(10, 2), at(20, 3), at(60, 4)]), 4);
        assert_eq!(in_sittings(&[at(0, 1), at(10, 2), at(20, 3), at(61, 4)]), 0, "an hour and a minute");
        assert_eq!(in_sittings(&[at(0, 1), at(10, 1), at(20, 1), at(30, 2)]), 0, "the same people");
        assert_eq!(in_sittings(&[at(0, 1), at(30, 2), at(40, 3), at(50, 4), at(80, 5)]), 5, "windows overlap");
    }

    #[test]
    fn one_outlier_does_not_hide_itself() {
        let counts = [10.0, 12.0, 9.0, 11.0, 10.0, 13.0, 400.0];
        let z = log_z(&[0, 1, 2, 3, 4, 5, 6], |u| counts[u]);
        assert!(z[6] > 10.0 && z[..6].iter().all(|z| z.abs() < 2.0), "{z:?}");
        let funnel = funnel_z(&[0, 1, 2, 3, 4], |u| [(2, 100), (3, 100), (1, 100), (2, 90), (60, 100)][u]);
        let funnel = funnel.expect("there are looks");
        assert!(funnel[4] > 1.5 && funnel[..4].iter().all(|z| *z < 0.5), "{funnel:?}");
    }
}
