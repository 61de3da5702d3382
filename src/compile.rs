//! The pipeline, stage by stage: from the bytes of a source file to a code object and the warnings.

use std::collections::HashSet;

use bumpalo::Bump;

use crate::assemble::Assembler;
use crate::code::{CodeObject, PyStr};
use crate::codegen;
use crate::diagnostic::{Diagnostic, Warning};
use crate::flowgraph::{self, FlowGraph};
use crate::instructions::Unit;
use crate::names::Interner;
use crate::preprocess::{Folded, Future, preprocess};
use crate::source::{self, ByteFault, Decoded, Location};
use crate::symtable::{self, ScopeId, SymbolFlags, SymbolTable, Tables};
use crate::syntax;
use crate::targets::Target;

/// What a compilation depends on besides the source and the target.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// `co_filename` of every code object.
    pub filename: PyStr<'o>,
    /// The `-O` level: 0, 1 or 2.
    pub optimize: u8,
}

/// What compiling a source file for one target gives.
#[derive(Debug)]
pub struct Compilation<'a> {
    pub code: Result<&'a CodeObject<'a>, Diagnostic>,
    /// The warnings that CPython issues, in its order, as with the filter `always`. If `code` is an
    /// error, these are the warnings issued before it.
    pub warnings: Vec<Warning>,
}

/// A parsed file, with the results that several targets share.
pub struct Parsed<'a> {
    pub syntax: syntax::Parsed<'a>,
    folded: Folded<'a>,
    tables: Tables<'a>,
}

/// Decodes and parses a source file, once for all targets. Everything made lives in `arena`.
///
/// An error is one of decoding that all targets share. What a target alone has against the file,
/// [`compile_parsed`] says.
pub fn parse<'a>(arena: &'a Bump, source: &'a [u8]) -> Result<Parsed<'a>, ByteFault> {
    let Decoded { text, fault } = source::decode(source)?;
    let text = match text {
        std::borrow::Cow::Borrowed(text) => text,
        std::borrow::Cow::Owned(text) => arena.alloc_str(&text),
    };
    Ok(Parsed {
        syntax: syntax::parse(arena, text, fault),
        folded: Folded::default(),
        tables: Tables::default(),
    })
}

/// The largest number of bytes of stack that the stages after the parser need per level of nesting.
/// Without optimisation their frames are about ten times as large.
const STACK_A_LEVEL: usize = if cfg!(debug_assertions) { 34 << 10 } else { 2900 };

/// An upper bound for the levels inside f-strings, which the depth of a source does not count. Most
/// sources have fewer levels in all.
const USUAL_LEVELS: u32 = 2900;

/// Compiles a parsed file for one target.
pub fn compile_parsed<'a>(
    arena: &'a Bump,
    parsed: &mut Parsed<'a>,
    options: Options<'_>,
    target: Target,
) -> Compilation<'a> {
    let stack = stack_size(parsed);
    let mut warnings = Vec::new();
    let code =
        stacker::maybe_grow(stack, stack, || run_stages(arena, parsed, options, target, &mut warnings));
    Compilation { code, warnings }
}

fn stack_size(parsed: &Parsed<'_>) -> usize {
    STACK_A_LEVEL * (USUAL_LEVELS + parsed.syntax.depth()) as usize
}

/// The stages of one target, in order. Code generation passes each finished unit to the back end at
/// once, because the code object of a function is a constant of the code around it.
fn run_stages<'a>(
    arena: &'a Bump,
    parsed: &mut Parsed<'a>,
    options: Options<'_>,
    target: Target,
    warnings: &mut Vec<Warning>,
) -> Result<&'a CodeObject<'a>, Diagnostic> {
    let (features, optimize) = (target.features(), options.optimize);
    let filename = PyStr(arena.alloc_slice_copy(options.filename.0));

    let Parsed { syntax, folded, tables } = parsed;
    let module = syntax.module(arena, target);
    warnings.extend(syntax.warnings(target));
    let module = module?;
    let interner = &mut syntax.interner;

    let (module, future) =
        preprocess(arena, interner, &features.preprocess, optimize, &module, folded, warnings)?;
    let mut symtable = tables.take(interner, &features.symtable, &future, &module)?;

    let mut graph = FlowGraph::new(features.flowgraph.opcodes);
    let mut assembler = Assembler::new(arena, &features.assembly, filename);
    let mut back_end = |interner: &Interner<'a>, unit: &mut Unit<'a>| {
        flowgraph::optimize(&mut graph, unit, arena, &features.flowgraph);
        assembler.code_object(interner, unit, &mut graph)
    };
    let (features, table) = (&features.codegen, &mut symtable.table);
    let code =
        codegen::module(arena, interner, features, optimize, future, table, &module, warnings, &mut back_end)
            .map_err(|fault| *fault)?;
    tables.keep(symtable);
    Ok(code)
}

/// Compiles the bytes of a source file for one target.
pub fn compile<'a>(
    arena: &'a Bump,
    source: &'a [u8],
    options: Options<'_>,
    target: Target,
) -> Compilation<'a> {
    match parse(arena, source) {
        Ok(mut parsed) => compile_parsed(arena, &mut parsed, options, target),
        Err(fault) => Compilation { code: Err(fault.of(target).clone()), warnings: Vec::new() },
    }
}

/// What makes it impossible to know from a source which names its module has.
const DYNAMIC: [&str; 4] = ["__getattr__", "globals", "exec", "vars"];

/// The names that a module binds at its top level, or with `global` in a function. `None` if it may
/// bind others (`from x import *`, `__getattr__`, `globals()`), or does not compile.
pub fn module_names(source: &[u8], target: Target) -> Option<HashSet<String>> {
    let arena = Bump::new();
    let mut parsed = parse(&arena, source).ok()?;
    let replaces_itself = memchr::memmem::find(source, b"sys.modules").is_some();
    let imports_all = memchr::memmem::find_iter(source, b"import")
        .any(|start| source[start + b"import".len()..].trim_ascii_start().starts_with(b"*"));
    if replaces_itself || imports_all {
        return None;
    }
    let stack = stack_size(&parsed);
    stacker::maybe_grow(stack, stack, || top_level_names(&arena, &mut parsed, target))
}

fn top_level_names<'a>(arena: &'a Bump, parsed: &mut Parsed<'a>, target: Target) -> Option<HashSet<String>> {
    let module = parsed.syntax.module(arena, target).ok()?;
    let interner = &mut parsed.syntax.interner;
    let features = &target.features().symtable;
    let table =
        symtable::build(interner, features, &Future { flags: 0, location: Location::NONE }, &module).ok()?;
    let mut names = HashSet::new();
    for scope in (0..table.scope_count() as u32).map(ScopeId) {
        let bound = match scope {
            SymbolTable::TOP => SymbolFlags::DEF_BOUND,
            _ => SymbolFlags::DEF_GLOBAL,
        };
        for (name, symbol) in table.scope(scope).symbols.iter() {
            let name = interner.text(name);
            if DYNAMIC.contains(&name) {
                return None;
            }
            if symbol.flags.contains(bound) {
                names.insert(name.to_owned());
            }
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_module_are_known_unless_it_makes_them_at_run_time() {
        let target: Target = "3.14".parse().expect("supported");
        let names = |source: &str| {
            let mut names: Vec<String> = module_names(source.as_bytes(), target)?.into_iter().collect();
            names.sort();
            Some(names.join(" "))
        };
        for (source, expected) in [
            ("def a(): b = 1\nclass C: d = 2\nimport e.f, g as h\nfor i in j: k = 3", Some("C a e h i k")),
            ("def a():\n    global b\n    b = 1", Some("a b")),
            ("if x:\n    from y import z\nelse:\n    z: int = None", Some("z")),
            ("from x import *", None),
            ("def __getattr__(name): pass", None),
            ("globals()['a'] = 1", None),
            ("def a(:", None),
        ] {
            assert_eq!(names(source).as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn targets_that_share_results_compile_as_alone() {
        let targets = ["3.12.1", "3.12", "3.13.0", "3.13", "3.14", "3.15"];
        let targets = targets.map(|text| text.parse::<Target>().expect("supported"));
        for source in [
            "x = [1, 2] + [-3]; y = (4, 5)[0]; z = a in [b, 'c']",
            "def f():\n  try: a\n  except b as c: d = 1\n  else: e = 2\n  return lambda: (d, e)",
            "def f[T: (int, str)](a: T): pass\ntype X[*U] = U\nclass C[**P]:\n  __a: P = 1",
            "class C:\n  a = [__class__ for b in c]\n  def f(self): return super().f()",
            "class C:\n  a = [[__class__ for __b in c] for d in __b]\n  lambda: __class__\n__b = [a for a in b]",
            "def f(a):\n  b = {c: [d for d in a if (lambda: d)] for c in a}\n  return [c for c in b], d",
            "a: int = 1\ndef f(b: a, /, *, c: -1) -> 'd': e: f = 2\nclass G:\n  if a: h: int",
            "__debug__ = 1",
            "def f(a, a): pass",
            "class C:\n  a = [await b for c in d]",
        ] {
            let arena = Bump::new();
            let mut parsed = parse(&arena, source.as_bytes()).expect("it is UTF-8");
            for (target, optimize) in targets.into_iter().flat_map(|target| [(target, 0), (target, 2)]) {
                let options = Options { filename: "a.py".into(), optimize };
                let shared = marshalled(compile_parsed(&arena, &mut parsed, options, target), target);
                let alone = marshalled(compile(&arena, source.as_bytes(), options, target), target);
                assert_eq!(shared, alone, "{source} for {target} at {optimize}");
            }
        }
    }

    fn marshalled(compilation: Compilation<'_>, target: Target) -> Result<Vec<u8>, Diagnostic> {
        let mut bytes = Vec::new();
        crate::marshal::write(compilation.code?, target, &mut bytes).expect("it is small");
        Ok(bytes)
    }

    #[test]
    fn statements_with_something_to_fold_are_marked() {
        let target: Target = "3.15".parse().expect("supported");
        for (source, expected) in [
            ("a = b + 1", false),
            ("a = 1 + b", true),
            ("a = 1 + 2", true),
            ("a = -b, not c.d, ~e()", false),
            ("a = -1", true),
            ("if not b in c: pass", true),
            ("a = b, 1", false),
            ("a = 1, 2", true),
            ("a = ()", true),
            ("a = 'b'[c]", true),
            ("a[1] = b[2]", false),
            ("for a in [b]: pass", true),
            ("a = b in {1, 2}", true),
            ("f'{a}'", true),
            ("if __debug__: pass", true),
            ("if debug: a(b=c)", false),
            ("@a(-1)\ndef f(): pass", true),
            ("def f(a: b = c) -> d: return a", false),
            ("class A:\n  def f(self):\n    while self: return -1", true),
            ("if a: b\nelif c: d\nelif -1: e", true),
            ("a; b; c = -1", false),
            ("match a:\n  case -1: pass", true),
            ("match a:\n  case 1 + 2j: pass", true),
            ("match a:\n  case [b, C(d=e)]: pass", false),
            ("match (-1)", true),
            ("with (a as b, -c): pass", false),
            ("with (a, -1): pass", true),
            ("with (a, -1) as b: pass", true),
            (&*format!("a = b{}", ".c".repeat(2000)), true),
        ] {
            let arena = Bump::new();
            let mut parsed = parse(&arena, source.as_bytes()).expect("it is UTF-8");
            let module = parsed.syntax.module(&arena, target).expect(source);
            assert_eq!(module.body[0].may_fold, expected, "{source}");
        }
    }
}
