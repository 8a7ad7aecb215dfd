//! Linker scripts with all that they include: found, read and understood.

use crate::args::MemoryArgs;
use crate::failure::{self, WithHint};
use crate::plan;
use anyhow::anyhow;
use plimsoll_analyzer::{Layout, ScriptFile, Scripts};
use plimsoll_protocol::MemoryScript;
use std::path::{Path, PathBuf};

/// No linker script is larger. What is, may be anything.
const MAX_SCRIPT_BYTES: u64 = 1 << 21;

/// Reads the scripts at `paths`; in messages, they are called relative to the first of `bases` that they
/// lie in.
pub(crate) fn read(args: &MemoryArgs, paths: &[PathBuf], bases: &[&Path]) -> anyhow::Result<Layout> {
    let mut search = Search { folders: &args.folders, included: Vec::new(), missing: Vec::new() };
    let mut files = Vec::new();
    for path in paths {
        let text = text_of(path)?;
        let script = ScriptFile::new(shown(path, bases), text);
        search.include(&script, path.parent().unwrap_or(Path::new("")));
        files.push(script);
    }
    let scripts = Scripts { files, included: search.included, symbols: args.symbols.clone() };
    let layout = plimsoll_analyzer::parse_layout(&scripts).map_err(|it| anyhow!(it));
    if let Some(name) = search.missing.first().filter(|_| layout.is_err()) {
        return layout.hint(format!("INCLUDE {name}: `--library-path FOLDER` says where to look for it"));
    }
    let layout = refuse_without_regions(layout?, paths, bases)?;
    layout.warnings.iter().for_each(|it| failure::warn(&it.to_string()));
    Ok(layout)
}

/// Scripts that somebody named and that say nothing would be ignored silently.
fn refuse_without_regions(layout: Layout, paths: &[PathBuf], bases: &[&Path]) -> anyhow::Result<Layout> {
    match paths.last() {
        Some(path) if layout.regions.is_empty() => {
            Err(anyhow!("{}: the script has no MEMORY block that names a region", shown(path, bases)))
        }
        _ => Ok(layout),
    }
}

/// The layout as the server gets it: one script that needs no other file.
pub(crate) fn script(layout: &Layout, paths: &[PathBuf], bases: &[&Path]) -> Option<MemoryScript> {
    let (first, others) = paths.split_first()?;
    let path = match others.len() {
        0 => shown(first, bases),
        n => format!("{} and {n} more", shown(first, bases)),
    };
    Some(MemoryScript { path, text: layout.to_string() })
}

/// Looks for included files, each name once.
struct Search<'run> {
    folders: &'run [PathBuf],
    included: Vec<ScriptFile>,
    missing: Vec<String>,
}

impl Search<'_> {
    /// Finds what `script` of `folder` includes, and what that includes in turn, in the same grammar.
    fn include(&mut self, script: &ScriptFile, folder: &Path) {
        let in_folder = |name| (name, folder.to_owned());
        let mut open: Vec<(String, PathBuf)> =
            plimsoll_analyzer::script_file_includes(script).into_iter().map(in_folder).collect();
        while let Some((name, folder)) = open.pop() {
            if self.included.iter().any(|it| it.name == name) || self.missing.contains(&name) {
                continue;
            }
            let Some((path, text)) = self.find(&name, &folder) else {
                self.missing.push(name);
                continue;
            };
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            let included = ScriptFile::new(script.name.clone(), text);
            let names = plimsoll_analyzer::script_file_includes(&included).into_iter();
            open.extend(names.map(|it| (it, folder.clone())));
            self.included.push(ScriptFile { name, ..included });
        }
    }

    /// In the folder of the script that asks, then in ours, then where the user says.
    fn find(&self, name: &str, folder: &Path) -> Option<(PathBuf, String)> {
        let folders = [folder, Path::new("")].into_iter().chain(self.folders.iter().map(PathBuf::as_path));
        let mut paths = folders.map(|it| it.join(name));
        paths.find_map(|it| text_of(&it).ok().map(|text| (it, text)))
    }
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    let is_script = |it: std::fs::Metadata| it.is_file() && it.len() <= MAX_SCRIPT_BYTES;
    if path.metadata().is_ok_and(|it| !is_script(it)) {
        return Err(anyhow!("{} is no linker script: not a file of at most 2 MiB", path.display()));
    }
    let bytes = plan::read_file(path, "the memory script")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn shown(path: &Path, bases: &[&Path]) -> String {
    bases.iter().find_map(|it| path.strip_prefix(it).ok()).unwrap_or(path).display().to_string()
}
