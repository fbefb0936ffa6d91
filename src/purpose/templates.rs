//! The explanation templates: which records answer why somebody looked, when, and how easily each would
//! answer by chance. They are declared in `rules/explanations/*.yml` and embedded.

use std::sync::LazyLock;

use super::read_template;
use super::template_error::TemplateErrors;
use super::template_file::{By, Declared, End, Grace, Reach, Time, Who, duration_words};
use crate::instant::Instant;

/// Every file of `rules/explanations/`, as it stood when the program was built.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped_explanations.rs"));

/// The shipped templates, strongest first. Read once; a file at fault is left out, which a test rules out.
static SHIPPED: LazyLock<Vec<Declared>> = LazyLock::new(|| {
    let mut all: Vec<Declared> = FILES.iter().filter_map(|(file, text)| read_template::read(file, text).ok()).collect();
    all.sort_by(|a, b| a.order.cmp(&b.order).then_with(|| a.name.cmp(&b.name)));
    all
});

/// One kind of record that answers why: its place in the shipped order. An earlier one is stronger and preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Template(u8);

impl Template {
    /// Every template, strongest first.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        (0..SHIPPED.len() as u8).map(Self)
    }

    /// How many there are.
    #[must_use]
    pub fn count() -> usize {
        SHIPPED.len()
    }

    /// The template of this code.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        SHIPPED.iter().position(|t| t.name == name).map(|at| Self(at as u8))
    }

    /// Its place in [`Template::all`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// What its file declares.
    #[must_use]
    pub fn declared(self) -> &'static Declared {
        &SHIPPED[self.index()]
    }

    /// The code that rules and reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        &self.declared().name
    }

    /// What the template says, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        &self.declared().says
    }

    /// It answers by the user's role, whoever the subject is: why anybody was looked at, and not why this one.
    #[must_use]
    pub fn by_role(self) -> bool {
        self.declared().by == By::Authority && self.declared().to == Reach::Anything
    }

    /// It answers by work that is not the user's: somebody else's task, or an incident that was quoted and on which the user is
    /// not.
    #[must_use]
    pub fn others_work(self) -> bool {
        let declared = self.declared();
        let quoted = declared.by == By::Quoted && declared.to != Reach::NotRecorded;
        quoted || !declared.who.contains(&Who::User)
    }

    /// It answers by time and system, whoever the subject is.
    #[must_use]
    pub fn whoever(self) -> bool {
        self.by_role() || self.declared().by == By::Session
    }

    /// r: the share of looks that the template would answer by chance, by how hard its record is to come by.
    /// A role that may look at anybody answers everything, so it answers by chance as often as not: 1.
    #[must_use]
    pub fn chance(self) -> f64 {
        self.declared().chance
    }
}

/// The times of a task and of its incident, as templates measure them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Start of the task.
    pub from: Instant,
    /// End of the task.
    pub to: Instant,
    /// When the incident was opened.
    pub opened: Instant,
    /// When it was closed.
    pub closed: Instant,
}

/// How a moment stands to the time in which a record explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Inside.
    Holds,
    /// So many milliseconds before the record begins, grace not counted.
    TooEarly(i64),
    /// So many milliseconds after it ended, grace not counted.
    TooLate(i64),
}

/// The templates as a run uses them: as shipped, with a force's own grace.
#[derive(Clone, Debug)]
pub struct Explanations {
    times: Vec<Option<Time>>,
    graces: Vec<Grace>,
}

impl Default for Explanations {
    fn default() -> Self {
        Self { times: SHIPPED.iter().map(|t| t.time).collect(), graces: Vec::new() }
    }
}

impl Explanations {
    /// The shipped templates with the graces of a folder.
    ///
    /// # Errors
    /// Everything that is wrong in the folder.
    pub fn with_folder(folder: &std::path::Path) -> Result<Self, TemplateErrors> {
        Ok(Self::with(read_template::load_graces(folder, &SHIPPED)?))
    }

    /// The shipped templates with these graces.
    #[must_use]
    pub fn with(graces: Vec<Grace>) -> Self {
        let mut all = Self::default();
        for grace in &graces {
            let place = SHIPPED.iter().position(|t| t.name == grace.name);
            if let Some(time) = place.and_then(|at| all.times[at].as_mut()) {
                time.before = grace.before.unwrap_or(time.before);
                time.after = grace.after.unwrap_or(time.after);
            }
        }
        all.graces = graces;
        all
    }

    /// What a force set for itself.
    #[must_use]
    pub fn graces(&self) -> &[Grace] {
        &self.graces
    }

    /// When a template's record explains; `None` where the record has a period of its own.
    #[must_use]
    pub fn time(&self, template: Template) -> Option<Time> {
        self.times[template.index()]
    }

    /// How `at` stands to the time of a template for a task or incident.
    #[must_use]
    pub fn standing(&self, template: Template, span: &Span, at: Instant) -> Standing {
        let Some(time) = self.time(template) else { return Standing::Holds };
        let start = match time.from {
            End::Task => span.from,
            End::Incident | End::Opening => span.opened,
        };
        let end = match time.to {
            End::Task => span.to,
            End::Incident => span.closed,
            End::Opening => span.opened,
        };
        if at < start.plus(-time.before) {
            Standing::TooEarly(start.0.saturating_sub(at.0))
        } else if at > end.plus(time.after) {
            Standing::TooLate(at.0.saturating_sub(end.0))
        } else {
            Standing::Holds
        }
    }

    /// Does the record explain at that moment?
    #[must_use]
    pub fn holds(&self, template: Template, span: &Span, at: Instant) -> bool {
        self.standing(template, span, at) == Standing::Holds
    }

    /// The longest that any template reaches before or after its record.
    #[must_use]
    pub fn longest(&self) -> i64 {
        self.times.iter().flatten().map(|t| t.before.max(t.after)).max().unwrap_or(0)
    }
}

/// The shipped templates as a page of documentation, strongest first.
#[must_use]
pub fn document() -> String {
    let mut page = String::from(
        "# Explanations\n\nWhich records answer why somebody looked. Made from `rules/explanations/*.yml`; a test holds the two \
         together.\n\nThe strongest template that holds is the explanation of a look. A template is a path of joins with a time and \
         conditions. `r` is the share of looks that it would answer by chance: its provenance. An expired or borrowed link does \
         not explain, and is named for what it is.\n\n",
    );
    for template in &*SHIPPED {
        let list = |words: Vec<&str>| words.join(" or ");
        page.push_str(&format!("## {}\n\n{}.\n\n", template.name, capital(&template.says)));
        let mut line = |name: &str, value: String| page.push_str(&format!("- {name}: {value}\n"));
        line("r", format!("{}: {}", template.chance, template.because));
        line("whose record", list(template.who.iter().map(|w| w.as_str()).collect()));
        let mut by = template.by.as_str().replace('_', " ");
        if !template.roles.is_empty() {
            let roles = list(template.roles.iter().map(|r| r.as_str()).collect());
            by = format!("{by}, as {}", roles.replace('_', " "));
        }
        if !template.posts.is_empty() {
            by = format!("{by}: a role whose name holds {}", list(template.posts.iter().map(String::as_str).collect()));
        }
        line("which record", by);
        line("how it reaches the subject", template.to.as_str().replace('_', " "));
        line(
            "when",
            template.time.map_or_else(
                || "in the record's own period".to_owned(),
                |t| {
                    let end = if t.to == End::Opening { "the opening" } else { "the end" };
                    format!(
                        "from {} before the start of the {} to {} after {end} of the {}",
                        duration_words(t.before),
                        if t.from == End::Task { "task" } else { "incident" },
                        duration_words(t.after),
                        if t.to == End::Task { "task" } else { "incident" },
                    )
                },
            ),
        );
        if template.strangers_only {
            line(
                "not for",
                "looks at the user's own circle, nor by an incident to which the user is a party".to_owned(),
            );
        }
        if template.blind {
            line("blind", "where the authority asks for blind working, not for the user's own circle".to_owned());
        }
        if template.customary {
            line("customary", "the work as those who hold the function do it; see below".to_owned());
        }
        page.push('\n');
    }
    page.push_str(
        "## The order of asking\n\n`quoted_again` and `colleague_quoted`, then `led_to` and `fits_party`, read other looks; they \
         are asked only where no record answers.\n\n## What a role's function answers\n\nA function names nobody, so \
         it would answer whatever its holder looks at. The work of its holders bounds it; it is measured in every run, for each \
         authority with the basis `role_function` in each system, on live records, each holder counted once:\n\n- Where records \
         answer half or more of what the holders look at, the work leaves records, and the function answers nothing beside \
         them: a control room works on calls.\n- Elsewhere it answers, \
         but no look under the number of an incident to which neither the user nor the subject belongs, and none of those at four or \
         more people in several homes of one street within two hours, where they are most of what was looked at meanwhile; unless \
         the holders do so in one of twenty such looks or more, for then it is how the work is done. A number that is no incident's counts as a file of their own.\n- It does not \
         answer a look for which training or testing is given as the reason.\n- It is work, and answers no look off duty that is \
         one of six or fewer within an hour, with three hours of nothing before and after.\n\nLonger work off duty it does answer: \
         turns are forgotten, and being off duty speaks for itself. What it does not answer is unexplained as anybody's look is. \
         Fewer than four holders, or a hundred looks, tell nothing of one function: all functions together are asked, \
         and such a function is not taken to leave records.\n\n## A grace of your own\n\nThe config key `explanations` names a folder. A file there is called like a \
         template (`assigned.yml`) and may set `before`, `after` and must say `because`:\n\n```yaml\nafter: 5d\nbecause: files are \
         closed late here\n```\n\nThe report's method section says what was set. Nothing else of a template can be changed.\n",
    );
    page
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::{DAY, HOUR};

    #[test]
    fn every_shipped_file_is_read_and_named_once() {
        for (file, text) in FILES {
            if let Err(errors) = read_template::read(file, text) {
                panic!("{}", errors[0]);
            }
        }
        assert_eq!(SHIPPED.len(), FILES.len());
        let mut orders: Vec<u32> = SHIPPED.iter().map(|t| t.order).collect();
        orders.dedup();
        assert_eq!(orders.len(), FILES.len(), "two templates of one order");
    }

    #[test]
    fn a_stronger_record_is_not_easier_to_come_by_than_the_last_resorts() {
        let chance = |name: &str| Template::named(name).map(Template::chance);
        assert_eq!(chance("role_function"), Some(1.0));
        assert!(chance("assigned") < chance("same_unit"));
        assert!(chance("same_unit") < chance("quoted_user"));
        assert!(Template::named("assigned") < Template::named("role_function"));
    }

    #[test]
    fn a_force_s_grace_moves_the_end_and_nothing_else() {
        let assigned = Template::named("assigned").expect("shipped");
        let span = Span { from: Instant(0), to: Instant(10 * HOUR), opened: Instant(0), closed: Instant(10 * HOUR) };
        let at = Instant(10 * HOUR + 3 * DAY + 4 * HOUR);
        let shipped = Explanations::default();
        assert_eq!(shipped.standing(assigned, &span, at), Standing::TooLate(3 * DAY + 4 * HOUR));
        let grace = Grace { name: "assigned".into(), before: None, after: Some(5 * DAY), because: "paper".into() };
        let own = Explanations::with(vec![grace]);
        assert!(own.holds(assigned, &span, at));
        assert!(own.holds(assigned, &span, Instant(-2 * HOUR)) && !own.holds(assigned, &span, Instant(-3 * HOUR)));
    }
}
