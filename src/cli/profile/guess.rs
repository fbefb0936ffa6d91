//! Which source column holds what: by likeness of the header and by what the cells look like. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::content::{Class, Look, look};
use crate::ingest::columns::{Kind, spec};
use crate::ingest::sample::Sample;
use crate::ingest::tables::TableName;

/// Below this a column is not placed.
const ENOUGH: f64 = 0.5;
/// A header as like as this to a known name is taken for a slip of the pen.
const LIKE: f64 = 0.9;

/// Known names of columns and words, as data.
#[derive(Deserialize)]
pub struct Synonyms {
    words: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    #[serde(flatten)]
    tables: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Synonyms {
    /// The list that the program brings along.
    ///
    /// # Panics
    /// Never: a test reads the list.
    #[must_use]
    pub fn shipped() -> Self {
        toml::from_str(include_str!("synonyms.toml")).expect("the shipped list is TOML")
    }

    /// The contract's word for a word of an export.
    fn word(&self, column: &str, word: &str) -> Option<&str> {
        let word = plain(word);
        self.words
            .get(column)?
            .iter()
            .find(|(_, all)| all.iter().any(|one| plain(one) == word))
            .map(|(mean, _)| mean.as_str())
    }
}

/// A canonical column and where it seems to come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub column: &'static str,
    /// Place in the sample's columns.
    pub from: usize,
    /// 0 to 1.
    pub confidence: f64,
    pub reason: String,
    /// chrono formats that the cells need.
    pub formats: Vec<&'static str>,
    pub order_open: bool,
    /// Words of the export and what they seem to mean; `None` = not known.
    pub words: Vec<(String, Option<String>)>,
}

/// A moment that is cut into a day and a time of day.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    pub column: &'static str,
    pub day: usize,
    pub clock: usize,
    /// Format of day and time together.
    pub formats: Vec<String>,
    /// The derived column after which this one comes.
    pub after: Option<&'static str>,
}

/// A whole proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub table: TableName,
    /// In the order of the table.
    pub placed: Vec<Placed>,
    pub joined: Vec<Joined>,
    /// Places of columns that nothing takes.
    pub unplaced: Vec<usize>,
    /// Needed columns that were not found.
    pub missing: Vec<&'static str>,
    pub looks: Vec<Look>,
}

/// The best proposal, for one table or for the table that fits best.
#[must_use]
pub fn guess(sample: &Sample, table: Option<TableName>, synonyms: &Synonyms) -> Guess {
    let looks: Vec<Look> = sample.columns.iter().map(look).collect();
    let one = |table: TableName| for_table(sample, &looks, table, synonyms);
    if let Some(table) = table {
        return one(table);
    }
    // An authority excuses whoever holds it, and a decision closes a case: those tables are never guessed.
    let mut all: Vec<Guess> = TableName::ALL
        .into_iter()
        .filter(|table| !matches!(table, TableName::Authorities | TableName::Dispositions | TableName::HighProfile))
        .map(one)
        .collect();
    let score = |guess: &Guess| {
        let found: f64 = guess.placed.iter().map(|placed| placed.confidence).sum::<f64>() + guess.joined.len() as f64;
        // A table that lacks what it needs is no candidate while another has it.
        found - 4.0 * guess.missing.len() as f64
    };
    all.sort_by(|left, right| score(right).total_cmp(&score(left)));
    all.swap_remove(0)
}

fn for_table(sample: &Sample, looks: &[Look], table: TableName, synonyms: &Synonyms) -> Guess {
    let spec = spec(table);
    let mut candidates: Vec<(f64, usize, usize, String)> = Vec::new();
    for (number, column) in spec.columns.iter().enumerate() {
        let known = synonyms.tables.get(table.as_str()).and_then(|columns| columns.get(column.name));
        for (from, source) in sample.columns.iter().enumerate() {
            let (likeness, mut reason) = likeness(&source.name, column.name, known.map_or(&[], Vec::as_slice));
            let look = &looks[from];
            let content = content(column.name, column.kind, look);
            // A column that is mostly empty is seldom the one.
            let mut confidence = likeness * content * (0.75 + 0.25 * look.filled);
            // Some contents speak for themselves.
            if likeness < ENOUGH
                && match look.class {
                    Class::Plate => matches!(column.name, "q_vrm" | "vrms"),
                    Class::Postcode => matches!(column.name, "q_postcode" | "postcode"),
                    Class::Phone => matches!(column.name, "q_phone" | "phones"),
                    // The one column of full times in a log is when it happened, whatever language its header is in.
                    Class::Moment => {
                        column.required
                            && column.kind == Kind::Moment
                            && looks.iter().filter(|look| look.class == Class::Moment).count() == 1
                    }
                    _ => false,
                }
            {
                (confidence, reason) = (0.6, "by its cells alone".to_owned());
            }
            if column.name == "event_id" && look.distinct < 0.7 {
                confidence *= 0.5;
            }
            // What people type is seldom said again; a few words over and over are a kind of thing.
            if column.name == "q_text" && look.class == Class::Words && look.distinct < 0.05 {
                confidence *= 0.5;
            }
            if confidence >= ENOUGH {
                candidates.push((confidence, number, from, format!("{reason}; {}", look.class.as_str())));
            }
        }
    }
    candidates.sort_by(|left, right| right.0.total_cmp(&left.0).then((left.1, left.2).cmp(&(right.1, right.2))));
    let mut guess = Guess {
        table,
        placed: Vec::new(),
        joined: Vec::new(),
        unplaced: Vec::new(),
        missing: Vec::new(),
        looks: looks.to_vec(),
    };
    for (confidence, number, from, reason) in candidates {
        let column = spec.columns[number];
        let taken = guess.placed.iter().any(|placed| placed.from == from || placed.column == column.name);
        // A time of day is half a moment.
        let half = is_time(column.kind) && matches!(looks[from].class, Class::Clock);
        if taken || half {
            continue;
        }
        guess.placed.push(Placed {
            column: column.name,
            from,
            confidence,
            reason,
            formats: if is_time(column.kind) || column.kind == Kind::Date || column.name.ends_with("dob") {
                looks[from].formats.clone()
            } else {
                Vec::new()
            },
            order_open: looks[from].order_open,
            words: words(sample, from, column.name, column.kind, synonyms),
        });
    }
    join_days_and_clocks(&mut guess, sample, looks, synonyms);
    guess.placed.sort_by_key(|placed| spec.index(placed.column));
    let used = |from: usize| {
        guess.placed.iter().any(|placed| placed.from == from)
            || guess.joined.iter().any(|joined| joined.day == from || joined.clock == from)
    };
    guess.unplaced = (0..sample.columns.len()).filter(|from| !used(*from)).collect();
    let has = |name: &str| {
        guess.placed.iter().any(|placed| placed.column == name)
            || guess.joined.iter().any(|joined| joined.column == name)
    };
    let mut missing: Vec<&'static str> =
        spec.columns.iter().filter(|column| column.required && !has(column.name)).map(|column| column.name).collect();
    missing.extend(spec.any_of.iter().filter(|group| !group.iter().any(|name| has(name))).map(|group| group[0]));
    guess.missing = missing;
    guess
}

/// Where the log has a day and a time of day in two columns, they are joined; of a roster, once for the start and once for the end.
fn join_days_and_clocks(guess: &mut Guess, sample: &Sample, looks: &[Look], synonyms: &Synonyms) {
    let spec = spec(guess.table);
    let wanted: Vec<&'static str> = spec
        .columns
        .iter()
        .filter(|column| is_time(column.kind) && column.required)
        .map(|column| column.name)
        .collect();
    let clocks: Vec<usize> = (0..looks.len()).filter(|from| looks[*from].class == Class::Clock).collect();
    let Some(day) = (0..looks.len()).find(|from| looks[*from].class == Class::Day) else { return };
    let mut free = clocks;
    let mut before: Option<&'static str> = None;
    for column in wanted {
        let whole =
            guess.placed.iter().any(|placed| placed.column == column && looks[placed.from].class == Class::Moment);
        if whole || free.is_empty() {
            continue;
        }
        let known = synonyms.tables.get(guess.table.as_str()).and_then(|columns| columns.get(column));
        let like = |from: &usize| likeness(&sample.columns[*from].name, column, known.map_or(&[], Vec::as_slice)).0;
        let best = (0..free.len()).max_by(|a, b| like(&free[*a]).total_cmp(&like(&free[*b])).then(b.cmp(a)));
        let Some(best) = best else { continue };
        let clock = free.remove(best);
        guess.placed.retain(|placed| placed.column != column && placed.from != clock && placed.from != day);
        let dates = if looks[day].formats.is_empty() { vec!["%Y-%m-%d"] } else { looks[day].formats.clone() };
        let seconds = sample.columns[clock].cells.iter().any(|cell| cell.matches(':').count() == 2);
        let time = if seconds { "%H:%M:%S" } else { "%H:%M" };
        let mut formats: Vec<String> = dates.iter().map(|date| format!("{date} {time}")).collect();
        // A day without a time is the whole of that day.
        if guess.table == TableName::Duty {
            formats.extend(dates.iter().map(|date| (*date).to_owned()));
        }
        guess.joined.push(Joined { column, day, clock, formats, after: before });
        before = Some(column);
    }
}

const fn is_time(kind: Kind) -> bool {
    matches!(kind, Kind::Moment | Kind::Start | Kind::End)
}

/// How like a header is to a column's name or one of its known names, and why.
fn likeness(header: &str, column: &str, known: &[String]) -> (f64, String) {
    let names: Vec<String> = tails(header);
    let own = plain(column);
    let own_short = plain(column.trim_start_matches("q_"));
    // The last part alone of a longer path says less: many things have a name, a code or an address.
    let weight = |from: usize| if from > 0 && from + 1 == names.len() { 0.8 } else { 1.0 };
    if let Some(from) = names.iter().position(|name| *name == own) {
        return (weight(from), "the header is the column's own name".to_owned());
    }
    // Of several known names the commoner stand first.
    let known_as = |(from, name): (usize, &String)| {
        let place = known.iter().position(|one| plain(one) == *name)?;
        Some((0.97 - 0.002 * place as f64) * weight(from))
    };
    if let Some(found) = names.iter().enumerate().filter_map(known_as).max_by(f64::total_cmp) {
        return (found, "the header is a known name for it".to_owned());
    }
    if names[0] == own_short {
        return (0.9, "the header is the column's own name".to_owned());
    }
    let near = known
        .iter()
        .map(|one| plain(one))
        .chain([own])
        // What begins alike and is much longer is another thing: an office is no officer's name.
        .filter(|one| one.len() > 3 && one.len().min(names[0].len()) * 10 >= one.len().max(names[0].len()) * 6)
        .map(|one| strsim::jaro_winkler(&names[0], &one))
        .fold(0.0, f64::max);
    if near >= LIKE {
        (near * 0.75, format!("the header is much like a known name ({:.0} %)", near * 100.0))
    } else {
        (0.0, String::new())
    }
}

/// A header as it is compared; of a path also its last parts.
fn tails(header: &str) -> Vec<String> {
    let parts: Vec<&str> = header.split('.').collect();
    (0..parts.len()).map(|from| plain(&parts[from..].join(" "))).collect()
}

/// Letters and digits in lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How well cells of this class suit a column: 1 = well, 0 = not at all.
fn content(column: &str, kind: Kind, look: &Look) -> f64 {
    use Class as C;
    let class = look.class;
    // Days counted as spreadsheets do.
    if class == C::Number
        && !look.formats.is_empty()
        && (kind == Kind::Date || is_time(kind) || column.ends_with("dob"))
    {
        return 0.9;
    }
    if class == C::Empty {
        return 0.9;
    }
    let fits = |good: &[Class]| if good.contains(&class) { 1.0 } else { 0.2 };
    match kind {
        Kind::Moment => fits(&[C::Moment]),
        Kind::Start | Kind::End => fits(&[C::Moment, C::Day]),
        Kind::Date => fits(&[C::Day, C::Moment]),
        Kind::Flag => fits(&[C::Flag, C::Number]),
        Kind::Word(_) | Kind::Words(_) => fits(&[C::Words, C::Code, C::Number, C::Flag, C::Text]),
        Kind::Text | Kind::List => match column.trim_start_matches("q_") {
            "vrm" | "vrms" => fits(&[C::Plate, C::Code, C::Text]),
            "postcode" => fits(&[C::Postcode, C::Text, C::Code]),
            "phone" | "phones" => fits(&[C::Phone, C::Number, C::Text]),
            "dob" => fits(&[C::Day, C::Number, C::Text]),
            "age" => fits(&[C::Number]),
            "forename" | "surname" | "middle_names" | "known_as" => fits(&[C::Words, C::Text]),
            "text" | "reason_text" | "address" => {
                if matches!(class, C::Moment | C::Day | C::Clock | C::Flag) {
                    0.2
                } else {
                    1.0
                }
            }
            _ => {
                if matches!(class, C::Moment | C::Day | C::Clock) {
                    0.2
                } else {
                    1.0
                }
            }
        },
    }
}

/// The words of a column that takes only a few, and what they seem to mean.
fn words(sample: &Sample, from: usize, column: &str, kind: Kind, synonyms: &Synonyms) -> Vec<(String, Option<String>)> {
    let (Kind::Word(allowed) | Kind::Words(allowed)) = kind else { return Vec::new() };
    let mut all: Vec<&String> = sample.columns[from].cells.iter().filter(|cell| !cell.is_empty()).collect();
    all.sort();
    all.dedup();
    all.into_iter()
        .filter(|word| !allowed.contains(&word.to_lowercase().replace([' ', '-'], "_").as_str()))
        .take(40)
        .map(|word| {
            let meaning = synonyms.word(column, word).filter(|meaning| allowed.contains(meaning));
            (word.clone(), meaning.map(str::to_owned))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_names_speaks_of_columns_that_there_are() {
        let synonyms = Synonyms::shipped();
        for (table, columns) in &synonyms.tables {
            let table = TableName::ALL.into_iter().find(|one| one.as_str() == table).expect(table);
            for column in columns.keys() {
                assert!(spec(table).index(column).is_some(), "{table:?}.{column}");
            }
        }
        assert_eq!(synonyms.word("action", "Enquiry"), Some("search"));
    }

    #[test]
    fn headers_are_like_names() {
        let known = ["user id".to_owned(), "who identifier value".to_owned()];
        for (header, least) in
            [("login", 1.0), ("USER_ID", 0.9), ("agent.who.identifier.value", 0.9), ("User Idd", 0.6)]
        {
            assert!(likeness(header, "login", &known).0 >= least, "{header}");
        }
        assert!(likeness("colour", "login", &known).0 < ENOUGH);
    }
}
