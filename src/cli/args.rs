//! The command line as it was typed. These types only describe the options; each command interprets
//! its own.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::bundle::{ByteSize, Expected};
use crate::project::output::{Layout, OnRejection};
use crate::project::python::Library;
use crate::project::warnings::WarningPolicy;
use crate::pyc::Invalidation;
use crate::targets::TargetSpec;

/// Compile Python source trees to .pyc files for any CPython, with no Python on the machine.
#[derive(Debug, Parser)]
#[command(name = "crosspyc", version, styles = STYLES, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub output: OutputArgs,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// One variant for each file of `cli/`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Compile(CompileArgs),
    Bundle(Box<BundleArgs>),
    Run(RunArgs),
    Verify(VerifyArgs),
    Inspect(InspectArgs),
    Extract(ExtractArgs),
    Dis(DisArgs),
    Targets(TargetsArgs),
    Cache(CacheArgs),
    Generate(GenerateArgs),
}

/// The options that every command has.
#[derive(Clone, Debug, Args)]
pub(super) struct OutputArgs {
    /// Print plain text, or one JSON object per line
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub format: Format,
    /// Print less: no summary and no warnings; twice: no errors either
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Output")]
    pub quiet: u8,
    /// Print more: each file written; twice: also the files that are up to date
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: u8,
    /// Use colors; `auto` does on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t, help_heading = "Output")]
    pub color: When,
}

/// The form of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    #[default]
    Text,
    Json,
}

/// The kind of file that `bundle` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// An archive for crosspyc-run
    Pyb,
    /// A zip file that Python runs
    Zipapp,
    /// An executable: crosspyc-run with the archive appended
    Standalone,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// Compile files and trees: NAME.py to __pycache__/NAME.cpython-XY.pyc
///
/// Pycs that are up to date are not written again, and their sources issue no warnings. If a module
/// does not compile, the error is reported, the other modules are written, and the exit code is 1.
/// Hidden folders, __pycache__, virtual environments and caches (folders with a CACHEDIR.TAG) are
/// skipped, unless they are named as PATH.
#[derive(Debug, Args)]
pub(super) struct CompileArgs {
    /// Files and folders [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Read more PATHs from FILE, one per line; `-` is standard input. Files whose names do not end
    /// in .py are ignored
    #[arg(short = 'i', long, value_name = "FILE")]
    pub paths_from: Vec<PathBuf>,
    /// Python versions: 3.12, 3.12.1, 3.12,3.14, 3.12-3.15, ">=3.12" or all; repeatable
    /// [default: tool.crosspyc.targets or project.requires-python of pyproject.toml, else all]
    #[arg(short, long = "target", value_name = "TARGET")]
    pub targets: Vec<TargetSpec>,
    /// Write to a copy of the folder structure under DIR instead of beside the sources
    #[arg(short, long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    #[command(flatten)]
    pub pycache_prefix: PycachePrefixArgs,
    /// Optimization levels: 1 removes assertions, 2 also docstrings; repeatable [default: 0]
    #[arg(short = 'O', long, value_name = "LEVEL", value_delimiter = ',',
        value_parser = clap::value_parser!(u8).range(0..=2))]
    pub optimize: Vec<u8>,
    /// How Python detects that a pyc is out of date (PEP 552). Pycs of another mode are written
    /// again only if this is given, here or in pyproject.toml [default: checked-hash]
    #[arg(long, value_enum, value_name = "MODE")]
    pub invalidation: Option<InvalidationArg>,
    /// Write to __pycache__ folders, or write NAME.pyc in place of NAME.py (one target and level)
    #[arg(long, value_enum, value_name = "LAYOUT", default_value_t)]
    pub layout: LayoutArg,
    /// Remove DIR from the start of the paths in tracebacks, as compileall -s does
    #[arg(long, value_name = "DIR")]
    pub strip_dir: Option<String>,
    /// Add DIR to the start of the paths in tracebacks, as compileall -p does
    #[arg(long, value_name = "DIR")]
    pub prepend_dir: Option<String>,
    /// Skip files and folders. A GLOB with a `/` matches paths relative to PATH, others match names
    /// at any depth; repeatable
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Skip sources if REGEX is found anywhere in their paths, as compileall -x does. The paths
    /// begin with PATH as it is written; repeatable
    #[arg(long, value_name = "REGEX")]
    pub exclude_regex: Vec<String>,
    /// What to do about modules that do not compile
    /// [default: tool.crosspyc.on-error of pyproject.toml, else fail]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub on_error: Option<OnRejectionArg>,
    /// Number of worker threads [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroUsize>,
    /// Compile also files that are up to date
    #[arg(short, long)]
    pub force: bool,
    /// Write nothing; exit with code 1 if a pyc is missing or Python would not take it
    #[arg(long, conflicts_with = "force")]
    pub check: bool,
    /// Remove pycs of these targets whose sources no longer exist, and what killed runs left
    #[arg(long)]
    pub prune: bool,
    /// Make the pycs of several levels hard links to one file if they are equal, as compileall does
    #[arg(long)]
    pub hardlink_dupes: bool,
    /// Print how long each stage took
    #[arg(long)]
    pub timings: bool,
    #[command(flatten)]
    pub warnings: WarningsArgs,
}

/// Where Python keeps its pycs, if not beside the sources.
#[derive(Clone, Debug, Args)]
pub(super) struct PycachePrefixArgs {
    /// Keep pycs in DIR under the absolute paths of their sources, as Python does with
    /// PYTHONPYCACHEPREFIX [env: PYTHONPYCACHEPREFIX]
    #[arg(long, value_name = "DIR")]
    pycache_prefix: Option<PathBuf>,
}

impl PycachePrefixArgs {
    /// The folder that the option names.
    pub(super) fn given(&self) -> Option<PathBuf> {
        self.pycache_prefix.clone()
    }

    /// The folder that the option or the variable names. An empty variable counts as none.
    pub(super) fn given_or_set(&self) -> Option<PathBuf> {
        self.given().or_else(pycache_prefix)
    }
}

/// The folder that `PYTHONPYCACHEPREFIX` names.
pub(super) fn pycache_prefix() -> Option<PathBuf> {
    std::env::var_os("PYTHONPYCACHEPREFIX").filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// What `compile` does about modules that do not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OnRejectionArg {
    /// Report them as errors; the exit code is 1
    Fail,
    /// Report them as warnings; they do not change the exit code
    Skip,
}

impl From<OnRejectionArg> for OnRejection {
    fn from(arg: OnRejectionArg) -> OnRejection {
        match arg {
            OnRejectionArg::Fail => OnRejection::Fail,
            OnRejectionArg::Skip => OnRejection::Skip,
        }
    }
}

/// The option of every command that compiles sources.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct WarningsArgs {
    /// What to do about warnings that Python issues when it compiles a source
    /// [default: tool.crosspyc.warnings of pyproject.toml, else default]
    #[arg(long, value_enum, value_name = "WHAT")]
    warnings: Option<WarningsArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WarningsArg {
    /// Report them
    Default,
    /// Reject the source, as python -W error does
    Error,
    /// Do not report them
    Ignore,
}

impl WarningsArgs {
    /// The policy of the command line, else that of the settings.
    pub(super) fn policy(self, settings: Option<WarningPolicy>) -> WarningPolicy {
        let typed = self.warnings.map(|arg| match arg {
            WarningsArg::Default => WarningPolicy::Default,
            WarningsArg::Error => WarningPolicy::Error,
            WarningsArg::Ignore => WarningPolicy::Ignore,
        });
        typed.or(settings).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InvalidationArg {
    /// Python compares the source's hash at every import
    CheckedHash,
    /// Python does not compare
    UncheckedHash,
    /// Python compares the source's modification time and size at every import
    Timestamp,
}

impl From<InvalidationArg> for Invalidation {
    fn from(arg: InvalidationArg) -> Invalidation {
        match arg {
            InvalidationArg::CheckedHash => Invalidation::CheckedHash,
            InvalidationArg::UncheckedHash => Invalidation::UncheckedHash,
            InvalidationArg::Timestamp => Invalidation::Timestamp,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LayoutArg {
    #[default]
    Pycache,
    Sourceless,
}

impl From<LayoutArg> for Layout {
    fn from(arg: LayoutArg) -> Layout {
        match arg {
            LayoutArg::Pycache => Layout::Pycache,
            LayoutArg::Sourceless => Layout::Sourceless,
        }
    }
}

/// Compile a project and pack it, without its sources, into one archive that `crosspyc run` and
/// `crosspyc-run` start
///
/// PROJECT is a folder, or a single module. If it has a pyproject.toml and keeps its packages in
/// PROJECT/src, they are taken from there. Installed packages (folders with *.dist-info) are taken
/// whole. Of other files, hidden ones, keys, earlier builds, virtual environments, caches and what
/// .gitignore names are left out and counted. Without -m, -e or -c the entry point is the project's
/// __main__.py, else its only script. The options can also be set in pyproject.toml, under
/// [tool.crosspyc.bundle].
///
/// With --as zipapp, or an output name that ends in .pyz, the result is a zip file that a Python of
/// the targets runs without the runner. It is not unpacked: the program must read its data files
/// with importlib.resources or pkgutil, not by path.
#[derive(Clone, Debug, Args)]
pub(super) struct BundleArgs {
    /// The folder that is put on sys.path, or a module
    #[arg(value_name = "PROJECT", required_unless_present = "requirements")]
    pub project: Option<PathBuf>,
    /// The file to write [default: the project's name and .pyb, in the current folder]
    #[arg(short, long, value_name = "APP.pyb")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub start: StartArgs,
    /// Python versions, as for `compile`; repeatable
    #[arg(short, long = "target", value_name = "TARGET")]
    pub targets: Vec<TargetSpec>,
    /// Optimization levels: 1 removes assertions, 2 also docstrings; repeatable [default: 0]
    #[arg(short = 'O', long, value_name = "LEVEL", value_delimiter = ',',
        value_parser = clap::value_parser!(u8).range(0..=2))]
    pub optimize: Vec<u8>,
    /// Include the packages in DIR, as installed by `pip install --target DIR` or in a virtual
    /// environment; repeatable
    #[arg(long, value_name = "DIR")]
    pub with: Vec<PathBuf>,
    /// Install the requirements in FILE (requirements.txt or pylock.toml) with uv or pip, once for
    /// each target, and include them; repeatable
    #[arg(short, long, value_name = "FILE")]
    pub requirements: Vec<PathBuf>,
    /// Install requirements for a platform, by its wheel tag, such as manylinux_2_28_x86_64 or
    /// win_amd64; repeatable [default: this machine]
    #[arg(long = "platform", value_name = "TAG")]
    pub platforms: Vec<String>,
    /// The installer for --requirements: uv, pip, or a path of either [default: uv, else pip]
    #[arg(long, value_name = "INSTALLER")]
    pub installer: Option<PathBuf>,
    /// Write the bundle although requirements of its packages are not in it
    #[arg(long)]
    pub allow_missing: bool,
    /// Leave out files and folders. A GLOB with a `/` matches paths in the bundle, others match
    /// names at any depth; repeatable
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Include files unchanged that are left out otherwise, such as hidden files and sources (which
    /// are then not compiled); repeatable
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Include files of PROJECT that git ignores
    #[arg(long)]
    pub no_gitignore: bool,
    /// List the files and folders that are left out, with the reasons
    #[arg(long)]
    pub list_left_out: bool,
    /// Include the modules' sources: tracebacks show lines, and other Python versions can run them.
    /// With GLOB, only the sources that match; repeatable
    #[arg(long, value_name = "GLOB", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub include_source: Vec<String>,
    /// Include native modules, libraries and executables; the bundle then runs on the platforms they
    /// were built for
    #[arg(long)]
    pub native: bool,
    /// Let the program import from the site-packages of the Python that runs it
    #[arg(long)]
    pub system_site_packages: bool,
    /// What to do if a module does not compile for a target
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub on_error: OnError,
    /// The kind of file to write [default: zipapp if the output ends in .pyz, else pyb]
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub kind: Option<Kind>,
    /// Short for --as standalone
    #[arg(long, hide = true, conflicts_with = "kind")]
    pub standalone: bool,
    /// The runner to use for a standalone executable for another platform [default: the one beside
    /// crosspyc]
    #[arg(long, value_name = "FILE")]
    pub runner: Option<PathBuf>,
    /// Make an executable for Windows that opens no console
    #[arg(long)]
    pub windowed: bool,
    /// The icon of an executable for Windows, an .ico file
    #[arg(long, value_name = "FILE")]
    pub icon: Option<PathBuf>,
    #[command(flatten)]
    pub embed: EmbedArgs,
    /// What pyproject.toml says about executables for Windows.
    #[arg(skip)]
    pub look: LookSettings,
    /// The application's name, if the output's name has more than that.
    #[arg(skip)]
    pub output_name: Option<String>,
    /// Begin the .pyb with a line that starts it, and make it executable
    #[arg(long, value_name = "LINE", num_args = 0..=1, require_equals = true, default_missing_value = "#!/usr/bin/env crosspyc-run")]
    pub shebang: Option<String>,
    /// The interpreter in the first line of a zipapp [default: /usr/bin/env python3]
    #[arg(short, long, value_name = "INTERPRETER")]
    pub python: Option<String>,
    /// Sign the bundle with a secret key of minisign. The key's password, if any, is typed, piped
    /// in, or taken from CROSSPYC_SIGN_PASSWORD
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// The application's name, for messages [default: that of the output, or of the project]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[command(flatten)]
    pub warnings: WarningsArgs,
    /// Number of worker threads [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroUsize>,
}

/// How executables for Windows look. Others do not have it.
#[derive(Clone, Debug, Default)]
pub(super) struct LookSettings {
    pub windowed: bool,
    pub icon: Option<PathBuf>,
}

/// The Python that a standalone executable brings.
#[derive(Clone, Debug, Args)]
pub(super) struct EmbedArgs {
    /// Make a standalone executable that brings its own Python: that in DIST, a folder or an archive
    /// of a CPython for the platform of the executable; repeatable, for one executable each
    #[arg(long = "embed-python", value_name = "DIST")]
    pub pythons: Vec<PathBuf>,
    /// Take the runner for the platform of each DIST from DIR
    #[arg(long, value_name = "DIR", conflicts_with = "runner")]
    pub runners: Option<PathBuf>,
    /// The modules of the standard library to take along [default: full]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub stdlib: Option<Stdlib>,
    /// Take along a module or package of the standard library that is left out otherwise; repeatable
    #[arg(long, value_name = "MODULE")]
    pub keep: Vec<String>,
    /// Take along shared libraries of this machine that the Python needs
    #[arg(long)]
    pub embed_libraries: bool,
    /// Prefer a Python of the machine that runs the program, if one fits
    #[arg(long)]
    pub prefer_system: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Stdlib {
    /// All except tests, IDLE, tkinter, pip, and what is for building
    Full,
    /// Only what the program may import, as far as its sources say
    Imported,
}

impl From<Library> for Stdlib {
    fn from(library: Library) -> Stdlib {
        match library {
            Library::Full => Stdlib::Full,
            Library::Imported => Stdlib::Imported,
        }
    }
}

impl From<Stdlib> for Library {
    fn from(stdlib: Stdlib) -> Library {
        match stdlib {
            Stdlib::Full => Library::Full,
            Stdlib::Imported => Library::Imported,
        }
    }
}

/// The entry point: at most one of these.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub(super) struct StartArgs {
    /// Start a module or package, as python -m does
    #[arg(short, long, value_name = "MODULE")]
    pub module: Option<String>,
    /// Start a function; its return value is the exit status
    #[arg(short, long, value_name = "MODULE:FUNCTION")]
    pub entry_point: Option<String>,
    /// Start a script from [project.scripts] or of an included package
    #[arg(short = 'c', long, value_name = "NAME")]
    pub script: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OnError {
    /// Write no bundle
    #[default]
    Fail,
    /// Leave out the module and report it
    Skip,
}

/// Run a bundle with a Python interpreter of this machine, as crosspyc-run does
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The interpreter to use: a path, a name, or a version such as 3.12 [env: CROSSPYC_PYTHON]
    #[arg(long, value_name = "PYTHON")]
    pub python: Option<OsString>,
    /// Pass an option to the interpreter, such as -Xdev or -O; repeatable
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub python_arg: Vec<OsString>,
    /// Use a Python of this machine, if one fits, before the one that the bundle brings
    #[arg(long)]
    pub prefer_system: bool,
    /// Let the program import from PYTHONPATH
    #[arg(long)]
    pub inherit_path: bool,
    /// Let the program import from the site-packages of the interpreter and of the user
    #[arg(long)]
    pub system_site_packages: bool,
    /// Ignore the environment variables of Python, as python -I does
    #[arg(long, conflicts_with = "inherit_path")]
    pub isolated: bool,
    /// Start another module of the bundle, as python -m does
    #[arg(long, value_name = "NAME", conflicts_with = "interpreter")]
    pub module: Option<OsString>,
    /// Start the interpreter, which can import the bundle's modules; without arguments it is
    /// interactive
    #[arg(long)]
    pub interpreter: bool,
    /// Run the bundle only if it is signed with a key in FILE (minisign's NAME.pub); repeatable
    /// [env: CROSSPYC_TRUSTED_KEYS]
    #[arg(long, value_name = "FILE")]
    pub trusted_key: Vec<PathBuf>,
    #[command(flatten)]
    pub expected: ExpectedArgs,
    /// Allow a bundle to take SIZE bytes unpacked, such as 500M or 16G
    /// [env: CROSSPYC_MAX_UNPACKED; default: 100 times its length, from 64 MB to 16 GB]
    #[arg(long, value_name = "SIZE")]
    pub max_unpacked: Option<ByteSize>,
    /// Compare the unpacked files with the archive byte by byte first
    #[arg(long)]
    pub verify: bool,
    /// Print which interpreter would be used and why; run nothing
    #[arg(long)]
    pub which: bool,
    /// Print the folder of the unpacked bundle, a virtual environment; run nothing
    #[arg(long = "where", conflicts_with = "which")]
    pub locate: bool,
    /// The bundle, followed by the program's arguments
    #[arg(value_name = "APP.pyb", required = true, num_args = 1.., trailing_var_arg = true, allow_hyphen_values = true)]
    pub archive_and_arguments: Vec<OsString>,
}

/// Check that pycs, bundles and zipapps are undamaged and up to date, and print their Python versions
///
/// A pyc is whole if its header and code object can be read completely, and current if its hash or
/// timestamp matches the source beside it. A bundle is whole if every file in it has the digest
/// given in the manifest. A zipapp is whole if every file has its checksum and every pyc is one that
/// the Python of its folder takes. The exit code is 1 if a file fails the check.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Pycs, bundles, zipapps, and folders to search for them
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Require that bundles are signed with a key in FILE (minisign's NAME.pub); repeatable
    #[arg(long = "trusted-key", value_name = "FILE")]
    pub trusted_keys: Vec<PathBuf>,
    #[command(flatten)]
    pub expected: ExpectedArgs,
    #[command(flatten)]
    pub pycache_prefix: PycachePrefixArgs,
    /// Allow a bundle to take SIZE bytes unpacked, such as 500M or 16G
    /// [default: 100 times its length, from 64 MB to 16 GB]
    #[arg(long, value_name = "SIZE")]
    pub max_unpacked: Option<ByteSize>,
}

/// What the signature of a bundle has to say.
#[derive(Clone, Debug, Args)]
pub(super) struct ExpectedArgs {
    /// Require that the signature is for the application NAME
    #[arg(long, value_name = "NAME")]
    expect: Option<String>,
    /// Require that the signature is for this version of the application or a newer one (PEP 440)
    #[arg(long, value_name = "VERSION")]
    min_version: Option<pep440_rs::Version>,
}

impl ExpectedArgs {
    pub(super) fn expected(&self) -> Expected {
        Expected { name: self.expect.clone(), min_version: self.min_version.clone() }
    }
}

/// Unpack the files of a bundle or zipapp and verify each
///
/// The files of a single target are written to DIR itself, as they are on sys.path. Several targets
/// get a sub-folder each, named after the pyc tag.
#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    #[arg(value_name = "APP.pyb")]
    pub archive: PathBuf,
    /// The folder to write to; must be empty or not exist
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Unpack only the files for these Python versions; repeatable [default: all in the bundle]
    #[arg(short, long = "target", value_name = "VERSION", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Unpack the Python that the bundle brings, not the program
    #[arg(long)]
    pub embedded_python: bool,
    /// Allow a bundle to take SIZE bytes unpacked, such as 500M or 16G
    /// [default: 100 times its length, from 64 MB to 16 GB]
    #[arg(long, value_name = "SIZE")]
    pub max_unpacked: Option<ByteSize>,
}

/// Show the contents of a pyc, a bundle or a zipapp
///
/// For a bundle: its targets and platforms, its signature, and the files of each target. The
/// compressed size of a target is exact; that of a file is an estimate, because files are
/// compressed together.
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Allow a bundle to take SIZE bytes unpacked, such as 500M or 16G
    /// [default: 100 times its length, from 64 MB to 16 GB]
    #[arg(long, value_name = "SIZE")]
    pub max_unpacked: Option<ByteSize>,
}

/// Disassemble a pyc, or the code that a source file compiles to
#[derive(Debug, Args)]
pub(super) struct DisArgs {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The Python version to compile a source file for [default: the newest supported version]
    #[arg(short, long, value_name = "TARGET")]
    pub target: Option<crate::targets::Target>,
    /// The optimization level to compile a source file with
    #[arg(short = 'O', long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub optimize: u8,
    #[command(flatten)]
    pub warnings: WarningsArgs,
}

/// List the versions that crosspyc compiles for, and the interpreters of this machine
#[derive(Debug, Args)]
pub(super) struct TargetsArgs {}

/// List or remove the unpacked bundles of this user
///
/// `run` unpacks a bundle once, into CROSSPYC_CACHE_DIR or the system's cache folder.
#[derive(Debug, Args)]
pub(super) struct CacheArgs {
    #[command(subcommand)]
    pub command: CacheCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// List the contents of the cache: application, variant, Python, digits, size, last use
    List,
    /// Remove bundles by the names of their applications or by their digits. Bundles in use are kept
    Remove(RemoveArgs),
    /// Remove bundles unused for 30 days, and leftovers of killed runs. Bundles in use are kept
    Prune(PruneArgs),
    /// Remove every unpacked bundle that is not in use
    Clear,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// What to remove: names or digits that `cache list` shows
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct PruneArgs {
    /// Print what would be removed; remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Remove bundles that were not used for DAYS days [default: 30, unless --max-size is given]
    #[arg(long, value_name = "DAYS")]
    pub older_than: Option<u64>,
    /// Remove the least recently used bundles until the cache is no larger than MB
    #[arg(long, value_name = "MB")]
    pub max_size: Option<u64>,
}

/// Write the shell completions and manual pages of crosspyc and crosspyc-run
///
/// For packages: DIR/complete and DIR/man.
#[derive(Debug, Args)]
#[command(hide = true)]
pub(super) struct GenerateArgs {
    /// The folder to write to
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

fn jobs(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "a number of threads is 1 or more")
}
