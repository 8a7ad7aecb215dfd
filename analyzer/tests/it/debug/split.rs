//! Split debug information in files beside the image: single ones, and packages made of them.

use std::path::Path;

use plimsoll_analyzer::debug::{DebugInfo, DebugSections};
use plimsoll_analyzer::{Report, Source, analyze};

use super::compiled::{CALLER, check, compiled, run};
use crate::support::laws;

/// A second unit, so that a package has to tell them apart.
const OTHER: &str = "int other(int n) {
    return n * 7 + 3;
}
";

/// The program of two units, linked in `folder`, without what `-gsplit-dwarf` leaves out.
fn split(folder: &Path, compiler: &str, options: &[&str]) -> Option<Vec<u8>> {
    std::fs::write(folder.join("other.c"), OTHER).unwrap();
    run(folder, compiler, &[&["-O2", "-c", "-gsplit-dwarf", "other.c"], options].concat())?;
    compiled(folder, compiler, &[&["-gsplit-dwarf", "other.o"], options].concat())
}

/// All `.dwo` files of `folder`.
fn loose(folder: &Path) -> Vec<Vec<u8>> {
    let paths = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|it| it.extension().is_some_and(|it| it == "dwo")).collect();
    paths.sort();
    paths.iter().map(|it| std::fs::read(it).unwrap()).collect()
}

/// What `tool` packs of the `.dwo` files that the program names.
fn package(folder: &Path, tool: &str) -> Option<Vec<u8>> {
    run(folder, tool, &["-e", "little", "-o", "little.dwp"])?;
    Some(std::fs::read(folder.join("little.dwp")).unwrap())
}

#[track_caller]
fn check_both(elf: &[u8], split: &[Vec<u8>]) {
    let source = Source { elf, split };
    check(source, CALLER);
    let report = analyze(source, &[]).unwrap();
    let other = report.symbols.iter().find(|it| it.name == "other").unwrap();
    assert_eq!((other.line, report.units[other.unit.unwrap()].name.as_str()), (Some(1), "other.c"));
    assert_eq!(complaints(&report), Vec::<&str>::new());
    let sections = DebugSections::parse(source).unwrap();
    assert_eq!(DebugInfo::new(&sections).missing_files(), &[] as &[String]);
}

fn complaints(report: &Report) -> Vec<&str> {
    let about = |it: &str| it.contains("debug");
    report.warnings.iter().filter(|it| about(&it.place)).map(|it| it.message.as_str()).collect()
}

#[test]
fn single_files_are_joined_with_their_units() {
    for version in ["-gdwarf-4", "-gdwarf-5"] {
        let folder = tempfile::tempdir().unwrap();
        let Some(content) = split(folder.path(), "gcc", &[version]) else { return };
        let split = loose(folder.path());
        assert_eq!(split.len(), 2);
        check_both(&content, &split);
    }
}

#[test]
fn a_package_is_joined_with_its_units() {
    for (version, tool) in [("-gdwarf-4", "dwp"), ("-gdwarf-5", "dwp")] {
        let folder = tempfile::tempdir().unwrap();
        let Some(content) = split(folder.path(), "gcc", &[version]) else { return };
        let Some(package) = package(folder.path(), tool) else { continue };
        check_both(&content, &[package]);
    }
}

/// A package of version 5 with the one unit of a `.dwo` file, which few tools write yet: its index says that
/// every section is that unit's from one end to the other.
fn package_of(folder: &Path, dwo: &[u8]) -> Option<Vec<u8>> {
    use object::{Object, ObjectSection};
    let file = object::File::parse(dwo).unwrap();
    let content = |name: &str| file.section_by_name(name).map(|it| it.data().unwrap());
    let identifiers = [(1, "info"), (3, "abbrev"), (4, "line"), (6, "str_offsets"), (8, "rnglists")];
    let size = |name: &str| content(&format!(".debug_{name}.dwo")).map(|it| it.len() as u32);
    let parts: Vec<(u32, u32)> =
        identifiers.into_iter().filter_map(|(number, name)| Some((number, size(name)?))).collect();
    let unit_number: [u8; 8] = content(".debug_info.dwo").unwrap()[12..20].try_into().unwrap();
    let slot = usize::from(unit_number[0] & 1);
    let mut index: Vec<u8> = [5, parts.len() as u32, 1, 2].iter().flat_map(|it| it.to_le_bytes()).collect();
    let mut numbers = [[0; 8]; 2];
    numbers[slot] = unit_number;
    index.extend(numbers.concat());
    let rows = [u32::from(slot == 0), u32::from(slot == 1)].into_iter();
    let offsets = parts.iter().map(|_| 0);
    let words = rows.chain(parts.iter().map(|it| it.0)).chain(offsets).chain(parts.iter().map(|it| it.1));
    index.extend(words.flat_map(u32::to_le_bytes));
    std::fs::write(folder.join("index"), index).unwrap();
    std::fs::write(folder.join("package"), dwo).unwrap();
    run(folder, "objcopy", &["--add-section", ".debug_cu_index=index", "package"])?;
    Some(std::fs::read(folder.join("package")).unwrap())
}

#[test]
fn packages_of_version_5_are_joined_too() {
    let folder = tempfile::tempdir().unwrap();
    let Some(content) = split(folder.path(), "gcc", &["-gdwarf-5"]) else { return };
    let packages: Option<Vec<Vec<u8>>> =
        loose(folder.path()).iter().map(|it| package_of(folder.path(), it)).collect();
    check_both(&content, &packages.unwrap());
}

#[test]
fn firmware_of_another_machine_is_joined_too() {
    let bare = ["-nostdlib", "-nostartfiles", "-mcpu=cortex-m4", "-mthumb", "-Wl,-e,main"];
    for options in [&["-gdwarf-4"][..], &["-gdwarf-5"], &["-gdwarf-5", "-mbig-endian"]] {
        let folder = tempfile::tempdir().unwrap();
        let options = [&bare[..], options].concat();
        let Some(content) = split(folder.path(), "arm-none-eabi-gcc", &options) else { return };
        check_both(&content, &loose(folder.path()));
    }
}

#[test]
fn what_is_not_at_hand_is_counted_and_lines_stay() {
    let folder = tempfile::tempdir().unwrap();
    let Some(content) = split(folder.path(), "gcc", &["-gdwarf-5"]) else { return };
    let report = analyze(&content, &[]).unwrap();
    laws::check(&report);
    let found = complaints(&report);
    let [message] = found[..] else { panic!("{found:?}") };
    assert!(
        message.starts_with("2 units have their debug information in files that are not here"),
        "{message}"
    );
    assert!(message.contains(".dwo and 1 more); only lines are known there"), "{message}");
    assert!(report.code.located_bytes > 0);

    let split = loose(folder.path());
    let one_of_two = Source { elf: &content, split: &split[..1] };
    let report = analyze(one_of_two, &[]).unwrap();
    assert!(complaints(&report)[0].starts_with("1 unit has its"), "{:?}", report.warnings);
    let sections = DebugSections::parse(one_of_two).unwrap();
    let info = DebugInfo::new(&sections);
    let [missing] = info.missing_files() else { panic!("{:?}", info.missing_files()) };
    assert!(Path::new(missing).is_file(), "{missing} is where the compiler wrote it");
}

#[test]
fn files_of_another_build_are_no_part_of_it() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(content) = split(folder.path(), "gcc", &["-gdwarf-5"]) else { return };
    split(elsewhere.path(), "gcc", &["-gdwarf-5", "-DNDEBUG", "-O1"]).unwrap();
    let source = Source { elf: &content, split: &loose(elsewhere.path()) };
    let report = analyze(source, &[]).unwrap();
    laws::check(&report);
    assert!(complaints(&report)[0].starts_with("2 units have their"), "{:?}", report.warnings);
}

#[test]
fn damaged_files_leave_the_rest_standing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(content) = split(folder.path(), "gcc", &["-gdwarf-4"]) else { return };
    let Some(package) = package(folder.path(), "dwp") else { return };
    let check = |beside: Vec<u8>| {
        let report = analyze(Source { elf: &content, split: &[beside] }, &[]).unwrap();
        laws::check(&report);
        assert!(report.code.located_bytes > 0);
        complaints(&report).join(" | ")
    };
    assert!(check(b"nothing".to_vec()).contains("not an ELF file"));
    assert!(check(content.clone()).contains("it has no section .debug_info.dwo"));
    for at in (0..package.len()).step_by(37) {
        let mut damaged = package.clone();
        damaged[at] ^= 0xff;
        check(damaged);
        check(package[..at].to_vec());
    }
}
