//! Who can change a folder on Windows: its owner, and those to whom its access control list gives
//! the right.
//!
//! [`lists`](super::lists) judges. Whoever can replace the user's profile is trusted, so the folders
//! above it are not looked at, and the usual folders, which are in the profile, need nothing but the
//! list that they inherit.
//!
//! A folder that the runner makes elsewhere inherits a list too. By Windows' defaults, others may
//! change it. The runner replaces the list, and then makes sure that nobody has used the old one.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf, Prefix};

use windows_permissions::constants::{SeObjectType::SE_FILE_OBJECT, SecurityInformation};
use windows_permissions::utilities::current_process_sid;
use windows_permissions::wrappers::{
    ConvertSecurityDescriptorToStringSecurityDescriptor, ConvertSidToStringSid, GetSecurityInfo,
    SetSecurityInfo,
};
use windows_permissions::{LocalBox, SecurityDescriptor};

use super::lists::{Reach, Trusted};
use super::sddl::Descriptor;
use super::{Obstacle, Standing, foreign, writable};

const READ_CONTROL: u32 = 0x2_0000;
const WRITE_DAC: u32 = 0x4_0000;
const FILE_LIST_DIRECTORY: u32 = 0x1;
const FILE_SHARE_READ: u32 = 0x1;
const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x200_0000;
const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x20_0000;

/// Decides for the user of this process.
pub(super) struct Judge {
    trusted: Trusted,
    profile: Option<PathBuf>,
}

impl Judge {
    pub(super) fn new() -> Result<Judge, Obstacle> {
        let user = user().map_err(|source| Obstacle::Io { path: "the user's token".into(), source })?;
        let profile = env::home_dir();
        let text = profile.as_deref().and_then(|profile| text(profile).ok());
        Ok(Judge { trusted: Trusted::new(user, text.as_deref()), profile })
    }

    /// Checks a file, folder or link: it belongs to somebody trusted. If others can add files to a
    /// folder, they cannot replace existing files.
    pub(super) fn look(&self, path: &Path, is_last: bool) -> Result<Standing, Obstacle> {
        let is_above_profile = self.profile.as_ref().is_some_and(|profile| profile.starts_with(path));
        if is_above_profile && !is_last {
            return Ok(Standing { is_link: false, is_open: false });
        }
        let io_error = |source| Obstacle::Io { path: path.to_owned(), source };
        let is_link = fs::symlink_metadata(path).map_err(io_error)?.is_symlink();
        match self.trusted.reach(&text(path).map_err(io_error)?, is_drive(path)) {
            Reach::Nothing => Ok(Standing { is_link, is_open: false }),
            Reach::Add if !is_link => Ok(Standing { is_link, is_open: true }),
            // Who can add files to a link, which has none, can turn it elsewhere.
            Reach::Add | Reach::Replace => Err(writable(path.to_owned())),
            Reach::Owned => Err(foreign(path.to_owned())),
        }
    }

    pub(super) fn is_own(&self, path: &Path) -> bool {
        text(path).is_ok_and(|text| self.trusted.reach(&text, false) != Reach::Owned)
    }

    /// Creates the folder, and those above it that are missing.
    pub(super) fn make(&self, path: &Path) -> Result<(), Obstacle> {
        let missing: Vec<_> = path.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            match self.create(folder) {
                // Another run makes it. It is checked afterwards.
                Err(Obstacle::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {}
                created => created?,
            }
        }
        Ok(())
    }

    /// Creates a folder in another one. If it inherits rights of others, they are taken away.
    pub(super) fn create(&self, folder: &Path) -> Result<(), Obstacle> {
        let io_error = |source| Obstacle::Io { path: folder.to_owned(), source };
        fs::create_dir(folder).map_err(io_error)?;
        let text = text(folder).map_err(io_error)?;
        if self.trusted.reach(&text, false) == Reach::Nothing {
            return Ok(());
        }
        if !self.trusted.can_protect(&text) {
            return Err(writable(folder.to_owned()));
        }
        self.protect(folder).map_err(io_error)?;
        let is_safe = !is_held(folder)
            && self.owns_all_in(folder).map_err(io_error)?
            && self.look(folder, true).is_ok_and(|found| !found.is_link && !found.is_open);
        if is_safe { Ok(()) } else { Err(writable(folder.to_owned())) }
    }

    /// Replaces the list of a new folder.
    fn protect(&self, folder: &Path) -> io::Result<()> {
        let list: LocalBox<SecurityDescriptor> = self.trusted.private_list().parse()?;
        let mut file = options(READ_CONTROL | WRITE_DAC).open(folder)?;
        let parts = SecurityInformation::Dacl | SecurityInformation::ProtectedDacl;
        SetSecurityInfo(&mut file, SE_FILE_OBJECT, parts, None, None, list.dacl(), None)
    }

    /// Whether nobody else has put files into a new folder.
    fn owns_all_in(&self, folder: &Path) -> io::Result<bool> {
        let mut entries = fs::read_dir(folder)?;
        Ok(entries.all(|entry| entry.is_ok_and(|entry| self.is_own(&entry.path()))))
    }
}

/// Whether this is the root of a drive or volume. That of a share is a folder elsewhere.
fn is_drive(path: &Path) -> bool {
    let mut parts = path.components();
    let is_local = |prefix: Prefix<'_>| {
        matches!(prefix, Prefix::Disk(_) | Prefix::VerbatimDisk(_) | Prefix::Verbatim(_))
    };
    let begins = matches!(parts.next(), Some(Component::Prefix(prefix)) if is_local(prefix.kind()));
    begins && parts.next() == Some(Component::RootDir) && parts.next().is_none()
}

/// Whether somebody has opened the folder to rename it or to add files. Rights that were given at
/// the opening stay.
fn is_held(folder: &Path) -> bool {
    options(FILE_LIST_DIRECTORY).share_mode(FILE_SHARE_READ).open(folder).is_err()
}

/// Opens a file, folder or link, and not the target of the link.
fn options(access: u32) -> OpenOptions {
    let mut options = File::options();
    options.access_mode(access).custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    options
}

/// The owner and the access control list of a file, folder or link.
fn text(path: &Path) -> io::Result<String> {
    let parts = SecurityInformation::Owner | SecurityInformation::Dacl;
    let descriptor = GetSecurityInfo(&options(READ_CONTROL).open(path)?, SE_FILE_OBJECT, parts)?;
    as_text(&descriptor, parts)
}

fn as_text(descriptor: &SecurityDescriptor, parts: SecurityInformation) -> io::Result<String> {
    let text = ConvertSecurityDescriptorToStringSecurityDescriptor(descriptor, parts)?;
    text.into_string().map_err(|_| io::ErrorKind::InvalidData.into())
}

/// The user's SID. Windows writes well-known ones in two letters, so it is written as an owner.
fn user() -> io::Result<String> {
    let sid = ConvertSidToStringSid(&*current_process_sid()?)?;
    let owner: LocalBox<SecurityDescriptor> = format!("O:{}", sid.display()).parse()?;
    let text = as_text(&owner, SecurityInformation::Owner)?;
    Descriptor::parse(&text)
        .map(|user| user.owner.to_owned())
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}
