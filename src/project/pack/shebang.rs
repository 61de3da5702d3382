//! Scripts of wheels. Their first line names an interpreter of the machine that installed them.

/// The first line in a wheel. Installers replace it.
const PLACEHOLDER: &[u8] = b"#!python";

/// The start that installers write if the interpreter's path is too long for a shebang.
const TRAMPOLINE: &[u8] = b"#!/bin/sh\n'''exec' ";

/// The script with `#!python` as interpreter. `None` if it is for another interpreter.
pub(super) fn portable_script(script: &[u8]) -> Option<Vec<u8>> {
    let lines = if script.starts_with(TRAMPOLINE) { 3 } else { 1 };
    let end = memchr::memchr_iter(b'\n', script).nth(lines - 1).unwrap_or(script.len());
    let (head, rest) = script.split_at(end);
    if !head.starts_with(b"#!") || memchr::memmem::find(head, b"python").is_none() {
        return None;
    }
    let is_windowed = lines == 1 && memchr::memmem::find(head, b"pythonw").is_some();
    let window = if is_windowed { &b"w"[..] } else { b"" };
    Some([PLACEHOLDER, window, options(head, lines), rest].concat())
}

/// The options in a shebang: ` -E` of `#!/usr/bin/python3 -E`.
fn options(head: &[u8], lines: usize) -> &[u8] {
    let options = memchr::memmem::rfind(head, b" -").filter(|_| lines == 1);
    options.map_or(b"", |start| head[start..].trim_ascii_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_of_machines_give_way_to_a_placeholder() {
        for (script, expected) in [
            ("#!/home/me/v/bin/python3.12\nx\n", Some("#!python\nx\n")),
            ("#!/usr/bin/env python3\nx\n", Some("#!python\nx\n")),
            ("#!/usr/bin/python3 -E\r\nx\n", Some("#!python -E\nx\n")),
            ("#!C:\\v\\Scripts\\pythonw.exe\nx\n", Some("#!pythonw\nx\n")),
            ("#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\nx\n", Some("#!python\nx\n")),
            ("#!python", Some("#!python")),
            ("#!/bin/sh\npython x\n", None),
            ("\x7fELF python", None),
            ("", None),
        ] {
            let made = portable_script(script.as_bytes());
            assert_eq!(made.as_deref(), expected.map(str::as_bytes), "{script}");
        }
    }
}
