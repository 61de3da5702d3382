//! Displays of tuples, lists, sets and dicts, and their opposite: taking a sequence apart into
//! targets.
//!
//! A display that would need much stack is built in place, element by element; one whose elements
//! are all constants is copied from a constant, unless the flow graph sees to that.

use super::{Compiler, Result, fault};
use crate::code::Constant;
use crate::source::Location;
use crate::syntax::ast::{Expr, ExprContext, ExprKind};
use crate::targets::{ConstantFolding, Intrinsic1, Opcode};

/// What a display of single values makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Display {
    Tuple,
    List,
    Set,
}

impl Display {
    /// The instructions that make the collection that grows, add a value to it, and add all of an
    /// iterable. A tuple grows as a list.
    fn opcodes(self) -> (Opcode, Opcode, Opcode) {
        match self {
            Display::Tuple | Display::List => (Opcode::BUILD_LIST, Opcode::LIST_APPEND, Opcode::LIST_EXTEND),
            Display::Set => (Opcode::BUILD_SET, Opcode::SET_ADD, Opcode::SET_UPDATE),
        }
    }
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn list(&mut self, location: Location, elts: &'a [Expr<'a>], ctx: ExprContext) -> Result {
        match ctx {
            ExprContext::Load => self.display(location, Display::List, 0, elts),
            ExprContext::Store => self.unpack_into(location, elts),
            ExprContext::Del => self.visit_exprs(elts),
        }
    }

    pub(super) fn tuple(&mut self, location: Location, elts: &'a [Expr<'a>], ctx: ExprContext) -> Result {
        match ctx {
            ExprContext::Load => self.display(location, Display::Tuple, 0, elts),
            ExprContext::Store => self.unpack_into(location, elts),
            ExprContext::Del => self.visit_exprs(elts),
        }
    }

    pub(super) fn set(&mut self, location: Location, elts: &'a [Expr<'a>]) -> Result {
        self.display(location, Display::Set, 0, elts)
    }

    /// Makes a collection of the `pushed` values on top of the stack and then `elts`.
    ///
    /// CPython: `Python/compile.c` `starunpack_helper` (3.12)
    pub(super) fn display(
        &mut self,
        location: Location,
        display: Display,
        pushed: u32,
        elts: &'a [Expr<'a>],
    ) -> Result {
        if !self.features.opcodes.has(Opcode::LIST_EXTEND) {
            return self.joined_display(location, display, elts);
        }
        if elts.len() > 2
            && self.features.folding == ConstantFolding::Tree
            && let Some(items) = constants(elts.iter())
        {
            self.constant_display(location, display, pushed, &items);
            return Ok(());
        }
        let count = elts.len() + pushed as usize;
        let has_starred = elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. }));
        if has_starred || count > self.features.stack_use_guideline {
            return self.growing_display(location, display, pushed, elts);
        }
        self.visit_exprs(elts)?;
        let build = if display == Display::Tuple { Opcode::BUILD_TUPLE } else { display.opcodes().0 };
        self.emit_arg(build, count as u32, location);
        Ok(())
    }

    /// Makes a collection, joined of parts if there is something starred.
    ///
    /// CPython: `Python/compile.c` `starunpack_helper` (3.8)
    fn joined_display(&mut self, location: Location, display: Display, elts: &'a [Expr<'a>]) -> Result {
        let (build, part, join) = match display {
            Display::Tuple => (Opcode::BUILD_TUPLE, Opcode::BUILD_TUPLE, Opcode::BUILD_TUPLE_UNPACK),
            Display::List => (Opcode::BUILD_LIST, Opcode::BUILD_TUPLE, Opcode::BUILD_LIST_UNPACK),
            Display::Set => (Opcode::BUILD_SET, Opcode::BUILD_SET, Opcode::BUILD_SET_UNPACK),
        };
        let (parts, pushed) = self.display_parts(location, part, 0, elts)?;
        match (parts, pushed) {
            (0, pushed) => self.emit_arg(build, pushed, location),
            (parts, 0) => self.emit_arg(join, parts, location),
            (parts, pushed) => {
                self.emit_arg(part, pushed, location);
                self.emit_arg(join, parts + 1, location);
            }
        }
        Ok(())
    }

    /// Pushes iterables, and parts of what lies between them. Returns how many there are, and how
    /// many single values are above them. `pushed` values are on the stack already.
    pub(super) fn display_parts(
        &mut self,
        location: Location,
        part: Opcode,
        mut pushed: u32,
        elts: &'a [Expr<'a>],
    ) -> Result<(u32, u32)> {
        let mut parts = 0;
        for elt in elts {
            if let ExprKind::Starred { value, .. } = elt.kind {
                if pushed > 0 {
                    self.emit_arg(part, pushed, location);
                    parts += 1;
                    pushed = 0;
                }
                self.visit_expr(value)?;
                parts += 1;
            } else {
                self.visit_expr(elt)?;
                pushed += 1;
            }
        }
        Ok((parts, pushed))
    }

    fn constant_display(
        &mut self,
        location: Location,
        display: Display,
        pushed: u32,
        items: &[Constant<'a>],
    ) {
        let constant = match display {
            Display::Set => Constant::frozenset(self.arena, items),
            Display::Tuple | Display::List => Constant::Tuple(self.arena.alloc_slice_copy(items)),
        };
        if display == Display::Tuple && (pushed == 0 || self.features.constant_tuple_ignores_pushed) {
            self.emit_const(constant, location);
            return;
        }
        let (build, _, extend) = display.opcodes();
        self.emit_arg(build, pushed, location);
        self.emit_const(constant, location);
        self.emit_arg(extend, 1, location);
        self.finish_growing(location, display);
    }

    fn growing_display(
        &mut self,
        location: Location,
        display: Display,
        pushed: u32,
        elts: &'a [Expr<'a>],
    ) -> Result {
        let (build, add, extend) = display.opcodes();
        let mut is_built = elts.len() + pushed as usize > self.features.stack_use_guideline;
        if is_built {
            self.emit_arg(build, pushed, location);
        }
        for (index, elt) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = elt.kind {
                if !is_built {
                    self.emit_arg(build, index as u32 + pushed, location);
                    is_built = true;
                }
                self.visit_expr(value)?;
                self.emit_arg(extend, 1, location);
            } else {
                self.visit_expr(elt)?;
                if is_built {
                    self.emit_arg(add, 1, location);
                }
            }
        }
        self.finish_growing(location, display);
        Ok(())
    }

    fn finish_growing(&mut self, location: Location, display: Display) {
        if display == Display::Tuple {
            self.emit_intrinsic(Intrinsic1::ListToTuple, location);
        }
    }

    /// Stores the items of the value on top of the stack in the targets `elts`.
    ///
    /// CPython: `Python/compile.c` `assignment_helper` (3.12)
    fn unpack_into(&mut self, location: Location, elts: &'a [Expr<'a>]) -> Result {
        let starred = elts.iter().map(|elt| matches!(elt.kind, ExprKind::Starred { .. }));
        self.unpack(location, starred, "assignment")?;
        for elt in elts {
            match elt.kind {
                ExprKind::Starred { value, .. } => self.visit_expr(value)?,
                _ => self.visit_expr(elt)?,
            }
        }
        Ok(())
    }

    /// Unpacks the sequence on top of the stack into targets. `starred` says which targets are
    /// starred; `construct` names the statement or pattern in error messages.
    ///
    /// CPython: `Python/compile.c` `unpack_helper`, `pattern_unpack_helper` (3.12)
    pub(super) fn unpack(
        &mut self,
        location: Location,
        mut starred: impl ExactSizeIterator<Item = bool>,
        construct: &str,
    ) -> Result {
        /// `UNPACK_EX` has the number of targets before the starred one in one byte of its
        /// argument, and those after it above.
        const MAX_BEFORE: usize = 0xff;
        const MAX_AFTER: usize = (i32::MAX as usize >> 8) - 1;

        let count = starred.len();
        let Some(before) = starred.position(|is_starred| is_starred) else {
            self.emit_arg(Opcode::UNPACK_SEQUENCE, count as u32, location);
            return Ok(());
        };
        let after = count - before - 1;
        if before > MAX_BEFORE || after > MAX_AFTER {
            let message = format!("too many expressions in star-unpacking {construct}");
            return fault(location, message);
        }
        if starred.any(|is_starred| is_starred) {
            let message = format!("{} starred expressions in {construct}", self.features.several_starred);
            return fault(location, message);
        }
        self.emit_arg(Opcode::UNPACK_EX, (before + (after << 8)) as u32, location);
        Ok(())
    }

    /// Makes a dict of runs of `key: value` and of `**value` between them.
    ///
    /// CPython: `Python/compile.c` `compiler_dict` (3.12)
    pub(super) fn dict(
        &mut self,
        location: Location,
        keys: &'a [Option<Expr<'a>>],
        values: &'a [Expr<'a>],
    ) -> Result {
        if !self.features.opcodes.has(Opcode::DICT_UPDATE) {
            return self.joined_dict(location, keys, values);
        }
        let mut has_dict = false;
        let mut run_start = 0;
        for (index, key) in keys.iter().enumerate() {
            if key.is_none() {
                self.dict_run(location, &keys[run_start..index], &values[run_start..index], &mut has_dict)?;
                run_start = index + 1;
                if !has_dict {
                    self.emit_arg(Opcode::BUILD_MAP, 0, location);
                    has_dict = true;
                }
                self.visit_expr(&values[index])?;
                self.emit_arg(Opcode::DICT_UPDATE, 1, location);
            } else if index - run_start == self.features.dict_run {
                self.dict_run(location, &keys[run_start..=index], &values[run_start..=index], &mut has_dict)?;
                run_start = index + 1;
            }
        }
        self.dict_run(location, &keys[run_start..], &values[run_start..], &mut has_dict)?;
        if !has_dict {
            self.emit_arg(Opcode::BUILD_MAP, 0, location);
        }
        Ok(())
    }

    /// The same by one instruction that joins all runs and mappings.
    ///
    /// CPython: `Python/compile.c` `compiler_dict` (3.8)
    fn joined_dict(
        &mut self,
        location: Location,
        keys: &'a [Option<Expr<'a>>],
        values: &'a [Expr<'a>],
    ) -> Result {
        let (mut parts, mut run_start) = (0, 0);
        for (index, key) in keys.iter().enumerate() {
            let is_run = index - run_start == self.features.dict_run || key.is_none() && run_start < index;
            if is_run {
                self.sub_dict(location, &keys[run_start..index], &values[run_start..index])?;
                parts += 1;
                run_start = index;
            }
            if key.is_none() {
                self.visit_expr(&values[index])?;
                parts += 1;
                run_start = index + 1;
            }
        }
        if run_start < keys.len() || parts == 0 {
            self.sub_dict(location, &keys[run_start..], &values[run_start..])?;
            parts += 1;
        }
        if parts > 1 || keys.last().is_some_and(Option::is_none) {
            self.emit_arg(Opcode::BUILD_MAP_UNPACK, parts, location);
        }
        Ok(())
    }

    /// Makes a dict of a run without `**`, which may be empty, and adds it to the dict on the stack
    /// if there is one.
    fn dict_run(
        &mut self,
        location: Location,
        keys: &'a [Option<Expr<'a>>],
        values: &'a [Expr<'a>],
        has_dict: &mut bool,
    ) -> Result {
        if keys.is_empty() {
            return Ok(());
        }
        self.sub_dict(location, keys, values)?;
        if *has_dict {
            self.emit_arg(Opcode::DICT_UPDATE, 1, location);
        }
        *has_dict = true;
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_subdict` (3.12)
    fn sub_dict(
        &mut self,
        location: Location,
        keys: &'a [Option<Expr<'a>>],
        values: &'a [Expr<'a>],
    ) -> Result {
        let count = keys.len() as u32;
        let is_big = keys.len() * 2 > self.features.stack_use_guideline;
        if count > 1
            && !is_big
            && self.features.const_key_maps
            && let Some(keys) = constants(keys.iter().flatten())
        {
            self.visit_exprs(values)?;
            self.emit_const(Constant::Tuple(self.arena.alloc_slice_copy(&keys)), location);
            self.emit_arg(Opcode::BUILD_CONST_KEY_MAP, count, location);
            return Ok(());
        }
        if is_big {
            self.emit_arg(Opcode::BUILD_MAP, 0, location);
        }
        for (key, value) in keys.iter().flatten().zip(values) {
            self.visit_expr(key)?;
            self.visit_expr(value)?;
            if is_big {
                self.emit_arg(Opcode::MAP_ADD, 1, location);
            }
        }
        if !is_big {
            self.emit_arg(Opcode::BUILD_MAP, count, location);
        }
        Ok(())
    }
}

/// The values of `exprs`, if all are constants.
fn constants<'a>(exprs: impl Iterator<Item = &'a Expr<'a>>) -> Option<Vec<Constant<'a>>> {
    exprs.map(|expr| expr.kind.as_constant()).collect()
}
