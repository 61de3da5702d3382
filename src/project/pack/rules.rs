//! The rules for leaving files out. They do not apply to files of installed packages.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::left_out::Reason;

/// Folders that builds and tools create at the top of a project.
const BUILDS: [&str; 3] = ["build", "dist", "htmlcov"];

/// Names of private keys as ssh-keygen makes them.
const KEYS: [&str; 4] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];

/// Endings of files that hold private keys.
const KEY_ENDINGS: [&str; 7] = ["key", "p12", "pfx", "jks", "keystore", "kdbx", "ppk"];

/// Why a folder that no installed package claims is left out.
pub(super) fn folder_reason(path: &Path, relative: &Path) -> Option<Reason> {
    let name = relative.file_name()?.to_string_lossy();
    let is_top = relative.components().count() == 1;
    let is_build = || {
        let is_named = is_top && (BUILDS.contains(&&*name) || name.ends_with(".egg-info"));
        is_named && !path.join("__init__.py").exists()
    };
    if path.join("pyvenv.cfg").is_file() {
        Some(Reason::Environment)
    } else if path.join("CACHEDIR.TAG").is_file() {
        Some(Reason::Cache)
    } else if name.starts_with('.') {
        Some(Reason::Hidden)
    } else if name == "node_modules" || is_build() {
        Some(Reason::Build)
    } else {
        None
    }
}

/// Why a file that no installed package claims is left out.
pub(super) fn file_reason(path: &Path, relative: &Path) -> Option<Reason> {
    let name = relative.file_name()?.to_string_lossy();
    let is_top = relative.components().count() == 1;
    if is_secret(path, &name) {
        Some(Reason::Secret)
    } else if name.starts_with('.') {
        Some(Reason::Hidden)
    } else if is_top && name.ends_with(".pth") {
        Some(Reason::PathFile)
    } else {
        None
    }
}

fn is_secret(path: &Path, name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let is_environment = name == ".env" || name.starts_with(".env.");
    is_environment
        || KEYS.contains(&name)
        || KEY_ENDINGS.contains(&&*ending)
        || ["pem", "crt", "cert"].contains(&&*ending) && has_private_key(path)
}

/// Whether the first 64 kB contain a line such as `-----BEGIN RSA PRIVATE KEY-----`.
fn has_private_key(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(64 << 10).read_to_end(&mut start));
    read.is_ok() && memchr::memmem::find(&start, b"PRIVATE KEY-----").is_some()
}

/// The `.gitignore` files of a project: those in its folders, and those above it in the same
/// repository. The user's global file is ignored, because it differs between machines.
pub(super) struct GitIgnores {
    /// Each with the depth of its folder below the project's. The depth is 0 for the project's
    /// folder and those above it.
    files: Vec<(usize, Gitignore)>,
}

impl GitIgnores {
    /// Prepares a walk of `folder`, which is the folder of the project or in it. Both paths are
    /// absolute.
    pub(super) fn new(folder: &Path, project: &Path) -> GitIgnores {
        let mut ignores = GitIgnores { files: Vec::new() };
        let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
        if let Some(repository) = repository {
            ignores.add(0, repository, &repository.join(".git/info/exclude"));
        }
        let top = repository.unwrap_or(project);
        let above: Vec<&Path> =
            folder.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
        for folder in above.into_iter().rev() {
            ignores.add(0, folder, &folder.join(".gitignore"));
        }
        ignores
    }

    /// Enters a folder of the project that is `depth` levels down.
    pub(super) fn enter(&mut self, depth: usize, folder: &Path) {
        self.leave(depth);
        self.add(depth, folder, &folder.join(".gitignore"));
    }

    /// Drops folders that are not above an entry at this depth.
    fn leave(&mut self, depth: usize) {
        self.files.retain(|&(of, _)| of < depth || of == 0 && depth == 0);
    }

    fn add(&mut self, depth: usize, folder: &Path, file: &Path) {
        if file.is_file() {
            let mut builder = GitignoreBuilder::new(folder);
            // Lines that are not patterns are ignored, as in git.
            let _ = builder.add(file);
            self.files.extend(builder.build().map(|ignore| (depth, ignore)));
        }
    }

    /// Whether git ignores an entry that is `depth` levels down. The nearest file decides.
    pub(super) fn ignores(&mut self, depth: usize, path: &Path, is_folder: bool) -> bool {
        self.leave(depth);
        let decisions = self.files.iter().rev().map(|(_, ignore)| ignore.matched(path, is_folder));
        let decision = decisions.into_iter().find(|decision| !decision.is_none());
        matches!(decision, Some(Match::Ignore(_)))
    }
}

/// An absolute path with symbolic links resolved, for comparisons.
pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
