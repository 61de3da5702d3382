//! Damaged and hostile archives: always an error, never a panic, never memory for what is only
//! claimed.

#![cfg(feature = "cli")]

#[path = "mutated/mutations/seal.rs"]
mod seal;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use bumpalo::Bump;
use crosspyc::internals::bundle::{
    Archive, Contents, EntryPoint, Index, ReadError, Variant, WriteOptions, write,
};
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::targets::Target;
use seal::seal;
use serde_json::{Value, json};

/// The bytes of a module's pyc.
fn pyc(source: &str, target: Target) -> Vec<u8> {
    let arena = Bump::new();
    let options = Options { filename: "mod.py".into(), optimize: 0 };
    let code = compile(&arena, source.as_bytes(), options, target).code.expect("it is valid Python");
    let mut pyc = target.features().magic.to_le_bytes().to_vec();
    pyc.extend_from_slice(b"\r\n\x01\0\0\0hashhash");
    crosspyc::internals::marshal::write(code, target, &mut pyc).expect("it can be marshalled");
    pyc
}

/// An application of so many modules, for two targets.
fn contents(modules: usize) -> Contents {
    let variant = |target: &str| {
        let target: Target = target.parse().expect("a target");
        let source = |n| {
            format!(
                "import os\n\nclass C{n}:\n    def f(self, a):\n        return [os.name, a, {n}, self.f]\n"
            )
        };
        let file = |n| (format!("app/m{n}.pyc"), pyc(&source(n), target).into());
        let features = target.features();
        let variant = Variant {
            version: target.version().to_string(),
            tag: features.pyc_tag.to_owned(),
            magic: features.magic,
            optimize: 0,
            platforms: Vec::new(),
        };
        (variant, (0..modules).map(file).collect())
    };
    Contents {
        name: "app".into(),
        entry_point: EntryPoint::Module("app.m0".into()),
        scripts: BTreeMap::new(),
        system_site_packages: false,
        python: None,
        distribution: None,
        common: BTreeMap::from([("app/data.txt".to_owned(), b"some data".to_vec().into())]),
        variants: vec![variant("3.12"), variant("3.13")],
        has_sources: false,
        version: None,
        requires_python: None,
    }
}

/// A folder with `app.pyb`.
fn bundled(modules: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("app.pyb");
    write(contents(modules), &path, &WriteOptions::default()).expect("written");
    (folder, path)
}

fn verify(path: &Path) -> Result<Index, ReadError> {
    Archive::open(path)?.verify()
}

#[test]
fn what_is_whole_is_read() {
    let (_folder, path) = bundled(3);
    assert_eq!(verify(&path).unwrap().file_count(), 7);
    let wanted = &contents(3).variants[1].1;
    let mut found = BTreeMap::new();
    Archive::open(&path)
        .unwrap()
        .files(Some(1), |entry, data| {
            found.insert(entry.path.clone(), data.to_vec());
            Ok::<_, ReadError>(())
        })
        .unwrap();
    assert!(wanted.iter().all(|(path, file)| found[path] == file.data));
}

#[test]
fn every_flipped_byte_and_every_truncation_is_noticed() {
    let (_folder, path) = bundled(1);
    let archive = fs::read(&path).unwrap();
    for (offset, byte) in archive.iter().enumerate() {
        for flipped in [!byte, byte ^ 1] {
            overwrite(&path, offset, &[flipped]);
            assert!(verify(&path).is_err(), "byte {offset}: {byte} became {flipped}");
        }
        overwrite(&path, offset, &[*byte]);
    }
    for length in (0..archive.len()).rev() {
        File::options().write(true).open(&path).unwrap().set_len(length as u64).unwrap();
        assert!(verify(&path).is_err(), "truncated to {length}");
    }
}

fn overwrite(path: &Path, offset: usize, bytes: &[u8]) {
    let mut file = File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(offset as u64)).unwrap();
    file.write_all(bytes).unwrap();
}

/// Each changes some bytes, cuts some out, doubles some, or swaps two stretches.
#[test]
fn two_thousand_mutations_of_a_large_archive_are_noticed() {
    let (_folder, path) = bundled(200);
    let archive = fs::read(&path).unwrap();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    // Xorshift: the same numbers in every run.
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for round in 0..2000 {
        let mut mutated = archive.clone();
        let start = random(archive.len() - 64);
        let length = 1 + random(63);
        match round % 4 {
            0 => (0..=random(8)).for_each(|_| mutated[random(archive.len())] ^= 1 << random(8)),
            1 => drop(mutated.drain(start..start + length)),
            2 => drop(mutated.splice(start..start, archive[start..start + length].to_vec())),
            _ => {
                let other = random(archive.len() - 64);
                mutated[start..start + length].copy_from_slice(&archive[other..other + length]);
            }
        }
        // What is cut out before the first frame, or is copied onto itself, changes nothing.
        if mutated.ends_with(&archive) {
            continue;
        }
        fs::write(&path, &mutated).unwrap();
        assert!(verify(&path).is_err(), "mutation {round} went unnoticed");
    }
}

/// An archive whose manifest and index were changed, with all digests right.
fn forged(
    change: impl FnOnce(&mut Value, &mut Value),
    change_json: impl FnOnce(Vec<u8>) -> Vec<u8>,
) -> String {
    let (_folder, path) = bundled(2);
    let archive = Archive::open(&path).unwrap();
    let mut manifest: Value = serde_json::from_slice(archive.signed_bytes()).unwrap();
    let mut index = serde_json::to_value(archive.index().unwrap()).unwrap();
    let frames = archive.manifest().frames.iter().map(|frame| frame.compressed as usize).sum::<usize>();
    let mut bytes = fs::read(&path).unwrap()[..frames].to_vec();
    let untouched = index.clone();
    change(&mut manifest, &mut index);
    if index != untouched {
        let json = serde_json::to_vec(&index).unwrap();
        let compressed = zstd::bulk::compress(&json, 3).unwrap();
        manifest["index"] = json!({
            "compressed": compressed.len(), "size": json.len(),
            "blake3": blake3::hash(&compressed).to_hex().to_string(),
        });
        bytes.extend_from_slice(&compressed);
    } else {
        let start = frames;
        let length = archive.manifest().index.compressed as usize;
        bytes.extend_from_slice(&fs::read(&path).unwrap()[start..start + length]);
    }
    let json = change_json(serde_json::to_vec(&manifest).unwrap());
    seal(&mut bytes, &json);
    fs::write(&path, bytes).unwrap();
    verify(&path).expect_err("it was forged").to_string()
}

/// A place in the JSON, what is to stand there, and what the error says.
type Lie = (&'static str, Value, &'static str);

#[test]
fn manifests_that_lie_are_refused() {
    let lies: Vec<Lie> = vec![
        ("/frames/0/compressed", json!(u64::MAX), "do not add up"),
        ("/frames/1/compressed", json!(1), "do not add up"),
        ("/frames/1/size", json!(u64::MAX), "do not fill their frames"),
        ("/frames/1/size", json!(-1), "malformed"),
        ("/frames/1/blake3", json!("0"), "does not match its digest"),
        ("/frames/1/parent", json!(1), "refers to one that is not before it"),
        ("/frames/1/parent", json!(2), "refers to one that is not before it"),
        ("/frames/2/parent", json!(0), "does not"),
        ("/index/parent", json!(0), "refers to one that is not before it"),
        ("/index/size", json!(u64::MAX), "the index is larger than any"),
        ("/index/size", json!(10), "another size"),
        ("/frames", json!([]), "do not add up"),
        ("/variants", json!([]), "neither targets nor sources"),
        ("/variants/0/tag", json!("../up"), "is not a target"),
        ("/variants/0/version", json!("3.12/x"), "is not a target"),
        ("/entry_point", json!(null), "malformed"),
        ("/variants/0/version", json!(""), "is not a target"),
        ("/variants/0/version", json!("....9.1"), "is not a target"),
        ("/variants/0/optimize", json!(255), "is not a target"),
        ("/variants/1/tag", json!("CPYTHON-312"), "occurs twice"),
        ("/name", json!("x\n  signature: valid"), "control character"),
        ("/variants/0/platforms", json!(["\u{1b}[31m"]), "control character"),
        ("/entry_point", json!("\u{1b}[31m"), r"\u{1b}"),
    ];
    for (place, value, message) in lies {
        let lie = |manifest: &mut Value, _: &mut Value| set(manifest, place, &value);
        let error = forged(lie, |json| json);
        // Without its own prefix a frame is something else, or nothing at all.
        assert!(
            error.contains(message) || error.contains("cannot be decompressed"),
            "{place} {value}: {error}"
        );
    }
}

#[test]
fn indices_that_lie_are_refused() {
    let huge = u64::MAX;
    let lies: Vec<Lie> = vec![
        ("/common/0/path", json!("../up"), "`.` or `..`"),
        ("/common/0/path", json!("app/M0.pyc"), "are the same file on systems"),
        ("/common/0/path", json!("app"), "is a file, and"),
        ("/common/0/path", json!("nul"), "a device on Windows"),
        ("/common/0/blob", json!(99), "a blob that is not there"),
        ("/common/0/blob", json!(huge), "a blob that is not there"),
        ("/blobs/0/frame", json!(99), "frames that are not there or out of order"),
        ("/blobs/0/frame", json!(2), "frames that are not there or out of order"),
        ("/blobs/1/frame", json!(0), "do not fill their frames"),
        ("/blobs/1/size", json!(huge), "do not fill their frames"),
        ("/blobs/1/size", json!(0), "do not fill their frames"),
        ("/blobs/1/blake3", json!("0"), "does not match its digest"),
        ("/blobs/1/form", json!("plain"), "does not consist of the streams"),
        ("/blobs/1/form", json!("pyc38"), "does not consist of the streams"),
        ("/blobs/0/form", json!("pyc311"), "does not consist of the streams"),
        ("/blobs/1/form", json!("other"), "malformed"),
        ("/streams/1/code", json!(huge), "do not fill their frames"),
        ("/streams/1/references", json!(huge / 2), "do not fill their frames"),
        ("/streams", json!([]), "of other frames"),
        ("/variants", json!([]), "of other variants"),
    ];
    for (place, value, message) in lies {
        let lie = |_: &mut Value, index: &mut Value| set(index, place, &value);
        let error = forged(lie, |json| json);
        assert!(error.contains(message), "{place} {value}: {error}");
    }
}

fn set(json: &mut Value, place: &str, value: &Value) {
    match json.pointer_mut(place) {
        Some(there) => *there = value.clone(),
        None => {
            let (object, field) = place.rsplit_once('/').expect("a place in an object");
            json.pointer_mut(object).expect("it is there")[field] = value.clone();
        }
    }
}

/// The streams' lengths add up, but are others.
#[test]
fn streams_with_other_borders_are_refused() {
    let error = forged(
        |_, index| {
            let skeleton = index["streams"][1]["skeleton"].as_u64().unwrap();
            let code = index["streams"][1]["code"].as_u64().unwrap();
            index["streams"][1]["skeleton"] = json!(skeleton - 2);
            index["streams"][1]["code"] = json!(code + 2);
        },
        |json| json,
    );
    assert!(error.contains("does not consist of the streams") || error.contains("its digest"), "{error}");
}

#[test]
fn sizes_that_are_claimed_everywhere_cost_nothing() {
    let error = forged(
        |manifest, index| {
            manifest["frames"][0]["size"] = json!(u64::MAX);
            index["blobs"][0]["size"] = json!(u64::MAX);
            index["streams"][0]["skeleton"] = json!(u64::MAX);
        },
        |json| json,
    );
    assert!(error.contains("are allowed for an archive of its length"), "{error}");
}

/// Sizes that come to more than a number holds.
#[test]
fn sizes_that_overflow_are_refused() {
    let error = forged(
        |manifest, index| {
            manifest["frames"][1]["size"] = json!(u64::MAX);
            index["blobs"][1]["size"] = json!(u64::MAX);
            index["streams"][1] = json!({ "skeleton": u64::MAX, "code": 0, "tables": 0, "references": 0 });
        },
        |json| json,
    );
    assert!(error.contains("do not fill their frames"), "{error}");
}

#[test]
fn a_frame_that_inflates_to_more_than_it_says_is_left_at_that() {
    let (_folder, path) = bundled(1);
    let mut manifest: Value = serde_json::from_slice(Archive::open(&path).unwrap().signed_bytes()).unwrap();
    let bomb = zstd::bulk::compress(&vec![b' '; 200 << 20], 1).unwrap();
    let digest = blake3::hash(&bomb).to_hex().to_string();
    manifest["frames"] = json!([]);
    manifest["index"] = json!({ "compressed": bomb.len(), "size": 1000, "blake3": digest });
    let mut bytes = bomb;
    seal(&mut bytes, &serde_json::to_vec(&manifest).unwrap());
    fs::write(&path, bytes).unwrap();
    let error = verify(&path).unwrap_err().to_string();
    assert!(error.contains("the index"), "{error}");
}

#[test]
fn deep_json_is_refused() {
    let deep = |_: Vec<u8>| [b"{\"name\":".to_vec(), vec![b'['; 1 << 20]].concat();
    assert!(forged(|_, _| (), deep).contains("malformed"));
}

/// An archive of frames of `size` bytes, each of which is compressed with the one before.
fn chain(frames: usize, size: usize) -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = bundled(1);
    let mut manifest: Value = serde_json::from_slice(Archive::open(&path).unwrap().signed_bytes()).unwrap();
    let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    let content = |number: usize| -> Vec<u8> { number.to_le_bytes().repeat(size / 8) };
    let (mut bytes, mut described, mut blobs) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..frames {
        let prefix = if number == 0 { Vec::new() } else { content(number - 1) };
        let mut encoder = zstd::Encoder::with_ref_prefix(Vec::new(), 1, &prefix).unwrap();
        encoder.write_all(&content(number)).unwrap();
        let compressed = encoder.finish().unwrap();
        described.push(json!({ "compressed": compressed.len(), "size": size, "blake3": digest(&compressed),
            "parent": number.checked_sub(1) }));
        blobs.push(json!({ "frame": number, "size": size, "blake3": digest(&content(number)) }));
        bytes.extend_from_slice(&compressed);
    }
    let streams = vec![json!({ "skeleton": size, "code": 0, "tables": 0, "references": 0 }); frames];
    let common = [json!({ "path": "last", "blob": frames - 1 })];
    let index = json!({ "streams": streams, "blobs": blobs, "common": common, "variants": [[], []] });
    let index = serde_json::to_vec(&index).unwrap();
    let compressed = zstd::bulk::compress(&index, 3).unwrap();
    manifest["index"] =
        json!({ "compressed": compressed.len(), "size": index.len(), "blake3": digest(&compressed) });
    manifest["frames"] = json!(described);
    bytes.extend_from_slice(&compressed);
    seal(&mut bytes, &serde_json::to_vec(&manifest).unwrap());
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// The last of a thousand frames needs all before it, but no more than one of them at a time.
#[test]
fn a_long_chain_of_frames_takes_the_room_of_two() {
    let (_folder, path) = chain(1000, 1 << 20);
    let mut last = Vec::new();
    let archive = Archive::open(&path).unwrap();
    assert!(archive.verify().is_err(), "it is a hundred times as large as its archive");
    let archive = archive.with_limit("2G".parse().ok());
    let read = archive.files(None, |_, data| {
        last = data.to_vec();
        Ok::<_, ReadError>(())
    });
    assert!(read.is_ok() && last == 999_usize.to_le_bytes().repeat(1 << 17));
    if cfg!(not(target_os = "linux")) {
        assert!(archive.verify().is_ok());
        return;
    }
    // A quarter of what all of them hold.
    let script = "ulimit -v 262144 && exec \"$0\" verify --max-unpacked 2G \"$1\"";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_crosspyc")]).arg(&path);
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{output:?}");
}
