//! The options of executables: those of the command line, else those of pyproject.toml.

use std::path::{Path, PathBuf};

use crate::cli::CommandError;
use crate::cli::args::{BundleArgs, Kind, LookSettings, Stdlib};
use crate::project::settings::Settings;

/// The options with what pyproject.toml says about executables. That counts unless the command line
/// asks for another kind of file.
pub(super) fn with_settings(args: &BundleArgs) -> Result<BundleArgs, CommandError> {
    let mut args = args.clone();
    if let Some(root) = args.project.as_deref().filter(|_| may_be_executable(&args)) {
        let settings = Settings::nearest(root).map_err(CommandError::usage)?;
        add(&mut args, &settings);
    }
    check(&args)?;
    Ok(args)
}

fn may_be_executable(args: &BundleArgs) -> bool {
    let ending = args.output.as_deref().and_then(Path::extension);
    let is_of_another_kind = ending.is_some_and(|ending| ending == "pyz" || ending == "pyb");
    match args.kind {
        Some(kind) => kind == Kind::Standalone,
        None => args.standalone || !args.embed.pythons.is_empty() || !is_of_another_kind,
    }
}

fn add(args: &mut BundleArgs, settings: &Settings) {
    let bundle = &settings.bundle;
    let in_folder = |path: &PathBuf| settings.folder.join(path);
    let embed = &mut args.embed;
    if embed.pythons.is_empty() {
        embed.pythons = bundle.embed_python.iter().map(in_folder).collect();
    }
    if !embed.pythons.is_empty() {
        if args.runner.is_none() && embed.runners.is_none() {
            embed.runners = bundle.runners.as_ref().map(in_folder);
        }
        embed.stdlib = embed.stdlib.or(bundle.stdlib.map(Stdlib::from));
        embed.keep.extend(bundle.keep.iter().cloned());
        embed.embed_libraries |= bundle.embed_libraries.unwrap_or(false);
        embed.prefer_system |= bundle.prefer_system.unwrap_or(false);
    }
    args.look = LookSettings {
        windowed: bundle.windowed.unwrap_or(false),
        icon: bundle.icon.as_ref().map(in_folder),
    };
}

/// Refuses options about a Python if none is embedded.
fn check(args: &BundleArgs) -> Result<(), CommandError> {
    let embed = &args.embed;
    let options = [
        ("--runners", embed.runners.is_some()),
        ("--stdlib", embed.stdlib.is_some()),
        ("--keep", !embed.keep.is_empty()),
        ("--embed-libraries", embed.embed_libraries),
        ("--prefer-system", embed.prefer_system),
    ];
    match options.iter().find(|(_, is_given)| *is_given && embed.pythons.is_empty()) {
        Some((option, _)) => Err(CommandError::usage(format!(
            "{option} is about a Python to bring; name that with --embed-python DIST"
        ))),
        None => Ok(()),
    }
}
