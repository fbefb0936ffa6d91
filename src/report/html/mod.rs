//! `report.html`: one page for reading. It loads nothing, runs nothing and needs no network.
//!
//! The templates in `templates/report/` escape every value; [`Clean`] then makes visible
//! what escaping leaves alone: control characters and marks that turn the reading direction.

pub mod bars;
mod clean;
mod events;
pub(super) mod policy;
mod systems;
pub mod timeline;
mod view;
pub mod words;

use std::io::{self, Write};

use askama::Template as _;

use super::model::Report;
pub(super) use clean::Clean;
use view::Page;

/// The file's name.
pub const NAME: &str = "report.html";

/// Writes the page.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, out: impl Write) -> io::Result<()> {
    let mut clean = Clean::new(out);
    let rendered = Page::new(report).render_into(&mut clean);
    clean.finish()?;
    rendered.map_err(io::Error::other)
}
