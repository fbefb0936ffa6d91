//! The page of an audit.

use std::io::{self, Write};

use askama::Template;

use super::{Audit, AuditLook, AuditPerson};
use crate::report::html::{Clean, policy, words};

/// Most looks on the page; all are in audit.csv.
const LOOKS_ON_PAGE: usize = 5_000;
/// Most people in the table of people; all are in people.csv.
const PEOPLE_ON_PAGE: usize = 1_000;

#[derive(Template)]
#[template(path = "report/audit.html", whitespace = "minimize")]
struct Page<'a> {
    audit: &'a Audit,
    style: &'static str,
    policy: String,
    looks: &'a [AuditLook],
    people: &'a [AuditPerson],
}

impl Page<'_> {
    fn of_subject(&self) -> bool {
        self.audit.about == "subject"
    }
}

/// Writes the page.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(audit: &Audit, out: impl Write) -> io::Result<()> {
    let mut clean = Clean::new(out);
    let page = Page {
        audit,
        style: policy::STYLE,
        policy: policy::policy(),
        looks: &audit.looks[..audit.looks.len().min(LOOKS_ON_PAGE)],
        people: &audit.people[..audit.people.len().min(PEOPLE_ON_PAGE)],
    };
    let rendered = page.render_into(&mut clean);
    clean.finish()?;
    rendered.map_err(io::Error::other)
}
