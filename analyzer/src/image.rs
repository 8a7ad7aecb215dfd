//! A validated view of an ELF file: the last place that can say "broken".

mod arrays;
mod carried;
mod explore;
mod header;
mod load;
pub(crate) mod packed;
mod relocations;
mod reserved;
mod roles;
mod sectionless;
mod sections;
mod segments;
mod suitable;
mod symbols;
mod unlinked;
mod vectors;
mod window;

use object::Endianness;
use object::elf::{FileHeader32, FileHeader64};
use object::read::elf::FileHeader;

use crate::error::Error;
use crate::isa::Machine;
use crate::report::{Header, Warning};
use crate::span::Span;

pub(crate) use relocations::{ImageRelocation, RelocationSymbol};
pub(crate) use sections::ImageSection;
pub(crate) use segments::ImageSegment;
pub(crate) use symbols::{AbsoluteSymbol, ImageMark, ImageSymbol, MarkKind};
pub(crate) use unlinked::UnlinkedRelocation;
pub(crate) use vectors::VECTORS;

/// The report's word for object files.
const RELOCATABLE: &str = "relocatable";

/// What is known after parsing; everything in it is in bounds and does not overflow.
#[derive(Debug)]
pub(crate) struct Image<'data> {
    pub(crate) header: Header,
    /// By the header.
    pub(crate) machine: Machine,
    /// Position in this list is not the index in the file: see [`ImageSection::file_idx`].
    pub(crate) sections: Vec<ImageSection<'data>>,
    pub(crate) segments: Vec<ImageSegment>,
    pub(crate) symbols: Vec<ImageSymbol<'data>>,
    /// Numbers that have a name, by value.
    pub(crate) absolute: Vec<AbsoluteSymbol<'data>>,
    /// What owns nothing and yet says where code and data begin, by section and address.
    pub(crate) marks: Vec<ImageMark>,
    /// Arrays between borders that the linker or its script defines.
    pub(crate) arrays: Vec<Span>,
    /// Addresses that a shared file offers to others, in order.
    pub(crate) exports: Vec<u64>,
    /// Relocations of allocated sections, by address; none in object files.
    pub(crate) relocations: Vec<ImageRelocation>,
    /// Of object files: what debug sections wait for.
    pub(crate) unlinked: Vec<UnlinkedRelocation>,
    /// Stacks and heaps inside of sections that hold more, by run address and apart.
    pub(crate) reserved: Vec<Span>,
    /// Whether it has no sections, and its code was followed from the entry point: marks tell what is code.
    pub(crate) is_explored: bool,
    /// What load segments hold beside the sections of firmware.
    pub(crate) loader_only_bytes: u64,
    /// Size of the file.
    pub(crate) file_bytes: u64,
    pub(crate) warnings: Vec<Warning>,
}

impl<'data> Image<'data> {
    /// Reads and checks every header, section name and symbol of `elf`.
    pub(crate) fn parse(elf: &'data [u8]) -> Result<Self, Error> {
        header::check_ident(elf)?;
        if elf.get(4) == Some(&2) {
            parse::<FileHeader64<Endianness>>(elf)
        } else {
            parse::<FileHeader32<Endianness>>(elf)
        }
    }

    /// An object file: sections have no addresses yet, each is an address space of its own.
    pub(crate) fn is_relocatable(&self) -> bool {
        self.header.kind == RELOCATABLE
    }

    /// How much of what runs at `run` is a stack or heap inside of a section that holds more.
    pub(crate) fn reserved_bytes(&self, run: Span) -> u64 {
        self.reserved.iter().filter_map(|it| it.intersection(run)).map(Span::size).sum()
    }

    /// Whether a section is part of a segment that was explored.
    pub(crate) fn is_stand_in(&self, section_idx: usize) -> bool {
        self.is_explored && self.sections[section_idx].takes_memory()
    }

    /// Where the stack begins by the vector table that a section of a Cortex-M begins with, unless it is in `memory`.
    pub(crate) fn initial_stack(&self, section: &ImageSection<'_>, memory: Span) -> Option<u64> {
        let has_vectors = self.machine == Machine::Arm && section.load.is_some();
        has_vectors.then(|| vectors::initial_stack(section, memory)).flatten()
    }

    /// Whether assembly says that what is at an address is data (`$d`), even though it lies among code.
    pub(crate) fn is_marked_data(&self, section_idx: usize, address: u64) -> bool {
        let Some(file_idx) = self.sections[section_idx].file_idx else { return false };
        let behind =
            self.marks.partition_point(|it| (it.section_file_idx, it.address) <= (file_idx, address));
        let before = self.marks[..behind].iter().rev().take_while(|it| it.section_file_idx == file_idx);
        let is_mode = |it: &&ImageMark| matches!(it.kind, MarkKind::Code | MarkKind::Arm | MarkKind::Data);
        before.into_iter().find(is_mode).is_some_and(|it| it.kind == MarkKind::Data)
    }

    /// A program for an operating system, which maps pages of the file instead of flashing it.
    pub(crate) fn is_hosted(&self) -> bool {
        is_hosted(&self.header, self.machine, &self.segments)
    }

    /// Whether what runs in RAM comes out of storage before the program starts, though its load address is in RAM
    /// too: an operating system maps it, and Espressif's boot loader copies it out of the image that `esptool` makes of
    /// the file.
    pub(crate) fn is_brought_to_ram(&self) -> bool {
        const ESPRESSIF: [&str; 6] =
            [".iram0", ".dram0", ".rwtext", ".flash.", ".rodata_dummy", ".text_dummy"];
        let is_espressif = |it: &ImageSection<'_>| {
            it.is_allocated && ESPRESSIF.iter().any(|prefix| it.name.starts_with(prefix))
        };
        match self.machine {
            Machine::Xtensa => true,
            Machine::Riscv32 | Machine::Riscv64 => self.is_hosted() || self.sections.iter().any(is_espressif),
            _ => self.is_hosted(),
        }
    }
}

fn is_hosted(header: &Header, machine: Machine, segments: &[ImageSegment]) -> bool {
    header.kind == "shared" || machine.is_pc() || segments.iter().any(|it| it.kind == "interp")
}

/// The file, its header, and the byte order everything else is read in.
pub(crate) struct File<'data, Elf: FileHeader> {
    data: &'data [u8],
    header: &'data Elf,
    endian: Elf::Endian,
}

fn parse<Elf: FileHeader<Endian = Endianness>>(data: &[u8]) -> Result<Image<'_>, Error> {
    let (header, endian) = header::read::<Elf>(data)?;
    let file = File { data, header, endian };
    suitable::check(&file)?;
    let mut warnings = Vec::new();
    let segments = segments::read(&file)?;
    let table = sections::read_table(&file)?;
    let mut sections = sections::read(&file, &table, &segments)?;
    if sections.is_empty() && segments.is_empty() {
        return Err(Error::malformed("file header", "the file has neither sections nor segments"));
    }
    let symbols::Symbols { owners: symbols, marks, arrays, absolute } =
        symbols::read(&file, &table, &mut warnings)?;
    let header = header::describe(&file);
    let is_sectionless = sections.iter().all(|it| !it.is_allocated || it.size() == 0);
    let mut loader_only_bytes = 0;
    if is_sectionless {
        sections.extend(sectionless::stand_ins(&file, &segments, table.len())?);
    }
    let machine = Machine::of(&header);
    packed::unpack(&mut sections, &symbols, &segments);
    packed::settle_templates(&mut sections);
    window::settle(&mut sections, &header.machine);
    roles::settle(&mut sections, &symbols, header.kind != RELOCATABLE);
    let reserved = reserved::blocks(&sections, &symbols, &absolute);
    if !is_sectionless {
        let is_mapped = is_hosted(&header, machine, &segments);
        loader_only_bytes = settle_carried(&file, (&segments, is_mapped), &mut sections);
    }
    sections::settle_memories(&mut sections, machine);
    sections::check_total(&sections)?;
    if segments.iter().any(|it| it.is_load) {
        warnings.extend(sections.iter().filter(|it| is_left_behind(it)).map(left_behind));
    }
    warnings.extend(sections.iter().filter(|it| load::is_needless(it, &segments)).map(written_out));
    warnings.extend(suitable::missing((&file, &table), &sections, &symbols));
    let exports = if header.kind == "shared" { symbols::exports(&file, &table) } else { Vec::new() };
    let is_linked = header.kind != RELOCATABLE;
    let relocations = if is_linked { relocations::read(&file, &table) } else { Vec::new() };
    let mut image = Image {
        header,
        machine,
        sections,
        segments,
        symbols,
        absolute,
        marks,
        arrays,
        exports,
        relocations,
        unlinked: if is_linked { Vec::new() } else { unlinked::read(&file, &table) },
        reserved,
        is_explored: false,
        loader_only_bytes,
        file_bytes: data.len() as u64,
        warnings,
    };
    if is_sectionless && is_linked {
        explore::explore(&mut image);
    }
    Ok(image)
}

/// Gives what segments hold beside their sections a section of its own where it is mapped with them; in firmware
/// only what aligns one section behind another. The rest is counted: only a loader of whole segments writes it.
fn settle_carried<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    (segments, is_mapped): (&[ImageSegment], bool),
    sections: &mut Vec<ImageSection<'data>>,
) -> u64 {
    load::settle_zeroes(sections, segments);
    let carried = carried::find(file, segments, sections);
    sections
        .extend(carried.stand_ins.into_iter().filter(|it| is_mapped || !it.is_beside).map(|it| it.section));
    if is_mapped { 0 } else { carried.beside_bytes }
}

/// Stored and allocated, yet outside of every load segment: nothing will put it onto the device.
fn is_left_behind(section: &ImageSection<'_>) -> bool {
    section.load.is_some() && section.size() > 0 && !section.is_loaded
}

fn left_behind(section: &ImageSection<'_>) -> Warning {
    Warning {
        place: format!("section {}", section.name),
        message: "it is allocated, but no load segment holds it, so nothing will flash it".into(),
    }
}

fn written_out(section: &ImageSection<'_>) -> Warning {
    Warning {
        place: format!("section {}", section.name),
        message: "the linker wrote out a reservation as zeroes that are loaded to it, so a .bin of `objcopy -O binary` \
            reaches up to there; `(NOLOAD)` in the linker script keeps them out"
            .into(),
    }
}

/// Words for what `object` refuses in a table; its errors are fixed sentences without a place.
fn table_error(place: &str, error: object::read::Error) -> Error {
    let reason = error.to_string().replace("Invalid ELF ", "invalid ").to_lowercase();
    let reaches_beyond = ["offset", "size"].iter().any(|it| reason.contains(it)) && !reason.contains("entry");
    if reaches_beyond {
        Error::truncated(place, format!("it does not lie within the file ({reason})"))
    } else {
        Error::malformed(place, reason)
    }
}
