//! Secure services: veneers that the other world calls.

use plimsoll_analyzer::graph::RootKind;

use crate::support::elf;
use crate::support::inputs::Case;
use crate::support::reach::{explained, stack_roots, unreachable};

const LINK: &str = "arm-none-eabi-gcc -mcpu=cortex-m33 -mthumb -mcmse -Os -nostdlib -ffreestanding -T sec.ld \
    -Wl,--cmse-implib,--out-implib=implib.o start.c sec.c -o sec.elf";

#[test]
fn secure_services_are_roots_of_their_own_kind() {
    let case = Case::of("cmse");
    let Some(elf) = case.built("sec.elf", &[LINK]) else { return };
    let report = explained(&elf, &case.text("sec.ld"));
    assert_eq!(unreachable(&report), "");
    let roots = stack_roots(&report);
    assert!(roots.contains("secure entry_a 48; secure entry_b 48"), "{roots}");
    let graph = report.graph.as_ref().unwrap();
    assert!(graph.roots.iter().any(|it| it.kind == RootKind::Secure && it.name == "entry_a"));
    // They come on top of what main had when it called the other world.
    let main = report.stack.as_ref().unwrap().roots[0].worst_bytes;
    let interrupt = 36;
    let headroom = report.stack.as_ref().unwrap().headroom.as_ref().unwrap();
    assert!(headroom.stack_bytes == main + 48 || headroom.stack_bytes == main + 48 + interrupt);
}

#[test]
fn a_function_with_a_twin_is_a_service_wherever_its_veneer_is() {
    let image = elf::build(
        "
        section .vectors 0x0 8
        word .vectors 0 0x20001000
        word .vectors 4 0x101
        section .text 0x100 0x20 x
        func reset 0x101 2
        half .text 0 0xe7fe
        func service 0x105 6
        half .text 4 0xe97f
        half .text 6 0xe97f
        half .text 8 0xe000
        func __acle_se_service 0x10d 4
        half .text 12 0xb510
        half .text 14 0xbd10
        func other 0x111 2
        half .text 16 0x4770",
    );
    let report = explained(&image, "");
    assert_eq!(unreachable(&report), "other");
    assert_eq!(stack_roots(&report), "main reset 0; secure service 8");
}
