//! Digits against those of the standard library.

use super::Decimal;

#[test]
fn digits_are_those_of_the_standard_library() {
    let powers = (0..10).map(|it| 10_u32.pow(it)).flat_map(|it| [it - 1, it, it + 1]);
    for number in powers.chain([u32::MAX, u32::MAX - 1, 1 << 31]) {
        assert_eq!(Decimal::new(number).as_bytes(), number.to_string().as_bytes());
    }
}
