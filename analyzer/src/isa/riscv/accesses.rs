//! What RISC-V's instructions do with addresses.

use super::decode::lost_by_call;
use super::instruction::{Class, Table, bit};
use crate::isa::Step;
use crate::isa::accesses::{Effect, Number};

/// `a0` and `a1`, which functions give back.
const RESULTS: u32 = 0b11 << 10;
const FLOAT_BYTES: u64 = 4;

/// Of 32 bits. Whether pushes or doubles have their codes, they only go to the stack.
const TABLE: Table = Table { is_64_bits: false, has_pushes: true };

pub(crate) fn effect(code: &[u8], _: &Step) -> Effect {
    let Some(it) = TABLE.decode(code) else { return Effect::UNKNOWN };
    let (rd, rs1, rs2) = (u32::from(it.rd), u32::from(it.rs1), u32::from(it.rs2));
    let (one, two, written) = (bit(it.rs1), bit(it.rs2), it.writes());
    let effect = match it.class {
        Class::LoadUpper | Class::AddUpper => Effect::writing(written, 0),
        Class::AddImmediate if rs1 == 0 => {
            Effect { number: Some(Number::Is(it.imm)), ..Effect::writing(written, 0) }
        }
        Class::AddImmediate => Effect::adding(rd, rs1, Some(it.imm)),
        Class::Move => Effect::adding(rd, rs1, Some(0)),
        Class::Add => Effect::sum(rd, rs1, rs2),
        Class::AddShifted => Effect::adding(rd, rs2, None),
        Class::Subtract => Effect { passed_on: two, ..Effect::adding(rd, rs1, None) },
        Class::AndImmediate | Class::Compute => Effect::writing(written, one | two),
        Class::Load(n_bytes) => Effect::load(one, Some(it.imm), written).of(n_bytes.into()),
        Class::LoadFloat => Effect::load(one, Some(it.imm), 0).of(FLOAT_BYTES),
        Class::Store(n_bytes) => Effect::store(one, Some(it.imm), (two, n_bytes.into())),
        Class::StoreFloat => Effect::store(one, Some(it.imm), (0, FLOAT_BYTES)),
        Class::Atomic => Effect { written, ..Effect::store(one, Some(0), (two, 4)) },
        Class::Branch => Effect::default(),
        Class::Jump | Class::JumpRegister if rd != 0 => Effect::writing(lost_by_call(it.rd) & !1, 0),
        Class::Jump => Effect::default(),
        Class::JumpRegister | Class::PopReturn(_) | Class::TrapReturn => Effect::writing(written, RESULTS),
        Class::Push(_) | Class::Pop(_) | Class::Float | Class::Control => Effect::writing(written, one | two),
        Class::MoveToArguments | Class::MoveFromArguments => Effect::writing(written, it.reads()),
        Class::JumpTable | Class::CallTable | Class::System | Class::Illegal | Class::Unknown => {
            Effect::UNKNOWN
        }
    };
    // `x0` takes nothing.
    let moves = effect.moves.map(|it| it.filter(|it| it.to != 0));
    Effect { written: effect.written & !1, moves, ..effect }
}
