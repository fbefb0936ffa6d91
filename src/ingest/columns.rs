//! Which columns each canonical table has, what they hold and which a row cannot do without.
//!
//! The order of the columns is the order of the fields in [`super::tables`]: a row is built by
//! walking both together.

use super::tables::TableName;

/// What a cell of a column holds, and so how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Opaque text.
    Text,
    /// `;`-separated texts.
    List,
    /// A calendar day, `YYYY-MM-DD` unless the profile says otherwise.
    Date,
    /// A moment. A day alone is not enough.
    Moment,
    /// The start of a period. A day alone means its first moment.
    Start,
    /// The end of a period. A day alone means the end of that day.
    End,
    /// `true` or `false`.
    Flag,
    /// One of a few words; another word is kept as written and noted.
    Word(&'static [&'static str]),
    /// `;`-separated words of a few.
    Words(&'static [&'static str]),
}

/// One canonical column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// A source without the column cannot be used; a row without the cell goes to quarantine.
    pub required: bool,
}

/// One canonical table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub columns: &'static [Column],
    /// Of each group a source must have one column at least, and a row one cell at least.
    pub any_of: &'static [&'static [&'static str]],
}

/// The most columns that any table has.
pub(crate) const MAX_COLUMNS: usize = 24;

impl Spec {
    /// Position of a canonical column.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text, required: false }
}
const fn of(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: false }
}
const fn need(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: true }
}

/// Words of `access.environment`; the empty cell is `live`.
pub(crate) const ENVIRONMENTS: &[&str] = &["live", "training", "test"];
/// Words of `access.action`; the empty cell is `other`.
pub(crate) const ACTIONS: &[&str] = &["search", "view", "update", "create", "print", "export", "other"];
/// Words of `access.outcome`; the empty cell is `success`.
pub(crate) const OUTCOMES: &[&str] = &["success", "denied", "error"];

/// Positions of the access columns that code needs by name.
pub(crate) mod access {
    pub(crate) const EVENT_ID: usize = 0;
    pub(crate) const AT: usize = 1;
    pub(crate) const LOGIN: usize = 2;
    pub(crate) const SYSTEM: usize = 3;
    pub(crate) const ENVIRONMENT: usize = 4;
    pub(crate) const ACTION: usize = 5;
    pub(crate) const OUTCOME: usize = 6;
    pub(crate) const ON_BEHALF_OF: usize = 7;
    pub(crate) const REASON_CODE: usize = 8;
    pub(crate) const REASON_TEXT: usize = 9;
    pub(crate) const INCIDENT_ID: usize = 10;
    pub(crate) const TERMINAL: usize = 11;
    pub(crate) const LOCATION: usize = 12;
    /// The first of the ten columns that say what was asked for, in the order of `Query`.
    pub(crate) const QUERY: usize = 13;
    /// How many columns there are.
    pub(crate) const COUNT: usize = 23;
}

const ACCESS: &[Column] = &[
    text("event_id"),
    need("at", Kind::Moment),
    need("login", Kind::Text),
    text("system"),
    of("environment", Kind::Word(ENVIRONMENTS)),
    of("action", Kind::Word(ACTIONS)),
    of("outcome", Kind::Word(OUTCOMES)),
    text("on_behalf_of"),
    text("reason_code"),
    text("reason_text"),
    text("incident_id"),
    text("terminal"),
    text("location"),
    text("subject_id"),
    text("q_forename"),
    text("q_surname"),
    text("q_dob"),
    text("q_age"),
    text("q_address"),
    text("q_postcode"),
    text("q_vrm"),
    text("q_phone"),
    text("q_text"),
];

const STAFF: &[Column] = &[
    need("staff_id", Kind::Text),
    text("forename"),
    text("middle_names"),
    text("surname"),
    of("previous_surnames", Kind::List),
    text("known_as"),
    text("dob"),
    text("address"),
    text("postcode"),
    of("phones", Kind::List),
    of("vrms", Kind::List),
    text("role"),
    text("grade"),
    text("team"),
    text("station"),
    text("line_manager"),
    of("start_date", Kind::Date),
    of("end_date", Kind::Date),
    of("status", Kind::Word(&["active", "suspended", "restricted", "long_leave"])),
    of("valid_from", Kind::Date),
    of("valid_to", Kind::Date),
];

const ACCOUNTS: &[Column] = &[
    need("login", Kind::Text),
    text("system"),
    text("staff_id"),
    of("kind", Kind::Word(&["personal", "shared", "service", "training"])),
    of("from", Kind::Start),
    of("to", Kind::End),
];

const RELATIONSHIPS: &[Column] = &[
    text("relation_id"),
    need("staff_id", Kind::Text),
    of(
        "relation",
        Kind::Word(&[
            "spouse",
            "partner",
            "ex_partner",
            "parent",
            "child",
            "sibling",
            "other_family",
            "household",
            "friend",
            "acquaintance",
            "business_associate",
            "neighbour",
        ]),
    ),
    text("related_staff_id"),
    text("subject_id"),
    text("forename"),
    text("surname"),
    text("dob"),
    text("address"),
    text("postcode"),
    of("phones", Kind::List),
    of("vrms", Kind::List),
    of("from", Kind::Date),
    of("to", Kind::Date),
    text("source"),
];

const PEOPLE: &[Column] = &[
    need("subject_id", Kind::Text),
    text("forename"),
    text("middle_names"),
    text("surname"),
    of("aliases", Kind::List),
    text("dob"),
    text("address"),
    text("postcode"),
    of("phones", Kind::List),
    of("vrms", Kind::List),
    of("flags", Kind::Words(&["victim", "vulnerable", "witness", "suspect", "deceased", "high_profile", "restricted"])),
    of("valid_from", Kind::Date),
    of("valid_to", Kind::Date),
];

const INCIDENTS: &[Column] = &[
    need("incident_id", Kind::Text),
    of("opened", Kind::Start),
    of("closed", Kind::End),
    text("kind"),
    text("address"),
    text("postcode"),
    of("restricted", Kind::Flag),
];

const INCIDENT_PEOPLE: &[Column] = &[
    need("incident_id", Kind::Text),
    of("role", Kind::Word(&["victim", "suspect", "witness", "caller", "other"])),
    text("subject_id"),
    text("forename"),
    text("surname"),
    text("dob"),
    text("address"),
    text("postcode"),
    of("phones", Kind::List),
    of("vrms", Kind::List),
];

const ASSIGNMENTS: &[Column] = &[
    need("incident_id", Kind::Text),
    text("staff_id"),
    text("team"),
    of("role", Kind::Word(&["oic", "attending", "supervisor", "call_handler", "reviewer", "other"])),
    of("from", Kind::Start),
    of("to", Kind::End),
];

const DUTY: &[Column] = &[
    need("staff_id", Kind::Text),
    need("start", Kind::Start),
    need("end", Kind::End),
    of("kind", Kind::Word(&["duty", "overtime", "on_call", "leave", "sick", "course", "suspended"])),
    text("location"),
];

const TRAINING: &[Column] = &[
    text("session_id"),
    text("system"),
    need("start", Kind::Start),
    need("end", Kind::End),
    text("trainer_id"),
    text("attendee_id"),
    of("live_authorised", Kind::Flag),
    text("authorised_by"),
];

const HIGH_PROFILE: &[Column] = &[
    text("person_id"),
    text("forename"),
    text("surname"),
    of("aliases", Kind::List),
    text("dob"),
    text("address"),
    text("postcode"),
    of("vrms", Kind::List),
    text("subject_id"),
    text("category"),
    of("from", Kind::Date),
    of("to", Kind::Date),
];

const AUTHORITIES: &[Column] = &[
    text("authority_id"),
    text("staff_id"),
    text("role"),
    text("team"),
    of(
        "basis",
        Kind::Word(&["role_function", "system_owner", "conflict_declared", "supervisor_direction", "it_testing"]),
    ),
    of("systems", Kind::List),
    of("rules", Kind::List),
    text("subject_id"),
    text("incident_id"),
    of("blind_required", Kind::Flag),
    text("authorised_by"),
    of("from", Kind::Start),
    of("to", Kind::End),
];

const DISPOSITIONS: &[Column] = &[
    text("finding_id"),
    text("referral_id"),
    need("outcome", Kind::Word(&["no_case", "explained", "advice", "misconduct", "criminal", "open"])),
    text("by"),
    of("at", Kind::Start),
    text("note"),
];

/// The columns of a table.
pub(crate) const fn spec(table: TableName) -> Spec {
    let (columns, any_of): (&'static [Column], &'static [&'static [&'static str]]) = match table {
        TableName::Access => (ACCESS, &[]),
        TableName::Staff => (STAFF, &[]),
        TableName::Accounts => (ACCOUNTS, &[]),
        TableName::Relationships => (RELATIONSHIPS, &[]),
        TableName::People => (PEOPLE, &[]),
        TableName::Incidents => (INCIDENTS, &[]),
        TableName::IncidentPeople => (INCIDENT_PEOPLE, &[]),
        TableName::Assignments => (ASSIGNMENTS, &[&["staff_id", "team"]]),
        TableName::Duty => (DUTY, &[]),
        TableName::Training => (TRAINING, &[&["attendee_id", "trainer_id"]]),
        TableName::HighProfile => (HIGH_PROFILE, &[&["person_id", "subject_id", "surname", "vrms"]]),
        // Without a holder an authority would excuse everybody.
        TableName::Authorities => (AUTHORITIES, &[&["staff_id", "role", "team"]]),
        TableName::Dispositions => (DISPOSITIONS, &[&["finding_id", "referral_id"]]),
    };
    Spec { columns, any_of }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_fit_and_groups_name_columns() {
        for table in TableName::ALL {
            let spec = spec(table);
            assert!(spec.columns.len() <= MAX_COLUMNS, "{table:?}");
            for name in spec.any_of.iter().copied().flatten() {
                assert!(spec.index(name).is_some(), "{table:?}.{name}");
            }
        }
    }

    #[test]
    fn access_positions_are_those_of_the_table() {
        let spec = spec(TableName::Access);
        for (name, position) in [
            ("event_id", access::EVENT_ID),
            ("at", access::AT),
            ("login", access::LOGIN),
            ("system", access::SYSTEM),
            ("environment", access::ENVIRONMENT),
            ("action", access::ACTION),
            ("outcome", access::OUTCOME),
            ("on_behalf_of", access::ON_BEHALF_OF),
            ("reason_code", access::REASON_CODE),
            ("reason_text", access::REASON_TEXT),
            ("incident_id", access::INCIDENT_ID),
            ("terminal", access::TERMINAL),
            ("location", access::LOCATION),
            ("subject_id", access::QUERY),
            ("q_text", access::COUNT - 1),
        ] {
            assert_eq!(spec.index(name), Some(position), "{name}");
        }
        assert_eq!(spec.columns.len(), access::COUNT);
    }
}
