//! Numbers of bytes as people write them.

use expect_test::{Expect, expect};
use plimsoll_protocol::ByteCount;

#[track_caller]
fn check(text: &str, expected: Expect) {
    let said = match ByteCount::parse(text) {
        Ok(it) => format!("{} = {it}", it.0),
        Err(err) => err.to_string(),
    };
    expected.assert_eq(&said);
}

#[test]
fn plain_numbers_suffixes_and_hexadecimal_are_bytes() {
    check("16384", expect!["16384 = 16 KiB"]);
    check("16K", expect!["16384 = 16 KiB"]);
    check(" 16 KiB ", expect!["16384 = 16 KiB"]);
    check("0x4000", expect!["16384 = 16 KiB"]);
    check("2M", expect!["2097152 = 2 MiB"]);
    check("1000", expect!["1000 = 1000 B"]);
    check("0", expect!["0 = 0 B"]);
}

#[test]
fn anything_else_is_refused_with_an_example() {
    check("", expect!["`` is not a number of bytes: write for example 16384, 16K, 16 KiB or 0x4000"]);
    check("-1", expect!["`-1` is not a number of bytes: write for example 16384, 16K, 16 KiB or 0x4000"]);
    check("1.5K", expect!["`1.5K` is not a number of bytes: write for example 16384, 16K, 16 KiB or 0x4000"]);
    check("16G", expect!["`16G` is not a number of bytes: write for example 16384, 16K, 16 KiB or 0x4000"]);
}

#[test]
fn a_number_beyond_what_the_database_holds_is_refused() {
    assert!(ByteCount::parse("9223372036854775807").is_ok());
    assert!(ByteCount::parse("9223372036854775808").is_err());
    assert!(ByteCount::parse("99999999999999M").is_err());
}
