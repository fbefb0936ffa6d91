//! What was somebody's for a time: addresses, vehicles and numbers, told from the dated states of one row.

use chrono::NaiveDate;

use super::tables::{Person, Staff};

/// An address, a vehicle or a number, and when it was somebody's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// What.
    pub held: Held,
    /// First day; `None` = since before the data begin.
    pub from: Option<NaiveDate>,
    /// Last day; `None` = to this day. [`LONG_AGO`] where it ended and nobody says when.
    pub to: Option<NaiveDate>,
}

/// What can be somebody's for a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Held {
    Home {
        address: String,
        postcode: String,
    },
    /// A telephone number or an e-mail address.
    Phone(String),
    Vrm(String),
}

/// Last day of what had ended before a later state that bears no date.
pub const LONG_AGO: NaiveDate = NaiveDate::MIN;

/// One state of a row: the days on which it was true, and what it says of home, vehicles and numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct State<'a> {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub address: &'a str,
    pub postcode: &'a str,
    pub phones: &'a [String],
    pub vrms: &'a [String],
}

/// A row of a table is one state of whom it is about.
macro_rules! states {
    ($($row:ty),*) => {$(
        impl<'a> From<&'a $row> for State<'a> {
            fn from(row: &'a $row) -> Self {
                let (address, postcode) = (&row.address, &row.postcode);
                Self { from: row.valid_from, to: row.valid_to, address, postcode, phones: &row.phones, vrms: &row.vrms }
            }
        }
    )*};
}

states!(Person, Staff);

/// What the states of one person say was theirs, and when. `states` are in the order of time. Empty where that is no more
/// than the last of them says.
///
/// A state lasts until its last day, else until the next begins. What stands in several states one after the other was theirs
/// throughout. An empty address is unknown and ends nothing; a vehicle or number that a later state leaves out has gone.
pub(crate) fn of_states(states: &[State<'_>]) -> Vec<Dated> {
    let mut all = Vec::new();
    let homes = |state: &State<'_>| -> Vec<Held> {
        let home = || Held::Home { address: state.address.to_owned(), postcode: state.postcode.to_owned() };
        (!state.address.is_empty() || !state.postcode.is_empty()).then(home).into_iter().collect()
    };
    let known: Vec<State<'_>> = states.iter().filter(|state| !homes(state).is_empty()).cloned().collect();
    spans(&known, homes, &mut all);
    spans(states, |state| state.phones.iter().cloned().map(Held::Phone).collect(), &mut all);
    spans(states, |state| state.vrms.iter().cloned().map(Held::Vrm).collect(), &mut all);
    if all.iter().all(|one| one.from.is_none() && one.to.is_none()) {
        all.clear();
    }
    all
}

fn spans(states: &[State<'_>], held: impl Fn(&State<'_>) -> Vec<Held>, all: &mut Vec<Dated>) {
    // With the state in which each was seen last.
    let mut found: Vec<(Dated, usize)> = Vec::new();
    for (at, state) in states.iter().enumerate() {
        let to = match states.get(at + 1) {
            None => state.to,
            Some(next) => Some(state.to.or_else(|| next.from.and_then(|day| day.pred_opt())).unwrap_or(LONG_AGO)),
        };
        for held in held(state) {
            let same = |(known, last): &&mut (Dated, usize)| *last + 1 >= at && known.held.is(&held);
            match found.iter_mut().find(same) {
                Some((known, last)) => (known.held, known.to, *last) = (held, to, at),
                None => found.push((Dated { held, from: state.from, to }, at)),
            }
        }
    }
    all.extend(found.into_iter().map(|(known, _)| known));
}

impl Held {
    /// Written alike but for case, spaces and punctuation.
    fn is(&self, other: &Self) -> bool {
        let plain = |texts: [&str; 2]| -> String {
            texts
                .iter()
                .flat_map(|text| text.chars())
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_uppercase)
                .collect()
        };
        match (self, other) {
            (Self::Home { address: a, postcode: b }, Self::Home { address: x, postcode: y }) => {
                plain([a, b]) == plain([x, y])
            }
            (Self::Phone(a), Self::Phone(b)) | (Self::Vrm(a), Self::Vrm(b)) => plain([a, ""]) == plain([b, ""]),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    /// States as "from to address vrm;vrm", `-` for what is empty.
    fn told(states: &[&str]) -> Vec<String> {
        let cells: Vec<Vec<&str>> = states.iter().map(|state| state.split(' ').collect()).collect();
        let vrms: Vec<Vec<String>> =
            cells.iter().map(|c| c[3].split(';').filter(|v| *v != "-").map(str::to_owned).collect()).collect();
        let states: Vec<State<'_>> = cells
            .iter()
            .zip(&vrms)
            .map(|(c, vrms)| State {
                from: day(c[0]),
                to: day(c[1]),
                address: c[2].trim_matches('-'),
                vrms,
                ..State::default()
            })
            .collect();
        let end = |to: Option<NaiveDate>| match to {
            Some(LONG_AGO) => "long ago".to_owned(),
            to => to.map_or_else(|| "now".to_owned(), |day| day.to_string()),
        };
        of_states(&states)
            .into_iter()
            .map(|one| {
                let held = match one.held {
                    Held::Home { address, .. } => address,
                    Held::Phone(text) | Held::Vrm(text) => text,
                };
                let from = one.from.map_or_else(|| "ever".to_owned(), |day| day.to_string());
                format!("{held} {from} to {}", end(one.to))
            })
            .collect()
    }

    #[test]
    fn states_become_spans() {
        for (states, expected) in [
            // One state dates nothing; nor do many that say the same.
            (&["- - A X"][..], &[][..]),
            (&["- - A X", "2025-02-01 - A X", "2025-03-01 - a X"], &[]),
            // Moved, and sold one of two cars.
            (
                &["- - A X;Y", "2025-02-01 - A X;Y", "2025-03-01 - B Y"],
                &["A ever to 2025-02-28", "B 2025-03-01 to now", "X ever to 2025-02-28", "Y ever to now"],
            ),
            // A last day of its own comes first.
            (&["- 2025-02-10 A -", "2025-03-01 - B -"], &["A ever to 2025-02-10", "B 2025-03-01 to now"]),
            // Out and back again is two spans.
            (
                &["- - A -", "2025-02-01 - B -", "2025-03-01 - A -"],
                &["A ever to 2025-01-31", "B 2025-02-01 to 2025-02-28", "A 2025-03-01 to now"],
            ),
            // A month without an address says nothing about it; one without a vehicle does.
            (&["- - A X", "2025-02-01 - - -", "2025-03-01 - A -"], &["A ever to now", "X ever to 2025-01-31"]),
            // States in an order without dates.
            (&["- - A X", "- - B X"], &["A ever to long ago", "B ever to now", "X ever to now"]),
            // One state with days of its own.
            (&["2019-01-01 2021-06-30 A -"], &["A 2019-01-01 to 2021-06-30"]),
        ] {
            assert_eq!(told(states), expected, "{states:?}");
        }
    }
}
