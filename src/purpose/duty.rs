//! When people were working: the roster as an answer to "was this user on duty
//! at that moment?".

use chrono_tz::Tz;

use super::actors::{UserId, Users};
use crate::ingest::{Duty, Staff};
use crate::instant::{DAY, HOUR, Instant, MINUTE};

/// Early arrival and late handover: this long around a rostered period nobody is off duty.
pub const DUTY_GRACE: i64 = 60 * MINUTE;

/// No turn of duty is longer: one that began on the last day of service has ended so long after midnight.
pub const LONGEST_TURN: i64 = 12 * HOUR;

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
    /// Users for whom rows are missing: outside it they are not off duty, but unknown.
    thin: Vec<bool>,
    /// Units for which it is so, sorted.
    thin_units: Vec<String>,
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
        Self { periods, service, thin: Vec::new(), thin_units: Vec::new() }
    }

    /// The state of `user` at `at`.
    #[must_use]
    pub fn state(&self, user: UserId, at: Instant) -> DutyState {
        let service = self.service.get(user as usize);
        if let Some(service) = service {
            // The last turn may be a night: until it is over, the roster answers as ever.
            if at.0 >= service.end.0.saturating_add(LONGEST_TURN) {
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
            (None, None) if near && !self.thin.get(user as usize).is_some_and(|thin| *thin) => DutyState::Off,
            (None, None) => DutyState::Unknown,
        }
    }

    /// Notes for whom rows are missing.
    pub(super) fn set_thin(&mut self, (thin, units): (Vec<bool>, Vec<String>)) {
        (self.thin, self.thin_units) = (thin, units);
    }

    /// Users for whom rows are missing, as far as the work that tasks explain shows it.
    #[must_use]
    pub fn thin(&self) -> &[bool] {
        &self.thin
    }

    /// Units for which rows are missing, sorted.
    #[must_use]
    pub fn thin_units(&self) -> &[String] {
        &self.thin_units
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
        // Its last turn may be a night, of which this roster says nothing.
        assert_eq!(at("2026-06-02T11:59:59+01:00"), DutyState::Unknown);
        assert_eq!(at("2026-06-02T12:00:00+01:00"), DutyState::Left);
    }
}

#[cfg(test)]
mod tables {
    use super::*;
    use chrono::NaiveDate;

    fn at(text: &str) -> Instant {
        Instant::from_utc(chrono::DateTime::parse_from_rfc3339(text).expect("test time").to_utc())
    }

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().expect("test day"))
    }

    /// Rows are (start, end, kind) of one member of staff.
    fn state(rows: &[(&str, &str, &str)], staff: &Staff, moment: &str) -> DutyState {
        let staff = [Staff { staff_id: "S1".into(), ..staff.clone() }];
        let duty: Vec<Duty> = rows
            .iter()
            .map(|(start, end, kind)| Duty {
                staff_id: "S1".into(),
                start: at(start),
                end: at(end),
                kind: (*kind).into(),
                ..Duty::default()
            })
            .collect();
        let users = Users::new(&staff, &[], []);
        Roster::new(&users, &staff, &duty, chrono_tz::Europe::London).state(0, at(moment))
    }

    #[test]
    fn every_kind_of_roster_row() {
        let span = |kind| [("2026-06-10T06:00:00Z", "2026-06-10T16:00:00Z", kind)];
        let nobody = Staff::default();
        for (kind, inside, just_before, just_after) in [
            ("duty", DutyState::On, DutyState::Grace, DutyState::Grace),
            ("", DutyState::On, DutyState::Grace, DutyState::Grace),
            ("overtime", DutyState::Overtime, DutyState::Grace, DutyState::Grace),
            ("on_call", DutyState::OnCall, DutyState::Grace, DutyState::Grace),
            ("course", DutyState::Course, DutyState::Grace, DutyState::Grace),
            // Absence has no grace: the hour before leave is not leave.
            ("leave", DutyState::Leave, DutyState::Off, DutyState::Off),
            ("sick", DutyState::Sick, DutyState::Off, DutyState::Off),
            ("suspended", DutyState::Suspended, DutyState::Off, DutyState::Off),
        ] {
            let rows = span(kind);
            assert_eq!(state(&rows, &nobody, "2026-06-10T12:00:00Z"), inside, "{kind}");
            assert_eq!(state(&rows, &nobody, "2026-06-10T05:30:00Z"), just_before, "{kind} before");
            assert_eq!(state(&rows, &nobody, "2026-06-10T16:30:00Z"), just_after, "{kind} after");
            assert_eq!(state(&rows, &nobody, "2026-06-10T20:00:00Z"), DutyState::Off, "{kind} long after");
            assert_eq!(state(&rows, &nobody, "2026-06-25T12:00:00Z"), DutyState::Unknown, "{kind}, silent since");
        }
    }

    #[test]
    fn sickness_is_never_off_duty_and_a_recall_is_work() {
        let rows = [
            ("2026-06-08T00:00:00Z", "2026-06-15T00:00:00Z", "sick"),
            ("2026-06-12T09:00:00Z", "2026-06-12T13:00:00Z", "overtime"),
        ];
        let nobody = Staff::default();
        for (moment, expected) in [
            ("2026-06-10T12:00:00Z", DutyState::Sick),
            ("2026-06-12T10:00:00Z", DutyState::Overtime),
            ("2026-06-12T13:30:00Z", DutyState::Grace),
        ] {
            let found = state(&rows, &nobody, moment);
            assert_eq!(found, expected, "{moment}");
            assert!(!found.is_off() && !found.is_leave(), "no rule may take sickness for absence without leave");
        }
    }

    #[test]
    fn the_nights_of_the_clock_changes() {
        let nobody = Staff::default();
        // 29 March 2026: 01:00 becomes 02:00; a shift from 22:00 to 07:00 local is eight hours long.
        let spring = [("2026-03-28T22:00:00+00:00", "2026-03-29T07:00:00+01:00", "duty")];
        assert_eq!(state(&spring, &nobody, "2026-03-29T02:30:00+01:00"), DutyState::On);
        assert_eq!(state(&spring, &nobody, "2026-03-29T07:30:00+01:00"), DutyState::Grace);
        assert_eq!(state(&spring, &nobody, "2026-03-29T08:30:00+01:00"), DutyState::Off);
        // 25 October 2026: 02:00 becomes 01:00; half past one comes twice and both are on duty.
        let autumn = [("2026-10-24T22:00:00+01:00", "2026-10-25T07:00:00+00:00", "duty")];
        for moment in ["2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00"] {
            assert_eq!(state(&autumn, &nobody, moment), DutyState::On, "{moment}");
        }
    }

    #[test]
    fn service_and_status() {
        let left = Staff { end_date: day("2026-06-30"), ..Staff::default() };
        let new = Staff { start_date: day("2026-06-01"), ..Staff::default() };
        let away = Staff { status: "long_leave".into(), ..Staff::default() };
        let suspended = Staff { status: "suspended".into(), ..Staff::default() };
        let shift = [("2026-06-30T20:00:00Z", "2026-07-01T06:00:00Z", "duty")];
        for (rows, staff, moment, expected) in [
            // The last day is a day of service, and its last turn may be a night.
            (&shift[..], &left, "2026-06-30T22:30:00Z", DutyState::On),
            (&shift[..], &left, "2026-07-01T05:30:00Z", DutyState::On),
            (&shift[..], &left, "2026-07-01T08:00:00Z", DutyState::Off),
            (&shift[..], &left, "2026-07-01T11:00:00Z", DutyState::Left),
            (&[][..], &new, "2026-05-31T12:00:00Z", DutyState::NotStarted),
            (&[][..], &new, "2026-05-31T23:30:00Z", DutyState::Unknown),
            (&[][..], &away, "2026-06-10T12:00:00Z", DutyState::LongLeave),
            // A rostered turn shows that the status of today did not hold then; a suspension holds.
            (&shift[..], &away, "2026-06-30T21:00:00Z", DutyState::On),
            (&shift[..], &suspended, "2026-06-30T21:00:00Z", DutyState::Suspended),
            (&[][..], &suspended, "2026-06-30T21:00:00Z", DutyState::Suspended),
        ] {
            assert_eq!(state(rows, staff, moment), expected, "{moment} {:?}", staff.status);
        }
    }

    #[test]
    fn whoever_moved_is_judged_by_the_roster_wherever_it_was_kept() {
        // Two units export the same week after a move: both rows are of one person, and work wins over leave.
        let rows = [
            ("2026-06-10T06:00:00Z", "2026-06-10T14:00:00Z", "leave"),
            ("2026-06-10T06:00:00Z", "2026-06-10T14:00:00Z", "duty"),
        ];
        assert_eq!(state(&rows, &Staff::default(), "2026-06-10T08:00:00Z"), DutyState::On);
    }
}
