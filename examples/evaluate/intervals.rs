//! Counts that can be added up over worlds, and intervals for their shares: Wilson's for precision and recall, Jeffreys'
//! for rare events, and one over worlds where the worlds may differ by more than chance.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::iter::Sum;

/// So many of so many. Written as a pair, so that a file of many stays small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, usize)", into = "(f64, usize)")]
pub struct Count {
    /// How many; a mean over ties need not be whole.
    pub hits: f64,
    /// Of how many.
    pub of: usize,
}

impl From<(f64, usize)> for Count {
    fn from((hits, of): (f64, usize)) -> Self {
        Self { hits, of }
    }
}

impl From<Count> for (f64, usize) {
    fn from(count: Count) -> Self {
        (count.hits, count.of)
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, count| Self { hits: sum.hits + count.hits, of: sum.of + count.of })
    }
}

impl Count {
    /// So many of so many.
    pub fn new(hits: usize, of: usize) -> Self {
        Self { hits: hits as f64, of }
    }

    /// One more, which is a hit or is not.
    pub fn add(&mut self, hit: bool) {
        self.hits += f64::from(u8::from(hit));
        self.of += 1;
    }

    /// The ratio; 0 of 0 is 0.
    pub fn value(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.hits / self.of as f64 }
    }

    /// The share with Wilson's interval.
    pub fn wilson(self) -> Share {
        Share::wilson(self.hits, self.of)
    }

    /// The share with Jeffreys' interval, for rare events.
    pub fn jeffreys(self) -> Share {
        Share::jeffreys(self.hits.round() as usize, self.of)
    }
}

/// How often worlds are drawn anew.
const DRAWS: usize = 4_000;

/// 95 % interval of a figure over worlds: they are drawn with replacement, and the figure is made anew each time. None
/// for a single world.
pub fn over_worlds<T>(worlds: &[T], figure: impl Fn(&[&T]) -> f64) -> Option<(f64, f64)> {
    if worlds.len() < 2 {
        return None;
    }
    // The seed stands still: the same worlds give the same page.
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut figures: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn: Vec<&T> = (0..worlds.len()).map(|_| &worlds[random.random_range(0..worlds.len())]).collect();
            figure(&drawn)
        })
        .collect();
    figures.sort_by(f64::total_cmp);
    let at = |share: f64| figures[((DRAWS - 1) as f64 * share).round() as usize];
    Some((at(0.025), at(0.975)))
}

/// A share with its 95 % interval.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// How many; a mean over ties need not be whole.
    pub hits: f64,
    /// Of how many.
    pub of: usize,
    /// Their ratio; 0 of 0 is 0.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The normal quantile for 95 %.
const Z: f64 = 1.959_964;

impl Share {
    /// By Wilson's score interval.
    pub fn wilson(hits: f64, of: usize) -> Self {
        if of == 0 {
            return Self { hits, of, value: 0.0, low: 0.0, high: 1.0 };
        }
        let n = of as f64;
        let p = hits / n;
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Self { hits, of, value: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
    }

    /// By Jeffreys' interval, which stays honest where hardly anything happened.
    pub fn jeffreys(hits: usize, of: usize) -> Self {
        let (x, n) = (hits as f64, of as f64);
        if of == 0 {
            return Self { hits: x, of, value: 0.0, low: 0.0, high: 1.0 };
        }
        let quantile = |p: f64| beta_quantile(p, x + 0.5, n - x + 0.5);
        let low = if hits == 0 { 0.0 } else { quantile(0.025) };
        let high = if hits == of { 1.0 } else { quantile(0.975) };
        Self { hits: x, of, value: x / n, low, high }
    }
}

/// Quantile of the beta distribution, by halving.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if incomplete_beta(middle, a, b) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The regularised incomplete beta function, by its continued fraction (Lentz).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - front * fraction(1.0 - x, b, a) / b;
    }
    front * fraction(x, a, b) / a
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let small = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / small(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for step in 1..400 {
        let m = f64::from(step);
        for term in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / small(1.0 + term * d);
            c = small(1.0 + term / c);
            h *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-13 {
            break;
        }
    }
    h
}

/// The logarithm of the gamma function (Lanczos).
fn ln_gamma(x: f64) -> f64 {
    const G: [f64; 6] = [
        76.180_091_729_471_46,
        -86.505_320_329_416_77,
        24.014_098_240_830_91,
        -1.231_739_572_450_155,
        0.120_865_097_386_617_9e-2,
        -0.539_523_938_495_3e-5,
    ];
    let base = x + 5.5;
    let mut sum = 1.000_000_000_190_015;
    for (i, g) in G.iter().enumerate() {
        sum += g / (x + 1.0 + i as f64);
    }
    (x + 0.5) * base.ln() - base + (2.506_628_274_631_000_5 * sum / x).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_by_the_book() {
        // Newcombe 1998: 81 of 263.
        let share = Share::wilson(81.0, 263);
        assert!((share.low - 0.2553).abs() < 5e-4 && (share.high - 0.3662).abs() < 5e-4, "{share:?}");
        assert_eq!(Share::wilson(0.0, 10).low, 0.0);
    }

    #[test]
    fn worlds_that_differ_widen_an_interval_and_equal_ones_do_not() {
        let mean = |drawn: &[&f64]| drawn.iter().copied().sum::<f64>() / drawn.len() as f64;
        assert_eq!(over_worlds(&[0.5, 0.5, 0.5], mean), Some((0.5, 0.5)));
        let (low, high) = over_worlds(&[0.0, 1.0, 0.0, 1.0], mean).expect("several worlds");
        assert!(low == 0.0 && high == 1.0, "{low} {high}");
        assert_eq!(over_worlds(&[0.5], mean), None);
    }

    #[test]
    fn counts_add_up_and_are_written_as_pairs() {
        let sum: Count = [Count::new(1, 4), Count { hits: 0.5, of: 2 }].into_iter().sum();
        assert_eq!(sum, Count { hits: 1.5, of: 6 });
        let text = serde_json::to_string(&sum).expect("written");
        assert_eq!(text, "[1.5,6]");
        assert_eq!(serde_json::from_str::<Count>(&text).expect("read"), sum);
    }

    #[test]
    fn jeffreys_by_the_book() {
        // 0 of 10 and 5 of 10: beta(0.5, 10.5) and beta(5.5, 5.5).
        let none = Share::jeffreys(0, 10);
        assert!(none.low == 0.0 && (none.high - 0.2172).abs() < 5e-4, "{none:?}");
        let half = Share::jeffreys(5, 10);
        assert!((half.low - 0.2235).abs() < 1e-3 && (half.high - 0.7765).abs() < 1e-3, "{half:?}");
    }
}
