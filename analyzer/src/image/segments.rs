//! Program headers: what is loaded, where it runs and where it is stored.

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader};

use super::File;
use crate::error::Error;
use crate::span::Span;

/// No linker writes more; every section may have to be compared with every segment.
const MAX_SEGMENTS: usize = 1 << 10;

/// A program header whose ranges are known to be sound.
#[derive(Debug, Clone)]
pub(crate) struct ImageSegment {
    pub(crate) kind: String,
    pub(crate) is_load: bool,
    pub(crate) is_writable: bool,
    pub(crate) is_executable: bool,
    pub(crate) flags: String,
    /// `p_vaddr`, `p_memsz`.
    pub(crate) run: Span,
    /// `p_paddr`, `p_memsz`; `p_vaddr` where no segment has a physical address.
    pub(crate) load: Span,
    /// `p_offset`, `p_filesz`.
    pub(crate) file: Span,
}

/// All program headers, in file order.
pub(super) fn read<Elf: FileHeader<Endian = Endianness>>(
    file: &File<'_, Elf>,
) -> Result<Vec<ImageSegment>, Error> {
    let place = "program header table";
    let headers =
        file.header.program_headers(file.endian, file.data).map_err(|it| super::table_error(place, it))?;
    if headers.len() > MAX_SEGMENTS {
        return Err(Error::too_large(place, format!("more than {MAX_SEGMENTS} segments")));
    }
    let segments = headers.iter().enumerate().map(|(idx, it)| segment(file, idx, it));
    let mut segments: Vec<ImageSegment> = segments.collect::<Result<_, _>>()?;
    settle_missing_addresses(&mut segments);
    Ok(segments)
}

/// Some linkers leave all physical addresses zero. Where more than one load segment has content they cannot all be
/// meant, and GNU's BFD and OpenOCD take the virtual ones; of a single one, zero may be the truth. llvm-objcopy takes
/// the zeroes.
fn settle_missing_addresses(segments: &mut [ImageSegment]) {
    let n_stored = segments.iter().filter(|it| it.is_load && !it.file.is_empty()).count();
    if n_stored > 1 && segments.iter().all(|it| it.load.start() == 0) {
        segments.iter_mut().for_each(|it| it.load = it.run);
    }
}

fn segment<Elf: FileHeader<Endian = Endianness>>(
    file: &File<'_, Elf>,
    idx: usize,
    header: &Elf::ProgramHeader,
) -> Result<ImageSegment, Error> {
    let e = file.endian;
    let place = || format!("program header {idx}");
    let overflow = |what: &str| Error::malformed(place(), format!("{what} plus size overflows"));
    let memory_bytes = header.p_memsz(e).into();
    let file_bytes = header.p_filesz(e).into();
    let kind = header.p_type(e);
    let flags = header.p_flags(e);
    let stored = Span::new(header.p_offset(e).into(), file_bytes).ok_or_else(|| overflow("file offset"))?;
    let is_load = kind == elf::PT_LOAD;
    if is_load && file_bytes > 0 && stored.end() > file.data.len() as u64 {
        return Err(Error::truncated(place(), "its content reaches beyond the end of the file"));
    }
    if is_load && file_bytes > memory_bytes {
        return Err(Error::malformed(place(), "it has more bytes in the file than in memory"));
    }
    Ok(ImageSegment {
        kind: kind_name(kind),
        is_load,
        is_writable: flags.contains(elf::PF_W),
        is_executable: flags.contains(elf::PF_X),
        flags: flags_text(flags),
        run: Span::new(header.p_vaddr(e).into(), memory_bytes).ok_or_else(|| overflow("run address"))?,
        load: Span::new(header.p_paddr(e).into(), memory_bytes).ok_or_else(|| overflow("load address"))?,
        file: stored,
    })
}

fn flags_text(flags: elf::ProgramFlags) -> String {
    let letter = |flag, letter| if flags.contains(flag) { letter } else { '-' };
    [letter(elf::PF_R, 'r'), letter(elf::PF_W, 'w'), letter(elf::PF_X, 'x')].into_iter().collect()
}

fn kind_name(kind: elf::ProgramType) -> String {
    let name = match kind {
        elf::PT_NULL => "null",
        elf::PT_LOAD => "load",
        elf::PT_DYNAMIC => "dynamic",
        elf::PT_INTERP => "interp",
        elf::PT_NOTE => "note",
        elf::PT_PHDR => "phdr",
        elf::PT_TLS => "tls",
        elf::PT_GNU_EH_FRAME => "eh_frame",
        elf::PT_GNU_STACK => "stack",
        elf::PT_GNU_RELRO => "relro",
        elf::PT_GNU_PROPERTY => "property",
        other => return format!("type {:#x}", other.0),
    };
    name.into()
}
