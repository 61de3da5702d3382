//! Class definitions.

use super::functions::{FunctionFlags, first_line};
use super::{AtEnd, Compiler, Place, Result, UnitKind};
use crate::code::{Constant, Int};
use crate::names::{Ident, known};
use crate::source::Location;
use crate::syntax::ast::{ClassDef, Expr, ExprContext, ExprKind, TypeParams};
use crate::targets::{Intrinsic1, Opcode};

impl<'a> Compiler<'a, '_> {
    /// `NAME = __build_class__(<function of the body>, 'NAME', *bases, **keywords)`, then the
    /// decorators.
    ///
    /// CPython: `Python/compile.c` `compiler_class` (3.12)
    pub(super) fn class_def(&mut self, location: Location, node: &'a ClassDef<'a>) -> Result {
        self.decorators(node.decorator_list)?;
        let firstlineno = first_line(location, node.decorator_list);
        match node.type_params {
            Some(type_params) => self.generic_class(location, node, type_params, firstlineno)?,
            None => {
                self.class_body(location, node, firstlineno)?;
                self.call_args(location, 2, node.bases, node.keywords)?;
            }
        }
        self.apply_decorators(node.decorator_list);
        self.name_op(location, node.name, ExprContext::Store)
    }

    /// A class with type parameters has one more base, `typing.Generic` of them.
    fn generic_class(
        &mut self,
        location: Location,
        node: &'a ClassDef<'a>,
        type_params: &'a TypeParams<'a>,
        firstlineno: i32,
    ) -> Result {
        let params_only = self.features.generic_class_mangles_type_params_only;
        if !params_only {
            // CPython mangles by this class from here on in the whole unit around it, and so must
            // we.
            self.state().private = Some(node.name);
        }
        self.null_before_callable(location);
        self.enter_type_params(node.name, type_params, firstlineno);
        if params_only {
            self.state().private = Some(node.name);
        }
        self.type_params(type_params)?;
        self.name_op(location, known::DOT_TYPE_PARAMS, ExprContext::Store)?;

        self.class_body(location, node, firstlineno)?;
        self.name_op(location, known::DOT_TYPE_PARAMS, ExprContext::Load)?;
        self.emit_intrinsic(Intrinsic1::SubscriptGeneric, location);
        self.name_op(location, known::DOT_GENERIC_BASE, ExprContext::Store)?;

        let generic_base = ExprKind::Name { id: known::DOT_GENERIC_BASE, ctx: ExprContext::Load };
        let mut bases = Vec::with_capacity(node.bases.len() + 1);
        bases.extend_from_slice(node.bases);
        bases.push(Expr { kind: generic_base, location });
        let bases = self.arena.alloc_slice_copy(&bases);
        self.generic_class_args(location, bases, node.keywords)?;

        let code = self.leave_unit(AtEnd::ReturnTop)?;
        self.make_closure(location, code, FunctionFlags::NONE)?;
        self.null_after_callable(location);
        self.emit_call(0, location);
        Ok(())
    }

    /// Compiles the body to a function, and begins the call that makes the class of it.
    ///
    /// CPython: `Python/compile.c` `compiler_class_body` (3.12)
    fn class_body(&mut self, location: Location, node: &'a ClassDef<'a>, firstlineno: i32) -> Result {
        self.enter_unit(node.name, UnitKind::Class, self.symtable.scope_of(node.id), firstlineno);
        self.state().private = Some(node.name);
        let start = Location::new(firstlineno, firstlineno, 0, 0);
        self.class_prologue(start, node)?;
        self.namespace_body(start, node.body)?;
        self.unset_location();
        self.class_epilogue()?;
        let code = self.leave_unit(AtEnd::ReturnNone)?;

        self.null_before_callable(location);
        self.emit(Opcode::LOAD_BUILD_CLASS, location);
        self.null_after_callable(location);
        let name = self.name_constant(node.name);
        self.make_closure_called(location, code, FunctionFlags::NONE, name)?;
        self.emit_const(name, location);
        Ok(())
    }

    /// Binds what every class's namespace has before its body runs.
    fn class_prologue(&mut self, start: Location, node: &ClassDef<'_>) -> Result {
        self.name_op(start, known::NAME, ExprContext::Load)?;
        self.name_op(start, known::MODULE, ExprContext::Store)?;
        let qualname = self.unit().qualname;
        // One that equals the name is the name.
        let is_name = qualname == self.text(node.name);
        let constant = if is_name { self.name_constant(node.name) } else { Constant::Str(qualname) };
        self.emit_const(constant, start);
        self.name_op(start, known::QUALNAME, ExprContext::Store)?;
        if self.features.firstlineno_and_static_attributes {
            let firstlineno = self.unit().firstlineno;
            self.emit_const(Constant::Int(Int::Small(firstlineno.into())), start);
            self.name_op(start, known::FIRSTLINENO, ExprContext::Store)?;
        }
        if node.type_params.is_some() {
            self.name_op(start, known::DOT_TYPE_PARAMS, ExprContext::Load)?;
            self.name_op(start, known::TYPE_PARAMS, ExprContext::Store)?;
        }
        if self.scope().needs_classdict {
            self.emit(Opcode::LOAD_LOCALS, start);
            let cell = self.unit().cellvars.add(known::CLASSDICT);
            self.emit_arg(Opcode::STORE_DEREF, cell, start);
        }
        Ok(())
    }

    /// Hands the implicit cells to `type.__new__`, and returns that of `__class__`, or `None`.
    fn class_epilogue(&mut self) -> Result {
        if self.features.firstlineno_and_static_attributes {
            let attributes = self.static_attributes();
            self.emit_const(attributes, Place::Nowhere);
            self.name_op(Place::Nowhere, known::STATIC_ATTRIBUTES, ExprContext::Store)?;
        }
        if self.scope().needs_classdict {
            self.load_own_cell(known::CLASSDICT);
            self.name_op(Place::Nowhere, known::CLASSDICTCELL, ExprContext::Store)?;
        }
        if self.scope().needs_class_closure {
            self.load_own_cell(known::CLASS);
            self.emit_copy(Place::Nowhere);
            self.name_op(Place::Nowhere, known::CLASSCELL, ExprContext::Store)?;
        } else {
            self.emit_const(Constant::None, Place::Nowhere);
        }
        self.emit(Opcode::RETURN_VALUE, Place::Nowhere);
        Ok(())
    }

    /// The names of the attributes that functions of the innermost unit, a class, give to `self`.
    fn static_attributes(&mut self) -> Constant<'a> {
        let attributes = std::mem::take(&mut self.state().static_attributes);
        let mut texts: Vec<_> = attributes.into_iter().map(|name| self.interner.text(name)).collect();
        texts.sort_unstable();
        texts.dedup();
        let texts = texts.into_iter().map(|text| Constant::Name(text.into())).collect::<Vec<_>>();
        Constant::Tuple(self.arena.alloc_slice_copy(&texts))
    }

    /// Remembers for the innermost class around this unit that `self.attr` is assigned to.
    ///
    /// CPython: `Python/compile.c` `compiler_maybe_add_static_attribute_to_class` (3.13–)
    pub(super) fn add_static_attribute(&mut self, attr: Ident) {
        if let Some(class) = self.around.iter_mut().rev().find(|unit| unit.kind == UnitKind::Class) {
            class.static_attributes.push(attr);
        }
    }

    fn load_own_cell(&mut self, name: Ident) {
        let cell = self.unit().cellvars.add(name);
        self.emit_arg(Opcode::LOAD_CLOSURE, cell, Place::Nowhere);
    }
}
