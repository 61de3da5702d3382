//! Folders that others could change: nothing that is in them, or gets there, is run.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::place::{PATIENCE, Place, ran};

/// Somebody else.
const OTHER: u32 = 1002;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

fn is_administrator() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// A way to the cache, and why it is not trusted.
type Way = (fn(&Place), &'static str, &'static str);

#[test]
fn every_folder_on_the_way_to_the_cache_counts() {
    let ways: [Way; 4] = [
        (|place| set_mode(&place.path("open"), 0o777), "open/a/cache", "/open can be written by other users"),
        (|place| set_mode(&place.path("open"), 0o777), "link/cache", "/open can be written by other users"),
        (|place| set_mode(&place.path("open"), 0o777), "a/../open/b", "/open can be written by other users"),
        (|place| set_mode(&place.path("open"), 0o1777), "open", "/open can be written by other users"),
    ];
    for (change, cache, reason) in ways {
        let place = Place::new();
        fs::create_dir(place.path("open")).expect("made");
        fs::create_dir(place.path("a")).expect("made");
        symlink("open", place.path("link")).expect("linked");
        change(&place);
        let ran = ran(place.command().env("CROSSPYC_CACHE_DIR", cache));
        ran.assert_started();
        assert!(ran.stderr.contains(reason) && ran.stdout.contains("/tmp/crosspyc-run-"), "{cache}: {ran:?}");
    }
}

#[test]
fn what_others_cannot_exchange_is_trusted() {
    for cache in ["sticky/cache", "link/cache", "a/../b/../cache", "absolute/x"] {
        let place = Place::new();
        for name in ["sticky", "a", "b"] {
            fs::create_dir(place.path(name)).expect("made");
        }
        set_mode(&place.path("sticky"), 0o1777);
        symlink("a/../sticky", place.path("link")).expect("linked");
        symlink(place.path("b"), place.path("absolute")).expect("linked");
        ran(place.command().env("CROSSPYC_CACHE_DIR", cache)).assert_silent();
    }
}

#[test]
fn what_another_user_owns_is_not_trusted() {
    let place = Place::new();
    if !is_administrator() {
        return;
    }
    fs::create_dir(place.path("theirs")).expect("made");
    chown(place.path("theirs"), Some(OTHER), None).expect("changed");
    symlink(".", place.path("link")).expect("linked");
    std::os::unix::fs::lchown(place.path("link"), Some(OTHER), None).expect("changed");
    for cache in ["theirs", "theirs/cache", "link/cache"] {
        let ran = ran(place.command().env("CROSSPYC_CACHE_DIR", cache));
        ran.assert_started();
        assert!(ran.stderr.contains(" belongs to another user; "), "{ran:?}");
    }
}

#[test]
fn a_temporary_folder_in_which_others_can_exchange_files_is_refused() {
    let place = Place::new();
    set_mode(&place.path("tmp"), 0o777);
    let ran_without_cache = ran(place.command().env_remove("CROSSPYC_CACHE_DIR"));
    let stderr = &ran_without_cache.stderr;
    assert!(
        ran_without_cache.code == Some(127) && stderr.contains("/tmp can be written by other users"),
        "{stderr}"
    );
    assert!(stderr.contains("set CROSSPYC_CACHE_DIR to a folder that you"), "{stderr}");
    set_mode(&place.path("tmp"), 0o1777);
    ran(place.command().env_remove("CROSSPYC_CACHE_DIR")).assert_started();
}

/// A group that is not the user's own may have other members.
#[test]
fn what_a_group_can_write_is_not_trusted() {
    let place = Place::new();
    if !is_administrator() {
        return;
    }
    fs::create_dir(place.path("open")).expect("made");
    chown(place.path("open"), None, Some(OTHER)).expect("changed");
    set_mode(&place.path("open"), 0o770);
    let ran = ran(place.command().env("CROSSPYC_CACHE_DIR", "open/cache"));
    ran.assert_started();
    assert!(ran.stderr.contains("/open can be written by other users"), "{ran:?}");
}

/// What the program inherits is no folder, from which it could leave a folder that it is locked in.
#[cfg(target_os = "linux")]
#[test]
fn the_program_inherits_a_regular_file() {
    let place = Place::new();
    let list = "for fd in /proc/$$/fd/*; do /usr/bin/readlink $fd; done; :";
    let ran = ran(place.command().env("FAKE_END", list));
    let cache = place.path("cache").display().to_string();
    let inherited: Vec<&str> =
        ran.assert_started().stdout.lines().filter(|line| line.starts_with(&cache)).collect();
    assert_eq!(inherited.len(), 1, "{ran:?}");
    assert!(inherited[0].ends_with("/in-use"), "{ran:?}");
}

/// Pipes that nobody writes to, in the place of files that a start reads.
#[test]
fn pipes_in_the_cache_are_not_waited_for() {
    let place = Place::new();
    place.run().assert_silent();
    let entry = place.entry();
    let answers = fs::read_dir(place.path("cache")).expect("it is there").flatten();
    let answers =
        answers.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains("interpreters-"));
    for path in [entry.join("record"), entry.join("in-use"), answers.expect("they are remembered")] {
        fs::remove_file(&path).expect("it is ours");
        assert!(Command::new("mkfifo").arg(&path).status().expect("it starts").success());
        place.run().assert_started();
    }
}

#[test]
fn a_link_in_the_place_of_a_lock_is_not_followed() {
    let place = Place::new();
    place.run().assert_silent();
    let name = place.names("cache").pop().expect("an entry");
    fs::remove_dir_all(place.path("cache").join(&name)).expect("removed");
    symlink("../planted", place.path("cache").join(format!(".turn-{name}"))).expect("linked");
    place.run().assert_silent();
    assert!(!place.path("planted").exists());
}

/// The runner of a program in a temporary folder is killed. Another run leaves the program its files.
#[test]
fn a_program_whose_runner_was_killed_keeps_its_temporary_files() {
    let place = Place::new();
    let waits =
        "echo $1 >ready; while ! [ -e go ]; do /bin/sleep 0.01; done; [ -d \"$1\" ] && echo kept >result";
    let mut command = place.command();
    command.env_remove("CROSSPYC_CACHE_DIR").env("FAKE_END", waits);
    let mut runner = command.spawn().expect("it starts");
    let deadline = Instant::now() + PATIENCE;
    let wait_for = |name: &str| {
        while fs::read(place.path(name)).is_ok_and(|text| text.is_empty()) || !place.path(name).exists() {
            assert!(Instant::now() < deadline, "{name} does not come");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait_for("ready");
    runner.kill().expect("it is ours");
    runner.wait().expect("it has ended");
    ran(place.command().env_remove("CROSSPYC_CACHE_DIR")).assert_started();
    fs::write(place.path("go"), "").expect("written");
    wait_for("result");
}
