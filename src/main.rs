//! The `probity` program: parses its arguments, does what they ask, and ends with a code of
//! [`probity::cli::exit`].

use std::process::ExitCode;

fn main() -> ExitCode {
    probity::cli::main(std::env::args_os()).into()
}
