//! What a finding weighs: log2 of how much likelier it is under misuse than by chance.

use rustc_hash::FxHashMap;

use super::excess::Excess;
use crate::chance::beta_log2_sd;
use crate::ingest::Code;
use crate::purpose::{Look, Purpose, UserId};
use crate::relations::TieKind;
use crate::rules::fire::{Fired, Firings};
use crate::rules::rows::beside::Beside;
use crate::rules::rows::volume::occasions;
use crate::rules::rows::{Case, World};
use crate::rules::{Block, Chance, Rule, Scope};
use crate::values::{NINETY_PERCENT, Range};

/// A weight with its interval and the sentence that shows the figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// log2(m/u), capped, never negative: a rule that fires is no evidence for the defence.
    pub bits: f64,
    /// Standard deviation in bits: of u from its posterior and of m from its range, in quadrature.
    pub sd: f64,
    /// u, the chance that ordinary work shows this.
    pub u: f64,
    /// "m .30; peers hit such a tie in 4 of 12,300 looks, u .0003".
    pub because: String,
}

/// With which cases a finding is compared.
///
/// Most rules speak of looks that nothing answers. That nothing answers is the purpose block's evidence;
/// what else they show must be compared with other unexplained cases, or it would be counted twice. So are cases of which
/// nothing can be told: beside explained ones, where such rules hardly fire, whatever fires would look extraordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Among {
    All,
    Unexplained,
    CannotTell,
    Explained,
}

impl Among {
    /// The kinds of cases that such a case is compared with.
    const fn alike(self) -> &'static [Self] {
        match self {
            Self::All => &[Self::All],
            Self::Unexplained => &[Self::Unexplained],
            Self::CannotTell => &[Self::Unexplained, Self::CannotTell],
            Self::Explained => &[Self::Explained],
        }
    }
}

/// How often the other cases of a user lack a purpose, where that is more often than in the role.
#[derive(Clone, Copy, Debug)]
struct Usual {
    cases: u32,
    open: u32,
    /// log2 of the share, drawn towards the role's, over the role's.
    bits: f64,
}

impl Usual {
    /// `role`: share of cases that lack a purpose in the system and role, above 0; `shrinkage`: cases that it counts for.
    fn of(cases: u32, open: u32, role: f64, shrinkage: f64) -> Option<Self> {
        let share = (f64::from(open) + shrinkage * role) / (f64::from(cases) + shrinkage);
        (share > role).then(|| Self { cases, open, bits: (share / role).log2() })
    }
}

/// Same system, same work, and explained or not: the smallest group in which a rate is estimated.
type Stratum = (Code, u32, Among);

/// How often each rule fires where.
pub struct Rates<'a> {
    world: &'a World<'a>,
    rules: &'a [&'a Rule],
    by_stratum: FxHashMap<(u16, Stratum), u64>,
    stratum_cases: FxHashMap<Stratum, u64>,
    by_role: FxHashMap<(u16, u32), u64>,
    role_users: FxHashMap<u32, u64>,
    users: u64,
    force: FxHashMap<(u16, Among), u64>,
    force_cases: FxHashMap<Among, u64>,
    /// Cases on which each rule fired.
    fired: FxHashMap<u16, u64>,
    /// Of the rules with `chance: excess`.
    excess: FxHashMap<u16, Excess>,
    /// By user: cases, and those of them that are unexplained.
    open: Vec<(u32, u32)>,
}

impl<'a> Rates<'a> {
    /// Counts the firings of each rule by stratum (cases) and by role (users).
    #[must_use]
    pub fn new(world: &'a World<'a>, rules: &'a [&'a Rule], firings: &Firings) -> Self {
        let mut rates = Self {
            world,
            rules,
            by_stratum: FxHashMap::default(),
            stratum_cases: FxHashMap::default(),
            by_role: FxHashMap::default(),
            role_users: FxHashMap::default(),
            users: world.users.iter().filter(|u| u.looks > 0).count() as u64,
            force: FxHashMap::default(),
            force_cases: FxHashMap::default(),
            fired: FxHashMap::default(),
            excess: Excess::of_rules(world, rules),
            open: vec![(0, 0); world.users.len()],
        };
        for case in &world.cases {
            let open = &mut rates.open[case.user as usize];
            *open = (open.0 + 1, open.1 + u32::from(unexplained(world, case) > 0));
            let (system, group) = place(world, case);
            for among in [Among::All, kind(world, case)] {
                *rates.stratum_cases.entry((system, group, among)).or_default() += 1;
                *rates.force_cases.entry(among).or_default() += 1;
            }
        }
        for (user, facts) in world.users.iter().enumerate() {
            if facts.looks > 0 {
                *rates.role_users.entry(world.peers.group(user as UserId)).or_default() += 1;
            }
        }
        let mut user_seen = rustc_hash::FxHashSet::default();
        for case in &firings.cases {
            let row = world.cases[case.case as usize];
            for fired in &case.fired {
                let stratum = stratum(world, rules[usize::from(fired.rule)], &row);
                *rates.by_stratum.entry((fired.rule, stratum)).or_default() += 1;
                *rates.force.entry((fired.rule, stratum.2)).or_default() += 1;
                *rates.fired.entry(fired.rule).or_default() += 1;
                if user_seen.insert((fired.rule, row.user)) {
                    *rates.by_role.entry((fired.rule, world.peers.group(row.user))).or_default() += 1;
                }
            }
        }
        for fired in &firings.users {
            *rates.by_role.entry((fired.rule, world.peers.group(fired.user))).or_default() += 1;
        }
        rates
    }

    /// The weight of a rule that fired on a case.
    #[must_use]
    pub fn case(&self, case: &Case, fired: &Fired) -> Weighed {
        let rule = self.rules[usize::from(fired.rule)];
        if rule.meta.probity.block == Block::Volume && rule.meta.probity.scope == Scope::Case {
            return self.volume(case);
        }
        match (rule.meta.probity.chance, &fired.tie) {
            (Chance::Peers, Some(tie)) => {
                let m = self.m(rule).value;
                if self.world.values.ablation.name_table && tie.kind == TieKind::Surname {
                    return self.by_name_table(rule, case.user, tie.probability);
                }
                let open = unexplained(self.world, case) > 0;
                let rate = self.world.peers.rate(case.user, tie.kind, tie.staff, open);
                let p = f64::from(tie.probability).clamp(0.0, 1.0);
                // The match itself may be wrong: then the looks are as ordinary as any.
                let ratio = p * m / rate.u() + (1.0 - p);
                self.weigh(
                    rule,
                    ratio.log2(),
                    rate.u(),
                    rate.log2_sd(),
                    format!(
                        "likely under misuse {}; {} hit such a tie of this user in {} of {} {}, chance {}",
                        figure(m),
                        rate.peers(),
                        rate.hits,
                        rate.looks,
                        rate.of_looks(),
                        figure(rate.u())
                    ),
                )
            }
            (Chance::Role, _) => self.role(rule, fired.rule, case.user),
            (Chance::Fixed, _) => self.stated(rule, fired.rule),
            (Chance::Stratum | Chance::Peers | Chance::Excess, _) => self.stratum(rule, fired.rule, case),
        }
    }

    /// The weight of a rule that fired on a user.
    #[must_use]
    pub fn user(&self, user: UserId, index: u16) -> Weighed {
        let rule = self.rules[usize::from(index)];
        match rule.meta.probity.chance {
            Chance::Fixed => self.stated(rule, index),
            Chance::Excess => self.excess(rule, index, user),
            _ => self.role(rule, index, user),
        }
    }

    /// A shared surname, where the chance comes from a table of names: for the evaluation alone.
    fn by_name_table(&self, rule: &Rule, user: UserId, probability: f32) -> Weighed {
        let u = self.world.relations.surname_share.get(user as usize).map_or(1.0, |share| f64::from(*share));
        let (m, p) = (self.m(rule).value, f64::from(probability).clamp(0.0, 1.0));
        let because = format!("likely under misuse {}; chance by a table of names {}", figure(m), figure(u));
        self.weigh(rule, (p * m / u + (1.0 - p)).log2(), u, 0.0, because)
    }

    /// The number of occasions with unexplained looks weighs by itself, whether a rule finds it remarkable or not, and whatever the
    /// rule's m.
    #[must_use]
    pub fn volume(&self, case: &Case) -> Weighed {
        let looks = self.world.looks(case);
        let Some(beside) = Beside::of(looks) else {
            return Weighed { bits: 0.0, sd: 0.0, u: 1.0, because: "every look is explained".to_owned() };
        };
        let occasions = occasions(looks);
        let group = self.world.peers.group(case.user);
        let uniform = self.world.values.ablation.uniform_bits;
        let own = self.usual_for(case);
        let bits = (self.world.volume.bits(group, beside, occasions) - own.map_or(0.0, |own| own.bits)).max(0.0);
        let tail = self.world.volume.tail(group, beside, occasions);
        let mut because = format!(
            "unexplained on {occasions} occasions; {:.1} % of the unexplained cases of others in the same role{} have so many",
            100.0 * tail,
            beside.words()
        );
        if let Some(own) = own {
            because += &format!(
                "; {:.1} bits less, since {} of the user's {} other cases lack a purpose, more than usual",
                own.bits, own.open, own.cases
            );
        }
        Weighed {
            bits: if uniform > 0.0 { uniform } else { bits },
            sd: self.world.values.blocks.volume_sd,
            u: tail,
            because,
        }
    }

    /// How much more often than others in the role the user's *other* cases lack a purpose.
    ///
    /// Whoever works on what the feeds do not hold (a large case kept elsewhere, a desk that nobody assigns) has many
    /// such cases, each with many looks, and one more of them says little. The case itself is left out, so that a user
    /// whose one interest lies open among answered work keeps its full weight; a user who looks without a purpose at
    /// many people is found by the rules about their work as a whole.
    fn usual_for(&self, case: &Case) -> Option<Usual> {
        let (system, group) = place(self.world, case);
        let of = |among| self.stratum_cases.get(&(system, group, among)).copied().unwrap_or(0) as f64;
        let role = (of(Among::Unexplained) + 0.5) / (of(Among::All) + 1.0);
        let (cases, open) = *self.open.get(case.user as usize)?;
        let itself = u32::from(unexplained(self.world, case) > 0);
        let (cases, open) = (cases.saturating_sub(1), open.saturating_sub(itself));
        Usual::of(cases, open, role, self.world.values.rates.own_shrinkage)
    }

    fn stratum(&self, rule: &Rule, index: u16, case: &Case) -> Weighed {
        let (system, group, among) = stratum(self.world, rule, case);
        let count = |of: &dyn Fn(Among) -> Option<u64>| among.alike().iter().filter_map(|a| of(*a)).sum::<u64>();
        let fired = count(&|among| self.by_stratum.get(&(index, (system, group, among))).copied());
        let of = count(&|among| self.stratum_cases.get(&(system, group, among)).copied());
        let (a, b) = self.posterior(index, among, fired, of, self.world.values.rates.stratum_shrinkage);
        let own = self.usual_for(case).filter(|_| rule.meta.probity.block == Block::Purpose);
        let u = (a / (a + b) * own.map_or(0.0, |own| own.bits).exp2()).min(1.0);
        let m = self.m(rule).value;
        let besides = own.map_or_else(String::new, |own| {
            format!("; {} of the user's {} other cases lack a purpose, more than usual", own.open, own.cases)
        });
        self.weigh(
            rule,
            (m / u).log2(),
            u,
            beta_log2_sd(a, b),
            format!(
                "likely under misuse {}; shown by {fired} of {of} {} in the same system and role{besides}, chance {}",
                figure(m),
                match among {
                    Among::All => "cases",
                    Among::Unexplained => "unexplained cases",
                    Among::CannotTell => "cases that no record explains",
                    Among::Explained => "explained cases",
                },
                figure(u)
            ),
        )
    }

    fn role(&self, rule: &Rule, index: u16, user: UserId) -> Weighed {
        let group = self.world.peers.group(user);
        let of = self.role_users.get(&group).copied().unwrap_or(1).max(1) - 1;
        // The user is not their own peer.
        let fired = self.by_role.get(&(index, group)).copied().unwrap_or(1).max(1) - 1;
        let users = self.users.max(1);
        let shrinkage = self.world.values.rates.role_shrinkage;
        let everywhere: u64 = self.by_role.iter().filter(|((r, _), _)| *r == index).map(|(_, n)| n).sum();
        let parent = (everywhere.saturating_sub(1) as f64 + 0.5) / users as f64;
        let a = fired as f64 + shrinkage * parent;
        let b = (of as f64 + shrinkage - a).max(0.5);
        let u = a / (a + b);
        let m = self.m(rule).value;
        self.weigh(
            rule,
            (m / u).log2(),
            u,
            beta_log2_sd(a.max(0.5), b),
            format!(
                "likely under misuse {}; shown by {fired} of {of} others in the same role, chance {}",
                figure(m),
                figure(u)
            ),
        )
    }

    /// What a rule states of its chance stands as if so many cases had been seen, and is corrected by those
    /// of this run; the case itself is left out.
    fn stated(&self, rule: &Rule, index: u16) -> Weighed {
        let m = self.m(rule).value;
        let own = rule.meta.probity.u.map(|u| Range { value: u.value, low: u.low, high: u.high });
        let own = self.world.values.u(&rule.meta.key()).or(own);
        let stated = own.map_or(0.5, |u| u.value);
        let seen = self.world.values.rates.stated_shrinkage;
        let cases = (self.world.cases.len() as f64 - 1.0).max(0.0);
        let fired = self.fired.get(&index).map_or(0.0, |n| *n as f64 - 1.0).max(0.0);
        let (a, of) = (fired + seen * stated, cases + seen);
        let u = a / of;
        // The wider of what the rule admits and what counting leaves open.
        let sd = own.map_or(0.0, |u| spread(u.low, u.high)).max(beta_log2_sd(a.max(0.5), of - a));
        let because = format!(
            "likely under misuse {}; chance {} as the rule states, {fired:.0} of {cases:.0} other cases show it, together {}",
            figure(m),
            figure(stated),
            figure(u)
        );
        self.weigh(rule, (m / u).log2(), u, sd, because)
    }

    fn excess(&self, rule: &Rule, index: u16, user: UserId) -> Weighed {
        let m = self.m(rule).value;
        let Some(found) = self.excess.get(&index).and_then(|e| e.of(user)) else {
            return self.weigh(rule, 0.0, 1.0, 0.0, "nothing to compare with".to_owned());
        };
        let because = format!(
            "likely under misuse {}; {:.0} of {:.0}, where others in the same role would show {:.1} with a spread of {:.1} fitted \
             among peers: so many by chance {}",
            figure(m),
            found.count,
            found.of,
            found.expected,
            found.spread,
            figure(found.tail)
        );
        self.weigh(rule, (m / found.tail).log2(), found.tail, self.world.values.blocks.volume_sd, because)
    }

    /// m of a rule: as the rule says, unless the values file says otherwise.
    fn m(&self, rule: &Rule) -> Range {
        let own = rule.meta.probity.m;
        self.world.values.m(&rule.meta.key()).unwrap_or(Range { value: own.value, low: own.low, high: own.high })
    }

    fn weigh(&self, rule: &Rule, bits: f64, u: f64, u_sd: f64, because: String) -> Weighed {
        let m = self.m(rule);
        let (caps, uniform) = (&self.world.values.caps, self.world.values.ablation.uniform_bits);
        if uniform > 0.0 {
            return Weighed { bits: uniform, sd: 0.0, u, because };
        }
        let all_but_certain = rule.meta.probity.chance == Chance::Fixed || rule.meta.probity.block == Block::Training;
        let most = if all_but_certain { caps.stated } else { caps.block };
        Weighed { bits: bits.clamp(0.0, most), sd: u_sd.hypot(spread(m.low, m.high)), u, because }
    }

    /// Beta posterior of a firing rate, shrunk to the force-wide one.
    fn posterior(&self, rule: u16, among: Among, fired: u64, of: u64, shrinkage: f64) -> (f64, f64) {
        let count = |of: &dyn Fn(Among) -> Option<u64>| among.alike().iter().filter_map(|a| of(*a)).sum::<u64>();
        let all_fired = count(&|among| self.force.get(&(rule, among)).copied());
        let all = count(&|among| self.force_cases.get(&among).copied());
        let parent = (all_fired as f64 + 0.5) / (all as f64 + 1.0);
        let a = fired as f64 + shrinkage * parent;
        (a, (of as f64 + shrinkage - a).max(0.5))
    }
}

/// Standard deviation in bits of a probability given by a 90 % range.
fn spread(low: f64, high: f64) -> f64 {
    if low > 0.0 && high > low { (high / low).log2() / (2.0 * NINETY_PERCENT) } else { 0.0 }
}

fn place(world: &World<'_>, case: &Case) -> (Code, u32) {
    (world.looks(case)[0].system, world.peers.group(case.user))
}

fn kind(world: &World<'_>, case: &Case) -> Among {
    let any = |purpose| world.looks(case).iter().any(|look| look.purpose == purpose);
    if any(Purpose::Unexplained) {
        Among::Unexplained
    } else if any(Purpose::CannotTell) {
        Among::CannotTell
    } else {
        Among::Explained
    }
}

/// The cases among which a case is counted. A rule of the purpose block is compared with every case, explained or not.
fn stratum(world: &World<'_>, rule: &Rule, case: &Case) -> Stratum {
    let (system, group) = place(world, case);
    let among = if rule.meta.probity.block == Block::Purpose { Among::All } else { kind(world, case) };
    (system, group, among)
}

fn unexplained(world: &World<'_>, case: &Case) -> u32 {
    let open = |l: &&Look| l.purpose == Purpose::Unexplained;
    world.looks(case).iter().filter(open).count() as u32
}

/// A probability for people: two figures, without an exponent.
#[must_use]
pub fn figure(p: f64) -> String {
    if p >= 0.01 {
        format!("{p:.2}")
    } else if p <= 0.0 {
        "0".into()
    } else {
        let places = (-p.log10()).ceil() as usize + 1;
        format!("{p:.places$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_for_a_user_takes_from_the_lack_of_a_purpose() {
        let bits = |cases, open| Usual::of(cases, open, 0.05, 20.0).map_or(0.0, |own| own.bits);
        assert_eq!(bits(0, 0), 0.0, "no other case says nothing");
        assert_eq!([bits(100, 5), bits(100, 1)], [0.0; 2], "never for the user's harm");
        assert!(bits(300, 18) < 0.3, "one interest among answered work keeps its weight");
        // 40 of 80 and one of twenty of the role: 41 of 100, 8.2 times as often.
        assert!((bits(80, 40) - 8.2_f64.log2()).abs() < 1e-12);
        assert!((0..80).all(|open| bits(80, open) <= bits(80, open + 1)));
    }

    #[test]
    fn figures_keep_two_digits() {
        let table = [(0.3, "0.30"), (0.0125, "0.01"), (0.00324, "0.0032"), (2.04e-5, "0.000020"), (0.0, "0")];
        for (p, words) in table {
            assert_eq!(figure(p), words, "{p}");
        }
    }
}
