//! `crosspyc bundle`: compiles a project and packs it into one archive.

mod app;
mod embed;
mod options;
mod outcome;
mod packages;
mod product;
mod request;

use std::time::Instant;

use super::args::BundleArgs;
use super::compile::jobs;
use super::report::{Report, end_clean, shown};
use super::{CommandError, exit};
use crate::project::pack::{PackError, Packed, pack};
use app::App;
use embed::Python;
use product::Product;

pub(super) fn run(args: &BundleArgs, report: &mut Report) -> Result<u8, CommandError> {
    let builds = embed::builds(&options::with_settings(args)?)?;
    let codes = builds.iter().map(|build| bundle(&build.args, build.python.as_ref(), report));
    codes.collect::<Result<Vec<u8>, CommandError>>().map(|codes| codes.into_iter().max().unwrap_or_default())
}

/// Makes one file, with a Python or without.
fn bundle(args: &BundleArgs, python: Option<&Python>, report: &mut Report) -> Result<u8, CommandError> {
    let start = Instant::now();
    let product = Product::new(args, report)?;
    let bar = report.progress(0);
    // An installer may run from here on.
    end_clean(&bar);
    let mut request = request::request(args, &product, python, report)?;
    let app = App::of(args.output.as_deref()).filter(|_| product.is_app());
    if let Some(app) = &app {
        request.project.output = app.make()?;
    }
    let project = &request.project;
    if project.folder == project.root.join("src") {
        report.note_line(&format!("the packages are taken from {}", shown(&project.folder)));
    }
    let done = |modules| {
        bar.set_length(modules as u64);
        bar.inc(1);
    };
    let Packed { mut contents, tally } = pack(project, jobs(args.jobs), done).map_err(command_error)?;
    bar.finish_and_clear();
    outcome::report_warnings(project, &tally, report);
    if let Some(code) = outcome::report_failures(project, &tally, args.on_error, report) {
        let hint = match tally.failures.is_empty() {
            true => "",
            false => {
                "; leave out modules that the program does not need with --exclude, or all that do not compile with --on-error skip"
            }
        };
        report.error(None, &format!("{} was not written{hint}", shown(&project.output)));
        return Ok(code);
    }
    let variants = contents.variants.iter().map(|(variant, _)| variant.clone()).collect();
    let archive = match python {
        Some(python) => python.embed(&mut contents, &tally, jobs(args.jobs), report)?,
        None => Vec::new(),
    };
    if let (Some(app), Some(runner)) = (&app, product.runner()) {
        app.finish(&runner.bytes, &contents.name, contents.version.as_deref())?;
    }
    let (size, unpacked) = product.write(contents, &project.output, args.jobs, &archive)?;
    if let Some(note) = product.note() {
        report.note_line(note);
    }
    let time = start.elapsed();
    let written = outcome::Written { variants, size, unpacked, time };
    outcome::report_written(project, &tally, written, args.list_left_out, report);
    Ok(exit::SUCCESS)
}

/// A request for something that does not exist is a usage error; the rest are failures.
fn command_error(error: PackError) -> CommandError {
    match error {
        PackError::NoFolder(_)
        | PackError::NotAFolder(_)
        | PackError::Output { .. }
        | PackError::NoEntryPoint { .. }
        | PackError::NoScript { .. }
        | PackError::NoModule { .. }
        | PackError::NoFunction { .. }
        | PackError::NoSitePackages(_)
        | PackError::NotExecutable { .. } => CommandError::usage(error),
        PackError::Name(_)
        | PackError::Names(_)
        | PackError::Script { .. }
        | PackError::Conflict { .. }
        | PackError::Editable { .. }
        | PackError::EditablePath { .. }
        | PackError::ForeignPyc { .. }
        | PackError::Missing(_)
        | PackError::Native { .. }
        | PackError::NoBuild { .. }
        | PackError::NoPlatform { .. }
        | PackError::OtherPlatform { .. }
        | PackError::File(_)
        | PackError::Threads(_) => CommandError::failure(error),
    }
}
