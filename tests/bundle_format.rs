//! The archive: what is written can be read, and no damage goes unnoticed.

use std::collections::BTreeMap;
use std::path::Path;

use crosspyc::bundle::{Archive, Contents, EntryPoint, ReadError, TargetEntry, WriteError, write};

fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(path, data)| (path.to_string(), data.as_bytes().to_vec())).collect()
}

fn contents() -> Contents {
    let target =
        |version: &str, tag: &str, magic| TargetEntry { version: version.into(), tag: tag.into(), magic };
    Contents {
        name: "app".into(),
        entry_point: EntryPoint::Module("app".into()),
        shared: files(&[("app/data.txt", "data"), ("app/empty", "")]),
        targets: vec![
            (target("3.11", "cpython-311", 3495), files(&[("app/__main__.pyc", "eleven")])),
            (
                target("3.12", "cpython-312", 3531),
                files(&[("app/__main__.pyc", "twelve"), ("app/x.pyc", "x")]),
            ),
        ],
        platform: None,
    }
}

/// All files for 3.12, or the first error.
fn read(path: &Path) -> Result<BTreeMap<String, Vec<u8>>, ReadError> {
    let mut files = BTreeMap::new();
    Archive::open(path)?.files(
        |section| section.tag.as_deref().is_none_or(|tag| tag == "cpython-312"),
        |_, entry, data| {
            files.insert(entry.path.clone(), data.to_vec());
            Ok::<_, ReadError>(())
        },
    )?;
    Ok(files)
}

fn expected() -> BTreeMap<String, Vec<u8>> {
    files(&[("app/data.txt", "data"), ("app/empty", ""), ("app/__main__.pyc", "twelve"), ("app/x.pyc", "x")])
}

#[test]
fn a_target_gets_the_shared_files_and_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    let (manifest, length) = write(&contents(), &path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), length);
    assert_eq!(*Archive::open(&path).unwrap().manifest(), manifest);
    assert_eq!(read(&path).unwrap(), expected());
}

#[test]
fn an_archive_may_follow_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    write(&contents(), &path).unwrap();
    let archive = std::fs::read(&path).unwrap();
    std::fs::write(&path, [b"#!executable".as_slice(), &archive].concat()).unwrap();
    assert_eq!(read(&path).unwrap(), expected());
}

#[test]
fn the_same_contents_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1"), folder.path().join("2"));
    write(&contents(), &first).unwrap();
    write(&contents(), &second).unwrap();
    assert_eq!(std::fs::read(first).unwrap(), std::fs::read(second).unwrap());
}

#[test]
fn every_flipped_bit_is_noticed_or_harmless_and_every_truncation_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    write(&contents(), &path).unwrap();
    let archive = std::fs::read(&path).unwrap();
    for bit in 0..archive.len() * 8 {
        let mut damaged = archive.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, damaged).unwrap();
        // A bit of a zstd header may change nothing; what is read is right or is an error.
        if let Ok(files) = read(&path) {
            assert_eq!(files, expected(), "bit {bit}");
        }
    }
    for length in 0..archive.len() {
        std::fs::write(&path, &archive[..length]).unwrap();
        assert!(read(&path).is_err(), "truncated to {length}");
    }
}

#[test]
fn a_manifest_that_claims_more_than_there_is_costs_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    write(&contents(), &path).unwrap();
    let mut archive = std::fs::read(&path).unwrap();
    let trailer = archive.len() - 64;
    archive[trailer + 8..trailer + 16].copy_from_slice(&(u64::MAX / 2).to_le_bytes());
    std::fs::write(&path, archive).unwrap();
    assert!(matches!(read(&path), Err(ReadError::Damaged { .. })));
}

#[test]
fn paths_that_leave_the_root_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bad = Contents { shared: files(&[("../escaped", "")]), ..contents() };
    assert!(matches!(write(&bad, &folder.path().join("a")), Err(WriteError::Path { .. })));
    let twice = Contents { shared: files(&[("app/x.pyc", "")]), ..contents() };
    assert!(matches!(write(&twice, &folder.path().join("a")), Err(WriteError::Clash { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// An archive with this manifest, right in all else.
fn with_manifest(archive: &[u8], manifest: &str) -> Vec<u8> {
    let (mut trailer, sections_length) = (archive[archive.len() - 64..].to_vec(), archive_sections(archive));
    trailer[8..16].copy_from_slice(&(manifest.len() as u64).to_le_bytes());
    trailer[16..48].copy_from_slice(blake3::hash(manifest.as_bytes()).as_bytes());
    [&archive[..sections_length], manifest.as_bytes(), &trailer].concat()
}

fn archive_sections(archive: &[u8]) -> usize {
    let length = &archive[archive.len() - 64..archive.len() - 56];
    u64::from_le_bytes(length.try_into().unwrap()) as usize
}

#[test]
fn a_manifest_that_lies_is_refused_though_its_digest_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    write(&contents(), &path).unwrap();
    let archive = std::fs::read(&path).unwrap();
    let manifest = std::str::from_utf8(&archive[archive_sections(&archive)..archive.len() - 64]).unwrap();
    for (old, new, reason) in [
        ("", "", None),
        ("\"app/empty\"", "\"../empty\"", Some("has a part that is `.` or `..`")),
        ("\"app/empty\"", "\"/empty\"", Some("is absolute")),
        ("\"app/empty\"", "\"app/data.txt\"", Some("`app/data.txt` stands twice")),
        ("\"app/empty\"", "\"app/x.pyc\"", Some("`app/x.pyc` stands twice")),
        ("\"app/empty\"", "\"app/x.pyc/y\"", Some("`app/x.pyc` is a file, and `app/x.pyc/y` is in it")),
        ("\"tag\":\"cpython-312\",\"magic\"", "\"tag\":\"../312\",\"magic\"", Some("is no target")),
        ("\"version\":\"3.12\"", "\"version\":\"/../sh\"", Some("is no target")),
        (
            "\"tag\":\"cpython-312\",\"compressed\"",
            "\"tag\":\"pypy\",\"compressed\"",
            Some("none of its targets"),
        ),
        ("\"size\":4", "\"size\":18446744073709551615", Some("of 18446744073709551615 bytes")),
        ("\"size\":4", "\"size\":-1", Some("malformed")),
        ("\"compressed\":", "\"compressed\":1", Some("do not add up")),
        ("{", "[", Some("malformed")),
    ] {
        std::fs::write(&path, with_manifest(&archive, &manifest.replacen(old, new, 1))).unwrap();
        match (read(&path), reason) {
            (Ok(files), None) => assert_eq!(files, expected()),
            (Err(error), Some(reason)) => assert!(error.to_string().contains(reason), "{new}: {error}"),
            (result, _) => panic!("{new}: {result:?}"),
        }
    }
    let nested = "[".repeat(1_000_000);
    std::fs::write(&path, with_manifest(&archive, &nested)).unwrap();
    assert!(matches!(read(&path), Err(ReadError::Damaged { .. })));
}
