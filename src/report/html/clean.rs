//! The last step before the file: nothing hidden gets into the page.

use std::fmt;
use std::io::{self, Write};

use crate::report::text;

/// Hands text on to `out` with every hidden character made visible. Line feeds pass:
/// the templates are full of them and a page shows them as spaces.
pub struct Clean<W> {
    out: W,
    error: Option<io::Error>,
}

impl<W: Write> Clean<W> {
    /// Around `out`.
    pub const fn new(out: W) -> Self {
        Self { out, error: None }
    }

    /// Flushes; gives the first error that writing met.
    ///
    /// # Errors
    /// Where `out` could not be written.
    pub fn finish(mut self) -> io::Result<()> {
        match self.error.take() {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }
}

impl<W: Write> fmt::Write for Clean<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let written = if text.contains(is_replaced) {
            let mut clean = String::with_capacity(text.len() + 16);
            for c in text.chars() {
                if is_replaced(c) {
                    text::push_number(&mut clean, c);
                } else {
                    clean.push(c);
                }
            }
            self.out.write_all(clean.as_bytes())
        } else {
            self.out.write_all(text.as_bytes())
        };
        written.map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}

const fn is_replaced(c: char) -> bool {
    c != '\n' && text::is_hidden(c)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io;

    use super::Clean;

    #[test]
    fn hidden_characters_show_and_line_feeds_pass() {
        let mut out = Vec::new();
        let mut clean = Clean::new(&mut out);
        assert!(clean.write_str("a\u{202e}b\n\u{0}c").is_ok());
        assert!(clean.finish().is_ok());
        assert_eq!(String::from_utf8(out).as_deref(), Ok("a[U+202E]b\n[U+0000]c"));
    }

    #[test]
    fn the_error_of_the_disk_is_kept() {
        struct Full;
        impl io::Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("disk full"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut clean = Clean::new(Full);
        assert!(clean.write_str("x").is_err());
        let error = clean.finish().err().map(|e| e.to_string());
        assert_eq!(error.as_deref(), Some("disk full"));
    }
}
