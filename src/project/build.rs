//! Brings the pycs of a [`Plan`] up to date, module by module, on all cores.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;

use super::FileError;
use super::duplicates;
use super::file_buffer::FileBuffer;
use super::freshness::{Depth, Expected, State, look, mtime_seconds};
use super::module::{Failure, Input, ModuleCompiler};
use super::output::{Duplicates, Layout, Module, OnRejection, Output, Plan, Variant};
use super::timings::{Stage, Timings};
use super::warnings::SourceWarning;
use crate::atomic::{folder_of, mode_for, remove_leftovers, write_atomically};
use crate::pyc::{HEADER_LEN, Invalidation};
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
    /// The source, once it is read.
    text: FileBuffer,
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
        let mut source = Source::new(module, timings)?;
        let states = self.states(module, mode, &mut source, timings)?;
        let is_enough = mode == Mode::Check && module.on_rejection == OnRejection::Fail;
        if is_enough || states.iter().all(|state| *state == State::Current) {
            return Ok(states.into_iter().map(unwritten).collect());
        }
        source.read(module, &mut self.text, timings)?;
        let mut outcomes = self.compile(module, &source, states, mode, timings, warnings);
        if !mode.writes() {
            warnings.clear();
        } else if module.duplicates == Duplicates::HardLink {
            for (output, error) in timings.time(Stage::Write, || duplicates::link(&module.outputs)) {
                outcomes[output] = Outcome::NotWritten(error);
            }
        }
        Ok(outcomes)
    }

    /// The state of each output. The source is read if one of them has its hash.
    fn states(
        &mut self,
        module: &Module,
        mode: Mode,
        source: &mut Source,
        timings: &mut Timings,
    ) -> Result<Vec<State>, FileError> {
        let is_sourceless = module.layout == Layout::Sourceless;
        let depth = if mode == Mode::Check || is_sourceless { Depth::Whole } else { Depth::Header };
        let mut state_of = |output: &Output| {
            if mode == Mode::Force {
                return Ok(State::Forced);
            }
            let header = match timings.time(Stage::Check, || look(&output.path, depth, &mut self.pyc)) {
                Ok(header) => header,
                Err(state) => return Ok(state),
            };
            if header.invalidation() != Invalidation::Timestamp {
                source.read(module, &mut self.text, timings)?;
            }
            let expected = Expected {
                target: output.variant.target,
                invalidation: module.invalidation,
                co_filename: is_sourceless.then_some(&module.co_filename),
                source: self.text.bytes(),
                mtime: source.mtime,
                size: source.metadata.len(),
            };
            let body = &self.pyc.bytes()[HEADER_LEN..];
            Ok(timings.time(Stage::Check, || expected.state(header, body, depth)))
        };
        module.outputs.iter().map(&mut state_of).collect()
    }

    /// Compiles the outputs that are not current, and writes them if the mode is to write.
    fn compile(
        &mut self,
        module: &Module,
        source: &Source,
        states: Vec<State>,
        mode: Mode,
        timings: &mut Timings,
        warnings: &mut Vec<SourceWarning>,
    ) -> Vec<Outcome> {
        let input = Input {
            source: self.text.bytes(),
            co_filename: &module.co_filename,
            invalidation: module.invalidation.unwrap_or_default(),
            mtime: source.mtime,
            warnings: module.warnings,
        };
        let stale: Vec<usize> =
            (0..states.len()).filter(|&output| states[output] != State::Current).collect();
        let variants: Vec<Variant> = stale.iter().map(|&output| module.outputs[output].variant).collect();
        let mut outcomes: Vec<Outcome> = states.into_iter().map(unwritten).collect();
        let permissions = mode_for(&source.metadata);
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

/// What is known of a source: its metadata, and from [`Source::read`] on those of the file whose
/// text was read. If it changes afterwards, the next run notices.
struct Source {
    metadata: fs::Metadata,
    mtime: i64,
    is_read: bool,
}

impl Source {
    fn new(module: &Module, timings: &mut Timings) -> Result<Source, FileError> {
        let metadata = timings.time(Stage::Read, || fs::metadata(&module.source));
        let source = metadata
            .and_then(|metadata| Ok(Source { mtime: mtime_seconds(&metadata)?, metadata, is_read: false }));
        source.map_err(|error| FileError::new("read", &module.source, error))
    }

    /// Reads the text, if that has not been done.
    fn read(
        &mut self,
        module: &Module,
        text: &mut FileBuffer,
        timings: &mut Timings,
    ) -> Result<(), FileError> {
        if self.is_read {
            return Ok(());
        }
        let mut read = || {
            let file = File::open(&module.source)?;
            self.metadata = file.metadata()?;
            self.mtime = mtime_seconds(&self.metadata)?;
            text.read(&file, self.metadata.len())
        };
        timings
            .time(Stage::Read, &mut read)
            .map_err(|error| FileError::new("read", &module.source, error))?;
        self.is_read = true;
        Ok(())
    }
}
