//! Warnings of the code generator: legal code that is probably a mistake.
//!
//! ```python
//! x is 1              # "is" with 'int' literal. Did you mean "=="?
//! [(1, 2) (3, 4)]     # 'tuple' object is not callable; perhaps you missed a comma?
//! [[1, 2] [3, 4]]     # list indices must be integers or slices, not tuple; perhaps you missed a comma?
//! assert (x, "text")  # assertion is always true, perhaps remove parentheses?
//! ```
//!
//! Code that is compiled twice warns twice, as in CPython: the test of a `while` loop up to 3.13,
//! generator expressions in calls such as `any(...)`, and `finally` bodies (see
//! [`FinallyWarnings`]).

use std::ops::Range;

use super::{Compiler, FrameBlockKind};
use crate::code::Constant;
use crate::diagnostic::Warning;
use crate::source::Location;
use crate::syntax::ast::{CmpOp, Expr, ExprKind};
use crate::targets::FinallyWarnings;

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_warn` (3.8–3.13), `_PyCompile_Warn` (3.14–)
    #[cold]
    fn warn(&mut self, location: Location, message: String) {
        if self.silencing_blocks == 0 {
            self.warnings.push(Warning::syntax_warning(location, message));
        }
    }

    /// Issues warnings again, for code that CPython compiles twice and we do not.
    ///
    /// The number doubles with every level of nesting, so from a limit on they are not repeated. A
    /// user sees no difference: equal warnings are reported once.
    pub(super) fn repeat_warnings(&mut self, range: Range<usize>) {
        const LIMIT: usize = 1024;
        if range.len() <= LIMIT {
            self.warnings.extend_from_within(range);
        }
    }

    /// Warns of `is` and `is not` with a literal; only of the first in a chain of comparisons.
    ///
    /// CPython: `Python/compile.c` `check_compare` (3.8–3.13)
    pub(super) fn check_compare(
        &mut self,
        location: Location,
        left: &Expr<'a>,
        ops: &[CmpOp],
        comparators: &[Expr<'a>],
    ) {
        let mut left = left;
        for (&op, right) in ops.iter().zip(comparators) {
            if matches!(op, CmpOp::Is | CmpOp::IsNot) {
                let literal = [left, right].into_iter().find(|operand| is_literal(&operand.kind));
                if let Some(type_name) = literal.and_then(|literal| type_name(&literal.kind)) {
                    let (word, instead) = if op == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                    let literal = match self.features.literal_types_named {
                        true => format!("'{type_name}'"),
                        false => "a".to_owned(),
                    };
                    let message = format!("\"{word}\" with {literal} literal. Did you mean \"{instead}\"?");
                    return self.warn(location, message);
                }
            }
            left = right;
        }
    }

    /// Warns of a call of a display or constant.
    ///
    /// CPython: `Python/compile.c` `check_caller` (3.8–3.13)
    pub(super) fn check_caller(&mut self, func: &Expr<'a>) {
        if matches!(func.kind, ExprKind::Lambda(_)) {
            return;
        }
        if let Some(type_name) = type_name(&func.kind) {
            let message = format!("'{type_name}' object is not callable; perhaps you missed a comma?");
            self.warn(func.location, message);
        }
    }

    /// Warns of a subscript of a value that has no items.
    ///
    /// CPython: `Python/compile.c` `check_subscripter` (3.8–3.13)
    pub(super) fn check_subscripter(&mut self, value: &Expr<'a>) {
        let has_items = match value.kind {
            ExprKind::Constant(constant) => !matches!(
                constant,
                Constant::None
                    | Constant::Ellipsis
                    | Constant::True
                    | Constant::False
                    | Constant::Int(_)
                    | Constant::Float(_)
                    | Constant::Complex { .. }
                    | Constant::FrozenSet(_)
            ),
            ExprKind::Set(_)
            | ExprKind::SetComp(_)
            | ExprKind::GeneratorExp(_)
            | ExprKind::TemplateStr(_)
            | ExprKind::Interpolation(_)
            | ExprKind::Lambda(_) => false,
            _ => true,
        };
        if !has_items && let Some(type_name) = type_name(&value.kind) {
            let message = format!("'{type_name}' object is not subscriptable; perhaps you missed a comma?");
            self.warn(value.location, message);
        }
    }

    /// Warns of an index of a sequence that is no integer.
    ///
    /// CPython: `Python/compile.c` `check_index` (3.8–3.13)
    pub(super) fn check_index(&mut self, value: &Expr<'a>, index: &Expr<'a>) {
        let is_sequence = match value.kind {
            ExprKind::Constant(constant) => {
                matches!(constant, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::UnicodeConstant(_)
            | ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp(_)
            | ExprKind::JoinedStr(_)
            | ExprKind::FormattedValue { .. } => true,
            _ => false,
        };
        let Some(index_type) = type_name(&index.kind).filter(|_| is_sequence) else { return };
        if let Some(type_name) = type_name(&value.kind)
            && !matches!(index_type, "int" | "bool" | "slice")
        {
            let message = format!(
                "{type_name} indices must be integers or slices, not {index_type}; \
                 perhaps you missed a comma?"
            );
            self.warn(value.location, message);
        }
    }

    /// Warns of an assertion of a tuple that is not empty.
    ///
    /// CPython: `Python/compile.c` `compiler_assert` (3.8–3.13)
    pub(super) fn check_assert(&mut self, location: Location, test: &Expr<'a>) {
        let is_true = match test.kind {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant(Constant::Tuple(items)) => !items.is_empty(),
            _ => false,
        };
        if is_true {
            let message = "assertion is always true, perhaps remove parentheses?";
            self.warn(location, message.to_owned());
        }
    }

    /// Silences warnings in the second copy of a `finally` body.
    ///
    /// CPython: `Python/compile.c` `compiler_push_fblock` (3.13.10–3.13), `_PyCompile_PushFBlock`
    /// (3.14.1–)
    pub(super) fn silence_warnings(&mut self, block: FrameBlockKind<'a>) {
        let rule = self.features.finally_warnings;
        if matches!(block, FrameBlockKind::FinallyEnd) && rule != FinallyWarnings::InEachCopy {
            self.silencing_blocks += 1;
        }
    }

    /// Undoes [`silence_warnings`](Self::silence_warnings) at the end of the block.
    pub(super) fn unsilence_warnings(&mut self, block: FrameBlockKind<'a>) {
        let rule = self.features.finally_warnings;
        if matches!(block, FrameBlockKind::FinallyEnd) && rule != FinallyWarnings::InEachCopy {
            self.silencing_blocks -= 1;
        }
    }

    /// Whether a block that is being unwound still silences the warnings of the blocks around it.
    pub(super) fn silences_while_unwound(&self) -> bool {
        self.features.finally_warnings == FinallyWarnings::NotInHandlerOrUnwinding
    }
}

/// Whether the identity of an expression's value is of no use: a constant, unless it is one of the
/// named singletons, or a tuple display of constants.
///
/// CPython: `Python/compile.c` `check_is_arg` (3.8–3.13), negated
fn is_literal(kind: &ExprKind<'_>) -> bool {
    match kind {
        ExprKind::Constant(constant) => {
            !matches!(constant, Constant::None | Constant::False | Constant::True | Constant::Ellipsis)
        }
        ExprKind::UnicodeConstant(_) => true,
        // Up to 3.13 these are constants by now.
        ExprKind::Tuple { elts, .. } => elts.iter().all(|elt| elt.kind.as_constant().is_some()),
        _ => false,
    }
}

/// The name of the type of an expression's value, if its form tells.
///
/// CPython: `Python/compile.c` `infer_type` (3.8–3.13)
fn type_name(kind: &ExprKind<'_>) -> Option<&'static str> {
    Some(match kind {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp(_) => "list",
        ExprKind::Dict(_) | ExprKind::DictComp(_) => "dict",
        ExprKind::Set(_) | ExprKind::SetComp(_) => "set",
        ExprKind::GeneratorExp(_) => "generator",
        ExprKind::Lambda(_) => "function",
        ExprKind::JoinedStr(_) | ExprKind::FormattedValue { .. } | ExprKind::UnicodeConstant(_) => "str",
        ExprKind::TemplateStr(_) | ExprKind::Interpolation(_) => "string.templatelib.Template",
        ExprKind::Constant(constant) => constant_type_name(constant),
        _ => return None,
    })
}

fn constant_type_name(constant: &Constant<'_>) -> &'static str {
    match constant {
        Constant::None => "NoneType",
        Constant::True | Constant::False => "bool",
        Constant::Ellipsis => "ellipsis",
        Constant::Int(_) => "int",
        Constant::Float(_) => "float",
        Constant::Complex { .. } => "complex",
        Constant::Str(_) | Constant::Name(_) => "str",
        Constant::Bytes(_) => "bytes",
        Constant::Tuple(_) => "tuple",
        Constant::FrozenSet(_) => "frozenset",
        Constant::Slice(_) => "slice",
        Constant::Code(_) => "code",
    }
}
