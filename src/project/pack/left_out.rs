//! Files and folders that do not go into the bundle, with the reasons.

use std::path::PathBuf;

/// A file, or a folder with all its files, that is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    pub reason: Reason,
    pub path: PathBuf,
}

/// Why something is left out. The summary uses this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A key or password.
    Secret,
    Bundle,
    Hidden,
    Ignored,
    Build,
    Environment,
    Cache,
    PathFile,
    InstalledScript,
    /// A distribution's RECORD names it, but it does not exist.
    Missing,
}

impl Reason {
    /// The message for one file: `id_rsa: it looks like a key or password`.
    pub fn sentence(self) -> &'static str {
        match self {
            Reason::Secret => "it looks like a key or password; --include takes it",
            Reason::Bundle => "it is a bundle; --include takes it",
            Reason::Hidden => "it is hidden",
            Reason::Ignored => ".gitignore names it; --include or --no-gitignore takes it",
            Reason::Build => "an earlier build or a tool made it",
            Reason::Environment => "it is a virtual environment",
            Reason::Cache => "it is a cache (CACHEDIR.TAG)",
            Reason::PathFile => "it changes sys.path and belongs to no installed package",
            Reason::InstalledScript => "it is a script of an installer and belongs to no installed package",
            Reason::Missing => "an installed package names it, but it is not there",
        }
    }

    /// The singular and the plural, for the summary.
    fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Reason::Secret => ("possible secret", "possible secrets"),
            Reason::Bundle => ("bundle", "bundles"),
            Reason::Hidden => ("hidden", "hidden"),
            Reason::Ignored => ("ignored by .gitignore", "ignored by .gitignore"),
            Reason::Build => ("earlier build", "earlier builds"),
            Reason::Environment => ("virtual environment", "virtual environments"),
            Reason::Cache => ("cache", "caches"),
            Reason::PathFile => (".pth file", ".pth files"),
            Reason::InstalledScript => ("folder of scripts", "folders of scripts"),
            Reason::Missing => ("missing file of a package", "missing files of packages"),
        }
    }
}

/// The summary: `2 hidden, 1 cache`. `None` if nothing is left out. The list must be sorted.
pub fn summary(left_out: &[LeftOut]) -> Option<String> {
    let part = |group: &[LeftOut]| {
        let (one, several) = group[0].reason.nouns();
        format!("{} {}", group.len(), if group.len() == 1 { one } else { several })
    };
    let parts: Vec<String> = left_out.chunk_by(|a, b| a.reason == b.reason).map(part).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
