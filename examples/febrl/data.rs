//! The files, as records of people.

use flate2::read::GzDecoder;
use probity::ingest::Person;
use std::error::Error;
use std::fs::File;
use std::path::Path;

/// One record, in the fields that a search has.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Who it really is.
    pub person: String,
    /// An original, not a duplicate.
    pub original: bool,
    /// `given_name`
    pub forename: String,
    /// `surname`
    pub surname: String,
    /// `date_of_birth`
    pub dob: String,
    /// `street_number address_1, suburb`
    pub address: String,
    /// `postcode`
    pub postcode: String,
}

impl Record {
    /// The same with the name, and of the other fields only these. `initial` shortens the forename, `year` the date.
    pub fn only(&self, fields: &[&str]) -> Self {
        let mut left = self.clone();
        for (field, text) in [("dob", &mut left.dob), ("address", &mut left.address), ("postcode", &mut left.postcode)]
        {
            let by_year = field == "dob" && fields.contains(&"year");
            if !fields.contains(&field) && !by_year {
                text.clear();
            }
        }
        if fields.contains(&"year") {
            left.dob.truncate(4);
        }
        if fields.contains(&"initial") {
            left.forename.truncate(1);
        }
        left
    }

    /// The same with each field but the name gone by half, and never all three.
    pub fn by_half(&self, row: usize) -> Self {
        let drawn = draw(&self.person, 2 + row as u64 % 2);
        let kept: Vec<&str> = ["dob", "address", "postcode"]
            .into_iter()
            .enumerate()
            .filter(|(i, _)| drawn >> i & 1 == 1)
            .map(|(_, f)| f)
            .collect();
        let one = ["dob", "address", "postcode"][(drawn >> 8) as usize % 3];
        self.only(if kept.is_empty() { std::slice::from_ref(&one) } else { &kept })
    }

    /// As a row of a register.
    pub fn person(&self) -> Person {
        Person {
            subject_id: self.person.clone(),
            forename: self.forename.clone(),
            surname: self.surname.clone(),
            dob: self.dob.clone(),
            address: self.address.clone(),
            postcode: self.postcode.clone(),
            ..Person::default()
        }
    }
}

/// A register and the searches made in it.
pub struct Set {
    /// Originals.
    pub register: Vec<Record>,
    /// Duplicates.
    pub searches: Vec<Record>,
}

impl Set {
    /// FEBRL1, 2 or 3: originals and duplicates of one file.
    pub fn one(number: &str) -> Result<Self, Box<dyn Error>> {
        let (register, searches) = read(number)?.into_iter().partition(|r| r.original);
        Ok(Self { register, searches })
    }

    /// The register, or the three fifths of it that are left where two in five are absent.
    pub fn present(&self, absent: bool) -> Vec<&Record> {
        self.register.iter().filter(|r| !absent || draw(&r.person, 1) % 5 >= 2).collect()
    }

    /// FEBRL4.
    pub fn four() -> Result<Self, Box<dyn Error>> {
        Ok(Self { register: read("4a")?, searches: read("4b")? })
    }
}

/// Writes the register and the searches of three tasks: whole, 40 % absent, and that with fields gone by half.
pub fn write_tasks(set: &Set, folder: &Path) -> Result<(), Box<dyn Error>> {
    for (task, absent, half) in [("whole", false, false), ("absent", true, false), ("partial", true, true)] {
        let searches: Vec<Record> = set
            .searches
            .iter()
            .enumerate()
            .map(|(row, record)| if half { record.by_half(row) } else { record.clone() })
            .collect();
        for (name, records) in [("register", set.present(absent)), ("searches", searches.iter().collect())] {
            let mut table = csv::Writer::from_path(folder.join(format!("{task}-{name}.csv")))?;
            table.write_record(["person", "given_name", "surname", "date_of_birth", "address", "postcode"])?;
            for r in records {
                table.write_record([&r.person, &r.forename, &r.surname, &r.dob, &r.address, &r.postcode])?;
            }
            table.flush()?;
        }
    }
    Ok(())
}

fn read(number: &str) -> Result<Vec<Record>, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/febrl/data/dataset{number}.csv.gz"));
    let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(GzDecoder::new(File::open(path)?));
    let header = rows.headers()?.clone();
    let at = |name: &str| header.iter().position(|h| h == name).ok_or_else(|| format!("no column {name}"));
    let [id, forename, surname, number, street, suburb, postcode, dob] = [
        at("rec_id")?,
        at("given_name")?,
        at("surname")?,
        at("street_number")?,
        at("address_1")?,
        at("suburb")?,
        at("postcode")?,
        at("date_of_birth")?,
    ];
    let mut all = Vec::new();
    for row in rows.records() {
        let row = row?;
        let mut parts = row[id].split('-');
        let person = parts.nth(1).unwrap_or_default().to_owned();
        let line = format!("{} {}", &row[number], &row[street]);
        all.push(Record {
            person,
            original: parts.next() == Some("org"),
            forename: row[forename].to_owned(),
            surname: row[surname].to_owned(),
            dob: row[dob].to_owned(),
            address: [line.trim(), &row[suburb]].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", "),
            postcode: row[postcode].to_owned(),
        });
    }
    Ok(all)
}

/// A number from a person and a purpose, the same on every machine (SplitMix64).
pub fn draw(person: &str, purpose: u64) -> u64 {
    let mut z = person.bytes().fold(purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15), |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
