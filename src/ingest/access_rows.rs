//! Access rows, straight into columns.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

use super::access::{Action, Environment, Event, Outcome};
use super::columns::access as col;
use super::dictionary::Words;
use super::mapping::Cells;
use super::part::{At, Bench, Part, refuse_missing, unreadable_time};
use super::queries::{Queries, TERMS, Visit};
use super::tally::Refusal;
use super::time::DayAlone;

/// Columns that are kept as codes: eight of the event, then the query's terms.
pub(crate) const CODED: usize = 8 + TERMS;

/// Events that one worker has read. Codes and query numbers are the worker's own until
/// [`super::merge`] makes them common.
#[derive(Default)]
pub(crate) struct AccessPart {
    pub words: Words<CODED>,
    pub queries: Queries,
    pub events: Vec<Event>,
    /// Bytes 8 to 16 of each event's identity hash; with `Event::id_hash` 128 bits, so that among a
    /// thousand million events the odds of two sharing one by chance are below 1 in 10^20.
    pub id_tails: Vec<u64>,
    scratch: Vec<u8>,
    /// The codes of the last events, which do not have them yet; some are still to be looked up.
    batch: Vec<[u32; CODED]>,
}

/// So many events are gathered before their texts are looked up.
const BATCH: usize = 32;

impl AccessPart {
    /// Looks up what the gathered events say. Must be called before anything is read from the part.
    pub(crate) fn settle(&mut self) {
        let Self { words, queries, events, batch, .. } = self;
        words.settle(|row, column, code| batch[row][column] = code);
        let terms = |codes: &[u32; CODED]| -> [u32; TERMS] { std::array::from_fn(|term| codes[8 + term]) };
        let mut visits = [Visit::default(); BATCH];
        for (visit, codes) in visits.iter_mut().zip(batch.iter()) {
            *visit = queries.visit(&terms(codes));
        }
        std::hint::black_box(visits.iter().fold(0u32, |sum, visit| sum.wrapping_add(queries.look_at(*visit))));
        let first = events.len() - batch.len();
        for ((event, codes), visit) in events[first..].iter_mut().zip(batch.iter()).zip(visits) {
            event.login = codes[0];
            event.system = codes[1];
            event.on_behalf_of = codes[2];
            event.reason_code = codes[3];
            event.reason_text = codes[4];
            event.incident_id = codes[5];
            event.terminal = codes[6];
            event.location = codes[7];
            event.query = queries.number(terms(codes), visit);
        }
        batch.clear();
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
        let environment = environment(cells[col::ENVIRONMENT]).unwrap_or_else(|| {
            bench.tally.unknown_word(col::ENVIRONMENT, cells[col::ENVIRONMENT]);
            Environment::Live
        });
        let action = action(cells[col::ACTION]).unwrap_or_else(|| {
            bench.tally.unknown_word(col::ACTION, cells[col::ACTION]);
            Action::Other
        });
        let outcome = outcome(cells[col::OUTCOME]).unwrap_or_else(|| {
            bench.tally.unknown_word(col::OUTCOME, cells[col::OUTCOME]);
            Outcome::Success
        });

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
        let (head, tail) = digest(&self.scratch);

        self.batch.push(self.words.codes(self.batch.len() as u16, texts(cells)));
        self.events.push(Event {
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
        });
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
    digest(&scratch).0
}

/// The first 16 bytes of the SHA-256, as two numbers whose order is that of the hash in hex.
fn digest(bytes: &[u8]) -> (u64, u64) {
    // What SHA-256 starts from, FIPS 180-4, 5.3.3.
    let mut state =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let mut block = [0; 64];
    // Almost every identity is short enough for one block with its end mark and its length, made here without a detour.
    if let Some((mark, text)) = block[..56].get_mut(..=bytes.len()).and_then(<[u8]>::split_last_mut) {
        text.copy_from_slice(bytes);
        *mark = 0x80;
        block[56..].copy_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
        compress256(&mut state, &[block]);
    } else {
        for (word, four) in state.iter_mut().zip(Sha256::digest(bytes).as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*four);
        }
    }
    let [a, b, c, d, ..] = state.map(u64::from);
    (a << 32 | b, c << 32 | d)
}

/// The cells that are kept as codes.
fn texts<'a>(cells: &Cells<'a>) -> [&'a [u8]; CODED] {
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

fn environment(cell: &[u8]) -> Option<Environment> {
    in_lower_case(cell, |cell| match cell {
        b"" | b"live" => Some(Environment::Live),
        b"training" => Some(Environment::Training),
        b"test" => Some(Environment::Test),
        _ => None,
    })
}

fn action(cell: &[u8]) -> Option<Action> {
    in_lower_case(cell, |cell| match cell {
        b"search" => Some(Action::Search),
        b"view" => Some(Action::View),
        b"update" => Some(Action::Update),
        b"create" => Some(Action::Create),
        b"print" => Some(Action::Print),
        b"export" => Some(Action::Export),
        b"" | b"other" => Some(Action::Other),
        _ => None,
    })
}

fn outcome(cell: &[u8]) -> Option<Outcome> {
    in_lower_case(cell, |cell| match cell {
        b"" | b"success" => Some(Outcome::Success),
        b"denied" => Some(Outcome::Denied),
        b"error" => Some(Outcome::Error),
        _ => None,
    })
}

/// What a word means, whatever the case of its letters; almost every one is in lower case.
#[inline]
fn in_lower_case<T>(cell: &[u8], mean: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    mean(cell).or_else(|| mean(&cell.to_ascii_lowercase()))
}

/// A cell with its length in front, so that no two rows of cells give the same bytes.
fn frame(into: &mut Vec<u8>, cell: &[u8]) {
    into.extend_from_slice(&(cell.len() as u32).to_le_bytes());
    into.extend_from_slice(cell);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_the_hash() {
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length).collect();
            let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            let whole = Sha256::digest(&bytes);
            assert_eq!(digest(&bytes), (number(&whole[..8]), number(&whole[8..16])), "{length}");
        }
    }
}
