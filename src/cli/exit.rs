//! Exit codes: the one place that says what each means.
//!
//! A scheduler can act on them: only 0 and 5 mean that a report was written.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// Something that no other code covers: a report that cannot be written, a full disk.
    Unexpected = 1,
    /// The command line or the config is wrong.
    Usage = 2,
    /// A rule is wrong, or a rule test failed.
    Rules = 3,
    /// An input file is missing or cannot be used at all.
    Input = 4,
    /// The report was written, and more rows than allowed could not be used.
    Quarantine = 5,
}

impl Exit {
    /// Every code, in order.
    pub const ALL: [Self; 6] = [Self::Done, Self::Unexpected, Self::Usage, Self::Rules, Self::Input, Self::Quarantine];

    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What the code means, as help and documentation say it.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unexpected => "unexpected, such as a report that cannot be written",
            Self::Usage => "the command line or the config is wrong",
            Self::Rules => "a rule is wrong, or a rule test failed",
            Self::Input => "an input file is missing or cannot be used",
            Self::Quarantine => "done, but more rows than allowed could not be used",
        }
    }

    /// All codes as a block of help text.
    #[must_use]
    pub fn help() -> String {
        let mut text = String::from("Exit codes:");
        for exit in Self::ALL {
            text.push_str(&format!("\n  {}  {}", exit.code(), exit.meaning()));
        }
        text
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_published_ones() {
        let codes = Exit::ALL.map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5]);
        assert!(Exit::help().contains("\n  4  an input file is missing"));
    }
}
