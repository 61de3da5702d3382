//! Runs without a cache that can be used: none, not trusted, not writable, on a full disk.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::place::{PATIENCE, Place, contents, ended, ran};

/// Asserts that the program runs from a temporary folder that is removed afterwards, and that the
/// runner prints the reason.
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

/// Another user makes the folder of a name as soon as its lock shows the name. The run takes another
/// name.
#[test]
fn a_folder_that_another_user_was_faster_to_make_is_not_used() {
    let place = Place::new();
    let done = AtomicBool::new(false);
    let attack = || {
        while !done.load(Ordering::Relaxed) {
            for entry in fs::read_dir(place.path("tmp")).expect("listed").flatten() {
                if entry.path().extension().is_some_and(|end| end == "lock") {
                    let _ = fs::create_dir(entry.path().with_extension(""));
                }
            }
        }
    };
    thread::scope(|scope| {
        scope.spawn(attack);
        let runs: Vec<_> = (0..50).map(|_| ran(place.command().env_remove("CROSSPYC_CACHE_DIR"))).collect();
        done.store(true, Ordering::Relaxed);
        runs.iter().for_each(|ran| _ = ran.assert_started());
    });
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
    for mode in [0o702, 0o1777] {
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
    assert!(
        ran.stderr.contains("there is no folder to unpack to") && ran.stderr.contains("large"),
        "{ran:?}"
    );
    assert_eq!((place.names("cache"), place.names("tmp")), (Vec::new(), Vec::new()));
    place.run().assert_silent();
    place.assert_whole(&contents);
}

/// A real full disk, where a file system can be mounted that only this run sees: the temporary
/// folder, on another, serves.
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
