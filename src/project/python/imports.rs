//! The modules that a source imports, as far as it says: `import` statements wherever they stand,
//! and calls of `import_module` and `__import__` with a text.

use std::collections::BTreeSet;

use bumpalo::Bump;
use memchr::memmem;

use crate::compile;
use crate::names::Interner;
use crate::syntax::ast::{Stmt, StmtKind};
use crate::targets::Target;

/// Absolute names of modules. `from a import b` gives `a` and `a.b`, which may be no module.
pub type Imports = BTreeSet<String>;

/// Adds the imports of a source. `module` is its name, and `is_package` says whether it is the
/// `__init__` of a package: relative imports depend on that. A source that does not parse imports
/// nothing.
pub(in crate::project) fn add(
    arena: &Bump,
    source: &[u8],
    target: Target,
    module: &str,
    is_package: bool,
    imports: &mut Imports,
) {
    for call in [&b"import_module("[..], b"__import__("] {
        imports.extend(memmem::find_iter(source, call).filter_map(|at| text_at(&source[at + call.len()..])));
    }
    let Ok(mut parsed) = compile::parse(arena, source) else { return };
    let Ok(tree) = parsed.syntax.module(arena, target) else { return };
    let package = match module.rsplit_once('.') {
        _ if is_package => module,
        Some((package, _)) => package,
        None => "",
    };
    let mut statements = Statements { interner: &parsed.syntax.interner, package, imports };
    statements.add(tree.body);
}

/// The text at the beginning of some arguments, if it may be the name of a module.
fn text_at(arguments: &[u8]) -> Option<String> {
    let quote = *arguments.first().filter(|quote| b"'\"".contains(quote))?;
    let name = arguments[1..].split(|&byte| byte == quote).next()?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.".contains(byte);
    let is_module = !name.is_empty() && name.len() < 100 && !name.starts_with(b".");
    (is_module && name.iter().all(is_name)).then(|| String::from_utf8_lossy(name).into_owned())
}

struct Statements<'s, 'a> {
    interner: &'s Interner<'a>,
    /// The package that relative imports start from.
    package: &'s str,
    imports: &'s mut Imports,
}

impl Statements<'_, '_> {
    fn add(&mut self, body: &[Stmt<'_>]) {
        // The parser bounds how deep blocks nest.
        for statement in body {
            match &statement.kind {
                StmtKind::Import { names, .. } => {
                    let names = names.iter().map(|alias| self.interner.text(alias.name).to_owned());
                    self.imports.extend(names.collect::<Vec<_>>());
                }
                StmtKind::ImportFrom { module, names, level, .. } => {
                    let module = module.map_or("", |module| self.interner.text(module));
                    let Some(from) = absolute(self.package, module, *level) else { continue };
                    for alias in *names {
                        let name = self.interner.text(alias.name);
                        let dot = if from.is_empty() { "" } else { "." };
                        self.imports.insert(format!("{from}{dot}{name}"));
                    }
                    self.imports.insert(from);
                }
                StmtKind::FunctionDef(function) => self.add(function.body),
                StmtKind::ClassDef(class) => self.add(class.body),
                StmtKind::For(it) => [it.body, it.orelse].iter().for_each(|body| self.add(body)),
                StmtKind::While { body, orelse, .. } | StmtKind::If { body, orelse, .. } => {
                    self.add(body);
                    self.add(orelse);
                }
                StmtKind::With(with) => self.add(with.body),
                StmtKind::Match { cases, .. } => cases.iter().for_each(|case| self.add(case.body)),
                StmtKind::Try(it) => {
                    [it.body, it.orelse, it.finalbody].iter().for_each(|body| self.add(body));
                    it.handlers.iter().for_each(|handler| self.add(handler.body));
                }
                _ => {}
            }
        }
    }
}

/// The absolute name of `module`, which is relative to a package if `level` is not 0.
fn absolute(package: &str, module: &str, level: u32) -> Option<String> {
    if level == 0 {
        return Some(module.to_owned());
    }
    let mut base = package;
    for _ in 1..level {
        base = base.rsplit_once('.').map(|(outer, _)| outer)?;
    }
    let dot = if base.is_empty() || module.is_empty() { "" } else { "." };
    Some(format!("{base}{dot}{module}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::Version;

    #[test]
    fn imports_are_found_wherever_they_stand() {
        let target = Target::newest(Version::last());
        for (source, expected) in [
            ("import a.b, c", &["a.b", "c"][..]),
            ("from a import b as c", &["a", "a.b"]),
            ("from . import x", &["p.q", "p.q.x"]),
            ("from ..r import x", &["p.r", "p.r.x"]),
            ("from .... import x", &[]),
            ("def f():\n if a:\n  import b\n else:\n  import c", &["b", "c"]),
            ("try: import a\nexcept E: import b\nelse: import c\nfinally: import d", &["a", "b", "c", "d"]),
            ("class A:\n async def f(self):\n  async with x:\n   import b", &["b"]),
            ("match x:\n case 1: import a", &["a"]),
            ("importlib.import_module('a.b'); __import__(\"c\"); import_module(d)", &["a.b", "c"]),
            ("import a; this wrong", &[]),
        ] {
            let mut imports = Imports::new();
            add(&Bump::new(), source.as_bytes(), target, "p.q.m", false, &mut imports);
            assert_eq!(imports.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{source}");
        }
    }
}
