//! The small inputs of `analyzer/tests/wild`: built anew from their sources where the tools are installed, else
//! read from `../shared/wild` where that lies beside the checkout, else skipped with a message. `cargo xtask wild`
//! sets `PLIMSOLL_WILD`, and then each has to be built.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with the sources of one case, in which its steps run. It goes away with the value.
pub(crate) struct Case {
    name: &'static str,
    folder: tempfile::TempDir,
}

impl Case {
    /// A copy of `analyzer/tests/wild/<name>`.
    pub(crate) fn of(name: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sources: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "wild", name].iter().collect();
        for entry in std::fs::read_dir(&sources).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        Self { name, folder }
    }

    /// Runs one command line in the folder, its words parted by spaces; `None`, with a message, where its
    /// program is not installed.
    pub(crate) fn run(&self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        let program = words.next().unwrap();
        match Command::new(program).args(words).current_dir(self.folder.path()).output() {
            Ok(it) => {
                assert!(it.status.success(), "{line}\n{}", String::from_utf8_lossy(&it.stderr));
                Some(())
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !must_build() => {
                eprintln!("not built: there is no {program}");
                None
            }
            Err(error) => panic!("{line}: {error}"),
        }
    }

    /// `file` after all of `steps`; where their programs are absent, the file of that name in
    /// `../shared/wild/<case>`; where that is absent as well, `None` with a message.
    pub(crate) fn built(&self, file: &str, steps: &[&str]) -> Option<Vec<u8>> {
        if steps.iter().all(|it| self.run(it).is_some()) {
            return Some(self.read(file));
        }
        self.given(file)
    }

    /// `file` of `../shared/wild/<case>`, for what the usual tools cannot build; without that, `None` with a message.
    pub(crate) fn given(&self, file: &str) -> Option<Vec<u8>> {
        let given: PathBuf =
            [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "wild", self.name, file].iter().collect();
        let content = std::fs::read(&given).ok();
        if content.is_none() {
            eprintln!("skipped: there is no {}", given.display());
        }
        content
    }

    /// A file of the case.
    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path().join(file)).unwrap()
    }

    /// A text of the case.
    pub(crate) fn text(&self, file: &str) -> String {
        String::from_utf8(self.read(file)).unwrap()
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn must_build() -> bool {
    std::env::var_os("PLIMSOLL_WILD").is_some()
}
