//! Any bytes are a source: each gives code or a diagnostic, never a panic, an exhausted stack or an
//! endless wait.
//!
//! There is no clock here: the sources are so large that a stage whose time grows with the square
//! of them would not end.

#[path = "mutated/canonical.rs"]
mod canonical;

use std::fmt::Write as _;
use std::thread;

use bumpalo::Bump;
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::marshal;
use crosspyc::internals::targets::{Target, Version};

use canonical::canonical;

/// What threads have where nobody asks for more.
const ORDINARY_STACK: usize = 2 << 20;

/// Compiles and marshals on a thread of its own with an ordinary stack; the error is CPython's.
fn outcome(source: impl Into<Vec<u8>>) -> Result<(), String> {
    outcome_for(Target::newest(Version::V3_12), source)
}

fn outcome_for(target: Target, source: impl Into<Vec<u8>>) -> Result<(), String> {
    let source = source.into();
    let compile = move || {
        let arena = Bump::new();
        let options = Options { filename: "bad.py".into(), optimize: 0 };
        let code = compile(&arena, &source, options, target)
            .code
            .map_err(|diagnostic| format!("{}: {}", diagnostic.kind.name(), diagnostic.message))?;
        let mut marshalled = Vec::new();
        marshal::write(code, target, &mut marshalled).map_err(|error| error.to_string())?;
        let again = marshal::read(&arena, &marshalled, target).expect("what was written can be read");
        assert!(
            canonical(again) == canonical(code),
            "read back differently:  {}",
            String::from_utf8_lossy(&source)
        );
        Ok(())
    };
    let thread = thread::Builder::new().stack_size(ORDINARY_STACK).spawn(compile);
    thread.expect("a thread starts").join().expect("the compiler does not panic")
}

/// `start`, then `repeated` as often as it takes to matter, then `end`.
fn chain(start: &str, repeated: &str, times: usize, end: &str) -> String {
    [start, &repeated.repeat(times), end].concat()
}

/// Blocks within each other, each opened by `header`.
fn blocks(header: &str, depth: usize) -> String {
    let mut source = String::new();
    for level in 0..depth {
        writeln!(source, "{:level$}{header}", "").expect("a string takes all");
    }
    source + &" ".repeat(depth) + "pass\n"
}

/// A line for each number, `#` in it being the number.
fn numbered(start: &str, line: &str, count: usize, end: &str) -> String {
    let lines = (0..count).map(|number| line.replace('#', &number.to_string()));
    start.to_owned() + &lines.collect::<String>() + end
}

#[test]
fn deep_nesting_is_rejected_or_compiled() {
    const DEEP: usize = 10_000;
    let chains = [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("a(", ")"),
        ("a[", "]"),
        ("{a: ", "}"),
        ("(a := ", ")"),
        ("[a for a in ", "]"),
        ("f'{", "}'"),
        ("f'{a:{", "}}'"),
        ("-", ""),
        ("not ", ""),
        ("await ", ""),
        ("*", ""),
        ("lambda: ", ""),
        ("yield ", ""),
        ("a.", ""),
        ("a + ", ""),
        ("1 + ", ""),
        ("a ** ", ""),
        ("a < ", ""),
        ("a and ", ""),
        ("a or a and ", ""),
        ("a if a else ", ""),
        ("a if ", " else a"),
        ("a = ", ""),
        ("a: ", ""),
        ("'a' ", ""),
        ("f'{a}' + ", ""),
        ("(lambda a=", ": a)"),
        ("(yield ", ")"),
        ("a, ", ""),
        ("~(", ")"),
        ("a[:", "]"),
    ];
    for (open, close) in chains {
        // Both of them, and only what opens, which a parser that recovers takes for nested too.
        let _ = outcome(format!("{}a{}\n", open.repeat(DEEP), close.repeat(DEEP)));
        let _ = outcome(open.repeat(10 * DEEP));
    }
    let patterns =
        [("[", "]"), ("(", ")"), ("a(", ")"), ("{1: ", "}"), ("a.", ""), ("1 | ", ""), ("*", ""), ("-", "")];
    for (open, close) in patterns {
        let _ = outcome(format!("match a:\n case {}a{}: pass\n", open.repeat(DEEP), close.repeat(DEEP)));
    }
    let _ = outcome(chain("[a ", "for a in a ", DEEP, "]\n"));
    let _ = outcome(chain("[a ", "for a in [a] ", DEEP, "]\n"));
    let _ = outcome(chain("a", "()", DEEP, "\n"));
    let _ = outcome(chain("a", "[0]", DEEP, "\n"));
    let _ = outcome(chain("", "if a:\n  b\n c\n", 10 * DEEP, ""));
}

/// One release after the other takes them deeper.
#[test]
fn the_deepest_sources_that_cpython_takes_are_compiled() {
    for (release, deepest) in [("3.12.1", 2992), ("3.12.14", 9995)] {
        let target: Target = release.parse().expect("a supported target");
        assert_eq!(outcome_for(target, chain("a", ".b", deepest, "\n")), Ok(()), "{release}");
        assert_eq!(
            outcome_for(target, chain("a", ".b", deepest + 1, "\n")),
            Err("RecursionError: maximum recursion depth exceeded during compilation".into()),
            "{release}"
        );
        for repeated in ["()", "[a]", " + a", " and b or a", " if b else a", ".b[0](a)"] {
            assert_eq!(
                outcome_for(target, chain("a", repeated, deepest / 3 - 9, "\n")),
                Ok(()),
                "{repeated}"
            );
        }
    }
}

#[test]
fn nested_blocks_are_rejected_or_compiled() {
    let headers = [
        "if a:",
        "while a:",
        "for a in a:",
        "with a:",
        "async with a:",
        "try:",
        "def f():",
        "async def f():",
        "class A:",
        "def f[T]():",
        "match a:",
        "else:",
        "finally:",
        "except a:",
        "if a: b; \\",
    ];
    for header in headers {
        for depth in [19, 99, 101, 2000] {
            let _ = outcome(blocks(header, depth));
        }
    }
}

#[test]
fn large_sources_are_compiled() {
    const LARGE: usize = 70_000;
    let sources = [
        chain("if a: b\n", "elif a: b\n", 2_900, "else: c\n"),
        chain("", "a = b\n", 200_000, ""),
        chain("x = [", "1, ", LARGE, "]\n"),
        chain("x = [", "a, ", LARGE, "]\n"),
        chain("x = '", "0123456789abcdef", 1 << 20, "'\n"),
        chain("x = '", "\\x00é", LARGE, "'\n"),
        chain("x = f'", "{a}b", LARGE, "'\n"),
        chain("x = (", "'a'\n", LARGE, ")\n"),
        chain("", " ", 20 << 20, "\n"),
        chain("", "# 0123456789abcdef\n", 1 << 20, ""),
        chain("a", "\\\n", 1 << 20, "\n"),
        chain("", "\n", 1 << 20, "a\n"),
        chain("try: a\n", "except a as b: b\n", 20_000, ""),
        chain("match a:\n", " case [1, {'a': b}]: c\n", 10_000, ""),
        chain("with (", "a as b, ", 15, "): pass\n"),
        chain("", "@a\n", 2_000, "def f(): pass\n"),
        chain("def f():\n", " if a: return b\n", 20_000, ""),
        chain("def f():\n del a\n", " a\n", LARGE, ""),
        chain("while a:\n", " if a: continue\n if b: break\n", 20_000, ""),
        chain("if a", " and a or b", LARGE, ": c\n"),
        chain("a ", "< a ", LARGE, "\n"),
        chain("", "def f(): pass\n", 10_000, ""),
        chain("", "class A: pass\n", 5_000, ""),
        chain("", "[a for a in a]\n", 10_000, ""),
        chain("", "a = ", LARGE, "b\n"),
        numbered("", "a# = #.5\n", LARGE, ""),
        numbered("def f():\n", " a# = b#\n", LARGE, ""),
        numbered("def f():\n", " a# = #\n", 20_000, " def g(): return a0, a19999\n"),
        numbered("class A:\n", " __a# = 1\n", 20_000, ""),
        numbered("x = {", "#: a, ", LARGE, "}\n"),
        numbered("x = a in {", "#, ", LARGE, "}\n"),
        numbered("f(", "a#=#, ", LARGE, ")\n"),
        numbered("def f(", "a#=#, ", LARGE, "): pass\n"),
        numbered("from a import (", "a#, ", LARGE, ")\n"),
        numbered("def f():\n global ", "a#, ", LARGE, "a\n"),
    ];
    for source in sources {
        let start: String = source.chars().take(60).collect();
        assert_eq!(outcome(source), Ok(()), "of {start:?}");
    }
}

/// As CPython does: each clause is a rule of its parser in the one before it.
#[test]
fn decimal_integers_have_a_largest_number_of_digits() {
    assert_eq!(outcome("1".repeat(4300)), Ok(()));
    let refused = outcome("1".repeat(4301)).expect_err("CPython refuses it");
    assert!(refused.starts_with("SyntaxError: Exceeds the limit (4300 digits)"), "{refused}");
    assert_eq!(outcome(format!("0x{}", "1".repeat(4301))), Ok(()));
}

#[test]
fn too_many_elifs_are_rejected() {
    let source = chain("if a: b\n", "elif a: b\n", 100_000, "else: c\n");
    assert_eq!(
        outcome(source),
        Err("MemoryError: Parser stack overflowed - Python source too complex to parse".into())
    );
}
