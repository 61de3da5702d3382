//! The cache of unpacked bundles: whole or not at all, noticed when it is damaged, and dispensable. With the interpreters of `tests/runner.rs` that only pretend.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crosspyc::bundle::{Contents, EntryPoint, File, Variant, WriteOptions, write};

/// Longer than any run here takes; a run that is not over by then hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with a bundle, a cache, an interpreter that fits, and a folder for temporary files.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place::with(&contents())
    }

    fn with(contents: &Contents) -> Place {
        let place = Place(tempfile::tempdir().expect("a temporary folder can be made"));
        write(contents, &place.path("app.pyb"), &WriteOptions::default()).expect("it can be written");
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

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// The runner, or another program of ours, in this place.
    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", self.path("bin")).env("TMPDIR", self.path("tmp"));
        command.env("CROSSPYC_CACHE_DIR", self.path("cache"));
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn command(&self) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.arg("app.pyb");
        command
    }

    fn run(&self) -> Ran {
        ran(&mut self.command())
    }

    /// `crosspyc cache`.
    fn cache(&self, arguments: &[&str]) -> Ran {
        ran(self.program(env!("CARGO_BIN_EXE_crosspyc")).arg("cache").args(arguments))
    }

    /// The names in a folder, but for the tag and what interpreters answered.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten();
        let names = entries.map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned());
        names.filter(|name| name != "CACHEDIR.TAG" && !name.contains("interpreters-")).collect()
    }

    /// The files of the only entry.
    fn files(&self) -> PathBuf {
        let [name] = self.names("cache").try_into().expect("one entry, and nothing else");
        self.path("cache").join(name).join("files")
    }

    /// Asserts that the only entry is as packed and nothing else is in the cache.
    fn assert_whole(&self, contents: &Contents) {
        assert_eq!(tree(&self.files()), expected(contents));
    }
}

#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    signal: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    #[track_caller]
    fn assert_started(&self) -> &Ran {
        assert!(self.code == Some(0) && self.stdout.starts_with("started python3.12\n"), "{self:?}");
        self
    }

    #[track_caller]
    fn assert_silent(&self) {
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
fn ran(command: &mut Command) -> Ran {
    ended(command.spawn().expect("it can be started"))
}

/// Waits for a run, and fails if it hangs.
#[track_caller]
fn ended(mut child: Child) -> Ran {
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

fn contents() -> Contents {
    let (version, tag) = ("3.12".into(), "cpython-312".into());
    let variant = Variant { version, tag, magic: 3531, optimize: 0, platforms: Vec::new() };
    let file = |text: &str| File::from(text.as_bytes().to_vec());
    let program = File { executable: true, ..file("#!/bin/sh") };
    let own = [("__main__.pyc".into(), file("main")), ("package/module.pyc".into(), file("module"))];
    Contents {
        name: "app".into(),
        entry_point: EntryPoint::Main,
        common: BTreeMap::from([
            ("data/empty".into(), file("")),
            ("data/program".into(), program),
            ("data/é.txt".into(), file("data")),
        ]),
        variants: vec![(variant, BTreeMap::from(own))],
        has_sources: false,
        requires_python: None,
    }
}

/// Takes a while to unpack.
fn large_contents() -> Contents {
    let file = |number: usize| {
        let data = number.to_string().repeat(2_000).into_bytes();
        (format!("data/{}/{number}", number % 20), data.into())
    };
    Contents { common: (0..400).map(file).collect(), ..contents() }
}

type Tree = BTreeMap<String, (Vec<u8>, bool)>;

fn expected(contents: &Contents) -> Tree {
    let files = contents.common.iter().chain(&contents.variants[0].1);
    files.map(|(path, file)| (path.clone(), (file.data.clone(), file.executable))).collect()
}

/// Every file below a folder, and whether it is executable.
fn tree(folder: &Path) -> Tree {
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

fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("it is there").ino()
}

#[test]
fn an_entry_is_private_tagged_and_made_once() {
    let place = Place::new();
    place.run().assert_silent();
    place.assert_whole(&contents());
    let files = place.files();
    for folder in [&place.path("cache"), &files, &files.join("data")] {
        assert_eq!(fs::metadata(folder).expect("it is there").mode() & 0o777, 0o700, "{folder:?}");
    }
    let tag = fs::read_to_string(place.path("cache/CACHEDIR.TAG")).expect("it is there");
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"), "{tag}");
    let first = inode(&files);
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first);
    assert_eq!(place.names("tmp"), [""; 0]);
}

/// Whatever is done to the files, the next start sees it, and runs what was packed.
#[test]
fn an_entry_that_was_changed_is_made_again() {
    let changes: [fn(&Path); 11] = [
        |files| fs::write(files.join("__main__.pyc"), "mAin").expect("written"),
        |files| fs::write(files.join("__main__.pyc"), "mai").expect("written"),
        |files| fs::remove_file(files.join("package/module.pyc")).expect("removed"),
        |files| fs::remove_dir_all(files.join("package")).expect("removed"),
        |files| fs::remove_dir_all(files).expect("removed"),
        |files| fs::write(files.join("package/stray.pyc"), "").expect("written"),
        |files| fs::create_dir(files.join("package/stray")).expect("made"),
        |files| {
            fs::set_permissions(files.join("data/program"), fs::Permissions::from_mode(0o644)).expect("set");
        },
        |files| {
            fs::rename(files.join("package"), files.with_file_name("moved")).expect("renamed");
            symlink("../moved", files.join("package")).expect("linked");
        },
        |files| fs::write(files.with_file_name("record"), "").expect("written"),
        |files| fs::remove_file(files.with_file_name("record")).expect("removed"),
    ];
    let place = Place::new();
    place.run().assert_silent();
    for (number, change) in changes.into_iter().enumerate() {
        change(&place.files());
        place.run().assert_silent();
        assert_eq!(tree(&place.files()), expected(&contents()), "change {number}");
    }
}

#[test]
fn what_only_looks_changed_is_kept() {
    let place = Place::new();
    place.run().assert_silent();
    let files = place.files();
    let first = inode(&files);
    let file = fs::File::options().write(true).open(files.join("__main__.pyc")).expect("it is there");
    file.set_modified(SystemTime::now() - Duration::from_secs(1000)).expect("it is ours");
    let record = || fs::read(files.with_file_name("record")).expect("it is there");
    let before = record();
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first);
    assert_ne!(record(), before, "it is looked at once, and not at every start");
}

/// Every byte of every file of an entry flipped in turn, and every truncation, with the time of the change set back.
#[test]
fn every_flipped_byte_and_truncation_is_noticed_or_harmless() {
    let place = Place::new();
    place.run().assert_silent();
    let mut paths: Vec<String> = expected(&contents()).into_keys().collect();
    paths.push("../record".to_owned());
    for path in paths {
        let whole = fs::read(place.files().join(&path)).expect("it is there");
        let flipped = (0..whole.len()).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        });
        let truncated = (0..whole.len()).map(|length| whole[..length].to_vec());
        for bytes in flipped.chain(truncated) {
            let file = place.files().join(&path);
            let time = fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("it is there");
            fs::write(&file, bytes).expect("written");
            fs::File::options().write(true).open(&file).expect("open").set_modified(time).expect("set");
            place.run().assert_silent();
            place.assert_whole(&contents());
        }
    }
}

#[test]
fn what_cannot_be_made_again_is_not_run() {
    let place = Place::new();
    place.run().assert_silent();
    let mut bytes = fs::read(place.path("app.pyb")).expect("it is there");
    bytes[10] ^= 1;
    fs::write(place.path("app.pyb"), bytes).expect("written");
    // The copy is whole.
    place.run().assert_silent();
    fs::write(place.files().join("package/module.pyc"), "mOdule").expect("written");
    let ran = place.run();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{ran:?}");
    let damage =
        " has an altered `package/module.pyc`, and it cannot be made again: app.pyb is damaged at byte 0: ";
    assert!(ran.stderr.contains(damage), "{ran:?}");
    assert_eq!(place.names("cache").len(), 1);
}

/// Starts cold runs and kills them; `milliseconds` gives the instants, as parts of a cold run's time.
fn kill_cold_runs(count: u32) {
    let contents = large_contents();
    let place = Place::with(&contents);
    let start = Instant::now();
    place.run().assert_silent();
    let cold = start.elapsed();
    for number in 0..count {
        fs::remove_dir_all(place.path("cache")).expect("removed");
        let mut run = place.command().spawn().expect("it can be started");
        std::thread::sleep(cold * number / count);
        run.kill().expect("it is ours");
        run.wait().expect("it ends");
        place.run().assert_silent();
        place.assert_whole(&contents);
    }
}

#[test]
fn a_killed_first_run_harms_nothing_and_leaves_nothing() {
    kill_cold_runs(20);
}

#[test]
#[ignore = "takes a minute"]
fn two_hundred_killed_first_runs_harm_nothing_and_leave_nothing() {
    kill_cold_runs(200);
}

fn start_at_once(rounds: usize) {
    let contents = large_contents();
    for _ in 0..rounds {
        let place = Place::with(&contents);
        let runs: Vec<Child> = (0..20).map(|_| place.command().spawn().expect("it starts")).collect();
        runs.into_iter().for_each(|run| ended(run).assert_silent());
        place.assert_whole(&contents);
    }
}

#[test]
fn twenty_first_runs_at_once_all_work() {
    start_at_once(1);
}

#[test]
#[ignore = "takes a minute"]
fn twenty_first_runs_at_once_all_work_twenty_times() {
    start_at_once(20);
}

/// Others notice the damage at the same time, and one of them may be killed.
#[test]
fn twenty_runs_repair_a_damaged_entry() {
    let contents = large_contents();
    let place = Place::with(&contents);
    place.run().assert_silent();
    fs::write(place.files().join("data/7/7"), "altered").expect("written");
    let mut runs: Vec<Child> = (0..20).map(|_| place.command().spawn().expect("it starts")).collect();
    let mut killed = runs.swap_remove(0);
    std::thread::sleep(Duration::from_millis(5));
    killed.kill().expect("it is ours");
    killed.wait().expect("it ends");
    runs.into_iter().for_each(|run| ended(run).assert_silent());
    place.run().assert_silent();
    assert_eq!(tree(&entry_files(&place)), expected(&contents));
}

/// The files of the only entry, beside which killed runs may have left something.
fn entry_files(place: &Place) -> PathBuf {
    let mut names = place.names("cache");
    names.retain(|name| !name.starts_with('.'));
    let [name] = names.try_into().expect("one entry");
    place.path("cache").join(name).join("files")
}

#[test]
fn what_a_killed_run_left_is_removed_and_what_a_living_one_uses_is_not() {
    let place = Place::new();
    let cache = place.path("cache");
    for name in [".unpacking-dead", ".unpacking-dead.old", ".unpacking-bare", ".unpacking-alive", "other"] {
        fs::create_dir_all(cache.join(name).join("data")).expect("made");
    }
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o700)).expect("it is ours");
    fs::write(cache.join(".unpacking-dead.lock"), "").expect("written");
    fs::write(cache.join(".unpacking-alone.lock"), "").expect("written");
    let lock = fs::File::create(cache.join(".unpacking-alive.lock")).expect("made");
    lock.lock().expect("it is ours");
    place.run().assert_silent();
    let mut names = place.names("cache");
    names.retain(|name| !name.ends_with("-cpython-312"));
    names.sort();
    assert_eq!(names, [".unpacking-alive", ".unpacking-alive.lock", "other"]);
}

/// Asserts that the program runs from a temporary folder that is gone afterwards, and that the user is told why.
#[track_caller]
fn assert_temporary(place: &Place, command: &mut Command, reason: &str) {
    let ran = ran(command);
    ran.assert_started();
    let folder = format!("<{}/tmp/crosspyc-run-", place.0.path().display());
    assert!(ran.stdout.contains(&folder), "{ran:?}");
    assert!(ran.stderr.starts_with("crosspyc-run: note: ") && ran.stderr.contains(reason), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    assert_eq!(place.names("tmp"), [""; 0]);
}

#[test]
fn without_a_cache_it_runs_from_a_temporary_folder() {
    let place = Place::new();
    fs::write(place.path("file"), "").expect("written");
    assert_temporary(
        &place,
        place.command().env_remove("CROSSPYC_CACHE_DIR"),
        "there is no folder for caches",
    );
    assert_temporary(&place, place.command().env("CROSSPYC_CACHE_DIR", "file"), "/file");
    assert_temporary(&place, place.command().env("CROSSPYC_CACHE_DIR", "file/cache"), "/file/cache");
    assert_temporary(&place, place.command().env("CROSSPYC_CACHE_DIR", "/proc/cache"), "/proc/cache");
}

/// Where permissions bind: not for the administrator.
#[test]
fn in_a_home_that_cannot_be_written_it_runs_from_a_temporary_folder() {
    let place = Place::new();
    fs::create_dir(place.path("home")).expect("made");
    fs::set_permissions(place.path("home"), fs::Permissions::from_mode(0o500)).expect("it is ours");
    if fs::write(place.path("home/file"), "").is_ok() {
        return;
    }
    let mut command = place.command();
    command.env_remove("CROSSPYC_CACHE_DIR").env("HOME", place.path("home"));
    assert_temporary(&place, &mut command, "Permission denied");
}

#[test]
fn a_cache_in_which_others_can_write_is_not_trusted() {
    let place = Place::new();
    place.run().assert_silent();
    for mode in [0o720, 0o702, 0o1777] {
        fs::set_permissions(place.path("cache"), fs::Permissions::from_mode(mode)).expect("it is ours");
        assert_temporary(&place, &mut place.command(), "/cache can be written by other users");
    }
    let ran = place.cache(&["list"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("can be written by other users"), "{ran:?}");
}

/// What the program does, and what is done to it, is as if it had taken the runner's place.
#[test]
fn from_a_temporary_folder_exit_codes_and_signals_are_the_programs() {
    let place = Place::new();
    let command = |end: &str| {
        let mut command = place.command();
        command.env_remove("CROSSPYC_CACHE_DIR").env("FAKE_END", end);
        command
    };
    assert_eq!(ran(&mut command("exit 42")).code, Some(42));
    assert_eq!(ran(&mut command("kill -TERM $$")).signal, Some(15));
    assert_eq!(ran(&mut command("kill -KILL $$")).signal, Some(9));
    // A process group of its own: nothing comes from a terminal.
    let mut waiting =
        command("trap 'echo caught; exit 3' TERM; echo ready >ready; while :; do /bin/sleep 0.01; done");
    let run = waiting.process_group(0).spawn().expect("it starts");
    let deadline = Instant::now() + PATIENCE;
    while !place.path("ready").exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(1));
    }
    let killed = Command::new("kill").args(["-TERM", &run.id().to_string()]).status().expect("it runs");
    assert!(killed.success());
    let ran = ended(run);
    assert!(ran.code == Some(3) && ran.stdout.ends_with("caught\n"), "{ran:?}");
    assert_eq!(place.names("tmp"), [""; 0]);
}

#[test]
fn what_a_killed_run_left_among_temporary_files_is_removed() {
    let place = Place::new();
    fs::create_dir_all(place.path("tmp/crosspyc-run-dead/files")).expect("made");
    fs::write(place.path("tmp/crosspyc-run-dead.lock"), "").expect("written");
    assert_temporary(&place, place.command().env_remove("CROSSPYC_CACHE_DIR"), "no folder for caches");
}

/// A full disk, as the limit on a file's size shows it: nothing half-written stays.
#[test]
fn a_disk_that_fills_up_leaves_nothing() {
    let mut contents = contents();
    contents.common.insert("large".into(), vec![7; 3_000_000].into());
    let place = Place::with(&contents);
    let mut command = place.program("/bin/sh");
    command.arg("-c").arg("ulimit -f 2000; trap '' XFSZ; exec \"$0\" app.pyb");
    let ran = ran(command.arg(env!("CARGO_BIN_EXE_crosspyc-run")));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{ran:?}");
    assert!(ran.stderr.contains("there is no place to unpack to") && ran.stderr.contains("large"), "{ran:?}");
    assert_eq!((place.names("cache"), place.names("tmp")), (Vec::new(), Vec::new()));
    place.run().assert_silent();
    place.assert_whole(&contents);
}

/// A real full disk, where a file system can be mounted that only this run sees: the temporary folder, on another, serves.
#[test]
fn a_full_disk_is_got_around() {
    let mut contents = contents();
    contents.common.insert("large".into(), vec![7; 3_000_000].into());
    let place = Place::with(&contents);
    fs::create_dir(place.path("cache")).expect("made");
    let mount = "mount -t tmpfs -o size=1m,mode=700 none cache";
    let unshared = |script: &str| {
        let mut command = place.program("unshare");
        command.env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin").args(["-m", "sh", "-c", script]);
        command.arg(env!("CARGO_BIN_EXE_crosspyc-run"));
        command
    };
    if !unshared(mount).status().is_ok_and(|status| status.success()) {
        return;
    }
    let run = format!("{mount} && PATH=bin \"$0\" app.pyb && echo left && ls -A cache");
    let ran = ran(&mut unshared(&run));
    let (_, left) = ran.assert_started().stdout.split_once("left\n").expect("it lists the cache");
    let mut left: Vec<&str> = left.lines().filter(|name| !name.contains("interpreters-")).collect();
    left.retain(|&name| name != "CACHEDIR.TAG");
    assert_eq!(left, [""; 0], "{ran:?}");
    assert!(
        ran.stderr.contains("No space left on device") && ran.stdout.contains("/tmp/crosspyc-run-"),
        "{ran:?}"
    );
    assert_eq!(place.names("tmp"), [""; 0]);
}

/// The digest that the record would have if the files had been unpacked as they are now.
fn forge_record(files: &Path) {
    let record = files.with_file_name("record");
    let bytes = fs::read(&record).expect("it is there");
    let rest = &bytes[65..];
    let start = rest.iter().position(|&byte| byte == b'\n').expect("it has a header") + 1;
    let mut hasher = blake3::Hasher::new();
    hasher.update(rest);
    let text = std::str::from_utf8(&rest[start..]).expect("the paths are UTF-8");
    for path in std::iter::once("").chain(text.split_terminator('\0')) {
        let metadata = fs::symlink_metadata(files.join(path)).expect("it is there");
        let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
        let facts = [u64::from(metadata.mode()), metadata.size(), metadata.ino()];
        for fact in facts.into_iter().chain(times.map(|time| time as u64)) {
            hasher.update(&fact.to_le_bytes());
        }
    }
    let digest = hasher.finalize().to_hex();
    fs::write(record, [digest.as_bytes(), b"\n", rest].concat()).expect("written");
}

/// What no look from outside shows, as when a disk fails.
#[test]
fn with_verify_every_byte_is_compared() {
    let place = Place::new();
    place.run().assert_silent();
    let verify = || {
        let mut command = place.program(env!("CARGO_BIN_EXE_crosspyc-run"));
        ran(command.args(["--verify", "app.pyb"]))
    };
    let first = inode(&place.files());
    verify().assert_silent();
    assert_eq!(inode(&place.files()), first);
    fs::write(place.files().join("package/module.pyc"), "mOdule").expect("written");
    forge_record(&place.files());
    place.run().assert_silent();
    assert_eq!(inode(&place.files()), first, "the cheap look does not see it");
    verify().assert_silent();
    place.assert_whole(&contents());
}

#[test]
fn what_is_in_the_cache_is_listed_and_removed() {
    let place = Place::new();
    place.run().assert_silent();
    let size: usize = expected(&contents()).values().map(|(data, _)| data.len()).sum();
    let record = fs::metadata(place.files().with_file_name("record")).expect("it is there").len();
    let size = size as u64 + record;
    fs::create_dir(place.path("cache/other")).expect("made");
    let root = place.path("cache");
    let root = root.display();
    let listed = place.cache(&["list"]);
    let entry = format!(
        "app                       cpython-312         {:>12}  used within the hour",
        format!("{size} bytes")
    );
    assert_eq!(listed.stdout, format!("{entry}\n1 entry ({size} bytes) in {root}\n"));
    let json = place.cache(&["list", "--format", "json"]).stdout;
    assert!(json.contains(r#""status":"present""#) && json.contains(r#""variant":"cpython-312""#), "{json}");
    for arguments in [&["prune"][..], &["prune", "--older-than", "1"], &["prune", "--max-size", "1"]] {
        let kept = place.cache(arguments);
        assert_eq!(kept.stdout, format!("0 entries (0 bytes) removed from {root}\n"), "{arguments:?}");
    }
    let old = SystemTime::now() - Duration::from_secs(3 * 24 * 3600);
    let entry = place.names("cache").into_iter().find(|name| name != "other").expect("it is there");
    let record = place.path("cache").join(entry).join("record");
    let record = || fs::File::options().write(true).open(&record).expect("it is there");
    record().set_modified(old).expect("it is ours");
    // A start records the use.
    place.run().assert_silent();
    assert!(place.cache(&["prune", "--older-than", "2"]).stdout.starts_with("0 entries"));
    record().set_modified(old).expect("it is ours");
    let pruned = place.cache(&["prune", "--older-than", "2"]);
    assert_eq!(pruned.stdout, format!("1 entry ({size} bytes) removed from {root}\n"));
    assert_eq!(place.names("cache"), ["other"]);
    place.run().assert_silent();
    assert!(place.cache(&["prune", "--max-size", "0"]).stdout.starts_with("1 entry"));
    place.run().assert_silent();
    assert!(place.cache(&["clear"]).stdout.starts_with("1 entry"));
    assert_eq!(place.names("cache"), ["other"]);
}
