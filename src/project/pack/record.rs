//! Generates the RECORD of each distribution. It lists the files that are in the bundle, by the
//! paths that an installer gives them, without digests. So it does not depend on the installer or
//! the machine, and `importlib.metadata.files` finds existing files.

use std::collections::{BTreeMap, HashMap};

use super::distribution::Distribution;
use crate::bundle::{Files, Variant};

/// From site-packages to the environment's folder.
const UP: &str = "../../..";

/// The distribution of each file.
pub(super) struct Records<'d> {
    distributions: &'d [Distribution],
    /// By path.
    owners: HashMap<String, usize>,
}

impl<'d> Records<'d> {
    pub(super) fn new(distributions: &'d [Distribution]) -> Records<'d> {
        Records { distributions, owners: HashMap::new() }
    }

    pub(super) fn add(&mut self, owner: Option<usize>, path: &str) {
        if let Some(owner) = owner {
            self.owners.entry(path.to_owned()).or_insert(owner);
        }
    }

    /// Writes the RECORD of every distribution that came with one, in its metadata folder.
    pub(super) fn put(&self, common: &mut Files, variants: &mut [(Variant, Files)]) {
        let records: Vec<BTreeMap<String, String>> =
            variants.iter().map(|(_, own)| self.texts(common.keys().chain(own.keys()))).collect();
        for (number, records_of_one) in records.iter().enumerate() {
            for (path, text) in records_of_one {
                let is_shared = records.iter().all(|other| other.get(path) == Some(text));
                let files = if is_shared { &mut *common } else { &mut variants[number].1 };
                files.insert(path.clone(), text.clone().into_bytes().into());
            }
        }
    }

    /// The paths and texts of the RECORDs for these files.
    fn texts<'f>(&self, files: impl Iterator<Item = &'f String>) -> BTreeMap<String, String> {
        let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for path in files {
            let Some(&owner) = self.owners.get(path) else { continue };
            let distribution = &self.distributions[owner];
            if !distribution.record.is_empty() {
                let line = installed_path(path, &distribution.stem);
                lines.entry(&distribution.stem).or_default().push(line);
            }
        }
        let of_scripts = self.distributions.iter().filter(|distribution| !distribution.scripts.is_empty());
        for distribution in of_scripts {
            if let Some(lines) = lines.get_mut(distribution.stem.as_str()) {
                lines.extend(distribution.scripts.keys().map(|name| format!("{UP}/bin/{name}")));
            }
        }
        let text = |(stem, mut lines): (&str, Vec<String>)| {
            let path = format!("{stem}.dist-info/RECORD");
            lines.push(path.clone());
            lines.sort();
            lines.dedup();
            (path, lines.iter().map(|line| format!("{},,\n", quoted(line))).collect())
        };
        lines.into_iter().map(text).collect()
    }
}

/// The path of a file relative to site-packages, after installation.
fn installed_path(path: &str, stem: &str) -> String {
    let outer = path.strip_prefix(stem).and_then(|rest| rest.strip_prefix(".data/"));
    match outer.and_then(|outer| outer.split_once('/')) {
        Some(("scripts", rest)) => format!("{UP}/bin/{rest}"),
        Some(("data", rest)) => format!("{UP}/{rest}"),
        Some(("headers", rest)) => format!("{UP}/include/{rest}"),
        _ => path.to_owned(),
    }
}

/// Quotes a field of comma-separated values.
fn quoted(field: &str) -> String {
    match field.contains([',', '"']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}
