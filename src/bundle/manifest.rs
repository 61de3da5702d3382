//! What an archive says of itself. The manifest is read at every start, the index of its files only
//! when they are needed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The manifest of an archive: small however many files there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The application's name, for messages.
    pub name: String,
    /// The application's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    pub entry_point: EntryPoint,
    /// Further entry points: the name by which the bundle is started chooses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scripts: BTreeMap<String, EntryPoint>,
    /// What it can be run as, oldest target first, levels of one target ascending.
    pub variants: Vec<Variant>,
    /// The modules' sources are among the files, so that a Python without a variant can compile
    /// them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_sources: bool,
    /// `project.requires-python` of the project, which a Python that compiles the sources must
    /// meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_python: Option<String>,
    /// The site-packages of the interpreter are within the program's reach.
    #[serde(default, skip_serializing_if = "is_false")]
    pub system_site_packages: bool,
    /// In the order of the archive.
    pub frames: Vec<Frame>,
    /// The zstd frame after the others: an [`Index`] as JSON.
    pub index: Frame,
}

/// What a run starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryPoint {
    /// The `__main__` module at the root, as `python DIR` does.
    Main,
    /// A module or package, as `python -m NAME` does.
    Module(String),
    /// A function called without arguments whose result is the exit status, as a console script
    /// does.
    Function { module: String, function: String },
    /// A script of an installed package, `NAME-VERSION.data/scripts/NAME`: a Python script or an
    /// executable.
    Script(String),
}

/// A Python the archive has modules for, at one optimisation level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// As in `3.12`.
    pub version: String,
    /// The interpreter's `sys.implementation.cache_tag`, `cpython-312`.
    pub tag: String,
    /// The first two bytes of its pycs: what decides whether an interpreter can run them.
    pub magic: u16,
    /// The `-O` level of its modules.
    pub optimize: u8,
    /// The platforms its native extension modules are for, as `sysconfig.get_platform()` calls
    /// them, with the oldest version of the system that serves: `macosx-11.0-arm64`,
    /// `manylinux-2.17-x86_64` (glibc), `musllinux-1.2-x86_64`, `win-amd64`; `linux-x86_64` where
    /// only glibc is known, not its version. Empty where there are none, and it runs anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
}

impl Variant {
    /// What its files' folders and entries are called, as the ends of pycs' names: `cpython-312`,
    /// `cpython-312.opt-1`.
    pub fn label(&self) -> String {
        match self.optimize {
            0 => self.tag.clone(),
            level => format!("{}.opt-{level}", self.tag),
        }
    }
}

/// A zstd frame of the archive. What its content is, [`StreamLengths`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Length in the archive.
    pub compressed: u64,
    /// Length of its content.
    pub size: u64,
    /// BLAKE3 of the frame as it is in the archive, 64 hexadecimal digits.
    pub blake3: String,
    /// The number of the frame, an earlier one, whose content it was compressed with as a prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
}

/// Where every file is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// For each frame where its streams end.
    pub streams: Vec<StreamLengths>,
    /// What files contain, each content once, in the order of the frames.
    pub blobs: Vec<Blob>,
    /// The files that all variants share, and all that a run from source has.
    pub common: Vec<FileEntry>,
    /// For each [`Variant`] its own files.
    pub variants: Vec<Vec<FileEntry>>,
}

impl Index {
    /// The files of a variant and the common ones, or the common ones alone.
    pub fn files(&self, variant: Option<usize>) -> impl Iterator<Item = &FileEntry> {
        let own = variant.map_or(&[][..], |number| &self.variants[number]);
        self.common.iter().chain(own)
    }

    /// How many files there are, those of each variant counted.
    pub fn file_count(&self) -> usize {
        self.common.len() + self.variants.iter().map(Vec::len).sum::<usize>()
    }
}

/// How long the parts of a frame's content are: the bytes of its blobs, sorted by what they are.
/// `src/bundle/streams.rs` says how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamLengths {
    pub skeleton: u64,
    pub code: u64,
    pub tables: u64,
    /// How many references there are, of four bytes each.
    pub references: u64,
}

/// What a file, or several equal ones, hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// The number of the frame it is in, after the blobs of that frame that stand before it.
    pub frame: usize,
    pub size: u64,
    /// 64 hexadecimal digits.
    pub blake3: String,
    #[serde(default, skip_serializing_if = "Form::is_plain")]
    pub form: Form,
}

/// How the bytes of a blob lie in its frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Together, in the skeleton.
    #[default]
    Plain,
    /// Sorted: a pyc whose code objects have the fields of 3.8 to 3.10.
    Pyc38,
    /// Sorted: a pyc whose code objects have the fields of 3.11 and later.
    Pyc311,
}

impl Form {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_plain(&self) -> bool {
        *self == Form::Plain
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Relative to the root of the application, with `/`. See [`check_path`](super::check_path).
    pub path: String,
    /// The number of its blob.
    pub blob: usize,
    /// Whether it is to be executable.
    #[serde(default, skip_serializing_if = "is_false")]
    pub executable: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}
