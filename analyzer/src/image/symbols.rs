//! The symbol table: which symbols can own bytes, at which address, with which name.

use object::elf;
use object::read::elf::{FileHeader, SectionTable, Sym, SymbolTable};
use object::{Endianness, SymbolIndex};

use super::arrays::Borders;
use super::{File, header};
use crate::error::Error;
use crate::report::{SymbolKind, Warning};
use crate::span::Span;

/// No real name is longer; without a bound a table whose names all overlap one huge string
/// would take quadratic time and memory.
const MAX_NAME_BYTES: usize = 1 << 16;
/// The same for all names of a file together.
const MAX_NAMES_BYTES: usize = 1 << 28;

/// A symbol that says it has bytes in a section, or where in one something begins.
#[derive(Debug, Clone)]
pub(crate) struct ImageSymbol<'data> {
    pub(crate) name: &'data [u8],
    /// Thumb bit cleared; in a file with thread-local storage still an offset for such symbols.
    pub(crate) value: u64,
    /// 0 where nobody wrote it down, as in assembly.
    pub(crate) size: u64,
    /// Index in the file's section table.
    pub(crate) section_file_idx: usize,
    pub(crate) kind: SymbolKind,
    pub(crate) is_thread_local: bool,
    /// 0 global, 1 weak, 2 local: of several names, the first is shown.
    pub(crate) rank: u8,
}

/// A symbol that owns nothing but says what begins at its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ImageMark {
    /// Index in the file's section table.
    pub(crate) section_file_idx: usize,
    /// Thumb bit cleared.
    pub(crate) address: u64,
    pub(crate) kind: MarkKind,
}

/// What begins at a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MarkKind {
    /// `$t`, `$x`: the machine's usual code.
    Code,
    /// `$a`: 32-bit ARM code.
    Arm,
    /// `$d`: no code.
    Data,
    /// Of files without sections: control does not get here, and nobody says what it is.
    Unknown,
    /// A function whose size nobody wrote down.
    Function,
    /// `__global_pointer$`: RISC-V's linker may address data from here.
    GlobalPointer,
}

/// A number that has a name, most often an address that the linker was told: a function in a mask ROM, a
/// register, a border of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AbsoluteSymbol<'data> {
    /// Thumb bit cleared.
    pub(crate) value: u64,
    /// As in [`ImageSymbol`].
    pub(crate) rank: u8,
    pub(crate) name: &'data [u8],
}

/// What the symbol table says.
pub(super) struct Symbols<'data> {
    /// In table order.
    pub(super) owners: Vec<ImageSymbol<'data>>,
    /// By section and address.
    pub(super) marks: Vec<ImageMark>,
    pub(super) arrays: Vec<Span>,
    /// By value; of one value the first is shown.
    pub(super) absolute: Vec<AbsoluteSymbol<'data>>,
}

/// Every symbol that can own bytes, and what others tell. Undefined, absolute, section, file and mapping
/// symbols cannot, nor can what assemblers call `.L` for themselves.
pub(super) fn read<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    table: &SectionTable<'data, Elf>,
    warnings: &mut Vec<Warning>,
) -> Result<Symbols<'data>, Error> {
    let symbols = symbol_table(file, table)?;
    let reader = Reader { file, symbols, clear_mask: header::code_address(file, !0) };
    let mut owners = Vec::new();
    let mut marks = Vec::new();
    let mut absolute = Vec::new();
    let mut borders = Borders::default();
    let mut names_bytes = 0_usize;
    let mut n_homeless = 0_u64;
    for (idx, symbol) in symbols.enumerate().skip(1) {
        let name = reader.name(idx, symbol)?;
        names_bytes += name.len();
        if names_bytes > MAX_NAMES_BYTES {
            return Err(Error::too_large(entry(idx), "the names up to here take more than 256 MiB"));
        }
        borders.add(name, symbol.st_value(file.endian).into(), reader.is_label(symbol));
        marks.extend(reader.mark(idx, symbol, name));
        absolute.extend(reader.absolute(symbol, name));
        match reader.owner(idx, symbol, name)? {
            Some(owner) if owner.section_file_idx < table.len() => owners.push(owner),
            Some(_) => n_homeless += 1,
            None => {}
        }
    }
    if n_homeless > 0 {
        let message = format!("symbols in sections that do not exist: {n_homeless}");
        warnings.push(Warning { place: "symbol table".into(), message });
    }
    marks.sort();
    absolute.sort_unstable();
    let arrays = borders.arrays(&owners);
    Ok(Symbols { owners, marks, arrays, absolute })
}

/// Addresses that a shared file offers to others, in order; mode bits cleared. A broken table offers nothing.
pub(super) fn exports<Elf: FileHeader<Endian = Endianness>>(
    file: &File<'_, Elf>,
    table: &SectionTable<'_, Elf>,
) -> Vec<u64> {
    let e = file.endian;
    let Ok(symbols) = table.symbols(e, file.data, elf::SHT_DYNSYM) else { return Vec::new() };
    let clear_mask = header::code_address(file, !0);
    let is_export = |it: &&Elf::Sym| {
        it.st_bind() != elf::STB_LOCAL && it.st_shndx(e) != elf::SHN_UNDEF && it.st_type() != elf::STT_TLS
    };
    let address = |it: &Elf::Sym| {
        let value: u64 = it.st_value(e).into();
        if owner_kind(it.st_type()) == Some(SymbolKind::Function) { value & clear_mask } else { value }
    };
    let mut exports: Vec<u64> = symbols.iter().skip(1).filter(is_export).map(address).collect();
    exports.sort_unstable();
    exports.dedup();
    exports
}

fn entry(idx: SymbolIndex) -> String {
    format!("symbol table entry {}", idx.0)
}

/// `.symtab`, else what a stripped shared library keeps.
fn symbol_table<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &File<'data, Elf>,
    table: &SectionTable<'data, Elf>,
) -> Result<SymbolTable<'data, Elf>, Error> {
    let read = |kind| {
        table.symbols(file.endian, file.data, kind).map_err(|it| super::table_error("symbol table", it))
    };
    let symbols = read(elf::SHT_SYMTAB)?;
    if symbols.is_empty() { read(elf::SHT_DYNSYM) } else { Ok(symbols) }
}

struct Reader<'file, 'data, Elf: FileHeader> {
    file: &'file File<'data, Elf>,
    symbols: SymbolTable<'data, Elf>,
    clear_mask: u64,
}

impl<'data, Elf: FileHeader<Endian = Endianness>> Reader<'_, 'data, Elf> {
    fn name(&self, idx: SymbolIndex, symbol: &Elf::Sym) -> Result<&'data [u8], Error> {
        let name = self
            .symbols
            .symbol_name(self.file.endian, symbol)
            .map_err(|_| Error::malformed(entry(idx), "name offset beyond string table"))?;
        if name.len() > MAX_NAME_BYTES {
            return Err(Error::too_large(entry(idx), "the name is longer than 64 KiB"));
        }
        Ok(name)
    }

    /// Whether a symbol is in a section and has no size.
    fn is_label(&self, symbol: &Elf::Sym) -> bool {
        let e = self.file.endian;
        symbol.st_size(e).into() == 0 && !matches!(symbol.st_shndx(e), elf::SHN_UNDEF | elf::SHN_ABS)
    }

    fn mark(&self, idx: SymbolIndex, symbol: &Elf::Sym, name: &[u8]) -> Option<ImageMark> {
        let e = self.file.endian;
        let kind = match name {
            b"__global_pointer$" => MarkKind::GlobalPointer,
            _ if is_mapping_symbol(name) => match name[1] {
                b'a' => MarkKind::Arm,
                b'd' => MarkKind::Data,
                _ => MarkKind::Code,
            },
            _ if owner_kind(symbol.st_type()) == Some(SymbolKind::Function) => MarkKind::Function,
            _ => return None,
        };
        if kind == MarkKind::Function && symbol.st_size(e).into() > 0 {
            return None;
        }
        let section = self.symbols.symbol_section(e, symbol, idx).ok().flatten();
        let section = section.or((kind == MarkKind::GlobalPointer).then_some(object::SectionIndex(0)))?;
        let value: u64 = symbol.st_value(e).into();
        let address = if kind == MarkKind::Function { value & self.clear_mask } else { value };
        Some(ImageMark { section_file_idx: section.0, address, kind })
    }

    fn absolute(&self, symbol: &Elf::Sym, name: &'data [u8]) -> Option<AbsoluteSymbol<'data>> {
        let e = self.file.endian;
        let is_named = !name.is_empty() && !is_mapping_symbol(name) && owner_kind(symbol.st_type()).is_some();
        let value: u64 = symbol.st_value(e).into();
        (is_named && symbol.st_shndx(e) == elf::SHN_ABS).then(|| AbsoluteSymbol {
            value: value & self.clear_mask,
            rank: rank(symbol.st_bind()),
            name,
        })
    }

    fn owner(
        &self,
        idx: SymbolIndex,
        symbol: &Elf::Sym,
        name: &'data [u8],
    ) -> Result<Option<ImageSymbol<'data>>, Error> {
        let e = self.file.endian;
        let Some(kind) = owner_kind(symbol.st_type()) else { return Ok(None) };
        let size = symbol.st_size(e).into();
        let section = self
            .symbols
            .symbol_section(e, symbol, idx)
            .map_err(|_| Error::malformed(entry(idx), "its extended section index is missing"))?;
        let is_telling = size > 0 || !(name.is_empty() || name.starts_with(b".L"));
        let Some(section) = section.filter(|_| is_telling && !is_mapping_symbol(name)) else {
            return Ok(None);
        };
        let value = symbol.st_value(e).into();
        Ok(Some(ImageSymbol {
            name,
            value: if kind == SymbolKind::Function { value & self.clear_mask } else { value },
            size,
            section_file_idx: section.0,
            kind,
            is_thread_local: symbol.st_type() == elf::STT_TLS,
            rank: rank(symbol.st_bind()),
        }))
    }
}

fn rank(bind: elf::SymbolBind) -> u8 {
    match bind {
        elf::STB_LOCAL => 2,
        elf::STB_WEAK => 1,
        _ => 0,
    }
}

fn owner_kind(kind: elf::SymbolType) -> Option<SymbolKind> {
    match kind {
        elf::STT_SECTION | elf::STT_FILE => None,
        elf::STT_FUNC | elf::STT_GNU_IFUNC | elf::STT_ARM_TFUNC => Some(SymbolKind::Function),
        elf::STT_OBJECT | elf::STT_COMMON | elf::STT_TLS => Some(SymbolKind::Data),
        _ => Some(SymbolKind::Label),
    }
}

/// `$t`, `$d.17`, `$xrv32imc…`: they mark where code and data begin and own nothing.
fn is_mapping_symbol(name: &[u8]) -> bool {
    match name {
        [b'$', b'a' | b't' | b'd' | b'x'] | [b'$', b'a' | b't' | b'd' | b'x', b'.', ..] => true,
        [b'$', b'x', isa @ ..] => isa.starts_with(b"rv"),
        _ => false,
    }
}
