//! The archive: what is written can be read, and no damage goes unnoticed.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::path::Path;

use crosspyc::internals::bundle::{
    Archive, Contents, EntryPoint, File, Form, Index, PathError, ReadError, Variant, WriteError,
    WriteOptions, write,
};

fn files(files: &[(&str, &str)]) -> BTreeMap<String, File> {
    files.iter().map(|(path, data)| (path.to_string(), data.as_bytes().to_vec().into())).collect()
}

fn contents() -> Contents {
    let variant = |version: &str, tag: &str, magic| Variant {
        version: version.into(),
        tag: tag.into(),
        magic,
        optimize: 0,
        platforms: Vec::new(),
    };
    Contents {
        name: "app".into(),
        entry_point: EntryPoint::Module("app".into()),
        scripts: BTreeMap::new(),
        system_site_packages: false,
        python: None,
        distribution: None,
        common: files(&[("app/data.txt", "data"), ("app/empty", "")]),
        variants: vec![
            (variant("3.11", "cpython-311", 3495), files(&[("app/__main__.pyc", "eleven")])),
            (
                variant("3.12", "cpython-312", 3531),
                files(&[("app/__main__.pyc", "twelve"), ("app/x.pyc", "x")]),
            ),
        ],
        has_sources: false,
        version: None,
        requires_python: None,
    }
}

/// All files for 3.12, or the first error.
fn read(path: &Path) -> Result<BTreeMap<String, File>, ReadError> {
    let mut files = BTreeMap::new();
    Archive::open(path)?.files(Some(1), |entry, data| {
        files.insert(entry.path.clone(), data.to_vec().into());
        Ok::<_, ReadError>(())
    })?;
    Ok(files)
}

fn expected() -> BTreeMap<String, File> {
    files(&[("app/data.txt", "data"), ("app/empty", ""), ("app/__main__.pyc", "twelve"), ("app/x.pyc", "x")])
}

#[test]
fn a_target_gets_the_shared_files_and_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    let (manifest, length) = write(contents(), &path, &WriteOptions::default()).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), length);
    assert_eq!(*Archive::open(&path).unwrap().manifest(), manifest);
    assert_eq!(read(&path).unwrap(), expected());
}

#[test]
fn an_archive_may_follow_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    write(contents(), &path, &WriteOptions::default()).unwrap();
    let archive = std::fs::read(&path).unwrap();
    std::fs::write(&path, [b"#!executable".as_slice(), &archive].concat()).unwrap();
    assert_eq!(read(&path).unwrap(), expected());
}

#[test]
fn the_same_contents_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1"), folder.path().join("2"));
    write(contents(), &first, &WriteOptions::default()).unwrap();
    write(contents(), &second, &WriteOptions::default()).unwrap();
    assert_eq!(std::fs::read(first).unwrap(), std::fs::read(second).unwrap());
}

#[test]
fn a_manifest_that_claims_more_than_there_is_costs_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    write(contents(), &path, &WriteOptions::default()).unwrap();
    let mut archive = std::fs::read(&path).unwrap();
    let trailer = archive.len() - 64;
    archive[trailer + 8..trailer + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    std::fs::write(&path, archive).unwrap();
    assert!(matches!(read(&path), Err(ReadError::Damaged { .. })));
}

#[test]
fn paths_that_leave_the_root_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bad = Contents { common: files(&[("../escaped", "")]), ..contents() };
    assert!(matches!(
        write(bad, &folder.path().join("a"), &WriteOptions::default()),
        Err(WriteError::Path(PathError::Path { .. }))
    ));
    let twice = Contents { common: files(&[("app/x.pyc", "")]), ..contents() };
    assert!(matches!(
        write(twice, &folder.path().join("a"), &WriteOptions::default()),
        Err(WriteError::Path(PathError::Twice(_)))
    ));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// What CPython 3.8 to 3.11 wrote, see `testdata/streams/README.md`.
fn old_pycs() -> BTreeMap<String, File> {
    let pyc = |version: &str| {
        let name = format!("shapes-{version}.pyc");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/streams").join(&name);
        (name, std::fs::read(path).expect("it is there").into())
    };
    ["3.8", "3.9", "3.10", "3.11"].map(pyc).into()
}

/// An archive's index, and the common files as they come out.
fn round_trip(common: BTreeMap<String, File>) -> (Index, BTreeMap<String, File>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.pyb");
    write(Contents { common, ..contents() }, &path, &WriteOptions::default()).unwrap();
    let archive = Archive::open(&path).unwrap();
    let mut files = BTreeMap::new();
    let read = archive.files(None, |entry, data| {
        files.insert(entry.path.clone(), data.to_vec().into());
        Ok::<_, ReadError>(())
    });
    read.unwrap();
    (archive.index().unwrap(), files)
}

#[test]
fn pycs_of_older_pythons_are_sorted_and_come_back() {
    let pycs = old_pycs();
    let (index, files) = round_trip(pycs.clone());
    assert!(files == pycs);
    let forms: BTreeMap<&str, Form> =
        index.common.iter().map(|entry| (entry.path.as_str(), index.blobs[entry.blob].form)).collect();
    assert_eq!(
        forms,
        BTreeMap::from([
            ("shapes-3.10.pyc", Form::Pyc38),
            ("shapes-3.11.pyc", Form::Pyc311),
            ("shapes-3.8.pyc", Form::Pyc38),
            ("shapes-3.9.pyc", Form::Pyc38),
        ])
    );
    let lengths = index.streams[0];
    assert!(lengths.code > 0 && lengths.tables > 0 && lengths.references > 0, "{lengths:?}");
}

/// Whatever a file called a pyc holds: cut off, with bytes changed, with more behind it.
#[test]
fn files_that_are_nearly_pycs_come_back() {
    let mut files = BTreeMap::new();
    for (name, File { data, .. }) in old_pycs() {
        for at in (0..data.len()).step_by(7) {
            let mut flipped = data.clone();
            flipped[at] ^= 1 << (at % 8);
            files.insert(format!("{name}/flipped-{at}"), flipped.into());
            files.insert(format!("{name}/cut-{at}"), data[..at].to_vec().into());
        }
        files.insert(format!("{name}/longer"), [data.as_slice(), b"N"].concat().into());
    }
    assert!(round_trip(files.clone()).1 == files);
}
