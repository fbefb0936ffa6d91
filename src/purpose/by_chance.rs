//! How often would each kind of record answer by chance?
//!
//! A look is asked again as if its user had looked at somebody whom a colleague of the same unit looked at in the same
//! shift: same user, moment, system and quoted number, another subject. What answers then answers without knowing whom the user
//! looked at. A large incident, a small station or a team that shares its work makes that easy, and such a record then says
//! little for the look.
//!
//! A template states how easily its record is come by (`chance` in its file); what is measured here raises that and never
//! lowers it, for a colleague's subject is no more than the nearest thing to a look without a purpose.

use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;
use rayon::prelude::*;

use super::actors::{AccountKind, UserId};
use super::answer::Bench;
use super::looks::{Look, Looks};
use super::templates::Template;
use crate::ingest::Environment;
use crate::subjects::SubjectId;

/// So many looks are asked again, at most: a share of .15 is then known to .003.
const ASKED: usize = 20_000;
/// Looks of so many are drawn from, about, in whole shifts.
const DRAWN_FROM: usize = 400_000;
/// So many looks of a shift are gone through for a colleague's, so that one user's flood of looks costs no more than others'.
const TRIED: usize = 256;
/// Looks by which what is measured must outnumber what a template states.
const SHRINKAGE: f64 = 50.0;
/// Hours of a shift.
const SHIFT: u32 = 8;

/// How often records answer by chance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByChance {
    /// Looks that were asked again.
    pub asked: u64,
    /// Of these, those that each template answered, in the order of [`Template::all`].
    answered: Vec<u64>,
}

/// A look with the shift in which it fell, in the order in which partners are found.
type Place = (u32, NaiveDate, u32, usize);

impl ByChance {
    /// Asks a part of the looks again, each with the subject of a colleague. The same looks give the same answer.
    #[must_use]
    pub fn measure(bench: &Bench<'_>, looks: &Looks) -> Self {
        let places = places(bench, &looks.all);
        let step = places.len().div_ceil(ASKED).max(1);
        let mut asked: Vec<(&[Place], usize)> = Vec::new();
        let mut first = 0;
        for shift in places.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
            asked.extend((0..shift.len()).filter(|at| (first + at) % step == 0).map(|at| (shift, at)));
            first += shift.len();
        }
        let answers: Vec<Option<Template>> = asked
            .par_iter()
            .filter_map(|&(shift, at)| {
                let subject = partner(&looks.all, shift, at)?;
                let mut look = Look { subject, about: subject, created: false, ..looks.all[shift[at].3] };
                bench.answer(&mut look);
                Some(look.explained_by)
            })
            .collect();
        let mut answered = vec![0; Template::count()];
        for template in answers.iter().flatten() {
            answered[template.index()] += 1;
        }
        Self { asked: answers.len() as u64, answered }
    }

    /// Share of the looks asked again that a template answered; `None` where none was asked.
    #[must_use]
    pub fn share(&self, template: Template) -> Option<f64> {
        (self.asked > 0).then(|| self.answered[template.index()] as f64 / self.asked as f64)
    }

    /// r: what the template states, or what was measured where that is more.
    #[must_use]
    pub fn r(&self, template: Template) -> f64 {
        let stated = template.chance();
        let answered = self.answered.get(template.index()).copied().unwrap_or(0);
        let measured = (answered as f64 + SHRINKAGE * stated) / (self.asked as f64 + SHRINKAGE);
        stated.max(measured)
    }
}

/// Looks of people at somebody on live systems, by unit and shift.
fn places(bench: &Bench<'_>, looks: &[Look]) -> Vec<Place> {
    let (staff, subjects) = (&bench.tables.staff, bench.subjects);
    let mut units: Vec<&str> = staff.iter().map(|s| s.team.as_str()).filter(|team| !team.is_empty()).collect();
    units.sort_unstable();
    units.dedup();
    let unit_of: Vec<Option<u32>> =
        staff.iter().map(|s| units.binary_search(&s.team.as_str()).ok().map(|at| at as u32)).collect();
    let told = |look: &&Look| {
        let personal = look.account == AccountKind::Personal && look.environment == Environment::Live;
        personal && subjects.identified(look.subject)
    };
    let every = looks.len().div_ceil(DRAWN_FROM).max(1) as u32;
    let unit = |user: UserId| unit_of.get(user as usize).copied().flatten();
    let mut places: Vec<Place> = looks
        .par_iter()
        .enumerate()
        .filter(|(_, look)| told(look))
        .filter_map(|(at, look)| {
            let unit = unit(look.user)?;
            let (day, shift) = shift(look, bench.zone)?;
            // Units and days in turn, so that every kind of work is among them.
            let drawn = (unit + day.num_days_from_ce().unsigned_abs()) % every == 0;
            drawn.then_some((unit, day, shift, at))
        })
        .collect();
    places.par_sort_unstable();
    places
}

fn shift(look: &Look, zone: Tz) -> Option<(NaiveDate, u32)> {
    let local = look.first_at.to_utc()?.with_timezone(&zone);
    Some((local.date_naive(), local.hour() / SHIFT))
}

/// Whom a colleague looked at in the same shift, and the user did not: from the far side of the shift's looks on, since those beside
/// one another are often of one job.
fn partner(looks: &[Look], shift: &[Place], at: usize) -> Option<SubjectId> {
    let user = looks[shift[at].3].user;
    let own = |subject: SubjectId| looks.binary_search_by_key(&(user, subject), |l| (l.user, l.subject)).is_ok();
    (0..shift.len().min(TRIED))
        .map(|step| &looks[shift[(at + shift.len() / 2 + step) % shift.len()].3])
        .find(|other| other.user != user && !own(other.subject))
        .map(|other| other.subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::{HOUR, Instant};

    #[test]
    fn what_is_measured_raises_what_is_stated_and_never_lowers_it() {
        let template = |name| Template::named(name).expect("shipped");
        let mut answered = vec![0; Template::count()];
        answered[template("same_unit").index()] = 5_000;
        let measured = ByChance { asked: 10_000, answered };
        assert!((measured.r(template("same_unit")) - 0.5).abs() < 0.005);
        assert_eq!(measured.r(template("assigned")), template("assigned").chance());
        assert_eq!(ByChance::default().r(template("team")), template("team").chance(), "nothing was measured");
    }

    #[test]
    fn a_partner_is_a_colleague_and_the_subject_not_the_user_s_own() {
        let look = |user, subject, hour| Look { subject, ..Look::bare(user, Instant(hour * HOUR)) };
        // By user and subject, as looks are sorted.
        let looks = [look(1, 7, 1), look(1, 8, 2), look(2, 8, 3), look(2, 9, 4)];
        let day = NaiveDate::default();
        let shift: Vec<Place> = (0..looks.len()).map(|at| (0, day, 0, at)).collect();
        let partners: Vec<Option<SubjectId>> = (0..4).map(|at| partner(&looks, &shift, at)).collect();
        assert_eq!(partners, [Some(9), Some(9), Some(7), Some(7)], "8 is both users' own");
        assert_eq!(partner(&looks[..2], &shift[..2], 0), None, "nobody else is at work");
    }
}
