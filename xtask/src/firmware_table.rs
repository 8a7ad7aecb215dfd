//! What each formatter costs on the chip: real builds, run in the emulator, as a table in `firmware/README.md`.

use crate::command::{output, run};
use crate::options;
use crate::setup::{self, need::FIRMWARE_TARGET, need::Need};
use crate::terminal::say;
use crate::workspace::{cargo, root, target_folder};
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;

/// Help of `cargo xtask firmware-table`.
pub const DETAILS: &str = "cargo xtask firmware-table [--check | --build]

Builds the programs `logger-*`, weighs them, runs them in the emulator and writes the table of firmware/README.md.
With --check it writes nothing and fails if the table says something else. Bytes depend on the compilers: where
these are not those that the table names, there is nothing to compare. With --build it only builds.";

const README: &str = "firmware/README.md";
const BEGIN: &str = "<!-- written by `cargo xtask firmware-table` -->\n";
const END: &str = "<!-- end of the table -->\n";

/// Programs that are built as one, and the features beside those that all have.
const BUILDS: [(&[&str], &str); 3] = [
    (&["logger-silent", "logger-cfmt", "logger-ufmt", "logger-core-fmt"], "device,loggers"),
    (&["logger-defmt"], "device,loggers,defmt"),
    (&["logger-cfmt-rust"], "device,loggers,rust-formatter"),
];

pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    let wish = options::one_of(arguments, &["check", "build"])?;
    setup::ensure(&[Need::ArmCompiler, Need::FirmwareTarget])?;
    if wish == Some("build") {
        return build_loggers().map(drop);
    }
    setup::ensure(&[Need::Node])?;
    let emulator = root().join("firmware/emulator");
    run(Command::new("npm").current_dir(emulator).args(["ci", "--no-audit", "--no-fund"]))?;
    build_loggers()?;
    if wish.is_some() { check() } else { write() }
}

/// Builds all `logger-*`; the folder that they are in.
pub fn build_loggers() -> Result<PathBuf> {
    for (programs, features) in BUILDS {
        let mut build = cargo();
        build.args([
            "build",
            "--package",
            "plimsoll-firmware",
            "--no-default-features",
            "--features",
            features,
        ]);
        build.args(["--profile", "firmware", "--target", FIRMWARE_TARGET]);
        run(build.args(programs.iter().flat_map(|it| ["--bin", it])))?;
    }
    Ok(folder())
}

/// Whether the table in the README is what the built programs give.
pub fn check() -> Result<()> {
    let readme = fs::read_to_string(root().join(README))?;
    let written = &readme[place(&readme)?];
    let compilers = compilers()?;
    if !written.starts_with(&compilers) {
        say(format!("The table in {README} is not compared, it is of other compilers. Here: {compilers}"));
        return Ok(());
    }
    if written != compilers + &table()? {
        bail!("{README} is not what was measured: cargo xtask firmware-table");
    }
    say(format!("The table in {README} is what was measured."));
    Ok(())
}

fn write() -> Result<()> {
    let path = root().join(README);
    let mut readme = fs::read_to_string(&path)?;
    let table = compilers()? + &table()?;
    say(&table);
    readme.replace_range(place(&readme)?, &table);
    fs::write(path, readme).context(README)
}

/// What stands between the two markers.
fn place(readme: &str) -> Result<Range<usize>> {
    let start = readme.find(BEGIN).map(|it| it + BEGIN.len());
    let end = start.and_then(|it| Some(it + readme[it..].find(END)?));
    start.zip(end).map(|(start, end)| start..end).with_context(|| format!("{README} has no `{BEGIN}`"))
}

fn table() -> Result<String> {
    let script = root().join("firmware/emulator/table.mjs");
    output(Command::new("node").arg(script).arg(folder()))
}

/// The sentence above the table.
fn compilers() -> Result<String> {
    let rustc = output(Command::new("rustc").current_dir(root()).arg("--version"))?;
    let rustc = rustc.split(' ').nth(1).context("rustc has no version")?.to_owned();
    let gcc = output(Command::new("arm-none-eabi-gcc").arg("-dumpfullversion"))?;
    Ok(format!("Built with rustc {rustc} and arm-none-eabi-gcc {}:\n\n", gcc.trim()))
}

fn folder() -> PathBuf {
    target_folder().join(FIRMWARE_TARGET).join("firmware")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_between_its_markers() {
        let readme = format!("# Firmware\n{BEGIN}old\n{END}more\n{END}");
        assert_eq!(&readme[place(&readme).unwrap()], "old\n");
        assert!(place(END).is_err());
        assert!(place(BEGIN).is_err());
    }
}
