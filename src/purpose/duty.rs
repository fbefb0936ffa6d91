//! When people were working: the roster as an answer to "was this user on duty
//! at that moment?".

use chrono_tz::Tz;

use super::actors::{UserId, Users};
use crate::ingest::{Duty, Staff};
use crate::instant::{DAY, HOUR, Instant, MINUTE};

/// Early arrival and late handover: this long around a rostered period nobody is off duty.
pub const DUTY_GRACE: i64 = 60 * MINUTE;

/// Without any roster row this near, the roster is silent and the state unknown.
pub const ROSTER_REACH: i64 = 10 * DAY;

/// Longest single roster entry that is looked back over (a sabbatical year).
const LONGEST_ENTRY: i64 = 400 * DAY;

/// The user's state at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum DutyState {
    /// The roster does not cover that time: never counted against anyone.
    #[default]
    Unknown,
    On,
    /// Within the grace around a rostered period.
    Grace,
    Overtime,
    OnCall,
    Off,
    Leave,
    Sick,
    Course,
    Suspended,
    LongLeave,
    /// After the last day of service.
    Left,
    /// Before the first day of service.
    NotStarted,
}

impl DutyState {
    /// The code that rules and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::On => "on",
            Self::Grace => "grace",
            Self::Overtime => "overtime",
            Self::OnCall => "on_call",
            Self::Off => "off",
            Self::Leave => "leave",
            Self::Sick => "sick",
            Self::Course => "course",
            Self::Suspended => "suspended",
            Self::LongLeave => "long_leave",
            Self::Left => "left",
            Self::NotStarted => "not_started",
        }
    }

    /// Outside rostered work on a day that the roster covers. Sickness is never a signal, and leave,
    /// suspension and the end of service have rules of their own.
    #[must_use]
    pub const fn is_off(self) -> bool {
        matches!(self, Self::Off)
    }

    /// On leave of either kind.
    #[must_use]
    pub const fn is_leave(self) -> bool {
        matches!(self, Self::Leave | Self::LongLeave)
    }

    /// Outside service altogether.
    #[must_use]
    pub const fn is_left(self) -> bool {
        matches!(self, Self::Left | Self::NotStarted)
    }

    fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "duty" | "" => Self::On,
            "overtime" => Self::Overtime,
            "on_call" => Self::OnCall,
            "leave" => Self::Leave,
            "sick" => Self::Sick,
            "course" => Self::Course,
            "suspended" => Self::Suspended,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Period {
    start: Instant,
    end: Instant,
    state: DutyState,
}

/// The roster by user, and the dates of service.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    periods: Vec<Vec<Period>>,
    service: Vec<Service>,
}

#[derive(Clone, Copy, Debug)]
struct Service {
    start: Instant,
    end: Instant,
    status: Option<DutyState>,
}

impl Roster {
    /// From HR and the duty table. Days of service begin and end at local midnight in `zone`.
    #[must_use]
    pub fn new(users: &Users, staff: &[Staff], duty: &[Duty], zone: Tz) -> Self {
        let mut periods = vec![Vec::new(); users.len()];
        for row in duty {
            if let (Some(user), Some(state)) = (users.find(&row.staff_id), DutyState::parse(&row.kind)) {
                periods[user as usize].push(Period { start: row.start, end: row.end, state });
            }
        }
        for list in &mut periods {
            list.sort_unstable_by_key(|p| (p.start, p.end, p.state));
        }
        let service = staff
            .iter()
            .map(|s| Service {
                start: s.start_date.map_or(Instant::MIN, |d| local_midnight(d, zone)),
                end: s.end_date.and_then(|d| d.succ_opt()).map_or(Instant::MAX, |d| local_midnight(d, zone)),
                status: match s.status.as_str() {
                    "suspended" => Some(DutyState::Suspended),
                    "long_leave" => Some(DutyState::LongLeave),
                    _ => None,
                },
            })
            .collect();
        Self { periods, service }
    }

    /// The state of `user` at `at`.
    #[must_use]
    pub fn state(&self, user: UserId, at: Instant) -> DutyState {
        let service = self.service.get(user as usize);
        if let Some(service) = service {
            if at >= service.end {
                return DutyState::Left;
            }
            if at < service.start {
                return DutyState::NotStarted;
            }
        }
        let list = self.periods.get(user as usize).map_or(&[][..], |l| l);
        // Everything that starts before the grace after `at`, latest start first.
        let upto = list.partition_point(|p| p.start.0 <= at.0.saturating_add(DUTY_GRACE));
        let mut best = None;
        let mut near = list.get(upto).is_some_and(|p| p.start.0 - at.0 <= ROSTER_REACH);
        for period in list[..upto].iter().rev() {
            if at.0.saturating_sub(period.start.0) > LONGEST_ENTRY {
                break;
            }
            near |= at.0.saturating_sub(period.end.0) <= ROSTER_REACH;
            let inside = period.start <= at && at < period.end;
            let working =
                matches!(period.state, DutyState::On | DutyState::Overtime | DutyState::OnCall | DutyState::Course);
            let state = if inside {
                Some(period.state)
            } else if working && at.0 < period.end.0.saturating_add(DUTY_GRACE) {
                Some(DutyState::Grace)
            } else {
                None
            };
            if let Some(state) = state {
                // Suspension outranks all; any work outranks an absence noted for the same time.
                let rank = |s: DutyState| match s {
                    DutyState::Suspended => 0,
                    DutyState::On => 1,
                    DutyState::Overtime => 2,
                    DutyState::OnCall => 3,
                    DutyState::Course => 4,
                    DutyState::Grace => 5,
                    DutyState::Leave => 6,
                    _ => 7,
                };
                if best.is_none_or(|b| rank(state) < rank(b)) {
                    best = Some(state);
                }
            }
        }
        match (best, service.and_then(|s| s.status)) {
            (Some(DutyState::Suspended), _) | (_, Some(DutyState::Suspended)) => DutyState::Suspended,
            // HR's status is of today; a rostered period proves that it did not hold then.
            (Some(state), _) => state,
            (None, Some(status)) => status,
            (None, None) if near => DutyState::Off,
            (None, None) => DutyState::Unknown,
        }
    }

    /// True where the roster has anything for this user.
    #[must_use]
    pub fn covers(&self, user: UserId) -> bool {
        self.periods.get(user as usize).is_some_and(|l| !l.is_empty())
    }
}

/// The first moment of a local day; one hour later where clocks skip midnight.
pub(crate) fn local_midnight(date: chrono::NaiveDate, zone: Tz) -> Instant {
    use chrono::TimeZone;
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    zone.from_local_datetime(&midnight).earliest().map(|t| Instant::from_utc(t.to_utc())).unwrap_or_else(|| {
        // A zone whose clocks skip midnight: the day begins an hour later.
        Instant(midnight.and_utc().timestamp_millis()).plus(HOUR)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn roster(rows: &[(i64, i64, &str)], end_date: Option<NaiveDate>, status: &str) -> Roster {
        let staff = [Staff { staff_id: "S1".into(), end_date, status: status.into(), ..Staff::default() }];
        let duty: Vec<Duty> = rows
            .iter()
            .map(|&(start, end, kind)| Duty {
                staff_id: "S1".into(),
                start: Instant(start * HOUR),
                end: Instant(end * HOUR),
                kind: kind.into(),
                ..Duty::default()
            })
            .collect();
        let users = Users::new(&staff, &[], []);
        Roster::new(&users, &staff, &duty, chrono_tz::Europe::London)
    }

    #[test]
    fn states_at_the_edges_of_a_night_shift() {
        let r = roster(&[(22, 32, "duty")], None, "active");
        let at = |minutes: i64| r.state(0, Instant(minutes * MINUTE));
        assert_eq!(at(22 * 60), DutyState::On);
        assert_eq!(at(24 * 60 + 30), DutyState::On, "past midnight");
        assert_eq!(at(21 * 60 + 15), DutyState::Grace);
        assert_eq!(at(32 * 60 + 59), DutyState::Grace);
        assert_eq!(at(33 * 60), DutyState::Off);
        assert_eq!(at(20 * 60 + 59), DutyState::Off);
        assert_eq!(at(33 * 60 + 11 * 24 * 60), DutyState::Unknown, "roster silent");
    }

    #[test]
    fn a_recall_outranks_leave_and_suspension_outranks_all() {
        let r = roster(&[(0, 100, "leave"), (10, 12, "overtime")], None, "active");
        assert_eq!(r.state(0, Instant(11 * HOUR)), DutyState::Overtime);
        assert_eq!(r.state(0, Instant(50 * HOUR)), DutyState::Leave);
        let r = roster(&[(0, 100, "suspended"), (10, 12, "duty")], None, "active");
        assert_eq!(r.state(0, Instant(11 * HOUR)), DutyState::Suspended);
    }

    #[test]
    fn the_last_day_of_service_is_a_day_of_service() {
        let r = roster(&[], NaiveDate::from_ymd_opt(2026, 6, 1), "");
        let at = |text: &str| {
            let t = chrono::DateTime::parse_from_rfc3339(text).expect("test time");
            r.state(0, Instant::from_utc(t.to_utc()))
        };
        assert_eq!(at("2026-06-01T23:30:00+01:00"), DutyState::Unknown);
        assert_eq!(at("2026-06-02T00:00:00+01:00"), DutyState::Left);
    }
}
