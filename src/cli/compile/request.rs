//! From the options of `compile` and pyproject.toml to the [`Root`]s and the [`Placement`].

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::note_too_old;
use crate::cli::CommandError;
use crate::cli::args::{CompileArgs, LayoutArg};
use crate::cli::report::{Report, shown};
use crate::project::FileError;
use crate::project::globs::Globs;
use crate::project::output::{Destination, Duplicates, Placement, Root};
use crate::project::regexes::Regexes;
use crate::project::settings::{Settings, SettingsError};
use crate::project::walk::is_source;
use crate::targets::{Target, combine};

/// The PATHs of the command line, then those of the lists; the current folder if neither is given.
pub(super) fn paths(args: &CompileArgs) -> Result<Vec<PathBuf>, CommandError> {
    let mut paths = args.paths.clone();
    for list in &args.paths_from {
        let read = read_list(list);
        paths.extend(read.map_err(|error| CommandError::failure(FileError::new("read", list, error)))?);
    }
    if args.paths.is_empty() && args.paths_from.is_empty() {
        paths.push(PathBuf::from("."));
    }
    Ok(paths)
}

/// The paths in a list, without the files that are not sources. A path that does not exist is kept:
/// it is an error.
fn read_list(list: &Path) -> io::Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    if list == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(list)?;
    }
    let lines = bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let paths = lines.filter(|line| !line.is_empty()).map(path_of).collect::<io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| is_source(path) || !path.is_file()).collect())
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
fn path_of(line: &[u8]) -> io::Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(std::ffi::OsStr::from_bytes(line).into())
}

#[cfg(not(unix))]
fn path_of(line: &[u8]) -> io::Result<PathBuf> {
    let text = std::str::from_utf8(line);
    text.map(PathBuf::from).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The PATHs with their settings. The command line has precedence over pyproject.toml.
pub(super) fn roots(
    paths: &[PathBuf],
    args: &CompileArgs,
    report: &mut Report,
) -> Result<Vec<Root>, CommandError> {
    let asked = combine(args.targets.iter().cloned()).map_err(CommandError::usage)?;
    let regexes = Regexes::new(&args.exclude_regex).map_err(CommandError::usage)?;
    let (mut roots, mut too_old) = (Vec::new(), BTreeSet::new());
    for path in paths {
        let settings = Settings::nearest(path).map_err(CommandError::usage)?;
        if asked.is_empty() {
            too_old.extend(settings.too_old());
        }
        roots.push(root(path.clone(), args, &settings, &asked, regexes.clone())?);
    }
    note_too_old(too_old, report);
    if args.hardlink_dupes && roots.iter().all(|root| root.optimize.len() < 2) {
        let reason = "--hardlink-dupes needs several optimization levels; use it with -O 0,1,2";
        return Err(CommandError::usage(reason));
    }
    Ok(roots)
}

fn root(
    path: PathBuf,
    args: &CompileArgs,
    settings: &Settings,
    asked: &[Target],
    mut exclude_regexes: Regexes,
) -> Result<Root, CommandError> {
    let mut excludes = Globs::default();
    excludes.add("".as_ref(), &args.exclude).map_err(CommandError::usage)?;
    excludes
        .add(&settings.prefix, &settings.exclude)
        .map_err(|reason| CommandError::usage(SettingsError::Glob { path: settings.file(), reason }))?;
    exclude_regexes
        .set_of_project(&settings.prefix, &settings.exclude_regex)
        .map_err(|reason| CommandError::usage(SettingsError::Regex { path: settings.file(), reason }))?;
    let mut optimize = match args.optimize.as_slice() {
        [] => settings.optimize.clone().unwrap_or_else(|| vec![0]),
        levels => levels.to_vec(),
    };
    optimize.sort_unstable();
    optimize.dedup();
    let targets = if asked.is_empty() {
        settings.targets_or_allowed().map_err(CommandError::usage)?
    } else {
        asked.to_vec()
    };
    Ok(Root {
        path,
        targets,
        optimize,
        invalidation: args.invalidation.map(Into::into).or(settings.invalidation),
        warnings: args.warnings.policy(settings.warnings),
        excludes,
        exclude_regexes,
        on_rejection: args.on_error.map(Into::into).or(settings.on_error).unwrap_or_default(),
    })
}

/// Where to write. Checked once, instead of failing for each module.
pub(super) fn placement(args: &CompileArgs) -> Result<Placement, CommandError> {
    let duplicates = if args.hardlink_dupes { Duplicates::HardLink } else { Duplicates::Keep };
    let placement = Placement { destination: destination(args)?, layout: args.layout.into(), duplicates };
    if let Destination::Mirror(dir) | Destination::Prefix(dir) = &placement.destination
        && dir.exists()
        && !dir.is_dir()
    {
        return Err(CommandError::usage(format!("`{}` is not a folder; name another one", shown(dir))));
    }
    // A source-less pyc may be the only form in which a module is installed.
    let in_place = placement.destination == Destination::BesideSources;
    if args.prune && in_place && args.layout == LayoutArg::Sourceless {
        return Err(CommandError::usage(
            "--prune cannot tell which source-less pycs beside the sources were made from them; \
             use it with --out-dir or the pycache layout",
        ));
    }
    Ok(placement)
}

/// `--out-dir` and the sourceless layout have nothing to do with Python's own folder of pycs: the
/// variable does not concern them, and the option is refused.
fn destination(args: &CompileArgs) -> Result<Destination, CommandError> {
    let conflict = |other: &str| {
        CommandError::usage(format!("--pycache-prefix cannot be used with {other}; choose one of them"))
    };
    match (&args.out_dir, args.layout, args.pycache_prefix.given()) {
        (Some(_), _, Some(_)) => Err(conflict("--out-dir")),
        (_, LayoutArg::Sourceless, Some(_)) => Err(conflict("--layout sourceless")),
        (Some(dir), _, None) => Ok(Destination::Mirror(dir.clone())),
        (None, LayoutArg::Sourceless, None) => Ok(Destination::BesideSources),
        (None, LayoutArg::Pycache, _) => {
            let prefix = args.pycache_prefix.given_or_set();
            Ok(prefix.map_or(Destination::BesideSources, Destination::Prefix))
        }
    }
}
