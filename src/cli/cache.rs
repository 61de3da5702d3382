//! `crosspyc cache`: the unpacked bundles of this user.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::args::{CacheArgs, CacheCommand, PruneArgs, RemoveArgs};
use super::json_path::JsonPath;
use super::report::{Report, Verbosity, bytes, counted, shown};
use super::{CommandError, exit};
use crate::runner::cache::{self, Listed};

/// The default of `prune --older-than`.
const DEFAULT_DAYS: u64 = 30;
/// The number of digits to show. They distinguish the entries.
const DIGITS: usize = 8;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An entry that is there (`list`), would be removed (`prune --dry-run`) or was removed, with
/// `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "cache_entry")]
struct EntryRecord<'e> {
    status: &'static str,
    path: JsonPath<&'e Path>,
    /// The application's name; this and the next three are null if the entry is damaged.
    name: Option<&'e str>,
    variant: Option<&'e str>,
    /// The release and the path of the interpreter.
    python: Option<&'e str>,
    identity: Option<&'e str>,
    /// In bytes.
    size: u64,
    /// Seconds since 1970, to the hour.
    last_use: u64,
    in_use: bool,
}

/// The last line, with `--format json`: of the entries that were listed, or removed.
#[derive(Serialize)]
#[serde(tag = "type", rename = "summary")]
struct Summary<'r> {
    root: JsonPath<&'r Path>,
    entries: usize,
    size: u64,
}

pub(super) fn run(args: &CacheArgs, report: &mut Report) -> Result<u8, CommandError> {
    let root = cache::root().map_err(CommandError::failure)?;
    let entries = cache::list(&root)
        .map_err(|error| CommandError::failure(format!("failed to read {}: {error}", shown(&root))))?;
    match &args.command {
        CacheCommand::List => {
            entries.iter().for_each(|entry| tell(entry, "present", report));
            summarize(&root, "in", &entries, report);
            Ok(exit::SUCCESS)
        }
        CacheCommand::Remove(args) => Ok(remove(&root, &named(entries, args)?, report)),
        CacheCommand::Prune(args) if args.dry_run => {
            let entries = outdated(entries, args);
            entries.iter().for_each(|entry| tell(entry, "outdated", report));
            summarize(&root, "to be removed from", &entries, report);
            Ok(exit::SUCCESS)
        }
        CacheCommand::Prune(args) => {
            cache::clean(&root);
            Ok(remove(&root, &outdated(entries, args), report))
        }
        CacheCommand::Clear => {
            cache::clean(&root);
            Ok(remove(&root, &entries, report))
        }
    }
}

/// The entries with these names or digits. Each name must have one.
fn named(entries: Vec<Listed>, args: &RemoveArgs) -> Result<Vec<Listed>, CommandError> {
    let is_named = |entry: &Listed, name: &String| {
        let is_application = entry.header.as_ref().is_some_and(|header| header.name == *name);
        is_application || name.len() >= DIGITS && entry.digits().starts_with(name.as_str())
    };
    let is_absent = |name: &&String| !entries.iter().any(|entry| is_named(entry, name));
    if let Some(name) = args.names.iter().find(is_absent) {
        let message = format!("no entry is called `{name}`; `crosspyc cache list` shows names and digits");
        return Err(CommandError::failure(message));
    }
    let is_wanted = |entry: &Listed| args.names.iter().any(|name| is_named(entry, name));
    Ok(entries.into_iter().filter(is_wanted).collect())
}

/// The entries that were not used for long, and then the least recently used ones until the rest is
/// small enough. Entries in use are left out.
fn outdated(entries: Vec<Listed>, args: &PruneArgs) -> Vec<Listed> {
    let days = args.older_than.or(args.max_size.is_none().then_some(DEFAULT_DAYS));
    let oldest = days.and_then(|days| {
        SystemTime::now().checked_sub(DAY.saturating_mul(days.try_into().unwrap_or(u32::MAX)))
    });
    let most = args.max_size.map_or(u64::MAX, |megabytes| megabytes.saturating_mul(1_000_000));
    let mut kept = 0u64;
    let is_outdated = |entry: &Listed| {
        let is_old = oldest.is_some_and(|oldest| entry.last_use < oldest);
        let is_outdated = !entry.in_use && (is_old || kept.saturating_add(entry.size) > most);
        kept = kept.saturating_add(if is_outdated { 0 } else { entry.size });
        is_outdated
    };
    entries.into_iter().filter(is_outdated).collect()
}

fn remove(root: &Path, entries: &[Listed], report: &mut Report) -> u8 {
    let mut code = exit::SUCCESS;
    let mut removed = Vec::new();
    for entry in entries {
        match cache::remove(root, entry) {
            Ok(()) => {
                removed.push(entry.clone());
                if report.is_json() || report.verbosity >= Verbosity::Files {
                    tell(entry, "removed", report);
                }
            }
            Err(error) => {
                code = exit::FAILURE;
                report.error(
                    Some(&entry.path),
                    &format!("failed to remove it: {error}; end the program that uses it"),
                );
            }
        }
    }
    summarize(root, "removed from", &removed, report);
    code
}

fn tell(entry: &Listed, status: &'static str, report: &mut Report) {
    let header = entry.header.as_ref();
    let since = entry.last_use.duration_since(UNIX_EPOCH).unwrap_or_default();
    report.record(&EntryRecord {
        status,
        path: JsonPath(&entry.path),
        name: header.map(|header| header.name.as_str()),
        variant: header.map(|header| header.variant.as_str()),
        python: header.map(|header| header.python.as_str()),
        identity: header.map(|header| header.identity.as_str()),
        size: entry.size,
        last_use: since.as_secs(),
        in_use: entry.in_use,
    });
    let (name, variant, python) = header.map_or(("(damaged)", "", ""), |header| {
        (header.name.as_str(), header.variant.as_str(), header.release())
    });
    report.line(format_args!(
        "{name:<24}  {variant:<18}  {python:<8}  {}  {:>12}  {}",
        entry.digits().get(..DIGITS).unwrap_or_default(),
        bytes(entry.size),
        if entry.in_use { "in use".to_owned() } else { age(entry.last_use) }
    ));
}

fn age(time: SystemTime) -> String {
    let age = time.elapsed().unwrap_or_default();
    match age.as_secs() / (60 * 60) {
        0 => "used within the hour".to_owned(),
        hours @ 1..48 => format!("used {} ago", counted(hours as usize, "hour")),
        hours => format!("used {} ago", counted((hours / 24) as usize, "day")),
    }
}

fn summarize(root: &Path, relation: &str, entries: &[Listed], report: &mut Report) {
    let size = entries.iter().map(|entry| entry.size).sum();
    report.record(&Summary { root: JsonPath(root), entries: entries.len(), size });
    if report.verbosity >= Verbosity::Normal {
        let noun = if entries.len() == 1 { "entry" } else { "entries" };
        report.line(format_args!("{} {noun} ({}) {relation} {}", entries.len(), bytes(size), shown(root)));
    }
}
