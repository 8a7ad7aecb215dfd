//! Relocations of what an object file says about itself: debug sections wait for a linker too.

use object::elf;
use object::read::elf::{FileHeader, Rel, Rela, SectionHeader, SectionTable, SymbolTable};
use object::{Endianness, SymbolIndex};

use super::{File, header};

/// "At this offset of a section that takes no memory stands where something else is."
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnlinkedRelocation {
    /// Indices in the file's section table: whose content waits, and where the target is.
    pub(crate) section_file_idx: usize,
    pub(crate) target_file_idx: usize,
    pub(crate) offset: u64,
    /// As in the file.
    pub(crate) r_type: u32,
    /// Value of the symbol in its section, mode bit cleared, and the addend where it stands here.
    pub(crate) value: u64,
    /// Whether the addend is what stands at the offset.
    pub(crate) has_addend_inside: bool,
}

/// In the order of the file's tables. Together at most as many as fit into the file once; what refers to
/// nothing is left out.
pub(super) fn read<Elf: FileHeader<Endian = Endianness>>(
    file: &File<'_, Elf>,
    table: &SectionTable<'_, Elf>,
) -> Vec<UnlinkedRelocation> {
    let max_relocations = file.data.len() / 8;
    let e = file.endian;
    let mut relocations = Vec::new();
    for section in table.iter() {
        let section_file_idx = section.sh_info(e) as usize;
        let takes_memory = |it: &Elf::SectionHeader| it.sh_flags(e).contains(elf::SHF_ALLOC);
        if table.section(object::SectionIndex(section_file_idx)).map_or(true, takes_memory) {
            continue;
        }
        let room = max_relocations - relocations.len();
        let reader = |link| {
            let symbols = table.symbol_table_by_index(e, file.data, link).ok();
            Reader { file, symbols, section_file_idx }
        };
        if let Ok(Some((entries, link))) = section.rel(e, file.data) {
            let reader = reader(link);
            let entries = entries.iter().take(room);
            relocations.extend(entries.filter_map(|it| {
                reader.relocation(it.r_offset(e).into(), it.r_type(e).0, it.r_sym(e), None)
            }));
        } else if let Ok(Some((entries, link))) = section.rela(e, file.data) {
            let reader = reader(link);
            let entries = entries.iter().take(room);
            relocations.extend(entries.filter_map(|it| {
                let addend: i64 = it.r_addend(e).into();
                let (r_type, symbol) = (it.r_type(e, false).0, it.r_sym(e, false));
                reader.relocation(it.r_offset(e).into(), r_type, symbol, Some(addend))
            }));
        }
    }
    relocations
}

struct Reader<'file, 'data, Elf: FileHeader> {
    file: &'file File<'data, Elf>,
    symbols: Option<SymbolTable<'data, Elf>>,
    section_file_idx: usize,
}

impl<Elf: FileHeader<Endian = Endianness>> Reader<'_, '_, Elf> {
    /// `None` where the symbol is in no section of this file.
    fn relocation(
        &self,
        offset: u64,
        r_type: u32,
        symbol: u32,
        addend: Option<i64>,
    ) -> Option<UnlinkedRelocation> {
        use object::read::elf::Sym;
        let e = self.file.endian;
        let symbols = self.symbols.as_ref()?;
        let symbol_idx = SymbolIndex(symbol as usize);
        let symbol = symbols.symbol(symbol_idx).ok()?;
        let target_file_idx = symbols.symbol_section(e, symbol, symbol_idx).ok()??.0;
        let value: u64 = symbol.st_value(e).into();
        let is_code = symbol.st_type() == elf::STT_FUNC;
        let value = if is_code { header::code_address(self.file, value) } else { value };
        Some(UnlinkedRelocation {
            section_file_idx: self.section_file_idx,
            target_file_idx,
            offset,
            r_type,
            value: value.wrapping_add_signed(addend.unwrap_or(0)),
            has_addend_inside: addend.is_none(),
        })
    }
}
