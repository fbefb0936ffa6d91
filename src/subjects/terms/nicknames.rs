//! Short, pet and transliterated forms: which names are the same name.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::nickname_table;

type Groups = FxHashMap<&'static str, Vec<u16>>;

static FORENAME_GROUPS: LazyLock<Groups> = LazyLock::new(|| read(nickname_table::forenames()));
static SURNAME_GROUPS: LazyLock<Groups> = LazyLock::new(|| read(nickname_table::surnames()));

fn read(table: impl Iterator<Item = &'static str>) -> Groups {
    let mut groups = Groups::default();
    for (id, line) in table.enumerate() {
        for name in line.split_ascii_whitespace() {
            let ids = groups.entry(name).or_default();
            if ids.last() != Some(&(id as u16)) {
                ids.push(id as u16);
            }
        }
    }
    groups
}

/// The groups a forename belongs to; empty for a name the table does not know.
#[must_use]
pub fn forename_groups(joined: &str) -> &'static [u16] {
    FORENAME_GROUPS.get(joined).map_or(&[], Vec::as_slice)
}

/// The groups a surname belongs to.
#[must_use]
pub fn surname_groups(joined: &str) -> &'static [u16] {
    SURNAME_GROUPS.get(joined).map_or(&[], Vec::as_slice)
}

/// Both forenames stand in one group.
#[must_use]
pub fn same_forename(a: &str, b: &str) -> bool {
    let (a, b) = (forename_groups(a), forename_groups(b));
    a.iter().any(|id| b.contains(id))
}

/// Both surnames stand in one group.
#[must_use]
pub fn same_surname(a: &str, b: &str) -> bool {
    let (a, b) = (surname_groups(a), surname_groups(b));
    a.iter().any(|id| b.contains(id))
}

/// Both are known forenames of different groups: JOHN and JOAN are two names, not a slip.
#[must_use]
pub fn distinct(a: &str, b: &str) -> bool {
    let (a, b) = (forename_groups(a), forename_groups(b));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|id| b.contains(id))
}

/// The table knows it as a forename.
#[must_use]
pub fn is_forename(joined: &str) -> bool {
    !forename_groups(joined).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_and_other_names() {
        for (a, b, same) in [
            ("WILLIAM", "BILL", true),
            ("BILL", "LIAM", true),
            ("ELIZABETH", "BETH", true),
            ("MARGARET", "PEGGY", true),
            ("ALEKSANDR", "ALEXANDER", true),
            ("SEAN", "SHAUN", true),
            ("SIOBHAN", "SHEVAUN", true),
            ("MOHAMMED", "MD", true),
            ("YUSUF", "YOUSEF", true),
            ("KASIA", "KATARZYNA", true),
            ("SAM", "SAMANTHA", true),
            ("SAMUEL", "SAMANTHA", false),
            ("CHRISTINE", "CHRISTOPHER", false),
            ("JOHN", "JOAN", false),
            ("KAREN", "SHARON", false),
        ] {
            assert_eq!(same_forename(a, b), same, "{a} {b}");
        }
    }

    #[test]
    fn tables_are_normalised() {
        for name in nickname_table::forenames().chain(nickname_table::surnames()).flat_map(str::split_ascii_whitespace)
        {
            assert!(name.bytes().all(|b| b.is_ascii_uppercase()), "{name}");
        }
    }
}
