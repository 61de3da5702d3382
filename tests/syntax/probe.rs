//! The questions that the tests and the scripts ask of the front end, each as one function. No
//! other file of theirs calls the library, so a change of its interface is followed here only.

use bumpalo::Bump;
use crosspyc::internals::compile::{self, Options};
use crosspyc::internals::diagnostic::Diagnostic;
use crosspyc::internals::pyc;
use crosspyc::internals::source::{self, Location};
use crosspyc::internals::syntax;
use crosspyc::internals::targets::Target;

use crate::dump;

/// Bytes: enough for the deepest tree that the parser makes, for the dump recurses at each level.
const DUMP_STACK: usize = 1 << 28;

/// The tree of a source as text, one statement of the module per line.
pub(crate) fn tree(bytes: &[u8], target: Target) -> Result<String, Verdict> {
    let arena = Bump::new();
    let refused = |diagnostic: &Diagnostic| Verdict::new(diagnostic, bytes);
    let mut parsed = compile::parse(&arena, bytes).map_err(|fault| refused(fault.of(target)))?;
    let module = parsed.syntax.module(&arena, target).map_err(|diagnostic| refused(&diagnostic))?;
    Ok(stacker::grow(DUMP_STACK, || dump::dump(&parsed.syntax.interner, target, &module)))
}

/// A short stand-in for a tree: the hash that PEP 552 defines, which `importlib.util.source_hash`
/// computes as well.
pub(crate) fn digest(tree: &str, target: Target) -> String {
    pyc::source_hash(target, tree.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `ast.parse` has against a text, which is not decoded: `None` if nothing.
#[allow(dead_code, reason = "the scripts ask for what `compile()` has against a source")]
pub(crate) fn parser_verdict(text: &str, target: Target) -> Option<Verdict> {
    let arena = Bump::new();
    let judged = syntax::parse(&arena, text, None).module(&arena, target);
    judged.err().map(|diagnostic| Verdict::of_text(&diagnostic, text))
}

/// What `compile()` has against a source: `None` if nothing.
pub(crate) fn verdict(bytes: &[u8], target: Target) -> Option<Verdict> {
    let arena = Bump::new();
    let options = Options { filename: "source".into(), optimize: 0 };
    let judged = compile::compile(&arena, bytes, options, target);
    judged.code.err().map(|diagnostic| Verdict::new(&diagnostic, bytes))
}

/// What `compile()` warns of, in its order, and its verdict: it may warn before it refuses.
#[allow(dead_code, reason = "the scripts ask for warnings")]
pub(crate) fn warnings(bytes: &[u8], target: Target) -> (Vec<Warning>, Option<Verdict>) {
    let arena = Bump::new();
    let options = Options { filename: "source".into(), optimize: 0 };
    let judged = compile::compile(&arena, bytes, options, target);
    let warnings = judged.warnings.into_iter().map(|warning| Warning {
        category: warning.category.name(),
        message: warning.message,
        line: warning.location.lineno,
    });
    let verdict = judged.code.err().map(|diagnostic| Verdict::new(&diagnostic, bytes));
    (warnings.collect(), verdict)
}

/// A warning's category, message and line.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Warning {
    pub(crate) category: &'static str,
    pub(crate) message: String,
    pub(crate) line: i32,
}

/// A rejection as CPython's exceptions have it: lines and columns from 1, columns in characters. A
/// column of 0 or -1 is CPython's own, where it counts from a place before the line. No place at
/// all is `None`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Verdict {
    pub(crate) class: String,
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
    /// The place with columns in bytes, as some versions count in some errors.
    pub(crate) byte_place: Option<Place>,
}

/// `lineno`, `offset`, `end_lineno` and `end_offset` of a `SyntaxError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Place(pub(crate) i32, pub(crate) i32, pub(crate) i32, pub(crate) i32);

impl Verdict {
    fn new(diagnostic: &Diagnostic, bytes: &[u8]) -> Verdict {
        match source::decode(bytes) {
            Ok(decoded) => Verdict::of_text(diagnostic, &decoded.text),
            Err(_) => Verdict::of_text(diagnostic, &String::from_utf8_lossy(bytes)),
        }
    }

    fn of_text(diagnostic: &Diagnostic, text: &str) -> Verdict {
        let Location { lineno, end_lineno, col_offset, end_col_offset } = diagnostic.location;
        let has_place = diagnostic.location != Location::NONE;
        let place = |column: &dyn Fn(i32, i32) -> i32| {
            has_place.then(|| {
                Place(lineno, column(lineno, col_offset), end_lineno, column(end_lineno, end_col_offset))
            })
        };
        Verdict {
            class: diagnostic.kind.name().to_owned(),
            message: diagnostic.message.clone(),
            place: place(&|line, offset| column(text, line, offset)),
            byte_place: place(&|_, offset| offset + 1),
        }
    }
}

/// A column from 1 in characters for one from 0 in bytes, which may be one before the line or one
/// after it.
fn column(text: &str, line: i32, offset: i32) -> i32 {
    let line = usize::try_from(line - 1).ok().and_then(|line| text.split('\n').nth(line)).unwrap_or_default();
    let Ok(offset) = usize::try_from(offset) else { return offset + 1 };
    let within = line.get(..offset).unwrap_or(line);
    (within.chars().count() + offset - within.len() + 1) as i32
}
