//! Threads of operating systems, and the stacks that they were given.

use plimsoll_analyzer::Report;

use crate::support::elf;
use crate::support::reach::explained;

/// `thread function worst of size` of each.
fn threads(report: &Report) -> String {
    let roots = report
        .stack
        .iter()
        .flat_map(|it| &it.roots)
        .filter(|it| it.thread.is_some() || it.stack_bytes.is_some());
    let lines = roots.map(|it| {
        let name = it.thread.as_deref().unwrap_or("-");
        let own = it.stack_bytes.map_or_else(|| "?".to_owned(), |it| it.to_string());
        format!("{name} {} {} of {own}", it.name, it.worst_bytes)
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// `main` calls `starter` after `code` (half-words from 0x100 on); `blink` takes 24 bytes; literals stand at 0x180.
fn image(starter: &str, code: &[u16], literals: &[u32]) -> Report {
    let mut text = format!(
        "
        section .vectors 0x0 16
        object vectors 0x0 16
        word .vectors 0 0x20001000
        word .vectors 4 0x101
        section .text 0x100 0xc0 x
        func main 0x101 64
        func {starter} 0x141 2
        half .text 0x40 0x4770
        func blink 0x151 6
        half .text 0x50 0xb570
        half .text 0x52 0xb082
        half .text 0x54 0xe7fe
        label $d 0x180 0 local
        noise .text 0xa0 0x20
        word .text 0xa0 0x6e6c62
        section .bss 0x20000000 0x400 w nobits
        object blink_stack 0x20000000 0x200
        object blink_thread 0x20000200 0x80\n"
    );
    for (idx, half) in code.iter().enumerate() {
        text += &format!("half .text {} {half:#x}\n", idx * 2);
    }
    for (idx, word) in literals.iter().enumerate() {
        text += &format!("word .text {} {word:#x}\n", 0x80 + idx * 4);
    }
    explained(&elf::build(&text), "")
}

/// `bl 0x140` from the offset `at`.
fn call(at: u16) -> [u16; 2] {
    [0xf000, 0xf800 | (0x40 - at - 4) >> 1]
}

const HALT: u16 = 0xe7fe;

#[test]
fn freertos_says_the_size_in_words_and_the_name() {
    // ldr r0, =blink; ldr r1, =name; movs r2, #128; bl xTaskCreate
    let code = [0x481f, 0x4920, 0x2280, call(6)[0], call(6)[1], HALT];
    for starter in ["xTaskCreate", "xTaskCreateStatic"] {
        let report = image(starter, &code, &[0x151, 0x1a0]);
        assert_eq!(threads(&report), "bln blink 24 of 512");
    }
}

#[test]
fn riot_says_what_runs_on_the_stack_of_the_caller() {
    // push {lr}; sub sp, #12; ldr r3, =blink; str r3, [sp]; ldr r3, =name; str r3, [sp, #8]; ldr r0, =stack;
    // movs r1, #128; lsls r1, #2; bl thread_create
    let code = [
        0xb500,
        0xb083,
        0x4b1e,
        0x9300,
        0x4b1e,
        0x9302,
        0x481e,
        0x2180,
        0x0089,
        call(18)[0],
        call(18)[1],
        HALT,
    ];
    let report = image("thread_create", &code, &[0x151, 0x1a0, 0x2000_0000]);
    assert_eq!(threads(&report), "bln blink 24 of 512");
}

#[test]
fn a_size_that_is_not_constant_is_not_known() {
    // ldr r3, =blink; adds r2, r5, #0; bl k_thread_create
    let code = [0x4b1f, 0x1c2a, call(4)[0], call(4)[1], HALT];
    let report = image("k_thread_create", &code, &[0x151]);
    assert_eq!(threads(&report), "");
    let roots = &report.stack.as_ref().unwrap().roots;
    assert!(roots.iter().any(|it| it.name == "blink" && it.stack_bytes.is_none()));
    // movs r2, #16: less than it takes.
    let code = [0x4b1f, 0x2210, call(4)[0], call(4)[1], HALT];
    assert_eq!(threads(&image("k_thread_create", &code, &[0x151])), "- blink 24 of 16");
}

#[test]
fn zephyr_leaves_a_record_of_each_thread() {
    let report = explained(
        &elf::build(
            "
            section rom_start 0x0 16
            object _vector_table 0x0 16
            word rom_start 0 0x20001000
            word rom_start 4 0x101
            section text 0x100 0x20 x
            func reset 0x101 2
            half text 0 0xe7fe
            func blink 0x111 6
            half text 0x10 0xb570
            half text 0x12 0xb082
            half text 0x14 0xe7fe
            section _static_thread_data_area 0x200 32
            object _k_thread_data_led 0x200 32
            label __static_thread_data_list_start 0x200 0 in _static_thread_data_area
            label __static_thread_data_list_end 0x220 0 in _static_thread_data_area
            word _static_thread_data_area 0 0x20000200
            word _static_thread_data_area 4 0x20000000
            word _static_thread_data_area 8 512
            word _static_thread_data_area 12 0x111
            section noinit 0x20000000 0x300 w nobits
            object _k_thread_stack_led 0x20000000 0x200
            object _k_thread_obj_led 0x20000200 0x80",
        ),
        "",
    );
    assert_eq!(threads(&report), "led blink 24 of 512");
}
