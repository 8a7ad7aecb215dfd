//! Real firmware, where it is at hand.

use std::path::PathBuf;

/// Every real image at hand: the corpus and our own firmware, where it was built.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "target", "thumbv6m-none-eabi", "firmware"].iter().collect();
    let own = ["blink", "logger"].map(|it| (format!("our own {it}"), std::fs::read(folder.join(it))));
    let own = own.into_iter().filter_map(|(name, content)| Some((name, content.ok()?)));
    files().into_iter().chain(own).collect()
}

/// Our own firmware linked with its relocations kept, as `cargo xtask firmware` does; without it, a message.
pub(crate) fn own_with_relocations() -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "target/emit-relocs/thumbv6m-none-eabi/firmware"].iter().collect();
    let read = |name: &str| {
        let content = std::fs::read(folder.join(name)).ok();
        if content.is_none() {
            eprintln!("skipped: there is no {name} in {}", folder.display());
        }
        Some((format!("our own {name}"), content?))
    };
    ["blink", "logger", "station", "logger-cfmt", "logger-core-fmt", "logger-ufmt"]
        .into_iter()
        .filter_map(read)
        .collect()
}

/// Name and content of every ELF of the corpus. Without the corpus there is none, and a message.
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "corpus"].iter().collect();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "elf"));
    paths.sort();
    paths
        .into_iter()
        .map(|it| (it.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(it).unwrap()))
        .collect()
}

/// The content of one file.
pub(crate) fn file(name: &str) -> Option<Vec<u8>> {
    files().into_iter().find(|(it, _)| it == name).map(|(_, content)| content)
}

/// Programs that were linked with their relocations kept. Without them, or without `zstd` to unpack
/// them, there is none, and a message.
pub(crate) fn truths() -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "fmt-truth"].iter().collect();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "zst"));
    paths.sort();
    let unpacked = |path: PathBuf| {
        let output = std::process::Command::new("zstd").arg("-dc").arg(&path).output().ok()?;
        output
            .status
            .success()
            .then(|| (path.file_stem().unwrap().to_string_lossy().into_owned(), output.stdout))
    };
    let truths: Vec<_> = paths.into_iter().filter_map(unpacked).collect();
    if truths.is_empty() {
        eprintln!("skipped: zstd does not unpack anything");
    }
    truths
}
