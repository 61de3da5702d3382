//! Where the time goes, stage by stage (`--timings`).

use std::time::{Duration, Instant};

/// What a run spends time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking whether pycs are up to date, and making the headers that later runs look at.
    Check,
    Read,
    Parse,
    /// From the syntax tree to the code object.
    Compile,
    Marshal,
    Write,
}

impl Stage {
    pub const ALL: [Stage; 6] =
        [Stage::Check, Stage::Read, Stage::Parse, Stage::Compile, Stage::Marshal, Stage::Write];

    pub fn name(self) -> &'static str {
        match self {
            Stage::Check => "check",
            Stage::Read => "read",
            Stage::Parse => "parse",
            Stage::Compile => "compile",
            Stage::Marshal => "marshal",
            Stage::Write => "write",
        }
    }
}

/// Time spent by stage, summed over files (and so over workers).
#[derive(Clone, Debug, Default)]
pub struct Timings([Duration; Stage::ALL.len()]);

impl Timings {
    /// Runs `work` and adds what it took.
    pub fn time<R>(&mut self, stage: Stage, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = work();
        self.0[stage as usize] += start.elapsed();
        result
    }

    pub fn add(&mut self, other: &Timings) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    pub fn of(&self, stage: Stage) -> Duration {
        self.0[stage as usize]
    }

    pub fn total(&self) -> Duration {
        self.0.iter().sum()
    }
}
