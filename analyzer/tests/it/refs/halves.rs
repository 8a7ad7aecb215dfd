//! MOVW and MOVT with something between them, for each class of instructions.

use plimsoll_analyzer::EdgeSource;

use crate::support::assembled::Assembler;

/// Whether the text is known to be referred to by code whose MOVW and MOVT stand around `between`.
fn joins_halves_around(between: &str) -> Option<bool> {
    let image = Assembler::Thumb.image(&format!(
        ".syntax unified
        .fpu fpv4-sp-d16
        .thumb
        .section .text
        .global main
        .type main, %function
        .thumb_func
        main:
        movw r1, #:lower16:text
        {between}
        movt r1, #:upper16:text
        bx lr
        .size main, . - main
        .section .rodata
        .align 2
        .type text, %object
        text: .ascii \"8 bytes!\"
        .size text, 8\n"
    ))?;
    let references = plimsoll_analyzer::references(&image, Some(EdgeSource::Decoded)).unwrap();
    Some(!references.is_empty())
}

/// Of each class one that writes other registers than r1, with r1 or the bits of its number in every field
/// that is no register which is written; and one that writes r1.
const CLASSES: [(&str, &str, &str); 24] = [
    ("narrow store", "str r1, [r0]", "stmia r1!, {r0}"),
    ("narrow load", "ldr r0, [r1]", "ldr r1, [sp, #4]"),
    ("narrow load by register", "ldrsh r0, [r1, r1]", "ldrsh r1, [r2, r3]"),
    ("narrow load multiple", "stmia r3!, {r0, r1}", "ldmia r1!, {r0}"),
    ("narrow comparison", "cmp r1, #1", "adds r1, #1"),
    ("narrow comparison of two", "tst r1, r0", "ands r1, r0"),
    ("narrow extension", "push {r0, r1}", "sxtb r1, r0"),
    ("load multiple", "ldmia.w r8!, {r0, r9}", "ldmia.w r8, {r1, r9}"),
    ("store multiple", "stmia.w r8, {r1, r9}", "stmia.w r1!, {r0, r9}"),
    ("exclusive store", "strex r0, r1, [r1, #4]", "strex r1, r0, [r2, #4]"),
    ("exclusive store of a byte", "strexb r0, r1, [r1]", "strexb r1, r0, [r2]"),
    ("exclusive load", "ldrex r0, [r1, #4]", "ldrex r1, [r2, #4]"),
    ("pair", "strd r1, r0, [r1, #4]", "ldrd r0, r1, [r2, #4]"),
    ("shifted register", "add.w r8, r1, r1, lsl #5", "add.w r1, r8, r8, lsl #5"),
    ("number", "add.w r8, r1, #0x110", "mov.w r1, #5"),
    ("plain number", "ubfx r8, r1, #5, #2", "ubfx r1, r8, #5, #2"),
    ("special register", "msr primask, r1", "mrs r1, primask"),
    ("store", "strb.w r1, [r1, r1]", "str.w r0, [r1], #4"),
    ("load", "ldrsh.w r8, [r1, #0x111]", "ldrb.w r1, [r8, r8]"),
    ("load that moves", "ldr.w r8, [r9, #1]!", "ldr.w r8, [r1], #17"),
    ("registers", "lsl.w r8, r1, r1", "lsl.w r1, r8, r8"),
    ("product", "mla r8, r1, r1, r1", "mul r1, r8, r8"),
    ("long product", "umull r8, r9, r1, r1", "umull r1, r8, r9, r9"),
    ("division", "udiv r8, r1, r1", "udiv r1, r8, r8"),
];

#[test]
fn halves_of_an_address_are_joined_around_what_writes_other_registers() {
    for (class, other, _) in CLASSES {
        let Some(joins) = joins_halves_around(other) else { return };
        assert!(joins, "{class}: {other}");
    }
    for between in [
        "str r0, [sp, #4]",
        "str.w r0, [r7, #0x100]",
        "tst.w r1, #0x110",
        "mov.w r8, #0x110",
        "and r8, r9, #0x110",
        "movw r8, #0x1111",
        "smull r8, r9, r1, r1",
        "vldr s0, [r1, #4]",
        "vmov s2, r1",
        "vmov s2, s3, r1, r1",
        "vmov r8, r9, s2, s3",
        "vstmia r8!, {s2, s3}",
        "dsb",
    ] {
        let Some(joins) = joins_halves_around(between) else { return };
        assert!(joins, "{between}");
    }
}

#[test]
fn half_an_address_is_forgotten_when_its_register_is_written() {
    for (class, _, this) in CLASSES {
        let Some(joins) = joins_halves_around(this) else { return };
        assert!(!joins, "{class}: {this}");
    }
    for between in [
        "ldrd r1, r0, [r2, #4]",
        "ldrd r2, r0, [r1], #4",
        "ldmia.w r1!, {r0, r9}",
        "smull r8, r1, r9, r9",
        "vmov r1, s2",
        "vmov r1, r8, s2, s3",
        "vmov r8, r1, s2, s3",
        "vldmia r1!, {s2, s3}",
        "bl main",
    ] {
        let Some(joins) = joins_halves_around(between) else { return };
        assert!(!joins, "{between}");
    }
}
