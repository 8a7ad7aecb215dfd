//! AVR: one table of instructions, which every reader of code asks (the AVR Instruction Set Manual, DS40002198).
//!
//! What the reduced core (AVRrc: ATtiny4 to 10, 102, 104) has instead of `ldd` with a large distance is not told
//! apart.

#[cfg(test)]
mod tests;

use crate::isa::sign_extend;

/// The pairs of registers that instructions take addresses from, by the lower one.
pub(crate) const X: u8 = 26;
/// Also the frame's pointer.
pub(crate) const Y: u8 = 28;
/// Also where indirect calls lead.
pub(crate) const Z: u8 = 30;

/// What an instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// `ldi`.
    LoadImmediate,
    /// `mov`.
    Move,
    /// `movw`: two registers at once.
    MovePair,
    /// `subi`.
    SubtractImmediate,
    /// `sbci`.
    SubtractCarryImmediate,
    /// `sub`.
    Subtract,
    /// `sbc`.
    SubtractCarry,
    /// `add`.
    Add,
    /// `adc`.
    AddCarry,
    /// `adiw`; `sbiw` has a negative number.
    AddToPair,
    /// Computes `rd` from itself and, perhaps, `rr`.
    Compute,
    /// Compares, and sets flags.
    Compare,
    /// `mul` and its like: into `r0` and `r1`.
    Multiply,
    /// RAM at a pair and a number, which may move the pair on.
    Load,
    Store,
    /// Exchanges a register with RAM at Z.
    Exchange,
    /// `lds`.
    LoadDirect,
    /// `sts`.
    StoreDirect,
    /// `lpm`: flash at Z.
    LoadFlash,
    /// `elpm`: flash at RAMPZ and Z.
    LoadFarFlash,
    /// `spm`.
    StoreFlash,
    /// From the register of this number.
    In,
    Out,
    Push,
    Pop,
    /// To a distance in bytes.
    Branch,
    /// `rjmp`.
    Jump,
    /// `rcall`.
    Call,
    /// `jmp`.
    JumpFar,
    /// `call`.
    CallFar,
    /// `ijmp`, `eijmp`.
    JumpRegister,
    /// `icall`, `eicall`.
    CallRegister,
    /// Passes over the next one or not.
    Skip,
    /// `ret`, `reti`.
    Return,
    /// Flags, bits of ports, and what waits.
    Other,
    Unknown,
}

/// What becomes of a pair that is an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    No,
    On,
    Back,
}

/// The first word of an instruction, taken apart. Registers that it has not are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) class: Class,
    pub(crate) len_bytes: u8,
    /// Written, read or both.
    pub(crate) rd: Option<u8>,
    /// Read; of loads and stores the pair that is the address.
    pub(crate) rr: Option<u8>,
    pub(crate) imm: i64,
    pub(crate) moved: Moved,
}

impl Instruction {
    fn new(class: Class, rd: Option<u8>, rr: Option<u8>) -> Self {
        Self { class, len_bytes: 2, rd, rr, imm: 0, moved: Moved::No }
    }

    fn with_imm(self, imm: i64) -> Self {
        Self { imm, ..self }
    }

    fn long(self) -> Self {
        Self { len_bytes: 4, ..self }
    }

    fn moving(self, moved: Moved) -> Self {
        Self { moved, ..self }
    }

    /// Registers that it reads, a bit each.
    #[cfg(test)]
    pub(crate) fn reads(&self) -> u32 {
        use Class as C;
        let (rd, rr) = (bit(self.rd), bit(self.rr));
        match self.class {
            C::LoadImmediate | C::LoadDirect | C::In | C::Pop => 0,
            C::Move => rr,
            C::MovePair | C::Load | C::LoadFlash | C::LoadFarFlash => pair(self.rr),
            C::AddToPair => pair(self.rd),
            C::Store | C::Exchange => rd | pair(self.rr),
            C::StoreFlash => 3 | pair(self.rr),
            C::JumpRegister | C::CallRegister => pair(Some(Z)),
            _ => rd | rr,
        }
    }

    /// Registers that it writes, a bit each.
    pub(crate) fn writes(&self) -> u32 {
        use Class as C;
        let moved = if self.moved == Moved::No { 0 } else { pair(self.rr) };
        match self.class {
            C::LoadImmediate | C::Move | C::LoadDirect | C::In | C::Pop | C::Exchange | C::Compute => {
                bit(self.rd)
            }
            C::SubtractImmediate | C::SubtractCarryImmediate | C::Subtract | C::SubtractCarry => bit(self.rd),
            C::Add | C::AddCarry => bit(self.rd),
            C::MovePair | C::AddToPair => pair(self.rd),
            C::Multiply => 3,
            C::Load | C::LoadFlash | C::LoadFarFlash => bit(self.rd) | moved,
            C::Store | C::StoreFlash => moved,
            _ => 0,
        }
    }
}

fn bit(register: Option<u8>) -> u32 {
    register.map_or(0, |it| 1 << it)
}

fn pair(register: Option<u8>) -> u32 {
    register.map_or(0, |it| 3 << it)
}

/// The instruction that begins with this word.
pub(crate) fn decode(first: u32) -> Instruction {
    let (rd, rr) = (five(first >> 4), five(first >> 5 & 16 | first & 15));
    let upper = Some(16 + (first >> 4 & 15) as u8);
    let constant = i64::from(first >> 4 & 0xf0 | first & 15);
    let of_two = |class| Instruction::new(class, rd, rr);
    let of_number = |class| Instruction::new(class, upper, None).with_imm(constant);
    let relative =
        |class| Instruction::new(class, None, None).with_imm(2 + 2 * sign_extend(first & 0xfff, 12));
    match (first >> 12, first >> 10 & 3) {
        (0, 0) => multiplied(first),
        (0, 1) | (1, 1) => of_two(Class::Compare),
        (0, 2) => of_two(Class::SubtractCarry),
        (0, _) => of_two(Class::Add),
        (1, 0) => of_two(Class::Skip),
        (1, 2) => of_two(Class::Subtract),
        (1, _) => of_two(Class::AddCarry),
        (2, 3) => of_two(Class::Move),
        (2, _) => of_two(Class::Compute),
        (3, _) => of_number(Class::Compare),
        (4, _) => of_number(Class::SubtractCarryImmediate),
        (5, _) => of_number(Class::SubtractImmediate),
        (6 | 7, _) => of_number(Class::Compute),
        (8 | 10, _) => {
            let base = if first & 8 == 0 { Z } else { Y };
            let distance = first & 7 | first >> 7 & 0x18 | first >> 8 & 0x20;
            let class = if first & 0x200 == 0 { Class::Load } else { Class::Store };
            Instruction::new(class, rd, Some(base)).with_imm(distance.into())
        }
        (9, 3) => of_two(Class::Multiply),
        (9, _) => various(first),
        (11, _) => {
            let class = if first & 0x800 == 0 { Class::In } else { Class::Out };
            Instruction::new(class, rd, None).with_imm(i64::from(first >> 5 & 0x30 | first & 15))
        }
        (12, _) => relative(Class::Jump),
        (13, _) => relative(Class::Call),
        (14, _) => of_number(Class::LoadImmediate),
        (_, 0 | 1) => {
            Instruction::new(Class::Branch, None, None).with_imm(2 + 2 * sign_extend(first >> 3 & 0x7f, 7))
        }
        _ if first & 8 != 0 => Instruction::new(Class::Unknown, None, None),
        (_, 2) if first & 0x200 == 0 => Instruction::new(Class::Compute, rd, None),
        (_, 2) => Instruction::new(Class::Other, rd, None),
        _ => Instruction::new(Class::Skip, rd, None),
    }
}

/// `nop`, `movw`, and products of signed numbers and fractions.
fn multiplied(first: u32) -> Instruction {
    let (high, low) = ((first >> 4 & 15) as u8, (first & 15) as u8);
    match first >> 8 & 3 {
        0 if first == 0 => Instruction::new(Class::Other, None, None),
        0 => Instruction::new(Class::Unknown, None, None),
        1 => Instruction::new(Class::MovePair, Some(high * 2), Some(low * 2)),
        2 => Instruction::new(Class::Multiply, Some(16 + high), Some(16 + low)),
        _ => Instruction::new(Class::Multiply, Some(16 + (high & 7)), Some(16 + (low & 7))),
    }
}

/// Everything that begins with 9.
fn various(first: u32) -> Instruction {
    let rd = five(first >> 4);
    match first >> 8 & 15 {
        0 | 1 => loads(first & 15, rd),
        2 | 3 => stores(first & 15, rd),
        4 | 5 => one_register(first),
        kind @ (6 | 7) => {
            let number = i64::from(first >> 2 & 0x30 | first & 15);
            Instruction::new(Class::AddToPair, Some(24 + (first >> 4 & 3) as u8 * 2), None)
                .with_imm(if kind == 6 { number } else { -number })
        }
        8 | 10 => Instruction::new(Class::Other, None, None),
        _ => Instruction::new(Class::Skip, None, None),
    }
}

fn loads(kind: u32, rd: Option<u8>) -> Instruction {
    let load = |base| Instruction::new(Class::Load, rd, Some(base));
    let flash = |class| Instruction::new(class, rd, Some(Z));
    match kind {
        0 => Instruction::new(Class::LoadDirect, rd, None).long(),
        1 => load(Z).moving(Moved::On),
        2 => load(Z).moving(Moved::Back),
        4 => flash(Class::LoadFlash),
        5 => flash(Class::LoadFlash).moving(Moved::On),
        6 => flash(Class::LoadFarFlash),
        7 => flash(Class::LoadFarFlash).moving(Moved::On),
        9 => load(Y).moving(Moved::On),
        10 => load(Y).moving(Moved::Back),
        12 => load(X),
        13 => load(X).moving(Moved::On),
        14 => load(X).moving(Moved::Back),
        15 => Instruction::new(Class::Pop, rd, None),
        _ => Instruction::new(Class::Unknown, None, None),
    }
}

fn stores(kind: u32, rd: Option<u8>) -> Instruction {
    let store = |base| Instruction::new(Class::Store, rd, Some(base));
    match kind {
        0 => Instruction::new(Class::StoreDirect, rd, None).long(),
        1 => store(Z).moving(Moved::On),
        2 => store(Z).moving(Moved::Back),
        4..=7 => Instruction::new(Class::Exchange, rd, Some(Z)),
        9 => store(Y).moving(Moved::On),
        10 => store(Y).moving(Moved::Back),
        12 => store(X),
        13 => store(X).moving(Moved::On),
        14 => store(X).moving(Moved::Back),
        15 => Instruction::new(Class::Push, rd, None),
        _ => Instruction::new(Class::Unknown, None, None),
    }
}

fn one_register(first: u32) -> Instruction {
    let none = |class| Instruction::new(class, None, None);
    match (first & 15, first) {
        (0..=3 | 5..=7 | 10, _) => Instruction::new(Class::Compute, five(first >> 4), None),
        (12 | 13, _) => none(Class::JumpFar).long(),
        (14 | 15, _) => none(Class::CallFar).long(),
        (_, 0x9409 | 0x9419) => none(Class::JumpRegister),
        (_, 0x9509 | 0x9519) => none(Class::CallRegister),
        (_, 0x9508 | 0x9518) => none(Class::Return),
        (_, 0x95c8) => Instruction::new(Class::LoadFlash, Some(0), Some(Z)),
        (_, 0x95d8) => Instruction::new(Class::LoadFarFlash, Some(0), Some(Z)),
        (_, 0x95e8) => Instruction::new(Class::StoreFlash, None, Some(Z)),
        (_, 0x95f8) => Instruction::new(Class::StoreFlash, None, Some(Z)).moving(Moved::On),
        // `sleep`, `break`, `wdr`; flags; `des`.
        (_, 0x9588 | 0x9598 | 0x95a8) => none(Class::Other),
        (8 | 11, _) if first & 0x100 == 0 => none(Class::Other),
        _ => none(Class::Unknown),
    }
}

fn five(bits: u32) -> Option<u8> {
    Some((bits & 31) as u8)
}

/// Where `jmp` and `call` lead.
pub(crate) fn far_target(first: u32, second: u32) -> u64 {
    u64::from((first >> 4 & 0x1f) << 17 | (first & 1) << 16 | second) * 2
}
