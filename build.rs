//! Embeds the shipped rules, their lists and the explanation templates, so that the program needs no folder beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let rules = root.join("rules");
    let explanations = rules.join("explanations");
    let mut files = Vec::new();
    gather(&rules, &mut files)?;
    files.sort();
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    // The explanations have a format and a reader of their own.
    let (templates, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.starts_with(&explanations));
    fs::write(out.join("shipped_rules.rs"), listing(&root, &files)?)?;
    fs::write(out.join("shipped_explanations.rs"), listing(&root, &templates)?)
}

/// Names and texts of files, as an expression. The texts are named from the folder of the package at the time of compiling, for what this
/// program writes may be kept in a build folder that several checkouts share.
fn listing(root: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut code = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(root).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        let place = format!("/{name}");
        let _ = writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {place:?}))),");
    }
    code.push(']');
    Ok(code)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yml" || e == "csv") {
            files.push(path);
        }
    }
    Ok(())
}
