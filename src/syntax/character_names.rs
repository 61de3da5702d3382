//! The names of characters, for `\N{...}`.

use crate::targets::unicode;

/// The character of that name: its name in the Unicode database or an alias, but no named sequence.
///
/// Names are found in any case, but not those that are made by a rule.
///
/// CPython: `Modules/unicodedata.c` `_getcode` (3.12)
pub(crate) fn character(name: &str) -> Option<char> {
    for prefix in ["HANGUL SYLLABLE ", "CJK UNIFIED IDEOGRAPH-"] {
        if name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            let is_exact = !name.bytes().any(|byte| byte.is_ascii_lowercase());
            let is_short = prefix.ends_with(' ') || name.len() <= prefix.len() + 5;
            if !is_exact || !is_short {
                return None;
            }
        }
    }
    let character = unicode_names2::character(name)?;
    (!unicode::is_newer(character) && !unicode::is_newer_alias(name)).then_some(character)
}

#[cfg(test)]
mod tests {
    use super::character;

    #[test]
    fn names_mean_what_they_mean_to_python() {
        let cases = [
            ("latin small letter a", Some('a')),
            ("LATIN CAPITAL LETTER GHA", Some('\u{1a2}')),
            ("BELL", Some('\u{1f514}')),
            ("ALERT", Some('\u{7}')),
            ("NULL", Some('\0')),
            ("HANGUL SYLLABLE GAG", Some('\u{ac01}')),
            ("hangul syllable gag", None),
            ("CJK UNIFIED IDEOGRAPH-04E00", Some('\u{4e00}')),
            ("CJK UNIFIED IDEOGRAPH-004E00", None),
            ("CJK UNIFIED IDEOGRAPH-4e00", None),
            ("CJK UNIFIED IDEOGRAPH-2EBF0", None),
            ("TODHRI LETTER A", None),
            ("KEYCAP DIGIT ONE", None),
            ("LATIN_SMALL_LETTER_A", None),
            ("é", None),
        ];
        for (name, expected) in cases {
            assert_eq!(character(name), expected, "{name}");
        }
    }
}
