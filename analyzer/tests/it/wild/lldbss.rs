//! lld writes the zeroes of `.bss` into the load segment where initial values follow: they are stored.

use plimsoll_analyzer::analyze;

use crate::support::inputs::Case;
use crate::support::linkers::{Linker, program};
use crate::support::{explain_in, laws, memory};

#[test]
fn zeroes_that_are_written_out_count_where_they_are() {
    let case = Case::of("lldbss");
    let steps = [
        "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O1 -c main.c".to_owned(),
        format!("{} -flavor gnu -T l.ld -o lld.elf main.o", program(Linker::Lld).display()),
        "arm-none-eabi-objcopy -O binary lld.elf lld.bin".to_owned(),
    ];
    let Some(image) = case.built("lld.elf", &steps.each_ref().map(|it| it.as_str())) else { return };
    let report = analyze(&image, &memory(&case.text("l.ld"))).unwrap();
    laws::check(&report);
    let bss = report.sections.iter().find(|it| it.name == ".bss").unwrap();
    assert_eq!((bss.size_bytes, bss.load_address.is_some()), (400, true));
    if case.path().join("lld.bin").exists() {
        assert_eq!(report.totals.flash_bytes, case.read("lld.bin").len() as u64);
    }
    assert_eq!(report.totals.ram_bytes, 404);
}

#[test]
fn zeroes_that_the_file_does_not_have_cost_no_flash() {
    let script = "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K }";
    let written = "section .text 0x08000000 24 x
        section .tmp 0x20000000 4 w load 0x08000018
        section .bss 0x20000004 96 w nobits behind
        section .data 0x20000064 16 w behind";
    assert_eq!(explain_in(written, script).totals.flash_bytes, 140);
    let plain = "section .text 0x08000000 24 x
        section .tmp 0x20000000 4 w load 0x08000018
        section .bss 0x20000004 96 w nobits load 0x0800001c
        section .data 0x20000064 16 w load 0x0800001c";
    assert_eq!(explain_in(plain, script).totals.flash_bytes, 44);
}
