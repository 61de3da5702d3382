//! `-o App.app`: a folder that macOS shows as one program.
//!
//! ```text
//! App.app/Contents/Info.plist
//! App.app/Contents/MacOS/App            the runner, as the linker signed it
//! App.app/Contents/Resources/App.pyb    the archive
//! ```
//!
//! The runner finds the archive in the folder, so its signature stays valid, and `codesign` can sign
//! the whole folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic::write_atomically;
use crate::cli::CommandError;
use crate::cli::report::shown;

/// The folder of an application.
pub(super) struct App {
    folder: PathBuf,
    /// `App`
    stem: String,
}

impl App {
    /// `None` if the output is another kind of file.
    pub(super) fn of(output: Option<&Path>) -> Option<App> {
        let folder = output.filter(|output| output.extension().is_some_and(|ending| ending == "app"))?;
        let stem = folder.file_stem()?.to_string_lossy().into_owned();
        Some(App { folder: folder.to_owned(), stem })
    }

    /// Makes the folders. Returns the path of the archive.
    pub(super) fn make(&self) -> Result<PathBuf, CommandError> {
        for inner in ["Contents/MacOS", "Contents/Resources"] {
            let path = self.folder.join(inner);
            fs::create_dir_all(&path).map_err(|error| failed("make", &path, &error))?;
        }
        Ok(self.folder.join("Contents/Resources").join(format!("{}.pyb", self.stem)))
    }

    /// Writes the runner, and what macOS asks for.
    pub(super) fn finish(
        &self,
        runner: &[u8],
        name: &str,
        version: Option<&str>,
    ) -> Result<(), CommandError> {
        let executable = self.folder.join("Contents/MacOS").join(&self.stem);
        let list = self.folder.join("Contents/Info.plist");
        let text = property_list(&self.stem, name, version.unwrap_or("0"));
        for (path, bytes, mode) in [(&executable, runner, 0o755), (&list, text.as_bytes(), 0o644)] {
            write_atomically(path, bytes, mode).map_err(|error| failed("write", path, &error))?;
        }
        Ok(())
    }
}

fn failed(action: &str, path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::failure(format!("failed to {action} `{}`: {error}", shown(path)))
}

fn property_list(executable: &str, name: &str, version: &str) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let pairs = [
        ("CFBundleExecutable", escaped(executable)),
        ("CFBundleIdentifier", identifier(name)),
        ("CFBundleName", escaped(name)),
        ("CFBundlePackageType", "APPL".to_owned()),
        ("CFBundleShortVersionString", escaped(version)),
        ("CFBundleVersion", escaped(version)),
    ];
    let pairs: String = pairs
        .iter()
        .map(|(key, value)| format!("\t<key>{key}</key>\n\t<string>{value}</string>\n"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n{pairs}</dict>\n</plist>\n"
    )
}

/// An identifier has letters, digits, dots and hyphens.
fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    format!("invalid.{}", name.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_of_macos_is_one() {
        for (output, stem) in
            [("My App.app", Some("My App")), ("app", None), ("app.exe", None), (".app", None)]
        {
            assert_eq!(App::of(Some(Path::new(output))).map(|app| app.stem).as_deref(), stem, "{output}");
        }
    }

    #[test]
    fn texts_of_a_property_list_are_escaped() {
        let list = property_list("app", "a & <b>", "1.0");
        assert!(list.contains("<key>CFBundleName</key>\n\t<string>a &amp; &lt;b&gt;</string>"), "{list}");
        assert!(list.contains("<string>invalid.a----b-</string>"), "{list}");
    }
}
