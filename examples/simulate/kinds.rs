//! The catalogue of misuse, row by row, and which kinds of planted case stand for each.

/// A row of the catalogue.
pub struct CatalogueRow {
    /// Its family.
    pub family: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// The kinds of planted case that show it.
    pub cases: &'static [Kind],
    /// What a reader of the truth should know.
    pub why: &'static str,
}

macro_rules! kinds {
    ($($name:ident $code:literal),*; $($more:ident $more_code:literal),* $(,)?) => {
        /// A kind of planted case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $(
            #[doc = $code]
            $name
        ),*, $(
            #[doc = $more_code]
            $more
        ),* }
        impl Kind {
            /// The word for it in the truth tables.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),*, $(Self::$more => $more_code),* }
            }
            /// Every kind, the seven main ones first: cases are planted in this order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Kinds that need tables which only `--catalogue` fills.
            pub const MORE: &'static [Self] = &[$(Self::$more),*];
        }
    };
}

kinds! {
    OwnRecord "own_record",
    Family "family",
    Neighbour "neighbour",
    Colleague "colleague",
    Celebrity "celebrity",
    TrainingLive "training_live",
    NoIncident "no_incident",
    ExPartner "ex_partner",
    Household "household",
    Conflict "conflict",
    OwnCase "own_case",
    Left "left",
    OnLeave "on_leave",
    Vulnerable "vulnerable",
    BorrowedIncident "borrowed_incident",
    SeveralFamous "several_famous",
    OffDuty "off_duty",
    AnothersLogin "anothers_login",
    TrainingNotBlind "training_not_blind",
    AfterContact "after_contact",
    MediaCuriosity "media_curiosity",
    Friend "friend",
    OwnIdentifier "own_identifier",
    Proxy "proxy",
    RepeatedInterest "repeated_interest",
    BulkPrint "bulk_print",
    Restricted "restricted",
    TestLive "it_test_live",
    NewPartner "new_partner",
    ExColleague "ex_colleague",
    OldStreet "old_street",
    OutOfArea "out_of_area",
    AfterWarning "after_warning",
    Boilerplate "boilerplate",
    Business "business",
    IsolatedSession "isolated_session",
    Feed "feed",
    KeeperBulk "keeper_bulk",
    OneSex "one_sex",
    TestNotBlind "it_test_not_blind";
    Moved "moved",
    Untrained "untrained",
    Complainant "complainant",
    Network "one_network",
    TwoWay "two_way_proxy",
}

const fn row(family: &'static str, kind: &'static str, cases: &'static [Kind], why: &'static str) -> CatalogueRow {
    CatalogueRow { family, kind, cases, why }
}

use Kind as K;

/// Every row of the catalogue, in its order.
pub const CATALOGUE: [CatalogueRow; 38] = [
    row("self", "own record", &[K::OwnRecord], "with searches that find nothing, and attempts that are denied"),
    row("self", "own vehicle, address, phone", &[K::OwnIdentifier], ""),
    row("self", "own case or complaint", &[K::OwnCase], "incidents that name the user; complaints have no table"),
    row(
        "relationship",
        "family or household",
        &[K::Family, K::Household],
        "declared kin, kin by shared address alone, and kin that no table shows (not visible)",
    ),
    row(
        "relationship",
        "ex-partner, and the ex's new partner",
        &[K::ExPartner],
        "months are compressed into the window",
    ),
    row("relationship", "new partner or date", &[K::NewPartner], ""),
    row("relationship", "friend, associate, notifiable association", &[K::Friend], ""),
    row(
        "relationship",
        "neighbour; street before a move",
        &[K::Neighbour, K::OldStreet],
        "the old street only where a declared association holds the old address",
    ),
    row("relationship", "tenant, landlord, lodger, business interest", &[K::Business], "declared interests"),
    row("relationship", "colleague or supervisor", &[K::Colleague], ""),
    row(
        "relationship",
        "ex-colleague, critic, complainant",
        &[K::ExColleague, K::Complainant],
        "former staff; complainants with --catalogue alone, as incidents of the kind complaint",
    ),
    row("relationship", "assigned although tied", &[K::Conflict], "belongs in the conflict lane"),
    row("high_profile", "celebrity", &[K::Celebrity], "by name and by alias"),
    row("high_profile", "several unrelated famous people", &[K::SeveralFamous], ""),
    row(
        "high_profile",
        "media case or news curiosity",
        &[K::MediaCuriosity],
        "a surge where several users draw the kind",
    ),
    row("training", "training on live data", &[K::TrainingLive], "by stated purpose and by training account"),
    row("training", "training not blind", &[K::TrainingNotBlind], ""),
    row("training", "IT test on live data", &[K::TestLive], "needs IT staff without authority to test live"),
    row("training", "IT test not blind", &[K::TestNotBlind], "needs IT staff"),
    row("purpose", "no incident", &[K::NoIncident], ""),
    row("purpose", "incident that does not exist, or borrowed", &[K::BorrowedIncident], ""),
    row("purpose", "continued after lawful contact", &[K::AfterContact], ""),
    row("purpose", "repeated interest", &[K::RepeatedInterest], "a person, or a plate"),
    row("purpose", "browsing logs out of area", &[K::OutOfArea], ""),
    row("purpose", "reason missing, boilerplate, copied", &[K::Boilerplate], "one text for all of them"),
    row("duty", "off duty", &[K::OffDuty], ""),
    row("duty", "on leave, long leave, suspended", &[K::OnLeave], ""),
    row(
        "duty",
        "left, moved, untrained",
        &[K::Left, K::Moved, K::Untrained],
        "moved and untrained with --catalogue alone: a move is an authority that ends, a course a session before the window",
    ),
    row(
        "account",
        "another's login",
        &[K::AnothersLogin],
        "belongs to the one at the keyboard, not to the login's owner",
    ),
    row("account", "isolated session", &[K::IsolatedSession], ""),
    row("volume", "bulk print or export", &[K::BulkPrint], ""),
    row("volume", "database as a feed", &[K::Feed], ""),
    row("volume", "collision or keeper records in bulk", &[K::KeeperBulk], ""),
    row("pattern", "vulnerable people, serially", &[K::Vulnerable], ""),
    row("pattern", "one sex or one network", &[K::OneSex, K::Network], "a network with --catalogue alone"),
    row("proxy", "on someone's behalf", &[K::Proxy, K::TwoWay], "both ways with --catalogue alone"),
    row("sensitive", "restricted or denied", &[K::Restricted], ""),
    row(
        "repeat",
        "after a warning",
        &[K::AfterWarning],
        "the earlier decision names the member of staff in its note; ids of earlier findings are the engine's own",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_for_a_row_and_every_row_has_a_kind() {
        for row in &CATALOGUE {
            assert!(!row.cases.is_empty(), "{}: {}", row.family, row.kind);
        }
        for kind in Kind::ALL.iter().chain(Kind::MORE) {
            let n = CATALOGUE.iter().filter(|row| row.cases.contains(kind)).count();
            assert_eq!(n, 1, "{kind:?}");
        }
        assert_eq!(CATALOGUE.len(), 38);
        let families: Vec<&str> = CATALOGUE.iter().map(|r| r.family).collect();
        for (family, rows) in [
            ("self", 3),
            ("relationship", 9),
            ("high_profile", 3),
            ("training", 4),
            ("purpose", 6),
            ("duty", 3),
            ("account", 2),
            ("volume", 3),
            ("pattern", 2),
            ("proxy", 1),
            ("sensitive", 1),
            ("repeat", 1),
        ] {
            assert_eq!(families.iter().filter(|f| **f == family).count(), rows, "{family}");
        }
    }
}
