//! Requirements: installed with uv or pip, checked against what is there; the project's own
//! metadata; single scripts. The installers are stand-ins that note how they were called.

use std::fs;

use crosspyc::internals::bundle::EntryPoint;

use crate::lab::{Lab, paths, set};

/// A folder of an installed distribution.
fn install(lab: &Lab, folder: &str, name: &str, version: &str, requires: &[&str]) {
    let requires: String = requires.iter().map(|one| format!("Requires-Dist: {one}\n")).collect();
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}\nText\n");
    let info = format!("{name}-{version}.dist-info");
    lab.write(&format!("{folder}/{info}/METADATA"), &metadata);
    lab.write(&format!("{folder}/{name}.py"), "def main(): pass\n");
    lab.write(&format!("{folder}/{info}/RECORD"), &format!("{name}.py,,\n{info}/METADATA,,\n"));
}

#[test]
fn requirements_that_are_not_met_are_listed() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    install(
        &lab,
        "deps",
        "web",
        "1.0",
        &[
            "base>=2,<3",
            "old==1; python_version < '3.13'",
            "colors; sys_platform == 'win32'",
            "fast; extra == 'speed'",
            "lost",
        ],
    );
    install(&lab, "deps", "base", "3.1", &["web[speed]"]);
    let message = lab.refused("project --with deps -t 3.12,3.13", 1);
    let listed = "error: these requirements are not met in the bundle:\n  \
                  base>=2,<3 (required by web; the bundle has 3.1)\n  fast (required by web)\n  \
                  lost (required by web)\n  old==1 (required by web; for 3.12)\n";
    assert_eq!(message.split("add them").next(), Some(listed));
    let output = lab.bundle("project --with deps -t 3.13 -o app.pyb --allow-missing");
    assert!(output.status.success(), "{output:?}");
    let noted = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(noted.contains("a requirement is not met in the bundle: lost (required by web)"), "{noted}");
    let archive = lab.bundled("project --with deps -t 3.13 --system-site-packages");
    assert!(archive.manifest().system_site_packages);
    install(&lab, "deps", "lost", "1", &[]);
    install(&lab, "deps", "fast", "1", &[]);
    fs::remove_dir_all(lab.path("deps/base-3.1.dist-info")).expect("removed");
    install(&lab, "deps", "base", "2.5", &["web[speed]"]);
    lab.bundled("project --with deps -t 3.13");
}

const PROJECT: &str = "[project]\nname = 'My.App'\nversion = '1.2'\ndescription = 'Does it'\n\
    requires-python = '>=3.9'\ndependencies = ['base']\n\
    [project.optional-dependencies]\nextra = ['lost']\n\
    [project.scripts]\napp = 'app:main'\n[project.entry-points.plugins]\nx = 'app:main'\n";

#[test]
fn a_project_has_its_own_metadata_and_dependencies() {
    let lab =
        Lab::new(&[("project/pyproject.toml", PROJECT), ("project/src/app/__init__.py", "def main(): 0\n")]);
    assert!(lab.refused("project", 1).contains("base (required by My.App)"));
    install(&lab, "deps", "base", "1", &[]);
    let archive = lab.bundled("project --with deps -t 3.12");
    let files = &paths(&archive)[0];
    assert!(files.contains("my_app-1.2.dist-info/METADATA"), "{files:?}");
    assert!(files.contains("my_app-1.2.dist-info/entry_points.txt"), "{files:?}");
    // What an installer wrote is not written again.
    install(&lab, "deps", "My_App", "1.2.dev3", &[]);
    let files = paths(&lab.bundled("project --with deps -t 3.12"))[0].clone();
    assert!(!files.iter().any(|path| path.starts_with("my_app")), "{files:?}");
    let dynamic = PROJECT.replace("version = '1.2'", "dynamic = ['version']");
    lab.write("project/pyproject.toml", &dynamic);
    let output = lab.bundle("project --with deps -t 3.12 -o app.pyb");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("the version of My.App is dynamic"),
        "{output:?}"
    );
}

/// An installer that writes a package, whose version is that of the target, and notes its arguments.
#[cfg(unix)]
fn stand_in(lab: &Lab, name: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {log}\n\
         [ \"$*\" = --version ] && echo 'pip 25.1 from /usr/lib (python 3.9)' && exit\n\
         case \"$*\" in *'python find'*) exit 1;; *bad.txt*) echo no such thing; exit 1;; esac\n\
         while [ \"$1\" != --target ]; do [ \"$1\" = --python-version ] && version=$2; shift; done\n\
         mkdir -p $2/pkg-1.dist-info && echo \"v = '$version'\" > $2/pkg.py && printf 'Name: pkg\\nVersion: 1\\n' > $2/pkg-1.dist-info/METADATA\n\
         printf 'pkg.py,,\\n' > $2/pkg-1.dist-info/RECORD\n\
         printf '[console_scripts]\\npkg = pkg:v\\n' > $2/pkg-1.dist-info/entry_points.txt\n",
        log = lab.path("log").display()
    );
    lab.write(name, &script);
    let path = lab.path(name);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path.display().to_string()
}

/// The tag of wheels for this machine.
#[cfg(unix)]
fn here() -> String {
    let arch = std::env::consts::ARCH;
    match std::env::consts::OS {
        "macos" => format!("macosx_11_0_{}", if arch == "aarch64" { "arm64" } else { arch }),
        _ => format!("manylinux_2_17_{arch}"),
    }
}

/// pip evaluates markers for the Python that runs it, uv for the one that is asked for.
#[cfg(unix)]
#[test]
fn pip_is_not_used_where_it_would_evaluate_markers_wrongly() {
    let marked = "other\npkg; python_version < '3.13'\n";
    let files =
        [("requirements.txt", "pkg"), ("marked.txt", marked), ("pylock.toml", "lock-version = '1.0'\n")];
    let lab = Lab::new(&files);
    let (uv, pip) = (stand_in(&lab, "uv"), stand_in(&lab, "pip"));
    let options = |installer: &str, file: &str, platform: &str| {
        format!("-r {file} -c pkg -t 3.12 --installer {installer} --platform {platform}")
    };
    let message = lab.refused(&options(&pip, "requirements.txt", "win_amd64"), 1);
    assert!(message.contains("for this machine, not for win_amd64; install uv"), "{message}");
    let message = lab.refused(&options(&pip, "marked.txt", &here()), 1);
    assert!(message.contains("pip cannot install `marked.txt` for Python 3.12"), "{message}");
    let message = lab.refused(&options(&pip, "pyproject.toml", &here()), 1);
    assert!(message.contains("pip does not read the dependencies in `pyproject.toml`"), "{message}");
    let log = fs::read_to_string(lab.path("log")).expect("its version was asked for");
    assert!(!log.contains("install"), "nothing was installed: {log}");
    lab.bundled(&options(&uv, "pyproject.toml", &here()));
    lab.bundled(&options(&uv, "marked.txt", "win_amd64"));
    // A pip of the target's Python is right, but has no locks for other platforms.
    let script = fs::read_to_string(lab.path("pip")).expect("it is there");
    fs::write(lab.path("pip"), script.replace("python 3.9", "python 3.12")).expect("written");
    lab.bundled(&options(&pip, "marked.txt", &here()));
    let message = lab.refused(&options(&pip, "pylock.toml", &here()), 1);
    assert!(message.contains("pip cannot install `pylock.toml` for Python 3.12"), "{message}");
    let log = || fs::read_to_string(lab.path("log")).expect("it was called");
    assert!(!log().contains("pylock.toml"), "{}", log());
    lab.bundled(&format!("-r pylock.toml -c pkg -t 3.12 --installer {pip}"));
    let plain = log().lines().any(|call| call.contains("pylock.toml") && !call.contains("--python-version"));
    assert!(plain, "{}", log());
}

#[cfg(unix)]
#[test]
fn requirements_are_installed_once_for_each_target() {
    for name in ["uv", "pip"] {
        let lab = Lab::new(&[("requirements.txt", "pkg"), ("bad.txt", "pkg")]);
        let installer = stand_in(&lab, name);
        let platform = if name == "uv" { "win_amd64" } else { &here() };
        let options = format!("--installer {installer} --platform {platform} -t 3.12,3.13");
        let archive = lab.bundled(&format!("-r requirements.txt -c pkg {options}"));
        let (module, function) = ("pkg".to_owned(), "v".to_owned());
        assert_eq!(archive.manifest().entry_point, EntryPoint::Function { module, function });
        assert_eq!(paths(&archive)[1..], [set(&["pkg.pyc"]), set(&["pkg.pyc"])]);
        let index = archive.index().expect("whole");
        assert_ne!(index.variants[0][0].blob, index.variants[1][0].blob, "each has its own");
        let log = fs::read_to_string(lab.path("log")).expect("it was called");
        let installs: Vec<&str> = log.lines().filter(|line| line.contains("install")).collect();
        assert_eq!(installs.len(), 2, "{log}");
        for (call, version) in installs.iter().zip(["3.12", "3.13"]) {
            assert!(call.contains(&format!("--python-version {version}")), "{call}");
            assert!(call.contains("--only-binary :all:") && call.contains("-r requirements.txt"), "{call}");
        }
        let message = lab.refused(&format!("-r bad.txt -c pkg {options}"), 1);
        assert!(message.contains("failed:\nno such thing"), "{message}");
        assert!(
            lab.refused("-r requirements.txt -c pkg --installer poetry", 2).contains("neither uv nor pip")
        );
        let message = lab.refused(&format!("-r requirements.txt {options}"), 2);
        assert!(message.contains("name an entry point with -m MODULE"), "{message}");
    }
}

/// The signal reaches crosspyc alone. The installer would go on writing.
#[cfg(unix)]
#[test]
fn an_interrupted_installation_leaves_nothing() {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;
    use std::time::{Duration, Instant};

    let writes = "#!/bin/sh\ncase \"$*\" in *'python find'*) exit 1;; esac\n\
        while [ \"$1\" != --target ]; do shift; done\nmkdir $2/pkg; echo $$ >started\n\
        for n in $(seq 3000); do mkdir -p $2/pkg; echo x >$2/pkg/$n; /bin/sleep 0.01; done\n";
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let lab = Lab::new(&[("requirements.txt", "pkg"), ("tmp/.keep", "")]);
        stand_in(&lab, "uv");
        lab.write("uv", writes);
        let mut command = lab.command("-r requirements.txt -c pkg -t 3.12 --platform win_amd64");
        command.arg("--installer").arg(lab.path("uv")).env("TMPDIR", lab.path("tmp"));
        let mut bundling = command.spawn().expect("it starts");
        let deadline = Instant::now() + Duration::from_secs(60);
        while fs::read(lab.path("started")).map_or(true, |pid| pid.is_empty()) {
            assert!(Instant::now() < deadline, "the installer does not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        let pid = bundling.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().expect("it starts").success());
        assert_eq!(bundling.wait().expect("it ends").signal(), Some(number));
        // An installer that goes on makes its folder again.
        std::thread::sleep(Duration::from_millis(200));
        let left: Vec<_> = fs::read_dir(lab.path("tmp")).expect("there").flatten().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_script_is_a_project() {
    let lab = Lab::new(&[
        ("tools/app.py", "print(1)\n"),
        ("tools/other.py", ""),
        ("tools/my-tool.py", ""),
        ("tools/with.py", "# /// script\n# requires-python = '>=3.14'\n# dependencies = ['pkg']\n# ///\n"),
    ]);
    let archive = lab.bundled("tools/app.py -t 3.12");
    assert_eq!(archive.manifest().entry_point, EntryPoint::Module("app".to_owned()));
    assert_eq!(paths(&archive), [set(&[]), set(&["app.pyc"])]);
    assert_eq!(paths(&lab.bundled("tools/my-tool.py -t 3.12"))[1], set(&["my-tool.pyc"]));
    let installer = stand_in(&lab, "uv");
    let output = lab.bundle(&format!("tools/with.py --installer {installer}"));
    assert!(output.status.success(), "{output:?}");
    let archive =
        crosspyc::internals::bundle::Archive::open(&lab.path("with.pyb")).expect("it has the script's name");
    let versions: Vec<&str> =
        archive.manifest().variants.iter().map(|variant| variant.version.as_str()).collect();
    assert_eq!(versions, ["3.14", "3.15"]);
    assert!(paths(&archive)[1].contains("pkg.pyc"));
    assert!(lab.refused("tools/app.txt", 2).contains("there is no folder `tools/app.txt`"));
    lab.write("tools/app.txt", "");
    assert!(lab.refused("tools/app.txt", 2).contains("is neither a folder nor a Python source"));
    lab.write("tools/app.py", "# /// script\n");
    assert!(
        lab.refused("tools/app.py", 2).contains("in `tools/app.py`: the `# /// script` block has no end")
    );
}
