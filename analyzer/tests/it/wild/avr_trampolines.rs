//! AVRs with more than 128 KiB of flash: pointers go through the linker's trampolines, and tables beyond 64 KiB have
//! an address of three bytes.

use super::avr;
use crate::support::inputs::Case;

fn unreachable_bytes(elf: &[u8]) -> u64 {
    plimsoll_analyzer::analyze(elf, &[]).unwrap().graph.unwrap().unreachable_bytes
}

#[test]
fn what_trampolines_and_far_tables_lead_to_is_reached() {
    let case = Case::of("avr-trampolines");
    let build = "avr-gcc -mmcu=atmega2560 -Os big.c -o big.elf";
    let Some(elf) = case.built("big.elf", &[build]) else { return };
    assert_eq!(unreachable_bytes(&elf), 0);
}

/// `main` loads from `TABLE`, whose one word is that of the jump at 0x20, which leads to `callback`.
#[test]
fn a_pointer_to_a_trampoline_leads_to_its_function() {
    let code = "9180 0100 cfff 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 940c 0014 9508 0000 9508";
    let functions = "
        func main 0 8\nlabel __trampolines_start 0x20 0\nlabel __trampolines_end 0x24 0
        func nobody 0x24 2\nfunc callback 0x28 2
        section .data 0x800100 2 w load 0x30\nhalf .data 0 0x10\nobject TABLE 0x800100 2";
    let report = plimsoll_analyzer::analyze(&avr(code, functions), &[]).unwrap();
    let reached = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().reachable;
    assert_eq!((reached("callback"), reached("nobody")), (Some(true), Some(false)));
}

/// `ldi r24, lo8(x); ldi r25, hi8(x); ldi r26, hh8(x)`.
#[test]
fn an_address_of_three_bytes_is_one() {
    let code = "e085 e090 e0a1 bfab 01fc 91c7 cfff";
    let functions = "
        func main 0 14\nsection .far 0x10000 16 x\nnoise .far 0 16
        object NEAR 0x10000 5 in .far\nobject FAR 0x10005 11 in .far";
    let report = plimsoll_analyzer::analyze(&avr(code, functions), &[]).unwrap();
    let reached = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().reachable;
    assert_eq!((reached("FAR"), reached("NEAR")), (Some(true), Some(false)));
}
