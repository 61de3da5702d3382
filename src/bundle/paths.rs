//! Which paths may stand in an archive.

/// Whether a path may stand in an archive: relative, no `.` or `..`, nothing that leaves the root on any system.
///
/// # Errors
/// Says what is wrong with the path.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("is empty");
    }
    if path.contains(['\\', '\0', ':']) {
        return Err("has a character that not every file system takes");
    }
    for part in path.split('/') {
        match part {
            "" => return Err("is absolute or has an empty part"),
            "." | ".." => return Err("has a part that is `.` or `..`"),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_path;

    #[test]
    fn paths_stay_inside_the_root() {
        for good in ["a", "a/b.pyc", "..a/b..", "ä/ö"] {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
        for bad in ["", "/a", "a//b", "a/", "../a", "a/../b", "./a", "a\\b", "c:/a", "a\0"] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
    }
}
