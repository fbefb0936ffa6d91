//! Rows of the nominal index that share a subject id and have days: states of one person, or addresses one after the other.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::history::{self, State};
use super::tables::Person;

/// Makes one row of each person's states; the second value counts, by file, the rows that were earlier states. `rows` are sorted
/// by subject id. Rows without days are kept as they are, even where they share an id.
///
/// The row counts that is valid last; other names become aliases, and flags add up. What only earlier rows say of a birth date is kept.
pub(crate) fn settle(rows: Vec<Person>) -> (Vec<Person>, BTreeMap<u16, u64>) {
    let mut earlier = BTreeMap::new();
    if rows.iter().all(|row| row.valid_from.is_none() && row.valid_to.is_none()) {
        return (rows, earlier);
    }
    let mut kept = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter().peekable();
    while let Some(first) = rows.next() {
        let mut states = vec![first];
        while let Some(row) = rows.next_if(|row| row.subject_id == states[0].subject_id) {
            states.push(row);
        }
        let dated = states.iter().any(|state| state.valid_from.is_some() || state.valid_to.is_some());
        if !dated || states[0].subject_id.is_empty() {
            kept.extend(states);
            continue;
        }
        states.sort_by_cached_key(|state| (state.valid_from, state.valid_to.unwrap_or(NaiveDate::MAX), state.clone()));
        kept.extend(merge(states, &mut earlier));
    }
    kept.sort_unstable();
    (kept, earlier)
}

fn merge(mut states: Vec<Person>, earlier: &mut BTreeMap<u16, u64>) -> Option<Person> {
    let in_time: Vec<State<'_>> = states.iter().map(State::from).collect();
    let history = history::of_states(&in_time);
    let mut latest = states.pop()?;
    latest.history = history;
    for state in states.into_iter().rev() {
        *earlier.entry(state.origin.file).or_default() += 1;
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        let name = format!("{} {}", state.forename, state.surname).trim().to_owned();
        let renamed = !same(&state.forename, &latest.forename) || !same(&state.surname, &latest.surname);
        for alias in state.aliases.into_iter().chain((renamed && !name.is_empty()).then_some(name)) {
            if !latest.aliases.iter().any(|known| same(known, &alias)) {
                latest.aliases.push(alias);
            }
        }
        for flag in state.flags {
            if !latest.flags.contains(&flag) {
                latest.flags.push(flag);
            }
        }
        if latest.dob.is_empty() {
            latest.dob = state.dob;
        }
    }
    Some(latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Origin;
    use crate::ingest::history::Held;

    fn row(id: &str, surname: &str, address: &str, days: (&str, &str), line: u32) -> Person {
        Person {
            subject_id: id.to_owned(),
            forename: "Ann".to_owned(),
            surname: surname.to_owned(),
            address: address.to_owned(),
            valid_from: days.0.parse().ok(),
            valid_to: days.1.parse().ok(),
            origin: Origin { file: 2, line },
            ..Person::default()
        }
    }

    #[test]
    fn dated_rows_are_one_person_and_undated_ones_stay() {
        let mut rows = vec![
            row("N1", "Smith", "1 Old Road", ("2019-01-01", ""), 2),
            row("N1", "Jones", "2 New Road", ("2023-04-01", ""), 3),
            row("N1", "Jones", "2 New Road", ("2024-04-01", "2025-01-31"), 4),
            row("N2", "Gray", "5 High Street", ("", ""), 5),
            row("N2", "Gray", "6 High Street", ("", ""), 6),
        ];
        rows.sort_unstable();
        let (kept, earlier) = settle(rows);
        assert_eq!(kept.len(), 3);
        assert_eq!((kept[0].surname.as_str(), kept[0].aliases.as_slice()), ("Jones", &["Ann Smith".to_owned()][..]));
        let homes: Vec<(String, String, String)> = kept[0]
            .history
            .iter()
            .map(|one| {
                let Held::Home { address, .. } = &one.held else { panic!("a home") };
                let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
                (address.clone(), day(one.from), day(one.to))
            })
            .collect();
        let told = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            homes,
            [told("1 Old Road", "2019-01-01", "2023-03-31"), told("2 New Road", "2023-04-01", "2025-01-31")]
        );
        assert!(kept[1].history.is_empty() && kept[2].history.is_empty());
        assert_eq!(earlier, BTreeMap::from([(2, 2)]));
    }
}
