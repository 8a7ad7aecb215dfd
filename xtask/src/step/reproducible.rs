//! Whether the firmware's image depends on the folder that it is built in.

use crate::command::{output, run};
use crate::setup::need::FIRMWARE_TARGET;
use crate::workspace::{cargo, root, target_folder};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Debug information names folders in both; the images are what goes on the chip.
const PROGRAMS: [&str; 2] = ["blink", "logger"];

const LOAD: u32 = 1;
const PROGRAM_HEADER_BYTES: usize = 32;

/// Builds here, and from a copy of the sources with nothing built before. About 20 s of processor time.
pub fn check() -> Result<()> {
    let elsewhere = tempfile::tempdir().context("making a folder for a copy of the sources")?;
    let sources = elsewhere.path().join("a-folder-of-another-name");
    copy_sources(&sources)?;
    let fresh = elsewhere.path().join("built");
    build(root(), &target_folder())?;
    build(&sources, &fresh)?;
    for program in PROGRAMS {
        let [here, there] = [&target_folder(), &fresh].map(|it| image(it, program));
        ensure!(here? == there?, "the image of {program} depends on the folder that it is built in");
    }
    Ok(())
}

fn build(sources: &Path, target: &Path) -> Result<()> {
    let mut build = cargo();
    build.current_dir(sources);
    build.args(["build", "--quiet", "--package", "plimsoll-firmware", "--features", "device"]);
    build.args(["--profile", "firmware", "--target", FIRMWARE_TARGET]);
    build.args(PROGRAMS.iter().flat_map(|it| ["--bin", it]));
    run(build.arg("--target-dir").arg(target))
}

/// What git knows of, as it is now.
fn copy_sources(folder: &Path) -> Result<()> {
    let mut list = Command::new("git");
    list.current_dir(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    for path in output(&mut list)?.split_terminator('\0') {
        let (from, to) = (root().join(path), folder.join(path));
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(folder))?;
            fs::copy(&from, &to).with_context(|| format!("copying {path}"))?;
        }
    }
    Ok(())
}

fn image(target: &Path, program: &str) -> Result<Vec<(u32, Vec<u8>)>> {
    let elf = target.join(FIRMWARE_TARGET).join("firmware").join(program);
    let content = fs::read(&elf).with_context(|| format!("reading {}", elf.display()))?;
    let image = loaded(&content).with_context(|| format!("{} is no ELF file of 32 bits", elf.display()))?;
    ensure!(!image.is_empty(), "{program} loads nothing");
    Ok(image)
}

/// The address and content of all that is loaded.
fn loaded(elf: &[u8]) -> Option<Vec<(u32, Vec<u8>)>> {
    let word = |at: usize| Some(u32::from_le_bytes(elf.get(at..at + 4)?.try_into().ok()?));
    let table = word(28)? as usize;
    let n_headers = usize::from(*elf.get(44)?);
    let headers = (0..n_headers).map(|it| table + it * PROGRAM_HEADER_BYTES);
    let headers = headers.filter(|at| word(*at) == Some(LOAD));
    let segment = |at: usize| {
        let (offset, n_bytes) = (word(at + 4)? as usize, word(at + 16)? as usize);
        Some((word(at + 12)?, elf.get(offset..offset + n_bytes)?.to_vec()))
    };
    headers.map(segment).collect()
}
