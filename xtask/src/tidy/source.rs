//! The files that are checked: everything that git tracks or would track.

use super::Finding;
use crate::command::output;
use crate::workspace::root;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// A file of the repository.
#[derive(Debug, Clone)]
pub struct Source {
    /// From the top folder, with `/`.
    pub path: String,
    /// Its text; empty if it holds something else.
    pub text: String,
}

impl Source {
    /// A complaint about one line, counted from 0.
    pub fn finding(&self, line_idx: usize, complaint: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line: line_idx + 1, complaint: complaint.into() }
    }

    /// A complaint about the file as a whole.
    pub fn whole(&self, complaint: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line: 0, complaint: complaint.into() }
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it only tests.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs") || self.path.contains("/benches/")
    }

    /// Its lines with their index, up to the tests at its end, without comments.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        let lines = lines.take_while(|(_, it)| it.trim_start() != "#[cfg(test)]");
        lines.map(|(idx, it)| (idx, without_comment(it))).filter(|(_, it)| !it.trim().is_empty())
    }
}

/// A line up to its comment; a `//` inside a string (as in a URL) follows a colon.
fn without_comment(line: &str) -> &str {
    let is_comment = |idx: &usize| !line[..*idx].ends_with(':');
    let end = line.match_indices("//").map(|(idx, _)| idx).find(is_comment);
    &line[..end.unwrap_or(line.len())]
}

/// Reads them all.
pub fn read_all() -> Result<Vec<Source>> {
    let mut paths = match tracked_paths() {
        Ok(paths) => paths,
        // An unpacked archive, or no git at all: what is there, except what tools make.
        Err(_) => walked_paths(root(), "")?,
    };
    paths.sort();
    paths.dedup();
    let read = |path: String| {
        let text = std::fs::read_to_string(root().join(&path)).unwrap_or_default();
        root().join(&path).is_file().then_some(Source { path, text })
    };
    Ok(paths.into_iter().filter_map(read).collect())
}

fn tracked_paths() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    Ok(output(&mut git)?.split_terminator('\0').map(str::to_owned).collect())
}

fn walked_paths(folder: &Path, prefix: &str) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_file() {
            paths.push(path);
        } else if entry.file_type()?.is_dir() && !matches!(&*name, ".git" | "target" | "node_modules") {
            paths.extend(walked_paths(&entry.path(), &format!("{path}/"))?);
        }
    }
    Ok(paths)
}
