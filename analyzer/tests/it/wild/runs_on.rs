//! A function that ends with a call runs on into the next, unless what it calls does not return.

use super::frames;
use crate::support::inputs::Case;

#[test]
fn a_call_at_the_end_runs_on() {
    let case = Case::of("runs-on");
    let steps = ["arm-none-eabi-as fall3.s -o f.o", "arm-none-eabi-ld -T fall.ld f.o -o f.elf"];
    let Some(elf) = case.built("f.elf", &steps) else { return };
    let path: Vec<String> =
        plimsoll_analyzer::why(&elf, "main").unwrap().path.iter().map(|it| it.name.clone()).collect();
    assert_eq!(path, ["reset", "start", "main"]);
    let report = plimsoll_analyzer::analyze(&elf, &[]).unwrap();
    assert_eq!(frames(&report), "reset 8: 0 reset, 0 start, 8 main");
}

/// Start-up code as armlink lays it out: none of it has a size, and each part but the last ends with a call.
#[test]
fn parts_of_start_up_code_without_sizes_run_on() {
    let parts = ["__rt_entry", "__rt_entry_li", "__rt_entry_main"];
    let functions: String = parts
        .iter()
        .enumerate()
        .map(|(idx, it)| {
            let at = 0x0800_0008 + idx * 4;
            format!("func {it} {:#x} 0\nhalf ER_IROM1 {} 0xf000\n", at + 1, 8 + idx * 4)
        })
        .collect();
    // Each calls the one that stands 16 bytes on; the first two of these return.
    let program = format!(
        "section ER_IROM1 0x08000000 0x30 x
         object __Vectors 0x08000000 8
         word ER_IROM1 0 0x20001000
         word ER_IROM1 4 0x08000009
         {functions}
         half ER_IROM1 10 0xf804
         half ER_IROM1 14 0xf804
         half ER_IROM1 18 0xf804
         func __user_setup_stackheap 0x08000015 0
         half ER_IROM1 20 0x4770
         half ER_IROM1 22 0xbf00
         func __rt_lib_init 0x08000019 0
         half ER_IROM1 24 0x4770
         half ER_IROM1 26 0xbf00
         func main 0x0800001d 0
         half ER_IROM1 28 0xb510
         half ER_IROM1 30 0xbd10
         func dead 0x08000021 0
         half ER_IROM1 32 0x4770"
    );
    let report = plimsoll_analyzer::analyze(&crate::support::elf::build(&program), &[]).unwrap();
    assert_eq!(frames(&report), "__rt_entry 8: 0 __rt_entry, 0 __rt_entry_li, 0 __rt_entry_main, 8 main");
    assert_eq!(crate::support::reach::unreachable(&report), "dead");
}

/// Of what hangs, what traps, and what only leads there; a nop between changes nothing.
#[test]
fn what_does_not_return_leads_to_nothing() {
    let endings = [
        ("hang: b hang", "bl hang", false),
        ("hang: udf #1", "bl hang", false),
        ("hang: push {r4, lr}\n bl 2f\n2: b 2b", "bl hang", false),
        ("hang: bx lr", "bl hang", true),
        ("hang: bx lr", "bl hang\n nop", true),
        ("hang: bx r3", "bl hang", true),
        ("hang: b hang", "blx r2", true),
        ("hang: cbz r0, 2f\n bx lr\n2: b 2b", "bl hang", true),
    ];
    for (hang, ending, leads_on) in endings {
        let case = Case::of("runs-on");
        std::fs::write(case.path().join("r.s"), SOURCE.replace("HANG", hang).replace("ENDING", ending))
            .unwrap();
        let Some(()) = case.run("arm-none-eabi-as r.s -o r.o") else { return };
        let Some(()) = case.run("arm-none-eabi-ld -Ttext=0x08000000 -e reset r.o -o r.elf") else { return };
        let why = plimsoll_analyzer::why(&case.read("r.elf"), "next").unwrap();
        assert_eq!(why.reachable, leads_on, "{hang}: {ending}");
    }
}

const SOURCE: &str = "
    .syntax unified
    .cpu cortex-m3
    .thumb
    .text
    .global reset
    .type reset, %function
reset:
    movs r0, #0
    ENDING
    .size reset, . - reset
    .type next, %function
next: bx lr
    .size next, . - next
    .type hang, %function
HANG
    .size hang, . - hang
";
