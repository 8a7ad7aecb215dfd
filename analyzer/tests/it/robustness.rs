//! Hostile files: whatever the bytes, an answer that obeys the laws or an error, never a panic.

use plimsoll_analyzer::{MemoryRegion, analyze, check, diff};

use crate::support::{corpus, elf, explain, laws, memory};

const IMAGE: &str = "
    section .vector_table 0x10000000 64
    section .text 0x10000040 200 x align 16
    section .data 0x20000000 24 w load 0x10000110 align 8
    section .bss 0x20000018 100 w nobits
    section .stack 0x20000080 100 w nobits
    section .debug_info 0 64 noalloc
    func _ZN4core3fmt5write17h0123456789abcdefE 0x10000041 64
    func main 0x10000081 40
    object table 0x20000000 24
    object zeroes 0x20000018 64
    absolute rom 0x100 8";

/// Every variant of the small image.
fn images() -> Vec<Vec<u8>> {
    [
        "",
        "class 64",
        "endian big",
        "class 64\nendian big",
        "kind rel",
        "without sections",
        "class 64\nwithout sections",
    ]
    .into_iter()
    .map(|it| elf::build(&format!("{it}\n{IMAGE}")))
    .collect()
}

fn script() -> Vec<MemoryRegion> {
    memory(
        "MEMORY { FLASH : ORIGIN = 0x10000000, LENGTH = 0x100  RAM : ORIGIN = 0x20000000, LENGTH = 0x100 }",
    )
}

/// Both with and without a script; `check` has to agree with `analyze`.
fn try_out(content: &[u8], memory: &[MemoryRegion]) {
    let Ok(inferred) = analyze(content, &[]) else {
        assert!(check(content).is_err());
        return;
    };
    assert!(check(content).is_ok());
    laws::check(&inferred);
    let declared = analyze(content, memory).unwrap();
    laws::check(&declared);
    laws::check_diff(&inferred, &declared, &diff(&inferred, &declared));
}

/// A generator that gives the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// Values that break sums, sizes and offsets.
const NASTY: [u8; 8] = [0, 1, 2, 4, 0x7f, 0x80, 0xfe, 0xff];

fn spoil(content: &[u8], random: &mut Random) -> Vec<u8> {
    let mut spoiled = content.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(spoiled.len());
        let n = 1 << random.below(4);
        let value = NASTY[random.below(NASTY.len())];
        spoiled.iter_mut().skip(at).take(n).for_each(|it| *it = value);
    }
    spoiled
}

#[test]
fn a_file_may_end_anywhere() {
    let memory = script();
    for image in images() {
        (0..image.len()).step_by(1 + image.len() / 2_000).for_each(|it| try_out(&image[..it], &memory));
    }
}

#[test]
fn headers_and_tables_may_hold_anything() {
    let memory = script();
    let mut random = Random(2026);
    for image in images() {
        // The headers are at the front, the tables at the end; the content between is not read.
        for _ in 0..4_000 {
            try_out(&spoil(&image, &mut random), &memory);
            let front = spoil(&image[..0x200], &mut random);
            try_out(&[&front, &image[0x200..]].concat(), &memory);
            let tail = image.len() - 0x400;
            let back = spoil(&image[tail..], &mut random);
            try_out(&[&image[..tail], &back].concat(), &memory);
        }
    }
}

#[test]
fn real_files_may_be_cut_and_spoiled() {
    let memory = script();
    let mut random = Random(1876);
    for (name, content) in corpus::files() {
        eprintln!("{name}");
        for _ in 0..8 {
            try_out(&content[..random.below(content.len())], &memory);
        }
        for _ in 0..16 {
            let tail = content.len().saturating_sub(0x8000);
            let back = spoil(&content[tail..], &mut random);
            try_out(&[&content[..tail], &back].concat(), &memory);
            let front = spoil(&content[..0x200], &mut random);
            try_out(&[&front, &content[0x200..]].concat(), &memory);
        }
    }
}

#[test]
fn many_overlapping_symbols_are_no_work() {
    let symbols: String =
        (0..20_000).map(|it| format!("func f{it} {} 4096 in .text\n", 0x1000 + it % 4096)).collect();
    try_out(&elf::build(&format!("section .text 0x1000 8192 x\n{symbols}")), &script());
}

/// Code that refers to everything around it, in the words of `machine`.
fn program(machine: &str, address: u64) -> Vec<u8> {
    let class = if machine == "x86-64" { "class 64" } else { "" };
    let (text, data) = (address, address + 0x1000);
    elf::build(&format!(
        "machine {machine}\n{class}
         section .vectors {address} 64 x\n section .text {} 2048 x\n section .data {data} 512 w
         func handler {} 64\n func main {} 1000\n func other {} 500\n object table {data} 256
         label $d {} 0 local\n label $t {} 0 local",
        text + 64,
        text + 1,
        text + 64,
        text + 1064,
        text + 500,
        text + 600
    ))
}

#[test]
fn code_and_data_may_hold_anything() {
    let mut random = Random(1859);
    for machine in ["arm", "riscv", "xtensa", "83", "x86-64", "3"] {
        for address in [0x1000, 0xffff_e000] {
            let mut image = program(machine, address);
            for _ in 0..200 {
                // The content lies between the headers and the tables.
                let content = 0x1000..image.len() - 0x600;
                image[content].iter_mut().for_each(|it| *it = random.below(256) as u8);
                try_out(&image, &[]);
                let references = plimsoll_analyzer::references(&image, None).unwrap();
                assert!(references.is_sorted());
                assert!(plimsoll_analyzer::why(&image, "main").is_ok(), "{machine}");
            }
        }
    }
}

#[test]
fn a_graph_at_the_end_of_the_address_space_does_not_overflow() {
    for machine in ["arm", "riscv", "xtensa", "83", "x86-64"] {
        let image = elf::build(&format!(
            "machine {machine}\nclass 64
             section .text 0xffffffffffffff00 0xf0 x\nnoise .text 0 0xf0
             func main 0xffffffffffffff00 0xf0\nsection .rodata 0xfffffffffffffff8 7\nnoise .rodata 0 7"
        ));
        try_out(&image, &[]);
    }
}

#[test]
fn a_function_without_a_size_before_its_section_gets_nothing() {
    let text = "section .text 0x130 64 x align 64\nfunc main 0x141 8\nfunc early 0x81 0 in .text";
    for machine in ["arm", "riscv", "x86-64"] {
        let report = explain(&format!("machine {machine}\n{text}"));
        assert_eq!(report.symbols.iter().filter(|it| it.name == "early").count(), 0, "{machine}");
    }
}

#[test]
fn what_begins_before_its_section_is_owned_from_there_on() {
    let report = explain(
        "section .text 0x100 16 x\nsection .rodata 0x1003 64\nnoise .rodata 0 64\n\
         func main 0x101 8\nobject table 0xff0 40 in .rodata",
    );
    let table = report.symbols.iter().find(|it| it.name == "table").unwrap();
    assert_eq!((table.run_address, table.size_bytes), (0x1003, 21));
}
