//! Small words about text: numbers for people, and other people's text made safe to show.

/// Text from a file, safe to show on a terminal or in a log: control characters
/// and marks that turn the direction of writing become spaces, so that no value
/// can colour, hide or move what stands around it.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// A whole number in groups of three: `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A share as a percentage with enough digits to tell a few from none: never
/// `0 %` for some, never `100 %` for not quite all.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    #[allow(clippy::cast_precision_loss)]
    let share = part as f64 / whole as f64 * 100.0;
    if part > 0 && share < 0.1 {
        "under 0.1 %".to_owned()
    } else if part < whole && share > 99.9 {
        "over 99.9 %".to_owned()
    } else {
        format!("{share:.1} %")
    }
}

/// Rows of cells as aligned columns, each line indented by two spaces; `right`
/// tells the columns that are aligned to the right.
#[must_use]
pub fn columns(rows: &[Vec<String>], right: &[bool]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let space = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            line.push_str("  ");
            if right.get(column).copied().unwrap_or(false) {
                line.push_str(&space);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.push_str(&space);
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 12, 123, 1234, 1_234_567].map(grouped), ["0", "12", "123", "1,234", "1,234,567"]);
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(1000, "row", "rows"), "1,000 rows");
    }

    #[test]
    fn shares_never_round_to_none_or_all() {
        assert_eq!(percent(0, 10), "0.0 %");
        assert_eq!(percent(1, 100_000), "under 0.1 %");
        assert_eq!(percent(99_999, 100_000), "over 99.9 %");
        assert_eq!(percent(10, 10), "100.0 %");
        assert_eq!(percent(0, 0), "none");
    }

    #[test]
    fn values_cannot_steer_a_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}d"), "a [31mb c d");
    }

    #[test]
    fn columns_line_up() {
        let rows = [vec!["file".to_owned(), "rows".to_owned()], vec!["a.csv".to_owned(), "7".to_owned()]];
        assert_eq!(columns(&rows, &[false, true]), "  file   rows\n  a.csv     7\n");
    }
}
