//! Reading times as written.
//!
//! Accepted without being told: RFC 3339 (`2025-06-18T00:02:04.789+01:00`, `Z`), and the same without
//! an offset, with `T` or a space, in the source's declared zone. Anything else must be declared by the
//! profile as a chrono format. The order of day and month is never guessed, and the machine's own
//! zone is never asked.
//!
//! A local time in the doubled hour of a clock change is read as the first pass; one in the missing hour
//! as the same time after the clock went forward (one hour later). Both are counted.

use chrono::format::{Fixed, Item, Numeric, Parsed, StrftimeItems, parse};
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::instant::{DAY, HOUR, Instant, MINUTE};

/// A time format declared by a profile, checked when the profile is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pattern: String,
    /// The pattern, read once.
    items: Vec<Item<'static>>,
    with_offset: bool,
    with_time: bool,
}

impl Format {
    /// From a chrono format string; the error is the reason it cannot work.
    pub(crate) fn new(pattern: &str) -> Result<Self, &'static str> {
        let (mut with_offset, mut with_time, mut with_date) = (false, false, false);
        for item in StrftimeItems::new(pattern) {
            match item {
                Item::Error => {
                    return Err("it is not a chrono format (https://docs.rs/chrono/latest/chrono/format/strftime)");
                }
                Item::Numeric(Numeric::Timestamp, _) => (with_offset, with_time, with_date) = (true, true, true),
                Item::Numeric(Numeric::Hour | Numeric::Hour12, _) => with_time = true,
                Item::Numeric(Numeric::Day | Numeric::Ordinal, _) => with_date = true,
                Item::Fixed(Fixed::RFC2822 | Fixed::RFC3339) => {
                    (with_offset, with_time, with_date) = (true, true, true)
                }
                _ => {}
            }
        }
        with_offset |= ["%z", "%:z", "%::z", "%:::z", "%#z", "%+"].iter().any(|item| pattern.contains(item));
        if !with_date {
            return Err("it has no day (%d)");
        }
        let items = StrftimeItems::new(pattern).parse_to_owned().map_err(|_| "it is not a chrono format")?;
        Ok(Self { pattern: pattern.to_owned(), items, with_offset, with_time })
    }

    fn parsed(&self, text: &str) -> Option<Parsed> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).is_ok().then_some(parsed)
    }

    pub(crate) fn local(&self, text: &str) -> Option<NaiveDateTime> {
        if self.with_time { self.parsed(text)?.to_naive_datetime_with_offset(0).ok() } else { None }
    }

    pub(crate) fn day(&self, text: &str) -> Option<NaiveDate> {
        if self.with_time { self.local(text).map(|at| at.date()) } else { self.parsed(text)?.to_naive_date().ok() }
    }

    pub(crate) fn moment(&self, text: &str) -> Option<Instant> {
        let at = if self.with_offset && self.with_time { self.parsed(text)?.to_datetime().ok()? } else { return None };
        Some(Instant(at.timestamp_millis()))
    }
}

/// How often local times fell into a clock change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// In the doubled hour.
    pub ambiguous: u64,
    /// In the missing hour.
    pub missing: u64,
}

/// How many ways of writing a time are counted apart.
const WAYS: usize = 8;

/// How times were written, for a note: nothing is decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// By declared format; the last place is ISO 8601.
    pub ways: [u64; WAYS],
    /// Times in no known form that begin with two numbers and a year.
    pub numbers: u64,
    /// Of these, how many have a first number over 12 …
    pub first_over_12: u64,
    /// … and how many a second.
    pub second_over_12: u64,
}

impl Written {
    /// Adds the counts of another part of the file.
    pub(crate) fn add(&mut self, other: Self) {
        for (way, more) in self.ways.iter_mut().zip(other.ways) {
            *way += more;
        }
        self.numbers += other.numbers;
        self.first_over_12 += other.first_over_12;
        self.second_over_12 += other.second_over_12;
    }

    /// The counts as sentences.
    pub(crate) fn notes(&self, formats: &[Format]) -> Vec<String> {
        let mut notes = Vec::new();
        let name = |way: usize| match formats.get(way) {
            Some(_) if way == WAYS - 2 && formats.len() > WAYS - 1 => "other declared formats".to_owned(),
            Some(format) if way < WAYS - 1 => format!("{:?}", format.pattern),
            _ => "ISO 8601".to_owned(),
        };
        let used = self.ways.iter().enumerate().filter(|(_, count)| **count > 0);
        let used: Vec<String> = used.map(|(way, count)| format!("{} ({count})", name(way))).collect();
        if used.len() > 1 {
            notes.push(format!("times are written in more than one way: {}", used.join(", ")));
        }
        if self.numbers > 0 {
            let times = if self.numbers == 1 { "1 time begins" } else { "times begin" };
            let count = if self.numbers == 1 { String::new() } else { format!("{} ", self.numbers) };
            let order = match (self.first_over_12, self.second_over_12) {
                (0, 0) => "no number is over 12, so the file itself does not tell which is the day".to_owned(),
                (first, 0) => format!(
                    "the first number is over 12 in {first} of them and the second in none, as where the day stands first (%d/%m/%Y)"
                ),
                (0, second) => format!(
                    "the second number is over 12 in {second} of them and the first in none, as where the month stands first (%m/%d/%Y)"
                ),
                (first, second) => format!(
                    "the first number is over 12 in {first} of them and the second in {second}, so both orders occur: part the file"
                ),
            };
            notes.push(format!(
                "{count}{times} with two numbers and a year, in an order that nobody declared: {order}; declare it in a mapping profile under [time] formats"
            ));
        }
        notes
    }

    /// Notices a time that fits no form.
    fn unread(&mut self, text: &[u8]) {
        let mut parts = text.split(|byte| matches!(byte, b'/' | b'.' | b'-'));
        let mut two = || parts.next().filter(|part| (1..=2).contains(&part.len())).and_then(number);
        if let (Some(first), Some(second)) = (two(), two())
            && parts.next().is_some_and(|year| year.len() >= 2 && number(&year[..2]).is_some())
        {
            self.numbers += 1;
            self.first_over_12 += u64::from(first > 12);
            self.second_over_12 += u64::from(second > 12);
        }
    }
}

/// Two formats that differ only in the order of day and month: which one a time is in would be guessed row by row.
pub(crate) fn contradicting(formats: &[Format]) -> Option<(&str, &str)> {
    let turned =
        |pattern: &str| pattern.replace("%e", "%d").replace("%d", "\0").replace("%m", "%d").replace('\0', "%m");
    let plain = |pattern: &str| pattern.replace("%e", "%d");
    formats.iter().enumerate().find_map(|(place, one)| {
        let other = formats[..place].iter().find(|other| turned(&other.pattern) == plain(&one.pattern))?;
        Some((other.pattern.as_str(), one.pattern.as_str()))
    })
}

/// Which end of a day a day alone stands for, where a moment is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayAlone {
    Refused,
    Start,
    End,
}

/// Days in the cache of offsets: a log of a year and a half fits.
const CACHED_DAYS: usize = 512;

/// Reads times in one zone. Holds a cache, so each worker has its own.
pub(crate) struct Clock {
    zone: Tz,
    formats: Vec<Format>,
    /// By local day modulo the size: the day, and the one offset in milliseconds that holds all
    /// day, or `None` for a day on which the clock changes.
    days: Vec<(i64, Option<i64>)>,
    /// The day read last, as written, and its number: a log is mostly in the order of time.
    last: ([u8; 10], i32),
    pub changes: Changes,
    pub written: Written,
}

impl Clock {
    pub(crate) fn new(zone: Tz, formats: &[Format]) -> Self {
        Self {
            zone,
            formats: formats.to_vec(),
            days: vec![(i64::MIN, None); CACHED_DAYS],
            last: ([0; 10], 0),
            changes: Changes::default(),
            written: Written::default(),
        }
    }

    /// The moment that a cell names, or `None` where it fits no accepted form.
    pub(crate) fn moment(&mut self, text: &[u8], alone: DayAlone) -> Option<Instant> {
        let found = self.find(text, alone);
        match found {
            Some((_, way)) => self.written.ways[way.min(WAYS - 1)] += 1,
            None => self.written.unread(text),
        }
        found.map(|(at, _)| at)
    }

    /// The moment, and the place of the format that it is written in; the last place is ISO 8601.
    fn find(&mut self, text: &[u8], alone: DayAlone) -> Option<(Instant, usize)> {
        // A declared format is asked first: it is what the operator said.
        if !self.formats.is_empty() {
            let text = std::str::from_utf8(text).ok()?;
            for index in 0..self.formats.len() {
                let way = index.min(WAYS - 2);
                if let Some(at) = self.formats[index].moment(text) {
                    return Some((at, way));
                }
                if !self.formats[index].with_offset
                    && let Some(local) = self.formats[index].local(text)
                {
                    return Some((self.resolve(local.and_utc().timestamp_millis()), way));
                }
                if !self.formats[index].with_time
                    && alone != DayAlone::Refused
                    && let Some(day) = self.formats[index].day(text)
                {
                    return Some((self.day_as_moment(day, alone), way));
                }
            }
        }
        let last = &mut self.last;
        let number = |day: &[u8; 10]| {
            if last.0 != *day {
                *last = (*day, day_number(day)?);
            }
            Some(last.1)
        };
        let at = match iso(text, number)? {
            Iso::Moment(at) => Instant(at),
            Iso::Local(local) => self.resolve(local),
            Iso::Day(_) if alone == DayAlone::Refused => return None,
            Iso::Day(days) => self.day_as_moment(NaiveDate::from_epoch_days(days)?, alone),
        };
        Some((at, WAYS - 1))
    }

    /// The calendar day that a cell names; of a full time, its day as written.
    pub(crate) fn day(&self, text: &[u8]) -> Option<NaiveDate> {
        let as_text = std::str::from_utf8(text).ok()?;
        if let Some(day) = self.formats.iter().find_map(|format| format.day(as_text)) {
            return Some(day);
        }
        iso(text, day_number)?;
        NaiveDate::parse_from_str(as_text.get(..10)?, "%Y-%m-%d").ok()
    }

    fn day_as_moment(&mut self, day: NaiveDate, alone: DayAlone) -> Instant {
        let start = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        // Midnight itself may be doubled or missing; nobody wrote it, so it is not counted.
        let before = self.changes;
        let moment = self.resolve(if alone == DayAlone::End { start + DAY } else { start });
        self.changes = before;
        moment
    }

    /// From local milliseconds (as if they were UTC) to the moment.
    fn resolve(&mut self, local: i64) -> Instant {
        let day = local.div_euclid(DAY);
        let slot = day.rem_euclid(CACHED_DAYS as i64) as usize;
        if self.days[slot].0 != day {
            self.days[slot] = (day, constant_offset(self.zone, day));
        }
        if let Some(offset) = self.days[slot].1 {
            return Instant(local - offset);
        }
        match offset_at(self.zone, local) {
            LocalResult::Single(offset) => Instant(local - offset),
            LocalResult::Ambiguous(first, _) => {
                self.changes.ambiguous += 1;
                Instant(local - first)
            }
            LocalResult::None => {
                self.changes.missing += 1;
                Instant(local - offset_before(self.zone, local))
            }
        }
    }
}

/// Offset from UTC in milliseconds at a local time.
fn offset_at(zone: Tz, local: i64) -> LocalResult<i64> {
    DateTime::from_timestamp_millis(local).map_or(LocalResult::None, |at| {
        zone.offset_from_local_datetime(&at.naive_utc()).map(|offset| i64::from(offset.fix().local_minus_utc()) * 1000)
    })
}

/// The offset that held before a missing local time: reading with it is what moves it forward.
fn offset_before(zone: Tz, local: i64) -> i64 {
    (1..=48).find_map(|hours| offset_at(zone, local - hours * HOUR).latest()).unwrap_or_default()
}

/// The offset that holds through a whole local day, asked at every half hour; `None` where it changes.
fn constant_offset(zone: Tz, day: i64) -> Option<i64> {
    let LocalResult::Single(first) = offset_at(zone, day * DAY) else { return None };
    (1..=48)
        .all(|half_hours| offset_at(zone, day * DAY + half_hours * 30 * MINUTE) == LocalResult::Single(first))
        .then_some(first)
}

/// What an ISO 8601 text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Iso {
    /// Milliseconds since the epoch.
    Moment(i64),
    /// Local milliseconds.
    Local(i64),
    /// Days since the epoch.
    Day(i32),
}

/// Days since the epoch of `YYYY-MM-DD`.
fn day_number(day: &[u8; 10]) -> Option<i32> {
    if day[4] != b'-' || day[7] != b'-' {
        return None;
    }
    let year = number(&day[..4])?;
    let date = NaiveDate::from_ymd_opt(year as i32, number(&day[5..7])?, number(&day[8..])?)?;
    Some(date.to_epoch_days())
}

/// `YYYY-MM-DD`, optionally with `T` or a space and `HH:MM[:SS[.f…]]`, optionally with `Z` or `±HH[[:]MM]`. `day_number`
/// reads the day.
fn iso(text: &[u8], day_number: impl FnOnce(&[u8; 10]) -> Option<i32>) -> Option<Iso> {
    let (day, rest) = text.split_first_chunk()?;
    let days = day_number(day)?;
    let Some((separator, rest)) = rest.split_first() else { return Some(Iso::Day(days)) };
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    let mut millis = 0;
    let whole = rest.split_first_chunk().and_then(|(clock, tail)| Some((clock_time(clock)?, tail)));
    let ([hours, minutes, seconds], mut rest) = if let Some((clock, mut rest)) = whole {
        if let Some((b'.' | b',', tail)) = rest.split_first() {
            let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return None;
            }
            for digit in tail[..digits].iter().chain(b"00").take(3) {
                millis = millis * 10 + i64::from(digit - b'0');
            }
            rest = &tail[digits..];
        }
        (clock, rest)
    } else {
        let (clock, rest) = rest.split_at_checked(5)?;
        if clock[2] != b':' {
            return None;
        }
        ([number(&clock[..2])?, number(&clock[3..])?, 0], rest)
    };
    // 60 is a leap second, which runs into the next minute.
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let local = i64::from(days) * DAY
        + i64::from(hours) * HOUR
        + i64::from(minutes) * MINUTE
        + i64::from(seconds) * 1000
        + millis;
    if let [b' ', tail @ ..] = rest {
        rest = tail;
        if rest.is_empty() {
            return None;
        }
    }
    match rest {
        [] => Some(Iso::Local(local)),
        [b'Z' | b'z'] => Some(Iso::Moment(local)),
        [sign @ (b'+' | b'-'), tail @ ..] => {
            let (hours, minutes) = match tail {
                [h1, h2] => (number(&[*h1, *h2])?, 0),
                [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (number(&[*h1, *h2])?, number(&[*m1, *m2])?),
                _ => return None,
            };
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = i64::from(hours) * HOUR + i64::from(minutes) * MINUTE;
            Some(Iso::Moment(if *sign == b'+' { local - offset } else { local + offset }))
        }
        _ => None,
    }
}

/// A number of plain digits.
/// Hours, minutes and seconds of `HH:MM:SS`, read as one number.
#[inline]
fn clock_time(text: &[u8; 8]) -> Option<[u32; 3]> {
    // Each digit becomes its value and each colon 0. A digit over 9 or a colon over 0 then runs into the highest bit of its byte.
    const OVER: u64 = u64::from_le_bytes([0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f, 0x76, 0x76]);
    let values = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*b"00:00:00");
    if (values.wrapping_add(OVER) | values) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let [h, hours, _, m, minutes, _, s, seconds] = values.to_le_bytes();
    Some([u32::from(h * 10 + hours), u32::from(m * 10 + minutes), u32::from(s * 10 + seconds)])
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use chrono_tz::Europe::London;

    #[test]
    fn the_whole_clock_is_read_as_its_parts() {
        let parts = |text: &[u8; 8]| {
            let [hours, minutes, seconds] = [&text[..2], &text[3..5], &text[6..]].map(number);
            let all = [hours?, minutes?, seconds?];
            (text[2] == b':' && text[5] == b':').then_some(all)
        };
        for at in 0..8 {
            for byte in 0..=255 {
                let mut text = *b"23:59:60";
                text[at] = byte;
                assert_eq!(clock_time(&text), parts(&text), "{text:?}");
            }
        }
        assert_eq!(clock_time(b"01:02:03"), Some([1, 2, 3]));
        assert_eq!(clock_time(b"\xff\xff:00:00"), None);
    }

    fn london(text: &str) -> (Option<String>, Changes) {
        let mut clock = Clock::new(London, &[]);
        let at = clock.moment(text.as_bytes(), DayAlone::Refused);
        (at.map(|at| at.rfc3339(London)), clock.changes)
    }

    #[test]
    fn offsets_and_local_times() {
        for (text, expected) in [
            ("2025-06-18T00:02:04.789Z", "2025-06-18T01:02:04+01:00"),
            ("2025-06-18T00:02:04+01:00", "2025-06-18T00:02:04+01:00"),
            ("2025-06-18T00:02:04-0130", "2025-06-18T02:32:04+01:00"),
            ("2025-06-18 00:02:04 +01", "2025-06-18T00:02:04+01:00"),
            ("2025-06-18 00:02", "2025-06-18T00:02:00+01:00"),
            ("2025-01-18 00:02:04.1234567", "2025-01-18T00:02:04+00:00"),
            ("2024-12-31T23:59:60Z", "2025-01-01T00:00:00+00:00"),
        ] {
            assert_eq!(london(text), (Some(expected.to_owned()), Changes::default()), "{text}");
        }
    }

    #[test]
    fn never_guesses() {
        for text in [
            "18/06/2025 00:02",
            "2025-06-18",
            "2025-13-01 00:00",
            "2025-02-29T00:00Z",
            "2025-06-18 24:00",
            "20250618",
            "",
            "2025-06-18 00:02:04 ",
            "2025-06-18 00:02:04 BST",
            "2025-06-18T00:02:04.Z",
            "é025-06-18T00:00Z",
            "2025-06-18T00:02:04+1",
        ] {
            assert_eq!(london(text).0, None, "{text}");
        }
    }

    #[test]
    fn clock_changes_by_rule_and_counted() {
        let (doubled, changes) = london("2025-10-26 01:30:00");
        assert_eq!(doubled.unwrap(), "2025-10-26T01:30:00+01:00");
        assert_eq!(changes, Changes { ambiguous: 1, missing: 0 });
        let (missing, changes) = london("2025-03-30 01:30:00");
        assert_eq!(missing.unwrap(), "2025-03-30T02:30:00+01:00");
        assert_eq!(changes, Changes { ambiguous: 0, missing: 1 });
        assert_eq!(london("2025-03-30 02:30:00").0.unwrap(), "2025-03-30T02:30:00+01:00");
    }

    #[test]
    fn the_cache_agrees_with_chrono_through_a_year() {
        let mut clock = Clock::new(London, &[]);
        let start = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap().and_time(chrono::NaiveTime::MIN);
        for step in 0..(366 * 48) {
            let local = start + TimeDelta::minutes(30 * step);
            let text = local.format("%Y-%m-%d %H:%M:%S").to_string();
            let read = clock.moment(text.as_bytes(), DayAlone::Refused).unwrap().0;
            if let Some(expected) = London.from_local_datetime(&local).earliest() {
                assert_eq!(read, expected.timestamp_millis(), "{text}");
            }
        }
    }

    #[test]
    fn declared_formats() {
        let formats = [Format::new("%m/%d/%Y, %I:%M:%S %p UTC").unwrap(), Format::new("%d.%m.%Y %H:%M %z").unwrap()];
        let mut clock = Clock::new(chrono_tz::UTC, &formats);
        let at = clock.moment(b"11/14/2025, 09:53:36 AM UTC", DayAlone::Refused).unwrap();
        assert_eq!(at.rfc3339(chrono_tz::UTC), "2025-11-14T09:53:36+00:00");
        let at = clock.moment(b"14.11.2025 09:53 +0100", DayAlone::Refused).unwrap();
        assert_eq!(at.rfc3339(chrono_tz::UTC), "2025-11-14T08:53:00+00:00");
        let epoch = [Format::new("%s").unwrap()];
        let at = Clock::new(London, &epoch).moment(b"1750204924", DayAlone::Refused).unwrap();
        assert_eq!(at, Instant(1_750_204_924_000));
        assert!(Format::new("%Q").is_err());
        assert!(Format::new("%H:%M").is_err());
    }

    #[test]
    fn ways_of_writing_are_counted_and_orders_noticed() {
        let formats = [Format::new("%d/%m/%Y %H:%M").unwrap()];
        let mut clock = Clock::new(London, &formats);
        for text in ["18/06/2025 10:00", "01/06/2025 10:00", "2025-06-18 10:00", "6/18/25, 10:00 PM", "x/y/z", "1/2"] {
            clock.moment(text.as_bytes(), DayAlone::Refused);
        }
        assert_eq!((clock.written.ways[0], clock.written.ways[WAYS - 1], clock.written.numbers), (2, 1, 1));
        let notes = clock.written.notes(&formats);
        assert_eq!(notes[0], "times are written in more than one way: \"%d/%m/%Y %H:%M\" (2), ISO 8601 (1)");
        assert!(notes[1].contains("as where the month stands first"), "{notes:?}");
    }

    #[test]
    fn formats_that_leave_the_order_to_each_row() {
        let of = |patterns: &[&str]| patterns.iter().map(|pattern| Format::new(pattern).unwrap()).collect::<Vec<_>>();
        assert_eq!(contradicting(&of(&["%d/%m/%Y", "%Y-%m-%d"])), None);
        assert_eq!(contradicting(&of(&["%d/%m/%Y", "%d/%m/%Y %H:%M"])), None);
        let both = of(&["%Y-%m-%d", "%e/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]);
        assert_eq!(contradicting(&both), Some(("%e/%m/%Y %H:%M", "%m/%d/%Y %H:%M")));
    }

    #[test]
    fn a_day_alone_bounds_a_period() {
        let mut clock = Clock::new(London, &[]);
        assert_eq!(clock.moment(b"2025-06-18", DayAlone::Start).unwrap().rfc3339(London), "2025-06-18T00:00:00+01:00");
        assert_eq!(clock.moment(b"2025-06-18", DayAlone::End).unwrap().rfc3339(London), "2025-06-19T00:00:00+01:00");
        assert_eq!(clock.day(b"2025-06-18T23:30:00Z"), NaiveDate::from_ymd_opt(2025, 6, 18));
        assert_eq!(clock.day(b"18/06/2025"), None);
    }
}
