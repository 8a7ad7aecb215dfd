//! Linkers' veneers: the stack goes on through them.

use super::frames;
use crate::support::inputs::Case;
use crate::support::memory;

#[test]
fn the_stack_goes_on_through_veneers_of_gnu_ld() {
    for cpu in ["cortex-m4", "cortex-m0", "cortex-m23", "cortex-m33"] {
        let case = Case::of("veneer-stack");
        let build = format!(
            "arm-none-eabi-gcc -mcpu={cpu} -mthumb -Os -ffreestanding -nostdlib -T far.ld start.c far.c -o far-gnu-{cpu}.elf"
        );
        let name = format!("far-gnu-{cpu}.elf");
        let Some(elf) = case.built(&name, &[&build]) else { return };
        let report = plimsoll_analyzer::analyze(&elf, &memory(&case.text("far.ld"))).unwrap();
        // By GCC's `-fstack-usage`: 8, 8, 8 and 120.
        let root = &report.stack.as_ref().unwrap().roots[0];
        assert_eq!((root.worst_bytes, root.uncertain_because.len()), (144, 0), "{cpu}: {}", frames(&report));
    }
}

#[test]
fn the_stack_goes_on_through_thunks_of_lld() {
    let case = Case::of("veneer-stack");
    let Some(elf) = case.given("far-lld-cortex-m0.elf") else { return };
    let report = plimsoll_analyzer::analyze(&elf, &memory(&case.text("far.ld"))).unwrap();
    let root = &report.stack.as_ref().unwrap().roots[0];
    assert_eq!((root.worst_bytes, root.uncertain_because.len()), (144, 0), "{}", frames(&report));
}

/// The shapes that GNU ld and lld write, by hand: each leads to `far`, which takes 64 bytes, or, where nothing is
/// there, to where nobody knows.
#[test]
fn every_shape_of_a_veneer_leads_on() {
    let shapes = [
        ("cortex-m4", "ldr.w pc, [pc]\n .word far+1"),
        ("cortex-m4", "movw ip, #:lower16:far\n movt ip, #:upper16:far\n bx ip"),
        ("cortex-m0", "push {r0, r1}\n ldr r0, [pc, #4]\n str r0, [sp, #4]\n pop {r0, pc}\n .word far+1"),
        ("cortex-m0", "push {r0}\n ldr r0, [pc, #8]\n mov ip, r0\n pop {r0}\n bx ip\n nop\n .word far+1"),
        ("arm7tdmi", "bx pc\n nop\n .arm\n ldr pc, [pc, #-4]\n .word far+1\n .thumb"),
        ("arm7tdmi", "bx pc\n nop\n .arm\n ldr ip, [pc]\n bx ip\n .word far+1\n .thumb"),
    ];
    for (cpu, shape) in shapes {
        let far = linked(cpu, shape);
        let Some(far) = far else { return };
        assert_eq!(far, (72, false), "{shape}");
        let outside = linked(cpu, &shape.replace("far+1", "0x0a000001"));
        assert!(
            shape.contains("lower16")
                || shape.contains("-(1b")
                || outside.is_some_and(|it| it.0 >= 8 && it.1),
            "{shape} {outside:?}"
        );
    }
}

fn linked(cpu: &str, shape: &str) -> Option<(u64, bool)> {
    let case = Case::of("veneer-stack");
    std::fs::write(case.path().join("v.s"), SOURCE.replace("CPU", cpu).replace("SHAPE", shape)).unwrap();
    case.run("arm-none-eabi-as v.s -o v.o")?;
    case.run("arm-none-eabi-ld -Ttext=0x08000000 -e reset v.o -o v.elf")?;
    let report = plimsoll_analyzer::analyze(&case.read("v.elf"), &[]).unwrap();
    let root = &report.stack.as_ref().unwrap().roots[0];
    Some((root.worst_bytes, !root.uncertain_because.is_empty()))
}

const SOURCE: &str = "
    .syntax unified
    .cpu CPU
    .thumb
    .text
    .global reset
    .type reset, %function
reset:
    push {r4, lr}
    bl __far_veneer
2:  b 2b
    .size reset, . - reset
    .balign 4
    .type __far_veneer, %function
__far_veneer:
    SHAPE
    .size __far_veneer, . - __far_veneer
    .thumb
    .balign 4
    .type far, %function
far:
    sub sp, #64
    add sp, #64
    bx lr
    .size far, . - far
";
