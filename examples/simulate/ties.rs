//! Whom each member of staff is tied to, and which of those ties the force has been told of.

use crate::draw::{Draw, Stream};
use crate::places::{HomeId, Places};
use crate::population::{NOBODY, PersonId, Population};
use crate::staff::{Force, StaffId};

/// A kind of tie, as vetting forms name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Wife, husband or partner.
    Spouse,
    /// The same, in the past.
    ExPartner,
    /// Mother or father.
    Parent,
    /// Daughter or son.
    Child,
    /// Sister or brother.
    Sibling,
    /// Shares the home and is no kin.
    Household,
    /// A friend.
    Friend,
    /// Tenant, landlord, partner in a business.
    Business,
}

impl Relation {
    /// The code in the register.
    pub fn code(self) -> &'static str {
        match self {
            Self::Spouse => "spouse",
            Self::ExPartner => "ex_partner",
            Self::Parent => "parent",
            Self::Child => "child",
            Self::Sibling => "sibling",
            Self::Household => "household",
            Self::Friend => "friend",
            Self::Business => "business_associate",
        }
    }

    /// How often it is declared.
    fn declared(self) -> f64 {
        match self {
            Self::Spouse => 0.8,
            Self::ExPartner => 0.5,
            Self::Parent | Self::Child => 0.6,
            Self::Sibling => 0.5,
            Self::Household => 0.4,
            Self::Friend => 0.3,
            Self::Business => 0.7,
        }
    }
}

/// A tie between a member of staff and somebody.
#[derive(Clone, Copy)]
pub struct Tie {
    /// The other person.
    pub person: PersonId,
    /// What they are to the member of staff.
    pub relation: Relation,
    /// In the register.
    pub declared: bool,
    /// When a past tie ended, in days before the window.
    pub ended: Option<i64>,
    /// The home shared in the past, where that is what the register holds.
    pub once_at: Option<HomeId>,
}

/// Ties of every member of staff.
pub struct Ties {
    ties: Vec<Vec<Tie>>,
    circles: Vec<Vec<PersonId>>,
}

impl Ties {
    /// Finds kin in the families, and draws friends and associates.
    pub fn new(seed: u64, force: &Force, population: &Population, places: &Places) -> Self {
        let children = children_by_parent(population);
        let (mut all, mut circles) = (Vec::new(), Vec::new());
        for (s, member) in force.members.iter().enumerate() {
            let mut draw = Draw::new(seed, Stream::Ties, s as u64, 0);
            let mut ties: Vec<Tie> = Vec::new();
            let mut add = |person: PersonId, relation: Relation, draw: &mut Draw| {
                if person != NOBODY && person != member.person && ties.iter().all(|t| t.person != person) {
                    let declared = draw.chance(relation.declared());
                    let ended = (relation == Relation::ExPartner).then(|| draw.between(40, 1500));
                    ties.push(Tie { person, relation, declared, ended, once_at: None });
                }
            };
            let own = population.get(member.person);
            add(own.partner, Relation::Spouse, &mut draw);
            add(own.ex, Relation::ExPartner, &mut draw);
            add(own.mother, Relation::Parent, &mut draw);
            add(own.father, Relation::Parent, &mut draw);
            for &child in of_parent(&children, own.mother) {
                add(child, Relation::Sibling, &mut draw);
            }
            for &child in of_parent(&children, member.person) {
                add(child, Relation::Child, &mut draw);
            }
            for &resident in population.at_home(own.home) {
                add(resident, Relation::Household, &mut draw);
            }
            for _ in 0..draw.between(2, 5) {
                add(acquaintance(own.birth, places.town(own.home), population, &mut draw), Relation::Friend, &mut draw);
            }
            if draw.chance(0.06) {
                add(
                    acquaintance(own.birth, places.town(own.home), population, &mut draw),
                    Relation::Business,
                    &mut draw,
                );
            }
            // Who lived with them before they moved is often on the register with the old address.
            if let Some((home, ago)) = member.moved
                && draw.chance(0.7)
                && let Some(tie) = ties
                    .iter_mut()
                    .find(|t| matches!(t.relation, Relation::ExPartner | Relation::Friend | Relation::Sibling))
            {
                (tie.declared, tie.once_at, tie.ended) = (true, Some(home), Some(ago));
                if tie.relation != Relation::ExPartner {
                    tie.relation = Relation::Household;
                }
            }
            let mut circle: Vec<PersonId> = ties.iter().map(|t| t.person).chain([member.person]).collect();
            circle.sort_unstable();
            all.push(ties);
            circles.push(circle);
        }
        Self { ties: all, circles }
    }

    /// The ties of a member of staff.
    pub fn of(&self, staff: StaffId) -> &[Tie] {
        &self.ties[staff as usize]
    }

    /// Whether somebody is the member of staff or tied to them.
    pub fn tied(&self, staff: StaffId, person: PersonId) -> bool {
        self.circles[staff as usize].binary_search(&person).is_ok()
    }
}

fn acquaintance(birth: i32, town: usize, population: &Population, draw: &mut Draw) -> PersonId {
    let folk = &population.townsfolk[town];
    for _ in 0..30 {
        let person = *draw.pick(folk);
        if population.get(person).birth.abs_diff(birth) < 12 * 365 {
            return person;
        }
    }
    NOBODY
}

/// Parent and child, in order of parent.
fn children_by_parent(population: &Population) -> Vec<(PersonId, PersonId)> {
    let mut pairs = Vec::new();
    for (id, person) in population.people.iter().enumerate() {
        for parent in [person.mother, person.father] {
            if parent != NOBODY {
                pairs.push((parent, id as PersonId));
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

fn of_parent(pairs: &[(PersonId, PersonId)], parent: PersonId) -> impl Iterator<Item = &PersonId> {
    let from = pairs.partition_point(|&(p, _)| p < parent);
    pairs[from..].iter().take_while(move |&&(p, _)| p == parent && p != NOBODY).map(|(_, child)| child)
}
