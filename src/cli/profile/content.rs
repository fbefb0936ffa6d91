//! What the cells of a column look like.

use chrono::NaiveDate;

use crate::ingest::sample::Column;
use crate::subjects::terms::{phone::Phone, postcode::Postcode};

/// What most cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No cell has a value.
    Empty,
    /// A day and a time.
    Moment,
    /// A day.
    Day,
    /// A time of day.
    Clock,
    Plate,
    Postcode,
    Phone,
    Email,
    /// `true` or `false`, `yes` or `no`.
    Flag,
    Number,
    /// One word with digits in it.
    Code,
    /// Letters, in one to three words.
    Words,
    /// Anything longer.
    Text,
}

impl Class {
    /// As a comment says it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "no cell has a value",
            Self::Moment => "cells are times",
            Self::Day => "cells are days",
            Self::Clock => "cells are times of day",
            Self::Plate => "cells look like number plates",
            Self::Postcode => "cells are postcodes",
            Self::Phone => "cells look like telephone numbers",
            Self::Email => "cells are mail addresses",
            Self::Flag => "cells are yes or no",
            Self::Number => "cells are numbers",
            Self::Code => "cells are codes",
            Self::Words => "cells are a few words",
            Self::Text => "cells are longer text",
        }
    }
}

/// A column as it looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub class: Class,
    /// Share of cells with a value.
    pub filled: f64,
    /// Share of distinct values among them.
    pub distinct: f64,
    /// Formats that read the cells, for times that are not ISO; of numbers `excel`, where all could be days.
    pub formats: Vec<&'static str>,
    /// True where nothing in the sample tells day first from month first.
    pub order_open: bool,
}

/// Formats that are tried; those with the month first only where no cell speaks against it.
const MOMENTS: [&str; 14] = [
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y, %H:%M:%S",
    "%d/%m/%Y %I:%M:%S %p",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%m/%d/%Y, %I:%M:%S %p UTC",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y, %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
];
const DAYS: [&str; 8] =
    ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d/%m/%y", "%m/%d/%Y"];

/// Looks at a column.
#[must_use]
pub fn look(column: &Column) -> Look {
    let filled: Vec<&str> = column.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    let shown: Vec<&str> = filled.iter().copied().filter(|cell| !is_mask(cell)).collect();
    let mut distinct = shown.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let mut look = Look {
        class: Class::Empty,
        filled: share(filled.len(), column.cells.len()),
        distinct: share(distinct.len(), shown.len()),
        formats: Vec::new(),
        order_open: false,
    };
    if shown.is_empty() {
        return look;
    }
    // A few cells may be something else: a total, a remark.
    let most = |is: &dyn Fn(&str) -> bool| share(shown.iter().filter(|cell| is(cell)).count(), shown.len()) >= 0.8;
    look.class = if most(&is_iso_moment) {
        Class::Moment
    } else if most(&|cell| NaiveDate::parse_from_str(cell, "%Y-%m-%d").is_ok()) {
        Class::Day
    } else if most(&is_clock) {
        Class::Clock
    } else if let Some((class, formats, order_open)) = times(&shown) {
        (look.formats, look.order_open) = (formats, order_open);
        class
    } else if most(&|cell| matches!(cell.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "y" | "n")) {
        Class::Flag
    } else if most(&|cell| Postcode::parse_strict(cell).is_some()) {
        Class::Postcode
    } else if most(&is_plate) {
        Class::Plate
    } else if most(&|cell| cell.starts_with(['0', '+']) && Phone::parse(cell).is_some()) {
        Class::Phone
    } else if most(&|cell| cell.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))) {
        Class::Email
    } else if most(&|cell| cell.parse::<f64>().is_ok()) {
        Class::Number
    } else if most(&|cell| !cell.contains(' ') && cell.chars().any(|letter| letter.is_ascii_digit())) {
        Class::Code
    } else if most(&|cell| cell.split(' ').count() <= 3 && !cell.chars().any(|letter| letter.is_ascii_digit())) {
        Class::Words
    } else {
        Class::Text
    };
    // The days from 1940 to 2060, as spreadsheets count them.
    let serial = |cell: &str| cell.parse::<f64>().is_ok_and(|number| (14_611.0..58_440.0).contains(&number));
    if look.class == Class::Number && shown.iter().all(|cell| serial(cell)) {
        look.formats = vec!["excel"];
    }
    look
}

/// True for what commonly hides a value.
fn is_mask(cell: &str) -> bool {
    matches!(cell, "***" | "****" | "###" | "[REDACTED]" | "REDACTED" | "——" | "— —")
}

fn is_iso_moment(cell: &str) -> bool {
    cell.len() >= 16
        && cell.as_bytes()[10..].starts_with(b"T") | cell.as_bytes()[10..].starts_with(b" ")
        && cell.get(..10).is_some_and(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok())
        && cell.as_bytes()[13] == b':'
}

/// The forms of plate that are told from a collar number: AB12 CDE, A123 BCD, ABC 123D.
fn is_plate(cell: &str) -> bool {
    let shape: String = cell
        .chars()
        .filter(|letter| *letter != ' ')
        .map(|letter| {
            if letter.is_ascii_digit() {
                '9'
            } else if letter.is_ascii_alphabetic() {
                'A'
            } else {
                '?'
            }
        })
        .collect();
    matches!(shape.as_str(), "AA99AAA" | "A9AAA" | "A99AAA" | "A999AAA" | "AAA9A" | "AAA99A" | "AAA999A")
}

fn is_clock(cell: &str) -> bool {
    ["%H:%M", "%H:%M:%S"].iter().any(|format| chrono::NaiveTime::parse_from_str(cell, format).is_ok())
}

/// The class and format of times that are not all ISO: the day first where nothing speaks for the month, and whether that is open.
fn times(cells: &[&str]) -> Option<(Class, Vec<&'static str>, bool)> {
    let reads = |format: &str, cell: &str, with_time: bool| {
        if with_time {
            chrono::NaiveDateTime::parse_from_str(cell, format).is_ok()
        } else {
            NaiveDate::parse_from_str(cell, format).is_ok()
        }
    };
    for (class, formats, with_time) in [(Class::Moment, &MOMENTS[..], true), (Class::Day, &DAYS[..], false)] {
        let iso = |cell: &str| if with_time { is_iso_moment(cell) } else { reads("%Y-%m-%d", cell, false) };
        let rest: Vec<&str> = cells.iter().copied().filter(|cell| !iso(cell)).collect();
        let count = |format: &str| rest.iter().filter(|cell| reads(format, cell, with_time)).count();
        let all: Vec<(&'static str, usize)> =
            formats.iter().map(|format| (*format, count(format))).filter(|(_, count)| *count > 0).collect();
        let best = all.iter().map(|(_, count)| *count).max().unwrap_or(0);
        if best == 0 || (cells.len() - rest.len() + best) * 10 < cells.len() * 8 {
            continue;
        }
        let whole: Vec<&'static str> =
            all.iter().filter(|(_, count)| *count == best).map(|(format, _)| *format).collect();
        let day_first = whole.iter().find(|format| format.starts_with("%d"));
        let month_first = whole.iter().find(|format| format.starts_with("%m"));
        let taken = day_first.or(month_first).copied()?;
        let named = taken.contains("%b") || taken.contains("%B");
        return Some((class, vec![taken], day_first.is_some() && month_first.is_some() && !named));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cells: &[&str]) -> (Class, Vec<&'static str>, bool) {
        let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
        let look = look(&Column { name: "x".to_owned(), cells });
        (look.class, look.formats, look.order_open)
    }

    #[test]
    fn columns_are_told_by_their_cells() {
        for (cells, class) in [
            (&["2025-06-18T00:02:04Z", "2025-06-18 00:02:04.789"][..], Class::Moment),
            (&["1985-06-05", ""], Class::Day),
            (&["22:00", "06:30"], Class::Clock),
            (&["AB12 CDE", "XY34ZZZ", "***"], Class::Plate),
            (&["SW1A 1AA", "EX1 1AA"], Class::Postcode),
            (&["07700 900001", "+44 1632 960001"], Class::Phone),
            (&["a@b.example", "c@d.example"], Class::Email),
            (&["yes", "no"], Class::Flag),
            (&["12", "7.5"], Class::Number),
            (&["C1203", "PC4471"], Class::Code),
            (&["Jones", "O'Neill Smith"], Class::Words),
            (&["stopped on the A38 near the bridge", "see log 12 of today"], Class::Text),
            (&["", "***"], Class::Empty),
        ] {
            assert_eq!(seen(cells).0, class, "{cells:?}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_settled_by_the_whole_column_or_left_open() {
        assert_eq!(seen(&["05/06/1985", "17/11/1979"]), (Class::Day, vec!["%d/%m/%Y"], false));
        assert_eq!(seen(&["06/05/1985", "11/17/1979"]), (Class::Day, vec!["%m/%d/%Y"], false));
        assert_eq!(seen(&["05/06/1985"]), (Class::Day, vec!["%d/%m/%Y"], true));
        let time = "11/14/2025, 09:53:36 AM UTC";
        assert_eq!(seen(&[time]), (Class::Moment, vec!["%m/%d/%Y, %I:%M:%S %p UTC"], false));
    }
}
