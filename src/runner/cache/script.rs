//! The console script that starts a function, in a folder of its own, as installers write one.
//!
//! A file rather than an option of the interpreter: programs start themselves anew as `[sys.executable, *sys.argv]` (servers that reload do), and
//! tracebacks begin with it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::check::is_mere_data;
use super::place::folder_builder;
use crate::bundle::{EntryPoint, Manifest, check_path};

/// Python puts the script's folder first on `sys.path`, where programs that run other scripts (coverage, pdb) look for it and replace it; there are no modules in
/// it. Where `-E` or `-I` hides `PYTHONPATH`, that of the modules is added.
const SCRIPT: &str = r#"import sys

if __name__ == "__main__":
    import importlib
    import operator
    import os

    modules = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "files")
    if modules not in sys.path:
        sys.path.insert(0, modules)
    main = operator.attrgetter(@FUNCTION@)(importlib.import_module(@MODULE@))
    sys.exit(main())
"#;

/// Where the script is in an entry.
pub(super) fn path(place: &Path, manifest: &Manifest) -> PathBuf {
    // An application may have a name that no file can have, or one that hides a module: `json.py`.
    let name = &manifest.name;
    let is_file_name = !name.contains('/') && check_path(name).is_ok() && is_mere_data(name);
    place.join("bin").join(if is_file_name { name } else { "app" })
}

/// Writes the script, if there is to be one.
pub(super) fn write(place: &Path, manifest: &Manifest) -> io::Result<()> {
    let Some(text) = text(manifest)? else { return Ok(()) };
    folder_builder().create(place.join("bin"))?;
    fs::write(path(place, manifest), text)
}

/// Whether the script is there as it was written, and alone in its folder, or there is to be none.
pub(super) fn is_there(place: &Path, manifest: &Manifest) -> bool {
    let path = path(place, manifest);
    let is_alone = || fs::read_dir(place.join("bin")).is_ok_and(|entries| entries.count() == 1);
    match text(manifest) {
        Ok(Some(text)) => fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) && is_alone(),
        Ok(None) => true,
        Err(_) => false,
    }
}

fn text(manifest: &Manifest) -> io::Result<Option<String>> {
    let EntryPoint::Function { module, function } = &manifest.entry_point else { return Ok(None) };
    // A string of JSON is one of Python.
    let script = SCRIPT.replace("@MODULE@", &serde_json::to_string(module)?);
    Ok(Some(script.replace("@FUNCTION@", &serde_json::to_string(function)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Frame;

    #[test]
    fn scripts_have_the_name_of_the_application_if_that_harms_nothing() {
        for (name, expected) in [
            ("my.app", "my.app"),
            ("größe", "größe"),
            ("a b", "a b"),
            ("json.py", "app"),
            ("../up", "app"),
            ("a/b", "app"),
            ("con", "app"),
            ("", "app"),
        ] {
            let frame = Frame { compressed: 0, size: 0, blake3: String::new(), parent: None };
            let manifest = Manifest {
                name: name.to_owned(),
                entry_point: EntryPoint::Main,
                scripts: Default::default(),
                system_site_packages: false,
                variants: Vec::new(),
                has_sources: false,
                requires_python: None,
                frames: Vec::new(),
                index: frame,
            };
            assert_eq!(path(Path::new("entry"), &manifest), Path::new("entry/bin").join(expected), "{name}");
        }
    }
}
