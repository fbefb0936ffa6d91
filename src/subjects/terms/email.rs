//! E-mail addresses in one comparable form.

use std::fmt;

/// An address in small letters, without a tag after `+`; of Google's mail, without dots too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(Box<str>);

impl Email {
    /// Reads one address, alone or as `Name <address>` or `mailto:address`. Placeholders are missing.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let lower = raw.trim().to_lowercase();
        let inside = match (lower.rfind('<'), lower.rfind('>')) {
            (Some(open), Some(close)) if open < close => &lower[open + 1..close],
            _ => lower.as_str(),
        };
        let text = inside.trim().trim_start_matches("mailto:").trim_end_matches(['.', ',', ';']);
        let (local, domain) = text.split_once('@')?;
        let local = local.split('+').next().unwrap_or_default();
        let fine = |part: &str, extra: &[char]| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || extra.contains(&c))
        };
        let labels: Vec<&str> = domain.split('.').collect();
        if !fine(local, &['.', '_', '-', '\'', '&', '%', '='])
            || labels.len() < 2
            || !labels.iter().all(|l| fine(l, &['-']))
        {
            return None;
        }
        let nobody = ["none", "noemail", "no-email", "unknown", "test", "na", "n-a", "noreply", "no-reply", "refused"];
        if nobody.contains(&local) {
            return None;
        }
        Some(Self(match domain {
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")).into(),
            _ => format!("{local}@{domain}").into(),
        }))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read() {
        for (raw, text) in [
            ("Kate.Wexcombe@Example.co.uk", Some("kate.wexcombe@example.co.uk")),
            (" kate@example.org. ", Some("kate@example.org")),
            ("Kate Wexcombe <kate@example.org>", Some("kate@example.org")),
            ("mailto:kate@example.org", Some("kate@example.org")),
            ("kate+police@example.org", Some("kate@example.org")),
            ("k.wex.combe+x@googlemail.com", Some("kwexcombe@gmail.com")),
            ("o'neill@example.org", Some("o'neill@example.org")),
            ("noreply@example.org", None),
            ("kate@example", None),
            ("kate@@example.org", None),
            ("kate wexcombe@example.org", None),
            ("@example.org", None),
            ("07700 900123", None),
            ("", None),
        ] {
            assert_eq!(Email::parse(raw).as_ref().map(Email::as_str), text, "{raw}");
        }
    }
}
