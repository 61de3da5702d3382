//! Selects the modules of the standard library that a program may import.
//!
//! The search starts from what the program imports, what the user keeps, and what the interpreter
//! needs: the codecs, which programs name by texts, and every module whose name is a text in the
//! interpreter. Modules are followed by their [`imports`]. Extension modules and pycs are followed by
//! the names of modules among their texts. That takes too much rather than too little.

use std::collections::{BTreeMap, BTreeSet};

use bumpalo::Bump;
use memchr::memmem;

use super::files::LibraryFile;
use super::imports::{self, Imports};
use super::rules::{self, Tally};
use super::{DistributionError, Embedding, Layout};
use crate::targets::Target;

/// The packages that programs name by texts: `"text".encode("cp1252")`.
const NAMED_BY_TEXTS: [&str; 1] = ["encodings"];

/// The prefix of the module with the settings of the build. Its name has the platform.
const SETTINGS: &str = "_sysconfigdata";

/// The modules of a standard library, with the numbers of their files.
pub(super) struct Modules(BTreeMap<String, Vec<usize>>);

impl Modules {
    pub(super) fn new(files: &[LibraryFile], library: &str) -> Modules {
        let mut modules: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, file) in files.iter().enumerate() {
            if let Some(name) = module_name(&file.path, library) {
                modules.entry(name).or_default().push(number);
            }
        }
        Modules(modules)
    }

    /// Whether there is a module or package of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A package with all that is in it.
    fn of_package<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m String> {
        self.0.keys().filter(move |own| {
            own.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// The name of the module in a file: `xml.dom` for `lib/python3.12/xml/dom/__init__.py`. `None` if the
/// file is no module of the library.
fn module_name(path: &str, library: &str) -> Option<String> {
    let inner = path.strip_prefix(library).and_then(|rest| rest.strip_prefix('/'));
    if let Some(native) =
        inner.and_then(|inner| inner.strip_prefix("lib-dynload/")).or_else(|| path.strip_prefix("DLLs/"))
    {
        let is_module = native.ends_with(".so") || native.ends_with(".pyd");
        return is_module.then(|| native.split('.').next().unwrap_or(native).to_owned());
    }
    let stem = inner?.strip_suffix(".py").or_else(|| inner?.strip_suffix(".pyc"))?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    let is_name = stem.split('/').all(|part| part.bytes().all(|it| it == b'_' || it.is_ascii_alphanumeric()));
    let is_in_package = !stem.contains("-packages/") && !stem.contains("__pycache__");
    (is_name && is_in_package || stem.starts_with(SETTINGS)).then(|| stem.replace('/', "."))
}

/// Leaves out the modules that the program does not import, and the data of such packages.
pub(super) fn retain_imported(
    files: &mut Vec<LibraryFile>,
    layout: Layout,
    library: &str,
    embedding: &Embedding<'_>,
    target: Target,
    tally: &mut Tally,
) -> Result<(), DistributionError> {
    let modules = Modules::new(files, library);
    let mut search = Search { files, modules: &modules, target, found: BTreeSet::new(), arena: Bump::new() };
    for package in NAMED_BY_TEXTS.iter().copied().chain(embedding.keep.iter().map(String::as_str)) {
        search.add(modules.of_package(package).cloned().collect())?;
    }
    search.add(modules.0.keys().filter(|name| name.starts_with(SETTINGS)).cloned().collect())?;
    search.add(embedding.imports.clone())?;
    for file in files.iter().filter(|file| is_interpreter(&file.path, layout)) {
        search.add(search.texts(&file.read()?))?;
    }
    let found = search.found;
    let mut images = Vec::new();
    for name in &found {
        for &number in &modules.0[name] {
            if files[number].path.ends_with(".pyd") {
                images.push(files[number].read()?);
            }
        }
    }
    let is_needed = |name: &str| images.iter().any(|image| memmem::find(image, name.as_bytes()).is_some());
    let keeps = |path: &str| match module_name(path, library) {
        Some(name) => found.contains(&name),
        None => match path.strip_prefix("DLLs/") {
            Some(name) => is_needed(name),
            None => is_data_of(path, library, &found),
        },
    };
    files.retain(|file| {
        let keeps = keeps(&file.path);
        if !keeps {
            tally.add(&rules::NOT_IMPORTED, file);
        }
        keeps
    });
    Ok(())
}

/// Whether a data file is outside of packages, or in one that is taken.
fn is_data_of(path: &str, library: &str, found: &BTreeSet<String>) -> bool {
    let inner = path.strip_prefix(library).and_then(|rest| rest.strip_prefix('/'));
    let package = inner.and_then(|inner| inner.split_once('/')).map(|(package, _)| package);
    package.is_none_or(|package| found.contains(package))
}

/// Whether a file is the interpreter or its library.
fn is_interpreter(path: &str, layout: Layout) -> bool {
    match layout {
        Layout::Unix => path.starts_with("bin/") || path.starts_with("lib/libpython"),
        Layout::Windows | Layout::Embeddable => path.starts_with("python3") && path.ends_with(".dll"),
    }
}

struct Search<'s> {
    files: &'s [LibraryFile],
    modules: &'s Modules,
    target: Target,
    found: BTreeSet<String>,
    arena: Bump,
}

impl Search<'_> {
    /// Adds modules, and all that they import.
    fn add(&mut self, names: Imports) -> Result<(), DistributionError> {
        let mut todo: Vec<String> = names.into_iter().collect();
        while let Some(name) = todo.pop() {
            // The packages around it are imported first.
            todo.extend(name.rsplit_once('.').map(|(package, _)| package.to_owned()));
            let Some(files) = self.modules.0.get(&name).filter(|_| !self.found.contains(&name)) else {
                continue;
            };
            for &number in files {
                todo.extend(self.imports(&name, &self.files[number])?);
            }
            self.found.insert(name);
            self.arena.reset();
        }
        Ok(())
    }

    fn imports(&self, name: &str, file: &LibraryFile) -> Result<Imports, DistributionError> {
        let bytes = file.read()?;
        if file.path.ends_with(".pyc") {
            return Ok(self.texts_of_pyc(&bytes));
        }
        if !file.path.ends_with(".py") {
            return Ok(self.texts(&bytes));
        }
        let mut found = Imports::new();
        let is_package = file.path.ends_with("/__init__.py");
        imports::add(&self.arena, &bytes, self.target, name, is_package, &mut found);
        Ok(found)
    }

    /// The modules whose names are texts in an image. A zero byte ends a text; a linker may let it
    /// begin inside of another.
    fn texts(&self, image: &[u8]) -> Imports {
        let is_of_name = |byte: &u8| *byte == b'.' || *byte == b'_' || byte.is_ascii_alphanumeric();
        let ended = image.split(|&byte| byte == 0).flat_map(|text| {
            let length = text.iter().rev().take_while(|byte| is_of_name(byte)).count();
            let starts = text.len() - length..text.len();
            starts.filter_map(|start| std::str::from_utf8(&text[start..]).ok())
        });
        ended.filter(|text| self.modules.has(text)).map(str::to_owned).collect()
    }

    /// The modules whose names are texts in a pyc. The byte before a text is its length.
    fn texts_of_pyc(&self, pyc: &[u8]) -> Imports {
        let texts = pyc.iter().enumerate().filter_map(|(at, &length)| {
            let text = pyc.get(at + 1..at + 1 + usize::from(length))?;
            std::str::from_utf8(text).ok()
        });
        texts.filter(|text| self.modules.has(text)).map(str::to_owned).collect()
    }
}

/// Notes on modules that the program imports and that are left out.
pub(super) fn missing(library: &str, imports: &Imports, tally: &Tally) -> Vec<String> {
    let names: BTreeSet<String> = tally.paths.iter().filter_map(|path| module_name(path, library)).collect();
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !name.contains('.') && imports.contains(*name))
        .map(String::as_str)
        .collect();
    match missing.is_empty() {
        true => Vec::new(),
        false => vec![format!(
            "the program may import {list}, which {is} left out; take {them} along with --keep {first}",
            list = missing.join(", "),
            is = if missing.len() == 1 { "is" } else { "are" },
            them = if missing.len() == 1 { "it" } else { "them" },
            first = missing[0]
        )],
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::files::Source;
    use super::*;
    use crate::targets::Version;

    #[test]
    fn names_of_modules_are_their_paths() {
        for (path, library, expected) in [
            ("lib/python3.12/os.py", "lib/python3.12", Some("os")),
            ("lib/python3.12/xml/dom/__init__.py", "lib/python3.12", Some("xml.dom")),
            (
                "lib/python3.12/lib-dynload/_ssl.cpython-312-x86_64-linux-gnu.so",
                "lib/python3.12",
                Some("_ssl"),
            ),
            (
                "lib/python3.12/_sysconfigdata__linux_x86_64-linux-gnu.py",
                "lib/python3.12",
                Some("_sysconfigdata__linux_x86_64-linux-gnu"),
            ),
            ("DLLs/_ssl.pyd", "Lib", Some("_ssl")),
            ("DLLs/libssl-3.dll", "Lib", None),
            ("Lib/json/decoder.pyc", "Lib", Some("json.decoder")),
            ("lib/python3.12/LICENSE.txt", "lib/python3.12", None),
            ("lib/python3.12/site-packages/pip/__init__.py", "lib/python3.12", None),
            ("bin/python3.12", "lib/python3.12", None),
        ] {
            assert_eq!(module_name(path, library).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn what_is_imported_is_followed() {
        let file = |path: &str, content: &[u8]| LibraryFile {
            path: format!("lib/python3/{path}"),
            source: Source::Packed(PathBuf::from(path), content.to_vec()),
            size: 0,
            executable: false,
        };
        let files = [
            file("a/__init__.py", b"from . import b"),
            file("a/b.py", b"def f(): import native"),
            file("a/c.py", b""),
            file("lib-dynload/native.so", b"\x7fELF\0json.tool\0d\0zzz\0"),
            file("json/__init__.py", b""),
            file("json/tool.py", b""),
            file("d.pyc", b"....z\x01ez\x03zzz"),
            file("e.py", b""),
            file("zzz.py", b""),
            file("unused.py", b"import a"),
        ];
        let modules = Modules::new(&files, "lib/python3");
        let target = Target::newest(Version::last());
        let mut search =
            Search { files: &files, modules: &modules, target, found: BTreeSet::new(), arena: Bump::new() };
        search.add(Imports::from(["a".to_owned()])).expect("all are readable");
        let found: Vec<&str> = search.found.iter().map(String::as_str).collect();
        assert_eq!(found, ["a", "a.b", "d", "e", "json", "json.tool", "native", "zzz"]);
    }
}
