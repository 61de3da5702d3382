//! The command line as it was typed. Each command turns its part into something ready to work with; these types only say what is there.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::project::output::Layout;
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

/// One variant a file of `cli/`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Compile(CompileArgs),
    Bundle(BundleArgs),
    Run(RunArgs),
    Verify(VerifyArgs),
    Inspect(InspectArgs),
    Extract(ExtractArgs),
    Dis(DisArgs),
    Targets(TargetsArgs),
    Cache(CacheArgs),
}

/// What is said, and how.
#[derive(Clone, Debug, Args)]
pub(super) struct OutputArgs {
    /// Plain text, or one JSON object a line [default: text]
    #[arg(long = "format", global = true, value_enum, value_name = "FORMAT", help_heading = "Output")]
    pub formats: Vec<FormatArg>,
    /// Say less: no summary; twice, no errors either
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Output")]
    pub quiet: u8,
    /// Say more: the files written; twice, those that are up to date too
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: u8,
    /// Colours: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t, help_heading = "Output")]
    pub color: When,
}

/// How things are said, and what `bundle` makes: two questions under one name, the option may be given for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    Text,
    Json,
    /// An archive for the runner
    #[value(hide = true)]
    Pyb,
    /// A zip that Python runs
    #[value(hide = true)]
    Zipapp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    #[default]
    Text,
    Json,
}

/// What `bundle` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArchiveFormat {
    Pyb,
    Zipapp,
}

impl OutputArgs {
    pub(super) fn format(&self) -> Format {
        let of_messages = self.formats.iter().rev().find_map(|format| match format {
            FormatArg::Text => Some(Format::Text),
            FormatArg::Json => Some(Format::Json),
            FormatArg::Pyb | FormatArg::Zipapp => None,
        });
        of_messages.unwrap_or_default()
    }

    pub(super) fn archive_format(&self) -> Option<ArchiveFormat> {
        self.formats.iter().rev().find_map(|format| match format {
            FormatArg::Pyb => Some(ArchiveFormat::Pyb),
            FormatArg::Zipapp => Some(ArchiveFormat::Zipapp),
            FormatArg::Text | FormatArg::Json => None,
        })
    }
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
/// Pycs that are up to date are left alone. A module that does not compile is reported and the others are written; the exit code is 1 then.
/// Hidden folders, __pycache__, virtual environments and caches (folders with a CACHEDIR.TAG) are skipped.
#[derive(Debug, Args)]
pub(super) struct CompileArgs {
    /// Files and folders [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Python versions: 3.12, 3.12.1, 3.9,3.12, 3.8-3.15 or all; repeatable
    /// [default: tool.crosspyc.targets or project.requires-python of pyproject.toml, else all]
    #[arg(short, long = "target", value_name = "TARGET")]
    pub targets: Vec<TargetSpec>,
    /// Mirror the trees under DIR instead of writing beside the sources
    #[arg(short, long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// Optimisation levels: 1 drops assertions, 2 docstrings too; repeatable [default: 0]
    #[arg(short = 'O', long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=2))]
    pub optimize: Vec<u8>,
    /// How Python is to notice that a pyc is out of date (PEP 552) [default: checked-hash]
    #[arg(long, value_enum, value_name = "MODE")]
    pub invalidation: Option<InvalidationArg>,
    /// In __pycache__ folders, or NAME.pyc where NAME.py would be (for one target)
    #[arg(long, value_enum, value_name = "LAYOUT", default_value_t)]
    pub layout: LayoutArg,
    /// Cut DIR off the paths that tracebacks show, as compileall's -s
    #[arg(long, value_name = "DIR")]
    pub strip_dir: Option<String>,
    /// Put DIR before the paths that tracebacks show, as compileall's -p
    #[arg(long, value_name = "DIR")]
    pub prepend_dir: Option<String>,
    /// Skip files and folders: a name at any depth, or a path from PATH if it has a `/`; repeatable
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Number of worker threads [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroUsize>,
    /// Compile also what is up to date
    #[arg(short, long)]
    pub force: bool,
    /// Write nothing; exit with 1 if a pyc is missing or stale
    #[arg(long, conflicts_with = "force")]
    pub check: bool,
    /// Remove the pycs (of these targets) whose sources are gone
    #[arg(long)]
    pub prune: bool,
    /// Say where the time went
    #[arg(long)]
    pub timings: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InvalidationArg {
    /// Python compares the source's hash at every import
    CheckedHash,
    /// Python never looks at the source
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

/// Compile a project and pack it, without its sources, into one archive that `crosspyc run` and `crosspyc-run` start
///
/// If pyproject.toml stands in PROJECT and its packages in PROJECT/src, that is the folder taken. Data files come along; hidden files, __pycache__,
/// virtual environments and caches do not. Without -m, -e or -c the project's own __main__.py is the entry point, else its only script in [project.scripts].
/// Options may also stand in pyproject.toml, under [tool.crosspyc.bundle].
///
/// With --format zipapp, or an output that ends with .pyz, it makes a zip that any Python of the targets runs without the runner. It is not unpacked:
/// data files are read with importlib.resources or pkgutil, not by path.
#[derive(Debug, Args)]
pub(super) struct BundleArgs {
    /// The folder that is to stand on sys.path
    #[arg(value_name = "PROJECT")]
    pub project: PathBuf,
    /// The file to write [default: the project's name with .pyb, in the current folder]
    #[arg(short, long, value_name = "APP.pyb")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub start: StartArgs,
    /// Python versions, as for `compile`; repeatable
    #[arg(short, long = "target", value_name = "TARGET")]
    pub targets: Vec<TargetSpec>,
    /// Optimisation levels: 1 drops assertions, 2 docstrings too; repeatable [default: 0]
    #[arg(short = 'O', long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=2))]
    pub optimize: Vec<u8>,
    /// Take along the packages in DIR, as `pip install --target DIR` leaves them; repeatable
    #[arg(long, value_name = "DIR")]
    pub with: Vec<PathBuf>,
    /// Leave out files and folders: a name at any depth, or a path in the bundle if it has a `/`; repeatable
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Take along what would be left out, as it is: hidden files, sources (which are then not compiled); repeatable
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Take the modules' sources along: tracebacks show lines, and other Pythons can run them
    #[arg(long)]
    pub include_source: bool,
    /// Take native extension modules along: the bundle then serves the platforms they were built for
    #[arg(long)]
    pub native: bool,
    /// What to do about modules that do not compile for a target
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub on_error: OnError,
    /// Make one executable: the runner with the bundle appended
    #[arg(long)]
    pub standalone: bool,
    /// The runner of a standalone executable, for another platform [default: the one beside crosspyc]
    #[arg(long, value_name = "FILE", requires = "standalone")]
    pub runner: Option<PathBuf>,
    /// What the first line of a zipapp starts it with [default: /usr/bin/env python3]
    #[arg(short, long, value_name = "INTERPRETER")]
    pub python: Option<String>,
    /// Sign the bundle with a secret key of minisign; its password, if it has one, is typed, piped in, or in CROSSPYC_SIGN_PASSWORD
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// The application's name, for messages [default: that of the output, or of the project]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Number of worker threads [default: all cores]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroUsize>,
}

/// What is started: one of these, or none.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct StartArgs {
    /// Start a module or package, as python -m does
    #[arg(short, long, value_name = "MODULE")]
    pub module: Option<String>,
    /// Start a function; what it returns is the exit status
    #[arg(short, long, value_name = "MODULE:FUNCTION")]
    pub entry_point: Option<String>,
    /// Start a console script: of [project.scripts], or of a package that comes along
    #[arg(short = 'c', long, value_name = "NAME")]
    pub script: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OnError {
    /// Write no bundle
    #[default]
    Fail,
    /// Leave the module out, and say so
    Skip,
}

/// Run a bundle with a Python that is here, as crosspyc-run does
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The interpreter to run it with [env: CROSSPYC_PYTHON]
    #[arg(long, value_name = "PATH")]
    pub python: Option<OsString>,
    /// An option for the interpreter, such as -Xdev or -O; repeatable
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub python_arg: Vec<OsString>,
    /// Keep PYTHONPATH and the user's site-packages within the program's reach
    #[arg(long)]
    pub inherit_path: bool,
    /// Run nothing that is not signed with a key of this file (minisign's NAME.pub); repeatable [env: CROSSPYC_TRUSTED_KEYS]
    #[arg(long, value_name = "FILE")]
    pub trusted_key: Vec<PathBuf>,
    /// Compare every byte of the unpacked files with the archive
    #[arg(long)]
    pub verify: bool,
    /// Say which interpreter would be chosen and why, and run nothing
    #[arg(long)]
    pub which: bool,
    /// The bundle, then the program's own arguments
    #[arg(value_name = "APP.pyb", required = true, num_args = 1.., trailing_var_arg = true, allow_hyphen_values = true)]
    pub archive_and_arguments: Vec<OsString>,
}

/// Are these pycs and bundles whole, current, and for which Python?
///
/// A pyc is whole if its header and code object can be read to the end, and current if its hash or timestamp is that of the source beside it.
/// A bundle is whole if every file in it has the digest that the manifest says.
/// Exits with 1 if one is not.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Pycs and bundles, and folders in which to look for them
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Bundles must be signed with a public key in this file, in minisign's format; repeatable
    #[arg(long = "trusted-key", value_name = "FILE")]
    pub trusted_keys: Vec<PathBuf>,
}

/// Unpack the files of a bundle, each verified
///
/// The files of one target go into DIR as they would stand on sys.path; those of several go into a sub-folder each, which has the pyc tag as its name.
#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    #[arg(value_name = "APP.pyb")]
    pub archive: PathBuf,
    /// Where to: a folder that is empty or not there
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Only the files for these Python versions; repeatable [default: all in the bundle]
    #[arg(short, long = "target", value_name = "VERSION", value_delimiter = ',')]
    pub targets: Vec<String>,
}

/// What is in a pyc or a bundle
///
/// Of a bundle: whom it serves, its signature, and each target's files. What a target takes in the archive is exact; what a file takes is
/// estimated by its size, for files are compressed together.
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// Disassemble a pyc, or what a source file compiles to
#[derive(Debug, Args)]
pub(super) struct DisArgs {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The Python version to compile a source file for [default: the newest supported]
    #[arg(short, long, value_name = "TARGET")]
    pub target: Option<crate::targets::Target>,
    /// The optimisation level to compile a source file with
    #[arg(short = 'O', long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub optimize: u8,
}

/// The versions crosspyc compiles for, and the interpreters found here
#[derive(Debug, Args)]
pub(super) struct TargetsArgs {}

/// The unpacked bundles of this user
///
/// `run` unpacks a bundle once, into CROSSPYC_CACHE_DIR or the system's folder for caches.
#[derive(Debug, Args)]
pub(super) struct CacheArgs {
    #[command(subcommand)]
    pub command: CacheCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// Say what is in the cache: application, variant, size, last use
    List,
    /// Remove what was not used for long and is not in use, and what killed runs left
    Prune(PruneArgs),
    /// Remove every unpacked bundle that is not in use
    Clear,
}

#[derive(Debug, Args)]
pub(super) struct PruneArgs {
    /// Remove what was not used for so many days [default: 30, unless --max-size is given]
    #[arg(long, value_name = "DAYS")]
    pub older_than: Option<u64>,
    /// Remove what was used longest ago until the rest is no larger than this
    #[arg(long, value_name = "MB")]
    pub max_size: Option<u64>,
}

fn jobs(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "a number of threads is 1 or more")
}
