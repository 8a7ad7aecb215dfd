//! Cases that are measured here and now: a program built with and without its lines that format.

use super::{Case, predict, size};
use crate::command::output;
use crate::workspace::root;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program is built for.
pub const TARGETS: [&str; 3] = ["thumbv6m-none-eabi", "thumbv7em-none-eabi", "riscv32imc-unknown-none-elf"];

/// How it is optimised.
pub struct Optimisation {
    /// For people.
    pub name: &'static str,
    flags: [&'static str; 2],
}

/// The ways that firmware is usually built.
pub const OPTIMISATIONS: [Optimisation; 4] = [
    Optimisation { name: "opt-level z, fat LTO", flags: ["opt-level=z", "lto=fat"] },
    Optimisation { name: "opt-level s, fat LTO", flags: ["opt-level=s", "lto=fat"] },
    Optimisation { name: "opt-level 3, fat LTO", flags: ["opt-level=3", "lto=fat"] },
    Optimisation { name: "opt-level z, no LTO", flags: ["opt-level=z", "lto=off"] },
];

impl Optimisation {
    /// With which cases those of this way are judged.
    pub fn pool(&self, target: &str) -> String {
        let lto = if self.flags.contains(&"lto=off") { "no LTO" } else { "fat LTO" };
        format!("{target}, {lto}")
    }
}

/// A program of which a rebuild can leave out lines.
pub struct Program {
    /// Its only file.
    pub source: &'static str,
    /// What `rustc` is told besides.
    pub arguments: &'static [&'static str],
}

const FORMATTING: Program = Program { source: "firmware/truth/program.rs", arguments: &[] };

/// A line that can be left out.
pub struct Site {
    /// What it is called in the program.
    pub name: String,
    /// From 1.
    pub line: usize,
}

/// Builds everything for one target and compares.
pub fn cases(target: &str, optimisation: &Optimisation) -> Result<Vec<Case>> {
    let folder = tempfile::tempdir()?;
    let build = Build { program: &FORMATTING, target, optimisation, folder: folder.path() };
    let sites = FORMATTING.sites()?;
    let whole = build.elf(&[])?;
    let whole_bytes = size(&whole)?;
    let mut cases = Vec::new();
    for cut in cuts(&sites) {
        let lines: Vec<String> = cut.iter().map(|it| format!("program.rs:{}", it.line)).collect();
        let names: Vec<&str> = cut.iter().map(|it| it.name.as_str()).collect();
        let rest_bytes = size(&build.elf(&names)?)?;
        cases.push(Case {
            without: names.join(", "),
            predicted_bytes: predict(&whole, &["--without", &lines.join(",")])?,
            true_bytes: whole_bytes.saturating_sub(rest_bytes),
            is_all: cut.len() == sites.len(),
        });
    }
    Ok(cases)
}

impl Program {
    /// Lines marked `// site NAME`.
    pub fn sites(&self) -> Result<Vec<Site>> {
        let text = std::fs::read_to_string(root().join(self.source))?;
        let site = |(idx, line): (usize, &str)| {
            let (code, name) = line.split_once("// site ")?;
            let is_code = !code.trim().is_empty() && !code.trim_start().starts_with("//");
            is_code.then(|| Site { name: name.trim().to_owned(), line: idx + 1 })
        };
        Ok(text.lines().enumerate().filter_map(site).collect())
    }
}

/// Each alone, all pairs, all together.
fn cuts(sites: &[Site]) -> Vec<Vec<&Site>> {
    let mut cuts: Vec<Vec<&Site>> = sites.iter().map(|it| vec![it]).collect();
    for (idx, first) in sites.iter().enumerate() {
        cuts.extend(sites[idx + 1..].iter().map(|second| vec![first, second]));
    }
    cuts.push(sites.iter().collect());
    cuts
}

/// A way to build a program.
pub struct Build<'a> {
    /// What to build.
    pub program: &'a Program,
    /// What for.
    pub target: &'a str,
    /// How.
    pub optimisation: &'a Optimisation,
    /// Where to.
    pub folder: &'a Path,
}

impl Build<'_> {
    /// Builds the program without some sites.
    pub fn elf(&self, without: &[&str]) -> Result<PathBuf> {
        let elf = self.folder.join(format!("without-{}", without.join("-")));
        let script = root().join("firmware/truth/link.x");
        let mut rustc = Command::new("rustc");
        rustc.current_dir(root()).args(["--edition", "2024", "--target", self.target]);
        for flag in self.optimisation.flags.iter().chain(&["panic=abort", "debuginfo=line-tables-only"]) {
            rustc.args(["-C", flag]);
        }
        rustc.args(["-C", "codegen-units=1", "-C", &format!("link-arg=-T{}", script.display())]);
        // What only lines use that were left out is unused then.
        rustc.args(["-A", "unexpected_cfgs", "-A", "unused", "-A", "dead_code"]);
        rustc.args(self.program.arguments);
        for name in without {
            rustc.args(["--cfg", &format!("without_{name}")]);
        }
        output(rustc.arg(self.program.source).arg("-o").arg(&elf))
            .with_context(|| format!("building for {0} (`rustup target add {0}`)", self.target))?;
        Ok(elf)
    }
}
