//! What people and schedulers see while a command works. All of it goes to the
//! standard error: the standard output belongs to data.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{Diagnostic, MietteHandlerOpts, ReportHandler};

use super::failure::Failure;
use super::plain;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    #[default]
    Text,
    /// One JSON object a line, with the time in UTC.
    Json,
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    /// What the command line parser calls it.
    #[must_use]
    pub const fn choice(self) -> clap::ColorChoice {
        match self {
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }

    fn wanted(self, terminal: bool, no_color: bool, dumb: bool) -> bool {
        match self {
            Self::Auto => terminal && !no_color && !dumb,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    /// Errors alone.
    Quiet,
    /// Warnings and the summary too.
    Normal,
    /// Each stage too.
    Verbose,
    /// Everything.
    Debug,
}

/// The standard error, as the global options want it used.
#[derive(Debug)]
pub struct Console {
    format: LogFormat,
    volume: Volume,
    colour: bool,
    terminal: bool,
    shows_progress: bool,
    bar: ProgressBar,
}

impl Console {
    /// A console for these options, on the process's own standard error.
    #[must_use]
    pub fn new(format: LogFormat, colour: Colour, quiet: bool, verbose: u8) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = io::stderr().is_terminal();
        let volume = match (quiet, verbose) {
            (true, _) => Volume::Quiet,
            (false, 0) => Volume::Normal,
            (false, 1) => Volume::Verbose,
            (false, _) => Volume::Debug,
        };
        let shows_progress = terminal && !dumb && format == LogFormat::Text && !quiet;
        Self {
            format,
            volume,
            colour: colour.wanted(terminal, set("NO_COLOR"), dumb),
            terminal,
            shows_progress,
            bar: ProgressBar::hidden().with_style(ProgressStyle::default_spinner()),
        }
    }

    /// Shows the progress bar, where there is a terminal to show it on and someone to see it.
    #[must_use]
    pub fn show_bar(&self) -> &ProgressBar {
        if self.shows_progress {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        &self.bar
    }

    /// Takes the progress bar away again.
    pub fn hide_bar(&self) {
        self.bar.finish_and_clear();
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Whether log lines are JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == LogFormat::Json
    }

    /// Whether that much is said.
    #[must_use]
    pub fn says(&self, volume: Volume) -> bool {
        self.volume >= volume
    }

    /// Starts the log that other parts write to.
    pub fn start_log(&self) {
        use tracing::level_filters::LevelFilter;
        let level = match (self.volume, self.format) {
            (Volume::Quiet, _) => LevelFilter::ERROR,
            (Volume::Normal, LogFormat::Text) => LevelFilter::WARN,
            (Volume::Debug, _) => LevelFilter::DEBUG,
            (Volume::Normal | Volume::Verbose, _) => LevelFilter::INFO,
        };
        let log = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).with_target(false);
        // A second start in one process keeps the first log: tests do that, a run never does.
        let _ = match self.format {
            LogFormat::Json => tracing::subscriber::set_global_default(
                log.json().flatten_event(true).with_current_span(false).finish(),
            ),
            LogFormat::Text => tracing::subscriber::set_global_default(log.without_time().with_ansi(false).finish()),
        };
    }

    /// Writes text as it is, above any progress bar. A closed standard error is no failure.
    pub fn print(&self, text: &str) {
        self.bar.suspend(|| {
            let _ = io::stderr().lock().write_all(text.as_bytes());
        });
    }

    /// Something that a reader should know and that stops nothing.
    pub fn warn(&self, text: &str) {
        if self.is_json() {
            tracing::warn!(event = "warning", "{text}");
        } else if self.says(Volume::Normal) {
            self.print(&format!("warning: {}\n", super::text::clean(text)));
        }
    }

    /// What a command did, for everyone but the quiet.
    pub fn done(&self, text: &str) {
        if self.is_json() {
            tracing::info!(event = "done", "{text}");
        } else if self.says(Volume::Normal) {
            self.print(&format!("{}\n", super::text::clean(text)));
        }
    }

    /// Something for those who asked to be told more.
    pub fn info(&self, text: &str) {
        if self.is_json() {
            tracing::info!(event = "note", "{text}");
        } else if self.says(Volume::Verbose) {
            self.print(&format!("{}\n", super::text::clean(text)));
        }
    }

    /// Why the command ends as it does. Said however quiet the console is.
    pub fn fail(&self, failure: &Failure) {
        let exit = failure.exit.code();
        if self.is_json() {
            for told in plain::flatten(&*failure.diagnostic) {
                let (file, line, column) = told.place.unwrap_or_default();
                tracing::error!(
                    event = "failure",
                    exit,
                    code = told.code,
                    help = told.help,
                    file,
                    line,
                    column,
                    "{}",
                    told.message
                );
            }
        } else if self.terminal {
            self.print(&self.drawn(&*failure.diagnostic));
        } else {
            self.print(&plain::render(&*failure.diagnostic));
        }
    }

    /// A diagnostic drawn for a terminal, as wide as it is.
    fn drawn(&self, diagnostic: &dyn Diagnostic) -> String {
        let handler = MietteHandlerOpts::new()
            .color(self.colour)
            .unicode(true)
            .terminal_links(false)
            .force_graphical(true)
            .build();
        format!("{}\n", Drawn { handler: &handler, diagnostic })
    }
}

/// A diagnostic with the handler that draws it.
struct Drawn<'a> {
    handler: &'a dyn ReportHandler,
    diagnostic: &'a dyn Diagnostic,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handler.debug(self.diagnostic, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_the_option_then_the_surroundings() {
        assert!(Colour::Auto.wanted(true, false, false));
        assert!(!Colour::Auto.wanted(false, false, false));
        assert!(!Colour::Auto.wanted(true, true, false));
        assert!(!Colour::Auto.wanted(true, false, true));
        assert!(Colour::Always.wanted(false, true, true));
        assert!(!Colour::Never.wanted(true, false, false));
    }

    #[test]
    fn a_drawn_diagnostic_holds_no_escape_without_colour() {
        let console = Console::new(LogFormat::Text, Colour::Never, false, 0);
        let failure = Failure::said(super::super::exit::Exit::Usage, "cli::x", "it went wrong", "mend it".to_owned());
        let drawn = console.drawn(&*failure.diagnostic);
        assert!(drawn.contains("it went wrong") && drawn.contains("mend it"), "{drawn}");
        assert!(!drawn.contains('\u{1b}'), "{drawn:?}");
    }
}
