//! Loading, storing and deleting names: which instruction each scope needs.

use super::{Compiler, Place, Result, fault};
use crate::names::{Ident, known};
use crate::source::Location;
use crate::symtable::{ScopeKind, SymbolScope};
use crate::syntax::ast::ExprContext;
use crate::targets::{Calls, Opcode};

impl Compiler<'_, '_> {
    /// Loads, stores or deletes a name (not yet mangled).
    ///
    /// CPython: `Python/compile.c` `compiler_nameop` (3.12)
    pub(crate) fn name_op(&mut self, place: impl Into<Place>, name: Ident, ctx: ExprContext) -> Result {
        let place = place.into();
        self.forbidden_name(place.location(), name, ctx)?;
        let name = self.mangle(name);
        let scope = self.scope();
        let is_function_like = scope.is_function_like();
        match scope.symbols.get(name).and_then(|symbol| symbol.scope) {
            Some(SymbolScope::Free | SymbolScope::Cell) => self.deref_op(place, name, ctx),
            Some(SymbolScope::Local) if is_function_like || self.is_fast_hidden(name) => {
                self.fast_op(place, name, ctx);
            }
            Some(SymbolScope::GlobalImplicit) if is_function_like => {
                self.global_op(place, name, ctx, self.scope().can_see_class_scope);
            }
            Some(SymbolScope::GlobalExplicit) => self.global_op(place, name, ctx, false),
            Some(SymbolScope::Local | SymbolScope::GlobalImplicit) | None => {
                self.dynamic_op(place, name, ctx);
            }
        }
        Ok(())
    }

    /// Refuses to bind or delete `__debug__`, unless the symbol table has done so.
    ///
    /// CPython: `Python/compile.c` `forbidden_name` (3.12)
    pub(crate) fn forbidden_name(&self, location: Location, name: Ident, ctx: ExprContext) -> Result {
        let verb = match ctx {
            _ if name != known::DEBUG => return Ok(()),
            _ if self.features.contexts_checked_in_symtable => return Ok(()),
            ExprContext::Load => return Ok(()),
            ExprContext::Del if self.features.debug_deletable => return Ok(()),
            ExprContext::Store => "assign to",
            ExprContext::Del => "delete",
        };
        fault(location, format!("cannot {verb} __debug__"))
    }

    /// The oparg by which instructions on cells know `name`, a cell or free variable of the
    /// innermost unit by its symbol: free variables count on after the cells.
    pub(crate) fn deref_index(&mut self, name: Ident) -> u32 {
        let place = self.scope().symbols.get(name).and_then(|symbol| symbol.scope);
        let unit = self.unit();
        match place {
            Some(SymbolScope::Cell) => unit.cellvars.add(name),
            _ => unit.cellvars.len() as u32 + unit.freevars.add(name),
        }
    }

    /// Whether the name is at present a fast local of an inlined comprehension in a module or
    /// class.
    fn is_fast_hidden(&mut self, name: Ident) -> bool {
        self.unit().fast_hidden.get(&name).copied().unwrap_or(false)
    }

    fn fast_op(&mut self, place: Place, name: Ident, ctx: ExprContext) {
        let opcode = match ctx {
            ExprContext::Load => Opcode::LOAD_FAST,
            ExprContext::Store => Opcode::STORE_FAST,
            ExprContext::Del => Opcode::DELETE_FAST,
        };
        let index = self.unit().varnames.add(name);
        self.emit_arg(opcode, index, place);
    }

    fn deref_op(&mut self, place: Place, name: Ident, ctx: ExprContext) {
        let opcode = match ctx {
            ExprContext::Load if self.in_class_namespace() && !self.features.class_cells_from_dict => {
                Opcode::LOAD_CLASSDEREF
            }
            ExprContext::Load if self.in_class_namespace() => {
                self.emit(Opcode::LOAD_LOCALS, place);
                Opcode::LOAD_FROM_DICT_OR_DEREF
            }
            ExprContext::Load if self.scope().can_see_class_scope => {
                self.load_classdict(place);
                Opcode::LOAD_FROM_DICT_OR_DEREF
            }
            ExprContext::Load => Opcode::LOAD_DEREF,
            ExprContext::Store => Opcode::STORE_DEREF,
            ExprContext::Del => Opcode::DELETE_DEREF,
        };
        let index = self.deref_index(name);
        self.emit_arg(opcode, index, place);
    }

    /// A global; a scope of annotations in a class looks into the class's namespace first.
    fn global_op(&mut self, place: Place, name: Ident, ctx: ExprContext, class_first: bool) {
        let opcode = match ctx {
            ExprContext::Load if class_first => {
                self.load_classdict(place);
                Opcode::LOAD_FROM_DICT_OR_GLOBALS
            }
            ExprContext::Load => return self.load_global(place, name),
            ExprContext::Store => Opcode::STORE_GLOBAL,
            ExprContext::Del => Opcode::DELETE_GLOBAL,
        };
        let index = self.looked_up(name);
        self.emit_arg(opcode, index, place);
    }

    /// A name looked up in the namespace of a module or class when the code runs.
    fn dynamic_op(&mut self, place: Place, name: Ident, ctx: ExprContext) {
        let opcode = match ctx {
            ExprContext::Load if self.is_class() && self.state().in_inlined_comprehension => {
                // A comprehension does not see the names of the class around it.
                return self.load_global(place, name);
            }
            ExprContext::Load => Opcode::LOAD_NAME,
            ExprContext::Store => Opcode::STORE_NAME,
            ExprContext::Del => Opcode::DELETE_NAME,
        };
        let index = self.looked_up(name);
        self.emit_arg(opcode, index, place);
    }

    /// The lowest bit of the argument, set by the flow graph, asks for a `NULL` before the value;
    /// where there is no `NULL`, there is no such bit.
    pub(super) fn load_global(&mut self, place: impl Into<Place>, name: Ident) {
        let index = self.looked_up(name);
        let has_bit = self.features.calls != Calls::Function;
        self.emit_arg(Opcode::LOAD_GLOBAL, if has_bit { index << 1 } else { index }, place);
    }

    /// The index of a name in `co_names`.
    fn looked_up(&mut self, name: Ident) -> u32 {
        let state = self.state();
        if state.dead_blocks > 0 {
            state.dead_names.push(name);
        }
        state.unit.names.add(name)
    }

    fn load_classdict(&mut self, place: Place) {
        let unit = self.unit();
        let index = unit.cellvars.len() as u32 + unit.freevars.add(known::CLASSDICT);
        self.emit_arg(Opcode::LOAD_DEREF, index, place);
    }

    fn is_class(&self) -> bool {
        self.scope().kind == ScopeKind::Class
    }

    fn in_class_namespace(&mut self) -> bool {
        self.is_class() && !self.state().in_inlined_comprehension
    }
}
