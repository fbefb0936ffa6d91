//! What each level of agreement is worth, in bits (log2 of how much likelier it is
//! between two descriptions of one person than between two of strangers).
//!
//! Sources: \[M\] measured here on 50,578 error-laden UK records (splink_datasets
//! "historical_50k") and on FEBRL4, m from true pairs and u from random pairs;
//! \[P\] published; \[R\] a recommended start, to be fitted where truth is known.
//! Frequencies (tf) are shares among distinct known persons, never among searches.

/// m of an equal surname \[M: .80 h50k, .68 FEBRL4\]; worth log2(m / tf).
pub const SURNAME_EXACT_M: f32 = 0.80;
/// Equal but for spaces and hyphens, below exact \[R\].
pub const SURNAME_SPACING: f32 = -0.5;
/// m of one edit \[M: .11\]; one bit less for the choice among neighbours.
pub const ONE_EDIT_M: f32 = 0.11;
/// One edit in a name of three or four letters reaches many other names \[R\].
pub const SHORT_EDIT: f32 = -2.0;
/// m of two edits in seven letters or more \[M: .004–.007, R .02 with the choice\]; at least [`TWO_EDITS_LEAST`].
pub const TWO_EDITS_M: f32 = 0.02;
/// \[R\]
pub const TWO_EDITS_LEAST: f32 = 0.5;
/// m of one half of a double-barrelled name \[R\]; worth log2(m / tf of the half).
pub const HALF_M: f32 = 0.05;
/// m of another accepted spelling (HUSSAIN, HUSSEIN) \[R, as one edit\].
pub const VARIANT_M: f32 = 0.11;
/// Jaro-Winkler at least .90 and nothing better \[M: +3.9 phonetic, +.4 at JW .80; R +2\].
pub const SURNAME_SIMILAR: f32 = 2.0;
/// Surname differs; the sex is unknown, so a married name may be why \[M: −4.1, −3.0\].
pub const SURNAME_DIFFERS: f32 = -3.0;
/// SINGH, KAUR, BEGUM, BIBI and the like, alone, are no family name: never more than this \[R\].
pub const RELIGIOUS_NAME_MOST: f32 = 2.0;

/// m of an equal forename \[M: .59–.69\].
pub const FORENAME_EXACT_M: f32 = 0.70;
/// m of a nickname or transliteration \[M: .158 h50k, 0 FEBRL4\]; tf is the group's.
pub const NICKNAME_M: f32 = 0.12;
/// m of a fitting initial \[R\].
pub const INITIAL_M: f32 = 0.80;
/// Equals a middle name \[R\].
pub const MIDDLE: f32 = 2.0;
/// Forename differs \[M: −2.7, −2.6\].
pub const FORENAME_DIFFERS: f32 = -3.0;
/// Forename differs while surname and home agree: a relative far likelier than a slip \[R\].
pub const RELATIVES_FORENAME: f32 = -8.0;
/// Forename and surname the wrong way round \[M: m .042 FEBRL4, .0001 h50k\].
pub const SWAPPED: f32 = -4.5;
/// The same with a slip in one of them, below that \[R: as one edit, log2(.11) less the choice\].
pub const SWAPPED_SPELLING: f32 = -4.0;
/// m of an equal full name; names are correlated (MOHAMMED KHAN), so the pair's own share bounds the sum \[R\].
pub const FULL_NAME_M: f32 = 0.55;
/// A fitting pattern (SMI*): bits for each letter really typed, below exact \[R\].
pub const PATTERN_LETTER: f32 = 1.5;

/// By a known-as name, an alias, a former surname \[R\].
pub const ALIAS: f32 = -1.0;
/// By the spouse's surname \[R\].
pub const MARRIED: f32 = -1.5;

/// m of an equal birth date \[M: .68 with 1-January heaps, .93 FEBRL4\]; worth log2(m / share of the year) + [`DAY_OF_YEAR`].
pub const DOB_EXACT_M: f32 = 0.85;
/// log2(365.25) less the unevenness of real birthdays \[R\].
pub const DAY_OF_YEAR: f32 = 8.4;
/// Month and year equal \[derived: log2(12) above the year\].
pub const DOB_MONTH: f32 = 8.5;
/// Day and month swapped \[M: never seen in either set, so m is small; R\].
pub const DOB_SWAPPED: f32 = 8.0;
/// Same day and month, year off by 1, 10 or 100 \[M: +2.3, +4.7\].
pub const DOB_YEAR_SLIP: f32 = 5.0;
/// One digit or a transposition \[M: +3.6, +4.6\].
pub const DOB_ONE_DIGIT: f32 = 4.5;
/// Year equal, no more known \[M: +3.2 with heaps; R\].
pub const DOB_YEAR: f32 = 6.0;
/// Year inside the interval of an age \[R\].
pub const AGE_FITS: f32 = 4.5;
/// One year outside it \[R\].
pub const AGE_NEAR: f32 = 1.0;
/// Years one or two apart, where no more is known \[R\].
pub const YEAR_NEAR: f32 = -2.0;
/// Another date \[M: −4.5, −6.0 published for h50k\].
pub const DOB_CONFLICT: f32 = -5.5;
/// Another year, where only a year or an age is known \[R\].
pub const YEAR_CONFLICT: f32 = -5.0;

/// The same dwelling; replaces the postcode \[R cap 18: three people of a hundred thousand give 16.6\].
pub const ADDRESS_SAME: f32 = 17.0;
/// The same building, the flat unknown on a side \[R\].
pub const ADDRESS_BUILDING: f32 = 12.0;
/// The same building, another flat \[R\].
pub const ADDRESS_OTHER_FLAT: f32 = 8.0;
/// The same street of the sector, another number \[M: 10.4 for a street in an area; less, for people do not live at two numbers\].
pub const ADDRESS_STREET: f32 = 5.0;
/// Number and street agree, the place is not said \[M: HIGH STREET is on 10,732 postcodes\].
pub const ADDRESS_NO_PLACE: f32 = 6.0;
/// A station, prison, hostel: hundreds share it \[R\].
pub const ADDRESS_COMMUNAL: f32 = 4.0;
/// Postcode unit \[M: +12.1, +15.2\].
pub const POSTCODE_UNIT: f32 = 13.0;
/// The same code of another country \[M: +9.8 FEBRL4, four digits\].
pub const POSTCODE_ABROAD: f32 = 9.0;
/// One edit \[M: +10.3 h50k, +3.5 FEBRL4\].
pub const POSTCODE_ONE_EDIT: f32 = 6.0;
/// Sector \[M: +7.2, +8.3; lower inside one force, R\].
pub const POSTCODE_SECTOR: f32 = 3.0;
/// District \[M: +4.7; lower inside one force, R\].
pub const POSTCODE_DISTRICT: f32 = 1.0;
/// Another place: people move \[M: −3.7\].
pub const PLACE_DIFFERS: f32 = -2.5;

/// Plate held by the person \[R\].
pub const VRM_EXACT: f32 = 17.0;
/// Once O and 0, I and 1 are one \[R\].
pub const VRM_FOLDED: f32 = 13.0;
/// A partial plate that fits: never alone a finding \[R\].
pub const VRM_PARTIAL: f32 = 3.0;
/// Telephone number \[R\].
pub const PHONE: f32 = 18.0;
/// E-mail address \[R, as a telephone number\].
pub const EMAIL: f32 = 18.0;
/// A number or mailbox that several people of different homes share \[R\].
pub const PHONE_SHARED: f32 = 6.0;
/// By an address where somebody lived before: old records keep it, and so do families who stayed \[R, as an alias\].
pub const FORMER_PLACE: f32 = -1.0;
/// A plate that was theirs: others have held it since \[R, as a plate misread\].
pub const FORMER_VRM: f32 = 13.0;
/// A number or mailbox that was theirs; numbers are given out again \[R\].
pub const FORMER_PHONE: f32 = 12.0;
/// The very record \[R: certain but for clerical error\].
pub const RECORD: f32 = 25.0;
/// Two records: the index holds some people twice \[R\].
pub const RECORD_DIFFERS: f32 = -4.0;

/// log2 of the chance, before any evidence, that a search is about one given member of the circle. The reference value
/// is −8, the precision-first one −12 \[R\]; on two development worlds −10 kept precision at .997 and claimed two in a
/// hundred more of the circle than −12 \[M: docs/matching.md\].
pub const PRIOR_CIRCLE: f32 = -10.0;
/// The same for each known namesake in the nominal index: nearer the circle's than 1/N on purpose \[R\].
pub const PRIOR_NAMESAKE: f32 = -11.0;
/// This − log2(known people) for each known namesake: twice as likely to be looked for as anybody on record, beside
/// the share of the name, which counts them too \[R\].
pub const NAMESAKES: f32 = 1.0;
/// A relation whose address is not known lives at a given address of the circle \[R: three in ten\].
pub const UNKNOWN_HOME: f32 = -1.7;
/// This − log2(people) for each person of a register: one search in five is taken to be about somebody in it \[R\].
pub const PRIOR_REGISTER: f32 = -2.0;
/// This − log2(staff) for each member of staff who is none of the circle \[R\].
pub const PRIOR_COLLEAGUE: f32 = -8.0;
/// −log2(entries) − 8 for the watch list \[R\].
pub const PRIOR_WATCH: f32 = -8.0;

/// log2 of the chance that somebody of one family and home bears a given member's forename \[R: one in a hundred\].
pub const RELATIVE_OF_THAT_NAME: f32 = -6.6;
/// log2 of the chance that a person has a twin \[P: one birth in sixty or seventy is of twins\].
pub const TWIN: f32 = -6.0;
/// Somebody at the address whom a register does not list, beside one whom it does \[R: a quarter as likely; a
/// register that is searched on purpose holds most of a household\].
pub const UNLISTED: f32 = -2.0;
/// An answer whose facts would bear other readings is never more than this: listed on request, never claimed.
pub const MOST_UNSURE: f32 = 0.49;

/// Ties to a person stand from here on.
pub const LEAST_PROBABILITY: f32 = 0.5;
/// Nothing but a name is never more than this (never "confirmed").
pub const MOST_NAME_ONLY: f32 = 0.98;
/// A tie by name alone stands from here on: thirteen bits, a full name borne by fewer than about one
/// person in nine thousand. A surname with or without an initial is never a person.
pub const LEAST_NAME_ONLY: f32 = 0.9;
/// In a list of people a name with no more than a year or an age is claimed from here on \[M: FEBRL4, four in ten absent\].
pub const LEAST_WEAK: f32 = 0.8;
/// A surname borne by a larger share says nothing about kin: no surname tie.
pub const SURNAME_TIE_SHARE: f32 = 1e-3;
/// A full name borne by a larger share needs a birth date, address, plate or record for a watch tie.
pub const WATCH_NAME_SHARE: f32 = 1e-6;
/// A stage name of one word borne by a larger share, as forename or surname, needs the same.
pub const WATCH_WORD_SHARE: f32 = 5e-4;
/// More known people at one address than this are no household \[M: precision 1.000 at recall .954\].
pub const HOUSEHOLD_MOST: usize = 12;
/// A plate or number held by more members of staff than this is a pool car or a switchboard.
pub const SHARED_THING: usize = 4;
/// Probability that somebody recorded at a former partner's declared address lives with them still \[R: addresses age\].
pub const FORMER_HOME: f32 = 0.93;
/// Probability that somebody recorded at an address lived there with a member of staff who was there in those days \[R\].
pub const FORMER_RESIDENT: f32 = 0.93;
/// Days after its end on which a plate or number may still be somebody's: states are taken by the month, and sales are told
/// late \[R\].
pub const HELD_ON: i64 = 31;
/// Days after a move on which the old address, where nobody is known to have shared it, is still of interest \[R\].
pub const MOVED_AWAY: i64 = 730;
/// Nearest possible addresses on each side of a home: 50 in all.
pub const NEIGHBOUR_REACH: u32 = 25;

/// Shares below this are spelling errors as often as rare names: the floor of a surname's tf.
pub const SURNAME_FLOOR: f32 = 1e-5;
/// The same for forenames.
pub const FORENAME_FLOOR: f32 = 1e-4;
/// Persons that the prior list counts for in the smoothed share of a name.
pub const SMOOTHING: f32 = 500.0;
/// Share of a surname that neither list nor index knows.
pub const SURNAME_UNLISTED: f32 = 5e-5;
/// The same for a forename.
pub const FORENAME_UNLISTED: f32 = 3e-4;
