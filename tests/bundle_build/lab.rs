//! A folder in which `crosspyc bundle` runs, and what is in the bundle.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crosspyc::internals::bundle::{Archive, FileEntry};

/// A folder to bundle in.
pub(crate) struct Lab(tempfile::TempDir);

impl Lab {
    pub(crate) fn new(files: &[(&str, &str)]) -> Lab {
        let lab = Lab(tempfile::tempdir().expect("a temporary folder can be made"));
        for (path, text) in files {
            lab.write(path, text);
        }
        lab
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// `crosspyc bundle` with these options, in the folder.
    pub(crate) fn bundle(&self, options: &str) -> Output {
        self.command(options).output().expect("crosspyc can be started")
    }

    /// The same, not yet started.
    pub(crate) fn command(&self, options: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
        command.arg("bundle").args(options.split_whitespace()).current_dir(self.0.path());
        command.env_remove("CROSSPYC_SIGN_PASSWORD").stdin(Stdio::null());
        command
    }

    pub(crate) fn bundled(&self, options: &str) -> Archive {
        let output = self.bundle(&format!("{options} -o app.pyb"));
        assert!(output.status.success(), "{output:?}");
        Archive::open(&self.path("app.pyb")).expect("it is whole")
    }

    /// Asserts that there is no bundle, with this exit code, and gives what was said.
    pub(crate) fn refused(&self, options: &str, code: i32) -> String {
        let output = self.bundle(&format!("{options} -o refused.pyb"));
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(!self.path("refused.pyb").exists());
        String::from_utf8(output.stderr).expect("UTF-8")
    }
}

/// The paths all variants share, then those of each.
pub(crate) fn paths(archive: &Archive) -> Vec<BTreeSet<String>> {
    let index = archive.index().expect("it is whole");
    let set = |files: &[FileEntry]| files.iter().map(|file| file.path.clone()).collect();
    std::iter::once(set(&index.common)).chain(index.variants.iter().map(|files| set(files))).collect()
}

pub(crate) fn set(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|&path| path.to_owned()).collect()
}
