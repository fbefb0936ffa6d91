//! Logins in use at two places at once.

use rustc_hash::FxHashSet;

use crate::ingest::{Action, Tables};
use crate::instant::MINUTE;
use crate::purpose::{Judged, Look};

/// Two sites within this time are two people: no two stations are that near.
const TRAVEL: i64 = 10 * MINUTE;

/// Events of a login at one site within ten minutes of its events at another.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    events: FxHashSet<u32>,
    /// False where the log names no sites: unknown, not absent.
    pub known: bool,
}

impl Shared {
    /// Walks each login's events in time order. What a system asks by itself is passed over: the login may be the
    /// system's own, at work everywhere at once.
    #[must_use]
    pub fn new(tables: &Tables) -> Self {
        let log = &tables.access;
        let mut shared = Self { known: tables.access.columns.contains(&"location"), ..Self::default() };
        if !shared.known {
            return shared;
        }
        // A log without kinds of action tells nothing of machines.
        let told = log.events.iter().any(|e| e.action != Action::Other);
        let mut before: Option<u32> = None;
        for (index, event) in log.events.iter().enumerate() {
            if event.location == 0 || told && event.action == Action::Other {
                continue;
            }
            if let Some(b) = before {
                let earlier = &log.events[b as usize];
                if earlier.login == event.login
                    && earlier.location != event.location
                    && event.at.0 - earlier.at.0 <= TRAVEL
                {
                    shared.events.insert(b);
                    shared.events.insert(index as u32);
                }
            }
            before = Some(index as u32);
        }
        shared
    }

    /// Does any event of the look stand among them?
    #[must_use]
    pub fn in_look(&self, judged: &Judged, look: &Look) -> bool {
        let from = look.events_from as usize;
        !self.events.is_empty()
            && judged.looks.order[from..from + look.events as usize].iter().any(|e| self.events.contains(e))
    }
}
