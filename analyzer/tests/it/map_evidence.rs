//! What a linker's map adds to a report.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::{
    Besides, ErrorKind, Report, WhyError, analyze, analyze_with, check_map, map_file, why_with,
};

use crate::support::linkers::{LINKERS, Linker, Workshop};
use crate::support::{elf, laws};

const MAIN: &str = r#"
    extern void helper(void);
    __asm__(".section .text._start,\"ax\",%progbits\n.global _start\n.type _start,%function\n.thumb_func\n"
            "_start: b helper\n.size _start, .-_start\n"
            ".section .data.text,\"aw\",%progbits\n.global text\n.type text,%object\n.size text,4\n"
            "text: .word .Ltext\n"
            ".section .rodata.str1.1,\"aMS\",%progbits,1\n.Ltext: .asciz \"hello world\"\n");
"#;

/// The last two sections have no symbol, and nobody refers to them.
const HELPER: &str = r#"
    __asm__(".section .text.helper,\"ax\",%progbits\n.global helper\n.type helper,%function\n.thumb_func\n"
            "helper: ldr r0, =text\nldr r0, [r0]\nbx lr\nnop\n.ltorg\n.size helper, .-helper\n"
            ".section .rodata.keep,\"a\",%progbits\n.word 0x9abcdef1, 0x81828384, 0x91929394\n"
            ".section .text.keep,\"ax\",%progbits\n.hword 0xb672, 0x4770, 0xb662, 0x4770\n");
"#;

const SCRIPT: &str = "
    MEMORY {
        FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K
        RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K
    }
    ENTRY(_start)
    SECTIONS {
        .text : { *(.text._start) *(.text.helper) KEEP(*(.text.keep)) . = ALIGN(32); } > FLASH
        .rodata : { LONG(0x87654321) *(.rodata.str1.1) KEEP(*(.rodata.keep)) } > FLASH
        .data : { KEEP(*(.data*)) } > RAM AT> FLASH
        .bss (NOLOAD) : { . = . + 520; } > RAM
        /DISCARD/ : { *(.ARM.ex*) *(.ARM.at*) *(.comment) }
    }";

/// One line per row, by address, and what has none.
fn rows(report: &Report) -> String {
    let mut list: Vec<_> = report.symbols.iter().collect();
    list.sort_by_key(|it| it.run_address);
    let mut text = String::new();
    for it in list {
        let from = it.linked_from.as_deref().unwrap_or("-");
        writeln!(text, "{:?} {:#x} {} {} ← {from}", it.kind, it.run_address, it.size_bytes, it.name).unwrap();
    }
    writeln!(text, "unattributed {}", report.totals.unattributed_bytes).unwrap();
    report.warnings.iter().for_each(|it| writeln!(text, "{}: {}", it.place, it.message).unwrap());
    text
}

/// The image, the map, and the report of both.
fn linked(linker: Linker, arguments: &[&str]) -> Option<(Vec<u8>, String, Report)> {
    let workshop = Workshop::new(MAIN, Some(HELPER))?;
    let linked = workshop.link(linker, SCRIPT, arguments)?;
    assert!(linked.succeeded, "{}", linked.log);
    let elf = std::fs::read(workshop.path().join("main.elf")).unwrap();
    let report = with_map(&elf, &linked.map);
    Some((elf, linked.map, report))
}

#[track_caller]
fn with_map(elf: &[u8], map: &str) -> Report {
    let map = map_file::parse(map).unwrap();
    let report = analyze_with(elf, &[], Besides { map: Some(&map), ..Besides::default() }).unwrap();
    laws::check(&report);
    report
}

#[track_caller]
fn check_linked(linker: Linker, arguments: &[&str], expected: Expect) {
    if let Some((_, _, report)) = linked(linker, arguments) {
        expected.assert_eq(&rows(&report));
    }
}

#[test]
fn a_map_of_gnu_ld_names_what_has_no_symbol_and_where_symbols_are_from() {
    check_linked(
        Linker::Gnu,
        &[],
        expect![[r#"
        Function 0x8000000 4 _start ← .text._start of main.o
        Function 0x8000004 12 helper ← .text.helper of libhelp.a(helper.o)
        Function 0x8000010 8 .text.keep of libhelp.a(helper.o) ← .text.keep of libhelp.a(helper.o)
        Constant 0x8000020 4 LONG 0x87654321 of the linker script ← LONG 0x87654321 of the linker script
        String 0x8000024 12 "hello world" ← .rodata.str1.1 of main.o
        Constant 0x8000030 12 .rodata.keep of libhelp.a(helper.o) ← .rodata.keep of libhelp.a(helper.o)
        Data 0x20000000 4 text ← .data.text of main.o
        Reservation 0x20000004 520 space in .bss ← -
        unattributed 0
    "#]],
    );
}

#[test]
fn a_map_of_lld_names_what_has_no_symbol_and_where_symbols_are_from() {
    check_linked(
        Linker::Lld,
        &[],
        expect![[r#"
        Function 0x8000000 4 _start ← .text._start of main.o
        Function 0x8000004 12 helper ← .text.helper of libhelp.a(helper.o)
        Function 0x8000010 8 .text.keep of libhelp.a(helper.o) ← .text.keep of libhelp.a(helper.o)
        Constant 0x8000020 4 LONG(0x87654321) of the linker script ← LONG(0x87654321) of the linker script
        String 0x8000024 12 "hello world" ← .rodata.str1.1 of <internal>
        Constant 0x8000030 12 .rodata.keep of libhelp.a(helper.o) ← .rodata.keep of libhelp.a(helper.o)
        Data 0x20000000 4 text ← .data.text of main.o
        Reservation 0x20000004 520 space in .bss ← -
        unattributed 0
    "#]],
    );
}

#[test]
fn without_a_symbol_table_the_map_tells_everything() {
    check_linked(
        Linker::Gnu,
        &["--strip-all"],
        expect![[r#"
            Function 0x8000000 4 .text._start of main.o ← .text._start of main.o
            Function 0x8000004 12 .text.helper of libhelp.a(helper.o) ← .text.helper of libhelp.a(helper.o)
            Function 0x8000010 8 .text.keep of libhelp.a(helper.o) ← .text.keep of libhelp.a(helper.o)
            Constant 0x8000020 4 LONG 0x87654321 of the linker script ← LONG 0x87654321 of the linker script
            Constant 0x8000024 12 .rodata.str1.1 of main.o ← .rodata.str1.1 of main.o
            Constant 0x8000030 12 .rodata.keep of libhelp.a(helper.o) ← .rodata.keep of libhelp.a(helper.o)
            PointerTable 0x20000000 4 .data.text of main.o ← .data.text of main.o
            Reservation 0x20000004 520 space in .bss ← -
            unattributed 0
            symbol table: it has no symbols (it was stripped): the sizes of sections and regions are right, but what they are made of is known only as far as a linker's map tells; give the ELF as the linker wrote it
        "#]],
    );
}

#[test]
fn the_map_of_another_image_is_not_used() {
    for linker in LINKERS {
        let Some((elf, map, _)) = linked(linker, &[]) else { continue };
        let other = Workshop::new(MAIN, Some(HELPER)).unwrap();
        let moved = SCRIPT.replace("LONG(0x87654321)", "LONG(1) LONG(2)");
        other.link(linker, &moved, &[]).unwrap();
        let other = std::fs::read(other.path().join("main.elf")).unwrap();
        let mut report = with_map(&other, &map);
        let warning = report.warnings.remove(0);
        assert_eq!(warning.place, "linker map");
        let said = "not used, since it is of another image: section .rodata has 32 B at 0x8000020 in the image, 28 B at 0x8000020 in the map";
        assert_eq!(warning.message, said);
        assert_eq!(report, analyze(&other, &[]).unwrap());
        let map = map_file::parse(&map).unwrap();
        let refused = check_map(&other, &map).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::OtherImage);
        assert_eq!(refused.to_string(), said.replace("not used, since it", "linker map: it"));
        assert_eq!(check_map(&elf, &map), Ok(()));
    }
}

#[test]
fn what_only_the_map_names_can_be_asked_about_with_it() {
    for linker in LINKERS {
        let Some((elf, map, _)) = linked(linker, &[]) else { continue };
        let map = map_file::parse(&map).unwrap();
        let name = ".rodata.keep of libhelp.a(helper.o)";
        let why = why_with(&elf, name, Besides { map: Some(&map), ..Besides::default() }).unwrap();
        assert_eq!((why.symbol.name.as_str(), why.symbol.address, why.size_bytes), (name, 0x0800_0030, 12));
        assert_eq!(why_with(&elf, name, Besides::default()), Err(WhyError::Unknown(name.into())));
    }
}

/// Two constants; what lies between them has no symbol.
const IMAGE: &str =
    "section .rodata 0x1000 64\nnoise .rodata 0 64\nobject one 0x1000 16\nobject two 0x1030 16";

fn map(lines: &str) -> String {
    format!(
        "     VMA      LMA     Size Align Out     In      Symbol\n    1000     1000       40     4 .rodata\n{lines}"
    )
}

#[track_caller]
fn check(lines: &str, expected: Expect) {
    expected.assert_eq(&rows(&with_map(&elf::build(IMAGE), &map(lines))));
}

#[test]
fn one_gap_may_come_from_several_inputs_and_folders_are_left_out() {
    check(
        "    1000     1000       10     4         /srv/build/a.o:(.text.one)
    1010     1010        8     4         /srv/build/a.o:(.rodata)
    1018     1018       10     4         C:\\libs\\libb.a(c.o):(.text.x)
    1030     1030       10     4         d.o:(.text.two)
",
        expect![[r#"
            Data 0x1000 16 one ← .text.one of a.o
            Constant 0x1010 8 .rodata of a.o ← .rodata of a.o
            Function 0x1018 16 .text.x of libb.a(c.o) ← .text.x of libb.a(c.o)
            Data 0x1030 16 two ← .text.two of d.o
            unattributed 0
        "#]],
    );
}

#[test]
fn what_a_map_says_twice_or_elsewhere_counts_once_or_not_at_all() {
    check(
        "    1008     1008       18     4         long.o:(.text)
    1010     1010       18     4         second.o:(.text)
    1010     1010       18     4         third.o:(.text)
     ff0      ff0       18     4         wide.o:(.text)
ffffffffffffffff ffffffffffffffff ffffffffffffffff     4         far.o:(.text)
    2000     2000       10     4         outside.o:(.text)
",
        expect![[r#"
            Data 0x1000 16 one ← .text of wide.o
            Function 0x1010 16 .text of long.o ← .text of long.o
            Function 0x1020 8 .text of second.o ← .text of second.o
            Data 0x1030 16 two ← -
            unattributed 0
        "#]],
    );
}

#[test]
fn long_names_are_cut() {
    let name = "n".repeat(10_000);
    let report = with_map(
        &elf::build(IMAGE),
        &map(&format!("    1000     1000       40     4         {name}.a({name}.o):(.text.{name})\n")),
    );
    let longest = report.symbols.iter().filter_map(|it| it.linked_from.as_ref()).map(String::len).max();
    assert_eq!(longest, Some(3 * 160 + " of ()".len()));
}

#[test]
fn a_map_without_any_of_the_sections_is_not_used() {
    let text =
        "     VMA      LMA     Size Align Out     In      Symbol\n    1000     1000       40     4 .other\n";
    expect![[r#"
        Data 0x1000 16 one ← -
        Data 0x1030 16 two ← -
        unattributed 32
        linker map: not used, since it is of another image: it names none of the image's sections
    "#]]
    .assert_eq(&rows(&with_map(&elf::build(IMAGE), text)));
}
