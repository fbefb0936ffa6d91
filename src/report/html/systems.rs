//! Coverage by system: the rows of `coverage.csv` added up over units.

use super::words;
use crate::report::csv_files::coverage;
use crate::report::model::Report;

/// Below this share explained, a look without an explanation says little.
const POOR: f64 = 0.60;
/// From this share on, it says something.
const GOOD: f64 = 0.85;

/// One system over all its units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// Its name.
    pub name: String,
    /// Units that used it.
    pub units: usize,
    /// Looks.
    pub looks: u64,
    /// Looks that a record explains.
    pub explained: u64,
    /// First looks of a user at a subject.
    pub first_looks: u64,
    /// Those that a record explains.
    pub first_looks_explained: u64,
    /// Share of looks that each template answers, in the order of the file's columns.
    pub shares: Vec<String>,
}

impl System {
    /// Whether looks in this system can be judged by their purpose, in words.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        if self.looks == 0 {
            return "No look to judge";
        }
        // Counts far below 2^52.
        #[allow(clippy::cast_precision_loss)]
        let share = self.explained as f64 / self.looks as f64;
        if share >= GOOD {
            "Good: an unexplained look stands out"
        } else if share >= POOR {
            "Fair: an unexplained look says something"
        } else {
            "Poor: an unexplained look says little"
        }
    }
}

/// Adds up by system, in the order in which systems first appear.
#[must_use]
pub fn by_system(report: &Report) -> Vec<System> {
    let templates = coverage::templates(&report.coverage);
    let mut systems: Vec<System> = Vec::new();
    let mut answered: Vec<Vec<f64>> = Vec::new();
    for row in &report.coverage {
        let place = systems.iter().position(|s| s.name == row.system);
        let place = place.unwrap_or_else(|| {
            systems.push(System { name: row.system.clone(), ..System::default() });
            answered.push(vec![0.0; templates.len()]);
            systems.len() - 1
        });
        let system = &mut systems[place];
        system.units += 1;
        system.looks += row.looks;
        system.explained += row.explained;
        system.first_looks += row.first_looks;
        system.first_looks_explained += row.first_looks_explained;
        for (sum, name) in answered[place].iter_mut().zip(&templates) {
            let share = coverage::share_of(row, name).unwrap_or(0.0);
            #[allow(clippy::cast_precision_loss)]
            let looks = row.looks as f64;
            *sum += share * looks;
        }
    }
    for (system, sums) in systems.iter_mut().zip(answered) {
        #[allow(clippy::cast_precision_loss)]
        let looks = system.looks.max(1) as f64;
        system.shares = sums.iter().map(|sum| words::percent(sum / looks)).collect();
    }
    systems
}

#[cfg(test)]
mod tests {
    use super::by_system;
    use crate::report::model::{Coverage, Report};

    #[test]
    fn units_are_added_up_and_shares_weighed_by_looks() {
        let row = |system: &str, looks, explained, share| Coverage {
            system: system.to_owned(),
            looks,
            explained,
            shares: vec![share],
            templates: vec!["assigned".to_owned()],
            ..Coverage::default()
        };
        let report = Report {
            coverage: vec![row("PNC", 300, 270, 0.8), row("RMS", 10, 2, 0.2), row("PNC", 100, 70, 0.4)],
            ..Report::default()
        };
        let systems = by_system(&report);
        assert_eq!(systems.len(), 2);
        assert_eq!((systems[0].looks, systems[0].explained, systems[0].units), (400, 340, 2));
        assert_eq!(systems[0].shares, ["70\u{a0}%"]);
        assert!(systems[0].verdict().starts_with("Good"));
        assert!(systems[1].verdict().starts_with("Poor"));
    }
}
