//! A vector table in two symbols, behind a gap or in front of the code, and functions that a script gathers between
//! borders, as Zephyr has them.

use crate::support::elf;
use crate::support::inputs::Case;
use crate::support::reach::{explained, stack_roots, unreachable, unreachable_bytes};

const COMPILE: &str =
    "arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -g -ffunction-sections -nostdlib -T l.ld -o";
const ASSEMBLE: &str = "arm-none-eabi-as two.s -o two.o";

fn a_elf(option: &str) -> Option<(Vec<u8>, String)> {
    let case = Case::of("zlike");
    let file = if option.is_empty() { "a.elf" } else { "er.elf" };
    let elf = case.built(file, &[&format!("{COMPILE} {file} m.c {option}")])?;
    Some((elf, case.text("l.ld")))
}

#[test]
fn handlers_and_init_functions_are_not_unreachable() {
    for option in ["", "-Wl,--emit-relocs"] {
        let Some((elf, script)) = a_elf(option) else { return };
        let report = explained(&elf, &script);
        assert_eq!((unreachable(&report).as_str(), unreachable_bytes(&report)), ("", 0), "{option}");
        let stack = stack_roots(&report);
        assert!(stack.contains("interrupt irq0") && stack.contains("interrupt irq1"), "{stack}");
        let headroom = report.stack.as_ref().unwrap().headroom.as_ref().unwrap();
        assert!(headroom.stack_bytes >= 60, "{}", headroom.stack_bytes);
    }
}

#[test]
fn the_second_symbol_of_a_table_is_of_it_wherever_the_table_is() {
    let case = Case::of("zlike");
    for script in ["two.ld", "two-z.ld", "two-own.ld"] {
        let link = format!("arm-none-eabi-ld -T {script} two.o -o two.elf");
        if case.run(ASSEMBLE).and_then(|()| case.run(&link)).is_none() {
            return;
        }
        let report = explained(&case.read("two.elf"), &case.text(script));
        assert_eq!((unreachable(&report).as_str(), unreachable_bytes(&report)), ("", 0), "{script}");
        let roots = stack_roots(&report);
        assert_eq!(roots, "main reset 0; interrupt uart_isr 52; interrupt hang 36", "{script}");
        assert_eq!(report.stack.as_ref().unwrap().headroom.as_ref().unwrap().stack_bytes, 52, "{script}");
    }
}

/// A table at the beginning of `.text`, whose symbol has one word, as armlink writes it; `used` is only in the
/// table, `unused` is nowhere.
const SIZE_4: &str = "
    section ER_IROM1 0x08000000 0xa0 x
    section RW_IRAM1 0x20000000 0x100 w nobits
    object __Vectors 0x08000000 4
    word ER_IROM1 0 0x20000100
    word ER_IROM1 4 0x08000081
    word ER_IROM1 8 0x08000085
    word ER_IROM1 12 0x08000085
    word ER_IROM1 60 0x08000085
    word ER_IROM1 64 0x08000089
    word ER_IROM1 68 0x0800008d
    noise ER_IROM1 72 56
    func Reset_Handler 0x08000081 2
    half ER_IROM1 0x80 0xe7fe
    func NMI_Handler 0x08000085 2
    half ER_IROM1 0x84 0xe7fe
    func SysTick_Handler 0x08000089 2
    half ER_IROM1 0x88 0x4770
    func used 0x0800008d 2
    half ER_IROM1 0x8c 0x4770
    func unused 0x08000091 2
    half ER_IROM1 0x90 0x4770";

#[test]
fn a_table_whose_size_is_one_word_goes_on() {
    let report = explained(&elf::build(SIZE_4), "");
    assert_eq!(unreachable(&report), "RW_IRAM1, unused");
    let roots = stack_roots(&report);
    let expected =
        "main Reset_Handler 0; interrupt NMI_Handler 36; interrupt SysTick_Handler 36; interrupt used 36";
    assert_eq!(roots, expected);
}

#[test]
fn a_table_without_a_symbol_is_found_behind_a_header() {
    let mut image = elf::build(
        "
        section .text 0x08000000 0x140 x
        word .text 0 0x4d494c50
        word .text 4 0x00000140
        word .text 0x80 0x20001000
        word .text 0x84 0x08000121
        word .text 0xc4 0x08000125
        func reset 0x08000121 2
        half .text 0x120 0xe7fe
        func uart 0x08000125 2
        half .text 0x124 0x4770
        func unused 0x08000129 2
        half .text 0x128 0x4770",
    );
    image[24..28].copy_from_slice(&0x0800_0121_u32.to_le_bytes());
    let report = explained(&image, "");
    assert_eq!(unreachable(&report), "unused");
    assert_eq!(stack_roots(&report), "main reset 0; interrupt uart 36");
}

/// Functions that only stand in data between two borders of these names, or in front of them.
fn between(start: &str, end: &str, size: u32) -> String {
    let program = format!(
        "
        section .text 0x1000 0x40 x
        func main 0x1001 2
        half .text 0 0xe7fe
        func first 0x1005 2
        half .text 4 0x4770
        func second 0x1009 2
        half .text 8 0x4770
        func other 0x100d 2
        half .text 12 0x4770
        section .rodata 0x2000 12
        object before 0x2000 4 local
        object one 0x2004 4 local
        object two 0x2008 {size} local
        word .rodata 0 0x100d
        word .rodata 4 0x1005
        word .rodata 8 0x1009
        {start} 0x2004 0 in .rodata
        {end} 0x200c 0 in .rodata"
    );
    let mut image = elf::build(&program);
    image[24..28].copy_from_slice(&0x1001_u32.to_le_bytes());
    unreachable(&explained(&image, ""))
}

#[test]
fn what_stands_between_borders_is_kept_whatever_the_framework_calls_them() {
    let pairs = [
        ("label __start_cmds", "label __stop_cmds"),
        ("label _device_list_start", "label _device_list_end"),
        ("label __preinit_array_start", "label __preinit_array_end"),
        ("label __rt_init_start", "label __rt_init_end"),
        ("label __fsymtab_start", "label __fsymtab_end"),
        ("label _sinittab", "label _einittab"),
        ("label FSymTab$$Base", "label FSymTab$$Limit"),
        ("object shell_commands_xfa", "object shell_commands_xfa_end"),
        ("label __initcall0_start", "label __initcall1_start"),
    ];
    for (start, end) in pairs {
        assert_eq!(between(start, end, 4), "before, other", "{start}");
    }
}

#[test]
fn borders_of_memories_keep_nothing() {
    let all = "before, first, one, other, second, two";
    for (start, end) in [
        ("label _sdata", "label _edata"),
        ("label __rodata_start", "label __rodata_end"),
        ("label _image_ram_start", "label _image_ram_end"),
        ("label _sccmram", "label _eccmram"),
        ("label Image$$RW_IRAM1$$Base", "label Image$$RW_IRAM1$$Limit"),
    ] {
        assert_eq!(between(start, end, 4), all, "{start}");
    }
    // Of several sizes: nobody walks there.
    assert_eq!(between("label _shot", "label _ehot", 2), all);
}

/// What IAR's linker leaves: a table and handlers without a size or a name, and functions that a table of distances
/// leads to.
#[test]
fn handlers_without_a_name_are_reachable() {
    let report = explained(
        &elf::build(
            "
            section A0 0x08000000 0x50 x
            object __vector_table 0x08000000 0
            label $d 0x08000000 0 local
            word A0 0 0x20000100
            word A0 4 0x08000101
            word A0 8 0x08000105
            word A0 12 0x08000105
            word A0 64 0x08000109
            section P1·ro 0x08000100 0x20 x
            label $t 0x08000100 0 local
            half P1·ro 0 0xe7fe
            half P1·ro 2 0xbf00
            half P1·ro 4 0xe7fe
            half P1·ro 6 0xbf00
            half P1·ro 8 0xf000
            half P1·ro 10 0xf802
            half P1·ro 12 0xe7fe
            half P1·ro 14 0xbf00
            func served 0x08000111 2
            half P1·ro 16 0x4770
            func __iar_zero_init3 0x08000115 2
            half P1·ro 20 0x4770
            func unused 0x08000119 2
            half P1·ro 24 0x4770
            section P2·rw 0x20000000 0x100 w nobits",
        ),
        "",
    );
    let names = unreachable(&report);
    assert!(
        !names.contains("served") && !names.contains("__iar_zero_init3") && names.contains("unused"),
        "{names}"
    );
    let roots = stack_roots(&report);
    assert!(roots.matches("interrupt").count() >= 2, "{roots}");
}

#[test]
fn a_structure_with_a_context_and_methods_is_no_vector_table() {
    let program = "
        section .text 0x1000 0x40 x
        func main 0x1001 2
        half .text 0 0xe7fe
        func open 0x1005 2
        half .text 4 0x4770
        func read 0x1009 2
        half .text 8 0x4770
        section .data 0x20000000 0x80 w load 0x2000
        object driver 0x20000000 12
        object numbers 0x20000010 0x40
        word .data 0 0x20000010
        word .data 4 0x1005
        word .data 8 0x1009
        word .data 12 0x77
        noise .data 16 64";
    let mut image = elf::build(program);
    image[24..28].copy_from_slice(&0x1001_u32.to_le_bytes());
    assert_eq!(stack_roots(&explained(&image, "")), "main main 0");
}
