//! What removing a line that asks C's library for something really saves, against what the analyzer predicts.

use crate::command::{output, run};
use crate::options;
use crate::setup::{self, need::Need};
use crate::terminal::say;
use crate::truth::{Case, Tally, predict};
use crate::workspace::{cargo, root};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Help of `cargo xtask c-truth`.
pub const DETAILS: &str = "cargo xtask c-truth

Builds firmware/truth/libc.c with newlib, with its nano variant (with and without floats in printf) and with
picolibc, then again without each of its lines that ask the library for something, without some of them together
and without all. Prints what the analyzer predicted and what was really saved, sections of code and constants
together. Fails where fewer than 95 % of the predictions are within 5 % or 64 bytes. Needs the libraries of
Debian's libnewlib-arm-none-eabi and picolibc-arm-none-eabi.";

const SOURCE: &str = "firmware/truth/libc.c";

/// A library, and how the program is built with it.
struct Library {
    name: &'static str,
    arguments: &'static [&'static str],
}

const LIBRARIES: [Library; 5] = [
    Library {
        name: "newlib-nano, Cortex-M0, -Os",
        arguments: &["-mcpu=cortex-m0", "-Os", "--specs=nano.specs", "--specs=nosys.specs"],
    },
    Library {
        name: "newlib-nano with floats, Cortex-M4, -Os",
        arguments: &[
            "-mcpu=cortex-m4",
            "-Os",
            "--specs=nano.specs",
            "--specs=nosys.specs",
            "-Wl,-u,_printf_float",
        ],
    },
    Library { name: "newlib, Cortex-M4, -O2", arguments: &["-mcpu=cortex-m4", "-O2", "--specs=nosys.specs"] },
    Library {
        name: "picolibc, Cortex-M3, -Os",
        arguments: &["-mcpu=cortex-m3", "-Os", "--specs=picolibc.specs", "-DPICOLIBC"],
    },
    Library {
        name: "picolibc, Cortex-M0, -O2",
        arguments: &["-mcpu=cortex-m0", "-O2", "--specs=picolibc.specs", "-DPICOLIBC"],
    },
];

/// A line that can be left out: its name, and its number.
type Site = (String, usize);

/// `cargo xtask c-truth`.
pub fn run_task(arguments: lexopt::Parser) -> Result<()> {
    options::none(arguments)?;
    setup::ensure(&[Need::CCompiler, Need::ArmCompiler])?;
    run(cargo().args(["build", "--package", "plimsoll"]))?;
    let text = std::fs::read_to_string(root().join(SOURCE))?;
    let sites = sites(&text);
    let mut all: Vec<Case> = Vec::new();
    for library in &LIBRARIES {
        let cases = cases(library, &sites)?;
        crate::truth::show(library.name, &cases);
        all.extend(cases);
    }
    let tally = Tally::of(&all);
    say(format!("\nAll together: {tally}"));
    if tally.is_near() { Ok(()) } else { bail!("the predictions miss their reach: {tally}") }
}

fn sites(text: &str) -> Vec<Site> {
    let site = |(idx, line): (usize, &str)| Some((line.split_once("// site ")?.1.trim().to_owned(), idx + 1));
    text.lines().enumerate().filter_map(site).collect()
}

fn cases(library: &Library, sites: &[Site]) -> Result<Vec<Case>> {
    let folder = tempfile::tempdir()?;
    let whole = build(library, &[], folder.path())?;
    let whole_bytes = size(&whole)?;
    let mut cases = Vec::new();
    for cut in cuts(sites) {
        let names: Vec<&str> = cut.iter().map(|it| it.0.as_str()).collect();
        let lines: Vec<String> = cut.iter().map(|it| format!("libc.c:{}", it.1)).collect();
        let rest_bytes = size(&build(library, &names, folder.path())?)?;
        cases.push(Case {
            without: names.join(", "),
            predicted_bytes: predict(&whole, &["--without", &lines.join(",")])?,
            true_bytes: whole_bytes.saturating_sub(rest_bytes),
            is_all: cut.len() == sites.len(),
        });
    }
    Ok(cases)
}

/// Each alone, each with the next, all together.
fn cuts(sites: &[Site]) -> Vec<Vec<&Site>> {
    let alone = sites.iter().map(|it| vec![it]);
    let pairs = sites.windows(2).map(|it| it.iter().collect());
    alone.chain(pairs).chain([sites.iter().collect()]).collect()
}

fn build(library: &Library, without: &[&str], folder: &Path) -> Result<PathBuf> {
    let elf = folder.join(format!("without-{}", without.join("-")));
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.current_dir(root()).args(["-std=gnu11", "-mthumb", "-g", "-ffunction-sections", "-fdata-sections"]);
    gcc.args(library.arguments).args(without.iter().map(|it| format!("-DWITHOUT_{it}"))).arg(SOURCE);
    gcc.args(["-nostartfiles", "-Tfirmware/cause/link.ld", "-Wl,--gc-sections", "-lm", "-o"]).arg(&elf);
    output(&mut gcc).with_context(|| format!("building {SOURCE} with {}", library.name))?;
    Ok(elf)
}

/// Everything that is stored.
fn size(elf: &Path) -> Result<u64> {
    let report =
        output(Command::new(crate::workspace::built("plimsoll")).arg("analyze").arg(elf).arg("--json"))?;
    let report: serde_json::Value = serde_json::from_str(&report)?;
    report["totals"]["flash_bytes"].as_u64().context("a report without flash")
}
