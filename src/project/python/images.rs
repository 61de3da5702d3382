//! The platform of a distribution, from the headers of its images.

use std::fs;
use std::path::Path;

use super::files::LibraryFile;
use super::find::Found;
use super::{DistributionError, Layout, elf, rules};
use crate::project::FileError;
use crate::project::pack::{are_of_one_machine, image_platforms};

/// The oldest glibc that is assumed if no image names one: that of the first arm64.
const OLDEST_GLIBC: (u32, u32) = (2, 17);

/// The tag of wheels for the platform of the interpreter.
pub(super) fn platform(
    path: &Path,
    found: &Found,
    files: &[LibraryFile],
) -> Result<String, DistributionError> {
    let read = |file: &Path| fs::read(file).map_err(|error| FileError::new("read", file, error));
    let interpreter = read(&found.interpreter)?;
    let platforms = image_platforms(&interpreter);
    let unknown = |platform: String| DistributionError::NoPlatform { path: path.to_owned(), platform };
    let name = platforms.first().ok_or_else(|| unknown("an unknown platform".to_owned()))?;
    let (system, processor) = name.split_once('-').unwrap_or((name, ""));
    match (system, found.layout) {
        ("win" | "win32", Layout::Windows | Layout::Embeddable) => Ok(name.replace('-', "_")),
        ("macosx", Layout::Unix) => {
            let oldest = found.setting("MACOSX_DEPLOYMENT_TARGET").unwrap_or_else(|| "11.0".to_owned());
            let (major, minor) = oldest.split_once('.').unwrap_or((&oldest, "0"));
            let processor = if platforms.len() > 1 { "universal2" } else { processor };
            Ok(format!("macosx_{major}_{minor}_{processor}"))
        }
        ("linux", Layout::Unix) => {
            let image = elf::Elf::parse(&interpreter).ok_or_else(|| unknown(name.clone()))?;
            if image.loader().is_some_and(|loader| loader.contains("ld-musl")) {
                return Ok(format!("musllinux_1_2_{processor}"));
            }
            let mut newest = image.glibc().max(Some(OLDEST_GLIBC));
            for file in files.iter().filter(|file| is_image_of_program(file)) {
                newest = newest.max(elf::Elf::parse(&file.read()?).and_then(|image| image.glibc()));
            }
            for library in fs::read_dir(found.prefix.join("lib")).into_iter().flatten().flatten() {
                let is_python = library.file_name().to_string_lossy().starts_with("libpython3");
                if is_python && library.path().is_file() {
                    let bytes = read(&library.path())?;
                    newest = newest.max(elf::Elf::parse(&bytes).and_then(|image| image.glibc()));
                }
            }
            let (major, minor) = newest.unwrap_or(OLDEST_GLIBC);
            Ok(format!("manylinux_{major}_{minor}_{processor}"))
        }
        _ => Err(unknown(name.clone())),
    }
}

/// How an executable is linked. The first needs nothing of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Linking {
    Static,
    Dynamic,
}

/// Whether an executable runs on the platform with this tag of wheels, and how it is linked. A Linux
/// with musl has no loader for glibc, and the reverse.
pub fn runs_on(tag: &str, executable: &[u8]) -> Option<Linking> {
    if !are_of_one_machine(tag, &image_platforms(executable)) {
        return None;
    }
    let image = elf::Elf::parse(executable);
    let Some(loader) = image.as_ref().map(elf::Elf::loader) else { return Some(Linking::Dynamic) };
    match loader {
        None => Some(Linking::Static),
        Some(loader) => (loader.contains("musl") == tag.starts_with("musl")).then_some(Linking::Dynamic),
    }
}

fn is_image_of_program(file: &LibraryFile) -> bool {
    file.path.contains("/lib-dynload/")
        && rules::keeps(file, &["tkinter".to_owned()], &mut rules::Tally::default())
}
