//! The folders that units were compiled in, and what the files below them are called.

use std::collections::BTreeMap;

use super::Slice;
use super::paths::{self, is_absolute, known, normal};
use super::units::Units;

/// Builds happen in the folder of the project, or in one so many levels below it.
const MAX_BUILD_LEVELS: usize = 2;
/// Longer paths, more folders and deeper ones are not looked at: many units may share the bytes of one
/// endless text.
const MAX_PATH_BYTES: usize = 1024;
const MAX_FOLDERS: usize = 1024;
const MAX_LEVELS: usize = 64;

/// What is cut off the paths of one image, so that they read alike on every machine.
#[derive(Debug, Default)]
pub(super) struct Roots {
    /// The program's own folder: files are called by their path from there.
    own: Option<String>,
    /// What other folders are called, none of them inside of another.
    others: BTreeMap<String, String>,
    /// Where the compiler says that its standard library stood, if all of it is of one compiler.
    rust: Option<String>,
}

impl Roots {
    /// `program` are addresses of the program's own code, the surest first.
    pub(super) fn new(units: &Units<'_>, program: &[u64]) -> Self {
        // How many units were compiled there, and one of them.
        let mut by_folder: BTreeMap<&[u8], (usize, usize)> = BTreeMap::new();
        for unit_idx in 0..units.list.len() {
            let Some(folder) = units.skeleton(unit_idx).comp_dir.filter(is_short) else { continue };
            if let Some((n_units, _)) = by_folder.get_mut(folder.slice()) {
                *n_units += 1;
            } else if by_folder.len() < MAX_FOLDERS {
                by_folder.insert(folder.slice(), (1, unit_idx));
            }
        }
        let own = program.iter().find_map(|it| folder_of(units, units.at(*it)?));
        let usual = || {
            let folders = by_folder.values().filter_map(|it| Some((it.0, folder_of(units, it.1)?)));
            folders.max().map(|it| it.1)
        };
        let own = own.or_else(usual);
        let folders: Vec<String> = by_folder.keys().map(|it| normal(&String::from_utf8_lossy(it))).collect();
        let mut compilers = folders.iter().filter(|it| it.starts_with("/rustc/"));
        let rust = compilers.next().filter(|_| compilers.next().is_none()).cloned();
        Self { others: named(outermost(folders, own.as_deref())), own, rust }
    }

    /// The standard library has two paths in one image: one in what came compiled, one in what is generic.
    pub(super) fn settled(&self, path: String) -> String {
        match (&self.rust, path.split_once(paths::RUST_SOURCES)) {
            (Some(rust), Some((_, rest))) => format!("{rust}/{rest}"),
            _ => path,
        }
    }

    /// The path without what differs from machine to machine.
    pub(super) fn short(&self, path: &str) -> String {
        if known(path).is_some() || paths::made_by_build_script(path).is_some() {
            return paths::short(path);
        }
        if let Some(rest) = self.own.as_deref().and_then(|it| below(it, path)) {
            return rest.to_owned();
        }
        let mut parents = path.match_indices('/').take(MAX_LEVELS).map(|it| path.split_at(it.0));
        let named = parents.find_map(|(folder, rest)| Some((self.others.get(folder)?, rest)));
        named.map_or_else(|| paths::short(path), |(name, rest)| format!("{name}{rest}"))
    }
}

/// The folder of the project that a unit belongs to; builds have folders of their own in it.
fn folder_of(units: &Units<'_>, unit_idx: usize) -> Option<String> {
    let unit = units.skeleton(unit_idx);
    let mut file = super::text(unit.comp_dir.filter(is_short)?);
    let folder = normal(&file);
    if let Some(name) = unit.name.or_else(|| units.entries(unit_idx).name).filter(is_short) {
        paths::push(&mut file, &super::text(name));
    }
    is_somewhere(&folder).then(|| project(&folder, &normal(&file)).to_owned())
}

fn is_short(path: &Slice<'_>) -> bool {
    path.len() <= MAX_PATH_BYTES
}

/// Of all folders but `own` those that are in no other.
fn outermost(mut folders: Vec<String>, own: Option<&str>) -> Vec<String> {
    // So each comes right before those inside of it.
    folders.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    let is_in = |folder: &str, path: &str| folder == path || below(folder, path).is_some();
    let mut others: Vec<String> = Vec::new();
    for folder in folders.into_iter().filter(|it| is_somewhere(it)) {
        let is_inside = own.into_iter().chain(others.last().map(String::as_str)).any(|it| is_in(it, &folder));
        if !is_inside {
            others.push(folder);
        }
    }
    others
}

/// The folder that a unit was compiled in, or one a little above where its source is below that.
fn project<'a>(folder: &'a str, file: &str) -> &'a str {
    let parents = std::iter::successors(Some(folder), |it| it.rsplit_once('/').map(|it| it.0));
    let mut near = parents.take(MAX_BUILD_LEVELS + 1).filter(|it| is_somewhere(it));
    near.find(|it| below(it, file).is_some()).unwrap_or(folder)
}

/// Whether it tells more than the root of a file system, and is no place that has a name already.
fn is_somewhere(folder: &str) -> bool {
    let is_root =
        folder.trim_end_matches('/').rsplit('/').next().is_none_or(|it| it.is_empty() || it.ends_with(':'));
    is_absolute(folder) && !is_root && known(&format!("{folder}/")).is_none()
}

fn below<'path>(folder: &str, path: &'path str) -> Option<&'path str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// By the last part of their paths; folders that share it keep the whole.
fn named(folders: Vec<String>) -> BTreeMap<String, String> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in folders {
        let name = folder.rsplit('/').next().unwrap_or_default().to_owned();
        by_name.entry(name).or_default().push(folder);
    }
    let only = |(name, mut folders): (String, Vec<String>)| {
        let folder = folders.pop().filter(|_| folders.is_empty())?;
        Some((folder, name))
    };
    by_name.into_iter().filter_map(only).collect()
}

#[cfg(test)]
mod tests;
