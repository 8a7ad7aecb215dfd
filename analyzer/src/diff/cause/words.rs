//! What a cause let in, in a word or two.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::draft::LetIn;
use super::trace::Object;
use super::{CauseKind, Traced};
use crate::bloat::machinery::Part;
use crate::bloat::services::{self, Service};

/// What some rows of a report are together: most of them formatting, panics, or there since a library was asked
/// for something.
pub(super) fn family(side: &Traced, rows: &[LetIn]) -> Option<(CauseKind, String)> {
    let total_bytes: u64 = rows.iter().map(|it| it.bytes).sum();
    let sum = |counts: &dyn Fn(Part) -> bool| -> u64 {
        let part = |row: u32| side.trace.parts.get(row as usize).copied().unwrap_or(Part::None);
        rows.iter().filter(|it| counts(part(it.row))).map(|it| it.bytes).sum()
    };
    let is_most = |bytes: u64| bytes > 0 && bytes.saturating_mul(2) >= total_bytes;
    if is_most(sum(&Part::is_formatting)) {
        let has_floats = sum(&|it| it == Part::Float) > 0;
        let words = if has_floats { "formatting with floats" } else { "formatting" };
        return Some((CauseKind::Formatting, words.to_owned()));
    }
    if is_most(sum(&|it| matches!(it, Part::Panicking | Part::Check))) {
        return Some((CauseKind::Panics, "panics".to_owned()));
    }
    let (service, bytes) = service(side, rows)?;
    let name = |it: &LetIn| side.report.symbols.get(it.row as usize).map(|it| it.name.as_str());
    let has_floats = rows.iter().filter_map(name).any(services::is_float);
    is_most(bytes).then(|| (CauseKind::Reference, service.words(has_floats).to_owned()))
}

/// What most of some rows is there for: what is behind one function of a library, or twice what its functions are alone.
fn service(side: &Traced, rows: &[LetIn]) -> Option<(Service, u64)> {
    let mut own: BTreeMap<Service, u64> = BTreeMap::new();
    let mut behind: BTreeMap<Service, u64> = BTreeMap::new();
    for it in rows {
        let name = side.report.symbols.get(it.row as usize).map(|it| it.name.as_str());
        let Some(service) = name.and_then(Service::of) else { continue };
        *own.entry(service).or_default() += it.bytes.saturating_mul(2);
        let most = behind.entry(service).or_default();
        *most = it.retained_bytes.max(*most);
    }
    let all = behind.into_iter().chain(own);
    all.max_by_key(|it| (it.1, Reverse(it.0)))
}

/// The library that most of some rows is from: the archive that the linker's map names, else the crate.
pub(super) fn library(side: &Traced, rows: &[LetIn]) -> Option<String> {
    let mut sums: Vec<(&str, u64)> = Vec::new();
    for LetIn { row, bytes, .. } in rows.iter().copied() {
        let krate = side.report.symbols.get(row as usize).and_then(|it| it.krate.as_deref());
        let Some(name) = archive(side, row).or(krate) else { continue };
        match sums.iter_mut().find(|it| it.0 == name) {
            Some(sum) => sum.1 += bytes,
            None => sums.push((name, bytes)),
        }
    }
    let (name, bytes) = sums.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))?;
    let total_bytes: u64 = rows.iter().map(|it| it.bytes).sum();
    (bytes.saturating_mul(2) >= total_bytes).then(|| name.to_owned())
}

/// `/usr/lib/libc_nano.a(lib_a-printf.o)` → `libc_nano`.
fn archive(side: &Traced, row: u32) -> Option<&str> {
    match side.trace.objects.get(row as usize)? {
        Some(Object::File(file)) => archive_of(file),
        _ => None,
    }
}

fn archive_of(object: &str) -> Option<&str> {
    let (archive, _) = object.split_once(".a(").or_else(|| object.split_once(".a:"))?;
    archive.rsplit(['/', '\\']).next().filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_archive_is_called_by_its_file() {
        let name = super::archive_of("/usr/lib/thumb/nofp/libc_nano.a(lib_a-printf.o)");
        assert_eq!(name, Some("libc_nano"));
        assert_eq!(super::archive_of("main.o"), None);
    }
}
