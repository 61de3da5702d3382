//! Decides whether an interpreter can run a bundle, and which of its variants.

use super::ask::Answer;
use super::candidates::Hint;
use super::platform::{newer_wanted, runs_on};
use crate::bundle::{Manifest, Variant};
use crate::targets::RequiresPython;

/// The part of a bundle that an interpreter runs. Later ones are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Serves {
    /// The sources, which the interpreter compiles.
    Sources,
    /// The variant of this number. Variants are in the order of their targets.
    Variant(usize),
}

/// The requirements of a bundle and its user.
pub(super) struct Needs<'m> {
    pub manifest: &'m Manifest,
    /// The optimisation level that the user wants.
    pub level: Option<u8>,
    /// The version of Python that the user wants: `3.12`.
    pub version: Option<&'m str>,
}

impl Needs<'_> {
    /// The best that an interpreter may run, judged by its name alone.
    pub(super) fn at_best(&self, hint: Hint) -> Option<Serves> {
        if let Hint::Minor(minor) = hint
            && self.version.is_some_and(|version| !is_of(version, &format!("3.{minor}")))
        {
            return None;
        }
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

    /// Selects one of the variants that fit, one for each level: the one with the wanted level,
    /// else the next lower one, else the lowest.
    fn at_level(&self, fits: impl Fn(&Variant) -> bool) -> Option<usize> {
        let variants = self.manifest.variants.iter().enumerate().filter(|(_, variant)| fits(variant));
        let asked = self.level.unwrap_or(0);
        let distance = |level: u8| match level <= asked {
            true => asked - level,
            false => level + 2,
        };
        variants.min_by_key(|(_, variant)| distance(variant.optimize)).map(|(number, _)| number)
    }

    /// The magic number decides, together with the tag, by which an interpreter finds pycs beside
    /// their sources.
    pub(super) fn judge(&self, answer: &Answer) -> Result<Serves, String> {
        if let Some(version) = self.version.filter(|version| !is_of(&answer.release, version)) {
            return Err(format!("is {answer}, not {version}"));
        }
        let has_modules = |variant: &Variant| variant.magic == answer.magic && variant.tag == answer.tag;
        let runs = |variant: &Variant| has_modules(variant) && obstacle(variant, answer).is_none();
        if let Some(number) = self.at_level(runs) {
            return Ok(Serves::Variant(number));
        }
        if let Some(variant) = self.manifest.variants.iter().find(|variant| has_modules(variant)) {
            return Err(obstacle(variant, answer).unwrap_or_default());
        }
        if self.sources_run_anywhere() {
            return self.judge_for_sources(answer).map(|()| Serves::Sources);
        }
        match self.manifest.variants.iter().find(|variant| variant.tag == answer.tag) {
            Some(variant) => Err(format!(
                "is {answer} with magic number {}, not {}: a pre-release?",
                answer.magic, variant.magic
            )),
            None if answer.implementation != "cpython" && !self.manifest.has_sources => {
                Err(format!("is {answer}, which needs an archive with its sources (--include-source)"))
            }
            None => Err(format!("is {answer}")),
        }
    }

    /// Sources with native modules only run on the Pythons that the modules were built for.
    pub(super) fn sources_run_anywhere(&self) -> bool {
        self.manifest.has_sources && self.manifest.variants.iter().all(|variant| variant.platforms.is_empty())
    }

    fn judge_for_sources(&self, answer: &Answer) -> Result<(), String> {
        let Some(text) = &self.manifest.requires_python else { return Ok(()) };
        match text.parse::<RequiresPython>() {
            Ok(requires) if answer.numbers().is_some_and(|release| requires.admits(release)) => Ok(()),
            Ok(_) => Err(format!("is {answer}, and the sources require Python {text}")),
            Err(error) => {
                Err(format!("is {answer}, and the requirement of the sources is malformed: {error}"))
            }
        }
    }
}

/// Whether a release belongs to a version such as `3.12`.
fn is_of(release: &str, version: &str) -> bool {
    let is_exact = |start: &str| {
        release.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    is_exact(version) || version.strip_prefix(release).is_some_and(|rest| rest.starts_with('.'))
}

/// Why an interpreter cannot load the native modules of its variant. `None` if it can, or if there
/// are none.
fn obstacle(variant: &Variant, answer: &Answer) -> Option<String> {
    if variant.platforms.is_empty() {
        return None;
    }
    let modules = format!("the native extension modules for {}", variant.version);
    if !answer.loads(&variant.tag) {
        return Some(format!("is {answer}, {}, and does not load {modules}", answer.build()));
    }
    let here = answer.host();
    if variant.platforms.iter().any(|platform| runs_on(platform, &here)) {
        return None;
    }
    let platforms = variant.platforms.join(", ");
    let newer = variant.platforms.iter().find_map(|platform| newer_wanted(platform, &here));
    let newer = newer.map(|newer| format!(": they need {newer} or newer")).unwrap_or_default();
    Some(format!("is {answer} for {here}, and {modules} are for {platforms}{newer}"))
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
            scripts: Default::default(),
            system_site_packages: false,
            python: None,
            distribution: None,
            variants: variants.iter().map(variant).collect(),
            has_sources: false,
            version: None,
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
            let needs = Needs { manifest: &manifest, level: asked, version: None };
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
        let judge =
            |manifest: &Manifest, answer| Needs { manifest, level: None, version: None }.judge(answer);
        assert_eq!(
            judge(&manifest, &pypy),
            Err("is PyPy 3.11.13 (pypy311), which needs an archive with its sources (--include-source)"
                .to_owned())
        );
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
    fn native_modules_bind_to_platforms_and_builds() {
        let mut manifest = manifest(&[("3.12", 3531, 0)]);
        manifest.variants[0].platforms = ["manylinux-2.34-x86_64", "win32"].map(str::to_owned).into();
        manifest.has_sources = true;
        let needs = Needs { manifest: &manifest, level: None, version: None };
        let are_for = "and the native extension modules for 3.12 are for manylinux-2.34-x86_64, win32";
        let do_not_load = "and does not load the native extension modules for 3.12";
        for (bits, platform, suffixes, reason) in [
            (64, "manylinux-2.34-x86_64", "", None),
            (64, "manylinux-2.36-x86_64", ".cpython-312-x86_64-linux-gnu.so", None),
            (32, "manylinux-2.36-x86_64", "", Some(format!(" for manylinux-2.36-i686, {are_for}"))),
            (32, "manylinux-2.36-aarch64", "", Some(format!(" for manylinux-2.36-armv7l, {are_for}"))),
            (
                64,
                "manylinux-2.31-x86_64",
                "",
                Some(format!(" for manylinux-2.31-x86_64, {are_for}: they need glibc 2.34 or newer")),
            ),
            (
                64,
                "musllinux-1.2-x86_64",
                ".cpython-312-x86_64-linux-musl.so",
                Some(format!(" for musllinux-1.2-x86_64, {are_for}")),
            ),
            (64, "musllinux-x86_64", "-", Some(format!(", a build that loads none, {do_not_load}"))),
            (
                64,
                "manylinux-2.36-x86_64",
                ".cpython-312t-x86_64-linux-gnu.so,.so",
                Some(format!(", a free-threaded build, {do_not_load}")),
            ),
            (
                64,
                "manylinux-2.36-x86_64",
                ".cpython-312d-x86_64-linux-gnu.so,.so",
                Some(format!(", a debug build, {do_not_load}")),
            ),
            (32, "win32", ".cp312-win32.pyd,.pyd", None),
            (32, "win32", "_d.cp312-win32.pyd,_d.pyd", Some(format!(", a debug build, {do_not_load}"))),
            (64, "win-amd64", ".cp312-win_amd64.pyd,.pyd", Some(format!(" for win-amd64, {are_for}"))),
            (
                64,
                "mingw_x86_64_ucrt_gnu",
                ".cp312-mingw_x86_64_ucrt_gnu.pyd",
                Some(format!(" for mingw_x86_64_ucrt_gnu, {are_for}")),
            ),
        ] {
            let answer = answer(&format!("cpython 3.12.1 cpython-312 3531 {bits} {platform} {suffixes}"));
            let expected = match reason {
                None => Ok(Serves::Variant(0)),
                Some(reason) => Err(format!("is CPython 3.12.1 (cpython-312){reason}")),
            };
            assert_eq!(needs.judge(&answer), expected);
        }
        assert!(needs.judge(&answer("pypy 3.11.13 pypy311 432 64 linux-x86_64")).is_err());
    }
}
