//! Selects the sources that are included as data, because programs may read them. They are also
//! compiled.
//!
//! 1. Sources that `--include-source` names.
//! 2. Sources inside of a package that are in or below a folder without `__init__.py`, such as
//!    templates.
//! 3. In the project, sources with names that cannot be imported, such as `empty-project.py`.
//! 4. In installed packages, sources in a folder called `templates` or `resources`, and sources
//!    whose file name is in a string of the same package, which suggests that a program reads them.
//!
//! The last rule is for installed packages only. A guess is not enough to ship the project's own
//! sources.

use std::collections::HashSet;

use super::gather::{Item, Kind};

/// Which sources are included.
#[derive(Clone, Debug, Default)]
pub enum IncludeSource {
    /// Those that are data.
    #[default]
    Data,
    All,
    Matching(crate::project::globs::Globs),
}

/// Folders whose sources are always data.
const FOLDERS: [&str; 2] = ["templates", "resources"];

/// Facts about all modules, collected before they are compiled.
pub(super) struct Sources<'i> {
    include: &'i IncludeSource,
    /// The folders with an `__init__.py`.
    packages: HashSet<&'i str>,
    /// The file names in strings of a distribution, with its number.
    mentioned: HashSet<(usize, String)>,
}

impl<'i> Sources<'i> {
    pub(super) fn new(include: &'i IncludeSource, items: &'i [Item]) -> Sources<'i> {
        let packages = items.iter().filter_map(|item| item.path.strip_suffix("/__init__.py")).collect();
        Sources { include, packages, mentioned: HashSet::new() }
    }

    /// Records the file names in a module's source.
    pub(super) fn add_mentions(&mut self, module: &Item, source: &[u8]) {
        if let Some(owner) = module.owner {
            self.mentioned.extend(mentioned_files(source).map(|name| (owner, name)));
        }
    }

    /// Whether the user asked for a module's source.
    pub(super) fn are_named(&self, module: &Item) -> bool {
        match self.include {
            IncludeSource::All => true,
            IncludeSource::Matching(globs) => globs.matches(module.path.as_ref()),
            IncludeSource::Data => false,
        }
    }

    /// Whether this folder, or one above it inside of a package, has no `__init__.py`.
    ///
    /// `scrapy/templates/project/module` is such a folder, even with an `__init__.py`, because
    /// `scrapy/templates` has none.
    fn breaks_package(&self, folder: &str) -> bool {
        let outer = folder.match_indices('/').map(|(end, _)| &folder[..end]);
        let mut below = outer.chain([folder]).skip_while(|part| !self.packages.contains(part));
        below.any(|part| !self.packages.contains(part))
    }

    /// Whether the rules make a module data.
    pub(super) fn are_data(&self, module: &Item) -> bool {
        let (folder, name) = module.path.rsplit_once('/').unwrap_or(("", &module.path));
        let stem = name.strip_suffix(".py").unwrap_or(name);
        debug_assert_eq!(module.kind, Kind::Module);
        let is_in_named_folder = || folder.split('/').any(|part| FOLDERS.contains(&part));
        let is_mentioned = |owner| self.mentioned.contains(&(owner, name.to_owned()));
        let is_of_package = ["__init__", "__main__"].contains(&stem);
        let is_named = |owner| !is_of_package && (is_in_named_folder() || is_mentioned(owner));
        match module.owner {
            Some(owner) => self.breaks_package(folder) || is_named(owner),
            None => self.breaks_package(folder) || !is_importable(folder, stem),
        }
    }
}

/// Whether `importlib.import_module` accepts the name. It accepts a leading digit, as in Django's
/// migrations.
fn is_importable(folder: &str, stem: &str) -> bool {
    let is_name = |part: &str| part.chars().all(|char| char == '_' || char.is_alphanumeric());
    folder.split('/').chain([stem]).all(is_name)
}

/// The names of Python files at the end of a string: `"activate_this.py"`, `'resources/setup.py'`.
fn mentioned_files(source: &[u8]) -> impl Iterator<Item = String> {
    let ends = memchr::memmem::find_iter(source, b".py").map(|start| (start, start + 3));
    ends.filter_map(|(start, end)| {
        if !matches!(source.get(end), Some(b'"' | b'\'')) {
            return None;
        }
        let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
        let length = source[..start].iter().rev().take_while(|byte| is_of_name(byte)).count();
        let name = std::str::from_utf8(&source[start - length..end]).ok()?;
        (length > 0).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_found_at_the_ends_of_strings() {
        let source = b"p = root / \"a_b.py\"; q = 'x/c-d.py'; '.py'; \"e.pyc\"; f.py; 'see g.py now'";
        assert_eq!(mentioned_files(source).collect::<Vec<_>>(), ["a_b.py", "c-d.py"]);
    }

    #[test]
    fn modules_have_identifiers_for_names() {
        for (folder, stem, expected) in [
            ("", "app", true),
            ("pkg/größe", "_x1", true),
            ("", "my-script", false),
            ("my-pkg", "app", false),
            ("pkg/migrations", "0001_initial", true),
            ("pkg", "a.b", false),
        ] {
            assert_eq!(is_importable(folder, stem), expected, "{folder}/{stem}");
        }
    }
}
