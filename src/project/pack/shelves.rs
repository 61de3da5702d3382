//! Sorts the files of a bundle: those that all variants share, and those of one variant.

use std::collections::BTreeMap;

use super::compile::Compiled;
use super::entry::Starts;
use super::gather::Item;
use super::platforms::Platforms;
use super::record::Records;
use super::{Failed, Project, TargetSet};
use crate::bundle::{Contents, File, Variant};
use crate::pyc::{CACHE_DIR, cache_file_name, sourceless_file_name};

/// The contents of a bundle under construction.
pub(super) struct Shelves<'p> {
    project: &'p Project,
    common: BTreeMap<String, File>,
    /// The levels of the first target, then those of the second.
    variants: Vec<(Variant, BTreeMap<String, File>)>,
    records: Records<'p>,
}

impl<'p> Shelves<'p> {
    /// `platforms` has the platforms of each target.
    pub(super) fn new(project: &'p Project, platforms: &[Platforms], records: Records<'p>) -> Shelves<'p> {
        let mut variants = Vec::new();
        for (target, platforms) in project.targets.iter().zip(platforms) {
            let features = target.features();
            for &optimize in &project.optimize {
                let variant = Variant {
                    version: target.version().to_string(),
                    tag: features.pyc_tag.to_owned(),
                    magic: features.magic,
                    optimize,
                    platforms: platforms.names(),
                };
                variants.push((variant, BTreeMap::new()));
            }
        }
        Shelves { project, common: BTreeMap::new(), variants, records }
    }

    pub(super) fn put_data(&mut self, item: &Item, data: Vec<u8>) {
        let file = File { data, executable: item.is_executable() };
        self.records.add(item.owner, &item.path);
        self.put(&item.path, file, item.targets);
    }

    /// Adds the pycs of a module, and its source if it stays. Returns the failures. Equal ones are
    /// merged, with all their targets.
    pub(super) fn put_module(
        &mut self,
        module: &Item,
        compiled: Compiled,
        stays: bool,
        is_entry_point: bool,
    ) -> Vec<Failed> {
        let path = self.pyc_path(&module.path, stays);
        if stays {
            self.put_data(module, compiled.source);
        }
        let levels = self.project.optimize.len();
        let mut failures: Vec<Failed> = Vec::new();
        for (target, level, pyc) in compiled.pycs {
            let failure = match pyc {
                Ok(pyc) => {
                    let path = path(target, level);
                    self.records.add(module.owner.filter(|_| !stays), &path);
                    self.variants[target * levels + level].1.insert(path, pyc.into());
                    continue;
                }
                Err(failure) => failure,
            };
            let target = self.project.targets[target];
            match failures.iter_mut().find(|other| other.failure == failure) {
                Some(other) if other.targets.contains(&target) => {}
                Some(other) => other.targets.push(target),
                None => failures.push(Failed {
                    source: module.file.clone(),
                    targets: vec![target],
                    failure,
                    is_entry_point,
                }),
            }
        }
        failures
    }

    /// The path of the pyc for each target and level: that of the source if the source is dropped,
    /// else the path where Python looks for the pyc of an existing source.
    fn pyc_path(&self, source: &str, stays: bool) -> impl Fn(usize, usize) -> String + use<'p> {
        let stem = source.strip_suffix(".py").unwrap_or(source).to_owned();
        let project = self.project;
        move |target, level| {
            if !stays {
                return sourceless_file_name(&stem);
            }
            let (folder, name) = stem.rsplit_once('/').unwrap_or(("", &stem));
            let name = cache_file_name(name, project.targets[target], project.optimize[level]);
            let slash = if folder.is_empty() { "" } else { "/" };
            format!("{folder}{slash}{CACHE_DIR}/{name}")
        }
    }

    fn put(&mut self, path: &str, file: File, targets: TargetSet) {
        if targets == TargetSet::all(self.project.targets.len()) {
            self.common.insert(path.to_owned(), file);
            return;
        }
        let levels = self.project.optimize.len();
        for (number, (_, files)) in self.variants.iter_mut().enumerate() {
            if targets.has(number / levels) {
                files.insert(path.to_owned(), file.clone());
            }
        }
    }

    pub(super) fn into_contents(mut self, starts: Starts, version: Option<String>) -> Contents {
        self.records.put(&mut self.common, &mut self.variants);
        let has_sources = self.project.has_all_sources();
        Contents {
            name: self.project.name.clone(),
            entry_point: starts.entry_point,
            scripts: starts.scripts,
            system_site_packages: self.project.system_site_packages,
            common: self.common,
            variants: self.variants,
            has_sources,
            version,
            python: None,
            distribution: None,
            requires_python: self.project.requires_python.clone().filter(|_| has_sources),
        }
    }
}
