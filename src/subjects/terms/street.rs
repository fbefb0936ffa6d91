//! Words of an address: street types and their short forms, flats, and places that are no homes.

/// The one spelling of a street type ("ST", "STR", "STREET" → "STREET"); `None` for another word.
#[must_use]
pub fn street_type(word: &str) -> Option<&'static str> {
    Some(match word {
        "STREET" | "ST" | "STR" | "STRT" => "STREET",
        "ROAD" | "RD" => "ROAD",
        "AVENUE" | "AVE" | "AV" | "AVN" => "AVENUE",
        "LANE" | "LN" => "LANE",
        "CLOSE" | "CL" | "CLO" => "CLOSE",
        "CRESCENT" | "CRES" | "CRESC" | "CR" => "CRESCENT",
        "DRIVE" | "DR" | "DRV" => "DRIVE",
        "COURT" | "CT" | "CRT" => "COURT",
        "PLACE" | "PL" => "PLACE",
        "SQUARE" | "SQ" => "SQUARE",
        "TERRACE" | "TER" | "TERR" | "TCE" => "TERRACE",
        "GARDENS" | "GDNS" | "GARDEN" | "GDN" => "GARDENS",
        "GROVE" | "GR" | "GRV" | "GRO" => "GROVE",
        "PARK" | "PK" => "PARK",
        "WALK" | "WLK" => "WALK",
        "WAY" | "WY" => "WAY",
        "GREEN" | "GRN" => "GREEN",
        "PARADE" | "PDE" => "PARADE",
        "PASSAGE" | "PASS" => "PASSAGE",
        "YARD" | "YD" => "YARD",
        "HILL" | "HL" => "HILL",
        "MEWS" | "ROW" | "RISE" | "VIEW" | "WHARF" | "QUAY" | "END" | "FOLD" | "BANK" | "CROFT" | "DENE" | "DELL"
        | "CIRCUS" | "BROADWAY" | "MALL" | "VALE" | "LOAN" | "WYND" | "BRAE" | "GATE" | "PATH" | "APPROACH"
        | "ARCADE" | "BOULEVARD" | "CHASE" | "COMMON" | "COPSE" | "CROSS" | "DALE" | "EMBANKMENT" | "ESPLANADE"
        | "FIELDS" | "HEATH" | "LEA" | "MEAD" | "MEADOW" | "MEADOWS" | "PROMENADE" | "RIDGE" | "SPINNEY" | "STRAND"
        | "VILLAS" | "BYPASS" | "HIGHWAY" | "PIKE" => {
            return TYPES.iter().copied().find(|t| *t == word);
        }
        _ => return None,
    })
}

const TYPES: [&str; 44] = [
    "MEWS",
    "ROW",
    "RISE",
    "VIEW",
    "WHARF",
    "QUAY",
    "END",
    "FOLD",
    "BANK",
    "CROFT",
    "DENE",
    "DELL",
    "CIRCUS",
    "BROADWAY",
    "MALL",
    "VALE",
    "LOAN",
    "WYND",
    "BRAE",
    "GATE",
    "PATH",
    "APPROACH",
    "ARCADE",
    "BOULEVARD",
    "CHASE",
    "COMMON",
    "COPSE",
    "CROSS",
    "DALE",
    "EMBANKMENT",
    "ESPLANADE",
    "FIELDS",
    "HEATH",
    "LEA",
    "MEAD",
    "MEADOW",
    "MEADOWS",
    "PROMENADE",
    "RIDGE",
    "SPINNEY",
    "STRAND",
    "VILLAS",
    "BYPASS",
    "HIGHWAY",
];

/// A word before the identifier of a dwelling inside a building.
#[must_use]
pub fn is_flat_word(word: &str) -> bool {
    matches!(
        word,
        "FLAT"
            | "FLT"
            | "APT"
            | "APPT"
            | "APARTMENT"
            | "UNIT"
            | "ROOM"
            | "RM"
            | "STUDIO"
            | "SUITE"
            | "MAISONETTE"
            | "BEDSIT"
    )
}

/// Number of the floor that a word names, as the unit it stands for ("GROUND" in "GROUND FLOOR FLAT").
#[must_use]
pub fn floor(word: &str) -> Option<&'static str> {
    Some(match word {
        "BASEMENT" | "LOWER" => "BASEMENT",
        "GROUND" | "GF" | "GFF" => "GROUND",
        "FIRST" | "1ST" | "FFF" => "1F",
        "SECOND" | "2ND" => "2F",
        "THIRD" | "3RD" => "3F",
        "FOURTH" | "4TH" => "4F",
        "TOP" | "UPPER" => "TOP",
        "GARDEN" => "GARDEN",
        "REAR" => "REAR",
        "FRONT" => "FRONT",
        _ => return None,
    })
}

/// A building by what it is called.
#[must_use]
pub fn is_building_word(word: &str) -> bool {
    matches!(
        word,
        "HOUSE"
            | "HSE"
            | "COTTAGE"
            | "COTTAGES"
            | "LODGE"
            | "FARM"
            | "FARMHOUSE"
            | "MANOR"
            | "HALL"
            | "TOWER"
            | "TOWERS"
            | "BUILDING"
            | "BUILDINGS"
            | "BLDG"
            | "BLDGS"
            | "MILL"
            | "BARN"
            | "VICARAGE"
            | "RECTORY"
            | "BUNGALOW"
            | "MANSIONS"
            | "POINT"
            | "HEIGHTS"
            | "APARTMENTS"
            | "FLATS"
            | "COURT"
            | "CT"
            | "BLOCK"
            | "VILLA"
            | "GRANGE"
            | "CHAMBERS"
    )
}

/// Many people who are no household live, work or are held there: a station, prison, hospital, hostel.
/// The words of a street (COLLEGE ROAD) are no college.
#[must_use]
pub fn is_communal<'a>(words: impl Iterator<Item = &'a str>) -> bool {
    const ALONE: [&str; 16] = [
        "HMP",
        "HMYOI",
        "PRISON",
        "BARRACKS",
        "HOSPITAL",
        "HOSTEL",
        "CUSTODY",
        "CONSTABULARY",
        "HOTEL",
        "TRAVELODGE",
        "REFUGE",
        "UNIVERSITY",
        "COLLEGE",
        "STUDENT",
        "STUDENTS",
        "INFIRMARY",
    ];
    const PAIRS: [(&str, &str); 13] = [
        ("POLICE", "STATION"),
        ("POLICE", "HEADQUARTERS"),
        ("POLICE", "HQ"),
        ("POLICE", "OFFICE"),
        ("SECTION", "HOUSE"),
        ("CARE", "HOME"),
        ("NURSING", "HOME"),
        ("RESIDENTIAL", "HOME"),
        ("REST", "HOME"),
        ("NIGHT", "SHELTER"),
        ("HALLS", "OF"),
        ("HALL", "OF"),
        ("FIRE", "STATION"),
    ];
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied().unwrap_or_default();
        if ALONE.contains(&word)
            && street_type(next).is_none()
            && !matches!(next, "STREET" | "FARM" | "COTTAGE" | "COTTAGES")
            || PAIRS.contains(&(word, next))
        {
            return true;
        }
    }
    false
}
