//! Determines for which targets and platforms each native extension module and shared library is,
//! and so where the bundle runs.
//!
//! The name of a file may show it (`.cpython-312-x86_64-linux-gnu.so`, `.cp312-win_amd64.pyd`).
//! Otherwise (`.abi3.so`, plain `.so`, the platform of `-darwin.so`) the tags of its wheel show it.
//! A file without a wheel was built on this machine, for this machine.
//!
//! Executables are found by their first bytes and treated like shared libraries.
//!
//! A distribution with native files is treated as a unit: all its files, also the Python ones, are
//! only for the targets that it was built for. So folders with builds for several Pythons can be
//! combined. A file that a build lacks is missing for its target.

use std::collections::BTreeMap;

use super::distribution::Distribution;
use super::executable::Executable;
use super::gather::Item;
use super::platforms::Platforms;
use super::{PackError, Project, TargetSet};
use crate::targets::extension_platform;

/// The properties of a native file, from its name or first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form<'n> {
    /// The module's path without the tag, and the tag if there is one.
    Module {
        stem: &'n str,
        tag: Option<&'n str>,
    },
    Library,
    Executable,
}

/// The platforms of each target that a distribution, or a module without one, supports. `None` for
/// a target without a build.
struct Group {
    platforms: Vec<Platforms>,
    /// The targets of the folders that it is in. All of them need it.
    needed: TargetSet,
    /// A file of it, for messages.
    example: String,
}

/// Restricts items to the targets that they are for. Returns for each target the platforms on which
/// all its items run. An empty set means all platforms.
pub(super) fn bind(
    project: &Project,
    distributions: &[Distribution],
    items: &mut [Item],
) -> Result<Vec<Platforms>, PackError> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut bound = vec![false; distributions.len()];
    for item in items.iter_mut() {
        let wheel = item.owner.map(|owner| &distributions[owner]);
        let image = Executable::read(item);
        let by_name = form(&item.path);
        let form = by_name.or_else(|| image.as_ref().map(|_| Form::Executable));
        let Some(form) = form.filter(|form| binds(form, wheel)) else { continue };
        if !project.native {
            return Err(refused(item, form));
        }
        let own = image.map(|image| image.platforms).filter(|own| !own.is_empty());
        let fits: Vec<Option<Platforms>> = (0..project.targets.len())
            .map(|target| fits(project, form, wheel, own.as_ref(), target))
            .collect();
        let group = groups.entry(group_name(&item.path, form, wheel)).or_insert_with(|| Group {
            platforms: vec![Platforms::default(); project.targets.len()],
            needed: TargetSet::NONE,
            example: item.path.clone(),
        });
        group.needed = group.needed.union(item.targets);
        let mut targets = TargetSet::NONE;
        for (number, platforms) in fits.iter().enumerate() {
            let Some(platforms) = platforms.as_ref().filter(|_| item.targets.has(number)) else { continue };
            group.platforms[number].extend(platforms);
            targets = targets.with(number);
        }
        item.targets = targets;
        if let Some(owner) = item.owner {
            bound[owner] = true;
        }
    }
    for item in items {
        if let Some(owner) = item.owner.filter(|&owner| bound[owner]) {
            item.targets = item.targets.common(distributions[owner].targets);
        }
    }
    (0..project.targets.len()).map(|target| common_platforms(project, &groups, target)).collect()
}

/// Whether Python loads a native file. In a wheel for any platform (with helpers for several),
/// native files are data.
fn binds(form: &Form<'_>, wheel: Option<&Distribution>) -> bool {
    matches!(form, Form::Module { tag: Some(_), .. }) || wheel.is_none_or(|wheel| !wheel.platforms.is_empty())
}

fn refused(item: &Item, form: Form<'_>) -> PackError {
    let what = match form {
        Form::Module { .. } => "a native extension module",
        Form::Library => "a shared library",
        Form::Executable => "an executable",
    };
    PackError::Native { path: item.file.clone(), what }
}

fn form(path: &str) -> Option<Form<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_of_libraries = |part: &str| part.ends_with(".libs") || part == ".dylibs";
    let versioned = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let is_library = name.ends_with(".dylib")
        || name.ends_with(".dll")
        || name.split_once(".so.").is_some_and(|(_, rest)| versioned(rest));
    if is_library {
        return Some(Form::Library);
    }
    let stem = path.strip_suffix(".so").or_else(|| path.strip_suffix(".pyd"))?;
    if folder.split('/').any(is_of_libraries) {
        return Some(Form::Library);
    }
    let name_start = if folder.is_empty() { 0 } else { folder.len() + 1 };
    match stem[name_start..].split_once('.') {
        None => Some(Form::Module { stem, tag: None }),
        Some((name, tag)) if ["cp", "abi", "pypy", "graalpy"].iter().any(|start| tag.starts_with(start)) => {
            Some(Form::Module { stem: &stem[..name_start + name.len()], tag: Some(tag) })
        }
        Some(_) => Some(Form::Library),
    }
}

/// The platforms on which a file works for `target`. `None` if it is not for that target.
fn fits(
    project: &Project,
    form: Form<'_>,
    wheel: Option<&Distribution>,
    own: Option<&Platforms>,
    target: usize,
) -> Option<Platforms> {
    let of_wheel = || match wheel {
        Some(wheel) if !wheel.platforms.is_empty() => wheel.platforms.clone(),
        _ => own.cloned().unwrap_or_else(Platforms::here),
    };
    match form {
        Form::Module { tag: Some(tag), .. } if !tag.starts_with("abi") => {
            let platform = extension_platform(tag, &project.targets[target])?;
            Some(Platforms::of_extension(platform).map_or_else(of_wheel, |own| match wheel {
                Some(wheel) => own.narrowed_by(&wheel.platforms),
                None => own,
            }))
        }
        _ => wheel.is_none_or(|wheel| wheel.targets.has(target)).then(of_wheel),
    }
}

/// The group of a file. The platforms of a group are those of any of its files. Executables without
/// a distribution form one group per folder: a project may have one for each platform.
fn group_name(path: &str, form: Form<'_>, wheel: Option<&Distribution>) -> String {
    match (wheel, form) {
        (Some(wheel), _) => wheel.name.clone(),
        (None, Form::Module { stem, .. }) => stem.replace('/', "."),
        (None, Form::Library) => path.to_owned(),
        (None, Form::Executable) => {
            path.rsplit_once('/').map_or("executables", |(folder, _)| folder).to_owned()
        }
    }
}

fn common_platforms(
    project: &Project,
    groups: &BTreeMap<String, Group>,
    target: usize,
) -> Result<Platforms, PackError> {
    let mut common: Option<Platforms> = None;
    for (name, group) in groups.iter().filter(|(_, group)| group.needed.has(target)) {
        let platforms = &group.platforms[target];
        if platforms.is_empty() {
            return Err(no_build(project, name, group));
        }
        common = Some(common.map_or_else(|| platforms.clone(), |common| common.common(platforms)));
    }
    if let Some(tag) = &project.platform {
        return on_platform(&Platforms::of_wheel(tag), common, groups, target);
    }
    match common {
        Some(common) if common.is_empty() => {
            let list = |(name, group): (&String, &Group)| {
                format!("{name} has {}", group.platforms[target].names().join(", "))
            };
            let needed = groups.iter().filter(|(_, group)| group.needed.has(target));
            let platforms = needed.map(list).collect::<Vec<_>>().join("; ");
            let target = project.targets[target].version().to_string();
            Err(PackError::NoPlatform { target, platforms })
        }
        common => Ok(common.unwrap_or_default()),
    }
}

/// The platform of the Python that the program brings, with the needs of the native modules.
fn on_platform(
    own: &Platforms,
    common: Option<Platforms>,
    groups: &BTreeMap<String, Group>,
    target: usize,
) -> Result<Platforms, PackError> {
    let Some(common) = common else { return Ok(own.clone()) };
    let platforms = common.common(own);
    if !platforms.is_empty() {
        return Ok(platforms);
    }
    let lacks = |(_, group): &(&String, &Group)| {
        group.needed.has(target) && group.platforms[target].common(own).is_empty()
    };
    let lacking = groups
        .iter()
        .filter(lacks)
        .map(|(name, group)| format!("{name} is for {}", group.platforms[target].names().join(", ")));
    Err(PackError::OtherPlatform {
        python: own.names().join(", "),
        modules: lacking.collect::<Vec<_>>().join("; "),
    })
}

fn no_build(project: &Project, name: &str, group: &Group) -> PackError {
    let versions = |wanted: bool| -> Vec<String> {
        let targets = project.targets.iter().zip(&group.platforms);
        let chosen = targets.filter(|(_, platforms)| platforms.is_empty() != wanted);
        chosen.map(|(target, _)| target.version().to_string()).collect()
    };
    let has = match versions(true).as_slice() {
        [] => format!("another Python (`{}`)", group.example),
        some => some.join(", "),
    };
    PackError::NoBuild { name: name.to_owned(), missing: versions(false).join(", "), has }
}

/// Whether there is a native module at this path, which has no extension.
pub(super) fn has_module(items: &[Item], path: &str) -> bool {
    let first = items.partition_point(|item| item.path.as_str() < path);
    items[first..]
        .iter()
        .take_while(|item| item.path.starts_with(path))
        .any(|item| matches!(form(&item.path), Some(Form::Module { stem, .. }) if stem == path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_native_files_are_told_apart() {
        let module = |stem, tag| Some(Form::Module { stem, tag });
        for (path, expected) in [
            ("a/b.so", module("a/b", None)),
            ("b.pyd", module("b", None)),
            ("a.x/b.cpython-312-darwin.so", module("a.x/b", Some("cpython-312-darwin"))),
            ("a/b.cp312-win_amd64.pyd", module("a/b", Some("cp312-win_amd64"))),
            ("a/b.abi3.so", module("a/b", Some("abi3"))),
            ("a.libs/libb-1234.so", Some(Form::Library)),
            ("a/.dylibs/libb.dylib", Some(Form::Library)),
            ("a/libb.so.3.1", Some(Form::Library)),
            ("a/libb.1.so", Some(Form::Library)),
            ("a/b.dll", Some(Form::Library)),
            ("a/b.so.txt", None),
            ("a/b.py", None),
        ] {
            assert_eq!(form(path), expected, "{path}");
        }
    }
}
