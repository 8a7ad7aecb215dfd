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
    // adds r1, #8; cmp r1, r2; mov r3, r1.
    assert_eq!(reached(&[FIRST, 0x3108, 0x4291, 0x460b, RETURN]), []);
    // The same with ldr r0, [r3] behind it.
    assert_eq!(reached(&[FIRST, 0x3108, 0x4291, 0x460b, 0x6818, RETURN]), [(0x1008, 0x2000_0008)]);
}

#[test]
fn an_address_that_somebody_else_gets_refers_to_who_is_there() {
    let second = 0x2000_0008;
    // adds r1, #8; bl main.
    assert_eq!(reached(&[FIRST, 0x3108, 0xf7ff, 0xfffc, RETURN]), [(0x1004, second)]);
    // adds r1, #8; str r1, [r0].
    assert_eq!(reached(&[FIRST, 0x3108, 0x6001, RETURN]), [(0x1004, second)]);
    // adds r1, #8; mov r0, r1; bx lr.
    assert_eq!(reached(&[FIRST, 0x3108, 0x4608, RETURN]), [(0x1006, second)]);
    // mov r0, r1; adds r1, #8; bl main: from there to here.
    assert_eq!(reached(&[FIRST, 0x4608, 0x3108, 0xf7ff, 0xfffb, RETURN]), []);
    // The same with adds r1, #12: no end.
    assert_eq!(reached(&[FIRST, 0x4608, 0x310c, 0xf7ff, 0xfffb, RETURN]), [(0x1006, 0x2000_000c)]);
}

#[test]
fn an_index_does_not_hide_the_distance() {
    // lsls r0, r0, #2; adds r0, r0, r1; ldr r0, [r0, #8].
    assert_eq!(reached(&[FIRST, 0x0080, 0x1840, 0x6880, RETURN]), [(0x1006, 0x2000_0008)]);
    // The same of the third with subs r0, #4; ldr r0, [r0]: an index less one.
    assert_eq!(reached(&[THIRD, 0x0080, 0x1840, 0x3804, 0x6800, RETURN]), []);
    // adds r1, #8, and a loop over the second: ldr r0, [r1]; adds r1, #4; cmp r1, r2; bne to the load.
    let looping = [FIRST, 0x3108, 0x6808, 0x3104, 0x4291, 0xd1fb, RETURN];
    assert_eq!(reached(&looping), [(0x1004, 0x2000_0008)]);
}

#[test]
fn a_distance_may_be_made_in_a_register() {
    // movs r2, #8; ldr r0, [r1, r2].
    assert_eq!(reached(&[FIRST, 0x2208, 0x5888, RETURN]), [(0x1004, 0x2000_0008)]);
    // movs r2, #1; lsls r2, r2, #3; ldr r0, [r1, r2].
    assert_eq!(reached(&[FIRST, 0x2201, 0x00d2, 0x5888, RETURN]), [(0x1006, 0x2000_0008)]);
    // movs r2, #8; cbz r0 over movs r2, #0; ldr r0, [r1, r2]: one or the other.
    assert_eq!(reached(&[FIRST, 0x2208, 0xb100, 0x2200, 0x5888, RETURN]), []);
    // add.w r1, r1, #0x10; ldr r0, [r1]; sub.w r1, r1, #0x8; ldr r0, [r1].
    let wide = [FIRST, 0xf101, 0x0110, 0x6808, 0xf1a1, 0x0108, 0x6808, RETURN];
    assert_eq!(reached(&wide), [(0x1006, 0x2000_0010), (0x100c, 0x2000_0008)]);
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

/// Tables and buffers that are used by index, far from where the first of them begins, and handed to calls.
const INDEXED: &str = "
volatile unsigned sink;
const int one[100] = {1, 2, 3}, two[60] = {4, 5, 6};
const short three[70] = {7, 7};
const struct { int a, b; char c[52]; } four[4] = {{1, 2, {3}}, {4, 5, {6}}};
int buffer[40], queue[300], far[1500], after[10], passed[20], kept[20];
char bytes[90];
int *volatile keeper;
__attribute__((noinline)) void fill(void *at, int n) { for (char *it = at; n--; ) *it++ = n; }
__attribute__((noinline)) int sum(int n) {
    int s = 0;
    for (int i = 0; i < n; i++) { s += one[i] * two[n - i] + 0x12345; queue[i & 255] += s; }
    return s;
}
__attribute__((noinline)) int mix(int n) {
    int s = 0;
    for (int i = 0; i < n; i++) { s += three[i] + four[i & 3].c[i & 31]; bytes[i] = s; buffer[i & 31] = s ^ n; }
    far[1490] = s; far[10]++; after[2] = s;
    return s;
}
int main(void) {
    far[0]++;
    fill(passed, sizeof passed);
    keeper = kept;
    sink = sum(sink);
    return mix(sink) + one[sink & 63] * two[sink & 31];
}
";

#[test]
fn what_gcc_reaches_by_index_or_hands_over_is_reachable() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.c"), INDEXED).unwrap();
    for machine in ["-mcpu=cortex-m0plus", "-mcpu=cortex-m3", "-mcpu=cortex-m4"] {
        for option in ["-O1", "-Os", "-O2", "-O3"] {
            for relocations in ["-Wl,--no-gc-sections", "-Wl,--emit-relocs"] {
                let arguments = ["main.c", machine, option, "-fno-builtin", relocations];
                if compiled::run(folder.path(), &arguments).is_none() {
                    return;
                }
                let report = compiled::image(folder.path());
                let symbols = report.symbols.iter().filter(|it| it.reachable == Some(false));
                let names: Vec<&str> = symbols.map(|it| &*it.name).collect();
                assert_eq!(names, [""; 0], "{arguments:?}");
            }
        }
    }
}

/// With a template of threads in front of other data.
const THREADS: &str = "
volatile int sink;
__thread int first = 5, second = 6;
int data = 3;
void *__aeabi_read_tp(void) { return 0; }
int main(void) { sink = first + second + data; return 0; }
";

#[test]
fn variables_of_threads_are_kept_and_found_by_relocations() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.c"), THREADS).unwrap();
    for relocations in ["-Wl,--no-gc-sections", "-Wl,--emit-relocs"] {
        let arguments = ["main.c", "-Os", relocations];
        if compiled::run(folder.path(), &arguments).is_none() {
            return;
        }
        let report = compiled::image(folder.path());
        let symbol = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap();
        assert_eq!(["first", "second", "data"].map(|it| symbol(it).reachable), [Some(true); 3]);
        let all = references(&std::fs::read(folder.path().join("image")).unwrap(), None).unwrap();
        let template = symbol("first").run_address.min(symbol("second").run_address);
        let is_found = all.iter().any(|it| it.target_address == template);
        assert_eq!(is_found, relocations.ends_with("relocs"));
    }
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
