//! Facts about one subject over the window, whoever looked.

use super::{Fact, Scope, flag, number};

const S: Scope = Scope::Subject;

pub(super) const FACTS: &[Fact] = &[
    number(S, "looks", "Looks at the subject by anybody", &["access"], "104"),
    number(S, "viewers", "Different users who looked", &["access"], "88"),
    number(
        S,
        "viewers.uninvolved",
        "Of those, users whom nothing on record ties to the subject's incidents",
        &["access"],
        "61",
    ),
    number(
        S,
        "surge_bits",
        "Evidence that the uninvolved viewers within 24 hours exceed the long-run rate, in bits",
        &["access"],
        "7.5",
    ),
    number(S, "viewers.teams", "Different teams to which those users belong", &["staff"], "14"),
    flag(S, "high_profile", "The subject is on the watch list or flagged as high profile", &[]),
    flag(S, "media_case", "The subject stands on the watch list as a media case", &["high_profile"]),
    flag(S, "staff", "The subject is a member of staff", &["staff"]),
];
