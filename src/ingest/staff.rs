//! Staff rows that share a staff id: earlier states of one person (monthly HR snapshots), or an id that was given to
//! another person later.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::history::{self, State};
use super::tables::Staff;

/// What was found out about staff ids that stand there several times, as sentences for the file of the row in question.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// By file: rows that are earlier states of a person.
    pub earlier: BTreeMap<u16, u64>,
    /// By file: ids that stand for several people, with their lines.
    pub reused: BTreeMap<u16, Vec<(String, Vec<u32>)>>,
    /// By file: rows that contradict another and that nothing puts in an order.
    pub contradicting: BTreeMap<u16, u64>,
}

/// Makes one row of each person's states. `rows` are sorted by staff id.
///
/// Two rows are one person unless the surname and also the forename or the date of birth differ; one date of birth makes them one. Of one
/// person the row counts that is valid last; where no row says from when it is valid, the one in the file whose name sorts last;
/// rows of one file that say no dates are all kept. Earlier surnames become previous surnames, and what was theirs for a time keeps its
/// days.
pub(crate) fn settle(rows: Vec<Staff>) -> (Vec<Staff>, Found) {
    let mut found = Found::default();
    let mut kept = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter().peekable();
    while let Some(first) = rows.next() {
        let mut people: Vec<Vec<Staff>> = vec![vec![first]];
        while let Some(row) = rows.next_if(|row| row.staff_id == people[0][0].staff_id) {
            match people.iter_mut().find(|states| states.iter().any(|state| one_person(state, &row))) {
                Some(states) => states.push(row),
                None => people.push(vec![row]),
            }
        }
        if people.len() > 1 {
            let lines = people.iter().map(|states| states[0].origin.line).collect();
            let id = people[0][0].staff_id.clone();
            found.reused.entry(people[0][0].origin.file).or_default().push((id, lines));
        }
        for states in people {
            merge(states, &mut kept, &mut found);
        }
    }
    kept.sort_unstable();
    (kept, found)
}

fn one_person(one: &Staff, other: &Staff) -> bool {
    let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other) && !one.is_empty();
    let differ = |one: &str, other: &str| !one.eq_ignore_ascii_case(other) && !one.is_empty() && !other.is_empty();
    same(&one.dob, &other.dob)
        || !(differ(&one.surname, &other.surname)
            && (differ(&one.forename, &other.forename) || differ(&one.dob, &other.dob)))
}

fn merge(mut states: Vec<Staff>, kept: &mut Vec<Staff>, found: &mut Found) {
    let dated = states.iter().any(|state| state.valid_from.is_some() || state.valid_to.is_some());
    let files = states.iter().any(|state| state.origin.file != states[0].origin.file);
    if states.len() == 1 || !(dated || files) {
        for state in &states[1..] {
            *found.contradicting.entry(state.origin.file).or_default() += 1;
        }
        kept.extend(states);
        return;
    }
    // The last first; the whole row decides where dates and files do not.
    let last = |state: &Staff| (state.valid_from, state.valid_to.unwrap_or(NaiveDate::MAX), state.origin.file);
    states.sort_by_cached_key(|state| Reverse((last(state), state.clone())));
    let history = history::of_states(&in_time(&states));
    let mut states = states.into_iter();
    let Some(mut latest) = states.next() else { return };
    latest.history = history;
    for earlier in states {
        *found.earlier.entry(earlier.origin.file).or_default() += 1;
        let known = |name: &str| {
            name.eq_ignore_ascii_case(&latest.surname)
                || latest.previous_surnames.iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        let names = std::iter::once(earlier.surname).chain(earlier.previous_surnames);
        let new: Vec<String> = names.filter(|name| !name.is_empty() && !known(name)).collect();
        latest.previous_surnames.extend(new);
        latest.valid_from = match (latest.valid_from, earlier.valid_from) {
            (Some(one), Some(other)) => Some(one.min(other)),
            _ => None,
        };
    }
    kept.push(latest);
}

/// The states, the earliest first. Its beginning is when the data begin, not when somebody moved in; and HR does not hear
/// of moves after the last one.
fn in_time(states: &[Staff]) -> Vec<State<'_>> {
    let mut states: Vec<State<'_>> = states.iter().rev().map(State::from).collect();
    if let Some(first) = states.first_mut() {
        first.from = None;
    }
    if let Some(last) = states.last_mut() {
        last.to = None;
    }
    states
}

impl Found {
    /// The sentences for one file.
    pub(crate) fn notes(&self, file: u16) -> Vec<String> {
        let mut notes = Vec::new();
        let rows = |count: u64| if count == 1 { "1 row is".to_owned() } else { format!("{count} rows are") };
        if let Some(count) = self.earlier.get(&file) {
            notes.push(format!(
                "{} of a member of staff at an earlier time; the latest state counts, and earlier surnames are kept as previous ones",
                rows(*count)
            ));
        }
        for (id, lines) in self.reused.get(&file).into_iter().flatten().take(20) {
            let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
            notes.push(format!(
                "the staff_id {id:?} stands for {} people (lines {}); who acted is told by the dates of the rows",
                lines.len(),
                lines.join(", ")
            ));
        }
        if let Some(count) = self.contradicting.get(&file) {
            let rows = if *count == 1 { "1 row repeats".to_owned() } else { format!("{count} rows repeat") };
            notes.push(format!(
                "{rows} a staff_id with other content; every row is kept (a column valid_from would say which counts)"
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Origin;
    use crate::ingest::history::{Dated, Held};

    fn row(id: &str, name: &str, dob: &str, from: Option<(i32, u32)>, at: (u16, u32)) -> Staff {
        let (forename, surname) = name.split_once(' ').unwrap();
        Staff {
            staff_id: id.to_owned(),
            forename: forename.to_owned(),
            surname: surname.to_owned(),
            dob: dob.to_owned(),
            valid_from: from.and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1)),
            origin: Origin { file: at.0, line: at.1 },
            ..Staff::default()
        }
    }

    #[test]
    fn snapshots_are_one_person() {
        let mut rows = vec![
            row("s1", "Ann Smith", "1980-01-02", Some((2025, 1)), (0, 2)),
            row("s1", "Ann Jones", "1980-01-02", Some((2025, 3)), (0, 4)),
            row("s1", "Ann Smith", "", Some((2025, 2)), (0, 3)),
            row("s2", "Bob Gray", "", None, (0, 5)),
        ];
        rows.sort_unstable();
        let (kept, found) = settle(rows.clone());
        assert_eq!(kept.iter().map(|row| row.surname.as_str()).collect::<Vec<_>>(), ["Jones", "Gray"]);
        assert_eq!(kept[0].previous_surnames, ["Smith"]);
        assert_eq!(kept[0].valid_from, NaiveDate::from_ymd_opt(2025, 1, 1));
        assert_eq!(found.earlier, BTreeMap::from([(0, 2)]));
        assert!(found.reused.is_empty() && found.contradicting.is_empty());
    }

    #[test]
    fn what_was_theirs_for_a_time_keeps_its_days() {
        let state = |month, address: &str, vrms: &[&str]| Staff {
            address: address.to_owned(),
            vrms: vrms.iter().map(|&vrm| vrm.to_owned()).collect(),
            ..row("s1", "Ann Smith", "1980-01-02", Some((2025, month)), (0, month))
        };
        let (kept, _) = settle(vec![
            state(1, "1 Old Road", &["AB12 CDE"]),
            state(2, "1 OLD ROAD.", &["ab12cde", "XY99 ZZZ"]),
            state(3, "2 New Road", &["XY99 ZZZ"]),
        ]);
        let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day);
        let home = |address: &str| Held::Home { address: address.to_owned(), postcode: String::new() };
        let dated = |held, from, to| Dated { held, from, to };
        assert_eq!(
            kept[0].history,
            [
                dated(home("1 OLD ROAD."), None, day(2, 28)),
                dated(home("2 New Road"), day(3, 1), None),
                dated(Held::Vrm("ab12cde".to_owned()), None, day(2, 28)),
                dated(Held::Vrm("XY99 ZZZ".to_owned()), day(2, 1), None),
            ]
        );
        assert_eq!(kept[0].address, "2 New Road");
    }

    #[test]
    fn files_put_undated_states_in_order() {
        let (kept, found) =
            settle(vec![row("s1", "Ann Smith", "", None, (3, 2)), row("s1", "Anne Smith", "", None, (2, 2))]);
        assert_eq!((kept.len(), kept[0].forename.as_str()), (1, "Ann"));
        assert_eq!(found.earlier, BTreeMap::from([(2, 1)]));
        let (kept, found) =
            settle(vec![row("s1", "Ann Smith", "", None, (3, 2)), row("s1", "Anne Smith", "", None, (3, 3))]);
        assert_eq!((kept.len(), found.contradicting), (2, BTreeMap::from([(3, 1)])));
    }

    #[test]
    fn an_id_given_to_another_person_stays_two() {
        let (kept, found) = settle(vec![
            row("s1", "Ann Smith", "1950-01-01", Some((2001, 1)), (0, 2)),
            row("s1", "Zoe Khan", "1990-01-01", Some((2020, 1)), (0, 3)),
        ]);
        assert_eq!(kept.len(), 2);
        assert_eq!(found.reused, BTreeMap::from([(0, vec![("s1".to_owned(), vec![2, 3])])]));
        assert!(found.notes(0)[0].contains("2 people (lines 2, 3)"), "{:?}", found.notes(0));
    }
}
