//! Birth dates as typed, with the precision they really have.
//!
//! The first of January is read as the year alone: it is what staff are told to
//! enter when the day is unknown. An age is an interval of birth years.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::ascii_upper;

/// When somebody was born, as far as it is known: a day, a month, a year or a run of years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Birth {
    first_year: u16,
    last_year: u16,
    /// 0 = unknown.
    month: u8,
    /// 0 = unknown.
    day: u8,
    age: bool,
    /// No day of the calendar: month and day are the digits as typed, one of which is a slip.
    impossible: bool,
}

/// How far two birth dates agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum BirthLevel {
    Exact,
    /// Month and year equal, the day unknown on a side.
    Month,
    /// Day and month changed places.
    Swapped,
    /// Same day and month, the year off by 1, 10 or 100.
    YearSlip,
    /// One digit differs, or two neighbours changed places.
    OneDigit,
    /// The year agrees, which is all that is known on a side.
    Year,
    /// The year lies in the interval of an age.
    Age,
    /// One year outside that interval.
    AgeNear,
    /// Different years, by up to two, where only the year is known on a side.
    YearNear,
    /// A different year, where only the year or an age is known on a side.
    YearConflict,
    /// Another date.
    Conflict,
}

impl BirthLevel {
    /// The two cannot be the same person's birth.
    #[must_use]
    pub const fn is_conflict(self) -> bool {
        matches!(self, Self::YearConflict | Self::Conflict)
    }
}

impl Birth {
    /// Reads a date of birth; `as_of` turns two-digit years and refuses births still to come.
    #[must_use]
    pub fn parse(raw: &str, as_of: NaiveDate) -> Option<Self> {
        let text = ascii_upper(raw.trim());
        let mut groups: [Group; 4] = [Group::None; 4];
        let mut count = 0;
        for part in split_groups(&text) {
            // A time of day after the date is not part of it.
            if count == 3 {
                break;
            }
            groups[count] = part?;
            count += 1;
        }
        match (count, groups[0], groups[1], groups[2]) {
            (1, Group::Number { value, len: 8 }, ..) => {
                let (a, b, c) = (value / 10_000, value / 100 % 100, value % 100);
                let (d, m, y) = (value / 1_000_000, value / 10_000 % 100, value % 10_000);
                Self::checked(a, b, c, as_of)
                    .or_else(|| Self::checked(y, m, d, as_of))
                    .or_else(|| Self::slipped(a, b, c, as_of))
                    .or_else(|| Self::slipped(y, m, d, as_of))
            }
            (1, Group::Number { value, len: 6 }, ..) => {
                let (a, b, c) = (value / 10_000, value / 100 % 100, value % 100);
                Self::checked(pivot(c, as_of), b, a, as_of)
                    .or_else(|| Self::month(value / 100, value % 100, as_of))
                    .or_else(|| Self::checked(pivot(a, as_of), b, c, as_of))
            }
            (1, Group::Number { value, len: 4 }, ..) => Self::year(value, as_of),
            (2, Group::Number { value: m, len: 1..=2 }, Group::Number { value: y, len: 4 }, _)
            | (2, Group::Number { value: y, len: 4 }, Group::Number { value: m, len: 1..=2 }, _)
            | (2, Group::Month(m), Group::Number { value: y, len: 4 }, _)
            | (3, Group::Unknown, Group::Number { value: m, len: 1..=2 }, Group::Number { value: y, len: 4 })
            | (3, Group::Unknown, Group::Month(m), Group::Number { value: y, len: 4 }) => Self::month(y, m, as_of),
            (2, Group::Number { value: a, len: 4 }, Group::Number { value: b, len: 4 }, _) => {
                (Self::year(a, as_of).is_some() && Self::year(b, as_of).is_some() && a <= b && b - a <= 20).then_some(
                    Self { first_year: a as u16, last_year: b as u16, month: 0, day: 0, age: true, impossible: false },
                )
            }
            (3, Group::Number { value: y, len: 4 }, month, Group::Number { value: d, .. }) => {
                let m = month.month()?;
                Self::checked(y, m, d, as_of).or_else(|| Self::slipped(y, m, d, as_of))
            }
            (3, Group::Number { value: d, len: 1..=2 }, month, Group::Number { value: y, len }) => {
                let year = if len == 4 {
                    y
                } else if len == 2 {
                    pivot(y, as_of)
                } else {
                    return None;
                };
                if d == 0 {
                    return match month.month()? {
                        0 => Self::year(year, as_of),
                        m => Self::month(year, m, as_of),
                    };
                }
                let m = month.month()?;
                Self::checked(year, m, d, as_of)
                    .or_else(|| Self::checked(year, d, m, as_of))
                    .or_else(|| Self::slipped(year, m, d, as_of))
            }
            (3, Group::Month(m), Group::Number { value: d, len: 1..=2 }, Group::Number { value: y, len }) => {
                let year = if len == 4 { y } else { pivot(y, as_of) };
                Self::checked(year, m, d, as_of)
            }
            (3, Group::Unknown, Group::Unknown, Group::Number { value: y, len: 4 })
            | (3, Group::Number { value: y, len: 4 }, Group::Unknown, Group::Unknown) => Self::year(y, as_of),
            _ => None,
        }
    }

    /// An age typed somewhere between two days, as an interval of birth years; "45", "45-50", "40s".
    #[must_use]
    pub fn from_age(raw: &str, first: NaiveDate, last: NaiveDate) -> Option<Self> {
        let text = ascii_upper(raw.trim());
        let decade = text.ends_with('S');
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty());
        let low: i32 = numbers.next()?.parse().ok()?;
        let high = match numbers.next() {
            Some(text) => text.parse().ok()?,
            None if decade && low % 10 == 0 => low + 9,
            None => low,
        };
        if !(0..=120).contains(&low) || !(low..=120).contains(&high) || numbers.next().is_some() {
            return None;
        }
        Some(Self {
            first_year: u16::try_from(first.year() - high - 1).ok()?,
            last_year: u16::try_from(last.year() - low).ok()?,
            month: 0,
            day: 0,
            age: true,
            impossible: false,
        })
    }

    /// A day of the calendar; 1 January is the year alone.
    #[must_use]
    pub fn from_date(date: NaiveDate) -> Option<Self> {
        let year = u16::try_from(date.year()).ok()?;
        Some(Self::day(year, date.month() as u8, date.day() as u8))
    }

    const fn day(year: u16, month: u8, day: u8) -> Self {
        let unknown = month == 1 && day == 1;
        Self {
            first_year: year,
            last_year: year,
            month: if unknown { 0 } else { month },
            day: if unknown { 0 } else { day },
            age: false,
            impossible: false,
        }
    }

    fn checked(y: u32, m: u32, d: u32, as_of: NaiveDate) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, m, d)?;
        // 1 January 1900 and earlier are the empty date of many systems.
        (date <= as_of && date.year() >= 1880 && (y, m, d) != (1900, 1, 1)).then(|| Self::from_date(date))?
    }

    /// A date that no calendar has, its year plausible: most often one wrong digit.
    fn slipped(y: u32, m: u32, d: u32, as_of: NaiveDate) -> Option<Self> {
        let no_day = NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, m, d).is_none();
        let (month, day) = (u8::try_from(m).ok()?, u8::try_from(d).ok()?);
        // 99/99/1999 is a way of writing nothing.
        (no_day && (1..99).contains(&month) && (1..99).contains(&day))
            .then(|| Self::year(y, as_of).map(|year| Self { month, day, impossible: true, ..year }))?
    }

    fn month(y: u32, m: u32, as_of: NaiveDate) -> Option<Self> {
        let year = Self::year(y, as_of)?;
        (1..=12).contains(&m).then_some(Self { month: m as u8, ..year })
    }

    fn year(y: u32, as_of: NaiveDate) -> Option<Self> {
        (1880..=as_of.year() as u32).contains(&y).then_some(Self {
            first_year: y as u16,
            last_year: y as u16,
            month: 0,
            day: 0,
            age: false,
            impossible: false,
        })
    }

    /// Day, month and year are all known.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.day != 0 && !self.impossible
    }

    /// Year, month and day; 0 where a part is unknown, the first year of an age.
    #[must_use]
    pub const fn parts(&self) -> (u16, u8, u8) {
        (self.first_year, self.month, self.day)
    }

    /// The year, where it is one.
    #[must_use]
    pub fn only_year(&self) -> Option<u16> {
        (self.first_year == self.last_year).then_some(self.first_year)
    }

    /// First and last year that it may be.
    #[must_use]
    pub const fn years(&self) -> (u16, u16) {
        (self.first_year, self.last_year)
    }

    /// Came from an age, not from a date.
    #[must_use]
    pub const fn is_age(&self) -> bool {
        self.age
    }

    /// For hashing: equal births give equal numbers.
    #[must_use]
    pub fn packed(&self) -> u64 {
        u64::from(self.first_year) << 32
            | u64::from(self.last_year) << 16
            | u64::from(self.month) << 8
            | u64::from(self.day)
    }

    fn digits(&self) -> [u8; 8] {
        let y = self.first_year;
        let (m, d) = (self.month, self.day);
        [d / 10, d % 10, m / 10, m % 10, (y / 1000) as u8, (y / 100 % 10) as u8, (y / 10 % 10) as u8, (y % 10) as u8]
    }

    /// How far two births agree; symmetric.
    #[must_use]
    pub fn compare(&self, other: &Self) -> BirthLevel {
        if self.age || other.age {
            let gap = i32::from(self.first_year.max(other.first_year)) - i32::from(self.last_year.min(other.last_year));
            return match gap {
                ..=0 => BirthLevel::Age,
                1 => BirthLevel::AgeNear,
                2..=3 => BirthLevel::YearNear,
                _ => BirthLevel::YearConflict,
            };
        }
        let gap = self.first_year.abs_diff(other.first_year);
        if self.month == 0 || other.month == 0 {
            return match gap {
                0 => BirthLevel::Year,
                1..=2 => BirthLevel::YearNear,
                _ => BirthLevel::YearConflict,
            };
        }
        if self.day == 0 || other.day == 0 {
            return match (gap, self.month == other.month) {
                (0, true) => BirthLevel::Month,
                (0, false) => BirthLevel::YearNear,
                _ => BirthLevel::YearConflict,
            };
        }
        if self.impossible || other.impossible {
            return match gap {
                _ if self == other || self.one_digit_from(other) => BirthLevel::OneDigit,
                0 => BirthLevel::Year,
                _ => BirthLevel::YearNear,
            };
        }
        if self == other {
            return BirthLevel::Exact;
        }
        let same_day = self.day == other.day && self.month == other.month;
        if same_day && matches!(gap, 1 | 10 | 100) {
            return BirthLevel::YearSlip;
        }
        if gap == 0 && self.day == other.month && self.month == other.day {
            return BirthLevel::Swapped;
        }
        if self.one_digit_from(other) { BirthLevel::OneDigit } else { BirthLevel::Conflict }
    }

    /// One digit differs, or two neighbours changed places.
    fn one_digit_from(&self, other: &Self) -> bool {
        let (a, b) = (self.digits(), other.digits());
        let mut differ = a.iter().zip(&b).enumerate().filter(|(_, (x, y))| x != y).map(|(i, _)| i);
        match (differ.next(), differ.next(), differ.next()) {
            (Some(_), None, None) => true,
            (Some(i), Some(j), None) => j == i + 1 && a[i] == b[j] && a[j] == b[i],
            _ => false,
        }
    }
}

impl fmt::Display for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first_year != self.last_year {
            write!(f, "{}/{}", self.first_year, self.last_year)
        } else if self.month == 0 {
            write!(f, "{:04}", self.first_year)
        } else if self.day == 0 {
            write!(f, "{:04}-{:02}", self.first_year, self.month)
        } else {
            write!(f, "{:04}-{:02}-{:02}", self.first_year, self.month, self.day)
        }
    }
}

#[derive(Clone, Copy)]
enum Group {
    None,
    Number {
        value: u32,
        len: usize,
    },
    Month(u32),
    /// A wildcard or "XX".
    Unknown,
}

impl Group {
    fn month(self) -> Option<u32> {
        match self {
            Self::Number { value, len: 1..=2 } => Some(value),
            Self::Month(m) => Some(m),
            _ => None,
        }
    }
}

/// Digits, month names and unknown parts; `None` inside for what is none of these.
fn split_groups(text: &str) -> impl Iterator<Item = Option<Group>> + '_ {
    text.split([' ', '/', '-', '.', ',', ':', '\\', '_', '|']).filter(|part| !part.is_empty()).flat_map(split_letters)
}

/// "01JAN1980" is three groups, "1ST" is one, "2000-01-02T00" ends at the T.
fn split_letters(part: &str) -> Vec<Option<Group>> {
    let bytes = part.as_bytes();
    let mut groups = Vec::with_capacity(3);
    let mut start = 0;
    while start < bytes.len() {
        let kind = |b: u8| (b.is_ascii_digit(), b.is_ascii_uppercase());
        let end = (start..bytes.len()).find(|&i| kind(bytes[i]) != kind(bytes[start])).unwrap_or(bytes.len());
        let piece = &part[start..end];
        start = end;
        if bytes[end - 1].is_ascii_digit() {
            groups.push(piece.parse().ok().map(|value| Group::Number { value, len: piece.len() }));
        } else if let Some(m) = month_number(piece) {
            groups.push(Some(Group::Month(m)));
        } else if piece.bytes().all(|b| matches!(b, b'*' | b'?' | b'X')) {
            groups.push(Some(Group::Unknown));
        } else if !matches!(piece, "ST" | "ND" | "RD" | "TH" | "T" | "Z" | "OF" | "DOB" | "B" | "BORN" | "C") {
            groups.push(None);
        }
    }
    groups
}

fn month_number(text: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "JANUARY",
        "FEBRUARY",
        "MARCH",
        "APRIL",
        "MAY",
        "JUNE",
        "JULY",
        "AUGUST",
        "SEPTEMBER",
        "OCTOBER",
        "NOVEMBER",
        "DECEMBER",
    ];
    (text.len() >= 3)
        .then(|| NAMES.iter().position(|name| name.starts_with(text) || text == "SEPT" && *name == "SEPTEMBER"))?
        .map(|i| i as u32 + 1)
}

/// A two-digit year is the latest one that is not still to come.
fn pivot(yy: u32, as_of: NaiveDate) -> u32 {
    let century = as_of.year() as u32 / 100 * 100;
    if century + yy > as_of.year() as u32 { century - 100 + yy } else { century + yy }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_of() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()
    }

    #[test]
    fn read() {
        for (raw, text) in [
            ("1980-02-01", Some("1980-02-01")),
            ("01/02/1980", Some("1980-02-01")),
            ("1/2/80", Some("1980-02-01")),
            ("01.02.80", Some("1980-02-01")),
            ("01-Feb-1980", Some("1980-02-01")),
            ("1 February 1980", Some("1980-02-01")),
            ("1st Feb 1980", Some("1980-02-01")),
            ("Feb 1 1980", Some("1980-02-01")),
            ("19800201", Some("1980-02-01")),
            ("01021980", Some("1980-02-01")),
            ("19121980", Some("1980-12-19")),
            ("010280", Some("1980-02-01")),
            ("01feb80", Some("1980-02-01")),
            ("1980-02-01T00:00:00Z", Some("1980-02-01")),
            ("1980-02-01 00:00:00", Some("1980-02-01")),
            ("31/12/79", Some("1979-12-31")),
            ("12/31/1979", Some("1979-12-31")),
            ("05/03/26", Some("2026-03-05")),
            ("05/05/26", None), // still to come, and not 1926: the pivot is the year
            ("05/05/27", Some("1927-05-05")),
            ("1980", Some("1980")),
            ("01/01/1980", Some("1980")),
            ("1980-01-01", Some("1980")),
            ("**/**/1980", Some("1980")),
            ("??/02/1980", Some("1980-02")),
            ("00/00/1980", Some("1980")),
            ("02/1980", Some("1980-02")),
            ("Feb 1980", Some("1980-02")),
            ("1978-1982", Some("1978/1982")),
            ("29/02/1981", Some("1981-02-29")), // no such day; the year stands
            ("01/01/1900", None),
            ("2031-01-02", None),
            ("UNKNOWN", None),
            ("N/K", None),
            ("", None),
            ("45", None),
            ("31/02/1980", Some("1980-02-31")),
            ("19740164", Some("1974-01-64")),
            ("64/01/1974", Some("1974-01-64")),
            ("99/99/9999", None),
        ] {
            assert_eq!(Birth::parse(raw, as_of()).map(|b| b.to_string()).as_deref(), text, "{raw}");
        }
    }

    #[test]
    fn ages() {
        for (raw, text) in [
            ("45", Some("1980/1981")),
            ("45 yrs", Some("1980/1981")),
            ("40-45", Some("1980/1986")),
            ("40s", Some("1976/1986")),
            ("200", None),
            ("", None),
        ] {
            assert_eq!(Birth::from_age(raw, as_of(), as_of()).map(|b| b.to_string()).as_deref(), text, "{raw}");
        }
    }

    #[test]
    fn levels() {
        use BirthLevel::*;
        for (a, b, level) in [
            ("1980-02-03", "03/02/1980", Exact),
            ("1980-02-03", "1980-03-02", Swapped),
            ("1980-02-03", "1981-02-03", YearSlip),
            ("1980-02-03", "1990-02-03", YearSlip),
            ("1980-02-03", "1980-02-08", OneDigit),
            ("1980-02-13", "1980-02-31", OneDigit), // no such day: two digits turned round
            ("1980-02-13", "1980-02-97", Year),
            ("1980-02-13", "1990-02-97", YearNear),
            ("1980-02-12", "1980-02-21", OneDigit),
            ("1980-02-03", "1908-02-03", OneDigit),
            ("1980-02-03", "1980", Year),
            ("1980-02-03", "01/01/1980", Year),
            ("1980-02-03", "1981", YearNear),
            ("1980-02-03", "1985", YearConflict),
            ("1980-02-03", "02/1980", Month),
            ("1980-02-03", "1978-1982", Age),
            ("1980-02-03", "1975-11-28", Conflict),
        ] {
            let (Some(a), Some(b)) = (Birth::parse(a, as_of()), Birth::parse(b, as_of())) else {
                assert_eq!(level, Conflict);
                continue;
            };
            assert_eq!(a.compare(&b), level, "{a} {b}");
            assert_eq!(b.compare(&a), level, "{b} {a}");
        }
    }
}
