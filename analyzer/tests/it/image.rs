//! What the header says.

use expect_test::{Expect, expect};
use plimsoll_analyzer::report::Endianness;

use crate::support::explain;

#[track_caller]
fn check(description: &str, expected: Expect) {
    let header = explain(&format!("{description}\nsection .text 0x100 8 x")).header;
    let order = if header.endianness == Endianness::Big { "big" } else { "little" };
    expected.assert_eq(&format!("{} {} {order} {}", header.machine, header.class_bits, header.kind));
}

#[test]
fn class_byte_order_machine_and_kind_are_told() {
    check("machine arm", expect!["arm 32 little executable"]);
    check("machine riscv\nclass 64\nendian big\nkind dyn", expect!["riscv 64 big shared"]);
    check("machine xtensa\nkind rel", expect!["xtensa 32 little relocatable"]);
}

#[test]
fn a_machine_that_nobody_knows_is_analysed_all_the_same() {
    let report = explain("machine 0x1234\nsection .text 0x100 8 x\nfunc main 0x100 8");
    assert_eq!(report.header.machine, "machine 0x1234");
    assert_eq!(report.symbols[0].size_bytes, 8);
}

#[test]
fn segments_are_listed_as_they_are() {
    let report = explain("section .data 0x20000000 16 w load 0x100");
    let segment = &report.segments[0];
    assert_eq!((segment.kind.as_str(), segment.flags.as_str()), ("load", "rw-"));
    assert_eq!((segment.run_address, segment.load_address), (0x2000_0000, 0x100));
    assert_eq!((segment.file_bytes, segment.memory_bytes), (16, 16));
}
