//! Changes to Python sources: to bytes, words and lines.

use super::Random;

/// What a source is made of, and what no source has.
#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "(", ")", "[", "]", "{", "}", ":", ",", ";", "=", ":=", "->", "*", "**", "@", ".", "...",
    "if", "elif", "else", "for", "while", "try", "except", "except*", "finally", "with", "as",
    "lambda", "yield", "await", "async", "def", "class", "return", "break", "continue", "del",
    "global", "nonlocal", "import", "from", "in", "not", "is", "and", "match", "case", "_",
    "type", "None", "__debug__", "f'{", "}'", "f\"{x!r:{y}}\"", "'''", "\"", "'", "b'", "\\",
    "\\\n", "\n", "\n    ", "\t", "\x0c", "#", "0x", "1e9", "0777", "!", "<>", "\u{e9}",
    "\u{feff}", "\\N{DASH}", "\\x4", "from __future__ import annotations", "__class__",
    "[x for x in y]", "*a", "**k", "\0", "\r",
];

/// One to three changes: a byte, a token, a line put in, replaced or taken away. Lines come from
/// `other`, which is not empty.
pub(crate) fn mutate_source(random: &mut Random, source: &[u8], other: &[u8]) -> Vec<u8> {
    let mut mutant = source.to_vec();
    for _ in 0..=random.below(3) {
        let start = random.below(mutant.len() + 1);
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = mutant[start..].iter().take_while(|byte| word(byte)).count();
        let splice = random.below(other.len());
        let line = other[splice..].split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
        match random.below(6) {
            0 => drop(mutant.splice(start..mutant.len().min(start + 1), [random.below(256) as u8])),
            1 => drop(mutant.drain(start..start + length)),
            2 => drop(mutant.splice(start..start, random.of(TOKENS).bytes())),
            3 => drop(mutant.splice(start..start + length, random.of(TOKENS).bytes())),
            4 => drop(mutant.splice(start..start, line.iter().copied())),
            _ => mutant.truncate(start.max(mutant.len() / 2)),
        }
    }
    mutant
}
