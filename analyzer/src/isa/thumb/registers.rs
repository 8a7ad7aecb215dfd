//! Thumb-1 and Thumb-2: what moves the stack pointer, and what calls through registers call.

use super::{CLOBBERED, expanded};
use crate::isa::half_at;
use crate::isa::registers::{Callee, Effect, Follow, Known, Memory, Taken};

const STACK: usize = 13;
/// What the stack pointer is a multiple of where a function begins, by the procedure call standard (AAPCS,
/// 6.2.1.2). Where hardware does not align it for an interrupt, it stores that word less of its frame.
const ENTRY_ALIGN: i64 = 8;

/// Follows the registers of ARM's microcontroller profiles.
pub(crate) struct Thumb<'image> {
    memory: Memory<'image>,
    registers: [Known; 16],
    /// Instructions of an `IT` block still to come, and the depth before the block: what only some
    /// ways take or give back leaves it as it was.
    conditional: (u32, i64),
    has_float: bool,
}

impl<'image> Thumb<'image> {
    pub(crate) fn new(memory: Memory<'image>) -> Self {
        Self { memory, registers: [Known::Nothing; 16], conditional: (0, 0), has_float: false }
    }
}

impl<'image> Follow<'image> for Thumb<'image> {
    type Code = &'image [u8];

    fn see(&mut self, code: &'image [u8], at: u64, depth: i64) -> Effect {
        self.registers[STACK] = Known::Stack(depth);
        let was_conditional = self.conditional.0;
        self.conditional.0 = was_conditional.saturating_sub(1);
        let callee = match (half_at(code, 0), half_at(code, 2)) {
            (Some(first), _) if first >> 11 < 0b11101 => self.narrow(first, at, depth),
            (Some(first), Some(second)) => {
                self.wide(first, second, at);
                Callee::Unknown
            }
            _ => Callee::Unknown,
        };
        let mut taken = self.registers[STACK].taken();
        if was_conditional == 1 && taken != Taken::Unknown {
            taken = Taken::Bytes(self.conditional.1);
        }
        Effect { taken, callee }
    }

    fn registers(&mut self) -> &mut [Known] {
        &mut self.registers
    }

    fn reset(&mut self) {
        self.memory.reset();
        self.registers = [Known::Nothing; 16];
        self.conditional = (0, 0);
    }

    fn has_float(&self) -> bool {
        self.has_float
    }
}

impl Thumb<'_> {
    fn narrow(&mut self, code: u32, at: u64, depth: i64) -> Callee {
        let (low, middle) = ((code & 7) as usize, (code >> 8 & 7) as usize);
        let second = (code >> 3 & 7) as usize;
        let (imm5, imm8) = (code >> 6 & 31, i64::from(code & 0xff));
        match code >> 11 {
            0b00000 => self.set(low, shifted(self.registers[second], |it| it << imm5)),
            0b00001 => self.set(low, shifted(self.registers[second], |it| it >> imm5)),
            0b00011 => self.add_or_subtract(code),
            0b00100 => self.set(middle, Known::Number(code as u64 & 0xff)),
            0b00110 => self.add(middle, imm8),
            0b00111 => self.add(middle, -imm8),
            0b01000 if code >> 10 & 1 == 1 => return self.high_registers(code),
            0b01000 => self.compute(code >> 6 & 15, low, second),
            0b01001 => self.set(middle, self.memory.load(Known::Number(pool(at, code & 0xff)), 0)),
            0b01010 | 0b01011 => self.load_indexed(code),
            0b01100 => self.store(second, i64::from(imm5) * 4, low),
            0b01101 => self.set(low, self.memory.load(self.registers[second], i64::from(imm5) * 4)),
            0b00010 | 0b01111 | 0b10001 => self.set(low, Known::Nothing),
            0b10010 => self.store(STACK, imm8 * 4, middle),
            0b10011 => self.set(middle, self.memory.load(Known::Stack(depth), imm8 * 4)),
            0b10100 => self.set(middle, Known::Number(pool(at, code & 0xff))),
            0b10101 => self.set(middle, Known::Stack(depth - imm8 * 4)),
            0b10110 | 0b10111 => self.miscellaneous(code, depth),
            0b11000 => self.store_list(middle, code & 0xff, 0),
            0b11001 => self.load_list(middle, code & 0xff, 0),
            _ => {}
        }
        Callee::Unknown
    }

    fn add_or_subtract(&mut self, code: u32) {
        let (low, second, third) = ((code & 7) as usize, (code >> 3 & 7) as usize, (code >> 6 & 7) as usize);
        let (one, two) = (self.registers[second], self.registers[third]);
        let sum = match code >> 9 & 3 {
            0 => one.sum(two, 32),
            1 => one.less(two, 32),
            2 => one.plus(third as i64),
            _ => one.plus(-(third as i64)),
        };
        self.set(low, sum);
    }

    /// Two registers; only the negative is followed, and comparisons change nothing.
    fn compute(&mut self, operation: u32, low: usize, second: usize) {
        match operation {
            8 | 10 | 11 => {}
            9 => self.set(low, Known::Number(0).less(self.registers[second], 32)),
            _ => self.set(low, Known::Nothing),
        }
    }

    /// ADD, CMP, MOV, BX and BLX of any register.
    fn high_registers(&mut self, code: u32) -> Callee {
        let target = (code >> 4 & 8 | code & 7) as usize;
        let source = (code >> 3 & 0xf) as usize;
        match code >> 8 & 3 {
            0 => self.set(target, self.registers[target].sum(self.registers[source], 32)),
            1 => {}
            2 => self.set(target, self.registers[source]),
            _ => {
                let callee = self.registers[source].callee();
                if code >> 7 & 1 == 1 {
                    self.after_call();
                }
                return callee;
            }
        }
        Callee::Unknown
    }

    fn load_indexed(&mut self, code: u32) {
        let (low, base, index) = ((code & 7) as usize, (code >> 3 & 7) as usize, (code >> 6 & 7) as usize);
        match code >> 9 & 7 {
            0..=2 => {}
            4 => {
                let address = self.registers[base].sum(self.registers[index], 32);
                let is_table = matches!(address, Known::Near(_));
                self.set(low, if is_table { self.memory.load(address, 0) } else { Known::Nothing });
            }
            _ => self.set(low, Known::Nothing),
        }
    }

    fn miscellaneous(&mut self, code: u32, depth: i64) {
        let n_listed = i64::from((code & 0x1ff).count_ones());
        let imm7 = i64::from(code & 0x7f) * 4;
        match code >> 8 {
            0xb0 if code & 0x80 == 0 => self.add(STACK, imm7),
            0xb0 => self.add(STACK, -imm7),
            0xb4 | 0xb5 => {
                self.add(STACK, -4 * n_listed);
                let pushed = self.registers[STACK];
                self.store_list(STACK, code & 0xff | (code & 0x100) << 6, 0);
                self.registers[STACK] = pushed;
            }
            0xbc | 0xbd => {
                self.load_list(STACK, code & 0xff, 0);
                self.registers[STACK] = Known::Stack(depth).plus(4 * n_listed);
            }
            0xb2 | 0xba => self.set((code & 7) as usize, Known::Nothing),
            0xbf if code & 0xf != 0 => self.conditional = (4 - (code & 0xf).trailing_zeros(), depth),
            _ => {}
        }
    }

    fn wide(&mut self, first: u32, second: u32, at: u64) {
        match first >> 9 {
            0b111_0100 => self.load_or_store_several(first, second),
            0b111_0101 => self.of_registers(first, second),
            0b111_0110 | 0b111_0111 => self.coprocessor(first, second),
            0b111_1000..=0b111_1011 if second & 0x8000 == 0 => self.of_number(first, second, at),
            0b111_1000..=0b111_1011 if second & 0x4000 != 0 => self.after_call(),
            0b111_1000..=0b111_1011 => {}
            0b111_1100 => self.load_or_store(first, second, at),
            0b111_1101 => {
                self.set((second >> 8 & 0xf) as usize, Known::Nothing);
                self.set((second >> 12) as usize, Known::Nothing);
            }
            _ => {}
        }
    }

    /// LDM, STM (PUSH and POP among them), LDRD, STRD and what is exclusive.
    fn load_or_store_several(&mut self, first: u32, second: u32) {
        let (base, is_load) = ((first & 0xf) as usize, first >> 4 & 1 == 1);
        let is_written_back = first >> 5 & 1 == 1;
        if first >> 6 & 1 == 0 {
            let n_bytes = i64::from(second.count_ones()) * 4;
            let offset = if first >> 7 & 3 == 2 { -n_bytes } else { n_bytes };
            let address = self.registers[base];
            if is_load {
                self.load_list(base, second & 0x5fff, offset.min(0));
            } else {
                self.store_list(base, second & 0x5fff, offset.min(0));
            }
            self.registers[base] = if is_written_back { address.plus(offset) } else { self.registers[base] };
            return;
        }
        let offset = i64::from(second & 0xff) * 4;
        let offset = if first >> 7 & 1 == 1 { offset } else { -offset };
        let (address, at_once) = (self.registers[base], if first >> 8 & 1 == 1 { offset } else { 0 });
        for (idx, register) in [second >> 12, second >> 8 & 0xf].into_iter().enumerate() {
            let at = at_once + idx as i64 * 4;
            match is_load {
                true => self.set(register as usize, self.memory.load(address, at)),
                false => self.memory.store(address, at, self.registers[register as usize]),
            }
        }
        if is_written_back {
            self.set(base, address.plus(offset));
        }
    }

    /// ADD, SUB and MOV of whole registers; everything else computes what is not followed.
    fn of_registers(&mut self, first: u32, second: u32) {
        let (base, target) = (self.registers[(first & 0xf) as usize], (second >> 8 & 0xf) as usize);
        let other = self.registers[(second & 0xf) as usize];
        let is_shifted = second & 0x70f0 != 0;
        let result = match first >> 5 & 0xf {
            2 if first & 0xf == 15 && !is_shifted => other,
            8 if !is_shifted => base.sum(other, 32),
            8 => base.sum(Known::Nothing, 32),
            13 if !is_shifted => base.less(other, 32),
            _ => Known::Nothing,
        };
        self.set(target, result);
    }

    /// Data processing with a number in the instruction.
    fn of_number(&mut self, first: u32, second: u32, at: u64) {
        let (base, target) = (self.registers[(first & 0xf) as usize], (second >> 8 & 0xf) as usize);
        let imm12 = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff;
        let imm16 = u64::from((first & 0xf) << 12 | imm12);
        if first >> 9 & 1 == 0 {
            let number = expanded(imm12).into();
            self.set(target, computed(first >> 5 & 0xf, first & 0xf == 15, base, number));
            return;
        }
        let pc = at.wrapping_add(4) & !3;
        let result = match first >> 4 & 0x1f {
            0x00 if first & 0xf == 15 => Known::Number(pc.wrapping_add(imm12.into())),
            0x0a if first & 0xf == 15 => Known::Number(pc.wrapping_sub(imm12.into())),
            0x00 => base.plus(imm12.into()),
            0x0a => base.plus(-i64::from(imm12)),
            0x04 => Known::Number(imm16),
            0x0c => match self.registers[target] {
                Known::Number(low) => Known::Number(low & 0xffff | imm16 << 16),
                _ => Known::Nothing,
            },
            // BFC of the lowest bits aligns.
            0x16 if first & 0xf == 15 && second & 0x70c0 == 0 => {
                self.registers[target].aligned(2 << (second & 31), ENTRY_ALIGN)
            }
            _ => Known::Nothing,
        };
        self.set(target, result);
    }

    /// LDR, STR and their smaller kin.
    fn load_or_store(&mut self, first: u32, second: u32, at: u64) {
        let (base, transferred) = ((first & 0xf) as usize, (second >> 12) as usize);
        let (is_word, is_load) = (first >> 5 & 3 == 2, first >> 4 & 1 == 1);
        let imm12 = i64::from(second & 0xfff);
        let imm8 = i64::from(second & 0xff);
        let has_short = first >> 7 & 1 == 0 && second >> 11 & 1 == 1;
        let offset = if second >> 9 & 1 == 1 { imm8 } else { -imm8 };
        let short = if second >> 10 & 1 == 1 { offset } else { 0 };
        let loaded = match base {
            15 => {
                let offset = if first >> 7 & 1 == 1 { imm12 } else { -imm12 };
                self.memory.load(Known::Number(at.wrapping_add(4) & !3), offset)
            }
            _ if first >> 7 & 1 == 1 => self.memory.load(self.registers[base], imm12),
            _ if has_short => self.memory.load(self.registers[base], short),
            _ => match self.registers[base].sum(self.registers[(second & 0xf) as usize], 32) {
                address @ Known::Near(_) => self.memory.load(address, 0),
                _ => Known::Nothing,
            },
        };
        if is_word && !is_load && (has_short || first >> 7 & 1 == 1) {
            self.store(base, if has_short { short } else { imm12 }, transferred);
        }
        if has_short && second >> 8 & 1 == 1 && base != 15 {
            self.add(base, offset);
        }
        if is_load {
            self.set(transferred, if is_word { loaded } else { Known::Nothing });
        }
    }

    /// VPUSH, VPOP and other loads and stores of floating-point registers, and whatever uses them.
    fn coprocessor(&mut self, first: u32, second: u32) {
        let is_float = matches!(second >> 8 & 0xf, 10 | 11);
        self.has_float |= is_float;
        let is_transfer = first & 0xfe00 == 0xec00;
        if is_float && is_transfer && first >> 5 & 1 == 1 {
            let n_bytes = i64::from(second & 0xff) * 4;
            let is_down = first >> 7 & 3 == 2;
            self.add((first & 0xf) as usize, if is_down { -n_bytes } else { n_bytes });
        } else if first & 0xff10 == 0xee10 && second & 0x10 != 0 {
            self.set((second >> 12) as usize, Known::Nothing);
        }
    }

    fn set(&mut self, register: usize, known: Known) {
        let masked = if let Known::Number(it) = known { Known::Number(it & 0xffff_ffff) } else { known };
        self.registers[register] = masked;
    }

    fn add(&mut self, register: usize, number: i64) {
        self.set(register, self.registers[register].plus(number));
    }

    fn store(&mut self, base: usize, offset: i64, register: usize) {
        self.memory.store(self.registers[base], offset, self.registers[register]);
    }

    /// Loads registers, the lowest from so far behind what `base` holds. Without writing back, as
    /// LDM does where the base is in the list; else it is of no further interest.
    fn load_list(&mut self, base: usize, list: u32, offset: i64) {
        let address = self.registers[base];
        let listed = (0..16).filter(|it| list >> it & 1 == 1);
        for (idx, register) in listed.enumerate() {
            self.set(register, self.memory.load(address, offset + idx as i64 * 4));
        }
        if list >> base & 1 == 0 {
            self.set(base, address.plus(i64::from(list.count_ones()) * 4));
        }
    }

    fn store_list(&mut self, base: usize, list: u32, offset: i64) {
        let address = self.registers[base];
        let listed = (0..16).filter(|it| list >> it & 1 == 1);
        for (idx, register) in listed.enumerate() {
            self.memory.store(address, offset + idx as i64 * 4, self.registers[register]);
        }
        self.set(base, address.plus(i64::from(list.count_ones()) * 4));
    }

    fn after_call(&mut self) {
        (0..16).filter(|it| CLOBBERED >> it & 1 == 1).for_each(|it| self.set(it, Known::Nothing));
    }
}

fn computed(operation: u32, has_no_base: bool, base: Known, number: u64) -> Known {
    match operation {
        0 => base.aligned((!number & 0xffff_ffff) + 1, ENTRY_ALIGN),
        1 => base.aligned(number + 1, ENTRY_ALIGN),
        2 if has_no_base => Known::Number(number),
        3 if has_no_base => Known::Number(!number),
        8 => base.plus(number as i64),
        13 => base.plus(-(number as i64)),
        _ => Known::Nothing,
    }
}

fn shifted(known: Known, shift: impl Fn(u64) -> u64) -> Known {
    match known {
        Known::Number(it) => Known::Number(shift(it)),
        other if shift(1) == 1 => other,
        _ => Known::Nothing,
    }
}

fn pool(at: u64, words: u32) -> u64 {
    (at.wrapping_add(4) & !3).wrapping_add(u64::from(words) * 4)
}
