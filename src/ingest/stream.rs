//! From a stored file to a stream of UTF-8: inflation, decoding and the SHA-256 of the stored bytes.
//!
//! Compression is told by the first bytes, never by the name. Inflation is bounded: beyond 256 MiB of output
//! a file may not be more than [`MAX_RATIO`] times its stored size (logs stay under 50), and a zstd frame may not ask for
//! a window of more than 128 MiB. The text encoding is told by the byte order mark; without one it is UTF-16 where every other one of the
//! first bytes is zero, else UTF-8, and Windows-1252 for a file that turns out not to be. Latin-1 has the same printable characters
//! as Windows-1252.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use sha2::{Digest, Sha256};

use super::Progress;

/// A file may inflate to so many times its stored size …
pub(crate) const MAX_RATIO: u64 = 250;
/// … once it has given this many bytes.
pub(crate) const FREE_INFLATION: u64 = 256 << 20;
/// The largest zstd window, as a power of two.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How a file is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Packing {
    #[default]
    Plain,
    Gzip,
    Zstd,
}

/// How a file's text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Text {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Text {
    fn decoder(self) -> Option<Decoder> {
        let encoding: &'static Encoding = match self {
            Self::Utf8 => return None,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        };
        Some(encoding.new_decoder_without_bom_handling())
    }
}

/// What has been read from the disk so far.
#[derive(Default)]
struct Seen {
    hasher: Sha256,
    bytes: u64,
}

/// Size and hash of a stored file, once it has been read to its end.
#[derive(Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Seen>>);

impl Meter {
    /// Stored bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// SHA-256 of the stored bytes read so far, lower-case hex.
    pub(crate) fn sha256(&self) -> String {
        let digest = self.0.lock().unwrap_or_else(PoisonError::into_inner).hasher.clone().finalize();
        digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// A file whose bytes are hashed as they are read.
pub(crate) struct Stored<'p> {
    file: Box<dyn Read + Send + 'p>,
    meter: Meter,
    hashed: bool,
    progress: &'p dyn Progress,
}

impl<'p> Stored<'p> {
    pub(crate) fn open(path: &Path, progress: &'p dyn Progress) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::other("it is a folder"));
        }
        Ok(Self { hashed: true, ..Self::of(Box::new(file), progress) })
    }

    /// Any bytes, without their hash.
    pub(crate) fn of(file: Box<dyn Read + Send + 'p>, progress: &'p dyn Progress) -> Self {
        Self { file, meter: Meter::default(), hashed: false, progress }
    }

    /// The same without the hash.
    pub(crate) fn unhashed(self) -> Self {
        Self { hashed: false, ..self }
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }
}

impl Read for Stored<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        if count > 0 {
            let mut seen = self.meter.0.lock().unwrap_or_else(PoisonError::into_inner);
            if self.hashed {
                seen.hasher.update(&buffer[..count]);
            }
            seen.bytes += count as u64;
            drop(seen);
            self.progress.bytes(count as u64);
        }
        Ok(count)
    }
}

/// A stream of text and how it came about.
pub(crate) struct TextStream<'p> {
    pub reader: Box<dyn Read + Send + 'p>,
    pub packing: Packing,
    pub text: Text,
    /// Offset of the first byte in the inflated text: 3 after a UTF-8 byte order mark, else 0.
    pub start: u64,
    /// A byte order mark told how it is written.
    pub marked: bool,
    /// The first inflated bytes, for telling the format; not taken from the stream.
    pub magic: [u8; 4],
}

/// Unpacks and decodes. `assumed` overrides UTF-8 for a file without a byte order mark.
pub(crate) fn open<'p>(mut stored: Stored<'p>, assumed: Text) -> io::Result<TextStream<'p>> {
    let meter = stored.meter();
    let (magic, count) = first(&mut stored)?;
    let whole = Cursor::new(magic).take(count as u64).chain(stored);
    let (packing, mut inflated): (Packing, Box<dyn Read + Send + 'p>) = match magic {
        [0x1f, 0x8b, ..] => (
            Packing::Gzip,
            Box::new(Bounded::new(
                flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 17, whole)),
                meter,
            )),
        ),
        [0x28, 0xb5, 0x2f, 0xfd] => {
            let mut decoder = zstd::stream::read::Decoder::new(whole)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            (Packing::Zstd, Box::new(Bounded::new(decoder, meter)))
        }
        _ => (Packing::Plain, Box::new(whole)),
    };
    let (magic, count) = first(&mut inflated)?;
    let (text, mark) = match magic {
        [0xef, 0xbb, 0xbf, _] if count >= 3 => (Text::Utf8, 3),
        [0xff, 0xfe, ..] if count >= 2 => (Text::Utf16Le, 2),
        [0xfe, 0xff, ..] if count >= 2 => (Text::Utf16Be, 2),
        // Two characters of the first 256, each with its zero byte: no other text begins so.
        [one, 0, two, 0] if one != 0 && two != 0 && count == 4 => (Text::Utf16Le, 0),
        [0, one, 0, two] if one != 0 && two != 0 => (Text::Utf16Be, 0),
        _ => (assumed, 0),
    };
    // A file with a UTF-8 mark that is not UTF-8 after all is still read as told.
    let text = if text == Text::Utf8 { assumed } else { text };
    let mut head = Cursor::new(magic).take(count as u64);
    io::copy(&mut (&mut head).take(mark), &mut io::sink())?;
    let rest = head.chain(inflated);
    let reader: Box<dyn Read + Send + 'p> = match text.decoder() {
        None => Box::new(rest),
        Some(decoder) => Box::new(Transcoded {
            inner: rest,
            decoder,
            input: vec![0; 1 << 16],
            held: 0,
            output: Vec::new(),
            given: 0,
            ended: false,
        }),
    };
    let start = if text == Text::Utf8 { mark } else { 0 };
    Ok(TextStream { reader, packing, text, start, marked: mark > 0, magic })
}

/// Up to four bytes from the front.
fn first(reader: &mut impl Read) -> io::Result<([u8; 4], usize)> {
    let (mut magic, mut count) = ([0; 4], 0);
    while count < 4 {
        match reader.read(&mut magic[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((magic, count))
}

/// Stops a small file from becoming endless.
struct Bounded<R> {
    inner: R,
    given: u64,
    meter: Meter,
}

impl<R> Bounded<R> {
    const fn new(inner: R, meter: Meter) -> Self {
        Self { inner, given: 0, meter }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.given += count as u64;
        if self.given > FREE_INFLATION && self.given / MAX_RATIO > self.meter.bytes() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it inflates to more than {MAX_RATIO} times its size, which no log does"),
            ));
        }
        Ok(count)
    }
}

/// Another encoding, as UTF-8. What cannot be decoded becomes U+FFFD.
struct Transcoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// Bytes in `input` that the decoder has not taken.
    held: usize,
    output: Vec<u8>,
    /// Bytes of `output` already handed on.
    given: usize,
    ended: bool,
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            if self.ended {
                return Ok(0);
            }
            let more = self.inner.read(&mut self.input[self.held..])?;
            let last = more == 0;
            let filled = self.held + more;
            // The longest UTF-8 that this much input can become.
            let room = self.decoder.max_utf8_buffer_length(filled).unwrap_or(filled * 3 + 16);
            self.output.resize(room, 0);
            let (result, taken, written, _) =
                self.decoder.decode_to_utf8(&self.input[..filled], &mut self.output, last);
            self.output.truncate(written);
            self.given = 0;
            self.input.copy_within(taken..filled, 0);
            self.held = filled - taken;
            self.ended = last && result == CoderResult::InputEmpty;
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}
