//! The table of facts.

use std::collections::BTreeSet;

use crate::rules::facts::{FACTS, FactType, Scope, TABLES, fact, find, ids, nearest, of, scopes_with};

#[test]
fn names_are_unique_in_their_scope_and_found_again() {
    let mut seen = BTreeSet::new();
    for (id, fact) in FACTS.iter().enumerate() {
        assert!(seen.insert((fact.scope, fact.name)), "{} twice", fact.name);
        assert_eq!(find(fact.scope, fact.name).map(usize::from), Some(id));
        assert!(ids(fact.scope).contains(&(id as u16)));
    }
    assert_eq!(Scope::ALL.iter().map(|&scope| of(scope).len()).sum::<usize>(), FACTS.len());
}

#[test]
fn every_fact_is_documented() {
    for fact in FACTS {
        assert!(fact.meaning.len() > 10 && !fact.meaning.ends_with('.'), "{}", fact.name);
        assert!(fact.needs.iter().all(|table| TABLES.contains(table)), "{}", fact.name);
        assert!(!fact.example.is_empty());
        match fact.ty {
            FactType::Bool => assert_eq!(fact.example, "true"),
            FactType::Number => assert!(fact.example.parse::<f64>().is_ok(), "{}", fact.name),
            FactType::Text => assert!(fact.codes.is_empty() || fact.codes.contains(&fact.example)),
        }
        assert!(fact.codes.iter().all(|code| code.to_lowercase() == **code));
    }
}

#[test]
fn looks_and_cases_share_the_tie_but_not_the_ids() {
    let (look, case) = (find(Scope::Look, "relation.kind"), find(Scope::Case, "relation.kind"));
    assert!(look.is_some() && case.is_some() && look != case);
    assert_eq!(fact(case.expect("there")).scope, Scope::Case);
    assert_eq!(scopes_with("relation.kind"), [Scope::Look, Scope::Case]);
    assert_eq!(nearest(Scope::Case, "relation.knd"), Some("relation.kind"));
    assert_eq!(nearest(Scope::Case, "weather"), None);
}
