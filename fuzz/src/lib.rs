//! What the fuzz targets do with an input, and how they change one.
//!
//! The checks and the mutations are those of `tests/mutated`. On top of them the targets run the
//! commands that read such a file, in this process. Their output goes to where libFuzzer closed it.

#[path = "../../tests/mutated/canonical.rs"]
mod canonical;
#[path = "../../tests/mutated/checks.rs"]
mod checks;
#[path = "../../tests/mutated/mutations/mod.rs"]
mod mutations;

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crosspyc::internals::cli;
use crosspyc::internals::project::settings::Settings;
use crosspyc::internals::targets::Target;

use mutations::{Random, mutate_archive, mutate_bytes, mutate_source};

/// The targets whose compilers differ most: the newest of each version, and the oldest of one.
const TARGETS: [&str; 9] = ["3.8", "3.9", "3.10", "3.11", "3.12.1", "3.12", "3.13", "3.14", "3.15"];

/// Compiles a source for all targets.
pub fn source(data: &[u8]) {
    for target in TARGETS {
        let target: Target = target.parse().expect("it is supported");
        checks::check_source(data, target);
    }
}

/// Reads a pyc, and runs `verify`, `inspect` and `dis` on it.
pub fn pyc(data: &[u8]) {
    checks::check_pyc(data);
    in_folder(|folder| {
        let path = folder.join("m.cpython-312.pyc");
        fs::write(&path, data).expect("it can be written");
        for command in ["verify", "inspect", "dis"] {
            run(&[command.as_ref(), path.as_ref()]);
        }
    });
}

/// Verifies and unpacks an archive, and runs `inspect` on it.
pub fn bundle(data: &[u8]) {
    in_folder(|folder| {
        let path = folder.join("app.pyb");
        fs::write(&path, data).expect("it can be written");
        checks::check_archive(folder);
        run(&["inspect".as_ref(), path.as_ref()]);
    });
}

/// Reads settings, and uses those that `compile` takes.
pub fn settings(data: &[u8]) {
    in_folder(|folder| {
        fs::write(folder.join("pyproject.toml"), data).expect("it can be written");
        fs::write(folder.join("module.py"), "x = 1\n").expect("it can be written");
        let Ok(settings) = Settings::nearest(folder) else { return };
        let _ = settings.targets_or_allowed();
        run(&["compile".as_ref(), "--check".as_ref(), folder.as_ref()]);
    });
}

/// Changes an input in place by one of the generators of the tests, or in libFuzzer's own way. The
/// result is the new size.
pub fn mutated(kind: Kind, data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut random = Random::new(u64::from(seed));
    if size == 0 || random.below(2) == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, most);
    }
    let input = &data[..size];
    let output = match kind {
        Kind::Source => mutate_source(&mut random, input, input),
        Kind::Archive => {
            let again = random.below(3);
            let first = mutate_archive(&mut random, input);
            (0..again).fold(first, |archive, _| mutate_archive(&mut random, &archive))
        }
        Kind::Bytes => {
            let mut output = input.to_vec();
            mutate_bytes(&mut random, &mut output);
            output
        }
    };
    if output.len() > most {
        return size;
    }
    data[..output.len()].copy_from_slice(&output);
    output.len()
}

/// What an input is to its generator.
#[derive(Clone, Copy)]
pub enum Kind {
    Source,
    Bytes,
    Archive,
}

/// Runs a command of `crosspyc`.
fn run(words: &[&OsStr]) {
    cli::run_words([&[OsStr::new("crosspyc")], words].concat());
}

/// Does something in an empty folder. In most runs it is left empty, and serves again.
fn in_folder(work: impl FnOnce(&Path)) {
    thread_local! {
        static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
    }
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a temporary folder")).path();
        work(folder);
        for entry in fs::read_dir(folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.expect("it can be removed");
        }
    });
}
