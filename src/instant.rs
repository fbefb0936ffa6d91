//! Points in time, as the engine holds them.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
///
/// Eight bytes, ordered, without a zone. A zone is needed only to read a local
/// time (ingest) and to show one (report); neither ever asks the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub i64);

/// Milliseconds in one minute.
pub const MINUTE: i64 = 60_000;
/// Milliseconds in one hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in one day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

impl Instant {
    /// Before every recorded time: the open start of a period.
    pub const MIN: Self = Self(i64::MIN);
    /// After every recorded time: the open end of a period.
    pub const MAX: Self = Self(i64::MAX);

    /// From a chrono instant, cut to the millisecond.
    #[must_use]
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }

    /// As a chrono instant; `None` outside the calendar that chrono covers.
    #[must_use]
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        Utc.timestamp_millis_opt(self.0).single()
    }

    /// RFC 3339 with the offset of `zone` at that moment, to the second;
    /// empty for the open ends of a period.
    #[must_use]
    pub fn rfc3339(self, zone: Tz) -> String {
        self.to_utc().map_or_else(String::new, |at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false))
    }

    /// The calendar day in `zone`.
    #[must_use]
    pub fn local_date(self, zone: Tz) -> Option<NaiveDate> {
        self.to_utc().map(|at| at.with_timezone(&zone).date_naive())
    }

    /// This moment moved by `millis`, stopping at the ends.
    #[must_use]
    pub const fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}
