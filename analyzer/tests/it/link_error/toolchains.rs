//! What other linkers say, and what checks sizes after them. The wordings are those of public build logs; names and
//! figures are ours.

use expect_test::expect;
use plimsoll_analyzer::link_error;

use super::check;

#[test]
fn armlink_tells_the_region_s_limit_or_what_found_no_place() {
    check(
        "..\\out\\app.axf: Error: L6220E: Load region LR_IROM1 size (69108 bytes) exceeds limit (65536 bytes). Region contains 105 bytes of padding and 0 bytes of veneers (total 105 bytes of linker generated content).
        Error: L6220E: Execution region RW_IRAM1 size (21000 bytes) exceeds limit (20480 bytes).",
        expect![[r#"
            LR_IROM1 3572 of 65536 []
            RW_IRAM1 520 of 20480 []
        "#]],
    );
    check(
        "19:38:46 Error: L6406E: No space in execution regions with .ANY selector matching lwip.o(.data).
         19:38:46 Error: L6406E: No space in execution regions with .ANY selector matching lwip.o(.data).
         19:38:46 Error: L6406E: No space in execution regions with .ANY selector matching main.o(.bss).
         19:38:46 Error: L6407E: Sections of aggregate size 0x8fc60 bytes could not fit into .ANY selector(s).",
        expect![[r#"
            .ANY <=588896 [lwip.o(.data) main.o(.bss)]
        "#]],
    );
    // An older one.
    check(
        "Error: L6406W: No space in execution region with .ANY selector matching Section .bss(uart.o).
         Error: L6407W: Sections of aggregate size 0x3174 bytes could not fit into .ANY selectors(s).",
        expect![[r#"
            .ANY <=12660 [.bss(uart.o)]
        "#]],
    );
    check("Error: L6220E: Load region LR size (10 bytes) exceeds limit (20 bytes).", expect![[""]]);
}

#[test]
fn iar_tells_an_estimate_and_the_addresses() {
    check(
        "Error[Lp011]: section placement failed
            unable to allocate space for sections/blocks with a total estimated
                      minimum size of 0x19834 bytes (max align 0x8) in
                      <[0x20000000-0x20017fff]> (total uncommitted space
                      0x18000).",
        expect![[r#"
            0x20000000-0x20017fff >=6196 of 98304 []
        "#]],
    );
    check(
        "> Errors: Error[Lp011]: section placement failed
> Errors:             unable to allocate space for sections/blocks with a total estimated
> Errors:                       minimum size of 0x3a28 bytes (max align 0x8) in
> Errors:                       <[0x20000000-0x20003fff]> (total uncommitted space
> Errors:                       0x3a00).
> Errors: Error[Lp021]: the destination for compressed initializer batch \"P2-P3-1\" is",
        expect![[r#"
            0x20000000-0x20003fff >=40 of 16384 []
        "#]],
    );
    // Of newer ones, with separators; of two ranges; and where there is room, but not in one piece.
    check(
        "Error[Lp011]: section placement failed: unable to allocate space for sections/blocks with a total estimated minimum size of 0x7'17c4 bytes (max align 0x8) in <[from 0x2000'0000 to 0x2001'ffff]> (total uncommitted space 0x2'0000).
Error[Lp011]: unable to allocate space for sections/blocks with a total estimated minimum size of 0x272c bytes (max align 0x8) in <[0x1000-0x1fff], [0x3000-0x3fff]> (total uncommitted space 0x1f80).
Error[Lp011]: unable to allocate space for sections/blocks with a total estimated minimum size of 0x40 bytes (max align 0x8) in <[0x8000-0x8fff]> (total uncommitted space 0x80).",
        expect![[r#"
            0x20000000-0x2001ffff >=333764 of 131072 []
            0x1000-0x1fff 0x3000-0x3fff >=1964 of 8192 []
            0x8000-0x8fff >=? of 4096 []
        "#]],
    );
    let log = "unable to allocate space for sections/blocks with a total size of 0x30 bytes in <[0x10-0x1f]> (total uncommitted space 0x10)";
    assert_eq!(link_error::parse(log)[0].range, Some((0x10, 0x1f)));
}

#[test]
fn ti_tells_the_section_and_what_is_left() {
    check(
        "\"./lnk.cmd\", line 48: error #10099-D: program will not fit into available
    memory.  placement with alignment fails for section \".text\" size 0x2b12 .
    Available memory ranges:
    FLASH        size: 0x1000       unused: 0xe56        max hole: 0xe56
    FLASH2       size: 0x100        unused: 0x10         max hole: 0x10
error #10010: errors encountered during linking; \"app.out\" not built",
        expect![[r#"
            FLASH | FLASH2 >=7340 of 4352 [.text]
        "#]],
    );
    // Addresses that count words.
    check(
        "error #10099-D: program will not fit into available memory. run placement with alignment/blocking fails for section \"info\" size 0x40 page 1. Available memory ranges:
        MSGRAM size: 0x20 unused: 0x20 max hole: 0x20",
        expect![[r#"
            MSGRAM >=? [info]
        "#]],
    );
    check("error #10099-D: program will not fit into available memory", expect![[""]]);
}

#[test]
fn old_gnu_ld_says_it_in_the_table_of_memory_use() {
    check(
        "Memory region         Used Size  Region Size  %age Used
2026-01-31T12:00:00.1Z             text:        2076 B         1 KB    202.73%
            data:           2 B         64 B      3.12%
            big:           3 MB         2 MB    150.00%
/usr/lib/gcc/avr/5.4.0/../../../avr/bin/ld: t.elf section `.text' will not fit in region `text'",
        expect![[r#"
            text 1052 of 1024 [.text]
            big 1048576 of 2097152 []
        "#]],
    );
    check("coverage: 12 of 13 files: 2 B 1 KB many%", expect![[""]]);
}

#[test]
fn lld_that_gave_up_tells_a_lower_bound() {
    check(
        "rust-lld: error: section '.a' will not fit in region 'FLASH': overflowed by 78 bytes
         rust-lld: error: section '.b' will not fit in region 'FLASH': overflowed by 1978 bytes
         rust-lld: error: section '.c' will not fit in region 'RAM': overflowed by 8 bytes
         rust-lld: error: too many errors emitted, stopping now (use --error-limit=0 to see all errors)",
        expect![[r#"
            FLASH >=1978 [.a .b]
            RAM >=8 [.c]
        "#]],
    );
}

#[test]
fn tinygo_calls_the_regions_otherwise() {
    check(
        "main.go: program too large for this chip (flash overflowed by 2128 bytes)
        optimization guide: https://tinygo.org/docs/guides/optimizing-binaries/
        program uses too much static RAM on this chip (RAM overflowed by 1024 bytes)",
        expect![[r#"
            FLASH_TEXT 2128 []
            RAM 1024 []
        "#]],
    );
}

#[test]
fn esp_idf_tells_partitions() {
    check(
        "Error: app partition is too small for binary app.bin size 0x112340:
  - Part 'factory' 0/0 @ 0x10000 size 0x100000 (overflow 0x12340)
ninja: build stopped: subcommand failed.",
        expect![[r#"
            factory 74560 of 1048576 []
        "#]],
    );
    check(
        "Error: All app partitions are too small for binary app.bin size 0x112340:
  - Part 'ota_0' 0/16 @ 0x10000 size 0x100000 (overflow 0x12340)
  - Part 'ota_1' 0/17 @ 0x110000 size 0x80000 (overflow 0x92340)
Error: Bootloader binary size 0x7100 bytes is too large for partition table offset 0x8000. Bootloader binary can be maximum 0x7000 (28672) bytes unless the partition table offset is increased",
        expect![[r#"
            ota_0 74560 of 1048576 []
            ota_1 598848 of 524288 []
            bootloader 256 of 28672 []
        "#]],
    );
    // There is one that it fits into.
    check(
        "Warning: 1/2 app partitions are too small for binary app.bin size 0x112340:
  - Part 'ota_1' 0/17 @ 0x110000 size 0x80000 (overflow 0x92340)",
        expect![[""]],
    );
}

#[test]
fn arduino_and_platformio_tell_the_board_s_maximum() {
    check(
        "Sketch uses 33018 bytes (102%) of program storage space. Maximum is 32256 bytes.
Global variables use 2500 bytes (122%) of dynamic memory, leaving -452 bytes for local variables. Maximum is 2048 bytes.
text section exceeds available space in board
data section exceeds available space in board",
        expect![[r#"
            flash 762 of 32256 []
            ram 452 of 2048 []
        "#]],
    );
    check(
        "Der Sketch verwendet 33.018 Bytes (102%) des Programmspeicherplatzes. Das Maximum sind 32.256 Bytes.
Globale Variablen verwenden 1000 Bytes (48%) des dynamischen Speichers, 1048 Bytes für lokale Variablen verbleiben. Das Maximum sind 2048 Bytes.",
        expect![[r#"
            flash 762 of 32256 []
        "#]],
    );
    check(
        "text section exceeds available space in board",
        expect![[r#"
        flash ? []
    "#]],
    );
    check(
        "Error: The program size (1332310 bytes) is greater than maximum allowed (1310720 bytes)
Error: The data size (9000 bytes) is greater than maximum allowed (8192 bytes)",
        expect![[r#"
            flash 21590 of 1310720 []
            ram 808 of 8192 []
        "#]],
    );
    check("Sketch uses 30000 bytes (93%) of program storage space. Maximum is 32256 bytes.", expect![[""]]);
    check("progress 300 of 200 tests (150%) done in 12 minutes", expect![[""]]);
}
