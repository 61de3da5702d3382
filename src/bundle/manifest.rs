//! The metadata of an archive. The runner reads the manifest at every start, and the index of the
//! files only when it needs it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::python::{Distribution, EmbeddedPython};

/// The manifest of an archive. Its size does not depend on the number of files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The application's name, for messages.
    pub name: String,
    /// The application's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    pub entry_point: EntryPoint,
    /// Further entry points, by name. The name by which the bundle is started selects one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scripts: BTreeMap<String, EntryPoint>,
    /// The supported Pythons: oldest target first, levels of one target ascending.
    pub variants: Vec<Variant>,
    /// The archive contains the modules' sources, so a Python without a variant can compile them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_sources: bool,
    /// `project.requires-python` of the project, which a Python that compiles the sources must
    /// meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_python: Option<String>,
    /// The program can import from the interpreter's site-packages.
    #[serde(default, skip_serializing_if = "is_false")]
    pub system_site_packages: bool,
    /// The Python that the application brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<EmbeddedPython>,
    /// The archive is such a Python, and no application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
    /// In the order of the archive.
    pub frames: Vec<Frame>,
    /// The zstd frame after the others: an [`Index`] as JSON.
    pub index: Frame,
}

/// The code that a run starts.
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
    /// The magic number of its pycs, two bytes. It decides whether an interpreter can run them.
    pub magic: u16,
    /// The `-O` level of its modules.
    pub optimize: u8,
    /// The platforms of its native extension modules, as `sysconfig.get_platform()` names them,
    /// with the oldest version of the system that works: `macosx-11.0-arm64`,
    /// `manylinux-2.17-x86_64` (glibc), `musllinux-1.2-x86_64`, `win-amd64`. `linux-x86_64` means
    /// glibc of an unknown version. Empty if there are no native modules: the variant then runs
    /// anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
}

impl Variant {
    /// The name of the variant's folders and cache entries, in the form that pyc names end with:
    /// `cpython-312`, `cpython-312.opt-1`.
    pub fn label(&self) -> String {
        match self.optimize {
            0 => self.tag.clone(),
            level => format!("{}.opt-{level}", self.tag),
        }
    }
}

/// A zstd frame of the archive. [`StreamLengths`] describes its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Length in the archive.
    pub compressed: u64,
    /// Length of its content.
    pub size: u64,
    /// BLAKE3 of the frame as it is in the archive, 64 hexadecimal digits.
    pub blake3: String,
    /// The number of the earlier frame whose content was the compression prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
}

/// The location of every file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// For each frame, the lengths of its streams.
    pub streams: Vec<StreamLengths>,
    /// The contents of files, each distinct content once, in the order of the frames.
    pub blobs: Vec<Blob>,
    /// The files that all variants share. A run from source uses only these.
    pub common: Vec<FileEntry>,
    /// For each [`Variant`], the files that only it has.
    pub variants: Vec<Vec<FileEntry>>,
}

impl Index {
    /// The files of a variant and the common ones, or the common ones alone.
    pub fn files(&self, variant: Option<usize>) -> impl Iterator<Item = &FileEntry> {
        let own = variant.map_or(&[][..], |number| &self.variants[number]);
        self.common.iter().chain(own)
    }

    /// The number of files over all variants.
    pub fn file_count(&self) -> usize {
        self.common.len() + self.variants.iter().map(Vec::len).sum::<usize>()
    }
}

/// The lengths of the streams in a frame's content. `src/bundle/streams.rs` describes the streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamLengths {
    pub skeleton: u64,
    pub code: u64,
    pub tables: u64,
    /// The number of references. Each takes four bytes.
    pub references: u64,
}

/// The contents of a file, or of several equal files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// The number of its frame. Blobs of one frame follow each other in order.
    pub frame: usize,
    pub size: u64,
    /// 64 hexadecimal digits.
    pub blake3: String,
    #[serde(default, skip_serializing_if = "Form::is_plain")]
    pub form: Form,
}

/// How the bytes of a blob are stored in its frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As they are, in the skeleton.
    #[default]
    Plain,
    /// Split into streams: a pyc whose code objects have the fields of 3.8 to 3.10.
    Pyc38,
    /// Split into streams: a pyc whose code objects have the fields of 3.11 and later.
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
    /// Whether the file is made executable.
    #[serde(default, skip_serializing_if = "is_false")]
    pub executable: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}
