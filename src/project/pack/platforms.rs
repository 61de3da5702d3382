//! Converts the platform names of wheels and native files to those of a
//! [manifest](crate::bundle::Variant::platforms).
//!
//! `manylinux_2_17` is a Linux with glibc 2.17 or newer (PEP 600), `musllinux_1_2` one with musl
//! 1.2 or newer (PEP 656). A file built for one C library does not load on the other. `macosx_11_0`
//! is macOS 11.0 or newer. `universal2` means both of its processors.

use std::collections::BTreeMap;

/// The version of macOS or of a C library: major and minor.
type Version = (u32, u32);

/// The first macOS for Apple's processors.
const FIRST_ARM64_MACOS: Version = (11, 0);

/// A set of platforms: systems with processors (`linux` is the one of glibc), and the oldest
/// version of the C library or of macOS that works, if known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Platforms(BTreeMap<String, Option<Version>>);

impl Platforms {
    /// The platforms of a wheel's tag: `manylinux_2_17_x86_64`, `win_amd64`,
    /// `macosx_11_0_universal2`. Empty for `any`.
    pub(super) fn of_wheel(tag: &str) -> Platforms {
        let mut platforms = Platforms::default();
        for tag in tag.split('.').filter(|tag| *tag != "any") {
            platforms.add_wheel_tag(tag);
        }
        platforms
    }

    fn add_wheel_tag(&mut self, tag: &str) {
        if let Some((version, arch)) = tag.strip_prefix("macosx_").and_then(versioned) {
            let is_universal = arch == "universal2";
            if is_universal || arch != "arm64" {
                let arch = if is_universal { "x86_64" } else { arch };
                self.add(&format!("macosx-{arch}"), Some(version));
            }
            if is_universal || arch == "arm64" {
                self.add("macosx-arm64", Some(version.max(FIRST_ARM64_MACOS)));
            }
        } else if let Some((system, version, arch)) = linux(tag) {
            self.add(&format!("{system}-{arch}"), version);
        } else {
            self.add(&tag.replacen('_', "-", 1), None);
        }
    }

    /// The platform in the name of a native module: `x86_64-linux-gnu`, `win_amd64`. `None` if the
    /// name is not specific enough.
    pub(super) fn of_extension(platform: &str) -> Option<Platforms> {
        if platform.starts_with("win") {
            return Some(Platforms::of_wheel(platform));
        }
        let (arch, system) = platform.split_once("-linux-")?;
        let arch = linux_processor(arch);
        let libc = if system.starts_with("musl") { "musllinux" } else { "linux" };
        let mut platforms = Platforms::default();
        platforms.add(&format!("{libc}-{arch}"), None);
        Some(platforms)
    }

    /// The platforms of an image for a system and processors, in the notation of
    /// [`names`](Platforms::names).
    pub(super) fn of_image(system: &str, processors: &[&str]) -> Platforms {
        let mut platforms = Platforms::default();
        for processor in processors {
            platforms.add(&format!("{system}-{processor}"), None);
        }
        platforms
    }

    /// For a file whose name has these platforms, those of its wheel. The wheel has the version of
    /// the C library. It is also right on systems with musl, where some Pythons use `gnu` in the
    /// name.
    pub(super) fn narrowed_by(self, wheel: &Platforms) -> Platforms {
        let kind = |name: &str| name.trim_start_matches("musl").to_owned();
        let has_version = |name: &String| wheel.0.get(name).is_some_and(Option::is_some);
        let of_kind = wheel.0.iter().filter(|(name, version)| {
            version.is_some()
                && self.0.keys().any(|own| own == *name || !has_version(own) && kind(own) == kind(name))
        });
        let narrowed = Platforms(of_kind.map(|(name, &version)| (name.clone(), version)).collect());
        if narrowed.is_empty() { self } else { narrowed }
    }

    /// The platform of this machine.
    pub(super) fn here() -> Platforms {
        let arch = std::env::consts::ARCH;
        let linux_arch = linux_processor(arch);
        let mac_arch = if arch == "aarch64" { "arm64" } else { arch };
        Platforms::of_wheel(&match std::env::consts::OS {
            "linux" if has_only_musl(arch) => format!("musllinux_1_1_{linux_arch}"),
            "linux" => format!("linux_{linux_arch}"),
            "macos" => format!("macosx_10_9_{mac_arch}"),
            "windows" => match arch {
                "x86" => "win32".to_owned(),
                "x86_64" => "win_amd64".to_owned(),
                _ => "win_arm64".to_owned(),
            },
            other => format!("{other}_{arch}"),
        })
    }

    fn add(&mut self, name: &str, version: Option<Version>) {
        let known = self.0.entry(name.to_owned()).or_insert(version);
        *known = (*known).min(version);
    }

    pub(super) fn extend(&mut self, other: &Platforms) {
        for (name, &version) in &other.0 {
            self.add(name, version);
        }
    }

    /// The platforms that both support.
    pub(super) fn common(&self, other: &Platforms) -> Platforms {
        let both = self.0.iter().filter_map(|(name, version)| {
            other.0.get(name).map(|theirs| (name.clone(), (*version).max(*theirs)))
        });
        Platforms(both.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names in a manifest: `manylinux-2.17-x86_64`, `macosx-11.0-arm64`, `win-amd64`.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |(name, version): (&String, &Option<Version>)| match (name.split_once('-'), version) {
            (Some((system, arch)), Some((major, minor))) => {
                let system = if system == "linux" { "manylinux" } else { system };
                format!("{system}-{major}.{minor}-{arch}")
            }
            _ => name.clone(),
        };
        self.0.iter().map(name).collect()
    }
}

/// The platforms of a wheel's tag, in the notation of a manifest.
pub(in crate::project) fn names(tag: &str) -> Vec<String> {
    Platforms::of_wheel(tag).names()
}

/// Whether the tag of a wheel is for this machine's system and processor, with any C library.
/// Environment markers have the same values there.
pub(in crate::project) fn is_of_this_machine(tag: &str) -> bool {
    let here = Platforms::here();
    are_of_one_machine(tag, here.0.keys())
}

/// Whether the tag of a wheel and one of the names are for the same system and processor, with any C
/// library.
pub(in crate::project) fn are_of_one_machine<'n>(
    tag: &str,
    names: impl IntoIterator<Item = &'n String>,
) -> bool {
    let own = Platforms::of_wheel(tag);
    let kind = |name: &'n String| name.trim_start_matches("musl");
    names.into_iter().map(kind).any(|kind| own.0.keys().any(|own| own.trim_start_matches("musl") == kind))
}

/// `11_0_arm64` to version and processor.
fn versioned(tag: &str) -> Option<(Version, &str)> {
    let (major, rest) = tag.split_once('_')?;
    let (minor, arch) = rest.split_once('_')?;
    Some(((major.parse().ok()?, minor.parse().ok()?), arch))
}

/// `manylinux_2_17_x86_64` and `manylinux2014_x86_64` to system, version of its C library and
/// processor.
fn linux(tag: &str) -> Option<(&'static str, Option<Version>, &str)> {
    let named = [("manylinux1_", (2, 5)), ("manylinux2010_", (2, 12)), ("manylinux2014_", (2, 17))];
    for (prefix, version) in named {
        if let Some(arch) = tag.strip_prefix(prefix) {
            return Some(("linux", Some(version), arch));
        }
    }
    let after = |prefix: &str| tag.strip_prefix(prefix).and_then(versioned);
    if let Some((version, arch)) = after("manylinux_") {
        return Some(("linux", Some(version), arch));
    }
    if let Some((version, arch)) = after("musllinux_") {
        return Some(("musllinux", Some(version), arch));
    }
    Some(("linux", None, tag.strip_prefix("linux_")?))
}

/// Python's name of a processor.
fn linux_processor(name: &str) -> &str {
    match name {
        "i386" | "x86" => "i686",
        "arm" => "armv7l",
        "powerpc64le" => "ppc64le",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        "powerpc64" => "ppc64",
        other => other,
    }
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
            ("manylinux_2_17_x86_64.manylinux2014_x86_64", &["manylinux-2.17-x86_64"]),
            ("manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_28_x86_64", &["manylinux-2.5-x86_64"]),
            ("manylinux1_i686", &["manylinux-2.5-i686"]),
            ("manylinux2010_x86_64", &["manylinux-2.12-x86_64"]),
            ("linux_aarch64", &["linux-aarch64"]),
            ("linux_armv7l", &["linux-armv7l"]),
            ("musllinux_1_2_x86_64", &["musllinux-1.2-x86_64"]),
            (
                "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
                &["manylinux-2.17-x86_64", "musllinux-1.1-x86_64"],
            ),
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
    fn a_wheel_knows_more_of_its_files_than_their_names() {
        for (file, wheel, names) in [
            ("x86_64-linux-gnu", "manylinux_2_28_x86_64", &["manylinux-2.28-x86_64"][..]),
            ("x86_64-linux-gnu", "manylinux_2_17_x86_64.musllinux_1_2_x86_64", &["manylinux-2.17-x86_64"]),
            ("x86_64-linux-musl", "manylinux_2_17_x86_64.musllinux_1_2_x86_64", &["musllinux-1.2-x86_64"]),
            ("x86_64-linux-gnu", "musllinux_1_1_x86_64", &["musllinux-1.1-x86_64"]),
            ("x86_64-linux-musl", "linux_x86_64", &["musllinux-x86_64"]),
            ("x86_64-linux-gnu", "manylinux_2_17_aarch64", &["linux-x86_64"]),
            ("x86_64-linux-gnu", "any", &["linux-x86_64"]),
            ("win_amd64", "win_amd64", &["win-amd64"]),
        ] {
            let own = Platforms::of_extension(file).expect("it says one");
            assert_eq!(own.narrowed_by(&Platforms::of_wheel(wheel)).names(), names, "{file} of {wheel}");
        }
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn a_platform_is_of_this_machine_whatever_its_c_library() {
        for (tag, expected) in [
            ("manylinux_2_17_x86_64", true),
            ("musllinux_1_2_x86_64", true),
            ("manylinux2014_aarch64", false),
            ("win_amd64", false),
            ("macosx_11_0_x86_64", false),
        ] {
            assert_eq!(is_of_this_machine(tag), expected, "{tag}");
        }
    }

    #[test]
    fn what_two_builds_serve_needs_the_newer_c_library() {
        let one = Platforms::of_wheel("manylinux_2_17_x86_64.musllinux_1_1_x86_64");
        let other = Platforms::of_wheel("manylinux_2_34_x86_64");
        assert_eq!(one.common(&other).names(), ["manylinux-2.34-x86_64"]);
        assert_eq!(one.common(&Platforms::of_wheel("linux_x86_64")).names(), ["manylinux-2.17-x86_64"]);
    }

    #[test]
    fn what_two_builds_serve_needs_the_newer_macos() {
        let one = Platforms::of_wheel("macosx_10_9_universal2.manylinux2014_x86_64");
        let other = Platforms::of_wheel("macosx_12_0_arm64.win_amd64");
        assert_eq!(one.common(&other).names(), ["macosx-12.0-arm64"]);
    }
}
