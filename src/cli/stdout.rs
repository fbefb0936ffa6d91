//! The standard output, which belongs to data alone.

use std::io::{self, Write};

use super::exit::Exit;
use super::failure::Failure;

/// Writes data whole. A reader that has seen enough and closed its end is no failure.
///
/// # Errors
/// Anything else that stops the writing.
pub fn write(bytes: &[u8]) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::unwritable(std::path::Path::new("the standard output"), &error))
        }
        _ => Ok(Exit::Done),
    }
}
