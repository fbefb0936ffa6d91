//! Who acted: logins to members of staff.
//!
//! Users `0..staff.len()` are the rows of the staff table, so that a tie's
//! `staff` index and a look's `user` index are the same number. Logins that
//! belong to nobody on record follow after them, each a user of its own: a run
//! without HR data still judges times, volumes and reasons per login, and a
//! login that HR does not know is not a reason to lose its events.

use chrono::{NaiveDate, NaiveTime};
use rustc_hash::FxHashMap;

use crate::ingest::{Account, Code, Staff, Strings};
use crate::instant::{DAY, Instant};

/// Index of a user; the row in the staff table where it is below the table's length.
pub type UserId = u32;

/// What kind of account a login is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum AccountKind {
    #[default]
    Personal,
    Shared,
    Service,
    Training,
}

impl AccountKind {
    fn parse(text: &str) -> Self {
        match text {
            "shared" => Self::Shared,
            "service" => Self::Service,
            "training" => Self::Training,
            _ => Self::Personal,
        }
    }

    /// The code that rules see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Shared => "shared",
            Self::Service => "service",
            Self::Training => "training",
        }
    }
}

/// One mapping of a login, valid in a system (or any) for a period.
#[derive(Clone, Debug)]
struct Mapping {
    system: String,
    user: UserId,
    kind: AccountKind,
    from: Instant,
    to: Instant,
}

/// Everybody who acted or could have.
#[derive(Clone, Debug, Default)]
pub struct Users {
    /// How many users are rows of the staff table.
    pub staff: u32,
    /// Logins of users that are on no staff row, sorted; user id = `staff` + position.
    pub strangers: Vec<String>,
    by_staff_id: FxHashMap<String, UserId>,
    by_stranger: FxHashMap<String, UserId>,
    mappings: FxHashMap<String, Vec<Mapping>>,
}

impl Users {
    /// Builds the directory from HR, the account table and every login that the log mentions.
    #[must_use]
    pub fn new<'a>(staff: &[Staff], accounts: &[Account], logins: impl IntoIterator<Item = &'a str>) -> Self {
        let by_staff_id: FxHashMap<String, UserId> = staff
            .iter()
            .enumerate()
            .rev() // the first row of an id wins
            .map(|(row, s)| (s.staff_id.clone(), row as UserId))
            .collect();
        let mut users = Self { staff: staff.len() as u32, by_staff_id, ..Self::default() };
        let reused = reused(staff);
        let mapped: rustc_hash::FxHashSet<&str> = accounts.iter().map(|a| a.login.as_str()).collect();
        let mut strangers: Vec<String> = logins
            .into_iter()
            .filter(|l| !users.by_staff_id.contains_key(*l) && !mapped.contains(l))
            .map(str::to_owned)
            .chain(
                // An account of a staff id that HR does not list is still one person.
                accounts
                    .iter()
                    .filter(|a| !users.by_staff_id.contains_key(&a.staff_id))
                    .map(|a| if a.staff_id.is_empty() { a.login.clone() } else { a.staff_id.clone() }),
            )
            .collect();
        strangers.sort_unstable();
        strangers.dedup();
        users.by_stranger = strangers.iter().enumerate().map(|(i, l)| (l.clone(), users.staff + i as u32)).collect();
        users.strangers = strangers;
        for account in accounts {
            let owner = if account.staff_id.is_empty() { &account.login } else { &account.staff_id };
            let Some(user) = users.find(owner) else {
                continue;
            };
            let (from, to) = (account.from.unwrap_or(Instant::MIN), account.to.unwrap_or(Instant::MAX));
            let holders = reused.get(owner.as_str()).map_or(&[][..], Vec::as_slice);
            let held = holders.iter().map(|holder| (holder.0, holder.1.max(from), holder.2.min(to)));
            let mut held: Vec<(UserId, Instant, Instant)> = held.filter(|(_, from, to)| from <= to).collect();
            if held.is_empty() {
                held.push((user, from, to));
            }
            let list = users.mappings.entry(account.login.clone()).or_default();
            list.extend(held.into_iter().map(|(user, from, to)| Mapping {
                system: account.system.clone(),
                user,
                kind: AccountKind::parse(&account.kind),
                from,
                to,
            }));
        }
        // A staff id that several people held one after another is a login of each for a time.
        for (id, holders) in reused.into_iter().filter(|(id, _)| !mapped.contains(id)) {
            let one = |(user, from, to)| Mapping { system: String::new(), user, kind: AccountKind::Personal, from, to };
            users.mappings.insert(id.to_owned(), holders.into_iter().map(one).collect());
        }
        for list in users.mappings.values_mut() {
            // Most specific first: a named system before any, then the later start.
            list.sort_by(|a, b| {
                (a.system.is_empty(), std::cmp::Reverse(a.from), a.user).cmp(&(
                    b.system.is_empty(),
                    std::cmp::Reverse(b.from),
                    b.user,
                ))
            });
        }
        users
    }

    /// Is any account that of a service, which asks on behalf of people?
    #[must_use]
    pub fn any_service(&self) -> bool {
        self.mappings.values().flatten().any(|m| m.kind == AccountKind::Service)
    }

    /// How many users there are, strangers among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.staff as usize + self.strangers.len()
    }

    /// True where nobody is known at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The user of a staff id (or of a stranger's login).
    #[must_use]
    pub fn find(&self, staff_id: &str) -> Option<UserId> {
        self.by_staff_id.get(staff_id).or_else(|| self.by_stranger.get(staff_id)).copied()
    }

    /// True where the user is a row of the staff table.
    #[must_use]
    pub const fn on_record(&self, user: UserId) -> bool {
        user < self.staff
    }

    /// The id to print for a user.
    #[must_use]
    pub fn id<'a>(&'a self, user: UserId, staff: &'a [Staff]) -> &'a str {
        if self.on_record(user) {
            &staff[user as usize].staff_id
        } else {
            &self.strangers[(user - self.staff) as usize]
        }
    }

    /// Who used `login` on `system` at `at`, and through what kind of account.
    ///
    /// A login in the account table outside every period that the table gives it
    /// is still attributed to its nearest holder: an act after the account should
    /// have ended is evidence, not a reason to lose the event.
    #[must_use]
    pub fn resolve(&self, login: &str, system: &str, at: Instant) -> (UserId, AccountKind) {
        let distance = |m: &Mapping| {
            if at < m.from {
                m.from.0.saturating_sub(at.0)
            } else if at > m.to {
                at.0.saturating_sub(m.to.0)
            } else {
                0
            }
        };
        if let Some(list) = self.mappings.get(login) {
            let fits = |m: &&Mapping| m.system.is_empty() || m.system == system;
            if let Some(best) = list.iter().filter(fits).min_by_key(|m| distance(m)) {
                return (best.user, best.kind);
            }
        }
        self.find(login).map_or_else(
            // Only a login that is mapped for other systems alone gets here.
            || {
                let list = &self.mappings[login];
                (list[0].user, list[0].kind)
            },
            |user| (user, AccountKind::Personal),
        )
    }
}

/// Staff ids with several rows, each with who held it from when to when, by the dates of validity or of service.
fn reused(staff: &[Staff]) -> FxHashMap<&str, Vec<(UserId, Instant, Instant)>> {
    let start = |day: NaiveDate| Instant(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis());
    let mut holders: FxHashMap<&str, Vec<(UserId, Instant, Instant)>> = FxHashMap::default();
    for (row, one) in staff.iter().enumerate() {
        let from = one.valid_from.or(one.start_date).map_or(Instant::MIN, start);
        let to = one.valid_to.or(one.end_date).map_or(Instant::MAX, |day| start(day).plus(DAY));
        holders.entry(one.staff_id.as_str()).or_default().push((row as UserId, from, to));
    }
    holders.retain(|_, rows| rows.len() > 1);
    holders
}

/// Answers of [`Users::resolve`] for logins with at most one mapping a system are the same at all
/// times; this remembers them so that ten million events cost two table look-ups each.
pub struct Resolver<'a> {
    users: &'a Users,
    strings: &'a Strings,
    fixed: FxHashMap<(Code, Code), (UserId, AccountKind)>,
}

impl<'a> Resolver<'a> {
    /// A resolver over one log.
    #[must_use]
    pub fn new(users: &'a Users, strings: &'a Strings) -> Self {
        Self { users, strings, fixed: FxHashMap::default() }
    }

    /// Who acted.
    pub fn user(&mut self, login: Code, system: Code, at: Instant) -> (UserId, AccountKind) {
        if let Some(&known) = self.fixed.get(&(login, system)) {
            return known;
        }
        let text = self.strings.get(login);
        let answer = self.users.resolve(text, self.strings.get(system), at);
        let several = self.users.mappings.get(text).is_some_and(|list| list.len() > 1);
        if !several {
            self.fixed.insert((login, system), answer);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Origin;

    fn account(login: &str, system: &str, staff_id: &str, from: i64, to: i64) -> Account {
        Account {
            login: login.into(),
            system: system.into(),
            staff_id: staff_id.into(),
            kind: "personal".into(),
            from: Some(Instant(from)),
            to: Some(Instant(to)),
            origin: Origin::default(),
        }
    }

    fn staff(id: &str) -> Staff {
        Staff { staff_id: id.into(), ..Staff::default() }
    }

    #[test]
    fn a_login_passed_on_belongs_to_its_holder_at_the_time() {
        let hr = [staff("S1"), staff("S2")];
        let accounts = [
            account("pc101", "", "S1", 0, 100),
            account("pc101", "", "S2", 200, 300),
            account("pc101", "PNC", "S1", 0, 1_000),
        ];
        let users = Users::new(&hr, &accounts, ["pc101", "S2", "ghost"]);
        assert_eq!(users.resolve("pc101", "RMS", Instant(50)).0, 0);
        assert_eq!(users.resolve("pc101", "RMS", Instant(250)).0, 1);
        // used after it ended: the last holder, not nobody
        assert_eq!(users.resolve("pc101", "RMS", Instant(400)).0, 1);
        assert_eq!(users.resolve("pc101", "PNC", Instant(250)).0, 0);
        assert_eq!(users.resolve("S2", "RMS", Instant(0)).0, 1);
        let (ghost, _) = users.resolve("ghost", "RMS", Instant(0));
        assert!(!users.on_record(ghost));
        assert_eq!(users.id(ghost, &hr), "ghost");
    }

    #[test]
    fn a_staff_id_given_to_another_person_is_told_by_the_dates() {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1);
        let at = |year| Instant(day(year).unwrap().and_time(NaiveTime::MIN).and_utc().timestamp_millis());
        let hr = [
            Staff { start_date: day(2001), end_date: day(2010), ..staff("S1") },
            Staff { valid_from: day(2020), ..staff("S1") },
        ];
        let accounts = [account("pc7", "", "S1", 0, i64::MAX)];
        let users = Users::new(&hr, &accounts, ["pc7", "S1"]);
        for login in ["S1", "pc7"] {
            assert_eq!(users.resolve(login, "RMS", at(2005)).0, 0, "{login}");
            assert_eq!(users.resolve(login, "RMS", at(2024)).0, 1, "{login}");
            // Between the two: whoever is nearer.
            assert_eq!(users.resolve(login, "RMS", at(2011)).0, 0, "{login}");
        }
    }
}
