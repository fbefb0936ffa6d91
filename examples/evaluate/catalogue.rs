//! Recall by kind and form over several worlds, and for each miss the reason: which rules fired on the planted rows
//! and what became of them.
//!
//! Each folder holds `world` (written by `simulate --catalogue`), `run` (a folder of reports) and `firings.ndjson`
//! (`probity rules facts --dump` of cases and of users, one after the other): what fired below the report too.

use crate::run::Run;
use crate::tables::{Rows, TableError};
use crate::world::{Case, World};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// The forms in which a kind is planted.
const FORMS: [&str; 3] = ["easy", "medium", "mimicry"];
/// Rules named for a miss.
const NAMED: usize = 4;
/// Lanes in the order of how much they say.
const LANES: [&str; 4] = ["refer", "conflict", "query", "policy"];

/// One row of facts with what fired on it.
#[derive(Deserialize)]
struct Firing {
    of: Of,
    facts: Facts,
    #[serde(default)]
    score: Option<Score>,
}

#[derive(Deserialize)]
struct Of {
    staff: String,
    #[serde(default)]
    subject: Option<String>,
    /// First and last moment of each look.
    #[serde(default)]
    looks: Vec<(i64, i64)>,
    /// Explanations that answer some of them.
    #[serde(default)]
    explained_by: Vec<String>,
}

#[derive(Deserialize)]
struct Facts {
    #[serde(default)]
    purpose: Option<String>,
}

/// What the evidence comes to, and which bars it stays under.
#[derive(Deserialize)]
struct Score {
    evidence: f64,
    fired: BTreeMap<String, f64>,
    lacks: Vec<String>,
    lacks_question: Vec<String>,
}

/// How far a planted case got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Its user is referred on a row of the case, or sent to the lane where the kind belongs.
    Found,
    /// A question is put to its user, or a supervisor, about a row of the case.
    Asked,
    /// A row of the case is evidence about somebody else: the owner of the login.
    Led,
    Missed,
}

/// What became of one planted case.
struct Fate {
    world: usize,
    reach: Reach,
    reason: String,
}

/// The table for several folders.
pub fn recall(folders: &[PathBuf]) -> Result<String, Box<dyn std::error::Error>> {
    let mut fates: BTreeMap<(String, String), Vec<Fate>> = BTreeMap::new();
    for (nth, folder) in folders.iter().enumerate() {
        let world = World::read(&folder.join("world"))?;
        let run = Run::read(&folder.join("run"))?;
        let times = times(&folder.join("world"), &world)?;
        let firings = firings(&folder.join("firings.ndjson"), &world)?;
        for case in &world.cases {
            let key = (case.kind.clone(), case.variant.clone());
            let (reach, reason) = fate(case, &run, &times, &firings);
            fates.entry(key).or_default().push(Fate { world: nth + 1, reach, reason });
        }
    }
    Ok(markdown(folders.len(), &fates))
}

/// The moments of the planted rows, in milliseconds.
fn times(folder: &Path, world: &World) -> Result<FxHashMap<String, i64>, TableError> {
    let mut found = FxHashMap::default();
    let mut rows = Rows::open(&folder.join("access.csv"), &["event_id", "at"])?;
    while let Some([event, at]) = rows.next()? {
        if world.planted.contains_key(&event) {
            let at = chrono::DateTime::parse_from_rfc3339(&at).map_err(|e| TableError(format!("access.csv: {e}")))?;
            found.insert(event, at.timestamp_millis());
        }
    }
    Ok(found)
}

/// What fired on those who did something.
fn firings(path: &Path, world: &World) -> Result<FxHashMap<String, Vec<Firing>>, Box<dyn std::error::Error>> {
    let did: FxHashSet<&str> = world.cases.iter().map(|case| case.staff.as_str()).collect();
    let mut by_staff: FxHashMap<String, Vec<Firing>> = FxHashMap::default();
    let file = File::open(path).map_err(|e| TableError(format!("{}: {e}", path.display())))?;
    for line in BufReader::new(file).lines() {
        let firing: Firing = serde_json::from_str(&line?)?;
        if did.contains(firing.of.staff.as_str()) {
            by_staff.entry(firing.of.staff.clone()).or_default().push(firing);
        }
    }
    Ok(by_staff)
}

fn fate(
    case: &Case,
    run: &Run,
    times: &FxHashMap<String, i64>,
    firings: &FxHashMap<String, Vec<Firing>>,
) -> (Reach, String) {
    let rests = |r: &&crate::run::Referral| case.events.iter().any(|event| r.events.contains(event));
    // Only what is said of the one who did it, and rests on a row of the case, counts.
    let lane = LANES.into_iter().find(|lane| run.lane(lane).any(|r| r.staff == case.staff && rests(&r)));
    let other = run.referrals.iter().filter(|r| !r.staff.is_empty() && r.staff != case.staff).find(rests);
    let (reach, head) = match (lane, other) {
        (Some("refer"), _) => (Reach::Found, String::new()),
        (Some("conflict"), _) if case.kind == "conflict" => (Reach::Found, String::new()),
        (Some(lane), _) => (Reach::Asked, format!("asked ({lane})")),
        (None, Some(other)) => (Reach::Led, format!("led to by way of the login's owner ({})", other.lane)),
        (None, None) => (Reach::Missed, "missed".to_owned()),
    };
    if reach == Reach::Found {
        return (reach, String::new());
    }
    let moments: FxHashSet<i64> = case.events.iter().filter_map(|event| times.get(event)).copied().collect();
    let own = firings.get(&case.staff).map_or(&[][..], Vec::as_slice);
    let holds = |firing: &&Firing| {
        firing.of.looks.iter().any(|(first, last)| moments.iter().any(|at| first <= at && at <= last))
    };
    let cases: Vec<&Firing> = own.iter().filter(|f| f.of.subject.is_some()).filter(holds).collect();
    let whole = own.iter().find(|f| f.of.subject.is_none()).and_then(|f| f.score.as_ref());
    let mut said = vec![head];
    if !case.visible {
        said.push("no table shows it".to_owned());
    }
    said.push(of_cases(&cases, reach));
    if let Some(score) = whole {
        said.push(format!("the user as a whole: {}", told(score, reach)));
    }
    (reach, said.join("; "))
}

/// What the log says of the looks that hold the planted rows.
fn of_cases(cases: &[&Firing], reach: Reach) -> String {
    let subjects: FxHashSet<&str> = cases.iter().filter_map(|f| f.of.subject.as_deref()).collect();
    if subjects.is_empty() {
        return "the log has no look of this user with the planted rows: they stand under another login".to_owned();
    }
    let with = |purpose: &str| cases.iter().filter(|f| f.facts.purpose.as_deref() == Some(purpose)).count();
    let by: BTreeSet<&str> = cases.iter().flat_map(|f| &f.of.explained_by).map(String::as_str).collect();
    let by = by.into_iter().collect::<Vec<_>>().join(", ").replace('_', " ");
    let purpose = match (with("unexplained"), with("cannot_tell")) {
        (0, 0) => format!("a record explains each look ({by})"),
        (0, n) if n == cases.len() => "no feed can tell why, or the log does not say whom".to_owned(),
        (0, _) => format!("a record explains each look that can be told ({by})"),
        _ => String::new(),
    };
    let best = cases.iter().filter_map(|f| f.score.as_ref()).max_by(|a, b| a.evidence.total_cmp(&b.evidence));
    let among = match subjects.len() {
        1 => "the one subject".to_owned(),
        n => format!("the strongest of {n} subjects"),
    };
    let evidence = match best {
        Some(score) => format!("{among}: {}", told(score, reach)),
        None => format!("{among}: no rule fired, it looks like ordinary work"),
    };
    if purpose.is_empty() { evidence } else { format!("{purpose}; {evidence}") }
}

/// The rules by weight, then the first bar that the evidence stays under.
fn told(score: &Score, reach: Reach) -> String {
    let mut rules: Vec<(&String, f64)> = score.fired.iter().map(|(rule, bits)| (rule, *bits)).collect();
    rules.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let mut named: Vec<String> = rules.iter().take(NAMED).map(|(rule, bits)| format!("{rule} {bits:+.1}")).collect();
    if rules.len() > NAMED {
        named.push(format!("{} more", rules.len() - NAMED));
    }
    if named.is_empty() {
        named.push("no rule fired".to_owned());
    }
    let bars =
        if reach == Reach::Asked || score.lacks_question.is_empty() { &score.lacks } else { &score.lacks_question };
    let bar = bars.first().map_or("lacks nothing, but others of the user outrank it", String::as_str);
    format!("{}, {:+.1} bits in all; {bar}", named.join(", "), score.evidence)
}

fn markdown(worlds: usize, fates: &BTreeMap<(String, String), Vec<Fate>>) -> String {
    let mut text = String::from(HEAD);
    let _ = writeln!(text, "| kind | form | cases | found | asked | led | missed |");
    let _ = writeln!(text, "| --- | --- | --: | --: | --: | --: | --: |");
    let kinds: BTreeSet<&str> = fates.keys().map(|(kind, _)| kind.as_str()).collect();
    let mut totals: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    let counts = |all: &[Fate]| {
        let of = |reach: Reach| all.iter().filter(|fate| fate.reach == reach).count();
        [all.len(), of(Reach::Found), of(Reach::Asked), of(Reach::Led), of(Reach::Missed)]
    };
    let row = |text: &mut String, kind: &str, form: &str, counts: [usize; 5]| {
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "| {kind} | {form} | {} |", counts.join(" | "));
    };
    for kind in &kinds {
        for form in FORMS {
            let Some(all) = fates.get(&((*kind).to_owned(), form.to_owned())) else { continue };
            let counts = counts(all);
            row(&mut text, kind, form, counts);
            for (sum, n) in totals.entry(form).or_default().iter_mut().zip(counts) {
                *sum += n;
            }
        }
    }
    for form in FORMS {
        row(&mut text, "all", form, totals.get(form).copied().unwrap_or_default());
    }
    let _ =
        writeln!(text, "\n## Why the others were not referred\n\nOver {worlds} worlds; in brackets, which of them.");
    for kind in kinds {
        let mut lines = Vec::new();
        for form in FORMS {
            let all = fates.get(&(kind.to_owned(), form.to_owned())).map_or(&[][..], Vec::as_slice);
            for fate in all.iter().filter(|fate| fate.reach != Reach::Found) {
                lines.push(format!("- {form} ({}): {}.", fate.world, fate.reason));
            }
        }
        let note = LIMITS.iter().find(|(of, _)| *of == kind).map(|(_, note)| *note);
        if lines.is_empty() && note.is_none() {
            continue;
        }
        let _ = writeln!(text, "\n### {kind}\n");
        if let Some(note) = note {
            let _ = writeln!(text, "{note}\n");
        }
        let _ = writeln!(text, "{}", lines.join("\n"));
    }
    text.truncate(text.trim_end().len());
    text
}

/// How the page begins.
const HEAD: &str = "\
# What is found of each kind, and what is not

Every kind of the catalogue, planted in three forms, each by a member of staff of its own. Made anew by

```sh
cargo build --release --bins --examples
for seed in 1 2; do
  target/release/examples/simulate recall/$seed/world --catalogue --seed $seed --staff 1200 --days 21
  target/release/probity run recall/$seed/world/probity.toml --out recall/$seed/run --quiet
  for scope in case user; do
    target/release/probity rules facts --dump recall/$seed/world/probity.toml --scope $scope
  done > recall/$seed/firings.ndjson
done
target/release/examples/evaluate --recall recall/1 recall/2 > docs/catalogue-recall.md
```

They are development worlds: thresholds were chosen with such worlds in sight, and what is planted is what we thought of.
One member of staff in nine misuses the systems in them, so what misuse looks like is far less rare than in any force and weighs less:
they show what carries a case and what it lacks, and not how much is found.
[evaluation.md](evaluation.md) has figures on worlds that nobody had seen.

- found: the user is referred on a row of the case, or, for `conflict`, sent to that lane.
- asked: a question to the user, or a line to a supervisor, rests on a row of the case.
- led: a row of the case is evidence about somebody else, such as the owner of the login that was used.
- missed: none of these. What fired and which bar it stayed under is told below.

";

/// What a kind's figures cannot say by themselves.
const LIMITS: &[(&str, &str)] = &[
    (
        "anothers_login",
        "The log names the owner of the login and never who sat there, so that no look stands under the one who did it. \
         What can be shown is a finding on the owner (`account/tied-nearby`, `account/borrowed-login`): at two stations at \
         once, or off duty, while a colleague at that station is tied to the subject. In the medium and mimicry forms the \
         owner is at work at the same station, where a second terminal is ordinary: one in four looks of ordinary staff \
         is made at another desk.",
    ),
    (
        "boilerplate",
        "What is typed as a reason is weak evidence by design, since it may be absent, redacted or a habit of the unit: \
         `purpose/boilerplate-habit` leads to a line for the unit and to no question. These users are asked on account of \
         their unexplained looks.",
    ),
    (
        "borrowed_incident",
        "Ordinary staff quote numbers loosely, so that one false number weighs one or two bits; many unrelated people \
         under the same number weigh more (`purpose/recycled-number`), and lead to a question. Who quotes the number of an \
         open incident that they are on themselves is explained, whoever was looked at.",
    ),
    (
        "conflict",
        "A friend or associate counts only where the register of associations holds them; one whom no table shows is \
         not seen.",
    ),
    (
        "isolated_session",
        "One sitting of some minutes is one occasion, and ordinary staff have such sittings too; the evidence is in that \
         it lies off duty and that nothing answers it.",
    ),
    (
        "media_curiosity",
        "One or two looks by one user at somebody at whom many look for good reasons. The sharper tool is \
         `probity audit --subject`: everybody who looked at one person, explained or not.",
    ),
    (
        "moved",
        "The old post shows only as an authority with an end date. Looks after it weigh two to three bits, because some \
         ordinary staff still use the systems of the post that they left.",
    ),
    (
        "training_not_blind",
        "Looks in a copy for training reach no real record; one known person among exercises is worth a question to the \
         user, and no referral.",
    ),
    ("it_test_not_blind", "As with training: a known person in a copy for tests is worth a question, and no referral."),
    (
        "untrained",
        "One in eight ordinary users of the system has no course on record in these worlds, so that its absence weighs \
         nothing: the weight of a rule is counted in the run, and a table of courses with gaps discounts itself.",
    ),
];
