//! Small firmware images, each different, for tests that care about the way and not about the freight.

use object::Endianness;
use object::build::elf::{Builder, SectionData};
use object::elf;

const TEXT_ADDRESS: u64 = 0x1000_0100;
const TEXT_OFFSET: u64 = 0x1000;

/// An image with one function of `n_bytes`, whose content and name tell its number.
pub(crate) fn firmware(number: u32, n_bytes: usize) -> Vec<u8> {
    let mut builder = Builder::new(Endianness::Little, false);
    let name = format!("handle_{number}");
    builder.header.e_machine = elf::EM_ARM;
    builder.header.e_type = elf::ET_EXEC;
    builder.header.e_phoff = builder.file_header_size();
    let content: Vec<u8> = number.to_le_bytes().into_iter().cycle().take(n_bytes).collect();
    let text = builder.sections.add();
    text.name = ".text".into();
    text.sh_type = elf::SHT_PROGBITS;
    text.sh_flags = elf::SHF_ALLOC | elf::SHF_EXECINSTR;
    (text.sh_addr, text.sh_offset, text.sh_addralign) = (TEXT_ADDRESS, TEXT_OFFSET, 4);
    text.data = SectionData::Data(content.into());
    let (text_id, flags) = (text.id(), text.p_flags());
    let segment = builder.segments.add();
    segment.p_type = elf::PT_LOAD;
    segment.p_flags = flags;
    (segment.p_offset, segment.p_vaddr, segment.p_paddr) = (TEXT_OFFSET, TEXT_ADDRESS, TEXT_ADDRESS);
    (segment.p_filesz, segment.p_memsz) = (n_bytes as u64, n_bytes as u64);
    let symbol = builder.symbols.add();
    symbol.name = name.as_bytes().into();
    symbol.set_st_info(elf::STB_GLOBAL, elf::STT_FUNC);
    (symbol.st_value, symbol.st_size, symbol.section) = (TEXT_ADDRESS | 1, n_bytes as u64, Some(text_id));
    add_tables(&mut builder);
    let mut bytes = Vec::new();
    builder.write(&mut bytes).unwrap();
    bytes
}

/// What lld would have written when it linked that.
pub(crate) fn linker_map(number: u32, n_bytes: usize) -> String {
    format!(
        "     VMA      LMA     Size Align Out     In      Symbol\n\
         {TEXT_ADDRESS:x} {TEXT_ADDRESS:x} {n_bytes:x} 4 .text\n\
         {TEXT_ADDRESS:x} {TEXT_ADDRESS:x} {n_bytes:x} 4         handle_{number}.o:(.text)\n"
    )
}

fn add_tables(builder: &mut Builder<'_>) {
    for (name, kind, data) in [
        (".symtab", elf::SHT_SYMTAB, SectionData::Symbol),
        (".strtab", elf::SHT_STRTAB, SectionData::String),
        (".shstrtab", elf::SHT_STRTAB, SectionData::SectionString),
    ] {
        let section = builder.sections.add();
        section.name = name.into();
        section.sh_type = kind;
        section.sh_addralign = 1;
        section.data = data;
    }
}
