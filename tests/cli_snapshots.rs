//! What the program says, word for word: help, and each mistake that a person can make in a config.
//!
//! The cases are `tests/cmd/*.trycmd`, each run in the folder `*.in` beside it.
//! `TRYCMD=overwrite cargo test --test cli_snapshots` writes down what is said now.

#[test]
fn the_program_says_what_it_said() {
    trycmd::TestCases::new()
        .register_bin("probity", std::path::Path::new(env!("CARGO_BIN_EXE_probity")))
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .case(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/*.trycmd"));
}
