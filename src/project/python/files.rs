//! Lists the files of a distribution, with their places in an unpacked Python.
//!
//! A Python for Unix keeps its arrangement. The files of Windows' embeddable zip are arranged as in
//! an installed Python: the extension modules in `DLLs`, the standard library in `Lib`. Its
//! `python312._pth` would cut the program off from its environment, and is left out.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{DistributionError, Layout};
use crate::project::FileError;

/// A file of a Python.
#[derive(Clone, Debug)]
pub(super) struct LibraryFile {
    /// Relative to the prefix, with `/`.
    pub path: String,
    pub source: Source,
    pub size: u64,
    pub executable: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    File(PathBuf),
    /// The content of a file in an archive, whose path this is.
    Packed(PathBuf, Vec<u8>),
}

impl LibraryFile {
    pub(super) fn new(path: String, file: PathBuf) -> Result<LibraryFile, DistributionError> {
        let metadata = fs::metadata(&file).map_err(|error| FileError::new("read", &file, error))?;
        Ok(LibraryFile {
            executable: is_executable(&path, &metadata),
            path,
            source: Source::File(file),
            size: metadata.len(),
        })
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, FileError> {
        match &self.source {
            Source::File(file) => fs::read(file).map_err(|error| FileError::new("read", file, error)),
            Source::Packed(_, bytes) => Ok(bytes.clone()),
        }
    }

    /// The first bytes.
    pub(super) fn start(&self, length: u64) -> Result<Vec<u8>, FileError> {
        let Source::File(file) = &self.source else { return self.read() };
        let mut start = Vec::new();
        let read = File::open(file).and_then(|opened| opened.take(length).read_to_end(&mut start));
        read.map(|_| start).map_err(|error| FileError::new("read", file, error))
    }

    /// The file, for messages.
    pub(super) fn origin(&self) -> PathBuf {
        match &self.source {
            Source::File(file) | Source::Packed(file, _) => file.clone(),
        }
    }
}

/// The mode of a file on Windows says nothing, so names decide there.
#[cfg(unix)]
fn is_executable(path: &str, metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    // A module may have a shebang, but its pyc does not start with one.
    metadata.permissions().mode() & 0o100 != 0 && !path.ends_with(".py")
}

#[cfg(not(unix))]
fn is_executable(path: &str, _: &fs::Metadata) -> bool {
    path.starts_with("bin/") || path.contains(".so") || path.ends_with(".exe") || path.ends_with(".dll")
}

/// Lists the files that may be taken, sorted by their paths. `library` is the folder of the standard
/// library.
pub(super) fn list(
    prefix: &Path,
    layout: Layout,
    library: &str,
) -> Result<Vec<LibraryFile>, DistributionError> {
    let mut files = Vec::new();
    match layout {
        Layout::Unix => {
            let name = library.rsplit('/').next().unwrap_or(library);
            let interpreter = format!("bin/{name}");
            files.push(LibraryFile::new(interpreter.clone(), prefix.join(interpreter))?);
            walk(prefix, library, &mut files)?;
            walk(prefix, &format!("include/{name}"), &mut files)?;
            for folder in of_tcl(&prefix.join("lib")) {
                walk(prefix, &format!("lib/{folder}"), &mut files)?;
            }
            files.extend(license_of_prefix(prefix, name, library)?);
        }
        Layout::Windows => walk(prefix, "", &mut files)?,
        Layout::Embeddable => {
            walk(prefix, "", &mut files)?;
            arrange(&mut files)?;
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn walk(prefix: &Path, folder: &str, files: &mut Vec<LibraryFile>) -> Result<(), DistributionError> {
    let root = if folder.is_empty() { prefix.to_owned() } else { prefix.join(folder) };
    if !root.is_dir() {
        return Ok(());
    }
    for entry in WalkDir::new(&root) {
        let entry = entry.map_err(|error| FileError::new("read", &root, error.into()))?;
        // A link that leads nowhere is no file.
        if !entry.path().is_file() {
            continue;
        }
        let relative = entry.path().strip_prefix(prefix).ok().and_then(Path::to_str);
        if let Some(relative) = relative {
            let path = relative.replace(std::path::MAIN_SEPARATOR, "/");
            files.push(LibraryFile::new(path, entry.path().to_owned())?);
        }
    }
    Ok(())
}

/// `tcl8.6`, `tk8.6`: the folders of modules for tkinter.
fn of_tcl(lib: &Path) -> Vec<String> {
    let names = fs::read_dir(lib).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| super::rules::is_of_tcl(name)).collect();
    names.sort_unstable();
    names
}

/// A text of the licence that is not in the library: that of the prefix, or of a Linux distribution.
fn license_of_prefix(
    prefix: &Path,
    name: &str,
    library: &str,
) -> Result<Option<LibraryFile>, DistributionError> {
    let is_file = |inner: &String| prefix.join(inner).is_file();
    if is_file(&format!("{library}/LICENSE.txt")) {
        return Ok(None);
    }
    let places = [
        "LICENSE.txt".to_owned(),
        "LICENSE".to_owned(),
        format!("share/doc/{name}/copyright"),
        format!("share/doc/lib{name}-stdlib/copyright"),
        format!("share/doc/lib{name}-minimal/copyright"),
        format!("share/doc/{name}-minimal/copyright"),
        format!("share/licenses/{name}/LICENSE"),
    ];
    let found = places.into_iter().find(is_file);
    found.map(|inner| LibraryFile::new(format!("{library}/LICENSE.txt"), prefix.join(inner))).transpose()
}

/// The path of the licence's text.
pub(super) fn license(files: &[LibraryFile]) -> Option<String> {
    let is_license = |file: &&LibraryFile| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        ["LICENSE.txt", "LICENSE"].contains(&name)
            && !file.path.contains("-packages/")
            && file.path.matches('/').count() <= 2
    };
    files.iter().find(is_license).map(|file| file.path.clone())
}

/// Arranges the files of the embeddable zip as in an installed Python.
fn arrange(files: &mut Vec<LibraryFile>) -> Result<(), DistributionError> {
    let mut library = Vec::new();
    for file in files.iter_mut() {
        let name = file.path.to_lowercase();
        let is_of_python = name.starts_with("python") || name.starts_with("vcruntime");
        if name.starts_with("python3") && name.ends_with(".zip") {
            library = unzipped(&file.origin())?;
        } else if (name.ends_with(".pyd") || name.ends_with(".dll")) && !is_of_python && !name.contains('/') {
            file.path = format!("DLLs/{}", file.path);
        }
    }
    files.retain(|file| !file.path.ends_with(".zip"));
    files.append(&mut library);
    Ok(())
}

fn unzipped(path: &Path) -> Result<Vec<LibraryFile>, DistributionError> {
    let failed = |error: io::Error| FileError::new("read", path, error);
    let mut zip = zip::ZipArchive::new(File::open(path).map_err(failed)?).map_err(|it| failed(it.into()))?;
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| failed(error.into()))?;
        let Some(name) = entry.enclosed_name().filter(|_| entry.is_file()) else { continue };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(failed)?;
        let inner = name.to_string_lossy().replace('\\', "/");
        files.push(LibraryFile {
            path: format!("Lib/{inner}"),
            size: bytes.len() as u64,
            source: Source::Packed(path.join(&name), bytes),
            executable: false,
        });
    }
    Ok(files)
}
