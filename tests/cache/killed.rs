//! Runs that are killed, and many at once.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::place::{Place, SITE_PACKAGES, ended, expected, large_contents, tree};

/// Starts cold runs and kills them; `milliseconds` gives the instants, as parts of a cold run's
/// time.
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
    place.path("cache").join(name).join(SITE_PACKAGES)
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
    names.retain(|name| !name.contains("-cpython-312-"));
    names.sort();
    assert_eq!(names, [".unpacking-alive", ".unpacking-alive.lock", "other"]);
}
