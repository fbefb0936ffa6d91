//! Who is called what: surnames and forenames by community, with a heavy tail of rare ones.

use crate::draw::Draw;
use crate::name_lists as lists;
use rustc_hash::FxHashMap;

/// A name, by its place in the book.
pub type NameId = u32;

/// Where a family's names come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Community {
    /// The majority.
    British,
    /// Irish.
    Irish,
    /// Pakistani and Bangladeshi.
    Pakistani,
    /// Indian.
    Indian,
    /// Polish.
    Polish,
    /// West and East African.
    African,
    /// Caribbean: British surnames, forenames of their own.
    Caribbean,
}

impl Community {
    /// All of them, the majority first.
    pub const ALL: [Self; 7] =
        [Self::British, Self::Irish, Self::Pakistani, Self::Indian, Self::Polish, Self::African, Self::Caribbean];
    /// Its word in the truth.
    pub fn word(self) -> &'static str {
        match self {
            Self::British => "british",
            Self::Irish => "irish",
            Self::Pakistani => "pakistani",
            Self::Indian => "indian",
            Self::Polish => "polish",
            Self::African => "african",
            Self::Caribbean => "caribbean",
        }
    }

    /// Shares of families, as running totals.
    pub const TOTALS: [f64; 7] = [0.72, 0.77, 0.85, 0.90, 0.94, 0.97, 1.0];
}

/// A person's sex, as far as names need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// A woman or girl.
    Female,
    /// A man or boy.
    Male,
}

/// A list to draw from.
struct Pool {
    ids: Vec<NameId>,
    totals: Vec<f64>,
}

impl Pool {
    fn draw(&self, draw: &mut Draw) -> NameId {
        self.ids[draw.weighted(&self.totals)]
    }
}

/// Every name of the world.
pub struct NameBook {
    texts: Vec<String>,
    ids: FxHashMap<String, NameId>,
    /// By community.
    surnames: Vec<Pool>,
    /// By community, sex and, for the majority, age.
    forenames: Vec<Pool>,
    nicknames: FxHashMap<NameId, Vec<String>>,
}

impl NameBook {
    /// Builds the book; it holds no chance of its own.
    pub fn new() -> Self {
        let mut book = Self {
            texts: Vec::new(),
            ids: FxHashMap::default(),
            surnames: Vec::new(),
            forenames: Vec::new(),
            nicknames: FxHashMap::default(),
        };
        let british = book.british_pool();
        let weighted = [lists::IRISH, lists::PAKISTANI, lists::INDIAN, lists::POLISH, lists::AFRICAN];
        book.surnames.push(british);
        for list in weighted {
            let pool = book.weighted_pool(list);
            book.surnames.push(pool);
        }
        let caribbean = book.british_pool();
        book.surnames.push(caribbean);
        for list in FORENAMES {
            let pool = book.ranked_pool(list);
            book.forenames.push(pool);
        }
        for entry in lists::NICKNAMES.split(',') {
            let mut parts = entry.split_whitespace();
            if let Some(full) = parts.next() {
                let id = book.intern(full);
                book.nicknames.insert(id, parts.map(str::to_owned).collect());
            }
        }
        book
    }

    /// The text of a name.
    pub fn text(&self, id: NameId) -> &str {
        &self.texts[id as usize]
    }

    /// The names by which bearers of a forename are known.
    pub fn nicknames(&self, id: NameId) -> &[String] {
        self.nicknames.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The place of a name in the book, which takes it in if it is new.
    pub fn intern(&mut self, text: &str) -> NameId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.texts.len() as NameId;
        self.texts.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        id
    }

    /// A surname of a community, in the form that a man bears.
    pub fn surname(&self, community: Community, draw: &mut Draw) -> NameId {
        self.surnames[community as usize].draw(draw)
    }

    /// The form of a family's surname for one of its members: Kowalski, Kowalska.
    pub fn gendered(&mut self, surname: NameId, sex: Sex) -> NameId {
        let text = self.text(surname);
        if sex == Sex::Female && (text.ends_with("ski") || text.ends_with("cki")) {
            let changed = format!("{}a", &text[..text.len() - 1]);
            return self.intern(&changed);
        }
        if sex == Sex::Male && (text.ends_with("ska") || text.ends_with("cka")) {
            let changed = format!("{}i", &text[..text.len() - 1]);
            return self.intern(&changed);
        }
        surname
    }

    /// A forename that suits community, sex and age.
    pub fn forename(&self, community: Community, sex: Sex, age: i64, draw: &mut Draw) -> NameId {
        let women = usize::from(sex == Sex::Female);
        let by_age = |draw: &mut Draw| {
            let blurred = age + draw.between(-6, 6);
            2 * usize::from(blurred < 60) + 2 * usize::from(blurred < 33) + women
        };
        // Families of every community use the names of the majority too.
        let own = match community {
            Community::British => 0.0,
            Community::Irish => 0.7,
            Community::Caribbean => 0.45,
            Community::African => 0.9,
            _ => 0.97,
        };
        let list = if draw.chance(own) {
            match community {
                Community::British => by_age(draw),
                Community::Irish => 6 + women,
                Community::Pakistani => 8 + women,
                Community::Indian => 10 + women,
                Community::Polish => 12 + women,
                Community::African => 14 + women,
                Community::Caribbean => 16 + women,
            }
        } else {
            by_age(draw)
        };
        self.forenames[list].draw(draw)
    }

    fn weighted_pool(&mut self, list: &str) -> Pool {
        let (mut ids, mut totals, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for entry in list.split(',') {
            if let Some((name, weight)) = entry.trim().split_once(' ') {
                ids.push(self.intern(name));
                sum += weight.parse::<f64>().unwrap_or(1.0);
                totals.push(sum);
            }
        }
        Pool { ids, totals }
    }

    /// The common list, and behind it a third of all bearers under some two thousand composed names.
    fn british_pool(&mut self) -> Pool {
        let mut pool = self.weighted_pool(lists::BRITISH);
        let common = pool.totals.last().copied().unwrap_or(1.0);
        let parts: Vec<String> = lists::RARE_FIRST
            .split_whitespace()
            .flat_map(|first| lists::RARE_SECOND.split_whitespace().map(move |second| format!("{first}{second}")))
            .collect();
        let each = |i: usize| 1.0 / (((i * 7919) % parts.len()) as f64 + 20.0);
        let tail: f64 = (0..parts.len()).map(each).sum();
        let mut sum = common;
        for (i, name) in parts.iter().enumerate() {
            pool.ids.push(self.intern(name));
            sum += each(i) * common * 0.5 / tail;
            pool.totals.push(sum);
        }
        pool
    }

    fn ranked_pool(&mut self, list: &str) -> Pool {
        let (mut ids, mut totals, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for (rank, name) in list.split_whitespace().enumerate() {
            ids.push(self.intern(name));
            sum += 1.0 / (rank as f64 + 6.0);
            totals.push(sum);
        }
        Pool { ids, totals }
    }
}

/// Forename lists in the order in which `forename` counts them: men before women.
const FORENAMES: [&str; 18] = [
    lists::MEN_OLD,
    lists::WOMEN_OLD,
    lists::MEN_MIDDLE,
    lists::WOMEN_MIDDLE,
    lists::MEN_YOUNG,
    lists::WOMEN_YOUNG,
    lists::IRISH_MEN,
    lists::IRISH_WOMEN,
    lists::MUSLIM_MEN,
    lists::MUSLIM_WOMEN,
    lists::INDIAN_MEN,
    lists::INDIAN_WOMEN,
    lists::POLISH_MEN,
    lists::POLISH_WOMEN,
    lists::AFRICAN_MEN,
    lists::AFRICAN_WOMEN,
    lists::CARIBBEAN_MEN,
    lists::CARIBBEAN_WOMEN,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Stream;

    #[test]
    fn surnames_have_a_head_and_a_tail() {
        let book = NameBook::new();
        let mut draw = Draw::new(1, Stream::Families, 0, 0);
        let mut seen = FxHashMap::default();
        for _ in 0..20_000 {
            *seen.entry(book.surname(Community::British, &mut draw)).or_insert(0) += 1;
        }
        let most = seen.values().max().copied().unwrap_or(0);
        let rare = seen.values().filter(|&&n| n <= 3).count();
        assert!(most > 250, "the commonest name has {most} of 20,000");
        assert!(rare > 300, "{rare} rare names");
    }

    #[test]
    fn polish_names_follow_sex() {
        let mut book = NameBook::new();
        let man = book.intern("Kowalski");
        let woman = book.gendered(man, Sex::Female);
        assert_eq!(book.text(woman), "Kowalska");
        assert_eq!(book.gendered(woman, Sex::Male), man);
    }
}
