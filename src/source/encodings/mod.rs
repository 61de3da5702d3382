//! The encodings that a source may declare, and decoding by them.
//!
//! Single-byte encodings, UTF-8, and the Chinese, Japanese and Korean encodings of real sources
//! decode exactly as in Python, including undefined bytes, and so do UTF-16 and UTF-32. Other
//! encodings that no source uses (UTF-7, the escape-sequence ISO 2022 family, `punycode`…) are
//! recognized by name and refused.

mod tables;
mod wide;

use std::borrow::Cow;

use super::Location;
use super::undecodable::Undecodable;
use crate::diagnostic::Diagnostic;
use wide::Order;

/// How an encoding decodes.
#[derive(Clone, Copy, Debug)]
enum Codec {
    Utf8,
    Ascii,
    Latin1,
    /// The characters of the bytes from 0x80 on (those before are ASCII), or of all bytes.
    /// [`UNDEFINED`] marks bytes without a character.
    Charmap(&'static str),
    MultiByte(&'static MultiByte),
    Utf16(Order),
    Utf32(Order),
    /// Python's transforms of bytes to bytes, and `rot13`.
    NotText,
    /// The codec named `undefined`, which decodes nothing.
    Undefined,
    /// Python's, but not ours.
    Unsupported,
}

/// An encoding with characters of several bytes, told by how it differs from one of the WHATWG's.
#[derive(Debug)]
struct MultiByte {
    /// In messages.
    name: &'static str,
    superset: &'static encoding_rs::Encoding,
    /// Sequences (big-endian numbers; first and last) that Python refuses.
    refused: &'static [(u32, u32)],
    /// Sequences that are another text in Python.
    others: &'static [(u32, &'static str)],
}

const UNDEFINED: char = '\u{FFFE}';

/// Decodes a whole file by the encoding it declares. Text after a NUL is lost, as in CPython, where
/// the text is a C string.
///
/// CPython: `Parser/tokenizer.c` `translate_into_utf8`, `Objects/unicodeobject.c` `PyUnicode_Decode` (3.8–)
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<String, Diagnostic> {
    let decoded = match find(name) {
        Some(Codec::Utf8) => decode_utf8(bytes),
        Some(Codec::Ascii) => decode_ascii(bytes),
        Some(Codec::Latin1) => Ok(bytes.iter().map(|&byte| char::from(byte)).collect()),
        Some(Codec::Charmap(chars)) => decode_charmap(chars, bytes),
        Some(Codec::MultiByte(encoding)) => encoding.decode(bytes),
        Some(Codec::Utf16(order)) => wide::decode_utf16(&with_last_newline(bytes), order),
        Some(Codec::Utf32(order)) => wide::decode_utf32(&with_last_newline(bytes), order),
        Some(Codec::NotText) => {
            Err(format!("'{name}' is not a text encoding; use codecs.decode() to handle arbitrary codecs"))
        }
        Some(Codec::Undefined) => Err("undefined encoding".to_owned()),
        Some(Codec::Unsupported) => Err(format!("unsupported encoding: {name}")),
        None => Err(format!("unknown encoding: {name}")),
    };
    let mut text = decoded.map_err(|message| Diagnostic::syntax_error(Location::BEFORE_TEXT, message))?;
    if let Some(nul) = text.find('\0') {
        text.truncate(nul);
    }
    Ok(text)
}

/// CPython: `Lib/encodings/__init__.py` `search_function` (3.8–)
fn find(name: &str) -> Option<Codec> {
    let name = normalize(name);
    let alias = get(tables::ALIASES, &name).or_else(|| get(tables::ALIASES, &name.replace('.', "_")));
    get(tables::CODECS, alias.unwrap_or(&name))
}

fn get<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    let index = table.binary_search_by_key(&name, |&(key, _)| key).ok()?;
    Some(table[index].1)
}

/// Lower case, and one `_` for whatever stands between letters, digits and points.
///
/// CPython: `Lib/encodings/__init__.py` `normalize_encoding` (3.8–)
fn normalize(name: &str) -> String {
    let is_punctuation = |c: char| !c.is_ascii_alphanumeric() && c != '.';
    let words: Vec<&str> = name.split(is_punctuation).filter(|word| !word.is_empty()).collect();
    words.join("_").to_ascii_lowercase()
}

/// CPython ends the last line before it decodes.
///
/// CPython: `Parser/tokenizer.c` `translate_newlines` (3.8–)
fn with_last_newline(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes.last() {
        Some(b'\n') => Cow::Borrowed(bytes),
        _ => Cow::Owned([bytes, b"\n"].concat()),
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<String, String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let bytes = with_last_newline(bytes);
        Undecodable::utf8(&bytes, std::str::from_utf8(&bytes).err().unwrap_or(error)).message()
    })
}

fn decode_ascii(bytes: &[u8]) -> Result<String, String> {
    match bytes.iter().position(|byte| !byte.is_ascii()) {
        Some(start) => {
            let reason = "ordinal not in range(128)";
            Err(Undecodable { codec: "ascii", start, bytes: &bytes[start..start + 1], reason }.message())
        }
        None => Ok(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

fn decode_charmap(chars: &str, bytes: &[u8]) -> Result<String, String> {
    let ascii = (0..0x80u8).map(char::from);
    let table: Vec<char> = match chars.chars().count() {
        256 => chars.chars().collect(),
        _ => ascii.chain(chars.chars()).collect(),
    };
    let decode_byte = |(start, &byte): (usize, &u8)| match table.get(usize::from(byte)) {
        Some(&UNDEFINED) | None => {
            let reason = "character maps to <undefined>";
            Err(Undecodable { codec: "charmap", start, bytes: &[byte], reason }.message())
        }
        Some(&char) => Ok(char),
    };
    bytes.iter().enumerate().map(decode_byte).collect()
}

impl MultiByte {
    fn decode(&self, bytes: &[u8]) -> Result<String, String> {
        let mut text = String::with_capacity(bytes.len());
        let mut start = 0;
        while let Some(&first) = bytes.get(start) {
            if first.is_ascii() {
                text.push(char::from(first));
                start += 1;
                continue;
            }
            if self.name == "euc_kr" && bytes[start..].starts_with(&FILLER) {
                text.push(self.spelt_syllable(bytes, start)?);
                start += 8;
                continue;
            }
            let sequence = bytes.get(start..start + self.sequence_len(&bytes[start..]));
            match sequence.filter(|sequence| self.decode_sequence(sequence, &mut text)) {
                Some(sequence) => start += sequence.len(),
                None => return Err(self.illegal(bytes, start)),
            }
        }
        Ok(text)
    }

    fn illegal(&self, bytes: &[u8], start: usize) -> String {
        let reason = "illegal multibyte sequence";
        Undecodable { codec: self.name, start, bytes: &bytes[start..start + 1], reason }.message()
    }

    /// The syllable whose filler is at an offset.
    fn spelt_syllable(&self, bytes: &[u8], start: usize) -> Result<char, String> {
        let Some(spelt) = bytes[start..].first_chunk() else {
            let reason = "incomplete multibyte sequence";
            let bytes = &with_last_newline(bytes)[start..];
            return Err(Undecodable { codec: self.name, start, bytes, reason }.message());
        };
        syllable(spelt).ok_or_else(|| self.illegal(bytes, start))
    }

    /// How many bytes the sequence at the start of `bytes` has, if it is one.
    fn sequence_len(&self, bytes: &[u8]) -> usize {
        let superset = self.superset;
        match bytes {
            [first, ..] if self.is_single(*first) => 1,
            [0x8F, ..] if superset == encoding_rs::EUC_JP => 3,
            [_, b'0'..=b'9', ..] if superset == encoding_rs::GB18030 => 4,
            _ => 2,
        }
    }

    fn is_single(&self, byte: u8) -> bool {
        self.others.iter().any(|&(number, _)| number == u32::from(byte))
            || self.superset.decode_without_bom_handling_and_without_replacement(&[byte]).is_some()
    }

    fn decode_sequence(&self, sequence: &[u8], text: &mut String) -> bool {
        let number = sequence.iter().fold(0u32, |number, &byte| number << 8 | u32::from(byte));
        if let Ok(index) = self.others.binary_search_by_key(&number, |&(number, _)| number) {
            text.push_str(self.others[index].1);
            return true;
        }
        let refuses = |&(first, last): &(u32, u32)| {
            // Ranges are of sequences of one length.
            (first..=last).contains(&number)
        };
        if self.refused.iter().any(refuses) {
            return false;
        }
        match self.superset.decode_without_bom_handling_and_without_replacement(sequence) {
            Some(decoded) => {
                text.push_str(&decoded);
                true
            }
            None => false,
        }
    }
}

/// Begins a syllable of EUC-KR that is spelt out, and stands for the letter that it lacks at its end.
const FILLER: [u8; 2] = [0xA4, 0xD4];

/// The syllable of a filler and its three letters, of two bytes each.
///
/// CPython: `Modules/cjkcodecs/_codecs_kr.c` `euc_kr` (3.8–)
fn syllable(spelt: &[u8; 8]) -> Option<char> {
    const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
    const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
    let [_, _, 0xA4, initial, 0xA4, vowel, 0xA4, last] = *spelt else { return None };
    let index = |letters: &str, byte: u8| {
        let letter = char::from_u32(u32::from('ㄱ') + u32::from(byte.checked_sub(0xA1)?))?;
        letters.chars().position(|known| known == letter)
    };
    let initial = index(INITIALS, initial)?;
    let vowel = vowel.checked_sub(0xBF).filter(|&vowel| vowel < 21)?;
    let last = if last == FILLER[1] { 0 } else { 1 + index(FINALS, last)? };
    char::from_u32(u32::from('가') + ((initial * 21 + usize::from(vowel)) * 28 + last) as u32)
}
