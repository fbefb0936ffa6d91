//! A set of rules: loading a folder, refusing what is wrong, saying what can run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Rule;
use super::error::{Reading, RuleError, RuleErrors, suggestion};
use super::facts::{Scope, TABLES};
use super::header::Meta;
use super::pack::{self, Pack};
use super::read_rule::{self, Parsed};
use super::yaml::MAX_BYTES;

/// Most files in a folder of rules, tests included.
const MAX_FILES: usize = 4_000;

/// Rules that have passed every check, sorted by family and name.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    correlations: Vec<Rule>,
    pack: Pack,
}

/// What of a set runs, and what does not and why.
#[derive(Clone, Debug)]
pub struct Plan<'s> {
    /// The rules that run, correlations after the others.
    pub rules: Vec<&'s Rule>,
    /// The others, each with the end of the sentence "this rule …".
    pub not_run: Vec<(&'s Rule, String)>,
    /// Entries of the pack that do nothing, as sentences with their line.
    pub idle: Vec<String>,
}

impl RuleSet {
    /// Reads every `family/name.yml` under `dir`, over the shipped rules where its `pack.toml` says so.
    ///
    /// # Errors
    /// Everything wrong with any of the files, gathered; and that there is no rule at all.
    pub fn load(dir: &Path) -> Result<Self, RuleErrors> {
        Self::load_with_files(dir).map(|(set, _)| set)
    }

    /// The same with every file of rules and tests that belongs to the set, by name.
    ///
    /// # Errors
    /// As [`RuleSet::load`].
    pub fn load_with_files(dir: &Path) -> Result<(Self, Vec<(String, String)>), RuleErrors> {
        let mut files = read_dir(dir, |_| true)?;
        let path = dir.join(pack::NAME);
        if !path.is_file() {
            return Self::parse(&files).map(|set| (set, files));
        }
        let unreadable =
            |message| RuleErrors(vec![RuleError::whole_file(pack::NAME, "rules::unreadable", message, None)]);
        let text = read_file(&path).map_err(unreadable)?;
        let parsed = pack::parse(&text).map_err(RuleErrors)?;
        let mut replaced = Vec::new();
        if parsed.over_shipped {
            let own: Vec<String> = match Self::parse(&files) {
                Ok(own) => own.metas().map(|meta| meta.id.clone()).collect(),
                // A pack may do nothing but switch rules off.
                Err(errors)
                    if errors.0.iter().all(|error| matches!(error.code, "rules::none" | "rules::unknown_rule")) =>
                {
                    files.iter().filter_map(|(_, text)| id_of(text)).collect()
                }
                Err(errors) => return Err(errors),
            };
            let (shipped, tests): (Vec<_>, Vec<_>) = super::shipped().into_iter().partition(|(name, _)| !is_test(name));
            for (name, text) in shipped {
                let short = name.strip_prefix("rules/").unwrap_or(&name).to_owned();
                if id_of(&text).is_some_and(|id| own.contains(&id)) {
                    replaced.push(short.trim_end_matches(".yml").to_owned());
                } else {
                    let test = name.replace(".yml", ".test.yml");
                    files.extend(tests.iter().filter(|(name, _)| *name == test).cloned());
                    files.push((name, text));
                }
            }
        }
        let mut set = Self::parse(&files)?;
        let mut all: Vec<Rule> = set.rules.drain(..).chain(set.correlations.drain(..)).collect();
        set.pack = parsed.apply(&mut all, replaced).map_err(RuleErrors)?;
        (set.correlations, set.rules) = all.into_iter().partition(|rule| rule.correlation.is_some());
        Ok((set, files))
    }

    /// Reads rules from `(name, text)`, the name being `family/name.yml`. Test
    /// files (`family/name.test.yml`) may stand among them and are passed over.
    ///
    /// # Errors
    /// As [`RuleSet::load`].
    pub fn parse<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<Self, RuleErrors> {
        let mut errors = Vec::new();
        let mut set = Self { rules: Vec::new(), correlations: Vec::new(), pack: Pack::default() };
        let mut order: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_ref(), text.as_ref())).collect();
        order.retain(|(name, _)| !is_test(name) && !elsewhere(name));
        order.sort_unstable();
        for &(file, text) in &order {
            let mut reading = Reading::new(file, text);
            let (family, stem) = family_and_stem(file);
            match read_rule::read(&mut reading, family, stem, sha256(text)) {
                Some(Parsed::Rule(rule)) => set.rules.push(*rule),
                Some(Parsed::Correlation(rule)) => set.correlations.push(*rule),
                None => {}
            }
            errors.extend(reading.into_errors());
        }
        set.rules.sort_by(|a, b| (&a.meta.family, &a.meta.name).cmp(&(&b.meta.family, &b.meta.name)));
        set.correlations.sort_by(|a, b| (&a.meta.family, &a.meta.name).cmp(&(&b.meta.family, &b.meta.name)));
        let texts = Texts(order.clone());
        set.refuse_duplicates(&texts, &mut errors);
        set.refuse_unknown_references(&texts, &mut errors);
        if set.rules.is_empty() && errors.is_empty() {
            let message = "there is no rule to run".to_owned();
            let help = "rules are files named family/name.yml".to_owned();
            errors.push(RuleError::whole_file("rules", "rules::none", message, Some(help)));
        }
        if errors.is_empty() { Ok(set) } else { Err(RuleErrors(errors)) }
    }

    /// The rules, sorted by family and name.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The correlations, sorted by family and name.
    #[must_use]
    pub fn correlations(&self) -> &[Rule] {
        &self.correlations
    }

    /// What a pack changes.
    #[must_use]
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// What runs on a day, `YYYY-MM-DD`, with these tables.
    #[must_use]
    pub fn plan<T: AsRef<str>>(&self, present: &[T], day: &str) -> Plan<'_> {
        let (can, cannot) = self.runnable(present);
        let mut not_run: Vec<(&Rule, String)> = cannot
            .into_iter()
            .map(|(rule, missing)| {
                let list = match missing.as_slice() {
                    [one] => format!("the table {one}"),
                    many => format!("the tables {} and {}", many[..many.len() - 1].join(", "), many[many.len() - 1]),
                };
                (rule, format!("needs {list}, which this run has not"))
            })
            .collect();
        let off = |rule: &Rule| {
            let entry = self.pack.off(rule, day)?;
            Some(format!("is switched off until {} by {}: {}", entry.expires, entry.owner, entry.reason))
        };
        let mut rules = Vec::new();
        for rule in can {
            let bases = rule.correlation.iter().flat_map(|correlation| &correlation.rules);
            let base_off = bases.filter_map(|wanted| self.base(wanted)).find(|base| off(base).is_some());
            match (off(rule), base_off) {
                (Some(why), _) => not_run.push((rule, why)),
                (None, Some(base)) => {
                    not_run.push((rule, format!("counts {}, which is switched off", base.meta.key())))
                }
                (None, None) => rules.push(rule),
            }
        }
        not_run.sort_by_key(|(rule, _)| rule.meta.key());
        let idle = self.pack.idle(self.rules.iter().chain(&self.correlations), day);
        Plan { rules, not_run, idle }
    }

    /// The rule or correlation called `name` or `family/name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().chain(&self.correlations).find(|rule| rule.meta.name == name || rule.meta.key() == name)
    }

    /// The rules that can run with these tables, correlations after the others, and the rest with the tables
    /// that they lack. A correlation lacks what its base rules lack.
    #[must_use]
    pub fn runnable<'s, T: AsRef<str>>(&'s self, present: &[T]) -> (Vec<&'s Rule>, Vec<(&'s Rule, Vec<&'static str>)>) {
        let (mut can, mut cannot) = (Vec::new(), Vec::new());
        for rule in self.rules.iter().chain(&self.correlations) {
            let bases = rule.correlation.iter().flat_map(|correlation| &correlation.rules);
            let bases = bases.filter_map(|wanted| self.base(wanted));
            let needs = bases.chain(std::iter::once(rule)).flat_map(|rule| &rule.meta.probity.needs);
            let needed = |table: &&'static str| needs.clone().any(|need| need == table);
            let missing: Vec<&'static str> = TABLES
                .into_iter()
                .filter(needed)
                .filter(|table| !present.iter().any(|present| present.as_ref() == *table))
                .collect();
            if missing.is_empty() {
                can.push(rule);
            } else {
                cannot.push((rule, missing));
            }
        }
        (can, cannot)
    }

    fn metas(&self) -> impl Iterator<Item = &Meta> {
        self.rules.iter().map(|rule| &rule.meta).chain(self.correlations.iter().map(|rule| &rule.meta))
    }

    /// The rule that a correlation calls by this name or id.
    fn base(&self, wanted: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.meta.name == wanted || rule.meta.id.eq_ignore_ascii_case(wanted))
    }

    fn refuse_duplicates(&self, texts: &Texts<'_>, errors: &mut Vec<RuleError>) {
        let mut ids: BTreeMap<&str, &Meta> = BTreeMap::new();
        let mut names: BTreeMap<&str, &Meta> = BTreeMap::new();
        for meta in self.metas() {
            if let Some(known) = ids.insert(&meta.id, meta) {
                let (earlier, meta) = own_last(known, meta);
                let message = format!("the id {} is that of {} too", meta.id, earlier.path);
                let help = "make a new one with `uuidgen`".to_owned();
                errors.extend(texts.error(&meta.path, &meta.id, "rules::duplicate_id", message, Some(help)));
            }
            if let Some(known) = names.insert(&meta.name, meta) {
                let (earlier, meta) = own_last(known, meta);
                let message = format!("the name `{}` is that of {} too", meta.name, earlier.path);
                let help = "names are unique in the whole set, not in a family alone".to_owned();
                let word = format!("name: {}", meta.name);
                errors.extend(texts.error(&meta.path, &word, "rules::duplicate_name", message, Some(help)));
            }
        }
    }

    fn refuse_unknown_references(&self, texts: &Texts<'_>, errors: &mut Vec<RuleError>) {
        // Rules that could not be read are missing for a reason that has been told already.
        if !errors.is_empty() {
            return;
        }
        for rule in &self.correlations {
            for wanted in rule.correlation.iter().flat_map(|correlation| &correlation.rules) {
                let path = &rule.meta.path;
                match self.base(wanted) {
                    Some(base) if matches!(base.meta.probity.scope, Scope::Look | Scope::Case) => {}
                    Some(base) => {
                        let scope = base.meta.probity.scope.as_str();
                        let message = format!("`{wanted}` is about one {scope}, which happens at no one time");
                        let help = "a correlation counts firings of look and case rules".to_owned();
                        errors.extend(texts.error(path, wanted, "rules::correlation", message, Some(help)));
                    }
                    None => {
                        let message = format!("there is no rule `{wanted}` to correlate");
                        let help = suggestion(wanted, self.rules.iter().map(|rule| rule.meta.name.as_str()));
                        errors.extend(texts.error(path, wanted, "rules::unknown_rule", message, help));
                    }
                }
            }
        }
    }
}

/// The files of a set, to point into them after all have been read.
struct Texts<'t>(Vec<(&'t str, &'t str)>);

impl Texts<'_> {
    /// An error about the last place in a file that says `word`: ids, names and references are written once,
    /// and what a correlation names stands after its own name.
    fn error(
        &self,
        path: &str,
        word: &str,
        code: &'static str,
        message: String,
        help: Option<String>,
    ) -> Vec<RuleError> {
        let text = self.0.iter().find(|(file, _)| *file == path).map_or("", |(_, text)| text);
        let at = text.to_ascii_lowercase().rfind(&word.to_ascii_lowercase()).unwrap_or(0);
        let mut reading = Reading::new(path, text);
        reading.error(&(at..at + word.len()), code, message, help);
        reading.into_errors()
    }
}

/// Folders beside the families whose files are no rules and have readers of their own.
const NO_FAMILIES: [&str; 2] = ["explanations", "lists"];

/// Does the file belong to another reader?
pub(super) fn elsewhere(name: &str) -> bool {
    NO_FAMILIES.contains(&family_and_stem(name).0)
}

/// The id that a rule's text writes, in lower case.
fn id_of(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("id:"))?;
    Some(line.trim().trim_matches(['\'', '"']).to_ascii_lowercase())
}

/// Is this the name of a file of tests?
pub(super) fn is_test(name: &str) -> bool {
    name.ends_with(".test.yml")
}

/// The two with a shipped rule before an own one: of two that clash, the author can mend their own.
fn own_last<'m>(earlier: &'m Meta, later: &'m Meta) -> (&'m Meta, &'m Meta) {
    let shipped = |meta: &Meta| meta.path.starts_with("rules/");
    if shipped(later) && !shipped(earlier) { (later, earlier) } else { (earlier, later) }
}

/// `relationship/family.yml` → (`relationship`, `family`); a longer path keeps its last two parts.
fn family_and_stem(file: &str) -> (&str, &str) {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let family = folder.rsplit('/').next().unwrap_or("");
    (family, name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name))
}

fn sha256(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Reads the YAML files of a folder's families, sorted, as (`family/file`, text).
pub(super) fn read_dir(dir: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>, RuleErrors> {
    let mut errors = Vec::new();
    let mut files = Vec::new();
    let families = entries(dir).map_err(|error| {
        let message = format!("cannot read the folder of rules: {error}");
        RuleErrors(vec![RuleError::whole_file(&dir.display().to_string(), "rules::unreadable", message, None)])
    })?;
    let is_family = |name: &&String| dir.join(name).is_dir() && !NO_FAMILIES.contains(&name.as_str());
    for family in families.iter().filter(is_family) {
        match entries(&dir.join(family)) {
            Ok(names) => files.extend(names.into_iter().map(|name| format!("{family}/{name}"))),
            Err(error) => {
                let message = format!("cannot read the folder: {error}");
                errors.push(RuleError::whole_file(family, "rules::unreadable", message, None));
            }
        }
    }
    files.extend(families.iter().filter(|name| dir.join(name).is_file()).cloned());
    files.retain(|name| is_yaml(name));
    files.sort_unstable();
    if files.len() > MAX_FILES {
        let message = format!("more than {MAX_FILES} files");
        errors.push(RuleError::whole_file(&dir.display().to_string(), "rules::too_large", message, None));
        files.clear();
    }
    let mut read = Vec::new();
    for name in files.into_iter().filter(|name| wanted(name)) {
        match read_file(&dir.join(&name)) {
            Ok(text) => read.push((name, text)),
            Err(message) => errors.push(RuleError::whole_file(&name, "rules::unreadable", message, None)),
        }
    }
    if errors.is_empty() { Ok(read) } else { Err(RuleErrors(errors)) }
}

fn entries(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        // A name that is no UTF-8 cannot end in .yml as we mean it.
        names.extend(entry?.file_name().into_string().ok().filter(|name| !name.starts_with('.')));
    }
    names.sort_unstable();
    Ok(names)
}

fn is_yaml(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml"))
}

fn read_file(path: &Path) -> Result<String, String> {
    use std::io::Read;
    let file = fs::File::open(path).map_err(|error| format!("cannot open the file: {error}"))?;
    let mut bytes = Vec::new();
    // One byte more than is allowed, so that a file at the limit can be told from a longer one.
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot read the file: {error}"))?;
    if bytes.len() > MAX_BYTES {
        return Err(format!("the file is larger than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("the file is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}
