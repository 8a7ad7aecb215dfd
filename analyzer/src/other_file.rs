//! Files that are given where an ELF file is expected: what they are, so that a refusal can say it.

use std::fmt;

use object::elf;

use crate::layout::map_file;

/// A file that is made beside or from an ELF file, or before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherFile {
    /// `ar`'s, with the object files in it.
    Archive,
    /// `ar`'s, with the names of object files.
    ThinArchive,
    /// Intel HEX.
    IntelHex,
    /// Motorola S-record.
    SRecord,
    /// What boot loaders on USB take.
    Uf2,
    /// What a linker says about its output.
    LinkerMap,
    /// What `objcopy -O binary` writes. Nothing in it says so: only a name does.
    RawImage,
}

/// The heading of a linker map stands before all that is long.
const MAX_MAP_START_BYTES: usize = 1 << 20;

impl OtherFile {
    /// By what it holds; of what holds anything else, ELF too, there is none.
    ///
    /// ```
    /// use plimsoll_analyzer::OtherFile;
    /// assert_eq!(OtherFile::of(b":00000001FF\n"), Some(OtherFile::IntelHex));
    /// assert_eq!(OtherFile::of(b"S9030000FC\n"), Some(OtherFile::SRecord));
    /// assert_eq!(OtherFile::of(b"!<arch>\n"), Some(OtherFile::Archive));
    /// ```
    pub fn of(content: &[u8]) -> Option<Self> {
        const UF2_MAGIC: &[u8] = b"UF2\n\x57\x51\x5d\x9e";
        if content.starts_with(&elf::ELFMAG) {
            return None;
        }
        let line = content.split(|it| matches!(it, b'\r' | b'\n')).find(|it| !it.is_empty());
        match line? {
            _ if content.starts_with(b"!<arch>\n") => Some(Self::Archive),
            _ if content.starts_with(b"!<thin>\n") => Some(Self::ThinArchive),
            _ if content.starts_with(UF2_MAGIC) => Some(Self::Uf2),
            [b':', digits @ ..] if is_hex_record(digits) => Some(Self::IntelHex),
            [b'S', b'0'..=b'9', digits @ ..] if is_s_record(digits) => Some(Self::SRecord),
            _ if is_linker_map(content) => Some(Self::LinkerMap),
            _ => None,
        }
    }

    /// By what it is called.
    pub fn named(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "a" | "lib" => Some(Self::Archive),
            "hex" | "ihex" | "ihx" => Some(Self::IntelHex),
            "s19" | "s28" | "s37" | "srec" | "mot" => Some(Self::SRecord),
            "uf2" => Some(Self::Uf2),
            "map" => Some(Self::LinkerMap),
            "bin" => Some(Self::RawImage),
            _ => None,
        }
    }
}

impl fmt::Display for OtherFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Archive => "an archive of object files",
            Self::ThinArchive => "a thin archive, which only names object files",
            Self::IntelHex => "an Intel HEX file, which has neither sections nor symbols",
            Self::SRecord => "an S-record file, which has neither sections nor symbols",
            Self::Uf2 => "a UF2 file, which has neither sections nor symbols",
            Self::LinkerMap => "a linker map",
            Self::RawImage => "a raw image, which has neither sections nor symbols",
        })
    }
}

/// Count, address, kind, data and a checksum, by which all bytes add up to zero.
fn is_hex_record(digits: &[u8]) -> bool {
    let Some(bytes) = decoded(digits) else { return false };
    bytes.first().is_some_and(|it| usize::from(*it) + 5 == bytes.len()) && sum(&bytes) == 0
}

/// Count, address, data and a checksum, by which all bytes add up to 0xff.
fn is_s_record(digits: &[u8]) -> bool {
    let Some(bytes) = decoded(digits) else { return false };
    bytes.first().is_some_and(|it| usize::from(*it) + 1 == bytes.len()) && sum(&bytes) == 0xff
}

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, it| it.wrapping_add(sum))
}

/// The bytes of a record; `None` where it is none.
fn decoded(digits: &[u8]) -> Option<Vec<u8>> {
    const MAX_DIGITS: usize = 2 * (0xff + 5);
    let digits = digits.trim_ascii_end();
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let digit = |it: u8| char::from(it).to_digit(16);
    let pairs = digits.chunks(2).map(|it| match *it {
        [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
        _ => None,
    });
    pairs.collect()
}

fn is_linker_map(content: &[u8]) -> bool {
    let start = &content[..content.len().min(MAX_MAP_START_BYTES)];
    map_file::is_map(&String::from_utf8_lossy(start))
}
