//! The names of characters, for `\N{...}`.

/// The character of that name, in any case: its name in the Unicode database or an alias, but no named sequence.
pub(super) fn character(name: &str) -> Option<char> {
    unicode_names2::character(name)
}
