//! The kinds of file that `bundle` writes: an archive, a standalone executable (the runner with the
//! archive appended), or a zipapp.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::path::Path;

use super::app::App;
use crate::bundle::{self, Contents, EntryPoint, WriteOptions};
use crate::cli::CommandError;
use crate::cli::args::{BundleArgs, Kind};
use crate::cli::report::{Report, shown};
use crate::project::signing::Key;
use crate::project::standalone::Runner;
use crate::project::windows::Look;
use crate::project::zipapp;

/// A kind of file, with its inputs, which are read before the compilation begins.
pub(super) enum Product {
    Archive { start: Start, key: Option<Key> },
    Zipapp { python: String },
}

/// The part before an archive.
pub(super) enum Start {
    Nothing,
    /// A line that starts the runner.
    Shebang(String),
    Runner(Runner, Look),
    /// The runner is a file of its own, in the folder of an application of macOS.
    Beside(Runner),
}

impl Start {
    fn bytes(&self) -> &[u8] {
        match self {
            Start::Nothing | Start::Beside(_) => &[],
            Start::Shebang(line) => line.as_bytes(),
            Start::Runner(runner, _) => &runner.bytes,
        }
    }

    /// The executable for an application, if it differs from the runner.
    fn dressed(&self, contents: &Contents) -> Result<Option<Vec<u8>>, CommandError> {
        match self {
            Start::Runner(runner, look) if look.is_chosen() => {
                let dressed = look.of(&runner.bytes, &contents.name, contents.version.as_deref());
                dressed.map(Some).map_err(CommandError::failure)
            }
            _ => Ok(None),
        }
    }
}

impl Product {
    pub(super) fn new(args: &BundleArgs, report: &mut Report) -> Result<Product, CommandError> {
        let kind = kind(args);
        check_options(args, kind)?;
        if kind == Kind::Zipapp {
            let python = args.python.clone().unwrap_or_else(|| zipapp::PYTHON.to_owned());
            return Ok(Product::Zipapp { python });
        }
        let read_key = |path| Key::read(path, || ask_password(path, report));
        let key = args.sign.as_deref().map(read_key).transpose().map_err(CommandError::usage)?;
        let start = match (kind, &args.shebang) {
            (Kind::Standalone, _) => {
                let runner = Runner::read(args.runner.as_deref()).map_err(CommandError::usage)?;
                if !runner.is_windows
                    && (args.windowed || args.icon.is_some())
                    && args.embed.pythons.len() < 2
                {
                    let message = "--windowed and --icon are for executables of Windows; this runner is for another system";
                    return Err(CommandError::usage(message));
                }
                if runner.is_macos && App::of(args.output.as_deref()).is_some() {
                    return Ok(Product::Archive { start: Start::Beside(runner), key });
                }
                let look = if runner.is_windows { look(args)? } else { Look::default() };
                Start::Runner(runner, look)
            }
            (_, Some(line)) => Start::Shebang(shebang(line)?),
            (_, None) => Start::Nothing,
        };
        Ok(Product::Archive { start, key })
    }

    /// The runner of an executable.
    pub(super) fn runner(&self) -> Option<&Runner> {
        match self {
            Product::Archive { start: Start::Runner(runner, _) | Start::Beside(runner), .. } => Some(runner),
            _ => None,
        }
    }

    /// Whether it is a folder of macOS.
    pub(super) fn is_app(&self) -> bool {
        matches!(self, Product::Archive { start: Start::Beside(_), .. })
    }

    /// Advice about an executable for macOS. The system verifies the signature of the pages that it
    /// loads. The archive at the end is not among them.
    pub(super) fn note(&self) -> Option<&'static str> {
        let Product::Archive { start: Start::Runner(runner, _), .. } = self else { return None };
        runner.is_macos.then_some(
            "the executable keeps the runner's signature; codesign cannot sign it again, because of the archive at its end. \
             If you must sign it yourself, ship a signed crosspyc-run and the .pyb instead",
        )
    }

    /// The default extension.
    pub(super) fn ending(&self) -> &'static str {
        match self {
            Product::Archive { start: Start::Runner(runner, _), .. } if runner.is_windows => ".exe",
            Product::Archive { start: Start::Runner(..), .. } => "",
            Product::Archive { .. } => ".pyb",
            Product::Zipapp { .. } => ".pyz",
        }
    }

    /// Rejects contents that this kind of file cannot hold.
    pub(super) fn check(&self, native: bool) -> Result<(), CommandError> {
        match self {
            Product::Zipapp { .. } if native => Err(CommandError::usage(
                "a zipapp cannot hold native extension modules (--native), which Python loads from files only; make a .pyb",
            )),
            _ => Ok(()),
        }
    }

    /// Writes the file, with the archive of a Python before that of the application. Returns its size
    /// and the size of its contents.
    pub(super) fn write(
        &self,
        contents: Contents,
        path: &Path,
        jobs: Option<NonZeroUsize>,
        python: &[u8],
    ) -> Result<(u64, u64), CommandError> {
        // If the path is a symbolic link, the target of the link is replaced.
        let linked = path.is_symlink().then(|| path.canonicalize().ok()).flatten();
        let path = linked.as_deref().unwrap_or(path);
        match self {
            Product::Archive { start, key } => {
                let sign = key.as_ref().map(|key| |bytes: &[u8], comment: &str| key.sign(bytes, comment));
                let dressed = start.dressed(&contents)?;
                let prefix = [dressed.as_deref().unwrap_or(start.bytes()), python].concat();
                let options = WriteOptions {
                    prefix: &prefix,
                    is_smallest: !python.is_empty(),
                    sign: sign.as_ref().map(|sign| sign as &bundle::Signer<'_>),
                    jobs,
                };
                let (manifest, size) =
                    bundle::write(contents, path, &options).map_err(CommandError::failure)?;
                Ok((size, manifest.frames.iter().map(|frame| frame.size).sum()))
            }
            Product::Zipapp { .. } if matches!(contents.entry_point, EntryPoint::Script(_)) => {
                Err(CommandError::usage("a zipapp cannot start a script that is a file; make a .pyb"))
            }
            Product::Zipapp { python } => {
                let size = zipapp::write(&contents, python, path).map_err(CommandError::failure)?;
                let own = contents.variants.iter().flat_map(|(_, files)| files.values());
                let unpacked = own.chain(contents.common.values()).map(|file| file.data.len() as u64).sum();
                Ok((size, unpacked))
            }
        }
    }
}

/// What Windows shows of the executable.
fn look(args: &BundleArgs) -> Result<Look, CommandError> {
    let windowed = args.windowed || args.look.windowed;
    let icon = args.icon.as_deref().or(args.look.icon.as_deref());
    let look = Look { windowed, versioned: embeds(args), icon: None };
    look.with_icon(icon).map_err(CommandError::usage)
}

fn embeds(args: &BundleArgs) -> bool {
    !args.embed.pythons.is_empty()
}

fn kind(args: &BundleArgs) -> Kind {
    let ending = args.output.as_deref().and_then(Path::extension);
    match args.kind {
        Some(kind) => kind,
        None if args.standalone || embeds(args) => Kind::Standalone,
        None if ending.is_some_and(|ending| ending == "pyz") => Kind::Zipapp,
        None => Kind::Pyb,
    }
}

/// Refuses options that are for other kinds of file.
fn check_options(args: &BundleArgs, kind: Kind) -> Result<(), CommandError> {
    let options = [
        ("--sign", args.sign.is_some(), kind != Kind::Zipapp, "a .pyb or a standalone"),
        ("--python", args.python.is_some(), kind == Kind::Zipapp, "a zipapp (--as zipapp)"),
        ("--windowed", args.windowed, kind == Kind::Standalone, "a standalone (--as standalone)"),
        ("--icon", args.icon.is_some(), kind == Kind::Standalone, "a standalone (--as standalone)"),
        ("--runner", args.runner.is_some(), kind == Kind::Standalone, "a standalone (--as standalone)"),
        ("--shebang", args.shebang.is_some(), kind == Kind::Pyb, "a .pyb"),
        ("--embed-python", embeds(args), kind == Kind::Standalone, "a standalone"),
    ];
    match options.iter().find(|(_, is_given, fits, _)| *is_given && !fits) {
        Some((option, .., kind)) => Err(CommandError::usage(format!("{option} is only for {kind}"))),
        None => Ok(()),
    }
}

/// The first line of a file, with its end.
fn shebang(line: &str) -> Result<String, CommandError> {
    match line.starts_with("#!") && !line.contains(['\n', '\r']) {
        true => Ok(format!("{line}\n")),
        false => {
            let example = "#!/usr/bin/env crosspyc-run";
            Err(CommandError::usage(format!(
                "`{line}` is not a line that starts a program, as `{example}` is"
            )))
        }
    }
}

/// The password of a key: typed at the terminal, or the first line of standard input, as in
/// minisign.
fn ask_password(key: &Path, report: &mut Report) -> io::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("Password of {}: ", shown(key)));
    }
    report.note_line(&format!("the password of {} is read from standard input", shown(key)));
    let mut line = String::new();
    match io::stdin().read_line(&mut line)? {
        0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "standard input is empty")),
        _ => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
    }
}
