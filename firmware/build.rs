//! Tells the linker where the chip's memory is and compiles the C formatter; does nothing for a host.

use std::path::PathBuf;
use std::{env, fs, io};

const COMPILER_HINT: &str = "the firmware's formatter is C: install a compiler for Arm without a system, \
    on Debian and Ubuntu `apt install gcc-arm-none-eabi`";
const FORMATTER: &str = "cfmt/c/dprintf.c";

fn main() {
    if let Err(error) = prepare() {
        println!("cargo::error={error}");
    }
}

fn prepare() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rerun-if-changed={FORMATTER}");
    let is_device = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|it| it == "none");
    if is_device && env::var_os("CARGO_FEATURE_DEVICE").is_some() {
        place_in_memory()?;
        compile_formatter()?;
    }
    Ok(())
}

/// Copies `memory.x` to where the linker looks first. Arguments for the linker stand here and not in
/// `RUSTFLAGS`, which would be lost as soon as somebody sets their own.
fn place_in_memory() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?);
    fs::copy("memory.x", out.join("memory.x"))?;
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        // Gives texts their numbers.
        println!("cargo::rustc-link-arg-bin=logger-defmt=-Tdefmt.x");
    }
    Ok(())
}

fn compile_formatter() -> io::Result<()> {
    cc::Build::new()
        .file(FORMATTER)
        .flag("-std=c11")
        .flag("-mcpu=cortex-m0plus")
        .flag("-ffreestanding")
        // A jump table would call a helper of libgcc, which is not linked.
        .flag("-fno-jump-tables")
        // A loop that copies must not become a call of memcpy.
        .flag("-fno-tree-loop-distribute-patterns")
        // Taking structures apart keeps more values than there are registers: 18 bytes.
        .flag("-fno-tree-sra")
        // Lines are found without a frame pointer, and it takes a register and an instruction per function.
        .force_frame_pointer(false)
        // The folder of the checkout must not reach the image.
        .flag(format!("-ffile-prefix-map={}=firmware", env::var("CARGO_MANIFEST_DIR").unwrap_or_default()))
        .opt_level_str("s")
        .extra_warnings(true)
        .try_compile("plimsoll_dprintf")
        .map_err(|error| io::Error::other(format!("{error}; {COMPILER_HINT}")))
}
