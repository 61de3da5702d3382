//! Features of preprocessing.

use super::ConstantFolding;

/// What a release does to the tree before it builds the symbol table.
#[derive(Clone, Debug)]
pub struct PreprocessFeatures {
    /// How deeply statements, expressions and patterns may nest, all counted together: what is left
    /// of the limit when `py_compile` calls `compile()` in a fresh process.
    ///
    /// CPython: `Python/ast_opt.c` `_PyAST_Optimize` (3.8–)
    pub recursion_limit: u32,
    /// The error about an unknown feature of a future statement is located at the name, otherwise
    /// at the statement.
    ///
    /// CPython: `Python/future.c` `future_check_features` (3.12.8–)
    pub future_feature_located: bool,
    /// A future statement behind other statements of one line with them is an error at once, located
    /// one column before it.
    ///
    /// CPython: `Python/future.c` `future_parse` (3.8–3.11)
    pub late_future_on_line_refused: bool,
    /// An import from a relative `__future__` is an ordinary import.
    ///
    /// CPython: `Python/future.c` `future_parse` (3.13–)
    pub future_import_is_absolute: bool,
    /// With `-OO` a docstring is removed from the tree, or replaced by `pass` if the body has
    /// nothing else.
    ///
    /// CPython: `Python/ast_preprocess.c` `remove_docstring` (3.14–)
    pub docstrings_removed_early: bool,
    /// `return`, `break` and `continue` that leave a `finally` block are warned of.
    ///
    /// CPython: `Python/ast_preprocess.c` `control_flow_in_finally_warning` (3.14–)
    pub control_flow_in_finally_warned: bool,
    /// What the warning of `~True` says of its removal; none if there is no such warning. Versions
    /// that fold constants in the tree issue it.
    ///
    /// CPython: `Objects/boolobject.c` `bool_invert` (3.12–)
    pub bool_inversion_removal: Option<&'static str>,
    /// `"..." % (...)` becomes an f-string.
    ///
    /// CPython: `Python/ast_opt.c` `optimize_format` (3.11–)
    pub formats_joined: bool,
    /// `__debug__` is a constant in `del` too, which then loads it.
    ///
    /// CPython: `Python/ast_opt.c` `astfold_expr` (3.8)
    pub deleted_debug_folded: bool,
    /// Annotations that become strings are folded first.
    ///
    /// CPython: `Python/ast_opt.c` `astfold_arg` (3.8)
    pub postponed_annotations_folded: bool,
    /// Constants are folded in the value of an assignment expression too.
    ///
    /// CPython: `Python/ast_opt.c` `astfold_expr` (3.10–)
    pub named_exprs_folded: bool,
    pub folding: ConstantFolding,
    pub complex_arithmetic: ComplexArithmetic,
}

/// How operations on complex numbers are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComplexArithmetic {
    /// A power with an imaginary exponent multiplies the length by an exponential. Otherwise it
    /// divides by the inverse exponential, which can round differently.
    ///
    /// CPython: `Objects/complexobject.c` `_Py_c_pow` (3.12.8–, 3.13.1–)
    pub pow_multiplies: bool,
    /// Annex G of C11: a real operand stays real, and an infinite result never becomes NaN.
    /// Otherwise a real operand is a complex one with the imaginary part 0.
    ///
    /// CPython: `Objects/complexobject.c` `COMPLEX_BINOP`, `_Py_c_prod`, `_Py_c_quot` (3.14–)
    pub annex_g: bool,
}
