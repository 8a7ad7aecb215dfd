//! Statics in RAM that nobody writes, on Thumb: images by hand, and what GCC makes of C.

use super::compiled::{image, run};
use super::graph::branch_with_link;
use crate::support::explain;

/// Which statics the advice names, in the order of their names, with what it says of the bytes.
fn constants(report: &plimsoll_analyzer::Report) -> (u64, Vec<String>) {
    let found = report.insights.iter().find(|it| it.kind == "constants_in_data");
    let evidence = found.map(|it| it.evidence.clone()).unwrap_or_default();
    let name = |it: &String| it.split(' ').nth(2).unwrap().trim_end_matches(',').to_owned();
    let statics = evidence.iter().filter(|it| !it.contains(" B less for "));
    let mut names: Vec<String> = statics.map(name).collect();
    names.sort();
    (found.map_or(0, |it| it.ram_bytes), names)
}

/// `main` at 0x1000 does what `code` says; the words at 0x1038 and 0x103c are the addresses of two statics.
fn firmware(code: &[u16]) -> String {
    let mut text = "section .vector_table 0 64\nsection .text 0x1000 128 x\nobject __VECTORS 0 64\n\
         word .vector_table 0 0x20001000\nword .vector_table 4 0x1001\nlabel $t 0x1000 0 local\n\
         label $d 0x1038 0 local\nlabel $t.1 0x1040 0 local\nfunc main 0x1001 64\nfunc other 0x1041 64\n\
         word .text 0x38 0x20000000\nword .text 0x3c 0x20000080\nhalf .text 64 0x4770\n\
         section .data 0x20000000 0x100 w load 0x2000\nobject first 0x20000000 0x80\n\
         object second 0x20000080 0x80\nnoise .data 0 0x80\nnoise .data 0x80 0x80\n"
        .to_owned();
    for (idx, half) in code.iter().enumerate() {
        text += &format!("half .text {} {half}\n", idx * 2);
    }
    text
}

#[track_caller]
fn check(code: &[u16], expected: &[&str]) {
    let report = explain(&firmware(code));
    let (bytes, names) = constants(&report);
    assert_eq!(names, expected, "{:#?}", report.insights);
    assert_eq!(bytes, 0x70 * expected.len() as u64);
}

/// `ldr rN, [pc, …]` at an offset of `.text`, of the address of a static.
fn address(register: u16, at: u16, static_idx: u16) -> u16 {
    let words = (0x38 + static_idx * 4 - (at + 4) / 4 * 4) / 4;
    0x4800 | register << 8 | words
}

const RETURN: u16 = 0x4770;
/// `ldr r0, [r1, r2]`, `ldr r0, [r1, #4]`, `str r0, [r1, r2]`, `str r0, [r1, #4]`.
const LOAD_INDEXED: u16 = 0x5888;
const LOAD: u16 = 0x6848;
const STORE_INDEXED: u16 = 0x5088;
const STORE: u16 = 0x6048;

#[test]
fn a_static_that_is_only_read_is_a_constant_and_names_its_readers() {
    let code = [address(1, 0, 0), LOAD, LOAD_INDEXED, RETURN];
    check(&code, &["first"]);
    let found = explain(&firmware(&code)).insights;
    let found = found.iter().find(|it| it.kind == "constants_in_data").unwrap();
    assert_eq!(
        found.evidence,
        ["128 B first, read by main", "16 B less for how flash is laid out with them"]
    );
    assert_eq!((found.flash_bytes, found.ram_bytes), (0, 112));
}

#[test]
fn a_static_that_nobody_refers_to_may_be_for_others() {
    check(&[RETURN], &[]);
    // Nor is the address alone a use; it may be the second half of a result.
    check(&[address(1, 0, 0), RETURN], &[]);
    check(&[address(1, 0, 0), LOAD, address(1, 4, 0), RETURN], &[]);
}

#[test]
fn stores_count_where_they_go() {
    // The second static is only loaded from; the first is stored to, at a known place or an unknown.
    let both = |store: u16| [address(1, 0, 0), store, address(1, 4, 1), LOAD, 0x2100, RETURN];
    check(&both(STORE), &["second"]);
    check(&both(STORE_INDEXED), &[]);
    // adds r1, #0x80: from the first static to the second.
    check(&[address(1, 0, 0), LOAD, 0x3180, STORE, 0x2100, RETURN], &["first"]);
}

#[test]
fn a_store_behind_the_section_reaches_its_last_static_at_most() {
    // Both are loaded from; 0x20000100, where others begin, is stored to with an index.
    let code = [address(1, 0, 0), LOAD, address(1, 4, 1), LOAD, 0x490a, STORE_INDEXED, 0x2100, RETURN];
    let text = firmware(&code).replace("label $d 0x1038", "label $d 0x1034");
    let report = explain(&format!("{text}word .text 0x34 0x20000100\n"));
    assert_eq!(constants(&report), (0x70, vec!["first".to_owned()]));
}

#[test]
fn an_address_that_leaves_the_registers_may_be_written_through() {
    let load = [address(1, 0, 0), LOAD];
    let with = |rest: &[u16]| [&load[..], rest, &[0x2100, RETURN]].concat();
    check(&with(&[]), &["first"]);
    // str r1, [sp]; push {r1}; eors r1, r1; mov r0, r1: the result.
    for escape in [0x9100, 0xb402, 0x4049, 0x4608] {
        check(&with(&[escape]), &[]);
    }
}

#[test]
fn an_address_that_is_an_argument_may_be_written_through() {
    let call = |it: u16| {
        let code = [address(it, 0, 0), LOAD | it << 3 & 0x38, 0, 0, 0x2100, RETURN];
        firmware(&code) + &branch_with_link(4, 0x40)
    };
    assert!(constants(&explain(&call(1))).1.is_empty());
    // In r4 it is nobody's argument; the load is `ldr r0, [r5, #4]`.
    let kept = firmware(&[address(5, 0, 0), 0x6868, 0, 0, 0x2100, RETURN]) + &branch_with_link(4, 0x40);
    assert_eq!(constants(&explain(&kept)).1, ["first"]);
    let outlined = kept.replace("func other", "func OUTLINED_FUNCTION_0");
    assert!(constants(&explain(&outlined)).1.is_empty(), "it goes on with any register");
}

#[test]
fn a_store_behind_a_branch_is_found_on_every_way() {
    // 0: ldr r1; 2: b 8; 4: movs r1, #0 (nobody gets here); 6: nop; 8: str or ldr r0, [r1, #4].
    let code = |last: u16| [address(1, 0, 0), 0xe001, 0x2100, 0xbf00, last, 0x2100, RETURN];
    check(&code(STORE), &[]);
    check(&code(LOAD), &["first"]);
    // A loop: adds r1, #4 and back to the store before the load.
    check(&[address(1, 0, 0), LOAD, 0x3104, 0xd1fc, 0x2100, RETURN], &["first"]);
    check(&[address(1, 0, 0), STORE, 0x3104, 0xd1fc, 0x2100, RETURN], &[]);
}

#[test]
fn a_pointer_in_data_may_be_written_through() {
    let code = [address(1, 0, 0), LOAD, 0x2100, RETURN];
    let table = "section .rodata 0x3000 16\nobject table 0x3000 16\nword .rodata 4 ";
    let with = |words: &str| constants(&explain(&format!("{}{table}{words}", firmware(&code)))).1;
    assert_eq!(with("0x20000080"), ["first"]);
    assert!(with("0x20000000").is_empty());
    // What start-up code copies to where: not the static that happens to be the first.
    assert_eq!(with("0x20000000\nword .rodata 0 0x2000"), ["first"]);
}

#[test]
fn start_up_code_that_copies_the_section_writes_no_static() {
    // `other` stores to the start of the section: as a static's address, or beside where it comes from.
    let code = [address(1, 0, 0), LOAD, 0x2100, RETURN];
    let store = |second: u32| {
        let halves = [0x4906, 0x4a07, 0xc908, 0xc208, RETURN];
        let mut text = firmware(&code).replace("half .text 64 0x4770\n", "");
        for (idx, half) in halves.iter().enumerate() {
            text += &format!("half .text {} {half}\n", 64 + idx * 2);
        }
        text + &format!(
            "label $d.1 0x105c 0 local\nword .text 0x5c {second:#x}\nword .text 0x60 0x20000000\n"
        )
    };
    assert_eq!(constants(&explain(&store(0x2000))).1, ["first"]);
    // The same loop goes on to write zeroes behind the end of the section, where no static of it is.
    let zeroes = "half .text 72 0x4906\nhalf .text 74 0xc108\nhalf .text 76 0xd1fd\nhalf .text 78 0x4770\n\
                  word .text 100 0x20000100\nlabel $d.2 0x1064 0 local\n";
    assert_eq!(constants(&explain(&(store(0x2000) + zeroes))).1, ["first"]);
    assert!(constants(&explain(&store(0x3000))).1.is_empty());
}

#[test]
fn flags_of_formatting_that_look_like_an_address_are_none() {
    // `main` loads from the first static; `other` has its address and stores behind it somewhere.
    let mut text = firmware(&[address(1, 0, 0), LOAD, 0x2100, RETURN]).replace("half .text 64 0x4770\n", "");
    for (idx, half) in [0x4906, STORE_INDEXED, 0x2100, RETURN].iter().enumerate() {
        text += &format!("half .text {} {half}\n", 64 + idx * 2);
    }
    text += "label $d.1 0x105c 0 local\nword .text 0x5c 0x20000030\n";
    assert!(constants(&explain(&text)).1.is_empty());
    let formatter =
        text.replace("func other", "func _ZN4core3fmt9Formatter12pad_integral17h0123456789abcdefE");
    assert_eq!(constants(&explain(&formatter)).1, ["first"]);
}

const C: &str = "
struct pair { int key, value; };
int read_only[64] = {1, 2, 3};
struct pair pairs[32] = {{4, 5}};
static short shorts[64] = {6};
static int written[64] = {7};
static int handed_over[64] = {8};
static int kept[64] = {9};
static int stepped[64] = {10};
static int copied[64] = {11};
int *volatile keep;
__attribute__((noinline)) void take(volatile int *it) { *it = 1; }
__attribute__((noinline)) int look(int n) { return read_only[n] + pairs[n].value * shorts[n & 63]; }
__attribute__((noinline)) void put(int n) { written[n & 63] = n; handed_over[0]++; }
__attribute__((noinline)) int step(int n) {
    int sum = 0;
    for (int it = 0; it < n; it++) { sum += stepped[it]; stepped[it] = sum; }
    return sum;
}
__attribute__((noinline)) int total(void) {
    int sum = 0;
    for (int it = 0; it < 64; it++) sum += read_only[it] ^ copied[it];
    return sum;
}
int main(int n) {
    take(handed_over);
    keep = kept;
    put(n);
    return look(n) + written[n] + handed_over[n] + kept[n] + step(n) + total();
}
";

#[test]
fn what_gcc_makes_of_statics_is_understood_and_relocations_make_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.c"), C).unwrap();
    for machine in ["-mcpu=cortex-m0plus", "-mcpu=cortex-m4"] {
        for option in ["-O0", "-Os", "-O2", "-O3"] {
            let mut found = Vec::new();
            for relocations in ["-Wl,--no-gc-sections", "-Wl,--emit-relocs"] {
                if run(folder.path(), &["main.c", machine, option, relocations]).is_none() {
                    return;
                }
                found.push(constants(&image(folder.path())).1);
            }
            let context = format!("{machine} {option}: {found:?}");
            assert_eq!(found[0], found[1], "{context}");
            let wrong = ["written", "handed_over", "kept", "stepped"];
            assert!(!found[0].iter().any(|it| wrong.contains(&it.as_str())), "{context}");
            // Optimised, what stores to `written` by an index may as well store to its neighbours.
            assert!(option != "-O0" || found[0] == ["read_only"], "{context}");
        }
    }
}
