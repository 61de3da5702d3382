//! Function definitions and lambdas: decorators, defaults, closures.

use std::collections::hash_map::Entry;

use super::{AtEnd, Compiler, FrameBlockKind, Result, UnitKind};
use crate::code::{CodeObject, Constant, PyStr};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::names::{Ident, known};
use crate::source::Location;
use crate::symtable::SymbolScope;
use crate::syntax::ast::{Arg, Arguments, Expr, ExprContext, FunctionDef, Lambda, TypeParams};
use crate::targets::{FunctionAttributes, Intrinsic2, Opcode};

/// What lies on the stack for `MAKE_FUNCTION`, or for the `SET_FUNCTION_ATTRIBUTE`s after it: the
/// bits of their arguments.
///
/// CPython: `Python/compile.c` `compiler_default_arguments` (3.8–)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FunctionFlags(pub(crate) u32);

impl FunctionFlags {
    pub(crate) const NONE: FunctionFlags = FunctionFlags(0);
    pub(crate) const DEFAULTS: FunctionFlags = FunctionFlags(0x01);
    const KWDEFAULTS: FunctionFlags = FunctionFlags(0x02);
    pub(crate) const ANNOTATIONS: FunctionFlags = FunctionFlags(0x04);
    const CLOSURE: FunctionFlags = FunctionFlags(0x08);
    /// The function that evaluates the annotations.
    pub(crate) const ANNOTATE: FunctionFlags = FunctionFlags(0x10);

    /// In the order in which they lie on the stack, the topmost first.
    const TOPMOST_FIRST: [FunctionFlags; 5] =
        [Self::CLOSURE, Self::ANNOTATIONS, Self::ANNOTATE, Self::KWDEFAULTS, Self::DEFAULTS];

    pub(crate) fn add(&mut self, flag: FunctionFlags) {
        self.0 |= flag.0;
    }

    fn contains(self, flag: FunctionFlags) -> bool {
        self.0 & flag.0 != 0
    }

    /// How many of the values are defaults, which a generic function's inner scope takes as
    /// parameters.
    fn default_values(self) -> u32 {
        (self.0 & (Self::DEFAULTS.0 | Self::KWDEFAULTS.0)).count_ones()
    }
}

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_function` (3.12)
    pub(super) fn function_def(&mut self, location: Location, node: &'a FunctionDef<'a>) -> Result {
        self.check_parameters(node.args)?;
        self.decorators(node.decorator_list)?;
        let firstlineno = first_line(location, node.decorator_list);
        if let Some(type_params) = node.type_params {
            self.generic_function(location, node, type_params, firstlineno)?;
        } else {
            let mut flags = self.default_arguments(location, node.args)?;
            self.annotations(location, node, &mut flags)?;
            self.function_body(location, node, flags, firstlineno)?;
        }
        self.apply_decorators(node.decorator_list);
        self.name_op(location, node.name, ExprContext::Store)
    }

    /// The defaults are evaluated outside the scope of the type parameters, whose code takes them
    /// as parameters.
    fn generic_function(
        &mut self,
        location: Location,
        node: &'a FunctionDef<'a>,
        type_params: &'a TypeParams<'a>,
        firstlineno: i32,
    ) -> Result {
        self.null_before_callable(location);
        let mut flags = self.default_arguments(location, node.args)?;
        let default_values = flags.default_values();
        if default_values == 2 {
            self.emit_arg(Opcode::SWAP, 2, location);
        }

        self.enter_type_params(node.name, type_params, firstlineno);
        self.type_params(type_params)?;
        for index in 0..default_values {
            self.emit_arg(Opcode::LOAD_FAST, index, location);
        }
        self.annotations(location, node, &mut flags)?;
        self.function_body(location, node, flags, firstlineno)?;
        self.emit_arg(Opcode::SWAP, 2, location);
        self.emit_arg(Opcode::CALL_INTRINSIC_2, Intrinsic2::SetFunctionTypeParams as u32, location);
        self.unit().argcount = default_values;
        let code = self.leave_unit(AtEnd::ReturnTop)?;

        self.make_closure(location, code, FunctionFlags::NONE)?;
        if default_values > 0 {
            self.emit_arg(Opcode::SWAP, default_values + 1, location);
            // The first of the defaults may lie where else a `NULL` would.
            let in_place_of_null = u32::from(self.features.calls.push_null_after_callable());
            self.emit_call(default_values - in_place_of_null, location);
        } else {
            self.null_after_callable(location);
            self.emit_call(0, location);
        }
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_function_body` (3.12)
    fn function_body(
        &mut self,
        location: Location,
        node: &'a FunctionDef<'a>,
        flags: FunctionFlags,
        firstlineno: i32,
    ) -> Result {
        let kind = if node.is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        self.enter_unit(node.name, kind, self.symtable.scope_of(node.id), firstlineno);
        let (docstring, body) = self.split_docstring(node.body)?;
        // Where statements alone set the line, the docstring is one: it emits nothing.
        let body = if self.features.locations.is_line() { node.body } else { body };
        self.begin_consts(docstring.map(|docstring| docstring.text));
        self.set_argument_counts(node.args);
        let is_wrapped = self.scope().coroutine || self.scope().generator;
        let start = self.new_label();
        if self.features.function_body_label {
            self.use_label(start);
        }
        let is_counted = is_wrapped && self.features.stop_iteration_frame_block;
        if is_counted {
            self.push_frame_block(Location::NONE, FrameBlockKind::StopIteration, start, None)?;
        }
        self.visit_body(body)?;
        if is_wrapped {
            self.wrap_in_stopiteration_handler();
        }
        if is_counted {
            self.pop_frame_block();
        }
        let code = self.leave_unit(AtEnd::ReturnNone)?;
        self.make_closure(location, code, flags)
    }

    /// CPython: `Python/compile.c` `compiler_lambda` (3.12)
    pub(crate) fn lambda(&mut self, location: Location, node: &'a Lambda<'a>) -> Result {
        self.check_parameters(node.args)?;
        let flags = self.default_arguments(location, node.args)?;
        let scope = self.symtable.scope_of(node.id);
        self.enter_unit(known::LAMBDA, UnitKind::Lambda, scope, location.lineno);
        self.begin_consts(None);
        self.set_argument_counts(node.args);
        self.visit_expr(node.body)?;
        let code = if self.scope().generator {
            self.leave_unit(AtEnd::ReturnTop)?
        } else {
            let at_body = self.features.lambda_return_at_body;
            let start = Location::new(location.lineno, location.lineno, 0, 0);
            self.emit(Opcode::RETURN_VALUE, if at_body { node.body.location } else { start });
            self.leave_unit(AtEnd::ReturnNone)?
        };
        self.make_closure(location, code, flags)
    }

    /// Gives the docstring its place among the constants of a function.
    pub(super) fn begin_consts(&mut self, docstring: Option<PyStr<'a>>) {
        let none = self.features.docstring_slot.then_some(Constant::None);
        if let Some(first) = docstring.map(Constant::Str).or(none) {
            self.unit().consts.add(first);
        }
    }

    fn set_argument_counts(&mut self, args: &Arguments<'_>) {
        let unit = self.unit();
        unit.posonlyargcount = args.posonlyargs.len() as u32;
        unit.argcount = unit.posonlyargcount + args.args.len() as u32;
        unit.kwonlyargcount = args.kwonlyargs.len() as u32;
    }

    /// Makes a function of `code`; its defaults and annotations are on the stack as `flags` says.
    ///
    /// CPython: `Python/compile.c` `compiler_make_closure` (3.12)
    pub(crate) fn make_closure(
        &mut self,
        location: Location,
        code: &'a CodeObject<'a>,
        flags: FunctionFlags,
    ) -> Result {
        self.make_closure_called(location, code, flags, Constant::Str(code.qualname))
    }

    /// The same, where the function's qualified name is a constant, by this one.
    pub(super) fn make_closure_called(
        &mut self,
        location: Location,
        code: &'a CodeObject<'a>,
        mut flags: FunctionFlags,
        qualname: Constant<'a>,
    ) -> Result {
        let mut free_variables = 0;
        for variable in code.localsplus.iter().filter(|variable| variable.kind.is_free()) {
            let text = variable.name.as_str().expect("names of variables are UTF-8");
            let name = self.interner.intern(text);
            let cell = self.closure_cell(name, code)?;
            self.emit_arg(Opcode::LOAD_CLOSURE, cell, location);
            free_variables += 1;
        }
        if free_variables > 0 {
            flags.add(FunctionFlags::CLOSURE);
            self.emit_arg(Opcode::BUILD_TUPLE, free_variables, location);
        }
        let constant = self.first_same_code(Constant::Code(code));
        self.emit_const(constant, location);
        if self.features.function_attributes == FunctionAttributes::MakeNamedFunction {
            self.emit_const(qualname, location);
        }
        if self.features.function_attributes == FunctionAttributes::SetFunctionAttribute {
            self.emit(Opcode::MAKE_FUNCTION, location);
            for flag in FunctionFlags::TOPMOST_FIRST.into_iter().filter(|&flag| flags.contains(flag)) {
                self.emit_arg(Opcode::SET_FUNCTION_ATTRIBUTE, flag.0, location);
            }
        } else {
            self.emit_arg(Opcode::MAKE_FUNCTION, flags.0, location);
        }
        Ok(())
    }

    /// The first of the module's code objects that is the same constant. It may have another
    /// qualified name:
    ///
    /// ```python
    /// class A(base(lambda: 1)): f = lambda: 1      # both are `A.<lambda>`
    /// ```
    ///
    /// CPython: `Python/compile.c` `merge_consts_recursive` (3.8–3.12)
    fn first_same_code(&mut self, code: Constant<'a>) -> Constant<'a> {
        match self.codes.entry(code) {
            Entry::Occupied(first) => *first.key(),
            Entry::Vacant(vacant) => {
                vacant.insert(());
                code
            }
        }
    }

    /// Where the innermost unit has the cell that `code` inside it uses as `name`. In a class a
    /// name may be a local and yet pass through as a free variable; the closure gets the latter.
    ///
    /// CPython: `Python/compile.c` `get_ref_type` (3.12)
    fn closure_cell(&mut self, name: Ident, code: &CodeObject<'_>) -> Result<u32> {
        let is_class_cell = self.state().kind == UnitKind::Class && self.is_class_cell(name);
        let place = self.scope().symbols.get(name).and_then(|symbol| symbol.scope);
        let unit = self.unit();
        let index = if is_class_cell || place == Some(SymbolScope::Cell) {
            unit.cellvars.get(name)
        } else {
            unit.freevars.get(name).map(|index| unit.cellvars.len() as u32 + index)
        };
        index.ok_or_else(|| Box::new(self.missing_cell(name, place, code)))
    }

    fn is_class_cell(&self, name: Ident) -> bool {
        match name {
            known::CLASS | known::CLASSDICT => true,
            known::CONDITIONAL_ANNOTATIONS => self.features.deferred_annotations,
            _ => false,
        }
    }

    /// CPython's own fault: where a scope of type parameters uses `__class__`, its symbol table
    /// expects the class around to have that cell.
    #[cold]
    fn missing_cell(&mut self, name: Ident, place: Option<SymbolScope>, code: &CodeObject<'_>) -> Diagnostic {
        let text = self.interner.text(name);
        let unit = String::from_utf8_lossy(self.unit().name.0);
        let reftype = match place {
            None => 0,
            Some(SymbolScope::Local) => 1,
            Some(SymbolScope::GlobalExplicit) => 2,
            Some(SymbolScope::GlobalImplicit) => 3,
            Some(SymbolScope::Free) => 4,
            Some(SymbolScope::Cell) => 5,
        };
        let message = if reftype == 0 {
            format!("_PyST_GetScope(name='{text}') failed: unknown scope in unit {unit}")
        } else {
            let free = code.localsplus.iter().filter(|variable| variable.kind.is_free());
            let free: Vec<_> =
                free.map(|variable| format!("'{}'", String::from_utf8_lossy(variable.name.0))).collect();
            let comma = if free.len() == 1 { "," } else { "" };
            format!(
                "compiler_lookup_arg(name='{text}') with reftype={reftype} failed in {unit}; \
                 freevars of code {}: ({}{comma})",
                String::from_utf8_lossy(code.name.0),
                free.join(", "),
            )
        };
        Diagnostic::new(DiagnosticKind::SystemError, Location::NONE, message)
    }

    /// CPython: `Python/compile.c` `compiler_decorators` (3.8–)
    pub(super) fn decorators(&mut self, decorators: &'a [Expr<'a>]) -> Result {
        decorators.iter().try_for_each(|decorator| self.visit_expr(decorator))
    }

    /// CPython: `Python/compile.c` `compiler_function` (3.8–3.10), `compiler_apply_decorators` (3.11–)
    pub(super) fn apply_decorators(&mut self, decorators: &[Expr<'_>]) {
        let statement = self.state().location;
        for decorator in decorators.iter().rev() {
            if self.features.decorator_calls_located {
                self.set_location(decorator.location);
            }
            self.emit_call_with_one(decorator.location);
        }
        self.set_location(statement);
    }

    /// Puts the default values of parameters on the stack: a tuple, a dict for the keyword-only
    /// ones.
    ///
    /// CPython: `Python/compile.c` `compiler_default_arguments` (3.8–)
    pub(crate) fn default_arguments(
        &mut self,
        location: Location,
        args: &'a Arguments<'a>,
    ) -> Result<FunctionFlags> {
        let mut flags = FunctionFlags::NONE;
        if !args.defaults.is_empty() {
            args.defaults.iter().try_for_each(|default| self.visit_expr(default))?;
            self.emit_arg(Opcode::BUILD_TUPLE, args.defaults.len() as u32, location);
            flags.add(FunctionFlags::DEFAULTS);
        }
        if self.keyword_defaults(location, args)? {
            flags.add(FunctionFlags::KWDEFAULTS);
        }
        Ok(flags)
    }

    /// CPython: `Python/compile.c` `compiler_visit_kwonlydefaults` (3.8–3.13), `Python/codegen.c`
    /// `codegen_kwonlydefaults` (3.14–)
    fn keyword_defaults(&mut self, location: Location, args: &'a Arguments<'a>) -> Result<bool> {
        let const_keys = self.features.const_key_maps;
        let mut names = Vec::new();
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            let Some(default) = default else { continue };
            let name = self.mangled_constant(arg.arg);
            if !const_keys {
                self.emit_const(name, location);
            }
            names.push(name);
            self.visit_expr(default)?;
        }
        let count = names.len() as u32;
        if count > 0 && const_keys {
            self.emit_const(Constant::Tuple(self.arena.alloc_slice_copy(&names)), location);
            self.emit_arg(Opcode::BUILD_CONST_KEY_MAP, count, location);
        } else if count > 0 {
            self.emit_arg(Opcode::BUILD_MAP, count, location);
        }
        Ok(count > 0)
    }

    /// Refuses parameters called `__debug__`.
    ///
    /// CPython: `Python/compile.c` `compiler_check_debug_args` (3.9–3.12)
    fn check_parameters(&self, args: &Arguments<'_>) -> Result {
        [args.posonlyargs, args.args, as_slice(args.vararg), args.kwonlyargs, as_slice(args.kwarg)]
            .into_iter()
            .flatten()
            .try_for_each(|arg| self.forbidden_name(arg.location, arg.arg, ExprContext::Store))
    }
}

/// Where the code of a decorated definition starts: `co_firstlineno` is the line of the first
/// decorator.
pub(super) fn first_line(location: Location, decorators: &[Expr<'_>]) -> i32 {
    decorators.first().map_or(location.lineno, |decorator| decorator.location.lineno)
}

fn as_slice<'s, 'a>(arg: Option<&'s Arg<'a>>) -> &'s [Arg<'a>] {
    arg.map_or(&[], std::slice::from_ref)
}
