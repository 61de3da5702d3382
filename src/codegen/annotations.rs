//! Annotations of functions and variables, and where `__annotations__` or `__annotate__` is set up
//! in modules and classes.
//!
//! Deferred annotations (PEP 649) become a function that evaluates them when it is asked to:
//!
//! ```text
//! def __annotate__(format, /):
//!     if format > 2: raise NotImplementedError
//!     return {'x': int}
//! ```
//!
//! Those of variables are compiled at the end of the module or class, and in a module put at its
//! beginning. Where the statement may not have run, its number in the set
//! `__conditional_annotations__` says so.

use super::functions::FunctionFlags;
use super::unparse::unparse;
use super::{AtEnd, Compiler, Place, Result, UnitKind};
use crate::code::identity::exists_once;
use crate::code::{CodeObject, Constant, Int, LocalPlus, Origin};
use crate::names::{Ident, known};
use crate::preprocess::Future;
use crate::source::Location;
use crate::symtable::ScopeId;
use crate::syntax::ast::{Arg, CmpOp, Expr, ExprContext, ExprKind, FunctionDef, Stmt, StmtKind};
use crate::targets::{CommonConstant, Opcode};

/// The annotation of a variable whose value is left to the `__annotate__` of its module or class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeferredAnnotation<'a> {
    location: Location,
    name: Ident,
    annotation: &'a Expr<'a>,
    /// What the set of conditional annotations holds once the statement has run; `None` where it is
    /// sure to run.
    index: Option<u32>,
}

impl<'a> Compiler<'a, '_> {
    /// Compiles the body of a module or class, whose names live in a namespace.
    ///
    /// CPython: `Python/compile.c` `compiler_body` (3.8–3.13), `Python/codegen.c` `codegen_body`
    /// (3.14–)
    pub(super) fn namespace_body(&mut self, mut location: Location, body: &'a [Stmt<'a>]) -> Result {
        if let Some(first) = body.first()
            && self.state().kind == UnitKind::Module
        {
            location = first.location;
            self.set_location(location);
        }
        self.conditional_annotations_set(location);
        if self.sets_up_annotations(body) {
            self.emit(Opcode::SETUP_ANNOTATIONS, location);
        }
        let (docstring, body) = self.split_docstring(body)?;
        if let Some(docstring) = docstring {
            self.set_location(docstring.location);
            self.emit_const(Constant::Str(docstring.text), docstring.location);
            self.unset_location();
            self.name_op(Place::Nowhere, known::DOC, ExprContext::Store)?;
        }
        self.visit_body(body)?;
        self.variable_annotations(location)
    }

    fn conditional_annotations_set(&mut self, location: Location) {
        if !self.scope().has_conditional_annotations {
            return;
        }
        self.emit_arg(Opcode::BUILD_SET, 0, location);
        if self.state().kind == UnitKind::Class {
            let cell = self.unit().cellvars.add(known::CONDITIONAL_ANNOTATIONS);
            self.emit_arg(Opcode::STORE_DEREF, cell, location);
        } else {
            self.emit_name(Opcode::STORE_NAME, known::CONDITIONAL_ANNOTATIONS, location);
        }
    }

    fn sets_up_annotations(&self, body: &[Stmt<'_>]) -> bool {
        if self.features.deferred_annotations {
            self.future.contains(Future::ANNOTATIONS) && self.scope().annotations_used
        } else {
            has_annotations(body)
        }
    }

    /// Says of a variable of the innermost unit, a module or class, what it is annotated with.
    pub(super) fn annotate_variable(
        &mut self,
        location: Location,
        name: Ident,
        annotation: &'a Expr<'a>,
    ) -> Result {
        if self.future.contains(Future::ANNOTATIONS) {
            self.annotation_text(annotation);
        } else if self.features.deferred_annotations {
            self.defer_annotation(location, name, annotation);
            return Ok(());
        } else {
            self.visit_expr(annotation)?;
        }
        self.emit_name(Opcode::LOAD_NAME, known::ANNOTATIONS, location);
        let name = self.mangled_constant(name);
        self.emit_const(name, location);
        self.emit(Opcode::STORE_SUBSCR, location);
        Ok(())
    }

    /// CPython: `Python/compile.c` `_PyCompile_AddDeferredAnnotation`, `Python/codegen.c`
    /// `codegen_annassign` (3.14–)
    fn defer_annotation(&mut self, location: Location, name: Ident, annotation: &'a Expr<'a>) {
        let state = self.state();
        let is_class = state.kind == UnitKind::Class;
        let index = (!is_class || state.conditional_blocks > 0).then_some(state.conditional_annotations);
        state.deferred_annotations.push(DeferredAnnotation { location, name, annotation, index });
        let Some(index) = index else { return };
        state.conditional_annotations += 1;
        if is_class {
            let cell = self.unit().cellvars.add(known::CONDITIONAL_ANNOTATIONS);
            self.emit_arg(Opcode::LOAD_DEREF, cell, location);
        } else {
            self.emit_name(Opcode::LOAD_NAME, known::CONDITIONAL_ANNOTATIONS, location);
        }
        self.emit_const(Constant::Int(Int::Small(index.into())), location);
        self.emit_arg(Opcode::SET_ADD, 1, location);
        self.emit(Opcode::POP_TOP, location);
    }

    /// Binds the function that evaluates the annotations of the variables of the innermost unit, if
    /// there are any. In a module it comes before all else, so that a module that is still being
    /// executed has it.
    ///
    /// CPython: `Python/codegen.c` `codegen_process_deferred_annotations` (3.14–)
    fn variable_annotations(&mut self, location: Location) -> Result {
        let deferred = std::mem::take(&mut self.state().deferred_annotations);
        if deferred.is_empty() {
            return Ok(());
        }
        let kind = self.state().kind;
        let before = self.unit().sequence.len();
        let scope = self.scope().variable_annotations.expect("the symbol table saw annotations of variables");
        self.enter_on_demand(location, known::ANNOTATE, scope);
        self.annotations_dict(location, kind, &deferred)?;
        self.leave_annotate(location)?;
        let function = if kind == UnitKind::Class { known::ANNOTATE_FUNC } else { known::ANNOTATE };
        self.name_op(location, function, ExprContext::Store)?;
        if kind == UnitKind::Module {
            self.unit().sequence.move_to_start(before, AFTER_RESUME);
        }
        Ok(())
    }

    /// CPython: `Python/codegen.c` `codegen_deferred_annotations_body` (3.14–)
    fn annotations_dict(
        &mut self,
        location: Location,
        around: UnitKind,
        deferred: &[DeferredAnnotation<'a>],
    ) -> Result {
        self.emit_arg(Opcode::BUILD_MAP, 0, location);
        for annotation in deferred {
            let not_set = self.new_label();
            if let Some(index) = annotation.index {
                self.emit_const(Constant::Int(Int::Small(index.into())), annotation.location);
                self.load_conditional_annotations(around, annotation.location);
                self.emit_arg(Opcode::CONTAINS_OP, 0, annotation.location);
                self.emit_jump(Opcode::POP_JUMP_IF_FALSE, not_set, annotation.location);
            }
            self.visit_expr(annotation.annotation)?;
            self.emit_arg(Opcode::COPY, 2, annotation.location);
            let name = self.mangled_constant(annotation.name);
            self.emit_const(name, annotation.location);
            self.emit(Opcode::STORE_SUBSCR, location);
            self.use_label(not_set);
        }
        Ok(())
    }

    /// Loads the set of the module or class around, which the symbol table does not know here.
    fn load_conditional_annotations(&mut self, around: UnitKind, location: Location) {
        let unit = self.unit();
        if around == UnitKind::Class {
            let index = unit.cellvars.len() as u32 + unit.freevars.add(known::CONDITIONAL_ANNOTATIONS);
            self.emit_arg(Opcode::LOAD_DEREF, index, location);
        } else {
            self.load_global(location, known::CONDITIONAL_ANNOTATIONS);
        }
    }

    /// Enters the function that evaluates something when it is asked for it in some format: none
    /// but plain values and, with other globals, the same, come from here.
    ///
    /// CPython: `Python/codegen.c` `codegen_setup_annotations_scope` (3.14–)
    pub(super) fn enter_on_demand(&mut self, location: Location, name: Ident, scope: ScopeId) {
        const VALUE_WITH_FAKE_GLOBALS: i64 = 2;
        self.enter_unit(name, UnitKind::Annotation, scope, location.lineno);
        let unit = self.unit();
        (unit.argcount, unit.posonlyargcount) = (1, 1);
        self.emit_arg(Opcode::LOAD_FAST, 0, location);
        self.emit_const(Constant::Int(Int::Small(VALUE_WITH_FAKE_GLOBALS)), location);
        self.emit_comparison(CmpOp::Gt, location);
        let body = self.new_label();
        self.emit_jump(Opcode::POP_JUMP_IF_FALSE, body, location);
        self.emit_arg(Opcode::LOAD_COMMON_CONSTANT, CommonConstant::NotImplementedError as u32, location);
        self.emit_arg(Opcode::RAISE_VARARGS, 1, location);
        self.use_label(body);
    }

    /// Ends the `__annotate__` being compiled, and makes the function.
    ///
    /// CPython: `Python/codegen.c` `codegen_leave_annotations_scope` (3.14–)
    fn leave_annotate(&mut self, location: Location) -> Result {
        self.emit(Opcode::RETURN_VALUE, location);
        let code = self.leave_unit(AtEnd::ReturnNone)?;
        // Only now, so that it does not clash with a name in the annotations.
        let localsplus = self.arena.alloc_slice_copy(code.localsplus);
        localsplus[0] = LocalPlus { name: "format".into(), ..localsplus[0] };
        let code =
            self.arena.alloc(CodeObject { localsplus, origin: Some(Origin::Annotate), ..code.clone() });
        self.make_closure(location, code, FunctionFlags::NONE)
    }

    /// Puts the annotations of a function on the stack, if there are any: a function that makes a
    /// dict of them, or a tuple of names and values.
    pub(super) fn annotations(
        &mut self,
        location: Location,
        node: &'a FunctionDef<'a>,
        flags: &mut FunctionFlags,
    ) -> Result {
        let Some(scope) = self.symtable.scope(self.symtable.scope_of(node.id)).annotations else {
            let mut names = Vec::new();
            let entries = self.annotation_values(location, node, &mut names)?;
            if entries > 0 && self.features.annotations_dict {
                self.emit_const(Constant::Tuple(self.arena.alloc_slice_copy(&names)), location);
                self.emit_arg(Opcode::BUILD_CONST_KEY_MAP, entries, location);
                flags.add(FunctionFlags::ANNOTATIONS);
            } else if entries > 0 {
                self.emit_arg(Opcode::BUILD_TUPLE, 2 * entries, location);
                flags.add(FunctionFlags::ANNOTATIONS);
            }
            return Ok(());
        };
        if self.symtable.scope(scope).annotations_used {
            self.enter_on_demand(location, known::ANNOTATE, scope);
            if self.features.function_annotations_qualname {
                self.qualify_annotate(node.name);
            }
            let entries = self.annotation_values(location, node, &mut Vec::new())?;
            self.emit_arg(Opcode::BUILD_MAP, entries, location);
            self.leave_annotate(location)?;
            flags.add(FunctionFlags::ANNOTATE);
        }
        Ok(())
    }

    /// Pushes name and value of each annotation of a function, and returns how many there are. Where
    /// they become a dict with constant keys, the names go to `names` instead.
    ///
    /// CPython: `Python/compile.c` `compiler_visit_annotations` (3.8–3.13), `Python/codegen.c`
    /// `codegen_annotations_in_scope` (3.14–)
    fn annotation_values(
        &mut self,
        location: Location,
        node: &'a FunctionDef<'a>,
        names: &mut Vec<Constant<'a>>,
    ) -> Result<u32> {
        let args = node.args;
        let positional = if self.features.annotations_posonly_first {
            [args.posonlyargs, args.args]
        } else {
            [args.args, args.posonlyargs]
        };
        let rest = [as_slice(args.vararg), args.kwonlyargs, as_slice(args.kwarg)];
        let all = positional.into_iter().chain(rest).flatten().map(|arg| (arg.arg, arg.annotation));
        let mut entries = 0;
        for (name, annotation) in all.chain([(known::RETURN, node.returns)]) {
            if let Some(annotation) = annotation {
                let name = self.mangled_constant(name);
                match self.features.annotations_dict {
                    true => names.push(name),
                    false => self.emit_const(name, location),
                }
                self.annotation(location, annotation)?;
                entries += 1;
            }
        }
        Ok(entries)
    }

    /// CPython: `Python/compile.c` `compiler_visit_argannotation` (3.12)
    fn annotation(&mut self, location: Location, annotation: &'a Expr<'a>) -> Result {
        if self.future.contains(Future::ANNOTATIONS) {
            self.annotation_text(annotation);
            return Ok(());
        }
        match annotation.kind {
            // `*args: *Ts`
            ExprKind::Starred { value, .. } => {
                self.visit_expr(value)?;
                self.emit_arg(Opcode::UNPACK_SEQUENCE, 1, location);
                Ok(())
            }
            _ => self.visit_expr(annotation),
        }
    }

    /// An annotation as a string, as `from __future__ import annotations` has it.
    ///
    /// CPython: `Python/compile.c` `compiler_visit_annexpr` (3.8–)
    fn annotation_text(&mut self, annotation: &Expr<'a>) {
        let text = unparse(self.arena, self.interner, self.features.unicode, annotation);
        // The text of a longer name is a string of its own, which only looks like the name.
        let is_name = matches!(annotation.kind, ExprKind::Name { .. }) && exists_once(text);
        let constant = if is_name { Constant::Name(text) } else { Constant::Str(text) };
        self.emit_const(constant, annotation.location);
    }
}

/// The index behind a module's `RESUME`.
const AFTER_RESUME: usize = 1;

fn as_slice<'s, 'a>(arg: Option<&'s Arg<'a>>) -> &'s [Arg<'a>] {
    arg.map_or(&[], std::slice::from_ref)
}

/// Whether a statement of the body, or of a block in it, annotates a variable.
///
/// CPython: `Python/compile.c` `find_ann` (3.8–3.13)
fn has_annotations(body: &[Stmt<'_>]) -> bool {
    body.iter().any(|stmt| match stmt.kind {
        StmtKind::AnnAssign(_) => true,
        StmtKind::For(node) => has_annotations(node.body) || has_annotations(node.orelse),
        StmtKind::While { body, orelse, .. } | StmtKind::If { body, orelse, .. } => {
            has_annotations(body) || has_annotations(orelse)
        }
        StmtKind::With(node) => has_annotations(node.body),
        StmtKind::Try(node) => {
            node.handlers.iter().any(|handler| has_annotations(handler.body))
                || has_annotations(node.body)
                || has_annotations(node.finalbody)
                || has_annotations(node.orelse)
        }
        StmtKind::Match { cases, .. } => cases.iter().any(|case| has_annotations(case.body)),
        _ => false,
    })
}
