//! Which core registers a 32-bit instruction of Thumb writes: the table of the ARMv7-M Architecture
//! Reference Manual (DDI 0403), A5.3, by the fields of each class.
//!
//! | class | first half-word | written |
//! |---|---|---|
//! | load, store multiple | `1110 100x x0xx` | Rn with `!`; a load: the list |
//! | exclusive store, its narrow kin | `1110 1000 0100`, `1110 1000 1100` | Rd (11–8), Rd (3–0) |
//! | exclusive load, table branch | `1110 1000 0101`, `1110 1000 1101` | Rt (15–12), its pair (11–8) |
//! | load, store of a pair | `1110 100x x1xx` | Rn with `!`; a load: Rt (15–12), Rt2 (11–8) |
//! | data processing, shifted register | `1110 101` | Rd (11–8); 15–12 are 0 and a distance |
//! | coprocessor, floating point | `111x 11` | MRC: Rt (15–12); MRRC: Rt and Rt2 (3–0 of the first); LDC, STC: Rn with `!` |
//! | data processing, numbers | `1111 0x`, bit 15 of the second clear | Rd (11–8); 15–12 are 0 and a part of the number |
//! | MRS | `1111 0011 111x` | Rd (11–8) |
//! | store of one | `1111 1000 xxx0` | Rn with `!` |
//! | load of one | `1111 100x xxx1` | Rt (15–12); Rn with `!` |
//! | data processing, registers | `1111 1010` | Rd (11–8) |
//! | multiplication, division | `1111 1011 0`, `1111 1011 1` | Rd (11–8), and 15–12 of long products |

/// A bit for each register that the instruction writes, its branch and what a call changes aside.
pub(crate) fn writes(first: u32, second: u32) -> u32 {
    let (upper, middle, base) = (bit(second >> 12), bit(second >> 8), bit(first));
    match first >> 9 & 15 {
        0b0100 => several(first, second),
        0b0101 => middle,
        0b0110 | 0b0111 | 0b1110 | 0b1111 => coprocessor(first, second),
        0b1000..=0b1011 if second >> 15 == 0 => middle,
        0b1000..=0b1011 if first & 0xffe0 == 0xf3e0 && second & 0x5000 == 0 => middle,
        0b1100 => {
            let is_load = first >> 4 & 1 == 1;
            // Number of eight bits, and one of the forms that move the base.
            let is_moving = first >> 7 & 1 == 0 && second >> 11 & 1 == 1 && second >> 8 & 1 == 1;
            only(is_load, upper) | only(is_moving && first & 15 != 15, base)
        }
        0b1101 if first >> 8 & 1 == 0 || first >> 7 & 1 == 0 => middle,
        // Long products; of a division 15–12 say 15.
        0b1101 => middle | upper,
        _ => 0,
    }
}

fn several(first: u32, second: u32) -> u32 {
    let (upper, middle, base) = (bit(second >> 12), bit(second >> 8), bit(first));
    let (is_load, is_moving) = (first >> 4 & 1 == 1, first >> 5 & 1 == 1);
    if first >> 6 & 1 == 0 {
        return only(is_load, second) | only(is_moving, base);
    }
    match first >> 4 & 0x1f {
        0b00100 => middle,
        0b01100 => bit(second),
        _ => only(is_load, upper | middle) | only(is_moving, base),
    }
}

fn coprocessor(first: u32, second: u32) -> u32 {
    let (upper, base) = (bit(second >> 12), bit(first));
    let is_load = first >> 4 & 1 == 1;
    match first >> 8 & 3 {
        0b00 if first & 0x1e0 == 0x40 => only(is_load, upper | base),
        0b00 | 0b01 => only(first >> 5 & 1 == 1, base),
        0b10 => only(is_load && second >> 4 & 1 == 1, upper),
        _ => 0,
    }
}

fn only(is_so: bool, registers: u32) -> u32 {
    if is_so { registers } else { 0 }
}

/// The register that the lowest four bits name.
fn bit(field: u32) -> u32 {
    1 << (field & 15)
}
