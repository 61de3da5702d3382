//! Selects one of a bundle's entry points.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::{Run, RunError, Start, nonempty_variable};
use crate::bundle::{EntryPoint, Manifest};

/// Selects an entry point, whatever the name by which the bundle was started.
pub(super) const VARIABLE: &str = "CROSSPYC_ENTRY";

/// A program to start.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Program<'m> {
    /// The `__main__` module among the bundle's files.
    Main,
    Module(OsString),
    /// A function. The console script of this name calls it.
    Function {
        name: &'m str,
        entry_point: &'m EntryPoint,
    },
    /// A file in the environment's folder of programs: a Python script or an executable.
    Script(&'m str),
    Interpreter,
}

/// The program that a run starts.
pub(super) fn program<'m>(run: &Run, manifest: &'m Manifest) -> Result<Program<'m>, RunError> {
    match &run.start {
        Start::Interpreter => Ok(Program::Interpreter),
        Start::Module(module) => Ok(Program::Module(module.clone())),
        Start::EntryPoint => {
            let called = run.called.as_deref().unwrap_or(run.archive.as_os_str());
            let (name, entry_point) = choose(manifest, nonempty_variable(VARIABLE).as_deref(), called)?;
            Ok(match entry_point {
                EntryPoint::Main => Program::Main,
                EntryPoint::Module(module) => Program::Module(module.into()),
                EntryPoint::Function { .. } => Program::Function { name, entry_point },
                EntryPoint::Script(name) => Program::Script(name),
            })
        }
    }
}

/// The requested entry point, else the one with the name by which the bundle was started, else the
/// first.
fn choose<'m>(
    manifest: &'m Manifest,
    asked: Option<&OsStr>,
    called: &OsStr,
) -> Result<(&'m str, &'m EntryPoint), RunError> {
    let main = (manifest.name.as_str(), &manifest.entry_point);
    let named = |name: &OsStr| {
        let found = manifest.scripts.get_key_value(name.to_str()?);
        found.map(|(name, entry_point)| (name.as_str(), entry_point))
    };
    if let Some(asked) = asked {
        return named(asked).or((asked == main.0).then_some(main)).ok_or_else(|| {
            let names: Vec<&str> = manifest.scripts.keys().map(String::as_str).chain([main.0]).collect();
            RunError::NoEntryPoint {
                name: format!("{VARIABLE}={}", asked.display()),
                bundle: manifest.name.clone(),
                known: format!("set it to {}, or unset it", names.join(", ")),
            }
        });
    }
    let called = Path::new(called);
    // `app` may have an extension such as `.exe`, and the dot in `app-1.2` may not begin an
    // extension.
    let names = [called.file_name(), called.file_stem()];
    Ok(names.into_iter().flatten().find_map(named).unwrap_or(main))
}
