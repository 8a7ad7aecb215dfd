//! Programs in three languages that grow step by step.

use crate::command::output;
use crate::workspace::root;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Two images, one commit apart.
pub struct Step {
    /// For people.
    pub name: String,
    /// Before.
    pub old: PathBuf,
    /// After.
    pub new: PathBuf,
    /// The linker's map of either.
    pub old_map: Option<PathBuf>,
    pub new_map: Option<PathBuf>,
}

/// A program in `firmware/cause`.
struct Program {
    source: &'static str,
    /// What each commit brings.
    commits: &'static [&'static str],
    compiler: Compiler,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Compiler {
    Gcc,
    Gxx,
    Rustc,
}

const PROGRAMS: [Program; 3] = [
    Program {
        source: "firmware/cause/console.c",
        commits: &[
            "checksum",
            "printf",
            "malloc",
            "table",
            "commands",
            "sscanf",
            "strtod",
            "volts by hand",
            "64-bit division",
            "longer log",
        ],
        compiler: Compiler::Gcc,
    },
    Program {
        source: "firmware/cause/station.cpp",
        commits: &[
            "template",
            "second class",
            "vector",
            "map of strings",
            "float snprintf",
            "exception",
            "iostream",
        ],
        compiler: Compiler::Gxx,
    },
    Program {
        source: "firmware/cause/meter.rs",
        commits: &[
            "sort",
            "formatting",
            "trait objects",
            "samples",
            "64-bit division",
            "formatting of floats",
        ],
        compiler: Compiler::Rustc,
    },
];

/// All steps of all programs, built.
pub fn steps(folder: &Path) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for program in &PROGRAMS {
        let image = |step: usize| folder.join(format!("{}-{step}.elf", program.name()));
        let map = |step: usize| Some(image(step).with_extension("map")).filter(|it| it.exists());
        for step in 0..=program.commits.len() {
            program.build(step, &image(step))?;
        }
        for (idx, commit) in program.commits.iter().enumerate() {
            steps.push(Step {
                name: format!("{commit} of {}", program.name()),
                old: image(idx),
                new: image(idx + 1),
                old_map: map(idx),
                new_map: map(idx + 1),
            });
        }
    }
    Ok(steps)
}

impl Program {
    fn name(&self) -> &str {
        self.source.rsplit('/').next().unwrap_or(self.source)
    }

    fn build(&self, step: usize, elf: &Path) -> Result<()> {
        let mut command = match self.compiler {
            Compiler::Rustc => rustc(step),
            Compiler::Gcc | Compiler::Gxx => self.gcc(step, &elf.with_extension("map")),
        };
        command.current_dir(root()).arg(self.source).arg("-o").arg(elf);
        output(&mut command).map(drop).with_context(|| format!("building {} at step {step}", self.source))
    }

    fn gcc(&self, step: usize, map: &Path) -> Command {
        let is_cpp = self.compiler == Compiler::Gxx;
        let mut gcc = Command::new(if is_cpp { "arm-none-eabi-g++" } else { "arm-none-eabi-gcc" });
        gcc.args(["-mcpu=cortex-m3", "-mthumb", "-Os", "-g", "-ffunction-sections", "-fdata-sections"]);
        gcc.args(if is_cpp {
            ["-std=c++17"].as_slice()
        } else {
            ["-std=gnu11", "--specs=nano.specs"].as_slice()
        });
        gcc.args(["--specs=nosys.specs", "-nostartfiles", "-Tfirmware/cause/link.ld", "-Wl,--gc-sections"]);
        gcc.arg(format!("-Wl,-Map={}", map.display())).arg(format!("-DSTEP={step}"));
        gcc
    }
}

fn rustc(step: usize) -> Command {
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--target", crate::setup::need::FIRMWARE_TARGET]);
    for flag in ["opt-level=z", "lto=fat", "panic=abort", "debuginfo=2", "codegen-units=1"] {
        rustc.args(["-C", flag]);
    }
    rustc.args(["-C", "link-arg=-Tfirmware/truth/link.x", "-A", "unexpected_cfgs", "-A", "unused"]);
    for commit in 1..=step {
        rustc.args(["--cfg", &format!("step=\"{commit}\"")]);
    }
    rustc
}
