//! The few probability functions that facts and scores need, with their known values as tests.
//!
//! All are pure, in natural units stated per function. Special functions follow
//! their textbook series (Abramowitz & Stegun 6.1, 6.3, 6.4).

use std::f64::consts::{LN_2, PI};

/// Natural logarithm of the gamma function, for `x > 0` (Lanczos, g = 7, relative error below 1e-13).
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (PI / (PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let series = COEFFICIENTS[1..].iter().zip(1..).fold(COEFFICIENTS[0], |sum, (c, i)| sum + c / (x + f64::from(i)));
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

/// Second derivative of `ln_gamma`, for `x > 0`: recurrence up to 6, then the asymptotic series.
#[must_use]
pub fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 6.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    sum + 1.0 / x + y / 2.0 + y / x * (1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y / 30.0)))
}

/// Standard deviation, in bits, of log2 of a rate with posterior Beta(`a`, `b`).
#[must_use]
pub fn beta_log2_sd(a: f64, b: f64) -> f64 {
    (trigamma(a) - trigamma(a + b)).max(0.0).sqrt() / LN_2
}

/// P(X ≥ k) for X Poisson with mean `mean`.
#[must_use]
pub fn poisson_tail(k: u64, mean: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    let term = |i: u64| (i as f64 * mean.ln() - mean - ln_gamma(i as f64 + 1.0)).exp();
    if (k as f64) > mean {
        // Few terms from k upwards carry the tail; no cancellation.
        let (mut sum, mut i) = (0.0, k);
        loop {
            let t = term(i);
            sum += t;
            if t < sum * 1e-14 || i > k + 10_000 {
                return sum.min(1.0);
            }
            i += 1;
        }
    }
    (1.0 - (0..k).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

/// Rate of the Gamma(shape 1) alternative in [`excess_log2_bayes_factor`]: a mean of ten times what is expected.
const EXCESS_RATE: f64 = 0.1;

/// log2 Bayes factor of `k` looks where `expected` are expected: Poisson against the alternative that
/// the true rate is a multiple of it drawn from Gamma(shape 1, rate 0.1).
#[must_use]
pub fn excess_log2_bayes_factor(k: u64, expected: f64) -> f64 {
    let k = k as f64;
    let expected = expected.max(1e-9);
    // The k·ln(expected) of both sides cancels.
    (EXCESS_RATE.ln() + ln_gamma(k + 1.0) - (k + 1.0) * (expected + EXCESS_RATE).ln() + expected) / LN_2
}

/// Evidence in `k` looks where `expected` are expected: 0 to 6 bits, 0 where there is no excess.
#[must_use]
pub fn excess_bits(k: u64, expected: f64) -> f64 {
    if k as f64 <= expected {
        return 0.0;
    }
    excess_log2_bayes_factor(k, expected).clamp(0.0, 6.0)
}

/// Median of a list; 0 of an empty one. Sorts the list.
#[must_use]
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// P(X ≥ count) for a gamma-Poisson (negative binomial) count with this mean and variance
/// mean + dispersion × mean². With dispersion 0 it is the Poisson tail.
#[must_use]
pub fn negative_binomial_tail(count: u64, mean: f64, dispersion: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    if dispersion <= 1e-9 {
        return poisson_tail(count, mean);
    }
    let size = 1.0 / dispersion;
    let (ln_keep, ln_go) = ((size / (size + mean)).ln(), (mean / (size + mean)).ln());
    let ln_mass = |k: f64| ln_gamma(k + size) - ln_gamma(size) - ln_gamma(k + 1.0) + size * ln_keep + k * ln_go;
    // Beyond the mode terms shrink by at most this ratio each, so the sum ends.
    let mut term = ln_mass(count as f64).exp();
    let (mut sum, mut k) = (0.0, count as f64);
    while term > sum * 1e-12 && term > 0.0 && k < count as f64 + 1e6 {
        sum += term;
        term *= (k + size) / (k + 1.0) * ln_go.exp();
        k += 1.0;
    }
    sum.clamp(0.0, 1.0)
}

/// P[X ≥ k] for a binomial X of `n` trials with chance `p`.
#[must_use]
pub fn binomial_tail(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let term = |i: u64| {
        let (i, n) = (i as f64, n as f64);
        (ln_gamma(n + 1.0) - ln_gamma(i + 1.0) - ln_gamma(n - i + 1.0) + i * p.ln() + (n - i) * (1.0 - p).ln()).exp()
    };
    (k..=n).map(term).sum::<f64>().min(1.0)
}

/// Φ(z): the chance that a standard normal variable is below `z`.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    // Regularised lower incomplete gamma function P(½, z²/2) by its series, whose terms are all positive.
    let x = z * z / 2.0;
    let (mut term, mut a) = (1.0 / ln_gamma(1.5).exp(), 1.5);
    let mut sum = term;
    while term > sum * 1e-17 {
        term *= x / a;
        a += 1.0;
        sum += term;
    }
    let inside = (sum * (0.5 * x.max(f64::MIN_POSITIVE).ln() - x).exp()).min(1.0);
    if z < 0.0 { 0.5 - 0.5 * inside } else { 0.5 + 0.5 * inside }
}

/// The z below which a standard normal variable lies with chance `p`, within ±8.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    bisect(-8.0, 8.0, |z| normal_cdf(z) < p)
}

/// Chance that a Beta(a, b) variable is below `x`: the regularised incomplete beta function.
#[must_use]
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The continued fraction converges fast below the mean; beyond it the other tail is asked.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_cdf(1.0 - x, b, a);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    // Lentz's method.
    let keep = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let (mut c, mut d) = (1.0, 1.0 / keep(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in (1..10_000).map(f64::from) {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for part in [even, odd] {
            d = 1.0 / keep(1.0 + part * d);
            c = keep(1.0 + part / c);
            fraction *= c * d;
        }
        if (fraction / before - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (front * fraction).clamp(0.0, 1.0)
}

/// The x below which a Beta(a, b) variable lies with chance `p`.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_cdf(x, a, b) < p)
}

/// Where `below` turns false between two ends.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        *(if below(middle) { &mut low } else { &mut high }) = middle;
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} is not within {within} of {expected}");
    }

    #[test]
    fn special_functions_have_their_known_values() {
        near(ln_gamma(1.0), 0.0, 1e-12);
        near(ln_gamma(0.5), PI.sqrt().ln(), 1e-12);
        near(ln_gamma(101.0), 363.739_375_555_563_5, 1e-9);
        near(trigamma(1.0), PI * PI / 6.0, 1e-7);
        near(trigamma(10.0), 0.105_166_335_681_685_7, 1e-9);
    }

    #[test]
    fn golden_values_of_the_scoring_design() {
        for (k, expected, bits, clamped) in
            [(3, 0.0306, 11.05, 6.0), (5, 0.2, 14.30, 6.0), (10, 2.0, 9.58, 6.0), (21, 18.87, -4.03, 0.0)]
        {
            near(excess_log2_bayes_factor(k, expected), bits, 0.006);
            near(excess_bits(k, expected), clamped, 0.0);
        }
        for (a, sd) in [(1.0, 1.85), (6.0, 0.61), (10.0, 0.47)] {
            near(beta_log2_sd(a, 1e7), sd, 0.006);
        }
    }

    #[test]
    fn normal_and_beta_are_known() {
        for (p, z) in
            [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.95, 1.644_853_626_951_472), (0.0005, -3.290_526_731_491_93)]
        {
            near(normal_quantile(p), z, 1e-9);
            near(normal_cdf(z), p, 1e-12);
        }
        // Beta(1, 1) is uniform; Beta(2, 1) has the distribution x²; Beta(2, 3) at ½ is 11/16.
        near(beta_cdf(0.3, 1.0, 1.0), 0.3, 1e-12);
        near(beta_cdf(0.3, 2.0, 1.0), 0.09, 1e-12);
        near(beta_cdf(0.5, 2.0, 3.0), 11.0 / 16.0, 1e-12);
        near(beta_quantile(0.09, 2.0, 1.0), 0.3, 1e-9);
        // By the sum of binomial probabilities that it is: P(Bin(31, x) ≥ 8).
        near(beta_quantile(0.05, 8.0, 24.0), 0.135_400_584_758, 1e-9);
        near(beta_quantile(0.95, 8.0, 24.0), 0.382_610_230_917, 1e-9);
        for (a, b) in [(0.5, 0.5), (3.0, 2_000.0), (2e-3 * 20_000.0, 0.998 * 20_000.0)] {
            for p in [0.05, 0.5, 0.95] {
                near(beta_cdf(beta_quantile(p, a, b), a, b), p, 1e-9);
            }
        }
    }

    #[test]
    fn poisson_tails() {
        near(poisson_tail(0, 3.0), 1.0, 0.0);
        near(poisson_tail(1, 0.5), 1.0 - (-0.5_f64).exp(), 1e-12);
        near(poisson_tail(3, 0.0306), 4.667e-6, 2e-8);
        near(poisson_tail(5, 10.0), 0.970_747_311_923_038_5, 1e-12);
    }

    #[test]
    fn more_looks_never_weigh_less() {
        for expected in [0.01, 0.5, 3.0] {
            let bits: Vec<f64> = (0..60).map(|k| excess_bits(k, expected)).collect();
            assert!(bits.windows(2).all(|w| w[0] <= w[1] + 1e-12), "{expected}: {bits:?}");
        }
    }

    #[test]
    fn negative_binomial_tails_are_known() {
        // R: pnbinom(k - 1, size = 1 / dispersion, mu = mean, lower.tail = FALSE)
        // size 2, mean 2 is the number of failures before two heads of a fair coin: P(X ≥ 1) = 3/4, P(X ≥ 3) = 5/16.
        for (count, mean, dispersion, tail) in
            [(1, 2.0, 0.5, 0.75), (3, 2.0, 0.5, 0.3125), (0, 2.0, 0.5, 1.0), (4, 1.0, 1.0, 0.0625)]
        {
            let got = negative_binomial_tail(count, mean, dispersion);
            assert!((got - tail).abs() < 1e-9, "{count} {mean} {dispersion}: {got}");
        }
        let nearly = negative_binomial_tail(5, 1.5, 1e-8);
        assert!((nearly - poisson_tail(5, 1.5)).abs() < 1e-6, "{nearly}");
        assert!(negative_binomial_tail(400, 3.0, 0.2) < 1e-40);
    }

    #[test]
    fn binomial_tails() {
        assert!((binomial_tail(20, 20, 0.5) - 0.5f64.powi(20)).abs() < 1e-12);
        assert!((binomial_tail(2, 3, 0.5) - 0.5).abs() < 1e-12);
        assert_eq!(binomial_tail(0, 3, 0.2), 1.0);
        assert_eq!(binomial_tail(4, 3, 0.2), 0.0);
        // Published: P[X ≥ 8] of Binomial(10, .3) is .00159.
        assert!((binomial_tail(8, 10, 0.3) - 0.001_590_386_4).abs() < 1e-9);
    }
}
