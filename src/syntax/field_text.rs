//! The source text of fields without its comments.

use crate::targets::DebugComments;

/// A field's source without what the release takes for a comment.
pub(super) fn without_comments(source: &str, comments: DebugComments) -> String {
    match comments {
        DebugComments::EveryHash => without_hashes(source),
        // Whether there is a comment is always asked with backslashes in mind.
        DebugComments::OutsideQuotes if stripped(source, true).len() < source.len() => {
            stripped(source, false)
        }
        DebugComments::OutsideQuotes => source.to_owned(),
        DebugComments::OutsideStrings => stripped(source, true),
    }
}

/// Drops everything from a `#` to the end of its line, comment or not.
fn without_hashes(source: &str) -> String {
    let lines: Vec<&str> =
        source.split('\n').map(|line| line.split('#').next().unwrap_or_default()).collect();
    lines.join("\n")
}

/// Drops comments outside of quotes. Three quotes count as one does, being an odd number.
fn stripped(source: &str, minds_backslashes: bool) -> String {
    let mut text = String::with_capacity(source.len());
    let mut quote = None;
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if minds_backslashes => {
                text.push(c);
                text.extend(chars.next());
                continue;
            }
            '"' | '\'' if quote.is_none() => quote = Some(c),
            '"' | '\'' if quote == Some(c) => quote = None,
            '#' if quote.is_none() => {
                text.extend(chars.find(|&c| c == '\n'));
                continue;
            }
            _ => {}
        }
        text.push(c);
    }
    text
}
