//! Checksums that are known.

use super::Crc32;

fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(Crc32::EMPTY, |crc, byte| crc.with(*byte)).sum()
}

#[test]
fn known_sums_come_out() {
    assert_eq!(sum(b""), 0);
    assert_eq!(sum(b"123456789"), 0xcbf4_3926);
    assert_eq!(sum(b"The quick brown fox jumps over the lazy dog"), 0x414f_a339);
}

#[test]
fn a_sum_can_be_kept_and_resumed() {
    let first = b"1234".iter().fold(Crc32::EMPTY, |crc, byte| crc.with(*byte));
    let resumed = b"56789".iter().fold(Crc32::from_state(first.state()), |crc, byte| crc.with(*byte));
    assert_eq!(resumed.sum(), 0xcbf4_3926);
}
