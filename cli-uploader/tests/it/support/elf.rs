//! Small images made to measure.

use object::write::{Object, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind, SymbolFlags, SymbolKind, SymbolScope};

/// An ARM image whose code consists of these functions, each with its size.
pub(crate) fn elf(functions: &[(&str, usize)]) -> Vec<u8> {
    elf_beside(functions, &[])
}

/// The same with symbols outside of the image, each with its address.
pub(crate) fn elf_beside(functions: &[(&str, usize)], absolute: &[(&str, u64)]) -> Vec<u8> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::Arm, Endianness::Little);
    let text = object.add_section(Vec::new(), b".text".to_vec(), SectionKind::Text);
    for (name, size) in functions {
        let offset = object.append_section_data(text, &vec![0xbf; *size], 4);
        object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: offset + ADDRESS,
            size: *size as u64,
            kind: SymbolKind::Text,
            scope: SymbolScope::Linkage,
            weak: false,
            section: SymbolSection::Section(text),
            flags: SymbolFlags::None,
        });
    }
    for (name, address) in absolute {
        object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: *address,
            size: 0,
            kind: SymbolKind::Label,
            scope: SymbolScope::Linkage,
            weak: false,
            section: SymbolSection::Absolute,
            flags: SymbolFlags::None,
        });
    }
    linked(object.write().unwrap())
}

/// Where the code stands.
const ADDRESS: u64 = 0x1000_0000;

/// Makes an executable of an object: its type, and the address of its code. Nothing is left to relocate.
fn linked(mut elf: Vec<u8>) -> Vec<u8> {
    const EXECUTABLE: u8 = 2;
    const SHF_ALLOC: u8 = 2;
    let word = |elf: &[u8], at: usize| u32::from_le_bytes(elf[at..at + 4].try_into().unwrap()) as usize;
    elf[16] = EXECUTABLE;
    let (headers, n_headers) = (word(&elf, 32), usize::from(elf[48]));
    for header in (0..n_headers).map(|it| headers + 40 * it) {
        if elf[header + 8] & SHF_ALLOC != 0 {
            elf[header + 12..header + 16].copy_from_slice(&(ADDRESS as u32).to_le_bytes());
        }
    }
    elf
}
