//! Equal pycs of several optimization levels as hard links to one file.
//!
//! A module without assertions and docstrings has the same code at every level. Writing one of the
//! pycs later replaces the link, never the contents of the others.

use std::fs;
use std::io;

use same_file::is_same_file;

use super::FileError;
use super::output::Output;
use crate::atomic::{folder_of, temporary};
use crate::targets::Target;

/// Makes the pycs of each target links to those of the level before where they are equal.
///
/// CPython: `Lib/compileall.py` `compile_file`, `hardlink_dupes` (3.9–)
pub fn link(outputs: &[Output]) -> Vec<(usize, FileError)> {
    let target = |output: &Output| -> Target { output.variant.target };
    let pairs = outputs.windows(2).zip(1..).filter(|(pair, _)| target(&pair[0]) == target(&pair[1]));
    let failed = pairs.filter_map(|(pair, second)| match link_if_equal(&pair[0], &pair[1]) {
        // One of the pycs was not written, or another run has removed it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        result => result.err().map(|error| (second, FileError::new("link", &pair[1].path, error))),
    });
    failed.collect()
}

fn link_if_equal(first: &Output, second: &Output) -> io::Result<()> {
    let (first, second) = (&first.path, &second.path);
    if is_same_file(first, second)? || fs::read(first)? != fs::read(second)? {
        return Ok(());
    }
    let link = temporary().make_in(folder_of(second), |path| fs::hard_link(first, path))?;
    link.into_temp_path().persist(second).map_err(|error| error.error)
}
