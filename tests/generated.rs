//! The committed tables are what their scripts make of the reference interpreters.

use std::process::Command;

/// The exit status of a generator that lacks an interpreter.
const SKIPPED: i32 = 77;

#[test]
#[ignore = "asks seven interpreters for two minutes; run it with --ignored after a change of scripts or interpreters"]
fn unicode_tables_are_current() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/unicode_tables.py");
    let done = Command::new("python3").args([script, "--check"]).output().expect("python3 starts");
    let message = String::from_utf8_lossy(&done.stderr);
    match done.status.code() {
        Some(SKIPPED) => {
            // Past the capture of the test harness: a skipped check must be seen.
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "SKIPPED: {message}");
        }
        code => assert_eq!(code, Some(0), "{message}"),
    }
}
