//! Figures as people read them.

use crate::intervals::Count;
use crate::pool::Figure;

/// "0.94 (0.92 to 0.96; 472 of 500)".
pub fn ratio(figure: &Figure) -> String {
    let of = figure.count.map_or(String::new(), |c| format!("; {} of {}", whole(c.hits), c.of));
    format!("{:.2} ({:.2} to {:.2}{of})", figure.value, figure.low, figure.high)
}

pub fn two(figure: &Figure) -> String {
    format!("{:.1} ({:.1} to {:.1})", figure.value, figure.low, figure.high)
}

pub fn per_thousand(figure: &Figure) -> String {
    let of = figure.count.map_or(String::new(), |c| format!("; {} of {}", whole(c.hits), thousands(c.of)));
    format!("{:.2} ({:.2} to {:.2}{of})", figure.value * 1e3, figure.low * 1e3, figure.high * 1e3)
}

/// "0.80 (0.68 to 0.88; 39 of 50)".
pub fn counted(count: Count) -> String {
    if count.of == 0 {
        return "–".to_owned();
    }
    let share = count.wilson();
    format!("{:.2} ({:.2} to {:.2}; {} of {})", share.value, share.low, share.high, whole(count.hits), count.of)
}

pub fn fine(count: Count) -> String {
    format!("{:.3} ({} of {})", count.value(), thousands(count.hits as usize), thousands(count.of))
}

pub fn whole(hits: f64) -> String {
    if hits.fract().abs() < 1e-9 { thousands(hits as usize) } else { format!("{hits:.1}") }
}

pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::percent;

    #[test]
    fn figures_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(percent(0.002), "0.2 %");
        assert_eq!(counted(Count::new(5, 10)), "0.50 (0.24 to 0.76; 5 of 10)");
    }
}
