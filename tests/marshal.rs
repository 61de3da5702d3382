//! Reading and writing what CPython 3.12.1's `py_compile` wrote, and disassembling it:
//! `scripts/golden_marshal.py`.

use bumpalo::Bump;
use crosspyc::internals::code::disassembly::disassemble;
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::marshal::{self, ReadErrorKind};
use crosspyc::internals::pyc::{HEADER_LEN, Header, Invalidation, source_hash};
use crosspyc::internals::targets::Target;

struct Golden {
    name: &'static str,
    source: &'static [u8],
    pyc: &'static [u8],
    disassembly: &'static str,
}

macro_rules! golden {
    ($($name:literal),*) => {
        [$(Golden {
            name: $name,
            source: include_bytes!(concat!("../testdata/marshal/", $name, ".py")),
            pyc: include_bytes!(concat!("../testdata/marshal/", $name, ".pyc")),
            disassembly: include_str!(concat!("../testdata/marshal/", $name, ".dis")),
        }),*]
    };
}

const GOLDEN: [Golden; 4] = golden!["sharing", "numbers", "control", "extended"];

fn target() -> Target {
    "3.12.1".parse().expect("3.12.1 is supported")
}

#[test]
fn pycs_are_written_as_they_were_read() {
    for Golden { name, source, pyc, .. } in GOLDEN {
        let header = Header::read(pyc).expect("a pyc");
        assert_eq!(header, Header::new(target(), Invalidation::CheckedHash, source, 0), "{name}");
        let arena = Bump::new();
        let code = marshal::read(&arena, &pyc[HEADER_LEN..], target()).expect("a code object");
        let mut written = Vec::new();
        header.write(&mut written);
        marshal::write(code, target(), &mut written).expect("it was written before");
        let differs = written.iter().zip(pyc).position(|(a, b)| a != b);
        assert!(written == pyc, "{name} differs at byte {differs:?}");
    }
}

/// CPython 3.12.1 has one object for the text, which the parser interns as a name.
#[test]
fn a_constant_is_interned_if_it_is_the_one_object_of_a_name() {
    const INTERNED: &[u8] = b"\xf4\x02\0\0\0\xc3\xa9";
    const NOT_INTERNED: &[u8] = b"\xf5\x02\0\0\0\xc3\xa9";
    for (source, expected) in [
        ("x = 'é'\n", NOT_INTERNED),
        ("f(é='é')\n", INTERNED),
        ("x = ['é', 'ab']\nf(é=1)\n", INTERNED),
        ("from __future__ import annotations\nx: é\n", INTERNED),
    ] {
        let arena = Bump::new();
        let options = Options { filename: "m.py".into(), optimize: 0 };
        let code = compile(&arena, source.as_bytes(), options, target()).code.expect("it is valid");
        let mut written = Vec::new();
        marshal::write(code, target(), &mut written).expect("it is small");
        assert!(written.windows(expected.len()).any(|window| window == expected), "{source}");
    }
}

#[test]
fn disassembly_is_that_of_dis() {
    for Golden { name, pyc, disassembly, .. } in GOLDEN {
        let arena = Bump::new();
        let code = marshal::read(&arena, &pyc[HEADER_LEN..], target()).expect("a code object");
        let got = disassemble(code, target());
        for (number, (got, expected)) in got.lines().zip(disassembly.lines()).enumerate() {
            assert_eq!(in_any_order(got), in_any_order(expected), "{name}.dis:{}", number + 1);
        }
        assert_eq!(got.lines().count(), disassembly.lines().count(), "{name}");
    }
}

/// The line; of one that shows a frozenset, whose elements Python shows by their hashes, the sorted
/// characters.
fn in_any_order(line: &str) -> String {
    let mut characters: Vec<char> = line.chars().collect();
    if line.contains("frozenset") {
        characters.sort_unstable();
    }
    characters.into_iter().collect()
}

#[test]
fn source_hashes_are_those_in_the_headers() {
    for Golden { name, source, pyc, .. } in GOLDEN {
        assert_eq!(source_hash(target(), source), pyc[8..HEADER_LEN], "{name}");
    }
}

#[test]
fn every_truncation_is_an_error_within_the_data() {
    let data = &GOLDEN[0].pyc[HEADER_LEN..];
    for len in 0..data.len() {
        let arena = Bump::new();
        let error = marshal::read(&arena, &data[..len], target()).expect_err("it is not whole");
        assert_eq!(error.kind, ReadErrorKind::UnexpectedEnd, "{len} bytes");
        assert!(error.offset <= len);
    }
}

/// Read off CPython 3.8.18, 3.9.18 and 3.10.13: `f.__code__.co_code is g.__code__.co_code`.
#[test]
fn equal_instructions_are_one_object_in_3_10() {
    const INSTRUCTIONS: &[u8] = b"|\0j\0j\x01S\0";
    for (release, count) in [("3.8.18", 2), ("3.9.18", 2), ("3.10.13", 1)] {
        let target: Target = release.parse().expect("a supported release");
        let arena = Bump::new();
        let options = Options { filename: "m.py".into(), optimize: 0 };
        let source = b"f = lambda x: x.y.z\ng = lambda a: a.b.c\n";
        let code = compile(&arena, source, options, target).code.expect("it is valid");
        let mut written = Vec::new();
        marshal::write(code, target, &mut written).expect("it is small");
        let found = written.windows(INSTRUCTIONS.len()).filter(|window| *window == INSTRUCTIONS).count();
        assert_eq!(found, count, "{release}");
    }
}

#[test]
fn only_one_code_object_and_nothing_else_is_read() {
    let is_read = |data: &[u8]| marshal::read(&Bump::new(), data, target()).is_ok();
    for Golden { name, pyc, .. } in GOLDEN {
        let data = &pyc[HEADER_LEN..];
        assert!(is_read(data), "{name}");
        assert!(!is_read(&[data, b"N"].concat()), "{name}");
    }
    for data in [&b""[..], b"N", b")\0", b"\xfar\0\0\0\0", b"r\0\0\0\0"] {
        assert!(!is_read(data), "{data:?}");
    }
}

#[test]
fn data_that_stands_for_more_than_fits_memory_is_refused() {
    // Each tuple holds the one within twice, the second time by reference.
    let mut data = [b'(' | 0x80, 2, 0, 0, 0].repeat(40);
    data.extend(b"NN");
    for number in (1..40u32).rev() {
        data.push(b'r');
        data.extend(number.to_le_bytes());
    }
    let arena = Bump::new();
    let error = marshal::read(&arena, &data, target()).expect_err("2^40 objects");
    assert_eq!(error.kind, ReadErrorKind::TooLarge);
}

#[test]
fn nesting_is_limited() {
    let data = [b')', 1].repeat(3000);
    let error = marshal::read(&Bump::new(), &data, target()).expect_err("3,000 tuples");
    assert_eq!((error.kind, error.offset), (ReadErrorKind::TooDeep, 4000));
}
