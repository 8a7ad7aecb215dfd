//! What the file says of its device (avr-libc's note, as `avr-objdump -Pmem-usage` reads it).

use expect_test::expect;

use crate::support::inputs::Case;
use crate::support::{elf, laws, regions};

/// The note of an ATmega32U4, and an image as big as the case.
const IMAGE: &str = "machine 83
    section .data 0x800100 20 w load 0x23c align 1
    section .text 0 572 x align 2
    section .bss 0x800114 100 w nobits align 1
    section .noinit 0x800178 40 w nobits align 1
    section .eeprom 0x810000 32 w align 1
    section .fuse 0x820000 3 w align 1
    section .note.gnu.avr.deviceinfo 0 64 noalloc
    word .note.gnu.avr.deviceinfo 0 4
    word .note.gnu.avr.deviceinfo 4 45
    word .note.gnu.avr.deviceinfo 8 1
    word .note.gnu.avr.deviceinfo 12 0x00525641
    word .note.gnu.avr.deviceinfo 20 0x8000
    word .note.gnu.avr.deviceinfo 24 0x100
    word .note.gnu.avr.deviceinfo 28 0xa00
    word .note.gnu.avr.deviceinfo 36 0x400";

#[test]
fn the_note_of_a_device_gives_capacities() {
    let case = Case::of("avr");
    let Some(elf) = case.built("a.elf", &["avr-gcc -mmcu=atmega32u4 -Os m.c -o a.elf"]) else { return };
    let report = plimsoll_analyzer::analyze(&elf, &[]).unwrap();
    laws::check(&report);
    let lengths: Vec<_> = report.regions.iter().map(|it| (it.name.as_str(), it.length_bytes)).collect();
    assert_eq!(lengths, [("flash", Some(32_768)), ("ram", Some(2_560)), ("eeprom", Some(1_024))]);
    let used: Vec<u64> = report.regions.iter().map(|it| it.used_bytes).collect();
    assert_eq!((used[1], used[2]), (160, 32));
}

#[test]
fn it_does_so_without_a_toolchain_and_leaves_other_memories_inferred() {
    let report = plimsoll_analyzer::analyze(&elf::build(IMAGE), &[]).unwrap();
    laws::check(&report);
    expect![[r#"
        flash 592 ram 160
        flash flash 592 of 32768
          0x0 572 .text run
          0x23c 20 .data load
        ram ram 160 of 2560
          0x800100 20 .data run
          0x800114 100 .bss run
          0x800178 40 .noinit run
        eeprom other 32 of 1024
          0x810000 32 .eeprom run
        fuse other 3 of ?
          0x820000 3 .fuse run
    "#]]
    .assert_eq(&regions(&report));
}

#[test]
fn what_is_no_such_note_says_nothing() {
    for (from, to) in [
        ("deviceinfo 0 4", "deviceinfo 0 5"),
        ("deviceinfo 4 45", "deviceinfo 4 23"),
        ("deviceinfo 8 1", "deviceinfo 8 2"),
        ("0x00525641", "0x00554e47"),
        ("machine 83", "machine arm"),
    ] {
        let image = elf::build(&IMAGE.replace(from, to));
        let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
        assert!(report.regions.iter().all(|it| it.length_bytes.is_none()), "{to}");
    }
}

#[test]
fn a_program_too_big_for_its_device_overflows_it() {
    let image = elf::build(&IMAGE.replace("section .bss 0x800114 100", "section .bss 0x800114 4000"));
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    let ram = report.regions.iter().find(|it| it.name == "ram").unwrap();
    assert_eq!(ram.overflow_bytes, 0x114 + 4000 - 0x100 - 2560);
}
