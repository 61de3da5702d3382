//! An entry: made once, compared with the archive, made again when it was altered; listed and
//! removed.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::place::{Place, contents, expected, inode, ran, tree};

#[test]
fn an_entry_is_private_tagged_and_made_once() {
    let place = Place::new();
    place.run().assert_silent();
    place.assert_whole(&contents());
    let files = place.files();
    for folder in [&place.path("cache"), &place.entry(), &files, &files.join("data")] {
        assert_eq!(fs::metadata(folder).expect("it is there").mode() & 0o777, 0o700, "{folder:?}");
    }
    let tag = fs::read_to_string(place.path("cache/CACHEDIR.TAG")).expect("it is there");
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"), "{tag}");
    let first = inode(&files);
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first);
    assert_eq!(place.names("tmp"), [""; 0]);
}

/// The entry with these files.
fn entry(files: &Path) -> PathBuf {
    files.ancestors().nth(3).expect("they are in an entry").to_owned()
}

fn record(files: &Path) -> PathBuf {
    entry(files).join("record")
}

/// Whatever is done to the files, the next start sees it, and runs what was packed.
#[test]
fn an_entry_that_was_changed_is_made_again() {
    let changes: [fn(&Path); 18] = [
        |files| fs::write(files.join("__main__.pyc"), "mAin").expect("written"),
        |files| fs::write(files.join("__main__.pyc"), "mai").expect("written"),
        |files| fs::remove_file(files.join("package/module.pyc")).expect("removed"),
        |files| fs::remove_dir_all(files.join("package")).expect("removed"),
        |files| fs::remove_dir_all(files).expect("removed"),
        |files| fs::remove_file(entry(files).join("bin/python")).expect("removed"),
        |files| fs::write(entry(files).join("pyvenv.cfg"), "home = /").expect("written"),
        |files| fs::write(entry(files).join("bin/json.py"), "").expect("written"),
        |files| fs::write(files.join("package/libssl.so.3"), "").expect("written"),
        |files| {
            fs::remove_file(entry(files).join("bin/python3")).expect("removed");
            symlink("/bin/sh", entry(files).join("bin/python3")).expect("linked");
        },
        |files| {
            fs::rename(entry(files), entry(files).with_file_name(".moved")).expect("renamed");
            symlink(".moved", entry(files)).expect("linked");
        },
        |files| {
            fs::rename(files, files.with_file_name("moved")).expect("renamed");
            symlink("moved", files).expect("linked");
        },
        |files| fs::write(files.join("package/stray.pyc"), "").expect("written"),
        |files| fs::create_dir(files.join("package/stray")).expect("made"),
        |files| {
            fs::set_permissions(files.join("data/program"), fs::Permissions::from_mode(0o644)).expect("set");
        },
        |files| {
            fs::rename(files.join("package"), files.with_file_name("moved")).expect("renamed");
            symlink("../moved", files.join("package")).expect("linked");
        },
        |files| fs::write(record(files), "").expect("written"),
        |files| fs::remove_file(record(files)).expect("removed"),
    ];
    let place = Place::new();
    place.run().assert_silent();
    for (number, change) in changes.into_iter().enumerate() {
        change(&place.files());
        place.run().assert_silent();
        let _ = fs::remove_dir_all(place.path("cache/.moved"));
        assert_eq!(tree(&place.files()), expected(&contents()), "change {number}");
    }
}

#[test]
fn what_only_looks_changed_is_kept() {
    let place = Place::new();
    place.run().assert_silent();
    let files = place.files();
    let first = inode(&files);
    let file = fs::File::options().write(true).open(files.join("__main__.pyc")).expect("it is there");
    file.set_modified(SystemTime::now() - Duration::from_secs(1000)).expect("it is ours");
    let content = || fs::read(record(&files)).expect("it is there");
    let before = content();
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first);
    assert_ne!(content(), before, "it is looked at once, and not at every start");
}

/// Every byte of every file of an entry flipped in turn, and every truncation, with the time of the
/// change set back.
#[test]
fn every_flipped_byte_and_truncation_is_noticed_or_harmless() {
    let place = Place::new();
    place.run().assert_silent();
    let mut paths: Vec<String> = expected(&contents()).into_keys().collect();
    // Each byte is a run, and one file of ours stands for all.
    paths.retain(|path| !path.ends_with(".pth"));
    paths.push("../../../record".to_owned());
    for path in paths {
        let whole = fs::read(place.files().join(&path)).expect("it is there");
        let flipped = (0..whole.len()).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        });
        let truncated = (0..whole.len()).map(|length| whole[..length].to_vec());
        for bytes in flipped.chain(truncated) {
            let file = place.files().join(&path);
            let time = fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("it is there");
            fs::write(&file, bytes).expect("written");
            fs::File::options().write(true).open(&file).expect("open").set_modified(time).expect("set");
            place.run().assert_silent();
            place.assert_whole(&contents());
        }
    }
}

#[test]
fn what_cannot_be_made_again_is_not_run() {
    let place = Place::new();
    place.run().assert_silent();
    let mut bytes = fs::read(place.path("app.pyb")).expect("it is there");
    bytes[10] ^= 1;
    fs::write(place.path("app.pyb"), bytes).expect("written");
    // The copy is whole.
    place.run().assert_silent();
    fs::write(place.files().join("package/module.pyc"), "mOdule").expect("written");
    let ran = place.run();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{ran:?}");
    let damage = " has changed, and it cannot be made again: app.pyb is damaged at byte 0: ";
    assert!(ran.stderr.contains(damage), "{ran:?}");
    assert_eq!(place.names("cache").len(), 1);
}

/// The digest that the record would have if the files had been unpacked as they are now. They are
/// so few that one thread looks them up.
fn forge_record(files: &Path) {
    let record = record(files);
    let bytes = fs::read(&record).expect("it is there");
    let rest = &bytes[65..];
    let start = rest.iter().position(|&byte| byte == b'\n').expect("it has a header") + 1;
    let (header, paths) = rest.split_at(start);
    let mut hasher = blake3::Hasher::new();
    hasher.update(paths);
    let text = std::str::from_utf8(paths).expect("the paths are UTF-8");
    for path in text.split_terminator('\0') {
        let metadata = fs::symlink_metadata(entry(files).join(path)).expect("it is there");
        let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
        let facts = [u64::from(metadata.mode()), metadata.size(), metadata.ino()];
        for fact in facts.into_iter().chain(times.map(|time| time as u64)) {
            hasher.update(&fact.to_le_bytes());
        }
    }
    let looked_up = hasher.finalize();
    let digest = blake3::Hasher::new().update(header).update(looked_up.as_bytes()).finalize().to_hex();
    fs::write(record, [digest.as_bytes(), b"\n", rest].concat()).expect("written");
}

/// What no look from outside shows, as when a disk fails.
#[test]
fn with_verify_every_byte_is_compared() {
    let place = Place::new();
    place.run().assert_silent();
    let verify = || {
        let mut command = place.program(env!("CARGO_BIN_EXE_crosspyc-run"));
        ran(command.args(["--verify", "app.pyb"]))
    };
    let first = inode(&place.files());
    verify().assert_silent();
    assert_eq!(inode(&place.files()), first);
    fs::write(place.files().join("package/module.pyc"), "mOdule").expect("written");
    forge_record(&place.files());
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first, "the cheap look does not see it");
    verify().assert_silent();
    place.assert_whole(&contents());
}

#[test]
fn what_is_in_the_cache_is_listed_and_removed() {
    let place = Place::new();
    place.run().assert_silent();
    let size = format!("{:.1} kB", size(&place.entry()) as f64 / 1e3);
    let digits = place.names("cache").swap_remove(0)[..8].to_owned();
    fs::create_dir(place.path("cache/other")).expect("made");
    let root = place.path("cache");
    let root = root.display();
    let listed = place.cache(&["list"]);
    let entry = format!(
        "app                       cpython-312         3.12.1    {digits}  {size:>12}  used within the hour",
    );
    assert_eq!(listed.stdout, format!("{entry}\n1 entry ({size}) in {root}\n"));
    let json = place.cache(&["list", "--format", "json"]).stdout;
    assert!(json.contains(r#""status":"present""#) && json.contains(r#""variant":"cpython-312""#), "{json}");
    for arguments in [&["prune"][..], &["prune", "--older-than", "1"], &["prune", "--max-size", "1"]] {
        let kept = place.cache(arguments);
        assert_eq!(kept.stdout, format!("0 entries (0 bytes) removed from {root}\n"), "{arguments:?}");
    }
    let old = SystemTime::now() - Duration::from_secs(3 * 24 * 3600);
    let entry = place.names("cache").into_iter().find(|name| name != "other").expect("it is there");
    let record = place.path("cache").join(entry).join("record");
    let record = || fs::File::options().write(true).open(&record).expect("it is there");
    record().set_modified(old).expect("it is ours");
    // A start records the use.
    place.run().assert_silent();
    assert!(place.cache(&["prune", "--older-than", "2"]).stdout.starts_with("0 entries"));
    record().set_modified(old).expect("it is ours");
    let dry = place.cache(&["prune", "--older-than", "2", "--dry-run"]).stdout;
    assert!(dry.ends_with(&format!("\n1 entry ({size}) to be removed from {root}\n")), "{dry}");
    let pruned = place.cache(&["prune", "--older-than", "2"]);
    assert_eq!(pruned.stdout, format!("1 entry ({size}) removed from {root}\n"));
    assert_eq!(place.names("cache"), ["other"]);
    place.run().assert_silent();
    assert!(place.cache(&["prune", "--max-size", "0"]).stdout.starts_with("1 entry"));
    place.run().assert_silent();
    assert!(place.cache(&["clear"]).stdout.starts_with("1 entry"));
    assert_eq!(place.names("cache"), ["other"]);
    for name in ["app", &digits] {
        place.run().assert_silent();
        assert!(place.cache(&["remove", name]).stdout.starts_with("1 entry"), "{name}");
        assert_eq!(place.names("cache"), ["other"]);
    }
    let refused = place.cache(&["remove", "app"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("no entry is called `app`"), "{refused:?}");
}

/// The size of all files below a folder, as `crosspyc cache` counts.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("listed"));
    let size_of = |entry: fs::DirEntry| match entry.metadata().expect("it is there") {
        metadata if metadata.is_dir() => size(&entry.path()),
        metadata => metadata.len(),
    };
    entries.map(size_of).sum()
}

/// What Python writes beside sources is no alteration. It does not survive a comparison either,
/// because nothing says that it is still what Python wrote.
#[test]
fn bytecode_of_carried_sources_stays_until_the_files_are_compared() {
    let mut contents = contents();
    contents.common.insert("package/source.py".into(), b"x = 1\n".to_vec().into());
    contents.common.insert("package/__pycache__/packed.cpython-312.pyc".into(), b"packed".to_vec().into());
    let place = Place::with(&contents);
    place.run().assert_silent();
    let first = inode(&place.files());
    let bytecode = place.files().join("package/__pycache__/source.cpython-313.opt-1.pyc");
    fs::write(&bytecode, "written by Python").expect("written");
    fs::write(place.files().join("data/state"), "the program's").expect("written");
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first);
    assert!(bytecode.exists());
    let verify = || {
        let mut command = place.program(env!("CARGO_BIN_EXE_crosspyc-run"));
        ran(command.args(["--verify", "app.pyb"])).assert_silent();
    };
    verify();
    assert!(!bytecode.exists());
    // One that was restored from elsewhere, as a cache of CI is.
    fs::write(&bytecode, "poisoned").expect("written");
    fs::write(place.files().join("__main__.pyc"), "main").expect("written");
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first);
    assert!(!bytecode.exists());
    assert!(place.files().join("data/state").exists());
    assert!(place.files().join("package/__pycache__/packed.cpython-312.pyc").exists());
    // What the archive has is compared.
    fs::write(place.files().join("package/__pycache__/packed.cpython-312.pyc"), "pAcked").expect("written");
    place.run().assert_silent();
    place.assert_whole(&contents);
}

#[test]
fn with_verify_libraries_that_were_not_packed_are_removed() {
    let place = Place::new();
    place.run().assert_silent();
    for library in ["data/libssl.so.3", "data/a.dll", "data/a.dylib", "package/__pycache__/a.so"] {
        let path = place.files().join(library);
        fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        fs::write(&path, "").expect("written");
        let mut command = place.program(env!("CARGO_BIN_EXE_crosspyc-run"));
        ran(command.args(["--verify", "app.pyb"])).assert_silent();
        place.assert_whole(&contents());
    }
}
