//! The sections as `cargo size -A`, that is `llvm-size -A`, lists them.

use crate::web::format::Address;
use plimsoll_analyzer::report::{Section, SectionKind};

/// A row of the list.
pub struct SectionLine {
    /// Its name.
    pub name: String,
    /// Its size, as the tool prints it.
    pub size: u64,
    /// Its address, as the tool prints it.
    pub address: u64,
    /// The same in hexadecimal.
    pub address_hex: Address,
    /// Whether it takes memory on the device.
    pub allocated: bool,
    /// What it holds.
    pub kind: &'static str,
}

/// The rows in file order, and their sum.
pub fn listed(sections: &[Section]) -> (Vec<SectionLine>, u64) {
    let lines: Vec<SectionLine> = sections.iter().filter(|it| is_listed(it)).map(line).collect();
    let total = lines.iter().fold(0_u64, |sum, it| sum.saturating_add(it.size));
    (lines, total)
}

/// The tool leaves out the symbol table, and string and relocation tables that are not loaded.
fn is_listed(section: &Section) -> bool {
    let name = section.name.as_str();
    let is_table = matches!(name, ".symtab" | ".strtab" | ".shstrtab" | ".symtab_shndx")
        || name.starts_with(".rel.")
        || name.starts_with(".rela.");
    section.allocated || !is_table
}

fn line(section: &Section) -> SectionLine {
    SectionLine {
        name: section.name.clone(),
        size: section.size_bytes,
        address: section.run_address,
        address_hex: Address(section.run_address),
        allocated: section.allocated,
        kind: match (section.allocated, section.kind) {
            (false, SectionKind::Debug) => "no, debug information",
            (false, _) => "no",
            (true, SectionKind::Code) => "code",
            (true, SectionKind::Rodata) => "constants",
            (true, SectionKind::Data) => "data",
            (true, SectionKind::Bss) => "RAM only",
            (true, SectionKind::Debug | SectionKind::Other) => "yes",
        },
    }
}
