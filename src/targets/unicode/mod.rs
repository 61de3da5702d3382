//! The Unicode versions of the targets: which characters make identifiers, which are printable, and
//! their names.
//!
//! The tables in [`classes`] and `names.txt` are made by `scripts/unicode_tables.py`, which asks
//! the CPythons themselves about every code point.

mod classes;
mod names;

use std::borrow::Cow;

use classes::{CLASSES, RUNS};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

pub use names::{CharacterNames, DerivedNames, character};

/// A version of the Unicode Character Database.
///
/// CPython: `unicodedata.unidata_version`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnicodeVersion {
    V12_1,
    V13_0,
    V14_0,
    V15_0,
    V15_1,
    V16_0,
    V17_0,
}

impl UnicodeVersion {
    /// The newest version of any target.
    pub const NEWEST: UnicodeVersion = UnicodeVersion::V17_0;

    /// The version of the oldest supported target. A character that is valid in it is valid in all.
    pub(crate) const OLDEST_SUPPORTED: UnicodeVersion = UnicodeVersion::V12_1;

    /// All versions, oldest first.
    pub const ALL: [UnicodeVersion; 7] = [
        UnicodeVersion::V12_1,
        UnicodeVersion::V13_0,
        UnicodeVersion::V14_0,
        UnicodeVersion::V15_0,
        UnicodeVersion::V15_1,
        UnicodeVersion::V16_0,
        UnicodeVersion::V17_0,
    ];

    /// Whether the bit of this version is set in a mask of the tables.
    fn is_in(self, mask: u8) -> bool {
        mask >> self as u8 & 1 == 1
    }
}

/// What is true of a code point, in the versions whose bit is set.
struct Class {
    /// It can begin an identifier.
    start: u8,
    /// It can be part of an identifier.
    continues: u8,
    /// `repr` prints it as it is.
    printable: u8,
    /// It has a name that `\N{...}` takes, aliases not counted.
    named: u8,
}

/// For every 256 code points, the index of the run in [`RUNS`] that holds the first of them.
static PAGES: [u16; PAGE_COUNT + 1] = pages();
const PAGE_COUNT: usize = 0x11_0000 >> 8;

const fn pages() -> [u16; PAGE_COUNT + 1] {
    let mut pages = [0; PAGE_COUNT + 1];
    let mut run = 0;
    let mut page = 0;
    while page <= PAGE_COUNT {
        while run + 1 < RUNS.len() && RUNS[run + 1] >> 8 <= (page as u32) << 8 {
            run += 1;
        }
        pages[page] = run as u16;
        page += 1;
    }
    pages
}

/// The class of a code point; code points beyond U+10FFFF do not occur.
fn class(point: u32) -> &'static Class {
    let page = (point >> 8) as usize;
    let (first, last) = (usize::from(PAGES[page]), usize::from(PAGES[page + 1]));
    let in_page = RUNS[first + 1..=last].partition_point(|&run| run >> 8 <= point);
    &CLASSES[(RUNS[first + in_page] & 0xff) as usize]
}

/// Whether an identifier can begin with the character; `_` included.
///
/// CPython: `Objects/unicodeobject.c` `PyUnicode_IsIdentifier` (3.8–)
pub fn identifier_start(character: char, version: UnicodeVersion) -> bool {
    if character.is_ascii() {
        return character == '_' || character.is_ascii_alphabetic();
    }
    version.is_in(class(character as u32).start)
}

/// Whether the character can follow the first one of an identifier.
///
/// CPython: `Objects/unicodeobject.c` `PyUnicode_IsIdentifier` (3.8–)
pub fn identifier_continue(character: char, version: UnicodeVersion) -> bool {
    if character.is_ascii() {
        return character == '_' || character.is_ascii_alphanumeric();
    }
    version.is_in(class(character as u32).continues)
}

/// Whether `repr` shows the code point, which may be a surrogate, as it is: `str.isprintable`.
///
/// CPython: `Objects/unicodectype.c` `_PyUnicode_IsPrintable` (3.8–)
pub fn printable(point: u32, version: UnicodeVersion) -> bool {
    if point < 0x80 {
        return (0x20..0x7f).contains(&point);
    }
    version.is_in(class(point).printable)
}

/// The NFKC form of an identifier. It needs no version: a character's decomposition and combining
/// class never change once it is assigned, and an identifier has no unassigned characters.
///
/// CPython: `Parser/pegen.c` `_PyPegen_new_identifier` (3.9–)
pub fn normalized(identifier: &str) -> Cow<'_, str> {
    if identifier.is_ascii() || is_nfkc_quick(identifier.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(identifier);
    }
    Cow::Owned(identifier.nfkc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CPython's answers for all code points, digested; made by `scripts/unicode_tables.py`.
    const DIGESTS: &str = include_str!("../../../testdata/unicode/digests.txt");

    /// The interpreters' versions as the digests name them.
    const LABELS: [&str; 7] = ["12.1.0", "13.0.0", "14.0.0", "15.0.0", "15.1.0", "16.0.0", "17.0.0"];

    struct Digest(u64);

    impl Digest {
        const EMPTY: Digest = Digest(0xcbf2_9ce4_8422_2325);

        fn push(&mut self, text: &str) {
            for &byte in text.as_bytes() {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        }
    }

    fn assert_digest(what: &str, version: UnicodeVersion, digest: &Digest) {
        let key = format!("{} {what} ", LABELS[version as usize]);
        let expected = DIGESTS.lines().find_map(|line| line.strip_prefix(&key)).expect("a digest is there");
        assert_eq!(format!("{:016x}", digest.0), expected, "{key}");
    }

    fn characters() -> impl Iterator<Item = char> {
        (0..0x11_0000).filter_map(char::from_u32)
    }

    fn assert_points(what: &str, holds: impl Fn(u32, UnicodeVersion) -> bool) {
        for version in UnicodeVersion::ALL {
            let mut digest = Digest::EMPTY;
            for point in (0..0x11_0000).filter(|&point| holds(point, version)) {
                digest.push(&format!("{point:x} "));
            }
            assert_digest(what, version, &digest);
        }
    }

    #[test]
    fn every_code_point_is_what_it_is_to_each_cpython() {
        let holds = |test: fn(char, UnicodeVersion) -> bool| {
            move |point, version| char::from_u32(point).is_some_and(|character| test(character, version))
        };
        assert_points("start", holds(identifier_start));
        assert_points("continue", holds(identifier_continue));
        assert_points("printable", printable);
    }

    #[test]
    fn every_identifier_character_is_normalized_as_by_each_cpython() {
        for version in UnicodeVersion::ALL {
            let mut digest = Digest::EMPTY;
            for character in characters().skip(0x80) {
                let text = character.to_string();
                let form = normalized(&text);
                if identifier_continue(character, version) && form != text {
                    digest.push(&format!("{:x} {form} ", character as u32));
                }
            }
            assert_digest("nfkc", version, &digest);
        }
    }

    /// The identifiers of the script's `identifiers`.
    #[test]
    fn identifiers_are_normalized_as_by_each_cpython() {
        for version in UnicodeVersion::ALL {
            let pool: Vec<char> = characters().filter(|&one| identifier_continue(one, version)).collect();
            let is_mark = |one: &char| {
                matches!(*one as u32, 0x300..0x370 | 0x900..0x1100 | 0x1dc0..0x1f00
                    | 0xfb00..0x10000 | 0x11000..0x11800 | 0x16d00..0x16e00)
            };
            let marks: Vec<char> = pool.iter().copied().filter(is_mark).collect();
            let jamo: Vec<char> = ('\u{1100}'..'\u{1200}').collect();
            let mut state = 1u64;
            let mut digest = Digest::EMPTY;
            for _ in 0..200_000 {
                let mut text = String::from("a");
                for _ in 0..5 {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let chosen = [&pool, &marks, &marks, &jamo][(state >> 33 & 3) as usize];
                    text.push(chosen[((state >> 36) % chosen.len() as u64) as usize]);
                }
                digest.push(&normalized(&text));
                digest.push(" ");
            }
            assert_digest("nfkc-of-identifiers", version, &digest);
        }
    }

    #[test]
    fn every_name_is_known_to_the_versions_that_know_it() {
        let names = names::all();
        for (version, derived) in UnicodeVersion::ALL.into_iter().zip([
            DerivedNames::HangulAndIdeographs,
            DerivedNames::HangulAndIdeographs,
            DerivedNames::HangulAndIdeographs,
            DerivedNames::HangulAndIdeographs,
            DerivedNames::AllRanges,
            DerivedNames::AllRanges,
            DerivedNames::AllRanges,
        ]) {
            let known = CharacterNames { unicode: version, derived };
            let mut digest = Digest::EMPTY;
            for (name, point) in &names {
                if names::character(name, known).is_some_and(|found| found as u32 == *point) {
                    digest.push(name);
                    digest.push(" ");
                }
            }
            assert_digest("names", version, &digest);
        }
    }
}
