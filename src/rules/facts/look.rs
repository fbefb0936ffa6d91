//! Facts about one look.

use super::{
    ACCOUNT, COVERS, COVERS_PARTLY, DUTY, ENVIRONMENT, Fact, PURPOSE, SUBJECT_KIND, Scope, code, flag, number,
    relation, text,
};

const S: Scope = Scope::Look;
const TIE: [Fact; 8] = relation(S);

pub(super) const FACTS: &[Fact] = &[
    text(S, "system", "The system that was used, in lower case", &["access"], "pnc"),
    code(S, "environment", "The environment that was used; live when the log does not say", &["access"], ENVIRONMENT),
    number(S, "events", "Audited rows that the look is made of", &["access"], "3"),
    number(S, "hits.denied", "Events of the look that the system denied", &["access"], "0"),
    number(S, "hits.error", "Events of the look that ended in an error", &["access"], "0"),
    number(S, "action.print", "Events that printed", &["access"], "0"),
    number(S, "action.export", "Events that exported", &["access"], "0"),
    number(S, "action.update", "Events that changed or created a record", &["access"], "0"),
    code(
        S,
        "purpose",
        "Whether a record answers why; cannot_tell when the feed that would answer does not cover the time",
        &["access"],
        PURPOSE,
    ),
    text(
        S,
        "explained_by",
        "Name of the strongest explanation found; unknown when there is none",
        &["access"],
        "assigned",
    ),
    code(S, "duty.state", "What the user was doing by roster and HR at that time", &[], DUTY),
    flag(S, "duty.off", "Outside every duty, overtime and on-call period, grace included", &["duty"]),
    code(S, "account.kind", "The kind of login; personal when accounts do not say", &["access"], ACCOUNT),
    flag(
        S,
        "account.borrowed",
        "The login was used while its owner cannot have used it: at two places at once, or rostered off while active elsewhere",
        &["access"],
    ),
    flag(
        S,
        "reason.given",
        "A reason code or text was entered; unknown when the log has no such column or it never varies",
        &["access"],
    ),
    flag(
        S,
        "reason.boilerplate",
        "The reason is a stock phrase, or copied again and again by the same user",
        &["access"],
    ),
    flag(S, "reason.training", "The words of the reason speak of training, a demonstration or practice", &["access"]),
    flag(S, "reason.testing", "The words of the reason speak of testing a system", &["access"]),
    flag(S, "session.supervised", "Within a recorded training session that the user attended or gave", &["training"]),
    flag(S, "session.live_authorised", "That session had authority to use live data", &["training"]),
    flag(S, "incident.quoted", "The user quoted an incident number", &["access"]),
    flag(S, "incident.exists", "The quoted number is on record; unknown when none was quoted", &["incidents"]),
    flag(
        S,
        "incident.links_user",
        "The user or the user's team is on the quoted incident",
        &["incidents", "assignments"],
    ),
    flag(S, "incident.links_subject", "The subject is on the quoted incident", &["incidents", "incident_people"]),
    flag(S, "incident.open", "The quoted incident was open at the time", &["incidents"]),
    code(S, "subject.kind", "What was looked at", &["access"], SUBJECT_KIND),
    number(S, "hour", "Local hour of the first event, 0 to 23", &["access"], "3"),
    flag(
        S,
        "subject.test_record",
        "The subject is one of the made-up records kept for training and testing",
        &["access"],
    ),
    code(S, "feed.incidents", "Whether incidents and assignments cover that time", &["access"], COVERS_PARTLY),
    code(S, "feed.duty", "Whether the roster covers that user and time", &["access"], COVERS),
    code(S, "feed.training", "Whether training sessions are recorded for that time", &["access"], COVERS),
    TIE[0],
    TIE[1],
    TIE[2],
    TIE[3],
    TIE[4],
    TIE[5],
    TIE[6],
    TIE[7],
];
