//! What Unicode was when each Python was made.

/// Code points that have become characters since Unicode 15.0, the version of Python 3.12's tables, and what lies between them
/// that was no character then either.
///
/// CPython: `Lib/unicodedata` `unidata_version` (3.12)
static NEWER_THAN_15_0: [(u32, u32); 64] = [
    (0x0558, 0x0558),
    (0x058b, 0x058c),
    (0x05c8, 0x05c9),
    (0x088f, 0x088f),
    (0x0897, 0x0897),
    (0x0b53, 0x0b54),
    (0x0c5c, 0x0c5c),
    (0x0cdc, 0x0cdc),
    (0x1acf, 0x1af0),
    (0x1b4e, 0x1b4f),
    (0x1b7f, 0x1b7f),
    (0x1c89, 0x1c8a),
    (0x208f, 0x208f),
    (0x209d, 0x209f),
    (0x2427, 0x2429),
    (0x2ffc, 0x2fff),
    (0x31e4, 0x31ef),
    (0xa7cb, 0xa7cf),
    (0xa7d2, 0xa7d2),
    (0xa7d4, 0xa7d4),
    (0xa7da, 0xa7f1),
    (0xab6c, 0xab6d),
    (0x105c0, 0x105f3),
    (0x107bb, 0x107bf),
    (0x10940, 0x10959),
    (0x10d40, 0x10d8f),
    (0x10ec2, 0x10efc),
    (0x11380, 0x113e2),
    (0x116d0, 0x116e3),
    (0x11b0a, 0x11bf9),
    (0x11db0, 0x11df1),
    (0x11f5a, 0x11f5a),
    (0x1246f, 0x1246f),
    (0x12475, 0x1247f),
    (0x12550, 0x12686),
    (0x13460, 0x143fa),
    (0x16100, 0x16139),
    (0x16d40, 0x16d79),
    (0x16ea0, 0x16ed3),
    (0x16ff2, 0x16ff6),
    (0x187f8, 0x187ff),
    (0x18cd6, 0x18cff),
    (0x18d09, 0x191d2),
    (0x1b123, 0x1b128),
    (0x1b168, 0x1b168),
    (0x1cc00, 0x1ceb3),
    (0x1d127, 0x1d128),
    (0x1d250, 0x1d281),
    (0x1d6a6, 0x1d6a6),
    (0x1df1f, 0x1df24),
    (0x1df2b, 0x1dfff),
    (0x1e5d0, 0x1e6ff),
    (0x1f8b2, 0x1f8c1),
    (0x1fa89, 0x1fa8f),
    (0x1fabe, 0x1fabe),
    (0x1fac6, 0x1fac6),
    (0x1fadc, 0x1fadf),
    (0x1fae9, 0x1fae9),
    (0x1fbcb, 0x1fbef),
    (0x2b73a, 0x2b73f),
    (0x2b81e, 0x2b81e),
    (0x2cea2, 0x2cead),
    (0x2ebf0, 0x2ee5d),
    (0x323b0, 0x3fc3f),
];

/// Characters that may continue an identifier since Unicode 15.1.
const NEWER_IN_IDENTIFIERS: [char; 4] = ['\u{200c}', '\u{200d}', '\u{30fb}', '\u{ff65}'];

/// Names by which characters can be called since Unicode 15.1.
const NEWER_ALIASES: [&str; 4] = [
    "CUNEIFORM SIGN KALAM",
    "BAMUM LETTER PHASE-A MAEMGBIEE",
    "MENDE KIKAKUI SYLLABLE M172 MBO",
    "MENDE KIKAKUI SYLLABLE M174 MBOO",
];

/// Whether `character` is unknown to Python 3.12.
pub(crate) fn is_newer(character: char) -> bool {
    let ordinal = character as u32;
    let index = NEWER_THAN_15_0.partition_point(|&(_, last)| last < ordinal);
    NEWER_THAN_15_0.get(index).is_some_and(|&(first, _)| first <= ordinal)
}

/// Whether `character` cannot be part of an identifier of Python 3.12 although Unicode allows it today.
pub(crate) fn is_newer_in_identifiers(character: char) -> bool {
    is_newer(character) || NEWER_IN_IDENTIFIERS.contains(&character)
}

/// Whether Python 3.12 does not know a character by that name.
pub(crate) fn is_newer_alias(name: &str) -> bool {
    NEWER_ALIASES.iter().any(|alias| alias.eq_ignore_ascii_case(name))
}
