//! The command line.

use chrono::NaiveDate;
use clap::Parser;
use std::path::PathBuf;

/// Makes a synthetic police force: its people, places, rosters, incidents and access logs, with misuse planted in
/// known rows and many innocent look-alikes.
#[derive(Clone, Debug, Parser)]
#[command(name = "simulate")]
pub struct Options {
    /// The folder to write
    pub out: PathBuf,
    /// Members of staff, leavers included
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(40..=200_000))]
    pub staff: u32,
    /// Days of log
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(i32).range(7..=400))]
    pub days: i32,
    /// The same seed and options give the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// First day of the log
    #[arg(long, default_value = "2026-03-16")]
    pub start: NaiveDate,
    /// Share of staff who misuse the systems; 0 makes a world in which nobody does
    #[arg(long, default_value_t = 0.01, value_parser = share)]
    pub misuse: f64,
    /// Mean number of audited rows that a member of staff makes in a shift
    #[arg(long, default_value_t = 12.0)]
    pub events_per_shift: f64,
    /// People known to the force; the default grows with the staff, to 25 for each
    #[arg(long)]
    pub people: Option<u32>,
    /// Share of rows to lose from a feed: incidents, roster, relationships, as in `incidents=0.2,roster=0.5`
    #[arg(long, value_delimiter = ',', value_parser = feed)]
    pub drop: Vec<(Feed, f64)>,
    /// Plant every kind of the catalogue once in each of its three forms, each by a member of staff of its own, with
    /// moves, courses and complaints in the tables; needs many staff
    #[arg(long)]
    pub catalogue: bool,
    /// Write into a folder that is not empty
    #[arg(long)]
    pub force: bool,
}

/// A feed that can be degraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// The people on incidents and the assignments to them.
    Incidents,
    /// Duty times.
    Roster,
    /// Declared associations.
    Relationships,
}

impl Feed {
    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Roster => "roster",
            Self::Relationships => "relationships",
        }
    }
}

impl Options {
    /// The share of rows that a feed loses.
    pub fn lost(&self, feed: Feed) -> f64 {
        self.drop.iter().rev().find(|(f, _)| *f == feed).map_or(0.0, |&(_, share)| share)
    }

    /// How many people the world has: more for each member of staff in a large force, so that a small world stays
    /// small enough to read.
    pub fn population(&self) -> usize {
        let each = (13.0 + 12.0 * f64::from(self.staff) / 1000.0).min(25.0);
        self.people.map_or((f64::from(self.staff) * each) as usize, |n| (n as usize).max(self.staff as usize * 6))
    }

    /// How many members of staff misuse the systems. A world with any misuse has enough for every main kind.
    pub fn misusers(&self) -> usize {
        if self.misuse <= 0.0 {
            return 0;
        }
        let share = (f64::from(self.staff) * self.misuse).round() as usize;
        let least = if self.staff >= 100 { 9 } else { 7 };
        share.max(least).min(self.staff as usize / 3)
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (0.0..=1.0).contains(&x) => Ok(x),
        _ => Err(format!("{text:?} is not a share from 0 to 1")),
    }
}

fn feed(text: &str) -> Result<(Feed, f64), String> {
    let (name, amount) = text.split_once('=').ok_or_else(|| format!("{text:?}: write FEED=SHARE"))?;
    let feed = match name.trim() {
        "incidents" => Feed::Incidents,
        "roster" => Feed::Roster,
        "relationships" => Feed::Relationships,
        other => return Err(format!("no feed {other:?}: use incidents, roster or relationships")),
    };
    Ok((feed, share(amount.trim())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_degraded_feeds() {
        let options = Options::parse_from(["simulate", "out", "--drop", "incidents=0.2,roster=0.5"]);
        assert_eq!(options.lost(Feed::Incidents), 0.2);
        assert_eq!(options.lost(Feed::Roster), 0.5);
        assert_eq!(options.lost(Feed::Relationships), 0.0);
        assert!(Options::try_parse_from(["simulate", "out", "--drop", "people=0.2"]).is_err());
        assert!(Options::try_parse_from(["simulate", "out", "--misuse", "2"]).is_err());
    }

    #[test]
    fn a_small_share_still_covers_the_main_kinds() {
        let options = Options::parse_from(["simulate", "out", "--misuse", "0.001"]);
        assert_eq!(options.misusers(), 9);
    }
}
