//! Precision, recall and the rest, of the best answer to each search.

/// What came of one search.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The register has the right answer.
    pub present: bool,
    /// Of the best answer.
    pub probability: Option<f32>,
    /// Of the best answer.
    pub bits: f32,
    /// The best answer is the right one.
    pub right: bool,
}

/// How well a set of searches was answered.
pub struct Scores {
    ranked: Vec<Outcome>,
    present: usize,
    absent: usize,
}

impl Scores {
    /// Ranks the best answers by probability, then bits; equals count wrong first.
    pub fn of(outcomes: Vec<Outcome>) -> Self {
        let present = outcomes.iter().filter(|o| o.present).count();
        let absent = outcomes.len() - present;
        let mut ranked: Vec<Outcome> = outcomes.into_iter().filter(|o| o.probability.is_some()).collect();
        ranked.sort_by(|a, b| {
            let of = |o: &Outcome| o.probability.unwrap_or(0.0);
            of(b).total_cmp(&of(a)).then(b.bits.total_cmp(&a.bits)).then(a.right.cmp(&b.right))
        });
        Self { ranked, present, absent }
    }

    fn claims(&self) -> impl Iterator<Item = &Outcome> {
        self.ranked.iter().filter(|o| o.probability.is_some_and(|p| p >= 0.5))
    }

    /// Of the answers with a probability of a half or more, the right share.
    pub fn precision(&self) -> f64 {
        share(self.claims().filter(|o| o.right).count(), self.claims().count())
    }

    /// Of the searches for people in the register, those answered rightly with a half or more.
    pub fn recall(&self) -> f64 {
        share(self.claims().filter(|o| o.right).count(), self.present)
    }

    /// Area under precision over recall, as the mean precision at each right answer.
    pub fn average_precision(&self) -> f64 {
        let mut right = 0;
        let mut sum = 0.0;
        for (rank, outcome) in self.ranked.iter().enumerate() {
            if outcome.right {
                right += 1;
                sum += share(right, rank + 1);
            }
        }
        sum / self.present.max(1) as f64
    }

    /// The most recall at which precision is still at least this.
    pub fn recall_at(&self, precision: f64) -> f64 {
        let (mut right, mut best) = (0, 0);
        for (rank, outcome) in self.ranked.iter().enumerate() {
            right += usize::from(outcome.right);
            if share(right, rank + 1) >= precision {
                best = right;
            }
        }
        share(best, self.present)
    }

    /// Of the searches for people who are not there, those with an answer of a half or more.
    pub fn absent_claims(&self) -> f64 {
        share(self.claims().filter(|o| !o.present).count(), self.absent)
    }

    /// The head of the table.
    pub fn header() -> String {
        "| searches | present | precision | recall | F1 | average precision | recall at precision .99 | at .999 | claims on absent |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
            .to_owned()
    }

    /// One row of it.
    pub fn row(&self, name: &str) -> String {
        let (p, r) = (self.precision(), self.recall());
        let f1 = if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
        let absent = if self.absent == 0 {
            "–".to_owned()
        } else {
            format!("{:.2} % of {}", self.absent_claims() * 100.0, self.absent)
        };
        format!(
            "| {name} | {} | {p:.4} | {r:.4} | {f1:.4} | {:.4} | {:.4} | {:.4} | {absent} |",
            self.present,
            self.average_precision(),
            self.recall_at(0.99),
            self.recall_at(0.999)
        )
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(probability: f32, right: bool, present: bool) -> Outcome {
        Outcome { present, probability: Some(probability), bits: 0.0, right }
    }

    #[test]
    fn figures_of_a_small_case() {
        let scores = Scores::of(vec![
            outcome(0.99, true, true),
            outcome(0.9, true, true),
            outcome(0.8, false, false),
            outcome(0.6, true, true),
            outcome(0.2, true, true),
            Outcome { present: true, probability: None, bits: 0.0, right: false },
        ]);
        assert!((scores.precision() - 0.75).abs() < 1e-12);
        assert!((scores.recall() - 0.6).abs() < 1e-12);
        assert!((scores.average_precision() - (1.0 + 1.0 + 0.75 + 0.8) / 5.0).abs() < 1e-12);
        assert!((scores.recall_at(0.99) - 0.4).abs() < 1e-12);
        assert!((scores.absent_claims() - 1.0).abs() < 1e-12);
    }
}
