//! The means by which cases of misuse are put together: times, covers, subjects.
//!
//! A planted look is a look like any other; only its being planted is known to the truth. Three variants: `easy` is
//! frequent, often off duty and gives no purpose; `medium` is done at work with a vague purpose; `mimicry` is done at
//! work, seldom, and quotes a real incident of the user's own area that others work on.

use crate::clock::{HOUR, MINUTE};
use crate::draw::{Draw, Stream};
use crate::kinds::Kind;
use crate::population::{PersonId, Population};
use crate::reasons::{self, Reason};
use crate::roster::{Duty, Span};
use crate::rows::{Environment, Form, Login, Look, Subject, System};
use crate::staff::{StaffId, Status};
use crate::survey::Survey;
use crate::work::usual_system;
use crate::world::World;

/// How well a case hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// It does not.
    Easy,
    /// Half.
    Medium,
    /// It imitates ordinary work.
    Mimicry,
}

impl Variant {
    /// The word for it in the truth tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Mimicry => "mimicry",
        }
    }
}

/// A planted case.
pub struct Case {
    /// Who misused the systems.
    pub staff: StaffId,
    /// Whom they looked at, if it was one person.
    pub person: Option<PersonId>,
    /// In words.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// How well it hides.
    pub variant: Variant,
    /// Whether a table shows it, by more than the lack of a purpose.
    pub visible: bool,
    /// Rows written for it.
    pub events: usize,
}

/// How looks lie in time.
#[derive(Clone, Copy)]
pub enum Spread {
    /// On as many days as there are looks.
    Days,
    /// Within an hour or two.
    Burst,
}

/// Puts cases together.
pub struct Plotter<'a> {
    /// The world.
    pub world: &'a World,
    /// Its incidents.
    pub survey: &'a Survey,
    /// Chance.
    pub draw: Draw,
    /// Cases so far.
    pub cases: Vec<Case>,
    /// Their looks.
    pub looks: Vec<(usize, Look)>,
}

/// Looks in one sitting.
const LONGEST_BURST: usize = 15;

/// A case half made: who, and how well it hides.
#[derive(Clone, Copy)]
pub struct Plot {
    /// Who.
    pub staff: StaffId,
    /// What.
    pub kind: Kind,
    /// How well it hides.
    pub variant: Variant,
}

impl<'a> Plotter<'a> {
    /// No cases yet.
    pub fn new(world: &'a World, survey: &'a Survey) -> Self {
        let draw = Draw::new(world.options.seed, Stream::Labels, 0, 0);
        Self { world, survey, draw, cases: Vec::new(), looks: Vec::new() }
    }

    /// Keeps a case with its looks, unless it has none.
    pub fn keep(
        &mut self,
        plot: Plot,
        person: Option<PersonId>,
        label: impl Into<String>,
        visible: bool,
        looks: Vec<Look>,
    ) -> bool {
        let end = self.world.clock.instant(self.world.options.days, 0);
        let looks: Vec<Look> =
            looks.into_iter().filter(|l| (self.world.clock.instant(0, 0)..end).contains(&l.at)).collect();
        if looks.is_empty() {
            return false;
        }
        let number = self.cases.len();
        let Plot { staff, kind, variant } = plot;
        self.cases.push(Case { staff, person, label: label.into(), kind, variant, visible, events: 0 });
        self.looks.extend(looks.into_iter().map(|look| (number, look)));
        true
    }

    /// Turns worked in the window.
    pub fn turns(&self, staff: StaffId) -> Vec<Span> {
        let World { force, clock, roster, options, .. } = self.world;
        (0..options.days)
            .filter_map(|day| match roster.duty(force, clock, staff, day) {
                Duty::Work(span, _) => Some(span),
                _ => None,
            })
            .collect()
    }

    /// Days off in the window, from ten in the morning to eleven at night.
    pub fn days_off(&self, staff: StaffId) -> Vec<Span> {
        let World { force, clock, roster, options, .. } = self.world;
        (0..options.days)
            .filter(|&day| {
                let night_before = matches!(roster.duty(force, clock, staff, day - 1), Duty::Work(s, _)
                    if clock.day(s.to) == day);
                roster.duty(force, clock, staff, day) == Duty::Rest && !night_before
            })
            .map(|day| Span { from: clock.instant(day, 10 * HOUR), to: clock.instant(day, 23 * HOUR) })
            .collect()
    }

    /// Whether somebody is at work through the window, as most cases need.
    pub fn at_work(&self, staff: StaffId) -> bool {
        let member = self.world.force.get(staff);
        member.left.is_none()
            && matches!(member.status, Status::Active | Status::Restricted)
            && self.turns(staff).len() >= 3
    }

    /// So many times to look, more of them and bolder the worse the case hides.
    pub fn times(&mut self, plot: Plot, spread: Spread, many: [i64; 3]) -> Vec<i64> {
        let n = match plot.variant {
            Variant::Easy => self.draw.between(many[0] / 2 + 1, many[0]),
            Variant::Medium => self.draw.between(many[1] / 2 + 1, many[1]),
            Variant::Mimicry => self.draw.between(many[2] / 2 + 1, many[2]),
        } as usize;
        let turns = self.turns(plot.staff);
        let mut spans = Vec::new();
        if plot.variant == Variant::Easy {
            let mut off = self.days_off(plot.staff);
            self.draw.shuffle(&mut off);
            // Some of it from home, or after hours.
            off.truncate(turns.len() / 2 + 1);
            spans = off;
        }
        if matches!(spread, Spread::Days) || spans.is_empty() {
            spans.extend(turns);
        }
        self.spend(&spans, spread, n)
    }

    /// So many times within some spans. They are laid evenly over the spans, and case after case over the window: drawn
    /// freely, a few sessions would by luck lie early or late, and the place of a row in the log would tell.
    pub fn spend(&mut self, spans: &[Span], spread: Spread, n: usize) -> Vec<i64> {
        let mut spans = spans.to_vec();
        spans.sort_by_key(|s| s.from);
        if spans.is_empty() {
            return Vec::new();
        }
        let mut times = Vec::new();
        match spread {
            Spread::Days => {
                let shift = self.draw.unit();
                for i in 0..n {
                    let nth = (i as f64 + shift) / n as f64 * spans.len() as f64;
                    times.push(spans[(nth as usize).min(spans.len() - 1)].draw(&mut self.draw));
                }
            }
            Spread::Burst => {
                let sessions = n.div_ceil(LONGEST_BURST);
                let offset = (self.cases.len() as f64 + self.world.options.seed as f64) * 0.618_034 % 1.0;
                for session in 0..sessions {
                    let part = (offset + session as f64 / sessions as f64) % 1.0;
                    let span = spans[(part * spans.len() as f64) as usize];
                    let looks = n / sessions + usize::from(session < n % sessions);
                    times.extend(self.burst(span, looks as i64));
                }
            }
        }
        times.sort_unstable();
        times
    }

    /// Looks one after another, minutes apart.
    fn burst(&mut self, span: Span, looks: i64) -> Vec<i64> {
        let gap = (span.to - span.from) / (looks + 1);
        let mut at = span.from + self.draw.between(0, gap.max(1));
        let mut next = || {
            at += self.draw.between(MINUTE, (4 * MINUTE).min(gap.max(2 * MINUTE)));
            at
        };
        (0..looks).map(|_| next()).collect()
    }

    /// A look at somebody at some time, with the cover that the variant gives it.
    pub fn look(&mut self, plot: Plot, at: i64, subject: Subject) -> Look {
        let member = self.world.force.get(plot.staff);
        let (reason, incident) = self.cover(plot, at);
        let system = match subject {
            Subject::Plate(_) if self.draw.chance(0.7) => System::Pnc,
            Subject::Plate(_) => System::Anpr,
            _ => usual_system(member.role, &mut self.draw),
        };
        Look {
            at,
            staff: plot.staff,
            login: Login::Own,
            system,
            environment: Environment::Live,
            subject,
            form: Form::Usual,
            on_behalf: None,
            reason,
            quoted: incident.is_some().then_some(true),
            incident,
            terminal: None,
        }
    }

    /// What is given as the purpose.
    fn cover(&mut self, plot: Plot, at: i64) -> (Reason, Option<String>) {
        let plausible = self.work(plot.staff);
        match plot.variant {
            Variant::Easy if self.draw.chance(0.25) => (Reason::Nothing(plausible), None),
            Variant::Easy => (Reason::Boilerplate(plausible), None),
            Variant::Medium if self.draw.chance(0.2) => (Reason::Boilerplate(plausible), None),
            Variant::Medium => {
                // Now and then any number that is at hand.
                let number = if self.draw.chance(0.4) { self.borrow(plot.staff, at) } else { None };
                (Reason::Work(plausible), number.map(|(incident, _)| incident))
            }
            Variant::Mimicry => match self.borrow(plot.staff, at) {
                Some((incident, kind)) => (Reason::Work(kind), Some(incident)),
                None => (Reason::Work(plausible), None),
            },
        }
    }

    /// A kind of work as ordinary as any for somebody of this role and station: codes must not tell misuse apart.
    pub fn work(&mut self, staff: StaffId) -> &'static str {
        let member = self.world.force.get(staff);
        if let Some(kind) = reasons::function(member.role) {
            return kind;
        }
        let spare = &self.survey.spare[member.station % self.world.force.local_stations()];
        if spare.is_empty() { "theft" } else { self.draw.pick(spare).kind }
    }

    /// The number of an incident of the user's area, open at the time, that others work on.
    pub fn borrow(&mut self, staff: StaffId, at: i64) -> Option<(String, &'static str)> {
        let station = self.world.force.get(staff).station % self.world.force.local_stations();
        let spare = &self.survey.spare[station];
        let open: Vec<_> = spare.iter().filter(|s| s.span.from <= at && at < s.span.to).collect();
        let near: Vec<_> = spare.iter().filter(|s| s.span.from <= at && at < s.span.to + 24 * HOUR).collect();
        let from = if open.is_empty() { near } else { open };
        (!from.is_empty()).then(|| {
            let spare = self.draw.pick(&from);
            (spare.incident.clone(), spare.kind)
        })
    }

    /// One person in most of the ways in which a person is looked for.
    pub fn around(&mut self, person: PersonId) -> Subject {
        let who = self.world.population.get(person);
        match self.draw.unit() {
            x if x < 0.1 && who.car => Subject::Plate(person),
            x if x < 0.14 => Subject::Home(who.home),
            x if x < 0.18 && who.phone => Subject::Phone(person),
            _ => Subject::Person(person),
        }
    }

    /// Looks at one person.
    pub fn at_person(&mut self, plot: Plot, person: PersonId, spread: Spread, many: [i64; 3]) -> Vec<Look> {
        self.times(plot, spread, many)
            .into_iter()
            .enumerate()
            .map(|(i, at)| {
                let subject = if i == 0 { Subject::Person(person) } else { self.around(person) };
                self.look(plot, at, subject)
            })
            .collect()
    }

    /// Looks at several people, one each time.
    pub fn at_people(&mut self, plot: Plot, people: &[PersonId], spread: Spread) -> Vec<Look> {
        let turns = self.turns(plot.staff);
        let mut spans = if plot.variant == Variant::Easy { self.days_off(plot.staff) } else { Vec::new() };
        spans.extend(turns);
        if matches!(spread, Spread::Days) {
            self.draw.shuffle(&mut spans);
            spans.truncate(people.len().div_ceil(3).max(2));
        }
        let times = self.spend(&spans, spread, people.len());
        times.into_iter().zip(people).map(|(at, &p)| self.look(plot, at, Subject::Person(p))).collect()
    }

    /// People of some towns whom the user has no tie to and who pass a test.
    pub fn strangers(
        &mut self,
        staff: StaffId,
        towns: &[usize],
        n: usize,
        fits: impl Fn(&Population, PersonId) -> bool,
    ) -> Vec<PersonId> {
        let mut people = Vec::new();
        for _ in 0..n * 400 {
            if people.len() == n {
                break;
            }
            let town = *self.draw.pick(towns);
            let person = *self.draw.pick(&self.world.population.townsfolk[town]);
            let ordinary = !self.world.ties.tied(staff, person) && self.world.force.of_person(person).is_none();
            if ordinary && fits(&self.world.population, person) && !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    /// How many, by variant.
    pub fn many(&mut self, plot: Plot, easy: i64, medium: i64, mimicry: i64) -> usize {
        let n = match plot.variant {
            Variant::Easy => easy,
            Variant::Medium => medium,
            Variant::Mimicry => mimicry,
        };
        self.draw.between(n * 3 / 4, n * 5 / 4) as usize
    }

    /// The towns of the user's own beat; any for headquarters.
    pub fn own_towns(&self, staff: StaffId) -> Vec<usize> {
        let station = self.world.force.get(staff).station;
        match station < self.world.force.local_stations() {
            true => self.world.beat(station).collect(),
            false => (0..self.world.places.towns.len()).collect(),
        }
    }

    /// A member of staff picked at random from those who pass a test.
    pub fn colleague(&mut self, fits: impl Fn(&World, StaffId) -> bool) -> Option<StaffId> {
        (0..600).find_map(|_| {
            let s = self.draw.below(self.world.force.members.len()) as StaffId;
            fits(self.world, s).then_some(s)
        })
    }
}
