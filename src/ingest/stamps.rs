//! Times that a profile reads by formats of their own, and writes as ISO 8601 for the clock to read.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use super::time::{Changes, Format};

/// How one kind of cell writes times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stamp {
    pub formats: Vec<StampFormat>,
    /// Zone of these times, where it is another than the source's.
    pub zone: Option<Tz>,
}

/// One way to write a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StampFormat {
    /// Days since 30 December 1899, as spreadsheets count.
    Excel,
    /// A chrono format.
    Pattern(Format),
}

impl StampFormat {
    /// From the text of a profile; the error is the reason that it cannot work.
    pub(crate) fn new(text: &str) -> Result<Self, &'static str> {
        if text == "excel" { Ok(Self::Excel) } else { Format::new(text).map(Self::Pattern) }
    }
}

/// A time as read.
enum Read {
    Day(NaiveDate),
    Local(NaiveDateTime),
    /// With an offset, as RFC 3339.
    Moment(String),
}

impl Stamp {
    /// The time as ISO 8601; `None` where no format fits, and the text should stay as it is. A local time that does not come
    /// after `after` is moved on by a day.
    pub(crate) fn read(&self, text: &str, after: Option<&str>, changes: &mut Changes) -> Option<String> {
        let read = self.formats.iter().find_map(|format| format.read(text)).or_else(|| iso(text))?;
        Some(match read {
            Read::Moment(text) => text,
            Read::Day(day) => day.to_string(),
            Read::Local(mut local) => {
                if let Some(Read::Local(start)) = after.and_then(iso)
                    && local <= start
                {
                    local = local.checked_add_signed(TimeDelta::days(1))?;
                }
                match self.zone {
                    Some(zone) => resolved(zone, local, changes)?,
                    None => written(local),
                }
            }
        })
    }
}

impl StampFormat {
    fn read(&self, text: &str) -> Option<Read> {
        match self {
            Self::Excel => {
                let serial: f64 = text.parse().ok()?;
                let local = from_serial(serial)?;
                Some(if serial.fract() == 0.0 { Read::Day(local.date()) } else { Read::Local(local) })
            }
            Self::Pattern(format) => {
                if let Some(at) = format.moment(text) {
                    let at = DateTime::from_timestamp_millis(at.0)?;
                    return Some(Read::Moment(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
                }
                format.local(text).map(Read::Local).or_else(|| format.day(text).map(Read::Day))
            }
        }
    }
}

/// The local time of a spreadsheet's serial number, to the second; none before 1900 or after 9999.
pub(crate) fn from_serial(serial: f64) -> Option<NaiveDateTime> {
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    // The range is far inside that of the integer.
    #[allow(clippy::cast_possible_truncation)]
    let seconds = (serial * 86_400.0).round() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?
        .and_time(chrono::NaiveTime::MIN)
        .checked_add_signed(TimeDelta::seconds(seconds))
}

/// ISO 8601 without an offset; the fraction of a second may be left out, and so may the seconds.
fn iso(text: &str) -> Option<Read> {
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, format) {
            return Some(Read::Local(local));
        }
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Read::Day)
}

/// `2026-03-01T22:00:00`, with milliseconds where there are any.
pub(crate) fn written(local: NaiveDateTime) -> String {
    let format = if local.nanosecond() == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.3f" };
    local.format(format).to_string()
}

/// A local time with its offset: the first pass of a doubled hour, and an hour later in a missing one, both counted.
fn resolved(zone: Tz, local: NaiveDateTime, changes: &mut Changes) -> Option<String> {
    let at = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => at,
        LocalResult::Ambiguous(first, _) => {
            changes.ambiguous += 1;
            first
        }
        LocalResult::None => {
            changes.missing += 1;
            let later = local.checked_add_signed(TimeDelta::hours(1))?;
            zone.from_local_datetime(&later).earliest()?
        }
    };
    Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(formats: &[&str], zone: Option<Tz>) -> Stamp {
        Stamp { formats: formats.iter().map(|text| StampFormat::new(text).unwrap()).collect(), zone }
    }

    #[test]
    fn formats_become_iso() {
        let changes = &mut Changes::default();
        for (formats, text, expected) in [
            (&["%d/%m/%Y"][..], "05/06/1980", Some("1980-06-05")),
            (&["%d/%m/%Y %H:%M", "%d/%m/%Y"], "05/06/2026 22:00", Some("2026-06-05T22:00:00")),
            (&["%d/%m/%Y %H:%M", "%d/%m/%Y"], "05/06/2026", Some("2026-06-05")),
            (&["%d/%m/%Y"], "1980-06-05", Some("1980-06-05")),
            (&["%d/%m/%Y"], "06/31/1980", None),
            (&["excel"], "45000", Some("2023-03-15")),
            (&["excel"], "45000.75", Some("2023-03-15T18:00:00")),
            (&["excel"], "0", None),
            (&["excel"], "NaN", None),
            (&["excel"], "1e300", None),
            (&["%d/%m/%Y %H:%M %z"], "05/06/2026 22:00 +0100", Some("2026-06-05T21:00:00Z")),
        ] {
            assert_eq!(stamp(formats, None).read(text, None, changes).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn zones_and_clock_changes() {
        let london = stamp(&["%d/%m/%Y %H:%M"], Some(chrono_tz::Europe::London));
        let mut changes = Changes::default();
        let read = |text: &str, changes: &mut Changes| london.read(text, None, changes).unwrap();
        assert_eq!(read("18/06/2025 10:00", &mut changes), "2025-06-18T10:00:00+01:00");
        assert_eq!(read("26/10/2025 01:30", &mut changes), "2025-10-26T01:30:00+01:00");
        assert_eq!(read("30/03/2025 01:30", &mut changes), "2025-03-30T02:30:00+01:00");
        assert_eq!(changes, Changes { ambiguous: 1, missing: 1 });
    }

    #[test]
    fn an_end_comes_after_its_start() {
        let times = stamp(&["%d/%m/%Y %H:%M"], None);
        let changes = &mut Changes::default();
        let start = Some("2026-03-01T22:00:00");
        assert_eq!(times.read("01/03/2026 06:00", start, changes).unwrap(), "2026-03-02T06:00:00");
        assert_eq!(times.read("01/03/2026 23:00", start, changes).unwrap(), "2026-03-01T23:00:00");
        assert_eq!(times.read("01/03/2026 22:00", start, changes).unwrap(), "2026-03-02T22:00:00");
        assert_eq!(times.read("01/03/2026 06:00", Some("rest day"), changes).unwrap(), "2026-03-01T06:00:00");
    }
}
