//! Compiles the modules of a bundle, on all cores.

use bumpalo::Bump;

use super::gather::Item;
use super::{PackError, Project};
use crate::project::FileError;
use crate::project::module::{Failure, Input, ModuleCompiler};
use crate::project::output::Variant;
use crate::project::python::{Imports, add_imports};
use crate::project::timings::Timings;
use crate::project::warnings::SourceWarning;
use crate::pyc::Invalidation;
use crate::workers::map_largest_first;

/// A compiled module: its source, its warnings, and its pyc for each of its targets and each level,
/// by index.
pub(super) struct Compiled {
    pub source: Vec<u8>,
    pub warnings: Vec<SourceWarning>,
    /// Empty unless the project wants them.
    pub imports: Imports,
    pub pycs: Vec<(usize, usize, Result<Vec<u8>, Failure>)>,
}

/// Compiles `modules`. The results are in the same order.
pub(super) fn compile(
    project: &Project,
    modules: &[&Item],
    jobs: usize,
    done: impl Fn() + Sync,
) -> Result<Vec<Result<Compiled, FileError>>, PackError> {
    let compiled = map_largest_first(
        modules,
        jobs,
        |module| module.size,
        ModuleCompiler::default,
        |compiler, module| {
            let result = compile_module(project, compiler, module);
            done();
            result
        },
    )?;
    Ok(compiled)
}

fn compile_module(
    project: &Project,
    compiler: &mut ModuleCompiler,
    module: &Item,
) -> Result<Compiled, FileError> {
    let source = module.read()?;
    let input = Input {
        source: &source,
        co_filename: module.path.as_bytes(),
        // The pyc has no source beside it, or one that cannot differ from it.
        invalidation: Invalidation::UncheckedHash,
        mtime: 0,
        warnings: project.warnings,
    };
    let targets = (0..project.targets.len()).filter(|&target| module.targets.has(target));
    let numbers: Vec<(usize, usize)> =
        targets.flat_map(|target| (0..project.optimize.len()).map(move |level| (target, level))).collect();
    let variant = |&(target, level): &(usize, usize)| Variant {
        target: project.targets[target],
        optimize: project.optimize[level],
    };
    let variants: Vec<Variant> = numbers.iter().map(variant).collect();
    let mut pycs = Vec::with_capacity(variants.len());
    let warnings = compiler.compile(&input, &variants, &mut Timings::default(), |index, pyc, _| {
        let (target, level) = numbers[index];
        pycs.push((target, level, pyc.map(<[u8]>::to_vec)));
    });
    let imports = if project.wants_imports { imports(project, module, &source) } else { Imports::new() };
    Ok(Compiled { source, warnings, imports, pycs })
}

fn imports(project: &Project, module: &Item, source: &[u8]) -> Imports {
    let stem = module.path.strip_suffix(".py").unwrap_or(&module.path);
    let package = stem.strip_suffix("/__init__");
    let name = package.unwrap_or(stem).replace('/', ".");
    let mut imports = Imports::new();
    if let Some(&target) = project.targets.first() {
        add_imports(&Bump::new(), source, target, &name, package.is_some(), &mut imports);
    }
    imports
}
