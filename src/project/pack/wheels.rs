//! The installed distributions of a folder: what their `*.dist-info` says of the Pythons and
//! platforms they were built for.

use std::collections::HashMap;

use super::gather::{Item, read_text};
use super::platforms::Platforms;
use super::{PackError, Project, TargetSet};
use crate::targets::wheel_fits;

/// An installed distribution.
pub(super) struct Wheel {
    /// As in `numpy-2.5.0.dist-info`, without the version.
    pub name: String,
    /// Those of the project's targets that its tags fit.
    pub targets: TargetSet,
    /// Empty if it is for any.
    pub platforms: Platforms,
}

/// All of them, and which file is whose.
pub(super) struct Wheels {
    pub all: Vec<Wheel>,
    /// By the number of the folder and the path in it.
    owners: HashMap<(usize, String), usize>,
}

impl Wheels {
    pub(super) fn new(project: &Project, items: &[Item]) -> Result<Wheels, PackError> {
        let mut wheels = Wheels { all: Vec::new(), owners: HashMap::new() };
        for item in items {
            let Some(info) = item.path.strip_suffix("/WHEEL").filter(|info| is_dist_info(info)) else {
                continue;
            };
            let number = wheels.all.len();
            wheels.all.push(Wheel::new(info, &read_text(&item.file)?, project));
            let record = item.file.with_file_name("RECORD");
            // Without a record (some packagers drop it) the files are judged by their names.
            let record = read_text(&record).unwrap_or_default();
            let files = record.lines().map(|line| (item.folder, recorded_path(line).to_owned()));
            wheels.owners.extend(files.map(|file| (file, number)));
        }
        Ok(wheels)
    }

    /// The number of the distribution that a file belongs to.
    pub(super) fn owner(&self, item: &Item) -> Option<usize> {
        self.owners.get(&(item.folder, item.path.clone())).copied()
    }
}

impl Wheel {
    fn new(info: &str, text: &str, project: &Project) -> Wheel {
        let name = info.split('-').next().unwrap_or(info).to_owned();
        let mut wheel = Wheel { name, targets: TargetSet::NONE, platforms: Platforms::default() };
        for tag in text.lines().filter_map(|line| line.strip_prefix("Tag:")) {
            let mut parts = tag.trim().splitn(3, '-');
            let (Some(pythons), Some(abis), Some(platform)) = (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            wheel.platforms.extend(&Platforms::of_wheel(platform));
            for (number, target) in project.targets.iter().enumerate() {
                let version = target.version();
                let fits = |python| abis.split('.').any(|abi| wheel_fits(python, abi, version));
                if pythons.split('.').any(fits) {
                    wheel.targets = wheel.targets.with(number);
                }
            }
        }
        wheel
    }
}

fn is_dist_info(path: &str) -> bool {
    path.ends_with(".dist-info") && !path.contains('/')
}

/// The first field of a line of comma-separated values.
fn recorded_path(line: &str) -> &str {
    match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => line.split(',').next().unwrap_or_default(),
    }
}
