//! TI's `.cmd`.

use expect_test::expect;

use super::{check, parse, shown};

#[test]
fn ranges_have_an_origin_and_a_length_in_all_their_spellings() {
    check(
        "a.cmd",
        "/* a board */ --retain=\"*(.intvecs)\" -l rts.lib
        -stack 0x400   // of main
        MEMORY
        {
            VECTORS (X)  : origin=0x00000000 length=0x00000020 vfill = 0xffffffff
            FLASH (RX)   : ORIGIN = 0x20, LENGTH = 0x0013FFE0, fill = 0ffh
            STACKS(RW)   : org = 8000000h, len = 4K + 2 * 128
            RAM (RWIX)   : o = start(STACKS) + size(STACKS) l = 0x10000 - size(STACKS)
            EMPTY        : o = 0, l = 0
            ECC_VEC (R)  : origin=0xF0400000 length=0x4 ECC={ input_range=VECTORS }
        }
        SECTIONS { .text : {} > FLASH }",
        expect![[r#"
            VECTORS (X) 0x0 + 0x20
            FLASH (RX) 0x20 + 0x13ffe0
            STACKS (RW) 0x8000000 + 0x1100
            RAM (RWX) 0x8001100 + 0xef00
            ECC_VEC (R) 0xf0400000 + 0x4
        "#]],
    );
}

#[test]
fn the_linker_s_own_preprocessor_is_run() {
    let script = "
        #define BASE 0x2000
        #define SIZE (BASE * 2) /* of the small one */
        #include \"board.h\"
        #if defined(BIG) && BIG > 1
        #undef SIZE
        #define SIZE 0x100000
        #elif 0
        # error
        #else
        #ifndef BASE
        MEMORY { NEVER : o = 0, l = 1 }
        #endif
        #endif
        MEMORY { FLASH : origin = BASE, length = SIZE RAM : origin = RAM_BASE, length = 0x10 }";
    let board = ("board.h", "#define RAM_BASE 0x20000000\n");
    expect![[r#"
        FLASH 0x2000 + 0x4000
        RAM 0x20000000 + 0x10
    "#]]
    .assert_eq(&shown(parse(&[("a.cmd", script)], &[board], &[])));
    expect![[r#"
        FLASH 0x2000 + 0x100000
        RAM 0x20000000 + 0x10
    "#]]
    .assert_eq(&shown(parse(&[("a.cmd", script)], &[board], &[("BIG", "2")])));
    check("a.cmd", script, expect!["a.cmd: line 15, column 70: unknown symbol `RAM_BASE`"]);
}

#[test]
fn symbols_groups_and_pages_are_understood() {
    check(
        "a.cmd",
        "_ram = 0x800; size = _ram / 2;
        MEMORY {
            PAGE 0 :
                GROUP { BOOT : o = 0, l = 0x10  APP : o = 0x10, l = 0x30 } crc(_table, algorithm=CRC32_PRIME)
                GROUP(FLASH) { A : o = 0x100 l = 1 }
            PAGE 1 : RAM : o = _ram, l = size, fill = 0
                     DATA : o = 0x8, l = 4
        }",
        expect![[r#"
            BOOT 0x0 + 0x10
            APP 0x10 + 0x30
            A 0x100 + 0x1
            RAM 0x800 + 0x400
            DATA 0x8 + 0x4
            a.cmd: line 7, column 22: `DATA` has addresses of page 0, too: what lies there may be told wrong
        "#]],
    );
}

#[test]
fn mistakes_have_their_place() {
    check(
        "a.cmd",
        "MEMORY {\n  RAM : origin = 0, size = 4\n}",
        expect!["a.cmd: line 2, column 21: expected `length`, found `size`"],
    );
    check(
        "a.cmd",
        "MEMORY {\n  RAM origin = 0, length = 4\n}",
        expect!["a.cmd: line 2, column 7: expected `:`, found `origin`"],
    );
    check(
        "a.cmd",
        "MEMORY {\n  RAM : origin = 0, length = SIZE }",
        expect!["a.cmd: line 2, column 30: unknown symbol `SIZE`"],
    );
    check(
        "a.cmd",
        "MEMORY {\n  RAM : origin = 0, length = 12Q }",
        expect!["a.cmd: line 2, column 30: `12Q` is not a number"],
    );
    check(
        "a.cmd",
        "MEMORY {\n  RAM : origin = 4 - 5, length = 1 }",
        expect!["a.cmd: line 2, column 3: the start of `RAM` is negative"],
    );
    check(
        "a.cmd",
        "MEMORY {\n  RAM : origin = end(ROM), length = 1 }",
        expect!["a.cmd: line 2, column 22: unknown memory range `ROM`: it has to stand before"],
    );
    check(
        "a.cmd",
        "MEMORY {\n  RAM : origin = 0, length = 4",
        expect!["a.cmd: line 1, column 8: this MEMORY block is never closed: a `}` is missing"],
    );
    check("a.cmd", "\n  /* MEMORY", expect!["a.cmd: line 2, column 3: this comment is never closed"]);
    check("a.cmd", "SECTIONS { }", expect!["a.cmd: line 1, column 1: the script has no MEMORY block"]);
    check("a.cmd", "MEMORY\nRAM : origin = 0", expect!["a.cmd: line 2, column 1: expected `{`, found `RAM`"]);
    check(
        "a.cmd",
        "#if 1\nMEMORY { RAM : o = 0, l = 1 }",
        expect!["a.cmd: line 1, column 1: this `#if` is never closed: an `#endif` is missing"],
    );
    check(
        "a.cmd",
        "#endif\nMEMORY { RAM : o = 0, l = 1 }",
        expect!["a.cmd: line 1, column 1: no `#if` is open before this `#endif`"],
    );
    check(
        "a.cmd",
        "#define A B\n#define B A\nMEMORY { RAM : o = A, l = 1 }",
        expect!["a.cmd: line 3, column 20: unknown symbol `A`"],
    );
}
