//! The same objects, linked by GNU ld and by every lld at hand: flash, RAM and headroom must not depend on the
//! linker, or there is a reason.

use crate::command::{output, run};
use crate::setup::need::rust_lld;
use crate::terminal::say;
use crate::workspace::{built, root};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Objects, the script that links them, and why an image of lld may differ from GNU ld's.
struct Program {
    case: &'static str,
    sources: &'static [&'static str],
    script: &'static str,
    reason: Option<&'static str>,
}

const fn program(case: &'static str, sources: &'static [&'static str], script: &'static str) -> Program {
    Program { case, sources, script, reason: None }
}

/// Of the cases, those that are written in C for Cortex-M and that both linkers accept.
const PROGRAMS: [Program; 8] = [
    program("ctable", &["m.c", "start.c"], "base.ld"),
    program("lld-gap", &["t.c"], "c.ld"),
    Program {
        reason: Some(
            "lld aligns `.data` in flash as in RAM, and writes the zeroes of a `.bss` that lies before it",
        ),
        ..program("lldbss", &["main.c"], "l.ld")
    },
    program("outer", &["main.c"], "l.ld"),
    program("overflow", &["m.c", "start.c"], "l.ld"),
    program("preindex", &["t.c", "start.c"], "fw.ld"),
    program("stack", &["m.c"], "l.ld"),
    program("zlike", &["m.c"], "l.ld"),
];

const COMPILING: [&str; 7] =
    ["-mcpu=cortex-m3", "-mthumb", "-Os", "-g", "-ffreestanding", "-ffunction-sections", "-fdata-sections"];

/// What linkers must agree on.
#[derive(PartialEq, Eq)]
struct Figures {
    flash_bytes: u64,
    ram_bytes: u64,
    headroom_bytes: Option<i64>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headroom = self.headroom_bytes.map_or("-".to_owned(), |it| it.to_string());
        write!(f, "{:>9} {:>9} {headroom:>9}", self.flash_bytes, self.ram_bytes)
    }
}

/// Links every program with every linker, prints a table, and gives a sentence for each difference without a reason.
pub fn compare(zig: &Path) -> Result<Vec<String>> {
    let linkers: [(&str, PathBuf); 4] = [
        ("GNU ld", "arm-none-eabi-ld".into()),
        ("lld", "ld.lld".into()),
        ("rust-lld", rust_lld()?),
        ("lld of ziglang", zig.join("ld.lld")),
    ];
    say(format!("{:14} {:14} {:>9} {:>9} {:>9}", "input", "linker", "flash", "RAM", "headroom"));
    let mut failures = Vec::new();
    for program in &PROGRAMS {
        let folder = tempfile::tempdir()?;
        compile(program, folder.path())?;
        let mut first: Option<Figures> = None;
        for (name, linker) in &linkers {
            let figures = link(program, linker, folder.path())?;
            let is_same = first.as_ref().is_none_or(|it| *it == figures);
            let remark = match (is_same, program.reason) {
                (true, _) => String::new(),
                (false, Some(reason)) => format!("  {reason}"),
                (false, None) => {
                    failures.push(format!("{}: {name} and {} differ", program.case, linkers[0].0));
                    "  DIFFERS".to_owned()
                }
            };
            say(format!("{:14} {name:14} {figures}{remark}", program.case));
            first.get_or_insert(figures);
        }
    }
    Ok(failures)
}

fn sources_of(program: &Program) -> PathBuf {
    root().join("analyzer/tests/wild").join(program.case)
}

fn compile(program: &Program, folder: &Path) -> Result<()> {
    for source in program.sources {
        let mut compiler = Command::new("arm-none-eabi-gcc");
        compiler.args(COMPILING).arg("-c").arg(sources_of(program).join(source));
        run(compiler.arg("-o").arg(folder.join(source).with_extension("o")))?;
    }
    Ok(())
}

fn link(program: &Program, linker: &Path, folder: &Path) -> Result<Figures> {
    let script = sources_of(program).join(program.script);
    let mut command = Command::new(linker);
    if linker.ends_with("rust-lld") {
        command.args(["-flavor", "gnu"]);
    }
    command.current_dir(folder).arg("-T").arg(&script).args(["--gc-sections", "-o", "linked.elf"]);
    command.args(program.sources.iter().map(|it| Path::new(it).with_extension("o")));
    output(&mut command)?;
    let mut plimsoll = Command::new(built("plimsoll"));
    plimsoll.current_dir(folder).args(["analyze", "--json", "linked.elf", "--memory"]).arg(&script);
    let report: Value = serde_json::from_str(&output(&mut plimsoll)?)?;
    let total =
        |name: &str| report["totals"][name].as_u64().with_context(|| format!("no {name} in the report"));
    Ok(Figures {
        flash_bytes: total("flash_bytes")?,
        ram_bytes: total("ram_bytes")?,
        headroom_bytes: report["stack"]["headroom"]["headroom_bytes"].as_i64(),
    })
}
