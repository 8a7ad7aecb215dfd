//! An image and the files beside it that hold its split debug information.

use crate::{failure, plan};
use object::Object;
use plimsoll_analyzer::Source;
use plimsoll_analyzer::debug::{DebugInfo, DebugSections};
use std::path::{Path, PathBuf};

/// All files with split debug information together: what is beyond is left out, with a warning.
const MAX_SPLIT_BYTES: u64 = 1 << 30;

/// What was read of an image.
#[derive(Debug)]
pub(crate) struct ImageFiles {
    elf: Vec<u8>,
    split: Vec<Vec<u8>>,
}

impl ImageFiles {
    /// Reads the image at `path` and, if it says that its debug information is elsewhere, that too: the package
    /// that was named, else the one beside the image, else the single files, and notes which.
    pub(crate) fn read(path: &Path, dwp: Option<&Path>) -> anyhow::Result<Self> {
        let elf = plan::read_elf(path)?;
        let missing = missing_files(&elf);
        let split = match dwp {
            Some(dwp) => vec![plan::read_file(dwp, "the package")?],
            None if missing.is_empty() => Vec::new(),
            None => beside(path, &missing),
        };
        Ok(Self { elf, split })
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source { elf: &self.elf, split: &self.split }
    }
}

/// The files that units of the image name and that it does not hold, as the compiler called them. What is no
/// ELF has none; that it is none is told by who analyses it.
pub(crate) fn missing_files(elf: &[u8]) -> Vec<String> {
    // Split units have their addresses in a table; without one, the units need not be read.
    if !object::File::parse(elf).is_ok_and(|it| it.section_by_name(".debug_addr").is_some()) {
        return Vec::new();
    }
    DebugSections::parse(elf).map_or_else(|_| Vec::new(), |it| DebugInfo::new(&it).missing_files().to_vec())
}

fn beside(path: &Path, missing: &[String]) -> Vec<Vec<u8>> {
    let mut package = path.as_os_str().to_owned();
    package.push(".dwp");
    let package = PathBuf::from(package);
    if let Ok(content) = std::fs::read(&package) {
        failure::note(&format!("split debug information is read from {}", package.display()));
        return vec![content];
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let (mut found, mut left) = (Vec::new(), MAX_SPLIT_BYTES);
    for name in missing {
        let Some(file) = loose(name, folder) else { continue };
        let size = file.metadata().map_or(u64::MAX, |it| it.len());
        let Some(rest) = left.checked_sub(size) else {
            failure::warn("the .dwo files have more than 1 GiB, so not all of them are read");
            break;
        };
        left = rest;
        found.extend(std::fs::read(file));
    }
    if !found.is_empty() {
        failure::note(&format!("split debug information is read from {} .dwo files", found.len()));
    }
    found
}

/// Where the compiler wrote it, else beside the image, where it may have been copied to.
fn loose(name: &str, folder: &Path) -> Option<PathBuf> {
    let copied = name.rsplit(['/', '\\']).next().map(|it| folder.join(it));
    [Some(PathBuf::from(name)), copied].into_iter().flatten().find(|it| it.is_file())
}
