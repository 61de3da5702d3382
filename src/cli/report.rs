//! Everything `crosspyc` prints, and the only place that prints.
//!
//! Results go to standard output; errors, diagnostics and warnings go to standard error. With
//! `--format json` everything goes to standard output, one object per line:
//!
//! ```text
//! {"type": "error", "path": PATH or null, "message": ...}
//! {"type": "diagnostic", "path", "exception", "message", "line", "column", "end_line", "end_column",
//!                        "notes", "targets"}
//! {"type": "warning", "path", "category", "message", "line", "column", "end_line", "end_column",
//!                     "targets"}
//! {"type": "pyc", "status": "written" | "current" | "missing" | "stale" | "failed" | "skipped" | "removed",
//!                 "pyc", "source", "target", "optimize", "reason"}
//! {"type": "summary", ...} and others, each documented at its type
//! ```
//!
//! Lines and columns count from 1, columns in characters. A field that does not apply is null or
//! missing. Paths are exact ([`JsonPath`]). A diagnostic or warning that several targets share is
//! one object; `targets` lists all of them. If the reader closes the pipe (`| head`), the output
//! ends without an error.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::args::{Format, OutputArgs, When};
use super::exit;
use super::json_path::JsonPath;
use crate::atomic::interrupt;
use crate::escape::{escaped, escaped_lines};
use crate::project::FileError;
pub(super) use crate::project::shown;
use crate::project::warnings::SourceWarning;
use crate::rejection::{Excerpt, Place, Rejection};

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verbosity {
    /// Nothing.
    Silent,
    /// Errors.
    Errors,
    /// Also warnings, notes and a summary.
    Normal,
    /// Also the files that were written.
    Files,
    /// Also the files that were up to date.
    All,
}

/// Where messages go.
pub(super) struct Report {
    format: Format,
    pub(super) verbosity: Verbosity,
    out: BufWriter<Stdout>,
    /// The reader of standard output has closed it.
    closed: bool,
    /// Why standard output could not be written, other than a closed pipe.
    failed: Option<io::Error>,
    color: bool,
}

/// ANSI colours of messages.
#[derive(Clone, Copy)]
enum Style {
    Error,
    Warning,
    Place,
    Note,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Message<'m> {
    Error {
        path: Option<JsonPath<&'m Path>>,
        message: &'m str,
    },
    Diagnostic {
        path: JsonPath<&'m Path>,
        exception: &'m str,
        message: &'m str,
        line: Option<u32>,
        column: Option<u32>,
        end_line: Option<u32>,
        end_column: Option<u32>,
        notes: &'m [String],
        targets: &'m [String],
    },
    Warning {
        path: JsonPath<&'m Path>,
        category: &'m str,
        message: &'m str,
        line: Option<u32>,
        column: Option<u32>,
        end_line: Option<u32>,
        end_column: Option<u32>,
        targets: &'m [String],
    },
}

/// The targets that a diagnostic or warning concerns.
pub(super) struct Concerned {
    /// As they are shown to the user.
    pub targets: Vec<String>,
    /// No other targets were asked for: the text does not name them.
    pub all: bool,
}

impl Report {
    pub(super) fn new(args: &OutputArgs) -> Report {
        let verbosity = match (args.quiet, args.verbose) {
            (0, 0) => Verbosity::Normal,
            (0, 1) => Verbosity::Files,
            (0, _) => Verbosity::All,
            (1, _) => Verbosity::Errors,
            _ => Verbosity::Silent,
        };
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match args.color {
            When::Auto => io::stderr().is_terminal() && !unwanted,
            When::Always => true,
            When::Never => false,
        };
        let out = BufWriter::new(io::stdout());
        Report { format: args.format, verbosity, out, closed: false, failed: None, color }
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints a line of text to standard output; nothing with `--format json`.
    pub(super) fn line(&mut self, text: impl Display) {
        self.write(&escaped(&text.to_string()));
    }

    /// Prints a text with several lines of our own.
    pub(super) fn lines(&mut self, text: &str) {
        self.write(&escaped_lines(text));
    }

    fn write(&mut self, text: &str) {
        if self.format == Format::Text && !self.closed {
            let result = writeln!(self.out, "{text}");
            self.note(result);
        }
    }

    /// Prints an object to standard output with `--format json`, else nothing.
    pub(super) fn record(&mut self, object: &impl Serialize) {
        if self.is_json() {
            let result = serde_json::to_writer(&mut self.out, object).map_err(io::Error::from);
            let result = result.and_then(|()| self.out.write_all(b"\n"));
            self.note(result);
        }
    }

    /// Reports a failure. `path` is the file concerned, if the message does not name it.
    pub(super) fn error(&mut self, path: Option<&Path>, message: &str) {
        if self.verbosity == Verbosity::Silent {
            return;
        }
        if self.is_json() {
            return self.record(&Message::Error { path: path.map(JsonPath), message });
        }
        let label = Part::styled(Style::Error, "error:");
        match path {
            Some(path) => self.complain([label, Part::text(format!(" {}: {message}\n", shown(path)))]),
            None => self.complain([label, Part::text(format!(" {message}\n"))]),
        }
    }

    /// Reports a failure by a message that names the file concerned.
    pub(super) fn error_naming(&mut self, path: &Path, message: &str) {
        self.error(self.is_json().then_some(path), message);
    }

    /// Reports a file that could not be read, written or removed.
    pub(super) fn file_error(&mut self, error: &FileError) {
        self.error_naming(&error.path, &error.to_string());
    }

    /// Prints advice, or a remark that is not an error.
    pub(super) fn note_line(&mut self, message: &str) {
        if self.verbosity >= Verbosity::Normal && !self.is_json() {
            self.complain([Part::styled(Style::Note, "note:"), Part::text(format!(" {message}\n"))]);
        }
    }

    /// Reports an error in the user's Python.
    pub(super) fn diagnostic(&mut self, path: &Path, rejection: &Rejection, concerned: &Concerned) {
        if self.verbosity == Verbosity::Silent {
            return;
        }
        let (diagnostic, place) = (&rejection.diagnostic, rejection.place.as_ref());
        if self.is_json() {
            return self.record(&Message::Diagnostic {
                path: JsonPath(path),
                exception: diagnostic.kind.name(),
                message: &diagnostic.message,
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
                end_line: place.map(|place| place.end_line),
                end_column: place.map(|place| place.end_column),
                notes: &diagnostic.notes,
                targets: &concerned.targets,
            });
        }
        let head = (Style::Error, diagnostic.kind.name(), diagnostic.message.as_str());
        self.located(path, place, head, &diagnostic.notes, concerned);
    }

    /// Reports a warning about the user's Python.
    pub(super) fn warning(&mut self, path: &Path, warning: &SourceWarning, concerned: &Concerned) {
        if self.verbosity < Verbosity::Normal {
            return;
        }
        let place = warning.place.as_ref();
        if self.is_json() {
            return self.record(&Message::Warning {
                path: JsonPath(path),
                category: warning.category.name(),
                message: &warning.message,
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
                end_line: place.map(|place| place.end_line),
                end_column: place.map(|place| place.end_column),
                targets: &concerned.targets,
            });
        }
        let head = (Style::Warning, warning.category.name(), warning.message.as_str());
        self.located(path, place, head, &[], concerned);
    }

    /// Prints `PATH:LINE:COLUMN: CLASS: MESSAGE`, the line of the source, and notes.
    fn located(
        &self,
        path: &Path,
        place: Option<&Place>,
        (style, class, message): (Style, &str, &str),
        notes: &[String],
        concerned: &Concerned,
    ) {
        let position = match place {
            Some(place) => format!("{}:{}:{}:", shown(path), place.line, place.column),
            None => format!("{}:", shown(path)),
        };
        let mut parts = vec![
            Part::styled(Style::Place, position),
            Part::text(" "),
            Part::styled(style, class),
            Part::text(format!(": {message}\n")),
        ];
        parts.extend(place.map(|place| excerpt(&place.excerpt, style)).into_iter().flatten());
        let versions = (!concerned.all).then(|| format!("on Python {}", concerned.targets.join(", ")));
        for note in notes.iter().chain(&versions) {
            parts.extend([
                Part::text("  "),
                Part::styled(Style::Note, "note:"),
                Part::text(format!(" {note}\n")),
            ]);
        }
        self.complain(parts);
    }

    /// A progress bar; hidden if standard error is not a terminal, or with `--format json` or
    /// `--quiet`.
    pub(super) fn progress(&self, files: usize) -> ProgressBar {
        let wanted = self.format == Format::Text && self.verbosity >= Verbosity::Normal;
        if !wanted || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr_with_hz(10));
        let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} modules");
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// Flushes the output and returns the exit code: `code`, unless the output could not be
    /// written.
    pub(super) fn finish(mut self, code: u8) -> u8 {
        let result = self.out.flush();
        self.note(result);
        match self.failed.take() {
            Some(error) if code == exit::SUCCESS => {
                let message = format!("error: failed to write to standard output: {error}\n");
                self.complain([Part::text(message)]);
                exit::FAILURE
            }
            _ => code,
        }
    }

    fn note(&mut self, result: io::Result<()>) {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) if self.failed.is_none() => self.failed = Some(error),
            _ => {}
        }
    }

    /// Prints text to standard error in one write, so that lines of several processes do not mix.
    /// Control characters are escaped, except line breaks and our own colours. Errors are ignored:
    /// they could not be reported.
    fn complain<'p>(&self, parts: impl IntoIterator<Item = Part<'p>>) {
        let mut text = String::new();
        for Part { style, text: part } in parts {
            let part = escaped_lines(&part);
            match style.filter(|_| self.color) {
                Some(style) => text.push_str(&format!("\x1b[{}m{part}\x1b[0m", style.code())),
                None => text.push_str(&part),
            }
        }
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// A part of a message.
struct Part<'t> {
    style: Option<Style>,
    text: Cow<'t, str>,
}

impl<'t> Part<'t> {
    fn text(text: impl Into<Cow<'t, str>>) -> Part<'t> {
        Part { style: None, text: text.into() }
    }

    fn styled(style: Style, text: impl Into<Cow<'t, str>>) -> Part<'t> {
        Part { style: Some(style), text: text.into() }
    }
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Error => "1;31",
            Style::Warning => "1;33",
            Style::Place => "1",
            Style::Note => "1;36",
        }
    }
}

/// The line of the source, with carets under the place.
fn excerpt(excerpt: &Excerpt, style: Style) -> Vec<Part<'_>> {
    if excerpt.text.trim().is_empty() {
        return Vec::new();
    }
    let line = format!("    {}\n    {}", excerpt.text, " ".repeat(excerpt.offset));
    vec![Part::text(line), Part::styled(style, "^".repeat(excerpt.width)), Part::text("\n")]
}

/// Makes an interrupted run remove its progress bar and finish the file being written. Without
/// effect where signals cannot be caught.
pub(super) fn end_clean(bar: &ProgressBar) {
    let bar = bar.clone();
    let _ = interrupt::end_between_writes(move || bar.finish_and_clear());
}

/// `1,721`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 module`, `1,721 modules`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// `0.9 s`; milliseconds when it was short.
pub(super) fn duration(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 0.1 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{seconds:.1} s"),
    }
}

/// `751 bytes`, `3.9 kB`, `21,106 kB`.
pub(super) fn bytes(size: u64) -> String {
    match size {
        0..1_000 => format!("{size} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", size as f64 / 1e3),
        _ => format!("{} kB", thousands((size / 1_000) as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1721, "1,721"), (1234567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(counted(1, "module"), "1 module");
        assert_eq!(counted(2000, "module"), "2,000 modules");
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(Duration::from_millis(923)), "0.9 s");
        assert_eq!(duration(Duration::from_micros(12_400)), "12 ms");
        assert_eq!(duration(Duration::from_secs(75)), "75.0 s");
    }
}
