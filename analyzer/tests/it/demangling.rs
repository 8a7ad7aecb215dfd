//! Names and units against independent tools, over all real files at hand: `c++filt` and `readelf` (llvm-cxxfilt
//! leaves Rust's legacy names half mangled).

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use plimsoll_analyzer::debug::{DebugInfo, DebugSections};
use plimsoll_analyzer::{Report, analyze};

use crate::support::corpus;

/// What `tool` writes for these lines; `None`, with a message, where it is not installed.
fn filtered(tool: &str, lines: &[&str]) -> Option<Vec<String>> {
    let spawned = Command::new(tool).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        eprintln!("skipped: there is no {tool}");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let text = lines.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Without the hash that Rust's legacy mangling ends a path with.
fn without_hash(name: &str) -> &str {
    let hash = name.rsplit_once("::h").filter(|it| it.1.len() == 16);
    hash.filter(|it| it.1.bytes().all(|it| it.is_ascii_hexdigit())).map_or(name, |it| it.0)
}

/// Every mangled name with ours, once, and the crate.
fn mangled(report: &Report) -> BTreeMap<&str, (&str, Option<&str>)> {
    let is_mangled = |it: &str| it.starts_with("_Z") || it.starts_with("_R");
    let symbols = report.symbols.iter().filter(|it| is_mangled(&it.mangled));
    symbols.map(|it| (it.mangled.as_str(), (it.name.as_str(), it.krate.as_deref()))).collect()
}

/// Without spaces, and without the number that tells crates of one name apart (`core[67ede13dfd74d7c9]::fmt`).
fn spelling(name: &str) -> String {
    let mut text = String::new();
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once('[') {
        text.push_str(before);
        let is_of_crate = before.ends_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
        let number = behind.split_once(']').filter(|it| it.0.bytes().all(|it| it.is_ascii_hexdigit()));
        rest = match number.filter(|_| is_of_crate) {
            Some((_, behind)) => behind,
            None => {
                text.push('[');
                behind
            }
        };
    }
    text.push_str(rest);
    // Some say of which type a constant is: `[u8; 4: usize]`.
    let types = [": usize", ": u32", ": u8", ": u16", ": u64", ": bool"];
    types.iter().fold(text, |text, it| text.replace(it, "")).replace(' ', "")
}

/// Every real file with names in it.
fn reports() -> Vec<(String, Report)> {
    let files = corpus::all().into_iter().chain(corpus::truths());
    files.filter_map(|(name, content)| Some((name, analyze(&content, &[]).ok()?))).collect()
}

#[test]
fn names_are_those_of_another_demangler() {
    let (mut n_names, mut n_same) = (0, 0);
    for (file, report) in reports() {
        let names = mangled(&report);
        let asked: Vec<&str> = names.keys().copied().collect();
        let Some(theirs) = filtered("c++filt", &asked) else { return };
        assert_eq!(theirs.len(), asked.len(), "one answer for each line of {file}");
        let mut shown = 0;
        for (mangled, theirs) in asked.iter().zip(&theirs).filter(|(mangled, theirs)| *mangled != theirs) {
            let ours = names[mangled].0;
            n_names += 1;
            // Of `path.0` and `path.1` some demanglers drop what tells them apart.
            let numbered = ours.rsplit_once('.').filter(|it| it.1.bytes().all(|it| it.is_ascii_digit()));
            let is_dropped = |it: &(&str, &str)| !theirs.contains(&format!(".{}", it.1));
            let ours = numbered.filter(is_dropped).map_or(ours, |it| it.0);
            if spelling(ours) == spelling(without_hash(theirs)) {
                n_same += 1;
            } else if shown < 5 {
                shown += 1;
                eprintln!("{file} {mangled}\n  ours  {ours}\n  c++filt {theirs}");
            }
        }
    }
    eprintln!("c++filt: {n_same} of {n_names} names are the same");
    assert_eq!(n_same, n_names);
}

#[test]
fn crates_are_the_first_of_the_paths_that_other_demanglers_show() {
    let (mut n_names, mut n_same) = (0, 0);
    for (file, report) in reports() {
        let names = mangled(&report);
        let asked: Vec<&str> = names.keys().copied().collect();
        let Some(theirs) = filtered("c++filt", &asked) else { return };
        for (mangled, theirs) in asked.iter().zip(&theirs) {
            let is_rust = mangled.starts_with("_R") || without_hash(theirs) != theirs;
            let theirs = spelling(theirs);
            let first = theirs.split("::").next().unwrap();
            let is_path = first.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            if !is_rust || !is_path || first == "__rustc" {
                continue;
            }
            n_names += 1;
            n_same += usize::from(names[mangled].1 == Some(first));
            if names[mangled].1 != Some(first) {
                eprintln!("{file} {mangled}: ours {:?}, c++filt {theirs}", names[mangled].1);
            }
        }
    }
    eprintln!("{n_same} of {n_names} crates are the same");
    assert_eq!(n_same, n_names);
}

/// Name, language code and producer of a unit, as far as it has them.
type Said = (Option<String>, Option<u64>, Option<String>);

/// What `readelf` says of each unit; `None` where it is not installed.
fn units_by_readelf(path: &Path) -> Option<Vec<Said>> {
    let output =
        Command::new("readelf").args(["-W", "--debug-dump=info", "--dwarf-depth=1"]).arg(path).output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no readelf");
        return None;
    };
    let mut units: Vec<Said> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if line.contains("(DW_TAG_compile_unit)") {
            units.push(Said::default());
        }
        let (Some(unit), Some((_, attribute))) = (units.last_mut(), line.split_once(" DW_AT_")) else {
            continue;
        };
        let Some((name, value)) = attribute.split_once(':') else { continue };
        let value = value.trim();
        // `(strp) (offset: 0x12): text`, `(string) text`, or without the form.
        let text = || {
            let indirect = value.split_once("): ").filter(|it| it.0.contains("offset: "));
            let plain = value.strip_prefix("(string) ").unwrap_or(value);
            indirect.map_or(plain, |it| it.1)
        };
        match name.trim() {
            "name" => unit.0 = Some(text().trim_end().to_owned()),
            "language" => unit.1 = value.split_whitespace().find_map(|it| it.parse().ok()),
            "producer" => unit.2 = Some(text().trim_end().to_owned()),
            _ => {}
        }
    }
    Some(units)
}

/// The codes of DWARF 5, section 7.12, that the files have.
fn language(code: u64) -> &'static str {
    match code {
        1 | 2 | 0xc | 0x1d | 0x2c => "C",
        4 | 0x1a | 0x21 | 0x2b => "C++",
        0x1c => "Rust",
        0x8001 => "Assembly",
        _ => "another",
    }
}

#[test]
fn units_have_the_names_languages_and_producers_that_readelf_shows() {
    let mut n_units = 0;
    for (file, content) in corpus::all() {
        let mut copy = tempfile::NamedTempFile::new().unwrap();
        copy.write_all(&content).unwrap();
        let Some(theirs) = units_by_readelf(copy.path()) else { return };
        let Ok(sections) = DebugSections::parse(&content) else { continue };
        let info = DebugInfo::new(&sections);
        assert_eq!(info.n_units(), theirs.len(), "{file}");
        for (unit_idx, (name, code, producer)) in theirs.into_iter().enumerate() {
            let ours = info.unit(unit_idx).unwrap();
            let theirs = (name, code.map(|it| language(it).to_owned()), producer);
            let trimmed = |it: Option<String>| it.map(|it| it.trim_end().to_owned());
            assert_eq!(
                (trimmed(ours.name), ours.language, trimmed(ours.producer)),
                theirs,
                "{file} {unit_idx}"
            );
            n_units += 1;
        }
    }
    eprintln!("{n_units} units are described alike");
}
