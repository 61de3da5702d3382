//! `--embed-python`: one executable for each distribution, which brings that Python.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::bundle::{self, Contents, EmbeddedPython, WriteOptions};
use crate::cli::CommandError;
use crate::cli::args::BundleArgs;
use crate::cli::report::{Report, bytes, shown};
use crate::project::FileError;
use crate::project::pack::Tally;
use crate::project::python::{Distribution, Embedding, Library};
use crate::project::standalone;
use crate::targets::{RequiresPython, combine};

/// What the name of an output stands for: `dist/app-{platform}`.
const PLATFORM: &str = "{platform}";

/// One file to write. Its options are those of the command line, with what its Python decides.
pub(super) struct Build {
    pub args: BundleArgs,
    pub python: Option<Python>,
}

/// A Python to embed.
pub(super) struct Python {
    distribution: Distribution,
    path: PathBuf,
    /// A --target names its version.
    is_asked: bool,
    library: Library,
    keep: Vec<String>,
    libraries: bool,
    prefer_system: bool,
    optimize: u8,
}

/// The files to write. All distributions and their runners are looked at before anything is
/// compiled.
pub(super) fn builds(args: &BundleArgs) -> Result<Vec<Build>, CommandError> {
    if args.embed.pythons.is_empty() {
        return Ok(vec![Build { args: args.clone(), python: None }]);
    }
    let targets = combine(args.targets.iter().cloned()).map_err(CommandError::usage)?;
    let wanted = if let [one] = targets.as_slice() { Some(*one) } else { None };
    let mut builds: Vec<Build> = Vec::new();
    for path in &args.embed.pythons {
        let distribution = Distribution::open(path, wanted).map_err(CommandError::usage)?;
        let is_wanted = |target: &crate::targets::Target| target.version() == distribution.target.version();
        if !targets.is_empty() && !targets.iter().any(is_wanted) {
            let message =
                format!("`{}` is Python {}, which no --target names", shown(path), distribution.target);
            return Err(CommandError::usage(message));
        }
        let build = build(args, path, distribution)?;
        let output = |build: &Build| (build.args.output.clone(), build.args.output_name.clone());
        if builds.iter().any(|other| output(other) == output(&build)) {
            let message =
                "several Pythons would be written to one file; put {platform} into the name of the --output";
            return Err(CommandError::usage(message));
        }
        builds.push(build);
    }
    for build in builds.iter().filter(|build| build.args.output_name.is_some()) {
        let folder = build.args.output.as_deref().and_then(Path::parent);
        if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
            let failed = |error| FileError::new("make", folder, error);
            std::fs::create_dir_all(folder).map_err(|error| CommandError::failure(failed(error)))?;
        }
    }
    Ok(builds)
}

fn build(args: &BundleArgs, path: &Path, distribution: Distribution) -> Result<Build, CommandError> {
    let name = distribution.platform_name();
    let runner = standalone::for_platform(
        &distribution.platform,
        &name,
        args.runner.as_deref(),
        args.embed.runners.as_deref(),
    );
    let mut own = args.clone();
    own.runner = Some(runner.map_err(CommandError::usage)?);
    own.targets = vec![distribution.release().parse().map_err(CommandError::usage)?];
    // The Python binds the program to its platform anyway.
    own.native = true;
    if args.platforms.is_empty() && !distribution.is_for_this_machine() {
        own.platforms = vec![distribution.platform.clone()];
    }
    (own.output, own.output_name) = output(args.output.as_deref(), &name);
    let python = Python {
        distribution,
        path: path.to_owned(),
        is_asked: !args.targets.is_empty(),
        library: args.embed.stdlib.map(Library::from).unwrap_or_default(),
        keep: args.embed.keep.clone(),
        libraries: args.embed.embed_libraries,
        prefer_system: args.embed.prefer_system,
        optimize: args.optimize.iter().min().copied().unwrap_or(0),
    };
    Ok(Build { args: own, python: Some(python) })
}

/// The file for a platform, and the application's name if the file's name has more than that.
fn output(named: Option<&Path>, platform: &str) -> (Option<PathBuf>, Option<String>) {
    let text = named.and_then(Path::to_str).filter(|text| text.contains(PLATFORM));
    let Some(text) = text else { return (named.map(Path::to_owned), None) };
    let mut path = text.replace(PLATFORM, platform);
    if platform.starts_with("windows") && !path.ends_with(".exe") {
        path += ".exe";
    }
    let file = Path::new(text).file_name().unwrap_or_default().to_string_lossy().replace(PLATFORM, "");
    let name = file.trim_end_matches(".exe").trim_matches(['-', '_', '.']);
    (Some(path.into()), Some(name.to_owned()).filter(|name| !name.is_empty()))
}

impl Python {
    /// The platform that it binds a project to.
    pub(super) fn platform(&self) -> String {
        self.distribution.platform.clone()
    }

    /// Checks what the project requires. A --target takes precedence, as without an embedded Python.
    pub(super) fn check_required(&self, requires: Option<&str>) -> Result<(), CommandError> {
        let Some(text) = requires.filter(|_| !self.is_asked) else { return Ok(()) };
        let requires: RequiresPython = text.parse().map_err(CommandError::usage)?;
        let target = self.distribution.target;
        if requires.admits_target(target) {
            return Ok(());
        }
        Err(CommandError::usage(format!(
            "`{}` is Python {target}, and the project requires {text} (requires-python); name another distribution, \
             or insist with --target {}",
            shown(&self.path),
            target.version()
        )))
    }

    /// Packs the Python for an application. Returns the bytes of its archive.
    pub(super) fn embed(
        &self,
        application: &mut Contents,
        tally: &Tally,
        jobs: usize,
        report: &mut Report,
    ) -> Result<Vec<u8>, CommandError> {
        let embedding = Embedding {
            library: self.library,
            keep: &self.keep,
            libraries: self.libraries,
            optimize: self.optimize,
            imports: &tally.imports,
            jobs,
        };
        let (contents, notes) = self.distribution.pack(&embedding).map_err(CommandError::failure)?;
        notes.iter().for_each(|note| report.note_line(note));
        let (files, size) = (
            contents.variants.iter().map(|(_, files)| files.len()).sum::<usize>(),
            contents.distribution.as_ref(),
        );
        let size = size.map_or(0, |distribution| distribution.size);
        let options =
            WriteOptions { jobs: NonZeroUsize::new(jobs), is_smallest: true, ..WriteOptions::default() };
        let (identity, archive) = bundle::to_bytes(contents, &options).map_err(CommandError::failure)?;
        report.note_line(&format!(
            "{} for {} from {}: {files} files, {}, packed to {}",
            self.distribution.target,
            self.distribution.platform_name(),
            shown(&self.path),
            bytes(size),
            bytes(archive.len() as u64)
        ));
        let length = archive.len() as u64;
        application.python = Some(EmbeddedPython {
            identity: identity.to_hex().to_string(),
            length,
            prefer_system: self.prefer_system,
        });
        Ok(archive)
    }
}

#[cfg(test)]
mod tests {
    use super::output;
    use std::path::Path;

    #[test]
    fn outputs_are_named_after_platforms() {
        for (named, platform, path, name) in [
            (Some("dist/app-{platform}"), "linux-x86_64", Some("dist/app-linux-x86_64"), Some("app")),
            (Some("app-{platform}"), "windows-x86_64", Some("app-windows-x86_64.exe"), Some("app")),
            (Some("{platform}/my.exe"), "windows-x86_64", Some("windows-x86_64/my.exe"), Some("my")),
            (Some("app"), "windows-x86_64", Some("app"), None),
            (None, "linux-x86_64", None, None),
        ] {
            let expected = (path.map(Into::into), name.map(str::to_owned));
            assert_eq!(output(named.map(Path::new), platform), expected, "{named:?}");
        }
    }
}
