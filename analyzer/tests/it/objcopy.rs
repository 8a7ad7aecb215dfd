//! Load addresses against what GNU objcopy writes: its hex file byte for byte, and the length of its binary.
//! Skipped, with a message, where there is no ARM toolchain.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use plimsoll_analyzer::{Report, analyze};

use crate::support::inputs::Case;
use crate::support::{elf, laws};

/// What `arm-none-eabi-objcopy -O <format>` makes of `image`.
fn copied(folder: &Path, image: &[u8], format: &str) -> Option<Vec<u8>> {
    std::fs::write(folder.join("image.elf"), image).unwrap();
    let output = Command::new("arm-none-eabi-objcopy")
        .args(["-O", format, "image.elf", "copy"])
        .current_dir(folder)
        .output();
    match output {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: there is no arm-none-eabi-objcopy");
            return None;
        }
        Err(error) => panic!("{error}"),
    }
    Some(std::fs::read(folder.join("copy")).unwrap())
}

/// The addresses of the data records, with those of records that say the upper half.
fn addresses(hex: &str) -> BTreeSet<u64> {
    let mut upper = 0;
    let mut addresses = BTreeSet::new();
    for line in hex.lines() {
        let field = |at: usize, n: usize| u64::from_str_radix(&line[at..at + n], 16).unwrap();
        match field(7, 2) {
            0 => addresses.extend((upper + field(3, 4)..).take(field(1, 2) as usize)),
            2 => upper = field(9, 4) << 4,
            4 => upper = field(9, 4) << 16,
            _ => {}
        }
    }
    addresses
}

/// Where the report says that sections with content are stored.
fn stored(report: &Report) -> BTreeSet<u64> {
    let sections = report.sections.iter().filter(|it| !it.name.starts_with('('));
    let spans = sections.filter_map(|it| it.load_address.map(|load| load..load + it.size_bytes));
    spans.flatten().collect()
}

#[track_caller]
fn check(image: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let Some(hex) = copied(folder.path(), image, "ihex") else { return };
    let report = analyze(image, &[]).unwrap();
    laws::check(&report);
    let (ours, theirs) = (stored(&report), addresses(&String::from_utf8(hex).unwrap()));
    let difference: Vec<String> = ours.symmetric_difference(&theirs).map(|it| format!("{it:#x}")).collect();
    assert!(difference.is_empty(), "{difference:?}");
    let reach_bytes = ours.first().zip(ours.last()).map_or(0, |(first, last)| last - first + 1);
    // One that reaches from flash to RAM has hundreds of megabytes.
    if reach_bytes < 1 << 20 {
        let binary = copied(folder.path(), image, "binary").unwrap();
        assert_eq!(reach_bytes, binary.len() as u64);
    }
}

/// Each load address of three, of the code first: at its own place, elsewhere, and nowhere.
#[test]
fn sections_with_a_segment_of_their_own_are_stored_where_objcopy_writes_them() {
    let loads = ["", "load 0x08001000", "load 0x08002000", "load 0x20000100"];
    for code in ["", "load 0x08004000"] {
        for data in loads {
            for fast in loads {
                check(&elf::build(&format!(
                    "section .vectors 0x08000000 64
                     section .text 0x08000040 100 x {code}
                     section .data 0x20000000 12 w {data}
                     section .fast 0x10000000 20 x {}
                     section .bss 0x20000010 40 w nobits",
                    fast.replace("0x08001", "0x08003")
                )));
            }
        }
    }
}

#[test]
fn overlays_of_one_run_address_are_told_apart() {
    check(&elf::build(
        "section .text 0x08000000 64 x
         section .one 0x20000000 32 x load 0x08000100
         section .two 0x20000000 48 x load 0x08000200
         section .three 0x20000000 16 w load 0x08000300",
    ));
}

#[test]
fn physical_addresses_that_are_all_zero_are_missing_where_several_segments_are_stored() {
    let several = "section .text 0x08000000 64 x load 0
        section .data 0x20000000 8 w load 0
        section .bss 0x20000008 8 w nobits load 0";
    let one_of_them = several.replace("8 w load 0", "8 w load 0x40");
    for description in [several, &one_of_them, "section .text 0x08000000 64 x load 0"] {
        check(&elf::build(description));
    }
}

#[test]
fn linked_images_are_stored_where_objcopy_writes_them() {
    let cases = [("stack", "a.elf", "l.ld", "m.c"), ("lldbss", "a.elf", "l.ld", "main.c")];
    for (case, file, script, source) in cases {
        let case = Case::of(case);
        let compile = format!(
            "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O1 -nostdlib -Wl,-e,0 -T {script} -o {file} {source}"
        );
        let Some(image) = case.built(file, &[&compile]) else { continue };
        check(&image);
    }
}
