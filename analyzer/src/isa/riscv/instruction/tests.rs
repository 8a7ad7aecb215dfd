//! The table against LLVM's disassembler: which registers of integers an instruction reads and writes.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{Class, Table, bit};

const NAMES: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
    "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];
/// Compressed instructions whose first register is only written.
const FRESH: [&str; 7] = ["c.mv", "c.li", "c.lui", "c.addi4spn", "c.lw", "c.ld", "c.lwsp"];
const FRESH_TOO: [&str; 1] = ["c.ldsp"];

#[derive(Debug, PartialEq, Eq)]
struct Registers {
    reads: u32,
    writes: u32,
    /// Of a load or store.
    offset: Option<i64>,
}

/// What LLVM makes of instructions, by their bits; nothing where it is not installed.
fn by_llvm(triple: &str, codes: &[(u32, usize)]) -> BTreeMap<u32, String> {
    let arguments = ["--disassemble", "-mattr=+m,+a,+f,+d,+c", "-M", "no-aliases", "--show-encoding"];
    let child = Command::new("llvm-mc")
        .args(arguments)
        .arg(format!("-triple={triple}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: there is no llvm-mc");
        return BTreeMap::new();
    };
    let mut stdin = child.stdin.take().unwrap();
    let text: String = codes.iter().map(|(code, len_bytes)| line(*code, *len_bytes)).collect();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().filter_map(told).collect()
}

fn line(code: u32, len_bytes: usize) -> String {
    let bytes: Vec<String> = code.to_le_bytes()[..len_bytes].iter().map(|it| format!("{it:#04x}")).collect();
    format!("{}\n", bytes.join(" "))
}

/// `c.mv a0, a1  # encoding: [0x2e,0x85]`
fn told(line: &str) -> Option<(u32, String)> {
    let (instruction, encoding) = line.split_once("# encoding: [")?;
    let bytes = encoding.trim_end_matches(']').split(',').rev();
    let code = bytes.map(|it| u32::from_str_radix(it.trim_start_matches("0x"), 16).unwrap());
    let instruction = instruction.replace('\t', " ");
    Some((code.fold(0, |sum, it| sum << 8 | it), instruction.trim().to_owned()))
}

fn named(operand: &str) -> u32 {
    let name = operand.trim_end_matches(')').rsplit('(').next().unwrap();
    NAMES.iter().position(|it| *it == name).map_or(0, |it| bit(it as u8))
}

/// By what the manual says of operands: the first is written, unless a store, a branch or a fence has it.
fn registers(instruction: &str) -> Registers {
    let (mnemonic, operands) = instruction.split_once(' ').unwrap_or((instruction, ""));
    let operands: Vec<&str> = operands.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let stem = mnemonic.trim_start_matches("c.");
    let is_store = ["sb", "sh", "sw", "sd", "swsp", "sdsp"].contains(&stem)
        || stem.starts_with("fs") && { matches!(stem, "fsw" | "fsd" | "fswsp" | "fsdsp") };
    let only_reads = is_store
        || ["beq", "bne", "blt", "bge", "bltu", "bgeu", "beqz", "bnez"].contains(&stem)
        || ["c.jr", "c.jalr", "sfence.vma", "fence", "fence.i"].contains(&mnemonic);
    let all = operands.iter().fold(0, |all, it| all | named(it));
    let first = operands.first().map_or(0, |it| named(it));
    let others = operands.iter().skip(1).fold(0, |all, it| all | named(it));
    let keeps_first =
        mnemonic.starts_with("c.") && !FRESH.contains(&mnemonic) && !FRESH_TOO.contains(&mnemonic);
    let memory = operands.iter().find(|it| it.ends_with(')') && !it.starts_with('('));
    let is_memory = mnemonic != "jalr" && memory.is_some();
    let offset = memory.filter(|_| is_memory).map(|it| it.split('(').next().unwrap().parse().unwrap());
    match (only_reads, mnemonic) {
        (true, _) => Registers { reads: all, writes: if mnemonic == "c.jalr" { bit(1) } else { 0 }, offset },
        (_, "c.jal") => Registers { reads: 0, writes: bit(1), offset },
        _ => Registers { reads: others | if keeps_first { first } else { 0 }, writes: first, offset },
    }
}

/// Every instruction that LLVM knows, and how many there were.
fn check(table: Table, codes: &[(u32, usize)]) -> usize {
    let told = by_llvm(if table.is_64_bits { "riscv64" } else { "riscv32" }, codes);
    let mut wrong = Vec::new();
    for (code, text) in &told {
        // Reserved by the manual; LLVM prints it nevertheless.
        if text.starts_with("c.lui") && text.ends_with(" 0") {
            continue;
        }
        let it = table.decode(&code.to_le_bytes()).unwrap();
        let offset = match it.class {
            Class::Load(_) | Class::LoadFloat | Class::Store(_) | Class::StoreFloat => Some(it.imm),
            _ => None,
        };
        let ours = Registers { reads: it.reads(), writes: it.writes(), offset };
        if ours != registers(text) || it.class == Class::Unknown {
            wrong.push(format!("{code:#010x} {text}: {it:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        told.len(),
        wrong[..wrong.len().min(30)].join("\n")
    );
    told.len()
}

fn halves() -> Vec<(u32, usize)> {
    (0..0x1_0000).filter(|it| it & 3 != 3).map(|it| (it, 2)).collect()
}

/// All opcodes, kinds and functions, with registers and numbers that a generator of Lehmer's picks.
fn words() -> Vec<(u32, usize)> {
    let mut random = 1_u64;
    let mut words = Vec::new();
    for opcode in (3..0x80_u32).step_by(4).filter(|it| it & 0x1c != 0x1c) {
        for kind in 0..8_u32 {
            for function in 0..128_u32 {
                for _ in 0..3 {
                    random = random * 48_271 % 0x7fff_ffff;
                    let registers = random as u32 & 0x01ff_8f80;
                    words.push((function << 25 | registers | kind << 12 | opcode, 4));
                }
            }
        }
    }
    words
}

#[test]
fn half_words_read_and_write_what_llvm_says() {
    for is_64_bits in [false, true] {
        let n_told = check(Table { is_64_bits, has_pushes: false }, &halves());
        assert!(n_told == 0 || n_told > 40_000, "{n_told}");
    }
}

#[test]
fn words_read_and_write_what_llvm_says() {
    for is_64_bits in [false, true] {
        let n_told = check(Table { is_64_bits, has_pushes: false }, &words());
        assert!(n_told == 0 || n_told > 10_000, "{n_told}");
    }
}

/// Of Zcb, Zcmp and Zcmt, which older disassemblers do not know: codes from the manual's chapters on them.
#[test]
fn pushes_and_pops_say_their_registers_and_bytes() {
    let table = Table { is_64_bits: false, has_pushes: true };
    let of = |code: u32| table.decode(&code.to_le_bytes()).unwrap();
    let ra_s0 = bit(1) | bit(8);
    let all = ra_s0 | bit(9) | (18..28).fold(0, |mask, it| mask | bit(it));
    assert_eq!((of(0xb842).class, of(0xb842).imm), (Class::Push(bit(1)), -16));
    assert_eq!((of(0xb852).class, of(0xb852).imm), (Class::Push(ra_s0), -16));
    assert_eq!((of(0xb8fe).class, of(0xb8fe).imm), (Class::Push(all), -112));
    assert_eq!((of(0xbafe).class, of(0xbafe).imm), (Class::Pop(all), 112));
    assert_eq!((of(0xbe42).class, of(0xbe42).writes()), (Class::PopReturn(bit(1)), bit(1) | bit(2)));
    assert_eq!(
        (of(0xbc42).class, of(0xbc42).writes()),
        (Class::PopReturn(bit(1)), bit(1) | bit(2) | bit(10))
    );
    // Lists below 4 are for a smaller set of registers to come.
    assert_eq!(of(0xb832).class, Class::Unknown);
    // `cm.mva01s s0, s1`, `cm.mvsa01 s1, s0`.
    assert_eq!((of(0xac66).reads(), of(0xac66).writes()), (bit(8) | bit(9), bit(10) | bit(11)));
    assert_eq!((of(0xaca2).reads(), of(0xaca2).writes()), (bit(10) | bit(11), bit(8) | bit(9)));
    assert_eq!((of(0xa002).class, of(0xa002).imm), (Class::JumpTable, 0));
    assert_eq!((of(0xa082).class, of(0xa082).imm), (Class::CallTable, 32));
    // Where doubles have these codes: `c.fsdsp`.
    let doubles = Table { has_pushes: false, ..table };
    assert_eq!(doubles.decode(&0xb842_u32.to_le_bytes()).unwrap().class, Class::StoreFloat);
    let wide = Table { is_64_bits: true, has_pushes: true };
    let pushed: Vec<i64> =
        (4..16).map(|it| wide.decode(&(0xb802_u32 | it << 4).to_le_bytes()).unwrap().imm).collect();
    assert_eq!(pushed, [-16, -16, -32, -32, -48, -48, -64, -64, -80, -80, -96, -112]);
}
