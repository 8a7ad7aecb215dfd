//! Each decoder against objdump, branch by branch, on real code.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Command;

use crate::support::{corpus, elf, linkers};

/// Programs that may be there, in the order of preference. GNU's knows all machines where it was
/// built for all; LLVM's is part of the toolchain.
const OBJDUMPS: [&str; 6] = [
    "objdump",
    "arm-none-eabi-objdump",
    "riscv64-unknown-elf-objdump",
    "xtensa-lx106-elf-objdump",
    "avr-objdump",
    "llvm-objdump",
];

/// Instruction → target, of everything that some objdump calls a branch and prints a target for.
type Branches = BTreeMap<u64, u64>;

/// What an objdump prints.
struct Listing {
    branches: Branches,
    /// Where it takes a target from a register, or prints no instruction at all: the only objdump
    /// for Xtensa to be had knows one without register windows.
    unknown: BTreeSet<u64>,
}

/// What the first objdump that knows the machine says.
fn by_objdump(content: &[u8]) -> Option<Listing> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    for program in OBJDUMPS {
        let output = Command::new(program).arg("-d").arg(file.path()).output();
        let Some(output) = output.ok().filter(|it| it.status.success()) else { continue };
        let branches = read(&String::from_utf8_lossy(&output.stdout));
        if !branches.is_empty() {
            eprintln!("{program} knows {} branches", branches.len());
            let text = String::from_utf8_lossy(&output.stdout);
            return Some(Listing { branches, unknown: text.lines().filter_map(unknown).collect() });
        }
    }
    None
}

/// Lines such as `100001c0:  f003 fbce  bl  10003960 <__pre_init>`, columns by tabs.
fn read(listing: &str) -> Branches {
    listing.lines().filter_map(branch).collect()
}

fn branch(line: &str) -> Option<(u64, u64)> {
    let (at, instruction) = instruction(line)?;
    let (mnemonic, operands) = instruction.split_once(char::is_whitespace)?;
    if !is_branch(mnemonic) {
        return None;
    }
    // The target is the last operand, before its name in angle brackets.
    let (operands, _) = operands.split_once('<').filter(|(it, _)| !it.contains('*'))?;
    let target = operands.split([' ', '\t', ',', '#', ';']).rfind(|it| !it.is_empty())?;
    Some((at, u64::from_str_radix(target.trim_start_matches("0x"), 16).ok()?))
}

/// Address, and mnemonic with operands: what follows the columns of bytes.
fn instruction(line: &str) -> Option<(u64, String)> {
    let (address, rest) = line.trim_start().split_once(':')?;
    let at = u64::from_str_radix(address, 16).ok()?;
    let columns: Vec<&str> = rest.split('\t').skip_while(|it| is_bytes(it)).collect();
    let text = columns.join(" ");
    Some((at, text.trim_start_matches("bnd ").trim_start_matches("notrack ").trim().to_owned()))
}

/// Nothing but groups of an even number of hexadecimal digits.
fn is_bytes(column: &str) -> bool {
    let is_group = |it: &str| it.len().is_multiple_of(2) && it.chars().all(|it| it.is_ascii_hexdigit());
    column.split_whitespace().all(is_group)
}

/// Whether a mnemonic of any of the machines branches to an address that it names.
fn is_branch(mnemonic: &str) -> bool {
    let stem = mnemonic.split(['.', ',']).find(|it| *it != "c").unwrap_or("");
    // ARM and Xtensa begin other words with a b as well, RISC-V and x86 set and test bits so.
    let others =
        ["bfc", "bfi", "bic", "bkpt", "break", "bsf", "bsr", "bst", "bswap", "bt", "bts", "btr", "btc"];
    let is_bits = ["bclr", "bext", "binv", "bset", "bld"].iter().any(|it| stem.starts_with(it));
    let is_call = stem.starts_with("call") || matches!(stem, "rcall" | "rjmp" | "cbz" | "cbnz");
    let is_jump = stem.starts_with('j') && stem != "jalr" || stem.starts_with("loop");
    let is_conditional = stem.starts_with('b') && !others.contains(&stem) && !is_bits;
    is_call || is_jump || is_conditional
}

/// Where an objdump prints an instruction that takes its target from a register, or gives up.
fn unknown(line: &str) -> Option<u64> {
    let (at, instruction) = instruction(line)?;
    let mnemonics = ["jalr", "jr", "bx", "blx", "c.jalr", "c.jr", "excw", ".byte", ".word"];
    mnemonics.contains(&instruction.split_whitespace().next()?).then_some(at)
}

/// Every branch of ours is objdump's, and the other way round within what we decode: functions, not
/// the filler and the literals between them.
#[track_caller]
fn check(name: &str, content: &[u8], min_share: f64) {
    let ours: Branches = plimsoll_analyzer::branches(content).unwrap().into_iter().collect();
    let Some(Listing { branches: theirs, unknown }) = by_objdump(content) else {
        eprintln!("skipped {name}: no objdump knows its machine");
        return;
    };
    let report = plimsoll_analyzer::analyze(content, &[]).unwrap();
    let mut functions: Vec<(u64, u64)> = report
        .symbols
        .iter()
        .filter(|it| it.kind == plimsoll_analyzer::report::SymbolKind::Function && !it.mangled.is_empty())
        .map(|it| (it.run_address, it.run_address + it.size_bytes))
        .collect();
    functions.sort_unstable();
    let is_in_function = |at: u64| {
        let idx = functions.partition_point(|it| it.0 <= at);
        idx > 0 && at < functions[idx - 1].1
    };
    let differs = |at: &u64, to: &u64| theirs.get(at).is_some_and(|it| it != to);
    let wrong: Vec<_> = ours.iter().filter(|(at, to)| differs(at, to) && is_in_function(**at)).collect();
    let is_known = |at: &u64| theirs.contains_key(at) || unknown.contains(at);
    let invented: Vec<_> = ours.iter().filter(|(at, _)| !is_known(at) && is_in_function(**at)).collect();
    let missed: Vec<_> =
        theirs.iter().filter(|(at, _)| !ours.contains_key(at) && is_in_function(**at)).collect();
    let n_right = ours.iter().filter(|(at, to)| theirs.get(at) == Some(to)).count();
    eprintln!(
        "{name}: {n_right} right, {} wrong, {} invented, {} missed",
        wrong.len(),
        invented.len(),
        missed.len()
    );
    for (label, list) in [("wrong", &wrong), ("invented", &invented), ("missed", &missed)] {
        for (at, to) in list.iter().take(8) {
            eprintln!("  {label}: {at:#x} → {to:#x}, objdump {:x?}", theirs.get(at));
        }
    }
    let n_all = n_right + wrong.len() + invented.len() + missed.len();
    assert!(wrong.is_empty(), "{name}");
    assert!(n_right as f64 >= n_all as f64 * min_share, "{name}: {n_right} of {n_all}");
}

#[test]
fn branches_of_real_firmware_are_those_of_objdump() {
    for (name, content) in corpus::all() {
        let has_decoder = !plimsoll_analyzer::branches(&content).unwrap().is_empty();
        if has_decoder {
            check(&name, &content, 0.999);
        }
    }
    for (name, content) in corpus::truths() {
        check(&name, &content, 1.0);
    }
}

#[test]
fn branches_of_a_program_of_this_machine_are_those_of_objdump() {
    let content = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    if content.starts_with(b"\x7fELF") && !plimsoll_analyzer::branches(&content).unwrap().is_empty() {
        check("this test", &content, 0.999);
    }
}

/// Something that pulls in much of a C library, for machines of which no firmware is at hand.
const PROGRAM: &str = "
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <math.h>
    char text[80];
    volatile double number = 2.5;
    int main(void) {
        snprintf(text, sizeof text, \"%d %s %f\", atoi(text), strchr(text, 'x'), pow(number, 0.3));
        return (int)strtod(text, 0) + (int)strlen(text);
    }";

/// The program, linked for another machine; `None` where its compiler is not at hand.
fn compile(compiler: &str, flags: &[&str]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let (source, image) = (folder.path().join("main.c"), folder.path().join("main.elf"));
    std::fs::write(&source, PROGRAM).unwrap();
    let mut command = Command::new(compiler);
    command.args(flags).arg("-Os").arg(&source).arg("-o").arg(&image).arg("-lm");
    let output = command.output().ok()?;
    output.status.success().then(|| std::fs::read(&image).unwrap())
}

const ARM_NONE: &str = "arm-none-eabi-gcc";
/// Pulls in whole libraries, whoever needs them.
const WHOLE_C: [&str; 5] = [
    "-Wl,--whole-archive",
    "-lc",
    "-lm",
    "-Wl,--no-whole-archive",
    "-Wl,--unresolved-symbols=ignore-all,--allow-multiple-definition",
];

#[test]
fn branches_of_compiled_c_are_those_of_objdump() {
    let compilers: [(&str, &[&str]); 6] = [
        ("avr-gcc", &["-mmcu=atmega2560", "-Wl,-u,vfprintf", "-lprintf_flt"]),
        (ARM_NONE, &["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "--specs=nosys.specs"]),
        (ARM_NONE, &["-mcpu=cortex-m0", "-mthumb", "--specs=nosys.specs"]),
        (ARM_NONE, &["-mcpu=arm926ej-s", "-marm", "--specs=nosys.specs"]),
        (ARM_NONE, &["-mcpu=cortex-a7", "-marm", "--specs=nosys.specs"]),
        ("gcc", &["-static"]),
    ];
    for (compiler, flags) in compilers {
        let name = format!("{compiler} {}", flags[0]);
        // The host's C library refuses; this very test is large enough.
        let n_links = if compiler == "gcc" { 1 } else { 2 };
        for libraries in [&[] as &[&str], &WHOLE_C].into_iter().take(n_links) {
            match compile(compiler, &[flags, libraries].concat()) {
                // The assembly in AVR's C library says wrong sizes: some functions end within a jump.
                Some(content) => check(&name, &content, if compiler == "avr-gcc" { 0.99 } else { 0.999 }),
                None => eprintln!("skipped: no {name}"),
            }
        }
    }
}

/// All of `core` and `alloc` for another machine; `None` where the toolchain has them not.
fn whole_rust(target: &str) -> Option<Vec<u8>> {
    let rustc = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output().ok()?;
    let libraries = std::path::PathBuf::from(String::from_utf8(rustc.stdout).ok()?.trim());
    let named = |name: &str| {
        let files = std::fs::read_dir(&libraries).ok()?.flatten().map(|it| it.path());
        let is_it = |it: &std::path::PathBuf| {
            let file = it.file_name().unwrap_or_default().to_string_lossy().into_owned();
            file.starts_with(name) && file.ends_with(".rlib")
        };
        files.into_iter().find(is_it)
    };
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("whole.elf");
    let mut linker = Command::new(linkers::program(linkers::Linker::Lld));
    linker.args(["-flavor", "gnu", "--unresolved-symbols=ignore-all", "--whole-archive"]);
    linker.args([named("libcore-")?, named("liballoc-")?, named("libcompiler_builtins-")?]);
    let output = linker.arg("-o").arg(&image).output().ok()?;
    output.status.success().then(|| std::fs::read(&image).unwrap())
}

#[test]
fn branches_of_all_of_rusts_core_are_those_of_objdump() {
    for target in ["thumbv6m-none-eabi", "thumbv7em-none-eabi", "riscv32imc-unknown-none-elf"] {
        match whole_rust(target) {
            Some(content) => check(target, &content, 0.999),
            None => eprintln!("skipped: no core for {target}"),
        }
    }
}

#[test]
fn a_machine_without_a_decoder_has_no_branches() {
    let image = elf::build("machine 243\nendian big\nsection .text 0x100 32 x\nfunc main 0x100 32");
    assert_eq!(plimsoll_analyzer::branches(&image).unwrap(), []);
}
