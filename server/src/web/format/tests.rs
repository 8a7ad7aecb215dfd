//! How numbers and times are written.

use super::{Bytes, Delta, Moment, counted, percent};
use time::macros::datetime;

#[test]
fn exact_bytes_are_grouped() {
    assert_eq!(Bytes(0).to_string(), "0 B");
    assert_eq!(Bytes(999).to_string(), "999 B");
    assert_eq!(Bytes(10_240).to_string(), "10,240 B");
    assert_eq!(Bytes(2_096_896).to_string(), "2,096,896 B");
}

#[test]
fn rounded_sizes_stand_beside_exact_ones_from_a_kibibyte_on() {
    assert_eq!(Bytes(1023).rounded(), None);
    assert_eq!(Bytes(10_240).rounded().as_deref(), Some("10.0 KiB"));
    assert_eq!(Bytes(1_048_063).rounded().as_deref(), Some("1023.5 KiB"));
    assert_eq!(Bytes(1_048_576).rounded().as_deref(), Some("1.00 MiB"));
}

#[test]
fn changes_carry_their_sign() {
    assert_eq!(Delta(1024).to_string(), "+1,024 B");
    assert_eq!(Delta(-12).to_string(), "−12 B");
    assert_eq!(Delta(0).to_string(), "±0 B");
    assert_eq!(Delta::between(Some(5), None), Delta(-5));
    assert_eq!(Delta(-50).percent_of(200).as_deref(), Some("−25.0 %"));
    assert_eq!(Delta(5).percent_of(0), None);
    assert_eq!(Delta(16_128).percent_of(280).as_deref(), Some("×58.6"));
}

#[test]
fn a_share_is_not_rounded_onto_the_line() {
    assert_eq!(percent(9_999, 10_000), "99.9 %");
    assert_eq!(percent(10_000, 10_000), "100.0 %");
    assert_eq!(percent(1, 10_000), "< 0.1 %");
    assert_eq!(percent(0, 0), "0.0 %");
}

#[test]
fn times_are_utc() {
    let moment = Moment(datetime!(2026-11-20 13:05:09 +01:00));
    assert_eq!(moment.to_string(), "2026-11-20 12:05 UTC");
    assert_eq!(moment.iso(), "2026-11-20T12:05:09Z");
}

#[test]
fn one_thing_is_singular() {
    assert_eq!(counted(1, "build"), "1 build");
    assert_eq!(counted(1200, "build"), "1,200 builds");
}
