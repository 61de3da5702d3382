//! Paths in JSON.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::project::filename::python_str;
use crate::project::trimmed;

/// A path that is exact in JSON: what `json.dumps(os.fsdecode(path))` writes. A byte that is not
/// UTF-8 is a lone surrogate, `\udc80` to `\udcff`, from which `os.fsencode` makes the byte again.
/// `jq` shows U+FFFD for it.
pub(super) struct JsonPath<P>(pub P);

impl<P: AsRef<Path>> Serialize for JsonPath<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = python_str(trimmed(self.0.as_ref()));
        match String::from_utf8_lossy(&text) {
            Cow::Borrowed(text) => serializer.serialize_str(text),
            Cow::Owned(_) => {
                RawValue::from_string(json(&text)).map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
        }
    }
}

/// The JSON string of a text in UTF-8 with `surrogatepass`.
fn json(mut text: &[u8]) -> String {
    let mut json = String::from('"');
    loop {
        let valid = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let quoted = serde_json::Value::from(valid).to_string();
        json.push_str(&quoted[1..quoted.len() - 1]);
        let Some((&[_, middle, last], rest)) = text[valid.len()..].split_first_chunk() else { break };
        let surrogate = 0xD000 | u16::from(middle & 0x3F) << 6 | u16::from(last & 0x3F);
        let _ = write!(json, "\\u{surrogate:04x}");
        text = rest;
    }
    json + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_escaped() {
        for (text, expected) in [
            (&b""[..], r#""""#),
            (b"a\"b\n", r#""a\"b\n""#),
            (b"caf\xed\xb3\xa9/\xed\xb2\x80\xed\xb3\xbf.py", r#""caf\udce9/\udc80\udcff.py""#),
            (b"\xed\xa0\xbd", r#""\ud83d""#),
        ] {
            assert_eq!(json(text), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn paths_are_written_as_python_writes_them() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"./caf\xe9\t.py"));
        let written = serde_json::to_string(&JsonPath(path)).expect("it can be written");
        assert_eq!(written, r#""caf\udce9\t.py""#);
        assert_eq!(serde_json::to_string(&JsonPath("./a.py")).expect("it can be written"), r#""a.py""#);
    }
}
