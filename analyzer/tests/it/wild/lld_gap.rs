//! `. = . + N` in a section of RAM is written out by lld: zeroes to be loaded to where a reservation is.

use plimsoll_analyzer::analyze;
use plimsoll_analyzer::report::SectionRole;

use crate::support::inputs::Case;
use crate::support::linkers::{Linker, program};
use crate::support::{explain_in, laws, memory};

#[test]
fn a_reservation_that_a_linker_wrote_out_is_no_flash() {
    let case = Case::of("lld-gap");
    let compile = "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -fno-common -c t.c";
    let lld = format!("{} -flavor gnu -T c.ld -o cl.elf t.o", program(Linker::Lld).display());
    let images = [
        case.built("cl.elf", &[compile, &lld]),
        case.built("cg.elf", &[compile, "arm-none-eabi-ld -T c.ld -o cg.elf t.o"]),
    ];
    let [Some(lld), Some(gnu)] = images else { return };
    let [lld, gnu] = [lld, gnu].map(|it| analyze(&it, &memory(&case.text("c.ld"))).unwrap());
    laws::check(&lld);
    assert_eq!(lld.totals.flash_bytes, gnu.totals.flash_bytes);
    assert_eq!(lld.totals.ram_bytes, gnu.totals.ram_bytes);
    assert_eq!(lld.regions[0].reserved_bytes, gnu.regions[0].reserved_bytes);
    let [warning] = &lld.warnings[..] else { panic!("{:?}", lld.warnings) };
    assert_eq!(warning.place, "section ._user_heap_stack");
    assert!(warning.message.contains("(NOLOAD)"), "{warning:?}");
    assert!(gnu.warnings.is_empty(), "{:?}", gnu.warnings);
    let told: Vec<&str> = lld.insights.iter().map(|it| it.kind.as_str()).collect();
    assert!(!told.contains(&"zeroes_in_data"), "{told:?}");
}

#[test]
fn only_zeroes_that_run_where_they_are_loaded_are_a_reservation() {
    let script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K }";
    let role = |line: &str| {
        let report = explain_in(&format!("section .text 0x08000000 24 x\n{line}"), script);
        (report.sections[1].role, report.totals.flash_bytes)
    };
    assert_eq!(role("section .stack 0x20000000 64 w"), (SectionRole::Reservation, 24));
    assert_eq!(role("section .stack 0x20000000 64 w load 0x08000018"), (SectionRole::Content, 88));
    assert_eq!(role("section .stack 0x20000000 64 w\n noise .stack 0 4"), (SectionRole::Content, 24));
    assert_eq!(role("section .stack_table 0x08000100 64"), (SectionRole::Content, 88));
}
