//! Names that some system cannot hold, links, files that are none, and outputs beside or in place of the project's own files.

use std::fs;
use std::process::Child;

use crosspyc::internals::bundle::Archive;

use crate::lab::{Lab, paths, set};

#[test]
fn an_empty_project_has_nothing_to_start() {
    let lab = Lab::new(&[]);
    fs::create_dir(lab.path("project")).expect("made");
    let message = lab.refused("project -t 3.12", 2);
    assert!(
        message.contains("`project` has no __main__.py; name an entry point with -m MODULE"),
        "{message}"
    );
    assert!(lab.refused("project -t 3.12 -m app", 2).contains("module `app` is not in `project`"));
}

/// Files as other systems make them; those that this one cannot hold either are left to others.
#[cfg(unix)]
#[test]
fn names_that_some_system_cannot_hold_are_refused_all_at_once() {
    let lab = Lab::new(&[("project/__main__.py", "print 1: not even compiled\n")]);
    let bad = [
        ("CON.py", "the path `CON.py` has a part that is a device on Windows, whatever its ending"),
        ("lib/aux", "the path `lib/aux` has a part that is a device on Windows, whatever its ending"),
        ("dot.", "the path `dot.` has a part that ends with a dot or a space, which Windows drops"),
        ("a:b", r#"the path `a:b` has a control character or one of <>:"|?*\, which Windows does not take"#),
        ("two\nlines", "the path `two\\nlines` has a control character or one of <>:\"|?*\\, which"),
    ];
    for (path, _) in bad {
        lab.write(&format!("project/{path}"), "");
    }
    let message = lab.refused("project -t 3.12,3.13", 1);
    for (_, reason) in bad {
        assert!(message.contains(&format!("\n  {reason}")), "{reason} is missing in\n{message}");
    }
    assert!(
        message.starts_with("error: these files cannot be unpacked together on every system:\n"),
        "{message}"
    );
    assert!(message.ends_with("\nrename them, or leave them out with --exclude\n"), "{message}");
    let without = "--exclude CON.py --exclude lib --exclude *. --exclude a:b --exclude two*";
    lab.write("project/__main__.py", "");
    assert_eq!(paths(&lab.bundled(&format!("project -t 3.12 {without}")))[1], set(&["__main__.pyc"]));
    assert!(lab.refused("project -t 3.12 --as zipapp", 1).contains("`CON.py` has a part that is a device"));
}

/// On a disk that tells them apart.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_one_to_some_system_are_refused() {
    for (first, second, message) in [
        ("README", "readme", "`README` and `readme` are the same file on systems that ignore case"),
        ("a.py", "A.py", "`A.py` and `a.py` are the same file"),
        ("pkg/x.py", "Pkg/y.py", "`Pkg/y.py` and `pkg/x.py` are the same file"),
        ("café", "cafe\u{301}", "`cafe\\u{301}` and `café` are the same file"),
    ] {
        let lab = Lab::new(&[("project/__main__.py", "")]);
        lab.write(&format!("project/{first}"), "");
        lab.write(&format!("project/{second}"), "");
        let refused = lab.refused("project -t 3.12", 1);
        assert!(refused.contains(message), "{refused}");
        // One line for the two, one before and one after it.
        assert_eq!(refused.lines().count(), 3, "{refused}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(lab.path("project").join(name), "").expect("written");
    let message = lab.refused("project -t 3.12", 1);
    assert!(
        message.contains("`project/caf\u{fffd}.txt` has a name that is not UTF-8; rename or exclude it"),
        "{message}"
    );
}

#[test]
fn a_path_may_be_so_long_and_no_longer() {
    let part = "d".repeat(200);
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let fits = format!("{part}/{part}/{part}/{}", "f".repeat(768 - 3 * 201));
    lab.write(&format!("project/{fits}"), "");
    assert_eq!(paths(&lab.bundled("project -t 3.12"))[0], set(&[&fits]));
    lab.write(&format!("project/{fits}f"), "");
    assert!(lab.refused("project -t 3.12", 1).contains("fff` is longer than 768 bytes"));
}

#[test]
fn names_in_any_script_come_along() {
    let names = ["😀.txt", "日本/語.txt", "café.txt", "with space.txt", "ไทย.txt"];
    let lab = Lab::new(&[("project/__main__.py", "")]);
    for name in names {
        lab.write(&format!("project/{name}"), "");
    }
    assert_eq!(paths(&lab.bundled("project -t 3.12"))[0], set(&names));
}

/// What Python finds through a link belongs to the program, wherever it lies.
#[cfg(unix)]
#[test]
fn links_are_followed_and_loops_are_cut() {
    use std::os::unix::fs::symlink;
    let lab =
        Lab::new(&[("project/__main__.py", ""), ("shared/lib/mod.py", ""), ("shared/data.txt", "data")]);
    for (target, link) in [
        ("../shared/lib", "lib"),
        ("../shared/data.txt", "linked.txt"),
        (".", "itself"),
        ("../project", "around"),
        ("two", "one"),
        ("one", "two"),
        ("nowhere", "dangling.py"),
    ] {
        symlink(target, lab.path("project").join(link)).expect("linked");
    }
    assert_eq!(
        paths(&lab.bundled("project -t 3.12")),
        [set(&["linked.txt"]), set(&["__main__.pyc", "lib/mod.pyc"])]
    );
}

#[cfg(unix)]
#[test]
fn an_output_replaces_what_a_link_leads_to() {
    let lab = Lab::new(&[("project/__main__.py", ""), ("file", "older")]);
    std::os::unix::fs::symlink("file", lab.path("link")).expect("linked");
    for format in ["", "--as zipapp"] {
        assert!(lab.bundle(&format!("project -t 3.12 -o link {format}")).status.success());
        assert!(lab.path("link").is_symlink());
        assert!(fs::read(lab.path("file")).expect("it is there").len() > 100);
        lab.write("file", "older");
    }
}

/// Nobody writes into the pipe: opening it would wait for ever.
#[cfg(unix)]
#[test]
fn pipes_and_sockets_are_no_files() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    for name in ["pipe.py", "pipe.txt"] {
        let made = std::process::Command::new("mkfifo").arg(lab.path("project").join(name)).status();
        assert!(made.expect("mkfifo is there").success());
    }
    let _socket = std::os::unix::net::UnixListener::bind(lab.path("project/socket")).expect("bound");
    assert_eq!(paths(&lab.bundled("project -t 3.12")), [set(&[]), set(&["__main__.pyc"])]);
}

/// Where permissions bind: not for the administrator.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named_and_no_bundle_is_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::new(&[("project/__main__.py", ""), ("project/closed.txt", ""), ("project/mod.py", "")]);
    for name in ["closed.txt", "mod.py"] {
        let path = lab.path("project").join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("it is ours");
    }
    if fs::read(lab.path("project/closed.txt")).is_ok() {
        return;
    }
    let message = lab.refused("project -t 3.12", 1);
    for path in ["closed.txt", "mod.py"] {
        assert!(
            message.contains(&format!("failed to read `project/{path}`: Permission denied")),
            "{message}"
        );
    }
}

#[test]
fn older_bundles_stay_out_unless_included() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let build = |options: &str| lab.bundle(&format!("project -t 3.12 {options}"));
    assert!(build("-o project/app.pyb").status.success());
    let first = fs::read(lab.path("project/app.pyb")).expect("it is there");
    assert!(build("-o project/app.pyb").status.success());
    assert!(first == fs::read(lab.path("project/app.pyb")).expect("it is there"));
    fs::create_dir(lab.path("project/dist")).expect("made");
    let other = build("-o project/dist/other");
    let told = String::from_utf8_lossy(&other.stdout).replace('\\', "/");
    assert!(told.contains("left out project/app.pyb: it is a bundle; --include takes it"), "{other:?}");
    let files = |archive: &str| paths(&Archive::open(&lab.path(archive)).expect("it is whole"))[0].clone();
    assert_eq!(files("project/dist/other"), set(&[]));
    assert!(build("--include app.pyb -o third.pyb").status.success());
    assert_eq!(files("third.pyb"), set(&["app.pyb"]));
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_work() {
    let lab = Lab::new(&[
        ("project/__main__.py", "no Python"),
        ("project/data.txt", "precious"),
        ("old.txt", "old"),
    ]);
    for (output, reason) in [
        ("nowhere/app.pyb", "its folder does not exist"),
        ("project", "something that is not a regular file is there"),
        ("project/data.txt", "it is a file of the project, and not one that crosspyc made"),
        ("project/__main__.py", "it is a file of the project, and not one that crosspyc made"),
    ] {
        for format in ["", "--as zipapp"] {
            let ran = lab.bundle(&format!("project -t 3.12 -o {output} {format}"));
            assert_eq!(ran.status.code(), Some(2), "{ran:?}");
            let message = format!("error: cannot write `{output}`: {reason}");
            assert!(String::from_utf8_lossy(&ran.stderr).starts_with(&message), "{ran:?}");
        }
    }
    assert_eq!(fs::read_to_string(lab.path("project/data.txt")).expect("it is there"), "precious");
    // Elsewhere an output is replaced, as compilers do; and in the project what crosspyc made, or an empty file.
    lab.write("project/__main__.py", "");
    lab.write("project/empty", "");
    for output in ["old.txt", "project/empty", "project/empty"] {
        let zipapp = lab.bundle(&format!("project -t 3.12 -o {output} --as zipapp"));
        assert!(zipapp.status.success(), "{zipapp:?}");
        let archive = lab.bundle(&format!("project -t 3.12 -o {output}"));
        assert!(archive.status.success(), "{archive:?}");
    }
}

#[test]
fn builds_at_once_leave_one_whole_bundle() {
    let lab = Lab::new(&[("project/__main__.py", ""), ("project/data.txt", &"data ".repeat(10_000))]);
    let start = |_| lab.command("project -t 3.12,3.13 -o app.pyb -q").spawn().expect("it starts");
    let builds: Vec<Child> = (0..8).map(start).collect();
    for mut build in builds {
        assert!(build.wait().expect("it ends").success());
    }
    Archive::open(&lab.path("app.pyb")).expect("it is whole").verify().expect("it is whole");
    let left = fs::read_dir(lab.path("")).expect("it is there").count();
    assert_eq!(left, 2, "nothing but the project and the bundle");
}
