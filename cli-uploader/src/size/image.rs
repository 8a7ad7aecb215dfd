//! What a file holds, as far as sizes need it: an ELF's section table or an archive.

use object::elf;
use object::endian::Endianness;
use object::read::FileKind;
use object::read::archive::ArchiveFile;
use object::read::elf::{FileHeader, SectionHeader, Sym};

/// The words for everything that is neither ELF nor archive.
const NOT_AN_OBJECT: &str = "The file was not recognized as a valid object file";

/// A file's contents.
pub(super) enum Contents<'data> {
    Image(Image),
    Archive(ArchiveFile<'data>),
}

/// The sections of an ELF.
pub(super) struct Image {
    pub sections: Vec<Section>,
    /// Bytes of common symbols, which get their place when linked.
    pub common_bytes: u64,
}

/// One section header.
pub(super) struct Section {
    pub name: Vec<u8>,
    pub size_bytes: u64,
    pub address: u64,
    kind: elf::SectionType,
    flags: elf::SectionFlags,
}

/// Reads a file.
pub(super) fn contents(bytes: &[u8]) -> Result<Contents<'_>, String> {
    match FileKind::parse(bytes) {
        Ok(FileKind::Archive) => {
            ArchiveFile::parse(bytes).map(Contents::Archive).map_err(|it| it.to_string())
        }
        _ => Image::parse(bytes)?.map(Contents::Image).ok_or_else(|| NOT_AN_OBJECT.to_owned()),
    }
}

impl Image {
    /// Reads an ELF; absent where the bytes are something else.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, String> {
        match FileKind::parse(bytes) {
            Ok(FileKind::Elf32) => parse::<elf::FileHeader32<Endianness>>(bytes).map(Some),
            Ok(FileKind::Elf64) => parse::<elf::FileHeader64<Endianness>>(bytes).map(Some),
            _ => Ok(None),
        }
    }
}

fn parse<Elf: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Result<Image, String> {
    let header = Elf::parse(bytes).map_err(|_| NOT_AN_OBJECT.to_owned())?;
    let endian = header.endian().map_err(|it| it.to_string())?;
    let table: u64 = header.e_shoff(endian).into();
    let past_the_end = || format!("section header table goes past the end of the file: e_shoff = {table:#x}");
    let sections = header.sections(endian, bytes).map_err(|_| past_the_end())?;
    let mut image = Image { sections: Vec::new(), common_bytes: 0 };
    for section in sections.iter() {
        let name = sections.section_name(endian, section).map_err(|it| it.to_string())?;
        image.sections.push(Section {
            name: name.to_vec(),
            size_bytes: section.sh_size(endian).into(),
            address: section.sh_addr(endian).into(),
            kind: section.sh_type(endian),
            flags: section.sh_flags(endian),
        });
    }
    let symbols = sections.symbols(endian, bytes, elf::SHT_SYMTAB).map_err(|it| it.to_string())?;
    for symbol in symbols.iter() {
        if symbol.st_shndx(endian) == elf::SHN_COMMON || symbol.st_type() == elf::STT_COMMON {
            image.common_bytes = image.common_bytes.saturating_add(symbol.st_size(endian).into());
        }
    }
    Ok(image)
}

impl Section {
    /// The row for common symbols, as if they were a section.
    pub(super) fn common(size_bytes: u64) -> Self {
        Self {
            name: b"*COM*".to_vec(),
            size_bytes,
            address: 0,
            kind: elf::SHT_NOBITS,
            flags: elf::SectionFlags(0),
        }
    }

    /// Whether the list of sections shows it: what only serves the linker is left out.
    pub(super) fn is_listed(&self) -> bool {
        match self.kind {
            elf::SHT_NULL | elf::SHT_SYMTAB => false,
            elf::SHT_STRTAB | elf::SHT_REL | elf::SHT_RELA => self.has(elf::SHF_ALLOC),
            _ => true,
        }
    }

    /// Berkeley's text: code and everything constant in memory.
    pub(super) fn is_text(&self) -> bool {
        self.has(elf::SHF_ALLOC) && (self.has(elf::SHF_EXECINSTR) || !self.has(elf::SHF_WRITE))
    }

    /// Berkeley's data: writable, with initial values.
    pub(super) fn is_data(&self) -> bool {
        !self.is_text() && self.kind != elf::SHT_NOBITS && self.has(elf::SHF_ALLOC)
    }

    /// Berkeley's bss: writable, nothing stored.
    pub(super) fn is_bss(&self) -> bool {
        self.kind == elf::SHT_NOBITS && (self.has(elf::SHF_ALLOC) || self.has(elf::SHF_WRITE))
    }

    fn has(&self, flag: elf::SectionFlags) -> bool {
        self.flags.0 & flag.0 != 0
    }
}
