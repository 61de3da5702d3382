//! The Pythons in the Windows registry (PEP 514): `Software\Python\COMPANY\TAG\InstallPath`.

use std::ffi::OsString;
use std::path::PathBuf;

use winreg::RegKey;
use winreg::enums::{HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_32KEY, KEY_WOW64_64KEY};

use super::candidates::{Candidate, Hint, Origin};

/// The user's own come first, then those of the machine, for 64 and for 32 bits.
pub(super) fn registered() -> impl Iterator<Item = Candidate> {
    let places = [
        (HKEY_CURRENT_USER, KEY_WOW64_64KEY),
        (HKEY_LOCAL_MACHINE, KEY_WOW64_64KEY),
        (HKEY_LOCAL_MACHINE, KEY_WOW64_32KEY),
    ];
    places.into_iter().flat_map(|(root, view)| {
        let pythons = RegKey::predef(root).open_subkey_with_flags("Software\\Python", KEY_READ | view);
        pythons.map(|key| of_companies(&key)).unwrap_or_default()
    })
}

fn of_companies(pythons: &RegKey) -> Vec<Candidate> {
    let mut found = Vec::new();
    for company in pythons.enum_keys().flatten() {
        let Ok(company) = pythons.open_subkey(company) else { continue };
        let tags = company.enum_keys().flatten().filter_map(|tag| company.open_subkey(tag).ok());
        found.extend(tags.filter_map(|tag| of_tag(&tag)));
    }
    found
}

fn of_tag(tag: &RegKey) -> Option<Candidate> {
    let install = tag.open_subkey("InstallPath").ok()?;
    let executable = install.get_value::<OsString, _>("ExecutablePath").map(PathBuf::from);
    let folder =
        || install.get_value::<OsString, _>("").map(|folder| PathBuf::from(folder).join("python.exe"));
    let path = executable.or_else(|_| folder()).ok().filter(|path| path.is_file())?;
    let version = tag.get_value::<String, _>("SysVersion").unwrap_or_default();
    let minor = version.strip_prefix("3.").and_then(|minor| minor.parse().ok());
    Some(Candidate { path, origin: Origin::System, hint: minor.map_or(Hint::Unknown, Hint::Minor) })
}
