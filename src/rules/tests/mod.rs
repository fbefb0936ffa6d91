//! Tests of the rule engine and of the rules that ship with it.

mod agree;
mod conditions;
mod correlations;
mod errors;
mod exempt;
mod facts;
mod fuzz;
mod lists;
mod modifiers;
mod packs;
mod shipped;
mod support;
