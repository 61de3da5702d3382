//! Judges access control lists of Windows. This is separate from reading them, so that it can be
//! tested on every system.
//!
//! Trusted are the user, the system, the administrators, and whoever can replace the user's
//! profile: they can start programs as the user anyway.

use super::sddl::{CHANGE, Descriptor, REPLACE, REPLACE_CHILD, TAKE};

/// The system, the administrators, the administrator that Windows is installed with, and the
/// installer of Windows, which owns the folders of the system.
const ADMINISTRATORS: [&str; 4] =
    ["SY", "BA", "LA", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"];

/// The creator and the owner, which stand for somebody else in lists. Owners are checked.
const STAND_INS: [&str; 2] = ["CO", "OW"];

/// The identities of app containers. An app in one has no rights that its user lacks.
const APPS: [&str; 3] = ["AC", "S-1-15-2-", "S-1-15-3-"];

/// Who is trusted.
#[derive(Debug)]
pub(super) struct Trusted {
    /// The user's SID, as texts of descriptors have it.
    user: String,
    /// The owner of the profile, and those who can replace it.
    masters: Vec<String>,
}

/// What others can do to a file, folder or link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Nothing,
    /// Add files to the folder.
    Add,
    /// Rename or remove it, or the files in it.
    Replace,
    /// Everything, because it is theirs, or may be.
    Owned,
}

impl Trusted {
    /// `user` is the user's SID in the form of descriptors, `profile` the descriptor of the profile.
    pub(super) fn new(user: String, profile: Option<&str>) -> Trusted {
        let profile = profile.and_then(Descriptor::parse);
        let masters = profile.map(|profile| profile.holders(REPLACE).chain([profile.owner]).collect());
        let masters: Vec<&str> = masters.unwrap_or_default();
        Trusted { user, masters: masters.into_iter().map(str::to_owned).collect() }
    }

    fn has(&self, somebody: &str) -> bool {
        somebody == self.user
            || ADMINISTRATORS.contains(&somebody)
            || self.masters.iter().any(|master| master == somebody)
    }

    /// Whether somebody in a list is another user.
    fn lacks(&self, somebody: &str) -> bool {
        let is_app = || APPS.iter().any(|app| somebody.starts_with(app));
        !self.has(somebody) && !STAND_INS.contains(&somebody) && !is_app()
    }

    /// What others can do to the file, folder or link with this descriptor. Nobody can remove or
    /// rename the root of a drive.
    pub(super) fn reach(&self, sddl: &str, is_root: bool) -> Reach {
        let Some(found) = Descriptor::parse(sddl).filter(|found| self.has(found.owner)) else {
            return Reach::Owned;
        };
        let rights = if is_root { REPLACE_CHILD } else { REPLACE };
        if found.holders(rights).any(|holder| self.lacks(holder)) {
            return Reach::Replace;
        }
        match found.holders_in(CHANGE).any(|holder| self.lacks(holder)) {
            true => Reach::Add,
            false => Reach::Nothing,
        }
    }

    /// Whether another list makes a new folder safe. Those who may change its list have perhaps
    /// opened it for that already.
    pub(super) fn can_protect(&self, sddl: &str) -> bool {
        let found = Descriptor::parse(sddl).filter(|found| self.has(found.owner));
        found.is_some_and(|found| !found.holders(TAKE).any(|holder| self.lacks(holder)))
    }

    /// A list for the user alone, and the administrators, that files and folders inherit.
    pub(super) fn private_list(&self) -> String {
        format!("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{})", self.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "S-1-5-21-1-2-3-1001";
    const OTHER: &str = "S-1-5-21-1-2-3-1002";
    /// A profile as Windows makes it, and a helper who was given access to it.
    const PROFILE: &str = "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)\
        (A;OICI;0x1301bf;;;S-1-5-21-1-2-3-512)(A;OICI;0x1200a9;;;S-1-5-21-1-2-3-1002)";

    fn trusted() -> Trusted {
        Trusted::new(USER.to_owned(), Some(PROFILE))
    }

    #[test]
    fn lists_of_windows_are_judged() {
        let installer = ADMINISTRATORS[3];
        for (what, owner, list, reach) in [
            (
                "the system drive of Windows 11",
                installer,
                "D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)\
                 (A;OICI;0x1200a9;;;BU)(A;;0x1000a1;;;S-1-15-3-65536-1888954469-739942743)",
                Reach::Add,
            ),
            (
                "the system drive of a server",
                installer,
                "D:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;LC;;;BU)\
                 (A;CIIO;DC;;;BU)",
                Reach::Add,
            ),
            (
                "D:\\",
                "SY",
                "D:AI(A;OICIIO;SDGXGWGR;;;AU)(A;;0x1301bf;;;AU)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)\
                 (A;OICIIO;GA;;;BA)(A;;FA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)",
                Reach::Add,
            ),
            (
                "a new folder in it",
                USER,
                "D:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)\
                 (A;OICIIOID;SDGXGWGR;;;AU)",
                Reach::Replace,
            ),
            (
                "C:\\Users",
                "SY",
                "D:PAI(A;OICIIO;GXGR;;;WD)(A;;0x1200a9;;;WD)(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)(A;OICI;FA;;;BA)",
                Reach::Nothing,
            ),
            (
                "C:\\ProgramData",
                "SY",
                "D:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)",
                Reach::Add,
            ),
            (
                "a new folder in it",
                USER,
                "D:AI(A;ID;FA;;;S-1-5-21-1-2-3-1001)(A;OICIIOID;GA;;;CO)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)\
                 (A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)",
                Reach::Add,
            ),
            (
                "a folder in the profile, with one for apps",
                USER,
                "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;S-1-5-21-1-2-3-1001)(A;OICI;FA;;;AC)\
                 (A;OICIID;0x1301bf;;;S-1-5-21-1-2-3-512)(A;OICI;FA;;;S-1-15-3-65536-1-2)",
                Reach::Nothing,
            ),
            ("a file system without lists", "WD", "D:NO_ACCESS_CONTROL", Reach::Owned),
            ("no list", USER, "", Reach::Replace),
            ("a folder of another user", OTHER, "D:P(A;;FA;;;SY)", Reach::Owned),
            // Whoever can replace the profile is trusted, as its owner is.
            ("of the helper", "S-1-5-21-1-2-3-512", "D:P(A;;FA;;;SY)", Reach::Nothing),
            ("of an administrator", "BA", "D:P(A;;FA;;;SY)(A;;FA;;;OW)", Reach::Nothing),
            ("read by all", USER, "D:P(A;OICI;0x1200a9;;;WD)", Reach::Nothing),
            ("added to by one", USER, "D:P(A;;0x2;;;S-1-5-21-1-2-3-1002)", Reach::Add),
            ("new files are open", USER, "D:P(A;OIIO;GA;;;S-1-5-21-1-2-3-1002)", Reach::Add),
        ] {
            let sddl = format!("O:{owner}G:DU{list}");
            assert_eq!(trusted().reach(&sddl, what.ends_with(":\\")), reach, "{what}: {sddl}");
        }
        assert_eq!(trusted().reach("D:P", true), Reach::Owned);
        // Without a profile the helper is another user.
        let helped = format!("O:{USER}D:P(A;;FA;;;S-1-5-21-1-2-3-512)");
        assert_eq!(trusted().reach(&helped, true), Reach::Nothing);
        assert_eq!(Trusted::new(USER.to_owned(), None).reach(&helped, false), Reach::Replace);
    }

    #[test]
    fn a_new_folder_is_protected_if_nobody_could_change_its_list() {
        for (list, expected) in [
            ("D:AI(A;OICIID;FA;;;BA)(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)", true),
            ("D:AI(A;CIID;DCLCRPCR;;;BU)", true),
            ("D:AI(A;OICIIOID;GA;;;WD)", true),
            ("D:AI(A;OICIID;FA;;;WD)", false),
            ("D:AI(A;ID;WD;;;AU)", false),
            ("D:AI(A;ID;WO;;;AU)", false),
            ("D:AI(A;ID;GA;;;AU)", false),
            ("", false),
        ] {
            assert_eq!(trusted().can_protect(&format!("O:{USER}{list}")), expected, "{list}");
            assert!(!trusted().can_protect(&format!("O:{OTHER}{list}")), "{list}");
        }
        let private = format!("O:{USER}{}", trusted().private_list());
        assert_eq!(trusted().reach(&private, false), Reach::Nothing);
    }
}
