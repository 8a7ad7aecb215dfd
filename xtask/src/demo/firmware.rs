//! Whether the firmware is still the one whose voyage was recorded.

use crate::terminal::say;
use crate::workspace::root;
use anyhow::Result;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

const FILE: &str = "firmware-fingerprint";

/// Keeps what the firmware's sources look like now.
pub fn remember(data: &Path) -> Result<()> {
    Ok(fs::write(data.join(FILE), fingerprint(&root().join("firmware"))?)?)
}

/// The recorded voyage stands, whatever happens to the sources; but nobody should wonder why it does.
pub fn warn_of_change(data: &Path) -> Result<()> {
    let recorded = fs::read_to_string(data.join(FILE)).unwrap_or_default();
    if recorded != fingerprint(&root().join("firmware"))? {
        say("The firmware's sources have changed since this voyage was recorded; --fresh sails it again.");
    }
    Ok(())
}

/// Names and contents of all sources that the images are built from.
fn fingerprint(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(folder)?.hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let is_built_from =
            ["rs", "c", "h", "x", "toml"].iter().any(|it| path.extension().is_some_and(|e| e == *it));
        if path.is_dir()
            && !matches!(path.file_name().and_then(|it| it.to_str()), Some("node_modules" | "tests"))
        {
            collect(&path, files)?;
        } else if is_built_from {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_source_changes_the_fingerprint_and_notes_do_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/main.rs"), "fn main() {}").unwrap();
        let first = fingerprint(folder.path()).unwrap();
        fs::write(folder.path().join("README.md"), "notes").unwrap();
        assert_eq!(fingerprint(folder.path()).unwrap(), first);
        fs::write(folder.path().join("src/main.rs"), "fn main() { loop {} }").unwrap();
        assert_ne!(fingerprint(folder.path()).unwrap(), first);
    }
}
