//! Facts of one subject, whoever looked.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::ties::StaffSubjects;
use super::{Case, getters};
use crate::chance;
use crate::ingest::Tables;
use crate::instant::{DAY, Instant};
use crate::purpose::{Judged, Purpose};
use crate::relations::Relations;
use crate::rules::facts::{self, FactId, Scope};
use crate::rules::value::{Row, Value};
use crate::subjects::{SubjectId, Subjects};

/// What is known of one subject that somebody looked at.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct SubjectFacts {
    pub looks: u32,
    pub viewers: u32,
    /// Users with an unexplained look.
    pub viewers_unexplained: u32,
    /// Users of whose looks none was explained.
    pub viewers_uninvolved: u32,
    /// Teams of those users.
    pub teams: u32,
    /// The most uninvolved users within any 24 hours.
    pub surge: u32,
    /// Uninvolved users that a day brings on average outside the surge.
    pub surge_expected: f64,
    pub surge_bits: f64,
    pub staff: bool,
    pub former_staff: bool,
    pub vulnerable: bool,
    pub victim: bool,
    pub deceased: bool,
    pub restricted: bool,
    pub high_profile: bool,
    pub media_case: bool,
}

/// A surge needs this many uninvolved viewers: two colleagues at one screen are none.
const SURGE_VIEWERS: usize = 4;

/// Gathers the facts of every subject that was looked at.
#[must_use]
pub fn facts(
    tables: &Tables,
    subjects: &Subjects,
    relations: &Relations,
    judged: &Judged,
    cases: &[Case],
    by_subject: &[u32],
    staff: &StaffSubjects,
) -> FxHashMap<SubjectId, SubjectFacts> {
    let looks = &judged.looks.all;
    let span_days = looks
        .iter()
        .map(|l| l.first_at)
        .min()
        .zip(looks.iter().map(|l| l.first_at).max())
        .map_or(1.0, |(a, b)| ((b.0 - a.0) as f64 / DAY as f64).max(1.0));
    let mut all = FxHashMap::default();
    let mut start = 0;
    while start < by_subject.len() {
        let subject = cases[by_subject[start] as usize].subject;
        let mut end = start;
        while end < by_subject.len() && cases[by_subject[end] as usize].subject == subject {
            end += 1;
        }
        let mut f = SubjectFacts::default();
        let mut uninvolved: Vec<(Instant, u32)> = Vec::new();
        let mut teams: Vec<&str> = Vec::new();
        for &index in &by_subject[start..end] {
            let case = cases[index as usize];
            let own = &looks[case.from as usize..case.to as usize];
            f.looks += own.len() as u32;
            f.viewers += 1;
            let unexplained = own.iter().any(|l| l.purpose == Purpose::Unexplained);
            f.viewers_unexplained += u32::from(unexplained);
            if unexplained && own.iter().all(|l| l.purpose != Purpose::Explained) {
                f.viewers_uninvolved += 1;
                teams.extend(tables.staff.get(case.user as usize).map(|staff| staff.team.as_str()));
                uninvolved.extend(own.iter().map(|l| (l.first_at, case.user)));
            }
        }
        teams.retain(|team| !team.is_empty());
        teams.sort_unstable();
        teams.dedup();
        f.teams = teams.len() as u32;
        if f.viewers_uninvolved as usize >= SURGE_VIEWERS {
            uninvolved.sort_unstable();
            f.surge = most_users_within_a_day(&uninvolved);
            // The rate outside the surge, never below one viewer in the whole window.
            f.surge_expected = f64::from((f.viewers_uninvolved - f.surge).max(1)) / span_days;
            f.surge_bits = chance::excess_bits(u64::from(f.surge), f.surge_expected);
        }
        describe(&mut f, tables, subjects, relations, staff, subject);
        all.insert(subject, f);
        start = end;
    }
    all
}

fn describe(
    f: &mut SubjectFacts,
    tables: &Tables,
    subjects: &Subjects,
    relations: &Relations,
    staff: &StaffSubjects,
    subject: SubjectId,
) {
    if let Some(person) = subjects.all[subject as usize].person {
        let flags = &tables.people[person as usize].flags;
        let has = |flag: &str| flags.iter().any(|f| f.eq_ignore_ascii_case(flag));
        f.vulnerable = has("vulnerable");
        f.victim = has("victim");
        f.deceased = has("deceased");
        f.restricted = has("restricted");
        f.high_profile = has("high_profile");
    }
    for watch in relations.watch_of(subject) {
        f.high_profile = true;
        f.media_case |= tables.high_profile[watch.entry as usize].category == "media_case";
    }
    if let Some(who) = staff.who(relations, subject) {
        f.staff = true;
        f.former_staff = tables.staff[who as usize].end_date.is_some();
    }
}

/// The most different users in any 24 hours; `looks` sorted by time.
fn most_users_within_a_day(looks: &[(Instant, u32)]) -> u32 {
    let mut count: FxHashMap<u32, u32> = FxHashMap::default();
    let (mut from, mut best) = (0, 0);
    for &(at, user) in looks {
        *count.entry(user).or_default() += 1;
        while at.0 - looks[from].0.0 > DAY {
            let gone = looks[from].1;
            if let Some(n) = count.get_mut(&gone) {
                *n -= 1;
                if *n == 0 {
                    count.remove(&gone);
                }
            }
            from += 1;
        }
        best = best.max(count.len() as u32);
    }
    best
}

/// One subject as rules see it.
pub struct SubjectRow<'a> {
    /// What is known.
    pub facts: &'a SubjectFacts,
}

/// Reads one fact of a row.
type Getter = for<'r, 'a> fn(&'r SubjectRow<'a>) -> Value<'r>;

static GETTERS: LazyLock<Vec<Option<Getter>>> = LazyLock::new(|| getters(Scope::Subject, NAMED));

impl Row for SubjectRow<'_> {
    fn get(&self, fact: FactId) -> Value<'_> {
        let Some(at) = fact.checked_sub(facts::ids(Scope::Subject).start) else {
            return Value::Null;
        };
        match GETTERS.get(usize::from(at)) {
            Some(Some(get)) => get(self),
            _ => Value::Null,
        }
    }
}

const NAMED: &[(&str, Getter)] = &[
    ("looks", |r| Value::Number(f64::from(r.facts.looks))),
    ("viewers", |r| Value::Number(f64::from(r.facts.viewers))),
    ("viewers.uninvolved", |r| Value::Number(f64::from(r.facts.viewers_uninvolved))),
    ("viewers.teams", |r| Value::Number(f64::from(r.facts.teams))),
    ("surge_bits", |r| Value::Number(r.facts.surge_bits)),
    ("high_profile", |r| Value::Bool(r.facts.high_profile)),
    ("media_case", |r| Value::Bool(r.facts.media_case)),
    ("staff", |r| Value::Bool(r.facts.staff)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_a_subject_is_filled() {
        assert!(GETTERS.iter().all(Option::is_some));
    }

    #[test]
    fn a_surge_counts_users_not_looks() {
        let hour = |h: i64, user: u32| (Instant(h * crate::instant::HOUR), user);
        let looks = [hour(0, 1), hour(1, 1), hour(2, 2), hour(23, 3), hour(25, 4), hour(60, 5)];
        assert_eq!(most_users_within_a_day(&looks), 4, "users 1 (at 01:00), 2, 3 and 4");
        assert_eq!(most_users_within_a_day(&[]), 0);
    }
}
