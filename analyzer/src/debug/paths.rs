//! Paths of source files: joined, without detours, short enough to read, and whose crate they are.

/// Where toolchains keep the sources of the standard library.
pub(super) const RUST_SOURCES: &str = "/lib/rustlib/src/rust/";

/// Appends `part` to `path`, or replaces it where `part` begins at a root.
pub(super) fn push(path: &mut String, part: &str) {
    if is_absolute(part) {
        part.clone_into(path);
        return;
    }
    let separator = if is_windows(path) { '\\' } else { '/' };
    if !path.is_empty() && !path.ends_with(['/', '\\']) {
        path.push(separator);
    }
    path.push_str(part);
}

pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || is_windows(path)
}

/// `C:\…`, `C:/…` or `\\host\…`.
fn is_windows(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with('\\') || (bytes.get(1) == Some(&b':') && matches!(bytes.get(2), Some(b'\\' | b'/')))
}

/// Without `.`, `..` and doubled slashes, so that one file has one spelling.
pub(super) fn normal(path: &str) -> String {
    let path = if is_windows(path) { path.replace('\\', "/") } else { path.to_owned() };
    let root = if path.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

/// Where a path is the same for everybody: the standard library, a registry, a checkout.
pub(super) struct Known<'path> {
    /// `rust`, `embassy-9312dcb/46aeae8`, or nothing for a registry.
    origin: String,
    /// From there on, e.g. `library/core/src/fmt/mod.rs`.
    rest: &'path str,
}

pub(super) fn known(path: &str) -> Option<Known<'_>> {
    if let Some((_, rest)) = path.split_once("/rustc/") {
        let (hash, rest) = rest.split_once('/')?;
        let is_hash = !hash.is_empty() && hash.bytes().all(|it| it.is_ascii_hexdigit() || it == b'.');
        return is_hash.then(|| Known { origin: "rust".into(), rest });
    }
    if let Some((_, rest)) = path.split_once(RUST_SOURCES) {
        return Some(Known { origin: "rust".into(), rest });
    }
    if let Some((_, rest)) = path.split_once("/registry/src/") {
        let (_index, rest) = rest.split_once('/')?;
        return Some(Known { origin: String::new(), rest });
    }
    let (_, rest) = path.split_once("/git/checkouts/")?;
    let (repository, rest) = rest.split_once('/')?;
    let (revision, rest) = rest.split_once('/')?;
    let name = repository.rsplit_once('-').map_or(repository, |it| it.0);
    Some(Known { origin: format!("{name}@{revision}"), rest })
}

/// Whether a file is made to be included by others.
pub(super) fn is_header(path: &str) -> bool {
    const ENDINGS: [&str; 6] = ["h", "hh", "hpp", "hxx", "h++", "inc"];
    path.rsplit_once('.').is_some_and(|(_, it)| ENDINGS.iter().any(|ending| it.eq_ignore_ascii_case(ending)))
}

/// The path without what differs from machine to machine: `rust/library/core/src/fmt/mod.rs`,
/// `heapless-0.8.0/src/vec.rs`, `embassy@46aeae8/embassy-time/src/timer.rs`,
/// `esp-idf/components/heap/heap_caps.c`; other paths as they are.
pub(super) fn short(path: &str) -> String {
    match known(path) {
        Some(Known { origin, rest }) if origin.is_empty() => rest.to_owned(),
        Some(Known { origin, rest }) => format!("{origin}/{rest}"),
        None => made_by_build_script(path).unwrap_or_else(|| in_esp_idf(path).unwrap_or(path).to_owned()),
    }
}

/// `app/out/bindings.rs` of `…/build/app-<16 digits>/out/bindings.rs`, where cargo has build scripts write.
pub(super) fn made_by_build_script(path: &str) -> Option<String> {
    const DIGITS: usize = 16;
    let (before, rest) = path.split_once("/out/")?;
    let (folder, package) = before.rsplit_once('/')?;
    let (name, hash) = package.rsplit_once('-')?;
    let is_hash = hash.len() == DIGITS && hash.bytes().all(|it| it.is_ascii_hexdigit());
    (is_hash && folder.ends_with("/build")).then(|| format!("{name}/out/{rest}"))
}

/// From the folder of Espressif's SDK on, which is called `esp-idf` or, with its version, `esp-idf-v5.1`.
fn in_esp_idf(path: &str) -> Option<&str> {
    let folder_end = path.find("/components/")?;
    let folder = path[..folder_end].rfind('/').map_or(0, |it| it + 1);
    path[folder..folder_end].starts_with("esp-idf").then(|| &path[folder..])
}

/// The crate that a path belongs to, where it is one of those places.
pub(super) fn krate(path: &str) -> Option<String> {
    let Known { origin, rest } = known(path)?;
    let folder = if origin == "rust" {
        let rest = rest.strip_prefix("library/").or_else(|| rest.strip_prefix("src/lib"))?;
        rest.split('/').next()?
    } else if origin.is_empty() {
        without_version(rest.split('/').next()?)
    } else {
        rest.split_once("/src/")?.0.rsplit('/').next()?
    };
    let name = folder.replace('-', "_");
    let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    is_name.then_some(name)
}

/// `heapless` of `heapless-0.8.0`.
fn without_version(folder: &str) -> &str {
    let is_version = |at: &usize| folder[at + 1..].starts_with(|it: char| it.is_ascii_digit());
    folder.match_indices('-').map(|it| it.0).find(is_version).map_or(folder, |at| &folder[..at])
}

#[cfg(test)]
mod tests;
