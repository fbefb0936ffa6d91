//! The run as it is watched from a terminal or a log.

use indicatif::{ProgressBar, ProgressStyle};

use super::console::{Console, Volume};
use super::text::clean;
use crate::run::{Level, Watch};

/// Passes what a run says of itself to the console.
#[derive(Debug)]
pub struct Progress<'a> {
    console: &'a Console,
    bar: &'a ProgressBar,
}

impl<'a> Progress<'a> {
    /// Starts watching.
    #[must_use]
    pub fn new(console: &'a Console) -> Self {
        Self { console, bar: console.show_bar() }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.console.hide_bar();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Watch for Progress<'_> {
    fn stage(&self, name: &str) {
        let bar = self.bar;
        bar.set_style(style("{spinner} {msg} {elapsed}"));
        bar.set_message(clean(name));
        bar.unset_length();
        bar.set_position(0);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        if self.console.is_json() {
            tracing::info!(event = "stage", stage = name, "{name}");
        } else if self.console.says(Volume::Verbose) {
            self.console.print(&format!("{}\n", clean(name)));
        }
    }

    /// Files may be read side by side: the bar counts the bytes of all those begun.
    fn file(&self, name: &str, bytes: u64) {
        let bar = self.bar;
        bar.set_length(bar.length().unwrap_or(0).saturating_add(bytes));
        bar.set_style(style("{spinner} {wide_msg} {bytes}/{total_bytes} {elapsed}"));
        bar.set_message(format!("Reading {}", clean(name)));
        if self.console.is_json() {
            tracing::debug!(event = "file", file = name, bytes, "reading {name}");
        } else if self.console.says(Volume::Debug) {
            self.console.print(&format!("reading {} ({bytes} bytes)\n", clean(name)));
        }
    }

    fn bytes(&self, read: u64) {
        self.bar.inc(read);
    }

    fn note(&self, level: Level, text: &str) {
        match level {
            Level::Warning => self.console.warn(text),
            Level::Info => self.console.info(text),
        }
    }
}
