//! London time: wall clock to instant and back, quickly.
//!
//! Rosters are kept by the wall clock, the log by instants with an offset; the default window crosses the night the
//! clocks go forward, as a real month of data sooner or later does.

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::Europe::London;

/// Seconds in an hour.
pub const HOUR: i64 = 3600;
/// Seconds in a minute.
pub const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

/// The window of the world, and the offsets that hold in and around it.
pub struct Clock {
    /// The first day, in days since 1970-01-01.
    first: i64,
    /// When each offset begins, in order of time.
    offsets: Vec<(i64, i64)>,
}

impl Clock {
    /// A clock for a window that begins on `start` and lasts `days`.
    pub fn new(start: NaiveDate, days: i32) -> Self {
        let first = i64::from(start.num_days_from_ce()) - 719_163;
        let from = (first - 60) * DAY;
        let mut offsets = vec![(i64::MIN, offset(from))];
        for hour in 0..(i64::from(days) + 120) * 24 {
            let at = from + hour * HOUR;
            let now = offset(at);
            if offsets.last().is_some_and(|&(_, before)| before != now) {
                offsets.push((at, now));
            }
        }
        Self { first, offsets }
    }

    fn offset_at(&self, at: i64) -> i64 {
        let i = self.offsets.partition_point(|&(from, _)| from <= at);
        self.offsets[i.saturating_sub(1)].1
    }

    /// The instant of a wall-clock time, given as seconds from the midnight that begins a day of the window.
    pub fn instant(&self, day: i32, seconds: i64) -> i64 {
        let wall = (self.first + i64::from(day)) * DAY + seconds;
        let at = wall - self.offset_at(wall);
        // Once more with the offset found: right on either side of a change.
        wall - self.offset_at(at)
    }

    /// The day of the window on which an instant falls.
    pub fn day(&self, at: i64) -> i32 {
        ((at + self.offset_at(at)).div_euclid(DAY) - self.first) as i32
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(&self, day: i32) -> usize {
        (self.first + i64::from(day) + 3).rem_euclid(7) as usize
    }

    /// RFC 3339 with the offset in force.
    pub fn rfc3339(&self, at: i64) -> String {
        let offset = self.offset_at(at);
        let mut text = wall_text(at + offset, 'T');
        text.push(if offset < 0 { '-' } else { '+' });
        push2(&mut text, offset.abs() / HOUR);
        text.push(':');
        push2(&mut text, offset.abs() % HOUR / MINUTE);
        text
    }

    /// The wall clock alone, as rosters are exported.
    pub fn local(&self, at: i64) -> String {
        wall_text(at + self.offset_at(at), ' ')
    }

    /// The date of a day of the window.
    pub fn date(&self, day: i32) -> String {
        date_text(self.first + i64::from(day))
    }

    /// The date of a day of the window, as six digits.
    pub fn short_date(&self, day: i32) -> String {
        let (y, m, d) = civil(self.first + i64::from(day));
        format!("{:02}{m:02}{d:02}", y.rem_euclid(100))
    }

    /// A day of the window in days since 1970-01-01, as birth dates are kept.
    pub fn absolute(&self, day: i32) -> i64 {
        self.first + i64::from(day)
    }
}

fn offset(at: i64) -> i64 {
    let instant = DateTime::<Utc>::from_timestamp(at, 0).unwrap_or_default();
    i64::from(London.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc())
}

/// Year, month and day of a day since 1970-01-01 (proleptic Gregorian).
pub fn civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(m <= 2), m, d)
}

/// `YYYY-MM-DD` of a day since 1970-01-01.
pub fn date_text(day: i64) -> String {
    let (y, m, d) = civil(day);
    let mut text = String::with_capacity(10);
    push2(&mut text, y / 100);
    push2(&mut text, y % 100);
    text.push('-');
    push2(&mut text, m);
    text.push('-');
    push2(&mut text, d);
    text
}

fn wall_text(wall: i64, between: char) -> String {
    let mut text = String::with_capacity(25);
    text.push_str(&date_text(wall.div_euclid(DAY)));
    let s = wall.rem_euclid(DAY);
    text.push(between);
    push2(&mut text, s / HOUR);
    text.push(':');
    push2(&mut text, s % HOUR / MINUTE);
    text.push(':');
    push2(&mut text, s % MINUTE);
    text
}

fn push2(text: &mut String, n: i64) {
    text.push((b'0' + (n / 10 % 10) as u8) as char);
    text.push((b'0' + (n % 10) as u8) as char);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::new(NaiveDate::from_ymd_opt(2026, 3, 16).expect("a date"), 20)
    }

    #[test]
    fn crosses_the_change_to_summer_time() {
        let clock = clock();
        assert_eq!(clock.rfc3339(clock.instant(0, 8 * HOUR)), "2026-03-16T08:00:00+00:00");
        assert_eq!(clock.rfc3339(clock.instant(13, 0)), "2026-03-29T00:00:00+00:00");
        assert_eq!(clock.rfc3339(clock.instant(13, 3 * HOUR)), "2026-03-29T03:00:00+01:00");
        assert_eq!(clock.local(clock.instant(14, 60)), "2026-03-30 00:01:00");
        assert_eq!(clock.day(clock.instant(14, 60)), 14);
        assert_eq!(clock.day(clock.instant(14, -60)), 13);
        // A night shift of nine hours by the clock on the wall lasts eight.
        assert_eq!(clock.instant(13, 7 * HOUR) - clock.instant(12, 22 * HOUR), 8 * HOUR);
    }

    #[test]
    fn dates_and_weekdays() {
        let clock = clock();
        assert_eq!(clock.weekday(0), 0);
        assert_eq!(clock.weekday(-1), 6);
        assert_eq!(clock.date(-16), "2026-02-28");
        assert_eq!(clock.short_date(0), "260316");
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(-1), (1969, 12, 31));
    }
}
