//! Describes the result of a search: the choice and its reasons, or why nothing fits and what to
//! do.

use super::judge::{Needs, Serves};
use super::{Interpreter, Looked, Origin, Verdict};
use crate::bundle::Manifest;
use crate::escape::shown_path;

/// The candidates and the verdicts on them.
pub(in crate::runner) struct Search {
    looked: Vec<Looked>,
    name: String,
    /// A description of the Pythons that the archive supports.
    needs: String,
}

/// No interpreter fits.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FindError(String);

impl Search {
    pub(super) fn new(looked: Vec<Looked>, needs: &Needs) -> Search {
        Search { looked, name: needs.manifest.name.clone(), needs: in_words(needs) }
    }

    /// The last one that fits is the best.
    fn chosen(&self) -> Option<Interpreter> {
        self.looked.iter().rev().find_map(|looked| match &looked.verdict {
            Verdict::Fits(answer, serves) => Some(Interpreter {
                path: looked.path.clone(),
                origin: looked.origin,
                answer: answer.clone(),
                serves: *serves,
            }),
            _ => None,
        })
    }

    /// The interpreter that was chosen.
    pub(in crate::runner) fn result(&self) -> Result<Interpreter, FindError> {
        self.chosen().ok_or_else(|| FindError(self.failure()))
    }

    /// The path of the choice, and the reasons; `None` if nothing fits.
    pub(in crate::runner) fn explain(&self, manifest: &Manifest) -> Result<String, FindError> {
        let chosen = self.result()?;
        let mut text = explain(&chosen, manifest);
        for looked in self.looked.iter().filter(|looked| looked.path != chosen.path) {
            let reason = match &looked.verdict {
                Verdict::Unfit(reason) => reason.clone(),
                Verdict::Fits(answer, _) => {
                    format!("is {answer}, which fits, but the chosen one fits better")
                }
                Verdict::NotAsked => "not better than that".to_owned(),
            };
            text.push_str(&format!("\n{} ({})\n  {reason}", shown_path(&looked.path), looked.origin));
        }
        Ok(text)
    }

    fn failure(&self) -> String {
        let mut text = format!("no Python here can run {}, which needs {}", self.name, self.needs);
        if self.looked.is_empty() {
            text.push_str("; none was found");
        }
        for looked in &self.looked {
            if let Verdict::Unfit(reason) = &looked.verdict {
                text.push_str(&format!("\n  {}: {reason}", shown_path(&looked.path)));
            }
        }
        text.push('\n');
        text.push_str(match self.looked.first().map(|looked| looked.origin) {
            Some(Origin::Option) => "name another interpreter with --python, or leave the option out",
            Some(Origin::Variable) => "set CROSSPYC_PYTHON to another interpreter, or unset it",
            _ => "install one of these versions, or name an interpreter with --python or CROSSPYC_PYTHON",
        });
        text
    }
}

/// The path of an interpreter, and the reasons for it.
pub(in crate::runner) fn explain(chosen: &Interpreter, manifest: &Manifest) -> String {
    let what = match chosen.serves {
        Serves::Sources => "the archive's sources".to_owned(),
        Serves::Variant(number) => {
            let variant = &manifest.variants[number];
            let level = match variant.optimize {
                0 => String::new(),
                level => format!(", optimisation level {level}"),
            };
            format!("the modules for {} (magic number {}{level})", variant.version, variant.magic)
        }
    };
    format!("{}\n  {}, is {}; runs {what}", shown_path(&chosen.path), chosen.origin, chosen.answer)
}

/// `CPython 3.12, 3.13 or 3.14 on linux-x86_64 or any Python >=3.9 for its sources`.
fn in_words(needs: &Needs) -> String {
    let variants = needs.manifest.variants.chunk_by(|a, b| a.platforms == b.platforms);
    let mut parts: Vec<String> = variants
        .map(|variants| {
            let mut versions: Vec<&str> = variants.iter().map(|variant| variant.version.as_str()).collect();
            versions.dedup();
            let platforms = &variants[0].platforms;
            let place =
                if platforms.is_empty() { String::new() } else { format!(" on {}", platforms.join(", ")) };
            format!("CPython {}{place}", one_of(&versions))
        })
        .collect();
    if needs.sources_run_anywhere() {
        let required = needs.manifest.requires_python.as_deref().unwrap_or("3");
        parts.push(format!("any Python {required} for its sources"));
    }
    parts.join(" or ")
}

/// `3.12, 3.13 or 3.14`
fn one_of(versions: &[&str]) -> String {
    match versions {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        versions => versions.concat(),
    }
}
