//! AVRs whose data addresses show flash at an offset: constants there take no RAM.

use crate::support::{explain, explain_in};

fn image(offset: u64) -> String {
    let (run, data) = (offset + 0x44, 0x44 + 3002);
    format!(
        "machine 83
         section .text 0 68 x
         section .rodata {run} 3002 load 0x44
         section .data 0x803800 2 w load {data}
         section .bss 0x803802 64 w nobits
         object msg {run} 3000
         absolute __RODATA_PM_OFFSET__ {offset} 0"
    )
}

#[test]
fn constants_that_are_read_through_a_window_on_flash_take_no_ram() {
    let script =
        "MEMORY { text (rx) : ORIGIN = 0, LENGTH = 16K data (rw!x) : ORIGIN = 0x803800, LENGTH = 2K }";
    for offset in [0x8000, 0x4000] {
        let report = explain_in(&image(offset), script);
        assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (3072, 66));
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
        let used: Vec<u64> = report.regions.iter().map(|it| it.used_bytes).collect();
        assert_eq!(used, [3072, 66]);
        let msg = report.symbols.iter().find(|it| it.name == "msg").unwrap();
        assert_eq!((msg.size_bytes, msg.retained_ram_bytes), (3000, 0));
        assert_eq!(explain(&image(offset)).totals, report.totals);
    }
}

#[test]
fn what_an_avr_copies_to_ram_takes_both() {
    let report = explain(
        "machine 83\n section .text 0 68 x\n section .rodata 0x800100 16 load 0x44\n section .bss 0x800110 4 w nobits",
    );
    assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (84, 20));
}

#[test]
fn cached_views_of_flash_are_no_copies() {
    for (machine, run, load) in [("44", 0x8000_0020_u64, 0xa000_0020_u64), ("8", 0x9d00_0000, 0x1d00_0000)] {
        let image = format!("machine {machine}\n section .text {run} 256 x load {load}");
        let report = explain(&image);
        assert_eq!((report.totals.flash_bytes, report.totals.ram_bytes), (256, 0), "{machine}");
    }
    let copied =
        explain("machine 44\n section .text 0x80000020 64 x\n section .data 0x70000000 16 w load 0xa0000060");
    assert_eq!((copied.totals.flash_bytes, copied.totals.ram_bytes), (80, 16));
}
