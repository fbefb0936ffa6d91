//! The folder is whole or not there, and nobody else's work is overwritten.

use std::fs;
use std::io;
use std::path::Path;

use super::manifest;
use super::{ExtraFile, WriteError, sample, write};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn put(target: &Path) -> Result<super::Written, WriteError> {
    write(&sample::report(), sample::draft(), target, Vec::new())
}

#[test]
fn a_report_is_whole_private_and_hashed() {
    let home = tempfile::tempdir().expect("a folder");
    let target = home.path().join("run");
    let extra = ExtraFile::streamed("looks.parquet", |out| (0..1000).try_for_each(|_| out.write_all(b"PAR1")));
    let written = write(&sample::report(), sample::draft(), &target, vec![extra]).expect("written");
    assert_eq!(written.left_behind, None);
    assert_eq!(names(home.path()), ["run"]);
    assert_eq!(
        names(&target),
        [
            "coverage.csv",
            "evidence.csv",
            "fairness.csv",
            "findings.csv",
            "looks.parquet",
            "manifest.json",
            "quarantine.csv",
            "referrals.csv",
            "report.html",
            "report.json",
            "rules.csv"
        ]
    );
    let looks = written.outputs.last().expect("an output");
    assert_eq!((looks.name.as_str(), looks.bytes, looks.rows), ("looks.parquet", 4000, None));
    assert_eq!(written.outputs[0].rows, Some(5));
    for output in &written.outputs {
        let size = fs::metadata(target.join(&output.name)).expect("a file").len();
        assert_eq!(size, output.bytes, "{}", output.name);
        assert_eq!(output.sha256.len(), 64);
    }
    let bytes = fs::read(target.join(manifest::NAME)).expect("a manifest");
    assert_eq!(manifest::outputs_named(&bytes).map(|all| all.len()), Some(10));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&target), 0o700);
        for name in names(&target) {
            assert_eq!(mode(&target.join(&name)), 0o600, "{name}");
        }
    }
}

#[test]
fn an_older_report_is_replaced() {
    let home = tempfile::tempdir().expect("a folder");
    let target = home.path().join("run");
    let extra = ExtraFile::bytes("looks.parquet", b"old".to_vec());
    write(&sample::report(), sample::draft(), &target, vec![extra]).expect("written");
    fs::write(target.join(".~lock.referrals.csv#"), "").expect("a lock");
    put(&target).expect("replaced");
    assert_eq!(names(home.path()), ["run"]);
    assert!(!names(&target).contains(&"looks.parquet".to_owned()));
    assert!(!names(&target).contains(&".~lock.referrals.csv#".to_owned()));
}

#[test]
fn an_empty_folder_is_filled() {
    let home = tempfile::tempdir().expect("a folder");
    let target = home.path().join("run");
    fs::create_dir(&target).expect("a folder");
    put(&target).expect("written");
    assert_eq!(names(home.path()), ["run"]);
}

#[test]
fn what_is_not_a_report_is_refused_and_left_alone() {
    type Files<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&str, Files<'_>, &str); 3] = [
        ("foreign", &[("notes.txt", "mine")], "it is not empty and has no manifest.json"),
        ("app", &[("manifest.json", "{\"name\": \"app\"}")], "its manifest.json is not that of a report"),
        (
            "annotated",
            &[("manifest.json", "{\"schema\": \"probity-manifest/1\", \"outputs\": []}"), ("interview.docx", "mine")],
            "it also holds what no report wrote (interview.docx); move that away first",
        ),
    ];
    for (name, files, wanted) in cases {
        let home = tempfile::tempdir().expect("a folder");
        let target = home.path().join(name);
        fs::create_dir(&target).expect("a folder");
        for (file, content) in files {
            fs::write(target.join(file), content).expect("a file");
        }
        let before = names(&target);
        match put(&target) {
            Err(WriteError::NotAReport { why, .. }) => assert_eq!(why, wanted),
            other => panic!("{other:?}"),
        }
        assert_eq!(names(home.path()), [name]);
        assert_eq!(names(&target), before);
    }
}

#[test]
fn a_file_or_a_link_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("file");
    fs::write(&file, "mine").expect("a file");
    assert!(matches!(put(&file), Err(WriteError::NotAReport { .. })));
    #[cfg(unix)]
    {
        let link = home.path().join("link");
        put(&home.path().join("run")).expect("written");
        std::os::unix::fs::symlink("run", &link).expect("a link");
        let error = put(&link).expect_err("refused").to_string();
        assert!(error.ends_with("it is a link; name the folder that it leads to"), "{error}");
    }
}

#[test]
fn a_target_that_cannot_be_is_refused() {
    assert!(matches!(put(Path::new("/")), Err(WriteError::NoName(_))));
    assert!(matches!(put(Path::new("..")), Err(WriteError::NoName(_))));
    let home = tempfile::tempdir().expect("a folder");
    let deep = home.path().join("missing").join("run");
    assert!(matches!(put(&deep), Err(WriteError::NoParent(_))));
    assert!(names(home.path()).is_empty());
}

#[test]
fn an_error_in_the_middle_leaves_nothing_behind() {
    let home = tempfile::tempdir().expect("a folder");
    let target = home.path().join("run");
    let broken = || {
        vec![ExtraFile::streamed("looks.parquet", |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        })]
    };
    let error = write(&sample::report(), sample::draft(), &target, broken()).expect_err("fails");
    assert!(error.to_string().contains("looks.parquet: disk full"), "{error}");
    assert!(names(home.path()).is_empty());

    put(&target).expect("written");
    let before = fs::read(target.join(manifest::NAME)).expect("a manifest");
    write(&sample::report(), sample::draft(), &target, broken()).expect_err("fails");
    assert_eq!(names(home.path()), ["run"]);
    assert_eq!(fs::read(target.join(manifest::NAME)).expect("still there"), before);
}

#[test]
fn extra_files_keep_to_the_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let target = home.path().join("run");
    for name in ["", "../x", "a/b", ".hidden", "report.html", "manifest.json", "x\\y"] {
        let extra = vec![ExtraFile::bytes(name, Vec::new())];
        let error = write(&sample::report(), sample::draft(), &target, extra);
        assert!(matches!(error, Err(WriteError::ExtraName(_))), "{name:?}");
    }
    let twice = || ExtraFile::bytes("looks.parquet", Vec::new());
    let error = write(&sample::report(), sample::draft(), &target, vec![twice(), twice()]);
    assert!(matches!(error, Err(WriteError::ExtraName(_))));
    assert!(names(home.path()).is_empty());
}
