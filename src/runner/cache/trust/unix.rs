//! Who can change a folder on Unix: its owner, and those whom its mode lets write.
//!
//! Some systems give each user a group of the same name, and let the group write to new folders. On
//! Linux such a group counts as the user, if the files of accounts know no other member.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Obstacle, Standing, folder_builder, foreign, writable};

/// The write permissions of the group and of others.
const WRITABLE_BY_GROUP: u32 = 0o020;
const WRITABLE_BY_OTHERS: u32 = 0o002;
/// Nobody can rename or remove the files of others.
const STICKY: u32 = 0o1000;

/// Decides for the effective user of this process.
pub(super) struct Judge(());

impl Judge {
    pub(super) fn new() -> Result<Judge, Obstacle> {
        Ok(Judge(()))
    }

    /// Creates the folder, and those above it that are missing.
    pub(super) fn make(&self, path: &Path) -> Result<(), Obstacle> {
        let created = folder_builder().recursive(true).create(path);
        created.map_err(|source| Obstacle::Io { path: path.to_owned(), source })
    }

    /// Creates a folder in another one.
    pub(super) fn create(&self, folder: &Path) -> Result<(), Obstacle> {
        folder_builder().create(folder).map_err(|source| Obstacle::Io { path: folder.to_owned(), source })
    }

    /// Checks a file, folder or link: it belongs to the user or the administrator. If others can
    /// add files to a folder, they cannot replace existing files.
    pub(super) fn look(&self, path: &Path, _is_last: bool) -> Result<Standing, Obstacle> {
        let metadata =
            fs::symlink_metadata(path).map_err(|source| Obstacle::Io { path: path.to_owned(), source })?;
        let owner = metadata.uid();
        if owner != 0 && !belongs_to_user(&metadata) && Some(owner) != outsider() {
            return Err(foreign(path.to_owned()));
        }
        let (mode, is_link) = (metadata.mode(), metadata.is_symlink());
        let is_open_to_group = || mode & WRITABLE_BY_GROUP != 0 && !is_for_user_alone(path, metadata.gid());
        // The mode of a link has no meaning.
        let is_open = !is_link && (mode & WRITABLE_BY_OTHERS != 0 || is_open_to_group());
        match is_open && mode & STICKY == 0 {
            true => Err(writable(path.to_owned())),
            false => Ok(Standing { is_link, is_open }),
        }
    }

    pub(super) fn is_own(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|metadata| belongs_to_user(&metadata))
    }
}

fn belongs_to_user(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Whether the permissions of the group are the user's alone: it is the user's own, and no access
/// control list names others. With a list, the mode of the group is that of all whom the list names.
#[cfg(target_os = "linux")]
fn is_for_user_alone(path: &Path, group: u32) -> bool {
    let accounts = || {
        let users = fs::read_to_string("/etc/passwd").ok()?;
        let groups = fs::read_to_string("/etc/group").ok()?;
        own_group(rustix::process::geteuid().as_raw(), &users, &groups)
    };
    accounts() == Some(group) && !has_list(path)
}

#[cfg(not(target_os = "linux"))]
fn is_for_user_alone(_: &Path, _: u32) -> bool {
    false
}

/// Whether a folder has an access control list (`system.posix_acl_access`), or may have one.
#[cfg(target_os = "linux")]
fn has_list(path: &Path) -> bool {
    let mut names = [0; 4096];
    match rustix::fs::llistxattr(path, &mut names[..]) {
        Ok(length) => names[..length].split(|&byte| byte == 0).any(|name| name.starts_with(b"system.")),
        Err(error) => error != rustix::io::Errno::OPNOTSUPP,
    }
}

/// A line of `passwd(5)` or `group(5)`.
#[cfg(any(target_os = "linux", test))]
struct Account<'t> {
    name: &'t str,
    /// The number of the user, or of the group.
    number: u32,
    /// The user's group, or the group itself.
    group: u32,
    /// The names of further members, in the line of a group.
    members: &'t str,
}

#[cfg(any(target_os = "linux", test))]
impl Account<'_> {
    /// `name:password:number:group:...`
    fn of_user(line: &str) -> Option<Account<'_>> {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?.parse().ok()?);
        Some(Account { name, number, group: fields.next()?.parse().ok()?, members: "" })
    }

    /// `name:password:number:member,member`
    fn of_group(line: &str) -> Option<Account<'_>> {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?.parse().ok()?);
        Some(Account { name, number, group: number, members: fields.next()?.trim() })
    }
}

/// The group that has the user's name and no other member, by `passwd(5)` and `group(5)`. `None` if
/// there is none, or if the files do not know the user: a directory service may know more members.
#[cfg(any(target_os = "linux", test))]
fn own_group(user: u32, users: &str, groups: &str) -> Option<u32> {
    let users = || users.lines().filter_map(Account::of_user);
    let groups = || groups.lines().filter_map(Account::of_group);
    let own = users().find(|account| account.number == user)?;
    let group = own.group;
    let named = groups().find(|account| account.name == own.name && account.group == group)?;
    let is_other = |name: &str| !name.is_empty() && name != named.name;
    let has_others = users().any(|account| account.group == group && account.number != user)
        || groups().any(|account| account.group == group && account.members.split(',').any(is_other));
    (!has_others).then_some(group)
}

/// In a user namespace (a sandbox, a rootless container): the owner that all outside users map to,
/// including that of the system's folders. No process in the namespace can run as that user.
fn outsider() -> Option<u32> {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let outsider = number(&fs::read_to_string("/proc/sys/kernel/overflowuid").ok()?)?;
    let mapped = fs::read_to_string("/proc/self/uid_map").ok()?;
    let is_mapped = mapped.lines().any(|range| {
        let mut numbers = range.split_whitespace().map(number);
        match (numbers.next().flatten(), numbers.nth(1).flatten()) {
            (Some(first), Some(count)) => outsider.checked_sub(first).is_some_and(|at| at < count),
            _ => true,
        }
    });
    (!is_mapped).then_some(outsider)
}

#[cfg(test)]
mod tests {
    use super::own_group;

    #[test]
    fn a_group_is_the_users_own_if_nobody_else_is_in_it() {
        const ANN: &str = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\n";
        for (users, groups, expected) in [
            ("", "root:x:0:\nann:x:1000:\n", Some(1000)),
            ("", "ann:x:1000:ann\n", Some(1000)),
            ("", "ann:x:1000:ann,\n", Some(1000)),
            // Other members, by either file.
            ("", "ann:x:1000:bob\n", None),
            ("", "ann:x:1000:ann,bob\n", None),
            ("", "ann:x:1000:\nsame:x:1000:bob\n", None),
            ("bob:x:1001:1000::/home/bob:/bin/sh\n", "ann:x:1000:\n", None),
            // Another name for the same user.
            ("ann2:x:1000:1000::/home/ann:/bin/sh\n", "ann:x:1000:\n", Some(1000)),
            // A group of another name, and files that do not know it.
            ("", "users:x:1000:\n", None),
            ("", "ann:x:100:\n", None),
            ("", "", None),
            ("", "ann:x:1000\nann:x\n+\n:\n", None),
        ] {
            assert_eq!(own_group(1000, &format!("{ANN}{users}"), groups), expected, "{users}{groups}");
        }
        assert_eq!(own_group(0, "root:x:0:0::/:\nhalt:x:7:0::/:\n", "root:x:0:\n"), None);
        assert_eq!(own_group(0, "root:x:0:0::/:\n", "root:x:0:\n"), Some(0));
        assert_eq!(own_group(5, ANN, "ann:x:1000:\n"), None);
    }
}
