//! `cargo xtask wild`: every input that failed in the wild, built anew from its sources by the toolchains that the
//! package registries have, and the same objects linked by every linker.

mod linkers;

use crate::command::run;
use crate::setup::{self, need::Need};
use crate::signals;
use crate::terminal::{heading, say};
use crate::workspace::{cargo, target_subfolder};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Help of `cargo xtask wild`.
pub const DETAILS: &str = "cargo xtask wild

Builds the inputs of analyzer/tests/wild with the compilers and linkers that they failed with, and runs their tests
(`wild::` of the analyzer and of the command) so that none is skipped: once with the distribution's LLVM, once with
the one that the Python package `ziglang` brings. Then links the same objects with GNU ld and with each lld, and
compares flash, RAM and headroom; where linkers really place something elsewhere, the reason is printed.

Installs with apt, where they are missing: gcc-arm-none-eabi with newlib, picolibc and libstdc++,
gcc-riscv64-unknown-elf with picolibc, gcc-avr with avr-libc, clang, lld, llvm, dwz; with pip, into target/wild:
ziglang. No other chore needs any of them.";

/// Brings LLVM 22.1.8 as `python -m ziglang clang` and `… ld.lld`.
const ZIG_PACKAGE: &str = "ziglang==0.17.1";

const NEEDS: [Need; 8] = [
    Need::CCompiler,
    Need::ArmCompiler,
    Need::ArmLibraries,
    Need::RiscvCompiler,
    Need::AvrCompiler,
    Need::Llvm,
    Need::Dwz,
    Need::PythonVenv,
];

/// `cargo xtask wild`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    crate::options::none(arguments)?;
    setup::ensure(&NEEDS)?;
    setup::ensure(&[Need::FirmwareTarget])?;
    let zig = zig()?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    let mut failures = Vec::new();
    for (name, folder) in [("the distribution's LLVM", None), ("ziglang's LLVM", Some(zig.as_path()))] {
        heading(format!("\nThe inputs, built with {name}"));
        failures.extend(test(folder).err().map(|it| format!("{name}: {it:#}")));
        if signals::stop_wanted() {
            bail!("stopped");
        }
    }
    heading("\nThe same objects, linked by each linker");
    failures.extend(linkers::compare(&zig)?);
    if !failures.is_empty() {
        bail!("{}", failures.join("\n"));
    }
    Ok(())
}

/// The tests of the inputs; an input that cannot be built fails. `llvm` holds other programs by the usual names.
fn test(llvm: Option<&Path>) -> Result<()> {
    let mut test = cargo();
    test.args(["test", "--package", "plimsoll-analyzer", "--package", "plimsoll", "--test", "it"]);
    test.args(["--no-fail-fast", "--", "wild::"]).env("PLIMSOLL_WILD", "build");
    if let Some(folder) = llvm {
        let path = std::env::var_os("PATH").context("there is no PATH")?;
        let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
        test.env("PATH", std::env::join_paths(folders)?);
    }
    run(&mut test)
}

/// A folder with `clang` and `ld.lld` of the Python package, by these names.
fn zig() -> Result<PathBuf> {
    let folder = target_subfolder("wild")?;
    let python = folder.join("python/bin/python");
    if !python.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("python")))?;
    }
    say(format!("Installing with pip, into {}: {ZIG_PACKAGE}", folder.display()));
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", ZIG_PACKAGE]))?;
    let programs = target_subfolder("wild/zig")?;
    for name in ["clang", "ld.lld"] {
        write_program(&programs.join(name), &python, name)?;
    }
    Ok(programs)
}

fn write_program(path: &Path, python: &Path, name: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let text = format!("#!/bin/sh\nexec '{}' -m ziglang {name} \"$@\"\n", python.display());
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}
