//! Valid inputs, changed by seeded generators: each is taken or refused, never with a panic, and
//! never with more memory than its length allows.
//!
//! The fuzz targets (`fuzz/`) run the same checks on the same changes, for as long as one lets them.

#![cfg(feature = "cli")]

mod canonical;
mod checks;
mod mutations;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crosspyc::internals::bundle::{Contents, EntryPoint, Variant, WriteOptions, write};
use crosspyc::internals::targets::{Target, Version};

use checks::{check_archive, check_pyc, check_source};
use mutations::{Random, mutate_archive, mutate_bytes, mutate_source};

/// The files below a folder of the package that end in `suffix`, in order.
fn inputs(folder: &str, suffix: &str) -> Vec<Vec<u8>> {
    let walk = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).sort_by_file_name();
    let paths = walk.into_iter().map(|entry| entry.expect("the folder can be read").into_path());
    let wanted = paths.filter(|path: &PathBuf| path.extension().is_some_and(|end| end == suffix));
    wanted.map(|path| fs::read(path).expect("the file can be read")).filter(|file| !file.is_empty()).collect()
}

#[test]
fn sources_are_compiled_or_rejected() {
    let files = [inputs("testdata/code", "py"), inputs("testdata/programs", "py")].concat();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let target = Target::newest(Version::V3_12);
    let mut random = Random::new(0);
    let mut accepted = 0;
    for &file in files.iter().cycle().take(40 * files.len()) {
        // A part of the file, so that one change is not lost among all that another one spoils.
        let start = random.below(file.len());
        let part = &file[start..file.len().min(start + 2000)];
        let start = part.iter().position(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let other = random.of(&files);
        let mutant = mutate_source(&mut random, &part[start..], other);
        accepted += usize::from(check_source(&mutant, target));
    }
    assert!(accepted > 0, "no mutant was valid Python");
}

#[test]
fn pycs_are_read_or_refused() {
    let mut random = Random::new(0);
    let mut read = 0;
    for pyc in inputs("testdata/marshal", "pyc") {
        for _ in 0..400 {
            let mut data = pyc.clone();
            mutate_bytes(&mut random, &mut data);
            read += usize::from(check_pyc(&data));
        }
    }
    assert!(read > 100, "the mutations are too wild: {read} read");
}

/// An archive of the pycs of `testdata/marshal` for two targets, and of a data file.
fn archive() -> Vec<u8> {
    let variant = |version: Version| {
        let features = version.features();
        Variant {
            version: version.to_string(),
            tag: features.pyc_tag.to_owned(),
            magic: features.magic,
            optimize: 0,
            platforms: Vec::new(),
        }
    };
    let pycs = inputs("testdata/marshal", "pyc");
    let files = |count| {
        let named = pycs.iter().take(count).enumerate();
        named.map(|(number, pyc)| (format!("app/m{number}.pyc"), pyc.clone().into())).collect()
    };
    let contents = Contents {
        name: "app".into(),
        entry_point: EntryPoint::Module("app.m0".into()),
        common: BTreeMap::from([("app/data.txt".to_owned(), b"some data".to_vec().into())]),
        variants: vec![(variant(Version::V3_12), files(3)), (variant(Version::V3_13), files(4))],
        has_sources: false,
        version: None,
        scripts: Default::default(),
        system_site_packages: false,
        python: None,
        distribution: None,
        requires_python: None,
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("app.pyb");
    write(contents, &path, &WriteOptions::default()).expect("it can be written");
    fs::read(path).expect("it can be read")
}

#[test]
fn archives_with_right_digests_are_unpacked_or_refused() {
    let archive = archive();
    let mut random = Random::new(0);
    let mut taken = 0;
    for _ in 0..1000 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("app.pyb"), mutate_archive(&mut random, &archive))
            .expect("it is written");
        taken += usize::from(check_archive(folder.path()));
    }
    assert!(taken > 50, "the mutations are too wild: {taken} taken");
}
