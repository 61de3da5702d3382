//! Sizes and depths beyond which CPython refuses a source, and those of our own that keep within
//! them.

/// Digits of a decimal integer literal.
///
/// CPython: `Include/internal/pycore_long.h` `_PY_LONG_DEFAULT_MAX_STR_DIGITS` (3.11–)
pub(crate) const MAX_STR_DIGITS: usize = 4300;

/// Whether recursion continues on a new stack when the present one runs short. WebAssembly has one
/// stack, as large as its host makes it. When that overflows, the module traps.
pub(crate) const STACK_GROWS: bool = !cfg!(target_family = "wasm");

/// Levels of nesting for which the stages after the parser have stack. Preprocessing, the first of
/// them, refuses trees that nest more deeply. A stack that grows has more levels than any target
/// allows. One that does not has about 1 MB in the usual hosts; `scripts/wasm` tries that this many
/// levels fit.
pub(crate) const MAX_NESTING: u32 = if STACK_GROWS { 10_016 } else { 800 };

/// Trees that nest no deeper need no check: every target and every stack allows as much.
pub(crate) const SHALLOW: u32 = if STACK_GROWS { 1000 } else { MAX_NESTING };

/// How deeply the rules of CPython's parser may call each other.
///
/// CPython: `Parser/parser.c` `MAXSTACK` (3.11–)
pub(crate) const MAX_PARSER_DEPTH: u32 = if STACK_GROWS { 6000 } else { MAX_NESTING };

/// The same of a grammar that is read one token ahead, less what the operand of a statement needs.
///
/// CPython: `Parser/parser.h` `MAXSTACK` (3.8)
pub(crate) const MAX_LENIENT_DEPTH: u32 = if STACK_GROWS { 1680 } else { MAX_NESTING };

/// How deeply the parser's rules may call each other that counts brackets for less: at this depth,
/// CPython's rules are not yet at theirs.
pub(crate) const MAX_PREDICTED_DEPTH: u32 = 400;

/// Recursion over a tree asks after this many levels whether the stack still suffices.
pub(crate) const STACK_CHECK_INTERVAL: u32 = 16;

/// What [`STACK_CHECK_INTERVAL`] levels of recursion need at most.
pub(crate) const STACK_RED_ZONE: usize = 256 * 1024;

/// What is added to the stack at once.
pub(crate) const STACK_CHUNK: usize = 2 * 1024 * 1024;

/// Replacement fields of an f-string within the format specs of others.
///
/// CPython: `Parser/tokenizer.h` `MAX_EXPR_NESTING` (3.12–)
pub(crate) const MAX_FSTRING_FIELD_NESTING: u32 = 3;

/// The same where f-strings are parsed apart: how many format specs may be around a field.
///
/// CPython: `Parser/string_parser.c` `fstring_find_expr` (3.9–3.11)
pub(crate) const MAX_FSTRING_NESTING_APART: u32 = 2;

/// Brackets open at one place, as the tokenizer counts them.
///
/// CPython: `Parser/tokenizer.h` `MAXLEVEL` (3.8–)
pub(crate) const MAX_PARENTHESES: usize = 200;

/// Indented blocks within each other, and one for the module itself.
///
/// CPython: `Parser/tokenizer.h` `MAXINDENT` (3.8–)
pub(crate) const MAX_INDENTS: usize = 100;

/// The columns from one tab stop to the next.
///
/// CPython: `Parser/tokenizer.h` `TABSIZE` (3.8–)
pub(crate) const TAB_SIZE: usize = 8;

/// Strings with fields within the fields of others, as CPython's stack of tokenizer modes holds.
///
/// CPython: `Parser/lexer/state.h` `MAXFSTRINGLEVEL` (3.12–)
pub(crate) const MAX_NESTED_FSTRINGS: usize = 149;
