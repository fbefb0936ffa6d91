//! The kinds of misuse that a log can show, as official reports, policy and decided
//! cases describe them, and which rules look for each. Tests hold the table whole:
//! every shipped rule stands for a kind, and every kind has a rule.

/// One kind of misuse.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it belongs to.
    pub family: &'static str,
    /// In a few words.
    pub kind: &'static str,
    /// Names of the rules that look for it.
    pub rules: &'static [&'static str],
}

const fn kind(family: &'static str, kind: &'static str, rules: &'static [&'static str]) -> Kind {
    Kind { family, kind, rules }
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    kind("self", "own record", &["own-record"]),
    kind("self", "own vehicle, address, phone", &["own-vehicle-address-phone"]),
    kind("self", "own case or complaint; after a notice", &["own-case", "after-notice"]),
    kind("relationship", "family or household", &["family", "household", "surname", "tied-several"]),
    kind("relationship", "ex-partner, and the ex's new partner", &["ex-partner", "ex-household", "ex-partner-months"]),
    kind("relationship", "new partner or date", &["new-acquaintance"]),
    kind("relationship", "friend, associate, notifiable association", &["friend"]),
    kind("relationship", "neighbour; street before a move", &["neighbour", "street"]),
    kind("relationship", "tenant, landlord, lodger, business interest", &["business"]),
    kind("relationship", "colleague or supervisor", &["colleague", "supervisor"]),
    kind("relationship", "ex-colleague, critic, complainant", &["ex-colleague", "complainant"]),
    kind("relationship", "assigned although tied", &["conflict"]),
    kind("high_profile", "celebrity", &["celebrity"]),
    kind("high_profile", "several unrelated famous people", &["several", "famous-burst"]),
    kind("high_profile", "media case or news curiosity", &["surge", "media-case", "team-curiosity"]),
    kind("training", "training on live data", &["live-data", "stated-on-live"]),
    kind("training", "training not blind", &["not-blind"]),
    kind("training", "IT test on live data", &["it-test-live", "stated-on-live"]),
    kind("training", "IT test not blind", &["it-test-not-blind"]),
    kind("purpose", "no incident", &["no-incident", "beyond-expected"]),
    kind(
        "purpose",
        "incident that does not exist, or borrowed",
        &["unknown-incident", "borrowed-incident", "recycled-number", "one-number-many"],
    ),
    kind("purpose", "continued after lawful contact", &["after-close"]),
    kind("purpose", "repeated interest; a plate tracked", &["repeated-interest", "plate-tracked", "beyond-expected"]),
    kind("purpose", "browsing logs out of area", &["browsing", "sitting", "out-of-area", "long-session"]),
    kind(
        "purpose",
        "reason missing, boilerplate, copied; code unlike the role",
        &["boilerplate-reason", "boilerplate-habit", "reason-unlike-role"],
    ),
    kind("duty", "off duty", &["off-duty", "off-duty-serial", "off-duty-circle"]),
    kind("duty", "on leave, long leave, suspended", &["leave-or-suspended"]),
    kind("duty", "left, moved, untrained", &["left", "moved", "account-ended", "untrained"]),
    kind("account", "another's login", &["borrowed-login", "tied-nearby"]),
    kind("account", "isolated session", &["isolated-session", "off-duty-sitting"]),
    kind("volume", "bulk print or export", &["bulk-print-export"]),
    kind("volume", "database as a feed", &["feed", "long-session"]),
    kind("volume", "collision or keeper records in bulk", &["keeper-bulk"]),
    kind("pattern", "vulnerable people, serially", &["vulnerable-serial", "vulnerable-night"]),
    kind("pattern", "one sex or one network", &["one-sex", "young-of-one-sex", "one-network"]),
    kind("proxy", "on someone's behalf", &["colleague-tied", "in-return", "on-behalf-tied", "on-behalf-off-duty"]),
    kind(
        "sensitive",
        "restricted, denied, deceased; printed",
        &["restricted-or-denied", "denied", "denied-burst", "deceased", "printed-tied", "off-duty-then-printed"],
    ),
    kind("repeat", "after a warning", &["after-warning"]),
];
