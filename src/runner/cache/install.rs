//! Decides where the files of a bundle go in its environment and what they contain, as an installer
//! does with wheels.
//!
//! | in the archive | in the entry |
//! |---|---|
//! | `NAME-VERSION.data/scripts/X` | `bin/X`, with the entry's interpreter in the first line if it is `#!python` |
//! | `NAME-VERSION.data/data/X` | `X` |
//! | `NAME-VERSION.data/headers/X` | `include/site/python3.12/NAME/X` |
//! | `NAME-VERSION.data/purelib/X`, `…/platlib/X` | `site-packages/X` |
//! | any other `X` | `site-packages/X` |
//! | `[console_scripts]` of `*.dist-info/entry_points.txt` | `bin/SCRIPT` |
//!
//! The files of a Python keep their paths.
//!
//! [`Plan::bytes`] is the only definition of a file's contents. Unpacking writes them, and checking
//! compares with them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::environment::{BYTECODE, Environment, SCRIPTS, SETTINGS};
use super::{CacheError, Failure, Obstacle, script};
use crate::bundle::{
    Archive, Blobs, Distribution, EntryPoint, FileEntry, Form, Index, Manifest, folders, is_metadata_folder,
    path_errors, with_co_filename, with_loader,
};
use crate::runner::redirector::{Kind, Launchers};

/// The record, relative to the entry.
pub(super) const RECORD: &str = "record";

/// Hides the user's `PYTHONPATH` from the program. The name sorts before other `.pth` files.
const HIDING_NAME: &str = "0_crosspyc.pth";
const HIDING: &[u8] = include_bytes!("hide_path.pth");

/// A file of an entry.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// Relative to the entry, with `/`.
    pub path: String,
    pub executable: bool,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    /// A blob, unchanged.
    Packed(usize),
    /// A blob that is a pyc.
    Module(usize, Form),
    /// A blob that is a script of a wheel.
    Script(usize),
    /// A blob that is an interpreter, which the loader at this path loads.
    Loaded(usize, &'a str),
    /// Contents that the runner generates.
    Written(Vec<u8>),
    /// A symbolic link.
    Link(&'a Path),
    /// The program that starts the interpreter on Windows.
    Launcher(Kind),
}

/// All files of an entry.
pub(super) struct Plan<'a> {
    /// The path of the complete entry.
    place: &'a Path,
    blobs: Blobs<'a>,
    /// On systems without links to the interpreter.
    launchers: Option<Launchers>,
    /// A folder that exists even if it has no files.
    site_packages: Option<&'a str>,
    items: Vec<Item<'a>>,
}

impl<'a> Plan<'a> {
    /// The plan for the Python in an archive with this index. The entry will be at `place`.
    pub(super) fn of_python(
        archive: &Archive,
        index: &'a Index,
        distribution: &'a Distribution,
        place: &'a Path,
    ) -> Result<Plan<'a>, Failure> {
        let blobs = archive.blobs(index, Some(0))?;
        let mut plan = Plan { place, blobs, launchers: None, site_packages: None, items: Vec::new() };
        for entry in index.files(Some(0)) {
            let (path, form) = (entry.path.clone(), index.blobs[entry.blob].form);
            let content = match &distribution.loader {
                Some(loader) if path == distribution.executable => Content::Loaded(entry.blob, loader),
                _ => packed(entry, form),
            };
            plan.items.push(Item { path, executable: entry.executable, content });
        }
        plan.check().map(|()| plan)
    }

    /// The plan for a variant of an archive with this index. The entry will be at `place`.
    pub(super) fn of_environment(
        archive: &Archive,
        index: &'a Index,
        variant: Option<usize>,
        environment: &'a Environment,
        place: &'a Path,
    ) -> Result<Plan<'a>, Failure> {
        let blobs = archive.blobs(index, variant)?;
        let launchers = cfg!(windows).then(|| Launchers::new(archive.path(), archive.prefix_length()));
        let launchers = launchers
            .transpose()
            .map_err(|source| Obstacle::Io { path: Path::new("crosspyc-run.exe").into(), source })?;
        let site_packages = Some(environment.site_packages.as_str());
        let mut plan = Plan { place, blobs, launchers, site_packages, items: Vec::new() };
        let distributions: BTreeSet<&str> =
            index.files(variant).filter_map(|it| distribution(&it.path)).collect();
        for entry in index.files(variant) {
            plan.add(entry, index.blobs[entry.blob].form, environment, &distributions);
        }
        plan.add_environment(environment);
        plan.add_scripts(archive.manifest(), index.files(variant))?;
        plan.check()?;
        plan.keep_interpreters().map(|()| plan)
    }

    pub(super) fn items(&self) -> &[Item<'a>] {
        &self.items
    }

    /// All folders. A folder comes after its parent. The folders for Python's bytecode are
    /// included: if Python made them later, the folders of the modules would look altered.
    pub(super) fn folders(&self) -> BTreeSet<String> {
        let paths = || self.items.iter().map(|item| item.path.as_str());
        let mut all: BTreeSet<String> = folders(paths()).into_iter().map(str::to_owned).collect();
        all.extend(self.site_packages.map(str::to_owned));
        for path in paths().filter(|path| path.ends_with(".py")) {
            if let Some((folder, _)) = path.rsplit_once('/') {
                all.insert(format!("{folder}/{BYTECODE}"));
            }
        }
        all
    }

    /// The contents of a file.
    pub(super) fn bytes<'p>(&'p self, item: &'p Item<'a>) -> Cow<'p, [u8]> {
        match &item.content {
            &Content::Packed(blob) => self.blobs.get(blob).into(),
            &Content::Module(blob, form) => {
                let pyc = self.blobs.get(blob);
                with_co_filename(pyc, form, &self.co_filename(&item.path)).map_or(pyc.into(), Cow::from)
            }
            &Content::Script(blob) => {
                let packed = self.blobs.get(blob);
                script::of_wheel(self.place, packed).map_or(packed.into(), Cow::from)
            }
            &Content::Loaded(blob, loader) => {
                let (packed, loader) = (self.blobs.get(blob), join(self.place, loader));
                with_loader(packed, loader.as_os_str().as_encoded_bytes()).map_or(packed.into(), Cow::from)
            }
            Content::Written(bytes) => bytes.into(),
            Content::Link(target) => target.as_os_str().as_encoded_bytes().into(),
            Content::Launcher(kind) => {
                self.launchers.as_ref().map_or(&[][..], |launchers| launchers.bytes(*kind)).into()
            }
        }
    }

    /// The path of a pyc's source, even if there is none.
    fn co_filename(&self, path: &str) -> Vec<u8> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = name.strip_suffix(".pyc").unwrap_or(name);
        let source = match folder.strip_suffix(BYTECODE) {
            Some(folder) => format!("{folder}{}.py", without_tag(stem)),
            None => format!("{folder}/{stem}.py"),
        };
        marshalled(&join(self.place, &source))
    }

    fn add(
        &mut self,
        entry: &FileEntry,
        form: Form,
        environment: &Environment,
        distributions: &BTreeSet<&str>,
    ) {
        let site_packages = &environment.site_packages;
        let packed = packed(entry, form);
        let (path, content) = match data_of_wheel(&entry.path, distributions) {
            None => (format!("{site_packages}/{}", entry.path), packed),
            Some(("scripts", _, rest)) => (format!("{SCRIPTS}/{rest}"), Content::Script(entry.blob)),
            Some(("data", _, rest)) => (in_own_case(rest, site_packages), packed),
            Some(("headers", name, rest)) => {
                (format!("include/site/python{}/{name}/{rest}", environment.version()), packed)
            }
            Some((_, _, rest)) => (format!("{site_packages}/{rest}"), packed),
        };
        let executable = entry.executable || matches!(content, Content::Script(_));
        self.items.push(Item { path, executable, content });
    }

    /// Adds the files that make the entry an environment.
    fn add_environment(&mut self, environment: &'a Environment) {
        let hiding = format!("{}/{HIDING_NAME}", environment.site_packages);
        self.write(SETTINGS.to_owned(), environment.settings());
        self.write(hiding, HIDING.to_vec());
        for name in environment.interpreters() {
            let content = match self.launchers {
                None => Content::Link(&environment.base),
                Some(_) => Content::Launcher(Kind::windowed(name == Environment::WINDOWED)),
            };
            self.items.push(Item { path: format!("{SCRIPTS}/{name}"), executable: true, content });
        }
    }

    fn write(&mut self, path: String, bytes: Vec<u8>) {
        self.items.push(Item { path, executable: false, content: Content::Written(bytes) });
    }

    /// Adds the scripts of the bundle, and those that its distributions declare.
    fn add_scripts(
        &mut self,
        manifest: &Manifest,
        files: impl Iterator<Item = &'a FileEntry>,
    ) -> Result<(), Failure> {
        // The keys are names in lower case: some file systems do not distinguish `Tool` from
        // `tool`.
        let mut scripts = BTreeMap::new();
        for entry in files.filter(|entry| is_entry_points(&entry.path)) {
            let text = String::from_utf8_lossy(self.blobs.get(entry.blob));
            for script::Declared { name, module, function, is_windowed } in script::declared(&text) {
                let text = script::text(self.place, module, function);
                scripts.entry(name.to_lowercase()).or_insert((name.to_owned(), text, is_windowed));
            }
        }
        let prefix = format!("{SCRIPTS}/");
        let key = |item: &Item<'_>| item.path.strip_prefix(&prefix).map(str::to_lowercase);
        for item in &self.items {
            scripts.remove(&key(item).unwrap_or_default());
        }
        let main = (&manifest.name, &manifest.entry_point);
        for (application, entry_point) in manifest.scripts.iter().chain([main]) {
            let Some(name) = script::name(entry_point, application) else { continue };
            let EntryPoint::Function { module, function } = entry_point else { continue };
            if !script::can_be_imported(module, function) {
                return Err(refused(&format!("its entry point `{module}:{function}` is not a function")));
            }
            self.items.retain(|item| key(item).is_none_or(|key| key != name.to_lowercase()));
            let text = script::text(self.place, module, function);
            let is_windowed = scripts.get(&name.to_lowercase()).is_some_and(|(.., declared)| *declared);
            scripts.insert(name.to_lowercase(), (name.to_owned(), text, is_windowed));
        }
        for (name, text, is_windowed) in scripts.into_values() {
            let path = format!("{prefix}{}", script::file_name(&name, is_windowed));
            self.items.push(Item { path, executable: true, content: Content::Written(text) });
            if self.launchers.is_some() {
                let (path, kind) = (format!("{prefix}{name}.exe"), Kind::windowed(is_windowed));
                self.items.push(Item { path, executable: true, content: Content::Launcher(kind) });
            }
        }
        Ok(())
    }

    /// Rejects files that would overwrite each other or the record.
    fn check(&self) -> Result<(), Failure> {
        let paths = self.items.iter().map(|item| item.path.as_str());
        match path_errors(paths.chain([RECORD])).first() {
            Some(error) => Err(refused(&error.to_string())),
            None => Ok(()),
        }
    }

    /// Rejects files of an environment that would replace its interpreter.
    fn keep_interpreters(&self) -> Result<(), Failure> {
        let is_own = |item: &&Item<'_>| !matches!(item.content, Content::Link(_) | Content::Launcher(_));
        let mut names = self.items.iter().filter(is_own).filter_map(|item| item.path.strip_prefix(SCRIPTS));
        match names.find(|name| script::is_interpreter(name.trim_start_matches('/'))) {
            Some(name) => Err(refused(&format!("`{SCRIPTS}{name}` would replace the interpreter"))),
            None => Ok(()),
        }
    }
}

impl Item<'_> {
    /// The target of a symbolic link.
    pub(super) fn link(&self) -> Option<&Path> {
        match self.content {
            Content::Link(target) => Some(target),
            _ => None,
        }
    }

    /// The kind of a launcher. All launchers of a kind are equal.
    pub(super) fn launcher(&self) -> Option<Kind> {
        match self.content {
            Content::Launcher(kind) => Some(kind),
            _ => None,
        }
    }
}

/// A blob that keeps its content, except for the `co_filename` of a pyc.
fn packed<'a>(entry: &FileEntry, form: Form) -> Content<'a> {
    let is_pyc = entry.path.ends_with(".pyc") && form != Form::Plain;
    if is_pyc { Content::Module(entry.blob, form) } else { Content::Packed(entry.blob) }
}

/// If a path in a wheel's data begins with a folder of the environment in another case, the case is
/// corrected: `lib/x` becomes `Lib/x` on Windows.
fn in_own_case(path: &str, site_packages: &str) -> String {
    let first = site_packages.split('/').next().unwrap_or(site_packages);
    for own in [site_packages, first, SCRIPTS] {
        if let Some((start, rest)) = path.split_at_checked(own.len())
            && start.eq_ignore_ascii_case(own)
            && rest.starts_with('/')
        {
            return format!("{own}{rest}");
        }
    }
    path.to_owned()
}

fn refused(reason: &str) -> Failure {
    Failure::Final(CacheError::NotInstallable(reason.to_owned()))
}

/// `NAME-VERSION` of a file of `NAME-VERSION.dist-info`.
fn distribution(path: &str) -> Option<&str> {
    path.split_once('/')?.0.strip_suffix(".dist-info")
}

fn is_entry_points(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(folder, name)| name == "entry_points.txt" && is_metadata_folder(folder))
}

/// For a file outside a wheel's packages: its category, the name of the distribution, and the rest
/// of its path.
fn data_of_wheel<'p>(path: &'p str, distributions: &BTreeSet<&str>) -> Option<(&'p str, &'p str, &'p str)> {
    let (folder, rest) = path.split_once('/')?;
    let distribution = folder.strip_suffix(".data").filter(|name| distributions.contains(name))?;
    let (place, rest) = rest.split_once('/')?;
    let is_place = ["scripts", "data", "headers", "purelib", "platlib"].contains(&place);
    is_place.then_some((place, distribution.split('-').next().unwrap_or(distribution), rest))
}

/// `mod.cpython-312` and `mod.cpython-312.opt-1` without the part after the module's name.
fn without_tag(stem: &str) -> &str {
    let stem = match stem.rsplit_once('.') {
        Some((rest, level)) if level.starts_with("opt-") => rest,
        _ => stem,
    };
    stem.rsplit_once('.').map_or(stem, |(name, _)| name)
}

/// A path with the separators of the system.
pub(super) fn join(place: &Path, path: &str) -> PathBuf {
    path.split('/').fold(place.to_owned(), |place, part| place.join(part))
}

/// A path as marshal writes it. Bytes that are not UTF-8 become surrogates, as in `os.fsdecode`.
fn marshalled(path: &Path) -> Vec<u8> {
    let mut result = Vec::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        result.extend_from_slice(chunk.valid().as_bytes());
        for byte in chunk.invalid() {
            // U+DC80 to U+DCFF
            result.extend_from_slice(&[0xed, 0xb0 | byte >> 6, 0x80 | byte & 0x3f]);
        }
    }
    result
}
