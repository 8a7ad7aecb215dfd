//! Little programs, compiled here: every version of DWARF, split and compressed, either byte order.

use std::path::Path;
use std::process::{Command, Stdio};

use plimsoll_analyzer::debug::{DebugInfo, DebugSections, Frame};
use plimsoll_analyzer::{Source, analyze};

use crate::support::laws;

const PROGRAM: &str = "static inline __attribute__((always_inline)) int twice(int x) {
    return x * 2 + x / 3;
}
int table[4] = {1, 2, 3, 4};
int work(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += twice(table[i & 3]);
    return sum;
}
int main(int argc, char **argv) {
    return work(argc) + twice(argc);
}
";

/// Where `twice` is inlined.
pub(super) const CALLER: &str = "work little.c:8";

/// Runs a tool in `folder`; `None`, with a message, where it does not exist or refuses.
pub(super) fn run(folder: &Path, tool: &str, arguments: &[&str]) -> Option<()> {
    let command = Command::new(tool).args(arguments).current_dir(folder).stderr(Stdio::null()).status();
    let is_done = command.is_ok_and(|it| it.success());
    if !is_done {
        eprintln!("skipped: no {tool}, or it does not know {arguments:?}");
    }
    is_done.then_some(())
}

/// The program, compiled into `folder`.
pub(super) fn compiled(folder: &Path, compiler: &str, options: &[&str]) -> Option<Vec<u8>> {
    std::fs::write(folder.join("little.c"), PROGRAM).unwrap();
    let arguments = [&["-O2", "little.c", "-o", "little"], options].concat();
    run(folder, compiler, &arguments)?;
    Some(std::fs::read(folder.join("little")).unwrap())
}

/// `function file:line`, innermost first.
fn chain(frames: &[Frame]) -> String {
    let line = |it: &Frame| {
        let place = it.place.as_ref();
        let name = place.map_or("?", |it| it.path.rsplit('/').next().unwrap());
        let line = place.and_then(|it| it.line).unwrap_or(0);
        format!("{} {name}:{line}", it.function.as_deref().unwrap_or("?"))
    };
    frames.iter().map(line).collect::<Vec<_>>().join(" < ")
}

/// Says of the program what its source says, and of the call of `twice` what `caller` says.
#[track_caller]
pub(super) fn check<'data>(content: impl Into<Source<'data>>, caller: &str) {
    let source = content.into();
    let report = analyze(source, &[]).unwrap();
    laws::check(&report);
    for (name, line) in [("work", 5), ("main", 11), ("table", 4)] {
        let symbol = report.symbols.iter().find(|it| it.name == name).unwrap();
        let path = symbol.file.map(|it| report.files[it].path.as_str());
        assert!(path.is_some_and(|it| it.ends_with("little.c")), "{name} in {path:?}: {:?}", report.warnings);
        assert_eq!(symbol.line, Some(line), "{name}");
        let unit = &report.units[symbol.unit.unwrap()];
        assert_eq!((unit.name.as_str(), unit.language.as_deref()), ("little.c", Some("C")));
        assert!(unit.producer.as_ref().is_some_and(|it| it.contains("GNU C")), "{unit:?}");
    }
    let work = report.symbols.iter().find(|it| it.name == "work").unwrap();
    let sections = DebugSections::parse(source).unwrap();
    let info = DebugInfo::new(&sections);
    let addresses = work.run_address..work.run_address + work.size_bytes;
    let chains: Vec<String> = addresses.map(|it| chain(&info.frames_at(it))).collect();
    assert!(chains.contains(&format!("twice little.c:2 < {caller}")), "{chains:?}");
    assert!(chains.iter().any(|it| it.starts_with("work little.c:")), "{chains:?}");
}

#[track_caller]
fn check_with(compiler: &str, options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(content) = compiled(folder.path(), compiler, options) {
        check(&content, CALLER);
    }
}

#[test]
fn every_version_says_the_same() {
    for version in ["-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5"] {
        check_with("gcc", &[version]);
    }
    for version in ["-gdwarf-3", "-gdwarf-4", "-gdwarf-5"] {
        check_with("gcc", &[version, "-gstrict-dwarf"]);
    }
}

#[test]
fn version_2_to_the_letter_has_neither_several_ranges_nor_places_of_calls() {
    let folder = tempfile::tempdir().unwrap();
    if let Some(content) = compiled(folder.path(), "gcc", &["-gdwarf-2", "-gstrict-dwarf"]) {
        check(&content, "work ?:0");
    }
}

#[test]
fn compressed_sections_of_either_style_say_the_same() {
    for style in ["-gz=zlib", "-gz=zlib-gnu", "-gz=zstd"] {
        check_with("gcc", &["-g", style]);
    }
}

#[test]
fn the_other_byte_order_and_machine_say_the_same() {
    let bare = ["-nostdlib", "-nostartfiles", "-mcpu=cortex-m4", "-mthumb", "-Wl,-e,main"];
    for version in ["-gdwarf-2", "-gdwarf-4", "-gdwarf-5"] {
        check_with("arm-none-eabi-gcc", &[&bare[..], &[version]].concat());
        check_with("arm-none-eabi-gcc", &[&bare[..], &[version, "-mbig-endian"]].concat());
    }
}

#[test]
fn split_information_in_the_same_file_is_found() {
    for version in ["-gdwarf-4", "-gdwarf-5"] {
        let folder = tempfile::tempdir().unwrap();
        let Some(content) = compiled(folder.path(), "gcc", &[version, "-gsplit-dwarf"]) else { return };
        let Some(content) = with_dwo(folder.path(), content) else { return };
        check(&content, CALLER);
    }
}

/// The program with the sections of its `.dwo` file put into it.
fn with_dwo(folder: &Path, content: Vec<u8>) -> Option<Vec<u8>> {
    let mut names =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let dwo = names.find(|it| it.ends_with(".dwo"))?;
    let dwo_content = std::fs::read(folder.join(&dwo)).unwrap();
    std::fs::write(folder.join("little"), content).unwrap();
    for name in ["info", "abbrev", "line", "str", "str_offsets", "rnglists", "loclists"] {
        let section = format!(".debug_{name}.dwo");
        let exists = dwo_content.windows(section.len()).any(|it| it == section.as_bytes());
        let dump = format!("{section}={name}.bin");
        if exists
            && run(
                folder,
                "objcopy",
                &[
                    "-O",
                    "binary",
                    "--only-section",
                    &section,
                    "--set-section-flags",
                    &format!("{section}=alloc"),
                    &dwo,
                    &format!("{name}.bin"),
                ],
            )
            .is_some()
        {
            run(folder, "objcopy", &["--add-section", &dump, "little"])?;
        }
    }
    Some(std::fs::read(folder.join("little")).unwrap())
}

/// What the source says of an object file of it, whose sections all begin at address 0.
#[track_caller]
fn check_object(compiler: &str, options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let options = [&["-c", "-ffunction-sections", "-fdata-sections"], options].concat();
    let Some(content) = compiled(folder.path(), compiler, &options) else { return };
    let report = analyze(&content, &[]).unwrap();
    laws::check(&report);
    for (name, line) in [("work", 5), ("main", 11), ("table", 4)] {
        let symbol = report.symbols.iter().find(|it| it.name == name).unwrap();
        let path = symbol.file.map(|it| report.files[it].path.as_str());
        assert!(path.is_some_and(|it| it.ends_with("little.c")), "{name}: {:?}", report.warnings);
        assert_eq!(symbol.line, Some(line), "{name}, {compiler} {options:?}");
        assert_eq!(report.units[symbol.unit.unwrap()].name, "little.c");
    }
    assert_eq!(report.code.located_bytes, report.code.symbol_bytes, "{compiler} {options:?}");
    assert!(report.warnings.iter().all(|it| !it.place.contains("debug")), "{:?}", report.warnings);
    let info = DebugSections::parse(&content).unwrap();
    assert!(DebugInfo::new(&info).frames_at(0).is_empty(), "no address is anybody's alone");
}

#[test]
fn an_object_file_knows_its_source_before_it_is_linked() {
    for version in ["-gdwarf-2", "-gdwarf-4", "-gdwarf-5"] {
        check_object("gcc", &[version]);
        check_object("arm-none-eabi-gcc", &[version, "-mcpu=cortex-m0", "-mthumb"]);
        check_object("arm-none-eabi-gcc", &[version, "-mcpu=cortex-m4", "-mthumb", "-mbig-endian"]);
        check_object("avr-gcc", &[version]);
    }
    check_object("gcc", &["-g", "-gz=zlib"]);
}
