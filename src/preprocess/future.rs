//! The future statements: which features a module asks for, and where the last of them stands.
//!
//! That one stands too late, behind other statements, is for the code generator to say, when it
//! comes to it. Some targets look for such ones here too, up to the end of the line.
//!
//! CPython: `Python/future.c` (3.8–)

use super::Future;
use crate::diagnostic::Diagnostic;
use crate::names::{Interner, known};
use crate::source::Location;
use crate::syntax::ast::{self, Alias, Module, Stmt, StmtKind};
use crate::targets::PreprocessFeatures;

/// The future statements at the beginning of a module, where only the docstring may precede them.
pub(super) fn statements(
    interner: &Interner<'_>,
    features: &PreprocessFeatures,
    module: &Module<'_>,
) -> Result<Future, Diagnostic> {
    let mut future = Future { flags: 0, location: Location::NONE };
    let skipped = usize::from(ast::docstring(module.body).is_some());
    for (index, stmt) in module.body.iter().enumerate().skip(skipped) {
        let StmtKind::ImportFrom { module: Some(known::FUTURE), names, level, .. } = stmt.kind else {
            if features.late_future_on_line_refused {
                check_line(&module.body[index..])?;
            }
            break;
        };
        if level > 0 && features.future_import_is_absolute {
            break;
        }
        for alias in names {
            let located = features.future_feature_located;
            let location = if located { alias.location } else { without_end(stmt.location) };
            future.flags |= feature(interner, alias, location)?;
        }
        future.location = stmt.location;
    }
    Ok(future)
}

/// The end of a statement is not reported.
fn without_end(statement: Location) -> Location {
    Location { end_lineno: statement.lineno, end_col_offset: -1, ..statement }
}

/// Refuses a future statement among `body`, up to the end of the line that it begins on. It is
/// reported one column before it.
///
/// CPython: `Python/future.c` `future_parse` (3.8–3.11)
fn check_line(body: &[Stmt<'_>]) -> Result<(), Diagnostic> {
    let lines = body.iter().zip(&body[1..]);
    let on_line = lines.take_while(|(before, stmt)| stmt.location.lineno <= before.location.lineno);
    let late = on_line
        .map(|(_, stmt)| stmt)
        .find(|stmt| matches!(stmt.kind, StmtKind::ImportFrom { module: Some(known::FUTURE), .. }));
    let Some(Stmt { location, .. }) = late else { return Ok(()) };
    let location = without_end(Location { col_offset: location.col_offset - 1, ..*location });
    Err(Diagnostic::syntax_error(location, Future::TOO_LATE))
}

/// The bit of `co_flags` that a feature sets; 0 for those that have become the language.
fn feature(interner: &Interner<'_>, alias: &Alias, location: Location) -> Result<u32, Diagnostic> {
    match interner.text(alias.name) {
        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
        | "print_function" | "unicode_literals" | "generator_stop" => Ok(0),
        "barry_as_FLUFL" => Ok(Future::BARRY_AS_BDFL),
        "annotations" => Ok(Future::ANNOTATIONS),
        "braces" => Err(Diagnostic::syntax_error(location, "not a chance")),
        name => {
            let shown = &name[..name.floor_char_boundary(100)];
            Err(Diagnostic::syntax_error(location, format!("future feature {shown} is not defined")))
        }
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::names::Ident;
    use crate::syntax::ast::{Expr, ExprKind};

    /// The future statements of a module whose statements import these names; `doc` and `pass`
    /// stand for themselves.
    fn found(statements: &[&str]) -> Result<(u32, i32), String> {
        let arena = Bump::new();
        let mut interner = Interner::new(&arena);
        let body = arena.alloc_slice_fill_iter(statements.iter().enumerate().map(|(index, &text)| {
            let location = Location::new(index as i32 + 1, index as i32 + 1, 0, 10);
            let doc = ExprKind::Constant(crate::code::Constant::Str("doc".into()));
            let kind = match text {
                "doc" => StmtKind::Expr(arena.alloc(Expr { kind: doc, location })),
                "pass" => StmtKind::Pass,
                names => import(&arena, names.split(' ').map(|name| interner.intern(name)).collect()),
            };
            Stmt { kind, location, may_fold: false }
        }));
        let target: crate::targets::Target = "3.12.1".parse().expect("supported");
        super::statements(&interner, &target.features().preprocess, &Module { body, node_count: 0 })
            .map(|future| (future.flags, future.location.lineno))
            .map_err(|diagnostic| diagnostic.message)
    }

    fn import(arena: &Bump, names: Vec<Ident>) -> StmtKind<'_> {
        let aliases = names.into_iter().map(|name| Alias { name, asname: None, location: Location::NONE });
        let names = arena.alloc_slice_fill_iter(aliases.collect::<Vec<_>>());
        StmtKind::ImportFrom { module: Some(known::FUTURE), names, level: 0, is_lazy: false }
    }

    #[test]
    fn future_statements_stand_first_or_behind_the_docstring() {
        assert_eq!(found(&[]), Ok((0, -1)));
        assert_eq!(found(&["division", "annotations barry_as_FLUFL"]), Ok((0x1400000, 2)));
        assert_eq!(found(&["doc", "annotations"]), Ok((0x1000000, 2)));
        assert_eq!(found(&["doc", "doc", "annotations"]), Ok((0, -1)));
        assert_eq!(found(&["generators", "pass", "annotations"]), Ok((0, 1)));
    }

    #[test]
    fn unknown_features_are_rejected() {
        assert_eq!(found(&["braces"]), Err("not a chance".into()));
        assert_eq!(found(&["annotations x"]), Err("future feature x is not defined".into()));
        assert_eq!(found(&["*"]), Err("future feature * is not defined".into()));
    }
}
