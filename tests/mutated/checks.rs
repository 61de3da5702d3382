//! What must hold for any input. Each check answers whether the input was taken.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bumpalo::Bump;
use crosspyc::internals::bundle::{Archive, ReadError, write_file};
use crosspyc::internals::code::disassembly::disassemble;
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::marshal;
use crosspyc::internals::pyc::{HEADER_LEN, Header};
use crosspyc::internals::targets::Target;

use crate::canonical::canonical;

/// How many bytes reading marshalled data may take for each of its own.
const MEMORY: usize = 64;

/// Compiles a source. The code object that is read back equals the one that was written.
pub(crate) fn check_source(source: &[u8], target: Target) -> bool {
    let arena = Bump::new();
    let options = Options { filename: "mutant.py".into(), optimize: 0 };
    let Ok(code) = compile(&arena, source, options, target).code else { return false };
    let mut marshalled = Vec::new();
    if marshal::write(code, target, &mut marshalled).is_err() {
        return false;
    }
    let again = marshal::read(&arena, &marshalled, target).expect("what was written can be read");
    assert!(canonical(again) == canonical(code), "read back differently for {target}");
    true
}

/// Reads, disassembles and writes a pyc.
pub(crate) fn check_pyc(pyc: &[u8]) -> bool {
    let Ok(header) = Header::read(pyc) else { return false };
    let Some(target) = header.version().map(Target::newest) else { return false };
    let data = &pyc[HEADER_LEN..];
    let arena = Bump::new();
    let read = marshal::read(&arena, data, target);
    let taken = arena.allocated_bytes();
    assert!(taken < MEMORY * data.len() + 4096, "{taken} bytes for {}", data.len());
    let Ok(code) = read else { return false };
    disassemble(code, target);
    let _ = marshal::write(code, target, &mut Vec::new());
    true
}

/// Verifies the archive `folder/app.pyb` and unpacks what it has for each target, nothing of it
/// outside of the folder that it is unpacked into.
pub(crate) fn check_archive(folder: &Path) -> bool {
    let Ok(archive) = Archive::open(&folder.join("app.pyb")) else { return false };
    let whole = archive.verify().is_ok();
    let variants = (0..archive.manifest().variants.len()).map(Some);
    for variant in variants.chain([None]) {
        let unpacked = unpack(&archive, variant, &folder.join("unpacked"));
        assert!(unpacked || !whole, "a whole archive cannot be unpacked");
        let names = fs::read_dir(folder).expect("the folder can be read");
        let names: BTreeSet<_> = names.map(|entry| entry.expect("it can be read").file_name()).collect();
        assert!(names.iter().all(|name| name == "app.pyb" || name == "unpacked"), "{names:?}");
        let _ = fs::remove_dir_all(folder.join("unpacked"));
    }
    whole
}

/// As `crosspyc extract` does.
fn unpack(archive: &Archive, variant: Option<usize>, folder: &Path) -> bool {
    let unpacked = archive.files(variant, |entry, data| {
        let path = folder.join(&entry.path);
        let written = fs::create_dir_all(path.parent().expect("it is in the folder"));
        let written = written.and_then(|()| write_file(&path, data, entry.executable));
        written.map_err(|source| ReadError::Io { path, source })
    });
    unpacked.is_ok()
}
