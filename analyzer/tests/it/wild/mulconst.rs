//! Numbers that are multiplied or divided, and would be addresses where flash begins at 0.

use crate::support::inputs::Case;

#[test]
fn a_factor_is_no_address() {
    let uses = [
        ("cortex-m0", "muls r1, r0", false),
        ("cortex-m4", "umull r2, r3, r1, r0", false),
        ("cortex-m4", "mla r2, r1, r0, r3", false),
        ("cortex-m4", "udiv r0, r0, r1", false),
        ("cortex-m0", "bl __aeabi_uidiv", false),
        ("cortex-m0", "mov r2, r1\n muls r2, r0", false),
        // What is added to a product, loaded through, or handed over may be an address.
        ("cortex-m4", "mla r2, r3, r0, r1", true),
        ("cortex-m0", "ldr r0, [r1]", true),
        ("cortex-m0", "bl other", true),
    ];
    for (cpu, instruction, is_address) in uses {
        let case = Case::of("mulconst");
        std::fs::write(case.path().join("m.s"), SOURCE.replace("CPU", cpu).replace("USE", instruction))
            .unwrap();
        let Some(()) = case.run("arm-none-eabi-as m.s -o m.o") else { return };
        let Some(()) = case.run("arm-none-eabi-ld -Ttext=0 -e reset m.o -o m.elf") else { return };
        let why = plimsoll_analyzer::why(&case.read("m.elf"), "table").unwrap();
        assert_eq!(why.reachable, is_address, "{instruction}");
    }
}

const SOURCE: &str = "
    .syntax unified
    .cpu CPU
    .thumb
    .text
    .global reset
    .type reset, %function
reset:
    ldr r1, 3f
    USE
2:  b 2b
    .balign 4
3:  .word 0x147a
    .size reset, . - reset
    .type __aeabi_uidiv, %function
__aeabi_uidiv: bx lr
    .size __aeabi_uidiv, . - __aeabi_uidiv
    .type other, %function
other: bx lr
    .size other, . - other
    .org 0x1470
    .type table, %object
table: .space 32
    .size table, 32
";
