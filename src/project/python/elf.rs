//! Reads and rewrites the executables, libraries and extension modules of a Python for Linux.
//!
//! # Rewriting
//!
//! An image is loaded by its program headers. Everything behind the last segment is for linkers and
//! debuggers (symbols, debug sections, section headers), and is cut off. For a distribution that
//! was built for a folder (`RUNPATH /opt/python/lib`) the folders of libraries become relative to
//! the image (`$ORIGIN/../lib`).
//!
//! A shorter path is written over the old one. A longer path, or a slot for the loader, needs room,
//! which a new segment at the end of the file has. The new segment takes the program header of a
//! note, because the table of headers cannot grow where it is, and must not move: kernels before
//! 5.18 look for it in the first segment. The segment holds a copy of all dynamic strings with the
//! path at its end, so the offsets of the others stay right.

use object::elf::{
    DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_STRSZ, DT_STRTAB, DT_VERNEED, DT_VERNEEDNUM, Dyn64,
    FileHeader64, PF_R, PT_DYNAMIC, PT_GNU_PROPERTY, PT_INTERP, PT_LOAD, PT_NOTE, ProgramHeader64, Vernaux,
    Verneed,
};
use object::endian::{Endianness, U16, U64};
use object::pod::{bytes_of, bytes_of_slice};
use object::read::ReadRef as _;
use object::read::elf::FileHeader as _;

/// An image for 64 bits.
pub(super) struct Elf<'d> {
    data: &'d [u8],
    header: &'d FileHeader64<Endianness>,
    endian: Endianness,
    segments: Vec<ProgramHeader64<Endianness>>,
    dynamic: Vec<Dyn64<Endianness>>,
    strings: &'d [u8],
}

/// What is to change in an image. Symbols and debug sections are always cut off.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The new folders of libraries.
    pub folders: Option<String>,
    /// A new content for the path of the loader.
    pub loader: Option<Vec<u8>>,
}

impl<'d> Elf<'d> {
    /// `None` if the file is no such image, or damaged.
    pub(super) fn parse(data: &'d [u8]) -> Option<Elf<'d>> {
        let header = FileHeader64::<Endianness>::parse(data).ok()?;
        let endian = header.endian().ok()?;
        let segments = header.program_headers(endian, data).ok()?.to_vec();
        let mut elf = Elf { data, header, endian, segments, dynamic: Vec::new(), strings: &[] };
        if let Some(segment) = elf.segment(PT_DYNAMIC) {
            let (offset, size) = (segment.p_offset.get(endian), segment.p_filesz.get(endian));
            let count = usize::try_from(size).ok()? / size_of::<Dyn64<Endianness>>();
            elf.dynamic = data.read_slice_at(offset, count).ok()?.to_vec();
            let (start, size) = (elf.value(DT_STRTAB)?, elf.value(DT_STRSZ)?);
            elf.strings = data.read_bytes_at(elf.offset(start)?, size).ok()?;
        }
        Some(elf)
    }

    fn segment(&self, kind: u32) -> Option<&ProgramHeader64<Endianness>> {
        self.segments.iter().find(|segment| segment.p_type.get(self.endian) == kind)
    }

    /// The place in the file of an address.
    fn offset(&self, address: u64) -> Option<u64> {
        let loaded = self.segments.iter().filter(|it| it.p_type.get(self.endian) == PT_LOAD);
        loaded
            .filter_map(|it| {
                let inside = address.checked_sub(it.p_vaddr.get(self.endian))?;
                let is_inside = inside < it.p_filesz.get(self.endian);
                is_inside.then(|| it.p_offset.get(self.endian) + inside)
            })
            .next()
    }

    /// The entries of the dynamic section that count.
    fn entries(&self) -> impl Iterator<Item = (i64, u64)> {
        let pairs = self.dynamic.iter().map(|it| (it.d_tag.get(self.endian), it.d_val.get(self.endian)));
        pairs.take_while(|(tag, _)| *tag != DT_NULL)
    }

    fn value(&self, tag: i64) -> Option<u64> {
        self.entries().find(|(own, _)| *own == tag).map(|(_, value)| value)
    }

    fn string(&self, offset: u64) -> Option<&'d str> {
        let rest = self.strings.get(usize::try_from(offset).ok()?..)?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        std::str::from_utf8(&rest[..end]).ok()
    }

    /// `e_machine`
    pub(super) fn machine(&self) -> u16 {
        self.header.e_machine.get(self.endian)
    }

    /// The shared libraries that it needs.
    pub(super) fn needed(&self) -> Vec<&'d str> {
        let needed = self.entries().filter(|(tag, _)| *tag == DT_NEEDED);
        needed.filter_map(|(_, offset)| self.string(offset)).collect()
    }

    /// The folders in which its libraries are looked for first.
    pub(super) fn folders(&self) -> Option<&'d str> {
        let value = self.value(DT_RUNPATH).or_else(|| self.value(DT_RPATH))?;
        self.string(value)
    }

    /// The path of its loader.
    pub(super) fn loader(&self) -> Option<&'d str> {
        let segment = self.segment(PT_INTERP)?;
        let (offset, size) = (segment.p_offset.get(self.endian), segment.p_filesz.get(self.endian));
        let path = self.data.read_bytes_at(offset, size).ok()?;
        std::str::from_utf8(path.split(|&byte| byte == 0).next()?).ok()
    }

    /// The newest glibc whose symbols it needs.
    pub(super) fn glibc(&self) -> Option<(u32, u32)> {
        let mut newest = None;
        let mut offset = self.offset(self.value(DT_VERNEED)?)?;
        for _ in 0..self.value(DT_VERNEEDNUM)? {
            let need: &Verneed<Endianness> = self.data.read_at(offset).ok()?;
            let mut auxiliary = offset.checked_add(need.vn_aux.get(self.endian).into())?;
            for _ in 0..need.vn_cnt.get(self.endian) {
                let version: &Vernaux<Endianness> = self.data.read_at(auxiliary).ok()?;
                let name = self.string(version.vna_name.get(self.endian).into());
                newest = newest.max(name.and_then(glibc_version));
                auxiliary = auxiliary.checked_add(version.vna_next.get(self.endian).into())?;
            }
            offset = offset.checked_add(need.vn_next.get(self.endian).into())?;
        }
        newest
    }

    /// The image with these changes. `None` if it has no room for them.
    pub(super) fn rewritten(&self, changes: &Changes) -> Option<Vec<u8>> {
        let mut image = Image {
            bytes: self.data.get(..self.loaded_length()?)?.to_vec(),
            endian: self.endian,
            segments: self.segments.clone(),
            dynamic: self.dynamic.clone(),
        };
        let folders = changes.folders.as_deref().filter(|folders| self.folders() != Some(folders));
        let old = self.folders().filter(|old| folders.is_some_and(|new| new.len() <= old.len()));
        if let (Some(old), Some(new)) = (old, folders) {
            let value = self.value(DT_RUNPATH).or_else(|| self.value(DT_RPATH))?;
            let start = usize::try_from(self.offset(self.value(DT_STRTAB)?)? + value).ok()?;
            let place = image.bytes.get_mut(start..start + old.len())?;
            place.fill(0);
            place[..new.len()].copy_from_slice(new.as_bytes());
        }
        let longer = folders.filter(|_| old.is_none());
        if longer.is_some() || changes.loader.is_some() {
            image.add_segment(self.strings, longer, changes.loader.as_deref())?;
        }
        image.finish(self.header)
    }

    /// The end of the last segment, and of the headers.
    fn loaded_length(&self) -> Option<usize> {
        let size = size_of::<ProgramHeader64<Endianness>>() * self.segments.len();
        let headers = self.header.e_phoff.get(self.endian).checked_add(size as u64)?;
        let ends = self
            .segments
            .iter()
            .map(|it| it.p_offset.get(self.endian).checked_add(it.p_filesz.get(self.endian)));
        let end = ends.collect::<Option<Vec<_>>>()?.into_iter().max()?.max(headers);
        usize::try_from(end).ok()
    }
}

/// `GLIBC_2.34`
fn glibc_version(name: &str) -> Option<(u32, u32)> {
    let (major, rest) = name.strip_prefix("GLIBC_")?.split_once('.')?;
    Some((major.parse().ok()?, rest.split('.').next()?.parse().ok()?))
}

/// An image that is being changed.
struct Image {
    bytes: Vec<u8>,
    endian: Endianness,
    segments: Vec<ProgramHeader64<Endianness>>,
    dynamic: Vec<Dyn64<Endianness>>,
}

impl Image {
    /// Adds a segment with the dynamic strings, the folders of libraries and the loader's path.
    fn add_segment(&mut self, strings: &[u8], folders: Option<&str>, loader: Option<&[u8]>) -> Option<()> {
        const ALIGNED: usize = 16;
        let endian = self.endian;
        let is_loaded = |it: &&ProgramHeader64<Endianness>| it.p_type.get(endian) == PT_LOAD;
        let alignment = self.segments.iter().filter(is_loaded).map(|it| it.p_align.get(endian)).max()?.max(1);
        let ends = self.segments.iter().filter(is_loaded);
        let end = ends.map(|it| it.p_vaddr.get(endian).saturating_add(it.p_memsz.get(endian))).max()?;
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNED), 0);
        let start = self.bytes.len() as u64;
        let address = end.checked_next_multiple_of(alignment)?.checked_add(start % alignment)?;
        let mut content = Vec::new();
        if let Some(folders) = folders {
            content = [strings, folders.as_bytes(), b"\0"].concat();
            self.set_dynamic(DT_STRTAB, address)?;
            self.set_dynamic(DT_STRSZ, content.len() as u64)?;
            let is_old = self.set_dynamic(DT_RUNPATH, strings.len() as u64).is_some()
                || self.set_dynamic(DT_RPATH, strings.len() as u64).is_some();
            if !is_old {
                self.add_dynamic(DT_RUNPATH, strings.len() as u64)?;
            }
        }
        if let Some(loader) = loader {
            content.resize(content.len().next_multiple_of(ALIGNED), 0);
            let at = content.len() as u64;
            let segment = self.segments.iter_mut().find(|it| it.p_type.get(endian) == PT_INTERP)?;
            segment.p_offset = U64::new(endian, start + at);
            segment.p_vaddr = U64::new(endian, address + at);
            segment.p_paddr = segment.p_vaddr;
            segment.p_filesz = U64::new(endian, loader.len() as u64);
            segment.p_memsz = segment.p_filesz;
            content.extend_from_slice(loader);
        }
        let is_note =
            |it: &ProgramHeader64<Endianness>| [PT_NOTE, PT_GNU_PROPERTY].contains(&it.p_type.get(endian));
        let note = self.segments.iter().rposition(is_note)?;
        let mut segment = self.segments.remove(note);
        segment.p_type.set(endian, PT_LOAD);
        segment.p_flags.set(endian, PF_R);
        segment.p_offset.set(endian, start);
        segment.p_vaddr.set(endian, address);
        segment.p_paddr.set(endian, address);
        segment.p_filesz.set(endian, content.len() as u64);
        segment.p_memsz.set(endian, content.len() as u64);
        segment.p_align.set(endian, alignment);
        // Segments are in the order of their addresses.
        let last = self.segments.iter().rposition(|it| it.p_type.get(endian) == PT_LOAD)?;
        self.segments.insert(last + 1, segment);
        self.bytes.extend_from_slice(&content);
        Some(())
    }

    fn set_dynamic(&mut self, tag: i64, value: u64) -> Option<()> {
        let endian = self.endian;
        let entry = self.dynamic.iter_mut().find(|it| it.d_tag.get(endian) == tag)?;
        entry.d_val.set(endian, value);
        Some(())
    }

    /// Linkers leave some entries free at the end. The last one stays, as the end of the list.
    fn add_dynamic(&mut self, tag: i64, value: u64) -> Option<()> {
        let endian = self.endian;
        let free = self.dynamic.iter().position(|it| it.d_tag.get(endian) == DT_NULL)?;
        let (entry, _end) =
            self.dynamic.get_mut(free..)?.split_first_mut().filter(|(_, end)| !end.is_empty())?;
        entry.d_tag.set(endian, tag);
        entry.d_val.set(endian, value);
        Some(())
    }

    /// Writes the headers and the dynamic section.
    fn finish(mut self, header: &FileHeader64<Endianness>) -> Option<Vec<u8>> {
        let endian = self.endian;
        let mut header = *header;
        header.e_shoff.set(endian, 0);
        header.e_shnum = U16::new(endian, 0);
        header.e_shstrndx = U16::new(endian, 0);
        let mut put = |offset: u64, content: &[u8]| {
            let start = usize::try_from(offset).ok()?;
            self.bytes.get_mut(start..start.checked_add(content.len())?)?.copy_from_slice(content);
            Some(())
        };
        put(0, bytes_of(&header))?;
        put(header.e_phoff.get(endian), bytes_of_slice(&self.segments))?;
        if let Some(segment) = self.segments.iter().find(|it| it.p_type.get(endian) == PT_DYNAMIC) {
            put(segment.p_offset.get(endian), bytes_of_slice(&self.dynamic))?;
        }
        Some(self.bytes)
    }
}
