//! Finds the interpreter and the standard library in the folder of a distribution, and reads its
//! version.

use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::{DistributionError, Layout, open};
use crate::project::FileError;
use crate::targets::Target;

/// A Python in a folder.
pub(super) struct Found {
    pub prefix: PathBuf,
    pub layout: Layout,
    /// The file of the interpreter.
    pub interpreter: PathBuf,
    /// The folder of the standard library, in the prefix.
    pub library: String,
    /// `3.12`
    version: String,
    /// The text of `_sysconfigdata*.py`.
    settings: Option<String>,
}

/// The folders of a distribution in which its prefix may be.
const PREFIXES: [&str; 6] = ["", "python", "python/install", "install", "usr", "tools"];

/// Finds the Python in `folder`. `path` is what the user named.
pub(super) fn find(path: &Path, folder: &Path, wanted: Option<Target>) -> Result<Found, DistributionError> {
    if let Ok(settings) = fs::read_to_string(folder.join("pyvenv.cfg")) {
        let home = settings.lines().find_map(|line| line.strip_prefix("home")?.trim().strip_prefix('='));
        let home = home.map_or("see its pyvenv.cfg", str::trim).to_owned();
        return Err(DistributionError::VirtualEnvironment { path: path.to_owned(), home });
    }
    let named = path.file_name().and_then(|name| name.to_str()).filter(|name| open::is_interpreter(name));
    let named = named.and_then(|name| name.strip_prefix("python3.")).map(|minor| format!("3.{minor}"));
    let mut found = Vec::new();
    for prefix in PREFIXES.iter().map(|inner| folder.join(inner)).filter(|prefix| prefix.is_dir()) {
        found.extend(on_unix(&prefix));
        found.extend(on_windows(path, &prefix)?);
        if !found.is_empty() {
            break;
        }
    }
    if found.is_empty() {
        return Err(DistributionError::NoPython(path.to_owned()));
    }
    let asked = named.or_else(|| wanted.map(|target| target.version().to_string()));
    let versions: Vec<String> = found.iter().map(|found| found.version.clone()).collect();
    if let Some(asked) = asked {
        let is_asked = |found: &Found| found.version.trim_end_matches('t') == asked.trim_end_matches('t');
        let exact = found.into_iter().find(is_asked);
        let other = || {
            let (path, found) = (path.to_owned(), versions.join(", "));
            DistributionError::OtherVersion { path, found, wanted: asked.clone() }
        };
        return exact.ok_or_else(other)?.check(path);
    }
    match <[Found; 1]>::try_from(found) {
        Ok([one]) => one.check(path),
        Err(_) => Err(DistributionError::Several { path: path.to_owned(), versions: versions.join(", ") }),
    }
}

/// The Pythons of a prefix: `bin/python3.12`.
fn on_unix(prefix: &Path) -> Vec<Found> {
    let names = fs::read_dir(prefix.join("bin")).into_iter().flatten().flatten();
    let mut names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_by_key(|name| (name.len(), name.clone()));
    let found = names.iter().filter_map(|name| {
        let minor = name.strip_prefix("python3.")?;
        let is_version = open::is_interpreter(name) && !minor.is_empty();
        let library = format!("lib/{name}");
        let interpreter = fs::canonicalize(prefix.join("bin").join(name)).ok()?;
        // A folder of links has no library.
        let real =
            || Some(interpreter.parent()?.parent()?.to_owned()).filter(|real| real.join(&library).is_dir());
        let is_here = prefix.join(&library).is_dir();
        let prefix = if is_here { prefix.to_owned() } else { real().unwrap_or_else(|| prefix.to_owned()) };
        is_version.then(|| Found {
            prefix: prefix.clone(),
            layout: Layout::Unix,
            interpreter,
            settings: settings(&prefix.join(&library)),
            library,
            version: format!("3.{minor}"),
        })
    });
    found.collect()
}

/// The Python beside a `python.exe`.
fn on_windows(path: &Path, prefix: &Path) -> Result<Option<Found>, DistributionError> {
    let interpreter = prefix.join("python.exe");
    if !interpreter.is_file() {
        return match prefix.join("python_d.exe").is_file() {
            true => Err(DistributionError::OtherBuild { path: path.to_owned(), kind: "debug" }),
            false => Ok(None),
        };
    }
    let entries = fs::read_dir(prefix).map_err(|error| FileError::new("read", prefix, error))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let of_library = |name: String| {
        let name = name.to_lowercase();
        let minor = name.strip_prefix("python3")?.strip_suffix(".dll")?.to_owned();
        (!minor.is_empty()).then_some(minor)
    };
    let Some(minor) = names.filter_map(of_library).min() else {
        return Err(DistributionError::NoLibrary {
            path: path.to_owned(),
            missing: "python3X.dll".to_owned(),
        });
    };
    let is_whole = prefix.join("Lib/os.py").is_file();
    let layout = if is_whole { Layout::Windows } else { Layout::Embeddable };
    Ok(Some(Found {
        prefix: prefix.to_owned(),
        layout,
        interpreter,
        library: "Lib".to_owned(),
        version: format!("3.{minor}"),
        settings: None,
    }))
}

/// The text of `_sysconfigdata*.py`.
fn settings(library: &Path) -> Option<String> {
    let entries = fs::read_dir(library).ok()?.flatten();
    let is_data = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("_sysconfigdata") && name.ends_with(".py")
    };
    let file = entries.map(|entry| entry.path()).filter(is_data).min()?;
    fs::read_to_string(file).ok()
}

impl Found {
    /// The value of a setting of the build: `'prefix': '/usr'`.
    pub(super) fn setting(&self, name: &str) -> Option<String> {
        let text = self.settings.as_ref()?;
        let after = text.split_once(&format!("'{name}': "))?.1;
        let value = after.split([',', '\n', '}']).next()?.trim().trim_matches('\'');
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// The path of the interpreter in the entry.
    pub(super) fn executable_path(&self) -> String {
        match self.layout {
            Layout::Unix => format!("bin/python{}", self.version),
            Layout::Windows | Layout::Embeddable => "python.exe".to_owned(),
        }
    }

    /// Rejects builds that cannot run a program of the usual build.
    fn check(self, path: &Path) -> Result<Found, DistributionError> {
        let other = |kind| DistributionError::OtherBuild { path: path.to_owned(), kind };
        let is_on = |name: &str| self.setting(name).is_some_and(|value| value != "0");
        if self.version.ends_with('t') || is_on("Py_GIL_DISABLED") {
            return Err(other("free-threaded"));
        }
        if self.version.ends_with('d') || is_on("Py_DEBUG") {
            return Err(other("debug"));
        }
        let landmark = match self.layout {
            Layout::Unix => format!("{}/os.py", self.library),
            Layout::Windows => "Lib/os.py".to_owned(),
            Layout::Embeddable => format!("python{}.zip", self.version.replace('.', "")),
        };
        match self.prefix.join(&landmark).is_file() {
            true => Ok(self),
            false => Err(DistributionError::NoLibrary { path: path.to_owned(), missing: landmark }),
        }
    }
}

/// The target that a Python is.
pub(super) fn target(
    path: &Path,
    found: &Found,
    wanted: Option<Target>,
) -> Result<Target, DistributionError> {
    let no_version = |reason: String| DistributionError::NoVersion { path: path.to_owned(), reason };
    let release = match header_release(found) {
        Some(release) => release,
        None => image_release(found)?.ok_or_else(|| {
            no_version("there is no patchlevel.h, and its interpreter does not tell".to_owned())
        })?,
    };
    let target: Target =
        release.trim_end_matches('+').parse().map_err(|error| no_version(format!("{error}")))?;
    match wanted {
        Some(wanted) if wanted != target && wanted != Target::newest(target.version()) => {
            Err(DistributionError::OtherVersion {
                path: path.to_owned(),
                found: target.to_string(),
                wanted: wanted.to_string(),
            })
        }
        _ => Ok(target),
    }
}

/// The release in `patchlevel.h`.
fn header_release(found: &Found) -> Option<String> {
    let inner = format!("include/python{}/patchlevel.h", found.version);
    let header = [inner.as_str(), "include/patchlevel.h"]
        .into_iter()
        .find_map(|inner| fs::read_to_string(found.prefix.join(inner)).ok())?;
    let line = header.lines().find_map(|line| line.trim().strip_prefix("#define PY_VERSION"))?;
    let text = line.split('"').nth(1)?;
    text.starts_with(&format!("{}.", found.version)).then(|| text.to_owned())
}

/// The release in the interpreter or its library: a text that consists of it, if there is only one.
fn image_release(found: &Found) -> Result<Option<String>, DistributionError> {
    let mut files = vec![found.interpreter.clone()];
    let plain = found.version.replace('.', "");
    for name in [
        format!("lib/libpython{}.so.1.0", found.version),
        format!("lib/libpython{}.dylib", found.version),
        format!("python{plain}.dll"),
    ] {
        files.extend(Some(found.prefix.join(name)).filter(|file| file.is_file()));
    }
    let mut releases = Vec::new();
    for file in files {
        let bytes = fs::read(&file).map_err(|error| FileError::new("read", &file, error))?;
        releases.extend(releases_in(&bytes, &found.version));
    }
    releases.sort_unstable();
    releases.dedup();
    Ok(releases.pop().filter(|_| releases.is_empty()))
}

/// The texts between zero bytes that are releases of a version.
fn releases_in(bytes: &[u8], version: &str) -> Vec<String> {
    let start = format!("\0{version}.");
    let found = memmem::find_iter(bytes, start.as_bytes()).filter_map(|at| {
        let text = bytes[at + 1..].split(|&byte| byte == 0).next()?;
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() < 16)?;
        let is_release = text.split('.').count() == 3
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+".contains(&byte));
        is_release.then(|| text.to_owned())
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::releases_in;

    #[test]
    fn an_image_has_its_release_as_a_text() {
        for (bytes, expected) in [
            (&b"a\x003.12.1\0b"[..], &["3.12.1"][..]),
            (b"\x003.12.0rc1\x003.45.1\0", &["3.12.0rc1"]),
            (b"/opt/3.12.1\x003.12.1/lib\x003.12.\xff\0", &[]),
            (b"\x003.12.10", &["3.12.10"]),
        ] {
            assert_eq!(releases_in(bytes, "3.12"), expected);
        }
    }
}
