//! Recognizes executables and shared libraries by their first bytes: ELF, Mach-O and PE.

use std::fs::File;
use std::io::Read as _;

use super::gather::{Item, Kind};
use super::platforms::Platforms;

/// A native image.
pub(super) struct Executable {
    /// Its platforms. Empty if wheels cannot be built for its processor.
    pub platforms: Platforms,
}

/// How much of a file is read. In PE, the headers follow a DOS stub.
const START: u64 = 1024;

/// The platforms of an image, in the notation of a manifest. Empty if it is none.
pub(in crate::project) fn platforms(bytes: &[u8]) -> Vec<String> {
    Executable::parse(bytes).map(|image| image.platforms.names()).unwrap_or_default()
}

impl Executable {
    /// The image in a data file. `None` if the file is not an image or cannot be read.
    pub(super) fn read(item: &Item) -> Option<Executable> {
        if item.kind == Kind::Module || item.size < 64 {
            return None;
        }
        let mut start = Vec::new();
        File::open(&item.file).ok()?.take(START).read_to_end(&mut start).ok()?;
        Executable::parse(&start)
    }

    fn parse(bytes: &[u8]) -> Option<Executable> {
        let platforms = match bytes.first_chunk()? {
            b"\x7fELF" => Platforms::of_image("linux", elf_processor(bytes).as_slice()),
            [0xcf, 0xfa, 0xed, 0xfe] | [0xce, 0xfa, 0xed, 0xfe] => {
                Platforms::of_image("macosx", mach_processor(little(bytes, 4)?).as_slice())
            }
            [0xca, 0xfe, 0xba, 0xbe] => Platforms::of_image("macosx", &fat_processors(bytes)?),
            [b'M', b'Z', ..] => pe_platforms(bytes)?,
            _ => return None,
        };
        Some(Executable { platforms })
    }
}

fn little(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn elf_processor(bytes: &[u8]) -> Option<&'static str> {
    const BIG_ENDIAN: u8 = 2;
    let machine: [u8; 2] = bytes.get(18..20)?.try_into().ok()?;
    let is_big = bytes.get(5) == Some(&BIG_ENDIAN);
    let machine = if is_big { u16::from_be_bytes(machine) } else { u16::from_le_bytes(machine) };
    Some(match machine {
        3 => "i686",
        62 => "x86_64",
        183 => "aarch64",
        40 => "armv7l",
        22 => "s390x",
        21 if is_big => "ppc64",
        21 => "ppc64le",
        243 => "riscv64",
        258 => "loongarch64",
        _ => return None,
    })
}

fn mach_processor(cpu: u32) -> Option<&'static str> {
    match cpu {
        0x0100_0007 => Some("x86_64"),
        0x0100_000c => Some("arm64"),
        _ => None,
    }
}

/// The processors of a file with images for several. Java classes begin with the same bytes, but
/// have a version number above 44 in place of the number of images.
fn fat_processors(bytes: &[u8]) -> Option<Vec<&'static str>> {
    let images = big(bytes, 4).filter(|number| (1..20).contains(number))? as usize;
    const ENTRY: usize = 20;
    Some((0..images).filter_map(|number| mach_processor(big(bytes, 8 + number * ENTRY)?)).collect())
}

fn pe_platforms(bytes: &[u8]) -> Option<Platforms> {
    let header = little(bytes, 0x3c)? as usize;
    if bytes.get(header..header.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    Some(match little(bytes, header + 4)? & 0xffff {
        0x014c => Platforms::of_wheel("win32"),
        0x8664 => Platforms::of_wheel("win_amd64"),
        0xaa64 => Platforms::of_wheel("win_arm64"),
        _ => Platforms::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(bytes: &[u8]) -> Option<Vec<String>> {
        Executable::parse(bytes).map(|image| image.platforms.names())
    }

    fn at(parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; 512];
        for (start, part) in parts {
            bytes[*start..start + part.len()].copy_from_slice(part);
        }
        bytes
    }

    #[test]
    fn images_tell_their_platform() {
        let pe = |machine: &[u8]| at(&[(0, b"MZ"), (0x3c, &[0x80]), (0x80, b"PE\0\0"), (0x84, machine)]);
        for (bytes, expected) in [
            (at(&[(0, b"\x7fELF\x02\x01"), (18, &[62])]), &["linux-x86_64"][..]),
            (at(&[(0, b"\x7fELF\x02\x02"), (18, &[0, 22])]), &["linux-s390x"]),
            (at(&[(0, b"\x7fELF"), (18, &[1])]), &[]),
            (at(&[(0, b"\xcf\xfa\xed\xfe\x0c\0\0\x01")]), &["macosx-arm64"]),
            (
                at(&[(0, b"\xca\xfe\xba\xbe\0\0\0\x02"), (8, b"\x01\0\0\x07"), (28, b"\x01\0\0\x0c")]),
                &["macosx-arm64", "macosx-x86_64"],
            ),
            (pe(&[0x64, 0x86]), &["win-amd64"]),
            (pe(&[0x4c, 0x01]), &["win32"]),
        ] {
            assert_eq!(names(&bytes), Some(expected.iter().map(|&name| name.to_owned()).collect()));
        }
        let java = at(&[(0, b"\xca\xfe\xba\xbe\0\0\0\x34")]);
        for other in [java, at(&[(0, b"MZ is no header")]), b"#!/bin/sh".to_vec(), Vec::new()] {
            assert_eq!(names(&other), None);
        }
    }
}
