//! What goes into a bundle: folders of installed packages, scripts, native builds, what is left out.

use std::collections::BTreeMap;
use std::fs;

use crosspyc::internals::bundle::{Archive, EntryPoint};

use crate::lab::{Lab, paths, set};

const INSTALLED: [(&str, &str); 7] = [
    ("deps/lib/__init__.py", "def main(): print('lib')\n"),
    ("deps/lib/data.txt", "data"),
    ("deps/lib/__pycache__/__init__.cpython-312.pyc", "old"),
    ("deps/lib-1.0.dist-info/METADATA", "Name: lib\nVersion: 1.0\n"),
    ("deps/lib-1.0.dist-info/RECORD", "lib/__init__.py,,\n"),
    ("deps/lib-1.0.dist-info/entry_points.txt", "[console_scripts]\nlibtool = lib:main\n"),
    ("deps/bin/libtool", "#!/usr/bin/python\n"),
];

#[test]
fn installed_packages_come_along_with_their_metadata_and_scripts() {
    let lab = Lab::new(&INSTALLED);
    lab.write("project/app.py", "import lib\n");
    let archive = lab.bundled("project --with deps -c libtool -t 3.12");
    let info = ["METADATA", "RECORD", "entry_points.txt"].map(|name| format!("lib-1.0.dist-info/{name}"));
    let common = info.into_iter().chain(["lib/data.txt".to_owned()]).collect();
    assert_eq!(paths(&archive), [common, set(&["app.pyc", "lib/__init__.pyc"])]);
    let (module, function) = ("lib".to_owned(), "main".to_owned());
    assert_eq!(archive.manifest().entry_point, EntryPoint::Function { module, function });
    assert!(lab.refused("project --with deps -c nope -t 3.12", 2).contains("there are libtool"));
    assert!(lab.refused("project --with nowhere -m app", 2).contains("there is no folder `nowhere`"));
}

#[test]
fn a_file_in_two_folders_must_be_the_same() {
    let lab = Lab::new(&INSTALLED);
    lab.write("project/__main__.py", "");
    lab.write("project/lib/data.txt", "data");
    lab.bundled("project --with deps -t 3.12");
    lab.write("project/lib/data.txt", "other");
    let message = lab.refused("project --with deps -t 3.12", 1);
    let named = "`project/lib/data.txt` and `deps/lib/data.txt` would both be `lib/data.txt`";
    assert!(message.replace('\\', "/").contains(named), "{message}");
}

#[test]
fn variants_are_targets_and_levels() {
    let lab = Lab::new(&[("project/__main__.py", "\"\"\"Doc.\"\"\"\nassert True\n"), ("project/d.txt", "d")]);
    let archive = lab.bundled("project -t 3.13 -t 3.12 -O 2 -O 0");
    let variants: Vec<(&str, u8)> =
        archive.manifest().variants.iter().map(|variant| (variant.tag.as_str(), variant.optimize)).collect();
    assert_eq!(variants, [("cpython-312", 0), ("cpython-312", 2), ("cpython-313", 0), ("cpython-313", 2)]);
    let own = set(&["__main__.pyc"]);
    assert_eq!(paths(&archive), [set(&["d.txt"]), own.clone(), own.clone(), own.clone(), own]);
}

#[test]
fn sources_come_along_when_asked_for() {
    let lab = Lab::new(&[
        ("project/pyproject.toml", "[project]\nname = \"tool\"\nrequires-python = \">=3.12,<3.14\"\n"),
        ("project/src/tool/__init__.py", ""),
        ("project/src/tool/__main__.py", "print(1)\n"),
    ]);
    let output = lab.bundle("project -m tool --include-source -O 0 -O 1");
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("the packages are taken from"), "{output:?}");
    let archive = Archive::open(&lab.path("tool.pyb")).expect("it is named after the project");
    let manifest = archive.manifest();
    assert!(manifest.has_sources);
    assert_eq!(manifest.requires_python.as_deref(), Some(">=3.12,<3.14"));
    let paths = paths(&archive);
    assert_eq!(paths.len(), 5);
    assert_eq!(paths[0], set(&["tool/__init__.py", "tool/__main__.py"]));
    let pycs = ["__init__", "__main__"].map(|stem| format!("tool/__pycache__/{stem}.cpython-313.opt-1.pyc"));
    assert_eq!(paths[4], pycs.into_iter().collect());
}

#[test]
fn hidden_files_environments_and_caches_stay_out_unless_included() {
    let lab = Lab::new(&[
        ("project/__main__.py", ""),
        ("project/.env", "SECRET=1"),
        ("project/.git/config", ""),
        ("project/.well-known/key.txt", ""),
        ("project/venv/pyvenv.cfg", ""),
        ("project/venv/lib/x.py", ""),
        ("project/cache/CACHEDIR.TAG", ""),
        ("project/cache/x.py", ""),
        ("project/templates/app.py", "{{ not Python }}\n"),
        ("project/app.old", ""),
    ]);
    let archive =
        lab.bundled("project -t 3.12 --include .well-known --include templates/*.py --exclude *.old");
    assert_eq!(paths(&archive), [set(&[".well-known/key.txt", "templates/app.py"]), set(&["__main__.pyc"])]);
}

#[test]
fn what_does_not_compile_is_left_out_when_asked_for() {
    let lab = Lab::new(&[
        ("project/__main__.py", ""),
        ("project/new.py", "x = t'{1}'\n"),
        ("project/bad.py", "print 1\n"),
    ]);
    assert!(lab.refused("project -t 3.13,3.14", 1).contains("bad.py:1:1: SyntaxError"));
    let output = lab.bundle("project -t 3.13,3.14 --on-error skip -o app.pyb --format json");
    assert!(output.status.success(), "{output:?}");
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let left_out: BTreeMap<String, &serde_json::Value> = record["left_out"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| (entry["path"].as_str().expect("a path").replace('\\', "/"), &entry["targets"]))
        .collect();
    assert_eq!(left_out.keys().collect::<Vec<_>>(), ["project/bad.py", "project/new.py"]);
    assert_eq!(*left_out["project/bad.py"], serde_json::json!(["3.13", "3.14"]));
    assert_eq!(*left_out["project/new.py"], serde_json::json!(["3.13"]));
    let archive = Archive::open(&lab.path("app.pyb")).expect("it is whole");
    assert_eq!(paths(&archive), [set(&[]), set(&["__main__.pyc"]), set(&["__main__.pyc", "new.pyc"])]);
    lab.write("project/__main__.py", "print 1\n");
    assert!(lab.refused("project -t 3.13 --on-error skip", 1).contains("__main__.py:1:1: SyntaxError"));
}

/// The files of a distribution with one native module, as an installer leaves them.
fn native_wheel(lab: &Lab, folder: &str, python: &str, platform: &str, suffix: &str) {
    let module = format!("fast/_core{suffix}");
    lab.write(&format!("{folder}/{module}"), &format!("{python} {platform}"));
    lab.write(&format!("{folder}/fast/__init__.py"), "from . import _core\n");
    lab.write(&format!("{folder}/fast/built.py"), &format!("for_python = '{python}'\n"));
    let info = format!("{folder}/fast-2.0.dist-info");
    let abi = if suffix.contains("abi3") { "abi3" } else { python };
    lab.write(&format!("{info}/WHEEL"), &format!("Wheel-Version: 1.0\nTag: {python}-{abi}-{platform}\n"));
    let record = format!("fast/__init__.py,,\nfast/built.py,,\n{module},,\nfast-2.0.dist-info/WHEEL,,\n");
    lab.write(&format!("{info}/RECORD"), &record);
}

#[test]
fn native_builds_go_to_the_targets_they_are_for() {
    let lab = Lab::new(&[("project/__main__.py", "import fast\n")]);
    native_wheel(&lab, "d12", "cp312", "manylinux2014_x86_64", ".cpython-312-x86_64-linux-gnu.so");
    native_wheel(&lab, "d13", "cp313", "manylinux2014_x86_64", ".cpython-313-x86_64-linux-gnu.so");
    let message = lab.refused("project --with d12 -t 3.12", 1);
    assert!(message.contains("is a native extension module") && message.contains("--native"), "{message}");
    let message = lab.refused("project --with d12 -t 3.12,3.13 --native", 1);
    assert!(message.contains("`fast` has no build for 3.13, only for 3.12"), "{message}");
    let archive = lab.bundled("project --with d12 --with d13 -t 3.12,3.13 --native");
    for (variant, version) in archive.manifest().variants.iter().zip(["312", "313"]) {
        assert_eq!(
            (variant.platforms.as_slice(), variant.tag.as_str()),
            (&["manylinux-2.17-x86_64".to_owned()][..], format!("cpython-{version}").as_str())
        );
    }
    let paths = paths(&archive);
    assert!(paths[1].contains("fast/_core.cpython-312-x86_64-linux-gnu.so"), "{paths:?}");
    assert!(!paths[2].contains("fast/_core.cpython-312-x86_64-linux-gnu.so"), "{paths:?}");
    assert!(paths[2].contains("fast/built.pyc"), "{paths:?}");
}

/// A build for all newer Pythons in one folder, and for the newest its own in another: what they say of their making differs.
#[test]
fn builds_of_a_distribution_may_differ_in_what_describes_them() {
    let lab = Lab::new(&[("project/__main__.py", "import fast\n")]);
    native_wheel(&lab, "any", "cp313", "manylinux2014_x86_64", ".abi3.so");
    native_wheel(&lab, "own", "cp314", "manylinux2014_x86_64", ".cpython-314-x86_64-linux-gnu.so");
    for folder in ["any", "own"] {
        lab.write(&format!("{folder}/fast/built.py"), "");
        lab.write(&format!("{folder}/fast-2.0.dist-info/sboms/fast.json"), folder);
    }
    let archive = lab.bundled("project --with any --with own -t 3.13,3.14 --native");
    let paths = paths(&archive);
    assert!(paths[2].contains("fast/_core.cpython-314-x86_64-linux-gnu.so"), "{paths:?}");
    lab.write("any/fast-2.0.dist-info/METADATA", "Version: 2.0\n");
    lab.write("own/fast-2.0.dist-info/METADATA", "Version: 2.0+own\n");
    let message = lab.refused("project --with any --with own -t 3.13,3.14 --native", 1);
    assert!(message.contains("would both be `fast-2.0.dist-info/METADATA`"), "{message}");
}

#[test]
fn platforms_are_those_that_every_native_distribution_serves() {
    let lab = Lab::new(&[("project/__main__.py", "import fast\n")]);
    native_wheel(&lab, "abi", "cp313", "macosx_11_0_arm64.win_amd64", ".abi3.so");
    let archive = lab.bundled("project --with abi -t 3.13,3.14 --native");
    for variant in &archive.manifest().variants {
        assert_eq!(variant.platforms, ["macosx-11.0-arm64", "win-amd64"]);
    }
    assert!(lab.refused("project --with abi -t 3.12,3.13 --native", 1).contains("no build for 3.12"));
    lab.write("project/other.cp313-win_amd64.pyd", "");
    assert_eq!(
        lab.bundled("project --with abi -t 3.13 --native").manifest().variants[0].platforms,
        ["win-amd64"]
    );
    lab.write("project/third.cpython-313-x86_64-linux-gnu.so", "");
    let message = lab.refused("project --with abi -t 3.13 --native", 1);
    assert!(message.contains("no platform supports all native modules for 3.13"), "{message}");
}

#[test]
fn the_bytes_depend_on_names_and_contents_only() {
    let make = |names: &[&str]| {
        let lab = Lab::new(&[]);
        for name in names {
            lab.write(&format!("project/{name}.py"), &format!("name = '{name}'\n"));
            lab.write(&format!("deps/{name}_lib/{name}.txt"), name);
        }
        lab.write("project/__main__.py", "");
        lab
    };
    let one = make(&["a", "b", "c", "d"]);
    let other = make(&["d", "b", "a", "c"]);
    let bytes = |lab: &Lab, options: &str, output: &str| {
        let ran = lab
            .bundle(&format!("project --with deps -t 3.12-3.14 -O 0 -O 1 {options} --name app -o {output}"));
        assert!(ran.status.success(), "{ran:?}");
        fs::read(lab.path(output)).expect("it is there")
    };
    for output in ["app.pyb", "app.pyz"] {
        let first = bytes(&one, "-j 1", output);
        assert!(first == bytes(&other, "-j 4", output), "{output}");
        let inside = format!("project/{output}");
        assert!(first == bytes(&other, "-j 3", &inside), "{output}");
        assert!(first == bytes(&other, "-j 2", &inside), "{output}: an older one is none of its files");
        fs::remove_file(other.path(&inside)).expect("removed");
    }
}

#[test]
fn settings_stand_in_pyproject_toml() {
    let lab = Lab::new(&INSTALLED);
    lab.write("project/app.py", "");
    lab.write("project/test_app.py", "");
    let settings = "[project]\nname = 'whole'\n[tool.crosspyc]\ntargets = '3.13'\n[tool.crosspyc.bundle]\nwith = ['../deps']\nscript = 'libtool'\noptimize = [1]\nexclude = ['test_*']\n";
    lab.write("project/pyproject.toml", settings);
    let archive = lab.bundled("project");
    assert_eq!(archive.manifest().variants.len(), 1);
    assert_eq!(archive.manifest().variants[0].optimize, 1);
    assert_eq!(paths(&archive)[1], set(&["app.pyc", "lib/__init__.pyc"]));
    lab.write("project/pyproject.toml", &settings.replace("script = ", "module = 'app'\nscript = "));
    assert!(lab.refused("project", 2).contains("one of module, entry-point and script"));
}
