//! Relocations that the linker kept (`--emit-relocs`), and those a loader of shared files applies.

use object::elf;
use object::read::elf::{FileHeader, Rel, Rela, SectionHeader, SectionTable, Sym, SymbolTable};
use object::{Endianness, SymbolIndex};

use super::{File, header};

/// "The bytes at this address say where something else is."
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageRelocation {
    pub(crate) address: u64,
    /// As in the file: `object` has no word for most of what microcontrollers use.
    pub(crate) r_type: u32,
    /// Value of the symbol, mode bit cleared; 0 without a symbol.
    pub(crate) symbol_value: u64,
    pub(crate) symbol: RelocationSymbol,
    /// `None` in `REL` tables, where the addend has been replaced by the result.
    pub(crate) addend: Option<i64>,
    /// Kept by the linker for readers like us, not applied by a loader.
    pub(crate) is_kept: bool,
}

/// What a relocation's symbol says about its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelocationSymbol {
    /// The target itself.
    Named,
    /// A border that a linker script defines (`__sbss`): its address is no reference to what lies there.
    Border,
    /// A compiler's own label (`.LJTI0_0`), which stays where the linker shortens code (RISC-V): the target itself.
    Label,
    /// A section: the addend tells what is meant.
    Section,
    /// No symbol.
    None,
}

/// All relocations of allocated sections. A table that is broken is left out, like a debug section
/// would be: the report stands without it. Together at most as many as fit into the file once.
pub(super) fn read<Elf: FileHeader<Endian = Endianness>>(
    file: &File<'_, Elf>,
    table: &SectionTable<'_, Elf>,
) -> Vec<ImageRelocation> {
    let max_relocations = file.data.len() / 8;
    let e = file.endian;
    let mut relocations = Vec::new();
    for section in table.iter() {
        let is_kept = !section.sh_flags(e).contains(elf::SHF_ALLOC);
        if is_kept && !is_of_allocated(file, table, section) {
            continue;
        }
        let room = max_relocations - relocations.len();
        if let Ok(Some((entries, link))) = section.rel(e, file.data) {
            let reader =
                Reader { file, symbols: table.symbol_table_by_index(e, file.data, link).ok(), is_kept };
            relocations.extend(entries.iter().take(room).filter_map(|it| {
                reader.relocation(it.r_offset(e).into(), it.r_type(e).0, it.r_sym(e), None)
            }));
        } else if let Ok(Some((entries, link))) = section.rela(e, file.data) {
            let reader =
                Reader { file, symbols: table.symbol_table_by_index(e, file.data, link).ok(), is_kept };
            relocations.extend(entries.iter().take(room).filter_map(|it| {
                let addend = Some(it.r_addend(e).into());
                reader.relocation(it.r_offset(e).into(), it.r_type(e, false).0, it.r_sym(e, false), addend)
            }));
        }
    }
    relocations.sort_by_key(|it| it.address);
    relocations
}

fn is_of_allocated<Elf: FileHeader<Endian = Endianness>>(
    file: &File<'_, Elf>,
    table: &SectionTable<'_, Elf>,
    section: &Elf::SectionHeader,
) -> bool {
    let relocated = object::SectionIndex(section.sh_info(file.endian) as usize);
    table.section(relocated).is_ok_and(|it| it.sh_flags(file.endian).contains(elf::SHF_ALLOC))
}

struct Reader<'file, 'data, Elf: FileHeader> {
    file: &'file File<'data, Elf>,
    symbols: Option<SymbolTable<'data, Elf>>,
    is_kept: bool,
}

impl<Elf: FileHeader<Endian = Endianness>> Reader<'_, '_, Elf> {
    /// `None` where the symbol is missing or undefined: what is not in the image owns nothing.
    fn relocation(
        &self,
        address: u64,
        r_type: u32,
        symbol: u32,
        addend: Option<i64>,
    ) -> Option<ImageRelocation> {
        let (symbol_value, symbol) = if symbol == 0 {
            (0, RelocationSymbol::None)
        } else {
            self.symbol(SymbolIndex(symbol as usize))?
        };
        Some(ImageRelocation { address, r_type, symbol_value, symbol, addend, is_kept: self.is_kept })
    }

    fn symbol(&self, idx: SymbolIndex) -> Option<(u64, RelocationSymbol)> {
        let e = self.file.endian;
        let symbols = self.symbols.as_ref()?;
        let symbol = symbols.symbol(idx).ok()?;
        let value: u64 = symbol.st_value(e).into();
        let is_code = matches!(symbol.st_type(), elf::STT_FUNC | elf::STT_GNU_IFUNC | elf::STT_ARM_TFUNC);
        let address = if is_code { header::code_address(self.file, value) } else { value };
        let is_label = || symbols.symbol_name(e, symbol).is_ok_and(|it| it.starts_with(b".L"));
        let what = match symbol.st_type() {
            _ if symbol.st_shndx(e) == elf::SHN_UNDEF => return None,
            elf::STT_SECTION => RelocationSymbol::Section,
            elf::STT_NOTYPE if symbol.st_size(e).into() == 0 && is_label() => RelocationSymbol::Label,
            elf::STT_NOTYPE if symbol.st_size(e).into() == 0 => RelocationSymbol::Border,
            _ => RelocationSymbol::Named,
        };
        Some((address, what))
    }
}
