//! The kinds of file that `bundle` writes: an archive, a standalone executable (the runner with the
//! archive appended), or a zipapp.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::path::Path;

use crate::bundle::{self, Contents, WriteOptions};
use crate::cli::CommandError;
use crate::cli::args::{ArchiveFormat, BundleArgs};
use crate::cli::report::{Report, shown};
use crate::project::signing::Key;
use crate::project::standalone::Runner;
use crate::project::zipapp;

/// A kind of file, with its inputs, which are read before the compilation begins.
pub(super) enum Product {
    Archive { runner: Option<Runner>, key: Option<Key> },
    Zipapp { python: String },
}

impl Product {
    pub(super) fn new(
        args: &BundleArgs,
        format: Option<ArchiveFormat>,
        report: &mut Report,
    ) -> Result<Product, CommandError> {
        let ends_with_pyz =
            || args.output.as_deref().and_then(Path::extension).is_some_and(|ending| ending == "pyz");
        let is_zipapp = format.map_or_else(ends_with_pyz, |format| format == ArchiveFormat::Zipapp);
        let only_other = match is_zipapp {
            true => [("--standalone", args.standalone), ("--sign", args.sign.is_some())],
            false => [("--python", args.python.is_some()), ("", false)],
        };
        if let Some((option, _)) = only_other.iter().find(|(_, given)| *given) {
            let kind = if is_zipapp { "a zipapp" } else { "anything but a zipapp (--format zipapp)" };
            return Err(CommandError::usage(format!("{option} is not for {kind}")));
        }
        if is_zipapp {
            let python = args.python.clone().unwrap_or_else(|| zipapp::PYTHON.to_owned());
            return Ok(Product::Zipapp { python });
        }
        let runner = args.standalone.then(|| Runner::read(args.runner.as_deref())).transpose();
        let read_key = |path| Key::read(path, || ask_password(path, report));
        let key = args.sign.as_deref().map(read_key).transpose();
        Ok(Product::Archive {
            runner: runner.map_err(CommandError::usage)?,
            key: key.map_err(CommandError::usage)?,
        })
    }

    /// Advice about an executable for macOS. The system verifies the signature of the pages that it
    /// loads, and the archive at the end is not among them.
    pub(super) fn note(&self) -> Option<&'static str> {
        let Product::Archive { runner: Some(runner), .. } = self else { return None };
        runner.is_macos.then_some(
            "the executable keeps the runner's signature; codesign cannot sign it again, because of the archive at its end. \
             If you must sign it yourself, ship a signed crosspyc-run and the .pyb instead",
        )
    }

    /// How its name ends when none is given.
    pub(super) fn ending(&self) -> &'static str {
        match self {
            Product::Archive { runner: None, .. } => ".pyb",
            Product::Archive { runner: Some(runner), .. } if runner.is_windows => ".exe",
            Product::Archive { .. } => "",
            Product::Zipapp { .. } => ".pyz",
        }
    }

    /// Refuses what it cannot hold.
    pub(super) fn check(&self, native: bool) -> Result<(), CommandError> {
        match self {
            Product::Zipapp { .. } if native => Err(CommandError::usage(
                "a zipapp cannot hold native extension modules (--native), which Python loads from files only; make a .pyb",
            )),
            _ => Ok(()),
        }
    }

    /// Writes it; gives its size, and that of all it holds.
    pub(super) fn write(
        &self,
        contents: Contents,
        path: &Path,
        jobs: Option<NonZeroUsize>,
    ) -> Result<(u64, u64), CommandError> {
        // What a symbolic link leads to is replaced, not the link.
        let linked = path.is_symlink().then(|| path.canonicalize().ok()).flatten();
        let path = linked.as_deref().unwrap_or(path);
        match self {
            Product::Archive { runner, key } => {
                let sign = key.as_ref().map(|key| |bytes: &[u8], comment: &str| key.sign(bytes, comment));
                let options = WriteOptions {
                    prefix: runner.as_ref().map_or(&[], |runner| &runner.bytes),
                    sign: sign.as_ref().map(|sign| sign as &bundle::Signer<'_>),
                    jobs,
                };
                let (manifest, size) =
                    bundle::write(contents, path, &options).map_err(CommandError::failure)?;
                Ok((size, manifest.frames.iter().map(|frame| frame.size).sum()))
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

/// The password of a key: typed at the terminal, or the first line of standard input, as minisign
/// has it.
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
