//! Access rows, straight into columns.

use sha2::{Digest, Sha256};

use super::access::{Action, Environment, Event, Outcome};
use super::columns::access as col;
use super::dictionary::Dictionary;
use super::mapping::Cells;
use super::part::{At, Bench, Part, refuse_missing, unreadable_time};
use super::queries::{Queries, TERMS};
use super::tally::Refusal;
use super::time::DayAlone;

/// Events that one worker has read. Codes and query numbers are the worker's own until
/// [`super::merge`] makes them common.
#[derive(Default)]
pub(crate) struct AccessPart {
    pub words: Dictionary,
    pub queries: Queries,
    pub events: Vec<Event>,
    /// Bytes 8 to 16 of each event's identity hash; with `Event::id_hash` 128 bits, so that among a
    /// thousand million events the odds of two sharing one by chance are below 1 in 10^20.
    pub id_tails: Vec<u64>,
    scratch: Vec<u8>,
    /// Events whose codes are not all known, with those that are.
    batch: Vec<(Event, [u32; 8 + TERMS])>,
}

/// So many events are gathered before their texts are looked up.
const BATCH: usize = 32;

impl AccessPart {
    /// Looks up what the gathered events say. Must be called before anything is read from the part.
    pub(crate) fn settle(&mut self) {
        let batch = &mut self.batch;
        self.words.settle(|row, place, code| batch[row].1[place] = code);
        let terms = |codes: &[u32; 8 + TERMS]| std::array::from_fn(|term| codes[8 + term]);
        let visit = |sum: u32, (_, codes): &(Event, _)| sum.wrapping_add(self.queries.visit(terms(codes)));
        std::hint::black_box(self.batch.iter().fold(0, visit));
        for (event, codes) in self.batch.drain(..) {
            self.events.push(Event {
                login: codes[0],
                system: codes[1],
                on_behalf_of: codes[2],
                reason_code: codes[3],
                reason_text: codes[4],
                incident_id: codes[5],
                terminal: codes[6],
                location: codes[7],
                query: self.queries.number(terms(&codes)),
                ..event
            });
        }
    }
}

impl Part for AccessPart {
    fn row(&mut self, cells: &Cells<'_>, place: At, bench: &mut Bench) -> Result<(), Refusal> {
        if cells[col::AT].is_empty() {
            return Err(refuse_missing("at"));
        }
        if cells[col::LOGIN].is_empty() {
            return Err(refuse_missing("login"));
        }
        let Some(at) = bench.clock.moment(cells[col::AT], DayAlone::Refused) else {
            return Err(Refusal {
                column: "at",
                value: cells[col::AT].to_vec(),
                problem: unreadable_time("the row is not used"),
            });
        };
        // An unknown word never costs the event. What is not said to be training or test is judged as live.
        let environment = match word(cells[col::ENVIRONMENT]).as_ref() {
            b"" | b"live" => Environment::Live,
            b"training" => Environment::Training,
            b"test" => Environment::Test,
            _ => {
                bench.tally.unknown_word(col::ENVIRONMENT, cells[col::ENVIRONMENT]);
                Environment::Live
            }
        };
        let action = match word(cells[col::ACTION]).as_ref() {
            b"search" => Action::Search,
            b"view" => Action::View,
            b"update" => Action::Update,
            b"create" => Action::Create,
            b"print" => Action::Print,
            b"export" => Action::Export,
            b"" | b"other" => Action::Other,
            _ => {
                bench.tally.unknown_word(col::ACTION, cells[col::ACTION]);
                Action::Other
            }
        };
        let outcome = match word(cells[col::OUTCOME]).as_ref() {
            b"" | b"success" => Outcome::Success,
            b"denied" => Outcome::Denied,
            b"error" => Outcome::Error,
            _ => {
                bench.tally.unknown_word(col::OUTCOME, cells[col::OUTCOME]);
                Outcome::Success
            }
        };

        self.scratch.clear();
        if cells[col::EVENT_ID].is_empty() {
            self.scratch.push(2);
            self.scratch.extend_from_slice(&at.0.to_le_bytes());
            self.scratch.extend_from_slice(&[environment as u8, action as u8, outcome as u8]);
            for (index, cell) in cells[..col::COUNT].iter().enumerate() {
                if !matches!(index, col::AT | col::ENVIRONMENT | col::ACTION | col::OUTCOME) {
                    frame(&mut self.scratch, cell);
                }
            }
        } else {
            self.scratch.push(1);
            frame(&mut self.scratch, cells[col::SYSTEM]);
            frame(&mut self.scratch, cells[col::EVENT_ID]);
        }
        let digest = Sha256::digest(&self.scratch);
        let (head, tail) = (eight(&digest[..8]), eight(&digest[8..16]));

        let codes = self.words.codes(self.batch.len() as u32, texts(cells));
        let event = Event {
            at,
            id_hash: head,
            offset: place.offset,
            line: place.line,
            login: 0,
            on_behalf_of: 0,
            reason_code: 0,
            reason_text: 0,
            incident_id: 0,
            terminal: 0,
            location: 0,
            query: 0,
            system: 0,
            file: place.file,
            environment,
            action,
            outcome,
        };
        self.batch.push((event, codes));
        self.id_tails.push(tail);
        if self.batch.len() == BATCH {
            self.settle();
        }
        Ok(())
    }

    fn forget(&mut self, file: u16) {
        self.settle();
        // Words and queries that nothing uses any more are left out when parts are merged.
        let mut keep = self.events.iter().map(|event| event.file != file);
        self.id_tails.retain(|_| keep.next().unwrap_or(true));
        self.events.retain(|event| event.file != file);
    }
}

/// [`Event::id_hash`] of an event that has an id, for finding it.
#[must_use]
pub fn event_hash(system: &str, event_id: &str) -> u64 {
    let mut scratch = vec![1];
    frame(&mut scratch, system.as_bytes());
    frame(&mut scratch, event_id.as_bytes());
    eight(&Sha256::digest(&scratch)[..8])
}

/// The cells that are kept as codes: eight of the event, then the query's terms.
fn texts<'a>(cells: &Cells<'a>) -> [&'a [u8]; 8 + TERMS] {
    let event = [
        col::LOGIN,
        col::SYSTEM,
        col::ON_BEHALF_OF,
        col::REASON_CODE,
        col::REASON_TEXT,
        col::INCIDENT_ID,
        col::TERMINAL,
        col::LOCATION,
    ];
    std::array::from_fn(|at| cells[event.get(at).copied().unwrap_or(col::QUERY + at - 8.min(at))])
}

/// A word in lower case; borrowed where it already is, which is almost always.
fn word(cell: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if cell.iter().any(u8::is_ascii_uppercase) { cell.to_ascii_lowercase().into() } else { cell.into() }
}

/// A cell with its length in front, so that no two rows of cells give the same bytes.
fn frame(into: &mut Vec<u8>, cell: &[u8]) {
    into.extend_from_slice(&(cell.len() as u32).to_le_bytes());
    into.extend_from_slice(cell);
}

/// The order of the hash is that of its hex, so the first byte counts most.
fn eight(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
