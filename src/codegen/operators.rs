//! Operators: unary, binary, boolean, comparisons; and jumps on the truth of an expression, which
//! see through them.

use super::{Compiler, Place, Result};
use crate::instructions::Label;
use crate::source::Location;
use crate::syntax::ast::{BoolOp, CmpOp, Compare, Expr, ExprKind, IfExp, Operator, UnaryOp};
use crate::targets::{self, BoolOps, Comparison, Intrinsic1, Opcode};

impl<'a> Compiler<'a, '_> {
    pub(super) fn bin_op(
        &mut self,
        location: Location,
        left: &'a Expr<'a>,
        op: Operator,
        right: &'a Expr<'a>,
    ) -> Result {
        self.visit_expr(left)?;
        self.visit_expr(right)?;
        self.emit_binary(op, location);
        Ok(())
    }

    /// Replaces the two values on top of the stack by the result of an operation.
    pub(super) fn emit_binary(&mut self, op: Operator, location: Location) {
        if self.features.opcodes.has(Opcode::BINARY_OP) {
            self.emit_arg(Opcode::BINARY_OP, targets::binary_op(op), location);
        } else {
            self.emit(targets::binary_opcode(op), location);
        }
    }

    /// The same for an assignment, which may change the first of them.
    pub(super) fn emit_inplace(&mut self, op: Operator, location: Location) {
        if self.features.opcodes.has(Opcode::BINARY_OP) {
            self.emit_arg(Opcode::BINARY_OP, targets::inplace_op(op), location);
        } else {
            self.emit(targets::inplace_opcode(op), location);
        }
    }

    pub(super) fn unary_op(&mut self, location: Location, op: UnaryOp, operand: &'a Expr<'a>) -> Result {
        self.visit_expr(operand)?;
        match op {
            UnaryOp::Invert => self.emit(Opcode::UNARY_INVERT, location),
            UnaryOp::Not => {
                self.emit_to_bool(location);
                self.emit(Opcode::UNARY_NOT, location);
            }
            UnaryOp::USub => self.emit(Opcode::UNARY_NEGATIVE, location),
            UnaryOp::UAdd => {
                self.emit_intrinsic(Intrinsic1::UnaryPositive, location);
            }
        }
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_boolop` (3.12)
    pub(super) fn bool_op(&mut self, location: Location, op: BoolOp, values: &'a [Expr<'a>]) -> Result {
        let (last, others) = values.split_last().expect("a boolean operation has operands");
        let end = self.new_label();
        for value in others {
            self.visit_expr(value)?;
            self.jump_if_decided(op, end, location);
            self.next_block();
        }
        self.visit_expr(last)?;
        self.use_label(end);
        Ok(())
    }

    /// Jumps if the value on top of the stack decides the operation: then the value stays there,
    /// otherwise it is taken.
    fn jump_if_decided(&mut self, op: BoolOp, end: Label, location: Location) {
        let (jump_or_pop, jump, pseudo_jump) = match op {
            BoolOp::And => (Opcode::JUMP_IF_FALSE_OR_POP, Opcode::POP_JUMP_IF_FALSE, Opcode::JUMP_IF_FALSE),
            BoolOp::Or => (Opcode::JUMP_IF_TRUE_OR_POP, Opcode::POP_JUMP_IF_TRUE, Opcode::JUMP_IF_TRUE),
        };
        match self.features.bool_ops {
            BoolOps::JumpOrPop => return self.emit_jump(jump_or_pop, end, location),
            BoolOps::Copied => {
                self.emit_arg(Opcode::COPY, 1, location);
                self.emit_truth_jump(jump, end, location);
            }
            BoolOps::PseudoJump => self.emit_jump(pseudo_jump, end, location),
        }
        self.emit(Opcode::POP_TOP, location);
    }

    /// CPython: `Python/compile.c` `compiler_compare` (3.12)
    pub(super) fn compare(
        &mut self,
        location: Location,
        left: &'a Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [Expr<'a>],
    ) -> Result {
        self.check_compare(location, left, ops, comparators);
        if ops.len() == 1 {
            self.visit_expr(left)?;
            self.visit_expr(&comparators[0])?;
            self.emit_comparison(ops[0], location);
            return Ok(());
        }
        let cleanup = self.new_label();
        self.chained_comparison(location, left, ops, comparators, |compiler| {
            if compiler.features.bool_ops == BoolOps::JumpOrPop {
                compiler.emit_jump(Opcode::JUMP_IF_FALSE_OR_POP, cleanup, location);
                return compiler.next_block();
            }
            compiler.emit_arg(Opcode::COPY, 1, location);
            compiler.emit_truth_jump(Opcode::POP_JUMP_IF_FALSE, cleanup, location);
            compiler.emit(Opcode::POP_TOP, location);
        })?;
        let end = self.new_label();
        self.emit_jump_no_interrupt(end, Place::Nowhere);
        self.use_label(cleanup);
        self.emit_swap(location);
        self.emit(Opcode::POP_TOP, location);
        self.use_label(end);
        Ok(())
    }

    /// Emits the comparisons of a chain one after the other. `leave_if_false` emits what follows
    /// each but the last: the result of the comparison is on top, above the operand that the next
    /// one needs.
    fn chained_comparison(
        &mut self,
        location: Location,
        left: &'a Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [Expr<'a>],
        leave_if_false: impl Fn(&mut Self),
    ) -> Result {
        self.visit_expr(left)?;
        let last = ops.len() - 1;
        for (&op, comparator) in ops[..last].iter().zip(comparators) {
            self.visit_expr(comparator)?;
            self.emit_copy_below(location);
            self.emit_comparison(op, location);
            leave_if_false(self);
        }
        self.visit_expr(&comparators[last])?;
        self.emit_comparison(ops[last], location);
        Ok(())
    }

    /// Compares the two values on top of the stack.
    pub(super) fn emit_comparison(&mut self, op: CmpOp, location: Location) {
        let (opcode, oparg) =
            match targets::comparison(op, self.features.comparison_shift, self.features.opcodes) {
                Comparison::Compare(oparg) => (Opcode::COMPARE_OP, oparg),
                Comparison::Is(oparg) => (Opcode::IS_OP, oparg),
                Comparison::Contains(oparg) => (Opcode::CONTAINS_OP, oparg),
            };
        self.emit_arg(opcode, oparg, location);
    }

    /// Jumps to `target` if the truth of `test` is `condition`, else falls through. `location` is
    /// that of the construct that tests, for the jumps that belong to no part of `test`.
    ///
    /// CPython: `Python/compile.c` `compiler_jump_if` (3.12)
    pub(crate) fn jump_if(
        &mut self,
        location: Location,
        test: &'a Expr<'a>,
        target: Label,
        condition: bool,
    ) -> Result {
        match test.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
                self.jump_if(location, operand, target, !condition)
            }
            ExprKind::BoolOp { op, values } => self.jump_if_bool_op(location, op, values, target, condition),
            ExprKind::IfExp(if_exp) => self.jump_if_conditional(location, if_exp, target, condition),
            ExprKind::Compare(Compare { left, ops, comparators }) if ops.len() > 1 => {
                self.relocate(test.location);
                self.check_compare(test.location, left, ops, comparators);
                self.jump_if_chain(test.location, left, ops, comparators, target, condition)
            }
            _ => {
                if matches!(test.kind, ExprKind::Compare(_)) {
                    self.relocate(test.location);
                }
                self.visit_expr(test)?;
                self.emit_truth_jump(pop_jump_if(condition), target, test.location);
                self.next_block();
                Ok(())
            }
        }
    }

    fn jump_if_bool_op(
        &mut self,
        location: Location,
        op: BoolOp,
        values: &'a [Expr<'a>],
        target: Label,
        condition: bool,
    ) -> Result {
        // An operand of this truth decides the whole.
        let deciding = op == BoolOp::Or;
        let decided = if deciding == condition { target } else { self.new_label() };
        let (last, others) = values.split_last().expect("a boolean operation has operands");
        for value in others {
            self.jump_if(location, value, decided, deciding)?;
        }
        self.jump_if(location, last, target, condition)?;
        if decided != target {
            self.use_label(decided);
        }
        Ok(())
    }

    fn jump_if_conditional(
        &mut self,
        location: Location,
        if_exp: &'a IfExp<'a>,
        target: Label,
        condition: bool,
    ) -> Result {
        let end = self.new_label();
        let orelse = self.new_label();
        self.jump_if(location, if_exp.test, orelse, false)?;
        self.jump_if(location, if_exp.body, target, condition)?;
        self.emit_jump_no_interrupt(end, Place::Nowhere);
        self.use_label(orelse);
        self.jump_if(location, if_exp.orelse, target, condition)?;
        self.use_label(end);
        Ok(())
    }

    fn jump_if_chain(
        &mut self,
        location: Location,
        left: &'a Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [Expr<'a>],
        target: Label,
        condition: bool,
    ) -> Result {
        let cleanup = self.new_label();
        self.chained_comparison(location, left, ops, comparators, |compiler| {
            compiler.emit_truth_jump(Opcode::POP_JUMP_IF_FALSE, cleanup, location);
            compiler.next_block();
        })?;
        self.emit_truth_jump(pop_jump_if(condition), target, location);
        self.next_block();
        let end = self.new_label();
        self.emit_jump_no_interrupt(end, Place::Nowhere);
        self.use_label(cleanup);
        self.emit(Opcode::POP_TOP, location);
        if !condition {
            self.emit_jump_no_interrupt(target, Place::Nowhere);
        }
        self.use_label(end);
        Ok(())
    }
}

fn pop_jump_if(condition: bool) -> Opcode {
    if condition { Opcode::POP_JUMP_IF_TRUE } else { Opcode::POP_JUMP_IF_FALSE }
}
