//! References of compiled programs: by decoding as by the relocations that the linker kept.

use std::collections::BTreeSet;
use std::process::Command;

use plimsoll_analyzer::{EdgeSource, Report};

use crate::support::assembled::Assembler;

type Pairs = BTreeSet<(String, String)>;

/// Names of who refers to whom, as far as both have one; only of those in `from`, where it says anybody.
fn pairs(content: &[u8], source: EdgeSource, from: &[&str]) -> Pairs {
    let report = plimsoll_analyzer::analyze(content, &[]).unwrap();
    let owner = |address: u64| {
        let holds = |it: &&plimsoll_analyzer::report::Symbol| {
            !it.mangled.is_empty() && (it.run_address..it.run_address + it.size_bytes).contains(&address)
        };
        report.symbols.iter().find(holds).map(|it| it.mangled.clone())
    };
    let references = plimsoll_analyzer::references(content, Some(source)).unwrap();
    let pairs = references.iter().filter_map(|it| Some((owner(it.at_address)?, owner(it.target_address)?)));
    pairs.filter(|(a, b)| a != b && (from.is_empty() || from.contains(&a.as_str()))).collect()
}

#[track_caller]
fn check(found: &Pairs, truth: &Pairs) {
    let missed: Vec<_> = truth.difference(found).collect();
    let extra: Vec<_> = found.difference(truth).collect();
    assert!(missed.is_empty() && extra.is_empty(), "missed {missed:#?}, and not there {extra:#?}");
}

fn unreachable(report: &Report) -> Vec<&str> {
    report.symbols.iter().filter(|it| it.reachable == Some(false)).map(|it| it.name.as_str()).collect()
}

#[test]
fn labels_of_compilers_in_relocations_are_what_they_name() {
    let program = "
        .option norvc
        .text
        .global main
        .type main, @function
        main:
          lui a0, %hi(.LJTI0_0)
          addi a0, a0, %lo(.LJTI0_0)
          lw a0, 0(a0)
          jr a0
        .LBB0_1:
          lui a0, %hi(border)
          addi a0, a0, %lo(border)
          ret
        .size main, .-main
        .section .rodata
        .balign 8
        .global border
        border:
        .global other
        .type other, @object
        other: .dword 0x0102030405060708
        .size other, .-other
        .LJTI0_0: .word .LBB0_1, .LBB0_1, .LBB0_1, .LBB0_1";
    let Some(image) = Assembler::Riscv.linked(program, &["--emit-relocs"]) else { return };
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    assert_eq!(report.graph.as_ref().unwrap().edge_source, EdgeSource::Relocations);
    // The border refers to nobody, the label to the table.
    assert_eq!(unreachable(&report), ["other"]);
    assert!(report.symbols.iter().any(|it| it.size_bytes == 16 && it.reachable == Some(true)));
}

#[test]
fn a_table_of_handlers_among_code_names_them() {
    let program = "
        .option norvc
        .text
        .global main
        .type main, @function
        main:
          la t0, table
          .word 0x30729073 # csrw mtvt, t0
          ret
        .size main, .-main
        .balign 64
        .type table, @function
        table: .word handler, handler, other, handler
        .size table, .-table
        .type handler, @function
        handler: mret
        .size handler, .-handler
        .type other, @function
        other: mret
        .size other, .-other
        .type nobodys, @function
        nobodys: mret
        .size nobodys, .-nobodys";
    let Some(image) = Assembler::Riscv.linked(program, &[]) else { return };
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    assert_eq!(unreachable(&report), ["nobodys"]);
}

const AVR: &str = r#"
    #include <avr/pgmspace.h>
    #define APART __attribute__((noinline))
    const char message[] PROGMEM = "hello";
    const unsigned char sines[64] PROGMEM = {1, 2, 3};
    char buffer[40] = "init";
    char zeroes[60];
    volatile unsigned short counter;
    unsigned char state[8];
    struct { char name[3]; int number; } record = {"ab", 5};
    APART void show(const char *text) { while (*text) counter += *text++; }
    APART void show_far(const char *text) { char c; while ((c = pgm_read_byte(text++))) counter += c; }
    APART void callback(void) { counter++; }
    APART void later(void (*it)(void)) { it(); it(); }
    APART unsigned char sine(unsigned char at) { return pgm_read_byte(&sines[at & 63]); }
    APART void numbers(unsigned short at) { if (counter > 1000) counter = at + 700; }
    APART void fill(void) { for (unsigned char i = 0; i < sizeof zeroes; i++) zeroes[i] = buffer[i & 7]; }
    int main(void) {
        for (;;) {
            show(buffer);
            show_far(message);
            later(callback);
            zeroes[counter & 31] = sine(counter) + pgm_read_byte(message + counter);
            state[3] = record.number;
            numbers(1234);
            fill();
        }
    }"#;
const AVR_FUNCTIONS: [&str; 8] = ["show", "show_far", "callback", "later", "sine", "numbers", "fill", "main"];

#[test]
fn decoding_avr_finds_what_the_linker_wrote_down() {
    for level in ["-O1", "-Os", "-O2", "-O3"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.c"), AVR).unwrap();
        let flags = ["-mmcu=atmega328p", "-Wl,--emit-relocs", "-o", "a.elf", "a.c", level];
        let Ok(output) = Command::new("avr-gcc").current_dir(&folder).args(flags).output() else {
            eprintln!("skipped: there is no avr-gcc");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let image = std::fs::read(folder.path().join("a.elf")).unwrap();
        let of = |source| pairs(&image, source, &AVR_FUNCTIONS);
        let (truth, found) = (of(EdgeSource::Relocations), of(EdgeSource::Decoded));
        eprintln!("avr-gcc {level}: {} references", truth.len());
        check(&found, &truth);
        assert!(truth.len() >= 12, "{truth:?}");
    }
}

#[test]
fn both_sources_say_the_same_of_rust_on_riscv() {
    for level in ["opt-level=z", "opt-level=3"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.rs"), include_str!("../stack/compiled/program.rs")).unwrap();
        let flags = ["--edition", "2024", "--target", "riscv32imc-unknown-none-elf", "-C", "panic=abort"];
        let linking = ["-C", "link-arg=--emit-relocs", "-C", level, "-o", "a.elf", "a.rs"];
        let output = Command::new("rustc").current_dir(&folder).args(flags).args(linking).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        if message.contains("can't find crate for `core`") {
            eprintln!("skipped: there is no riscv32imc-unknown-none-elf");
            return;
        }
        assert!(output.status.success(), "{message}");
        let image = std::fs::read(folder.path().join("a.elf")).unwrap();
        let of = |source| pairs(&image, source, &[]);
        let (truth, found) = (of(EdgeSource::Relocations), of(EdgeSource::Decoded));
        eprintln!("rustc {level}: {} references", truth.len());
        // The address of an end is that of who comes next.
        let missed: Vec<_> = truth.difference(&found).collect();
        let n_extra = found.difference(&truth).count();
        assert!(missed.is_empty() && n_extra * 100 <= truth.len(), "missed {missed:#?}, and {n_extra} more");
        assert!(truth.len() >= 50, "{truth:?}");
    }
}
