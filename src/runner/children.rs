//! Groups of child processes that end together: a process group on Unix, a job object on Windows.

#[cfg(unix)]
pub(super) use unix::Group;
#[cfg(windows)]
pub(super) use windows::{Group, OwnJob};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    /// A child and its descendants, except those that leave its process group.
    pub(in crate::runner) struct Group(Child);

    impl Group {
        pub(in crate::runner) fn spawn(mut command: Command) -> io::Result<Group> {
            command.process_group(0).spawn().map(Group)
        }

        /// The output and the errors of the child, if they are pipes.
        pub(in crate::runner) fn pipes(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
            (self.0.stdout.take(), self.0.stderr.take())
        }

        /// Whether the child has ended. It is not reaped, so that the number of the group stays
        /// reserved.
        pub(in crate::runner) fn has_ended(&mut self) -> bool {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            !matches!(waitid(WaitId::Pid(Pid::from_child(&self.0)), options), Ok(None))
        }

        /// Kills all processes of the group that have not ended.
        pub(in crate::runner) fn end(mut self) -> io::Result<ExitStatus> {
            let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
            self.0.wait()
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::io;
    use std::os::windows::io::AsRawHandle as _;
    use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};

    use process_wrap::std::{ChildWrapper, CommandWrap, CommandWrapper, JobObject};
    use win32job::{ExtendedLimitInfo, JobError};

    /// A child and its descendants.
    pub(in crate::runner) struct Group {
        child: Box<dyn ChildWrapper>,
        /// Has the job.
        _command: CommandWrap,
    }

    impl Group {
        pub(in crate::runner) fn spawn(command: Command) -> io::Result<Group> {
            let mut command = CommandWrap::from(command);
            command.wrap(Job::new().map_err(io::Error::other)?).wrap(JobObject);
            Ok(Group { child: command.spawn()?, _command: command })
        }

        /// The output and the errors of the child, if they are pipes.
        pub(in crate::runner) fn pipes(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
            (self.child.stdout().take(), self.child.stderr().take())
        }

        /// Whether the child has ended.
        pub(in crate::runner) fn has_ended(&mut self) -> bool {
            !matches!(self.child.inner_mut().try_wait(), Ok(None))
        }

        /// Kills all processes of the group that have not ended.
        pub(in crate::runner) fn end(mut self) -> io::Result<ExitStatus> {
            let _ = self.child.start_kill();
            self.child.inner_mut().wait()
        }
    }

    /// A job object. Its processes end with it, at the latest when this process ends.
    #[derive(Debug)]
    struct Job(win32job::Job);

    impl Job {
        fn new() -> Result<Job, JobError> {
            win32job::Job::create_with_limit_info(&limits()).map(Job)
        }
    }

    impl CommandWrapper for Job {
        /// Takes the child into the job. It does not run before [`JobObject`] has it too.
        fn post_spawn(&mut self, _: &mut Command, child: &mut Child, _: &CommandWrap) -> io::Result<()> {
            // Then the child only outlives this process if this one is killed.
            let _ = self.0.assign_process(child.as_raw_handle() as isize);
            Ok(())
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
