//! Installs the requirements of a bundle into temporary folders.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::atomic::leftovers::TemporaryFolder;
use crate::cli::CommandError;
use crate::cli::args::BundleArgs;
use crate::cli::compile::label;
use crate::cli::report::Report;
use crate::project::pack::With;
use crate::project::requirements::Installer;
use crate::targets::Target;

/// Temporary folders, which are removed on drop.
#[derive(Default)]
pub(super) struct Packages {
    root: Option<TemporaryFolder>,
}

impl Packages {
    /// Creates a folder.
    pub(super) fn folder(&mut self, name: &str) -> io::Result<PathBuf> {
        let root = match self.root.take() {
            Some(root) => root,
            None => TemporaryFolder::new("crosspyc-")?,
        };
        let folder = self.root.insert(root).path().join(name);
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    /// Installs requirement files and single requirements, for each target and platform.
    pub(super) fn install(
        &mut self,
        args: &BundleArgs,
        mut files: Vec<PathBuf>,
        requirements: &[String],
        targets: &[Target],
        report: &mut Report,
    ) -> Result<Vec<With>, CommandError> {
        if !requirements.is_empty() {
            let file = self.folder("script").map_err(CommandError::failure)?.join("requirements.txt");
            fs::write(&file, requirements.join("\n")).map_err(CommandError::failure)?;
            files.push(file);
        }
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let installer = Installer::find(args.installer.as_deref()).map_err(CommandError::usage)?;
        let here = [None];
        let named: Vec<Option<&str>> = args.platforms.iter().map(|tag| Some(tag.as_str())).collect();
        let platforms = if named.is_empty() { &here[..] } else { &named };
        let mut installed = Vec::new();
        for &target in targets {
            for &platform in platforms {
                let (target_name, on) = (label(&target), platform.map(|tag| format!(" on {tag}")));
                let folder = format!("{target_name}-{}", platform.unwrap_or("here"));
                let folder = self.folder(&folder).map_err(CommandError::failure)?;
                let (installer_name, on) = (installer.name(), on.unwrap_or_default());
                report
                    .note_line(&format!("{installer_name} installs the requirements for {target_name}{on}"));
                installer.install(&files, target, platform, &folder).map_err(CommandError::failure)?;
                installed.push(With { folder, only: Some(target) });
            }
        }
        Ok(installed)
    }
}
