//! Ids that stay the same from night to night: short hashes of what they name.

use sha2::{Digest, Sha256};

/// The first `digits` hex digits of the SHA-256 of `parts`, joined so that no two lists collide.
fn short(parts: &[&str], digits: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let hex: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    hex[..digits].to_owned()
}

/// Id of a member of staff's referral: the same in every run that refers them.
#[must_use]
pub fn referral(staff_id: &str) -> String {
    format!("R-{}", short(&["referral", staff_id], 10))
}

/// Id of a case: one user and one subject.
#[must_use]
pub fn case(staff_id: &str, subject_key: &str) -> String {
    format!("C-{}", short(&["case", staff_id, subject_key], 12))
}

/// Id of a finding: one case and one rule.
#[must_use]
pub fn finding(case_id: &str, rule_id: &str) -> String {
    format!("F-{}", short(&["finding", case_id, rule_id], 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_do_not_run_together() {
        assert_ne!(case("S1", "2x"), case("S12", "x"));
        assert_eq!(referral("S1"), referral("S1"));
        assert!(finding("C-1", "r").starts_with("F-"));
    }
}
