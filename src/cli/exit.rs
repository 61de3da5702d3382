//! The exit codes of `crosspyc`, which scripts rely on.
//!
//! A broken pipe (`crosspyc dis FILE | head`) is not a failure. An interrupted run ends by the
//! signal (130 and 143 in a shell) and leaves no half-written file.

/// Everything succeeded.
pub const SUCCESS: u8 = 0;

/// A module did not compile, a file could not be read or written, or a check failed. The rest was
/// done.
pub const FAILURE: u8 = 1;

/// Wrong usage: unknown options, unsupported targets, or invalid settings in pyproject.toml. Nothing
/// was done.
pub const USAGE: u8 = 2;

/// A bug of crosspyc (`EX_SOFTWARE` of BSD's sysexits). It was reported for the files that it
/// concerns; the others are done.
pub const INTERNAL_ERROR: u8 = 70;

/// `crosspyc run` could not start the program (127, as in `env` and shells). Once it is started, the
/// exit code is the program's.
pub const NOT_STARTED: u8 = crate::runner::EXIT_NOT_STARTED;
