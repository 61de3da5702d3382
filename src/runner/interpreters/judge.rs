//! Whether an interpreter can run a bundle, and what of it.

use super::ask::Answer;
use super::candidates::Hint;
use crate::bundle::{Manifest, Variant};
use crate::target::RequiresPython;

/// What of a bundle an interpreter runs; the later the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Serves {
    /// Its sources, which it compiles itself.
    Sources,
    /// The variant of this number. They stand in the order of their targets.
    Variant(usize),
}

/// What a bundle needs of an interpreter.
pub(super) struct Needs<'m> {
    pub manifest: &'m Manifest,
    /// The optimisation level that the user asked for.
    pub level: Option<u8>,
}

impl Needs<'_> {
    /// What an interpreter can run at best of which no more is known than its name.
    pub(super) fn at_best(&self, hint: Hint) -> Option<Serves> {
        let variant = match hint {
            Hint::Unknown => {
                self.manifest.variants.last().and_then(|newest| self.of_version(&newest.version))
            }
            Hint::Minor(minor) => self.of_version(&format!("3.{minor}")),
            Hint::OtherImplementation => None,
        };
        variant.map(Serves::Variant).or_else(|| self.sources_run_anywhere().then_some(Serves::Sources))
    }

    fn of_version(&self, version: &str) -> Option<usize> {
        self.at_level(|variant| variant.version == version)
    }

    /// Of the variants that fit, one for each level: the one of the level asked for, else the next lower, else the lowest.
    fn at_level(&self, fits: impl Fn(&Variant) -> bool) -> Option<usize> {
        let variants = self.manifest.variants.iter().enumerate().filter(|(_, variant)| fits(variant));
        let asked = self.level.unwrap_or(0);
        let distance = |level: u8| match level <= asked {
            true => asked - level,
            false => level + 2,
        };
        variants.min_by_key(|(_, variant)| distance(variant.optimize)).map(|(number, _)| number)
    }

    /// The magic number decides, and the tag, by which an interpreter finds pycs beside their sources.
    pub(super) fn judge(&self, answer: &Answer) -> Result<Serves, String> {
        let has_modules = |variant: &Variant| variant.magic == answer.magic && variant.tag == answer.tag;
        let runs = |variant: &Variant| has_modules(variant) && has_platform(variant, answer);
        if let Some(number) = self.at_level(runs) {
            return Ok(Serves::Variant(number));
        }
        if let Some(variant) = self.manifest.variants.iter().find(|variant| has_modules(variant)) {
            let platforms = variant.platforms.join(", ");
            return Err(format!(
                "is {answer} for {}, and the native extension modules for {} are for {platforms}",
                answer.host(),
                variant.version
            ));
        }
        if self.sources_run_anywhere() {
            return self.judge_for_sources(answer).map(|()| Serves::Sources);
        }
        match self.manifest.variants.iter().find(|variant| variant.tag == answer.tag) {
            Some(variant) => Err(format!(
                "is {answer} with magic number {}, not {}: a pre-release?",
                answer.magic, variant.magic
            )),
            None => Err(format!("is {answer}")),
        }
    }

    /// Native modules are for one version of one implementation.
    pub(super) fn sources_run_anywhere(&self) -> bool {
        self.manifest.has_sources && self.manifest.variants.iter().all(|variant| variant.platforms.is_empty())
    }

    fn judge_for_sources(&self, answer: &Answer) -> Result<(), String> {
        let Some(text) = &self.manifest.requires_python else { return Ok(()) };
        match text.parse::<RequiresPython>() {
            Ok(requires) if answer.numbers().is_some_and(|release| requires.admits(release)) => Ok(()),
            Ok(_) => Err(format!("is {answer}, and the sources require Python {text}")),
            Err(error) => Err(format!("is {answer}, and what the sources require cannot be told: {error}")),
        }
    }
}

fn has_platform(variant: &Variant, answer: &Answer) -> bool {
    let here = answer.host();
    variant.platforms.is_empty() || variant.platforms.iter().any(|platform| runs_on(platform, here))
}

/// Whether what was built for one platform runs on another, in the words of `sysconfig.get_platform()`. Those of macOS name the release
/// that they were built for, which tells nothing about the one that is here, and `universal2` stands for both processors.
fn runs_on(built: &str, here: &str) -> bool {
    let processor = |platform: &str| Some(platform.strip_prefix("macosx-")?.split_once('-')?.1.to_owned());
    match (processor(built), processor(here)) {
        (Some(built), Some(here)) => built == here || built == "universal2" || here == "universal2",
        _ => built == here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{EntryPoint, Frame};

    fn manifest(variants: &[(&str, u16, u8)]) -> Manifest {
        let frame = Frame { compressed: 0, size: 0, blake3: String::new(), parent: None };
        let variant = |&(version, magic, optimize): &(&str, u16, u8)| Variant {
            version: version.to_owned(),
            tag: format!("cpython-{}", version.replace('.', "")),
            magic,
            optimize,
            platforms: Vec::new(),
        };
        Manifest {
            name: "app".to_owned(),
            entry_point: EntryPoint::Main,
            variants: variants.iter().map(variant).collect(),
            has_sources: false,
            requires_python: None,
            frames: Vec::new(),
            index: frame,
        }
    }

    fn answer(text: &str) -> Answer {
        Answer::parse(text).expect("it is one")
    }

    #[test]
    fn the_level_asked_for_is_taken_else_the_next_lower_else_the_lowest() {
        for (levels, asked, chosen) in [
            (&[0, 1, 2][..], None, 0),
            (&[1, 2], None, 1),
            (&[0, 1, 2], Some(1), 1),
            (&[0, 2], Some(1), 0),
            (&[0, 1], Some(2), 1),
            (&[2], Some(0), 2),
            (&[1, 2], Some(0), 1),
        ] {
            let variants: Vec<_> = levels.iter().map(|&level| ("3.12", 3531, level)).collect();
            let manifest = manifest(&variants);
            let needs = Needs { manifest: &manifest, level: asked };
            let Ok(Serves::Variant(number)) =
                needs.judge(&answer("cpython 3.12.1 cpython-312 3531 64 linux-x86_64"))
            else {
                panic!("{levels:?} serve it")
            };
            assert_eq!(manifest.variants[number].optimize, chosen, "{levels:?} {asked:?}");
        }
    }

    #[test]
    fn sources_are_for_a_python_without_a_variant() {
        let mut manifest = manifest(&[("3.12", 3531, 0)]);
        let pypy = answer("pypy 3.11.13 pypy311 432 64 linux-x86_64");
        let judge = |manifest: &Manifest, answer| Needs { manifest, level: None }.judge(answer);
        assert_eq!(judge(&manifest, &pypy), Err("is PyPy 3.11.13 (pypy311)".to_owned()));
        manifest.has_sources = true;
        assert_eq!(judge(&manifest, &pypy), Ok(Serves::Sources));
        manifest.requires_python = Some(">=3.12".to_owned());
        assert_eq!(
            judge(&manifest, &pypy),
            Err("is PyPy 3.11.13 (pypy311), and the sources require Python >=3.12".to_owned())
        );
        assert_eq!(
            judge(&manifest, &answer("cpython 3.12.0b4 cpython-312 3529 64 linux-x86_64")),
            Ok(Serves::Sources)
        );
    }

    #[test]
    fn native_modules_run_on_their_platforms() {
        for (built, here, runs) in [
            ("linux-x86_64", "linux-x86_64", true),
            ("linux-x86_64", "linux-aarch64", false),
            ("macosx-11.0-arm64", "macosx-14.0-arm64", true),
            ("macosx-11.0-arm64", "macosx-10.9-universal2", true),
            ("macosx-11.0-arm64", "macosx-14.0-x86_64", false),
            ("win-amd64", "win-arm64", false),
        ] {
            assert_eq!(runs_on(built, here), runs, "{built} on {here}");
        }
        let mut manifest = manifest(&[("3.12", 3531, 0)]);
        manifest.variants[0].platforms.push("linux-x86_64".to_owned());
        manifest.has_sources = true;
        let needs = Needs { manifest: &manifest, level: None };
        assert_eq!(
            needs.judge(&answer("cpython 3.12.1 cpython-312 3531 32 linux-x86_64")),
            Err("is CPython 3.12.1 (cpython-312) for linux-i686, and the native extension modules for 3.12 are for linux-x86_64".to_owned())
        );
        assert!(needs.judge(&answer("pypy 3.11.13 pypy311 432 64 linux-x86_64")).is_err());
    }
}
