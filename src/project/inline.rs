//! Reads the metadata of a single script from a comment in its source (PEP 723).
//!
//! ```python
//! # /// script
//! # requires-python = ">=3.12"
//! # dependencies = ["rich"]
//! # ///
//! ```

use serde::Deserialize;

/// The metadata of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inline {
    #[serde(default)]
    pub dependencies: Vec<String>,
    pub requires_python: Option<String>,
}

/// The block is malformed.
#[derive(Debug, thiserror::Error)]
pub enum InlineError {
    #[error("there are several `# /// script` blocks; keep one")]
    Several,
    #[error("the `# /// script` block has no end; add a line `# ///`")]
    Open,
    #[error("in the `# /// script` block: {0}")]
    Toml(#[from] toml::de::Error),
}

impl Inline {
    /// Reads the block in a source. Returns the default if there is none.
    pub fn read(source: &str) -> Result<Inline, InlineError> {
        let lines: Vec<&str> = source.lines().map(|line| line.trim_end_matches('\r')).collect();
        let is_start = |line: &&str| **line == *"# /// script";
        let Some(start) = lines.iter().position(is_start) else { return Ok(Inline::default()) };
        let comments: Vec<&str> = lines[start + 1..].iter().map_while(|line| content(line)).collect();
        // The last `# ///` of the comment ends the block.
        let end = comments.iter().rposition(|line| *line == "///").ok_or(InlineError::Open)?;
        if lines[start + 1 + end..].iter().any(is_start) {
            return Err(InlineError::Several);
        }
        Ok(toml::from_str(&comments[..end].join("\n"))?)
    }
}

/// A line of the block without its `# `.
fn content(line: &str) -> Option<&str> {
    match line.strip_prefix('#')? {
        "" => Some(""),
        rest => rest.strip_prefix(' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_toml_in_comments() {
        let read = |source: &str| Inline::read(source).map_err(|error| error.to_string());
        let block = "import x\n# /// script\n# requires-python = \">=3.12\"\n#\n# dependencies = [\n#   \"a\",\n# ]\n# ///\nx\n";
        let found = read(block).expect("it is right");
        assert_eq!(found.dependencies, ["a"]);
        assert_eq!(found.requires_python.as_deref(), Some(">=3.12"));
        assert_eq!(read("x = 1\n"), Ok(Inline::default()));
        for (source, message) in [
            ("# /// script\n# a = 1\nx\n", "has no end"),
            ("# /// script\n# a = \n# ///\n", "in the `# /// script` block: TOML"),
            ("# /// script\n# ///\n\n# /// script\n# ///\n", "several"),
        ] {
            let error = read(source).expect_err(message);
            assert!(error.contains(message), "{error}");
        }
    }
}
