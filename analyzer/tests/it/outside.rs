//! What has a name and no byte of the image: mask ROM, registers, numbers of log messages.

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::Report;

use crate::support::{corpus, explain};

/// `main` calls `rom_put` and, through a literal, `rom_get`; `other` loads the address of a register.
const IMAGE: &str = "
    section .text 0x100 0x14 x
    func main 0x101 12
    func other 0x10d 8
    label $t 0x100 0 local
    label $d 0x108 0 local
    label $t.1 0x10c 0 local
    label $d.1 0x110 0 local
    half .text 0 0xf00f
    half .text 2 0xfffe
    half .text 4 0x4800
    half .text 6 0x4780
    word .text 8 0x40000101
    half .text 12 0x4800
    half .text 14 0x4770
    word .text 16 0x50000000
    absolute rom_put 0x10101 0
    absolute rom_get 0x40000101 0
    absolute __rom_get_local 0x40000101 0 local
    absolute UART 0x50000000 0
    absolute rom_never 0x40000201 0
    absolute STACK_SIZE 0x1000 0
    absolute __etext 0x114 0";

fn check(report: &Report, expect: Expect) {
    let absolute = &report.outside.absolute;
    let mut text = format!(
        "{} absolute, {} called, {} referred to\n",
        absolute.n_symbols, absolute.n_called, absolute.n_referred
    );
    for it in &absolute.symbols {
        let by: Vec<&str> = it.referred_by.iter().map(|it| report.symbols[*it].name.as_str()).collect();
        let verb = if it.called { "called" } else { "used" };
        let (aliases, by) = (it.aliases.join(" "), by.join(" "));
        writeln!(text, "{} ({aliases}) {:#x} {verb} by {} {by}", it.name, it.address, it.n_referrers)
            .unwrap();
    }
    if let Some(defmt) = &report.outside.defmt {
        writeln!(text, "{} texts, {} B, version {:?}", defmt.n_texts, defmt.name_bytes, defmt.version)
            .unwrap();
    }
    expect.assert_eq(&text);
}

#[test]
fn functions_of_a_mask_rom_are_listed_with_who_calls_them() {
    check(
        &explain(IMAGE),
        expect![[r#"
            7 absolute, 2 called, 1 referred to
            rom_put () 0x10100 called by 1 main
            rom_get (__rom_get_local) 0x40000100 called by 1 main
            UART () 0x50000000 used by 1 other
        "#]],
    );
}

#[test]
fn what_is_outside_takes_nothing() {
    let without: Vec<&str> = IMAGE.lines().filter(|it| !it.contains("absolute")).collect();
    let (with, without) = (explain(IMAGE), explain(&without.join("\n")));
    assert!(without.outside.is_empty());
    assert_eq!(with.totals, without.totals);
    assert_eq!(with.symbols, without.symbols);
    assert_eq!(with.graph, without.graph);
}

#[test]
fn a_border_of_the_image_is_not_referred_to_by_running_into_it() {
    let report = explain(
        "section .text 0x10100 4 x
         func main 0x10101 4
         half .text 0 0x4600
         half .text 2 0x4600
         absolute __etext 0x10104 0",
    );
    check(
        &report,
        expect![[r#"
            1 absolute, 0 called, 0 referred to
        "#]],
    );
}

#[test]
fn texts_of_defmt_are_counted_and_their_version_is_told() {
    let report = explain(
        r#"section .text 0x100 32 x
           section .defmt 0 3 noalloc
           func main 0x101 4
           object {"tag":"defmt_info","data":"boot"} 0 1 in .defmt
           object {"tag":"defmt_warn","data":"hot"} 1 1 in .defmt
           object __DEFMT_MARKER_INFO_START 1 0 in .defmt
           object _defmt_version_·=·4 2 1 in .defmt"#,
    );
    check(
        &report,
        expect![[r#"
            0 absolute, 0 called, 0 referred to
            2 texts, 67 B, version Some("4")
        "#]],
    );
    assert_eq!(report.totals.flash_bytes, 32);
}

#[test]
fn the_rom_functions_of_real_firmware_are_called_by_symbols_of_it() {
    for (name, content) in corpus::all() {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        let absolute = &report.outside.absolute;
        eprintln!(
            "{name}: {} absolute, {} called, {} referred to",
            absolute.n_symbols, absolute.n_called, absolute.n_referred
        );
        let in_image = |address: u64| {
            let holds = |start: u64, size: u64| start <= address && address - start < size;
            report.sections.iter().any(|it| it.allocated && holds(it.run_address, it.size_bytes))
        };
        for it in &absolute.symbols {
            assert!(!in_image(it.address), "{name}: {} is in the image", it.name);
            assert_eq!(it.n_referrers.min(8), it.referred_by.len() as u64, "{name}: {}", it.name);
        }
        if name.starts_with("rv32-c-espidf") || name.starts_with("xtensa-c-esp32") {
            let delay = absolute.symbols.iter().find(|it| it.name.ends_with("delay_us"));
            assert!(delay.is_some_and(|it| it.called && it.n_referrers > 0), "{name}: {delay:?}");
        }
    }
}
