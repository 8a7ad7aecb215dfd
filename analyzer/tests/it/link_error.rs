//! Links that fail because a region is too small, really failed and as they reach us in logs.

mod localised;
mod toolchains;

use std::fmt::Write;
use std::process::Command;

use expect_test::{Expect, expect};
use plimsoll_analyzer::link_error::Bound;
use plimsoll_analyzer::{link_error, map_file};

use crate::support::linkers::{LINKERS, Linker, Workshop};

/// Code is given as numbers, so that its size does not depend on the compiler.
const SOURCE: &str = r#"
    const char table[3000] = "abc";
    int initialised[10] = {1, 2, 3};
    char buffer[3300] = {0};
    __asm__(".section .text._start,\"ax\",%progbits\n.global _start\n_start: .word table, initialised, buffer\n");
"#;

const SCRIPT: &str = "
    MEMORY {
        FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 2K
        RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 3K
        CCM (rw) : ORIGIN = 0x10000000, LENGTH = 50
        SPARE : ORIGIN = 0x30000000, LENGTH = 1K
    }
    ENTRY(_start)
    SECTIONS {
        .text : { *(.text*) } > FLASH
        .rodata : { *(.rodata*) } > FLASH
        .data : { *(.data*) } > RAM AT> FLASH
        .bss (NOLOAD) : { *(.bss*) *(COMMON) } > RAM
        .heap (NOLOAD) : { . = . + 512; } > RAM
        .ccm (NOLOAD) : { . = . + 100; } > CCM
        /DISCARD/ : { *(.ARM.*) *(.comment) }
    }";

fn shown(log: &str) -> String {
    link_error::parse(log).into_iter().fold(String::new(), |mut text, it| {
        let over_bytes = it.over_bytes.map_or("?".to_owned(), |it| it.to_string());
        let bound = match it.bound {
            Bound::Exact => "",
            Bound::AtLeast => ">=",
            Bound::AtMost => "<=",
        };
        let length = it.length_bytes.map_or(String::new(), |it| format!(" of {it}"));
        writeln!(text, "{} {bound}{over_bytes}{length} [{}]", it.region, it.sections.join(" ")).unwrap();
        text
    })
}

#[track_caller]
fn check(log: &str, expected: Expect) {
    expected.assert_eq(&shown(log));
}

#[test]
fn what_really_does_not_fit_is_told() {
    let Some(workshop) = Workshop::new(SOURCE, None) else { return };
    for linker in LINKERS {
        let Some(linked) = workshop.link(linker, SCRIPT, &[]) else { continue };
        assert!(!linked.succeeded);
        match linker {
            Linker::Gnu => check(
                &linked.log,
                expect![[r#"
                    FLASH 1004 [.rodata]
                    RAM 780 [.bss]
                    CCM 50 [.ccm]
                "#]],
            ),
            Linker::Lld => check(
                &linked.log,
                expect![[r#"
                    FLASH 1004 [.rodata .data]
                    RAM 780 [.bss .heap]
                    CCM 50 [.ccm]
                "#]],
            ),
        }
        let expected = shown(&linked.log);
        let coloured = workshop.link(linker, SCRIPT, &["--color-diagnostics=always"]).unwrap();
        if linker == Linker::Lld {
            assert!(coloured.log.contains('\u{1b}'));
            assert_eq!(shown(&coloured.log), expected);
        }
        assert_eq!(shown(&as_rustc_prints(&linked.log)), expected);
        assert_eq!(shown(&as_json(&coloured.log)), shown(&coloured.log));
    }
}

/// How far it is over, told by the map that both linkers write all the same.
#[test]
fn the_map_of_a_failed_link_agrees() {
    let Some(workshop) = Workshop::new(SOURCE, None) else { return };
    for linker in LINKERS {
        let Some(linked) = workshop.link(linker, SCRIPT, &[]) else { continue };
        let map = map_file::parse(&linked.map).unwrap();
        let heap = map.sections.iter().find(|it| it.name == ".heap").unwrap();
        let over_bytes = heap.address + heap.size_bytes - (0x2000_0000 + 3 * 1024);
        let overflows = link_error::parse(&linked.log);
        let ram = overflows.iter().find(|it| it.region == "RAM").unwrap();
        assert_eq!(ram.over_bytes, Some(over_bytes));
    }
}

#[test]
fn a_section_placed_outside_of_its_region_is_told() {
    let Some(workshop) = Workshop::new(SOURCE, None) else { return };
    let script = SCRIPT.replace(".ccm (NOLOAD)", ".ccm 0x100 (NOLOAD)");
    let Some(linked) = workshop.link(Linker::Gnu, &script, &[]) else { return };
    assert!(linked.log.contains("is not within region"), "{}", linked.log);
    check(
        &linked.log,
        expect![[r#"
            FLASH 1004 [.rodata]
            RAM 780 [.bss]
            CCM ? [.ccm]
        "#]],
    );
}

#[test]
fn a_link_that_succeeds_has_no_overflows() {
    let Some(workshop) = Workshop::new(SOURCE, None) else { return };
    let script = SCRIPT.replace("2K", "8K").replace("3K", "8K").replace("50", "500");
    for linker in LINKERS {
        let Some(linked) = workshop.link(linker, &script, &["--print-memory-usage"]) else { continue };
        assert!(linked.succeeded, "{}", linked.log);
        assert_eq!(shown(&linked.log), "");
    }
}

/// As rustc hands it on, coloured and indented, where the target is installed.
#[test]
fn what_rustc_hands_on_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let source = "#![no_std]\n#![no_main]\n
        #[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n
        #[unsafe(no_mangle)] static TABLE: [u8; 3000] = [7; 3000];\n
        #[unsafe(no_mangle)] extern \"C\" fn _start() -> u8 { unsafe { core::ptr::read_volatile(&TABLE[5]) } }\n";
    std::fs::write(folder.path().join("main.rs"), source).unwrap();
    std::fs::write(folder.path().join("link.x"), SCRIPT.replace("512", "3500")).unwrap();
    for format in [&["--color=always"][..], &["--error-format=json", "--json=diagnostic-rendered-ansi"]] {
        let output = Command::new("rustc")
            .args(["--target=thumbv6m-none-eabi", "--edition=2024", "-Cpanic=abort", "-Clink-arg=-Tlink.x"])
            .args(format)
            .arg("main.rs")
            .current_dir(folder.path())
            .output();
        let log = output.map(|it| String::from_utf8(it.stderr).unwrap()).unwrap_or_default();
        if !log.contains("linking with") {
            eprintln!("skipped: no rustc for thumbv6m-none-eabi: {log}");
            return;
        }
        let overflows = link_error::parse(&log);
        let ram = overflows.iter().find(|it| it.region == "RAM").unwrap();
        assert_eq!(
            (ram.sections.as_slice(), ram.over_bytes),
            (&[".heap".to_owned()][..], Some(3500 - 3072)),
            "{log}"
        );
        let flash = overflows.iter().find(|it| it.region == "FLASH").unwrap();
        assert!(flash.over_bytes.is_some_and(|it| it >= 3000 - 2048), "{log}");
    }
}

fn as_rustc_prints(log: &str) -> String {
    let mut text =
        "\u{1b}[1m\u{1b}[91merror\u{1b}[0m: linking with `rust-lld` failed: exit status: 1\n".to_owned();
    text += "  \u{1b}[1m\u{1b}[94m= \u{1b}[0m\u{1b}[1mnote\u{1b}[0m: some arguments are omitted\n";
    for line in log.lines() {
        writeln!(text, "  \u{1b}[1m\u{1b}[94m= \u{1b}[0m\u{1b}[1mnote\u{1b}[0m: {line}\u{1b}[0m\r").unwrap();
    }
    text + "\nerror: could not compile `app` (bin \"app\") due to 1 previous error\n"
}

fn as_json(log: &str) -> String {
    serde_json::json!({ "reason": "compiler-message", "message": { "rendered": log } }).to_string()
}

#[test]
fn other_wordings_are_understood() {
    check(
        "2026-01-31T12:00:00.1Z /opt/arm/bin/ld: region ‘FLASH’ overflowed by 629 bytes
         collect2: error: ld returned 1 exit status",
        expect![[r#"
            FLASH 629 []
        "#]],
    );
    check(
        "ld: a.elf section `.text' will not fit in region `FLASH'
         ld: section .data will not fit in region RAM
         ld: address 0x20012345 of a.elf section `.bss' is not within region `RAM'",
        expect![[r#"
            FLASH ? [.text]
            RAM ? [.data .bss]
        "#]],
    );
    check(
        "ld.lld: error: section '.text' will not fit in region 'my flash': overflowed by 1 byte",
        expect![[r#"
            my flash 1 [.text]
        "#]],
    );
}

#[test]
fn what_is_no_such_message_is_passed_over() {
    check("", expect![[""]]);
    check("the buffer overflowed by 12 bytes", expect![[""]]);
    check("region `FLASH' overflowed by many bytes", expect![[""]]);
    check("region `FLASH' overflowed by 99999999999999999999999 bytes", expect![[""]]);
    check("region `FLASH overflowed by 9 bytes", expect![[""]]);
    check("region `' overflowed by 9 bytes", expect![[""]]);
    check("section '.text' will not fit in region", expect![[""]]);
    check("section '.text' will not fit in region ", expect![[""]]);
}

#[test]
fn lists_have_bounds() {
    let log: String = (0..1_000).map(|it| format!("region `R{it}' overflowed by {it} bytes\n")).collect();
    assert_eq!(link_error::parse(&log).len(), 256);
    let log: String = (0..1_000).map(|it| format!("section `.s{it}' will not fit in region `R'\n")).collect();
    assert_eq!(link_error::parse(&log)[0].sections.len(), 64);
    let log = format!("region `{}' overflowed by 1 bytes", "R".repeat(10_000));
    assert_eq!(link_error::parse(&log)[0].region.len(), 256);
}

#[test]
fn no_log_makes_the_parser_panic() {
    let log = "\u{1b}[1mld: é section `.t' will not fit in region `R': overflowed by 9 bytes\u{1b}[0m\\n\u{1b}]8;;x\u{7}";
    for (cut, _) in log.char_indices() {
        let _ = link_error::parse(&log[..cut]);
        let _ = link_error::parse(&log[cut..]);
        for odd in ["\u{1b}[", "'", "é", "\\", "region ", "overflowed by "] {
            let _ = link_error::parse(&format!("{}{odd}{}", &log[..cut], &log[cut..]));
        }
    }
}
