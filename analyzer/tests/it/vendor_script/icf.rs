//! IAR's and SEGGER's `.icf`.

use expect_test::expect;

use super::{check, parse, shown};

#[test]
fn regions_are_ranges_of_a_memory() {
    check(
        "a.icf",
        "/*###ICF### Section handled by an editor, don't touch! ****/
        define symbol __ICFEDIT_region_ROM_start__ = 0x0800'0000;
        define exported symbol rom_end = __ICFEDIT_region_ROM_start__ + 512K - 1;  // the last byte
        define memory mem with size = 4G;
        define region ROM_region = mem:[from __ICFEDIT_region_ROM_start__ to rom_end];
        define region RAM_region = mem:[from 0x20000000 size 0x20000];
        define block CSTACK with alignment = 8, size = 0x400 { };
        initialize by copy { readwrite };
        do not initialize { section .noinit };
        place at address mem:0x08000000 { readonly section .intvec };
        place in RAM_region { readwrite, block CSTACK };",
        expect![[r#"
            ROM_region 0x8000000 + 0x80000
            RAM_region 0x20000000 + 0x20000
        "#]],
    );
}

#[test]
fn regions_are_joined_cut_and_repeated() {
    check(
        "a.icf",
        "define region A = mem:[from 0x0 to 0xff] | mem:[from 0x100 size 0x100];
        define region B = mem:[from 0x1000 size 0x1000] - mem:[from 0x1400 to 0x17ff];
        define region C = (A | B) & [from 0x180 to 0x10ff];
        define region D = mem:[from 0x8000 size 0x10 repeat 3 displacement 0x100];
        define region E = [];
        define region F = mem:[from start(B) to end(A) + 0x2000];
        define region G = A;
        define region H = mem:[from 0x9000 size isempty(E) ? size(A) : 1];
        define region BOTH = A | H;",
        expect![[r#"
            A = G 0x0 + 0x200
            B 1 0x1000 + 0x400
            B 2 0x1800 + 0x800
            C 1 0x180 + 0x80
            C 2 0x1000 + 0x100
            D 1 0x8000 + 0x10
            D 2 0x8100 + 0x10
            D 3 0x8200 + 0x10
            F 0x1000 + 0x1200
            H 0x9000 + 0x200
        "#]],
    );
}

#[test]
fn conditions_choose_and_files_are_included() {
    let script = "include \"chip.icf\";
        if (!isdefinedsymbol(app_start)) { define symbol app_start = 0x0; }
        if (app_start == 0) {
            define symbol size = 0x1000;
        } else if (app_start < 0x800) {
            if (chip == 1) { define symbol size = 0x700; } else { define symbol size = 0x600; }
        } else { error \"too far\"; }
        define region ROM = mem:[from app_start size size];";
    let chip = ("chip.icf", "define symbol chip = 1;");
    expect![[r#"
        ROM 0x0 + 0x1000
    "#]]
    .assert_eq(&shown(parse(&[("a.icf", script)], &[chip], &[])));
    expect![[r#"
        ROM 0x400 + 0x700
    "#]]
    .assert_eq(&shown(parse(&[("a.icf", script)], &[chip], &[("app_start", "0x400")])));
    expect![[r#"
        ROM 0x0 + 0x1000
        a.icf: line 1, column 9: the included `chip.icf` is missing: what it says of memories is not known
    "#]]
    .assert_eq(&shown(parse(&[("a.icf", script)], &[], &[])));
}

#[test]
fn segger_s_words_are_understood_and_a_project_s_segments_are_regions() {
    check(
        "a.icf",
        "define memory with size = 4G;
        define region FLASH = [0x08000000 size 512KB];
        define region RAM = [from 0x20000000 size 0x2_0000];
        define block vectors with fixed order { symbol __vector_table, section .vectors };
        initialize by calling __SEGGER_init_zero { section .bss };
        place in FLASH with minimum size order { block vectors, readonly };",
        expect![[r#"
            FLASH 0x8000000 + 0x80000
            RAM 0x20000000 + 0x20000
        "#]],
    );
    let configuration = (
        "a.icf",
        "define region FLASH = FLASH1;\ndefine region RAM = RAM1;\ndefine region CCM = [from 0x10000000 size 64K];",
    );
    let project = (
        "a.emProject",
        "<configuration linker_section_placements_segments=\"FLASH1 RX 0x08000000 0x00080000;RAM1 RWX 0x20000000 0x00020000;\" />",
    );
    expect![[r#"
        FLASH1 = FLASH (rx) 0x8000000 + 0x80000
        RAM1 = RAM (rwx) 0x20000000 + 0x20000
        CCM 0x10000000 + 0x10000
    "#]]
    .assert_eq(&shown(parse(&[configuration, project], &[], &[])));
    expect!["a.icf: line 1, column 23: unknown region `FLASH1`"].assert_eq(&shown(parse(
        &[configuration],
        &[],
        &[],
    )));
}

#[test]
fn mistakes_have_their_place() {
    check(
        "a.icf",
        "define symbol a = b;\ndefine region R = mem:[from a to 5];",
        expect!["a.icf: line 1, column 19: unknown symbol `b`"],
    );
    check(
        "a.icf",
        "define symbol a = b; define region R = mem:[from 0 to 5];",
        expect![[r#"
        R 0x0 + 0x6
    "#]],
    );
    check(
        "a.icf",
        "define region R = mem:[from 5 to 3];",
        expect!["a.icf: line 1, column 29: the range ends before it begins"],
    );
    check(
        "a.icf",
        "define region R = mem:[from 5];",
        expect!["a.icf: line 1, column 30: expected `to` or `size`, found `]`"],
    );
    check(
        "a.icf",
        "define region R = mem:[from 5 size 3]",
        expect!["a.icf: line 1, column 38: expected `;`, found the end of the script"],
    );
    check(
        "a.icf",
        "define region R = Q | mem:[from 5 size 3];",
        expect!["a.icf: line 1, column 19: unknown region `Q`"],
    );
    check(
        "a.icf",
        "define region R = mem:[from 0 size size(block CSTACK)];",
        expect!["a.icf: line 1, column 41: unknown region `block`"],
    );
    check(
        "a.icf",
        "if (1) {\ndefine region R = mem:[from 0 size 3];",
        expect!["a.icf: line 1, column 1: this `if` is never closed: a `}` is missing"],
    );
}

#[test]
fn what_is_left_open_has_its_place() {
    check("a.icf", "if (x) {\n}", expect!["a.icf: line 1, column 5: unknown symbol `x`"]);
    check("a.icf", "}", expect!["a.icf: line 1, column 1: nothing is open that this `}` closes"]);
    check(
        "a.icf",
        "place in R { readonly }\n",
        expect!["a.icf: line 1, column 1: the statement `place` is never closed: a `;` is missing"],
    );
    check("a.icf", "define symbol a = 1;", expect!["a.icf: line 1, column 1: the script defines no region"]);
    check(
        "a.icf",
        "define region R = mem:[from 0 size 1 repeat 1000000];",
        expect!["a.icf: line 1, column 29: no range repeats so often"],
    );
    check(
        "a.icf",
        "#define X 5\n define region R = mem:[from X size X];",
        expect![[r#"
        R 0x5 + 0x5
        a.icf: line 1, column 1: the linker has no preprocessor: a line like this is for what runs before it
    "#]],
    );
}
