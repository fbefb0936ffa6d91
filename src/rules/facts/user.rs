//! Facts about one member of staff over the window.

use super::{COVERS, COVERS_PARTLY, Fact, Scope, code, number, text};

const S: Scope = Scope::User;

pub(super) const FACTS: &[Fact] = &[
    number(S, "looks", "Looks of the user", &["access"], "640"),
    number(
        S,
        "looks.unexplained",
        "Looks that nothing on record answers, where the feeds cover the time",
        &["access"],
        "31",
    ),
    number(S, "looks_z", "Standard deviations by which the user's looks stand above role peers", &["access"], "0.4"),
    number(S, "subjects", "Different subjects that the user looked at", &["access"], "410"),
    number(S, "subjects.unexplained", "Of those, subjects with an unexplained look", &["access"], "28"),
    number(S, "cases.tied_unexplained", "Unexplained cases in which the subject is tied to the user", &["access"], "2"),
    number(
        S,
        "high_profile.subjects_unexplained",
        "Different high-profile people looked at without explanation",
        &["high_profile"],
        "0",
    ),
    number(
        S,
        "high_profile.tail_bits",
        "How unlikely so many would be by chance, given the user's volume, in bits",
        &["high_profile"],
        "0",
    ),
    number(
        S,
        "vulnerable.subjects_unexplained",
        "Different vulnerable people or victims looked at without explanation",
        &["people"],
        "0",
    ),
    number(S, "prints_exports", "Events that printed or exported", &["access"], "12"),
    number(
        S,
        "bulk_z",
        "Standard deviations by which the user's prints and exports stand above role peers",
        &["access"],
        "0.2",
    ),
    number(S, "unexplained_share", "Share of the user's looks that nothing answers, 0 to 1", &["access"], "0.05"),
    number(S, "unexplained_z", "Standard deviations by which that share stands above role peers", &["access"], "0.7"),
    number(
        S,
        "off_duty_looks",
        "Looks outside every duty, overtime and on-call period, grace included",
        &["duty"],
        "0",
    ),
    number(S, "isolated_sessions", "Short bursts of looks with hours of nothing before and after", &["access"], "0"),
    number(
        S,
        "borrowed_numbers",
        "Different incident numbers that the user quoted across unrelated subjects",
        &["access"],
        "0",
    ),
    number(
        S,
        "boilerplate_share",
        "Share of the user's looks whose reason is missing, a stock phrase or copied, 0 to 1; unknown when the column is absent or constant",
        &["access"],
        "0.1",
    ),
    text(S, "role", "The user's role, in lower case", &["staff"], "response officer"),
    code(
        S,
        "feed.incidents",
        "Whether incidents and assignments cover the user's looks: covers from nine looks in ten on",
        &["access"],
        COVERS_PARTLY,
    ),
    code(S, "feed.duty", "Whether the roster covers the user: from nine looks in ten on", &["access"], COVERS),
];
