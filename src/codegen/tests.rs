//! What CPython's compiler rejects while it generates code, with message and place.

use bumpalo::Bump;

use crate::compile::{Options, compile};
use crate::target::{Target, Version};

/// The message, line and column (from 0) of the error in `source`.
fn rejection(source: &str) -> (String, i32, i32) {
    let target = Target::newest(Version::V3_12).expect("3.12 is supported");
    let options = Options { filename: "module.py".into(), optimize: 0 };
    let arena = Bump::new();
    let error = compile(&arena, source.as_bytes(), options, target).expect_err("CPython rejects it");
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
