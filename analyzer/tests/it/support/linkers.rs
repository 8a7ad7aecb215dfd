//! Real linkers, to hold ourselves to what they say. Tests are skipped, with a message, where one is absent.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A linker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linker {
    Gnu,
    Lld,
}

pub(crate) const LINKERS: [Linker; 2] = [Linker::Gnu, Linker::Lld];

/// A folder to link in, with `main.o`, and `libhelp.a` where there is a second source.
pub(crate) struct Workshop {
    folder: TempDir,
}

/// What became of a link.
pub(crate) struct Linked {
    pub(crate) succeeded: bool,
    /// What the linker printed.
    pub(crate) log: String,
    /// What it wrote with `-Map`.
    pub(crate) map: String,
}

impl Workshop {
    /// `None` without an ARM compiler.
    pub(crate) fn new(main: &str, helper: Option<&str>) -> Option<Self> {
        let workshop = Self { folder: tempfile::tempdir().unwrap() };
        workshop.compile("main", main)?;
        if let Some(helper) = helper {
            workshop.compile("helper", helper)?;
            let archive = workshop.run("arm-none-eabi-ar".as_ref(), &["rcs", "libhelp.a", "helper.o"])?;
            assert!(archive.status.success());
        }
        Some(workshop)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    /// Links in the layout of `script`. `None` where there is no such linker.
    pub(crate) fn link(&self, linker: Linker, script: &str, arguments: &[&str]) -> Option<Linked> {
        self.write("link.x", script);
        let mut all = match linker {
            Linker::Gnu => vec![],
            Linker::Lld => vec!["-flavor", "gnu"],
        };
        all.extend(arguments);
        all.extend(["--gc-sections", "-T", "link.x", "-o", "main.elf", "-Map=main.map", "main.o"]);
        if self.path().join("libhelp.a").exists() {
            all.push("libhelp.a");
        }
        let _ = std::fs::remove_file(self.path().join("main.map"));
        let output = self.run(&program(linker), &all)?;
        Some(Linked {
            succeeded: output.status.success(),
            log: String::from_utf8([output.stdout, output.stderr].concat()).unwrap(),
            map: std::fs::read_to_string(self.path().join("main.map")).unwrap_or_default(),
        })
    }

    fn compile(&self, name: &str, source: &str) -> Option<()> {
        let (input, output) = (format!("{name}.c"), format!("{name}.o"));
        self.write(&input, source);
        let options =
            ["-mthumb", "-mcpu=cortex-m4", "-Os", "-fcommon", "-ffunction-sections", "-fdata-sections"];
        let arguments = [&options[..], &["-c", &input, "-o", &output]].concat();
        let output = self.run("arm-none-eabi-gcc".as_ref(), &arguments)?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(())
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Option<Output> {
        match Command::new(program).args(arguments).current_dir(self.path()).output() {
            Ok(output) => Some(output),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                eprintln!("skipped: there is no {}", program.display());
                None
            }
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) fn program(linker: Linker) -> PathBuf {
    if linker == Linker::Gnu {
        return "arm-none-eabi-ld".into();
    }
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap().stdout;
    let sysroot = PathBuf::from(String::from_utf8(sysroot).unwrap().trim());
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).unwrap();
    let mut programs = hosts.map(|it| it.unwrap().path().join("bin/rust-lld"));
    programs.find(|it| it.exists()).unwrap_or_else(|| "rust-lld".into())
}
