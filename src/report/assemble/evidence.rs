//! The audited events behind the findings, read again from the files they came from.

use std::collections::BTreeMap;

use super::super::model::Evidence;
use crate::ingest::{IngestError, RawEvent, Source, reread};
use crate::instant::Instant;
use crate::purpose::Look;
use crate::rules::rows::World;

/// Events to be read again, each with the cases and findings it stands behind.
#[derive(Default)]
pub(super) struct Gathered {
    events: BTreeMap<u32, Behind>,
}

#[derive(Default)]
struct Behind {
    cases: Vec<String>,
    findings: Vec<String>,
    user: u32,
    explained_by: &'static str,
    duty: &'static str,
}

impl Gathered {
    /// Adds the events of one look.
    pub(super) fn add(&mut self, world: &World<'_>, look: &Look, case: &str, findings: &[String]) {
        if findings.is_empty() {
            return;
        }
        let from = look.events_from as usize;
        for &event in &world.judged.looks.order[from..from + look.events as usize] {
            let behind = self.events.entry(event).or_default();
            if !behind.cases.iter().any(|c| c == case) {
                behind.cases.push(case.to_owned());
            }
            for finding in findings {
                if !behind.findings.contains(finding) {
                    behind.findings.push(finding.clone());
                }
            }
            behind.user = look.user;
            behind.explained_by = look.explained_by.map_or("", |t| t.as_str());
            behind.duty = look.duty.as_str();
        }
    }

    /// Reads every event again, in the order of (staff, time, event id).
    pub(super) fn read(self, world: &World<'_>, sources: &[Source]) -> Result<Vec<Evidence>, IngestError> {
        let log = &world.tables.access;
        let wanted: Vec<(u16, u64)> =
            self.events.keys().map(|&e| (log.events[e as usize].file, log.events[e as usize].offset)).collect();
        let raw = reread(world.tables, sources, &wanted)?;
        let mut rows: Vec<((String, Instant, String), Evidence)> = self
            .events
            .into_iter()
            .zip(raw)
            .map(|((event, behind), raw)| {
                let at = log.events[event as usize].at;
                let row = evidence(world, event, behind, raw);
                ((row.staff_id.clone(), at, row.event_id.clone()), row)
            })
            .collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.source_line.cmp(&b.1.source_line)));
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

fn evidence(world: &World<'_>, event: u32, behind: Behind, raw: RawEvent) -> Evidence {
    let event = &world.tables.access.events[event as usize];
    let mut findings = behind.findings;
    findings.sort();
    Evidence {
        at: event.at.rfc3339(world.judged.zone),
        staff_id: world.judged.users.id(behind.user, &world.tables.staff).to_owned(),
        case_id: behind.cases.into_iter().min().unwrap_or_default(),
        finding_ids: findings,
        searched_for: searched_for(&raw),
        explained_by: behind.explained_by.to_owned(),
        duty: behind.duty.to_owned(),
        event_id: raw.event_id,
        login: raw.login,
        system: raw.system,
        environment: raw.environment,
        action: raw.action,
        outcome: raw.outcome,
        incident_id: raw.incident_id,
        reason_code: raw.reason_code,
        reason_text: raw.reason_text,
        terminal: raw.terminal,
        source_file: raw.source_file,
        source_line: raw.source_line,
    }
}

/// What was typed or opened, as typed.
pub fn searched_for(raw: &RawEvent) -> String {
    let parts = [
        ("record ", &raw.subject_id),
        ("", &raw.q_forename),
        ("", &raw.q_surname),
        ("born ", &raw.q_dob),
        ("age ", &raw.q_age),
        ("at ", &raw.q_address),
        ("", &raw.q_postcode),
        ("plate ", &raw.q_vrm),
        ("phone ", &raw.q_phone),
        ("text ", &raw.q_text),
    ];
    parts
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| format!("{label}{value}"))
        .collect::<Vec<_>>()
        .join(" ")
}
