//! What debug information adds to the report, on real firmware.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::report::{SectionKind, Symbol, SymbolKind};
use plimsoll_analyzer::{Report, analyze};

use crate::support::corpus;

#[track_caller]
fn check(name: &str, show: fn(&Report) -> String, expected: Expect) {
    let Some(content) = corpus::file(name) else { return };
    expected.assert_eq(&show(&analyze(&content, &[]).unwrap()));
}

/// Code in all, then host and defining bytes of each crate that has either.
fn crates(report: &Report) -> String {
    let code = &report.code;
    let mut text =
        format!("{} = {} located + {}\n", code.symbol_bytes, code.located_bytes, code.unlocated_bytes);
    for it in report.crates.iter().filter(|it| it.code_bytes + it.defining_bytes > 0) {
        writeln!(text, "{} hosts {}, defines {}", it.name, it.code_bytes, it.defining_bytes).unwrap();
    }
    text
}

/// The last three parts of a path that begins at a root.
fn end_of(path: &str) -> String {
    let is_rooted = path.starts_with('/') || path.contains(":/");
    let parts: Vec<&str> = path.split('/').collect();
    if is_rooted { format!("…/{}", parts[parts.len().saturating_sub(3)..].join("/")) } else { path.into() }
}

/// The five files and units with the most bytes.
fn sources(report: &Report) -> String {
    let mut text = String::new();
    report
        .files
        .iter()
        .take(5)
        .for_each(|it| writeln!(text, "{} {}", it.code_bytes, end_of(&it.path)).unwrap());
    for it in report.units.iter().take(5) {
        let (language, producer) =
            (it.language.as_deref().unwrap_or("?"), it.producer.as_deref().unwrap_or("?"));
        let producer: String = producer.chars().take(24).collect();
        writeln!(text, "{}+{} {} [{language}, {producer}]", it.flash_bytes, it.ram_bytes, end_of(&it.name))
            .unwrap();
    }
    text
}

#[test]
fn embassy_hosts_and_defines() {
    check(
        "m0p-rust-rp2040-embassy.elf",
        crates,
        expect![[r#"
            46840 = 41776 located + 5064
            core hosts 19654, defines 20012
            rp2040_hal hosts 18684, defines 12150
            probe_rs_debugger_test hosts 3972, defines 3964
            rtt_target hosts 2240, defines 2140
            fugit hosts 500, defines 500
            cortex_m hosts 506, defines 506
            RP2040 hosts 382, defines 180
            heapless hosts 306, defines 296
            critical_section hosts 238, defines 248
            rp2040_pac hosts 106, defines 6066
            (unknown) hosts 166, defines 166
            compiler_builtins hosts 74, defines 26
            cortex_m_rt hosts 10, defines 10
            bare_metal hosts 2, defines 2
            vcell hosts 0, defines 574
        "#]],
    );
    check(
        "m0p-rust-rp2040-embassy.elf",
        sources,
        expect![[r#"
            5452 rp2040-hal-0.9.2/src/clocks/macros.rs
            5392 rp2040-pac-0.5.0/src/generic.rs
            3210 src/lib.rs
            3092 rust/library/core/src/fmt/mod.rs
            2428 rp2040-hal-0.9.2/src/pll.rs
            10580+0 rp2040-hal-0.9.2/src/lib.rs/@/rp2040_hal.884076f4aea36912-cgu.1 [Rust, clang LLVM (rustc versio]
            9584+0 rust/library/core/src/lib.rs/@/core.e5c23a8a211a91c8-cgu.0 [Rust, clang LLVM (rustc versio]
            3942+2223 src/lib.rs/@/3obvxv72ja5zh1ej [Rust, clang LLVM (rustc versio]
            5470+16 rtt-target-0.5.0/src/lib.rs/@/rtt_target.5a25204755a704c9-cgu.0 [Rust, clang LLVM (rustc versio]
            5454+2 rp2040-hal-0.9.2/src/lib.rs/@/rp2040_hal.884076f4aea36912-cgu.7 [Rust, clang LLVM (rustc versio]
        "#]],
    );
}

#[test]
fn esp_idf_has_dwarf_4_and_5_in_one_file() {
    check(
        "rv32-c-espidf-esp32p4.elf",
        crates,
        expect![[r#"
            129984 = 129718 located + 266
            (unknown) hosts 129980, defines 129980
            C++ hosts 4, defines 4
        "#]],
    );
    check(
        "rv32-c-espidf-esp32p4.elf",
        sources,
        expect![[r#"
            10598 …/libc/stdio/vfprintf.c
            7318 esp-idf/components/freertos/FreeRTOS-Kernel/tasks.c
            5350 esp-idf/components/heap/tlsf/tlsf_control_functions.h
            4010 esp-idf/components/esp_hw_support/port/regdma_link.c
            3942 …/libc/stdlib/dtoa.c
            9211+9360 esp-idf/components/freertos/FreeRTOS-Kernel/tasks.c [C, GNU C17 14.2.0 -mabi=ilp]
            8632+6930 esp-idf/components/heap/tlsf/tlsf.c [C, GNU C17 14.2.0 -mabi=ilp]
            10594+0 …/libc/stdio/vfprintf.c [C, GNU C17 14.2.0 -mabi=ilp]
            6273+2104 esp-idf/components/esp_hw_support/sleep_retention.c [C, GNU C17 14.2.0 -mabi=ilp]
            2309+5358 esp-idf/components/freertos/FreeRTOS-Kernel/portable/riscv/port.c [C, GNU C17 14.2.0 -mabi=ilp]
        "#]],
    );
}

#[test]
fn esp_hal_hosts_and_defines() {
    check(
        "rv32-rust-esp32c5.elf",
        crates,
        expect![[r#"
            39000 = 31176 located + 7824
            (unknown) hosts 2068, defines 2068
            esp_hal hosts 10442, defines 6316
            core hosts 11518, defines 18632
            hello_world hosts 8554, defines 168
            esp_backtrace hosts 3274, defines 580
            esp_rom_sys hosts 1208, defines 756
            riscv_pac hosts 754, defines 230
            esp_println hosts 668, defines 1588
            esp32c5 hosts 0, defines 530
            log hosts 352, defines 6388
            esp_sync hosts 36, defines 1022
            riscv_rt hosts 102, defines 260
            compiler_builtins hosts 24, defines 24
            riscv hosts 0, defines 404
            heapless hosts 0, defines 22
            esp_riscv_rt hosts 0, defines 8
            embassy_sync hosts 0, defines 4
        "#]],
    );
}

#[test]
fn tasking_writes_dwarf_3_with_paths_of_windows() {
    check(
        "tricore-c-tasking-blinky.elf",
        sources,
        expect![[r#"
            2134 Libraries/iLLD/TC37A/Tricore/Scu/Std/IfxScuCcu.h
            1302 Libraries/iLLD/TC37A/Tricore/Scu/Std/IfxScuWdt.h
            1170 Libraries/iLLD/TC37A/Tricore/Cpu/Trap/IfxCpu_Trap.c
            1052 Libraries/Infra/Ssw/TC37A/Tricore/Ifx_Ssw_Infra.h
            570 Libraries/iLLD/TC37A/Tricore/Scu/Std/IfxScuCcu.c
            2356+0 Libraries/iLLD/TC37A/Tricore/Scu/Std/IfxScuCcu.c [C, TASKING VX-toolset for A]
            500+0 Configurations/Ifx_Cfg_SswBmhd.c [C, TASKING VX-toolset for A]
            500+0 Configurations/Ifx_Cfg_SswBmhd.c [C, TASKING VX-toolset for A]
            500+0 Configurations/Ifx_Cfg_SswBmhd.c [C, TASKING VX-toolset for A]
            500+0 Configurations/Ifx_Cfg_SswBmhd.c [C, TASKING VX-toolset for A]
        "#]],
    );
}

#[test]
fn a_symbol_knows_its_line() {
    let Some(content) = corpus::file("m4f-c-atsamd51.elf") else { return };
    let report = analyze(&content, &[]).unwrap();
    let place = |name: &str| {
        let symbol = report.symbols.iter().find(|it| it.name == name).unwrap();
        let file = symbol.file.map_or("?", |it| report.files[it].path.rsplit('/').next().unwrap());
        let unit = symbol.unit.map_or("?", |it| report.units[it].name.as_str());
        format!("{name} {file}:{} of {unit}\n", symbol.line.unwrap_or(0))
    };
    expect![[r#"
        main main.c:96 of main.c
        Reset_Handler startup_samd51.c:499 of Atmel/Device_Startup/startup_samd51.c
        exception_table ?:0 of ?
    "#]]
    .assert_eq(&["main", "Reset_Handler", "exception_table"].map(place).concat());
}

#[test]
fn a_file_without_debug_information_loses_only_its_columns() {
    let both = (corpus::file("m4f-c-atsamd51.elf"), corpus::file("m4f-c-atsamd51.elf").map(without_dwarf));
    let (Some(with), Some(without)) = both else { return };
    let (with, without) = (analyze(&with, &[]).unwrap(), analyze(&without, &[]).unwrap());
    assert!(!with.units.is_empty() && !with.files.is_empty() && with.code.located_bytes > 0);
    assert!(without.units.is_empty() && without.files.is_empty() && without.code.located_bytes == 0);
    assert!(without.warnings.is_empty(), "{:?}", without.warnings);
    assert_eq!(without.code.unlocated_bytes, with.code.symbol_bytes);
    assert_eq!((with.totals, &with.regions), (without.totals, &without.regions));
}

/// The names of debug sections changed, so that nobody finds them.
fn without_dwarf(mut content: Vec<u8>) -> Vec<u8> {
    for at in 0..content.len() - 7 {
        if &content[at..at + 7] == b".debug_" {
            content[at..at + 7].copy_from_slice(b".hidden");
        }
    }
    content
}

#[test]
fn compressed_sections_say_the_same() {
    let both = (corpus::file("m4f-c-atsamd51.elf"), corpus::file("derived-zlib-m4f-atsamd51.elf"));
    let (Some(plain), Some(compressed)) = both else { return };
    let (plain, compressed) = (analyze(&plain, &[]).unwrap(), analyze(&compressed, &[]).unwrap());
    assert!(plain.code.located_bytes > 0);
    assert_eq!((&plain.units, &plain.files), (&compressed.units, &compressed.files));
    assert_eq!((&plain.crates, plain.code), (&compressed.crates, compressed.code));
}

#[test]
fn only_code_has_host_and_defining_bytes() {
    for (name, content) in corpus::all() {
        let report = analyze(&content, &[]).unwrap();
        let is_code = |it: &&Symbol| {
            let mut sections = report.sections.iter().filter(|section| section.name == it.section);
            let is_code =
                matches!(it.kind, SymbolKind::Function | SymbolKind::Label | SymbolKind::LiteralPool);
            is_code && sections.any(|it| it.allocated && it.kind == SectionKind::Code)
        };
        let code = report.symbols.iter().filter(is_code).map(|it| it.size_bytes);
        assert_eq!(report.code.symbol_bytes, code.sum::<u64>(), "{name}");
    }
}
