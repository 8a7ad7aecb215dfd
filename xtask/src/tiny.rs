//! `firmware/tiny`: programs without sections, built by the system's compiler, run, and explained.

use crate::command::{output, run, shown};
use crate::options;
use crate::setup::{self, need::Need};
use crate::terminal::say;
use crate::workspace::{build_programs, built, root, target_subfolder};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Help of `cargo xtask tiny`.
pub const DETAILS: &str = "cargo xtask tiny [--build]

Builds firmware/tiny into target/tiny, runs what it built and lets the analyzer explain it. Where the
machine is no PC with Linux, it says so and does nothing.

  --build   Only build";

/// The folder under `target/` where the programs stand.
pub const OUTPUT_FOLDER: &str = "tiny";

/// What each program prints.
const LINE: &str = "Hello, World!\n";

/// `ENOEXEC`: a kernel without 32-bit programs.
const NOT_EXECUTABLE: i32 = 8;

struct Program {
    name: &'static str,
    /// For the compiler.
    arguments: &'static [&'static str],
    most_bytes: u64,
    header_bytes: u64,
}

const PROGRAMS: [Program; 2] = [
    // Of a function that never returns no caller wants %ebx back.
    Program {
        name: "hello-i386",
        arguments: &["-m32", "-fcall-used-ebx"],
        most_bytes: 131,
        header_bytes: 52 + 32,
    },
    Program { name: "hello-x86-64", arguments: &["-m64"], most_bytes: 168, header_bytes: 64 + 56 },
];

/// `cargo xtask tiny`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    let is_only_built = options::switch(arguments, "build")?;
    setup::ensure(&[Need::CCompiler])?;
    if is_only_built {
        return build_all();
    }
    build_programs()?;
    check()
}

/// Builds, runs and explains both; the command `plimsoll` is built already.
pub fn check() -> Result<()> {
    if !is_for_this_machine() {
        return Ok(());
    }
    for program in &PROGRAMS {
        let elf = build(program)?;
        try_out(&elf)?;
        explain(program, &elf)?;
    }
    Ok(())
}

/// Builds both, where they can be built.
pub fn build_all() -> Result<()> {
    let programs = if is_for_this_machine() { &PROGRAMS[..] } else { &[] };
    programs.iter().try_for_each(|it| build(it).map(drop))
}

/// Says so, once, if not.
pub fn is_for_this_machine() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let is_pc = cfg!(all(target_os = "linux", any(target_arch = "x86", target_arch = "x86_64")));
        let is_here = is_pc && PROGRAMS.iter().all(|it| takes(it.arguments));
        if !is_here {
            say("firmware/tiny is left out: its programs are built by GCC for Linux on a PC");
        }
        is_here
    })
}

/// Whether the compiler takes these arguments.
fn takes(arguments: &[&str]) -> bool {
    output(Command::new("cc").args(arguments).args(["-Werror", "-E", "-x", "c", "/dev/null"])).is_ok()
}

fn build(program: &Program) -> Result<PathBuf> {
    let elf = target_subfolder(OUTPUT_FOLDER)?.join(program.name);
    let mut cc = Command::new("cc");
    cc.current_dir(root().join("firmware/tiny")).args(program.arguments);
    // Before version 12, GCC knows no -Oz.
    let size = if takes(&["-Oz"]) { "-Oz" } else { "-Os" };
    cc.args(["-std=c11", "-Wall", "-Wextra", "-Werror", size]);
    cc.args(["-ffreestanding", "-fomit-frame-pointer", "-fno-pie", "-fno-asynchronous-unwind-tables"]);
    cc.args(["-fno-stack-protector", "-fcf-protection=none"]);
    // Debian keeps parts of <elf.h> where only the compiler's own machine looks; its types have fixed widths.
    let multiarch = output(Command::new("cc").arg("-print-multiarch")).unwrap_or_default();
    cc.arg("-idirafter").arg(Path::new("/usr/include").join(multiarch.trim()));
    cc.args(["-nostdlib", "-static", "-no-pie", "-Wl,-T,tiny.ld", "-Wl,--oformat=binary"]);
    run(cc.args(["-Wl,--build-id=none", "hello.c", "-o"]).arg(&elf))?;
    let bytes = elf.metadata().context("looking at what was built")?.len();
    ensure!(
        bytes <= program.most_bytes,
        "{} has {bytes} bytes, more than {}",
        program.name,
        program.most_bytes
    );
    Ok(elf)
}

/// readelf has no complaint, and the kernel runs it.
fn try_out(elf: &Path) -> Result<()> {
    let mut readelf = Command::new("readelf");
    let said = readelf.args(["--wide", "--all"]).arg(elf).output().context("starting readelf")?;
    let complaint = String::from_utf8_lossy(&said.stderr);
    ensure!(said.status.success() && complaint.is_empty(), "`{}` says: {complaint}", shown(&readelf));
    match Command::new(elf).output() {
        Ok(said) => {
            let line = String::from_utf8_lossy(&said.stdout);
            ensure!(
                said.status.success() && line == LINE,
                "{} ends with {} and printed {line:?}",
                elf.display(),
                said.status
            );
            Ok(())
        }
        Err(error) if error.raw_os_error() == Some(NOT_EXECUTABLE) => {
            say(format!("{} is not run: this kernel runs no such programs", elf.display()));
            Ok(())
        }
        Err(error) => Err(error).with_context(|| format!("starting {}", elf.display())),
    }
}

/// Headers, code and text have all bytes, by the analyzer.
fn explain(program: &Program, elf: &Path) -> Result<()> {
    let said = output(Command::new(built("plimsoll")).args(["analyze", "--json"]).arg(elf))?;
    let report: Value = serde_json::from_str(&said).context("reading the report")?;
    let parts: Vec<(&str, u64)> = (report["symbols"].as_array().into_iter().flatten())
        .filter_map(|it| Some((it["kind"].as_str()?, it["size_bytes"].as_u64()?)))
        .collect();
    let bytes_of = |kind: &str| parts.iter().filter(|it| it.0 == kind).map(|it| it.1).sum::<u64>();
    let [headers, code, text] = ["header", "function", "string"].map(bytes_of);
    let total = elf.metadata().context("looking at what was built")?.len();
    let is_explained = headers == program.header_bytes && text == LINE.len() as u64;
    if !is_explained || headers + code + text != total {
        bail!("the analyzer does not account for all of {}: {parts:?}", program.name);
    }
    say(format!("{}: {total} bytes: headers {headers}, code {code}, text {text}", program.name));
    Ok(())
}
