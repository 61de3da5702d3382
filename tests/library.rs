//! The public library: the crate's root, and nothing of `internals`.

use std::fs;
use std::path::Path;

use crosspyc::{
    Arena, CompileError, Compiled, Compiler, Constant, Invalidation, Options, Pyc, PycError, ReadErrorKind,
    Target, TargetError, Warning, cache_file_name, compile, disassemble, targets,
};

fn target(text: &str) -> Target {
    text.parse().expect("a supported target")
}

fn compiled(source: &str, version: &str) -> Compiled {
    compile(source.as_bytes(), target(version), &Options::new("m.py")).expect("it is valid")
}

fn rejected(source: &[u8], version: &str) -> CompileError {
    compile(source, target(version), &Options::new("m.py")).expect_err("it is invalid")
}

/// One compiler for all of them, with the pycs of CPython: `scripts/oracle.py golden`.
#[test]
fn pycs_are_those_of_cpython() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/code");
    let mut compiler = Compiler::new();
    let mut compared = 0;
    for entry in fs::read_dir(&folder).expect("the folder of sources") {
        let path = entry.expect("the folder can be read").path();
        let Some(stem) = path.to_str().and_then(|path| path.strip_suffix(".py")) else { continue };
        let stem = Path::new(stem).file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let source = fs::read(&path).expect("the source can be read");
        let mut parsed = compiler.parse(&source);
        for version in ["3.12.1", "3.12.14", "3.13.18", "3.14.10", "3.15.2"] {
            for (level, suffix) in [(0, ""), (1, ".opt-1"), (2, ".opt-2")] {
                let golden = folder.join(version).join(format!("{stem}{suffix}.pyc"));
                let Ok(golden) = fs::read(golden) else { continue };
                let options = Options::new(format!("{stem}.py")).optimize(level);
                let compiled = parsed.compile(target(version), &options).expect("CPython compiles it");
                assert!(compiled.pyc(Invalidation::CheckedHash) == golden, "{stem} -O{level} for {version}");
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "only {compared} pycs are there");
}

#[test]
fn headers_are_those_of_py_compile() {
    let compiled = compiled("x = 1\n", "3.12.1");
    // Of `py_compile.compile` with `invalidation_mode`, and of a source with this time.
    for (invalidation, header) in [
        (Invalidation::CheckedHash, b"\xcb\x0d\r\n\x03\0\0\0\x15\x22\x56\x19\x17\xf5\xdf\x08"),
        (Invalidation::UncheckedHash, b"\xcb\x0d\r\n\x01\0\0\0\x15\x22\x56\x19\x17\xf5\xdf\x08"),
        (Invalidation::Timestamp { mtime: 0x0102_0304 }, b"\xcb\x0d\r\n\0\0\0\0\x04\x03\x02\x01\x06\0\0\0"),
    ] {
        let pyc = compiled.pyc(invalidation);
        assert_eq!(pyc[..16], header[..], "{invalidation:?}");
        assert_eq!(pyc[16..], *compiled.marshalled());
        let read = Pyc::read(&pyc).expect("it is a pyc");
        assert_eq!((read.magic(), read.invalidation()), (3531, invalidation));
        assert_eq!(read.target(), targets("3.12").expect("supported").pop());
        assert_eq!(read.is_current(b"x = 1\n", 0x0102_0304), Some(true), "{invalidation:?}");
        assert_eq!(read.is_current(b"x = 12\n", 0x0102_0304), Some(false), "{invalidation:?}");
    }
}

/// Classes, messages and places are those of the versions named.
#[test]
fn an_error_says_what_cpython_raises() {
    type Case = (&'static [u8], &'static str, &'static str, Option<(u32, u32, u32, u32)>);
    let cases: [Case; 6] = [
        (b"x = (1,\n", "3.12", "SyntaxError: '(' was never closed (m.py, line 1)", Some((1, 5, 1, 5))),
        ("ä = = 1\n".as_bytes(), "3.13", "SyntaxError: invalid syntax (m.py, line 1)", Some((1, 5, 1, 6))),
        (
            b"if x:\npass\n",
            "3.14",
            "IndentationError: expected an indented block after 'if' statement on line 1 (m.py, line 2)",
            Some((2, 1, 2, 5)),
        ),
        (b"x\0", "3.12", "SyntaxError: source code string cannot contain null bytes (m.py)", None),
        (
            b"try: pass\nexcept A, B: pass\n",
            "3.13",
            "SyntaxError: multiple exception types must be parenthesized (m.py, line 2)",
            Some((2, 8, 2, 12)),
        ),
        (
            b"def f():\n  nonlocal x\n",
            "3.15",
            "SyntaxError: no binding for nonlocal 'x' found (m.py, line 2)",
            Some((2, 3, 2, 13)),
        ),
    ];
    for (source, version, text, place) in cases {
        let error = rejected(source, version);
        assert_eq!(error.to_string(), text);
        let found = error.place().map(|place| (place.line, place.column, place.end_line, place.end_column));
        assert_eq!(found, place, "{text}");
    }
    let error = rejected("if x:\n  ä = = 1\n".as_bytes(), "3.13");
    let excerpt = &error.place().expect("a place").excerpt;
    assert_eq!((excerpt.text.as_str(), excerpt.offset, excerpt.width), ("ä = = 1", 4, 1));
}

#[test]
fn a_target_without_the_syntax_has_a_note() {
    let source = b"type X = int\nx = t'{1}'\n";
    let error = rejected(source, "3.13");
    assert_eq!((error.class(), error.message()), ("SyntaxError", "invalid syntax"));
    assert!(error.notes().iter().any(|note| note.contains("3.14")), "{:?}", error.notes());
    assert!(compile(source, target("3.14"), &Options::new("m.py")).is_ok());
}

#[test]
fn warnings_come_in_order_and_with_errors() {
    let compiled = compiled("x is 1\n'\\d'\n", "3.12");
    let texts: Vec<String> = compiled.warnings().iter().map(Warning::to_string).collect();
    assert_eq!(
        texts,
        [
            "SyntaxWarning: invalid escape sequence '\\d' (line 2)",
            "SyntaxWarning: \"is\" with 'int' literal. Did you mean \"==\"? (line 1)",
        ]
    );
    assert_eq!(compiled.warnings()[1].place().map(|place| (place.column, place.end_column)), Some((1, 7)));
    let error = rejected(b"'\\d'\nreturn\n", "3.12");
    assert_eq!(error.message(), "'return' outside function");
    assert_eq!(error.warnings().len(), 1);
}

#[test]
fn a_compiler_gives_the_same_bytes_whatever_came_before() {
    let sources: [&[u8]; 5] =
        [b"def f(a): return a + 1\n", b"x = (", b"\xff", b"class A:\n  def f(self): pass\n", b""];
    let mut compiler = Compiler::new();
    for _ in 0..2 {
        for source in sources {
            for version in ["3.12", "3.15"] {
                let options = Options::new("m.py");
                let again = compiler.parse(source).compile(target(version), &options);
                assert_eq!(again, compile(source, target(version), &options), "{source:?}");
            }
        }
    }
}

#[test]
fn code_objects_can_be_read_and_shown() {
    let compiled = compiled("def f(a, *, b):\n    return a, b'c', 1 << 70\n", "3.12");
    let arena = Arena::new();
    let code = compiled.code(&arena).expect("it was written");
    let Constant::Code(f) = code.consts[0] else { panic!("no function: {:?}", code.consts) };
    assert_eq!((f.argcount, f.kwonlyargcount, f.qualname.as_str()), (1, 1, Some("f")));
    let names: Vec<_> = f.localsplus.iter().map(|local| local.name.as_str()).collect();
    assert_eq!(names, [Some("a"), Some("b")]);
    let Constant::Int(int) = f.consts[2] else { panic!("no number: {:?}", f.consts) };
    assert_eq!(int.to_string(), "1180591620717411303424");
    let text = disassemble(code, compiled.target());
    assert!(text.contains("Disassembly of <code object f"), "{text}");
    assert!(text.contains("LOAD_FAST                0 (a)"), "{text}");
}

#[test]
fn bytes_that_are_no_pyc_are_errors() {
    assert_eq!(Pyc::read(b"import os"), Err(PycError::TooShort(9)));
    let mut pyc = compiled("x = 1\n", "3.14").pyc(Invalidation::CheckedHash);
    pyc.pop();
    let arena = Arena::new();
    let error = Pyc::read(&pyc).expect("the header is whole").code(&arena).expect_err("it ends too early");
    assert_eq!(error.kind, ReadErrorKind::UnexpectedEnd);
    pyc[0] ^= 0x55;
    let foreign = Pyc::read(&pyc).expect("any number may be a magic number");
    assert_eq!((foreign.target(), foreign.is_current(b"x = 1\n", 0)), (None, None));
}

#[test]
fn targets_are_named_as_on_the_command_line() {
    let names = |text| targets(text).map(|targets| targets.iter().map(Target::to_string).collect::<Vec<_>>());
    assert_eq!(names("3.13.0,3.12.1"), Ok(vec!["3.12.1".to_owned(), "3.13.0".to_owned()]));
    assert_eq!(names("all").map(|all| all.len() >= 4), Ok(true));
    assert!(matches!(names("2.7"), Err(TargetError::Unknown(_))));
    assert_eq!(cache_file_name("m", target("3.14"), 2), "m.cpython-314.opt-2.pyc");
    assert_eq!((target("3.14").magic(), target("3.14").pyc_tag()), (3627, "cpython-314"));
}

#[test]
fn results_can_go_to_other_threads() {
    fn goes_anywhere<T: Send + Sync + 'static>() {}
    fn goes<T: Send>() {}
    goes_anywhere::<Compiled>();
    goes_anywhere::<CompileError>();
    goes_anywhere::<Options>();
    goes_anywhere::<Target>();
    goes::<Compiler>();
    goes::<Arena>();
}
