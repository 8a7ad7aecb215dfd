//! x86 and x86-64, decoded by `iced-x86`.

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, OpKind, Register};

use crate::isa::{Decode, Flow, Numbers, Step, Value};

/// No instruction is longer.
const MAX_LEN_BYTES: usize = 15;

/// Every instruction carries its addresses, so nothing is kept in mind.
#[derive(Debug)]
pub(crate) struct X86 {
    bits: u32,
}

impl X86 {
    pub(crate) fn new(bits: u32) -> Self {
        Self { bits }
    }
}

impl Decode for X86 {
    fn step(&mut self, code: &[u8], at: u64) -> Step {
        let window = &code[..code.len().min(MAX_LEN_BYTES)];
        let Ok(mut decoder) = Decoder::try_with_ip(self.bits, window, at, DecoderOptions::NONE) else {
            return Step::cut(code);
        };
        let instruction = decoder.decode();
        step(&decoder, &instruction)
    }

    fn run(&mut self, code: &[u8], at: u64, see: &mut dyn FnMut(u64, &Step)) {
        instructions(self.bits, (code, at), |at, decoder, instruction| see(at, &step(decoder, instruction)));
    }

    fn starts(&mut self, code: &[u8], at: u64, see: &mut dyn FnMut(u64)) {
        instructions(self.bits, (code, at), |at, _, _| see(at));
    }

    fn reset(&mut self) {}
}

/// All instructions of `code` one after the other, and where each runs. One decoder for all: making one
/// takes as long as decoding an instruction.
pub(crate) fn instructions(
    bits: u32,
    (code, at): (&[u8], u64),
    mut see: impl FnMut(u64, &Decoder<'_>, &Instruction),
) {
    let Ok(mut decoder) = Decoder::try_with_ip(bits, code, at, DecoderOptions::NONE) else { return };
    let mut instruction = Instruction::default();
    let mut offset = 0;
    while offset < code.len() {
        decoder.decode_out(&mut instruction);
        see(at.saturating_add(offset as u64), &decoder, &instruction);
        offset = offset.saturating_add(len_bytes(&instruction) as usize);
        if decoder.position() != offset {
            decoder.set_ip(at.saturating_add(offset as u64));
            if decoder.set_position(offset).is_err() {
                break;
            }
        }
    }
}

/// Bytes that are no instruction are stepped over one by one.
pub(crate) fn len_bytes(instruction: &Instruction) -> u64 {
    if instruction.is_invalid() { 1 } else { (instruction.len() as u64).max(1) }
}

fn step(decoder: &Decoder<'_>, instruction: &Instruction) -> Step {
    if instruction.is_invalid() {
        return Step::plain(1);
    }
    let step = Step::new((instruction.len() as u64).max(1), flow(instruction), value(instruction));
    match (step.flow, step.value) {
        (Flow::CallThrough(_), _) | (_, Value::Address(_)) => {
            Step { numbers: numbers(decoder, instruction), ..step }
        }
        _ => step,
    }
}

/// Only while the decoder remembers the instruction.
fn numbers(decoder: &Decoder<'_>, instruction: &Instruction) -> Numbers {
    let offsets = decoder.get_constant_offsets(instruction);
    let byte = |it: usize| u8::try_from(it).unwrap_or(0);
    Numbers {
        displacement: (byte(offsets.displacement_offset()), byte(offsets.displacement_size())),
        immediate: (byte(offsets.immediate_offset()), byte(offsets.immediate_size())),
        is_relative: instruction.is_ip_rel_memory_operand(),
    }
}

/// Where control goes; what is no instruction is passed.
pub(crate) fn flow(instruction: &Instruction) -> Flow {
    let target = instruction.near_branch_target();
    match instruction.flow_control() {
        FlowControl::UnconditionalBranch => Flow::Jump(target),
        FlowControl::ConditionalBranch | FlowControl::XbeginXabortXend if target != 0 => Flow::Branch(target),
        FlowControl::Call if target != 0 => Flow::Call(target),
        FlowControl::IndirectCall => through(instruction).map_or(Flow::CallUnknown, Flow::CallThrough),
        // What the slot says is a reference already.
        FlowControl::IndirectBranch => through(instruction).map_or(Flow::JumpUnknown, |_| Flow::End),
        FlowControl::Return | FlowControl::Exception => Flow::End,
        _ => Flow::Next,
    }
}

/// The slot that `call [rip + x]` reads.
fn through(instruction: &Instruction) -> Option<u64> {
    instruction.is_ip_rel_memory_operand().then(|| instruction.ip_rel_memory_address())
}

fn value(instruction: &Instruction) -> Value {
    if instruction.is_ip_rel_memory_operand() {
        return Value::Address(instruction.ip_rel_memory_address());
    }
    for operand in 0..instruction.op_count() {
        let address = match instruction.op_kind(operand) {
            OpKind::Memory if instruction.memory_displ_size() >= 4 && is_absolute(instruction) => {
                instruction.memory_displacement64()
            }
            OpKind::Immediate32 | OpKind::Immediate64 | OpKind::Immediate32to64 => {
                instruction.immediate(operand)
            }
            _ => continue,
        };
        return Value::Address(address);
    }
    Value::None
}

/// Whether the displacement can be an address: with a frame's register it is an offset.
fn is_absolute(instruction: &Instruction) -> bool {
    use Register::{EBP, ESP, RBP, RSP};
    !matches!(instruction.memory_base(), EBP | ESP | RBP | RSP)
}
