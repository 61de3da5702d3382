//! Odd files, folders and links.

use crate::tree::{Tree, without_times};

#[test]
fn hello_world_is_what_py_compile_writes() {
    let tree = Tree::new();
    tree.write("hello_world.py", include_bytes!("../../testdata/cli/hello_world.py"));
    tree.line(&["compile", "-t", "3.12.1", "hello_world.py"]);
    let golden = include_bytes!("../../testdata/cli/hello_world.cpython-312.pyc");
    assert_eq!(tree.read("__pycache__/hello_world.cpython-312.pyc"), golden);
}

#[test]
fn sources_of_any_bytes_are_compiled_or_refused() {
    let sources: [&[u8]; 6] = [
        b"\0",
        b"\xff\xfe\0x",
        b"\xef\xbb\xbf",
        b"x = '\xe9'\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"\r\r\n\x0c\x1a",
    ];
    for source in sources {
        let tree = Tree::new();
        tree.write("a.py", source);
        let ran = tree.run(&["compile", "-t", "3.12"]);
        assert!(matches!(ran.code, Some(0 | 1)), "{source:?}: {ran:?}");
        assert_eq!(tree.pycs().len(), usize::from(ran.code == Some(0)), "{source:?}");
    }
}

#[test]
fn a_very_long_line_is_shown_in_part() {
    let tree = Tree::new();
    tree.write("a.py", format!("x = [{}]; return 1\n", "1, ".repeat(1_000_000)));
    let ran = tree.run(&["compile", "-t", "3.12"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.len() < 1000 && ran.stderr.contains("]; return 1\n"), "{}", ran.stderr);
}

#[test]
fn errors_in_json_have_the_path() {
    let tree = Tree::with(&[("a.py", ""), ("not_a_pyc", "")]);
    for arguments in [&["compile", "a.py", "nowhere"][..], &["verify", "nowhere"], &["inspect", "nowhere"]] {
        let ran = tree.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let error = r#"{"type":"error","path":"nowhere","message":"failed to read `nowhere`: "#;
        assert!(ran.stdout.contains(error), "{arguments:?}: {ran:?}");
    }
    let ran = tree.run(&["inspect", "not_a_pyc", "--format", "json"]);
    assert!(ran.stdout.contains(r#""path":"not_a_pyc""#), "{ran:?}");
}

#[test]
fn the_help_of_every_command_can_be_read() {
    let tree = Tree::new();
    for command in ["compile", "verify", "inspect", "dis", "targets"] {
        let ran = tree.run(&[command, "--help"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{command}");
        assert!(ran.stdout.contains("Usage: crosspyc"), "{command}");
    }
}

#[test]
fn targets_tells_the_supported_versions() {
    let tree = Tree::new();
    let mut command = tree.command(&["targets"]);
    let ran: crate::tree::Ran =
        command.env("PATH", "").env("PYENV_ROOT", tree.root()).output().expect("it runs").into();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 8, "{ran:?}");
    assert!(ran.stdout.contains("magic number 3531  cpython-312"), "{ran:?}");
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// A limit on the size of files is to a program what a full disk is.
    #[test]
    fn what_cannot_be_written_is_told_and_leaves_nothing() {
        let tree = Tree::with(&[("src/__main__.py", "x = 1\n"), ("src/a.py", ""), ("out/app.pyb", "older")]);
        let full = |arguments: &str| -> crate::tree::Ran {
            let program = env!("CARGO_BIN_EXE_crosspyc");
            let script = format!("trap '' XFSZ; ulimit -f 0; exec {program} {arguments} -t 3.12");
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &script]).current_dir(tree.root()).output().expect("sh runs").into()
        };
        let ran = full("compile src -o out");
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert_eq!((ran.code, lines.len()), (Some(1), 2), "{ran:?}");
        for (line, name) in lines.iter().zip(["__main__", "a"]) {
            let place =
                format!("error: failed to write `out/__pycache__/{name}.cpython-312.pyc`: File too large (");
            assert!(line.starts_with(&place) && !line.contains(".tmp"), "{line}");
        }
        let ran = full("bundle src -o out/app.pyb");
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.starts_with("error: failed to write out/app.pyb: File too large ("), "{ran:?}");
        assert!(!ran.stderr.contains(".tmp"), "{ran:?}");
        assert_eq!(
            (tree.files("out"), tree.read("out/app.pyb")),
            (vec!["out/app.pyb".to_owned()], b"older".to_vec())
        );
    }

    #[test]
    fn loops_of_links_end() {
        let tree = Tree::with(&[("src/a/one.py", ""), ("src/b/two.py", "")]);
        symlink("..", tree.path("src/a/up")).expect("linked");
        symlink("../a", tree.path("src/b/to_a")).expect("linked");
        symlink("../b", tree.path("src/a/to_b")).expect("linked");
        symlink("self", tree.path("src/self")).expect("linked");
        symlink("nowhere.py", tree.path("src/dangling.py")).expect("linked");
        let line = tree.line(&["compile", "src", "-t", "3.12"]);
        assert_eq!(without_times(&line), "compiled 2 modules for 3.12 in TIME");
        // A mirror has no links, so there they are followed.
        tree.line(&["compile", "src", "-t", "3.12", "-o", "out"]);
        let mirrored = tree.files("out");
        for module in ["a/__pycache__/one", "b/to_a/__pycache__/one", "a/to_b/__pycache__/two"] {
            assert!(mirrored.contains(&format!("out/{module}.cpython-312.pyc")), "{mirrored:?}");
        }
    }

    #[test]
    fn a_link_to_a_file_has_its_own_pyc() {
        let tree = Tree::with(&[("lib/real.py", "x = 1\n"), ("src/a.py", "")]);
        symlink("../lib/real.py", tree.path("src/link.py")).expect("linked");
        tree.line(&["compile", "src", "-t", "3.12"]);
        let pycs = ["src/__pycache__/a.cpython-312.pyc", "src/__pycache__/link.cpython-312.pyc"];
        assert_eq!(tree.pycs(), pycs);
    }

    #[test]
    fn equal_levels_can_be_one_file() {
        use std::os::unix::fs::MetadataExt as _;
        let tree =
            Tree::with(&[("plain.py", "x = 1\n"), ("doc.py", "'doc'\n"), ("both.py", "'doc'\nassert x\n")]);
        let compile = &["compile", "-t", "3.12,3.13", "-O", "0,1,2", "--hardlink-dupes"];
        let links = |module: &str| {
            let inode = |level: &str| {
                let pyc = tree.path(format!("__pycache__/{module}.cpython-312{level}.pyc"));
                fs::metadata(pyc).expect("it is there").ino()
            };
            let inodes = ["", ".opt-1", ".opt-2"].map(inode);
            (inodes[0] == inodes[1], inodes[1] == inodes[2])
        };
        tree.line(compile);
        let linked = [links("plain"), links("doc"), links("both")];
        assert_eq!(linked, [(true, true), (true, false), (false, false)]);
        // Another source, and a level that is compiled alone: the other files stay as they are.
        tree.write("plain.py", "x = 2\n");
        tree.line(&["compile", "plain.py", "-t", "3.12", "-O", "2"]);
        assert_eq!(links("plain"), (true, false));
        let before = tree.read("__pycache__/plain.cpython-312.pyc");
        assert_ne!(tree.read("__pycache__/plain.cpython-312.opt-2.pyc"), before);
        tree.line(compile);
        assert_eq!(links("plain"), (true, true));
        assert_eq!(tree.files("__pycache__").len(), 18);
        let refused = tree.run(&["compile", "-t", "3.12", "--hardlink-dupes"]);
        assert!(
            refused.code == Some(2) && refused.stderr.contains("needs several optimization levels"),
            "{refused:?}"
        );
    }

    #[test]
    fn permissions_follow_the_source() {
        let tree = Tree::with(&[("a.py", "")]);
        fs::set_permissions(tree.path("a.py"), fs::Permissions::from_mode(0o500)).expect("set");
        tree.line(&["compile", "-t", "3.12"]);
        let pyc = fs::metadata(tree.path("__pycache__/a.cpython-312.pyc")).expect("it is there");
        assert_eq!(pyc.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_pyc_that_is_a_link_is_not_replaced() {
        let tree = Tree::with(&[("a.py", ""), ("b.py", ""), ("precious", "kept")]);
        fs::create_dir(tree.path("__pycache__")).expect("made");
        symlink("../precious", tree.path("__pycache__/a.cpython-312.pyc")).expect("linked");
        let ran = tree.run(&["compile", "-t", "3.12"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("something that is not a regular file is there"), "{ran:?}");
        assert_eq!(tree.read("precious"), b"kept");
        assert!(tree.path("__pycache__/b.cpython-312.pyc").exists());
    }

    #[test]
    fn names_that_are_no_utf8_are_compiled() {
        let tree = Tree::new();
        let name = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
        tree.write(name(b"caf\xe9.py"), "x = 1\n");
        let line = tree.line(&["compile", "-t", "3.12"]);
        assert_eq!(without_times(&line), "compiled 1 module for 3.12 in TIME");
        let pyc = tree.read(tree.path("__pycache__").join(name(b"caf\xe9.cpython-312.pyc")));
        // Python's surrogateescape, which marshal writes with surrogatepass.
        let co_filename = b"caf\xed\xb3\xa9.py";
        assert!(pyc.windows(co_filename.len()).any(|window| window == co_filename));
        let line = tree.line(&["compile", "-t", "3.12"]);
        assert_eq!(line, "nothing to do: 1 module up to date for 3.12");
    }

    /// What `json.dumps(os.fsdecode(name))` writes.
    #[test]
    fn names_that_are_no_utf8_are_exact_in_json() {
        let tree = Tree::new();
        let name = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
        tree.write(name(b"caf\xe9.py"), "x = 1\n");
        tree.write(name(b"d\xff/bad.py"), "x = = 1\n");
        let ran = tree.run(&["compile", "-t", "3.12", "--format", "json"]);
        for text in [
            r#""pyc":"__pycache__/caf\udce9.cpython-312.pyc","source":"caf\udce9.py""#,
            r#"{"type":"diagnostic","path":"d\udcff/bad.py""#,
        ] {
            assert!(ran.stdout.contains(text), "{text}: {ran:?}");
        }
        let ran = tree.run(&["verify", ".", "--format", "json"]);
        assert!(ran.stdout.contains(r#""pyc":"__pycache__/caf\udce9.cpython-312.pyc""#), "{ran:?}");
        for command in ["inspect", "dis"] {
            let mut command = tree.command(&[command, "--format", "json"]);
            let pyc = tree.path("__pycache__").join(name(b"caf\xe9.cpython-312.pyc"));
            let ran: crate::tree::Ran = command.arg(pyc).output().expect("it runs").into();
            assert!(ran.stdout.contains(r"__pycache__/caf\udce9.cpython-312.pyc"), "{ran:?}");
        }
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let tree = Tree::with(&[("a.py", "")]);
        let made = std::process::Command::new("mkfifo").arg(tree.path("pipe.py")).status();
        if made.is_ok_and(|status| status.success()) {
            let line = tree.line(&["compile", "-t", "3.12"]);
            assert_eq!(without_times(&line), "compiled 1 module for 3.12 in TIME");
            let ran = tree.run(&["compile", "-t", "3.12", "pipe.py"]);
            assert_eq!(ran.code, Some(1));
            assert!(ran.stderr.contains("neither a file nor a folder"), "{ran:?}");
        }
    }

    #[test]
    fn folders_without_permission_are_named_and_the_rest_goes_on() {
        let tree = Tree::with(&[("locked/a.py", ""), ("readonly/b.py", ""), ("open/c.py", ""), ("d.py", "")]);
        let set = |path: &str, mode| {
            fs::set_permissions(tree.path(path), fs::Permissions::from_mode(mode)).expect("set");
        };
        set("locked", 0o000);
        set("readonly", 0o555);
        set("d.py", 0o000);
        let is_almighty = fs::read_dir(tree.path("locked")).is_ok();
        let ran = tree.run(&["compile", "-t", "3.12"]);
        set("locked", 0o755);
        set("readonly", 0o755);
        assert!(tree.path("open/__pycache__/c.cpython-312.pyc").exists());
        if !is_almighty {
            assert_eq!(ran.code, Some(1), "{ran:?}");
            for name in ["read `./locked`", "write `./readonly/", "read `./d.py`"] {
                assert!(ran.stderr.contains(name), "{name}: {ran:?}");
            }
        }
    }
}
