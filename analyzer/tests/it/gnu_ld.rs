//! Against what GNU ld says of its own work. Skipped, with a message, where there is no ARM toolchain.

use std::io::ErrorKind;
use std::process::Command;

use crate::support::{laws, memory};

const SCRIPT: &str = "
    MEMORY {
        FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K
        RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 8K
        CCM (rw) : o = ORIGIN(RAM) + LENGTH(RAM) * 2, l = 1K * 4
    }
    ENTRY(main)
    SECTIONS {
        .text : { *(.text*) } > FLASH
        .rodata : ALIGN(8) { *(.rodata*) } > FLASH
        .data : ALIGN(8) { *(.data*) } > RAM AT> FLASH
        .bss : { *(.bss*) *(COMMON) . = ALIGN(4); } > RAM
        .heap (NOLOAD) : { . = . + 512; } > RAM
        .ccm (NOLOAD) : { . = . + 100; } > CCM
        /DISCARD/ : { *(.ARM.ex*) }
    }";

const SOURCE: &str = r#"
    static char buffer[33];
    int table[10] = {1, 2, 3};
    const char *names[] = {"a", "bcd"};
    int look_up(int at) { return at + table[at & 7] + buffer[at & 31]; }
    int main(void) { static int n; buffer[0] = n++; return look_up(n) + names[n & 1][0]; }
"#;

/// The image and what the linker printed about it.
fn link() -> Option<(Vec<u8>, String)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.c"), SOURCE).unwrap();
    std::fs::write(folder.path().join("link.x"), SCRIPT).unwrap();
    let output = Command::new("arm-none-eabi-gcc")
        .args(["-nostdlib", "-mthumb", "-mcpu=cortex-m4", "-Os", "main.c", "-T", "link.x", "-o", "main.elf"])
        .arg("-Wl,--print-memory-usage")
        .current_dir(folder.path())
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: there is no arm-none-eabi-gcc");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{printed}");
    Some((std::fs::read(folder.path().join("main.elf")).unwrap(), printed))
}

/// `FLASH:         136 B        64 KB      0.21%` → `FLASH 136`.
fn used(printed: &str) -> Vec<String> {
    let row = |line: &str| {
        let (name, rest) = line.trim().split_once(':')?;
        let (bytes, _) = rest.trim().split_once(" B ")?;
        Some(format!("{name} {bytes}"))
    };
    printed.lines().filter_map(row).collect()
}

#[test]
fn where_sections_are_contiguous_the_linker_agrees() {
    let Some((image, printed)) = link() else { return };
    let report = plimsoll_analyzer::analyze(&image, &memory(SCRIPT)).unwrap();
    laws::check(&report);
    let ours: Vec<String> =
        report.regions.iter().map(|it| format!("{} {}", it.name, it.used_bytes)).collect();
    assert_eq!(ours, used(&printed), "{printed}");
}
