//! Frames against what the compilers themselves say, function by function.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use plimsoll_analyzer::Report;
use plimsoll_analyzer::report::FrameSource;

const C: &str = "
    void use(char *);
    __attribute__((noinline)) int leaf(int a) { return a + 1; }
    __attribute__((noinline)) int small(int n) { char b[40]; use(b); return b[n]; }
    __attribute__((noinline)) int big(int n) { char b[400]; use(b); return b[n]; }
    __attribute__((noinline)) int huge(int n) { char b[6000]; use(b); use(b + 9); return b[n]; }
    __attribute__((noinline)) int many(int a, int b, int c, int d, int e, int f)
    { char x[9]; use(x); return small(a + leaf(f)) * b + big(c) * d + x[e & 7]; }
    __attribute__((noinline)) long early(long a, long b)
    { if (a == 3) return b; char x[100]; use(x); use(x); return x[3] + a; }
    #ifdef __AVR__
    #define float long
    #endif
    __attribute__((noinline)) float scale(float a, float b) { char x[20]; use(x); return a * b * x[2]; }
    __attribute__((noinline)) int grow(int n) { char b[n]; use(b); return b[n - 1]; }
    int main(void) { return many(1, 2, 3, 4, 5, 6) + huge(2) + (int)early(1, 2) + (int)scale(1, 2) + grow(9); }
    volatile char sink; void use(char *p) { sink = *p; }
    void _start(void) { main(); }";

/// Links the program without its libraries; `None`, with a message, where the compiler is not there.
fn compile(compiler: &str, flags: &[&str]) -> Option<(Report, BTreeMap<String, u64>)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.c"), C).unwrap();
    let command = [
        "-g0",
        "-fno-builtin",
        "-fstack-usage",
        "-ffreestanding",
        "-nostdlib",
        "-Wl,-e,_start",
        "-o",
        "a.elf",
        "a.c",
    ];
    let output = Command::new(compiler).current_dir(&folder).args(command).args(flags).arg("-lgcc").output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no {compiler}");
        return None;
    };
    assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
    let usage = usage(folder.path());
    let content = std::fs::read(folder.path().join("a.elf")).unwrap();
    Some((plimsoll_analyzer::analyze(&content, &[]).unwrap(), usage))
}

const RUST: &str = include_str!("compiled/program.rs");

/// Frames by address: those that the compiler writes down, and those that instructions tell once the
/// sections with the former have other names. Where the toolchain lacks the target it says so.
fn sizes(target: &str, level: &str) -> Option<[BTreeMap<u64, u64>; 2]> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.rs"), RUST).unwrap();
    let flags = ["--edition", "2024", "-Z", "emit-stack-sizes", "-C", "panic=abort", "-o", "a.elf", "a.rs"];
    let mut command = Command::new("rustc");
    command.current_dir(&folder).args(flags).args(["--target", target, "-C", level]);
    // The flag has not been made stable.
    let output = command.env("RUSTC_BOOTSTRAP", "1").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    if message.contains("can't find crate for `core`") {
        eprintln!("skipped: there is no {target}");
        return None;
    }
    assert!(output.status.success(), "{target}: {message}");
    let mut image = std::fs::read(folder.path().join("a.elf")).unwrap();
    let written = stack_sizes(&image);
    for name in [".stack_sizes", ".eh_frame", ".debug_frame"] {
        if let Some(at) = image.windows(name.len()).rposition(|it| it == name.as_bytes()) {
            image[at..at + 2].copy_from_slice(b".x");
        }
    }
    let report = plimsoll_analyzer::analyze(&image, &[]).unwrap();
    assert_eq!(report.stack.as_ref().unwrap().source, FrameSource::Prologues);
    let read = report.symbols.iter().filter_map(|it| Some((it.run_address, it.frame_bytes?)));
    Some([written, read.collect()])
}

/// An address of four bytes and a size as LEB128, again and again.
fn stack_sizes(image: &[u8]) -> BTreeMap<u64, u64> {
    use object::{Object as _, ObjectSection as _};
    let file = object::File::parse(image).unwrap();
    let mut rest = file.section_by_name(".stack_sizes").unwrap().data().unwrap();
    let mut sizes = BTreeMap::new();
    while let Some((address, after)) = rest.split_first_chunk::<4>() {
        let n_bytes = after.iter().position(|it| it & 0x80 == 0).unwrap() + 1;
        let digits = after[..n_bytes].iter().rev();
        let bytes = digits.fold(0, |sum, it| sum << 7 | u64::from(it & 0x7f));
        sizes.insert(u64::from(u32::from_le_bytes(*address)) & !1, bytes);
        rest = &after[n_bytes..];
    }
    sizes
}

#[test]
fn frames_are_as_rustc_says() {
    for target in ["thumbv6m-none-eabi", "thumbv7em-none-eabi", "riscv32imc-unknown-none-elf"] {
        for level in ["opt-level=0", "opt-level=s", "opt-level=3"] {
            let Some([written, mut read]) = sizes(target, level) else { continue };
            read.retain(|address, _| written.contains_key(address));
            assert_eq!(read, written, "{target} {level}");
            assert!(written.len() >= 8, "{target} {level}: {written:?}");
            eprintln!("{target} {level}: {} frames are as the compiler says", written.len());
        }
    }
}

/// `a.c:3:5:mid<tab>46<tab>static`, one line per function.
fn usage(folder: &Path) -> BTreeMap<String, u64> {
    let mut files = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let file = files.find(|it| it.extension().is_some_and(|it| it == "su")).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let function = |line: &str| {
        let mut columns = line.split('\t');
        let name = columns.next()?.rsplit(':').next()?.to_owned();
        Some((name, columns.next()?.parse().ok()?))
    };
    text.lines().filter_map(function).collect()
}

/// Compares every function, and says how many there were.
fn check(compiler: &str, flags: &[&str]) {
    let Some((report, usage)) = compile(compiler, flags) else { return };
    let mut n_functions = 0;
    for (name, bytes) in &usage {
        let Some(symbol) = report.symbols.iter().find(|it| it.name == *name) else { continue };
        assert_eq!(symbol.frame_bytes, Some(*bytes), "{name} by {compiler} {flags:?}");
        n_functions += 1;
    }
    assert!(n_functions >= 10, "{usage:?}");
    let growing = &report.stack.as_ref().unwrap().growing_frames;
    assert_eq!(growing.iter().map(|it| report.symbols[*it].name.as_str()).collect::<Vec<_>>(), ["grow"]);
    eprintln!("{compiler} {flags:?}: {n_functions} frames are as the compiler says");
}

#[test]
fn frames_are_as_gcc_says_on_arm() {
    for cpu in [
        &["-mcpu=cortex-m0", "-mthumb"][..],
        &["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
    ] {
        for level in ["-O0", "-Os", "-O2"] {
            check("arm-none-eabi-gcc", &[cpu, &[level]].concat());
        }
    }
}

#[test]
fn frames_are_as_gcc_says_on_avr() {
    for level in ["-O1", "-Os", "-O2"] {
        check("avr-gcc", &["-mmcu=atmega328p", level]);
    }
}

#[test]
fn frames_are_as_gcc_says_on_riscv() {
    for level in ["-O0", "-Os", "-O2"] {
        check("riscv64-unknown-elf-gcc", &["-march=rv32imac", "-mabi=ilp32", level]);
    }
}

#[test]
fn frames_are_as_gcc_says_on_x86() {
    for level in ["-O1", "-Os", "-O2"] {
        check("gcc", &["-static", "-fcf-protection=none", "-fno-stack-protector", level]);
    }
}
