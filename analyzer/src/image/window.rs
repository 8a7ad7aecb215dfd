//! Content of flash that a core reads where it is stored, though through addresses that are others than the programmer's.

use super::ImageSection;

/// AVR's linker counts RAM from here on; flash lies below it.
const AVR_DATA: std::ops::Range<u64> = 0x80_0000..0xa0_0000;
/// TriCore's segments 8 and 9 are cached views of memory, A and B those without the cache (TriCore manual, "Memory
/// map").
const TRICORE_VIEW: u64 = 0x2000_0000;
/// MIPS sees the lower 512 MiB cached at kseg0 and without the cache at kseg1 (MIPS32 manual, "Virtual memory").
const MIPS_SEGMENT: u64 = 0x2000_0000;

/// Where Espressif's chips show flash, as far as none has RAM there ("System and Memory" in the Technical Reference Manuals of the ESP32, the ESP32-S3
/// and, at the same addresses as the S3, the ESP32-C3).
const ESP32_FLASH: [std::ops::Range<u64>; 2] = [0x3f40_0000..0x3f80_0000, 0x400d_0000..0x4037_0000];
const ESP32_S3_FLASH: [std::ops::Range<u64>; 2] = [0x3c00_0000..0x3e00_0000, 0x4200_0000..0x4400_0000];

/// Tells what runs through a window on what it is stored in, so that nothing copies it: constants of AVRs whose data
/// addresses show flash (`__RODATA_PM_OFFSET__`: ATtiny 0/1/2, ATmega 0, AVR-Dx), cached views of flash, and what
/// Zephyr gives its place in the flash of an Espressif chip as load address.
pub(super) fn settle(sections: &mut [ImageSection<'_>], machine: &str) {
    let is_window: fn(&ImageSection<'_>, u64) -> bool = match machine {
        "avr" => |it, _| !it.is_writable && !AVR_DATA.contains(&it.run.start()),
        "tricore" => |it, load| {
            let segments = [it.run.start(), load].map(|it| it >> 28);
            it.run.start() ^ load == TRICORE_VIEW && segments.iter().all(|it| (0x8..=0xb).contains(it))
        },
        "mips" => |it, load| {
            let is_unmapped = [it.run.start(), load].iter().all(|it| *it < 0xc000_0000);
            is_unmapped && it.run.start() % MIPS_SEGMENT == load % MIPS_SEGMENT
        },
        "xtensa" => |it, _| {
            [ESP32_FLASH, ESP32_S3_FLASH].iter().flatten().any(|window| window.contains(&it.run.start()))
        },
        "riscv" if sections.iter().any(|it| it.name.starts_with(".flash.")) => {
            |it, _| ESP32_S3_FLASH.iter().any(|window| window.contains(&it.run.start()))
        }
        _ => return,
    };
    for section in sections.iter_mut().filter(|it| it.is_allocated) {
        let load = section.load.map(|it| it.start()).filter(|it| *it != section.run.start());
        section.is_seen_in_flash = load.is_some_and(|it| is_window(section, it));
    }
}
