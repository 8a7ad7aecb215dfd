//! The formatter in Rust prints what this system's C library prints, byte by byte, where no NUL is in the text.

use cfmt_macros::{cbprint, rust_cbprint};
use proptest::prelude::*;
use std::ops::Range;

/// Prints with both and compares texts and answers.
macro_rules! agree {
    ($($argument:tt)*) => {{
        let (mut with_c, mut with_rust) = ([0xee_u8; 640], [0xee_u8; 640]);
        let c_answer = cbprint!(&mut with_c, $($argument)*);
        let rust_answer = rust_cbprint!(&mut with_rust, $($argument)*);
        let c_text = String::from_utf8_lossy(&with_c);
        let rust_text = String::from_utf8_lossy(&with_rust);
        assert_eq!(rust_text.trim_end_matches('\u{fffd}'), c_text.trim_end_matches('\u{fffd}'));
        assert_eq!(rust_answer, c_answer);
    }};
}

/// Numbers of every length, not only long ones.
fn integer() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..64_u32).prop_map(|(bits, shift)| bits >> shift)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn about_integers(n in integer()) {
        let signed = n.cast_signed();
        agree!("{n:u} {n:x} {signed:d} {:d} {:x}", signed.wrapping_neg(), n as u8);
        agree!("{n:9u} {n:09u} {n:99u} {n:09x} {n:9x} {n:020u} {n:1x}");
        agree!("{signed:+d} {signed:9d} {signed:09d} {signed:+09d} {signed:+9d} {signed:+99d} {signed:+021d}");
        agree!("{:+d} {:05d} {:+05d} {:x}", n as i8, n as i16, n as i32, n as i32);
    }

    #[test]
    fn about_text(text in "[^\0]*", character in any::<char>(), byte in any::<u8>()) {
        agree!("{text:rs}|{:rb}|{:cc}|", text.as_bytes(), byte, text = text.as_str());
        if character != '\0' {
            agree!("{character:rc}|{character:cc}|100% {{}}");
        }
    }

    #[test]
    fn about_floats_of_any_bits(bits in any::<u64>()) {
        let f = f64::from_bits(bits);
        agree!("{f:e} {f:+e} {f:.0e} {f:.1e} {f:.16e} {:e}", f32::from_bits(bits as u32));
    }

    /// Rounding to even is decided where a digit is followed by a five and nothing else.
    #[test]
    fn about_floats_half_way_between_two_digits(n in 0_u32..4_000_000, power in 0..12_u32) {
        let f = f64::from(n) / f64::from(1_u32 << power);
        agree!("{f:.0e} {f:.1e} {f:.2e} {f:.3e} {f:.4e} {f:.5e} {f:.6e} {f:.7e} {f:.8e}");
    }
}

proptest! {
    #[test]
    fn about_every_digit_of_a_float(bits in any::<u64>()) {
        let f = f64::from_bits(bits);
        agree!("{f:.17e} {f:.40e} {f:.99e}");
    }
}

#[test]
fn about_the_ends_of_the_range() {
    const AROUND_ZERO: Range<u64> = 0..40;
    let infinity = f64::INFINITY.to_bits();
    let normal = f64::MIN_POSITIVE.to_bits();
    for bits in AROUND_ZERO.chain(normal - 9..normal + 9).chain(infinity - 40..infinity + 9) {
        let (f, negative) = (f64::from_bits(bits), f64::from_bits(bits | 1 << 63));
        agree!("{f:+.17e} {negative:+.0e}");
    }
    for power in -324..309 {
        let f: f64 = format!("1e{power}").parse().unwrap();
        let (below, above) = (f64::from_bits(f.to_bits().saturating_sub(1)), f64::from_bits(f.to_bits() + 1));
        agree!("{f:e} {below:.2e} {above:.15e} {below:.16e}");
    }
}
