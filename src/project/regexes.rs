//! Regular expressions that leave sources out, as those of compileall's `-x`.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use regex::bytes::{Regex, RegexSet};

/// Compiled expressions: those of the command line and those of pyproject.toml.
#[derive(Clone, Debug, Default)]
pub struct Regexes {
    /// For the paths as they are written: PATH, continued.
    as_written: RegexSet,
    /// For the paths from the folder of pyproject.toml on, with `/`.
    of_project: RegexSet,
    /// From the folder of pyproject.toml to the PATH.
    prefix: PathBuf,
}

/// A text is not a regular expression.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{pattern}` is not a regular expression: {reason}")]
pub struct RegexError {
    pattern: String,
    reason: String,
}

impl Regexes {
    /// Expressions for the paths as they are written.
    pub fn new(patterns: &[String]) -> Result<Regexes, RegexError> {
        Ok(Regexes { as_written: compiled(patterns)?, ..Regexes::default() })
    }

    /// Sets the expressions of pyproject.toml; `prefix` leads from its folder to the PATH.
    pub fn set_of_project(&mut self, prefix: &Path, patterns: &[String]) -> Result<(), RegexError> {
        self.of_project = compiled(patterns)?;
        self.prefix = prefix.to_owned();
        Ok(())
    }

    /// Whether an expression is found in a path. `relative` is the path inside the PATH.
    pub fn match_path(&self, path: &Path, relative: &Path) -> bool {
        let in_project = || {
            let path = self.prefix.join(relative).into_os_string().into_encoded_bytes();
            let slashed = |byte| if byte == MAIN_SEPARATOR as u8 { b'/' } else { byte };
            path.into_iter().map(slashed).collect::<Vec<u8>>()
        };
        self.as_written.is_match(path.as_os_str().as_encoded_bytes())
            || !self.of_project.is_empty() && self.of_project.is_match(&in_project())
    }
}

fn compiled(patterns: &[String]) -> Result<RegexSet, RegexError> {
    let wrong = |pattern: &str, error: &regex::Error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        RegexError { pattern: pattern.to_owned(), reason: reason.to_owned() }
    };
    for pattern in patterns {
        Regex::new(pattern).map_err(|error| wrong(pattern, &error))?;
    }
    RegexSet::new(patterns).map_err(|error| wrong(&patterns.join(" "), &error))
}
