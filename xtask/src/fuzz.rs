//! `cargo xtask fuzz`: made-up input for whatever reads bytes that others wrote.

use crate::command::{find, output, run};
use crate::terminal::{heading, say};
use crate::workspace::{cargo, root, target_folder};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Help of `cargo xtask fuzz`.
pub const DETAILS: &str = "cargo xtask fuzz [--seconds N] [TARGET…]

Runs each fuzz target of analyzer/fuzz for N seconds (default 30): image, decoders, dwarf, linker_script,
vendor_script, linker_output. Installs cargo-fuzz where it is missing. Seeds are the built firmware (`cargo fw`), pieces of
it, its linker script, and the corpus of earlier runs. An input that takes longer than 10 s or more than
1 GiB is a finding too. A finding ends the run; its file and how to run it again are printed. Keep it as
a test with a name, in analyzer/tests/it/broken.rs.";

const TARGETS: [&str; 6] = ["image", "decoders", "dwarf", "linker_script", "vendor_script", "linker_output"];
const DEFAULT_SECONDS: u64 = 30;

/// What libFuzzer calls a finding besides a panic.
const LIMITS: [&str; 4] =
    ["-timeout=10", "-rss_limit_mb=1024", "-malloc_limit_mb=512", "-print_final_stats=1"];

/// No seed is bigger: small inputs are tried faster.
const MAX_SEED_BYTES: usize = 128 << 10;
/// Code for the decoders: ARM, no constants, no sizes, and so much of a program.
const CODE_PREFIX: [u8; 5] = [1, 0, 0, 0, 0];
const CODE_BYTES: usize = 1024;

/// `cargo xtask fuzz`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    let options = Options::parse(arguments)?;
    if find("cargo-fuzz").is_none() {
        say("Installing cargo-fuzz");
        run(cargo().args(["install", "cargo-fuzz", "--locked"]))?;
    }
    let folder = root().join("analyzer/fuzz");
    for target in &options.targets {
        heading(format!("\n{target}: {} s", options.seconds));
        let n_seeds = plant(target, &folder.join("corpus").join(target))?;
        say(format!("{n_seeds} seeds"));
        let failed = fuzz(&folder, target, options.seconds).err();
        if let Some(error) = failed {
            say(format!("What was found lies in {}", folder.join("artifacts").join(target).display()));
            return Err(
                error.context(format!("{target}: a finding; the lines above say how to run it again"))
            );
        }
    }
    say("\nnothing was found");
    Ok(())
}

struct Options {
    seconds: u64,
    targets: Vec<String>,
}

impl Options {
    fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        use lexopt::prelude::*;
        let mut options = Self { seconds: DEFAULT_SECONDS, targets: Vec::new() };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("seconds") => options.seconds = arguments.value()?.parse()?,
                Value(name) => options.targets.push(known(&name.string()?)?),
                other => return Err(other.unexpected().into()),
            }
        }
        if options.targets.is_empty() {
            options.targets = TARGETS.map(str::to_owned).to_vec();
        }
        Ok(options)
    }
}

fn known(name: &str) -> Result<String> {
    if !TARGETS.contains(&name) {
        bail!("there is no fuzz target `{name}`: {}", TARGETS.join(", "));
    }
    Ok(name.to_owned())
}

/// Everything here is safe Rust, so no sanitizer is needed; without one, stable Rust can do it too.
fn fuzz(folder: &Path, target: &str, seconds: u64) -> Result<()> {
    let mut command = Command::new("cargo");
    let has_nightly = output(Command::new("rustc").args(["+nightly", "--version"])).is_ok();
    if has_nightly {
        command.arg("+nightly");
    } else {
        command.env("RUSTC_BOOTSTRAP", "1");
    }
    command.current_dir(folder.parent().context("the fuzz folder has a parent")?);
    command.args(["fuzz", "run", "--sanitizer", "none", target, "--"]);
    run(command.arg(format!("-max_total_time={seconds}")).args(LIMITS))
}

/// Writes the seeds of a target into its corpus, and counts them.
fn plant(target: &str, corpus: &Path) -> Result<usize> {
    std::fs::create_dir_all(corpus).with_context(|| format!("making {}", corpus.display()))?;
    let seeds = seeds(target);
    for (idx, seed) in seeds.iter().enumerate() {
        let path = corpus.join(format!("seed-{idx}"));
        std::fs::write(&path, seed).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(seeds.len())
}

/// One of each grammar; the first byte says which.
const VENDOR_SCRIPTS: [&str; 4] = [
    "\u{0}#define S 4K\nMEMORY { PAGE 0 : A (RX) : origin = 0x20, length = S GROUP { B : o = start(A), l = size(A) } }",
    "\u{1}#! armcc -E\nLR 0x0 0x100 { ER +0 { *(+RO) } RW 0x20000000 EMPTY -(0x100) { } ST AlignExpr(+0, 8) 0x10 { } }",
    "\u{2}define symbol a = 1K; if (a > 2) { define region R = mem:[from a to 0x2000'0000] | [from 0 size a repeat 2]; }",
    "\u{3}<a linker_section_placement_macros=\"S=0x10\" linker_section_placements_segments=\"F RX 0x0 $(S);R RWX 1 2\"/>",
];
/// What toolchains say of a region that is too small.
const LOGS: [&str; 6] = [
    "ld: region `FLASH' overflowed by 9 bytes\nld: la région «FLASH» est débordée de 9 octets\nA: 9 B 1 KB 200.00%",
    "Error: L6220E: Load region LR size (9 bytes) exceeds limit (8 bytes).\nError: L6407E: Sections of aggregate size 0x9 bytes",
    "unable to allocate space for sections/blocks with a total size of 0x9 bytes in <[0x1-0x2]> (total uncommitted space 0x1)",
    "program will not fit into available memory for section \"a\" size 0x9 . Available memory ranges: A size: 0x1 unused: 0x1",
    "Error: too small for binary\n - Part 'a' 0/0 @ 0x1 size 0x1 (overflow 0x1)\nBootloader binary size 0x9 can be maximum 0x8",
    "Sketch uses 9 bytes (112%) of it. Maximum is 8 bytes.\nThe data size (9 bytes) is greater than maximum allowed (8 bytes)",
];

/// What shows a target how its input looks.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let firmware = target_folder().join("thumbv6m-none-eabi/firmware");
    let read = |path: PathBuf| std::fs::read(path).ok().filter(|it| it.len() <= MAX_SEED_BYTES);
    let programs = ["blink", "logger"].into_iter().filter_map(|it| read(firmware.join(it)));
    match target {
        "image" => programs.collect(),
        "decoders" => {
            let piece = |it: &[u8]| [&CODE_PREFIX[..], it].concat();
            programs.flat_map(|it| it.chunks(CODE_BYTES).map(piece).collect::<Vec<_>>()).collect()
        }
        "linker_script" => read(root().join("firmware/memory.x")).into_iter().collect(),
        "vendor_script" => VENDOR_SCRIPTS.iter().map(|it| it.as_bytes().to_vec()).collect(),
        "linker_output" => LOGS.iter().map(|it| it.as_bytes().to_vec()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_a_program_of_the_fuzz_crate() {
        let manifest = std::fs::read_to_string(root().join("analyzer/fuzz/Cargo.toml")).unwrap();
        for target in TARGETS {
            assert!(manifest.contains(&format!("fuzz_targets/{target}.rs")), "{target}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    }

    #[test]
    fn the_linker_script_of_the_firmware_is_a_seed() {
        assert_eq!(seeds("linker_script").len(), 1);
    }

    #[test]
    fn options_are_seconds_and_known_targets() {
        let options = Options::parse(lexopt::Parser::from_args(["--seconds", "5", "dwarf"])).unwrap();
        assert_eq!((options.seconds, options.targets), (5, vec!["dwarf".to_owned()]));
        assert!(Options::parse(lexopt::Parser::from_args(["hull"])).is_err());
    }
}
