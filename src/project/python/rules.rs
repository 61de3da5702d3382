//! Selects the files of a distribution that programs use.

use std::collections::BTreeMap;

use super::files::LibraryFile;
use crate::bundle::LeftOut;

/// A part that is left out.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    what: &'static str,
    why: &'static str,
}

const TESTS: Part = Part { what: "tests", why: "programs do not use them" };
const IDLE: Part = Part { what: "IDLE and demonstrations", why: "programs do not use them" };
const TK: Part =
    Part { what: "tkinter", why: "it is large and needs a display; --keep tkinter takes it along" };
const PACKAGES: Part =
    Part { what: "pip and installed packages", why: "they are no part of the standard library" };
const HEADERS: Part =
    Part { what: "headers and static libraries", why: "they are for building extension modules" };
const CACHES: Part = Part { what: "bytecode", why: "the modules are compiled anew" };
const OTHER: Part = Part { what: "documentation and tools", why: "programs do not use them" };
const PATHS: Part = Part { what: "python3X._pth", why: "it would cut the program off from its own packages" };
pub(super) const NOT_IMPORTED: Part =
    Part { what: "modules", why: "the program does not import them (--stdlib imported)" };
pub(super) const UNCOMPILED: Part = Part { what: "sources", why: "they do not compile" };

/// What was left out.
#[derive(Debug, Default)]
pub(super) struct Tally {
    parts: BTreeMap<&'static str, LeftOut>,
    /// The paths without extensions.
    pub paths: Vec<String>,
}

impl Tally {
    pub(super) fn add(&mut self, part: &Part, file: &LibraryFile) {
        let Part { what, why } = part;
        let left_out = self.parts.entry(what).or_insert_with(|| LeftOut {
            what: (*what).to_owned(),
            why: (*why).to_owned(),
            files: 0,
            size: 0,
        });
        left_out.files += 1;
        left_out.size += file.size;
        self.paths.push(file.path.clone());
    }

    pub(super) fn into_left_out(self) -> Vec<LeftOut> {
        self.parts.into_values().collect()
    }
}

/// Whether a file is taken. `keep` has modules that are taken in any case.
pub(super) fn keeps(file: &LibraryFile, keep: &[String], tally: &mut Tally) -> bool {
    let Some(part) = part(&file.path) else { return true };
    let keeps = |module: &String| {
        let path = module.replace('.', "/");
        let is_named = module_path(&file.path).is_some_and(|own| {
            own == path || own.strip_prefix(&path).is_some_and(|rest| rest.starts_with('/'))
        });
        // An extension module and data that a package needs.
        is_named || module == "tkinter" && part == TK
    };
    let is_kept = part != CACHES && keep.iter().any(keeps);
    if !is_kept {
        tally.add(&part, file);
    }
    is_kept
}

/// The path below the standard library, without the extension: `xml/dom`.
fn module_path(path: &str) -> Option<&str> {
    let inner = path.strip_prefix("Lib/").or_else(|| {
        let rest = path.strip_prefix("lib/python")?;
        rest.split_once('/').map(|(_, inner)| inner)
    })?;
    let (stem, _) = inner.rsplit_once('.').unwrap_or((inner, ""));
    Some(stem.strip_suffix("/__init__").unwrap_or(stem))
}

/// `tcl8.6`, `itcl4.2.2`
pub(super) fn is_of_tcl(name: &str) -> bool {
    let name = name.to_lowercase();
    ["tcl", "tk", "itcl", "thread"].iter().any(|start| {
        name.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    }) || name == "tcl"
}

/// The part that a file belongs to, if that is left out.
fn part(path: &str) -> Option<Part> {
    let mut folders: Vec<&str> = path.split('/').collect();
    let name = folders.pop().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or(name);
    let in_folder = |names: &[&str]| folders.iter().any(|folder| names.contains(folder));
    let first = folders.first().copied().unwrap_or_default();
    let is_test_module = ["_test", "_xx", "xxlimited", "xxsubtype", "_ctypes_test"];
    let is_native = [".so", ".pyd", ".dylib"].iter().any(|ending| name.ends_with(ending));
    if in_folder(&["__pycache__"]) {
        Some(CACHES)
    } else if in_folder(&["site-packages", "dist-packages", "ensurepip", "Scripts"]) {
        Some(PACKAGES)
    } else if in_folder(&["test", "tests"])
        || is_native && is_test_module.iter().any(|start| stem.starts_with(start))
    {
        Some(TESTS)
    } else if in_folder(&["idlelib", "turtledemo"]) {
        Some(IDLE)
    } else if in_folder(&["tkinter"])
        || folders.iter().any(|folder| is_of_tcl(folder))
        || ["turtle", "_tkinter", "tcl86t", "tk86t", "tcl90", "tcl9tk90"].contains(&stem)
    {
        Some(TK)
    } else if ["include", "libs", "Include"].contains(&first)
        || folders.iter().any(|folder| folder.starts_with("config-3"))
        || [".a", ".lib", ".pc"].iter().any(|ending| name.ends_with(ending))
    {
        Some(HEADERS)
    } else if ["Doc", "Tools", "tools", "share"].contains(&first)
        || ["EXTERNALLY-MANAGED", "python.cat", "NEWS.txt", "news.txt"].contains(&name)
        || name.ends_with(".pdb")
    {
        Some(OTHER)
    } else if name.ends_with("._pth") {
        Some(PATHS)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_do_not_need_every_file() {
        for (path, expected) in [
            ("bin/python3.12", None),
            ("lib/python3.12/os.py", None),
            ("lib/python3.12/unittest/case.py", None),
            ("lib/python3.12/test/test_os.py", Some(TESTS)),
            ("lib/python3.12/lib2to3/tests/data/x.py", Some(TESTS)),
            ("lib/python3.12/lib-dynload/_testcapi.cpython-312-x86_64-linux-gnu.so", Some(TESTS)),
            ("lib/python3.12/lib-dynload/_tkinter.cpython-312-x86_64-linux-gnu.so", Some(TK)),
            ("lib/python3.12/turtle.py", Some(TK)),
            ("lib/tcl8.6/init.tcl", Some(TK)),
            ("lib/python3.12/threading.py", None),
            ("lib/python3.12/idlelib/idle.py", Some(IDLE)),
            ("lib/python3.12/__pycache__/os.cpython-312.pyc", Some(CACHES)),
            ("lib/python3.12/site-packages/pip/__init__.py", Some(PACKAGES)),
            ("lib/python3.12/config-3.12-x86_64-linux-gnu/Makefile", Some(HEADERS)),
            ("include/python3.12/Python.h", Some(HEADERS)),
            ("DLLs/_ssl.pyd", None),
            ("DLLs/tcl86t.dll", Some(TK)),
            ("python312._pth", Some(PATHS)),
            ("Doc/python.chm", Some(OTHER)),
        ] {
            assert_eq!(part(path), expected, "{path}");
        }
    }

    #[test]
    fn modules_are_named_by_their_paths() {
        for (path, expected) in [
            ("lib/python3.12/tkinter/__init__.py", Some("tkinter")),
            ("lib/python3.12/test/support/os_helper.py", Some("test/support/os_helper")),
            ("Lib/os.pyc", Some("os")),
            ("bin/python3.12", None),
        ] {
            assert_eq!(module_path(path), expected, "{path}");
        }
    }
}
