//! `crosspyc inspect`, `verify` and `extract` on bundles.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crosspyc::internals::bundle::{Contents, EntryPoint, File, Variant, WriteOptions, write};
use minisign::KeyPair;
use serde_json::Value;

fn crosspyc(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
    command.args(arguments).current_dir(folder).output().expect("crosspyc starts")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What a run prints with `--format json`.
fn records(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = crosspyc(folder, &[arguments, &["--format", "json"]].concat());
    let lines = String::from_utf8(output.stdout).expect("it is UTF-8");
    lines.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
}

fn contents() -> Contents {
    let variant = |version: &str, tag: &str, magic, optimize| Variant {
        version: version.into(),
        tag: tag.into(),
        magic,
        optimize,
        platforms: Vec::new(),
    };
    let file = |data: &str| File { data: data.into(), executable: false };
    let own = |data: &str| {
        let both = ("app/both.pyc".to_owned(), file("the same for all targets"));
        BTreeMap::from([("app/x.pyc".to_owned(), file(data)), both])
    };
    let tool = File { data: b"#!/bin/sh".to_vec(), executable: true };
    Contents {
        name: "app".into(),
        entry_point: EntryPoint::Module("app.x".into()),
        scripts: BTreeMap::new(),
        system_site_packages: false,
        python: None,
        distribution: None,
        common: BTreeMap::from([("app/data.txt".to_owned(), file("data")), ("tool".to_owned(), tool)]),
        variants: vec![
            (variant("3.12", "cpython-312", 3531, 0), own("twelve")),
            (variant("3.13", "cpython-313", 3571, 0), own("thirteen")),
            (variant("3.13", "cpython-313", 3571, 2), own("thirteen without docstrings")),
        ],
        has_sources: false,
        version: None,
        requires_python: None,
    }
}

/// A folder with `app.pyb`.
fn bundled(options: &WriteOptions<'_>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(contents(), &folder.path().join("app.pyb"), options).expect("written");
    folder
}

#[test]
fn inspect_tells_whom_it_serves_and_what_takes_room() {
    let folder = bundled(&WriteOptions::default());
    let told = text(&crosspyc(folder.path(), &["inspect", "app.pyb"]));
    for line in [
        "  entry point: -m app.x\n",
        "  Python: 3.12 (cpython-312, magic number 3531, -O 0), on any platform\n",
        "  Python: 3.13 (cpython-313, magic number 3571, -O 2), on any platform\n",
        "  signature: none\n",
        "  shared by all targets: 2 files, 13 bytes packed to ",
        "  cpython-313, -O 2: 2 files, 51 bytes packed to ",
        "    app/data.txt, 4 bytes, packed to about ",
    ] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    let record = &records(folder.path(), &["inspect", "app.pyb"])[0];
    assert_eq!((&record["type"], &record["signed"]), (&"bundle".into(), &false.into()));
    let sections = record["sections"].as_array().expect("a list");
    assert_eq!(sections[1]["tag"], "cpython-312");
    assert_eq!(sections[1]["files"][1]["path"], "app/x.pyc");
    let sum = |values: &[Value], field: &str| -> u64 {
        values.iter().map(|value| value[field].as_u64().expect("a number")).sum()
    };
    let frames = record["frames"].as_array().expect("a list");
    assert_eq!(sum(sections, "packed"), sum(frames, "compressed"));
    for section in sections {
        let files = section["files"].as_array().expect("a list");
        assert_eq!(sum(files, "packed_estimate"), section["packed"].as_u64().expect("a number"), "{section}");
    }
    let share: f64 = sections.iter().filter_map(|section| section["share"].as_f64()).sum();
    assert!((99.0..101.0).contains(&share), "{share}");
}

#[test]
fn inspect_shows_every_way_to_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hello = EntryPoint::Function { module: "app.x".into(), function: "main".into() };
    let started = Contents {
        version: Some("1.5".into()),
        scripts: BTreeMap::from([
            ("bye".to_owned(), EntryPoint::Script("bye".into())),
            ("hello".to_owned(), hello),
        ]),
        system_site_packages: true,
        python: None,
        distribution: None,
        ..contents()
    };
    write(started, &folder.path().join("app.pyb"), &WriteOptions::default()).expect("written");
    let archive = fs::read(folder.path().join("app.pyb")).expect("it is there");
    fs::write(folder.path().join("app"), [b"\x7fELF", &archive[..]].concat()).expect("written");
    let told = text(&crosspyc(folder.path(), &["inspect", "app.pyb", "app"]));
    for line in [
        "app.pyb: bundle, ",
        "app: standalone executable, ",
        "  version: 1.5\n",
        "  entry point: -m app.x\n  started as bye: -c bye\n  started as hello: -e app.x:main\n",
        "  site-packages of the interpreter: within reach\n",
    ] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    let told = records(folder.path(), &["inspect", "app.pyb", "app"]);
    assert_eq!([&told[0]["standalone"], &told[1]["standalone"]], [&Value::from(false), &Value::from(true)]);
    assert_eq!(told[0]["scripts"]["bye"]["script"], "bye");
    assert_eq!((&told[0]["version"], &told[0]["system_site_packages"]), (&"1.5".into(), &true.into()));
}

#[test]
fn verify_reads_every_variant() {
    let folder = bundled(&WriteOptions::default());
    let whole = crosspyc(folder.path(), &["verify", "app.pyb"]);
    assert!(whole.status.success(), "{}", text(&whole));
    let mut archive = fs::read(folder.path().join("app.pyb")).expect("it is there");
    let first_frame = archive.len() / 4;
    archive[first_frame] ^= 1;
    fs::write(folder.path().join("app.pyb"), archive).expect("written");
    let damaged = crosspyc(folder.path(), &["verify", "app.pyb"]);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(text(&damaged).contains("damaged: app.pyb (at byte "), "{}", text(&damaged));
}

/// The manifest is whole, and shows where the index is.
#[test]
fn inspect_of_a_damaged_index_fails() {
    let folder = bundled(&WriteOptions::default());
    let archive = fs::read(folder.path().join("app.pyb")).expect("it is there");
    let manifest = archive.windows(9).rposition(|bytes| bytes == b"{\"name\":\"").expect("it has a manifest");
    let mut damaged = archive;
    damaged[manifest - 10] ^= 1;
    fs::write(folder.path().join("app.pyb"), damaged).expect("written");
    for options in [&["inspect", "app.pyb"][..], &["inspect", "app.pyb", "--format", "json"]] {
        let ran = crosspyc(folder.path(), options);
        assert_eq!(ran.status.code(), Some(1), "{}", text(&ran));
        assert!(text(&ran).contains("is damaged at byte "), "{}", text(&ran));
    }
}

#[test]
fn verify_looks_at_the_signature_if_asked() {
    let keys = KeyPair::generate_unencrypted_keypair().expect("keys");
    let signer = |bytes: &[u8], comment: &str| {
        let signature = minisign::sign(None, &keys.sk, bytes, Some(comment), None);
        signature.map(minisign::SignatureBox::into_string).map_err(|error| error.to_string())
    };
    let folder = bundled(&WriteOptions { sign: Some(&signer), ..WriteOptions::default() });
    let public = |name: &str, keys: &KeyPair| {
        let text = keys.pk.to_box().expect("a public key").into_string();
        fs::write(folder.path().join(name), text).expect("written");
    };
    public("ours.pub", &keys);
    public("other.pub", &KeyPair::generate_unencrypted_keypair().expect("keys"));
    let verify = |key| crosspyc(folder.path(), &["verify", "app.pyb", "--trusted-key", key]);
    assert_eq!(verify("ours.pub").status.code(), Some(0));
    let expecting = |options: &[&str]| crosspyc(folder.path(), &[&["verify", "app.pyb"], options].concat());
    let expected = expecting(&["--trusted-key", "ours.pub", "--expect", "app"]);
    assert!(expected.status.success(), "{}", text(&expected));
    let another = expecting(&["--trusted-key", "ours.pub", "--expect", "tool"]);
    assert_eq!(another.status.code(), Some(1));
    assert!(
        text(&another).contains("is the application `app`, and `tool` was expected"),
        "{}",
        text(&another)
    );
    assert_eq!(expecting(&["--expect", "app"]).status.code(), Some(2));
    let other = verify("other.pub");
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other).contains("untrusted: app.pyb"), "{}", text(&other));
    assert!(text(&other).contains("a key that is not among those trusted"), "{}", text(&other));
    assert_eq!(verify("missing.pub").status.code(), Some(2));
    let told = text(&crosspyc(folder.path(), &["inspect", "app.pyb"]));
    assert!(told.contains(r#"  signature: crosspyc-bundle 1 {"name":"app"} (not verified"#), "{told}");
    write(contents(), &folder.path().join("app.pyb"), &WriteOptions::default()).expect("written");
    assert!(text(&verify("ours.pub")).contains("is not signed"));
}

#[test]
fn extract_puts_one_target_into_the_folder_itself() {
    let folder = bundled(&WriteOptions::default());
    let ran = crosspyc(folder.path(), &["extract", "app.pyb", "-o", "out", "--target", "3.12"]);
    assert!(ran.status.success(), "{}", text(&ran));
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).expect("it is there");
    assert_eq!((read("out/app/x.pyc").as_str(), read("out/app/data.txt").as_str()), ("twelve", "data"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &str| fs::metadata(folder.path().join(path)).expect("there").permissions().mode();
        assert_eq!((mode("out/tool") & 0o100, mode("out/app/x.pyc") & 0o111), (0o100, 0));
    }
}

#[test]
fn extract_puts_several_into_a_folder_each() {
    let folder = bundled(&WriteOptions::default());
    let extracted = records(folder.path(), &["extract", "app.pyb", "-o", "out"]);
    assert_eq!(extracted.len(), 3);
    assert_eq!((&extracted[2]["target"], &extracted[2]["files"]), (&"3.13".into(), &4.into()));
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).expect("it is there");
    assert_eq!(read("out/cpython-312/app/x.pyc"), "twelve");
    assert_eq!(read("out/cpython-313/app/x.pyc"), "thirteen");
    assert_eq!(read("out/cpython-313.opt-2/app/x.pyc"), "thirteen without docstrings");
}

#[test]
fn extract_overwrites_nothing_and_leaves_nothing_of_a_damaged_bundle() {
    let folder = bundled(&WriteOptions::default());
    let missing = crosspyc(folder.path(), &["extract", "app.pyb", "-o", "out", "--target", "3.11"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing).contains("it is for 3.12, 3.13"), "{}", text(&missing));
    let there = crosspyc(folder.path(), &["extract", "app.pyb", "-o", "."]);
    assert_eq!(there.status.code(), Some(2));
    let mut archive = fs::read(folder.path().join("app.pyb")).expect("it is there");
    archive[12] ^= 1;
    fs::write(folder.path().join("app.pyb"), archive).expect("written");
    let damaged = crosspyc(folder.path(), &["extract", "app.pyb", "-o", "out"]);
    assert_eq!(damaged.status.code(), Some(1));
    assert_eq!(fs::read_dir(folder.path().join("out")).map_or(0, Iterator::count), 0);
}
