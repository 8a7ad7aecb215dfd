//! Sections with the addresses where they run and where they are stored.

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, SectionHeader, SectionTable};

use super::{File, ImageSegment, load};
use crate::error::Error;
use crate::isa::Machine;
use crate::report::{SectionKind, SectionRole};
use crate::span::Span;

/// All sections of a file together take at most this much: sums stay exact, also in JSON's numbers.
const MAX_TOTAL_BYTES: u64 = 1 << 52;

/// More sections are refused: every section may have to be compared with every segment.
const MAX_SECTIONS: usize = 1 << 18;
/// The names of all sections together.
const MAX_NAMES_BYTES: usize = 1 << 25;

/// A section whose ranges are known to be sound, or a load segment standing in for sections.
#[derive(Debug, Clone)]
pub(crate) struct ImageSection<'data> {
    pub(crate) name: String,
    /// Its index in the file; `None` for a stand-in.
    pub(crate) file_idx: Option<usize>,
    pub(crate) kind: SectionKind,
    pub(crate) role: SectionRole,
    /// `sh_addr`, `sh_size`.
    pub(crate) run: Span,
    /// Where its bytes are stored; `None` where nothing is.
    pub(crate) load: Option<Span>,
    pub(crate) align_bytes: u64,
    /// `SHF_ALLOC`; whether it really takes memory depends on the role too.
    pub(crate) is_allocated: bool,
    pub(crate) is_writable: bool,
    pub(crate) is_executable: bool,
    pub(crate) is_thread_local: bool,
    /// Of sections without content: whether symbols with a size lie in it.
    pub(crate) has_objects: bool,
    /// Whether a load segment holds it, so that something puts it onto the device.
    pub(crate) is_loaded: bool,
    /// The memory beside flash and RAM that it is in, where the machine has such.
    pub(crate) other_memory: Option<&'static str>,
    /// `SHF_COMPRESSED`: the bytes in the file start with a compression header.
    pub(crate) is_compressed: bool,
    /// Whether it is read where it is stored, through a window on that memory.
    pub(crate) is_seen_in_flash: bool,
    /// `sh_offset`.
    pub(crate) file_offset: u64,
    /// Whether it is stored packed, so that what the file holds are not its bytes.
    pub(crate) is_unpacked: bool,
    /// Its bytes in the file; empty where it has none.
    pub(crate) data: &'data [u8],
}

impl<'data> ImageSection<'data> {
    pub(crate) fn size(&self) -> u64 {
        self.run.size()
    }

    /// Its bytes that run at `span`; `None` where it is not all there.
    pub(crate) fn content(&self, span: Span) -> Option<&'data [u8]> {
        let index = |address: u64| usize::try_from(address.checked_sub(self.run.start())?).ok();
        self.data.get(index(span.start())?..index(span.end())?)
    }

    /// Whether it takes memory on the device.
    pub(crate) fn takes_memory(&self) -> bool {
        self.is_allocated && self.role != SectionRole::Filler
    }

    /// Whether its bytes are stored in flash.
    pub(crate) fn is_in_flash(&self) -> bool {
        self.load.is_some() && self.other_memory.is_none()
    }

    /// Whether start-up has to copy it from where it is stored to where it runs.
    pub(crate) fn is_copied(&self) -> bool {
        !self.is_seen_in_flash && self.load.is_some_and(|it| it.start() != self.run.start())
    }
}

/// The section headers and their names, `object`'s view.
pub(super) fn read_table<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
) -> Result<SectionTable<'data, Elf>, Error> {
    let place = "section header table";
    let table = file.header.sections(file.endian, file.data).map_err(|it| super::table_error(place, it))?;
    if table.len() > MAX_SECTIONS {
        return Err(Error::too_large(place, format!("more than {MAX_SECTIONS} sections")));
    }
    Ok(table)
}

/// All sections but the null section, in file order.
pub(super) fn read<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    table: &SectionTable<'data, Elf>,
    segments: &[ImageSegment],
) -> Result<Vec<ImageSection<'data>>, Error> {
    let mut names_bytes = 0_usize;
    let mut sections = Vec::new();
    for (idx, header) in table.enumerate().filter(|(_, it)| it.sh_type(file.endian) != elf::SHT_NULL) {
        let name = table.section_name(file.endian, header).map_err(|_| {
            Error::malformed(format!("section header {}", idx.0), "name offset beyond string table")
        })?;
        names_bytes += name.len();
        if names_bytes > MAX_NAMES_BYTES {
            let place = format!("section header {}", idx.0);
            return Err(Error::too_large(place, "the section names up to here take more than 32 MiB"));
        }
        sections.push(section(file, header, String::from_utf8_lossy(name).into_owned(), idx.0)?);
        let section = sections.last_mut().filter(|it| it.load.is_some());
        if let Some(section) = section {
            let load = load::address(section.run, section.file_offset, segments);
            section.load = Some(Span::saturating(load.unwrap_or(section.run.start()), section.size()));
            section.is_loaded = load.is_some();
        }
    }
    Ok(sections)
}

/// A section that is stored where it runs, as far as its header tells.
fn section<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    header: &Elf::SectionHeader,
    name: String,
    idx: usize,
) -> Result<ImageSection<'data>, Error> {
    let e = file.endian;
    let place = || format!("section header {idx}");
    let run = Span::new(header.sh_addr(e).into(), header.sh_size(e).into())
        .ok_or_else(|| Error::malformed(place(), format!("address plus size of {name:?} overflows")))?;
    let data = header.data(e, file.data).map_err(|_| {
        Error::truncated(place(), format!("the content of {name:?} reaches beyond the end of the file"))
    })?;
    let flags = header.sh_flags(e);
    let is_allocated = flags.contains(elf::SHF_ALLOC);
    let is_stored = is_allocated && header.sh_type(e) != elf::SHT_NOBITS;
    Ok(ImageSection {
        kind: kind(&name, header.sh_type(e), flags),
        role: SectionRole::Content,
        file_idx: Some(idx),
        load: is_stored.then_some(run),
        run,
        align_bytes: header.sh_addralign(e).into().max(1),
        is_allocated,
        is_writable: flags.contains(elf::SHF_WRITE),
        is_executable: flags.contains(elf::SHF_EXECINSTR),
        is_thread_local: flags.contains(elf::SHF_TLS),
        has_objects: false,
        is_loaded: false,
        other_memory: None,
        is_compressed: flags.contains(elf::SHF_COMPRESSED),
        is_seen_in_flash: false,
        file_offset: header.sh_offset(e).into(),
        is_unpacked: false,
        data,
        name,
    })
}

/// Tells which sections of an AVR are in other memories than flash: the linker places them from 0x810000 on, one
/// memory every 64 KiB, and names sections after them (binutils, `ld/scripttempl/avr.sc`).
pub(super) fn settle_memories(sections: &mut [ImageSection<'_>], machine: Machine) {
    const MEMORIES: [&str; 5] = ["eeprom", "fuse", "lock", "signature", "user_signatures"];
    const FIRST_AT: u64 = 0x81;
    for section in sections.iter_mut().filter(|it| machine.is_avr() && it.is_allocated) {
        let name = section.name.strip_prefix('.').and_then(|it| it.split('.').next());
        let placed =
            (section.run.start() >> 16).checked_sub(FIRST_AT).and_then(|it| usize::try_from(it).ok());
        let named = MEMORIES.iter().find(|it| name == Some(**it));
        section.other_memory = named.or_else(|| MEMORIES.get(placed?)).copied();
    }
}

fn kind(name: &str, section_type: elf::SectionType, flags: elf::SectionFlags) -> SectionKind {
    if !flags.contains(elf::SHF_ALLOC) {
        let is_debug = name.starts_with(".debug") || name.starts_with(".zdebug");
        return if is_debug { SectionKind::Debug } else { SectionKind::Other };
    }
    match section_type {
        _ if flags.contains(elf::SHF_EXECINSTR) => SectionKind::Code,
        elf::SHT_NOBITS => SectionKind::Bss,
        _ if flags.contains(elf::SHF_WRITE) => SectionKind::Data,
        _ => SectionKind::Rodata,
    }
}

/// Refuses files whose sections claim more memory than sums can hold exactly.
pub(super) fn check_total(sections: &[ImageSection<'_>]) -> Result<(), Error> {
    let mut total_bytes = 0_u64;
    for section in sections.iter().filter(|it| it.is_allocated) {
        total_bytes = total_bytes.saturating_add(section.size());
        if total_bytes > MAX_TOTAL_BYTES {
            let place = section.file_idx.map_or("segments".into(), |it| format!("section header {it}"));
            return Err(Error::too_large(place, "the sections up to here take more than 4 PiB of memory"));
        }
    }
    Ok(())
}
