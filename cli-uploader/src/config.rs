//! `plimsoll.toml`: found by walking up, read with mistakes named by file, line and key.

mod read;

use crate::failure::WithHint;
use anyhow::{Context, anyhow};
use plimsoll_protocol::{Budget, ProjectName, TargetName};
use std::path::{Path, PathBuf};

/// The file's name.
pub(crate) const FILE_NAME: &str = "plimsoll.toml";

/// What the file says. All paths are resolved against the file's folder.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// Where it was found; absent where there is no file.
    pub path: Option<PathBuf>,
    pub server: Option<String>,
    pub project: Option<ProjectName>,
    pub targets: Vec<Target>,
}

/// One `[[target]]`.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub name: TargetName,
    pub elf: PathBuf,
    pub memory: Vec<PathBuf>,
    /// What the linker writes beside the image.
    pub map: Option<PathBuf>,
    pub budgets: Vec<Budget>,
}

impl Config {
    /// The file that was named, or else the nearest one from `current_dir` up to the repository's root.
    pub(crate) fn load(named: Option<&Path>, current_dir: &Path) -> anyhow::Result<Self> {
        match named {
            Some(path) => Self::read(&current_dir.join(path)),
            None => search(current_dir).map_or_else(|| Ok(Self::default()), |it| Self::read(&it)),
        }
    }

    /// The target of that name.
    pub(crate) fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|it| it.name.as_str() == name)
    }

    /// The target whose ELF is this file.
    pub(crate) fn target_of(&self, elf: &Path) -> Option<&Target> {
        self.targets.iter().find(|it| is_same_file(&it.elf, elf))
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut config = read::parse(&text, folder)
            .map_err(|it| anyhow!("{}:{}: {}", path.display(), it.line, it.message))
            .hint("`plimsoll upload --help` shows the format")?;
        config.path = Some(path.to_owned());
        Ok(config)
    }
}

fn search(current_dir: &Path) -> Option<PathBuf> {
    for folder in current_dir.ancestors() {
        let path = folder.join(FILE_NAME);
        if path.is_file() {
            return Some(path);
        }
        // A file beyond the repository belongs to something else.
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
