//! Calls of a builtin function with a generator expression, made a loop over the generator.
//!
//! ```text
//! any(x for x in xs)     LOAD any; COPY 1; LOAD_COMMON_CONSTANT any; IS_OP 0
//!                        POP_JUMP_IF_FALSE skip; POP_TOP
//!                        <generator>; loop: FOR_ITER cleanup; TO_BOOL; POP_JUMP_IF_FALSE loop; ... JUMP end
//!                        skip: PUSH_NULL; <generator>; CALL 1
//!                        end:
//! ```

use super::{Compiler, Place, Result};
use crate::code::Constant;
use crate::instructions::Label;
use crate::names::known;
use crate::source::Location;
use crate::syntax::ast::{Call, CmpOp, ComprehensionExpr, ExprKind};
use crate::targets::{CommonConstant, InlinedGenexpCalls, Intrinsic1, Opcode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builtin {
    All,
    Any,
    Tuple,
    List,
    Set,
}

/// A call `builtin(comp)`.
#[derive(Clone, Copy)]
pub(super) struct GenexpCall<'a> {
    builtin: Builtin,
    func: Location,
    genexp: Location,
    comp: &'a ComprehensionExpr<'a>,
}

impl<'a> Compiler<'a, '_> {
    /// The call, if it is one of a builtin that is made a loop.
    pub(super) fn genexp_consumer(&self, call: &Call<'a>) -> Option<GenexpCall<'a>> {
        let ExprKind::Name { id, .. } = call.func.kind else { return None };
        let ([arg], []) = (call.args, call.keywords) else { return None };
        let ExprKind::GeneratorExp(comp) = arg.kind else { return None };
        let inlined = self.features.inlined_genexp_calls;
        let builtin = match (inlined, id) {
            (InlinedGenexpCalls::None, _) => return None,
            (_, known::ALL) => Builtin::All,
            (_, known::ANY) => Builtin::Any,
            (_, known::TUPLE) => Builtin::Tuple,
            (InlinedGenexpCalls::SyncWithListAndSet, known::LIST) => Builtin::List,
            (InlinedGenexpCalls::SyncWithListAndSet, known::SET) => Builtin::Set,
            _ => return None,
        };
        let is_async = self.symtable.scope(self.symtable.scope_of(comp.id)).coroutine;
        if is_async && inlined != InlinedGenexpCalls::AnyAllTuple {
            return None;
        }
        Some(GenexpCall { builtin, func: call.func.location, genexp: arg.location, comp })
    }

    /// Makes the call; what is called is on top of the stack.
    ///
    /// CPython: `Python/codegen.c` `maybe_optimize_function_call` (3.14–)
    pub(super) fn genexp_call(&mut self, location: Location, call: GenexpCall<'a>) -> Result {
        let GenexpCall { builtin, func, genexp, comp } = call;
        let [skip, end] = self.new_labels();
        let first_warning = self.warnings.len();
        let code = self.genexp_code(genexp, comp)?;
        let warnings = first_warning..self.warnings.len();
        self.emit_arg(Opcode::COPY, 1, func);
        self.emit_arg(Opcode::LOAD_COMMON_CONSTANT, builtin.constant() as u32, func);
        self.emit_comparison(CmpOp::Is, func);
        self.emit_jump(Opcode::POP_JUMP_IF_FALSE, skip, func);
        self.emit(Opcode::POP_TOP, func);
        match builtin {
            Builtin::Tuple | Builtin::List => self.emit_arg(Opcode::BUILD_LIST, 0, func),
            Builtin::Set => self.emit_arg(Opcode::BUILD_SET, 0, func),
            Builtin::All | Builtin::Any => {}
        }
        self.call_genexp(genexp, comp, code)?;
        if self.features.virtual_iterators {
            self.emit(Opcode::PUSH_NULL, func);
        }
        self.consume_generator(func, builtin, end);

        // Not compiled again: nested calls would take exponential time.
        self.use_label(skip);
        self.null_after_callable(func);
        self.repeat_warnings(warnings);
        self.call_genexp(genexp, comp, code)?;
        self.emit_arg(Opcode::CALL, 1, location);
        self.use_label(end);
        Ok(())
    }

    /// Takes items from the generator on top of the stack until the result is known, which replaces
    /// it and what was collected.
    fn consume_generator(&mut self, func: Location, builtin: Builtin, end: Label) {
        let [start, exhausted] = self.new_labels();
        // Below the iterator and the item.
        let collection = self.iterator_size() + 1;
        self.use_label(start);
        self.emit_jump(Opcode::FOR_ITER, exhausted, func);
        match builtin {
            Builtin::All => self.emit_truth_jump(Opcode::POP_JUMP_IF_TRUE, start, func),
            Builtin::Any => self.emit_truth_jump(Opcode::POP_JUMP_IF_FALSE, start, func),
            Builtin::Tuple | Builtin::List => self.emit_arg(Opcode::LIST_APPEND, collection, func),
            Builtin::Set => self.emit_arg(Opcode::SET_ADD, collection, func),
        }
        let (decided, undecided) = match builtin {
            Builtin::All => (Some(Constant::False), Some(Constant::True)),
            Builtin::Any => (Some(Constant::True), Some(Constant::False)),
            Builtin::Tuple | Builtin::List | Builtin::Set => {
                self.emit_jump(Opcode::JUMP, start, func);
                (None, None)
            }
        };
        self.emit(Opcode::POP_ITER, Place::Nowhere);
        if let Some(result) = decided {
            self.emit_const(result, func);
        }
        self.emit_jump(Opcode::JUMP, end, func);

        self.use_label(exhausted);
        self.exhausted_for();
        if let Some(result) = undecided {
            self.emit_const(result, func);
        } else if builtin == Builtin::Tuple {
            self.emit_arg(Opcode::CALL_INTRINSIC_1, Intrinsic1::ListToTuple as u32, func);
        }
        self.emit_jump(Opcode::JUMP, end, func);
    }
}

impl Builtin {
    fn constant(self) -> CommonConstant {
        match self {
            Builtin::All => CommonConstant::All,
            Builtin::Any => CommonConstant::Any,
            Builtin::Tuple => CommonConstant::Tuple,
            Builtin::List => CommonConstant::List,
            Builtin::Set => CommonConstant::Set,
        }
    }
}
