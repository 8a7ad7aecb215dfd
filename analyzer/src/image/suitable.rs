//! Whether an ELF file is an image that can be measured, and what it lacks if so.

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, SectionHeader, SectionTable};

use super::{File, ImageSection, ImageSymbol, sections};
use crate::error::Error;
use crate::report::Warning;

/// Refuses what would be measured wrongly.
pub(super) fn check<Elf: FileHeader<Endian = Endianness>>(file: &File<'_, Elf>) -> Result<(), Error> {
    let machine = file.header.e_machine(file.endian);
    if let Some((_, name, why)) = NOT_IN_BYTES.iter().find(|it| it.0 == machine) {
        let message = format!("it is for {name}, {why}, so sizes by its addresses would be wrong");
        return Err(Error::unsupported_machine(message));
    }
    // A table that cannot be read is refused in its turn.
    let Ok(table) = sections::read_table(file) else { return Ok(()) };
    let e = file.endian;
    let in_memory = |it: &&Elf::SectionHeader| {
        it.sh_flags(e).contains(elf::SHF_ALLOC) && it.sh_type(e) != elf::SHT_NOTE && it.sh_size(e).into() > 0
    };
    let mut has_code = false;
    for section in table.iter().filter(in_memory) {
        if section.sh_type(e) != elf::SHT_NOBITS {
            return Ok(());
        }
        has_code |= section.sh_flags(e).contains(elf::SHF_EXECINSTR);
    }
    if has_code {
        return Err(Error::no_image(
            "the file has only debug information (as `objcopy --only-keep-debug` makes it), its code has no content; \
             the ELF that the linker wrote is wanted, or the one that is flashed",
        ));
    }
    Ok(())
}

/// A machine, its name, and what is odd about its addresses.
type NotInBytes = (elf::Machine, &'static str, &'static str);

/// By the registry of the generic ABI. AVR has several spaces too, but its linkers keep them apart.
const NOT_IN_BYTES: &[NotInBytes] = &[
    (elf::EM_IP2K, "Ubicom's IP2000", WORDS),
    (elf::EM_DSPIC30F, "Microchip's dsPIC or PIC24", WORDS),
    (elf::EM_SHARC, "Analog Devices' SHARC", WORDS),
    (elf::EM_DSP24, "NJR's 24-bit DSP", WORDS),
    (elf::EM_TI_C2000, "TI's C2000 (C28x)", WORDS),
    (elf::EM_TI_C5500, "TI's C5500 (C55x)", WORDS),
    (elf::EM_MMDSP_PLUS, "ST's MMDSP+", WORDS),
    (elf::EM_CYPRESS_M8C, "Cypress' M8C (PSoC 1)", SPACES),
    (elf::EM_8051, "the 8051", SPACES),
    (elf::EM_56800EX, "Freescale's 56800EX", WORDS),
    (elf::EM_MCHP_PIC, "Microchip's 8-bit PIC", WORDS),
    (elf::EM_CSR_KALIMBA, "CSR's Kalimba", WORDS),
];

const WORDS: &str = "whose addresses count words and not bytes";
const SPACES: &str = "whose code and data have addresses of their own that overlap";

/// What a stripped image cannot tell, and where the rest may be.
pub(super) fn missing<Elf: FileHeader<Endian = Endianness>>(
    (file, table): (&File<'_, Elf>, &SectionTable<'_, Elf>),
    sections: &[ImageSection<'_>],
    symbols: &[ImageSymbol<'_>],
) -> Vec<Warning> {
    let has_code = |it: &ImageSection<'_>| it.is_allocated && it.is_executable && it.size() > 0;
    if file.header.e_type(file.endian) == elf::ET_REL || !sections.iter().any(has_code) {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    let has_table = table.iter().any(|it| it.sh_type(file.endian) == elf::SHT_SYMTAB);
    if symbols.is_empty() || !has_table {
        let kept = if symbols.is_empty() { "no symbols" } else { "only the symbols that it exports" };
        let message = format!(
            "it has {kept} (it was stripped): the sizes of sections and regions are right, but what they are made of \
             is known only as far as a linker's map tells; give the ELF as the linker wrote it"
        );
        warnings.push(Warning { place: "symbol table".into(), message });
    }
    let has_dwarf = sections.iter().any(|it| it.name == ".debug_info" || it.name == ".zdebug_info");
    if let Some(debug_file) = debug_file(sections).filter(|_| !has_dwarf) {
        let build_id = build_id(sections).map_or(String::new(), |it| format!(" (build id {it})"));
        let message = format!(
            "debug information was moved to {debug_file}{build_id}, which is not read: source lines are not known"
        );
        warnings.push(Warning { place: "section .gnu_debuglink".into(), message });
    }
    warnings
}

/// The name in `.gnu_debuglink`, without control characters.
fn debug_file(sections: &[ImageSection<'_>]) -> Option<String> {
    const MAX_NAME_BYTES: usize = 255;
    let link = sections.iter().find(|it| it.name == ".gnu_debuglink")?;
    let name =
        link.data.split(|it| *it == 0).next().filter(|it| !it.is_empty() && it.len() <= MAX_NAME_BYTES)?;
    Some(String::from_utf8_lossy(name).chars().filter(|it| !it.is_control()).collect())
}

/// What GNU's note says behind its header of three words and its owner `GNU`, in hexadecimal.
fn build_id(sections: &[ImageSection<'_>]) -> Option<String> {
    const HEADER_BYTES: usize = 16;
    const MAX_ID_BYTES: usize = 64;
    let note = sections.iter().find(|it| it.name == ".note.gnu.build-id")?;
    let id = note.data.get(HEADER_BYTES..).filter(|it| !it.is_empty() && it.len() <= MAX_ID_BYTES)?;
    Some(id.iter().map(|it| format!("{it:02x}")).collect())
}
