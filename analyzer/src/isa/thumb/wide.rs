//! The instructions of two half-words (Armv7-M Architecture Reference Manual, DDI 0403, A5.3; what Armv8-M
//! adds: DDI 0553, C1).

use super::expanded;
use super::instruction::{
    Access, Class, Compute, FLAGS, LINK, Operand, Operation, PC, Transferred, bit, optional,
};
use crate::isa::sign_extend;

/// Neither registers nor memory.
const NOTHING: Class = Class::Other { reads: 0, writes: 0, is_pure: false };

pub(super) fn class(first: u32, second: u32) -> Class {
    match first >> 9 & 15 {
        0b0100 if first & 0x40 == 0 => multiple(first, second),
        0b0100 => pairs(first, second),
        0b0101 => shifted_register(first, second),
        0b0110 | 0b0111 | 0b1110 | 0b1111 => coprocessor(first, second),
        0b1000..=0b1011 if second >> 15 == 1 => control(first, second),
        0b1000 | 0b1010 => modified_number(first, second),
        0b1001 | 0b1011 => plain_number(first, second),
        0b1100 => single(first, second),
        0b1101 if first & 0x100 == 0 => of_registers(first, second),
        0b1101 if first & 0x80 == 0 => product(first, second),
        0b1101 => long_product(first, second),
        _ => Class::Unknown,
    }
}

/// LDM, STM, PUSH, POP.
fn multiple(first: u32, second: u32) -> Class {
    let (base, is_load, is_moving) = (first & 15, first >> 4 & 1 == 1, first >> 5 & 1 == 1);
    let is_down = match first >> 7 & 3 {
        1 => false,
        2 => true,
        // Of other profiles.
        _ => return Class::Unknown,
    };
    if first == 0xe89f {
        // Armv8.1-M's CLRM.
        return Class::Other { reads: 0, writes: second & !bit(PC), is_pure: true };
    }
    let n_bytes = 4 * u64::from(second.count_ones());
    let by = if is_down { -n_bytes.cast_signed() } else { n_bytes.cast_signed() };
    let is_loaded = is_load && second & bit(base) != 0;
    Class::Access(Access {
        is_load,
        base,
        index: None,
        from: by.min(0),
        moves: (is_moving && !is_loaded).then_some(by),
        n_bytes,
        registers: Transferred::List(second),
        status: None,
    })
}

/// LDRD and STRD, exclusive accesses, table branches, TT and SG.
fn pairs(first: u32, second: u32) -> Class {
    let (base, is_load) = (first & 15, first >> 4 & 1 == 1);
    let (one, two) = (second >> 12, second >> 8 & 15);
    let (is_before, is_up, is_moving) = (first >> 8 & 1 == 1, first >> 7 & 1 == 1, first >> 5 & 1 == 1);
    if (first, second) == (0xe97f, 0xe97f) {
        return NOTHING;
    }
    if !is_before && !is_moving {
        return if is_up { exclusive(first, second) } else { exclusive_word(first, second) };
    }
    let by = i64::from(second & 0xff) * if is_up { 4 } else { -4 };
    Class::Access(Access {
        is_load,
        base,
        index: None,
        from: if is_before { by } else { 0 },
        moves: (is_moving && by != 0).then_some(by),
        n_bytes: 8,
        registers: Transferred::Two(one, two),
        status: None,
    })
}

/// LDREX, STREX; a store of the program counter is TT.
fn exclusive_word(first: u32, second: u32) -> Class {
    let (base, register, status) = (first & 15, second >> 12, second >> 8 & 15);
    let is_load = first >> 4 & 1 == 1;
    if !is_load && register == PC {
        return Class::Other { reads: bit(base), writes: bit(status), is_pure: true };
    }
    Class::Access(Access {
        is_load,
        base,
        index: None,
        from: i64::from(second & 0xff) * 4,
        moves: None,
        n_bytes: 4,
        registers: Transferred::One(register),
        status: (!is_load).then_some(status),
    })
}

/// Of other sizes, with or without an order, and the table branches.
fn exclusive(first: u32, second: u32) -> Class {
    let (base, is_load) = (first & 15, first >> 4 & 1 == 1);
    let (one, two, last, size) = (second >> 12, second >> 8 & 15, second & 15, second >> 4 & 15);
    let n_bytes = match size {
        0 | 1 if is_load => return Class::TableBranch { base, index: last },
        4 | 8 | 12 => 1,
        5 | 9 | 13 => 2,
        7 | 15 => 8,
        10 | 14 => 4,
        _ => return Class::Unknown,
    };
    let registers = if n_bytes == 8 { Transferred::Two(one, two) } else { Transferred::One(one) };
    let has_status = !is_load && !(8..12).contains(&size);
    let status = has_status.then_some(last);
    Class::Access(Access { is_load, base, index: None, from: 0, moves: None, n_bytes, registers, status })
}

fn shifted_register(first: u32, second: u32) -> Class {
    let (base, target, last) = (first & 15, second >> 8 & 15, second & 15);
    let by = second >> 10 & 0x1c | second >> 6 & 3;
    let is_shifted = second & 0x70f0 != 0;
    let operand = if is_shifted { Operand::Shifted(last) } else { Operand::Register(last) };
    if second >> 15 == 1 {
        // Armv8.1-M's conditional selections and long shifts.
        let is_selection = first & 0xfff0 == 0xea50 && second & 0x1000 == 0;
        let (reads, writes) = (optional_operand(base) | optional_operand(last) | FLAGS, bit(target));
        return if is_selection { Class::Other { reads, writes, is_pure: true } } else { Class::Unknown };
    }
    match (first >> 5 & 15, second >> 4 & 3) {
        (2, 0) if base == PC && is_shifted => of_shift((first, Operation::ShiftLeft), target, (last, by)),
        (2, 1) if base == PC => {
            of_shift((first, Operation::ShiftRight), target, (last, if by == 0 { 32 } else { by }))
        }
        (2, 2 | 3) if base == PC => of_shift((first, Operation::Other), target, (last, by)),
        (6, _) => Class::Other { reads: bit(base) | bit(last), writes: bit(target), is_pure: true },
        (operation, _) => combined(first, (operation, target), operand),
    }
}

fn of_shift((first, operation): (u32, Operation), target: u32, (from, by): (u32, u32)) -> Class {
    Class::Compute(Compute {
        operation,
        target: Some(target),
        first: Some(from),
        second: Operand::Number(by),
        reads_flags: true,
        writes_flags: first >> 4 & 1 == 1,
    })
}

fn modified_number(first: u32, second: u32) -> Class {
    let number = Operand::Number(expanded(imm12(first, second)));
    combined(first, (first >> 5 & 15, second >> 8 & 15), number)
}

/// Some constants and shifts read the carry.
fn combined(first: u32, (operation, target): (u32, u32), second: Operand) -> Class {
    let (base, writes_flags) = (first & 15, first >> 4 & 1 == 1);
    let is_comparison = target == PC && writes_flags && matches!(operation, 0 | 4 | 8 | 13);
    let has_base = !(matches!(operation, 2 | 3) && base == PC);
    let operation = match operation {
        _ if is_comparison => Operation::Other,
        0 => Operation::And,
        1 => Operation::AndNot,
        2 if !has_base => Operation::Move,
        3 if !has_base => Operation::MoveNot,
        2..=4 | 10 | 11 => Operation::Other,
        8 => Operation::Add,
        13 => Operation::Subtract,
        14 => Operation::ReverseSubtract,
        _ => return Class::Unknown,
    };
    Class::Compute(Compute {
        operation,
        target: (!is_comparison).then_some(target),
        first: has_base.then_some(base),
        second,
        reads_flags: true,
        writes_flags,
    })
}

fn imm12(first: u32, second: u32) -> u32 {
    (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff
}

fn plain_number(first: u32, second: u32) -> Class {
    let (base, target) = (first & 15, second >> 8 & 15);
    let number = imm12(first, second);
    let sum = |operation| {
        let (target, first, second) = (Some(target), Some(base), Operand::Number(number));
        Class::Compute(Compute { operation, target, first, second, reads_flags: false, writes_flags: false })
    };
    match first >> 4 & 31 {
        0 if base == PC => Class::Address { target, offset: number.into() },
        10 if base == PC => Class::Address { target, offset: -i64::from(number) },
        0 => sum(Operation::Add),
        10 => sum(Operation::Subtract),
        it @ (4 | 12) => Class::MoveHalf { target, half: base << 12 | number, is_upper: it == 12 },
        22 if base == PC => {
            Class::Clear { target, low: second >> 10 & 0x1c | second >> 6 & 3, high: second & 31 }
        }
        22 => Class::Other { reads: bit(base) | bit(target), writes: bit(target), is_pure: true },
        // Saturations and bit fields.
        16 | 18 | 20 | 24 | 26 | 28 => Class::Other { reads: bit(base), writes: bit(target), is_pure: true },
        _ => Class::Unknown,
    }
}

/// Branches, and what the processor is told.
fn control(first: u32, second: u32) -> Class {
    let sign = first >> 10 & 1;
    let (j1, j2) = (second >> 13 & 1, second >> 11 & 1);
    let (i1, i2) = (1 ^ j1 ^ sign, 1 ^ j2 ^ sign);
    let far = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
    match second & 0x5000 {
        0x5000 => Class::Call { offset: sign_extend(far, 25), is_to_arm: false },
        0x4000 if second & 1 == 1 => low_overhead_loop(first, second),
        0x4000 => Class::Call { offset: sign_extend(far, 25), is_to_arm: true },
        0x1000 => Class::Branch { offset: sign_extend(far, 25) },
        _ if first >> 7 & 7 != 7 => {
            let near = sign << 20 | j2 << 19 | j1 << 18 | (first & 0x3f) << 12 | (second & 0x7ff) << 1;
            Class::BranchIf { offset: sign_extend(near, 21), reads: FLAGS }
        }
        _ => system(first, second),
    }
}

fn system(first: u32, second: u32) -> Class {
    match first {
        // MSR: of the flags, or of what no program's registers hold.
        0xf380..=0xf39f => {
            let writes = if second & 0xff <= 3 { FLAGS } else { 0 };
            Class::Other { reads: bit(first), writes, is_pure: false }
        }
        0xf3af | 0xf3bf => NOTHING,
        0xf3de => Class::Stop,
        0xf3ef | 0xf3ff => {
            let reads = if second & 0xff <= 3 { FLAGS } else { 0 };
            Class::Other { reads, writes: bit(second >> 8), is_pure: false }
        }
        _ if first >> 4 & 0x7f == 0x7f => Class::Stop,
        _ => Class::Unknown,
    }
}

/// Armv8.1-M's DLS, WLS and LE: the link register counts.
fn low_overhead_loop(first: u32, second: u32) -> Class {
    let distance = i64::from((second >> 1 & 0x3ff) << 2 | (second >> 11 & 1) << 1);
    let is_start = second & 0x2000 != 0;
    match (first & 0xfff0, is_start) {
        (0xf040, true) => Class::Other { reads: bit(first), writes: bit(LINK), is_pure: false },
        (0xf040, false) => Class::BranchIf { offset: distance, reads: bit(first) },
        (_, false) if matches!(first, 0xf00f | 0xf02f) => {
            Class::BranchIf { offset: -distance, reads: bit(LINK) }
        }
        _ => Class::Unknown,
    }
}

/// LDR, STR and their smaller kin.
fn single(first: u32, second: u32) -> Class {
    let (base, register) = (first & 15, second >> 12);
    let (is_load, size) = (first >> 4 & 1 == 1, first >> 5 & 3);
    let is_undefined = size == 3 || !is_load && (base == PC || first & 0x100 != 0);
    if is_undefined || (size == 2 && first & 0x100 != 0) {
        return Class::Unknown;
    }
    // What would load the program counter with less than a word is a hint.
    let is_hint = is_load && register == PC && size < 2;
    let registers = if is_hint { Transferred::None } else { Transferred::One(register) };
    let none = Access {
        is_load,
        base,
        index: None,
        from: 0,
        moves: None,
        n_bytes: 1 << size,
        registers,
        status: None,
    };
    let up = |is_up: u32, distance: u32| i64::from(distance) * if is_up == 1 { 1 } else { -1 };
    if base == PC {
        return Class::Access(Access { from: up(first >> 7 & 1, second & 0xfff), ..none });
    }
    if first >> 7 & 1 == 1 {
        return Class::Access(Access { from: i64::from(second & 0xfff), ..none });
    }
    if second >> 11 & 1 == 0 {
        let index = (second & 15, second >> 4 & 3);
        let is_known = second >> 6 & 31 == 0;
        return if is_known { Class::Access(Access { index: Some(index), ..none }) } else { Class::Unknown };
    }
    let by = up(second >> 9 & 1, second & 0xff);
    let (is_before, is_moving) = (second >> 10 & 1 == 1, second >> 8 & 1 == 1);
    if !is_before && !is_moving {
        return Class::Unknown;
    }
    let from = if is_before { by } else { 0 };
    Class::Access(Access { from, moves: is_moving.then_some(by), ..none })
}

/// Shifts by a register, extensions, parallel arithmetic, reversals and counts.
fn of_registers(first: u32, second: u32) -> Class {
    let (base, target, last) = (first & 15, second >> 8 & 15, second & 15);
    let (one, two) = (first >> 4 & 15, second >> 4 & 15);
    let both = bit(base) | bit(last);
    let pure = |reads, writes| Class::Other { reads, writes: bit(target) | writes, is_pure: true };
    if second >> 12 != 15 {
        return Class::Unknown;
    }
    match (one, two) {
        (0..=7, 0) => pure(both | FLAGS, if one & 1 == 1 { FLAGS } else { 0 }),
        (0..=5, 8..) => pure(optional_operand(base) | bit(last), 0),
        // Reversals and CLZ name their operand twice.
        (9 | 11, 8..=11) => pure(bit(last), 0),
        // Parallel arithmetic sets flags of its own, and leaves the others.
        (8.., 0..=7) => pure(both | FLAGS, FLAGS),
        (8 | 12 | 13, 8..=11) => pure(both, 0),
        (10, 8) => pure(both | FLAGS, 0),
        _ => Class::Unknown,
    }
}

fn product(first: u32, second: u32) -> Class {
    let (target, added, factors) = (second >> 8 & 15, second >> 12, bit(first) | bit(second));
    Class::Multiply { targets: bit(target), factors, added: optional_operand(added), flags: 0 }
}

fn long_product(first: u32, second: u32) -> Class {
    let (upper, lower, factors) = (second >> 8 & 15, second >> 12, bit(first) | bit(second));
    let targets = bit(upper) | bit(lower);
    match first >> 4 & 7 {
        0 | 2 => Class::Multiply { targets, factors, added: 0, flags: 0 },
        1 | 3 => Class::Divide { target: upper, operands: factors },
        4..=6 => Class::Multiply { targets, factors, added: targets, flags: 0 },
        _ => Class::Unknown,
    }
}

/// What floating point and other coprocessors exchange with core registers and memory.
fn coprocessor(first: u32, second: u32) -> Class {
    let (base, upper, is_load) = (first & 15, second >> 12, first >> 4 & 1 == 1);
    let exchange = |set: u32| match is_load {
        true => Class::Other { reads: 0, writes: set, is_pure: false },
        false => Class::Other { reads: set, writes: 0, is_pure: false },
    };
    match first >> 8 & 3 {
        // Of other profiles, with registers that are no core's.
        0 | 2
            if first >> 12 == 15 && second >> 11 & 1 == 1 && (first & 0x200 == 0 || second >> 4 & 1 == 1) =>
        {
            Class::Unknown
        }
        0 if first & 0x1e0 == 0x40 => exchange(bit(upper) | bit(base)),
        0 if first & 0x1e0 == 0 => Class::Unknown,
        0 | 1 if first >> 12 == 15 => Class::Unknown,
        0 | 1 => transfer(first, second),
        2 if second >> 4 & 1 == 1 => {
            // To the program counter's place go the flags.
            exchange(if upper == PC { FLAGS } else { bit(upper) })
        }
        _ => NOTHING,
    }
}

/// VLDR, VSTR, VPUSH, VPOP, LDC, STC.
fn transfer(first: u32, second: u32) -> Class {
    let (base, is_load) = (first & 15, first >> 4 & 1 == 1);
    let (is_before, is_up, is_moving) = (first >> 8 & 1 == 1, first >> 7 & 1 == 1, first >> 5 & 1 == 1);
    let distance = i64::from(second & 0xff) * if is_up { 4 } else { -4 };
    let is_one = is_before && !is_moving;
    let n_bytes = match (is_one, second >> 8 & 1) {
        (true, 0) => 4,
        (true, _) => 8,
        (false, _) => distance.unsigned_abs(),
    };
    Class::Access(Access {
        is_load,
        base,
        index: None,
        from: if is_before { distance } else { 0 },
        moves: (is_moving && distance != 0).then_some(distance),
        n_bytes,
        registers: Transferred::None,
        status: None,
    })
}

/// In place of some operands 15 says that there is none.
fn optional_operand(register: u32) -> u32 {
    optional((register != PC).then_some(register))
}
