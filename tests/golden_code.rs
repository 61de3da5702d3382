//! The sources of `testdata/code`, each a collection of what one part of the language can look
//! like, against the pycs that CPython made of them: every byte, or every field where CPython's own
//! bytes differ from run to run. `scripts/oracle.py golden` remakes
//! the pycs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use crosspyc::internals::code::disassembly::disassemble;
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::marshal;
use crosspyc::internals::pyc::{HEADER_LEN, Header, Invalidation};
use crosspyc::internals::targets::{Target, Version};

#[path = "mutated/canonical.rs"]
mod canonical;
use canonical::canonical;

/// The releases that made pycs; each has its folder.
const REFERENCES: [&str; 9] =
    ["3.8.18", "3.9.18", "3.10.13", "3.11.7", "3.12.1", "3.12.14", "3.13.18", "3.14.10", "3.15.2"];

#[test]
fn pycs_are_those_of_cpython() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/code");
    let mut failures = String::new();
    let mut compared = 0;
    for name in REFERENCES {
        let target: Target = name.parse().expect("a supported target");
        for source in sources(&folder) {
            let bytes = fs::read(&source).expect("the source can be read");
            if named(&bytes, b"# since: ").is_some_and(|version| version > target.version())
                || named(&bytes, b"# until: ").is_some_and(|version| version < target.version())
            {
                continue;
            }
            for &optimize in levels(&bytes) {
                compared += 1;
                if let Err(reason) = check(&source, &folder.join(name), &bytes, optimize, target) {
                    write!(failures, "\n{} -O{optimize} for {target}: {reason}\n", source.display())
                        .expect("a string takes all");
                }
            }
        }
    }
    assert!(compared >= 40 * REFERENCES.len(), "only {compared} sources found in {}", folder.display());
    assert!(failures.is_empty(), "{failures}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of sources can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut sources: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|suffix| suffix == "py")).collect();
    sources.sort();
    sources
}

/// The version that the first line names as the first, or the last, that the source is for.
fn named(source: &[u8], word: &[u8]) -> Option<Version> {
    let line = source.strip_prefix(word)?.split(|&byte| byte == b'\n').next()?;
    Some(str::from_utf8(line).ok()?.parse().expect("a version"))
}

/// The optimisation levels that the first line asks for.
fn levels(source: &[u8]) -> &'static [u8] {
    if source.starts_with(b"# optimize: 0 1 2\n") { &[0, 1, 2] } else { &[0] }
}

/// Compiles a source and compares the pyc; the error says how the code differs.
fn check(source: &Path, pycs: &Path, bytes: &[u8], optimize: u8, target: Target) -> Result<(), String> {
    let stem = source.file_stem().and_then(|stem| stem.to_str()).expect("names of sources are ASCII");
    let level = if optimize == 0 { String::new() } else { format!(".opt-{optimize}") };
    let golden = fs::read(pycs.join(format!("{stem}{level}.pyc")));

    let arena = Bump::new();
    let filename = format!("{stem}.py");
    let options = Options { filename: filename.as_str().into(), optimize };
    let compiled = compile(&arena, bytes, options, target).code;
    let golden = match golden {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // CPython refuses the source.
            return compiled.map_or(Ok(()), |_| Err("accepted wrongly".to_owned()));
        }
        golden => golden.map_err(|error| error.to_string())?,
    };
    let code = compiled.map_err(|diagnostic| {
        format!("{}: {} at {:?}", diagnostic.kind.name(), diagnostic.message, diagnostic.location)
    })?;
    let mut pyc = Vec::new();
    Header::new(target, Invalidation::CheckedHash, bytes, 0).write(&mut pyc);
    marshal::write(code, target, &mut pyc).map_err(|error| error.to_string())?;
    if pyc == golden {
        return Ok(());
    }
    let expected = marshal::read(&arena, &golden[HEADER_LEN..], target).map_err(|error| error.to_string())?;
    if target.features().marshal.refs_vary && canonical(code) == canonical(expected) {
        return Ok(());
    }
    let (ours, theirs) = (disassemble(code, target), disassemble(expected, target));
    Err(if ours == theirs {
        let place = pyc.iter().zip(&golden).position(|(ours, theirs)| ours != theirs);
        format!("the code is the same, the bytes differ from {place:?} on")
    } else {
        first_difference(&ours, &theirs)
    })
}

/// The first lines that differ, with some before them.
fn first_difference(ours: &str, theirs: &str) -> String {
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.lines().collect(), theirs.lines().collect());
    let same = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
    let mut text = format!("the code differs (- CPython, + crosspyc), from line {}\n", same + 1);
    for line in &ours[same.saturating_sub(8)..same] {
        text += &format!("    {line}\n");
    }
    for (mark, lines) in [('-', &theirs), ('+', &ours)] {
        for line in lines.iter().skip(same).take(8) {
            text += &format!("  {mark} {line}\n");
        }
    }
    text
}

/// What the four interpreters print of these characters: the first release that shows each.
#[test]
fn strings_in_annotations_are_escaped_by_the_unicode_of_the_target() {
    let releases = ["3.12.1", "3.13.18", "3.14.10", "3.15.2"];
    let shown_from = [('\u{30FB}', 0), ('\u{2EBF0}', 1), ('\u{1C89}', 2), ('\u{A7CE}', 3), ('\u{378}', 4)];
    for (character, first) in shown_from {
        let point = character as u32;
        let source = format!("from __future__ import annotations\nx: '\\U{point:08x}'\n");
        let escaped = if point > 0xFFFF { format!("'\\U{point:08x}'") } else { format!("'\\u{point:04x}'") };
        for (index, release) in releases.iter().enumerate() {
            let expected = if index >= first { format!("'{character}'") } else { escaped.clone() };
            let target: Target = release.parse().expect("a supported target");
            let arena = Bump::new();
            let options = Options { filename: "m.py".into(), optimize: 0 };
            let code = compile(&arena, source.as_bytes(), options, target).code.expect("it is valid");
            let mut written = Vec::new();
            marshal::write(code, target, &mut written).expect("it is small");
            let is_there = written.windows(expected.len()).any(|window| window == expected.as_bytes());
            assert!(is_there, "U+{point:04X} for {release}: no {expected}");
        }
    }
}
