//! Maps that linkers really write.

use std::fmt::Write;

use expect_test::{Expect, expect};
use object::{Object, ObjectSection};
use plimsoll_analyzer::map_file::{self, MapFile, MapOrigin, MapPiece};

use crate::support::linkers::{LINKERS, Linker, Workshop};

/// Code is given as numbers, so that its size does not depend on the compiler.
const MAIN: &str = r#"
    const char big[3000] = "abc";
    char aligned[8] __attribute__((aligned(64))) = {1};
    int table[10] = {1, 2, 3};
    char buffer[3300] = {0};
    int common_thing;
    int dead(void) { return 5; }
    __asm__(".section .text._start,\"ax\",%progbits\n.global _start\n_start: "
            ".word helper, big, aligned, table, buffer, common_thing\n");
"#;

const HELPER: &str = r#"
    int unused_function_with_a_very_long_name_indeed(int it) { return it * 3; }
    __asm__(".section .text.helper,\"ax\",%progbits\n.global helper\nhelper: .hword 1, 2, 3\n");
"#;

const SCRIPT: &str = "
    MEMORY {
        FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K
        RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K
    }
    ENTRY(_start)
    _stack = ORIGIN(RAM) + LENGTH(RAM);
    SECTIONS {
        .header : { LONG(0x12345678) BYTE(7) } > FLASH
        .text : { *(.text*) . = ALIGN(16); _etext = .; } > FLASH
        .rodata : ALIGN(8) { *(.rodata*) } > FLASH
        .data : ALIGN(8) { _sdata = .; *(.data*) } > RAM AT> FLASH
        .bss (NOLOAD) : { *(.bss*) *(COMMON) . = ALIGN(4); } > RAM
        .heap (NOLOAD) : { . = . + 512; } > RAM
        /DISCARD/ : { *(.ARM.ex*) *(.ARM.at*) *(.comment) }
    }";

fn piece(text: &mut String, piece: &MapPiece<'_>) {
    let origin = match piece.origin {
        MapOrigin::Input { section, file, member: Some(member) } => {
            format!("{section} of {member} in {file}")
        }
        MapOrigin::Input { section, file, member: None } => format!("{section} of {file}"),
        MapOrigin::Fill => "fill".to_owned(),
        MapOrigin::Script { command } => command.to_owned(),
    };
    writeln!(text, "  {:#x} {} {origin}", piece.address, piece.size_bytes).unwrap();
}

/// Only what takes memory.
fn shown(map: &MapFile<'_>) -> String {
    let mut text = format!("{:?}\n", map.linker);
    for it in &map.memory {
        writeln!(text, "{} ({}) {:#x} + {:#x}", it.name, it.attributes, it.origin_address, it.length_bytes)
            .unwrap();
    }
    for it in map.sections.iter().filter(|it| it.size_bytes > 0 && it.address > 0) {
        let load = it.load_address.map_or(String::new(), |it| format!(" stored at {it:#x}"));
        writeln!(text, "{} {:#x} {}{load}", it.name, it.address, it.size_bytes).unwrap();
        it.pieces.iter().filter(|it| it.size_bytes > 0).for_each(|it| piece(&mut text, it));
    }
    text.push_str("discarded\n");
    for it in &map.discarded {
        if let MapOrigin::Input { section, file, member } = it.origin
            && section.starts_with(".text.")
        {
            writeln!(text, "  {section} of {}", member.unwrap_or(file)).unwrap();
        }
    }
    text
}

fn workshop() -> Option<Workshop> {
    Workshop::new(MAIN, Some(HELPER))
}

#[track_caller]
fn check(linker: Linker, expected: Expect) {
    let Some(linked) = workshop().and_then(|it| it.link(linker, SCRIPT, &[])) else { return };
    assert!(linked.succeeded, "{}", linked.log);
    expected.assert_eq(&shown(&map_file::parse(&linked.map).unwrap()));
}

#[test]
fn a_map_of_gnu_ld_is_understood() {
    check(
        Linker::Gnu,
        expect![[r#"
            Gnu
            FLASH (xr) 0x8000000 + 0x10000
            RAM (xrw) 0x20000000 + 0x2000
            .header 0x8000000 5
              0x8000000 4 LONG 0x12345678
              0x8000004 1 BYTE 0x7
            .text 0x8000005 43
              0x8000005 24 .text._start of main.o
              0x800001d 6 .text.helper of helper.o in libhelp.a
              0x8000023 13 fill
            .rodata 0x8000030 3000
              0x8000030 3000 .rodata.big of main.o
            .data 0x20000000 72 stored at 0x8000be8
              0x20000000 40 .data.table of main.o
              0x20000028 24 fill
              0x20000040 8 .data.aligned of main.o
            .bss 0x20000048 3304 stored at 0x8000c30
              0x20000048 3300 .bss.buffer of main.o
              0x20000d2c 4 COMMON of main.o
            .heap 0x20000d30 512 stored at 0x8000c30
              0x20000d30 512 fill
            discarded
              .text.dead of main.o
              .text.unused_function_with_a_very_long_name_indeed of helper.o
        "#]],
    );
}

#[test]
fn a_map_of_lld_is_understood() {
    check(
        Linker::Lld,
        expect![[r#"
            Lld
            .header 0x8000000 5
              0x8000000 4 LONG(0x12345678)
              0x8000004 1 BYTE(7)
            .text 0x8000005 43
              0x8000005 24 .text._start of main.o
              0x800001d 6 .text.helper of helper.o in libhelp.a
              0x8000023 13 fill
            .rodata 0x8000030 3000
              0x8000030 3000 .rodata.big of main.o
            .data 0x20000000 72 stored at 0x8000c00
              0x20000000 40 .data.table of main.o
              0x20000028 24 fill
              0x20000040 8 .data.aligned of main.o
            .bss 0x20000048 3304
              0x20000048 3300 .bss.buffer of main.o
              0x20000d2c 4 COMMON of main.o
            .heap 0x20000d30 512
              0x20000d30 512 fill
            discarded
        "#]],
    );
}

/// The law of a map: sections are those of the image, and pieces add up to sections.
#[track_caller]
fn check_law(workshop: &Workshop) {
    for linker in LINKERS {
        let Some(linked) = workshop.link(linker, SCRIPT, &[]) else { continue };
        let map = map_file::parse(&linked.map).unwrap();
        let image = std::fs::read(workshop.path().join("main.elf")).unwrap();
        let image = object::File::parse(&*image).unwrap();
        for section in image.sections().filter(|it| it.address() > 0 && it.size() > 0) {
            let name = section.name().unwrap();
            let ours = map.sections.iter().find(|it| it.name == name).unwrap();
            assert_eq!((ours.address, ours.size_bytes), (section.address(), section.size()), "{name}");
            let total: u64 = ours.pieces.iter().map(|it| it.size_bytes).sum();
            assert_eq!(total, ours.size_bytes, "{linker:?} {name}");
        }
    }
}

#[test]
fn pieces_add_up_to_sections_and_sections_are_the_image_s() {
    workshop().iter().for_each(check_law);
}

/// GNU ld lists merged strings with the size that they had before.
#[test]
fn strings_that_were_merged_are_counted_once() {
    let main = r#"
        extern const char *theirs[];
        const char *ours[] = {"one and the same text", "another text", "the same text"};
        __asm__(".section .text._start,\"ax\",%progbits\n.global _start\n_start: .word ours, theirs\n");"#;
    let helper = r#"const char *theirs[] = {"one and the same text", "the same text", "text"};"#;
    Workshop::new(main, Some(helper)).iter().for_each(check_law);
}

#[test]
fn a_map_of_an_older_lld_has_no_load_addresses() {
    let map = map_file::parse(
        "Address          Size             Align Out     In      Symbol
0000000000200000 0000000000000010     4 .text
0000000000200000 0000000000000004     4         a.o:(.text)
0000000000200000 0000000000000000     0                 _start
0000000000200008 0000000000000008     4         dir with blanks/libx.a(b.o):(.text.b)
",
    )
    .unwrap();
    expect![[r#"
        Lld
        .text 0x200000 16
          0x200000 4 .text of a.o
          0x200004 4 fill
          0x200008 8 .text.b of b.o in dir with blanks/libx.a
        discarded
    "#]]
    .assert_eq(&shown(&map));
}

#[test]
fn what_is_no_map_is_refused() {
    for text in ["", "hello", "MEMORY { A : ORIGIN = 0 }", "Address Size"] {
        let error = map_file::parse(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "neither a map of GNU ld nor one of lld: it has none of their headings"
        );
    }
}

#[test]
fn what_is_damaged_is_stepped_over() {
    let map = map_file::parse(
        "Memory Configuration\r
Name Origin Length\r
FLASH 0x0zz 0x1\r
FLASH 0x1\r
FLASH 0x1 0x2\r
Linker script and memory map\r
 .lost 0x1 0x2 a.o\r
.text 0x0 0xfffffffffffffffff\r
.text 0x0 0x10\r
 .text\r
\r
 .text 0x0 0x4 a b(c)\r
 *fill* 0x4 0x4 ff\r
 .text.long\r
                0x8 0x8 (x.o)\r
                0x8 (size before relaxing)\r
/DISCARD/\r
 .gone 0x0 0x4 a.o\r
Cross Reference Table\r
.data 0x0 0x10\r
",
    )
    .unwrap();
    let mut text = shown(&map);
    for it in &map.sections {
        writeln!(text, "{} {}", it.name, it.size_bytes).unwrap();
        it.pieces.iter().for_each(|it| piece(&mut text, it));
    }
    expect![[r#"
        Gnu
        FLASH () 0x1 + 0x2
        discarded
        .text 16
          0x0 4 .text of c in a b
          0x4 4 fill
          0x8 8 .text.long of (x.o)
    "#]]
    .assert_eq(&text);
}

#[test]
fn a_map_beyond_the_limits_is_cut() {
    let mut text = " VMA LMA Size Align Out In Symbol\n".to_owned();
    text += &"0 0 1 1 .s\n".repeat(70_000);
    let map = map_file::parse(&text).unwrap();
    assert_eq!((map.sections.len(), map.n_left_out), (65_536, 70_000 - 65_536));
    let mut text = "Linker script and memory map\n.text 0x0 0x1\n".to_owned();
    text += &" .t 0x0 0x1 a\n".repeat(1_050_000);
    let map = map_file::parse(&text).unwrap();
    assert_eq!((map.sections[0].pieces.len(), map.n_left_out), (1 << 20, 1_050_000 - (1 << 20)));
}

#[test]
fn no_map_makes_the_parser_panic() {
    let gnu = "Discarded input sections\n .x 0x0 0x1 a.o\nMemory Configuration\nA 0x0 0x1 r\nLinker script and memory map\n.text 0x1 0x2 load address 0x3\n .é\n   0x1 0x1 é(é)\n";
    let lld = " VMA LMA Size Align Out In Symbol\n 1 1 2 4 .é\n 1 1 1 1         a(b):(.é)\n 2 1 1 1         . = . + 1\n";
    for map in [gnu, lld] {
        for (cut, _) in map.char_indices() {
            let _ = map_file::parse(&map[..cut]);
            let _ = map_file::parse(&map[cut..]);
            for odd in [" ", "\n", "0x", "é", "(", ")", ":(", "ffffffffffffffff "] {
                let _ = map_file::parse(&format!("{}{odd}{}", &map[..cut], &map[cut..]));
            }
        }
    }
}
