//! What CPython's compiler rejects while it generates code, with message and place.

use bumpalo::Bump;

use crate::compile::{Options, compile};
use crate::targets::Target;

/// A deep source needs more stack than the thread of a test has.
#[test]
fn the_deepest_source_does_not_exhaust_the_stack() {
    let target: Target = "3.12.1".parse().expect("3.12.1 is supported");
    let options = Options { filename: "module.py".into(), optimize: 0 };
    let source = format!("x = a{}\n", ".b()".repeat(1400));
    assert!(compile(&Bump::new(), source.as_bytes(), options, target).code.is_ok());
    let too_deep = format!("x = a{}\n", ".b()".repeat(1600));
    assert_eq!(rejection(&too_deep).0, "maximum recursion depth exceeded during compilation");
}

/// The message, line and column (from 0) of the error in `source`.
fn rejection(source: &str) -> (String, i32, i32) {
    let target: Target = "3.12.1".parse().expect("3.12.1 is supported");
    let options = Options { filename: "module.py".into(), optimize: 0 };
    let arena = Bump::new();
    let error = compile(&arena, source.as_bytes(), options, target).code.expect_err("CPython rejects it");
    (error.message, error.location.lineno, error.location.col_offset)
}

macro_rules! rejects {
    ($($name:ident: $source:expr => $message:literal, $lineno:literal, $column:literal;)*) => {
        $(#[test]
        fn $name() {
            assert_eq!(rejection(&$source), ($message.to_owned(), $lineno, $column));
        })*
    };
}

/// Read off CPython 3.13.0, 3.13.18, 3.14.10 and 3.15.2. Releases before the fix accept the source,
/// or crash.
#[test]
fn nested_inlined_comprehensions_count_as_blocks() {
    let compiles = |release: &str, source: &str| {
        let target: Target = release.parse().expect("a supported release");
        let options = Options { filename: "module.py".into(), optimize: 0 };
        let arena = Bump::new();
        compile(&arena, source.as_bytes(), options, target).code.map(|_| ()).map_err(|error| error.message)
    };
    let nested = |depth, target: &str| {
        format!("{}x{}\n", "[".repeat(depth), format!(" for {target} in y]").repeat(depth))
    };
    let too_many = Err("too many statically nested blocks".to_owned());
    assert_eq!(compiles("3.13.0", &nested(22, "x")), Ok(()));
    for release in ["3.13.18", "3.14.10", "3.15.2"] {
        assert_eq!(compiles(release, &nested(21, "x")), Ok(()), "{release}");
        assert_eq!(compiles(release, &nested(22, "x")), too_many, "{release}");
        // Nothing waits on the stack, so no handler is around the comprehension.
        assert_eq!(compiles(release, &nested(22, "x.a")), Ok(()), "{release}");
    }
}

/// Read off CPython 3.8.18 and 3.9.18.
#[test]
fn a_module_whose_first_block_is_empty_begins_at_line_1() {
    for release in ["3.8.18", "3.9.18"] {
        for (source, line) in [
            ("\n\npass\n", 1),
            ("\n\n1\n", 1),
            ("\n\nx\n", 3),
            ("\n\n'docstring'\n", 3),
            ("\n\nif 0: pass\nx\n", 1),
            ("\n\nwhile x:\n  y\n", 1),
            ("\n\nwhile 1:\n  y\n", 1),
            ("\n\nwhile 0:\n  y\n\nz\n", 6),
            ("\n\nif 1:\n  y\n", 4),
            ("\n\ntry:\n  pass\nfinally:\n  y\n", 3),
        ] {
            let target: Target = release.parse().expect("a supported release");
            let options = Options { filename: "module.py".into(), optimize: 0 };
            let arena = Bump::new();
            let code = compile(&arena, source.as_bytes(), options, target).code.expect("it is valid");
            assert_eq!(code.firstlineno, line, "{source:?} for {release}");
        }
    }
}

/// Whether a release takes so many blocks within each other in a function, whose body ends with
/// `last`.
fn takes_blocks(release: &str, depth: usize, last: &str) -> bool {
    let body = nested("while x", depth).replace("pass", last);
    let source = format!("def f():\n{}", body.lines().map(|line| format!(" {line}\n")).collect::<String>());
    let options = Options { filename: "module.py".into(), optimize: 0 };
    compile(&Bump::new(), source.as_bytes(), options, release.parse().expect("supported")).code.is_ok()
}

#[test]
fn later_releases_nest_one_block_more_and_count_a_generator_as_one() {
    for (release, in_function, in_generator) in [("3.12.3", 20, 20), ("3.12.4", 21, 20), ("3.12.14", 21, 20)]
    {
        for (last, deepest) in [("x()", in_function), ("yield", in_generator)] {
            assert!(takes_blocks(release, deepest, last), "{release} {last}");
            assert!(!takes_blocks(release, deepest + 1, last), "{release} {last}");
        }
    }
}

/// One block inside the other, `depth` deep.
fn nested(header: &str, depth: usize) -> String {
    let mut source = String::new();
    for level in 0..depth {
        source += &format!("{}{header}:\n", "    ".repeat(level));
    }
    source + &"    ".repeat(depth) + "pass\n"
}

rejects! {
    return_in_module: "return 1\n" => "'return' outside function", 1, 0;
    return_in_class: "class C:\n    return\n" => "'return' outside function", 2, 4;
    return_of_value_in_async_generator:
        "async def f():\n    yield\n    return 1\n" => "'return' with value in async generator", 3, 4;
    break_outside_loop: "break\n" => "'break' outside loop", 1, 0;
    break_in_else_of_loop: "while 1: pass\nelse: break\n" => "'break' outside loop", 2, 6;
    continue_in_function_in_loop:
        "for x in y:\n    def f():\n        continue\n" => "'continue' not properly in loop", 3, 8;
    return_in_except_star:
        "def f():\n    try: pass\n    except* E:\n        return 1\n" =>
        "'break', 'continue' and 'return' cannot appear in an except* block", 4, 15;
    break_in_except_star:
        "for x in y:\n    try: pass\n    except* E:\n        break\n" =>
        "'break', 'continue' and 'return' cannot appear in an except* block", 4, 8;
    continue_in_with_in_except_star_blames_no_place:
        "for x in y:\n    try: pass\n    except* E:\n        with a: continue\n" =>
        "'break', 'continue' and 'return' cannot appear in an except* block", -1, -1;
    bare_except_before_another:
        "try: pass\nexcept: pass\nexcept E: pass\n" => "default 'except:' must be last", 2, 0;
    late_future_import:
        "x = 1\nfrom __future__ import annotations\n" =>
        "from __future__ imports must occur at the beginning of the file", 2, 0;
    twenty_one_loops: nested("while x", 21) => "too many statically nested blocks", 21, 80;
    twenty_one_with_blocks: nested("with x", 21) => "too many statically nested blocks", 21, 80;
    async_with_in_plain_function:
        "def f():\n    async with a: pass\n" => "'async with' outside async function", 2, 4;
    async_for_in_plain_function:
        "def f():\n    async for a in b: pass\n" => "'async for' outside async function", 2, 4;
    debug_assigned: "__debug__ = 1\n" => "cannot assign to __debug__", 1, 0;
    debug_deleted: "del __debug__\n" => "cannot delete __debug__", 1, 4;
    debug_as_parameter: "def f(*, __debug__): pass\n" => "cannot assign to __debug__", 1, 9;
    debug_imported: "import a.b as __debug__\n" => "cannot assign to __debug__", 1, 0;
    debug_as_exception: "try: pass\nexcept E as __debug__: pass\n" => "cannot assign to __debug__", 2, 0;
    debug_as_type_parameter: "class A[__debug__]: pass\n" => "cannot assign to __debug__", 1, 8;
}

rejects! {
    repeated_keyword:
        "f(a=1, b=2, a=3, b=4)\n" => "keyword argument repeated: a", 1, 12;
    repeated_keyword_before_debug:
        "f(a=1, __debug__=2, a=3)\n" => "keyword argument repeated: a", 1, 20;
    debug_as_keyword:
        "f(__debug__=1, a=1, a=2)\n" => "cannot assign to __debug__", 1, 2;
    repeated_keyword_of_class:
        "class A(x=1, x=2): pass\n" => "keyword argument repeated: x", 1, 13;
    debug_as_attribute:
        "a.__debug__ = 1\n" => "cannot assign to __debug__", 1, 0;
    debug_annotated:
        "(__debug__): int\n" => "cannot assign to __debug__", 1, 0;
    yield_in_class:
        "class A: yield\n" => "'yield' outside function", 1, 9;
    yield_from_in_async_function:
        "async def f(): yield from a\n" => "'yield from' inside async function", 1, 15;
    await_in_module:
        "await a\n" => "'await' outside function", 1, 0;
    await_in_lambda:
        "lambda: await x\n" => "'await' outside async function", 1, 8;
    async_comprehension_in_function:
        "def f(): [a async for a in b]\n" => "asynchronous comprehension outside of an asynchronous function", 1, 9;
    await_in_inlined_comprehension:
        "lambda: [await x for x in y]\n" => "asynchronous comprehension outside of an asynchronous function", 1, 8;
    lone_starred_target:
        "*a = 1\n" => "starred assignment target must be in a list or tuple", 1, 0;
    two_starred_targets:
        "[*a, *b] = 1\n" => "multiple starred expressions in assignment", 1, 0;
    lone_starred_value:
        "x = *a\n" => "can't use starred expression here", 1, 4;
    wildcard_not_last:
        "match x:\n case _: a\n case 1: b\n" => "wildcard makes remaining patterns unreachable", 2, 6;
    capture_not_last_alternative:
        "match x:\n case (y | 1): a\n" => "name capture 'y' makes remaining patterns unreachable", 2, 7;
    name_captured_twice:
        "match x:\n case C(a, x=a): a\n" => "multiple assignments to name 'a' in pattern", 2, 13;
    rest_captured_twice:
        "match x:\n case {\"x\": a, **a}: a\n" => "multiple assignments to name 'a' in pattern", 2, 6;
    alternatives_with_other_names:
        "match x:\n case [a] | [b]: a\n" => "alternative patterns bind different names", 2, 6;
    two_starred_names:
        "match x:\n case [*a, 1, *_]: a\n" => "multiple starred names in sequence pattern", 2, 6;
    repeated_attribute:
        "match x:\n case C(x=1, y=2, x=3, y=4): a\n" => "attribute name repeated in class pattern: x", 2, 20;
    debug_as_rest:
        "match x:\n case {**__debug__}: a\n" => "cannot assign to __debug__", 2, 6;
    f_string_as_pattern:
        "match x:\n case f\"a\": a\n" => "patterns may only match literals and attribute lookups", 2, 6;
    equal_keys:
        "match x:\n case {1: a, True: b}: a\n" => "mapping pattern checks duplicate key (True)", 2, 6;
    equal_infinite_keys:
        "match x:\n case {1e999: a, 1e999: b}: a\n" => "mapping pattern checks duplicate key (inf)", 2, 6;
    equal_complex_keys:
        "match x:\n case {-1-2j: a, -1-2j: b}: a\n" => "mapping pattern checks duplicate key ((-1-2j))", 2, 6;
    equal_text_keys:
        "match x:\n case {u\"a\": a, \"a\": b}: a\n" => "mapping pattern checks duplicate key ('a')", 2, 6;
    targets_before_star: format!("{}*b = 1\n", "a, ".repeat(256)) => "too many expressions in star-unpacking assignment", 1, 0;
    patterns_before_star:
        format!("match x:\n case [{}*a]: b\n", "_, ".repeat(256)) =>
        "too many expressions in star-unpacking sequence pattern", 2, 6;
}
