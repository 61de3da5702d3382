//! What Windows shows of an executable: a console window, an icon, and a version.
//!
//! The resources of the runner are replaced before an archive follows it. A signature can be added
//! afterwards: it covers the whole file.

use std::path::Path;

use editpe::constants::{IMAGE_SUBSYSTEM_WINDOWS_GUI, LANGUAGE_ID_EN_US};
use editpe::types::{VersionU16, VersionU32};
use editpe::{Image, ResourceDirectory, VersionInfo as Information, VersionStringTable};

use super::FileError;

/// The parts that can be chosen.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The program has no console.
    pub windowed: bool,
    /// The content of an .ico file.
    pub icon: Option<Vec<u8>>,
    /// The executable tells the application's name and version.
    pub versioned: bool,
}

/// Why an executable cannot have this look.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error("`{path}` is no icon of Windows: {reason}; name an .ico file", path = super::shown(path))]
    Icon { path: std::path::PathBuf, reason: String },
    #[error("the runner cannot be changed: {0}")]
    Runner(String),
    #[error(transparent)]
    File(#[from] FileError),
}

impl Look {
    /// Reads an icon, and checks it.
    pub fn with_icon(self, path: Option<&Path>) -> Result<Look, LookError> {
        let Some(path) = path else { return Ok(self) };
        let icon = std::fs::read(path).map_err(|error| FileError::new("read", path, error))?;
        let checked = ResourceDirectory::default().set_main_icon(icon.as_slice());
        let wrong = |error: editpe::ResourceError| LookError::Icon {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        checked.map_err(wrong)?;
        Ok(Look { icon: Some(icon), ..self })
    }

    /// Whether it differs from the runner's.
    pub fn is_chosen(&self) -> bool {
        self.windowed || self.icon.is_some() || self.versioned
    }

    /// The runner with this look, for an application.
    pub fn of(&self, runner: &[u8], name: &str, version: Option<&str>) -> Result<Vec<u8>, LookError> {
        let failed = |error: String| LookError::Runner(error);
        let mut image = Image::parse(runner).map_err(|error| failed(error.to_string()))?;
        if self.windowed {
            image.set_subsystem(IMAGE_SUBSYSTEM_WINDOWS_GUI);
        }
        let mut resources = image.resource_directory().cloned().unwrap_or_default();
        if let Some(icon) = &self.icon {
            resources.set_main_icon(icon.as_slice()).map_err(|error| failed(error.to_string()))?;
        }
        if self.versioned {
            let version = version_info(name, version);
            resources.set_version_info(&version).map_err(|error| failed(error.to_string()))?;
        }
        if self.icon.is_some() || self.versioned {
            image.set_resource_directory(resources).map_err(|error| failed(error.to_string()))?;
        }
        Ok(image.data().to_vec())
    }
}

/// The name and the version. The four numbers of Windows are the first of a version.
fn version_info(name: &str, version: Option<&str>) -> Information {
    /// UTF-16.
    const CODE_PAGE: u16 = 1200;
    let release = version.unwrap_or_default();
    let mut numbers = release.split(['.', '+', '-']).map_while(|number| number.parse::<u16>().ok());
    let mut next = || u32::from(numbers.next().unwrap_or(0));
    let number = VersionU32 { major: next() << 16 | next(), minor: next() << 16 | next() };
    let mut info = Information::default();
    info.info.file_version = number;
    info.info.product_version = number;
    let key = format!("{LANGUAGE_ID_EN_US:04x}{CODE_PAGE:04x}");
    let mut table = VersionStringTable { key, strings: Default::default() };
    for (what, text) in [
        ("FileDescription", name),
        ("FileVersion", release),
        ("InternalName", name),
        ("ProductName", name),
        ("ProductVersion", release),
    ] {
        if !text.is_empty() {
            table.strings.insert(what.to_owned(), text.to_owned());
        }
    }
    info.strings.push(table);
    info.vars.push(VersionU16 { major: LANGUAGE_ID_EN_US, minor: CODE_PAGE });
    info
}
