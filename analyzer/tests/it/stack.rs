//! The stack: frames, the deepest ways, what is not known of them.

mod compiled;
mod ways;

use plimsoll_analyzer::report::{StackDoubt, StackRootKind, StackUse, UnresolvedRoot};
use plimsoll_analyzer::{Besides, Report};

use crate::support::{corpus, elf, explain, explain_in};

/// A vector table whose reset handler is `main`, which calls `leaf` after `push {r4, lr}`; the handler
/// of the next exception pushes four registers.
const PROGRAM: &str = "
    section .vector_table 0x0 16
    word .vector_table 0 0x20001000
    word .vector_table 4 0x101
    word .vector_table 8 0x121
    section .text 0x100 0x40 x
    func main 0x101 8
    half .text 0 0xb510
    half .text 2 0xf000
    half .text 4 0xf80d
    half .text 6 0xbd10
    func leaf 0x121 4
    half .text 0x20 0xb08a
    half .text 0x22 0x4770
    section .bss 0x20000000 0x100 w nobits
    object BUFFER 0x20000000 0x100";

/// The image that `description` describes, whose entry is the Thumb function at 0x100.
fn started(description: &str) -> Report {
    let mut image = elf::build(description);
    image[24..28].copy_from_slice(&0x101_u32.to_le_bytes());
    plimsoll_analyzer::analyze(&image, &[]).unwrap()
}

fn stack(report: &Report) -> &StackUse {
    report.stack.as_ref().unwrap()
}

/// `kind name bytes[+]: frame name, …`, one line per root.
fn roots(report: &Report) -> String {
    let lines = stack(report).roots.iter().map(|root| {
        let kind = format!("{:?}", root.kind).to_lowercase();
        let path: Vec<String> =
            root.path.iter().map(|it| format!("{} {}", it.frame_bytes, it.name)).collect();
        let more = if root.uncertain_because.is_empty() { "" } else { "+" };
        format!("{kind} {} {}{more}: {}\n", root.name, root.worst_bytes, path.join(", "))
    });
    lines.collect()
}

/// Roots of the program with these asked for, and those that are no one function.
fn with_roots(asked: &[&str]) -> (String, Vec<String>) {
    // `twice` is called so in two places; nothing calls them.
    let tasks = "
    func _ZN5radio4task17h0123456789abcdefE 0x131 4
    half .text 0x30 0xb08a
    half .text 0x32 0x4770
    func twice 0x135 2
    half .text 0x34 0x4770
    func twice 0x139 2
    half .text 0x38 0x4770";
    let image = elf::build(&format!("{PROGRAM}{tasks}"));
    let asked: Vec<String> = asked.iter().map(|it| (*it).to_owned()).collect();
    let besides = Besides { stack_roots: &asked, ..Besides::default() };
    let report = plimsoll_analyzer::analyze_with(&image, &[], besides).unwrap();
    let unresolved = stack(&report).unresolved_roots.iter();
    let said = |it: &UnresolvedRoot| format!("{} {} {}", it.name, it.n_functions, it.candidates.join(" "));
    (roots(&report), unresolved.map(said).collect())
}

#[test]
fn a_task_that_nothing_calls_is_a_root_where_it_is_asked_for() {
    let without = with_roots(&[]).0;
    for name in ["radio::task", "task", "_ZN5radio4task17h0123456789abcdefE", "task@0x130"] {
        let (roots, unresolved) = with_roots(&[name]);
        assert_eq!(
            roots,
            without.replace("interrupt", "task radio::task 40: 40 radio::task\ninterrupt"),
            "{name}"
        );
        assert_eq!(unresolved, Vec::<String>::new());
    }
    assert_eq!(with_roots(&["main", "leaf"]).0, without, "they are roots already");
}

#[test]
fn a_root_that_is_no_one_function_is_not_guessed() {
    let (_, unresolved) = with_roots(&["twice", "BUFFER", "task@0x100", "twice@0x138"]);
    assert_eq!(unresolved, ["twice 2 twice@0x134 twice@0x138", "BUFFER 0 ", "task@0x100 0 "]);
}

#[test]
fn frames_add_up_along_the_deepest_way() {
    let report = explain(PROGRAM);
    assert_eq!(roots(&report), "main main 48: 8 main, 40 leaf\ninterrupt leaf 76: 40 leaf\n");
    assert_eq!(stack(&report).roots[1].hardware_bytes, 36);
    let frame = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().frame_bytes;
    assert_eq!((frame("main"), frame("leaf"), frame("BUFFER")), (Some(8), Some(40), None));
}

#[test]
fn headroom_is_what_data_and_stacks_leave() {
    let report = explain_in(
        PROGRAM,
        "MEMORY { FLASH : ORIGIN = 0, LENGTH = 4K RAM : ORIGIN = 0x20000000, LENGTH = 4K }",
    );
    let headroom = stack(&report).headroom.clone().unwrap();
    assert_eq!((headroom.region.as_str(), headroom.static_bytes), ("RAM", 0x100));
    assert_eq!((headroom.stack_bytes, headroom.headroom_bytes), (48 + 76, 4096 - 0x100 - 48 - 76));
    let small = explain_in(
        PROGRAM,
        "MEMORY { FLASH : ORIGIN = 0, LENGTH = 4K RAM : ORIGIN = 0x20000000, LENGTH = 300 }",
    );
    assert_eq!(stack(&small).headroom.as_ref().unwrap().headroom_bytes, 300 - 0x100 - 48 - 76);
}

#[test]
fn without_the_length_of_the_memory_there_is_no_headroom() {
    assert_eq!(stack(&explain(PROGRAM)).headroom, None);
}

#[test]
fn a_frame_is_gone_where_a_function_jumps_on() {
    // push {r7, lr}; pop {r7}; add sp, #4; b second
    let program = "
        section .text 0x100 0x40 x
        func first 0x101 8
        half .text 0 0xb580
        half .text 2 0xbc80
        half .text 4 0xb001
        half .text 6 0xe00b
        func second 0x121 4
        half .text 0x20 0xb084
        half .text 0x22 0x4770";
    let report = started(program);
    assert_eq!(roots(&report), "main first 16: 0 first, 16 second\n");
}

#[test]
fn a_function_that_calls_itself_is_named_and_counted_once() {
    // push {r4, lr}; bl self; pop {r4, pc}
    let program = "
        section .text 0x100 0x20 x
        func again 0x101 8
        half .text 0 0xb510
        half .text 2 0xf7ff
        half .text 4 0xfffd
        half .text 6 0xbd10";
    let report = started(program);
    assert_eq!(roots(&report), "main again 8+: 8 again\n");
    let again = report.symbols.iter().position(|it| it.name == "again").unwrap();
    assert_eq!(stack(&report).recursions, [[again]]);
    assert_eq!(stack(&report).roots[0].uncertain_because, [StackDoubt::Recursion]);
}

#[test]
fn recursion_that_no_root_leads_to_is_not_listed() {
    // main: bx lr. again: push {r4, lr}; bl self; pop {r4, pc}
    let program = "
        section .text 0x100 0x20 x
        func main 0x101 2
        half .text 0 0x4770
        func again 0x111 8
        half .text 0x10 0xb510
        half .text 0x12 0xf7ff
        half .text 0x14 0xfffd
        half .text 0x16 0xbd10";
    let report = started(program);
    assert_eq!(roots(&report), "main main 0: 0 main\n");
    assert!(stack(&report).recursions.is_empty());
    let again = report.symbols.iter().find(|it| it.name == "again").unwrap();
    assert_eq!(again.frame_bytes, Some(8));
}

#[test]
fn who_is_called_in_a_circle_shares_what_is_not_known_of_the_others() {
    // first: push {r4, lr}; bl second; pop {r4, pc}. second: push {r4, lr}; bl first; blx r0; pop {r4, pc}
    let program = "
        section .text 0x100 0x20 x
        func first 0x101 8
        half .text 0 0xb510
        half .text 2 0xf000
        half .text 4 0xf805
        half .text 6 0xbd10
        func second 0x111 10
        half .text 0x10 0xb510
        half .text 0x12 0xf7ff
        half .text 0x14 0xfff5
        half .text 0x16 0x4780
        half .text 0x18 0xbd10";
    let report = started(program);
    assert_eq!(roots(&report), "main first 16+: 8 first, 8 second\n");
    assert_eq!(stack(&report).roots[0].uncertain_because, [StackDoubt::Recursion, StackDoubt::UnknownCalls]);
}

#[test]
fn a_call_of_nobody_knows_whom_is_listed() {
    // push {r4, lr}; blx r0; pop {r4, pc}
    let program = "
        section .text 0x100 0x20 x
        func main 0x101 6
        half .text 0 0xb510
        half .text 2 0x4780
        half .text 4 0xbd10";
    let report = started(program);
    assert_eq!(roots(&report), "main main 8+: 8 main\n");
    assert_eq!(stack(&report).roots[0].uncertain_because, [StackDoubt::UnknownCalls]);
    assert_eq!(stack(&report).unknown_calls[0].at_addresses, [0x102]);
}

#[test]
fn a_frame_of_a_size_from_a_register_grows() {
    // push {r4, lr}; mov r1, sp; subs r1, r1, r0; mov sp, r1; bx lr
    let program = "
        section .text 0x100 0x20 x
        func main 0x101 10
        half .text 0 0xb510
        half .text 2 0x4669
        half .text 4 0x1a09
        half .text 6 0x468d
        half .text 8 0x4770";
    let report = started(program);
    assert_eq!(roots(&report), "main main 8+: 8 main\n");
    assert_eq!(stack(&report).growing_frames.len(), 1);
    assert_eq!(stack(&report).roots[0].uncertain_because, [StackDoubt::GrowingFrames]);
}

#[test]
fn aligning_the_stack_of_a_handler_takes_nothing_more() {
    // mov r0, sp; bic r1, r0, #7; mov sp, r1; push {r0, lr}; sub sp, #8; add sp, #8; ldmia.w sp!, {r0, lr};
    // mov sp, r0; bx lr: as GCC begins and ends what is marked as an interrupt.
    let halves = [0x4668, 0xf020, 0x0107, 0x468d, 0xb501, 0xb082, 0xb002, 0xe8bd, 0x4001, 0x4685, 0x4770];
    let mut program = "
        section .vector_table 0x0 16
        word .vector_table 0 0x20001000
        word .vector_table 4 0x101
        word .vector_table 8 0x121
        section .text 0x100 0x40 x
        func main 0x101 2
        half .text 0 0x4770
        func handler 0x121 22\n"
        .to_owned();
    for (idx, half) in halves.iter().enumerate() {
        program += &format!("half .text {} {half}\n", 0x20 + idx * 2);
    }
    let report = started(&program);
    assert_eq!(roots(&report), "main main 0: 0 main\ninterrupt handler 52: 16 handler\n");
    assert_eq!(stack(&report).growing_frames.len(), 0);
}

#[test]
fn startup_code_that_sets_the_stack_pointer_takes_nothing() {
    // ldr r0, [pc, #4]; mov sp, r0; push {r4, lr}; pop {r4, pc}; the word
    let program = "
        section .text 0x100 0x20 x
        func main 0x101 12
        half .text 0 0x4801
        half .text 2 0x4685
        half .text 4 0xb510
        half .text 6 0xbd10
        word .text 8 0x20001000";
    assert_eq!(roots(&started(program)), "main main 8: 8 main\n");
}

#[test]
fn a_scheduler_that_loads_the_stack_pointer_takes_nothing() {
    // ldr r1, [r0, #4]; mov sp, r1; pop {r4, pc}
    let program = "
        section .text 0x100 0x20 x
        func main 0x101 6
        half .text 0 0x6841
        half .text 2 0x468d
        half .text 4 0xbd10";
    assert_eq!(roots(&started(program)), "main main 0: 0 main\n");
}

#[test]
fn both_halves_of_the_number_in_the_stack_pointer_are_one() {
    // lui sp, 0x80004; addi sp, sp, -512; sub sp, sp, t0; addi sp, sp, -16; ret
    let program = "
        machine riscv
        section .text 0x100 0x20 x
        func main 0x100 20
        word .text 0 0x80004137
        word .text 4 0xe0010113
        word .text 8 0x40510133
        word .text 12 0xff010113
        word .text 16 0x00008067";
    let mut image = elf::build(program);
    image[24..28].copy_from_slice(&0x100_u32.to_le_bytes());
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    assert_eq!(roots(&report), "main main 16: 16 main\n");
}

#[test]
fn aligning_the_pointer_to_another_stack_takes_nothing() {
    // lui sp, 0x80004; addi sp, sp, -512; li t0, 4; sub sp, sp, t0; andi sp, sp, -16; addi sp, sp, -32; ret
    let program = "
        machine riscv
        section .text 0x100 0x20 x
        func main 0x100 28
        word .text 0 0x80004137
        word .text 4 0xe0010113
        word .text 8 0x00400293
        word .text 12 0x40510133
        word .text 16 0xff017113
        word .text 20 0xfe010113
        word .text 24 0x00008067";
    let mut image = elf::build(program);
    image[24..28].copy_from_slice(&0x100_u32.to_le_bytes());
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    assert_eq!(roots(&report), "main main 32: 32 main\n");
}

#[test]
fn parts_of_a_handler_among_the_vectors_are_no_interrupts() {
    // trap: j inner; other: ret; inner: addi sp, sp, -16; ret
    let program = "
        machine riscv
        section .trap 0x200 16 x
        label trap 0x200 0
        label other 0x204 0
        label inner 0x208 0
        word .trap 0 0x0080006f
        word .trap 4 0x00008067
        word .trap 8 0xff010113
        word .trap 12 0x00008067
        section .text 0x100 4 x
        func main 0x100 4
        word .text 0 0x00008067";
    let mut image = elf::build(program);
    image[24..28].copy_from_slice(&0x100_u32.to_le_bytes());
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    let expected = "main main 0: 0 main\ninterrupt trap 16: 0 trap, 16 inner\ninterrupt other 0: 0 other\n";
    assert_eq!(roots(&report), expected);
}

#[test]
fn a_known_slot_of_vtables_tells_who_may_be_called() {
    // main: push {r4, lr}; ldr r1, [r1, #12]; blx r1; pop {r4, pc}. The table: drop nothing, size 4,
    // align 4, method. Somebody refers to it: the pool word of main.
    let program = "
        section .text 0x100 0x40 x
        func _ZN4demo4main17h0123456789abcdefE 0x101 16
        half .text 0 0xb510
        half .text 2 0x4a02
        half .text 4 0x68c9
        half .text 6 0x4788
        half .text 8 0xbd10
        half .text 10 0xe7fe
        label $d 0x10c 0
        label $t 0x120 0
        word .text 12 0x200
        func _ZN4demo6method17h0123456789abcdefE 0x121 4
        half .text 0x20 0xb08a
        half .text 0x22 0x4770
        section .rodata 0x200 16
        object TABLE 0x200 16
        word .rodata 4 4
        word .rodata 8 4
        word .rodata 12 0x121";
    let report = started(program);
    assert_eq!(roots(&report), "main demo::main 48: 8 demo::main, 40 demo::method\n");
    assert!(stack(&report).unknown_calls.is_empty());
}

#[test]
fn panics_are_a_root_of_their_own() {
    let program = PROGRAM.replace("func leaf", "func _ZN4core9panicking9panic_fmt17h0123456789abcdefE");
    let program = program.replace("word .vector_table 8 0x121", "");
    let report = explain(&program);
    assert_eq!(
        roots(&report),
        "main main 8: 8 main\npanic core::panicking::panic_fmt 40: 40 core::panicking::panic_fmt\n"
    );
}

#[test]
fn what_the_compiler_wrote_down_counts_where_it_is_more() {
    let sizes = "
        section .stack_sizes 0 10 noalloc
        word .stack_sizes 0 0x121
        half .stack_sizes 4 0x0250";
    // The second byte begins the next entry's address, which is cut off.
    let report = explain(&format!("{PROGRAM}{sizes}"));
    assert_eq!(roots(&report).lines().next(), Some("main main 88: 8 main, 80 leaf"));
    assert_eq!(format!("{:?}", stack(&report).source), "StackSizes");
}

/// Every real image: paths add up, and what is in them is what the symbols say.
#[test]
fn paths_add_up_in_real_images() {
    for (name, content) in corpus::all() {
        let Ok(report) = plimsoll_analyzer::analyze(&content, &[]) else { continue };
        let Some(stack) = &report.stack else { continue };
        for root in &stack.roots {
            let sum: u64 = root.path.iter().map(|it| it.frame_bytes).sum();
            assert_eq!(sum + root.hardware_bytes, root.worst_bytes, "{name}: {}", root.name);
            for frame in root.path.iter().filter(|it| it.frame_bytes > 0) {
                let symbol = frame.symbol.map(|it| report.symbols[it].frame_bytes);
                assert!(symbol.is_none_or(|it| it == Some(frame.frame_bytes)), "{name}: {}", frame.name);
            }
        }
        let kinds: Vec<StackRootKind> = stack.roots.iter().map(|it| it.kind).collect();
        assert!(kinds.is_sorted(), "{name}");
    }
}

#[test]
fn more_code_than_firmware_has_is_not_followed_and_that_is_said() {
    let warnings = |more_bytes: &str| {
        let report = started(&format!(
            "section .text 0x100 0x10 x\nsection .more 0x1000 {more_bytes} x nobits\nfunc main 0x101 4\nhalf .text 0 0x4770"
        ));
        let said = report.warnings.into_iter().filter(|it| it.place == "stack").map(|it| it.message);
        (report.stack.is_some(), said.collect::<Vec<_>>())
    };
    assert_eq!(warnings("0x1fffff0"), (true, Vec::new()));
    let said = "there are more than 32 MiB of code, so nothing is said about the stack";
    assert_eq!(warnings("0x1fffff1"), (false, vec![said.to_owned()]));
}
