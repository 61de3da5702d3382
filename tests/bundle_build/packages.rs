//! Folders of installed packages: taken whole, the same as PROJECT and with `--with`; what else is
//! left out, and that it is said.

use std::collections::BTreeSet;
use std::fs;

use crosspyc::internals::bundle::{Archive, EntryPoint};

use crate::lab::{Lab, paths, set};

/// What pip and uv leave in `--target deps`, and what a virtual environment has, of one wheel.
const LAYOUTS: [(&str, &str, &str); 3] = [
    ("deps", "deps", "../../"),
    ("deps", "deps", ""),
    ("deps/lib/python3.12/site-packages", "deps", "../../../"),
];

fn wheel(lab: &Lab, (site, root, up): (&str, &str, &str), python: &str, installer: &str) {
    let info = "tool-1.0.dist-info";
    for (path, text) in [
        (format!("{site}/tool/__init__.py"), "def main(): pass\n".to_owned()),
        (format!("{site}/tool/.icons/a.svg"), "svg".to_owned()),
        (format!("{site}/{info}/METADATA"), "Name: tool\nVersion: 1.0\n".to_owned()),
        (format!("{site}/{info}/INSTALLER"), installer.to_owned()),
        (format!("{site}/{info}/entry_points.txt"), "[console_scripts]\ntool = tool:main\n".to_owned()),
        (format!("{root}/bin/tool"), format!("#!{python}\nmade\n")),
        (format!("{root}/bin/tool-file"), format!("#!{python}\nfile\n")),
        (format!("{root}/share/tool/x.txt"), "x".to_owned()),
        (format!("{root}/etc/tool.conf"), "conf".to_owned()),
    ] {
        lab.write(&path, &text);
    }
    let record = format!(
        "tool/__init__.py,,\ntool/__pycache__/__init__.cpython-312.pyc,,\ntool/.icons/a.svg,,\n\
         {info}/METADATA,,\n{info}/INSTALLER,,\n{info}/entry_points.txt,,\n{info}/RECORD,,\n\
         {up}bin/tool,sha256=x,3\n{up}bin/tool-file,sha256={installer},3\n{up}share/tool/x.txt,,\n\
         {up}etc/tool.conf,,\n"
    );
    lab.write(&format!("{site}/{info}/RECORD"), &record);
    if site != root {
        lab.write(&format!("{root}/pyvenv.cfg"), "home = /usr/bin\n");
        lab.write(&format!("{root}/bin/python"), "not this");
        lab.write(&format!("{site}/_virtualenv.pth"), "import _virtualenv");
    }
}

#[test]
fn a_wheel_gives_the_same_bytes_however_it_was_installed_and_named() {
    let mut bundles = BTreeSet::new();
    for (number, layout) in LAYOUTS.into_iter().enumerate() {
        let lab = Lab::new(&[]);
        wheel(&lab, layout, &format!("/home/{number}/bin/python3.12"), &format!("installer {number}"));
        fs::create_dir(lab.path("empty")).expect("made");
        for folders in ["deps", "empty --with deps", layout.0] {
            lab.write(&format!("{}/.lock", layout.0), "");
            let output = lab.bundle(&format!("{folders} -c tool -t 3.12 --name app -o app.pyb"));
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            // virtualenv's own file stands in the environment.
            let is_environment = layout.0 != layout.1;
            assert_eq!(told.contains("left out: 1 .pth file"), is_environment, "{told}");
            assert_eq!(told.contains("left out:"), is_environment, "{told}");
            let archive = lab.bundled(&format!("{folders} -c tool -t 3.12 --name app"));
            let expected = set(&[
                "tool/.icons/a.svg",
                "tool-1.0.dist-info/METADATA",
                "tool-1.0.dist-info/RECORD",
                "tool-1.0.dist-info/entry_points.txt",
                "tool-1.0.data/scripts/tool-file",
                "tool-1.0.data/data/share/tool/x.txt",
                "tool-1.0.data/data/etc/tool.conf",
            ]);
            assert_eq!(paths(&archive), [expected, set(&["tool/__init__.pyc"])], "{layout:?} {folders}");
            let (module, function) = ("tool".to_owned(), "main".to_owned());
            assert_eq!(archive.manifest().entry_point, EntryPoint::Function { module, function });
            // What PROJECT has are its scripts.
            let scripts: Vec<&str> = archive.manifest().scripts.keys().map(String::as_str).collect();
            let of_project = if folders.starts_with("empty") { &[][..] } else { &["tool", "tool-file"] };
            assert_eq!(scripts, of_project, "{layout:?} {folders}");
            let index = archive.index().expect("whole");
            let contents: Vec<String> = index.blobs.iter().map(|blob| blob.blake3.clone()).collect();
            bundles.insert(contents);
        }
    }
    assert_eq!(bundles.len(), 1, "the contents depend on the machine or the layout");
}

#[test]
fn records_list_what_is_there_and_scripts_name_no_machine() {
    let lab = Lab::new(&[]);
    wheel(&lab, LAYOUTS[0], "/home/me/bin/python3.12", "pip");
    lab.bundled("deps -c tool -t 3.12");
    let extracted = std::process::Command::new(env!("CARGO_BIN_EXE_crosspyc"))
        .args(["extract", "app.pyb", "-o", "out"])
        .current_dir(lab.path(""))
        .output()
        .expect("it starts");
    assert!(extracted.status.success(), "{extracted:?}");
    let read = |path: &str| fs::read_to_string(lab.path("out").join(path)).expect("it is there");
    assert_eq!(read("tool-1.0.data/scripts/tool-file"), "#!python\nfile\n");
    assert_eq!(
        read("tool-1.0.dist-info/RECORD"),
        "../../../bin/tool,,\n../../../bin/tool-file,,\n../../../etc/tool.conf,,\n\
         ../../../share/tool/x.txt,,\ntool-1.0.dist-info/METADATA,,\ntool-1.0.dist-info/RECORD,,\n\
         tool-1.0.dist-info/entry_points.txt,,\ntool/.icons/a.svg,,\ntool/__init__.pyc,,\n"
    );
}

#[test]
fn scripts_of_every_kind_can_be_started() {
    let lab = Lab::new(&[]);
    wheel(&lab, LAYOUTS[0], "/usr/bin/python", "pip");
    lab.write("deps/tool-1.0.dist-info/entry_points.txt", "[gui_scripts]\ntool = tool:main\n");
    let archive = lab.bundled("deps -c tool -t 3.12");
    assert!(matches!(archive.manifest().entry_point, EntryPoint::Function { .. }));
    let archive = lab.bundled("deps -c tool-file -t 3.12");
    assert_eq!(archive.manifest().entry_point, EntryPoint::Script("tool-file".to_owned()));
    assert!(lab.refused("deps -c nope -t 3.12", 2).contains("there are tool, tool-file"));
    assert!(lab.refused("deps -c tool-file -t 3.12 --as zipapp", 2).contains("make a .pyb"));
}

#[test]
fn functions_that_no_module_binds_are_refused() {
    let lab = Lab::new(&[
        ("project/app.py", "import sys as system\nif 1:\n    def run(): pass\n"),
        ("project/star.py", "from app import *\n"),
        ("project/lazy.py", "def __getattr__(name): return 1\n"),
        ("project/pkg/__init__.py", ""),
        ("project/pkg/sub.py", ""),
    ]);
    for entry in ["app:run", "app:system.exit", "star:any", "lazy:any", "pkg:sub.main"] {
        lab.bundled(&format!("project -t 3.12 -e {entry}"));
    }
    let message = lab.refused("project -t 3.12 -e app:nope", 2);
    assert!(message.contains("module `app` has no `nope` at its top level"), "{message}");
    let message = lab.refused("project -t 3.12 -m app.py", 2);
    assert!(message.contains("name a module, not a file: app"), "{message}");
}

#[test]
fn the_scripts_of_a_project_are_all_known_to_the_bundle() {
    let scripts =
        "[project]\nname = 'p'\n[project.scripts]\none = 'app:one'\ntwo = 'app:two'\nlost = 'gone:x'\n";
    let lab = Lab::new(&[
        ("project/pyproject.toml", scripts),
        ("project/app.py", "def one(): pass\ndef two(): pass\n"),
    ]);
    let archive = lab.bundled("project -t 3.12 -c two");
    let scripts: Vec<&str> = archive.manifest().scripts.keys().map(String::as_str).collect();
    assert_eq!(scripts, ["one", "two"]);
}

#[test]
fn what_is_left_out_is_counted_and_listed() {
    let lab = Lab::new(&[
        ("project/__main__.py", ""),
        ("project/.hidden", ""),
        ("project/.gitignore", "*.log\n/local/\n!kept.log\n"),
        ("project/a.log", ""),
        ("project/kept.log", ""),
        ("project/local/x.txt", ""),
        ("project/sub/.gitignore", "inner.txt\n"),
        ("project/sub/inner.txt", ""),
        ("project/inner.txt", ""),
        ("project/id_rsa", "key"),
        ("project/server.pem", "-----BEGIN PRIVATE KEY-----"),
        ("project/ca.pem", "-----BEGIN CERTIFICATE-----"),
        ("project/tls.key", ""),
        ("project/build/lib/x.py", ""),
        ("project/dist/x.whl", ""),
        ("project/p.egg-info/PKG-INFO", ""),
        ("project/node_modules/x.js", ""),
        ("project/htmlcov/x.html", ""),
        ("project/venv/pyvenv.cfg", ""),
        ("project/x.pth", "/elsewhere"),
    ]);
    let kept = set(&["kept.log", "inner.txt", "ca.pem"]);
    assert_eq!(paths(&lab.bundled("project -t 3.12")), [kept, set(&["__main__.pyc"])]);
    let told = |options: &str| {
        let output = lab.bundle(&format!("project -t 3.12 -o app.pyb {options}"));
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8").replace('\\', "/")
    };
    let summary = "left out: 3 possible secrets, 3 hidden, 3 ignored by .gitignore, 5 earlier builds, \
                   1 virtual environment, 1 .pth file (--list-left-out lists them)\n";
    assert!(told("").contains(summary), "{}", told(""));
    assert!(told("").contains("left out project/id_rsa: it looks like a key"), "{}", told(""));
    let listed = told("--list-left-out");
    for line in ["left out project/local: .gitignore names it", "left out project/venv: it is a virtual"] {
        assert!(listed.contains(line), "{listed}");
    }
    let record: serde_json::Value = serde_json::from_str(&told("--format json")).expect("JSON");
    assert_eq!(record["left_out"].as_array().expect("a list").len(), 16);
    let archive = lab.bundled("project -t 3.12 --no-gitignore --include id_rsa");
    let all = ["kept.log", "inner.txt", "ca.pem", "a.log", "local/x.txt", "sub/inner.txt", "id_rsa"];
    assert_eq!(paths(&archive)[0], set(&all));
}

/// The rules of a repository apply to the project in one of its folders. They never leave out the
/// project as a whole, or installed packages.
#[test]
fn gitignore_files_above_the_project_count() {
    let lab = Lab::new(&[
        (".git/config", ""),
        (".git/info/exclude", "excluded.txt\n"),
        (".gitignore", "*.log\nproject/only.txt\nproject/deps\n"),
        ("project/__main__.py", ""),
        ("project/a.log", ""),
        ("project/only.txt", ""),
        ("project/excluded.txt", ""),
        ("project/taken.txt", ""),
    ]);
    wheel(&lab, ("project/deps", "project/deps", ""), "/usr/bin/python", "uv");
    assert_eq!(paths(&lab.bundled("project -t 3.12"))[0], set(&["taken.txt"]));
    let both = paths(&lab.bundled("project --with project/deps -t 3.12"));
    assert!(both[0].contains("tool/.icons/a.svg"), "{both:?}");
    let deps = paths(&lab.bundled("project/deps -c tool -t 3.12"));
    assert!(deps[0].contains("tool/.icons/a.svg"), "{deps:?}");
}

#[test]
fn editable_installs_are_refused_but_for_the_project_itself() {
    let lab = Lab::new(&[("project/app.py", "def main(): pass\n"), ("other/x.py", "")]);
    wheel(&lab, LAYOUTS[2], "/usr/bin/python", "uv");
    let site = LAYOUTS[2].0;
    let editable = |folder: &str| {
        let url = format!("file://{}", lab.path(folder).display());
        let json = format!("{{\"url\": \"{url}\", \"dir_info\": {{\"editable\": true}}}}");
        lab.write(&format!("{site}/app-2.0.dist-info/direct_url.json"), &json);
        lab.write(&format!("{site}/app-2.0.dist-info/METADATA"), "Name: app\nVersion: 2.0\n");
        lab.write(&format!("{site}/__editable__.app-2.0.pth"), "/elsewhere\n");
        lab.write(&format!("{site}/app-2.0.dist-info/RECORD"), "__editable__.app-2.0.pth,,\n");
    };
    editable("project");
    let own = paths(&lab.bundled("project --with deps -m app -t 3.12"));
    assert!(own[0].contains("app-2.0.dist-info/METADATA"), "{own:?}");
    assert!(!own[0].contains("__editable__.app-2.0.pth"), "{own:?}");
    editable("other");
    let message = lab.refused("project --with deps -m app -t 3.12", 1);
    assert!(message.contains("app is an editable install: its modules are in"), "{message}");
    lab.write("old/__editable__.x.pth", "/elsewhere\n");
    assert!(lab.refused("project --with old -m app -t 3.12", 1).contains("belongs to an editable install"));
    assert!(lab.refused("project --with click -m app -t 3.12", 2).contains("pip install --target click"));
}

#[test]
fn pycs_without_sources_are_for_their_python() {
    let lab =
        Lab::new(&[("project/__main__.py", "import sdk"), ("project/old.py", ""), ("project/old.pyc", "")]);
    let magic = |number: u16| [&number.to_le_bytes()[..], b"\r\n", &[0; 12]].concat();
    fs::write(lab.path("project/sdk.pyc"), magic(3531)).expect("written");
    let archive = lab.bundled("project -t 3.12,3.13");
    let own = |names: &[&str]| set(&[&["__main__.pyc", "old.pyc"], names].concat());
    assert_eq!(paths(&archive), [set(&[]), own(&["sdk.pyc"]), own(&[])]);
    let message = lab.refused("project -t 3.13", 1);
    assert!(message.contains("its magic number (3531) is that of no target"), "{message}");
    lab.bundled("project -t 3.13 --exclude sdk.pyc");
}

#[test]
fn path_files_of_packages_come_along() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    wheel(&lab, LAYOUTS[1], "/usr/bin/python", "uv");
    lab.write("deps/hook.pth", "import tool\n");
    let files = |lab: &Lab| paths(&lab.bundled("project --with deps -t 3.12"))[0].clone();
    assert!(!files(&lab).contains("hook.pth"));
    lab.write("deps/tool-1.0.dist-info/RECORD", "tool/__init__.py,,\nhook.pth,,\n");
    assert!(files(&lab).contains("hook.pth"));
}

#[test]
fn sources_that_are_data_stay_sources() {
    let lab = Lab::new(&[
        ("project/app/__init__.py", ""),
        ("project/app/__main__.py", "text = 'mentioned.py'"),
        ("project/app/mentioned.py", ""),
        ("project/app/templates/env.py", "x = 1\n"),
        ("project/app/templates/bad.py", "{{ not Python }}\n"),
        ("project/app/templates/module/__init__.py", ""),
        ("project/app/migrations/__init__.py", ""),
        ("project/app/migrations/0001_initial.py", ""),
        ("project/space/mod.py", ""),
        ("project/make-it.py", ""),
    ]);
    let in_wheel = [
        ("tool/__init__.py", "def main(): open(f / 'read.py')\n"),
        ("tool/read.py", ""),
        ("tool/mod.py", ""),
        ("tool/resources/__init__.py", ""),
        ("tool/resources/setup.py", ""),
        ("tool/python2.py", "print 1\n"),
    ];
    let record: String = in_wheel.iter().map(|(path, _)| format!("{path},,\n")).collect();
    lab.write("deps/tool-1.0.dist-info/RECORD", &record);
    lab.write("deps/tool-1.0.dist-info/METADATA", "Name: tool\nVersion: 1.0\n");
    in_wheel.iter().for_each(|(path, text)| lab.write(&format!("deps/{path}"), text));
    let archive = lab.bundled("project --with deps -m app -t 3.12");
    let sources = |archive: &Archive| -> BTreeSet<String> {
        paths(archive)[0].iter().filter(|path| path.ends_with(".py")).cloned().collect()
    };
    let data = [
        "app/templates/bad.py",
        "app/templates/env.py",
        "app/templates/module/__init__.py",
        "make-it.py",
        "tool/python2.py",
        "tool/read.py",
        "tool/resources/setup.py",
    ];
    assert_eq!(sources(&archive), set(&data));
    for pyc in [
        "app/templates/__pycache__/env.cpython-312.pyc",
        "tool/__pycache__/read.cpython-312.pyc",
        "app/migrations/0001_initial.pyc",
        "space/mod.pyc",
        "tool/mod.pyc",
    ] {
        assert!(paths(&archive)[1].contains(pyc), "{pyc} is missing in {:?}", paths(&archive));
    }
    assert!(!archive.manifest().has_sources);
    let archive =
        lab.bundled("project --with deps -m app -t 3.12 --include-source=tool/** --include-source=mod.py");
    let more = ["tool/__init__.py", "tool/mod.py", "tool/resources/__init__.py", "space/mod.py"];
    assert_eq!(sources(&archive), set(&[&data[..], &more].concat()));
    // A module that is started is never data.
    lab.write("deps/tool/python2.py", "print 1\n");
    assert!(lab.refused("project --with deps -m tool.python2 -t 3.12", 1).contains("SyntaxError"));
}

/// The first bytes of an executable for Linux on x86-64.
fn elf() -> Vec<u8> {
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(18, 0);
    elf.push(62);
    elf.resize(200, 0);
    elf
}

#[test]
fn executables_bind_a_bundle_to_their_platform() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let platforms = |archive: &Archive| archive.manifest().variants[0].platforms.clone();
    fs::write(lab.path("project/helper"), elf()).expect("written");
    let message = lab.refused("project -t 3.12", 1);
    assert!(message.contains("`project/helper` is an executable"));
    assert_eq!(platforms(&lab.bundled("project -t 3.12 --native")), ["linux-x86_64"]);
    assert!(lab.refused("project -t 3.12 --include helper", 1).contains("is an executable"));
    fs::remove_file(lab.path("project/helper")).expect("removed");
    // Of a wheel the tags say more; of a wheel for any platform an executable is data.
    for (tag, expected) in
        [("py3-none-manylinux_2_17_x86_64", &["manylinux-2.17-x86_64"][..]), ("py3-none-any", &[])]
    {
        lab.write("deps/ruff-1.0.dist-info/WHEEL", &format!("Tag: {tag}\n"));
        lab.write("deps/ruff-1.0.dist-info/RECORD", "../../bin/ruff,,\nruff-1.0.dist-info/WHEEL,,\n");
        lab.write("deps/bin/ruff", "");
        fs::write(lab.path("deps/bin/ruff"), elf()).expect("written");
        if !expected.is_empty() {
            assert!(lab.refused("project --with deps -t 3.12", 1).contains("is an executable"));
        }
        assert_eq!(platforms(&lab.bundled("project --with deps -c ruff -t 3.12 --native")), expected);
    }
}
