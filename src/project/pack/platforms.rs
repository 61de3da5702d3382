//! Platforms by the names of `sysconfig.get_platform()`, from those that wheels and native files have.
//!
//! A Linux whose C library is musl is called `musllinux-x86_64`, though Python says `linux-x86_64` on both: what is built for one does not load on the other.
//! `universal2` of macOS stands for both processors.

use std::collections::BTreeMap;

/// The macOS that Apple's processors began with.
const FIRST_ARM64_MACOS: (u32, u32) = (11, 0);

/// A set of platforms: names, and on macOS the oldest version that serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Platforms(BTreeMap<String, Option<(u32, u32)>>);

impl Platforms {
    /// The platforms of a wheel's tag: `manylinux_2_17_x86_64`, `win_amd64`, `macosx_11_0_universal2`; none for `any`.
    pub(super) fn of_wheel(tag: &str) -> Platforms {
        let mut platforms = Platforms::default();
        for tag in tag.split('.').filter(|tag| *tag != "any") {
            platforms.add_wheel_tag(tag);
        }
        platforms
    }

    fn add_wheel_tag(&mut self, tag: &str) {
        if let Some((version, arch)) = tag.strip_prefix("macosx_").and_then(macos) {
            let is_universal = arch == "universal2";
            if is_universal || arch != "arm64" {
                let arch = if is_universal { "x86_64" } else { arch };
                self.add(&format!("macosx-{arch}"), Some(version));
            }
            if is_universal || arch == "arm64" {
                self.add("macosx-arm64", Some(version.max(FIRST_ARM64_MACOS)));
            }
        } else if let Some(rest) = tag.strip_prefix("manylinux") {
            self.add(&format!("linux-{}", without_version(rest)), None);
        } else if let Some(rest) = tag.strip_prefix("musllinux") {
            self.add(&format!("musllinux-{}", without_version(rest)), None);
        } else {
            self.add(&tag.replacen('_', "-", 1), None);
        }
    }

    /// The platform in the name of a native module: `x86_64-linux-gnu`, `win_amd64`. None where the name does not tell all.
    pub(super) fn of_extension(platform: &str) -> Option<Platforms> {
        if platform.starts_with("win") {
            return Some(Platforms::of_wheel(platform));
        }
        let (arch, system) = platform.split_once("-linux-")?;
        let arch = match arch {
            "i386" => "i686",
            "arm" => "armv7l",
            "powerpc64le" => "ppc64le",
            other => other,
        };
        let libc = if system.starts_with("musl") { "musllinux" } else { "linux" };
        let mut platforms = Platforms::default();
        platforms.add(&format!("{libc}-{arch}"), None);
        Some(platforms)
    }

    /// The platform of this machine.
    pub(super) fn here() -> Platforms {
        let arch = std::env::consts::ARCH;
        let mac_arch = if arch == "aarch64" { "arm64" } else { arch };
        Platforms::of_wheel(&match std::env::consts::OS {
            "linux" if has_only_musl(arch) => format!("musllinux_1_1_{arch}"),
            "linux" => format!("linux_{arch}"),
            "macos" => format!("macosx_10_9_{mac_arch}"),
            "windows" => match arch {
                "x86" => "win32".to_owned(),
                "x86_64" => "win_amd64".to_owned(),
                _ => "win_arm64".to_owned(),
            },
            other => format!("{other}_{arch}"),
        })
    }

    fn add(&mut self, name: &str, version: Option<(u32, u32)>) {
        let known = self.0.entry(name.to_owned()).or_insert(version);
        *known = (*known).min(version);
    }

    pub(super) fn extend(&mut self, other: &Platforms) {
        for (name, &version) in &other.0 {
            self.add(name, version);
        }
    }

    /// Those that both serve.
    pub(super) fn common(&self, other: &Platforms) -> Platforms {
        let both = self.0.iter().filter_map(|(name, version)| {
            other.0.get(name).map(|theirs| (name.clone(), (*version).max(*theirs)))
        });
        Platforms(both.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As Python calls them: `linux-x86_64`, `macosx-11.0-arm64`.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |(name, version): (&String, &Option<(u32, u32)>)| match (name.split_once('-'), version) {
            (Some((system, arch)), Some((major, minor))) => format!("{system}-{major}.{minor}-{arch}"),
            _ => name.clone(),
        };
        self.0.iter().map(name).collect()
    }
}

/// `11_0_arm64` to version and processor.
fn macos(tag: &str) -> Option<((u32, u32), &str)> {
    let (major, rest) = tag.split_once('_')?;
    let (minor, arch) = rest.split_once('_')?;
    Some(((major.parse().ok()?, minor.parse().ok()?), arch))
}

/// `_2_17_x86_64` and `2014_x86_64` to `x86_64`.
fn without_version(tag: &str) -> &str {
    tag.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_')
}

fn has_only_musl(arch: &str) -> bool {
    let has = |folder: &str, prefix: &str| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
    };
    has("/lib", &format!("ld-musl-{arch}")) && !has("/lib", "ld-linux") && !has("/lib64", "ld-linux")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_wheels_become_names_of_platforms() {
        for (tag, names) in [
            ("any", &[][..]),
            ("manylinux_2_17_x86_64.manylinux2014_x86_64", &["linux-x86_64"]),
            ("manylinux1_i686", &["linux-i686"]),
            ("linux_aarch64", &["linux-aarch64"]),
            ("musllinux_1_2_x86_64", &["musllinux-x86_64"]),
            ("win_amd64", &["win-amd64"]),
            ("win32", &["win32"]),
            ("macosx_11_0_arm64", &["macosx-11.0-arm64"]),
            ("macosx_10_13_universal2", &["macosx-11.0-arm64", "macosx-10.13-x86_64"]),
        ] {
            assert_eq!(Platforms::of_wheel(tag).names(), names, "{tag}");
        }
    }

    #[test]
    fn names_of_native_modules_tell_their_platform() {
        for (platform, names) in [
            ("x86_64-linux-gnu", Some(vec!["linux-x86_64"])),
            ("x86_64-linux-musl", Some(vec!["musllinux-x86_64"])),
            ("arm-linux-gnueabihf", Some(vec!["linux-armv7l"])),
            ("win_amd64", Some(vec!["win-amd64"])),
            ("darwin", None),
            ("", None),
        ] {
            let found = Platforms::of_extension(platform).map(|platforms| platforms.names());
            assert_eq!(
                found,
                names.map(|names| names.into_iter().map(str::to_owned).collect()),
                "{platform}"
            );
        }
    }

    #[test]
    fn what_two_builds_serve_needs_the_newer_macos() {
        let one = Platforms::of_wheel("macosx_10_9_universal2.manylinux2014_x86_64");
        let other = Platforms::of_wheel("macosx_12_0_arm64.win_amd64");
        assert_eq!(one.common(&other).names(), ["macosx-12.0-arm64"]);
    }
}
