//! `import` and `from ... import`.

use super::{Compiler, FrameBlock, Place, Result, UnitKind, fault};
use crate::code::{Constant, Int};
use crate::names::{Ident, known};
use crate::preprocess::Future;
use crate::source::Location;
use crate::syntax::ast::{Alias, ExprContext};
use crate::targets::{Intrinsic1, Opcode};

/// When the module is imported: the lowest bits of the argument of `IMPORT_NAME`, where it has
/// such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum ImportTime {
    /// At once, or lazily if the program wants that.
    Configured = 0,
    Lazy = 1,
    Eager = 2,
}

impl Compiler<'_, '_> {
    /// Only imports that stand in a module and outside of any `try` may be lazy.
    ///
    /// CPython: `Python/codegen.c` `codegen_import`, `Python/compile.c`
    /// `_PyCompile_InExceptionHandler` (3.15–)
    pub(super) fn import_time(&mut self, is_lazy: bool, names: &[Alias]) -> ImportTime {
        let is_star = names.iter().any(|alias| alias.name == known::STAR);
        let state = self.state();
        let in_try = |block: &FrameBlock<'_>| block.kind.is_of_try();
        if is_lazy {
            ImportTime::Lazy
        } else if is_star || state.kind != UnitKind::Module || state.frame_blocks.iter().any(in_try) {
            ImportTime::Eager
        } else {
            ImportTime::Configured
        }
    }

    fn import_name(&mut self, location: Location, module: Ident, time: ImportTime) {
        let module = self.mangle(module);
        let index = self.unit().names.add(module);
        let has_flags = self.features.import_flags;
        self.emit_arg(
            Opcode::IMPORT_NAME,
            if has_flags { index << 2 | time as u32 } else { index },
            location,
        );
    }

    /// CPython: `Python/compile.c` `compiler_import` (3.8–)
    pub(super) fn import(&mut self, location: Location, names: &[Alias], time: ImportTime) -> Result {
        for alias in names {
            self.emit_const(Constant::Int(Int::Small(0)), location);
            self.emit_const(Constant::None, location);
            self.import_name(location, alias.name, time);
            let text = self.interner.text(alias.name);
            match (alias.asname, text.split_once('.')) {
                (Some(asname), Some((_, path))) => self.import_as(location, path, asname)?,
                (Some(asname), None) => self.name_op(location, asname, ExprContext::Store)?,
                (None, Some((package, _))) => {
                    let package = self.interner.intern(package);
                    self.name_op(location, package, ExprContext::Store)?;
                }
                (None, None) => self.name_op(location, alias.name, ExprContext::Store)?,
            }
        }
        Ok(())
    }

    /// Binds `import package.path as asname`: from the package on top of the stack down to its last
    /// submodule.
    ///
    /// CPython: `Python/compile.c` `compiler_import_as` (3.8–)
    fn import_as(&mut self, location: Location, path: &str, asname: Ident) -> Result {
        for (depth, attribute) in path.split('.').enumerate() {
            if depth > 0 {
                self.emit_swap(location);
                self.emit(Opcode::POP_TOP, location);
            }
            // Not mangled, unlike the names of a `from ... import`.
            let attribute = self.interner.intern(attribute);
            let index = self.unit().names.add(attribute);
            self.emit_arg(Opcode::IMPORT_FROM, index, location);
        }
        self.name_op(location, asname, ExprContext::Store)?;
        self.emit(Opcode::POP_TOP, location);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_from_import` (3.12)
    pub(super) fn import_from(
        &mut self,
        location: Location,
        module: Option<Ident>,
        names: &[Alias],
        level: u32,
        time: ImportTime,
    ) -> Result {
        let may_be_future = level == 0 || !self.features.future_import_is_absolute;
        if module == Some(known::FUTURE) && may_be_future && self.future.is_before(location) {
            return fault(location, Future::TOO_LATE);
        }
        self.emit_const(Constant::Int(Int::Small(level.into())), location);
        let texts =
            self.arena.alloc_slice_fill_iter(names.iter().map(|alias| self.name_constant(alias.name)));
        self.emit_const(Constant::Tuple(texts), location);
        let module = module.unwrap_or_else(|| self.interner.intern(""));
        self.import_name(location, module, time);

        for alias in names {
            if alias.name == known::STAR {
                self.emit_intrinsic(Intrinsic1::ImportStar, location);
                if self.features.intrinsic_functions {
                    self.emit(Opcode::POP_TOP, Place::Nowhere);
                }
                return Ok(());
            }
            self.emit_name(Opcode::IMPORT_FROM, alias.name, location);
            self.name_op(location, alias.asname.unwrap_or(alias.name), ExprContext::Store)?;
        }
        self.emit(Opcode::POP_TOP, location);
        Ok(())
    }
}
