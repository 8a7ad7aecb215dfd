//! Keil's `.sct`.

use expect_test::expect;

use super::{check, parse, shown};

#[test]
fn load_regions_and_execution_regions_of_their_own_are_told() {
    check(
        "a.sct",
        "; written by hand
        LR_IROM1 0x08000000 0x00080000  {    ; load region
          ER_IROM1 0x08000000 0x00080000  {  // load address = execution address
            *.o (RESET, +First)
            *(InRoot$$Sections)
            .ANY (+RO)
          }
          ER_MORE +0 { *(more) }
          RW_IRAM1 0x20000000 UNINIT 0x0001F000 { .ANY (+RW +ZI) }
          ARM_LIB_HEAP +0 ALIGN 8 EMPTY 0x400 { }
          ARM_LIB_STACK 0x20020000 EMPTY -0x1000 { }
          RW_REST 0x10000000 { *(ccm) }
        }",
        expect![[r#"
            LR_IROM1 = ER_IROM1 0x8000000 + 0x80000
            RW_IRAM1 0x20000000 + 0x1f000
            ARM_LIB_STACK 0x2001f000 + 0x1000
            a.sct: line 12, column 11: the script does not tell the size of `RW_REST`
        "#]],
    );
}

#[test]
fn the_first_line_may_call_a_preprocessor() {
    let script = "#! armclang -E --target=arm-arm-none-eabi -xc -DSIZE=0x8000
        #if !defined(APP_START)
          #define APP_START 0x0
        #endif
        #define STACK_SIZE 0x400
        #define RAM_SIZE (SIZE - \\
                          STACK_SIZE)
        LR APP_START (0x40000 - APP_START) {
          ER APP_START (0x40000-APP_START) { *(+RO) }
          RW (0x20000000 + 0xC0) RAM_SIZE-0xC0 { .ANY (+RW +ZI) }
          HEAP AlignExpr(+0, 16) EMPTY (ImageLimit(RW) - 0x20000000) { }
          STACK AlignExpr(0x20007fff, 8) EMPTY -STACK_SIZE { }
          ScatterAssert(LoadLength(LR) < 0x40000)
        }";
    check(
        "a.sct",
        script,
        expect![[r#"
        LR = ER 0x0 + 0x40000
        RW 0x200000c0 + 0x7b40
        STACK 0x20007c00 + 0x400
    "#]],
    );
    expect![[r#"
        LR = ER 0x4000 + 0x3c000
        RW 0x200000c0 + 0x7b40
        STACK 0x20007c00 + 0x400
    "#]]
    .assert_eq(&shown(parse(&[("a.sct", script)], &[], &[("APP_START", "0x4000")])));
}

#[test]
fn mistakes_have_their_place() {
    check(
        "a.sct",
        "LR 0x0 0x100 {\n  ER START 0x100 { *(+RO) }\n}",
        expect!["a.sct: line 2, column 6: unknown symbol `START`"],
    );
    check(
        "a.sct",
        "LR 0x0 0x100 {\n  ER 0x0 0x100 { *(+RO)\n",
        expect!["a.sct: line 2, column 16: this `{` is never closed: a `}` is missing"],
    );
    check(
        "a.sct",
        "LR 0x0 0x100 {\n  ER 0x0 0x100 { *(+RO) }\n",
        expect!["a.sct: line 1, column 1: `LR` is never closed: a `}` is missing"],
    );
    check("a.sct", "LR 0x0 UNKNOWN 0x100 { }", expect!["a.sct: line 1, column 8: unknown symbol `UNKNOWN`"]);
    check("a.sct", "LR { }", expect!["a.sct: line 1, column 4: expected a number, found `{`"]);
    check("a.sct", "; nothing", expect!["a.sct: line 1, column 1: the script has no load region"]);
    check("a.sct", "{ }", expect!["a.sct: line 1, column 1: expected the name of a region, found `{`"]);
    check(
        "a.sct",
        "LR 0xffffffffffffffff 0x2 { }",
        expect!["a.sct: line 1, column 1: region `LR` reaches beyond 64-bit addresses"],
    );
}
