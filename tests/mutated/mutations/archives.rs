//! Changes to archives that their digests do not give away.
//!
//! An archive is taken apart; a part of it is changed: a value of the manifest or the index, a frame
//! as it is compressed, the content of one, or a file. Lengths and digests are then put right, as
//! somebody would who makes an archive to attack its reader. Only the digest of a file whose frame's
//! content was changed stays wrong; a file itself changes by writing the archive anew.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::num::NonZeroUsize;

use crosspyc::internals::bundle::{Archive, Contents, Files, ReadError, WriteOptions, write};
use serde_json::{Value, json};

use super::seal::seal;
use super::{Random, mutate_bytes};

/// Contents of frames beyond this length are not changed.
const MOST: u64 = 1 << 20;

/// What stands at the end of an archive; the module documentation of `crosspyc::internals::bundle` describes
/// it.
const TRAILER: usize = 64;

/// One change to an archive; to bytes that are none, changes to some bytes.
pub(crate) fn mutate_archive(random: &mut Random, archive: &[u8]) -> Vec<u8> {
    let mutated = match random.below(8) {
        0 => None,
        1 => with_other_file(random, archive),
        _ => Parts::read(archive).and_then(|parts| parts.mutated(random)),
    };
    mutated.unwrap_or_else(|| {
        let mut bytes = archive.to_vec();
        mutate_bytes(random, &mut bytes);
        bytes
    })
}

/// An archive taken apart.
struct Parts {
    manifest: Value,
    index: Value,
    /// As they are compressed.
    frames: Vec<Vec<u8>>,
}

impl Parts {
    fn read(archive: &[u8]) -> Option<Parts> {
        let (rest, trailer) = archive.split_at_checked(archive.len().checked_sub(TRAILER)?)?;
        let frames = u64::from_le_bytes(trailer[..8].try_into().ok()?) as usize;
        let manifest = u32::from_le_bytes(trailer[8..12].try_into().ok()?) as usize;
        let signature = u32::from_le_bytes(trailer[12..16].try_into().ok()?) as usize;
        let sealed = rest.len().checked_sub(manifest.checked_add(signature)?)?;
        let (rest, sealed) = rest.split_at(sealed);
        let manifest: Value = serde_json::from_slice(&sealed[..manifest]).ok()?;
        let mut rest = rest.get(rest.len().checked_sub(frames)?..)?;
        let mut take = |frame: &Value| {
            let (one, others) = rest.split_at_checked(frame["compressed"].as_u64()? as usize)?;
            rest = others;
            Some(one.to_vec())
        };
        let frames = manifest["frames"].as_array()?.iter().map(&mut take).collect::<Option<_>>()?;
        let index = take(&manifest["index"])?;
        let index = serde_json::from_slice(&inflated(&index, &[])?).ok()?;
        Some(Parts { manifest, index, frames })
    }

    /// With one part changed, and sealed again.
    fn mutated(mut self, random: &mut Random) -> Option<Vec<u8>> {
        let mut manifest_text = None;
        let mut index_text = None;
        match random.below(8) {
            0 | 1 => change_value(random, &mut self.manifest),
            2 | 3 => change_value(random, &mut self.index),
            4 => manifest_text = Some(changed_text(random, &self.manifest)),
            5 => index_text = Some(changed_text(random, &self.index)),
            6 => self.change_frame(random)?,
            _ => self.change_content(random)?,
        }
        let index = index_text.unwrap_or_else(|| self.index.to_string().into_bytes());
        let compressed = zstd::bulk::compress(&index, 1).ok()?;
        if manifest_text.is_none() && self.manifest["index"].is_object() {
            self.manifest["index"] = described(&compressed, index.len());
        }
        let mut bytes = self.frames.concat();
        bytes.extend_from_slice(&compressed);
        seal(&mut bytes, &manifest_text.unwrap_or_else(|| self.manifest.to_string().into_bytes()));
        Some(bytes)
    }

    /// Changes a frame as it is compressed.
    fn change_frame(&mut self, random: &mut Random) -> Option<()> {
        let number = self.any_frame(random)?;
        mutate_bytes(random, &mut self.frames[number]);
        let size = self.manifest["frames"][number]["size"].as_u64()?;
        self.describe(number, size as usize);
        Some(())
    }

    /// Changes what a frame holds.
    fn change_content(&mut self, random: &mut Random) -> Option<()> {
        let number = self.any_frame(random)?;
        let prefix = match self.manifest["frames"][number]["parent"].as_u64() {
            Some(parent) => self.content(parent as usize, number)?,
            None => Vec::new(),
        };
        let mut content = inflated(&self.frames[number], &prefix)?;
        mutate_bytes(random, &mut content);
        let mut encoder = zstd::Encoder::with_ref_prefix(Vec::new(), 1, &prefix).ok()?;
        encoder.write_all(&content).ok()?;
        self.frames[number] = encoder.finish().ok()?;
        self.describe(number, content.len());
        Some(())
    }

    fn any_frame(&self, random: &mut Random) -> Option<usize> {
        (!self.frames.is_empty()).then(|| random.below(self.frames.len()))
    }

    /// What a frame before `end` holds.
    fn content(&self, number: usize, end: usize) -> Option<Vec<u8>> {
        let frame = self.frames.get(number).filter(|_| number < end)?;
        match self.manifest["frames"][number]["parent"].as_u64() {
            Some(parent) => inflated(frame, &self.content(parent as usize, number)?),
            None => inflated(frame, &[]),
        }
    }

    fn describe(&mut self, number: usize, size: usize) {
        let parent = self.manifest["frames"][number]["parent"].clone();
        let mut frame = described(&self.frames[number], size);
        if !parent.is_null() {
            frame["parent"] = parent;
        }
        self.manifest["frames"][number] = frame;
    }
}

fn described(compressed: &[u8], size: usize) -> Value {
    json!({
        "compressed": compressed.len(), "size": size, "blake3": blake3::hash(compressed).to_hex().to_string(),
    })
}

fn inflated(frame: &[u8], prefix: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let decoder = zstd::Decoder::with_ref_prefix(frame, prefix).ok()?;
    decoder.take(MOST).read_to_end(&mut content).ok()?;
    Some(content)
}

fn changed_text(random: &mut Random, json: &Value) -> Vec<u8> {
    let mut text = json.to_string().into_bytes();
    mutate_bytes(random, &mut text);
    text
}

/// Changes one of the values in a JSON, of any depth.
fn change_value(random: &mut Random, json: &mut Value) {
    let mut places = Vec::new();
    find_places(json, String::new(), &mut places);
    let place = random.of(&places.iter().map(String::as_str).collect::<Vec<_>>()).to_owned();
    let other = random.of(&places.iter().map(String::as_str).collect::<Vec<_>>()).to_owned();
    let other = json.pointer(&other).cloned().unwrap_or_default();
    if let Some(value) = json.pointer_mut(&place) {
        *value = changed(random, value, other);
    }
}

fn find_places(json: &Value, place: String, places: &mut Vec<String>) {
    match json {
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                find_places(item, format!("{place}/{number}"), places);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                find_places(item, format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        _ => {}
    }
    places.push(place);
}

/// Numbers at which sums and lengths go wrong.
const NUMBERS: [u64; 8] = [0, 1, 2, 255, u32::MAX as u64, 1 << 40, 1 << 63, u64::MAX];

/// Names that a path, a target or a platform must not have, and some that they may.
const TEXTS: &[&str] = &[
    "",
    ".",
    "..",
    "../up",
    "/etc/passwd",
    "a//b",
    "a/./b",
    "C:/a",
    "a\\b",
    "nul",
    "aux.py",
    "a:b",
    "a ",
    "a.",
    "\0",
    "\x1b[31m",
    "\u{202e}yp.txt",
    "ẞ",
    "a\u{301}",
    "á",
    "app/M0.pyc",
    "app",
    "app/m0.pyc/a",
    "__main__.pyc",
    "pyvenv.cfg",
    "bin/python",
    "a.pth",
    "3.12",
    "3.13.0",
    "....9.1",
    "cpython-312",
    "cpython-312.opt-1",
    "manylinux-2.17-x86_64",
    "linux-x86_64",
    "win-amd64",
    ">=3.12",
    "pyc38",
    "pyc311",
    "plain",
    "main",
    "module",
];

/// Another value in place of this one. `other` is one from elsewhere.
fn changed(random: &mut Random, value: &Value, other: Value) -> Value {
    match (random.below(6), value) {
        (0, _) => other,
        (1, _) => Value::Null,
        (2 | 3, Value::Number(number)) => {
            let number = number.as_u64().unwrap_or_default();
            json!(if random.below(2) == 0 { number.wrapping_sub(1) } else { number.wrapping_add(1) })
        }
        (_, Value::Number(_)) => json!(NUMBERS[random.below(NUMBERS.len())]),
        (2, Value::String(text)) => json!(format!("{text}{text}")),
        (_, Value::String(_)) => json!(random.of(TEXTS)),
        (_, Value::Array(items)) if !items.is_empty() => {
            let (mut items, number) = (items.clone(), random.below(items.len()));
            match random.below(3) {
                0 => drop(items.remove(number)),
                1 => items.push(items[number].clone()),
                _ => items.swap(0, number),
            }
            Value::Array(items)
        }
        (_, Value::Bool(value)) => json!(!value),
        _ => other,
    }
}

/// The archive written anew, with one of its files changed or under another name.
fn with_other_file(random: &mut Random, archive: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().ok()?;
    let path = folder.path().join("app.pyb");
    std::fs::write(&path, archive).ok()?;
    let archive = Archive::open(&path).ok()?;
    let index = archive.index().ok()?;
    let sizes = index.blobs.iter().map(|blob| blob.size);
    if sizes.fold(0, u64::saturating_add) > MOST {
        return None;
    }
    let variants = archive.manifest().variants.clone();
    let mut files = vec![files_of(&archive, None)?];
    for number in 0..variants.len() {
        let mut own = files_of(&archive, Some(number))?;
        own.retain(|path, _| !files[0].contains_key(path));
        files.push(own);
    }
    change_file(random, &mut files);
    let mut files = files.into_iter();
    let manifest = archive.manifest();
    let contents = Contents {
        name: manifest.name.clone(),
        entry_point: manifest.entry_point.clone(),
        common: files.next()?,
        variants: variants.into_iter().zip(files).collect(),
        has_sources: manifest.has_sources,
        version: None,
        scripts: Default::default(),
        system_site_packages: false,
        python: None,
        distribution: None,
        requires_python: manifest.requires_python.clone(),
    };
    write(contents, &path, &WriteOptions { jobs: NonZeroUsize::new(1), ..WriteOptions::default() }).ok()?;
    std::fs::read(&path).ok()
}

fn files_of(archive: &Archive, variant: Option<usize>) -> Option<Files> {
    let mut files = BTreeMap::new();
    let read = archive.files(variant, |entry, data| {
        files.insert(entry.path.clone(), data.to_vec().into());
        Ok::<_, ReadError>(())
    });
    read.ok().map(|()| files)
}

fn change_file(random: &mut Random, files: &mut [Files]) {
    let number = random.below(files.len());
    let names: Vec<String> = files[number].keys().cloned().collect();
    if names.is_empty() {
        return;
    }
    let name = &names[random.below(names.len())];
    let mut file = files[number].remove(name).expect("it is one of the names");
    match random.below(4) {
        0 => drop(files[number].insert((*random.of(TEXTS)).to_owned(), file)),
        _ => {
            mutate_bytes(random, &mut file.data);
            files[number].insert(name.clone(), file);
        }
    }
}
