//! The exit codes of `crosspyc`, which scripts rely on.
//!
//! A broken pipe (`crosspyc dis FILE | head`) is no failure. A run that is interrupted ends by the signal (130 and 143 in a shell); no file is half-written then.

/// All is well.
pub const SUCCESS: u8 = 0;

/// Some module did not compile, some file could not be read or written, or some check failed. What could be done is done.
pub const FAILURE: u8 = 1;

/// Wrong usage: unknown options, targets that crosspyc does not have, settings in pyproject.toml that make no sense. Nothing was done.
pub const USAGE: u8 = 2;

/// A bug of crosspyc (`EX_SOFTWARE` of BSD's sysexits). It was reported for the files it concerns; the others are done.
pub const INTERNAL_ERROR: u8 = 70;

/// `crosspyc run` could not start the program (as `env` and shells have it); afterwards the exit code is the program's.
pub const NOT_STARTED: u8 = crate::runner::EXIT_NOT_STARTED;
