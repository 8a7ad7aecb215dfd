//! References that the linker wrote down.

use object::elf;

use super::code::Facts;
use super::data::is_unwind;
use super::list::List;
use super::places::{Place, Places, Target};
use super::{MAX_REFERENCES, Reference, ReferenceKind};
use crate::image::{ImageRelocation, RelocationSymbol};
use crate::isa::Machine;

/// How a relocation makes its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A word that is the address: the word in the file says it.
    Word,
    /// Symbol plus addend.
    Sum,
    /// Symbol plus addend, counted from behind a field of four bytes.
    PcRelative,
    /// A distance from the thread pointer.
    ThreadLocal,
    /// A branch whose target the decoder knows as well.
    Branch,
    /// The second half of a pair, or nothing that refers.
    Ignored,
}

/// References by the relocations of code and data. What instructions load is theirs.
pub(crate) fn collect(places: &Places<'_>, facts: &Facts, list: &mut List) {
    for relocation in places.image.relocations.iter().filter(|it| it.is_kept) {
        let Some((target, kind)) = target(places, relocation) else { continue };
        let room = MAX_REFERENCES.saturating_sub(list.len()) + 1;
        let word = relocation.address;
        let n_before = list.len();
        for at_address in facts.loaders(word).take(room) {
            list.push(Reference::new(at_address, target.address, ReferenceKind::Address), target.is_in_gap);
        }
        if list.len() > MAX_REFERENCES {
            return;
        }
        if list.len() == n_before {
            list.push(Reference::new(word, target.address, kind), target.is_in_gap);
        }
    }
}

/// References by what a loader will write: the slots of a shared file are empty until then.
pub(crate) fn collect_dynamic(places: &Places<'_>, list: &mut List) {
    for relocation in places.image.relocations.iter().filter(|it| !it.is_kept) {
        let target = relocation.symbol_value.checked_add_signed(relocation.addend.unwrap_or(0));
        let target = target.and_then(|it| places.target_at(it));
        if let Some(target) = target.filter(|_| places.at(relocation.address).is_some()) {
            let reference = Reference::new(relocation.address, target.address, ReferenceKind::Data);
            list.push(reference, target.is_in_gap);
        }
    }
}

fn target(places: &Places<'_>, relocation: &ImageRelocation) -> Option<(Target, ReferenceKind)> {
    let from = places.at(relocation.address)?;
    let section = places.section(from);
    if is_unwind(&section.name) {
        return None;
    }
    let form = form(places.machine, relocation.r_type);
    let sum = || relocation.symbol_value.checked_add_signed(relocation.addend.unwrap_or(0));
    let target = match form {
        Form::Ignored => None,
        Form::Word => word_target(places, relocation),
        // The addend of a branch to a section is in the instruction, which the decoder has read, as it has
        // branches to labels.
        Form::Branch if matches!(relocation.symbol, RelocationSymbol::Section | RelocationSymbol::Label) => {
            None
        }
        Form::PcRelative if relocation.symbol == RelocationSymbol::Section => sum()?.checked_add(4),
        Form::PcRelative | Form::Branch => Some(relocation.symbol_value),
        Form::Sum => sum(),
        Form::ThreadLocal => thread_local_target(places, relocation),
    }?;
    let to = places.at(target)?;
    if relocation.symbol == RelocationSymbol::Border && !is_function(places, relocation, to, target) {
        return None;
    }
    let is_branch = form == Form::Branch;
    let kind = match (is_branch, section.is_executable) {
        (true, _) => ReferenceKind::Call,
        (false, true) => ReferenceKind::Address,
        (false, false) => ReferenceKind::Data,
    };
    Some((Target::new(to, target), kind))
}

/// Whether a symbol without type and size is one that assembly gives to a function, and no border of a section
/// that happens to begin with code: RAM's, where functions run from there. A pointer to Thumb code is odd.
fn is_function(places: &Places<'_>, relocation: &ImageRelocation, to: &Place, target: u64) -> bool {
    let is_pointer = || word(places, relocation).and_then(|it| places.target_of(it)) == Some(target);
    let is_word = form(places.machine, relocation.r_type) == Form::Word;
    places.section(to).is_executable && places.is_start(target) && (!is_word || is_pointer())
}

fn word(places: &Places<'_>, relocation: &ImageRelocation) -> Option<u64> {
    match relocation.addend {
        Some(addend) => relocation.symbol_value.checked_add_signed(addend),
        None => places.pointer_at(relocation.address),
    }
}

/// Where in the template of threads: its symbols count from its start. The thread pointer is before it, on ARM by
/// two words or by its alignment, and there the word in the file counts from the pointer.
fn thread_local_target(places: &Places<'_>, relocation: &ImageRelocation) -> Option<u64> {
    const POINTED_AT_BYTES: u64 = 8;
    let start = places.image.segments.iter().find(|it| it.kind == "tls")?.run.start();
    let of_threads = places.image.sections.iter().filter(|it| it.is_thread_local);
    let align = of_threads.map(|it| it.align_bytes).max()?;
    let distance = match relocation.addend {
        Some(addend) => relocation.symbol_value.checked_add_signed(addend)?,
        None => {
            places.pointer_at(relocation.address)?.checked_sub(POINTED_AT_BYTES.next_multiple_of(align))?
        }
    };
    let target = start.checked_add(distance)?;
    places.at(target).filter(|it| places.section(it).is_thread_local).map(|_| target)
}

fn word_target(places: &Places<'_>, relocation: &ImageRelocation) -> Option<u64> {
    let word = word(places, relocation)?;
    let is_code = places.at(word).is_some_and(|it| places.section(it).is_executable);
    let address = places.machine.code_address(word);
    Some(if is_code && places.is_start(address) { address } else { word })
}

fn form(machine: Machine, r_type: u32) -> Form {
    let r_type = elf::RelocationType(r_type);
    match machine {
        Machine::Arm => arm_form(r_type),
        Machine::Riscv32 | Machine::Riscv64 => riscv_form(r_type),
        Machine::X64 => match r_type {
            elf::R_X86_64_NONE => Form::Ignored,
            elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 => Form::PcRelative,
            elf::R_X86_64_GOTPCREL | elf::R_X86_64_GOTPCRELX | elf::R_X86_64_REX_GOTPCRELX => Form::Branch,
            _ => Form::Sum,
        },
        _ => Form::Sum,
    }
}

fn arm_form(r_type: elf::RelocationType) -> Form {
    match r_type {
        elf::R_ARM_ABS32 | elf::R_ARM_TARGET1 => Form::Word,
        elf::R_ARM_THM_PC22 | elf::R_ARM_THM_JUMP24 | elf::R_ARM_THM_JUMP19 | elf::R_ARM_THM_PC11 => {
            Form::Branch
        }
        elf::R_ARM_CALL | elf::R_ARM_JUMP24 | elf::R_ARM_PC24 => Form::Branch,
        elf::R_ARM_TLS_LE32 => Form::ThreadLocal,
        elf::R_ARM_THM_MOVT_ABS | elf::R_ARM_MOVT_ABS => Form::Sum,
        _ => Form::Ignored,
    }
}

fn riscv_form(r_type: elf::RelocationType) -> Form {
    match r_type {
        elf::R_RISCV_CALL | elf::R_RISCV_CALL_PLT | elf::R_RISCV_JAL | elf::R_RISCV_RVC_JUMP => Form::Branch,
        elf::R_RISCV_BRANCH | elf::R_RISCV_RVC_BRANCH => Form::Branch,
        elf::R_RISCV_32 | elf::R_RISCV_64 | elf::R_RISCV_HI20 | elf::R_RISCV_PCREL_HI20 => Form::Sum,
        // The first half of a pair is gone where the linker could do without.
        elf::R_RISCV_LO12_I | elf::R_RISCV_LO12_S | elf::R_RISCV_RVC_LUI => Form::Sum,
        elf::R_RISCV_GPREL_I | elf::R_RISCV_GPREL_S => Form::Sum,
        elf::R_RISCV_GOT_HI20 => Form::Branch,
        elf::R_RISCV_TPREL_HI20 | elf::R_RISCV_TPREL_LO12_I | elf::R_RISCV_TPREL_LO12_S => Form::ThreadLocal,
        // What linkers make of the second where they drop the first.
        elf::R_RISCV_TPREL_I | elf::R_RISCV_TPREL_S => Form::ThreadLocal,
        _ => Form::Ignored,
    }
}
