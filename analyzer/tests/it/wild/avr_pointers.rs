//! Pointers in AVR's data: RAM by bytes, flash by bytes or functions by words, and nothing is aligned.

use super::avr;
use crate::support::inputs::Case;
use crate::support::reach::{explained, unreachable};

#[test]
fn tables_lists_and_borders_are_followed() {
    let case = Case::of("avr-pointers");
    for level in ["-Os", "-O1", "-O2", "-O3"] {
        let build = format!("avr-gcc -mmcu=atmega328p {level} -Wl,--no-gc-sections m.c -o m.elf");
        let Some(elf) = case.built("m.elf", &[&build]) else { return };
        assert_eq!(unreachable(&explained(&elf, "")), "dead", "{level}");
    }
}

/// `main` loads from `TABLE`: 0x12 is flash's 0x12 and the function at 0x24, 0x107 the inside of RAM's 0x800106.
#[test]
fn a_word_in_data_may_be_of_any_memory() {
    let code =
        "9180 0100 cfff 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 9508 9508";
    let rest = "
        func main 0 8\nobject IN_FLASH 0x12 4\nfunc callback 0x24 2\nfunc nobody 0x26 2
        section .data 0x800100 12 w load 0x30\nhalf .data 0 0x1201\nhalf .data 2 0x0700\nhalf .data 4 0x0001
        object TABLE 0x800100 5\nobject POINTED 0x800106 2\nobject OTHER 0x800108 4";
    assert_eq!(unreachable(&explained(&avr(code, rest), "")), "OTHER, nobody");
}

/// `ldi r30, 0x02; ldi r31, 0x01; ldi r24, 0x10; ldi r25, 0x01`, and only the second is where something begins.
#[test]
fn code_may_name_the_inside_of_what_lies_in_ram() {
    let code = "e0e2 e0f1 93ef 93ff e180 e091 938f 939f cfff";
    let rest = "
        func main 0 18\nsection .bss 0x800100 0x20 w nobits
        object INSIDE 0x800100 4\nobject OTHER 0x800104 12\nobject BEGINS 0x800110 4\nobject LAST 0x800114 12";
    assert_eq!(unreachable(&explained(&avr(code, rest), "")), "LAST, OTHER");
}
