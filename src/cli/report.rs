//! Everything `crosspyc` prints, and the only place that prints.
//!
//! Results go to standard output, errors and diagnostics to standard error; with `--format json` all of it goes to standard output, one object a line:
//!
//! ```text
//! {"type": "error", "path": PATH or null, "message": ...}
//! {"type": "diagnostic", "path", "exception", "message", "line", "column", "end_line", "end_column", "notes", "targets"}
//! {"type": "pyc", "status": "written" | "current" | "missing" | "stale" | "failed" | "removed", "pyc", "source", "target", "optimize", "reason"}
//! {"type": "summary", ...} and others, each described where it is made
//! ```
//!
//! Lines and columns count from 1, columns in characters; a field that does not apply is null or left out.
//! A reader that goes away (`| head`) ends the output quietly.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::args::{Format, OutputArgs, When};
use super::exit;
use crate::project::interrupt;
use crate::project::rejection::{Excerpt, Rejection};
pub(super) use crate::project::shown;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verbosity {
    /// Nothing.
    Silent,
    /// Errors.
    Errors,
    /// A summary too.
    Normal,
    /// Files that were written too.
    Files,
    /// Files that were up to date too.
    All,
}

/// Where messages go.
pub(super) struct Report {
    format: Format,
    pub(super) verbosity: Verbosity,
    out: BufWriter<Stdout>,
    /// Nobody listens any more.
    closed: bool,
    /// Standard output could not be written, for another reason.
    failed: Option<io::Error>,
    color: bool,
}

/// ANSI colours of messages.
#[derive(Clone, Copy)]
enum Style {
    Error,
    Place,
    Note,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Message<'m> {
    Error {
        path: Option<String>,
        message: &'m str,
    },
    Diagnostic {
        path: String,
        exception: &'m str,
        message: &'m str,
        line: Option<u32>,
        column: Option<u32>,
        end_line: Option<u32>,
        end_column: Option<u32>,
        notes: &'m [String],
        targets: &'m [String],
    },
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
        Report { format: args.format(), verbosity, out, closed: false, failed: None, color }
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A line of text on standard output; nothing with `--format json`.
    pub(super) fn line(&mut self, text: impl Display) {
        if self.format == Format::Text {
            let result = writeln!(self.out, "{text}");
            self.note(result);
        }
    }

    /// An object on standard output with `--format json`, else nothing.
    pub(super) fn record(&mut self, object: &impl Serialize) {
        if self.is_json() {
            let result = serde_json::to_writer(&mut self.out, object).map_err(io::Error::from);
            let result = result.and_then(|()| self.out.write_all(b"\n"));
            self.note(result);
        }
    }

    /// Something that went wrong, with a file it is about if the message does not name one.
    pub(super) fn error(&mut self, path: Option<&Path>, message: &str) {
        if self.verbosity == Verbosity::Silent {
            return;
        }
        if self.is_json() {
            return self.record(&Message::Error { path: path.map(shown), message });
        }
        let label = self.styled(Style::Error, "error:");
        match path {
            Some(path) => self.complain(&format!("{label} {}: {message}\n", shown(path))),
            None => self.complain(&format!("{label} {message}\n")),
        }
    }

    /// Advice, or something odd that is no failure.
    pub(super) fn note_line(&mut self, message: &str) {
        if self.verbosity >= Verbosity::Normal && !self.is_json() {
            let label = self.styled(Style::Note, "note:");
            self.complain(&format!("{label} {message}\n"));
        }
    }

    /// A fault in the user's Python. `targets` are those that reject it, if others do not.
    pub(super) fn diagnostic(&mut self, path: &Path, rejection: &Rejection, targets: &[String]) {
        if self.verbosity == Verbosity::Silent {
            return;
        }
        let (diagnostic, place) = (&rejection.diagnostic, rejection.place.as_ref());
        if self.is_json() {
            return self.record(&Message::Diagnostic {
                path: shown(path),
                exception: diagnostic.kind.name(),
                message: &diagnostic.message,
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
                end_line: place.map(|place| place.end_line),
                end_column: place.map(|place| place.end_column),
                notes: &diagnostic.notes,
                targets,
            });
        }
        let place_text = match place {
            Some(place) => format!("{}:{}:{}:", shown(path), place.line, place.column),
            None => format!("{}:", shown(path)),
        };
        let place_text = self.styled(Style::Place, &place_text);
        let kind = self.styled(Style::Error, diagnostic.kind.name());
        let mut text = format!("{place_text} {kind}: {}\n", diagnostic.message);
        if let Some(place) = place {
            text.push_str(&self.excerpt(&place.excerpt));
        }
        let versions = (!targets.is_empty()).then(|| format!("on Python {}", targets.join(", ")));
        for note in diagnostic.notes.iter().chain(&versions) {
            text.push_str(&format!("  {} {note}\n", self.styled(Style::Note, "note:")));
        }
        self.complain(&text);
    }

    /// The line of the source, and carets under what is wrong.
    fn excerpt(&self, excerpt: &Excerpt) -> String {
        if excerpt.text.trim().is_empty() {
            return String::new();
        }
        let carets = self.styled(Style::Error, &"^".repeat(excerpt.width));
        format!("    {}\n    {}{carets}\n", excerpt.text, " ".repeat(excerpt.offset))
    }

    /// A bar on a terminal, where text is wanted and something is to be said.
    pub(super) fn progress(&self, files: usize) -> ProgressBar {
        let wanted = self.format == Format::Text && self.verbosity >= Verbosity::Normal;
        if !wanted || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr_with_hz(10));
        let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} modules");
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// Ends the output; `code` is the exit code unless what was to be said could not be.
    pub(super) fn finish(mut self, code: u8) -> u8 {
        let result = self.out.flush();
        self.note(result);
        match self.failed.take() {
            Some(error) if code == exit::SUCCESS => {
                self.complain(&format!("error: failed to write to standard output: {error}\n"));
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

    /// Text on standard error, in one write so that lines of several processes do not mix. When that fails there is nobody left to tell.
    fn complain(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    fn styled(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Error => "1;31",
            Style::Place => "1",
            Style::Note => "1;36",
        };
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Lets an interrupted run take its bar off the terminal, and finish the file it is writing. Where signals cannot be caught, they end it all the same.
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
