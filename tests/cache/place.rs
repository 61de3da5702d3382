//! A folder with a bundle, a cache and an interpreter that fits, and what a run in it does.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crosspyc::internals::bundle::{Contents, EntryPoint, File, Variant, WriteOptions, write};

/// Where an entry has the files of its bundle.
pub(crate) const SITE_PACKAGES: &str = "lib/python3.12/site-packages";

/// Longer than any run here takes; a run that is not over by then hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with a bundle, a cache, an interpreter that fits, and a folder for temporary files.
pub(crate) struct Place(pub(crate) tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Place {
        Place::with(&contents())
    }

    pub(crate) fn with(contents: &Contents) -> Place {
        let place = Place(tempfile::tempdir().expect("a temporary folder can be made"));
        write(contents.clone(), &place.path("app.pyb"), &WriteOptions::default()).expect("it can be written");
        fs::create_dir_all(place.path("bin")).expect("made");
        fs::create_dir_all(place.path("tmp")).expect("made");
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/runner/python");
        symlink(python, place.path("bin/python3.12")).expect("linked");
        fs::write(
            place.path("bin/python3.12.answer"),
            "echo cpython 3.12.1 cpython-312 3531 64 linux-x86_64",
        )
        .expect("written");
        place
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// The runner, or another program of ours, in this place.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", self.path("bin")).env("TMPDIR", self.path("tmp"));
        command.env("CROSSPYC_CACHE_DIR", self.path("cache"));
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.arg("app.pyb");
        command
    }

    pub(crate) fn run(&self) -> Ran {
        ran(&mut self.command())
    }

    /// `crosspyc cache`.
    pub(crate) fn cache(&self, arguments: &[&str]) -> Ran {
        ran(self.program(env!("CARGO_BIN_EXE_crosspyc")).arg("cache").args(arguments))
    }

    /// The names in a folder, but for the tag and what interpreters answered.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten();
        let names = entries.map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned());
        names.filter(|name| name != "CACHEDIR.TAG" && !name.contains("interpreters-")).collect()
    }

    /// The only entry.
    pub(crate) fn entry(&self) -> PathBuf {
        let [name] = self.names("cache").try_into().expect("one entry, and nothing else");
        self.path("cache").join(name)
    }

    /// The files of the only entry.
    pub(crate) fn files(&self) -> PathBuf {
        self.entry().join(SITE_PACKAGES)
    }

    /// Asserts that the only entry is as packed and nothing else is in the cache.
    pub(crate) fn assert_whole(&self, contents: &Contents) {
        assert_eq!(tree(&self.files()), expected(contents));
    }
}

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn assert_started(&self) -> &Ran {
        assert!(self.code == Some(0) && self.stdout.starts_with("started python3.12\n"), "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn assert_silent(&self) {
        assert_eq!(self.assert_started().stderr, "");
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let Output { status, stdout, stderr } = output;
        Ran { code: status.code(), signal: status.signal(), stdout: text(&stdout), stderr: text(&stderr) }
    }
}

#[track_caller]
pub(crate) fn ran(command: &mut Command) -> Ran {
    ended(command.spawn().expect("it can be started"))
}

/// Waits for a run, and fails if it hangs.
#[track_caller]
pub(crate) fn ended(mut child: Child) -> Ran {
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait().expect("it can be waited for").is_none() {
        if Instant::now() > deadline {
            child.kill().expect("it is ours");
            panic!("a run hangs");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.wait_with_output().expect("it has ended").into()
}

pub(crate) fn contents() -> Contents {
    let (version, tag) = ("3.12".into(), "cpython-312".into());
    let variant = Variant { version, tag, magic: 3531, optimize: 0, platforms: Vec::new() };
    let file = |text: &str| File::from(text.as_bytes().to_vec());
    let program = File { executable: true, ..file("#!/bin/sh") };
    let own = [("__main__.pyc".into(), file("main")), ("package/module.pyc".into(), file("module"))];
    Contents {
        name: "app".into(),
        entry_point: EntryPoint::Main,
        scripts: BTreeMap::new(),
        system_site_packages: false,
        python: None,
        distribution: None,
        common: BTreeMap::from([
            ("data/empty".into(), file("")),
            ("data/program".into(), program),
            ("data/é.txt".into(), file("data")),
        ]),
        variants: vec![(variant, BTreeMap::from(own))],
        has_sources: false,
        version: None,
        requires_python: None,
    }
}

/// Takes a while to unpack.
pub(crate) fn large_contents() -> Contents {
    let file = |number: usize| {
        let data = number.to_string().repeat(2_000).into_bytes();
        (format!("data/{}/{number}", number % 20), data.into())
    };
    Contents { common: (0..400).map(file).collect(), ..contents() }
}

pub(crate) type Tree = BTreeMap<String, (Vec<u8>, bool)>;

pub(crate) fn expected(contents: &Contents) -> Tree {
    let files = contents.common.iter().chain(&contents.variants[0].1);
    let packed = files.map(|(path, file)| (path.clone(), (file.data.clone(), file.executable)));
    let hiding = include_bytes!("../../src/runner/cache/hide_path.pth").to_vec();
    packed.chain([("0_crosspyc.pth".to_owned(), (hiding, false))]).collect()
}

/// Every file below a folder, and whether it is executable.
pub(crate) fn tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    for entry in fs::read_dir(folder).expect("it is there") {
        let entry = entry.expect("listed");
        let name = entry.file_name().into_string().expect("it is ours");
        let metadata = entry.metadata().expect("it is there");
        if metadata.is_dir() {
            let below = self::tree(&entry.path()).into_iter();
            tree.extend(below.map(|(path, file)| (format!("{name}/{path}"), file)));
        } else {
            let data = fs::read(entry.path()).expect("it is there");
            tree.insert(name, (data, metadata.permissions().mode() & 0o100 != 0));
        }
    }
    tree
}

pub(crate) fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("it is there").ino()
}
