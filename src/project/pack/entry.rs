//! What a bundle starts: found when it is packed, so that a misspelled name does not travel.

use std::collections::BTreeMap;

use super::gather::{Item, read_text};
use super::{PackError, Project, Start, native};
use crate::bundle::EntryPoint;

/// The entry point, which is known to be in `items`.
pub(super) fn resolve(project: &Project, items: &[Item]) -> Result<EntryPoint, PackError> {
    let entry_point = match &project.start {
        Start::At(entry_point) => entry_point.clone(),
        Start::Script(name) => script(name, &all_scripts(project, items)?)?,
        Start::Default if has(items, "__main__.py") => EntryPoint::Main,
        Start::Default => only_script(project)?,
    };
    check(&entry_point, project, items)?;
    Ok(entry_point)
}

/// Whether a run cannot do without the module at `path`.
pub(super) fn is_needed(entry_point: &EntryPoint, path: &str) -> bool {
    let (EntryPoint::Module(module) | EntryPoint::Function { module, .. }) = entry_point else {
        return path == "__main__.py";
    };
    let stem = module.replace('.', "/");
    let rest = path.strip_prefix(&stem);
    rest.is_some_and(|rest| matches!(rest, ".py" | "/__init__.py" | "/__main__.py"))
}

fn only_script(project: &Project) -> Result<EntryPoint, PackError> {
    let mut names = project.scripts.keys();
    match (names.next(), names.next()) {
        (Some(name), None) => script(name, &project.scripts),
        (first, _) => {
            let all: Vec<&str> = project.scripts.keys().map(String::as_str).collect();
            let several = first.map(|_| format!(" and several scripts ({})", all.join(", ")));
            let (folder, several) = (project.folder.clone(), several.unwrap_or_default());
            Err(PackError::NoEntryPoint { folder, several })
        }
    }
}

/// The project's scripts, and those of the installed packages.
fn all_scripts(project: &Project, items: &[Item]) -> Result<BTreeMap<String, String>, PackError> {
    let mut scripts = project.scripts.clone();
    for item in items.iter().filter(|item| is_entry_points(&item.path)) {
        for (name, value) in console_scripts(&read_text(&item.file)?) {
            scripts.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    Ok(scripts)
}

fn is_entry_points(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, name)| {
        name == "entry_points.txt" && (folder.ends_with(".dist-info") || folder.ends_with(".egg-info"))
    })
}

/// The names and values in the section `[console_scripts]` of an `entry_points.txt`.
fn console_scripts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    text.lines().map(str::trim).filter_map(move |line| {
        if line.starts_with('[') {
            section = line;
        }
        let (name, value) = line.split_once('=')?;
        (section == "[console_scripts]" && !line.starts_with(['#', ';'])).then(|| (name.trim(), value.trim()))
    })
}

fn script(name: &str, scripts: &BTreeMap<String, String>) -> Result<EntryPoint, PackError> {
    let Some(value) = scripts.get(name) else {
        let known: Vec<&str> = scripts.keys().map(String::as_str).collect();
        let known = match known.as_slice() {
            [] => "neither [project.scripts] nor an installed package has any".to_owned(),
            known => format!("there are {}", known.join(", ")),
        };
        return Err(PackError::NoScript { name: name.to_owned(), known });
    };
    // What follows in brackets are extras that were to be installed.
    let reference = value.split('[').next().unwrap_or_default().trim();
    match reference.split_once(':') {
        Some((module, function)) if !module.trim().is_empty() && !function.trim().is_empty() => {
            Ok(EntryPoint::Function {
                module: module.trim().to_owned(),
                function: function.trim().to_owned(),
            })
        }
        _ => Err(PackError::Script { name: name.to_owned(), value: value.clone() }),
    }
}

fn check(entry_point: &EntryPoint, project: &Project, items: &[Item]) -> Result<(), PackError> {
    let module = match entry_point {
        EntryPoint::Main if has(items, "__main__.py") => return Ok(()),
        EntryPoint::Main => {
            let (folder, several) = (project.folder.clone(), String::new());
            return Err(PackError::NoEntryPoint { folder, several });
        }
        EntryPoint::Module(module) | EntryPoint::Function { module, .. } => module,
    };
    let path = module.replace('.', "/");
    let has_module = |path: &str| has(items, &format!("{path}.py")) || native::has_module(items, path);
    let starts_package = has_module(&format!("{path}/__main__"));
    let is_package = starts_package || has_module(&format!("{path}/__init__"));
    if !is_package && !has_module(&path) {
        return Err(PackError::NoModule { module: module.clone(), folder: project.folder.clone() });
    }
    if is_package && !starts_package && matches!(entry_point, EntryPoint::Module(_)) {
        return Err(PackError::NotExecutable { module: module.clone() });
    }
    Ok(())
}

/// Items are sorted by path.
fn has(items: &[Item], path: &str) -> bool {
    items.binary_search_by(|item| item.path.as_str().cmp(path)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_scripts_are_found_in_their_section() {
        let text = "[other]\nx = y:z\n\n[console_scripts]\n# no\na = pkg.mod:main\nb-c=pkg:f.g [extra]\n[gui_scripts]\nd = e:f\n";
        let scripts: BTreeMap<String, String> =
            console_scripts(text).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(scripts.keys().collect::<Vec<_>>(), ["a", "b-c"]);
        let function = |module: &str, function: &str| EntryPoint::Function {
            module: module.to_owned(),
            function: function.to_owned(),
        };
        assert_eq!(script("a", &scripts).expect("it is there"), function("pkg.mod", "main"));
        assert_eq!(script("b-c", &scripts).expect("it is there"), function("pkg", "f.g"));
        assert!(matches!(script("d", &scripts), Err(PackError::NoScript { .. })));
    }
}
