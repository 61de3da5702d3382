//! The shared libraries that the images of a Python need, on Linux, and how the images find them.
//!
//! A library that the distribution carries (in its `lib`, or in a folder that its images name) is
//! taken along. So is the loader, together with the C library. Others are those of the machine that
//! runs the program: they are listed, and with `--embed-libraries` taken from this machine.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::elf::{Changes, Elf};
use super::files::LibraryFile;
use super::{Distribution, DistributionError};
use crate::bundle::loader_slot;
use crate::project::pack::is_of_this_machine;

/// The images of a Python.
#[derive(Debug, Default)]
pub(super) struct Images {
    /// What to change, by path.
    pub changes: HashMap<String, Changes>,
    /// The path of the loader, if the Python brings its C library.
    pub loader: Option<String>,
    /// The libraries that the machine must have, with the images that need them.
    pub needs: BTreeMap<String, Vec<String>>,
}

/// The libraries of glibc and musl. The loader comes with them.
const C_LIBRARY: [&str; 14] = [
    "libc.so",
    "libm.so",
    "libdl.so",
    "libpthread.so",
    "librt.so",
    "libutil.so",
    "libresolv.so",
    "libanl.so",
    "libmvec.so",
    "libBrokenLocale.so",
    "libthread_db.so",
    "ld-linux",
    "ld64",
    "libc.musl",
];

fn is_of_c_library(name: &str) -> bool {
    C_LIBRARY.iter().any(|start| name.starts_with(start))
}

/// Adds the libraries that the images of `files` need, and says how to change the images.
pub(super) fn collect(
    distribution: &Distribution,
    files: &mut Vec<LibraryFile>,
    embeds: bool,
) -> Result<Images, DistributionError> {
    if !distribution.platform.contains("linux_") {
        return Ok(Images::default());
    }
    let mut collection = Collection::new(distribution, embeds);
    let mut todo: VecDeque<LibraryFile> = files.iter().filter(|file| is_elf(file)).cloned().collect();
    // The interpreter comes first: its folders count for the others.
    todo.make_contiguous().sort_by_key(|file| file.path != distribution.executable);
    while let Some(file) = todo.pop_front() {
        let found = collection.look(&file)?;
        todo.extend(found.iter().filter(|file| is_elf(file)).cloned());
        files.extend(found);
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(collection.images)
}

fn is_elf(file: &LibraryFile) -> bool {
    file.start(4).is_ok_and(|start| start == b"\x7fELF")
}

/// A note on the libraries that the machine must have.
pub(super) fn note(needs: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let list = |(library, images): (&String, &Vec<String>)| {
        let names = images
            .iter()
            .map(|path| path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or(path));
        format!("{library} (for {})", names.collect::<Vec<_>>().join(", "))
    };
    let list = needs.iter().map(list).collect::<Vec<_>>().join(", ");
    (!needs.is_empty()).then(|| {
        format!(
            "machines that run the program need {list}; --embed-libraries takes them along if they are here"
        )
    })
}

struct Collection<'d> {
    distribution: &'d Distribution,
    /// The folders of this machine's libraries, if they are to be taken.
    system: Vec<PathBuf>,
    /// The folders that the interpreter names.
    of_interpreter: Vec<PathBuf>,
    /// The libraries that were taken: their paths by their names.
    taken: BTreeMap<String, String>,
    images: Images,
}

impl<'d> Collection<'d> {
    fn new(distribution: &'d Distribution, embeds: bool) -> Collection<'d> {
        let system = if embeds { system_folders(distribution) } else { Vec::new() };
        let (taken, images) = (BTreeMap::new(), Images::default());
        Collection { distribution, system, of_interpreter: Vec::new(), taken, images }
    }

    /// Finds the libraries of an image. Returns those that are new.
    fn look(&mut self, file: &LibraryFile) -> Result<Vec<LibraryFile>, DistributionError> {
        let bytes = file.read()?;
        let Some(image) = Elf::parse(&bytes) else { return Ok(Vec::new()) };
        let origin = file.origin();
        let own = self.folders(&image, &origin);
        let is_interpreter = file.path == self.distribution.executable;
        let mut found = Vec::new();
        let mut changes = Changes::default();
        if is_interpreter {
            self.of_interpreter = own.clone();
            if let Some(loader) = image.loader().and_then(|loader| self.in_prefix(Path::new(loader))) {
                let taken = self.take("loader", &loader)?;
                self.images.loader = Some(taken.path.clone());
                changes.loader = Some(loader_slot());
                found.push(taken);
            }
        }
        // The interpreter's folders are also for libraries that programs load later.
        let mut needed: Vec<String> = match is_interpreter {
            true => own.iter().filter_map(|folder| self.entry_path(folder)).collect(),
            false => Vec::new(),
        };
        for name in image.needed() {
            if let Some(library) = self.library(name, &own, &file.path, &image, &mut found)? {
                needed.extend(library.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
            }
        }
        changes.folders = new_folders(&file.path, image.folders(), &needed);
        self.images.changes.insert(file.path.clone(), changes);
        Ok(found)
    }

    /// The path of a library that is taken along. `None` if it is the machine's.
    fn library(
        &mut self,
        name: &str,
        own: &[PathBuf],
        image_path: &str,
        image: &Elf<'_>,
        found: &mut Vec<LibraryFile>,
    ) -> Result<Option<String>, DistributionError> {
        if let Some(path) = self.taken.get(name) {
            return Ok(Some(path.clone()));
        }
        if is_of_c_library(name) && self.images.loader.is_none() {
            return Ok(None);
        }
        let lib = [self.distribution.prefix.join("lib")];
        let folders = own.iter().chain(&self.of_interpreter).chain(&lib).chain(&self.system);
        let file = folders.map(|folder| folder.join(name)).find(|file| is_for(file, image.machine()));
        match file {
            Some(file) => {
                let taken = self.take(name, &file)?;
                let path = taken.path.clone();
                found.push(taken);
                Ok(Some(path))
            }
            None => {
                self.images.needs.entry(name.to_owned()).or_default().push(image_path.to_owned());
                Ok(None)
            }
        }
    }

    fn take(&mut self, name: &str, file: &Path) -> Result<LibraryFile, DistributionError> {
        let file_name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = file.parent().and_then(|folder| self.entry_path(folder));
        let path = format!("{}/{file_name}", folder.as_deref().unwrap_or("lib"));
        self.taken.insert(name.to_owned(), path.clone());
        self.taken.insert(file_name, path.clone());
        let real = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let taken = LibraryFile::new(path, real)?;
        Ok(LibraryFile { executable: true, ..taken })
    }

    /// The folders that an image names, in this distribution.
    fn folders(&self, image: &Elf<'_>, file: &Path) -> Vec<PathBuf> {
        let origin = file.parent().unwrap_or(Path::new(""));
        let names = image.folders().unwrap_or_default().split(':').filter(|name| !name.is_empty());
        let folders = names.filter_map(|name| match name.strip_prefix("$ORIGIN") {
            Some(rest) => Some(normal(&origin.join(rest.trim_start_matches('/')))),
            None => self.in_prefix(Path::new(name)),
        });
        folders.collect()
    }

    /// A path of the build as one of this distribution. `None` if it is outside.
    fn in_prefix(&self, path: &Path) -> Option<PathBuf> {
        let prefix = &self.distribution.prefix;
        let built_for = self.distribution.built_for.as_deref().filter(|built_for| *built_for != "/usr");
        let inner = path.strip_prefix(prefix).ok();
        let inner = inner.or_else(|| path.strip_prefix(built_for?).ok());
        inner.map(|inner| prefix.join(inner)).filter(|path| path.exists())
    }

    /// A folder of the distribution, as a path of the unpacked Python.
    fn entry_path(&self, folder: &Path) -> Option<String> {
        let inner = folder.strip_prefix(&self.distribution.prefix).ok()?;
        inner.to_str().filter(|inner| !inner.is_empty()).map(str::to_owned)
    }
}

/// Whether the file is a library for this processor.
fn is_for(file: &Path, machine: u16) -> bool {
    file.is_file()
        && fs::read(file)
            .is_ok_and(|bytes| Elf::parse(&bytes).is_some_and(|library| library.machine() == machine))
}

/// The folders of libraries that an image at `path` names from now on. `None` if they stay.
fn new_folders(path: &str, old: Option<&str>, needed: &[String]) -> Option<String> {
    let relative = old.unwrap_or_default().split(':').filter(|name| name.starts_with("$ORIGIN"));
    let mut folders: Vec<String> = relative.map(str::to_owned).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for folder in needed {
        let relative = from_origin(path, folder);
        if seen.insert(folder) && !folders.contains(&relative) {
            folders.push(relative);
        }
    }
    if folders.is_empty() {
        // An empty list would be the working directory.
        return old.map(|_| "$ORIGIN".to_owned());
    }
    Some(folders.join(":")).filter(|new| Some(new.as_str()) != old)
}

/// `$ORIGIN/../lib`: a folder, seen from the image at `path`. Both are paths of the unpacked Python.
fn from_origin(path: &str, folder: &str) -> String {
    let own: Vec<&str> = path.split('/').rev().skip(1).collect();
    let own: Vec<&str> = own.into_iter().rev().collect();
    let other: Vec<&str> = folder.split('/').collect();
    let common = own.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let up = own[common..].iter().map(|_| "..");
    let parts: Vec<&str> = ["$ORIGIN"].into_iter().chain(up).chain(other[common..].iter().copied()).collect();
    parts.join("/")
}

/// A path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// Where libraries may be: in the distribution, and on this machine if that is of the same kind.
fn system_folders(distribution: &Distribution) -> Vec<PathBuf> {
    let processor = distribution.platform.rsplit("_").next().unwrap_or_default();
    let processor = if processor == "64" { "x86_64" } else { processor };
    let inner = |root: &Path| {
        let folders = [format!("lib/{processor}-linux-gnu"), "lib64".to_owned(), "lib".to_owned()];
        folders.map(|folder| root.join(folder))
    };
    let mut folders: Vec<PathBuf> = inner(&distribution.prefix).into();
    if is_of_this_machine(&distribution.platform) {
        for root in ["/usr/local", "/usr", "/"] {
            folders.extend(inner(Path::new(root)));
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_relative_to_the_image() {
        for (path, old, needed, expected) in [
            ("bin/python3.12", Some("/opt/lib"), &["lib"][..], Some("$ORIGIN/../lib")),
            ("lib/python3.12/lib-dynload/_ssl.so", Some("/opt/lib"), &["lib"], Some("$ORIGIN/../..")),
            ("lib/libssl.so.3", None, &["lib", "lib"], Some("$ORIGIN")),
            ("lib/libm.so", None, &[], None),
            ("lib/libm.so", Some("/opt/lib"), &[], Some("$ORIGIN")),
            ("bin/python3.12", Some("$ORIGIN/../lib"), &["lib"], None),
            ("bin/python3", Some("$ORIGIN/../x:/y"), &["lib/z"], Some("$ORIGIN/../x:$ORIGIN/../lib/z")),
        ] {
            let needed: Vec<String> = needed.iter().map(|&folder| folder.to_owned()).collect();
            assert_eq!(new_folders(path, old, &needed).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_c_library_comes_with_the_loader() {
        for (name, expected) in [
            ("libc.so.6", true),
            ("libm.so.6", true),
            ("ld-linux-x86-64.so.2", true),
            ("libcrypt.so.1", false),
        ] {
            assert_eq!(is_of_c_library(name), expected, "{name}");
        }
    }
}
