//! Which table each file feeds: by its name and its columns. Pure.

use super::survey::{Columns, Seen};
use crate::ingest::columns::{Spec, spec};
use crate::ingest::tables::TableName;

/// A file whose name says nothing is placed by its columns if this share of them belongs to one table.
const SURE: f64 = 0.75;
/// As many columns are needed to place a file by them alone.
const ENOUGH: usize = 3;
/// A file whose name agrees needs this share …
const LIKELY: f64 = 0.5;
/// … and as many columns of the table: an id beside a mark of somebody's own is no export.
const AT_LEAST: usize = 2;

/// A file that a run can read as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The table it feeds.
    pub table: TableName,
    /// The file.
    pub name: String,
    /// What told.
    pub by: By,
    /// Columns that the table does not have: a run leaves them aside.
    pub unknown: Vec<String>,
}

/// What told which table a file feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Name and columns agree.
    Both,
    /// The name alone; the columns cannot be seen from outside.
    Name,
    /// The columns alone.
    Columns,
}

/// A file that a run cannot read as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// The file.
    pub name: String,
    /// The table that it would feed through a mapping profile.
    pub waits_for: Option<TableName>,
    /// Why not, as a clause.
    pub why: String,
    /// A shipped profile that can read it.
    pub profile: Option<String>,
}

/// All files of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Sorted by table, then name.
    pub placed: Vec<Placed>,
    /// Sorted by name.
    pub unplaced: Vec<Unplaced>,
}

impl Plan {
    /// The tables that some file feeds.
    #[must_use]
    pub fn tables(&self) -> Vec<TableName> {
        let mut tables: Vec<_> = self.placed.iter().map(|placed| placed.table).collect();
        tables.dedup();
        tables
    }

    /// The tables that no file feeds.
    #[must_use]
    pub fn missing(&self) -> Vec<TableName> {
        let tables = self.tables();
        TableName::ALL.into_iter().filter(|table| !tables.contains(table)).collect()
    }
}

/// Decides on every file.
#[must_use]
pub fn plan(files: Vec<Seen>) -> Plan {
    let mut plan = Plan::default();
    for file in files {
        match place(file) {
            Ok(placed) => plan.placed.push(placed),
            Err(unplaced) => plan.unplaced.push(unplaced),
        }
    }
    plan.placed.sort_by(|a, b| (a.table, &a.name).cmp(&(b.table, &b.name)));
    plan
}

fn place(file: Seen) -> Result<Placed, Unplaced> {
    let Seen { name, columns } = file;
    let named = by_name(&name);
    let columns = match columns {
        Columns::Known(columns) => columns,
        Columns::NameOnly => {
            return match named {
                Some(table) => Ok(Placed { table, name, by: By::Name, unknown: Vec::new() }),
                None => Err(Unplaced {
                    name,
                    waits_for: None,
                    why: "its name speaks of no table".to_owned(),
                    profile: None,
                }),
            };
        }
        Columns::Unreadable(why) => return Err(Unplaced { name, waits_for: None, why, profile: None }),
    };
    let fits =
        |table: TableName, least: f64| misfit(&columns, &spec(table)).is_none() && share(&columns, table) >= least;
    let placed = |table: TableName, by: By| {
        let unknown = columns.iter().filter(|column| spec(table).index(column).is_none()).cloned().collect();
        Ok(Placed { table, name: name.clone(), by, unknown })
    };
    let known = |table: TableName| columns.iter().filter(|column| spec(table).index(column).is_some()).count();
    if let Some(table) = named.filter(|&table| fits(table, LIKELY) && known(table) >= AT_LEAST) {
        return placed(table, By::Both);
    }
    // An authority excuses whoever holds it: that table is never guessed.
    let mut likely: Vec<_> = TableName::ALL
        .into_iter()
        .filter(|&table| table != TableName::Authorities && columns.len() >= ENOUGH && fits(table, SURE))
        .collect();
    likely.sort_by(|&a, &b| share(&columns, b).total_cmp(&share(&columns, a)));
    let best = match likely.as_slice() {
        [table] => Some(*table),
        [first, second, ..] if share(&columns, *first) > share(&columns, *second) => Some(*first),
        _ => None,
    };
    let why = match (named, best) {
        (None, Some(table)) => return placed(table, By::Columns),
        (Some(_), Some(table)) => format!("its columns are those of {}; name it after what it is", table.as_str()),
        (Some(table), None) => misfit(&columns, &spec(table))
            .unwrap_or_else(|| format!("too few of its columns are those of {}", table.as_str())),
        (None, None) if likely.is_empty() => "its columns are those of no table".to_owned(),
        (None, None) => {
            let names: Vec<_> = likely.iter().map(|table| table.as_str()).collect();
            format!("its columns fit {} alike; name it after one", names.join(" and "))
        }
    };
    Err(Unplaced { name, waits_for: named.filter(|_| best.is_none()), why, profile: None })
}

/// The table that a file's name speaks of: the longest of those that stand in it as whole words.
fn by_name(name: &str) -> Option<TableName> {
    let words = |text: &str| format!("_{}_", text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "_"));
    let longest = |text: &str| {
        TableName::ALL
            .into_iter()
            .filter(|table| text.contains(&format!("_{}_", table.as_str())))
            .max_by_key(|table| table.as_str().len())
    };
    let own = name.rsplit('/').next().unwrap_or(name);
    longest(&words(own)).or_else(|| longest(&words(name)))
}

/// What a table cannot do without and these columns lack, as a clause.
fn misfit(columns: &[String], spec: &Spec) -> Option<String> {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let mut lacking: Vec<String> = spec
        .columns
        .iter()
        .filter(|column| column.required && !has(column.name))
        .map(|column| column.name.to_owned())
        .collect();
    lacking.extend(spec.any_of.iter().filter(|any| !any.iter().any(|name| has(name))).map(|any| any.join(" or ")));
    (!lacking.is_empty()).then(|| format!("it lacks the column {}", lacking.join(" and ")))
}

/// The share of the columns that a table has.
#[allow(clippy::cast_precision_loss)]
fn share(columns: &[String], table: TableName) -> f64 {
    let spec = spec(table);
    let known = columns.iter().filter(|column| spec.index(column).is_some()).count();
    known as f64 / columns.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(name: &str, columns: &str) -> Result<(TableName, By), String> {
        let columns = if columns.is_empty() {
            Columns::NameOnly
        } else {
            Columns::Known(columns.split(',').map(str::to_owned).collect())
        };
        place(Seen { name: name.to_owned(), columns })
            .map(|placed| (placed.table, placed.by))
            .map_err(|unplaced| unplaced.why)
    }

    #[test]
    fn name_and_columns_agree() {
        let access = Ok((TableName::Access, By::Both));
        assert_eq!(placed("access-2026-03.csv", "at,login,system,shift_colour"), access);
        assert_eq!(placed("2026-03/RMS_ACCESS.csv.gz", "at,login"), access);
        let people = Ok((TableName::IncidentPeople, By::Both));
        assert_eq!(placed("incident-people.csv", "incident_id,surname"), people);
        assert_eq!(placed("staff.csv", "staff_id,role"), Ok((TableName::Staff, By::Both)));
    }

    #[test]
    fn columns_tell_where_the_name_does_not() {
        let roster = "staff_id,start,end,kind,location";
        assert_eq!(placed("roster.csv", roster), Ok((TableName::Duty, By::Columns)));
    }

    #[test]
    fn names_tell_where_columns_cannot_be_seen() {
        assert_eq!(placed("high_profile.parquet", ""), Ok((TableName::HighProfile, By::Name)));
        assert_eq!(placed("x.parquet", ""), Err("its name speaks of no table".to_owned()));
        assert_eq!(placed("accessories.parquet", ""), Err("its name speaks of no table".to_owned()));
    }

    #[test]
    fn what_does_not_fit_is_told_why() {
        let why = |name, columns| placed(name, columns).expect_err("unplaced");
        assert_eq!(why("access.csv", "User,Date,Search"), "it lacks the column at and login");
        assert_eq!(why("assignments.csv", "incident_id,role,from,to"), "it lacks the column staff_id or team");
        assert_eq!(
            why("people.csv", "at,login,q_surname"),
            "its columns are those of access; name it after what it is"
        );
        assert_eq!(why("x.csv", "role,team,from,to"), "its columns are those of no table");
        assert_eq!(why("weather.csv", "town,rain"), "its columns are those of no table");
        assert_eq!(why("access.csv", "at,login,a,b,c,d"), "too few of its columns are those of access");
        assert_eq!(why("truth/staff.csv", "staff_id,misuser"), "too few of its columns are those of staff");
    }
}
