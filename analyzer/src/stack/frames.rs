//! How much of the stack each function takes, by what compilers write down about it.

use std::collections::BTreeMap;

use gimli::{
    BaseAddresses, CfaRule, CieOrFde, CommonInformationEntry, DebugFrame, EhFrame, EndianSlice, Register,
    RunTimeEndian, UnwindContext, UnwindOffset, UnwindSection,
};

use crate::debug::section_content;
use crate::image::Image;
use crate::isa::Machine;
use crate::refs::Nodes;
use crate::report::{Endianness, FrameSource};

/// Instructions that all functions of a unit have in common. Compilers write two or three, and each
/// function runs them again.
const MAX_COMMON_INSTRUCTIONS: usize = 32;

type Slice<'data> = EndianSlice<'data, RunTimeEndian>;

/// Sizes by node.
pub(super) struct Frames {
    pub(super) source: FrameSource,
    pub(super) bytes: BTreeMap<usize, u64>,
}

/// All that is written down.
pub(super) fn read(image: &Image<'_>, nodes: &Nodes) -> Frames {
    let mut bytes = BTreeMap::new();
    let mut take = |address: u64, frame_bytes: u64| {
        let address = image.machine.code_address(address);
        if nodes.start_of(address) == Some(address)
            && let Some(node) = nodes.at(address)
        {
            let known: &mut u64 = bytes.entry(node).or_default();
            *known = frame_bytes.max(*known);
        }
    };
    let n_sizes = stack_sizes(image, &mut take);
    let n_frames = call_frames(image, &mut take);
    let source = match (n_sizes, n_frames) {
        (1.., _) => FrameSource::StackSizes,
        (0, 1..) => FrameSource::FrameInformation,
        (0, 0) => FrameSource::Prologues,
    };
    Frames { source, bytes }
}

/// LLVM's section: an address, then the size as ULEB128, again and again.
fn stack_sizes(image: &Image<'_>, take: &mut impl FnMut(u64, u64)) -> usize {
    use gimli::Reader;
    let content = section_content(image, ".stack_sizes");
    let mut rest = Slice::new(&content, endian(image));
    let mut n_sizes = 0;
    while !rest.is_empty() {
        let entry =
            rest.read_address(image.header.class_bits / 8).and_then(|it| Ok((it, rest.read_uleb128()?)));
        let Ok((address, frame_bytes)) = entry else { break };
        // LLVM leaves out what the call itself puts onto the stack.
        take(address, frame_bytes.saturating_add(image.machine.call_saves_bytes()));
        n_sizes += 1;
    }
    n_sizes
}

fn call_frames(image: &Image<'_>, take: &mut impl FnMut(u64, u64)) -> usize {
    let Some(reader) = Reader::new(image) else { return 0 };
    let address_bytes = image.header.class_bits / 8;
    let content = section_content(image, ".debug_frame");
    let mut section = DebugFrame::new(&content, endian(image));
    section.set_address_size(address_bytes);
    let n_in_debug = reader.read(&section, &BaseAddresses::default(), take);
    let allocated = image.sections.iter().find(|it| it.is_allocated && it.name == ".eh_frame");
    let Some(allocated) = allocated else { return n_in_debug };
    let mut section = EhFrame::new(allocated.data, endian(image));
    section.set_address_size(address_bytes);
    let text = image.sections.iter().find(|it| it.name == ".text").map_or(0, |it| it.run.start());
    let bases = BaseAddresses::default().set_eh_frame(allocated.run.start()).set_text(text);
    n_in_debug + reader.read(&section, &bases, take)
}

fn endian(image: &Image<'_>) -> RunTimeEndian {
    match image.header.endianness {
        Endianness::Little => RunTimeEndian::Little,
        Endianness::Big => RunTimeEndian::Big,
    }
}

/// Reads rows of call frame information that speak of the stack pointer. Where they speak of a frame
/// pointer they do not say how much lies below it.
struct Reader {
    stack_pointer: Register,
}

impl Reader {
    fn new(image: &Image<'_>) -> Option<Self> {
        let stack_pointer = match image.machine {
            Machine::Arm => Register(13),
            Machine::Riscv32 | Machine::Riscv64 => Register(2),
            Machine::Xtensa => Register(1),
            Machine::X64 => Register(7),
            Machine::X86 => Register(4),
            // AVR's numbering of the two bytes of SP differs between compilers.
            _ => return None,
        };
        Some(Self { stack_pointer })
    }

    fn read<'data, Section>(
        &self,
        section: &Section,
        bases: &BaseAddresses,
        take: &mut impl FnMut(u64, u64),
    ) -> usize
    where
        Section: UnwindSection<Slice<'data>>,
        Section::Offset: UnwindOffset<usize>,
    {
        let mut commons: BTreeMap<usize, CommonInformationEntry<Slice<'data>>> = BTreeMap::new();
        let mut entries = section.entries(bases);
        let mut context = Box::new(UnwindContext::new());
        let mut n_functions = 0;
        while let Ok(Some(entry)) = entries.next() {
            let CieOrFde::Fde(partial) = entry else { continue };
            let fde =
                partial.parse(|section, bases, offset| match commons.get(&UnwindOffset::into(offset)) {
                    Some(common) => Ok(common.clone()),
                    None => {
                        let common = section.cie_from_offset(bases, offset)?;
                        commons.insert(UnwindOffset::into(offset), common.clone());
                        Ok(common)
                    }
                });
            let Ok(fde) = fde else { continue };
            let mut common_instructions = fde.cie().instructions(section, bases);
            let n_common = (0..=MAX_COMMON_INSTRUCTIONS)
                .take_while(|_| matches!(common_instructions.next(), Ok(Some(_))))
                .count();
            if n_common > MAX_COMMON_INSTRUCTIONS {
                continue;
            }
            let Ok(mut rows) = fde.rows(section, bases, &mut context) else { continue };
            let mut frame_bytes = 0;
            while let Ok(Some(row)) = rows.next_row() {
                if let CfaRule::RegisterAndOffset { register, offset } = row.cfa()
                    && *register == self.stack_pointer
                {
                    frame_bytes = frame_bytes.max(u64::try_from(*offset).unwrap_or(0));
                }
            }
            take(fde.initial_address(), frame_bytes);
            n_functions += 1;
        }
        n_functions
    }
}
