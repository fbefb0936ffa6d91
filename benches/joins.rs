//! Does answering looks stay near linear? 1 million looks and 100,000 incidents against ten times both.
//!
//! ```text
//! cargo bench --bench joins                 # the two sizes
//! cargo bench --bench joins -- 100000 10000 # sizes of your own, then ten times both
//! ```
//!
//! Tables are made in memory: two people and three tasks an incident, one user for a thousand looks, half of the
//! looks at somebody on an incident of the user's own. Peak memory is that of the larger size.

use std::time::Instant as Clock;

use probity::ingest::{
    AccessLog, Assignment, Event, Incident, IncidentPerson, Query, Staff, Strings, TableName, Tables,
};
use probity::instant::{DAY, HOUR, Instant};
use probity::purpose::{self, House, Purpose, Users, Window};
use probity::relations;
use probity::subjects::{self, PeopleIndex};

/// A fixed sequence of numbers, the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

const DAYS: u64 = 90;

fn world(looks: u64, incidents: u64) -> Tables {
    let mut numbers = Numbers(looks);
    let users = (looks / 1000).max(10);
    let people = incidents * 2;
    let mut texts: Vec<String> = vec![String::new(), "RMS".into()];
    texts.extend((0..people).map(|n| format!("N{n:08}")));
    texts.extend((0..users).map(|n| format!("S{n:07}")));
    texts.sort_unstable();
    let strings = Strings::from_sorted(texts.iter().map(String::as_str));
    let code = |text: &str| texts.binary_search_by(|t| t.as_str().cmp(text)).unwrap_or(0) as u32;
    let system = code("RMS");
    let first_person = code("N00000000");
    let staff = (0..users)
        .map(|n| Staff { staff_id: format!("S{n:07}"), team: format!("T{:05}", n / 12), ..Staff::default() })
        .collect();
    let mut tables = Tables { staff, ..Tables::default() };
    // Users have their own incidents in turn, so that each has the same number.
    for n in 0..incidents {
        let incident_id = format!("I{n:07}");
        let opened = Instant((n * DAYS * 24 / incidents) as i64 * HOUR);
        let closed = opened.plus(2 * DAY);
        tables.incidents.push(Incident {
            incident_id: incident_id.clone(),
            opened: Some(opened),
            closed: Some(closed),
            ..Incident::default()
        });
        for k in 0..2 {
            tables.incident_people.push(IncidentPerson {
                incident_id: incident_id.clone(),
                subject_id: format!("N{:08}", n * 2 + k),
                ..IncidentPerson::default()
            });
        }
        for k in 0..3 {
            tables.assignments.push(Assignment {
                incident_id: incident_id.clone(),
                staff_id: format!("S{:07}", (n + k) % users),
                role: if k == 0 { "oic" } else { "attending" }.into(),
                from: Some(opened),
                to: Some(closed),
                ..Assignment::default()
            });
        }
    }
    let queries = (0..people).map(|n| Query { subject_id: first_person + n as u32, ..Query::default() }).collect();
    let mut events = Vec::with_capacity(looks as usize);
    for user in 0..users {
        let login = code(&format!("S{user:07}"));
        let from = events.len();
        for _ in 0..looks / users {
            let own = user + users * numbers.below((incidents / users).max(1));
            let n = if numbers.below(2) == 0 { own % incidents } else { numbers.below(incidents) };
            let opened = (n * DAYS * 24 / incidents) as i64 * HOUR;
            events.push(Event {
                at: Instant(opened + numbers.below(48) as i64 * HOUR + numbers.below(3_600_000) as i64),
                id_hash: numbers.below(1 << 30) << 30 | numbers.below(1 << 30),
                offset: 0,
                line: 0,
                login,
                on_behalf_of: 0,
                reason_code: 0,
                reason_text: 0,
                incident_id: 0,
                terminal: 0,
                location: 0,
                query: (n * 2 + numbers.below(2)) as u32,
                system,
                file: 0,
                environment: probity::ingest::Environment::Live,
                action: probity::ingest::Action::View,
                outcome: probity::ingest::Outcome::Success,
            });
        }
        events[from..].sort_by_key(|e| (e.at, e.id_hash));
    }
    tables.access = AccessLog { events, queries, strings, columns: Vec::new() };
    tables.present = vec![
        TableName::Access,
        TableName::Staff,
        TableName::Incidents,
        TableName::IncidentPeople,
        TableName::Assignments,
    ];
    tables
}

/// Seconds for the joined links, and for all of stage 4.
fn measure(looks: u64, incidents: u64) -> (f64, f64) {
    let tables = world(looks, incidents);
    let as_of = chrono::NaiveDate::from_ymd_opt(1970, 6, 1).unwrap_or_default();
    let index = PeopleIndex::new(&tables.people, as_of);
    let subjects = subjects::of_run(&tables, &index);
    let relations = relations::relate(
        &subjects,
        &tables.staff,
        &tables.relationships,
        &tables.people,
        &tables.high_profile,
        (as_of, as_of),
    );
    let users = Users::new(&tables.staff, &tables.accounts, std::iter::empty::<&str>());
    let clock = Clock::now();
    let links = purpose::Links::new(&tables, &subjects, &index, &users);
    let joined = clock.elapsed().as_secs_f64();
    drop(links);
    let window = Window { since: Instant(0), until: Instant(DAYS as i64 * 2 * DAY), zone: chrono_tz::Europe::London };
    let clock = Clock::now();
    let judged = purpose::judge(&tables, &subjects, &relations, &index, &window, &House::default());
    let whole = clock.elapsed().as_secs_f64();
    let explained = judged.looks.all.iter().filter(|l| l.purpose == Purpose::Explained).count();
    println!(
        "{:>10} looks, {incidents:>9} incidents: links {joined:>7.2} s, all of stage 4 {whole:>7.2} s, {:.1} % explained",
        judged.looks.all.len(),
        100.0 * explained as f64 / judged.looks.all.len().max(1) as f64
    );
    (joined, whole)
}

fn main() {
    let sizes: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (looks, incidents) = match sizes[..] {
        [looks, incidents] => (looks, incidents),
        _ => (1_000_000, 100_000),
    };
    let small = measure(looks, incidents);
    let large = measure(looks * 10, incidents * 10);
    println!("ten times the size: links {:.1} times, stage 4 {:.1} times", large.0 / small.0, large.1 / small.1);
}
