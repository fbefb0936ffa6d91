//! Dates and times as people write them in a config or on the command line.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::instant::Instant;

/// Which moment of a day a bare date stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Its first moment.
    Start,
    /// The first moment of the day after: "until the 31st" takes in the 31st.
    End,
}

/// Reads a date (a day in `zone`) or an RFC 3339 time.
///
/// # Errors
/// What is wrong with the text and what would be right, as two sentences' halves
/// for a message and its help.
pub fn moment(text: &str, zone: Tz, edge: Edge) -> Result<Instant, (String, String)> {
    let text = text.trim();
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let day = match edge {
            Edge::Start => Some(date),
            Edge::End => date.succ_opt(),
        };
        return day
            .and_then(|day| first_moment(day, zone))
            .ok_or_else(|| (format!("the day {text} cannot be placed in {zone}"), shape()));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Instant::from_utc(at.to_utc()));
    }
    let help = if has_time_without_offset(text) {
        "a time needs its offset, such as 2026-03-01T06:00:00+00:00".to_owned()
    } else {
        shape()
    };
    Err((format!("`{text}` is neither a date of the calendar nor an RFC 3339 time"), help))
}

fn shape() -> String {
    "write a date as 2026-03-01, or a time as 2026-03-01T06:00:00+00:00".to_owned()
}

fn has_time_without_offset(text: &str) -> bool {
    DateTime::parse_from_rfc3339(&format!("{text}Z")).is_ok()
        || DateTime::parse_from_rfc3339(&format!("{text}:00Z")).is_ok()
}

/// The first moment of a day: midnight, or the first time after it that the
/// zone's clocks showed (some zones change their clocks at midnight, and one
/// has skipped a whole day).
fn first_moment(day: NaiveDate, zone: Tz) -> Option<Instant> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    (0..=48).find_map(|half_hours| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(30 * half_hours))?;
        let at = zone.from_local_datetime(&local).earliest()?;
        Some(Instant::from_utc(at.to_utc()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America, Asia, Europe, Pacific, UTC};

    fn shown(text: &str, zone: Tz, edge: Edge) -> String {
        moment(text, zone, edge).expect("a readable moment").rfc3339(zone)
    }

    #[test]
    fn a_date_is_a_day_of_the_zone() {
        assert_eq!(shown("2026-03-01", Europe::London, Edge::Start), "2026-03-01T00:00:00+00:00");
        assert_eq!(shown("2026-07-01", Europe::London, Edge::Start), "2026-07-01T00:00:00+01:00");
        assert_eq!(shown("2026-03-31", Europe::London, Edge::End), "2026-04-01T00:00:00+01:00");
        assert_eq!(shown("2026-12-31", UTC, Edge::End), "2027-01-01T00:00:00+00:00");
    }

    #[test]
    fn the_days_of_clock_changes_have_23_and_25_hours() {
        for (day, hours) in [("2026-03-29", 23), ("2026-10-25", 25)] {
            let start = moment(day, Europe::London, Edge::Start).expect("start");
            let end = moment(day, Europe::London, Edge::End).expect("end");
            assert_eq!(end.0 - start.0, hours * crate::instant::HOUR, "{day}");
        }
    }

    #[test]
    fn a_midnight_that_never_was_is_the_first_moment_after_it() {
        assert_eq!(shown("2018-11-04", America::Sao_Paulo, Edge::Start), "2018-11-04T01:00:00-02:00");
        assert_eq!(shown("2011-12-30", Pacific::Apia, Edge::Start), "2011-12-31T00:00:00+14:00");
        assert_eq!(shown("2017-09-22", Asia::Tehran, Edge::Start), "2017-09-22T00:00:00+03:30");
    }

    #[test]
    fn a_time_keeps_its_own_offset() {
        assert_eq!(shown("2026-03-01T06:00:00+02:00", UTC, Edge::End), "2026-03-01T04:00:00+00:00");
    }

    #[test]
    fn anything_else_is_refused_with_the_right_shape() {
        for text in ["1 March", "01/03/2026", "2026-02-30", "", "2026-3-1T"] {
            let (message, help) = moment(text, UTC, Edge::Start).expect_err(text);
            assert!(message.contains(&format!("`{text}`")), "{message}");
            assert!(help.contains("2026-03-01"), "{help}");
        }
        let (_, help) = moment("2026-03-01T06:00", UTC, Edge::Start).expect_err("no offset");
        assert!(help.contains("needs its offset"), "{help}");
    }
}
