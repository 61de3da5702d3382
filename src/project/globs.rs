//! Globs that exclude files and folders from a walk, or include them.
//!
//! A glob without `/` is matched with the names of files and folders at any depth. A glob with a `/`
//! is matched with the whole path, relative to the folder that the glob belongs to: the PATH for
//! `--exclude`, the folder of pyproject.toml for its `exclude`. `*` stays within a name, `**` spans
//! folders. A folder that matches is skipped with everything in it.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Compiled globs.
#[derive(Clone, Debug, Default)]
pub struct Globs(Vec<Group>);

/// Globs that belong to one folder.
#[derive(Clone, Debug)]
struct Group {
    /// The walked PATH relative to the folder that the globs belong to.
    prefix: PathBuf,
    names: GlobSet,
    paths: GlobSet,
}

/// A text is not a glob.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{glob}` is not a glob: {reason}")]
pub struct GlobError {
    glob: String,
    reason: String,
}

impl Globs {
    /// Adds globs that belong to a folder; `prefix` leads from there to the PATH that is walked.
    pub fn add(&mut self, prefix: &Path, globs: &[String]) -> Result<(), GlobError> {
        if globs.is_empty() {
            return Ok(());
        }
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let wrong = |glob: &str, error: globset::Error| GlobError {
            glob: glob.to_owned(),
            reason: error.kind().to_string(),
        };
        for glob in globs {
            let pattern = glob.trim_end_matches('/');
            let whole_path = pattern.contains('/');
            let pattern = pattern.trim_start_matches("./").trim_start_matches('/');
            let compiled = GlobBuilder::new(pattern).literal_separator(true).build();
            let set = if whole_path { &mut paths } else { &mut names };
            set.add(compiled.map_err(|error| wrong(glob, error))?);
        }
        let build = |set: GlobSetBuilder| set.build().map_err(|error| wrong(&globs.join(" "), error));
        self.0.push(Group { prefix: prefix.to_owned(), names: build(names)?, paths: build(paths)? });
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a glob matches the file or folder at `relative` (to the PATH walked).
    pub fn matches(&self, relative: &Path) -> bool {
        self.0.iter().any(|group| {
            relative.file_name().is_some_and(|name| group.names.is_match(name))
                || group.paths.is_match(group.prefix.join(relative))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_names_or_whole_paths() {
        for (glob, path, matches) in [
            ("tests", "pkg/tests", true),
            ("tests", "pkg/tests.py", false),
            ("test_*.py", "pkg/test_a.py", true),
            ("tests/", "tests", true),
            ("/tests", "tests", true),
            ("/tests", "pkg/tests", false),
            ("./pkg/*.py", "pkg/a.py", true),
            ("pkg/*.py", "pkg/sub/a.py", false),
            ("pkg/**/a.py", "pkg/sub/sub/a.py", true),
            ("**/data", "a/b/data", true),
        ] {
            let mut globs = Globs::default();
            globs.add(Path::new(""), &[glob.to_owned()]).expect(glob);
            assert_eq!(globs.matches(Path::new(path)), matches, "{glob} {path}");
        }
    }

    #[test]
    fn globs_of_another_folder_see_the_path_from_there() {
        let mut globs = Globs::default();
        globs.add(Path::new("src"), &["src/pkg/a.py".to_owned()]).expect("a glob");
        assert!(globs.matches(Path::new("pkg/a.py")));
        assert!(!globs.matches(Path::new("src/pkg/a.py")));
    }

    #[test]
    fn an_invalid_glob_is_named() {
        let error = Globs::default().add(Path::new(""), &["a[".to_owned()]).expect_err("an open class");
        assert!(error.to_string().starts_with("`a[` is not a glob: "), "{error}");
    }
}
