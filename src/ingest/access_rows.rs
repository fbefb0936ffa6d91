//! Access rows, straight into columns.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

use super::access::{Action, Environment, Event, Outcome};
use super::columns::{MAX_COLUMNS, access as col};
use super::dictionary::Words;
use super::heads::{HEAD, bytes, head_of};
use super::mapping::Cells;
use super::part::{At, Bench, Part, refuse_missing, unreadable_time};
use super::queries::{Queries, TERMS};
use super::tally::Refusal;
use super::time::DayAlone;

/// Columns of the event that are kept as codes …
const OWN: usize = 8;
/// … and all that are, those of the query's terms included.
pub(crate) const CODED: usize = OWN + TERMS;

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
    /// What the last events, which do not have it yet, are known by.
    gathered: Vec<Block>,
    /// Of these, the ones that do not fit into a block: which it is, and its hash.
    hashed: Vec<(usize, (u64, u64))>,
}

/// So many events are gathered before their texts are looked up.
const BATCH: usize = 128;

impl AccessPart {
    /// Hashes the identities of the gathered events and looks up what they say. Must be called before anything is read from the part.
    pub(crate) fn settle(&mut self) {
        let Self { words, queries, events, id_tails, gathered, hashed, .. } = self;
        let first = events.len() - gathered.len();
        let (mut own, mut terms) = ([[0; OWN]; BATCH], [[0; TERMS]; BATCH]);
        words.settle(|row, column, code| match column.checked_sub(OWN) {
            None => own[row][column] = code,
            Some(term) => terms[row][term] = code,
        });
        let mut hashes = [(0, 0); BATCH];
        for (hash, block) in hashes.iter_mut().zip(gathered.iter()) {
            *hash = compressed(block);
        }
        for (row, hash) in hashed.drain(..) {
            hashes[row] = hash;
        }
        for ((event, own), (head, tail)) in events[first..].iter_mut().zip(&own).zip(hashes) {
            event.id_hash = head;
            id_tails.push(tail);
            event.login = own[0];
            event.system = own[1];
            event.on_behalf_of = own[2];
            event.reason_code = own[3];
            event.reason_text = own[4];
            event.incident_id = own[5];
            event.terminal = own[6];
            event.location = own[7];
        }
        queries.numbers(&terms[..gathered.len()], |row, number| events[first + row].query = number);
        gathered.clear();
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
        let Some(at) = bench.clock.moment(&cells[col::AT], DayAlone::Refused) else {
            return Err(Refusal {
                column: "at",
                value: cells[col::AT].to_vec(),
                problem: unreadable_time("the row is not used"),
            });
        };
        // An unknown word never costs the event. What is not said to be training or test is judged as live.
        let environment = meaning(cells, col::ENVIRONMENT, &ENVIRONMENTS).unwrap_or_else(|| {
            bench.tally.unknown_word(col::ENVIRONMENT, &cells[col::ENVIRONMENT]);
            Environment::Live
        });
        let action = meaning(cells, col::ACTION, &ACTIONS).unwrap_or_else(|| {
            bench.tally.unknown_word(col::ACTION, &cells[col::ACTION]);
            Action::Other
        });
        let outcome = meaning(cells, col::OUTCOME, &OUTCOMES).unwrap_or_else(|| {
            bench.tally.unknown_word(col::OUTCOME, &cells[col::OUTCOME]);
            Outcome::Success
        });

        let row = self.gathered.len();
        self.gathered.push(EMPTY);
        let in_block = if cells[col::EVENT_ID].is_empty() {
            self.scratch.clear();
            self.scratch.push(2);
            self.scratch.extend_from_slice(&at.0.to_le_bytes());
            self.scratch.extend_from_slice(&[environment as u8, action as u8, outcome as u8]);
            for column in 0..col::COUNT {
                if !matches!(column, col::AT | col::ENVIRONMENT | col::ACTION | col::OUTCOME) {
                    frame(&mut self.scratch, &cells[column]);
                }
            }
            false
        } else {
            let system = (cells.get(col::SYSTEM), cells.head(col::SYSTEM));
            let id = (cells.get(col::EVENT_ID), cells.head(col::EVENT_ID));
            let in_block = write_block(&mut self.gathered[row], system, id);
            if !in_block {
                self.scratch.clear();
                self.scratch.push(1);
                frame(&mut self.scratch, system.0);
                frame(&mut self.scratch, id.0);
            }
            in_block
        };
        if !in_block {
            self.hashed.push((row, digest(&self.scratch)));
        }
        let mut filled = cells.filled() & CODED_COLUMNS;
        while filled != 0 {
            let column = filled.trailing_zeros() as usize;
            filled &= filled - 1;
            self.words.add(row as u32, usize::from(DICTIONARIES[column]), cells.get(column), cells.head(column));
        }
        self.events.push(Event {
            at,
            id_hash: 0,
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
        if self.gathered.len() == BATCH {
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

/// All that SHA-256 reads of a short text: one block with the text, its end mark and its length.
type Block = [u8; 64];

const EMPTY: Block = [0; 64];

/// Writes system and event id, each with its head, into an empty block where they fit into one, as almost all do: the hash of the block is
/// [`digest`] of what is written otherwise.
#[inline]
fn write_block(block: &mut Block, system: (&[u8], [u64; 2]), id: (&[u8], [u64; 2])) -> bool {
    if system.0.len() > HEAD || id.0.len() > HEAD {
        return false;
    }
    block[0] = 1;
    let mut end = 1;
    for (text, head) in [system, id] {
        block[end..end + 4].copy_from_slice(&(text.len() as u32).to_le_bytes());
        // All sixteen bytes are written; those behind the text are zero or written over.
        block[end + 4..end + 4 + HEAD].copy_from_slice(&bytes(head));
        end += 4 + text.len();
    }
    block[end] = 0x80;
    block[56..].copy_from_slice(&(end as u64 * 8).to_be_bytes());
    true
}

/// The first 16 bytes of the SHA-256 whose only block this is, as two numbers whose order is that of the hash in hex.
#[inline]
fn compressed(block: &Block) -> (u64, u64) {
    // What SHA-256 starts from, FIPS 180-4, 5.3.3.
    let mut state =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    compress256(&mut state, std::slice::from_ref(block));
    let number = |first: usize| u64::from(state[first]) << 32 | u64::from(state[first + 1]);
    (number(0), number(2))
}

/// [`Event::id_hash`] of an event that has an id, for finding it.
#[must_use]
pub fn event_hash(system: &str, event_id: &str) -> u64 {
    let mut whole = vec![1];
    frame(&mut whole, system.as_bytes());
    frame(&mut whole, event_id.as_bytes());
    digest(&whole).0
}

/// The first 16 bytes of the SHA-256, as two numbers whose order is that of the hash in hex.
fn digest(bytes: &[u8]) -> (u64, u64) {
    let digest = Sha256::digest(bytes);
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    (number(&digest[..8]), number(&digest[8..16]))
}

/// The columns that are kept as codes, as bits …
const CODED_COLUMNS: u32 = {
    let mut bits = ((1 << (CODED - OWN)) - 1) << col::QUERY;
    let mut code = 0;
    while code < OWN {
        bits |= 1 << OWN_COLUMNS[code];
        code += 1;
    }
    bits
};
/// … and the dictionary of each.
const DICTIONARIES: [u8; MAX_COLUMNS] = {
    let mut dictionaries = [0; MAX_COLUMNS];
    let mut code = 0;
    while code < CODED {
        dictionaries[if code < OWN { OWN_COLUMNS[code] } else { col::QUERY + code - OWN }] = code as u8;
        code += 1;
    }
    dictionaries
};
const OWN_COLUMNS: [usize; OWN] = [
    col::LOGIN,
    col::SYSTEM,
    col::ON_BEHALF_OF,
    col::REASON_CODE,
    col::REASON_TEXT,
    col::INCIDENT_ID,
    col::TERMINAL,
    col::LOCATION,
];

const ENVIRONMENTS: [(Word, Environment); 4] = [
    (Word::new(b""), Environment::Live),
    (Word::new(b"live"), Environment::Live),
    (Word::new(b"training"), Environment::Training),
    (Word::new(b"test"), Environment::Test),
];
const ACTIONS: [(Word, Action); 8] = [
    (Word::new(b""), Action::Other),
    (Word::new(b"search"), Action::Search),
    (Word::new(b"view"), Action::View),
    (Word::new(b"update"), Action::Update),
    (Word::new(b"create"), Action::Create),
    (Word::new(b"print"), Action::Print),
    (Word::new(b"export"), Action::Export),
    (Word::new(b"other"), Action::Other),
];
const OUTCOMES: [(Word, Outcome); 4] = [
    (Word::new(b""), Outcome::Success),
    (Word::new(b"success"), Outcome::Success),
    (Word::new(b"denied"), Outcome::Denied),
    (Word::new(b"error"), Outcome::Error),
];

/// A word of up to eight letters, as a number.
#[derive(Clone, Copy)]
struct Word(u64);

impl Word {
    const fn new(word: &[u8]) -> Self {
        Self(head_of(word)[0])
    }
}

/// What a word means, whatever the case of its letters; almost every one is in lower case.
#[inline]
fn meaning<T: Copy>(cells: &Cells<'_>, column: usize, words: &[(Word, T)]) -> Option<T> {
    // All are compared: which one it is cannot be foretold.
    let said = |wanted: u64| {
        words.iter().fold(None, |found, (Word(word), meaning)| if *word == wanted { Some(*meaning) } else { found })
    };
    if cells[column].len() > 8 {
        return None;
    }
    said(cells.head(column)[0]).or_else(|| said(head_of(&cells[column].to_ascii_lowercase())[0]))
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
        let text: Vec<u8> = (1..=40).collect();
        for (system, id) in (0..40).flat_map(|system| (0..40).map(move |id| (system, id))) {
            let mut whole = vec![1];
            frame(&mut whole, &text[..system]);
            frame(&mut whole, &text[..id]);
            let [system, id] = [&text[..system], &text[..id]].map(|text| (text, head_of(text)));
            let mut block = EMPTY;
            assert_eq!(write_block(&mut block, system, id), system.0.len() <= HEAD && id.0.len() <= HEAD);
            if block != EMPTY {
                assert_eq!(compressed(&block), digest(&whole), "{system:?} {id:?}");
            }
        }
    }
}
