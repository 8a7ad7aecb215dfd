//! The table against the disassembler of GNU binutils: all instructions of one half-word, and many of two.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::process::Command;

use super::instruction::{Class, FLAGS, Instruction, LINK, PC, STACK, bit};
use super::{CLOBBERED, accesses, liveness, registers};
use crate::isa::accesses::Effect;
use crate::isa::liveness::Convention;
use crate::isa::registers::{Constants, Follow, Known, Memory};
use crate::isa::{Flow, Machine, Step};

/// Of each first half-word of a wide instruction, so many second ones.
const N_SECOND: u32 = 40;
/// What no program for a microcontroller consists of, by what objdump calls it: of other profiles, or extensions
/// whose registers nothing follows.
const UNKNOWN: [&str; 19] = [
    "pl", "rfe", "srs", "svc", "bkpt", "hvc", "bxj", "v", "ldc", "stc", "crc", "eret", "bf", "ldr", "str",
    "mcr", "mrc", "mrs", "mrrc",
];
/// Names for coprocessors that no Thumb core has.
const FOREIGN: [&str; 16] = [
    "crc", "ldc", "stc", "nop", "wls", "dls", "le", "cf", "ldf", "stf", "lfm", "sfm", "autg", "bxaut", "mia",
    "bf",
];

fn narrow() -> impl Iterator<Item = u32> {
    // IT gives the next a condition, which objdump then writes.
    (0..0xe800).filter(|it| it >> 8 != 0xbf)
}

/// Second half-words at random, but the same each time.
fn wide() -> impl Iterator<Item = (u32, u32)> {
    (0xe800..=0xffff_u32).flat_map(|first| {
        let mut state = first.wrapping_mul(0x9e37_79b9) | 1;
        (0..N_SECOND).map(move |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (first, state >> 16)
        })
    })
}

/// Each with the instruction and its bytes.
fn all() -> Vec<(Instruction, Vec<u8>)> {
    let half = |it: u32| (it as u16).to_le_bytes();
    let narrow = narrow().map(|it| (Instruction::narrow(it), half(it).to_vec()));
    let wide = wide().map(|it| (Instruction::wide(it.0, it.1), [half(it.0), half(it.1)].concat()));
    narrow.chain(wide).collect()
}

#[test]
fn the_table_reads_and_writes_what_objdump_names() {
    let all = all();
    let code: Vec<u8> = all.iter().flat_map(|it| it.1.clone()).collect();
    let Some(lines) = disassembled(&code) else { return };
    let (mut wrong, mut n_equal, mut n_unknown) = (BTreeSet::new(), 0_u32, 0_u32);
    let mut at = 0;
    for (instruction, bytes) in &all {
        let line = lines.get(&at).cloned().unwrap_or_default();
        at += bytes.len() as u64;
        let is_told = instruction.class != Class::Stop && !is_unpredictable(&line, bytes);
        let Some((reads, writes)) = operands(&line).filter(|_| is_told) else { continue };
        if instruction.class == Class::Unknown {
            n_unknown += 1;
            if !UNKNOWN.iter().any(|it| line.starts_with(it)) {
                wrong.insert(format!("{line}: unknown {bytes:02x?}"));
            }
            continue;
        }
        let own = (instruction.reads() & 0x7fff, instruction.writes() & 0xffff);
        if own == (reads & 0x7fff, writes) {
            n_equal += 1;
        } else {
            wrong.insert(format!("{line}: {own:04x?} {bytes:02x?} {:?}", instruction.class));
        }
    }
    let first: Vec<&String> = wrong.iter().step_by(1 + wrong.len() / 60).collect();
    assert!(wrong.is_empty(), "{} wrong, {n_equal} right: {first:#?}", wrong.len());
    assert!(n_equal > 150_000 && n_unknown < 30_000, "{n_equal} equal, {n_unknown} unknown");
}

#[test]
fn all_readers_tell_the_same_registers() {
    let none = NoConstants;
    for (instruction, bytes) in all() {
        let writes = instruction.writes() & 0xffff;
        let is_call = matches!(instruction.class, Class::Call { .. } | Class::CallTo { .. });
        let changed = changed(&none, &bytes);
        let may_change = writes | if is_call { CLOBBERED } else { 0 };
        assert_eq!(changed & !may_change & !bit(STACK) & !bit(PC), 0, "{bytes:02x?} {instruction:?}");
        if is_call || instruction.class == Class::Unknown {
            continue;
        }
        let step = Step::plain(bytes.len() as u64);
        let effect = accesses::effect(&bytes, &step);
        let is_jump = writes & bit(PC) != 0;
        assert!(
            is_jump || effect == Effect::UNKNOWN || effect.written == writes,
            "{bytes:02x?} {instruction:?} {effect:?}"
        );
        let effect = liveness::CONVENTION.effect(&bytes, Flow::Next);
        let own = (u64::from(instruction.reads()), u64::from(instruction.writes()));
        assert!(
            is_jump || effect.reads == u64::MAX || (effect.reads, effect.writes) == own,
            "{bytes:02x?} {instruction:?} {effect:?}"
        );
    }
    assert!(Convention::of(Machine::Arm).is_some());
}

/// What the manual leaves open: a disassembler may say one thing or another.
fn is_unpredictable(line: &str, bytes: &[u8]) -> bool {
    let starts = |names: &[&str]| names.iter().any(|it| line.starts_with(it));
    let has_post = line.contains(']') && !line.ends_with(']');
    let names_twice = bytes.len() == 4 && bytes[0] & 15 == bytes[2] & 15;
    starts(&["pld", "pli"]) && has_post
        || starts(&["ldrs", "ldrh", "ldrb", "mrc", "vmov"]) && line.contains("\tpc,")
        || starts(&["mrc", "mrc2"]) && line.contains(", pc,")
        || starts(&["clz", "rev", "rbit"]) && bytes.len() == 4 && !names_twice
        || starts(&["ldm", "stm"]) && (line.contains("\tpc,") || line.contains("\tpc!"))
        || starts(&["vldm", "vstm", "fldm", "fstm"]) && bytes[2] == 0
        || line.contains("#-0")
        || line.ends_with("], #0")
        || line.contains("#0]!")
}

struct NoConstants;

impl Constants for NoConstants {
    fn constant(&self, _: u64) -> Option<u64> {
        None
    }
}

/// The registers of which something else is known after an instruction.
fn changed(constants: &dyn Constants, bytes: &[u8]) -> u32 {
    let mut follow = registers::Thumb::new(Memory::new(constants));
    for (idx, register) in follow.registers().iter_mut().enumerate() {
        *register = Known::Near(0x1234_0000 + 0x100 * idx as u64);
    }
    let before = follow.registers().to_vec();
    follow.see(bytes, 0x1000, 0);
    let pairs = follow.registers().iter().zip(&before).enumerate();
    pairs.filter(|(_, (one, two))| one != two).fold(0, |sum, (idx, _)| sum | 1 << idx)
}

/// What objdump says, by address; `None`, with a message, where it is not installed.
fn disassembled(code: &[u8]) -> Option<std::collections::BTreeMap<u64, String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("code.bin");
    std::fs::write(&path, code).unwrap();
    let arguments = ["-D", "-z", "-b", "binary", "-marm", "-Mforce-thumb"];
    let output = match Command::new("arm-none-eabi-objdump").args(arguments).arg(&path).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: there is no arm-none-eabi-objdump");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |it: &str| {
        let (address, rest) = it.split_once(":\t")?;
        let (_, text) = rest.split_once('\t')?;
        let text = text.split(['@', ';']).next()?.trim();
        Some((u64::from_str_radix(address.trim(), 16).ok()?, text.to_owned()))
    };
    Some(text.lines().filter_map(line).collect())
}

/// Registers that an instruction reads and writes, by the words of the disassembler; `None` where it knows none.
fn operands(line: &str) -> Option<(u32, u32)> {
    let (name, rest) = line.split_once('\t').unwrap_or((line, ""));
    if FOREIGN.iter().any(|it| name.starts_with(it)) || name.contains('?') {
        return None;
    }
    if line.is_empty() || ["<", "UNDEF", "undef"].iter().any(|it| line.contains(it)) || name.starts_with('.')
    {
        return None;
    }
    let name = name.split('.').next()?;
    let operands = Operands::of(rest);
    let all = operands.all();
    let starts = |names: &[&str]| names.iter().any(|it| name.starts_with(it));
    Some(match name {
        "push" => (all | bit(STACK), bit(STACK)),
        "pop" => (bit(STACK), all | bit(STACK)),
        "vpush" | "vpop" => (bit(STACK), bit(STACK)),
        "bl" => (0, bit(LINK)),
        "blx" | "blxns" => (all, bit(LINK)),
        "tst" | "teq" | "cmp" | "cmn" | "bx" | "bxns" | "cbz" | "cbnz" | "msr" | "vmsr" => (all, 0),
        "tbb" | "tbh" | "pld" | "pldw" | "pli" => (all, 0),
        _ if starts(&["mcr", "mrc", "mrrc", "vmov", "vdup", "vmrs"]) => {
            let is_read = name.starts_with("mrc") || name.starts_with("mrrc");
            if is_read || operands.first() != 0 { (0, all) } else { (all, 0) }
        }
        _ if starts(&["ldm", "vldm", "fldm"]) => {
            (operands.first(), operands.after_first() | operands.moved())
        }
        _ if starts(&["stm", "vstm", "fstm"]) => {
            (operands.first() | operands.after_first(), operands.moved())
        }
        _ if starts(&["strex", "stlex"]) => (operands.after_first(), operands.first()),
        _ if starts(&["ldr", "lda", "ldc", "vldr"]) => {
            (operands.memory(), operands.before_memory() | operands.moved())
        }
        _ if starts(&["str", "stl", "stc", "vstr"]) => {
            (operands.memory() | operands.before_memory(), operands.moved())
        }
        _ if starts(&["smull", "umull"]) => (operands.from(2), operands.up_to(2)),
        _ if starts(&["smlal", "umlal", "umaal", "smlsld"]) => (all, operands.up_to(2)),
        _ if starts(&["movt", "bfi", "bfc"]) => (all, operands.first()),
        _ if operands.list.len() == 2 && is_arithmetic(name) => (all, operands.first()),
        _ => (operands.after_first(), operands.first()),
    })
}

/// What takes its first operand as its second where only two are written.
fn is_arithmetic(name: &str) -> bool {
    let names = ["add", "adc", "sub", "sbc", "and", "orr", "eor", "bic", "lsl", "lsr", "asr", "ror", "mul"];
    names.contains(&name) || name.strip_suffix('s').is_some_and(|it| names.contains(&it))
}

struct Operands<'a> {
    list: Vec<&'a str>,
}

impl<'a> Operands<'a> {
    /// Cut at commas outside of brackets.
    fn of(text: &'a str) -> Self {
        let (mut list, mut depth, mut from) = (Vec::new(), 0, 0);
        for (at, letter) in text.char_indices() {
            match letter {
                '[' | '{' => depth += 1,
                ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    list.push(text[from..at].trim());
                    from = at + 1;
                }
                _ => {}
            }
        }
        list.push(text[from..].trim());
        Self { list }
    }

    fn all(&self) -> u32 {
        self.from(0)
    }

    fn first(&self) -> u32 {
        self.up_to(1)
    }

    fn after_first(&self) -> u32 {
        self.from(1)
    }

    fn from(&self, idx: usize) -> u32 {
        self.list.iter().skip(idx).fold(0, |set, it| set | named(it))
    }

    fn up_to(&self, n: usize) -> u32 {
        self.list.iter().take(n).fold(0, |set, it| set | named(it))
    }

    fn bracket(&self) -> usize {
        self.list.iter().position(|it| it.starts_with('[')).unwrap_or(self.list.len())
    }

    fn memory(&self) -> u32 {
        self.from(self.bracket())
    }

    fn before_memory(&self) -> u32 {
        self.up_to(self.bracket())
    }

    /// The base, where it moves.
    fn moved(&self) -> u32 {
        match self.list.iter().position(|it| it.ends_with('!')) {
            Some(idx) => self.list.get(idx).map_or(0, |it| base(it)),
            None => {
                let is_moved =
                    |_: &&&str| self.list.get(self.bracket() + 1).is_some_and(|it| !it.starts_with('{'));
                self.list.get(self.bracket()).filter(is_moved).map_or(0, |it| base(it))
            }
        }
    }
}

/// The first register of an operand.
fn base(operand: &str) -> u32 {
    let named = operand.split(|it: char| !it.is_alphanumeric()).find_map(register);
    named.map_or(0, bit)
}

/// All core registers that are named, ranges of lists included.
fn named(operand: &str) -> u32 {
    let words = operand.split(|it: char| !it.is_alphanumeric() && it != '-' && it != '_');
    words.fold(0, |set, word| match word.split_once('-') {
        Some((one, two)) => match (register(one), register(two)) {
            (Some(one), Some(two)) => (one..=two).fold(set, |set, it| set | bit(it)),
            _ => set,
        },
        None => set | register(word).map_or(0, bit),
    })
}

fn register(name: &str) -> Option<u32> {
    match name {
        "sb" => Some(9),
        "sl" => Some(10),
        "fp" => Some(11),
        "ip" => Some(12),
        "sp" => Some(STACK),
        "lr" => Some(LINK),
        "pc" => Some(PC),
        _ => name.strip_prefix('r')?.parse().ok().filter(|it| *it < 16),
    }
}

#[test]
fn what_the_five_tables_told_differently_is_told_once() {
    let wide = |first, second| Instruction::wide(first, second);
    let sets = |it: Instruction| (it.reads(), it.writes());
    // mrs r0, PRIMASK; msr PRIMASK, r3: branches, said liveness.
    assert_eq!(sets(wide(0xf3ef, 0x8010)), (0, bit(0)));
    assert_eq!(sets(wide(0xf383, 0x8810)), (bit(3), 0));
    // strex r3, r2, [r1].
    assert_eq!(sets(wide(0xe841, 0x2300)), (bit(1) | bit(2), bit(3)));
    // smlabb r2, r1, r4, r3.
    assert_eq!(sets(wide(0xfb11, 0x3204)), (bit(1) | bit(4) | bit(3), bit(2)));
    // stmia r0!, {r1, r2}; ldmia r0!, {r1, r2}.
    assert_eq!(sets(Instruction::narrow(0xc006)), (bit(0) | bit(1) | bit(2), bit(0)));
    assert_eq!(sets(Instruction::narrow(0xc806)), (bit(0), bit(0) | bit(1) | bit(2)));
    // lsrs r0, r1, #32.
    let mut follow = registers::Thumb::new(Memory::new(&NoConstants));
    follow.registers()[1] = Known::Number(0x1234_5678);
    follow.see(&[0x08, 0x08], 0x1000, 0);
    assert_eq!(follow.registers()[0], Known::Number(0));
    assert_eq!(Instruction::narrow(0x4149).reads() & FLAGS, FLAGS, "adcs r1, r1");
}
