//! `crosspyc verify`, `inspect`, `extract` and `run` on zipapps.

#![cfg(feature = "cli")]

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Runs `crosspyc`. On Linux a command that reads has 500 MB of memory.
fn crosspyc(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_crosspyc");
    let is_limited = cfg!(target_os = "linux") && arguments[0] != "bundle";
    let mut command = Command::new(if is_limited { "/bin/sh" } else { program });
    if is_limited {
        command.args(["-c", "ulimit -v 512000 && exec \"$0\" \"$@\"", program]);
    }
    command.args(arguments).current_dir(folder).output().expect("crosspyc starts")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs what ends with this code, and returns what it prints.
fn ends(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = crosspyc(folder, arguments);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    text
}

/// A folder with `app.pyz`.
fn bundled(options: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in [
        ("p/__main__.py", "print('hi')\n"),
        ("p/pkg/__init__.py", "x = 1\n"),
        ("p/pkg/data.txt", "data"),
        ("p/thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    let bundle = ["bundle", "p", "-t", "3.12,3.13", "--as", "zipapp", "-o", "app.pyz"];
    ends(folder.path(), &[&bundle, options].concat(), 0);
    folder
}

/// Rewrites `app.pyz` with other contents: `change` returns those of a file, or none to leave it
/// out. `more` is added.
fn change(folder: &Path, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>, more: &[(&str, &[u8])]) {
    let path = folder.join("app.pyz");
    let mut old = ZipArchive::new(fs::File::open(&path).expect("there")).expect("a zip");
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, contents: &[u8]| {
        new.start_file(name, SimpleFileOptions::default()).expect("started");
        new.write_all(contents).expect("written");
    };
    for index in 0..old.len() {
        let mut file = old.by_index(index).expect("a file");
        let name = file.name().expect("UTF-8").into_owned();
        let mut contents = Vec::new();
        file.read_to_end(&mut contents).expect("read");
        if let Some(contents) = change(&name, contents).filter(|_| !name.ends_with('/')) {
            add(&name, &contents);
        }
    }
    more.iter().for_each(|(name, contents)| add(name, contents));
    fs::write(path, new.finish().expect("finished").into_inner()).expect("written");
}

#[test]
fn verify_says_what_a_zipapp_is() {
    let folder = bundled(&["-O", "0", "-O", "2"]);
    let told = ends(folder.path(), &["verify", "app.pyz", "-v"], 0);
    assert!(told.starts_with("whole: app.pyz, zipapp for Python 3.12, 3.13 (14 files, 8 pycs)\n"), "{told}");
    assert!(told.ends_with("1 zipapp: 1 whole\n"), "{told}");
    // In folders too.
    assert_eq!(ends(folder.path(), &["verify", "."], 0), "1 zipapp: 1 whole\n");
    let json = ends(folder.path(), &["verify", "app.pyz", "--format", "json"], 0);
    let record = r#"{"type":"zipapp","status":"whole","zipapp":"app.pyz","versions":["3.12","3.13"],"#;
    assert!(json.starts_with(record), "{json}");
}

#[test]
fn verify_checks_every_file_and_pyc() {
    let pyc = |version: &str| format!("cpython-{version}/pkg/__init__.pyc");
    let keep = |_: &str, contents| Some(contents);
    for (name, message) in [
        ("checksum", "Invalid checksum"),
        ("cut", "damaged: app.pyz"),
        ("short", "after the header of 16 bytes: the data ends too early"),
        ("other", "it is for Python 3.13, not 3.12"),
        ("source", "the source beside it is another one"),
    ] {
        let folder = bundled(&["--include-source"]);
        let path = folder.path().join("app.pyz");
        match name {
            "checksum" => {
                let mut bytes = fs::read(&path).expect("there");
                bytes[300] ^= 1;
                fs::write(&path, bytes).expect("written");
            }
            "cut" => {
                let bytes = fs::read(&path).expect("there");
                fs::write(&path, &bytes[..bytes.len() - 40]).expect("written");
            }
            "short" => change(
                folder.path(),
                |name, mut contents| {
                    contents.truncate(if name == pyc("312") { 30 } else { contents.len() });
                    Some(contents)
                },
                &[],
            ),
            "other" => change(
                folder.path(),
                |name, mut contents| {
                    if name == pyc("312") {
                        contents[..2].copy_from_slice(&3571_u16.to_le_bytes());
                    }
                    Some(contents)
                },
                &[],
            ),
            _ => change(
                folder.path(),
                |name, contents| (!name.ends_with("/pkg/__init__.py")).then_some(contents),
                &[("cpython-312/pkg/__init__.py", b"x = 2\n")],
            ),
        }
        let told = ends(folder.path(), &["verify", "app.pyz"], 1);
        assert!(told.contains("damaged: app.pyz") && told.contains(message), "{name}: {told}");
    }
    let folder = bundled(&[]);
    change(folder.path(), keep, &[]);
    ends(folder.path(), &["verify", "app.pyz"], 0);
}

/// Small files that claim to hold much.
#[test]
fn bombs_are_refused() {
    let folder = bundled(&[]);
    change(folder.path(), |_, contents| Some(contents), &[("cpython-312/big.pyc", &vec![0; 40 << 20])]);
    let told = ends(folder.path(), &["verify", "app.pyz"], 1);
    assert!(told.contains("41943040 bytes are too many for a pyc"), "{told}");
    let path = folder.path().join("app.pyz");
    let mut bytes = fs::read(&path).expect("there");
    // The size in the directory: 3 GB.
    let entry = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").expect("an entry");
    bytes[entry + 24..entry + 28].copy_from_slice(&3_000_000_000_u32.to_le_bytes());
    fs::write(&path, bytes).expect("written");
    let told = ends(folder.path(), &["verify", "app.pyz"], 1);
    assert!(told.contains("more than it can hold"), "{told}");
}

/// Files of more than the memory and disk space that a small zip may take.
#[test]
fn large_files_take_no_room() {
    let large = vec![0; 600 << 20];
    let folder = bundled(&[]);
    change(folder.path(), |_, contents| Some(contents), &[("cpython-312/data.txt", &large)]);
    assert!(fs::metadata(folder.path().join("app.pyz")).expect("there").len() < 1_000_000);
    ends(folder.path(), &["verify", "app.pyz"], 0);
    ends(folder.path(), &["inspect", "app.pyz"], 0);
    let extract = ["extract", "app.pyz", "-o", "out"];
    let told = ends(folder.path(), &extract, 1);
    assert!(told.contains("if you trust it, allow more with --max-unpacked 630M"), "{told}");
    assert!(!folder.path().join("out").exists());
    ends(folder.path(), &[&extract[..], &["--target", "3.13"]].concat(), 0);
    let folder = bundled(&[]);
    change(folder.path(), |_, contents| Some(contents), &[("cpython-312/pkg/__init__.py", &large)]);
    let told = ends(folder.path(), &["verify", "app.pyz"], 1);
    assert!(told.contains("the source beside it has 629145600 bytes, too many to look at"), "{told}");
}

/// Pycs that are looked at one by one.
#[test]
fn many_large_pycs_take_no_time() {
    let folder = bundled(&[]);
    let pyc =
        [&b"\xcb\x0d\r\n"[..], &[0; 12], b"(", &1_000_000_u32.to_le_bytes(), &[b'N'; 1_000_000]].concat();
    let names: Vec<String> = (0..300).map(|number| format!("cpython-312/m{number}.pyc")).collect();
    let pycs: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), pyc.as_slice())).collect();
    change(folder.path(), |_, contents| Some(contents), &pycs);
    assert!(fs::metadata(folder.path().join("app.pyz")).expect("there").len() < 1_000_000);
    let told = ends(folder.path(), &["verify", "app.pyz"], 1);
    assert!(told.contains("if you trust it, allow more with --max-unpacked 301M"), "{told}");
}

#[test]
fn a_zipapp_is_never_trusted() {
    let folder = bundled(&[]);
    let key = minisign::KeyPair::generate_unencrypted_keypair().expect("keys").pk;
    fs::write(folder.path().join("a.pub"), key.to_box().expect("a key").into_string()).expect("written");
    let told = ends(folder.path(), &["verify", "app.pyz", "--trusted-key", "a.pub"], 1);
    assert!(told.contains("untrusted: app.pyz") && told.contains("a zipapp has no signature"), "{told}");
}

#[test]
fn inspect_lists_targets_and_files() {
    let folder = bundled(&[]);
    let told = ends(folder.path(), &["inspect", "app.pyz"], 0);
    for line in [
        "app.pyz: zipapp, ",
        "\n  Python: 3.13 (cpython-313, -O 0)\n",
        "\n    pkg/data.txt, 4 bytes, packed to ",
        "\n    thing-1.0.dist-info/METADATA, 47 bytes",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let json = ends(folder.path(), &["inspect", "app.pyz", "--format", "json"], 0);
    assert!(json.contains(r#""folder":"cpython-312","version":"3.12","optimize":0"#), "{json}");
}

#[test]
fn extract_unpacks_a_target_or_all() {
    let folder = bundled(&["-O", "0", "-O", "2"]);
    let exists = |path: &str| folder.path().join(path).is_file();
    let told = ends(folder.path(), &["extract", "app.pyz", "-o", "all"], 0);
    assert_eq!(told.lines().count(), 4, "{told}");
    assert!(exists("all/cpython-313.opt-2/pkg/__init__.pyc") && exists("all/cpython-312/pkg/data.txt"));
    let one = bundled(&[]);
    ends(one.path(), &["extract", "app.pyz", "-o", "out", "-t", "3.12"], 0);
    for path in ["__main__.pyc", "pkg/__init__.pyc", "pkg/data.txt", "thing-1.0.dist-info/METADATA"] {
        assert!(one.path().join("out").join(path).is_file(), "{path}");
    }
    let told = ends(folder.path(), &["extract", "app.pyz", "-o", "none", "-t", "3.14"], 2);
    assert!(told.contains("it is for 3.12, 3.13\n"), "{told}");
    let told = ends(folder.path(), &["extract", "app.pyz", "-o", "all"], 2);
    assert!(told.contains("`all` is not empty"), "{told}");
}

#[test]
fn extract_leaves_nothing_of_a_bad_zipapp() {
    for (name, reason) in [
        ("cpython-313/../../evil", "a part that is"),
        ("cpython-313//etc/passwd", "is damaged"),
        ("cpython-313/PKG/__init__.pyc", "are the same file on systems"),
    ] {
        let folder = bundled(&[]);
        change(folder.path(), |_, contents| Some(contents), &[(name, b"evil")]);
        let told = ends(folder.path(), &["extract", "app.pyz", "-o", "out"], 1);
        assert!(told.contains(reason) && !folder.path().join("out").exists(), "{name}: {told}");
    }
}

#[test]
fn other_zips_are_told_apart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", SimpleFileOptions::default()).expect("started");
    zip.write_all(b"some text that is not short").expect("written");
    fs::write(folder.path().join("a.zip"), zip.finish().expect("finished").into_inner()).expect("written");
    assert_eq!(ends(folder.path(), &["verify", "a.zip", "-q", "-q"], 0), "");
    for command in [&["inspect", "a.zip"][..], &["extract", "a.zip", "-o", "out"]] {
        let told = ends(folder.path(), command, 1);
        assert!(told.contains("`a.zip` is a zip that crosspyc did not make"), "{told}");
    }
}

#[test]
fn the_runner_says_that_python_runs_it() {
    let folder = bundled(&[]);
    let told = "app.pyz is a zip; a zipapp is run by Python itself: `python3 app.pyz`";
    assert!(ends(folder.path(), &["run", "app.pyz"], 127).contains(told));
    let mut runner = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
    let ran = runner.arg("app.pyz").current_dir(folder.path()).output().expect("it starts");
    assert!(text(&ran).contains(told));
}

#[test]
fn standalone_executables_are_bundles() {
    let folder = bundled(&[]);
    let runner = env!("CARGO_BIN_EXE_crosspyc-run");
    let bundle = ["bundle", "p", "-t", "3.12", "--standalone", "--runner", runner, "-o", "app.exe"];
    ends(folder.path(), &bundle, 0);
    let told = ends(folder.path(), &["verify", "app.exe", "-v"], 0);
    assert!(told.starts_with("whole: app.exe, standalone executable, Python 3.12 (4 files, "), "{told}");
    ends(folder.path(), &["extract", "app.exe", "-o", "out"], 0);
    assert!(folder.path().join("out/pkg/__init__.pyc").is_file());
}
