//! The ELF header: is it one, of which class, for which machine.

use object::Endianness as ByteOrder;
use object::elf;
use object::read::elf::FileHeader;

use super::File;
use crate::error::Error;
use crate::isa::Machine;
use crate::other_file::OtherFile;
use crate::report::{Endianness, Header};

/// Says in words what is wrong with the first bytes, before `object` refuses them in general.
pub(super) fn check_ident(data: &[u8]) -> Result<(), Error> {
    if data.is_empty() {
        return Err(Error::not_elf("the file is empty"));
    }
    if !data.starts_with(&elf::ELFMAG) {
        let what = OtherFile::of(data).map(|it| format!("not an ELF file but {it}"));
        let unknown = || "not an ELF file: it does not start with 7f 45 4c 46".into();
        return Err(Error::not_elf(what.unwrap_or_else(unknown)));
    }
    let [class, order, version] = match data.get(4..7) {
        Some(&[class, order, version]) => [class, order, version],
        _ => return Err(Error::truncated("file header", "the file ends inside its identification")),
    };
    let complaint = match (class, order, version) {
        (1 | 2, 1 | 2, 1) => return Ok(()),
        (1 | 2, 1 | 2, _) => format!("unknown ELF version {version}"),
        (1 | 2, _, _) => format!("unknown byte order {order}"),
        _ => format!("unknown ELF class {class}"),
    };
    Err(Error::malformed("file header", complaint))
}

/// The typed header and the byte order of the file.
pub(super) fn read<Elf: FileHeader<Endian = ByteOrder>>(data: &[u8]) -> Result<(&Elf, ByteOrder), Error> {
    let broken = |_| Error::truncated("file header", "the file ends inside its header");
    let header = Elf::parse(data).map_err(broken)?;
    Ok((header, header.endian().map_err(broken)?))
}

/// The header in the words of the report.
pub(super) fn describe<Elf: FileHeader<Endian = ByteOrder>>(file: &File<'_, Elf>) -> Header {
    let File { header, endian, .. } = *file;
    let machine_code = header.e_machine(endian).0;
    Header {
        class_bits: if header.is_type_64() { 64 } else { 32 },
        endianness: if header.is_big_endian() { Endianness::Big } else { Endianness::Little },
        machine: machine_name(machine_code),
        machine_code,
        kind: kind_name(header.e_type(endian)),
        entry_address: header.e_entry(endian).into(),
        flags: header.e_flags(endian).0,
    }
}

/// Where the code is that a function's symbol says: its low bit may be a mode.
pub(super) fn code_address<Elf: FileHeader<Endian = ByteOrder>>(file: &File<'_, Elf>, value: u64) -> u64 {
    let is_arm = file.header.e_machine(file.endian) == elf::EM_ARM;
    if is_arm { Machine::Arm.code_address(value) } else { value }
}

fn kind_name(kind: elf::FileType) -> String {
    match kind {
        elf::ET_REL => super::RELOCATABLE.into(),
        elf::ET_EXEC => "executable".into(),
        elf::ET_DYN => "shared".into(),
        elf::ET_CORE => "core".into(),
        other => format!("type {:#x}", other.0),
    }
}

fn machine_name(code: u16) -> String {
    MACHINES
        .iter()
        .find(|(it, _)| it.0 == code)
        .map_or_else(|| format!("machine {code:#06x}"), |(_, name)| (*name).into())
}

/// The names by which people call the machines that firmware runs on.
const MACHINES: &[(elf::Machine, &str)] = &[
    (elf::EM_SPARC, "sparc"),
    (elf::EM_386, "x86"),
    (elf::EM_68K, "m68k"),
    (elf::EM_MIPS, "mips"),
    (elf::EM_PPC, "powerpc"),
    (elf::EM_PPC64, "powerpc64"),
    (elf::EM_S390, "s390"),
    (elf::EM_ARM, "arm"),
    (elf::EM_SH, "superh"),
    (elf::EM_SPARCV9, "sparc64"),
    (elf::EM_TRICORE, "tricore"),
    (elf::EM_ARC, "arc"),
    (elf::EM_X86_64, "x86-64"),
    (elf::EM_AVR, "avr"),
    (elf::EM_ARC_COMPACT, "arc"),
    (elf::EM_XTENSA, "xtensa"),
    (elf::EM_MSP430, "msp430"),
    (elf::EM_AARCH64, "aarch64"),
    (elf::EM_AVR32, "avr32"),
    (elf::EM_ARC_COMPACT2, "arc"),
    (elf::EM_RISCV, "riscv"),
    (elf::EM_BPF, "bpf"),
    (elf::EM_CSKY, "csky"),
    (elf::EM_LOONGARCH, "loongarch"),
];
