//! What `probity explain` tells: one typed answer, of which the text and the JSON are two writers.

use std::fmt::Write as _;

use serde::Serialize;

/// Version of the JSON's shape. A new number means that a reader must change.
pub const VERSION: &str = "probity-explain/1";

/// One case, or one look of it, with every explanation tried and the evidence without each link.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// Version of this shape.
    pub schema: &'static str,
    /// The case, as in findings.csv.
    pub case_id: String,
    /// Who looked.
    pub staff_id: String,
    /// The same in words.
    pub staff: String,
    /// Key of the subject.
    pub subject_id: String,
    /// The same in words.
    pub subject: String,
    /// What is found of the case's looks, in words.
    pub purpose: String,
    /// Ties between the two.
    pub ties: Vec<ToldTie>,
    /// The look asked for, or the first of the case.
    pub looks: Vec<ToldLook>,
    /// Further looks of the case, where the case was asked for.
    pub looks_untold: usize,
    /// Evidence of the case, before the prior.
    pub evidence_bits: f64,
    /// Prior log2 odds.
    pub prior_bits: f64,
    /// Prior and evidence together, at their weight.
    pub score_bits: f64,
    /// The evidence by kind.
    pub blocks: Vec<ToldBlock>,
    /// The rules that fired.
    pub fired: Vec<ToldRule>,
    /// Every bar of a referral that the case stays under by itself, in words.
    pub lacks: Vec<String>,
    /// What leaving out each link would change.
    pub without: Vec<Without>,
    /// Links beyond those that were left out in turn.
    pub links_untried: usize,
}

/// One tie.
#[derive(Clone, Debug, Serialize)]
pub struct ToldTie {
    /// In words.
    pub tie: String,
    /// That the match is right.
    pub probability: f32,
}

/// One look.
#[derive(Clone, Debug, Serialize)]
pub struct ToldLook {
    /// As in audit.csv.
    pub look_id: String,
    /// Where.
    pub system: String,
    /// When, RFC 3339.
    pub at: String,
    /// The same in words.
    #[serde(skip)]
    pub at_words: String,
    /// `explained`, `unexplained`, `cannot_tell`.
    pub purpose: &'static str,
    /// The template that answers, or empty.
    pub explained_by: &'static str,
    /// The roster at the time.
    pub duty: &'static str,
    /// Links that do not explain, named for what they are: expired or borrowed.
    pub named: Vec<String>,
    /// Every template, strongest first.
    pub tried: Vec<ToldTemplate>,
}

/// What became of one template.
#[derive(Clone, Debug, Serialize)]
pub struct ToldTemplate {
    /// Its code.
    pub template: &'static str,
    /// It answers the look.
    pub answers: bool,
    /// It does not, and a record came near.
    pub near: bool,
    /// What matched, or what failed and by how much.
    pub found: Vec<String>,
}

/// One kind of evidence.
#[derive(Clone, Debug, Serialize)]
pub struct ToldBlock {
    /// Which.
    pub block: &'static str,
    /// Its weight.
    pub bits: f64,
    /// Where the number comes from.
    pub because: String,
}

/// One rule that fired.
#[derive(Clone, Debug, Serialize)]
pub struct ToldRule {
    /// Its key.
    pub rule: String,
    /// What it weighs.
    pub bits: f64,
}

/// One link left out.
#[derive(Clone, Debug, Serialize)]
pub struct Without {
    /// `incident` or `authority`.
    pub record: &'static str,
    /// Its number.
    pub id: String,
    /// The change of evidence.
    pub bits: f64,
}

impl Explained {
    /// The answer as lines of text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |said: &str| {
            text.push_str(said);
            text.push('\n');
        };
        line(&format!("Case {}: {} and {}", self.case_id, self.staff, self.subject));
        line(&format!("  {}", self.purpose));
        for tie in &self.ties {
            line(&format!("  tie: {} (posterior {:.2})", tie.tie, tie.probability));
        }
        for look in &self.looks {
            line(&look.text());
        }
        if self.looks_untold > 0 {
            line(&format!("\n{} more looks of this case are not told here.", self.looks_untold));
        }
        line(&format!(
            "\nEvidence {:+.1} bits, prior {:+.1}, score {:+.1}",
            self.evidence_bits, self.prior_bits, self.score_bits
        ));
        for block in &self.blocks {
            line(&format!("  {:<13}{:+6.1}  {}", block.block, block.bits, block.because));
        }
        for fired in &self.fired {
            line(&format!("  fired: {} {:+.1}", fired.rule, fired.bits));
        }
        for lack in &self.lacks {
            line(&format!("lacks for a referral by itself: {lack}"));
        }
        for without in &self.without {
            line(&format!("without {} {}: {:+.1} bits", without.record, without.id, without.bits));
        }
        if self.links_untried > 0 {
            line(&format!("{} further links were not left out in turn.", self.links_untried));
        }
        if self.without.is_empty() {
            line("No record links the user to this subject, so there is none to leave out.");
        }
        text
    }
}

impl ToldLook {
    fn text(&self) -> String {
        let plain = |code: &str| code.replace('_', " ");
        let by = if self.explained_by.is_empty() { String::new() } else { format!(" ({})", plain(self.explained_by)) };
        let mut text = format!(
            "\nLook {} in {} on {}: {}{by}; roster: {}",
            self.look_id,
            self.system,
            self.at_words,
            plain(self.purpose),
            plain(self.duty)
        );
        for named in &self.named {
            let _ = write!(text, "\n  ! {named}");
        }
        for tried in &self.tried {
            let mark = if tried.answers { '+' } else { '-' };
            let _ = write!(text, "\n  {mark} {:<17} {}", plain(tried.template), tried.found.join("; "));
        }
        text
    }
}
