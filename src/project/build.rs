//! Brings the pycs of a [`Plan`] up to date, module by module, on all cores.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::FileError;
use super::duplicates;
use super::file_buffer::FileBuffer;
use super::freshness::{Expected, State, mtime_seconds, state};
use super::module::{Failure, Input, ModuleCompiler};
use super::output::{Duplicates, Layout, Module, OnRejection, Output, Plan, Variant};
use super::timings::{Stage, Timings};
use super::warnings::SourceWarning;
use crate::atomic::{folder_of, mode_for, remove_leftovers, write_atomically};
use crate::pyc::Invalidation;
use crate::workers::map_largest_first;

/// What to do with pycs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write those that are missing or stale.
    Update,
    /// Write all.
    Force,
    /// Write nothing, only find those that are missing or stale. If modules that do not compile are
    /// skipped, those are compiled to find out.
    Check,
}

impl Mode {
    pub fn writes(self) -> bool {
        matches!(self, Mode::Update | Mode::Force)
    }
}

/// The result of building a module.
#[derive(Debug)]
pub struct ModuleReport<'p> {
    pub module: &'p Module,
    /// The outcome of each of the module's outputs, or why the source could not be read.
    pub outcomes: Result<Vec<Outcome>, FileError>,
    /// The warnings of the outputs that were compiled.
    pub warnings: Vec<SourceWarning>,
    pub timings: Timings,
}

/// The result for one output.
#[derive(Debug)]
pub enum Outcome {
    Current,
    Written(State),
    /// It is missing or stale, and the mode is one that does not write.
    Outdated(State),
    Failed(Failure),
    NotWritten(FileError),
}

/// Builds every module on `jobs` threads. Calls `done` after each, from any thread. Returns the
/// reports in the order of the plan.
pub fn build<'p>(
    plan: &'p Plan,
    mode: Mode,
    jobs: usize,
    done: impl Fn(&ModuleReport<'_>) + Sync,
) -> Result<Vec<ModuleReport<'p>>, rayon::ThreadPoolBuildError> {
    // References, so that the reports can outlive the workers.
    let modules: Vec<&'p Module> = plan.modules.iter().collect();
    let reports = map_largest_first(
        &modules,
        jobs,
        |module| module.size,
        Worker::default,
        |worker, &module| {
            let mut timings = Timings::default();
            let mut warnings = Vec::new();
            let outcomes = worker.build(module, mode, &mut timings, &mut warnings);
            let report = ModuleReport { module, outcomes, warnings, timings };
            done(&report);
            report
        },
    )?;
    written_folders(&reports).into_iter().for_each(remove_leftovers);
    Ok(reports)
}

/// The folders that something was written to.
fn written_folders<'p>(reports: &[ModuleReport<'p>]) -> HashSet<&'p Path> {
    let is_written = |outcome: &Outcome| matches!(outcome, Outcome::Written(_));
    let outputs = reports.iter().flat_map(|report| {
        let outcomes = report.outcomes.iter().flatten();
        report.module.outputs.iter().zip(outcomes).filter(move |(_, outcome)| is_written(outcome))
    });
    outputs.map(|(output, _)| folder_of(&output.path)).collect()
}

/// What a thread keeps from file to file.
#[derive(Default)]
struct Worker {
    compiler: ModuleCompiler,
    source: FileBuffer,
    /// The pyc that is there.
    pyc: FileBuffer,
}

impl Worker {
    fn build(
        &mut self,
        module: &Module,
        mode: Mode,
        timings: &mut Timings,
        warnings: &mut Vec<SourceWarning>,
    ) -> Result<Vec<Outcome>, FileError> {
        let failed = |error| FileError::new("read", &module.source, error);
        let opened = timings.time(Stage::Read, || Opened::new(module)).map_err(failed)?;
        // Timestamps are compared without reading the source.
        let by_content = module.invalidation != Some(Invalidation::Timestamp);
        self.source.clear();
        if by_content {
            timings.time(Stage::Read, || opened.read(&mut self.source)).map_err(failed)?;
        }
        let states =
            timings.time(Stage::Check, || opened.states(module, mode, self.source.bytes(), &mut self.pyc));
        let is_enough = mode == Mode::Check && module.on_rejection == OnRejection::Fail;
        if is_enough || states.iter().all(|state| *state == State::Current) {
            return Ok(states.into_iter().map(unwritten).collect());
        }
        if !by_content {
            timings.time(Stage::Read, || opened.read(&mut self.source)).map_err(failed)?;
        }
        let mut outcomes = self.compile(module, &opened, states, mode, timings, warnings);
        if !mode.writes() {
            warnings.clear();
        } else if module.duplicates == Duplicates::HardLink {
            for (output, error) in timings.time(Stage::Write, || duplicates::link(&module.outputs)) {
                outcomes[output] = Outcome::NotWritten(error);
            }
        }
        Ok(outcomes)
    }

    /// Compiles the outputs that are not current, and writes them if the mode is to write.
    fn compile(
        &mut self,
        module: &Module,
        opened: &Opened,
        states: Vec<State>,
        mode: Mode,
        timings: &mut Timings,
        warnings: &mut Vec<SourceWarning>,
    ) -> Vec<Outcome> {
        let input = Input {
            source: self.source.bytes(),
            co_filename: &module.co_filename,
            invalidation: module.invalidation.unwrap_or_default(),
            mtime: opened.mtime,
            warnings: module.warnings,
        };
        let stale: Vec<usize> =
            (0..states.len()).filter(|&output| states[output] != State::Current).collect();
        let variants: Vec<Variant> = stale.iter().map(|&output| module.outputs[output].variant).collect();
        let mut outcomes: Vec<Outcome> = states.into_iter().map(unwritten).collect();
        let permissions = mode_for(&opened.metadata);
        *warnings = self.compiler.compile(&input, &variants, timings, |index, pyc, timings| {
            let Output { path, .. } = &module.outputs[stale[index]];
            let outcome = &mut outcomes[stale[index]];
            *outcome = match (pyc, std::mem::replace(outcome, Outcome::Current)) {
                (Ok(pyc), Outcome::Outdated(state)) if mode.writes() => {
                    match timings.time(Stage::Write, || write_atomically(path, pyc, permissions)) {
                        Ok(()) => Outcome::Written(state),
                        Err(error) => Outcome::NotWritten(FileError::new("write", path, error)),
                    }
                }
                (Ok(_), other) => other,
                (Err(failure), _) => Outcome::Failed(failure),
            };
        });
        outcomes
    }
}

fn unwritten(state: State) -> Outcome {
    match state {
        State::Current => Outcome::Current,
        state => Outcome::Outdated(state),
    }
}

/// An open source file, with its metadata at the time of opening: if it changes afterwards, the
/// next run notices.
struct Opened {
    file: File,
    metadata: fs::Metadata,
    mtime: i64,
}

impl Opened {
    fn new(module: &Module) -> io::Result<Opened> {
        let file = File::open(&module.source)?;
        let metadata = file.metadata()?;
        let mtime = mtime_seconds(&metadata)?;
        Ok(Opened { file, metadata, mtime })
    }

    fn read(&self, buffer: &mut FileBuffer) -> io::Result<()> {
        buffer.read(&self.file, self.metadata.len())
    }

    /// The state of each output. `source` is used only in the modes that hash it, and `buffer` is
    /// for the pycs that are there.
    fn states(&self, module: &Module, mode: Mode, source: &[u8], buffer: &mut FileBuffer) -> Vec<State> {
        let mut state_of = |output: &Output| {
            if mode == Mode::Force {
                return State::Forced;
            }
            let expected = Expected {
                target: output.variant.target,
                invalidation: module.invalidation,
                co_filename: (module.layout == Layout::Sourceless).then_some(&module.co_filename),
                source,
                mtime: self.mtime,
                size: self.metadata.len(),
            };
            state(&output.path, &expected, buffer)
        };
        module.outputs.iter().map(&mut state_of).collect()
    }
}
