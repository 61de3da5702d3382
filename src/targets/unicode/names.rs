//! The characters that `\N{...}` names.
//!
//! `names.txt` has every name and alias but those made by a rule, sorted, one a line, in blocks of
//! which the first is written whole:
//!
//! ```text
//! =ABACUS;1F9EE        ABACUS is U+1F9EE
//! bC CURRENT;23E6      AC CURRENT: one letter (`b`; `a` is none) is shared with the line before
//! lSLEEP               the code point after that of the line before
//! dK;6@0               an alias, known from the first version on
//! ```

use super::classes::DERIVED_NAMES;
use super::{UnicodeVersion, class};

static TABLE: &str = include_str!("names.txt");

/// No name in the table is longer, in bytes.
const LONGEST: usize = 96;

/// Which names a release of CPython takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharacterNames {
    pub unicode: UnicodeVersion,
    pub derived: DerivedNames,
}

/// How names that are made by a rule are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivedNames {
    /// Hangul syllables and CJK unified ideographs are read by rules, in upper case only; the
    /// number of an ideograph has four or five digits and may begin with 0. Tangut ideographs have
    /// no names.
    ///
    /// CPython: `Modules/unicodedata.c` `_getcode` (3.8–3.13.12, 3.14.0–3.14.3)
    HangulAndIdeographs,
    /// Every range of names that end in the code point is read by a rule, in any case; the number
    /// never begins with 0.
    ///
    /// CPython: `Modules/unicodedata.c` `_getcode`, `parse_hex_code` (3.13.13–, 3.14.4–)
    AllRanges,
}

const HANGUL: &str = "HANGUL SYLLABLE ";
const CJK: &str = "CJK UNIFIED IDEOGRAPH-";
const TANGUT: &str = "TANGUT IDEOGRAPH-";

/// The character of that name or alias; named sequences are none.
///
/// CPython: `Modules/unicodedata.c` `_getcode`, `_check_alias_and_seq` (3.8–)
pub fn character(name: &str, names: CharacterNames) -> Option<char> {
    let mut buffer = [0; LONGEST];
    let upper = buffer.get_mut(..name.len())?;
    upper.copy_from_slice(name.as_bytes());
    upper.make_ascii_uppercase();
    let upper = std::str::from_utf8(upper).ok()?;
    let is_exact_only = names.derived == DerivedNames::HangulAndIdeographs;
    if let Some(syllable) = upper.strip_prefix(HANGUL) {
        return hangul_syllable(syllable).filter(|_| !is_exact_only || name == upper);
    }
    let point = match DERIVED_NAMES.iter().find(|(prefix, ..)| upper.starts_with(prefix)) {
        Some(&(CJK, ..)) if is_exact_only => {
            (name == upper).then(|| padded_number(&upper[CJK.len()..]))??
        }
        Some(&(TANGUT, ..)) if is_exact_only => return None,
        Some(&(prefix, ..)) => number(&upper[prefix.len()..])?,
        None => return tabled(upper, names.unicode),
    };
    let is_in_range = DERIVED_NAMES
        .iter()
        .any(|&(prefix, first, last)| upper.starts_with(prefix) && (first..=last).contains(&point));
    char::from_u32(point).filter(|_| is_in_range && names.unicode.is_in(class(point).named))
}

/// Four to six hexadecimal digits, the first of which is not 0.
fn number(digits: &str) -> Option<u32> {
    let is_number = matches!(digits.len(), 4..=6) && !digits.starts_with(['0', '+']);
    is_number.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Four or five hexadecimal digits.
fn padded_number(digits: &str) -> Option<u32> {
    let is_number = matches!(digits.len(), 4 | 5) && !digits.starts_with('+');
    is_number.then(|| u32::from_str_radix(digits, 16).ok())?
}

const INITIALS: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
    "YU", "EU", "YI", "I",
];
const FINALS: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
    "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];

/// A syllable of a name: each part is as long as it can be.
///
/// CPython: `Modules/unicodedata.c` `find_syllable` (3.8–)
fn hangul_syllable(syllable: &str) -> Option<char> {
    let (initial, rest) = longest_part(&INITIALS, syllable)?;
    let (vowel, rest) = longest_part(&VOWELS, rest)?;
    let (last, rest) = longest_part(&FINALS, rest)?;
    let point = 0xac00 + (initial * VOWELS.len() + vowel) * FINALS.len() + last;
    char::from_u32(point as u32).filter(|_| rest.is_empty())
}

/// The index of the longest of `parts` that `text` begins with, and the text after it.
fn longest_part<'t>(parts: &[&str], text: &'t str) -> Option<(usize, &'t str)> {
    let fitting = parts.iter().enumerate().filter(|(_, part)| text.starts_with(**part));
    let (index, part) = fitting.max_by_key(|(_, part)| part.len())?;
    Some((index, &text[part.len()..]))
}

/// The character of a name in the table.
fn tabled(name: &str, version: UnicodeVersion) -> Option<char> {
    let mut entries =
        Entries { lines: TABLE[block_start(name)..].lines(), name: [0; LONGEST], len: 0, point: 0 };
    while let Some(since) = entries.read_next() {
        if entries.name() == name.as_bytes() {
            let is_known = match since {
                Some(first) => version as u8 >= first,
                None => version.is_in(class(entries.point).named),
            };
            return char::from_u32(entries.point).filter(|_| is_known);
        }
        if entries.name() > name.as_bytes() {
            return None;
        }
    }
    None
}

/// Where the last block begins whose first name is not after `name`: a binary search over bytes of
/// the table.
fn block_start(name: &str) -> usize {
    let table = TABLE.as_bytes();
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = low.midpoint(high);
        let Some(found) = memchr::memmem::find(&table[middle..high], b"\n=") else {
            high = middle;
            continue;
        };
        let start = middle + found + 1;
        let head = &TABLE[start + 1..];
        if head.split(';').next().is_some_and(|head| head <= name) {
            low = start;
        } else {
            high = middle;
        }
    }
    low
}

/// The names of the table from some block on.
struct Entries {
    lines: std::str::Lines<'static>,
    name: [u8; LONGEST],
    len: usize,
    point: u32,
}

impl Entries {
    fn name(&self) -> &[u8] {
        &self.name[..self.len]
    }

    /// Reads a line. Returns the first version of an alias; of a name, nothing.
    fn read_next(&mut self) -> Option<Option<u8>> {
        let line = self.lines.next()?;
        let (name, rest) = line.split_once(';').unwrap_or((line, ""));
        let (shared, rest_of_name) = name.as_bytes().split_first()?;
        let shared = if *shared == b'=' { 0 } else { usize::from(shared - b'a') };
        self.len = shared + rest_of_name.len();
        self.name[shared..self.len].copy_from_slice(rest_of_name);
        let (number, since) = rest.split_once('@').unwrap_or((rest, ""));
        self.point = u32::from_str_radix(number, 16).unwrap_or(self.point + 1);
        Some(since.parse().ok())
    }
}

/// All names that some version knows, sorted, with their code points.
#[cfg(test)]
pub(super) fn all() -> Vec<(String, u32)> {
    let mut names: Vec<(String, u32)> = Vec::new();
    let mut entries = Entries { lines: TABLE.lines(), name: [0; LONGEST], len: 0, point: 0 };
    while entries.read_next().is_some() {
        names.push((String::from_utf8_lossy(entries.name()).into_owned(), entries.point));
    }
    for (prefix, first, last) in DERIVED_NAMES {
        names.extend((first..=last).map(|point| (format!("{prefix}{point:04X}"), point)));
    }
    let syllables =
        INITIALS.iter().flat_map(|initial| VOWELS.map(|vowel| format!("{HANGUL}{initial}{vowel}")));
    let syllables = syllables.flat_map(|start| FINALS.map(|last| format!("{start}{last}")));
    names.extend(syllables.zip(0xac00..));
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: CharacterNames =
        CharacterNames { unicode: UnicodeVersion::V15_0, derived: DerivedNames::HangulAndIdeographs };
    const NEW: CharacterNames =
        CharacterNames { unicode: UnicodeVersion::V17_0, derived: DerivedNames::AllRanges };

    /// The answers are those of 3.12.1 and 3.15.2.
    #[test]
    fn names_mean_what_they_mean_to_python() {
        let cases = [
            ("latin small letter a", Some('a'), Some('a')),
            ("LATIN CAPITAL LETTER GHA", Some('\u{1a2}'), Some('\u{1a2}')),
            ("BELL", Some('\u{1f514}'), Some('\u{1f514}')),
            ("Alert", Some('\u{7}'), Some('\u{7}')),
            ("NULL", Some('\0'), Some('\0')),
            ("HANGUL SYLLABLE GAG", Some('\u{ac01}'), Some('\u{ac01}')),
            ("HANGUL SYLLABLE GGA", Some('\u{ae4c}'), Some('\u{ae4c}')),
            ("HANGUL SYLLABLE G", None, None),
            ("hangul syllable gag", None, Some('\u{ac01}')),
            ("CJK UNIFIED IDEOGRAPH-4E00", Some('\u{4e00}'), Some('\u{4e00}')),
            ("CJK UNIFIED IDEOGRAPH-04E00", Some('\u{4e00}'), None),
            ("CJK UNIFIED IDEOGRAPH-004E00", None, None),
            ("CJK UNIFIED IDEOGRAPH-+4E00", None, None),
            ("CJK UNIFIED IDEOGRAPH-4e00", None, Some('\u{4e00}')),
            ("CJK UNIFIED IDEOGRAPH-4DC0", None, None),
            ("CJK UNIFIED IDEOGRAPH-2EBF0", None, Some('\u{2ebf0}')),
            ("CJK COMPATIBILITY IDEOGRAPH-f900", Some('\u{f900}'), Some('\u{f900}')),
            ("CJK COMPATIBILITY IDEOGRAPH-0F900", None, None),
            ("Tangut Ideograph-17000", None, Some('\u{17000}')),
            ("TODHRI LETTER A", None, Some('\u{105c0}')),
            ("BAMUM LETTER PHASE-A MAEMGBIEE", None, Some('\u{1680b}')),
            ("KEYCAP DIGIT ONE", None, None),
            ("LATIN_SMALL_LETTER_A", None, None),
            ("", None, None),
            ("é", None, None),
        ];
        for (name, old, new) in cases {
            assert_eq!((character(name, OLD), character(name, NEW)), (old, new), "{name}");
        }
        assert_eq!(character(&"A".repeat(1000), NEW), None);
    }
}
