//! Which bits of an instruction are a distance or an address.

use super::{Flow, Machine, Step, Value, riscv};

/// An instruction, and which of its bits depend on where things lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    instruction: u128,
    /// Bits that count from the instruction to its target.
    distance: u128,
    /// Bits that are an address, or a part of one.
    address: u128,
}

impl Fields {
    /// `code` begins with the instruction and may go on behind it.
    #[inline]
    pub(crate) fn of(machine: Machine, code: &[u8], step: &Step) -> Self {
        let instruction = instruction(code, step.len_bytes as usize);
        let code = &code[..code.len().min(step.len_bytes as usize)];
        let short = instruction as u32;
        let (distance, address) = match machine {
            Machine::Arm if code.len() == 2 => (thumb_narrow(short, step), 0),
            Machine::Arm => thumb_wide(short, step),
            Machine::Riscv32 | Machine::Riscv64 => riscv::fields(code, step),
            Machine::Xtensa => (xtensa(short, step), 0),
            Machine::Avr { .. } => avr(short, step),
            Machine::Other { .. } => (0, 0),
            Machine::X86 | Machine::X64 => return Self { instruction, ..x86(code, step) },
        };
        Self { instruction, distance: distance.into(), address: address.into() }
    }

    /// Whether the target can be told from the instruction only by where it lies.
    pub(crate) fn has_distance(&self) -> bool {
        self.distance != 0
    }

    /// Whether a part of an address stands in it.
    pub(crate) fn has_address(&self) -> bool {
        self.address != 0
    }

    pub(crate) fn without_distance(&self) -> u128 {
        self.instruction & !self.distance
    }

    pub(crate) fn without_addresses(&self) -> u128 {
        self.without_distance() & !self.address
    }
}

/// The bytes of an instruction as a number, the first lowest.
fn instruction(code: &[u8], len_bytes: usize) -> u128 {
    match code.first_chunk() {
        Some(chunk) => u128::from_le_bytes(*chunk) & bytes_at(0, len_bytes.min(chunk.len())),
        None => code.iter().take(len_bytes).rev().fold(0, |sum, it| sum << 8 | u128::from(*it)),
    }
}

/// Whether control may go to a place that the instruction itself names.
fn branches(step: &Step) -> bool {
    matches!(step.flow, Flow::Branch(_) | Flow::Jump(_) | Flow::Call(_))
}

fn forms_address(step: &Step) -> bool {
    matches!(step.value, Value::Address(_))
}

fn thumb_narrow(code: u32, step: &Step) -> u32 {
    match code >> 11 {
        0b01001 | 0b10100 => 0x00ff,
        0b11100 => 0x07ff,
        0b11010 | 0b11011 if branches(step) => 0x00ff,
        0b10110 | 0b10111 if branches(step) => 0x02f8,
        _ => 0,
    }
}

/// The first half is the lower one.
fn thumb_wide(code: u32, step: &Step) -> (u32, u32) {
    let (first, second) = (code & 0xffff, code >> 16);
    let halves = |first: u32, second: u32| second << 16 | first;
    let is_branch = first & 0xf800 == 0xf000 && second & 0x8000 != 0 && branches(step);
    match (is_branch, second & 0x5000) {
        (true, 0) => return (halves(0x043f, 0x2fff), 0),
        (true, _) => return (halves(0x07ff, 0x2fff), 0),
        _ => {}
    }
    match first & 0xfbff {
        _ if first & 0xff7f == 0xf85f => (halves(0x0080, 0x0fff), 0),
        0xf20f | 0xf2af if forms_address(step) => (halves(0x04a0, 0x70ff), 0),
        // MOVW and MOVT.
        it if it & 0xff70 == 0xf240 && second & 0x8000 == 0 => (0, halves(0x040f, 0x70ff)),
        _ => (0, 0),
    }
}

fn xtensa(code: u32, step: &Step) -> u32 {
    match (code & 0xf, code >> 4 & 3) {
        (1, _) if matches!(step.value, Value::Load(_)) => 0xff_ff00,
        _ if !branches(step) => 0,
        (5, _) | (6, 0) => 0xff_ffc0,
        (6, 1) => 0xff_f000,
        (6 | 7, _) => 0xff_0000,
        (12, _) => 0xf030,
        _ => 0,
    }
}

fn avr(code: u32, step: &Step) -> (u32, u32) {
    match code >> 12 & 0xf {
        0xc | 0xd => (0x0fff, 0),
        0xf if branches(step) => (0x03f8, 0),
        _ if step.len_bytes == 4 && branches(step) => (0xffff_01f1, 0),
        _ if step.len_bytes == 4 => (0, 0xffff_0000),
        _ => (0, 0),
    }
}

/// Of a branch the distance comes last. Else the decoder has told where the numbers are.
fn x86(code: &[u8], step: &Step) -> Fields {
    let mut fields = Fields { instruction: 0, distance: 0, address: 0 };
    if branches(step) {
        let is_short =
            code.iter().rev().nth(1).is_some_and(|it| matches!(it, 0x70..=0x7f | 0xe0..=0xe3 | 0xeb));
        let n_bytes = if is_short && code.len() < 5 { 1 } else { 4 };
        fields.distance = bytes_at(code.len().saturating_sub(n_bytes), n_bytes);
        return fields;
    }
    if !forms_address(step) && !matches!(step.flow, Flow::CallThrough(_)) {
        return fields;
    }
    let bytes_of = |(offset, size): (u8, u8)| bytes_at(offset.into(), size.into());
    let immediate = bytes_of(step.numbers.immediate);
    let displacement = bytes_of(step.numbers.displacement);
    if step.numbers.is_relative {
        fields.distance = displacement;
    } else {
        fields.address = immediate | displacement;
    }
    fields
}

fn bytes_at(offset: usize, n_bytes: usize) -> u128 {
    let ones = 1_u128.checked_shl(8 * n_bytes as u32).map_or(u128::MAX, |it| it - 1);
    ones.checked_shl(8 * offset as u32).unwrap_or(0)
}
