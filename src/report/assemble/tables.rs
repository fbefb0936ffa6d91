//! The tables of the report that list rather than judge.

use super::super::model::{Case, Coverage, DuplicateRow, Input, QuarantineRow, Referral, RuleUse};
use super::Material;
use crate::ids;
use crate::purpose::Template;
use crate::purpose::thin::Group;
use crate::rules::rows::World;

/// Coverage by system and unit, sorted by their names.
pub(super) fn coverage(world: &World<'_>) -> Vec<Coverage> {
    let templates: Vec<String> = Template::all().map(|t| t.as_str().to_owned()).collect();
    world
        .judged
        .coverage
        .iter()
        .map(|row| Coverage {
            system: world.tables.access.strings.get(row.system).to_owned(),
            unit: row.unit.clone(),
            looks: row.looks,
            explained: row.explained,
            first_looks: row.first_looks,
            first_looks_explained: row.first_looks_explained,
            cannot_tell: row.cannot_tell,
            thin: thin(world, row.system, &row.unit),
            shares: row
                .by_template
                .iter()
                .map(|&n| if row.looks == 0 { 0.0 } else { n as f64 / row.looks as f64 })
                .collect(),
            templates: templates.clone(),
        })
        .collect()
}

/// Where the feeds answer next to nothing for a system and unit.
fn thin(world: &World<'_>, system: crate::ingest::Code, unit: &str) -> Vec<String> {
    let thin = &world.judged.thin;
    let mut said = Vec::new();
    for (group, word) in [(Some(Group::System(system)), "system"), (thin.unit(unit), "unit")] {
        let Some(group) = group else { continue };
        let (whole, days) = thin.days_of(group);
        if whole {
            said.push(word.to_owned());
        }
        said.extend(days.iter().map(ToString::to_string));
    }
    said.sort();
    said.dedup();
    said
}

/// Rules that ran, with how many findings of the report are theirs.
pub(super) fn rules(material: &Material<'_>, referrals: &[Referral]) -> Vec<RuleUse> {
    material
        .rules
        .iter()
        .map(|rule| {
            let meta = &rule.meta;
            let findings = referrals
                .iter()
                .flat_map(|r| &r.cases)
                .flat_map(|c| &c.findings)
                .filter(|f| f.rule_id == meta.id)
                .count() as u64;
            RuleUse {
                rule: meta.key(),
                title: meta.title.clone(),
                level: meta.level.as_str().to_owned(),
                block: meta.probity.block.as_str().to_owned(),
                findings,
                file: meta.path.clone(),
                sha256: meta.sha256.clone(),
            }
        })
        .collect()
}

/// Files read.
pub(in crate::report) fn inputs(world: &World<'_>) -> Vec<Input> {
    let mut inputs: Vec<Input> = world
        .tables
        .inputs
        .iter()
        .map(|i| {
            let mut notes = i.notes.clone();
            if i.ambiguous_times > 0 {
                notes.push(format!(
                    "{} local times fell into the doubled hour of a clock change and were read as its first pass",
                    i.ambiguous_times
                ));
            }
            if i.missing_times > 0 {
                notes.push(format!(
                    "{} local times fell into the missing hour of a clock change and were read as one hour later",
                    i.missing_times
                ));
            }
            Input {
                name: i.name.clone(),
                table: i.table.to_owned(),
                bytes: i.bytes,
                rows: i.rows,
                used: i.used,
                duplicates: i.duplicates,
                quarantined: i.quarantined,
                sha256: i.sha256.clone(),
                zone: i.zone.clone(),
                notes,
            }
        })
        .collect();
    inputs.sort_by(|a, b| (&a.table, &a.name).cmp(&(&b.table, &b.name)));
    inputs
}

/// Rows and cells that could not be used.
pub(in crate::report) fn quarantine(world: &World<'_>) -> Vec<QuarantineRow> {
    world
        .tables
        .quarantine
        .iter()
        .map(|q| QuarantineRow {
            source_file: q.source_file.to_string(),
            source_line: q.source_line,
            table: q.table.to_owned(),
            column: q.column.clone(),
            value: q.value.clone(),
            problem: q.problem.clone(),
        })
        .collect()
}

/// Rows that repeat another.
pub(in crate::report) fn duplicates(world: &World<'_>) -> Vec<DuplicateRow> {
    let name = |file: u16| world.tables.inputs[usize::from(file)].name.clone();
    world
        .tables
        .duplicates
        .iter()
        .map(|d| DuplicateRow {
            source_file: name(d.row.file),
            source_line: d.row.line,
            kept_file: name(d.kept.file),
            kept_line: d.kept.line,
            differs: d.differs,
        })
        .collect()
}

/// The latest decision on this referral, one of its findings, or the member of staff.
pub(super) fn outcome(world: &World<'_>, staff_id: &str, referral_id: &str, cases: &[Case]) -> String {
    let concerns = |reference: &str| {
        reference == referral_id
            || reference == staff_id
            || cases.iter().any(|c| {
                c.findings
                    .iter()
                    .any(|f| f.finding_id == reference || ids::finding(&c.case_id, &f.rule_id) == reference)
            })
    };
    world
        .tables
        .dispositions
        .iter()
        .filter(|d| concerns(&d.reference))
        .max_by(|a, b| a.at.cmp(&b.at).then_with(|| a.outcome.cmp(&b.outcome)))
        .map_or_else(String::new, |d| d.outcome.clone())
}
