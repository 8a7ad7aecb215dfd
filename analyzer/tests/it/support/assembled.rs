//! Images from assembly with line tables, where a test is about what code does. Skipped, with a message,
//! where the assembler is absent.

use std::process::Command;

use plimsoll_analyzer::{SourceLine, Without, predict};

/// The assembler and the linker of a machine.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Assembler {
    Thumb,
    Riscv,
}

impl Assembler {
    fn tools(self) -> (&'static str, &'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Thumb => ("arm-none-eabi", &["-mcpu=cortex-m4"], &[]),
            Self::Riscv => ("riscv64-unknown-elf", &["-march=rv32imc", "-mabi=ilp32"], &["-melf32lriscv"]),
        }
    }

    /// What goes with the lines of `text` that end with `cut`, in bytes: unreachable, instructions, literals.
    pub(crate) fn saving(self, text: &str) -> Option<[u64; 3]> {
        let is_cut = |it: &(usize, &str)| it.1.trim_end().ends_with("cut");
        let line = |it: (usize, &str)| SourceLine { file: "main.s".into(), line: it.0 as u32 + 1 };
        let lines = text.lines().enumerate().filter(is_cut).map(line).collect();
        let it = predict(&self.image(text)?, &Without::Lines(lines)).unwrap();
        assert_eq!(it.saves_at_least_bytes, it.unreachable_bytes + it.instruction_bytes + it.literal_bytes);
        Some([it.unreachable_bytes, it.instruction_bytes, it.literal_bytes])
    }

    pub(crate) fn image(self, text: &str) -> Option<Vec<u8>> {
        self.linked(text, &[])
    }

    /// The same with more options of the linker.
    pub(crate) fn linked(self, text: &str, options: &[&str]) -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.s"), text).unwrap();
        let (prefix, assembling, linking) = self.tools();
        let run = |tool: &str, arguments: &[&str]| {
            let tool = format!("{prefix}-{tool}");
            match Command::new(&tool).current_dir(folder.path()).args(arguments).output() {
                Ok(it) => assert!(it.status.success(), "{}", String::from_utf8_lossy(&it.stderr)),
                Err(error) => {
                    eprintln!("skipped: {tool}: {error}");
                    return None;
                }
            }
            Some(())
        };
        run("as", &[assembling, &["-g", "-o", "main.o", "main.s"]].concat())?;
        run(
            "ld",
            &[linking, options, &["-Ttext=0x1000", "-e", "main", "-o", "main.elf", "main.o"]].concat(),
        )?;
        Some(std::fs::read(folder.path().join("main.elf")).unwrap())
    }
}
