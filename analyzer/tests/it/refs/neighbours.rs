//! References to data that code reaches by a neighbour's address: images by hand, what GCC makes of C, our firmware.

use plimsoll_analyzer::{ReferenceKind, Report, references};

use crate::insights::compiled;
use crate::support::{corpus, elf, explain};

const RETURN: u16 = 0x4770;
const NOTHING: u16 = 0xbf00;
/// `ldr r1, =first`, `ldr r1, =third`.
const FIRST: u16 = 0x4907;
const THIRD: u16 = 0x4908;

/// `main` at 0x1000 does what `code` says; `first`, `second` and `third` follow each other in RAM, and its
/// literals from 0x1020 on are the addresses of the first and the third.
fn firmware(code: &[u16]) -> String {
    let mut text = "section .vector_table 0 8\nsection .text 0x1000 0x40 x\nobject __VECTORS 0 8\n\
         word .vector_table 0 0x20001000\nword .vector_table 4 0x1001\nfunc main 0x1001 0x40\n\
         label $t 0x1000 0 local\nlabel $d 0x1020 0 local\n\
         word .text 0x20 0x20000000\nword .text 0x24 0x20000010\n\
         section .bss 0x20000000 0x40 w nobits\nobject first 0x20000000 8\nobject second 0x20000008 8\n\
         object third 0x20000010 0x30\n"
        .to_owned();
    let padded = code.iter().copied().chain(std::iter::repeat(NOTHING)).take(16);
    for (idx, half) in padded.enumerate() {
        text += &format!("half .text {} {half}\n", idx * 2);
    }
    text
}

/// Where an instruction reaches a neighbour.
fn reached(code: &[u16]) -> Vec<(u64, u64)> {
    let all = references(&elf::build(&firmware(code)), None).unwrap();
    let reaching = all.iter().filter(|it| it.kind == ReferenceKind::Access);
    reaching.map(|it| (it.at_address, it.target_address)).collect()
}

#[test]
fn a_static_behind_the_one_that_is_named_is_referred_to_where_it_is_loaded_or_stored() {
    // ldr r0, [r1, #4]: still the first; str r0, [r1, #8]; ldrb r0, [r1, #31].
    let code = [FIRST, 0x6848, 0x6088, 0x7fc8, RETURN];
    assert_eq!(reached(&code), [(0x1004, 0x2000_0008), (0x1006, 0x2000_001f)]);
    let report = explain(&firmware(&code));
    let is_reachable = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().reachable;
    assert_eq!(["first", "second", "third"].map(is_reachable), [Some(true); 3]);
    let why = plimsoll_analyzer::why(&elf::build(&firmware(&code)), "second").unwrap();
    let last = &why.path[why.path.len() - 2];
    assert_eq!((last.at_address, last.kind), (Some(0x1004), Some(ReferenceKind::Access)));
    let without = explain(&firmware(&[FIRST, 0x6848, RETURN]));
    assert_eq!(without.symbols.iter().find(|it| it.name == "second").unwrap().reachable, Some(false));
}

#[test]
fn a_static_before_the_one_that_is_named_is_reached_as_well() {
    // ldr r1, =third; subs r1, #8; ldr r0, [r1].
    assert_eq!(reached(&[THIRD, 0x3908, 0x6808, RETURN]), [(0x1004, 0x2000_0008)]);
}

#[test]
fn an_end_that_is_only_computed_refers_to_nobody() {
    // adds r1, #8; cmp r1, r2; mov r0, r1.
    assert_eq!(reached(&[FIRST, 0x3108, 0x4291, 0x4608, RETURN]), []);
    // The same with ldr r0, [r0] behind it.
    assert_eq!(reached(&[FIRST, 0x3108, 0x4291, 0x4608, 0x6800, RETURN]), [(0x1008, 0x2000_0008)]);
}

#[test]
fn a_loop_over_a_static_does_not_reach_the_next() {
    // ldr r1, =first; stm r1!, {r0}; cmp r1, r2; bne to the store.
    assert_eq!(reached(&[FIRST, 0xc101, 0x4291, 0xd1fc, RETURN]), []);
}

#[test]
fn stores_of_several_words_reach_all_of_whom_they_have_a_word() {
    // stm r1!, {r0, r2, r3}, and ldm r1!, {r0, r2, r3} of the next three.
    let expected =
        [(0x1002, 0x2000_0008), (0x1004, 0x2000_000c), (0x1004, 0x2000_0010), (0x1004, 0x2000_0014)];
    assert_eq!(reached(&[FIRST, 0xc10d, 0xc90d, RETURN]), expected);
}

#[test]
fn an_address_that_may_be_another_reaches_nobody() {
    // cbz r0 over `ldr r1, =third` (by its literal), then str r0, [r1, #8].
    let literal = 0x4907;
    assert_eq!(reached(&[FIRST, 0xb100, literal, 0x6088, RETURN]), []);
    // An argument or the first: cbz r0 over `ldr r1, =first`.
    assert_eq!(reached(&[0xb100, FIRST, 0x6088, RETURN]), []);
    // What another register holds does not matter.
    assert_eq!(reached(&[FIRST, 0xb100, 0x4a07, 0x6088, RETURN]), [(0x1006, 0x2000_0008)]);
}

#[test]
fn an_address_is_lost_with_its_register() {
    // bl main clobbers r1; then ldr r0, [r1, #8].
    assert_eq!(reached(&[FIRST, 0xf7ff, 0xfffd, 0x6888, RETURN]), []);
    // ldr r1, [r1]: what is loaded is another address.
    assert_eq!(reached(&[FIRST, 0x6809, 0x6888, RETURN]), []);
}

/// GCC keeps one address for the statics of a file; each is volatile, so that each is really there.
const ANCHORED: &str = "
static volatile int first[2], second[2], third[2];
int main(void) { first[0] = 1; second[1] = third[0] + third[1]; return second[0]; }
";

fn unreachable(report: &Report) -> Vec<&str> {
    let symbols = report.symbols.iter().filter(|it| it.reachable == Some(false));
    symbols.filter(|it| matches!(&*it.section, ".data" | ".bss")).map(|it| &*it.name).collect()
}

#[test]
fn statics_that_gcc_reaches_by_one_address_are_all_reachable() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.c"), ANCHORED).unwrap();
    for machine in ["-mcpu=cortex-m0plus", "-mcpu=cortex-m4"] {
        for option in ["-Os", "-O2"] {
            for relocations in ["-Wl,--no-gc-sections", "-Wl,--emit-relocs"] {
                let arguments = ["main.c", machine, option, "-fsection-anchors", relocations];
                if compiled::run(folder.path(), &arguments).is_none() {
                    return;
                }
                let report = compiled::image(folder.path());
                assert_eq!(unreachable(&report), [""; 0], "{arguments:?}");
                let content = std::fs::read(folder.path().join("image")).unwrap();
                let all = references(&content, None).unwrap();
                assert!(all.iter().any(|it| it.kind == ReferenceKind::Access), "{arguments:?}");
            }
        }
    }
}

#[test]
fn our_own_firmware_reaches_all_its_statics() {
    let own = corpus::all().into_iter().filter(|it| it.0.starts_with("our own"));
    for (name, content) in own.chain(corpus::own_with_relocations()) {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        let source = report.graph.as_ref().unwrap().edge_source;
        assert_eq!(unreachable(&report), [""; 0], "{name} {source:?}");
    }
}
