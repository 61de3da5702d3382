//! Groups of child processes that end together: a process group on Unix, a job object on Windows.

use std::io;
use std::process::{Child, Command};

#[cfg(windows)]
use windows::Job;
#[cfg(windows)]
pub(super) use windows::OwnJob;

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
        let job = Job::with(&child).ok();
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

    /// A job object. Its processes end with it, at the latest when this process ends.
    pub(super) struct Job(#[expect(dead_code, reason = "held for what dropping it does")] win32job::Job);

    impl Job {
        /// A job with a child and those that it starts from now on.
        pub(super) fn with(child: &Child) -> Result<Job, JobError> {
            let job = win32job::Job::create_with_limit_info(&limits())?;
            job.assign_process(child.as_raw_handle() as isize)?;
            Ok(Job(job))
        }
    }

    /// The job of this process. Its children start in it, so no child runs before it is in the job.
    /// A job that takes children after their start would miss the processes that they start at once.
    pub(in crate::runner) struct OwnJob(win32job::Job);

    impl OwnJob {
        pub(in crate::runner) fn enter() -> Result<OwnJob, JobError> {
            let job = win32job::Job::create_with_limit_info(&limits())?;
            job.assign_current_process()?;
            Ok(OwnJob(job))
        }

        /// Processes that are started from now on stay outside: those that the program leaves running
        /// when it ends go on, as without a runner.
        pub(in crate::runner) fn close_to_others(&self) {
            let _ = self.0.set_extended_limit_info(limits().limit_silent_breakaway_ok());
        }
    }

    impl Drop for OwnJob {
        /// This process is in the job, and must not be killed with it.
        fn drop(&mut self) {
            let _ = self.0.set_extended_limit_info(&ExtendedLimitInfo::new());
        }
    }

    fn limits() -> ExtendedLimitInfo {
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        limits
    }
}
