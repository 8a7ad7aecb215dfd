//! Real firmware, against figures that other tools give or that were counted by hand.

use expect_test::{Expect, expect};
use plimsoll_analyzer::{Report, analyze};

use crate::support::{corpus, memory, regions, sections};

#[track_caller]
fn check(name: &str, script: &str, show: fn(&Report) -> String, expected: Expect) {
    let Some(content) = corpus::file(name) else { return };
    expected.assert_eq(&show(&analyze(&content, &memory(script)).unwrap()));
}

const RP2040: &str = "MEMORY {
    BOOT2 : ORIGIN = 0x10000000, LENGTH = 0x100
    FLASH : ORIGIN = 0x10000100, LENGTH = 2048K - 0x100
    RAM   : ORIGIN = 0x20000000, LENGTH = 256K
}";

/// Totals, figures of the biggest tables.
fn summary(report: &Report) -> String {
    let totals = &report.totals;
    let share = 1000 * totals.unattributed_bytes / (totals.flash_bytes + totals.ram_bytes).max(1);
    format!(
        "flash {} ram {} symbols {} padding {} unattributed {} ({share}/1000)\n{} symbols in {} crates, formatting {} in {}\n",
        totals.flash_bytes,
        totals.ram_bytes,
        totals.symbol_bytes,
        totals.padding_bytes,
        totals.unattributed_bytes,
        report.symbols.len(),
        report.crates.len(),
        report.formatting.total_bytes,
        report.formatting.symbols.len(),
    )
}

#[test]
fn embassy_on_an_rp2040() {
    check(
        "m0p-rust-rp2040-embassy.elf",
        RP2040,
        regions,
        expect![[r#"
        flash 57888 ram 2264
        BOOT2 flash 256 of 256
          0x10000000 256 .boot2 run
        FLASH flash 57632 of 2096896
          0x10000100 192 .vector_table run
          0x100001c0 46912 .text run
          0x1000b900 10412 .rodata run
          0x1000e1ac 4 (alignment) load
          0x1000e1b0 112 .data load
        RAM ram 2264 of 262144
          0x20000000 112 .data run
          0x20000070 2152 .bss run
    "#]],
    );
    check(
        "m0p-rust-rp2040-embassy.elf",
        RP2040,
        summary,
        expect![[r#"
            flash 57888 ram 2264 symbols 59824 padding 216 unattributed 0 (0/1000)
            885 symbols in 16 crates, formatting 9493 in 59
        "#]],
    );
}

#[test]
fn esp_idf_on_an_esp32_p4() {
    check(
        "rv32-c-espidf-esp32p4.elf",
        "",
        regions,
        expect![[r#"
            flash 168804 ram 73480
            ram ram 376 of ?
              0x30100000 290 .tcm.text run
              0x30100122 14 (alignment) run
              0x30100130 72 .tcm.data run
            flash flash 101268 of ?
              0x40000020 69948 .flash.text run
              0x40020020 256 .flash.appdesc run
              0x40020120 30872 .flash.rodata run
              0x400279b8 192 .flash.init_array run
            ram2 ram 72760 of ?, reserved 12
              0x4ff20000 59640 .iram0.text run
              0x4ff2e900 7304 .dram0.data run
              0x4ff30588 8 (alignment) run
              0x4ff30590 5796 .dram0.bss run
              0x4ff31c34 12 .dram0.heap_start run
            ram3 ram 344 of ?
              0x50108000 216 .rtc.p4_rev3_mspi_workaround run
              0x50108100 24 .rtc_reserved run
              0x50108118 104 .rtc.text run
        "#]],
    );
    check(
        "rv32-c-espidf-esp32p4.elf",
        "",
        sections,
        expect![[r#"
            .rtc.text bss content 0x50108118←- 104 = 104+0+0
            .rtc.force_fast other content 0x50108180←- 0 = 0+0+0
            .rtc_noinit other content 0x50108180←- 0 = 0+0+0
            .rtc.force_slow other content 0x50108180←- 0 = 0+0+0
            .rtc.p4_rev3_mspi_workaround code content 0x50108000←0x50108000 216 = 216+0+0
            .rtc_reserved bss content 0x50108100←- 24 = 24+0+0
            .tcm.text code content 0x30100000←0x30100000 290 = 270+20+0
            .tcm.data data content 0x30100130←0x30100130 72 = 64+0+8
            .iram0.text code content 0x4ff20000←0x4ff20000 59640 = 59566+74+0
            .iram0.text_end bss filler 0x4ff2e8f8←- 8 = 0+0+0
            .iram0.data other content 0x4ff2e900←- 0 = 0+0+0
            .iram0.bss other content 0x4ff2e900←- 0 = 0+0+0
            .dram0.dummy other content 0x4ff2e900←- 0 = 0+0+0
            .dram0.data data content 0x4ff2e900←0x4ff2e900 7304 = 7162+142+0
            .noinit bss content 0x4ff30588←- 0 = 0+0+0
            .dram0.bss bss content 0x4ff30590←- 5796 = 5748+48+0
            .dram0.heap_start bss reservation 0x4ff31c34←- 12 = 12+0+0
            .flash.text code content 0x40000020←0x40000020 69948 = 69932+16+0
            .flash_rodata_dummy bss filler 0x40000020←- 131072 = 0+0+0
            .flash.appdesc rodata content 0x40020020←0x40020020 256 = 256+0+0
            .flash.rodata rodata content 0x40020120←0x40020120 30872 = 29456+1408+8
            .flash.init_array data content 0x400279b8←0x400279b8 192 = 192+0+0
            .flash.tdata other content 0x40027a78←- 0 = 0+0+0
        "#]],
    );
}

#[test]
fn esp_hal_on_an_esp32_c5() {
    check(
        "rv32-rust-esp32c5.elf",
        "",
        regions,
        expect![[r#"
            flash 51558 ram 320928
            ram ram 320928 of ?, reserved 315484
              0x40800000 2012 .trap run
              0x408007dc 2268 .rwtext run
              0x408010b8 856 .data run
              0x40801410 308 .bss run
              0x40801544 315484 .stack run
            flash flash 46422 of ?
              0x42000020 256 .flash.appdesc run
              0x42000120 10984 .rodata run
              0x42002c2c 35182 .text run
        "#]],
    );
    check(
        "rv32-rust-esp32c5.elf",
        "",
        summary,
        expect![[r#"
            flash 51558 ram 320928 symbols 367173 padding 177 unattributed 0 (0/1000)
            579 symbols in 17 crates, formatting 11817 in 47
        "#]],
    );
}

#[test]
fn esp_idf_on_an_esp32() {
    check(
        "xtensa-c-esp32-dw245.elf",
        "",
        regions,
        expect![[r#"
        flash 161798 ram 59943
        flash flash 20772 of ?
          0x3f400020 256 .flash.appdesc run
          0x3f400120 20516 .flash.rodata run
        ram ram 11616 of ?
          0x3ffb0000 8468 .dram0.data run
          0x3ffb2114 4 (alignment) run
          0x3ffb2118 3144 .dram0.bss run
        ram2 ram 48303 of ?
          0x40080000 1027 .iram0.vectors run
          0x40080403 1 (alignment) run
          0x40080404 47275 .iram0.text run
        flash2 flash 84255 of ?
          0x400d0020 84255 .flash.text run
        ram3 ram 24 of ?
          0x50001fe8 24 .rtc_slow_reserved run
    "#]],
    );
}

#[test]
fn tasking_on_a_tricore() {
    check(
        "tricore-c-tasking-blinky.elf",
        "",
        summary,
        expect![[r#"
            flash 14642 ram 33924 symbols 48468 padding 78 unattributed 20 (0/1000)
            111 symbols in 1 crates, formatting 0 in 0
        "#]],
    );
}

#[test]
fn a_file_without_symbols_or_sections_still_has_its_totals() {
    let names =
        ["m4f-c-atsamd51.elf", "derived-stripped-m4f-atsamd51.elf", "derived-nosections-m4f-atsamd51.elf"];
    let contents: Vec<_> = names.into_iter().filter_map(corpus::file).collect();
    for content in &contents {
        let totals = analyze(content, &[]).unwrap().totals;
        assert_eq!((totals.flash_bytes, totals.ram_bytes), (6_112, 5_328));
    }
}

#[test]
fn compressed_debug_information_changes_no_answer() {
    let both = (corpus::file("m4f-c-atsamd51.elf"), corpus::file("derived-zlib-m4f-atsamd51.elf"));
    let (Some(plain), Some(compressed)) = both else { return };
    let (plain, compressed) = (analyze(&plain, &[]).unwrap(), analyze(&compressed, &[]).unwrap());
    assert_eq!(plain.symbols, compressed.symbols);
    assert_eq!(plain.regions, compressed.regions);
}

#[test]
fn two_siblings_differ_in_what_their_sources_differ() {
    let both = (corpus::file("m33-rust-stm32u585.elf"), corpus::file("m33-rust-stm32u585-b.elf"));
    let (Some(old), Some(new)) = both else { return };
    let (old, new) = (analyze(&old, &[]).unwrap(), analyze(&new, &[]).unwrap());
    let diff = plimsoll_analyzer::diff(&old, &new);
    let rows: Vec<String> =
        diff.symbols.iter().map(|it| format!("{:+} {}", it.delta_bytes, it.name)).collect();
    expect![[r#"
        -24 HardFault
        -22 fp_level_b
        +20 nodbg_a
        +18 nodbg_b
        +14 exception_no_debuginfo::__cortex_m_rt_main
        -14 hardfault_fp::__cortex_m_rt_main
        -12 fp_level_a
        -10 _HardFault
        +6 HardFault_
        +4 constant of nodbg_a
        -2 (padding)
        +2 SVCall
        +0 main"#]]
    .assert_eq(&rows.join("\n"));
}
