//! The things a chore may need: why, how to tell whether they are there, and their names in package managers.

use crate::command::{find, output};
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The chip that the firmware is for.
pub const FIRMWARE_TARGET: &str = "thumbv6m-none-eabi";

/// Something that must be on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Rust's core library for the chip.
    FirmwareTarget,
    /// The standard library's sources.
    RustSources,
    /// `cargo fmt`.
    Rustfmt,
    /// `cargo clippy`.
    Clippy,
    /// `llvm-size`.
    LlvmTools,
    /// `cc`.
    CCompiler,
    /// `arm-none-eabi-gcc`.
    ArmCompiler,
    /// newlib, picolibc and libstdc++ for it.
    ArmLibraries,
    /// `riscv64-unknown-elf-gcc` with a C library.
    RiscvCompiler,
    /// `avr-gcc` with a C library.
    AvrCompiler,
    /// `clang`, `ld.lld`, `llvm-mc`, `llvm-objcopy`.
    Llvm,
    /// `dwz`.
    Dwz,
    /// `git`.
    Git,
    /// `initdb` and `postgres`.
    Postgres,
    /// `node` and `npm`.
    Node,
    /// A browser without a screen.
    Chromium,
    /// `python3 -m venv`.
    PythonVenv,
}

/// Package names where apt does not rule.
pub struct Packages {
    /// Homebrew.
    pub brew: &'static str,
    /// Fedora and kin.
    pub dnf: &'static str,
    /// Arch and kin.
    pub pacman: &'static str,
}

impl Need {
    /// All of them.
    #[cfg(test)]
    pub const ALL: [Self; 17] = [
        Self::FirmwareTarget,
        Self::RustSources,
        Self::Rustfmt,
        Self::Clippy,
        Self::LlvmTools,
        Self::CCompiler,
        Self::ArmCompiler,
        Self::ArmLibraries,
        Self::RiscvCompiler,
        Self::AvrCompiler,
        Self::Llvm,
        Self::Dwz,
        Self::Git,
        Self::Postgres,
        Self::Node,
        Self::Chromium,
        Self::PythonVenv,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirmwareTarget => "Rust target thumbv6m-none-eabi",
            Self::RustSources => "the sources of Rust's standard library",
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
            Self::LlvmTools => "llvm-tools",
            Self::CCompiler => "a C compiler",
            Self::ArmCompiler => "a C compiler for Cortex-M",
            Self::ArmLibraries => "C and C++ libraries for Cortex-M",
            Self::RiscvCompiler => "a C compiler for RISC-V",
            Self::AvrCompiler => "a C compiler for AVR",
            Self::Llvm => "clang, lld and LLVM's tools",
            Self::Dwz => "dwz",
            Self::Git => "git",
            Self::Postgres => "Postgres",
            Self::Node => "Node.js with npm",
            Self::Chromium => "Chromium",
            Self::PythonVenv => "Python's venv",
        }
    }

    /// What it is for.
    pub fn reason(self) -> &'static str {
        match self {
            Self::FirmwareTarget => "the firmware runs on an RP2040",
            Self::RustSources => "a build without panic messages compiles the core library anew",
            Self::Rustfmt => "formatting is checked",
            Self::Clippy => "lints are checked",
            Self::LlvmTools => "`plimsoll size` is tested against the real llvm-size",
            Self::CCompiler => "zstd and the TLS library are C",
            Self::ArmCompiler => "the firmware's formatter is C",
            Self::ArmLibraries => "what `printf` costs is measured with each C library",
            Self::RiscvCompiler | Self::AvrCompiler | Self::Llvm => {
                "inputs that failed in the wild are built as they were built there"
            }
            Self::Dwz => "debug information that it shared is read",
            Self::Git => "commits and their ancestry are read from it",
            Self::Postgres => "the server keeps its history there, in a private instance",
            Self::Node => "the RP2040 emulator and the browser tests are npm packages",
            Self::Chromium => "pages are tested in a real browser",
            Self::PythonVenv => {
                "zizmor and check-jsonschema, which check workflow files, are Python programs"
            }
        }
    }

    /// Whether it is here.
    pub fn is_met(self) -> Result<bool> {
        Ok(match self {
            Self::FirmwareTarget => sysroot()?.join("lib/rustlib").join(FIRMWARE_TARGET).is_dir(),
            Self::RustSources => sysroot()?.join("lib/rustlib/src/rust/library/core").is_dir(),
            Self::Rustfmt => succeeds("cargo", &["fmt", "--version"]),
            Self::Clippy => succeeds("cargo", &["clippy", "--version"]),
            Self::LlvmTools => has_llvm_size(&sysroot()?),
            Self::CCompiler => find("cc").is_some(),
            Self::ArmCompiler => find("arm-none-eabi-gcc").is_some(),
            Self::ArmLibraries => {
                let parts = ["nano.specs", "picolibc.specs", "libstdc++_nano.a"];
                parts.iter().all(|it| knows_file("arm-none-eabi-gcc", it))
            }
            Self::RiscvCompiler => knows_file("riscv64-unknown-elf-gcc", "picolibc.specs"),
            Self::AvrCompiler => {
                succeeds("avr-gcc", &["-mmcu=atmega328p", "-E", "-include", "avr/io.h", "/dev/null"])
            }
            Self::Llvm => ["clang", "ld.lld", "llvm-mc", "llvm-objcopy"].iter().all(|it| find(it).is_some()),
            Self::Dwz => find("dwz").is_some(),
            Self::Git => find("git").is_some(),
            Self::Postgres => has_postgres(),
            Self::Node => find("node").is_some() && find("npm").is_some(),
            Self::Chromium => chromium().is_some(),
            Self::PythonVenv => succeeds("python3", &["-c", "import ensurepip, venv"]),
        })
    }

    /// What to tell rustup, for parts of Rust.
    pub fn rustup_arguments(self) -> Option<&'static [&'static str]> {
        match self {
            Self::FirmwareTarget => Some(&["target", "add", FIRMWARE_TARGET]),
            Self::RustSources => Some(&["component", "add", "rust-src"]),
            Self::Rustfmt => Some(&["component", "add", "rustfmt"]),
            Self::Clippy => Some(&["component", "add", "clippy"]),
            Self::LlvmTools => Some(&["component", "add", "llvm-tools"]),
            _ => None,
        }
    }

    /// Debian's and Ubuntu's names; empty for parts of Rust.
    pub fn apt_packages(self) -> &'static [&'static str] {
        match self {
            Self::CCompiler => &["gcc", "libc6-dev"],
            Self::ArmCompiler => &["gcc-arm-none-eabi"],
            Self::ArmLibraries => {
                &["libnewlib-arm-none-eabi", "libstdc++-arm-none-eabi-newlib", "picolibc-arm-none-eabi"]
            }
            Self::RiscvCompiler => &["gcc-riscv64-unknown-elf", "picolibc-riscv64-unknown-elf"],
            Self::AvrCompiler => &["gcc-avr", "avr-libc"],
            Self::Llvm => &["clang", "lld", "llvm"],
            Self::Dwz => &["dwz"],
            Self::Git => &["git"],
            Self::Postgres => &["postgresql"],
            Self::Node if find("node").is_some() => &["npm"],
            Self::Node => &["nodejs", "npm"],
            // Ubuntu's `chromium-browser` is the one that exists there; it brings the snap.
            Self::Chromium if is_ubuntu() => &["chromium-browser"],
            Self::Chromium => &["chromium"],
            Self::PythonVenv => &["python3", "python3-venv"],
            _ => &[],
        }
    }

    /// Names elsewhere.
    pub fn packages(self) -> Packages {
        let (brew, dnf, pacman) = match self {
            Self::CCompiler => ("gcc", "gcc", "gcc"),
            Self::ArmCompiler => ("arm-none-eabi-gcc", "arm-none-eabi-gcc-cs", "arm-none-eabi-gcc"),
            Self::ArmLibraries => ("", "arm-none-eabi-newlib", "arm-none-eabi-newlib"),
            Self::RiscvCompiler => ("riscv64-elf-gcc", "gcc-riscv64-linux-gnu", "riscv64-elf-gcc"),
            Self::AvrCompiler => ("avr-gcc", "avr-gcc avr-libc", "avr-gcc avr-libc"),
            Self::Llvm => ("llvm lld", "clang lld llvm", "clang lld llvm"),
            Self::Dwz => ("dwz", "dwz", "dwz"),
            Self::Git => ("git", "git", "git"),
            Self::Postgres => ("postgresql@17", "postgresql-server", "postgresql"),
            Self::Node => ("node", "nodejs", "nodejs npm"),
            Self::Chromium => ("--cask chromium", "chromium", "chromium"),
            Self::PythonVenv => ("python", "python3", "python"),
            _ => ("", "", ""),
        };
        Packages { brew, dnf, pacman }
    }
}

/// The browser, by the names that distributions give it.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(find)
}

/// The linker that Rust brings.
pub fn rust_lld() -> Result<PathBuf> {
    let hosts = subfolders(&sysroot()?.join("lib/rustlib"));
    let mut programs = hosts.into_iter().map(|it| it.join("bin/rust-lld"));
    programs.find(|it| it.is_file()).context("Rust came without rust-lld")
}

/// Whether GCC finds such a file among its own.
fn knows_file(compiler: &str, name: &str) -> bool {
    let asked = output(Command::new(compiler).arg(format!("-print-file-name={name}")));
    asked.is_ok_and(|it| Path::new(it.trim_end()).is_absolute())
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    output(Command::new(program).args(arguments)).is_ok()
}

fn sysroot() -> Result<PathBuf> {
    Ok(PathBuf::from(output(Command::new("rustc").args(["--print", "sysroot"]))?.trim_end()))
}

fn has_llvm_size(sysroot: &Path) -> bool {
    subfolders(&sysroot.join("lib/rustlib")).iter().any(|it| it.join("bin/llvm-size").is_file())
}

/// Looks where the server looks.
fn has_postgres() -> bool {
    let named = std::env::var_os("PG_BINDIR").map(PathBuf::from);
    let mut folders: Vec<PathBuf> = named.into_iter().collect();
    folders.extend(find("initdb").and_then(|it| it.parent().map(Path::to_path_buf)));
    let configured = output(Command::new("pg_config").arg("--bindir")).ok();
    folders.extend(configured.map(|it| PathBuf::from(it.trim_end())));
    for base in ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"] {
        folders.extend(subfolders(Path::new(base)).into_iter().map(|it| it.join("bin")));
    }
    folders.iter().any(|it| it.join("initdb").is_file() && it.join("postgres").is_file())
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    entries.filter_map(|it| Some(it.ok()?.path())).filter(|it| it.is_dir()).collect()
}

fn is_ubuntu() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|it| it.lines().any(|line| line == "ID=ubuntu"))
}
