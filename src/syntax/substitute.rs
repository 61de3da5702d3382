//! A text for the parser crate in place of one that CPython takes and the crate does not: as long, and with the same tree.
//!
//! A `match` that is a name after a `;` gets another name, a format spec in single quotes has spaces from the newline on that ends it,
//! and a `+` before the number of a pattern becomes a `-`.

use std::borrow::Cow;

use super::diagnose::Peculiarities;

/// The crate's text, and what to know of it when its tree is lowered.
pub(super) struct Substitute<'t> {
    pub(super) text: Cow<'t, str>,
    /// What stands for `match`; empty if nothing does.
    pub(super) name: String,
    /// The newlines at which format specs end.
    pub(super) spec_newlines: Vec<u32>,
    /// Each `+` for which a `-` stands.
    pub(super) plus_signs: Vec<u32>,
}

/// The name that the crate does not take after a `;`.
pub(super) const REPLACED_NAME: &str = "match";

impl<'t> Substitute<'t> {
    pub(super) fn none(text: &'t str) -> Self {
        let (spec_newlines, plus_signs) = (Vec::new(), Vec::new());
        Substitute { text: Cow::Borrowed(text), name: String::new(), spec_newlines, plus_signs }
    }

    pub(super) fn new(text: &'t str, peculiarities: &Peculiarities) -> Self {
        let name = unused_name(text);
        let mut bytes = text.as_bytes().to_vec();
        for &offset in &peculiarities.match_names {
            bytes[offset..offset + name.len()].copy_from_slice(name.as_bytes());
        }
        for &(newline, next) in &peculiarities.spec_newlines {
            bytes[newline..next].fill(b' ');
        }
        for &offset in &peculiarities.plus_signs {
            bytes[offset] = b'-';
        }
        let text = String::from_utf8(bytes).expect("whole characters were replaced");
        let spec_newlines = peculiarities.spec_newlines.iter().map(|&(newline, _)| newline as u32).collect();
        let plus_signs = peculiarities.plus_signs.iter().map(|&offset| offset as u32).collect();
        Substitute { text: Cow::Owned(text), name, spec_newlines, plus_signs }
    }

    /// The first newline between two offsets at which a format spec ends.
    pub(super) fn spec_newline(&self, from: u32, to: u32) -> Option<u32> {
        let index = self.spec_newlines.partition_point(|&newline| newline < from);
        self.spec_newlines.get(index).copied().filter(|&newline| newline < to)
    }
}

/// A name as long as the replaced one that does not occur in `text`.
fn unused_name(text: &str) -> String {
    let mut names = (0..10_000).map(|number| format!("m{number:04}"));
    names.find(|name| !text.contains(name.as_str())).unwrap_or_else(|| "m____".to_owned())
}
