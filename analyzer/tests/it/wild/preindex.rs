//! Loads that move their base first: GCC names `table - 4` for them at each level of optimisation.

use crate::support::inputs::Case;

const FLAGS: &str =
    "-mthumb -ffreestanding -nostdlib -Wl,--gc-sections -ffunction-sections -fdata-sections -T fw.ld";

#[test]
fn a_table_that_a_loop_walks_is_reached_at_every_level() {
    for level in ["-O1", "-O2", "-O3", "-Os"] {
        for cpu in ["cortex-m4", "cortex-m33", "cortex-m0plus"] {
            let case = Case::of("preindex");
            let build = format!("arm-none-eabi-gcc {level} -mcpu={cpu} {FLAGS} start.c t.c -o t-keep.elf");
            let Some(elf) = case.built("t-keep.elf", &[&build]) else { return };
            let why = plimsoll_analyzer::why(&elf, "tbl").unwrap();
            assert!(why.reachable, "{level} {cpu}");
        }
    }
}

/// Every width, forwards and backwards, by hand: each table is entered by a neighbour's address.
#[test]
fn loads_that_move_their_base_refer_to_where_they_go() {
    let code =
        "ldrb r1, [r0, #1]!|ldrh r1, [r0, #2]!|ldr r1, [r0, #4]!|ldrd r1, r2, [r0, #8]!|ldrsb r1, [r0, #1]!";
    for load in code.split('|') {
        for (base, load) in [(-1, load.to_owned()), (1, load.replace('#', "#-"))] {
            let step: i64 = load.split(['#', ']']).nth(1).unwrap().parse().unwrap();
            let at = if base < 0 { format!("tbl-{step}") } else { format!("tbl+32+{}", -step - 8) };
            let case = Case::of("preindex");
            let text = SOURCE.replace("LOAD", &load).replace("BASE", &at);
            std::fs::write(case.path().join("p.s"), text).unwrap();
            let Some(()) = case.run("arm-none-eabi-as p.s -o p.o") else { return };
            let Some(()) = case.run("arm-none-eabi-ld -Ttext=0x08000000 -e reset p.o -o p.elf") else {
                return;
            };
            let why = plimsoll_analyzer::why(&case.read("p.elf"), "tbl").unwrap();
            assert!(why.reachable, "{load} from {at}");
        }
    }
}

const SOURCE: &str = "
    .syntax unified
    .cpu cortex-m4
    .thumb
    .text
    .global reset
    .type reset, %function
reset:
    ldr r0, =BASE
    movs r3, #0
1:  LOAD
    adds r3, #1
    cmp r3, #4
    bne 1b
2:  b 2b
    .ltorg
    .size reset, . - reset
    .type tbl, %object
tbl: .space 32
    .size tbl, 32
    .type other, %function
other: bx lr
    .size other, . - other
";
