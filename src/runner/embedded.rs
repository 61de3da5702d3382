//! The Python that a bundle brings: an archive before that of the application. It is unpacked into
//! an entry of its own, which all bundles with the same Python share. It is never asked who it is:
//! its manifest says that.

use super::cache::{self, PythonEntry};
use super::interpreters::{self, Answer, Origin, is_of_this_machine};
use super::{Interpreter, Run, RunError, nonempty_variable};
use crate::bundle::{Archive, Distribution, Manifest, Variant};

/// The Python of a bundle.
pub(super) struct Embedded {
    archive: Archive,
    distribution: Distribution,
    variant: Variant,
    /// A Python of the machine comes first.
    pub prefers_system: bool,
}

impl Embedded {
    /// `None` if the bundle brings no Python for this machine, or if the user named another.
    pub(super) fn of(run: &Run, application: &Archive) -> Result<Option<Embedded>, RunError> {
        if run.python.is_some() || nonempty_variable("CROSSPYC_PYTHON").is_some() {
            return Ok(None);
        }
        let Some(archive) = application.python()? else { return Ok(None) };
        let Manifest { distribution: Some(distribution), variants, .. } = archive.manifest() else {
            return Ok(None);
        };
        let Some(variant) = variants.first().filter(|variant| is_for_this_machine(variant)) else {
            return Ok(None);
        };
        let (distribution, variant) = (distribution.clone(), variant.clone());
        let prefers = application.manifest().python.as_ref().is_some_and(|python| python.prefer_system);
        let archive = archive.with_limit(run.max_unpacked);
        Ok(Some(Embedded { archive, distribution, variant, prefers_system: prefers || run.prefer_system }))
    }

    /// The unpacked Python, and what it is for the search.
    pub(super) fn unpacked(
        &self,
        run: &Run,
        application: &Manifest,
    ) -> Result<(Interpreter, PythonEntry), RunError> {
        let mut answer = self.answer();
        let serves = interpreters::judged(application, &run.python_args, &answer);
        let serves = serves.map_err(RunError::Embedded)?;
        let entry = cache::python(&self.archive, &self.distribution, run.verify)?;
        let parts = self.distribution.executable.split('/');
        let path = parts.fold(entry.folder().to_owned(), |path, part| path.join(part));
        answer.base = path.to_str().map(str::to_owned);
        Ok((Interpreter { path, origin: Origin::Bundle, answer, serves }, entry))
    }

    /// What the Python would answer if it were asked.
    fn answer(&self) -> Answer {
        let platform = self.variant.platforms.first().cloned().unwrap_or_default();
        let bits = if platform == "win32" { 32 } else { 64 };
        Answer {
            implementation: "cpython".to_owned(),
            release: self.distribution.release.clone(),
            tag: self.variant.tag.clone(),
            magic: self.variant.magic,
            bits,
            platform,
            suffixes: None,
            base: None,
            site_packages: None,
        }
    }
}

fn is_for_this_machine(variant: &Variant) -> bool {
    variant.platforms.iter().any(|platform| is_of_this_machine(platform))
}
