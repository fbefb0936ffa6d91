//! A force's own folder over the shipped rules.

use std::fs;
use std::path::Path;

use super::support::{rule_text, shown};
use crate::rules::{RuleSet, facts, test_rules};

const FAMILY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/relationship/family.yml");

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    folder
}

fn load(files: &[(&str, &str)]) -> Result<RuleSet, String> {
    let folder = folder(files);
    RuleSet::load(folder.path()).map_err(|errors| shown(&errors))
}

const OFF: &str = "base = \"shipped\"
[[disable]]
rule = \"relationship/surname\"
reason = \"one island, six names\"
owner = \"analyst\"
expires = 2027-03-31
[[disable]]
rule = \"family\"
reason = \"under review\"
owner = \"analyst\"
expires = 2026-01-31
[[disable]]
rule = \"relationship/surnam\"
reason = \"a slip\"
owner = \"analyst\"
expires = 2027-03-31
[[disable]]
rule = \"denied\"
reason = \"a system that denies everybody\"
owner = \"analyst\"
expires = 2027-03-31
[[threshold]]
rule = \"relationship/street\"
key = \"street.peak|gte\"
value = 6
reason = \"long terraces\"
[[threshold]]
rule = \"denied-burst\"
key = \"condition|gte\"
value = 9
reason = \"a slow system\"
";

#[test]
fn a_pack_switches_off_and_sets_and_says_so() {
    let set = load(&[("pack.toml", OFF)]).unwrap_or_else(|told| panic!("{told}"));
    let shipped = RuleSet::parse(&crate::rules::shipped()).expect("good");
    assert_eq!(set.rules().len(), shipped.rules().len());
    let plan = set.plan(&facts::TABLES, "2026-06-01");
    let off: Vec<(&str, &str)> =
        plan.not_run.iter().map(|(rule, why)| (rule.meta.name.as_str(), why.as_str())).collect();
    assert_eq!(
        off,
        [
            ("surname", "is switched off until 2027-03-31 by analyst: one island, six names"),
            ("denied", "is switched off until 2027-03-31 by analyst: a system that denies everybody"),
            ("denied-burst", "counts sensitive/denied, which is switched off"),
        ]
    );
    assert!(plan.rules.iter().any(|rule| rule.meta.name == "family"), "that entry has expired");
    assert_eq!(
        plan.idle,
        [
            "pack.toml:8: `family` was switched off until 2026-01-31 and runs again; analyst should renew or remove the entry",
            "pack.toml:13: there is no rule `relationship/surnam` to switch off; did you mean `relationship/surname`?",
        ]
    );
    // Set: six homes are many now, four are not; the rule says so itself.
    let street = set.find("street").expect("there");
    let mut row = crate::rules::DenseRow::new(crate::rules::Scope::User);
    let id = |name| facts::find(crate::rules::Scope::User, name).expect(name);
    row.set(id("feed.incidents"), "covers");
    for (homes, fires) in [(4.0, false), (6.0, true)] {
        row.set(id("street.peak"), homes);
        assert_eq!(crate::rules::Compiled::new(street).matches(&row), fires, "{homes}");
        assert_eq!(crate::rules::explain(street, &row).fired, fires, "{homes}");
    }
    assert_eq!(set.pack().thresholds[0].was, "4");
    let burst = set.find("denied-burst").and_then(|rule| rule.correlation.as_ref()).expect("there");
    assert_eq!(burst.condition[0].1, 9.0);
}

#[test]
fn a_threshold_that_changes_nothing_is_said() {
    let same =
        "base = \"shipped\"\n[[threshold]]\nrule = \"street\"\nkey = \"street.peak|gte\"\nvalue = 4\nreason = \"x\"";
    let set = load(&[("pack.toml", same)]).unwrap_or_else(|told| panic!("{told}"));
    assert_eq!(
        set.plan(&facts::TABLES, "2026-06-01").idle,
        ["pack.toml:4: relationship/street asks for street.peak|gte 4 by itself; the entry changes nothing"]
    );
}

#[test]
fn a_file_with_the_id_of_a_shipped_rule_takes_its_place() {
    let own = fs::read_to_string(FAMILY).expect("shipped").replace("level: high", "level: critical");
    let tests = fs::read_to_string(FAMILY.replace(".yml", ".test.yml")).expect("shipped");
    let folder = folder(&[
        ("pack.toml", "base = \"shipped\"\n"),
        ("relationship/family.yml", &own),
        ("relationship/family.test.yml", &tests),
    ]);
    let (set, files) = RuleSet::load_with_files(folder.path()).unwrap_or_else(|errors| panic!("{}", shown(&errors)));
    assert_eq!(set.find("family").map(|rule| rule.meta.level), Some(crate::rules::Level::Critical));
    assert_eq!(set.pack().replaced, ["relationship/family"]);
    let report = test_rules(&set, &files);
    assert!(report.passed(), "{:?}", report.errors);
    assert_eq!(report.rules.len(), set.rules().len() + set.correlations().len());
}

#[test]
fn a_clash_with_a_shipped_rule_is_told_of_the_own_file() {
    let own = rule_text("    it:\n        looks: 1\n    condition: it").replace("name: sample", "name: family");
    let told = load(&[("pack.toml", "base = \"shipped\"\n"), ("zoo/family.yml", &own)]).expect_err("the name is taken");
    assert!(
        told.contains("zoo/family.yml:3:1: the name `family` is that of rules/relationship/family.yml too"),
        "{told}"
    );
}

#[test]
fn a_folder_without_a_pack_stands_alone() {
    let rule = rule_text("    it:\n        looks: 1\n    condition: it");
    assert_eq!(load(&[("a/sample.yml", &rule)]).expect("good").rules().len(), 1);
    let set = load(&[("a/sample.yml", &rule), ("pack.toml", "base = \"shipped\"")]).expect("good");
    assert!(set.rules().len() > 40);
    assert!(set.find("sample").is_some());
}

#[test]
fn wrong_packs_are_told() {
    let told: String = [
        "base = \"shiped\"",
        "base = \"shipped\"\n[[disabel]]\nrule = \"family\"",
        "base = \"shipped\"\n[[disable]]\nrule = \"family\"\nreason = \"\"\nowner = \"x\"\nexpires = 2027-01-01",
        "base = \"shipped\"\n[[disable]]\nrule = \"family\"\nreason = \"x\"\nowner = \"x\"",
        "base = \"shipped\"\n[[disable]]\nrule = \"family\"\nreason = \"x\"\nowner = \"x\"\nexpires = \"soon\"",
        "base = \"shipped\"\n[[threshold]]\nrule = \"streat\"\nkey = \"street.peak|gte\"\nvalue = 6.0\nreason = \"x\"",
        "base = \"shipped\"\n[[threshold]]\nrule = \"street\"\nkey = \"street.peek|gte\"\nvalue = 6.0\nreason = \"x\"",
        "base = \"shipped\"\n[[threshold]]\nrule = \"street\"\nkey = \"street.peak|gte\"\nvalue = \"many\"\nreason = \"x\"",
        "base = \"shipped\"\n[[threshold]]\nrule = \"street\"\nkey = \"street.peak|gte\"\nvalue = nan\nreason = \"x\"",
        "base = \"shipped\"\n[[threshold]]\nrule = \"street\"\nkey = \"street.peak|gte\"\nvalue = 5.0\nreason = \"x\"\n\
         [[threshold]]\nrule = \"relationship/street\"\nkey = \"street.peak|gte\"\nvalue = 6.0\nreason = \"y\"",
    ]
    .iter()
    .map(|text| load(&[("pack.toml", text)]).expect_err(text))
    .collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("wrong_packs", told);
    });
    assert!(Path::new(FAMILY).exists());
}
