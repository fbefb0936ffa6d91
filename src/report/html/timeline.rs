//! Geometry of the time line of a case: days from left to right, the hour of the
//! day from top to bottom, so that nights and repeats show.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Timelike};

use super::bars::percentage;
use super::words;
use crate::report::model::TimelineLook;

/// Most marks drawn for one case; the table and the files have the rest.
const MARKS: usize = 1000;
/// Most dates named below the line.
const TICKS: u64 = 3;
/// Seconds in a day without a clock change.
const DAY: f64 = 86_400.0;

/// A drawn look.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Day.
    pub x: String,
    /// Hour.
    pub y: String,
    /// Id of the mark's shape: filled, hollow or half; round on duty, square off duty.
    pub shape: &'static str,
    /// The look in words.
    pub title: String,
}

/// A named day.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it begins.
    pub x: String,
    /// Its date.
    pub date: String,
    /// How the text sits on that place.
    pub anchor: &'static str,
}

/// The drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Looks in time order.
    pub marks: Vec<Mark>,
    /// Days named below.
    pub ticks: Vec<Tick>,
    /// The drawing in words.
    pub label: String,
    /// Looks without a readable time, or beyond what is drawn.
    pub undrawn: usize,
}

/// Lays out the looks of a case.
#[must_use]
pub fn lay_out(looks: &[TimelineLook]) -> Timeline {
    let timed: Vec<(DateTime<FixedOffset>, &TimelineLook)> =
        looks.iter().filter_map(|look| Some((words::parse(&look.at)?, look))).take(MARKS).collect();
    let undrawn = looks.len() - timed.len();
    let dates = timed.iter().map(|(at, _)| at.date_naive());
    let (Some(first), Some(last)) = (dates.clone().min(), dates.max()) else {
        return Timeline { undrawn, ..Timeline::default() };
    };
    let days = days_between(first, last) + 1;
    let marks = timed.iter().map(|(at, look)| mark(*at, look, first, days));
    Timeline { marks: marks.collect(), ticks: ticks(first, days), label: label(looks, first, last), undrawn }
}

fn mark(at: DateTime<FixedOffset>, look: &TimelineLook, first: NaiveDate, days: u64) -> Mark {
    let hour = f64::from(at.num_seconds_from_midnight()) / DAY;
    // Days of a window: far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let x = (days_between(first, at.date_naive()) as f64 + hour) / days as f64;
    Mark {
        x: percentage(x * 100.0),
        y: percentage(hour * 100.0),
        shape: shape(look),
        title: format!(
            "{}, {}: {}, {}",
            words::minute(&look.at),
            look.system,
            words::purpose(&look.purpose).to_lowercase(),
            match look.duty.as_str() {
                "" | "unknown" => "duty not known".to_owned(),
                duty => words::duty(duty).to_lowercase(),
            },
        ),
    }
}

/// Id of the shape for a look, as the page defines them.
#[must_use]
pub fn shape(look: &TimelineLook) -> &'static str {
    match (look.purpose.as_str(), words::away(&look.duty)) {
        ("unexplained", false) => "m-u",
        ("unexplained", true) => "m-u-off",
        ("explained", false) => "m-e",
        ("explained", true) => "m-e-off",
        (_, false) => "m-c",
        (_, true) => "m-c-off",
    }
}

/// Up to three days: the first, the one in the middle, the last.
fn ticks(first: NaiveDate, days: u64) -> Vec<Tick> {
    let count = days.min(TICKS);
    (0..count)
        .map(|i| {
            let offset = if count < 2 { 0 } else { (days - 1) * i / (count - 1) };
            let date = first.checked_add_days(Days::new(offset)).unwrap_or(first);
            #[allow(clippy::cast_precision_loss)]
            let x = offset as f64 / days as f64 * 100.0;
            let anchor = match i {
                0 => "start",
                i if i + 1 == count => "end",
                _ => "middle",
            };
            Tick {
                // The last date is written to the left of the frame's end.
                x: percentage(if anchor == "end" { 100.0 } else { x }),
                date: date.and_time(NaiveTime::MIN).format("%-d %b %Y").to_string(),
                anchor,
            }
        })
        .collect()
}

fn label(looks: &[TimelineLook], first: NaiveDate, last: NaiveDate) -> String {
    let counted = |code: &str| looks.iter().filter(|l| l.purpose == code).count();
    let away = looks.iter().filter(|l| words::away(&l.duty)).count();
    let unexplained = counted("unexplained");
    let explained = counted("explained");
    let span = if first == last {
        format!("on {}", first.format("%-d %B %Y"))
    } else {
        format!("from {} to {}", first.format("%-d %B %Y"), last.format("%-d %B %Y"))
    };
    format!(
        "Time line of {} {span}: {unexplained} unexplained, {explained} explained, {} cannot tell; {away} off duty.",
        words::count(looks.len(), "look", "looks"),
        looks.len() - unexplained - explained,
    )
}

/// Whole days from one date to a later one.
fn days_between(from: NaiveDate, to: NaiveDate) -> u64 {
    u64::try_from(to.signed_duration_since(from).num_days()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::lay_out;
    use crate::report::model::TimelineLook;

    fn look(at: &str, purpose: &str, duty: &str) -> TimelineLook {
        TimelineLook {
            at: at.to_owned(),
            system: "PNC".to_owned(),
            events: 1,
            purpose: purpose.to_owned(),
            explained_by: String::new(),
            duty: duty.to_owned(),
        }
    }

    #[test]
    fn days_run_across_and_hours_run_down() {
        let drawn = lay_out(&[
            look("2026-03-01T06:00:00+00:00", "explained", "on"),
            look("2026-03-04T12:00:00+00:00", "unexplained", "off"),
            look("unreadable", "unexplained", "off"),
        ]);
        let places: Vec<_> = drawn.marks.iter().map(|m| (m.x.as_str(), m.y.as_str(), m.shape)).collect();
        assert_eq!(places, [("6.25%", "25.00%", "m-e"), ("87.50%", "50.00%", "m-u-off")]);
        assert_eq!(drawn.undrawn, 1);
        assert_eq!(drawn.marks[1].title, "4\u{a0}Mar\u{a0}2026, 12:00, PNC: unexplained, off duty");
        let dates: Vec<_> = drawn.ticks.iter().map(|t| (t.date.as_str(), t.anchor)).collect();
        assert_eq!(dates, [("1 Mar 2026", "start"), ("2 Mar 2026", "middle"), ("4 Mar 2026", "end")]);
        assert_eq!(
            drawn.label,
            "Time line of 3\u{a0}looks from 1 March 2026 to 4 March 2026: 2 unexplained, 1 explained, 0 cannot tell; 2 off duty."
        );
    }

    #[test]
    fn nothing_timed_draws_nothing() {
        let drawn = lay_out(&[look("", "explained", "on")]);
        assert!(drawn.marks.is_empty());
        assert_eq!(drawn.undrawn, 1);
        assert_eq!(lay_out(&[look("2026-03-01T06:00:00Z", "x", "")]).ticks.len(), 1);
    }
}
