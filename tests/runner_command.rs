//! The command line of `crosspyc-run`: its messages, and that it never panics if its output cannot be
//! written.

#![cfg(feature = "cli")]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
    command.args(arguments).output().expect("crosspyc-run can be started")
}

fn assert_fails(arguments: &[&str], code: i32, message: &str) {
    let output = run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).replace("\r\n", "\n");
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.starts_with(&format!("crosspyc-run: {message}")), "{stderr}");
    assert!(output.stdout.is_empty(), "{output:?}");
}

#[test]
fn a_command_line_that_cannot_be_followed_is_refused_with_a_hint() {
    let hint = "\n\nUsage: crosspyc-run [OPTIONS] APP.pyb [ARG]...\n\nFor more information, try '--help'.\n";
    for (arguments, message) in [
        (&[][..], "name the bundle to run"),
        (&["--"], "name the bundle to run"),
        (&["--which"], "name the bundle to run"),
        (&["--nope", "app.pyb"], "unknown option `--nope`"),
        (&["--python"], "--python needs a value"),
        (&["--python=", "app.pyb"], "--python needs a value"),
        (&["--python-arg"], "--python-arg needs a value"),
    ] {
        assert_fails(arguments, 2, &format!("{message}{hint}"));
    }
}

#[test]
fn two_dashes_end_the_options() {
    assert_fails(&["--", "--no-such.pyb"], 127, "failed to read --no-such.pyb: ");
}

/// Whoever names a file could otherwise change a terminal's colours or forge lines.
#[test]
fn control_characters_of_names_are_escaped() {
    let name = "evil\u{1b}[31m\u{202e}\ncrosspyc-run: whole.pyb";
    for options in [&[][..], &["--which"], &["--where"], &["--verify"], &["--trusted-key", name]] {
        let output = run(&[options, &[name]].concat());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(127), "{options:?}: {stderr}");
        let escaped = r"evil\u{1b}[31m\u{202e}\ncrosspyc-run: whole.pyb";
        assert!(stderr.contains(escaped) && stderr.lines().count() == 1, "{options:?}: {stderr:?}");
        assert!(!stderr.contains(['\u{1b}', '\u{202e}']), "{options:?}: {stderr:?}");
    }
}

#[test]
fn help_and_version_are_printed() {
    let help = String::from_utf8(run(&["--help"]).stdout).expect("text");
    assert!(help.starts_with("Runs a bundle that crosspyc made\n") && help.contains("--which"), "{help}");
    let version = String::from_utf8(run(&["-V"]).stdout).expect("text");
    assert_eq!(version.trim_end(), format!("crosspyc-run {}", env!("CARGO_PKG_VERSION")));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error_and_nothing_worse() {
    use std::fs::File;
    let full = || File::options().write(true).open("/dev/full").expect("it is there");
    let command = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.args(arguments);
        command
    };
    let output = command(&["--help"]).stdout(full()).output().expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.starts_with("crosspyc-run: failed to write to standard output: "), "{stderr}");
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    assert!(command(&["--help"]).stdout(writer).status().expect("it starts").success());
    assert_eq!(command(&["--nope"]).stderr(full()).status().expect("it starts").code(), Some(2));
}
