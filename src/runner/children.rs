//! Groups of child processes that end together: a process group on Unix, a job object on Windows.

use std::io;
use std::process::{Child, Command};

#[cfg(windows)]
pub(super) use windows::Job;

/// A child and its descendants.
pub(super) struct Group {
    child: Child,
    #[cfg(windows)]
    job: Option<Job>,
}

impl Group {
    #[cfg(unix)]
    pub(super) fn spawn(command: &mut Command) -> io::Result<Group> {
        use std::os::unix::process::CommandExt as _;
        Ok(Group { child: command.process_group(0).spawn()? })
    }

    #[cfg(windows)]
    pub(super) fn spawn(command: &mut Command) -> io::Result<Group> {
        let child = command.spawn()?;
        // Without job objects, only the child is killed.
        let job = Job::with(&child, windows::Descendants::Included).ok();
        Ok(Group { child, job })
    }

    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Kills all processes of the group.
    pub(super) fn kill(mut self) {
        #[cfg(unix)]
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.child),
            rustix::process::Signal::KILL,
        );
        #[cfg(windows)]
        drop(self.job.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(windows)]
mod windows {
    use std::os::windows::io::AsRawHandle as _;
    use std::process::Child;

    use win32job::{ExtendedLimitInfo, JobError};

    /// Whether the child's own children belong to the job.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(in crate::runner) enum Descendants {
        Included,
        Free,
    }

    /// A job object. Its processes end with it, at the latest when this process ends.
    pub(in crate::runner) struct Job(
        #[expect(dead_code, reason = "held for what dropping it does")] win32job::Job,
    );

    impl Job {
        pub(in crate::runner) fn with(child: &Child, descendants: Descendants) -> Result<Job, JobError> {
            let mut limits = ExtendedLimitInfo::new();
            limits.limit_kill_on_job_close();
            if descendants == Descendants::Free {
                limits.limit_silent_breakaway_ok();
            }
            let job = win32job::Job::create_with_limit_info(&limits)?;
            job.assign_process(child.as_raw_handle() as isize)?;
            Ok(Job(job))
        }

        /// The job of the program. Processes that the program leaves running when it ends go on, as
        /// without a runner.
        pub(in crate::runner) fn of_program(child: &Child) -> Result<Job, JobError> {
            Job::with(child, Descendants::Free)
        }
    }
}
