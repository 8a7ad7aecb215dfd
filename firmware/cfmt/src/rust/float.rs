//! `%e`, rounded correctly: whole numbers of any length, no floating point arithmetic.
//!
//! The number is a fraction of two whole numbers. Both are scaled by ten until the fraction is one digit and
//! a rest; that digit is taken off and the rest multiplied by ten, and so on. What remains decides how the
//! last digit is rounded: to the nearer, and to the even one of two that are equally near.
//!
//! Nothing here can overflow. The wrapping operations say so to builds that check, which link no panic then.

use super::{Digits, render};

/// Enough for 2^1078: the least number is 1 / 2^1074, and its numerator grows up to ten times that.
const LIMBS: usize = 68;

/// A precision of 99 and the digit before the point.
const MOST: usize = 100;

/// Prints one number in pieces.
pub(super) fn print(value: f64, plus: bool, precision: u8, mut put: impl FnMut(&[u8])) {
    let bits = value.to_bits();
    if bits >> 63 != 0 {
        put(b"-");
    } else if plus {
        put(b"+");
    }
    let exponent = (bits >> 52) as u32 & 0x7ff;
    let mantissa = bits & ((1 << 52) - 1);
    if exponent == 0x7ff {
        return put(if mantissa == 0 { b"inf" } else { b"nan" });
    }
    let mut digits = [b'0'; MOST];
    let wanted = digits.get_mut(..=usize::from(precision)).unwrap_or_default();
    let power = match exponent {
        0 if mantissa == 0 => 0,
        0 => digits_of(mantissa, -1074, wanted),
        _ => digits_of(mantissa | 1 << 52, exponent.cast_signed().wrapping_sub(1075), wanted),
    };
    let (whole, after_point) = wanted.split_at_checked(1).unwrap_or_default();
    put(whole);
    if !after_point.is_empty() {
        put(b".");
        put(after_point);
    }
    put(if power < 0 { b"e-" } else { b"e+" });
    let mut buffer = Digits::uninit();
    let power = render(u64::from(power.unsigned_abs()), 10, 0, &mut buffer);
    if power.len() < 2 {
        put(b"0");
    }
    put(power);
}

/// A whole number, least limb first. Each has 16 bits, so that the core can multiply with carry.
type Big = [u16; LIMBS];

/// `numerator` / `denominator`, of which so many limbs are in use.
struct Fraction {
    numerator: Big,
    denominator: Big,
    used: usize,
}

/// Writes the first digits of `mantissa` times two to the power of `exponent`, which is not zero, in ASCII and
/// returns the power of ten of the first.
fn digits_of(mantissa: u64, exponent: i32, digits: &mut [u8]) -> i32 {
    let shift = exponent.unsigned_abs();
    let (above, below) = if exponent < 0 { (0, shift) } else { (shift, 0) };
    // A mantissa has four limbs, and shifting within a limb may add one.
    let used = (shift as usize / 16).wrapping_add(5).min(LIMBS);
    let mut fraction = Fraction { numerator: [0; LIMBS], denominator: [0; LIMBS], used };
    place(&mut fraction.numerator, mantissa, above);
    place(&mut fraction.denominator, 1, below);
    fraction.digits(digits)
}

impl Fraction {
    /// Writes the first digits and returns the power of ten of the first. The number is used up.
    fn digits(&mut self, digits: &mut [u8]) -> i32 {
        let mut power = 0_i32;
        while !self.is_less() {
            self.scale(false);
            power = power.wrapping_add(1);
        }
        while self.is_less() {
            self.scale(true);
            power = power.wrapping_sub(1);
        }
        let mut last = b'0';
        for digit in digits.iter_mut() {
            last = b'0';
            while !self.is_less() {
                self.subtract();
                last = last.wrapping_add(1);
            }
            *digit = last;
            self.scale(true);
        }
        // The rest was multiplied by ten already: compare it with five.
        if self.rounds_up(last) && carries(digits) {
            power = power.wrapping_add(1);
        }
        power
    }

    /// Whether the rest, ten times what it was, is more than half of a digit, or half of an odd one.
    fn rounds_up(&mut self, last: u8) -> bool {
        for _ in 0..5 {
            if self.is_less() {
                return false;
            }
            self.subtract();
        }
        let is_half = self.numerator.iter().all(|it| *it == 0);
        !is_half || last % 2 == 1
    }

    /// Whether the numerator is less than the denominator.
    fn is_less(&self) -> bool {
        let mut is_less = false;
        for (ours, theirs) in self.numerator.iter().zip(&self.denominator).take(self.used) {
            if ours != theirs {
                is_less = ours < theirs;
            }
        }
        is_less
    }

    /// Takes the denominator off the numerator.
    fn subtract(&mut self) {
        let mut borrow = false;
        for (ours, theirs) in self.numerator.iter_mut().zip(&self.denominator).take(self.used) {
            let (without, first) = ours.overflowing_sub(*theirs);
            let (without, second) = without.overflowing_sub(u16::from(borrow));
            *ours = without;
            borrow = first | second;
        }
    }

    /// Multiplies one of the two by ten.
    fn scale(&mut self, numerator: bool) {
        let number = if numerator { &mut self.numerator } else { &mut self.denominator };
        let top = multiply(number, 10, self.used);
        if top != 0 && self.used < LIMBS {
            self.used = self.used.wrapping_add(1);
        }
    }
}

/// Multiplies the first limbs in place, and returns the highest of them.
fn multiply(number: &mut Big, factor: u32, used: usize) -> u16 {
    let mut carry = 0;
    let mut top = 0;
    for limb in number.iter_mut().take(used) {
        carry = u32::from(*limb).wrapping_mul(factor).wrapping_add(carry);
        // The low half stays, the high half is carried.
        top = carry as u16;
        *limb = top;
        carry >>= 16;
    }
    top
}

/// Puts a value into a number that is zero, so many bits from its end.
fn place(number: &mut Big, value: u64, shift: u32) {
    let (_, limbs) = number.split_at_mut_checked(shift as usize / 16).unwrap_or_default();
    for (limb, at) in limbs.iter_mut().zip([0, 16, 32, 48]) {
        *limb = value.wrapping_shr(at) as u16;
    }
    for _ in 0..shift % 16 {
        multiply(number, 2, LIMBS);
    }
}

/// Adds one to the last digit; whether it went through all of them, which were nines and are 100… now.
fn carries(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit != b'9' {
            *digit = digit.wrapping_add(1);
            return false;
        }
        *digit = b'0';
    }
    if let Some(first) = digits.first_mut() {
        *first = b'1';
    }
    true
}
