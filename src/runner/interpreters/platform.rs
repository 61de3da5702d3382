//! Decides whether native modules that were built for one platform run on another.
//!
//! | in a manifest | runs where Python says | |
//! |---|---|---|
//! | `manylinux-2.17-x86_64` | `manylinux-2.36-x86_64` | glibc of that version or newer (PEP 600) |
//! | `musllinux-1.2-x86_64` | `musllinux-1.2-x86_64` | musl of that version or newer (PEP 656) |
//! | `linux-x86_64` | `manylinux-2.36-x86_64` | glibc of any version: nothing is known of what it needs |
//! | `macosx-11.0-arm64` | `macosx-14.5-arm64` | macOS of that version or newer, the processor being the one Python runs on |
//! | `win-amd64`, others | the same | |
//!
//! An unknown version matches any.

use std::cmp::Ordering;

/// `system-version-processor`. The version and the processor are optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Platform<'n> {
    system: &'n str,
    version: Option<(u32, u32)>,
    processor: &'n str,
}

impl Platform<'_> {
    fn new(name: &str) -> Platform<'_> {
        let (system, rest) = name.split_once('-').unwrap_or((name, ""));
        let numbers = rest.split_once('-').and_then(|(numbers, rest)| Some((version(numbers)?, rest)));
        let (version, processor) = numbers.map_or((None, rest), |(version, rest)| (Some(version), rest));
        let system = if system == "linux" { "manylinux" } else { system };
        Platform { system, version, processor }
    }
}

/// `2.17`, or `14` for 14.0. Further numbers are ignored.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next().unwrap_or(Some(0))?))
}

/// Whether what was built for one platform runs on another.
pub(super) fn runs_on(built: &str, here: &str) -> bool {
    compare(built, here).is_some_and(|age| age != Ordering::Greater)
}

/// Whether programs for a platform may run on this machine. The version of the C library or of macOS
/// is not compared.
pub(in crate::runner) fn is_of_this_machine(name: &str) -> bool {
    let Platform { system, processor, .. } = Platform::new(name);
    let is_own = match std::env::consts::OS {
        "linux" => ["manylinux", "musllinux"].contains(&system),
        "macos" => system == "macosx",
        "windows" => system == "win" || system == "win32",
        _ => false,
    };
    let own_processor = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("windows", "x86_64") => "amd64",
        ("windows", "x86") => "",
        ("windows" | "macos", "aarch64") => "arm64",
        (_, "arm") => "armv7l",
        (_, "x86") => "i686",
        (_, other) => other,
    };
    is_own && processor == own_processor
}

/// The newer C library or system that it needs: `glibc 2.34`. `None` if that is not the obstacle.
pub(super) fn newer_wanted(built: &str, here: &str) -> Option<String> {
    let wanted = Platform::new(built);
    let (major, minor) = wanted.version.filter(|_| compare(built, here) == Some(Ordering::Greater))?;
    let system = match wanted.system {
        "manylinux" => "glibc",
        "musllinux" => "musl",
        "macosx" => "macOS",
        other => other,
    };
    Some(format!("{system} {major}.{minor}"))
}

/// Compares the needed version with the present one. `None` for another system or processor. An
/// unknown version counts as equal.
fn compare(built: &str, here: &str) -> Option<Ordering> {
    let (built, here) = (Platform::new(built), Platform::new(here));
    let same = built.system == here.system && built.processor == here.processor;
    let age = built.version.zip(here.version).map_or(Ordering::Equal, |(built, here)| built.cmp(&here));
    same.then_some(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_modules_run_on_their_platform_and_newer_ones_of_its_kind() {
        for (built, here, runs, newer) in [
            ("manylinux-2.17-x86_64", "manylinux-2.36-x86_64", true, None),
            ("manylinux-2.34-x86_64", "manylinux-2.31-x86_64", false, Some("glibc 2.34")),
            ("manylinux-2.5-x86_64", "manylinux-2.17-x86_64", true, None),
            ("manylinux-2.17-x86_64", "manylinux-2.36-i686", false, None),
            ("manylinux-2.17-x86_64", "manylinux-2.36-aarch64", false, None),
            ("manylinux-2.17-x86_64", "musllinux-1.2-x86_64", false, None),
            ("manylinux-2.17-x86_64", "linux-x86_64", true, None),
            ("linux-x86_64", "manylinux-2.36-x86_64", true, None),
            ("linux-x86_64", "musllinux-x86_64", false, None),
            ("musllinux-1.2-x86_64", "musllinux-1.1-x86_64", false, Some("musl 1.2")),
            ("musllinux-1.1-x86_64", "musllinux-1.2.4-x86_64", true, None),
            ("musllinux-1.2-x86_64", "musllinux-x86_64", true, None),
            ("musllinux-1.2-x86_64", "manylinux-2.36-x86_64", false, None),
            ("macosx-11.0-arm64", "macosx-14.5-arm64", true, None),
            ("macosx-10.9-x86_64", "macosx-11.7.10-x86_64", true, None),
            ("macosx-14.0-arm64", "macosx-13.6-arm64", false, Some("macOS 14.0")),
            ("macosx-11.0-arm64", "macosx-14.0-x86_64", false, None),
            ("win-amd64", "win-amd64", true, None),
            ("win32", "win32", true, None),
            ("win32", "win-amd64", false, None),
            ("win-amd64", "win-arm64", false, None),
            ("win-amd64", "mingw_x86_64_ucrt_gnu", false, None),
            ("freebsd-14.1-release-amd64", "freebsd-14.1-release-amd64", true, None),
        ] {
            assert_eq!(runs_on(built, here), runs, "{built} on {here}");
            assert_eq!(newer_wanted(built, here).as_deref(), newer, "{built} on {here}");
        }
    }
}
