//! Finds a Python that can run a bundle.
//!
//! The order is:
//!
//! 1. The interpreter that `--python` names, else the one that `CROSSPYC_PYTHON` names. If it does
//!    not fit, the run fails. A version (`3.12`) names all interpreters of that version, in the
//!    following order.
//! 2. That of the active virtual environment (`VIRTUAL_ENV`, else conda's `CONDA_PREFIX`), if it
//!    fits.
//! 3. Of all interpreters [found](candidates) on this machine, the one that runs the newest target.
//!    Pythons that must compile the bundle's sources come after those for which it has pycs. Of
//!    equal ones the first is chosen.
//!
//! An interpreter is [judged](judge) by its [answer](ask), which is [cached](memory). An
//! interpreter that cannot be better than the best one so far is not asked: the name of a file or
//! folder shows the best version to expect.

mod ask;
mod candidates;
mod caution;
mod judge;
mod memory;
mod platform;
#[cfg(windows)]
mod registry;
mod report;

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::thread;

pub use ask::Answer;
pub use candidates::Origin;
pub use judge::Serves;
pub(super) use platform::is_of_this_machine;
pub use report::FindError;
use report::Search;
pub(super) use report::explain;

use candidates::Candidate;
use judge::Needs;
use memory::Memory;

use super::launch::level_asked;
use super::nonempty_variable;
use crate::bundle::Manifest;

/// A suitable interpreter.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// The path as found. Symbolic links are kept, because a link in a virtual environment is the
    /// environment's interpreter, and its target is not.
    pub path: PathBuf,
    pub origin: Origin,
    pub answer: Answer,
    pub serves: Serves,
}

/// A candidate and the verdict on it.
struct Looked {
    path: PathBuf,
    origin: Origin,
    verdict: Verdict,
}

enum Verdict {
    /// Its answer, and what it would run.
    Fits(Answer, Serves),
    /// Why it is unsuitable.
    Unfit(String),
    /// It cannot be better than the chosen one.
    NotAsked,
}

/// Finds an interpreter for an archive. `python` is the interpreter that the user named,
/// `python_args` are the options it will get. With `afresh`, cached answers are ignored.
pub(super) fn search(
    manifest: &Manifest,
    python: Option<&OsStr>,
    python_args: &[OsString],
    afresh: bool,
) -> Search {
    let named = python.map(|python| (Origin::Option, python.to_owned()));
    let named = named.or_else(|| Some((Origin::Variable, nonempty_variable("CROSSPYC_PYTHON")?)));
    let version = named.as_ref().and_then(|(_, python)| python.to_str()).filter(|text| is_version(text));
    let needs = Needs { manifest, level: level_asked(python_args), version };
    let mut memory = Memory::load();
    if afresh {
        memory.doubt();
    }
    let mut looked = look_at(named.as_ref(), &needs, &mut memory);
    if memory.was_relied_on && looked.iter().all(|looked| looked.serves().is_none()) {
        // The system may have been updated since, or a script may start another Python.
        memory.doubt();
        looked = look_at(named.as_ref(), &needs, &mut memory);
    }
    memory.store();
    Search::new(looked, &needs)
}

/// Looks at the interpreter that was named by name or path, else at all candidates.
fn look_at(named: Option<&(Origin, OsString)>, needs: &Needs, memory: &mut Memory) -> Vec<Looked> {
    match named {
        Some((origin, python)) if needs.version.is_none() => {
            let candidate = Candidate::new(candidates::resolve(python), *origin);
            vec![look(candidate, needs, memory)]
        }
        _ => look_around(needs, memory),
    }
}

/// What an interpreter with this answer would run, or why it does not fit.
pub(super) fn judged(
    manifest: &Manifest,
    python_args: &[OsString],
    answer: &Answer,
) -> Result<Serves, String> {
    Needs { manifest, level: level_asked(python_args), version: None }.judge(answer)
}

/// `3.12`, `3.13.0`, `3`
fn is_version(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Looks at the active virtual environment, and if that does not fit, at all others.
fn look_around(needs: &Needs, memory: &mut Memory) -> Vec<Looked> {
    let environment = candidates::virtual_environment().map(|python| look(python, needs, memory));
    if environment.as_ref().is_some_and(|looked| looked.serves().is_some()) {
        return environment.into_iter().collect();
    }
    let everything = candidates::everything(needs.manifest);
    let mut ranked: Vec<_> = everything
        .into_iter()
        .enumerate()
        .map(|(place, candidate)| ((needs.at_best(candidate.hint), Reverse(place)), candidate))
        .collect();
    ranked.sort_by_key(|(rank, _)| Reverse(*rank));
    let mut looked: Vec<Looked> = environment.into_iter().collect();
    let mut best = (None, Reverse(0));
    for ((at_best, place), candidate) in ranked {
        if best.0.is_some() && (at_best, place) < best {
            looked.push(Looked::not_asked(candidate));
            continue;
        }
        let next = look(candidate, needs, memory);
        let rank = (next.serves(), place);
        match rank.0.is_some() && rank > best {
            // The chosen one is the last that fits.
            true => best = rank,
            false if rank.0.is_some() => {
                looked.push(Looked { verdict: Verdict::NotAsked, ..next });
                continue;
            }
            false => {}
        }
        looked.push(next);
    }
    looked
}

fn look(candidate: Candidate, needs: &Needs, memory: &mut Memory) -> Looked {
    let answer = match caution::not_started(&candidate) {
        Some(reason) => Err(format!("{reason}; it was not started")),
        None => memory.ask(&candidate),
    };
    let verdict = match answer {
        Ok(answer) => match needs.judge(&answer) {
            Ok(serves) => Verdict::Fits(answer, serves),
            Err(reason) => Verdict::Unfit(reason),
        },
        Err(reason) => Verdict::Unfit(reason),
    };
    Looked { path: candidate.path, origin: candidate.origin, verdict }
}

impl Looked {
    fn serves(&self) -> Option<Serves> {
        match self.verdict {
            Verdict::Fits(_, serves) => Some(serves),
            _ => None,
        }
    }

    fn not_asked(candidate: Candidate) -> Looked {
        Looked { path: candidate.path, origin: candidate.origin, verdict: Verdict::NotAsked }
    }
}

/// Every interpreter of this machine that answers. All are asked at once. A program with several
/// names is listed once.
pub fn all() -> Vec<(PathBuf, Answer)> {
    let mut candidates = candidates::of_any_version();
    candidates.retain(|candidate| !candidate.is_shim() && caution::not_started(candidate).is_none());
    let mut seen = Vec::new();
    candidates.retain(|candidate| {
        let real = std::fs::canonicalize(&candidate.path).unwrap_or_else(|_| candidate.path.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    let ask = |candidate: &Candidate| ask::ask(&candidate.path, ask::PATIENCE).ok();
    let answers: Vec<Option<Answer>> = thread::scope(|scope| {
        let asked: Vec<_> = candidates.iter().map(|candidate| scope.spawn(move || ask(candidate))).collect();
        asked.into_iter().map(|answer| answer.join().ok().flatten()).collect()
    });
    let mut found: Vec<_> = candidates
        .into_iter()
        .zip(answers)
        .filter_map(|(candidate, answer)| Some((candidate.path, answer?)))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}
