//! Installs requirements for a bundle with uv or pip. crosspyc resolves nothing itself.
//!
//! Each target and platform has its own folder. If this machine has a Python of the target, the
//! installer may build packages with it. Otherwise it only takes wheels.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use super::pack::is_of_this_machine;
use crate::atomic::leftovers::EndsToo;
use crate::targets::Target;

/// Why requirements could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error("neither uv nor pip is on PATH; install one of them, or name one with --installer")]
    NoInstaller,
    #[error("the name of `{0}` is neither uv nor pip")]
    Unknown(String),
    #[error("failed to start {program}: {source}")]
    Start { program: String, source: io::Error },
    #[error("`{command}` failed:\n{output}")]
    Failed { command: String, output: String },
    #[error("`{0}` is not the tag of a platform that uv knows; name pip with --installer")]
    Platform(String),
    #[error(
        "pip evaluates environment markers (`sys_platform == \"win32\"`) for this machine, not for {0}; \
         install uv, or name it with --installer"
    )]
    OtherMachine(String),
    #[error("pip does not read the dependencies in `{0}`; install uv, or write them into a requirements.txt")]
    Pyproject(String),
    #[error(
        "pip cannot install `{file}` for Python {version}, because it evaluates environment markers for the \
         Python and the machine that it runs on; install uv, or Python {version} with pip"
    )]
    OtherPython { file: String, version: String },
}

/// uv or pip.
#[derive(Clone, Debug)]
pub struct Installer {
    kind: Kind,
    program: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Uv,
    Pip,
}

impl Kind {
    const ALL: [(Kind, &'static str); 2] = [(Kind::Uv, "uv"), (Kind::Pip, "pip")];
}

impl Installer {
    /// The named installer, else uv or pip on PATH.
    pub fn find(named: Option<&Path>) -> Result<Installer, InstallError> {
        let Some(program) = named else {
            let mut found =
                Kind::ALL.into_iter().filter(|(_, name)| answers(Command::new(name).arg("--version")));
            let (kind, name) = found.next().ok_or(InstallError::NoInstaller)?;
            return Ok(Installer { kind, program: name.into() });
        };
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let kind = Kind::ALL.into_iter().find(|(_, known)| name.starts_with(known));
        let (kind, _) = kind.ok_or(InstallError::Unknown(name))?;
        Ok(Installer { kind, program: program.to_owned() })
    }

    /// `uv` or `pip`.
    pub fn name(&self) -> String {
        self.program.display().to_string()
    }

    /// Installs the requirements of `files` (requirements.txt, pylock.toml) into `folder`.
    /// `platform` is a wheel's platform tag. Without it the packages are for this machine.
    pub fn install(
        &self,
        files: &[PathBuf],
        target: Target,
        platform: Option<&str>,
        folder: &Path,
    ) -> Result<(), InstallError> {
        let mut command = match self.kind {
            Kind::Uv => self.uv(target, platform)?,
            Kind::Pip => self.pip(files, target, platform)?,
        };
        command.arg("--target").arg(folder);
        for file in files {
            command.arg("-r").arg(file);
        }
        run(command)
    }

    fn uv(&self, target: Target, platform: Option<&str>) -> Result<Command, InstallError> {
        let version = target.version().to_string();
        let mut find = Command::new(&self.program);
        find.args(["python", "find", "--no-python-downloads", "--no-project", &version]);
        let is_local = platform.is_none() && answers(&mut find);
        let mut command = Command::new(&self.program);
        command.args(["pip", "install", "--quiet", "--no-python-downloads", "--link-mode", "copy"]);
        match is_local {
            true => command.args(["--python", &version]),
            false => command.args(["--python-version", &version, "--only-binary", ":all:"]),
        };
        if let Some(tag) = platform {
            let name = uv_platform(tag).ok_or_else(|| InstallError::Platform(tag.to_owned()))?;
            command.args(["--python-platform", &name]);
        }
        Ok(command)
    }

    fn pip(
        &self,
        files: &[PathBuf],
        target: Target,
        platform: Option<&str>,
    ) -> Result<Command, InstallError> {
        if let Some(tag) = platform.filter(|tag| !is_of_this_machine(tag)) {
            return Err(InstallError::OtherMachine(tag.to_owned()));
        }
        if let Some(file) = files.iter().find(|file| file.ends_with("pyproject.toml")) {
            return Err(InstallError::Pyproject(file.display().to_string()));
        }
        let version = target.version().to_string();
        let is_own = self.python_of_pip().as_ref() == Some(&version);
        let python = format!("python{version}");
        let has_pip = || answers(Command::new(&python).args(["-m", "pip", "--version"]));
        let is_local = platform.is_none() && (is_own || has_pip());
        let is_unfit = |file: &&PathBuf| is_lock(file) || !is_own && has_markers(file);
        if let Some(file) = files.iter().find(is_unfit).filter(|_| !is_local) {
            return Err(InstallError::OtherPython { file: file.display().to_string(), version });
        }
        let mut command = Command::new(&self.program);
        if is_local && !is_own {
            command = Command::new(python);
            command.args(["-m", "pip"]);
        }
        command.args(["install", "--quiet", "--no-compile", "--disable-pip-version-check"]);
        command.args(["--no-warn-script-location", "--no-input"]);
        if !is_local {
            command.args(["--python-version", &version, "--implementation", "cp"]);
            command.args(["--only-binary", ":all:"]);
        }
        for tag in platform.into_iter().flat_map(compatible_tags) {
            command.arg("--platform").arg(tag);
        }
        Ok(command)
    }

    /// The version of the Python that runs pip: `pip 25.1 from /usr/lib/... (python 3.12)`.
    fn python_of_pip(&self) -> Option<String> {
        let output = Command::new(&self.program).arg("--version").stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        Some(text.trim_end().strip_suffix(')')?.rsplit_once("(python ")?.1.to_owned())
    }
}

/// Whether it is a pylock.toml. pip only installs those for the Python that it runs on.
fn is_lock(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "toml")
}

/// Whether a requirement in a requirements.txt depends on an environment marker.
fn has_markers(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let requirements = text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim_start());
    requirements.filter(|line| !line.starts_with(['#', '-'])).any(|line| line.contains(';'))
}

/// Whether a command runs and succeeds. Its output is discarded.
fn answers(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn run(command: Command) -> Result<(), InstallError> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<OsString> = words.map(OsString::from).collect();
    let program = words[0].to_string_lossy().into_owned();
    let (status, text) = output(command).map_err(|source| InstallError::Start { program, source })?;
    if status.success() {
        return Ok(());
    }
    Err(InstallError::Failed {
        command: words.join(" ".as_ref()).to_string_lossy().into_owned(),
        output: String::from_utf8_lossy(&text).trim_end().to_owned(),
    })
}

/// Runs a command to its end, unless this run is interrupted. Returns its output and errors in the
/// order in which it writes them.
fn output(mut command: Command) -> io::Result<(ExitStatus, Vec<u8>)> {
    let (mut reader, writer) = io::pipe()?;
    let mut child = command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
    // It holds the writers.
    drop(command);
    let ends_too = EndsToo::new(&child);
    let mut text = Vec::new();
    reader.read_to_end(&mut text)?;
    drop(ends_too);
    Ok((child.wait()?, text))
}

/// `manylinux_2_28_x86_64` as major version, minor version and processor.
fn versioned<'t>(tag: &'t str, system: &str) -> Option<(u32, u32, &'t str)> {
    let rest = tag.strip_prefix(system)?.strip_prefix('_')?;
    let mut parts = rest.splitn(3, '_');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?))
}

/// The tags of the wheels that a Linux accepts, newest first. pip only takes the tags that it is
/// given.
fn compatible_tags(tag: &str) -> Vec<String> {
    let legacy = |minor| match minor {
        5 => Some("manylinux1"),
        12 => Some("manylinux2010"),
        17 => Some("manylinux2014"),
        _ => None,
    };
    const FIRST: u32 = 5;
    match versioned(tag, "manylinux") {
        Some((2, newest, arch)) => {
            let of_minor = |minor| {
                let alias = legacy(minor).map(|name| format!("{name}_{arch}"));
                std::iter::once(format!("manylinux_2_{minor}_{arch}")).chain(alias)
            };
            (FIRST..=newest).rev().flat_map(of_minor).collect()
        }
        _ => vec![tag.to_owned()],
    }
}

/// The name of a platform in uv.
fn uv_platform(tag: &str) -> Option<String> {
    if let Some((major, minor, arch)) = versioned(tag, "manylinux") {
        return Some(format!("{arch}-manylinux_{major}_{minor}"));
    }
    if let Some((_, _, arch)) = versioned(tag, "musllinux") {
        return Some(format!("{arch}-unknown-linux-musl"));
    }
    if let Some((_, _, arch)) = versioned(tag, "macosx") {
        let arch = if arch == "arm64" { "aarch64" } else { arch };
        return Some(format!("{arch}-apple-darwin"));
    }
    let name = match tag {
        "win_amd64" => "x86_64-pc-windows-msvc",
        "win_arm64" => "aarch64-pc-windows-msvc",
        "win32" => "i686-pc-windows-msvc",
        "manylinux2014_x86_64" => "x86_64-manylinux_2_17",
        "manylinux2014_aarch64" => "aarch64-manylinux_2_17",
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_of_requirement_files_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        for (text, expected) in [
            ("a==1 # not; this\n# nor; this\n-c x;y.txt\nb[c]>=2\n", false),
            ("a==1\nb ; python_version < '3.13'\n", true),
        ] {
            let file = folder.path().join("requirements.txt");
            std::fs::write(&file, text).expect("written");
            assert_eq!(has_markers(&file), expected, "{text}");
        }
    }

    #[test]
    fn platforms_have_a_name_for_each_installer() {
        for (tag, name) in [
            ("manylinux_2_28_x86_64", Some("x86_64-manylinux_2_28")),
            ("musllinux_1_2_aarch64", Some("aarch64-unknown-linux-musl")),
            ("macosx_14_0_arm64", Some("aarch64-apple-darwin")),
            ("win_amd64", Some("x86_64-pc-windows-msvc")),
            ("any", None),
        ] {
            assert_eq!(uv_platform(tag).as_deref(), name, "{tag}");
        }
        let tags = compatible_tags("manylinux_2_17_x86_64");
        assert_eq!(tags[..3], ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_16_x86_64"]);
        assert_eq!(tags.last().map(String::as_str), Some("manylinux1_x86_64"));
        assert_eq!(compatible_tags("win_amd64"), ["win_amd64"]);
    }
}
