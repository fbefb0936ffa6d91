//! Names that stand in the wrong column: found and reported, never moved.

use rustc_hash::FxHashMap;

use super::tables::Origin;

/// A name must stand in a column so often before its being there says anything …
const OFTEN: u32 = 3;
/// … and so many times as often as in the other.
const TIMES: u32 = 4;
/// How many lines a note names.
const SHOWN: usize = 8;

/// A row's names and where it stands.
pub(crate) struct Named<'a> {
    pub forename: &'a str,
    pub surname: &'a str,
    pub origin: Origin,
}

/// How often a name is a forename and a surname.
#[derive(Clone, Copy, Default)]
struct Seen {
    forename: u32,
    surname: u32,
}

/// Sentences about names in the wrong column, by file.
///
/// Forename and surname of a row are taken to be exchanged where, in all other rows, each name stands at least three times in
/// the other column and four times as often as in its own. A forename with a comma in it, or with several words beside an
/// empty surname, is taken to be a whole name.
pub(crate) fn misplaced<'a>(rows: impl Iterator<Item = Named<'a>> + Clone) -> Vec<(u16, String)> {
    let key = |name: &str| name.trim().to_lowercase();
    let mut seen: FxHashMap<String, Seen> = FxHashMap::default();
    for row in rows.clone() {
        seen.entry(key(row.forename)).or_default().forename += 1;
        seen.entry(key(row.surname)).or_default().surname += 1;
    }
    let mut exchanged: Vec<Origin> = Vec::new();
    let mut whole: Vec<Origin> = Vec::new();
    for row in rows {
        if row.forename.contains(',') || (row.surname.is_empty() && row.forename.trim().contains(' ')) {
            whole.push(row.origin);
            continue;
        }
        if row.forename.is_empty() || row.surname.is_empty() {
            continue;
        }
        let (first, second) = (seen[&key(row.forename)], seen[&key(row.surname)]);
        // Without this row itself.
        let other = |there: u32, here: u32| there >= OFTEN && there >= TIMES * (here - 1);
        if other(first.surname, first.forename) && other(second.forename, second.surname) {
            exchanged.push(row.origin);
        }
    }
    let said = |origins: Vec<Origin>, what: &'static str| {
        let mut files: FxHashMap<u16, Vec<u32>> = FxHashMap::default();
        for origin in origins {
            files.entry(origin.file).or_default().push(origin.line);
        }
        let mut notes: Vec<(u16, String)> = files
            .into_iter()
            .map(|(file, mut lines)| {
                lines.sort_unstable();
                let shown: Vec<String> = lines.iter().take(SHOWN).map(u32::to_string).collect();
                let more = if lines.len() > SHOWN { ", …" } else { "" };
                let rows = if lines.len() == 1 { "1 row".to_owned() } else { format!("{} rows", lines.len()) };
                (file, format!("in {rows} {what} (line {}{more}); nothing was moved", shown.join(", ")))
            })
            .collect();
        notes.sort_unstable();
        notes
    };
    let mut notes = said(exchanged, "forename and surname seem to be exchanged");
    notes.extend(said(whole, "the forename seems to hold a whole name"));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanged_and_whole_names_are_found() {
        let mut names: Vec<(&str, &str)> = Vec::new();
        for forename in ["Ann", "Bob", "Eve", "Tom"] {
            for surname in ["Smith", "Khan", "O'Neil", "Jones"] {
                names.push((forename, surname));
            }
        }
        // Two names that are both: nothing can be said.
        names.extend([("James", "Thomas"), ("Thomas", "James"), ("James", "Smith"), ("Thomas", "Khan")]);
        assert_eq!(notes(&names), [] as [String; 0]);
        names.extend([("SMITH", "Bob"), ("Khan, Eve", ""), ("Mary Jane Watson", ""), ("Mary Jane", "Watson")]);
        assert_eq!(
            notes(&names),
            [
                "in 1 row forename and surname seem to be exchanged (line 22); nothing was moved",
                "in 2 rows the forename seems to hold a whole name (line 23, 24); nothing was moved"
            ]
        );
    }

    fn notes(names: &[(&str, &str)]) -> Vec<String> {
        let rows = names.iter().enumerate().map(|(row, (forename, surname))| Named {
            forename,
            surname,
            origin: Origin { file: 0, line: row as u32 + 2 },
        });
        misplaced(rows).into_iter().map(|(_, note)| note).collect()
    }
}
