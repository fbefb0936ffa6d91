//! One person typed in several ways, and two people of nearly one name.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use probity::config::{self, Overrides};
use probity::ingest::{self, NoProgress};
use probity::relations::TieKind;
use probity::run::{self, Unwatched};

const STAFF: &str = "staff_id,forename,surname,dob,address,postcode,role,team,status\n\
    S0,Emrys,Wexcombe,1972-06-21,9 Bridge Row,OC4 0QD,Officer,T0,active\n\
    S1,Ines,Tolland,1985-03-08,3 Mill Lane,KB6 0FY,Officer,T0,active\n";
const PEOPLE: &str = "subject_id,forename,surname,dob,address,postcode\n\
    N0,Emrys,Wexcombe,2010-06-22,7 Bridge Row,OC4 0QD\n\
    N1,Sarah,Lewes,1985-06-05,12 High Street,LC2 0GZ\n\
    N2,Simon,Lewes,1985-01-30,40 Far Road,LC9 9GZ\n\
    N3,Ines,Tolland,1985-03-08,3 Mill Lane,KB6 0FY\n";
const INCIDENTS: &str = "incident_id,opened,closed,kind,address,postcode,restricted\n\
    I0,2026-03-05T08:00:00Z,2026-03-20T00:00:00Z,theft,,,false\n";
const PARTIES: &str = "incident_id,role,subject_id,forename,surname,dob,address,postcode\n\
    I0,witness,N0,,,,,\n\
    I0,victim,,Ines,Tolland,1985-05-08,59 Church Grove,KB6 0DA\n";
const ASSIGNMENTS: &str = "incident_id,staff_id,team,role,from,to\n\
    I0,S0,,oic,2026-03-05T08:00:00Z,2026-03-20T00:00:00Z\n";

/// Login, time of the fifth of March, record, forename, surname, birth date, postcode.
type Row = [&'static str; 7];

/// Of each row: what was asked, whom it is about, what explains it, and whether it is about the user.
fn read(rows: &[Row], parties: &str) -> Vec<(String, String, &'static str, bool)> {
    let desk = tempfile::tempdir().expect("a folder");
    let mut access =
        "event_id,at,login,system,action,outcome,subject_id,q_forename,q_surname,q_dob,q_postcode\n".to_owned();
    for (nth, [login, at, record, forename, surname, dob, postcode]) in rows.iter().enumerate() {
        let action = if record.is_empty() { "search" } else { "view" };
        let row = format!("{login},RMS,{action},success,{record},{forename},{surname},{dob},{postcode}");
        let _ = writeln!(access, "E{nth},2026-03-05T{at}:00Z,{row}");
    }
    let accounts = "login,system,staff_id,kind,from,to\nS0,,S0,personal,,\nS1,,S1,personal,,\n";
    let tables = [
        ("access", access.as_str()),
        ("staff", STAFF),
        ("accounts", accounts),
        ("people", PEOPLE),
        ("incidents", INCIDENTS),
        ("incident_people", parties),
        ("assignments", ASSIGNMENTS),
    ];
    write(desk.path(), &tables);
    let config = config::load(&desk.path().join("probity.toml"), &Overrides::default()).expect("sound");
    let tables = ingest::ingest(&config.sources, &NoProgress).expect("read");
    assert!(tables.quarantine.is_empty(), "{:?}", tables.quarantine);
    let house = run::load_house(&config).expect("shipped");
    let stages = run::stages(&config, &tables, &house, &Unwatched);
    let key = |subject: u32| stages.subjects.all[subject as usize].key.clone();
    let mut looks = stages.judged.looks.all.clone();
    looks.sort_by_key(|look| look.first_at);
    looks
        .iter()
        .map(|look| {
            let ties = stages.relations.between(look.about, look.user);
            let own = ties.iter().any(|tie| tie.kind == TieKind::Own && tie.probability >= 0.5);
            let event = stages.judged.looks.events(look, &tables.access).next().expect("one");
            let asked = key(stages.subjects.of_query[event.query as usize]);
            (asked, key(look.about), look.explained_by.map_or("", |t| t.as_str()), own)
        })
        .collect()
}

fn write(into: &Path, tables: &[(&str, &str)]) {
    let mut config = "[run]\nname = \"t\"\ntimezone = \"UTC\"\n".to_owned();
    for (table, text) in tables {
        fs::write(into.join(format!("{table}.csv")), text).expect("written");
        let _ = write!(config, "\n[[sources]]\ntable = \"{table}\"\nfiles = \"{table}.csv\"\n");
    }
    fs::write(into.join("probity.toml"), config).expect("written");
}

#[test]
fn a_search_and_the_one_record_that_it_led_to_are_one_subject() {
    let search: Row = ["S1", "10:00", "", "S", "Lewes", "1985", ""];
    let about = |rows: &[Row]| -> Vec<String> { read(rows, PARTIES).into_iter().map(|row| row.1).collect() };
    let sarah: Row = ["S1", "10:01", "N1", "", "", "", ""];
    assert_eq!(about(&[search, sarah]), ["record:N1", "record:N1"]);
    // What was typed again next day is still the same person.
    let again: Row = ["S1", "23:00", "", "S", "Lewes", "1985", ""];
    assert_eq!(about(&[search, sarah, again])[2], "record:N1");

    let typed = "person:LEWES|S|1985";
    let late: Row = ["S1", "10:20", "N1", "", "", "", ""];
    assert_eq!(about(&[search, late])[0], typed, "twenty minutes later");
    let simon: Row = ["S1", "10:02", "N2", "", "", "", ""];
    assert_eq!(about(&[search, sarah, simon])[0], typed, "either of two");
    let other: Row = ["S1", "10:01", "N0", "", "", "", ""];
    assert_eq!(about(&[search, other])[0], typed, "another name");
    let colleague: Row = ["S0", "10:01", "N1", "", "", "", ""];
    assert_eq!(about(&[search, colleague])[0], typed, "somebody else opened it");
}

#[test]
fn a_tie_that_was_typed_is_not_lost_to_the_record_of_a_namesake() {
    // S0 types their own name and birth date without the day, then opens the boy next door.
    let own: Row = ["S0", "10:00", "", "Emrys", "Wexcombe", "21/06/1972", ""];
    let boy: Row = ["S0", "10:01", "N0", "", "", "", ""];
    let read = read(&[own, boy], PARTIES);
    assert_eq!(read[0].1, "person:WEXCOMBE|EMRYS|1972-06-21");
    assert!(read[0].3 && read[0].2.is_empty(), "{read:?}");
}

#[test]
fn who_shares_name_and_postcode_with_a_witness_may_look_for_the_witness() {
    let own: Row = ["S0", "09:00", "", "Emrys", "Wexcombe", "21/06/1972", "OC4 0QD"];
    let typed: Row = ["S0", "10:00", "", "Emrys", "Wexcombe", "", "OC4 0QD"];
    let boy: Row = ["S0", "10:01", "N0", "", "", "", ""];
    let read = read(&[own, typed, boy], PARTIES);
    assert_eq!(read[0].2, "", "their own birth date is no way to the boy: {read:?}");
    assert_eq!([read[1].2, read[2].2], ["led_to", "assigned"], "{read:?}");
}

#[test]
fn somebody_whom_an_incident_names_is_not_a_slip_for_a_member_of_staff() {
    let typed: Row = ["S1", "10:00", "", "Ines", "Tolland", "08/05/1985", ""];
    assert!(!read(&[typed], PARTIES)[0].3, "the victim of that name and date");
    let unnamed = PARTIES.replace("1985-05-08", "1961-11-30");
    assert!(read(&[typed], &unnamed)[0].3, "where nobody was born that day, one digit is a slip");
}
