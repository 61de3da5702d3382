//! Small files that stand for much: looking at them takes little memory and time.

#![cfg(feature = "cli")]
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// `crosspyc` with 500 MB of memory, and more processor time than any of these files takes.
fn crosspyc(folder: &Path, arguments: &[&str]) -> Output {
    let script = "ulimit -v 512000 && ulimit -t 60 && exec \"$0\" \"$@\" >output";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_crosspyc")]).args(arguments).current_dir(folder);
    command.output().expect("it starts")
}

/// Part of a marshalled object.
type Marshalled = Vec<u8>;

/// An object that others refer to.
fn shared(mut object: Marshalled) -> Marshalled {
    object[0] |= 0x80;
    object
}

fn reference(number: u32) -> Marshalled {
    [&b"r"[..], &number.to_le_bytes()].concat()
}

fn sized(kind: u8, bytes: &[u8]) -> Marshalled {
    [&[kind][..], &(bytes.len() as u32).to_le_bytes(), bytes].concat()
}

fn tuple(items: &[Marshalled]) -> Marshalled {
    [&b"("[..], &(items.len() as u32).to_le_bytes(), &items.concat()].concat()
}

/// A code object of 3.12.
fn code(
    instructions: &[u8],
    consts: &[Marshalled],
    names: &[Marshalled],
    qualname: Marshalled,
) -> Marshalled {
    let none = || sized(b's', b"");
    let text = || sized(b'u', b"a");
    [
        vec![b'c'],
        vec![0; 20],
        sized(b's', instructions),
        tuple(consts),
        tuple(names),
        tuple(&[]),
        none(),
        text(),
        text(),
        qualname,
        vec![0; 4],
        none(),
        none(),
    ]
    .concat()
}

fn pyc(folder: &Path, code: &[u8]) {
    let header = [&[0xcb, 0x0d, b'\r', b'\n', 1, 0, 0, 0][..], &[0; 8]].concat();
    fs::write(folder.join("a.pyc"), [&header, code].concat()).expect("written");
}

#[test]
fn what_a_pyc_shares_is_looked_at_once() {
    let long = || sized(b'u', &[b'x'; 50_000]);
    let name = || sized(b'u', b"a");
    let load = |opcode: u8, count: usize| [opcode, 0].repeat(count);
    let again = |number: u32, count: usize| vec![reference(number); count];
    // Instructions alone are counted in the limit of what is shown.
    let nops = shared(code(&load(9, 25_000), &[], &[], name()));
    let inner = shared(code(&[], &[], &[], shared(long())));
    let middle = shared(code(&[], &[vec![inner], again(1, 299)].concat(), &[], reference(2)));
    let integer = [&b"l"[..], &20_000u32.to_le_bytes(), &[0x55, 0x55].repeat(20_000)].concat();
    let inputs = [
        ("shared code", code(&[], &[vec![middle], again(0, 299)].concat(), &[], name())),
        ("shared names", code(&[], &[], &[vec![shared(long())], again(0, 39_999)].concat(), name())),
        ("a long name", code(&load(101, 25_000), &[], &[long()], name())),
        ("shared instructions", code(&[], &[vec![nops], again(0, 2_000)].concat(), &[], name())),
        ("a long integer", code(&load(100, 20_000), &[integer], &[], name())),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for (what, code) in inputs {
        pyc(folder.path(), &code);
        for arguments in [
            &["verify", "a.pyc"][..],
            &["inspect", "a.pyc"],
            &["inspect", "a.pyc", "--format", "json"],
            &["dis", "a.pyc"],
        ] {
            let ran = crosspyc(folder.path(), arguments);
            assert_eq!(ran.status.code(), Some(0), "{what}: {arguments:?}: {ran:?}");
            let printed = fs::metadata(folder.path().join("output")).expect("it is there").len();
            assert!(printed < 100_000_000, "{what}: {arguments:?} prints {printed} bytes");
        }
    }
}

/// Colours, titles of windows, reversed and forged lines; JSON has them as they are.
#[test]
fn what_a_terminal_acts_on_is_escaped() {
    let evil = "\u{1b}[31m\u{202e}\na.pyc: 16 bytes\u{7}";
    let evil_name = || sized(b'u', evil.as_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    pyc(folder.path(), &code(&[101, 0], &[], &[evil_name()], evil_name()));
    for command in ["inspect", "dis"] {
        assert_eq!(crosspyc(folder.path(), &[command, "a.pyc"]).status.code(), Some(0));
        let printed = fs::read_to_string(folder.path().join("output")).expect("UTF-8");
        assert!(!printed.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{printed:?}");
        assert_eq!(
            printed.lines().filter(|line| line.starts_with("a.pyc:")).count(),
            usize::from(command == "inspect")
        );
    }
    assert_eq!(crosspyc(folder.path(), &["inspect", "a.pyc", "--format", "json"]).status.code(), Some(0));
    let json = fs::read(folder.path().join("output")).expect("it is there");
    let record: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(record["code"][0]["qualname"], evil);
    let ran = crosspyc(folder.path(), &["verify", evil]);
    assert!(!String::from_utf8_lossy(&ran.stderr).contains('\u{1b}'), "{ran:?}");
}

/// Instructions that thousands of code objects share cannot be shown one by one.
#[test]
fn a_pyc_of_shared_instructions_is_not_disassembled() {
    let instructions = shared(sized(b's', &[9, 0].repeat(25_000)));
    let other = |bytes: Marshalled| {
        let whole = code(&[], &[], &[], sized(b'u', b"a"));
        [&whole[..21], &bytes, &whole[26..]].concat()
    };
    let mut consts = vec![other(instructions)];
    consts.extend((0..5_000).map(|_| other(reference(0))));
    let folder = tempfile::tempdir().expect("a folder");
    pyc(folder.path(), &code(&[], &consts, &[], sized(b'u', b"a")));
    let ran = crosspyc(folder.path(), &["dis", "a.pyc"]);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("far too often"), "{ran:?}");
}

/// What nests too deeply is refused where that is seen first.
#[test]
fn sources_that_nest_too_deeply_take_no_room() {
    let folder = tempfile::tempdir().expect("a folder");
    for (what, source) in [
        ("brackets", "(".repeat(999_000)),
        ("brackets of all kinds", "([{".repeat(300_000)),
        ("braces", "{{".repeat(450_000)),
        ("operators", "-".repeat(999_000)),
        ("f-strings", "f'{".repeat(300_000)),
        ("patterns", "match x:\n case ".to_owned() + &"[".repeat(900_000)),
        ("what looks like match statements", "a;match [".repeat(8_000)),
        ("what looks like match statements in operators", "a@==match [".repeat(8_000)),
        ("defaults", "lambda a=".repeat(50_000) + "0"),
        ("defaults with bodies", "lambda a=".repeat(7_000) + "0" + &":0".repeat(7_000)),
    ] {
        fs::write(folder.path().join("a.py"), source + "\n").expect("written");
        for arguments in [&["dis", "a.py"][..], &["compile", "a.py", "-t", "3.12", "-o", "out"]] {
            let ran = crosspyc(folder.path(), arguments);
            assert_eq!(ran.status.code(), Some(1), "{what}: {arguments:?}: {ran:?}");
        }
    }
}

/// CPython makes as many instructions of these as we do.
#[test]
fn sources_whose_code_does_not_fit_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let captures: Vec<String> = (0..15_000).map(|n| format!("v{n}")).collect();
    let returns = "  if a: return\n".repeat(4_000);
    let copied = "  b\n".repeat(4_000);
    for source in [
        format!("match x:\n case [{}]: pass", captures.join(",")),
        format!("def f():\n yield\n try:\n{returns} finally:\n{copied}"),
    ] {
        fs::write(folder.path().join("a.py"), source + "\n").expect("written");
        for target in ["3.11", "3.12", "3.14"] {
            let arguments = ["compile", "a.py", "-t", target, "-o", "out"];
            assert_refused(folder.path(), &arguments, "MemoryError");
        }
    }
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// An archive of these frames, all digests right, whose index is `index`, or claims to be longer.
fn archive(
    folder: &Path,
    variants: Value,
    frames: &[Value],
    content: &[u8],
    index: &Value,
    claimed: Option<u64>,
) {
    let index = serde_json::to_vec(index).expect("JSON");
    let compressed = zstd::bulk::compress(&index, 3).expect("compressed");
    let manifest = json!({
        "name": "app", "entry_point": "main", "variants": variants, "has_sources": true, "frames": frames,
        "index": { "compressed": compressed.len(), "size": claimed.unwrap_or(index.len() as u64),
            "blake3": digest(&compressed) },
    });
    let manifest = serde_json::to_vec(&manifest).expect("JSON");
    let mut bytes = [content, &compressed].concat();
    let frames = bytes.len() as u64;
    bytes.extend_from_slice(&manifest);
    bytes.extend_from_slice(&frames.to_le_bytes());
    bytes.extend_from_slice(&(manifest.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(blake3::hash(&manifest).as_bytes());
    bytes.extend_from_slice(&crosspyc::internals::bundle::FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(b"\0\0\0\0\x89PYB\r\n\x1a\n");
    fs::write(folder.join("app.pyb"), bytes).expect("written");
}

/// One frame of a blob of this size, and so many files that have it.
fn archive_of_files(folder: &Path, size: u64, files: usize) {
    let content = zstd::bulk::compress(b"", 3).expect("compressed");
    let frame = json!({ "compressed": content.len(), "size": size, "blake3": digest(&content) });
    let common: Vec<Value> = (0..files).map(|file| json!({ "path": file.to_string(), "blob": 0 })).collect();
    let index = json!({
        "streams": [{ "skeleton": size, "code": 0, "tables": 0, "references": 0 }],
        "blobs": [{ "frame": 0, "size": size, "blake3": digest(b"") }], "common": common, "variants": [],
    });
    archive(folder, json!([]), &[frame], &content, &index, None);
}

#[track_caller]
fn assert_refused(folder: &Path, arguments: &[&str], message: &str) {
    let ran = crosspyc(folder, arguments);
    let printed = fs::read_to_string(folder.join("output")).expect("it is there");
    let said = format!("{}{printed}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(said.contains(message), "{arguments:?}: {said}");
}

#[test]
fn an_archive_takes_no_more_than_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (size, files) in [(1 << 30, 1), (1 << 20, 3_000)] {
        archive_of_files(folder, size, files);
        assert_refused(folder, &["extract", "app.pyb", "-o", "out"], "allow more with --max-unpacked");
        assert!(!folder.join("out").exists());
    }
    archive_of_files(folder, 1 << 30, 1);
    assert_refused(folder, &["verify", "app.pyb"], "allow more with --max-unpacked");
    // Then it is looked at, and the claim is seen to be one.
    assert_refused(folder, &["verify", "app.pyb", "--max-unpacked", "2G"], "has another size");
    archive_of_files(folder, 1 << 63, 1);
    assert_eq!(crosspyc(folder, &["inspect", "app.pyb"]).status.code(), Some(0));
}

#[test]
fn an_index_is_no_longer_than_files_need() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = json!({ "streams": [], "blobs": [], "common": [], "variants": [] });
    for (claimed, message) in [(2 << 30, "larger than any"), (200 << 20, "allow more with --max-unpacked")] {
        archive(folder.path(), json!([]), &[], b"", &index, Some(claimed));
        for command in ["verify", "inspect"] {
            assert_refused(folder.path(), &[command, "app.pyb"], message);
        }
    }
    let lists = json!({ "streams": [], "blobs": [], "common": [], "variants": vec![json!([]); 2_000_001] });
    archive(folder.path(), json!([]), &[], b"", &lists, None);
    assert_refused(folder.path(), &["verify", "app.pyb"], "lists more files");
}

#[test]
fn many_frames_of_many_targets_take_no_room() {
    const COUNT: usize = 12_000;
    let folder = tempfile::tempdir().expect("a folder");
    let empty = zstd::bulk::compress(b"", 3).expect("compressed");
    let variant =
        |number: usize| json!({ "version": "3.12", "tag": format!("t-{number}"), "magic": 1, "optimize": 0 });
    let frame = json!({ "compressed": empty.len(), "size": 0, "blake3": digest(&empty) });
    let streams = json!({ "skeleton": 0, "code": 0, "tables": 0, "references": 0 });
    let index = json!({ "streams": vec![streams; COUNT], "blobs": [], "common": [], "variants": vec![json!([]); COUNT] });
    let variants: Vec<Value> = (0..COUNT).map(variant).collect();
    archive(folder.path(), json!(variants), &vec![frame; COUNT], &empty.repeat(COUNT), &index, None);
    for command in ["inspect", "verify"] {
        let ran = crosspyc(folder.path(), &[command, "app.pyb"]);
        assert_eq!(ran.status.code(), Some(0), "{command}: {ran:?}");
    }
}

/// The folders of a path are looked at once, not for each file in them.
#[test]
fn many_files_of_many_folders_take_no_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = zstd::bulk::compress(b"", 3).expect("compressed");
    let frame = json!({ "compressed": content.len(), "size": 0, "blake3": digest(&content) });
    let deep = "a/".repeat(300);
    let common: Vec<Value> =
        (0..30_000).map(|file| json!({ "path": format!("{deep}{file:05}"), "blob": 0 })).collect();
    let index = json!({
        "streams": [{ "skeleton": 0, "code": 0, "tables": 0, "references": 0 }],
        "blobs": [{ "frame": 0, "size": 0, "blake3": digest(b"") }], "common": common, "variants": [],
    });
    archive(folder.path(), json!([]), &[frame], &content, &index, None);
    let size = fs::metadata(folder.path().join("app.pyb")).expect("it is there").len();
    assert!(size < 1_000_000, "{size} bytes");
    for command in ["inspect", "verify"] {
        let ran = crosspyc(folder.path(), &[command, "app.pyb"]);
        assert_eq!(ran.status.code(), Some(0), "{command}: {ran:?}");
    }
}

/// A pipe has no end; it is not waited for.
#[test]
fn pipes_are_not_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(Command::new("mkfifo").arg(folder.path().join("a.pyc")).status().expect("it starts").success());
    for path in [".", "a.pyc"] {
        assert_refused(folder.path(), &["verify", path], "it is no regular file");
    }
}
