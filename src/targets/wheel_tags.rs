//! For which versions a wheel is, by the tags of its name and of its `WHEEL` file.
//!
//! <https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/>

use super::version::{Target, Version};

/// Whether CPython `version` takes a wheel with this Python tag and ABI tag: `cp312` and `cp312`,
/// `cp39` and `abi3`, `py3` and `none`.
pub fn wheel_fits(python: &str, abi: &str, version: Version) -> bool {
    let minor = u32::from(version.minor());
    if python == "py3" {
        return abi == "none";
    }
    let wanted = |prefix: &str| python.strip_prefix(prefix)?.parse::<u32>().ok();
    match (wanted("cp3"), wanted("py3")) {
        (Some(least), _) if abi == "abi3" => minor >= least,
        (Some(exact), _) => minor == exact && (abi == "none" || abi == python),
        (None, Some(least)) => abi == "none" && minor >= least,
        (None, None) => false,
    }
}

/// What a native extension module's name says of the Python it is for: the part between the
/// module's name and `.so` or `.pyd`, `cpython-312-x86_64-linux-gnu` or `cp312-win_amd64`. If it is
/// for `target`, gives what follows: the platform.
pub fn extension_platform<'t>(tag: &'t str, target: &Target) -> Option<&'t str> {
    let pyc_tag = target.features().pyc_tag;
    let short = pyc_tag.replace("cpython-", "cp");
    let rest = tag.strip_prefix(pyc_tag).or_else(|| tag.strip_prefix(short.as_str()))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('-') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_fit_the_versions_they_name() {
        for (python, abi, fits) in [
            ("cp312", "cp312", true),
            ("cp312", "none", true),
            ("cp313", "cp313", false),
            ("cp39", "abi3", true),
            ("cp312", "abi3", true),
            ("cp313", "abi3", false),
            ("cp312", "cp312t", false),
            ("py3", "none", true),
            ("py2", "none", false),
            ("py38", "none", true),
            ("py313", "none", false),
            ("pp311", "pypy311_pp73", false),
        ] {
            assert_eq!(wheel_fits(python, abi, Version::V3_12), fits, "{python}-{abi}");
        }
    }

    #[test]
    fn names_of_extension_modules_lead_to_their_platforms() {
        let target: Target = "3.12".parse().expect("supported");
        for (tag, platform) in [
            ("cpython-312-x86_64-linux-gnu", Some("x86_64-linux-gnu")),
            ("cpython-312-darwin", Some("darwin")),
            ("cp312-win_amd64", Some("win_amd64")),
            ("cpython-312", Some("")),
            ("cpython-312d-x86_64-linux-gnu", None),
            ("cpython-313-darwin", None),
            ("pypy311-pp73-x86_64-linux-gnu", None),
        ] {
            assert_eq!(extension_platform(tag, &target), platform, "{tag}");
        }
    }
}
