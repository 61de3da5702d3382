//! Resolves the entry points of a bundle. This happens at build time, so that a misspelled name is
//! found early.

use std::collections::BTreeMap;

use super::distribution::Distribution;
use super::gather::{Gathered, Item, Kind, read};
use super::{PackError, Project, Start, native};
use crate::bundle::EntryPoint;
use crate::compile::module_names;

/// The entry points of a bundle.
pub(super) struct Starts {
    pub entry_point: EntryPoint,
    /// The scripts of the project, or of the packages in its folder.
    pub scripts: BTreeMap<String, EntryPoint>,
}

/// Resolves the entry points. Their modules are among the items.
pub(super) fn resolve(project: &Project, gathered: &Gathered) -> Result<Starts, PackError> {
    let names = Names { project, gathered };
    let entry_point = match &project.start {
        Start::At(entry_point) => entry_point.clone(),
        Start::Script(name) => names.script(name)?,
        Start::Default if has(&gathered.items, "__main__.py") => EntryPoint::Main,
        Start::Default => names.only_script()?,
    };
    names.check(&entry_point)?;
    let own = names.own_scripts().into_iter();
    let scripts = own.filter(|(_, entry_point)| names.check(entry_point).is_ok()).collect();
    Ok(Starts { entry_point, scripts })
}

/// Whether a run needs the module at `path`.
pub(super) fn is_needed(entry_point: &EntryPoint, path: &str) -> bool {
    let (EntryPoint::Module(module) | EntryPoint::Function { module, .. }) = entry_point else {
        return *entry_point == EntryPoint::Main && path == "__main__.py";
    };
    let stem = module.replace('.', "/");
    let rest = path.strip_prefix(&stem);
    rest.is_some_and(|rest| matches!(rest, ".py" | "/__init__.py" | "/__main__.py"))
}

/// The names of scripts and modules, and what they refer to.
struct Names<'n> {
    project: &'n Project,
    gathered: &'n Gathered,
}

impl Names<'_> {
    fn items(&self) -> &[Item] {
        &self.gathered.items
    }

    /// The script of this name: one of the project, an entry point of an installed package, or a
    /// file of one.
    fn script(&self, name: &str) -> Result<EntryPoint, PackError> {
        let of_packages = self.gathered.distributions.iter().find_map(|all| all.scripts.get(name));
        if let Some(value) = self.project.scripts.get(name).or(of_packages) {
            return function(name, value);
        }
        match self.files().any(|file| file == name) {
            true => Ok(EntryPoint::Script(name.to_owned())),
            false => Err(PackError::NoScript { name: name.to_owned(), known: self.known() }),
        }
    }

    /// The scripts in wheels that are files.
    fn files(&self) -> impl Iterator<Item = &str> {
        self.items().iter().filter_map(script_file)
    }

    fn known(&self) -> String {
        let distributions = self.gathered.distributions.iter();
        let mut known: Vec<&str> =
            distributions.flat_map(|all| all.scripts.keys()).map(String::as_str).collect();
        known.extend(self.project.scripts.keys().map(String::as_str));
        known.extend(self.files());
        known.sort_unstable();
        known.dedup();
        match known.as_slice() {
            [] => "neither [project.scripts] nor an installed package has any".to_owned(),
            known => format!("there are {}", known.join(", ")),
        }
    }

    /// The scripts of the project and of the packages in its folder.
    fn own_scripts(&self) -> BTreeMap<String, EntryPoint> {
        let of_folder = |distribution: &&Distribution| distribution.folder == 0;
        let distributions = self.gathered.distributions.iter().filter(of_folder);
        let values =
            distributions.flat_map(|distribution| &distribution.scripts).chain(&self.project.scripts);
        let functions = values.filter_map(|(name, value)| Some((name.clone(), function(name, value).ok()?)));
        let files = self.items().iter().filter(|item| item.folder == 0).filter_map(script_file);
        let files = files.map(|name| (name.to_owned(), EntryPoint::Script(name.to_owned())));
        files.chain(functions).collect()
    }

    fn only_script(&self) -> Result<EntryPoint, PackError> {
        let mut scripts = self.own_scripts();
        let names: Vec<&str> = scripts.keys().map(String::as_str).collect();
        let several = match names.as_slice() {
            [] => String::new(),
            names => format!(" and several scripts ({})", names.join(", ")),
        };
        match (scripts.pop_first(), scripts.is_empty()) {
            (Some((_, only)), true) => Ok(only),
            _ => Err(PackError::NoEntryPoint { folder: self.project.root.clone(), several }),
        }
    }

    fn check(&self, entry_point: &EntryPoint) -> Result<(), PackError> {
        let folder = || self.project.root.clone();
        let module = match entry_point {
            EntryPoint::Main if has(self.items(), "__main__.py") => return Ok(()),
            EntryPoint::Main => {
                return Err(PackError::NoEntryPoint { folder: folder(), several: String::new() });
            }
            EntryPoint::Script(_) => return Ok(()),
            EntryPoint::Module(module) | EntryPoint::Function { module, .. } => module,
        };
        let path = module.replace('.', "/");
        let has_module = |path: &str| {
            ["py", "pyc"].iter().any(|kind| has(self.items(), &format!("{path}.{kind}")))
                || native::has_module(self.items(), path)
        };
        let starts_package = has_module(&format!("{path}/__main__"));
        let is_package = starts_package || has_module(&format!("{path}/__init__"));
        if !is_package && !has_module(&path) {
            return Err(PackError::NoModule { module: module.clone(), folder: folder(), hint: hint(module) });
        }
        match entry_point {
            EntryPoint::Module(_) if is_package && !starts_package => {
                Err(PackError::NotExecutable { module: module.clone() })
            }
            EntryPoint::Function { function, .. } => self.check_function(module, function),
            _ => Ok(()),
        }
    }

    /// Fails if the module certainly does not define the function.
    fn check_function(&self, module: &str, function: &str) -> Result<(), PackError> {
        let path = module.replace('.', "/");
        let package = format!("{path}/__init__.py");
        let source = [package, format!("{path}.py")].into_iter().find_map(|path| find(self.items(), &path));
        let (Some(source), Some(&target)) = (source, self.project.targets.last()) else { return Ok(()) };
        let Some(names) = module_names(&read(&source.file)?, target) else { return Ok(()) };
        let name = function.split('.').next().unwrap_or(function);
        let is_module = || {
            let inner = format!("{path}/{name}");
            [".py", "/__init__.py"].iter().any(|end| has(self.items(), &format!("{inner}{end}")))
        };
        match names.contains(name) || is_module() {
            true => Ok(()),
            false => Err(PackError::NoFunction { module: module.to_owned(), function: name.to_owned() }),
        }
    }
}

/// The name of a script of a wheel.
fn script_file(item: &Item) -> Option<&str> {
    let (folder, name) = item.path.rsplit_once('/')?;
    (item.kind == Kind::Script && folder.ends_with(".data/scripts")).then_some(name)
}

/// The function that `module:function [extra]` names. Extras only concern installers.
fn function(name: &str, value: &str) -> Result<EntryPoint, PackError> {
    let reference = value.split('[').next().unwrap_or_default();
    match reference.split_once(':').map(|(module, function)| (module.trim(), function.trim())) {
        Some((module, function)) if !module.is_empty() && !function.is_empty() => {
            Ok(EntryPoint::Function { module: module.to_owned(), function: function.to_owned() })
        }
        _ => Err(PackError::Script { name: name.to_owned(), value: value.to_owned() }),
    }
}

/// Advice if a module was given as a file name or path.
fn hint(module: &str) -> String {
    let stem = module.strip_suffix(".py").unwrap_or(module);
    let name = stem.trim_start_matches("./").replace(['/', '\\'], ".");
    if name == module { String::new() } else { format!("; name a module, not a file: {name}") }
}

fn has(items: &[Item], path: &str) -> bool {
    find(items, path).is_some()
}

/// Items are sorted by path.
fn find<'i>(items: &'i [Item], path: &str) -> Option<&'i Item> {
    items.binary_search_by(|item| item.path.as_str().cmp(path)).ok().map(|index| &items[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_lead_to_functions() {
        let of = |value| function("x", value).ok();
        let expected = |module: &str, function: &str| {
            Some(EntryPoint::Function { module: module.to_owned(), function: function.to_owned() })
        };
        assert_eq!(of("pkg.mod:main"), expected("pkg.mod", "main"));
        assert_eq!(of("pkg : f.g [extra]"), expected("pkg", "f.g"));
        assert_eq!(of("pkg"), None);
    }

    #[test]
    fn files_and_paths_are_no_modules() {
        assert_eq!(hint("app.py"), "; name a module, not a file: app");
        assert_eq!(hint("./pkg/app.py"), "; name a module, not a file: pkg.app");
        assert_eq!(hint("pkg.app"), "");
    }
}
